(* The gap at published shapes: Corollary 5.2 of theory.md, from Theorems 3.4, 3.8, 3.9, 3.18 and 4.2.
   196 tokens, 98 on each side; L layers on both sides:
     gap_B16    attention of ViT-B/16, 768 channels, 12 heads, against any Mixer of 768 channels (Mixer-B/16), L >= 2
     gap_L16    attention of ViT-L/16, 1024 channels, 16 heads, against any Mixer of 1024 channels, L >= 2
   for almost all attention weights, and all Mixers whose token activation has degree at most 2 and channel activation degree
   at most kc = 1, of any hidden widths, with or without biases and residual connections, and with any fixed linear maps
   (permutations) of the entries before each layer (quadratic_mixers kc). The published depths are 12 and 24.
   L = 2 rests on Theorem 3.18, L = 3, 4 on Theorem 3.4, 5 <= L <= 16 on Theorem 3.8, the others on Theorem 3.9. theory.md compares
   with Theorem 4.1, so with fewer Mixers. At L = 1 there is no gap: GapOneLayer.v. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWeights GenericWeights AttentionPower PairingRank AttentionHeads.
From Seprank Require Import BlocksPaired AttentionTwoLayers.
From Seprank Require Import MonomialCount TwoSidedPoly Mixer Gap GapShapes GapDepths.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.

Section Published.
Variables (F : fieldType) (charF : [char F]%R =i pred0) (n : nat) (A : pred 'I_n) (i : 'I_n) (a : nat).
Hypotheses (cA : #|A| = a) (cB : #|predC A| = a).

Definition quadratic_mixers kc d L (g : 'M[F]_(n, d) -> 'M[F]_(n, d) -> F) := exists (s t : {poly F}) l ls q c,
  [/\ size s <= 3, size t <= kc.+1, (size ls).+1 = L & forall x y, g x y = mixer s t (l :: ls) (mix A x y) q c].

Lemma quadratic_mixers_degree kc d L g : @quadratic_mixers kc d L g -> mixers_degree 2 kc L A (d * a) g.
Proof.
case=> s [t [l [ls [q [c [hs ht sz E]]]]]]; exists s, t, l, ls, q, c; split=> //.
by rewrite /n_side cA cB !leq_mul2l; case: (res_t l); rewrite ?leqnn ?geq_minr !orbT.
Qed.

Lemma same_side : #|[pred k | A k == A i]| = a.
Proof. by case Ai: (A i); [rewrite -cA | rewrite -cB]; apply: eq_card => k; rewrite /in_mem /=; case: (A k). Qed.
Lemma other_side : #|[pred k | A k != A i]| = a.
Proof. by case Ai: (A i); [rewrite -cB | rewrite -cA]; apply: eq_card => k; rewrite /in_mem /=; case: (A k). Qed.

(* Theorem 3.8 against Theorem 4.2, the inequality of numbers as in GapShapes.v *)
Lemma gap_heads H da L c nh q r m v (p : 'I_(H * da)) : 0 < L ->
  [/\ nh <= H, 0 < nh, 0 < q, 0 < c & c < L] -> uphalf r <= nh * q -> q <= nh ^ c.-1 -> 2 * q <= da -> r + q <= minn da a ->
  (H * da - r - q)%N = m -> r <= m -> vfree m r = v ->
  (2 ^ L).+1 * mc (H * da * a).+1 (2 ^ L %/ 2) < mc v.+1 (3 ^ (L - 1 - c)) ->
  exists2 P : {mpoly F[nfactors L H (H * da) da]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (quadratic_mixers 1 L).
Proof.
move=> L0 [nH n0 q0 c0 cL] rn qn qda rqA mE rm vE lt.
have ra : r <= a by move: rqA; rewrite leq_min => /andP[_]; apply: leq_trans; apply: leq_addr.
have := @heads_lower_generic F charF n H da L c nh q r A i nH n0 q0 c0 cL rn qn qda; rewrite same_side other_side => /(_ rqA p).
rewrite mE (minn_idPl _) ?leq_min ?ra // vE => -[P P0 low].
have {}lt := leq_ltn_trans (leq_mul (_ : 2 <= (2 ^ L).+1) (leqnn _)) lt.
exists P => // w Pw; have [t [uG lf]] := gap_of_number (kc := 1) A isT L0 (lt (expn_gt0 2 L)) (low w Pw).
by exists t; split=> // g /quadratic_mixers_degree; apply: uG.
Qed.

(* Theorem 3.4 against Theorem 4.2 *)
Lemma gap_power H da L (p : 'I_(H * da)) : 0 < L -> 0 < H -> 0 < a ->
  2 * mc (H * da * a).+1 (2 ^ L %/ 2) < mc (H * da).-1 (2 * ((3 ^ L.-1).-1 %/ 2)) ->
  exists2 P : {mpoly F[nfactors L H (H * da) da]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (quadratic_mixers 1 L).
Proof.
move=> L0 H0 a0 lt; have /card_gt0P[j] : 0 < #|[pred k | A k != A i]| by rewrite other_side.
rewrite inE eq_sym => ij; have [P P0 low] := power_lower_generic charF H0 L0 (erefl (H * da)%N) p ij.
have {}lt : 2 * mc (H * da * a).+1 (2 ^ L %/ 2) < \sum_(k < (gram_degree L.-1).+1) mc (H * da).-1 (2 * k).
  by apply: leq_trans lt _; rewrite big_ord_recr leq_addl.
exists P => // w Pw; have [t [uG lf]] := gap_of_number (kc := 1) A isT L0 lt (low w Pw).
by exists t; split=> // g /quadratic_mixers_degree; apply: uG.
Qed.

(* Theorem 3.18 against Theorem 4.2 *)
Lemma gap_two_layers H da M J T (p : 'I_(H * da)) : 2 < a -> [/\ T <= H, T <= J, M + J <= da & M <= J * T - 'C(T, 2)] ->
  2 * mc (H * da * a).+1 2 < (M * (H * da) - 'C(M, 2)) * mc (H * da - (M + J)) 2 ->
  exists2 P : {mpoly F[nfactors 2 H (H * da) da]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (quadratic_mixers 1 2).
Proof.
move=> a2 [TH TJ MJ MT] lt; have a1 := ltnW a2.
have sA : 2 < #|[pred k | A k == A i]| by rewrite same_side.
have sB : 1 < #|[pred k | A k != A i]| by rewrite other_side.
have [P P0 low] := two_layers_lower_generic charF TH TJ MJ MT sA sB p.
exists P => // w Pw; have [t [uG lf]] := @gap_of_number F n _ 1 2 (H * da * a) _ A _ isT isT lt (low w Pw).
by exists t; split=> // g /quadratic_mixers_degree; apply: uG.
Qed.
End Published.

(* Theorem 3.9 against Theorem 4.2 *)
Lemma gap_blocks (F : fieldType) (charF : [char F]%R =i pred0) n (A : pred 'I_n) (i : 'I_n) a H da L nh q t1 t2 m v
    (p : 'I_(H * da)) : #|A| = a -> #|predC A| = a ->
  [/\ nh <= H, 0 < nh, 0 < q & 3 < L] -> [/\ t2 <= t1, 0 < t1 & uphalf (t1 + t2) <= nh * q] -> [/\ q <= nh, 2 * q <= da & t1 + q <= da] ->
  t1 + t2 + q <= minn (H * da) a -> m <= minn (H * da - (t1 + t2) - q) (H.-1 * t1) -> t1 + t2 <= m -> vfree m (t1 + t2) = v ->
  2 * mc (H * da * a).+1 (2 ^ L %/ 2) < mc v.+1 (3 ^ (L - 4)) ->
  exists2 P : {mpoly F[nfactors L H (H * da) da]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (quadratic_mixers A 1 L).
Proof.
move=> cA cB [nH n0 q0 L3] [t21 t10 rn] [qn qda tda] rda mle rm vE lt; move: (rda); rewrite leq_min => /andP[rd rA].
have qn' : q <= nh ^ 2.-1 by rewrite expn1.
have := @blocks_paired_simple_generic F charF n H da L 2 nh q t1 t2 m A i nH n0 q0 isT L3 t21 t10 rd mle rn qn' qda tda.
rewrite (same_side i cA cB) (other_side i cA cB) => /(_ rA p).
have ra : t1 + t2 <= a by apply: leq_trans (leq_addr _ _) rA.
have -> : minn (t1 + t2) (minn a m) = t1 + t2 by apply/minn_idPl; rewrite leq_min ra.
rewrite vE -subnDA => -[P P0 low].
exists P => // w Pw; have [t [uG lf]] := gap_of_number (kc := 1) A isT (ltn_trans (ltn0Sn 2) L3) lt (low w Pw).
by exists t; split=> // g /(quadratic_mixers_degree cA cB); apply: uG.
Qed.

Section Shapes.
Variables (F : fieldType) (charF : [char F]%R =i pred0) (A : pred 'I_196) (i : 'I_196).
Hypothesis cA : #|A| = 98.

Let cB : #|predC A| = 98. Proof. by apply/eqP; rewrite -(eqn_add2l #|A|) cardC card_ord cA. Qed.

Theorem gap_B16 L (p : 'I_(12 * 64)) : 2 <= L ->
  exists2 P : {mpoly F[nfactors L 12 (12 * 64) 64]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (quadratic_mixers A 1 L).
Proof.
move=> hL; have L0 : 0 < L by lia.
have [L2|L3] := eqVneq L 2.
  by move: p; rewrite L2 => p'; apply: (@gap_two_layers F charF 196 A i 98 cA cB 12 64 54 10 9 p' isT _ B16_number_two).
have [lt|ge] := ltnP L 5.
  by apply: (@gap_power F charF 196 A i 98 cA cB 12 64 L p L0 isT isT); apply: B16_number_power; lia.
have [le|gt] := leqP L 16.
  have lt : 5 <= L <= 16 by lia.
  by apply: (@gap_heads F charF 196 A i 98 cA cB 12 64 L 1 12 1 24 743 _ p L0 _ _ _ _ _ erefl _ erefl (B16_number lt)) => //; split=> //; lia.
apply: (@gap_blocks F charF 196 A i 98 12 64 L 12 5 59 34 649 _ p cA cB _ _ _ _ _ _ erefl (B16_number_all gt)) => //.
by split=> //; lia.
Qed.

Theorem gap_L16 L (p : 'I_(16 * 64)) : 2 <= L ->
  exists2 P : {mpoly F[nfactors L 16 (16 * 64) 64]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (quadratic_mixers A 1 L).
Proof.
move=> hL; have L0 : 0 < L by lia.
have [L2|L3] := eqVneq L 2.
  by move: p; rewrite L2 => p'; apply: (@gap_two_layers F charF 196 A i 98 cA cB 16 64 54 10 9 p' isT _ L16_number_two).
have [lt|ge] := ltnP L 5.
  by apply: (@gap_power F charF 196 A i 98 cA cB 16 64 L p L0 isT isT); apply: L16_number_power; lia.
have [le|gt] := leqP L 16.
  have lt : 5 <= L <= 16 by lia.
  by apply: (@gap_heads F charF 196 A i 98 cA cB 16 64 L 1 16 1 32 991 _ p L0 _ _ _ _ _ erefl _ erefl (L16_number lt)) => //; split=> //; lia.
apply: (@gap_blocks F charF 196 A i 98 16 64 L 16 4 60 34 900 _ p cA cB _ _ _ _ _ _ erefl (L16_number_all gt)) => //.
by split=> //; lia.
Qed.
End Shapes.
