(* Coordinates in which Theorem 3.3 of theory.md is counted: those of symmetric matrices, and the
   Gram matrix of r tokens in them.

   sym_dim d       == n = d(d+1)/2, the dimension of the symmetric d x d matrices
   upper d         == the pairs (k, l), k <= l, which number the coordinates t of such a matrix
   sym_coord G t   == the entry of G at t; sym_basis R t == the symmetric matrix with coordinate t
   entry d r       == the pairs (token j < r, channel k), which number the entries of r tokens
   entry_poly R j k, gram_poly R r k l == the entry (j, k), and the entry (k, l) of the Gram matrix,
                      as polynomials in the entries
   entries S x     == the values of these entries for the tokens of x in S
   first_layer_coord : in some coordinates the first layer sees only min(n, H * da^2) of them *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition sym_dim d := 'C(d.+1, 2).

(* coordinates of symmetric matrices: their entries (i, j), i <= j *)
Section Sym.
Variables (R : comRingType) (d : nat).
Definition upper : pred ('I_d * 'I_d) := [pred ij : 'I_d * 'I_d | (ij.1 <= ij.2)%N].

Lemma card_upper : #|upper| = sym_dim d.
Proof.
have -> : sym_dim d = mc d 2 by rewrite /mc addn2.
rewrite -card_sorted_mc -!sum1_card.
rewrite (reindex (fun t : 2.-tuple 'I_d => (tnth t ord0, tnth t (lift ord0 ord0)))) /=.
  by apply: eq_bigl => -[[|x [|y [|//]]] sz] //; rewrite !inE /= !(tnth_nth x) /= andbT.
exists (fun ij => [tuple ij.1; ij.2]) => [[[|x [|y [|//]]] sz]|[x y]] _ //.
by apply/val_inj; rewrite /= !(tnth_nth x).
Qed.

Definition sorted_pair (k l : 'I_d) := if (k <= l)%N then (k, l) else (l, k).
Lemma sorted_pairP k l : sorted_pair k l \in upper.
Proof. by rewrite /sorted_pair; case: leqP => [h|/ltnW h]; apply: h. Qed.

Definition sym_index k l : 'I_#|upper| := enum_rank_in (sorted_pairP k l) (sorted_pair k l).
Definition sym_basis (t : 'I_#|upper|) : 'M[R]_d := \matrix_(k, l) (t == sym_index k l)%:R.
Definition sym_coord (G : 'M[R]_d) (t : 'I_#|upper|) := G (enum_val t).1 (enum_val t).2.

Lemma sym_coordE G : G^T = G -> G = \sum_t sym_coord G t *: sym_basis t.
Proof.
move=> GT; apply/matrixP => k l; rewrite summxE (bigD1 (sym_index k l)) //= !mxE eqxx mulr1 big1 ?addr0.
  rewrite /sym_coord enum_rankK_in ?sorted_pairP // /sorted_pair; case: ifP => //= _.
  by rewrite -[in LHS]GT mxE.
by move=> t nt; rewrite !mxE (negPf nt) mulr0.
Qed.
End Sym.
Arguments upper d : clear implicits.
Arguments sym_basis R {d} t.

(* the entries of a Gram matrix are polynomials of degree 2 in the entries of the tokens *)
Definition entry d r := [finType of 'I_r * 'I_d].

Lemma card_entry d r : #|entry d r| = (d * r)%N.
Proof. by rewrite card_prod !card_ord mulnC. Qed.

Section Polynomials.
Variables (R : comRingType) (d r : nat).
Definition entry_poly (j : 'I_r) (k : 'I_d) : {mpoly R[#|entry d r|]} := 'X_(enum_rank ((j, k) : entry d r)).
Definition gram_poly k l := \sum_j entry_poly j k * entry_poly j l.

Lemma entry_poly_homog j k : entry_poly j k \is 1.-homog.
Proof. by rewrite dhomogX /= mdeg1. Qed.

Lemma gram_poly_homog k l : gram_poly k l \is 2.-homog.
Proof. by apply: rpred_sum => j _; apply: (@dhomogM _ _ _ 1 _ 1); apply: entry_poly_homog. Qed.
End Polynomials.

Section Entries.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n).
Definition entries (x : 'M[R]_(n, d)) (e : 'I_#|entry d #|S| |) := x (enum_val (enum_val e).1) (enum_val e).2.

Lemma entry_polyE x r k : (entry_poly R r k).@[entries x] = x (enum_val r) k.
Proof. by rewrite mevalXU /entries enum_rankK. Qed.

Lemma gram_polyE x k l : gram S x k l = (gram_poly R #|S| k l).@[entries x].
Proof.
rewrite mxE raddf_sum [RHS](eq_bigr (fun r : 'I_#|S| => x (enum_val r) k * x (enum_val r) l)); last first.
  by move=> r _ /=; rewrite mevalM !entry_polyE.
rewrite -(big_enum_val (fun r => x r k * x r l)) /= [RHS]big_mkcond; apply: eq_bigr => r _.
by rewrite !mxE unfold_in; case: (S r); rewrite ?mul0r.
Qed.
End Entries.


(* a change of coordinates by an invertible matrix P, with inverse Q *)
Section Change.
Variables (R : comRingType) (d : nat).
Local Notation m := #|upper d|.
Variables P Q : 'M[R]_m.
Hypothesis PQ : P *m Q = 1%:M.
Definition new_basis s := \sum_t Q s t *: sym_basis R t.
Definition new_coord (G : 'M[R]_d) s := \sum_t sym_coord G t * P t s.

Lemma change_coord (G : 'M[R]_d) : G^T = G -> G = \sum_s new_coord G s *: new_basis s.
Proof.
move=> GT; rewrite {1}(sym_coordE GT).
under [RHS]eq_bigr do rewrite scaler_suml; rewrite exchange_big; apply: eq_bigr => t _.
under [RHS]eq_bigr do rewrite scaler_sumr; rewrite exchange_big (bigD1 t) //= [X in _ + X]big1 ?addr0.
  under [RHS]eq_bigr do rewrite scalerA -mulrA.
  rewrite -scaler_suml -mulr_sumr; have /matrixP/(_ t t) := PQ; rewrite !mxE eqxx => ->.
  by rewrite mulr1.
move=> t' nt; under eq_bigr do rewrite scalerA -mulrA.
rewrite -scaler_suml -mulr_sumr; have /matrixP/(_ t t') := PQ; rewrite !mxE eq_sym (negPf nt) => ->.
by rewrite mulr0 scale0r.
Qed.
End Change.

(* coordinates in which the first layer sees only the first min(n, h * da^2) *)
Section FirstLayer.
Variables (F : fieldType) (d da h : nat) (H : seq (head F d)).
Hypotheses (sH : (size H <= h)%N) (low : forall wv, wv \in H -> lowrank da wv.1 /\ lowrank da wv.2).
Local Notation m := #|upper d|.
Let phi (G : 'M[F]_d) := \sum_(wv <- H) wv.1 *m G *m wv.2.
Let K : 'M[F]_(m, d * d) := \matrix_t mxvec (phi (sym_basis F t)).

Lemma first_layer_rank : (\rank K <= minn m (h * da ^ 2))%N.
Proof.
rewrite leq_min rank_leq_row /=; apply: leq_trans (_ : (size H * da ^ 2 <= _)%N); last by rewrite leq_mul2r sH orbT.
have -> : K = \sum_(wv <- H) \matrix_t mxvec (wv.1 *m sym_basis F t *m wv.2).
  by apply/row_matrixP => t; rewrite rowK /phi linear_sum [RHS]linear_sum; apply: eq_bigr => wv _ /=; rewrite rowK.
elim: H low => [|wv H' IH] lo; first by rewrite big_nil mxrank0.
rewrite big_cons /= mulSn; apply: leq_trans (mxrank_add _ _) (leq_add _ (IH _)); last first.
  by move=> wv' wvH; apply: lo; rewrite inE wvH orbT.
have [[U [Z ->]] [U' [Z' ->]]] := lo _ (mem_head _ _).
have -> : \matrix_t mxvec (U *m Z *m sym_basis F t *m (U' *m Z')) =
    (\matrix_t mxvec (Z *m sym_basis F t *m U')) *m lin_mx [linear of mulmxr Z' \o mulmx U].
  by apply/row_matrixP => t; rewrite row_mul !rowK mul_vec_lin /= !mulmxA.
by apply: leq_trans (mulmx_max_rank _ _) _; rewrite expnS expn1.
Qed.

Lemma first_layer_coord : exists2 PQ : 'M[F]_m * 'M[F]_m, PQ.1 *m PQ.2 = 1%:M &
  forall s : 'I_m, (minn m (h * da ^ 2) <= s)%N -> phi (new_basis PQ.2 s) = 0.
Proof.
exists (col_ebase K, invmx (col_ebase K)) => [|s us /=]; first by rewrite mulmxV ?col_ebase_unit.
set Q := invmx _; apply: (can_inj mxvecK); rewrite linear0 /new_basis.
have -> : mxvec (phi (\sum_t Q s t *: sym_basis F t)) = row s (Q *m K).
  rewrite row_mul mulmx_sum_row /phi; under eq_bigr do rewrite mulmx_sumr mulmx_suml.
  rewrite exchange_big linear_sum; apply: eq_bigr => t _ /=; rewrite rowK mxE -linearZ /=; congr mxvec.
  by rewrite scaler_sumr; apply: eq_bigr => wv _; rewrite -scalemxAr -scalemxAl.
rewrite -[in LHS](mulmx_ebase K) mulmxA mulmxA mulVmx ?col_ebase_unit // mul1mx row_mul.
suff -> : row s (pid_mx (\rank K) : 'M[F]_(m, d * d)) = 0 by rewrite mul0mx.
apply/rowP => t; rewrite !mxE [(s < _)%N]ltnNge (leq_trans first_layer_rank us) andbF //.
Qed.
End FirstLayer.
