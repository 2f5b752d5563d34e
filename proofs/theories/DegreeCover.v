(* Covers by degree: the common core of Theorems 3.14 and 4.6 of theory.md. In a sum of products
   g_i(x) h_j(y) with coefficients, where every g_i and h_j has a degree and only pairs of degrees
   a + b <= C (or = C) occur, cover the pairs with b < t by functions of the B side, and the others by
   functions of the A side.

   stairs NA NB C t     == \sum_(b < t) NB b + \sum_(a <= C - t) NA a
   stairs_bound NA NB C == the least of these for t <= C + 1
   level_bound NA NB C  == \sum_(b <= C) min (NB b, NA (C - b)), equal to the former where the numbers
                           do not fall with the degree (stairs_level)
   Proved: these are bounds, if NA a functions span the g_i of degree a, and NB b the h_j of degree b. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Numbers.
Local Open Scope nat_scope.
Variables (NA NB : nat -> nat) (C : nat).
Definition stairs t := \sum_(b < t) NB b + \sum_(a < C.+1 - t) NA a.
Definition stairs_bound := \big[minn/stairs 0]_(t < C.+2) stairs t.
Definition level_bound := \sum_(b < C.+1) minn (NB b) (NA (C - b)).

Lemma staircase (p : pred nat) c : (forall b, b < c -> p b.+1 -> p b) ->
  exists2 t, t <= c.+1 & forall b, b <= c -> (b < t) = p b.
Proof.
elim: c => [|c IH] H; first by exists (p 0) => [|b]; [case: (p 0)|rewrite leqn0 => /eqP ->; case: (p 0)].
have [|t tc Ht] := IH; first by move=> b bc; apply: H; apply: ltnW.
case: (boolP (p c.+1)) => pc.
  have pc' : p c by apply: H.
  have tE : t = c.+1 by apply/eqP; rewrite eqn_leq tc Ht.
  exists c.+2 => // b; rewrite ltnS => bc; rewrite bc; move: bc; rewrite leq_eqVlt ltnS => /orP[/eqP -> //|bc].
  by rewrite -Ht // tE ltnS bc.
exists t => [|b]; first exact: ltnW.
by rewrite leq_eqVlt ltnS => /orP[/eqP ->|/Ht //]; rewrite ltnNge tc (negPf pc).
Qed.

Lemma stairs_level : (forall b, b < C -> NB b.+1 <= NA (C - b.+1) -> NB b <= NA (C - b)) ->
  exists2 t, t <= C.+1 & stairs t = level_bound.
Proof.
case/(@staircase (fun b => NB b <= NA (C - b))) => t tC Ht; exists t => //.
rewrite /stairs /level_bound (bigID (fun b : 'I_C.+1 => b < t)) /= (big_ord_widen _ NB tC); congr (_ + _).
  apply: eq_bigr => b bt; have := Ht b; rewrite -ltnS ltn_ord bt => /(_ isT)/esym.
  by rewrite /minn; case: ltnP; lia.
rewrite [RHS](reindex_inj rev_ord_inj) /= (big_ord_widen _ NA (leq_subr t C.+1)).
apply: eq_big => [a|a aC]; first by rewrite -leqNgt; have := ltn_ord a; lia.
have aC' := ltn_ord a; have E : C - (C.+1 - a.+1) = a by lia.
have := Ht (C.+1 - a.+1); rewrite /= E; have -> : (C.+1 - a.+1 < t) = false by lia.
by move=> /(_ ltac:(lia)); rewrite /minn; case: ltnP => //; lia.
Qed.
End Numbers.

Section Spanned.
Variables (R : comRingType) (X : Type) (I : finType) (g : I -> X -> R).

Lemma sub_spanned (P Q : pred I) N : (forall i, P i -> Q i) -> spanned Q g N -> spanned P g N.
Proof. by move=> PQ [J JN [m [g' E]]]; exists J => //; exists m, g' => i x /PQ; apply: E. Qed.

Lemma eq_spanned (P : pred I) g' N : (forall i x, P i -> g i x = g' i x) -> spanned P g' N -> spanned P g N.
Proof. by move=> E [J JN [m [h H]]]; exists J => //; exists m, h => i x Pi; rewrite E // H. Qed.

Lemma spanned_comp Y (f : Y -> X) (P : pred I) N : spanned P g N -> spanned P (fun i y => g i (f y)) N.
Proof. by case=> J JN [m [h H]]; exists J => //; exists m, (fun j y => h j (f y)) => i y; apply: H. Qed.

Lemma spannedU (P Q : pred I) M N : spanned P g M -> spanned Q g N -> spanned [predU P & Q] g (M + N).
Proof.
case=> J JM [m [g1 E1]] [K KN [l [g2 E2]]].
exists [finType of J + K]; first by rewrite card_sum leq_add.
exists (fun i s => match s with inl j => (P i)%:R * m i j | inr k => (~~ P i)%:R * l i k end),
  (fun s => match s with inl j => g1 j | inr k => g2 k end) => i x /=.
rewrite big_sumType /= => PQ; have Qi : ~~ P i -> Q i by move: PQ; rewrite !unfold_in; case: (P i).
clear PQ; case: (boolP (P i)) => Pi /=.
  rewrite [X in _ + X]big1 ?addr0 => [|k _]; last by rewrite !mul0r.
  by rewrite E1 //; apply: eq_bigr => j _; rewrite mul1r.
rewrite [X in X + _]big1 ?add0r => [|k _]; last by rewrite !mul0r.
by rewrite E2 ?Qi //; apply: eq_bigr => j _; rewrite mul1r.
Qed.

Lemma spanned_lt (deg : I -> nat) (N : nat -> nat) t :
  (forall k, (k < t)%N -> spanned [pred i | deg i == k] g (N k)) ->
  spanned [pred i | (deg i < t)%N] g (\sum_(k < t) N k).
Proof.
elim: t => [|t IH] H; first by rewrite big_ord0; apply: sub_spanned (spanned0 g).
rewrite big_ord_recr /=; have := spannedU (IH (fun k kt => H k (ltnW kt))) (H t (ltnSn t)).
by apply: sub_spanned => i /=; rewrite ltnS leq_eqVlt orbC.
Qed.
End Spanned.

Section Cover.
Variables (R : comRingType) (X Y : Type) (I J : finType) (dA : I -> nat) (dB : J -> nat).
Variables (c : I -> J -> R) (g : I -> X -> R) (h : J -> Y -> R) (C : nat) (NA NB : nat -> nat).
Let f x y := \sum_i \sum_j c i j * g i x * h j y.
Hypothesis sA : forall a, (a <= C)%N -> spanned [pred i | dA i == a] g (NA a).
Hypothesis sB : forall b, (b <= C)%N -> spanned [pred j | dB j == b] h (NB b).

Lemma stairs_sep_le t : (forall i j, c i j != 0 -> (dA i + dB j <= C)%N) -> (t <= C.+1)%N ->
  sep_le f (stairs NA NB C t).
Proof.
move=> deg tC; rewrite /stairs addnC.
apply: (@cover_sep _ _ _ _ _ [pred i | (dA i < C.+1 - t)%N] [pred j | (dB j < t)%N]).
- by move=> i j /deg /=; lia.
- by apply: spanned_lt => a aC; apply: sA; lia.
- by apply: spanned_lt => b bC; apply: sB; lia.
Qed.

Lemma stairs_bound_sep_le : (forall i j, c i j != 0 -> (dA i + dB j <= C)%N) -> sep_le f (stairs_bound NA NB C).
Proof.
move=> deg; rewrite /stairs_bound; elim/big_ind: _ => [|r s Hr Hs|t _].
- exact: stairs_sep_le.
- by rewrite /minn; case: ifP.
- by apply: stairs_sep_le; rewrite // -ltnS ltn_ord.
Qed.

(* no condition on the numbers, if only pairs with a + b = C occur *)
Lemma level_sep_le : (forall i j, c i j != 0 -> (dA i + dB j)%N = C) -> sep_le f (level_bound NA NB C).
Proof.
move=> deg; pose cb b i j := if dB j == b then c i j else 0.
have H (b : 'I_C.+1) : sep_le (fun x y => \sum_i \sum_j cb b i j * g i x * h j y) (minn (NB b) (NA (C - b)%N)).
  have bC : (b <= C)%N by rewrite -ltnS ltn_ord.
  have nz i j : cb b i j != 0 -> dB j = b /\ dA i = (C - b)%N.
    by rewrite /cb; case: (dB j =P b) => [<-|_]; rewrite ?eqxx // => /deg <-; rewrite addnK.
  rewrite /minn; case: ifP => _.
    rewrite -[NB b]add0n; apply: cover_sep (spanned0 _) (sB bC) => i j /nz[E _].
    by rewrite /= E eqxx.
  rewrite -[NA _]addn0; apply: cover_sep (sA (leq_subr b C)) (spanned0 _) => i j /nz[_ E].
  by rewrite /= E eqxx.
apply: eq_sep_le (sep_le_sum H) => x y; rewrite exchange_big; apply: eq_bigr => i _ /=.
rewrite exchange_big; apply: eq_bigr => j _ /=; rewrite -!mulr_suml; do 2!congr (_ * _).
have [E0|nz] := eqVneq (c i j) 0.
  by rewrite E0 big1 // => b _; rewrite /cb E0; case: ifP.
have lt : (dB j < C.+1)%N by rewrite ltnS -(deg _ _ nz) leq_addl.
rewrite (bigD1 (Ordinal lt)) //= /cb eqxx big1 ?addr0 // => b nb.
by rewrite ifN //; apply: contra nb => /eqP E; apply/eqP/val_inj.
Qed.
End Cover.
