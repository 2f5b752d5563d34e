(* How many pairs: the counts of Theorem 3.12 of theory.md by numbers that are computed.
   most e b ks a        == one more than the most letters of one side that a word over the types ks has, with at most
                           a_t places of type t between two of them; 0 if there is no such word; b tells whether the
                           letter before is one
   vectors ws k         == the vectors v of sum ws_i v_i at most k
   reduced_count r2 r k == \sum_j 'C(r2, j) mc r (k - j), at least the number of reduced monomials of degree k
   pairs_term h n L T p k v == what the vector v of degrees contributes to the pairs of degree k in n variables, if p v
   most_of L own T v    == the same for the words of L layers, with at most v_t places of the types t in T
   most_fewer L own T v == the same with one end less, 0 if v has none
   Proved: junctions_rank and junctions_rank_plane, the ideal of the junctions in terms of these. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram.
From Seprank Require Import JunctionTypes JunctionIdeal JunctionHyperplane JunctionBound.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Local Open Scope nat_scope.

(* the most letters *)
Fixpoint most (e : nat) (b : bool) (ks a : seq nat) : nat :=
  if ks is k :: ks' then
    let joined := if b then (if nth 0 a k is x.+1 then most e true ks' (set_nth 0 a k x) else 0) else most e true ks' a in
    maxn (most e false ks' a) (if joined is x.+1 then x.+2 else 0)
  else if b && (nth 0 a e == 0) then 0 else 1.

Lemma most_max e b ls ks a : size ls = size ks -> (forall t, expn e t b ls ks <= nth 0 a t) ->
  count id ls < most e b ks a.
Proof.
elim: ks ls b a => [|k ks IH] [|l ls] b a //= sz H.
  by have := H e; rewrite eqxx andbT; case: b {H} => //=; case: (nth 0 a e).
case: sz => sz; rewrite leq_max; case: l H => H; last first.
  by rewrite /= add0n IH // => t; apply: leq_trans (H t); rewrite /= andbF.
apply/orP; right; case: b H => H; last by have := IH ls true a sz H; case: (most e true ks a).
have := H k; rewrite /= eqxx; case ak: (nth 0 a k) => [|x] // _.
have := IH ls true (set_nth 0 a k x) sz; case: (most e true ks _) => [|y] /=; last first.
  apply=> t; have := H t; rewrite nth_set_nth /= [t == k]eq_sym; case: eqP => [<-|_] //; rewrite ak; lia.
by move=> H'; suff: false by []; apply: H' => t; have := H t; rewrite nth_set_nth /= [t == k]eq_sym; case: eqP => [<-|_] //; rewrite ak; lia.
Qed.

(* the number is reached *)
Lemma most_reach e b ks a c : c < most e b ks a ->
  exists ls, [/\ size ls = size ks, count id ls = c & forall t, expn e t b ls ks <= nth 0 a t].
Proof.
elim: ks b a c => [|k ks IH] b a c /=.
  case: ifP => // nb; rewrite ltnS leqn0 => /eqP ->; exists [::]; split=> // t /=; case: b nb => //=.
  by move/negbT; rewrite -lt0n => ae; case: (e =P t) => [<-|].
rewrite leq_max => /orP[/IH[ls [sz cl H]]|].
  exists (false :: ls); split=> [||t]; rewrite /= ?sz ?cl //.
  by rewrite andbF; apply: H.
case: c => [_|c lt].
  exists (nseq (size ks).+1 false); split=> [||t]; rewrite ?size_nseq ?count_nseq //.
  suff H (r : seq nat) : expn e t false (nseq (size r) false) r = 0 by rewrite /= andbF H.
  by elim: r => //= k' r ->.
have {}lt : c < (if b then if nth 0 a k is x.+1 then most e true ks (set_nth 0 a k x) else 0 else most e true ks a).
  by move: lt; case: (if b then _ else _).
case: b lt => [|/IH[ls [sz cl H]]]; last by exists (true :: ls); split=> [||t]; rewrite /= ?sz ?cl //; apply: H.
case ak: (nth 0 a k) => [|x] // /IH[ls [sz cl H]]; exists (true :: ls); split=> [||t]; rewrite /= ?sz ?cl //.
by have := H t; rewrite nth_set_nth /= [t == k]eq_sym; case: eqP => [<-|_] //; rewrite ak; lia.
Qed.

Fixpoint vectors (ws : seq nat) (k : nat) : seq (seq nat) :=
  if ws is w :: ws' then flatten [seq [seq a :: v | v <- vectors ws' (k - w * a)] | a <- iota 0 k.+1 & w * a <= k] else [:: [::]].

Lemma vectors_cons w ws k : vectors (w :: ws) k =
  flatten [seq [seq a :: v | v <- vectors ws (k - w * a)] | a <- iota 0 k.+1 & w * a <= k].
Proof. by []. Qed.

Lemma vectors_all ws k (f : nat -> nat) (T : seq nat) (wt : nat -> nat) : ws = map wt T -> all (fun t => 0 < wt t) T ->
  \sum_(t <- T) wt t * f t <= k -> map f T \in vectors ws k.
Proof.
move=> ->; elim: T k => [|t T IH] k; first by rewrite mem_seq1.
case/andP=> w0 wT; rewrite big_cons !map_cons vectors_cons => le; apply/flatten_mapP; exists (f t); last by apply: map_f; apply: IH => //; lia.
have le1 : wt t * f t <= k by apply: leq_trans le; apply: leq_addr.
by rewrite mem_filter mem_iota le1 /= add0n ltnS (leq_trans _ le1) // leq_pmull.
Qed.

(* a set in parts *)
Lemma card_parts (I : finType) (V : eqType) (A : pred I) (f : I -> V) (vs : seq V) : (forall x, A x -> f x \in vs) ->
  #|A| <= \sum_(v <- vs) #|[pred x | A x && (f x == v)]|.
Proof.
elim: vs A => [|v vs IH] A H; first by rewrite big_nil leqn0; apply/eqP/eq_card0 => x; apply/negP => /H.
rewrite big_cons -(cardID [pred x | f x == v] A); apply: leq_add.
  by apply: subset_leq_card; apply/subsetP => x /andP[Ax fx]; apply/andP.
pose A' := [pred x | A x && (f x != v)].
apply: (@leq_trans #|A'|); first by apply: subset_leq_card; apply/subsetP => x /andP[fx Ax]; apply/andP.
apply: leq_trans (IH A' _) _ => [x /andP[Ax fx]|]; first by have := H x Ax; rewrite inE (negPf fx).
apply: leq_sum => v' _; apply: subset_leq_card; apply/subsetP => x /andP[/andP[Ax _] fx]; exact/andP.
Qed.

Lemma card_inj (I J : finType) (A : pred I) (B : pred J) (f : I -> J) : {in A &, injective f} ->
  (forall x, A x -> B (f x)) -> #|A| <= #|B|.
Proof.
move=> fI AB; rewrite -(card_in_imset fI); apply: subset_leq_card; apply/subsetP => _ /imsetP[x Ax ->]; exact: AB.
Qed.

(* exponents by their degrees in each type *)
Section Exponents.
Variables (g D : nat) (ty : nat -> nat) (a : nat -> nat).
Local Notation exp := (expo g D.+1).
Definition typed (T : seq nat) := [pred c : exp | [forall j : 'I_g, (ty j \in T) || (c j == 0 :> nat)]
  && all (fun t => \sum_(j < g | ty j == t) c j == a t) T].
Definition kept (P : pred 'I_g) (c : exp) : exp := [ffun j => if P j then c j else ord0].

Lemma card_typed T : uniq T -> #|typed T| <= \prod_(t <- T) mc #|[pred j : 'I_g | ty j == t]| (a t).
Proof.
elim: T => [_|t T IH /andP[tT uT]].
  rewrite big_nil; apply/card_le1_eqP => c c' /andP[/forallP H _] /andP[/forallP H' _].
  by apply/ffunP => j; apply/val_inj; rewrite /= (eqP (H j)) (eqP (H' j)).
rewrite big_cons; pose P := [pred j : 'I_g | ty j == t].
pose one := [pred c : exp | [forall j : 'I_g, P j || (c j == 0 :> nat)] && (\sum_(j | P j) c j == a t)].
have card1 : #|one| <= mc #|P| (a t).
  apply: (@card_le_mc _ _ _ _ (fun (c : exp) (j : 'I_#|P|) => c (enum_val j) : nat)) => [c /andP[_ /eqP <-]|c c'].
    by rewrite [RHS]big_enum_val.
  case/andP=> /forallP H _ /andP[/forallP H' _] E; apply/ffunP => j; apply/val_inj.
  case Pj: (P j); last by move: (H j) (H' j); rewrite Pj /= => /eqP -> /eqP ->.
  by have := E (enum_rank_in (Pj : j \in P) j); rewrite enum_rankK_in.
apply: leq_trans (leq_mul card1 (IH uT)); rewrite -cardX.
apply: (@card_inj _ _ _ _ (fun c => (kept P c, kept (predC P) c))).
  move=> c c' _ _ [/ffunP E /ffunP E']; apply/ffunP => j; move: (E j) (E' j); rewrite !ffunE /=.
  by case: eqP.
move=> c /andP[/forallP H /= /andP[/eqP dt dT]]; rewrite inE; apply/andP; split; apply/andP; split.
- by apply/forallP => j; rewrite ffunE /=; case: eqP.
- by rewrite -dt; apply/eqP/eq_bigr => j Pj; rewrite ffunE Pj.
- apply/forallP => j; rewrite ffunE /=; have := H j; rewrite inE.
  by case: (ty j == t) => //= _; rewrite orbT.
apply/allP => s sT; rewrite -(eqP (allP dT s sT)); apply/eqP/eq_bigr => j /eqP js; rewrite ffunE /= js.
by case: eqP sT tT => // -> ->.
Qed.
End Exponents.

(* reduced monomials *)
Section Reduced.
Variables (n g m : nat) (wt : nat -> nat).
Hypothesis wt2 : forall j, 0 < wt j <= 2.
Definition reduced_count r2 r k := \sum_(j < k.+1) 'C(r2, j) * mc r (k - j).
Definition reduced_mon k := [pred s : 'X_{1..n < m.+1} | [forall i : 'I_n, (i < g) ==> (s i < wt i)] && (mdeg s == k)].
Let G2 := [set i : 'I_n | (i < g) && (wt i == 2)].

Lemma card_reduced k : k <= m -> #|reduced_mon k| <= reduced_count #|G2| #|[pred i : 'I_n | g <= i]| k.
Proof.
move=> km; rewrite /reduced_count -(big_mkord xpredT (fun j => 'C(#|G2|, j) * mc #|[pred i : 'I_n | g <= i]| (k - j))).
have split_deg (s : 'X_{1..n < m.+1}) : mdeg s = \sum_(i < n | i < g) s i + \sum_(i < n | g <= i) s i.
  by rewrite mdegE (bigID (fun i : 'I_n => i < g)) /=; congr (_ + _); apply: eq_bigl => i; rewrite -leqNgt.
apply: leq_trans (card_parts (f := fun s : 'X_{1..n < m.+1} => \sum_(i < n | i < g) s i) (vs := index_iota 0 k.+1) _) _.
  by move=> s /andP[_ /eqP]; rewrite split_deg mem_index_iota ltnS => <-; rewrite leq_addr.
apply: leq_sum => j _; rewrite -cards_draws.
pose rest := [pred c : expo n m.+1 | [forall i : 'I_n, (g <= i) || (c i == 0 :> nat)] && (\sum_(i < n | g <= i) c i == k - j)].
have card1 : #|rest| <= mc #|[pred i : 'I_n | g <= i]| (k - j).
  pose P := [pred i : 'I_n | g <= i].
  apply: (@card_le_mc _ _ _ _ (fun (c : expo n m.+1) (i : 'I_#|P|) => c (enum_val i) : nat)) => [c /andP[_ /eqP <-]|c c'].
    by rewrite [RHS]big_enum_val.
  case/andP=> /forallP H _ /andP[/forallP H' _] E; apply/ffunP => i; apply/val_inj.
  case Pi: (P i); last by move: (H i) (H' i); rewrite -[g <= i]/(P i) Pi /= => /eqP -> /eqP ->.
  by have := E (enum_rank_in (Pi : i \in P) i); rewrite enum_rankK_in.
apply: leq_trans (leq_mul (leqnn _) card1); rewrite -cardX.
pose ones (s : 'X_{1..n < m.+1}) := [set i : 'I_n | (i < g) && (s i == 1)].
have lt (s : 'X_{1..n < m.+1}) i : s i < m.+1.
  by apply: leq_ltn_trans (bmdeg s); rewrite mdegE (bigD1 i) ?leq_addr.
pose free (s : 'X_{1..n < m.+1}) : expo n m.+1 := [ffun i : 'I_n => if g <= i then Ordinal (lt s i) else ord0].
have small (s : 'X_{1..n < m.+1}) (i : 'I_n) : reduced_mon k s -> i < g -> (s i = (s i == 1)) /\ (s i == 1 -> wt i = 2).
  case/andP=> /forallP/(_ i)/implyP H _ ig; have := H ig; have := wt2 i.
  by case: (s i) => [|[|x]] //=; lia.
apply: (@card_inj _ _ _ _ (fun s => (ones s, free s))).
  move=> s s' /andP[rs _] /andP[rs' _] [/setP E /ffunP E']; apply/val_inj/mnmP => i.
  case: (ltnP i g) => ig; last by have := E' i; rewrite !ffunE ig => -[].
  have := E i; rewrite !inE ig /= => E1; have [-> _] := small s i rs ig; have [-> _] := small s' i rs' ig.
  by rewrite E1.
move=> s /andP[rs /eqP dj]; rewrite inE; apply/andP; split.
  rewrite !inE /=; apply/andP; split.
    by apply/subsetP => i; rewrite !inE => /andP[ig s1]; rewrite ig; have [_ ->] := small s i rs ig.
  rewrite -dj -sum1_card big_mkcond [X in _ == X]big_mkcond; apply/eqP/eq_bigr => i _; rewrite inE.
  case: (boolP (i < g)) => //= ig; have [E _] := small s i rs ig; rewrite [RHS]E; by case: (s i == 1).
apply/andP; split; first by apply/forallP => i; rewrite ffunE; case: ifP => //= _; rewrite eqxx.
case/andP: rs => _ /eqP; rewrite split_deg dj => <-; rewrite addKn; apply/eqP/eq_bigr => i gi.
by rewrite ffunE gi.
Qed.
End Reduced.

(* the numbers of letters and places *)
Definition caps (L : nat) : seq nat := [seq if t == L then 1 else count_mem t (places L) | t <- iota 0 L.+1].

Lemma expn_le e t b ls ks : all (fun k => k < e) ks -> expn e t b ls ks <= if t == e then 1 else count_mem t ks.
Proof.
elim: ks b ls => [|k ks IH] b [|l ls] /=; try by move=> _; rewrite [e == t]eq_sym; case: (t == e); case: b.
case/andP=> ke /(IH l ls); case: (t =P e) => [->|_]; first by rewrite (ltn_eqF ke) !andbF.
by case: (k == t); rewrite ?andbF //; case: (b && l) => /=; lia.
Qed.

Lemma expn_none e t b ls ks : e < t -> all (fun k => k < t) ks -> expn e t b ls ks = 0.
Proof.
move=> et; elim: ks b ls => [|k ks IH] b [|l ls] /=; try by rewrite (ltn_eqF et) andbF.
by case/andP=> kt /IH ->; rewrite (ltn_eqF kt) !andbF.
Qed.

Definition bounds (cs T v : seq nat) : seq nat :=
  [seq if t \in T then minn (nth 0 v (index t T)) (nth 0 cs t) else nth 0 cs t | t <- iota 0 (size cs)].
Fixpoint dot (ws v : seq nat) : nat := match ws, v with w :: ws', a :: v' => w * a + dot ws' v' | _, _ => 0 end.
Fixpoint mc_prod (gs v : seq nat) : nat := match gs, v with x :: gs', a :: v' => mc x a * mc_prod gs' v' | _, _ => 1 end.
Definition type_count h L t := if t == L then h ^ L else h ^ (2 * t).+1.
Definition type_weight (L t : nat) := if t == L then 1 else 2.
Definition squares h L T := \sum_(t <- T | t != L) type_count h L t.
Definition variables h L T := \sum_(t <- T) type_count h L t.
Definition pairs_term h n L T (test : pred (seq nat)) k v :=
  let j := dot (map (type_weight L) T) v in
  if test v && (j <= k) then
    mc_prod (map (type_count h L) T) v * reduced_count (squares h L T) (n - variables h L T) (k - j)
  else 0.
Definition most_of L own T v := most L own (places L) (bounds (caps L) T v).
Definition fewer L (T v : seq nat) := set_nth 0 v (index L T) (nth 0 v (index L T)).-1.
Definition most_fewer L own T v := if 0 < nth 0 v (index L T) then most_of L own T (fewer L T v) else 0.

Lemma dot_map (f w : nat -> nat) T : dot (map w T) (map f T) = \sum_(t <- T) w t * f t.
Proof. by elim: T => [|t T IH]; rewrite ?big_nil // big_cons /= IH. Qed.

Lemma mc_prod_map (f w : nat -> nat) T : mc_prod (map w T) (map f T) = \prod_(t <- T) mc (w t) (f t).
Proof. by elim: T => [|t T IH]; rewrite ?big_nil // big_cons /= IH. Qed.

Lemma card_nth (V : Type) (x0 : V) (s : seq V) (P : pred V) : #|[pred j : 'I_(size s) | P (nth x0 s j)]| = count P s.
Proof. by rewrite -sum1_card -sum1_count (big_nth x0) big_mkord. Qed.

Lemma card_from g d : g <= d -> #|[pred i : 'I_d | g <= i]| = d - g.
Proof.
move=> gd; have E : #|[pred i : 'I_d | i < g]| = g by rewrite -[RHS]card_ord -!sum1_card (big_ord_widen d (fun=> 1) gd).
have E' : #|[pred i : 'I_d | g <= i]| = #|[predC [pred i : 'I_d | i < g]]| by apply: eq_card => i; rewrite !inE -leqNgt.
by rewrite E' -[LHS](addKn g) -{1}E cardC card_ord.
Qed.

Section Pairs.
Variables (F : fieldType) (d : nat) (Ws : seq (seq (head F d))) (p : 'I_d) (T : seq nat) (h : nat).
Local Notation L := (size Ws).
Local Notation g := (size (vars Ws p T)).
Local Notation ty := (var_type Ws p T).
Local Notation deg := (@type_deg F d Ws p T).
Hypotheses (uT : uniq T) (TL : all (fun t => t <= L) T) (sW : all (fun H => size H == h) Ws).

Lemma size_forms t : t <= L -> size (forms Ws p t) = type_count h L t.
Proof.
rewrite /forms /type_count; case: eqP => [->|nt] tL; rewrite size_map; first exact: size_ends.
by apply: size_consts => //; rewrite ltn_neqAle tL andbT; apply/eqP.
Qed.

Lemma count_vars (P : pred nat) : count (fun x => P x.1) (vars Ws p T) = \sum_(t <- T | P t) type_count h L t.
Proof.
rewrite /vars; elim: (T) TL => [|t T' IH] /=; first by rewrite big_nil.
case/andP=> tL /IH E; rewrite big_cons count_cat E count_map /=; case: ifP => Pt.
  by rewrite (eq_count (a2 := xpredT)) ?count_predT ?size_forms // => x; rewrite /= Pt.
by rewrite (eq_count (a2 := pred0)) ?count_pred0 // => x; rewrite /= Pt.
Qed.

Lemma card_vars (P : pred nat) : #|[pred j : 'I_g | P (ty j)]| = \sum_(t <- T | P t) type_count h L t.
Proof. by rewrite -count_vars (card_nth (0, 0%R) (vars Ws p T) (fun x => P x.1)). Qed.

Lemma size_vars : g = variables h L T.
Proof. by rewrite -[LHS]card_ord; exact: (card_vars xpredT). Qed.

Lemma var_in (j : 'I_g) : ty j \in T.
Proof. by have := mem_nth (0, 0%R) (ltn_ord j); rewrite /var_type; case/allpairsPdep => t [x [tT _ ->]]. Qed.

Lemma wdeg_types (e : 'X_{1..g}) : wdeg (var_weight Ws p T) e = \sum_(t <- T) type_weight L t * deg t e.
Proof.
rewrite /wdeg /type_deg; under [RHS]eq_bigr do rewrite big_distrr big_mkcond.
rewrite exchange_big; apply: eq_bigr => j _ /=; rewrite (bigD1_seq (ty j)) ?var_in //= eqxx big1 ?addn0.
  by rewrite mulnC.
by move=> t nt; rewrite eq_sym (negPf nt).
Qed.

Variables (own : bool) (c K : nat).
Local Notation k := (token_deg own c).
Hypothesis kK : k <= K.

Lemma enough_most e : @enough F d Ws p T own c e ->
  c < most_of L own T [seq deg t e | t <- T].
Proof.
case/existsP => ls /andP[/eqP <- /allP le]; apply: most_max => [|t]; first by rewrite size_tuple size_places.
have [tL|Lt] := leqP t L; last first.
  rewrite expn_none //; apply: sub_all (places_lt L) => s sL; exact: ltn_trans Lt.
have cE : nth 0 (caps L) t = if t == L then 1 else count_mem t (places L).
  by rewrite (nth_map 0) ?size_iota // nth_iota.
have eL : expn L t own ls (places L) <= nth 0 (caps L) t by rewrite cE; apply/expn_le/places_lt.
have sc : size (caps L) = L.+1 by rewrite size_map size_iota.
rewrite (nth_map 0) ?size_iota ?sc // nth_iota // add0n; case: ifP => tT //.
by rewrite leq_min eL andbT (nth_map 0) ?index_mem // nth_index //; apply: le.
Qed.

Section Counted.
Variables (n : nat) (ok : pred 'X_{1..g}) (test : pred (seq nat)).
Hypotheses (gn : g <= n) (okT : forall e, ok e -> test [seq deg t e | t <- T]).
Definition counted := [pred x : 'X_{1..g < k.+1} * 'X_{1..n < k.+1} |
  [&& ok x.1, reduced (var_weight Ws p T) x & of_degree (var_weight Ws p T) k x]].

Lemma counted_le : #|counted| <= \sum_(v <- vectors (map (type_weight L) T) K) pairs_term h n L T test k v.
Proof.
pose vec (x : 'X_{1..g < k.+1} * 'X_{1..n < k.+1}) := [seq deg t x.1 | t <- T].
apply: leq_trans (card_parts (f := vec) (vs := vectors (map (type_weight L) T) K) _) _.
  case=> e s /and3P[_ _ /eqP dx]; apply: (@vectors_all _ _ _ T (type_weight L)) => //.
    by apply/allP => t _; rewrite /type_weight; case: ifP.
  by rewrite -wdeg_types; apply: leq_trans kK; apply: leq_trans (leq_addr (mdeg (e, s).2) _) _; rewrite dx.
apply: leq_sum => v _; rewrite /pairs_term; set j := dot _ _.
have dE x : vec x = v -> wdeg (var_weight Ws p T) x.1 = j by move=> E; rewrite wdeg_types /j -E dot_map.
case: ifP => [/andP[_ jk]|no]; last first.
  rewrite leqn0; apply/eqP/eq_card0 => x; apply/negP => /andP[/and3P[en _ /eqP dx] /eqP vE].
  move/negP: no; apply; by rewrite -{1}vE okT //= -(dE x vE); apply: leq_trans (leq_addr (mdeg x.2) _) _; rewrite dx.
pose a t := nth 0 v (index t T).
case: (boolP (size v == size T)) => [/eqP sv|nv]; last first.
  rewrite (leq_trans _ (leq0n _)) // leqn0; apply/eqP/eq_card0 => x; apply/negP => /andP[_ /eqP vE].
  by case/eqP: nv; rewrite -vE size_map.
have vE : v = map a T.
  apply: (@eq_from_nth _ 0); rewrite ?size_map // => i; rewrite sv => iT.
  by rewrite (nth_map 0) // /a index_uniq.
have H1 := @card_typed g k ty a T uT.
have wt2 i : 0 < var_weight Ws p T i <= 2 by rewrite /var_weight /weight; case: ifP.
have H2 := @card_reduced n g k (var_weight Ws p T) wt2 (k - j) (leq_subr _ _).
have gE : \prod_(t <- T) mc #|[pred i : 'I_g | ty i == t]| (a t) = mc_prod (map (type_count h L) T) v.
  rewrite vE mc_prod_map big_seq [RHS]big_seq; apply: eq_bigr => t tT; congr mc.
  rewrite (card_vars (fun s => s == t)) big_mkcond (bigD1_seq t) //= eqxx big1 ?addn0 // => s ns.
  by rewrite (negPf ns).
have rE : reduced_count #|[set i : 'I_n | (i < g) && (var_weight Ws p T i == 2)]| #|[pred i : 'I_n | g <= i]| (k - j) <=
    reduced_count (squares h L T) (n - variables h L T) (k - j).
  have c2 : #|[set i : 'I_n | (i < g) && (var_weight Ws p T i == 2)]| <= squares h L T.
    rewrite /squares -(card_vars (fun t => t != L)) cardsE.
    pose wd (j : 'I_g) : 'I_n := widen_ord gn j.
    have wI : injective wd by move=> i i' E; apply/val_inj; exact: (congr1 val E).
    rewrite -(card_imset _ wI).
    apply: subset_leq_card; apply/subsetP => i /andP[ig w2]; apply/imsetP.
    exists (Ordinal ig); last exact: val_inj.
    by move: w2; rewrite /var_weight /weight unfold_in /=; case: (ty i == L).
  have c3 : #|[pred i : 'I_n | g <= i]| = n - variables h L T.
    by rewrite (card_from gn) size_vars.
  by rewrite /reduced_count c3; apply: leq_sum => i _; rewrite leq_mul2r leq_bin2l ?orbT.
apply: (@leq_trans (#|@typed g k ty a T| * #|reduced_mon n g k (var_weight Ws p T) (k - j)|)); last first.
  by apply: leq_mul; [rewrite -gE|apply: leq_trans rE].
have lt (e : 'X_{1..g < k.+1}) i : e i < k.+1.
  by apply: leq_ltn_trans (bmdeg e); rewrite mdegE (bigD1 i) ?leq_addr.
pose fn (e : 'X_{1..g < k.+1}) : expo g k.+1 := [ffun i => Ordinal (lt e i)].
rewrite -cardX; apply: (@card_inj _ _ _ _ (fun x => (fn x.1, x.2))).
  case=> e s [e' s'] _ _ [/ffunP E ->]; congr (_, _); apply/val_inj/mnmP => i.
  by have := E i; rewrite !ffunE => -[].
case=> e s /andP[/and3P[_ rx /eqP dx] /eqP ev]; rewrite inE; apply/andP; split; apply/andP; split.
- by apply/forallP => i; rewrite var_in.
- apply/allP => t tT; rewrite /a -ev (nth_map 0) ?index_mem // nth_index //; apply/eqP.
  by apply: eq_bigr => i _; rewrite ffunE.
- exact: rx.
by rewrite -(dE _ ev); apply/eqP; exact: (canRL (addKn _) dx).
Qed.
End Counted.

Hypothesis infF : infinite_field F.
Lemma junctions_rank : g <= d -> \rank (junction_mx Ws p T own c) <=
  \sum_(v <- vectors (map (type_weight L) T) K) pairs_term h d L T (fun v => c < most_of L own T v) k v.
Proof.
move=> gd; apply: leq_trans (@junction_rank F d Ws p T own c infF gd) _.
exact: (@counted_le d (@enough F d Ws p T own c) _ gd enough_most).
Qed.

Lemma most_enough e : c < most_of L own T [seq deg t e | t <- T] -> @enough F d Ws p T own c e.
Proof.
case/most_reach => ls [sz cl H]; have sl : size ls == gram_degree L by rewrite sz size_places.
apply/existsP; exists (Tuple sl); rewrite /= cl eqxx; apply/allP => t tT; apply: leq_trans (H t) _.
have tL : t < size (caps L) by rewrite size_map size_iota ltnS; apply: (allP TL).
rewrite (nth_map 0) ?size_iota // nth_iota // add0n tT; apply: leq_trans (geq_minl _ _) _.
by rewrite (nth_map 0) ?index_mem // nth_index.
Qed.

(* one form more than channels, one of them the end *)
Lemma junctions_rank_plane : g = d.+1 -> L \in T -> h = 1 -> \rank (junction_mx Ws p T own c) <=
  \sum_(v <- vectors (map (type_weight L) T) K)
    pairs_term h d.+1 L T (fun v => most_fewer L own T v <= c < most_of L own T v) k v.
Proof.
move=> gE LT h1; have gd : g <= d.+1 by rewrite gE.
have one : #|[pred j : 'I_g | ty j == L]| = 1.
  by rewrite (card_vars (fun t => t == L)) big_mkcond (bigD1_seq L) //= eqxx /type_count eqxx h1 exp1n big1 // => t /negPf ->.
have [j0 j0E] : exists j0 : 'I_g, forall j : 'I_g, (ty j == L) = (j == j0).
  by have [j0 E] := mem_card1 one; exists j0 => j; have := E j; rewrite !inE.
have tj0 : ty j0 = L by apply/eqP; rewrite j0E.
have degL e : deg L e = e j0 by rewrite /type_deg (big_pred1 j0).
have wj : var_weight Ws p T j0 = 1 by rewrite /var_weight /weight tj0 eqxx.
apply: leq_trans (plane_rank_rest gd (var_weight_gt0 Ws p T) (@enoughD F d Ws p T own c) infF (leqnn k) (@var_homog F d Ws p T) wj) _.
apply: (@counted_le d.+1 (fun e => @enough F d Ws p T own c e && ((e j0 == 0) || ~~ @enough F d Ws p T own c (e - U_(j0))%MM)) _ gd) => e.
case/andP=> en low; rewrite enough_most // andbT /most_fewer (nth_map 0) ?index_mem // nth_index // degL.
case: (posnP (e j0)) => // e0; rewrite leqNgt; apply/negP => lt; move: low; rewrite eqn0Ngt e0 /= => /negP; apply.
apply: most_enough; move: lt; rewrite /fewer (nth_map 0) ?index_mem // nth_index //; congr (_ < most_of _ _ _ _).
apply: (@eq_from_nth _ 0) => [|i]; rewrite size_set_nth !size_map; first by apply/maxn_idPr; rewrite index_mem.
have -> : maxn (index L T).+1 (size T) = size T by apply/maxn_idPr; rewrite index_mem.
move=> iT; rewrite nth_set_nth /= !(nth_map 0) // [RHS]/type_deg; case: eqP => [->|ni].
  by rewrite nth_index // degL (big_pred1 j0) // mnmBE mnm1E eqxx subn1.
rewrite /type_deg; apply: eq_bigr => j /eqP jt; rewrite mnmBE mnm1E eq_sym -j0E jt; case: eqP => [E|_]; last by rewrite subn0.
by case: ni; rewrite -E index_uniq.
Qed.
End Pairs.
