(* The bounds 4.1 and 4.2 of theory.md decided where they have thousands of digits.
   The bound 4.2 is the least over t of 'C(nA + t - 1, nA) + 'C(nB + D - t, nB) (TwoSidedPoly.degree_cover). That sum
   grows from t to t + 1 if mc nA t >= mc nB (D - t), which is so from some t on, so the first such t is best. Going
   from (0, 0) to x + y = D, where always the smaller one of mc nA x and mc nB y is made larger, one arrives at it or
   just before.
   Every t gives a bound, so nothing is proved of the search. At the best t the sum is also that of 4.1, where the least
   is taken term by term: terms below t count at A, the others at B.
     balance nA nB D ..        == that search
     best_cut nA nB D          == the best t, for nA and nB above 0
     degree_at_most v nA nB D  == the sum at the best t is at most v
     mixer_degree_at_most v L d S a b K res, mixer_homogeneous_at_most v L d S a b K
                               == the same in the numbers of a Mixer (BoundFormulas.v)
   Proved: mixer_degree_at_mostP and mixer_homogeneous_at_mostP. The time is about the square of D. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
From Seprank Require Import MonomialCount TwoSidedPoly BoundFormulas RankCert63 NativeNaturals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Local Notation "[ n ]" := (N.to_nat n).

(* num / den == mc nA x / mc nB y *)
Fixpoint balance (nA nB : i63) (steps : nat) (x y : i63) (num den : seq i63) : i63 :=
  let less := ~~ atmost den num in
  if steps is steps.+1 then
    if less then
      let x' := PrimInt63.add x 1%uint63 in
      balance nA nB steps x' y (scale (PrimInt63.add nA x) num 0%uint63) (scale x' den 0%uint63)
    else
      let y' := PrimInt63.add y 1%uint63 in
      balance nA nB steps x y' (scale y' num 0%uint63) (scale (PrimInt63.add nB y) den 0%uint63)
  else if less then PrimInt63.add x 1%uint63 else x.
Definition native (n : N) : i63 := Uint63.of_Z (Z.of_N n).
Definition best_cut (nA nB D : N) : N :=
  if (nA =? nB)%bN then N.div2 (D + 1) else
  Z.to_N (toZ (balance (native nA) (native nB) (N.to_nat D) 0%uint63 0%uint63 [:: 1%uint63] [:: 1%uint63])).

Definition degree_at_most (v nA nB D : N) : bool :=
  let t := best_cut nA nB D in
  ((t <=? D + 1) && sum_at_most v (nA + t - 1, nA) (nB + D - t, nB))%bN.

Definition mixer_degree_at_most (v L d S a b K : N) (res : bool) : bool :=
  (if res then degree_at_most v (d * a) (d * b) (K ^ L)
   else degree_at_most v (d * N.min S a) (d * N.min S b) (K ^ L))%bN.
Definition mixer_homogeneous_at_most (v L d S a b K : N) : bool := mixer_degree_at_most v L d S a b K false.

Lemma homogeneous_bound_cover nA nB D t : t <= D.+1 -> homogeneous_bound nA nB D <= degree_cover nA nB D t.
Proof.
move=> tD; apply: (@leq_trans (\sum_(a < t) mc nA a + \sum_(b < D.+1 - t) mc nB b)).
  rewrite /homogeneous_bound -(big_mkord xpredT (fun a => minn (mc nA a) (mc nB (D - a)))) (@big_cat_nat _ _ _ t) //=.
  apply: leq_add; first by rewrite big_mkord; apply: leq_sum => a _; apply: geq_minl.
  rewrite -{1}[t]add0n big_addn big_mkord (reindex_inj rev_ord_inj) /=.
  apply: leq_sum => b _; apply: leq_trans (geq_minr _ _) _.
  by rewrite (_ : D - (D.+1 - t - b.+1 + t) = b) //; have := ltn_ord b; lia.
apply: leq_add; first exact: sum_mc_lt.
by apply: leq_trans (sum_mc_lt _ _) _; apply: leq_bin2l; lia.
Qed.

Lemma degree_at_mostP v nA nB D : degree_at_most v nA nB D ->
  degree_bound [nA] [nB] [D] <= [v] /\ homogeneous_bound [nA] [nB] [D] <= [v].
Proof.
rewrite /degree_at_most; set t := best_cut nA nB D => /andP[/N.leb_spec0 tD]; rewrite sum_at_mostP => /andP[_ /=].
have t1 : [t] <= [D].+1 by lia.
rewrite (_ : _ + _ = degree_cover [nA] [nB] [D] [t]) => [le|]; last first.
  by rewrite /degree_cover; congr ('C(_, _) + 'C(_, _)); lia.
by split; apply: leq_trans le; [apply: degree_bound_min | apply: homogeneous_bound_cover].
Qed.

Theorem mixer_degree_at_mostP v L d S a b K res : mixer_degree_at_most v L d S a b K res ->
  degree_bound ([d] * (if res then [a] else minn [S] [a]))
    ([d] * (if res then [b] else minn [S] [b])) ([K] ^ [L]) <= [v].
Proof. by rewrite /mixer_degree_at_most; case: res => /degree_at_mostP[+ _]; rewrite !mulN_val ?minN2 expN_val. Qed.

Theorem mixer_homogeneous_at_mostP v L d S a b K : mixer_homogeneous_at_most v L d S a b K ->
  homogeneous_bound ([d] * minn [S] [a]) ([d] * minn [S] [b]) ([K] ^ [L]) <= [v].
Proof. by move=> /degree_at_mostP[_]; rewrite !mulN_val !minN2 expN_val. Qed.
