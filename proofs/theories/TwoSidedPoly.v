(* Polynomials in one-sided functions: the common core of the Mixer bounds, theory.md 4.1 and 4.2.
   u : I -> X -> R, v : J -> Y -> R  == finite families of functions of the A side and of the B side
   poly_in u v e k f  == f x y is a polynomial in the u i x and the v j y with coefficients in R,
                         homogeneous of degree k if e, of degree at most k if not
   homogeneous_bound nA nB D == \sum_(a <= D) min (mc nA a, mc nB (D - a))
   degree_bound nA nB D      == min over t <= D + 1 of 'C(nA + t - 1, nA) + 'C(nB + D - t, nB)
   Proved: poly_in is closed under sums and products, and bounds the separation rank by these. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank MonomialCount.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition homogeneous_bound nA nB D := (\sum_(a < D.+1) minn (mc nA a) (mc nB (D - a)))%N.
Definition degree_cover nA nB D t := ('C((nA + t).-1, nA) + 'C(nB + D - t, nB))%N.
Definition degree_bound nA nB D :=
  (\big[minn/degree_cover nA nB D 0]_(t < D.+2) degree_cover nA nB D t)%N.

Lemma degree_bound_min nA nB D t : (t <= D.+1)%N -> (degree_bound nA nB D <= degree_cover nA nB D t)%N.
Proof.
rewrite -ltnS => tD; rewrite /degree_bound; have := mem_index_enum (Ordinal tD).
elim: (index_enum _) => //= a s IH; rewrite inE big_cons => /orP[/eqP <-|/IH]; first exact: geq_minl.
by apply: leq_trans; apply: geq_minr.
Qed.

Section Def.
Variables (R : comRingType) (I J : finType) (X Y : Type) (u : I -> X -> R) (v : J -> Y -> R).
Implicit Types (e : bool) (f : X -> Y -> R).

Definition term := (R * seq I * seq J)%type.
Definition term_val (t : term) x y := t.1.1 * \prod_(i <- t.1.2) u i x * \prod_(j <- t.2) v j y.
Definition fits e (a k : nat) := if e then a == k else (a <= k)%N.
Definition poly_in e k f := exists2 ts : seq term,
  all (fun t => fits e (size t.1.2 + size t.2)%N k) ts & forall x y, f x y = \sum_(t <- ts) term_val t x y.

Lemma eq_poly_in e k f f' : (forall x y, f x y = f' x y) -> poly_in e k f -> poly_in e k f'.
Proof. by move=> E [ts H Hf]; exists ts => // x y; rewrite -E. Qed.

Lemma poly_inW k l f : (k <= l)%N -> poly_in false k f -> poly_in false l f.
Proof.
by move=> kl [ts H Hf]; exists ts => //; apply: sub_all H => t /= /leq_trans; apply.
Qed.

Lemma poly_in_const k c : poly_in false k (fun _ _ => c).
Proof. by exists [:: (c, [::], [::])] => // x y; rewrite big_seq1 /term_val !big_nil !mulr1. Qed.

Lemma poly_in_one e : poly_in e 0 (fun _ _ => 1).
Proof. by exists [:: (1, [::], [::])]; [case: e | move=> x y; rewrite big_seq1 /term_val !big_nil !mulr1]. Qed.

Lemma poly_in0 e k : poly_in e k (fun _ _ => 0).
Proof. by exists [::] => // x y; rewrite big_nil. Qed.

Lemma poly_inL e i : poly_in e 1 (fun x _ => u i x).
Proof. by exists [:: (1, [:: i], [::])]; [case: e | move=> x y; rewrite big_seq1 /term_val big_nil big_seq1 mulr1 mul1r]. Qed.

Lemma poly_inR e j : poly_in e 1 (fun _ y => v j y).
Proof. by exists [:: (1, [::], [:: j])]; [case: e | move=> x y; rewrite big_seq1 /term_val big_nil big_seq1 !mul1r]. Qed.

Lemma poly_inD e k f g : poly_in e k f -> poly_in e k g -> poly_in e k (fun x y => f x y + g x y).
Proof.
case=> ts H Hf [ts' H' Hg]; exists (ts ++ ts'); first by rewrite all_cat H.
by move=> x y; rewrite big_cat Hf Hg.
Qed.

Lemma poly_inM e k l f g : poly_in e k f -> poly_in e l g -> poly_in e (k + l) (fun x y => f x y * g x y).
Proof.
case=> ts H Hf [ts' H' Hg].
exists [seq (t.1.1 * t'.1.1, t.1.2 ++ t'.1.2, t.2 ++ t'.2) | t <- ts, t' <- ts'].
  apply/allP=> _ /allpairsP[[t t'] /= [/(allP H) + /(allP H') + ->]] /=; rewrite !size_cat addnACA.
  by rewrite /fits; case: e {H H'}; [move=> /eqP -> /eqP -> | apply: leq_add].
move=> x y; rewrite big_allpairs_dep Hf Hg big_distrlr /=.
apply: eq_bigr => t _; apply: eq_bigr => t' _; rewrite /term_val /= !big_cat /=.
by rewrite mulrACA; congr (_ * _); rewrite mulrACA.
Qed.

Lemma poly_inZ e k c f : poly_in e k f -> poly_in e k (fun x y => c * f x y).
Proof.
case=> ts H Hf; exists [seq (c * t.1.1, t.1.2, t.2) | t <- ts]; first by rewrite all_map.
by move=> x y; rewrite big_map Hf mulr_sumr; apply: eq_bigr => t _; rewrite /term_val !mulrA.
Qed.

Lemma poly_in_sum e k (T : Type) (r : seq T) (F : T -> X -> Y -> R) :
  (forall t, poly_in e k (F t)) -> poly_in e k (fun x y => \sum_(t <- r) F t x y).
Proof.
move=> H; elim: r => [|t r IH].
  by apply: eq_poly_in (poly_in0 e k) => x y; rewrite big_nil.
by apply: eq_poly_in (poly_inD (H t) IH) => x y; rewrite big_cons.
Qed.

Lemma poly_inX e k f n : poly_in e k f -> poly_in e (n * k) (fun x y => f x y ^+ n).
Proof.
move=> H; elim: n => [|n IH].
  by apply: eq_poly_in (poly_in_one e) => x y; rewrite expr0.
by rewrite mulSn; apply: eq_poly_in (poly_inM H IH) => x y; rewrite exprS.
Qed.

Lemma poly_in_horner k f (s : {poly R}) n : (size s <= n.+1)%N ->
  poly_in false k f -> poly_in false (n * k) (fun x y => s.[f x y]).
Proof.
move=> sz H.
have E (i : 'I_n.+1) : poly_in false (n * k) (fun x y => s`_i * f x y ^+ i).
  by apply: poly_inZ; apply: poly_inW (poly_inX i H); rewrite leq_mul2r -ltnS ltn_ord orbT.
apply: eq_poly_in (poly_in_sum _ E) => x y.
by rewrite (@horner_coef_wide _ n.+1).
Qed.
End Def.

Lemma poly_in_sym R I J X Y u v e k f : @poly_in R I J X Y u v e k f ->
  poly_in v u e k (fun y x => f x y).
Proof.
case=> ts H Hf; exists [seq (t.1.1, t.2, t.1.2) | t <- ts].
  by rewrite all_map; apply: sub_all H => t /=; rewrite addnC.
by move=> y x; rewrite big_map Hf; apply: eq_bigr => t _; rewrite /term_val mulrAC.
Qed.

Section SepRank.
Variables (R : comRingType) (I J : finType) (X Y : Type) (u : I -> X -> R) (v : J -> Y -> R).

(* the terms of degree a on the A side: one A function for each sorted list of a indices *)
Lemma sep_le_terms a (ts : seq (term R I J)) : all (fun t => size t.1.2 == a) ts ->
  sep_le (fun x y => \sum_(t <- ts) term_val u v t x y) (mc #|I| a).
Proof.
pose srt s : seq 'I_#|I| := sort (fun i j : 'I__ => (i <= j)%N) (map enum_rank s).
pose K := [finType of {t : a.-tuple 'I_#|I| | sorted leq (map val t)}].
move=> ats; have <- : #|K| = mc #|I| a by rewrite card_sig card_sorted_mc.
apply: (@sep_le_fin _ _ _ K _ (fun t x => \prod_(i <- val t) u (enum_val i) x)
  (fun t y => \sum_(s <- ts | srt s.1.2 == val t :> seq _) s.1.1 * \prod_(j <- s.2) v j y)) => x y.
under [RHS]eq_bigr do rewrite /= mulr_sumr big_mkcond.
rewrite exchange_big /= [LHS]big_seq [RHS]big_seq; apply: eq_bigr => s /(allP ats) /eqP sz.
have sz' : size (srt s.1.2) == a by rewrite size_sort size_map sz.
have so : sorted leq (map val (Tuple sz')).
  by rewrite sorted_map; apply: sort_sorted => i j; apply: leq_total.
pose t0 : K := exist _ (Tuple sz') so.
rewrite (bigD1 t0) //= eqxx [X in _ + X]big1 ?addr0; last first.
  by move=> t nt; apply: ifN; apply: contra nt => /eqP E; apply/eqP/val_inj/val_inj.
rewrite /term_val mulrCA mulrA; congr (_ * _); congr (_ * _).
rewrite (perm_big (map enum_rank s.1.2)) ?perm_sort //= big_map.
by apply: eq_bigr => i _; rewrite enum_rankK.
Qed.

Lemma sep_le_terms_lt t (ts : seq (term R I J)) : all (fun s => (size s.1.2 < t)%N) ts ->
  sep_le (fun x y => \sum_(s <- ts) term_val u v s x y) (\sum_(a < t) mc #|I| a)%N.
Proof.
move=> H.
have E (a : 'I_t) : sep_le (fun x y => \sum_(s <- [seq s <- ts | size s.1.2 == a]) term_val u v s x y) (mc #|I| a).
  by apply: sep_le_terms; apply: filter_all.
apply: eq_sep_le (sep_le_sum E) => x y; under [LHS]eq_bigr do rewrite big_filter big_mkcond /=.
rewrite exchange_big big_seq [RHS]big_seq; apply: eq_bigr => s /(allP H) lt.
rewrite (bigD1 (Ordinal lt)) //= eqxx big1 ?addr0 // => a na.
by apply: ifN; apply: contra na => /eqP E'; apply/eqP/val_inj.
Qed.
End SepRank.

Section Bounds.
Variables (R : comRingType) (I J : finType) (X Y : Type) (u : I -> X -> R) (v : J -> Y -> R).
Variables (D : nat) (f : X -> Y -> R).

Lemma sep_le_termsR (ts : seq (term R I J)) r :
  sep_le (fun y x => \sum_(t <- [seq (t.1.1, t.2, t.1.2) | t <- ts]) term_val v u t y x) r ->
  sep_le (fun x y => \sum_(t <- ts) term_val u v t x y) r.
Proof.
move/sep_le_sym; apply: eq_sep_le => x y; rewrite big_map.
by apply: eq_bigr => t _; rewrite /term_val mulrAC.
Qed.

Theorem homogeneous_sep_le : poly_in u v true D f -> sep_le f (homogeneous_bound #|I| #|J| D).
Proof.
case=> ts H Hf.
have E (a : 'I_D.+1) : sep_le (fun x y => \sum_(s <- [seq s <- ts | size s.1.2 == a]) term_val u v s x y)
    (minn (mc #|I| a) (mc #|J| (D - a))).
  rewrite /minn; case: ifP => _; first by apply: sep_le_terms; apply: filter_all.
  apply/sep_le_termsR/sep_le_terms; rewrite all_map all_filter.
  by apply: sub_all H => s /= /eqP sD; apply/implyP => /eqP <-; rewrite -sD addKn.
apply: eq_sep_le (sep_le_sum E) => x y; under [LHS]eq_bigr do rewrite big_filter big_mkcond /=.
rewrite exchange_big Hf big_seq [RHS]big_seq; apply: eq_bigr => s /(allP H) /eqP lt.
have lt' : (size s.1.2 < D.+1)%N by rewrite -lt ltnS leq_addr.
rewrite (bigD1 (Ordinal lt')) //= eqxx big1 ?addr0 // => a na.
by apply: ifN; apply: contra na => /eqP E'; apply/eqP/val_inj.
Qed.

Lemma degree_cover_sep_le t : (t <= D.+1)%N -> poly_in u v false D f ->
  sep_le f (degree_cover #|I| #|J| D t).
Proof.
move=> tD [ts H Hf].
have lo : sep_le (fun x y => \sum_(s <- [seq s <- ts | (size s.1.2 < t)%N]) term_val u v s x y)
    'C((#|I| + t).-1, #|I|).
  by apply: sep_leW (sum_mc_lt _ _) _; apply: sep_le_terms_lt; apply: filter_all.
have hi : sep_le (fun x y => \sum_(s <- [seq s <- ts | ~~ (size s.1.2 < t)%N]) term_val u v s x y)
    'C(#|J| + D - t, #|J|).
  apply: (@sep_leW _ _ _ _ (\sum_(b < D.+1 - t) mc #|J| b)).
    by apply: leq_trans (sum_mc_lt _ _) _; apply: leq_bin2l; lia.
  apply/sep_le_termsR/sep_le_terms_lt; rewrite all_map all_filter.
  by apply: sub_all H => s /= h; apply/implyP; lia.
by apply: eq_sep_le (sep_leD lo hi) => x y; rewrite !big_filter Hf [RHS](bigID (fun s => size s.1.2 < t)%N).
Qed.

Theorem degree_sep_le : poly_in u v false D f -> sep_le f (degree_bound #|I| #|J| D).
Proof.
move=> H; rewrite /degree_bound; elim/big_ind: _ => [|r s Hr Hs|t _].
- exact: degree_cover_sep_le.
- by rewrite /minn; case: ifP.
- by apply: degree_cover_sep_le; rewrite // -ltnS ltn_ord.
Qed.
End Bounds.
