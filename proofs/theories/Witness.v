(* One witness proves almost everywhere: Proposition 1.5 of theory.md.
   A family of functions f_theta(x, y) is given over all commutative rings at once, compatibly with
   ring morphisms (so its values are integer polynomials in theta, x and y: Attention and the Mixer
   with integer activations are such families). If for one theta_0 over one field - Q, or F_p -
   a grid minor of size r with integer points, or points reduced from them, is not 0, then a
   polynomial P <> 0 with integer coefficients exists such that, over every field K and at every
   theta in K^k with P(theta) <> 0, the separation rank of f_theta is at least r.
   (P is the minor itself. A non-zero polynomial vanishes only on a set of measure zero.)
   In the same way the rank is at least r outside the zero set of a non-zero polynomial over an
   infinite field F as soon as it is so at one theta_0 in F^k: the generic rank.

   family k m n       == f R theta x y in R, for theta : 'I_k -> R, x : 'I_m -> R, y : 'I_n -> R
   natural f          == f commutes with ring morphisms
   poly_of f theta    == f_theta as a polynomial in x and y
   generic_rank_ge f r == sep(f_theta) >= r outside the zero set of one non-zero integer
                         polynomial in theta, over every field of characteristic 0
   map_mpoly intr P   == the integer polynomial P over another ring; .@[theta] is its value there *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank RankModP CoefMatrix.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition family k m n := forall R : comRingType, ('I_k -> R) -> ('I_m -> R) -> ('I_n -> R) -> R.

Definition natural k m n (f : family k m n) :=
  (forall (R R' : comRingType) (phi : {rmorphism R -> R'}) theta x y,
     phi (f R theta x y) = f R' (phi \o theta) (phi \o x) (phi \o y)) /\
  (forall (R : comRingType) theta theta' x x' y y', theta =1 theta' -> x =1 x' -> y =1 y' ->
     f R theta x y = f R theta' x' y').

Section Witness.
Variables (k m n : nat) (f : family k m n).
Hypothesis nat_f : natural f.

(* R0 is the ring of the points, mapped into the fields of theta_0 and of theta *)
Section Minor.
Variables (R0 : comRingType) (r : nat) (xs : 'I_r -> 'I_m -> R0) (ys : 'I_r -> 'I_n -> R0).

(* the grid minor, a polynomial in theta *)
Definition minor_poly : {mpoly R0[k]} :=
  \det (\matrix_(a, b) f (fun t => 'X_t) (@mpolyC _ _ \o xs a) (@mpolyC _ _ \o ys b)).

Lemma minor_poly_eval (K : comRingType) (phi : {rmorphism R0 -> K}) theta :
  mmap phi theta minor_poly = \det (\matrix_(a, b) f theta (phi \o xs a) (phi \o ys b)).
Proof.
rewrite -[LHS]/([rmorphism of mmap phi theta] _) -det_map_mx; congr (\det _).
apply/matrixP => a b; rewrite !mxE (proj1 nat_f); apply: (proj2 nat_f) => t /=.
- by rewrite mmapX mmap1U.
- by rewrite mmapC.
- by rewrite mmapC.
Qed.

Theorem minor_witness (F : comRingType) (phi : {rmorphism R0 -> F}) theta0 :
  \det (\matrix_(a, b) f theta0 (phi \o xs a) (phi \o ys b)) != 0 ->
  exists2 P : {mpoly R0[k]}, P != 0 &
    forall (K : fieldType) (psi : {rmorphism R0 -> K}) theta, mmap psi theta P != 0 ->
    forall s, sep_le (fun x y => f (R := K) theta x y) s -> (r <= s)%N.
Proof.
rewrite -minor_poly_eval => nz; exists minor_poly; first by apply: contra_neq nz => ->; rewrite mmap0.
move=> K psi theta; rewrite minor_poly_eval => D s sep.
have := sep_le_rank (fun a => psi \o xs a) (fun b => psi \o ys b) sep; rewrite mxrank_unit //.
by rewrite unitmxE unitfE.
Qed.
End Minor.

(* f_theta as a polynomial, whose coefficients are polynomials in theta *)
Definition poly_of (R : comRingType) (theta : 'I_k -> R) : {mpoly R[m + n]} :=
  f (@mpolyC _ _ \o theta) (fun i => 'X_(lshift n i)) (fun j => 'X_(rshift m j)).

Lemma poly_ofE (R : comRingType) (theta : 'I_k -> R) x y : (poly_of theta).@[join x y] = f theta x y.
Proof.
rewrite -[LHS]/([rmorphism of meval (join x y)] _) (proj1 nat_f); apply: (proj2 nat_f) => t /=.
- by rewrite mevalC.
- by rewrite mevalXU joinl.
- by rewrite mevalXU joinr.
Qed.

Lemma poly_of_map (R R' : comRingType) (phi : {rmorphism R -> R'}) theta :
  map_mpoly phi (poly_of theta) = poly_of (phi \o theta).
Proof.
rewrite -[LHS]/([rmorphism of map_mpoly phi] _) (proj1 nat_f); apply: (proj2 nat_f) => t /=.
- by rewrite map_mpolyC ?rmorph0.
- by rewrite map_mpolyX.
- by rewrite map_mpolyX.
Qed.

(* the same for a minor of the coefficient matrix *)
Theorem coef_witness (R0 F : comRingType) (phi : {rmorphism R0 -> F}) D r
    (al : 'I_r -> expo m D) (be : 'I_r -> expo n D) theta0 :
  \det (\matrix_(a, b) (poly_of theta0)@_(mnm2 (al a) (be b))) != 0 :> F ->
  exists2 P : {mpoly R0[k]}, P != 0 &
    forall (K : fieldType) (psi : {rmorphism R0 -> K}) theta, infinite_field K -> mmap psi theta P != 0 ->
    forall s, sep_le (fun x y => f (R := K) theta x y) s -> (r <= s)%N.
Proof.
pose P : {mpoly R0[k]} := \det (\matrix_(a, b) (poly_of (fun t => 'X_t : {mpoly R0[k]}))@_(mnm2 (al a) (be b))).
have PE (K : comRingType) (psi : {rmorphism R0 -> K}) theta :
    mmap psi theta P = \det (\matrix_(a, b) (poly_of theta)@_(mnm2 (al a) (be b))).
  rewrite -[LHS]/([rmorphism of mmap psi theta] _) -det_map_mx; congr (\det _).
  apply/matrixP => a b; rewrite !mxE -mcoeff_map_mpoly poly_of_map.
  by congr (_ @_ _); apply: (proj2 nat_f) => t //=; rewrite mmapX mmap1U.
rewrite -(PE _ phi) => nz; exists P; first by apply: contra_neq nz => ->; rewrite mmap0.
move=> K psi theta infK; rewrite PE => det_nz s sep.
have : sep_le (fun x y => (poly_of theta).@[join x y]) s by apply: eq_sep_le sep => x y; rewrite poly_ofE.
pose D' := maxn D (msize (poly_of theta)); have szD : (msize (poly_of theta) <= D')%N by rewrite leq_maxr.
move/(coef_matrix_rank infK s szD) => le; apply: leq_trans le.
pose wide l (c : expo l D) : expo l D' := [ffun t => widen_ord (leq_maxl _ _) (c t)].
have <- : \rank (\matrix_(a, b) (poly_of theta)@_(mnm2 (al a) (be b)) : 'M[K]_r) = r.
  by rewrite mxrank_unit // unitmxE unitfE.
apply: leq_trans (mxrank_mxsub (fun a => enum_rank (wide _ (al a))) (fun b => enum_rank (wide _ (be b))) _).
rewrite leq_eqVlt; apply/orP; left; apply/eqP; congr (\rank _); apply/matrixP => a b.
rewrite !mxE !enum_rankK; congr (_ @_ _); apply/mnmP => t; rewrite !mnmE /join.
by case: splitP => c _; rewrite ffunE.
Qed.
End Witness.

Lemma meval_map_mpoly k (R K : comRingType) (psi : {rmorphism R -> K}) (P : {mpoly R[k]}) theta :
  (map_mpoly psi P).@[theta] = mmap psi theta P.
Proof.
have E := mpolyE P; move: (msupp P) E => r ->; rewrite (raddf_sum (map_mpoly_additive k psi)).
rewrite (raddf_sum (meval_additive theta)) (raddf_sum (mmap_additive theta psi)); apply: eq_bigr => u _ /=.
by rewrite map_mpolyZ map_mpolyX mevalZ mevalX mmapZ mmapX.
Qed.

Lemma char0_intr_eq0 (K : fieldType) (z : int) : [char K] =i pred0 -> (z%:~R == 0 :> K) = (z == 0).
Proof.
move=> ch; case: z => l; first by rewrite -pmulrn ((charf0P K).1 ch).
by rewrite NegzE mulrNz oppr_eq0 -pmulrn ((charf0P K).1 ch).
Qed.

Lemma map_mpoly_intr_neq0 k (K : fieldType) (P : {mpoly int[k]}) : [char K] =i pred0 ->
  P != 0 -> map_mpoly [rmorphism of intmul (1 : K)] P != 0.
Proof.
move=> ch; apply: contra_neq => E; apply/mpolyP => u; rewrite mcoeff0; apply/eqP.
by rewrite -(char0_intr_eq0 _ ch) -[_%:~R]/([rmorphism of intmul (1 : K)] _) -mcoeff_map_mpoly E mcoeff0.
Qed.

Section Proposition15.
Variables (k m n : nat) (f : family k m n) (r : nat).
Hypothesis nat_f : natural f.

(* "outside the zero set of a non-zero polynomial, over every field of characteristic 0" *)
Definition generic_rank_ge := exists2 P : {mpoly int[k]}, P != 0 &
  forall K : fieldType, [char K] =i pred0 ->
    map_mpoly [rmorphism of intmul (1 : K)] P != 0 /\
    forall theta, (map_mpoly [rmorphism of intmul (1 : K)] P).@[theta] != 0 ->
    forall s, sep_le (fun x y => f (R := K) theta x y) s -> (r <= s)%N.

(* integer weights and points, and a minor over Q or any other field *)
Theorem witness_grid (F : fieldType) (xs : 'I_r -> 'I_m -> int) (ys : 'I_r -> 'I_n -> int) (theta0 : 'I_k -> F) :
  \det (\matrix_(a, b) f theta0 (fun t => (xs a t)%:~R) (fun t => (ys b t)%:~R)) != 0 -> generic_rank_ge.
Proof.
move=> D; have [P P0 H] := minor_witness nat_f (phi := [rmorphism of intmul (1 : F)]) D.
exists P => // K ch; split=> [|theta]; first exact: map_mpoly_intr_neq0.
by rewrite meval_map_mpoly => /H.
Qed.

(* weights and points in F_p *)
Theorem witness_modp p (xs : 'I_r -> 'I_m -> 'F_p) (ys : 'I_r -> 'I_n -> 'F_p) (theta0 : 'I_k -> 'F_p) :
  \det (\matrix_(a, b) f theta0 (xs a) (ys b)) != 0 -> generic_rank_ge.
Proof.
move=> D; apply: (@witness_grid [fieldType of 'F_p] (fun a t => Posz (xs a t)) (fun b t => Posz (ys b t)) theta0).
move: D; congr (\det _ != 0); apply/matrixP => a b; rewrite !mxE; apply: (proj2 nat_f) => // t;
  by rewrite -pmulrn natr_Zp.
Qed.

(* a minor of the coefficient matrix, over any field *)
Theorem witness_coef (F : fieldType) D (al : 'I_r -> expo m D) (be : 'I_r -> expo n D) (theta0 : 'I_k -> F) :
  \det (\matrix_(a, b) (poly_of f theta0)@_(mnm2 (al a) (be b))) != 0 -> generic_rank_ge.
Proof.
move=> det_nz; have [P P0 H] := coef_witness nat_f [rmorphism of intmul (1 : F)] det_nz.
exists P => // K ch; split=> [|theta]; first exact: map_mpoly_intr_neq0.
by rewrite meval_map_mpoly => Pt; apply: H Pt; apply: char0_infinite.
Qed.

(* the rank at one theta_0 bounds from below the rank almost everywhere *)
Theorem witness_theta (F : fieldType) (theta0 : 'I_k -> F) : infinite_field F ->
  (forall s, sep_le (fun x y => f theta0 x y) s -> (r <= s)%N) ->
  exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 ->
    forall s, sep_le (fun x y => f (R := F) theta x y) s -> (r <= s)%N.
Proof.
move=> infF lower; have [s sep|xs [ys D]] := @grid_lower _ _ _ (poly_of f theta0) infF r.
  by apply: lower; apply: eq_sep_le sep => x y; rewrite poly_ofE.
have [|P P0 H] := @minor_witness _ _ _ _ nat_f F r xs ys F [rmorphism of idfun] theta0.
  by move: D; congr (\det _ != 0); apply/matrixP => a b; rewrite !mxE poly_ofE.
by exists P => // theta Pt s; apply: (H F [rmorphism of idfun] theta Pt).
Qed.
End Proposition15.
