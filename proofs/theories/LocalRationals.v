(* Rational numbers modulo m, where m has no factor in common with their denominators: why a minor that is not 0 modulo m
   is not 0, with weights that are no integers (theory.md 1.5).
   local m             == the ring of the rational numbers whose denominator is prime to m
   modulo m x          == x in 'Z_m, a morphism of rings
   number F x          == x in F, a morphism of rings, F a field of numbers *)
From mathcomp Require Import all_ssreflect all_algebra ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Local.
Variable m : nat.
Hypothesis m1 : (1 < m)%N.

Lemma intrB (R : ringType) (a b : int) : (a - b)%:~R = a%:~R - b%:~R :> R. Proof. exact: (raddfB [additive of intmul 1]). Qed.

Definition prime_to : {pred rat} := fun x => coprime m `|denq x|.
Fact prime_to_key : pred_key prime_to. Proof. by []. Qed.
Canonical prime_to_keyed := KeyedPred prime_to_key.

Lemma unit_Zm (n : int) : coprime m `|n| -> (n%:~R : 'Z_m) \is a GRing.unit.
Proof. by case: n => n; rewrite ?NegzE ?mulrNz ?unitrN /= -?pmulrn unitZpE. Qed.

(* the fraction n / d is prime to m if d is *)
Lemma prime_to_frac (x : rat) (n d : int) : d != 0 -> x * d%:~R = n%:~R -> coprime m `|d| -> x \in prime_to.
Proof.
move=> d0 E cd; rewrite unfold_in /prime_to; apply: coprime_dvdr cd.
have EZ : numq x * d = n * denq x.
  apply/eqP; rewrite -(eqr_int [numDomainType of rat]) !intrM -E numqE.
  by rewrite -!mulrA [d%:~R * _]mulrC.
have : (denq x %| numq x * d)%Z by rewrite EZ dvdz_mull.
by rewrite Gauss_dvdzr ?dvdzE // coprimezE coprime_sym coprime_num_den.
Qed.

Lemma local_subring : subring_closed prime_to.
Proof.
have den (x : rat) : x * (denq x)%:~R = (numq x)%:~R by rewrite -numqE.
split=> [|x y cx cy|x y cx cy].
- by rewrite unfold_in /prime_to (_ : denq 1 = 1) // coprimen1.
- apply: (@prime_to_frac _ (numq x * denq y - numq y * denq x) (denq x * denq y)).
  + by rewrite mulf_neq0 ?denq_neq0.
  + rewrite intrB !intrM -(den x) -(den y); ring.
  + by rewrite abszM coprimeMr; apply/andP.
- apply: (@prime_to_frac _ (numq x * numq y) (denq x * denq y)).
  + by rewrite mulf_neq0 ?denq_neq0.
  + by rewrite !intrM mulrACA !den.
  + by rewrite abszM coprimeMr; apply/andP.
Qed.
Canonical prime_to_opprPred := OpprPred local_subring.
Canonical prime_to_addrPred := AddrPred local_subring.
Canonical prime_to_mulrPred := MulrPred local_subring.
Canonical prime_to_zmodPred := ZmodPred local_subring.
Canonical prime_to_semiringPred := SemiringPred local_subring.
Canonical prime_to_smulrPred := SmulrPred local_subring.
Canonical prime_to_subringPred := SubringPred local_subring.

Record local := Local { local_val :> rat; local_prime : local_val \in prime_to }.
Canonical local_subType := [subType for local_val].
Definition local_eqMixin := [eqMixin of local by <:].
Canonical local_eqType := EqType local local_eqMixin.
Definition local_choiceMixin := [choiceMixin of local by <:].
Canonical local_choiceType := ChoiceType local local_choiceMixin.
Definition local_zmodMixin := [zmodMixin of local by <:].
Canonical local_zmodType := ZmodType local local_zmodMixin.
Definition local_ringMixin := [ringMixin of local by <:].
Canonical local_ringType := RingType local local_ringMixin.
Definition local_comRingMixin := [comRingMixin of local by <:].
Canonical local_comRingType := ComRingType local local_comRingMixin.

Definition modulo (x : local) : 'Z_m := (numq (val x))%:~R / (denq (val x))%:~R.

Lemma moduloE (x : local) (n d : int) : val x * d%:~R = n%:~R -> modulo x * d%:~R = n%:~R.
Proof.
move=> E; have EZ : numq (val x) * d = n * denq (val x).
  apply/eqP; rewrite -(eqr_int [numDomainType of rat]) !intrM -E numqE.
  by rewrite -!mulrA [d%:~R * _]mulrC.
rewrite /modulo mulrAC -intrM EZ intrM mulrK //; apply: unit_Zm; exact: local_prime x.
Qed.

Lemma moduloI (x : local) (n d : int) (a : 'Z_m) : val x * d%:~R = n%:~R -> coprime m `|d| -> a * d%:~R = n%:~R -> modulo x = a.
Proof. by move=> /moduloE E cd aE; apply: (mulIr (unit_Zm cd)); rewrite E aE. Qed.

Let den (x : local) : val x * (denq (val x))%:~R = (numq (val x))%:~R. Proof. by rewrite -numqE. Qed.

Fact modulo_rmorphism : rmorphism modulo.
Proof.
have U (x y : local) : coprime m `|denq (val x) * denq (val y)|.
  by rewrite abszM coprimeMr; apply/andP; split; [exact: local_prime x | exact: local_prime y].
have Eq (x : local) := moduloE (den x).
split=> [x y|]; last split=> [x y|].
- apply: (@moduloI _ (numq (val x) * denq (val y) - numq (val y) * denq (val x)) _ _ _ (U x y)).
    rewrite (_ : val (x - y) = val x - val y) // intrB !intrM -(den x) -(den y); ring.
  rewrite intrB !intrM -(Eq x) -(Eq y); ring.
- apply: (@moduloI _ (numq (val x) * numq (val y)) _ _ _ (U x y)); first by rewrite /= !intrM mulrACA !den.
  by rewrite !intrM mulrACA !Eq.
- by apply: (@moduloI _ 1 1); rewrite ?mulr1 // coprimen1.
Qed.
Canonical modulo_additive := Additive modulo_rmorphism.
Canonical modulo_morphism := RMorphism modulo_rmorphism.

Definition number (F : numFieldType) (x : local) : F := ratr (val x).
Fact number_rmorphism F : rmorphism (number F).
Proof. by rewrite /number; split=> [x y|]; [|split=> [x y|]]; rewrite ?rmorphB ?rmorphM ?rmorph1. Qed.
Canonical number_additive F := Additive (number_rmorphism F).
Canonical number_morphism F := RMorphism (number_rmorphism F).
End Local.
