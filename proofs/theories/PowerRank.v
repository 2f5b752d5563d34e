(* (d): separation rank of <a,b>^k is exactly the number of monomials of degree k *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank RankModP.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* the multinomial theorem with coefficients given as a count *)
Section Multinomial.
Variables (m k : nat).
Definition expo := {ffun 'I_m -> 'I_k.+1}.
Definition cnt (f : {ffun 'I_k -> 'I_m}) (i : 'I_m) : nat := #|[pred j | f j == i]|.
Definition content (f : {ffun 'I_k -> 'I_m}) : expo := [ffun i => inord (cnt f i)].
Definition mult (a : expo) : nat := #|[pred f | content f == a]|.

Lemma contentE f i : content f i = cnt f i :> nat.
Proof. by rewrite ffunE inordK // ltnS -[X in (_ <= X)%N](card_ord k) max_card. Qed.

Lemma multinomialE (R : comRingType) (z : 'I_m -> R) :
  (\sum_i z i) ^+ k = \sum_(a : expo) (mult a)%:R * \prod_i z i ^+ a i.
Proof.
rewrite -[k in LHS]card_ord -prodr_const bigA_distr_bigA /=.
rewrite (partition_big content xpredT) //=; apply: eq_bigr => a _.
rewrite /mult -sum1_card natr_sum mulr_suml; apply: eq_bigr => f /eqP Ef.
rewrite mul1r (partition_big f xpredT) //=; apply: eq_bigr => i _.
rewrite -Ef contentE /cnt -prodr_const.
by apply: eq_bigr => j /eqP ->.
Qed.

Lemma content_deg f : (\sum_i content f i = k)%N.
Proof.
under eq_bigr do rewrite contentE /cnt -sum1_card.
by rewrite -[RHS]card_ord -sum1_card (partition_big f xpredT).
Qed.

Lemma mult_gt0 (a : expo) : (0 < mult a)%N = (\sum_i a i == k)%N.
Proof.
apply/idP/eqP => [/card_gt0P[f /eqP <-]|E]; first exact: content_deg.
pose s := flatten [seq nseq (a i) i | i <- enum 'I_m].
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
End Multinomial.

Lemma card_deg m k : #|[pred a : expo m.+1 k | (\sum_i a i == k)%N]| = 'C(m + k, k).
Proof.
rewrite -[in RHS]bin_sub ?leq_addl // addnK -card_ord_partitions -!sum1_card.
rewrite (reindex (fun a : expo m.+1 k => [tuple a i | i < m.+1])) /=.
  by apply: eq_bigl => a; rewrite !inE big_tuple; congr (_ == _); apply: eq_bigr => i _; rewrite tnth_mktuple.
exists (fun t : m.+1.-tuple 'I_k.+1 => [ffun i => tnth t i]) => [a|t] _.
  by apply/ffunP=> i; rewrite ffunE tnth_mktuple.
by apply/eq_from_tnth=> i; rewrite tnth_mktuple ffunE.
Qed.

Lemma sum_enum (V : zmodType) (T : finType) (G : T -> V) :
  \sum_(i < #|T|) G (enum_val i) = \sum_x G x.
Proof. by rewrite [RHS](reindex (@enum_val T xpredT)) //=; apply/onW_bij/enum_val_bij. Qed.

Section LowerBound.
Variables (F : fieldType) (charF : [char F] =i pred0) (m k : nat).
Local Notation N := 'C(m + k, k).
Local Notation T := (expo m.+1 k).

Definition dot n (a b : 'rV[F]_n) : F := \sum_i a 0 i * b 0 i.

(* one-variable Vandermonde matrix at 0, 1, ..., k *)
Definition V1 : 'M[F]_k.+1 := \matrix_(i, j) (i%:R ^+ j).

Lemma natF_inj : injective (fun n : nat => n%:R : F).
Proof.
have P := (charf0P F).1 charF.
suff H a b : (a <= b)%N -> a%:R = b%:R :> F -> a = b.
  by move=> a b E; case/orP: (leq_total a b) => /H; [|move=> G; symmetry]; auto.
move=> /subnKC <-; rewrite natrD -[LHS]addr0 => /addrI/esym/eqP.
by rewrite P => /eqP ->; rewrite addn0.
Qed.

Lemma V1_unit : V1 \in unitmx.
Proof.
rewrite -unitmx_tr -row_free_unit; apply: inj_row_free => v vV.
pose p := \poly_(j < k.+1) v 0 (inord j).
have p0 : p = 0.
  apply: (@roots_geq_poly_eq0 F p [seq (nat_of_ord i)%:R | i <- enum 'I_k.+1]).
  - apply/allP => _ /mapP[i _ ->]; rewrite rootE horner_poly; apply/eqP.
    move/matrixP/(_ 0 i): vV; rewrite !mxE => E; rewrite -[RHS]E.
    by apply: eq_bigr => j _; rewrite !mxE inord_val.
  - by rewrite map_inj_uniq ?enum_uniq // => i j /natF_inj/val_inj.
  - by rewrite size_map size_enum_ord size_poly.
apply/rowP => j; rewrite mxE; move/polyP/(_ (j : nat)): p0.
by rewrite coef_poly coef0 ltn_ord inord_val.
Qed.

(* tensor power of it *)
Definition pt (s : T) : 'rV[F]_m.+1 := \row_i (s i : nat)%:R.
Definition Wm : 'M[F]_#|T| :=
  \matrix_(s, a) \prod_i V1 ((enum_val s : T) i) ((enum_val a : T) i).
Definition Wi : 'M[F]_#|T| :=
  \matrix_(s, a) \prod_i (invmx V1) ((enum_val s : T) i) ((enum_val a : T) i).

Lemma Wm_unit : Wm \in unitmx.
Proof.
suff /mulmx1_unit[] : Wm *m Wi = 1%:M by [].
apply/matrixP => s t; rewrite !mxE.
under eq_bigr do rewrite !mxE -big_split /=.
rewrite (sum_enum (fun a : T => \prod_i (V1 ((enum_val s : T) i) (a i) * invmx V1 (a i) ((enum_val t : T) i)))) /=.
rewrite -(bigA_distr_bigA (fun i j => V1 ((enum_val s : T) i) j * invmx V1 j ((enum_val t : T) i))).
have E i : \sum_j V1 ((enum_val s : T) i) j * invmx V1 j ((enum_val t : T) i)
           = ((enum_val s : T) i == (enum_val t : T) i)%:R.
  by have /matrixP/(_ ((enum_val s : T) i) ((enum_val t : T) i)) := mulmxV V1_unit; rewrite !mxE.
under eq_bigr do rewrite E.
case: (eqVneq s t) => [->|st]; first by rewrite big1 // => i _; rewrite eqxx.
have /existsP[i ni] : [exists i, (enum_val s : T) i != (enum_val t : T) i].
  apply: contra_neqT st; rewrite negb_exists => /forallP H.
  by apply/enum_val_inj/ffunP => i; apply/eqP; move: (H i); rewrite negbK.
by rewrite (bigD1 i) //= (negPf ni) mul0r.
Qed.

Definition Dm : 'M[F]_#|T| := diag_mx (\row_a (mult (enum_val a : T))%:R).

Definition pts (s : 'I_#|T|) : 'rV[F]_m.+1 := pt (enum_val s).

Lemma grid_pt : grid (fun a b => dot a b ^+ k) pts pts = Wm *m Dm *m Wm^T.
Proof.
apply/matrixP => s t; rewrite !mxE multinomialE -[LHS]sum_enum /=.
rewrite mul_mx_diag; apply: eq_bigr => a _; rewrite !mxE [_ * (mult _)%:R]mulrC -mulrA -big_split /=.
by congr (_ * _); apply: eq_bigr => i _; rewrite !mxE exprMn.
Qed.

Lemma rank_Dm : (N <= \rank Dm)%N.
Proof.
pose P := [pred a : T | (\sum_i a i == k)%N].
pose u (i : 'I_#|P|) : 'I_#|T| := enum_rank (enum_val i : T).
have uI : injective u by move=> i j /enum_rank_inj/enum_val_inj.
rewrite -card_deg -/P; apply: leq_trans (mxrank_mxsub u u Dm).
have ->: mxsub u u Dm = diag_mx (\row_i (mult (enum_val i : T))%:R).
  by apply/matrixP=> i j; rewrite !mxE (inj_eq uI) /u enum_rankK.
rewrite mxrank_unit // unitmxE det_diag unitfE; apply/prodf_neq0 => i _.
rewrite mxE ((charf0P F).1 charF) -lt0n mult_gt0.
by have := enum_valP i; rewrite inE.
Qed.

Lemma rank_grid_pt : (N <= \rank (grid (fun a b => dot a b ^+ k) pts pts))%N.
Proof.
rewrite grid_pt mxrankMfree; last by rewrite row_free_unit unitmx_tr Wm_unit.
by rewrite eqmxMfull ?rank_Dm // row_full_unit Wm_unit.
Qed.

Lemma dot_sep_le n : sep_le (@dot n) n.
Proof. by exists (fun i a => a 0 i), (fun i b => b 0 i). Qed.

Theorem sep_le_dotX_upper : sep_le (fun a b : 'rV_m.+1 => dot a b ^+ k) N.
Proof. by have := sep_leX k (dot_sep_le m.+1); rewrite addSn subn1. Qed.

Theorem sep_le_dotX_lower r : sep_le (fun a b : 'rV_m.+1 => dot a b ^+ k) r -> (N <= r)%N.
Proof. by move=> H; apply: leq_trans rank_grid_pt (sep_le_rank _ _ H). Qed.

Theorem dotX_grid : exists xs ys : 'I_N -> 'rV[F]_m.+1,
  \det (grid (fun a b => dot a b ^+ k) xs ys) != 0.
Proof.
set G := grid (fun a b => dot a b ^+ k) pts pts.
have rG : \rank G = N.
  apply/eqP; rewrite eqn_leq rank_grid_pt andbT.
  exact: sep_le_rank sep_le_dotX_upper.
have := mxrank_minor G; rewrite rG => -[f [g H]].
exists (fun i => pts (f i)), (fun i => pts (g i)).
by move: H; congr (\det _ != 0); apply/matrixP=> i j; rewrite !mxE.
Qed.
End LowerBound.
Print Assumptions sep_le_dotX_lower.
Print Assumptions dotX_grid.
