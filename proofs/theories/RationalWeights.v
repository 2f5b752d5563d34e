(* Evidence from below of attention and Mixers whose weights are rational numbers: theory.md 1.2 to 1.5. It is computed
   at residues of the weights modulo p, which are integers, by what takes integers as weights.
     map_factors g fs          == factors of attention with other entries
     factors_all ok fs, mixers_all ok ws == all of these weights are ok
     factor_residues p da fs, mixer_residues p .. ws == the weights, and the layers, with residues modulo p
     lift p a                  == the fraction a in the ring of LocalRationals.v, its residue if a is not in there
     option_accepts p ..       == a grid of a Mixer with all options is accepted modulo p
   Proved: if p is prime to all denominators, accepted grids, minors of coefficients and Hankel blocks prove that the
   separation rank at these weights is at least r (attention_fractions_lower, option_fractions_lower), and so it is at
   almost all (attention_at_generic, MixerWeights.option_generic). Grids and minors of coefficients may come from any
   function that is natural in its weights (fractions_grid_lower, fractions_minor_lower). *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWeights GenericWeights Mixer.
From Seprank Require Import RankCert RankCert63 NetEval Certificate CertificateGeneric MixerWeights.
From Seprank Require Import RingOps ListMatrices SparsePolynomials CoefficientMinor LocalRationals.
From Seprank Require Import HankelBlocks Layers LayersRun LayersEvidence CertificateClaim.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.

(* lists of weights *)
Section Lists.
Variables (T U : Type) (g : T -> U) (t0 : T) (u0 : U).
Hypothesis g0 : g t0 = u0.

Definition map_factor (f : (rows T * rows T) * (rows T * rows T)) : (rows U * rows U) * (rows U * rows U) :=
  let m := map (map g) in ((m f.1.1, m f.1.2), (m f.2.1, m f.2.2)).
Definition map_factors : factors_of T -> factors_of U := map (map map_factor).

Lemma nth_map_default A B (h : A -> B) x s i : nth (h x) (map h s) i = h (nth x s i).
Proof. by elim: s i => [|y s IH] [|i] /=. Qed.

Lemma factor_at_map L H d da fs (v : 'I_(nfactors L H d da)) : factor_at u0 (map_factors fs) v = g (factor_at t0 fs v).
Proof.
rewrite /factor_at; case: (enum_val v) => [[[l h] [c e]] [a b]] /=.
have -> : nth [::] (map_factors fs) l = map map_factor (nth [::] fs l) by exact: (nth_map_default _ [::]).
have -> : nth (([::], [::]), ([::], [::])) (map map_factor (nth [::] fs l)) h =
    map_factor (nth (([::], [::]), ([::], [::])) (nth [::] fs l) h).
  exact: (nth_map_default _ (([::], [::]), ([::], [::]))).
by case: c e => -[]; rewrite /map_factor /= (nth_map_entry g0).
Qed.

Lemma weight_at_map L S C n d ws (v : 'I_#|option_weight L S C n d|) :
  weight_at u0 (map (map_weights g) ws) v = g (weight_at t0 ws v).
Proof.
rewrite /weight_at; case: (enum_val v) => [l e]; rewrite -[no_weights U]/(map_weights g (no_weights T)) nth_map_default.
by case: e => [[[[a b]|[a b]]|[[a b]|[a b]]]|[[a|a]|[a|a]]]; rewrite /= ?(nth_map_entry g0) // -g0 nth_map_default.
Qed.

Variable ok : pred T.
Definition factor_all (f : (rows T * rows T) * (rows T * rows T)) : bool := let m := all (all ok) in
  [&& m f.1.1, m f.1.2, m f.2.1 & m f.2.2].
Definition factors_all : factors_of T -> bool := all (all factor_all).
Definition mixers_all (ws : seq (mixer_weights T)) : bool := let m := all (all ok) in
  all (fun w => [&& m (w_1 w), m (w_2 w), m (w_3 w) & m (w_4 w)] &&
                [&& all ok (w_b1 w), all ok (w_b2 w), all ok (w_b3 w) & all ok (w_b4 w)]) ws.
Hypothesis ok0 : ok t0.

Lemma all_nth_default A (P : pred A) x s i : P x -> all P s -> P (nth x s i).
Proof. by move=> Px /all_nthP Ps; have [lt|le] := ltnP i (size s); [apply: Ps | rewrite nth_default]. Qed.
Lemma all_entries M a b : all (all ok) M -> ok (nth t0 (nth [::] M a) b).
Proof. by move=> okM; apply: all_nth_default => //; apply: (all_nth_default (P := all ok)). Qed.

Lemma factor_at_all L H d da fs (v : 'I_(nfactors L H d da)) : factors_all fs -> ok (factor_at t0 fs v).
Proof.
move=> okf; rewrite /factor_at; case: (enum_val v) => [[[l h] [c e]] [a b]].
set f := nth _ (nth [::] fs l) h; have : factor_all f.
  by apply: all_nth_default => //; apply: (all_nth_default (P := all factor_all)).
by case/and4P=> *; case: c e => -[]; apply: all_entries.
Qed.

Lemma weight_at_all L S C n d ws (v : 'I_#|option_weight L S C n d|) : mixers_all ws -> ok (weight_at t0 ws v).
Proof.
move=> okw; rewrite /weight_at; case: (enum_val v) => [l e].
have /andP[/and4P[? ? ? ?] /and4P[? ? ? ?]] := all_nth_default (x := no_weights T) l isT okw.
by case: e => [[[[a b]|[a b]]|[[a b]|[a b]]]|[[a|a]|[a|a]]]; (apply: all_entries || apply: all_nth_default).
Qed.
End Lists.

(* integers *)
Lemma weights_of_lit (R : comRingType) L H d da (fs : factors_lit) : size fs == L -> all (fun Hs => size Hs == H) fs ->
  weights_of (fun v : 'I_(nfactors L H d da) => (int_of_Z (factor_at Z0 fs v))%:~R : R) =
  lit_net R d (factor_weights da fs).
Proof.
move=> /eqP sL /allP sH; rewrite /lit_net /factor_weights -map_comp.
apply: (@eq_from_nth _ [::]) => [|l]; rewrite size_map size_enum_ord ?size_map // => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)) (nth_map [::]) ?sL //=.
have sh : size (nth [::] fs l) = H by apply/eqP/sH/mem_nth; rewrite sL.
apply: (@eq_from_nth _ (0, 0)) => [|h]; rewrite size_map size_enum_ord ?size_map // => hH.
rewrite (nth_map (Ordinal hH)) ?size_enum_ord // (nth_ord_enum _ (Ordinal hH)) -map_comp.
rewrite (nth_map ((([::], [::]), ([::], [::])) : (rows Z * rows Z) * (rows Z * rows Z))) ?sh //= !lit_mulABt.
have fE k : factor (fun v => (int_of_Z (@factor_at _ Z0 L H d da fs v))%:~R : R) (Ordinal lL) (Ordinal hH) k =
    let f := nth (([::], [::]), ([::], [::])) (nth [::] fs l) h in
    let side := if k.1 then f.1 else f.2 in lit R d da (if k.2 then side.1 else side.2).
  by apply/matrixP=> a b; rewrite [LHS]mxE /factor_at enum_rankK /= !mxE.
by rewrite !fE.
Qed.

Lemma attention_at_generic (F : numFieldType) (n d L H da r : nat) (S : pred 'I_n) (i : 'I_n) (j : 'I_d)
    (w0 : 'I_(nfactors L H d da) -> F) :
  sep_ge (fun x y => net (weights_of w0) (mix S x y) i j) r ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 &
    forall w, P.@[w] != 0 -> sep_ge (fun x y => net (weights_of w) (mix S x y) i j) r.
Proof.
move=> low; apply: generic_lower; first exact: Num.Theory.char_num.
exists (weights_of w0) => //; rewrite /has_shape /weights_of size_map size_enum_ord eqxx /=; apply/andP; split.
  by rewrite all_map; apply/allP=> l _ /=; rewrite size_map size_enum_ord.
rewrite all_map; apply/allP=> l _ /=; rewrite all_map; apply/allP=> h _ /=.
by rewrite /low_rank /= !mulmx_max_rank.
Qed.

(* residues *)
Section Lift.
Variable p : i63.
Local Notation P := (toZ p).
Local Notation m := (Z.to_nat P).
Hypothesis pp : (1 < P <= 2147483648)%cZ.

Definition lift (a : fraction) : local m := if fraction_ok P a then loc p a else (int_of_Z (residue P a))%:~R.

Let m1 : (1 < m)%N. Proof. by case: pp => ? _; lia. Qed.

Lemma modulo_lift a : modulo_morphism m1 (lift a) = (int_of_Z (residue P a))%:~R.
Proof. by rewrite /lift; case: ifP => [ok|_]; [exact: modulo_loc | rewrite rmorph_int]. Qed.
Lemma number_lift (F : numFieldType) a : fraction_ok P a -> number F (lift a) = in_field F a.
Proof. by rewrite /lift => ok; rewrite ok number_loc. Qed.
End Lift.

(* functions that are natural in their weights *)
Section Natural.
Variables (p : i63) (n d : nat) (S : seq bool) (r k : nat) (F : numFieldType) (theta : 'I_k -> fraction).
Variable (f : forall R : comRingType, ('I_k -> R) -> 'M[R]_(n, d) -> R).
Local Notation P := (toZ p).
Local Notation m := (Z.to_nat P).
Hypothesis theta_ok : forall v, fraction_ok P (theta v).
Hypothesis f_map : forall (R K : comRingType) (g : {rmorphism R -> K}) w X, g (f w X) = f (g \o w) (map_mx g X).
Hypothesis f_ext : forall (R : comRingType) (w w' : 'I_k -> R) X, w =1 w' -> f w X = f w' X.
Let residues (v : 'I_k) : int := int_of_Z (residue P (theta v)).

Let f' (R : comRingType) (w : local m -> R) (X : 'M[R]_(n, d)) := f (w \o lift p \o theta) X.
Let f'_map (R K : comRingType) (w : {rmorphism local m -> R}) (g : {rmorphism R -> K}) X :
  g (f' w X) = f' (g \o w) (map_mx g X).
Proof. exact: f_map. Qed.
Let f'_ext (R : comRingType) (w w' : local m -> R) X : w =1 w' -> f' w X = f' w' X.
Proof. by move=> ww; apply: f_ext => v /=. Qed.
Let f'_number X : (1 < P <= 2147483648)%cZ -> f' (number F) X = f (in_field F \o theta) X.
Proof. by move=> pp; apply: f_ext => v /=; rewrite number_lift. Qed.

Theorem fractions_grid_lower (eval : rows i63 -> rows i63) xs ys i j :
  (denotes (mod_ops p) (psi p) -> forall X, psi p (nth 0%uint63 (nth [::] (eval X) i) j) =
    f (fun v => (residues v)%:~R) (mxL (psi p) n d X)) ->
  accepts p S xs ys i j r eval -> sep_ge (fun x y => f (in_field F \o theta) (mix (side_of S) x y)) r.
Proof.
move=> evalE acc; have pp : (1 < P <= 2147483648)%cZ by case/and5P: acc => /Z.ltb_spec0 p1 /Z.leb_spec0 p2.
have m1 : (1 < m)%N by lia.
have low := @accepts_lower p n d S xs ys i j r _ F (modulo_morphism m1) (number_morphism m F) eval f' (@number_inj p F)
  f'_map f'_ext _ acc.
move=> s sep; apply: low; last by apply: eq_sep_le sep => x y; rewrite f'_number.
by move=> D X; rewrite evalE //; apply: f_ext => v; rewrite /= -(modulo_lift pp).
Qed.

Theorem fractions_minor_lower (eval : rows (spoly i63) -> spoly i63) left right :
  (denotes (minor_ops p) (read p n d S) -> forall X, read p n d S (eval X) =
    f (fun v => (residues v)%:~R) (mx_ops (minor_ops p) (read p n d S) n d X)) ->
  coefficient_accepts p n d S left right r eval -> sep_ge (fun x y => f (in_field F \o theta) (mix (side_of S) x y)) r.
Proof.
move=> evalE acc; have pp : (1 < P <= 2147483648)%cZ by case/and5P: acc => /Z.ltb_spec0 p1 /Z.leb_spec0 p2.
have m1 : (1 < m)%N by lia.
have low := @coefficients_lower p n d S left right r _ F (modulo_morphism m1) (number_morphism m F) f' (@number_inj p F)
  f'_map f'_ext eval _ acc.
move=> s sep; apply: low; last by apply: eq_sep_le sep => x y; rewrite f'_number.
move=> D; rewrite evalE //; apply: f_ext => v; rewrite /= -[RHS]/((modulo_morphism m1 (lift p (theta v)))%:MP).
by rewrite modulo_lift // rmorph_int.
Qed.
End Natural.

Section Attention.
Variables (p : i63) (n d L H da : nat) (fs : factors_of fraction).
Variables (S : seq bool) (i : 'I_n) (j : 'I_d) (r : nat) (F : numFieldType).
Local Notation P := (toZ p).
Hypotheses (sL : size fs == L) (sH : all (fun Hs => size Hs == H) fs) (ok : factors_all (fraction_ok P) fs).
Definition factor_residues : seq (seq (rows Z * rows Z)) := factor_weights da (map_factors (residue P) fs).

Let theta (v : 'I_(nfactors L H d da)) : fraction := factor_at none fs v.
Let theta_ok v : fraction_ok P (theta v). Proof. exact: factor_at_all. Qed.
Let f (R : comRingType) (w : 'I_(nfactors L H d da) -> R) (X : 'M[R]_(n, d)) := net (weights_of w) X i j.
Let f_map (R K : comRingType) (g : {rmorphism R -> K}) w X : g (f w X) = f (g \o w) (map_mx g X).
Proof. by have /matrixP/(_ i j) := net_map g (weights_of w) X; rewrite mxE weights_of_map. Qed.
Let f_ext (R : comRingType) (w w' : 'I_(nfactors L H d da) -> R) X : w =1 w' -> f w X = f w' X.
Proof. by move=> E; rewrite /f (eq_weights_of E). Qed.

Lemma residue_weights (R : comRingType) :
  weights_of (fun v => (int_of_Z (residue P (theta v)))%:~R : R) = lit_net R d factor_residues.
Proof.
rewrite -(@weights_of_lit _ L H) ?size_map //; last by rewrite all_map; apply: sub_all sH => Hs /=; rewrite size_map.
by apply: eq_weights_of => v; rewrite (factor_at_map (t0 := none)).
Qed.

Theorem attention_fractions_lower xs ys left right signs blocks :
  [|| attention_accepts p n d S xs ys i j r factor_residues,
      attention_coefficients p n d S left right r i j factor_residues |
      blocks_accept_attention p n d S i j signs blocks r factor_residues] ->
  sep_ge (fun x y : 'M[F]_(n, d) => net (weights_of (in_field F \o theta)) (mix (side_of S) x y) i j) r.
Proof.
case/or3P=> acc.
- have pp : (1 < P <= 2147483648)%cZ by case/and5P: acc => /Z.ltb_spec0 p1 /Z.leb_spec0 p2.
  apply: (fractions_grid_lower (F := F) theta_ok f_map f_ext (S := S) (i := i) (j := j) _ acc) => _ X.
  rewrite /f residue_weights.
  have := eval_netE (psi := psi p) erefl erefl (psi_fma pp) (psi_mod pp) (psi_red pp) n d factor_residues X.
  by move/matrixP/(_ i j); rewrite mxE.
- apply: (fractions_minor_lower (F := F) theta_ok f_map f_ext _ acc) => D X.
  by rewrite /f residue_weights -(eval_net_opsE D) mxE.
have pp : (1 < P <= 2147483648)%cZ.
  by move: acc; rewrite /blocks_accept_attention; case: (sides_sizes _ _) => ? ? /and5P[/Z.ltb_spec0 ? /Z.leb_spec0 ?].
have m1 : (1 < Z.to_nat P)%N by lia.
have := @attention_blocks_rank_of p n d S i j signs blocks r _ _ F (modulo_morphism m1) (number_morphism _ F)
  (weights_of (lift p \o theta)) (@number_inj p F) _ acc.
have E : weights_of (number F \o (lift p \o theta)) = weights_of (in_field F \o theta).
  by apply: eq_weights_of => v; apply: number_lift.
rewrite !weights_of_map E; apply.
by rewrite -residue_weights; apply: eq_weights_of => v; apply: modulo_lift.
Qed.
End Attention.

(* Mixers with all options *)
Definition rearrangeL (source : option (seq (seq (nat * nat)))) (X : rows i63) : rows i63 :=
  if source is Some es then [seq [seq nth 0%uint63 (nth [::] X e.1) e.2 | e <- r] | r <- es] else X.
Definition option_accepts p n d S xs ys i j r source s t ls :=
  let s' := map (red p) s in let t' := map (red p) t in let ls' := map (red_layer p d) ls in
  accepts p S xs ys i j r (fun X => eval_mixer p n d s' t' ls' (rearrangeL source X)).

Definition in_range n d (es : option (seq nat)) : bool :=
  if es is Some es then (size es == n * d)%N && all (fun e => e < n * d)%N es else true.

Lemma mxL_rearrange (R : comRingType) (psi : i63 -> R) n d es X : psi 0%uint63 = 0 ->
  in_range n d es ->
  mxL psi n d (rearrangeL (source_of n d es) X) = rearrange (source_of n d es) (mxL psi n d X).
Proof.
move=> psi0; case: es => //= es /andP[/eqP sz /(all_nthP 0%N) lt]; apply/matrixP=> a b; rewrite !mxE.
have d0 : (0 < d)%N by case: (d) b => // -[].
rewrite (nth_map [::]) ?size_mkseq // !nth_mkseq // (nth_map (0, 0)%N) ?size_mkseq // nth_mkseq //=.
have := lt (a * d + b)%N; rewrite sz.
have ab : (a * d + b < n * d)%N.
  by rewrite (leq_trans (n := a.+1 * d)) ?leq_mul2r ?ltn_ord ?orbT // mulSn addnC ltn_add2r.
move/(_ ab); move: (nth 0%N es _) => e en; rewrite /entry_at /=.
have e1 : (e %/ d < n)%N by rewrite ltn_divLR.
have e2 : (e %% d < d)%N by rewrite ltn_pmod.
by rewrite (insubT (fun i => i < n)%N e1) (insubT (fun i => i < d)%N e2) !mxE.
Qed.

Section Option.
Variables (p : i63) (n d L St C : nat) (bias res : bool) (es : option (seq nat)) (s t : seq Z).
Variables (ws : seq (mixer_weights fraction)).
Variables (S : seq bool) (i : 'I_n) (j : 'I_d) (r : nat) (F : numFieldType).
Local Notation P := (toZ p).
Local Notation k := #|option_weight L St C n d|.
Local Notation source := (source_of n d es).
Hypotheses (es_ok : in_range n d es) (sz : size ws = L) (ok : mixers_all (fraction_ok P) ws).
Definition mixer_residues : seq mixer_lit := option_lits St C n d bias res (map (map_weights (residue P)) ws).

Let theta (v : 'I_k) : fraction := weight_at none ws v.
Let theta_ok v : fraction_ok P (theta v). Proof. exact: weight_at_all. Qed.
Let f (R : comRingType) (w : 'I_k -> R) (X : 'M[R]_(n, d)) := option_net bias res source s t w X i j.
Let f_map (R K : comRingType) (g : {rmorphism R -> K}) w X : g (f w X) = f (g \o w) (map_mx g X).
Proof. by have /matrixP/(_ i j) := map_option_net bias res source s t g w X; rewrite mxE. Qed.
Let f_ext (R : comRingType) (w w' : 'I_k -> R) X : w =1 w' -> f w X = f w' X.
Proof. by move=> E; rewrite /f (eq_option_net _ _ _ _ _ E). Qed.

Lemma residue_net (R : comRingType) X :
  option_net bias res source s t (fun v => (int_of_Z (residue P (theta v)))%:~R : R) X =
  mixer (lit_poly R s) (lit_poly R t) (lit_mixer R n d mixer_residues) (rearrange source X).
Proof.
rewrite /mixer_residues -(@option_layers_lit L) ?size_map //; apply: eq_option_net => v.
by rewrite /lit_option (weight_at_map (t0 := none)).
Qed.

Theorem option_fractions_lower xs ys left right signs blocks degree :
  [|| option_accepts p n d S xs ys i j r source s t mixer_residues,
      option_coefficients p n d S left right r i j source s t mixer_residues |
      ~~ isSome es && blocks_accept_mixer p n d S i j signs blocks r s t mixer_residues degree] ->
  sep_ge (fun x y => mixer_output bias res source s t (side_of S) i j (in_field F \o theta) x y) r.
Proof.
case/or3P=> acc.
- have pp : (1 < P <= 2147483648)%cZ by case/and5P: acc => /Z.ltb_spec0 p1 /Z.leb_spec0 p2.
  apply: (fractions_grid_lower (F := F) theta_ok f_map f_ext (S := S) (i := i) (j := j) _ acc) => _ X.
  rewrite /f residue_net -mxL_rearrange //.
  have := eval_mixerE (psi := psi p) erefl erefl (psi_fma pp) (psi_mod pp) (psi_red pp) n d s t mixer_residues.
  by move/(_ (rearrangeL source X))/matrixP/(_ i j); rewrite mxE.
- apply: (fractions_minor_lower (F := F) theta_ok f_map f_ext _ acc) => D X.
  by rewrite /f residue_net -mx_rearrange // -(eval_mixer_opsE D) mxE.
case/andP: acc => es0 acc; have {es0} sE : source = None by move: es0; case: (es).
have pp : (1 < P <= 2147483648)%cZ by move: acc; case: mixer_residues => // ? ? /and5P[/Z.ltb_spec0 p1 /Z.leb_spec0 p2].
have m1 : (1 < Z.to_nat P)%N by lia.
move: acc; rewrite /mixer_residues option_lits_map => acc.
have := @mixer_blocks_rank_of p n d S i j signs blocks r s t _ none _ degree (residue P) _ F (lift p)
  (modulo_morphism m1) (number_morphism _ F) (@number_inj p F) erefl (modulo_lift pp) acc.
rewrite -(@option_layers_read L) // => [low|].
  have E : (number F \o lift p) \o theta =1 in_field F \o theta by move=> v; apply: number_lift.
  by rewrite sE => q sep; apply: low; apply: eq_sep_le sep => x y; rewrite /mixer_output -(eq_option_net _ _ _ _ _ E).
by rewrite /= number_lift //= /in_field mul0r.
Qed.
End Option.
