(* Minors as evidence for networks by their layers, whose constants and weights are rational numbers: theory.md 1.2 to 1.5.
     residue p a                   == a = num / den modulo p, where fraction_ok p a
     layers_grid_accepts p ..      == a grid is accepted modulo p
     layers_minor_accepts p ..     == a minor of coefficients is accepted modulo p
   Proved: then the separation rank at these weights is at least r (layers_grid_lower, layers_minor_lower); almost all weights
   have it then by LayersRun.layers_generic. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix GridRank Attention RankCert RankCert63 NetEval Certificate RingOps ListMatrices.
From Seprank Require Import SparsePolynomials CoefficientMinor LocalRationals Layers LayersRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope Z_scope with cZ.
Local Open Scope ring_scope.

(* the inverse of a modulo p by Euclid's algorithm, if there is one: x and y are the factors of a in r and s *)
Fixpoint euclid (fuel : nat) (r s x y : Z) : Z :=
  if fuel is fuel.+1 then if (s =? 0)%cZ then x else euclid fuel s (r mod s)%cZ y (x - r / s * y)%cZ else 0%cZ.
Definition inverse (p a : Z) : Z := (euclid 256 p (a mod p) 0 1 mod p)%cZ.
Definition residue (p : Z) (a : fraction) : Z :=
  if (den a =? 1)%positive then num a else (num a * inverse p (Zpos (den a)))%cZ.
Definition fraction_ok (p : Z) (a : fraction) : bool :=
  (den a =? 1)%positive || ((Zpos (den a) * inverse p (Zpos (den a))) mod p =? 1)%cZ.
Definition fractions_ok p (ls : seq llayer) (ws : seq (seq (rows fraction))) : bool :=
  layers_constants (fraction_ok p) ls && all (fraction_ok p) (layer_flat ls ws).

Section Local.
Variable p : i63.
Hypothesis pp : (1 < toZ p <= 2147483648)%cZ.
Local Notation m := (Z.to_nat (toZ p)).
Let m1 : (1 < m)%N. Proof. by case: pp => ? _; lia. Qed.

Definition loc (a : fraction) : local m := insubd (0 : local m) ((int_of_Z (num a))%:~R / (int_of_Z (Zpos (den a)))%:~R : rat).

Let dpos (a : fraction) : (int_of_Z (Zpos (den a)))%:~R != 0 :> rat. Proof. by rewrite intr_eq0; lia. Qed.

Lemma fraction_okP a : fraction_ok (toZ p) a -> coprime m `|int_of_Z (Zpos (den a))| /\
  phi (toZ p) (residue (toZ p) a) * phi (toZ p) (Zpos (den a)) = phi (toZ p) (num a).
Proof.
have p1 : (1 < toZ p)%cZ by case: pp.
rewrite /fraction_ok /residue; case: Pos.eqb_spec => [-> _|_ /= /Z.eqb_spec E].
  by rewrite coprimen1 /phi mulr1.
have E' : phi (toZ p) (Zpos (den a)) * phi (toZ p) (inverse (toZ p) (Zpos (den a))) = 1.
  by rewrite -phiM // -phi_mod // E.
split; last by rewrite phiM // -mulrA [_ * phi _ (Zpos _)]mulrC E' mulr1.
have : (`|int_of_Z (Zpos (den a))|%N%:R : 'Z_m) \is a GRing.unit.
  apply/unitrPr; exists (phi (toZ p) (inverse (toZ p) (Zpos (den a)))); rewrite -[RHS]E'; congr (_ * _).
by rewrite unitZpE.
Qed.

Lemma val_loc a : fraction_ok (toZ p) a -> val (loc a) = (int_of_Z (num a))%:~R / (int_of_Z (Zpos (den a)))%:~R.
Proof.
move=> /fraction_okP[cd _]; apply: insubdK; have d0 : int_of_Z (Zpos (den a)) != 0 by lia.
by apply: (prime_to_frac d0 _ cd); rewrite mulfVK.
Qed.

Lemma modulo_loc a : fraction_ok (toZ p) a -> modulo (loc a) = phi (toZ p) (residue (toZ p) a) :> 'Z_m.
Proof.
move=> ok; have [cd E] := fraction_okP ok; apply: (moduloI m1 _ cd E).
by rewrite val_loc // mulfVK.
Qed.

Lemma number_loc (F : numFieldType) a : fraction_ok (toZ p) a -> number F (loc a) = in_field F a.
Proof. by move=> ok; rewrite /number val_loc // fmorph_div /= !ratr_int. Qed.

Lemma number_inj (F : numFieldType) : injective (@number m F).
Proof. by move=> x y E; apply: val_inj; apply: (fmorph_inj [rmorphism of ratr]) E. Qed.
End Local.

(* grids: Certificate.Section Sound for one entry, the weights from a ring R0 *)
Section Sound.
Variables (p : i63) (n d : nat) (S : seq bool) (xs ys : seq (rows Z)) (i j r : nat).
Local Notation m := (Z.to_nat (toZ p)).
Variables (R0 : comRingType) (F : numFieldType) (gp : {rmorphism R0 -> 'Z_m}) (gF : {rmorphism R0 -> F}).
Variables (eval : rows i63 -> rows i63) (f : forall R : comRingType, (R0 -> R) -> 'M[R]_(n, d) -> R).
Hypothesis gF_inj : injective gF.
Hypothesis f_map : forall (R K : comRingType) (w : {rmorphism R0 -> R}) (g : {rmorphism R -> K}) X,
  g (f w X) = f (g \o w) (map_mx g X).
Hypothesis f_ext : forall (R : comRingType) (w w' : R0 -> R) X, w =1 w' -> f w X = f w' X.
Hypothesis evalE : denotes (mod_ops p) (psi p) -> forall X,
  psi p (nth 0%uint63 (nth [::] (eval X) i) j) = f gp (mxL (psi p) n d X).

Lemma accepts_lower : accepts p S xs ys i j r eval -> sep_ge (fun x y : 'M[F]_(n, d) => f gF (mix (side_of S) x y)) r.
Proof.
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 /eqP sx /eqP sy /oneshot_det D.
have pp : (1 < toZ p <= 2147483648)%cZ by [].
move=> k; apply: (@grid_sep_le _ _ _ _ r (fun k => point_A n d S xs F k) (fun k => point_B n d S ys F k)) => /=.
pose G := \matrix_(a < r, b < r) f (idfun : R0 -> R0) (lit R0 n d (merge S (nth [::] xs a) (nth [::] ys b))).
have mapG (K : comRingType) (g : {rmorphism R0 -> K}) a b : g (G a b) = f g (lit K n d (merge S (nth [::] xs a) (nth [::] ys b))).
  by rewrite mxE (f_map [rmorphism of idfun] g) map_lit; apply: f_ext.
have -> : grid (fun x y : 'M[F]_(n, d) => f gF (mix (side_of S) x y)) (fun k : 'I_r => point_A n d S xs F k)
    (fun k : 'I_r => point_B n d S ys F k) = map_mx gF G.
  by apply/matrixP=> a b; rewrite [RHS]mxE mapG !mxE /point_A /point_B -lit_merge.
rewrite det_map_mx; apply: contraNneq D => D0.
have {}D0 : \det G = 0 by apply: gF_inj; rewrite D0 rmorph0.
rewrite (_ : map_mx _ _ = map_mx gp G); first by rewrite det_map_mx D0 rmorph0.
apply/matrixP=> a b; rewrite [LHS]mxE [RHS]mxE mapG mxE nth_eval_grid ?sx ?sy //.
rewrite -/(phi _ _) -/(psi p _) (psi_mod pp) evalE; last exact: mod_opsP pp.
by rewrite (mxL_red (erefl : psi p 0%uint63 = 0) (psi_red pp)).
Qed.
End Sound.

Section Evidence.
Variables (p : i63) (ls : seq llayer) (ws : seq (seq (rows fraction))) (n d : nat) (S : seq bool) (i j r : nat) (F : numFieldType).
Local Notation P := (toZ p).
Local Notation m := (Z.to_nat P).
Hypotheses (fit : layers_fit ls n d i j) (ok : fractions_ok P ls ws).

Let f (R : comRingType) (w : local m -> R) (X : 'M[R]_(n, d)) := layers_entry i j (w \o loc p) (w \o loc p \o lit_theta ls ws) X.
Let q (a : fraction) : 'Z_m := phi P (residue P a).

Let f_map (R K : comRingType) (w : {rmorphism local m -> R}) (g : {rmorphism R -> K}) X : g (f w X) = f (g \o w) (map_mx g X).
Proof. exact: map_layers_entry. Qed.
Let f_ext (R : comRingType) (w w' : local m -> R) X : w =1 w' -> f w X = f w' X.
Proof. by move=> ww; apply: (@eq_layers_entry n d ls i j predT) => [||a _|v] //=; exact: layers_constantsT. Qed.

Let ok0 : fraction_ok P none. Proof. by []. Qed.
Lemma lit_ok v : fraction_ok P (lit_theta ls ws v).
Proof.
have /andP[_ /all_nthP okw] := ok; rewrite /lit_theta; set s := layer_flat ls ws in okw *.
by have [lt|le] := ltnP v (size s); [apply: okw | rewrite nth_default].
Qed.

(* modulo p, and over F *)
Lemma number_entry X : (1 < P <= 2147483648)%cZ ->
  f (number F) X = layers_entry i j (in_field F) (in_field F \o lit_theta ls ws) X.
Proof.
move=> pp; have /andP[okls _] := ok.
by apply: (@eq_layers_entry n d ls i j (fraction_ok P)) => [||a oka|v] //=; rewrite ?number_loc ?lit_ok.
Qed.
Lemma modulo_entryE (R : comRingType) (g : {rmorphism 'Z_m -> R}) X : (1 < P <= 2147483648)%cZ ->
  f (g \o @modulo m) X = layers_entry i j (g \o q) (g \o q \o lit_theta ls ws) X.
Proof.
move=> pp; have /andP[okls _] := ok.
by apply: (@eq_layers_entry n d ls i j (fraction_ok P)) => [||a oka|v] //=; rewrite ?modulo_loc ?lit_ok.
Qed.

Definition layers_tabs_modulo (T : Type) (O : ops T) := layers_tabs (fun a => op_int O (residue P a)) ls ws.
Definition layers_grid_accepts (xs ys : seq (rows Z)) : bool :=
  let O := mod_ops p in let ts := layers_tabs_modulo O in let es := map l_expr ls in
  accepts p S xs ys i j r (fun X => t_body (run_net O ts es (Tab n d X))).
Definition layers_minor_accepts (left right : seq (rows nat)) : bool :=
  let O := minor_ops p in let ts := layers_tabs_modulo O in
  coefficient_accepts p n d S left right r (fun X => run_entry O ls ts n d i j X).

Let range (xs ys : seq (rows Z)) : layers_grid_accepts xs ys -> (1 < P <= 2147483648)%cZ.
Proof. by case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2. Qed.

Theorem layers_grid_lower xs ys : layers_grid_accepts xs ys ->
  sep_ge (@layers_output n d ls (side_of S) i j F (in_field F \o lit_theta ls ws)) r.
Proof.
move=> acc; have pp := range acc; have m1 : (1 < m)%N by lia.
have low : sep_ge (fun x y => f (number F) (mix (side_of S) x y)) r.
  have := @accepts_lower p n d S xs ys i j r _ F (modulo_morphism m1) (number_morphism m F) _ f (@number_inj p F) f_map f_ext _ acc.
  apply=> D X.
  rewrite [f _ _](modulo_entryE [rmorphism of idfun]) //.
  exact: (@layers_runP _ (mod_ops p) _ (psi p) (fun a => op_int (mod_ops p) (residue P a)) q D (fun a => denotesZ D _) erefl n d ls ws i j X fit).
by move=> k sep; apply: low; apply: eq_sep_le sep => x y; rewrite number_entry.
Qed.

Theorem layers_minor_lower left right : layers_minor_accepts left right ->
  sep_ge (@layers_output n d ls (side_of S) i j F (in_field F \o lit_theta ls ws)) r.
Proof.
move=> acc; have pp : (1 < P <= 2147483648)%cZ by case/and5P: acc => /Z.ltb_spec0 p1 /Z.leb_spec0 p2.
have m1 : (1 < m)%N by lia.
have low : sep_ge (fun x y => f (number F) (mix (side_of S) x y)) r.
  apply: (@coefficients_lower p n d S left right r _ F (modulo_morphism m1) (number_morphism m F) f (@number_inj p F) f_map f_ext _ _ acc) => D.
  rewrite [f _ _](modulo_entryE [rmorphism of @mpolyC (n * d + n * d) _]) //.
  apply: (@layers_runP _ (minor_ops p) _ (read p n d S) (fun a => op_int (minor_ops p) (residue P a)) (@mpolyC _ _ \o q) D) fit => [a|].
    by rewrite (denotesZ D) /= /q /phi rmorph_int.
  by rewrite /= /q /phi mpolyC0.
by move=> k sep; apply: low; apply: eq_sep_le sep => x y; rewrite number_entry.
Qed.
End Evidence.
