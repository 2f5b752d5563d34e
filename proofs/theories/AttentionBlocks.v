(* The first two layers of theory.md Theorem 3.9 (BlocksPaired.v): two batches of t1 >= t2 payload vectors, r = t1 + t2, instead of
   the da of Theorem 3.8.
     blk h       == the projection on block h of t1 payload coordinates
     dmat a1     == the matrix D of the proof, sum_h blk_h a1^T a1 blk_h
     umat a      == the vectors U_k: a1, then a2 D
     mxline A    == every entry of the matrix A v is a polynomial along lines
     slot off w  == the inclusion of the w coordinates from off on
     layer1, layer2 == the first two layers; middle, the tokens between them *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
From Seprank Require Import PairingRank SummingStage AttentionHeads.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* a non-zero factor that is a polynomial along a line may be dropped *)
Lemma linepoly_cancel (F : fieldType) (charF : [char F] =i pred0) (V : lmodType F) (f g : V -> F) v0 v :
  linepoly f -> linepoly g -> g v0 != 0 -> (forall w, g w != 0 -> f w = 0) -> f v = 0.
Proof.
move=> Hf Hg g0 H; have [[p pE] [q qE]] := (Hf v0 (v - v0), Hg v0 (v - v0)).
have pq0 : p * q = 0.
  apply: (@poly_zeros F _ _ (natF_inj charF)) => n; rewrite hornerM -pE -qE.
  by have [->|/H->] := eqVneq (g (v0 + n%:R *: (v - v0))) 0; rewrite ?mulr0 ?mul0r.
have q0 : q != 0 by apply: contraNneq g0 => q0; rewrite -(addr0 v0) -(scale0r (v - v0)) qE q0 horner0.
move/eqP: pq0; rewrite mulf_eq0 (negPf q0) orbF => /eqP p0.
by have := pE 1; rewrite p0 horner0 scale1r addrC subrK.
Qed.

Section LineMatrices.
Variables (F : fieldType) (V : lmodType F).
Definition mxline m n (A : V -> 'M[F]_(m, n)) := forall i j, linepoly (fun v => A v i j).

Lemma mxlM m n k (A : V -> 'M[F]_(m, n)) (B : V -> 'M[F]_(n, k)) :
  mxline A -> mxline B -> mxline (fun v => A v *m B v).
Proof.
move=> hA hB i j; apply: (eq_linepoly (f := fun v => \sum_l A v i l * B v l j)) => [v|]; first by rewrite mxE.
by apply: lpS => l; apply: lpM.
Qed.
Lemma mxlT m n (A : V -> 'M[F]_(m, n)) : mxline A -> mxline (fun v => (A v)^T).
Proof. by move=> hA i j; apply: (eq_linepoly (f := fun v => A v j i)) => // v; rewrite mxE. Qed.
Lemma mxlC m n (A : 'M[F]_(m, n)) : mxline (fun _ => A).
Proof. by move=> i j; apply: lpC. Qed.
Lemma mxlS m n k (A : 'I_k -> V -> 'M[F]_(m, n)) : (forall l, mxline (A l)) -> mxline (fun v => \sum_l A l v).
Proof.
move=> hA i j; apply: (eq_linepoly (f := fun v => \sum_l A l v i j)) => [v|]; first by rewrite summxE.
by apply: lpS => l; apply: hA.
Qed.
Lemma mxl_col m1 m2 n (A : V -> 'M[F]_(m1, n)) (B : V -> 'M[F]_(m2, n)) :
  mxline A -> mxline B -> mxline (fun v => col_mx (A v) (B v)).
Proof.
move=> hA hB i j; case: (split_ordP i) => k ->.
  by apply: eq_linepoly (hA k j) => v; rewrite col_mxEu.
by apply: eq_linepoly (hB k j) => v; rewrite col_mxEd.
Qed.
Lemma mxl_u m1 m2 n (A : V -> 'M[F]_(m1 + m2, n)) : mxline A -> mxline (fun v => usubmx (A v)).
Proof. by move=> hA i j; apply: (eq_linepoly (f := fun v => A v (lshift m2 i) j)) => // v; rewrite mxE. Qed.
Lemma mxl_d m1 m2 n (A : V -> 'M[F]_(m1 + m2, n)) : mxline A -> mxline (fun v => dsubmx (A v)).
Proof. by move=> hA i j; apply: (eq_linepoly (f := fun v => A v (rshift m1 i) j)) => // v; rewrite mxE. Qed.
Lemma lp_det n (A : V -> 'M[F]_n) : mxline A -> linepoly (fun v => \det (A v)).
Proof. by move=> hA; apply: lpS => u; apply: lpM; [apply: lpC | apply: lpP => i; apply: hA]. Qed.
End LineMatrices.

Section Kernel.
Variables (F : fieldType) (charF : [char F] =i pred0) (t1 t2 m s H : nat).
Hypotheses (t21 : (t2 <= t1)%N) (t10 : (0 < t1)%N) (mH : (m <= H.-1 * t1)%N).
Local Notation r := (t1 + t2)%N.
Implicit Types (a : 'M[F]_(r, m)) (b : 'M[F]_(s, m)).

Definition blk h : 'M[F]_m := block F m t1 h.
Definition dmat (a1 : 'M[F]_(t1, m)) : 'M[F]_m := \sum_(h < H.-1) blk h *m (a1^T *m a1) *m blk h.
Definition umat a : 'M[F]_(r, m) := col_mx (usubmx a) (dsubmx a *m dmat (usubmx a)).

Lemma dmat_line (V : lmodType F) (A : V -> 'M[F]_(t1, m)) : mxline A -> mxline (fun v => dmat (A v)).
Proof.
move=> hA; apply: mxlS => h; apply: mxlM; last exact: mxlC.
by apply: mxlM; [apply: mxlC | apply: mxlM => //; apply: mxlT].
Qed.

Let lpa : mxline (fun a : 'M[F]_(r, m) => a). Proof. by move=> i j; apply: lp_mx. Qed.
Lemma umat_line : mxline umat.
Proof. by apply: mxl_col; [apply: mxl_u | apply: mxlM; [apply: mxl_d | apply/dmat_line/mxl_u]]. Qed.

Lemma dmat_unit : exists a1 : 'M[F]_(t1, m), \det (dmat a1) != 0.
Proof.
pose a0 : 'M[F]_(t1, m) := \matrix_(k, j) ((k == j %% t1 :> nat)%N)%:R.
exists a0; have -> : dmat a0 = 1%:M; last by rewrite det1 oner_neq0.
apply/matrixP=> i j; rewrite summxE mxE.
have E h : (blk h *m (a0^T *m a0) *m blk h) i j = ((i %/ t1 == h) && (j %/ t1 == h) && (i %% t1 == j %% t1))%N%:R.
  have -> : blk h = diag_mx (\row_i ((i %/ t1 == h)%N)%:R).
    by apply/matrixP=> k k'; rewrite !mxE; case: eqP => [->|_]; rewrite ?mulr1n ?mulr0n.
  rewrite mul_mx_diag mxE mul_diag_mx mxE [X in X * _ * _]mxE [X in _ * X]mxE mxE.
  rewrite (bigD1 (Ordinal (ltn_pmod i t10))) //= big1 => [|k kn].
    rewrite !mxE /= eqxx addr0 mul1r -!natrM !mulnb; congr (nat_of_bool _)%:R.
    by case: (_ == h)%N; case: (_ == h)%N; rewrite ?andbT ?andbF.
  rewrite !mxE (_ : (k == i %% t1 :> nat)%N = false) ?mul0r //; apply: contraNF kn => /eqP kk.
  by apply/eqP/val_inj.
under eq_bigr do rewrite E.
have ih : (i %/ t1 < H.-1)%N by rewrite ltn_divLR // (leq_trans (ltn_ord i)).
rewrite (bigD1 (Ordinal ih)) //= big1 => [|h hn]; last first.
  by case: eqP => // hi; case/eqP: hn; apply: val_inj.
rewrite eqxx addr0 -val_eqE /=; congr (nat_of_bool _)%:R; apply/andP/eqP => [[/eqP e1 /eqP e2]|->]; last by rewrite !eqxx.
by rewrite (divn_eq i t1) (divn_eq j t1) e1 e2.
Qed.
End Kernel.

(* payload vectors supported on the first m of M coordinates *)
Section Restrict.
Variables (F : fieldType) (t1 t2 m M s H : nat) (mM : (m <= M)%N).
Let P : 'M[F]_(m, M) := pid_mx m.
Let PP : P *m P^T = 1%:M. Proof. by rewrite /P tr_pid_mx pid_mx_id // pid_mx_1. Qed.

Lemma blk_diag n h : blk F t1 n h = diag_mx (\row_i ((i %/ t1 == h)%N)%:R).
Proof. by apply/matrixP=> k k'; rewrite !mxE; case: eqP => [->|_]; rewrite ?mulr1n ?mulr0n. Qed.

Let Pblk h : P *m blk F t1 M h = blk F t1 m h *m P.
Proof.
rewrite !blk_diag mul_mx_diag mul_diag_mx; apply/matrixP=> i j; rewrite !mxE mulrC.
by have [->|_] := (i : nat) =P j; rewrite ?mulr0 ?mul0r.
Qed.
Let blkP h : blk F t1 M h *m P^T = P^T *m blk F t1 m h.
Proof. by apply: trmx_inj; rewrite !trmx_mul !trmxK !blk_diag !tr_diag_mx -!blk_diag Pblk. Qed.

Lemma umat_restrict a : umat H (a *m P) = @umat F t1 t2 m H a *m P.
Proof.
rewrite /umat -mul_usub_mx -mul_dsub_mx mul_col_mx; congr col_mx; set a1 := usubmx a.
have -> : dmat H (a1 *m P) = P^T *m dmat H a1 *m P.
  rewrite /dmat mulmx_sumr mulmx_suml; apply: eq_bigr => h _.
  by rewrite trmx_mul !mulmxA blkP -!mulmxA Pblk.
by rewrite -!mulmxA (mulmxA P) PP mul1mx.
Qed.

Lemma pid_blocks : (m <= H.-1 * t1)%N -> (0 < t1)%N -> P *m (\sum_(h < H.-1) blk F t1 M h) = P.
Proof.
move=> mH t10; rewrite mulmx_sumr; under eq_bigr do rewrite Pblk; rewrite -mulmx_suml.
suff -> : \sum_(h < H.-1) blk F t1 m h = 1%:M by rewrite mul1mx.
apply/matrixP=> i j; rewrite summxE mxE.
have iH : (i %/ t1 < H.-1)%N by rewrite ltn_divLR // (leq_trans (ltn_ord i)).
rewrite (bigD1 (Ordinal iH)) //= big1 => [|h hn]; rewrite mxE /=; first by rewrite eqxx andbT addr0.
by have [hi|_] := (i %/ t1)%N =P h; [case/eqP: hn; apply: val_inj | rewrite andbF].
Qed.
End Restrict.

(* disjoint slots of fresh coordinates *)
Section Slots.
Variables (F : fieldType) (d : nat).
Definition slot off w : 'M[F]_(d, w) := \matrix_(j, k) ((j == off + k :> nat)%N)%:R.

Lemma slot_mul off w off' w' k k' : (off + w <= d)%N ->
  ((slot off w)^T *m slot off' w') k k' = ((off + k == off' + k' :> nat)%N)%:R.
Proof.
move=> wd; have kd : (off + k < d)%N by apply: leq_trans wd; rewrite ltn_add2l.
rewrite mxE (bigD1 (Ordinal kd)) //= big1 => [|j jk]; rewrite !mxE /= ?eqxx ?mul1r ?addr0 //.
by rewrite (_ : (_ == _) = false) ?mul0r //; apply: contraNF jk => /eqP jk; apply/eqP/val_inj.
Qed.

Lemma slot_unit off w : (off + w <= d)%N -> (slot off w)^T *m slot off w = 1%:M.
Proof. by move=> wd; apply/matrixP=> k k'; rewrite slot_mul // mxE eqn_add2l. Qed.

Lemma slot_orth off w off' w' : (off + w <= d)%N -> (off + w <= off')%N || (off' + w' <= off)%N ->
  (slot off w)^T *m slot off' w' = 0.
Proof.
move=> wd disj; apply/matrixP=> k k'; rewrite slot_mul // mxE.
by case: eqP => // E; have := ltn_ord k; have := ltn_ord k'; lia.
Qed.
End Slots.

(* the first two layers, from the products of the matrices they use *)
Section TwoLayers.
Variables (F : fieldType) (N d q r t1 t2 m P : nat).
Variables (Kc : 'M[F]_(d, q)) (Ke : 'M[F]_(d, r)) (J : 'M[F]_(d, m)) (blk : 'I_P -> 'M[F]_m).
Variables (E1 : 'M[F]_(r, t1)) (E2 : 'M[F]_(r, t2)) (Sk : 'M[F]_(r, t1)) (pm : 'M[F]_(t1, t2)).
Variables (Gm : 'I_P -> 'M[F]_(d, t1)) (MN : 'M[F]_(d, t1)) (MC : 'M[F]_(d, q)).

Definition layer1 : seq (head F d) :=
  [seq (J *m blk h *m J^T, Ke *m E1 *m (Gm h)^T) | h <- enum 'I_P] ++
  [:: (Kc *m Kc^T + Ke *m Sk *m (Ke *m Sk)^T, Kc *m MC^T + Ke *m Sk *m MN^T)].
Definition layer2 : seq (head F d) :=
  [seq (Gm h *m (Gm h)^T, MN *m pm *m (Ke *m E2)^T) | h <- enum 'I_P] ++
  [:: ((\sum_h Gm h) *m MN^T + MC *m MC^T, MN *m (Ke *m E1)^T + MC *m Kc^T)].

Lemma att_last n Hs wv (X : 'M[F]_(n, d)) : att (Hs ++ [:: wv]) X = att Hs X + att1 wv X.
Proof. by rewrite /att big_cat big_seq1. Qed.

Variables (X : 'M[F]_(N, d)) (C : 'M[F]_(N, q)) (T : 'M[F]_(N, r)) (xp : 'M[F]_(N, m)) (a : 'M[F]_(r, m)).
Hypotheses (XC : X *m Kc = C) (XT : X *m Ke = T) (XJ : X *m J = xp) (xT : xp^T *m T = a^T).
Hypotheses (CC : C^T *m C = 1%:M) (TT : T^T *m T = 1%:M) (CT : C^T *m T = 0).
Hypotheses (SS : Sk^T *m Sk = 1%:M) (Sp : Sk *m pm = E2) (bT : forall h, (blk h)^T = blk h) (b1 : xp *m (\sum_h blk h) = xp).
Hypotheses (GG : forall h h', (Gm h)^T *m Gm h' = (h == h')%:R%:M) (NN : MN^T *m MN = 1%:M) (MM : MC^T *m MC = 1%:M).
Hypotheses (GN : forall h, (Gm h)^T *m MN = 0) (GM : forall h, (Gm h)^T *m MC = 0).
Hypotheses (NG : forall h, MN^T *m Gm h = 0) (MG : forall h, MC^T *m Gm h = 0).
Hypotheses (NM : MN^T *m MC = 0) (MN0 : MC^T *m MN = 0).

Variables (a1 : 'M[F]_(t1, m)) (a2 : 'M[F]_(t2, m)) (TN : 'M[F]_(N, t1)).
Hypotheses (a1E : a^T *m E1 = a1^T) (a2E : a^T *m E2 = a2^T) (TNE : TN = T *m Sk).
Let z h := xp *m blk h *m a1^T.
Let TC : T^T *m C = 0. Proof. by rewrite -[LHS]trmxK trmx_mul trmxK CT trmx0. Qed.
Let TNTN : TN^T *m TN = 1%:M.
Proof. by rewrite TNE trmx_mul !mulmxA -(mulmxA Sk^T) TT mulmx1 SS. Qed.
Let CTN : C^T *m TN = 0. Proof. by rewrite TNE mulmxA CT mul0mx. Qed.
Let TNC : TN^T *m C = 0. Proof. by rewrite TNE trmx_mul -mulmxA TC mulmx0. Qed.

Definition middle := \sum_h z h *m (Gm h)^T + (C *m MC^T + TN *m MN^T).

Lemma att_layer1 : att layer1 X = middle.
Proof.
rewrite att_last /middle; congr (_ + _).
  rewrite /att big_map big_enum; apply: eq_bigr => h _; rewrite /att1 /= !mulmxA XJ.
  rewrite -(mulmxA _ J^T) -trmx_mul XJ -(mulmxA _ X) XT -(mulmxA _ xp^T) xT.
  by rewrite -(mulmxA _ a^T) a1E.
have XKS : X *m (Ke *m Sk) = TN by rewrite mulmxA XT TNE.
have L : X *m (Kc *m Kc^T + Ke *m Sk *m (Ke *m Sk)^T) *m X^T = C *m C^T + TN *m TN^T.
  by rewrite [X *m _]mulmxDr mulmxDl !mulmxA XC -(mulmxA X Ke Sk) XKS -!(mulmxA _ _^T X^T) -!trmx_mul XC XKS.
have R : X *m (Kc *m MC^T + Ke *m Sk *m MN^T) = C *m MC^T + TN *m MN^T.
  by rewrite mulmxDr !mulmxA XC -(mulmxA X Ke Sk) XKS.
rewrite /att1 /= L -mulmxA R mulmxDl [X in X + _]mulmxDr [X in _ + X]mulmxDr !mulmxA.
rewrite -!(mulmxA _ C^T) -!(mulmxA _ TN^T) CC CTN TNC TNTN !mulmx1 !mulmx0 !mul0mx.
by rewrite addr0 add0r.
Qed.

Let Y := middle.
Let YG h : Y *m Gm h = z h.
Proof.
rewrite /Y /middle mulmxDl mulmx_suml (bigD1 h) //= big1 => [|h' /negPf hh].
  by rewrite -mulmxA GG eqxx mulmx1 addr0 mulmxDl -!mulmxA MG NG !mulmx0 !addr0.
by rewrite -mulmxA GG hh raddf0 mulmx0.
Qed.
Let YN : Y *m MN = TN.
Proof.
rewrite /Y /middle mulmxDl mulmx_suml big1 => [|h _]; last by rewrite -mulmxA GN mulmx0.
by rewrite mulmxDl -!mulmxA MN0 NN mulmx0 !add0r mulmx1.
Qed.
Let YC : Y *m MC = C.
Proof.
rewrite /Y /middle mulmxDl mulmx_suml big1 => [|h _]; last by rewrite -mulmxA GM mulmx0.
by rewrite mulmxDl -!mulmxA MM NM mulmx0 addr0 add0r mulmx1.
Qed.

Lemma att_layer2 : att layer2 Y =
  C *m Kc^T + xp *m (a1^T *m E1^T + (\sum_h blk h *m (a1^T *m a1) *m blk h) *m a2^T *m E2^T) *m Ke^T.
Proof.
rewrite att_last.
have -> : att [seq (Gm h *m (Gm h)^T, MN *m pm *m (Ke *m E2)^T) | h <- enum 'I_P] Y =
    xp *m ((\sum_h blk h *m (a1^T *m a1) *m blk h) *m a2^T *m E2^T) *m Ke^T.
  rewrite /att big_map big_enum !mulmx_suml mulmx_sumr mulmx_suml; apply: eq_bigr => h _.
  have L : Y *m (Gm h *m (Gm h)^T) *m Y^T = z h *m (z h)^T by rewrite mulmxA YG -mulmxA -trmx_mul YG.
  have R : Y *m (MN *m pm *m (Ke *m E2)^T) = T *m E2 *m (Ke *m E2)^T.
    by rewrite !mulmxA YN TNE -(mulmxA T) Sp.
  have zT : (z h)^T *m T = a1 *m blk h *m a^T.
    by rewrite /z !trmx_mul trmxK bT -!mulmxA xT.
  rewrite /att1 /= L -mulmxA R -!(mulmxA (z h)) !mulmxA -(mulmxA (z h)) zT /z trmx_mul.
  by rewrite !mulmxA -(mulmxA _ a^T E2) a2E.
have zS : \sum_h z h = xp *m a1^T by rewrite /z -mulmx_suml -mulmx_sumr b1.
have L : Y *m ((\sum_h Gm h) *m MN^T + MC *m MC^T) *m Y^T = xp *m a1^T *m TN^T + C *m C^T.
  rewrite mulmxDr mulmxDl !mulmxA YC mulmx_sumr (eq_bigr z) => [|h _]; last exact: YG.
  by rewrite zS -!(mulmxA _ _^T Y^T) -!trmx_mul YN YC.
have R : Y *m (MN *m (Ke *m E1)^T + MC *m Kc^T) = TN *m (Ke *m E1)^T + C *m Kc^T.
  by rewrite mulmxDr !mulmxA YN YC.
rewrite /att1 /= L -(mulmxA _ Y) R [X in _ + X]mulmxDl [X in _ + (X + _)]mulmxDr [X in _ + (_ + X)]mulmxDr !mulmxA.
rewrite -!(mulmxA _ TN^T) -!(mulmxA _ C^T) TNTN TNC CTN CC !mulmx0 !mulmx1 !mul0mx addr0 add0r.
rewrite trmx_mul mulmxDr mulmxDl !mulmxA addrA addrC; congr (_ + _).
by rewrite addrC.
Qed.
End TwoLayers.

Section Inputs.
Variables (F : fieldType) (q t1 t2 m H : nat).
Local Notation r := (t1 + t2)%N.

Definition mJ : 'M[F]_(q + (r + m), m) := col_mx 0 (col_mx 0 1%:M).
Definition mE1 : 'M[F]_(r, t1) := col_mx 1%:M 0.
Definition mE2 : 'M[F]_(r, t2) := col_mx 0 1%:M.
Definition mS : 'M[F]_(r, t1) := sel F (@pr t1 t2).
Definition mB (h : 'I_H.-1) : 'M[F]_m := blk F t1 m h.
End Inputs.
