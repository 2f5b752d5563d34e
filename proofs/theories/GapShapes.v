(* The gap at published shapes: Corollary 5.2 of theory.md, in part. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention MonomialCount TwoSidedPoly Mixer BoundFormulas Gap.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

(* binomials between powers *)
Lemma bin_geq_exp b N m : b * m <= N -> b ^ m <= 'C(N, m).
Proof.
elim: m N => [|m IH] [|N] h; rewrite ?bin0 //; first by case: b h {IH} => // _; rewrite exp0n.
rewrite -(leq_pmul2l (ltn0Sn m)) -mul_bin_diag /= expnS mulnA.
case: b IH h => [|b] IH h; first by rewrite muln0.
by apply: leq_mul; [lia | apply: IH; lia].
Qed.

Lemma exp_leq_fact m : m ^ m <= 4 ^ m * m`!.
Proof.
have H k : k <= m -> m ^ k <= (m + m) ^_ k.
  elim: k => [|k IH] km; first by rewrite ffactn0.
  by rewrite expnSr ffactnSr; apply: leq_mul; [apply: IH; lia | lia].
apply: leq_trans (H m (leqnn m)) _.
rewrite -bin_ffact leq_mul2r; apply/orP; right; rewrite (_ : 4 = (1 + 1) ^ 2) // -expnM mul2n -addnn expnDn.
by rewrite (bigD1 (inord m)) //= inordK ?leq_addr; last lia; rewrite !exp1n !muln1 leq_addr.
Qed.

Lemma bin_leq_exp b N m : 0 < m -> 4 * N <= b * m -> 'C(N, m) <= b ^ m.
Proof.
move=> m0 h; have mm : 0 < m ^ m by rewrite expn_gt0 m0.
rewrite -(leq_pmul2r mm); apply: (@leq_trans ('C(N, m) * (4 ^ m * m`!))).
  by rewrite leq_mul2l exp_leq_fact orbT.
rewrite mulnCA bin_ffact; apply: (@leq_trans (4 ^ m * N ^ m)).
  have H k : N ^_ k <= N ^ k by elim: k => // k IH; rewrite ffactnSr expnSr leq_mul // leq_subr.
  by rewrite leq_mul2l H orbT.
by rewrite -!expnMn leq_exp2r.
Qed.

(* c * mc (n + 1) k < mc (v + 1) K from inequalities between exponents of 2, on binary naturals *)
Section Numbers.
Notation "[ n ]" := (N.to_nat n).
Variables (v K c n k s u w : N).
Local Open Scope N_scope.
Definition wide_check := [&& 2 ^ s * v <=? v + K, c <=? 2 ^ u, n + 1 <=? 2 ^ w & u + w * k <? s * v].
Definition deep_check :=
  [&& 2 ^ s * v <=? v + K, c <=? 2 ^ u, 1 <=? n, 4 * (n + k) <=? 2 ^ w * n & u + w * n <? s * v].
Local Close Scope N_scope.

Lemma low_exp : (2 ^ s * v <=? v + K)%num -> 2 ^ ([s] * [v]) <= mc [v].+1 [K].
Proof.
move=> h; rewrite mcS -bin_sub ?leq_addl // addnK expnM; apply: bin_geq_exp.
by rewrite -(expN_val 2) -mulN_val -addN_val; move/N.leb_spec0: h; lia.
Qed.

Lemma exp_number m : (c <=? 2 ^ u)%num -> (u + m <? s * v)%num -> mc [n].+1 [k] <= 2 ^ [m] ->
  2 ^ ([s] * [v]) <= mc [v].+1 [K] -> [c] * mc [n].+1 [k] < mc [v].+1 [K].
Proof.
move=> /N.leb_spec0 hc /N.ltb_spec0 lt up; apply: leq_trans.
apply: (@leq_ltn_trans (2 ^ ([u] + [m]))); last by rewrite ltn_exp2l // -mulN_val -addN_val; lia.
by rewrite expnD leq_mul // -(expN_val 2); lia.
Qed.

Lemma wide_number : wide_check -> [c] * mc [n].+1 [k] < mc [v].+1 [K].
Proof.
case/and4P=> /low_exp lo hc /N.leb_spec0 hn lt; apply: exp_number hc lt _ lo.
rewrite mulN_val expnM; apply: leq_trans (mc_leq_exp _ _) _.
by rewrite -(expN_val 2); case: [k] => // j; rewrite leq_exp2r //; lia.
Qed.

Lemma deep_number : deep_check -> [c] * mc [n].+1 [k] < mc [v].+1 [K].
Proof.
case/and5P=> /low_exp lo hc /N.leb_spec0 n1 /N.leb_spec0 hn lt; apply: exp_number hc lt _ lo.
rewrite mulN_val expnM mcS -bin_sub ?leq_addl // addnK; apply: bin_leq_exp; first by lia.
by move: hn; rewrite -[4]/[4%num] -(expN_val 2) -addN_val -!mulN_val; lia.
Qed.
End Numbers.

(* ViT-B/16 and Mixer-B/16: 12 layers, 768 channels, 12 heads, 98 tokens on each side, hidden token width 384;
   r = 24 markers, one carrier, c = 1 in Theorem 3.8: v = 17556 variables *)
Lemma B16_number : (2 ^ 12).+1 * mc (768 * 98).+1 (2 ^ 12 %/ 2) < mc (24 * 743 - 'C(24, 2)).+1 (3 ^ 10).
Proof.
have C : wide_check 17556 (3 ^ 10) (2 ^ 12 + 1) 75264 (2 ^ 12 / 2) 2 13 17 by vm_compute.
have := wide_number C; rewrite succN_val halfN_val !expN_val.
by rewrite -[75264%num]/(768 * 98)%num -[17556%num]/(24 * 743 - binN 24 2)%num subN_val !mulN_val binN_val.
Qed.

(* ViT-L/16 and Mixer-L/16: 24 layers, 1024 channels, 16 heads, hidden token width 512; r = 62 markers, two carriers,
   c = 2: v = 57629 variables *)
Lemma L16_number : (2 ^ 24).+1 * mc (1024 * 98).+1 (2 ^ 24 %/ 2) < mc (62 * 960 - 'C(62, 2)).+1 (3 ^ 21).
Proof.
have C : deep_check 57629 (3 ^ 21) (2 ^ 24 + 1) 100352 (2 ^ 24 / 2) 17 25 9 by vm_compute.
have := deep_number C; rewrite succN_val halfN_val !expN_val.
by rewrite -[100352%num]/(1024 * 98)%num -[57629%num]/(62 * 960 - binN 62 2)%num subN_val !mulN_val binN_val.
Qed.

(* all Mixers of L layers whose token activation has degree at most 2, channel activation degree at most 1 *)
Lemma gap_of_number (F : fieldType) n d L N low (A : pred 'I_n) (f : 'M[F]_(n, d) -> 'M[F]_(n, d) -> F) : 0 < L ->
  (2 ^ L).+1 * mc N.+1 (2 ^ L %/ 2) < low -> sep_ge f low -> gap f (mixers_degree 2 1 L A N).
Proof.
move=> L0 lt lf; have pos : 0 < 2 ^ L by rewrite expn_gt0.
have ev : ~~ odd (2 ^ L) by rewrite oddX; case: L L0 {lt pos}.
apply: (gap_of (up := 2 * mc N.+1 (2 ^ L %/ 2)) _ lf) => [|g Hg].
  by apply: leq_ltn_trans lt; rewrite leq_mul2r ltnS pos orbT.
by apply: (mixers_degree_sep_le _ _ Hg) => // nA nB hA hB; rewrite muln1; apply: degree_bound_mc.
Qed.
