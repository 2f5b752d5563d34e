(* One layer: Corollary 5.2 of theory.md at L = 1, where there is no gap. Over any field of characteristic 0 (the upper
   bounds: over any commutative ring), for a partition of the n tokens in A and its complement, d channels:
     attention_one_layer_sep_le    attention of one layer, any number of heads of any width: sep <= d + 1 for all weights
     mixer_one_layer_sep_le        a Mixer of one layer with activations z ^ 2 and z, no biases, no residual connections,
                                   first hidden token width at most S: sep <= 2 + d * min (S, |A|, |B|) for all weights
     mixer_one_layer_lower         some weights of hidden widths S and C > 0 have sep at least this number
     mixer_one_layer_lower_generic almost all weights have
     no_gap_one_layer              so no attention of one layer exceeds these Mixers (gap of Gap.v is false for all weights)
     one_layer_reversed            and almost all of these Mixers exceed all attention of one layer
     one_layer_B16, one_layer_L16  the last at the shapes of GapPublished.v: 75266 against 769, and 100354 against 1025
   The weights: the k-th token of A plus the k-th of B, squared, all added up, in each channel and over the channels:
     \sum_(k, c) (x_kc + y_kc) ^ 2 = |x| ^ 2 + 2 <x, y> + |y| ^ 2
   squares f        == \sum_i (x i + y i) ^ 2, i in a finite type
   attentions L A   == the outputs, as functions of the two sides, of attention of L layers, any heads *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank CoefMatrix Witness Attention MonomialCount TwoSidedPoly Mixer MixerHomogeneous.
From Seprank Require Import NetEval MixerGeneric Gap.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Theorem attention_one_layer_sep_le (R : comRingType) n d (Ws : seq (seq (head R d))) (S : pred 'I_n) i p :
  size Ws = 1%N -> sep_le (fun x y => net Ws (mix S x y) i p) d.+1.
Proof.
case: Ws => [//|Hs [|//]] _.
have D (G G' : 'M[R]_d) : netP [:: Hs] (G + G') = netP [:: Hs] G + netP [:: Hs] G'.
  rewrite /netP /= /stepP -big_split; apply: eq_bigr => wv _ /=.
  by rewrite trmx1 !mulmx1 mulmxDr mulmxDl.
have H (T T' : pred 'I_n) : sep_le (fun x y : 'M[R]_(n, d) => \sum_k x i k * netP [:: Hs] (gram T x + gram T' y) k p) d.+1.
  have h1 := sep_leL 'M[R]_(n, d) (fun x : 'M[R]_(n, d) => \sum_k x i k * netP [:: Hs] (gram T x) k p).
  have h2 (k : 'I_d) := sep_leLR (fun x : 'M[R]_(n, d) => x i k) (fun y : 'M[R]_(n, d) => netP [:: Hs] (gram T' y) k p).
  have := sep_leD h1 (sep_le_sum_const h2); rewrite muln1; apply: eq_sep_le => x y.
  by rewrite -big_split; apply: eq_bigr => k _; rewrite D mxE mulrDr.
case Si: (S i).
  by apply: eq_sep_le (H S (predC S)) => x y; rewrite net_mixE; apply: eq_bigr => k _; rewrite Si.
apply: eq_sep_le (sep_le_sym (H (predC S) S)) => x y; rewrite net_mixE addrC.
by apply: eq_bigr => k _; rewrite Si.
Qed.

Lemma homogeneous_bound2 nA nB : (homogeneous_bound nA nB 2 <= 2 + minn nA nB)%N.
Proof.
rewrite /homogeneous_bound !big_ord_recr big_ord0 /= subnn !mc0 /mc !bin1 !addn1 /= add0n.
by have := geq_minl 1 'C(nB.+1, 2); have := geq_minr 'C(nA.+1, 2) 1; lia.
Qed.

Theorem mixer_one_layer_sep_le (F : fieldType) n d S (A : pred 'I_n) g :
  @mixers F n d 2 1 1 A S g -> sep_le g (2 + d * minn S (minn #|A| #|predC A|)).
Proof.
move/mixers_sep_le; apply: sep_leW; apply: leq_trans (homogeneous_bound2 _ _) _.
by rewrite -minnMr leq_add2l leq_mul2l; apply/orP; right; lia.
Qed.

(* the sum of squares *)
Section Squares.
Variables (F : fieldType) (charF : [char F] =i pred0) (I : finType).
Definition squares (x y : I -> F) := \sum_i (x i + y i) ^+ 2.

Lemma big_option (T : finType) (f : option T -> F) : \sum_t f t = f None + \sum_t f (Some t).
Proof.
rewrite (bigD1 None) //=; congr (_ + _); rewrite (reindex_omap Some id) => [|[t|]//].
by apply: eq_bigl => t; rewrite eqxx.
Qed.

Lemma squares_lower : (0 < #|I|)%N -> sep_ge squares (2 + #|I|).
Proof.
move=> /card_gt0P[i0 _] s /sep_grid.
pose g (t : option (option I)) (y : I -> F) := match t with
  None => 1 | Some None => \sum_i y i ^+ 2 | Some (Some i) => y i end.
have two : (2%:R : F) != 0 by rewrite ((charf0P F).1 charF).
pose e (a : F) (i j : I) := if j == i then a else 0.
have E (h : I -> F -> F) (i : I) (a : F) : (forall j, h j 0 = 0) -> \sum_j h j (e a i j) = h i a.
  move=> h0; rewrite (bigD1 i) //= /e eqxx big1 ?addr0 // => j /negPf->; exact: h0.
have null : null_le squares g.
  move=> n ys c H; pose c0 := \sum_j c j; pose c1 i := \sum_j c j * ys j i; pose c2 := \sum_j c j * \sum_i ys j i ^+ 2.
  have Hx i a : a ^+ 2 * c0 + 2%:R * a * c1 i + c2 = 0.
    rewrite -[RHS](H (e a i)) /c0 /c1 !mulr_sumr /c2 -!big_split; apply: eq_bigr => j _ /=.
    have -> : squares (e a i) (ys j) = a ^+ 2 + 2%:R * a * ys j i + \sum_i ys j i ^+ 2.
      rewrite -(E (fun _ z => z ^+ 2) i a) => [|k]; last by rewrite expr0n.
      rewrite -(E (fun k z => 2%:R * z * ys j k) i a) => [|k]; last by rewrite mulr0 mul0r.
      by rewrite -!big_split; apply: eq_bigr => k _ /=; ring.
    by rewrite !mulrDr; congr (_ + _ + _); rewrite ?(mulrC (c j)) // -!mulrA; congr (_ * (_ * _)); rewrite mulrC.
  have z2 : c2 = 0 by have := Hx i0 0; rewrite expr0n !(mul0r, mulr0) !add0r.
  have zz i : c0 = 0 /\ c1 i = 0.
    have := Hx i 1; have := Hx i (-1); rewrite z2 !addr0 sqrrN expr1n !mul1r mulr1 => h h'.
    have c00 : c0 = 0.
      have : 2%:R * c0 = (c0 + 2%:R * -1 * c1 i) + (c0 + 2%:R * c1 i) by ring.
      by rewrite h h' addr0 => /eqP; rewrite mulf_eq0 (negPf two) => /eqP.
    split=> //; move: h'; rewrite c00 add0r => /eqP; by rewrite mulf_eq0 (negPf two) => /eqP.
  case=> [[i|]|] /=; [by case: (zz i) | exact: z2 |].
  by rewrite -[RHS](proj1 (zz i0)); apply: eq_bigr => j _; rewrite mulr1.
move/(null_grid null)/indep_grid => le; rewrite -[(2 + #|I|)%N]/(#|I|.+2) -!card_option.
apply: le => c H.
have Hc y : c None + (c (Some None) * (\sum_i y i ^+ 2) + \sum_i c (Some (Some i)) * y i) = 0.
  rewrite -[RHS](H y) !big_option /= mulr1; congr (_ + (_ + _)).
have c0 : c None = 0.
  have := Hc (fun=> 0); rewrite big1 => [|i _]; last by rewrite expr0n.
  by rewrite big1 => [|i _]; rewrite ?mulr0 ?addr0.
have Hx i a : c (Some None) * a ^+ 2 + c (Some (Some i)) * a = 0.
  have := Hc (e a i); rewrite c0 add0r (E (fun _ z => z ^+ 2)) => [|k]; last by rewrite expr0n.
  by rewrite (E (fun k z => c (Some (Some k)) * z)) // => k; rewrite mulr0.
have zz i : c (Some None) = 0 /\ c (Some (Some i)) = 0.
  have := Hx i 1; have := Hx i (-1); rewrite sqrrN expr1n !mulr1 => h h'.
  have c1 : c (Some None) = 0.
    have : 2%:R * c (Some None) = (c (Some None) + c (Some (Some i)) * -1) + (c (Some None) + c (Some (Some i))) by ring.
    by rewrite h h' addr0 => /eqP; rewrite mulf_eq0 (negPf two) => /eqP.
  by split=> //; move: h'; rewrite c1 add0r.
by case=> [[i|]|]; [case: (zz i) | case: (zz i0) | ].
Qed.
End Squares.

Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d m r C : nat) (A : pred 'I_n) (q : 'I_n) (c : 'I_d).
Hypotheses (mA : (m <= #|A|)%N) (mB : (m <= #|predC A|)%N) (m0 : (0 < m)%N) (C0 : (0 < C)%N).
Local Notation S := (m + r)%N.
Let fa (k : 'I_m) : 'I_n := enum_val (widen_ord mA k).
Let fb (k : 'I_m) : 'I_n := enum_val (widen_ord mB k).
Let faA k : A (fa k). Proof. exact: (enum_valP (widen_ord mA k)). Qed.
Let fbB k : ~~ A (fb k). Proof. exact: (enum_valP (widen_ord mB k)). Qed.
Let fa_inj : injective fa. Proof. by move=> k l /enum_val_inj/(congr1 val)/= kl; apply: val_inj. Qed.
Let fb_inj : injective fb. Proof. by move=> k l /enum_val_inj/(congr1 val)/= kl; apply: val_inj. Qed.

Definition sumW1 : 'M[F]_(S, n) :=
  \matrix_(k, t) match split k with inl k => (t == fa k)%:R + (t == fb k)%:R | inr _ => 0 end.
Definition sumW2 : 'M[F]_(n, S) := const_mx 1.
Definition sumW3 : 'M[F]_(d, C) := \matrix_(a, b) (b == Ordinal C0)%:R.
Definition sumW4 : 'M[F]_(C, d) := \matrix_(a, b) (a == Ordinal C0)%:R.
Definition sumL := plain_layer sumW1 sumW2 sumW3 sumW4.

Lemma sum_delta (T : finType) (h : T -> F) a : \sum_t (t == a)%:R * h t = h a.
Proof. by rewrite (bigD1 a) //= eqxx mul1r big1 ?addr0 // => t /negPf->; rewrite mul0r. Qed.

Lemma mixer_sumL (X : 'M[F]_(n, d)) :
  mixer 'X^2 'X [:: sumL] X q c = \sum_(kl : 'I_m * 'I_d) (X (fa kl.1) kl.2 + X (fb kl.1) kl.2) ^+ 2.
Proof.
rewrite /mixer /= /mixer_layer /channel_mixing /token_mixing /sumL /plain_layer /= !(add0r, addr0).
rewrite mxE; under eq_bigr do rewrite !mxE hornerX mulrC.
rewrite (sum_delta (fun b => \sum_a _ * sumW3 a b)); under eq_bigr do rewrite [sumW3 _ _]mxE eqxx mulr1 mxE.
rewrite exchange_big big_split_ord /= [X in _ + X]big1 ?addr0 => [|k _]; last first.
  apply: big1 => l _; rewrite mxE mul1r mxE hornerXn mxE big1 ?expr0n // => t _.
  by rewrite mxE -[rshift m k]/(unsplit (inr k)) unsplitK mul0r.
rewrite [RHS](eq_bigr (fun kl : 'I_m * 'I_d => (fun k l => (X (fa k) l + X (fb k) l) ^+ 2) kl.1 kl.2)) //.
rewrite -(pair_bigA _ (fun k l => (X (fa k) l + X (fb k) l) ^+ 2)); apply: eq_bigr => k _; apply: eq_bigr => l _ /=.
rewrite mxE mul1r mxE hornerXn mxE; congr (_ ^+ 2).
under eq_bigr do rewrite mxE -[lshift r k]/(unsplit (inl k)) unsplitK mulrDl.
by rewrite big_split /= !(sum_delta (fun t => X t l)).
Qed.

Lemma sumL_lower : (0 < d)%N -> sep_ge (fun x y => mixer 'X^2 'X [:: sumL] (mix A x y) q c) (2 + d * m).
Proof.
move=> d0 s fs; have -> : (d * m)%N = #|{: 'I_m * 'I_d}| by rewrite card_prod !card_ord mulnC.
pose put (f : 'I_m -> 'I_n) (z : 'I_m * 'I_d -> F) : 'M[F]_(n, d) :=
  \matrix_(t, l) \sum_k (t == f k)%:R * z (k, l).
have putE f z k l : injective f -> put f z (f k) l = z (k, l).
  move=> fI; rewrite mxE (bigD1 k) //= eqxx mul1r big1 ?addr0 // => k' kk'.
  by rewrite (inj_eq fI) eq_sym (negPf kk') mul0r.
apply: (squares_lower charF); first by rewrite card_prod !card_ord muln_gt0 m0.
have := sep_le_comp (put fa) (put fb) fs; apply: eq_sep_le => x y; rewrite mixer_sumL.
apply: eq_bigr => -[k l] _ /=; congr (_ ^+ 2).
rewrite [mix _ _ _ _ _]mxE faA putE //.
by rewrite [mix _ _ _ _ _]mxE (negPf (fbB k)) putE.
Qed.
End Lower.

Section Generic.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d S C : nat) (A : pred 'I_n) (q : 'I_n) (c : 'I_d).
Hypotheses (S0 : (0 < S)%N) (C0 : (0 < C)%N) (A0 : (0 < #|A|)%N) (B0 : (0 < #|predC A|)%N).
Local Notation bound := (2 + d * minn S (minn #|A| #|predC A|))%N.

Theorem mixer_one_layer_lower : exists (W1 : 'M[F]_(S, n)) W2 (W3 : 'M[F]_(d, C)) W4,
  sep_ge (fun x y => mixer 'X^2 'X [:: plain_layer W1 W2 W3 W4] (mix A x y) q c) bound.
Proof.
set m := minn _ _; have [r rE] : exists r, S = (m + r)%N by exists (S - m)%N; rewrite subnKC // geq_minl.
have mA : (m <= #|A|)%N by rewrite /m geq_min geq_minl orbT.
have mB : (m <= #|predC A|)%N by rewrite /m geq_min geq_minr orbT.
have m0 : (0 < m)%N by rewrite !leq_min S0 A0.
have d0 : (0 < d)%N by apply: leq_ltn_trans (ltn_ord c).
clearbody m; rewrite rE; exists (sumW1 F r mA mB), (sumW2 F n m r), (sumW3 F d C0), (sumW4 F d C0).
exact: sumL_lower.
Qed.

Let z_squared := [:: Z0; Z0; Zpos xH].
Let z_first := [:: Z0; Zpos xH].
Let poly2 (R : comRingType) : lit_poly R z_squared = 'X^2.
Proof. by apply/polyP=> -[|[|[|k]]]; rewrite coef_Poly coefXn //= nth_nil. Qed.
Let poly1 (R : comRingType) : lit_poly R z_first = 'X.
Proof. by apply/polyP=> -[|[|k]]; rewrite coef_Poly coefX //= nth_nil. Qed.

(* every choice of the four matrices is one of weights *)
Lemma mixer_layers_onto (W1 : 'M[F]_(S, n)) W2 (W3 : 'M[F]_(d, C)) W4 :
  exists w : 'I_#|mixer_weight 1 S C n d| -> F, mixer_layers w = [:: plain_layer W1 W2 W3 W4].
Proof.
exists (fun v => match (enum_val v : mixer_weight 1 S C n d).2 with
  | inl (inl (a, b)) => W1 a b | inl (inr (a, b)) => W2 a b
  | inr (inl (a, b)) => W3 a b | inr (inr (a, b)) => W4 a b end).
rewrite /mixer_layers enum_ordSl /= (_ : enum 'I_0 = [::]) /=; last by apply/eqP; rewrite -size_eq0 size_enum_ord.
by congr [:: plain_layer _ _ _ _]; apply/matrixP=> a b; rewrite !mxE enum_rankK.
Qed.

Theorem mixer_one_layer_lower_generic : exists2 P : {mpoly F[#|mixer_weight 1 S C n d|]}, P != 0 &
  forall w, P.@[w] != 0 -> sep_ge (fun x y => mixer 'X^2 'X (mixer_layers w) (mix A x y) q c) bound.
Proof.
have [W1 [W2 [W3 [W4 low]]]] := mixer_one_layer_lower.
have [w0 w0E] := mixer_layers_onto W1 W2 W3 W4.
have nat_f := mixer_family_natural 1 S C z_squared z_first A q c.
have famE w s : sep_le (fun x y => mixer_family z_squared z_first A q c w x y) s <->
    sep_le (fun x y : 'M[F]_(n, d) => mixer 'X^2 'X (mixer_layers w) (mix A x y) q c) s.
  split=> [h|h].
    have := sep_le_comp (fun X : 'M[F]_(n, d) => mxvec X 0) (fun X : 'M[F]_(n, d) => mxvec X 0) h.
    by apply: eq_sep_le => x y; rewrite /mixer_family !vec_inK poly1 poly2.
  by apply: eq_sep_le (sep_le_comp (@vec_in n d F) (@vec_in n d F) h) => x y; rewrite /mixer_family poly1 poly2.
have [s /famE|P P0 HP] := @witness_theta _ _ _ _ bound nat_f F w0 (char0_infinite charF).
  by rewrite w0E => /low.
by exists P => // w Pw s /famE; apply: HP.
Qed.

Lemma plain_mixers (W1 : 'M[F]_(S, n)) W2 (W3 : 'M[F]_(d, C)) W4 :
  mixers 2 1 1 A S (fun x y => mixer 'X^2 'X [:: plain_layer W1 W2 W3 W4] (mix A x y) q c).
Proof.
exists (plain_layer W1 W2 W3 W4), [::], q, c; split=> [||//|x y]; last by rewrite expr1.
  by rewrite /plain /= !eqxx.
by [].
Qed.

Definition attentions L (g : 'M[F]_(n, d) -> 'M[F]_(n, d) -> F) := exists (Ws : seq (seq (head F d))) i p,
  size Ws = L /\ forall x y, g x y = net Ws (mix A x y) i p.

Hypothesis large : (d.+1 < bound)%N.

Theorem no_gap_one_layer f : attentions 1 f -> ~ gap f (mixers 2 1 1 A S).
Proof.
case=> Ws [i [p [sz fE]]] [r [up low]].
have [W1 [W2 [W3 [W4 HP]]]] := mixer_one_layer_lower.
have /up/HP := plain_mixers W1 W2 W3 W4.
have /low : sep_le f d.+1 by apply: eq_sep_le (attention_one_layer_sep_le A i p sz) => x y; rewrite fE.
lia.
Qed.

Theorem one_layer_reversed : exists2 P : {mpoly F[#|mixer_weight 1 S C n d|]}, P != 0 &
  forall w, P.@[w] != 0 -> gap (fun x y => mixer 'X^2 'X (mixer_layers w) (mix A x y) q c) (attentions 1).
Proof.
have [P P0 HP] := mixer_one_layer_lower_generic; exists P => // w Pw.
apply: gap_of large (HP w Pw) _ => g [Ws [i [p [sz gE]]]].
by apply: eq_sep_le (attention_one_layer_sep_le A i p sz) => x y; rewrite gE.
Qed.
End Generic.

(* an even split, with a hidden token width that does not limit *)
Section Shapes.
Variables (F : fieldType) (charF : [char F] =i pred0) (n a S C : nat) (A : pred 'I_n) (q : 'I_n).
Hypotheses (cA : #|A| = a) (cB : #|predC A| = a) (a0 : (0 < a)%N) (aS : (a <= S)%N) (C0 : (0 < C)%N).

Lemma one_layer_shape d (c : 'I_d) :
  (forall f : 'M[F]_(n, d) -> _, attentions A 1 f -> sep_le f (1 + d) /\ ~ gap f (mixers 2 1 1 A S)) /\
  exists2 P : {mpoly F[#|mixer_weight 1 S C n d|]}, P != 0 & forall w, P.@[w] != 0 ->
    let g x y := mixer 'X^2 'X (mixer_layers w) (mix A x y) q c in
    [/\ sep_le g (2 + d * a), sep_ge g (2 + d * a) & gap g (attentions A 1)].
Proof.
have mE : minn S (minn #|A| #|predC A|) = a by rewrite cA cB minnn; apply/minn_idPr.
have d0 : (0 < d)%N by apply: leq_ltn_trans (ltn_ord c).
have large : (d.+1 < 2 + d * minn S (minn #|A| #|predC A|))%N by rewrite mE; nia.
have S0 : (0 < S)%N by apply: leq_trans aS.
have A0 : (0 < #|A|)%N by rewrite cA.
have B0 : (0 < #|predC A|)%N by rewrite cB.
split=> [f hf|].
  split; last exact: (no_gap_one_layer charF q c S0 C0 A0 B0 large hf).
  case: hf => Ws [i [p [sz fE]]]; apply: eq_sep_le (attention_one_layer_sep_le A i p sz) => x y.
  by rewrite fE.
have [P P0 HP] := mixer_one_layer_lower_generic charF (d := d) q c S0 C0 A0 B0.
exists P => // w Pw g; have := HP w Pw; rewrite mE => low; split=> //; last first.
  apply: (gap_of _ low) => [|f [Ws [i [p [sz fE]]]]]; first by rewrite -mE; exact: large.
  by apply: eq_sep_le (attention_one_layer_sep_le A i p sz) => x y; rewrite fE.
rewrite -mE; apply: mixer_one_layer_sep_le.
have [l El] : exists l, mixer_layers w = [:: l] /\ plain l /\ thid l = S.
  rewrite /mixer_layers enum_ordSl /= (_ : enum 'I_0 = [::]); last by apply/eqP; rewrite -size_eq0 size_enum_ord.
  by eexists; split; [reflexivity | split; [rewrite /plain /= !eqxx | ]].
case: El => El [pl tl]; exists l, [::], q, c; split=> [||//|x y]; rewrite /= ?pl ?tl //.
by rewrite /g El expr1.
Qed.
End Shapes.

Lemma even_split (A : pred 'I_196) : #|A| = 98%N -> #|predC A| = 98%N.
Proof. by move=> cA; apply/eqP; rewrite -(eqn_add2l #|A|) cardC card_ord cA. Qed.

(* 196 tokens split evenly: Mixer-B/16 has sep 2 + 768 * 98 = 75266 for almost all weights, attention of ViT-B/16 at most 1 + 768 for all *)
Theorem one_layer_B16 (F : fieldType) (charF : [char F] =i pred0) (A : pred 'I_196) S C q (c : 'I_(12 * 64)) :
  #|A| = 98%N -> (98 <= S)%N -> (0 < C)%N ->
  (forall f : 'M[F]_(196, 12 * 64) -> _, attentions A 1 f -> sep_le f (1 + 12 * 64) /\ ~ gap f (mixers 2 1 1 A S)) /\
  exists2 P : {mpoly F[#|mixer_weight 1 S C 196 (12 * 64)|]}, P != 0 & forall w, P.@[w] != 0 ->
    let g x y := mixer 'X^2 'X (mixer_layers w) (mix A x y) q c in
    [/\ sep_le g (2 + 12 * 64 * 98), sep_ge g (2 + 12 * 64 * 98) & gap g (attentions A 1)].
Proof. by move=> cA S98 C0; have := @one_layer_shape F charF 196 98 S C A q cA (even_split cA) isT S98 C0 _ c. Qed.

(* 2 + 1024 * 98 = 100354, and at most 1 + 1024 *)
Theorem one_layer_L16 (F : fieldType) (charF : [char F] =i pred0) (A : pred 'I_196) S C q (c : 'I_(16 * 64)) :
  #|A| = 98%N -> (98 <= S)%N -> (0 < C)%N ->
  (forall f : 'M[F]_(196, 16 * 64) -> _, attentions A 1 f -> sep_le f (1 + 16 * 64) /\ ~ gap f (mixers 2 1 1 A S)) /\
  exists2 P : {mpoly F[#|mixer_weight 1 S C 196 (16 * 64)|]}, P != 0 & forall w, P.@[w] != 0 ->
    let g x y := mixer 'X^2 'X (mixer_layers w) (mix A x y) q c in
    [/\ sep_le g (2 + 16 * 64 * 98), sep_ge g (2 + 16 * 64 * 98) & gap g (attentions A 1)].
Proof. by move=> cA S98 C0; have := @one_layer_shape F charF 196 98 S C A q cA (even_split cA) isT S98 C0 _ c. Qed.
