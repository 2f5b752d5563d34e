(* From a literal certificate to a lower bound of the separation rank: Corollary 1.3 with Proposition 1.4 of theory.md.
   A certificate is: a modulus p (1 < p <= 2^31), integer weights, and r integer points for each side. It is accepted when
   the r x r matrix of the values of the network on the grid of points is non-singular modulo p: the network is
   evaluated and the matrix factored by vm_compute, on native integers.
   points == seq (rows Z): for each point the tokens of that side in order, each a list of d integers
   attention_accepts p n d S Ws xs ys i j r      == the certificate for output (i, j) of an attention network is accepted
   mixer_accepts p n d S s t ls xs ys i j r      == the same for a Mixer with activations s, t (lists of coefficients)
   Proved: then every separated form of the network with these weights, over any field of numbers, has at least r terms.
   The only axioms are those of native integers. proofs/CERTIFICATES.md shows what a generated file looks like. *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import SepRank Attention Mixer RankCert RankCert63 NetEval.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope Z_scope with cZ.
Local Open Scope ring_scope.

Section Accept.
Variables (p : i63) (n d : nat) (S : seq bool) (xs ys : seq (rows Z)) (i j r : nat).

Definition eval_grid (eval : rows i63 -> rows i63) : rows i63 :=
  let ys' := map (redL p) ys in
  [seq [seq PrimInt63.mod (nth 0%uint63 (nth [::] (eval (merge S x y)) i) j) p | y <- ys'] | x <- map (redL p) xs].
Definition accepts eval := [&& (1 <? toZ p)%cZ, (toZ p <=? 2147483648)%cZ, size xs == r, size ys == r & oneshot p r (eval_grid eval)].

Definition attention_accepts Ws := let Ws' := red_net p d Ws in accepts (eval_net p n d Ws').
Definition mixer_accepts s t ls :=
  let s' := map (red p) s in let t' := map (red p) t in let ls' := map (red_layer p d) ls in
  accepts (eval_mixer p n d s' t' ls').

Lemma nth_eval_grid eval a b : (a < size xs)%N -> (b < size ys)%N ->
  let X := redL p (merge S (nth [::] xs a) (nth [::] ys b)) in
  nth (0 : Z) (nth [::] (m2 (eval_grid eval)) a) b = toZ (PrimInt63.mod (nth 0%uint63 (nth [::] (eval X) i) j) p).
Proof.
move=> ha hb /=; rewrite /m2 /eval_grid.
rewrite (nth_map [::]); last by rewrite !size_map.
rewrite (nth_map [::]); last by rewrite size_map.
rewrite (nth_map 0%uint63); last by rewrite !size_map.
rewrite (nth_map [::]); last by rewrite size_map.
by rewrite (nth_map [::] _ _ ha) (nth_map [::] _ _ hb) /redL map_merge.
Qed.
End Accept.

Section Sound.
Variables (p : i63) (n d : nat) (S : seq bool) (xs ys : seq (rows Z)) (i : 'I_n) (j : 'I_d) (r : nat).
Variables (F : numFieldType) (eval : rows i63 -> rows i63) (f : forall R : comRingType, 'M[R]_(n, d) -> 'M[R]_(n, d)).
Hypothesis f_map : forall (R K : comRingType) (g : {rmorphism R -> K}) X, map_mx g (f X) = f (map_mx g X).
Hypothesis evalE : forall (R : comRingType) (psi : i63 -> R), psi 0%uint63 = 0 -> psi 1%uint63 = 1 ->
  (forall acc a b, psi (fma p acc a b) = psi acc + psi a * psi b) -> (forall a, psi (PrimInt63.mod a p) = psi a) -> (forall z, psi (red p z) = (int_of_Z z)%:~R) ->
  forall X, mxL psi n d (eval X) = f (mxL psi n d X).

Definition point_A k : 'M[F]_(n, d) := lit F n d (merge S (nth [::] xs k) [::]).
Definition point_B k : 'M[F]_(n, d) := lit F n d (merge S [::] (nth [::] ys k)).

Lemma accepts_grid : accepts p S xs ys i j r eval ->
  \det (grid (fun x y : 'M[F]_(n, d) => f (mix (side_of S) x y) i j) (fun k : 'I_r => point_A k) (fun k : 'I_r => point_B k)) != 0.
Proof.
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 /eqP sx /eqP sy /oneshot_det D.
have pp : (1 < toZ p <= 2147483648)%cZ by [].
pose G := \matrix_(a < r, b < r) f (lit [comRingType of int] n d (merge S (nth [::] xs a) (nth [::] ys b))) i j.
have -> : grid (fun x y : 'M[F]_(n, d) => f (mix (side_of S) x y) i j) (fun k : 'I_r => point_A k) (fun k : 'I_r => point_B k)
    = map_mx intr G.
  apply/matrixP=> a b; rewrite !mxE /point_A /point_B -lit_merge.
  rewrite -(map_lit [rmorphism of intmul (1 : F)]) -f_map mxE //.
rewrite (det_map_mx [rmorphism of intmul (1 : F)]) intr_eq0.
apply: contraNneq D => D0.
rewrite (_ : map_mx _ _ = map_mx intr G); first by rewrite (det_map_mx [rmorphism of intmul 1]) D0 rmorph0.
apply/matrixP=> a b; rewrite [LHS]mxE [RHS]mxE !mxE.
pose X := merge S (nth [::] xs a) (nth [::] ys b).
rewrite nth_eval_grid ?sx ?sy // -/X.
have E := evalE (erefl : psi p 0%uint63 = 0) (erefl : psi p 1%uint63 = 1) (psi_fma pp) (psi_mod pp) (psi_red pp) (redL p X).
rewrite -/(phi _ _) -/(psi p _) (psi_mod pp).
move/matrixP/(_ i j): E; rewrite mxE => ->.
rewrite (mxL_red (erefl : psi p 0%uint63 = 0) (psi_red pp)).
by rewrite -(map_lit [rmorphism of intmul (1 : 'Z__)]) -f_map mxE.
Qed.

End Sound.

Lemma grid_sep_le (F : fieldType) X Y (f : X -> Y -> F) r (xs : 'I_r -> X) (ys : 'I_r -> Y) :
  \det (grid f xs ys) != 0 -> forall s, sep_le f s -> (r <= s)%N.
Proof. by move=> D s /sep_le_rank-/(_ _ _ xs ys); rewrite mxrank_unit // unitmxE unitfE. Qed.

Section Theorems.
Variables (F : numFieldType) (p : i63) (n d : nat) (S : seq bool) (xs ys : seq (rows Z)) (i : 'I_n) (j : 'I_d) (r : nat).

Lemma attention_grid Ws : attention_accepts p n d S xs ys i j r Ws ->
  \det (grid (fun x y : 'M[F]_(n, d) => net (lit_net F d Ws) (mix (side_of S) x y) i j)
    (fun k : 'I_r => point_A n d S xs F k) (fun k : 'I_r => point_B n d S ys F k)) != 0.
Proof.
apply: (@accepts_grid p n d S xs ys i j r F _ (fun R => net (lit_net R d Ws))) => [R K g X|R psi p0 p1 pM pm pr X].
  exact: map_lit_net.
exact: eval_netE.
Qed.

Theorem attention_sep_rank_lower Ws : attention_accepts p n d S xs ys i j r Ws ->
  forall s, sep_le (fun x y : 'M[F]_(n, d) => net (lit_net F d Ws) (mix (side_of S) x y) i j) s -> (r <= s)%N.
Proof. by move/attention_grid; apply: grid_sep_le. Qed.

Lemma mixer_grid s t ls : mixer_accepts p n d S xs ys i j r s t ls ->
  \det (grid (fun x y : 'M[F]_(n, d) =>
      mixer (lit_poly F s) (lit_poly F t) (lit_mixer F n d ls) (mix (side_of S) x y) i j)
    (fun k : 'I_r => point_A n d S xs F k) (fun k : 'I_r => point_B n d S ys F k)) != 0.
Proof.
apply: (@accepts_grid p n d S xs ys i j r F _ (fun R => mixer (lit_poly R s) (lit_poly R t) (lit_mixer R n d ls))) => [R K g X|R psi p0 p1 pM pm pr X].
  exact: map_lit_mixer.
exact: eval_mixerE.
Qed.

Theorem mixer_sep_rank_lower s t ls : mixer_accepts p n d S xs ys i j r s t ls ->
  forall k, sep_le (fun x y : 'M[F]_(n, d) =>
    mixer (lit_poly F s) (lit_poly F t) (lit_mixer F n d ls) (mix (side_of S) x y) i j) k -> (r <= k)%N.
Proof. by move/mixer_grid; apply: grid_sep_le. Qed.
End Theorems.
