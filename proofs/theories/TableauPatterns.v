(* Semistandard tableaux with rows of even length, as GramIndependent.v counts them, are as many as the patterns of
   TableauCount.v below the shapes 2 mu,
     even_tableaux d r b = \sum_mu #patterns below 2 mu,  mu the partitions of b into at most min(d,r) parts.
     entry_count p t k    == how many k pattern p has in its row t; pattern_monomial d r p == its tableau
     has_even_rows d r b s == s is the list of the d even row lengths of such a tableau, at most r of them not 0
     sorted_row c n       == the row with c k entries k, for each k < n
     partitions r a n     == the decreasing lists of r numbers, 0 allowed, none above a, of sum n
     even_shape d mu      == the rows 2 mu, then empty ones, d in all
     tableau_count d r b  == the sum above
     value_count v t k    == how many k tableau v has in its row t; pattern_of v d == its pattern
   Proved: tableau_countE. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GramCoordinates GramIndependent TableauCount.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Local Open Scope nat_scope.

(* a pattern as a tableau: the number of entries k in its row t is entry_count p t k *)
Section PatternTableau.
Implicit Types (s m : seq nat) (p : seq (seq nat)).

Definition entry_count p t k := nth 0 (nth [::] p k) t.

Lemma nth_added s m t : nth 0 (added s m) t = nth 0 s t - nth 0 m t.
Proof.
have [lt|le] := ltnP t (size s); first by rewrite nth_mkseq.
by rewrite [LHS]nth_default ?size_mkseq // [nth 0 s t]nth_default.
Qed.

Lemma patternsP n s p : size s = n -> decreasing s -> p \in patterns n s ->
  [/\ size p = n, forall k, k < n -> size (nth [::] p k) = k.+1, forall t, \sum_(k < n) entry_count p t k = nth 0 s t &
   forall k t, k < n -> \sum_(j < k.+1) entry_count p t.+1 j <= \sum_(j < k) entry_count p t j].
Proof.
elim: n s p => [|n IH] s p sz dec.
  by rewrite (size0nil sz) inE => /eqP ->; split=> // t; rewrite big_ord0 nth_nil.
case/allpairsPdep => m [p' [ms p'm ->]]; have [szm up lo] := interlacingP dec ms.
rewrite sz in szm; have [szp rows sums steps] := IH m p' szm (interlacing_decreasing dec ms) p'm.
have low k t : k <= n -> \sum_(j < k) entry_count (rcons p' (added s m)) t j = \sum_(j < k) entry_count p' t j.
  by move=> kn; apply: eq_bigr => j _; rewrite /entry_count nth_rcons szp (leq_trans (ltn_ord j)).
have top t : entry_count (rcons p' (added s m)) t n = nth 0 s t - nth 0 m t.
  by rewrite /entry_count nth_rcons szp ltnn eqxx nth_added.
have total t : \sum_(k < n.+1) entry_count (rcons p' (added s m)) t k = nth 0 s t.
  by rewrite big_ord_recr /= low // top sums subnKC.
split=> // [|k|k t]; first by rewrite size_rcons szp.
  by rewrite nth_rcons szp ltnS leq_eqVlt => /orP[/eqP ->|lt]; rewrite ?ltnn ?eqxx ?size_mkseq // lt rows.
rewrite ltnS leq_eqVlt => /orP[/eqP ->|lt]; first by rewrite total low // sums.
by rewrite !low ?steps // ltnW.
Qed.

Lemma uniq_interlacing s : uniq (interlacing s).
Proof.
elim: s => // a [|b s] // IH; rewrite interlacing_cons; apply: allpairs_uniq; rewrite ?iota_uniq //.
by move=> [x m] [y m'] _ _ /= [-> ->].
Qed.

Lemma uniq_patterns n s : size s = n -> decreasing s -> uniq (patterns n s).
Proof.
elim: n s => // n IH s sz dec; apply: allpairs_uniq_dep; first exact: uniq_interlacing.
  move=> m ms; have [szm _ _] := interlacingP dec ms; apply: IH; first by rewrite szm sz.
  exact: interlacing_decreasing ms.
move=> _ _ /allpairsPdep[m [p [ms _ ->]]] /allpairsPdep[m' [p' [ms' _ ->]]] /= /rcons_inj[-> E].
have [szm up _] := interlacingP dec ms; have [szm' up' _] := interlacingP dec ms'.
have mm : m = m'.
  apply: (@eq_from_nth _ 0); first by rewrite szm szm'.
  by move=> i _; rewrite -(subKn (up i)) -(subKn (up' i)) -!nth_added E.
by rewrite mm.
Qed.
End PatternTableau.
Section Rows.
Implicit Types (c : nat -> nat).

Definition sorted_row c n := flatten [seq nseq (c k) k | k <- iota 0 n].
Lemma sorted_rowS c n : sorted_row c n.+1 = sorted_row c n ++ nseq (c n) n.
Proof. by rewrite /sorted_row -[n.+1]addn1 iotaD map_cat flatten_cat /= cats0. Qed.

Lemma size_sorted_row c n : size (sorted_row c n) = \sum_(k < n) c k.
Proof.
elim: n => [|n IH]; first by rewrite big_ord0.
by rewrite sorted_rowS size_cat size_nseq IH big_ord_recr.
Qed.

Lemma nth_sorted_row c n j : j < size (sorted_row c n) ->
  let x := nth 0 (sorted_row c n) j in x < n /\ \sum_(k < x) c k <= j < \sum_(k < x.+1) c k.
Proof.
elim: n => // n IH; rewrite sorted_rowS size_cat size_nseq nth_cat.
case: (ltnP j (size (sorted_row c n))) => [lt _|le lt].
  by have [xn H] := IH lt; split=> //; apply: leqW.
rewrite nth_nseq ltn_subLR // lt /=; split=> //.
by rewrite big_ord_recr /= -!size_sorted_row le lt.
Qed.

Lemma below_sorted_rows c c' n : \sum_(k < n) c' k <= \sum_(k < n) c k ->
  (forall k, k < n -> \sum_(j < k.+1) c' j <= \sum_(j < k) c j) ->
  all (fun kl => kl.1 < kl.2) (zip (sorted_row c n) (sorted_row c' n)).
Proof.
move=> sz step; apply/(all_nthP (0, 0)) => j; rewrite size_zip leq_min => /andP[jc jc'].
rewrite nth_zip_cond size_zip leq_min jc jc' /=.
have [_ /andP[lo _]] := nth_sorted_row jc; have [xn /andP[_ hi]] := nth_sorted_row jc'.
rewrite ltnNge; apply/negP => le; set y := nth 0 (sorted_row c' n) j in xn hi le; set x := nth 0 _ j in lo le.
have sub : \sum_(k < y) c k <= \sum_(k < x) c k.
  by rewrite (big_ord_widen x c le) big_mkcond; apply: leq_sum => k _; case: ifP.
by have := leq_trans hi (leq_trans (step y xn) (leq_trans sub lo)); rewrite ltnn.
Qed.

Lemma below_val d (s s' : seq 'I_d) : row_below s s' =
  (size s' <= size s) && all (fun kl => kl.1 < kl.2) (zip [seq val k | k <- s] [seq val k | k <- s']).
Proof. by rewrite /row_below; congr andb; elim: s s' => [|x s IH] [|y s'] //=; rewrite IH. Qed.
End Rows.

Section PatternMonomials.
Variables (d r : nat).
Local Notation N := #|entry d r|.
Implicit Types (s : seq nat) (p : seq (seq nat)).

Definition pattern_monomial p : 'X_{1..N} :=
  [multinom entry_count p (enum_val e : entry d r).1 (enum_val e : entry d r).2 | e < N].

Lemma pattern_monomialE p t k : pattern_monomial p (entry_at t k) = entry_count p t k.
Proof. by rewrite mnmE enum_rankK. Qed.

Lemma pattern_row p t : [seq val k | k <- tableau_row (pattern_monomial p) t] = sorted_row (entry_count p t) d.
Proof.
rewrite /tableau_row /sorted_row map_flatten -map_comp -val_enum_ord -[in RHS]map_comp; congr flatten.
by apply: eq_map => k /=; rewrite map_nseq pattern_monomialE.
Qed.

Lemma size_pattern_row p t : size (tableau_row (pattern_monomial p) t) = \sum_(k < d) entry_count p t k.
Proof. by rewrite -size_sorted_row -pattern_row size_map. Qed.

Variables (s : seq nat).
Hypotheses (sz : size s = d) (dec : decreasing s).

Lemma pattern_tableau p : (forall t, ~~ odd (nth 0 s t)) -> p \in patterns d s -> even_tableau (pattern_monomial p).
Proof.
move=> ev /(patternsP sz dec)[_ _ sums steps]; apply/andP; split.
  by apply/forallP => t; rewrite size_pattern_row sums.
have far k t i : k < d -> \sum_(j < k.+1) entry_count p (t + i.+1) j <= \sum_(j < k) entry_count p t j.
  move=> kd; elim: i => [|i IH]; first by rewrite addn1 steps.
  rewrite addnS; apply: leq_trans (steps _ _ kd) (leq_trans _ IH).
  by rewrite big_ord_recr leq_addr.
have le t i : nth 0 s (t + i) <= nth 0 s t.
  by elim: i => [|i IH]; rewrite ?addn0 // addnS (leq_trans (dec _)).
apply/forallP => t; apply/forallP => t'; apply/implyP => tt.
have E : t' = t + (t' - t).-1.+1 :> nat by rewrite prednK ?subn_gt0 // subnKC // ltnW.
rewrite below_val !size_pattern_row !pattern_row !sums {1}E le; apply: below_sorted_rows.
  by rewrite !sums E le.
by move=> k kd; rewrite E far.
Qed.

Lemma pattern_mdeg p : (forall t, r <= t -> nth 0 s t = 0) -> p \in patterns d s -> mdeg (pattern_monomial p) = sumn s.
Proof.
move=> z /(patternsP sz dec)[_ _ sums _]; rewrite mdeg_rows.
under eq_bigr do rewrite size_pattern_row sums.
rewrite sumnE (big_nth 0) big_mkord; have [le|lt] := leqP (size s) r.
  rewrite (big_ord_widen r (nth 0 s) le) [RHS]big_mkcond; apply: eq_bigr => t _; case: ltnP => // st.
  by rewrite nth_default.
rewrite (big_ord_widen _ (nth 0 s) (ltnW lt)) big_mkcond; apply: eq_bigr => t _; case: ltnP => // rt.
by rewrite z.
Qed.
End PatternMonomials.
(* lists of shapes *)
Section Shapes.
Variables (d r b : nat).
Local Notation N := #|entry d r|.
Implicit Types (s : seq nat) (p : seq (seq nat)).

Definition has_even_rows s := [/\ size s = d, decreasing s, forall t, ~~ odd (nth 0 s t),
  forall t, r <= t -> nth 0 s t = 0 & sumn s = 2 * b].

Theorem patterns_tableaux (Ss : seq (seq nat)) : uniq Ss -> {in Ss, forall s, has_even_rows s} ->
  \sum_(s <- Ss) size (patterns d s) <= even_tableaux d r b.
Proof.
move=> uS sh; pose P := [pred v : 'X_{1..N < (2 * b).+1} | (mdeg v == 2 * b) && even_tableau v].
pose L := [seq pattern_monomial d r p | s <- Ss, p <- patterns d s].
have <- : size L = \sum_(s <- Ss) size (patterns d s) by rewrite size_allpairs_dep sumnE big_map.
have uL : uniq L.
  apply: allpairs_uniq_dep => // [s /sh[sz dec _ _ _]|]; first exact: uniq_patterns.
  move=> _ _ /allpairsPdep[s [p [sS ps ->]]] /allpairsPdep[s' [p' [sS' ps' ->]]] /= E.
  have [sz dec _ z _] := sh s sS; have [szp rows sums _] := patternsP sz dec ps.
  have [sz' dec' _ z' _] := sh s' sS'; have [szp' rows' sums' _] := patternsP sz' dec' ps'.
  have zero (q : seq (seq nat)) s'' t k : (forall t, \sum_(k < d) entry_count q t k = nth 0 s'' t) -> nth 0 s'' t = 0 ->
      k < d -> entry_count q t k = 0.
    by move=> qs qz kd; have := qs t; rewrite qz (bigD1 (Ordinal kd)) //= => /eqP; rewrite addn_eq0 => /andP[/eqP].
  have eq_entry t k : k < d -> entry_count p t k = entry_count p' t k.
    move=> kd; have [tr|rt] := ltnP t r; last by rewrite (zero p s) ?(zero p' s') ?z ?z'.
    have := congr1 (fun v : 'X_{1..N} => v (entry_at (Ordinal tr) (Ordinal kd))) E.
    by rewrite !pattern_monomialE.
  have pp : p = p'.
    apply: (@eq_from_nth _ [::]) => [|k]; rewrite szp // => kd.
    by apply: (@eq_from_nth _ 0) => [|t _]; rewrite ?rows ?rows' //; apply: eq_entry.
  have ss : s = s'.
    by apply: (@eq_from_nth _ 0) => [|t _]; rewrite ?sz ?sz' // -sums -sums' pp.
  by rewrite ss pp.
suff : size L <= size [seq val v | v <- enum P] by rewrite size_map -cardE.
apply: uniq_leq_size => // v /allpairsPdep[s [p [/sh[sz dec ev z sb] ps ->]]].
have db : mdeg (pattern_monomial d r p) = 2 * b by rewrite (pattern_mdeg sz dec z ps).
have lt : mdeg (pattern_monomial d r p) < (2 * b).+1 by rewrite db.
apply/mapP; exists (BMultinom lt) => //; rewrite mem_enum inE /= db eqxx.
exact: pattern_tableau ps.
Qed.
End Shapes.

(* partitions of n into r parts, some of them 0, none above a *)
Section Partitions.
Implicit Types (s : seq nat).

Fixpoint partitions r a n : seq (seq nat) :=
  if r is r'.+1 then [seq x :: s | x <- iota 0 (minn a n).+1, s <- if n <= x * r then partitions r' x (n - x) else [::]]
  else if n == 0 then [:: [::]] else [::].

Lemma partitionsP r a n s : s \in partitions r a n -> [/\ size s = r, decreasing s, nth 0 s 0 <= a & sumn s = n].
Proof.
elim: r a n s => [|r IH] a n s.
  rewrite /=; by case: eqP => // -> /[!inE]/eqP ->; split=> // i; rewrite !nth_nil.
case/allpairsPdep => x [s' [+ + ->]]; rewrite mem_iota ltnS leq_min => /and3P[_ xa xn].
case: ifP => // _ /IH[sz dec le sm]; split=> //=; [by rewrite sz| |by rewrite sm subnKC].
by case=> [|i] /=; [exact: le | exact: dec].
Qed.

Lemma uniq_partitions r a n : uniq (partitions r a n).
Proof.
elim: r a n => [|r IH] a n; first by rewrite /=; case: eqP.
apply: allpairs_uniq_dep; first exact: iota_uniq.
  by move=> x _; case: ifP.
by move=> [x s] [y s'] _ _ /= [-> ->].
Qed.

Definition even_shape d mu := [seq 2 * x | x <- mu] ++ nseq (d - size mu) 0.
Definition tableau_count d r b := \sum_(mu <- partitions (minn d r) b b) size (patterns d (even_shape d mu)).

Lemma nth_even_shape d mu t : nth 0 (even_shape d mu) t = 2 * nth 0 mu t.
Proof.
rewrite nth_cat size_map; case: ltnP => [lt|le]; first by rewrite (nth_map 0).
by rewrite nth_nseq if_same nth_default.
Qed.

Theorem tableau_count_le d r b : tableau_count d r b <= even_tableaux d r b.
Proof.
rewrite /tableau_count -(big_map (even_shape d) xpredT (fun s => size (patterns d s))).
apply: patterns_tableaux => [|_ /mapP[mu /partitionsP[sz dec _ sm] ->]].
  rewrite map_inj_in_uniq ?uniq_partitions // => mu mu' /partitionsP[sz _ _ _] /partitionsP[sz' _ _ _] E.
  apply: (@eq_from_nth _ 0) => [|i _]; first by rewrite sz sz'.
  by apply/eqP; rewrite -(eqn_pmul2l (ltn0Sn 1)) -!(nth_even_shape d) E.
split.
- by rewrite size_cat size_map size_nseq subnKC // sz geq_minl.
- by move=> i; rewrite !nth_even_shape leq_mul2l dec.
- by move=> t; rewrite nth_even_shape oddM.
- move=> t rt; rewrite nth_even_shape nth_default ?muln0 // sz.
  exact: leq_trans (geq_minr _ _) rt.
by rewrite sumn_cat sumn_nseq addn0 -sm !sumnE big_map big_distrr.
Qed.
End Partitions.

(* and conversely: tableaux as patterns *)
Lemma leq_sum_ord (c : nat -> nat) k n : k <= n -> \sum_(j < k) c j <= \sum_(j < n) c j.
Proof. by move=> kn; rewrite (big_ord_widen n c kn) big_mkcond; apply: leq_sum => j _; case: ifP. Qed.

Lemma sorted_rows_below (c c' : nat -> nat) n : \sum_(k < n) c' k <= \sum_(k < n) c k ->
  all (fun kl => kl.1 < kl.2) (zip (sorted_row c n) (sorted_row c' n)) ->
  forall k, k < n -> \sum_(j < k.+1) c' j <= \sum_(j < k) c j.
Proof.
move=> sz /(all_nthP (0, 0)) lt k kn; rewrite leqNgt; apply/negP; set a := \sum_(j < k) c j => ak.
have a' : a < size (sorted_row c' n) by rewrite size_sorted_row (leq_trans ak) // leq_sum_ord.
have a1 : a < size (sorted_row c n) by rewrite size_sorted_row (leq_trans _ sz) // -size_sorted_row.
have [_ /andP[_ hi]] := nth_sorted_row a1; have [_ /andP[lo _]] := nth_sorted_row a'.
have := lt a; rewrite size_zip leq_min a1 a' nth_zip_cond size_zip leq_min a1 a' /= => /(_ isT).
set x := nth 0 _ a in hi *; set y := nth 0 _ a in lo * => xy.
have yk : y <= k by rewrite leqNgt; apply/negP => /(leq_sum_ord c')/(leq_trans ak); rewrite ltnNge lo.
have kx : k <= x by rewrite leqNgt; apply/negP => /(leq_sum_ord c)/(leq_trans hi); rewrite ltnn.
by have := leq_ltn_trans kx (leq_trans xy yk); rewrite ltnn.
Qed.

Lemma mem_interlacing s m : 0 < size s -> size m = (size s).-1 -> (forall i, nth 0 m i <= nth 0 s i) ->
  (forall i, nth 0 s i.+1 <= nth 0 m i) -> m \in interlacing s.
Proof.
elim: s m => // a [|b s] IH [|x m] // _ [sz] up lo.
rewrite interlacing_cons; apply/allpairsPdep; exists x, m; split=> //; last first.
  by apply: IH => // i; [apply: (up i.+1) | apply: (lo i.+1)].
by rewrite mem_iota; have := up 0; have := lo 0; rewrite /=; lia.
Qed.

Lemma mem_partitions r a n s : size s = r -> decreasing s -> nth 0 s 0 <= a -> sumn s = n -> s \in partitions r a n.
Proof.
elim: r a n s => [|r IH] a n [|x s] //; first by move=> _ _ _ <-.
move=> [sz] dec xa; rewrite [sumn _]/= => sn; apply/allpairsPdep; exists x, s; split=> //.
  by rewrite mem_iota ltnS leq_min xa -sn leq_addr.
have bound : n <= x * r.+1.
  rewrite -sn -sz sumnE mulnS leq_add2l (big_nth 0) big_mkord -[X in _ <= _ * X]card_ord mulnC -sum_nat_const.
  apply: leq_sum => i _; have H j : nth 0 (x :: s) j <= x by elim: j => // j H; apply: leq_trans (dec j) H.
  exact: (H i.+1).
by rewrite bound; apply: IH => //; [move=> i; apply: (dec i.+1) | apply: (dec 0) | rewrite -sn addKn].
Qed.

(* the pattern of a tableau *)
Section TableauPattern.
Variables (d r : nat).
Local Notation N := #|entry d r|.
Variable (v : 'X_{1..N}).
Hypothesis tv : even_tableau v.

Definition value_count (t k : nat) : nat :=
  if insub t is Some t' then if insub k is Some k' then v (entry_at (t' : 'I_r) (k' : 'I_d)) else 0 else 0.
Lemma value_count_ord (t : 'I_r) (k : 'I_d) : value_count t k = v (entry_at t k).
Proof. by rewrite /value_count !valK. Qed.

Lemma value_count_row (t : 'I_r) : [seq val k | k <- tableau_row v t] = sorted_row (value_count t) d.
Proof.
rewrite /tableau_row /sorted_row map_flatten -map_comp -val_enum_ord -[in RHS]map_comp; congr flatten.
by apply: eq_map => k /=; rewrite map_nseq value_count_ord.
Qed.
Lemma value_count_out t k : r <= t -> value_count t k = 0.
Proof. by move=> rt; rewrite /value_count insubF // ltnNge rt. Qed.

Lemma size_cnt_row (t : 'I_r) : size (tableau_row v t) = \sum_(k < d) value_count t k.
Proof. by rewrite -size_sorted_row -value_count_row size_map. Qed.

Lemma value_count_step k t : k < d -> \sum_(j < k.+1) value_count t.+1 j <= \sum_(j < k) value_count t j.
Proof.
move=> kd; have [tr|rt] := ltnP t.+1 r; last by rewrite big1 // => j _; apply: value_count_out.
case/andP: tv => _ /forallP/(_ (Ordinal (ltnW tr)))/forallP/(_ (Ordinal tr))/implyP/(_ (ltnSn _)).
rewrite below_val !size_cnt_row !value_count_row => /andP[sz lt].
exact: (sorted_rows_below sz lt).
Qed.

Lemma value_count_low k t : k <= d -> k <= t -> \sum_(j < k) value_count t j = 0.
Proof.
elim: k t => [|k IH] t kd; first by rewrite big_ord0.
case: t => // t kt; apply/eqP; rewrite -leqn0 (leq_trans (value_count_step t kd)) // IH //.
exact: ltnW.
Qed.

Definition shape_below k := mkseq (fun t => \sum_(j < k) value_count t j) k.
Definition pattern_of k := mkseq (fun j => mkseq (fun t => value_count t j) j.+1) k.

Lemma nth_shape_below k t : k <= d -> nth 0 (shape_below k) t = \sum_(j < k) value_count t j.
Proof.
move=> kd; have [lt|le] := ltnP t k; first by rewrite nth_mkseq.
by rewrite nth_default ?size_mkseq // value_count_low.
Qed.

Lemma shape_decreasing k : k <= d -> decreasing (shape_below k).
Proof.
case: k => [_ i|k kd i]; first by rewrite !nth_nil.
rewrite !nth_shape_below // (leq_trans (value_count_step i kd)) //.
by rewrite big_ord_recr leq_addr.
Qed.

Lemma pattern_of_mem k : k <= d -> pattern_of k \in patterns k (shape_below k).
Proof.
elim: k => // k IH kd; apply/allpairsPdep; exists (shape_below k), (pattern_of k); split.
- apply: mem_interlacing; rewrite ?size_mkseq // => i; rewrite !nth_shape_below ?(ltnW kd) //.
    by rewrite big_ord_recr leq_addr.
  exact: value_count_step.
- exact/IH/ltnW.
rewrite /pattern_of mkseqS; congr rcons.
apply: (@eq_from_nth _ 0) => [|t]; rewrite !size_mkseq // => tk.
by rewrite nth_mkseq // nth_added !nth_shape_below ?(ltnW kd) // big_ord_recr /= addKn.
Qed.
End TableauPattern.

Section Count.
Variables (d r b : nat).
Local Notation N := #|entry d r|.
Implicit Type v : 'X_{1..N}.

Lemma pattern_ofK v : even_tableau v -> pattern_monomial d r (pattern_of v d) = v.
Proof.
move=> tv; apply/mnmP => e; rewrite mnmE; set tk : entry d r := enum_val e.
have -> : v e = v (entry_at tk.1 tk.2) by rewrite /entry_at -surjective_pairing enum_valK.
rewrite -value_count_ord /entry_count nth_mkseq //; have [lt|le] := ltnP tk.1 tk.2.+1; first by rewrite nth_mkseq.
rewrite nth_default ?size_mkseq //; apply/esym/eqP; rewrite -leqn0 -[X in _ <= X](value_count_low tv _ le) //.
by rewrite big_ord_recr leq_addl.
Qed.

Lemma tableau_shape v : even_tableau v -> mdeg v = 2 * b ->
  exists2 mu, mu \in partitions (minn d r) b b & pattern_of v d \in patterns d (even_shape d mu).
Proof.
move=> tv vb; set s := shape_below v d.
pose mu := mkseq (fun t => (nth 0 s t)./2) (minn d r).
have sE t : nth 0 s t = 2 * nth 0 mu t.
  rewrite nth_shape_below //; have [tr|rt] := ltnP t r; last first.
    rewrite big1 => [|j _]; last exact: value_count_out.
    by rewrite nth_default ?muln0 // size_mkseq geq_min rt orbT.
  have [td|dt] := ltnP t d; last by rewrite value_count_low // nth_default ?muln0 // size_mkseq geq_min dt.
  rewrite nth_mkseq ?leq_min ?td // nth_shape_below // mul2n.
  case/andP: tv => /forallP/(_ (Ordinal tr)); rewrite size_cnt_row /= => /negbTE o _.
  by rewrite -[LHS]odd_double_half o.
have szs : size s = d by rewrite size_mkseq.
have dec := shape_decreasing tv (leqnn d).
have shE : even_shape d mu = s.
  apply: (@eq_from_nth _ 0) => [|t _]; last by rewrite nth_even_shape sE.
  by rewrite size_cat size_map size_nseq subnKC ?szs // size_mkseq geq_minl.
have ps := pattern_of_mem tv (leqnn d).
have mub : sumn mu = b.
  apply/eqP; rewrite -(eqn_pmul2l (ltn0Sn 1)) -vb -[in X in _ == X](pattern_ofK tv).
  rewrite (pattern_mdeg (r := r) szs dec _ ps) => [|t rt].
    by rewrite -/s -shE sumn_cat sumn_nseq addn0 !sumnE big_map big_distrr.
  by rewrite nth_shape_below // big1 // => j _; apply: value_count_out.
exists mu; last by rewrite shE.
apply: mem_partitions => //; first by rewrite size_mkseq.
  by move=> i; rewrite -(leq_pmul2l (ltn0Sn 1)) -!sE; apply: dec.
by rewrite -mub; case: (mu) => // x m; rewrite /= leq_addr.
Qed.

Theorem tableau_countE : even_tableaux d r b = tableau_count d r b.
Proof.
apply/eqP; rewrite eqn_leq tableau_count_le andbT.
pose P := [pred v : 'X_{1..N < (2 * b).+1} | (mdeg v == 2 * b) && even_tableau v].
pose L := [seq p | mu <- partitions (minn d r) b b, p <- patterns d (even_shape d mu)].
have <- : size L = tableau_count d r b by rewrite size_allpairs_dep sumnE big_map.
suff : size [seq pattern_of (val v) d | v <- enum P] <= size L by rewrite size_map -cardE.
apply: uniq_leq_size.
  rewrite map_inj_in_uniq ?enum_uniq // => v w; rewrite !mem_enum !inE => /andP[_ tv] /andP[_ tw] E.
  by apply/val_inj; rewrite /= -(pattern_ofK tv) E pattern_ofK.
move=> _ /mapP[v + ->]; rewrite mem_enum inE => /andP[/eqP vb tv].
by have [mu mup pv] := tableau_shape tv vb; apply/allpairsPdep; exists mu, (pattern_of (val v) d).
Qed.
End Count.
