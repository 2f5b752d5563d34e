(* Weights and inputs from which the lower bounds of theory.md section 3 are  *)
(* built.                                                                     *)
(*                                                                            *)
(*   gdeg L          == gram_degree L = C_L = (3^L - 1)/2                     *)
(*   has_shape L H da Ws == Ws has L layers of H heads, and every W_h and V_h *)
(*                      has rank at most da                                   *)
(*   solo H wv       == a layer with the head wv and H - 1 zero heads         *)
(*   block H da h    == the projection on the h-th block of da coordinates    *)
(*   blocks H da V   == the layer whose head h is (block h, V); it maps X to  *)
(*                      X X^T X V                                             *)
(*   unitM p         == the matrix unit e_p e_p^T                             *)
(*   conj A Ws       == the weights A W_h A^T, A V_h A^T                      *)
(*   tok i w         == the input with token i equal to w, all others 0       *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import fingroup perm zify.
From Seprank Require Import SepRank GridRank Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GroupScope GRing.Theory.
Local Open Scope ring_scope.

Notation gdeg := gram_degree.

Lemma gdegD L : ((2 * gdeg L).+1 = 3 ^ L)%N.
Proof.
have E : (3 ^ L = (3 ^ L)./2.*2.+1)%N by rewrite -[LHS]odd_double_half oddX orbT.
by rewrite /gram_degree {}E /= -muln2 mulnK // mulnC.
Qed.

Lemma gdegS L : gdeg L.+1 = (3 * gdeg L).+1.
Proof. exact: gram_degreeS. Qed.

Lemma odd_gdeg L : odd (gdeg L) = odd L.
Proof. by elim: L => // L IH; rewrite gdegS /= oddM IH. Qed.

Lemma gdeg_gt0 L : (0 < gdeg L)%N = (0 < L)%N.
Proof. by case: L => // L; rewrite gdegS. Qed.

Section Shape.
Variables (F : fieldType) (d : nat).
Implicit Types (wv : head F d) (Hs : seq (head F d)) (Ws : seq (seq (head F d))).

Definition low_rank da wv := ((\rank wv.1 <= da) && (\rank wv.2 <= da))%N.
Definition has_shape L H da Ws :=
  [&& size Ws == L, all (fun Hs => size Hs == H) Ws & all (all (low_rank da)) Ws].

Lemma shape_cons L H da Hs Ws : size Hs = H -> all (low_rank da) Hs ->
  has_shape L H da Ws -> has_shape L.+1 H da (Hs :: Ws).
Proof. by rewrite /has_shape /= => -> -> /and3P[/eqP-> -> ->]; rewrite !eqxx. Qed.

Lemma shape_nseq L H da Hs : size Hs = H -> all (low_rank da) Hs -> has_shape L H da (nseq L Hs).
Proof. by move=> sH lH; elim: L => // L IH; apply: shape_cons. Qed.

Definition solo H wv : seq (head F d) := wv :: nseq H.-1 (0, 0).

Lemma size_solo H wv : (0 < H)%N -> size (solo H wv) = H.
Proof. by case: H => //= H _; rewrite size_nseq. Qed.

Lemma low_rank0 da : low_rank da (0, 0).
Proof. by rewrite /low_rank mxrank0. Qed.

Lemma low_rank_mono da da' wv : (da <= da')%N -> low_rank da wv -> low_rank da' wv.
Proof. by move=> le /andP[h1 h2]; rewrite /low_rank !(leq_trans _ le). Qed.

Lemma low_rank_solo da H wv : low_rank da wv -> all (low_rank da) (solo H wv).
Proof. by rewrite /= => ->; rewrite all_nseq low_rank0 orbT. Qed.

Lemma att_zeros n k (X : 'M[F]_(n, d)) : att (nseq k (0, 0)) X = 0.
Proof. by rewrite /att big_nseq; elim: k => //= k ->; rewrite addr0 /att1 mulmx0. Qed.

Lemma att_solo n H wv (X : 'M[F]_(n, d)) : att (solo H wv) X = att1 wv X.
Proof. by rewrite /att big_cons -/(att _ X) att_zeros addr0. Qed.

(* heads pad to H, layers concatenate *)
Lemma att_cat n Hs k (X : 'M[F]_(n, d)) : att (Hs ++ nseq k (0, 0)) X = att Hs X.
Proof. by rewrite /att big_cat /= -/(att (nseq k (0, 0)) X) att_zeros addr0. Qed.

Lemma rank_outer da k (u : 'M[F]_(d, k)) (v : 'M[F]_(k, d)) : (k <= da)%N -> (\rank (u *m v) <= da)%N.
Proof. by apply: leq_trans; apply: mulmx_max_rank. Qed.

Definition block da h : 'M[F]_d := \matrix_(i, j) ((i == j) && (i %/ da == h)%N)%:R.

Lemma rank_block da h : (0 < da)%N -> (\rank (block da h) <= da)%N.
Proof.
move=> da0; pose A : 'M[F]_(d, da) := \matrix_(i, k) (val i == h * da + k)%N%:R.
suff -> : block da h = A *m A^T by apply: rank_outer.
apply/matrixP=> i j; rewrite !mxE; have [ih|nih] := (i %/ da)%N =P h; last first.
  rewrite andbF big1 // => k _; rewrite !mxE; case: eqP => [ik|]; last by rewrite mul0r.
  by case: nih; rewrite ik divnMDl // divn_small ?addn0.
rewrite andbT (bigD1 (Ordinal (ltn_pmod i da0))) //= big1 => [|k kn].
  by rewrite !mxE /= -ih -divn_eq eqxx mul1r addr0 eq_sym.
rewrite !mxE /=; case: eqP => [ik|]; last by rewrite mul0r.
by case/eqP: kn; apply: val_inj; rewrite /= [val i]ik modnMDl modn_small.
Qed.

Lemma sum_block H da : d = (H * da)%N -> \sum_(h < H) block da h = 1%:M.
Proof.
move=> dE; apply/matrixP=> i j; rewrite summxE mxE.
have iH : (i %/ da < H)%N by rewrite ltn_divLR; have := ltn_ord i; [lia | case: (da) dE => //; lia].
rewrite (bigD1 (Ordinal iH)) //= big1 => [|h hn]; rewrite mxE /=; first by rewrite eqxx andbT addr0.
by have [hi|_] := (i %/ da)%N =P h; [case/eqP: hn; apply: val_inj | rewrite andbF].
Qed.

Definition blocks H da V : seq (head F d) := [seq (block da (val h), V) | h <- enum 'I_H].

Lemma size_blocks H da V : size (blocks H da V) = H.
Proof. by rewrite size_map size_enum_ord. Qed.

Lemma low_rank_blocks H da V : (0 < da)%N -> (\rank V <= da)%N -> all (low_rank da) (blocks H da V).
Proof. by move=> da0 rV; apply/allP=> _ /mapP[h _ ->]; rewrite /low_rank /= rank_block. Qed.

Lemma att_blocks n H da V (X : 'M[F]_(n, d)) : d = (H * da)%N ->
  att (blocks H da V) X = X *m (X^T *m X) *m V.
Proof.
move=> dE; rewrite /att big_map big_enum /= /att1 /=.
under eq_bigr do rewrite -!mulmxA.
by rewrite -mulmx_sumr -mulmx_suml sum_block // mul1mx !mulmxA.
Qed.

(* a single coordinate, cubed by every further layer *)
Definition unitM (p : 'I_d) : 'M[F]_d := delta_mx p p.

Lemma low_rank_unitM da p : (0 < da)%N -> low_rank da (unitM p, unitM p).
Proof. by move=> da0; rewrite /low_rank /unitM mxrank_delta da0. Qed.

Lemma net_cube n H p l (y : 'cV[F]_n) :
  net (nseq l (solo H (unitM p, unitM p))) (y *m delta_mx 0 p) =
  (y^T *m y) 0 0 ^+ gdeg l *: (y *m delta_mx 0 p).
Proof.
rewrite /net; elim: l y => [|l IH] y /=; first by rewrite scale1r.
have -> : att (solo H (unitM p, unitM p)) (y *m delta_mx 0 p) = ((y^T *m y) 0 0 *: y) *m delta_mx 0 p.
  set e : 'rV_d := delta_mx 0 p; have eE : e *m unitM p = e by rewrite /unitM mul_delta_mx.
  have ee : e *m e^T = 1%:M by rewrite trmx_delta mul_delta_mx; apply/matrixP=> a b; rewrite !mxE !ord1.
  rewrite att_solo /att1 /= trmx_mul -(mulmxA y) eE !mulmxA -(mulmxA y e) ee mulmx1 -(mulmxA _ e) eE.
  by rewrite -(mulmxA y) [in LHS](mx11_scalar (y^T *m y)) mul_mx_scalar.
rewrite [LHS]IH; set q := (y^T *m y) 0 0.
have -> : ((q *: y)^T *m (q *: y)) 0 0 = q ^+ 3.
  by rewrite -scalemxAr mxE [X in X *m y]linearZ -scalemxAl mxE -/q mulrA -expr2 -exprSr.
by rewrite -scalemxAl scalerA gdegS -exprM -exprSr.
Qed.
End Shape.

(* renaming the coordinates, and exchanging the sides *)
Section Symmetry.
Variables (F : fieldType) (n d : nat) (A : 'M[F]_d).
Hypothesis AA : A^T *m A = 1%:M.

Definition conj_head (wv : head F d) : head F d := (A *m wv.1 *m A^T, A *m wv.2 *m A^T).
Definition conj (Ws : seq (seq (head F d))) := map (map conj_head) Ws.

Lemma low_rank_conj da wv : low_rank da wv -> low_rank da (conj_head wv).
Proof.
have r W : (\rank (A *m W *m A^T) <= \rank W)%N.
  exact: leq_trans (mxrankM_maxl _ _) (mxrankM_maxr _ _).
by case/andP=> h1 h2; rewrite /low_rank !(leq_trans (r _)).
Qed.

Lemma shape_conj L H da Ws : has_shape L H da Ws -> has_shape L H da (conj Ws).
Proof.
rewrite /has_shape /conj size_map !all_map => /and3P[-> sH lH]; rewrite (eq_all (a2 := fun Hs => size Hs == H)).
  rewrite sH /=; apply: sub_all lH => Hs; rewrite /= all_map; apply: sub_all => wv.
  exact: low_rank_conj.
by move=> Hs /=; rewrite size_map.
Qed.

Lemma net_conj Ws (X : 'M[F]_(n, d)) : net (conj Ws) (X *m A^T) = net Ws X *m A^T.
Proof.
rewrite /net; elim: Ws X => //= Hs Ws IH X; rewrite -IH; congr foldl.
rewrite /att big_map mulmx_suml; apply: eq_bigr => wv _; rewrite /att1 /= trmx_mul trmxK.
by rewrite !mulmxA -!(mulmxA _ A^T A) !AA !mulmx1.
Qed.
End Symmetry.

Section Outputs.
Variables (F : fieldType) (n d L H da : nat).
Implicit Types (S : pred 'I_n) (i : 'I_n) (p : 'I_d).

Lemma mixMr S (x y : 'M[F]_(n, d)) (A : 'M_d) : mix S (x *m A) (y *m A) = mix S x y *m A.
Proof. by apply/matrixP=> k c; rewrite !mxE; case: ifP => Sk; apply: eq_bigr => l _; rewrite !mxE Sk. Qed.

Lemma mixC S (x y : 'M[F]_(n, d)) : mix (predC S) x y = mix S y x.
Proof. by apply/matrixP=> k c; rewrite !mxE /=; case: (S k). Qed.

(* a bound for one output coordinate gives it for all, with other weights *)
Lemma any_output S i p0 p r :
  (exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p0) r) ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) r.
Proof.
case=> Ws sWs rWs; pose A : 'M[F]_d := perm_mx (tperm p0 p).
have AT : A^T = perm_mx (tperm p0 p)^-1 by rewrite /A tr_perm_mx.
have AA : A^T *m A = 1%:M by rewrite AT -perm_mxM mulVg perm_mx1.
exists (conj A Ws); first exact: shape_conj.
move=> s /(sep_le_comp (fun x => x *m A^T) (fun y => y *m A^T)) sf; apply: rWs.
apply: eq_sep_le sf => x y; rewrite mixMr net_conj // AT -col_permE mxE.
by rewrite tpermR.
Qed.

(* the output may be on either side *)
Lemma any_side S i j p r : S i != S j ->
  (forall S, S i -> ~~ S j -> exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) r) ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) r.
Proof.
move=> ij lower; have [Si|Si] := boolP (S i); first by apply: lower => //; move: ij; rewrite Si; case: (S j).
have [||Ws sWs rWs] := lower (predC S) => //=; first by move: ij; rewrite (negPf Si); case: (S j).
exists Ws => // s /sep_le_sym fs; apply: rWs; apply: eq_sep_le fs => x y; by rewrite mixC.
Qed.

(* the side of the output, as the set of tokens equal to its own *)
Lemma own_side S i p r :
  (exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix (fun k => S k == S i) x y) i p) r) ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) r.
Proof.
case=> Ws sWs rWs; exists Ws => // e fs; apply: rWs; case Si: (S i).
  by apply: eq_sep_le fs => x y; congr (net _ _ i p); apply/matrixP=> t j; rewrite !mxE eqb_id.
apply: eq_sep_le (sep_le_sym fs) => x y; congr (net _ _ i p); apply/matrixP=> t j.
by rewrite !mxE eqbF_neg; case: (S t).
Qed.

Definition tok i (w : 'rV[F]_d) : 'M[F]_(n, d) := delta_mx i 0 *m w.

Lemma tokE i w k c : tok i w k c = (k == i)%:R * w 0 c.
Proof. by rewrite /tok mxE big_ord1 !mxE eqxx andbT. Qed.

Lemma mix_tok S i j u v : S i -> ~~ S j -> mix S (tok i u) (tok j v) = tok i u + tok j v.
Proof.
move=> Si Sj; apply/matrixP=> k c; rewrite mxE [in RHS]mxE !tokE; case: ifP => Sk.
  by rewrite (_ : (k == j) = false) ?mul0r ?addr0 //; apply: contraNF Sj => /eqP <-.
by rewrite (_ : (k == i) = false) ?mul0r ?add0r //; apply: contraFF Sk => /eqP ->.
Qed.
End Outputs.
