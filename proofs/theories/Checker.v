(* The checker that is extracted to OCaml (proofs/extraction): a verdict on a certificate, and the theorem that what is
   Valid holds.
   check c             == the verdict on the certificate c
   Proved: check_correct; of a rank claim that is Equal both halves hold (check_exact_correct). *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import Layers LayersImages CertificateClaim Verdicts CheckLower CheckUpper CheckReal.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

Section RankClaim.
Variable c : rank_claim.
Let p := of_problem c.

Definition form_verdict : verdict :=
  let: (low, up) := (at_least (of_relation c), at_most (of_relation c)) in
  ask (if low then isSome (of_lower c) else true) or Incomplete MissingEvidence;
  ask (if up then isSome (of_upper c) else true) or Incomplete MissingEvidence;
  ask (if low then true else ~~ isSome (of_lower c)) or Invalid Superfluous;
  ask (if up then true else ~~ isSome (of_upper c)) or Invalid Superfluous;
  if isSome (of_lower c) && ~~ by_theorem c || ~~ generic (of_scope c) then
    ask isSome (of_weights c) or Incomplete MissingWeights;
    ask weights_fit c or Invalid WeightShape;
    Valid
  else ask ~~ isSome (of_weights c) or Invalid Superfluous; Valid.

(* docs/format.md asks it; no proof rests on it *)
Definition degrees_fit : bool :=
  if arch p is ArchLayers _ ls then all (fun l => degree_of (l_params l) (l_expr l) 1 <? 2 ^ 64)%bN ls else true.

Definition rank_verdict : verdict :=
  ask well_formed p && degrees_fit or Invalid BadProblem;
  after form_verdict;
  after (if at_least (of_relation c) then lower_verdict c else Valid);
  if at_most (of_relation c) then upper_verdict c else Valid.
End RankClaim.

Definition check (c : certificate) : verdict :=
  match c with
  | Rank c => rank_verdict c
  | Gap refuted across l u =>
      ask generic (of_scope l) && generic (of_scope u) && at_least (of_relation l) && ~~ at_most (of_relation l) &&
        at_most (of_relation u) && ~~ at_least (of_relation u) or Invalid GapSides;
      ask comparable refuted across l u or
        (if arch (of_problem (if refuted then u else l)) is ArchLayers _ _ then Incomplete Unread else Invalid GapSides);
      after (rank_verdict l);
      after (rank_verdict u);
      ask (of_value u <? of_value l)%bN or Invalid GapOrder;
      Valid
  | Real c => real_verdict c
  end.

Section Correct.
Variable c : rank_claim.
Let p := of_problem c.

Lemma form_verdictP : form_verdict c = Valid ->
  (at_least (of_relation c) -> ~~ by_theorem c -> weights_fit c) /\ (of_scope c = Fixed -> weights_fit c).
Proof.
rewrite /form_verdict; case: (of_relation c); case: (of_scope c); case: (of_lower c) (by_theorem c) => [?|] [|]; case: (of_upper c) => //=;
  by case: (of_weights c); case: (weights_fit c).
Qed.

Theorem rank_correct : rank_verdict c = Valid -> rank_holds c.
Proof.
rewrite /rank_verdict /rank_holds -/p; case wf: (well_formed p && degrees_fit c) => //; have {wf}/andP[wf _] := wf; case fm: (form_verdict c) => // H.
have [low_fit up_fit] := form_verdictP fm; split=> // rel.
  by move: H; rewrite rel; case low: (lower_verdict c) => // _; apply: check_lower_correct wf (low_fit rel) low.
by move: H; rewrite rel; case: (if _ then _ else _) => // up; apply: check_upper_correct wf up_fit up.
Qed.
End Correct.

(* accepted from both sides: the rank is that number *)
Theorem check_exact_correct (c : rank_claim) : check (Rank c) = Valid -> of_relation c = Equal ->
  lower_holds c /\ upper_holds c.
Proof. by move/rank_correct=> -[_ low up] E; rewrite E in low up; split; [apply: low | apply: up]. Qed.

Theorem check_correct (c : certificate) : check c = Valid -> holds c.
Proof.
case: c => [c|refuted across l u|c]; [exact: rank_correct | | exact: check_real_correct].
rewrite /check; case: ifP => // /andP[/andP[/andP[/andP[_ low] _] up] _]; case: ifP => [cmp|_]; last by case: (arch _).
case El: (rank_verdict l) => //; case Eu: (rank_verdict u) => //; case: ifP => // lt _.
by split; [| exact: rank_correct | exact: rank_correct | | apply/N.ltb_spec0].
Qed.
