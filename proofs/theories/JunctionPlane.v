(* One token of a plane: the restriction in the proof of Theorem 3.12 of theory.md, for three layers with
   one head each and the block b = 7. Put the side B to one token u = w N, w in d - 1 variables and N v = 0,
   v the vector at the end of the words. Polynomials of degree 7 in G = u^T u are all forms of degree 14 in
   w. Those in the ideal of two quadrics u c1 u^T, u c2 u^T come from a space of polynomials of degree 7 in
   the entries of G of dimension at most mc n 7 - delta, n = d(d+1)/2.

   junction_delta d       == mc (d-1) 14 - 2 mc (d-1) 12 + mc (d-1) 10
   plane_token N          == u, a row of forms in w
   ucoord N t             == the entry of u^T u at t
   restriction N          == the matrix of the map from polynomials of degree 7 in the entries to forms
   in_ideal N c1 c2 p     == p is in the ideal of the two quadrics
   admissible N c1 c2     == the polynomials of degree 7 that are put into it, as rows of a matrix *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import Straightening FormMatrix.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition junction_delta d := (mc d.-1 14 + mc d.-1 10 - 2 * mc d.-1 12)%N.

Section Restriction.
Variables (F : fieldType) (e : nat).
Local Notation d := e.+1.
Local Notation m := #|upper d|.
Local Notation S := {mpoly F[e]}.
Local Notation exp := (expo m 14).
Local Notation mxC := (map_mx (@mpolyC e F)).

(* a hyperplane: d-1 coordinates of it *)
Lemma hyperplane (v : 'cV[F]_d) : exists (N : 'M[F]_(e, d)) (N' : 'M[F]_(d, e)), N *m N' = 1%:M /\ N *m v = 0.
Proof.
pose r := \rank (kermx v); pose B : 'M_(r, d) := row_base (kermx v).
have er : (e <= r)%N by rewrite /r mxrank_ker; have := rank_leq_col v; lia.
have Bv : B *m v = 0 by apply/sub_kermxP; rewrite eq_row_base.
exists ((pid_mx e : 'M_(e, r)) *m B), (pinvmx B *m (pid_mx e : 'M_(r, e))); split; last first.
  by rewrite -mulmxA Bv mulmx0.
rewrite -mulmxA (mulmxA B) mulmxVp ?row_base_free // mul1mx mul_pid_mx minnn (minn_idPr er).
exact: pid_mx_1.
Qed.

Variables (N : 'M[F]_(e, d)) (N' : 'M[F]_(d, e)).
Hypothesis NN : N *m N' = 1%:M.
Definition var_row : 'rV[S]_e := \row_j 'X_j.
Definition plane_token := var_row *m mxC N.
Local Notation u := plane_token.
Definition ucoord (t : 'I_m) := u 0 (row_of t) * u 0 (col_of t).

Lemma plane_token_homog k : u 0 k \is 1.-homog.
Proof.
rewrite mxE; apply: rpred_sum => j _; rewrite !mxE mulrC mul_mpolyC; apply: dhomogZ.
by rewrite dhomogX /= mdeg1.
Qed.

Lemma ucoord_index k l : ucoord (sym_index k l) = u 0 k * u 0 l.
Proof.
rewrite /ucoord /row_of /col_of enum_rankK_in ?sorted_pairP // /sorted_pair.
by case: ifP => //= _; rewrite mulrC.
Qed.

Lemma ucoord_homog t : ucoord t \is 2.-homog.
Proof. by apply: (@dhomogM _ _ _ 1 _ 1); apply: plane_token_homog. Qed.

Definition quadric (c : 'M[F]_d) : S := (u *m mxC c *m u^T) 0 0.
Lemma quadric_homog c : quadric c \is 2.-homog.
Proof.
rewrite /quadric mxE; apply: rpred_sum => j _; rewrite mxE [_^T _ _]mxE mulr_suml.
apply: rpred_sum => k _; rewrite [mxC c k j]mxE mulrAC mulrC mul_mpolyC; apply: dhomogZ.
by apply: (@dhomogM _ _ _ 1 _ 1); apply: plane_token_homog.
Qed.

(* the polynomials of degree 7 in the Gram matrix of one token of the plane are all forms of degree 14 *)
Definition Q7 := [pred c : exp | edeg c == 7%N].
Definition restriction : 'M[F]_(#|Q7|, #|monoms e 14|) := \matrix_i form_row 14 (monom ucoord (enum_val i)).

Definition good j (p : S) := forall w : 'X_{1..m}, (mdeg w + j = 7)%N ->
  (form_row 14 (mon ucoord w * p) <= restriction)%MS.

Lemma good1 : good 0 1.
Proof.
move=> w; rewrite addn0 mulr1 => dw.
have lt t : (w t < 14)%N.
  by apply: leq_ltn_trans (_ : mdeg w < 14)%N; [rewrite mdegE (bigD1 t) ?leq_addr|rewrite dw].
pose c : exp := [ffun t => Ordinal (lt t)].
have cQ : c \in Q7 by rewrite inE /edeg; apply/eqP; rewrite -[RHS]dw mdegE; apply: eq_bigr => t _; rewrite ffunE.
have -> : mon ucoord w = monom ucoord (enum_val (enum_rank_in cQ c)).
  by rewrite enum_rankK_in //; apply: eq_bigr => t _; rewrite ffunE.
by rewrite -(rowK (fun i => form_row 14 (monom ucoord (enum_val i)))) row_sub.
Qed.

Lemma goodM j t p : good j p -> good j.+1 (ucoord t * p).
Proof.
move=> H w dw; rewrite mulrA -(monU ucoord t) -monD; apply: H.
by rewrite mdegD mdeg1 -dw addn1 addSnnS.
Qed.

Lemma good_sum j (I : finType) (f : I -> S) : (forall k, good j (f k)) -> good j (\sum_k f k).
Proof.
by move=> H w dw; rewrite mulr_sumr linear_sum; apply: summx_sub => k _; apply: H.
Qed.

Lemma goodZ j a p : good j p -> good j (a *: p).
Proof. by move=> H w dw; rewrite -scalerAr linearZ; apply: scalemx_sub; apply: H. Qed.

Lemma mdeg_pred (v : 'X_{1..e}) k : mdeg v = k.+1 -> exists a v', v = (U_(a) + v')%MM /\ mdeg v' = k.
Proof.
move=> dv; have [a va] : exists a, (0 < v a)%N.
  apply/existsP; rewrite -[[exists _, _]]negbK negb_exists; apply/negP => /forallP v0.
  by move: dv; rewrite mdegE big1 // => t _; apply/eqP; rewrite -leqn0 leqNgt.
have le : (U_(a) <= v)%MM.
  by apply/mnm_lepP => t; rewrite mnm1E; case: eqP => [<-|].
exists a, (v - U_(a))%MM; rewrite addmC submK //; split=> //.
by apply/eqP; rewrite -(eqn_add2r 1) -[X in (_ + X)%N](mdeg1 a) -mdegD submK // dv addn1.
Qed.

Lemma var_plane a : 'X_a = \sum_k N' k a *: u 0 k.
Proof.
have E : var_row = u *m mxC N' by rewrite /plane_token -mulmxA -map_mxM NN map_mx1 mulmx1.
have := congr1 (fun M : 'rV[S]_e => M 0 a) E; rewrite mxE [RHS]mxE => ->.
by apply: eq_bigr => k _; rewrite [mxC N' _ _]mxE mulrC mul_mpolyC.
Qed.

Lemma good_monomial j (v : 'X_{1..e}) : mdeg v = (2 * j)%N -> good j 'X_[v].
Proof.
elim: j v => [|j IH] v dv.
  by move/eqP: dv; rewrite muln0 mdeg_eq0 => /eqP ->; rewrite mpolyX0; apply: good1.
rewrite mulnS add2n in dv; have [a [v1 [-> d1]]] := mdeg_pred dv; have [b [v2 [-> d2]]] := mdeg_pred d1.
rewrite !mpolyXD mulrA [X in X * _ * _]var_plane [X in _ * X * _]var_plane.
rewrite mulr_suml mulr_suml; apply: good_sum => k; rewrite mulr_sumr mulr_suml; apply: good_sum => l.
rewrite -scalerAl -scalerAr -!scalerAl -ucoord_index; do 2!apply: goodZ; apply: goodM.
exact: IH.
Qed.

Lemma restriction_rank : \rank restriction = mc e 14.
Proof.
rewrite -card_monoms; apply/eqP/row_fullP/row_fullP; rewrite -sub1mx; apply/row_subP => i.
have -> : row i 1%:M = form_row 14 ('X_[mon_of i] : S).
  apply/rowP => j; rewrite !mxE mcoeffX (inj_eq (@mon_of_inj _ _)) //.
have := good_monomial (j := 7) (mdeg_mon_of i) (w := 0%MM); rewrite mdeg0 => /(_ erefl).
by rewrite /mon big1 ?mul1r // => t _; rewrite mnm0E expr0.
Qed.

(* the ideal of two quadrics *)
Variables (c1 c2 : 'M[F]_d).
Definition in_ideal (p : S) := exists p1 p2, p = quadric c1 * p1 + quadric c2 * p2.

Lemma in_ideal0 : in_ideal 0.
Proof. by exists 0, 0; rewrite !mulr0 addr0. Qed.

Lemma in_idealD a b : in_ideal a -> in_ideal b -> in_ideal (a + b).
Proof. by case=> [p1 [p2 ->]] [q1 [q2 ->]]; exists (p1 + q1), (p2 + q2); rewrite !mulrDr addrACA. Qed.

Lemma in_idealM a b : in_ideal b -> in_ideal (a * b).
Proof. by case=> [p1 [p2 ->]]; exists (a * p1), (a * p2); rewrite mulrDr !(mulrCA a). Qed.

Local Notation Kmx := (quadrics_mx (quadric c1) (quadric c2) 10).

Lemma mul_row_sub q (p : S) : q \is 2.-homog -> (form_row 14 (q * p) <= mul_mx 12 14 q)%MS.
Proof.
move=> hq; rewrite (mpolyE p) mulr_sumr linear_sum; apply: summx_sub => v _ /=.
rewrite -scalerAr linearZ /=; apply: scalemx_sub.
have [dv|dv] := eqVneq (mdeg v) 12%N; last first.
  have hqv : q * 'X_[v] \is (2 + mdeg v).-homog by apply: dhomogM => //; rewrite dhomogX.
  by rewrite (form_row0 hqv) ?sub0mx //; move: dv; lia.
have [i <-] := mon_ofP dv.
by rewrite -(rowK (fun i => form_row 14 (q * 'X_[mon_of (i : 'I_#|monoms e 12|)]))) row_sub.
Qed.

Lemma in_ideal_sub p : in_ideal p -> (form_row 14 p <= Kmx)%MS.
Proof.
case=> p1 [p2 ->]; rewrite linearD; apply: addmx_sub.
  by apply: submx_trans (mul_row_sub _ (quadric_homog c1)) _; rewrite /quadrics_mx -addsmxE addsmxSl.
by apply: submx_trans (mul_row_sub _ (quadric_homog c2)) _; rewrite /quadrics_mx -addsmxE addsmxSr.
Qed.

Definition admissible : 'M[F]_#|Q7| := kermx (restriction *m cokermx Kmx).

Lemma admissible_rank : (0 < e)%N -> (\rank admissible <= mc (sym_dim d) 7 - junction_delta d)%N.
Proof.
move=> e0; rewrite /admissible mxrank_ker.
have le := rank_leq_row (restriction *m cokermx Kmx).
have cQ : (#|Q7| <= mc (sym_dim d) 7)%N by rewrite -card_upper; apply: card_edeg.
have H1 := mxrank_mul_ker restriction (cokermx Kmx); rewrite restriction_rank in H1.
have H2 : (\rank (restriction :&: kermx (cokermx Kmx)) <= \rank Kmx)%N.
  apply: leq_trans (mxrankS (capmxSr _ _)) _; rewrite mxrank_ker mxrank_coker.
  by have := rank_leq_col Kmx; lia.
have H3 : (\rank Kmx + mc e 10 <= 2 * mc e 12)%N := two_quadrics_rank (quadric_homog c1) (quadric_homog c2) 10 e0.
rewrite /junction_delta /=; move: (\rank _) (\rank _) (\rank _) le H1 H2 H3 => r1 r2 r3 le H1 H2 H3.
by move: cQ; move: (#|_|) => q cQ; lia.
Qed.
End Restriction.
