(* theory.md Lemma 3.7, the summing stage: c >= 1 layers that leave, in one   *)
(* coordinate of one token, 1 + the sum over pairs of M[s_k,s_l], M = Y^T Y;  *)
(* then l layers that cube it. Equal to theory.md, with any q that satisfies  *)
(* q <= n^(c-1) in place of ceil(rho/n): the pairs are given by the matrices  *)
(* A_h, B_h, whose columns are the s_k and s_l of head h.                     *)
(*                                                                            *)
(*   N, d, q, nh, H == tokens, width, carriers, heads used and heads there    *)
(*   C              == N x q, column i the indicator of carrier i             *)
(*   G, Gam, Phi    == d x q, columns the coordinates g_i, gamma_i, phi_i     *)
(*   heads f        == the layer with heads f h, h < nh, and H - nh zeros     *)
(*   sum_layer A B  == the first layer                                        *)
(*   fold q'        == the fold layer from q to q' <= q carriers              *)
(*   folds c q1     == c fold layers, from q1 <= nh^c carriers to one         *)
(*   carried D z    == the tokens C (D Gam^T + z Phi^T): carrier i is gamma_i *)
(*                     (if D_ii = 1) + sum_f z_if phi_f                       *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Layer.
Variables (F : fieldType) (d nh H : nat) (nH : (nh <= H)%N).

Definition heads (f : 'I_nh -> head F d) := [seq f h | h <- enum 'I_nh] ++ nseq (H - nh) (0, 0).

Lemma size_heads f : size (heads f) = H.
Proof. by rewrite size_cat size_map size_enum_ord size_nseq subnKC. Qed.

Lemma low_rank_heads da f : (forall h, low_rank da (f h)) -> all (low_rank da) (heads f).
Proof.
move=> lf; rewrite all_cat all_nseq low_rank0 orbT andbT.
by apply/allP=> _ /mapP[h _ ->].
Qed.

Lemma att_heads N f (X : 'M[F]_(N, d)) : att (heads f) X = \sum_h att1 (f h) X.
Proof. by rewrite att_cat /att big_map big_enum. Qed.
End Layer.

(* every further layer cubes a single coordinate *)
Lemma net_cube_out (F : fieldType) N d H p l (Y : 'M[F]_(N, d)) i :
  net (nseq l (solo H (unitM F p, unitM F p))) Y i p = ((col p Y)^T *m col p Y) 0 0 ^+ gdeg l * Y i p.
Proof.
have attE (X : 'M[F]_(N, d)) :
    att1 (unitM F p, unitM F p) X = col p X *m ((col p X)^T *m col p X) *m delta_mx 0 p.
  rewrite /att1 /= !colE trmx_mul trmx_delta /unitM -(mul_delta_mx (0 : 'I_1)).
  by rewrite !mulmxA.
have colp (y : 'cV[F]_N) : col p (y *m delta_mx 0 p) = y.
  by apply/colP=> k; rewrite mxE mxE big_ord1 !mxE !eqxx mulr1.
case: l => [|l]; first by rewrite mul1r.
have -> : net (nseq l.+1 (solo H (unitM F p, unitM F p))) Y =
          net (nseq l.+1 (solo H (unitM F p, unitM F p))) (col p Y *m delta_mx 0 p).
  by rewrite /net /=; congr foldl; rewrite !att_solo !attE colp.
by rewrite net_cube mxE; congr (_ * _); rewrite mxE big_ord1 !mxE !eqxx mulr1.
Qed.

Section Stage.
Variables (F : fieldType) (N d q nh H : nat) (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (i0 : 'I_q) (i00 : i0 = 0%N :> nat).
Variables (C : 'M[F]_(N, q)) (G Gam Phi : 'M[F]_(d, q)).
Hypotheses (CC : C^T *m C = 1%:M) (GG : Gam^T *m Gam = 1%:M) (PP : Phi^T *m Phi = 1%:M) (GP : Gam^T *m Phi = 0).
Local Notation first h := ((h : 'I_nh) == 0%N :> nat)%:R.
Local Notation heads := (heads H).

Definition carried D z := C *m (D *m Gam^T + z *m Phi^T).

Lemma sum_first (V : lmodType F) (x : V) : \sum_h first h *: x = x.
Proof.
rewrite (bigD1 (Ordinal n0)) //= scale1r big1 ?addr0 // => h hn.
by rewrite (_ : (_ == _) = false) ?scale0r //; apply: contraNF hn => /eqP h0; apply/eqP/val_inj.
Qed.

Section First.
Variables A B : 'I_nh -> 'M[F]_(d, q).
Definition sum_head h : head F d :=
  (G *m (A h + first h *: G)^T, B h *m Phi^T + first h *: (G *m (Gam^T + delta_mx i0 i0 *m Phi^T))).
Definition sum_layer := heads sum_head.

Lemma att_sum (Y : 'M[F]_(N, d)) : Y *m G = C ->
  (forall h, (Y *m A h)^T *m C = 0) -> (forall h, C^T *m (Y *m B h) = 0) ->
  att sum_layer Y = carried 1%:M (delta_mx i0 i0 + \sum_h (Y *m A h)^T *m (Y *m B h)).
Proof.
move=> YG AC CB; rewrite /sum_layer att_heads.
have [T ET] : {T | T = Gam^T + delta_mx i0 i0 *m Phi^T} by eexists.
transitivity (\sum_h C *m (((Y *m A h)^T *m (Y *m B h)) *m Phi^T + first h *: T)).
  apply: eq_bigr => h _; set b : F := first h.
  have bb : b * b = b by rewrite /b -natrM mulnb andbb.
  have L : Y *m (G *m (A h + b *: G)^T) *m Y^T = C *m ((Y *m A h)^T + b *: C^T).
    rewrite mulmxA YG -mulmxA -trmx_mul [Y *m (_ + _)]mulmxDr -[Y *m (b *: _)]scalemxAr YG; congr (C *m _).
    by rewrite linearD /= [X in _ + X]linearZ.
  have R : Y *m (B h *m Phi^T + b *: (G *m T)) = Y *m B h *m Phi^T + b *: (C *m T).
    by rewrite mulmxDr -scalemxAr !mulmxA YG.
  have e1 : (Y *m A h)^T *m (C *m T) = 0 by rewrite mulmxA AC mul0mx.
  have e2 : C^T *m (Y *m B h *m Phi^T) = 0 by rewrite mulmxA CB mul0mx.
  have e3 : C^T *m (C *m T) = T by rewrite mulmxA CC mul1mx.
  rewrite /att1 /= -/b -ET L -(mulmxA _ Y) R -mulmxA; congr (C *m _).
  rewrite mulmxDl [X in X + _]mulmxDr [X in _ + X]mulmxDr -!scalemxAl -!scalemxAr e1 e2 e3.
  by rewrite !scaler0 addr0 add0r scalerA bb mulmxA.
rewrite -mulmx_sumr big_split /= sum_first -mulmx_suml /carried mul1mx mulmxDl ET.
by rewrite addrC -addrA.
Qed.
End First.

(* folding: carriers i + h q' of every head h move to carrier i *)
Section Fold.
Variable q' : nat.
Definition foldm h : 'M[F]_q := \matrix_(i, f) ((i < q') && (f == h * q' + i :> nat))%N%:R.
Definition fold_head (h : 'I_nh) : head F d :=
  (Gam *m foldm h *m Gam^T, Phi *m (foldm h)^T *m Phi^T + first h *: (Gam *m pid_mx q' *m Gam^T)).
Definition fold := heads fold_head.

Lemma pid_mxE k p (M : 'M[F]_(q, p)) i j : ((pid_mx k : 'M_q) *m M) i j = (i < k)%N%:R * M i j.
Proof.
rewrite mxE (bigD1 i) //= big1 ?addr0 => [|l li]; rewrite !mxE ?eqxx //.
by rewrite eq_sym (_ : (_ == _) = false) ?mul0r //; apply/negP=> /eqP/val_inj/eqP; rewrite (negPf li).
Qed.

Lemma att_fold q1 z : (q' <= q1)%N -> (q1 <= nh * q')%N -> pid_mx q1 *m z = z ->
  exists z', [/\ att fold (carried (pid_mx q1) z) = carried (pid_mx q') z',
                 pid_mx q' *m z' = z' & \tr z' = \tr z].
Proof.
move=> le ge Dz; pose D : 'M[F]_q := pid_mx q1.
have PD h : D *m foldm h = foldm h.
  apply/matrixP=> i j; rewrite pid_mxE mxE; case: (ltnP i q') => [iq|_]; last by rewrite mulr0.
  by rewrite (leq_trans iq le) mul1r.
have P0 h : first h *: foldm h = first h *: (pid_mx q' : 'M[F]_q).
  case: eqP => [h0|_]; last by rewrite !scale0r.
  by congr (_ *: _); apply/matrixP=> i j; rewrite !mxE h0 mul0n add0n andbC eq_sym.
have DT : D^T = D by rewrite /D tr_pid_mx.
have DD : D *m D = D by rewrite /D; apply/matrixP=> i j; rewrite pid_mxE !mxE; case: (i < q1)%N; rewrite ?mul1r ?andbF ?mul0r.
have PhG : Phi^T *m Gam = 0 by rewrite -[Phi^T *m Gam]trmxK trmx_mul trmxK GP trmx0.
exists (\sum_(h < nh) foldm (val h) *m z *m (foldm (val h))^T); split.
- rewrite /fold att_heads; pose E : 'M[F]_q := pid_mx q'.
  transitivity (\sum_h C *m (foldm (val h) *m z *m (foldm (val h))^T *m Phi^T + first h *: (E *m Gam^T))).
    apply: eq_bigr => h _; set P := foldm (val h); set b : F := first h.
    have bPE : b *: (P *m D *m E) = b *: E.
      rewrite 2!scalemxAl P0 -!scalemxAl; congr (_ *: _).
      apply/matrixP=> i j; rewrite -mulmxA !pid_mxE mxE; case: (ltnP i q') => iq; last by rewrite mul0r andbF.
      by rewrite (leq_trans iq le) !mul1r.
    set Y := carried _ z; have CY : C^T *m Y = D *m Gam^T + z *m Phi^T by rewrite /Y /carried mulmxA CC mul1mx.
    have YG : Y *m Gam = C *m D.
      by rewrite /Y /carried -mulmxA mulmxDl -!mulmxA GG PhG mulmx0 addr0 mulmx1.
    have L : Y *m (Gam *m P *m Gam^T) *m Y^T = C *m P *m D *m C^T.
      by rewrite !mulmxA YG -(mulmxA _ Gam^T) -trmx_mul YG trmx_mul DT -(mulmxA C) PD !mulmxA.
    rewrite /att1 /= L -(mulmxA _ _ Y) CY -!(mulmxA C); congr (C *m _).
    have -> : P *m D *m (D *m Gam^T + z *m Phi^T) = P *m D *m Gam^T + P *m z *m Phi^T.
      by rewrite mulmxDr !mulmxA -(mulmxA P D D) DD -(mulmxA P D z) Dz.
    rewrite -/b -/E mulmxDl [X in X + _]mulmxDr [X in _ + X]mulmxDr -!scalemxAr !mulmxA.
    rewrite -!(mulmxA _ Gam^T Phi) GP mulmx0 !mul0mx add0r.
    rewrite -!(mulmxA _ Phi^T Phi) PP mulmx1 -!(mulmxA _ Phi^T Gam) PhG mulmx0 !mul0mx scaler0 addr0.
    by rewrite -!(mulmxA _ Gam^T Gam) GG mulmx1 addrC scalemxAl bPE -scalemxAl.
  by rewrite -mulmx_sumr big_split /= sum_first -mulmx_suml /carried addrC.
- rewrite mulmx_sumr; apply: eq_bigr => h _; rewrite !mulmxA; congr (_ *m _ *m _).
  by apply/matrixP=> i j; rewrite pid_mxE mxE; case: (i < q')%N; rewrite ?mul1r ?mulr0.
rewrite raddf_sum; under eq_bigr do rewrite /= mxtrace_mulC mulmxA.
rewrite -raddf_sum -mulmx_suml /=; congr (\tr _).
have -> : \sum_(h < nh) (foldm (val h))^T *m foldm (val h) = pid_mx (nh * q').
  apply/matrixP=> i j; rewrite summxE mxE.
  have [->|ij] := eqVneq i j; last first.
    move: (ij); rewrite -val_eqE => /negPf->; rewrite big1 // => h _; rewrite mxE big1 // => k _; rewrite !mxE.
    case: (_ =P _ :> nat) => [ik|_]; last by rewrite andbF mul0r.
    case: (_ =P _ :> nat) => [jk|_]; last by rewrite andbF mulr0.
    by case/eqP: ij; apply: val_inj; rewrite /= ik jk.
  have row h : ((foldm h)^T *m foldm h) j j = (h * q' <= j < h * q' + q')%N%:R.
    rewrite mxE; under eq_bigr do rewrite !mxE -natrM mulnb andbb.
    have [/andP[hj jh]|nj] := boolP (h * q' <= j < h * q' + q')%N.
      have kq : (j - h * q' < q)%N by apply: leq_ltn_trans (leq_subr _ _) (ltn_ord j).
      rewrite (bigD1 (Ordinal kq)) //= subnKC // eqxx andbT big1 ?addr0 => [|k kn]; first by rewrite ltn_subLR ?jh.
      case: eqP => [jk|]; last by rewrite andbF.
      by case/eqP: kn; apply: val_inj; rewrite /= jk addKn.
    rewrite big1 // => k _; case: (ltnP k q') => //= kq; case: eqP => // jk.
    by case/negP: nj; rewrite jk leq_addr ltn_add2l.
  under eq_bigr do rewrite row; rewrite eqxx /=.
  case: (ltnP j (nh * q')) => jn.
    have q0 : (0 < q')%N by case: (q') jn => //; rewrite muln0.
    have hn : (j %/ q' < nh)%N by rewrite ltn_divLR.
    rewrite (bigD1 (Ordinal hn)) //= leq_trunc_div {1}[in (j < _)%N](divn_eq j q') ltn_add2l ltn_mod q0.
    rewrite big1 ?addr0 // => h hh; case: andP => // -[h1 h2]; case/eqP: hh; apply: val_inj => /=.
    by apply/eqP; rewrite eqn_leq leq_divRL // h1 /= -ltnS ltn_divLR // mulSn addnC.
  rewrite big1 // => h _; case: andP => // -[h1 h2].
  have : ((val h).+1 * q' <= nh * q')%N by rewrite leq_mul2r ltn_ord orbT.
  by rewrite mulSn addnC => /(leq_trans h2); rewrite ltnNge jn.
apply/matrixP=> i j; rewrite pid_mxE; case: ltnP => [_|iq]; first by rewrite mul1r.
by rewrite -Dz pid_mxE ltnNge (leq_trans ge iq) !mul0r.
Qed.
End Fold.

Fixpoint folds c q1 : seq (seq (head F d)) :=
  if c is c'.+1 then let q' := minn q1 (nh ^ c') in fold q' :: folds c' q' else [::].

Lemma net_folds c q1 z : (0 < q1 <= nh ^ c)%N -> pid_mx q1 *m z = z ->
  exists2 z', net (folds c q1) (carried (pid_mx q1) z) = carried (pid_mx 1) z' & pid_mx 1 *m z' = z' /\ \tr z' = \tr z.
Proof.
rewrite /net; elim: c q1 z => [|c IH] q1 z /andP[q0 qc] Dz.
  have -> : q1 = 1%N by apply/eqP; rewrite eqn_leq qc.
  by exists z => //; split=> //; rewrite -{2}Dz (_ : q1 = 1%N) //; apply/eqP; rewrite eqn_leq qc.
have le : (minn q1 (nh ^ c) <= q1)%N by apply: geq_minl.
have ge : (q1 <= nh * minn q1 (nh ^ c))%N by rewrite /minn; case: ifP => _; [apply: leq_pmull | rewrite -expnS].
have [z1 [/= -> Dz1 tr1]] := att_fold le ge Dz.
have [|z2 -> [Dz2 tr2]] := IH _ z1 _ Dz1; last by exists z2; rewrite ?tr2.
by rewrite leq_min q0 expn_gt0 n0 geq_minr.
Qed.

Variables (A B : 'I_nh -> 'M[F]_(d, q)) (p : 'I_d) (Phi0 : col i0 Phi = delta_mx p 0).

(* c + 1 layers that sum, then l layers that cube *)
Definition summing c l := sum_layer A B :: folds c q ++ nseq l (solo H (unitM F p, unitM F p)).

Lemma net_summing c l (Y : 'M[F]_(N, d)) o : (q <= nh ^ c)%N -> col i0 C = delta_mx o 0 ->
  Y *m G = C -> (forall h, (Y *m A h)^T *m C = 0) -> (forall h, C^T *m (Y *m B h) = 0) ->
  net (summing c l) Y o p = (1 + \sum_h \tr ((Y *m A h)^T *m (Y *m B h))) ^+ (3 ^ l).
Proof.
move=> qc Co YG AC CB; rewrite /summing /net /= foldl_cat att_sum //.
set z := _ + _; have q0 : (0 < q)%N by apply: leq_ltn_trans (ltn_ord i0).
have [||z' E [Dz' tr]] := @net_folds c q z; first by rewrite q0.
  by rewrite pid_mx_1 mul1mx.
move: E; rewrite pid_mx_1 /net => ->; rewrite -/(net _ _) net_cube_out.
set Q := 1 + _; have zi (i j : 'I_q) : z' i j = (i == i0)%:R * z' i j.
  by rewrite -{1}Dz' pid_mxE ltnS leqn0 -val_eqE /= i00.
have zE : col i0 z' = Q *: delta_mx i0 0.
  have <- : \tr z' = Q.
    rewrite tr /z mxtraceD raddf_sum; congr (_ + _); rewrite /mxtrace (bigD1 i0) //= big1 => [|i /negPf ii].
      by rewrite mxE eqxx addr0.
    by rewrite mxE ii.
  apply/colP=> i; rewrite !mxE zi andbT /mxtrace (bigD1 i0) //= big1 ?addr0 => [|k /negPf ki]; last first.
    by rewrite zi ki mul0r.
  by case: eqP => [->|_]; rewrite ?mulr1 ?mul1r ?mulr0 ?mul0r.
have cE : col p (carried (pid_mx 1) z') = Q *: delta_mx o 0.
  rewrite colE -Phi0 colE /carried -mulmxA mulmxDl -!mulmxA (mulmxA Gam^T) GP mul0mx mulmx0 add0r.
  by rewrite (mulmxA Phi^T) PP mul1mx -colE zE -scalemxAr -colE Co.
have -> : carried (pid_mx 1) z' o p = Q.
  by have /colP/(_ o) := cE; rewrite !mxE !eqxx mulr1.
have -> : (col p (carried (pid_mx 1) z'))^T = Q *: delta_mx 0 o by rewrite cE linearZ /= trmx_delta.
rewrite cE -scalemxAl -scalemxAr scalerA mul_delta_mx !mxE eqxx mulr1.
by rewrite -expr2 -exprM -exprSr gdegD.
Qed.

Lemma shape_summing da c l : (2 * q <= da)%N -> has_shape (c + l).+1 H da (summing c l).
Proof.
move=> qd; have qa : (q <= da)%N by lia.
have H0 : (0 < H)%N by apply: leq_trans nH.
have two (M M' : 'M[F]_(d, q)) (W W' : 'M[F]_(q, d)) x : (\rank (M *m W + x *: (M' *m W'))%R <= da)%N.
  have r1 := rank_outer M W (leqnn q); have r2 := rank_outer (x *: M') W' (leqnn q).
  by rewrite scalemxAl (leq_trans (mxrank_add _ _)) // (leq_trans (leq_add r1 r2)) // addnn -mul2n.
apply: shape_cons; first exact: size_heads.
  by apply: low_rank_heads => h; rewrite /low_rank two rank_outer.
elim: c {1}q => [|c IH] q1 /=.
  apply: shape_nseq; [exact: size_solo | apply/low_rank_solo/low_rank_unitM].
  by apply: leq_trans qa; apply: leq_ltn_trans (ltn_ord i0).
apply: shape_cons => //; first exact: size_heads.
by apply: low_rank_heads => h; rewrite /low_rank /= two -mulmxA rank_outer.
Qed.
End Stage.
