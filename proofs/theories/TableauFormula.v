(* The number of tableaux of GramIndependent.v by the formula of theory.md 3.3 for h(d,r;b),
     \sum_mu dim S_(2 mu)(F^d),  mu the partitions of b into at most min(d,r) parts,
   with Weyl's product for the dimensions (TableauCount.v, TableauPatterns.v), computable on binary naturals.
     row_productN a s e, weyl_productN k s == the products of TableauCount.v
     tableau_countN d r b == even_tableaux d r b;  tableau_sumN d r K == tableau_sum d r K
   Proved: tableau_countN_val and tableau_sumN_val. The time is about that of min(d,r) d multiplications for each
   partition; tableau_sumN d r K is meant for K, r that leave at most some thousands of these. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import GramIndependent TableauCount TableauPatterns.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Local Open Scope nat_scope.
Delimit Scope N_scope with bN.

Section Product.
Lemma patterns_product d mu : size mu <= d -> decreasing mu ->
  size (patterns d (even_shape d mu)) * weyl_product (size mu) (nseq d 0) = weyl_product (size mu) (even_shape d mu).
Proof.
move=> le dec; have sz : size (even_shape d mu) = d by rewrite size_cat size_map size_nseq subnKC.
have := @count_patterns d (even_shape d mu) sz.
have {}dec : decreasing (even_shape d mu) by move=> i; rewrite !nth_even_shape leq_mul2l dec.
move/(_ dec); rewrite differences_product // distances_product.
pose k := size mu; pose l := d - k; have dk : k + l = d by rewrite subnKC.
have -> : weyl_product d (nseq d 0) = weyl_product k (nseq d 0) * weyl_product l (nseq l 0).
  have -> : nseq d 0 = nseq k 0 ++ nseq l 0 by rewrite -nseqD dk.
  by rewrite -[in LHS]dk weyl_product_split ?size_nseq.
have -> : weyl_product d (even_shape d mu) = weyl_product k (even_shape d mu) * weyl_product l (nseq l 0).
  by rewrite -[X in weyl_product X _ = _]dk weyl_product_split ?size_map.
rewrite mulnA => /eqP; rewrite -distances_product eqn_pmul2r => [/eqP//|].
by rewrite distancesE prodn_gt0 // => i; rewrite fact_gt0.
Qed.
End Product.

Section Formula.
Local Open Scope bN.
Fixpoint row_productN (a : N) (s : seq N) (e : N) : N :=
  if s is b :: s' then (a - b + e) * row_productN a s' (e + 1) else 1.
Fixpoint weyl_productN (k : nat) (s : seq N) : N :=
  if k is S k' then if s is a :: s' then row_productN a s' 1 * weyl_productN k' s' else 1 else 1.
Definition tableau_countN (d r b : nat) : N :=
  let k := minn d r in let den := weyl_productN k (nseq d 0) in
  foldr (fun mu acc => weyl_productN k (map N.of_nat (even_shape d mu)) / den + acc) 0 (partitions k b b).
Definition tableau_sumN (d r K : nat) : N := foldr (fun b acc => tableau_countN d r b + acc) 0 (iota 0 (S K)).
End Formula.

Section Values.
Notation "[ n ]" := (N.to_nat n).

Lemma row_productN_val a s e : [row_productN (N.of_nat a) (map N.of_nat s) (N.of_nat e)] = row_product a s e.
Proof.
elim: s e => // b s IH e; rewrite [row_productN _ _ _]/= N2Nat.inj_mul -Nat2N.inj_sub -Nat2N.inj_add Nat2N.id.
by rewrite (_ : (N.of_nat e + 1)%bN = N.of_nat e.+1) ?IH //; lia.
Qed.

Lemma weyl_productN_val k s : [weyl_productN k (map N.of_nat s)] = weyl_product k s.
Proof.
elim: k s => // k IH [|a s] //; rewrite [weyl_productN _ _]/= N2Nat.inj_mul IH.
by rewrite (row_productN_val a s 1).
Qed.

Lemma weyl_product_gt0 k s : 0 < weyl_product k s.
Proof.
have row a s' e : 0 < e -> 0 < row_product a s' e.
  by elim: s' e => // b s' IH e e0; rewrite /= muln_gt0 IH // addn_gt0 e0 orbT.
by elim: k s => // k IH [|a s] //=; rewrite muln_gt0 row // IH.
Qed.

Lemma tableau_countN_val d r b : [tableau_countN d r b] = even_tableaux d r b.
Proof.
rewrite tableau_countE /tableau_countN /tableau_count; set k := minn d r; have kd : k <= d by apply: geq_minl.
pose den := weyl_product k (nseq d 0).
have denE : weyl_productN k (nseq d 0%bN) = N.of_nat den.
  by rewrite -[LHS]N2Nat.id (_ : nseq d 0%bN = map N.of_nat (nseq d 0)) ?weyl_productN_val // map_nseq.
have den0 : 0 < den by apply: weyl_product_gt0.
have : {subset partitions k b b <= partitions k b b} by [].
elim: {1 3 4}(partitions k b b) => [|mu s IH] sub; first by rewrite big_nil.
rewrite big_cons [foldr _ _ _]/= N2Nat.inj_add IH => [|nu ns]; last by apply: sub; rewrite inE ns orbT.
congr (_ + _); have /sub/partitionsP[sz dec _ _] := mem_head mu s.
have := @patterns_product d mu; rewrite sz => /(_ kd dec); rewrite -/den => E.
have -> : weyl_productN k (map N.of_nat (even_shape d mu)) =
    (N.of_nat (size (patterns d (even_shape d mu))) * N.of_nat den)%bN.
  by rewrite -Nat2N.inj_mul -[LHS]N2Nat.id weyl_productN_val -E.
by rewrite denE N.div_mul ?Nat2N.id //; lia.
Qed.

Theorem tableau_sumN_val d r K : [tableau_sumN d r K] = tableau_sum d r K.
Proof.
rewrite /tableau_sum -(big_mkord xpredT (even_tableaux d r)) /index_iota subn0 /tableau_sumN.
elim: (iota 0 K.+1) => [|b s IH]; first by rewrite big_nil.
by rewrite big_cons [foldr _ _ _]/= N2Nat.inj_add IH tableau_countN_val.
Qed.
End Values.

(* the values of theory.md 3.8 and 3.9 *)
Example tableau_sum_values : [seq tableau_sumN q.1.1 q.1.2 q.2 | q <-
  [:: (4, 2, 3); (5, 2, 3); (3, 2, 3); (4, 3, 3); (3, 3, 3); (5, 5, 3)]] = [:: 276; 766; 83; 286; 84; 816]%bN.
Proof. by vm_compute. Qed.
