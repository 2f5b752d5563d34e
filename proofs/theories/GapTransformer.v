(* The gap at published shapes with position-wise parts and residual connections kept on both sides: Corollary 5.5 of
   theory.md, from Theorems 5.4, 5.4' and 4.2. 196 tokens, 98 on each side; L blocks against L layers, every L >= 6:
     gap_transformer_B16    12 heads of width 64, 768 channels, against any Mixer of 768 channels
     gap_transformer_L16    16 heads of width 64, 1024 channels, against any Mixer of 1024 channels
   Blocks of attention and a quadratic position-wise part of at least 198 hidden channels (4 d in the published
   networks), residual connections around both, with or without biases, almost all weights; all Mixers whose two
   activations have degree at most 2, with what else GapPublished.v allows (quadratic_mixers 2). At L <= 5 nothing is
   proved either way. With n = 98 d the Mixer has at most U = 2 mc (n + 1) (4 ^ L / 2). Depths 6 to 9 rest on Theorem
   5.4 with 64 markers that are read in one block, the others on Theorem 5.4' with 64 + 34 markers: L = 10 by numbers,
   the rest by induction. One layer more multiplies U by at most 4 ^ n (mc_quadruple) and mc (v + 1) K, once 9 v <= K,
   by at least (11 / 2) ^ v (mc_sextuple), which is more for v = v1 + v2. theory.md takes 5.4 at L = 10 too, and in the
   induction.
     blocks_check n v         == the numbers of 5.4 decide at depths 6 to 9
     stages_check l n v1 v2   == those of 5.4' do at depth l, and the conditions of the induction hold
     all_stages               every depth from l on, from these *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank MonomialCount BoundFormulas SharpBinomials Attention Mixer.
From Seprank Require Import Gap GapShapes GapDepths GapPublished.
From Seprank Require Import PositionWise PositionWiseWeights TransformerBlocks TwoStages.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.

(* one layer more *)
Lemma mc_quadruple n k : mc n.+1 (4 * k) <= 4 ^ n * mc n.+1 k.
Proof.
rewrite -[4]/(2 * 2) -mulnA expnMn -mulnA; apply: leq_trans (mc_double n (2 * k)) _.
by rewrite leq_mul2l mc_double orbT.
Qed.

Lemma mc_sextuple v k : 9 * v <= k -> 11 ^ v * mc v.+1 k <= 2 ^ v * mc v.+1 (6 * k).
Proof.
move=> vk; rewrite !mcC -(leq_pmul2r (fact_gt0 v)) -!mulnA !bin_ffact.
by apply: leq_ffact2 => i iv; lia.
Qed.

(* (11 / 2) ^ 5 > 4 ^ 6 *)
Lemma exp_ratio6 n v : 5 * n <= 6 * v -> 4 ^ n * 2 ^ v <= 11 ^ v.
Proof.
have h5 : 4 ^ 6 * 2 ^ 5 <= 11 ^ 5 by have := @leN (4 ^ 6 * 2 ^ 5) (11 ^ 5) isT; rewrite mulN_val !expN_val.
move: (4 ^ 6) (2 ^ 5) (11 ^ 5) (@expnM 4 6 v) (@expnM 2 5 v) (@expnM 11 5 v) h5 => a b c aE bE cE h5 h.
rewrite -(@leq_exp2r _ _ 5) // expnMn -!expnM [n * 5]mulnC ![v * 5]mulnC.
apply: (@leq_trans (4 ^ (6 * v) * 2 ^ (5 * v))); first by rewrite leq_mul2r leq_exp2l // h orbT.
by rewrite aE bE cE -expnMn; case: v {h aE bE cE} => // v; rewrite leq_exp2r.
Qed.

Lemma stages_induction n v1 v2 k K1 K2 : 4 ^ n * 2 ^ (v1 + v2) <= 11 ^ (v1 + v2) -> 9 * v1 <= K1 -> 9 * v2 <= K2 ->
  2 * mc n.+1 k < mc v1.+1 K1 * mc v2.+1 K2 -> 2 * mc n.+1 (4 * k) < mc v1.+1 (6 * K1) * mc v2.+1 (6 * K2).
Proof.
move=> nv h1 h2 lt; have p2 : 0 < 2 ^ (v1 + v2) by rewrite expn_gt0.
rewrite -(ltn_pmul2l p2); apply: (@leq_trans (11 ^ (v1 + v2) * (mc v1.+1 K1 * mc v2.+1 K2))); last first.
  by rewrite !expnD mulnACA [X in _ <= X]mulnACA; apply: leq_mul; apply: mc_sextuple.
apply: (@leq_ltn_trans (11 ^ (v1 + v2) * (2 * mc n.+1 k))); last by rewrite ltn_pmul2l // expn_gt0.
apply: leq_trans (leq_mul nv (leqnn (2 * mc n.+1 k))).
by rewrite [4 ^ n * _]mulnC -mulnA leq_mul2l mulnCA leq_mul2l mc_quadruple !orbT.
Qed.

Lemma stages_all n v1 v2 k K1 K2 j : 4 ^ n * 2 ^ (v1 + v2) <= 11 ^ (v1 + v2) -> 9 * v1 <= K1 -> 9 * v2 <= K2 ->
  2 * mc n.+1 k < mc v1.+1 K1 * mc v2.+1 K2 ->
  2 * mc n.+1 (4 ^ j * k) < mc v1.+1 (6 ^ j * K1) * mc v2.+1 (6 ^ j * K2).
Proof.
move=> nv h1 h2 lt; elim: j => [|j IH]; first by rewrite !mul1n.
have p6 : 0 < 6 ^ j by rewrite expn_gt0.
rewrite !expnS -!mulnA; apply: stages_induction IH => //; first by apply: leq_trans h1 _; rewrite leq_pmull.
by apply: leq_trans h2 _; rewrite leq_pmull.
Qed.

Lemma stages_depths n v1 v2 l L : 3 <= l <= L -> 5 * n <= 6 * (v1 + v2) ->
  9 * v1 <= 4 * (2 * 6 ^ (l - 3)) -> 9 * v2 <= 2 * 6 ^ (l - 3) ->
  2 * mc n.+1 (4 ^ l %/ 2) < mc v1.+1 (4 * (2 * 6 ^ (l - 3))) * mc v2.+1 (2 * 6 ^ (l - 3)) ->
  2 * mc n.+1 (4 ^ L %/ 2) < mc v1.+1 (4 * (2 * 6 ^ (L - 3))) * mc v2.+1 (2 * 6 ^ (L - 3)).
Proof.
move=> /andP[l3 lL] /exp_ratio6 nv h1 h2 lt; have := stages_all (L - l) nv h1 h2 lt.
have E4 k : 0 < k -> 4 ^ k %/ 2 = 2 * 4 ^ k.-1.
  by case: k => // k _; rewrite expnS -[X in X * _]/(2 * 2) -mulnA mulKn.
have -> : 4 ^ (L - l) * (4 ^ l %/ 2) = 4 ^ L %/ 2.
  by rewrite !E4; [rewrite mulnCA -expnD; congr (2 * 4 ^ _); lia | lia | lia].
have E : 6 ^ (L - l) * 6 ^ (l - 3) = 6 ^ (L - 3) by rewrite -expnD; congr (6 ^ _); lia.
by rewrite [_ * (4 * _)]mulnCA [_ * (2 * _)]mulnCA E.
Qed.

Section Numbers.
Notation "[ n ]" := (N.to_nat n).
Implicit Types n v : N.

(* depths 6 to 9, v variables and degree 2 * 6 ^ (L - 2) in Theorem 5.4 *)
Definition blocks_check n v := all (fun L => let L := N.of_nat L in
  sharp_check 24 n (4 ^ L / 2) [:: (v, 2 * 6 ^ (L - 2))])%num (iota 6 4).

Lemma blocks_number n v L : blocks_check n v -> 6 <= L <= 9 -> 2 * mc [n].+1 (4 ^ L %/ 2) < mc [v].+1 (2 * 6 ^ (L - 2)).
Proof.
move=> /allP ch LL; have /ch : L \in iota 6 4 by rewrite mem_iota.
by move/sharp_number; rewrite big_seq1 halfN_val mulN_val !expN_val subN_val Nat2N.id.
Qed.

(* from depth l on, v1 and v2 variables and degrees 8 * 6 ^ (L - 3) and 2 * 6 ^ (L - 3) in Theorem 5.4' *)
Definition stages_check l n v1 v2 := let K := (2 * 6 ^ (l - 3))%num in
  [&& 3 <=? l, sharp_check 24 n (4 ^ l / 2) [:: (v1, 4 * K); (v2, K)],
  5 * n <=? 6 * (v1 + v2), 9 * v1 <=? 4 * K & 9 * v2 <=? K]%num.

Lemma all_stages l n v1 v2 L : stages_check l n v1 v2 -> [l] <= L ->
  2 * mc [n].+1 (4 ^ L %/ 2) < mc [v1].+1 (4 * (2 * 6 ^ (L - 3))) * mc [v2].+1 (2 * 6 ^ (L - 3)).
Proof.
case/and5P=> /leN l3 /sharp_number lt /leN nv /leN h1 /leN h2 lL; move: l3 lt nv h1 h2.
rewrite big_cons big_seq1 halfN_val !mulN_val !addN_val !expN_val !subN_val => l3 lt nv h1 h2.
by apply: stages_depths nv h1 h2 lt; rewrite l3.
Qed.

Lemma B16_blocks L : 6 <= L <= 9 -> 2 * mc (768 * 98).+1 (4 ^ L %/ 2) < mc (64 * 703).+1 (2 * 6 ^ (L - 2)).
Proof.
have C : blocks_check (768 * 98) (64 * 703) by vm_compute.
by move/(blocks_number C); rewrite !mulN_val.
Qed.

Lemma B16_stages L : 10 <= L ->
  2 * mc (768 * 98).+1 (4 ^ L %/ 2) < mc (64 * 669).+1 (4 * (2 * 6 ^ (L - 3))) * mc (34 * 605).+1 (2 * 6 ^ (L - 3)).
Proof.
have C : stages_check 10 (768 * 98) (64 * 669) (34 * 605) by vm_compute.
by move/(all_stages C); rewrite !mulN_val.
Qed.

Lemma L16_blocks L : 6 <= L <= 9 -> 2 * mc (1024 * 98).+1 (4 ^ L %/ 2) < mc (64 * 959).+1 (2 * 6 ^ (L - 2)).
Proof.
have C : blocks_check (1024 * 98) (64 * 959) by vm_compute.
by move/(blocks_number C); rewrite !mulN_val.
Qed.

Lemma L16_stages L : 10 <= L ->
  2 * mc (1024 * 98).+1 (4 ^ L %/ 2) < mc (64 * 925).+1 (4 * (2 * 6 ^ (L - 3))) * mc (34 * 861).+1 (2 * 6 ^ (L - 3)).
Proof.
have C : stages_check 10 (1024 * 98) (64 * 925) (34 * 861) by vm_compute.
by move/(all_stages C); rewrite !mulN_val.
Qed.
End Numbers.

Section Shapes.
Variables (F : fieldType) (charF : [char F]%R =i pred0) (A : pred 'I_196) (i : 'I_196) (C : nat).
Variables (tau : {poly F}) (os : seq pw_options).
Hypotheses (cA : #|A| = 98) (C198 : 198 <= C) (st : size tau = 3) (res : all (fun o => att_res o && pw_res o) os).

Let cB : #|predC A| = 98. Proof. by apply/eqP; rewrite -(eqn_add2l #|A|) cardC card_ord cA. Qed.

(* an inequality of numbers, and a lower bound for almost all weights *)
Let gap_blocks H d L low (p : 'I_d) : 0 < L -> 2 * mc (d * 98).+1 (4 ^ L %/ 2) < low ->
  (exists2 P : {mpoly F[#|pw_index L H 64 d C|]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    sep_ge (fun x y => pw_net tau os (pw_layers w) (mix A x y) i p) low) ->
  exists2 P : {mpoly F[#|pw_index L H 64 d C|]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => pw_net tau os (pw_layers w) (mix A x y) i p) (quadratic_mixers A 2 L).
Proof.
move=> L0 lt [P P0 low_w]; exists P => // w Pw.
have [t [uG lf]] := gap_of_number (kc := 2) A isT L0 lt (low_w w Pw).
by exists t; split=> // g /(quadratic_mixers_degree cA cB); apply: uG.
Qed.

(* both depths for H heads of width 64, with d and the numbers m1, m2 of payload coordinates as variables *)
Let gap_shape H d c m1 m2 s (p : 'I_d) L :
  [/\ 64 <= m1, 64 + m1 < d & m1 <= c.+1 * 64] -> [/\ 64 + m2 = s, 34 <= m2, 98 + s < d & m2 <= c * 64] ->
  s <= c.+1 * 64 -> c < H ->
  (forall l, 6 <= l <= 9 -> 2 * mc (d * 98).+1 (4 ^ l %/ 2) < mc (64 * m1).+1 (2 * 6 ^ (l - 2))) ->
  (forall l, 10 <= l -> 2 * mc (d * 98).+1 (4 ^ l %/ 2) <
    mc (64 * s).+1 (4 * (2 * 6 ^ (l - 3))) * mc (34 * m2).+1 (2 * 6 ^ (l - 3))) ->
  6 <= L -> size os = L ->
  exists2 P : {mpoly F[#|pw_index L H 64 d C|]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => pw_net tau os (pw_layers w) (mix A x y) i p) (quadratic_mixers A 2 L).
Proof.
case=> bm1 d1 cm1 [<- bm2 d2 cm2] cs cH low9 low10 L6 so; have L0 : 0 < L by apply: leq_trans L6.
have [L9|L10] := leqP L 9.
  apply: (gap_blocks L0 (low9 L _)); first by rewrite L6.
  rewrite [L - 2](subnDA 1 L 1).
  apply: (transformer_lower_generic charF i p (b := 64) (cp := c.+1) (cm := 1) (rho := 1));
    rewrite ?cA ?cB ?muln1 ?mul1n //.
    by apply: leq_trans C198.
  by apply: leq_trans L6.
apply: (gap_blocks L0 (low10 L L10)).
apply: (two_stages_lower_generic charF i p (cp1 := c.+1) (cm1 := 1) (cp2 := c) (cm2 := 1));
  rewrite ?cA ?cB ?muln1 //.
  by apply: leq_trans L6.
by rewrite -[X in X <= C]/132; apply: leq_trans C198.
Qed.

Theorem gap_transformer_B16 L (p : 'I_768) : 6 <= L -> size os = L ->
  exists2 P : {mpoly F[#|pw_index L 12 64 768 C|]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => pw_net tau os (pw_layers w) (mix A x y) i p) (quadratic_mixers A 2 L).
Proof. exact: (@gap_shape 12 768 10 703 605 669 p L _ _ _ _ B16_blocks B16_stages). Qed.

Theorem gap_transformer_L16 L (p : 'I_1024) : 6 <= L -> size os = L ->
  exists2 P : {mpoly F[#|pw_index L 16 64 1024 C|]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => pw_net tau os (pw_layers w) (mix A x y) i p) (quadratic_mixers A 2 L).
Proof. exact: (@gap_shape 16 1024 14 959 861 925 p L _ _ _ _ L16_blocks L16_stages). Qed.
End Shapes.
