(* What attention layers read of a token and of the Gram matrix: the part that Theorems 3.16 and 3.14 (c) of
   theory.md share.
   The first layer makes of tokens T(z) linear forms in their Gram matrix G = T^T T, through the key and value
   matrices of its heads, and reads T through the query matrices. Later layers hold the other forms between those
   which are read. So with suitable coordinates of G,
     f z = T(z) Q Phi,   Phi a polynomial of degree at most C_L in the coordinates of G_A and of G_B, and of degree
   at most C_(L-1) in those that the first layer does not see; rows from y on, which are read but not by a
   query matrix, have degree at most C_L - 1.

   deg2 w c e p      == the polynomial p has degree at most c, and at most e in the coordinates w of both sides
   seen_form e k o   == k o - binom(k + o - e, 2), k and o cut at e: linear forms that the entries of K^T G O span,
                        K and O of k and o columns, G symmetric of size e (seen_rank)
   svec G, coords C G == the entries of G as a row; N linear forms of them, the columns of C
   reads y c e f     == f z = T(z) Q Phi, with Phi as above for c, e in place of C_L, C_(L-1)
   head_reads hs, head_forms e hs == the sums of the widths, and of seen_form, over the heads
   reads_in res b e e0 hs, lead_in e0 hs, seen_in b e e0 hs, others_in res b e e0 hs
                     == q, y, u, w: tokens of e entries, the first layer with a residual connection around it if res,
                        one entry is 1 if b; its queries, keys and values are within e0 forms of the token
   reads_of, lead_of, seen_of, others_of == the same with e0 = e
   reads_pairs_in, reads_pairs : f as a sum over pairs of monomials
   For tokens that end with a 1, Z forgets the entry of G that is constant. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates
  AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* polynomials with two degrees *)
Section TwoDegrees.
Variables (R : comRingType) (N : nat) (w : pred 'I_N).
Implicit Types (p q : {mpoly R[N + N]}).
Definition deg2 c e p := forall u, u \in msupp p -> (mdeg u <= c)%N /\ (wdeg w u <= e)%N.

Lemma deg2W c c' e e' p : (c <= c')%N -> (e <= e')%N -> deg2 c e p -> deg2 c' e' p.
Proof. by move=> cc' ee' H u /H[uc ue]; split; [apply: leq_trans cc'|apply: leq_trans ee']. Qed.

Lemma deg2_0 c e : deg2 c e 0.
Proof. by move=> u; rewrite msupp0. Qed.

Lemma deg2D c e p q : deg2 c e p -> deg2 c e q -> deg2 c e (p + q).
Proof. by move=> hp hq u /msuppD_le; rewrite mem_cat => /orP[/hp|/hq]. Qed.

Lemma deg2_sum c e (I : Type) (s : seq I) (P : pred I) (f : I -> {mpoly R[N + N]}) :
  (forall i, P i -> deg2 c e (f i)) -> deg2 c e (\sum_(i <- s | P i) f i).
Proof. by move=> H; elim/big_ind: _ => //; [apply: deg2_0|apply: deg2D]. Qed.

Lemma deg2M c c' e e' p q : deg2 c e p -> deg2 c' e' q -> deg2 (c + c') (e + e') (p * q).
Proof.
move=> hp hq u /msuppM_le/allpairsP[[u1 u2] /= [/hp[h1 k1] /hq[h2 k2] ->]].
by rewrite mdegD wdegD !leq_add.
Qed.

Lemma graded_deg2 c e p : graded w c e p -> deg2 c e p.
Proof. by move=> H u /H[-> ->]. Qed.

Lemma deg2C c e (a : R) : deg2 c e a%:MP.
Proof. exact: deg2W (leq0n _) (leq0n _) (graded_deg2 (@gradedC R N w a)). Qed.

Lemma deg2X t e : (w t -> (0 < e)%N) -> deg2 1 e ('X_(lshift N t) + 'X_(rshift N t)).
Proof. by move=> /(@gradedX R N w)[gl gr]; apply: deg2D; apply: graded_deg2. Qed.

Definition deg2_mx c e k l (P : 'M[{mpoly R[N + N]}]_(k, l)) := forall i j, deg2 c e (P i j).

Lemma deg2_mxM c c' e e' k l l' (P : 'M_(k, l)) (Q : 'M_(l, l')) :
  deg2_mx c e P -> deg2_mx c' e' Q -> deg2_mx (c + c') (e + e') (P *m Q).
Proof. by move=> hP hQ i j; rewrite mxE; apply: deg2_sum => t _; apply: deg2M. Qed.

(* linear forms in the coordinates of both sides, and constants *)
Definition form_var k l (B : 'I_N -> 'M[R]_(k, l)) B0 : 'M[{mpoly R[N + N]}]_(k, l) :=
  \sum_t ('X_(lshift N t) + 'X_(rshift N t)) *: map_mx (@mpolyC _ R) (B t) + map_mx (@mpolyC _ R) B0.

Lemma form_var_entry k l (B : 'I_N -> 'M[R]_(k, l)) B0 i j :
  form_var B B0 i j = \sum_t ('X_(lshift N t) + 'X_(rshift N t)) * (B t i j)%:MP + (B0 i j)%:MP.
Proof. by rewrite mxE summxE !mxE; congr (_ + _); apply: eq_bigr => t _; rewrite !mxE. Qed.

Lemma form_varE k l (B : 'I_N -> 'M[R]_(k, l)) B0 a b :
  map_mx (meval (join a b)) (form_var B B0) = \sum_t (a t + b t) *: B t + B0.
Proof.
apply/matrixP => i j; rewrite mxE form_var_entry mevalD mevalC raddf_sum [RHS]mxE summxE; congr (_ + _).
by apply: eq_bigr => t _ /=; rewrite mevalM mevalD !mevalXU mevalC joinl joinr !mxE.
Qed.

Lemma deg2_form_var k l (B : 'I_N -> 'M[R]_(k, l)) B0 : deg2_mx 1 1 (form_var B B0).
Proof.
move=> i j; rewrite form_var_entry; apply: deg2D; last exact: deg2C.
by apply: deg2_sum => t _; rewrite -[1%N]addn0; apply: deg2M; [apply: deg2X|apply: deg2C].
Qed.
End TwoDegrees.

(* states that read the tokens through Q *)
Section Reads.
Variables (R : comRingType) (N : nat) (w : pred 'I_N) (n r e q y : nat) (S : pred 'I_n).
Local Notation input := 'M[R]_(n, r).
Variables (T : input -> 'M[R]_(n, e)) (Q : 'M[R]_(e, q)) (cA cB : input -> 'I_N -> R).
Local Notation ev x z P := (map_mx (meval (join (cA x) (cB z))) P).
Definition rows_deg c d k (P : 'M[{mpoly R[N + N]}]_(q, k)) :=
  forall (i : 'I_q) j, deg2 w (c - (y <= i)) d (P i j).
Definition reads c d k (f : input -> 'M[R]_(n, k)) :=
  exists2 P : 'M[{mpoly R[N + N]}]_(q, k), rows_deg c d P &
    forall x z, f (mix S x z) = T (mix S x z) *m Q *m ev x z P.

Lemma eq_reads c d k (f g : input -> 'M[R]_(n, k)) : (forall z, f z = g z) -> reads c d f -> reads c d g.
Proof. by move=> E [P dP H]; exists P => // x z; rewrite -E. Qed.

Lemma readsW c c' d d' k (f : input -> 'M[R]_(n, k)) : (c <= c')%N -> (d <= d')%N -> reads c d f -> reads c' d' f.
Proof. by move=> cc' dd' [P dP H]; exists P => // i j; apply: deg2W (dP i j) => //; apply: leq_sub2r. Qed.

Lemma ev_const x z k l (M : 'M[R]_(k, l)) : ev x z (map_mx (@mpolyC _ R) M) = M.
Proof. by apply/matrixP => i j; rewrite !mxE mevalC. Qed.

Lemma reads_lin c d k (M : 'M[R]_(q, k)) : reads c d (fun z => T z *m Q *m M).
Proof. by exists (map_mx (@mpolyC _ R) M) => [i j|x z]; [rewrite mxE; apply: deg2C|rewrite ev_const]. Qed.

Lemma reads0 c d k : reads c d (fun z => 0 : 'M[R]_(n, k)).
Proof. by apply: eq_reads (reads_lin c d 0) => z; rewrite mulmx0. Qed.

Lemma readsD c d k (f g : input -> 'M[R]_(n, k)) : reads c d f -> reads c d g -> reads c d (fun z => f z + g z).
Proof.
case=> P dP Ef [P' dP' Eg]; exists (P + P') => [i j|x z]; first by rewrite mxE; apply: deg2D.
by rewrite Ef Eg map_mxD mulmxDr.
Qed.

Lemma reads_sum c d k (A : Type) (s : seq A) (f : A -> input -> 'M[R]_(n, k)) :
  (forall a, List.In a s -> reads c d (f a)) -> reads c d (fun z => \sum_(a <- s) f a z).
Proof.
elim: s => [|a s IH] H; first by apply: eq_reads (reads0 c d k) => z; rewrite big_nil.
have Ha : reads c d (f a) by apply: H; left.
have Hs : reads c d (fun z => \sum_(a <- s) f a z) by apply: IH => b bs; apply: H; right.
by apply: eq_reads (readsD Ha Hs) => z; rewrite big_cons.
Qed.

Lemma rows_degM c c' d d' k l (P : 'M_(q, k)) (M : 'M_(k, l)) : (0 < c)%N ->
  rows_deg c d P -> deg2_mx w c' d' M -> rows_deg (c + c') (d + d') (P *m M).
Proof.
move=> c0 hP hM i j; rewrite mxE; apply: deg2_sum => t _.
by apply: deg2W (deg2M (hP i t) (hM t j)) => //; case: (y <= i)%N; lia.
Qed.

Lemma reads_mulr c d k l (M : 'M[R]_(k, l)) (f : input -> 'M[R]_(n, k)) :
  reads c d f -> reads c d (fun z => f z *m M).
Proof.
case=> P dP H; exists (P *m map_mx (@mpolyC _ R) M) => [i j|x z]; last by rewrite H map_mxM ev_const mulmxA.
rewrite mxE; apply: deg2_sum => t _; rewrite mxE.
by have := deg2M (dP i t) (deg2C (a := M t j) w 0 0); rewrite !addn0.
Qed.

Variable G : 'M[{mpoly R[N + N]}]_q.
Hypothesis dG : deg2_mx w 1 1 G.
Hypothesis GE : forall x z, ev x z G = (T (mix S x z) *m Q)^T *m (T (mix S x z) *m Q).

Lemma rows_deg2 c d k (P : 'M_(q, k)) : rows_deg c d P -> deg2_mx w c d P.
Proof. by move=> dP i j; apply: deg2W (dP i j) => //; apply: leq_subr. Qed.

Lemma reads_triple c d k l (f g : input -> 'M[R]_(n, k)) (h : input -> 'M[R]_(n, l)) : (0 < c)%N ->
  reads c d f -> reads c d g -> reads c d h -> reads (3 * c).+1 (3 * d).+1 (fun z => f z *m (g z)^T *m h z).
Proof.
move=> c0 [P dP Ef] [P' dP' Eg] [M dM Eh]; exists (P *m (P'^T *m G *m M)) => [|x z].
  have -> : ((3 * c).+1 = c + (c + 1 + c))%N by lia.
  have -> : ((3 * d).+1 = d + (d + 1 + d))%N by lia.
  apply: rows_degM => //; do 2?apply: deg2_mxM => //; last exact: rows_deg2.
  by move=> i j; rewrite mxE; apply: rows_deg2.
by rewrite Ef Eg Eh !map_mxM GE !trmx_mul map_trmx !mulmxA.
Qed.

(* layers, with biases where the tokens have a column of ones *)
Variable b : bool.
Hypothesis ones : b -> exists o : 'cV[R]_q, forall z, T z *m Q *m o = const_mx 1.

Lemma reads_bias c d k (v : 'rV[R]_k) : ~~ b ==> (v == 0) -> reads c d (fun _ => const_mx 1 *m v).
Proof.
case: b ones => /= [/(_ isT)[o Ho] _|_ /eqP ->].
  by apply: eq_reads (reads_lin c d (o *m v)) => z; rewrite mulmxA Ho.
by apply: eq_reads (reads0 c d k) => z; rewrite mulmx0.
Qed.

Lemma reads_affine c d k l (W : 'M[R]_(k, l)) v (f : input -> 'M[R]_(n, k)) :
  ~~ b ==> (v == 0) -> reads c d f -> reads c d (fun z => affine W v (f z)).
Proof. by move=> hv hf; apply: readsD; [apply: reads_mulr|apply: reads_bias]. Qed.

Lemma unbiased_In m (hs : seq (bhead R m)) H : ~~ b ==> all (@unbiased_head R m) hs -> List.In H hs ->
  [/\ ~~ b ==> (bq H == 0), ~~ b ==> (bk H == 0) & ~~ b ==> (bv H == 0)].
Proof.
case: b => //=; elim: hs => //= H' hs IH /andP[/and3P[hq hk hv] uh] [<- //|]; exact: IH.
Qed.

Lemma reads_step c d m (l : layer R m) (f : input -> 'M[R]_(n, m)) : (0 < c)%N -> ~~ b ==> unbiased l ->
  reads c d f ->
  reads (if is_attention l then (3 * c).+1 else c) (if is_attention l then (3 * d).+1 else d) (fun z => layer_step (f
    z) l).
Proof.
case: l => [res hs v|W v] /= c0 ub hf; last exact: reads_affine.
have [uh uv] : ~~ b ==> all (@unbiased_head R m) hs /\ ~~ b ==> (v == 0) by case: b ub => //= /andP[].
apply: readsD.
  by case: res; [apply: readsW hf; lia|apply: reads0].
apply: reads_affine => //; apply: reads_sum => H /(unbiased_In uh)[hq hk hv]; apply: reads_mulr.
by apply: reads_triple => //; apply: reads_affine.
Qed.

Lemma reads_layers c d m (ls : seq (layer R m)) (f : input -> 'M[R]_(n, m)) : (0 < c)%N ->
  ~~ b ==> all (@unbiased R m) ls ->
  reads (gram_degree c) (gram_degree d) f ->
  reads (gram_degree (depth ls + c)) (gram_degree (depth ls + d)) (fun z => layers ls (f z)).
Proof.
elim: ls c d f => [|l ls IH] c d f //= c0 ub hf.
have [ul uls] : ~~ b ==> unbiased l /\ ~~ b ==> all (@unbiased R m) ls by case: b ub => //= /andP[].
rewrite /depth /= -!addnA ![(_ + (count _ _ + _))%N]addnCA; apply: (IH _ _ (fun z => layer_step (f z) l)) => //.
  by rewrite addn_gt0 c0 orbT.
have g0 : (0 < gram_degree c)%N by case: (c) c0 => // k _; rewrite gram_degreeS.
by have := reads_step g0 ul hf; rewrite -!gram_degreeS; case: (is_attention l).
Qed.

(* the entries as sums over pairs of monomials *)
Local Notation exp c := (expo N c.+1).
Lemma reads_sum_pairs c d k (f : input -> 'M[R]_(n, k)) i p : S i -> (forall x z, T (mix S x z) = mix S (T x) (T z)) ->
  reads c d f ->
  exists2 a : 'I_q * exp c -> exp c -> R,
    (forall ku v, a ku v != 0 -> (edeg ku.2 + edeg v <= c - (y <= ku.1))%N /\ (ewdeg w ku.2 + ewdeg w v <= d)%N) &
    forall x z, f (mix S x z) i p = \sum_ku \sum_v a ku v
      * ((T x *m Q) i ku.1 * monom (cA x) ku.2) * monom (cB z) v.
Proof.
move=> Si mixT [P dP H]; exists (fun ku v => (P ku.1 p)@_(mnm2 ku.2 v)) => [ku v|x z].
  rewrite -mcoeff_msupp => /dP[]; rewrite mdeg_mnm2 => h1 h2; split=> //; apply: leq_trans h2.
  by rewrite -big_split; apply: leq_sum => t _; rewrite !mnmE joinl joinr.
rewrite H mxE -(pair_bigA _ (fun l u => \sum_v (P l p)@_(mnm2 u v)
  * ((T x *m Q) i l * monom (cA x) u) * monom (cB z) v)) /=.
have xQ l : (T (mix S x z) *m Q) i l = (T x *m Q) i l.
  by rewrite mixT !mxE; apply: eq_bigr => j _; rewrite mxE Si.
have sz l : (msize (P l p) <= c.+1)%N.
  by rewrite msizeE; apply/bigmax_leqP_seq => u /dP[uc _] _; rewrite ltnS (leq_trans uc) ?leq_subr.
apply: eq_bigr => l _; rewrite [map_mx _ _ _ _]mxE (meval_join _ _ (sz l)) mulr_sumr.
apply: eq_bigr => u _; rewrite mulr_sumr; apply: eq_bigr => v _.
by rewrite xQ !mulrA; do 2!congr (_ * _); apply: mulrC.
Qed.
End Reads.

(* the linear forms in a symmetric matrix G that the entries of K^T G O span *)
Definition seen_form e k o := (minn k e * minn o e - 'C(minn k e + minn o e - e, 2))%N.

Lemma leq_seen e k k' o : (k <= k' <= e)%N -> (o <= e)%N ->
  (k * o - 'C(k + o - e, 2) <= k' * o - 'C(k' + o - e, 2))%N.
Proof.
case/andP=> /subnKC <-; elim: (k' - k)%N => [|j IH] ke oe; first by rewrite addn0.
apply: leq_trans (IH _ oe) _; first lia.
set a := (k + j)%N in ke *; rewrite addnS -/a; have -> : (a.+1 * o = a * o + o)%N by rewrite mulSn addnC.
case: (leqP e (a + o)) => le.
  have -> : (a.+1 + o - e = (a + o - e).+1)%N by lia.
  by rewrite binS bin1; lia.
by have -> : 'C(a.+1 + o - e, 2) = 0%N; [apply: bin_small; lia|lia].
Qed.

Lemma leq_seen_form e k o k' o' : (k <= minn k' e)%N -> (o <= minn o' e)%N ->
  (k * o - 'C(k + o - e, 2) <= seen_form e k' o')%N.
Proof.
move=> kk oo; have [ke oe] : (minn k' e <= e)%N /\ (minn o' e <= e)%N by rewrite !geq_minr.
apply: leq_trans (_ : (minn k' e * o - 'C(minn k' e + o - e, 2) <= _)%N).
  by apply: leq_seen; rewrite ?kk // (leq_trans oo).
rewrite /seen_form mulnC addnC [(minn k' e * _)%N]mulnC [(minn k' e + _)%N]addnC.
by apply: leq_seen; rewrite ?oo.
Qed.

Lemma sym_indexC e (k l : 'I_e) : sym_index k l = sym_index l k.
Proof. by apply: enum_val_inj; rewrite !enum_rankK_in ?sorted_pairP // /sorted_pair;
  case: ltngtP => // /val_inj ->. Qed.

Lemma sym_basis_tr (R : comRingType) e t : (sym_basis R t)^T = sym_basis R t :> 'M_e.
Proof. by apply/matrixP => k l; rewrite !mxE sym_indexC. Qed.

Section SeenRank.
Variables (F : fieldType) (e : nat).
Local Notation m := #|upper e|.

(* alternating combinations of the common columns give nothing *)
Lemma seen_rank_full k o (K : 'M[F]_(e, k)) (O : 'M[F]_(e, o)) :
  (\rank (\matrix_(t < m) mxvec (K^T *m sym_basis F t *m O)) <= k * o - 'C(\rank (K^T :&: O^T)%MS, 2))%N.
Proof.
set M := \matrix_t _; set V := row_base (K^T :&: O^T)%MS; set c := \rank _ in V *.
have VK : (V <= K^T)%MS by rewrite eq_row_base capmxSl.
have VO : (V <= O^T)%MS by rewrite eq_row_base capmxSr.
have [a aE] := submxP VK; have [b bE] := submxP VO.
have Vfree : row_free V by exact: row_base_free.
case: c V VK VO a b aE bE Vfree => [|c] V VK VO a b aE bE Vfree; first by rewrite bin_small // subn0 rank_leq_col.
have afree : row_free a.
  by rewrite -row_leq_rank; apply: leq_trans (mxrankM_maxl a K^T); rewrite -aE row_leq_rank.
have bfree : row_free b.
  by rewrite -row_leq_rank; apply: leq_trans (mxrankM_maxl b O^T); rewrite -bE row_leq_rank.
pose i (s : 'I_#|upper c|) : 'I_c.+1 := widen_ord (leqnSn c) (enum_val s).1.
pose j (s : 'I_#|upper c|) : 'I_c.+1 := lift ord0 (enum_val s).2.
have ij s : (i s < j s)%N by rewrite /= /bump /= add1n ltnS; apply: (enum_valP s).
pose Z s := (row (i s) a)^T *m row (j s) b - (row (j s) a)^T *m row (i s) b.
pose A := \matrix_s mxvec (Z s).
have A0 : A *m M^T = 0.
  apply/row_matrixP => s; rewrite row_mul row0 rowK; apply/rowP => t; rewrite [RHS]mxE.
  have -> : (mxvec (Z s) *m M^T) 0 t = (mxvec (Z s) *m (mxvec (K^T *m sym_basis F t *m O))^T) 0 0.
    by rewrite !mxE; apply: eq_bigr => l _; rewrite !mxE.
  rewrite /Z linearB mulmxBl !mxvec_dotmul !mulmxA.
  have E (s' t' : 'I_c.+1) : row s' a *m K^T *m sym_basis F t *m O *m (row t' b)^T =
    row s' V *m sym_basis F t *m (row t' V)^T.
    by rewrite -mulmxA -[O]trmxK -trmx_mul -!row_mul -aE -bE.
  rewrite !E; set P := row _ _ *m _ *m _; set P' := row _ _ *m _ *m _.
  have -> : P' = P^T.
    by rewrite /P /P' !trmx_mul !trmxK sym_basis_tr mulmxA.
  by rewrite !mxE subrr.
have dE (s' t' : 'I_c.+1) : a^T *m delta_mx s' t' *m b = (row s' a)^T *m row t' b.
  by rewrite !rowE trmx_mul trmx_delta [RHS]mulmxA -[X in _ = X *m _]mulmxA mul_delta_mx.
have free : row_free A.
  apply: inj_row_free => l l0; pose L := \sum_s l 0 s *: (delta_mx (i s) (j s) - delta_mx (j s) (i s)) : 'M[F]_c.+1.
  have L0 : a^T *m L *m b = 0.
    apply: (can_inj mxvecK); rewrite linear0 -l0 mulmx_sum_row /L mulmx_sumr mulmx_suml linear_sum.
    apply: eq_bigr => s _; rewrite rowK -scalemxAr -scalemxAl linearZ /=; congr (_ *: mxvec _).
    by rewrite mulmxBr mulmxBl !dE.
  have {}L0 : L = 0.
    have La : a^T *m L = 0 by apply: (row_free_inj bfree); rewrite L0 mul0mx.
    by apply: trmx_inj; apply: (row_free_inj afree); rewrite trmx0 mul0mx -trmx0 -La trmx_mul trmxK.
  apply/rowP => s; rewrite mxE; have /matrixP/(_ (i s) (j s)) := L0; rewrite summxE mxE => <-.
  rewrite (bigD1 s) //= big1 ?addr0 => [|s' ns].
    rewrite !mxE !eqxx (_ : (i s == j s) = false) ?subr0 ?mulr1 //.
    by apply/negbTE; rewrite -val_eqE neq_ltn ij.
  rewrite !mxE (_ : (i s == j s') && (j s == i s') = false) ?subr0; last first.
    by apply/negbTE/negP => /andP[/eqP E1 /eqP E2]; have := ij s; have := ij s'; rewrite E1 E2; lia.
  rewrite (_ : (i s == i s') && (j s == j s') = false) ?mulr0 //; apply/negbTE;
    apply: contra ns => /andP[/eqP E1 /eqP E2].
  apply/eqP/enum_val_inj; move: (congr1 val E1) (lift_inj E2) => /= e1 e2.
  by case: (enum_val s') (enum_val s) e1 e2 => [p p'] [q q'] /= /val_inj -> ->.
have cA : \rank A = 'C(c.+1, 2) by move: free; rewrite /row_free => /eqP ->; exact: card_upper.
by have := mulmx0_rank_max A0; rewrite cA mxrank_tr; lia.
Qed.

Lemma seen_rank k o (K : 'M[F]_(e, k)) (O : 'M[F]_(e, o)) :
  (\rank (\matrix_(t < m) mxvec (K^T *m sym_basis F t *m O)) <= seen_form e k o)%N.
Proof.
set K' := col_base K; set O' := col_base O.
have -> : \matrix_(t < m) mxvec (K^T *m sym_basis F t *m O) =
    (\matrix_(t < m) mxvec (K'^T *m sym_basis F t *m O')) *m lin_mx [linear of mulmxr (row_base O) \o mulmx (row_base
      K)^T].
  apply/row_matrixP => t; rewrite row_mul !rowK mul_vec_lin /=.
  by rewrite -{1}[K]mulmx_base -{1}[O]mulmx_base trmx_mul !mulmxA.
apply: leq_trans (mxrankM_maxl _ _) _; apply: leq_trans (seen_rank_full K' O') _.
apply: leq_trans (_ : (\rank K * \rank O - 'C(\rank K + \rank O - e, 2) <= _)%N).
  apply: leq_sub2l; apply: leq_bin2l; have := mxrank_sum_cap K'^T O'^T; rewrite !mxrank_tr.
  have rk k' (B : 'M[F]_(e, k')) : \rank (col_base B) = \rank B.
    by apply/eqP; rewrite eqn_leq rank_leq_col -{1}[B]mulmx_base mxrankM_maxl.
  rewrite !rk => <-; have := rank_leq_col (K'^T + O'^T)%MS; lia.
by apply: leq_seen_form; rewrite leq_min rank_leq_row rank_leq_col.
Qed.
End SeenRank.

(* common coordinates of two linear maps *)
Lemma two_maps (F : fieldType) m n1 n2 (K1 : 'M[F]_(m, n1)) (K2 : 'M[F]_(m, n2)) u v nv :
  (\rank K1 <= u)%N -> (\rank K2 <= v)%N -> (\rank (row_mx K1 K2) <= nv)%N ->
  exists N (C : 'M[F]_(m, N)) (D1 : 'M_(N, n1)) (D2 : 'M_(N, n2)),
  [/\ K1 = C *m D1, K2 = C *m D2, forall j : 'I_N, (u <= j)%N -> row j D1 = 0 & (N - u <= minn (nv - u) v)%N].
Proof.
move=> r1 r2 r12; set A := K1^T; set B := (K2^T :\: K1^T)%MS; pose R := col_mx (row_base A) (row_base B).
have RE : (R :=: A + B)%MS.
  by apply: eqmx_trans (eqmx_sym (addsmxE _ _)) _; apply: adds_eqmx; apply: eq_row_base.
have BA : (K2^T <= A + B)%MS.
  by rewrite -(addsmx_diff_cap_eq K2^T A) addsmxC; apply: addsmxS => //; apply: capmxSr.
have [X XE] : exists X : 'M[F]_(n1, \rank A), A = X *m row_base A by apply/submxP; rewrite eq_row_base.
have [Y YE] : exists Y : 'M[F]_(n2, \rank A + \rank B), K2^T = Y *m R by apply/submxP; rewrite RE.
exists (\rank A + \rank B)%N, R^T, (row_mx X 0)^T, Y^T; split.
- by rewrite -trmx_mul mul_row_col mul0mx addr0 -XE trmxK.
- by rewrite -trmx_mul -YE trmxK.
- move=> j uj; apply/rowP => t; rewrite !mxE; case: splitP => j' jE; last by rewrite mxE.
  by have := ltn_ord j'; have : (\rank A <= u)%N; [rewrite mxrank_tr|move: uj jE; lia].
have rA : \rank A = \rank K1 by rewrite mxrank_tr.
have rB : (\rank B <= v)%N by apply: leq_trans (mxrankS (diffmxSl _ _)) _; rewrite mxrank_tr.
have rAB : (\rank A + \rank B <= nv)%N.
  have <- : \rank (A + B)%MS = (\rank A + \rank B)%N.
    by apply/mxrank_disjoint_sum; rewrite capmxC; apply: capmx_diff.
  apply: leq_trans (mxrankS _) (leq_trans _ r12).
    by apply: addsmxS (submx_refl A) (diffmxSl _ _).
  by rewrite -[X in (_ <= X)%N]mxrank_tr tr_row_mx -addsmxE.
by rewrite leq_min; apply/andP; split; lia.
Qed.

(* q forms among which those of V are, and of these the first y make those of W *)
Lemma reading_basis (F : fieldType) e (W V : 'M[F]_e) y q : (W <= V)%MS -> (\rank W <= y)%N -> (\rank V <= q)%N ->
  exists (Q : 'M[F]_(e, q)) (phi : 'M[F]_(q, e)),
  [/\ forall k (M : 'M_(e, k)), (M^T <= W)%MS -> Q *m (phi *m M) = M,
      forall i : 'I_q, (y <= i)%N -> row i phi = 0 & (V <= Q^T)%MS].
Proof.
move=> WV rW rV; set D := (V :\: W)%MS; pose B := col_mx (row_base W) (row_base D).
have BE : (B :=: W + D)%MS.
  by apply: eqmx_trans (eqmx_sym (addsmxE _ _)) _; apply: adds_eqmx; apply: eq_row_base.
have VB : (V <= B)%MS.
  by rewrite BE -(addsmx_diff_cap_eq V W) addsmxC; apply: addsmxS => //; apply: capmxSr.
have rB : (\rank W + \rank D <= q)%N.
  have <- : \rank (W + D)%MS = (\rank W + \rank D)%N.
    by apply/mxrank_disjoint_sum; rewrite capmxC; apply: capmx_diff.
  by apply: leq_trans (mxrankS _) rV; rewrite addsmx_sub WV diffmxSl.
set rho := (\rank W + \rank D)%N in B BE VB rB.
pose Qt : 'M[F]_(q, e) := pid_mx rho *m B.
have pp : (pid_mx rho : 'M[F]_(rho, q)) *m (pid_mx rho : 'M_(q, rho)) = 1%:M.
  by rewrite mul_pid_mx minnn (minn_idPr rB) pid_mx_1.
have [pv pvE] : exists pv : 'M[F]_(e, \rank W), forall k (M : 'M_(k, e)), (M <= W)%MS -> M *m pv *m row_base W = M.
  by exists (pinvmx (row_base W)) => k M MW; rewrite mulmxKpV // eq_row_base.
pose psi : 'M[F]_(e, q) := pv *m (row_mx 1%:M 0 : 'M_(\rank W, rho)) *m pid_mx rho.
exists Qt^T, psi^T; split.
- move=> k M MW; apply: trmx_inj; rewrite mulmxA !trmx_mul !trmxK /psi /Qt -!mulmxA (mulmxA (pid_mx rho : 'M_(rho,
    q))) pp.
  by rewrite mul1mx mul_row_col mul0mx addr0 mul1mx mulmxA pvE.
- move=> i yi; apply/rowP => t; rewrite !mxE big1 // => l _; rewrite [pid_mx _ _ _]mxE.
  case: eqP => [E|_]; last by rewrite andFb mulr0.
  rewrite mxE big1 ?mul0r // => l' _; rewrite mxE; case: splitP => l'' lE; last by rewrite mxE mulr0.
  by have := ltn_ord l''; rewrite -[X in (X < _)%N]lE E ltnNge (leq_trans rW yi).
rewrite trmxK; apply: submx_trans VB _; apply/submxP; exists (pid_mx rho).
by rewrite /Qt mulmxA pp mul1mx.
Qed.

Section Counts.
Variables (R : comRingType) (d : nat) (res b : bool) (e e0 : nat) (hs : seq (bhead R d)).
Definition head_reads := (\sum_(H <- hs) hw H)%N.
Definition head_forms := (\sum_(H <- hs) seen_form e0 (hw H) (vw H))%N.
Definition lead_in := minn e0 head_reads.
Definition reads_in := if res then e else minn e (lead_in + b).
Definition seen_in := minn (sym_dim e - b) head_forms.
Definition others_in := minn (sym_dim e - b - seen_in) (sym_dim reads_in - b).
End Counts.
Definition lead_of (R : comRingType) d e (hs : seq (bhead R d)) := lead_in e hs.
Definition reads_of (R : comRingType) d res b e (hs : seq (bhead R d)) := reads_in res b e e hs.
Definition seen_of (R : comRingType) d b e (hs : seq (bhead R d)) := seen_in b e e hs.
Definition others_of (R : comRingType) d res b e (hs : seq (bhead R d)) := others_in res b e e hs.

Lemma sub_min u N : (N - minn u N = N - u)%N. Proof. lia. Qed.
Lemma one_less a b n : (a + b <= n)%N -> (0 < b)%N -> (a < n)%N. Proof. lia. Qed.
Lemma less_one a n (b : bool) : (a <= n)%N -> (b -> (a < n)%N) -> (a <= n - b)%N. Proof. by case: b; lia. Qed.

Section Coordinates.
Variables (F : fieldType) (e : nat).
Local Notation m := #|upper e|.
Definition svec (G : 'M[F]_e) : 'rV[F]_m := \row_t sym_coord G t.
Definition coords N (C : 'M[F]_(m, N)) (G : 'M[F]_e) (t : 'I_N) := (svec G *m C) 0 t.

Lemma svecD G G' : svec (G + G') = svec G + svec G'.
Proof. by apply/rowP => t; rewrite !mxE /sym_coord mxE. Qed.

Lemma lin_svec p k (phi : {linear 'M[F]_e -> 'M[F]_(p, k)}) G : G^T = G ->
  mxvec (phi G) = svec G *m \matrix_t mxvec (phi (sym_basis F t)).
Proof.
move=> GT; rewrite {1}(sym_coordE GT) !linear_sum mulmx_sum_row; apply: eq_bigr => t _ /=.
by rewrite rowK !linearZ /= mxE.
Qed.

(* a linear map of G, in coordinates and a constant *)
Lemma lin_coords p k (phi : {linear 'M[F]_e -> 'M[F]_(p, k)}) (Z : 'M_m) zA zB N (C : 'M_(m, N)) D GA GB :
  GA^T = GA -> GB^T = GB -> svec GA = svec GA *m Z + zA -> svec GB = svec GB *m Z + zB ->
  Z *m (\matrix_t mxvec (phi (sym_basis F t))) = C *m D ->
  phi (GA + GB) = \sum_t (coords C GA t + coords C GB t) *: vec_mx (row t D)
                  + vec_mx ((zA + zB) *m \matrix_t mxvec (phi (sym_basis F t))).
Proof.
move=> sA sB EA EB ZK; apply: (can_inj mxvecK).
rewrite [RHS]linearD /= vec_mxK lin_svec; last by rewrite linearD /= sA sB.
have -> : svec (GA + GB) = (svec GA + svec GB) *m Z + (zA + zB).
  by rewrite svecD {1}EA {1}EB mulmxDl addrACA.
rewrite mulmxDl -mulmxA ZK mulmxA; congr (_ + _); rewrite mulmx_sum_row linear_sum; apply: eq_bigr => t _ /=.
by rewrite linearZ /= vec_mxK mulmxDl mxE.
Qed.
End Coordinates.

Lemma eq_sum_In (V : zmodType) I (s : seq I) (f g : I -> V) : (forall i, List.In i s -> f i = g i) ->
  \sum_(i <- s) f i = \sum_(i <- s) g i.
Proof.
elim: s => [|i s IH] H; first by rewrite !big_nil.
by rewrite !big_cons H ?IH //; [move=> j js; apply: H; right|left].
Qed.

Lemma rank_sum (F : fieldType) m k I (s : seq I) (f : I -> 'M[F]_(m, k)) (g : I -> nat) :
  (forall i, List.In i s -> \rank (f i) <= g i)%N -> (\rank (\sum_(i <- s) f i)%R <= \sum_(i <- s) g i)%N.
Proof.
elim: s => [|i s IH] H; first by rewrite !big_nil mxrank0.
rewrite !big_cons; apply: leq_trans (mxrank_add _ _) (leq_add _ (IH _)); first by apply: H; left.
by move=> j js; apply: H; right.
Qed.

Lemma seen_rank_within (F : fieldType) e e0 k o (iota : 'M[F]_(e, e0)) (X : 'M_(e0, k)) (X' : 'M_(e0, o)) :
  (\rank (\matrix_(t < #|upper e|) mxvec ((iota *m X)^T *m sym_basis F t *m (iota *m X'))) <= seen_form e0 k o)%N.
Proof.
pose G t := iota^T *m sym_basis F t *m iota; have symG t : (G t)^T = G t.
  by rewrite /G !trmx_mul trmxK sym_basis_tr mulmxA.
have lin : linear (fun M : 'M[F]_e0 => X^T *m M *m X').
  by move=> a M M'; rewrite mulmxDr mulmxDl -scalemxAr -scalemxAl.
have -> : \matrix_(t < #|upper e|) mxvec ((iota *m X)^T *m sym_basis F t *m (iota *m X')) =
    (\matrix_t svec (G t)) *m \matrix_s mxvec (X^T *m sym_basis F s *m X').
  apply/row_matrixP => t; rewrite row_mul !rowK.
  have := @lin_svec F e0 _ _ (GRing.Linear.Pack (Phant _) lin) _ (symG t).
  by rewrite /= => <-; rewrite /G trmx_mul !mulmxA.
by apply: leq_trans (mxrankM_maxr _ _) _; apply: seen_rank.
Qed.

Section FirstLayer.
Variables (F : fieldType) (n r e d : nat) (A : pred 'I_n).
Local Notation input := 'M[F]_(n, r).
Local Notation m := #|upper e|.
Variables (T : input -> 'M[F]_(n, e)) (b : bool) (o : 'cV[F]_e) (Z : 'M[F]_m) (zA zB : 'rV[F]_m).
Hypothesis mixT : forall x y, T (mix A x y) = mix A (T x) (T y).
Hypothesis ones : b -> forall z, T z *m o = const_mx 1.
Hypothesis EA : forall x, svec (gram A (T x)) = svec (gram A (T x)) *m Z + zA.
Hypothesis EB : forall x, svec (gram (predC A) (T x)) = svec (gram (predC A) (T x)) *m Z + zB.
Definition quad := \col_t (o^T *m sym_basis F t *m o) 0 0.
Hypothesis Zquad : b -> Z *m quad = 0 /\ quad != 0.
Variables (E : 'M[F]_(e, d)) (res : bool) (hs : seq (bhead F d)) (v : 'rV[F]_d) (ls : seq (layer F d)).
Hypothesis ub : ~~ b ==> all (@unbiased F d) (Attend res hs v :: ls).
Variables (e0 : nat) (iota : 'M[F]_(e, e0)).
Local Notation q := (reads_in res b e e0 hs).
Local Notation y := (lead_in e0 hs).
Local Notation D := (gram_degree (depth ls).+1).
Local Notation D' := (gram_degree (depth ls)).

Definition aff k (W : 'M_(d, k)) c : 'M_(e, k) := E *m W + o *m c.

Lemma affE k (W : 'M_(d, k)) c z : ~~ b ==> (c == 0) -> affine W c (T z *m E) = T z *m aff W c.
Proof.
rewrite /affine /aff mulmxDr !mulmxA; case: b ones => /= [/(_ isT) -> //|_ /eqP ->].
by rewrite !mulmx0.
Qed.

(* queries, keys and values of the first layer are within e0 forms *)
Hypothesis within : forall H, List.In H hs ->
  [/\ exists X, aff (wq H) (bq H) = iota *m X, exists X, aff (wk H) (bk H) =
    iota *m X & exists X, aff (wv H) (bv H) = iota *m X].

Let W := (\sum_(H <- hs) <<(aff (wq H) (bq H))^T>>)%MS.
Let V := if res then 1%:M else if b then (W + <<o^T>>)%MS else W.

Lemma rank_queries : (\rank W <= y)%N.
Proof.
rewrite leq_min; apply/andP; split.
  apply: leq_trans (_ : \rank iota^T <= _)%N; last exact: rank_leq_row.
  apply: mxrankS; rewrite /W; elim: hs within => [|H hs' IH] wi; first by rewrite big_nil sub0mx.
  rewrite big_cons addsmx_sub IH ?andbT => [|H' Hin]; last by apply: wi; right.
  by rewrite genmxE; have [[X ->] _ _] := wi H (or_introl erefl); rewrite trmx_mul submxMl.
rewrite /W /head_reads; elim: hs => [|H hs' IH]; first by rewrite !big_nil mxrank0.
rewrite !big_cons; apply: leq_trans (mxrank_adds_leqif _ _) (leq_add _ IH).
by rewrite mxrank_gen rank_leq_row.
Qed.

Lemma queries_In H : List.In H hs -> ((aff (wq H) (bq H))^T <= W)%MS.
Proof.
rewrite /W; elim: hs => //= H' hs' IH; rewrite big_cons => -[->|/IH le].
  by apply: submx_trans (addsmxSl _ _); rewrite genmxE.
exact: submx_trans le (addsmxSr _ _).
Qed.

Lemma queries_sub : (W <= V)%MS.
Proof. by rewrite /V; case: res => //; [apply: submx1|case: b => //; apply: addsmxSl]. Qed.

Lemma rank_reads : (\rank V <= q)%N.
Proof.
rewrite /V /reads_in; case: res; first by rewrite mxrank1.
rewrite leq_min rank_leq_row; case: b; last by rewrite addn0 rank_queries.
apply: leq_trans (mxrank_adds_leqif _ _) (leq_add rank_queries _).
by rewrite mxrank_gen mxrank_tr rank_leq_col.
Qed.

Lemma rank_Z : (\rank Z <= sym_dim e - b)%N.
Proof.
rewrite -card_upper; case bE: b; last by rewrite subn0 rank_leq_row.
have [Z0 nz] := Zquad bE; have := mulmx0_rank_max Z0; have : (0 < \rank quad)%N by rewrite lt0n mxrank_eq0.
by lia.
Qed.

Section Basis.
Variables (Q : 'M[F]_(e, q)) (phi : 'M[F]_(q, e)).
Hypothesis Qphi : forall k (M : 'M_(e, k)), (M^T <= W)%MS -> Q *m (phi *m M) = M.
Hypothesis phi0 : forall i : 'I_q, (y <= i)%N -> row i phi = 0.
Hypothesis VQ : (V <= Q^T)%MS.

Definition layer_form (G : 'M[F]_e) : 'M[F]_(q, d) :=
  \sum_(H <- hs) phi *m aff (wq H) (bq H) *m (aff (wk H) (bk H))^T *m G *m aff (wv H) (bv H) *m wo H.
Lemma layer_form_linear : linear layer_form.
Proof.
move=> a G G'; rewrite /layer_form scaler_sumr -big_split; apply: eq_bigr => H _ /=.
rewrite [_ *m (_ *: G + _)]mulmxDr [_ *m aff _ _]mulmxDl [_ *m wo H]mulmxDl; congr (_ + _).
by rewrite -scalemxAr -!scalemxAl.
Qed.
Canonical layer_form_lin := GRing.Linear.Pack (Phant _) layer_form_linear.
Definition read_gram (G : 'M[F]_e) := Q^T *m G *m Q.
Lemma read_gram_linear : linear read_gram.
Proof. by move=> a G G'; rewrite /read_gram mulmxDr mulmxDl -scalemxAr -scalemxAl. Qed.
Canonical read_gram_lin := GRing.Linear.Pack (Phant _) read_gram_linear.
Definition K1 : 'M_(m, q * d) := \matrix_t mxvec (layer_form (sym_basis F t)).
Definition K2 : 'M_(m, q * q) := \matrix_t mxvec (read_gram (sym_basis F t)).

Lemma rank_K1 : (\rank (Z *m K1) <= seen_in b e e0 hs)%N.
Proof.
rewrite leq_min (leq_trans (mxrankM_maxl _ _) rank_Z) /=; apply: leq_trans (mxrankM_maxr _ _) _.
have -> : K1 = \sum_(H <- hs) \matrix_t mxvec (phi *m aff (wq H) (bq H) *m (aff (wk H) (bk H))^T *m sym_basis F t *m
  aff (wv H) (bv H) *m wo H).
  by apply/row_matrixP => t; rewrite rowK linear_sum [RHS]linear_sum; apply: eq_bigr => H _ /=; rewrite rowK.
apply: rank_sum => H Hin.
have -> : \matrix_t mxvec (phi *m aff (wq H) (bq H) *m (aff (wk H) (bk H))^T *m sym_basis F t *m aff (wv H) (bv H) *m
  wo H) =
    (\matrix_t mxvec ((aff (wk H) (bk H))^T *m sym_basis F t *m aff (wv H) (bv H)))
      *m lin_mx [linear of mulmxr (wo H) \o mulmx (phi *m aff (wq H) (bq H))].
  by apply/row_matrixP => t; rewrite row_mul !rowK mul_vec_lin /= !mulmxA.
by apply: leq_trans (mxrankM_maxl _ _) _; have [_ [X ->] [X' ->]] := within Hin; apply: seen_rank_within.
Qed.

Lemma o_read : b -> exists k, o = Q *m k.
Proof.
move=> bT; suff /submxP[k kE] : (o^T <= Q^T)%MS by exists k^T; apply: trmx_inj; rewrite trmx_mul trmxK -kE.
apply: submx_trans VQ; rewrite /V bT; case: res; first exact: submx1.
by apply: submx_trans (addsmxSr _ _); rewrite genmxE.
Qed.

Lemma rank_K2 : (\rank (Z *m K2) <= sym_dim q - b)%N.
Proof.
pose U : 'M[F]_(m, #|upper q|) := \matrix_t svec (read_gram (sym_basis F t)).
have symQ t : (read_gram (sym_basis F t))^T = read_gram (sym_basis F t).
  by rewrite /read_gram !trmx_mul trmxK sym_basis_tr mulmxA.
have -> : K2 = U *m \matrix_t mxvec (sym_basis F t).
  apply/row_matrixP => t; rewrite row_mul !rowK.
  by have := @lin_svec F q _ _ [linear of idfun] _ (symQ t).
rewrite mulmxA; apply: leq_trans (mxrankM_maxl _ _) _; rewrite -card_upper.
suff : b -> (\rank (Z *m U) < #|upper q|)%N by move/(less_one (rank_leq_col (Z *m U))).
move=> bT; have [k kE] := o_read bT; have [Z0 nz] := Zquad bT.
pose c : 'cV[F]_#|upper q| := \col_t (k^T *m sym_basis F t *m k) 0 0.
have Uc : U *m c = quad.
  apply/colP => t; have -> : (U *m c) t 0 = (svec (read_gram (sym_basis F t)) *m c) 0 0.
    by rewrite !mxE; apply: eq_bigr => s _; rewrite !mxE.
  rewrite [RHS]mxE kE !trmx_mul; have -> : k^T *m Q^T *m sym_basis F t *m (Q *m k) =
    k^T *m read_gram (sym_basis F t) *m k.
    by rewrite /read_gram !mulmxA.
  rewrite {2}(sym_coordE (symQ t)) mulmx_sumr mulmx_suml summxE mxE; apply: eq_bigr => s _.
  by rewrite -scalemxAr -scalemxAl !mxE.
have Uc0 : Z *m U *m c = 0 by rewrite -mulmxA Uc.
have c0 : (0 < \rank c)%N by rewrite lt0n mxrank_eq0; apply: contraNneq nz => c0; rewrite -Uc c0 mulmx0.
exact: one_less (mulmx0_rank_max Uc0) c0.
Qed.

(* the state after the first layer *)
Lemma first_state : exists k : 'M[F]_(q, d), forall z,
  layer_step (T z *m E) (Attend res hs v) = T z *m Q *m (layer_form ((T z)^T *m T z) + k).
Proof.
have [uh uv] : ~~ b ==> all (@unbiased_head F d) hs /\ ~~ b ==> (v == 0) by case: b ub => //= /andP[/andP[]].
have [k1 k1E] : exists k, forall z, (if res then T z *m E else 0) = T z *m Q *m k.
  case/orP: (orbN res) => [rE|nr]; last by exists 0 => z; rewrite mulmx0 (negPf nr).
  have /submxP[k kE] : (E^T <= Q^T)%MS by apply: submx_trans VQ; rewrite /V rE; apply: submx1.
  exists k^T => z; rewrite [if res then _ else _]ifT // -mulmxA; congr (_ *m _); apply: trmx_inj;
    rewrite trmx_mul trmxK; exact: kE.
have [k2 k2E] : exists k, forall z, const_mx 1 *m v = T z *m Q *m k.
  case/orP: (orbN b) => [bT|nb]; last by exists 0 => z; rewrite mulmx0; move: uv; rewrite nb => /eqP ->; rewrite mulmx0.
  by have [k kE] := o_read bT; exists (k *m v) => z; rewrite -(ones bT z) kE !mulmxA.
exists (k1 + k2) => z; rewrite /layer_step /affine mulmx1 k1E (k2E z) mulmxDr mulmxDr addrCA; congr (_ + _).
congr (_ + _); rewrite /layer_form mulmx_sumr; apply: eq_sum_In => H Hin.
have [hq hk hv] := unbiased_In uh Hin.
rewrite /attend1 !affE // trmx_mul.
have {1}<- := Qphi (queries_In Hin); by rewrite !mulmxA.
Qed.

Lemma pid_phi : pid_mx y *m phi = phi.
Proof.
apply/matrixP => k l; rewrite mxE (bigD1 k) //= mxE eqxx big1 ?addr0 => [|k' nk]; last first.
  by rewrite mxE (_ : (k == k' :> nat) = false) ?mul0r // eq_sym; apply/negbTE.
case: ltnP => ky; first by rewrite mul1r.
by have /rowP/(_ l) := phi0 ky; rewrite !mxE => ->; rewrite mulr0.
Qed.

Lemma basis_pairs i p : A i -> exists N (w : pred 'I_N) (C : 'M[F]_(m, N)) (a : 'I_q * expo N D.+1 -> expo N D.+1 -> F),
  [/\ (#|w| <= others_in res b e e0 hs)%N, (N - #|w| <= seen_in b e e0 hs)%N,
   forall ku v, a ku v != 0 -> (edeg ku.2 + edeg v <= D - (y <= ku.1))%N /\ (ewdeg w ku.2 + ewdeg w v <= D')%N &
   forall x z, layers (Attend res hs v :: ls) (T (mix A x z) *m E) i p =
     \sum_ku \sum_v a ku v * ((T x *m Q) i ku.1 * monom (coords C (gram A (T x))) ku.2)
                          * monom (coords C (gram (predC A) (T z))) v].
Proof.
move=> Ai; have rZ : (\rank (row_mx (Z *m K1) (Z *m K2)) <= sym_dim e - b)%N.
  by rewrite -mul_mx_row; apply: leq_trans (mxrankM_maxl _ _) rank_Z.
have [N [C [D1 [D2 [E1 E2 D10 le]]]]] := two_maps rank_K1 rank_K2 rZ.
set u := seen_in b e e0 hs in D10 le; pose w := [pred j : 'I_N | (u <= j)%N].
have cw : #|w| = (N - u)%N.
  have cw' : #|[predC w]| = minn u N.
    have le' : (minn u N <= N)%N by rewrite geq_minr.
    rewrite -[RHS]card_ord -!sum1_card (big_ord_widen N (fun=> 1%N) le'); apply: eq_bigl => j.
    by rewrite !inE -ltnNge leq_min ltn_ord andbT.
  by rewrite -[LHS](addnK (minn u N)) -[X in (_ + X)%N]cw' cardC card_ord sub_min.
pose S t := pid_mx y *m vec_mx (row t D1) : 'M[F]_(q, d); pose S0 := pid_mx y *m vec_mx ((zA + zB) *m K1) : 'M[F]_(q,
  d).
pose G := form_var (fun t => vec_mx (row t D2)) (vec_mx ((zA + zB) *m K2)) : 'M[{mpoly F[N + N]}]_q.
pose cA x := coords C (gram A (T x)); pose cB x := coords C (gram (predC A) (T x)).
have [k first] := first_state.
have GE x z : map_mx (meval (join (cA x) (cB z))) G = (T (mix A x z) *m Q)^T *m (T (mix A x z) *m Q).
  rewrite form_varE -(lin_coords (gram_tr _ _) (gram_tr _ _) (EA x) (EB z) E2) /= /read_gram -gram_mix -mixT.
  by rewrite trmx_mul !mulmxA.
have r1 : reads w y A T Q cA cB (gram_degree 1) (gram_degree 0) (fun z => layer_step (T z *m E) (Attend res hs v)).
  exists (form_var S S0 + map_mx (@mpolyC _ F) k) => [s j|x z].
    rewrite mxE; apply: deg2D; last by rewrite mxE; apply: deg2C.
    rewrite form_var_entry; apply: deg2D; last exact: deg2C.
    apply: deg2_sum => t _; have [wt|nwt] := boolP (w t).
      by rewrite /S D10 // linear0 mulmx0 mxE mpolyC0 mulr0; apply: deg2_0.
    case: (leqP y s) => ys; last first.
      by have := deg2M (@deg2X _ _ w t 0 _) (deg2C (a := S t s j) w 0 0); rewrite addn0; apply; rewrite (negPf nwt).
    have -> : S t s j = 0; last by rewrite mpolyC0 mulr0; apply: deg2_0.
    by rewrite mxE big1 // => l _; rewrite mxE ltnNge ys andbF mul0r.
  rewrite first map_mxD form_varE ev_const; congr (_ *m (_ + _)).
  rewrite mixT gram_mix -[layer_form _]mul1mx.
  have -> : 1%:M *m layer_form (gram A (T x) + gram (predC A) (T z)) =
    pid_mx y *m layer_form (gram A (T x) + gram (predC A) (T z)).
    rewrite mul1mx /layer_form mulmx_sumr; apply: eq_bigr => H _.
    by rewrite !mulmxA pid_phi.
  rewrite (lin_coords (gram_tr _ _) (gram_tr _ _) (EA x) (EB z) E1) mulmxDr mulmx_sumr; congr (_ + _).
  by apply: eq_bigr => t _; rewrite -scalemxAr.
have ones' : b -> exists o' : 'cV[F]_q, forall z, T z *m Q *m o' = const_mx 1.
  by move=> bT; have [k' kE] := o_read bT; exists k' => z; rewrite -mulmxA -kE ones.
have uls : ~~ b ==> all (@unbiased F d) ls by case: b ub => //= /andP[].
have := reads_layers (@deg2_form_var F N w q q _ _) GE ones' (isT : 0 < 1)%N uls r1; rewrite addn1 addn0 => rd.
have [a deg H] := reads_sum_pairs p Ai mixT rd.
exists N, w, C, a; split=> //; first by rewrite cw.
by rewrite cw leq_subLR addnC -leq_subLR.
Qed.
End Basis.

Theorem reads_pairs_in i p : A i ->
  exists (Q : 'M[F]_(e, q)) N (w : pred 'I_N) (C : 'M[F]_(m, N)) (a : 'I_q * expo N D.+1 -> expo N D.+1 -> F),
  [/\ (#|w| <= others_in res b e e0 hs)%N, (N - #|w| <= seen_in b e e0 hs)%N,
   forall ku v, a ku v != 0 -> (edeg ku.2 + edeg v <= D - (y <= ku.1))%N /\ (ewdeg w ku.2 + ewdeg w v <= D')%N &
   forall x z, layers (Attend res hs v :: ls) (T (mix A x z) *m E) i p =
     \sum_ku \sum_v a ku v * ((T x *m Q) i ku.1 * monom (coords C (gram A (T x))) ku.2)
                          * monom (coords C (gram (predC A) (T z))) v].
Proof.
move=> Ai; have [Q [phi [Qphi phi0 VQ]]] := reading_basis queries_sub rank_queries rank_reads.
by exists Q; apply: (basis_pairs Qphi phi0 VQ).
Qed.
End FirstLayer.

Theorem reads_pairs (F : fieldType) n r e d (A : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)) (b : bool) o Z zA zB
    (mixT : forall x y, T (mix A x y) = mix A (T x) (T y)) (ones : b -> forall z, T z *m o = const_mx 1)
    (EA : forall x, svec (gram A (T x)) = svec (gram A (T x)) *m Z + zA)
    (EB : forall x, svec (gram (predC A) (T x)) = svec (gram (predC A) (T x)) *m Z + zB)
    (Zquad : b -> Z *m quad o = 0 /\ quad o != 0) (E : 'M[F]_(e, d)) res hs v (ls : seq (layer F d))
    (ub : ~~ b ==> all (@unbiased F d) (Attend res hs v :: ls)) i p (D := gram_degree (depth ls).+1) : A i ->
  exists (Q : 'M[F]_(e, reads_of res b e hs)) N (w : pred 'I_N) (C : 'M[F]_(#|upper e|, N))
         (a : 'I_(reads_of res b e hs) * expo N D.+1 -> expo N D.+1 -> F),
  [/\ (#|w| <= others_of res b e hs)%N, (N - #|w| <= seen_of b e hs)%N,
   forall ku v, a ku v != 0 ->
     (edeg ku.2 + edeg v <= D - (lead_of e hs <= ku.1))%N /\ (ewdeg w ku.2 + ewdeg w v <= gram_degree (depth ls))%N &
   forall x z, layers (Attend res hs v :: ls) (T (mix A x z) *m E) i p =
     \sum_ku \sum_v a ku v * ((T x *m Q) i ku.1 * monom (coords C (gram A (T x))) ku.2)
                          * monom (coords C (gram (predC A) (T z))) v].
Proof.
have within H : List.In H hs -> [/\ exists X, aff o E (wq H) (bq H) = 1%:M *m X,
    exists X, aff o E (wk H) (bk H) = 1%:M *m X & exists X, aff o E (wv H) (bv H) = 1%:M *m X].
  by move=> _; split; eexists; rewrite mul1mx.
exact: (reads_pairs_in mixT ones EA EB Zquad ub within p).
Qed.
