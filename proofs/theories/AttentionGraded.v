(* The graded Gram bound: Theorem 3.3 of theory.md, with simple bounds for its dimensions.
   For all weights, i in A, C = C_L, n = d(d+1)/2, rA = |A|, rB = |B|,
     sep <= \sum_(b <= C) min( min(mc(n,b), mc(d*rB,2b)),
                               min(d * min(mc(n,C-b), mc(d*rA,2(C-b))), mc(d*rA,2(C-b)+1)), g(b) )
   Relation to theory.md: h(d,r;b) and h1(d,r;c) are replaced by these upper bounds on them; they
   are equal to them for r >= d or r = 1 (with g(b) and the rest as in theory.md), and weaker in
   between, where AttentionGradedFull.v has the full bound. Without g(b) it holds over any
   commutative ring (graded_token_sep_le), and so does the form with n alone (graded_gram_sep_le).

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
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

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

Lemma sep_le_min (R : comRingType) X Y (f : X -> Y -> R) r s : sep_le f r -> sep_le f s -> sep_le f (minn r s).
Proof. by rewrite /minn; case: ifP. Qed.

Section Bound.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d) (Ws : seq (seq (head R d))).
Hypothesis Si : S i.
Local Notation m := #|upper d|.
Local Notation C := (gram_degree (size Ws)).
Variables (P Q : 'M[R]_m) (w : pred 'I_m) (E : nat).
Hypothesis PQ : P *m Q = 1%:M.
Hypothesis gr : graded_mx w C E (netP (map_net [rmorphism of @mpolyC (m + m) R] Ws) (gram_var (new_basis Q))).

Definition cover_count e :=
  (\big[minn/d * tail_count #|w| (m - #|w|) (C - e) 0 + tail_count #|w| (m - #|w|) e E.+1]_(t < E.+2)
     (d * tail_count #|w| (m - #|w|) (C - e) t + tail_count #|w| (m - #|w|) e (E.+1 - t)))%N.

Definition gcoord (T : pred 'I_n) (x : 'M[R]_(n, d)) s := new_coord P (gram T x) s.
Definition token (x : 'M[R]_(n, d)) k := x i k.

Lemma graded_sep_le NA NB :
  (forall e, spanned [pred c : expo m C.+1 | edeg c == e] (bfun (gcoord (predC S))) (NB e)) ->
  (forall c, spanned [pred ka : 'I_d * expo m C.+1 | edeg ka.2 == c] (afun token (gcoord S)) (NA c)) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (\sum_(e < C.+1) minn (minn (NB e) (NA (C - e)%N)) (cover_count e)).
Proof.
move=> sB sA; pose q k := netP (map_net [rmorphism of @mpolyC (m + m) R] Ws) (gram_var (new_basis Q)) k p.
have gq k : graded w C E (q k) by apply: gr.
have H e : sep_le (part C q token (gcoord S) (gcoord (predC S)) e) (minn (minn (NB e) (NA (C - e)%N)) (cover_count e)).
  apply: sep_le_min; first by apply: sep_le_min; [apply: (part_sepB gq)|apply: (part_sepA gq)].
  rewrite /cover_count; elim/big_ind: _ => [|r s Hr Hs|t _].
  - by rewrite -[X in tail_count _ _ e X]subn0; apply: (part_cover gq).
  - exact: sep_le_min.
  - by apply: (part_cover gq); rewrite // -ltnS ltn_ord.
apply: eq_sep_le (sep_le_sum (fun e => H e)) => x y; rewrite -(sum_parts gq) net_mixE Si.
have cG T z : gram T z = \sum_t gcoord T z t *: new_basis Q t := change_coord PQ (gram_tr T z).
by apply: eq_bigr => k _; rewrite [gram S x]cG [gram _ y]cG -netP_eval.
Qed.

(* the dimensions by simple counts *)
Definition gcoord_poly (T : pred 'I_n) s : {mpoly R[#|entry d #|T| |]} :=
  \sum_t P t s *: gram_poly R #|T| (enum_val t).1 (enum_val t).2.

Lemma gcoord_polyE T x s : gcoord T x s = (gcoord_poly T s).@[entries x].
Proof. by rewrite raddf_sum; apply: eq_bigr => t _ /=; rewrite mevalZ -gram_polyE mulrC. Qed.

Lemma gcoord_poly_homog T s : gcoord_poly T s \is 2.-homog.
Proof. by apply: rpred_sum => t _; apply: dhomogZ; apply: gram_poly_homog. Qed.

Lemma gram_count_spanned T e :
  spanned [pred c : expo m C.+1 | edeg c == e] (bfun (gcoord T)) (gram_count d #|T| e).
Proof.
rewrite /gram_count -card_upper -card_entry.
apply: spanned_min (spannedW (card_edeg _ _ _) (spanned_self _ _)) _.
exact: (spanned_bfun _ (gcoord_poly_homog T) _ (gcoord_polyE T)).
Qed.

Lemma token_count_spanned c :
  spanned [pred ka : 'I_d * expo m C.+1 | edeg ka.2 == c] (afun token (gcoord S)) (token_count d #|S| c).
Proof.
apply: spanned_min.
  have sc N := @spanned_scale R 'M[R]_(n, d) [finType of 'I_d] [finType of expo m C.+1]
    [pred a | edeg a == c] (bfun (gcoord S)) N token.
  by move: sc; rewrite card_ord; apply; apply: gram_count_spanned.
rewrite -card_entry; apply: (@spanned_afun _ _ _ _ _ _ _ _ _ (gcoord_poly_homog S) (@entries _ _ _ S)
  (fun k => entry_poly R (enum_rank_in Si i) k)).
- by move=> k; apply: entry_poly_homog.
- by move=> x k; rewrite entry_polyE enum_rankK_in.
- exact: gcoord_polyE.
Qed.
End Bound.

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
apply: sep_leW (graded_sep_le p Ti (mulmx1 1%:M) (@graded_net _ _ pred0 _ _ Ws) _ _); last 2 first.
- by move=> e; apply: gram_count_spanned.
- by move=> c; apply: token_count_spanned.
by apply: leq_sum => e _; apply: geq_minl.
Qed.

Corollary graded_gram_sep_le (R : comRingType) n d (S : pred 'I_n) (Ws : seq (seq (head R d))) i p :
  sep_le (fun x y => net Ws (mix S x y) i p) (graded_gram_bound d (size Ws)).
Proof.
apply: sep_leW (graded_token_sep_le S Ws i p); apply: leq_sum => e _.
rewrite leq_min; apply/andP; split; rewrite geq_min; first by rewrite geq_minl.
by rewrite /token_count geq_min leq_mul2l geq_minl !orbT.
Qed.

(* Theorem 3.3 for any bounds NA, NB on the dimensions, in the coordinates of the heads' term *)
Lemma graded_heads_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p NA NB :
  S i -> (0 < size Ws)%N -> (forall H, H \in Ws -> (size H <= h)%N) -> lowrank_net da Ws ->
  let exp := expo #|upper d| (gram_degree (size Ws)).+1 in
  (forall (P : 'M[F]_#|upper d|) e, spanned [pred c : exp | edeg c == e] (bfun (gcoord P (predC S))) (NB e)) ->
  (forall (P : 'M[F]_#|upper d|) c, spanned [pred ka : 'I_d * exp | edeg ka.2 == c] (afun (token i) (gcoord P S)) (NA c)) ->
  sep_le (fun x y => net Ws (mix S x y) i p) (\sum_(b < (gram_degree (size Ws)).+1)
    minn (minn (NB b) (NA (gram_degree (size Ws) - b)%N)) (heads_count d h da (size Ws) b)).
Proof.
case: Ws => // H Ws Si _ sz low /= sB sA.
have [||[P Q] /= PQ kill] := @first_layer_coord F d da h H.
- by apply: sz; rewrite mem_head.
- by move=> wv wvH; apply: (low H wv (mem_head _ _) wvH).
set m := #|upper d| in P Q PQ kill sA sB; pose u := minn m (h * da ^ 2).
pose w : pred 'I_m := fun t => (u <= t)%N.
have um : (u <= m)%N by rewrite geq_minl.
have cw : #|w| = (m - u)%N.
  have : #|[predC w]| = u.
    rewrite -[RHS]card_ord -!sum1_card (big_ord_widen m (fun=> 1%N) um).
    by apply: eq_bigl => t; rewrite !inE -ltnNge.
  by move=> cw'; rewrite -[LHS](addnK u) -[X in (_ + X)%N]cw' cardC card_ord.
have gr := @graded_net_first F m w d (new_basis Q) H Ws kill.
have := graded_sep_le p Si PQ gr (sB P) (sA P); congr sep_le.
apply: eq_bigr => e _; congr minn; rewrite /cover_count /heads_count /heads_cover -card_upper cw subKn //.
Qed.

(* Theorem 3.3 *)
Theorem attention_graded_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  (0 < size Ws)%N ->
  (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (graded_bound d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]| (size Ws)).
Proof.
move=> L0 sz low.
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => graded_bound d h da rA rB (size Ws))) => T Ti.
apply: graded_heads_sep_le => //; first by move=> H wv HW wvH; split; apply/lowrankP; case: (low H wv HW wvH).
- by move=> P e; apply: gram_count_spanned.
- by move=> P c; apply: token_count_spanned.
Qed.
