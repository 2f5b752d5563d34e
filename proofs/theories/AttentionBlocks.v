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
