(* theory.md Theorem 3.18', the first part of its proof (the theorem is in AttentionTwoLayersAll.v): two layers of H heads of
   width da, d = H da, three tokens on the side of the output and two on the other. For T <= min (J, H),
   M <= J T - T (T - 1) / 2, M + J <= da and J < e = d - M
     u mc e 2 - e C(M, 2),     u = M d - C(M, 2), mc e 2 = e (e + 1) / 2,
   functions are found, independent ones (relation_trivial, card_selected). The case M = J = T = 1 is d mc (d - 1) 2.
   Proof. The weights are twoW of AttentionTwoLayers.v: coordinates p_m, c_j, others, and
     f = \sum_m (x G p_m) (q_m G^3 r_m),     {q_m, r_m} distinct pairs of the c_j.
   Tokens x, u, v on the side of the output, u and v without the p_m. Second differences of f in u, v, in b (of b and b') and
   in c (of c and c', both without the p_m) are
     \sum_m (x.b b'[p_m] + x.b' b[p_m]) q_m (sum of the six orders of u^T u, v^T v, c^T c' + c'^T c) r_m;
   a combination of values of f has no larger rank (sep_le_second). Take the unit vectors b = e_k, b' = p_m, c = e_i, c' = e_j
   with m <= k and j <= i, but not those with k none of the p and {i, j} = {q_n, r_n} for an n > m: e C(M, 2) are left out.
   These functions of x, u, v are independent. A relation between them is, for each k, a list of symmetric S_m with
     \sum_m (K_m(u, v) S_m(u, v)) + (u.v) N(u, v) = 0,  N = \sum_m (S_m K_m + K_m S_m),  K_m = q_m^T r_m + r_m^T q_m.
   So the symmetric tensor \sum_m (K_m S_m + S_m K_m) + (1 N + N 1) is 0 (products0: it is 0 under the exchange of two of its
   four indices up to sign). At an index that is none of the c_j this gives N = - \sum_m tau_m K_m, with tau_m I the part of
   S_m outside the pairs, and by its definition N = 2 \sum_m tau_m K_m: tau = 0. So S_m lives on the pairs, and its entries
   there are antisymmetric in the two pairs (solution_off, solution_antisym). Those left out give the others; for k = p_n the
   list is symmetric in m, n as well, so 0.
     form X u v             == u X v^T
     pairK q r m            == K_m
     with_uv, rest_uv       == the part with u and v of the entry (a, b) of (W + u^T u + v^T v)^3, linear and constant in W
     both u v c c' a b      == the entry (a, b) of the sum of the six orders
     outer q r TJ x u v b c == f at the tokens x, u, v and b, c
     second_b               == the second differences in u, v, then c, c', then b, b'
     selected q r           == the indices ((k, m), (i, j)) that are kept
     value t x u v          == the function with the index t *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights PairingRank.
From Seprank Require Import AttentionHeads AttentionTwoLayers.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Module SharedPairs.
Section Forms.
Variables (F : fieldType) (charF : [char F] =i pred0) (e : nat).
Implicit Types (u v : 'rV[F]_e) (a b c d : 'I_e).
Local Notation "\e a" := (delta_mx 0 a : 'rV[F]_e) (at level 8, a at level 2).

Lemma formDl (X : 'M[F]_e) u u' v : form X (u + u') v = form X u v + form X u' v.
Proof. by rewrite /form !mulmxDl mxE. Qed.
Lemma formDr (X : 'M[F]_e) u v v' : form X u (v + v') = form X u v + form X u v'.
Proof. by rewrite /form linearD mulmxDr mxE. Qed.
Lemma form_delta (X : 'M[F]_e) a b : form X \e a \e b = X a b.
Proof. by rewrite /form -rowE trmx_delta -colE !mxE. Qed.

Lemma double0 (x : F) : x + x = 0 -> x = 0.
Proof. by move/eqP; rewrite -mulr2n -mulr_natr mulf_eq0 ((charf0P F).1 charF) orbF => /eqP. Qed.

(* a sum of products of symmetric forms that vanishes at all (u, v) vanishes as a symmetric tensor *)
Section Products.
Variables (I : finType) (X Y : I -> 'M[F]_e).
Hypotheses (XC : forall i, (X i)^T = X i) (YC : forall i, (Y i)^T = Y i).
Hypothesis H : forall u v, \sum_i form (X i) u v * form (Y i) u v = 0.
Let Z a b c d := \sum_i (X i a b * Y i c d + Y i a b * X i c d).

Lemma products0 a b c d : Z a b c d = 0.
Proof.
have Xs i j k : X i j k = X i k j by rewrite -[in LHS]XC mxE.
have Ys i j k : Y i j k = Y i k j by rewrite -[in LHS]YC mxE.
have anti a' b' c' d' : Z a' b' c' d' + Z a' d' c' b' = 0.
  have E : Z a' b' c' d' + Z a' d' c' b' = \sum_i (form (X i) (\e a' + \e c') (\e b' + \e d') * form (Y i) (\e a' + \e
    c') (\e b' + \e d')
     - form (X i) (\e a') (\e b' + \e d') * form (Y i) (\e a') (\e b' + \e d')
     - form (X i) (\e c') (\e b' + \e d') * form (Y i) (\e c') (\e b' + \e d')
     - form (X i) (\e a' + \e c') (\e b') * form (Y i) (\e a' + \e c') (\e b')
     - form (X i) (\e a' + \e c') (\e d') * form (Y i) (\e a' + \e c') (\e d')
     + form (X i) (\e a') (\e b') * form (Y i) (\e a') (\e b') + form (X i) (\e a') (\e d') * form (Y i) (\e a') (\e d')
     + form (X i) (\e c') (\e b') * form (Y i) (\e c') (\e b') + form (X i) (\e c') (\e d') * form (Y i) (\e c') (\e
       d')).
    rewrite /Z -big_split; apply: eq_bigr => i _ /=; rewrite !formDl !formDr !form_delta.
    rewrite (Xs i c' b') (Ys i c' b'); ring.
  by rewrite E !big_split /= !sumrN !H !oppr0 !addr0.
have sw a' b' c' d' : Z a' b' c' d' = Z b' a' c' d' by apply: eq_bigr => i _; rewrite (Xs i a') (Ys i a').
have sw' a' b' c' d' : Z a' b' c' d' = Z a' b' d' c' by apply: eq_bigr => i _; rewrite (Xs i c') (Ys i c').
have neg a' b' c' d' : Z a' b' c' d' = - Z a' d' c' b' by apply/eqP; rewrite -addr_eq0 anti.
have h : Z a b c d = - Z a b c d by rewrite {1}neg sw' neg opprK sw' neg sw'.
by apply: double0; rewrite {2}h subrr.
Qed.
End Products.

Section Solve.
Variables (M : nat) (q r : 'I_M -> 'I_e) (S : 'I_M -> 'M[F]_e) (o : 'I_e).
Hypotheses (qo : forall m, q m != o) (ro : forall m, r m != o) (SC : forall m, (S m)^T = S m).
Hypothesis distinct : forall m m', (q m = q m' /\ r m = r m') \/ (q m = r m' /\ r m = q m') -> m = m'.
Hypothesis H : forall u v, \sum_m ((u 0 (q m) * v 0 (r m) + v 0 (q m) * u 0 (r m)) * form (S m) u v +
  dot u v * (form (S m) \e (q m) u * v 0 (r m) + form (S m) \e (q m) v * u 0 (r m) +
             u 0 (q m) * form (S m) \e (r m) v + v 0 (q m) * form (S m) \e (r m) u)) = 0.

Definition pairK m : 'M[F]_e := delta_mx (q m) (r m) + delta_mx (r m) (q m).
Let K := pairK.
Let N := \sum_m (S m *m K m + K m *m S m).

Lemma pairK_tr m : (K m)^T = K m.
Proof. by rewrite /K /pairK linearD /= !trmx_delta addrC. Qed.

Lemma form_deltaM a b u v : form (delta_mx a b) u v = u 0 a * v 0 b.
Proof.
rewrite formE (bigD1 a) //= (bigD1 b) //= mxE !eqxx mulr1 big1 ?addr0 => [|j /negPf jb]; last first.
  by rewrite mxE jb andbF mulr0 mul0r.
by rewrite big1 ?addr0 // => i /negPf ia; rewrite big1 // => j _; rewrite mxE ia mulr0 mul0r.
Qed.

Lemma form_mulr (X : 'M[F]_e) a b u v : form (X *m delta_mx a b) u v = form X u \e a * v 0 b.
Proof.
rewrite /form -(mul_delta_mx (0 : 'I_1)) !mulmxA trmx_delta -!(mulmxA _ (delta_mx 0 b)) mxE big_ord1; congr (_ * _).
by rewrite -rowE !mxE.
Qed.

Lemma formC (X : 'M[F]_e) u v : X^T = X -> form X u v = form X v u.
Proof. by move=> XT; rewrite /form -[u *m X *m v^T]trmxK [LHS]mxE !trmx_mul trmxK XT mulmxA. Qed.

Lemma form_tr (X : 'M[F]_e) u v : form X^T u v = form X v u.
Proof. by rewrite /form -[u *m X^T *m v^T]trmxK [LHS]mxE !trmx_mul !trmxK mulmxA. Qed.

Lemma formD (X Y : 'M[F]_e) u v : form (X + Y) u v = form X u v + form Y u v.
Proof. by rewrite /form mulmxDr mulmxDl mxE. Qed.

Lemma form_sum (X : 'I_M -> 'M[F]_e) u v : form (\sum_m X m) u v = \sum_m form (X m) u v.
Proof.
elim/big_rec2: _ => [|m y1 y2 _ <-]; first by rewrite /form mulmx0 mul0mx mxE.
exact: formD.
Qed.

Lemma N_tr : N^T = N.
Proof.
rewrite /N linear_sum /=; apply: eq_bigr => m _.
by rewrite linearD /= !trmx_mul SC pairK_tr addrC.
Qed.

Lemma form_N u v : form N u v = \sum_m (form (S m) \e (q m) u * v 0 (r m) + form (S m) \e (q m) v * u 0 (r m) +
             u 0 (q m) * form (S m) \e (r m) v + v 0 (q m) * form (S m) \e (r m) u).
Proof.
rewrite /N form_sum; apply: eq_bigr => m _; rewrite formD.
have -> : K m *m S m = (S m *m K m)^T by rewrite trmx_mul SC pairK_tr.
rewrite form_tr /K /pairK mulmxDr !formD !form_mulr !(formC u _ (SC m)) !(formC v _ (SC m)); ring.
Qed.

Lemma tensor0 a b c d : \sum_m (K m a b * S m c d + S m a b * K m c d) + ((a == b)%:R * N c d + N a b * (c == d)%:R) =
  0.
Proof.
pose X (i : 'I_M + 'I_1) := if i is inl m then K m else 1%:M; pose Y (i : 'I_M + 'I_1) := if i is inl m then S m else N.
rewrite -[RHS](@products0 [finType of 'I_M + 'I_1] X Y _ _ _ a b c d).
- by rewrite big_sumType big_ord1 /= !mxE.
- by case=> [m|?] /=; rewrite ?pairK_tr ?trmx1.
- by case=> [m|?] /=; rewrite ?SC ?N_tr.
- move=> u v; rewrite big_sumType big_ord1 /= -[RHS](H u v) big_split /= -mulr_sumr -form_N; congr (_ + _ * _).
    by apply: eq_bigr => m _; rewrite /K /pairK formD !form_deltaM; congr (_ * _); rewrite [u 0 (r m) * _]mulrC.
  by rewrite /form mulmx1 mxE; apply: eq_bigr => k _; rewrite mxE.

Qed.

Lemma pairKE m a b : K m a b = (((a == q m) && (b == r m)) + ((a == r m) && (b == q m)))%:R.
Proof. by rewrite !mxE natrD. Qed.
Let kap m := K m (q m) (r m).
Lemma kap0 m : kap m != 0.
Proof. by rewrite /kap pairKE !eqxx ((charf0P F).1 charF). Qed.
Lemma pairK_other m n : m != n -> K m (q n) (r n) = 0.
Proof.
move=> mn; rewrite pairKE; case: (boolP (_ && _)) => [/andP[/eqP h1 /eqP h2]|_].
  by case/eqP: mn; apply/esym; apply: distinct; left.
case: (boolP (_ && _)) => [/andP[/eqP h1 /eqP h2]|_//].
by case/eqP: mn; apply/esym; apply: distinct; right.
Qed.
Lemma pairKo m a : K m o a = 0.
Proof. by rewrite pairKE ![o == _]eq_sym (negPf (qo m)) (negPf (ro m)). Qed.
Let tau m := S m o o.

Lemma N_oo : N o o = 0.
Proof.
have := tensor0 o o o o; rewrite eqxx mul1r mulr1 big1 ?add0r => [|m _]; first exact: double0.
by rewrite pairKo mul0r mulr0 addr0.
Qed.

Lemma N_tau c d : N c d = - \sum_m tau m * K m c d.
Proof.
have := tensor0 o o c d; rewrite eqxx mul1r N_oo mul0r addr0 => /eqP; rewrite addrC addr_eq0 => /eqP->.
by congr (- _); apply: eq_bigr => m _; rewrite pairKo mul0r add0r.
Qed.

Lemma tensor_tau a b c d :
  \sum_m (K m a b * (S m c d - tau m * (c == d)%:R) + (S m a b - tau m * (a == b)%:R) * K m c d) = 0.
Proof.
rewrite -[RHS](tensor0 a b c d) !N_tau mulrN mulNr mulr_sumr mulr_suml -!sumrN -!big_split /=.
by apply: eq_bigr => m _; ring.
Qed.

Lemma N_twice a b : N a b = \sum_m 2%:R * tau m * K m a b.
Proof.
have sumK (G : 'I_e -> F) c : \sum_c' (c' == c)%:R * G c' = G c.
  by rewrite (bigD1 c) //= eqxx mul1r big1 ?addr0 // => c' /negPf->; rewrite mul0r.
have E : \sum_c \sum_m (K m a c * (S m c b - tau m * (c == b)%:R) + (S m a c - tau m * (a == c)%:R) * K m c b) = 0.
  by rewrite big1 // => c _; apply: tensor_tau.
rewrite exchange_big /= in E; rewrite -[LHS]subr0 -[X in _ - X = _]E /N summxE -sumrB; apply: eq_bigr => m _.
have -> : \sum_c (K m a c * (S m c b - tau m * (c == b)%:R) + (S m a c - tau m * (a == c)%:R) * K m c b) =
    (S m *m K m + K m *m S m) a b - tau m * (\sum_c (c == b)%:R * K m a c) - tau m * (\sum_c (c == a)%:R * K m c b).
  rewrite [in RHS]mxE [in RHS]mxE [X in _ = _ + X - _ - _]mxE !mulr_sumr -big_split /= -!sumrB; apply: eq_bigr => c _.
  rewrite [a == c]eq_sym; move: (c == b)%:R (c == a)%:R (K m a c) (K m c b) (S m a c) (S m c b) (tau m) => y1 y2 y3 y4
    y5 y6 y7; ring.
by rewrite !sumK; ring.
Qed.

Lemma tau0 m : tau m = 0.
Proof.
have := N_tau (q m) (r m); rewrite N_twice (bigD1 m) //= [in RHS](bigD1 m) //= !big1 => [|n nm|n nm].
- rewrite !addr0 -/(kap m) => E; have {}E : 3%:R * (tau m * kap m) = 0.
    rewrite -(subrr (2%:R * tau m * kap m)) {2}E; ring.
  by move/eqP: E; rewrite !mulf_eq0 ((charf0P F).1 charF) (negPf (kap0 m)) orbF => /eqP.
- by rewrite pairK_other ?mulr0.
by rewrite pairK_other ?mulr0.
Qed.

Lemma tensorS a b c d : \sum_m (K m a b * S m c d + S m a b * K m c d) = 0.
Proof. by rewrite -[RHS](tensor_tau a b c d); apply: eq_bigr => m _; rewrite tau0 !mul0r !subr0. Qed.

Lemma tensor_pair m a b : S m a b * kap m = - \sum_n K n a b * S n (q m) (r m).
Proof.
have := tensorS a b (q m) (r m); rewrite big_split /= [X in _ + X](bigD1 m) //= [X in _ + (_ + X)]big1 ?addr0 =>
  [/eqP|n nm].
  by rewrite addrC addr_eq0 => /eqP.
by rewrite pairK_other ?mulr0.
Qed.

(* the solutions: T_m = \sum_n beta_(m, n) K_n with beta antisymmetric *)
Theorem solution_off m a b : (forall n, ~~ ((a == q n) && (b == r n)) && ~~ ((a == r n) && (b == q n))) -> S m a b = 0.
Proof.
move=> off; have /eqP := tensor_pair m a b; rewrite big1 ?oppr0 => [|n _].
  by rewrite mulf_eq0 (negPf (kap0 m)) orbF => /eqP.
by rewrite pairKE; have /andP[/negPf-> /negPf->] := off n; rewrite mul0r.
Qed.

Theorem solution_antisym m n : S m (q n) (r n) * kap m = - (S n (q m) (r m) * kap n).
Proof.
rewrite tensor_pair (bigD1 n) //= big1 ?addr0 ?[kap n * _]mulrC // => k kn.
by rewrite pairK_other ?mul0r.
Qed.
End Solve.
End Forms.

(* second differences on one side *)
Section SecondDifference.
Variables (R : comRingType) (X Y X' Y' : Type) (f : X -> Y -> R) (s : nat).

Lemma sep_le_diff2r (v : bool -> bool -> Y' -> Y) : sep_le f s ->
  sep_le (fun x y => f x (v true true y) - f x (v true false y) - (f x (v false true y) - f x (v false false y))) s.
Proof.
case=> g [h E]; exists g, (fun i y => h i (v true true y) - h i (v true false y) - (h i (v false true y) - h i (v false
  false y))) => x y.
by rewrite !E -!sumrB; apply: eq_bigr => i _; rewrite !mulrBr.
Qed.

Lemma sep_le_diff2l (u : bool -> bool -> X' -> X) : sep_le f s ->
  sep_le (fun x y => f (u true true x) y - f (u true false x) y - (f (u false true x) y - f (u false false x) y)) s.
Proof.
case=> g [h E]; exists (fun i x => g i (u true true x) - g i (u true false x) - (g i (u false true x) - g i (u false
  false x))), h => x y.
by rewrite !E -!sumrB; apply: eq_bigr => i _; rewrite !mulrBl.
Qed.
End SecondDifference.


Section Cube.
Variables (F : fieldType) (e : nat).
Implicit Types (u v w x y : 'rV[F]_e) (W G : 'M[F]_e).

Lemma dot_mul x y : (x *m y^T) 0 0 = dot x y.
Proof. by rewrite mxE; apply: eq_bigr => k _; rewrite mxE. Qed.
Lemma dotD x y w : dot (x + y) w = dot x w + dot y w.
Proof. by rewrite -!dot_mul mulmxDl mxE. Qed.
Lemma dotDr x y w : dot w (x + y) = dot w x + dot w y.
Proof. by rewrite -!dot_mul linearD mulmxDr mxE. Qed.
Lemma dotZ t x w : dot (t *: x) w = t * dot x w.
Proof. by rewrite -!dot_mul -scalemxAl mxE. Qed.
Lemma formZl W t x y : form W (t *: x) y = t * form W x y.
Proof. by rewrite /form -!scalemxAl mxE. Qed.
Lemma formZr W t x y : form W x (t *: y) = t * form W x y.
Proof. by rewrite /form linearZ -scalemxAr mxE. Qed.
Lemma formZ t W x y : form (t *: W) x y = t * form W x y.
Proof. by rewrite /form -scalemxAr -scalemxAl mxE. Qed.
Lemma form_gr w x y : form (w^T *m w) x y = dot x w * dot y w.
Proof. by rewrite /form mulmxA -mulmxA mxE big_ord1 !dot_mul [dot w y]dotC. Qed.

Lemma form_cube G a b : (G *m G *m G) a b = form G (row a G) (col b G)^T.
Proof. by rewrite /form trmxK -row_mul colE mulmxA -colE -row_mul !mxE. Qed.

Variables (W : 'M[F]_e) (u v : 'rV[F]_e) (a b : 'I_e).
Hypothesis WT : W^T = W.
Let G s t := W + s *: (u^T *m u) + t *: (v^T *m v).

Definition with_uv W := (u 0 a * v 0 b + v 0 a * u 0 b) * form W u v +
  dot u v * (dot (row a W) u * v 0 b + dot (row a W) v * u 0 b + u 0 a * dot (col b W)^T v + v 0 a * dot (col b W)^T u).
Definition rest_uv := dot u v * (u 0 a * dot u u * v 0 b + u 0 a * dot u v * u 0 b + v 0 a * dot u u * u 0 b +
  u 0 a * dot v v * v 0 b + v 0 a * dot u v * v 0 b + v 0 a * dot v v * u 0 b).

Lemma cube_difference : let c s t := (G s t *m G s t *m G s t) a b in
  c 1 1 - c 1 0 - (c 0 1 - c 0 0) = with_uv W + rest_uv.
Proof.
have rowG s t : row a (G s t) = row a W + (s * u 0 a) *: u + (t * v 0 a) *: v.
  by apply/rowP => k; rewrite !mxE !big_ord1 !mxE !mulrA.
have colG s t : (col b (G s t))^T = (col b W)^T + (s * u 0 b) *: u + (t * v 0 b) *: v.
  by apply/rowP => k; rewrite !mxE !big_ord1 !mxE; rewrite [u 0 k * _]mulrC [v 0 k * _]mulrC !mulrA.
have vu : form W v u = form W u v by apply: formC.
pose x := row a W; pose y := (col b W)^T.
have E s t : (G s t *m G s t *m G s t) a b = form W x y + s * u 0 b * form W x u + t * v 0 b * form W x v +
    s * u 0 a * (form W u y + s * u 0 b * form W u u + t * v 0 b * form W u v) +
    t * v 0 a * (form W v y + s * u 0 b * form W u v + t * v 0 b * form W v v) +
    s * (dot (row a (G s t)) u * dot (col b (G s t))^T u) + t * (dot (row a (G s t)) v * dot (col b (G s t))^T v).
  rewrite form_cube {1}/G !formD !formZ !form_gr rowG colG !formDl !formZl !formDr !formZr vu.
  by rewrite !mulrDr.
have xE s t w : dot (row a (G s t)) w = dot x w + s * u 0 a * dot u w + t * v 0 a * dot v w.
  by rewrite rowG !dotD !dotZ.
have yE s t w : dot (col b (G s t))^T w = dot y w + s * u 0 b * dot u w + t * v 0 b * dot v w.
  by rewrite colG !dotD !dotZ.
rewrite /= !E !xE !yE /with_uv /rest_uv -/x -/y [dot v u]dotC.
move: (form W x y) (form W x u) (form W x v) (form W u y) (form W v y) (form W u u) (form W u v) (form W v v).
move: (dot x u) (dot x v) (dot y u) (dot y v) (dot u u) (dot u v) (dot v v) (u 0 a) (v 0 a) (u 0 b) (v 0 b) => *; ring.
Qed.
End Cube.

Section PolarC.
Variables (F : fieldType) (e : nat).
Implicit Types (u v c x y : 'rV[F]_e) (W : 'M[F]_e).

Definition both u v c c' a b := (u 0 a * v 0 b + v 0 a * u 0 b) * (dot u c * dot v c' + dot u c' * dot v c) +
  dot u v * ((c 0 a * dot u c' + c' 0 a * dot u c) * v 0 b + (c 0 a * dot v c' + c' 0 a * dot v c) * u 0 b +
             u 0 a * (c 0 b * dot v c' + c' 0 b * dot v c) + v 0 a * (c 0 b * dot u c' + c' 0 b * dot u c)).

Lemma with_uv_gr W u v c a b : with_uv u v a b (W + c^T *m c) = with_uv u v a b W +
  ((u 0 a * v 0 b + v 0 a * u 0 b) * (dot u c * dot v c) +
   dot u v * (c 0 a * dot u c * v 0 b + c 0 a * dot v c * u 0 b + u 0 a * (c 0 b * dot v c) + v 0 a * (c 0 b * dot u
     c))).
Proof.
have rowW : row a (W + c^T *m c) = row a W + c 0 a *: c by apply/rowP => k; rewrite !mxE big_ord1 !mxE.
have colW : (col b (W + c^T *m c))^T = (col b W)^T + c 0 b *: c.
  by apply/rowP => k; rewrite !mxE big_ord1 !mxE [c 0 k * _]mulrC.
rewrite /with_uv rowW colW formD form_gr !dotD !dotZ ![dot c _]dotC.
move: (form W u v) (dot u v) (dot u c) (dot v c) (dot _ u) (dot _ v) (dot _ u) (dot _ v) => *; ring.
Qed.

Lemma with_uv_second W u v c c' a b :
  with_uv u v a b (W + ((c + c')^T *m (c + c'))) - with_uv u v a b (W + c^T *m c) - (with_uv u v a b (W + (c'^T *m c'))
    - with_uv u v a b W) =
  both u v c c' a b.
Proof.
rewrite !with_uv_gr /both !dotDr [(c + c') _ a]mxE [(c + c') _ b]mxE.
move: (with_uv _ _ _ _ _) (dot u v) (dot u c) (dot v c) (dot u c') (dot v c') (u 0 a) (v 0 a) (u 0 b) (v 0 b) (c 0 a)
  (c 0 b) (c' 0 a) (c' 0 b) => *; ring.
Qed.
End PolarC.

Section Second.
Variables (F : fieldType) (M J D T : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Let pc (m : 'I_M) : 'I_d := lshift (J + D) m.
Let cc (j : 'I_J) : 'I_d := rshift M (lshift D j).
Let qc m := cc (q m).
Let rc m := cc (widen_ord TJ (r m)).
Variables (x u v b b' c c' : 'rV[F]_d).
Hypotheses (up : forall m, u 0 (pc m) = 0) (vp : forall m, v 0 (pc m) = 0).
Hypotheses (cp : forall m, c 0 (pc m) = 0) (cp' : forall m, c' 0 (pc m) = 0).
Let out u v b c := outer q r TJ x u v b c.
Let if0 (i : bool) (w : 'rV[F]_d) := if i then w else 0.

Lemma if0E i w k : if0 i w 0 k = i%:R * w 0 k.
Proof. by case: i; rewrite /if0 ?mxE ?mul1r ?mul0r. Qed.
Lemma gr_if0 i w : gr (if0 i w) = i%:R *: gr w.
Proof. by case: i; rewrite /if0 ?scale1r // gr0 scale0r. Qed.
Lemma gr_tr (w : 'rV[F]_d) : (gr w)^T = gr w.
Proof. by rewrite /gr trmx_mul trmxK. Qed.

Lemma outer_front i j (b1 c1 : 'rV[F]_d) : (forall m, c1 0 (pc m) = 0) ->
  out (if0 i u) (if0 j v) b1 c1 = \sum_m (dot x x * x 0 (pc m) + dot x b1 * b1 0 (pc m)) *
    (let G := (gr x + gr b1 + gr c1) + i%:R *: (u^T *m u) + j%:R *: (v^T *m v) in (G *m G *m G) (qc m) (rc m)).
Proof.
move=> c1p; rewrite /out /outer /phi !gr_if0; apply: eq_bigr => m _; congr (_ * _); last first.
  have -> : gr x + i%:R *: gr u + j%:R *: gr v + gr b1 + gr c1 =
     (gr x + gr b1 + gr c1) + i%:R *: (u^T *m u) + j%:R *: (v^T *m v); last by [].
  by rewrite -!addrA; congr (_ + _); rewrite addrCA [in RHS]addrA [RHS]addrC -addrA addrCA; congr (_ + (_ + _));
    rewrite addrC.
rewrite -!gr_if0 !mulmxDr [LHS]mxE [X in X + _]mxE [X in X + _ + _]mxE [X in X + _ + _ + _]mxE.
by rewrite !mul_gr !if0E up vp c1p !mulr0 !addr0.
Qed.

Lemma outer_uv (b1 c1 : 'rV[F]_d) : (forall m, c1 0 (pc m) = 0) ->
  out u v b1 c1 - out u 0 b1 c1 - (out 0 v b1 c1 - out 0 0 b1 c1) =
  \sum_m (dot x x * x 0 (pc m) + dot x b1 * b1 0 (pc m)) *
    (with_uv u v (qc m) (rc m) (gr x + gr b1 + gr c1) + rest_uv u v (qc m) (rc m)).
Proof.
move=> c1p; rewrite -[out u v _ _]/(out (if0 true u) (if0 true v) b1 c1) -[out u 0 _ _]/(out (if0 true u) (if0 false v)
  b1 c1).
rewrite -[out 0 v _ _]/(out (if0 false u) (if0 true v) b1 c1) -[out 0 0 _ _]/(out (if0 false u) (if0 false v) b1 c1).
rewrite !outer_front // -!sumrB; apply: eq_bigr => m _; rewrite -!mulrBr; congr (_ * _).
by apply: cube_difference; rewrite !linearD /= !gr_tr.
Qed.

Definition uv_part (b1 c1 : 'rV[F]_d) := out u v b1 c1 - out u 0 b1 c1 - (out 0 v b1 c1 - out 0 0 b1 c1).

Lemma outer_c (b1 : 'rV[F]_d) : uv_part b1 (c + c') - uv_part b1 (c + 0) - (uv_part b1 (0 + c') - uv_part b1 (0 + 0)) =
  \sum_m (dot x x * x 0 (pc m) + dot x b1 * b1 0 (pc m)) * both u v c c' (qc m) (rc m).
Proof.
rewrite addr0 add0r addr0 /uv_part !outer_uv => [|m|m|m|m]; rewrite ?[(c + c') _ _]mxE ?[(0 : 'rV_d) _ _]mxE ?cp ?cp'
  ?addr0 //.
rewrite -!sumrB; apply: eq_bigr => m _; rewrite -!mulrBr; congr (_ * _).
have r4 (s1 s2 s3 s4 t : F) : s1 + t - (s2 + t) - (s3 + t - (s4 + t)) = s1 - s2 - (s3 - s4) by ring.
by rewrite r4 gr0 addr0 -(with_uv_second (gr x + gr b1)).
Qed.

Definition c_part (b1 : 'rV[F]_d) := uv_part b1 (c + c') - uv_part b1 (c + 0) - (uv_part b1 (0 + c') - uv_part b1 (0 +
  0)).

Lemma outer_b : c_part (b + b') - c_part (b + 0) - (c_part (0 + b') - c_part (0 + 0)) =
  \sum_m (dot x b * b' 0 (pc m) + dot x b' * b 0 (pc m)) * both u v c c' (qc m) (rc m).
Proof.
rewrite addr0 add0r addr0 /c_part !outer_c -!sumrB; apply: eq_bigr => m _; rewrite -!mulrBl; congr (_ * _).
rewrite !dotDr [(b + b') _ _]mxE [(0 : 'rV_d) _ _]mxE mulr0 addr0.
move: (dot x b) (dot x b') (b 0 _) (b' 0 _) (dot x x * _) => *; ring.
Qed.
End Second.

Section Selected.
Variables (F : fieldType) (charF : [char F] =i pred0) (M e : nat) (q r : 'I_M -> 'I_e) (o : 'I_e).
Hypotheses (qo : forall m, q m != o) (ro : forall m, r m != o) (rq : forall m, (r m <= q m)%N).
Hypothesis distinct : forall m m', (q m = q m' /\ r m = r m') \/ (q m = r m' /\ r m = q m') -> m = m'.
Local Notation d := (M + e)%N.
Local Notation "\e a" := (delta_mx 0 a : 'rV[F]_e) (at level 8, a at level 2).
Let pc (m : 'I_M) : 'I_d := lshift e m.
Definition quad_index := ('I_d * 'I_M * ('I_e * 'I_e))%type.
Definition ordered : pred quad_index := fun t => (t.1.2 <= t.1.1)%N && (t.2.2 <= t.2.1)%N.
Definition left_out : pred quad_index := fun t =>
  (M <= t.1.1)%N && [exists n : 'I_M, [&& (t.1.2 < n)%N, t.2.1 == q n & t.2.2 == r n]].
Definition selected := [finType of {t : quad_index | ordered t && ~~ left_out t}].

Lemma card_selected : ((M * d - 'C(M, 2)) * mc e 2 - e * 'C(M, 2) <= #|selected|)%N.
Proof.
have A : #|[pred t | ordered t]| = ((M * d - 'C(M, 2)) * mc e 2)%N.
  have := cardX [pred at_ : 'I_d * 'I_M | (at_.2 <= at_.1)%N] [pred at_ : 'I_e * 'I_e | (at_.2 <= at_.1)%N].
  rewrite !card_pairs ?leq_addr // => E; rewrite [(M * d)%N]mulnC.
  have -> : mc e 2 = (e * e - 'C(e, 2))%N.
    by rewrite /mc addn2 /= binS bin1; have := mul_bin_diag e 1; rewrite bin1; case: (e) => [|n] /=; nia.
  by rewrite -E; apply: eq_card => -[[k m] [a b]].
pose f (z : 'I_e * ('I_M * 'I_M)) : quad_index := (rshift M z.1, z.2.1, (q z.2.2, r z.2.2)).
pose less := [predC [pred nm : 'I_M * 'I_M | (nm.2 <= nm.1)%N]].
have B : (#|[pred t | ordered t & left_out t]| <= e * 'C(M, 2))%N.
  have cl : #|less| = 'C(M, 2).
    have := cardC [pred nm : 'I_M * 'I_M | (nm.2 <= nm.1)%N]; rewrite -/less card_pairs // card_prod !card_ord => E.
    have : ('C(M, 2) <= M * M)%N by rewrite bin2; nia.
    by move=> h; apply/eqP; rewrite -(eqn_add2l (M * M - 'C(M, 2))) E subnK.
  have <- : #|[set z : 'I_e * ('I_M * 'I_M) | less z.2]| = (e * 'C(M, 2))%N.
    have := cardX [pred k : 'I_e | true] less; rewrite card_ord cl => <-; rewrite cardsE.
    by apply: eq_card => -[k nm].
  apply: leq_trans (leq_imset_card f _); apply/subset_leq_card/subsetP => -[[k m] [a b]].
  rewrite inE => /andP[_ /andP[/= Mk /existsP[n /and3P[mn /eqP-> /eqP->]]]].
  have kM : (k - M < e)%N by rewrite ltn_subLR.
  apply/imsetP; exists (Ordinal kM, (m, n)); first by rewrite !inE /= -ltnNge.
  by rewrite /f /=; congr (_, _, _); apply: val_inj; rewrite /= subnKC.
rewrite card_sig -A leq_subLR; apply: leq_trans (leq_add B (leqnn _)).
rewrite -[X in (X <= _)%N](cardID [pred t | left_out t]) leq_add // subset_leq_card //.
  by apply/subsetP => t; rewrite !inE andbC.
Qed.

Definition value (t : quad_index) (x : 'rV[F]_d) (u v : 'rV[F]_e) : F :=
  \sum_n (x 0 t.1.1 * (pc n == pc t.1.2)%:R + x 0 (pc t.1.2) * (pc n == t.1.1)%:R) *
    both u v \e (t.2.1) \e (t.2.2) (q n) (r n).

Section Relation.
Variable C : selected -> F.
Hypothesis rel : forall x u v, \sum_t C t * value (val t) x u v = 0.

Let pairM (ab : 'I_e * 'I_e) : 'M[F]_e := delta_mx ab.1 ab.2 + delta_mx ab.2 ab.1.
Let coef (k : 'I_d) (n : 'I_M) (t : quad_index) : F :=
  (k == t.1.1)%:R * (pc n == pc t.1.2)%:R + (k == pc t.1.2)%:R * (pc n == t.1.1)%:R.
Let S k n : 'M[F]_e := \sum_t (C t * coef k n (val t)) *: pairM (val t).2.

Lemma S_tr k n : (S k n)^T = S k n.
Proof.
rewrite /S linear_sum; apply: eq_bigr => t _; rewrite linearZ /= /pairM linearD /= !trmx_delta.
by rewrite addrC.
Qed.

Lemma both_pairM u v a b i j : both u v \e a \e b i j =
  (u 0 i * v 0 j + v 0 i * u 0 j) * form (pairM (a, b)) u v +
  dot u v * (form (pairM (a, b)) \e i u * v 0 j + form (pairM (a, b)) \e i v * u 0 j +
             u 0 i * form (pairM (a, b)) \e j v + v 0 i * form (pairM (a, b)) \e j u).
Proof.
have dd w c : dot w \e c = w 0 c.
  by rewrite /dot (bigD1 c) //= mxE !eqxx mulr1 big1 ?addr0 // => k /negPf kc; rewrite mxE kc andbF mulr0.
have ed c c' : \e c 0 c' = \e c' 0 c by rewrite !mxE [c' == c]eq_sym.
rewrite /both /pairM !formD !form_deltaM !dd /= !(ed a) !(ed b).
move: (u 0 _) (v 0 _) (u 0 _) (v 0 _) (u 0 _) (v 0 _) (u 0 _) (v 0 _) (\e i 0 a) (\e i 0 b) (\e j 0 a) (\e j 0 b) => *.
move: (dot u v) => *; ring.
Qed.

Lemma S_equation k (u v : 'rV[F]_e) : \sum_m ((u 0 (q m) * v 0 (r m) + v 0 (q m) * u 0 (r m)) * form (S k m) u v +
  dot u v * (form (S k m) \e (q m) u * v 0 (r m) + form (S k m) \e (q m) v * u 0 (r m) +
             u 0 (q m) * form (S k m) \e (r m) v + v 0 (q m) * form (S k m) \e (r m) u)) = 0.
Proof.
pose L m (X : 'M[F]_e) := (u 0 (q m) * v 0 (r m) + v 0 (q m) * u 0 (r m)) * form X u v +
  dot u v * (form X \e (q m) u * v 0 (r m) + form X \e (q m) v * u 0 (r m) +
             u 0 (q m) * form X \e (r m) v + v 0 (q m) * form X \e (r m) u).
have LD m X Y : L m (X + Y) = L m X + L m Y.
  rewrite /L !formD; move: (dot u v) (u 0 _) (v 0 _) (u 0 _) (v 0 _) => x1 x2 x3 x4 x5.
  by move: (form X u v) (form Y u v) (form X _ _) (form Y _ _) (form X _ _) (form Y _ _) (form X _ _) (form Y _ _)
    (form X _ _) (form Y _ _) => *; ring.
have LZ m t X : L m (t *: X) = t * L m X.
  rewrite /L !formZ; move: (dot u v) (u 0 _) (v 0 _) (u 0 _) (v 0 _) => x1 x2 x3 x4 x5.
  by move: (form X u v) (form X _ _) (form X _ _) (form X _ _) (form X _ _) => *; ring.
have L0 m : L m 0 = 0 by rewrite -(scale0r (0 : 'M[F]_e)) LZ mul0r.
rewrite -[LHS]/(\sum_m L m (S k m)) -[RHS](rel (delta_mx 0 k) u v) /value.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big /=; apply: eq_bigr => m _.
rewrite /S (big_morph (L m) (LD m) (L0 m)); apply: eq_bigr => t _; rewrite LZ both_pairM -surjective_pairing -mulrA.
by rewrite /L !mxE /= /coef ![_ == k]eq_sym.
Qed.

Lemma coef_off (k : 'I_d) (m : 'I_M) (t : selected) : (m <= k)%N -> (val t).1 != (k, m) -> coef k m (val t) = 0.
Proof.
move: t => [[[k' m'] ab] /= /andP[/andP[/= mk' _] _]] mk; rewrite xpair_eqE /coef /= => ne.
rewrite (inj_eq (@lshift_inj _ _)) [k == k']eq_sym [m == m']eq_sym -!natrM !mulnb (negPf ne) add0r.
case: andP => // -[/eqP k1 /eqP k2]; case/negP: ne; rewrite k1 -k2 /= in mk mk' *.
have mm : m' = m by apply: val_inj; apply/eqP; rewrite eqn_leq mk mk'.
by rewrite mm !eqxx.
Qed.

Lemma pair_off (a b : 'I_e) (t : selected) : (b <= a)%N -> (val t).2 != (a, b) -> pairM (val t).2 a b = 0.
Proof.
move: t => [[km [a' b']] /= /andP[/andP[_ /= ba'] _]] ba; rewrite xpair_eqE => ne; rewrite /pairM !mxE /=.
rewrite [a == a']eq_sym [b == b']eq_sym (negPf ne) add0r.
case: andP => // -[/eqP a1 /eqP b1]; case/negP: ne; rewrite a1 b1 in ba *.
have mm : a' = b' by apply: val_inj; apply/eqP; rewrite eqn_leq ba ba'.
by rewrite mm !eqxx.
Qed.

Lemma term_off (k : 'I_d) (m : 'I_M) (a b : 'I_e) (t : selected) : (m <= k)%N -> (b <= a)%N -> val t != (k, m, (a, b))
  ->
  C t * coef k m (val t) * pairM (val t).2 a b = 0.
Proof.
move=> mk ba; rewrite [val t]surjective_pairing xpair_eqE negb_and => /orP[km|ab].
  by rewrite -surjective_pairing coef_off ?mulr0 ?mul0r.
by rewrite -surjective_pairing pair_off ?mulr0.
Qed.

Lemma S_entry k m a b : S k m a b = \sum_t C t * coef k m (val t) * pairM (val t).2 a b.
Proof. by rewrite /S summxE; apply: eq_bigr => t _; rewrite mxE. Qed.

Lemma S_left_out (k : 'I_d) (m : 'I_M) (a b : 'I_e) : (m <= k)%N -> (b <= a)%N -> left_out (k, m, (a, b)) -> S k m a b
  = 0.
Proof.
move=> mk ba out; rewrite S_entry big1 // => t _; apply: term_off => //.
by apply: contraTneq out => <-; have /andP[] := valP t.
Qed.

Lemma S_selected (t : selected) : S (val t).1.1 (val t).1.2 (val t).2.1 (val t).2.2 = 0 -> C t = 0.
Proof.
have /andP[/andP[mk ba] _] := valP t.
rewrite S_entry (bigD1 t) //= big1 ?addr0 => [|t' tt']; last first.
  by apply: term_off => //; rewrite -!surjective_pairing (inj_eq val_inj).
rewrite /coef /pairM !mxE !eqxx mulr1 -!natrM -!natrD => /eqP.
by rewrite !mulf_eq0 !((charf0P F).1 charF) !addn_eq0 /= !orbF => /eqP.
Qed.

Lemma S_swap i j : S (pc i) j = S (pc j) i.
Proof.
apply: eq_bigr => t _; congr (_ * _ *: _); rewrite /coef addrC; congr (_ + _); exact: mulrC.
Qed.

Lemma relation_trivial t : C t = 0.
Proof.
apply: S_selected; have /andP[/andP[]] := valP t; case: (val t) => [[k m] [a b]] /= mk ba out.
pose kap m : F := pairK F q r m (q m) (r m).
have k0 n : kap n != 0 by apply: kap0.
have anti j n n' := solution_antisym charF qo ro (S_tr j) distinct (S_equation j) n n'.
have off := solution_off charF qo ro (S_tr k) distinct (S_equation k) m (a := a) (b := b).
have [/existsP[n /andP[/eqP an /eqP bn]]|] := boolP [exists n, (a == q n) && (b == r n)]; last first.
  rewrite negb_exists => /forallP no; apply: off => n; rewrite no /=; apply: contra (no n) => /andP[/eqP an /eqP bn].
  have E : q n = r n by apply: val_inj; apply/eqP; rewrite eqn_leq rq andbT -an -bn.
  by rewrite an bn E !eqxx.
rewrite an bn in ba out *.
have [Mk|kM] := leqP M k.
  have nm : (n <= m)%N.
    rewrite leqNgt; apply: contra out => mn; rewrite /left_out /= Mk; apply/existsP; exists n.
    by rewrite mn !eqxx.
  have mMk (j : 'I_M) : (j <= k)%N by apply: leq_trans (ltnW (ltn_ord j)) Mk.
  have := anti k m n; have [nm'|mn] := ltnP n m.
    rewrite (S_left_out (m := n) (mMk n) (rq m)) ?mul0r ?oppr0 => [/eqP|].
      by rewrite mulf_eq0 (negPf (k0 m)) orbF => /eqP.
    by rewrite /left_out /= Mk; apply/existsP; exists m; rewrite nm' !eqxx.
  have <- : m = n by apply: val_inj; apply/eqP; rewrite eqn_leq mn nm.
  move=> /eqP; rewrite -addr_eq0 => /eqP/(double0 charF)/eqP.
  by rewrite mulf_eq0 (negPf (k0 m)) orbF => /eqP.
pose B i j l := S (pc i) j (q l) (r l) * kap j * kap i.
have Bs i j l : B i j l = B j i l by rewrite /B S_swap mulrAC.
have Ba i j l : B i j l = - B i l j by rewrite /B anti mulNr.
have -> : k = pc (Ordinal kM) by apply: val_inj.
set j := Ordinal kM; have : B j m n + B j m n = 0.
  by rewrite {2}Ba (Bs j n) (Ba n j) opprK (Bs n m) (Ba m n) (Bs m j) addrN.
move/(double0 charF)/eqP; rewrite !mulf_eq0 (negPf (k0 m)) (negPf (k0 j)) !orbF => /eqP.
by [].
Qed.
End Relation.
End Selected.

Section AbstractDifferences.
Variables (F : fieldType) (V W : zmodType) (out : V -> V -> V -> V -> V -> F) (in_e : W -> V).
Definition second_uv x u v b c := out x u v b c - out x u 0 b c - (out x 0 v b c - out x 0 0 b c).
Definition second_c x u v c c' b :=
  second_uv x u v b (c + c') - second_uv x u v b (c + 0) - (second_uv x u v b (0 + c') - second_uv x u v b (0 + 0)).
Definition second_b x u v b b' c c' :=
  second_c x u v c c' (b + b') - second_c x u v c c' (b + 0) - (second_c x u v c c' (0 + b') - second_c x u v c c' (0 +
    0)).

Lemma sep_le_second s : sep_le (fun (t : V * V * V) (y : V * V) => out t.1.1 t.1.2 t.2 y.1 y.2) s ->
  sep_le (fun (t : V * (W * W)) (y : (V * V) * (W * W)) =>
    second_b t.1 (in_e t.2.1) (in_e t.2.2) y.1.1 y.1.2 (in_e y.2.1) (in_e y.2.2)) s.
Proof.
move=> fs; pose if0 (k : bool) (w : V) := if k then w else 0.
have {}fs := sep_le_diff2l (fun k l (t : V * V * V) => (t.1.1, if0 k t.1.2, if0 l t.2)) fs.
have {}fs := sep_le_diff2r (fun k l (y : V * (V * V)) => (y.1, if0 k y.2.1 + if0 l y.2.2)) fs.
have {}fs := sep_le_diff2r (fun k l (y : (V * V) * (V * V)) => (if0 k y.1.1 + if0 l y.1.2, y.2)) fs.
exact: (sep_le_comp (fun t : V * (W * W) => (t.1, in_e t.2.1, in_e t.2.2))
  (fun y : (V * V) * (W * W) => (y.1, (in_e y.2.1, in_e y.2.2))) fs).
Qed.
End AbstractDifferences.

Section InE.
Variables (F : fieldType) (M e : nat).
Definition in_e (w : 'rV[F]_e) : 'rV[F]_(M + e) := row_mx 0 w.
Lemma in_eL w (m : 'I_M) : in_e w 0 (lshift e m) = 0. Proof. by rewrite /in_e row_mxEl mxE. Qed.
Lemma in_eR w k : in_e w 0 (rshift M k) = w 0 k. Proof. by rewrite /in_e row_mxEr. Qed.
Lemma dot_in_e w w' : dot (in_e w) (in_e w') = dot w w'.
Proof.
rewrite /dot big_split_ord /= big1 ?add0r => [|m _]; last by rewrite in_eL mul0r.
by apply: eq_bigr => k _; rewrite !in_eR.
Qed.
Lemma both_in_e (u v c c' : 'rV[F]_e) a b : both (in_e u) (in_e v) (in_e c) (in_e c') (rshift M a) (rshift M b) = both
  u v c c' a b.
Proof. by rewrite /both !dot_in_e !in_eR. Qed.
End InE.

Section Parts.
Variables (F : fieldType) (M J D T : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Local Notation e := (J + D)%N.
Local Notation rV := 'rV[F]_d.

Lemma second_outer (x b b' : rV) (u v c c' : 'rV[F]_e) :
  second_b (outer q r TJ) x (in_e M u) (in_e M v) b b' (in_e M c) (in_e M c') =
  \sum_m (dot x b * b' 0 (lshift e m) + dot x b' * b 0 (lshift e m)) *
      both u v c c' (lshift D (q m)) (lshift D (widen_ord TJ (r m))).
Proof.
have E := outer_b q r TJ x b b' (in_eL u) (in_eL v) (in_eL c) (in_eL c').
apply: etrans (etrans E _); first by rewrite /second_b /second_c /second_uv /c_part /uv_part.
by apply: eq_bigr => m _; rewrite both_in_e.
Qed.
End Parts.
End SharedPairs.
