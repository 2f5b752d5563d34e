(* The grading by the degree in G_B: the core of Theorem 3.3 of theory.md.
   Let G_A = \sum_t a_t B_t and G_B = \sum_t b_t B_t in n coordinates. The entries of
   Phi_L(G_A + G_B) are polynomials in a and b, homogeneous of degree C_L, and of degree at most
   C_(L-1) in the coordinates t whose B_t the first layer kills (w t). Split by the degree e in b;
   each part is bounded by counting its A functions, its B functions, or a cover of both.

   gram_var B           == \sum_t (X_t + X_(n+t)) B_t, the generic G_A + G_B
   graded w C E p       == all monomials of p have degree C, and degree at most E in the
                           coordinates t (of a and of b together) with w t
   edeg c, ewdeg w c    == the degree of an exponent c; its degree in the coordinates with w
   part q C e           == the part of \sum_k u_k q_k(a, b) of degree e in b
   tail_count w u k s   == \sum_(j < min (s, k+1)) mc w j * mc u (k-j): monomials of degree k in
                           w + u variables whose degree in the first w is less than s *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Graded.
Variables (R : comRingType) (n : nat) (w : pred 'I_n).
Implicit Types (p q : {mpoly R[n + n]}) (m : 'X_{1..n + n}).

Definition wdeg m := (\sum_(t | w t) (m (lshift n t) + m (rshift n t)))%N.
Definition graded C E p := forall m, m \in msupp p -> mdeg m = C /\ (wdeg m <= E)%N.

Lemma wdegD m m' : wdeg (m + m') = (wdeg m + wdeg m')%N.
Proof. by rewrite /wdeg -big_split; apply: eq_bigr => t _; rewrite !mnmDE addnACA. Qed.

Lemma graded0 C E : graded C E 0.
Proof. by move=> m; rewrite msupp0. Qed.

Lemma gradedD C E p q : graded C E p -> graded C E q -> graded C E (p + q).
Proof. by move=> gp gq m /msuppD_le; rewrite mem_cat => /orP[/gp|/gq]. Qed.

Lemma graded_sum C E (I : Type) (r : seq I) (P : pred I) (F : I -> {mpoly R[n + n]}) :
  (forall i, P i -> graded C E (F i)) -> graded C E (\sum_(i <- r | P i) F i).
Proof. by move=> H; elim/big_ind: _ => //; [apply: graded0|apply: gradedD]. Qed.

Lemma gradedM C E C' E' p q : graded C E p -> graded C' E' q -> graded (C + C') (E + E') (p * q).
Proof.
move=> gp gq m /msuppM_le/allpairsP[[m1 m2] /= [/gp[<- e1] /gq[<- e2] ->]].
by rewrite mdegD wdegD leq_add.
Qed.

Lemma gradedC (c : R) : graded 0 0 c%:MP.
Proof.
move=> m; rewrite msuppC; case: ifP => // _; rewrite inE => /eqP ->.
by rewrite mdeg0 /wdeg big1 // => t _; rewrite !mnm0E.
Qed.

Lemma gradedX t E : (w t -> (0 < E)%N) -> graded 1 E 'X_(lshift n t) /\ graded 1 E 'X_(rshift n t).
Proof.
move=> wE; have le i : w i -> (U_(lshift n t)%MM (lshift n i) + U_(lshift n t)%MM (rshift n i) = (t == i) :> nat)%N
    /\ (U_(rshift n t)%MM (lshift n i) + U_(rshift n t)%MM (rshift n i) = (t == i) :> nat)%N.
  move=> _; rewrite !mnm1E !(inj_eq (@lshift_inj _ _)) !(inj_eq (@rshift_inj _ _)) eq_lrshift eq_rlshift.
  by rewrite addn0.
have le1 (F : 'I_n -> nat) : (forall i, w i -> F i = (t == i) :> nat) -> (\sum_(i | w i) F i <= E)%N.
  move=> EF; rewrite (eq_bigr _ EF) big_mkcond (bigD1 t) //= eqxx big1 ?addn0.
    by case: ifP => // /wE.
  by move=> i ni; rewrite eq_sym (negPf ni); case: ifP.
by split=> m; rewrite msuppX inE => /eqP ->; rewrite mdeg1; split=> //; apply: le1 => i /le[].
Qed.

Arguments gradedC : clear implicits.

Definition graded_mx d C E (M : 'M[{mpoly R[n + n]}]_d) := forall i j, graded C E (M i j).

Section Mx.
Variable d : nat.
Implicit Types M : 'M[{mpoly R[n + n]}]_d.

Lemma graded_mxM C E C' E' M M' :
  graded_mx C E M -> graded_mx C' E' M' -> graded_mx (C + C') (E + E') (M *m M').
Proof. by move=> H H' i j; rewrite mxE; apply: graded_sum => k _; apply: gradedM. Qed.

Lemma graded_mx_tr C E M : graded_mx C E M -> graded_mx C E M^T.
Proof. by move=> H i j; rewrite mxE. Qed.

Lemma graded_mxC (M : 'M[R]_d) : graded_mx 0 0 (map_mx (@mpolyC _ R) M).
Proof. by move=> i j; rewrite mxE; apply: gradedC. Qed.

Lemma graded_mx_sum C E (I : Type) (r : seq I) (F : I -> 'M_d) :
  (forall i, graded_mx C E (F i)) -> graded_mx C E (\sum_(i <- r) F i).
Proof. by move=> H i j; rewrite summxE; apply: graded_sum => k _; apply: H. Qed.
End Mx.

Section Net.
Variables (d : nat) (B : 'I_n -> 'M[R]_d).
Definition gram_var : 'M_d := \sum_t ('X_(lshift n t) + 'X_(rshift n t)) *: map_mx (@mpolyC (n + n) R) (B t).
Let lift := @map_net _ _ [rmorphism of @mpolyC (n + n) R] d.

Lemma graded_gram_var : graded_mx 1 1 gram_var.
Proof.
apply: graded_mx_sum => t i j; rewrite !mxE.
have [gl gr] := @gradedX t 1 (fun=> isT).
by have := gradedM (gradedD gl gr) (gradedC (B t i j)); rewrite !addn0.
Qed.

Lemma graded_step C E P H : graded_mx C E P ->
  graded_mx (3 * C).+1 (3 * E).+1 (stepP gram_var P (map (map_head [rmorphism of @mpolyC (n + n) R]) H)).
Proof.
move=> gP; rewrite /stepP big_map; apply: graded_mx_sum => wv.
have -> : ((3 * C).+1 = C + 0 + C + 1 + C + 0)%N by lia.
have -> : ((3 * E).+1 = E + 0 + E + 1 + E + 0)%N by lia.
do ?apply: graded_mxM => //; try exact: graded_mxC; try exact: graded_mx_tr; exact: graded_gram_var.
Qed.

Lemma graded_foldl k l P Ws : graded_mx (gram_degree k) (gram_degree l) P ->
  graded_mx (gram_degree (k + size Ws)) (gram_degree (l + size Ws)) (foldl (stepP gram_var) P (lift Ws)).
Proof.
elim: Ws k l P => [|H Ws IH] k l P gP; first by rewrite !addn0.
by rewrite /= -!addSnnS; apply: IH; rewrite !gram_degreeS; apply: graded_step.
Qed.

Lemma graded_net Ws : graded_mx (gram_degree (size Ws)) (gram_degree (size Ws)) (netP (lift Ws) gram_var).
Proof.
rewrite -[size Ws]add0n; apply: graded_foldl => i j; rewrite mxE.
by rewrite -[_%:R]/(_%:R) -mpolyC_nat; apply: gradedC.
Qed.

(* the coordinates which the first layer kills occur only in the later ones *)
Lemma graded_net_first H Ws : (forall t, w t -> \sum_(wv <- H) wv.1 *m B t *m wv.2 = 0) ->
  graded_mx (gram_degree (size Ws).+1) (gram_degree (size Ws)) (netP (lift (H :: Ws)) gram_var).
Proof.
move=> kill; rewrite -[size Ws]add0n -addSn; apply: graded_foldl => i j.
have -> : stepP gram_var 1%:M (map (map_head [rmorphism of @mpolyC (n + n) R]) H) =
  \sum_t ('X_(lshift n t) + 'X_(rshift n t)) *: map_mx (@mpolyC (n + n) R) (\sum_(wv <- H) wv.1 *m B t *m wv.2).
  rewrite /stepP big_map; under [RHS]eq_bigr do rewrite raddf_sum scaler_sumr.
  rewrite exchange_big; apply: eq_bigr => wv _ /=.
  rewrite trmx1 !mulmx1 !mul1mx /gram_var mulmx_sumr mulmx_suml; apply: eq_bigr => t _.
  by rewrite -scalemxAr -scalemxAl !map_mxM.
rewrite summxE; apply: graded_sum => t _; rewrite !mxE.
case: (boolP (w t)) => wt.
  by rewrite kill // mxE mpolyC0 mulr0; apply: graded0.
have [|gl gr] := @gradedX t 0; first by rewrite (negPf wt).
by have := gradedM (gradedD gl gr) (gradedC ((\sum_(wv <- H) wv.1 *m B t *m wv.2) i j)); rewrite !addn0.
Qed.

Lemma netP_eval Ws (a b : 'I_n -> R) i j :
  (netP (lift Ws) gram_var i j).@[join a b] = netP Ws (\sum_t a t *: B t + \sum_t b t *: B t) i j.
Proof.
have := netP_map [rmorphism of meval (join a b)] (lift Ws) gram_var.
move/matrixP/(_ i j); rewrite mxE => ->; congr (netP _ _ i j).
  rewrite /lift /map_net -map_comp -[RHS]map_id; apply: eq_map => H /=.
  rewrite -map_comp -[RHS]map_id; apply: eq_map => -[W V]; congr (_, _);
    by apply/matrixP => k l; rewrite !mxE /= mevalC.
rewrite /gram_var raddf_sum -big_split; apply: eq_bigr => t _ /=; rewrite -scalerDl.
by apply/matrixP => k l; rewrite !mxE /= mevalM mevalD !mevalXU mevalC joinl joinr.
Qed.
End Net.
End Graded.

Definition edeg n D (c : expo n D) : nat := (\sum_i c i)%N.
Definition ewdeg n D (w : pred 'I_n) (c : expo n D) : nat := (\sum_(i | w i) c i)%N.
Definition tail_count w u k s := (\sum_(j < minn s k.+1) mc w j * mc u (k - j))%N.

Section Parts.
Variables (R : comRingType) (n d : nat) (w : pred 'I_n) (C E : nat) (q : 'I_d -> {mpoly R[n + n]}).
Hypothesis gq : forall k, graded w C E (q k).
Variables (X Y : Type) (u : X -> 'I_d -> R) (a : X -> 'I_n -> R) (b : Y -> 'I_n -> R).
Local Notation exp := (expo n C.+1).

Definition part_coef e (ka : 'I_d * exp) (c : exp) : R :=
  if edeg c == e then (q ka.1)@_(mnm2 ka.2 c) else 0.
Definition afun (ka : 'I_d * exp) x := u x ka.1 * monom (a x) ka.2.
Definition bfun (c : exp) y := monom (b y) c.
Definition part e x y := \sum_ka \sum_c part_coef e ka c * afun ka x * bfun c y.

Lemma part_coef_supp e ka c : part_coef e ka c != 0 ->
  [/\ edeg c = e, edeg ka.2 = (C - e)%N & (ewdeg w ka.2 + ewdeg w c <= E)%N].
Proof.
rewrite /part_coef; case: (edeg c =P e) => [<-|_]; last by rewrite eqxx.
rewrite -mcoeff_msupp => /gq[]; rewrite mdeg_mnm2 => dC le.
split=> //; first by rewrite -[X in (X - _)%N]dC addnK.
apply: leq_trans le; rewrite -big_split; apply: leq_sum => i _.
by rewrite !mnmE joinl joinr.
Qed.

Lemma sum_parts x y : \sum_k u x k * (q k).@[join (a x) (b y)] = \sum_(e < C.+1) part e x y.
Proof.
have sz k : (msize (q k) <= C.+1)%N.
  by rewrite msizeE; apply/bigmax_leqP_seq => m /gq[-> _] _.
under [LHS]eq_bigr do rewrite (meval_join _ _ (sz _)) mulr_sumr.
rewrite pair_bigA /part exchange_big; apply: eq_bigr => -[k al] _ /=.
rewrite exchange_big mulr_sumr; apply: eq_bigr => c _ /=; rewrite -!mulr_suml.
have -> : \sum_(e < C.+1) part_coef e (k, al) c = (q k)@_(mnm2 al c).
  rewrite /part_coef -big_mkcond /=; have [->|nz] := eqVneq (q k)@_(mnm2 al c) 0; first by rewrite big1.
  have lt : (edeg c < C.+1)%N.
    by move: nz; rewrite -mcoeff_msupp => /gq[+ _]; rewrite mdeg_mnm2 ltnS => dC; rewrite -[X in (_ <= X)%N]dC leq_addl.
  by rewrite (big_pred1 (Ordinal lt)) // => e; rewrite /= -val_eqE eq_sym.
by rewrite /afun /bfun /= !mulrA; do 2!congr (_ * _); rewrite mulrC.
Qed.

Lemma card_edeg e : (#|[pred c : exp | edeg c == e]| <= mc n e)%N.
Proof.
apply: (@card_le_mc _ _ _ _ (fun (c : exp) i => c i : nat)); first by move=> c /eqP.
by move=> c c' _ _ H; apply/ffunP => i; apply/val_inj/H.
Qed.

Lemma card_adeg e : (#|[pred ka : 'I_d * exp | edeg ka.2 == e]| <= d * mc n e)%N.
Proof.
have -> : #|[pred ka : 'I_d * exp | edeg ka.2 == e]| = (d * #|[pred c : exp | edeg c == e]|)%N.
  by rewrite -[d in RHS]card_ord -cardX; apply: eq_card => -[k c]; rewrite !inE.
by rewrite leq_mul2l card_edeg orbT.
Qed.

Lemma part_sepB e N : spanned [pred c : exp | edeg c == e] bfun N -> sep_le (part e) N.
Proof.
move=> H; rewrite -[N]add0n; apply: cover_sep (spanned0 _) H => ka c /part_coef_supp[<- _ _].
by rewrite /= eqxx.
Qed.

Lemma part_sepA e N : spanned [pred ka : 'I_d * exp | edeg ka.2 == (C - e)%N] afun N -> sep_le (part e) N.
Proof.
move=> H; rewrite -[N]addn0; apply: cover_sep H (spanned0 _) => ka c /part_coef_supp[_ eA _].
by rewrite /= eA eqxx.
Qed.

Lemma card_tail k s :
  (#|[pred c : exp | (edeg c == k) && (ewdeg w c < s)%N]| <= tail_count #|w| (n - #|w|) k s)%N.
Proof.
set P := [pred c : exp | _]; have cw : #|[predC w]| = (n - #|w|)%N.
  by rewrite -(addKn #|w| #|[predC w]|) cardC card_ord.
have split_deg (c : exp) : edeg c = (ewdeg w c + \sum_(i | ~~ w i) c i)%N.
  by rewrite /edeg (bigID w).
pose Pj j := [pred c : exp | (edeg c == k) && (ewdeg w c == j)].
have cardj j : (#|Pj j| <= mc #|w| j * mc (n - #|w|) (k - j))%N.
  pose f1 (c : exp) : {ffun 'I_#|w| -> 'I_C.+1} := [ffun i => c (enum_val i)].
  pose f2 (c : exp) : {ffun 'I_#|[predC w]| -> 'I_C.+1} := [ffun i => c (enum_val i)].
  have E1 c : edeg (f1 c) = ewdeg w c.
    by rewrite /edeg /ewdeg [RHS]big_enum_val; apply: eq_bigr => i _; rewrite ffunE.
  have E2 c : edeg (f2 c) = (\sum_(i | ~~ w i) c i)%N.
    by rewrite /edeg [RHS]big_enum_val; apply: eq_bigr => i _; rewrite ffunE.
  have cardf m (l : nat) : (#|[pred c : expo m C.+1 | edeg c == l]| <= mc m l)%N.
    apply: (@card_le_mc _ _ _ _ (fun (c : expo m C.+1) i => c i : nat)); first by move=> c /eqP.
    by move=> c c' _ _ H; apply/ffunP => i; apply/val_inj/H.
  have fI : injective (fun c => (f1 c, f2 c)).
    move=> c c' [/ffunP e1 /ffunP e2]; apply/ffunP => i; case: (boolP (w i)) => wi.
      by have := e1 (enum_rank_in wi i); rewrite !ffunE enum_rankK_in.
    have wi' : i \in [predC w] by rewrite inE.
    by have := e2 (enum_rank_in wi' i); rewrite !ffunE enum_rankK_in.
  rewrite -(card_image fI); apply: leq_trans (_ : (#|[pred c : expo #|w| C.+1 | edeg c == j]|
    * #|[pred c : expo #|[predC w]| C.+1 | edeg c == (k - j)%N]| <= _)%N).
    rewrite -cardX; apply: subset_leq_card; apply/subsetP => _ /imageP[c /andP[/eqP ck /eqP cj] ->].
    by rewrite !inE /= E1 cj eqxx E2 -ck split_deg cj addKn eqxx.
  by rewrite leq_mul ?cardf // -cw cardf.
apply: leq_trans (_ : (\sum_(j < minn s k.+1) #|Pj j| <= _)%N); last by apply: leq_sum => j _; apply: cardj.
rewrite -sum1_card; under [X in (_ <= X)%N]eq_bigr do rewrite -sum1_card big_mkcond.
rewrite exchange_big [X in (X <= _)%N]big_mkcond; apply: leq_sum => c _; case: ifP => // /andP[/eqP ck cs].
have lt : (ewdeg w c < minn s k.+1)%N by rewrite leq_min cs -ck split_deg ltnS leq_addr.
by rewrite (bigD1 (Ordinal lt)) //= -!topredE /= ck !eqxx.
Qed.

(* a cover: few A functions of small degree in the coordinates w, few B functions of small degree *)
Lemma part_cover e t : (t <= E.+1)%N ->
  sep_le (part e) (d * tail_count #|w| (n - #|w|) (C - e) t + tail_count #|w| (n - #|w|) e (E.+1 - t)).
Proof.
move=> tE.
pose PA := [pred ka : 'I_d * exp | (edeg ka.2 == (C - e)%N) && (ewdeg w ka.2 < t)%N].
pose PB := [pred c : exp | (edeg c == e) && (ewdeg w c < E.+1 - t)%N].
apply: (@sep_leW _ _ _ _ (#|PA| + #|PB|)); last first.
  apply: cover_sep (spanned_self _ _) (spanned_self _ _) => ka c /part_coef_supp[eB eA le].
  by rewrite /= eA eB !eqxx /=; move: le; lia.
apply: leq_add; last exact: card_tail.
have -> : #|PA| = (d * #|[pred c : exp | (edeg c == (C - e)%N) && (ewdeg w c < t)%N]|)%N.
  by rewrite -[d in RHS]card_ord -cardX; apply: eq_card => -[k c]; rewrite !inE.
by rewrite leq_mul2l card_tail orbT.
Qed.

(* A and B functions counted by their degree in the entries of the tokens *)
Section Tokens.
Variables (N : nat) (G : 'I_n -> {mpoly R[N]}).
Hypothesis hG : forall t, G t \is 2.-homog.

Lemma monom_eval (v : 'I_N -> R) (c : exp) : (\prod_t G t ^+ c t).@[v] = monom (fun t => (G t).@[v]) c.
Proof. by rewrite rmorph_prod; apply: eq_bigr => t _; rewrite rmorphX. Qed.

Lemma spanned_bfun e (v : Y -> 'I_N -> R) : (forall y t, b y t = (G t).@[v y]) ->
  spanned [pred c : exp | edeg c == e] bfun (mc N (2 * e)).
Proof.
move=> bE; have [|J JN [m [g' H]]] := @spanned_homog R Y N (2 * e) [finType of exp] [pred c | edeg c == e] (fun c => \prod_t G t ^+ c t) v.
  by move=> c /eqP <-; apply: (homog_prod (fun t => c t : nat) hG).
exists J => //; exists m, g' => c y Pc; rewrite -H // monom_eval.
by apply: eq_bigr => t _; rewrite bE.
Qed.

Hypotheses (v : X -> 'I_N -> R) (U : 'I_d -> {mpoly R[N]}).
Hypotheses (hU : forall k, U k \is 1.-homog) (uE : forall x k, u x k = (U k).@[v x]).
Hypothesis aE : forall x t, a x t = (G t).@[v x].

Lemma spanned_afun c : spanned [pred ka : 'I_d * exp | edeg ka.2 == c] afun (mc N (2 * c).+1).
Proof.
have [|J JN [m [g' H]]] := @spanned_homog R X N (2 * c).+1 [finType of 'I_d * exp]
    [pred ka | edeg ka.2 == c] (fun ka => U ka.1 * \prod_t G t ^+ ka.2 t) v.
  by move=> ka /eqP <-; apply: (dhomogM (hU ka.1) (homog_prod (fun t => ka.2 t : nat) hG)).
exists J => //; exists m, g' => ka x Pc; rewrite -H // mevalM monom_eval -uE.
by congr (_ * _); apply: eq_bigr => t _; rewrite aE.
Qed.
End Tokens.
End Parts.
