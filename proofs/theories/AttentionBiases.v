(* Attention by its layers, with biases: Theorem 3.14 (b) of theory.md.
   Attention layers of any number of heads of any width with biases on queries, keys, values and outputs,
   residual connections around any of them, position-wise linear layers with biases anywhere. C = C_L, L the
   number of the attention layers; the tokens have r entries each, which an affine map embeds into the d of
   the layers. Over a field of characteristic 0, for all weights, all partitions with a token on either side,
   all outputs,
     sep <= min over t <= C + 1 of V(t - 1) + U(C - t),   V(-1) = U(-1) = 0,
     V(b) = min( h(r+1,|B|;b), mc(r|B|+1, 2b) ), U(c) = min( h1(r+1,|A|;c), mc(r|A|+1, 2c+1) ).
   Relation to theory.md: equal, with h and h1 as in AttentionGradedFull.v.

   with_ones z              == z with an entry 1 before the entries of each token
   biased_gram r rB b, biased_token r rA c == V(b), U(c)
   biased_bound r rA rB C   == the bound *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition biased_gram r k b := minn (gram_chains r.+1 k b) (mc (r * k).+1 (2 * b)).
Definition biased_token r k c := minn (token_chains r.+1 k c) (mc (r * k).+1 (2 * c).+1).
Definition biased_cover (U V : nat -> nat) C t :=
  ((if t is s.+1 then V s else 0) + (if t <= C then U (C - t) else 0))%N.
Definition biased_bound r rA rB C := (\big[minn/biased_cover (biased_token r rA) (biased_gram r rB) C 0]_(t < C.+2)
  biased_cover (biased_token r rA) (biased_gram r rB) C t)%N.

Lemma spanned_coef (R : comRingType) X (I : finType) (P : pred I) (a : I -> R) (g g' : I -> X -> R) N :
  (forall i x, P i -> g i x = a i * g' i x) -> spanned P g' N -> spanned P g N.
Proof.
move=> E [J JN [m [h H]]]; exists J => //; exists (fun i j => a i * m i j), h => i x Pi.
by rewrite E // H // mulr_sumr; apply: eq_bigr => j _; rewrite mulrA.
Qed.

Section Ones.
Variables (R : comRingType) (n r : nat).
Definition with_ones (z : 'M[R]_(n, r)) : 'M[R]_(n, 1 + r) := row_mx (const_mx 1) z.

Lemma with_ones_mix (S : pred 'I_n) x y : with_ones (mix S x y) = mix S (with_ones x) (with_ones y).
Proof. by apply/matrixP => k l; rewrite !mxE; case: splitP => l' _; rewrite !mxE; case: (S k). Qed.

Lemma with_ones_col z : with_ones z *m col_mx 1%:M 0 = const_mx 1.
Proof. by rewrite mul_row_col mulmx1 mulmx0 addr0. Qed.

Lemma with_ones_affine d (E : 'M[R]_(r, d)) b z : affine E b z = with_ones z *m col_mx b E.
Proof. by rewrite mul_row_col addrC. Qed.
End Ones.

Section Spans.
Variables (F : fieldType) (n r C : nat) (A : pred 'I_n).
Hypothesis A0 : #|A|%:R != 0 :> F.
Local Notation e := (1 + r)%N.
Local Notation m := #|upper e|.
Local Notation exp := (expo m C.+1).
Local Notation T := (@with_ones F n r).
Local Notation coord := (fun x => sym_coord (gram A (T x))).
Let t0 : 'I_m := sym_index (ord0 : 'I_e) ord0.

Lemma coord_t0 x : sym_coord (gram A (T x)) t0 = #|A|%:R.
Proof.
rewrite (@sym_coord_index e n F _ (fun x => mask A (T x)) x) mxE.
rewrite (eq_bigr (fun k => if A k then 1 else 0)) => [|k _]; last first.
  by rewrite !mxE; case: (A k); rewrite ?mulr0 //; case: splitP => // j _; rewrite mxE mulr1.
by rewrite -big_mkcond /= sumr_const.
Qed.

Definition pad b (v : exp) : 'X_{1..m} := ([multinom v t : nat | t < m] + U_(t0) *+ (b - edeg v))%MM.

Lemma mdeg_pad b v : (edeg v <= b)%N -> mdeg (pad b v) = b.
Proof.
move=> vb; rewrite /pad mdegD mdegMn mdeg1 mul1n mdegE -[RHS](subnKC vb); congr (_ + _)%N.
by apply: eq_bigr => t _; rewrite mnmE.
Qed.

Lemma mon_pad b v x : mon (coord x) (pad b v) = monom (coord x) v * #|A|%:R ^+ (b - edeg v).
Proof.
rewrite /pad monD monMn monU coord_t0; congr (_ * _).
by apply: eq_bigr => t _; rewrite mnmE.
Qed.

Lemma monom_pad b v x : monom (coord x) v = #|A|%:R ^- (b - edeg v) * mon (coord x) (pad b v).
Proof. by rewrite mon_pad mulrCA mulVf ?mulr1 // expf_neq0. Qed.

Lemma biased_chains_spanned b :
  spanned [pred v : exp | (edeg v <= b)%N] (bfun coord) (gram_chains e #|A| b).
Proof.
apply: (spanned_coef (a := fun v => #|A|%:R ^- (b - edeg v)) (g' := fun v x => mon (coord x) (pad b v))).
  by move=> v x _; apply: monom_pad.
apply: (eq_spanned (g' := fun v x => mon (sym_coord ((tokens A (T x))^T *m tokens A (T x))) (pad b v))).
  by move=> v x _; rewrite gram_tokens.
apply: standard_spanned => v vb; rewrite mdeg_pad //; split=> //.
by rewrite /content /lin big1 // => t _; rewrite mul0n.
Qed.

Lemma biased_token_chains_spanned i c (Ai : A i) :
  spanned [pred ku : 'I_e * exp | (edeg ku.2 <= c)%N] (afun (token_in T i) coord) (token_chains e #|A| c).
Proof.
apply: (spanned_coef (a := fun ku : 'I_e * exp => #|A|%:R ^- (c - edeg ku.2))
  (g' := fun ku x => T x i ku.1 * mon (coord x) (pad c ku.2))).
  by move=> [k u] x _; rewrite /afun /token_in /= (monom_pad c) mulrCA.
apply: (eq_spanned (g' := fun (ku : 'I_e * exp) x =>
  mon (sym_coord ((tokens1 Ai (T x))^T *m tokens1 Ai (T x))) (token_mon (ku.1, pad c ku.2)))).
  by move=> ku x _; rewrite token_monE.
apply: standard_spanned => -[k u] /= uc.
by have [-> ->] := token_mon_content k (pad c u); rewrite mdeg_pad.
Qed.

(* as polynomials in the entries of the tokens, made homogeneous by one variable more *)
Local Notation vars := [finType of option (entry r #|A|)].
Local Notation N := #|vars|.
Definition hat_poly (j : 'I_#|A|) (k : 'I_e) : {mpoly F[N]} :=
  match split k with inl _ => 'X_(enum_rank (None : vars)) | inr l => 'X_(enum_rank (Some (j, l) : vars)) end.
Definition hat_point (x : 'M[F]_(n, r)) (s : 'I_N) : F :=
  if (enum_val s : vars) is Some jl then x (enum_val jl.1) jl.2 else 1.

Lemma card_vars : N = (r * #|A|).+1.
Proof. by rewrite card_option card_entry. Qed.

Lemma hat_polyE j k x : (hat_poly j k).@[hat_point x] = T x (enum_val j) k.
Proof. by rewrite /hat_poly mxE; case: splitP => l _; rewrite mevalXU /hat_point enum_rankK ?mxE. Qed.

Lemma hat_poly_homog j k : hat_poly j k \is 1.-homog.
Proof. by rewrite /hat_poly; case: splitP => l _; rewrite dhomogX /= mdeg1. Qed.

Definition hat_gram (t : 'I_m) := \sum_j hat_poly j (row_of t) * hat_poly j (col_of t).

Lemma hat_gram_homog t : hat_gram t \is 2.-homog.
Proof. by apply: rpred_sum => j _; apply: (@dhomogM _ _ _ 1 _ 1); apply: hat_poly_homog. Qed.

Lemma hat_gramE t x : (hat_gram t).@[hat_point x] = coord x t.
Proof.
rewrite /sym_coord gram_tokens mxE raddf_sum; apply: eq_bigr => j _ /=.
by rewrite mevalM !hat_polyE !mxE.
Qed.

Definition hat_mon b (v : exp) : {mpoly F[N]} :=
  'X_(enum_rank (None : vars)) ^+ (2 * (b - edeg v)) * \prod_t hat_gram t ^+ v t.

Lemma hat_mon_homog b v : (edeg v <= b)%N -> hat_mon b v \is (2 * b)%N.-homog.
Proof.
move=> vb; rewrite -[in (2 * b)%N](subnK vb) mulnDr; apply: dhomogM.
  by rewrite -[X in X.-homog]mul1n; apply: dhomogMn; rewrite dhomogX /= mdeg1.
exact: (homog_prod (fun t => v t : nat) hat_gram_homog).
Qed.

Lemma hat_monE b v x : (hat_mon b v).@[hat_point x] = monom (coord x) v.
Proof.
rewrite mevalM rmorphX /= mevalXU /hat_point enum_rankK expr1n mul1r rmorph_prod.
by apply: eq_bigr => t _; rewrite rmorphX /= hat_gramE.
Qed.

Lemma biased_gram_spanned b : spanned [pred v : exp | (edeg v <= b)%N] (bfun coord) (biased_gram r #|A| b).
Proof.
apply: spanned_min (biased_chains_spanned b) _; rewrite -card_vars.
have h v : [pred v : exp | (edeg v <= b)%N] v -> hat_mon b v \is (2 * b)%N.-homog by apply: hat_mon_homog.
by apply: (eq_spanned _ (spanned_homog hat_point h)) => v x _; rewrite hat_monE.
Qed.

Lemma biased_token_spanned i c : A i ->
  spanned [pred ku : 'I_e * exp | (edeg ku.2 <= c)%N] (afun (token_in T i) coord) (biased_token r #|A| c).
Proof.
move=> Ai; apply: spanned_min (biased_token_chains_spanned c Ai) _; rewrite -card_vars.
pose j := enum_rank_in Ai i.
have h ku : [pred ku : 'I_e * exp | (edeg ku.2 <= c)%N] ku -> hat_poly j ku.1 * hat_mon c ku.2 \is (2 * c).+1.-homog.
  by move=> /= uc; apply: (@dhomogM _ _ _ 1); [apply: hat_poly_homog|apply: hat_mon_homog].
apply: (eq_spanned _ (spanned_homog hat_point h)) => ku x _.
by rewrite mevalM hat_monE hat_polyE enum_rankK_in.
Qed.
End Spans.

(* Theorem 3.14 (b) *)
Theorem layers_biased_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r, d)) b0 (ls : seq (layer F d)) i p :
  [char F] =i pred0 -> (0 < #|[pred j | S j != S i]|)%N ->
  sep_le (fun x y => layers ls (affine E b0 (mix S x y)) i p)
    (biased_bound r #|[pred j | S j == S i]| #|[pred j | S j != S i]| (gram_degree (depth ls))).
Proof.
move=> /charf0P char0 rB0; set C := gram_degree _.
pose bound rA rB := if rB is 0 then 1%N else biased_bound r rA rB C.
have := @two_sides _ _ _ (fun z => layers ls (affine E b0 z) i p) S i bound.
rewrite /bound; case: (#|[pred j | S j != S i]|) rB0 => // rB _; apply=> A Ai.
case cB: #|predC A| => [|rB'].
  apply: eq_sep_le (sep_leL _ (fun x => layers ls (affine E b0 x) i p)) => x y; congr (layers _ (affine _ _ _) _ _).
  apply/matrixP => k l; rewrite mxE; case: ifP => // Ak.
  by have := card0_eq cB k; rewrite !inE Ak.
have A0 : #|A|%:R != 0 :> F by rewrite char0; apply/negP => /eqP cA; have := card0_eq cA i; rewrite unfold_in Ai.
have B0 : #|predC A|%:R != 0 :> F by rewrite char0 cB.
rewrite -cB; have mixT := @with_ones_mix F n r A.
have ones : true -> exists o : 'cV[F]_(1 + r), forall z, with_ones z *m o = const_mx 1 :> 'cV[F]_n.
  by move=> _; exists (col_mx 1%:M 0); apply: with_ones_col.
have form0 : gram_form A (@with_ones F n r) (gram_degree 0) (affine E b0).
  by apply: eq_gram_form (gram_form_lin _ _ _ (col_mx b0 E)) => z; rewrite with_ones_affine.
have := @gram_form_layers F n r (1 + r) A _ mixT true ones 0 d ls _ isT form0; rewrite addn0 => form.
have [a deg H] := gram_form_sum_pairs mixT p Ai form.
apply: eq_sep_le (fun x y => esym (H x y)) _; rewrite /biased_bound.
have cover t : (t <= C.+1)%N -> sep_le (fun x y => \sum_ku \sum_v a ku v
      * afun (token_in (@with_ones F n r) i) (fun x => sym_coord (gram A (with_ones x))) ku x
      * bfun (fun y => sym_coord (gram (predC A) (with_ones y))) v y)
    (biased_cover (biased_token r #|A|) (biased_gram r #|predC A|) C t).
  move=> tC; rewrite /biased_cover [X in sep_le _ X]addnC.
  apply: (@cover_sep _ _ _ _ _ [pred ku : 'I_(1 + r) * expo #|upper (1 + r)| C.+1 | (t <= C)%N && (edeg ku.2 <= C - t)%N]
    [pred v : expo #|upper (1 + r)| C.+1 | (edeg v < t)%N]).
  - by move=> ku v /deg; rewrite -/C /=; move: tC; lia.
  - case: leqP => tC'; last by apply: sub_spanned (spanned0 _) => ku.
    by have := @biased_token_spanned F n r C A A0 i (C - t) Ai; apply: sub_spanned => ku.
  case: t {tC} => [|t]; first by apply: sub_spanned (spanned0 _) => v.
  by have := @biased_gram_spanned F n r C (predC A) B0 t; apply: sub_spanned => v.
elim/big_ind: _ => [|s t Hs Ht|t _]; [exact: cover| |by apply: cover; rewrite -ltnS].
by rewrite /minn; case: ifP.
Qed.
