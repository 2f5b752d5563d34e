(* The numbers of theorem 4.6' of theory.md as they are computed: monomials are counted one variable after the other, by
   their degree and by the sum of the ceil(alpha_i / k).
   allowed n k M       == by degree a = 0, .., k M the monomials in n variables with \sum_i ceil(alpha_i / k) <= M
   support_table n t   == the lesser of mc n a and of the entry a of t
   least_stairs fA fB  == the least over t of the first t entries of fB and the first D + 1 - t of fA, summed
   row_is D r f        == the entries 0, .., D of r are f 0, .., f D
   Proved: MixerSupport.support_dim is never above the table (support_table_is), nor DegreeCover.stairs_bound above
   least_stairs (least_stairsP). *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import MonomialCount DegreeCover MixerSupport LayersDegree.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope N_scope with bN.

(* the monomials that an activation allows, one variable after the other *)
Definition add_rows (r t : seq N) : seq N := [seq (x.1 + x.2)%bN | x <- zip r t].
Definition shift (j : nat) (r : seq N) : seq N := take (size r) (nseq j 0%bN ++ r).
Definition window (k : nat) (r : seq N) : seq N :=
  foldr (fun j s => add_rows (shift j r) s) (nseq (size r) 0%bN) (iota 1 k).
Fixpoint next_rows (k : nat) (s : seq N) (rs : seq (seq N)) : seq (seq N) :=
  if rs is r :: rs then add_rows r s :: next_rows k (add_rows (window k r) (shift k s)) rs else [::].
Definition allowed (n k M : nat) : seq N :=
  let D := (k * M)%N in
  last [::] (iter n (next_rows k (nseq D.+1 0%bN)) (nseq M.+1 (1%bN :: nseq D 0%bN))).

Section Count.
Variables (k : nat).
Local Open Scope nat_scope.
Notation "[ x ]" := (N.to_nat x).

Fixpoint exponents (n a M : nat) : seq (seq nat) :=
  if n is n.+1 then
    flatten [seq [seq j :: r | r <- exponents n (a - j) (M - ceil_div j k)] |
      j <- [seq j <- index_iota 0 a.+1 | ceil_div j k <= M]]
  else if a == 0 then [:: [::]] else [::].

Lemma exponentsS n a M : exponents n.+1 a M =
  flatten [seq [seq j :: r | r <- exponents n (a - j) (M - ceil_div j k)] |
    j <- [seq j <- index_iota 0 a.+1 | ceil_div j k <= M]].
Proof. by []. Qed.

Lemma mem_exponents n a M v : size v = n -> sumn v = a -> sumn [seq ceil_div j k | j <- v] <= M ->
  v \in exponents n a M.
Proof.
elim: n a M v => [|n IH] a M [|j v] //; first by move=> _ <-.
rewrite exponentsS => -[sz] sE le.
apply/flattenP; exists [seq j :: r | r <- exponents n (a - j) (M - ceil_div j k)].
  by apply/mapP; exists j => //; rewrite mem_filter mem_index_iota; move: le sE => /=; lia.
by apply: map_f; apply: IH => //; move: le sE => /=; lia.
Qed.

Lemma support_count_le n M a : support_count n k M a <= size (exponents n a M).
Proof.
rewrite /support_count cardE -(size_map (fun v : 'X_{1..n < a.+1} => [seq (v : 'X_{1..n}) i | i <- enum 'I_n])).
apply: uniq_leq_size.
  rewrite map_inj_uniq ?enum_uniq // => v w E; apply/val_inj/mnmP => i.
  by move/eq_in_map: E => /(_ i); rewrite mem_enum => ->.
move=> _ /mapP[v + ->]; rewrite mem_enum inE => /andP[/eqP va vM].
apply: mem_exponents; first by rewrite size_map size_enum_ord.
  by rewrite -[RHS]va mdegE sumnE big_map big_enum.
by move: vM; rewrite -map_comp sumnE big_map big_enum.
Qed.

Definition count n a M := size (exponents n a M).
Lemma countS n a M : count n.+1 a M = \sum_(j < a.+1 | ceil_div j k <= M) count n (a - j) (M - ceil_div j k).
Proof.
rewrite /count exponentsS size_flatten /shape -map_comp sumnE big_map big_filter.
rewrite -(big_mkord (fun j => ceil_div j k <= M) (fun j => size (exponents n (a - j) (M - ceil_div j k)))).
by apply: eq_bigr => j _; rewrite /= size_map.
Qed.

(* those that use the new variable *)
Definition fresh n a M := \sum_(1 <= j < a.+1 | ceil_div j k <= M) count n (a - j) (M - ceil_div j k).
Lemma count_fresh n a M : count n.+1 a M = count n a M + fresh n a M.
Proof.
rewrite countS -(big_mkord (fun j => ceil_div j k <= M) (fun j => count n (a - j) (M - ceil_div j k))).
have c0 : ceil_div 0 k = 0 by rewrite /ceil_div; case: (k) => // k'; rewrite divn_small.
by rewrite big_ltn_cond // c0 !subn0.
Qed.

Lemma fresh0 n a : 0 < k -> fresh n a 0 = 0.
Proof.
move=> k0; rewrite /fresh big_nat_cond big1 // => j /andP[/andP[j1 _]]; rewrite leqn0 /ceil_div.
by rewrite -leqn0 leqNgt divn_gt0 // => /negP[]; lia.
Qed.

Lemma fresh_rec n a M : 0 < k ->
  fresh n a M.+1 = \sum_(1 <= j < k.+1 | j <= a) count n (a - j) M + (if k <= a then fresh n (a - k) M else 0).
Proof.
move=> k0.
have c1 j : 0 < j <= k -> ceil_div j k = 1.
  move=> jk; rewrite /ceil_div (_ : j + k.-1 = 1 * k + j.-1); last by lia.
  by rewrite divnMDl // divn_small //; lia.
have ck j : ceil_div (k + j) k = (ceil_div j k).+1.
  by rewrite /ceil_div -addnA divnDl ?dvdnn // divnn k0.
rewrite /fresh; case: leqP => ka; last first.
  rewrite addn0 [RHS]big_mkcond [RHS](big_cat_nat _ _ _ (n := a.+1)) //=; last by lia.
  rewrite [X in _ = _ + X]big_nat_cond [X in _ = _ + X]big1 ?addn0; last by move=> j; case: ifP => //; lia.
  rewrite big_nat_cond [RHS]big_nat_cond big_mkcond [RHS]big_mkcond /=; apply: eq_bigr => j _.
  case J: (0 < j < a.+1) => //=; rewrite c1 ?subn1; last by lia.
  by rewrite ltnS (_ : j <= a); [|lia].
rewrite (big_cat_nat _ _ _ (n := k.+1)) //=.
congr (_ + _).
  rewrite big_nat_cond [RHS]big_nat_cond; apply: eq_big => [j|j /andP[jk _]]; last by rewrite c1 ?subn1.
  case J: (0 < j < k.+1) => //=; rewrite c1 // ltnS; lia.
rewrite -[X in \sum_(X <= _ < _ | _) _]addn1 addnC.
rewrite (_ : a.+1 = (a - k).+1 + k); last by lia.
rewrite -[X in index_iota (_ + X)]addn0 big_addn addn0 addnK.
by apply: eq_big => [j|j _]; rewrite addnC ck // subSS subnDA.
Qed.
End Count.

Section Rows.
Variables (k D : nat).
Hypothesis k0 : 0 < k.
Local Open Scope nat_scope.
Notation "[ x ]" := (N.to_nat x).
Definition row_is (r : seq N) (f : nat -> nat) := size r = D.+1 /\ forall a, a <= D -> [nth 0%bN r a] = f a.

Lemma add_rows_is r t f g : row_is r f -> row_is t g -> row_is (add_rows r t) (fun a => f a + g a).
Proof.
move=> [sr rf] [st tg]; split=> [|a aD]; first by rewrite size_map size_zip sr st minnn.
rewrite (nth_map (0, 0)%bN) ?size_zip ?sr ?st ?minnn // nth_zip ?sr ?st //=.
by rewrite N2Nat.inj_add rf ?tg.
Qed.

Lemma shift_is j r f : row_is r f -> row_is (shift j r) (fun a => if j <= a then f (a - j) else 0).
Proof.
move=> [sr rf]; split=> [|a aD]; first by rewrite size_take size_cat size_nseq; case: ltnP; lia.
rewrite nth_take ?sr // nth_cat size_nseq; case: ltnP => ja; first by rewrite nth_nseq ja.
by rewrite rf //; lia.
Qed.

Lemma zeros_is : row_is (nseq D.+1 0%bN) (fun _ => 0).
Proof. by split=> [|a _]; rewrite ?size_nseq ?nth_nseq ?if_same. Qed.

Lemma eq_row r f g : (forall a, a <= D -> f a = g a) -> row_is r f -> row_is r g.
Proof. by move=> E [sr rf]; split=> // a aD; rewrite rf ?E. Qed.

Lemma window_is r f : row_is r f -> row_is (window k r) (fun a => \sum_(1 <= j < k.+1 | j <= a) f (a - j)).
Proof.
move=> rf; rewrite /window (proj1 rf).
apply: (@eq_row _ (fun a => \sum_(j <- iota 1 k | j <= a) f (a - j))) => [a _|]; first by rewrite /index_iota subn1.
elim: (iota 1 k) => [|j l IH] /=; first by apply: eq_row zeros_is => a _; rewrite big_nil.
by apply: eq_row (add_rows_is (shift_is j rf) IH) => a _; rewrite big_cons; case: ifP.
Qed.

Definition rows_are n m (rs : seq (seq N)) := forall i, i < size rs ->
  row_is (nth [::] rs i) (fun a => count k n a (m + i)).

Lemma size_next_rows s rs : size (next_rows k s rs) = size rs.
Proof. by elim: rs s => //= r rs IH s; rewrite IH. Qed.

Lemma next_rows_are n m s rs : row_is s (fun a => fresh k n a m) -> rows_are n m rs ->
  rows_are n.+1 m (next_rows k s rs).
Proof.
elim: rs m s => [|r rs IH] m s sm rsm [|i] //= it; have r0 := rsm 0 isT; rewrite /= addn0 in r0 *.
  by apply: eq_row (add_rows_is r0 sm) => a _; rewrite count_fresh.
rewrite -addSnnS; apply: IH => //.
  by apply: eq_row (add_rows_is (window_is r0) (shift_is k sm)) => a _; rewrite fresh_rec.
by move=> i' i't; rewrite addSnnS; apply: (rsm i'.+1).
Qed.

Lemma allowed_is n M : D = k * M -> row_is (allowed n k M) (fun a => count k n a M).
Proof.
move=> DE; rewrite /allowed -DE; set rs0 := nseq M.+1 _.
have [sz H] : size (iter n (next_rows k (nseq D.+1 0%bN)) rs0) = M.+1 /\
    rows_are n 0 (iter n (next_rows k (nseq D.+1 0%bN)) rs0).
  elim: n => [|n [sz IH]] /=.
    split=> [|i]; rewrite size_nseq // => iM; rewrite nth_nseq iM; split; first by rewrite /= size_nseq.
    by case=> [|a] aD; rewrite /count /= ?nth_nseq ?if_same.
  split; first by rewrite size_next_rows.
  by apply: next_rows_are IH; apply: eq_row zeros_is => a _; rewrite fresh0.
by rewrite -nth_last sz; apply: H; rewrite sz.
Qed.
End Rows.

(* mc n 0, .., mc n D *)
Definition monomials (n : N) (D : nat) : seq N :=
  if (n =? 0)%bN then 1%bN :: nseq D 0%bN else binomials (n - 1) 0 1 D.+1.
Definition least_stairs (fA fB : seq N) : N :=
  let sums l := foldl (fun s x => rcons s (last 0%bN s + x)%bN) [:: 0%bN] l in
  let s := add_rows (sums fB) (rev (sums fA)) in foldr N.min (nth 0%bN s 0) s.
Definition support_table (n : N) (allowed : seq N) : seq N :=
  [seq N.min x.1 x.2 | x <- zip (monomials n (size allowed).-1) allowed].

Section Tables.
Local Open Scope nat_scope.
Notation "[ x ]" := (N.to_nat x).

Lemma monomials_is n D : row_is D (monomials n D) (mc [n]).
Proof.
rewrite /monomials; case: N.eqb_spec => [->|n0].
  split=> [|[|a] aD]; rewrite ?mc0 ?mc0S //= ?size_nseq // nth_nseq if_same //.
split=> [|a aD]; first by rewrite size_binomials.
rewrite nth_binomials ?addn0 ?bin0 // add0n (_ : [n] = [n - 1].+1) ?mcS //; lia.
Qed.

Lemma support_table_is n E k M D : 0 < k -> D = k * M ->
  exists2 f, row_is D (support_table n (allowed E k M)) f & forall a, a <= D -> support_dim [n] E k M a <= f a.
Proof.
move=> k0 DE; have [sa aE] := allowed_is k0 E DE; have [sm mE] := monomials_is n D.
exists (fun a => minn (mc [n] a) (count k E a M)) => [|a aD].
  rewrite /support_table sa /=; split=> [|a aD]; first by rewrite size_map size_zip sa sm minnn.
  rewrite (nth_map (0, 0)%bN) ?size_zip ?sm ?sa ?minnn // nth_zip ?sm ?sa //=.
  by rewrite -mE // -aE //; lia.
by rewrite leq_min geq_minl; apply: leq_trans (geq_minr _ _) (support_count_le _ _ _ _).
Qed.

Lemma partial_is r f D : row_is D r f ->
  row_is D.+1 (foldl (fun s x => rcons s (last 0%bN s + x)%bN) [:: 0%bN] r) (fun t => \sum_(i < t) f i).
Proof.
case=> sr rf; pose P m s := size s = m.+1 /\ forall t, t <= m -> [nth 0%bN s t] = \sum_(i < t) f i.
suff H l m s : P m s -> (forall i, i < size l -> [nth 0%bN l i] = f (m + i)) ->
    P (m + size l) (foldl (fun s x => rcons s (last 0%bN s + x)%bN) s l).
  have := H r 0 [:: 0%bN]; rewrite sr add0n; apply => [|i ir]; last by apply: rf.
  by split=> // -[|t] // _; rewrite big_ord0.
elim: l m s => [|x l IH] m s Ps Hl /=; first by rewrite addn0.
rewrite -addSnnS; apply: IH => [|i il]; last by rewrite addSnnS; apply: (Hl i.+1).
have [ss sE] := Ps; split=> [|t tm]; first by rewrite size_rcons ss.
rewrite nth_rcons ss; case: ltngtP => [lt|gt|->]; [exact: sE | lia |].
rewrite big_ord_recr /= -sE // N2Nat.inj_add -nth_last ss /=; congr (_ + _).
by have := Hl 0 isT; rewrite addn0.
Qed.

Lemma least_stairsP fA fB D NA NB gA gB : row_is D fA gA -> row_is D fB gB ->
  (forall a, a <= D -> NA a <= gA a) -> (forall a, a <= D -> NB a <= gB a) ->
  stairs_bound NA NB D <= [least_stairs fA fB].
Proof.
move=> /partial_is[sA eA] /partial_is[sB eB] leA leB; rewrite /least_stairs; set s := add_rows _ _.
have sz : size s = D.+2 by rewrite size_map size_zip size_rev sA sB minnn.
have : foldr N.min (nth 0%bN s 0) s \in s.
  have := foldr_min_in (nth 0%bN s 0) s; rewrite inE => /orP[/eqP -> | //].
  by rewrite mem_nth // sz.
move/(nthP 0%bN) => [t]; rewrite sz => tD <-.
have -> : [nth 0%bN s t] = \sum_(i < t) gB i + \sum_(i < D.+1 - t) gA i.
  rewrite (nth_map (0, 0)%bN) ?size_zip ?size_rev ?sA ?sB ?minnn // nth_zip ?size_rev ?sA ?sB //=.
  rewrite N2Nat.inj_add nth_rev ?sA // eB ?eA //; last by lia.
apply: (@leq_trans (stairs NA NB D t)).
  rewrite /stairs_bound; have := mem_index_enum (Ordinal tD).
  elim: (index_enum _) => //= x l IH; rewrite inE big_cons => /orP[/eqP <-|/IH]; first exact: geq_minl.
  by apply: leq_trans; apply: geq_minr.
apply: leq_add; apply: leq_sum => i _; [apply: leB | apply: leA]; have := ltn_ord i; lia.
Qed.
End Tables.
