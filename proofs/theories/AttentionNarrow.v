(* Attention by its layers, where a token is not read completely: Theorem 3.14 (a) of theory.md with d_x < r.
   As in AttentionLayers.v, but the first layer is attention without a residual connection, with heads of
   widths that add up to d_x. Then the output token is seen through d_x linear forms only, and h1 may be
   replaced by min( h1(r,|A|;c), d_x h(r,|A|;c) ).
   Relation to theory.md: its smaller number for |A| = 1 is left out.

   read_form S Q c f        == f z = z Q Phi, where the entries of Phi are polynomials of degree at most c in the
                               entries of the Gram matrices of the tokens in S and of the others
   narrow_bound r dx rA rB C == the bound *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm ChainCount AttentionLayers.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition narrow_token r dx rA c := minn (token_chains r rA c) (dx * gram_chains r rA c).
Definition narrow_bound r dx rA rB C := level_bound (narrow_token r dx rA) (gram_chains r rB) C.

Section Read.
Variables (R : comRingType) (n r : nat) (S : pred 'I_n).
Local Notation m := #|upper r|.
Local Notation input := 'M[R]_(n, r).
Local Notation point := (@point R n r r S id).
Local Notation gram_form := (@gram_form R n r r S id).
Let mixid (x y : input) : id (mix S x y) = mix S (id x) (id y) := erefl.

Definition read_form q (Q : 'M[R]_(r, q)) c k (f : input -> 'M[R]_(n, k)) :=
  exists2 P : 'M[{mpoly R[m + m]}]_(q, k), deg_le_mx c P &
    forall x y, f (mix S x y) = mix S x y *m Q *m map_mx (meval (point x y)) P.

Lemma read_gram_form q (Q : 'M_(r, q)) c k (f : input -> 'M[R]_(n, k)) : read_form Q c f -> gram_form c f.
Proof.
case=> P dP H; exists (map_mx (@mpolyC _ R) Q *m P) => [|x y].
  by rewrite -[c]add0n; apply: deg_le_mxM => //; apply: deg_le_mxC.
by rewrite H map_mxM eval_const mulmxA.
Qed.

Lemma eq_read_form q (Q : 'M_(r, q)) c k (f g : input -> 'M[R]_(n, k)) :
  (forall z, f z = g z) -> read_form Q c f -> read_form Q c g.
Proof. by move=> E [P dP H]; exists P => // x y; rewrite -E. Qed.

Lemma read_formW q (Q : 'M_(r, q)) c c' k (f : input -> 'M[R]_(n, k)) : (c <= c')%N -> read_form Q c f -> read_form Q c' f.
Proof. by move=> cc' [P dP H]; exists P => // i j; apply: deg_leW (dP i j). Qed.

Lemma read_form0 q (Q : 'M_(r, q)) c k : read_form Q c (fun _ => 0 : 'M[R]_(n, k)).
Proof.
by exists 0 => [i j|x y]; [rewrite mxE; apply: deg_le0|rewrite map_mx0 mulmx0].
Qed.

Lemma read_formD q (Q : 'M_(r, q)) c k (f g : input -> 'M[R]_(n, k)) :
  read_form Q c f -> read_form Q c g -> read_form Q c (fun z => f z + g z).
Proof.
case=> P dP Ef [P' dP' Eg]; exists (P + P') => [i j|x y]; first by rewrite mxE; apply: deg_leD.
by rewrite Ef Eg map_mxD mulmxDr.
Qed.

Lemma read_form_mulr q (Q : 'M_(r, q)) c k l (E : 'M[R]_(k, l)) (f : input -> 'M[R]_(n, k)) :
  read_form Q c f -> read_form Q c (fun z => f z *m E).
Proof.
case=> P dP H; exists (P *m map_mx (@mpolyC _ R) E) => [|x y].
  by rewrite -[c]addn0; apply: deg_le_mxM => //; apply: deg_le_mxC.
by rewrite H map_mxM eval_const mulmxA.
Qed.

Lemma read_form_triple q (Q : 'M_(r, q)) c k l (f g : input -> 'M[R]_(n, k)) (h : input -> 'M[R]_(n, l)) :
  read_form Q c f -> gram_form c g -> gram_form c h -> read_form Q (3 * c).+1 (fun z => f z *m (g z)^T *m h z).
Proof.
case=> P dP Ef [P' dP' Eg] [M dM Eh]; exists (P *m P'^T *m gram_sum R r *m M) => [|x y].
  have -> : ((3 * c).+1 = c + c + 1 + c)%N by lia.
  do 3?apply: deg_le_mxM => //; first by move=> i j; rewrite mxE.
  by move=> i j; rewrite mxE; apply: deg_leD; apply: deg_leX.
by rewrite Ef Eg Eh !map_mxM (gram_sumE mixid) trmx_mul map_trmx !mulmxA.
Qed.

Lemma read_form_left q q' (Q : 'M_(r, q)) (Q' : 'M_(r, q')) c k (f : input -> 'M[R]_(n, k)) :
  read_form Q c f -> read_form (row_mx Q Q') c f.
Proof.
case=> P dP H; exists (col_mx P 0) => [i j|x y]; first by rewrite mxE; case: splitP => l _ //; rewrite mxE; apply: deg_le0.
by rewrite H map_col_mx map_mx0 -!mulmxA mul_row_col mulmx0 addr0.
Qed.

Lemma read_form_right q q' (Q : 'M_(r, q)) (Q' : 'M_(r, q')) c k (f : input -> 'M[R]_(n, k)) :
  read_form Q' c f -> read_form (row_mx Q Q') c f.
Proof.
case=> P dP H; exists (col_mx 0 P) => [i j|x y]; first by rewrite mxE; case: splitP => l _ //; rewrite mxE; apply: deg_le0.
by rewrite H map_col_mx map_mx0 -!mulmxA mul_row_col mulmx0 add0r.
Qed.

Variable d : nat.
Let no_ones : false -> exists o : 'cV[R]_r, forall z : input, z *m o = const_mx 1. Proof. by []. Qed.

Lemma read_form_attend q (Q : 'M_(r, q)) c H k (f : input -> 'M[R]_(n, d)) (E : 'M[R]_(d, k)) :
  unbiased_head H -> read_form Q c (fun z => f z *m wq H) -> gram_form c f ->
  read_form Q (3 * c).+1 (fun z => attend1 H (f z) *m E).
Proof.
case/and3P=> /eqP hq hk hv rf gf; apply: read_form_mulr; apply: read_form_mulr.
apply: read_form_triple; last 2 first.
- by apply: (gram_form_affine no_ones) => //=; apply: hk.
- by apply: (gram_form_affine no_ones) => //=; apply: hv.
by apply: eq_read_form rf => z; rewrite /affine hq mulmx0 addr0.
Qed.

Lemma read_form_sum q (Q : 'M_(r, q)) c k (A : Type) (s : seq A) (f : A -> input -> 'M[R]_(n, k)) :
  (forall a, List.In a s -> read_form Q c (f a)) -> read_form Q c (fun z => \sum_(a <- s) f a z).
Proof.
elim: s => [|a s IH] H; first by apply: eq_read_form (read_form0 Q c k) => z; rewrite big_nil.
have Ha : read_form Q c (f a) by apply: H; left.
have Hs : read_form Q c (fun z => \sum_(a <- s) f a z) by apply: IH => b bs; apply: H; right.
by apply: eq_read_form (read_formD Ha Hs) => z; rewrite big_cons.
Qed.

Lemma all_In (A : Type) (a : pred A) s x : all a s -> List.In x s -> a x.
Proof. by elim: s => //= y s IH /andP[ay as_] [<- //|]; apply: IH. Qed.

Lemma read_form_step q (Q : 'M_(r, q)) c (l : layer R d) (f : input -> 'M[R]_(n, d)) : unbiased l ->
  read_form Q c f -> read_form Q (if is_attention l then (3 * c).+1 else c) (fun z => layer_step (f z) l).
Proof.
case: l => [res hs v /andP[uh /eqP ->]|W v /eqP ->] rf /=; last first.
  by apply: eq_read_form (read_form_mulr W rf) => z; rewrite /affine mulmx0 addr0.
apply: read_formD; first by case: res; [apply: read_formW rf; lia|apply: read_form0].
have S1 : read_form Q (3 * c).+1 (fun z => \sum_(H <- hs) attend1 H (f z) *m 1%:M).
  apply: read_form_sum => H Hin; apply: read_form_attend (all_In uh Hin) _ _; first exact: read_form_mulr.
  exact: read_gram_form rf.
by apply: eq_read_form S1 => z; rewrite /affine mulmx0 addr0 mulmx_suml.
Qed.

Lemma read_form_layers q (Q : 'M_(r, q)) c (ls : seq (layer R d)) (f : input -> 'M[R]_(n, d)) : all (@unbiased R d) ls ->
  read_form Q (gram_degree c) f -> read_form Q (gram_degree (depth ls + c)) (fun z => layers ls (f z)).
Proof.
elim: ls c f => [|l ls IH] c f //= /andP[ul uls] rf.
rewrite /depth /= -addnA addnCA; apply: (IH _ (fun z => layer_step (f z) l)) => //.
by have := read_form_step ul rf; rewrite -gram_degreeS; case: (is_attention l).
Qed.

(* the first layer reads through the query matrices of its heads *)
Lemma read_form_first (E : 'M[R]_(r, d)) hs : all (@unbiased_head R d) hs ->
  exists Q : 'M[R]_(r, \sum_(H <- hs) hw H), read_form Q 1 (fun z => \sum_(H <- hs) attend1 H (z *m E)).
Proof.
elim: hs => [_|H hs IH /= /andP[uH /IH[Q rQ]]].
  by exists 0; apply: eq_read_form (read_form0 _ _ _) => z; rewrite big_nil.
rewrite big_cons; exists (row_mx (E *m wq H) Q).
have rH : read_form (E *m wq H) 0 (fun z : input => z *m E *m wq H).
  exists 1%:M => [i j|x y]; last by rewrite map_mx1 mulmx1 mulmxA.
  by rewrite mxE -mpolyC_nat; apply: deg_leC.
have gE : gram_form 0 (fun z : input => z *m E) by apply: (gram_form_lin S id 0 E).
have := read_form_attend 1%:M uH rH gE; rewrite muln0 => /(read_form_left Q) r1.
apply: eq_read_form (read_formD r1 (read_form_right (E *m wq H) rQ)) => z.
by rewrite big_cons mulmx1.
Qed.

Local Notation exp c := (expo m c.+1).
Lemma read_form_sum_pairs q (Q : 'M_(r, q)) c k (f : input -> 'M[R]_(n, k)) i p : S i -> read_form Q c f ->
  exists2 a : 'I_q * exp c -> exp c -> R, (forall ku v, a ku v != 0 -> (edeg ku.2 + edeg v <= c)%N) &
    forall x y, f (mix S x y) i p = \sum_ku \sum_v a ku v
      * ((x *m Q) i ku.1 * monom (sym_coord (gram S x)) ku.2) * bfun (fun y => sym_coord (gram (predC S) y)) v y.
Proof.
move=> Si [P dP H]; exists (fun ku v => (P ku.1 p)@_(mnm2 ku.2 v)) => [ku v|x y].
  by rewrite -mcoeff_msupp => /dP; rewrite mdeg_mnm2.
rewrite H mxE -(pair_bigA _ (fun l u => \sum_v (P l p)@_(mnm2 u v)
  * ((x *m Q) i l * monom (sym_coord (gram S x)) u) * bfun _ v y)) /=.
have xQ l : (mix S x y *m Q) i l = (x *m Q) i l by rewrite !mxE; apply: eq_bigr => j _; rewrite mxE Si.
apply: eq_bigr => l _; rewrite [map_mx _ _ _ _]mxE (meval_join _ _ (deg_le_msize (dP l p))) mulr_sumr.
apply: eq_bigr => u _; rewrite mulr_sumr; apply: eq_bigr => v _.
by rewrite /bfun xQ !mulrA; do 2!congr (_ * _); apply: mulrC.
Qed.
End Read.

(* Theorem 3.14 (a), the output token read through the heads of the first layer *)
Theorem layers_narrow_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r, d)) hs v (ls : seq (layer F d)) i p
    (l := Attend false hs v) :
  (0 < r)%N -> all (@unbiased F d) (l :: ls) ->
  sep_le (fun x y => layers (l :: ls) (mix S x y *m E) i p)
    (narrow_bound r (\sum_(H <- hs) hw H) #|[pred j | S j == S i]| #|[pred j | S j != S i]|
       (gram_degree (depth (l :: ls)))).
Proof.
move=> r0 /= /andP[/andP[uh /eqP v0] uls]; set C := gram_degree _; set dx := (\sum_(H <- hs) hw H)%N.
apply: (@two_sides _ _ _ (fun z => layers (l :: ls) (z *m E) i p) S i (fun rA rB => narrow_bound r dx rA rB C)) => A Ai.
have [Q rQ] := read_form_first A E uh.
have r1 : read_form A Q (gram_degree 1) (fun z => layer_step (z *m E) l).
  by apply: eq_read_form rQ => z; rewrite /l /= v0 /affine mulmx1 mulmx0 addr0 add0r.
have := read_form_layers uls r1; rewrite addnC => form.
have [a deg H] := read_form_sum_pairs p Ai form.
apply: eq_sep_le (fun x y => esym (H x y)) _.
have [q0|q0] := posnP dx.
  apply: sep_leW (leq0n _) _; apply: eq_sep_le (@sep_le0 _ _ _) => x y; rewrite big1 // => -[k u].
  by have := ltn_ord k; rewrite -/dx [X in (_ < X)%N]q0.
have Ai0 : (0 < #|A|)%N by apply/card_gt0P; exists i.
rewrite /narrow_bound; have [||t tC <-] := @gram_stairs r #|predC A| (narrow_token r dx #|A|) C r0.
- move=> c; rewrite /narrow_token leq_min !geq_min leq_mul2l leq_gram_chains // !orbT andbT.
  by case: (r) r0 => // r' _; rewrite leq_token_chains.
- have up c : (0 < gram_chains r #|A| c)%N.
    by elim: c => [|c IH]; [apply: gram_chains_gt0|apply: leq_trans IH (leq_gram_chains _ _ _)].
  rewrite /narrow_token leq_min muln_gt0 q0 up !andbT.
  by case: (r) r0 => // r' _; apply: token_chains_gt0.
apply: (stairs_sep_le _ _ deg tC) => [c _|b _]; last exact: (@gram_spanned F n r r C id (predC A) b).
apply: spanned_min; last first.
  have sc := @spanned_scale F 'M[F]_(n, r) [finType of 'I_dx] [finType of expo #|upper r| C.+1]
    [pred u | edeg u == c] (bfun (fun x => sym_coord (gram A x))) _ (fun x k => (x *m Q) i k)
    (@gram_spanned F n r r C id A c).
  by move: sc; rewrite card_ord.
apply: (spanned_trans (a := fun (ku : 'I_dx * expo #|upper r| C.+1) (ju : 'I_r * expo #|upper r| C.+1) =>
  (ju.2 == ku.2)%:R * Q ju.1 ku.1) _ (@token_spanned F n r r C A id i c Ai)) => -[k u] x /= uc.
rewrite mxE mulr_suml -(pair_big_dep xpredT (fun _ u' => edeg u' == c) (fun j u' =>
  (u' == u)%:R * Q j k * afun (token_in id i) (fun x => sym_coord (gram A x)) (j, u') x)) /=.
apply: eq_bigr => j _; rewrite (bigD1 u) //= eqxx mul1r [X in _ = _ + X]big1 ?addr0 => [|u' /andP[_ nu]]; last first.
  by rewrite (negPf nu) !mul0r.
by rewrite /afun /token_in /= mulrCA mulrA.
Qed.
