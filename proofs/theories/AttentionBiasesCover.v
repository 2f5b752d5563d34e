(* Attention by its layers, the cover: Theorem 3.14 (c) of theory.md, with biases and without.
   Layers as in GramForm.v, the first of them attention, with or without a residual connection around it;
     with biases the
   tokens end with a 1 and have e = r + 1 entries, without e = r. C = C_L, E = C_(L-1);
     y, q, u and w as in theory.md (lead_of,
   reads_of, seen_of, others_of of GramReads.v), z = q - y, S(s,j) =
     mc(u,s-j) mc(w,j). Over every field, for all weights, all
   partitions, all outputs, and every tau_0 >= .. >= tau_E,
     sep <= \sum_(j <= E) \sum_(s < tau_j) S(s,j) + y \sum_(s <= C - tau_j) S(s,E-j) + z \sum_(s < C - tau_j) S(s,E-j).
   Relation to theory.md: equal; the least over tau is in NarrowHeadsFormula.v. late_cover_sep_le has the smaller y,
     q and u of
   networks whose first layer has heads without biases.

   class_count u w s j     == S(s,j), the monomials of degree s and of degree j in the w coordinates (card_class)
   below_count u w j t     == \sum_(s < t) S(s,j)
   threshold_cover y z u w C E tau == the sum; threshold_sep_le: a bound for any function with such pairs of monomials
   thresholds_of E tau     == tau does not grow
   layers_cover res b e hs L tau == the bound of a first layer with heads hs, res: with a residual connection,
     b: with biases
   tokens_cover_sep_le     : the same for tokens T(z), ones_cover_sep_le: T(z) = (1, U(z)) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates
  AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm AttentionBiases
  GramReads.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition class_count u w s j := (if j <= s then mc u (s - j) * mc w j else 0)%N.
Definition below_count u w j t := (\sum_(s < t) class_count u w s j)%N.
Definition threshold_cover y z u w C E (t : nat -> nat) :=
  (\sum_(j < E.+1) (below_count u w j (t j) + y * below_count u w (E - j) (C.+1 - t j)
                    + z * below_count u w (E - j) (C - t j)))%N.

Section Classes.
Variables (N D : nat) (w : pred 'I_N).
Local Notation exp := (expo N D).

Lemma edeg_split (c : exp) : edeg c = (ewdeg w c + \sum_(i | ~~ w i) c i)%N.
Proof. by rewrite /edeg (bigID w). Qed.

Lemma card_class s j : (#|[pred c : exp | (edeg c == s) && (ewdeg w c == j)]| <= class_count (N - #|w|) #|w| s j)%N.
Proof.
rewrite /class_count; case: ifP => js; last first.
  rewrite leqn0; apply/eqP/eq_card0 => c; rewrite inE; apply/negbTE/negP => /andP[/eqP cs /eqP cj].
  by move: js; rewrite -cs -cj edeg_split leq_addr.
have cw : #|[predC w]| = (N - #|w|)%N.
  by rewrite -(addKn #|w| #|[predC w]|) cardC card_ord.
pose f1 (c : exp) : {ffun 'I_#|w| -> 'I_D} := [ffun i => c (enum_val i)].
pose f2 (c : exp) : {ffun 'I_#|[predC w]| -> 'I_D} := [ffun i => c (enum_val i)].
have E1 c : edeg (f1 c) = ewdeg w c.
  by rewrite /edeg /ewdeg [RHS]big_enum_val; apply: eq_bigr => i _; rewrite ffunE.
have E2 c : edeg (f2 c) = (\sum_(i | ~~ w i) c i)%N.
  by rewrite /edeg [RHS]big_enum_val; apply: eq_bigr => i _; rewrite ffunE.
have cardf m (l : nat) : (#|[pred c : expo m D | edeg c == l]| <= mc m l)%N.
  apply: (@card_le_mc _ _ _ _ (fun (c : expo m D) i => c i : nat)); first by move=> c /eqP.
  by move=> c c' _ _ H; apply/ffunP => i; apply/val_inj/H.
have fI : injective (fun c => (f1 c, f2 c)).
  move=> c c' [/ffunP e1 /ffunP e2]; apply/ffunP => i; case: (boolP (w i)) => wi.
    by have := e1 (enum_rank_in wi i); rewrite !ffunE enum_rankK_in.
  have wi' : i \in [predC w] by rewrite inE.
  by have := e2 (enum_rank_in wi' i); rewrite !ffunE enum_rankK_in.
rewrite -(card_image fI); apply: leq_trans (_ : (#|[pred c : expo #|[predC w]| D | edeg c == (s - j)%N]|
  * #|[pred c : expo #|w| D | edeg c == j]| <= _)%N); last by rewrite leq_mul ?cardf // -cw cardf.
rewrite mulnC -cardX; apply: subset_leq_card; apply/subsetP => _ /imageP[c /andP[/eqP cs /eqP cj] ->].
by rewrite !inE /= E1 cj eqxx E2 -cs edeg_split cj addKn eqxx.
Qed.

(* the monomials of degree j in the coordinates w and less than t j in all *)
Lemma card_below E (t : nat -> nat) :
  (#|[pred c : exp | (ewdeg w c <= E)%N && (edeg c < t (ewdeg w c))%N]| <=
   \sum_(j < E.+1) below_count (N - #|w|) #|w| j (t j))%N.
Proof.
apply: leq_trans (_ : (\sum_(j < E.+1) \sum_(s < t j) #|[pred c : exp | (edeg c == s) && (ewdeg w c == j)]| <= _)%N);
  last first.
  by apply: leq_sum => j _; apply: leq_sum => s _; apply: card_class.
rewrite -sum1_card; under [X in (_ <= X)%N]eq_bigr do under eq_bigr do rewrite -sum1_card big_mkcond.
under [X in (_ <= X)%N]eq_bigr do rewrite exchange_big.
rewrite exchange_big [X in (X <= _)%N]big_mkcond; apply: leq_sum => c _; case: ifP => // /andP[cE ct].
rewrite (bigD1 (Ordinal (cE : (_ < E.+1)%N))) //= (bigD1 (Ordinal ct)) //=.
by rewrite -!topredE /= !eqxx.
Qed.
End Classes.

Lemma leq_below u u' w w' j t : (u <= u')%N -> (w <= w')%N -> (below_count u w j t <= below_count u' w' j t)%N.
Proof.
move=> uu ww; apply: leq_sum => s _; rewrite /class_count; case: ifP => // _.
by apply: leq_mul; apply: leq_mcl.
Qed.

(* the cover, for any function with these pairs of monomials *)
Section Cover.
Variables (R : comRingType) (X Y : Type) (N C E q y u w0 : nat) (w : pred 'I_N).
Local Notation exp := (expo N C.+1).
Variables (a : 'I_q * exp -> exp -> R) (g : 'I_q * exp -> X -> R) (h : exp -> Y -> R).
Hypotheses (C0 : (0 < C)%N) (yq : (y <= q)%N) (cw : (#|w| <= w0)%N) (cu : (N - #|w| <= u)%N).
Hypothesis supp : forall ku v, a ku v != 0 ->
  (edeg ku.2 + edeg v <= C - (y <= ku.1))%N /\ (ewdeg w ku.2 + ewdeg w v <= E)%N.

Lemma card_lead (P P' : pred exp) A A' : (#|P| <= A)%N -> (#|P'| <= A')%N ->
  (#|[pred ku : 'I_q * exp | if (y <= ku.1)%N then P' ku.2 else P ku.2]| <= y * A + (q - y) * A')%N.
Proof.
move=> PA PA'; rewrite -sum1_card big_mkcond -(pair_bigA _ (fun (k : 'I_q) c => if [pred ku : 'I_q * exp | if (y <=
  ku.1)%N then P' ku.2 else P ku.2] (k, c) then 1%N else 0%N)) /=.
apply: leq_trans (_ : (\sum_(k < q) (if (y <= k)%N then A' else A) <= _)%N).
  apply: leq_sum => k _; rewrite -big_mkcond /=; case: ifP => _; rewrite sum1_card; [exact: PA'|exact: PA].
rewrite -(subnKC yq) big_split_ord /= addKn; apply: leq_add.
  rewrite (eq_bigr (fun=> A)) => [|k _]; last by rewrite leqNgt ltn_ord.
  by rewrite sum_nat_const card_ord.
rewrite (eq_bigr (fun=> A')) => [|k _]; last by rewrite leq_addr.
by rewrite sum_nat_const card_ord.
Qed.

Theorem threshold_sep_le (t : nat -> nat) : (forall j j', (j <= j')%N -> (j' <= E)%N -> (t j' <= t j)%N) ->
  sep_le (fun x z => \sum_ku \sum_v a ku v * g ku x * h v z) (threshold_cover y (q - y) u w0 C E t).
Proof.
move=> down; pose PB := [pred v : exp | (ewdeg w v <= E)%N && (edeg v < t (ewdeg w v))%N].
pose PL := [pred c : exp | (ewdeg w c <= E)%N && (edeg c < C.+1 - t (E - ewdeg w c))%N].
pose PR := [pred c : exp | (ewdeg w c <= E)%N && (edeg c < C - t (E - ewdeg w c))%N].
pose PA := [pred ku : 'I_q * exp | if (y <= ku.1)%N then PR ku.2 else PL ku.2].
apply: (@sep_leW _ _ _ _ (#|PA| + #|PB|)); last first.
  apply: cover_sep (spanned_self _ _) (spanned_self _ _) => ku v /supp[]; rewrite /PA /PB /PL /PR /=.
  have := down (ewdeg w v) (E - ewdeg w ku.2)%N.
  by case: (y <= ku.1)%N => /=; lia.
have below (t' : nat -> nat) : (#|[pred c : exp | (ewdeg w c <= E)%N && (edeg c < t' (ewdeg w c))%N]| <=
    \sum_(j < E.+1) below_count u w0 j (t' j))%N.
  apply: leq_trans (@card_below N C.+1 w E t') _; apply: leq_sum => j _; exact: leq_below.
have rev (F : nat -> nat -> nat) : (\sum_(j < E.+1) F j (t (E - j)%N) = \sum_(j < E.+1) F (E - j)%N (t j))%N.
  rewrite (reindex_inj rev_ord_inj); apply: eq_bigr => j _ /=.
  by rewrite subSS; congr (F _ (t _)); have := ltn_ord j; lia.
apply: leq_trans (leq_add (card_lead (below (fun j => C.+1 - t (E - j))%N) (below (fun j => C - t (E - j))%N)) (below
  t)) _.
rewrite (rev (fun j x => below_count u w0 j (C.+1 - x))) (rev (fun j x => below_count u w0 j (C - x))).
rewrite /threshold_cover !big_split /= -!big_distrr /=; lia.
Qed.
End Cover.

Definition thresholds_of E (t : nat -> nat) := forall j j', (j <= j')%N -> (j' <= E)%N -> (t j' <= t j)%N.
Definition layers_cover_in (F : fieldType) d res b e e0 (hs : seq (bhead F d)) L t :=
  threshold_cover (lead_in e0 hs) (reads_in res b e e0 hs - lead_in e0 hs) (seen_in b e e0 hs) (others_in res b e e0 hs)
    (gram_degree L) (gram_degree L.-1) t.
Definition layers_cover (F : fieldType) d res b e (hs : seq (bhead F d)) L t := layers_cover_in res b e e hs L t.

Lemma lead_reads (F : fieldType) d res b e e0 (hs : seq (bhead F d)) : (e0 <= e)%N ->
  (lead_in e0 hs <= reads_in res b e e0 hs)%N.
Proof. by rewrite /reads_in /lead_in; case: res; lia. Qed.

Lemma gram_degree_gt0 L : (0 < gram_degree L.+1)%N.
Proof. by rewrite gram_degreeS. Qed.

(* for tokens T(z) as in GramReads.v *)
Lemma tokens_cover_sep_le (F : fieldType) n r e d (A : pred 'I_n) (T : 'M[F]_(n, r) ->
  'M[F]_(n, e)) (b : bool) o Z zA zB
    (E : 'M[F]_(e, d)) res hs v (ls : seq (layer F d)) e0 (iota : 'M[F]_(e, e0)) i p (t : nat -> nat) : (e0 <= e)%N ->
  (forall H, List.In H hs -> [/\ exists X, aff o E (wq H) (bq H) = iota *m X,
     exists X, aff o E (wk H) (bk H) = iota *m X & exists X, aff o E (wv H) (bv H) = iota *m X]) ->
  (forall x y, T (mix A x y) = mix A (T x) (T y)) -> (b -> forall z, T z *m o = const_mx 1) ->
  (forall x, svec (gram A (T x)) = svec (gram A (T x)) *m Z + zA) ->
  (forall x, svec (gram (predC A) (T x)) = svec (gram (predC A) (T x)) *m Z + zB) ->
  (b -> Z *m quad o = 0 /\ quad o != 0) -> ~~ b ==> all (@unbiased F d) (Attend res hs v :: ls) -> A i ->
  thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (T (mix A x y) *m E) i p)
    (layers_cover_in res b e e0 hs (depth ls).+1 t).
Proof.
move=> le within mixT ones EA EB Zq ub Ai down.
have [Q [N [w [K [a [cw cu deg H]]]]]] := reads_pairs_in mixT ones EA EB Zq ub within p Ai.
apply: eq_sep_le (fun x y => esym (H x y)) _.
exact: (threshold_sep_le _ _ (gram_degree_gt0 _) (lead_reads _ _ _ le) cw cu deg down).
Qed.

Lemma within_all (F : fieldType) e d (o : 'cV[F]_e) (E : 'M[F]_(e, d)) (hs : seq (bhead F d)) H : List.In H hs ->
  [/\ exists X, aff o E (wq H) (bq H) = 1%:M *m X, exists X, aff o E (wk H) (bk H) = 1%:M *m X &
      exists X, aff o E (wv H) (bv H) = 1%:M *m X].
Proof. by move=> _; split; eexists; rewrite mul1mx. Qed.

Lemma plain_cover_sep_le (F : fieldType) n r e d (A : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)) E res hs v
    (ls : seq (layer F d)) i p (t : nat -> nat) :
  (forall x y, T (mix A x y) = mix A (T x) (T y)) -> all (@unbiased F d) (Attend res hs v :: ls) -> A i ->
  thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (T (mix A x y) *m E) i p) (layers_cover res false e hs (depth
    ls).+1 t).
Proof.
move=> mixT ub; have one (B : pred 'I_n) x : svec (gram B (T x)) =
  svec (gram B (T x)) *m 1%:M + 0 by rewrite mulmx1 addr0.
exact: (@tokens_cover_sep_le F n r e d A T false 0 1%:M 0 0 E res hs v ls e 1%:M i p t (leqnn e) (@within_all F e d 0
  E hs)
  mixT (fun f => False_ind _ (notF f)) (one A) (one (predC A)) (fun f => False_ind _ (notF f)) ub).
Qed.

(* Theorem 3.14 (c) without biases *)
Theorem layers_cover_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r, d)) res hs v (ls : seq (layer F d)) i p
    (l := Attend res hs v) (t : nat -> nat) :
  all (@unbiased F d) (l :: ls) -> thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (l :: ls) (mix S x y *m E) i p) (layers_cover res false r hs (depth (l :: ls)) t).
Proof.
move=> ub down; apply: (@two_sides _ _ _ (fun z => layers (l :: ls) (z *m E) i p) S i (fun _ _ =>
  layers_cover res false r hs (depth (l :: ls)) t)) => A Ai.
exact: (@plain_cover_sep_le F n r r d A id).
Qed.

Section Ones.
Variables (F : fieldType) (n r : nat).
Local Notation m := #|upper (1 + r)|.
Local Notation T := (@with_ones F n r).
Let t0 : 'I_m := sym_index (ord0 : 'I_(1 + r)) ord0.
Let o : 'cV[F]_(1 + r) := col_mx 1%:M 0.
Let Z : 'M[F]_m := 1%:M - delta_mx t0 t0.

Lemma ones_svec (B : pred 'I_n) x : svec (gram B (T x)) = svec (gram B (T x)) *m Z + #|B|%:R *: delta_mx 0 t0.
Proof.
rewrite mulmxBr mulmx1 -addrA -[LHS]addr0; congr (_ + _); apply/rowP => s.
have -> : svec (gram B (T x)) *m delta_mx t0 t0 = #|B|%:R *: delta_mx 0 t0.
  apply/rowP => s'; rewrite mxE (bigD1 t0) //= big1 ?addr0 => [|k nk]; last first.
    by rewrite [delta_mx _ _ _ _]mxE (negPf nk) mulr0.
  by rewrite !mxE !eqxx coord_t0.
by rewrite addrC subrr.
Qed.

Lemma ones_quad : Z *m quad o = 0 /\ quad o != 0.
Proof.
have oE : o = delta_mx (ord0 : 'I_(1 + r)) 0.
  apply/colP => k; rewrite mxE [RHS]mxE eqxx andbT (_ : (k == ord0) = (k == 0%N :> nat)) //.
  by case: splitP => k' ->; rewrite mxE // ord1.
have -> : quad o = delta_mx t0 0.
  by apply/colP => t; rewrite mxE oE trmx_delta -rowE -colE !mxE eqxx andbT.
split; first by rewrite mulmxBl mul1mx mul_delta_mx subrr.
by apply/eqP => /matrixP/(_ t0 0); rewrite !mxE !eqxx => /eqP; rewrite oner_eq0.
Qed.

Lemma ones_cover_in_sep_le s d (A : pred 'I_n) (U : 'M[F]_(n, s) -> 'M[F]_(n, r)) (E : 'M[F]_(1 + r, d)) res hs v
    (ls : seq (layer F d)) e0 (iota : 'M[F]_(1 + r, e0)) i p (t : nat -> nat) : (e0 <= 1 + r)%N ->
  (forall H, List.In H hs -> [/\ exists X, aff o E (wq H) (bq H) = iota *m X,
     exists X, aff o E (wk H) (bk H) = iota *m X & exists X, aff o E (wv H) (bv H) = iota *m X]) ->
  (forall x y, U (mix A x y) = mix A (U x) (U y)) -> A i -> thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (T (U (mix A x y)) *m E) i p)
    (layers_cover_in res true (1 + r) e0 hs (depth ls).+1 t).
Proof.
move=> le within mixU Ai down; have mixTU x y : T (U (mix A x y)) =
  mix A (T (U x)) (T (U y)) by rewrite mixU with_ones_mix.
have ones : true -> forall z : 'M[F]_(n, s), T (U z) *m o = const_mx 1 by move=> _ z; apply: with_ones_col.
exact: (@tokens_cover_sep_le F n s (1 + r) d A (fun z => T (U z)) true o Z _ _ E res hs v ls e0 iota i p t le within
  mixTU ones
  (fun x => ones_svec A (U x)) (fun x => ones_svec (predC A) (U x)) (fun _ => ones_quad) isT Ai down).
Qed.

Lemma ones_cover_sep_le s d (A : pred 'I_n) (U : 'M[F]_(n, s) -> 'M[F]_(n, r)) (E : 'M[F]_(1 + r, d)) res hs v
    (ls : seq (layer F d)) i p (t : nat -> nat) :
  (forall x y, U (mix A x y) = mix A (U x) (U y)) -> A i -> thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (T (U (mix A x y)) *m E) i p)
    (layers_cover res true (1 + r) hs (depth ls).+1 t).
Proof.
exact: (@ones_cover_in_sep_le s d A U E res hs v ls (1 + r) 1%:M i p t (leqnn _) (@within_all F (1 + r) d o E hs)).
Qed.

(* heads without biases: the 1 of a token is not in their reach *)
Lemma late_cover_sep_le s d (A : pred 'I_n) (U : 'M[F]_(n, s) -> 'M[F]_(n, r)) (E : 'M[F]_(r, d)) res hs v
    (ls : seq (layer F d)) i p (t : nat -> nat) : all (@unbiased_head F d) hs ->
  (forall x y, U (mix A x y) = mix A (U x) (U y)) -> A i -> thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (U (mix A x y) *m E) i p)
    (layers_cover_in res true (1 + r) r hs (depth ls).+1 t).
Proof.
move=> uh mixU Ai down; have within H : List.In H hs -> [/\ exists X, aff o (col_mx 0 E) (wq H) (bq H) =
  col_mx 0 1%:M *m X,
    exists X, aff o (col_mx 0 E) (wk H) (bk H) = col_mx 0 1%:M *m X &
    exists X, aff o (col_mx 0 E) (wv H) (bv H) = col_mx 0 1%:M *m X].
  move=> Hin; have [/eqP hq /eqP hk /eqP hv] := unbiased_In (b := false) uh Hin.
  have one k (X : 'M[F]_(d, k)) c : c = 0 -> exists Y, aff o (col_mx 0 E) X c = col_mx 0 1%:M *m Y.
    by move=> ->; exists (E *m X); rewrite /aff mulmx0 addr0 !mul_col_mx !mul0mx mul1mx.
  by split; apply: one.
have le : (r <= 1 + r)%N by rewrite leq_addl.
have := @ones_cover_in_sep_le s d A U (col_mx 0 E) res hs v ls r (col_mx 0 1%:M) i p t le within mixU Ai down.
by apply: eq_sep_le => x y; rewrite mul_row_col mulmx0 add0r.
Qed.

(* Theorem 3.14 (c) *)
Theorem layers_biased_cover_sep_le d (S : pred 'I_n) (E : 'M[F]_(r, d)) b0 res hs v (ls : seq (layer F d)) i p
    (l := Attend res hs v) (t : nat -> nat) : thresholds_of (gram_degree (depth ls)) t ->
  sep_le (fun x y => layers (l :: ls) (affine E b0 (mix S x y)) i p)
    (layers_cover res true (1 + r) hs (depth (l :: ls)) t).
Proof.
move=> down; apply: (@two_sides _ _ _ (fun z => layers (l :: ls) (affine E b0 z) i p) S i (fun _ _ =>
  layers_cover res true (1 + r) hs (depth (l :: ls)) t)) => A Ai.
have := @ones_cover_sep_le r d A id (col_mx b0 E) res hs v ls i p t (fun _ _ => erefl) Ai down.
by apply: eq_sep_le => x y; rewrite with_ones_affine.
Qed.
End Ones.
