(* The separation rank of a polynomial in two groups of variables is the rank of its matrix of
   coefficients, and some finite grid attains it: Proposition 1.2 and Corollary 1.3 of theory.md,
   over any infinite field (more exactly: over a field with as many elements as msize p).

   join x y          == the point of F^(m+n) whose first m coordinates are x, the last n are y
   expo n D          == the exponents (0 .. D-1) of n variables
   monom x a         == \prod_i x i ^+ a i
   mnm2 a b          == the multinomial of X^a Y^b in the m + n variables
   coef_mx m n D p   == M_p : its entry at (a, b) is the coefficient of X^a Y^b in p, where
                        a : expo m D, b : expo n D; no coefficient is left out if msize p <= D
   infinite_field F  == F has k distinct elements, for each k *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank RankModP.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition join (T : Type) m n (x : 'I_m -> T) (y : 'I_n -> T) (t : 'I_(m + n)) : T :=
  match split t with inl i => x i | inr j => y j end.

Lemma joinl T m n (x : 'I_m -> T) (y : 'I_n -> T) i : join x y (lshift n i) = x i.
Proof. by rewrite /join -[lshift n i]/(unsplit (inl i)) unsplitK. Qed.

Lemma joinr T m n (x : 'I_m -> T) (y : 'I_n -> T) j : join x y (rshift m j) = y j.
Proof. by rewrite /join -[rshift m j]/(unsplit (inr j)) unsplitK. Qed.

Notation expo n D := {ffun 'I_n -> 'I_D}.

Section Expand.
Variables (R : comRingType) (m n D : nat).
Implicit Types (p : {mpoly R[m + n]}) (a : expo m D) (b : expo n D).

Definition monom k (x : 'I_k -> R) (a : expo k D) : R := \prod_i x i ^+ a i.

Definition mnm2 a b : 'X_{1..m + n} := [multinom join (fun i => a i : nat) (fun j => b j : nat) t | t < m + n].

Lemma mnm2_inj ab cd : mnm2 ab.1 ab.2 = mnm2 cd.1 cd.2 -> ab = cd.
Proof.
case: ab cd => [a b] [c d] /= /mnmP E; congr (_, _).
  by apply/ffunP => i; apply/val_inj; move: (E (lshift n i)); rewrite !mnmE !joinl.
by apply/ffunP => j; apply/val_inj; move: (E (rshift m j)); rewrite !mnmE !joinr.
Qed.

Lemma mdeg_mnm2 a b : mdeg (mnm2 a b) = (\sum_i a i + \sum_j b j)%N.
Proof.
rewrite mdegE big_split_ord; congr (_ + _)%N; apply: eq_bigr => i _;
  by rewrite mnmE ?joinl ?joinr.
Qed.

Lemma mnm2_onto (u : 'X_{1..m + n}) : (mdeg u < D)%N -> exists a b, u = mnm2 a b.
Proof.
move=> lt; have le t : (u t < D)%N by apply: leq_ltn_trans lt; rewrite mdegE (bigD1 t) ?leq_addr.
exists [ffun i => Ordinal (le (lshift n i))], [ffun j => Ordinal (le (rshift m j))].
apply/mnmP => t; rewrite mnmE /join; case: splitP => i E; rewrite ffunE /=;
  by congr (u _); apply/val_inj.
Qed.

Lemma mmap1_mnm2 a b (x : 'I_m -> R) (y : 'I_n -> R) :
  \prod_t join x y t ^+ mnm2 a b t = monom x a * monom y b.
Proof.
rewrite big_split_ord; congr (_ * _); apply: eq_bigr => i _;
  by rewrite mnmE ?joinl ?joinr.
Qed.

Lemma meval_join p x y : (msize p <= D)%N ->
  p.@[join x y] = \sum_a \sum_b p@_(mnm2 a b) * monom x a * monom y b.
Proof.
move=> sz; pose G (u : 'X_{1..m + n}) := p@_u * \prod_t join x y t ^+ u t.
rewrite mevalE -/G (eq_bigr G) // pair_bigA /=.
have E ab : p@_(mnm2 ab.1 ab.2) * monom x ab.1 * monom y ab.2 = \sum_(u <- msupp p | u == mnm2 ab.1 ab.2) G u.
  case: (boolP (mnm2 ab.1 ab.2 \in msupp p)) => [H|H].
    by rewrite -big_filter filter_pred1_uniq ?msupp_uniq // big_seq1 /G mmap1_mnm2 mulrA.
  rewrite (memN_msupp_eq0 H) !mul0r big_seq_cond big1 // => u /andP[uin /eqP Eu].
  by rewrite Eu (negPf H) in uin.
under [RHS]eq_bigr do rewrite E.
rewrite [RHS](exchange_big_dep xpredT) //= [LHS]big_seq [RHS]big_seq; apply: eq_bigr => u uin.
have [a [b Eu]] := mnm2_onto (leq_trans (msize_mdeg_lt uin) sz).
rewrite (big_pred1 (a, b)) // => ab /=; rewrite Eu; apply/eqP/eqP => [/esym/(@mnm2_inj ab (a, b))//|-> //].
Qed.

Definition coef_mx p : 'M[R]_(#|{: expo m D}|, #|{: expo n D}|) :=
  \matrix_(a, b) p@_(mnm2 (enum_val a) (enum_val b)).
End Expand.
Arguments coef_mx {R} m n D p.

Definition infinite_field (F : fieldType) := forall k, exists z : 'I_k -> F, injective z.

Lemma char0_infinite (F : fieldType) : [char F] =i pred0 -> infinite_field F.
Proof.
move=> ch k; exists (fun i => (i : nat)%:R) => i j E; apply/val_inj.
wlog le : i j E / (i <= j)%N => [H|].
  by have [le|lt] := leqP i j; [apply: H|apply/esym/H => //; apply: ltnW].
by apply/eqP; rewrite eqn_leq le -subn_eq0 -((charf0P F).1 ch) natrB // E subrr eqxx.
Qed.

(* evaluation at the points of the grid z^n is invertible on the polynomials of degree < D in
   each variable *)
Section Evaluate.
Variables (F : fieldType) (D : nat) (z : 'I_D -> F).
Hypothesis z_inj : injective z.

Definition vander : 'M[F]_D := \matrix_(i, j) z i ^+ j.

Lemma vander_unit : vander \in unitmx.
Proof.
rewrite -unitmx_tr -row_free_unit; apply: inj_row_free => v vV.
pose p := \poly_(j < D) oapp (v 0) 0 (insub j).
have vE (j : 'I_D) : p`_j = v 0 j by rewrite coef_poly ltn_ord valK.
have p0 : p = 0.
  apply: (@roots_geq_poly_eq0 F p [seq z i | i <- enum 'I_D]); last by rewrite size_map size_enum_ord size_poly.
    apply/allP => _ /mapP[i _ ->]; rewrite rootE (horner_coef_wide _ (size_poly _ _)); apply/eqP.
    move/matrixP/(_ 0 i): vV; rewrite !mxE => E; rewrite -[RHS]E.
    by apply: eq_bigr => j _; rewrite !mxE vE.
  by rewrite map_inj_uniq ?enum_uniq.
by apply/rowP => j; rewrite mxE -vE p0 coef0.
Qed.

Definition grid_point n (s : expo n D) (i : 'I_n) : F := z (s i).
Definition eval_mx n : 'M[F]_#|{: expo n D}| :=
  \matrix_(s, a) monom (grid_point (enum_val s)) (enum_val a).

Lemma sum_enum_val (V : zmodType) (T : finType) (G : T -> V) : \sum_(i < #|T|) G (enum_val i) = \sum_x G x.
Proof. by rewrite [RHS](reindex (@enum_val T xpredT)) //=; apply/onW_bij/enum_val_bij. Qed.

Lemma eval_mx_unit n : eval_mx n \in unitmx.
Proof.
pose U : 'M[F]_#|{: expo n D}| :=
  \matrix_(a, t) \prod_i invmx vander ((enum_val a : expo n D) i) ((enum_val t : expo n D) i).
suff /mulmx1_unit[] : eval_mx n *m U = 1%:M by [].
apply/matrixP => s t; rewrite !mxE.
under eq_bigr do rewrite !mxE -big_split /=.
rewrite (sum_enum_val (fun a : expo n D => \prod_i (z ((enum_val s : expo n D) i) ^+ a i
           * invmx vander (a i) ((enum_val t : expo n D) i)))) /=.
rewrite -(bigA_distr_bigA (fun i (j : 'I_D) => z ((enum_val s : expo n D) i) ^+ j
           * invmx vander j ((enum_val t : expo n D) i))).
have E i : \sum_j z ((enum_val s : expo n D) i) ^+ (j : 'I_D) * invmx vander j ((enum_val t : expo n D) i)
           = ((enum_val s : expo n D) i == (enum_val t : expo n D) i)%:R.
  have /matrixP/(_ ((enum_val s : expo n D) i) ((enum_val t : expo n D) i)) := mulmxV vander_unit.
  by rewrite !mxE => <-; apply: eq_bigr => j _; rewrite !mxE.
under eq_bigr do rewrite E.
case: (eqVneq s t) => [->|st]; first by rewrite big1 // => i _; rewrite eqxx.
have /existsP[i ni] : [exists i, (enum_val s : expo n D) i != (enum_val t : expo n D) i].
  apply: contra_neqT st; rewrite negb_exists => /forallP H.
  by apply/enum_val_inj/ffunP => i; apply/eqP; move: (H i); rewrite negbK.
by rewrite (bigD1 i) //= (negPf ni) mul0r.
Qed.

Lemma eval_mxP m n (p : {mpoly F[m + n]}) : (msize p <= D)%N ->
  grid (fun x y => p.@[join x y]) (fun s => grid_point (enum_val s)) (fun t => grid_point (enum_val t))
  = eval_mx m *m coef_mx m n D p *m (eval_mx n)^T.
Proof.
move=> sz; apply/matrixP => s t; rewrite mxE (meval_join _ _ sz) exchange_big /= [RHS]mxE -[LHS]sum_enum_val /=.
apply: eq_bigr => b _; rewrite !mxE -[LHS]sum_enum_val mulr_suml; apply: eq_bigr => a _.
by rewrite !mxE; congr (_ * _); rewrite mulrC.
Qed.

Lemma rank_eval m n (p : {mpoly F[m + n]}) : (msize p <= D)%N ->
  \rank (grid (fun x y => p.@[join x y]) (fun s : 'I_#|{: expo m D}| => grid_point (enum_val s))
    (fun t : 'I_#|{: expo n D}| => grid_point (enum_val t))) = \rank (coef_mx m n D p).
Proof.
move=> sz; rewrite eval_mxP // mxrankMfree ?row_free_unit ?unitmx_tr ?eval_mx_unit //.
by rewrite eqmxMfull ?row_full_unit ?eval_mx_unit.
Qed.
End Evaluate.

Section CoefRank.
Variables (F : fieldType) (m n : nat) (p : {mpoly F[m + n]}).
Let f (x : 'I_m -> F) (y : 'I_n -> F) := p.@[join x y].

Lemma sep_le_coef D : (msize p <= D)%N -> sep_le f (\rank (coef_mx m n D p)).
Proof.
move=> sz; set M := coef_mx m n D p.
exists (fun i x => \sum_a monom x (enum_val a) * col_base M a i),
       (fun i y => \sum_b row_base M i b * monom y (enum_val b)) => x y.
rewrite /f (meval_join _ _ sz).
under [RHS]eq_bigr do rewrite big_distrlr /=.
rewrite [RHS]exchange_big /= -[LHS]sum_enum_val; apply: eq_bigr => a _.
rewrite [RHS]exchange_big /= -[LHS]sum_enum_val; apply: eq_bigr => b _.
have -> : p@_(mnm2 (enum_val a) (enum_val b)) = M a b by rewrite mxE.
rewrite -[in LHS](mulmx_base M) mxE !mulr_suml; apply: eq_bigr => k _.
by rewrite -!mulrA [RHS]mulrCA; congr (_ * _); rewrite mulrCA.
Qed.

Hypothesis infF : infinite_field F.

(* Proposition 1.2 ; D only has to be large enough for no coefficient to be left out *)
Theorem coef_matrix_rank D r : (msize p <= D)%N -> sep_le f r <-> (\rank (coef_mx m n D p) <= r)%N.
Proof.
move=> sz; split=> [H|le]; last exact: sep_leW le (sep_le_coef sz).
by have [z z_inj] := infF D; rewrite -(rank_eval z_inj sz); apply: sep_le_rank.
Qed.

(* Corollary 1.3 : some square grid of this rank is non-singular; sep_le_rank in SepRank.v is
   its other half, no grid has a larger rank *)
Theorem grid_attained r : (r <= \rank (coef_mx m n (msize p) p))%N ->
  exists xs ys, \det (@grid F _ _ r r f xs ys) != 0.
Proof.
have [z z_inj] := infF (msize p); rewrite -(rank_eval z_inj (leqnn _)) => /mxrank_minor_le[u [v D]].
exists (fun i => grid_point z (enum_val (u i))), (fun j => grid_point z (enum_val (v j))).
by move: D; congr (\det _ != 0); apply/matrixP => i j; rewrite !mxE.
Qed.

Corollary grid_lower r : (forall s, sep_le f s -> (r <= s)%N) ->
  exists xs ys, \det (@grid F _ _ r r f xs ys) != 0.
Proof. by move=> H; apply/grid_attained/H/(coef_matrix_rank _ (leqnn _)). Qed.
End CoefRank.
