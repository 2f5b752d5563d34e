(* Generic weights of attention: Proposition 1.5 of theory.md for the network of Attention.v.
   The free weights theta are the entries of the factors of W = Q K^T and V = O U^T of H heads in
   each of L layers, d x da matrices, so that the rank da of the heads is built in. The separation
   rank at one choice of weights is a lower bound for almost all.

   weight L H d da     == the index of a weight: layer, head, one of Q K O U, row, column
   att_weights theta   == the layers of heads made of theta
   attention_family    == the output entry (i, p) as a family over all rings, inputs given by
                          their entries *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix Attention Witness.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Weights.
Variables (L H d da : nat).
Definition weight := [finType of 'I_L * 'I_H * 'I_4 * ('I_d * 'I_da)].
Local Notation k := #|weight|.

Definition factor (R : comRingType) (theta : 'I_k -> R) l h c : 'M[R]_(d, da) :=
  \matrix_(i, j) theta (enum_rank ((l, h, c, (i, j)) : weight)).
Definition att_head (R : comRingType) (theta : 'I_k -> R) l h : head R d :=
  (factor theta l h 0%R *m (factor theta l h 1%R)^T,
   factor theta l h (inord 2) *m (factor theta l h (inord 3))^T).
Definition att_weights (R : comRingType) (theta : 'I_k -> R) : seq (seq (head R d)) :=
  [seq [seq att_head theta l h | h <- enum 'I_H] | l <- enum 'I_L].

Lemma size_att_weights (R : comRingType) (theta : 'I_k -> R) : size (att_weights theta) = L.
Proof. by rewrite size_map size_enum_ord. Qed.

Lemma att_weights_heads (R : comRingType) (theta : 'I_k -> R) Hs :
  Hs \in att_weights theta -> (size Hs <= H)%N.
Proof. by case/mapP => l _ ->; rewrite size_map size_enum_ord. Qed.

Lemma att_weights_lowrank (R : comRingType) (theta : 'I_k -> R) : lowrank_net da (att_weights theta).
Proof. by move=> _ _ /mapP[l _ ->] /mapP[h _ ->]; split; eexists; eexists. Qed.

Lemma att_weights_map (R R' : comRingType) (phi : {rmorphism R -> R'}) theta :
  map_net phi (att_weights theta) = att_weights (phi \o theta).
Proof.
have E l h c : map_mx phi (factor theta l h c) = factor (phi \o theta) l h c.
  by apply/matrixP => i j; rewrite !mxE.
rewrite /map_net -map_comp; apply: eq_map => l /=; rewrite -map_comp; apply: eq_map => h /=.
by rewrite /map_head /= !map_mxM -!map_trmx !E.
Qed.

Lemma eq_att_weights (R : comRingType) (theta theta' : 'I_k -> R) :
  theta =1 theta' -> att_weights theta = att_weights theta'.
Proof.
move=> E; have F l h c : factor theta l h c = factor theta' l h c.
  by apply/matrixP => i j; rewrite !mxE E.
by apply: eq_map => l; apply: eq_map => h; rewrite /att_head !F.
Qed.

(* all networks of L layers of at most H heads of rank da are of this form *)
Lemma att_weights_onto (R : comRingType) n (Ws : seq (seq (head R d))) :
  size Ws = L -> (forall Hs, Hs \in Ws -> (size Hs <= H)%N) -> lowrank_net da Ws ->
  exists theta, forall X : 'M[R]_(n, d), net (att_weights theta) X = net Ws X.
Proof.
move=> sL sH low; pose hd (l : 'I_L) (h : 'I_H) : head R d := nth (0, 0) (nth [::] Ws l) h.
have [|fac facE] := @fin_all_exists [finType of 'I_L * 'I_H] (fun=> 'I_4 -> 'M[R]_(d, da)) (fun lh M =>
    hd lh.1 lh.2 = (M 0%R *m (M 1%R)^T, M (inord 2) *m (M (inord 3))^T)).
  case=> l h /=; have [[U [Z EW]] [U' [Z' EV]]] : lowrank da (hd l h).1 /\ lowrank da (hd l h).2.
    rewrite /hd; case: (ltnP h (size (nth [::] Ws l))) => [lt|ge].
      by apply: low (mem_nth _ lt); rewrite mem_nth ?sL.
    by rewrite nth_default //; split; exists 0, 0; rewrite mul0mx.
  exists (fun c => if c == 0%R then U else if c == 1%R then Z^T else if c == inord 2 then U' else Z'^T).
  by rewrite -!val_eqE /= !inordK //= !trmxK -EW -EV -surjective_pairing.
pose theta (t : 'I_k) := let: (l, h, c, (i, j)) := enum_val t : weight in fac (l, h) c i j.
exists theta => X; have facT l h c : factor theta l h c = fac (l, h) c.
  by apply/matrixP => i j; rewrite mxE /theta enum_rankK.
have -> : att_weights theta = [seq [seq hd l h | h <- enum 'I_H] | l <- enum 'I_L].
  by apply: eq_map => l; apply: eq_map => h; rewrite (facE (l, h)) /att_head !facT.
have WE : Ws = [seq nth [::] Ws (l : 'I_L) | l <- enum 'I_L].
  by rewrite -[LHS](mkseq_nth [::]) sL /mkseq -val_enum_ord -map_comp.
rewrite [in RHS]WE /net; elim: (enum 'I_L) X => //= l s IH X; rewrite IH; congr foldl.
rewrite /att big_map big_enum /=.
have sl : (size (nth [::] Ws l) <= H)%N by apply: sH; rewrite mem_nth ?sL.
rewrite (big_nth (0, 0)) big_mkord (big_ord_widen H (fun h => att1 (nth (0, 0) (nth [::] Ws l) h) X) sl).
rewrite [LHS](bigID (fun h : 'I_H => (h < size (nth [::] Ws l))%N)) /= [X in _ + X]big1 ?addr0 // => h.
by rewrite -leqNgt /hd => ge; rewrite nth_default // /att1 /= mulmx0.
Qed.

Section Family.
Variables (n : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d).

Definition to_mx (R : comRingType) (x : 'I_(n * d) -> R) : 'M[R]_(n, d) := \matrix_(i, j) x (mxvec_index i j).

Lemma to_mx_surj (R : comRingType) (X : 'M[R]_(n, d)) : to_mx (mxvec X 0) = X.
Proof. by apply/matrixP => a b; rewrite mxE mxvecE. Qed.

Definition attention_family : family k (n * d) (n * d) := fun R theta x y =>
  net (att_weights theta) (mix S (to_mx x) (to_mx y)) i p.

Lemma attention_family_natural : natural attention_family.
Proof.
split=> [R R' phi theta x y|R theta theta' x x' y y' Et Ex Ey]; rewrite /attention_family.
  have := net_map phi (att_weights theta) (mix S (to_mx x) (to_mx y)).
  move/matrixP/(_ i p); rewrite mxE => ->; rewrite att_weights_map; congr (net _ _ i p).
  by apply/matrixP => a b; rewrite !mxE; case: (S a).
rewrite (eq_att_weights Et); congr (net _ _ i p); apply/matrixP => a b.
by rewrite !mxE Ex Ey.
Qed.

Lemma attention_family_sep (R : comRingType) (theta : 'I_k -> R) s :
  sep_le (fun x y => attention_family theta x y) s <->
  sep_le (fun x y : 'M[R]_(n, d) => net (att_weights theta) (mix S x y) i p) s.
Proof.
split=> [H0|H0].
  have := sep_le_comp (fun X : 'M[R]_(n, d) => mxvec X 0) (fun X : 'M[R]_(n, d) => mxvec X 0) H0.
  by apply: eq_sep_le => x y; rewrite /attention_family !to_mx_surj.
exact: (sep_le_comp (@to_mx R) (@to_mx R) H0).
Qed.

(* Proposition 1.5 for attention, from the rank at one network *)
Theorem attention_witness (F : fieldType) (Ws : seq (seq (head F d))) r : infinite_field F ->
  size Ws = L -> (forall Hs, Hs \in Ws -> (size Hs <= H)%N) -> lowrank_net da Ws ->
  (forall s, sep_le (fun x y => net Ws (mix S x y) i p) s -> (r <= s)%N) ->
  exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 ->
    forall s, sep_le (fun x y => net (att_weights theta) (mix S x y) i p) s -> (r <= s)%N.
Proof.
move=> infF sL sH low lower; have [theta0 E] := att_weights_onto n sL sH low.
have [s|P P0 HP] := @witness_theta _ _ _ attention_family r attention_family_natural F theta0 infF.
  by move/attention_family_sep => sep; apply: lower; apply: eq_sep_le sep => x y; rewrite E.
by exists P => // theta Pt s sep; apply: (HP theta Pt s); apply/attention_family_sep.
Qed.

(* the same, from a minor modulo p *)
Theorem attention_witness_modp q r (xs ys : 'I_r -> 'M['F_q]_(n, d)) (theta0 : 'I_k -> 'F_q) :
  \det (\matrix_(a, b) net (att_weights theta0) (mix S (xs a) (ys b)) i p) != 0 ->
  exists2 P : {mpoly int[k]}, P != 0 & forall K : fieldType, [char K] =i pred0 ->
    map_mpoly [rmorphism of intmul (1 : K)] P != 0 /\
    forall theta, (map_mpoly [rmorphism of intmul (1 : K)] P).@[theta] != 0 ->
    forall s, sep_le (fun x y : 'M[K]_(n, d) => net (att_weights theta) (mix S x y) i p) s -> (r <= s)%N.
Proof.
move=> D; have [|P P0 HP] := @witness_modp _ _ _ attention_family r attention_family_natural q
    (fun a => mxvec (xs a) 0) (fun b => mxvec (ys b) 0) theta0.
  by move: D; congr (\det _ != 0); apply/matrixP => a b; rewrite !mxE /attention_family !to_mx_surj.
exists P => // K ch; have [nz HK] := HP K ch; split=> // theta Pt s sep.
by apply: (HK theta Pt s); apply/attention_family_sep.
Qed.
End Family.
End Weights.
