(* Generic weights of the Mixer: Proposition 1.5 of theory.md for plain Mixers (no biases, no residual connections, no
   shuffles) of L layers, hidden widths S and C in every layer, activations with integer coefficients s and t.
   mixer_weight L S C n d    == the index of a weight: layer, and entry of one of W1, W2, W3, W4
   mixer_layers theta        == the layers with weights theta : 'I_#|mixer_weight| -> R
   mixer_family              == the output (i, p), as a family over all rings in the sense of Witness.v
   plain_lits S C ws         == the literal layers with weights ws : seq ((W1, W2), (W3, W4))
   Proved: an accepted certificate of a Mixer with r points on each side gives a non-zero integer polynomial P such that,
   over every field of characteristic 0, the separation rank is at least r at all weights where P does not vanish. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank Witness Attention Mixer RankCert NetEval Certificate.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Family.
Variables (L S C n d : nat).
Definition mixer_weight := [finType of 'I_L * ('I_S * 'I_n + 'I_n * 'I_S + ('I_d * 'I_C + 'I_C * 'I_d))].
Local Notation k := #|mixer_weight|.

Section Layers.
Variables (R : comRingType).
Definition plain_layer (W1 : 'M[R]_(S, n)) (W2 : 'M[R]_(n, S)) (W3 : 'M[R]_(d, C)) (W4 : 'M[R]_(C, d)) : layer R n d :=
  Layer W1 0 W2 0 W3 0 W4 0 false false [linear of idfun].
Definition weight_mx p q (theta : 'I_k -> R) l (c : 'I_p * 'I_q -> _) : 'M[R]_(p, q) :=
  \matrix_(a, b) theta (enum_rank ((l, c (a, b)) : mixer_weight)).
Definition mixer_layer_of theta l := plain_layer
  (weight_mx theta l (inl \o inl)) (weight_mx theta l (inl \o inr))
  (weight_mx theta l (inr \o inl)) (weight_mx theta l (inr \o inr)).
Definition mixer_layers theta := [seq mixer_layer_of theta l | l <- enum 'I_L].
End Layers.

Lemma map_mixer_layers (R K : comRingType) (g : {rmorphism R -> K}) s t theta (X : 'M[R]_(n, d)) :
  map_mx g (mixer (lit_poly R s) (lit_poly R t) (mixer_layers theta) X) =
  mixer (lit_poly K s) (lit_poly K t) (mixer_layers (g \o theta)) (map_mx g X).
Proof.
rewrite /mixer /mixer_layers; elim: (enum 'I_L) X => //= l e IH X; rewrite IH; congr foldl.
have mw p q (c : 'I_p * 'I_q -> _) : map_mx g (weight_mx theta l c) = weight_mx (g \o theta) l c.
  by apply/matrixP=> a b; rewrite !mxE.
by rewrite /mixer_layer /channel_mixing /token_mixing /= !(map_mxD, map_mx0, map_mxM, map_act, mw).
Qed.

Lemma eq_mixer_layers (R : comRingType) (theta theta' : 'I_k -> R) : theta =1 theta' -> mixer_layers theta = mixer_layers theta'.
Proof.
move=> E; apply: eq_map => l; have mw p q (c : 'I_p * 'I_q -> _) : weight_mx theta l c = weight_mx theta' l c.
  by apply/matrixP=> a b; rewrite !mxE.
by rewrite /mixer_layer_of !mw.
Qed.

Definition vec_in (R : comRingType) (x : 'I_(n * d) -> R) : 'M[R]_(n, d) := vec_mx (\row_q x q).
Lemma vec_inK (R : comRingType) (X : 'M[R]_(n, d)) : vec_in (mxvec X 0) = X.
Proof. by rewrite -[RHS]mxvecK; congr vec_mx; apply/rowP=> q; rewrite !mxE. Qed.

Variables (s t : seq Z) (A : pred 'I_n) (i : 'I_n) (p : 'I_d).
Definition mixer_family : family k (n * d) (n * d) := fun R theta x y =>
  mixer (lit_poly R s) (lit_poly R t) (mixer_layers theta) (mix A (vec_in x) (vec_in y)) i p.

Lemma mixer_family_natural : natural mixer_family.
Proof.
split=> [R K g theta x y|R w w' x x' y y' Ew Ex Ey]; rewrite /mixer_family; last first.
  by rewrite (eq_mixer_layers Ew); congr (mixer _ _ _ (mix A _ _) i p); congr vec_mx; apply/rowP=> q; rewrite !mxE.
have /matrixP/(_ i p) := map_mixer_layers g s t theta (mix A (vec_in x) (vec_in y)); rewrite mxE => ->.
by congr (mixer _ _ _ _ i p); apply/matrixP=> a b; rewrite !mxE; case: ifP.
Qed.

Definition plain_lits (ws : seq ((rows Z * rows Z) * (rows Z * rows Z))) : seq mixer_lit :=
  [seq MixerLit S C w.1.1 [::] w.1.2 [::] w.2.1 [::] w.2.2 [::] false false | w <- ws].

(* the weights of a literal Mixer *)
Definition lit_weights (ws : seq ((rows Z * rows Z) * (rows Z * rows Z))) (v : 'I_k) : int :=
  let: (l, e) := enum_val v : mixer_weight in
  let w := nth ((([::], [::]), ([::], [::])) : (rows Z * rows Z) * (rows Z * rows Z)) ws l in
  match e with
  | inl (inl (a, b)) => mxZ S n w.1.1 a b
  | inl (inr (a, b)) => mxZ n S w.1.2 a b
  | inr (inl (a, b)) => mxZ d C w.2.1 a b
  | inr (inr (a, b)) => mxZ C d w.2.2 a b
  end.

Lemma mixer_layers_lit (R : comRingType) ws : size ws = L ->
  mixer_layers (fun v => (lit_weights ws v)%:~R) = lit_mixer R n d (plain_lits ws).
Proof.
move=> sz; pose w0 : (rows Z * rows Z) * (rows Z * rows Z) := (([::], [::]), ([::], [::])).
have l0 q r : lit R q r [::] = 0 by apply/matrixP=> a b; rewrite !mxE !nth_nil.
apply: (@eq_from_nth _ (lit_layer R n d (MixerLit S C [::] [::] [::] [::] [::] [::] [::] [::] false false))) => [|l].
  by rewrite size_map size_enum_ord !size_map sz.
rewrite size_map size_enum_ord => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)).
rewrite /lit_mixer /plain_lits -map_comp (nth_map w0) ?sz // /= /lit_layer /= !l0.
by congr plain_layer; apply/matrixP=> a b; rewrite !mxE /lit_weights enum_rankK /= ?mxE.
Qed.
End Family.

Theorem mixer_generic_lower L S C n d (p : PrimInt63.int) (A : seq bool) (xs ys : seq (rows Z)) (i : 'I_n) (j : 'I_d) r s t ws :
  mixer_accepts p n d A xs ys i j r s t (plain_lits S C ws) -> size ws = L ->
  exists2 P : {mpoly int[#|mixer_weight L S C n d|]}, P != 0 & forall K : fieldType, [char K] =i pred0 ->
    map_mpoly [rmorphism of intmul (1 : K)] P != 0 /\
    forall theta, (map_mpoly [rmorphism of intmul (1 : K)] P).@[theta] != 0 ->
    forall k, sep_le (fun x y : 'M[K]_(n, d) =>
      mixer (lit_poly K s) (lit_poly K t) (mixer_layers theta) (mix (side_of A) x y) i j) k -> (r <= k)%N.
Proof.
move=> acc sz; pose f := @mixer_family L S C n d s t (side_of A) i j.
pose pt X q : int := mxvec (mxZ n d X) 0 q.
have [P P0 H] : generic_rank_ge f r.
  apply: (@witness_grid _ _ _ _ _ (mixer_family_natural L S C s t (side_of A) i j) [fieldType of rat]
    (fun a => pt (merge A (nth [::] xs a) [::])) (fun b => pt (merge A [::] (nth [::] ys b)))
    (fun v => (lit_weights ws v)%:~R)).
  have pE X : vec_in (fun q => (pt X q)%:~R) = lit [comRingType of rat] n d X.
    by rewrite -[RHS]vec_inK; congr vec_mx; apply/rowP=> q; rewrite /lit -map_mxvec !mxE.
  have := mixer_grid [numFieldType of rat] acc.
  congr (\det _ != 0); apply/matrixP=> a b; rewrite !mxE /f /mixer_family !pE.
  by rewrite -(mixer_layers_lit S C n d _ sz).
exists P => // K ch; have [nz low] := H K ch; split=> // theta Pt k sep.
apply: (low theta Pt); move: (sep_le_comp (@vec_in n d K) (@vec_in n d K) sep); exact: eq_sep_le.
Qed.
