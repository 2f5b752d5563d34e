(* The restriction of one side to one token, in the proof of Theorem 3.12 of theory.md. Functions of one side that
   lie in a space of N functions, and that become all forms of degree k in d variables at one token u of that side,
   are in sum with others of the other side a function of separation rank at most N - mc d k + dim K, if at each
   point of the other side they become a form of K.

   form_values z k    == the values of the monomials of degree k at the points of the grid z^d
   restricted_sep_le  : that bound *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover FormMatrix JunctionIdeal.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Values.
Variables (F : fieldType) (d k : nat) (z : 'I_k.+1 -> F).
Hypothesis zI : injective z.
Local Notation point s := (grid_point z (enum_val s : expo d k.+1)).
Definition form_values : 'M[F]_(#|monoms d k|, #|{: expo d k.+1}|) := \matrix_(j, s) mmap1 (point s) (mon_of j).

Lemma form_value p s : p \is k.-homog -> p.@[point s] = (form_row k p *m form_values) 0 s.
Proof.
move=> hp; rewrite {1}(homog_sum hp) raddf_sum mxE; apply: eq_bigr => j _ /=.
by rewrite mevalZ mevalX !mxE.
Qed.

Lemma form_values_free : row_free form_values.
Proof.
pose S : 'M[F]_(#|monoms d k|, #|{: expo d k.+1}|) := \matrix_(j, a) [forall i, (mon_of j i == (enum_val a : expo d k.+1) i)%N]%:R.
have lt j i : (mon_of (j : 'I_#|monoms d k|) i < k.+1)%N.
  have := mdeg_mon_of j; rewrite mdegE (bigD1 i) //= ltnS => dj.
  by rewrite -[X in (_ <= X)%N]dj leq_addr.
pose a j : expo d k.+1 := [ffun i => Ordinal (lt j i)].
have aE j b : [forall i, (mon_of j i == (enum_val b : expo d k.+1) i)%N] = (b == enum_rank (a j)).
  apply/forallP/eqP => [H|-> i]; last by rewrite enum_rankK ffunE.
  rewrite -[b]enum_valK; congr enum_rank; apply/ffunP => i; apply/val_inj; rewrite ffunE /=.
  by rewrite (eqP (H i)).
have -> : form_values = S *m (eval_mx z d)^T.
  apply/matrixP => j s; rewrite !mxE (bigD1 (enum_rank (a j))) //= !mxE aE eqxx mul1r big1 ?addr0 => [|b nb].
    by rewrite enum_rankK /monom /mmap1; apply: eq_bigr => i _; rewrite ffunE.
  by rewrite !mxE aE (negPf nb) mul0r.
rewrite /row_free mxrankMfree; last by rewrite row_free_unit unitmx_tr eval_mx_unit.
rewrite -/(row_free S); apply/row_freeP; exists S^T; apply/matrixP => i j; rewrite !mxE.
rewrite (bigD1 (enum_rank (a i))) //= !mxE !aE eqxx mul1r big1 ?addr0 => [|b nb]; last by rewrite !mxE !aE (negPf nb) mul0r.
congr (_%:R); rewrite (inj_eq enum_rank_inj); congr nat_of_bool; apply/eqP/eqP => [E|-> //].
by apply/(@mon_of_inj d k)/mnmP => t; move/ffunP/(_ t): E; rewrite !ffunE => -[].
Qed.

Variables (X Y : Type) (I : finType) (P : pred I) (g : I -> X -> F) (h : I -> Y -> F) (N : nat).
Variables (pt : ('I_d -> F) -> X) (gform : I -> {mpoly F[d]}) (b : nat) (K : 'M[F]_(b, #|monoms d k|)).
Hypothesis spang : spanned P g N.
Hypothesis gpt : forall i u, P i -> g i (pt u) = (gform i).@[u].
Hypothesis ghom : forall i, P i -> gform i \is k.-homog.
Hypothesis all_forms : row_full (family_mx k P gform).
Hypothesis inK : forall y, (form_row k (\sum_(i | P i) h i y *: gform i) <= K)%MS.

Lemma restricted_sep_le : sep_le (fun y x => \sum_(i | P i) h i y * g i x) (N + \rank K - mc d k).
Proof.
have [J JN [m [g' E]]] := spang.
pose A : 'M[F]_(#|J|, #|{: expo d k.+1}|) := \matrix_(j, s) g' (enum_val j) (pt (point s)).
have gA i s : P i -> (gform i).@[point s] = \sum_j m i (enum_val j) * A j s.
  move=> Pi; rewrite -gpt // E // -[LHS]sum_enum_val; apply: eq_bigr => j _; by rewrite mxE.
have rA : (mc d k <= \rank A)%N.
  have <- : \rank (family_mx k P gform *m form_values) = mc d k.
    by rewrite mxrankMfree ?form_values_free // -card_monoms; apply/eqP.
  pose M : 'M[F]_(#|I|, #|J|) := \matrix_(i, j) if P (enum_val i) then m (enum_val i) (enum_val j) else 0.
  have -> : family_mx k P gform *m form_values = M *m A; last exact: mxrankM_maxr.
  apply/row_matrixP => i; rewrite !row_mul family_row; apply/rowP => s.
  case: ifP => Pi; last by rewrite mul0mx !mxE big1 // => j _; rewrite !mxE Pi mul0r.
  by rewrite -form_value ?ghom // gA // !mxE; apply: eq_bigr => j _; rewrite !mxE Pi.
pose L := kermx (A *m cokermx (K *m form_values)).
pose T y : 'rV[F]_#|J| := \row_j \sum_(i | P i) h i y * m i (enum_val j).
have TL y : (T y <= L)%MS.
  apply/sub_kermxP; rewrite mulmxA; apply/eqP; rewrite -submxE; apply: submx_trans (submxMr _ (inK y)).
  rewrite (_ : T y *m A = form_row k (\sum_(i | P i) h i y *: gform i) *m form_values) //; apply/rowP => s.
  rewrite -form_value ?rpred_sum // => [|i Pi]; last by apply: dhomogZ; apply: ghom.
  rewrite raddf_sum mxE; under eq_bigr do rewrite mxE mulr_suml.
  rewrite exchange_big; apply: eq_bigr => i Pi /=; rewrite mevalZ gA // mulr_sumr.
  by apply: eq_bigr => j _; rewrite mulrA.
have rL : (\rank L <= N + \rank K - mc d k)%N.
  rewrite mxrank_ker; have H1 := mxrank_mul_ker A (cokermx (K *m form_values)).
  have H2 : (\rank (A :&: kermx (cokermx (K *m form_values))) <= \rank K)%N.
    apply: leq_trans (mxrankS (capmxSr _ _)) _; rewrite mxrank_ker mxrank_coker.
    by have := rank_leq_col (K *m form_values); have := mxrankM_maxl K form_values; lia.
  have := rank_leq_row (A *m cokermx (K *m form_values)).
  by move: (\rank _) (\rank _) (\rank _) (\rank _) H1 H2 rA JN; lia.
apply: sep_leW rL _; pose B := row_base L.
exists (fun l y => (T y *m pinvmx B) 0 l), (fun l x => \sum_j B l j * g' (enum_val j) x) => y x.
have TB : (T y <= B)%MS by rewrite eq_row_base.
transitivity (\sum_j (T y *m pinvmx B *m B) 0 j * g' (enum_val j) x).
  rewrite mulmxKpV //; under [RHS]eq_bigr do rewrite mxE mulr_suml.
  rewrite [RHS]exchange_big; apply: eq_bigr => i Pi /=; rewrite E // mulr_sumr -[LHS]sum_enum_val.
  by apply: eq_bigr => j _; rewrite mulrA.
under eq_bigr do rewrite mxE mulr_suml.
by rewrite exchange_big; apply: eq_bigr => l _ /=; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrA.
Qed.
End Values.
