(* Trees and the part of degree 2: Theorem 4.7 (c) of theory.md, in characteristic 0.
   As in MixerTreesNarrow.v, with S the hidden token width of the first layer and D = k M the degree of the network. The
   part of degree 2 in the tokens of B has separation rank at most
     square_dim d S = mc d 2 + mc (d (S - 1)) 2,
   so N_A(D - 2) is also at most this, if D >= 2; with two sides of one token, or S = 1, N_B(D - 2) too.
   Relation to theory.md: (c) is the case S = 2, where this is 2 mc d 2 (square_dim2); here S is any number, and the
   proof needs no generic weights. Let lam_s x_p + v_(s,p) be the entries behind the first map. If lam_(s0) is not 0,
   put
     al_p = v_(s0,p) / lam_(s0), be_(s,p) = v_(s,p) - lam_s al_p;
   so the entries are lam_s (x_p + al_p) + be_(s,p), and be_(s0,p) = 0. With c al and c be for al and be every later
   state is, up to c^2,
     w_n G_p(x + c al) + c \sum_m V_(n,m) (d_m G_p)(x + c al) + c^2 H_(n,p),
   with numbers w_n, V linear in be, and G_p polynomials: linear maps of either side and powers of the entries keep this
   form. In the coefficient of c^2 of an output the first two terms are a sum of products of the d_m d_m' G(x) with
   functions of B, and H is a sum of products of the be_(s,p) be_(s',p'), s and s' not s0, with functions of A. If all
   lam_s are 0, the network does not depend on x, and 0 for x_p and 1 for lam_s give the same entries.

   shifted xi al x y G  == G at xi x + c al y, a polynomial in c
   order b n h          == the coefficient of c^0 of h x y is a sum of products of n of the b_i y, with functions of x
   jet_poly ..          == the three terms, a polynomial in c
   jet xi al b Z        == the entries of Z x y c are of that form, with V of order 1 and H of order 2
   quadratic_part       == the bound for the part of degree 2
   quadratic_dim d S C k ks a == N_A(a) with (b) and (c) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention TwoSidedPoly Mixer DegreeCover.
From Seprank Require Import MixerSupport MixerSpan MixerTrees MixerTreesNarrow PowerRank GridRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* a symmetric family of two indices *)
Lemma spanned_pairs (R : comRingType) (X : Type) (K : finType) (g : K -> K -> X -> R) :
  (forall i j x, g i j x = g j i x) -> spanned xpredT (fun (p : K * K) x => g p.1 p.2 x) (mc #|K| 2).
Proof.
move=> sym; pose Q := [pred p : K * K | (enum_rank p.1 <= enum_rank p.2)%N].
have cQ : (#|Q| <= mc #|K| 2)%N.
  pose f (p : K * K) := [tuple enum_rank p.1; enum_rank p.2].
  have fI : injective f by move=> [u v] [u' v'] [/enum_rank_inj -> /enum_rank_inj ->].
  rewrite -card_sorted_mc -(card_imset _ fI); apply/subset_leq_card/subsetP => _ /imsetP[p Qp ->].
  by rewrite inE /= andbT.
apply: spannedW cQ _.
pose so (p : K * K) := if p \in Q then p else (p.2, p.1).
have soQ p : so p \in Q.
  by rewrite /so; case: ifP => // /negbT; rewrite !inE -ltnNge => /ltnW.
apply: (spanned_trans (a := fun p q => (so p == q)%:R) (h := fun (p : K * K) x => g p.1 p.2 x) _ (spanned_self Q _)) =>
  p x _.
rewrite (bigD1 (so p)) /=; last exact: soQ.
rewrite eqxx mul1r big1 ?addr0 => [|q /andP[_ /negPf nq]]; last by rewrite eq_sym nq mul0r.
by rewrite /so; case: ifP.
Qed.

(* inputs x + c al, and products of n of the b *)
Section Jets.
Variables (R : comRingType) (d : nat) (K : finType) (X Y : Type).
Variables (xi : 'I_d -> X -> R) (al : 'I_d -> Y -> R) (b : K -> Y -> R).

Definition shifted x y (G : {mpoly R[d]}) : {poly R} :=
  locked (mmap [rmorphism of @polyC R] (fun p => (xi p x)%:P + al p y *: 'X) G).

Lemma shiftedD x y G H : shifted x y (G + H) = shifted x y G + shifted x y H.
Proof. by rewrite /shifted -!lock mmapD. Qed.

Lemma shiftedM x y G H : shifted x y (G * H) = shifted x y G * shifted x y H.
Proof. by rewrite /shifted -!lock rmorphM. Qed.

Lemma shiftedC x y c : shifted x y c%:MP = c%:P.
Proof. by rewrite /shifted -lock mmapC. Qed.

Lemma shiftedX x y p : shifted x y 'X_p = (xi p x)%:P + al p y *: 'X.
Proof. by rewrite /shifted -lock mmapX mmap1U. Qed.

Lemma shiftedZ x y c G : shifted x y (c *: G) = c *: shifted x y G.
Proof. by rewrite /shifted -!lock mmapZ -mul_polyC. Qed.

Lemma shifted_coef0 x y G : (shifted x y G)`_0 = G.@[fun p => xi p x].
Proof.
rewrite /shifted -lock /mmap mevalE coef_sum; apply: eq_bigr => m _ /=; rewrite coefCM; congr (_ * _).
rewrite -horner_coef0 /mmap1 horner_prod; apply: eq_bigr => p _.
by rewrite horner_exp hornerD hornerC hornerZ hornerX mulr0 addr0.
Qed.

Lemma deriv_var p m : ('X_p : {mpoly R[d]})^`M(m) = ((p == m)%:R)%:MP.
Proof.
rewrite mderivX mnm1E; case: eqP => [->|_]; last by rewrite scale0r mpolyC0.
by rewrite scale1r mpolyC1 (_ : (U_(m) - U_(m))%MM = 0%MM) ?mpolyX0 //; apply/mnmP => q; rewrite mnmBE subnn mnm0E.
Qed.

Lemma deriv_shifted x y G : (shifted x y G)^`() = \sum_p al p y *: shifted x y G^`M(p).
Proof.
pose P H := (shifted x y H)^`() = \sum_p al p y *: shifted x y H^`M(p).
have PM H H' : P H -> P H' -> P (H * H').
  rewrite /P shiftedM derivM => -> ->; rewrite mulr_suml mulr_sumr -big_split; apply: eq_bigr => p _ /=.
  by rewrite mderivM shiftedD !shiftedM scalerDr scalerAl scalerAr.
have PC c : P c%:MP.
  by rewrite /P shiftedC derivC big1 // => p _; rewrite mderivC -mpolyC0 shiftedC scaler0.
have PX i : P 'X_i.
  rewrite /P shiftedX derivD derivC derivZ derivX add0r (bigD1 i) //= big1 ?addr0 => [|p np].
    by rewrite deriv_var eqxx shiftedC alg_polyC.
  by rewrite deriv_var eq_sym (negPf np) shiftedC scaler0.
elim/mpolyind: G => [|c m G _ _ IH]; first by rewrite -mpolyC0; apply: PC.
have Pm : P 'X_[m].
  rewrite mpolyXE_id; apply: (big_ind P); [by rewrite -mpolyC1; apply: PC|move=> u v; exact: PM|move=> i _].
  by elim: (m i) => [|e IHe]; [rewrite expr0 -mpolyC1; apply: PC|rewrite exprS; apply: PM].
rewrite shiftedD derivD IH shiftedZ derivZ Pm scaler_sumr -big_split; apply: eq_bigr => p _ /=.
by rewrite mderivD mderivZ shiftedD shiftedZ scalerDr !scalerA mulrC.
Qed.

Lemma shifted_coef1 x y G : (shifted x y G)`_1 = \sum_p al p y * (G^`M(p)).@[fun q => xi q x].
Proof.
rewrite -[LHS]mulr1n -(coef_deriv _ 0) deriv_shifted coef_sum; apply: eq_bigr => p _.
by rewrite coefZ shifted_coef0.
Qed.

Lemma shifted_coef2 x y G :
  (shifted x y G)`_2 *+ 2 = \sum_p \sum_q al p y * al q y * (G^`M(p)^`M(q)).@[fun q => xi q x].
Proof.
rewrite -(coef_deriv _ 1) deriv_shifted coef_sum; apply: eq_bigr => p _.
by rewrite coefZ shifted_coef1 mulr_sumr; apply: eq_bigr => q _; rewrite mulrA.
Qed.

(* the coefficient of c^0 is a combination of products of n of the b, with functions of x *)
Definition order (n : nat) (h : X -> Y -> {poly R}) := exists (T : finType) (a : T -> X -> R) (s : T -> seq K),
  (forall t, size (s t) = n) /\ forall x y, (h x y)`_0 = \sum_t a t x * \prod_(i <- s t) b i y.

Lemma eq_order n (h h' : X -> Y -> {poly R}) : (forall x y, (h x y)`_0 = (h' x y)`_0) -> order n h -> order n h'.
Proof. by move=> E [T [a [s [Hs H]]]]; exists T, a, s; split=> // x y; rewrite -E. Qed.

Lemma order_x a (h : X -> Y -> {poly R}) : (forall x y, (h x y)`_0 = a x) -> order 0 h.
Proof.
by move=> E; exists [finType of 'I_1], (fun=> a), (fun=> [::]); split=> // x y; rewrite E big_ord1 big_nil mulr1.
Qed.

Lemma order_b i (h : X -> Y -> {poly R}) : (forall x y, (h x y)`_0 = b i y) -> order 1 h.
Proof.
move=> E; exists [finType of 'I_1], (fun _ _ => 1), (fun=> [:: i]); split=> // x y.
by rewrite E big_ord1 big_seq1 mul1r.
Qed.

Lemma order0 n (h : X -> Y -> {poly R}) : (forall x y, (h x y)`_0 = 0) -> order n h.
Proof.
move=> E; exists [finType of 'I_0], (fun _ _ => 0), (fun t : 'I_0 => False_rect _ (notF (ltn_ord t))).
by split=> [[]|x y] //; rewrite E big_ord0.
Qed.

Lemma orderD n (h h' : X -> Y -> {poly R}) : order n h -> order n h' -> order n (fun x y => h x y + h' x y).
Proof.
case=> T [a [s [Hs H]]] [T' [a' [s' [Hs' H']]]].
exists [finType of T + T'], (fun t => match t with inl t => a t | inr t => a' t end),
  (fun t => match t with inl t => s t | inr t => s' t end); split=> [[]|x y] //.
by rewrite big_sumType coefD H H'.
Qed.

Lemma order_sum n (T : Type) (r : seq T) (h : T -> X -> Y -> {poly R}) :
  (forall t, order n (h t)) -> order n (fun x y => \sum_(t <- r) h t x y).
Proof.
move=> H; elim: r => [|t r IH]; first by apply: order0 => x y; rewrite big_nil coef0.
by apply: eq_order (orderD (H t) IH) => x y; rewrite big_cons.
Qed.

Lemma orderM m n (h h' : X -> Y -> {poly R}) : order m h -> order n h' -> order (m + n) (fun x y => h x y * h' x y).
Proof.
case=> T [a [s [Hs H]]] [T' [a' [s' [Hs' H']]]].
exists [finType of T * T'], (fun t x => a t.1 x * a' t.2 x), (fun t => s t.1 ++ s' t.2); split=> [t|x y].
  by rewrite size_cat Hs Hs'.
rewrite -horner_coef0 hornerM !horner_coef0 H H' big_distrlr pair_bigA /=; apply: eq_bigr => t _.
by rewrite big_cat /= mulrACA.
Qed.

Lemma orderZ n c (h : X -> Y -> {poly R}) : order n h -> order n (fun x y => c *: h x y).
Proof.
move=> H; apply: eq_order (orderM (order_x (h := fun _ _ => c%:P) (a := fun=> c) _) H) => x y.
  by rewrite mul_polyC.
by rewrite coefC.
Qed.

Lemma order_exp (h : X -> Y -> {poly R}) e : order 0 h -> order 0 (fun x y => h x y ^+ e).
Proof.
move=> H; elim: e => [|e IH]; first by apply: (order_x (a := fun=> 1)) => x y; rewrite expr0 coef1.
by apply: eq_order (orderM H IH) => x y; rewrite exprS.
Qed.

Lemma order_shifted G : order 0 (fun x y => shifted x y G).
Proof. by apply: order_x => x y; apply: shifted_coef0. Qed.

(* powers up to c^2 *)
Lemma order_power (P Q H : X -> Y -> {poly R}) e : order 0 P -> order 1 Q -> order 2 H ->
  exists2 H', order 2 H' & forall x y, (P x y + 'X * Q x y + 'X^2 * H x y) ^+ e =
    P x y ^+ e + 'X * (P x y ^+ e.-1 * Q x y *+ e) + 'X^2 * H' x y.
Proof.
move=> oP oQ oH; elim: e => [|e [H' oH' IH]].
  exists (fun _ _ => 0) => [|x y]; first by apply: order0 => x y; rewrite coef0.
  by rewrite !expr0 mulr0n !mulr0 !addr0.
exists (fun x y => (P x y * H' x y + (Q x y * (P x y ^+ e.-1 * Q x y *+ e) + H x y * P x y ^+ e)) +
    'X * (Q x y * H' x y + H x y * (P x y ^+ e.-1 * Q x y *+ e) + 'X * (H x y * H' x y))).
  apply: orderD; last by apply: order0 => x y; rewrite coefXM.
  apply: orderD; first exact: (orderM oP).
  apply: orderD; last by apply: eq_order (orderM (order_exp e oP) oH) => x y; rewrite mulrC.
  apply: (orderM oQ); apply: eq_order (orderZ e%:R (orderM (order_exp e.-1 oP) oQ)) => x y.
  by rewrite scaler_nat.
move=> x y; rewrite [LHS]exprS IH [P x y ^+ e.+1]exprS [e.+1.-1]/=.
have -> : P x y ^+ e * Q x y *+ e.+1 = P x y ^+ e * Q x y + P x y * (P x y ^+ e.-1 * Q x y *+ e).
  rewrite mulrS; case: e {IH} => [|e]; first by rewrite !mulr0n mulr0.
  by rewrite exprS /= mulrnAr mulrA.
set p := P x y; set q := Q x y; set h := H x y; set h' := H' x y; set pe := p ^+ e; set r := _ *+ e.
ring.
Qed.

(* a matrix that depends on x, y and c: up to c^2 the value and the derivative, along V, of w_i G_j at x + c al *)
Definition jet_poly (w : R) (V : 'I_d -> Y -> R) (G : {mpoly R[d]}) (H : X -> Y -> {poly R}) x y :=
  w *: shifted x y G + 'X * (\sum_m V m y *: shifted x y G^`M(m)) + 'X^2 * H x y.
Definition jet p q (Z : X -> Y -> R -> 'M[R]_(p, q)) :=
  exists (w : 'I_p -> R) (V : 'I_p -> 'I_d -> Y -> R) (G : 'I_q -> {mpoly R[d]})
    (H : 'I_p -> 'I_q -> X -> Y -> {poly R}),
  [/\ forall i m, order 1 (fun _ y => (V i m y)%:P), forall i j, order 2 (H i j) &
     forall x y c i j, Z x y c i j = (jet_poly (w i) (V i) (G j) (H i j) x y).[c]].

Lemma eq_jet p q (Z Z' : X -> Y -> R -> 'M[R]_(p, q)) : (forall x y c, Z x y c = Z' x y c) -> jet Z -> jet Z'.
Proof. by move=> E [w [V [G [H [HV HH HZ]]]]]; exists w, V, G, H; split=> // x y c i j; rewrite -E. Qed.

Lemma jet_mull p q r (A : 'M[R]_(p, q)) (Z : X -> Y -> R -> 'M[R]_(q, r)) : jet Z -> jet (fun x y c => A *m Z x y c).
Proof.
case=> w [V [G [H [HV HH HZ]]]].
exists (fun i => \sum_l A i l * w l), (fun i m y => \sum_l A i l * V l m y), G,
  (fun i j x y => \sum_l A i l *: H l j x y).
split=> [i m|i j|x y c i j].
- apply: eq_order (order_sum (index_enum _) (fun l => orderZ (A i l) (HV l m))) => x y.
  by rewrite !coefC coef_sum; apply: eq_bigr => l _; rewrite coefZ coefC.
- by apply: order_sum => l; apply: orderZ.
rewrite mxE; under eq_bigr do rewrite HZ -hornerZ.
rewrite -horner_sum; congr _.[c]; rewrite /jet_poly; under eq_bigr do rewrite !scalerDr scalerA !scalerAr scaler_sumr.
rewrite !big_split /= -!mulr_sumr scaler_suml; congr (_ + _ * _ + _).
rewrite exchange_big; apply: eq_bigr => m _; rewrite scaler_suml; apply: eq_bigr => l _.
by rewrite scalerA.
Qed.

Lemma jet_mulr p q r (A : 'M[R]_(q, r)) (Z : X -> Y -> R -> 'M[R]_(p, q)) : jet Z -> jet (fun x y c => Z x y c *m A).
Proof.
case=> w [V [G [H [HV HH HZ]]]].
exists w, V, (fun j => \sum_l A l j *: G l), (fun i j x y => \sum_l A l j *: H i l x y).
have sh x y (f : 'I_q -> {mpoly R[d]}) j : shifted x y (\sum_l A l j *: f l) = \sum_l A l j *: shifted x y (f l).
  by elim/big_rec2: _ => [|l u v _ IH]; [rewrite -mpolyC0 shiftedC|rewrite shiftedD shiftedZ IH].
split=> [//|i j|x y c i j].
  by apply: order_sum => l; apply: orderZ.
rewrite mxE; under eq_bigr do rewrite mulrC HZ -hornerZ.
rewrite -horner_sum; congr _.[c]; rewrite /jet_poly; under eq_bigr do rewrite !scalerDr !scalerAr scaler_sumr.
rewrite !big_split /= -!mulr_sumr sh scaler_sumr; congr (_ + _ * _ + _).
  by apply: eq_bigr => l _; rewrite !scalerA mulrC.
rewrite exchange_big; apply: eq_bigr => m _; rewrite raddf_sum /=.
under [in RHS]eq_bigr do rewrite mderivZ.
by rewrite sh scaler_sumr; apply: eq_bigr => l _; rewrite !scalerA mulrC.
Qed.

Lemma mderiv_exp m (G : {mpoly R[d]}) e : (G ^+ e)^`M(m) = G ^+ e.-1 * G^`M(m) *+ e.
Proof.
elim: e => [|e IH]; first by rewrite expr0 -mpolyC1 mderivC mulr0n.
rewrite exprS mderivM IH mulrS mulrC; congr (_ + _).
by case: e {IH} => [|e]; rewrite ?mulr0n ?mulr0 // mulrnAr mulrA -exprS.
Qed.

Lemma shifted_exp x y G e : shifted x y (G ^+ e) = shifted x y G ^+ e.
Proof. by elim: e => [|e IH]; rewrite ?expr0 -?mpolyC1 ?shiftedC // !exprS shiftedM IH. Qed.

Lemma shiftedMn x y G e : shifted x y (G *+ e) = shifted x y G *+ e.
Proof. by elim: e => [|e IH]; rewrite ?mulr0n -?mpolyC0 ?shiftedC // !mulrS shiftedD IH. Qed.

Lemma jet_act e p q (Z : X -> Y -> R -> 'M[R]_(p, q)) : jet Z -> jet (fun x y c => act 'X^e (Z x y c)).
Proof.
case=> w [V [G [H [HV HH HZ]]]].
pose V' i m y := w i ^+ e.-1 * V i m y.
pose P H' (ij : 'I_p * 'I_q) := order 2 H' /\ forall x y, jet_poly (w ij.1) (V ij.1) (G ij.2) (H ij.1 ij.2) x y ^+ e =
  jet_poly (w ij.1 ^+ e) (V' ij.1) (G ij.2 ^+ e) H' x y.
have /fin_all_exists[H' EH] ij : exists H', P H' ij.
  case: ij => i j; rewrite /P /=.
  have o0 : order 0 (fun x y => w i *: shifted x y (G j)) by apply/orderZ/order_shifted.
  have o1 : order 1 (fun x y => \sum_m V i m y *: shifted x y (G j)^`M(m)).
    apply: order_sum => m; apply: eq_order (orderM (HV i m) (order_shifted (G j)^`M(m))) => x y.
    by rewrite mul_polyC.
  have [H' oH' E] := order_power e o0 o1 (HH i j).
  exists H'; split=> // x y; rewrite /jet_poly E exprZn shifted_exp; congr (_ + _ * _ + _).
  rewrite mulr_sumr -sumrMnl; apply: eq_bigr => m _.
  by rewrite mderiv_exp shiftedMn shiftedM shifted_exp exprZn -scalerAl -scalerAr scalerA scalerMnr.
exists (fun i => w i ^+ e), V', (fun j => G j ^+ e), (fun i j => H' (i, j)).
split=> [i m|i j|x y c i j].
- by apply: eq_order (orderZ (w i ^+ e.-1) (HV i m)) => x y; rewrite coefZ !coefC.
- by case: (EH (i, j)).
by rewrite mxE hornerXn HZ -horner_exp; case: (EH (i, j)) => _ /= ->.
Qed.
End Jets.

Section Network.
Variables (R : comRingType) (n d : nat) (K : finType) (X Y : Type).
Variables (xi : 'I_d -> X -> R) (al : 'I_d -> Y -> R) (b : K -> Y -> R).
Local Notation jet := (jet xi al b).

Lemma jet_forms S (Z : X -> Y -> R -> 'M[R]_(S, d)) (lam : 'I_S -> R) (be : 'I_S -> 'I_d -> Y -> R) :
  (forall x y c s p, Z x y c s p = lam s * (xi p x + c * al p y) + c * be s p y) ->
  (forall s p, order b 1 (fun (_ : X) y => (be s p y)%:P)) -> jet Z.
Proof.
move=> ZE obe; exists lam, be, (fun p => 'X_p), (fun _ _ _ _ => 0).
split=> [//|s p|x y c s p]; first by apply: order0 => x y; rewrite coef0.
rewrite ZE /jet_poly mulr0 addr0 shiftedX hornerD hornerZ hornerD hornerC hornerZ hornerX hornerM hornerX horner_sum.
congr (_ * (_ + _) + _ * _); first by rewrite mulrC.
rewrite (bigD1 p) //= big1 ?addr0 => [|m nm].
  by rewrite deriv_var eqxx shiftedC hornerZ hornerC mulr1.
by rewrite deriv_var eq_sym (negPf nm) shiftedC scaler0 horner0.
Qed.

Variables (kt kc : nat).
Lemma jet_mixer ls (Z : X -> Y -> R -> 'M[R]_(n, d)) : all (@plain R n d) ls ->
  (forall l, List.In l ls -> forall Z, shuffle l Z = Z) -> jet Z -> jet (fun x y c => mixer 'X^kt 'X^kc ls (Z x y c)).
Proof.
elim: ls Z => [//|l ls IH] Z /andP[pl pls] sh H.
apply: (IH (fun x y c => mixer_layer 'X^kt 'X^kc (Z x y c) l)) => // [m ml|]; first by apply: sh; right.
apply: eq_jet (jet_mulr (W4 l) (jet_act kc (jet_mulr (W3 l) (jet_mull (W2 l) (jet_act kt (jet_mull (W1 l) H)))))) =>
  x y c.
by rewrite plain_layer // sh //; left.
Qed.

Lemma jet_network l ls (Z : X -> Y -> R -> 'M[R]_(n, d)) : all (@plain R n d) (l :: ls) ->
  (forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z) -> jet (fun x y c => W1 l *m Z x y c) ->
  jet (fun x y c => mixer 'X^kt 'X^kc (l :: ls) (Z x y c)).
Proof.
case/andP=> pl pls sh H.
apply: (jet_mixer (Z := fun x y c => mixer_layer 'X^kt 'X^kc (Z x y c) l) pls) => [m ml|]; first by apply: sh; right.
apply: eq_jet (jet_mulr (W4 l) (jet_act kc (jet_mulr (W3 l) (jet_mull (W2 l) (jet_act kt H))))) => x y c.
by rewrite plain_layer // sh //; left.
Qed.
End Network.

(* the coefficient of c^2 *)
Lemma jet_sep (F : fieldType) d (K : finType) (X Y : Type) (xi : 'I_d -> X -> F) (al : 'I_d -> Y -> F) (b : K -> Y -> F)
    p q (Z : X -> Y -> F -> 'M[F]_(p, q)) i j : 2%:R != 0 :> F -> jet xi al b Z ->
  exists2 pol : X -> Y -> {poly F}, forall x y c, Z x y c i j = (pol x y).[c] &
    sep_le (fun x y => (pol x y)`_2) (mc d 2 + mc #|K| 2).
Proof.
move=> two [w [V [G [H [_ HH HZ]]]]]; eexists; first by move=> x y c; apply: HZ.
pose g m m' x := ((G j)^`M(m)^`M(m')).@[fun r => xi r x].
have sg m m' x : g m m' x = g m' m x by rewrite /g mderiv_comm.
pose h (r : 'I_d * 'I_d) y := w i / 2%:R * (al r.1 y * al r.2 y) + V i r.1 y * al r.2 y.
have sA := spanned_sep h (spanned_pairs sg); rewrite card_ord in sA.
have [T [a [s [Hs E]]]] := HH i j.
have sB : sep_le (fun x y => (H i j x y)`_0) (mc #|K| 2).
  apply: (@eq_sep_le _ _ _ (fun x y => \sum_t (\prod_(l <- s t) b l y) * a t x)) => [x y|].
    by rewrite E; apply: eq_bigr => t _; rewrite mulrC.
  apply: sep_le_sym; apply: spanned_sep.
  apply: (spanned_trans (a := fun t r => (s t == [:: r.1; r.2])%:R) _
    (spanned_pairs (g := fun k k' y => b k y * b k' y) (fun k k' y => mulrC _ _))) => t y _.
  case: (s t) (Hs t) => [|k [|k' []]] // _; rewrite big_cons big_seq1 (bigD1 (k, k')) //= eqxx mul1r big1 ?addr0 //.
  by move=> [l l'] nl; rewrite eqseq_cons eqseq_cons andbT -xpair_eqE eq_sym (negPf nl) mul0r.
apply: eq_sep_le (sep_leD sA sB) => x y.
rewrite /jet_poly !coefD coefZ coefXM coefXnM /=; congr (_ + _).
have -> : (shifted xi al x y (G j))`_2 = 2%:R^-1 * \sum_m \sum_m' al m y * al m' y * g m m' x.
  by rewrite -shifted_coef2 -[X in _ * X]mulr_natl mulKf.
rewrite coef_sum; under [X in _ = _ + X]eq_bigr do rewrite coefZ shifted_coef1 mulr_sumr.
rewrite !pair_bigA /= mulrA mulr_sumr -big_split; apply: eq_bigr => -[m m'] _ /=.
by rewrite /h /g /= mulrC mulrDl !mulrA.
Qed.

Definition square_dim d S := (mc d 2 + mc (d * S.-1) 2)%N.
Lemma square_dim2 d : square_dim d 2 = (2 * mc d 2)%N.
Proof. by rewrite /square_dim muln1 mul2n addnn. Qed.

Section Forms.
Variables (F : fieldType) (n d : nat) (l : layer F n d) (S : pred 'I_n).
Hypotheses (sh : forall Z, shuffle l Z = Z) (one : #|S| = 1%N \/ thid l = 1%N).

Lemma forms_jet : exists (K : finType) (xi : 'I_d -> 'M[F]_(n, d) -> F) (al : 'I_d -> 'M[F]_(n, d) -> F)
    (b : K -> 'M[F]_(n, d) -> F), (#|K| <= d * (thid l).-1)%N /\
  jet xi al b (fun x y c => W1 l *m mix S x (c *: y)).
Proof.
have [lam0 [xi0 [_ H0]]] := one_token_forms one.
pose v s p := first_form l (predC S) (s, p).
have vE y c s p : (W1 l *m mask (predC S) (c *: y)) s p = c * v s p y.
  by rewrite maskZ -scalemxAr mxE /v /first_form /= sh.
have E0 x y c s p : (W1 l *m mix S x (c *: y)) s p = lam0 s * xi0 p x + c * v s p y.
  rewrite (_ : mix S x _ = mask S x + mask (predC S) (c *: y)) ?mulmxDr 1?mxE ?H0 ?vE //.
  by apply/matrixP=> a e; rewrite !mxE /=; case: (S a); rewrite /= ?addr0 ?add0r.
have [lam [xi [nz E]]] : exists (lam : 'I_(thid l) -> F) (xi : 'I_d -> 'M[F]_(n, d) -> F),
    (thid l = 0%N \/ exists s, lam s != 0) /\
    forall x y c s p, (W1 l *m mix S x (c *: y)) s p = lam s * xi p x + c * v s p y.
  case: (pickP (fun s => lam0 s != 0)) => [s ns|z]; first by exists lam0, xi0; split=> //; right; exists s.
  exists (fun=> 1), (fun _ _ => 0); split=> [|x y c s p].
    case: (posnP (thid l)) => [|S0]; [by left|right; exists (Ordinal S0)]; exact: oner_neq0.
  by rewrite E0 mulr0; have /negbFE/eqP -> := z s; rewrite mul0r.
case: nz => [z|[s0 n0]].
  exists [finType of 'I_0], xi, (fun _ _ => 0), (fun _ _ => 0); rewrite card_ord; split=> //.
  apply: (jet_forms (lam := lam) (be := v)) => [x y c s p|s]; first by rewrite E mulr0 addr0.
  by suff : (s < 0)%N; rewrite // -z.
pose al p y := v s0 p y / lam s0.
pose be s p y := v s p y - lam s * al p y.
pose K := [finType of {s : 'I_(thid l) | s != s0} * 'I_d].
exists K, xi, al, (fun k => be (val k.1) k.2); split.
  by rewrite card_prod card_sig card_ord mulnC (cardC1 s0) card_ord.
apply: (jet_forms (lam := lam) (be := be)) => [x y c s p|s p]; first by rewrite E /be; ring.
have [->|ns] := eqVneq s s0.
  by apply: order0 => x y; rewrite coefC /= /be /al mulrCA divff // mulr1 subrr.
by apply: (order_b (i := (exist _ s ns, p) : K)) => x y; rewrite coefC.
Qed.
End Forms.

(* the part of degree 2 in the tokens of B *)
Section Quadratic.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d kt kc : nat) (l : layer F n d) (ls : seq (layer F n d)).
Variable S : pred 'I_n.
Hypotheses (pl : all (@plain F n d) (l :: ls)) (sh : forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Hypotheses (one : #|S| = 1%N \/ thid l = 1%N).
Variables (i : 'I_n) (p : 'I_d) (T : finType) (deg : T -> nat) (g h : T -> 'M[F]_(n, d) -> F).
Hypothesis hs : forall t c y, h t (c *: y) = c ^+ deg t * h t y.
Hypothesis E : forall x y, mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p = \sum_t h t y * g t x.

Lemma quadratic_part : sep_le (fun x y => \sum_(t | deg t == 2%N) h t y * g t x) (square_dim d (thid l)).
Proof.
have two : 2%:R != 0 :> F by rewrite ((charf0P F).1 charF).
have [K [xi [al [b [cK J]]]]] := forms_jet (sh (or_introl erefl)) one.
have [pol polE sP] := jet_sep i p two (jet_network kt kc pl sh J).
apply: sep_leW (leq_add (leqnn _) (leq_mcl 2 cK)) _; apply: eq_sep_le sP => x y.
pose q : {poly F} := \sum_t (h t y * g t x) *: 'X^(deg t).
have <- : q = pol x y.
  apply/eqP; rewrite -subr_eq0; apply/eqP/(poly_zeros (natF_inj charF)) => m.
  rewrite hornerD hornerN -polE E horner_sum; apply/eqP; rewrite subr_eq0; apply/eqP; apply: eq_bigr => t _.
  by rewrite hornerZ hornerXn hs [_ ^+ _ * _]mulrC mulrAC.
rewrite coef_sum [RHS]big_mkcond; apply: eq_bigr => t _.
by rewrite coefZ coefXn eq_sym; case: eqP; rewrite ?mulr1 ?mulr0.
Qed.
End Quadratic.

(* N_A(a) with (b) and (c) *)
Definition quadratic_dim d S C k ks a :=
  if a.+2 == (k * leaves ks)%N then minn (narrow_dim d C k ks a) (square_dim d S) else narrow_dim d C k ks a.

Lemma sep_le_minn (R : comRingType) (X Y : Type) (f : X -> Y -> R) r s :
  sep_le f r -> sep_le f s -> sep_le f (minn r s).
Proof. by rewrite /minn; case: ifP. Qed.

Section Parts.
Variables (F : fieldType) (X Y : Type) (T : finType) (deg : T -> nat) (g : T -> X -> F) (h : T -> Y -> F).

Lemma parts_sep_le D NA NB : (forall t, (deg t <= D)%N) ->
  (forall b, (b <= D)%N -> sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (NB b)) ->
  (forall b, (b <= D)%N -> sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (NA (D - b)%N)) ->
  sep_le (fun x y => \sum_t h t y * g t x) (level_bound NA NB D).
Proof.
move=> degD HB HA; have H (b : 'I_D.+1) :
    sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (minn (NB b) (NA (D - b)%N)).
  by apply: sep_le_minn; [apply: HB|apply: HA]; rewrite -ltnS.
apply: eq_sep_le (sep_le_sum H) => x y.
rewrite [RHS](partition_big (fun t => inord (deg t) : 'I_D.+1) xpredT) //=; apply: eq_bigr => b _.
by apply: eq_bigl => t; rewrite -val_eqE /= inordK // ltnS.
Qed.
End Parts.

Section Mixer.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d kt kc : nat) (l : layer F n d) (ls : seq (layer F n d)).
Variable S : pred 'I_n.
Hypotheses (pl : all (@plain F n d) (l :: ls)) (sh : forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Hypothesis k0 : (0 < kt)%N.
Local Notation M := (kc * (kt * kc) ^ size ls)%N.
Local Notation ks := (tree_acts kt kc (size ls)).
Local Notation table := (quadratic_dim d (thid l) (chid l) kt ks).

(* Theorem 4.7 with (b) and (c), the other side by 4.8 *)
Theorem quadratic_trees_span_sep_le i p : #|S| = 1%N \/ thid l = 1%N ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound table (span_dim d #|predC S| (thid l) kt M) (kt * M)).
Proof.
move=> one; have [xi [T [U [_ HT HU HN E]]]] := narrow_expansion kc pl sh k0 one.
have sT t c y : T t i (c *: y) = c ^+ tree_deg t * T t i y.
  apply: (combo_scale (sc := fun c y => c *: y) _ _ (HT t i)) => [a c' y'|s /andP[/eqP //]].
  exact: first_formZ.
have sB : side_bound (first_form l (predC S)) kt (leaves ks) (span_dim d #|predC S| (thid l) kt (leaves ks)).
  by apply: first_form_span; apply: sh; left.
apply: (eq_sep_le (fun x y => esym (E x y i p))); rewrite -leaves_acts.
apply: (parts_sep_le (deg := @tree_deg d kt ks)) => [t|b bD|b bD]; first exact: tree_deg_le.
  exact: sep_le_sym (spanned_sep _ (trees_side_spanned b (fun t => HT t i) sB)).
have narrow : sep_le (fun x y => \sum_(t | tree_deg t == b) T t i y * U t p x)
    (narrow_dim d (chid l) kt ks (kt * leaves ks - b)%N).
  have sA : spanned [pred t | tree_deg t == b] (U^~ p) (narrow_dim d (chid l) kt ks (kt * leaves ks - b)%N).
    by apply: sub_spanned (HN p _) => t /eqP /= ->.
  by apply: eq_sep_le (spanned_sep (T^~ i) sA) => x y; apply: eq_bigr => t _; rewrite mulrC.
rewrite /quadratic_dim; case: eqP => [b2|_ //]; apply: sep_le_minn => //.
have -> : b = 2%N by move: b2 bD; clear; lia.
exact: (quadratic_part charF pl sh one sT (fun x y => E x y i p)).
Qed.

(* the other side by 4.8 and by its trees, if it has one token too or S = 1 *)
Theorem quadratic_trees_both_sep_le i p : #|S| = 1%N /\ #|predC S| = 1%N \/ thid l = 1%N ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound table (fun b => minn (span_dim d #|predC S| (thid l) kt M b) (table b)) (kt * M)).
Proof.
move=> one; have oneA : #|S| = 1%N \/ thid l = 1%N by case: one => [[]|]; [left|right].
have oneB : #|predC S| = 1%N \/ thid l = 1%N by case: one => [[]|]; [left|right].
have [xi [T [U [_ HT HU HN E]]]] := narrow_expansion kc pl sh k0 oneA.
have [xi' [T' [U' [xiZ HT' HU' HN' E']]]] := narrow_expansion kc pl sh k0 oneB.
have mixC x y : mix (predC S) y x = mix S x y by apply/matrixP=> a c; rewrite !mxE /=; case: (S a).
have EE x y : \sum_t T t i y * U t p x = \sum_t U' t p y * T' t i x.
  by rewrite -E -mixC E'; apply: eq_bigr => t _; rewrite mulrC.
have sT t c y : T t i (c *: y) = c ^+ tree_deg t * T t i y.
  apply: (combo_scale (sc := fun c y => c *: y) _ _ (HT t i)) => [a c' y'|s /andP[/eqP //]].
  exact: first_formZ.
have sT' t c x : T' t i (c *: x) = c ^+ tree_deg t * T' t i x.
  apply: (combo_scale (sc := fun c y => c *: y) _ _ (HT' t i)) => [a c' y'|s /andP[/eqP //]].
  exact: first_formZ.
have sU t c y : U' t p (c *: y) = c ^+ (kt * leaves ks - tree_deg t) * U' t p y.
  apply: (combo_scale (sc := fun c y => c *: y) _ _ (HU' t p)) => [a c' y'|s /and3P[/eqP <- _ _]]; first exact: xiZ.
  by rewrite addnK.
have parts := equal_parts charF (sc := fun c y => c *: y) sT sU EE.
have sB : side_bound (first_form l (predC S)) kt (leaves ks) (span_dim d #|predC S| (thid l) kt (leaves ks)).
  by apply: first_form_span; apply: sh; left.
apply: (eq_sep_le (fun x y => esym (E x y i p))); rewrite -leaves_acts.
apply: (parts_sep_le (deg := @tree_deg d kt ks)) => [t|b bD|b bD]; first exact: tree_deg_le.
  apply: sep_le_minn; first exact: sep_le_sym (spanned_sep _ (trees_side_spanned b (fun t => HT t i) sB)).
  have narrow : sep_le (fun x y => \sum_(t | tree_deg t == b) T t i y * U t p x) (narrow_dim d (chid l) kt ks b).
    by apply: eq_sep_le (sep_le_sym (spanned_sep (T'^~ i) (HN' p b))) => x y; rewrite parts.
  rewrite /quadratic_dim; case: eqP => [b2|_ //]; apply: sep_le_minn => //.
  have Q := quadratic_part charF pl sh oneB sT' (fun y x => E' y x i p).
  apply: eq_sep_le (sep_le_sym Q) => x y; rewrite parts; apply: eq_big => [t|t _]; last exact: mulrC.
  by move: (tree_deg_le t) b2; clear => le b2; apply/idP/idP => /eqP /= e; apply/eqP => /=; lia.
have narrow : sep_le (fun x y => \sum_(t | tree_deg t == b) T t i y * U t p x)
    (narrow_dim d (chid l) kt ks (kt * leaves ks - b)%N).
  have sA : spanned [pred t | tree_deg t == b] (U^~ p) (narrow_dim d (chid l) kt ks (kt * leaves ks - b)%N).
    by apply: sub_spanned (HN p _) => t /eqP /= ->.
  by apply: eq_sep_le (spanned_sep (T^~ i) sA) => x y; apply: eq_bigr => t _; rewrite mulrC.
rewrite /quadratic_dim; case: eqP => [b2|_ //]; apply: sep_le_minn => //.
have -> : b = 2%N by move: b2 bD; clear; lia.
exact: (quadratic_part charF pl sh oneA sT (fun x y => E x y i p)).
Qed.
End Mixer.
