(* Functions of a sum: the lower half of Proposition 1.6 of theory.md, with one token on a side.
   Let f(x,y) = \sum_k y_k(x) Phi_k(u(x) + v(y)), the Phi_k polynomials in n variables with exponents below B. The
   coefficient of y_k u^a v^b in f is bin(a,b) c_(k,a+b), bin(a,b) = \prod_i 'C(a_i + b_i, a_i). Let the rows (k,a) be
   sorted into lines on which y_k u^a is one function, and the columns b into lines on which v^b is. In the array of the
   lines these coefficients are added, and sep f is at least the order of any minor of it that is not 0, if the
   functions of the lines are independent. theory.md's array is this one, row a multiplied by a! and column b by b!.
   mnm_add a b, mnm_bin a b == the exponents a + b; bin(a,b). Exponents are expo n B (CoefMatrix.v)
   hankel1 p a b            == the coefficient of u^a v^b in p(u + v)
   hankel_lines lam mu Phi rho kappa == the sum of the coefficients with lam (k,a) = rho and mu b = kappa
   independent phi          == the functions phi_t, t in a finite type, are linearly independent
   gram_entry S pr x t      == the entry at pr t of the Gram matrix of the tokens in S
   token_col pr b, token_row pr (k,a) == the exponents of z in \prod_t (z_p z_q)^(b_t), (p,q) = pr t, and in
                               z_k \prod_t (z_p z_q)^(a_t)
   Proved: hankel_rank; and in characteristic 0 the independence of monomials on a curve where the variables are
   distinct powers of one number, up to units (independent_curve), in values that can be chosen (independent_free), in
   the entries of the Gram matrix of at least d tokens (independent_gram), and of these times an entry of one of the
   tokens (independent_gram1): the curve has triangular matrices of tokens, and the tokens are permuted. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import fingroup perm zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank RankModP PowerRank CoefMatrix RankClasses Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Expand.
Variables (n B : nat).
Implicit Types a b : expo n B.
Definition mnm_add a b : 'X_{1..n} := [multinom (a i + b i)%N | i < n].
Definition mnm_bin a b : nat := (\prod_i 'C(a i + b i, a i))%N.

Variable R : comRingType.

Lemma exprD_pairs (k : nat) (x y : R) : (k < B)%N ->
  (x + y) ^+ k = \sum_(cd : 'I_B * 'I_B)
    if (cd.1 + cd.2 == k)%N then x ^+ cd.1 * y ^+ cd.2 *+ 'C(cd.1 + cd.2, cd.1) else 0.
Proof.
move=> kB; rewrite addrC exprDn.
rewrite -(pair_bigA _ (fun (c d : 'I_B) => if (c + d == k)%N then x ^+ c * y ^+ d *+ 'C(c + d, c) else 0)) /=.
rewrite (big_ord_widen _ (fun i => y ^+ (k - i) * x ^+ i *+ 'C(k, i)) kB) big_mkcond; apply: eq_bigr => c _ /=.
case: (ltnP c k.+1) => ck; last by rewrite big1 // => d _; case: eqP => // E; move: ck; rewrite -E; lia.
have dB : (k - c < B)%N by lia.
rewrite (bigD1 (Ordinal dB)) //= subnKC // eqxx big1 ?addr0 => [|d nd]; first by rewrite mulrC.
case: eqP => // E; case/eqP: nd; apply: val_inj => /=; lia.
Qed.

Lemma monom_sum (m : 'X_{1..n}) (u v : 'I_n -> R) : (mdeg m < B)%N ->
  \prod_i (u i + v i) ^+ m i = \sum_(ab : expo n B * expo n B)
    if mnm_add ab.1 ab.2 == m then monom u ab.1 * monom v ab.2 *+ mnm_bin ab.1 ab.2 else 0.
Proof.
move=> mB; have le i : (m i < B)%N by apply: leq_ltn_trans mB; rewrite mdegE (bigD1 i) ?leq_addr.
under eq_bigr do rewrite (exprD_pairs _ _ (le _)).
rewrite bigA_distr_bigA /=.
pose h (ab : expo n B * expo n B) : {ffun 'I_n -> 'I_B * 'I_B} := [ffun i => (ab.1 i, ab.2 i)].
rewrite (reindex h) /=; last first.
  exists (fun f : {ffun 'I_n -> 'I_B * 'I_B} => ([ffun i => (f i).1], [ffun i => (f i).2])) => [[a b]|f] _ /=.
    by congr (_, _); apply/ffunP => i; rewrite !ffunE.
  by apply/ffunP => i; rewrite !ffunE /=; case: (f i).
apply: eq_bigr => -[a b] _ /=; case: eqP => [E|ne].
  transitivity (\prod_i (u i ^+ a i * v i ^+ b i * ('C(a i + b i, a i))%:R)).
    by apply: eq_bigr => i _; rewrite ffunE /= -E mnmE eqxx mulr_natr.
  by rewrite /monom /mnm_bin !big_split -[RHS]mulr_natr natr_prod.
case: (pickP (fun i => (a i + b i != m i)%N)) => [i ni|al].
  by rewrite (bigD1 i) //= ffunE /= (negPf ni) mul0r.
by case: ne; apply/mnmP => i; rewrite mnmE; apply/eqP; move: (al i) => /negbFE.
Qed.

Definition hankel1 (p : {mpoly R[n]}) a b : R := p@_(mnm_add a b) *+ mnm_bin a b.

Lemma meval_sum (p : {mpoly R[n]}) (u v : 'I_n -> R) : (msize p <= B)%N ->
  p.@[fun i => u i + v i] = \sum_a \sum_b hankel1 p a b * (monom u a * monom v b).
Proof.
move=> sz; rewrite mevalE pair_bigA /=.
under eq_big_seq => m /msize_mdeg_lt mp do rewrite (monom_sum _ _ (leq_trans mp sz)) mulr_sumr.
rewrite exchange_big /=; apply: eq_bigr => -[a b] _ /=; rewrite /hankel1.
case: (boolP (mnm_add a b \in msupp p)) => [mp|np]; last first.
  rewrite (memN_msupp_eq0 np) mul0rn mul0r big_seq big1 // => m mp; case: eqP => [E|]; last by rewrite mulr0.
  by rewrite E mp in np.
rewrite (bigD1_seq _ mp (msupp_uniq _)) /= eqxx big1 ?addr0 => [|m nm]; first by rewrite mulrnAr mulrnAl.
by rewrite eq_sym (negPf nm) mulr0.
Qed.
End Expand.

Definition independent (F : fieldType) (T : finType) X (phi : T -> X -> F) :=
  forall c : T -> F, (forall x, \sum_t c t * phi t x = 0) -> forall t, c t = 0.

Section Lines.
Variables (n B K : nat) (LA LB : finType) (lam : 'I_K * expo n B -> LA) (mu : expo n B -> LB).

Definition hankel_lines (R : comRingType) (Phi : 'I_K -> {mpoly R[n]}) rho kappa : R :=
  \sum_(ka | lam ka == rho) \sum_(b | mu b == kappa) hankel1 (Phi ka.1) ka.2 b.

Variables (F : fieldType) (X Y : Type) (Phi : 'I_K -> {mpoly F[n]}).
Variables (yk : X -> 'I_K -> F) (u : X -> 'I_n -> F) (v : Y -> 'I_n -> F) (phi : LA -> X -> F) (psi : LB -> Y -> F).
Hypothesis sz : forall k, (msize (Phi k) <= B)%N.
Hypothesis rowE : forall ka x, yk x ka.1 * monom (u x) ka.2 = phi (lam ka) x.
Hypothesis colE : forall b y, monom (v y) b = psi (mu b) y.
Hypotheses (phi_indep : independent phi) (psi_indep : independent psi).

Lemma independent_enum (T : finType) Z (g : T -> Z -> F) : independent g ->
  forall c : 'I_#|T| -> F, (forall z, \sum_i c i * g (enum_val i) z = 0) -> forall i, c i = 0.
Proof.
move=> ind c H i; rewrite -(enum_valK i); apply: (ind (fun t => c (enum_rank t))) => z.
by rewrite -[RHS](H z) -[LHS]sum_enum_val; apply: eq_bigr => j _; rewrite enum_valK.
Qed.

(* Proposition 1.6, from below *)
Theorem hankel_rank r (rho : 'I_r -> LA) (kappa : 'I_r -> LB) :
  \det (\matrix_(i, j) hankel_lines Phi (rho i) (kappa j)) != 0 ->
  sep_ge (fun x y => \sum_k yk x k * (Phi k).@[fun t => u x t + v y t]) r.
Proof.
move=> D s fs; pose M := \matrix_(i < #|LA|, j < #|LB|) hankel_lines Phi (enum_val i) (enum_val j).
have /(indep_rank M (independent_enum phi_indep) (independent_enum psi_indep)) : sep_le (fun x y =>
    \sum_i \sum_j M i j * (phi (enum_val i) x * psi (enum_val j) y)) s.
  apply: eq_sep_le fs => x y.
  transitivity (\sum_ka \sum_b hankel1 (Phi ka.1) ka.2 b * (phi (lam ka) x * psi (mu b) y)).
    transitivity (\sum_k \sum_a \sum_b hankel1 (Phi k) a b * (phi (lam (k, a)) x * psi (mu b) y)).
      apply: eq_bigr => k _; rewrite (meval_sum _ _ (sz k)) mulr_sumr; apply: eq_bigr => a _; rewrite mulr_sumr.
      by apply: eq_bigr => b _; rewrite -(rowE (k, a)) -colE [LHS]mulrCA -[in RHS]mulrA.
    rewrite (pair_bigA _ (fun k a => \sum_b hankel1 (Phi k) a b * (phi (lam (k, a)) x * psi (mu b) y))) /=.
    by apply: eq_bigr => -[k a].
  rewrite (partition_big lam xpredT) //= -[LHS]sum_enum_val; apply: eq_bigr => i _.
  transitivity (\sum_kappa \sum_(ka | lam ka == enum_val i) \sum_(b | mu b == kappa)
      hankel1 (Phi ka.1) ka.2 b * (phi (enum_val i) x * psi kappa y)).
    rewrite [RHS]exchange_big; apply: eq_bigr => ka /eqP <-; rewrite (partition_big mu xpredT) //=.
    by apply: eq_bigr => kap _; apply: eq_bigr => b /eqP <-.
  rewrite -[LHS]sum_enum_val; apply: eq_bigr => j _; rewrite mxE /hankel_lines mulr_suml.
  by apply: eq_bigr => ka _; rewrite mulr_suml.
apply: leq_trans; have U : \matrix_(i, j) hankel_lines Phi (rho i) (kappa j) \in unitmx by rewrite unitmxE unitfE.
rewrite -(mxrank_unit U); apply: leq_trans (mxrank_mxsub (enum_rank \o rho) (enum_rank \o kappa) M).
rewrite (_ : mxsub _ _ _ = \matrix_(i, j) hankel_lines Phi (rho i) (kappa j)) //.
by apply/matrixP => i j; rewrite !mxE /= !enum_rankK.
Qed.
End Lines.

(* functions s^(wt t) u_t(s) with distinct wt and u_t(0) not 0 *)
Section Curves.
Variables (F : fieldType) (charF : [char F] =i pred0).

Lemma lowest_independent (T : finType) (wt : T -> nat) (u : T -> {poly F}) (c : T -> F) :
  injective wt -> (forall t, (u t).[0] != 0) ->
  (forall s, s != 0 -> \sum_t c t * (s ^+ wt t * (u t).[s]) = 0) -> forall t, c t = 0.
Proof.
move=> wtI u0 H; pose q := \sum_t c t *: ('X^(wt t) * u t).
have q0 : q = 0.
  apply: (@poly_zeros _ q (fun n => n.+1%:R)) => [a b /(natF_inj charF)[]//|n].
  rewrite -[RHS](H n.+1%:R); last by rewrite -[0]/(0%:R) (inj_eq (natF_inj charF)).
  by rewrite /q horner_sum; apply: eq_bigr => t _; rewrite hornerZ hornerM hornerXn.
move=> t; have [N] := ubnP (wt t); elim: N t => // N IH t; rewrite ltnS => tN.
have := congr1 (fun p : {poly F} => p`_(wt t)) q0; rewrite /q coef_sum coef0 (bigD1 t) //= big1 ?addr0 => [|r rt].
  by rewrite coefZ coefXnM ltnn subnn -horner_coef0 => /eqP; rewrite mulf_eq0 (negPf (u0 t)) orbF => /eqP.
rewrite coefZ coefXnM; case: ltnP => [|rt']; first by rewrite mulr0.
rewrite IH ?mul0r //; apply: leq_trans tN.
by rewrite ltn_neqAle rt' andbT (inj_eq wtI).
Qed.

Lemma digits_inj D N (f g : nat -> nat) : (forall i, (f i < D)%N) -> (forall i, (g i < D)%N) ->
  (\sum_(i < N) f i * D ^ i = \sum_(i < N) g i * D ^ i)%N -> forall i, (i < N)%N -> f i = g i.
Proof.
elim: N f g => // N IH f g fD gD; rewrite !big_ord_recl /= !expn0 !muln1.
have E (h : nat -> nat) : (\sum_(i < N) h (bump 0 i) * D ^ bump 0 i = D * \sum_(i < N) h i.+1 * D ^ i)%N.
  by rewrite big_distrr; apply: eq_bigr => i _; rewrite /bump /= expnS mulnCA.
rewrite !E => eq; have E0 : f 0%N = g 0%N.
  by have := congr1 (modn^~ D) eq; rewrite ![(D * _)%N]mulnC ![(_ + _ * D)%N]addnC !modnMDl !modn_small.
have D0 : (0 < D)%N by apply: leq_ltn_trans (fD 0%N).
case=> // i iN; apply: (IH (fun i => f i.+1) (fun i => g i.+1)) => //.
by move: eq; rewrite E0 => /addnI/eqP; rewrite eqn_pmul2l // => /eqP.
Qed.

Variables (n B D : nat) (pos : 'I_n -> nat).
Hypotheses (BD : (B <= D)%N) (posI : injective pos).
Definition weight (a : expo n B) : nat := (\sum_t a t * D ^ pos t)%N.

Lemma weight_inj : injective weight.
Proof.
pose N := (\max_t pos t).+1; have posN t : (pos t < N)%N by rewrite ltnS leq_bigmax.
pose dig (a : expo n B) s : nat := (\sum_(t | pos t == s) a t)%N.
have digE a t : dig a (pos t) = a t by rewrite /dig (big_pred1 t) // => t'; rewrite (inj_eq posI).
have digD a s : (0 < n)%N -> (dig a s < D)%N.
  move=> n0; rewrite /dig; case: (pickP (fun t => pos t == s)) => [t /eqP <-|no].
    by rewrite -/(dig a (pos t)) digE; apply: leq_trans (ltn_ord _) BD.
  by rewrite big_pred0 //; apply: leq_trans BD; apply: leq_ltn_trans (ltn_ord (a (Ordinal n0))).
have wE a : weight a = (\sum_(s < N) dig a s * D ^ s)%N.
  rewrite /weight (partition_big (fun t => Ordinal (posN t)) xpredT) //=; apply: eq_bigr => s _.
  by rewrite big_distrl; apply: eq_bigr => t /eqP <-.
move=> a b; rewrite !wE => E; apply/ffunP => t; apply/ord_inj; have n0 : (0 < n)%N by apply: leq_ltn_trans (ltn_ord t).
rewrite -(digE a) -(digE b); apply: (digits_inj (fun s => digD a s n0) (fun s => digD b s n0) E); exact: posN.
Qed.

(* monomials along a curve *)
Lemma independent_curve (c : expo n B -> F) (g : 'I_n -> F -> F) (u : 'I_n -> {poly F}) w : (0 < w)%N ->
  (forall t, (u t).[0] != 0) -> (forall t s, s != 0 -> g t s = s ^+ (w * D ^ pos t) * (u t).[s]) ->
  (forall s, s != 0 -> \sum_a c a * monom (g^~ s) a = 0) -> forall a, c a = 0.
Proof.
move=> w0 u0 gE H; apply: (@lowest_independent _ (fun a => (w * weight a)%N) (fun a => \prod_t u t ^+ a t)).
- by move=> a b /eqP; rewrite eqn_pmul2l // => /eqP/weight_inj.
- by move=> a; rewrite horner_prod; apply/prodf_neq0 => t _; rewrite horner_exp expf_neq0.
move=> s s0; rewrite -[RHS](H s s0); apply: eq_bigr => a _; congr (_ * _).
rewrite horner_prod /monom /weight big_distrr -prodrXr -big_split; apply: eq_bigr => t _ /=.
by rewrite gE // horner_exp exprMn -exprM; congr (_ ^+ _ * _); lia.
Qed.
End Curves.

(* the Gram matrix of at least d tokens *)
Section Gram.
Variables (F : fieldType) (charF : [char F] =i pred0) (N d n B : nat) (S : pred 'I_N) (pr : 'I_n -> 'I_d * 'I_d).
Hypotheses (dS : (d <= #|S|)%N) (prI : injective pr) (pr_le : forall t, ((pr t).2 <= (pr t).1)%N).

Definition gram_entry (x : 'M[F]_(N, d)) t := gram S x (pr t).1 (pr t).2.

(* tokens that are the rows of M, at d positions of S *)
Definition put (emb : 'I_d -> 'I_N) (M : 'M[F]_d) : 'M[F]_(N, d) := (\matrix_(i, j) (i == emb j)%:R) *m M.

Lemma put_row emb M j k : injective emb -> put emb M (emb j) k = M j k.
Proof.
move=> embI; rewrite mxE (bigD1 j) //= mxE eqxx mul1r big1 ?addr0 // => j' nj.
by rewrite mxE (inj_eq embI) eq_sym (negPf nj) mul0r.
Qed.

Lemma gram_put emb M : injective emb -> (forall j, S (emb j)) -> gram S (put emb M) = M^T *m M.
Proof.
move=> embI embS; have -> : gram S (put emb M) = (put emb M)^T *m put emb M.
  rewrite /gram (_ : mask S (put emb M) = put emb M) //; apply/matrixP => i k; rewrite mxE; case: ifP => // Si.
  by rewrite mxE big1 // => j _; rewrite mxE; case: eqP => [E|]; rewrite ?mul0r //; rewrite E embS in Si.
rewrite /put trmx_mul -mulmxA; congr (_ *m _); rewrite mulmxA -[RHS]mul1mx; congr (_ *m _).
apply/matrixP => j k; rewrite !mxE (bigD1 (emb j)) //= !mxE eqxx mul1r (inj_eq embI) big1 ?addr0 //.
by move=> i ni; rewrite !mxE (negPf ni) mul0r.
Qed.

(* positions of S, the first of them given *)
Lemma embed i : S i -> exists2 emb : 'I_d -> 'I_N, injective emb /\ (forall j, S (emb j)) &
  forall k : 'I_d, exists j, emb j = i.
Proof.
move=> Si; pose s := i :: [seq j <- enum S | j != i].
have us : uniq s by rewrite /= mem_filter eqxx filter_uniq ?enum_uniq.
have ss : (d <= size s)%N.
  apply: leq_trans dS _; rewrite cardE; apply: uniq_leq_size; first exact: enum_uniq.
  by move=> j jS; rewrite inE mem_filter jS andbT orbN.
have sS : all S s by rewrite /= Si; apply/allP => j; rewrite mem_filter mem_enum => /andP[].
have ord_s (j : 'I_d) : (j < size s)%N by apply: leq_trans ss.
exists (fun j => nth i s j).
  by split=> [j k /eqP|j]; [rewrite nth_uniq // => /eqP/ord_inj | apply: (allP sS); apply: mem_nth].
by move=> k; exists (Ordinal (leq_ltn_trans (leq0n k) (ltn_ord k))).
Qed.

(* lower triangular matrices whose entries are powers *)
Let D := B.+2.
Let place (l k : nat) := (l * d + (l - k))%N.
Let pos t := place (pr t).1 (pr t).2.
Let e (j k : nat) := (2 * D ^ place j k - D ^ place j j)%N.
Definition triangle (s : F) : 'M[F]_d := \matrix_(j, k) if (k <= j)%N then s ^+ e j k else 0.

Lemma posI : injective pos.
Proof.
move=> t t' E; apply: prI; move: E (pr_le t) (pr_le t'); rewrite /pos /place.
case: (pr t) (pr t') => [[l lD] [k kD]] [[l' lD'] [k' kD']] /= E kl kl'.
have El : l = l'.
  have := congr1 (divn^~ d) E; rewrite !divnMDl ?divn_small; lia.
by congr (_, _); apply/val_inj => //=; move: E; rewrite El; lia.
Qed.

Lemma e_ge j k : (k <= j)%N -> (D ^ place j j <= e j k)%N.
Proof.
move=> kj; have : (D ^ place j j <= D ^ place j k)%N by rewrite leq_exp2l // /place leq_add2l; lia.
by rewrite /e; lia.
Qed.

Lemma e_diag l k : (k <= l)%N -> (e l l + e l k = 2 * D ^ place l k)%N.
Proof.
move=> kl; have : (D ^ place l l <= D ^ place l k)%N by rewrite leq_exp2l // /place leq_add2l; lia.
by rewrite /e; lia.
Qed.

Lemma e_above j l k : (k <= l < j)%N -> (l < d)%N -> (2 * D ^ place l k < e j l + e j k)%N.
Proof.
case/andP=> kl lj ld; have := @e_ge j l; have := @e_ge j k.
have : (D ^ place l k < D ^ place j j)%N by rewrite ltn_exp2l // /place; nia.
lia.
Qed.

Definition unit_part t : {poly F} :=
  \sum_(j < d) if ((pr t).1 <= j)%N then 'X^(e j (pr t).1 + e j (pr t).2 - 2 * D ^ pos t) else 0.

Lemma gram_triangle t s : ((triangle s)^T *m triangle s) (pr t).1 (pr t).2 = s ^+ (2 * D ^ pos t) * (unit_part t).[s].
Proof.
rewrite mxE /unit_part horner_sum mulr_sumr; apply: eq_bigr => j _; rewrite !mxE.
have le := pr_le t; case: ifP => lj; last by rewrite mul0r horner0 mulr0.
rewrite (leq_trans le lj) hornerXn -!exprD; congr (_ ^+ _).
have : (2 * D ^ pos t <= e j (pr t).1 + e j (pr t).2)%N; last by lia.
move: lj; rewrite leq_eqVlt => /orP[/eqP <-|lj]; first by rewrite e_diag.
by apply: ltnW; apply: e_above => //; rewrite le.
Qed.

Lemma unit_part0 t : (unit_part t).[0] != 0.
Proof.
rewrite /unit_part horner_sum (bigD1 (pr t).1) //= leqnn e_diag // subnn hornerXn big1 ?addr0 ?oner_neq0 // => j nj.
case: ifP => lj; last by rewrite horner0.
rewrite hornerXn expr0n; case: eqP => // E; have : ((pr t).1 < j)%N by rewrite ltn_neqAle eq_sym nj.
move=> lj'; have := @e_above j (pr t).1 (pr t).2; rewrite (pr_le t) lj' => /(_ isT (ltn_ord _)).
by move: E; rewrite /pos; lia.
Qed.

Lemma independent_triangle (c : expo n B -> F) :
  (forall s, s != 0 -> \sum_a c a * monom (fun t => ((triangle s)^T *m triangle s) (pr t).1 (pr t).2) a = 0) ->
  forall a, c a = 0.
Proof.
move=> H; have BD : (B <= D)%N by rewrite /D; lia.
apply: (independent_curve charF BD posI (g := fun t s => ((triangle s)^T *m triangle s) (pr t).1 (pr t).2) (w := 2)) =>
  //; first exact: unit_part0.
by move=> t s _; apply: gram_triangle.
Qed.

Lemma triangle_unit s : s != 0 -> triangle s \in unitmx.
Proof.
move=> s0; rewrite unitmxE det_trig; last by apply/is_trig_mxP => i j ij; rewrite mxE leqNgt ij.
by rewrite unitfE; apply/prodf_neq0 => i _; rewrite mxE leqnn expf_neq0.
Qed.

Theorem independent_gram : independent (fun (a : expo n B) x => monom (gram_entry x) a).
Proof.
move=> c H; pose emb (j : 'I_d) := enum_val (widen_ord dS j).
have embI : injective emb by move=> j k /enum_val_inj/(congr1 val) E; apply: val_inj.
have embS j : S (emb j) by apply: enum_valP.
apply: independent_triangle => s _; rewrite -[RHS](H (put emb (triangle s))); apply: eq_bigr => a _.
by congr (_ * _); apply: eq_bigr => t _; rewrite /gram_entry gram_put.
Qed.

Theorem independent_gram1 i : S i ->
  independent (fun (ka : 'I_d * expo n B) (x : 'M[F]_(N, d)) => x i ka.1 * monom (gram_entry x) ka.2).
Proof.
move=> Si c H [k0 a0]; have [emb [embI embS] /(_ k0) [j0 ij]] := embed Si.
suff Q s : s != 0 -> forall k,
    \sum_a c (k, a) * monom (fun t => ((triangle s)^T *m triangle s) (pr t).1 (pr t).2) a = 0.
  by apply: (independent_triangle (c := fun a => c (k0, a))) => s s0; apply: Q.
move=> s0; set T := triangle s; pose q := \col_k \sum_a c (k, a) * monom (fun t => (T^T *m T) (pr t).1 (pr t).2) a.
suff q0 : T *m q = 0.
  have : q = 0 by rewrite -[q](mulKmx (triangle_unit s0)) q0 mulmx0.
  by move=> /matrixP E k; have := E k 0; rewrite !mxE.
apply/matrixP => j z; rewrite [z]ord1 [RHS]mxE mxE.
pose P := perm_mx (tperm j0 j) *m T.
have PP : P^T *m P = T^T *m T.
  rewrite /P trmx_mul -mulmxA (mulmxA (perm_mx _)^T) tr_perm_mx -perm_mxM mulVg perm_mx1 mul1mx //.
transitivity (\sum_k \sum_a c (k, a) * (put emb P i k * monom (gram_entry (put emb P)) a)); last first.
  rewrite (pair_bigA _ (fun k a => c (k, a) * (put emb P i k * monom (gram_entry (put emb P)) a))) /=.
  by rewrite -[RHS](H (put emb P)); apply: eq_bigr => -[k a].
apply: eq_bigr => k _; rewrite [q _ _]mxE mulr_sumr; apply: eq_bigr => a _.
rewrite mulrCA; congr (_ * (_ * _)).
  by rewrite -ij put_row // /P -row_permE [row_perm _ _ _ _]mxE tpermL.
by apply: eq_bigr => t _; rewrite /gram_entry gram_put // PP.
Qed.
End Gram.

(* one token, and points that can be chosen *)
Section Free.
Variables (F : fieldType) (charF : [char F] =i pred0).

Theorem independent_free n B X (g : X -> 'I_n -> F) : (forall z : 'I_n -> F, exists x, forall t, g x t = z t) ->
  independent (fun (a : expo n B.+1) x => monom (g x) a).
Proof.
move=> pts c H; apply: (expo_indep charF (k := B)) => z; have [x xE] := pts z.
by rewrite -[RHS](H x); apply: eq_bigr => a _; congr (_ * _); apply: eq_bigr => t _; rewrite xE.
Qed.
End Free.

Section Token.
Variables (n d B : nat) (pr : 'I_n -> 'I_d * 'I_d).
Definition token_bound := (2 * n * B).+2.
Definition token_exp (a : expo n B) (j : 'I_d) := (\sum_t a t * (((pr t).1 == j) + ((pr t).2 == j)))%N.
Definition token_col (a : expo n B) : expo d token_bound := [ffun j => inord (token_exp a j)].
Definition token_row (ka : 'I_d * expo n B) : expo d token_bound := [ffun j => inord ((ka.1 == j) + token_exp ka.2 j)].

Lemma token_exp_bound a j : (token_exp a j <= 2 * n * B)%N.
Proof.
apply: (@leq_trans (\sum_(t < n) B * 2)); last by rewrite sum_nat_const card_ord; lia.
by apply: leq_sum => t _; apply: leq_mul; [apply: ltnW | case: (_ == _) (_ == _) => -[]].
Qed.

Lemma token_colE a j : token_col a j = token_exp a j :> nat.
Proof. by rewrite ffunE inordK // /token_bound; have := token_exp_bound a j; lia. Qed.
Lemma token_rowE ka j : token_row ka j = ((ka.1 == j) + token_exp ka.2 j)%N :> nat.
Proof. by rewrite ffunE inordK // /token_bound; have := token_exp_bound ka.2 j; case: (_ == _); lia. Qed.

Variables (R : comRingType) (z : 'I_d -> R).

Lemma prod_unit k : \prod_j z j ^+ (k == j) = z k.
Proof. by rewrite (bigD1 k) //= eqxx big1 ?mulr1 // => j nj; rewrite eq_sym (negPf nj). Qed.

Lemma prod_token_exp a : \prod_j z j ^+ token_exp a j = monom (fun t => z (pr t).1 * z (pr t).2) a.
Proof.
rewrite /token_exp; under eq_bigr do rewrite -prodrXr; rewrite exchange_big; apply: eq_bigr => t _.
under eq_bigr do rewrite mulnC exprM exprD.
by rewrite prodrXl big_split /= !prod_unit.
Qed.

Lemma monom_token_col a : monom z (token_col a) = monom (fun t => z (pr t).1 * z (pr t).2) a.
Proof. by rewrite -prod_token_exp; apply: eq_bigr => j _; rewrite token_colE. Qed.

Lemma monom_token_row ka : monom z (token_row ka) = z ka.1 * monom (fun t => z (pr t).1 * z (pr t).2) ka.2.
Proof.
rewrite -prod_token_exp -[z ka.1]prod_unit -big_split; apply: eq_bigr => j _.
by rewrite token_rowE exprD.
Qed.
End Token.

Lemma gram_one (R : comRingType) N d (S : pred 'I_N) (x : 'M[R]_(N, d)) i k l : #|S| = 1%N -> S i ->
  gram S x k l = x i k * x i l.
Proof.
move=> /mem_card1[j Sj] Si; have ij : i = j by apply/eqP; rewrite -[_ == _]Sj.
rewrite mxE (bigD1 i) //= !mxE Si big1 ?addr0 // => i' ni; rewrite !mxE.
by have := Sj i'; rewrite /in_mem /= -ij (negPf ni) => ->; rewrite mul0r.
Qed.
