(* The bound of Theorem 3.3 with its numbers of chain-free monomials (AttentionGradedFull.v) evaluated: the monomials are
   listed, exponent by exponent, and a list ends where a chain is seen.
   pairs e                    == the (k, l), k <= l < e, which number the entries of a symmetric matrix
   fill r w ps S deg z        == the exponents of the ps of sum deg and of weighted sum z, w being the weights, without a
                                 chain of r + 1 among them and S; those with a chain that it overlooks would only be more
   graded_bestN L d H da a b  == 3.3 with these where they are needed (a side of 2 to d - 1 tokens) and few enough, and
                                 with the simple bounds for h and h1 elsewhere
   Proved: count_chains, and the bound itself. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull ChainCount BoundFormulas GradedFormula.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope nat_scope.
Delimit Scope N_scope with bN.

Definition pairs e : seq (nat * nat) := [seq q <- allpairs pair (iota 0 e) (iota 0 e) | q.1 <= q.2].

Section Fill.
Variables (r : nat) (w : nat * nat -> nat).
Implicit Types (q : nat * nat) (S ps : seq (nat * nat)).
Definition under q q' := (q.1 < q'.1) && (q.2 < q'.2).
Fixpoint chain_from k q S : bool := if k is k'.+1 then has (fun q' => under q q' && chain_from k' q' S) S else true.
Definition has_chain S := has (fun q => chain_from r q S) S.
Fixpoint fill ps S (deg z : nat) : seq (seq nat) :=
  if ps is q :: ps' then
    flatten [seq if (a * w q <= z) && ~~ ((0 < a) && has_chain (q :: S)) then
      [seq a :: s | s <- fill ps' (if 0 < a then q :: S else S) (deg - a) (z - a * w q)] else [::] | a <- iota 0 deg.+1]
  else if (deg == 0) && (z == 0) then [:: [::]] else [::].

Lemma fill_cons q ps S deg z : fill (q :: ps) S deg z =
  flatten [seq if (a * w q <= z) && ~~ ((0 < a) && has_chain (q :: S)) then
    [seq a :: s | s <- fill ps (if 0 < a then q :: S else S) (deg - a) (z - a * w q)] else [::] | a <- iota 0 deg.+1].
Proof. by []. Qed.

Lemma chain_fromP k q S : chain_from k q S -> exists s, [/\ size s = k, path under q s & {subset s <= S}].
Proof.
elim: k q => [|k IH] q /=; first by exists [::].
case/hasP=> q' Sq' /andP[qq' /IH[s [sz ps sS]]]; exists (q' :: s); split; rewrite /= ?sz ?qq' //.
by move=> t; rewrite inE => /orP[/eqP ->|/sS].
Qed.

Lemma fill_complete (f : nat * nat -> nat) ps S deg z : {in S, forall q, 0 < f q} ->
  (forall T, {in T, forall q, 0 < f q} -> ~~ has_chain T) ->
  \sum_(q <- ps) f q = deg -> \sum_(q <- ps) f q * w q = z -> map f ps \in fill ps S deg z.
Proof.
move=> + nc; elim: ps S deg z => [|q ps IH] S deg z pS; first by rewrite !big_nil => <- <-.
rewrite !big_cons map_cons fill_cons => <- <-; apply/flatten_mapP; exists (f q); first by rewrite mem_iota ltnS leq_addr.
have pqS : 0 < f q -> {in q :: S, forall t, 0 < f t} by move=> fq t; rewrite inE => /orP[/eqP ->|/pS].
rewrite leq_addr ifT; last by case: posnP => //= /pqS /nc.
by rewrite map_f // !addKn; apply: IH => //; case: posnP => // /pqS.
Qed.
End Fill.

Section Count.
Variables (e : nat) (kap : nat -> nat).
Local Notation m := #|upper e|.
Implicit Types (u v : 'X_{1..m}) (t : 'I_m).
Definition at_pair u (q : nat * nat) : nat :=
  match insub q.1, insub q.2 with Some k, Some l => if q.1 <= q.2 then u (sym_index k l) else 0 | _, _ => 0 end.
Local Notation pair_of t := (row_of t : nat, col_of t : nat).

Lemma at_pair_of u t : at_pair u (pair_of t) = u t.
Proof. by rewrite /at_pair /= !valK row_le_col sym_index_val. Qed.

Lemma at_pair_pos u q : 0 < at_pair u q -> exists t, q = pair_of t /\ 0 < u t.
Proof.
case: q => a b; rewrite /at_pair /=; case: insubP => // k _ <-; case: insubP => // l _ <-; case: ifP => // kl pos.
by exists (sym_index k l); have [-> ->] := row_col_index kl.
Qed.

Lemma pairs_perm : perm_eq (pairs e) [seq pair_of t | t <- enum 'I_m].
Proof.
apply: uniq_perm.
- by apply: filter_uniq; apply: allpairs_uniq; rewrite ?iota_uniq // => -[? ?] [? ?] _ _ /= [-> ->].
- by rewrite map_inj_uniq ?enum_uniq // => s t [/val_inj rr /val_inj cc]; apply: index_eq.
move=> [a b]; rewrite mem_filter /=; apply/andP/mapP => [[ab /allpairsP[[k l] /= [ke le [ak bl]]]]|[t _ [-> ->]]].
  rewrite !mem_iota /= in ke le; subst a b; exists (sym_index (Ordinal ke) (Ordinal le)); rewrite ?mem_enum //.
  by have [-> ->] := @row_col_index e (Ordinal ke) (Ordinal le) ab.
split; first exact: row_le_col.
by apply/allpairsP; exists (pair_of t); rewrite !mem_iota /= !ltn_ord.
Qed.

Lemma sum_pairs (G : nat * nat -> nat) : \sum_(q <- pairs e) G q = \sum_(t : 'I_m) G (pair_of t).
Proof. by rewrite (perm_big _ pairs_perm) big_map big_enum. Qed.

Lemma count_chains r b z : #|[pred v : 'X_{1..m < b.+1} | standard r (fun k : 'I_e => kap k) b z v]|
  <= size (fill r (fun q => kap q.1 + kap q.2) (pairs e) [::] b z).
Proof.
pose ex (v : 'X_{1..m < b.+1}) := map (at_pair v) (pairs e).
have inj : injective ex.
  move=> u v /eq_in_map E; apply/val_inj/mnmP => t; rewrite -!at_pair_of; apply: E.
  by rewrite (perm_mem pairs_perm); apply/mapP; exists t; rewrite ?mem_enum.
rewrite cardE -(size_map ex); apply: uniq_leq_size; first by rewrite map_inj_uniq ?enum_uniq.
move=> _ /mapP[v + ->]; rewrite mem_enum inE => /and3P[/eqP du /eqP cu nc].
apply: fill_complete => //.
- move=> T pT; apply: contra nc => /hasP[q Tq /chain_fromP[s [sz ps sT]]].
  have pos (i : 'I_r.+1) : exists t, nth (0, 0) (q :: s) i = pair_of t /\ 0 < v t.
    apply/at_pair_pos/pT; have : nth (0, 0) (q :: s) i \in q :: s by rewrite mem_nth //= sz.
    by rewrite inE => /orP[/eqP ->|/sT].
  have [f fE] := fin_all_exists pos; apply/existsP; exists [ffun i => f i]; apply/andP; split.
    by apply/forallP => i; rewrite ffunE; case: (fE i).
  apply/forallP => i; apply/forallP => j; apply/implyP => ij; rewrite !ffunE.
  have tr : transitive under by move=> y x z' /andP[a1 a2] /andP[b1 b2]; rewrite /under (ltn_trans a1 b1) (ltn_trans a2 b2).
  have := sorted_ltn_nth tr (0, 0) (ps : sorted under (q :: s)).
  move/(_ i j); rewrite !inE /= sz !ltn_ord => /(_ isT isT ij).
  by have [-> _] := fE i; have [-> _] := fE j.
- by rewrite sum_pairs; apply: etrans du; rewrite mdegE; apply: eq_bigr => t _; rewrite at_pair_of.
by rewrite sum_pairs; apply: etrans cu; apply: eq_bigr => t _; rewrite at_pair_of mulnC.
Qed.
End Count.

(* which are needed, and few enough to be listed *)
Definition listed (d r : nat) (simple : N) : bool := [&& 1 < r < d, d <= 32 & (simple <=? 30000)%bN].
Definition gram_best d r b : N :=
  let simple := gram_countN (N.of_nat d) (N.of_nat r) (N.of_nat b) in
  if listed d r simple then N.of_nat (size (fill r (fun=> 0) (pairs d) [::] b 0)) else simple.
Definition token_best d r c : N :=
  let simple := token_countN (N.of_nat d) (N.of_nat r) (N.of_nat c) in
  if listed d r simple then N.of_nat (size (fill r (fun q => (q.1 == 0) + (q.2 == 0)) (pairs d.+1) [::] c.+1 1)) else simple.
Definition graded_bestN (L d H da a b : nat) : N :=
  let C := gram_degreeN (N.of_nat L) in
  sumN (C + 1) (fun e => N.min (N.min (gram_best d b (N.to_nat e)) (token_best d a (N.to_nat C - N.to_nat e)))
                               (heads_countN (N.of_nat d) (N.of_nat H) (N.of_nat da) (N.of_nat L) e)).
(* no simple bound stands in where it is not exact *)
Definition graded_best_sharp (L d a b : nat) : bool :=
  let C := N.to_nat (gram_degreeN (N.of_nat L)) in
  let sharp r count := [|| r <= 1, d <= r | all (fun e => listed d r (count e)) (iota 0 C.+1)] in
  sharp b (fun e => gram_countN (N.of_nat d) (N.of_nat b) (N.of_nat e)) &&
  sharp a (fun e => token_countN (N.of_nat d) (N.of_nat a) (N.of_nat e)).

Lemma graded_bestN_val L d H da a b : N.to_nat (graded_bestN L d H da a b) =
  \sum_(e < (gram_degree L).+1) minn (minn (N.to_nat (gram_best d b e)) (N.to_nat (token_best d a (gram_degree L - e))))
                                     (heads_count d H da L e).
Proof.
have CE : N.to_nat (gram_degreeN (N.of_nat L)) = gram_degree L by rewrite gram_degreeN_eq Nat2N.id.
rewrite /graded_bestN (eq_sumN _ (F := fun e => minn (minn (N.to_nat (gram_best d b e))
  (N.to_nat (token_best d a (gram_degree L - e)))) (heads_count d H da L e))) => [|e]; first by rewrite succN_val CE.
by rewrite 2!minN2 heads_countN_val !Nat2N.id CE.
Qed.

Theorem graded_best_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  0 < size Ws -> (forall H, H \in Ws -> size H <= h) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da) /\ (\rank wv.2 <= da)) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (N.to_nat (graded_bestN (size Ws) d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]|)).
Proof.
move=> L0 sz low.
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => N.to_nat (graded_bestN (size Ws) d h da rA rB))) => T Ti.
rewrite graded_bestN_val.
apply: (@graded_heads_sep_le F n d da h T Ws i p (fun c => N.to_nat (token_best d #|T| c))
  (fun b => N.to_nat (gram_best d #|predC T| b))) => //.
- by move=> H wv HW wvH; split; apply/lowrankP; case: (low H wv HW wvH).
- move=> P e; rewrite /gram_best; case: ifP => _; last by rewrite gram_countN_val !Nat2N.id; apply: gram_count_spanned.
  have le : gram_chains d #|predC T| e <= size (fill #|predC T| (fun=> 0) (pairs d) [::] e 0).
    exact: (@count_chains d (fun=> 0) #|predC T| e 0).
  by rewrite Nat2N.id; apply: (spannedW le); apply: gram_chains_spanned.
- move=> P c; rewrite /token_best; case: ifP => _; last by rewrite token_countN_val !Nat2N.id; apply: token_count_spanned.
  have le : token_chains d #|T| c <= size (fill #|T| (fun q => (q.1 == 0) + (q.2 == 0)) (pairs d.+1) [::] c.+1 1).
    exact: (@count_chains d.+1 (fun k => k == 0) #|T| c.+1 1).
  by rewrite Nat2N.id; apply: (spannedW le); apply: token_chains_spanned.
Qed.
