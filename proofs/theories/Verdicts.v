(* What the checker says of a certificate: verdict == Valid, Invalid of what is wrong, Incomplete of what is missing.
   ask b or v ; w == w if b, else v;   after v ; w == w if v is Valid, else v. *)
From mathcomp Require Import all_ssreflect.

Inductive finding := BadProblem | Superfluous | MissingEvidence | MissingWeights | WeightShape | PointShape | NotPrime
  | BadResidue | MinorSize | MissingRows | SingularMinor | BadHypothesis | BadScope | BadDenominator | Unread | WideEnclosure | WeakBound | GapSides | GapOrder | Limit.
Inductive verdict := Valid | Invalid (f : finding) | Incomplete (f : finding).
Notation "'ask' b 'or' v ; w" := (if b then w else v) (at level 200, b at level 100, v at level 100, w at level 200).
Notation "'after' v ; w" := (match v with Valid => w | v' => v' end) (at level 200, v at level 100, w at level 200).
