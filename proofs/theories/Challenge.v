(* theory.md 1.7, its first sentence: a singular matrix M of order r over a   *)
(* finite field of q elements has an image of at most q^(r-1) of the q^r      *)
(* vectors, so of all families y_1, .., y_k of right-hand sides at most one   *)
(* in q^k has solutions of all M x_i = y_i. As counts: no probabilities are   *)
(* needed. What theory.md says then of values of a random function and of t   *)
(* questions to it is not formalised.                                         *)
(*   image M  == the vectors M x                                              *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Challenge.
Variables (F : finFieldType) (r : nat) (M : 'M[F]_r).
Definition image := [set M *m x | x : 'cV[F]_r].

Theorem image_singular : M \notin unitmx -> (#|image| * #|F| <= #|F| ^ r)%N.
Proof.
rewrite -row_free_unit /row_free => nr; have lt : (\rank M < r)%N by rewrite ltn_neqAle nr rank_leq_row.
have F0 : (0 < #|F|)%N by apply/card_gt0P; exists 0.
apply: (@leq_trans (#|F| ^ \rank M * #|F|)); last by rewrite -expnSr leq_pexp2l.
rewrite leq_mul2r; apply/orP; right; rewrite -[X in (_ ^ X)%N]muln1 -card_mx -cardsT.
apply: leq_trans (leq_imset_card (fun z => col_base M *m z) _); apply/subset_leq_card/subsetP => _ /imsetP[x _ ->].
by apply/imsetP; exists (row_base M *m x); rewrite ?inE // mulmxA mulmx_base.
Qed.

Theorem challenge k : M \notin unitmx ->
  (#|[set y : {ffun 'I_k -> 'cV[F]_r} | [forall i, [exists x, M *m x == y i]]]| * #|F| ^ k <= #|{ffun 'I_k -> 'cV[F]_r}|)%N.
Proof.
move=> /image_singular le; rewrite card_ffun card_ord card_mx muln1.
rewrite (_ : #|_| = #|image| ^ k)%N; first by rewrite -expnMn; case: k => // k; rewrite leq_exp2r.
rewrite -[k in RHS]card_ord -card_ffun_on; apply: eq_card => y; rewrite inE; apply/forallP/ffun_onP => h i.
  by have /existsP[x /eqP <-] := h i; apply/imsetP; exists x.
by have /imsetP[x _ ->] := h i; apply/existsP; exists x.
Qed.
End Challenge.
