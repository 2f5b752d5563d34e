(* theory.md Theorem 3.9: L >= c + 2, c >= 1,
   n <= H, t2 <= t1, r = t1 + t2, r + q <= min(d, |A|), t1 + q <= da, 2q <= da,
     ceil(r/2) <= n q,  q <= n^(c-1),  m <= min(d - r - q, (H-1) t1),  tau = min(r, |B|, m),  K = 3^(L-2-c),
   A the side of the output token. H = 1 is allowed, with m = 0. theory.md has q = ceil(ceil(r/2)/n), the
   least q allowed here. The weights of the first two layers are those of AttentionBlocks.v. Its pairs, with
   rho = ceil(r/2) and sigma = floor(r/2), are (x, rho + x), x < sigma, and
   (rho - 1, rho - 1) if r is odd, as in AttentionHeads.v; theory.md has as many, (0,1), (2,3), ...
   The proof is theory.md's, and its steps on c(A) and on density hold for any list of pairs (null_pair_sum).
     pair_sum P1 P2 w M == the sum over the pairs (P1 x, P2 x) of <w_k, M w_l>, w_k the rows of w
     batches e a == a, of r rows, as t1 + t2 rows, e : t1 + t2 = r;  joined e a == the way back
     vectors e H a == the vectors U_k of the proof: umat of AttentionBlocks.v, with r rows
     pairedW H nh e q0 qrm c l == the weights
   Proved, in characteristic 0: blocks_paired_generic, with the sums of h of Lemma 3.6 as in PairingGram.v;
   blocks_paired_simple_generic, with mc(v + 1, K); blocks_paired_low_generic, with the value of PairingLowDegree.v. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
From Seprank Require Import GramIndependent PairingRank SummingStage AttentionHeads AttentionBlocks.
From Seprank Require Import PairingLowDegree PairingGram.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* the sum over a list of pairs of rows *)
Section PairSum.
Variables (F : fieldType) (r m rho : nat) (P1 P2 : 'I_rho -> 'I_r).
Implicit Types (w : 'M[F]_(r, m)) (M : 'M[F]_m).

Definition pair_sum w M : F := \sum_x (w *m M *m w^T) (P1 x) (P2 x).

Lemma pair_sumD w M M' : pair_sum w (M + M') = pair_sum w M + pair_sum w M'.
Proof. by rewrite -big_split; apply: eq_bigr => x _; rewrite mulmxDr mulmxDl mxE. Qed.

Lemma pair_sumZ w x M : pair_sum w (x *: M) = x * pair_sum w M.
Proof. by rewrite mulr_sumr; apply: eq_bigr => k _; rewrite -scalemxAr -scalemxAl mxE. Qed.

Lemma pair_sum_scale x w M : pair_sum (x *: w) M = x ^+ 2 * pair_sum w M.
Proof.
rewrite mulr_sumr; apply: eq_bigr => k _.
have -> : (x *: w)^T = x *: w^T by rewrite linearZ.
by rewrite -!scalemxAl -scalemxAr scalerA mxE expr2.
Qed.

Lemma pair_sum0 w : pair_sum w 0 = 0.
Proof. by rewrite /pair_sum big1 // => x _; rewrite mulmx0 mul0mx mxE. Qed.

Lemma pair_sum_line (V : lmodType F) (A : V -> 'M[F]_(r, m)) (M : V -> 'M[F]_m) :
  mxline A -> mxline M -> linepoly (fun v => pair_sum (A v) (M v)).
Proof. by move=> hA hM; apply: lpS => x; apply: mxlM; [apply: mxlM | apply: mxlT]. Qed.
End PairSum.

(* a combination that is 0 on the kernel of the network is 0 on (1 + <Z,S>)^K, for any list of pairs *)
Section AnyPairs.
Variables (F : fieldType) (charF : [char F] =i pred0) (t1 t2 m s H rho : nat).
Hypotheses (t10 : (0 < t1)%N) (mH : (m <= H.-1 * t1)%N).

Lemma null_pair_sum (P1 P2 : 'I_rho -> 'I_(t1 + t2)) K :
  null_le (fun (a : 'M[F]_(t1 + t2, m)) (b : 'M[F]_(s, m)) =>
             (1 + pair_sum P1 P2 (umat H a) (a^T *m a + gram b)) ^+ K)
          (fun w b => (1 + pair_sum P1 P2 w (gram b)) ^+ K).
Proof.
move=> n bs c Hc w.
pose f (w : 'M[F]_(t1 + t2, m)) := \sum_j c j * (1 + pair_sum P1 P2 w (gram (bs j))) ^+ K.
have flp (V : lmodType F) (A : V -> 'M[F]_(t1 + t2, m)) : mxline A -> linepoly (fun v => f (A v)).
  move=> hA; apply: lpS => j; apply: lpM; first exact: lpC.
  by apply: lpX; apply: lpD; [apply: lpC | apply: pair_sum_line => //; apply: mxlC].
have lpa : mxline (fun a : 'M[F]_(t1 + t2, m) => a) by move=> i j; apply: lp_mx.
pose c0 (a : 'M[F]_(t1 + t2, m)) := 1 + pair_sum P1 P2 (umat H a) ((dsubmx a)^T *m dsubmx a).
have c0lp : linepoly c0.
  apply: lpD; first exact: lpC.
  by apply: pair_sum_line; [apply: umat_line | apply: mxlM; [apply/mxlT/mxl_d | apply: mxl_d]].
have c00 : c0 0 != 0 by rewrite /c0 (_ : dsubmx 0 = 0) ?mulmx0 ?pair_sum0 ?addr0 ?oner_neq0 // linear0.
have fU a : f (umat H a) = 0.
  apply: (@linepoly_cancel F charF _ (fun a => f (umat H a)) c0 0 a) => //; first exact/flp/umat_line.
  move=> {}a ca; pose a1 := usubmx a; pose a2 := dsubmx a.
  pose c4 := pair_sum P1 P2 (umat H a) (a1^T *m a1).
  apply: (binomial_parts charF (q := (c0 a)%:P + c4%:P * 'X^4)) => [|t tn].
    by rewrite hornerD hornerM !hornerC hornerXn expr0n mulr0 addr0.
  pose at_ : 'M[F]_(t1 + t2, m) := col_mx (t *: a1) (t^-1 *: a2).
  have trZ k l x (M : 'M[F]_(k, l)) : (x *: M)^T = x *: M^T by rewrite linearZ.
  have uE : umat H at_ = t *: umat H a.
    rewrite /umat /at_ col_mxKu col_mxKd scale_col_mx -/a1 -/a2; congr col_mx.
    have -> : dmat H (t *: a1) = t ^+ 2 *: dmat H a1.
      rewrite /dmat scaler_sumr; apply: eq_bigr => h _.
      by rewrite trZ -scalemxAl -!scalemxAr -!scalemxAl scalerA -expr2.
    by rewrite -scalemxAl -scalemxAr scalerA expr2 mulrA mulVf // mul1r.
  rewrite -[RHS](Hc at_); apply: eq_bigr => j _; congr (_ * _ ^+ _).
  have -> : at_^T *m at_ = t ^+ 2 *: (a1^T *m a1) + t^-1 ^+ 2 *: (a2^T *m a2).
    by rewrite /at_ tr_col_mx mul_row_col !trZ -!scalemxAl -!scalemxAr !scalerA -!expr2.
  rewrite uE pair_sum_scale !pair_sumD !pair_sumZ -/c4 hornerD hornerM !hornerC hornerXn /c0 -/a2.
  have tt x : t ^+ 2 * (t^-1 ^+ 2 * x) = x by rewrite mulrA -exprMn mulfV // expr1n mul1r.
  rewrite !mulrDr tt; move: (pair_sum _ _ _ _) (pair_sum _ _ _ _) c4 => x y z; ring.
have [a0 a00] := dmat_unit F t10 mH.
rewrite -/(f w) -(vsubmxK w); set w1 := usubmx w; set w2 := dsubmx w.
apply: (@linepoly_cancel F charF _ (fun w => f (col_mx w w2)) (fun w => \det (dmat H w)) a0 w1) => //.
- by apply: flp; apply: mxl_col; [move=> i j; apply: lp_mx | apply: mxlC].
- by apply: lp_det; apply: dmat_line => i j; apply: lp_mx.
move=> v vn; rewrite -[RHS](fU (col_mx v (w2 *m invmx (dmat H v)))) /umat col_mxKu col_mxKd.
by rewrite mulmxKV // unitmxE unitfE.
Qed.
End AnyPairs.

(* the rows of a matrix of r rows, r = t1 + t2, as the two batches *)
Section Batches.
Variables (F : fieldType) (t1 t2 : nat).
Implicit Types r : nat.

Definition batches r (e : (t1 + t2)%N = r) m (a : 'M[F]_(r, m)) : 'M[F]_(t1 + t2, m) := castmx (esym e, erefl m) a.
Definition joined r (e : (t1 + t2)%N = r) m (a : 'M[F]_(t1 + t2, m)) : 'M[F]_(r, m) := castmx (e, erefl m) a.
Definition vectors r (e : (t1 + t2)%N = r) H m (a : 'M[F]_(r, m)) : 'M[F]_(r, m) := joined e (umat H (batches e a)).

Lemma vectors_restrict r (e : (t1 + t2)%N = r) H m M (mM : (m <= M)%N) (a : 'M[F]_(r, m)) :
  vectors e H (a *m (pid_mx m : 'M_(m, M))) = vectors e H a *m pid_mx m.
Proof. by case: r / e a => a; rewrite /vectors /joined /batches !castmx_id umat_restrict. Qed.

Lemma batch1 r (e : (t1 + t2)%N = r) m (a : 'M[F]_(r, m)) :
  a^T *m joined e (mE1 F t1 t2) = (usubmx (batches e a))^T.
Proof.
case: r / e a => a; rewrite /joined /batches !castmx_id.
by rewrite /mE1 -[a in LHS]vsubmxK tr_col_mx mul_row_col mulmx1 mulmx0 addr0.
Qed.

Lemma batch2 r (e : (t1 + t2)%N = r) m (a : 'M[F]_(r, m)) :
  a^T *m joined e (mE2 F t1 t2) = (dsubmx (batches e a))^T.
Proof.
case: r / e a => a; rewrite /joined /batches !castmx_id.
by rewrite /mE2 -[a in LHS]vsubmxK tr_col_mx mul_row_col mulmx1 mulmx0 add0r.
Qed.

Lemma chosen_unit r (e : (t1 + t2)%N = r) : (joined e (mS F t1 t2))^T *m joined e (mS F t1 t2) = 1%:M.
Proof.
case: r / e; rewrite /joined castmx_id.
apply: sel_unit => x y; rewrite /pr; have := ltn_ord x; have := ltn_ord y.
by case: insubP => [x' _ /= ex|_]; case: insubP => [y' _ /= ey|_] yt xt /(congr1 val) /= E;
  apply: val_inj => /=; rewrite -?ex -?ey; lia.
Qed.

Lemma chosen_second r (e : (t1 + t2)%N = r) : (t2 <= t1)%N ->
  joined e (mS F t1 t2) *m (pid_mx t2 : 'M_(t1, t2)) = joined e (mE2 F t1 t2).
Proof.
case: r / e => t21; rewrite /joined !castmx_id.
apply/matrixP=> k x; rewrite mxE (bigD1 (widen_ord t21 x)) //= big1 => [|j jx]; last first.
  rewrite [X in _ * X]mxE (_ : (_ == _) = false) ?mulr0 //; apply: contraNF jx => /eqP jx.
  by apply/eqP/val_inj.
rewrite addr0 [X in X * _]mxE [X in _ * X]mxE /= eqxx ltn_ord mulr1 /pr (_ : insub _ = Some x); last exact: valK.
rewrite /mE2; case: (split_ordP k) => k' ->; first by rewrite col_mxEu mxE eq_lrshift.
by rewrite col_mxEd mxE (inj_eq (@rshift_inj _ _)).
Qed.

Lemma vectorsE r (e : (t1 + t2)%N = r) H m (a : 'M[F]_(r, m))
    (a1 := usubmx (batches e a)) (a2 := dsubmx (batches e a)) :
  a1^T *m (joined e (mE1 F t1 t2))^T +
  (\sum_h mB F t1 m (H := H) h *m (a1^T *m a1) *m mB F t1 m h) *m a2^T *m (joined e (mE2 F t1 t2))^T =
  (vectors e H a)^T.
Proof.
rewrite {}/a1 {}/a2; case: r / e a => a; rewrite /vectors /joined /batches !castmx_id.
set a1 := usubmx a; set a2 := dsubmx a.
have bT h : (mB F t1 m (H := H) h)^T = mB F t1 m h.
  by apply/matrixP=> i j; rewrite !mxE eq_sym; case: eqP => // ->.
have DT : (dmat H a1)^T = dmat H a1.
  rewrite /dmat raddf_sum; apply: eq_bigr => h _.
  by rewrite /= !trmx_mul trmxK -/(mB F t1 m h) bT mulmxA.
rewrite /umat -/a1 -/a2 tr_col_mx trmx_mul DT /mE1 /mE2 !tr_col_mx !trmx0 !trmx1 !mul_mx_row.
by rewrite !mulmx0 !mulmx1 add_row_mx addr0 add0r.
Qed.

Lemma null_vectors (charF : [char F] =i pred0) r (e : (t1 + t2)%N = r) H m s rho (P1 P2 : 'I_rho -> 'I_r) K :
  (0 < t1)%N -> (m <= H.-1 * t1)%N ->
  null_le (fun (a : 'M[F]_(r, m)) (b : 'M[F]_(s, m)) =>
             (1 + pair_sum P1 P2 (vectors e H a) (a^T *m a + gram b)) ^+ K)
          (fun w b => (1 + pair_sum P1 P2 w (gram b)) ^+ K).
Proof.
case: r / e P1 P2 => P1 P2 t10 mH n bs c Hc; apply: (null_pair_sum charF t10 mH) => a.
by rewrite -[RHS](Hc a); apply: eq_bigr => j _; rewrite /vectors /joined /batches !castmx_id.
Qed.
End Batches.

(* the network on the inputs of the proof *)
Section Network.
Variables (F : fieldType) (N q t1 t2 rho sigma m s H da nh : nat).
Local Notation r := (rho + sigma)%N.
Local Notation d := (q + (r + m))%N.
Hypotheses (e : (t1 + t2)%N = r) (t21 : (t2 <= t1)%N) (t10 : (0 < t1)%N).
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N).
Hypotheses (dE : d = (H * da)%N) (qda : (2 * q <= da)%N) (tda : (t1 + q <= da)%N) (rn : (rho <= nh * q)%N).
Hypothesis qrm : (q <= r + m)%N.

Let Gm (h : 'I_H.-1) : 'M[F]_(d, t1) := slot F d (h * t1) t1.
Let MN : 'M[F]_(d, t1) := slot F d (H.-1 * t1) t1.
Let MC : 'M[F]_(d, q) := slot F d (H * t1) q.
Let B (h : 'I_H.-1) : 'M[F]_m := mB F t1 m h.
Let Kc : 'M[F]_(d, q) := (cg F q rho sigma m)^T.
Let Ke : 'M[F]_(d, r) := (te q (0 : 'M[F]_(r, m)))^T.
Let E1 := joined e (mE1 F t1 t2).
Let E2 := joined e (mE2 F t1 t2).
Let Sk := joined e (mS F t1 t2).

Definition pairedW c l : seq (seq (head F d)) :=
  layer1 Kc Ke (mJ F q rho sigma m) B E1 Sk Gm MN MC :: layer2 Kc Ke E1 E2 (pid_mx t2) Gm MN MC ::
  stageW F H nh q0 qrm c l.

Let H0 : (0 < H)%N. Proof. exact: leq_trans nH. Qed.
Let slots : (H * t1 + q <= d)%N.
Proof.
rewrite dE; apply: leq_trans (_ : H * (t1 + q) <= _)%N; last by rewrite leq_mul2l tda orbT.
by rewrite mulnDr leq_add2l leq_pmull.
Qed.
Let HP : (H.-1 * t1 + t1 = H * t1)%N. Proof. by case: H H0 => //= H' _; rewrite mulSn addnC. Qed.
Let hP (h : 'I_H.-1) : (h * t1 + t1 <= H.-1 * t1)%N.
Proof. by rewrite addnC -mulSn leq_mul2r ltn_ord orbT. Qed.

Lemma shape_pairedW c l : has_shape (c + l).+3 H da (pairedW c l).
Proof.
have two k k' (A : 'M[F]_(d, k)) (A1 : 'M_(k, d)) (A' : 'M[F]_(d, k')) (A1' : 'M_(k', d)) :
    (k + k' <= da)%N -> (\rank (A *m A1 + A' *m A1')%R <= da)%N.
  move=> kk; rewrite (leq_trans (mxrank_add _ _)) // (leq_trans _ kk) // leq_add ?mulmx_max_rank //.
have td : (t1 <= da)%N by apply: leq_trans tda; apply: leq_addr.
have qt : (q + t1 <= da)%N by rewrite addnC.
apply: shape_cons; [by rewrite size_cat size_map size_enum_ord addn1 prednK | | apply: shape_cons].
- rewrite all_cat; apply/andP; split; last by rewrite /= /low_rank /= !two.
  apply/allP=> _ /mapP[h _ ->]; apply/andP; split; last exact: rank_outer td.
  apply: leq_trans (mxrankM_maxl _ _) (leq_trans (mxrankM_maxr _ _) (leq_trans _ td)).
  exact: rank_block.
- by rewrite size_cat size_map size_enum_ord addn1 prednK.
- rewrite all_cat; apply/andP; split; last by rewrite /= /low_rank /= !two.
  apply/allP=> _ /mapP[h _ ->]; apply/andP; split; first exact: rank_outer td.
  by apply: rank_outer; apply: leq_trans td.
exact: shape_summing.
Qed.

Variables (fg : 'I_q -> 'I_N) (fe : 'I_r -> 'I_N) (fb : 'I_s -> 'I_N).
Hypotheses (gI : injective fg) (eI : injective fe) (bI : injective fb).
Hypotheses (ge : forall i k, fg i != fe k) (gb : forall i j, fg i != fb j) (eb : forall k j, fe k != fb j).

Lemma net_pairedW c l a b : (q <= nh ^ c)%N -> a *m (\sum_h B h) = a -> b *m (\sum_h B h) = b ->
  net (pairedW c l) (inA fg fe a + inB q rho sigma fb b) (fg (Ordinal q0)) (out q0 qrm) =
  (1 + pair_sum (@pl rho sigma) (@pr rho sigma) (vectors e H a) (a^T *m a + gram b)) ^+ (3 ^ l).
Proof.
move=> qc ax bx; pose C := sel F fg; pose T := sel F fe; pose U := sel F fb.
pose X : 'M[F]_(N, d) := inA fg fe a + inB q rho sigma fb b.
pose xp := T *m a + U *m b.
have CC : C^T *m C = 1%:M by apply: sel_unit.
have TT : T^T *m T = 1%:M by apply: sel_unit.
have UU : U^T *m U = 1%:M by apply: sel_unit.
have CT : C^T *m T = 0 by apply: sel_orth.
have CU : C^T *m U = 0 by apply: sel_orth.
have TU : T^T *m U = 0 by apply: sel_orth.
have UT : U^T *m T = 0 by rewrite -[LHS]trmxK trmx_mul trmxK TU trmx0.
have XE : X = C *m cg F q rho sigma m + T *m te q a + U *m ub q rho sigma b by [].
have XC : X *m Kc = C by rewrite XE !mulmxDl -!mulmxA cgcg tecg ubcg mulmx1 !mulmx0 !addr0.
have XT : X *m Ke = T.
  by rewrite XE !mulmxDl -!mulmxA cgte tete ubte trmx0 !mulmx0 add0r !addr0 mulmx1.
have XJ : X *m mJ F q rho sigma m = xp.
  have cJ : cg F q rho sigma m *m mJ F q rho sigma m = 0 by rewrite /cg /mJ mul_row_col mulmx0 mul0mx addr0.
  have tJ : te q a *m mJ F q rho sigma m = a by rewrite /te /mJ !mul_row_col !mulmx0 !add0r mulmx1.
  have uJ : ub q rho sigma b *m mJ F q rho sigma m = b by rewrite /ub /mJ !mul_row_col !mulmx0 !add0r mulmx1.
  by rewrite XE !mulmxDl -!mulmxA cJ tJ uJ mulmx0 add0r.
have xT : xp^T *m T = a^T.
  by apply: trmx_inj; rewrite trmx_mul !trmxK /xp mulmxDr !mulmxA TT TU mul1mx mul0mx addr0.
have xx : xp^T *m xp = a^T *m a + gram b.
  have xU : xp^T *m U = b^T.
    by apply: trmx_inj; rewrite trmx_mul !trmxK /xp mulmxDr !mulmxA UT UU mul1mx mul0mx add0r.
  by rewrite {2}/xp mulmxDr !mulmxA xT xU.
have bT h : (B h)^T = B h.
  by apply/matrixP=> i j; rewrite !mxE eq_sym; case: eqP => // ->.
have b1 : xp *m (\sum_h B h) = xp by rewrite /xp mulmxDl -!mulmxA ax bx.
have GG h h' : (Gm h)^T *m Gm h' = (h == h')%:R%:M.
  case: eqVneq => [->|hh]; first by rewrite slot_unit //; have := hP h'; lia.
  rewrite raddf0 slot_orth //; first by have := hP h; lia.
  move: hh; rewrite -val_eqE neq_ltn => /orP[] lt; apply/orP; [left|right];
    by rewrite addnC -mulSn leq_mul2r lt orbT.
have NN : MN^T *m MN = 1%:M by apply: slot_unit; lia.
have MM : MC^T *m MC = 1%:M by apply: slot_unit.
have GN h : (Gm h)^T *m MN = 0 by apply: slot_orth; have := hP h; lia.
have GM h : (Gm h)^T *m MC = 0 by apply: slot_orth; have := hP h; lia.
have NG h : MN^T *m Gm h = 0 by apply: slot_orth; have := hP h; lia.
have MG h : MC^T *m Gm h = 0 by apply: slot_orth => //; have := hP h; lia.
have NM : MN^T *m MC = 0 by apply: slot_orth; lia.
have MN0 : MC^T *m MN = 0 by apply: slot_orth => //; lia.
have CR : C^T *m (xp *m (vectors e H a)^T) = 0.
  by rewrite mulmxA /xp [C^T *m _]mulmxDr !mulmxA CT CU !mul0mx addr0 mul0mx.
have SS := chosen_unit F e; have Sp := chosen_second F e t21.
rewrite /net /= -/X (att_layer1 B Gm MN MC XC XT XJ xT CC TT CT SS (batch1 e a) erefl).
rewrite (att_layer2 Kc Ke E1 xT CC TT CT SS Sp bT b1 GG NN MM GN GM NG MG NM MN0 _ (batch2 e a) erefl) -/(net _ _).
rewrite vectorsE /Kc /Ke !trmxK net_stage //; congr ((_ + _) ^+ _); apply: eq_bigr => x _.
by rewrite trmx_mul trmxK !mulmxA -(mulmxA (vectors e H a) xp^T) xx.
Qed.
End Network.

Section Theorem39.
Variables (F : fieldType) (charF : [char F] =i pred0) (N H da L c nh q t1 t2 m : nat) (S : pred 'I_N) (i : 'I_N).
Local Notation d := (H * da)%N.
Local Notation r := (t1 + t2)%N.
Local Notation nA := #|[pred k | S k == S i]|.
Local Notation nB := #|[pred k | S k != S i]|.
Local Notation tau := (minn r (minn nB m)).
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N) (c0 : (0 < c)%N) (cL : (c.+1 < L)%N).
Hypotheses (t21 : (t2 <= t1)%N) (t10 : (0 < t1)%N) (rd : (r + q <= d)%N) (mle : (m <= minn (d - r - q) (H.-1 * t1))%N).
Hypotheses (rn : (uphalf r <= nh * q)%N) (qn : (q <= nh ^ c.-1)%N) (qda : (2 * q <= da)%N).
Hypotheses (tda : (t1 + q <= da)%N) (rA : (r + q <= nA)%N).

(* the number is any lower bound of the rank of (1 + <Z,S>)^K *)
Lemma blocks_paired_core (p : 'I_d) k :
  (forall s e, s = nB ->
     grid_le (fun (a : 'M[F]_(uphalf r, m) * 'M[F]_(r./2, m)) (b : 'M[F]_(s, m)) =>
                (true%:R + pairZ a.1 a.2 (gram b)) ^+ (3 ^ (L - 2 - c))) e -> (k <= e)%N) ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) k.
Proof.
move=> rank_k; move: mle; rewrite leq_min => /andP[mM mH]; apply: own_side; pose S1 k := S k == S i.
have rE : (t1 + t2 = uphalf r + r./2)%N by rewrite uphalf_half -addnA addnn odd_double_half.
have core d' (p' : 'I_d') : d' = d -> d' = (q + ((uphalf r + r./2) + (d - r - q)))%N ->
    exists2 Ws : seq (seq (head F d')), has_shape L H da Ws & sep_ge (fun x y => net Ws (mix S1 x y) i p') k.
  move=> dE dm; move: mM p' dE; rewrite {d'}dm; move: (d - r - q)%N => M mM p' dE.
  have LE : L = (c.-1 + (L - 2 - c)).+3 by lia.
  have qrm : (q <= (uphalf r + r./2) + M)%N.
    by case: H dE nH n0 => [|H'] dE' *; [lia | rewrite mulSn in dE'; lia].
  rewrite [X in has_shape X]LE; apply: (any_output (p0 := out q0 qrm)).
  exists (pairedW F H nh rE q0 qrm c.-1 (L - 2 - c)); first exact: shape_pairedW.
  move=> e fs; apply: (rank_k #|predC S1| e); first exact: eq_card.
  pose P : 'M[F]_(m, M) := pid_mx m.
  have PP : P *m P^T = 1%:M by rewrite /P tr_pid_mx pid_mx_id // pid_mx_1.
  have {}fs : grid_le (fun (a : 'M[F]_(uphalf r + r./2, m)) (b : 'M[F]_(#|predC S1|, m)) =>
      (1 + pair_sum (@pl (uphalf r) r./2) (@pr (uphalf r) r./2) (vectors rE H a) (a^T *m a + gram b)) ^+
        (3 ^ (L - 2 - c))) e.
    apply: (@tokens_grid _ _ _ _ _ _ _ _ _ (eqxx (S i) : S1 i) _ _ _ _ _ (mulmx^~ P) (mulmx^~ P)) fs;
      [by rewrite -rE | move=> fg fe fb a b *].
    have PB : P *m (\sum_(h < H.-1) blk F t1 M h) = P by apply: pid_blocks.
    rewrite (net_pairedW (da := da)) //; [|by rewrite -mulmxA PB|by rewrite -mulmxA PB].
    congr ((_ + _) ^+ _); apply: eq_bigr => x _; rewrite vectors_restrict // /gram !trmx_mul.
    by rewrite -!mulmxA -mulmxDr !mulmxA -mulmxDl -!mulmxA !(mulmxA P) PP !mul1mx.
  have := null_grid (@null_vectors F t1 t2 charF _ rE H m #|predC S1| _ _ _ _ t10 mH) fs.
  move/(grid_comp (fun a : 'M_(_, m) * 'M_(_, m) => col_mx a.1 a.2) id); apply: eq_grid => a b.
  by rewrite /pair_sum sum_pairZ col_mxKu col_mxKd.
by apply: core; rewrite // -rE; lia.
Qed.

Let sr : (r./2 <= uphalf r)%N. Proof. by rewrite uphalf_half leq_addl. Qed.
Let halves : (uphalf r + r./2 = r)%N. Proof. by rewrite uphalf_half -addnA addnn odd_double_half. Qed.
Let tB : (tau <= nB)%N. Proof. exact: leq_trans (geq_minr _ _) (geq_minl _ _). Qed.

Theorem blocks_paired_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) (tableau_sum m tau (3 ^ (L - 2 - c))).
Proof. by apply: blocks_paired_core => s e ->; apply: (pairing_gram charF sr) tB; rewrite halves geq_minl. Qed.

Corollary blocks_paired_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (tableau_sum m tau (3 ^ (L - 2 - c))).
Proof. exact/generic_lower/blocks_paired_lower. Qed.

Theorem blocks_paired_simple_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ (L - 2 - c))).
Proof.
rewrite -[_.+1]addn1; apply: blocks_paired_core => s e ->; apply: (pairing_lower charF sr (e := true)) tB _.
  by rewrite halves geq_minl.
by apply: leq_trans (geq_minr _ _) (geq_minr _ _).
Qed.

Corollary blocks_paired_simple_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ (L - 2 - c))).
Proof. exact/generic_lower/blocks_paired_simple_lower. Qed.

Section LowDegree.
Variable k : nat.
Hypotheses (kr : (k <= minn r nB)%N) (kK : (k <= 3 ^ (L - 2 - c))%N).

Theorem blocks_paired_low_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) (mc (vfree m m).+1 k).
Proof.
move: kr; rewrite leq_min => /andP[kr1 kB].
by apply: blocks_paired_core => s e ->; apply: (pairing_low charF sr) kB (leqnn k) kK; rewrite halves.
Qed.

Corollary blocks_paired_low_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (mc (vfree m m).+1 k).
Proof. exact/generic_lower/blocks_paired_low_lower. Qed.
End LowDegree.
End Theorem39.
