(* Theorem 4.1 of theory.md: the homogeneous Mixer.
   Activations z ^ kt and z ^ kc, no biases, no residual connections (plain layers); D = (kt * kc) ^ L with L >= 1
   layers. For all weights, all partitions, all outputs,
     sep <= \sum_(a <= D) min (mc n_A a, mc n_B (D - a)), n_A = d * min (S_1, |A|), n_B = d * min (S_1, |B|).
   More general than theory.md: any commutative ring, hidden widths that differ from layer to layer, and any fixed
   linear map of the entries before each layer (shuffle), which is Corollary 4.3 already.
   Notations: homogeneous_bound in TwoSidedPoly.v; mixer, plain in Mixer.v; mix in Attention.v. *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank Attention MonomialCount TwoSidedPoly Mixer.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Theorem mixer_homogeneous_sep_le (R : comRingType) n d kt kc (l : layer R n d) ls (S : pred 'I_n) i p :
  all (@plain R n d) (l :: ls) ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (homogeneous_bound (d * minn (thid l) #|S|) (d * minn (thid l) #|predC S|) ((kt * kc) ^ (size ls).+1)).
Proof.
move=> pl; have [I [J [u [v [cI cJ H]]]]] := @mixer_poly_in R n d 'X^kt 'X^kc true kt kc l ls S erefl erefl pl.
have /andP[/and5P[_ _ _ _ /andP[/negPf rt _]] _] := pl.
by move: cI cJ; rewrite /n_side rt => <- <-; apply: homogeneous_sep_le (H i p).
Qed.

Lemma leq_homogeneous_bound nA nB mA mB D : (nA <= mA)%N -> (nB <= mB)%N ->
  (homogeneous_bound nA nB D <= homogeneous_bound mA mB D)%N.
Proof.
move=> hA hB; apply: leq_sum => a _; rewrite leq_min !geq_min.
by rewrite (leq_mcl a hA) (leq_mcl _ hB) orbT.
Qed.
