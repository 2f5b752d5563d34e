(* The number of semistandard tableaux of a shape with values below n, by Weyl's formula
     \prod_(i < j < n) (s_i - s_j + j - i) / (j - i),
   s_0 >= .. >= s_(n-1) the lengths of the rows, 0 allowed. The tableaux are written as Gelfand-Tsetlin patterns: the
   shapes of their entries below n, n - 1, .., each interlacing the one before. Their number is a determinant of
   binomial coefficients (count_patterns_det), as this is linear in each row, and that is a Vandermonde determinant.
     decreasing s     == s_0 >= s_1 >= ..
     interlacing s    == the m with s_(i+1) <= m_i <= s_i, one shorter than s
     patterns n s     == the patterns with n rows below s, each as the list of what the values 0, 1, .. add to the rows
     shifted_row n s i == s_i + (n - 1 - i)
     all_differences n l == \prod_(i < j < n) (l_i - l_j);  distances n == \prod_(i < j < n) (j - i)
     weyl_product k s == \prod_(i < k) \prod_(j > i) (s_i - s_j + (j - i)), of the first k rows
   Proved: count_patterns. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import fingroup perm zify.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Vandermonde.
Variable F : fieldType.
Lemma det_polys n (p : nat -> {poly F}) (x : nat -> F) : (forall k, size (p k) <= k.+1)%N ->
  (forall i j, (i < j < n)%N -> x i != x j) ->
  \det (\matrix_(i < n, j < n) (p (n.-1 - j)%N).[x i]) =
  (\prod_(k < n) (p k)`_k) * \prod_(i < n) \prod_(j < n | (i < j)%N) (x i - x j).
Proof.
move=> sp; elim: n x => [|n IH] x xI; first by rewrite det_mx00 !big_ord0 mul1r.
pose M y := \matrix_(i < n.+1, j < n.+1) (p (n - j)%N).[if i == ord0 then y else x i].
pose co j := cofactor (M 0) ord0 j; pose f := \sum_j co j *: p (n - j)%N.
have ME y : \det (M y) = f.[y].
  rewrite (expand_det_row _ ord0) horner_sum; apply: eq_bigr => j _; rewrite hornerZ mxE eqxx mulrC; congr (_ * _).
  by rewrite /co /cofactor; congr (_ * \det _); apply/matrixP => i k; rewrite !mxE lift_eqF.
have c0 : co ord0 = (\prod_(k < n) (p k)`_k) * \prod_(i < n) \prod_(j < n | (i < j)%N) (x i.+1 - x j.+1).
  rewrite /co /cofactor expr0 mul1r -(IH (fun i => x i.+1)) => [|i j ij]; last exact: xI.
  congr (\det _); apply/matrixP => i j; rewrite !mxE lift_eqF /=; congr (p _).[_].
  by rewrite /bump /=; lia.
have f0 (i : nat) : (0 < i < n.+1)%N -> root f (x i).
  case/andP => i0 lt; rewrite rootE -ME; apply/eqP.
  have nz : ord0 != Ordinal lt by rewrite -val_eqE /= eq_sym -lt0n.
  by apply: (determinant_alternate nz) => j; rewrite !mxE eqxx -val_eqE /= (gtn_eqF i0).
have fE : f = (co ord0 * (p n)`_n) *: \prod_(i < n) ('X - (x i.+1)%:P).
  set g := _ *: _; apply/eqP; rewrite -subr_eq0; apply/eqP.
  have sg : size (\prod_(i < n) ('X - (x i.+1)%:P)) = n.+1 by rewrite size_prod_XsubC /index_enum -enumT size_enum_ord.
  have mg : (\prod_(i < n) ('X - (x i.+1)%:P)) \is monic by apply: monic_prod_XsubC.
  apply: (@roots_geq_poly_eq0 F _ [seq x i.+1 | i <- iota 0 n]).
  - apply/allP => _ /mapP[i + ->]; rewrite mem_iota => /andP[_ /= lt].
    rewrite rootE hornerD hornerN hornerZ horner_prod (bigD1 (Ordinal lt)) //= hornerXsubC subrr mul0r mulr0 subr0.
    exact: f0.
  - rewrite map_inj_in_uniq ?iota_uniq // => i j; rewrite !mem_iota !add0n !leq0n /= => ln lj E.
    case: (ltngtP i j) => // lt.
      by have := xI i.+1 j.+1; rewrite E eqxx !ltnS lt lj => /(_ isT).
    by have := xI j.+1 i.+1; rewrite E eqxx !ltnS lt ln => /(_ isT).
  rewrite size_map size_iota; apply/leq_sizeP => k; rewrite leq_eqVlt => /orP[/eqP <-|lt].
    rewrite coefB coefZ -[X in _ - _ * X]/(_) (_ : (\prod_(i < n) ('X - (x i.+1)%:P))`_n = 1) ?mulr1; last first.
      by have := monicP mg; rewrite /lead_coef sg.
    rewrite coef_sum (bigD1 ord0) //= coefZ subn0 big1 ?addr0 ?subrr // => j nj.
    rewrite coefZ [X in _ * X]nth_default ?mulr0 // (leq_trans (sp _)) //.
    by have := ltn_ord j; move: nj; rewrite -val_eqE /=; lia.
  rewrite coefB coefZ [X in _ - _ * X]nth_default ?sg // mulr0 subr0 coef_sum big1 // => j _.
  by rewrite coefZ nth_default ?mulr0 // (leq_trans (sp _)) // (leq_trans _ lt) // ltnS leq_subr.
transitivity (\det (M (x 0%N))).
  by congr (\det _); apply/matrixP => i j; rewrite !mxE; case: eqP => [->|].
rewrite ME fE hornerZ horner_prod c0 big_ord_recr /= [in RHS]big_ord_recl /=.
rewrite -!mulrA; congr (_ * _); rewrite mulrC -!mulrA; congr (_ * _); congr (_ * _).
  by rewrite [in RHS]big_mkcond big_ord_recl /= mul1r; apply: eq_bigr => i _; rewrite hornerXsubC.
by apply: eq_bigr => i _; rewrite [in RHS]big_mkcond big_ord_recl /= mul1r -big_mkcond.
Qed.
End Vandermonde.

Definition all_differences n (l : nat -> nat) : nat := (\prod_(i < n) \prod_(j < n | (i < j)%N) (l i - l j))%N.
Definition distances n : nat := (\prod_(i < n) \prod_(j < n | (i < j)%N) (j - i))%N.

Lemma distances_row n i : (\prod_(j < n | (i < j)%N) (j - i) = (n - i.+1)`!)%N.
Proof.
elim: n => [|n IH]; first by rewrite big_ord0.
rewrite big_mkcond big_ord_recr -big_mkcond /= IH subSS; case: ltnP => [lt|le].
  by rewrite -[in RHS](subnSK lt) factS subnSK // mulnC.
by rewrite muln1 (eqP le) (_ : n - i.+1 = 0)%N //; apply/eqP/leq_trans/leqW/le.
Qed.

Lemma distancesE n : distances n = (\prod_(k < n) k`!)%N.
Proof. by rewrite [RHS](reindex_inj rev_ord_inj) /=; apply: eq_bigr => i _; rewrite distances_row. Qed.

Definition binomial_poly k : {poly rat} := (k`!%:R)^-1 *: \prod_(m < k) ('X - (m%:R)%:P).

Lemma size_binomial k : (size (binomial_poly k) <= k.+1)%N.
Proof. by rewrite (leq_trans (size_scale_leq _ _)) // size_prod_XsubC /index_enum -enumT size_enum_ord. Qed.

Lemma binomial_lead k : (binomial_poly k)`_k = (k`!%:R)^-1.
Proof.
rewrite coefZ -[RHS]mulr1; congr (_ * _).
have /monicP : (\prod_(m < k) ('X - ((m%:R)%:P : {poly rat}))) \is monic by apply: monic_prod_XsubC.
by rewrite /lead_coef size_prod_XsubC /index_enum -enumT size_enum_ord.
Qed.

Lemma binomial_value k l : (binomial_poly k).[l%:R] = 'C(l, k)%:R.
Proof.
rewrite hornerZ horner_prod; apply: (canLR (mulKf _)); first by rewrite pnatr_eq0 -lt0n fact_gt0.
rewrite mulrC -natrM bin_ffact; elim: k => [|k IH]; first by rewrite big_ord0.
rewrite big_ord_recr /= IH hornerXsubC ffactnSr natrM; have [kl|lk] := leqP k l; first by rewrite natrB.
by rewrite ffact_small // !mul0r.
Qed.

Lemma det_binomials n (l : nat -> nat) : (forall i j, (i < j < n)%N -> (l j < l i)%N) ->
  \det (\matrix_(i < n, j < n) 'C(l i, n.-1 - j)%:R) * (distances n)%:R = (all_differences n l)%:R :> rat.
Proof.
move=> dec; have -> : \matrix_(i < n, j < n) 'C(l i, n.-1 - j)%:R =
    \matrix_(i < n, j < n) (binomial_poly (n.-1 - j)).[(l i)%:R] by apply/matrixP => i j; rewrite !mxE binomial_value.
rewrite (det_polys (x := fun i => (l i)%:R) size_binomial) => [|i j /dec lt]; last first.
  by rewrite eqr_nat neq_ltn lt orbT.
rewrite distancesE natr_prod mulrAC -big_split big1 ?mul1r => [|k _] /=; last first.
  by rewrite binomial_lead mulVf // pnatr_eq0 -lt0n fact_gt0.
rewrite /all_differences natr_prod; apply: eq_bigr => i _; rewrite natr_prod; apply: eq_bigr => j ij.
by rewrite natrB // ltnW // dec // ij /=.
Qed.
(* Gelfand-Tsetlin patterns *)
Section Patterns.
Local Open Scope nat_scope.
Implicit Types s m : seq nat.

Fixpoint interlacing s : seq (seq nat) :=
  if s is a :: s' then
    if s' is b :: _ then [seq x :: m | x <- iota b (a - b).+1, m <- interlacing s'] else [:: [::]]
  else [::].
Definition decreasing s := forall i, nth 0 s i.+1 <= nth 0 s i.
Definition added s m := mkseq (fun t => nth 0 s t - nth 0 m t) (size s).
Fixpoint patterns n s : seq (seq (seq nat)) :=
  if n is n'.+1 then [seq rcons p (added s m) | m <- interlacing s, p <- patterns n' m] else [:: [::]].

Lemma interlacing_cons a b s : interlacing [:: a, b & s] =
  [seq x :: m | x <- iota b (a - b).+1, m <- interlacing (b :: s)].
Proof. by []. Qed.

Lemma interlacingP s m : decreasing s -> m \in interlacing s ->
  [/\ size m = (size s).-1, forall i, nth 0 m i <= nth 0 s i & forall i, nth 0 s i.+1 <= nth 0 m i].
Proof.
elim: s m => // a [|b s] IH m dec; first by rewrite inE => /eqP ->; split=> // i; rewrite !nth_nil.
case/allpairsPdep => x [m' [+ /(IH _ (fun i => dec i.+1))[sz up lo] ->]].
rewrite mem_iota => /andP[bx xa]; split=> [|[|i]|[|i]] /=; rewrite ?sz ?up //.
- by have := dec 0; rewrite /=; lia.
exact: lo.
Qed.

Lemma interlacing_decreasing s m : decreasing s -> m \in interlacing s -> decreasing m.
Proof. by move=> dec /(interlacingP dec)[_ up lo] i; apply: leq_trans (up _) (lo _). Qed.

Lemma size_patterns n s : size (patterns n.+1 s) = \sum_(m <- interlacing s) size (patterns n m).
Proof. by rewrite size_allpairs_dep sumnE big_map. Qed.
End Patterns.

Lemma sum_interlacing (R : comRingType) n s (f : nat -> nat -> R) : size s = n.+1 ->
  \sum_(m <- interlacing s) \prod_(i < n) f i (nth 0%N m i) =
  \prod_(i < n) \sum_(x <- iota (nth 0%N s i.+1) (nth 0%N s i - nth 0%N s i.+1).+1) f i x.
Proof.
elim: s n f => // a [|b s] IH [|n] f //; first by rewrite big_seq1 !big_ord0.
case=> sz; rewrite interlacing_cons big_allpairs_dep big_ord_recl.
rewrite -[X in _ * X](IH n (fun i => f i.+1)) /= ?sz // mulr_suml.
by apply: eq_bigr => x _; rewrite mulr_sumr; apply: eq_bigr => m _; rewrite big_ord_recl.
Qed.

Lemma sum_binomials (a b c k : nat) : (b <= a)%N ->
  \sum_(x <- iota b (a - b).+1) 'C(x + c, k)%:R = 'C(a + c.+1, k.+1)%:R - 'C(b + c, k.+1)%:R :> rat.
Proof.
move=> ba; apply/eqP; rewrite eq_sym subr_eq -natr_sum -natrD eqr_nat; apply/eqP.
rewrite -{1}(subnKC ba); elim: (a - b)%N => [|t IH]; first by rewrite addn0 big_seq1 addnS binS addnC.
rewrite -[X in iota _ X]addn1 iotaD big_cat big_seq1 /= [RHS]addnAC -IH.
rewrite (_ : b + t.+1 + c.+1 = (b + t + c.+1).+1)%N; last by lia.
by rewrite binS; congr (_ + 'C(_, _))%N; lia.
Qed.

Lemma det_row_differences (R : comRingType) n (A : 'M[R]_n.+1) : (forall i, A i ord_max = 1) ->
  \det A = \det (\matrix_(i < n, j < n) (A (widen_ord (leqnSn n) i) (widen_ord (leqnSn n) j)
                                         - A (lift ord0 i) (widen_ord (leqnSn n) j))).
Proof.
move=> A1; pose U : 'M[R]_n.+1 := \matrix_(i, j) ((i == j)%:R - (i.+1 == j)%:R).
have U1 : \det U = 1.
  rewrite -det_tr det_trig; last first.
    by apply/is_trig_mxP => i j ij; rewrite !mxE -val_eqE /= (gtn_eqF ij) (gtn_eqF (leqW ij)) subr0.
  by apply: big1 => i _; rewrite !mxE eqxx (gtn_eqF (ltnSn i)) subr0.
have UA i j : (U *m A) i j = A i j - \sum_(k < n.+1) (i.+1 == k)%:R * A k j.
  rewrite mxE; under eq_bigr do rewrite mxE mulrBl; rewrite sumrB; congr (_ - _).
  by rewrite (bigD1 i) //= eqxx mul1r big1 ?addr0 // => k /negPf ki; rewrite eq_sym ki mul0r.
have UAlow i j : (U *m A) (widen_ord (leqnSn n) i) j = A (widen_ord (leqnSn n) i) j - A (lift ord0 i) j.
  rewrite UA (bigD1 (lift ord0 i)) //= eqxx mul1r big1 ?addr0 // => k.
  by rewrite -val_eqE /= eq_sym => /negPf->; rewrite mul0r.
rewrite -[LHS]mul1r -U1 -det_mulmx (expand_det_col _ ord_max) big_ord_recr /= big1 ?add0r => [|i _]; last first.
  by rewrite UAlow !A1 subrr mul0r.
rewrite UA A1 big1 ?subr0 ?mul1r => [|k _]; last by rewrite (gtn_eqF (ltn_ord k)) mul0r.
rewrite /cofactor -signr_odd oddD addbb mul1r; congr (\det _); apply/matrixP => i j; rewrite !mxE.
have E (k : 'I_n) : lift ord_max k = widen_ord (leqnSn n) k by apply: val_inj; rewrite /= /bump leqNgt ltn_ord.
by rewrite !E -UAlow mxE.
Qed.

Lemma pred_sub n k : (k < n)%N -> (n.-1 - k).+1 = (n - k)%N.
Proof. by case: n => // n; rewrite ltnS => kn; rewrite subSn. Qed.

Definition shifted_row n (s : seq nat) i := (nth 0%N s i + (n.-1 - i))%N.

Lemma count_patterns_det n (s : seq nat) : size s = n -> decreasing s ->
  (size (patterns n s))%:R = \det (\matrix_(i < n, j < n) 'C(shifted_row n s i, n.-1 - j)%:R) :> rat.
Proof.
elim: n s => [|n IH] s sz dec; first by rewrite det_mx00.
rewrite size_patterns natr_sum big_seq.
rewrite (eq_bigr (fun m => \sum_(g : 'S_n) (-1) ^+ g * \prod_(i < n) 'C(shifted_row n m i, n.-1 - g i)%:R)) => [|m ms].
  rewrite -big_seq exchange_big det_row_differences => [|i]; last by rewrite !mxE subnn bin0.
  apply: eq_bigr => g _; rewrite -mulr_sumr; congr (_ * _).
  pose f i x := 'C(x + (n.-1 - i), n.-1 - oapp (fun i => val (g i)) 0 (insub i))%N%:R : rat.
  transitivity (\sum_(m <- interlacing s) \prod_(i < n) f i (nth 0%N m i)).
    by apply: eq_bigr => m _; apply: eq_bigr => i _; rewrite /f valK.
  rewrite (sum_interlacing _ sz); apply: eq_bigr => i _; rewrite /f valK /= sum_binomials; last exact: dec.
  rewrite !mxE /shifted_row lift0; congr ('C(_ + _, _)%:R - 'C(_ + _, _)%:R); try exact: pred_sub.
  by rewrite /= -subn1 -subnDA.
have [ms' _ _] := interlacingP dec ms.
rewrite IH ?ms' ?sz //; last exact: interlacing_decreasing ms.
by apply: eq_bigr => g _; congr (_ * _); apply: eq_bigr => i _; rewrite mxE.
Qed.

Theorem count_patterns n (s : seq nat) : size s = n -> decreasing s ->
  (size (patterns n s) * distances n = all_differences n (shifted_row n s))%N.
Proof.
move=> sz dec; apply/eqP; rewrite -(eqr_nat rat_numDomainType) natrM count_patterns_det //.
rewrite det_binomials // => i j /andP[ij jn].
have le : (nth 0 s j <= nth 0 s i)%N.
  by rewrite -(subnKC (ltnW ij)); elim: (j - i)%N => [|k]; rewrite ?addn0 // addnS; apply: leq_trans (dec _).
by rewrite /shifted_row; lia.
Qed.

(* the product of the differences row by row, the first k rows only *)
Section Product.
Local Open Scope nat_scope.
Implicit Types (s : seq nat).

Fixpoint row_product a s e := if s is b :: s' then (a - b + e) * row_product a s' e.+1 else 1.
Fixpoint weyl_product k s :=
  if k is k'.+1 then if s is a :: s' then row_product a s' 1 * weyl_product k' s' else 1 else 1.

Lemma row_productE a s e : row_product a s e = \prod_(j < size s) (a - nth 0 s j + (e + j)).
Proof.
elim: s e => [|b s IH] e; first by rewrite big_ord0.
by rewrite big_ord_recl /= addn0 IH; congr (_ * _); apply: eq_bigr => j _; rewrite addSnnS.
Qed.

Lemma shifted_sub n a x j : x <= a -> j < n -> a + (n - 0) - (x + (n - j.+1)) = a - x + j.+1.
Proof. lia. Qed.

Lemma shiftedS n a s i : shifted_row n.+1 (a :: s) i.+1 = shifted_row n s i.
Proof. by rewrite /shifted_row /= subnS predn_sub. Qed.
Lemma sub_sub_pred n i j : i < j < n -> n.-1 - i - (n.-1 - j) = j - i.
Proof. lia. Qed.

Lemma differences_product n s : size s = n -> decreasing s -> all_differences n (shifted_row n s) = weyl_product n s.
Proof.
elim: n s => [|n IH] s; first by rewrite /all_differences big_ord0.
case: s => // a s [sz] dec; rewrite /all_differences big_ord_recl /=; congr (_ * _).
  rewrite big_mkcond big_ord_recl /= mul1n row_productE sz; apply: eq_bigr => j _.
  have le : nth 0 s j <= a.
    have H i : nth 0 (a :: s) i <= a by elim: i => // i H; apply: leq_trans (dec i) H.
    exact: (H j.+1).
  exact: shifted_sub le (ltn_ord j).
rewrite -IH //; last by move=> i; apply: (dec i.+1).
apply: eq_bigr => i _; rewrite big_mkcond big_ord_recl /= mul1n -big_mkcond.
by apply: eq_bigr => j _; rewrite !shiftedS.
Qed.

Lemma distances_product n : distances n = weyl_product n (nseq n 0).
Proof.
rewrite -differences_product ?size_nseq // => [|i]; last by rewrite !nth_nseq !if_same.
apply: eq_bigr => i _; apply: eq_bigr => j ij; rewrite /shifted_row !nth_nseq !if_same.
by rewrite !add0n sub_sub_pred // ij /=.
Qed.

Lemma weyl_product_split k l s t : size s = k ->
  weyl_product (k + l) (s ++ t) = weyl_product k (s ++ t) * weyl_product l t.
Proof.
by elim: k s => [|k IH] [|a s] //= => [_|[sz]]; rewrite ?mul1n // IH // mulnA.
Qed.

End Product.
