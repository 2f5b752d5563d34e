(* The weights of attention with position-wise parts (PositionWise.v) as numbers, in every ring: the factors of the heads'
   matrices as in GenericWeights.v, of width d + 1 (queries, keys and values have biases), and the entries of the others.
     pw_index       == the index of a weight
     pw_layers w    == the blocks with weights w
     map_layer f l  == the block l with the ring morphism f applied to all entries
     pw_family      == the output entry, a natural family (Witness.v) in the weights and the coefficients of tau
   Proved: the network commutes with ring morphisms (map_pw_net), every choice of unbiased blocks whose heads have rank at
   most da is one of weights (pw_layers_onto), and so a lower bound that some of these reach almost all weights reach
   (pw_lower_generic: theory.md 1.5). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix Witness GridRank Attention AttentionWeights GenericWeights Mixer PositionWise.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Family.
Variables (L H da d C : nat).
Definition pw_index := [finType of factors L H (d + 1) da + 'I_L * ('I_d + 'I_d * 'I_C + ('I_C + 'I_C * 'I_d + 'I_d))].
Local Notation K := #|pw_index|.

Section Layers.
Variables (R : comRingType) (w : 'I_K -> R).
Let at_index (v : pw_index) := w (enum_rank v).
Definition pw_layers : seq (pw_layer R d C) :=
  [seq PwLayer (nth [::] (weights_of (fun v : 'I_(nfactors L H (d + 1) da) => at_index (inl (enum_val v)))) (l : 'I_L))
         (\row_b at_index (inr (l, inl (inl b)))) (\matrix_(a, b) at_index (inr (l, inl (inr (a, b)))))
         (\row_b at_index (inr (l, inr (inl (inl b))))) (\matrix_(a, b) at_index (inr (l, inr (inl (inr (a, b))))))
         (\row_b at_index (inr (l, inr (inr b)))) | l <- enum 'I_L].
End Layers.

Lemma eq_pw_layers (R : comRingType) (w w' : 'I_K -> R) : w =1 w' -> pw_layers w = pw_layers w'.
Proof.
move=> E; apply: eq_map => l; congr PwLayer; try by apply/matrixP=> a b; rewrite !mxE E.
by congr nth; apply: eq_weights_of => v; rewrite E.
Qed.

Section Map.
Variables (R R' : comRingType) (f : {rmorphism R -> R'}) (n : nat).
Definition map_layer (l : pw_layer R d C) : pw_layer R' d C :=
  PwLayer (map (map_head f) (pw_heads l)) (map_mx f (pw_bo l)) (map_mx f (pw_W3 l)) (map_mx f (pw_b3 l))
    (map_mx f (pw_W4 l)) (map_mx f (pw_b4 l)).

Lemma map_pw_layers w : map map_layer (pw_layers w) = pw_layers (f \o w).
Proof.
rewrite -map_comp; apply: eq_map => l /=; rewrite /map_layer /=.
congr PwLayer; try by apply/matrixP=> a b; rewrite !mxE.
rewrite -[in RHS](weights_of_map f (fun v => w (enum_rank (inl (enum_val v) : pw_index)))) /map_net (nth_map [::]) //.
by rewrite size_map size_enum_ord.
Qed.

Lemma map_pw_net tau os ls (X : 'M[R]_(n, d)) :
  map_mx f (pw_net tau os ls X) = pw_net (map_poly f tau) os (map map_layer ls) (map_mx f X).
Proof.
have mact p q (Z : 'M[R]_(p, q)) : map_mx f (act tau Z) = act (map_poly f tau) (map_mx f Z).
  by apply/matrixP=> a b; rewrite !mxE horner_map.
have mres b (Y : 'M[R]_(n, d)) : map_mx f (residual b Y) = residual b (map_mx f Y) by case: b; rewrite /= ?map_mx0.
have mtok m b (v : 'rV[R]_m) : map_mx f (each_token n b v) = each_token n b (map_mx f v).
  by case: b; rewrite /= ?map_mx0 //; apply/matrixP=> a c; rewrite !mxE.
have matt Hs (Y : 'M[R]_(n, d + 1)) : map_mx f (att Hs Y) = att (map (map_head f) Hs) (map_mx f Y).
  exact: (net_map f [:: Hs] Y).
have mba o l (Y : 'M[R]_(n, d)) : map_mx f (biased_att o l Y) = biased_att o (map_layer l) (map_mx f Y).
  by rewrite /biased_att map_mxD mtok map_lsubmx matt map_row_mx map_const_mx rmorph_nat.
rewrite /pw_net; elim: os ls X => [|o os IH] [|l ls] X //=; rewrite IH; congr foldl.
by rewrite /pw_block /position_wise /= !(mba, mtok, map_mxD, map_mxM, mact, mres).
Qed.
End Map.

Variable F : fieldType.

Lemma rank_head_in (W : 'M[F]_d) : (\rank (block_mx W 0 0 0 : 'M_(d + 1)) <= \rank W)%N.
Proof.
have -> : block_mx W 0 0 0 = col_mx 1%:M 0 *m W *m row_mx 1%:M 0 :> 'M_(d + 1).
  by rewrite mul_col_mx mul1mx mul0mx mul_mx_row mulmx1 mulmx0 block_mxEh col_mx0.
exact: leq_trans (mxrankM_maxl _ _) (mxrankM_maxr _ _).
Qed.

Lemma pw_layers_onto (ls : seq (plain_block F d C)) : has_shape L H da (map (@p_heads F d C) ls) ->
  exists w, pw_layers w = map (@unbiased F d C) ls.
Proof.
case/and3P; rewrite size_map => /eqP sL sH rk; pose Ws := map (map (@head_in F d)) (map (@p_heads F d C) ls).
have [|w0 w0E] := @weights_of_onto L H (d + 1) da F Ws.
  apply/and3P; split; first by rewrite !size_map sL.
    by rewrite all_map; apply: sub_all sH => Hs; rewrite /= size_map.
  rewrite all_map; apply: sub_all rk => Hs; rewrite /= all_map; apply: sub_all => wv /andP[h1 h2].
  by rewrite /low_rank /= !(leq_trans (rank_head_in _)).
pose l0 : plain_block F d C := Plain [::] 0 0.
exists (fun v => match (enum_val v : pw_index) with
  | inl u => w0 (enum_rank u)
  | inr (l, inl (inr (a, b))) => p_W3 (nth l0 ls l) a b
  | inr (l, inr (inl (inr (a, b)))) => p_W4 (nth l0 ls l) a b
  | _ => 0 end).
apply: (@eq_from_nth _ (unbiased l0)) => [|l]; first by rewrite /pw_layers [LHS]size_map size_enum_ord size_map sL.
rewrite /pw_layers size_map size_enum_ord => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)) (nth_map l0) ?sL // /unbiased.
congr PwLayer; try by apply/matrixP=> a b; rewrite !mxE enum_rankK.
have -> : weights_of (fun v : 'I_(nfactors L H (d + 1) da) => match (enum_val (enum_rank (inl (enum_val v) : pw_index)) : pw_index) with
  | inl u => w0 (enum_rank u)
  | inr (l, inl (inr (a, b))) => p_W3 (nth l0 ls l) a b
  | inr (l, inr (inl (inr (a, b)))) => p_W4 (nth l0 ls l) a b
  | _ => 0 end) = Ws by rewrite -w0E; apply: eq_weights_of => v; rewrite enum_rankK enum_valK.
by rewrite /Ws -map_comp (nth_map l0) ?sL.
Qed.
End Family.

Section Generic.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d C H da L r : nat) (tau : {poly F}) (os : seq pw_options).
Variables (S : pred 'I_n) (i : 'I_n) (p : 'I_d).
Local Notation index := (pw_index L H da d C).
Definition pw_index_tau := [finType of index + 'I_(size tau)].

Definition pw_family : family #|pw_index_tau| (n * d) (n * d) := fun R th x y =>
  pw_net (\poly_(e < size tau) oapp (fun e => th (enum_rank (inr e : pw_index_tau))) 0 (insub e)) os
    (pw_layers (fun v : 'I_#|index| => th (enum_rank (inl (enum_val v) : pw_index_tau)))) (mix S (inputs x) (inputs y)) i p.

Lemma pw_family_natural : natural pw_family.
Proof.
split=> [R R' f th x y|R th th' x x' y y' Et Ex Ey]; rewrite /pw_family.
  set t := \poly_(e < size tau) _; set t' := \poly_(e < size tau) _; set ls := pw_layers _; set ls' := pw_layers _.
  set X := mix _ _ _; set X' := mix _ _ _.
  have -> : t' = map_poly f t by apply/polyP => e; rewrite coef_map !coef_poly /=; case: ltnP => _; [case: insub => //= |]; rewrite rmorph0.
  have -> : ls' = map (map_layer f) ls by rewrite /ls map_pw_layers.
  have -> : X' = map_mx f X by apply/matrixP=> a b; rewrite !mxE; case: (S a).
  by rewrite -map_pw_net mxE.
congr (pw_net _ _ _ _ i p).
- by apply/polyP => e; rewrite !coef_poly; case: insub => //= e'; rewrite Et.
- by apply: eq_pw_layers => v; rewrite Et.
by apply/matrixP=> a b; rewrite !mxE Ex Ey.
Qed.

Let th (w : 'I_#|index| -> F) (v : 'I_#|pw_index_tau|) := match (enum_val v : pw_index_tau) with inl u => w (enum_rank u) | inr e => tau`_e end.

Let pw_familyE w x y : pw_family (th w) x y = pw_net tau os (pw_layers w) (mix S (inputs x) (inputs y)) i p.
Proof.
rewrite /pw_family; congr (pw_net _ _ _ _ i p); last first.
  by apply: eq_pw_layers => v; rewrite /th enum_rankK enum_valK.
apply/polyP => e; rewrite coef_poly; case: ltnP => [et|te]; last by rewrite nth_default.
by rewrite insubT /= /th enum_rankK.
Qed.

Theorem pw_lower_generic : (exists2 ls : seq (plain_block F d C), has_shape L H da (map (@p_heads F d C) ls) &
    sep_ge (fun x y => pw_net tau os (map (@unbiased F _ C) ls) (mix S x y) i p) r) ->
  exists2 P : {mpoly F[#|index|]}, P != 0 &
    forall w, P.@[w] != 0 -> sep_ge (fun x y => pw_net tau os (pw_layers w) (mix S x y) i p) r.
Proof.
case=> ls sh low.
have [w0 w0E] := pw_layers_onto sh; rewrite -w0E in low.
have sepE w s : sep_le (fun x y => pw_family (th w) x y) s <->
    sep_le (fun x y : 'M[F]_(n, d) => pw_net tau os (pw_layers w) (mix S x y) i p) s.
  split=> [h|h]; last first.
    by apply: eq_sep_le (sep_le_comp (@inputs n d F) (@inputs n d F) h) => x y; rewrite pw_familyE.
  have := sep_le_comp (fun X : 'M[F]_(n, d) => mxvec X 0) (fun X : 'M[F]_(n, d) => mxvec X 0) h.
  by apply: eq_sep_le => x y; rewrite pw_familyE !inputsK.
have [s sep|xs [ys D]] := @grid_lower _ _ _ (poly_of pw_family (th w0)) (char0_infinite charF) r.
  by apply: low; apply/sepE; apply: eq_sep_le sep => x y; rewrite (poly_ofE pw_family_natural).
pose P0 := minor_poly pw_family xs ys.
pose sub : #|pw_index_tau|.-tuple {mpoly F[#|index|]} :=
  [tuple match (enum_val v : pw_index_tau) with inl u => 'X_(enum_rank u) | inr e => (tau`_e)%:MP end | v < #|pw_index_tau|].
have PE w : (P0 \mPo sub).@[w] = \det (\matrix_(a, b) pw_family (th w) (xs a) (ys b)).
  rewrite comp_mpoly_meval.
  have := minor_poly_eval pw_family_natural xs ys [rmorphism of idfun] (fun v => (tnth sub v).@[w]).
  rewrite /P0 => E; apply: etrans E _; congr (\det _); apply/matrixP => a b; rewrite !mxE.
  apply: (proj2 pw_family_natural) => // v; rewrite tnth_mktuple /th.
  by case: (enum_val v) => e; rewrite ?mevalXU ?mevalC.
exists (P0 \mPo sub).
  have : (P0 \mPo sub).@[w0] != 0.
    rewrite PE; move: D; congr (\det _ != 0); apply/matrixP => a b; rewrite !mxE.
    by rewrite (poly_ofE pw_family_natural).
  by apply: contra_neq => ->; rewrite meval0.
move=> w; rewrite PE => nz s /sepE/(sep_le_rank xs ys).
by rewrite mxrank_unit // unitmxE unitfE.
Qed.
End Generic.
