(* a concrete instance of the gap: 2 tokens, 2 layers each, squares in the Mixer *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank PowerRank Attention AttnLower MixerUpper.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope Z_scope with cZ.

Lemma num m : (7 * 1000 <= m)%N ->
  (preb 2 ((m.+1 + 1) + (m.+1 + 1)) 2 2 < 'C(m + gdeg 2, gdeg 2))%N.
Proof.
move=> hm; have -> : gdeg 2 = 4 by [].
have E4 : ('C(m + 4, 4) * 24 = (m + 4) * (m + 3) * (m + 2) * (m + 1))%N.
  by have := bin_ffact (m + 4) 4; rewrite !addnS addn0 /= !ffactSS ffactn0 factS /= => ->; lia.
set d := ((m.+1 + 1) + (m.+1 + 1))%N.
have dE : d = (2 * (m + 2))%N by rewrite /d; lia.
have E2 N : ('C(N.+1, 2) * 2 = N.+1 * N)%N by rewrite mulnC -mul_bin_diag /= bin1.
have P1 : preb 2 d 2 1 = (6 * d).+1 by rewrite /= (_ : 'C(_, 2) = 3) //; lia.
have -> : preb 2 d 2 2 = (d * (2 * 'C((6 * d).+2, 2))).+1.
  by rewrite -[preb 2 d 2 2]/(d * (2 * 'C(preb 2 d 2 1 + 2 - 1, 2))).+1 P1 (_ : ((6 * d).+1 + 2 - 1)%N = (6 * d).+2) //; lia.
have := E2 (6 * d).+1; set C := 'C(_, 2) => EC; clearbody C.
rewrite -(ltn_pmul2r (_ : 0 < 24)%N) // E4.
have -> : ((d * (2 * C)).+1 * 24 = 24 * d * ((6 * d).+2 * (6 * d).+1) + 24)%N by rewrite -EC; lia.
rewrite dE; clear E2 E4 P1 EC dE; move: hm; clear; move=> hm.
have {hm} : (7000 <= Z.of_nat m)%cZ by lia.
move E : (Z.of_nat m) => z hz.
suff : (24 * (2 * (z + 2)) * ((6 * (2 * (z + 2)) + 2) * (6 * (2 * (z + 2)) + 1)) + 24 < (z + 4) * (z + 3) * (z + 2) * (z + 1))%cZ by lia.
have h1 : (0 <= z * z * z * (z - 7000))%cZ by nia.
have h2 : (0 <= z * z * (z - 7000))%cZ by nia.
have h3 : (0 <= z * (z - 7000))%cZ by nia.
by nia.
Qed.

Section I.
Import GRing.Theory.
Local Open Scope ring_scope.
Variables (F : fieldType) (charF : [char F] =i pred0) (m : nat).
Hypothesis hm : (7 * 1000 <= m)%N.
Local Notation d := ((m.+1 + 1) + (m.+1 + 1))%N.
Theorem gap_2 : exists (ws : seq (seq (head F d))) (p : 'I_d),
  [/\ size ws = 2%N, all (fun H => size H == 1%N) ws &
      forall (ls : seq (mixer F 2 d)) o, size ls = 2%N ->
        ~ (forall X, net ws X ord0 p = mixnet 2 ls o X ord0 p)].
Proof.
exact: (@gap F charF 2 m 2 2 2 (pred1 ord0) ord0 ord_max isT isT (num hm)).
Qed.
End I.
Print Assumptions gap_2.
