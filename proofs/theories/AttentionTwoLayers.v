(* theory.md Theorem 3.18 and more, in elementary terms: two layers of H heads of width da, d = H da, three tokens on the
   side of the output and two on the other. For J, T, M with T <= min (J, H), M <= J T - T (T - 1) / 2 and M + J <= da some
   weights, and so almost all, give separation rank at least
     (M d - M (M - 1) / 2) mc (d - M - J) 2,         mc n 2 = n (n + 1) / 2
   at every output entry. T = 1 and J = M is theory.md's 3.18, with d - 2 M coordinates in place of d - 2 M - 1 and without
   its "- 1"; J and T are those of its 3.18', which has a larger number by another proof.
   Proof. Coordinates p_m (m < M), c_j (j < J), others. Layer 1: W_h = block h, V = the projection on the p_m and c_j.
   Layer 2: head t < T has W = \sum_(m, r_m = c_t) p_m q_m^T and V = c_t e_p^T; {q_m, r_m} are distinct pairs of the c_j. So
     f = \sum_m (x G p_m) (q_m G^3 r_m),  G the Gram matrix.
   Tokens x, u, v on the side of the output, b, c on the other; no p_m in u and v, neither p_m nor c_j in c. The alternating
   sum over u, v, b, c present or not - a combination of values of f on both sides, which has no larger rank - is
     \sum_m (x.b) b[p_m] (u.c) (v.c) (u[q_m] v[r_m] + v[q_m] u[r_m])
   and u = q_m + e_k, v = r_m + e_l isolate b[j] b[p_m] c[k] c[l], for all j, m and all k, l among the others.
   No square root of -1 is used, and no irreducible representation.
     twoW q r          == the weights; q and r in 'I_M -> 'I_J, 'I_M -> 'I_T
     phi q r x G       == \sum_m (x G)[p_m] (G^3)[q_m, r_m]
     gr v              == v^T v
     ffactors e        == the two variables of the monomial e of degree 2 *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights PairingRank AttentionHeads.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* combinations of values on one side *)
Section Differences.
Variables (R : comRingType) (X Y X' Y' : Type) (f : X -> Y -> R) (s : nat).

Lemma sep_le_diffl (u u' : X' -> X) : sep_le f s -> sep_le (fun x y => f (u x) y - f (u' x) y) s.
Proof.
case=> g [h E]; exists (fun i x => g i (u x) - g i (u' x)), h => x y.
by rewrite !E -sumrB; apply: eq_bigr => i _; rewrite mulrBl.
Qed.

Lemma sep_le_diffr (v v' : Y' -> Y) : sep_le f s -> sep_le (fun x y => f x (v y) - f x (v' y)) s.
Proof.
case=> g [h E]; exists g, (fun i y => h i (v y) - h i (v' y)) => x y.
by rewrite !E -sumrB; apply: eq_bigr => i _; rewrite mulrBr.
Qed.
End Differences.

Lemma alternating_ring (R : comRingType) (X P a b a' b' s t u v u' v' : R) :
  (X + P) * ((a + s * u + t * v + b) * (a' + s * u' + t * v' + b')) - X * ((a + s * u + t * v) * (a' + s * u' + t * v')) -
  ((X + P) * ((a + t * v + b) * (a' + t * v' + b')) - X * ((a + t * v) * (a' + t * v'))) -
  ((X + P) * ((a + s * u + b) * (a' + s * u' + b')) - X * ((a + s * u) * (a' + s * u')) -
   ((X + P) * ((a + b) * (a' + b')) - X * (a * a'))) = P * (s * t) * (u * v' + v * u').
Proof. by ring. Qed.

(* monomials of degree 2 *)
Section Degree2.
Variables (R : comRingType) (I : finType).

Lemma ffactors_subproof (e : mon I 2) : exists f : {ffun 'I_2 -> I}, content f == val e.
Proof. by have /card_gt0P[f] : (0 < mult (val e))%N by [rewrite mult_gt0 (valP e)]; rewrite inE => ?; exists f. Qed.
Definition ffactors (e : mon I 2) := xchoose (ffactors_subproof e).

Lemma ffactorsE (e : mon I 2) (x : I -> R) : x ^^ (val e) = x (ffactors e ord0) * x (ffactors e ord_max).
Proof.
have <- : \prod_j x (ffactors e j) = x (ffactors e ord0) * x (ffactors e ord_max).
  by rewrite !big_ord_recl big_ord0 mulr1; congr (_ * x (ffactors e _)); apply: val_inj.
rewrite -(eqP (xchooseP (ffactors_subproof e))) -/(ffactors e) /mono (partition_big (ffactors e) xpredT) //=.
apply: eq_bigr => i _; rewrite contentE /cnt -prodr_const; apply: eq_bigr => j /eqP <-.
by [].
Qed.
End Degree2.

Section Weights.
Variables (F : fieldType) (n M J D T H da : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Hypotheses (dE : d = (H * da)%N) (TH : (T <= H)%N) (MJ : (M + J <= da)%N) (da0 : (0 < da)%N).
Let pc (m : 'I_M) : 'I_d := lshift (J + D) m.
Let cc (j : 'I_J) : 'I_d := rshift M (lshift D j).
Let rc (t : 'I_T) : 'I_d := cc (widen_ord TJ t).
Variable p0 : 'I_d.

Definition twoL : 'M[F]_(d, M) := col_mx 1%:M 0.
Definition twoR (t : 'I_T) : 'M[F]_(M, d) := \matrix_(m, l) ((r m == t) && (l == cc (q m)))%:R.
Definition two_head t : head F d := (twoL *m twoR t, delta_mx (rc t) p0).
Definition twoW : seq (seq (head F d)) :=
  [:: blocks H da (pid_mx (M + J)); [seq two_head t | t <- enum 'I_T] ++ nseq (H - T) (0, 0)].

Lemma shape_twoW : has_shape 2%N H da twoW.
Proof.
have Ma : (M <= da)%N by apply: leq_trans MJ; apply: leq_addr.
apply: shape_cons; first exact: size_blocks.
  by apply: low_rank_blocks => //; apply: leq_trans MJ; rewrite rank_pid_mx // leq_add2l leq_addr.
apply: shape_cons => //; first by rewrite size_cat size_map size_enum_ord size_nseq subnKC.
rewrite all_cat all_nseq low_rank0 orbT andbT; apply/allP => _ /mapP[t _ ->].
by rewrite /low_rank /= rank_outer // mxrank_delta.
Qed.

Definition phi (x : 'rV[F]_d) (G : 'M[F]_d) :=
  \sum_m (x *m G) 0 (pc m) * (G *m G *m G) (cc (q m)) (rc (r m)).

Lemma mul_delta k (Z : 'M[F]_(k, d)) a (b j : 'I_d) i : (Z *m delta_mx a b) i j = (j == b)%:R * Z i a.
Proof.
rewrite mxE (bigD1 a) //= mxE eqxx /= big1 ?addr0 => [|l /negPf la]; first by rewrite mulrC.
by rewrite mxE la mulr0.
Qed.

Lemma net_twoW (X : 'M[F]_(n, d)) i : net twoW X i p0 = phi (row i X) (X^T *m X).
Proof.
rewrite /net /twoW /= att_cat att_blocks //; set G := X^T *m X; set V : 'M_d := pid_mx _; set Y := _ *m V.
have VE k (Z : 'M[F]_(k, d)) a (c : 'I_d) : (c < M + J)%N -> (Z *m V) a c = Z a c.
  move=> cM; rewrite mxE (bigD1 c) //= mxE eqxx cM mulr1 big1 ?addr0 // => l /negPf lc.
  by rewrite mxE -[(l == c :> nat)]/(l == c) lc mulr0.
have pM m : (pc m < M + J)%N by apply: leq_trans (ltn_ord m) (leq_addr _ _).
have cM j : (cc j < M + J)%N by rewrite /= ltn_add2l.
have GT : G^T = G by rewrite /G trmx_mul trmxK.
have YY : Y^T *m Y = V^T *m (G *m G *m G) *m V.
  rewrite /Y 2!trmx_mul GT -!mulmxA; congr (_ *m (_ *m _)); rewrite !mulmxA.
have YYE j j' : (Y^T *m Y) (cc j) (cc j') = (G *m G *m G) (cc j) (cc j').
  by rewrite YY VE // -[V^T *m _]trmxK [LHS]mxE trmx_mul trmxK VE // [LHS]mxE.
rewrite /att big_map big_enum summxE /=.
transitivity (\sum_(t < T) \sum_m (r m == t)%:R * ((row i X *m G) 0 (pc m) * (G *m G *m G) (cc (q m)) (rc t))).
  apply: eq_big => [//|t _]; rewrite /att1 /= mul_delta eqxx mul1r.
  have -> : Y *m (twoL *m twoR t) *m Y^T *m Y = (Y *m twoL) *m (twoR t *m (Y^T *m Y)) by rewrite !mulmxA.
  rewrite mxE.
  apply: eq_bigr => m _.
  have -> : (Y *m twoL) i m = (row i X *m G) 0 (pc m).
    by rewrite -[Y]hsubmxK mul_row_col mulmx1 mulmx0 addr0 mxE VE // -row_mul [RHS]mxE.
  have -> : (twoR t *m (Y^T *m Y)) m (rc t) = (r m == t)%:R * (G *m G *m G) (cc (q m)) (rc t).
    rewrite mxE (bigD1 (cc (q m))) //= mxE eqxx andbT YYE big1 ?addr0 // => l /negPf lq.
    by rewrite mxE lq andbF mul0r.
  by rewrite mulrCA.
rewrite exchange_big; apply: eq_bigr => m _; rewrite (bigD1 (r m)) //= eqxx mul1r big1 ?addr0 // => t.
by rewrite eq_sym => /negPf->; rewrite mul0r.
Qed.

(* the alternating sum *)
Definition gr (v : 'rV[F]_d) : 'M[F]_d := v^T *m v.

Lemma gr0 : gr 0 = 0. Proof. by rewrite /gr trmx0 mulmx0. Qed.

Lemma mul_tr (x y : 'rV[F]_d) : (x *m y^T) 0 0 = dot x y.
Proof. by rewrite mxE; apply: eq_bigr => k _; rewrite mxE. Qed.

Lemma mul_gr (x v : 'rV[F]_d) k : (x *m gr v) 0 k = dot x v * v 0 k.
Proof. by rewrite /gr mulmxA mxE big_ord1 mul_tr. Qed.

Lemma gr_mul (c v : 'rV[F]_d) k : (gr v *m c^T) k 0 = dot c v * v 0 k.
Proof. by rewrite /gr -mulmxA mxE big_ord1 mul_tr mxE mulrC dotC. Qed.

Lemma col_mul k l (A : 'M[F]_(k, l)) (B : 'M[F]_(l, d)) j : col j (A *m B) = A *m col j B.
Proof. by rewrite !colE mulmxA. Qed.

Lemma phi_add (x : 'rV[F]_d) (U : 'M[F]_d) (c : 'rV[F]_d) : (forall m, c 0 (pc m) = 0) -> (forall j, c 0 (cc j) = 0) ->
  phi x (U + gr c) - phi x U =
  \sum_m (x *m U) 0 (pc m) * ((U *m c^T) (cc (q m)) 0 * (c *m U) 0 (rc (r m))).
Proof.
move=> cp cq; rewrite /phi -sumrB; apply: eq_bigr => m _.
rewrite mulmxDr [(x *m U + _) _ _]mxE mul_gr cp mulr0 addr0 -mulrBr; congr (_ * _).
have entry (A B C : 'M[F]_d) a b : (A *m B *m C) a b = (row a A *m B *m col b C) 0 0.
  by rewrite -row_mul -col_mul -row_mul !mxE.
have grow a : c 0 a = 0 -> row a (U + gr c) = row a U.
  by move=> ca; apply/rowP => l; rewrite !mxE big_ord1 mxE ca mul0r addr0.
have gcol a : c 0 a = 0 -> col a (U + gr c) = col a U.
  by move=> ca; apply/colP => l; rewrite !mxE big_ord1 ca mulr0 addr0.
rewrite !entry grow ?gcol ?cq // mulmxDr mulmxDl mxE addrAC subrr add0r /gr.
have -> : row (cc (q m)) U *m (c^T *m c) *m col (rc (r m)) U = row (cc (q m)) (U *m c^T) *m col (rc (r m)) (c *m U).
  by rewrite row_mul col_mul !mulmxA.
by rewrite mxE big_ord1 [row _ _ _ _]mxE [col _ _ _ _]mxE.
Qed.

Definition outer (x u v b c : 'rV[F]_d) := phi x (gr x + gr u + gr v + gr b + gr c).

Lemma alternating (x u v b c : 'rV[F]_d) :
  (forall m, u 0 (pc m) = 0) -> (forall m, v 0 (pc m) = 0) -> (forall m, c 0 (pc m) = 0) -> (forall j, c 0 (cc j) = 0) ->
  let d1 u v b := outer x u v b c - outer x u v b 0 in
  let d2 u v := d1 u v b - d1 u v 0 in
  d2 u v - d2 0 v - (d2 u 0 - d2 0 0) =
  \sum_m dot x b * b 0 (pc m) * (dot u c * dot v c) *
     (u 0 (cc (q m)) * v 0 (rc (r m)) + v 0 (cc (q m)) * u 0 (rc (r m))).
Proof.
move=> up vp cp cq d1 d2; pose lin w k := dot c w * w 0 k.
pose g (u' v' b' : 'rV[F]_d) m := (dot x x * x 0 (pc m) + dot x b' * b' 0 (pc m)) *
  ((lin x (cc (q m)) + lin u' (cc (q m)) + lin v' (cc (q m)) + lin b' (cc (q m))) *
   (lin x (rc (r m)) + lin u' (rc (r m)) + lin v' (rc (r m)) + lin b' (rc (r m)))).
have addE k l (A B : 'M[F]_(k, l)) a a' : (A + B) a a' = A a a' + B a a' by rewrite mxE.
have d1E (u' v' b' : 'rV[F]_d) : (forall m, u' 0 (pc m) = 0) -> (forall m, v' 0 (pc m) = 0) ->
  d1 u' v' b' = \sum_m g u' v' b' m.
  move=> up' vp'; rewrite /g /d1 /outer gr0 addr0 phi_add //; apply: eq_bigr => m _.
  rewrite !mulmxDr !mulmxDl !addE !mul_gr !gr_mul up' vp' !mulr0 !addr0.
  by rewrite /lin.
have z m : (0 : 'rV[F]_d) 0 (pc m) = 0 by rewrite mxE.
have lin0 k : lin 0 k = 0 by rewrite /lin mxE mulr0.
have b0 m : dot x 0 * (0 : 'rV[F]_d) 0 (pc m) = 0 by rewrite z mulr0.
rewrite /d2 !d1E // -!sumrB; apply: eq_bigr => m _; rewrite /g !lin0 b0 !addr0 (dotC u) (dotC v) /lin.
exact: alternating_ring.
Qed.
End Weights.

(* the monomials b[j] b[p_m] c[k] c[l] are independent *)
Section Independent.
Variables (F : fieldType) (charF : [char F] =i pred0) (M N D : nat).
Definition first := (mon [finType of 'I_M] 2 + 'I_M * 'I_N)%type.
Definition second := mon [finType of 'I_D] 2.

Definition factor_other (t : first) : 'I_(M + N) :=
  match t with inl e => lshift N (ffactors e ord0) | inr mk => rshift M mk.2 end.
Definition factor_p (t : first) : 'I_M := match t with inl e => ffactors e ord_max | inr mk => mk.1 end.

Lemma card_first_second : #|{: first * second}| = ((mc M 2 + M * N) * mc D 2)%N.
Proof. by rewrite card_prod card_sum card_prod !card_mon !card_ord. Qed.

Lemma first_independent (a : first -> F) :
  (forall b : 'rV[F]_(M + N), \sum_t a t * (b 0 (factor_other t) * b 0 (lshift N (factor_p t))) = 0) ->
  forall t, a t = 0.
Proof.
move=> H; have split_sum (b1 : 'rV[F]_M) (b2 : 'rV[F]_N) :
    \sum_e a (inl e) * (b1 0) ^^ (val e) + \sum_mk a (inr mk) * (b2 0 mk.2 * b1 0 mk.1) = 0.
  rewrite -[RHS](H (row_mx b1 b2)) big_sumType /=; congr (_ + _); apply: eq_bigr => t _.
    by rewrite ffactorsE !row_mxEl.
  by rewrite row_mxEl row_mxEr.
have a1 e : a (inl e) = 0.
  apply: (indep_mon_rV charF (c := fun e => a (inl e))) => b1; rewrite -[RHS](split_sum b1 0).
  by rewrite [X in _ + X]big1 ?addr0 // => mk _; rewrite mxE mul0r mulr0.
case=> [//|[m k]]; rewrite -[RHS](split_sum (delta_mx 0 m) (delta_mx 0 k)) big1 ?add0r => [|e _]; last by rewrite a1 mul0r.
rewrite (bigD1 (m, k)) //= !mxE !eqxx /= !mulr1 big1 ?addr0 // => -[m' k'] ne.
rewrite !mxE /=; move: ne; rewrite xpair_eqE; case: (m' == m) => /=; last by rewrite !mulr0.
by move/negPf->; rewrite mul0r mulr0.
Qed.

Lemma products_lower (kappa : first -> F) s : (forall t, kappa t != 0) ->
  grid_le (fun (t : first * second) (y : 'rV[F]_(M + N) * 'rV[F]_D) =>
    kappa t.1 * (y.1 0 (factor_other t.1) * y.1 0 (lshift N (factor_p t.1)) *
                 (y.2 0 (ffactors t.2 ord0) * y.2 0 (ffactors t.2 ord_max)))) s ->
  ((mc M 2 + M * N) * mc D 2 <= s)%N.
Proof.
move=> k0; rewrite -card_first_second; apply: indep_grid => a H [t e].
suff /eqP : a (t, e) * kappa t = 0 by rewrite mulf_eq0 (negPf (k0 t)) orbF => /eqP.
apply: (first_independent (a := fun t => a (t, e) * kappa t)) => b.
rewrite -[LHS]/((fun e => \sum_t a (t, e) * kappa t * (b 0 (factor_other t) * b 0 (lshift N (factor_p t)))) e).
move: e; apply: (indep_mon_rV charF) => c; rewrite -[RHS](H (b, c)).
pose G t' e := a (t', e) * (kappa t' * (b 0 (factor_other t') * b 0 (lshift N (factor_p t')) *
  (c 0 (ffactors e ord0) * c 0 (ffactors e ord_max)))).
rewrite [RHS](_ : _ = \sum_t' \sum_e G t' e); last by rewrite pair_bigA; apply: eq_bigr => -[].
rewrite exchange_big; apply: eq_bigr => e _; rewrite mulr_suml; apply: eq_bigr => t' _.
by rewrite ffactorsE /G -!mulrA.
Qed.
End Independent.

(* k distinct tokens of a side, the first of them given *)
Lemma distinct_tokens n k (S : pred 'I_n) i : S i -> (k < #|S|)%N ->
  exists f : 'I_k.+1 -> 'I_n, [/\ injective f, f ord0 = i & forall a, S (f a)].
Proof.
move=> Si kS; pose l := i :: rem i (enum S).
have ul : uniq l by rewrite /= mem_rem_uniq ?enum_uniq // inE eqxx /= rem_uniq // enum_uniq.
have zl : size l = #|S| by rewrite /= size_rem ?mem_enum // -cardE prednK //; apply/card_gt0P; exists i.
have lt (a : 'I_k.+1) : (a < size l)%N by rewrite zl; apply: leq_trans kS.
exists (fun a => nth i l a); split=> [a b /eqP|//|a]; first by rewrite nth_uniq // => /eqP/val_inj.
by have := mem_nth i (lt a); rewrite inE => /orP[/eqP->//|/mem_rem]; rewrite mem_enum.
Qed.

(* three tokens of the side of the output and two of the other *)
Section Tokens.
Variables (F : fieldType) (n M J D T H da : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T).
Variables (S : pred 'I_n) (i : 'I_n) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Hypotheses (dE : d = (H * da)%N) (TH : (T <= H)%N) (MJ : (M + J <= da)%N) (da0 : (0 < da)%N).
Hypotheses (Si : S i) (sA : (2 < #|S|)%N) (sB : (1 < #|predC S|)%N).

Lemma outer_of_net (p : 'I_d) s : sep_le (fun x y => net (twoW F H da q r TJ p) (mix S x y) i p) s ->
  sep_le (fun (t : 'rV[F]_d * 'rV[F]_d * 'rV[F]_d) (y : 'rV[F]_d * 'rV[F]_d) =>
    outer q r TJ t.1.1 t.1.2 t.2 y.1 y.2) s.
Proof.
move=> fs; have [fa [faI fa0 faS]] := distinct_tokens Si sA.
have [j Sj] : exists j, predC S j by apply/card_gt0P; apply: leq_ltn_trans sB.
have [fb [fbI _ fbS]] := distinct_tokens Sj sB.
have ab k l : fa k != fb l by apply: contraTneq (faS k) => ->; apply: fbS.
pose A : 'M[F]_(n, 1 + (1 + 1)) := sel F fa; pose B : 'M[F]_(n, 1 + 1) := sel F fb.
pose three (x u v : 'rV[F]_d) : 'M[F]_(1 + (1 + 1), d) := col_mx x (col_mx u v).
pose two (b c : 'rV[F]_d) : 'M[F]_(1 + 1, d) := col_mx b c.
have netO x u v b c : net (twoW F H da q r TJ p) (mix S (A *m three x u v) (B *m two b c)) i p = outer q r TJ x u v b c.
  have -> : mix S (A *m three x u v) (B *m two b c) = A *m three x u v + B *m two b c.
    apply/matrixP=> t k; rewrite mxE [in RHS]mxE; case: ifP => St.
      by rewrite [X in _ = _ + X]sel_out ?addr0 // => l; apply: contraTneq St => ->; apply: fbS.
    by rewrite [X in _ = X + _]sel_out ?add0r // => l; apply: contraFneq St => ->; apply: faS.
  rewrite net_twoW // /outer; congr (phi _ _ _ _ _).
    apply/rowP=> k; rewrite mxE [LHS]mxE [X in _ + X]sel_out ?addr0 => [|l]; last by rewrite -fa0.
    rewrite -fa0 -[LHS]mul1r mxE (bigD1 ord0) //= mxE eqxx mul1r big1 ?addr0 => [|l l0].
      rewrite mul1r /three (_ : ord0 = lshift (1 + 1) (ord0 : 'I_1)); last exact: val_inj.
      exact: (col_mxEu x (col_mx u v) ord0 k).
    by rewrite mxE (inj_eq faI) eq_sym (negPf l0) mul0r.
  have AA : A^T *m A = 1%:M by apply: sel_unit.
  have BB : B^T *m B = 1%:M by apply: sel_unit.
  have AB : A^T *m B = 0 by apply: sel_orth.
  have BA : B^T *m A = 0 by rewrite -[RHS]trmx0 -AB trmx_mul trmxK.
  have -> (U : 'M[F]_(1 + (1 + 1), d)) (Z : 'M[F]_(1 + 1, d)) : (A *m U + B *m Z)^T *m (A *m U + B *m Z) =
      U^T *m U + Z^T *m Z.
    rewrite [(_ + _)^T]raddfD /= !trmx_mul mulmxDl !mulmxDr !mulmxA -!(mulmxA _ A^T) -!(mulmxA _ B^T).
    by rewrite AA BB AB BA !mulmx0 !mulmx1 !mul0mx addr0 add0r.
  by rewrite /three /two !tr_col_mx !mul_row_col /gr !addrA.
have := sep_le_comp (fun t : 'rV[F]_d * 'rV[F]_d * 'rV[F]_d => A *m three t.1.1 t.1.2 t.2)
  (fun y : 'rV[F]_d * 'rV[F]_d => B *m two y.1 y.2) fs.
by apply: eq_sep_le => t y; rewrite netO.
Qed.
End Tokens.

Section Core.
Variables (F : fieldType) (charF : [char F] =i pred0) (n M J D T H da : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T).
Variables (S : pred 'I_n) (i : 'I_n) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Local Notation rJ m := (widen_ord TJ (r m)).
Hypotheses (dE : d = (H * da)%N) (TH : (T <= H)%N) (MJ : (M + J <= da)%N) (da0 : (0 < da)%N).
Hypotheses (Si : S i) (sA : (2 < #|S|)%N) (sB : (1 < #|predC S|)%N).
Hypothesis distinct : forall m m', (q m = q m' /\ rJ m = rJ m') \/ (q m = rJ m' /\ rJ m = q m') -> m = m'.

Lemma two_layers_core (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape 2%N H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) ((mc M 2 + M * (J + D)) * mc D 2).
Proof.
exists (twoW F H da q r TJ p); first exact: shape_twoW.
move=> s fs; have {}fs := outer_of_net dE Si sA sB fs.
have {}fs := sep_le_diffr (fun y : 'rV[F]_d * 'rV[F]_d => y) (fun y => (y.1, 0)) fs.
have {}fs := sep_le_diffr (fun y : 'rV[F]_d * 'rV[F]_d => y) (fun y => (0, y.2)) fs.
have {}fs := sep_le_diffl (fun t : 'rV[F]_d * 'rV[F]_d * 'rV[F]_d => t) (fun t => (t.1.1, 0, t.2)) fs.
have {}fs := sep_le_diffl (fun t : 'rV[F]_d * 'rV[F]_d * 'rV[F]_d => t) (fun t => (t.1, 0)) fs.
pose e k : 'rV[F]_d := delta_mx 0 k.
pose mix_in (a : 'I_J) (k : 'I_D) : 'rV[F]_d := row_mx 0 (row_mx (delta_mx 0 a) (delta_mx 0 k)).
pose xs (t : first M (J + D) * second D) :=
  (e (factor_other t.1), mix_in (q (factor_p t.1)) (ffactors t.2 ord0), mix_in (rJ (factor_p t.1)) (ffactors t.2 ord_max)).
pose ys (y : 'rV[F]_d * 'rV[F]_D) : 'rV[F]_d * 'rV[F]_d := (y.1, row_mx 0 (row_mx 0 y.2)).
pose kappa (t : first M (J + D)) : F := 1 + (q (factor_p t) == rJ (factor_p t))%:R.
apply: (products_lower charF (N := J + D) (kappa := kappa)) => [t|].
  by rewrite /kappa -[1]/(1%:R) -natrD ((charf0P F).1 charF).
apply: eq_grid (grid_comp xs ys (sep_grid fs)) => t y; rewrite /xs /ys /=.
have dot_row k l (a b : 'rV[F]_k) (a' b' : 'rV[F]_l) : dot (row_mx a a') (row_mx b b') = dot a b + dot a' b'.
  by rewrite /dot big_split_ord /=; congr (_ + _); apply: eq_bigr => m _; rewrite ?row_mxEl ?row_mxEr.
have dot_delta k (b : 'rV[F]_k) l : dot (delta_mx 0 l) b = b 0 l.
  by rewrite /dot (bigD1 l) //= mxE !eqxx mul1r big1 ?addr0 // => m /negPf ml; rewrite mxE ml andbF mul0r.
have dot0 k (b : 'rV[F]_k) : dot b 0 = 0 by rewrite /dot big1 // => m _; rewrite mxE mulr0.
rewrite (alternating q r TJ) => [|m|m|m|a]; try by rewrite ?row_mxEl ?row_mxEr ?row_mxEl mxE.
rewrite dot_delta !dot_row !dot0 !add0r !dot_delta.
set m := factor_p t.1; rewrite (bigD1 m) //= big1 ?addr0 => [|m' m'm].
  rewrite !row_mxEr !row_mxEl !mxE !eqxx /= mulr1 /kappa -/m [rJ m == q m]eq_sym.
  by rewrite -natrM mulnb andbb mulrC.
rewrite !row_mxEr !row_mxEl !mxE !eqxx /= -!natrM !mulnb.
have [[/eqP h1 /eqP h2]|_] := @andP (q m' == q m) (rJ m' == rJ m).
  by case/eqP: m'm; apply: distinct; left; rewrite h1 h2.
have [[/eqP h1 /eqP h2]|_] := @andP (q m' == rJ m) (rJ m' == q m).
  by case/eqP: m'm; apply: distinct; right; rewrite h1 h2.
by rewrite addr0 mulr0.
Qed.
End Core.

(* the pairs {c_a, c_t} with t < T, t <= a < J *)
Lemma card_pairs J T : (T <= J)%N -> (#|[pred at_ : 'I_J * 'I_T | (at_.2 <= at_.1)%N]| = J * T - 'C(T, 2))%N.
Proof.
move=> TJ; have geq_sum t k : (\sum_(a < k) (t <= a) = k - t)%N.
  by elim: k => [|k IH]; [rewrite big_ord0 | rewrite big_ord_recr /= IH; case: (boolP (t <= k)%N) => h /=; lia].
have tri t : (t <= J)%N -> (\sum_(k < t) (J - k) + 'C(t, 2) = J * t)%N.
  elim: t => [|t IH] tJ; first by rewrite big_ord0 muln0.
  by rewrite big_ord_recr /= binS bin1 addnACA subnK ?(ltnW tJ) // IH ?(ltnW tJ) // mulnS addnC.
rewrite -(tri T TJ) addnK -sum1_card big_mkcond /= -(pair_bigA _ (fun (a : 'I_J) (t : 'I_T) => if (t <= a)%N then 1%N else 0%N)).
rewrite exchange_big; apply: eq_bigr => t _; rewrite -geq_sum; apply: eq_bigr => a _ /=.
by case: (t <= a)%N.
Qed.

Lemma distinct_pairs M J T (TJ : (T <= J)%N) : (M <= J * T - 'C(T, 2))%N -> exists (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T),
  (forall m, (r m <= q m)%N) /\
  forall m m', (q m = q m' /\ widen_ord TJ (r m) = widen_ord TJ (r m')) \/
    (q m = widen_ord TJ (r m') /\ widen_ord TJ (r m) = q m') -> m = m'.
Proof.
move=> MT; pose P := [pred at_ : 'I_J * 'I_T | (at_.2 <= at_.1)%N].
have MP : (M <= #|P|)%N by rewrite card_pairs.
pose pick (m : 'I_M) := enum_val (widen_ord MP m).
have pickP m : ((pick m).2 <= (pick m).1)%N by have := enum_valP (widen_ord MP m).
have pickI m m' : (pick m).1 = (pick m').1 -> (pick m).2 = (pick m').2 -> m = m'.
  move=> e1 e2; have /enum_val_inj/(congr1 val)/= mm : pick m = pick m'.
    by rewrite [LHS]surjective_pairing e1 e2 -surjective_pairing.
  exact: val_inj.
exists (fun m => (pick m).1), (fun m => (pick m).2); split=> //.
move=> m m' [[e1 /(congr1 val)/= e2]|[/(congr1 val)/= e1 /(congr1 val)/= e2]].
  by apply: pickI e1 _; apply: val_inj.
have := pickP m; have := pickP m'; rewrite e1 e2 => h h'.
have h2 : (pick m).1 = (pick m').1 :> nat by rewrite e1; apply/eqP; rewrite eqn_leq h h'.
by apply: pickI; apply: val_inj; rewrite //= e2 -h2 e1.
Qed.

Lemma two_layers_number M J D : ((mc M 2 + M * (J + D)) = M * (M + (J + D)) - 'C(M, 2))%N.
Proof.
rewrite /mc addn2 /= binS bin1; have := mul_bin_diag M 1; rewrite bin1.
by case: M => [|M] /=; nia.
Qed.

Section Theorem318.
Variables (F : fieldType) (charF : [char F] =i pred0) (n H da M J T : nat) (S : pred 'I_n) (i : 'I_n).
Local Notation d := (H * da)%N.
Hypotheses (TH : (T <= H)%N) (TJ : (T <= J)%N) (MJ : (M + J <= da)%N) (MT : (M <= J * T - 'C(T, 2))%N).
Hypotheses (sA : (2 < #|[pred k | S k == S i]|)%N) (sB : (1 < #|[pred k | S k != S i]|)%N).

Theorem two_layers_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape 2%N H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) ((M * d - 'C(M, 2)) * mc (d - (M + J)) 2).
Proof.
apply: own_side; pose S1 k := S k == S i; pose D := (d - (M + J))%N.
have /andP[H0 da0] : (0 < H)%N && (0 < da)%N by rewrite -muln_gt0 (leq_ltn_trans _ (ltn_ord p)).
have [q [r [_ distinct]]] := distinct_pairs TJ MT.
have core d' (p' : 'I_d') : d' = d -> d' = (M + (J + D))%N ->
    exists2 Ws : seq (seq (head F d')), has_shape 2%N H da Ws &
      sep_ge (fun x y => net Ws (mix S1 x y) i p') ((M * d' - 'C(M, 2)) * mc D 2).
  move=> dE dD; move: p' dE; rewrite {d'}dD => p' dE; rewrite -two_layers_number.
  by apply: (@two_layers_core F charF n M J D T H da q r S1 i TJ) => //; rewrite /S1 eqxx.
apply: core => //; have : (da <= d)%N by rewrite leq_pmull.
by rewrite /D; lia.
Qed.

Corollary two_layers_lower_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors 2 H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) ((M * d - 'C(M, 2)) * mc (d - (M + J)) 2).
Proof. exact/generic_lower/two_layers_lower. Qed.
End Theorem318.
