(* The power kernel <a,b>^k on F^n has separation rank exactly mc(n,k) in     *)
(* characteristic 0: the last step of theory.md 3.4, 3.5 and 3.8. The         *)
(* coefficient matrix of <a,b>^k is diagonal with multinomial coefficients.   *)
(*                                                                            *)
(*   expo I k   == exponents at most k on the variables in the finite type I  *)
(*   mon I k    == exponents of degree exactly k (a subtype of expo I k)      *)
(*   x ^^ a     == the monomial with exponents a at x : I -> R                *)
(*   mult a     == the multinomial coefficient of a : mon I k, as a count     *)
(*   dot a b    == <a,b>                                                      *)
(*   pts, Wm    == the full grid {0..k}^I and its monomial matrix, invertible *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank GridRank.
From Seprank Require Export MonomialCount.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition expo (I : finType) k := {ffun I -> 'I_k.+1}.
Definition mon (I : finType) k := {a : expo I k | \sum_i a i == k}%N.
Definition mono (R : comRingType) (I : finType) k (x : I -> R) (a : expo I k) := \prod_i x i ^+ a i.
Notation "x ^^ a" := (mono x a) (at level 29, a at level 1).

Lemma big_mon (R : ringType) (I : finType) k (f : expo I k -> R) :
  (forall a : expo I k, (\sum_i a i != k)%N -> f a = 0) -> \sum_a f a = \sum_(a : mon I k) f (val a).
Proof.
move=> f0; rewrite (bigID (fun a : expo I k => (\sum_i a i == k)%N)) /= [X in _ + X]big1 // addr0.
rewrite (reindex_omap (val : mon I k -> _) insub) => [|a Pa]; last by rewrite insubT.
by apply: eq_bigl => a; rewrite (valP a) valK eqxx.
Qed.

Section Multinomial.
Variables (I : finType) (k : nat).
Definition cnt (f : {ffun 'I_k -> I}) (i : I) : nat := #|[pred j | f j == i]|.
Definition content (f : {ffun 'I_k -> I}) : expo I k := [ffun i => inord (cnt f i)].
Definition mult (a : expo I k) : nat := #|[pred f | content f == a]|.

Lemma contentE f i : content f i = cnt f i :> nat.
Proof. by rewrite ffunE inordK // ltnS -[X in (_ <= X)%N](card_ord k) max_card. Qed.

Lemma content_deg f : (\sum_i content f i = k)%N.
Proof.
under eq_bigr do rewrite contentE /cnt -sum1_card.
by rewrite -[RHS]card_ord -sum1_card (partition_big f xpredT).
Qed.

Lemma mult_gt0 (a : expo I k) : (0 < mult a)%N = (\sum_i a i == k)%N.
Proof.
apply/idP/eqP => [/card_gt0P[f /eqP <-]|E]; first exact: content_deg.
pose s := flatten [seq nseq (a i) i | i <- enum I].
have sz : size s == k.
  rewrite size_flatten /shape -map_comp sumnE big_map big_enum /= -[X in _ == X]E.
  by apply/eqP/eq_bigr => i _; rewrite size_nseq.
apply/card_gt0P; exists [ffun j => tnth (Tuple sz) j]; rewrite inE.
apply/eqP/ffunP => i; apply/val_inj; rewrite /= contentE /cnt.
have ->: #|[pred j | [ffun j => tnth (Tuple sz) j] j == i]| = count_mem i s.
  rewrite -sum1_count -[s]/(tval (Tuple sz)) big_tuple -sum1_card.
  by apply: eq_bigl => j; rewrite inE ffunE.
rewrite count_flatten -map_comp sumnE big_map big_enum /= (bigD1 i) //= big1 ?addn0.
  by rewrite count_nseq /= eqxx mul1n.
by move=> j ji; rewrite count_nseq /= (negPf ji) mul0n.
Qed.

Lemma multinomial (R : comRingType) (z : I -> R) :
  (\sum_i z i) ^+ k = \sum_(a : mon I k) (mult (val a))%:R * z ^^ (val a).
Proof.
rewrite -(@big_mon R I k (fun a => (mult a)%:R * z ^^ a)); last first.
  by move=> a; rewrite -mult_gt0 lt0n negbK => /eqP->; rewrite mul0r.
rewrite -[k in LHS]card_ord -prodr_const bigA_distr_bigA /=.
rewrite (partition_big content xpredT) //=; apply: eq_bigr => a _.
rewrite /mult -sum1_card natr_sum mulr_suml; apply: eq_bigr => f /eqP Ef.
rewrite mul1r (partition_big f xpredT) //=; apply: eq_bigr => i _.
rewrite -Ef contentE /cnt -prodr_const.
by apply: eq_bigr => j /eqP ->.
Qed.
End Multinomial.

Lemma card_mon (I : finType) k : #|{: mon I k}| = mc #|I| k.
Proof.
rewrite card_sig /mc; case E: #|I| => [|m].
  have I0 (i : I) : False by have := fintype0 i E.
  have U : #|{: expo I k}| = 1%N by rewrite card_ffun E.
  have /fintype1[a0 A] := U; case: k U a0 A => [|k] _ a0 A.
    rewrite bin0; apply: etrans (card1 a0); apply: eq_card => a; rewrite !inE (A a) eqxx big1 //.
  rewrite bin_small ?add0n //; apply: eq_card0 => a; rewrite !inE big1 //.
rewrite addSn /= -[in RHS]bin_sub ?leq_addl // addnK -card_ord_partitions -!sum1_card.
have rk (i : 'I_m.+1) : (i < #|I|)%N by rewrite E.
pose ev i := enum_val (Ordinal (rk i)) : I.
have lt (x : I) : (enum_rank x < m.+1)%N by rewrite -E.
have evK : cancel (fun x => Ordinal (lt x)) ev.
  by move=> x; rewrite /ev (_ : Ordinal _ = enum_rank x) ?enum_rankK //; apply: val_inj.
have rkK : cancel ev (fun x => Ordinal (lt x)).
  by move=> i; apply: val_inj; rewrite /= /ev enum_valK.
rewrite (reindex (fun a : expo I k => [tuple a (ev i) | i < m.+1])) /=.
  apply: eq_bigl => a; rewrite !inE big_tuple; congr (_ == _).
  by rewrite (reindex ev) /=; [apply: eq_bigr => i _; rewrite tnth_mktuple | exists (fun x => Ordinal (lt x)) => x _].
exists (fun t : m.+1.-tuple 'I_k.+1 => [ffun x => tnth t (Ordinal (lt x))]) => [a|t] _.
  by apply/ffunP=> i; rewrite ffunE tnth_mktuple evK.
by apply/eq_from_tnth=> i; rewrite tnth_mktuple ffunE rkK.
Qed.

Lemma sum_enum (V : zmodType) (T : finType) (G : T -> V) :
  \sum_(i < #|T|) G (enum_val i) = \sum_x G x.
Proof. by rewrite [RHS](reindex (@enum_val T xpredT)) //=; apply/onW_bij/enum_val_bij. Qed.

Section Vandermonde.
Variables (F : fieldType) (charF : [char F] =i pred0) (I : finType) (k : nat).
Local Notation T := (expo I k).

(* one variable, at 0, 1, ..., k *)
Definition V1 : 'M[F]_k.+1 := \matrix_(i, j) (i%:R ^+ j).

Lemma V1_unit : V1 \in unitmx.
Proof.
rewrite -unitmx_tr -row_free_unit; apply: inj_row_free => v vV.
pose p := \poly_(j < k.+1) v 0 (inord j).
have p0 : p = 0.
  apply: (@roots_geq_poly_eq0 F p [seq (nat_of_ord i)%:R | i <- enum 'I_k.+1]).
  - apply/allP => _ /mapP[i _ ->]; rewrite rootE horner_poly; apply/eqP.
    move/matrixP/(_ 0 i): vV; rewrite !mxE => E; rewrite -[RHS]E.
    by apply: eq_bigr => j _; rewrite !mxE inord_val.
  - by rewrite map_inj_uniq ?enum_uniq // => i j /(natF_inj charF)/val_inj.
  - by rewrite size_map size_enum_ord size_poly.
apply/rowP => j; rewrite mxE; move/polyP/(_ (j : nat)): p0.
by rewrite coef_poly coef0 ltn_ord inord_val.
Qed.

(* tensor power of it *)
Definition pt (s : T) (i : I) : F := (s i : nat)%:R.
Definition pts (s : 'I_#|T|) := pt (enum_val s).
Definition Wm : 'M[F]_#|T| := \matrix_(s, a) (pts s) ^^ (enum_val a).
Definition Wi : 'M[F]_#|T| :=
  \matrix_(s, a) \prod_i (invmx V1) ((enum_val s : T) i) ((enum_val a : T) i).

Lemma Wm_unit : Wm \in unitmx.
Proof.
suff /mulmx1_unit[] : Wm *m Wi = 1%:M by [].
apply/matrixP => s t; rewrite !mxE.
under eq_bigr do rewrite !mxE -big_split /=.
rewrite (sum_enum (fun a : T => \prod_i (pts s i ^+ a i * invmx V1 (a i) ((enum_val t : T) i)))) /=.
rewrite -(bigA_distr_bigA (fun i (j : 'I_k.+1) => pts s i ^+ j * invmx V1 j ((enum_val t : T) i))).
have E i : \sum_(j < k.+1) pts s i ^+ j * invmx V1 j ((enum_val t : T) i)
           = ((enum_val s : T) i == (enum_val t : T) i)%:R.
  have /matrixP/(_ ((enum_val s : T) i) ((enum_val t : T) i)) := mulmxV V1_unit; rewrite !mxE => <-.
  by apply: eq_bigr => j _; rewrite !mxE.
under eq_bigr do rewrite E.
case: (eqVneq s t) => [->|st]; first by rewrite big1 // => i _; rewrite eqxx.
have /existsP[i ni] : [exists i, (enum_val s : T) i != (enum_val t : T) i].
  apply: contra_neqT st; rewrite negb_exists => /forallP H.
  by apply/enum_val_inj/ffunP => i; apply/eqP; move: (H i); rewrite negbK.
by rewrite (bigD1 i) //= (negPf ni) mul0r.
Qed.

(* monomials are independent functions *)
Lemma expo_indep (c : T -> F) : (forall x : I -> F, \sum_a c a * x ^^ a = 0) -> forall a, c a = 0.
Proof.
move=> H a; pose v : 'rV[F]_#|T| := \row_s c (enum_val s).
have : v *m Wm^T = 0.
  apply/rowP=> s; rewrite !mxE -[RHS](H (pts s)) -[RHS]sum_enum.
  by apply: eq_bigr => b _; rewrite !mxE.
move/(congr1 (mulmxr (invmx Wm^T))); rewrite /= mulmxK ?unitmx_tr ?Wm_unit // mul0mx.
by move/rowP/(_ (enum_rank a)); rewrite !mxE enum_rankK.
Qed.

Lemma mon_indep (c : mon I k -> F) :
  (forall x : I -> F, \sum_a c a * x ^^ (val a) = 0) -> forall a, c a = 0.
Proof.
move=> H a; pose c' (b : T) := oapp c 0 (insub b).
suff: c' (val a) = 0 by rewrite /c' valK.
apply: expo_indep => x; rewrite /c'.
rewrite big_mon => [|b /negPf nb]; last by rewrite insubF ?mul0r.
by rewrite -[RHS](H x); apply: eq_bigr => b _; rewrite valK.
Qed.

Lemma mult_neq0 (a : mon I k) : (mult (val a))%:R != 0 :> F.
Proof. by rewrite ((charf0P F).1 charF) -lt0n mult_gt0 (valP a). Qed.
End Vandermonde.

Section Power.
Variables (F : fieldType) (charF : [char F] =i pred0) (n k : nat).

Definition dot (R : comRingType) n (a b : 'rV[R]_n) : R := \sum_i a 0 i * b 0 i.

Lemma dotX (R : comRingType) (a b : 'rV[R]_n) :
  dot a b ^+ k = \sum_(e : mon [finType of 'I_n] k) (mult (val e))%:R * (a 0) ^^ (val e) * (b 0) ^^ (val e).
Proof.
rewrite multinomial; apply: eq_bigr => e _; rewrite -mulrA -big_split.
by congr (_ * _); apply: eq_bigr => i _; rewrite exprMn.
Qed.

Lemma dotZl (R : comRingType) (t : R) (a b : 'rV_n) : dot (t *: a) b = t * dot a b.
Proof. by rewrite mulr_sumr; apply: eq_bigr => i _; rewrite !mxE mulrA. Qed.

Lemma dotC (R : comRingType) (a b : 'rV[R]_n) : dot a b = dot b a.
Proof. by apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma monoZ (t : F) (b : 'rV[F]_n) (e : mon [finType of 'I_n] k) :
  ((t *: b) 0) ^^ (val e) = t ^+ k * (b 0) ^^ (val e).
Proof.
rewrite /mono; under eq_bigr do rewrite mxE exprMn.
by rewrite big_split /= prodrXr (eqP (valP e)).
Qed.

(* a combination of <.,b>^k that vanishes on F^n kills every monomial of degree k in b *)
Lemma null_dotX : null_le (fun a b : 'rV[F]_n => dot a b ^+ k)
                          (fun (e : mon [finType of 'I_n] k) (b : 'rV[F]_n) => (b 0) ^^ (val e)).
Proof.
move=> N bs c H e; set z := (X in X = 0).
suff: (mult (val e))%:R * z = 0 by move/eqP; rewrite mulf_eq0 (negPf (mult_neq0 charF e)) => /eqP.
apply: (mon_indep charF (c := fun e => (mult (val e))%:R * \sum_j c j * (bs j 0) ^^ (val e))) => x.
rewrite -[RHS](H (\row_i x i)); under [RHS]eq_bigr do rewrite dotX mulr_sumr.
rewrite exchange_big; apply: eq_bigr => e' _; rewrite !(mulr_sumr, mulr_suml); apply: eq_bigr => j _.
rewrite (_ : ((\row_i x i) 0) ^^ (val e') = x ^^ (val e')); first by rewrite mulrAC mulrCA mulrA !mulrA.
by apply: eq_bigr => i _; rewrite mxE.
Qed.

Lemma indep_mon_rV (c : mon [finType of 'I_n] k -> F) :
  (forall b : 'rV[F]_n, \sum_e c e * (b 0) ^^ (val e) = 0) -> forall e, c e = 0.
Proof.
move=> H; apply: (mon_indep charF) => x; rewrite -[RHS](H (\row_i x i)).
by apply: eq_bigr => e _; congr (_ * _); apply: eq_bigr => i _; rewrite mxE.
Qed.

Theorem dot_power_lower s : grid_le (fun a b : 'rV[F]_n => dot a b ^+ k) s -> (mc n k <= s)%N.
Proof.
move=> /(null_grid null_dotX)/(indep_grid indep_mon_rV).
by rewrite card_mon card_ord.
Qed.

Theorem dot_power_upper : sep_le (fun a b : 'rV[F]_n => dot a b ^+ k) (mc n k).
Proof. by rewrite /mc -subn1; apply: sep_leX; exists (fun i a => a 0 i), (fun i b => b 0 i). Qed.
End Power.
