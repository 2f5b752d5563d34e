(* theory.md Theorem 5.3: attention of L layers, H heads of width da, d = H da, each layer followed by a position-wise part
   tau(Y W3) W4, tau a polynomial of degree k >= 2, at least one hidden channel; biases in the attention (on queries, keys,
   values and output) and in the position-wise part, and residual connections around them, in each block as its options say;
   any partition with both parts non-empty. Some weights, with biases 0, and so almost all give separation rank at least
     \sum_(i <= m) mc (d - 1) (2 k i),  m = k ^ (L - 1) (3 ^ (L - 1) - 1) / 2,
   at every output entry. Equal to theory.md, which asks d <= H da in the first layer only.
   The weights are those of Theorem 3.4, the position-wise part takes the k-th power of coordinate 0. After block l + 1 it is
   (Y_l, Z_l) in two tokens and 0 in the others: (Y_0, Z_0) = (alpha ^ k, t ^ k), and
     Y_(l+1) = (Y_l (Y_l ^ 2 + Z_l ^ 2)) ^ k,  Z_(l+1) = (Z_l (Y_l ^ 2 + Z_l ^ 2)) ^ k
   so Y_l and Z_l ^ 2 are polynomials in alpha and w = t ^ (2 k); at alpha = 1 their coefficients are positive integers
   between two degrees in w: from 0 to k ^ l C_l, and from k ^ l to (3 k) ^ l.
     yz k l             == (Y_l, Z_l ^ 2) as polynomials in w with coefficients polynomials in alpha
     at_ alpha w p      == p at these values
     support lo hi p    == p has degree at most hi in w, and at alpha = 1 natural numbers as coefficients, positive from lo to hi
     pw_kernel k l a b  == Y_l at alpha a, <a,b>
     pw_weights         == the blocks *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWeights GenericWeights Mixer.
From Seprank Require Import PowerRank AttentionPower PositionWise PositionWiseWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Support.
Variables (F : fieldType).
Implicit Types p q : {poly {poly F}}.

Definition support lo hi p := [/\ (lo <= hi)%N, (size p <= hi.+1)%N & exists N : nat -> nat,
  (forall i, (p`_i).[1] = (N i)%:R) /\ forall i, (lo <= i <= hi)%N -> (0 < N i)%N].

Lemma support_const (c : {poly F}) : c.[1] = 1 -> support 0 0 c%:P.
Proof.
move=> c1; split=> //; first exact: size_polyC_leq1.
exists (fun i => (i == 0)%N : nat); split=> [i|[|i]] //.
by rewrite coefC; case: i => [|i] /=; rewrite ?c1 ?horner0.
Qed.

Lemma support_X : support 1 1 'X.
Proof.
split=> //; first by rewrite size_polyX.
exists (fun i => (i == 1)%N : nat); split=> [i|[|[|i]]] //.
by rewrite coefX; case: (i == 1)%N; rewrite /= ?hornerC ?horner0.
Qed.

Lemma supportM lo hi lo' hi' p q : support lo hi p -> support lo' hi' q -> support (lo + lo') (hi + hi') (p * q).
Proof.
case=> lh sp [N [NE N0]] [lh' sq [N' [NE' N0']]]; split; first exact: leq_add.
  by apply: leq_trans (size_mul_leq _ _) _; lia.
exists (fun i => \sum_(j < i.+1) N j * N' (i - j))%N; split=> [i|i hi_].
  rewrite coefM horner_sum natr_sum; apply: eq_bigr => j _.
  by rewrite hornerM NE NE' natrM.
have ji : (minn hi (i - lo') < i.+1)%N by lia.
rewrite (bigD1 (Ordinal ji)) //= ltn_addr // muln_gt0 N0 ?N0' //; lia.
Qed.

Lemma supportX lo hi k p : support lo hi p -> support (k * lo) (k * hi) (p ^+ k).
Proof.
move=> H; elim: k => [|k IH]; first by rewrite !mul0n expr0; apply: (@support_const 1); rewrite hornerC.
by rewrite exprS !mulSn; apply: supportM.
Qed.

Lemma supportD lo hi lo' hi' p q : (lo <= lo')%N -> (lo' <= hi.+1)%N -> (hi <= hi')%N ->
  support lo hi p -> support lo' hi' q -> support lo hi' (p + q).
Proof.
move=> h1 h2 h3 [lh sp [N [NE N0]]] [lh' sq [N' [NE' N0']]]; split; first by lia.
  by apply: leq_trans (size_add _ _) _; rewrite geq_max sq andbT; lia.
exists (fun i => N i + N' i)%N; split=> [i|i hi_]; first by rewrite coefD hornerD NE NE' natrD.
rewrite addn_gt0; apply/orP; have [ih|ih] := leqP i hi; [left; apply: N0 | right; apply: N0']; lia.
Qed.

Variable k : nat.
Fixpoint yz l : {poly {poly F}} * {poly {poly F}} :=
  if l is l.+1 then let s := (yz l).1 ^+ 2 + (yz l).2 in (((yz l).1 * s) ^+ k, ((yz l).2 * s ^+ 2) ^+ k)
  else (('X^k)%:P, 'X).

Lemma yz_support l : (0 < k)%N ->
  support 0 (k ^ l * gdeg l) (yz l).1 /\ support (k ^ l) ((3 * k) ^ l) (yz l).2.
Proof.
move=> k0; elim: l => [|l [Hy Hz]].
  split=> /=; last exact: support_X.
  by apply: support_const; rewrite hornerXn expr1n.
have kl : (0 < k ^ l)%N by rewrite expn_gt0 k0.
have g := gdegD l.
have E : ((3 * k) ^ l = k ^ l * (2 * gdeg l).+1)%N by rewrite g expnMn mulnC.
have Hs : support 0 ((3 * k) ^ l) ((yz l).1 ^+ 2 + (yz l).2).
  have h1 : (k ^ l <= (2 * (k ^ l * gdeg l)).+1)%N.
    by have := gdeg_gt0 l; case: (l) => [|l'] g0; [rewrite expn0 | nia].
  have h2 : (2 * (k ^ l * gdeg l) <= (3 * k) ^ l)%N by rewrite E; nia.
  by have := supportX 2 Hy; rewrite muln0 => Hy2; apply: supportD Hy2 Hz.
split=> /=.
  have := supportX k (supportM Hy Hs); rewrite addn0 muln0 E.
  rewrite gdegS (_ : k * (k ^ l * gdeg l + k ^ l * (2 * gdeg l).+1) = k ^ l.+1 * (3 * gdeg l).+1)%N //.
  by rewrite expnS -mulnDr mulnA; congr (_ * _)%N; lia.
have := supportX k (supportM Hz (supportX 2 Hs)); rewrite muln0 addn0.
rewrite (_ : k * ((3 * k) ^ l + 2 * (3 * k) ^ l) = (3 * k) ^ l.+1)%N ?expnS //.
by rewrite -[X in (X + _)%N]mul1n -mulnDl mulnA [(k * _)%N]mulnC.
Qed.

(* values *)
Definition at_ (al w : F) p := (p.[w%:P]).[al].

Lemma at_M al w p q : at_ al w (p * q) = at_ al w p * at_ al w q.
Proof. by rewrite /at_ !hornerM. Qed.
Lemma at_D al w p q : at_ al w (p + q) = at_ al w p + at_ al w q.
Proof. by rewrite /at_ !hornerD. Qed.
Lemma at_X al w p e : at_ al w (p ^+ e) = at_ al w p ^+ e.
Proof. by rewrite /at_ !horner_exp. Qed.

Definition cube_power (YZ : F * F) :=
  ((YZ.1 * (YZ.1 ^+ 2 + YZ.2 ^+ 2)) ^+ k, (YZ.2 * (YZ.1 ^+ 2 + YZ.2 ^+ 2)) ^+ k).

Lemma at_yz al t l : let YZ := iter l cube_power (al ^+ k, t ^+ k) in
  at_ al (t ^+ (2 * k)) (yz l).1 = YZ.1 /\ at_ al (t ^+ (2 * k)) (yz l).2 = YZ.2 ^+ 2.
Proof.
elim: l => [|l /= [Hy Hz]].
  rewrite /= /at_ hornerC hornerX hornerXn hornerC; split=> //.
  by rewrite -exprM mulnC.
rewrite !(at_X, at_M, at_D) Hy Hz; split=> //.
by rewrite -exprM mulnC exprM; congr (_ ^+ k); rewrite exprMn.
Qed.
End Support.

Section Kernel.
Variables (F : fieldType) (charF : [char F] =i pred0) (k m l : nat).
Hypothesis k0 : (0 < k)%N.
Implicit Types a b : 'rV[F]_m.
Local Notation e := (k ^ l * gdeg l)%N.
Local Notation Y := (yz F k l).1.

Definition pw_kernel a b := (iter l (cube_power k) (alpha a ^+ k, dot a b ^+ k)).1.

Lemma pw_kernelE a b : pw_kernel a b = \sum_(i < e.+1) (Y`_i).[alpha a] * dot a b ^+ (2 * k * i).
Proof.
rewrite /pw_kernel -(proj1 (at_yz k (alpha a) (dot a b) l)) /at_.
have [[_ sz _] _] := yz_support F l k0.
rewrite (horner_coef_wide _ sz) horner_sum; apply: eq_bigr => i _.
by rewrite hornerM horner_exp hornerC -exprM.
Qed.

Lemma null_pw_kernel :
  null_le pw_kernel (fun (ia : 'I_e.+1 * 'rV[F]_m) b => dot ia.2 b ^+ (2 * k * ia.1)).
Proof.
move=> N bs c Hc [i a] /=.
pose al : {poly F} := 1%:P + (dot a a)%:P * 'X^2.
pose P (i : 'I_e.+1) := \sum_j c j * dot a (bs j) ^+ (2 * k * i).
have [[_ _ [M [ME M0]]] _] := yz_support F l k0.
have k2 : (0 < 2 * k)%N by rewrite muln_gt0.
suff /(_ i) : forall i, P i = 0 by [].
apply: (lowest_parts (u := fun i => (Y`_(nat_of_ord i)) \Po al) charF k2) => [j|t].
  rewrite horner_comp /al hornerD hornerM !hornerC hornerXn expr0n mulr0 addr0 ME ((charf0P F).1 charF) -lt0n.
  by apply: M0; rewrite leq0n /= -ltnS; exact: ltn_ord.
rewrite -[RHS](Hc (t *: a)); under [RHS]eq_bigr do rewrite pw_kernelE mulr_sumr.
rewrite exchange_big; apply: eq_bigr => j _; rewrite /P !(mulr_sumr, mulr_suml); apply: eq_bigr => q _.
have -> : ((Y`_(nat_of_ord j)) \Po al).[t] = (Y`_j).[alpha (t *: a)].
  rewrite horner_comp; congr (_.[_]).
  by rewrite /al /alpha hornerD hornerM !hornerC hornerXn dotZl (dotC a (t *: a)) dotZl; ring.
rewrite dotZl exprMn; move: (t ^+ _) (dot _ _ ^+ _) (_.[_]) => x y z; ring.
Qed.

Theorem pw_kernel_lower s :
  grid_le pw_kernel s -> (\sum_(i < e.+1) mc m (2 * k * i) <= s)%N.
Proof.
move=> /(null_grid null_pw_kernel) fs; have k2 : (0 < 2 * k)%N by rewrite muln_gt0.
pose M (i : 'I_e.+1) := mon [finType of 'I_m] (2 * k * i); pose T := {i : 'I_e.+1 & M i}.
have /indep_grid : grid_le (fun (t : T) (b : 'rV[F]_m) => (b 0) ^^ (val (tagged t))) s.
  apply: null_grid fs => N bs c Hc [i t].
  by apply: (null_dotX charF (n := m) (k := 2 * k * i)) => a; apply: (Hc (i, a)).
suff card : #|{: T}| = (\sum_(i < e.+1) mc m (2 * k * i))%N.
  rewrite -card; apply => c Hc [i t].
  apply: (indep_mon_rV charF (c := fun t => c (existT M i t))) => b {t}.
  pose P i := \sum_(t : M i) c (existT M i t) * (b 0) ^^ (val t).
  apply: (lowest_parts (P := P) (u := fun _ => 1) charF k2) => // [j|x]; first by rewrite hornerC oner_neq0.
  rewrite -[RHS](Hc (x *: b)) /P; under eq_bigr do rewrite mulr_suml.
  rewrite sig_big_dep /=; apply: eq_bigr => -[j u] _ /=.
  by rewrite monoZ hornerC mulr1 mulrAC -mulrA.
rewrite card_tagged sumnE big_map big_enum /=.
by apply: eq_bigr => i _; rewrite card_mon card_ord.
Qed.
End Kernel.

Section Weights.
Variables (F : fieldType) (n m C H da k : nat) (c : F) (i j : 'I_n) (c0 : 'I_C).
Hypotheses (k0 : (0 < k)%N) (cn0 : c != 0) (ij : i != j) (H0 : (0 < H)%N) (dE : m.+1 = (H * da)%N).
Local Notation d := (1 + m)%N.
Let p0 : 'I_d := ord0.
Local Notation E := (unitM F p0).

Definition first_W3 : 'M[F]_(d, C) := delta_mx p0 c0.
Definition first_W4 : 'M[F]_(C, d) := \matrix_(a, b) ((a == c0)%:R / c).
Definition pw_of Hs : plain_block F d C := Plain Hs first_W3 first_W4.
Definition pw_weights L : seq (plain_block F d C) := pw_of (blocks H da E) :: nseq L (pw_of (solo H (E, E))).
Definition spread (y : 'cV[F]_n) : 'M[F]_(n, d) := y *m const_mx 1.
Definition two_tokens (YZ : F * F) : 'cV[F]_n := YZ.1 *: delta_mx i 0 + YZ.2 *: delta_mx j 0.

Lemma top_pw_of Hs (Y : 'M[F]_(n, d)) (y : 'cV[F]_n) : att Hs Y = y *m delta_mx 0 p0 ->
  top_block c k (pw_of Hs) Y = spread (\col_t y t 0 ^+ k).
Proof.
move=> yE; rewrite /top_block /= yE; apply/matrixP=> t b; rewrite mxE (bigD1 c0) //= big1 ?addr0 => [|a /negPf ac].
  rewrite /first_W3 -mulmxA mul_delta_mx [RHS]mxE big_ord1 !mxE big_ord1 !mxE !eqxx /= !mulr1 hornerZ hornerXn.
  by rewrite mul1r mulrC mulKf.
by rewrite [first_W4 _ _]mxE ac mul0r mulr0.
Qed.

Lemma att_spread y : att (solo H (E, E)) (spread y) = ((y^T *m y) 0 0 *: y) *m delta_mx 0 p0.
Proof.
rewrite att_solo /att1 /= /spread trmx_mul; set o : 'rV[F]_d := const_mx 1.
have oE : o *m E = delta_mx 0 p0.
  apply/rowP=> b; rewrite mxE (bigD1 p0) //= big1 ?addr0 => [|a /negPf ap]; last by rewrite !mxE ap mulr0.
  by rewrite !mxE !eqxx mul1r.
have eo : (delta_mx 0 p0 : 'rV[F]_d) *m o^T = 1%:M.
  apply/matrixP=> a b; rewrite !ord1 mxE (bigD1 p0) //= big1 ?addr0 => [|l /negPf lp]; last by rewrite !mxE lp andbF mul0r.
  by rewrite !mxE !eqxx mul1r.
rewrite -(mulmxA y) oE !mulmxA -(mulmxA y) eo mulmx1 -(mulmxA _ o) oE.
by rewrite -(mulmxA y) [in LHS](mx11_scalar (y^T *m y)) mul_mx_scalar.
Qed.

Lemma pow_two_tokens YZ : \col_t two_tokens YZ t 0 ^+ k = two_tokens (YZ.1 ^+ k, YZ.2 ^+ k).
Proof.
apply/colP=> t; rewrite !mxE; have [->|ti] := eqVneq t i.
  by rewrite (negPf ij) /= !mulr1 !mulr0 !addr0.
by have [_|tj] := eqVneq t j; rewrite /= ?mulr1 !mulr0 ?add0r // expr0n (gtn_eqF k0).
Qed.

Lemma top_pw_weights L p (a b : 'rV[F]_m) :
  top_net c k (pw_weights L) (tok i (row_mx 1%:M a) + tok j (row_mx 0 b)) i p = pw_kernel k L a b.
Proof.
rewrite /top_net /= (top_pw_of (y := two_tokens (alpha a, dot a b))); last first.
  by rewrite att_blocks // gram_powerW.
rewrite pow_two_tokens /= /pw_kernel; set YZ := (_, _).
have -> : foldl (fun Y l => top_block c k l Y) (spread (two_tokens YZ)) (nseq L (pw_of (solo H (E, E)))) =
    spread (two_tokens (iter L (cube_power k) YZ)).
  elim: L YZ => [|L IH] YZ //=; rewrite (top_pw_of (att_spread _)) -iterS iterSr -IH; congr foldl; congr spread.
  rewrite (square_two_tokens ij erefl) /two_tokens scalerDr !scalerA.
  by rewrite (pow_two_tokens ((YZ.1 ^+ 2 + YZ.2 ^+ 2) * YZ.1, (YZ.1 ^+ 2 + YZ.2 ^+ 2) * YZ.2)) /cube_power ![_ * (_ + _)]mulrC.
by rewrite mxE big_ord1 !mxE !eqxx (negPf ij) !mulr1 mulr0 addr0.
Qed.
End Weights.

Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d C H da L k : nat) (tau : {poly F}) (os : seq pw_options).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (H0 : (0 < H)%N) (L0 : (0 < L)%N) (C0 : (0 < C)%N) (dE : d = (H * da)%N).
Hypotheses (k1 : (1 < k)%N) (st : size tau = k.+1) (so : size os = L).
Local Notation bound := (\sum_(i < (k ^ L.-1 * gdeg L.-1).+1) mc d.-1 (2 * k * i))%N.

Theorem position_wise_lower (p : 'I_d) : S i != S j -> exists2 ls : seq (plain_block F d C),
  has_shape L H da (map (@p_heads F d C) ls) &
  sep_ge (fun x y => pw_net tau os (map (@unbiased F _ C) ls) (mix S x y) i p) bound.
Proof.
have tk : tau`_k != 0 by rewrite -[k]/(k.+1.-1) -st -/(lead_coef tau) lead_coef_eq0 -size_poly_eq0 st.
have k0 := ltnW k1; pose c0 := Ordinal C0.
case: d p dE => [[]//|m] p dE'; case: L L0 so => // L' _ so' SS.
have ij : i != j by apply: contraNneq SS => ->.
have da0 : (0 < da)%N by case: da dE' => //; rewrite muln0.
pose ls := pw_weights m H da tau`_k c0 L' : seq (plain_block F m.+1 C); exists ls.
  rewrite /ls /pw_weights /= map_nseq /=; apply: shape_cons; first exact: size_blocks.
    by apply: low_rank_blocks => //; rewrite /unitM mxrank_delta.
  by apply: shape_nseq; [apply: size_solo | apply/low_rank_solo/low_rank_unitM].
have one (T : pred 'I_n) s : T i -> ~~ T j ->
    sep_le (fun x y : 'M[F]_(n, m.+1) => pw_net tau os (map (@unbiased F _ C) ls) (mix T x y) i p) s -> (\sum_(i < (k ^ L' * gdeg L').+1) mc m (2 * k * i) <= s)%N.
  move=> Ti Tj /sep_grid fs; apply: (pw_kernel_lower charF k0).
  have sls : size os = size ls by rewrite /= size_nseq.
  have sz : (size tau <= k.+1)%N by rewrite st.
  have {}fs := lead_grid charF (lead_pw_net (n := n) k1 sz sls i p) fs.
  pose xs a : 'M[F]_(n, m.+1) := tok i (row_mx 1%:M a).
  pose ys b : 'M[F]_(n, m.+1) := tok j (row_mx (0 : 'rV_1) b).
  apply: eq_grid (grid_comp xs ys fs) => a b; rewrite mix_tok //.
  exact: top_pw_weights.
move=> s fs; case Si: (S i); first by apply: (one S) => //; move: SS; rewrite Si; case: (S j).
apply: (one (predC S)); rewrite /= ?Si //; first by move: SS; rewrite Si; case: (S j).
by apply: eq_sep_le (sep_le_sym fs) => x y; rewrite mixC.
Qed.
End Lower.

Section Generic.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d C H da L k : nat) (tau : {poly F}) (os : seq pw_options).
Variables (S : pred 'I_n) (i j : 'I_n) (p : 'I_d).
Hypotheses (H0 : (0 < H)%N) (L0 : (0 < L)%N) (C0 : (0 < C)%N) (dE : d = (H * da)%N).
Hypotheses (k1 : (1 < k)%N) (st : size tau = k.+1) (so : size os = L).
Local Notation bound := (\sum_(i < (k ^ L.-1 * gdeg L.-1).+1) mc d.-1 (2 * k * i))%N.

Theorem position_wise_lower_generic : S i != S j -> exists2 P : {mpoly F[#|pw_index L H da d C|]}, P != 0 &
  forall w, P.@[w] != 0 -> sep_ge (fun x y => pw_net tau os (pw_layers w) (mix S x y) i p) bound.
Proof. by move=> SS; apply/(pw_lower_generic charF)/(position_wise_lower charF H0 L0 C0 dE k1 st so p SS). Qed.
End Generic.
