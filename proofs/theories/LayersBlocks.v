(* Blocks of attention and a position-wise power, with residual connections, as networks by their layers: theory.md 5.4
   and 5.4' for these.
     block_layers H d da C k  == the two layers of a block: H heads of width da, C hidden channels of the power k
     blocks_net L H d da C k  == L blocks
     Proved: all blocks of PositionWise.v without biases, with heads of rank at most da, are some weights of these layers
   (blocks_onto), so that almost all weights reach 5.4 (blocks_lower_generic) and 5.4' (blocks_two_lower_generic). *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank MonomialCount Attention AttentionWeights GenericWeights Mixer PositionWise PositionWiseWeights.
From Seprank Require Import TransformerWeights TransformerBlocks TwoStages NetEval Layers LayersRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* a head: ((Y Q) ((Y K)^T (Y U))) O^T *)
Definition read_by v := LProduct LInput (LParam v).
Definition head_expr h := LProduct
  (LProduct (read_by (4 * h)) (LProduct (LTranspose (read_by (4 * h).+1)) (read_by (4 * h).+2))) (LTranspose (LParam (4 * h).+3)).
Definition heads_expr H := foldl (fun e h => LAdd e (head_expr h)) (head_expr 0) (iota 1 H.-1).
Definition mixing_expr k := LAdd (LProduct (LPower (read_by 0) k) (LParam 1)) LInput.
Definition weight m k := LParameter m k None.
Definition block_layers H d da C k :=
  [:: LLayer (nseq (4 * H) (weight d da)) (LAdd (heads_expr H) LInput); LLayer [:: weight d C; weight C d] (mixing_expr k)].
Definition blocks_net L H d da C k := flatten (nseq L (block_layers H d da C k)).

Section Power.
Variables (R : comRingType) (ps : seq (mat R)) (X : mat R).
Lemma is_power m k a e (A : 'M_(m, k)) : is_mx (meaning ps a X) A -> is_mx (meaning ps (LPower a e) X) (act 'X^e A).
Proof. by move=> [ra ca ea]; split=> //= i j; rewrite mxE hornerXn -ea. Qed.
End Power.

(* weights with given values *)
Section Values.
Variables (F : fieldType) (value : nat -> nat -> nat -> nat -> F).   (* of a layer's parameter *)

Fixpoint param_vals (ps : seq lparam) (l p : nat) : seq F :=
  if ps is q :: ps then
    (if l_value q is Some _ then [::] else listed (l_rows q) (l_cols q) (value l p)) ++ param_vals ps l p.+1
  else [::].
Fixpoint layer_vals (ls : seq llayer) (l : nat) : seq F :=
  if ls is x :: ls then param_vals (l_params x) l 0 ++ layer_vals ls l.+1 else [::].

Lemma size_param_vals ps l p : size (param_vals ps l p) = sumn (map free ps).
Proof. by elim: ps p => //= q ps IH p; rewrite size_cat IH /free; case: (l_value q) => [_|]; rewrite ?size_listed. Qed.
Lemma size_layer_vals ls l : size (layer_vals ls l) = nweights ls.
Proof. by elim: ls l => //= x ls IH l; rewrite size_cat size_param_vals IH. Qed.

Definition is_param l p (A : mat F) q := [/\ m_rows A = l_rows q, m_cols A = l_cols q &
  forall i j, (i < l_rows q)%N -> (j < l_cols q)%N -> m_at A i j = value l p i j].

Lemma param_valsP theta ps l p k : (forall v, (v < size (param_vals ps l p))%N -> theta (k + v)%N = nth 0 (param_vals ps l p) v) ->
  forall i, (i < size ps)%N -> let q := nth (weight 0 0) ps i in l_value q = None ->
  is_param l (p + i) (nth (no_mat F) (param_mats (in_field F) theta ps k) i) q.
Proof.
elim: ps p k => //= q ps IH p k E [|i] /= lt qN.
  rewrite addn0; split=> //= i j im jm; rewrite qN; have ij : (i * l_cols q + j < l_rows q * l_cols q)%N by nia.
  by move: E; rewrite qN => ->; rewrite ?size_cat ?size_listed ?ltn_addr // nth_cat size_listed ij nth_listed.
rewrite addnS -addSn; apply: IH lt qN => v lt; rewrite -addnA.
set s := (if l_value q is Some _ then [::] else listed _ _ _) in E.
have -> : free q = size s by rewrite /s /free; case: (l_value q) => [_|]; rewrite ?size_listed.
by rewrite E ?size_cat ?ltn_add2l // nth_cat ltnNge leq_addr addKn.
Qed.

Lemma layer_valsP theta ls l k : (forall v, (v < size (layer_vals ls l))%N -> theta (k + v)%N = nth 0 (layer_vals ls l) v) ->
  forall x, (x < size ls)%N -> forall i, let ps := l_params (nth (LLayer [::] LInput) ls x) in
  (i < size ps)%N -> let q := nth (weight 0 0) ps i in l_value q = None ->
  is_param (l + x) i (nth (no_mat F) (nth [::] (layer_mats (in_field F) theta ls k) x) i) q.
Proof.
elim: ls l k => //= y ls IH l k E [|x] lx i /= lt qN.
  rewrite addn0 -[i]add0n; apply: param_valsP lt qN => v lt'.
  by rewrite E ?size_cat ?ltn_addr // nth_cat lt'.
rewrite addnS -addSn; apply: IH lx i lt qN => v lt'; rewrite -addnA.
have -> : layer_free y = size (param_vals (l_params y) l 0) by rewrite size_param_vals.
by rewrite E ?size_cat ?ltn_add2l // nth_cat ltnNge leq_addr addKn.
Qed.

Definition theta_of ls (v : 'I_(nweights ls)) : F := nth 0 (layer_vals ls 0) v.

Lemma theta_ofP ls x i : (x < size ls)%N -> let ps := l_params (nth (LLayer [::] LInput) ls x) in
  (i < size ps)%N -> let q := nth (weight 0 0) ps i in l_value q = None ->
  is_param x i (nth (no_mat F) (nth [::] (layer_mats (in_field F) (at_nat (@theta_of ls)) ls 0) x) i) q.
Proof.
move=> lx ps lt q qN; rewrite -[x in is_param x]add0n; apply: layer_valsP lx _ lt qN => v.
by rewrite size_layer_vals => lt'; rewrite /at_nat (insubT (fun v => v < nweights ls)%N lt').
Qed.
End Values.

Section Blocks.
Variables (F : fieldType) (L H d da C k n : nat).
Hypothesis H0 : (0 < H)%N.
Local Notation ls := (blocks_net L H d da C k).

Lemma size_blocks : size ls = (2 * L)%N.
Proof. by rewrite /blocks_net; elim: L => //= m IH; rewrite -/(flatten _) IH mulnS. Qed.
Lemma nth_blocks l b : (l < L)%N -> (b < 2)%N -> nth (LLayer [::] LInput) ls (2 * l + b) = nth (LLayer [::] LInput) (block_layers H d da C k) b.
Proof.
rewrite /blocks_net => + b2; elim: L l => // m IH [|l] lm.
  by clear IH; rewrite muln0 add0n; case: b b2 => [|[|]].
by rewrite (_ : (2 * l.+1 + b = (2 * l + b).+2)%N); [exact: (IH l lm) | lia].
Qed.

(* the values of the weights of block l: queries, keys, values and outputs of its heads; then its power's two matrices *)
Definition at_mx m p (M : 'M[F]_(m, p)) (i j : nat) : F := m_at (of_matrix M) i j.
Definition block_value (bs : seq (plain_block F d C)) (x p i j : nat) : F :=
  let b := nth (Plain [::] 0 0) bs (x %/ 2)%N in
  if (x %% 2 == 0)%N then
    let wv := nth (0, 0) (p_heads b) (p %/ 4)%N in
    match (p %% 4)%N with
    | 0 => at_mx (left_factor da wv.1) i j
    | 1 => at_mx (right_factor da wv.1) i j
    | 2 => at_mx (left_factor da wv.2) i j
    | _ => at_mx (right_factor da wv.2) i j
    end
  else if (p == 0)%N then at_mx (p_W3 b) i j else at_mx (p_W4 b) i j.

Variable bs : seq (plain_block F d C).
Hypothesis sh : has_shape L H da (map (@p_heads F d C) bs).
Local Notation theta := (@theta_of F (block_value bs) ls).
Local Notation mats x := (nth [::] (layer_mats (in_field F) (at_nat theta) ls 0) x).
Local Notation b l := (nth (Plain [::] 0 0) bs l).

Let sbs : size bs = L. Proof. by case/and3P: sh; rewrite size_map => /eqP. Qed.
Let sheads l : (l < L)%N -> size (p_heads (b l)) = H.
Proof. by move=> lL; move: sh => /and3P[_ + _]; rewrite all_map => /all_nthP h; apply/eqP; apply: h; rewrite sbs. Qed.

(* a weight as a matrix *)
Lemma weight_mx l c p m q (M : 'M[F]_(m, q)) : (l < L)%N -> (c < 2)%N ->
  let ps := l_params (nth (LLayer [::] LInput) (block_layers H d da C k) c) in
  (p < size ps)%N -> nth (weight 0 0) ps p = weight m q ->
  (forall i j, block_value bs (2 * l + c) p (val i) (val j) = M i j) -> is_mx (nth (no_mat F) (mats (2 * l + c)) p) M.
Proof.
move=> lL c2 ps lt E vE.
have lx : (2 * l + c < size ls)%N by rewrite size_blocks; lia.
have := @theta_ofP F (block_value bs) ls (2 * l + c) p lx; cbv zeta; rewrite nth_blocks // -/ps E => /(_ lt erefl)[r1 r2 r3].
by split=> // i j; rewrite r3 ?ltn_ord // vE.
Qed.

Lemma head_mx l h v (M : 'M[F]_(d, da)) : (l < L)%N -> (h < H)%N -> (v < 4)%N ->
  (forall i j, block_value bs (2 * l) (4 * h + v) (val i) (val j) = M i j) ->
  is_mx (nth (no_mat F) (mats (2 * l)) (4 * h + v)) M.
Proof.
move=> lL hH v4 vE; rewrite -[(2 * l)%N]addn0; apply: weight_mx => //=; rewrite ?size_nseq ?nth_nseq ?addn0 //; try lia.
by rewrite (_ : (_ < _)%N) //; lia.
Qed.

Lemma head_value l h v : (v < 4)%N -> (block_value bs (2 * l) (4 * h + v) =
  let wv := nth (0, 0) (p_heads (b l)) h in
  nth (fun _ _ => 0) [:: at_mx (left_factor da wv.1); at_mx (right_factor da wv.1); at_mx (left_factor da wv.2);
                   at_mx (right_factor da wv.2)] v).
Proof.
move=> v4; rewrite /block_value.
have -> : (2 * l %/ 2 = l)%N by rewrite mulKn.
have -> : (2 * l %% 2 = 0)%N by rewrite modnMr.
have -> : ((4 * h + v) %/ 4 = h)%N by rewrite mulnC divnMDl // divn_small // addn0.
have -> : ((4 * h + v) %% 4 = v)%N by rewrite mulnC modnMDl modn_small.
by case: v v4 => [|[|[|[|]]]].
Qed.

Lemma at_mxE m q (M : 'M[F]_(m, q)) i j : at_mx M (val i) (val j) = M i j.
Proof. by rewrite /at_mx /= !valK. Qed.

Lemma factor_mx l h v X (M : 'M[F]_(d, da)) : (l < L)%N -> (h < H)%N -> (v < 4)%N ->
  block_value bs (2 * l) (4 * h + v) = at_mx M -> is_mx (meaning (mats (2 * l)) (LParam (4 * h + v)) X) M.
Proof. by move=> lL hH v4 E; apply: head_mx => // i j; rewrite E at_mxE. Qed.

Lemma head_exprP l h (X : mat F) (Y : 'M[F]_(n, d)) : (l < L)%N -> (h < H)%N -> is_mx X Y ->
  is_mx (meaning (mats (2 * l)) (head_expr h) X) (att1 (nth (0, 0) (p_heads (b l)) h) Y).
Proof.
move=> lL hH XY; set wv := nth _ _ h.
have Q : is_mx (meaning (mats (2 * l)) (LParam (4 * h)) X) (left_factor da wv.1).
  by rewrite -[(4 * h)%N]addn0; apply: (@factor_mx l h 0%N) => //; rewrite head_value.
have K : is_mx (meaning (mats (2 * l)) (LParam (4 * h).+1) X) (right_factor da wv.1).
  by rewrite -[(4 * h).+1]addn1; apply: (@factor_mx l h 1%N) => //; rewrite head_value.
have U : is_mx (meaning (mats (2 * l)) (LParam (4 * h).+2) X) (left_factor da wv.2).
  by rewrite -[(4 * h).+2]addn2; apply: (@factor_mx l h 2%N) => //; rewrite head_value.
have O : is_mx (meaning (mats (2 * l)) (LParam (4 * h).+3) X) (right_factor da wv.2).
  by rewrite -[(4 * h).+3]addn3; apply: (@factor_mx l h 3%N) => //; rewrite head_value.
have /andP[r1 r2] : low_rank da wv.
  move: sh => /and3P[_ _]; rewrite all_map => /all_nthP lr.
  have /all_nthP low : all (low_rank da) (p_heads (b l)) by apply: lr; rewrite sbs.
  by apply: low; rewrite sheads.
have -> : att1 wv Y = Y *m left_factor da wv.1 *m ((Y *m right_factor da wv.1)^T *m (Y *m left_factor da wv.2)) *m (right_factor da wv.2)^T.
  by rewrite /att1 -{1}(factorK r1) -{1}(factorK r2) trmx_mul !mulmxA.
have Ye : is_mx (meaning (mats (2 * l)) LInput X) Y by [].
apply: is_product; last exact: is_transpose O.
by apply: is_product; [exact: is_product | apply: is_product; [apply: is_transpose |]; exact: is_product].
Qed.

Lemma block_stepP l (X : mat F) (Y : 'M[F]_(n, d)) : (l < L)%N -> is_mx X Y ->
  is_mx (meaning (mats (2 * l + 1)) (mixing_expr k) (meaning (mats (2 * l)) (LAdd (heads_expr H) LInput) X))
    (res_block 'X^k Y (b l)).
Proof.
move=> lL XY; set U := meaning (mats (2 * l)) _ _.
have UE : is_mx U (Y + att (p_heads (b l)) Y).
  have G m : (m < H)%N -> is_mx (meaning (mats (2 * l)) (foldl (fun e h => LAdd e (head_expr h)) (head_expr 0) (iota 1 m)) X)
      (\sum_(0 <= h < m.+1) att1 (nth (0, 0) (p_heads (b l)) h) Y).
    elim: m => [|m IH] lt; first by rewrite big_nat1; apply: head_exprP.
    rewrite -[m.+1]addn1 iotaD foldl_cat add1n big_nat_recr // addn1; apply: is_add; last exact: head_exprP.
    by apply: IH; apply: ltnW.
  rewrite addrC; apply: is_add => //; rewrite /att (big_nth (0, 0)) sheads //.
  by have := G H.-1; rewrite prednK // leqnn; apply.
have w3 : is_mx (meaning (mats (2 * l + 1)) (LParam 0) U) (p_W3 (b l)).
  apply: weight_mx => // i j; rewrite /block_value mulnC divnMDl // modnMDl /= addn0.
  exact: at_mxE.
have w4 : is_mx (meaning (mats (2 * l + 1)) (LParam 1) U) (p_W4 (b l)).
  apply: weight_mx => // i j; rewrite /block_value mulnC divnMDl // modnMDl /= addn0.
  exact: at_mxE.
rewrite /res_block -/(att _ _) addrC; apply: is_add => //.
by apply: is_product w4; apply: is_power; apply: is_product w3.
Qed.

Lemma blocksP (X : 'M[F]_(n, d)) : is_mx (layers_net (in_field F) theta (of_matrix X)) (foldl (@res_block F d 'X^k n C) X bs).
Proof.
rewrite /layers_net /network.
have sm : size (layer_mats (in_field F) (at_nat theta) ls 0) = (2 * L)%N.
  rewrite -size_blocks; move: (at_nat _) => t; elim: (blocks_net _ _ _ _ _ _) 0%N => //= x s IH v; by rewrite IH.
suff G m : (m <= L)%N -> is_mx (foldl (fun Y pe => meaning pe.1 pe.2 Y) (of_matrix X)
    (zip (take (2 * m) (layer_mats (in_field F) (at_nat theta) ls 0)) (take (2 * m) (map l_expr ls)))) (foldl (@res_block F d 'X^k n C) X (take m bs)).
  by have := G L (leqnn L); rewrite !take_oversize ?sm ?size_map ?size_blocks ?sbs.
elim: m => [|m IH] lm; first by rewrite muln0 !take0; apply: is_of_matrix.
have lx c : (c < 2)%N -> (2 * m + c < 2 * L)%N by lia.
have l0 := lx 0%N isT; have l1 := lx 1%N isT; rewrite addn0 in l0.
rewrite (_ : (2 * m.+1 = (2 * m + 1).+1)%N); last by lia.
rewrite (take_nth [::]) ?sm // (take_nth LInput) ?size_map ?size_blocks // zip_rcons ?size_takel ?size_map ?size_blocks ?sm ?(ltnW l1) //.
rewrite -cats1 foldl_cat /= addn1 (take_nth [::]) ?sm // (take_nth LInput (s := map _ _)) ?size_map ?size_blocks //.
rewrite zip_rcons ?size_takel ?size_map ?size_blocks ?sm ?(ltnW l0) // -cats1 foldl_cat /=.
rewrite -[(2 * m).+1]addn1 !(nth_map (LLayer [::] LInput)) ?size_blocks // (take_nth (Plain [::] 0 0)) ?sbs // -cats1 foldl_cat.
have [b0 b1] := (nth_blocks lm (isT : 0 < 2)%N, nth_blocks lm (isT : 1 < 2)%N); rewrite addn0 in b0; rewrite b1 b0.
by apply: block_stepP => //; apply: IH; apply: ltnW.
Qed.
End Blocks.

(* 5.4 and 5.4' *)
Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (L H d da C k n : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d).
Hypothesis H0 : (0 < H)%N.
Local Notation ls := (blocks_net L H d da C k).
Local Notation os := (nseq L (PwOptions true false true false)).

Lemma blocks_generic r : (exists2 bs : seq (plain_block F d C), has_shape L H da (map (@p_heads F d C) bs) &
    sep_ge (fun x y => pw_net 'X^k os (map (@unbiased F _ C) bs) (mix S x y) i p) r) ->
  exists2 P : {mpoly F[nweights ls]}, P != 0 &
    forall theta, P.@[theta] != 0 -> sep_ge (@layers_output n d ls S i p F theta) r.
Proof.
case=> bs sh low; pose theta := @theta_of F (block_value da bs) ls.
apply: (@layers_generic n d ls S i p F r theta charF) => s sep; apply: low; apply: eq_sep_le sep => x y.
have [_ _ E] := @blocksP F L H d da C k n H0 bs sh (mix S x y).
rewrite /layers_output /layers_entry E pw_net_res ?all_nseq ?orbT //.
by case/and3P: sh; rewrite size_map size_nseq => /eqP->.
Qed.

Variables (b m cp cm rho : nat).
Hypotheses (k1 : (1 < k)%N) (b0 : (0 < b)%N) (bS : (b <= minn #|S| #|predC S|)%N) (bm : (b <= m)%N) (bmd : (1 + b + m <= d)%N).
Hypothesis bC : (if k == 2 then 2 * b + 2 <= C else k.+1 ^ 2 * b <= C)%N.
Hypotheses (mcp : (m <= cp * da)%N) (bcm : (b <= cm * da)%N) (pairs : (cp * cm <= rho * H)%N).
Hypotheses (rho0 : (0 < rho)%N) (rhoL : (rho < L)%N) (first : (1 < rho)%N -> (b <= H %/ cm * da)%N).

Theorem blocks_lower_generic : exists2 P : {mpoly F[nweights ls]}, P != 0 & forall theta, P.@[theta] != 0 ->
  sep_ge (@layers_output n d ls S i p F theta) (mc (b * m).+1 (k * (3 * k) ^ (L - rho - 1))).
Proof.
apply: blocks_generic; apply: (transformer_lower charF i p k1 _ _ _ b0 bS bm bmd bC mcp bcm pairs rho0 rhoL first).
- exact: size_polyXn.
- exact: size_nseq.
- by rewrite all_nseq orbT.
Qed.
End Lower.

Section LowerTwoStages.
Variables (F : fieldType) (charF : [char F] =i pred0) (L H d da C n : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d).
Variables (b1 b2 m cp1 cm1 cp2 cm2 : nat).
Hypotheses (L3 : (2 < L)%N) (b10 : (0 < b1)%N) (b20 : (0 < b2)%N) (bS : (b1 + b2 <= minn #|S| #|predC S|)%N) (b2m : (b2 <= m)%N).
Hypotheses (bmd : (1 + (b1 + b2) + (b1 + m) <= d)%N) (bC : (2 * maxn b1 b2 + 4 <= C)%N).
Hypotheses (mcp1 : (b1 + m <= cp1 * da)%N) (bcm1 : (b1 <= cm1 * da)%N) (pairs1 : (cp1 * cm1 <= H)%N).
Hypotheses (mcp2 : (m <= cp2 * da)%N) (bcm2 : (b2 <= cm2 * da)%N) (pairs2 : (cp2 * cm2 < H)%N).
Local Notation K := (2 * 6 ^ (L - 3))%N.

Theorem two_stage_blocks_lower_generic : exists2 P : {mpoly F[nweights (blocks_net L H d da C 2)]}, P != 0 &
  forall theta, P.@[theta] != 0 ->
  sep_ge (@layers_output n d (blocks_net L H d da C 2) S i p F theta) (mc (b1 * (b1 + m)).+1 (4 * K) * mc (b2 * m).+1 K).
Proof.
apply: (blocks_generic charF); first exact: leq_ltn_trans (leq0n _) pairs2.
apply: (two_stages_lower charF i p _ _ _ L3 b10 b20 bS b2m bmd bC mcp1 bcm1 pairs1 mcp2 bcm2 pairs2).
- exact: size_polyXn.
- exact: size_nseq.
- by rewrite all_nseq orbT.
Qed.
End LowerTwoStages.
