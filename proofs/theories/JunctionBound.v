(* Junctions: Theorem 3.12 of theory.md, over any infinite field, for all weights, any number of layers and heads and
   any partition. The part f_b of degree b in G_B, with one side put to one token u, is a sum of words, and each of
   these is a multiple of a product of forms of u, one form for each junction. Those products are few
   (JunctionIdeal.v), and the restriction meets all forms (JunctionRestriction.v), so that the functions of that side
   are fewer than in 3.3.
   Relation to theory.md: the dimension of the ideal of these products stands in place of its Hilbert series. It is
   bounded by numbers in JunctionCount.v, which JunctionValue.v evaluates. The third term g(b) is that of 3.3: the
   sharper one of 3.12 for sides of few tokens is not here.

   net_poly Ws p Q k   == the network as a polynomial in the coordinates of G_A and G_B
   coef_net            : what its coefficients are made of, if one side has one token u
   forms Ws p t        == the forms u c u^T of the constants c of type t, or u v of the ends v
   vars Ws p T         == these for the types in T, each with its type
   type_deg t e        == the degree of the exponent e in the variables of type t
   enough own c e      == some word with c letters of the side has at most that many junctions of each type in T
   junction_mx         == the ideal of these, in the degree token_deg own c = 2 c + own
   missed own c delta  == delta is 0, or at most the number of forms that are no sums of these products, for some T *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import Straightening FormMatrix JunctionPlane JunctionTypes JunctionIdeal JunctionRestriction.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* the network in coordinates of the two Gram matrices *)
Section Coordinates.
Variables (F : fieldType) (d : nat) (Ws : seq (seq (head F d))) (p : 'I_d).
Local Notation m := #|upper d|.
Local Notation C := (gram_degree (size Ws)).
Variables (P Q : 'M[F]_m).
Hypothesis PQ : P *m Q = 1%:M.
Definition net_poly k : {mpoly F[m + m]} :=
  netP (map_net [rmorphism of @mpolyC (m + m) F] Ws) (gram_var (new_basis Q)) k p.

Lemma net_poly_graded k : graded pred0 C C (net_poly k).
Proof. exact: (@graded_net F m pred0 d (new_basis Q) Ws). Qed.

Lemma net_poly_msize (R : comRingType) (f : {rmorphism F -> R}) k : (msize (map_mpoly f (net_poly k)) <= C.+1)%N.
Proof.
rewrite msizeE; apply/bigmax_leqP_seq => v; rewrite mcoeff_msupp mcoeff_map_mpoly => nz _.
have [|-> //] := @net_poly_graded k v; rewrite mcoeff_msupp; apply: contraNneq nz => ->.
by apply/eqP; exact: rmorph0.
Qed.

Section Eval.
Variables (R : comRingType) (f : {rmorphism F -> R}) (GA GB : 'M[R]_d).
Hypotheses (TA : GA^T = GA) (TB : GB^T = GB).
Local Notation Pf := (map_mx f P).

Lemma map_change (G : 'M[R]_d) : G^T = G -> G = \sum_t new_coord Pf G t *: map_mx f (new_basis Q t).
Proof.
have PQf : Pf *m map_mx f Q = 1%:M by rewrite -map_mxM PQ map_mx1.
move/(change_coord PQf) => {1}->; apply: eq_bigr => t _; congr (_ *: _).
by apply/matrixP => k l; rewrite mxE !summxE rmorph_sum; apply: eq_bigr => s _; rewrite !mxE rmorphM /= rmorph_nat.
Qed.

Lemma net_polyE k : \sum_al \sum_c f (net_poly k)@_(mnm2 al c) *
    monom (new_coord Pf GA) (al : expo m C.+1) * monom (new_coord Pf GB) (c : expo m C.+1) =
  netP (map_net f Ws) (GA + GB) k p.
Proof.
pose pt := join (new_coord Pf GA) (new_coord Pf GB).
pose ev : {rmorphism {mpoly F[m + m]} -> R} := [rmorphism of meval pt \o map_mpoly f].
transitivity ((map_mpoly f (net_poly k)).@[pt]).
  rewrite (meval_join _ _ (net_poly_msize f k)); apply: eq_bigr => al _; apply: eq_bigr => c _.
  by rewrite mcoeff_map_mpoly.
rewrite -[LHS]/(ev (net_poly k)) /net_poly.
have -> : ev (netP (map_net [rmorphism of @mpolyC (m + m) F] Ws) (gram_var (new_basis Q)) k p) =
    map_mx ev (netP (map_net [rmorphism of @mpolyC (m + m) F] Ws) (gram_var (new_basis Q))) k p by rewrite mxE.
rewrite netP_map; congr (netP _ _ k p).
  rewrite /map_net -map_comp; apply: eq_map => H /=; rewrite -map_comp; apply: eq_map => -[W V].
  by congr (_, _); apply/matrixP => a b; rewrite !mxE /= map_mpolyC mevalC.
rewrite /gram_var raddf_sum (map_change TA) (map_change TB) -big_split; apply: eq_bigr => t _ /=; rewrite -scalerDl.
by apply/matrixP => a b; rewrite !mxE rmorphM rmorphD /= !map_mpolyX !mevalXU map_mpolyC mevalC /pt joinl joinr.
Qed.
End Eval.
End Coordinates.

(* the words of the network, with one token u on one side *)
Section NetWords.
Variables (F S : comRingType) (phi : {rmorphism F -> S}) (d : nat) (Ws : seq (seq (head F d))) (p : 'I_d).
Variables (u : 'rV[S]_d) (G0 : 'M[S]_d) (r : 'rV[S]_d) (own : bool).
Hypotheses (G0T : G0^T = G0) (ru : own -> r = u).
Let f : {rmorphism F -> {poly S}} := [rmorphism of polyC \o phi].
Local Notation L := (size Ws).
Variables (K : S -> Prop) (c : nat).
Hypotheses (K0 : K 0) (KD : forall a b, K a -> K b -> K (a + b)) (KM : forall a b, K b -> K (a * b)).
Hypothesis HK : forall w ls, word_of Ws L w -> size ls = gram_degree L -> count id ls = c ->
  K (joined phi u own ls w.1 (w.2 *m (delta_mx p 0 : 'cV_d))).

Lemma coef_net : K (\sum_k (r 0 k)%:P * netP (map_net f Ws) (gram_line u G0) k p)`_c.
Proof.
have GT : (gram_line u G0)^T = gram_line u G0.
  by rewrite linearD linearZ /= !map_trmx G0T trmx_mul trmxK.
have [ws /allP aw E] := words f GT (leqnn L); rewrite take_size in E.
have -> : \sum_k (r 0 k)%:P * netP (map_net f Ws) (gram_line u G0) k p =
    \sum_(w <- ws) (map_mx polyC r *m (chain f (gram_line u G0) w.1 *m map_mx f (w.2 *m (delta_mx p 0 : 'cV_d)))) 0 0.
  rewrite E; under eq_bigr do rewrite summxE mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => w _; rewrite [RHS]mxE; apply: eq_bigr => k _.
  by rewrite [X in _ = X * _]mxE map_mxM map_delta_mx mulmxA -colE [in RHS]mxE.
rewrite coef_sum big_seq; elim/big_ind: _ => // w /aw ww; rewrite -[_`_c]mul1r.
apply: (@coef_chain _ _ phi _ u G0 K K0 KD KM _ _ own) => // ls sl cl; rewrite mul1r; apply: HK => //.
by case/andP: ww; rewrite all2E size_places => /andP[/eqP <- _] _; rewrite sl.
Qed.
End NetWords.

(* the forms of the types in T, at one token *)
Definition one_token (F : fieldType) d : 'rV[{mpoly F[d]}]_d := \row_k 'X_k.

Section Forms.
Variables (F : fieldType) (d : nat) (Ws : seq (seq (head F d))) (p : 'I_d) (T : seq nat).
Local Notation L := (size Ws).
Local Notation S := {mpoly F[d]}.
Local Notation phi := [rmorphism of @mpolyC d F].
Local Notation U := (one_token F d).
Local Notation last v := (v *m (delta_mx p 0 : 'cV[F]_d)).

Definition weight k := (if k == L then 1 else 2)%N.
Definition forms t : seq S :=
  if t == L then [seq junction_end phi U (last v) | v <- ends Ws L] else [seq junction phi U c | c <- consts Ws t].
Definition vars : seq (nat * S) := [seq (t, x) | t <- T, x <- forms t].
Definition var_type j := (nth (0%N, 0) vars j).1.
Definition var_form j := (nth (0%N, 0) vars j).2.
Definition var_weight j := weight (var_type j).
Local Notation g := (size vars).
Definition type_deg t (e : 'X_{1..g}) := (\sum_(j < g | var_type j == t) e j)%N.

Lemma var_weight_gt0 j : (0 < var_weight j)%N.
Proof. by rewrite /var_weight /weight; case: ifP. Qed.

Lemma token_homog (M : 'cV[F]_d) : (U *m map_mx phi M) 0 0 \is 1.-homog.
Proof.
rewrite mxE; apply: rpred_sum => k _; rewrite !mxE mulrC mul_mpolyC; apply: dhomogZ.
by rewrite dhomogX /= mdeg1.
Qed.

Lemma form_homog t x : x \in forms t -> x \is (weight t).-homog.
Proof.
rewrite /forms /weight; case: ifP => _ /mapP[c _ ->]; first exact: token_homog.
rewrite /junction mxE; apply: rpred_sum => k _; apply: (@dhomogM _ _ _ 1 _ 1).
  have := token_homog (col k c); congr (_ \is _); rewrite !mxE; apply: eq_bigr => l _; by rewrite !mxE.
by rewrite !mxE dhomogX /= mdeg1.
Qed.

Lemma var_homog (j : 'I_g) : var_form j \is (var_weight j).-homog.
Proof.
have := mem_nth (0%N, 0) (ltn_ord j); rewrite /var_form /var_weight /var_type.
by case/allpairsPdep => t [x [_ xt ->]]; apply: form_homog.
Qed.

Lemma type_degD t e e' : type_deg t (e + e')%MM = (type_deg t e + type_deg t e')%N.
Proof. by rewrite /type_deg -big_split; apply: eq_bigr => j _; rewrite mnmDE. Qed.

Lemma type_deg0 t : type_deg t 0%MM = 0%N.
Proof. by rewrite /type_deg big1 // => j _; rewrite mnm0E. Qed.

Definition factors (x : S) (n : nat -> nat) := exists (e : 'X_{1..g}) y,
  x = y * powers (fun j : 'I_g => var_form j) e /\ (forall t, t \in T -> type_deg t e = n t).

Lemma factors1 : factors 1 (fun=> 0%N).
Proof.
exists 0%MM, 1; rewrite mul1r; split=> [|t _]; last exact: type_deg0.
by rewrite /powers big1 // => j _; rewrite mnm0E expr0.
Qed.

Lemma factorsM x y n n' : factors x n -> factors y n' -> factors (x * y) (fun t => n t + n' t)%N.
Proof.
case=> [e [x' [-> nE]]] [e' [y' [-> nE']]]; exists (e + e')%MM, (x' * y'); split; first by rewrite powersD mulrACA.
by move=> t tT; rewrite type_degD nE // nE'.
Qed.

Lemma factors_form t x : x \in forms t -> factors x (fun t' => (t == t') : nat).
Proof.
move=> xt; case: (boolP (t \in T)) => tT; last first.
  exists 0%MM, x; split=> [|t' t'T]; first by rewrite /powers big1 ?mulr1 // => j _; rewrite mnm0E expr0.
  by rewrite type_deg0; case: eqP tT => // ->; rewrite t'T.
have xv : (t, x) \in vars by apply/allpairsPdep; exists t, x.
have lt : (index (t, x) vars < g)%N by rewrite index_mem.
have E : nth (0%N, 0) vars (index (t, x) vars) = (t, x) by rewrite nth_index.
exists U_(Ordinal lt)%MM, 1; rewrite mul1r; split=> [|t' _].
  rewrite /powers (bigD1 (Ordinal lt)) //= mnm1E eqxx expr1 big1 ?mulr1 => [|j nj]; first by rewrite /var_form E.
  by rewrite mnm1E eq_sym (negPf nj) expr0.
rewrite /type_deg big_mkcond (bigD1 (Ordinal lt)) //= big1 ?addn0 => [|j nj].
  by rewrite mnm1E eqxx /var_type E /=; case: eqP.
by rewrite mnm1E [Ordinal lt == j]eq_sym (negPf nj); case: ifP.
Qed.

Lemma junction_tr c : junction phi U c^T = junction phi U c.
Proof.
have E : U *m (map_mx phi c)^T *m U^T = (U *m map_mx phi c *m U^T)^T by rewrite !trmx_mul trmxK mulmxA.
by rewrite /junction -map_trmx E [LHS]mxE.
Qed.

Lemma joined_factors v ls cs ks b : all2 (fun c t => of_type Ws t c) cs ks -> all (fun t => (t < L)%N) ks ->
  size ls = size cs -> v \in ends Ws L ->
  factors (joined phi U b ls cs (last v)) (fun t => expn L t b ls ks).
Proof.
move=> + + + vL; elim: ls cs ks b => [|l ls IH] [|c cs] [|k ks] // b.
  move=> _ _ _ /=; case: b => /=; last exact: factors1.
  by apply: factors_form; rewrite /forms eqxx; apply: map_f.
move=> /= /andP[ck tys] /andP[kL ksL] [sz]; apply: factorsM; last exact: IH.
case: b; case: l {IH sz} => /=; try exact: factors1.
apply: factors_form; rewrite /forms (ltn_eqF kL); case/orP: ck => ck; first exact: map_f.
by rewrite -junction_tr; apply: map_f.
Qed.
End Forms.

(* what a word becomes at one token lies in the ideal *)
Section Ideal.
Variables (F : fieldType) (d : nat) (Ws : seq (seq (head F d))) (p : 'I_d) (T : seq nat) (own : bool) (c : nat).
Local Notation L := (size Ws).
Local Notation C := (gram_degree L).
Local Notation g := (size (vars Ws p T)).
Local Notation S := {mpoly F[d]}.
Local Notation phi := [rmorphism of @mpolyC d F].
Local Notation U := (one_token F d).

Definition token_deg := (2 * c + own)%N.
Definition enough (e : 'X_{1..g}) := [exists ls : C.-tuple bool,
  (count id ls == c) && all (fun t => expn L t own ls (places L) <= type_deg t e)%N T].
Local Notation k := token_deg.
Definition junction_mx := ideal_mx k (var_weight Ws p T) enough k (fun j : 'I_g => var_form Ws p T j).
Definition in_junctions (x : S) := forall y, (form_row k (y * x) <= junction_mx)%MS.

Lemma enoughD e e' : enough e -> enough (e + e')%MM.
Proof.
case/existsP => ls /andP[lc le]; apply/existsP; exists ls; rewrite lc /=; apply: sub_all le => t le.
by rewrite type_degD (leq_trans le) ?leq_addr.
Qed.

Lemma in_junctions0 : in_junctions 0.
Proof. by move=> y; rewrite mulr0 linear0 sub0mx. Qed.

Lemma in_junctionsD a b : in_junctions a -> in_junctions b -> in_junctions (a + b).
Proof. by move=> Ka Kb y; rewrite mulrDr linearD; apply: addmx_sub; [apply: Ka|apply: Kb]. Qed.

Lemma in_junctionsM a b : in_junctions b -> in_junctions (a * b).
Proof. by move=> Kb y; rewrite mulrA; apply: Kb. Qed.

Lemma in_junctions_powers e : enough e -> in_junctions (powers (fun j : 'I_g => var_form Ws p T j) e).
Proof.
move=> ee y; rewrite (mpolyE y) mulr_suml linear_sum; apply: summx_sub => s _ /=.
rewrite -scalerAl linearZ /= mulrC; apply: scalemx_sub.
have hp := powers_homog e (@var_homog F d Ws p T).
have [dk|dk] := eqVneq (wdeg (var_weight Ws p T) e + mdeg s)%N k; last first.
  have hx : powers (fun j : 'I_g => var_form Ws p T j) e * 'X_[s] \is (wdeg (var_weight Ws p T) e + mdeg s).-homog.
    by apply: dhomogM => //; rewrite dhomogX.
  by rewrite (form_row0 hx dk) sub0mx.
have e_lt : (mdeg e < k.+1)%N.
  by apply: leq_ltn_trans (mdeg_wdeg (var_weight_gt0 Ws p T) e) _; rewrite ltnS -dk leq_addr.
have s_lt : (mdeg s < k.+1)%N by rewrite ltnS -dk leq_addl.
pose x := (BMultinom e_lt, BMultinom s_lt).
apply: (@family_sub d k _ (ideal_pairs d k (var_weight Ws p T) enough k) F
  (product_of (fun j : 'I_g => var_form Ws p T j)) x).
by rewrite /= ee /of_degree /= dk.
Qed.

Lemma in_junctions_joined w ls : word_of Ws L w -> size ls = C -> count id ls = c ->
  in_junctions (joined phi U own ls w.1 (w.2 *m (delta_mx p 0 : 'cV_d))).
Proof.
case/andP=> ty wL sl cl; have sw : size ls = size w.1.
  by move: ty; rewrite all2E size_places sl => /andP[/eqP <- _].
have [e [y [-> eE]]] := joined_factors p T own ty (places_lt L) sw wL.
apply: in_junctionsM; apply: in_junctions_powers; apply/existsP.
have sl' : size ls == C by rewrite sl.
exists (Tuple sl'); rewrite /= cl eqxx; apply/allP => t tT.
by rewrite eE.
Qed.

Lemma junction_rank : infinite_field F -> (g <= d)%N ->
  (\rank junction_mx <= #|reduced_pairs d k (var_weight Ws p T) enough k|)%N.
Proof.
move=> infF gd; apply: (ideal_rank gd (var_weight_gt0 Ws p T) enoughD infF (leqnn _)).
exact: var_homog.
Qed.
End Ideal.

(* in the coordinates of the Gram matrix of one token all forms are seen *)
Section AllForms.
Variables (F : fieldType) (d : nat) (P Q : 'M[F]_#|upper d|).
Hypothesis PQ : P *m Q = 1%:M.
Local Notation m := #|upper d|.
Local Notation S := {mpoly F[d]}.
Local Notation phi := [rmorphism of @mpolyC d F].
Local Notation U := (one_token F d).
Definition ucoord : 'I_m -> S := new_coord (map_mx phi P) (U^T *m U).

Lemma square_coord t : sym_coord (U^T *m U) t = \sum_s Q s t *: ucoord s.
Proof.
rewrite /ucoord /new_coord; under eq_bigr do rewrite scaler_sumr.
rewrite exchange_big (bigD1 t) //= [X in _ + X]big1 ?addr0.
  transitivity ((P *m Q) t t *: sym_coord (U^T *m U) t); first by rewrite PQ mxE eqxx scale1r.
  rewrite mxE scaler_suml; apply: eq_bigr => s _.
  by rewrite !mxE mulrC mul_mpolyC scalerA mulrC.
move=> t' nt; transitivity ((P *m Q) t' t *: sym_coord (U^T *m U) t'); last by rewrite PQ mxE (negPf nt) scale0r.
by rewrite mxE scaler_suml; apply: eq_bigr => s _; rewrite !mxE mulrC mul_mpolyC scalerA mulrC.
Qed.

Lemma ucoord_homog t : ucoord t \is 2.-homog.
Proof.
apply: rpred_sum => s _; rewrite /sym_coord !mxE big_ord1 !mxE mulrC mul_mpolyC; apply: dhomogZ.
by apply: (@dhomogM _ _ _ 1 _ 1); rewrite dhomogX /= mdeg1.
Qed.

Lemma monom_homog D (c : expo m D) : monom ucoord c \is (2 * edeg c).-homog.
Proof. by rewrite /monom /edeg; apply: homog_prod => t; apply: ucoord_homog. Qed.

Variables (b : S) (e k a D : nat) (E : 'M[F]_(a, #|monoms d k|)).
Hypothesis eD : (e < D)%N.
Hypothesis base : forall c : expo m D, edeg c = e -> (form_row k (monom ucoord c * b) <= E)%MS.
Definition reached j (x : S) := forall w : 'X_{1..m}, (mdeg w + j = e)%N -> (form_row k (mon ucoord w * x) <= E)%MS.

Lemma reached0 : reached 0 b.
Proof.
move=> w; rewrite addn0 => dw; have lt t : (w t < D)%N by apply: leq_ltn_trans eD; rewrite -dw mdegE (bigD1 t) ?leq_addr.
pose c : expo m D := [ffun t => Ordinal (lt t)].
have -> : mon ucoord w = monom ucoord c by apply: eq_bigr => t _; rewrite ffunE.
by apply: base; rewrite -[RHS]dw mdegE; apply: eq_bigr => t _; rewrite ffunE.
Qed.

Lemma reachedM j t x : reached j x -> reached j.+1 (sym_coord (U^T *m U) t * x).
Proof.
move=> H w dw; rewrite square_coord mulr_suml mulr_sumr linear_sum; apply: summx_sub => s _ /=.
rewrite -scalerAl -scalerAr linearZ /=; apply: scalemx_sub; rewrite mulrA -(monU ucoord s) -monD; apply: H.
by rewrite mdegD mdeg1 -dw addn1 addSnnS.
Qed.

Lemma reached_monomial j (v : 'X_{1..d}) : mdeg v = (2 * j)%N -> reached j ('X_[v] * b).
Proof.
elim: j v => [|j IH] v dv.
  by move/eqP: dv; rewrite muln0 mdeg_eq0 => /eqP ->; rewrite mpolyX0 mul1r; apply: reached0.
rewrite mulnS add2n in dv; have [k1 [v1 [-> d1]]] := mdeg_pred dv; have [k2 [v2 [-> d2]]] := mdeg_pred d1.
have -> : 'X_[U_(k1) + (U_(k2) + v2)] * b = sym_coord (U^T *m U) (sym_index k1 k2) * ('X_[v2] * b).
  rewrite !mpolyXD !mulrA; congr (_ * _ * _).
  rewrite /sym_coord enum_rankK_in ?sorted_pairP // /sorted_pair; case: ifP => _ /=; rewrite !mxE big_ord1 !mxE //.
  by rewrite mulrC.
by apply: reachedM; apply: IH.
Qed.

Lemma all_monomials (v : 'X_{1..d}) : mdeg v = (2 * e)%N -> (form_row k ('X_[v] * b) <= E)%MS.
Proof.
move=> /reached_monomial/(_ 0%MM); rewrite mdeg0 => /(_ erefl).
by rewrite /mon big1 ?mul1r // => t _; rewrite mnm0E expr0.
Qed.
End AllForms.

(* the parts of the network, restricted *)
Section Parts.
Variables (F : fieldType) (n d : nat) (Ws : seq (seq (head F d))) (p : 'I_d) (T : seq nat) (P Q : 'M[F]_#|upper d|).
Hypotheses (infF : infinite_field F) (PQ : P *m Q = 1%:M).
Variables (A : pred 'I_n) (i : 'I_n).
Hypothesis Ai : A i.
Local Notation m := #|upper d|.
Local Notation L := (size Ws).
Local Notation C := (gram_degree L).
Local Notation exp := (expo m C.+1).
Local Notation S := {mpoly F[d]}.
Local Notation phi := [rmorphism of @mpolyC d F].
Local Notation U := (one_token F d).
Local Notation ucoord := (ucoord P).
Let q := net_poly Ws p Q.
Let f : {rmorphism F -> {poly S}} := [rmorphism of polyC \o phi].
Local Notation partb e := (part C q (@token F n d i) (gcoord P A) (gcoord P (predC A)) e).
Definition put (j0 : 'I_n) (u : 'I_d -> F) : 'M[F]_(n, d) := \matrix_(j, k) if j == j0 then u k else 0.

Lemma gcoord_put (B : pred 'I_n) j0 u t : B j0 -> gcoord P B (put j0 u) t = (ucoord t).@[u].
Proof.
move=> Bj; rewrite /gcoord /new_coord /ucoord raddf_sum; apply: eq_bigr => s _ /=.
rewrite mevalM !mxE mevalC; congr (_ * _).
rewrite /sym_coord !mxE big_ord1 !mxE mevalM !mevalXU (bigD1 j0) //= big1 ?addr0 => [|j nj]; rewrite !mxE.
  by rewrite Bj eqxx.
by rewrite (negPf nj); case: ifP; rewrite ?mul0r.
Qed.

Lemma monom_put (B : pred 'I_n) j0 u (c : exp) : B j0 -> monom (gcoord P B (put j0 u)) c = (monom ucoord c).@[u].
Proof. by move=> Bj; rewrite /monom rmorph_prod; apply: eq_bigr => t _; rewrite rmorphX /= (gcoord_put _ _ Bj). Qed.

Lemma monom_map (G : 'M[F]_d) (c : exp) : monom (new_coord (map_mx f P) (map_mx f G)) c = f (monom (new_coord P G) c).
Proof.
rewrite /monom [RHS]rmorph_prod; apply: eq_bigr => t _; rewrite rmorphX; congr (_ ^+ _).
by rewrite /new_coord rmorph_sum; apply: eq_bigr => s _; rewrite rmorphM /= /sym_coord !mxE.
Qed.

Lemma monom_line (c : exp) : monom (new_coord (map_mx f P) ('X *: map_mx polyC (U^T *m U))) c =
  'X^(edeg c) * (monom ucoord c)%:P.
Proof.
rewrite /monom /edeg -prodrXr rmorph_prod -big_split; apply: eq_bigr => t _ /=.
rewrite rmorphX -exprMn /=; congr (_ ^+ _); rewrite /new_coord /ucoord rmorph_sum mulr_sumr; apply: eq_bigr => s _ /=.
by rewrite rmorphM mulrA /sym_coord; congr (_ * _); rewrite !mxE.
Qed.

Lemma coef_line (I : finType) (z : I -> F) (dg : I -> nat) (s : I -> S) e :
  (\sum_i f (z i) * ('X^(dg i) * (s i)%:P))`_e = \sum_(i | dg i == e) z i *: s i.
Proof.
rewrite coef_sum [RHS]big_mkcond; apply: eq_bigr => j _.
rewrite [f (z j)]/(((z j)%:MP)%:P) coefCM coefMC coefXn eq_sym.
by case: eqP => _; rewrite ?mul0r ?mulr0 // mul1r mul_mpolyC.
Qed.

Lemma map_mxf (M : 'M[F]_d) : map_mx f M = map_mx polyC (map_mx phi M).
Proof. by rewrite -map_mx_comp. Qed.

Lemma UU_tr : ('X *: map_mx polyC (U^T *m U))^T = 'X *: map_mx polyC (U^T *m U).
Proof. by rewrite linearZ /= map_trmx trmx_mul trmxK. Qed.

Lemma map_gram_tr (B : pred 'I_n) (x : 'M[F]_(n, d)) : (map_mx f (gram B x))^T = map_mx f (gram B x).
Proof. by rewrite map_trmx gram_tr. Qed.

Lemma q_degree k (al c : exp) : (q k)@_(mnm2 al c) != 0 -> (edeg al + edeg c)%N = C.
Proof. by rewrite -mcoeff_msupp => /(@net_poly_graded F d Ws p Q)[]; rewrite mdeg_mnm2. Qed.

(* the side of the output token *)
Definition hA (ka : 'I_d * exp) (y : 'M[F]_(n, d)) := \sum_c (q ka.1)@_(mnm2 ka.2 c) * bfun (gcoord P (predC A)) c y.

Lemma partA e x y : (e <= C)%N ->
  partb e x y = \sum_(ka | edeg ka.2 == (C - e)%N) hA ka y * afun (@token F n d i) (gcoord P A) ka x.
Proof.
move=> eC; rewrite /part [RHS]big_mkcond; apply: eq_bigr => ka _; case: eqP => dk.
  rewrite /hA mulr_suml; apply: eq_bigr => c _; rewrite mulrAC; do 2 congr (_ * _); rewrite /part_coef.
  case: eqP => // dc; apply/esym/eqP; apply: contraT => /q_degree; rewrite dk; lia.
apply: big1 => c _; rewrite /part_coef; case: eqP => [dc|_]; last by rewrite !mul0r.
have -> : (q ka.1)@_(mnm2 ka.2 c) = 0; last by rewrite !mul0r.
by apply/eqP; apply: contraT => /q_degree; rewrite dc => /(canRL (addnK e)).
Qed.

Lemma in_junctionsA a y : in_junctions Ws p T true a
  (\sum_(ka | edeg ka.2 == a) hA ka y *: (U 0 ka.1 * monom ucoord ka.2)).
Proof.
have := @coef_net F _ phi d Ws p U (map_mx phi (gram (predC A) y)) U true _ (fun _ => erefl)
  _ a (@in_junctions0 F d Ws p T true a) (@in_junctionsD F d Ws p T true a) (@in_junctionsM F d Ws p T true a)
  (@in_junctions_joined F d Ws p T true a).
rewrite map_trmx gram_tr => /(_ erefl); congr in_junctions; rewrite -coef_line; congr (polyseq _)`_a.
transitivity (\sum_k \sum_(al : exp) f (hA (k, al) y) * ('X^(edeg al) * (U 0 k * monom ucoord al)%:P)); last by rewrite pair_bigA.
apply: eq_bigr => k _; rewrite /gram_line -map_mxf addrC -(net_polyE Ws p PQ f UU_tr (map_gram_tr (predC A) y)) mulr_sumr.
apply: eq_bigr => al _; rewrite mulr_sumr /hA [f _]rmorph_sum mulr_suml; apply: eq_bigr => c _.
have AC (u z x v b : {poly S}) : u * (z * (x * v) * b) = z * b * (x * (u * v)).
  by rewrite mulrCA (mulrC u) mulrACA -(mulrA x) (mulrC v).
rewrite monom_line monom_map AC; congr (_ * (_ * _)); first by rewrite [RHS]rmorphM.
by rewrite [RHS]rmorphM.
Qed.

Lemma part_junctionA e N : (e <= C)%N ->
  spanned [pred ka : 'I_d * exp | edeg ka.2 == (C - e)%N] (afun (@token F n d i) (gcoord P A)) N ->
  sep_le (partb e) (N + \rank (junction_mx Ws p T true (C - e)) - mc d (token_deg true (C - e))).
Proof.
move=> eC sA; set a := (C - e)%N in sA *; have [z zI] := infF (token_deg true a).+1.
apply/sep_le_sym.
apply: (@eq_sep_le _ _ _ (fun y x => \sum_(ka | edeg ka.2 == a) hA ka y * afun (@token F n d i) (gcoord P A) ka x)).
  by move=> y x; symmetry; apply: partA.
apply: (@restricted_sep_le F d (token_deg true a) z zI _ _ _ [pred ka : 'I_d * exp | edeg ka.2 == a]
  (afun (@token F n d i) (gcoord P A)) hA N (put i)
  (fun ka => U 0 ka.1 * monom ucoord ka.2)) => //.
- by move=> ka u _; rewrite /afun mevalM (monom_put _ _ Ai) mxE mevalXU /token mxE eqxx.
- move=> ka /eqP da; have -> : token_deg true a = (1 + 2 * edeg ka.2)%N by rewrite da /token_deg addn1.
  apply: dhomogM; last exact: monom_homog.
  by rewrite mxE dhomogX /= mdeg1.
- rewrite -sub1mx; apply/row_subP => j.
  have -> : row j 1%:M = form_row (token_deg true a) ('X_[mon_of j] : S).
    by apply/rowP => l; rewrite !mxE mcoeffX (inj_eq (@mon_of_inj _ _)).
  have dm := mdeg_mon_of j; rewrite {2}/token_deg addn1 in dm.
  have [l [v [-> dv]]] := mdeg_pred dm; rewrite addmC mpolyXD.
  apply: (@all_monomials F d P Q PQ 'X_l a _ _ C.+1 _ _ _ v dv); first by rewrite ltnS leq_subr.
  move=> c dc; have := @family_sub d (token_deg true a) _ [pred ka : 'I_d * exp | edeg ka.2 == a] F
    (fun ka => U 0 ka.1 * monom ucoord ka.2) (l, c).
  by rewrite /= dc eqxx mulrC mxE => /(_ isT).
by move=> y; have := in_junctionsA a y 1; rewrite mul1r.
Qed.

(* the other side *)
Definition hB (c : exp) (x : 'M[F]_(n, d)) :=
  \sum_(ka : 'I_d * exp) (q ka.1)@_(mnm2 ka.2 c) * afun (@token F n d i) (gcoord P A) ka x.

Lemma partB e x y : partb e x y = \sum_(c : exp | edeg c == e) hB c x * bfun (gcoord P (predC A)) c y.
Proof.
rewrite /part exchange_big [RHS]big_mkcond; apply: eq_bigr => c _ /=.
rewrite -mulr_suml /part_coef; case: ifP => _; first by [].
by rewrite big1 ?mul0r // => ka _; rewrite mul0r.
Qed.

Lemma in_junctionsB b x : in_junctions Ws p T false b
  (\sum_(c : exp | edeg c == b) hB c x *: monom ucoord c).
Proof.
have := @coef_net F _ phi d Ws p U (map_mx phi (gram A x)) (\row_k (x i k)%:MP) false _ (fun H => False_ind _ (notF H))
  _ b (@in_junctions0 F d Ws p T false b) (@in_junctionsD F d Ws p T false b) (@in_junctionsM F d Ws p T false b)
  (@in_junctions_joined F d Ws p T false b).
rewrite map_trmx gram_tr => /(_ erefl); congr in_junctions; rewrite -coef_line; congr (polyseq _)`_b.
transitivity (\sum_(ka : 'I_d * exp) \sum_(c : exp) f ((q ka.1)@_(mnm2 ka.2 c) * afun (@token F n d i) (gcoord P A) ka x)
    * ('X^(edeg c) * (monom ucoord c)%:P)); last first.
  by rewrite exchange_big; apply: eq_bigr => c _; rewrite /hB [f (\sum_ka _)]rmorph_sum mulr_suml.
rewrite -(pair_bigA _ (fun k al => \sum_(c : exp) f ((q k)@_(mnm2 al c) * afun (@token F n d i) (gcoord P A) (k, al) x)
    * ('X^(edeg c) * (monom ucoord c)%:P))) /=.
apply: eq_bigr => k _; rewrite mxE /gram_line -map_mxf -(net_polyE Ws p PQ f (map_gram_tr A x) UU_tr) mulr_sumr.
apply: eq_bigr => al _; rewrite mulr_sumr; apply: eq_bigr => c _.
rewrite monom_line monom_map mulrA; congr (_ * _).
transitivity (f ((q k)@_(mnm2 al c) * (x i k * monom (gcoord P A x) al))); last by [].
by rewrite [RHS]rmorphM [X in _ = _ * X]rmorphM mulrCA.
Qed.

Lemma part_junctionB e j0 N : (e <= C)%N -> ~~ A j0 ->
  spanned [pred c : exp | edeg c == e] (bfun (gcoord P (predC A))) N ->
  sep_le (partb e) (N + \rank (junction_mx Ws p T false e) - mc d (token_deg false e)).
Proof.
move=> eC nA sB; have [z zI] := infF (token_deg false e).+1.
apply: (@eq_sep_le _ _ _ (fun x y => \sum_(c : exp | edeg c == e) hB c x * bfun (gcoord P (predC A)) c y)).
  by move=> x y; symmetry; apply: partB.
apply: (@restricted_sep_le F d (token_deg false e) z zI _ _ _ [pred c : exp | edeg c == e]
  (bfun (gcoord P (predC A))) hB N (put j0) (monom ucoord)) => //.
- by move=> c u _; rewrite /bfun (@monom_put (predC A)).
- by move=> c /eqP dc; rewrite /token_deg addn0 -dc; apply: monom_homog.
- rewrite -sub1mx; apply/row_subP => j.
  have -> : row j 1%:M = form_row (token_deg false e) ('X_[mon_of j] : S).
    by apply/rowP => l; rewrite !mxE mcoeffX (inj_eq (@mon_of_inj _ _)).
  have dm := mdeg_mon_of j; rewrite {2}/token_deg addn0 in dm; rewrite -[X in form_row _ X]mulr1.
  apply: (@all_monomials F d P Q PQ 1 e _ _ C.+1 _ _ _ _ dm); first by rewrite ltnS.
  move=> c dc; have := @family_sub d (token_deg false e) _ [pred c : exp | edeg c == e] F (monom ucoord) c.
  by rewrite /= dc eqxx mulr1 => /(_ isT).
by move=> x; have := in_junctionsB e x 1; rewrite mul1r.
Qed.
End Parts.

(* Theorem 3.12, for any bounds NA, NB on the dimensions of 3.3, and for deltas that the types in some T explain *)
Section Bound.
Variables (F : fieldType) (n d da h : nat) (Ws : seq (seq (head F d))) (p : 'I_d).
Local Notation L := (size Ws).
Local Notation C := (gram_degree L).
Definition missed own c delta := delta = 0%N \/ exists T,
  (delta <= mc d (token_deg own c) - \rank (junction_mx Ws p T own c))%N.

Lemma junction_heads_sep_le (S : pred 'I_n) i NA NB dA dB :
  infinite_field F -> S i -> (0 < #|predC S|)%N ->
  (0 < L)%N -> (forall H, H \in Ws -> (size H <= h)%N) -> lowrank_net da Ws ->
  (forall (P : 'M[F]_#|upper d|) e, spanned [pred c : expo #|upper d| C.+1 | edeg c == e] (bfun (gcoord P (predC S))) (NB e)) ->
  (forall (P : 'M[F]_#|upper d|) c, spanned [pred ka : 'I_d * expo #|upper d| C.+1 | edeg ka.2 == c]
    (afun (@token F n d i) (gcoord P S)) (NA c)) ->
  (forall b, missed false b (dB b)) -> (forall c, missed true c (dA c)) ->
  sep_le (fun x y => net Ws (mix S x y) i p) (\sum_(b < C.+1)
    minn (minn (NB b - dB b) (NA (C - b) - dA (C - b))) (heads_count d h da L b))%N.
Proof.
move=> infF Si /card_gt0P[j0 nS] L0 sz low sB sA mB mA.
have [H [Ws' WE]] : exists H Ws', Ws = H :: Ws' by case: (Ws) L0 => // H Ws' _; exists H, Ws'.
have [||[P Q] /= PQ kill] := @first_layer_coord F d da h H.
- by apply: sz; rewrite WE mem_head.
- by move=> wv wvH; apply: (low H wv _ wvH); rewrite WE mem_head.
set m := #|upper d| in P Q PQ kill sA sB; pose u := minn m (h * da ^ 2).
pose w : pred 'I_m := fun t => (u <= t)%N.
have um : (u <= m)%N by rewrite geq_minl.
have cw : #|w| = (m - u)%N.
  have : #|[predC w]| = u.
    rewrite -[RHS]card_ord -!sum1_card (big_ord_widen m (fun=> 1%N) um).
    by apply: eq_bigl => t; rewrite !inE -ltnNge.
  by move=> cw'; rewrite -[LHS](addnK u) -[X in (_ + X)%N]cw' cardC card_ord.
pose q := net_poly Ws p Q.
have gq k : graded w C (gram_degree L.-1) (q k) by rewrite /q /net_poly WE; apply: graded_net_first.
pose part b := part C q (@token F n d i) (gcoord P S) (gcoord P (predC S)) b.
have cut N own c delta pairs : (delta <= mc d (token_deg own c) - pairs)%N ->
  (minn N (N + pairs - mc d (token_deg own c)) <= N - delta)%N by lia.
have HB b : (b <= C)%N -> sep_le (part b) (NB b - dB b)%N.
  move=> bC; have HN : sep_le (part b) (NB b) by apply: (part_sepB gq).
  have [->|[T le]] := mB b; first by rewrite subn0.
  apply: sep_leW (cut (NB b) _ _ _ _ le) _; apply: sep_le_min => //.
  exact: (part_junctionB p T infF PQ i bC nS (sB P b)).
have HA b : (b <= C)%N -> sep_le (part b) (NA (C - b) - dA (C - b))%N.
  move=> bC; have HN : sep_le (part b) (NA (C - b)%N) by apply: (part_sepA gq).
  have [->|[T le]] := mA (C - b)%N; first by rewrite subn0.
  by apply: sep_leW (cut (NA (C - b)%N) _ _ _ _ le) _; apply: sep_le_min => //; apply: part_junctionA.
have part_le (b : 'I_C.+1) : sep_le (part b) (minn (minn (NB b - dB b) (NA (C - b) - dA (C - b))) (heads_count d h da L b))%N.
  have bC : (b <= C)%N by rewrite -ltnS.
  apply: sep_le_min; first by apply: sep_le_min; [apply: HB|apply: HA].
  have cover t : (t <= (gram_degree L.-1).+1)%N -> sep_le (part b) (heads_cover d h da L b t).
    move=> tE; rewrite /heads_cover -card_upper -/m -/u.
    by have := part_cover gq (@token F n d i) (gcoord P S) (gcoord P (predC S)) b tE; rewrite cw subKn.
  rewrite /heads_count; elim/big_ind: _ => [|r s|t _]; [exact: cover|exact: sep_le_min|].
  by apply: cover; rewrite -ltnS.
apply: eq_sep_le (sep_le_sum part_le) => x y; rewrite /part -(sum_parts gq) net_mixE Si.
have cG B z : gram B z = \sum_t gcoord P B z t *: new_basis Q t := change_coord PQ (gram_tr B z).
by apply: eq_bigr => k _; rewrite [gram S x]cG [gram _ y]cG -netP_eval.
Qed.
End Bound.
