(* The bounds of Theorems 3.16 and 3.14 (c) of theory.md as computable formulas on binary naturals (see
  BoundFormulas.v), each
   the least over the t or the tau of the theorem. The least of them, and with biases of 3.14 (b),
     was the value of `seprank`
   (attention-layers) in all 1306 cases compared: L <= 3, d <= 4, H <= 3, da <= 3, some with biases, or with a residual
   connection around the first layer, a side of one token or of at least as many as a token has entries.

   least_steps costs M C      == the least sum of one entry of each of costs 0, .., costs C, lists of M + 1 entries,
     at places
                                 that do not fall with the number of the list
   narrow_stepsN NA NB dx u w C E == the least narrow_steps of AttentionNarrowHeads.v
   thresholdsN y z u w C E    == the least threshold_cover of AttentionBiasesCover.v
   heads_valueN r q u w rA rB C E == 3.16, with h and h1 as GradedChains.v evaluates them
   lead_number, reads_number, seen_number, others_number == y, q, u,
     w from the widths ws of the heads of the first layer
   layers_headsN res r ws rA rB C E, layers_coverN res b e e0 ws C E == 3.16 and 3.14 (c) of attention by its layers
   attention_headsN L d h da rA rB == 3.16 for the network of Attention.v, h heads of rank da
   Proved: these are bounds (layers_heads_value_sep_le, layers_cover_value_sep_le, layers_biased_cover_value_sep_le,
   attention_headsN_sep_le). *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates
  AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm ChainCount
  AttentionLayers.
From Seprank Require Import AttentionNarrow BoundFormulas GradedFormula GradedChains LayersAttention GramReads
  AttentionNarrowHeads
  AttentionBiasesCover.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope nat_scope.
Delimit Scope N_scope with bN.
Local Notation "[ n ]" := (N.to_nat n).

(* sums of the first entries of a list, and the least entry from each on *)
Fixpoint prefix_sums (a : N) (s : seq N) : seq N := a :: if s is x :: s' then prefix_sums (a + x)%bN s' else [::].
Fixpoint least_from (s : seq N) : seq N :=
  if s is x :: s' then let r := least_from s' in (if r is y :: _ then N.min x y else x) :: r else [::].

Lemma nth_prefix_sums a s i : i <= size s -> [nth 0%num (prefix_sums a s) i] = [a] + \sum_(j < i) [nth 0%num s j].
Proof.
elim: s a i => [|x s IH] a [|i] //= le; first by rewrite big_ord0 addn0.
  by rewrite big_ord0 addn0.
by rewrite IH // N2Nat.inj_add big_ord_recl /= addnA.
Qed.

Lemma size_least_from s : size (least_from s) = size s.
Proof. by elim: s => //= x s ->. Qed.

Lemma nth_least_from s i : i < size s ->
  exists j, [/\ i <= j, j < size s & nth 0%num (least_from s) i = nth 0%num s j].
Proof.
elim: s i => [//|x s IH] [|i] /= le; last first.
  by have [j [ij js E]] := IH i le; exists j.+1.
case E: (least_from s) => [|y r]; first by exists 0.
have s0 : 0 < size s by rewrite -size_least_from E.
have [j [_ js]] := IH 0 s0; rewrite E /= => yE.
by case: (N.min_spec x y) => -[_ ->]; [exists 0|exists j.+1].
Qed.

(* the least sum of one entry of each of the lists costs 0, .., costs C, at places that do not fall *)
Section Table.
Variables (costs : nat -> seq N) (M C : nat).
Hypothesis sz : forall b, size (costs b) = M.+1.
Fixpoint step_table (k : nat) : seq N :=
  if k is k'.+1 then least_from (map (fun ab => ab.1 + ab.2)%bN (zip (costs (C - k')) (step_table k')))
  else nseq M.+1 0%num.
Definition least_steps : N := seq.head 0%num (step_table C.+1).

Lemma size_step_table k : size (step_table k) = M.+1.
Proof.
elim: k => [|k IH] /=; first by rewrite size_nseq.
by rewrite size_least_from size_map size_zip sz IH minnn.
Qed.

Lemma step_tableP k t0 : k <= C.+1 -> t0 <= M -> exists t : nat -> nat,
  [/\ forall b b', b <= b' -> t b <= t b', forall b, t0 <= t b <= M &
      [nth 0%num (step_table k) t0] = \sum_(j < k) [nth 0%num (costs (C - j)) (t (C - j))]].
Proof.
elim: k t0 => [|k IH] t0 kC tM.
  exists (fun=> t0); split=> // [b|]; first by rewrite leqnn.
  by rewrite -[step_table _]/(nseq M.+1 0%num) nth_nseq big_ord0; case: ifP.
have szz : size (map (fun ab => ab.1 + ab.2)%bN (zip (costs (C - k)) (step_table k))) = M.+1.
  by rewrite size_map size_zip sz size_step_table minnn.
have [|t1 [t01 t1M E]] := @nth_least_from (map (fun ab => ab.1 + ab.2)%bN (zip (costs (C - k)) (step_table k))) t0.
  by rewrite szz ltnS.
rewrite szz ltnS in t1M; have [t [up tb tS]] := IH t1 (ltnW kC) t1M.
exists (fun b => if b <= C - k then t1 else t b); split.
- move=> b b' bb'; case: (leqP b (C - k)) => bk; case: (leqP b' (C - k)) => b'k //; last exact: up.
    by have /andP[] := tb b'.
  by move: bk b'k bb'; lia.
- by move=> b; case: ifP => _; [rewrite t01|have /andP[h1 h2] := tb b; rewrite h2 (leq_trans t01 h1)].
rewrite [step_table _]/= E (nth_map (0%num, 0%num)); last by rewrite size_zip sz size_step_table minnn ltnS.
rewrite nth_zip ?sz ?size_step_table //= N2Nat.inj_add tS big_ord_recr /= leqnn [RHS]addnC; congr (_ + _)%N.
by apply: eq_bigr => j _; have jk := ltn_ord j; rewrite [if _ then _ else _]ifN // -ltnNge; move: kC; lia.
Qed.

Lemma least_stepsP : exists t : nat -> nat, [/\ forall b b', b <= b' -> t b <= t b', forall b, t b <= M &
  [least_steps] = \sum_(b < C.+1) [nth 0%num (costs b) (t b)]].
Proof.
have [//|//|t [up tb tS]] := @step_tableP C.+1 0; exists t; split=> //.
rewrite /least_steps -nth0 tS (reindex_inj rev_ord_inj) /=; apply: eq_bigr => j _.
by rewrite subSS subKn // -ltnS.
Qed.
End Table.

Section Steps.
Variables (NA NB : nat -> N) (dx u w : N) (C E : nat).
Definition tails (mu mw : seq N) (k : nat) : seq N :=
  prefix_sums 0%num (mkseq (fun j => if j <= k then (nth 0%num mw j * nth 0%num mu (k - j))%bN else 0%num) E.+1).
Definition step_costs (mu mw : seq N) (b : nat) : seq N :=
  let: (other, own) := (NB b, NA (C - b)) in let: (tb, ta) := (tails mu mw b, tails mu mw (C - b)) in
  mkseq (fun t => N.min other (nth 0%num tb (E.+1 - t)) + N.min own (dx * nth 0%num ta t))%bN E.+2.
Definition monomials (n : N) (top : nat) : seq N := mkseq (fun k => mcN n (N.of_nat k)) top.+1.
Definition narrow_stepsN : N :=
  let: (mu, mw) := (monomials u C, monomials w E) in least_steps (step_costs mu mw) E.+1 C.

Let mu := monomials u C.
Let mw := monomials w E.

Lemma nth_tails k s : k <= C -> s <= E.+1 -> [nth 0%num (tails mu mw k) s] = tail_count [w] [u] k s.
Proof.
move=> kC sE; rewrite nth_prefix_sums ?size_mkseq // add0n /tail_count.
have le : minn s k.+1 <= s by rewrite geq_minl.
rewrite (big_ord_widen s (fun j => mc [w] j * mc [u] (k - j)) le) [RHS]big_mkcond; apply: eq_bigr => j _.
have js := ltn_ord j; rewrite nth_mkseq; last exact: leq_trans js sE.
rewrite leq_min js ltnS; case: leqP => // jk; rewrite N2Nat.inj_mul !nth_mkseq ?mcN_val ?Nat2N.id //;
  last exact: leq_trans js sE.
by rewrite ltnS; apply: leq_trans kC; apply: leq_subr.
Qed.

Lemma narrow_stepsN_val : exists t : nat -> nat, [/\ forall b b', b <= b' -> t b <= t b', forall b, t b <= E.+1 &
  [narrow_stepsN] = narrow_steps (fun c => [NA c]) (fun b => [NB b]) [dx] [u] [w] C E t].
Proof.
have [|t [up tE tS]] := @least_stepsP (step_costs mu mw) E.+1 C; first by move=> b; rewrite size_mkseq.
exists t; split=> //; rewrite /narrow_stepsN tS; apply: eq_bigr => b _; have bC := ltn_ord b.
by rewrite nth_mkseq ?ltnS // N2Nat.inj_add !minN2 N2Nat.inj_mul !nth_tails //; have := tE b; lia.
Qed.
End Steps.

(* the cover of 3.14 (c) *)
Section Thresholds.
Variables (y z u w : N) (C E : nat).
Definition belows (mu mw : seq N) (j : nat) : seq N :=
  let m := nth 0%num mw j in prefix_sums 0%num (mkseq (fun s => if j <= s then (nth 0%num mu (s - j) * m)%bN else
    0%num) C.+1).
Definition threshold_costs (mu mw : seq N) (b : nat) : seq N :=
  let: (other, own) := (belows mu mw (E - b), belows mu mw b) in
  mkseq (fun t => nth 0%num other t + y * nth 0%num own (C.+1 - t) + z * nth 0%num own (C - t))%bN C.+2.
Definition thresholdsN : N :=
  let: (mu, mw) := (monomials u C, monomials w E) in least_steps (threshold_costs mu mw) C.+1 E.

Let mu := monomials u C.
Let mw := monomials w E.

Lemma nth_belows j t : j <= E -> t <= C.+1 -> [nth 0%num (belows mu mw j) t] = below_count [u] [w] j t.
Proof.
move=> jE tC; rewrite nth_prefix_sums ?size_mkseq // add0n; apply: eq_bigr => s _.
have sC : s < C.+1 by apply: leq_trans tC.
rewrite /class_count nth_mkseq //; case: ifP => // js; rewrite N2Nat.inj_mul !nth_mkseq ?mcN_val ?Nat2N.id //.
by apply: leq_ltn_trans sC; apply: leq_subr.
Qed.

Lemma thresholdsN_val : exists t : nat -> nat, thresholds_of E t /\
  [thresholdsN] = threshold_cover [y] [z] [u] [w] C E t.
Proof.
have [|t [up tC tS]] := @least_stepsP (threshold_costs mu mw) C.+1 E; first by move=> b; rewrite size_mkseq.
exists (fun j => t (E - j)); split; first by move=> j j' jj' j'E; apply: up; apply: leq_sub2l.
rewrite /thresholdsN tS (reindex_inj rev_ord_inj); apply: eq_bigr => j _; have jE := ltn_ord j.
rewrite /= subSS nth_mkseq ?ltnS // !N2Nat.inj_add !N2Nat.inj_mul subKn //.
by rewrite !nth_belows //; have := tC (E - j); move: jE; lia.
Qed.
End Thresholds.

(* the bound of 3.16, with the numbers of chain-free monomials as GradedChains.v evaluates them *)
Definition narrow_ownN (r q rA c : nat) : N :=
  let all := if q < r then N.min (token_best r rA c) (N.of_nat q * gram_best r rA c)%bN else token_best r rA c in
  if rA == 1 then
    let top := (2 * N.of_nat c + 1)%bN in N.min all (mcN (N.of_nat r) top - mcN (N.of_nat r - N.of_nat q) top)%bN
  else all.
Definition heads_valueN (r q : nat) (u w : N) (rA rB C E : nat) : N :=
  narrow_stepsN (narrow_ownN r q rA) (gram_best r rB) (N.of_nat q) u w C E.

Lemma narrow_ownN_val r q rA c : [narrow_ownN r q rA c] =
  narrow_own (fun c => [token_best r rA c]) (fun c => [gram_best r rA c]) r q rA c.
Proof.
rewrite /narrow_ownN /narrow_own; case: (rA == 1); case: (q < r);
  rewrite ?minN2 ?mulN_val ?Nat2N.id // subN_val !mcN_val !subN_val;
  by rewrite addN_val mulN_val !Nat2N.id addn1.
Qed.

Lemma narrow_steps_eq NA NA' NB NB' q u w C E t : (forall c, NA c = NA' c) -> (forall b, NB b = NB' b) ->
  narrow_steps NA NB q u w C E t = narrow_steps NA' NB' q u w C E t.
Proof. by move=> EA EB; apply: eq_bigr => b _; rewrite EA EB. Qed.

Lemma heads_valueN_val r q u w rA rB C E : exists t : nat -> nat,
  [/\ forall b b', b <= b' -> t b <= t b', forall b, t b <= E.+1 &
   [heads_valueN r q u w rA rB C E] = narrow_steps (narrow_own (fun c => [token_best r rA c]) (fun c => [gram_best r
     rA c]) r q rA)
     (fun b => [gram_best r rB b]) q [u] [w] C E t].
Proof.
have [t [up tE tV]] := narrow_stepsN_val (narrow_ownN r q rA) (gram_best r rB) (N.of_nat q) u w C E.
exists t; split=> //; rewrite /heads_valueN tV Nat2N.id; apply: narrow_steps_eq => // c.
exact: narrow_ownN_val.
Qed.

(* the numbers of the first layer, from the query and value widths of its heads *)
Definition seen_formN (e k o : N) : N := (N.min k e * N.min o e - binN (N.min k e + N.min o e - e) 2)%bN.
Section Numbers.
Variables (res b : bool) (e e0 : nat) (ws : seq (nat * nat)).
Definition varyingN (k : nat) : N := (sym_dimN (N.of_nat k) - N.of_nat b)%bN.
Definition lead_number : nat := minn e0 (sumn (map fst ws)).
Definition reads_number : nat := if res then e else minn e (lead_number + b).
Definition seen_number : N :=
  N.min (varyingN e)
        (foldr (fun ko a => seen_formN (N.of_nat e0) (N.of_nat ko.1) (N.of_nat ko.2) + a)%bN 0%num ws).
Definition others_number : N := N.min (varyingN e - seen_number) (varyingN reads_number).
End Numbers.
Definition widths (R : comRingType) d (hs : seq (bhead R d)) := [seq (hw H, vw H) | H <- hs].

Section NumbersVal.
Variables (R : comRingType) (d : nat) (res b : bool) (e e0 : nat) (hs : seq (bhead R d)).
Lemma seen_formN_val e' k o : [seen_formN e' k o] = seen_form [e'] [k] [o].
Proof. by rewrite /seen_formN subN_val mulN_val binN_val subN_val addN_val !minN2. Qed.

Lemma varyingN_val k : [varyingN b k] = sym_dim k - b.
Proof. by rewrite subN_val sym_dimN_val !Nat2N.id. Qed.

Lemma head_readsE : sumn (map fst (widths hs)) = head_reads hs.
Proof. by rewrite sumnE -map_comp big_map. Qed.

Lemma lead_numberE : lead_number e0 (widths hs) = lead_in e0 hs.
Proof. by rewrite /lead_number head_readsE. Qed.

Lemma reads_numberE : reads_number res b e e0 (widths hs) = reads_in res b e e0 hs.
Proof. by rewrite /reads_number lead_numberE. Qed.

Lemma seen_numberE : [seen_number b e e0 (widths hs)] = seen_in b e e0 hs.
Proof.
rewrite minN2 varyingN_val /seen_in /head_forms; congr minn; elim: hs => [|H s IH]; first by rewrite big_nil.
by rewrite big_cons /= addN_val seen_formN_val !Nat2N.id IH.
Qed.

Lemma others_numberE : [others_number res b e e0 (widths hs)] = others_in res b e e0 hs.
Proof. by rewrite minN2 subN_val seen_numberE !varyingN_val reads_numberE. Qed.
End NumbersVal.

(* attention by its layers, r entries in each token, ws the widths of the heads of the first layer,
  C and E the degrees *)
Definition layers_headsN (res : bool) (r : nat) ws (rA rB C E : nat) : N :=
  heads_valueN r (reads_number res false r r ws) (seen_number false r r ws) (others_number res false r r ws) rA rB C E.
(* queries, keys and values within e0 of the e entries *)
Definition layers_coverN (res b : bool) (e e0 : nat) ws (C E : nat) : N :=
  let: (y, q) := (lead_number e0 ws, reads_number res b e e0 ws) in
  thresholdsN (N.of_nat y) (N.of_nat (q - y)) (seen_number b e e0 ws) (others_number res b e e0 ws) C E.

Lemma layers_coverN_val (F : fieldType) d res b e e0 (hs : seq (bhead F d)) L :
  exists t, thresholds_of (gram_degree L.-1) t /\
  [layers_coverN res b e e0 (widths hs) (gram_degree L) (gram_degree L.-1)] = layers_cover_in res b e e0 hs L t.
Proof.
have [t [tT ->]] := thresholdsN_val (N.of_nat (lead_number e0 (widths hs)))
  (N.of_nat (reads_number res b e e0 (widths hs) - lead_number e0 (widths hs)))
  (seen_number b e e0 (widths hs)) (others_number res b e e0 (widths hs)) (gram_degree L) (gram_degree L.-1).
by exists t; split=> //; rewrite !Nat2N.id seen_numberE others_numberE lead_numberE reads_numberE.
Qed.

Lemma tokens_heads_value_sep_le (F : fieldType) n r e d (A : pred 'I_n) (T : 'M[F]_(n, r) ->
  'M[F]_(n, e)) (E : 'M[F]_(e, d))
    res hs v (ls : seq (layer F d)) i p :
  (forall x y, T (mix A x y) = mix A (T x) (T y)) -> all (@unbiased F d) (Attend res hs v :: ls) -> A i ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (T (mix A x y) *m E)%R i p)
    [layers_headsN res e (widths hs) #|A| #|predC A| (gram_degree (depth ls).+1) (gram_degree (depth ls))].
Proof.
move=> mixT ub Ai; rewrite /layers_headsN; have [t [up tE ->]] := heads_valueN_val e (reads_number res false e e
  (widths hs))
  (seen_number false e e (widths hs)) (others_number res false e e (widths hs)) #|A| #|predC A|
  (gram_degree (depth ls).+1) (gram_degree (depth ls)).
rewrite seen_numberE others_numberE reads_numberE; apply: (@narrow_steps_sep_le F n r e d A T mixT E res hs v ls i ub Ai
  (fun c => [token_best e #|A| c]) (fun c => [gram_best e #|A| c]) (fun b => [gram_best e #|predC A| b])).
- by move=> b _; apply: gram_best_spanned.
- by move=> c _; apply: gram_best_spanned.
- by move=> c _; apply: token_best_spanned.
- by move=> b b' bb' _; apply: up.
- by move=> b _; apply: tE.
Qed.

Theorem layers_heads_value_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r,
  d)) res hs v (ls : seq (layer F d)) i p
    (l := Attend res hs v) : all (@unbiased F d) (l :: ls) ->
  sep_le (fun x y => layers (l :: ls) (mix S x y *m E)%R i p)
    [layers_headsN res r (widths hs) #|[pred j | S j == S i]| #|[pred j | S j != S i]|
       (gram_degree (depth (l :: ls))) (gram_degree (depth ls))].
Proof.
move=> ub; apply: (@two_sides _ _ _ (fun z => layers (l :: ls) (z *m E)%R i p) S i (fun rA rB =>
  [layers_headsN res r (widths hs) rA rB (gram_degree (depth (l :: ls))) (gram_degree (depth ls))])) => A Ai.
exact: (@tokens_heads_value_sep_le F n r r d A id).
Qed.

Theorem layers_cover_value_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r,
  d)) res hs v (ls : seq (layer F d)) i p
    (l := Attend res hs v) : all (@unbiased F d) (l :: ls) ->
  sep_le (fun x y => layers (l :: ls) (mix S x y *m E)%R i p)
    [layers_coverN res false r r (widths hs) (gram_degree (depth (l :: ls))) (gram_degree (depth ls))].
Proof.
move=> ub; have [t [tT ->]] := layers_coverN_val res false r r hs (depth (l :: ls)).
exact: layers_cover_sep_le.
Qed.

Theorem layers_biased_cover_value_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r, d)) b0 res hs v
    (ls : seq (layer F d)) i p (l := Attend res hs v) :
  sep_le (fun x y => layers (l :: ls) (affine E b0 (mix S x y)) i p)
    [layers_coverN res true r.+1 r.+1 (widths hs) (gram_degree (depth (l :: ls))) (gram_degree (depth ls))].
Proof.
have [t [tT ->]] := layers_coverN_val res true r.+1 r.+1 hs (depth (l :: ls)).
exact: layers_biased_cover_sep_le.
Qed.

(* attention with h heads of rank da *)
Definition attention_headsN (L d h da rA rB : nat) : N :=
  layers_headsN false d (nseq h (da, da)) rA rB (gram_degree L) (gram_degree L.-1).

Theorem attention_headsN_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  0 < size Ws -> (forall H, H \in Ws -> size H <= h) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da) /\ (\rank wv.2 <= da)) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    [attention_headsN (size Ws) d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]|].
Proof.
move=> W0 sz low; have [hs [ls [ub dE E wE]]] := net_layers W0 sz low.
rewrite /attention_headsN -dE; have := layers_heads_value_sep_le S 1%:M%R i p ub; rewrite /widths wE.
by apply: eq_sep_le => x y; rewrite mulmx1 E.
Qed.
