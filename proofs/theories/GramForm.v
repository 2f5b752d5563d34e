(* Networks of attention layers with residual connections, biases and position-wise linear layers, and
   their Gram form: the first half of Theorem 3.14 of theory.md, over any commutative ring. The state of
   such a network is T(z) Phi(G), G the Gram matrix of the tokens T(z), and Phi a polynomial in its
   entries, no longer homogeneous. Without biases T(z) = z; with them T(z) has a column of ones.

   bhead R d          == one head: query and key matrices d x hw with biases, value matrix d x vw with a bias,
                         output matrix vw x d. So a head may have any width, smaller or larger than d/H
   layer R d          == Attend res heads b: attention with these heads and output bias b, and with a residual
                         connection around it if res; Linear W b: Y W + b in each token
   layers ls Y        == the network; layers_net: the network of Attention.v is one of these
   depth ls           == the number of its attention layers
   unbiased l         == l has no biases
   deg_le c p         == the polynomial p has degree at most c
   gram_form S T c f  == f z = T(z) Phi, where the entries of Phi are polynomials of degree at most c in the
                         entries of the Gram matrices of the tokens of T(z) in S and of the others *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates Straightening.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Network.
Variables (R : comRingType) (n d : nat).
Record bhead := BHead {
  hw : nat; vw : nat;
  wq : 'M[R]_(d, hw); bq : 'rV[R]_hw; wk : 'M[R]_(d, hw); bk : 'rV[R]_hw;
  wv : 'M[R]_(d, vw); bv : 'rV[R]_vw; wo : 'M[R]_(vw, d) }.
Inductive layer := Attend of bool & seq bhead & 'rV[R]_d | Linear of 'M[R]_d & 'rV[R]_d.

Definition affine k l (W : 'M[R]_(k, l)) (b : 'rV[R]_l) (Y : 'M[R]_(n, k)) : 'M[R]_(n, l) :=
  Y *m W + const_mx 1 *m b.
Definition attend1 (H : bhead) (Y : 'M[R]_(n, d)) :=
  affine (wq H) (bq H) Y *m (affine (wk H) (bk H) Y)^T *m affine (wv H) (bv H) Y *m wo H.
Definition layer_step (Y : 'M[R]_(n, d)) l := match l with
  | Attend res hs b => (if res then Y else 0) + affine 1%:M b (\sum_(H <- hs) attend1 H Y)
  | Linear W b => affine W b Y end.
Definition layers ls Y := foldl layer_step Y ls.
Definition is_attention l := if l is Attend _ _ _ then true else false.
Definition depth (ls : seq layer) := count is_attention ls.
Definition unbiased_head H := [&& bq H == 0, bk H == 0 & bv H == 0].
Definition unbiased l := match l with
  | Attend _ hs b => all unbiased_head hs && (b == 0) | Linear _ b => b == 0 end.

(* the network of Attention.v is one without residual connections and biases *)
Definition of_head (wv : head R d) := BHead wv.1 0 1%:M 0 wv.2 0 1%:M.
Lemma layers_net Ws X : layers [seq Attend false (map of_head H) 0 | H <- Ws] X = net Ws X.
Proof.
rewrite /layers /net; elim: Ws X => //= H Ws IH X; rewrite IH; congr foldl.
rewrite /affine /att big_map mulmx1 mulmx0 addr0 add0r; apply: eq_bigr => wv _.
by rewrite /attend1 /affine /att1 /= !mulmx0 !addr0 !mulmx1 !mulmxA.
Qed.
End Network.

(* polynomials of degree at most c, not homogeneous *)
Section DegreeLe.
Variables (R : comRingType) (m : nat).
Implicit Types (p q : {mpoly R[m]}).
Definition deg_le c p := forall u, u \in msupp p -> (mdeg u <= c)%N.

Lemma deg_leW c c' p : (c <= c')%N -> deg_le c p -> deg_le c' p.
Proof. by move=> cc' H u /H uc; apply: leq_trans cc'. Qed.

Lemma deg_le0 c : deg_le c 0.
Proof. by move=> u; rewrite msupp0. Qed.

Lemma deg_leD c p q : deg_le c p -> deg_le c q -> deg_le c (p + q).
Proof. by move=> hp hq u /msuppD_le; rewrite mem_cat => /orP[/hp|/hq]. Qed.

Lemma deg_leM c c' p q : deg_le c p -> deg_le c' q -> deg_le (c + c') (p * q).
Proof. by move=> hp hq u /msuppM_le/allpairsP[[u1 u2] /= [/hp h1 /hq h2 ->]]; rewrite mdegD leq_add. Qed.

Lemma deg_leC c (a : R) : deg_le c a%:MP.
Proof. by move=> u; rewrite msuppC; case: ifP => // _; rewrite inE => /eqP ->; rewrite mdeg0. Qed.

Lemma deg_leX t : deg_le 1 ('X_t : {mpoly R[m]}).
Proof. by move=> u; rewrite msuppX inE => /eqP ->; rewrite mdeg1. Qed.

Lemma deg_le_msize c p : deg_le c p -> (msize p <= c.+1)%N.
Proof. by move=> H; rewrite msizeE; apply/bigmax_leqP_seq => u /H. Qed.

Definition deg_le_mx c k l (P : 'M[{mpoly R[m]}]_(k, l)) := forall i j, deg_le c (P i j).

Lemma deg_le_mxM c c' k l l' (P : 'M_(k, l)) (Q : 'M_(l, l')) :
  deg_le_mx c P -> deg_le_mx c' Q -> deg_le_mx (c + c') (P *m Q).
Proof.
move=> hP hQ i j; rewrite mxE; elim/big_ind: _ => [|p q|t _]; [exact: deg_le0|exact: deg_leD|exact: deg_leM].
Qed.

Lemma deg_le_mxC c k l (P : 'M[R]_(k, l)) : deg_le_mx c (map_mx (@mpolyC _ R) P).
Proof. by move=> i j; rewrite mxE; apply: deg_leC. Qed.
End DegreeLe.

(* a state whose rows are those of T(z) times a matrix of polynomials of degree at most c in the
   entries of the Gram matrices of the two parts *)
Section Form.
Variables (R : comRingType) (n r e : nat) (S : pred 'I_n) (T : 'M[R]_(n, r) -> 'M[R]_(n, e)).
Hypothesis mixT : forall x y, T (mix S x y) = mix S (T x) (T y).
Local Notation m := #|upper e|.
Definition point x y := join (sym_coord (gram S (T x))) (sym_coord (gram (predC S) (T y))).
Definition gram_form c k (f : 'M[R]_(n, r) -> 'M[R]_(n, k)) :=
  exists2 P : 'M[{mpoly R[m + m]}]_(e, k), deg_le_mx c P &
    forall x y, f (mix S x y) = T (mix S x y) *m map_mx (meval (point x y)) P.

Lemma eq_gram_form c k (f f' : 'M[R]_(n, r) -> 'M[R]_(n, k)) :
  (forall z, f z = f' z) -> gram_form c f -> gram_form c f'.
Proof. by move=> E [P dP H]; exists P => // x y; rewrite -E. Qed.

Lemma gram_formW c c' k (f : 'M[R]_(n, r) -> 'M[R]_(n, k)) : (c <= c')%N -> gram_form c f -> gram_form c' f.
Proof. by move=> cc' [P dP H]; exists P => // i j; apply: deg_leW (dP i j). Qed.

Lemma eval_const x y k l (E : 'M[R]_(k, l)) : map_mx (meval (point x y)) (map_mx (@mpolyC _ R) E) = E.
Proof. by apply/matrixP => i j; rewrite !mxE mevalC. Qed.

Lemma gram_form_lin c k (E : 'M[R]_(e, k)) : gram_form c (fun z => T z *m E).
Proof. by exists (map_mx (@mpolyC _ R) E) => [|x y]; [exact: deg_le_mxC|rewrite eval_const]. Qed.

Lemma gram_form0 c k : gram_form c (fun z => 0 : 'M[R]_(n, k)).
Proof. by apply: eq_gram_form (gram_form_lin c 0) => z; rewrite mulmx0. Qed.

Lemma gram_formD c k (f g : 'M[R]_(n, r) -> 'M[R]_(n, k)) :
  gram_form c f -> gram_form c g -> gram_form c (fun z => f z + g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P + Q) => [i j|x y]; first by rewrite mxE; apply: deg_leD.
by rewrite Ef Eg map_mxD mulmxDr.
Qed.

Lemma gram_form_sum c k (A : Type) (s : seq A) (f : A -> 'M[R]_(n, r) -> 'M[R]_(n, k)) :
  (forall a, List.In a s -> gram_form c (f a)) -> gram_form c (fun z => \sum_(a <- s) f a z).
Proof.
elim: s => [|a s IH] H; first by apply: eq_gram_form (gram_form0 c k) => z; rewrite big_nil.
have Ha : gram_form c (f a) by apply: H; left.
have Hs : gram_form c (fun z => \sum_(a <- s) f a z) by apply: IH => b bs; apply: H; right.
by apply: eq_gram_form (gram_formD Ha Hs) => z; rewrite big_cons.
Qed.

Lemma gram_form_mulr c k l (E : 'M[R]_(k, l)) (f : 'M[R]_(n, r) -> 'M[R]_(n, k)) :
  gram_form c f -> gram_form c (fun z => f z *m E).
Proof.
case=> P dP H; exists (P *m map_mx (@mpolyC _ R) E) => [i j|x y].
  by rewrite -[c]addn0; apply: deg_le_mxM => //; apply: deg_le_mxC.
by rewrite H map_mxM eval_const mulmxA.
Qed.

Definition gram_sum : 'M[{mpoly R[m + m]}]_e :=
  \matrix_(k, l) ('X_(lshift m (sym_index k l)) + 'X_(rshift m (sym_index k l))).

Lemma gram_sumE x y : map_mx (meval (point x y)) gram_sum = (T (mix S x y))^T *m T (mix S x y).
Proof.
have idx (A : pred 'I_n) z k l : sym_coord (gram A (T z)) (sym_index k l) = gram A (T z) k l.
  exact: (@sym_coord_index e n R _ (fun z => mask A (T z)) z k l).
rewrite mixT gram_mix; apply/matrixP => k l.
by rewrite 2!mxE mevalD !mevalXU /point joinl joinr !idx [RHS]mxE.
Qed.

Lemma gram_form_triple c k l (f g : 'M[R]_(n, r) -> 'M[R]_(n, k)) (h : 'M[R]_(n, r) -> 'M[R]_(n, l)) :
  gram_form c f -> gram_form c g -> gram_form c h ->
  gram_form (3 * c).+1 (fun z => f z *m (g z)^T *m h z).
Proof.
case=> P dP Ef [Q dQ Eg] [M dM Eh]; exists (P *m Q^T *m gram_sum *m M) => [|x y].
  have -> : ((3 * c).+1 = c + c + 1 + c)%N by lia.
  do 3?apply: deg_le_mxM => //; first by move=> i j; rewrite mxE.
  by move=> i j; rewrite mxE; apply: deg_leD; apply: deg_leX.
by rewrite Ef Eg Eh !map_mxM gram_sumE trmx_mul map_trmx !mulmxA.
Qed.

(* the layers: biases are allowed where T(z) has a column of ones *)
Variable b : bool.
Hypothesis ones : b -> exists o : 'cV[R]_e, forall z, T z *m o = const_mx 1.

Lemma gram_form_bias c k (v : 'rV[R]_k) : ~~ b ==> (v == 0) -> gram_form c (fun _ => const_mx 1 *m v).
Proof.
case: b ones => /= [/(_ isT)[o Ho] _|_ /eqP ->].
  by apply: eq_gram_form (gram_form_lin c (o *m v)) => z; rewrite mulmxA Ho.
by apply: eq_gram_form (gram_form0 c k) => z; rewrite mulmx0.
Qed.

Lemma gram_form_affine c k l (W : 'M[R]_(k, l)) v (f : 'M[R]_(n, r) -> 'M[R]_(n, k)) :
  ~~ b ==> (v == 0) -> gram_form c f -> gram_form c (fun z => affine W v (f z)).
Proof. by move=> hv hf; apply: gram_formD; [apply: gram_form_mulr|apply: gram_form_bias]. Qed.

Lemma gram_form_step c d (l : layer R d) (f : 'M[R]_(n, r) -> 'M[R]_(n, d)) : ~~ b ==> unbiased l ->
  gram_form c f -> gram_form (if is_attention l then (3 * c).+1 else c) (fun z => layer_step (f z) l).
Proof.
case: l => [res hs v|W v] /= ub hf; last exact: gram_form_affine.
apply: gram_formD.
  by case: res; [apply: gram_formW hf; lia|apply: gram_form0].
apply: gram_form_affine; first by case: b ub => //= /andP[].
apply: gram_form_sum => H Hin; apply: gram_form_mulr.
have /and3P[hq hk hv] : [&& ~~ b ==> (bq H == 0), ~~ b ==> (bk H == 0) & ~~ b ==> (bv H == 0)].
  case: b ub => //= /andP[+ _]; elim: hs Hin => //= H' hs IH [-> /andP[] //|Hin /andP[_]]; exact: IH.
by apply: gram_form_triple; apply: gram_form_affine.
Qed.

Lemma gram_form_layers c d (ls : seq (layer R d)) (f : 'M[R]_(n, r) -> 'M[R]_(n, d)) : ~~ b ==> all (@unbiased R d) ls ->
  gram_form (gram_degree c) f -> gram_form (gram_degree (depth ls + c)) (fun z => layers ls (f z)).
Proof.
elim: ls c f => [|l ls IH] c f //= ub hf.
have [ul uls] : ~~ b ==> unbiased l /\ ~~ b ==> all (@unbiased R d) ls by case: b ub => //= /andP[].
rewrite /depth /= -addnA addnCA; apply: (IH _ (fun z => layer_step (f z) l)) => //.
by have := gram_form_step ul hf; rewrite -gram_degreeS; case: (is_attention l).
Qed.

(* the entries as sums over pairs of monomials *)
Local Notation exp c := (expo m c.+1).
Definition token_in i x (k : 'I_e) := T x i k.
Lemma gram_form_sum_pairs c k (f : 'M[R]_(n, r) -> 'M[R]_(n, k)) i p : S i -> gram_form c f ->
  exists2 a : 'I_e * exp c -> exp c -> R, (forall ku v, a ku v != 0 -> (edeg ku.2 + edeg v <= c)%N) &
    forall x y, f (mix S x y) i p = \sum_ku \sum_v a ku v
      * afun (token_in i) (fun x => sym_coord (gram S (T x))) ku x * bfun (fun y => sym_coord (gram (predC S) (T y))) v y.
Proof.
move=> Si [P dP H]; exists (fun ku v => (P ku.1 p)@_(mnm2 ku.2 v)) => [ku v|x y].
  by rewrite -mcoeff_msupp => /dP; rewrite mdeg_mnm2.
rewrite H mxE -(pair_bigA _ (fun l u => \sum_v (P l p)@_(mnm2 u v) * afun (token_in i) _ (l, u) x * bfun _ v y)) /=.
apply: eq_bigr => l _; rewrite [map_mx _ _ _ _]mxE (meval_join _ _ (deg_le_msize (dP l p))) mulr_sumr.
apply: eq_bigr => u _; rewrite mulr_sumr; apply: eq_bigr => v _.
rewrite /afun /bfun /token_in /= mixT mxE Si !mulrA; do 2!congr (_ * _); exact: mulrC.
Qed.
End Form.
