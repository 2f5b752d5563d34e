(* Mixers with all options, as one family in their weights: biases, residual connections, a permutation of the input.
   n tokens, d channels, L layers of hidden widths S and C, activations with integer coefficients s and t.
   option_weight L S C n d   == the index of a weight: layer, and entry of one of W1, W2, W3, W4 or of one of the biases
                                (of S, n, C, d numbers: the first two one for each row, the others one for each column)
   source                    == option (seq (seq (nat * nat))): the entry of X that each entry of the first state is
   rearrange source X        == the first state
   option_layers .. theta    == the layers with weights theta : 'I_#|option_weight| -> R; without biases those of theta
                                are not used
   mixer_output .. theta     == the output (i, p), a function of two inputs
   mixer_weights T           == the weights of a layer, of the type T
   option_lits ws            == the layers with weights ws : seq (mixer_weights T)
   read_mixer t0 q n d ls    == these layers over a ring, where q reads weights; t0 is what a list lacks
   weight_at t0 ws           == their weights, as a vector
   lit_option ws             == integer weights, as theta
   map_weights, map_mixer    == the weights of a layer, the layer, with other entries
   Proved: the output commutes with ring morphisms, so that lower bounds at some weights hold at almost all (Witness.v),
   and is that of the layers in a list at the weights there (option_layers_read, option_layers_lit); the bounds of theory.md 4.1 to 4.3. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix Witness GridRank Attention GenericWeights TwoSidedPoly Mixer MixerHomogeneous MixerDegree.
From Seprank Require Import RankCert NetEval.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Rearrange.
Variables (n d : nat) (source : option (seq (seq (nat * nat)))).
Definition entry_at (R : comRingType) (X : 'M[R]_(n, d)) (e : nat * nat) : R :=
  match insub e.1, insub e.2 with Some i, Some j => X i j | _, _ => 0 end.
Definition rearrange (R : comRingType) (X : 'M[R]_(n, d)) : 'M[R]_(n, d) :=
  if source is Some es then \matrix_(a, b) entry_at X (nth (0, 0)%N (nth [::] es a) b) else X.

Fact rearrange_linear (R : comRingType) : linear (@rearrange R).
Proof.
rewrite /rearrange; case: source => // es c X Y; apply/matrixP=> a b; rewrite !mxE /entry_at.
by case: insub => [i|]; [case: insub => [j|]|]; rewrite ?mxE ?mulr0 ?addr0.
Qed.
Canonical rearrange_additive (R : comRingType) := Additive (@rearrange_linear R).
Canonical rearrange_lin (R : comRingType) := Linear (@rearrange_linear R).

Lemma map_rearrange (R K : comRingType) (g : {rmorphism R -> K}) X : map_mx g (rearrange X) = rearrange (map_mx g X).
Proof.
rewrite /rearrange; case: source => // es; apply/matrixP=> a b; rewrite !mxE /entry_at.
by case: insub => [i|]; [case: insub => [j|]|]; rewrite ?mxE ?rmorph0.
Qed.
End Rearrange.

(* the weights of a layer, as lists; a bias has one number for each row or column *)
Record mixer_weights (T : Type) := MixerWeights {
  w_1 : rows T; w_2 : rows T; w_3 : rows T; w_4 : rows T;
  w_b1 : seq T; w_b2 : seq T; w_b3 : seq T; w_b4 : seq T }.

Section Family.
Variables (L S C n d : nat) (bias res : bool) (source : option (seq (seq (nat * nat)))) (s t : seq Z).
Definition option_weight := [finType of 'I_L *
  (('I_S * 'I_n + 'I_n * 'I_S + ('I_d * 'I_C + 'I_C * 'I_d)) + ('I_S + 'I_n + ('I_C + 'I_d)))].
Local Notation k := #|option_weight|.

Section Layers.
Variables (R : comRingType) (theta : 'I_k -> R) (l : 'I_L).
Definition part p q (c : 'I_p * 'I_q -> _) : 'M[R]_(p, q) := \matrix_(a, b) theta (enum_rank ((l, inl (c (a, b))) : option_weight)).
Definition offset p q m (e : 'I_p -> 'I_q -> 'I_m) (c : 'I_m -> _) : 'M[R]_(p, q) :=
  \matrix_(a, b) if bias then theta (enum_rank ((l, inr (c (e a b))) : option_weight)) else 0.
Definition option_layer : layer R n d := @Layer R n d S C
  (part (inl \o inl)) (offset (fun a _ => a) (inl \o inl)) (part (inl \o inr)) (offset (fun a _ => a) (inl \o inr))
  (part (inr \o inl)) (offset (fun _ b => b) (inr \o inl)) (part (inr \o inr)) (offset (fun _ b => b) (inr \o inr))
  res res [linear of idfun].
End Layers.
Definition option_layers (R : comRingType) (theta : 'I_k -> R) := [seq option_layer theta l | l <- enum 'I_L].
Definition option_net (R : comRingType) (theta : 'I_k -> R) X :=
  mixer (lit_poly R s) (lit_poly R t) (option_layers theta) (rearrange source X).

Lemma map_option_net (R K : comRingType) (g : {rmorphism R -> K}) theta (X : 'M[R]_(n, d)) :
  map_mx g (option_net theta X) = option_net (g \o theta) (map_mx g X).
Proof.
rewrite /option_net -map_rearrange /mixer /option_layers; elim: (enum 'I_L) (rearrange _ X) => //= l e IH Y.
rewrite IH; congr foldl.
have mp p q (c : 'I_p * 'I_q -> _) : map_mx g (part theta l c) = part (g \o theta) l c.
  by apply/matrixP=> a b; rewrite !mxE.
have mo p q m (e' : 'I_p -> 'I_q -> 'I_m) c : map_mx g (offset theta l e' c) = offset (g \o theta) l e' c.
  by apply/matrixP=> a b; rewrite !mxE; case: bias; rewrite ?rmorph0.
have mr b (Y' : 'M[R]_(n, d)) : map_mx g (residual b Y') = residual b (map_mx g Y') by case: b; rewrite /= ?map_mx0.
by rewrite /mixer_layer /channel_mixing /token_mixing /= !(map_mxD, mr, map_mxM, map_act, mp, mo).
Qed.

Lemma eq_option_net (R : comRingType) (theta theta' : 'I_k -> R) : theta =1 theta' -> option_net theta =1 option_net theta'.
Proof.
move=> E X; rewrite /option_net; congr (mixer _ _ _ _); apply: eq_map => l.
have ep p q (c : 'I_p * 'I_q -> _) : part theta l c = part theta' l c by apply/matrixP=> a b; rewrite !mxE.
have eo p q m (e : 'I_p -> 'I_q -> 'I_m) c : offset theta l e c = offset theta' l e c.
  by apply/matrixP=> a b; rewrite !mxE E.
by rewrite /option_layer !ep !eo.
Qed.

Variables (A : pred 'I_n) (i : 'I_n) (p : 'I_d).
Definition mixer_output (R : comRingType) (theta : 'I_k -> R) (x y : 'M[R]_(n, d)) := option_net theta (mix A x y) i p.
Definition option_family : family k (n * d) (n * d) := fun R theta x y => mixer_output theta (inputs x) (inputs y).

Lemma option_family_natural : natural option_family.
Proof.
split=> [R K g theta x y|R w w' x x' y y' Ew Ex Ey]; rewrite /option_family /mixer_output; last first.
  by rewrite (eq_option_net Ew); congr (option_net _ (mix A _ _) i p); apply/matrixP=> a b; rewrite !mxE.
have /matrixP/(_ i p) := map_option_net g theta (mix A (inputs x) (inputs y)); rewrite mxE => ->.
by congr (option_net _ _ i p); apply/matrixP=> a b; rewrite !mxE; case: ifP.
Qed.

Lemma option_generic (F : fieldType) (theta0 : 'I_k -> F) r : [char F] =i pred0 ->
  sep_ge (mixer_output theta0) r ->
  exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 -> sep_ge (mixer_output theta) r.
Proof.
move=> charF low.
have H theta m : sep_le (fun x y => option_family (R := F) theta x y) m <-> sep_le (mixer_output theta) m.
  split=> [h|h]; last exact: (sep_le_comp (@inputs n d F) (@inputs n d F) h).
  have := sep_le_comp (fun X : 'M[F]_(n, d) => mxvec X 0) (fun X : 'M[F]_(n, d) => mxvec X 0) h.
  by apply: eq_sep_le => x y; rewrite /option_family !inputsK.
have [m /H/low //|P P0 HP] := @witness_theta _ _ _ option_family r option_family_natural F theta0 (char0_infinite charF).
by exists P => // w Pw m /H; apply: HP.
Qed.
End Family.

Section Bounds.
Variables (L S C n d : nat) (bias res : bool) (source : option (seq (seq (nat * nat)))) (s t : seq Z).
Variables (R : comRingType) (theta : 'I_#|option_weight L S C n d| -> R).

(* the permutation as the shuffle of the first layer *)
Definition shuffled (l : layer R n d) : layer R n d := @Layer R n d (thid l) (chid l) (W1 l) (b1 l) (W2 l) (b2 l)
  (W3 l) (b3 l) (W4 l) (b4 l) (res_t l) (res_c l) [linear of @rearrange n d source R].

Lemma option_netE : (0 < L)%N -> exists (l : layer R n d) ls,
  [/\ forall X, option_net bias res source s t theta X = mixer (lit_poly R s) (lit_poly R t) (l :: ls) X,
      size (l :: ls) = L, thid l = S, res_t l = res & ~~ bias -> ~~ res -> all (@plain R n d) (l :: ls)].
Proof.
case: L theta => // m th _; rewrite /option_net /option_layers enum_ordSl.
exists (shuffled (option_layer bias res th ord0)).
exists [seq option_layer bias res th l | l <- [seq lift ord0 l | l <- enum 'I_m]].
have sz : size [seq option_layer bias res th l | l <- [seq lift ord0 l | l <- enum 'I_m]] = m.
  by rewrite 2!size_map; apply: size_enum_ord.
split=> //; first exact: (congr1 succn sz).
move=> /negPf b0 /negPf r0.
have z q r : (\matrix_(a < q, b < r) 0 : 'M[R]_(q, r)) == 0 by apply/eqP/matrixP=> a b; rewrite !mxE.
have pl l : plain (option_layer bias res th l) by rewrite /plain /option_layer /= /offset b0 r0 !z.
apply/andP; split; first exact: (pl ord0).
suff pt : all (@plain R n d) [seq option_layer bias res th l | l <- [seq lift ord0 l | l <- enum 'I_m]] by exact: pt.
by rewrite all_map; apply/allP=> l _; apply: pl.
Qed.
End Bounds.

(* what lists of any type mean in a ring *)
Section Read.
Variables (T : Type) (t0 : T) (R : comRingType) (q : T -> R).
Definition read_mx m k (M : rows T) : 'M[R]_(m, k) := \matrix_(a, b) q (nth t0 (nth [::] M a) b).
Definition read_layer n d (l : mixer_of T) : layer R n d := @Layer R n d (l_thid l) (l_chid l)
  (read_mx _ _ (l_W1 l)) (read_mx _ _ (l_b1 l)) (read_mx _ _ (l_W2 l)) (read_mx _ _ (l_b2 l))
  (read_mx _ _ (l_W3 l)) (read_mx _ _ (l_b3 l)) (read_mx _ _ (l_W4 l)) (read_mx _ _ (l_b4 l))
  (l_res_t l) (l_res_c l) [linear of idfun].
Definition read_mixer n d := map (read_layer n d).
End Read.

Section Literal.
Variables (L S C n d : nat) (bias res : bool).
Local Notation k := #|option_weight L S C n d|.

Section Lists.
Variables (T : Type) (t0 : T).
Definition spread_rows (q : nat) (b : seq T) : rows T := if bias then [seq nseq q z | z <- b] else [::].
Definition spread_cols (q : nat) (b : seq T) : rows T := if bias then nseq q b else [::].
Definition option_lits (ws : seq (mixer_weights T)) : seq (mixer_of T) :=
  [seq MixerLit S C (w_1 w) (spread_rows d (w_b1 w)) (w_2 w) (spread_rows d (w_b2 w))
                    (w_3 w) (spread_cols n (w_b3 w)) (w_4 w) (spread_cols n (w_b4 w)) res res | w <- ws].

Definition no_weights := MixerWeights (T := T) [::] [::] [::] [::] [::] [::] [::] [::].
Definition weight_at (ws : seq (mixer_weights T)) (v : 'I_k) : T :=
  let: (l, e) := enum_val v : option_weight L S C n d in
  let w := nth no_weights ws l in
  let at_ (M : rows T) a b := nth t0 (nth [::] M a) b in
  match e with
  | inl (inl (inl (a, b))) => at_ (w_1 w) a b
  | inl (inl (inr (a, b))) => at_ (w_2 w) a b
  | inl (inr (inl (a, b))) => at_ (w_3 w) a b
  | inl (inr (inr (a, b))) => at_ (w_4 w) a b
  | inr (inl (inl a)) => nth t0 (w_b1 w) a
  | inr (inl (inr a)) => nth t0 (w_b2 w) a
  | inr (inr (inl a)) => nth t0 (w_b3 w) a
  | inr (inr (inr a)) => nth t0 (w_b4 w) a
  end.

Variables (R : comRingType) (q : T -> R).
Hypothesis q0 : q t0 = 0.

Lemma read_spread_rows m b : read_mx t0 q m d (spread_rows d b) = \matrix_(a, c) if bias then q (nth t0 b a) else 0.
Proof.
apply/matrixP=> a c; rewrite !mxE /spread_rows; case: bias; last by rewrite !nth_nil.
have [ab|ab] := ltnP a (size b); first by rewrite (nth_map t0) // nth_nseq ltn_ord.
by rewrite [nth [::] _ a]nth_default ?size_map // nth_nil nth_default.
Qed.

Lemma read_spread_cols m b : read_mx t0 q n m (spread_cols n b) = \matrix_(a, c) if bias then q (nth t0 b c) else 0.
Proof.
apply/matrixP=> a c; rewrite !mxE /spread_cols; case: bias; last by rewrite !nth_nil.
by rewrite nth_nseq ltn_ord.
Qed.

Lemma option_layers_read ws : size ws = L ->
  option_layers bias res (q \o weight_at ws) = read_mixer t0 q n d (option_lits ws).
Proof.
move=> sz; pose none := MixerLit (T := T) S C [::] [::] [::] [::] [::] [::] [::] [::] false false.
apply: (@eq_from_nth _ (read_layer t0 q n d none)) => [|l].
  by rewrite size_map size_enum_ord !size_map sz.
rewrite size_map size_enum_ord => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)).
rewrite /read_mixer /option_lits -map_comp (nth_map no_weights) ?sz // /= /read_layer /=.
rewrite !read_spread_rows !read_spread_cols.
by congr Layer; apply/matrixP=> a b; rewrite !mxE /weight_at /= ?enum_rankK.
Qed.
End Lists.

(* integers *)
Definition lit_option (ws : seq (mixer_weights Z)) (v : 'I_k) : int := int_of_Z (weight_at Z0 ws v).

Lemma lit_mixerE (R : comRingType) : lit_mixer R n d =1 read_mixer Z0 (fun z => (int_of_Z z)%:~R) n d.
Proof. by move=> ls; apply: eq_map => l; congr Layer; apply/matrixP=> a b; rewrite !mxE. Qed.

Lemma option_layers_lit (R : comRingType) ws : size ws = L ->
  option_layers bias res (fun v => (lit_option ws v)%:~R) = lit_mixer R n d (option_lits ws).
Proof. by move=> sz; rewrite lit_mixerE -(option_layers_read (t0 := Z0)). Qed.
End Literal.

(* lists with other entries *)
Section Map.
Variables (T U : Type) (g : T -> U) (t0 : T) (u0 : U).
Definition map_weights (w : mixer_weights T) : mixer_weights U :=
  let m := map (map g) in let v := map g in
  MixerWeights (m (w_1 w)) (m (w_2 w)) (m (w_3 w)) (m (w_4 w)) (v (w_b1 w)) (v (w_b2 w)) (v (w_b3 w)) (v (w_b4 w)).
Definition map_mixer (l : mixer_of T) : mixer_of U := let m := map (map g) in
  MixerLit (l_thid l) (l_chid l) (m (l_W1 l)) (m (l_b1 l)) (m (l_W2 l)) (m (l_b2 l)) (m (l_W3 l)) (m (l_b3 l))
    (m (l_W4 l)) (m (l_b4 l)) (l_res_t l) (l_res_c l).

Lemma option_lits_map S C n d bias res ws : option_lits S C n d bias res (map map_weights ws) =
  map map_mixer (option_lits S C n d bias res ws).
Proof.
rewrite /option_lits -!map_comp; apply: eq_map => w /=; rewrite /map_mixer /spread_rows /spread_cols /=.
by case: bias => //=; rewrite -!map_comp; congr MixerLit; rewrite ?map_nseq //; apply: eq_map => z /=; rewrite map_nseq.
Qed.

Hypothesis g0 : g t0 = u0.
Lemma nth_map_entry (M : rows T) a b : nth u0 (nth [::] (map (map g) M) a) b = g (nth t0 (nth [::] M a) b).
Proof.
have nth_map0 A B (h : A -> B) x s i : nth (h x) (map h s) i = h (nth x s i).
  by elim: s i => [|y s IH] [|i] //=.
by rewrite -[[::]]/(map g [::]) nth_map0 -g0 nth_map0.
Qed.

End Map.
