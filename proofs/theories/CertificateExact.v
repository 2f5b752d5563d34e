(* Certificates that meet an upper bound: the generic separation rank is then known exactly.
   attention_meets L d H da n S i r    == r is the value of the bound of Theorem 3.3 (AttentionGraded.graded_bound) for the
                                          sides S, output token i
   mixer_meets L d S n A kt kc r       == r is the value of the bound of Theorem 4.1 for the sides A
   Proved: with an accepted certificate of r points, all weights have separation rank at most r, and almost all have r. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionGraded AttentionWeights GenericWeights.
From Seprank Require Import TwoSidedPoly Mixer MixerHomogeneous BoundFormulas GradedFormula.
From Seprank Require Import NetEval Certificate CertificateGeneric MixerGeneric.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Local Notation N := N.of_nat.

Definition side_size (b : bool) (S : seq bool) := count (pred1 b) S.

Lemma card_side n S b : size S == n -> #|[pred j : 'I_n | side_of S j == b]| = side_size b S.
Proof.
move/eqP=> sz; rewrite -sum1_card /side_size -sum1_count (big_nth false) sz big_mkord.
by apply: eq_bigl => j; rewrite unfold_in.
Qed.

Section Attention.
Variables (L H d da n : nat) (S : seq bool) (i : 'I_n) (r : nat).

Definition attention_meets := let b := nth false S i in
  [&& size S == n, (0 < L)%N &
    (N r =? graded_boundN (N L) (N d) (N H) (N da) (N (side_size b S)) (N (side_size (~~ b) S)))%num].

Variables (F : numFieldType) (p : PrimInt63.int) (xs ys : seq (rows Z)) (j : 'I_d) (fs : factors_lit).

Lemma attention_meets_sep_le (w : 'I_(nfactors L H d da) -> F) : attention_meets ->
  sep_le (fun x y => net (weights_of w) (mix (side_of S) x y) i j) r.
Proof.
case/and3P=> sz L0 /N.eqb_spec /(congr1 N.to_nat); rewrite Nat2N.id graded_boundN_val !Nat2N.id => ->.
have sW : size (weights_of w) = L by rewrite size_map size_enum_ord.
rewrite -!(card_side _ sz) -[X in graded_bound _ _ _ _ _ X]sW.
have -> : #|[pred k : 'I_n | side_of S k == ~~ nth false S i]| = #|[pred k : 'I_n | side_of S k != side_of S i]|.
  by apply: eq_card => k; rewrite !inE /side_of; case: (nth _ _ k); case: (nth _ _ i).
apply: attention_graded_sep_le; first by rewrite sW.
  by move=> Hs /mapP[l _ ->]; rewrite size_map size_enum_ord.
by move=> Hs wv /mapP[l _ ->] /mapP[h _ ->]; rewrite !mulmx_max_rank.
Qed.

Theorem attention_rank_exact : attention_accepts p n d S xs ys i j r (factor_weights da fs) ->
  attention_meets -> size fs == L -> all (fun Hs => size Hs == H) fs ->
  (forall w : 'I_(nfactors L H d da) -> F, sep_le (fun x y => net (weights_of w) (mix (side_of S) x y) i j) r) /\
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix (side_of S) x y) i j) r.
Proof.
move=> acc me sL sH; split=> [w|]; first exact: attention_meets_sep_le.
exact: attention_generic_lower acc sL sH.
Qed.
End Attention.

Section Mixer.
Variables (L S C n d kt kc : nat) (A : seq bool) (r : nat).
Definition power_lit k : seq Z := rcons (nseq k Z0) (Zpos xH).

Lemma lit_poly_power (R : comRingType) k : lit_poly R (power_lit k) = 'X^k.
Proof.
apply/polyP=> m; rewrite coef_Poly coefXn /power_lit map_rcons map_nseq nth_rcons size_nseq nth_nseq.
by case: (ltngtP m k).
Qed.

Definition mixer_meets := [&& size A == n, (0 < L)%N &
  (N r =? mixer_homogeneousN (N L) (N d) (N S) (N (side_size true A)) (N (side_size false A)) (N (kt * kc)))%num].

Lemma mixer_meets_sep_le (K : comRingType) (theta : 'I_#|mixer_weight L S C n d| -> K) i j : mixer_meets ->
  sep_le (fun x y : 'M[K]_(n, d) =>
    mixer (lit_poly K (power_lit kt)) (lit_poly K (power_lit kc)) (mixer_layers theta) (mix (side_of A) x y) i j) r.
Proof.
case/and3P=> sz L0 /N.eqb_spec /(congr1 N.to_nat); rewrite Nat2N.id mixer_homogeneousN_val !Nat2N.id => ->.
have sW : size (mixer_layers theta) = L by rewrite size_map size_enum_ord.
have pW : all (@plain K n d) (mixer_layers theta) by rewrite all_map; apply/allP=> l _; rewrite /plain /= !eqxx.
have tW l : l \in enum 'I_L -> thid (mixer_layer_of theta l) = S by [].
rewrite !lit_poly_power -!(card_side _ sz).
have -> : #|[pred k : 'I_n | side_of A k == true]| = #|side_of A : pred 'I_n| by apply: eq_card => k; rewrite !inE eqb_id.
have -> : #|[pred k : 'I_n | side_of A k == false]| = #|predC (side_of A : pred 'I_n)|.
  by apply: eq_card => k; rewrite !inE; case: (side_of A k).
case E: (mixer_layers theta) sW pW => [|l ls] sW pW; first by rewrite -sW in L0.
have -> : S = thid l.
  by move: E; rewrite /mixer_layers; case: (enum 'I_L) => //= l' e [<- _].
by rewrite -sW; apply: mixer_homogeneous_sep_le.
Qed.

Theorem mixer_rank_exact (p : PrimInt63.int) (xs ys : seq (rows Z)) (i : 'I_n) (j : 'I_d) ws :
  mixer_accepts p n d A xs ys i j r (power_lit kt) (power_lit kc) (plain_lits S C ws) -> mixer_meets -> size ws = L ->
  let output (K : comRingType) theta (x y : 'M[K]_(n, d)) := mixer (lit_poly K (power_lit kt)) (lit_poly K (power_lit kc))
    (mixer_layers (theta : 'I_#|mixer_weight L S C n d| -> K)) (mix (side_of A) x y) i j in
  (forall (K : comRingType) theta, sep_le (output K theta) r) /\
  exists2 P : {mpoly int[#|mixer_weight L S C n d|]}, P != 0 & forall K : fieldType, [char K] =i pred0 ->
    map_mpoly [rmorphism of intmul (1 : K)] P != 0 /\
    forall theta, (map_mpoly [rmorphism of intmul (1 : K)] P).@[theta] != 0 ->
    forall k, sep_le (output K theta) k -> (r <= k)%N.
Proof.
move=> acc me sz; split=> [K theta|]; first exact: mixer_meets_sep_le.
exact: mixer_generic_lower acc sz.
Qed.
End Mixer.
