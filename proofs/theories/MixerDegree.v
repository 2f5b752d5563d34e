(* Theorem 4.2 of theory.md: the Mixer with any polynomial activations, biases and residual connections.
   Activations s, t of degrees at most kt, kc >= 1; D = (kt * kc) ^ L with L >= 1 layers. For all weights, all
   partitions, all outputs,
     sep <= min over t <= D + 1 of 'C(n_A + t - 1, n_A) + 'C(n_B + D - t, n_B),
   n_A = d * |A|, n_B = d * |B| with a residual connection around the token mixing of the first layer, and
   n_A = d * min (S_1, |A|), n_B = d * min (S_1, |B|) if not.
   More general than theory.md: any commutative ring, a bias for each entry, a linear map of the entries before each
   layer, and residual connections around later token mixings cost nothing.
   Notations: degree_bound in TwoSidedPoly.v; mixer, n_side in Mixer.v; mix in Attention.v. *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank Attention MonomialCount TwoSidedPoly Mixer.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Theorem mixer_degree_sep_le (R : comRingType) n d kt kc (s t : {poly R}) (l : layer R n d) ls (S : pred 'I_n) i p :
  (size s <= kt.+1)%N -> (size t <= kc.+1)%N -> (0 < kt)%N -> (0 < kc)%N ->
  sep_le (fun x y => mixer s t (l :: ls) (mix S x y) i p)
    (degree_bound (n_side l S) (n_side l (predC S)) ((kt * kc) ^ (size ls).+1)).
Proof.
move=> hs ht kt0 kc0.
have fl : all (fits_layer false) (l :: ls) by apply: all_predT.
have [I [J [u [v [<- <- H]]]]] := @mixer_poly_in R n d s t false kt kc l ls S (conj hs kt0) (conj ht kc0) fl.
exact: degree_sep_le (H i p).
Qed.
