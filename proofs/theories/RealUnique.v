(* The laws of RealFunctions.v determine the functions: theory.md 1.10. Over an Archimedean field there is at most one
   record `elementary`, but for the roots of negative numbers, which no law speaks of. On the real numbers the functions
   of these names obey the laws, so that no others do. That they obey them is not proved here, as no real numbers are
   built; nor is it that any record exists.
     small_terms t            == for every n some term of t is below 1 / (n + 1)
     alternating_unique       == at most one number is between the partial sums of an alternating series of small terms
     elementary_unique        == two records have the same exp, erf and pi, and the same roots of numbers >= 0
     root_unique              == the roots are the same in every ordered field
     real_value_unique, softmax_unique   == so are the values of the functions, but for ReciprocalRoot at x < 0
     negative_roots_free      == a record remains one whatever is put for the roots of negative numbers: the laws say
                                 nothing of ReciprocalRoot there *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ ring.
From Seprank Require Import RealFunctions IntervalFunctions IntervalErf.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* what needs no Archimedean field *)
Section Ordered.
Variable F : realFieldType.
Implicit Types (t : nat -> F) (s x : F) (E : elementary F).

Lemma alternating_near t s s' n : alternating t s -> alternating t s' -> s - s' <= t n.
Proof.
have := odd_double_half n; move: (odd n) n./2 => o m <- {n}; case: o => /= as_ as'.
  have /andP[_ U] := as_ m; have /andP[L _] := as' m.+1; rewrite add1n; apply: le_trans (ler_sub U L) _.
  by rewrite doubleS [partial _ _.+2]partialS -signr_odd /= odd_double mulN1r subKr.
have /andP[_ U] := as_ m; have /andP[L _] := as' m; rewrite add0n; apply: le_trans (ler_sub U L) _.
by rewrite partialS -signr_odd odd_double mul1r addrAC subrr add0r.
Qed.

Lemma root_unique E E' x : 0 <= x -> r_root E x = r_root E' x.
Proof. by move=> x0; apply: (@pexpIrn _ 2); rewrite ?nnegrE ?root_ge0 ?sqr_root. Qed.

Lemma negative_roots_free E (g : F -> F) :
  exists E', [/\ r_exp E' =1 r_exp E, r_erf E' =1 r_erf E, r_pi E' = r_pi E & forall x, x < 0 -> r_root E' x = g x].
Proof.
pose r x := if 0 <= x then r_root E x else g x.
have rE x : 0 <= x -> r x = r_root E x by rewrite /r => ->.
have rpi : r (r_pi E) = r_root E (r_pi E) by rewrite rE // ltW // pi_gt0.
have r0 x : 0 <= x -> 0 <= r x by move=> x0; rewrite rE ?root_ge0.
have r2 x : 0 <= x -> r x ^+ 2 = x by move=> x0; rewrite rE ?sqr_root.
have es x : 0 <= x -> alternating (gauss_term x) (r (r_pi E) / 2%:R * r_erf E x) by rewrite rpi; exact: erf_series.
have sl x y : x <= y -> 0 <= r (r_pi E) / 2%:R * (r_erf E y - r_erf E x) <= y - x by rewrite rpi; exact: erf_slope.
exists (Elementary (expD E) (exp_series E) r0 r2 (pi_machin E) (erfN E) es sl (erf_tail E)); split=> //= x.
by rewrite /r ltNge => /negbTE ->.
Qed.
End Ordered.

Section Unique.
Variable F : archiFieldType.
Implicit Types (t : nat -> F) (s x y : F) (E : elementary F).

Definition small_terms t := forall n, exists k, t k < n.+1%:R^-1.

Theorem alternating_unique t s s' : small_terms t -> alternating t s -> alternating t s' -> s = s'.
Proof.
move=> small; wlog le : s s' / s' <= s => [H|as_ as'].
  by case: (leP s' s) => [|/ltW] le as_ as'; [apply: H | apply/esym; apply: H].
apply/eqP; rewrite eq_le le andbT -subr_le0 leNgt; apply/negP => d0.
have [k] := small (Num.bound (s - s')^-1); apply/negP; rewrite -leNgt.
apply: le_trans (alternating_near k as_ as'); rewrite -[X in _ <= X]invrK lef_pinv ?posrE ?invr_gt0 ?ltr0n //.
have := archi_boundP (ltW (_ : 0 < (s - s')^-1)); rewrite invr_gt0 => /(_ d0)/ltW/le_trans; apply.
by rewrite ler_nat.
Qed.

(* x^k / k! <= (3 x / k)^k *)
Lemma exp_term_below x y : 0 <= x -> 0 <= y -> forall n, exists k, y * exp_term x k < n.+1%:R^-1.
Proof.
move=> x0 y0 n; pose a := Num.bound (6%:R * x); pose b := Num.bound y; pose k := (a + b * n.+1)%N.
have [xa yb] : 6%:R * x < a%:R /\ y < b%:R by split; apply: archi_boundP; rewrite ?mulr_ge0 ?ler0n.
have k0 : 0 < k%:R :> F by rewrite natrD ltr_paddr ?ler0n // (le_lt_trans _ xa) // mulr_ge0 ?ler0n.
exists k; apply: (@le_lt_trans _ _ (y * 2%:R ^- k)).
  rewrite ler_wpmul2l //; apply: le_trans (exp_term_small k x0) _.
  rewrite -exprVn ler_expn2r ?nnegrE ?invr_ge0 ?ler0n //; first by rewrite divr_ge0 ?mulr_ge0 ?ler0n.
  rewrite ler_pdivr_mulr // -(ler_pmul2l (_ : 0 < 2%:R :> F)) ?ltr0n // mulVKf ?pnatr_eq0 // mulrA -natrM.
  by apply: le_trans (ltW xa) _; rewrite ler_nat leq_addr.
have p0 : 0 < 2%:R ^+ k :> F by rewrite exprn_gt0 ?ltr0n.
rewrite ltr_pdivr_mulr // ltr_pdivl_mull ?ltr0n //; apply: (@le_lt_trans _ _ k%:R); last first.
  by rewrite -natrX ltr_nat ltn_expl.
rewrite natrD natrM ler_paddl ?ler0n // mulrC ler_wpmul2r ?ler0n //; exact: ltW.
Qed.

Lemma exp_terms_small x : 0 <= x -> small_terms (exp_term x).
Proof. by move=> x0 n; have [k] := exp_term_below x0 ler01 n; rewrite mul1r; exists k. Qed.

Lemma gauss_terms_small x : 0 <= x -> small_terms (gauss_term x).
Proof.
move=> x0 n; have [k lt] := exp_term_below (sqr_ge0 x) x0 n; exists k; apply: le_lt_trans lt.
by rewrite gauss_termE ler_pdivr_mulr ?ltr0n // ler_pemulr ?ler1n // mulr_ge0 // exp_term_ge0 ?sqr_ge0.
Qed.

Lemma arctan_terms_small q : (0 < q)%N -> small_terms (arctan_term F q).
Proof.
move=> q0 n; have big : (n.+1 < q ^ n.+1.*2.+1 * n.+1.*2.+1)%N.
  by apply: leq_trans (leq_pmull _ _); rewrite ?expn_gt0 ?q0 //; lia.
exists n.+1; rewrite /arctan_term -natrX -natrM ltf_pinv ?ltr_nat // posrE ltr0n //.
exact: leq_ltn_trans big.
Qed.

Section Two.
Variables E E' : elementary F.

Lemma exp_unique : r_exp E =1 r_exp E'.
Proof.
have N x : 0 <= x -> r_exp E (- x) = r_exp E' (- x).
  by move=> x0; apply: alternating_unique (exp_terms_small x0) _ _; apply: exp_series.
by move=> x; case: (leP 0 x) => [/N|/ltW x0]; [rewrite !expV; apply: invr_inj | rewrite -[x]opprK N ?oppr_ge0].
Qed.

Lemma pi_unique : r_pi E = r_pi E'.
Proof.
have [a [b [A B ->]]] := pi_machin E; have [a' [b' [A' B' ->]]] := pi_machin E'.
by rewrite (alternating_unique (arctan_terms_small _) A A') ?(alternating_unique (arctan_terms_small _) B B').
Qed.

Lemma erf_unique : r_erf E =1 r_erf E'.
Proof.
have P x : 0 <= x -> r_erf E x = r_erf E' x.
  move=> x0; have h0 : r_root E (r_pi E) / 2%:R != 0.
    by rewrite mulf_neq0 ?invr_eq0 ?pnatr_eq0 // lt0r_neq0 ?root_pi_gt0.
  apply: (mulfI h0); apply: alternating_unique (gauss_terms_small x0) (erf_series E x0) _.
  by rewrite pi_unique (root_unique E E') ?ltW ?pi_gt0 //; apply: erf_series.
move=> x; case: (leP 0 x) => [/P|/ltW x0] //.
by apply: oppr_inj; rewrite -!erfN P // oppr_ge0.
Qed.

Theorem elementary_unique :
  [/\ r_exp E =1 r_exp E', forall x, 0 <= x -> r_root E x = r_root E' x, r_erf E =1 r_erf E' & r_pi E = r_pi E'].
Proof. by split; [exact: exp_unique | exact: root_unique | exact: erf_unique | exact: pi_unique]. Qed.

Theorem real_value_unique f x : (f = ReciprocalRoot -> 0 <= x) -> real_value E f x = real_value E' f x.
Proof.
move=> x0; have S y : sigmoid E y = sigmoid E' y by rewrite /sigmoid exp_unique.
case: f x0 => //= x0; rewrite ?/hyperbolic ?S ?erf_unique ?pi_unique ?(root_unique E E') ?ler0n //.
  by rewrite divr_ge0 ?ler0n // ltW // pi_gt0.
exact: x0.
Qed.

Theorem softmax_unique k (m x : 'I_k -> F) : softmax E m x =1 softmax E' m x.
Proof.
by move=> j; rewrite /softmax exp_unique; congr (_ / _); apply: eq_bigr => l _; rewrite exp_unique.
Qed.
End Two.
End Unique.
