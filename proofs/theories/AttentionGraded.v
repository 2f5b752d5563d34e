(* The graded Gram bound: Theorem 3.3 of theory.md, with simple bounds for its dimensions.
   For all weights, i in A, C = C_L, n = d(d+1)/2, rA = |A|, rB = |B|,
     sep <= \sum_(b <= C) min( min(mc(n,b), mc(d*rB,2b)),
                               min(d * min(mc(n,C-b), mc(d*rA,2(C-b))), mc(d*rA,2(C-b)+1)), g(b) )
   Relation to theory.md: h(d,r;b) and h1(d,r;c) are replaced by these upper bounds on them; they
   are equal to them for r >= d or r = 1 (with g(b) and the rest as in theory.md), and weaker in
   between. The form with n alone holds over any commutative ring (graded_token_sep_le).

   sym_dim d                 == n = d(d+1)/2, the dimension of the symmetric d x d matrices
   gram_count d r b          == min(mc(n,b), mc(d*r,2b)), at least h(d,r;b)
   token_count d r c         == min(d * gram_count d r c, mc(d*r,2c+1)), at least h1(d,r;c)
   heads_cover d H da L b t  == d R_(C-b)(t-1) + R_b(E-t), with E = C_(L-1), u = min(n, H*da^2)
   heads_count d H da L b    == g(b), the minimum of these for t <= E+1
   graded_gram_bound d L     == \sum_(b <= C_L) min(mc(n,b), d * mc(n,C_L-b))
   graded_token_bound d rA rB L == \sum_(b <= C_L) min(gram_count d rB b, token_count d rA (C_L-b))
   graded_bound d H da rA rB L == the bound of Theorem 3.3 with these *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition sym_dim d := 'C(d.+1, 2).
Definition gram_count d r b := minn (mc (sym_dim d) b) (mc (d * r) (2 * b)).
Definition token_count d r c := minn (d * gram_count d r c) (mc (d * r) (2 * c).+1).
Definition heads_cover d H da L b t :=
  let u := minn (sym_dim d) (H * da ^ 2) in
  (d * tail_count (sym_dim d - u) u (gram_degree L - b) t
   + tail_count (sym_dim d - u) u b ((gram_degree L.-1).+1 - t))%N.
Definition heads_count d H da L b :=
  (\big[minn/heads_cover d H da L b 0]_(t < (gram_degree L.-1).+2) heads_cover d H da L b t)%N.
Definition graded_gram_bound d L :=
  (\sum_(b < (gram_degree L).+1) minn (mc (sym_dim d) b) (d * mc (sym_dim d) (gram_degree L - b)))%N.
Definition graded_token_bound d rA rB L :=
  (\sum_(b < (gram_degree L).+1) minn (gram_count d rB b) (token_count d rA (gram_degree L - b)))%N.
Definition graded_bound d H da rA rB L :=
  (\sum_(b < (gram_degree L).+1)
    minn (minn (gram_count d rB b) (token_count d rA (gram_degree L - b))) (heads_count d H da L b))%N.

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
Section Entries.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n).
Definition entry := [finType of 'I_#|S| * 'I_d].
Definition entries (x : 'M[R]_(n, d)) (e : 'I_#|entry|) := x (enum_val (enum_val e).1) (enum_val e).2.
Definition entry_poly r k : {mpoly R[#|entry|]} := 'X_(enum_rank ((r, k) : entry)).
Definition gram_poly k l := \sum_r entry_poly r k * entry_poly r l.

Lemma card_entry : #|entry| = (d * #|S|)%N.
Proof. by rewrite card_prod !card_ord mulnC. Qed.

Lemma entry_polyE x r k : (entry_poly r k).@[entries x] = x (enum_val r) k.
Proof. by rewrite mevalXU /entries enum_rankK. Qed.

Lemma entry_poly_homog r k : entry_poly r k \is 1.-homog.
Proof. by rewrite dhomogX /= mdeg1. Qed.

Lemma gram_polyE x k l : gram S x k l = (gram_poly k l).@[entries x].
Proof.
rewrite mxE raddf_sum [RHS](eq_bigr (fun r : 'I_#|S| => x (enum_val r) k * x (enum_val r) l)); last first.
  by move=> r _ /=; rewrite mevalM !entry_polyE.
rewrite -(big_enum_val (fun r => x r k * x r l)) /= [RHS]big_mkcond; apply: eq_bigr => r _.
by rewrite !mxE unfold_in; case: (S r); rewrite ?mul0r.
Qed.

Lemma gram_poly_homog k l : gram_poly k l \is 2.-homog.
Proof. by apply: rpred_sum => r _; apply: (@dhomogM _ _ _ 1 _ 1); apply: entry_poly_homog. Qed.
End Entries.

Lemma sep_le_min (R : comRingType) X Y (f : X -> Y -> R) r s : sep_le f r -> sep_le f s -> sep_le f (minn r s).
Proof. by rewrite /minn; case: ifP. Qed.

Section Bound.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d) (Ws : seq (seq (head R d))).
Hypothesis Si : S i.
Local Notation m := #|upper d|.
Local Notation C := (gram_degree (size Ws)).
Variables (P Q : 'M[R]_m) (w : pred 'I_m) (E : nat).
Hypothesis PQ : P *m Q = 1%:M.
Let B s := \sum_t Q s t *: sym_basis R t.
Hypothesis gr : graded_mx w C E (netP (map_net [rmorphism of @mpolyC (m + m) R] Ws) (gram_var B)).

Definition cover_count e :=
  (\big[minn/d * tail_count #|w| (m - #|w|) (C - e) 0 + tail_count #|w| (m - #|w|) e E.+1]_(t < E.+2)
     (d * tail_count #|w| (m - #|w|) (C - e) t + tail_count #|w| (m - #|w|) e (E.+1 - t)))%N.

Lemma change_coord (G : 'M[R]_d) : G^T = G -> G = \sum_s (\sum_t sym_coord G t * P t s) *: B s.
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

Lemma graded_sep_le : sep_le (fun x y => net Ws (mix S x y) i p)
  (\sum_(e < C.+1) minn (minn (gram_count d #|predC S| e) (token_count d #|S| (C - e))) (cover_count e)).
Proof.
pose q k := netP (map_net [rmorphism of @mpolyC (m + m) R] Ws) (gram_var B) k p.
have gq k : graded w C E (q k) by apply: gr.
pose a (T : pred 'I_n) x s := \sum_t sym_coord (gram T x) t * P t s.
pose Gp (T : pred 'I_n) s : {mpoly R[#|entry d T|]} :=
  \sum_t P t s *: gram_poly R T (enum_val t).1 (enum_val t).2.
have aE T x s : a T x s = (Gp T s).@[entries x].
  rewrite raddf_sum; apply: eq_bigr => t _ /=.
  by rewrite mevalZ -gram_polyE mulrC.
have hG T s : Gp T s \is 2.-homog.
  by apply: rpred_sum => t _; apply: dhomogZ; apply: gram_poly_homog.
have H e : (e < C.+1)%N -> sep_le (part C q (fun (x : 'M[R]_(n, d)) k => x i k) (a S) (a (predC S)) e)
    (minn (minn (gram_count d #|predC S| e) (token_count d #|S| (C - e))) (cover_count e)).
  move=> _; apply: sep_le_min; first apply: sep_le_min.
  - apply: (part_sepB gq); rewrite /gram_count -card_upper -card_entry.
    apply: spanned_min (spannedW (card_edeg _ _ _) (spanned_self _ _)) _.
    exact: (spanned_bfun _ (hG _) _ (aE _)).
  - apply: (part_sepA gq); rewrite /token_count /gram_count -card_upper -card_entry.
    apply: spanned_min; last first.
      apply: (@spanned_afun _ _ _ _ _ _ _ _ _ (hG S) (@entries _ _ _ S) (fun k => entry_poly R (enum_rank_in Si i) k)).
      + by move=> k; apply: entry_poly_homog.
      + by move=> x k; rewrite entry_polyE enum_rankK_in.
      + exact: aE.
    have sc N := @spanned_scale R 'M[R]_(n, d) [finType of 'I_d] [finType of expo m C.+1]
      [pred c | edeg c == (C - e)%N] (bfun (a S)) N (fun x k => x i k).
    move: sc; rewrite card_ord; apply.
    apply: spanned_min (spannedW (card_edeg _ _ _) (spanned_self _ _)) _.
    exact: (spanned_bfun _ (hG _) _ (aE _)).
  rewrite /cover_count; elim/big_ind: _ => [|r s Hr Hs|t _].
  - by rewrite -[X in tail_count _ _ e X]subn0; apply: (part_cover gq).
  - exact: sep_le_min.
  - by apply: (part_cover gq); rewrite // -ltnS ltn_ord.
apply: eq_sep_le (sep_le_sum (fun e => H e (ltn_ord e))) => x y; rewrite -(sum_parts gq) net_mixE Si.
have cx : gram S x = \sum_t a S x t *: B t := change_coord (gram_tr S x).
have cy : gram (predC S) y = \sum_t a (predC S) y t *: B t := change_coord (gram_tr (predC S) y).
by apply: eq_bigr => k _; rewrite cx cy -netP_eval.
Qed.
End Bound.

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
  forall s : 'I_m, (minn m (h * da ^ 2) <= s)%N -> phi (\sum_t PQ.2 s t *: sym_basis F t) = 0.
Proof.
exists (col_ebase K, invmx (col_ebase K)) => [|s us /=]; first by rewrite mulmxV ?col_ebase_unit.
set Q := invmx _; apply: (can_inj mxvecK); rewrite linear0.
have -> : mxvec (phi (\sum_t Q s t *: sym_basis F t)) = row s (Q *m K).
  rewrite row_mul mulmx_sum_row /phi; under eq_bigr do rewrite mulmx_sumr mulmx_suml.
  rewrite exchange_big linear_sum; apply: eq_bigr => t _ /=; rewrite rowK mxE -linearZ /=; congr mxvec.
  by rewrite scaler_sumr; apply: eq_bigr => wv _; rewrite -scalemxAr -scalemxAl.
rewrite -[in LHS](mulmx_ebase K) mulmxA mulmxA mulVmx ?col_ebase_unit // mul1mx row_mul.
suff -> : row s (pid_mx (\rank K) : 'M[F]_(m, d * d)) = 0 by rewrite mul0mx.
apply/rowP => t; rewrite !mxE [(s < _)%N]ltnNge (leq_trans first_layer_rank us) andbF //.
Qed.
End FirstLayer.

(* rA tokens on the side of the output token i, rB on the other *)
Lemma two_sides (R : comRingType) n d (f : 'M[R]_(n, d) -> R) (S : pred 'I_n) i (r : nat -> nat -> nat) :
  (forall T : pred 'I_n, T i -> sep_le (fun x y => f (mix T x y)) (r #|T| #|predC T|)) ->
  sep_le (fun x y => f (mix S x y)) (r #|[pred j | S j == S i]| #|[pred j | S j != S i]|).
Proof.
move=> H; have card T : (forall j, T j = (S j == S i)) ->
    #|[pred j | S j == S i]| = #|T| /\ #|[pred j | S j != S i]| = #|predC T|.
  by move=> E; split; apply: eq_card => j; rewrite !unfold_in /= E.
case/orP: (orbN (S i)) => [Si|nSi].
  have [|-> ->] := card S; first by move=> j; rewrite Si; case: (S j).
  exact: H.
have [|-> ->] := card (predC S); first by move=> j; rewrite (negPf nSi) /=; case: (S j).
by apply: eq_sep_le (sep_le_sym (H (predC S) nSi)) => x y; rewrite mixC.
Qed.

(* Theorem 3.3 without the heads' term, over any commutative ring *)
Theorem graded_token_sep_le (R : comRingType) n d (S : pred 'I_n) (Ws : seq (seq (head R d))) i p :
  sep_le (fun x y => net Ws (mix S x y) i p)
    (graded_token_bound d #|[pred j | S j == S i]| #|[pred j | S j != S i]| (size Ws)).
Proof.
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => graded_token_bound d rA rB (size Ws))) => T Ti.
apply: sep_leW (graded_sep_le p Ti (mulmx1 1%:M) (@graded_net _ _ pred0 _ _ Ws)).
by apply: leq_sum => e _; apply: geq_minl.
Qed.

Corollary graded_gram_sep_le (R : comRingType) n d (S : pred 'I_n) (Ws : seq (seq (head R d))) i p :
  sep_le (fun x y => net Ws (mix S x y) i p) (graded_gram_bound d (size Ws)).
Proof.
apply: sep_leW (graded_token_sep_le S Ws i p); apply: leq_sum => e _.
rewrite leq_min; apply/andP; split; rewrite geq_min; first by rewrite geq_minl.
by rewrite /token_count geq_min leq_mul2l geq_minl !orbT.
Qed.

(* Theorem 3.3 *)
Theorem attention_graded_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  (0 < size Ws)%N ->
  (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (graded_bound d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]| (size Ws)).
Proof.
case: Ws => // H Ws _ sz low.
apply: (@two_sides _ _ _ (fun X => net (H :: Ws) X i p) S i (fun rA rB => graded_bound d h da rA rB (size Ws).+1)) => T Ti.
have [||[P Q] /= PQ kill] := @first_layer_coord F d da h H.
- by apply: sz; rewrite mem_head.
- by move=> wv wvH; split; apply/lowrankP; case: (low H wv (mem_head _ _) wvH).
set m := #|upper d| in P Q PQ kill; pose u := minn m (h * da ^ 2).
pose w : pred 'I_m := fun t => (u <= t)%N.
have um : (u <= m)%N by rewrite geq_minl.
have cw : #|w| = (m - u)%N.
  have : #|[predC w]| = u.
    rewrite -[RHS]card_ord -!sum1_card (big_ord_widen m (fun=> 1%N) um).
    by apply: eq_bigl => t; rewrite !inE -ltnNge.
  by move=> cw'; rewrite -[LHS](addnK u) -[X in (_ + X)%N]cw' cardC card_ord.
have gr := @graded_net_first F m w d (fun s => \sum_t Q s t *: sym_basis F t) H Ws kill.
have := graded_sep_le p Ti PQ gr; congr sep_le.
apply: eq_bigr => e _; congr minn; rewrite /cover_count /heads_count /heads_cover -card_upper cw subKn //.
Qed.
