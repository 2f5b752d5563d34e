(* The number of monomials, in which every bound is counted (theory.md, Notation).
     mc n k == 'C(n + k - 1, k), the number of monomials of degree k in n variables
               (mc 0 0 = 1, mc 0 k = 0 for k > 0)
   Proved: it counts sorted tuples; the sum over the degrees below t; monotone in n and k; mc n k <= n ^ k <= k! * mc n k. *)
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Definition mc n k := 'C((n + k).-1, k).

Lemma mcS n k : mc n.+1 k = 'C(n + k, k).
Proof. by rewrite /mc addSn. Qed.

Lemma mc0 n : mc n 0 = 1.
Proof. exact: bin0. Qed.

Lemma mc0S k : mc 0 k.+1 = 0.
Proof. exact: bin_small. Qed.

Lemma card_sorted_mc n k : #|[pred t : k.-tuple 'I_n | sorted leq (map val t)]| = mc n k.
Proof.
case: n => [|n].
  case: k => [|k]; last by rewrite mc0S; apply: eq_card0 => t; case: (thead t).
  by rewrite mc0; apply: (@eq_card1 _ [tuple]) => t; rewrite tuple0 !inE eqxx.
by rewrite mcS addnC -card_sorted_tuples cardsE.
Qed.

Lemma sum_mc n t : \sum_(k < t.+1) mc n k = 'C(n + t, t).
Proof.
elim: t => [|t IH]; first by rewrite big_ord_recl big_ord0 mc0 bin0.
by rewrite big_ord_recr /= IH /mc addnS binS addnC.
Qed.

Lemma sum_mc_lt n t : \sum_(k < t) mc n k <= 'C((n + t).-1, n).
Proof.
case: t => [|t]; first by rewrite big_ord0.
by rewrite sum_mc addnS /= -[in X in X <= _]bin_sub ?leq_addl // addnK.
Qed.

Lemma leq_mcl m n k : m <= n -> mc m k <= mc n k.
Proof. by move=> mn; apply: leq_bin2l; lia. Qed.

Lemma leq_mc m n j k : 0 < n -> m <= n -> j <= k -> mc m j <= mc n k.
Proof.
case: n => // n _ mn jk; apply: (@leq_trans (mc n.+1 j)).
  exact: leq_mcl.
rewrite !mcS -(bin_sub (leq_addl n j)) -(bin_sub (leq_addl n k)) !addnK.
by apply: leq_bin2l; rewrite leq_add2l.
Qed.

Lemma mc_rec n k : k.+1 * mc n k.+1 = (n + k) * mc n k.
Proof. by rewrite /mc mul_bin_diag addnS. Qed.

Lemma mc_leq_exp n k : mc n k <= n ^ k.
Proof.
elim: k => [|k IH]; first by rewrite mc0.
rewrite -(leq_pmul2l (ltn0Sn k)) mc_rec expnS.
case: n IH => [|n] IH; first by case: k {IH} => [|k]; rewrite ?mc0S ?muln0.
rewrite mulnA; apply: leq_mul => //; nia.
Qed.

Lemma exp_leq_mc n k : n ^ k <= k`! * mc n k.
Proof.
elim: k => [|k IH]; first by rewrite mc0.
rewrite factS expnS [_ * k`!]mulnC -mulnA mc_rec [(n + k) * _]mulnC mulnA mulnC.
by apply: leq_mul => //; lia.
Qed.
