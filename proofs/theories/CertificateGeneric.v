(* From an accepted certificate to almost all weights: Proposition 1.5 of theory.md for attention.
   The certificate's weights are given by integer factors, W = Q K^T and V = O U^T with da columns each, so that the
   rank da of the heads is built in; the bound then holds for all weights outside the zero set of a non-zero polynomial.
   factors_of T              == seq (seq ((rows T * rows T) * (rows T * rows T))): layers, heads, ((Q, K), (O, U))
   factors_lit               == factors_of Z
   factor_weights da fs      == the weights with these factors, in the form that attention_accepts takes
   mulABtZ k A B             == the product of A and the transpose of B, both of k columns, as lists *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWeights GenericWeights RankCert NetEval Certificate.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope Z_scope with cZ.
Local Open Scope ring_scope.

Fixpoint dotZ (k : nat) (r s : seq Z) (acc : Z) : Z :=
  match k, r, s with k.+1, a :: r, b :: s => dotZ k r s (acc + a * b)%cZ | _, _, _ => acc end.
Definition mulABtZ k (A B : rows Z) : rows Z := [seq [seq dotZ k a b 0%cZ | b <- B] | a <- A].
Notation factors_of T := (seq (seq ((rows T * rows T) * (rows T * rows T)))).
Notation factors_lit := (factors_of Z).
Definition factor_weights da (fs : factors_lit) : seq (seq (rows Z * rows Z)) :=
  [seq [seq (mulABtZ da f.1.1 f.1.2, mulABtZ da f.2.1 f.2.2) | f <- H] | H <- fs].

Lemma dotZE k r s acc : dotZ k r s acc = acc + \sum_(i < k) nth 0 r i * nth 0 s i.
Proof.
elim: k r s acc => [|k IH] r s acc; first by rewrite big_ord0 addr0.
case: r => [|a r]; first by rewrite big1 ?addr0 // => i _; rewrite nth_nil mul0r.
case: s => [|b s]; first by rewrite big1 ?addr0 // => i _; rewrite nth_nil mulr0.
by rewrite /= IH big_ord_recl addrA.
Qed.

Lemma lit_mulABt (F : comRingType) m k n A B : lit F m n (mulABtZ k A B) = lit F m k A *m (lit F n k B)^T.
Proof.
apply/matrixP=> i j; rewrite !mxE /mulABtZ; under eq_bigr do rewrite !mxE.
have [iA|iA] := ltnP i (size A); last first.
  rewrite [X in nth _ X j]nth_default ?size_map // nth_nil big1 // => l _.
  by rewrite [nth [::] A i]nth_default // nth_nil mul0r.
rewrite (nth_map [::]) //.
have [jB|jB] := ltnP j (size B); last first.
  rewrite nth_default ?size_map // big1 // => l _.
  by rewrite [nth [::] B j]nth_default // nth_nil mulr0.
rewrite (nth_map [::]) // dotZE add0r rmorph_sum [LHS](rmorph_sum [rmorphism of intmul (1 : F)]).
by apply: eq_bigr => l _; rewrite rmorphM /= intrM.
Qed.

Section Generic.
Variables (F : numFieldType) (p : PrimInt63.int) (n d L H da : nat) (S : seq bool) (xs ys : seq (rows Z)).
Variables (i : 'I_n) (j : 'I_d) (r : nat) (fs : factors_lit).

Lemma has_shape_lit : size fs == L -> all (fun Hs => size Hs == H) fs ->
  has_shape L H da (lit_net F d (factor_weights da fs)).
Proof.
move=> sL sH; rewrite /has_shape !size_map sL !all_map /=; apply/andP; split.
  by apply: sub_all sH => Hs /= sz; rewrite !size_map.
apply/allP=> Hs _ /=; rewrite !all_map; apply/allP=> f _ /=; rewrite /low_rank /= !lit_mulABt.
by rewrite !mulmx_max_rank.
Qed.

Theorem attention_generic_lower : attention_accepts p n d S xs ys i j r (factor_weights da fs) ->
  size fs == L -> all (fun Hs => size Hs == H) fs ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y : 'M[F]_(n, d) => net (weights_of w) (mix (side_of S) x y) i j) r.
Proof.
move=> acc sL sH; apply: generic_lower; first exact: Num.Theory.char_num.
exists (lit_net F d (factor_weights da fs)); first exact: has_shape_lit.
exact: attention_sep_rank_lower acc.
Qed.
End Generic.
