(* The bound of Theorem 3.3 as AttentionGraded.v proves it, as a computable formula on binary
   naturals (see BoundFormulas.v), to be compared with any other implementation.

   graded_boundN L d H da a b == the bound attention_graded_sep_le for L layers of H heads of rank
                                 da, a = |A| and b = |B| tokens, the output token in A *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
From Seprank Require Import MonomialCount Attention GradedGram GramCoordinates AttentionGraded BoundFormulas.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope N_scope with bN.

Section Formulas.
Local Open Scope bN.
Definition sym_dimN d := binN (d + 1) 2.
Definition gram_countN d r b := N.min (mcN (sym_dimN d) b) (mcN (d * r) (2 * b)).
Definition token_countN d r c := N.min (d * gram_countN d r c) (mcN (d * r) (2 * c + 1)).
Definition tail_countN w u k s := sumN (N.min s (k + 1)) (fun j => mcN w j * mcN u (k - j)).
Definition heads_coverN d H da L b t :=
  let n := sym_dimN d in let u := N.min n (H * da ^ 2) in
  d * tail_countN (n - u) u (gram_degreeN L - b) t + tail_countN (n - u) u b (gram_degreeN (L - 1) + 1 - t).
Definition heads_countN d H da L b := minN (gram_degreeN (L - 1) + 1) (heads_coverN d H da L b).
Definition graded_boundN L d H da a b := sumN (gram_degreeN L + 1) (fun e =>
  N.min (N.min (gram_countN d b e) (token_countN d a (gram_degreeN L - e))) (heads_countN d H da L e)).
End Formulas.

Section Values.
Notation "[ n ]" := (N.to_nat n).
Implicit Types (n k m L d H a b : N).
Let vals := (addN_val, mulN_val, subN_val, expN_val, minN2, mcN_val, binN_val).

Lemma gram_degreeN_eq L : [gram_degreeN L] = gram_degree [L].
Proof. by rewrite gram_degreeN_val subn1. Qed.

Lemma sym_dimN_val d : [sym_dimN d] = sym_dim [d].
Proof. by rewrite /sym_dimN !vals addn1. Qed.

Let svals := (sym_dimN_val, addN_val, mulN_val, subN_val, expN_val, minN2, mcN_val).

Lemma gram_countN_val d a k : [gram_countN d a k] = gram_count [d] [a] [k].
Proof. by rewrite /gram_countN !svals. Qed.

Lemma token_countN_val d a k : [token_countN d a k] = token_count [d] [a] [k].
Proof. by rewrite /token_countN minN2 mulN_val gram_countN_val mcN_val succN_val !svals. Qed.

Lemma tail_countN_val m n k a : [tail_countN m n k a] = tail_count [m] [n] [k] [a].
Proof.
rewrite /tail_countN (eq_sumN _ (F := fun j => mc [m] j * mc [n] ([k] - j))) => [|j].
  by rewrite minN2 succN_val.
by rewrite !vals.
Qed.

Lemma heads_countN_val d H m L b : [heads_countN d H m L b] = heads_count [d] [H] [m] [L] [b].
Proof.
rewrite /heads_countN (minN_val _ (F := heads_cover [d] [H] [m] [L] [b])) => [|t].
  by rewrite succN_val gram_degreeN_eq subN_val subn1.
by rewrite /heads_coverN addN_val mulN_val !tail_countN_val !svals !gram_degreeN_eq subN_val subn1 addn1.
Qed.

Theorem graded_boundN_val L d H m a b :
  [graded_boundN L d H m a b] = graded_bound [d] [H] [m] [a] [b] [L].
Proof.
rewrite /graded_boundN (eq_sumN _ (F := fun e => minn (minn (gram_count [d] [b] e)
    (token_count [d] [a] (gram_degree [L] - e))) (heads_count [d] [H] [m] [L] e))) => [|e].
  by rewrite succN_val gram_degreeN_eq.
by rewrite 2!minN2 gram_countN_val token_countN_val heads_countN_val subN_val gram_degreeN_eq.
Qed.
End Values.
