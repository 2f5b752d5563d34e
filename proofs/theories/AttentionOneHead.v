(* theory.md Theorem 3.17 (b), its lower bound: two layers, one head. For every d >= 1, every partition with two or more
   tokens on either side and every output entry some weights, and so almost all, give separation rank at least
     1 + n + n (n + 1) / 2 + d n + d,      n = d (d + 1) / 2 = mc d 2,  n (n + 1) / 2 = mc n 2,
   in characteristic 0 (numFieldType). From above theory.md's 3.3 has the same number. No certificate is used.
   The proof is not theory.md's: one choice of weights serves all five parts and all d. Layer 1 has W = V = I, layer 2
   has W = diag (2^i) and V = e_0 e_p^T, so f = x G M G G G e_0 with M = diag (2^i) and G = A + B, the Gram matrices of
   the two sides. The parts of degree b = 0, .., 4 in B have different degrees in the tokens, so they separate.
   Let E be a combination of values at tokens of B that kills f for all tokens of A. The parts of degree 1 and 2 in B,
   linear in x, at A = w w^T with x free (x = w too), give equations for
     E [B_ij]           all are 0 by D_zero,
     E [B_ij B_kl]      all are 0 by P_zero.
   Degree 3 is the same with the sides exchanged, B = y y^T + z z^T with y, z orthogonal: T_zero. The equations are
   compared coefficient by coefficient in t, for tokens t e_0 + u with u a sum of at most three other unit vectors.
   In degree 2 a linear system for the E [B_00 B_aa] is left, diagonally dominant in other unknowns (hh_zero). The
   proof uses that the 2^a are distinct, and 2^a + 2^b <> 2^c + 2^f for distinct a, b, c, f.
   So E kills 1, B_ij, B_ij B_kl, the coefficients of the x_k A_ij in degree 3 and the d entries of degree 4
   (network_index); and these are independent functions of the matrices y y^T + z z^T (coefficients_indep).
     P x y z u           == E [(x B y) (z B u)];  X x y == E [x B M B y];  W x y == E [x B B y]
     T x y z             == \sum_k x_k (y D_k z), the D_k the coefficients of a relation of degree 3
     word x U1 U2 U3 U4  == (x U1 M U2 U3 U4) e_0
     part b x A B        == the sum of the words in A and B that have b letters B
     gr w, scaled w      == w^T w, w M
     network             == f at the tokens x, w of A and y, z of B
     coefficient t B     == the function of B with the label t *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights PairingRank.
From Seprank Require Import AttentionHeads AttentionTwoLayers.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Module OneHeadParts.
(* linear equations, and polynomials with infinitely many zeros *)
Section Solve.
Variable F : numFieldType.
Implicit Types a b c : F.

Lemma solve1 c a : c != 0 -> c * a = 0 -> a = 0.
Proof. by move=> c0 /eqP; rewrite mulf_eq0 (negPf c0) => /eqP. Qed.

Lemma lin1 x a c : a = 0 -> c = x * a -> c = 0.
Proof. by move=> -> ->; rewrite mulr0. Qed.
Lemma lin2 x y a b c : a = 0 -> b = 0 -> c = x * a + y * b -> c = 0.
Proof. by move=> -> -> ->; rewrite !mulr0 addr0. Qed.
Lemma lin3 x y z a b a' c : a = 0 -> b = 0 -> a' = 0 -> c = x * a + y * b + z * a' -> c = 0.
Proof. by move=> -> -> -> ->; rewrite !mulr0 !addr0. Qed.

Lemma vanish6 (p0 p1 p2 p3 p4 p5 : F) (e : nat -> F) : injective e ->
  (forall k, p0 + p1 * e k + p2 * e k ^+ 2 + p3 * e k ^+ 3 + p4 * e k ^+ 4 + p5 * e k ^+ 5 = 0) ->
  [/\ p0 = 0, p1 = 0, p2 = 0, p3 = 0 & p4 = 0 /\ p5 = 0].
Proof.
move=> eI H; pose p := Poly [:: p0; p1; p2; p3; p4; p5].
have p00 : p = 0.
  apply: (poly_zeros eI) => k; rewrite -[RHS](H k) horner_Poly /=; by move: (e k) => x; ring.
have c k : nth 0 [:: p0; p1; p2; p3; p4; p5] k = 0 by rewrite -coef_Poly -/p p00 coef0.
by split; [exact: (c 0%N)|exact: (c 1%N)|exact: (c 2%N)|exact: (c 3%N)|split; [exact: (c 4%N)|exact: (c 5%N)]].
Qed.
Lemma natS_inj : injective (fun k : nat => k.+1%:R : F).
Proof. by move=> a b /(natF_inj (char_num F))[]. Qed.
Lemma natS2_inj : injective (fun k : nat => k.+1%:R ^+ 2 : F).
Proof. by move=> a b; rewrite -!natrX => /(natF_inj (char_num F))/eqP; rewrite eqn_sqr => /eqP[]. Qed.
Lemma natS_neq0 k : k.+1%:R != 0 :> F. Proof. by rewrite pnatr_eq0. Qed.

Lemma vanish_off0 (p0 p1 p2 p3 p4 p5 : F) :
  (forall t, t != 0 -> p0 + p1 * t + p2 * t ^+ 2 + p3 * t ^+ 3 + p4 * t ^+ 4 + p5 * t ^+ 5 = 0) ->
  [/\ p0 = 0, p1 = 0, p2 = 0, p3 = 0 & p4 = 0 /\ p5 = 0].
Proof. by move=> H; apply: (vanish6 natS_inj) => k; apply: H; apply: natS_neq0. Qed.
End Solve.

(* the equations of degree 1, 2 and 3 and their solutions, over any space with a symmetric form and orthonormal e_i *)
Section Abstract.
Variables (F : numFieldType) (V : lmodType F) (I : finType) (i0 : I) (e : I -> V) (mu : I -> F).
Variables (dot : V -> V -> F) (M_of : V -> V).
Local Notation o := (e i0).
Implicit Types (x y z u w : V) (a b c i j : I) (t : F).
Hypotheses (dotC : forall x y, dot x y = dot y x) (dotDl : forall x y z, dot (x + y) z = dot x z + dot y z).
Hypotheses (dotZl : forall t x z, dot (t *: x) z = t * dot x z) (dot_ee : forall a b, dot (e a) (e b) = if a == b then
  1 else 0).
Hypotheses (M_D : forall x y, M_of (x + y) = M_of x + M_of y) (M_Z : forall t x, M_of (t *: x) = t *: M_of x).
Hypotheses (M_e : forall a, M_of (e a) = mu a *: e a) (M_sym : forall x y, dot x (M_of y) = dot (M_of x) y).
Hypotheses (mu0 : mu i0 = 1) (mu_gt1 : forall a, a != i0 -> 1 < mu a).
Hypothesis mu_sum : forall a b c f, a != b -> a != c -> a != f -> b != c -> b != f -> c != f -> mu a + mu b != mu c +
  mu f.
Hypotheses (mu_neq : forall a b, a != b -> mu a - mu b != 0).

Lemma mu_gt0 a : 0 < mu a.
Proof. by have [->|/mu_gt1] := eqVneq a i0; [rewrite mu0 ltr01 | apply: lt_trans; rewrite ltr01]. Qed.
Lemma mu_neq0 a : mu a != 0. Proof. by rewrite gt_eqF ?mu_gt0. Qed.
Lemma dotDr x y z : dot z (x + y) = dot z x + dot z y. Proof. by rewrite dotC dotDl !(dotC z). Qed.
Lemma dotZr t x y : dot x (t *: y) = t * dot x y. Proof. by rewrite dotC dotZl dotC. Qed.
Definition dotR := (dotDl, dotDr, dotZl, dotZr).
Definition M_R := (M_D, M_Z, M_e).
Lemma eqo a : a != i0 -> (a == i0) = false. Proof. by move/negPf. Qed.
Lemma oeq a : a != i0 -> (i0 == a) = false. Proof. by rewrite eq_sym => /negPf. Qed.

(* the values at t o + u *)
Lemma plus_o t u : dot u o = 0 -> dot (t *: o + u) o = t.
Proof. by move=> uo; rewrite dotDl dotZl dot_ee eqxx uo mulr1 addr0. Qed.
Lemma plus_sq t u : dot u o = 0 -> dot (t *: o + u) (t *: o + u) = t ^+ 2 + dot u u.
Proof. by move=> uo; rewrite dotDr dotZr plus_o // dotDl dotZl (dotC o) uo mulr0 add0r. Qed.
Lemma plus_M t u : M_of (t *: o + u) = t *: o + M_of u.
Proof. by rewrite M_D M_Z M_e mu0 scale1r. Qed.
Lemma plus_dot_M t u : dot u o = 0 -> dot (t *: o + u) (t *: o + M_of u) = t ^+ 2 + dot u (M_of u).
Proof. by move=> uo; rewrite dotDr dotZr plus_o // dotDl dotZl M_sym M_e mu0 scale1r (dotC o) uo mulr0 add0r. Qed.

(* degree 1 *)
Section Degree1.
Variable D : V -> V -> F.
Hypotheses (DD : forall x x' y, D (x + x') y = D x y + D x' y) (DZ : forall t x y, D (t *: x) y = t * D x y).
Hypothesis DC : forall x y, D x y = D y x.
Hypothesis H : forall x, let q := dot x x in let l := dot x o in let m := dot x (M_of x) in
  2%:R * q ^+ 2 * l * D x (M_of x) + q * m * l * D x x + q ^+ 2 * m * D x o = 0.

Let DD2 x x' y : D y (x + x') = D y x + D y x'. Proof. by rewrite !(DC y) DD. Qed.
Let DZ2 t x y : D y (t *: x) = t * D y x. Proof. by rewrite !(DC y) DZ. Qed.
Let DR := (DD, DZ, DD2, DZ2).

Theorem D_zero i j : D (e i) (e j) = 0.
Proof.
have Dao a : a != i0 -> D (e a) o = 0.
  move=> a0; have := H (e a); rewrite /= !M_e !dotR !dot_ee eqxx (eqo a0) => h.
  by apply: (solve1 (mu_neq0 a)); apply: (lin1 (x := 1) h); ring.
have Doo : D o o = 0.
  have := H o; rewrite /= !M_e !dotR !dot_ee eqxx !DR mu0 => h.
  by apply: (@solve1 _ 4%:R); [rewrite pnatr_eq0 | apply: (lin1 (x := 1) h); ring].
have line u : dot u o = 0 -> D u o = 0 -> D (M_of u) o = 0 -> dot u u - dot u (M_of u) != 0 -> dot u u != 0 ->
    D u (M_of u) = 0.
  move=> uo Duo Dvo sm s0; have ou : dot o u = 0 by rewrite dotC.
  have ov : dot o (M_of u) = 0 by rewrite M_sym M_e dotZl ou mulr0.
  set s := dot u u in sm s0; set m := dot u (M_of u) in sm; set v := M_of u in Dvo *.
  have [_ h1 _ _ [_ h5]] : [/\ 0 = 0 :> F, s * (2%:R * s * D u v + m * D u u) = 0, 0 = 0 :> F,
      4%:R * s * D u v + (s + m) * D u u = 0 & 0 = 0 :> F /\ 2%:R * D u v + D u u = 0].
    apply: vanish_off0 => t t0; have := H (t *: o + u).
    rewrite /= !M_R -/v !dotR uo ou ov !dot_ee eqxx !DR Doo !(DC o) Duo Dvo mu0 -/s -/m => h.
    by apply: (lin1 (x := 1) h); ring.
  apply: (@solve1 _ (2%:R * (s - m))); first by rewrite mulf_neq0 ?pnatr_eq0.
  by apply: (lin2 (x := 1) (y := - m) (solve1 s0 h1) h5); ring.
have Daa a : a != i0 -> D (e a) (e a) = 0.
  move=> a0; have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
  have := line _ ao (Dao _ a0); rewrite !M_e !dotR !dot_ee eqxx mulr1 !DR Dao // mulr0 => h.
  have {}h := h erefl _ (oner_neq0 _); apply: (solve1 (mu_neq0 a)); rewrite h //.
  by rewrite -mu0 mu_neq // eq_sym.
have [->|i_0] := eqVneq i i0; have [->|j0] := eqVneq j i0; rewrite ?Doo ?Dao // ?(DC o) ?Dao //.
have [<-|ij] := eqVneq i j; first exact: Daa.
have uo : dot (e i + e j) o = 0 by rewrite !dotR !dot_ee (eqo i_0) (eqo j0) addr0.
have := line _ uo; rewrite !M_R !dotR !dot_ee !eqxx (negPf ij) [j == i]eq_sym (negPf ij) !DR !Dao // !Daa // => h.
have {}h := h (addr0 _); apply: (@solve1 _ (mu i + mu j)); first by rewrite gt_eqF // addr_gt0 ?mu_gt0.
have hi := mu_gt1 i_0; have hj := mu_gt1 j0.
have ne : 1 + 0 + (0 + 1) - (mu i * 1 + mu j * 0 + (mu i * 0 + mu j * 1)) != 0.
  rewrite subr_eq0 lt_eqF // !mulr0 !mulr1 !addr0 !add0r; exact: ltr_add.
have n2 : 1 + 0 + (0 + 1) != 0 :> F by rewrite addr0 add0r -[1 + 1]/(2%:R) pnatr_eq0.
have z2 : mu i * 0 + mu j * 0 = 0 by rewrite !mulr0 addr0.
by apply: (lin1 (x := 1) (h z2 ne n2)); rewrite (DC (e j)); ring.
Qed.
End Degree1.

(* degree 2 *)
Section Degree2.
Variables (P : V -> V -> V -> V -> F) (X W : V -> V -> F).
Hypotheses (PD : forall x x' y z u, P (x + x') y z u = P x y z u + P x' y z u).
Hypotheses (PZ : forall t x y z u, P (t *: x) y z u = t * P x y z u).
Hypotheses (PC : forall x y z u, P x y z u = P y x z u) (PS : forall x y z u, P x y z u = P z u x y).
Hypotheses (XD : forall x x' y, X (x + x') y = X x y + X x' y) (XZ : forall t x y, X (t *: x) y = t * X x y).
Hypotheses (WD : forall x x' y, W (x + x') y = W x y + W x' y) (WZ : forall t x y, W (t *: x) y = t * W x y).
Hypotheses (XC : forall x y, X x y = X y x) (WC : forall x y, W x y = W y x).
Hypotheses (Xe : forall a b, X (e a) (e b) = \sum_k mu k * P (e a) (e k) (e k) (e b)).
Hypotheses (We : forall a b, W (e a) (e b) = \sum_k P (e a) (e k) (e k) (e b)).
Hypothesis H : forall x w, let q := dot w w in let l := dot w o in let m := dot w (M_of w) in
  q * l * X x w + l * P x (M_of w) w w + q * P x (M_of w) w o +
  dot x w * (l * W (M_of w) w + P (M_of w) w w o + m * W w o) = 0.

Lemma sym8 x y z u p : P x y z u = p ->
  (P x y z u = p) * (P y x z u = p) * (P x y u z = p) * (P y x u z = p) *
  (P z u x y = p) * (P u z x y = p) * (P z u y x = p) * (P u z y x = p).
Proof.
move=> E; have s1 : P y x z u = p by rewrite PC.
have s2 : P x y u z = p by rewrite PS PC PS.
have s3 : P y x u z = p by rewrite PC.
by do !split; rewrite // PS.
Qed.

Let PD2 x x' y z u : P y (x + x') z u = P y x z u + P y x' z u. Proof. by rewrite !(PC y) PD. Qed.
Let PZ2 t x y z u : P y (t *: x) z u = t * P y x z u. Proof. by rewrite !(PC y) PZ. Qed.
Let PD3 x x' y z u : P y z (x + x') u = P y z x u + P y z x' u. Proof. by rewrite !(PS y) PD. Qed.
Let PZ3 t x y z u : P y z (t *: x) u = t * P y z x u. Proof. by rewrite !(PS y) PZ. Qed.
Let PD4 x x' y z u : P y z u (x + x') = P y z u x + P y z u x'. Proof. by rewrite !(PS y) PD2. Qed.
Let PZ4 t x y z u : P y z u (t *: x) = t * P y z u x. Proof. by rewrite !(PS y) PZ2. Qed.
Let XD2 x x' y : X y (x + x') = X y x + X y x'. Proof. by rewrite !(XC y) XD. Qed.
Let XZ2 t x y : X y (t *: x) = t * X y x. Proof. by rewrite !(XC y) XZ. Qed.
Let WD2 x x' y : W y (x + x') = W y x + W y x'. Proof. by rewrite !(WC y) WD. Qed.
Let WZ2 t x y : W y (t *: x) = t * W y x. Proof. by rewrite !(WC y) WZ. Qed.
Let PR := (PD, PZ, PD2, PZ2, PD3, PZ3, PD4, PZ4).
Let XR := (XD, XZ, XD2, XZ2, WD, WZ, WD2, WZ2).

(* w = t o + u *)
Section PlusO.
Variables (t : F) (u : V).
Hypothesis uo : dot u o = 0.

Lemma H_plus x : let s := dot u u in let v := M_of u in
  (t ^+ 2 + s) * t * (t * X x o + X x u) +
  t * (t ^+ 2 * (t * P x o o o + P x v o o) + t * (2%:R * (t * P x o o u + P x v o u)) + (t * P x o u u + P x v u u)) +
  (t ^+ 2 + s) * (t * (t * P x o o o + P x v o o) + (t * P x o o u + P x v o u)) + dot x (t *: o + u) *
  (t * W (t *: o + v) (t *: o + u) + P (t *: o + v) (t *: o + u) (t *: o + u) o + (t ^+ 2 + dot u v) * W (t *: o + u) o)
  = 0.
Proof.
have S2 y : P x y u o = P x y o u by rewrite PS PC PS.
move=> s v; have := H x (t *: o + u); rewrite /= plus_M plus_o // plus_sq // plus_dot_M // -/s -/v.
move: (_ * (_ + _)) => r.
rewrite XD2 XZ2 PD4 !PZ4 !PD3 !PZ3 !S2 !PD2 !PZ2 => <-.
by move: (X x o) (X x u) (P x o o o) (P x v o o) (P x o o u) (P x v o u) (P x o u u) (P x v u u) => *; ring.
Qed.

Lemma H_plus0 x : dot x (t *: o + u) = 0 -> let s := dot u u in let v := M_of u in
  (t ^+ 2 + s) * t * (t * X x o + X x u) +
  t * (t ^+ 2 * (t * P x o o o + P x v o o) + t * (2%:R * (t * P x o o u + P x v o u)) + (t * P x o u u + P x v u u)) +
  (t ^+ 2 + s) * (t * (t * P x o o o + P x v o o) + (t * P x o o u + P x v o u)) = 0.
Proof. by move=> xw s v; have := H_plus x; rewrite /= xw mul0r addr0. Qed.
End PlusO.

(* x = s o - t u *)
Lemma P_line u : dot u o = 0 -> let s := dot u u in let v := M_of u in
  [/\ s ^+ 2 * P o v o u = 0,
      s ^+ 2 * X o u + s * P o v u u + s * (s * P o v o o + s * P o o o u - P u v o u) = 0,
      s * (s * X o o - X u u) + s * P o o u u - P u v u u + 3%:R * s * P o v o u +
        s * (s * P o o o o - P u v o o - P o u o u) = 0,
      - P o u u u + 3%:R * (s * P o o o u - P u v o u) + 2%:R * s * P o v o o - s * P o o o u = 0 &
      s * X o o - X u u - 3%:R * P o u o u + 2%:R * (s * P o o o o - P u v o o) = 0 /\ - X o u - 2%:R * P o o o u = 0].
Proof.
move=> uo s v; have ou : dot o u = 0 by rewrite dotC.
have ov : dot o v = 0 by rewrite M_sym M_e dotZl ou mulr0.
have [p1 p1E] : {p | P o v o u = p} by exists (P o v o u).
have [p2 p2E] : {p | P o v u u = p} by exists (P o v u u).
have [p3 p3E] : {p | P o v o o = p} by exists (P o v o o).
have [p4 p4E] : {p | P o o o u = p} by exists (P o o o u).
have [p5 p5E] : {p | P u v o u = p} by exists (P u v o u).
have [p6 p6E] : {p | P o o u u = p} by exists (P o o u u).
have [p7 p7E] : {p | P u v u u = p} by exists (P u v u u).
have [p8 p8E] : {p | P o o o o = p} by exists (P o o o o).
have [p9 p9E] : {p | P u v o o = p} by exists (P u v o o).
have [p10 p10E] : {p | P o u o u = p} by exists (P o u o u).
have [p11 p11E] : {p | P o u u u = p} by exists (P o u u u).
rewrite p1E p2E p3E p4E p5E p6E p7E p8E p9E p10E p11E; apply: vanish_off0 => t t0.
have xw : dot (s *: o + (- t) *: u) (t *: o + u) = 0 by rewrite !dotR dot_ee eqxx uo ou -/s; ring.
have := H_plus0 uo xw; rewrite /= -/s -/v !PD !PZ !XD !XZ.
rewrite !(sym8 p1E) !(sym8 p2E) !(sym8 p3E) !(sym8 p4E) !(sym8 p5E) !(sym8 p6E) !(sym8 p7E) !(sym8 p8E) !(sym8 p9E)
  !(sym8 p10E) !(sym8 p11E) !(XC u o) => h.
by apply: (lin1 (x := 1) h); ring.
Qed.

(* x = y orthogonal to o and u *)
Lemma P_orth y u : dot u o = 0 -> dot y o = 0 -> dot y u = 0 -> let s := dot u u in let v := M_of u in
  [/\ s * P y v o u = 0,
      s * X y u + P y v u u + s * (P y o o u + P y v o o) = 0,
      s * X y o + P y o u u + 3%:R * P y v o u + s * P y o o o = 0,
      X y u + 3%:R * P y o o u + 2%:R * P y v o o = 0 & X y o + 2%:R * P y o o o = 0].
Proof.
move=> uo yo yu s v; have ou : dot o u = 0 by rewrite dotC.
have ov : dot o v = 0 by rewrite M_sym M_e dotZl ou mulr0.
have [p1 p1E] : {p | P y v o u = p} by exists (P y v o u).
have [p2 p2E] : {p | P y v u u = p} by exists (P y v u u).
have [p3 p3E] : {p | P y o o u = p} by exists (P y o o u).
have [p4 p4E] : {p | P y v o o = p} by exists (P y v o o).
have [p5 p5E] : {p | P y o u u = p} by exists (P y o u u).
have [p6 p6E] : {p | P y o o o = p} by exists (P y o o o).
rewrite p1E p2E p3E p4E p5E p6E.
suff [? ? ? ? [? _]] : [/\ s * p1 = 0, s * X y u + p2 + s * (p3 + p4) = 0, s * X y o + p5 + 3%:R * p1 + s * p6 = 0,
  X y u + 3%:R * p3 + 2%:R * p4 = 0 & X y o + 2%:R * p6 = 0 /\ 0 = 0 :> F] by split.
apply: vanish_off0 => t t0.
have yw : dot y (t *: o + u) = 0 by rewrite dotDr dotZr yo yu mulr0 addr0.
have := H_plus0 uo yw; rewrite /= -/s -/v p1E p2E p3E p4E p5E p6E => h.
by apply: (lin1 (x := 1) h); ring.
Qed.

Lemma P_oaoa a : a != i0 -> P o (e a) o (e a) = 0.
Proof.
move=> a0; have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
have [h _ _ _ _] := P_line ao; move: h; rewrite /= dot_ee eqxx M_e !PR => h.
by apply: (solve1 (mu_neq0 a)); apply: (lin1 (x := 1) h); ring.
Qed.

Lemma P_oaob a b : a != i0 -> b != i0 -> P o (e a) o (e b) = 0.
Proof.
move=> a0 b0; have [<-|ab] := eqVneq a b; first exact: P_oaoa.
have uo : dot (e a + e b) o = 0 by rewrite dotDl !dot_ee (eqo a0) (eqo b0) addr0.
have [h _ _ _ _] := P_line uo; move: h; rewrite /= !dotR !dot_ee !eqxx (negPf ab) [b == a]eq_sym (negPf ab) !M_R !PR.
rewrite !(sym8 (P_oaoa a0)) !(sym8 (P_oaoa b0)) (PS o (e b)) => h.
apply: (@solve1 _ (4%:R * (mu a + mu b))).
  by rewrite mulf_neq0 ?pnatr_eq0 // gt_eqF // addr_gt0 ?mu_gt0.
by apply: (lin1 (x := 1) h); ring.
Qed.

Lemma XW_oo : X o o = P o o o o /\ W o o = P o o o o.
Proof.
have z k : k != i0 -> P o (e k) (e k) o = 0 by move=> k0; rewrite (sym8 (P_oaoa k0)).
split; rewrite ?Xe ?We (bigD1 i0) //= big1 ?addr0 ?mu0 ?mul1r // => k k0; rewrite z //.
by rewrite mulr0.
Qed.

Lemma P_oooo : P o o o o = 0.
Proof.
have := H o o; have [-> ->] := XW_oo; rewrite /= M_e mu0 !dotR !PR !XR dot_ee eqxx.
have [_ ->] := XW_oo => h; apply: (@solve1 _ 6%:R); first by rewrite pnatr_eq0.
by apply: (lin1 (x := 1) h); ring.
Qed.

Lemma P_odd a : a != i0 -> [/\ P o o o (e a) = 0, P o (e a) (e a) (e a) = 0 & X o (e a) = 0].
Proof.
move=> a0; have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
have [_ h1 _ h3 [_ h5]] := P_line ao; move: h1 h3 h5; rewrite /= dot_ee eqxx M_e !PR.
have [p pE] : {p | P o o o (e a) = p} by exists (P o o o (e a)).
have [r rE] : {p | P o (e a) (e a) (e a) = p} by exists (P o (e a) (e a) (e a)).
rewrite !(sym8 pE) !(sym8 rE) => h1 h3 h5.
have m1 : mu a - 1 != 0 by rewrite -mu0 mu_neq.
have p0 : p = 0 by apply: (solve1 m1); apply: (lin2 (x := 1) (y := 1) h1 h5); ring.
have r0 : r = 0.
  have m3 : 3%:R * mu a + 1 != 0 by rewrite gt_eqF // addr_gt0 ?ltr01 ?mulr_gt0 ?ltr0n ?mu_gt0.
  by apply: (solve1 m3); apply: (lin1 (x := -1) h3); rewrite p0; ring.
by split=> //; apply: (lin1 (x := -1) h5); rewrite p0; ring.
Qed.

Definition hh a := P o o (e a) (e a).
Definition kk a := P (e a) (e a) (e a) (e a).
Lemma P_even1 a : a != i0 -> X (e a) (e a) = - (2%:R * mu a * hh a) /\ mu a * kk a = (1 + mu a) * hh a.
Proof.
move=> a0; have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
have [_ _ h2 _ [h4 _]] := P_line ao; move: h2 h4; rewrite /= dot_ee eqxx M_e !PR (sym8 (P_oaoa a0)) P_oooo.
have [-> _] := XW_oo; rewrite P_oooo (PS (e a) (e a) o o) -/(hh a) -/(kk a) => h2 h4.
by split; apply/eqP; rewrite -subr_eq0; apply/eqP; [apply: (lin1 (x := -1) h4) | apply: (lin2 (x := -1) (y := 1) h2
  h4)]; ring.
Qed.

Lemma P_even2 a : a != i0 -> mu a * W (e a) (e a) = - ((1 + mu a) * hh a).
Proof.
move=> a0; have [XE kE] := P_even1 a0; have [oooa oaaa Xoa] := P_odd a0; have [Xoo Woo] := XW_oo.
move: Xoo Woo; rewrite P_oooo => Xoo Woo.
have [h hE] : {p | P o o (e a) (e a) = p} by exists (hh a).
have [k kE'] : {p | P (e a) (e a) (e a) (e a) = p} by exists (kk a).
set m := mu a in XE kE *; move: XE kE; rewrite /hh /kk hE kE' => XE kE.
have [_ h1 _ _ _] : [/\ m * W o (e a) = 0,
    X (e a) (e a) + m * k + 2%:R * m * h + m * W (e a) (e a) = 0,
    2%:R * (1 + m) * W o (e a) = 0,
    X (e a) (e a) + (1 + m) * h + 2%:R * m * h + m * W (e a) (e a) = 0 &
    (2%:R + m) * W o (e a) = 0 /\ 0 = 0 :> F].
  apply: vanish_off0 => t t0; have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
  have := H_plus t ao (t *: o + e a); rewrite /= plus_sq // M_e dotZr !dot_ee eqxx -/m.
  rewrite !PR !XR P_oooo Xoo Woo !(XC (e a) o) Xoa !(WC (e a) o).
  rewrite !(sym8 oooa) !(sym8 oaaa) !(sym8 (P_oaoa a0)) !(sym8 hE) kE' => H'.
  by apply: (lin1 (x := 1) H'); ring.
apply/eqP; rewrite -subr_eq0; apply/eqP; have kE0 : m * k - (1 + m) * h = 0 by rewrite kE subrr.
by apply: (lin2 (x := 1) (y := -1) h1 kE0); rewrite XE; ring.
Qed.

Lemma P_two a b : a != i0 -> b != i0 -> a != b ->
  [/\ P o (e a) (e b) (e b) = 0, P o (e b) (e a) (e b) = 0, P o o (e a) (e b) = 0, X (e a) (e b) = 0
    & P (e a) (e b) (e b) (e b) = 0].
Proof.
move=> a0 b0 ab; have ba : b != a by rewrite eq_sym.
have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
have bo : dot (e b) o = 0 by rewrite dot_ee (eqo b0).
have dab : dot (e a) (e b) = 0 by rewrite dot_ee (negPf ab).
have dba : dot (e b) (e a) = 0 by rewrite dotC.
have [h0 h1 h2 h3 _] := P_orth bo ao dab; have [_ _ _ k3 _] := P_orth ao bo dba.
have [oooa _ Xoa] := P_odd a0.
move: h0 h1 h2 h3 k3; rewrite /= !M_e !PR !dot_ee !eqxx (XC (e a) o) Xoa (XC (e b)).
have [p pE] : {p | P o (e b) (e a) (e b) = p} by exists (P o (e b) (e a) (e b)).
have [r rE] : {p | P o (e a) (e b) (e b) = p} by exists (P o (e a) (e b) (e b)).
have [s sE] : {p | P o o (e a) (e b) = p} by exists (P o o (e a) (e b)).
rewrite !(sym8 pE) !(sym8 rE) !(sym8 sE) !(sym8 oooa) !(sym8 (P_oaob a0 b0)) => h0 h1 h2 h3 k3.
have p0 : p = 0 by apply: (solve1 (mu_neq0 b)); apply: (lin1 (x := 1) h0); ring.
have r0 : r = 0 by apply: (lin1 (x := 1) h2); rewrite p0; ring.
have s0 : s = 0.
  apply: (solve1 (mu_neq ab)); apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
  by apply: (lin2 (x := -1) (y := 1) h3 k3); ring.
have X0 : X (e a) (e b) = 0 by apply: (lin1 (x := 1) h3); rewrite s0; ring.
by split=> //; apply: (solve1 (mu_neq0 b)); apply: (lin1 (x := 1) h1); rewrite s0 X0; ring.
Qed.

Let neqC (a b : I) : a != b -> b != a. Proof. by rewrite eq_sym. Qed.

Lemma P_oabc a b c : a != i0 -> b != i0 -> c != i0 -> a != b -> a != c -> b != c -> P o (e a) (e b) (e c) = 0.
Proof.
move=> a0 b0 c0 ab ac bc; have ao : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
have uo : dot (e b + e c) o = 0 by rewrite dotDl !dot_ee (eqo b0) (eqo c0) addr0.
have au : dot (e a) (e b + e c) = 0 by rewrite dotDr !dot_ee (negPf ab) (negPf ac) addr0.
have [h0 _ h2 _ _] := P_orth uo ao au; move: h0 h2.
have [oabb obab ooab Xab _] := P_two a0 b0 ab; have [oacc ocac ooac Xac _] := P_two a0 c0 ac.
have [oooa _ Xoa] := P_odd a0.
rewrite /= !M_R !PR !(XC (e a) o) Xoa !dotR !dot_ee !eqxx (negPf bc) (negPf (neqC bc)).
have [p pE] : {p | P o (e a) (e b) (e c) = p} by exists (P o (e a) (e b) (e c)).
rewrite !(sym8 pE) !(sym8 oabb) !(sym8 oacc) !(sym8 oooa) !(sym8 obab) !(sym8 ocac) => h0 h2.
apply: (@solve1 _ 4%:R); first by rewrite pnatr_eq0.
by apply: (lin2 (x := - 3%:R) (y := 2%:R) h0 h2); ring.
Qed.

Lemma P_three a b c : a != i0 -> b != i0 -> c != i0 -> a != b -> a != c -> b != c ->
  P (e a) (e b) (e c) (e c) = 0 /\ P (e a) (e c) (e b) (e c) = 0.
Proof.
move=> a0 b0 c0 ab ac bc.
have rel k l : k != i0 -> l != i0 -> k != l -> k != c -> l != c ->
    mu l * P (e k) (e l) (e c) (e c) + 2%:R * mu c * P (e k) (e c) (e l) (e c) = 0.
  move=> k0 l0 kl kc lc.
  have ko : dot (e k) o = 0 by rewrite dot_ee (eqo k0).
  have co t : dot (e l + t *: e c) o = 0 by rewrite !dotR !dot_ee (eqo l0) (eqo c0) mulr0 addr0.
  have kt t : dot (e k) (e l + t *: e c) = 0 by rewrite !dotR !dot_ee (negPf kl) (negPf kc) mulr0 addr0.
  have [_ p1 _ _ _] := P_orth (co 1) ko (kt 1); have [_ p2 _ _ _] := P_orth (co (-1)) ko (kt (-1)).
  have [_ _ ookl Xkl klll] := P_two k0 l0 kl; have [_ _ ookc Xkc kccc] := P_two k0 c0 kc.
  move: p1 p2; rewrite /= !M_R !PR !XR Xkl Xkc !(sym8 ookl) !(sym8 ookc) !(sym8 (P_oaob k0 l0)) !(sym8 (P_oaob k0 c0))
    !(sym8 klll) !(sym8 kccc).
  have [p pE] : {p | P (e k) (e l) (e c) (e c) = p} by exists (P (e k) (e l) (e c) (e c)).
  have [r rE] : {p | P (e k) (e c) (e l) (e c) = p} by exists (P (e k) (e c) (e l) (e c)).
  have [p' pE'] : {p | P (e k) (e l) (e c) (e l) = p} by exists (P (e k) (e l) (e c) (e l)).
  have [r' rE'] : {p | P (e k) (e c) (e l) (e l) = p} by exists (P (e k) (e c) (e l) (e l)).
  rewrite !(sym8 pE) !(sym8 rE) !(sym8 pE') !(sym8 rE') => p1 p2.
  apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
  by apply: (lin2 (x := 1) (y := 1) p1 p2); ring.
have r1 := rel _ _ a0 b0 ab ac bc; have := rel _ _ b0 a0 (neqC ab) bc ac.
have [p pE] : {p | P (e a) (e b) (e c) (e c) = p} by exists (P (e a) (e b) (e c) (e c)).
have [r rE] : {p | P (e a) (e c) (e b) (e c) = p} by exists (P (e a) (e c) (e b) (e c)).
move: r1; rewrite !(sym8 pE) !(sym8 rE) => r1 r2.
have p0 : p = 0 by apply: (solve1 (mu_neq ab)); apply: (lin2 (x := -1) (y := 1) r1 r2); ring.
split=> //; apply: (solve1 (mu_neq0 c)); apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
by apply: (lin1 (x := 1) r1); rewrite p0; ring.
Qed.

Lemma P_four a b c f : a != i0 -> b != i0 -> c != i0 -> f != i0 ->
  a != b -> a != c -> a != f -> b != c -> b != f -> c != f -> P (e a) (e b) (e c) (e f) = 0.
Proof.
move=> a0 b0 c0 f0 ab ac af bc bf cf.
have rel k l m n : k != i0 -> l != i0 -> m != i0 -> n != i0 ->
    k != l -> k != m -> k != n -> l != m -> l != n -> m != n ->
    mu l * P (e k) (e l) (e m) (e n) + mu m * P (e k) (e m) (e l) (e n) + mu n * P (e k) (e n) (e l) (e m) = 0.
  move=> k0 l0 m0 n0 kl km kn lm ln mn.
  have ko : dot (e k) o = 0 by rewrite dot_ee (eqo k0).
  have uo : dot (e l + (e m + e n)) o = 0 by rewrite !dotR !dot_ee (eqo l0) (eqo m0) (eqo n0) !addr0.
  have ku : dot (e k) (e l + (e m + e n)) = 0 by rewrite !dotR !dot_ee (negPf kl) (negPf km) (negPf kn) !addr0.
  have [_ h _ _ _] := P_orth uo ko ku; move: h.
  have [_ _ ookl Xkl klll] := P_two k0 l0 kl; have [_ _ ookm Xkm kmmm] := P_two k0 m0 km.
  have [_ _ ookn Xkn knnn] := P_two k0 n0 kn.
  have [lm1 lm2] := P_three k0 l0 m0 kl km lm; have [ml1 ml2] := P_three k0 m0 l0 km kl (neqC lm).
  have [ln1 ln2] := P_three k0 l0 n0 kl kn ln; have [nl1 nl2] := P_three k0 n0 l0 kn kl (neqC ln).
  have [mn1 mn2] := P_three k0 m0 n0 km kn mn; have [nm1 nm2] := P_three k0 n0 m0 kn km (neqC mn).
  rewrite /= !M_R !PR !XR Xkl Xkm Xkn !(sym8 ookl) !(sym8 ookm) !(sym8 ookn) !(sym8 klll) !(sym8 kmmm) !(sym8 knnn).
  rewrite !(sym8 lm1) !(sym8 lm2) !(sym8 ml1) !(sym8 ml2) !(sym8 ln1) !(sym8 ln2) !(sym8 nl1) !(sym8 nl2).
  rewrite !(sym8 (P_oaob k0 l0)) !(sym8 (P_oaob k0 m0)) !(sym8 (P_oaob k0 n0)) !(sym8 mn1) !(sym8 mn2) !(sym8 nm1)
    !(sym8 nm2).
  have [p pE] : {p | P (e k) (e l) (e m) (e n) = p} by exists (P (e k) (e l) (e m) (e n)).
  have [r rE] : {p | P (e k) (e m) (e l) (e n) = p} by exists (P (e k) (e m) (e l) (e n)).
  have [r' rE'] : {p | P (e k) (e n) (e l) (e m) = p} by exists (P (e k) (e n) (e l) (e m)).
  rewrite !(sym8 pE) !(sym8 rE) !(sym8 rE') => h; apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
  by apply: (lin1 (x := 1) h); ring.
have [[ba ca] fa] := (neqC ab, neqC ac, neqC af); have [[cb fb] fc] := (neqC bc, neqC bf, neqC cf).
have h1 := rel _ _ _ _ a0 b0 c0 f0 ab ac af bc bf cf.
have h2 := rel _ _ _ _ b0 a0 c0 f0 ba bc bf ac af cf.
have h3 := rel _ _ _ _ c0 a0 b0 f0 ca cb cf ab af bf.
have h4 := rel _ _ _ _ f0 a0 b0 c0 fa fb fc ab ac bc.
have [p pE] : {p | P (e a) (e b) (e c) (e f) = p} by exists (P (e a) (e b) (e c) (e f)).
have [r rE] : {p | P (e a) (e c) (e b) (e f) = p} by exists (P (e a) (e c) (e b) (e f)).
have [r' rE'] : {p | P (e a) (e f) (e b) (e c) = p} by exists (P (e a) (e f) (e b) (e c)).
move: h1 h2 h3 h4; rewrite !(sym8 pE) !(sym8 rE) !(sym8 rE') => h1 h2 h3 h4.
have s0 : mu a + mu b + (mu c + mu f) != 0 by rewrite gt_eqF // !addr_gt0 ?mu_gt0.
have d0 : mu a + mu b - (mu c + mu f) != 0 by rewrite subr_eq0 mu_sum.
apply: (solve1 s0); apply: (solve1 d0).
have h12 : (mu a + mu b) * p + (mu c + mu f) * (r + r') = 0 by apply: (lin2 (x := 1) (y := 1) h1 h2); ring.
have h34 : (mu c + mu f) * p + (mu a + mu b) * (r + r') = 0 by apply: (lin2 (x := 1) (y := 1) h3 h4); ring.
by apply: (lin2 (x := mu a + mu b) (y := - (mu c + mu f)) h12 h34); ring.
Qed.

(* what is left: P e_a e_a e_b e_b, P e_a e_b e_a e_b and hh *)
Lemma P_pair a b : a != i0 -> b != i0 -> a != b ->
  (mu a + mu b) * (P (e a) (e a) (e b) (e b) + 2%:R * P (e a) (e b) (e a) (e b)) = (1 + mu a) * hh a + (1 + mu b) * hh
    b /\
  (mu a - mu b) * (P (e a) (e a) (e b) (e b) - 2%:R * P (e a) (e b) (e a) (e b)) = (mu a - 1) * hh a - (mu b - 1) * hh
    b.
Proof.
move=> a0 b0 ab; have ba := neqC ab; have [XEa kEa] := P_even1 a0; have [XEb kEb] := P_even1 b0.
have uo : dot (e a + e b) o = 0 by rewrite !dotR !dot_ee (eqo a0) (eqo b0) addr0.
have yo : dot (e a + (-1) *: e b) o = 0 by rewrite !dotR !dot_ee (eqo a0) (eqo b0) mulr0 addr0.
have yu : dot (e a + (-1) *: e b) (e a + e b) = 0 by rewrite !dotR !dot_ee !eqxx (negPf ab) (negPf ba); ring.
have [_ _ h2 _ [h4 _]] := P_line uo; have [_ k1 _ _ _] := P_orth uo yo yu.
have [_ _ ooab Xab abbb] := P_two a0 b0 ab; have [_ _ _ _ baaa] := P_two b0 a0 ba.
have [Xoo _] := XW_oo.
have [p pE] : {p | P (e a) (e a) (e b) (e b) = p} by exists (P (e a) (e a) (e b) (e b)).
have [r rE] : {p | P (e a) (e b) (e a) (e b) = p} by exists (P (e a) (e b) (e a) (e b)).
have [h hE] : {p | P o o (e a) (e a) = p} by exists (hh a).
have [h' hE'] : {p | P o o (e b) (e b) = p} by exists (hh b).
have [k kE] : {p | P (e a) (e a) (e a) (e a) = p} by exists (kk a).
have [k' kE'] : {p | P (e b) (e b) (e b) (e b) = p} by exists (kk b).
move: XEa XEb kEa kEb; rewrite /hh /kk hE hE' kE kE' pE rE => XEa XEb kEa kEb.
have {}kEa : mu a * k - (1 + mu a) * h = 0 by rewrite kEa subrr.
have {}kEb : mu b * k' - (1 + mu b) * h' = 0 by rewrite kEb subrr.
(* the values at u = e a + e b and v = M u *)
have ss : dot (e a + e b) (e a + e b) = 2%:R by rewrite !dotR !dot_ee !eqxx (negPf ab) (negPf ba); ring.
have vE : M_of (e a + e b) = mu a *: e a + mu b *: e b by rewrite !M_R.
have PvE x : P x (M_of (e a + e b)) (e a + e b) (e a + e b) =
    mu a * (P x (e a) (e a) (e a) + P x (e a) (e a) (e b) + (P x (e a) (e b) (e a) + P x (e a) (e b) (e b))) +
    mu b * (P x (e b) (e a) (e a) + P x (e b) (e a) (e b) + (P x (e b) (e b) (e a) + P x (e b) (e b) (e b))).
  by rewrite vE PD2 !PZ2 !PD3 !PD4.
have Pv1 : P (e a) (M_of (e a + e b)) (e a + e b) (e a + e b) = mu a * (k + p) + mu b * (2%:R * r).
  by rewrite PvE kE pE !(sym8 rE) !(sym8 baaa) !(sym8 abbb); ring.
have Pv2 : P (e b) (M_of (e a + e b)) (e a + e b) (e a + e b) = mu a * (2%:R * r) + mu b * (p + k').
  by rewrite PvE kE' !(sym8 pE) !(sym8 rE) !(sym8 baaa) !(sym8 abbb); ring.
have Po : P o (e a + e b) o (e a + e b) = 0.
  by rewrite PD2 !PD4 (P_oaob a0 a0) (P_oaob b0 b0) (P_oaob a0 b0) (P_oaob b0 a0) !addr0.
have Pov : P o (M_of (e a + e b)) o (e a + e b) = 0.
  by rewrite vE PD2 !PZ2 !PD4 (P_oaob a0 a0) (P_oaob b0 b0) (P_oaob a0 b0) (P_oaob b0 a0) !addr0 !mulr0 addr0.
have Puv : P (e a + e b) (M_of (e a + e b)) o o = mu a * h + mu b * h'.
  by rewrite vE PD !PD2 !PZ2 !(sym8 hE) !(sym8 hE') !(sym8 ooab); ring.
have Pou : P o o (e a + e b) (e a + e b) = h + h'.
  by rewrite PD3 !PD4 hE hE' !(sym8 ooab); ring.
have Xuu : X (e a + e b) (e a + e b) = - (2%:R * mu a * h) - 2%:R * mu b * h'.
  by rewrite XD !XD2 XEa XEb Xab XC Xab; ring.
rewrite /= ss Xoo P_oooo Xuu Po Pov Puv Pou PD Pv1 Pv2 in h2.
rewrite /= ss Xoo P_oooo Xuu Po Puv in h4.
rewrite /= ss !(XD, XZ, PD, PZ) Pv1 Pv2 in k1.
rewrite !XD2 XEa XEb Xab XC Xab vE !(PR, sym8 hE, sym8 hE', sym8 ooab, sym8 (P_oaob a0 a0)) in k1.
rewrite !(sym8 (P_oaob b0 b0)) !(sym8 (P_oaob a0 b0)) in k1.
split; apply/eqP; rewrite -subr_eq0; apply/eqP.
  apply: (@lin3 _ (-1) 2%:R (-1) _ _ (mu a * k - (1 + mu a) * h + (mu b * k' - (1 + mu b) * h')) _ h2 h4).
    by rewrite kEa kEb addr0.
  by ring.
apply: (@lin3 _ 1 (-1) 1 _ _ _ _ k1 kEa kEb); ring.
Qed.

(* the diagonally dominant system for mu b * hh b / (mu b - 1) *)
Lemma hh_zero a : a != i0 -> hh a = 0.
Proof.
move=> a0; pose rho b := mu b - 1; pose z b := mu b * hh b / rho b; pose c b b' := rho b' / (2%:R * (mu b + mu b')).
have rho_gt0 b : b != i0 -> 0 < rho b by move=> b0; rewrite subr_gt0 mu_gt1.
have rho_neq0 b : b != i0 -> rho b != 0 by move=> b0; rewrite gt_eqF ?rho_gt0.
have k_neq0 b b' : 2%:R * (mu b + mu b') != 0 by rewrite mulf_neq0 ?pnatr_eq0 // gt_eqF // addr_gt0 ?mu_gt0.
have zE b : b != i0 -> mu b * hh b = rho b * z b by move=> b0; rewrite [RHS]mulrC /z divfK ?rho_neq0.
have c_gt0 b b' : b' != i0 -> 0 < c b b'.
  by move=> b0; rewrite divr_gt0 ?rho_gt0 // mulr_gt0 ?ltr0n // addr_gt0 ?mu_gt0.
pose Q b b' := P (e b) (e b') (e b) (e b').
have QE b b' : b != i0 -> b' != i0 -> b' != b -> (mu b' - mu b) * Q b b' = rho b * (c b b' * (z b - z b')).
  move=> b0 b0' bb; have [h1 h2] := P_pair b0 b0' (neqC bb).
  have h3 : 2%:R * (mu b + mu b') * ((mu b' - mu b) * Q b b') = rho b' * (mu b * hh b) - rho b * (mu b' * hh b').
    apply: (mulfI (_ : 2%:R != 0)); first by rewrite pnatr_eq0.
    have -> : 2%:R * (2%:R * (mu b + mu b') * ((mu b' - mu b) * Q b b')) =
      (mu b + mu b') * ((mu b - mu b') * (P (e b) (e b) (e b') (e b') - 2%:R * Q b b')) -
      (mu b - mu b') * ((mu b + mu b') * (P (e b) (e b) (e b') (e b') + 2%:R * Q b b')) by ring.
    by rewrite /Q h1 h2 /rho; ring.
  apply: (mulfI (k_neq0 b b')); rewrite h3 !zE //.
  have -> : 2%:R * (mu b + mu b') * (rho b * (c b b' * (z b - z b'))) = rho b * (c b b' * (2%:R * (mu b + mu b'))) *
    (z b - z b') by ring.
  by rewrite divfK //; ring.
have system b : b != i0 -> (\sum_(b' | (b' != i0) && (b' != b)) c b b' + rho b / mu b) * z b =
    \sum_(b' | (b' != i0) && (b' != b)) c b b' * z b'.
  move=> b0; have [XE kE] := P_even1 b0; have WE := P_even2 b0.
  have boob : P (e b) o o (e b) = 0 by rewrite (sym8 (P_oaob b0 b0)).
  have QC k : P (e b) (e k) (e k) (e b) = Q b k by rewrite (sym8 (erefl (Q b k))).
  have E : \sum_(b' | (b' != i0) && (b' != b)) (mu b' - mu b) * Q b b' = - (rho b * hh b).
    transitivity (X (e b) (e b) - mu b * W (e b) (e b)); last by rewrite XE WE /rho; ring.
    rewrite Xe We [in X in _ = X - _](bigD1 i0) //= boob mulr0 add0r [in X in _ = _ - X](bigD1 i0) //= boob add0r
      mulr_sumr -sumrB.
    rewrite [RHS](bigD1 b) //= subrr add0r; apply: eq_bigr => k _.
    by rewrite QC mulrBl.
  have hE : hh b = rho b / mu b * z b by rewrite mulrAC -zE // mulrAC divff ?mul1r ?mu_neq0.
  have : rho b * (\sum_(b' | (b' != i0) && (b' != b)) c b b' * (z b - z b') + hh b) = 0.
    rewrite mulrDr -[rho b * hh b]opprK -E mulr_sumr; apply/eqP; rewrite subr_eq0; apply/eqP.
    by apply: eq_bigr => k /andP[k0 kb]; rewrite QE.
  move/(solve1 (rho_neq0 _ b0)); under eq_bigr do rewrite mulrBr.
  rewrite sumrB hE -mulr_suml addrAC -mulrDl => /eqP; rewrite subr_eq0 => /eqP ->.
  by [].
have [m m0 max] : exists2 m, m != i0 & forall b, b != i0 -> `|z b| <= `|z m|.
  have := @real_arg_maxP F I a (fun b => b != i0) (fun b => `|z b|) a0 (fun b _ => normr_real _).
  by case=> m m0 max; exists m.
have zm : `|z m| = 0.
  have := congr1 Num.norm (system m m0); set S := \sum_(_ | _) c m _; rewrite normrM.
  have S0 : 0 <= S by apply: sumr_ge0 => b /andP[b0 _]; apply: ltW (c_gt0 _ _ b0).
  have d0 : 0 < rho m / mu m by rewrite divr_gt0 ?rho_gt0 ?mu_gt0.
  rewrite [`|S + _|]ger0_norm ?addr_ge0 ?(ltW d0) // => E.
  have : (S + rho m / mu m) * `|z m| <= S * `|z m|.
    rewrite E mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => b /andP[b0 _].
    rewrite normrM (ger0_norm (ltW (c_gt0 _ _ b0))); apply: ler_wpmul2l; last exact: max.
    exact: ltW (c_gt0 _ _ b0).
  rewrite mulrDl ger_addl pmulr_rle0 // => le0; apply/eqP.
  by rewrite eq_le le0 normr_ge0.
apply: (solve1 (mu_neq0 a)); rewrite zE // (_ : z a = 0) ?mulr0 //; apply/normr0_eq0/eqP.
by rewrite eq_le normr_ge0 andbT -zm max.
Qed.

Theorem P_zero i j k l : P (e i) (e j) (e k) (e l) = 0.
Proof.
have aaaa a : a != i0 -> P (e a) (e a) (e a) (e a) = 0.
  move=> a0; have [_ E] := P_even1 a0; apply: (solve1 (mu_neq0 a)); rewrite -/(kk a) E hh_zero ?mulr0 //.
have pair a b : a != i0 -> b != i0 -> a != b -> P (e a) (e a) (e b) (e b) = 0 /\ P (e a) (e b) (e a) (e b) = 0.
  move=> a0 b0 ab; have [] := P_pair a0 b0 ab; rewrite !hh_zero // !mulr0 addr0 subr0.
  move=> /(solve1 (_ : mu a + mu b != 0)) h1 /(solve1 (mu_neq ab)) h2.
  have {}h1 := h1 (lt0r_neq0 (addr_gt0 (mu_gt0 a) (mu_gt0 b))).
  split; [apply: (@solve1 _ 2%:R) | apply: (@solve1 _ 4%:R)]; rewrite ?pnatr_eq0 //.
    by apply: (lin2 (x := 1) (y := 1) h1 h2); ring.
  by apply: (lin2 (x := 1) (y := -1) h1 h2); ring.
have ooaa a b : a != i0 -> b != i0 -> P o o (e a) (e b) = 0.
  move=> a0 b0; have [<-|ab] := eqVneq a b; first exact: hh_zero.
  by have [] := P_two a0 b0 ab.
have oooa a : P o o o (e a) = 0.
  have [->|a0] := eqVneq a i0; first exact: P_oooo.
  by have [] := P_odd a0.
have oabc a b c : a != i0 -> b != i0 -> c != i0 -> P o (e a) (e b) (e c) = 0.
  move=> a0 b0 c0; have [ab|ab] := eqVneq a b; have [ac|ac] := eqVneq a c.
  - by rewrite -ab -ac; have [] := P_odd a0.
  - by rewrite -ab; have [_ h _ _ _] := P_two c0 a0 (neqC ac); rewrite (sym8 h).
  - by rewrite -ac; have [_ h _ _ _] := P_two b0 a0 (neqC ab); rewrite (sym8 h).
  have [bc|bc] := eqVneq b c; last exact: P_oabc.
  by rewrite -bc; have [h _ _ _ _] := P_two a0 b0 ab.
have abcc a b c : a != i0 -> b != i0 -> c != i0 -> P (e a) (e b) (e c) (e c) = 0 /\ P (e a) (e c) (e b) (e c) = 0.
  move=> a0 b0 c0; have [ab|ab] := eqVneq a b; have [ac|ac] := eqVneq a c.
  - by rewrite -ab -ac aaaa.
  - by rewrite -ab; have [] := pair a c a0 c0 ac.
  - by rewrite -ac; have [_ _ _ _ h] := P_two b0 a0 (neqC ab); rewrite !(sym8 h).
  have [bc|bc] := eqVneq b c; last exact: P_three.
  by rewrite -bc; have [_ _ _ _ h] := P_two a0 b0 ab; rewrite !(sym8 h).
have [->|i_0] := eqVneq i i0; have [->|j0] := eqVneq j i0; have [->|k0] := eqVneq k i0; have [->|l0] := eqVneq l i0;
  rewrite ?(sym8 (oooa i0)) ?(sym8 (oooa i)) ?(sym8 (oooa j)) ?(sym8 (oooa k)) ?(sym8 (oooa l)) //.
- by rewrite (sym8 (ooaa _ _ k0 l0)).
- by rewrite (sym8 (P_oaob j0 l0)).
- by rewrite (sym8 (P_oaob j0 k0)).
- by rewrite (sym8 (oabc _ _ _ j0 k0 l0)).
- by rewrite (sym8 (P_oaob i_0 l0)).
- by rewrite (sym8 (P_oaob i_0 k0)).
- by rewrite (sym8 (oabc _ _ _ i_0 k0 l0)).
- by rewrite (sym8 (ooaa _ _ i_0 j0)).
- by rewrite (sym8 (oabc _ _ _ l0 i_0 j0)).
- by rewrite (sym8 (oabc _ _ _ k0 i_0 j0)).
have [kl|kl] := eqVneq k l; first by rewrite -kl; have [] := abcc i j k i_0 j0 k0.
have [ij|ij] := eqVneq i j; first by rewrite -ij; have [h _] := abcc k l i k0 l0 i_0; rewrite (sym8 h).
have [ik|ik] := eqVneq i k; first by rewrite -ik; have [_ h] := abcc j l i j0 l0 i_0; rewrite (sym8 h).
have [il|il] := eqVneq i l; first by rewrite -il; have [_ h] := abcc j k i j0 k0 i_0; rewrite (sym8 h).
have [jk|jk] := eqVneq j k; first by rewrite -jk; have [_ h] := abcc i l j i_0 l0 j0; rewrite (sym8 h).
have [jl|jl] := eqVneq j l; first by rewrite -jl; have [_ h] := abcc i k j i_0 k0 j0; rewrite (sym8 h).
exact: P_four.
Qed.
End Degree2.

(* degree 3 *)
Section Degree3.
Variables (T : V -> V -> V -> F) (C : V -> F).
Hypotheses (TD1 : forall x x' y z, T (x + x') y z = T x y z + T x' y z) (TZ1 : forall t x y z, T (t *: x) y z = t * T
  x y z).
Hypotheses (TD2 : forall x x' y z, T y (x + x') z = T y x z + T y x' z) (TZ2 : forall t x y z, T y (t *: x) z = t * T
  y x z).
Hypothesis TC : forall x y z, T x y z = T x z y.
Hypotheses (CD : forall x y, C (x + y) = C x + C y) (CZ : forall t x, C (t *: x) = t * C x).
Hypothesis Ce : forall a, C (e a) = mu a * \sum_k T (e k) (e k) (e a).
Hypothesis H1 : forall y, let q := dot y y in let l := dot y o in let m := dot y (M_of y) in
  q ^+ 2 * l * C y + q * l * T y (M_of y) y + m * l * T y y y + m * q * T y y o = 0.
Hypothesis H2 : forall y z, dot y z = 0 -> let q := dot y y in let l := dot y o in
  let m := dot y (M_of y) in let n := dot y (M_of z) in
  m * dot z o * T y y z + n * l * T y y z + q * l * T z (M_of z) y + n * l * T z y y + q * n * T z y o = 0.

Let TD3 x x' y z : T y z (x + x') = T y z x + T y z x'. Proof. by rewrite !(TC y z) TD2. Qed.
Let TZ3 t x y z : T y z (t *: x) = t * T y z x. Proof. by rewrite !(TC y z) TZ2. Qed.
Let TR := (TD1, TZ1, TD2, TZ2, TD3, TZ3).

Lemma T_aao a : a != i0 -> T (e a) (e a) o = 0.
Proof.
move=> a0; have := H1 (e a); rewrite /= M_e !dotR !dot_ee eqxx (eqo a0) !mulr0 !mul0r !add0r !mulr1.
exact/solve1/mu_neq0.
Qed.

Lemma T_abo a b : a != i0 -> b != i0 -> a != b -> T (e a) (e b) o = - T (e b) (e a) o.
Proof.
move=> a0 b0 ab; have := H1 (e a + e b); rewrite /= !M_R !dotR !dot_ee !eqxx !(eqo a0) !(eqo b0) [b == a]eq_sym (negPf
  ab) !TR.
rewrite !T_aao // => H; apply/eqP; rewrite -addr_eq0; apply/eqP; apply: (@solve1 _ ((mu a + mu b) * 2%:R)).
  by rewrite mulf_neq0 ?pnatr_eq0 // gt_eqF // addr_gt0 ?mu_gt0.
by rewrite -[RHS]H; ring.
Qed.

Lemma T_ooo : T o o o = 0 /\ C o = 0.
Proof.
have CoE : C o = mu i0 * T o o o.
  by rewrite Ce (bigD1 i0) //= big1 ?addr0 // => a a0; rewrite T_aao.
have := H1 o; rewrite /= !M_R !dotR !dot_ee !eqxx !TR CoE !mulr1 mu0 => H; suff -> : T o o o = 0 by rewrite mulr0.
by apply: (@solve1 _ 4%:R); rewrite ?pnatr_eq0 // -[RHS]H; ring.
Qed.

(* the coefficients of t in y = t o + u *)
Lemma T_line u : dot u o = 0 -> T u u o = 0 -> T u o u = 0 ->
  let s := dot u u in let m := dot u (M_of u) in
  let p := T o o u in let r := T u o o in
  [/\ s ^+ 2 * C u + s * T u (M_of u) u + m * T u u u + m * s * (p + r) = 0,
      s * (T o (M_of u) u + T u (M_of u) o) + m * T o u u = 0,
      2%:R * s * C u + T u (M_of u) u + s * (p + T o o (M_of u) + r) + T u u u + m * (2%:R * p + r) + (s + m) * (p +
        r) = 0,
      T o (M_of u) u + T u (M_of u) o + T o u u = 0
    & C u + (p + T o o (M_of u) + r) + (2%:R * p + r) + (p + r) = 0].
Proof.
move=> uo uuo uou s m p r; have [To Co] := T_ooo.
suff [h0 h1 h2 h3 [h4 _]] : [/\ s ^+ 2 * C u + s * T u (M_of u) u + m * T u u u + m * s * (p + r) = 0,
      s * (T o (M_of u) u + T u (M_of u) o) + m * T o u u = 0,
      2%:R * s * C u + T u (M_of u) u + s * (p + T o o (M_of u) + r) + T u u u + m * (2%:R * p + r) + (s + m) * (p +
        r) = 0,
      T o (M_of u) u + T u (M_of u) o + T o u u = 0
    & C u + (p + T o o (M_of u) + r) + (2%:R * p + r) + (p + r) = 0 /\ 0 = 0 :> F] by [].
apply: vanish_off0 => t t0; apply: (solve1 t0).
have := H1 (t *: o + u); rewrite /= plus_M plus_o // plus_sq // plus_dot_M // -/s -/m CD CZ Co !TR To.
rewrite !(TC o u o) !(TC o (M_of u) o) uuo uou => H; rewrite -[RHS]H -/p -/r; ring.
Qed.

Lemma T_V a b : a != i0 -> b != i0 -> T o (e a) (e b) = 0 /\ T (e a) (e b) o = 0.
Proof.
move=> a0 b0; have oaa c : c != i0 -> T o (e c) (e c) = 0.
  move=> c0; have c_o : dot (e c) o = 0 by rewrite dot_ee (eqo c0).
  have [_ h1 _ h3 _] := T_line c_o (T_aao c0) (etrans (TC _ _ _) (T_aao c0)).
  move: h1 h3; rewrite /= !M_e !TR !dotZr dot_ee eqxx !T_aao // => h1 h3.
  apply: (@solve1 _ (mu c - 1)); first by rewrite -mu0 mu_neq.
  by apply: (lin2 (x := 1) (y := -1) h1 h3); ring.
have [<-|ab] := eqVneq a b; first by rewrite oaa // T_aao.
pose u := e a + e b; have uo : dot u o = 0 by rewrite /u dotDl !dot_ee (eqo a0) (eqo b0) addr0.
have uuo : T u u o = 0 by rewrite /u !TR !T_aao // (T_abo a0 b0 ab); ring.
have [_ h1 _ h3 _] := T_line uo uuo (etrans (TC _ _ _) uuo).
move: h1 h3; rewrite /= /u !M_R !TR !dotR !dot_ee !eqxx (negPf ab) [b == a]eq_sym (negPf ab) !T_aao // !oaa //.
rewrite (T_abo a0 b0 ab) !(TC o (e b) (e a)) => h1 h3.
have h : (mu a + mu b - 2%:R) * (2%:R * T o (e a) (e b)) = 0.
  by apply: (lin2 (x := 1) (y := -2%:R) h1 h3); ring.
have ab2 : mu a + mu b - 2%:R != 0.
  by rewrite gt_eqF // subr_gt0 -[2%:R]/(1 + 1) ltr_add ?mu_gt1.
have oab : T o (e a) (e b) = 0 by apply: (@solve1 _ 2%:R); [rewrite pnatr_eq0 | apply: solve1 ab2 h].
split=> //; rewrite -(T_abo a0 b0 ab); apply: (solve1 (mu_neq ab)).
by apply: (lin1 (x := -1) h3); rewrite oab (T_abo a0 b0 ab); ring.
Qed.

Lemma T_aab a b : a != i0 -> b != i0 -> a != b -> T (e a) (e a) (e b) = 0.
Proof.
move=> a0 b0 ab; have z : dot (e a) (o + e b) = 0 by rewrite dotDr !dot_ee (eqo a0) (negPf ab) addr0.
have := H2 z; rewrite /= !M_R !dotR !dot_ee !eqxx (eqo a0) (eqo b0) (negPf ab) !TR T_aao // => H.
by apply: (solve1 (mu_neq0 a)); rewrite -[RHS]H; ring.
Qed.

Lemma T_plane a : a != i0 -> [/\ T o o (e a) = 0, T (e a) o o = 0 & T (e a) (e a) (e a) = 0].
Proof.
move=> a0; have a_o : dot (e a) o = 0 by rewrite dot_ee (eqo a0).
have [h0 _ h2 _ h4] := T_line a_o (T_aao a0) (etrans (TC _ _ _) (T_aao a0)).
have CE : C (e a) = mu a * (T o o (e a) + T (e a) (e a) (e a)).
  rewrite Ce (bigD1 i0) //= (bigD1 a) //= big1 ?addr0 // => k /andP[k0 ka].
  by rewrite T_aab.
move: h0 h2 h4; rewrite /= CE !M_e !TR !dotZr !dot_ee eqxx.
set p := T o o _; set r := T _ o o; set D := T _ _ _; set m := mu a => h0 h2 h4.
have m1 : m - 1 != 0 by rewrite -mu0 mu_neq.
have m0 : m != 0 by apply: mu_neq0.
have rE : r = - (2%:R * p + 3%:R * D).
  by apply/eqP; rewrite -subr_eq0; apply/eqP; apply: (solve1 m0); apply: (lin1 (x := 1) h0); ring.
have D0 : D = 0.
  apply: (solve1 m1); apply: (@solve1 _ 4%:R); first by rewrite pnatr_eq0.
  by apply: (lin2 (x := -1) (y := 1) h2 h4); rewrite rE; ring.
have p0 : p = 0.
  apply: (solve1 m1); apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
  by apply: (lin1 (x := 1) h4); rewrite rE D0; ring.
by rewrite D0 rE p0 D0 !mulr0 addr0 oppr0.
Qed.

Lemma T_cross z u : dot z o = 0 -> dot u o = 0 -> dot u z = 0 -> T z o o = 0 -> T z u o = 0 -> T o o z = 0 ->
  T o u z = 0 -> T u o z = 0 -> T z (M_of z) o = 0 -> T z (M_of z) u = 0.
Proof.
move=> zo uo uz h1 h2 h3 h4 h5 h6.
have oz : dot o z = 0 by rewrite dotC.
have ou : dot o u = 0 by rewrite dotC.
have oMz : dot o (M_of z) = 0 by rewrite M_sym M_e dotZl oz mulr0.
have step (t : F) : t != 0 -> dot u (M_of z) * (T u u z + T z u u) + (t ^+ 2 + dot u u) * T z (M_of z) u = 0.
  move=> t0; have yz : dot (t *: o + u) z = 0 by rewrite dotDl dotZl oz uz mulr0 addr0.
  apply: (solve1 t0); have := H2 yz; rewrite /= !M_R !dotR !dot_ee eqxx !TR uo zo ou oMz h3 h4 h5 h1 !(TC z o u) h2 h6.
  by move=> <-; ring.
have h := step 1 (oner_neq0 _); have h' := step 2%:R (natS_neq0 F 1).
apply: (@solve1 _ 3%:R); first by rewrite pnatr_eq0.
by apply: (lin2 (x := -1) (y := 1) h h'); ring.
Qed.

Lemma T_cross2 a b c c' (t t' : F) : a != i0 -> b != i0 -> c != i0 -> c' != i0 ->
  let z := e a + t *: e b in let u := e c + t' *: e c' in dot u z = 0 -> T z (M_of z) u = 0.
Proof.
move=> a0 b0 c0 d0 z u uz.
have [[pa ra _] [pb rb _]] := (T_plane a0, T_plane b0).
have VV k l : k != i0 -> l != i0 -> (T o (e k) (e l) = 0) * (T (e k) (e l) o = 0) * (T (e k) o (e l) = 0).
  by move=> k0 l0; have [h1 h2] := T_V k0 l0; split; [split|rewrite TC].
apply: T_cross => //; rewrite /z /u ?M_R ?dotR ?dot_ee ?TR ?(eqo a0) ?(eqo b0) ?(eqo c0) ?(eqo d0) ?pa ?pb ?ra ?rb
   ?(VV _ _ a0 c0) ?(VV _ _ a0 d0) ?(VV _ _ b0 c0) ?(VV _ _ b0 d0) ?(VV _ _ a0 a0) ?(VV _ _ a0 b0) ?(VV _ _ b0 b0)
   ?(VV _ _ b0 a0) ?(VV _ _ c0 a0) ?(VV _ _ d0 a0) ?(VV _ _ c0 b0) ?(VV _ _ d0 b0); ring.
Qed.

Lemma T_abb a b : a != i0 -> b != i0 -> a != b -> T (e a) (e b) (e b) = 0.
Proof.
move=> a0 b0 ab; have ba : b != a by rewrite eq_sym.
have h t : t ^+ 2 = 1 -> T (e a + t *: e b) (M_of (e a + t *: e b)) (e a + (- t) *: e b) = 0.
  move=> t1; apply: T_cross2 => //; rewrite !dotR !dot_ee !eqxx (negPf ab) (negPf ba).
  by rewrite -[RHS](subrr 1) -[in X in _ = _ - X]t1; ring.
have h1 := h 1 (expr1n _ _); have h2 := h (-1) (etrans (sqrrN _) (expr1n _ _)); move: h1 h2 {h}.
rewrite !M_R !TR !(TC (e a) (e b) (e a)) !(TC (e b) (e a) (e b)).
have [_ _ ->] := T_plane a0; have [_ _ ->] := T_plane b0; rewrite !(T_aab a0 b0 ab) !(T_aab b0 a0 ba).
move=> h1 h2; apply: (solve1 (mu_neq0 b)); apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
by apply: (lin2 (x := -1) (y := -1) h1 h2); ring.
Qed.

Lemma T_abc a b c : a != i0 -> b != i0 -> c != i0 -> a != b -> a != c -> b != c -> T (e a) (e b) (e c) = 0.
Proof.
move=> a0 b0 c0; have rel k l m : k != i0 -> l != i0 -> m != i0 -> k != l -> k != m -> l != m ->
    mu l * T (e k) (e l) (e m) + mu k * T (e l) (e k) (e m) = 0.
  move=> k0 l0 m0 kl km lm; have lk : l != k by rewrite eq_sym.
  have := @T_cross2 k l m m 1 0 k0 l0 m0 m0; rewrite /= scale0r addr0 scale1r => H.
  have := H _; rewrite !M_R !TR (T_aab k0 m0 km) (T_aab l0 m0 lm) => H'.
  apply: (lin1 (x := 1) (H' _)); last by ring.
  by rewrite !dotR !dot_ee ![m == _]eq_sym (negPf km) (negPf lm) addr0.
move=> ab ac bc; have h1 := rel _ _ _ a0 b0 c0 ab ac bc.
have h2 := rel _ _ _ a0 c0 b0 ac ab (etrans (congr1 negb (eq_sym _ _)) bc).
have h3 := rel _ _ _ b0 c0 a0 bc (etrans (congr1 negb (eq_sym _ _)) ab) (etrans (congr1 negb (eq_sym _ _)) ac).
move: h1 h2 h3; rewrite !(TC (e a) (e c) (e b)) !(TC (e b) (e c) (e a)) !(TC (e c) (e b) (e a)) => h1 h2 h3.
apply: (solve1 (mu_neq0 b)); apply: (solve1 (mu_neq0 c)); apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
by apply: (lin3 (x := mu c) (y := mu b) (z := - mu a) h1 h2 h3); ring.
Qed.

Theorem T_zero i j k : T (e i) (e j) (e k) = 0.
Proof.
have [->|i_0] := eqVneq i i0; have [->|j0] := eqVneq j i0; have [->|k0] := eqVneq k i0.
- by have [] := T_ooo.
- by have [] := T_plane k0.
- by rewrite TC; have [] := T_plane j0.
- by have [] := T_V j0 k0.
- by have [] := T_plane i_0.
- by rewrite TC; have [] := T_V i_0 k0.
- by have [] := T_V i_0 j0.
have [<-|ij] := eqVneq i j; have [<-|ik] := eqVneq i k.
- by have [] := T_plane i_0.
- exact: T_aab.
- by rewrite TC; apply: T_aab.
have [<-|jk] := eqVneq j k; [exact: T_abb | exact: T_abc].
Qed.
End Degree3.
End Abstract.

(* a polarised quadratic form that vanishes on independent functions *)
Section Polar.
Variables (F : numFieldType) (V : Type) (v0 : V) (P Q : finType) (f0 f1 : Q -> P) (m : V -> P -> F).
Hypothesis m0 : forall p, m v0 p = 0.
Hypothesis indep_P : forall b : P -> F, (forall y, \sum_p b p * m y p = 0) -> forall p, b p = 0.
Hypothesis indep_Q : forall c : Q -> F, (forall u : P -> F, \sum_q c q * (u (f0 q) * u (f1 q)) = 0) -> forall q, c q =
  0.

Lemma lift_free (S : finType) (A : S -> P) (b : S -> F) (u : P -> F) :
  (forall y, \sum_s b s * m y (A s) = 0) -> \sum_s b s * u (A s) = 0.
Proof.
move=> H; rewrite (partition_big A xpredT) //= big1 // => p _.
transitivity ((\sum_(s | A s == p) b s) * u p); first by rewrite mulr_suml; apply: eq_bigr => s /eqP ->.
rewrite -[RHS](mul0r (u p)); congr (_ * _); move: p; apply: indep_P => y.
rewrite -[RHS](H y) [RHS](partition_big A xpredT) //=; apply: eq_bigr => p _.
by rewrite mulr_suml; apply: eq_bigr => s /eqP ->.
Qed.

Lemma cross (c a a' b b' : F) : c * ((a + b) * (a' + b')) - c * (a * a') - c * (b * b') = c * (a * b' + b * a').
Proof. by ring. Qed.

Lemma polar_indep (c : Q -> F) :
  (forall y z, \sum_q c q * ((m y (f0 q) + m z (f0 q)) * (m y (f1 q) + m z (f1 q))) = 0) -> forall q, c q = 0.
Proof.
move=> H; have h0 y : \sum_q c q * (m y (f0 q) * m y (f1 q)) = 0.
  by rewrite -[RHS](H y v0); apply: eq_bigr => q _; rewrite !m0 !addr0.
have H1 y z : \sum_q c q * (m y (f0 q) * m z (f1 q) + m z (f0 q) * m y (f1 q)) = 0.
  transitivity (\sum_q c q * ((m y (f0 q) + m z (f0 q)) * (m y (f1 q) + m z (f1 q))) -
    \sum_q c q * (m y (f0 q) * m y (f1 q)) - \sum_q c q * (m z (f0 q) * m z (f1 q))).
    by rewrite -!sumrB; apply: eq_bigr => q _; rewrite cross.
  by rewrite H !h0 !subr0.
pose A (s : Q * bool) := if s.2 then f0 s.1 else f1 s.1; pose A' (s : Q * bool) := if s.2 then f1 s.1 else f0 s.1.
have split_sum (h h' : P -> F) : \sum_s c s.1 * (h (A s) * h' (A' s)) =
    \sum_q c q * (h (f0 q) * h' (f1 q) + h' (f0 q) * h (f1 q)).
  rewrite -(pair_bigA _ (fun q b => c q * (h (A (q, b)) * h' (A' (q, b))))) /=; apply: eq_bigr => q _.
  by rewrite big_bool /A /A' /= mulrDr [h (f1 q) * _]mulrC.
have H2 (u : P -> F) z : \sum_s c s.1 * (u (A s) * m z (A' s)) = 0.
  transitivity (\sum_s c s.1 * m z (A' s) * u (A s)); first by apply: eq_bigr => s _; rewrite mulrAC mulrA.
  apply: (lift_free (b := fun s => c s.1 * m z (A' s))) => y; rewrite -[RHS](H1 y z) -(split_sum (m y) (m z)).
  by apply: eq_bigr => s _; rewrite -mulrA [X in _ * X]mulrC.
apply: indep_Q => u; apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
transitivity (\sum_s c s.1 * (u (A s) * u (A' s))).
  by rewrite split_sum mulr_sumr; apply: eq_bigr => q _; rewrite mulrCA mulr_natl mulr2n.
transitivity (\sum_s c s.1 * u (A s) * u (A' s)); first by apply: eq_bigr => s _; rewrite mulrA.
by apply: (lift_free (A := A') (b := fun s => c s.1 * u (A s))) => z; rewrite -[RHS](H2 u z); apply: eq_bigr => s _;
  rewrite mulrA.
Qed.
End Polar.

Section OneHead.
Variables (F : numFieldType) (d' : nat).
Local Notation d := d'.+1.
Local Notation V := 'rV[F]_d.
Implicit Types (x y z u w : V) (A B G : 'M[F]_d).
Let charF : [char F] =i pred0 := char_num F.

Definition weight (i : 'I_d) : F := 2%:R ^+ i.
Definition unit_row (i : 'I_d) : V := delta_mx 0 i.
Definition weights : 'M[F]_d := diag_mx (\row_i weight i).
Definition scaled w : V := w *m weights.
Local Notation e := unit_row.
Local Notation o := (e ord0).

Lemma scaledE w i : scaled w 0 i = weight i * w 0 i.
Proof. by rewrite /scaled mul_mx_diag !mxE mulrC. Qed.
Lemma scaled_D x y : scaled (x + y) = scaled x + scaled y. Proof. exact: mulmxDl. Qed.
Lemma scaled_Z (t : F) x : scaled (t *: x) = t *: scaled x. Proof. by rewrite /scaled scalemxAl. Qed.
Lemma scaled_e i : scaled (e i) = weight i *: e i.
Proof. by apply/rowP=> j; rewrite scaledE !mxE eqxx /=; case: eqP => [->//|_]; rewrite !mulr0. Qed.
Lemma dot_Dl x y z : dot (x + y) z = dot x z + dot y z.
Proof. by rewrite /dot -big_split; apply: eq_bigr => i _; rewrite mxE mulrDl. Qed.
Lemma dot_Dr x y z : dot z (x + y) = dot z x + dot z y. Proof. by rewrite dotC dot_Dl !(dotC z). Qed.
Lemma dot_Zr (t : F) x y : dot x (t *: y) = t * dot x y. Proof. by rewrite dotC dotZl dotC. Qed.
Lemma dot_unit i x : dot (e i) x = x 0 i.
Proof. by rewrite /dot (bigD1 i) //= mxE !eqxx mul1r big1 ?addr0 // => j /negPf ij; rewrite mxE ij andbF mul0r. Qed.
Lemma dot_units i j : dot (e i) (e j) = if i == j then 1 else 0.
Proof. by rewrite dot_unit mxE eqxx /=; case: eqP. Qed.
Lemma dot_scaled x y : dot x (scaled y) = dot (scaled x) y.
Proof. by apply: eq_bigr => i _; rewrite !scaledE mulrCA mulrA. Qed.
Lemma row_units x : x = \sum_i x 0 i *: e i. Proof. exact: row_sum_delta. Qed.

Lemma weight0 : weight ord0 = 1. Proof. by rewrite /weight expr0. Qed.
Lemma weight_gt1 i : i != ord0 -> 1 < weight i.
Proof. by move=> i0; rewrite /weight -natrX ltr1n -[1%N]/(2 ^ 0)%N ltn_exp2l // lt0n. Qed.
Lemma weight_neq i j : i != j -> weight i - weight j != 0.
Proof.
move=> ij; rewrite subr_eq0 /weight -!natrX; apply: contra ij => /eqP/(natF_inj charF)/eqP.
by rewrite eqn_exp2l // => /eqP/val_inj->.
Qed.
Lemma pow2_sum a b c f : a <> b -> a <> c -> a <> f -> b <> c -> b <> f -> c <> f -> (2 ^ a + 2 ^ b <> 2 ^ c + 2 ^ f)%N.
Proof.
have lt a' b' f' c' : (a' < b')%N -> (b' < f')%N -> (2 ^ a' + 2 ^ b' < 2 ^ c' + 2 ^ f')%N.
  move=> ab bf; have h1 : (2 ^ a' < 2 ^ b')%N by rewrite ltn_exp2l.
  have h2 : (2 ^ b'.+1 <= 2 ^ f')%N by rewrite leq_exp2l.
  by rewrite expnS in h2; lia.
move=> ab ac af bc bf cf E.
have [h1|h1|//] := ltngtP a b; have [h2|h2|//] := ltngtP c f.
- have [h3|h3|//] := ltngtP b f; [have := lt _ _ _ c h1 h3 | have := lt _ _ _ a h2 h3]; lia.
- have [h3|h3|//] := ltngtP b c; [have := lt _ _ _ f h1 h3 | have := lt _ _ _ a h2 h3]; lia.
- have [h3|h3|//] := ltngtP a f; [have := lt _ _ _ c h1 h3 | have := lt _ _ _ b h2 h3]; lia.
- have [h3|h3|//] := ltngtP a c; [have := lt _ _ _ f h1 h3 | have := lt _ _ _ b h2 h3]; lia.
Qed.
Lemma weight_sum i j k l : i != j -> i != k -> i != l -> j != k -> j != l -> k != l ->
  weight i + weight j != weight k + weight l.
Proof.
have ne (a b : 'I_d) : a != b -> nat_of_ord a <> b by move=> ab /val_inj/eqP; rewrite (negPf ab).
move=> ij ik il jk jl kl; rewrite /weight -!natrX -!natrD; apply/eqP => /(natF_inj charF).
by apply: pow2_sum; apply: ne.
Qed.

(* words in the Gram matrices of the two sides *)
Definition word x (U1 U2 U3 U4 : 'M[F]_d) := dot (scaled (x *m U1) *m U2 *m U3 *m U4) o.
Definition part (b : nat) x A B := match b with
  | 0 => word x A A A A
  | 1 => word x B A A A + word x A B A A + word x A A B A + word x A A A B
  | 2 => word x B B A A + word x B A B A + word x B A A B + word x A B B A + word x A B A B + word x A A B B
  | 3 => word x A B B B + word x B A B B + word x B B A B + word x B B B A
  | _ => word x B B B B end.

Arguments part : simpl never.

Lemma word_D1 x A B U2 U3 U4 : word x (A + B) U2 U3 U4 = word x A U2 U3 U4 + word x B U2 U3 U4.
Proof. by rewrite /word mulmxDr scaled_D !mulmxDl dot_Dl. Qed.
Lemma word_D2 x A B U1 U3 U4 : word x U1 (A + B) U3 U4 = word x U1 A U3 U4 + word x U1 B U3 U4.
Proof. by rewrite /word mulmxDr !mulmxDl dot_Dl. Qed.
Lemma word_D3 x A B U1 U2 U4 : word x U1 U2 (A + B) U4 = word x U1 U2 A U4 + word x U1 U2 B U4.
Proof. by rewrite /word mulmxDr !mulmxDl dot_Dl. Qed.
Lemma word_D4 x A B U1 U2 U3 : word x U1 U2 U3 (A + B) = word x U1 U2 U3 A + word x U1 U2 U3 B.
Proof. by rewrite /word mulmxDr dot_Dl. Qed.
Lemma word_Z0 t x U1 U2 U3 U4 : word (t *: x) U1 U2 U3 U4 = t * word x U1 U2 U3 U4.
Proof. by rewrite /word -scalemxAl scaled_Z -!scalemxAl dotZl. Qed.
Lemma word_Z1 t x U1 U2 U3 U4 : word x (t *: U1) U2 U3 U4 = t * word x U1 U2 U3 U4.
Proof. by rewrite /word -scalemxAr scaled_Z -!scalemxAl dotZl. Qed.
Lemma word_Z2 t x U1 U2 U3 U4 : word x U1 (t *: U2) U3 U4 = t * word x U1 U2 U3 U4.
Proof. by rewrite /word -scalemxAr -!scalemxAl dotZl. Qed.
Lemma word_Z3 t x U1 U2 U3 U4 : word x U1 U2 (t *: U3) U4 = t * word x U1 U2 U3 U4.
Proof. by rewrite /word -scalemxAr -!scalemxAl dotZl. Qed.
Lemma word_Z4 t x U1 U2 U3 U4 : word x U1 U2 U3 (t *: U4) = t * word x U1 U2 U3 U4.
Proof. by rewrite /word -scalemxAr dotZl. Qed.
Definition wordR := (word_D1, word_D2, word_D3, word_D4, word_Z0, word_Z1, word_Z2, word_Z3, word_Z4).

Lemma word_parts t x A B : word (t *: x) (t ^+ 2 *: A + B) (t ^+ 2 *: A + B) (t ^+ 2 *: A + B) (t ^+ 2 *: A + B) =
  t * (part 4 x A B + part 3 x A B * t ^+ 2 + part 2 x A B * (t ^+ 2) ^+ 2 + part 1 x A B * (t ^+ 2) ^+ 3 + part 0 x A
    B * (t ^+ 2) ^+ 4).
Proof. by rewrite !wordR /part; ring. Qed.

Definition gr w : 'M[F]_d := w^T *m w.
Lemma row_gr x w : x *m gr w = dot x w *: w.
Proof. by apply/rowP=> k; rewrite /gr mulmxA !mxE big_ord1 !mxE; congr (_ * _); apply: eq_bigr => j _; rewrite mxE. Qed.
Lemma gr_T w : (gr w)^T = gr w. Proof. by rewrite /gr trmx_mul trmxK. Qed.
Lemma gr_Z (t : F) w : gr (t *: w) = t ^+ 2 *: gr w.
Proof. by rewrite /gr [X in X *m _]linearZ -scalemxAl -scalemxAr scalerA. Qed.
Lemma gr_0 : gr 0 = 0. Proof. by rewrite /gr mulmx0. Qed.
Lemma dot_mul x y B : dot (x *m B) y = (x *m B *m y^T) 0 0.
Proof. by rewrite [RHS]mxE; apply: eq_bigr => k _; rewrite [y^T _ _]mxE. Qed.
Lemma dot_sym x y B : B^T = B -> dot (x *m B) y = dot (y *m B) x.
Proof. by move=> BT; rewrite !dot_mul -[in RHS](trmxK (y *m B *m x^T)) [RHS]mxE !trmx_mul trmxK BT mulmxA. Qed.
Definition rowR := (row_gr, scaled_D, scaled_Z, =^~ scalemxAl, mulmxDl, dot_Dl, dot_Dr, dotZl, dot_Zr).

(* a combination of columns that kills the network kills all coefficients *)
Section Columns.
Variables (N : nat) (cs : 'I_N -> F) (Bs : 'I_N -> 'M[F]_d).
Hypothesis BT : forall j, (Bs j)^T = Bs j.
Hypothesis net0 : forall x w, let G j := gr x + gr w + Bs j in \sum_j cs j * word x (G j) (G j) (G j) (G j) = 0.

Lemma combZ (t : F) (f : 'I_N -> F) : t * (\sum_j cs j * f j) = \sum_j cs j * (t * f j).
Proof. by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA. Qed.
Lemma combD (f g : 'I_N -> F) : \sum_j cs j * f j + \sum_j cs j * g j = \sum_j cs j * (f j + g j).
Proof. by rewrite -big_split; apply: eq_bigr => j _; rewrite mulrDr. Qed.

Lemma parts0 x w (A := gr x + gr w) :
  [/\ \sum_j cs j * part 4 x A (Bs j) = 0, \sum_j cs j * part 3 x A (Bs j) = 0, \sum_j cs j * part 2 x A (Bs j) = 0,
      \sum_j cs j * part 1 x A (Bs j) = 0 & \sum_j cs j * part 0 x A (Bs j) = 0].
Proof.
set p4 := \sum_j _; set p3 := \sum_j _; set p2 := \sum_j _; set p1 := \sum_j _; set p0 := \sum_j _.
suff [? ? ? ? [? _]] : [/\ p4 = 0, p3 = 0, p2 = 0, p1 = 0 & p0 = 0 /\ 0 = 0 :> F] by split.
apply: (vanish6 (@natS2_inj F)) => k; set t : F := k.+1%:R; apply: (solve1 (natS_neq0 F k)); rewrite -/t.
rewrite -[RHS](net0 (t *: x) (t *: w)) !gr_Z -scalerDr -/A.
under [RHS]eq_bigr do rewrite word_parts mulrCA.
rewrite -[RHS]mulr_sumr mul0r addr0; congr (_ * _).
rewrite /p4 /p3 /p2 /p1 /p0 !mulr_suml -!big_split; apply: eq_bigr => j _ /=.
by move: (part 4 _ _ _) (part 3 _ _ _) (part 2 _ _ _) (part 1 _ _ _) (part 0 _ _ _) => q4 q3 q2 q1 q0; ring.
Qed.

Lemma const0 : \sum_j cs j = 0.
Proof.
have [_ _ _ _] := parts0 o 0; rewrite gr_0 addr0 /part.
under eq_bigr do rewrite /word !rowR scaled_e !rowR dot_units eqxx weight0 !mulr1.
by [].
Qed.

Lemma lin0 a b : \sum_j cs j * dot (e a *m Bs j) (e b) = 0.
Proof.
pose D x y := \sum_j cs j * dot (x *m Bs j) y.
apply: (@D_zero F _ _ ord0 e weight (@dot F d) scaled _ _ _ _ _ _ _ _ _ _ _ D); rewrite ?weight0 //.
- exact: dotC. - exact: dot_Dl. - by move=> t x y; rewrite dotZl. - exact: dot_units. - exact: scaled_D.
- exact: scaled_Z. - exact: scaled_e. - exact: dot_scaled. - exact: weight_gt1. - exact: weight_neq.
- by move=> x x' y; rewrite /D -big_split; apply: eq_bigr => j _; rewrite /= mulmxDl dot_Dl mulrDr.
- by move=> t x y; rewrite /D mulr_sumr; apply: eq_bigr => j _; rewrite -scalemxAl dotZl mulrCA.
- by move=> x y; apply: eq_bigr => j _; rewrite dot_sym.
move=> x /=; have [_ _ _ h _] := parts0 x 0; rewrite -[RHS]h /D !combZ !combD gr_0 addr0; apply: eq_bigr => j _; congr
  (_ * _).
rewrite /part /word !rowR -(dot_scaled (x *m Bs j)) (dot_sym _ (scaled x) (BT j)) -(dot_scaled x x).
by ring.
Qed.

Lemma part2_split x A A' (t : F) B : part 2 x (t *: A + A') B =
  part 2 x A' B + (part 2 x (A + A') B - part 2 x A B - part 2 x A' B) * t + part 2 x A B * t ^+ 2.
Proof. by rewrite /part !wordR; ring. Qed.

Lemma part2_0 x w : \sum_j cs j * part 2 x (gr w) (Bs j) = 0.
Proof.
set p0 := LHS; pose p1 := \sum_j cs j * (part 2 x (gr x + gr w) (Bs j) - part 2 x (gr x) (Bs j) - part 2 x (gr w) (Bs
  j)).
pose p2 := \sum_j cs j * part 2 x (gr x) (Bs j).
suff [] : [/\ p0 = 0, p1 = 0, p2 = 0, 0 = 0 :> F & 0 = 0 :> F /\ 0 = 0 :> F] by [].
apply: (vanish6 (@natS2_inj F)) => k; set t : F := k.+1%:R; apply: (solve1 (natS_neq0 F k)); rewrite -/t.
have [_ _ h _ _] := parts0 (t *: x) w; rewrite -[RHS]h gr_Z !mul0r !addr0 /p0 /p1 /p2 !mulr_suml -!big_split mulr_sumr.
apply: eq_bigr => j _ /=; have -> A B : part 2 (t *: x) A B = t * part 2 x A B by rewrite /part !wordR; ring.
by rewrite part2_split; ring.
Qed.

Lemma quad0 a b c f : \sum_j cs j * (dot (e a *m Bs j) (e b) * dot (e c *m Bs j) (e f)) = 0.
Proof.
pose P x y z u := \sum_j cs j * (dot (x *m Bs j) y * dot (z *m Bs j) u).
pose X x y := \sum_j cs j * dot (scaled (x *m Bs j) *m Bs j) y.
pose W x y := \sum_j cs j * dot (x *m Bs j *m Bs j) y.
have sumE r j y : dot (r *m Bs j) y = \sum_k r 0 k * dot (e k *m Bs j) y.
  rewrite {1}(row_units r) mulmx_suml /dot; under eq_bigr do rewrite summxE mulr_suml.
  rewrite exchange_big; apply: eq_bigr => k _; rewrite mulr_sumr; apply: eq_bigr => i _.
  by rewrite -scalemxAl mxE mulrA.
apply: (@P_zero F _ _ ord0 e weight (@dot F d) scaled _ _ _ _ _ _ _ _ _ _ _ _ P X W); rewrite ?weight0 //.
- exact: dotC. - exact: dot_Dl. - by move=> t x y; rewrite dotZl. - exact: dot_units. - exact: scaled_D.
- exact: scaled_Z. - exact: scaled_e. - exact: dot_scaled. - exact: weight_gt1. - exact: weight_sum. - exact:
  weight_neq.
- by move=> x x' y z u; rewrite /P -big_split; apply: eq_bigr => j _; rewrite /= mulmxDl dot_Dl mulrDl mulrDr.
- by move=> t x y z u; rewrite /P combZ; apply: eq_bigr => j _; rewrite -scalemxAl dotZl -mulrA.
- by move=> x y z u; apply: eq_bigr => j _; rewrite (dot_sym x).
- by move=> x y z u; apply: eq_bigr => j _; rewrite [dot _ y * _]mulrC.
- by move=> x x' y; rewrite /X -big_split; apply: eq_bigr => j _; rewrite /= mulmxDl scaled_D mulmxDl dot_Dl mulrDr.
- by move=> t x y; rewrite /X combZ; apply: eq_bigr => j _; rewrite -scalemxAl scaled_Z -scalemxAl dotZl.
- by move=> x x' y; rewrite /W -big_split; apply: eq_bigr => j _; rewrite /= !mulmxDl dot_Dl mulrDr.
- by move=> t x y; rewrite /W combZ; apply: eq_bigr => j _; rewrite -!scalemxAl dotZl.
- by move=> x y; apply: eq_bigr => j _; rewrite (dot_sym _ y (BT j)) dot_scaled dotC (dot_sym _ x (BT j)).
- by move=> x y; apply: eq_bigr => j _; rewrite (dot_sym _ y (BT j)) dotC (dot_sym _ x (BT j)).
- move=> i k; rewrite /X /P; under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => j _; rewrite sumE mulr_sumr; apply: eq_bigr => l _.
  by rewrite scaledE -(dot_unit l) dotC; ring.
- move=> i k; rewrite /W /P exchange_big; apply: eq_bigr => j _; rewrite sumE mulr_sumr; apply: eq_bigr => l _.
  by rewrite -(dot_unit l) dotC.
move=> x w /=; rewrite -[RHS](part2_0 x w) /P /X /W !(combZ, combD); apply: eq_bigr => j _; congr (_ * _).
rewrite /part /word !rowR -!(dot_scaled (x *m Bs j)) -?(dot_scaled w w); ring.
Qed.

Lemma part3_0 x w : \sum_j cs j * part 3 x (gr w) (Bs j) = 0.
Proof.
have [_ h _ _ _] := parts0 x w; have [_ h' _ _ _] := parts0 x 0; rewrite gr_0 addr0 in h'.
transitivity (\sum_j cs j * part 3 x (gr x + gr w) (Bs j) - \sum_j cs j * part 3 x (gr x) (Bs j)).
  by rewrite -sumrB; apply: eq_bigr => j _; rewrite /part !wordR; ring.
by rewrite h h' subrr.
Qed.

Lemma part4_0 x : \sum_j cs j * word x (Bs j) (Bs j) (Bs j) (Bs j) = 0.
Proof. by have [] := parts0 x 0. Qed.
End Columns.

(* a relation of degree 3 between the functions of B *)
Section Cube.
Variable D : 'I_d -> 'M[F]_d.
Hypothesis DT : forall k, (D k)^T = D k.
Hypothesis H : forall y z, \sum_k part 3 (e k) (D k) (gr y + gr z) = 0.

Definition total (f : 'I_d -> F) := locked (\sum_k f k).
Lemma totalE f : total f = \sum_k f k. Proof. by rewrite /total -lock. Qed.
Lemma totalZ (t : F) f : t * total f = total (fun k => t * f k). Proof. by rewrite !totalE mulr_sumr. Qed.
Lemma totalZr (t : F) f : total f * t = total (fun k => f k * t). Proof. by rewrite !totalE mulr_suml. Qed.
Lemma totalD f f' : total f + total f' = total (fun k => f k + f' k). Proof. by rewrite !totalE big_split. Qed.
Lemma eq_total f f' : f =1 f' -> total f = total f'. Proof. by move=> ff; rewrite !totalE; apply: eq_bigr. Qed.

Let T x y z := total (fun k => x 0 k * dot (y *m D k) z).
Let C y := total (fun k => dot (e k *m D k) (scaled y)).
Let H1 y := let q := dot y y in let l := dot y o in let m := dot y (scaled y) in
  q ^+ 2 * l * C y + q * l * T y (scaled y) y + m * l * T y y y + m * q * T y y o.
Let H2 y z := let q := dot y y in let l := dot y o in let m := dot y (scaled y) in let n := dot y (scaled z) in
  m * dot z o * T y y z + n * l * T y y z + q * l * T z (scaled z) y + n * l * T z y y + q * n * T z y o.

Lemma row_B (t : F) x y z : x *m (gr y + t *: gr z) = dot x y *: y + (t * dot x z) *: z.
Proof. by rewrite mulmxDr -scalemxAr !row_gr scalerA. Qed.

Lemma cube_word (t : F) y z k : dot y z = 0 -> let S := D k in
  part 3 (e k) S (gr y + t *: gr z) =
  let q := dot y y in let r := dot z z in let l := dot y o in let h := dot z o in
  let m := dot y (scaled y) in let n := dot y (scaled z) in let g := dot z (scaled z) in
  q ^+ 2 * l * dot (e k *m S) (scaled y) + t ^+ 3 * (r ^+ 2 * h * dot (e k *m S) (scaled z)) +
  (y 0 k * (q * l * dot (scaled y *m S) y + t * (r * t * h * dot (scaled y *m S) z)) +
   t * z 0 k * (q * l * dot (scaled z *m S) y + t ^+ 2 * (r * h * dot (scaled z *m S) z))) +
  (y 0 k * (m * (l * dot (y *m S) y + t * h * dot (y *m S) z) + t * n * (l * dot (z *m S) y + t * h * dot (z *m S) z)) +
   t * z 0 k * (n * (l * dot (y *m S) y + t * h * dot (y *m S) z) + t * g * (l * dot (z *m S) y + t * h * dot (z *m S)
     z))) +
  (y 0 k * (m * q * dot (y *m S) o + t ^+ 2 * n * r * dot (z *m S) o) +
   t * z 0 k * (n * q * dot (y *m S) o + t ^+ 2 * g * r * dot (z *m S) o)).
Proof.
move=> yz S /=; have zy : dot z y = 0 by rewrite dotC.
pose G := gr y + t *: gr z; rewrite /part -/G.
have aG a : a *m G = dot a y *: y + (t * dot a z) *: z by apply: row_B.
have aGG a : a *m G *m G = (dot a y * dot y y) *: y + (t * dot a z * (t * dot z z)) *: z.
  by rewrite [a *m G]aG mulmxDl -!scalemxAl !aG yz zy mulr0 !scale0r addr0 add0r !scalerA.
have aGo a : dot (a *m G) o = dot a y * dot y o + t * dot a z * dot z o by rewrite aG dot_Dl !dotZl.
have kG : scaled (e k *m G) = y 0 k *: scaled y + (t * z 0 k) *: scaled z.
  by rewrite aG !dot_unit scaled_D !scaled_Z.
have kGS a : dot (scaled (e k *m G) *m S) a = y 0 k * dot (scaled y *m S) a + t * z 0 k * dot (scaled z *m S) a.
  by rewrite kG mulmxDl -!scalemxAl dot_Dl !dotZl.
have kGy : dot (scaled (e k *m G)) y = y 0 k * dot y (scaled y) + t * z 0 k * dot y (scaled z).
  by rewrite kG dot_Dl !dotZl !(dotC _ y).
have kGz : dot (scaled (e k *m G)) z = y 0 k * dot y (scaled z) + t * z 0 k * dot z (scaled z).
  by rewrite kG dot_Dl !dotZl -dot_scaled (dotC (scaled z)).
have yzS a b w : dot ((a *: y + b *: z) *m S) w = a * dot (y *m S) w + b * dot (z *m S) w.
  by rewrite mulmxDl -!scalemxAl dot_Dl !dotZl.
have w1 : word (e k) S G G G = dot y y ^+ 2 * dot y o * dot (e k *m S) (scaled y) +
    t ^+ 3 * (dot z z ^+ 2 * dot z o * dot (e k *m S) (scaled z)).
  rewrite /word aGo aGG !(dot_Dl, dotZl) yz zy !(dot_scaled (e k *m S)).
  by move: (dot (scaled _) y) (dot (scaled _) z) (dot y y) (dot z z) (dot y o) (dot z o) => *; ring.
rewrite w1 /word aGG dot_Dl !dotZl aGo aGG kGy kGz !kGS aG kGy kGz !yzS.
move: (dot (y *m S) y) (dot (y *m S) z) (dot (z *m S) y) (dot (z *m S) z) (dot (y *m S) o) (dot (z *m S) o).
move: (dot y (scaled y)) (dot y (scaled z)) (dot z (scaled z)) (dot y y) (dot z z) (dot y o) (dot z o) => *; ring.
Qed.

Lemma cube_total (t : F) y z : dot y z = 0 ->
  \sum_k part 3 (e k) (D k) (gr y + t *: gr z) = H1 y + H2 y z * t + H2 z y * t ^+ 2 + H1 z * t ^+ 3.
Proof.
move=> yz; rewrite -totalE /H1 /H2 /T /C /= !(totalZ, totalZr, totalD).
apply: eq_total => k /=; rewrite (cube_word t k yz) /=.
rewrite (dotC z (scaled y)) -(dot_scaled y z) (dot_sym z y (DT k)); ring.
Qed.

Lemma cube_zero k i j : dot (e i *m D k) (e j) = 0.
Proof.
have all0 y z : dot y z = 0 -> H1 y = 0 /\ H2 y z = 0.
  move=> yz; suff [? ? _ _ _] : [/\ H1 y = 0, H2 y z = 0, H2 z y = 0, H1 z = 0 & 0 = 0 :> F /\ 0 = 0 :> F] by split.
  apply: (vanish6 (@natS2_inj F)) => l; rewrite -[RHS](H y (l.+1%:R *: z)) gr_Z cube_total //.
  by rewrite !mul0r !addr0.
have TE a b c : T (e a) b c = dot (b *m D a) c.
  rewrite /T totalE (bigD1 a) //= mxE !eqxx mul1r big1 ?addr0 // => l /negPf la.
  by rewrite mxE la andbF mul0r.
rewrite -TE; apply: (@T_zero F _ _ ord0 e weight (@dot F d) scaled _ _ _ _ _ _ _ _ _ _ _ T C); rewrite ?weight0 //.
- exact: dotC. - exact: dot_Dl. - by move=> t x y; rewrite dotZl. - exact: dot_units. - exact: scaled_D.
- exact: scaled_Z. - exact: scaled_e. - exact: dot_scaled. - exact: weight_gt1. - exact: weight_neq.
- by move=> x x' y z; rewrite /T totalD; apply: eq_total => l; rewrite mxE mulrDl.
- by move=> t x y z; rewrite /T totalZ; apply: eq_total => l; rewrite mxE mulrA.
- by move=> x x' y z; rewrite /T totalD; apply: eq_total => l; rewrite mulmxDl dot_Dl mulrDr.
- by move=> t x y z; rewrite /T totalZ; apply: eq_total => l; rewrite -scalemxAl dotZl mulrCA.
- by move=> x y z; apply: eq_total => l; rewrite dot_sym.
- by move=> x y; rewrite /C totalD; apply: eq_total => l; rewrite scaled_D dot_Dr.
- by move=> t x; rewrite /C totalZ; apply: eq_total => l; rewrite scaled_Z dot_Zr.
- move=> a; rewrite /C -totalE totalZ; apply: eq_total => l; rewrite TE scaled_e dot_Zr //.
- by move=> y; have [] := all0 y 0 (etrans (dotC _ _) (etrans (congr1 (fun z => dot z y) (esym (scale0r 0))) (etrans
  (dotZl _ _ _) (mul0r _)))).
by move=> y z /all0[].
Qed.
End Cube.

Lemma last_indep (c : 'I_d -> F) :
  (forall y, \sum_k c k * word (e k) (gr y) (gr y) (gr y) (gr y) = 0) -> forall k, c k = 0.
Proof.
move=> H; have E y : dot (scaled y) y * dot y y ^+ 2 * dot y o * (\sum_k c k * y 0 k) = 0.
  rewrite -[RHS](H y) mulr_sumr; apply: eq_bigr => k _; rewrite /word.
  by rewrite !row_gr !(scaled_Z, dotZl) dot_unit; ring.
have pick k : \sum_j c j * (e k) 0 j = c k.
  by rewrite (bigD1 k) //= mxE !eqxx mulr1 big1 ?addr0 // => j /negPf jk; rewrite mxE jk andbF mulr0.
have c0 : c ord0 = 0.
  by have := E o; rewrite pick scaled_e dotZl !dot_units eqxx weight0 !expr1n !mul1r.
move=> k; have [->//|k0] := eqVneq k ord0; have ok : (ord0 == k) = false by rewrite eq_sym (negPf k0).
have := E (o + e k); have -> : \sum_j c j * (o + e k) 0 j = c k.
  rewrite -[RHS]add0r -[in RHS]c0 -(pick ord0) -[in RHS](pick k) -big_split; apply: eq_bigr => j _ /=.
  by rewrite mxE mulrDr.
rewrite scaled_D !scaled_e !(dot_Dl, dot_Dr, dotZl) !dot_units !eqxx ok (negPf k0) weight0 !(mulr0, mulr1, addr0,
  add0r).
apply: solve1; rewrite !mulf_neq0 ?expf_neq0 ?oner_neq0 // ?gt_eqF ?addr_gt0 ?ltr01 //.
by rewrite (lt_trans ltr01) ?weight_gt1.
Qed.

(* the coefficients are independent *)
Section Independent.
Variables (P Q : finType) (a b : P -> 'I_d) (f0 f1 : Q -> P).
Definition monomial (y : V) (p : P) := y 0 (a p) * y 0 (b p).
Hypothesis indep_P : forall c : P -> F, (forall y, \sum_p c p * monomial y p = 0) -> forall p, c p = 0.
Hypothesis indep_Q : forall c : Q -> F, (forall u : P -> F, \sum_q c q * (u (f0 q) * u (f1 q)) = 0) -> forall q, c q =
  0.

Definition labels := (unit + P + Q + 'I_d * P + 'I_d)%type.
Definition entry (B : 'M[F]_d) (p : P) := dot (e (a p) *m B) (e (b p)).
Definition pairM (p : P) : 'M[F]_d := gr (e (a p) + e (b p)) - gr (e (a p)) - gr (e (b p)).
Definition coefficient (t : labels) (B : 'M[F]_d) := match t with
  | inl (inl (inl (inl _))) => 1
  | inl (inl (inl (inr p))) => entry B p
  | inl (inl (inr q)) => entry B (f0 q) * entry B (f1 q)
  | inl (inr kp) => part 3 (e kp.1) (pairM kp.2) B
  | inr k => word (e k) B B B B end.

Lemma entry_gr y p : entry (gr y) p = monomial y p.
Proof. by rewrite /entry row_gr dotZl !dot_unit (dotC y) dot_unit. Qed.
Lemma monomial0 p : monomial 0 p = 0. Proof. by rewrite /monomial mxE mul0r. Qed.
Lemma entry_D A B p : entry (A + B) p = entry A p + entry B p.
Proof. by rewrite /entry mulmxDr dot_Dl. Qed.
Lemma entry_Z (t : F) B p : entry (t *: B) p = t * entry B p.
Proof. by rewrite /entry -scalemxAr dotZl. Qed.

Lemma quad_indep (c : Q -> F) : (forall y z, \sum_q c q * (entry (gr y + gr z) (f0 q) * entry (gr y + gr z) (f1 q)) =
  0) ->
  forall q, c q = 0.
Proof.
move=> H; apply: (polar_indep monomial0 indep_P indep_Q) => y z.
by rewrite -[RHS](H y z); apply: eq_bigr => q _; rewrite !entry_D !entry_gr.
Qed.

Lemma part3_Z (t : F) x A B : part 3 x A (t *: B) = t ^+ 3 * part 3 x A B.
Proof. by rewrite /part !wordR; ring. Qed.
Lemma part3_D x A A' B : part 3 x (A + A') B = part 3 x A B + part 3 x A' B.
Proof. by rewrite /part !wordR; ring. Qed.
Lemma part3_AZ (t : F) x A B : part 3 x (t *: A) B = t * part 3 x A B.
Proof. by rewrite /part !wordR; ring. Qed.
Lemma pairM_T p : (pairM p)^T = pairM p.
Proof. by rewrite /pairM !linearB /= !gr_T. Qed.
Lemma dot_Bl x y z : dot (x - y) z = dot x z - dot y z.
Proof. by rewrite -scaleN1r dot_Dl dotZl mulN1r. Qed.

Lemma pairM_quad p x : dot (x *m pairM p) x = 2%:R * monomial x p.
Proof.
rewrite /pairM /monomial !mulmxBr !row_gr !dot_Bl !dotZl !(dot_Dr, dot_Dl) !(dotC x) !dot_unit.
by move: (x 0 (a p)) (x 0 (b p)) => s t; ring.
Qed.

Lemma cube_indep (c : 'I_d * P -> F) :
  (forall y z, \sum_s c s * part 3 (e s.1) (pairM s.2) (gr y + gr z) = 0) -> forall s, c s = 0.
Proof.
move=> H; pose D k : 'M[F]_d := \sum_p c (k, p) *: pairM p.
have DT k : (D k)^T = D k.
  by rewrite /D linear_sum; apply: eq_bigr => p _; rewrite linearZ /= pairM_T.
have DH y z : \sum_k part 3 (e k) (D k) (gr y + gr z) = 0.
  transitivity (\sum_k \sum_p c (k, p) * part 3 (e k) (pairM p) (gr y + gr z)); last first.
    by rewrite -[RHS](H y z) pair_bigA; apply: eq_bigr => -[k p].
  apply: eq_bigr => k _; rewrite /D.
  apply: (big_ind2 (fun A t => part 3 (e k) A (gr y + gr z) = t)) => [|A t A' t' <- <-|p _].
  - by rewrite -(scale0r (gr 0)) part3_AZ mul0r.
  - exact: part3_D.
  - exact: part3_AZ.
have D0 k i j : dot (e i *m D k) (e j) = 0 := cube_zero DT DH k i j.
have Dk k : D k = 0.
  by apply/matrixP => i j; have := D0 k i j; rewrite (dotC _ (e j)) dot_unit -rowE !mxE.
case=> k; apply: (indep_P (c := fun p => c (k, p))) => y.
apply: (@solve1 _ 2%:R); first by rewrite pnatr_eq0.
transitivity (dot (y *m D k) y); last by rewrite Dk mulmx0 /dot big1 // => i _; rewrite mxE mul0r.
rewrite [in RHS]/D mulmx_sumr mulr_sumr.
apply: (big_ind2 (fun t (A : V) => t = dot A y)) => [|t A t' A' -> ->|p _].
- by rewrite /dot big1 // => i _; rewrite mxE mul0r.
- by rewrite dot_Dl.
- by rewrite -scalemxAr dotZl pairM_quad mulrCA.
Qed.

Lemma coefficients_indep (c : labels -> F) :
  (forall yz : V * V, \sum_t c t * coefficient t (gr yz.1 + gr yz.2) = 0) -> forall t, c t = 0.
Proof.
move=> H; pose B y z : 'M[F]_d := gr y + gr z.
pose p0 := c (inl (inl (inl (inl tt)))).
pose p1 y z := \sum_p c (inl (inl (inl (inr p)))) * entry (B y z) p.
pose p2 y z := \sum_q c (inl (inl (inr q))) * (entry (B y z) (f0 q) * entry (B y z) (f1 q)).
pose p3 y z := \sum_s c (inl (inr s)) * part 3 (e s.1) (pairM s.2) (B y z).
pose p4 y z := \sum_k c (inr k) * word (e k) (B y z) (B y z) (B y z) (B y z).
have h y z : [/\ p0 = 0, p1 y z = 0, p2 y z = 0, p3 y z = 0 & p4 y z = 0 /\ 0 = 0 :> F].
  apply: (vanish6 (@natS2_inj F)) => l; set t : F := _ ^+ 2.
  rewrite -[RHS](H (l.+1%:R *: y, l.+1%:R *: z)) /= !gr_Z -/t -scalerDr !big_sumType /= -/(B y z).
  rewrite (bigD1 tt) //= big1 ?addr0 => [|[]//]; rewrite mulr1 mul0r addr0; congr (_ + _ + _ + _ + _).
  - by rewrite /p1 mulr_suml; apply: eq_bigr => p _; rewrite entry_Z mulrAC mulrA.
  - by rewrite /p2 mulr_suml; apply: eq_bigr => p _; rewrite !entry_Z; ring.
  - by rewrite /p3 mulr_suml; apply: eq_bigr => p _; rewrite part3_Z mulrAC mulrA.
  - by rewrite /p4 mulr_suml; apply: eq_bigr => p _; rewrite !(word_Z1, word_Z2, word_Z3, word_Z4) !exprS expr0 mulr1
    -!mulrA; congr (_ * _); rewrite mulrC -!mulrA.
have c1 p : c (inl (inl (inl (inr p)))) = 0.
  move: p; apply: indep_P => y; have [_ h1 _ _ _] := h y 0; rewrite -[RHS]h1.
  by apply: eq_bigr => p _; rewrite /B gr_0 addr0 entry_gr.
have c2 := quad_indep (fun y z => let: And5 _ _ h2 _ _ := h y z in h2).
have c3 := cube_indep (fun y z => let: And5 _ _ _ h3 _ := h y z in h3).
have c4 : forall k, c (inr k) = 0.
  apply: last_indep => y; have [_ _ _ _ [h4 _]] := h y 0; rewrite -[RHS]h4.
  by apply: eq_bigr => p _; rewrite /B gr_0 addr0.
by case=> [[[[[]|p]|q]|s]|k] //; have [] := h 0 0.
Qed.

Definition network (t y : V * V) := let G := gr t.1 + gr t.2 + (gr y.1 + gr y.2) in word t.1 G G G G.

Lemma network_index s : grid_le network s -> (#|{: labels}| <= s)%N.
Proof.
move=> fs; apply: (indep_grid coefficients_indep).
apply: null_grid fs => N ys c H t; pose Bs j : 'M[F]_d := gr (ys j).1 + gr (ys j).2.
have BT j : (Bs j)^T = Bs j by rewrite /Bs linearD /= !gr_T.
have net0 x w : let G j := gr x + gr w + Bs j in \sum_j c j * word x (G j) (G j) (G j) (G j) = 0 by exact: (H (x, w)).
case: t => [[[[[]|p]|q]|[k p]]|k] /=.
- by rewrite -[RHS](const0 net0); apply: eq_bigr => j _; rewrite mulr1.
- exact: (lin0 BT net0).
- exact: (quad0 BT net0).
- have h x w := part3_0 net0 x w.
  transitivity (\sum_j c j * part 3 (e k) (gr (e (a p) + e (b p))) (Bs j) - \sum_j c j * part 3 (e k) (gr (e (a p)))
    (Bs j)
    - \sum_j c j * part 3 (e k) (gr (e (b p))) (Bs j)); last by rewrite !h !subr0.
  by rewrite -!sumrB; apply: eq_bigr => j _; rewrite /pairM -!scaleN1r !part3_D !part3_AZ /Bs; ring.
- exact: (part4_0 net0).
Qed.
End Independent.

Lemma network_lower s : grid_le network s -> (1 + mc d 2 + mc (mc d 2) 2 + d * mc d 2 + d <= s)%N.
Proof.
pose P := [finType of mon [finType of 'I_d] 2]; pose Q := [finType of mon P 2].
pose a (p : P) := ffactors p ord0; pose b (p : P) := ffactors p ord_max.
pose f0 (q : Q) := ffactors q ord0; pose f1 (q : Q) := ffactors q ord_max.
have iP (c : P -> F) : (forall y, \sum_p c p * monomial a b y p = 0) -> forall p, c p = 0.
  by move=> H; apply: (indep_mon_rV charF) => y; rewrite -[RHS](H y); apply: eq_bigr => p _; rewrite ffactorsE.
have iQ (c : Q -> F) : (forall u : P -> F, \sum_q c q * (u (f0 q) * u (f1 q)) = 0) -> forall q, c q = 0.
  by move=> H; apply: (mon_indep charF) => u; rewrite -[RHS](H u); apply: eq_bigr => q _; rewrite ffactorsE.
move/(network_index iP iQ); have cP : #|P| = mc d 2 by rewrite card_mon card_ord.
have cQ : #|Q| = mc (mc d 2) 2 by rewrite card_mon cP.
by rewrite !card_sum card_prod card_unit card_ord cQ cP.
Qed.

Section Theorem317b.
Variables (n : nat) (i : 'I_n).

Definition one_head_weights (p : 'I_d) : seq (seq (head F d)) :=
  [:: [:: (1%:M, 1%:M)]; [:: (weights, delta_mx ord0 p)]].

Lemma net_one_head (p : 'I_d) (X : 'M[F]_(n, d)) : let G := X^T *m X in
  net (one_head_weights p) X i p = word (row i X) G G G G.
Proof.
move=> G; rewrite /net /= /att !big_cons !big_nil !addr0 /att1 /= !mulmx1.
have GT : G^T = G by rewrite /G trmx_mul trmxK.
have -> : X *m X^T *m X = X *m G by rewrite mulmxA.
rewrite trmx_mul GT.
have -> : X *m G *m weights *m (G *m X^T) *m (X *m G) *m delta_mx ord0 p = X *m G *m weights *m G *m G *m G *m
  delta_mx ord0 p.
  by rewrite /G !mulmxA.
rewrite [LHS]mxE (bigD1 ord0) //= [delta_mx _ _ _ _]mxE !eqxx mulr1 big1 ?addr0 => [|k /negPf k0].
  by rewrite /word /scaled -!row_mul dotC dot_unit [RHS]mxE.
by rewrite [delta_mx _ _ _ _]mxE k0 mulr0.
Qed.
End Theorem317b.
End OneHead.
End OneHeadParts.

(* so that the number is 1 + n + n (n + 1) / 2 + d n + d *)
Lemma mc_2 n : mc n 2 = (n * n.+1)./2.
Proof. by rewrite /mc addn2 bin2 mulnC. Qed.

Section AnyPartition.
Import OneHeadParts.
Variables (F : numFieldType) (n : nat) (S : pred 'I_n) (i : 'I_n).
Hypotheses (sA : (1 < #|[pred k | S k == S i]|)%N) (sB : (1 < #|[pred k | S k != S i]|)%N).
Local Notation count d := (1 + mc d 2 + mc (mc d 2) 2 + d * mc d 2 + d)%N.

Theorem one_head_lower d (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape 2%N 1%N d Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) (count d).
Proof.
case: d p => [[]//|d'] p.
apply: own_side; pose S1 k := S k == S i; exists (one_head_weights F p).
  by rewrite /has_shape /= /low_rank /= !rank_leq_row.
move=> s fs.
have S1i : S1 i by rewrite /S1 eqxx.
have [fa [faI fa0 faS]] := @distinct_tokens n 1 S1 i S1i sA.
have [j Sj] : exists j, predC S1 j by apply/card_gt0P; apply: leq_ltn_trans sB.
have [fb [fbI _ fbS]] := @distinct_tokens n 1 (predC S1) j Sj sB.
have ab k l : fa k != fb l by apply: contraTneq (faS k) => ->; apply: fbS.
pose A : 'M[F]_(n, 1 + 1) := sel F fa; pose B : 'M[F]_(n, 1 + 1) := sel F fb.
pose two (b c : 'rV[F]_d'.+1) : 'M[F]_(1 + 1, d'.+1) := col_mx b c.
have netO (t y : 'rV[F]_d'.+1 * 'rV[F]_d'.+1) :
    net (one_head_weights F p) (mix S1 (A *m two t.1 t.2) (B *m two y.1 y.2)) i p = network t y.
  have -> : mix S1 (A *m two t.1 t.2) (B *m two y.1 y.2) = A *m two t.1 t.2 + B *m two y.1 y.2.
    apply/matrixP=> l k; rewrite mxE [in RHS]mxE; case: ifP => Sl.
      by rewrite [X in _ = _ + X]sel_out ?addr0 // => m; apply: contraTneq Sl => ->; apply: fbS.
    by rewrite [X in _ = X + _]sel_out ?add0r // => m; apply: contraFneq Sl => ->; apply: faS.
  rewrite net_one_head /network.
  have -> : row i (A *m two t.1 t.2 + B *m two y.1 y.2) = t.1.
    apply/rowP=> k; rewrite mxE [LHS]mxE [X in _ + X]sel_out ?addr0 => [|l]; last by rewrite -fa0.
    rewrite -fa0 -[LHS]mul1r mxE (bigD1 ord0) //= mxE eqxx mul1r big1 ?addr0 => [|l l0].
      rewrite mul1r /two (_ : ord0 = lshift 1 (ord0 : 'I_1)); last exact: val_inj.
      exact: (col_mxEu t.1 t.2 ord0 k).
    by rewrite mxE (inj_eq faI) eq_sym (negPf l0) mul0r.
  have AA : A^T *m A = 1%:M by apply: sel_unit.
  have BB : B^T *m B = 1%:M by apply: sel_unit.
  have AB : A^T *m B = 0 by apply: sel_orth.
  have BA : B^T *m A = 0 by rewrite -[RHS]trmx0 -AB trmx_mul trmxK.
  have -> (U Z : 'M[F]_(1 + 1, d'.+1)) : (A *m U + B *m Z)^T *m (A *m U + B *m Z) = U^T *m U + Z^T *m Z.
    rewrite [(_ + _)^T]raddfD /= !trmx_mul mulmxDl !mulmxDr !mulmxA -!(mulmxA _ A^T) -!(mulmxA _ B^T).
    by rewrite AA BB AB BA !mulmx0 !mulmx1 !mul0mx addr0 add0r.
  by rewrite /two !tr_col_mx !mul_row_col /gr.
apply: network_lower.
exact: eq_grid netO (grid_comp (fun t : 'rV[F]_d'.+1 * 'rV[F]_d'.+1 => A *m two t.1 t.2) (fun y : 'rV[F]_d'.+1 *
  'rV[F]_d'.+1 => B *m two y.1 y.2) (sep_grid fs)).
Qed.

Corollary one_head_lower_generic d (p : 'I_d) :
  exists2 P : {mpoly F[nfactors 2 1 d d]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (count d).
Proof. exact/(generic_lower (char_num F))/one_head_lower. Qed.
End AnyPartition.
