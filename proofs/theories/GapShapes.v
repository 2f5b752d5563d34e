(* The inequalities between numbers behind the gap at published shapes: Corollary 5.2 of theory.md (see GapPublished.v).
   With n = d |A| variables on each side of a Mixer of degree 2 ^ L, and v + 1 variables and degree K = 3 ^ (L - 1 - c) in
   Theorem 3.8, the gap is (2 ^ L + 1) mc (n + 1) (2 ^ L / 2) < mc (v + 1) K. Both sides are compared with powers of 2:
     b * m <= N -> b ^ m <= 'C(N, m)        4 * N <= b * m -> 'C(N, m) <= b ^ m
   gap_check c n k v K      == c * mc (n + 1) k < mc (v + 1) K follows so, computed on binary naturals: the exponents of 2
                               below and above the eighth powers of both sides (low_exp, up_exp) decide
   depths_check lo hi n v c == gap_check for all depths from lo to hi *)
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

(* c * mc (n + 1) k < mc (v + 1) K, from the exponents of 2 below and above the eighth powers of both *)
Section Numbers.
Notation "[ n ]" := (N.to_nat n).
Variables (c n k v K : N).

Section Exponents.
Local Open Scope N_scope.
Definition low_exp x := N.log2 (((v + K) / x) ^ 8) * x.
Definition up_exp y := N.log2_up ((4 * (n + k) / y + 1) ^ 8) * y.
Definition gap_check := [&& 1 <=? c, 1 <=? v, 1 <=? K, 1 <=? n, 1 <=? k &
  8 * N.log2_up c + N.min (up_exp n) (up_exp k) <? N.max (low_exp v) (low_exp K)].
End Exponents.

Lemma div_leq (a b : N) : (1 <= b)%num -> [(a / b)%num] * [b] <= [a].
Proof. by move=> b1; rewrite -mulN_val; have := N.mul_div_le a b; lia. Qed.

Lemma low_exp_leq x : (1 <= x)%num -> (x <= v + K)%num -> 2 ^ [low_exp x] <= 'C([v] + [K], [x]) ^ 8.
Proof.
move=> x1 xv; rewrite /low_exp; set b := ((v + K) / x)%num; have b1 : (1 <= b)%num by apply: N.div_le_lower_bound; lia.
rewrite mulN_val expnM; apply: (@leq_trans (([b] ^ 8) ^ [x])).
  have h := N.log2_spec (b ^ 8); rewrite -(expN_val 2) -(expN_val b 8).
  have : (0 < b ^ 8)%num by apply/N.neq_0_lt_0/N.pow_nonzero; lia.
  by move/h => [le _]; case: [x] => // y; rewrite leq_exp2r //; lia.
rewrite -expnM mulnC expnM leq_exp2r //; apply: bin_geq_exp; rewrite -addN_val; exact: div_leq.
Qed.

Lemma up_exp_leq y : (1 <= y)%num -> 'C([n] + [k], [y]) ^ 8 <= 2 ^ [up_exp y].
Proof.
move=> y1; rewrite /up_exp; set b := (4 * (n + k) / y + 1)%num.
apply: (@leq_trans (([b] ^ [y]) ^ 8)).
  rewrite leq_exp2r //; apply: bin_leq_exp; first by lia.
  have := N.mul_succ_div_gt (4 * (n + k)) y; rewrite /b; rewrite -mulN_val; nia.
rewrite mulN_val expnM -expnM [[y] * 8]mulnC expnM -(expN_val b 8) -(expN_val 2).
have b1 : (1 <= b)%num := N.le_add_l 1 _.
have b8 : (0 < b ^ 8)%num by apply/N.neq_0_lt_0/N.pow_nonzero; clearbody b; lia.
by have [_ le] := N.log2_log2_up_spec _ b8; case: [y] => // z; rewrite leq_exp2r //; lia.
Qed.

Lemma gap_number8 : gap_check -> [c] * mc [n].+1 [k] < mc [v].+1 [K].
Proof.
case/and5P=> /N.leb_spec0 c1 /N.leb_spec0 v1 /N.leb_spec0 K1 /N.leb_spec0 n1 /andP[/N.leb_spec0 k1 /N.ltb_spec0 lt].
rewrite -(@ltn_exp2r _ _ 8) // expnMn.
have low : 2 ^ [N.max (low_exp v) (low_exp K)] <= mc [v].+1 [K] ^ 8.
  rewrite mcS; case: (N.max_dec (low_exp v) (low_exp K)) => ->; last by apply: low_exp_leq; lia.
  by rewrite -bin_sub ?leq_addl // addnK; apply: low_exp_leq; lia.
have up : mc [n].+1 [k] ^ 8 <= 2 ^ [N.min (up_exp n) (up_exp k)].
  rewrite mcS; case: (N.min_dec (up_exp n) (up_exp k)) => ->; last exact: up_exp_leq.
  by rewrite -bin_sub ?leq_addl // addnK; apply: up_exp_leq.
apply: leq_trans low; apply: (@leq_ltn_trans (2 ^ (8 * [N.log2_up c] + [N.min (up_exp n) (up_exp k)]))).
  rewrite expnD; apply: leq_mul up; rewrite mulnC expnM leq_exp2r // -(expN_val 2).
  have c0 : (0 < c)%num by lia.
  by have [_ le] := N.log2_log2_up_spec _ c0; lia.
by rewrite ltn_exp2l //; lia.
Qed.
End Numbers.

Section Depths.
Notation "[ n ]" := (N.to_nat n).

(* all depths L, lo <= L <= hi, at once; n = d * |A| and v the numbers of variables, c the summing layers of 3.8 *)
Definition depths_check lo hi n v c := all (fun L => let L := N.of_nat L in
  gap_check (2 ^ L + 1) n (2 ^ L / 2) v (3 ^ (L - 1 - c)))%num (iota lo (hi.+1 - lo)).

Lemma depths_number lo hi n v c L : depths_check lo hi n v c -> lo <= L <= hi ->
  (2 ^ L).+1 * mc [n].+1 (2 ^ L %/ 2) < mc [v].+1 (3 ^ (L - 1 - [c])).
Proof.
move=> /allP ch LL; have /ch : L \in iota lo (hi.+1 - lo) by rewrite mem_iota; lia.
by move/gap_number8; rewrite succN_val halfN_val !expN_val !subN_val Nat2N.id.
Qed.

(* ViT-B/16 and Mixer-B/16: 768 channels, 12 heads, 98 tokens on each side. In Theorem 3.8: 24 markers, one
   carrier, c = 1, so v = 17556 *)
Lemma B16_number L : 5 <= L <= 16 ->
  (2 ^ L).+1 * mc (768 * 98).+1 (2 ^ L %/ 2) < mc (24 * 743 - 'C(24, 2)).+1 (3 ^ (L - 1 - 1)).
Proof.
have C : depths_check 5 16 75264 17556 1 by vm_compute.
move/(depths_number C); rewrite -[75264%num]/(768 * 98)%num -[17556%num]/(24 * 743 - binN 24 2)%num.
by rewrite subN_val !mulN_val binN_val.
Qed.

(* ViT-L/16 and Mixer-L/16: 1024 channels, 16 heads, 98 tokens on each side; 32 markers, one carrier, c = 1, v = 31216 *)
Lemma L16_number L : 5 <= L <= 16 ->
  (2 ^ L).+1 * mc (1024 * 98).+1 (2 ^ L %/ 2) < mc (32 * 991 - 'C(32, 2)).+1 (3 ^ (L - 1 - 1)).
Proof.
have C : depths_check 5 16 100352 31216 1 by vm_compute.
move/(depths_number C); rewrite -[100352%num]/(1024 * 98)%num -[31216%num]/(32 * 991 - binN 32 2)%num.
by rewrite subN_val !mulN_val binN_val.
Qed.

(* depths 3 and 4: the largest term of Theorem 3.4, mc (d - 1) (2 e), evaluated *)
Lemma twice_number n k v K : (2 * mcN (n + 1) k <? mcN v K)%num -> 2 * mc [n].+1 [k] < mc [v] [K].
Proof. by move/N.ltb_spec0 => lt; rewrite -succN_val -!mcN_val -(mulN_val 2); lia. Qed.

Lemma B16_number_power L : L = 3 \/ L = 4 ->
  2 * mc (768 * 98).+1 (2 ^ L %/ 2) < mc 767 (2 * ((3 ^ L.-1).-1 %/ 2)).
Proof.
have C3 : (2 * mcN (768 * 98 + 1) 4 <? mcN 767 8)%num by vm_compute.
have C4 : (2 * mcN (768 * 98 + 1) 8 <? mcN 767 26)%num by vm_compute.
move: (twice_number C3) (twice_number C4); rewrite mulN_val => N3 N4.
by case=> ->; [exact N3 | exact N4].
Qed.

Lemma L16_number_power L : L = 3 \/ L = 4 ->
  2 * mc (1024 * 98).+1 (2 ^ L %/ 2) < mc 1023 (2 * ((3 ^ L.-1).-1 %/ 2)).
Proof.
have C3 : (2 * mcN (1024 * 98 + 1) 4 <? mcN 1023 8)%num by vm_compute.
have C4 : (2 * mcN (1024 * 98 + 1) 8 <? mcN 1023 26)%num by vm_compute.
move: (twice_number C3) (twice_number C4); rewrite mulN_val => N3 N4.
by case=> ->; [exact N3 | exact N4].
Qed.

(* depth 2, Theorem 3.18 with 54 pairs of 10 coordinates: 9 of the heads in layer 2 *)
Definition two_layersN d M J := ((M * d - binN M 2) * mcN (d - (M + J)) 2)%num.

Lemma two_layersN_val d M J : [two_layersN d M J] = ([M] * [d] - 'C([M], 2)) * mc ([d] - ([M] + [J])) 2.
Proof. by rewrite /two_layersN mulN_val subN_val mulN_val binN_val mcN_val subN_val addN_val. Qed.

Lemma two_layers_number n d M J : (2 * mcN (n + 1) 2 <? two_layersN d M J)%num ->
  2 * mc [n].+1 2 < ([M] * [d] - 'C([M], 2)) * mc ([d] - ([M] + [J])) 2.
Proof.
move/N.ltb_spec0 => lt; rewrite -two_layersN_val -[X in mc _ X]/[2%num] -succN_val -mcN_val -(mulN_val 2).
by move: (two_layersN _ _ _) lt => v; lia.
Qed.

Lemma B16_number_two : 2 * mc (768 * 98).+1 2 < (54 * 768 - 'C(54, 2)) * mc (768 - (54 + 10)) 2.
Proof.
have C : (2 * mcN (768 * 98 + 1) 2 <? two_layersN 768 54 10)%num by vm_compute.
by move: (two_layers_number C); rewrite mulN_val.
Qed.

Lemma L16_number_two : 2 * mc (1024 * 98).+1 2 < (54 * 1024 - 'C(54, 2)) * mc (1024 - (54 + 10)) 2.
Proof.
have C : (2 * mcN (1024 * 98 + 1) 2 <? two_layersN 1024 54 10)%num by vm_compute.
by move: (two_layers_number C); rewrite mulN_val.
Qed.

End Depths.

(* all Mixers of L layers whose token activation has degree at most 2, channel activation degree at most kc *)
Lemma gap_of_number (F : fieldType) n d kc L N low (A : pred 'I_n) (f : 'M[F]_(n, d) -> 'M[F]_(n, d) -> F) :
  0 < kc -> 0 < L -> 2 * mc N.+1 ((2 * kc) ^ L %/ 2) < low -> sep_ge f low -> gap f (mixers_degree 2 kc L A N).
Proof.
move=> kc0 L0 lt lf; have pos : 0 < (2 * kc) ^ L by rewrite expn_gt0 muln_gt0 kc0.
have ev : ~~ odd ((2 * kc) ^ L) by rewrite oddX oddM; case: L L0 {lt pos}.
by apply: (gap_of lt lf) => g Hg; apply: (mixers_degree_sep_le _ _ Hg) => // nA nB hA hB; apply: degree_bound_mc.
Qed.
