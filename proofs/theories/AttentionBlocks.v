(* theory.md Theorem 3.9, with the simple bound mc(v + 1, K): two batches of  *)
(* t1 >= t2 payload vectors instead of the da of Theorem 3.8. H >= 2,         *)
(* L >= c + 2, c >= 1, r = t1 + t2, t1 + q <= da, r + q <= |A|,               *)
(*   m <= min(d - r - q, (H-1) t1),  tau = min(r, |B|, m),  K = 3^(L-2-c),    *)
(*   t1 <= n q,  q <= n^(c-1),  2q <= da.                                     *)
(* theory.md asks ceil(r/2) <= n q, the same when t1 <= t2 + 1 and less       *)
(* otherwise: here the pairs are (k, t1 + k), k < t2, and (k,k) for the rest. *)
(*                                                                            *)
(*   blk h       == the projection on block h of t1 payload coordinates       *)
(*   dmat a1     == the matrix D of the proof, sum_h blk_h a1^T a1 blk_h      *)
(*   umat a      == the vectors U_k: a1, then a2 D                            *)
(*   blocks_kernel H K a b == the network on the inputs of the proof          *)
(*   mxline A    == every entry of the matrix A v is a polynomial along lines *)
(*   slot off w  == the inclusion of the w coordinates from off on            *)
(*   layer1, layer2 == the first two layers; middle, the tokens between them  *)
(*   blocksW c l == the weights                                               *)
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
Lemma mxl_row m n (A : V -> 'M[F]_(m, n)) k : mxline A -> mxline (fun v => row k (A v)).
Proof. by move=> hA i j; apply: (eq_linepoly (f := fun v => A v k j)) => // v; rewrite mxE. Qed.
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
Definition blocks_const a :=
  1 + \sum_(x < t1) (umat a *m (a^T *m a) *m (umat a)^T) (pl t2 x) (pr t2 x).
Definition blocks_kernel K a b :=
  (blocks_const a + pairZ (usubmx (umat a)) (dsubmx (umat a)) (gram b)) ^+ K.

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

Lemma null_blocks K :
  null_le (fun a b => blocks_kernel K a b)
          (fun (w : 'M[F]_(t1, m) * 'M[F]_(t2, m)) b => (1 + pairZ w.1 w.2 (gram b)) ^+ K).
Proof.
move=> n bs c Hc [w1 w2] /=.
pose f (w : 'M[F]_(r, m)) := \sum_j c j * (1 + pairZ (usubmx w) (dsubmx w) (gram (bs j))) ^+ K.
have flp (V : lmodType F) (A : V -> 'M[F]_(r, m)) : mxline A -> linepoly (fun v => f (A v)).
  move=> hA; apply: lpS => j; apply: lpM; first exact: lpC.
  apply: lpX; apply: lpD; first exact: lpC.
  apply: lpS => x; apply: mxlM.
    by apply: mxlM; [apply/mxl_row/mxl_u | apply: mxlC].
  by apply: mxlT; rewrite /mate; case: insub => [x'|]; apply: mxl_row; [apply: mxl_d | apply: mxl_u].
pose c0 a := 1 + \sum_(x < t1) (umat a *m ((dsubmx a)^T *m dsubmx a) *m (umat a)^T) (pl t2 x) (pr t2 x).
have c0lp : linepoly c0.
  apply: lpD; first exact: lpC.
  apply: lpS => x; apply: mxlM; [apply: mxlM; first exact: umat_line | apply/mxlT/umat_line].
  by apply: mxlM; [apply/mxlT/mxl_d | apply: mxl_d].
have c00 : c0 0 != 0.
  rewrite /c0 big1 ?addr0 ?oner_neq0 // => x _; rewrite (_ : dsubmx 0 = 0) ?mulmx0 ?mul0mx ?mxE //.
  by rewrite linear0.
have fU a : f (umat a) = 0.
  apply: (@linepoly_cancel F charF _ (fun a => f (umat a)) c0 0 a) => //; first exact/flp/umat_line.
  move=> {}a ca; pose a1 := usubmx a; pose a2 := dsubmx a.
  pose c4 := \sum_(x < t1) (umat a *m (a1^T *m a1) *m (umat a)^T) (pl t2 x) (pr t2 x).
  apply: (binomial_parts charF (q := (c0 a)%:P + c4%:P * 'X^4)) => [|t tn].
    by rewrite hornerD hornerM !hornerC hornerXn expr0n mulr0 addr0.
  pose at_ : 'M[F]_(r, m) := col_mx (t *: a1) (t^-1 *: a2).
  have trZ k l x (M : 'M[F]_(k, l)) : (x *: M)^T = x *: M^T by rewrite linearZ.
  have uE : umat at_ = t *: umat a.
    rewrite /umat /at_ col_mxKu col_mxKd scale_col_mx -/a1 -/a2; congr col_mx.
    have -> : dmat (t *: a1) = t ^+ 2 *: dmat a1.
      rewrite /dmat scaler_sumr; apply: eq_bigr => h _.
      by rewrite trZ -scalemxAl -!scalemxAr -!scalemxAl scalerA -expr2.
    by rewrite -scalemxAl -scalemxAr scalerA expr2 mulrA mulVf // mul1r.
  rewrite -[RHS](Hc at_); apply: eq_bigr => j _; rewrite /blocks_kernel uE; congr (_ * (_ + _) ^+ _); last first.
    by rewrite [usubmx (_ *: _)]linearZ [dsubmx (_ *: _)]linearZ pairZ_scale.
  rewrite hornerD hornerM !hornerC hornerXn /c0 /c4 /blocks_const uE -addrA; congr (_ + _).
  rewrite mulr_suml -big_split; apply: eq_bigr => x _ /=.
  have -> : at_^T *m at_ = t ^+ 2 *: (a1^T *m a1) + t^-1 ^+ 2 *: (a2^T *m a2).
    by rewrite /at_ tr_col_mx mul_row_col !trZ -!scalemxAl -!scalemxAr !scalerA -!expr2.
  rewrite trZ -scalemxAl -scalemxAr -scalemxAl scalerA -expr2 mulmxDr mulmxDl.
  rewrite -!scalemxAr -!scalemxAl scalerDr !scalerA -exprD -exprMn mulfV // expr1n scale1r addrC.
  by rewrite [in RHS]mxE [in X in _ = X + _]mxE mulrC.
have [a0 a00] := dmat_unit.
have -> : w1 = usubmx (col_mx w1 w2) by rewrite col_mxKu.
have {2}-> : w2 = dsubmx (col_mx w1 w2) by rewrite col_mxKd.
rewrite -/(f (col_mx w1 w2)).
apply: (@linepoly_cancel F charF _ (fun w => f (col_mx w w2)) (fun w => \det (dmat w)) a0 w1) => //.
- by apply: flp; apply: mxl_col; [move=> i j; apply: lp_mx | apply: mxlC].
- by apply: lp_det; apply: dmat_line => i j; apply: lp_mx.
move=> w wn; rewrite -[RHS](fU (col_mx w (w2 *m invmx (dmat w)))) /umat col_mxKu col_mxKd.
by rewrite mulmxKV // unitmxE unitfE.
Qed.

Theorem blocks_kernel_lower t K e : (t <= r)%N -> (t <= s)%N -> (t <= m)%N ->
  grid_le (fun a (b : 'M[F]_(s, m)) => blocks_kernel K a b) e -> (mc (vfree m t).+1 K <= e)%N.
Proof.
move=> tr ts tm fs; rewrite -[_.+1]addn1; apply: (pairing_lower charF t21 (e := true) tr ts tm).
exact: null_grid (@null_blocks K) fs.
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

Lemma blocks_kernel_restrict K a (b : 'M[F]_(s, m)) :
  blocks_kernel H K (a *m P) (b *m P) = @blocks_kernel F t1 t2 m s H K a b.
Proof.
rewrite /blocks_kernel /blocks_const -!sum_pairZ !umat_restrict.
have E (A : 'M[F]_m) (U : 'M[F]_(t1 + t2, m)) : U *m P *m (P^T *m A *m P) *m (U *m P)^T = U *m A *m U^T.
  by rewrite trmx_mul -!mulmxA !(mulmxA P) PP !mul1mx.
have G k (B : 'M[F]_(k, m)) : (B *m P)^T *m (B *m P) = P^T *m (B^T *m B) *m P.
  by rewrite trmx_mul !mulmxA.
by rewrite /gram !G !E.
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
Variables (F : fieldType) (N q t1 t2 m s H da nh : nat).
Hypotheses (t21 : (t2 <= t1)%N) (t10 : (0 < t1)%N).
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N).
Local Notation r := (t1 + t2)%N.
Local Notation d := (q + (r + m))%N.
Hypotheses (dE : d = (H * da)%N) (qda : (2 * q <= da)%N) (tda : (t1 + q <= da)%N) (tn : (t1 <= nh * q)%N).
Hypothesis qrm : (q <= r + m)%N.

Definition mJ : 'M[F]_(d, m) := col_mx 0 (col_mx 0 1%:M).
Definition mE1 : 'M[F]_(r, t1) := col_mx 1%:M 0.
Definition mE2 : 'M[F]_(r, t2) := col_mx 0 1%:M.
Definition mS : 'M[F]_(r, t1) := sel F (@pr t1 t2).
Definition mG (h : 'I_H.-1) : 'M[F]_(d, t1) := slot F d (h * t1) t1.
Definition mN : 'M[F]_(d, t1) := slot F d (H.-1 * t1) t1.
Definition mC : 'M[F]_(d, q) := slot F d (H * t1) q.
Definition mB (h : 'I_H.-1) : 'M[F]_m := blk F t1 m h.
Let Kc : 'M[F]_(d, q) := (cg F q t1 t2 m)^T.
Let Ke : 'M[F]_(d, r) := (te q (0 : 'M[F]_(r, m)))^T.

Definition blocksW c l : seq (seq (head F d)) :=
  layer1 Kc Ke mJ mB mE1 mS mG mN mC :: layer2 Kc Ke mE1 mE2 (pid_mx t2) mG mN mC :: stageW F H nh q0 qrm c l.

Let H0 : (0 < H)%N. Proof. exact: leq_trans nH. Qed.
Let slots : (H * t1 + q <= d)%N.
Proof.
rewrite dE; apply: leq_trans (_ : H * (t1 + q) <= _)%N; last by rewrite leq_mul2l tda orbT.
by rewrite mulnDr leq_add2l leq_pmull.
Qed.
Let HP : (H.-1 * t1 + t1 = H * t1)%N. Proof. by case: H H0 => //= H' _; rewrite mulSn addnC. Qed.
Let hP (h : 'I_H.-1) : (h * t1 + t1 <= H.-1 * t1)%N.
Proof. by rewrite addnC -mulSn leq_mul2r ltn_ord orbT. Qed.

Lemma shape_blocksW c l : has_shape (c + l).+3 H da (blocksW c l).
Proof.
have two k k' (A : 'M[F]_(d, k)) (B : 'M_(k, d)) (A' : 'M[F]_(d, k')) (B' : 'M_(k', d)) :
    (k + k' <= da)%N -> (\rank (A *m B + A' *m B')%R <= da)%N.
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

Lemma net_blocksW c l a b : (q <= nh ^ c)%N ->
  a *m (\sum_h mB h) = a -> b *m (\sum_h mB h) = b ->
  net (blocksW c l) (inA fg fe a + inB q t1 t2 fb b) (fg (Ordinal q0)) (out q0 qrm) =
  blocks_kernel H (3 ^ l) a b.
Proof.
move=> qc ax bx; pose C := sel F fg; pose T := sel F fe; pose U := sel F fb.
pose X : 'M[F]_(N, d) := inA fg fe a + inB q t1 t2 fb b.
pose xp := T *m a + U *m b; pose a1 := usubmx a; pose a2 := dsubmx a.
have CC : C^T *m C = 1%:M by apply: sel_unit.
have TT : T^T *m T = 1%:M by apply: sel_unit.
have UU : U^T *m U = 1%:M by apply: sel_unit.
have CT : C^T *m T = 0 by apply: sel_orth.
have CU : C^T *m U = 0 by apply: sel_orth.
have TU : T^T *m U = 0 by apply: sel_orth.
have UT : U^T *m T = 0 by rewrite -[LHS]trmxK trmx_mul trmxK TU trmx0.
have XE : X = C *m cg F q t1 t2 m + T *m te q a + U *m ub q t1 t2 b by [].
have XC : X *m Kc = C by rewrite XE !mulmxDl -!mulmxA cgcg tecg ubcg mulmx1 !mulmx0 !addr0.
have XT : X *m Ke = T.
  by rewrite XE !mulmxDl -!mulmxA cgte tete ubte trmx0 !mulmx0 add0r !addr0 mulmx1.
have XJ : X *m mJ = xp.
  have cJ : cg F q t1 t2 m *m mJ = 0 by rewrite /cg /mJ mul_row_col mulmx0 mul0mx addr0.
  have tJ : te q a *m mJ = a by rewrite /te /mJ !mul_row_col !mulmx0 !add0r mulmx1.
  have uJ : ub q t1 t2 b *m mJ = b by rewrite /ub /mJ !mul_row_col !mulmx0 !add0r mulmx1.
  by rewrite XE !mulmxDl -!mulmxA cJ tJ uJ mulmx0 add0r.
have xT : xp^T *m T = a^T.
  by apply: trmx_inj; rewrite trmx_mul !trmxK /xp mulmxDr !mulmxA TT TU mul1mx mul0mx addr0.
have xx : xp^T *m xp = a^T *m a + gram b.
  have xU : xp^T *m U = b^T.
    by apply: trmx_inj; rewrite trmx_mul !trmxK /xp mulmxDr !mulmxA UT UU mul1mx mul0mx add0r.
  by rewrite {2}/xp mulmxDr !mulmxA xT xU.
have SS : mS^T *m mS = 1%:M.
  apply: sel_unit => x y; rewrite /pr; have := ltn_ord x; have := ltn_ord y.
  case: insubP => [x' _ /= ex|_]; case: insubP => [y' _ /= ey|_] yt xt /(congr1 val) /= E; apply: val_inj => /=; rewrite -?ex -?ey; lia.
have Sp : mS *m (pid_mx t2 : 'M_(t1, t2)) = mE2.
  apply/matrixP=> k x; rewrite mxE (bigD1 (widen_ord t21 x)) //= big1 => [|j jx]; last first.
    rewrite [X in _ * X]mxE (_ : (_ == _) = false) ?mulr0 //; apply: contraNF jx => /eqP jx.
    by apply/eqP/val_inj.
  rewrite addr0 [X in X * _]mxE [X in _ * X]mxE /= eqxx ltn_ord mulr1 /pr (_ : insub _ = Some x); last exact: valK.
  rewrite /mE2; case: (split_ordP k) => k' ->; first by rewrite col_mxEu mxE eq_lrshift.
  by rewrite col_mxEd mxE (inj_eq (@rshift_inj _ _)).
have bT h : (mB h)^T = mB h.
  by apply/matrixP=> i j; rewrite !mxE eq_sym; case: eqP => // ->.
have b1 : xp *m (\sum_h mB h) = xp by rewrite /xp mulmxDl -!mulmxA ax bx.
have GG h h' : (mG h)^T *m mG h' = (h == h')%:R%:M.
  case: eqVneq => [->|hh]; first by rewrite slot_unit //; have := hP h'; lia.
  rewrite raddf0 slot_orth //; first by have := hP h; lia.
  move: hh; rewrite -val_eqE neq_ltn => /orP[] lt; apply/orP; [left|right];
    by rewrite addnC -mulSn leq_mul2r lt orbT.
have NN : mN^T *m mN = 1%:M by apply: slot_unit; lia.
have MM : mC^T *m mC = 1%:M by apply: slot_unit.
have GN h : (mG h)^T *m mN = 0 by apply: slot_orth; have := hP h; lia.
have GM h : (mG h)^T *m mC = 0 by apply: slot_orth; have := hP h; lia.
have NG h : mN^T *m mG h = 0 by apply: slot_orth; have := hP h; lia.
have MG h : mC^T *m mG h = 0 by apply: slot_orth => //; have := hP h; lia.
have NM : mN^T *m mC = 0 by apply: slot_orth; lia.
have MN0 : mC^T *m mN = 0 by apply: slot_orth => //; lia.
have a1E : a^T *m mE1 = a1^T.
  by rewrite /mE1 -[a in LHS]vsubmxK tr_col_mx mul_row_col mulmx1 mulmx0 addr0.
have a2E : a^T *m mE2 = a2^T.
  by rewrite /mE2 -[a in LHS]vsubmxK tr_col_mx mul_row_col mulmx1 mulmx0 add0r.
have CR : C^T *m (xp *m (umat H a)^T) = 0.
  by rewrite mulmxA /xp [C^T *m _]mulmxDr !mulmxA CT CU !mul0mx addr0 mul0mx.
rewrite /net /= -/X (att_layer1 mB mG mN mC XC XT XJ xT CC TT CT SS a1E erefl).
rewrite (att_layer2 Kc Ke mE1 xT CC TT CT SS Sp bT b1 GG NN MM GN GM NG MG NM MN0 a1 a2E erefl) -/(net _ _).
have -> : a1^T *m mE1^T + (\sum_h mB h *m (a1^T *m a1) *m mB h) *m a2^T *m mE2^T = (umat H a)^T.
  have DT : (dmat H a1)^T = dmat H a1.
    rewrite /dmat raddf_sum; apply: eq_bigr => h _.
    by rewrite /= !trmx_mul trmxK -/(mB h) bT mulmxA.
  rewrite /umat -/a1 -/a2 tr_col_mx trmx_mul DT /mE1 /mE2 !tr_col_mx !trmx0 !trmx1 !mul_mx_row.
  by rewrite !mulmx0 !mulmx1 add_row_mx addr0 add0r.
rewrite /Kc /Ke !trmxK net_stage //; congr (_ ^+ _).
rewrite /blocks_const -addrA -sum_pairZ -big_split; congr (_ + _); apply: eq_bigr => x _ /=.
rewrite trmx_mul trmxK !mulmxA -(mulmxA (umat H a) xp^T) xx mulmxDr mulmxDl mxE.
by rewrite !mulmxA.
Qed.
End Inputs.

Section Core.
Variables (F : fieldType) (charF : [char F] =i pred0) (N H da l c nh q t1 t2 m M tau : nat) (S : pred 'I_N) (i : 'I_N).
Local Notation r := (t1 + t2)%N.
Local Notation d := (q + (r + M))%N.
Hypotheses (Si : S i) (dE : d = (H * da)%N) (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N).
Hypotheses (t21 : (t2 <= t1)%N) (t10 : (0 < t1)%N) (mH : (m <= H.-1 * t1)%N).
Hypotheses (tn : (t1 <= nh * q)%N) (qn : (q <= nh ^ c)%N) (qda : (2 * q <= da)%N) (tda : (t1 + q <= da)%N).
Hypotheses (rA : (r + q <= #|S|)%N) (tr : (tau <= r)%N) (tB : (tau <= #|predC S|)%N) (tm : (tau <= m)%N) (mM : (m <= M)%N).

Lemma blocks_core (p : 'I_d) :
  exists2 Ws : seq (seq (head F d)), has_shape (c + l).+3 H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ l)).
Proof.
have qrm : (q <= r + M)%N.
  by case: H dE nH n0 => [|H'] dE' *; [lia | rewrite mulSn in dE'; lia].
apply: (any_output (p0 := out q0 qrm)); exists (blocksW F H nh q0 qrm c l).
  exact: shape_blocksW.
move=> e fs; apply: (blocks_kernel_lower charF t21 t10 mH (s := #|predC S|)) => //.
pose P : 'M[F]_(m, M) := pid_mx m.
apply: (@tokens_grid _ _ _ _ _ _ _ _ _ Si _ _ _ _ _ (mulmx^~ P) (mulmx^~ P)) fs => // fg fe fb a b *.
have PB : P *m (\sum_(h < H.-1) blk F t1 M h) = P by apply: pid_blocks.
by rewrite (net_blocksW (da := da)) // ?blocks_kernel_restrict // -mulmxA PB.
Qed.
End Core.

Section Theorem39.
Variables (F : fieldType) (charF : [char F] =i pred0) (N H da L c nh q t1 t2 m : nat) (S : pred 'I_N) (i : 'I_N).
Local Notation d := (H * da)%N.
Local Notation r := (t1 + t2)%N.
Local Notation nA := #|[pred k | S k == S i]|.
Local Notation nB := #|[pred k | S k != S i]|.
Local Notation tau := (minn r (minn nB m)).
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N) (c0 : (0 < c)%N) (cL : (c.+1 < L)%N).
Hypotheses (t21 : (t2 <= t1)%N) (t10 : (0 < t1)%N) (rd : (r + q <= d)%N) (mle : (m <= minn (d - r - q) (H.-1 * t1))%N).
Hypotheses (tn : (t1 <= nh * q)%N) (qn : (q <= nh ^ c.-1)%N) (qda : (2 * q <= da)%N).
Hypotheses (tda : (t1 + q <= da)%N) (rA : (r + q <= nA)%N).

Theorem block_heads_lower (p : 'I_d) :
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ (L - 2 - c))).
Proof.
move: mle; rewrite leq_min => /andP[mM mH]; pose S1 k := S k == S i.
have core d' (p' : 'I_d') : d' = d -> d' = (q + (r + (d - r - q)))%N ->
    exists2 Ws : seq (seq (head F d')), has_shape L H da Ws &
      sep_ge (fun x y => net Ws (mix S1 x y) i p') (mc (vfree m tau).+1 (3 ^ (L - 2 - c))).
  move=> dE dm; move: p' dE; rewrite {d'}dm => p' dE.
  have LE : L = (c.-1 + (L - 2 - c)).+3 by lia.
  rewrite [X in has_shape X]LE.
  have Si : S1 i by rewrite /S1 eqxx.
  have tB : (tau <= #|predC S1|)%N.
    by rewrite (_ : #|predC S1| = nB); [apply: leq_trans (geq_minr _ _) (geq_minl _ _) | apply: eq_card].
  have tm : (tau <= m)%N by apply: leq_trans (geq_minr _ _) (geq_minr _ _).
  exact: (blocks_core charF _ Si dE nH n0 q0 t21 t10 mH tn qn qda tda rA (geq_minl _ _) tB tm mM).
have [|Ws sWs rWs] := core d p erefl; first by lia.
exists Ws => // e fs; apply: rWs; case Si: (S i).
  apply: eq_sep_le fs => x y; congr (net _ _ i p); apply/matrixP=> t j.
  by rewrite !mxE /S1 Si eqb_id.
apply: eq_sep_le (sep_le_sym fs) => x y; congr (net _ _ i p); apply/matrixP=> t j.
by rewrite !mxE /S1 Si eqbF_neg; case: (S t).
Qed.

Corollary block_heads_lower_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ (L - 2 - c))).
Proof. exact/generic_lower/block_heads_lower. Qed.
End Theorem39.
