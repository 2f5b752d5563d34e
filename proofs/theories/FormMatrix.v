(* Forms (homogeneous polynomials) of degree k in n variables as row vectors, and the multiplication by a
   form as a matrix: for counting dimensions of ideals, which Theorem 3.12 of theory.md needs.

   monoms n k       == the monomials of degree k in n variables; card_monoms: there are mc n k
   mon_of j         == the j-th of them
   form_row k p     == the row of the coefficients of p at them
   mul_mx k l q     == the matrix of the forms of degree k, times q, read in degree l
   two_quadrics_rank : in degree k + 4 the ideal of two quadrics has dimension at most
                       2 mc n (k + 2) - mc n k, because of q1 q2 = q2 q1. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover.
From Seprank Require PowerRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Monoms.
Variables (n k : nat).
Definition monoms : pred 'X_{1..n < k.+1} := [pred v : 'X_{1..n < k.+1} | mdeg v == k].
Definition mon_of (j : 'I_#|monoms|) : 'X_{1..n} := val (enum_val j : 'X_{1..n < k.+1}).

Lemma mdeg_mon_of j : mdeg (mon_of j) = k.
Proof. exact/eqP/(enum_valP j). Qed.

Lemma mon_of_inj : injective mon_of.
Proof. by move=> i j /val_inj/enum_val_inj. Qed.

Lemma mon_ofP v : mdeg v = k -> exists j, mon_of j = v.
Proof.
move=> vk; have lt : (mdeg v < k.+1)%N by rewrite vk.
have vin : BMultinom lt \in monoms by rewrite inE /= vk.
by exists (enum_rank_in vin (BMultinom lt)); rewrite /mon_of enum_rankK_in.
Qed.

Lemma card_monoms : #|monoms| = mc n k.
Proof.
apply/eqP; rewrite eqn_leq; apply/andP; split.
  apply: (@card_le_mc _ _ _ _ (fun (m : 'X_{1..n < k.+1}) i => (m : 'X_{1..n}) i)).
    by move=> m /eqP E; rewrite -[RHS]E mdegE.
  by move=> m m' _ _ E; apply/val_inj/mnmP.
rewrite -[n in (mc n k)%N]card_ord -PowerRank.card_mon.
have dg (a : PowerRank.mon [finType of 'I_n] k) : mdeg [multinom val a i : nat | i < n] = k.
  by rewrite mdegE -[RHS](eqP (valP a)); apply: eq_bigr => i _; rewrite mnmE.
have lt a : (mdeg [multinom val (a : PowerRank.mon [finType of 'I_n] k) i : nat | i < n] < k.+1)%N by rewrite dg.
pose f a := BMultinom (lt a).
have fI : injective f.
  move=> a b /(congr1 val)/mnmP E; apply/val_inj/ffunP => i; apply/val_inj.
  by have := E i; rewrite !mnmE.
by rewrite -(card_imset _ fI); apply: subset_leq_card; apply/subsetP => _ /imsetP[a _ ->]; rewrite inE /= dg.
Qed.
End Monoms.
Arguments monoms : clear implicits.
Arguments mon_of {n k} j.

Section Rows.
Variables (F : fieldType) (n : nat).
Implicit Types (p q : {mpoly F[n]}).
Definition form_row k p : 'rV[F]_#|monoms n k| := \row_j p@_(mon_of j).

Lemma form_row_is_linear k : linear (form_row k).
Proof. by move=> a p q; apply/rowP => j; rewrite !mxE mcoeffD mcoeffZ. Qed.
Canonical form_row_linear k := Linear (form_row_is_linear k).

Lemma form_row0 k l p : p \is l.-homog -> l != k -> form_row k p = 0.
Proof.
by move=> hp lk; apply/rowP => j; rewrite !mxE (dhomog_nemf_coeff hp) //= mdeg_mon_of eq_sym.
Qed.

Lemma homog_sum k p : p \is k.-homog -> p = \sum_j p@_(mon_of j) *: 'X_[mon_of (j : 'I_#|monoms n k|)].
Proof.
move=> hp; apply/mpolyP => m; rewrite raddf_sum /=.
have [mk|mk] := eqVneq (mdeg m) k.
  have [j <-] := mon_ofP mk; rewrite (bigD1 j) //= mcoeffZ mcoeffX eqxx mulr1 big1 ?addr0 // => i ij.
  by rewrite mcoeffZ mcoeffX (inj_eq (@mon_of_inj _ _)) (negPf ij) mulr0.
rewrite (dhomog_nemf_coeff hp) //= big1 // => j _; rewrite mcoeffZ mcoeffX.
by case: eqP => [E|_]; [move: mk; rewrite -E mdeg_mon_of eqxx|rewrite mulr0].
Qed.

Definition mul_mx k l q : 'M[F]_(#|monoms n k|, #|monoms n l|) := \matrix_i form_row l (q * 'X_[mon_of i]).

Lemma homog_mulX k l q (i : 'I_#|monoms n k|) : q \is l.-homog -> q * 'X_[mon_of i] \is (l + k).-homog.
Proof. by move=> hq; apply: dhomogM => //; rewrite dhomogX /= mdeg_mon_of. Qed.

Lemma mul_mxM k l l' q q' : q \is 2.-homog -> l = (2 + k)%N -> mul_mx k l q *m mul_mx l l' q' = mul_mx k l' (q' * q).
Proof.
move=> hq El; apply/row_matrixP => i; rewrite row_mul !rowK -mulrA.
have hqi := homog_mulX i hq; rewrite -El in hqi.
rewrite [in RHS](homog_sum hqi) mulr_sumr linear_sum mulmx_sum_row; apply: eq_bigr => j _ /=.
by rewrite rowK mxE -scalerAr linearZ.
Qed.

Lemma mul_mx_free k l q : q \is 2.-homog -> l = (2 + k)%N -> q != 0 -> row_free (mul_mx k l q).
Proof.
move=> hq El q0; apply: inj_row_free => v v0.
pose p : {mpoly F[n]} := \sum_i v 0 i *: 'X_[mon_of i].
have hqp : q * p \is l.-homog.
  rewrite El; apply: dhomogM => //; apply: rpred_sum => i _; apply: dhomogZ.
  by rewrite dhomogX /= mdeg_mon_of.
have : q * p = 0.
  rewrite (homog_sum hqp) big1 // => j _.
  have -> : (q * p)@_(mon_of j) = (v *m mul_mx k l q) 0 j; last by rewrite v0 mxE scale0r.
  rewrite mulmx_sum_row summxE mulr_sumr raddf_sum; apply: eq_bigr => i _ /=.
  by rewrite rowK -scalerAr mcoeffZ !mxE.
move/eqP; rewrite mulf_eq0 (negPf q0) /= => /eqP p0; apply/rowP => i.
have := congr1 (fun p => p@_(mon_of i)) p0; rewrite raddf_sum mcoeff0 (bigD1 i) //= mcoeffZ mcoeffX eqxx mulr1.
rewrite big1 ?addr0 => [-> |j ji]; first by rewrite mxE.
by rewrite mcoeffZ mcoeffX (inj_eq (@mon_of_inj _ _)) (negPf ji) mulr0.
Qed.

(* the ideal of two quadrics *)
Variables (q1 q2 : {mpoly F[n]}).
Hypotheses (h1 : q1 \is 2.-homog) (h2 : q2 \is 2.-homog).
Definition quadrics_mx k := col_mx (mul_mx (2 + k) (2 + (2 + k)) q1) (mul_mx (2 + k) (2 + (2 + k)) q2).

Lemma two_quadrics_rank k : (0 < n)%N -> (\rank (quadrics_mx k) + mc n k <= 2 * mc n (2 + k))%N.
Proof.
move=> n0; have [z|nz] := boolP ((q1 == 0) && (q2 == 0)).
  have [/eqP e1 /eqP e2] := andP z; have -> : quadrics_mx k = 0.
    have z0 l l' : mul_mx l l' 0 = 0 by apply/row_matrixP => i; rewrite rowK mul0r linear0 row0.
    by rewrite /quadrics_mx e1 e2 !z0 col_mx0.
  by rewrite mxrank0 add0n; have := @leq_mc n n k (2 + k)%N n0 (leqnn n) (leq_addl 2 k); lia.
pose Z := row_mx (mul_mx k (2 + k) q2) (- mul_mx k (2 + k) q1).
have ZK : Z *m quadrics_mx k = 0.
  by rewrite mul_row_col mulNmx !mul_mxM // mulrC subrr.
have fZ : row_free Z.
  apply: inj_row_free => v; rewrite mul_mx_row => v0.
  move: (congr1 lsubmx v0) (congr1 rsubmx v0); rewrite row_mxKl row_mxKr linear0 linear0 mulmxN.
  case: (boolP (q2 == 0)) nz => [_|q20 _ v1 _]; last first.
    by apply: (row_free_inj (mul_mx_free h2 erefl q20)); rewrite v1 mul0mx.
  rewrite andbT => q10 _ /eqP; rewrite oppr_eq0 => /eqP v1.
  by apply: (row_free_inj (mul_mx_free h1 erefl q10)); rewrite v1 mul0mx.
have := mulmx0_rank_max ZK; rewrite (eqP fZ); move: (\rank _) (card_monoms n k) (card_monoms n (2 + k)).
by move=> rk -> ->; lia.
Qed.
End Rows.
