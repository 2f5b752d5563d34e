(* Comparison of a binomial with a product of binomials, without evaluating either, up to a factor that is polynomial in
   their sizes: for the numbers of Corollary 5.5 of theory.md, between which the powers in GapShapes.v do not decide.
     'C(n + k, k) n ^ n k ^ k <= (n + k) ^ (n + k) <= (n + k + 1) 'C(n + k, k) n ^ n k ^ k        (bin_up, bin_low)
   Of both sides the 2 ^ t-th powers are compared by exponents of 2, on binary naturals: x is squared t times, and of
   each square 64 binary digits are kept, rounded down or up. Proved for every t.
     log_low t x, log_up t x   == exponents of 2 below and above x ^ (2 ^ t)
     bin_exp_low t n k         == one below 'C(n + k, k) ^ (2 ^ t), bin_exp_up t n k one above
     sharp_check t n k s       == 2 mc (n + 1) k < \prod mc (v + 1) K, over the (v, K) in s, follows from these *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
From Seprank Require Import MonomialCount BoundFormulas.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

(* the largest term of (n + k) ^ (n + k) *)
Lemma fact_exp k j : k`! * k ^ j <= j`! * k ^ k.
Proof.
have [jk|/ltnW kj] := leqP j k.
  have -> : k ^ k = k ^ (k - j) * k ^ j by rewrite -expnD subnK.
  rewrite -(ffact_fact (leq_subr j k)) subKn // mulnA leq_mul2r [X in _ <= X]mulnC leq_mul2r.
  have -> : k ^_ (k - j) <= k ^ (k - j); last by rewrite !orbT.
  by elim: (k - j) => // e IH; rewrite ffactnSr expnSr leq_mul // leq_subr.
rewrite -(subnKC kj); elim: (j - k) => [|e IH]; first by rewrite addn0.
by rewrite addnS factS expnS mulnCA -mulnA; apply: leq_mul IH; lia.
Qed.

Lemma bin_up n k : 'C(n + k, k) * (n ^ n * k ^ k) <= (n + k) ^ (n + k).
Proof.
have kN : k < (n + k).+1 by rewrite ltnS leq_addl.
by rewrite [X in _ <= X]expnDn (bigD1 (Ordinal kN)) //= addnK leq_addr.
Qed.

Lemma bin_low n k : (n + k) ^ (n + k) <= (n + k).+1 * ('C(n + k, k) * (n ^ n * k ^ k)).
Proof.
rewrite [X in X <= _]expnDn -[X in _ <= X * _]card_ord -sum_nat_const; apply: leq_sum => -[j /= jN] _.
have {}jN : j <= n + k by rewrite -ltnS.
rewrite -(leq_pmul2r (fact_gt0 k)) -(leq_pmul2r (fact_gt0 n)).
set i := n + k - j.
have E : 'C(n + k, k) * (k`! * n`!) = 'C(n + k, j) * (j`! * i`!).
  by have := bin_fact (leq_addl n k); rewrite addnK => ->; rewrite -(bin_fact jN).
apply: (@leq_trans ('C(n + k, j) * (n`! * n ^ i * (k`! * k ^ j)))); first by apply: eq_leq; nia.
apply: (@leq_trans ('C(n + k, j) * (i`! * n ^ n * (j`! * k ^ k)))).
  by rewrite leq_mul2l leq_mul ?orbT ?fact_exp.
apply: eq_leq; transitivity ('C(n + k, j) * (j`! * i`!) * (n ^ n * k ^ k)); first by lia.
by rewrite -E; lia.
Qed.

(* exponents of 2 *)
Section Exponents.
Local Open Scope N_scope.

Fixpoint log_low_rec (t : nat) (m e : N) : N :=
  if t is S t' then let s := N.log2 (m * m) - 63 in log_low_rec t' (m * m / 2 ^ s) (2 * e + s) else e + N.log2 m.
Fixpoint log_up_rec (t : nat) (m e : N) : N :=
  if t is S t' then let s := N.log2 (m * m) - 63 in log_up_rec t' (m * m / 2 ^ s + 1) (2 * e + s) else e + N.log2_up m.
Definition log_low t x := log_low_rec t x 0.
Definition log_up t x := log_up_rec t x 0.

Definition bin_exp_low t n k :=
  (n + k) * log_low t (n + k) - (log_up t (n + k + 1) + (n * log_up t n + k * log_up t k)).
Definition bin_exp_up t n k := (n + k) * log_up t (n + k) - (n * log_low t n + k * log_low t k).
Definition sharp_check t n k (s : seq (N * N)) := [&& 1 <=? n, 1 <=? k, all (fun vK => (1 <=? vK.1) && (1 <=? vK.2)) s &
  2 ^ N.of_nat t + bin_exp_up t n k <? foldr (fun vK e => bin_exp_low t vK.1 vK.2 + e) 0 s].
End Exponents.

Section Numbers.
Notation "[ n ]" := (N.to_nat n).
Variable t : nat.
Implicit Types n k m e x : N.

Lemma log_low_recP m e : 0 < [m] -> 2 ^ [log_low_rec t m e] <= ([m] * 2 ^ [e]) ^ (2 ^ t).
Proof.
elim: t m e => [|t' IH] m e m0.
  rewrite expn0 expn1 /= addN_val expnD mulnC leq_mul2r; apply/orP; right.
  have [|le _] := N.log2_spec m; first by lia.
  by rewrite -(expN_val 2); lia.
pose s := (N.log2 (m * m) - 63)%num.
rewrite -[log_low_rec _ _ _]/(log_low_rec t' (m * m / 2 ^ s) (2 * e + s))%num.
have p0 : (2 ^ s <> 0)%num by apply: N.pow_nonzero.
have mm : (0 < m * m)%num by lia.
have q0 : (0 < m * m / 2 ^ s)%num.
  apply: N.div_str_pos; split; first by lia.
  have [le _] := N.log2_spec _ mm; apply: N.le_trans le; apply: N.pow_le_mono_r; rewrite /s; lia.
apply: leq_trans (IH _ _ _) _; first by lia.
rewrite expnS expnM; case: (2 ^ t') => // T; rewrite leq_exp2r //.
have := N.mul_div_le (m * m) _ p0; move: (m * m / 2 ^ s)%num {IH q0} => q le.
rewrite addN_val mulN_val mulnC expnD mulnC [2 ^ (_ * _) * _]mulnC mulnA expnMn -expnM [[e] * 2]mulnC leq_mul2r.
by apply/orP; right; rewrite -mulnn -(expN_val 2) -!mulN_val; lia.
Qed.

Lemma log_up_recP m e : ([m] * 2 ^ [e]) ^ (2 ^ t) <= 2 ^ [log_up_rec t m e].
Proof.
elim: t m e => [|t' IH] m e.
  rewrite expn0 expn1 /= addN_val expnD mulnC leq_mul2l; apply/orP; right.
  have [->|m0] := N.eq_0_gt_0_cases m; first by [].
  by rewrite -(expN_val 2); have [|_ le] := N.log2_log2_up_spec m; lia.
pose s := (N.log2 (m * m) - 63)%num.
rewrite -[log_up_rec _ _ _]/(log_up_rec t' (m * m / 2 ^ s + 1) (2 * e + s))%num.
have p0 : (2 ^ s <> 0)%num by apply: N.pow_nonzero.
apply: leq_trans (IH _ _); rewrite expnS expnM; case: (2 ^ t') => // T; rewrite leq_exp2r //.
have := N.mul_succ_div_gt (m * m) _ p0; move: (m * m / 2 ^ s)%num {IH} => q lt.
have -> : [(2 * e + s)%num] = 2 * [e] + [s] by lia.
rewrite expnMn -expnM expnD [[e] * 2]mulnC mulnCA mulnC leq_mul2l; apply/orP; right.
by rewrite -mulnn -(expN_val 2) -!mulN_val; lia.
Qed.

Lemma log_lowP x : 0 < [x] -> 2 ^ [log_low t x] <= [x] ^ (2 ^ t).
Proof. by move=> x0; have := log_low_recP 0 x0; rewrite muln1. Qed.
Lemma log_upP x : [x] ^ (2 ^ t) <= 2 ^ [log_up t x].
Proof. by have := log_up_recP x 0; rewrite muln1. Qed.

Lemma leq_sub_exp a b r : 0 < r -> 2 ^ a <= 2 ^ b * r -> 2 ^ (a - b) <= r.
Proof.
move=> r0 h; have [ba|/ltnW ab] := leqP b a; last by rewrite (eqP ab).
by rewrite -(leq_pmul2l (expn_gt0 2 b : 0 < 2 ^ b)) -expnD subnKC.
Qed.

Lemma leq_exp_sub a b r : 0 < r -> r * 2 ^ b <= 2 ^ a -> r <= 2 ^ (a - b).
Proof.
move=> r0 h; have p0 : 0 < 2 ^ b by rewrite expn_gt0.
have ba : b <= a by rewrite -(@leq_exp2l 2) //; apply: leq_trans h; rewrite leq_pmull.
by rewrite -(leq_pmul2r p0) -expnD subnK.
Qed.

Let leq_exp a b j : a <= b -> a ^ j <= b ^ j. Proof. by move=> ab; case: j => [|j]; rewrite ?expn0 ?leq_exp2r. Qed.
Let T0 : 0 < 2 ^ t. Proof. by rewrite expn_gt0. Qed.

Lemma log_low_mul n : 0 < [n] -> 2 ^ [(n * log_low t n)%num] <= ([n] ^ [n]) ^ (2 ^ t).
Proof.
by move=> n0; rewrite mulN_val mulnC expnM [X in _ <= X]expnAC leq_exp // log_lowP.
Qed.

Lemma log_up_mul n : ([n] ^ [n]) ^ (2 ^ t) <= 2 ^ [(n * log_up t n)%num].
Proof.
by rewrite mulN_val [X in _ <= 2 ^ X]mulnC [X in _ <= X]expnM expnAC leq_exp // log_upP.
Qed.

Lemma bin_exp_lowP n k : 0 < [n] -> 0 < [k] -> 2 ^ [bin_exp_low t n k] <= 'C([n] + [k], [k]) ^ (2 ^ t).
Proof.
move=> n0 k0; rewrite subN_val; apply: leq_sub_exp; first by rewrite expn_gt0 bin_gt0 leq_addl.
have nk0 : 0 < [(n + k)%num] by lia.
apply: leq_trans (log_low_mul nk0) _; rewrite addN_val.
apply: (@leq_trans (([n] + [k]).+1 ^ (2 ^ t) *
    ('C([n] + [k], [k]) ^ (2 ^ t) * (([n] ^ [n]) ^ (2 ^ t) * ([k] ^ [k]) ^ (2 ^ t))))).
  by rewrite -!expnMn leq_exp2r // bin_low.
rewrite mulnCA [X in _ <= X]mulnC leq_mul2l; apply/orP; right; rewrite !addN_val !expnD; apply: leq_mul; last first.
  by apply: leq_mul; apply: log_up_mul.
by have := log_upP (n + k + 1); rewrite succN_val addN_val.
Qed.

Lemma bin_exp_upP n k : 0 < [n] -> 0 < [k] -> 'C([n] + [k], [k]) ^ (2 ^ t) <= 2 ^ [bin_exp_up t n k].
Proof.
move=> n0 k0; rewrite subN_val; apply: leq_exp_sub; first by rewrite expn_gt0 bin_gt0 leq_addl.
apply: leq_trans (log_up_mul _); rewrite !addN_val expnD.
apply: (@leq_trans ('C([n] + [k], [k]) ^ (2 ^ t) * (([n] ^ [n]) ^ (2 ^ t) * ([k] ^ [k]) ^ (2 ^ t)))).
  by rewrite leq_mul2l; apply/orP; right; apply: leq_mul; apply: log_low_mul.
by rewrite -!expnMn leq_exp2r // bin_up.
Qed.

Lemma sharp_number n k s : sharp_check t n k s -> 2 * mc [n].+1 [k] < \prod_(vK <- s) mc [vK.1].+1 [vK.2].
Proof.
case/and4P=> /N.leb_spec0 n1 /N.leb_spec0 k1 ps /N.ltb_spec0 lt.
rewrite -(@ltn_exp2r _ _ (2 ^ t)) // expnMn mcS.
apply: (@leq_trans (2 ^ [foldr (fun vK e => bin_exp_low t vK.1 vK.2 + e)%num 0%num s])).
  apply: (@leq_ltn_trans (2 ^ (2 ^ t + [bin_exp_up t n k]))).
    by rewrite expnD leq_mul2l bin_exp_upP ?orbT //; lia.
  rewrite ltn_exp2l //; have := expN_val 2 (N.of_nat t); rewrite Nat2N.id => <-; lia.
elim: s ps {lt} => [|[v K] s IH] /=; first by rewrite big_nil exp1n.
case/andP=> /andP[/N.leb_spec0 v1 /N.leb_spec0 K1] /IH h; rewrite big_cons addN_val expnD expnMn mcS.
by apply: leq_mul h; apply: bin_exp_lowP; lia.
Qed.
End Numbers.
