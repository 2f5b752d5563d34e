(* Corollary 4.3 of theory.md: permuting the entries of the inputs, or applying any fixed linear map to them, before the
   first layer and between layers, leaves Theorems 4.1 and 4.2 true. Permuting inputs cannot lift the bound.
   with_shuffle l phi   == the layer l preceded by the linear map phi of the n * d entries
   permute s            == the permutation s of the entries, as a linear map
   permuted lss         == the layers of lss : seq (layer * permutation), each preceded by its permutation *)
From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Seprank Require Import SepRank Attention MonomialCount TwoSidedPoly Mixer MixerHomogeneous MixerDegree.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Permutation.
Variables (R : comRingType) (n d : nat).
Local Notation M := 'M[R]_(n, d).
Local Notation layer := (layer R n d).
Implicit Types (S : pred 'I_n) (i : 'I_n) (p : 'I_d) (phi : {linear M -> M}).

Definition with_shuffle phi (l : layer) :=
  Layer (W1 l) (b1 l) (W2 l) (b2 l) (W3 l) (b3 l) (W4 l) (b4 l) (res_t l) (res_c l) phi.

Definition permute (s : {perm 'I_n * 'I_d}) (X : M) : M := \matrix_(i, j) X (s (i, j)).1 (s (i, j)).2.
Lemma permute_is_linear s : linear (permute s).
Proof. by move=> a X Y; apply/matrixP=> i j; rewrite !mxE. Qed.
Canonical permute_linear s := Linear (permute_is_linear s).

Definition permuted (lss : seq (layer * {perm 'I_n * 'I_d})) := [seq with_shuffle [linear of permute ls.2] ls.1 | ls <- lss].

(* any linear map of the input, and any linear maps between layers *)
Corollary linear_homogeneous_sep_le kt kc phi (l : layer) ls S i p : all (@plain R n d) (l :: ls) ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (phi (mix S x y)) i p)
    (homogeneous_bound (d * minn (thid l) #|S|) (d * minn (thid l) #|predC S|) ((kt * kc) ^ (size ls).+1)).
Proof. exact: (@mixer_homogeneous_sep_le _ _ _ _ _ (with_shuffle [linear of shuffle l \o phi] l)). Qed.

Corollary linear_degree_sep_le kt kc (s t : {poly R}) phi (l : layer) ls S i p :
  (size s <= kt.+1)%N -> (size t <= kc.+1)%N -> (0 < kt)%N -> (0 < kc)%N ->
  sep_le (fun x y => mixer s t (l :: ls) (phi (mix S x y)) i p)
    (degree_bound (n_side l S) (n_side l (predC S)) ((kt * kc) ^ (size ls).+1)).
Proof. exact: (@mixer_degree_sep_le _ _ _ _ _ _ _ (with_shuffle [linear of shuffle l \o phi] l)). Qed.

(* permutations before every layer *)
Corollary permuted_homogeneous_sep_le kt kc (l : layer) s lss S i p : all (@plain R n d) (l :: map fst lss) ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (permuted ((l, s) :: lss)) (mix S x y) i p)
    (homogeneous_bound (d * minn (thid l) #|S|) (d * minn (thid l) #|predC S|) ((kt * kc) ^ (size lss).+1)).
Proof.
move=> H; rewrite -(size_map (fun ls => with_shuffle [linear of permute ls.2] ls.1) lss).
by apply: mixer_homogeneous_sep_le; move: H; rewrite /= !all_map.
Qed.

Corollary permuted_degree_sep_le kt kc (s t : {poly R}) (l : layer) w lss S i p :
  (size s <= kt.+1)%N -> (size t <= kc.+1)%N -> (0 < kt)%N -> (0 < kc)%N ->
  sep_le (fun x y => mixer s t (permuted ((l, w) :: lss)) (mix S x y) i p)
    (degree_bound (n_side l S) (n_side l (predC S)) ((kt * kc) ^ (size lss).+1)).
Proof.
rewrite -(size_map (fun ls => with_shuffle [linear of permute ls.2] ls.1) lss).
exact: mixer_degree_sep_le.
Qed.
End Permutation.
