(* The inequalities between numbers behind the gap at published shapes for every depth L >= 17: the last step of Corollary 5.2
   of theory.md (see GapPublished.v), by Theorem 3.9 with c = 2 against the bound of 4.2. One layer more multiplies the bound
   of 4.2, twice mc (n + 1) (2 ^ L / 2) with n = 98 d, by at most 2 ^ n (mc_double), and that of 3.9, mc (v + 1) K with
   K = 3 ^ (L - 4), by at least (8 / 3) ^ v once 5 v <= K (mc_triple), which is more. theory.md takes L >= 15 and other numbers
   of vectors.
     gap_all        the step, any number of times
     all_depths     from L = 17 on, from the numbers at L = 17, on binary naturals *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import MonomialCount BoundFormulas GapShapes.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.

(* falling factorials, factor by factor *)
Lemma leq_ffact2 a b x y j : (forall i, i < j -> a * (x - i) <= b * (y - i)) -> a ^ j * x ^_ j <= b ^ j * y ^_ j.
Proof.
elim: j => [|j IH] h; first by rewrite !ffactn0.
rewrite !ffactnSr !expnSr mulnACA [X in _ <= X]mulnACA; apply: leq_mul; last exact: h.
by apply: IH => i ij; apply: h; apply: leqW.
Qed.

Lemma mcC n k : mc n.+1 k = 'C(n + k, n).
Proof. by rewrite mcS -bin_sub ?leq_addl // addnK. Qed.

Lemma mc_double n k : mc n.+1 (2 * k) <= 2 ^ n * mc n.+1 k.
Proof.
rewrite !mcC -(leq_pmul2r (fact_gt0 n)) -mulnA !bin_ffact -[X in X <= _]mul1n -{1}[1](exp1n n).
by apply: leq_ffact2 => i ij; lia.
Qed.

Lemma mc_triple v k : 5 * v <= k -> 8 ^ v * mc v.+1 k <= 3 ^ v * mc v.+1 (3 * k).
Proof.
move=> vk; rewrite !mcC -(leq_pmul2r (fact_gt0 v)) -!mulnA !bin_ffact.
by apply: leq_ffact2 => i ij; lia.
Qed.

(* the step of the induction *)
Lemma gap_induction n v k K : 2 ^ n * 3 ^ v <= 8 ^ v -> 5 * v <= K ->
  2 * mc n.+1 k < mc v.+1 K -> 2 * mc n.+1 (2 * k) < mc v.+1 (3 * K).
Proof.
move=> nv vK lt; have p3 : 0 < 3 ^ v by rewrite expn_gt0.
rewrite -(ltn_pmul2l p3); apply: leq_trans (mc_triple vK).
apply: (@leq_ltn_trans (3 ^ v * (2 ^ n * (2 * mc n.+1 k)))).
  by rewrite leq_mul2l mulnCA; apply/orP; right; rewrite leq_mul2l mc_double orbT.
rewrite mulnA [3 ^ v * _]mulnC; apply: (@leq_ltn_trans (8 ^ v * (2 * mc n.+1 k))); first by rewrite leq_mul2r nv orbT.
by rewrite ltn_pmul2l ?expn_gt0.
Qed.

Lemma gap_all n v k K j : 2 ^ n * 3 ^ v <= 8 ^ v -> 5 * v <= K ->
  2 * mc n.+1 k < mc v.+1 K -> 2 * mc n.+1 (2 ^ j * k) < mc v.+1 (3 ^ j * K).
Proof.
move=> nv vK lt; elim: j => [|j IH]; first by rewrite !mul1n.
rewrite !expnS -!mulnA; apply: gap_induction => //; apply: leq_trans vK _.
by rewrite leq_pmull // expn_gt0.
Qed.

(* (8 / 3) ^ 5 > 2 ^ 7 *)
Lemma exp_ratio n v : 5 * n <= 7 * v -> 2 ^ n * 3 ^ v <= 8 ^ v.
Proof.
have h5 : 2 ^ 7 * 3 ^ 5 <= 8 ^ 5 by rewrite -[8]/(2 ^ 3) -expnM (expnD 2 7 8) leq_mul2l.
move: (2 ^ 7) (3 ^ 5) (8 ^ 5) (@expnM 2 7 v) (@expnM 3 5 v) (@expnM 8 5 v) h5 => a b c aE bE cE h5 h.
rewrite -(@leq_exp2r _ _ 5) // expnMn -!expnM [n * 5]mulnC ![v * 5]mulnC.
apply: (@leq_trans (2 ^ (7 * v) * 3 ^ (5 * v))); first by rewrite leq_mul2r leq_exp2l // h orbT.
by rewrite aE bE cE -expnMn; case: v {h aE bE cE} => // v; rewrite leq_exp2r.
Qed.

Section Numbers.
Notation "[ n ]" := (N.to_nat n).
Implicit Types n k v K : N.

Lemma leN (a b : N) : (a <=? b)%num -> [a] <= [b].
Proof. by move/N.leb_spec0; lia. Qed.

Lemma base_number n k v K : gap_check 2 n k v K -> 2 * mc [n].+1 [k] < mc [v].+1 [K].
Proof. exact: (@gap_number8 2). Qed.

(* from the numbers at L = 17 *)
Lemma all_depths n v L : 17 <= L -> 2 * mc [n].+1 [(2 ^ 16)%num] < mc [v].+1 [(3 ^ 13)%num] ->
  [(5 * n)%num] <= [(7 * v)%num] -> [(5 * v)%num] <= [(3 ^ 13)%num] -> 2 * mc [n].+1 (2 ^ L %/ 2) < mc [v].+1 (3 ^ (L - 4)).
Proof.
move=> L17; rewrite !mulN_val => lt nv vK; have := gap_all (L - 17) (exp_ratio nv) vK lt.
rewrite !expN_val -[N.to_nat 2]/2 -[N.to_nat 3]/3 -!expnD.
have -> : 2 ^ L %/ 2 = 2 ^ (L - 17 + [16%num]).
  have -> : L = (L - 17 + [16%num]).+1 by lia.
  by rewrite expnS mulKn //; congr (_ ^ _); lia.
by have -> : L - 4 = L - 17 + [13%num] by lia.
Qed.

(* ViT-B/16 and Mixer-B/16: 59 + 34 vectors, 5 carriers, 649 payload coordinates, so v = 56079 *)
Lemma B16_number_all L : 17 <= L ->
  2 * mc (768 * 98).+1 (2 ^ L %/ 2) < mc (93 * 649 - 'C(93, 2)).+1 (3 ^ (L - 4)).
Proof.
have C : gap_check 2 75264 (2 ^ 16) 56079 (3 ^ 13) by vm_compute.
move=> L17; have := all_depths L17 (base_number C) (@leN (5 * 75264) (7 * 56079) isT) (@leN (5 * 56079) (3 ^ 13) isT).
rewrite -[75264%num]/(768 * 98)%num -[56079%num]/(93 * 649 - binN 93 2)%num.
by rewrite subN_val !mulN_val binN_val.
Qed.

(* ViT-L/16 and Mixer-L/16: 60 + 34 vectors, 4 carriers, 900 payload coordinates, so v = 80229 *)
Lemma L16_number_all L : 17 <= L ->
  2 * mc (1024 * 98).+1 (2 ^ L %/ 2) < mc (94 * 900 - 'C(94, 2)).+1 (3 ^ (L - 4)).
Proof.
have C : gap_check 2 100352 (2 ^ 16) 80229 (3 ^ 13) by vm_compute.
move=> L17; have := all_depths L17 (base_number C) (@leN (5 * 100352) (7 * 80229) isT) (@leN (5 * 80229) (3 ^ 13) isT).
rewrite -[100352%num]/(1024 * 98)%num -[80229%num]/(94 * 900 - binN 94 2)%num.
by rewrite subN_val !mulN_val binN_val.
Qed.
End Numbers.
