(* Attention by its layers, recognised: Theorem 3.14 of theory.md for networks of matrix expressions (Layers.v), with
  the
   bound as a number for the checker.
   With X the tokens of the input and G = X^T X, every value of the network is followed as one of
     RowForm k c     == X Phi, k columns         ColumnForm k c == its transpose
     InnerForm p q c == Phi, constants too       OuterForm c    == X Phi X^T
   where Phi stands for any matrix of polynomials of degree at most c in G_A and G_B, the parts of G from either side.
   If rows are added, tokens end with a 1.
   value_of ones n ps e v   == the value of e where the state has the value v; None if it is of no such form. ones: rows
                               may be added
   layers_form ones n w k c ls == (w', k', c'): the entries of a token that all later layers read, and the columns and
     the
                               degree of the last state; linear layers at the start make new tokens of fewer entries
   attention_layers_value ls n d j own other == the bound for column j of the output, d entries in each of n tokens, own
                               tokens on the side of the output's, other on the other; None if the network is of no such
                               form, or of degree above 128
   stands S T v F           == F z is of the form v in the tokens T z, for all z
   sized pss ls             == the parameters pss have the sizes that the layers ls say
   Proved: for all values of the parameters, sep <= attention_layers_value (attention_layers_sep_le).
   Relation to theory.md: (a) and (b), with h and h1 by the numbers of chain-free monomials where these are few enough
     to
   be listed (GradedChains.v) and by simple bounds elsewhere; not (c), and not what is gained where a token is not read
   completely. So the number may be larger than that of other implementations. Masked layers are not of the form. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates
  AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm ChainCount.
From Seprank Require Import AttentionLayers AttentionBiases BoundFormulas GradedFormula GradedChains MixerUpperValues.
From Seprank Require Import NetEval Layers LayersRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.

(* what is run *)
Inductive gram_value := RowForm (k : nat) (c : N) | ColumnForm (k : nat) (c : N) | InnerForm (p q : nat) (c : N) |
  OuterForm (c : N).

Section Reading.
Variables (ones : bool) (n : nat).
Definition value_product (a b : gram_value) : option gram_value :=
  match a, b with
  | InnerForm p q c, InnerForm q' l c' => if (q == q')%N then Some (InnerForm p l (c + c')) else None
  | RowForm q c, InnerForm q' l c' => if (q == q')%N then Some (RowForm l (c + c')) else None
  | InnerForm p q c, ColumnForm q' c' => if (q == q')%N then Some (ColumnForm p (c + c')) else None
  | RowForm q c, ColumnForm q' c' => if (q == q')%N then Some (OuterForm (c + c')) else None
  | ColumnForm k c, RowForm l c' => Some (InnerForm k l (c + c' + 1))
  | OuterForm c, RowForm k c' => Some (RowForm k (c + c' + 1))
  | OuterForm c, OuterForm c' => Some (OuterForm (c + c' + 1))
  | ColumnForm k c, OuterForm c' => Some (ColumnForm k (c + c' + 1))
  | _, _ => None
  end%bN.
Definition value_sum (a b : gram_value) : option gram_value :=
  match a, b with
  | RowForm k c, RowForm k' c' => if (k == k')%N then Some (RowForm k (N.max c c')) else None
  | ColumnForm k c, ColumnForm k' c' => if (k == k')%N then Some (ColumnForm k (N.max c c')) else None
  | InnerForm p q c, InnerForm p' q' c' => if (p == p')%N && (q == q')%N then
    Some (InnerForm p q (N.max c c')) else None
  | OuterForm c, OuterForm c' => Some (OuterForm (N.max c c'))
  | _, _ => None
  end.
Definition value_transpose (a : gram_value) : gram_value :=
  match a with RowForm k c => ColumnForm k c | ColumnForm k c => RowForm k c | InnerForm p q c =>
    InnerForm q p c | OuterForm c => OuterForm c end.
Definition value_repeat (a : gram_value) (m k : nat) : option gram_value :=
  if a is InnerForm 1 q N0 then if [&& ones, m == n & q == k]%N then Some (RowForm k 0) else None else None.

Fixpoint value_of (ps : seq lparam) (e : lexpr) (X : gram_value) : option gram_value :=
  let both f a b := if (value_of ps a X, value_of ps b X) is (Some u, Some v) then f u v else None in
  match e with
  | LInput => Some X
  | LParam i => if ohead (drop i ps) is Some p then Some (InnerForm (l_rows p) (l_cols p) 0) else None
  | LProduct a b => both value_product a b
  | LAdd a b => both value_sum a b
  | LTranspose a => omap value_transpose (value_of ps a X)
  | LRepeat a m k => obind (fun u => value_repeat u m k) (value_of ps a X)
  | LThen a b => obind (value_of ps b) (value_of ps a X)
  | _ => None
  end.

(* entries of a token, columns and degree of the last state; linear layers at the start make new tokens *)
Fixpoint layers_form (w k : nat) (c : N) (ls : seq llayer) : option (nat * nat * N) :=
  if ls is l :: ls then
    if value_of (l_params l) (l_expr l) (RowForm k c) is Some (RowForm k' c') then
      if (c' =? 0)%num && (k' <= w)%N then layers_form k' k' 0 ls else layers_form w k' c' ls
    else None
  else Some (w, k, c).
End Reading.

(* matrices of Layers.v as matrices *)
Lemma maxN_l c c' : (N.to_nat c <= N.to_nat (N.max c c'))%N. Proof. lia. Qed.
Lemma maxN_r c c' : (N.to_nat c' <= N.to_nat (N.max c c'))%N. Proof. lia. Qed.

(* what it means *)
Section Meaning.
Variables (R : comRingType) (n r : nat) (S : pred 'I_n).
Local Notation input := 'M[R]_(n, r).

Section Tokens.
Variables (e : nat) (T : input -> 'M[R]_(n, e)).
Hypothesis mixT : forall x y, T (mix S x y) = mix S (T x) (T y).
Local Notation m := #|upper e|.
Local Notation ev x y P := (map_mx (meval (point S T x y)) P).
Local Notation gram_form := (gram_form S T).

Definition inner_form c p q (f : input -> 'M[R]_(p, q)) :=
  exists2 P : 'M[{mpoly R[m + m]}]_(p, q), deg_le_mx c P & forall x y, f (mix S x y) = ev x y P.
Definition outer_form c (f : input -> 'M[R]_n) :=
  exists2 P : 'M[{mpoly R[m + m]}]_e, deg_le_mx c P &
    forall x y, f (mix S x y) = T (mix S x y) *m ev x y P *m (T (mix S x y))^T.
Definition column_form c k (f : input -> 'M[R]_(k, n)) := gram_form c (fun z => (f z)^T).

Lemma row_inner c c' k l (f : input -> 'M_(n, k)) (g : input -> 'M_(k, l)) :
  gram_form c f -> inner_form c' g -> gram_form (c + c') (fun z => f z *m g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P *m Q) => [|x y]; first exact: deg_le_mxM.
by rewrite Ef Eg map_mxM mulmxA.
Qed.

Lemma inner_inner c c' p q l (f : input -> 'M_(p, q)) (g : input -> 'M_(q, l)) :
  inner_form c f -> inner_form c' g -> inner_form (c + c') (fun z => f z *m g z).
Proof. by case=> P dP Ef [Q dQ Eg]; exists (P *m Q) => [|x y]; [exact: deg_le_mxM|rewrite Ef Eg map_mxM]. Qed.

Lemma inner_tr c p q (f : input -> 'M_(p, q)) : inner_form c f -> inner_form c (fun z => (f z)^T).
Proof. by case=> P dP Ef; exists P^T => [i j|x y]; [rewrite mxE|rewrite Ef map_trmx]. Qed.

Lemma inner_column c c' p q (f : input -> 'M_(p, q)) (g : input -> 'M_(q, n)) :
  inner_form c f -> column_form c' g -> column_form (c + c') (fun z => f z *m g z).
Proof.
move=> /inner_tr hf hg; rewrite addnC; apply: eq_gram_form (row_inner hg hf) => z.
by rewrite trmx_mul.
Qed.

Lemma row_column c c' q (f : input -> 'M_(n, q)) (g : input -> 'M_(q, n)) :
  gram_form c f -> column_form c' g -> outer_form (c + c') (fun z => f z *m g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P *m Q^T) => [|x y].
  by apply: deg_le_mxM => // i j; rewrite mxE.
by rewrite Ef -[g _]trmxK Eg trmx_mul map_mxM map_trmx !mulmxA.
Qed.

Lemma column_row c c' k l (f : input -> 'M_(k, n)) (g : input -> 'M_(n, l)) :
  column_form c f -> gram_form c' g -> inner_form (c + c' + 1) (fun z => f z *m g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P^T *m gram_sum R e *m Q) => [|x y].
  rewrite addnAC; do 2?apply: deg_le_mxM => //; first by move=> i j; rewrite mxE.
  by move=> i j; rewrite mxE; apply: deg_leD; apply: deg_leX.
by rewrite Eg -[f _]trmxK Ef !map_mxM gram_sumE // trmx_mul map_trmx !mulmxA.
Qed.

Lemma gram_deg : deg_le_mx 1 (gram_sum R e).
Proof. by move=> i j; rewrite mxE; apply: deg_leD; apply: deg_leX. Qed.

Lemma outer_row c c' k (f : input -> 'M_n) (g : input -> 'M_(n, k)) :
  outer_form c f -> gram_form c' g -> gram_form (c + c' + 1) (fun z => f z *m g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P *m gram_sum R e *m Q) => [|x y].
  by rewrite addnAC; do 2?apply: deg_le_mxM => //; apply: gram_deg.
by rewrite Eg Ef !map_mxM gram_sumE // !mulmxA.
Qed.

Lemma outer_outer c c' (f g : input -> 'M_n) :
  outer_form c f -> outer_form c' g -> outer_form (c + c' + 1) (fun z => f z *m g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P *m gram_sum R e *m Q) => [|x y].
  by rewrite addnAC; do 2?apply: deg_le_mxM => //; apply: gram_deg.
by rewrite Eg Ef !map_mxM gram_sumE // !mulmxA.
Qed.

Lemma outer_tr c (f : input -> 'M_n) : outer_form c f -> outer_form c (fun z => (f z)^T).
Proof. by case=> P dP Ef; exists P^T => [i j|x y]; [rewrite mxE|rewrite Ef !trmx_mul trmxK map_trmx mulmxA]. Qed.

Lemma column_outer c c' k (f : input -> 'M_(k, n)) (g : input -> 'M_n) :
  column_form c f -> outer_form c' g -> column_form (c + c' + 1) (fun z => f z *m g z).
Proof.
move=> hf /outer_tr hg; rewrite [(c + c')%N]addnC; apply: eq_gram_form (outer_row hg hf) => z.
by rewrite trmx_mul.
Qed.

Lemma inner_const c p q (M : 'M[R]_(p, q)) : inner_form c (fun _ => M).
Proof. by exists (map_mx (@mpolyC _ R) M) => [|x y]; [exact: deg_le_mxC|rewrite eval_const]. Qed.

Lemma inner_add c p q (f g : input -> 'M_(p, q)) : inner_form c f -> inner_form c g -> inner_form c (fun z =>
  f z + g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P + Q) => [i j|x y]; first by rewrite mxE; apply: deg_leD.
by rewrite Ef Eg map_mxD.
Qed.

Lemma outer_add c (f g : input -> 'M_n) : outer_form c f -> outer_form c g -> outer_form c (fun z => f z + g z).
Proof.
case=> P dP Ef [Q dQ Eg]; exists (P + Q) => [i j|x y]; first by rewrite mxE; apply: deg_leD.
by rewrite Ef Eg map_mxD mulmxDr mulmxDl.
Qed.

Lemma inner_leq c c' p q (f : input -> 'M_(p, q)) : (c <= c')%N -> inner_form c f -> inner_form c' f.
Proof. by move=> cc' [P dP H]; exists P => // i j; apply: deg_leW (dP i j). Qed.

Lemma outer_leq c c' (f : input -> 'M_n) : (c <= c')%N -> outer_form c f -> outer_form c' f.
Proof. by move=> cc' [P dP H]; exists P => // i j; apply: deg_leW (dP i j). Qed.

(* the values of expressions *)
Definition stands (v : gram_value) (F : input -> mat R) : Prop :=
  match v with
  | RowForm k c => exists2 f : input -> 'M_(n, k), forall z, is_mx (F z) (f z) & gram_form (N.to_nat c) f
  | ColumnForm k c => exists2 f : input -> 'M_(k, n), forall z, is_mx (F z) (f z) & column_form (N.to_nat c) f
  | InnerForm p q c => exists2 f : input -> 'M_(p, q), forall z, is_mx (F z) (f z) & inner_form (N.to_nat c) f
  | OuterForm c => exists2 f : input -> 'M_n, forall z, is_mx (F z) (f z) & outer_form (N.to_nat c) f
  end.

Variables (ones : bool) (ps : seq (mat R)) (lps : seq lparam).
Hypothesis has_ones : ones -> exists o : 'cV[R]_e, forall z, T z *m o = const_mx 1.
Hypothesis sizes : forall i p, ohead (drop i lps) = Some p ->
  m_rows (nth (no_mat R) ps i) = l_rows p /\ m_cols (nth (no_mat R) ps i) = l_cols p.

Lemma product_stands u v w F1 F2 a b X : (forall z, F1 z = meaning ps a (X z)) -> (forall z, F2 z =
  meaning ps b (X z)) ->
  stands u F1 -> stands v F2 -> value_product u v = Some w -> stands w (fun z => meaning ps (LProduct a b) (X z)).
Proof.
move=> E1 E2.
have mulE p q l (f : input -> 'M_(p, q)) (g : input -> 'M_(q, l)) : (forall z, is_mx (F1 z) (f z)) ->
    (forall z, is_mx (F2 z) (g z)) -> forall z, is_mx (meaning ps (LProduct a b) (X z)) (f z *m g z).
  by move=> h1 h2 z; apply: is_product; rewrite -?E1 -?E2.
case: u => [k c|k c|p q c|c]; case: v => [k' c'|k' c'|p' q' c'|c'] //=.
- case: eqP => // e0; case: _ / e0 => -[f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite N2Nat.inj_add; apply: row_column].
- case: eqP => // e0; case: _ / e0 => -[f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite N2Nat.inj_add; apply: row_inner].
- move=> [f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite !N2Nat.inj_add; apply: column_row].
- move=> [f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite !N2Nat.inj_add; apply: column_outer].
- case: eqP => // e0; case: _ / e0 => -[f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite N2Nat.inj_add; apply: inner_column].
- case: eqP => // e0; case: _ / e0 => -[f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite N2Nat.inj_add; apply: inner_inner].
- move=> [f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite !N2Nat.inj_add; apply: outer_row].
- move=> [f hf Hf] [g hg Hg] [<-].
  by exists (fun z => f z *m g z); [exact: mulE | rewrite !N2Nat.inj_add; apply: outer_outer].
Qed.

Lemma sum_stands u v w F1 F2 a b X : (forall z, F1 z = meaning ps a (X z)) -> (forall z, F2 z = meaning ps b (X z)) ->
  stands u F1 -> stands v F2 -> value_sum u v = Some w -> stands w (fun z => meaning ps (LAdd a b) (X z)).
Proof.
move=> E1 E2.
have addE p q (f g : input -> 'M_(p, q)) : (forall z, is_mx (F1 z) (f z)) ->
    (forall z, is_mx (F2 z) (g z)) -> forall z, is_mx (meaning ps (LAdd a b) (X z)) (f z + g z).
  by move=> h1 h2 z; apply: is_add; rewrite -?E1 -?E2.
case: u => [k c|k c|p q c|c]; case: v => [k' c'|k' c'|p' q' c'|c'] //=.
- case: eqP => // e0; case: _ / e0 => -[f hf Hf] [g hg Hg] [<-]; exists (fun z => f z + g z); first exact: addE.
  by apply: gram_formD; [apply: gram_formW Hf; apply: maxN_l|apply: gram_formW Hg; apply: maxN_r].
- case: eqP => // e0; case: _ / e0 => -[f hf Hf] [g hg Hg] [<-]; exists (fun z => f z + g z); first exact: addE.
  apply: (@eq_gram_form _ _ _ _ _ _ _ _ (fun z => (f z)^T + (g z)^T)) => [z|]; first by rewrite linearD.
  by apply: gram_formD; [apply: gram_formW Hf; apply: maxN_l|apply: gram_formW Hg; apply: maxN_r].
- case: eqP => //= e0; case: eqP => // e1; case: _ / e0; case: _ / e1 => -[f hf Hf] [g hg Hg] [<-].
  exists (fun z => f z + g z); first exact: addE.
  by apply: inner_add; [apply: inner_leq Hf; apply: maxN_l|apply: inner_leq Hg; apply: maxN_r].
- move=> [f hf Hf] [g hg Hg] [<-]; exists (fun z => f z + g z); first exact: addE.
  by apply: outer_add; [apply: outer_leq Hf; apply: maxN_l|apply: outer_leq Hg; apply: maxN_r].
Qed.
End Tokens.
End Meaning.

Section Networks.
Variables (R : comRingType) (n r : nat) (S : pred 'I_n).
Local Notation input := 'M[R]_(n, r).

Lemma mix_same (z : input) : mix S z z = z.
Proof. by apply/matrixP=> a b; rewrite mxE; case: ifP. Qed.

Lemma deg_le0_const m p q (P : 'M[{mpoly R[m]}]_(p, q)) : deg_le_mx 0 P -> exists M, P = map_mx (@mpolyC _ R) M.
Proof.
move=> dP; exists (map_mx (fun p : {mpoly R[m]} => p@_0%MM) P); apply/matrixP=> a b; rewrite !mxE.
by apply: msize1_polyC; apply: deg_le_msize.
Qed.

Section Expressions.
Variables (e : nat) (T : input -> 'M[R]_(n, e)).
Hypothesis mixT : forall x y, T (mix S x y) = mix S (T x) (T y).
Local Notation stands := (stands S T).
Variables (ones : bool) (ps : seq (mat R)) (lps : seq lparam).
Hypothesis has_ones : ones -> exists o : 'cV[R]_e, forall z, T z *m o = const_mx 1.
Hypothesis sizes : forall i p, ohead (drop i lps) = Some p ->
  m_rows (nth (no_mat R) ps i) = l_rows p /\ m_cols (nth (no_mat R) ps i) = l_cols p.

Lemma repeat_stands u w F a m k X : (forall z, F z = meaning ps a (X z)) ->
  stands u F -> value_repeat ones n u m k = Some w -> stands w (fun z => meaning ps (LRepeat a m k) (X z)).
Proof.
move=> E; case: u => // -[//|[|//]] q [|//] [f hf [P dP Ef]] /=; case: ifP => // /and3P[/has_ones[o Ho] /eqP ->
  /eqP qk].
case: _ / qk => -[<-].
have [M PM] := deg_le0_const dP.
have fM z : f z = M by rewrite -{1}(mix_same z) Ef PM eval_const.
exists (fun z => const_mx 1 *m M); last first.
  by apply: eq_gram_form (gram_form_lin _ _ _ (o *m M)) => z; rewrite mulmxA Ho.
move=> z; have [rF cF eF] := hf z; split=> //= i j; rewrite -E rF cF eqxx.
rewrite mxE big_ord1 mxE mul1r -(fM z) -eF /=; case: eqP => // q1; congr (m_at _ _ _).
by have := ltn_ord j; rewrite [X in (_ < X)%N]q1; case: (val j).
Qed.

Lemma transpose_stands u F a X : (forall z, F z = meaning ps a (X z)) ->
  stands u F -> stands (value_transpose u) (fun z => meaning ps (LTranspose a) (X z)).
Proof.
move=> E.
have trE p q (f : input -> 'M_(p, q)) : (forall z, is_mx (F z) (f z)) ->
    forall z, is_mx (meaning ps (LTranspose a) (X z)) (f z)^T.
  by move=> h z; apply: is_transpose; rewrite -?E.
case: u => [k c|k c|p q c|c] /= [f hf Hf]; exists (fun z => (f z)^T); try exact: trE => //.
- by apply: eq_gram_form Hf => z; rewrite trmxK.
- exact: Hf.
- exact: inner_tr.
- exact: outer_tr.
Qed.

Theorem value_ofP ex u v F : stands u F -> value_of ones n lps ex u = Some v -> stands v (fun z => meaning ps ex (F z)).
Proof.
elim: ex u v F => [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k s|a IHa b IHb] u v
  F H //=.
- by case=> <-.
- case E: (ohead _) => [p|] // [<-] /=; have [rE cE] := sizes E.
  exists (fun _ => \matrix_(a < l_rows p, b < l_cols p) m_at (nth (no_mat R) ps i) a b); last exact: inner_const.
  by move=> z; split=> // a b; rewrite mxE.
- case Ea: (value_of _ _ _ a u) => [ua|] //; case Eb: (value_of _ _ _ b u) => [ub|] // E.
  exact: (product_stands mixT (fun=> erefl) (fun=> erefl) (IHa _ _ _ H Ea) (IHb _ _ _ H Eb) E).
- case Ea: (value_of _ _ _ a u) => [ua|] //; case Eb: (value_of _ _ _ b u) => [ub|] // E.
  exact: (sum_stands (fun=> erefl) (fun=> erefl) (IHa _ _ _ H Ea) (IHb _ _ _ H Eb) E).
- case Ea: (value_of _ _ _ a u) => [ua|] //= [<-].
  exact: (transpose_stands (fun=> erefl) (IHa _ _ _ H Ea)).
- case Ea: (value_of _ _ _ a u) => [ua|] //= E.
  exact: (repeat_stands (fun=> erefl) (IHa _ _ _ H Ea) E).
- case Ea: (value_of _ _ _ a u) => [ua|] //= Eb.
  exact: (IHb _ _ _ (IHa _ _ _ H Ea) Eb).
Qed.
End Expressions.

Definition mixing w (U : input -> 'M[R]_(n, w)) := forall x y, U (mix S x y) = mix S (U x) (U y).
Definition tokens_of (ones : bool) w (U : input -> 'M[R]_(n, w)) : input -> 'M[R]_(n, ones + w) :=
  match ones return input -> 'M[R]_(n, ones + w) with true => fun z => with_ones (U z) | false => U end.

Lemma tokens_mix (ones : bool) w (U : input -> 'M_(n, w)) : mixing U -> mixing (tokens_of ones U).
Proof. by case: ones => // mU x y; rewrite /tokens_of mU with_ones_mix. Qed.

Lemma tokens_ones (ones : bool) w (U : input -> 'M_(n, w)) : ones -> exists o : 'cV[R]_(ones + w), forall z, tokens_of
  ones U z *m o = const_mx 1.
Proof. by case: ones => // _; exists (col_mx 1%:M 0) => z; apply: with_ones_col. Qed.

Lemma tokens_row (ones : bool) w (U : input -> 'M_(n, w)) : gram_form S (tokens_of ones U) 0 U.
Proof.
case: ones.
  by apply: eq_gram_form (gram_form_lin _ _ _ (col_mx 0 1%:M)) => z; rewrite mul_row_col mulmx0 add0r mulmx1.
by apply: eq_gram_form (gram_form_lin _ _ _ 1%:M) => z; rewrite mulmx1.
Qed.

Fixpoint sized (pss : seq (seq (mat R))) (ls : seq llayer) : Prop :=
  match pss, ls with
  | ps :: pss, l :: ls => (forall i p, ohead (drop i (l_params l)) = Some p ->
      m_rows (nth (no_mat R) ps i) = l_rows p /\ m_cols (nth (no_mat R) ps i) = l_cols p) /\ sized pss ls
  | [::], [::] => True
  | _, _ => False
  end.

Theorem layers_formP (ones : bool) ls pss w k c w' k' c' (U : input -> 'M_(n, w)) F : sized pss ls -> mixing U ->
  layers_form ones n w k c ls = Some (w', k', c') -> stands S (tokens_of ones U) (RowForm k c) F ->
  exists2 U' : input -> 'M_(n, w'), mixing U' &
    stands S (tokens_of ones U') (RowForm k' c') (fun z => network pss (map l_expr ls) (F z)).
Proof.
elim: ls pss w k c U F => [|l ls IH] [|ps pss] w k c U F //=; first by move=> _ mU [<- <- <-] H; exists U.
case=> sz szs mU; case E: (value_of _ _ _ _ _) => [[k1 c1|||]|] // + H.
have H1 := value_ofP (u := RowForm k c) (F := F) (tokens_mix ones mU) (@tokens_ones ones _ U) sz H E.
case: ifP => [/andP[/N.eqb_spec c0 _]|_] E2; last exact: (IH pss _ _ _ U (fun z =>
  meaning ps (l_expr l) (F z))) szs mU E2 H1.
case: H1 => f hf [P dP Ef]; rewrite c0 in dP; have [M PM] := deg_le0_const dP.
have fE z : f z = tokens_of ones U z *m M by rewrite -{1}(mix_same z) Ef PM eval_const mix_same.
have mf : mixing f.
  move=> x y; rewrite !fE (tokens_mix ones mU); apply/matrixP=> a b; rewrite !mxE; case: ifP => Sa;
    by apply: eq_bigr => t _; rewrite mxE Sa.
apply: (IH pss _ _ _ f (fun z => meaning ps (l_expr l) (F z))) szs mf E2 _.
by exists f => //; apply: tokens_row.
Qed.
End Networks.

Local Notation "[ n ]" := (N.to_nat n).

(* the numbers, where tokens have one entry more, which is 1 *)
Definition chains_listed r k b : N := N.of_nat (size (fill k (fun=> 0%N) (pairs r) [::] b 0%N)).
Definition token_chains_listed r k c : N :=
  N.of_nat (size (fill k (fun q => (q.1 == 0) + (q.2 == 0))%N (pairs r.+1) [::] c.+1 1%N)).
Definition biased_gramN (r k b : nat) : N :=
  let: (r', k', b') := (N.of_nat r.+1, N.of_nat k, N.of_nat b) in
  N.min (if GradedChains.listed r.+1 k (gram_countN r' k' b') then chains_listed r.+1 k b else mcN (sym_dimN r') b')
        (mcN (N.of_nat (r * k).+1) (2 * b'))%bN.
Definition biased_tokenN (r k c : nat) : N :=
  let: (r', k', c') := (N.of_nat r.+1, N.of_nat k, N.of_nat c) in
  let simple := N.min (r' * biased_gramN r k c) (mcN (N.of_nat (r * k).+1) (2 * c' + 1))%bN in
  if GradedChains.listed r.+1 k (token_countN r' k' c') then N.min simple (token_chains_listed r.+1 k c) else simple.
(* the least of V(t - 1) + U(C - t) *)
Definition covers_boundN (U V : seq N) (C : nat) : N :=
  let covers := mkseq (fun t => ((if t is s.+1 then nth 0%bN V s else 0) + (if (t <= C)%N then
    nth 0%bN U (C - t) else 0))%bN) C.+2 in
  foldr N.min (nth 0%bN covers 0) covers.

Definition attention_layers_value (ls : seq llayer) (n d j own other : nat) : option N :=
  let table f C := mkseq f C.+1 in
  if layers_form false n d d 0 ls is Some (w, k, c) then
    if (j < k)%N && (c <=? 128)%num then
      let C := [c] in Some (stairs_boundN (table (token_best w own) C) (table (gram_best w other) C) C)
    else None
  else if layers_form true n d d 0 ls is Some (w, k, c) then
    if [&& j < k, 0 < other & (c <=? 128)%num]%N then
      let C := [c] in Some (covers_boundN (table (biased_tokenN w own) C) (table (biased_gramN w other) C) C)
    else None
  else None.

Section Spans.
Variables (F : fieldType) (n r e C : nat) (A : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)).
Local Notation exp := (expo #|upper e| C.+1).

Let coordE (y : 'M[F]_(n, e)) t : sym_coord (gram A y) t = (gcoord_poly 1%:M A t).@[@entries F n e A y].
Proof. by rewrite -gcoord_polyE gcoord1. Qed.

Lemma gram_best_spanned b :
  spanned [pred v : exp | edeg v == b] (bfun (fun y => sym_coord (gram A (T y)))) [gram_best e #|A| b].
Proof.
rewrite /gram_best; case: ifP => _.
  have le : (gram_chains e #|A| b <= size (fill #|A| (fun=> 0%N) (pairs e) [::] b 0%N))%N.
    exact: (@count_chains e (fun=> 0%N) #|A| b 0%N).
  by rewrite Nat2N.id; apply: (spannedW le); apply: gram_spanned.
rewrite gram_countN_val !Nat2N.id /gram_count -card_upper -card_entry.
apply: spanned_min (spannedW (card_edeg _ _ _) (spanned_self _ _)) _.
apply: (spanned_comp T (g := bfun (fun y => sym_coord (gram A y)))).
exact: (spanned_bfun _ (gcoord_poly_homog 1%:M A) _ coordE).
Qed.

Lemma token_best_spanned i c : A i ->
  spanned [pred ku : 'I_e * exp | edeg ku.2 == c] (afun (token_in T i) (fun x =>
    sym_coord (gram A (T x)))) [token_best e #|A| c].
Proof.
move=> Ai; rewrite /token_best; case: ifP => _.
  have le : (token_chains e #|A| c <= size (fill #|A| (fun q => (q.1 == 0) + (q.2 ==
    0))%N (pairs e.+1) [::] c.+1 1%N))%N.
    exact: (@count_chains e.+1 (fun k => k == 0)%N #|A| c.+1 1%N).
  by rewrite Nat2N.id; apply: (spannedW le); apply: token_spanned.
have simple b : spanned [pred v : exp | edeg v == b] (bfun (fun y : 'M[F]_(n, e) =>
  sym_coord (gram A y))) (gram_count e #|A| b).
  rewrite /gram_count -card_upper -card_entry.
  apply: spanned_min (spannedW (card_edeg _ _ _) (spanned_self _ _)) _.
  exact: (spanned_bfun _ (gcoord_poly_homog 1%:M A) _ coordE).
rewrite token_countN_val !Nat2N.id.
suff H : spanned [pred ku : 'I_e * exp | edeg ku.2 == c]
    (afun (fun (x : 'M[F]_(n, e)) k => x i k) (fun x => sym_coord (gram A x))) (token_count e #|A| c).
  exact: (spanned_comp T H).
apply: spanned_min.
  have sc N := @spanned_scale F 'M[F]_(n, e) [finType of 'I_e] [finType of exp]
    [pred a | edeg a == c] (bfun (fun x => sym_coord (gram A x))) N (fun x k => x i k).
  by move: sc; rewrite card_ord; apply.
rewrite -card_entry; apply: (@spanned_afun _ _ _ _ _ _ _ _ _ (gcoord_poly_homog 1%:M A) (@entries _ _ _ A)
  (fun k => entry_poly F (enum_rank_in Ai i) k)).
- by move=> k; apply: entry_poly_homog.
- by move=> x k; rewrite entry_polyE enum_rankK_in.
- exact: coordE.
Qed.
End Spans.

Section Biased.
Variables (F : fieldType) (n r C : nat) (A : pred 'I_n).
Hypothesis A0 : #|A|%:R != 0 :> F.
Local Notation exp := (expo #|upper (1 + r)| C.+1).
Local Notation T := (@with_ones F n r).

Lemma biased_gramN_spanned b :
  spanned [pred v : exp | (edeg v <= b)%N] (bfun (fun y => sym_coord (gram A (T y)))) [biased_gramN r #|A| b].
Proof.
apply: (spannedW _ (@biased_gram_spanned F n r C A A0 b)); rewrite /biased_gramN minN2 mcN_val mulN_val !Nat2N.id.
rewrite leq_min; apply/andP; split; last exact: geq_minr.
apply: leq_trans (geq_minl _ _) _; case: ifP => _.
  by rewrite Nat2N.id; apply: (@count_chains r.+1 (fun=> 0%N) #|A| b 0%N).
rewrite mcN_val sym_dimN_val !Nat2N.id -card_upper /gram_chains.
apply: (@card_le_mc _ _ _ _ (fun (v : 'X_{1..#|upper r.+1| < b.+1}) t => v t)) => [v /and3P[/eqP dv _ _]|v v' _ _ E].
  by rewrite -[RHS]dv mdegE.
by apply/val_inj/mnmP.
Qed.

Lemma biased_tokenN_spanned i c : A i ->
  spanned [pred ku : 'I_(1 + r) * exp | (edeg ku.2 <= c)%N] (afun (token_in T i) (fun x => sym_coord (gram A (T x))))
    [biased_tokenN r #|A| c].
Proof.
move=> Ai; have B := @biased_token_spanned F n r C A A0 i c Ai.
have S : spanned [pred ku : 'I_(1 + r) * exp | (edeg ku.2 <= c)%N] (afun (token_in T i) (fun x =>
  sym_coord (gram A (T x))))
    [N.min (N.of_nat r.+1 * biased_gramN r #|A| c) (mcN (N.of_nat (r * #|A|).+1) (2 * N.of_nat c + 1))]%bN.
  rewrite minN2 mulN_val mcN_val addN_val mulN_val !Nat2N.id addn1; apply: spanned_min; last first.
    by apply: (spannedW _ B); apply: geq_minr.
  have sc := @spanned_scale F 'M[F]_(n, r) [finType of 'I_(1 + r)] [finType of exp]
    [pred a | (edeg a <= c)%N] (bfun (fun x => sym_coord (gram A (T x)))) _ (fun x k =>
      T x i k) (biased_gramN_spanned c).
  by move: sc; rewrite card_ord.
rewrite /biased_tokenN; case: ifP => // _; rewrite minN2; apply: spanned_min => //.
rewrite Nat2N.id; apply: (spannedW _ B); apply: leq_trans (geq_minl _ _) _.
exact: (@count_chains r.+2 (fun k => k == 0)%N #|A| c.+1 1%N).
Qed.
End Biased.

(* the bound *)
Section Bound.
Variables (F : numFieldType) (n d : nat) (ls : seq llayer) (pss : seq (seq (mat F))) (S : pred 'I_n) (i : 'I_n) (j :
  nat).
Hypothesis sz : sized pss ls.
Local Notation entry := (fun z : 'M[F]_(n, d) => m_at (network pss (map l_expr ls) (of_matrix z)) i j).

Lemma entry_form ones A w k c : layers_form ones n d d 0 ls = Some (w, k, c) -> (j < k)%N ->
  exists U : 'M[F]_(n, d) -> 'M[F]_(n, w), exists f : 'M[F]_(n, d) -> 'M[F]_(n, k), exists p : 'I_k,
  [/\ mixing A U, gram_form A (tokens_of ones U) [c] f & forall z, entry z = f z i p].
Proof.
move=> E jk; have mU : mixing A (fun z : 'M[F]_(n, d) => z) by [].
have H0 : stands A (tokens_of ones (fun z : 'M[F]_(n, d) => z)) (RowForm d 0) (@of_matrix F n d).
  by exists (fun z => z) => [z|]; [exact: is_of_matrix|exact: tokens_row].
have [U mU' [f hf Hf]] := layers_formP sz mU E H0.
by exists U, f, (Ordinal jk); split=> // z; have [_ _ <-] := hf z.
Qed.

Theorem attention_layers_sep_le b :
  attention_layers_value ls n d j #|[pred k | S k == S i]| #|[pred k | S k != S i]| = Some b ->
  sep_le (fun x y => entry (mix S x y)) [b].
Proof.
rewrite /attention_layers_value; case E: (layers_form false n d d 0 ls) => [[[w k] c]|].
  case: ifP => // /andP[jk _] [<-].
  apply: (@two_sides F n d entry S i (fun own other => [stairs_boundN (mkseq (token_best w own) [c].+1)
    (mkseq (gram_best w other) [c].+1) [c]])) => A Ai.
  have [U [f [p [mU gf fE]]]] := entry_form A E jk.
  have [a deg H] := gram_form_sum_pairs (tokens_mix false mU) p Ai gf.
  apply: (@eq_sep_le _ _ _ (fun x y => f (mix A x y) i p)) => [x y|]; first by rewrite -fE.
  apply: eq_sep_le (fun x y => esym (H x y)) _.
  rewrite (stairs_boundN_val (NA' := fun c => [token_best w #|A| c]) (NB' := fun b => [gram_best w #|predC A| b])).
  - apply: (stairs_bound_sep_le _ _ deg) => [k' _|b' _]; [exact: token_best_spanned|exact: gram_best_spanned].
  - by move=> k' kc; rewrite /row_at nth_mkseq.
  - by move=> k' kc; rewrite /row_at nth_mkseq.
case E1: (layers_form true n d d 0 ls) => [[[w k] c]|] //; case: ifP => // /and3P[jk o0 _] [<-].
pose bound own other := if other is 0 then 1%N else [covers_boundN (mkseq (biased_tokenN w own) [c].+1)
    (mkseq (biased_gramN w other) [c].+1) [c]].
have := @two_sides F n d entry S i bound.
rewrite /bound; case: (#|[pred k | S k != S i]|) o0 => // rB _; apply=> A Ai.
have [U [f [p [mU gf fE]]]] := entry_form A E1 jk.
apply: (@eq_sep_le _ _ _ (fun x y => f (mix A x y) i p)) => [x y|]; first by rewrite -fE.
case cB: #|predC A| => [|rB'].
  apply: eq_sep_le (sep_leL _ (fun x => f x i p)) => x y; congr (f _ _ _).
  apply/matrixP => k' l; rewrite mxE; case: ifP => // Ak.
  by have := card0_eq cB k'; rewrite !inE Ak.
have A0 : #|A|%:R != 0 :> F.
  by rewrite Num.Theory.pnatr_eq0; apply/negP => /eqP cA; have := card0_eq cA i; rewrite unfold_in Ai.
have B0 : #|predC A|%:R != 0 :> F by rewrite Num.Theory.pnatr_eq0 cB.
rewrite -cB; have [a deg H] := gram_form_sum_pairs (tokens_mix true mU) p Ai gf.
apply: eq_sep_le (fun x y => esym (H x y)) _; rewrite /covers_boundN.
set cov := (X in mkseq X [c].+2).
have cover t : (t <= [c].+1)%N -> sep_le (fun x y => \sum_ku \sum_v a ku v
      * afun (token_in (tokens_of true U) i) (fun x => sym_coord (gram A (tokens_of true U x))) ku x
      * bfun (fun y => sym_coord (gram (predC A) (tokens_of true U y))) v y) [cov t].
  move=> tC; rewrite /cov addN_val [X in sep_le _ X]addnC.
  apply: (@cover_sep _ _ _ _ _ [pred ku : 'I_(1 + w) * expo #|upper (1 + w)| [c].+1 | (t <= [c])%N && (edeg ku.2 <=
    [c] - t)%N]
    [pred v : expo #|upper (1 + w)| [c].+1 | (edeg v < t)%N]).
  - by move=> ku v /deg /=; move: tC; lia.
  - case: leqP => tC'; last by apply: sub_spanned (spanned0 _) => ku.
    rewrite nth_mkseq ?ltnS ?leq_subr //; have := spanned_comp U (@biased_tokenN_spanned F n w [c] A A0 i ([c] - t) Ai).
    by apply: sub_spanned => ku.
  case: t tC => [|t] tC; first by apply: sub_spanned (spanned0 _) => v.
  rewrite nth_mkseq //; have := spanned_comp U (@biased_gramN_spanned F n w [c] (predC A) B0 t).
  by apply: sub_spanned => v.
have : all (fun t => t <= [c].+1)%N (iota 0 [c].+2) by apply/allP => t; rewrite mem_iota.
rewrite {2}/mkseq; elim: (iota _ _) => [_|t s IH /andP[tC /IH ts]]; first exact: cover.
by rewrite [foldr _ _ _]/= minN2 /minn; case: ifP => // _; apply: cover.
Qed.
End Bound.

Lemma sized_layer_mats (R : comRingType) c (theta : nat -> R) ls k : sized (layer_mats c theta ls k) ls.
Proof.
elim: ls k => //= l ls IH k; split=> // i p; elim: (l_params l) k i => //= q ps IHp k [|i] /=; first by case=> <-.
exact: IHp.
Qed.

(* for all weights of a network *)
Corollary layers_attention_sep_le (F : numFieldType) n d ls (S : pred 'I_n) (i : 'I_n) j (theta : 'I_(nweights ls) ->
  F) b :
  attention_layers_value ls n d j #|[pred k | S k == S i]| #|[pred k | S k != S i]| = Some b ->
  sep_le (@layers_output n d ls S i j F theta) [b].
Proof. by move=> E; apply: (attention_layers_sep_le (sized_layer_mats _ _ ls 0) E). Qed.
