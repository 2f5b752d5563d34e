(* Theorem 4.10 of theory.md: a Mixer of L + 1 layers with activations z ^ kt, kt >= 2, and z ^ kc, without biases
   and residual connections, hidden widths S, C > 0, d channels, both sides non-empty. Almost all weights have
   separation rank at least
     'C(d, M),   M = kc (kt kc) ^ L = kt ^ L kc ^ (L + 1)
   at every output entry. Equal to theory.md without biases and residual connections. All weights 1 have it: with z_p
   the sum of channel p over the tokens the output is then a constant times (\sum_p z_p ^ kt) ^ M.
     channel_power g k M u v == g (\sum_p (u_p + v_p) ^ k) ^ M; for M channels P the coefficient of \prod_(p in P) u_p
                                is a constant times \prod_(p in P) v_p ^ (k - 1), and these are independent
     one_layer               == a layer whose weights are 1 *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank CoefMatrix Witness Attention Mixer NetEval PairKernel MixerGeneric.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Power.
Variables (F : fieldType) (charF : [char F] =i pred0) (d k M : nat) (g : F).
Hypotheses (k1 : (1 < k)%N) (g0 : g != 0).
Implicit Types (u v : 'I_d -> F).

Definition channel_power u v := g * (\sum_p (u p + v p) ^+ k) ^+ M.

(* the part linear in each of the channels of a list *)
Lemma channel_moments n (c : 'I_n -> F) (v : 'I_n -> 'I_d -> F) s : uniq s -> (size s <= M)%N ->
  (forall u, \sum_j c j * (\sum_p (u p + v j p) ^+ k) ^+ M = 0) -> forall u,
  \sum_j c j * ((\sum_p (u p + v j p) ^+ k) ^+ (M - size s) * \prod_(p <- s) (u p + v j p) ^+ k.-1) = 0.
Proof.
move=> us sM H; elim: s us sM => [_ _ u|q s IH /= /andP[qs us] sM u].
  by rewrite -[RHS](H u); apply: eq_bigr => j _; rewrite big_nil mulr1 subn0.
have {}IH := IH us (ltnW sM); pose m := (M - (size s).+1)%N.
have mE : (M - size s = m.+1)%N by rewrite /m subnSK.
pose w j := \sum_(p | p != q) (u p + v j p) ^+ k; pose r j := \prod_(p <- s) (u p + v j p) ^+ k.-1.
have sumE j x : \sum_p (u p + (p == q)%:R * x + v j p) ^+ k = w j + (x + (u q + v j q)) ^+ k.
  rewrite (bigD1 q) //= eqxx mul1r addrC; congr (_ + _ ^+ _); last by rewrite addrCA addrA.
  by apply: eq_bigr => p /negPf->; rewrite mul0r addr0.
pose h j : {poly F} := ((w j)%:P + ('X + (u q + v j q)%:P) ^+ k) ^+ m.+1 * (r j)%:P.
have h0 : \sum_j c j *: h j = 0.
  apply: (poly_fun0 charF) => x; rewrite horner_sum -[RHS](IH (fun p => u p + (p == q)%:R * x)).
  apply: eq_bigr => j _; rewrite hornerZ hornerM hornerC horner_exp hornerD hornerC horner_exp hornerD hornerX hornerC.
  rewrite sumE mE; congr (_ * (_ * _)); rewrite /r big_seq [RHS]big_seq; apply: eq_bigr => p ps.
  by rewrite (_ : p == q = false) ?mul0r ?addr0 //; apply: contraNF qs => /eqP<-.
have alg (x y z : F) : x *+ k * y *+ m.+1 * z = (k * m.+1)%:R * (y * (x * z)).
  by rewrite -[x *+ k]mulr_natl -[_ *+ m.+1]mulr_natl natrM; ring.
have dh j : (h j)^`().[0] = (k * m.+1)%:R *
    ((\sum_p (u p + v j p) ^+ k) ^+ m * \prod_(p <- q :: s) (u p + v j p) ^+ k.-1).
  rewrite big_cons -/(r j) (bigD1 q) //= -/(w j) [_ ^+ k + w j]addrC.
  rewrite /h derivM derivC mulr0 addr0 hornerM hornerC deriv_exp derivD derivC add0r deriv_exp.
  rewrite derivD derivX derivC addr0.
  rewrite !(hornerMn, hornerM, horner_exp, hornerD, hornerC, hornerX) add0r mul1r.
  exact: alg.
have K0 : (k * m.+1)%:R != 0 :> F by rewrite ((charf0P F).1 charF) -lt0n muln_gt0 (ltnW k1).
apply: (mulfI K0); rewrite mulr0; transitivity ((\sum_j c j *: h j)^`().[0]); last by rewrite h0 deriv0 horner0.
rewrite linear_sum horner_sum mulr_sumr; apply: eq_bigr => j _.
by rewrite linearZ hornerZ dh mulrCA.
Qed.

Lemma channel_lower s : grid_le channel_power s -> ('C(d, M) <= s)%N.
Proof.
pose T := [finType of {P : {set 'I_d} | #|P| == M}].
have null : null_le channel_power (fun (t : T) v => \prod_(p in val t) v p ^+ k.-1).
  move=> n ys c H t; have szt : size (enum (val t)) = M by rewrite -cardE (eqP (valP t)).
  have := @channel_moments n c ys (enum (val t)) (enum_uniq _).
  rewrite szt leqnn subnn => /(_ isT) m; rewrite -[RHS](m _ (fun=> 0)) => [|u].
    by apply: eq_bigr => j _; rewrite mul1r big_enum; congr (_ * _); apply: eq_bigr => p _; rewrite add0r.
  apply: (mulfI g0); rewrite mulr0 -[RHS](H u) mulr_sumr; apply: eq_bigr => j _.
  by rewrite /channel_power mulrCA.
move/(null_grid null)/indep_grid; have -> : #|T| = 'C(d, M).
  by rewrite card_sig -[in RHS](card_ord d) -card_draws cardsE.
apply=> c H t; rewrite -[RHS](H (fun p => (p \in val t)%:R)) (bigD1 t) //= [X in c t * X]big1 => [|p ->].
  rewrite mulr1 big1 ?addr0 // => t' tt'; have : ~~ (val t' \subset val t).
    apply: contra tt' => sub; rewrite -val_eqE /= eqEcard sub.
    by rewrite (eqP (valP t)) (eqP (valP t')) /=.
  by case/subsetPn => p pt' /negPf pt; rewrite (bigD1 p) //= pt expr0n -subn1 subn_eq0 leqNgt k1 mul0r mulr0.
by rewrite expr1n.
Qed.
End Power.

Section Ones.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d S C kt kc : nat).
Hypotheses (S0 : (0 < S)%N) (C0 : (0 < C)%N) (n0 : (0 < n)%N) (d0 : (0 < d)%N).
Definition one_layer : layer F n d := @plain_layer S C n d F (const_mx 1) (const_mx 1) (const_mx 1) (const_mx 1).
Let natF0 m : (0 < m)%N -> m%:R != 0 :> F. Proof. by rewrite ((charf0P F).1 charF) -lt0n. Qed.

Lemma one_layerE (X : 'M[F]_(n, d)) : mixer_layer 'X^kt 'X^kc X one_layer =
  const_mx (C%:R * (S%:R * \sum_p (\sum_i X i p) ^+ kt) ^+ kc).
Proof.
rewrite /mixer_layer /channel_mixing /token_mixing /one_layer /plain_layer /= !(add0r, addr0).
apply/matrixP=> i p; rewrite !mxE.
pose Y : 'M[F]_(n, C) := (const_mx 1 : 'M_(n, S)) *m act 'X^kt (const_mx 1 *m X) *m const_mx 1.
have E b : act 'X^kc Y i b * (const_mx 1 : 'M_(C, d)) b p =
    (S%:R * \sum_p (\sum_i X i p) ^+ kt) ^+ kc.
  rewrite [const_mx _ _ _]mxE mulr1 mxE hornerXn; congr (_ ^+ _); rewrite mxE mulr_sumr; apply: eq_bigr => q _.
  rewrite [const_mx _ _ _]mxE mulr1 mxE (eq_bigr (fun=> (\sum_t X t q) ^+ kt)) => [|a _].
    by rewrite sumr_const card_ord mulr_natl.
  rewrite mxE mul1r mxE hornerXn; congr (_ ^+ _); rewrite mxE; apply: eq_bigr => t _.
  by rewrite mxE mul1r.
by rewrite (eq_bigr _ (fun b _ => E b)) sumr_const card_ord [RHS]mulr_natl.
Qed.

Lemma one_layer_const j a : exists2 e : F, e != 0 & forall x,
  foldl (mixer_layer 'X^kt 'X^kc) (const_mx (a * x)) (nseq j one_layer) =
  const_mx (e * a ^+ ((kt * kc) ^ j) * x ^+ ((kt * kc) ^ j)) :> 'M[F]_(n, d).
Proof.
elim: j a => [|j IH] a; first by exists 1 => [|x]; rewrite ?oner_neq0 // mul1r !expr1.
pose e : F := C%:R * (S%:R * d%:R * n%:R ^+ kt) ^+ kc.
have e0 : e != 0 by rewrite !(mulf_neq0, expf_neq0) ?natF0.
have [e' e'0 E] := IH (e * a ^+ (kt * kc)).
exists (e' * e ^+ ((kt * kc) ^ j)) => [|x]; first by rewrite mulf_neq0 ?expf_neq0.
rewrite /= one_layerE (eq_bigr (fun=> (n%:R * (a * x)) ^+ kt)) => [|p _]; last first.
  by rewrite (eq_bigr (fun=> a * x)) => [|t _]; rewrite ?mxE // sumr_const card_ord mulr_natl.
rewrite sumr_const card_ord -[_ *+ d]mulr_natl.
have -> : C%:R * (S%:R * (d%:R * (n%:R * (a * x)) ^+ kt)) ^+ kc = e * a ^+ (kt * kc) * x ^+ (kt * kc).
  by rewrite /e !exprMn !exprM !mulrA.
by rewrite E !exprMn -!exprM -expnS !mulrA.
Qed.

Lemma mixer_ones L (M := (kc * (kt * kc) ^ L)%N) : exists2 e : F, e != 0 & forall X i p,
  mixer 'X^kt 'X^kc (nseq L.+1 one_layer) X i p = e * (\sum_q (\sum_t X t q) ^+ kt) ^+ M.
Proof.
have [e e0 E] := one_layer_const L (C%:R * S%:R ^+ kc).
exists (e * (C%:R * S%:R ^+ kc) ^+ ((kt * kc) ^ L)) => [|X i p].
  by rewrite !(mulf_neq0, expf_neq0) ?natF0.
by rewrite /mixer /= one_layerE exprMn mulrA E mxE -exprM.
Qed.
End Ones.

Section Generic.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d L S C kt kc : nat) (A : pred 'I_n) (q : 'I_n) (c : 'I_d).
Hypotheses (S0 : (0 < S)%N) (C0 : (0 < C)%N) (A0 : (0 < #|A|)%N) (B0 : (0 < #|predC A|)%N) (k1 : (1 < kt)%N).
Local Notation M := (kc * (kt * kc) ^ L)%N.

Let power k := ncons k Z0 [:: Zpos xH].
Let powerE (R : comRingType) k : lit_poly R (power k) = 'X^k.
Proof.
apply/polyP => j; rewrite coef_Poly coefXn; have [js|js] := ltnP j k.+1; last first.
  by rewrite nth_default ?size_map ?size_ncons ?addn1 // eqn_leq leqNgt js.
rewrite (nth_map Z0) ?size_ncons ?addn1 // nth_ncons; move: js; rewrite ltnS leq_eqVlt.
by case: eqP => [->|_] /=; rewrite ?ltnn ?subnn ?mulr1z //; case: ltnP.
Qed.

Lemma mixer_layers_ones :
  mixer_layers (fun _ : 'I_#|mixer_weight L.+1 S C n d| => 1 : F) = nseq L.+1 (one_layer F n d S C).
Proof.
set l1 := one_layer _ _ _ _ _; rewrite /mixer_layers.
rewrite (_ : nseq L.+1 l1 = nseq (size (enum 'I_L.+1)) l1); last by rewrite size_enum_ord.
elim: (enum _) => //= l ls ->; congr (_ :: _).
by rewrite /mixer_layer_of /l1 /one_layer; congr plain_layer; apply/matrixP => a b; rewrite !mxE.
Qed.

Theorem mixer_channels_lower_generic : exists2 P : {mpoly F[#|mixer_weight L.+1 S C n d|]}, P != 0 &
  forall w, P.@[w] != 0 -> sep_ge (fun x y => mixer 'X^kt 'X^kc (mixer_layers w) (mix A x y) q c) 'C(d, M).
Proof.
have nat_f := mixer_family_natural L.+1 S C (power kt) (power kc) A q c.
have famE w s : sep_le (fun x y => mixer_family (power kt) (power kc) A q c w x y) s <->
    sep_le (fun x y : 'M[F]_(n, d) => mixer 'X^kt 'X^kc (mixer_layers w) (mix A x y) q c) s.
  split=> [h|h].
    have := sep_le_comp (fun X : 'M[F]_(n, d) => mxvec X 0) (fun X : 'M[F]_(n, d) => mxvec X 0) h.
    by apply: eq_sep_le => x y; rewrite /mixer_family !vec_inK !powerE.
  by apply: eq_sep_le (sep_le_comp (@vec_in n d F) (@vec_in n d F) h) => x y; rewrite /mixer_family !powerE.
have [s /famE|P P0 HP] := @witness_theta _ _ _ _ 'C(d, M) nat_f F (fun=> 1) (char0_infinite charF).
  rewrite mixer_layers_ones => /sep_grid fs.
  have n0 : (0 < n)%N by apply: leq_ltn_trans (ltn_ord q).
  have d0 : (0 < d)%N by apply: leq_ltn_trans (ltn_ord c).
  have [e e0 E] := mixer_ones charF kt kc S0 C0 n0 d0 L.
  have [/card_gt0P[i Ai] /card_gt0P[j Bj]] := (A0, B0).
  apply: (channel_lower charF k1 e0).
  pose put (t0 : 'I_n) (u : 'I_d -> F) : 'M[F]_(n, d) := \matrix_(t, p) ((t == t0)%:R * u p).
  apply: eq_grid (grid_comp (put i) (put j) fs) => u v; rewrite E /channel_power; congr (_ * _ ^+ _).
  apply: eq_bigr => p _; congr (_ ^+ _).
  have ij : i != j by apply: contraTneq Ai => ->.
  rewrite (bigD1 i) //= (bigD1 j) 1?eq_sym //= !mxE [A i]Ai (negPf Bj : A j = false) !eqxx !mul1r.
  rewrite big1 ?addr0 // => t /andP[ti tj].
  by rewrite mxE; case: (A t); rewrite mxE ?(negPf ti) ?(negPf tj) mul0r.
by exists P => // w Pw s /famE; apply: HP.
Qed.
End Generic.
