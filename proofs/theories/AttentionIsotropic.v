(* theory.md Theorem 3.5, its simple form: for H heads of width da, d = H da, *)
(* depth L >= 1 and any partition of the positions with both parts non-empty, *)
(* some weights of rank at most da give separation rank at least              *)
(*   mc(floor(da/2), C_L),  C_L = (3^L - 1)/2,                                *)
(* at every output entry (i,p). Equal to theory.md's simple form; its form    *)
(* mc(da,C) - mc(da,C-2) is in AttentionCone.v. One head acts on da         *)
(* coordinates, W swapping two halves of them; the others are 0. The generic  *)
(* form: the bound holds off the zero set of one non-zero polynomial in the   *)
(* entries of the factors.                                                    *)
(*                                                                            *)
(*   isoW M, isoV == the weights A M A^T and A A^T, A the inclusion of e of   *)
(*                   the d coordinates                                        *)
(*   swap         == the matrix exchanging two halves                         *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Isotropic.
Variables (F : fieldType) (n d e H : nat) (ed : (e <= d)%N) (M : 'M[F]_e).
Variables (i j : 'I_n) (ij : i != j).
Let A : 'M[F]_(d, e) := pid_mx e.

Lemma inclK : A^T *m A = 1%:M.
Proof. by rewrite /A tr_pid_mx pid_mx_id // pid_mx_1. Qed.

Definition isoW := A *m M *m A^T.
Definition isoV := A *m A^T.

Lemma low_rank_iso : low_rank e (isoW, isoV).
Proof. by rewrite /low_rank /isoW /isoV /= -mulmxA !rank_outer. Qed.

(* two tokens u, v that are isotropic for M, with u M v^T = t *)
Variables (t : F).
Definition iso_pair (u v : 'rV[F]_e) :=
  [/\ u *m M *m u^T = 0, v *m M *m v^T = 0, u *m M *m v^T = t%:M & v *m M *m u^T = t%:M].

Lemma iso_pairC u v : iso_pair u v -> iso_pair v u. Proof. by case. Qed.

Lemma att_iso u v s : iso_pair u v ->
  att (solo H (isoW, isoV)) (s *: (tok i (u *m A^T) + tok j (v *m A^T))) =
  (s ^+ 3 * t) *: (tok i (v *m A^T) + tok j (u *m A^T)).
Proof.
case=> uu vv uv vu; have ji : (j == i) = false by rewrite eq_sym (negPf ij).
rewrite att_solo /att1 /= /isoW /isoV.
have E : tok i (u *m A^T) + tok j (v *m A^T) =
    (delta_mx i 0 *m u + delta_mx j 0 *m v) *m A^T :> 'M_(n, d) by rewrite /tok !mulmxA mulmxDl.
have E' : tok i (v *m A^T) + tok j (u *m A^T) =
    (delta_mx i 0 *m v + delta_mx j 0 *m u) *m A^T :> 'M_(n, d) by rewrite /tok !mulmxA mulmxDl.
rewrite {}E {}E'; set Y : 'M_(n, e) := _ + delta_mx j 0 *m v; set Y' : 'M_(n, e) := _ + delta_mx j 0 *m u.
have YM : Y *m M *m Y^T *m Y = t *: Y'.
  have dd k l : (delta_mx k 0 : 'cV_n) *m (delta_mx l 0)^T = delta_mx k l :> 'M[F]_n by rewrite trmx_delta mul_delta_mx.
  have T k (x y : 'rV_e) l c : x *m M *m y^T = c%:M ->
      delta_mx k 0 *m x *m M *m (y^T *m (delta_mx l 0)^T) = c *: delta_mx k l :> 'M[F]_n.
    by move=> xy; rewrite -dd !mulmxA -(mulmxA _ x) -(mulmxA _ (x *m M)) xy mul_mx_scalar -scalemxAl.
  have uu0 : u *m M *m u^T = 0%:M by rewrite uu raddf0.
  have vv0 : v *m M *m v^T = 0%:M by rewrite vv raddf0.
  have -> : Y *m M *m Y^T = t *: (delta_mx i j + delta_mx j i).
    have -> : Y^T = u^T *m (delta_mx i 0)^T + v^T *m (delta_mx j 0)^T by rewrite linearD /= !trmx_mul.
    rewrite /Y [_ *m M]mulmxDl [LHS]mulmxDl !mulmxDr (T _ _ _ _ _ uu0) (T _ _ _ _ _ uv) (T _ _ _ _ _ vu).
    by rewrite (T _ _ _ _ _ vv0) !scale0r add0r addr0 scalerDr.
  rewrite -scalemxAl /Y mulmxDl !mulmxDr !mulmxA !mul_delta_mx_cond (negPf ij) ji !eqxx.
  by rewrite !mulr0n !mulr1n !mul0mx ?add0r ?addr0 [X in t *: X]addrC.
have -> : (s *: (Y *m A^T))^T = s *: (A *m Y^T) by rewrite linearZ /= trmx_mul trmxK.
rewrite -!scalemxAl -!scalemxAr -!scalemxAl !scalerA.
have -> : Y *m A^T *m (A *m M *m A^T) *m (A *m Y^T) *m (Y *m A^T) *m (A *m A^T) = Y *m M *m Y^T *m Y *m A^T.
  by rewrite !mulmxA -!(mulmxA _ A^T A) !inclK !mulmx1.
by rewrite YM -scalemxAl scalerA; congr (_ *: _); rewrite !exprS mulr1 !mulrA.
Qed.

Lemma net_iso L u v s : iso_pair u v ->
  net (nseq L (solo H (isoW, isoV))) (s *: (tok i (u *m A^T) + tok j (v *m A^T))) =
  (s ^+ (3 ^ L) * t ^+ gdeg L) *:
    (tok i ((if odd L then v else u) *m A^T) + tok j ((if odd L then u else v) *m A^T)).
Proof.
rewrite /net; elim: L u v s => [|L IH] u v s uv; first by rewrite expn0 expr1 expr0 mulr1.
rewrite /= att_iso // IH; last exact: iso_pairC.
congr (_ *: _); last by rewrite !if_neg.
rewrite exprMn -exprM -expnS -mulrA -exprD gdegS; congr (_ * _ ^+ _).
by have := gdegD L; lia.
Qed.

(* the output entry *)
Lemma net_iso_out L u v (p : 'I_e) : iso_pair u v ->
  net (nseq L (solo H (isoW, isoV))) (tok i (u *m A^T) + tok j (v *m A^T)) i (widen_ord ed p) =
  (if odd L then v else u) 0 p * t ^+ gdeg L.
Proof.
move=> uv; rewrite -[X in net _ X]scale1r net_iso // expr1n mul1r mxE mulrC; congr (_ * _).
rewrite mxE !tokE eqxx mul1r (negPf ij) mul0r addr0 mxE (bigD1 p) //= big1 => [|k kp].
  by rewrite !mxE /= eqxx ltn_ord mulr1 addr0.
by rewrite !mxE eq_sym /= (negPf (_ : val k != val p)) ?mulr0.
Qed.
End Isotropic.

Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d H da L : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (H0 : (0 < H)%N) (L0 : (0 < L)%N) (dE : d = (H * da)%N).
Local Notation h := (da./2).

Definition swap : 'M[F]_(h + h) := block_mx 0 1%:M 1%:M 0.
Definition uA (a : 'rV[F]_h) : 'rV[F]_(h + h) := row_mx a 0.
Definition vB (b : 'rV[F]_h) : 'rV[F]_(h + h) := row_mx 0 b.

Lemma iso_swap a b : iso_pair swap (dot a b) (uA a) (vB b).
Proof.
have S1 (x y : 'rV[F]_h) : x *m y^T = (dot x y)%:M.
  by rewrite [LHS]mx11_scalar mxE; congr (_%:M); apply: eq_bigr => k _; rewrite mxE.
have dC : dot b a = dot a b by apply: eq_bigr => k _; rewrite mulrC.
by split; rewrite /swap /uA /vB mul_row_block tr_row_mx mul_row_col
   !(mul0mx, mulmx0, mulmx1, trmx0, addr0, add0r) ?S1 ?dC.
Qed.

Lemma grid_coordinate k C s (p : 'I_k) :
  grid_le (fun a b : 'rV[F]_k => a 0 p * dot a b ^+ C) s -> (mc k C <= s)%N.
Proof.
move=> fs; apply: (dot_power_lower charF); apply: null_grid fs => N bs c Hc a.
have lp : linepoly (fun a : 'rV_k => \sum_l c l * dot a (bs l) ^+ C).
  apply: lpS => l; apply: lpM; first exact: lpC.
  by apply: lpX; apply: lpS => q; apply: lpM; [apply: lp_mx | apply: lpC].
have nz (x : 'rV_k) : x 0 p != 0 -> \sum_l c l * dot x (bs l) ^+ C = 0.
  move=> xp; apply/eqP; rewrite -(mulrI_eq0 _ (mulfI xp)) mulr_sumr; apply/eqP.
  by rewrite -[RHS](Hc x); apply: eq_bigr => l _; rewrite mulrCA.
have [ap|/nz//] := eqVneq (a 0 p) 0; apply: (linepoly0 charF (w := delta_mx 0 p) lp) => t t0.
by apply: nz; rewrite !mxE !eqxx mulr1 ap add0r.
Qed.

Theorem isotropic_lower (p : 'I_d) : S i != S j ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) (mc da./2 (gdeg L)).
Proof.
move=> /any_side; apply => S1 Si Sj; have ij : i != j by apply: contraNneq Sj => <-.
have hh : (h + h <= da)%N by rewrite addnn -[X in (_ <= X)%N]odd_double_half leq_addl.
have hd : (h + h <= d)%N by rewrite dE; apply: leq_trans hh _; rewrite leq_pmull.
pose Ws := nseq L (solo H (isoW d swap, isoV F d (h + h))).
have sW : has_shape L H da Ws.
  by apply: shape_nseq; [apply: size_solo | apply: low_rank_solo; apply: low_rank_mono (low_rank_iso _ _)].
case: (posnP h) => [h0|h0]; first by exists Ws => // s _; rewrite h0 /mc bin_small // prednK ?gdeg_gt0.
pose k0 := Ordinal h0; pose p0 := if odd L then rshift h k0 else lshift h k0.
apply: (any_output (p0 := widen_ord hd p0)); exists Ws => // s fs.
apply: (@grid_coordinate h (gdeg L) s k0).
pose xs a := tok i (uA a *m (pid_mx (h + h))^T) : 'M[F]_(n, d).
pose ys b := tok j (vB b *m (pid_mx (h + h))^T) : 'M[F]_(n, d).
have E a b : net Ws (mix S1 (xs a) (ys b)) i (widen_ord hd p0) = (if odd L then b else a) 0 k0 * dot a b ^+ gdeg L.
  rewrite mix_tok // (net_iso_out H hd ij L p0 (iso_swap a b)); congr (_ * _).
  by rewrite /p0 /uA /vB; case: odd; rewrite ?row_mxEl ?row_mxEr.
have {}fs := eq_grid E (grid_comp xs ys (sep_grid fs)); clear E.
case: odd fs => [/grid_sym|//]; apply: eq_grid => a b; congr (_ * _ ^+ _).
by apply: eq_bigr => k _; rewrite mulrC.
Qed.

Corollary isotropic_lower_generic (p : 'I_d) : S i != S j ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (mc da./2 (gdeg L)).
Proof. by move=> ij; apply/generic_lower/isotropic_lower. Qed.
End Lower.
