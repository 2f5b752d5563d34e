(* The MLP-Mixer with polynomial activations (theory.md, section 2), over any commutative ring R.
   n tokens, d channels; the input X is the n x d matrix whose rows are the tokens.
   layer R n d          == the weights of one layer; every layer may have its own hidden widths and options:
     thid, chid         == the hidden widths: S of the token mixing, and that of the channel mixing
     W1, W2, W3, W4     == the weights: S x n, n x S, d x chid, chid x d
     b1, b2, b3, b4     == biases, one number for each entry (so constant along tokens or channels too)
     res_t, res_c       == a residual connection around the token mixing, around the channel mixing
     shuffle            == a linear map of the n*d entries, applied before the layer (a permutation, or the identity)
   token_mixing s l Y   == W2 s(W1 Y + b1) + b2, plus Y if res_t: the same for each channel
   channel_mixing t l U == t(U W3 + b3) W4 + b4, plus U if res_c: the same for each token
   mixer s t ls X       == the network with layers ls, activations s (token) and t (channel), polynomials applied entrywise
   plain l              == no biases and no residual connections
   n_side l S           == d * min(thid l, |S|), or d * |S| if res_t l: the number of independent entries of the tokens
                           in S that a network with first layer l sees (n_A and n_B of theory.md 4.1, 4.2)
   side_rank phi S r    == phi, linear, sees the tokens in S through r functions of them *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank Attention TwoSidedPoly.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Mixer.
Variables (R : comRingType) (n d : nat).

Record layer := Layer {
  thid : nat; chid : nat;
  W1 : 'M[R]_(thid, n); b1 : 'M[R]_(thid, d); W2 : 'M[R]_(n, thid); b2 : 'M[R]_(n, d);
  W3 : 'M[R]_(d, chid); b3 : 'M[R]_(n, chid); W4 : 'M[R]_(chid, d); b4 : 'M[R]_(n, d);
  res_t : bool; res_c : bool;
  shuffle : {linear 'M[R]_(n, d) -> 'M[R]_(n, d)} }.

Definition act (s : {poly R}) k l (Z : 'M[R]_(k, l)) := map_mx (fun z => s.[z]) Z.
Definition residual (b : bool) (Y : 'M[R]_(n, d)) := if b then Y else 0.
Definition token_mixing s l Y := residual (res_t l) Y + (W2 l *m act s (W1 l *m Y + b1 l) + b2 l).
Definition channel_mixing t l U := residual (res_c l) U + (act t (U *m W3 l + b3 l) *m W4 l + b4 l).
Definition mixer_layer s t Y l := channel_mixing t l (token_mixing s l (shuffle l Y)).
Definition mixer s t ls X := foldl (mixer_layer s t) X ls.

Definition plain l := [&& b1 l == 0, b2 l == 0, b3 l == 0, b4 l == 0, ~~ res_t l & ~~ res_c l].
Definition n_side l (S : pred 'I_n) := (d * (if res_t l then #|S| else minn (thid l) #|S|))%N.
End Mixer.

(* the entries of a Mixer are polynomials in one-sided functions *)
Section PolyIn.
Variables (R : comRingType) (n d : nat) (I J : finType) (X Y : Type) (u : I -> X -> R) (v : J -> Y -> R).
Variables (s t : {poly R}) (e : bool) (kt kc : nat).
Local Notation poly_in := (poly_in u v).

(* homogeneous: powers, and plain layers; otherwise any polynomials of positive degree bounds, any layers *)
Definition fits_act (p : {poly R}) k := if e then p = 'X^k else (size p <= k.+1)%N /\ (0 < k)%N.
Definition fits_layer (l : layer R n d) := e ==> plain l.
Hypotheses (hs : fits_act s kt) (ht : fits_act t kc).

Definition entries_in k p q (Z : X -> Y -> 'M[R]_(p, q)) := forall i j, poly_in e k (fun x y => Z x y i j).

Lemma eq_entries_in k p q (Z Z' : X -> Y -> 'M[R]_(p, q)) : (forall x y, Z x y = Z' x y) ->
  entries_in k Z -> entries_in k Z'.
Proof. by move=> E H i j; apply: eq_poly_in (H i j) => x y; rewrite E. Qed.

Lemma entries_inD k p q (Z Z' : X -> Y -> 'M[R]_(p, q)) : entries_in k Z -> entries_in k Z' ->
  entries_in k (fun x y => Z x y + Z' x y).
Proof. by move=> H H' i j; apply: eq_poly_in (poly_inD (H i j) (H' i j)) => x y; rewrite mxE. Qed.

Lemma entries_in_mull k p q r (A : 'M[R]_(p, q)) (Z : X -> Y -> 'M[R]_(q, r)) :
  entries_in k Z -> entries_in k (fun x y => A *m Z x y).
Proof.
move=> H i j; apply: eq_poly_in (poly_in_sum (index_enum _) (fun m => poly_inZ (A i m) (H m j))) => x y.
by rewrite mxE.
Qed.

Lemma entries_in_mulr k p q r (A : 'M[R]_(q, r)) (Z : X -> Y -> 'M[R]_(p, q)) :
  entries_in k Z -> entries_in k (fun x y => Z x y *m A).
Proof.
move=> H i j; apply: eq_poly_in (poly_in_sum (index_enum _) (fun m => poly_inZ (A m j) (H i m))) => x y.
by rewrite mxE; apply: eq_bigr => m _; rewrite mulrC.
Qed.

Lemma entries_in_lin k p q p' q' (A : {linear 'M[R]_(p, q) -> 'M[R]_(p', q')}) (Z : X -> Y -> 'M[R]_(p, q)) :
  entries_in k Z -> entries_in k (fun x y => A (Z x y)).
Proof.
move=> H i j.
apply: eq_poly_in (poly_in_sum (index_enum _) (fun m : 'I_p * 'I_q => poly_inZ (A (delta_mx m.1 m.2) i j) (H m.1 m.2))) => x y.
rewrite [in RHS](matrix_sum_delta (Z x y)) pair_bigA /= linear_sum summxE; apply: eq_bigr => m _.
by rewrite linearZ mxE mulrC.
Qed.

Lemma entries_in_const k p q (B : 'M[R]_(p, q)) : (e -> B = 0) -> entries_in k (fun _ _ => B).
Proof.
rewrite /entries_in; case: e => [/(_ isT) ->|_] i j; last exact: poly_in_const.
by apply: eq_poly_in (poly_in0 u v true k) => x y; rewrite mxE.
Qed.

Lemma entries_in_act a m k p q (Z : X -> Y -> 'M[R]_(p, q)) : fits_act a m ->
  entries_in k Z -> entries_in (m * k) (fun x y => act a (Z x y)).
Proof.
rewrite /fits_act /entries_in; case: e => [-> | [sz _]] H i j.
  by apply: eq_poly_in (poly_inX m (H i j)) => x y; rewrite mxE hornerXn.
by apply: eq_poly_in (poly_in_horner sz (H i j)) => x y; rewrite mxE.
Qed.

Lemma entries_in_res (b : bool) a m k (Z : X -> Y -> 'M[R]_(n, d)) : fits_act a m -> (e -> b = false) ->
  entries_in k Z -> entries_in (m * k) (fun x y => residual b (Z x y)).
Proof.
move=> ha hb H i j; case: b hb => hb; last by apply: eq_poly_in (poly_in0 _ _ _ _) => x y; rewrite mxE.
move: ha hb (H i j); rewrite /fits_act; case: e => [_ /(_ isT) //|[_ m0] _]; apply: poly_inW.
exact: leq_pmull.
Qed.

Lemma fits_plain l : fits_layer l ->
  [/\ e -> b1 l = 0, e -> b2 l = 0, e -> b3 l = 0 & e -> b4 l = 0] /\
  (e -> res_t l = false) /\ (e -> res_c l = false).
Proof.
rewrite /fits_layer; case: e => //= /and5P[/eqP -> /eqP -> /eqP -> /eqP -> /andP[/negPf -> /negPf ->]].
by split.
Qed.

Lemma entries_in_token_out l k (Z : X -> Y -> 'M[R]_(thid l, d)) : fits_layer l -> entries_in k Z ->
  entries_in (kt * k) (fun x y => W2 l *m act s (Z x y + b1 l) + b2 l).
Proof.
case/fits_plain=> -[h1 h2 _ _] _ H; apply: entries_inD; last exact: entries_in_const.
by apply: entries_in_mull; apply: entries_in_act => //; apply: entries_inD => //; apply: entries_in_const.
Qed.

Lemma entries_in_channel l k (U : X -> Y -> 'M[R]_(n, d)) : fits_layer l -> entries_in k U ->
  entries_in (kc * k) (fun x y => channel_mixing t l (U x y)).
Proof.
case/fits_plain=> -[_ _ h3 h4] [_ hr] H.
apply: entries_inD; first exact: entries_in_res ht hr H.
apply: entries_inD; last exact: entries_in_const.
apply: entries_in_mulr; apply: entries_in_act => //.
by apply: entries_inD; [apply: entries_in_mulr | apply: entries_in_const].
Qed.

Lemma entries_in_layer l k (Z : X -> Y -> 'M[R]_(n, d)) : fits_layer l -> entries_in k Z ->
  entries_in (kt * kc * k) (fun x y => mixer_layer s t (Z x y) l).
Proof.
move=> hl H; rewrite [(kt * kc)%N]mulnC -mulnA; apply: entries_in_channel => //.
have [_ [hr _]] := fits_plain hl; have Hs := entries_in_lin (shuffle l) H.
apply: entries_inD; first exact: entries_in_res hs hr Hs.
by apply: (entries_in_token_out hl); apply: entries_in_mull.
Qed.

Lemma entries_in_mixer ls k (Z : X -> Y -> 'M[R]_(n, d)) : all fits_layer ls -> entries_in k Z ->
  entries_in ((kt * kc) ^ size ls * k) (fun x y => mixer s t ls (Z x y)).
Proof.
elim: ls k Z => [|l ls IH] k Z /=; first by rewrite mul1n.
by case/andP=> hl hls HZ; rewrite expnSr -mulnA; apply: IH hls _; apply: entries_in_layer.
Qed.

(* without a token residual the network sees its input only through W1 of the first layer *)
Lemma entries_in_first l ls (Z : X -> Y -> 'M[R]_(n, d)) : all fits_layer (l :: ls) -> ~~ res_t l ->
  entries_in 1 (fun x y => W1 l *m shuffle l (Z x y)) ->
  entries_in ((kt * kc) ^ (size ls).+1) (fun x y => mixer s t (l :: ls) (Z x y)).
Proof.
case/andP=> hl hls /negPf rl H.
rewrite expnSr; apply: entries_in_mixer hls _; rewrite mulnC.
apply: entries_in_channel => //; rewrite -[kt]muln1.
apply: eq_entries_in (entries_in_token_out hl H) => x y.
by rewrite /token_mixing rl /= add0r.
Qed.
End PolyIn.

Section Sides.
Variables (R : comRingType) (n d p q : nat) (phi : {linear 'M[R]_(n, d) -> 'M[R]_(p, q)}).
Implicit Types (S : pred 'I_n).

Definition side_rank S r := exists (I : finType) (u : I -> 'M[R]_(n, d) -> R) (c : 'I_p -> 'I_q -> I -> R),
  #|I| = r /\ forall x i j, phi (mask S x) i j = \sum_k c i j k * u k x.

Lemma side_rank_out S : side_rank S (q * p).
Proof.
exists [finType of 'I_p * 'I_q], (fun k x => phi (mask S x) k.1 k.2), (fun i j k => ((i, j) == k)%:R).
split=> [|x i j]; first by rewrite card_prod !card_ord mulnC.
rewrite (bigD1 (i, j)) //= eqxx mul1r big1 ?addr0 // => k nk.
by rewrite eq_sym (negPf nk) mul0r.
Qed.

Lemma side_rank_in S : side_rank S (d * #|S|).
Proof.
exists [finType of 'I_#|S| * 'I_d], (fun k x => x (enum_val k.1) k.2),
  (fun i j k => phi (delta_mx (enum_val k.1) k.2) i j).
split=> [|x i j]; first by rewrite card_prod !card_ord mulnC.
rewrite -(pair_bigA _ (fun a b => phi (delta_mx (enum_val a) b) i j * x (enum_val a) b)) /=.
rewrite -(big_enum_val (fun a => \sum_b phi (delta_mx a b) i j * x a b)) /=.
rewrite [mask S x]matrix_sum_delta linear_sum summxE [RHS]big_mkcond /=; apply: eq_bigr => a _.
rewrite linear_sum summxE; case: ifP => Sa; last first.
  by apply: big1 => b _; rewrite linearZ mxE mxE [S a]Sa mul0r.
by apply: eq_bigr => b _; rewrite linearZ mxE mxE [S a]Sa mulrC.
Qed.

Lemma side_rank_min S r s : side_rank S r -> side_rank S s -> side_rank S (minn r s).
Proof. by rewrite /minn; case: ifP. Qed.

Lemma side_rank_poly_in S r s : side_rank S r -> side_rank (predC S) s ->
  exists (I J : finType) (u : I -> 'M[R]_(n, d) -> R) (v : J -> 'M[R]_(n, d) -> R),
  [/\ #|I| = r, #|J| = s & forall e, entries_in u v e 1 (fun x y => phi (mix S x y))].
Proof.
case=> [I [u [c [cI Hu]]]] [J [v [c' [cJ Hv]]]]; exists I, J, u, v; split=> // e i j.
have HL := poly_in_sum (index_enum _) (fun k => poly_inZ (c i j k) (poly_inL u v e k)).
have HR := poly_in_sum (index_enum _) (fun k => poly_inZ (c' i j k) (poly_inR u v e k)).
apply: eq_poly_in (poly_inD HL HR) => x y.
have -> : mix S x y = mask S x + mask (predC S) y.
  by apply/matrixP=> a b; rewrite !mxE /=; case: (S a); rewrite /= ?addr0 ?add0r.
by rewrite linearD mxE Hu Hv.
Qed.
End Sides.

(* the entries of a Mixer, as polynomials in n_A functions of the A side and n_B of the B side *)
Theorem mixer_poly_in (R : comRingType) (n d : nat) (s t : {poly R}) (e : bool) kt kc (l : layer R n d) ls (S : pred 'I_n) :
  fits_act e s kt -> fits_act e t kc -> all (fits_layer e) (l :: ls) ->
  exists (I J : finType) (u : I -> 'M[R]_(n, d) -> R) (v : J -> 'M[R]_(n, d) -> R),
  [/\ #|I| = n_side l S, #|J| = n_side l (predC S) &
      entries_in u v e ((kt * kc) ^ (size ls).+1) (fun x y => mixer s t (l :: ls) (mix S x y))].
Proof.
move=> hs ht hl; rewrite /n_side; case: (boolP (res_t l)) => rl.
  pose id := [linear of @idfun 'M[R]_(n, d)].
  have [I [J [u [v [cI cJ H]]]]] := side_rank_poly_in (side_rank_in id S) (side_rank_in id (predC S)).
  exists I, J, u, v; split=> //; rewrite -[(_ ^ _)%N]muln1 -[(size ls).+1]/(size (l :: ls)).
  exact: entries_in_mixer (H e).
pose phi := [linear of mulmx (W1 l) \o shuffle l].
have sr T := side_rank_min (side_rank_out phi T) (side_rank_in phi T).
have [I [J [u [v [cI cJ H]]]]] := side_rank_poly_in (sr S) (sr (predC S)).
by exists I, J, u, v; rewrite !minnMr cI cJ; split=> //; apply: entries_in_first (H e).
Qed.
