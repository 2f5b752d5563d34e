(* Ideals of few forms: how large they are at most, for all forms, as Theorem 3.12 of theory.md needs it. Let q_j be
   forms of degrees wt j > 0, of index j < g <= n, in n variables over an infinite field, and up an upward closed set
   of exponents. The ideal of the q^e, e in up, has in degree m a dimension of at most the number of the pairs (e,
   s), e in up, s < wt j at each variable j < g, and wdeg e + mdeg s = m.
   In theory.md this is the dimension of K_m at generic forms, from regular sequences and Hilbert series. Here: at
   the special forms X_j^(wt j) the products q^e X^s, s reduced, are all monomials. On the line from q to them they
   span all forms but at finitely many points, so that the ideal is spanned by the q^e X^s with e in up; and near q
   its rank is not less than at q.

   family_mx k P p  == the coefficients in degree k of the p i with P i, row by row
   rank_near        : a rank at one point of a line is at most the rank at all but finitely many of its points
   line q r y       == the forms (1 - y) q_j + y r_j
   ideal_mx k q     == the products q^e X^s of degree k with e in up
   reduced_pairs    == those pairs, e and s bounded by a number m that is at least k
   Proved: ideal_rank. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover RankModP FormMatrix.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Near.
Variable F : fieldType.

Lemma rank_near a b (M : 'M[{poly F}]_(a, b)) x : exists2 p : {poly F}, p.[x] != 0 &
  forall y, p.[y] != 0 -> (\rank (map_mx (horner_eval x) M) <= \rank (map_mx (horner_eval y) M))%N.
Proof.
have [f [g D]] := mxrank_minor (map_mx (horner_eval x) M).
have E y : (\det (mxsub f g M)).[y] = \det (mxsub f g (map_mx (horner_eval y) M)).
  by rewrite -[LHS]/(horner_eval y _) -det_map_mx map_mxsub.
exists (\det (mxsub f g M)) => [|y]; rewrite E // => nz.
have U : mxsub f g (map_mx (horner_eval y) M) \in unitmx by rewrite unitmxE unitfE.
by rewrite -{1}(mxrank_unit U) mxrank_mxsub.
Qed.

Lemma common_point (s : seq {poly F}) : infinite_field F -> all (fun p => p != 0) s ->
  exists x, all (fun p : {poly F} => p.[x] != 0) s.
Proof.
move=> infF s0; pose P := \prod_(p <- s) p; have P0 : P != 0.
  by rewrite prodf_seq_neq0; apply: sub_all s0 => p ->.
have [z zI] := infF (size P); case: (boolP [exists i, P.[z i] != 0]) => [/existsP[i Pi]|].
  by exists (z i); move: Pi; rewrite horner_prod prodf_seq_neq0.
rewrite negb_exists => /forallP nz; have := @max_poly_roots _ P [seq z i | i <- enum 'I_(size P)] P0.
rewrite size_map size_enum_ord map_inj_uniq ?enum_uniq // ltnn => H; exfalso; apply: not_false_is_true; apply: H => //.
by apply/allP => _ /mapP[i _ ->]; move: (nz i); rewrite negbK.
Qed.
End Near.

Section Family.
Variables (n k : nat) (I : finType) (P : pred I).
Definition family_mx (R : ringType) (p : I -> {mpoly R[n]}) : 'M[R]_(#|I|, #|monoms n k|) :=
  \matrix_(i, j) (if P (enum_val i) then (p (enum_val i))@_(mon_of j) else 0).

Lemma map_family_mx (R R' : ringType) (f : {rmorphism R -> R'}) (p : I -> {mpoly R[n]}) :
  map_mx f (family_mx p) = family_mx (fun i => map_mpoly f (p i)).
Proof. by apply/matrixP => i j; rewrite !mxE mcoeff_map_mpoly; case: ifP => // _; rewrite rmorph0. Qed.

Lemma eq_family_mx (R : ringType) (p p' : I -> {mpoly R[n]}) : p =1 p' -> family_mx p = family_mx p'.
Proof. by move=> E; apply/matrixP => i j; rewrite !mxE E. Qed.

Variables (F : fieldType) (p : I -> {mpoly F[n]}).

Lemma family_row i : row i (family_mx p) = if P (enum_val i) then form_row k (p (enum_val i)) else 0.
Proof. by apply/rowP => j; rewrite !mxE; case: ifP => _; rewrite mxE. Qed.

Lemma family_sub i : P i -> (form_row k (p i) <= family_mx p)%MS.
Proof. by move=> Pi; have := row_sub (enum_rank i) (family_mx p); rewrite family_row enum_rankK Pi. Qed.

Lemma family_le b (B : 'M_(b, _)) : (forall i, P i -> (form_row k (p i) <= B)%MS) -> (family_mx p <= B)%MS.
Proof. by move=> H; apply/row_subP => i; rewrite family_row; case: ifP => [/H //|_]; apply: sub0mx. Qed.

Lemma family_rank : (\rank (family_mx p) <= #|P|)%N.
Proof.
pose B := \matrix_(j < #|P|) form_row k (p (enum_val j)).
apply: leq_trans (_ : \rank B <= _)%N; last exact: rank_leq_row.
apply/mxrankS/family_le => i Pi; have := row_sub (enum_rank_in Pi i) B.
by rewrite rowK enum_rankK_in.
Qed.

Lemma form_row_inj (x y : {mpoly F[n]}) : x \is k.-homog -> y \is k.-homog -> form_row k x = form_row k y -> x = y.
Proof.
move=> hx hy E; rewrite (homog_sum hx) (homog_sum hy); apply: eq_bigr => j _; congr (_ *: _).
by move/rowP/(_ j): E; rewrite !mxE.
Qed.

Lemma family_comb x : (forall i, P i -> p i \is k.-homog) -> x \is k.-homog -> (form_row k x <= family_mx p)%MS ->
  exists al : I -> F, x = \sum_(i | P i) al i *: p i.
Proof.
move=> hp hx /submxP[D E]; exists (fun i => D 0 (enum_rank i)); apply: form_row_inj => //.
  by apply: rpred_sum => i Pi; apply: dhomogZ; apply: hp.
rewrite E mulmx_sum_row linear_sum [RHS]big_mkcond -[RHS]sum_enum_val; apply: eq_bigr => i _ /=.
by rewrite family_row enum_valK; case: ifP => _; rewrite ?scaler0 ?linearZ.
Qed.
End Family.

Section Products.
Variables (n g m : nat) (wt : nat -> nat).
Hypotheses (gn : (g <= n)%N) (wt0 : forall j, (0 < wt j)%N).
Local Notation exps := ('X_{1..g < m.+1} * 'X_{1..n < m.+1})%type.

Definition wdeg (e : 'X_{1..g}) := (\sum_j e j * wt j)%N.
Definition of_degree k (x : exps) := (wdeg x.1 + mdeg x.2 == k)%N.
Definition reduced (x : exps) := [forall i : 'I_n, (i < g)%N ==> (x.2 i < wt i)%N].

Lemma wdegD e e' : wdeg (e + e')%MM = (wdeg e + wdeg e')%N.
Proof. by rewrite /wdeg -big_split; apply: eq_bigr => j _; rewrite mnmDE mulnDl. Qed.

Lemma mdeg_wdeg e : (mdeg e <= wdeg e)%N.
Proof. by rewrite mdegE; apply: leq_sum => j _; rewrite leq_pmulr. Qed.

Section Ring.
Variable R : comRingType.
Definition powers (q : 'I_g -> {mpoly R[n]}) (e : 'X_{1..g}) := \prod_j q j ^+ e j.
Definition product_of q (x : exps) := powers q x.1 * 'X_[x.2].
Definition special (j : 'I_g) : {mpoly R[n]} := 'X_(widen_ord gn j) ^+ wt j.

Lemma powersD q e e' : powers q (e + e')%MM = powers q e * powers q e'.
Proof. by rewrite /powers -big_split; apply: eq_bigr => j _; rewrite mnmDE exprD. Qed.

Lemma powers_homog (q : 'I_g -> {mpoly R[n]}) e : (forall j, q j \is (wt j).-homog) -> powers q e \is (wdeg e).-homog.
Proof.
move=> hq; rewrite /wdeg /powers; elim/big_rec2: _ => [|j y1 y2 _ H]; first exact: dhomog1.
by apply: dhomogM => //; rewrite mulnC; apply: dhomogMn.
Qed.

Lemma product_homog (q : 'I_g -> {mpoly R[n]}) x : (forall j, q j \is (wt j).-homog) -> product_of q x \is (wdeg x.1 + mdeg x.2).-homog.
Proof. by move=> hq; apply: dhomogM; [apply: powers_homog|rewrite dhomogX]. Qed.
End Ring.

(* all monomials are products of the special forms and a reduced monomial *)
Lemma special_product (v : 'X_{1..n}) : (mdeg v <= m)%N ->
  exists x : exps, [/\ of_degree (mdeg v) x, reduced x & forall R : comRingType, product_of (@special R) x = 'X_[v]].
Proof.
move=> vm; pose e := [multinom (v (widen_ord gn j) %/ wt j)%N | j < g].
pose s := [multinom (if (i < g)%N then v i %% wt i else v i)%N | i < n].
have dE : (wdeg e + mdeg s = mdeg v)%N.
  rewrite /wdeg (eq_bigr (fun j : 'I_g => v (widen_ord gn j) %/ wt j * wt j)%N) => [|j _]; last by rewrite mnmE.
  rewrite -(big_ord_narrow (F := fun i : 'I_n => v i %/ wt i * wt i)%N gn) big_mkcond !mdegE -big_split /=.
  by apply: eq_bigr => i _; rewrite mnmE; case: ifP => // _; rewrite -divn_eq.
have es : (mdeg e < m.+1)%N by apply: leq_ltn_trans (mdeg_wdeg e) _; lia.
have ss : (mdeg s < m.+1)%N by lia.
exists (BMultinom es, BMultinom ss); split; first by rewrite /of_degree /= dE.
  by apply/forallP => i; apply/implyP => ig; rewrite /= mnmE ig ltn_mod.
move=> R; rewrite /product_of /powers /= !mpolyXE_id.
rewrite (eq_bigr (fun j : 'I_g => ('X_(widen_ord gn j) : {mpoly R[n]}) ^+ (wt j * (v (widen_ord gn j) %/ wt j))))=> [|j _].
  rewrite -(big_ord_narrow (F := fun i : 'I_n => ('X_i : {mpoly R[n]}) ^+ (wt i * (v i %/ wt i))) gn) big_mkcond -big_split /=.
  apply: eq_bigr => i _; rewrite mnmE; case: ifP => _; last by rewrite mul1r.
  by rewrite -exprD mulnC -divn_eq.
by rewrite /special mnmE exprM.
Qed.

Variable F : fieldType.
Definition spanning k : ('I_g -> {mpoly F[n]}) -> 'M[F]_(_, #|monoms n k|) := fun q =>
  family_mx k [pred x | of_degree k x && reduced x] (product_of q).

Lemma special_full k : (k <= m)%N -> row_full (spanning k (@special F)).
Proof.
move=> km; rewrite -sub1mx; apply/row_subP => i.
have -> : row i 1%:M = form_row k ('X_[mon_of i] : {mpoly F[n]}).
  by apply/rowP => j; rewrite !mxE mcoeffX (inj_eq (@mon_of_inj _ _)).
have [|x [dx rx <-]] := @special_product (mon_of i); first by rewrite mdeg_mon_of.
by apply: family_sub; rewrite /= rx andbT -(mdeg_mon_of i).
Qed.

(* the line from q to r *)
Definition line (q r : 'I_g -> {mpoly F[n]}) y j : {mpoly F[n]} := (1 - y) *: q j + y *: r j.
Definition line_poly (q r : 'I_g -> {mpoly F[n]}) j : {mpoly {poly F}[n]} :=
  (1 - 'X) *: map_mpoly polyC (q j) + 'X *: map_mpoly polyC (r j).

Lemma line0 q r : line q r 0 =1 q.
Proof. by move=> j; rewrite /line subr0 scale1r scale0r addr0. Qed.

Lemma line1 q r : line q r 1 =1 r.
Proof. by move=> j; rewrite /line subrr scale1r scale0r add0r. Qed.

Lemma line_homog (q r : 'I_g -> {mpoly F[n]}) y j :
  (forall j, q j \is (wt j).-homog) -> (forall j, r j \is (wt j).-homog) -> line q r y j \is (wt j).-homog.
Proof. by move=> hq hr; apply: rpredD; apply: dhomogZ. Qed.

Lemma special_homog j : special F j \is (wt j).-homog.
Proof. by rewrite -[wt j]mul1n; apply: dhomogMn; rewrite dhomogX /= mdeg1. Qed.

Lemma line_eval q r y x : map_mpoly (horner_eval y) (product_of (line_poly q r) x) = product_of (line q r y) x.
Proof.
rewrite /product_of rmorphM /= map_mpolyX; congr (_ * _).
rewrite /powers rmorph_prod; apply: eq_bigr => j _; rewrite rmorphX; congr (_ ^+ _).
by apply/mpolyP => v; rewrite mcoeff_map_mpoly !mcoeffD !mcoeffZ !mcoeff_map_mpoly /= /horner_eval !hornerE.
Qed.

Lemma eq_product (q q' : 'I_g -> {mpoly F[n]}) : q =1 q' -> product_of q =1 product_of q'.
Proof. by move=> E x; rewrite /product_of /powers; congr (_ * _); apply: eq_bigr => j _; rewrite E. Qed.

Lemma near_family (z : {mpoly F[n]}) k (P : pred exps) q r x : exists2 p : {poly F}, p.[x] != 0 & forall y, p.[y] != 0 ->
  (\rank (family_mx k P (fun i => z * product_of (line q r x) i)%R) <=
   \rank (family_mx k P (fun i => z * product_of (line q r y) i)%R))%N.
Proof.
have [p px pE] := rank_near (family_mx k P (fun i => map_mpoly polyC z * product_of (line_poly q r) i)) x.
exists p => // y /pE; rewrite !(map_family_mx _ _ [rmorphism of horner_eval _]).
have E t : (fun i => map_mpoly (horner_eval t) (map_mpoly polyC z * product_of (line_poly q r) i)) =1
    (fun i => z * product_of (line q r t) i).
  move=> i; rewrite rmorphM /= line_eval; congr (_ * _).
  by apply/mpolyP => v; rewrite !mcoeff_map_mpoly /= /horner_eval hornerC.
by rewrite !(eq_family_mx _ _ (E _)).
Qed.

(* at all but finitely many points of the line to the special forms all forms are spanned *)
Lemma good_point q (s : seq {poly F}) : infinite_field F -> all (fun p => p != 0) s ->
  exists y, (forall k, (k <= m)%N -> row_full (spanning k (line q (@special F) y))) /\ all (fun p : {poly F} => p.[y] != 0) s.
Proof.
move=> infF s0.
have near1 (k : 'I_m.+1) : exists r : {poly F}, r.[1] != 0 /\
    forall y, r.[y] != 0 -> row_full (spanning k (line q (@special F) y)).
  have [r r1 rE] := near_family 1 k [pred x | of_degree k x && reduced x] q (@special F) 1; exists r; split=> // y /rE.
  rewrite !(eq_family_mx _ _ (fun i => mul1r _)) (eq_family_mx _ _ (eq_product (@line1 q _))) => le.
  rewrite /row_full eqn_leq rank_leq_col; apply: leq_trans le; rewrite -/(spanning k _).
  by have := special_full (ltn_ord k : (k <= m)%N); rewrite /row_full => /eqP ->.
have [r rE] := fin_all_exists near1.
have [|y] := @common_point F (s ++ [seq r k | k <- enum 'I_m.+1]) infF.
  rewrite all_cat s0; apply/allP => _ /mapP[k _ ->].
  by case: (rE k) => + _; apply: contraNneq => ->; rewrite horner0.
rewrite all_cat => /andP[sy /allP ry]; exists y; split=> // k km.
by case: (rE (Ordinal (km : k < m.+1)%N)) => _; apply; apply: ry; apply: map_f; rewrite mem_enum.
Qed.

(* the ideal *)
Variable up : pred 'X_{1..g}.
Hypothesis upD : forall e e', up e -> up (e + e')%MM.
Definition ideal_pairs k := [pred x : exps | up x.1 && of_degree k x].
Definition reduced_pairs k := [pred x : exps | [&& up x.1, reduced x & of_degree k x]].
Definition ideal_mx k (q : 'I_g -> {mpoly F[n]}) := family_mx k (ideal_pairs k) (product_of q).

Lemma ideal_reduced k (q : 'I_g -> {mpoly F[n]}) : (k <= m)%N -> (forall j, q j \is (wt j).-homog) ->
  (forall l, (l <= m)%N -> row_full (spanning l q)) ->
  (ideal_mx k q <= family_mx k (reduced_pairs k) (product_of q))%MS.
Proof.
move=> km hq full; apply: family_le => -[e s] /= /andP[ue /eqP dx].
have sk : (mdeg s <= m)%N by move: dx => /=; lia.
have [al E] : exists al : exps -> F, 'X_[s] = \sum_(x | of_degree (mdeg s) x && reduced x) al x *: product_of q x.
  apply: (@family_comb n (mdeg s) _ [pred x | of_degree (mdeg s) x && reduced x]) => [x /andP[/eqP <- _]||].
  - exact: product_homog.
  - by rewrite dhomogX.
  - by apply: submx_full; apply: full.
rewrite /product_of /= E mulr_sumr linear_sum; apply: summx_sub => -[e1 s1] /= /andP[/eqP d1 r1].
have lt : (mdeg (e + e1)%MM < m.+1)%N.
  by apply: leq_ltn_trans (mdeg_wdeg _) _; rewrite wdegD; move: dx d1 => /=; lia.
rewrite -scalerAr linearZ /= mulrA -powersD; apply: scalemx_sub.
apply: (@family_sub n k _ (reduced_pairs k) F (product_of q) (BMultinom lt, s1)).
apply/and3P; split; [exact: upD|exact: r1|].
by rewrite /of_degree /= wdegD; move: dx d1 => /= <- <-; rewrite addnA.
Qed.

Theorem ideal_rank k (q : 'I_g -> {mpoly F[n]}) : infinite_field F -> (k <= m)%N -> (forall j, q j \is (wt j).-homog) ->
  (\rank (ideal_mx k q) <= #|reduced_pairs k|)%N.
Proof.
move=> infF km hq; have [p p0 pE] := near_family 1 k (ideal_pairs k) q (@special F) 0.
have [|y [full /andP[/pE le _]]] := @good_point q [:: p] infF.
  by rewrite /= andbT; apply: contraNneq p0 => ->; rewrite horner0.
move: le; rewrite !(eq_family_mx _ _ (fun i => mul1r _)) (eq_family_mx _ _ (eq_product (@line0 q _))) => le.
apply: leq_trans le _; apply: leq_trans (mxrankS (ideal_reduced km _ full)) (family_rank _ _ _).
by move=> j; apply: line_homog => //; apply: special_homog.
Qed.
End Products.
