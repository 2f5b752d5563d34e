(* Attention by its layers: Theorem 3.14 of theory.md.
   (a) Attention layers of any number of heads of any width, residual connections around any of them, and
   position-wise linear layers anywhere, no biases. With C = C_L, L the number of the attention layers,
   for all weights, all partitions, all outputs,
     sep <= \sum_(b <= C) min( h(r,|B|;b), h1(r,|A|;C-b) ),
   where the tokens have r entries each, which a matrix embeds into the d of the layers (r = d: no
   embedding). Relation to theory.md: h and h1 are the numbers of chain-free monomials of
   AttentionGradedFull.v, as in 3.3.

   layers_bound d rA rB C == the bound of (a) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm ChainCount.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition layers_bound d rA rB C := level_bound (token_chains d rA) (gram_chains d rB) C.

(* the cover has as many functions as the sum of the minima, for numbers NA that do not fall *)
Lemma gram_stairs d rB (NA : nat -> nat) C : (0 < d)%N -> (forall a, (NA a <= NA a.+1)%N) -> (0 < NA C)%N ->
  exists2 t, (t <= C.+1)%N & stairs NA (gram_chains d rB) C t = level_bound NA (gram_chains d rB) C.
Proof.
move=> d0 up NA0; have le a a' : (a <= a')%N -> (NA a <= NA a')%N.
  by move=> /subnKC <-; elim: (a' - a)%N => [|k IH]; rewrite ?addn0 // addnS (leq_trans IH).
apply: stairs_level => b bC; case: rB => [le0|rB H].
  case: b bC le0 => [|b] bC _; first by rewrite subn0; apply: leq_trans (gram_chains0 _ _) (leq_trans (leq_b1 _) NA0).
  exact: leq_trans (gram_chains0 d b.+1) (leq0n _).
apply: leq_trans (leq_gram_chains _ _ _) (leq_trans H _) => //; apply: le; exact: leq_sub2l.
Qed.

Lemma layers_stairs d rA rB C : (0 < d)%N -> (0 < rA)%N ->
  exists2 t, (t <= C.+1)%N & stairs (token_chains d rA) (gram_chains d rB) C t = layers_bound d rA rB C.
Proof.
case: d => // d _ rA0; apply: gram_stairs => // [a|]; [exact: leq_token_chains|exact: token_chains_gt0].
Qed.

Section Spans.
Variables (F : fieldType) (n r e C : nat) (S : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)).
Local Notation exp := (expo #|upper e| C.+1).

Lemma gcoord1 (A : pred 'I_n) (x : 'M[F]_(n, e)) s : gcoord 1%:M A x s = sym_coord (gram A x) s.
Proof.
rewrite /gcoord /new_coord (bigD1 s) //= mxE eqxx mulr1 big1 ?addr0 // => t nt.
by rewrite mxE (negPf nt) mulr0.
Qed.

Lemma gram_spanned (A : pred 'I_n) b :
  spanned [pred v : exp | edeg v == b] (bfun (fun y => sym_coord (gram A (T y)))) (gram_chains e #|A| b).
Proof.
apply: (eq_spanned _ (spanned_comp T (@gram_chains_spanned F n e C A 1%:M b))) => v y _.
by apply: eq_bigr => t _; rewrite gcoord1.
Qed.

Lemma token_spanned i a : S i ->
  spanned [pred ku : 'I_e * exp | edeg ku.2 == a] (afun (token_in T i) (fun x => sym_coord (gram S (T x))))
    (token_chains e #|S| a).
Proof.
move=> Si; apply: (eq_spanned _ (spanned_comp T (@token_chains_spanned F n e C S 1%:M i Si a))) => ku x _.
by rewrite /afun; congr (_ * _); apply: eq_bigr => t _; rewrite gcoord1.
Qed.
End Spans.

(* Theorem 3.14 (a), of tokens z with r entries each, which a matrix E embeds into the d of the layers *)
Theorem layers_embedded_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r, d)) (ls : seq (layer F d)) i p :
  (0 < r)%N -> all (@unbiased F d) ls ->
  sep_le (fun x y => layers ls (mix S x y *m E) i p)
    (layers_bound r #|[pred j | S j == S i]| #|[pred j | S j != S i]| (gram_degree (depth ls))).
Proof.
move=> r0 ub; set C := gram_degree _.
apply: (@two_sides _ _ _ (fun z => layers ls (z *m E) i p) S i (fun rA rB => layers_bound r rA rB C)) => A Ai.
have Ai0 : (0 < #|A|)%N by apply/card_gt0P; exists i.
have [t tC <-] := @layers_stairs r #|A| #|predC A| C r0 Ai0.
have ones : false -> exists o : 'cV[F]_r, forall z : 'M[F]_(n, r), z *m o = const_mx 1 by [].
have form0 : gram_form A id (gram_degree 0) (fun z : 'M[F]_(n, r) => z *m E).
  exact: (@gram_form_lin _ _ _ _ A id).
have := @gram_form_layers F n r r A id (fun x y => erefl) false ones 0 d ls _ ub form0; rewrite addn0 => form.
have [a deg H] := gram_form_sum_pairs (fun x y => erefl) p Ai form.
apply: eq_sep_le (fun x y => esym (H x y)) _.
apply: (stairs_sep_le _ _ deg tC) => [k _|b _]; [exact: token_spanned|exact: gram_spanned].
Qed.

Corollary layers_sep_le (F : fieldType) n d (S : pred 'I_n) (ls : seq (layer F d)) i p :
  all (@unbiased F d) ls ->
  sep_le (fun x y => layers ls (mix S x y) i p)
    (layers_bound d #|[pred j | S j == S i]| #|[pred j | S j != S i]| (gram_degree (depth ls))).
Proof.
case: d ls p => [|d] ls p ub; first by case: p.
have := @layers_embedded_sep_le F n _ _ S 1%:M ls i p isT ub.
by apply: eq_sep_le => x y; rewrite mulmx1.
Qed.
