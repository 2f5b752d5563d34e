(* Claims on networks with functions of real numbers: the values at the points are enclosed and eliminated as they are
   enclosed (theory.md 1.10, docs/format.md, `enclosure`).
   enclosed_numbers w  == the numbers to compute in: intervals of native integers, in units of 2^(-30 w); of what is not
                          below 2^(30 headroom) in size nothing is known
   middle a            == a point in the middle of a, or anywhere
   real_verdict c      == the verdict on the real claim c
   Proved: check_real_correct. How narrow the enclosures are is not: where they cannot tell a pivot from 0 the verdict is
   Incomplete. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank GridRank NetEval Layers LayersRun RealFunctions Enclosures RealLayers.
From Seprank Require Import EnclosedElimination.
From Seprank Require Import IntegerOps Intervals IntervalFunctions IntervalErf NativeIntegers.
From Seprank Require Import CertificateClaim Verdicts CheckLower.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

Section Claim.
Variable c : real_claim.
Let n := real_tokens c.
Let d := real_width c.
Let S := sides_of n (real_left c).

(* in the numbers O: points and weights are read, and the minor is eliminated *)
Definition minor_enclosed (T : Type) (O : numbers T) (within_one : T) (point : T -> T) : bool :=
  let cs := map (cut d) in
  let M := real_grid O (real_layers c) (real_weights c) n d S (real_out c).1 (real_out c).2
    (cs (left_values c)) (cs (right_values c)) in
  (size M == N.to_nat (real_value c)) && nonsingular O within_one point M.

Lemma minor_enclosedP (F : realFieldType) (E : elementary F) T (O : numbers T) (holds : T -> F -> Prop) within_one point :
  encloses E O holds -> (forall x, `|x| <= 1 -> holds within_one x) -> (forall a, exists x, holds (point a) x) ->
  r_layers_fit (real_layers c) n d (real_out c).1 (real_out c).2 -> minor_enclosed O within_one point ->
  sep_ge (fun x y : 'M[F]_(n, d) => real_output E (real_layers c) (side_of S : pred 'I_n) (real_out c).1 (real_out c).2
    (real_weights c) x y) (N.to_nat (real_value c)).
Proof.
move=> enc one pt fit /andP[/eqP sM ns].
set xs := map (cut d) (left_values c) in sM ns; set ys := map (cut d) (right_values c) in sM ns.
apply: (nonsingular_sep_ge enc one pt (xs := fun k => real_point_A n d S F xs k) (ys := fun k => real_point_B n d S F ys k)
  sM _ ns) => i j.
by have := real_gridP enc S (real_weights c) xs ys i j fit; rewrite mxE.
Qed.
End Claim.

(* intervals *)
Definition headroom : nat := 8.
Definition bounded (top : signed) (a : interval signed) : interval signed :=
  if a is Some (l, h) then
    if z_le native h top && z_le native (z_sub native (z_of native 0) top) l then a else None
  else None.
Definition enclosed_numbers (w : nat) : numbers (interval signed) :=
  let O := interval_numbers native w (erf_enclosure native (erf_constants_of native w)) (pi_enclosure native w) in
  let top := z_of native (2 ^ (30 * Z.of_nat (w + headroom)))%cZ in
  let few f a b := bounded top (f a b) in
  Numbers (n_unknown O) (fun q => bounded top (n_of O q)) (few (n_add O)) (few (n_sub O)) (few (n_mul O)) (few (n_div O))
    (n_nonzero O) (n_real O) (n_softmax O).
Definition size_one (w : nat) : interval signed :=
  let u := s_unit (scale_of native w) in Some (z_sub native (z_of native 0) u, u).
Definition middle (a : interval signed) : interval signed :=
  let m := if a is Some (l, h) then z_div native (z_add native l h) (z_of native 2) else z_of native 0 in Some (m, m).

Section Intervals.
Variables (F : realFieldType) (E : elementary F) (w : nat).
Local Notation holds := (inside (F := F) value w).
Lemma bounded_inside top a x : holds a x -> holds (bounded top a) x.
Proof. by case: a => // -[l h] ax; rewrite /bounded; case: ifP. Qed.
Lemma enclosed_numbersP : encloses E (enclosed_numbers w) holds.
Proof.
have enc := interval_numbersP nativeP (pi_inside E nativeP w) (@erf_inside _ _ _ _ E nativeP w).
split=> [x|q|a b x y ax bY|a b x y ax bY|a b x y ax bY|a b x y ax bY|a x|f a x ax|k ms xs m x sm sx hm hx m0 mp j].
- exact: in_unknown enc x.
- exact/bounded_inside/(in_of enc).
- exact/bounded_inside/(in_add enc).
- exact/bounded_inside/(in_sub enc).
- exact/bounded_inside/(in_mul enc).
- exact/bounded_inside/(in_div enc).
- by move=> nz ax; exact: (not_zero enc nz ax).
- exact: (in_real enc f ax).
exact: (in_softmax enc sm sx hm hx m0 mp).
Qed.
Lemma size_oneP (x : F) : `|x| <= 1 -> inside value w (size_one w) x.
Proof.
rewrite ler_norml /inside /in_units /size_one => /andP[l h]; have U := U_ge0 F w; cbv zeta beta iota.
have -> : numeral F (value (z_sub native (z_of native 0) (s_unit (scale_of native w)))) = - 2%:R ^+ (30 * w).
  by rewrite (hashB _ nativeP) (hash_of _ nativeP) (hashU _ _ nativeP) sub0r.
by rewrite (hashU _ _ nativeP) -mulN1r ler_wpmul2r //= -[X in _ <= X]mul1r ler_wpmul2r.
Qed.
Lemma middleP a : exists x : F, inside value w (middle a) x.
Proof.
rewrite /middle; move: (if a is Some _ then _ else _) => m; exists (numeral F (value m) / 2%:R ^+ (30 * w)).
by rewrite /inside /in_units divfK ?U_neq0 // lexx.
Qed.
End Intervals.

(* multiplications of words, which take about a minute, and entries of all matrices of an evaluation *)
Definition most_operations : N := 8589934592.
Definition most_entries : N := 4194304.

Section Verdict.
Variable c : real_claim.
Let r := N.of_nat (size (left_values c)).
(* no more bits than the file names *)
Let words := N.to_nat (real_bits c / 30)%bN.

Definition real_verdict : verdict :=
  ask real_well_formed c or Invalid BadProblem;
  ask r_weights_shape (real_layers c) (real_weights c) or Invalid WeightShape;
  ask (0 <? real_bits c)%bN or Incomplete Limit;
  after minor_verdict (real_value c) (sides_of (real_tokens c) (real_left c)) (real_width c) (left_values c)
    (right_values c);
  ask (0 < words)%N or Incomplete WideEnclosure;
  let (w, each) := (N.of_nat (words + headroom), real_cost (real_layers c) (real_tokens c, real_width c)) in
  ask (each <=? most_entries)%bN && (r * r * (each + r) * w * w <=? most_operations)%bN or Incomplete Limit;
  ask minor_enclosed c (enclosed_numbers words) (size_one words) middle or Incomplete WideEnclosure;
  Valid.

Theorem check_real_correct : real_verdict = Valid -> real_holds c.
Proof.
rewrite /real_verdict; case: ifP => // wf; case: ifP => // _; case: ifP => // _; case: (minor_verdict _ _ _ _ _) => //.
case: ifP => // _; case: ifP => // _; case: ifP => // acc _; split=> // F E n; have /and3P[_ _ fit] := wf.
exact: (minor_enclosedP (enclosed_numbersP E words) (@size_oneP F words) (@middleP F words) fit acc).
Qed.
End Verdict.
