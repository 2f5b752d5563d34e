(* Independent polynomials in the entries of a Gram matrix: the lower bound for the dimension h(d,r;b) of Theorem 3.3
   of theory.md, the polynomials of degree b on the symmetric d x d matrices of rank at most r. It is at least the
   number of semistandard tableaux with 2 b cells, values below d, and at most r rows, all of even length. This is the
   number of theory.md's formula for h (TableauFormula.v).
   Let G = X^T X, X with r rows. Each pair of columns of a tableau, of equal length k, with entries a and b, gives the
   k-minor G[a,b]. Weigh X(t,i), t, i >= 0, by t (d - i). By the formula of Cauchy and Binet (det_mulmx_inj) the
   monomial \prod_(t < k) X(t,a_t) X(t,b_t) is in G[a,b], with coefficient 1, and all others have a larger weight
   (leads_minor). So the lightest monomial of the product of the minors of a tableau is that of its entries, X(t,i) once
   for each i in row t. It determines the tableau. Hence these products are independent, in any characteristic.
     height, weight  == the weight of a variable X(t,i), of a monomial;  entry_at t k == the number of X(t,k)
     leads v p       == the monomial v has coefficient 1 in p, and all others have a larger weight
     tableau_row v t == row t of the tableau whose entries the monomial v counts
     row_below s s'  == row s' is no longer than s, and each of its entries is larger than the one in s above it
     even_tableau v  == v is a tableau with rows of even length
     gram_sub r q    == q, a polynomial in the entries of a symmetric matrix, at G; a polynomial in the entries of X
     even_tableaux d r b == the number of tableaux above;  tableau_sum d r K == \sum_(b <= K) even_tableaux d r b
   Proved: tableau_leads, leads_independent, and even_tableaux_dim: the number is at most h as GradedDimension.v
   defines it (gram_dim). Not proved: that it is no less. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import fingroup perm zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix SpanCover Attention GradedGram GramCoordinates GradedDimension.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* distinct naturals, with decreasing weights *)
Section Weights.
Local Open Scope nat_scope.

Lemma sum_distinct (s : seq nat) : uniq s -> \sum_(i < size s) i <= \sum_(x <- s) x.
Proof.
have [n] := ubnP (size s); elim: n s => // n IH s; rewrite ltnS => sn us.
case: (posnP (size s)) => [->|s0]; first by rewrite big_ord0.
have [x xs xle] : exists2 x, x \in s & (size s).-1 <= x.
  apply/hasP; apply: contraT => /hasPn small.
  have := @uniq_leq_size _ s (iota 0 (size s).-1) us; rewrite size_iota -ltnS prednK // ltnn; apply => y ys.
  by rewrite mem_iota add0n ltnNge small.
have := IH (rem x s); rewrite size_rem // -ltnS prednK // ltnS sn rem_uniq // => /(_ isT isT) le.
by rewrite (perm_big _ (perm_to_rem xs)) big_cons -(prednK s0) big_ord_recr /= addnC leq_add.
Qed.

Lemma sum_injective k (f : 'I_k -> nat) : injective f -> \sum_(i < k) i <= \sum_i f i.
Proof.
move=> fI; have := @sum_distinct [seq f i | i <- enum 'I_k]; rewrite size_map size_enum_ord big_map big_enum /=.
by apply; rewrite map_inj_uniq ?enum_uniq.
Qed.

Lemma least_weight k (f u : 'I_k -> nat) : injective f ->
  (forall i j : 'I_k, i < j -> u j < u i) -> (forall i, 0 < u i) ->
  \sum_(i < k) i * u i <= \sum_i f i * u i /\ (\sum_i f i * u i <= \sum_(i < k) i * u i -> forall i, f i = i).
Proof.
elim: k f u => [|k IH] f u fI dec pos; first by rewrite !big_ord0; split=> // _ [].
pose w i := widen_ord (leqnSn k) i; pose l : 'I_k.+1 := ord_max.
have wI : injective (f \o w) by move=> i j /fI/(congr1 val) /= E; apply: val_inj.
have lt (i : 'I_k) : u l < u (w i) by apply: dec; rewrite /= ltn_ord.
have [||le eq] := IH (f \o w) (fun i => u (w i) - u l) wI.
- by move=> i j ij; rewrite ltn_sub2r //; apply: dec.
- by move=> i; rewrite subn_gt0.
have split_sum (g : 'I_k.+1 -> nat) : \sum_i g i * u i =
    (\sum_i g i) * u l + \sum_i (g (w i) * (u (w i) - u l)).
  rewrite !big_ord_recr /= -/l mulnDl addnAC big_distrl -big_split; congr (_ + _); apply: eq_bigr => i _ /=.
  by rewrite -/(w i) -mulnDr subnKC // ltnW.
have sf := sum_injective fI.
rewrite (split_sum f) (split_sum val) /= in le eq *.
have {}pos := pos l; split; first by rewrite leq_add // leq_mul2r sf orbT.
move=> H.
have e1 : \sum_i f i <= \sum_(i < k.+1) i.
  by rewrite -(leq_pmul2r pos) -(leq_add2r (\sum_(i < k) i * (u (w i) - u l))) (leq_trans (leq_add (leqnn _) le) H).
have /eq {}eq : \sum_i f (w i) * (u (w i) - u l) <= \sum_(i < k) i * (u (w i) - u l).
  by rewrite -(leq_add2l ((\sum_(i < k.+1) i) * u l)) (leq_trans _ H) // leq_add2r leq_mul2r sf orbT.
have fl : f l = k.
  apply/eqP; rewrite -(eqn_add2l (\sum_(i < k) f (w i))); apply/eqP.
  rewrite -[LHS](@big_ord_recr _ _ _ k f) (eq_bigr (fun i : 'I_k => i : nat)) => [|i _]; last exact: eq.
  by rewrite -[RHS](@big_ord_recr _ _ _ k val); apply/eqP; rewrite eqn_leq e1 sf.
move=> i; case: (ltnP i k) => [ik|ki].
  by have := eq (Ordinal ik); rewrite /= (_ : w _ = i) //; apply: val_inj.
have -> : i = l by apply/val_inj/eqP; rewrite eqn_leq leq_ord.
exact: fl.
Qed.
End Weights.

(* the determinant of a product, with the terms that do not cancel *)
Lemma det_mulmx_inj (R : comRingType) k r (A : 'M[R]_(k, r)) (B : 'M[R]_(r, k)) :
  \det (A *m B) = \sum_(f : {ffun 'I_k -> 'I_r} | injectiveb f) \sum_(s : 'S_k)
    (-1) ^+ s * \prod_i (A i (f i) * B (f i) (s i)).
Proof.
pose AB (s : 'S_k) i j := A i j * B j (s i).
transitivity (\sum_(f : {ffun 'I_k -> 'I_r}) \sum_(s : 'S_k) (-1) ^+ s * \prod_i AB s i (f i)).
  rewrite exchange_big; apply: eq_bigr => /= s _; rewrite -big_distrr /=; congr (_ * _).
  by rewrite -(bigA_distr_bigA (AB s)); apply: eq_bigr => i _; rewrite mxE.
rewrite (bigID (fun f : {ffun 'I_k -> 'I_r} => injectiveb f)) /= addrC big1 ?add0r // => f Uf.
transitivity (\det (\matrix_(i, j) B (f i) j) * \prod_i A i (f i)).
  rewrite mulrC big_distrr /=; apply: eq_bigr => s _.
  by rewrite mulrCA big_split //=; congr (_ * (_ * _)); apply: eq_bigr => i _; rewrite mxE.
case/injectivePn: Uf => i1 [i2 Di12 Ef12].
by rewrite (determinant_alternate Di12) ?mul0r // => j; rewrite !mxE Ef12.
Qed.
(* the leading monomials of minors *)
Section Leading.
Variables (R : comRingType) (d r : nat).
Local Notation N := #|entry d r|.
Implicit Types (p q : {mpoly R[N]}) (u v : 'X_{1..N}).

Definition height (e : 'I_N) : nat := let: (t, k) := enum_val e : entry d r in (t * (d - k))%N.
Definition weight u : nat := (\sum_e height e * u e)%N.
Definition above n p := forall u, u \in msupp p -> (n <= weight u)%N.
Definition leads v p := above (weight v).+1 (p - 'X_[v]).

Lemma weightD u v : weight (u + v)%MM = (weight u + weight v)%N.
Proof. by rewrite /weight -big_split; apply: eq_bigr => t _; rewrite mnmDE mulnDr. Qed.

Lemma weight0 : weight 0%MM = 0%N.
Proof. by rewrite /weight big1 // => t _; rewrite mnm0E muln0. Qed.

Lemma weight_sum I (s : seq I) (P : pred I) (f : I -> 'X_{1..N}) :
  weight (\sum_(i <- s | P i) f i)%MM = (\sum_(i <- s | P i) weight (f i))%N.
Proof. by elim/big_rec2: _ => [|i x y _ <-]; rewrite ?weight0 ?weightD. Qed.

Definition entry_at (t : 'I_r) (k : 'I_d) : 'I_N := enum_rank ((t, k) : entry d r).
Lemma weightU t k : weight U_(entry_at t k)%MM = (t * (d - k))%N.
Proof.
rewrite /weight (bigD1 (entry_at t k)) //= mnm1E eqxx muln1 /height enum_rankK big1 ?addn0 // => s ns.
by rewrite mnm1E eq_sym (negPf ns) muln0.
Qed.

Lemma aboveW n n' p : (n <= n')%N -> above n' p -> above n p.
Proof. by move=> le ap u /ap; apply: leq_trans. Qed.

Lemma aboveD n p q : above n p -> above n q -> above n (p + q).
Proof. by move=> ap aq u /msuppD_le; rewrite mem_cat => /orP[/ap|/aq]. Qed.

Lemma above_sum n I (s : seq I) (P : pred I) (f : I -> {mpoly R[N]}) :
  (forall i, P i -> above n (f i)) -> above n (\sum_(i <- s | P i) f i).
Proof. by move=> H; elim/big_ind: _ => //; [move=> u; rewrite msupp0|apply: aboveD]. Qed.

Lemma aboveM n n' p q : above n p -> above n' q -> above (n + n') (p * q).
Proof.
move=> ap aq u /msuppM_le/allpairsP[[u1 u2] /= [/ap l1 /aq l2 ->]].
by rewrite weightD leq_add.
Qed.

Lemma aboveX v : above (weight v) 'X_[R, v].
Proof. by move=> u; rewrite msuppX inE => /eqP ->. Qed.

Lemma above_sign n s p : above n p -> above n ((-1) ^+ s * p).
Proof.
move=> ap; rewrite -signr_odd; case: (odd s); rewrite ?mul1r // mulN1r.
by move=> u; rewrite (perm_mem (msuppN _)); apply: ap.
Qed.

Lemma leads1 : leads 0%MM 1.
Proof. by move=> u; rewrite mpolyX0 subrr msupp0. Qed.

Lemma leadsM v w p q : leads v p -> leads w q -> leads (v + w)%MM (p * q).
Proof.
rewrite /leads => lp lq; rewrite weightD; set p' := p - 'X_[v] in lp; set q' := q - 'X_[w] in lq.
have -> : p * q - 'X_[v + w] = p' * 'X_[w] + ('X_[v] * q' + p' * q').
  by rewrite mpolyXD /p' /q' !(mulrBl, mulrBr); set a := 'X_[v]; set b := 'X_[w]; set c := a * b; rewrite addrACA; ring.
do ?apply: aboveD.
- by rewrite -addSn; apply: aboveM lp (@aboveX w).
- by rewrite -addnS; apply: aboveM (@aboveX v) lq.
by apply: aboveW (aboveM lp lq); rewrite addSn ltnS leq_add // leqnSn.
Qed.

Lemma leads_prod I (s : seq I) (v : I -> 'X_{1..N}) (p : I -> {mpoly R[N]}) :
  (forall i, leads (v i) (p i)) -> leads (\sum_(i <- s) v i)%MM (\prod_(i <- s) p i).
Proof. by move=> H; elim/big_rec2: _ => [|i x y _]; [apply: leads1|apply: leadsM]. Qed.

(* the diagonal term of a minor of the Gram matrix, in its first rows *)
Section Minor.
Variables (k : nat) (kr : (k <= r)%N) (a b : 'I_k -> 'I_d).
Hypothesis a_lt : forall i j : 'I_k, (i < j)%N -> (a i < a j)%N.
Hypothesis b_lt : forall i j : 'I_k, (i < j)%N -> (b i < b j)%N.

Definition diagonal_in (f : 'I_k -> 'I_r) (s : 'S_k) : 'X_{1..N} :=
  (\sum_i (U_(entry_at (f i) (a i)) + U_(entry_at (f i) (b (s i)))))%MM.
Let low := widen_ord kr.

Lemma weight_diagonal f s :
  weight (diagonal_in f s) = (\sum_i f i * (d - a i) + \sum_i f ((s^-1)%g i) * (d - b i))%N.
Proof.
rewrite weight_sum; under eq_bigr do rewrite weightD !weightU.
rewrite big_split; congr (_ + _)%N; rewrite /= (reindex_inj (@perm_inj _ (s^-1)%g)) /=.
by apply: eq_bigr => i _; rewrite permKV.
Qed.

Lemma weight_minor (f : 'I_k -> 'I_r) s : injective f ->
  (weight (diagonal_in low 1%g) <= weight (diagonal_in f s))%N /\
  ((weight (diagonal_in f s) <= weight (diagonal_in low 1%g))%N -> (forall i, f i = low i) /\ s = 1%g).
Proof.
move=> fI; rewrite !weight_diagonal invg1; under [X in (_ + X)%N]eq_bigr do rewrite perm1.
have part (c : 'I_k -> 'I_d) (g : 'I_k -> 'I_r) : (forall i j : 'I_k, (i < j)%N -> (c i < c j)%N) -> injective g ->
    (\sum_(i < k) i * (d - c i) <= \sum_i g i * (d - c i))%N /\
    ((\sum_i g i * (d - c i) <= \sum_(i < k) i * (d - c i))%N -> forall i, g i = i :> nat).
  move=> c_lt gI; apply: (@least_weight k (fun i => g i) (fun i => d - c i)%N) => [i j /val_inj/gI//|i j /c_lt lt|i].
    by rewrite ltn_sub2l.
  by rewrite subn_gt0.
have [leA eqA] := part a f a_lt fI.
have [leB eqB] := part b (fun i => f ((s^-1)%g i)) b_lt (inj_comp fI (@perm_inj _ _)).
split; first exact: leq_add leA leB.
move=> H; have fE i : f i = low i.
  apply: val_inj; apply: eqA; rewrite -(leq_add2r (\sum_(i < k) i * (d - b i))).
  exact: leq_trans (leq_add (leqnn _) leB) H.
split=> //; apply/permP => i; rewrite perm1; apply: (canLR (permKV s)).
have := eqB _ i; rewrite fE => E; apply/val_inj/esym/E.
by rewrite -(leq_add2l (\sum_(i < k) i * (d - a i))) (leq_trans (leq_add leA (leqnn _)) H).
Qed.

Lemma leads_minor : leads (diagonal_in low 1%g) (\det (\matrix_(i, j) gram_poly R r (a i) (b j))).
Proof.
have -> : \matrix_(i, j) gram_poly R r (a i) (b j) =
    (\matrix_(i, t) entry_poly R t (a i)) *m (\matrix_(t, j) entry_poly R t (b j)).
  by apply/matrixP => i j; rewrite !mxE; apply: eq_bigr => t _; rewrite !mxE.
have termE (f : 'I_k -> 'I_r) (s : 'S_k) :
    \prod_i ((\matrix_(i, t) entry_poly R t (a i)) i (f i) * (\matrix_(t, j) entry_poly R t (b j)) (f i) (s i)) =
    'X_[diagonal_in f s].
  rewrite /diagonal_in; elim/big_rec2: _ => [|i x y _ ->]; first by rewrite mpolyX0.
  by rewrite !mpolyXD !mxE.
rewrite det_mulmx_inj; pose low' : {ffun 'I_k -> 'I_r} := [ffun i => low i].
have low'E i : low' i = low i by rewrite ffunE.
have lowI : injectiveb low'.
  by apply/injectiveP => i j; rewrite !low'E => /(congr1 val) /= /val_inj.
have dlow s : diagonal_in low' s = diagonal_in low s by apply: eq_bigr => i _; rewrite low'E.
rewrite (bigD1 low') //= (bigD1 1%g) //= odd_perm1 expr0 mul1r termE dlow.
rewrite /leads addrAC [X in X + _]addrAC subrr add0r; apply: aboveD; apply: above_sum.
  move=> s s1; apply: above_sign; rewrite termE; apply: aboveW (@aboveX _); rewrite ltnNge.
  by apply: contra s1 => /(weight_minor s (injectiveP _ lowI)).2[_ ->].
move=> f /andP[/injectiveP fI fl]; apply: above_sum => s _; apply: above_sign; rewrite termE.
apply: aboveW (@aboveX _); rewrite ltnNge; apply: contra fl => /(weight_minor s fI).2[fE _].
by apply/eqP/ffunP => i; rewrite low'E.
Qed.
End Minor.
End Leading.

(* semistandard tableaux with even rows, as the monomial of their entries (row, value) *)
Section Tableaux.
Variables (d r : nat).
Local Notation N := #|entry d r|.
Implicit Types (u v : 'X_{1..N}).

Definition tableau_row v t : seq 'I_d := flatten [seq nseq (v (entry_at t k)) k | k <- enum 'I_d].
Definition row_below (s s' : seq 'I_d) :=
  (size s' <= size s)%N && all (fun kl : 'I_d * 'I_d => (kl.1 < kl.2)%N) (zip s s').
Definition even_tableau v := [forall t, ~~ odd (size (tableau_row v t))] &&
  [forall t : 'I_r, forall t' : 'I_r, (t < t')%N ==> row_below (tableau_row v t) (tableau_row v t')].

Lemma sum_row v t (f : 'I_d -> 'X_{1..N}) : (\sum_(k <- tableau_row v t) f k = \sum_k f k *+ v (entry_at t k))%MM.
Proof.
rewrite big_flatten big_map big_enum; apply: eq_bigr => k _.
by elim: (v _) => [|n IH]; rewrite ?mulm0n ?big_nil // mulmS /= big_cons IH.
Qed.

Lemma sum_rows v : (\sum_t \sum_(k <- tableau_row v t) U_(entry_at t k) = v)%MM.
Proof.
under eq_bigr do rewrite sum_row; rewrite pair_bigA /= [RHS]multinomUE_id.
rewrite (reindex (fun e : 'I_N => enum_val e : entry d r)) /=; last first.
  by exists (fun e => enum_rank (e : entry d r)) => e _; rewrite ?enum_rankK ?enum_valK.
by apply: eq_bigr => e _; rewrite /entry_at -surjective_pairing enum_valK.
Qed.

Lemma mdeg_rows v : mdeg v = (\sum_t size (tableau_row v t))%N.
Proof.
rewrite -[in LHS](sum_rows v) mdeg_sum; apply: eq_bigr => t _; rewrite mdeg_sum.
by under eq_bigr do rewrite mdeg1; rewrite sum1_size.
Qed.

Lemma sum_doubled (F : nat -> 'X_{1..N}) h P : (h <= P)%N ->
  (\sum_(p < P | (2 * p < 2 * h)%N) (F (2 * p)%N + F (2 * p).+1) = \sum_(j < 2 * h) F j)%MM.
Proof.
move=> hP; under eq_bigl do rewrite ltn_pmul2l //.
rewrite -(big_ord_widen P (fun p => F (2 * p)%N + F (2 * p).+1)%MM hP) {hP}.
elim: h => [|h IH]; first by rewrite !big_ord0.
by rewrite big_ord_recr IH mulnS !big_ord_recr /= addmA.
Qed.
End Tableaux.

Definition even_tableaux d r b :=
  #|[pred v : 'X_{1..#|entry d r| < (2 * b).+1} | (mdeg v == 2 * b)%N && even_tableau v]|.
Definition tableau_sum d r K := (\sum_(b < K.+1) even_tableaux d r b)%N.

Section Minors.
Variables (R : comRingType) (d r : nat).
Local Notation N := #|entry d r|.
Local Notation m := #|upper d|.

(* the variable of a symmetric matrix at t becomes the entry of the Gram matrix *)
Definition gram_sub (q : {mpoly R[m]}) : {mpoly R[N]} :=
  q \mPo [tuple gram_poly R r (enum_val t).1 (enum_val t).2 | t < m].

Lemma gram_subX k l : gram_sub 'X_(sym_index k l) = gram_poly R r k l.
Proof.
rewrite /gram_sub comp_mpolyXU -tnth_nth tnth_mktuple enum_rankK_in ?sorted_pairP // /sorted_pair.
by case: ifP => //= _; apply: eq_bigr => j _; rewrite mulrC.
Qed.

Definition sym_minor k (a b : 'I_k -> 'I_d) : {mpoly R[m]} := \det (\matrix_(i, j) 'X_(sym_index (a i) (b j))).

Lemma sym_minor_homog k (a b : 'I_k -> 'I_d) : sym_minor a b \is k.-homog.
Proof.
apply: rpred_sum => s _; rewrite -signr_odd.
have h : \prod_i (\matrix_(i, j) 'X_(sym_index (a i) (b j)) : 'M[{mpoly R[m]}]_k) i (s i) \is k.-homog.
  suff: \prod_i (\matrix_(i, j) 'X_(sym_index (a i) (b j)) : 'M[{mpoly R[m]}]_k) i (s i) \is (\sum_(i < k) 1)%N.-homog.
    by rewrite sum_nat_const card_ord muln1.
  elim/big_rec2: _ => [|i x y _ H]; first exact: dhomog1.
  by apply: dhomogM => //; rewrite mxE dhomogX /= mdeg1.
by case: (odd s); rewrite ?mul1r // mulN1r rpredN.
Qed.

Lemma gram_sub_minor k (a b : 'I_k -> 'I_d) :
  gram_sub (sym_minor a b) = \det (\matrix_(i, j) gram_poly R r (a i) (b j)).
Proof.
rewrite /gram_sub /sym_minor -det_map_mx; congr (\det _); apply/matrixP => i j; rewrite !mxE.
exact: gram_subX.
Qed.

Lemma card_initial (P : pred 'I_r) : (forall t t' : 'I_r, (t <= t')%N -> P t' -> P t) ->
  forall t : 'I_r, (t < #|P|)%N = P t.
Proof.
move=> down t; have card_lt n : (n <= r)%N -> #|[pred t' : 'I_r | (t' < n)%N]| = n.
  by move=> nr; rewrite -sum1_card -(big_ord_widen r (fun=> 1%N) nr) sum_nat_const card_ord muln1.
apply/idP/idP => [|Pt]; last first.
  rewrite -[X in (X <= _)%N](card_lt _ (ltn_ord t)); apply: subset_leq_card.
  apply/subsetP => t'; rewrite !inE ltnS => le.
  exact: down Pt.
apply: contraLR => nPt; rewrite -leqNgt -[X in (_ <= X)%N](card_lt _ (ltnW (ltn_ord t))).
apply: subset_leq_card; apply/subsetP => t' Pt'; rewrite inE ltnNge; apply: contra nPt => le.
exact: down le Pt'.
Qed.

Section Columns.
Variables (v : 'X_{1..N}) (i0 : 'I_d).
Hypothesis tv : even_tableau v.
Local Notation n t := (size (tableau_row v t)).
Local Notation at_col t j := (nth i0 (tableau_row v t) j).

Let rows_below (t t' : 'I_r) : (t < t')%N -> row_below (tableau_row v t) (tableau_row v t').
Proof. by case/andP: tv => _ /forallP/(_ t)/forallP/(_ t')/implyP. Qed.
Let row_even t : n t = (2 * (n t)./2)%N.
Proof. by case/andP: tv => /forallP/(_ t)/negbTE o _; rewrite -[LHS]odd_double_half o mul2n. Qed.

Let size_row (t t' : 'I_r) : (t <= t')%N -> (n t' <= n t)%N.
Proof. by rewrite leq_eqVlt => /orP[/eqP/val_inj->//|/rows_below/andP[]]. Qed.

Let column_lt (t t' : 'I_r) j : (t < t')%N -> (j < n t')%N -> (at_col t j < at_col t' j)%N.
Proof.
move=> tt jt'; have /andP[sz /(all_nthP (i0, i0))/(_ j)] := rows_below tt.
have jz : (j < size (zip (tableau_row v t) (tableau_row v t')))%N by rewrite size_zip leq_min jt' (leq_trans jt').
by rewrite nth_zip_cond jz; apply.
Qed.

Let height_of p := #|[pred t : 'I_r | (2 * p < n t)%N]|.
Let height_le p : (height_of p <= r)%N.
Proof. by rewrite -[X in (_ <= X)%N]card_ord max_card. Qed.
Let low p (i : 'I_(height_of p)) : 'I_r := widen_ord (height_le p) i.
Let lt_height p (t : 'I_r) : (t < height_of p)%N = (2 * p < n t)%N.
Proof.
apply: (@card_initial [pred t : 'I_r | (2 * p < n t)%N]) => t1 t2 le lt.
exact: leq_trans lt (size_row le).
Qed.
Let low_long p (i : 'I_(height_of p)) : (2 * p < n (low i))%N.
Proof. by rewrite -lt_height; apply: (ltn_ord i). Qed.

Let odd_col t p : (2 * p < n t)%N -> ((2 * p).+1 < n t)%N.
Proof. by rewrite row_even ltn_pmul2l // => lt; rewrite -leq_double -!mul2n mulnS in lt; apply: lt. Qed.

Let column p j (i : 'I_(height_of p)) : 'I_d := at_col (low i) j.

Let diagonal p := diagonal_in (@column p (2 * p)) (@column p (2 * p).+1) (@low p) 1%g.

Let sum_columns P : (forall t, (n t <= 2 * P)%N) -> (\sum_(p < P) diagonal p = v)%MM.
Proof.
move=> nP; transitivity (\sum_(p < P) \sum_(t : 'I_r | (2 * p < n t)%N)
    (U_(entry_at t (at_col t (2 * p))) + U_(entry_at t (at_col t (2 * p).+1))))%MM.
  apply: eq_bigr => p _; rewrite /diagonal /diagonal_in; under eq_bigr do rewrite perm1.
  pose G (t : 'I_r) := (U_(entry_at t (at_col t (2 * p))) + U_(entry_at t (at_col t (2 * p).+1)))%MM.
  rewrite -[LHS]/(\sum_(i < height_of p) G (low i))%MM.
  by rewrite -(big_ord_narrow (height_le p)); apply: eq_bigl => t; rewrite lt_height.
rewrite (exchange_big_dep xpredT) //= -[RHS]sum_rows; apply: eq_bigr => t _.
rewrite row_even (sum_doubled (fun j => U_(entry_at t (at_col t j))%MM)); last first.
  by rewrite -(leq_pmul2l (ltn0Sn 1)) -row_even.
rewrite -row_even -(big_mkord xpredT (fun j => U_(entry_at t (at_col t j))%MM)).
by rewrite -(big_nth i0 xpredT (fun k => U_(entry_at t k)%MM)).
Qed.

Lemma columns_leads b : mdeg v = (2 * b)%N -> exists2 q : {mpoly R[m]}, q \is b.-homog & leads v (gram_sub q).
Proof.
move=> vb; pose minor p := sym_minor (@column p (2 * p)) (@column p (2 * p).+1).
have nb t : (n t <= 2 * b)%N by rewrite -vb mdeg_rows (bigD1 t) ?leq_addr.
exists (\prod_(p < b) minor p).
  have : \prod_(p < b) minor p \is (\sum_(p < b) height_of p)%N.-homog.
    by elim/big_rec2: _ => [|p x y _ H]; [exact: dhomog1 | apply: dhomogM => //; apply: sym_minor_homog].
  congr (_ \is _.-homog); apply/eqP; rewrite -(eqn_pmul2l (ltn0Sn 1)) -vb -[in X in _ == X](sum_columns nb) mdeg_sum.
  rewrite big_distrr; apply/eqP/eq_bigr => p _; rewrite mdeg_sum; under [RHS]eq_bigr do rewrite mdegD !mdeg1.
  by rewrite sum_nat_const card_ord mulnC.
rewrite -[in X in leads X _](sum_columns nb).
rewrite (_ : gram_sub _ = \prod_(p < b) gram_sub (minor p)); last exact: rmorph_prod.
apply: leads_prod => p; rewrite gram_sub_minor; apply: leads_minor => i j ij.
  by apply: (@column_lt (low i) (low j)) (low_long j).
by apply: (@column_lt (low i) (low j)) (odd_col (low_long j)).
Qed.
End Columns.
End Minors.

(* as many independent polynomials in the entries of a Gram matrix as there are tableaux *)
Section Independent.
Variables (R : comRingType) (d r : nat).
Local Notation N := #|entry d r|.
Local Notation m := #|upper d|.
Implicit Types (u v : 'X_{1..N}).

Lemma leads_coef v p u : leads v p -> (weight u <= weight v)%N -> p@_u = (u == v)%:R :> R.
Proof.
move=> lp le; have : (p - 'X_[v])@_u = 0.
  by apply: memN_msupp_eq0; apply/negP => /lp; rewrite ltnNge le.
by rewrite mcoeffB mcoeffX eq_sym => /eqP; rewrite subr_eq0 => /eqP.
Qed.

Lemma leads_independent (T : finType) (v : T -> 'X_{1..N}) (p : T -> {mpoly R[N]}) (c : T -> R) :
  injective v -> (forall t, leads (v t) (p t)) -> \sum_t c t *: p t = 0 -> forall t, c t = 0.
Proof.
move=> vI lp sum0 t; have [n] := ubnP (weight (v t)); elim: n t => // n IH t; rewrite ltnS => tn.
have := congr1 (mcoeff (v t)) sum0; rewrite mcoeff0 raddf_sum (bigD1 t) //= mcoeffZ (leads_coef (lp t)) // eqxx mulr1.
rewrite big1 ?addr0 // => s st; rewrite mcoeffZ; have [le|lt] := leqP (weight (v t)) (weight (v s)).
  by rewrite (leads_coef (lp s)) // (inj_eq vI) eq_sym (negPf st) mulr0.
by rewrite IH ?mul0r // (leq_trans lt).
Qed.

Theorem tableau_leads v b : even_tableau v -> mdeg v = (2 * b)%N ->
  exists2 q : {mpoly R[m]}, q \is b.-homog & leads v (gram_sub r q).
Proof.
move=> tv vb; have [v0|[e _]] : v = 0%MM \/ exists e : 'I_N, True.
  case: (posnP N) => [N0|N0]; last by right; exists (Ordinal N0).
  by left; apply/mnmP => e; have := ltn_ord e; rewrite {2}N0.
  exists 1; last by rewrite v0 /gram_sub rmorph1; apply: leads1.
  suff -> : b = 0%N by apply: dhomog1.
  by apply/eqP; rewrite -(eqn_pmul2l (ltn0Sn 1)) -vb v0 mdeg0.
exact: (columns_leads R (enum_val e : entry d r).2 tv vb).
Qed.

End Independent.

Section Dimension.
Variables (F : fieldType) (d r b : nat).
Local Notation N := #|entry d r|.
Local Notation m := #|upper d|.

Lemma gram_subE (q : {mpoly F[m]}) : q \is b.-homog ->
  gram_sub r q = \sum_(u : 'X_{1..m < b.+1} | mdeg u == b) q@_u *: gram_monom F r u.
Proof.
move=> hq; rewrite /gram_sub (comp_mpolywE _ (homog_msize hq)) (bigID (fun u : 'X_{1..m < b.+1} => mdeg u == b)) /=.
rewrite [X in _ + X]big1 ?addr0 => [|u nu]; last by rewrite (dhomog_nemf_coeff hq nu) scale0r.
by apply: eq_bigr => u _; congr (_ *: _); apply: eq_bigr => t _; rewrite tnth_mktuple.
Qed.

Lemma gram_sub_homog (q : {mpoly F[m]}) : q \is b.-homog -> gram_sub r q \is (2 * b).-homog.
Proof.
move=> hq; rewrite gram_subE //; apply: rpred_sum => u /eqP ub; apply: dhomogZ.
by have := gram_monom_homog F r u; rewrite ub.
Qed.

Theorem even_tableaux_dim : (even_tableaux d r b <= gram_dim F d r b)%N.
Proof.
pose T := [finType of {v : 'X_{1..N < (2 * b).+1} | (mdeg v == 2 * b)%N && even_tableau v}].
have ex (t : T) : exists q : {mpoly F[m]}, q \is b.-homog /\ leads (val t : 'X_{1..N}) (gram_sub r q).
  by have /andP[/eqP vb tv] := valP t; have [q hq lq] := tableau_leads F tv vb; exists q.
have [q qP] := fin_all_exists ex.
pose C : 'M[F]_(#|T|, #|{: 'X_{1..m < b.+1}}|) := \matrix_(i, j) (q (enum_val i))@_(enum_val j : 'X_{1..m < b.+1}).
have CE i w : (C *m gram_mx F d r b) i w = (gram_sub r (q (enum_val i)))@_(enum_val w : 'X_{1..N < (2 * b).+1}).
  rewrite gram_subE; last by case: (qP (enum_val i)).
  rewrite mxE raddf_sum /= [RHS]big_mkcond -[RHS]sum_enum_val; apply: eq_bigr => j _; rewrite !mxE.
  by case: ifP => Eb; rewrite /= Eb ?mulr0 // mcoeffZ.
have free : row_free (C *m gram_mx F d r b).
  apply: inj_row_free => c c0; apply/rowP => i; rewrite mxE -(enum_valK i).
  apply: (@leads_independent F d r T (fun t => val t : 'X_{1..N}) (fun t => gram_sub r (q t))
    (fun t => c 0 (enum_rank t))).
  - by move=> t t' /val_inj/val_inj.
  - by move=> t; case: (qP t).
  have h : \sum_t c 0 (enum_rank t) *: gram_sub r (q t) \is (2 * b).-homog.
    by apply: rpred_sum => t _; apply/dhomogZ/gram_sub_homog; case: (qP t).
  apply/mpolyP => w; rewrite mcoeff0; have [wb|nw] := eqVneq (mdeg w) (2 * b)%N; last exact: (dhomog_nemf_coeff h).
  have lt : (mdeg w < (2 * b).+1)%N by rewrite wb.
  have := congr1 (fun A : 'rV_ _ => A 0 (enum_rank (BMultinom lt))) c0; rewrite !mxE => E; rewrite -[RHS]E.
  rewrite raddf_sum /= -[LHS]sum_enum_val; apply: eq_bigr => k _.
  by rewrite CE mcoeffZ enum_valK enum_rankK.
rewrite /even_tableaux -card_sig -/T -(eqP free); exact: mxrankM_maxr.
Qed.
End Dimension.
