(* theory.md Theorem 3.18', both parts, in elementary terms and with a larger number: two layers of H heads of width da,
   d = H da, three tokens on the side of the output and two on the other. For T <= min (J, H), M <= J T - T (T - 1) / 2,
   M + J <= da, J < e = d - M and d - J >= 3 some weights, and so almost all, give separation rank at least
     u mc e 2 - e C(M, 2) + (mc E 2 - 1),     u = M d - C(M, 2), E = M (d - J) - C(M, 2), mc n 2 = n (n + 1) / 2
   at every output entry. theory.md has max (0, mc E 2 - 2 M (d - J)) in place of mc E 2 - 1.
   Proof. Weights and coordinates are those of AttentionTwoLayersMore.v: p_m, c_j, others; {q_m, r_m} pairs of the c_j;
     f = \sum_m (x G p_m) (q_m G^3 r_m).
   Second differences in u, v, then c, c', then b, b' are, if (x.u) u[p_m] = (x.v) v[p_m] = 0 for all m,
     \sum_m ((x.b b'[p_m] + x.b' b[p_m]) both u v c c' q_m r_m + (x.c c'[p_m] + x.c' c[p_m]) both u v b b' q_m r_m).
   Columns: those of AttentionTwoLayersMore.v and, for any two of the E entries (k, m), (l, n), m <= k, n <= l, k and l
   none of the c_j, b = e_k, b' = p_m, c = e_l, c' = p_n. The pair of (o, p_0) with itself is left out; o is one of the
   others. A relation between the columns holds in all rows (x, u, v).
   - Rows with u, v without the p_m see only the first columns, so the relation has none of them (relation_trivial).
   - Take x, s, t without the c_j, x.s = x.t = 0, and u = q_m + s, v = z r_m + t with u.v = 0. Such a row sees only the
     pair m: with S the symmetric matrix of b and b', S' that of c and c', it is a multiple of
     (x S p_m) (s S' t) + (x S' p_m) (s S t). So the same combination h(k, m, a, b) of the numbers
     S[k, p_m] S'[a, b] + S'[k, p_m] S[a, b] vanishes as a form in x, s, t when these are orthogonal in pairs, s.s != 0.
     For k, a, b distinct this says h(k, m, a, b) = 0, h(k, m, a, a) = alpha_k, h(k, m, k, b) = beta_b and
     h(k, m, k, k) = alpha_k + 2 beta_k.
   - h(k, m, l, p_n) has the symmetries of the product of S[k, p_m] and S'[l, p_n], made symmetric in S and S', and
     h(k, m, a, b) = 0 for a, b none of the p. So h = 0 (tensor_zero): alpha_k = 0 for k != o by a = o, alpha_o = beta_o
     and alpha_o + 2 beta_o = 0; then the symmetry leaves one number, and this is h(o, p_0, o, p_0) = 0.
     tensor4 C X Y x y s t  == \sum_i C_i ((x X_i y) (s Y_i t) + (x Y_i y) (s X_i t))
     entry                  == the indices (k, m) of the E entries
     at_entry i             == the i-th of them
     selected2 u0           == the unordered pairs of numbers of entries, but (u0, u0)
     unitS w i              == the symmetric matrix with 1 at the entry w i
     front x b b' m         == x.b b'[p_m] + x.b' b[p_m]
     with_c u v c i j       == the part of with_uv at W + c^T c that c gives
     in_D w                 == w with 0 at the c_j
     column_tokens t        == the vectors (b, b'), (c, c') of the column t
     column_value t y       == the second differences at the row y = (x, (u, v)) and the column t *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights PairingRank.
From Seprank Require Import AttentionHeads AttentionTwoLayers AttentionTwoLayersMore.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Import SharedPairs.
Local Open Scope ring_scope.

Module AllPairs.

(* a symmetric tensor of this kind is 0 *)
Section Tensor.
Variables (F : fieldType) (charF : [char F] =i pred0) (K : eqType) (P : pred K) (o p0 : K).
Hypotheses (oP : ~~ P o) (p0P : P p0) (third : forall k a : K, exists b, (b != k) && (b != a)).
Variable Z : K -> K -> K -> K -> F.
Hypotheses (Zs : forall i j a b, Z i j a b = Z j i a b) (Zx : forall i j a b, Z i j a b = Z a b i j).
Hypothesis Z_off : forall i j a b, ~~ P a -> ~~ P b -> Z i j a b = 0.
Hypothesis Z_out : Z o p0 o p0 = 0.
Hypothesis Z1 : forall m k a b, P m -> k != a -> k != b -> a != b -> Z k m a b = 0.
Hypothesis Z2 : forall m k a b, P m -> k != a -> k != b -> a != b -> Z k m a a = Z k m b b.
Hypothesis Z3 : forall m k a b, P m -> k != a -> k != b -> a != b -> Z k m k b + Z a m k b = Z k m a b + Z a m a b.
Hypothesis Z4 : forall m k a b, P m -> k != a -> k != b -> a != b ->
  Z k m k k + Z k m a a + Z k m a b + (Z a m k k + Z a m a a + Z a m a b) =
  2%:R * Z k m k a + Z k m k b + 2%:R * Z k m b b + (2%:R * Z a m k a + Z a m k b + 2%:R * Z a m b b).

Lemma Z_sym i j a b : Z i j a b = Z i j b a.
Proof. by rewrite Zx Zs Zx. Qed.

Lemma natF0 k (x : F) : k.+1%:R * x = 0 -> x = 0.
Proof. by move/eqP; rewrite mulf_eq0 ((charf0P F).1 charF) => /eqP. Qed.

Lemma P_neq_o m : P m -> m != o. Proof. by apply: contraTneq => ->. Qed.

Section OneM.
Variables (m : K) (mP : P m).
Let mo : m != o := P_neq_o mP.
Let om : o != m. Proof. by rewrite eq_sym. Qed.

Lemma Z_beta k a b : k != b -> a != b -> Z k m k b = Z a m a b.
Proof.
have [->//|ka] := eqVneq k a; move=> kb ab; have := Z3 mP ka kb ab.
by rewrite [Z k m a b]Z1 // [Z a m k b]Z1 ?add0r ?addr0 // eq_sym.
Qed.

Lemma Z_alpha k a b : k != a -> k != b -> Z k m a a = Z k m b b.
Proof. by have [->//|ab] := eqVneq a b; move=> ka kb; apply: Z2. Qed.

Lemma Z_alpha0 k a : k != o -> k != a -> Z k m a a = 0.
Proof. by move=> ko ka; rewrite (Z_alpha ka ko) Z_off. Qed.

Let delta k b := Z k m k k - Z k m b b - 2%:R * Z b m b k.

Lemma delta_eq k b b' : k != b -> k != b' -> delta k b = delta k b'.
Proof. by move=> kb kb'; rewrite /delta (Z_alpha kb kb') (@Z_beta b b' k) // eq_sym. Qed.

Lemma delta_anti k a : k != a -> delta k a + delta a k = 0.
Proof.
move=> ka; have [b /andP[bk ba]] := third k a.
have kb : k != b by rewrite eq_sym.
have ab : a != b by rewrite eq_sym.
have ak : a != k by rewrite eq_sym.
have E := Z4 mP ka kb ab.
rewrite [Z k m a b]Z1 // [Z a m k b]Z1 // in E.
rewrite -(Z_alpha ka kb) -(Z_alpha ak ab) in E.
rewrite [Z a m k a]Z_sym (@Z_beta k a b) // in E.
rewrite /delta; move: E.
move: (Z k m k k) (Z k m a a) (Z a m k k) (Z a m a a) (Z a m a b) (Z k m k a) (Z a m a k).
move=> x1 x2 x3 x4 x5 x6 x7 /eqP; rewrite -subr_eq0 => /eqP E; rewrite -E; ring.
Qed.

Lemma delta0 k a : k != a -> delta k a = 0.
Proof.
move=> ka; have [b /andP[bk ba]] := third k a.
have kb : k != b by rewrite eq_sym.
have h1 := delta_anti ka; have := delta_anti kb; have := delta_anti ba.
rewrite (delta_eq ba bk) (delta_eq (k := a) (b := b) (b' := k)) ?[a == _]eq_sym // (delta_eq kb ka).
move: h1; move: (delta k a) (delta a k) (delta b k) => x y z h1 h2 h3.
apply: (@natF0 1); have -> : 2%:R * x = (x + y) + (x + z) - (z + y) by ring.
by rewrite h1 h2 h3 addr0 subr0.
Qed.

Lemma Z_z : Z m m m o = 0.
Proof.
have := delta0 om; rewrite /delta Z_off // (Zx o m m m) [Z m m o m]Z_sym => E.
apply: (@natF0 2); apply: oppr_inj; rewrite oppr0 -E; ring.
Qed.

Lemma Z_aa k a : k != a -> Z k m a a = 0.
Proof.
have [->|ko] := eqVneq k o; last exact: Z_alpha0.
by move=> oa; rewrite (Z_alpha oa om) Zx Z_sym Z_z.
Qed.

Lemma Z_kk k a : k != a -> Z k m k k = 2%:R * Z a m a k.
Proof.
by move=> ka; have /eqP := delta0 ka; rewrite /delta (Z_aa ka) subr0 subr_eq0 => /eqP.
Qed.
End OneM.

Lemma Z_beta0 m b : P m -> Z o m o b = 0.
Proof.
move=> mP; have [bP|] := boolP (P b); last exact: Z_off.
have mo := P_neq_o mP; have bo := P_neq_o bP.
have [->{b bP bo}|bm] := eqVneq b m.
  have [<-//|pm] := eqVneq p0 m.
  have [mp om] : m != p0 /\ o != m by rewrite [m == _]eq_sym [o == m]eq_sym.
  have op : o != p0 by rewrite eq_sym P_neq_o.
  by rewrite (Z_beta mP om pm) Zs Z_sym (Z_beta p0P mp op).
have mb : m != b by rewrite eq_sym.
by apply: (@natF0 1); rewrite -(Z_kk mP bo) Zs Z_aa.
Qed.

Theorem tensor_zero m k a b : P m -> Z k m a b = 0.
Proof.
move=> mP; have mo := P_neq_o mP.
have Zb k' b' : k' != b' -> Z k' m k' b' = 0.
  move=> kb; have [bo|bo] := eqVneq b' o; last by rewrite (Z_beta mP kb (_ : o != b')) ?Z_beta0 // eq_sym.
  by rewrite bo in kb *; rewrite (Z_beta mP kb mo) Z_z.
have Zk k' : Z k' m k' k' = 0.
  have [b' /andP[bk _]] := third k' k'; have kb : k' != b' by rewrite eq_sym.
  by rewrite (Z_kk mP kb) Zb // mulr0.
have [->|ka] := eqVneq a k; first by have [->//|kb] := eqVneq b k; rewrite Zb // eq_sym.
have [->|kb] := eqVneq b k; first by rewrite Z_sym Zb // eq_sym.
have [->|ab] := eqVneq a b; first by rewrite Z_aa // eq_sym.
by rewrite Z1 // eq_sym.
Qed.
End Tensor.

Lemma dot_delta (F : fieldType) n (x : 'rV[F]_n) l : dot x (delta_mx 0 l) = x 0 l.
Proof.
rewrite /dot (bigD1 l) //= mxE !eqxx mulr1 big1 ?addr0 // => a /negPf al.
by rewrite mxE al andbF mulr0.
Qed.

Lemma dotZr (F : fieldType) n a (x w : 'rV[F]_n) : dot w (a *: x) = a * dot w x.
Proof. by rewrite dotC dotZ dotC. Qed.

(* the relations of tensor_zero, from those at orthogonal vectors *)
Section Relations.
Variables (F : fieldType) (charF : [char F] =i pred0) (N : nat) (I : finType) (C : I -> F) (X Y : I -> 'M[F]_N).
Hypotheses (XT : forall i, (X i)^T = X i) (YT : forall i, (Y i)^T = Y i).
Local Notation "\e a" := (delta_mx 0 a : 'rV[F]_N) (at level 8, a at level 2).

Definition tensor4 (x y s t : 'rV[F]_N) := \sum_i C i *
  (form (X i) x y * form (Y i) s t + form (Y i) x y * form (X i) s t).

Lemma tensor4Dx x x' y s t : tensor4 (x + x') y s t = tensor4 x y s t + tensor4 x' y s t.
Proof.
rewrite -big_split; apply: eq_bigr => i _ /=; rewrite !formDl.
by move: (C i) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) => *; ring.
Qed.
Lemma tensor4Ds x y s s' t : tensor4 x y (s + s') t = tensor4 x y s t + tensor4 x y s' t.
Proof.
rewrite -big_split; apply: eq_bigr => i _ /=; rewrite !formDl.
by move: (C i) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) => *; ring.
Qed.
Lemma tensor4Zs x y c s t : tensor4 x y (c *: s) t = c * tensor4 x y s t.
Proof.
rewrite mulr_sumr; apply: eq_bigr => i _ /=; rewrite !formZl.
by move: (C i) (form _ _ _) (form _ _ _) (form _ _ _) (form _ _ _) => *; ring.
Qed.
Lemma tensor4C x y s t : tensor4 x y s t = tensor4 x y t s.
Proof. by apply: eq_bigr => i _; rewrite ![form _ s t]formC ?XT ?YT. Qed.
Lemma tensor4Cx x y s t : tensor4 x y s t = tensor4 y x s t.
Proof. by apply: eq_bigr => i _; rewrite ![form _ x y]formC ?XT ?YT. Qed.
Lemma tensor4X x y s t : tensor4 x y s t = tensor4 s t x y.
Proof. by apply: eq_bigr => i _; rewrite addrC ![form _ x y * _]mulrC. Qed.
Lemma tensor4Dt x y s t t' : tensor4 x y s (t + t') = tensor4 x y s t + tensor4 x y s t'.
Proof. by rewrite tensor4C tensor4Ds !(tensor4C _ _ _ s). Qed.
Lemma tensor4Zt x y c s t : tensor4 x y s (c *: t) = c * tensor4 x y s t.
Proof. by rewrite tensor4C tensor4Zs !(tensor4C _ _ _ s). Qed.

Let Z i j a b := tensor4 \e i \e j \e a \e b.

Lemma dot_ee a b : dot \e a \e b = (a == b)%:R.
Proof. by rewrite dot_delta mxE eqxx eq_sym. Qed.

Lemma nat_neq0 n : n.+1%:R != 0 :> F.
Proof. by rewrite ((charf0P F).1 charF). Qed.

Section OneM.
Variables (m k a b : 'I_N).
Hypothesis rel_m : forall x s t, dot x s = 0 -> dot x t = 0 -> dot s t = 0 -> dot s s != 0 -> tensor4 x \e m s t = 0.
Hypotheses (ka : k != a) (kb : k != b) (ab : a != b).
Let dots := (dotD, dotDr, dotZ, dotZr, dot_ee, eqxx, negPf ka, negPf kb, negPf ab,
  eq_sym a k, eq_sym b k, eq_sym b a).
Let expand := (tensor4Dx, tensor4Ds, tensor4Dt, tensor4Zs, tensor4Zt).

Lemma relation1 : Z k m a b = 0.
Proof. by apply: rel_m; rewrite !dots ?oner_eq0. Qed.

Let sw i c c' : Z i m c c' = Z i m c' c. Proof. exact: tensor4C. Qed.

Lemma relation2 : Z k m a a = Z k m b b.
Proof.
have := @rel_m \e k (\e a + \e b) (\e a + (-1) *: \e b); rewrite !expand !dots /= -!/(Z _ _ _ _) (sw k b a) => E.
apply/eqP; rewrite -subr_eq0 -E; [|ring|ring|ring|].
  by apply/eqP; move: (Z k m a a) (Z k m b b) (Z k m a b) => *; ring.
by have := nat_neq0 1; congr (_ != _); ring.
Qed.

Lemma relation3 : Z k m k b + Z a m k b = Z k m a b + Z a m a b.
Proof.
have := @rel_m (\e k + \e a) \e b (\e k + (-1) *: \e a); rewrite !expand !dots /= -!/(Z _ _ _ _) => E.
rewrite ![Z _ m _ b]sw; apply/eqP; rewrite -subr_eq0 -E; [|ring|ring|ring|].
  by apply/eqP; move: (Z k m b k) (Z a m b k) (Z k m b a) (Z a m b a) => *; ring.
by have := nat_neq0 0; congr (_ != _); ring.
Qed.

Lemma tensor4_spread x y (s t u : 'rV[F]_N) :
  tensor4 x y (s + (-1) *: t + u) (s + (-1) *: t + (- 2%:R) *: u) =
  tensor4 x y s s + tensor4 x y t t + tensor4 x y t u -
  (2%:R * tensor4 x y s t + tensor4 x y s u + 2%:R * tensor4 x y u u).
Proof.
rewrite !tensor4Ds !tensor4Dt !tensor4Zs !tensor4Zt (tensor4C _ _ t s) (tensor4C _ _ u s) (tensor4C _ _ u t).
move: (tensor4 x y s s) (tensor4 x y t t) (tensor4 x y t u) (tensor4 x y s t) (tensor4 x y s u) (tensor4 x y u u) => *.
ring.
Qed.

Lemma relation4 : Z k m k k + Z k m a a + Z k m a b + (Z a m k k + Z a m a a + Z a m a b) =
  2%:R * Z k m k a + Z k m k b + 2%:R * Z k m b b + (2%:R * Z a m k a + Z a m k b + 2%:R * Z a m b b).
Proof.
have := @rel_m (\e k + \e a) (\e k + (-1) *: \e a + \e b) (\e k + (-1) *: \e a + (- 2%:R) *: \e b).
rewrite tensor4Dx !tensor4_spread -!/(Z _ _ _ _) !dotD !dotDr !dotZ !dotZr.
rewrite !dot_ee !(eqxx, negPf ka, negPf kb, negPf ab, eq_sym a k, eq_sym b k, eq_sym b a) /= => E.
have r A B A' B' : A - B + (A' - B') = 0 -> A + A' = B + B' :> F.
  by move=> h; apply/eqP; rewrite -subr_eq0 opprD addrACA h.
apply/r/E; [ring|ring|ring|].
by have := nat_neq0 2; congr (_ != _); ring.
Qed.
End OneM.

Lemma tensorE k m a b : Z k m a b = \sum_i C i * (X i k m * Y i a b + Y i k m * X i a b).
Proof. by apply: eq_bigr => i _; rewrite !form_delta. Qed.
End Relations.

Lemma third_index N (N3 : (2 < N)%N) (k a : 'I_N) : exists b, (b != k) && (b != a).
Proof.
have := cardC (pred2 k a); rewrite card2 card_ord => E.
have /card_gt0P[b] : (0 < #|predC (pred2 k a)|)%N.
  by rewrite -(ltn_add2l (k != a).+1) addn0 E; case: (k != a); rewrite ?N3 ?(ltnW N3).
by rewrite !inE negb_or => h; exists b.
Qed.

(* the entries (k, m), m <= k *)
Section Entries.
Variables (M D : nat) (m0 : 'I_M) (o0 : 'I_D).
Local Notation N := (M + D)%N.

Definition entry := [finType of {km : 'I_N * 'I_M | (km.2 <= km.1)%N}].
Lemma left_out_subproof : (m0 <= rshift M o0)%N.
Proof. exact: leq_trans (ltnW (ltn_ord m0)) (leq_addr _ _). Qed.
Definition left_out_entry : entry := Sub (rshift M o0, m0) left_out_subproof.
Definition at_entry (i : 'I_#|entry|) : 'I_N * 'I_M := val (enum_val i).

Lemma card_entry : #|entry| = (M * N - 'C(M, 2))%N.
Proof. by rewrite card_sig card_pairs ?leq_addr // mulnC. Qed.
Lemma at_entry_inj : injective at_entry.
Proof. by move=> i j /val_inj/enum_val_inj. Qed.
Lemma at_entry_le i : ((at_entry i).2 <= (at_entry i).1)%N.
Proof. exact: valP (enum_val i). Qed.
Lemma at_left_out : at_entry (enum_rank left_out_entry) = (rshift M o0, m0).
Proof. by rewrite /at_entry enum_rankK. Qed.
End Entries.

(* the products of two entries *)
Section Pairs.
Variables (U : nat) (u0 : 'I_U).
Definition selected2 := [finType of {ij : 'I_U * 'I_U | (ij.2 <= ij.1)%N && (ij != (u0, u0))}].

Lemma card_selected2 : #|selected2| = (mc U 2 - 1)%N.
Proof.
have -> : mc U 2 = (U * U - 'C(U, 2))%N.
  by rewrite /mc addn2 /= binS bin1; have := mul_bin_diag U 1; rewrite bin1; case: (U) => [|n] /=; nia.
rewrite card_sig -card_pairs // [in RHS](cardD1 (u0, u0)) inE /= leqnn add1n subn1 /=.
by apply: eq_card => ij; rewrite !inE andbC.
Qed.

Lemma selected2_le (t : selected2) : ((val t).2 <= (val t).1)%N.
Proof. by have /andP[] := valP t. Qed.
Lemma selected2_out (t : selected2) : val t != (u0, u0).
Proof. by have /andP[] := valP t. Qed.

Variables (F : fieldType) (charF : [char F] =i pred0) (M D : nat) (m0 : 'I_M) (o0 : 'I_D).
Local Notation N := (M + D)%N.
Local Notation "\e a" := (delta_mx 0 a : 'rV[F]_N) (at level 8, a at level 2).
Let p (m : 'I_M) : 'I_N := lshift D m.
Let o : 'I_N := rshift M o0.
Variable w : 'I_U -> 'I_N * 'I_M.
Hypotheses (w_inj : injective w) (w_le : forall i, ((w i).2 <= (w i).1)%N) (w_u0 : w u0 = (o, m0)).

Definition unitS (i : 'I_U) : 'M[F]_N := delta_mx (w i).1 (p (w i).2) + delta_mx (p (w i).2) (w i).1.

Lemma unitS_tr i : (unitS i)^T = unitS i.
Proof. by rewrite /unitS linearD /= !trmx_delta addrC. Qed.

Lemma unitS_outside i (a b : 'I_N) : ~~ (a < M)%N -> ~~ (b < M)%N -> unitS i a b = 0.
Proof.
move=> aM bM; have np (k : 'I_N) m : ~~ (k < M)%N -> (k == p m) = false.
  by move=> kM; apply: contraNF kM => /eqP->; apply: (ltn_ord m).
by rewrite !mxE !np ?andbF ?addr0.
Qed.

Lemma unitS_at i j : unitS i (w j).1 (p (w j).2) = ((i == j) * ((w i).1 == p (w i).2).+1)%:R.
Proof.
have [->|ij] := eqVneq i j; first by rewrite !mxE !eqxx mul1n -natrD [p _ == _]eq_sym !andbb.
rewrite -[RHS]/(0 : F) !mxE -natrD; have ne : w i != w j by rewrite (inj_eq w_inj).
move: ne (w_le i) (w_le j); case: (w i) (w j) => k m [l n] /=.
rewrite xpair_eqE (inj_eq (@lshift_inj _ _)) [l == k]eq_sym [n == m]eq_sym => ne; rewrite (negPf ne) => mk nl.
case: andP => // -[/eqP h1 /eqP h2]; rewrite -h2 h1 /= in mk nl.
have mn : m = n by apply: val_inj; apply/eqP; rewrite eqn_leq mk nl.
by move: ne; rewrite -h2 h1 mn !eqxx.
Qed.

Let at_product i j i' j' := unitS i (w i').1 (p (w i').2) * unitS j (w j').1 (p (w j').2) +
  unitS j (w i').1 (p (w i').2) * unitS i (w j').1 (p (w j').2).

Lemma product_at i j : at_product i j i j != 0.
Proof. by rewrite /at_product !unitS_at !eqxx -!natrM -natrD ((charf0P F).1 charF) addn_eq0 muln_eq0. Qed.

Lemma product_off (i j i' j' : 'I_U) : (j <= i)%N -> (j' <= i')%N -> (i, j) != (i', j') -> at_product i j i' j' = 0.
Proof.
move=> ji ji'; rewrite xpair_eqE => /negPf no.
have no' : (j == i') && (i == j') = false.
  apply: contraFF no => /andP[/eqP h1 /eqP h2]; rewrite -h1 -h2 in ji' *.
  have -> : i = j by apply: val_inj; apply/eqP; rewrite eqn_leq ji ji'.
  by rewrite eqxx.
have r (a b : bool) x y : ((a * x) * (b * y) = (a && b) * (x * y))%N by case: a b => -[]; rewrite ?mul1n ?mul0n ?muln0.
by rewrite /at_product !unitS_at -!natrM !r no no' !mul0n addr0.
Qed.

Variable C : selected2 -> F.
Let X (t : selected2) := unitS (val t).1.
Let Y (t : selected2) := unitS (val t).2.
Hypothesis N3 : (2 < N)%N.
Hypothesis rel : forall m x s t, dot x s = 0 -> dot x t = 0 -> dot s t = 0 -> dot s s != 0 ->
  tensor4 C X Y x \e (p m) s t = 0.
Let Z i j a b := tensor4 C X Y \e i \e j \e a \e b.

Lemma Z_zero k m l n : Z k (p m) l (p n) = 0.
Proof.
have p0P : (p m0 < M)%N by exact: (ltn_ord m0).
have oP : ~~ (o < M)%N by rewrite -leqNgt leq_addr.
have XT t : (X t)^T = X t by apply: unitS_tr.
have YT t : (Y t)^T = Y t by apply: unitS_tr.
have rel' (m' : 'I_N) : (m' < M)%N -> forall x s t, dot x s = 0 -> dot x t = 0 -> dot s t = 0 -> dot s s != 0 ->
    tensor4 C X Y x \e m' s t = 0.
  by move=> mM; have -> : m' = p (Ordinal mM) by [apply: val_inj]; apply: rel.
apply: (tensor_zero charF (P := fun k : 'I_N => (k < M)%N) (Z := Z) oP p0P (third_index N3)).
- by move=> i j a b; apply: tensor4Cx.
- by move=> i j a b; apply: tensor4X.
- move=> i j a b aM bM; rewrite /Z tensorE big1 // => t _.
  by rewrite /X /Y !(unitS_outside _ aM bM) !mulr0 addr0 mulr0.
- rewrite /Z tensorE big1 // => t _; have := selected2_out t; rewrite /X /Y; case: (val t) => i j ne.
  have E i' : unitS i' o (p m0) = ((i' == u0) * ((w i').1 == p (w i').2).+1)%:R by rewrite -unitS_at w_u0.
  rewrite !E -!natrM -natrD; move: ne; rewrite xpair_eqE negb_and.
  by case: (i == u0) (j == u0) => -[] //= _; rewrite ?mul0n ?muln0 ?addn0 mulr0.
- by move=> m1 k1 a b mM; apply: (relation1 (rel' m1 mM)).
- by move=> m1 k1 a b mM; apply: (relation2 charF XT YT (rel' m1 mM)).
- by move=> m1 k1 a b mM; apply: (relation3 charF XT YT (rel' m1 mM)).
- by move=> m1 k1 a b mM; apply: (relation4 charF XT YT (rel' m1 mM)).
exact: (ltn_ord m).
Qed.

Theorem pairs_trivial t : C t = 0.
Proof.
have : \sum_t' C t' * at_product (val t').1 (val t').2 (val t).1 (val t).2 = 0.
  rewrite -[RHS](Z_zero (w (val t).1).1 (w (val t).1).2 (w (val t).2).1 (w (val t).2).2).
  by rewrite [RHS]tensorE.
rewrite (bigD1 t) //= big1 ?addr0 => [/eqP|t' ne].
  by rewrite mulf_eq0 (negPf (product_at _ _)) orbF => /eqP.
by rewrite product_off ?mulr0 ?selected2_le // -!surjective_pairing (inj_eq val_inj).
Qed.
End Pairs.

(* the second differences at all vectors, as long as x sees neither u nor v at the p_m *)
Section Second.
Variables (F : fieldType) (M J D T : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Let pc (m : 'I_M) : 'I_d := lshift (J + D) m.
Let cc (j : 'I_J) : 'I_d := rshift M (lshift D j).
Let qc m := cc (q m).
Let rc m := cc (widen_ord TJ (r m)).
Implicit Types (x u v b c : 'rV[F]_d).

Definition front x b b' m := dot x b * b' 0 (pc m) + dot x b' * b 0 (pc m).

Definition with_c u v c (i j : 'I_d) := (u 0 i * v 0 j + v 0 i * u 0 j) * (dot u c * dot v c) +
  dot u v * (c 0 i * dot u c * v 0 j + c 0 i * dot v c * u 0 j + u 0 i * (c 0 j * dot v c) + v 0 i * (c 0 j * dot u c)).

Lemma with_cD u v c c' i j : with_c u v (c + c') i j = with_c u v c i j + with_c u v c' i j + both u v c c' i j.
Proof.
rewrite /with_c /both !dotDr [(c + c') _ i]mxE [(c + c') _ j]mxE.
move: (dot u v) (dot u c) (dot v c) (dot u c') (dot v c') (u 0 i) (v 0 i) (u 0 j) (v 0 j) (c 0 i) (c 0 j).
move: (c' 0 i) (c' 0 j) => *; ring.
Qed.

Variables (x u v : 'rV[F]_d).
Hypotheses (xu : forall m, dot x u * u 0 (pc m) = 0) (xv : forall m, dot x v * v 0 (pc m) = 0).

Lemma second_uv_any b c : second_uv (outer q r TJ) x u v b c =
  \sum_m (dot x x * x 0 (pc m) + dot x b * b 0 (pc m) + dot x c * c 0 (pc m)) *
    (with_uv u v (qc m) (rc m) (gr x) + rest_uv u v (qc m) (rc m) + with_c u v b (qc m) (rc m) +
     with_c u v c (qc m) (rc m)).
Proof.
pose if0 (i : bool) (w : 'rV[F]_d) := if i then w else 0.
have gr_if0 i w : gr (if0 i w) = i%:R *: gr w by case: i; rewrite /if0 ?scale1r // gr0 scale0r.
have gr_tr (w : 'rV[F]_d) : (gr w)^T = gr w by rewrite /gr trmx_mul trmxK.
have addE (A B : 'rV[F]_d) a : (A + B) 0 a = A 0 a + B 0 a by rewrite mxE.
have frontE i j : outer q r TJ x (if0 i u) (if0 j v) b c =
    \sum_m (dot x x * x 0 (pc m) + dot x b * b 0 (pc m) + dot x c * c 0 (pc m)) *
    (let G := (gr x + gr b + gr c) + i%:R *: (u^T *m u) + j%:R *: (v^T *m v) in (G *m G *m G) (qc m) (rc m)).
  rewrite /outer /phi !gr_if0; apply: eq_bigr => m _; congr (_ * _); last first.
    have -> : gr x + i%:R *: gr u + j%:R *: gr v + gr b + gr c =
       (gr x + gr b + gr c) + i%:R *: (u^T *m u) + j%:R *: (v^T *m v); last by [].
    by rewrite -!addrA; congr (_ + _); rewrite addrCA [in RHS]addrA [RHS]addrC -addrA addrCA; congr (_ + (_ + _));
      rewrite addrC.
  have zero i' w : dot x w * w 0 (pc m) = 0 -> (x *m (i'%:R *: gr w)) 0 (pc m) = 0.
    by move=> xw; rewrite -scalemxAr mxE mul_gr xw mulr0.
  by rewrite !mulmxDr !addE !mul_gr (zero i u (xu m)) (zero j v (xv m)) !addr0.
pose out y z := outer q r TJ x y z b c.
rewrite /second_uv -/(out u v) -/(out u 0) -/(out 0 v) -/(out 0 0).
rewrite -[out u v]/(out (if0 true u) (if0 true v)) -[out u 0]/(out (if0 true u) (if0 false v)).
rewrite -[out 0 v]/(out (if0 false u) (if0 true v)) -[out 0 0]/(out (if0 false u) (if0 false v)).
rewrite /out !frontE -!sumrB; apply: eq_bigr => m _; rewrite -!mulrBr; congr (_ * _).
apply: (etrans (cube_difference u v (qc m) (rc m) (W := gr x + gr b + gr c) _)); first by rewrite !linearD /= !gr_tr.
rewrite !with_uv_gr -!/(with_c _ _ _ _ _).
move: (with_uv _ _ _ _ _) (with_c _ _ _ _ _) (with_c _ _ _ _ _) (rest_uv _ _ _ _) => *; ring.
Qed.

Lemma second_any b b' c c' : second_b (outer q r TJ) x u v b b' c c' =
  \sum_m (front x b b' m * both u v c c' (qc m) (rc m) + front x c c' m * both u v b b' (qc m) (rc m)).
Proof.
have z m : (0 : 'rV[F]_d) 0 (pc m) = 0 by rewrite mxE.
have z' m : with_c u v 0 (qc m) (rc m) = 0.
  have d0 (w : 'rV[F]_d) : dot w 0 = 0 by rewrite /dot big1 // => k _; rewrite mxE mulr0.
  by rewrite /with_c !d0 !(mulr0, mul0r, addr0).
have fD b1 b2 m : dot x (b1 + b2) * (b1 + b2) 0 (pc m) =
    dot x b1 * b1 0 (pc m) + dot x b2 * b2 0 (pc m) + front x b1 b2 m.
  rewrite /front /pc dotDr [(b1 + b2) _ _]mxE.
  move: (dot x b1) (dot x b2) (b1 0 _) (b2 0 _) => *; ring.
pose f b1 c1 m := (dot x x * x 0 (pc m) + dot x b1 * b1 0 (pc m) + dot x c1 * c1 0 (pc m)) *
  (with_uv u v (qc m) (rc m) (gr x) + rest_uv u v (qc m) (rc m) + with_c u v b1 (qc m) (rc m) +
   with_c u v c1 (qc m) (rc m)).
have fE b1 c1 : second_uv (outer q r TJ) x u v b1 c1 = \sum_m f b1 c1 m by apply: second_uv_any.
rewrite /second_b /second_c !addr0 !add0r !fE -!sumrB; apply: eq_bigr => m _.
rewrite /f !fD !with_cD !z !z' mulr0.
move: (dot x x * _) (dot x b * _) (dot x b' * _) (dot x c * _) (dot x c' * _) (front _ _ _ _) (front _ _ _ _).
move: (with_uv _ _ _ _ _ + rest_uv _ _ _ _) (with_c _ _ _ _ _) (with_c _ _ _ _ _) (with_c _ _ _ _ _).
move: (with_c _ _ _ _ _) (both _ _ _ _ _ _) (both _ _ _ _ _ _) => *; ring.
Qed.
End Second.

(* vectors without the c_j *)
Section InD.
Variables (F : fieldType) (M J D : nat).
Local Notation d := (M + (J + D))%N.
Implicit Types (w : 'rV[F]_(M + D)).
Definition in_D w : 'rV[F]_d := row_mx (lsubmx w) (row_mx 0 (rsubmx w)).
Lemma in_D_p w m : in_D w 0 (lshift (J + D) m) = w 0 (lshift D m).
Proof. by rewrite /in_D row_mxEl mxE. Qed.
Lemma in_D_c w j : in_D w 0 (rshift M (lshift D j)) = 0.
Proof. by rewrite /in_D row_mxEr row_mxEl mxE. Qed.
Lemma dot_in_D w w' : dot (in_D w) (in_D w') = dot w w'.
Proof.
rewrite /dot !big_split_ord /=; congr (_ + _); first by apply: eq_bigr => m _; rewrite !in_D_p.
rewrite big1 ?add0r => [|j _]; last by rewrite in_D_c mul0r.
by apply: eq_bigr => k _; rewrite /in_D !row_mxEr !mxE.
Qed.
End InD.

Lemma form_unit (F : fieldType) n (k l : 'I_n) (u v : 'rV[F]_n) : form (delta_mx k l + delta_mx l k) u v =
  dot u (delta_mx 0 k) * dot v (delta_mx 0 l) + dot u (delta_mx 0 l) * dot v (delta_mx 0 k).
Proof. by rewrite formD !form_deltaM !dot_delta. Qed.

Lemma form_unit_delta (F : fieldType) n (k l m : 'I_n) (x : 'rV[F]_n) :
  form (delta_mx k l + delta_mx l k) x (delta_mx 0 m) =
  dot x (delta_mx 0 k) * (delta_mx 0 l : 'rV[F]_n) 0 m + dot x (delta_mx 0 l) * (delta_mx 0 k : 'rV[F]_n) 0 m.
Proof. by rewrite form_unit !dot_delta !mxE ![m == _]eq_sym. Qed.

Lemma both_zero (F : fieldType) e (u v c c' : 'rV[F]_e) a b : dot u c' = 0 -> dot v c' = 0 -> c' 0 a = 0 ->
  c' 0 b = 0 -> both u v c c' a b = 0.
Proof. by move=> uc vc ca cb; rewrite /both uc vc ca cb !(mulr0, mul0r, addr0). Qed.

Section Rows.
Variables (F : fieldType) (M J D T : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T) (TJ : (T <= J)%N).
Local Notation d := (M + (J + D))%N.
Local Notation N := (M + D)%N.
Let cc (j : 'I_J) : 'I_d := rshift M (lshift D j).
Let rJ m := widen_ord TJ (r m).
Hypothesis distinct : forall m m', (q m = q m' /\ rJ m = rJ m') \/ (q m = rJ m' /\ rJ m = q m') -> m = m'.
Local Notation "\d k" := (delta_mx 0 k : 'rV[F]_d) (at level 8, k at level 2).

(* rows without the p_m see none of the second columns *)
Lemma second_first_row x (u v : 'rV[F]_(J + D)) (k l : 'I_N) (m n : 'I_M) :
  let e a : 'rV[F]_d := in_D J (delta_mx 0 a) in
  second_b (outer q r TJ) x (in_e M u) (in_e M v) (e k) (e (lshift D m)) (e l) (e (lshift D n)) = 0.
Proof.
move=> e; have ep (w : 'rV[F]_(J + D)) m' : dot (in_e M w) (e (lshift D m')) = 0.
  rewrite /dot big_split_ord /= big1 ?add0r => [|a _]; last by rewrite in_eL mul0r.
  rewrite big1 // => a _; rewrite /e /in_D !row_mxEr; case: (split_ordP a) => b ->.
    by rewrite row_mxEl mxE mulr0.
  by rewrite row_mxEr !mxE [rshift _ _ == _]eq_sym eq_lrshift andbF mulr0.
rewrite second_any => [|a|a]; try by rewrite in_eL mulr0.
have b0 w m' a b : both (in_e M u) (in_e M v) w (e (lshift D m')) (cc a) (cc b) = 0.
  by apply: both_zero; rewrite ?ep ?in_D_c.
by rewrite big1 // => a _; rewrite !b0 !mulr0 addr0.
Qed.

(* rows that isolate one m *)
Lemma second_second_row m eps (x s t b b' c c' : 'rV[F]_N) : dot x s = 0 -> dot x t = 0 ->
  eps * (q m == rJ m)%:R + dot s t = 0 ->
  let polar (w w' : 'rV[F]_N) := dot s w * dot t w' + dot s w' * dot t w in
  let frontD (w w' : 'rV[F]_N) := dot x w * w' 0 (lshift D m) + dot x w' * w 0 (lshift D m) in
  second_b (outer q r TJ) (in_D J x) (\d (cc (q m)) + in_D J s) (eps *: \d (cc (rJ m)) + in_D J t)
    (in_D J b) (in_D J b') (in_D J c) (in_D J c') =
  eps * (1 + (q m == rJ m)%:R) * (frontD b b' * polar c c' + frontD c c' * polar b b').
Proof.
move=> xs xt st polar frontD; set u := _ + in_D J s; set v := _ + in_D J t.
have dc (w : 'rV[F]_N) j : dot (in_D J w) \d (cc j) = 0 by rewrite dot_delta in_D_c.
have dc' (w : 'rV[F]_N) j : dot \d (cc j) (in_D J w) = 0 by rewrite dotC dc.
have cE j j' : (\d (cc j)) 0 (cc j') = (j' == j)%:R.
  by rewrite mxE eqxx /= (inj_eq (@rshift_inj _ _)) (inj_eq (@lshift_inj _ _)).
have xu : dot (in_D J x) u = 0 by rewrite dotDr dc dot_in_D xs addr0.
have xv : dot (in_D J x) v = 0 by rewrite dotDr dotZr dc dot_in_D xt mulr0 addr0.
have uv : dot u v = 0.
  rewrite dotD !dotDr !dotZr dc dc' dot_in_D dot_delta cE mulr0 addr0 add0r.
  by rewrite [rJ m == _]eq_sym.
have du w : dot u (in_D J w) = dot s w by rewrite dotD dc' dot_in_D add0r.
have dv w : dot v (in_D J w) = dot t w by rewrite dotD dotZ dc' dot_in_D mulr0 add0r.
have uE j : u 0 (cc j) = (j == q m)%:R by rewrite mxE in_D_c addr0 cE.
have vE j : v 0 (cc j) = eps * (j == rJ m)%:R by rewrite mxE in_D_c addr0 mxE cE.
rewrite second_any => [|a|a]; [|by rewrite xu mul0r|by rewrite xv mul0r].
have bE n (w w' : 'rV[F]_N) : both u v (in_D J w) (in_D J w') (cc (q n)) (cc (rJ n)) =
    ((q n == q m)%:R * (eps * (rJ n == rJ m)%:R) + eps * (q n == rJ m)%:R * (rJ n == q m)%:R) * polar w w'.
  by rewrite /both uv !du !dv !mul0r !addr0 !uE !vE.
rewrite (bigD1 m) // big1 ?addr0 => [|n nm]; rewrite !bE.
  rewrite /front !dot_in_D !in_D_p -!/(polar _ _) -!/(frontD _ _) !eqxx [rJ m == q m]eq_sym.
  case: (q m == rJ m) => /=; move: (frontD _ _) (frontD _ _) (polar _ _) (polar _ _) => *; ring.
have z1 : (q n == q m)%:R * (rJ n == rJ m)%:R = 0 :> F.
  rewrite -natrM mulnb; case: andP => // -[/eqP h1 /eqP h2]; case/eqP: nm; apply: distinct; left.
  by split.
have z2 : (rJ n == q m)%:R * (q n == rJ m)%:R = 0 :> F.
  rewrite -natrM mulnb; case: andP => // -[/eqP h1 /eqP h2]; case/eqP: nm; apply: distinct; right.
  by split.
have -> : (q n == q m)%:R * (eps * (rJ n == rJ m)%:R) + eps * (q n == rJ m)%:R * (rJ n == q m)%:R = 0 :> F.
  by rewrite mulrCA z1 -mulrA [X in _ + _ * X]mulrC z2 !mulr0 addr0.
by rewrite !mul0r !mulr0 addr0.
Qed.
End Rows.

Section Core.
Variables (F : fieldType) (charF : [char F] =i pred0) (n M J D T H da : nat) (q : 'I_M -> 'I_J) (r : 'I_M -> 'I_T).
Variables (S : pred 'I_n) (i : 'I_n) (TJ : (T <= J)%N).
Variables (m0 : 'I_M) (o0 : 'I_D) (U : nat) (u0 : 'I_U) (w : 'I_U -> 'I_(M + D) * 'I_M).
Local Notation d := (M + (J + D))%N.
Local Notation e := (J + D)%N.
Local Notation N := (M + D)%N.
Hypotheses (dE : d = (H * da)%N) (TH : (T <= H)%N) (MJ : (M + J <= da)%N) (da0 : (0 < da)%N) (N3 : (2 < N)%N).
Hypotheses (Si : S i) (sA : (2 < #|S|)%N) (sB : (1 < #|predC S|)%N).
Let qe (m : 'I_M) : 'I_e := lshift D (q m).
Let re (m : 'I_M) : 'I_e := lshift D (widen_ord TJ (r m)).
Hypotheses (rq : forall m, (r m <= q m)%N).
Hypothesis distinct : forall m m', (q m = q m' /\ widen_ord TJ (r m) = widen_ord TJ (r m')) \/
  (q m = widen_ord TJ (r m') /\ widen_ord TJ (r m) = q m') -> m = m'.
Hypotheses (w_inj : injective w) (w_le : forall i, ((w i).2 <= (w i).1)%N) (w_u0 : w u0 = (rshift M o0, m0)).

Let column := [finType of selected qe re + selected2 u0].
Let in_p (w : 'rV[F]_e) : 'rV[F]_d := in_e M w.
Let unit_D (k : 'I_N) : 'rV[F]_d := in_D J (delta_mx 0 k).
Definition column_tokens (t : column) : ('rV[F]_d * 'rV[F]_d) * ('rV[F]_d * 'rV[F]_d) :=
  match t with
  | inl t => ((delta_mx 0 (val t).1.1, delta_mx 0 (lshift e (val t).1.2)),
              (in_p (delta_mx 0 (val t).2.1), in_p (delta_mx 0 (val t).2.2)))
  | inr ij => ((unit_D (w (val ij).1).1, unit_D (lshift D (w (val ij).1).2)),
               (unit_D (w (val ij).2).1, unit_D (lshift D (w (val ij).2).2)))
  end.
Definition column_value (t : column) (y : 'rV[F]_d * ('rV[F]_d * 'rV[F]_d)) : F :=
  second_b (outer q r TJ) y.1 y.2.1 y.2.2 (column_tokens t).1.1 (column_tokens t).1.2
    (column_tokens t).2.1 (column_tokens t).2.2.

Section Independent.
Variable C : column -> F.
Hypothesis rel : forall y, \sum_t C t * column_value t y = 0.

Lemma first_trivial t : C (inl t) = 0.
Proof.
pose o : 'I_e := rshift J o0.
have qo m : qe m != o by rewrite -val_eqE /= ltn_eqF // ltn_addr.
have ro m : re m != o by rewrite -val_eqE /= ltn_eqF // (leq_trans (ltn_ord (r m))) // (leq_trans TJ) // leq_addr.
have distinct' m m' : (qe m = qe m' /\ re m = re m') \/ (qe m = re m' /\ re m = qe m') -> m = m'.
  move=> h; apply: distinct; case: h => -[/lshift_inj h1 /lshift_inj h2]; [left|right]; by split.
apply: (relation_trivial charF qo ro rq distinct' (C := fun t => C (inl t))) => x u v.
rewrite -[RHS](rel (x, (in_p u, in_p v))) big_sumType /= [X in _ = _ + X]big1 ?addr0 => [|ij _]; last first.
  by rewrite /column_value /= second_first_row mulr0.
apply: eq_bigr => t' _; congr (_ * _); rewrite /column_value /= second_outer /value.
apply: eq_bigr => m _.
by rewrite !dot_delta; congr ((_ * _ + _ * _) * _); rewrite mxE eqxx.
Qed.

Let p (m : 'I_M) : 'I_N := lshift D m.
Let C2 (ij : selected2 u0) := C (inr ij).
Let X (ij : selected2 u0) : 'M[F]_N := unitS F w (val ij).1.
Let Y (ij : selected2 u0) : 'M[F]_N := unitS F w (val ij).2.

Lemma second_relation m eps x s t : dot x s = 0 -> dot x t = 0 ->
  eps * (q m == widen_ord TJ (r m))%:R + dot s t = 0 -> eps != 0 -> tensor4 C2 X Y x (delta_mx 0 (p m)) s t = 0.
Proof.
move=> xs xt st eps0; pose kappa : F := eps * (1 + (q m == widen_ord TJ (r m))%:R).
have kappa0 : kappa != 0.
  by rewrite /kappa mulf_neq0 // -mulrS ((charf0P F).1 charF).
apply: (mulfI kappa0); rewrite mulr0.
pose cc j : 'I_d := rshift M (lshift D j).
rewrite -[RHS](rel (in_D J x, (delta_mx 0 (cc (q m)) + in_D J s,
  eps *: delta_mx 0 (cc (widen_ord TJ (r m))) + in_D J t))) big_sumType /= big1 ?add0r => [|t' _]; last first.
  by rewrite first_trivial mul0r.
rewrite mulr_sumr; apply: eq_bigr => ij _; rewrite mulrCA; congr (_ * _).
rewrite /column_value /= (second_second_row distinct) //; congr (_ * _).
by congr (_ * _ + _ * _); [exact: form_unit_delta|exact: form_unit|exact: form_unit_delta|exact: form_unit].
Qed.

Lemma second_trivial ij : C (inr ij) = 0.
Proof.
apply: (pairs_trivial charF w_inj w_le w_u0 (C := C2) N3) => m x s t xs xt st ss.
have [qr|qr] := eqVneq (q m) (widen_ord TJ (r m)); last first.
  by apply: (@second_relation m 1); rewrite ?oner_eq0 // (negPf qr) mulr0 add0r.
have general t1 : dot x t1 = 0 -> dot s t1 != 0 -> tensor4 C2 X Y x (delta_mx 0 (p m)) s t1 = 0.
  by move=> xt1 st1; apply: (@second_relation m (- dot s t1)); rewrite ?oppr_eq0 // qr eqxx mulr1 addNr.
have := general (t + s); rewrite !dotDr st add0r xt xs addr0 => /(_ erefl ss).
have XT ij' : (X ij')^T = X ij' by apply: unitS_tr.
have YT ij' : (Y ij')^T = Y ij' by apply: unitS_tr.
by rewrite (tensor4Dt _ XT YT) (general s xs ss) addr0.
Qed.
End Independent.

Lemma all_pairs_core (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape 2%N H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p)
    ((M * d - 'C(M, 2)) * mc e 2 - e * 'C(M, 2) + (mc U 2 - 1)).
Proof.
exists (twoW F H da q r TJ p); first exact: shape_twoW.
move=> s fs; have {}fs := sep_le_second (fun w : 'rV[F]_d => w) (outer_of_net dE Si sA sB fs).
have {}fs := grid_comp column_tokens (fun y : 'rV[F]_d * ('rV[F]_d * 'rV[F]_d) => y) (grid_sym (sep_grid fs)).
apply: (@leq_trans #|column|).
  by rewrite card_sum card_selected2 leq_add2r; apply: card_selected.
apply: (@indep_grid F column _ column_value s) fs => C rel.
by case=> t; [apply: first_trivial|apply: second_trivial].
Qed.
End Core.
End AllPairs.
Import AllPairs.

Section Theorem318'All.
Variables (F : fieldType) (charF : [char F] =i pred0) (n H da M J T : nat) (S : pred 'I_n) (i : 'I_n).
Local Notation d := (H * da)%N.
Hypotheses (TH : (T <= H)%N) (TJ : (T <= J)%N) (MJ : (M + J <= da)%N) (MT : (M <= J * T - 'C(T, 2))%N).
Hypotheses (Je : (J < d - M)%N) (J3 : (2 < d - J)%N).
Hypotheses (sA : (2 < #|[pred k | S k == S i]|)%N) (sB : (1 < #|[pred k | S k != S i]|)%N).

Theorem all_pairs_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape 2%N H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p)
    ((M * d - 'C(M, 2)) * mc (d - M) 2 - (d - M) * 'C(M, 2) + (mc (M * (d - J) - 'C(M, 2)) 2 - 1)).
Proof.
have [M0|M0] := posnP M.
  have [Ws sWs _] := two_layers_lower charF TH TJ MJ MT sA sB p.
  by exists Ws => // s _; rewrite M0 !mul0n bin0n.
apply: own_side; pose S1 k := S k == S i; pose D := (d - (M + J))%N.
have [q [r [rq distinct]]] := distinct_pairs TJ MT.
have D0 : (0 < D)%N by rewrite /D subn_gt0 -ltn_subRL.
have MJd : (M + J <= d)%N by apply: ltnW; rewrite -subn_gt0.
have core d' (p' : 'I_d') : d' = d -> d' = (M + (J + D))%N ->
    exists2 Ws : seq (seq (head F d')), has_shape 2%N H da Ws & sep_ge (fun x y => net Ws (mix S1 x y) i p')
      ((M * d' - 'C(M, 2)) * mc (d' - M) 2 - (d' - M) * 'C(M, 2) + (mc (M * (d' - J) - 'C(M, 2)) 2 - 1)).
  move=> dE dD; have NE : (d' - J = M + D)%N by rewrite dD addnCA addKn.
  have N3 : (2 < M + D)%N by rewrite -NE dE.
  rewrite {}NE; move: p' dE; rewrite {d'}dD => p' dE; rewrite addKn -(card_entry M D).
  apply: (@all_pairs_core F charF n M J D T H da q r S1 i TJ
    (Ordinal M0) (Ordinal D0) _ (enum_rank (left_out_entry (Ordinal M0) (Ordinal D0))) (@at_entry M D)) => //.
  - by have /andP[] : (0 < H)%N && (0 < da)%N by rewrite -muln_gt0 (leq_ltn_trans _ (ltn_ord p)).
  - by rewrite /S1 eqxx.
  - exact: at_entry_inj.
  - exact: at_entry_le.
  exact: at_left_out.
by apply: core; rewrite // /D addnA subnKC.
Qed.

Corollary all_pairs_lower_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors 2 H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p)
      ((M * d - 'C(M, 2)) * mc (d - M) 2 - (d - M) * 'C(M, 2) + (mc (M * (d - J) - 'C(M, 2)) 2 - 1)).
Proof. exact/generic_lower/all_pairs_lower. Qed.
End Theorem318'All.
