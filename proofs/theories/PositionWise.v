(* Attention whose every layer is followed by a position-wise part (theory.md, section 5), over any commutative ring, and the
   part of largest degree of a network of that kind.
   n tokens, d channels, C hidden channels in the position-wise parts.
   pw_layer R d C        == the weights of a block: the heads (W, V) of its attention, with biases on queries, keys and values,
                            as heads of width d + 1 for tokens with a 1 appended; the output's bias; W3, b3, W4, b4
   pw_options            == what a block has: residual connection and biases, in the attention and in the position-wise part
   biased_att o l Y      == the attention of the block, with biases if o has them
   position_wise tau o l U == tau(U W3 + b3) W4 + b4, the same for each token; b3, b4 only if o has them
   pw_block tau o l Y    == U = biased_att, plus Y if o says so; then position_wise, plus U if o says so
   pw_net tau os ls X    == the network with blocks ls and options os, one for each block
   plain_block, unbiased == heads, W3 and W4 alone; a pw_layer with these and biases 0
   top_net c k ls X      == the network of plain blocks with tau = c z ^ k and no residual connections
   lead D f g            == t ^ D f (X / t) is a polynomial in t whose value at 0 is g X: g is the part of degree D of f
   Proved: with tau of degree k >= 2, unbiased blocks and any options, top_net with c the leading coefficient is the
   part of degree (3 k) ^ L (lead_pw_net); the part of degree D has no larger rank than the function (lead_grid). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From Seprank Require Import SepRank RankModP GridRank Attention TwoSidedPoly Mixer.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Def.
Variables (R : comRingType) (n d C : nat).

Record pw_layer := PwLayer {
  pw_heads : seq (head R (d + 1)); pw_bo : 'rV[R]_d;
  pw_W3 : 'M[R]_(d, C); pw_b3 : 'rV[R]_C; pw_W4 : 'M[R]_(C, d); pw_b4 : 'rV[R]_d }.
Record pw_options := PwOptions { att_res : bool; att_bias : bool; pw_res : bool; pw_bias : bool }.

Definition each_token m (b : bool) (v : 'rV[R]_m) : 'M[R]_(n, m) := if b then \matrix_(i, j) v 0 j else 0.
Definition biased_att o l (Y : 'M[R]_(n, d)) :=
  lsubmx (att (pw_heads l) (row_mx Y (const_mx (att_bias o)%:R))) + each_token (att_bias o) (pw_bo l).
Definition position_wise tau o l (U : 'M[R]_(n, d)) :=
  act tau (U *m pw_W3 l + each_token (pw_bias o) (pw_b3 l)) *m pw_W4 l + each_token (pw_bias o) (pw_b4 l).
Definition pw_block tau o l Y :=
  let U := residual (att_res o) Y + biased_att o l Y in residual (pw_res o) U + position_wise tau o l U.
Definition pw_net tau os ls X := foldl (fun Y ol => pw_block tau ol.1 ol.2 Y) X (zip os ls).

Record plain_block := Plain { p_heads : seq (head R d); p_W3 : 'M[R]_(d, C); p_W4 : 'M[R]_(C, d) }.
Definition head_in (wv : head R d) : head R (d + 1) := (block_mx wv.1 0 0 0, block_mx wv.2 0 0 0).
Definition unbiased l := PwLayer (map head_in (p_heads l)) 0 (p_W3 l) 0 (p_W4 l) 0.
Definition top_block c k l (Y : 'M[R]_(n, d)) := act (c *: 'X^k) (att (p_heads l) Y *m p_W3 l) *m p_W4 l.
Definition top_net c k ls X := foldl (fun Y l => top_block c k l Y) X ls.

Lemma each_token0 m b : each_token b (0 : 'rV[R]_m) = 0.
Proof. by case: b => //; apply/matrixP=> i j; rewrite !mxE. Qed.

Lemma biased_att_unbiased o l Y : biased_att o (unbiased l) Y = att (p_heads l) Y.
Proof.
rewrite /biased_att each_token0 addr0 /att big_map linear_sum; apply: eq_bigr => wv _.
by rewrite /att1 /= mul_row_block tr_row_mx mul_row_col mul_mx_row mul_row_block !(mulmx0, mul0mx, addr0) row_mxKl.
Qed.
End Def.

(* parts of largest degree *)
Section Lead.
Variables (F : fieldType) (V : lmodType F).
Implicit Types (f g : V -> F).

Definition lead D f g := forall X, exists R : {poly F}, R.[0] = g X /\ forall t, t != 0 -> t ^+ D * f (t^-1 *: X) = R.[t].

Lemma eq_lead D f f' g g' : (forall X, f X = f' X) -> (forall X, g X = g' X) -> lead D f g -> lead D f' g'.
Proof. by move=> ff gg H X; have [R [R0 RE]] := H X; exists R; split=> [|t t0]; rewrite -?gg -?ff ?RE. Qed.

Lemma leadC c : lead 0 (fun _ => c) (fun _ => c).
Proof. by move=> X; exists c%:P; split=> [|t _]; rewrite hornerC // mul1r. Qed.

Lemma leadD D f f' g g' : lead D f g -> lead D f' g' -> lead D (fun X => f X + f' X) (fun X => g X + g' X).
Proof.
move=> H H' X; have [[R [R0 RE]] [R' [R0' RE']]] := (H X, H' X).
by exists (R + R'); split=> [|t t0]; rewrite hornerD ?R0 ?R0' // mulrDr RE ?RE'.
Qed.

Lemma leadM D D' f f' g g' : lead D f g -> lead D' f' g' -> lead (D + D') (fun X => f X * f' X) (fun X => g X * g' X).
Proof.
move=> H H' X; have [[R [R0 RE]] [R' [R0' RE']]] := (H X, H' X).
by exists (R * R'); split=> [|t t0]; rewrite hornerM ?R0 ?R0' // exprD mulrACA RE ?RE'.
Qed.

Lemma leadX D k f g : lead D f g -> lead (k * D) (fun X => f X ^+ k) (fun X => g X ^+ k).
Proof.
move=> H X; have [R [R0 RE]] := H X; exists (R ^+ k); split=> [|t t0]; rewrite horner_exp ?R0 //.
by rewrite -RE // exprMn -exprM mulnC.
Qed.

Lemma lead_low D D' f g : (D < D')%N -> lead D f g -> lead D' f (fun _ => 0).
Proof.
move=> lt H X; have [R [R0 RE]] := H X; exists ('X^(D' - D) * R); split=> [|t t0]; rewrite hornerM hornerXn.
  by rewrite expr0n subn_eq0 leqNgt lt mul0r.
by rewrite -RE // mulrA -exprD subnK // ltnW.
Qed.

Lemma lead0 D : lead D (fun _ => 0) (fun _ => 0).
Proof. by move=> X; exists 0; split=> [|t _]; rewrite horner0 ?mulr0. Qed.

Lemma lead_sum D I (s : seq I) (f g : I -> V -> F) : (forall i, lead D (f i) (g i)) ->
  lead D (fun X => \sum_(i <- s) f i X) (fun X => \sum_(i <- s) g i X).
Proof.
move=> H; elim: s => [|i s IH].
  by apply: eq_lead (lead0 D) => X; rewrite big_nil.
by apply: eq_lead (leadD (H i) IH) => X; rewrite big_cons.
Qed.

Lemma lead_horner D k (tau : {poly F}) f g : (0 < D)%N -> (size tau <= k.+1)%N -> lead D f g ->
  lead (k * D) (fun X => tau.[f X]) (fun X => tau`_k * g X ^+ k).
Proof.
move=> D0 sz H.
have top : lead (k * D) (fun X => tau`_k * f X ^+ k) (fun X => tau`_k * g X ^+ k).
  by have := leadM (leadC tau`_k) (leadX k H); rewrite add0n.
have low : lead (k * D) (fun X => \sum_(j < k) tau`_j * f X ^+ j) (fun _ => \sum_(j < k) 0).
  apply: lead_sum => j; have h := leadM (leadC tau`_j) (leadX j H); rewrite add0n in h.
  by apply: lead_low h; rewrite ltn_pmul2r.
apply: eq_lead (leadD low top) => X; last by rewrite big1 // add0r.
by rewrite (horner_coef_wide _ sz) big_ord_recr.
Qed.
End Lead.

Section LeadMatrix.
Variables (F : fieldType) (V : lmodType F).

Definition lead_mx p q D (f g : V -> 'M[F]_(p, q)) := forall i j, lead D (fun X => f X i j) (fun X => g X i j).

Lemma lead_mxC p q (A : 'M[F]_(p, q)) : lead_mx 0 (fun _ => A) (fun _ => A).
Proof. by move=> i j; apply: leadC. Qed.

Lemma lead_mxD p q D (f f' g g' : V -> 'M[F]_(p, q)) : lead_mx D f g -> lead_mx D f' g' ->
  lead_mx D (fun X => f X + f' X) (fun X => g X + g' X).
Proof. by move=> H H' i j; apply: eq_lead (leadD (H i j) (H' i j)) => X; rewrite mxE. Qed.

Lemma lead_mxM p q r D D' (f g : V -> 'M[F]_(p, q)) (f' g' : V -> 'M[F]_(q, r)) : lead_mx D f g -> lead_mx D' f' g' ->
  lead_mx (D + D') (fun X => f X *m f' X) (fun X => g X *m g' X).
Proof.
move=> H H' i j; apply: eq_lead (lead_sum (index_enum _) (fun l => leadM (H i l) (H' l j))) => X;
  by rewrite mxE.
Qed.

Lemma lead_mxT p q D (f g : V -> 'M[F]_(p, q)) : lead_mx D f g -> lead_mx D (fun X => (f X)^T) (fun X => (g X)^T).
Proof. by move=> H i j; apply: eq_lead (H j i) => X; rewrite mxE. Qed.

Lemma lead_mx_low p q D D' (f g : V -> 'M[F]_(p, q)) : (D < D')%N -> lead_mx D f g -> lead_mx D' f (fun _ => 0).
Proof. by move=> lt H i j; apply: eq_lead (lead_low lt (H i j)) => X; rewrite // mxE. Qed.

Variables (n d C : nat).

Lemma lead_att D (Hs : seq (head F d)) (f g : V -> 'M[F]_(n, d)) : lead_mx D f g ->
  lead_mx (3 * D) (fun X => att Hs (f X)) (fun X => att Hs (g X)).
Proof.
move=> H i j; have one (wv : head F d) : lead_mx (3 * D) (fun X => att1 wv (f X)) (fun X => att1 wv (g X)).
  have := lead_mxM (lead_mxM (lead_mxM (lead_mxM H (lead_mxC wv.1)) (lead_mxT H)) H) (lead_mxC wv.2).
  by rewrite !addn0 (_ : (D + D + D = 3 * D)%N) //; lia.
by apply: eq_lead (lead_sum Hs (fun wv => one wv i j)) => X; rewrite /att summxE.
Qed.

Lemma lead_residual D D' b (f g : V -> 'M[F]_(n, d)) : (D < D')%N -> lead_mx D f g ->
  lead_mx D' (fun X => residual b (f X)) (fun _ => 0).
Proof.
move=> lt H; case: b => /=; first exact: lead_mx_low lt H.
by move=> i j X; exists 0; split=> [|t _]; rewrite horner0 !mxE ?mulr0.
Qed.

Lemma lead_block D k (tau : {poly F}) o (l : plain_block F d C) (f g : V -> 'M[F]_(n, d)) :
  (0 < D)%N -> (1 < k)%N -> (size tau <= k.+1)%N -> lead_mx D f g ->
  lead_mx (3 * k * D) (fun X => pw_block tau o (unbiased l) (f X)) (fun X => top_block tau`_k k l (g X)).
Proof.
move=> D0 k1 sz H; rewrite /pw_block /position_wise.
have U : lead_mx (3 * D) (fun X => residual (att_res o) (f X) + att (p_heads l) (f X)) (fun X => att (p_heads l) (g X)).
  have r := @lead_residual D (3 * D) (att_res o) f g _ H.
  have h := lead_mxD (r _) (lead_att (p_heads l) H).
  by move=> i j; apply: eq_lead (h _ i j) => [X|X|]; rewrite ?add0r //; lia.
have P : lead_mx (k * (3 * D)) (fun X => act tau ((residual (att_res o) (f X) + att (p_heads l) (f X)) *m p_W3 l))
    (fun X => act (tau`_k *: 'X^k) (att (p_heads l) (g X) *m p_W3 l)).
  move=> i j; have := lead_mxM U (lead_mxC (p_W3 l)); rewrite addn0 => /(_ i j) h.
  have D3 : (0 < 3 * D)%N by lia.
  by apply: eq_lead (lead_horner D3 sz h) => X; rewrite [RHS]mxE // hornerZ hornerXn.
have {}P := lead_mxM P (lead_mxC (p_W4 l)); rewrite addn0 in P.
have lt : (3 * D < k * (3 * D))%N by nia.
have Q := lead_mxD (lead_residual (pw_res o) lt U) P.
rewrite (_ : (3 * k * D = k * (3 * D))%N); last by lia.
by move=> i j; apply: eq_lead (Q i j) => X; rewrite ?biased_att_unbiased ?each_token0 ?addr0 ?add0r.
Qed.
End LeadMatrix.

Section Top.
Variables (F : fieldType) (n d C k : nat) (tau : {poly F}).
Hypotheses (k1 : (1 < k)%N) (sz : (size tau <= k.+1)%N).

Lemma lead_pw_net os (ls : seq (plain_block F d C)) : size os = size ls ->
  lead_mx ((3 * k) ^ size ls) (fun X : 'M[F]_(n, d) => pw_net tau os (map (@unbiased F d C) ls) X) (top_net tau`_k k ls).
Proof.
suff gen D (f g : 'M[F]_(n, d) -> 'M[F]_(n, d)) : (0 < D)%N -> size os = size ls -> lead_mx D f g ->
    lead_mx ((3 * k) ^ size ls * D) (fun X => pw_net tau os (map (@unbiased F d C) ls) (f X)) (fun X => top_net tau`_k k ls (g X)).
  move=> so; have id1 : lead_mx 1 (fun X : 'M[F]_(n, d) => X) (fun X => X).
    move=> i j X; exists (X i j)%:P; split=> [|t t0]; rewrite hornerC // mxE expr1 mulrA divff ?mul1r //.
  by have := gen 1%N _ _ isT so id1; rewrite muln1.
elim: os ls D f g => [|o os IH] [|l ls] D f g D0 //=.
  by move=> _ H; rewrite mul1n.
move=> [so] H; rewrite expnSr -mulnA.
have k30 : (0 < 3 * k * D)%N by rewrite !muln_gt0 D0 (ltnW k1).
exact: (IH ls _ _ _ k30 so (lead_block o l D0 k1 sz H)).
Qed.
End Top.

(* the part of largest degree has no larger rank *)
Lemma lead_grid (F : fieldType) (charF : [char F] =i pred0) n d D (S : pred 'I_n) (f g : 'M[F]_(n, d) -> F) s :
  lead D f g -> grid_le (fun x y => f (mix S x y)) s -> grid_le (fun x y => g (mix S x y)) s.
Proof.
move=> H fs m p xs ys; rewrite leqNgt; apply/negP => /mxrank_minor_le[u [v]].
have /fin_all_exists[R HR] (ab : 'I_s.+1 * 'I_s.+1) := H (mix S (xs (u ab.1)) (ys (v ab.2))).
move=> nz; pose Q : 'M[{poly F}]_s.+1 := \matrix_(a, b) R (a, b).
have QE t : (\det Q).[t] = \det (\matrix_(a, b) (R (a, b)).[t] : 'M[F]_s.+1).
  by rewrite -[LHS]/(horner_eval t (\det Q)) -det_map_mx; congr (\det _); apply/matrixP => a b; rewrite !mxE.
suff Q0 : \det Q = 0.
  case/eqP: nz; rewrite -[RHS](horner0 0) -Q0 QE; congr (\det _); apply/matrixP => a b.
  by rewrite !mxE (proj1 (HR (a, b))).
apply: (@poly_zeros _ (\det Q) (fun N => N.+1%:R)) => [N N' /(natF_inj charF)[]//|N].
set t := N.+1%:R; have t0 : t != 0 by rewrite /t ((charf0P F).1 charF).
pose M := grid (fun x y => f (mix S x y)) (fun a => t^-1 *: xs (u a)) (fun b => t^-1 *: ys (v b)).
have -> : (\det Q).[t] = \det (t ^+ D *: M).
  rewrite QE; congr (\det _); apply/matrixP => a b; rewrite !mxE -(proj2 (HR (a, b)) t t0); congr (_ * f _).
  by apply/matrixP => k l; rewrite !mxE; case: (S k).
rewrite detZ; apply/eqP; rewrite mulf_eq0 orbC; apply/orP; left; apply: contraT => nzM.
have := fs _ _ (fun a => t^-1 *: xs (u a)) (fun b => t^-1 *: ys (v b)).
by rewrite mxrank_unit ?ltnn // unitmxE unitfE.
Qed.
