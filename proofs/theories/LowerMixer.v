(* Theorems 4.9 and 4.10 of theory.md with biases and residual connections, and as evidence from below.
   The weights have biases 0. What a residual connection adds is of lower degree, but for one around a channel part with
   k_c = 1, which adds the identity to W3 W4: there column c, that of the output, is chosen to make up for it. The part of
   highest degree is then that of a network without residual connections, and has no larger rank (PositionWise.v).
     theta_of W1 W2 W3 W4     == weights with these matrices in layer l, and biases 0
     bare W1 W2 W3 W4         == the layer with these matrices and biases 0
     only_first h, only_col c == W3 and W4 that read \sum_p h_p U_p into hidden channel 0, and write this into channel c
     made_up                  == 1 where the identity is added, else 0
     first_layer, later_layer == the layers: of the output of each only channel c counts
     top W1 W2 t              == the sum over the channels of entry (t, p) of W2 (W1 X)^kt
     mixer_lower_value t L d St kt kc a b == the value of theorem t for L layers, d channels, hidden token width St, powers
                                 kt and kc, a and b tokens on the sides; None if t says nothing
   Proved: mixer_lower_value_generic; also grid_sep_ge: a function has grids of its rank. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention Mixer PositionWise BoundFormulas CertificateExact MixerWeights.
From Seprank Require Import GapOneLayer MixerChannels LowerAttention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.

(* a function has grids of its rank *)
Lemma grid_sep_ge (F : fieldType) X Y (f : X -> Y -> F) r s : sep_ge f r -> grid_le f s -> (r <= s)%N.
Proof.
move=> low fs; apply: contraT; rewrite -ltnNge => sr.
have step k : (k <= s.+1)%N -> ~ ~ exists (xs : 'I_k -> X) (ys : 'I_k -> Y), grid f xs ys \in unitmx.
  elim: k => [_|k IH ks no].
    apply; exists (fun i : 'I_0 => False_rect X (notF (valP i))), (fun i : 'I_0 => False_rect Y (notF (valP i))).
    by rewrite unitmxE det_mx00 unitr1.
  apply: IH => [|[xs [ys U]]]; first exact: ltnW.
  have /low : sep_le f k; last by lia.
  exists (fun i x => ((\row_j f x (ys j)) *m invmx (grid f xs ys)) 0 i), (fun i y => f (xs i) y) => x y.
  apply/eqP/negPn/negP => nz; apply: no.
  exists (fun a : 'I_(1 + k) => match split a with inl _ => x | inr a => xs a end).
  exists (fun a : 'I_(1 + k) => match split a with inl _ => y | inr a => ys a end).
  set G := grid f xs ys in U *; set B := grid _ _ _.
  have BE : B = block_mx (f x y)%:M (\row_j f x (ys j)) (\col_i f (xs i) y) G.
    apply/matrixP => a b; rewrite !mxE; case: splitP => a' _; rewrite !mxE; case: splitP => b' _; rewrite !mxE //.
    by rewrite !ord1 eqxx.
  pose T : 'M[F]_(1 + k) := block_mx 1%:M (- (\row_j f x (ys j) *m invmx G)) 0 1%:M.
  have TB : T *m B = block_mx (f x y - \sum_i ((\row_j f x (ys j)) *m invmx G) 0 i * f (xs i) y)%:M 0 (\col_i f (xs i) y) G.
    have uE : (f x y)%:M - (\row_j f x (ys j)) *m (invmx G *m \col_i f (xs i) y) =
        (f x y - \sum_i ((\row_j f x (ys j)) *m invmx G) 0 i * f (xs i) y)%:M :> 'M_1.
      rewrite [RHS]raddfB; congr (_ - _); rewrite [LHS]mx11_scalar mulmxA mxE; congr (_%:M).
      by apply: eq_bigr => i _; rewrite [X in _ * X]mxE.
    by rewrite /T BE (@mulmx_block _ 1 k 1 k 1 k) !mul1mx !mul0mx !add0r !mulNmx -!mulmxA mulVmx // mulmx1 subrr uE.
  have := congr1 determinant TB; rewrite det_mulmx det_ublock !det1 mul1r mul1r det_lblock det_scalar1 => dB.
  by rewrite unitmxE unitfE dB mulf_neq0 ?subr_eq0 // -unitfE -unitmxE.
case: (step s.+1 (leqnn _)) => -[xs [ys U]]; have := fs _ _ xs ys.
by rewrite mxrank_unit ?ltnn.
Qed.

(* layers with biases 0 *)
Section Bare.
Variables (R : comRingType) (n d S C : nat) (res : bool).
Definition bare (W1 : 'M[R]_(S, n)) (W2 : 'M[R]_(n, S)) (W3 : 'M[R]_(d, C)) (W4 : 'M[R]_(C, d)) : layer R n d :=
  Layer W1 0 W2 0 W3 0 W4 0 res res [linear of idfun].

Variables (L : nat) (bias : bool) (W1 : 'I_L -> 'M[R]_(S, n)) (W2 : 'I_L -> 'M[R]_(n, S)).
Variables (W3 : 'I_L -> 'M[R]_(d, C)) (W4 : 'I_L -> 'M[R]_(C, d)).
Definition theta_of (v : 'I_#|option_weight L S C n d|) : R :=
  let: (l, e) := enum_val v : option_weight L S C n d in
  match e with
  | inl (inl (inl (a, b))) => W1 l a b
  | inl (inl (inr (a, b))) => W2 l a b
  | inl (inr (inl (a, b))) => W3 l a b
  | inl (inr (inr (a, b))) => W4 l a b
  | inr _ => 0
  end.

Lemma option_layers_of : option_layers bias res theta_of = [seq bare (W1 l) (W2 l) (W3 l) (W4 l) | l <- enum 'I_L].
Proof.
apply: eq_map => l; rewrite /option_layer /bare.
by congr Layer; apply/matrixP=> a b; rewrite !mxE ?if_same /theta_of ?enum_rankK //; case: bias; rewrite ?enum_rankK.
Qed.
End Bare.

(* parts of highest degree, channel by channel *)
Section Parts.
Variables (F : fieldType) (n d S C kt kc : nat) (res : bool) (c : 'I_d).
Hypotheses (kt1 : (1 < kt)%N) (kc0 : (0 < kc)%N) (C0 : (0 < C)%N).
Variables (V : lmodType F) (D : nat) (D0 : (0 < D)%N).
Local Notation bare := (@bare F n d S C res).

Definition made_up : F := (res && (kc == 1%N))%:R.
Definition only_first (h : 'I_d -> F) : 'M[F]_(d, C) :=
  \matrix_(p, b) ((b == Ordinal C0)%:R * (h p - made_up * (p == c)%:R)).
Definition only_col : 'M[F]_(C, d) := \matrix_(b, p) ((b == Ordinal C0)%:R * (p == c)%:R).

Lemma lead_tokens W1 W2 W3 W4 p (Y : V -> 'M[F]_(n, d)) (g : 'I_n -> V -> F) :
  (forall t, lead D (fun X => Y X t p) (g t)) -> forall t,
  lead (kt * D) (fun X => token_mixing 'X^kt (bare W1 W2 W3 W4) (Y X) t p)
    (fun X => \sum_s W2 t s * (\sum_u W1 s u * g u X) ^+ kt).
Proof.
move=> H t; have top s : lead (kt * D) (fun X => (\sum_u W1 s u * Y X u p) ^+ kt) (fun X => (\sum_u W1 s u * g u X) ^+ kt).
  by apply: leadX; apply: lead_sum => u; have := leadM (leadC (W1 s u)) (H u); rewrite add0n.
have {}top : lead (kt * D) (fun X => \sum_s W2 t s * (\sum_u W1 s u * Y X u p) ^+ kt)
    (fun X => \sum_s W2 t s * (\sum_u W1 s u * g u X) ^+ kt).
  by apply: lead_sum => s; have := leadM (leadC (W2 t s)) (top s); rewrite add0n.
have low : lead (kt * D) (fun X => residual res (Y X) t p) (fun=> 0).
  case: (res); last by apply: eq_lead (lead0 (kt * D)) => X; rewrite ?mxE.
  by apply: lead_low (H t); rewrite -[X in (X < _)%N]mul1n ltn_pmul2r.
apply: eq_lead (leadD low top) => X; rewrite ?add0r //.
rewrite /token_mixing /= !addr0 mxE; congr (_ + _); rewrite mxE; apply: eq_bigr => s _; congr (_ * _).
by rewrite mxE hornerXn mxE.
Qed.

Lemma lead_channels W1 W2 h t (U : V -> 'M[F]_(n, d)) (g gc : V -> F) :
  lead D (fun X => \sum_p h p * U X t p) g -> lead D (fun X => U X t c) gc ->
  lead (kc * D) (fun X => channel_mixing 'X^kc (bare W1 W2 (only_first h) only_col) (U X) t c) (fun X => g X ^+ kc).
Proof.
move=> H Hc; set l := bare _ _ _ _.
have fE X : channel_mixing 'X^kc l (U X) t c =
    residual res (U X) t c + (\sum_p h p * U X t p - made_up * U X t c) ^+ kc.
  rewrite /channel_mixing /= !addr0 mxE; congr (_ + _); rewrite mxE (bigD1 (Ordinal C0)) //= big1 ?addr0 => [|b /negPf bb].
    rewrite [only_col _ _]mxE !eqxx !mulr1 mxE hornerXn; congr (_ ^+ _); rewrite mxE.
    rewrite (eq_bigr (fun p => h p * U X t p - made_up * (p == c)%:R * U X t p)) => [|p _]; last first.
      by rewrite mxE eqxx mul1r mulrC mulrBl.
    rewrite sumrB; congr (_ - _); rewrite (bigD1 c) //= eqxx mulr1 big1 ?addr0 // => p /negPf->.
    by rewrite mulr0 mul0r.
  by rewrite [only_col _ _]mxE bb !mul0r mulr0.
have top : lead (kc * D) (fun X => (\sum_p h p * U X t p - made_up * U X t c) ^+ kc)
    (fun X => (g X - made_up * gc X) ^+ kc).
  apply: leadX; have := leadD H (leadM (leadC (- made_up)) Hc).
  by apply: eq_lead => X; rewrite mulNr.
move: top fE; rewrite /made_up; case: (res) => /= top fE; last first.
  by apply: eq_lead top => X; rewrite ?fE ?mxE ?mul0r ?subr0 ?add0r.
case: eqP top fE => [-> | kc1] top fE.
  rewrite !mul1n in top *; apply: eq_lead (leadD Hc top) => X; rewrite ?fE //=.
  by rewrite mul1r !expr1 addrC subrK.
have low : lead (kc * D) (fun X => U X t c) (fun=> 0).
  by apply: lead_low Hc; rewrite -[X in (X < _)%N]mul1n ltn_pmul2r //; case: (kc) kc0 kc1 => [|[|k]].
by apply: eq_lead (leadD low top) => X; rewrite ?fE //= mul0r subr0 add0r.
Qed.
End Parts.

Section Network.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d S C kt kc : nat) (res : bool) (c : 'I_d).
Hypotheses (kt1 : (1 < kt)%N) (kc0 : (0 < kc)%N) (S0 : (0 < S)%N) (C0 : (0 < C)%N) (n0 : (0 < n)%N).
Local Notation bare := (@bare F n d S C res).
Local Notation step := (mixer_layer 'X^kt 'X^kc).

Definition first_layer W1 W2 := bare W1 W2 (only_first kc res c C0 (fun=> 1)) (only_col F c C0).
Definition later_layer := bare (const_mx 1) (const_mx 1) (only_first kc res c C0 (fun p => (p == c)%:R)) (only_col F c C0).
Definition top (W1 : 'M[F]_(S, n)) (W2 : 'M[F]_(n, S)) t (X : 'M[F]_(n, d)) : F :=
  \sum_p \sum_(s < S) W2 t s * (\sum_u W1 s u * X u p) ^+ kt.

Lemma lead_first W1 W2 t :
  lead (kc * kt) (fun X => step X (first_layer W1 W2) t c) (fun X => top W1 W2 t X ^+ kc).
Proof.
have id1 p u : lead 1 (fun X : 'M[F]_(n, d) => X u p) (fun X => X u p).
  by move=> X; exists (X u p)%:P; split=> [|x x0]; rewrite hornerC // mxE expr1 mulrA divff ?mul1r.
have U p := lead_tokens res kt1 (isT : (0 < 1)%N) W1 W2 (only_first kc res c C0 (fun=> 1)) (only_col F c C0) (id1 p) t.
rewrite muln1 in U; apply: (lead_channels res kc0 C0 (ltnW kt1)) (U c).
apply: eq_lead (lead_sum (index_enum _) U) => X //.
by apply: eq_bigr => p _; rewrite mul1r.
Qed.

Lemma lead_later D (Y : 'M[F]_(n, d) -> 'M[F]_(n, d)) g : (0 < D)%N -> (forall t, lead D (fun X => Y X t c) g) ->
  forall t, lead (kt * kc * D) (fun X => step (Y X) later_layer t c) (fun X => (S%:R * (n%:R * g X) ^+ kt) ^+ kc).
Proof.
move=> D0 H t; rewrite [(kt * kc)%N]mulnC -mulnA.
have E X : \sum_s (const_mx 1 : 'M_(n, S)) t s * (\sum_u (const_mx 1 : 'M_(S, n)) s u * g X) ^+ kt =
    S%:R * (n%:R * g X) ^+ kt.
  under eq_bigr => s _ do [rewrite mxE mul1r; under eq_bigr do rewrite mxE mul1r].
  by rewrite !sumr_const !card_ord -[g X *+ n]mulr_natl [RHS]mulr_natl.
have HU := eq_lead (fun=> erefl) E (lead_tokens res kt1 D0 (const_mx 1) (const_mx 1)
  (only_first kc res c C0 (fun p => (p == c)%:R)) (only_col F c C0) H t).
have D1 : (0 < kt * D)%N by rewrite muln_gt0 (ltnW kt1).
apply: (lead_channels res kc0 C0 D1) (HU).
apply: eq_lead HU => X //; rewrite (bigD1 c) //= eqxx mul1r big1 ?addr0 // => p /negPf->.
by rewrite mul0r.
Qed.

Lemma lead_laters L D (Y : 'M[F]_(n, d) -> 'M[F]_(n, d)) (e : F) m x : (0 < D)%N -> e != 0 ->
  (forall t, lead D (fun X => Y X t c) (fun X => e * x X ^+ m)) ->
  exists2 e' : F, e' != 0 & forall t, lead ((kt * kc) ^ L * D) (fun X => foldl step (Y X) (nseq L later_layer) t c)
    (fun X => e' * x X ^+ ((kt * kc) ^ L * m)).
Proof.
elim: L D Y e m => [|L IH] D Y e m D0 e0 H; first by exists e => // t; rewrite !mul1n.
pose e1 : F := (S%:R * (n%:R * e) ^+ kt) ^+ kc.
have nat0 k : (0 < k)%N -> k%:R != 0 :> F by rewrite ((charf0P F).1 charF) lt0n.
have e10 : e1 != 0 by rewrite !(expf_neq0, mulf_neq0) ?nat0.
have [||t|e' e'0 H'] := IH (kt * kc * D)%N (fun X => step (Y X) later_layer) e1 (kt * kc * m)%N => //.
- by rewrite !muln_gt0 (ltnW kt1) kc0.
- apply: eq_lead (lead_later D0 H t) => X //; rewrite /e1 !exprMn -!exprM !mulrA; congr (_ * _ ^+ _).
  by rewrite mulnC.
exists e' => // t; have := H' t; rewrite !expnSr -!mulnA; apply: eq_lead => X //=.
Qed.
End Network.

Section Theorems.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d S C kt kc : nat) (bias res : bool).
Variables (A : pred 'I_n) (i : 'I_n) (c : 'I_d).
Hypotheses (kt1 : (1 < kt)%N) (kc0 : (0 < kc)%N) (S0 : (0 < S)%N) (C0 : (0 < C)%N).
Hypotheses (A0 : (0 < #|A|)%N) (B0 : (0 < #|predC A|)%N).
Local Notation output L := (@mixer_output L S C n d bias res None (power_lit kt) (power_lit kc) A i c F).
Local Notation first := (first_layer kc res c C0).
Local Notation later := (later_layer F n S kc res c C0).

Lemma with_layers L (W1 : 'M[F]_(S, n)) (W2 : 'M[F]_(n, S)) : exists theta,
  option_layers bias res (theta : 'I_#|option_weight L.+1 S C n d| -> F) = first W1 W2 :: nseq L later.
Proof.
pose one (T : Type) (x y : T) (l : 'I_L.+1) := if l == ord0 then x else y.
exists (theta_of (one _ W1 (const_mx 1)) (one _ W2 (const_mx 1))
  (one _ (only_first kc res c C0 (fun=> 1)) (only_first kc res c C0 (fun p => (p == c)%:R))) (fun=> only_col F c C0)).
rewrite option_layers_of enum_ordSl /=; congr (_ :: _).
rewrite (_ : nseq L _ = nseq (size (enum 'I_L)) later); last by rewrite size_enum_ord.
by elim: (enum 'I_L) => //= l e ->; congr (_ :: _).
Qed.

Lemma top_grid L theta (W1 : 'M[F]_(S, n)) (W2 : 'M[F]_(n, S)) D g s :
  option_layers bias res (theta : 'I_#|option_weight L.+1 S C n d| -> F) = first W1 W2 :: nseq L later ->
  lead D (fun X => foldl (mixer_layer 'X^kt 'X^kc) (mixer_layer 'X^kt 'X^kc X (first W1 W2))
    (nseq L later) i c) g ->
  sep_le (output L.+1 theta) s -> grid_le (fun x y => g (mix A x y)) s.
Proof.
move=> thE H /sep_grid fs; apply: (lead_grid charF H); apply: eq_grid fs => x y.
by rewrite /mixer_output /option_net thE !lit_poly_power.
Qed.

Lemma channels_lower L : exists theta, sep_ge (output L.+1 theta) 'C(d, (kt * kc) ^ L * kc).
Proof.
have n0 : (0 < n)%N by apply: leq_ltn_trans (ltn_ord i).
have [theta thE] := with_layers L (const_mx 1) (const_mx 1); exists theta => s fs.
pose x (X : 'M[F]_(n, d)) := \sum_p (\sum_u X u p) ^+ kt.
have e0 : S%:R ^+ kc != 0 :> F by rewrite expf_neq0 // ((charf0P F).1 charF) -lt0n.
have H t : lead (kc * kt) (fun X => mixer_layer 'X^kt 'X^kc X (first (const_mx 1 : 'M_(S, n)) (const_mx 1)) t c)
    (fun X => S%:R ^+ kc * x X ^+ kc).
  apply: eq_lead (lead_first res c kt1 kc0 C0 (const_mx 1 : 'M[F]_(S, n)) (const_mx 1) t) => X //.
  rewrite -exprMn; congr (_ ^+ _).
  rewrite /top /x mulr_sumr; apply: eq_bigr => p _.
  rewrite (eq_bigr (fun=> (\sum_u X u p) ^+ kt)) => [|s' _]; first by rewrite sumr_const card_ord mulr_natl.
  by rewrite mxE mul1r; congr (_ ^+ _); apply: eq_bigr => u _; rewrite mxE mul1r.
have D0 : (0 < kc * kt)%N by rewrite muln_gt0 kc0 (ltnW kt1).
have [e e1 H'] := lead_laters charF res kt1 kc0 S0 C0 n0 L D0 e0 H.
have {fs} := top_grid thE (H' i) fs.
have [/card_gt0P[a Aa] /card_gt0P[b Bb]] := (A0, B0).
pose put (t0 : 'I_n) (u : 'I_d -> F) : 'M[F]_(n, d) := \matrix_(t, p) ((t == t0)%:R * u p).
move/(grid_comp (put a) (put b)) => fs; apply: (channel_lower charF kt1 e1).
apply: eq_grid fs => u v; rewrite /channel_power; congr (_ * _ ^+ _).
rewrite /x; apply: eq_bigr => p _; congr (_ ^+ _).
have ab : a != b by apply: contraTneq Aa => ->.
rewrite (bigD1 a) //= (bigD1 b) 1?eq_sym //= !mxE [A a]Aa (negPf Bb : A b = false) !eqxx !mul1r.
rewrite big1 ?addr0 // => t /andP[ta tb].
by rewrite mxE; case: (A t); rewrite mxE ?(negPf ta) ?(negPf tb) mul0r.
Qed.
End Theorems.

Section OneLayer.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d S C : nat) (bias res : bool).
Variables (A : pred 'I_n) (i : 'I_n) (c : 'I_d).
Hypotheses (S0 : (0 < S)%N) (C0 : (0 < C)%N) (A0 : (0 < #|A|)%N) (B0 : (0 < #|predC A|)%N).
Local Notation bound := (2 + d * minn S (minn #|A| #|predC A|))%N.

Lemma squares_top : exists (W1 : 'M[F]_(S, n)) W2, sep_ge (fun x y : 'M[F]_(n, d) => top 2 W1 W2 i (mix A x y)) bound.
Proof.
set m := minn _ _; have [r rE] : exists r, S = (m + r)%N by exists (S - m)%N; rewrite subnKC // geq_minl.
have mA : (m <= #|A|)%N by rewrite /m geq_min geq_minl orbT.
have mB : (m <= #|predC A|)%N by rewrite /m geq_min geq_minr orbT.
have m0 : (0 < m)%N by rewrite !leq_min S0 A0.
have d0 : (0 < d)%N by apply: leq_ltn_trans (ltn_ord c).
clearbody m; rewrite rE; exists (sumW1 F r mA mB), (sumW2 F n m r) => s fs.
apply: (@sumL_lower F charF n d m r C A i c mA mB m0 C0 d0); apply: eq_sep_le fs => x y.
move: (mix A x y) => X; rewrite mixer_sumL /top.
pose fa (k : 'I_m) : 'I_n := enum_val (widen_ord mA k); pose fb (k : 'I_m) : 'I_n := enum_val (widen_ord mB k).
rewrite [RHS](eq_bigr (fun kl : 'I_m * 'I_d => (fun k l => (X (fa k) l + X (fb k) l) ^+ 2) kl.1 kl.2)) //.
rewrite -(pair_bigA _ (fun k l => (X (fa k) l + X (fb k) l) ^+ 2)) exchange_big; apply: eq_bigr => p _.
rewrite big_split_ord /= [X in _ + X]big1 ?addr0 => [|k _]; last first.
  rewrite [X in _ * X ^+ 2]big1 ?expr0n ?mulr0 // => t _.
  by rewrite mxE -[rshift m k]/(unsplit (inr k)) unsplitK mul0r.
apply: eq_bigr => k _; rewrite mxE mul1r; congr (_ ^+ _).
under eq_bigr do rewrite mxE -[lshift r k]/(unsplit (inl k)) unsplitK mulrDl.
by rewrite big_split /= !(sum_delta (fun t => X t p)).
Qed.

Lemma one_layer_lower : exists theta : 'I_#|option_weight 1 S C n d| -> F,
  sep_ge (mixer_output bias res None (power_lit 2) (power_lit 1) A i c theta) bound.
Proof.
have [W1 [W2 low]] := squares_top; have [theta thE] := with_layers 1 bias res c C0 0 W1 W2.
exists theta => s fs; apply: (grid_sep_ge low).
have H := lead_first (kt := 2) (kc := 1) res c isT isT C0 W1 W2 i.
by apply: eq_grid (top_grid charF thE H fs) => x y; rewrite expr1.
Qed.
End OneLayer.

Definition mixer_lower_value (t : lower_theorem) (layers width hidden kt kc : nat) (left right : nat) : option N :=
  let L := N.of_nat layers in let d := N.of_nat width in
  match t with
  | MixerOneLayer =>
      if [&& layers == 1, kt == 2 & kc == 1]%N then Some (d * N.of_nat (minn hidden (minn left right)) + 2)%bN else None
  | MixerChannels =>
      let M := (N.of_nat kt ^ (L - 1) * N.of_nat kc ^ L)%bN in
      if (1 < kt)%N && (M <=? d)%bN then Some (binN d (N.min M (d - M))) else None
  | _ => None
  end.

Theorem mixer_lower_value_generic (F : numFieldType) t L d S C kt kc v n (bias res : bool) (A : pred 'I_n)
    (i : 'I_n) (p : 'I_d) :
  mixer_lower_value t L d S kt kc #|A| #|predC A| = Some v ->
  (0 < L)%N -> (0 < S)%N -> (0 < C)%N -> (0 < kc)%N -> (0 < #|A|)%N -> (0 < #|predC A|)%N ->
  exists2 P : {mpoly F[#|option_weight L S C n d|]}, P != 0 & forall theta, P.@[theta] != 0 ->
    sep_ge (mixer_output bias res None (power_lit kt) (power_lit kc) A i p theta) (N.to_nat v).
Proof.
move=> vE L0 S0 C0 kc0 A0 B0; have charF := Num.Theory.char_num F.
suff [theta low] : exists theta : _ -> F,
    sep_ge (@mixer_output L S C n d bias res None (power_lit kt) (power_lit kc) A i p F theta) (N.to_nat v).
  exact: option_generic low.
rewrite /mixer_lower_value in vE; case: t vE => //; case: ifP => //.
  case/and3P=> /eqP-> /eqP-> /eqP-> [<-]; rewrite addN_val mulN_val !Nat2N.id addnC; exact: one_layer_lower.
case/andP=> kt1 /leN Md [<-]; case: L L0 Md => // L _ Md.
have [theta low] := channels_lower charF bias res i p kt1 kc0 S0 C0 A0 B0 L; exists theta.
rewrite binN_val minN2 subN_val; move: Md; set M := (_ * _)%num.
have ME : N.to_nat M = ((kt * kc) ^ L * kc)%N.
  by rewrite /M mulN_val !expN_val subN_val !Nat2N.id subn1 /= expnSr mulnA expnMn.
rewrite ME Nat2N.id => Md; rewrite (_ : 'C(d, minn _ _) = 'C(d, (kt * kc) ^ L * kc)) //.
by rewrite /minn; case: ifP => // _; rewrite bin_sub.
Qed.
