(* Attention by its layers, recognised with its heads: Theorems 3.16 and 3.14 (c) of theory.md for networks of matrix
   expressions (Layers.v), with the bound as a number for the checker. The linear layers at the start make new
     tokens, as in
   LayersAttention.v; the other layers are read as those of GramForm.v, by the form of their expressions.
   row_of_expr n d ps e    == X W, or X W + (a row added to every token), W a parameter
   head_of_expr n d ps e   == (X Q) ((X K)^T (X O)) U^T with such rows X Q, X K, X O
   sum_of_expr n d ps e    == a sum of heads, at most one X, and rows that are added
   layers_of n d ls        == such sums, and rows with d columns; the last layer may be a row with other columns
   value_from              == 3.16 and 3.14 (c) without biases, or 3.14 (c) with them
   heads_value ls n d j own other == the bound for column j of the output, d entries in each of n tokens,
     own tokens on the
                              side of the output's, other on the other; None if the network is of no such form, or has
                              more than five layers of attention
   attention_layers_best   == the least of this and of attention_layers_value (LayersAttention.v)
   layer_mx d ps j r       == the layer of GramForm.v that r reads
   Proved: for all values of the parameters, sep <= heads_value (heads_value_sep_le), and for all weights of a network
   sep <= attention_layers_best (layers_best_sep_le).
   Relation to theory.md: the forms are those of the layers of files,
     where theory.md takes every product of the form, as
   LayersAttention.v does. In 238 networks of random layers, with such sides as in NarrowHeadsFormula.v,
   attention_layers_best was the value of `seprank`. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates
  AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm ChainCount.
From Seprank Require Import AttentionLayers AttentionBiases BoundFormulas GradedFormula GradedChains MixerUpperValues.
From Seprank Require Import NetEval Layers LayersRun LayersAttention GramReads AttentionNarrowHeads
  AttentionBiasesCover.
From Seprank Require Import NarrowHeadsFormula.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.
Local Notation "[ n ]" := (N.to_nat n).

(* what is run *)
Record row_ref := RowRef { r_matrix : nat; r_row : option nat; r_cols : nat }.
Record head_ref := HeadRef { h_query : row_ref; h_key : row_ref; h_value : row_ref; h_out : nat }.
Record sum_ref := SumRef { s_input : bool; s_heads : seq head_ref; s_rows : seq nat }.
Inductive layer_ref := SumLayer of sum_ref | RowLayer of row_ref | LastLayer of row_ref.

Section Reading.
Variables (n d : nat) (ps : seq lparam).
Definition sized_as (i p q : nat) : bool := if ohead (drop i ps) is Some l then (l_rows l == p) && (l_cols l == q)
  else false.
Definition cols_of (i : nat) : nat := if ohead (drop i ps) is Some l then l_cols l else 0.

Definition row_of_expr (e : lexpr) : option row_ref :=
  match e with
  | LProduct LInput (LParam i) => if sized_as i d (cols_of i) then Some (RowRef i None (cols_of i)) else None
  | LAdd (LProduct LInput (LParam i)) (LRepeat (LParam j) m k) =>
      if [&& sized_as i d (cols_of i), sized_as j 1 (cols_of i),
        m == n & k == cols_of i] then Some (RowRef i (Some j) (cols_of i))
      else None
  | _ => None
  end.

Definition head_of_expr (e : lexpr) : option head_ref :=
  match e with
  | LProduct (LProduct q (LProduct (LTranspose k) v)) (LTranspose (LParam o)) =>
      if (row_of_expr q, row_of_expr k, row_of_expr v) is (Some q, Some k, Some v) then
        if (r_cols q == r_cols k) && sized_as o d (r_cols v) then Some (HeadRef q k v o) else None
      else None
  | _ => None
  end.

Definition term_of_expr (e : lexpr) : option sum_ref :=
  match e with
  | LInput => Some (SumRef true [::] [::])
  | LRepeat (LParam j) m k => if [&& sized_as j 1 d, m == n & k == d] then Some (SumRef false [::] [:: j]) else None
  | _ => omap (fun h => SumRef false [:: h] [::]) (head_of_expr e)
  end.

Fixpoint sum_of_expr (e : lexpr) : option sum_ref :=
  match e with
  | LAdd a b =>
      if (sum_of_expr a, term_of_expr b) is (Some s, Some t) then
        if s_input s && s_input t then None
        else Some (SumRef (s_input s || s_input t) (s_heads s ++ s_heads t) (s_rows s ++ s_rows t))
      else None
  | _ => term_of_expr e
  end.

Definition layer_of_expr (e : lexpr) : option layer_ref :=
  if row_of_expr e is Some r then if r_cols r == d then Some (RowLayer r) else None
  else omap SumLayer (sum_of_expr e).
End Reading.

Fixpoint layers_of (n d : nat) (ls : seq llayer) : option (seq layer_ref) :=
  if ls is l :: ls then
    if layer_of_expr n d (l_params l) (l_expr l) is Some r then omap (cons r) (layers_of n d ls)
    else if nilp ls then omap (fun r => [:: LastLayer r]) (row_of_expr n d (l_params l) (l_expr l)) else None
  else Some [::].
(* columns of the last state, and the column of square layers in which its entry stands *)
Definition last_cols (d : nat) (rs : seq layer_ref) : nat := if last (RowLayer (RowRef 0 None 0)) rs is LastLayer r
  then r_cols r else d.
Definition last_at (j : nat) (rs : seq layer_ref) : nat := if last (RowLayer (RowRef 0 None 0)) rs is LastLayer r
  then 0 else j.

Definition plain_row (r : row_ref) : bool := ~~ isSome (r_row r).
Definition plain_head (h : head_ref) : bool := [&& plain_row (h_query h), plain_row (h_key h) & plain_row (h_value h)].
Definition plain_layer (l : layer_ref) : bool :=
  match l with SumLayer s => all plain_head (s_heads s) && nilp (s_rows s) | RowLayer r | LastLayer r => plain_row r
    end.
Definition sum_layers (rs : seq layer_ref) : nat := count (fun r => if r is SumLayer _ then true else false) rs.
Definition ref_widths (hs : seq head_ref) : seq (nat * nat) := [seq (r_cols (h_query h), r_cols (h_value h)) | h <- hs].

(* layers at the start that are linear *)
Fixpoint leading_linear (ones : bool) (n k : nat) (ls : seq llayer) : nat :=
  if ls is l :: ls then
    if value_of ones n (l_params l) (l_expr l) (RowForm k 0) is Some (RowForm k' N0) then (leading_linear ones n k'
      ls).+1 else 0
  else 0.

(* rows may be added before the first layer that is not linear, and in it or after it *)
Definition late_valueN (e : nat) (s : sum_ref) (C E : nat) : N :=
  layers_coverN (s_input s) true e.+1 e (ref_widths (s_heads s)) C E.
Definition value_from (before after : bool) (w k : nat) (s : sum_ref) (own other C E : nat) : N :=
  if after then
    if before then
      let whole := layers_coverN (s_input s) true w.+1 w.+1 (ref_widths (s_heads s)) C E in
      if all plain_head (s_heads s) then N.min whole (late_valueN k s C E) else whole
    else late_valueN w s C E
  else
    let e := if before then k else w in
    N.min (layers_headsN (s_input s) e (ref_widths (s_heads s)) own other C E)
          (layers_coverN (s_input s) false e e (ref_widths (s_heads s)) C E).
Definition heads_value_of (before after : bool) (ls : seq llayer) (n d j own other : nat) : option N :=
  let m := leading_linear before n d ls in
  if layers_form before n d d 0 (take m ls) is Some (w, k, N0) then
    if layers_of n k (drop m ls) is Some (SumLayer s :: rs) then
      let L := sum_layers rs in
      if [&& j < last_cols k rs, last_at j rs < k, L <= 4 &
          if after then before || all plain_head (s_heads s) else all plain_layer (SumLayer s :: rs)]%N then
        Some (value_from before after w k s own other (gram_degree L.+1) (gram_degree L))
      else None
    else None
  else None.
Definition min_option (a b : option N) : option N :=
  match a, b with Some a, Some b => Some (N.min a b) | Some a, None => Some a | None, b => b end.
Definition heads_value (ls : seq llayer) (n d j own other : nat) : option N :=
  let value before after := heads_value_of before after ls n d j own other in
  if value false false is Some b then Some b
  else min_option (value false true) (min_option (value true false) (value true true)).

(* what it means *)
Section Meaning.
Variables (R : comRingType) (n d : nat) (ps : seq (mat R)) (lps : seq lparam).
Hypothesis sizes : forall i p, ohead (drop i lps) = Some p ->
  m_rows (nth (no_mat R) ps i) = l_rows p /\ m_cols (nth (no_mat R) ps i) = l_cols p.

Definition mx_of p q (i : nat) : 'M[R]_(p, q) := \matrix_(a < p, b < q) m_at (nth (no_mat R) ps i) a b.
Definition row_mx_of q (j : option nat) : 'rV[R]_q := if j is Some j then mx_of 1 q j else 0.

Lemma is_mx_of p q i X : sized_as lps i p q -> is_mx (meaning ps (LParam i) X) (mx_of p q i).
Proof.
rewrite /sized_as; case E: (ohead _) => [l|] // /andP[/eqP <- /eqP <-].
by have [rE cE] := sizes E; split=> // a b; rewrite mxE.
Qed.

Lemma is_repeat j m k X : sized_as lps j 1 k -> m = n -> is_mx (meaning ps (LRepeat (LParam j) m k) X) (const_mx 1 *m
  mx_of 1 k j : 'M_(n, k)).
Proof.
move=> /(is_mx_of X)[rE cE E] ->; split=> //= a b; rewrite mxE big_ord1 mxE mul1r mxE.
rewrite -/(meaning ps (LParam j) X) rE eqxx /=; congr (m_at _ _ _); rewrite cE.
by case: eqP => // k1; move: b; rewrite k1 => b; rewrite ord1.
Qed.

Variables (X : mat R) (Y : 'M[R]_(n, d)).
Hypothesis XY : is_mx X Y.
Lemma is_row e r : row_of_expr n d lps e = Some r ->
  is_mx (meaning ps e X) (affine (mx_of d (r_cols r) (r_matrix r)) (row_mx_of (r_cols r) (r_row r)) Y).
Proof.
case: e => //= [[] // [] // i|[] // [] // [] // i [] // [] // j m k].
  case: ifP => // s [<-] /=; rewrite /affine mulmx0 addr0.
  exact: (is_product (k := d) (a := LInput) (b := LParam i) XY (is_mx_of X s)).
case: ifP => // /and4P[si sj /eqP mE /eqP kE] [<-]; rewrite kE.
apply: (is_add (a := LProduct LInput (LParam i)) (b := LRepeat (LParam j) m (cols_of lps i))).
  exact: (is_product (k := d) (a := LInput) (b := LParam i) XY (is_mx_of X si)).
exact: is_repeat.
Qed.

Definition head_mx (h : head_ref) : bhead R d :=
  BHead (mx_of d (r_cols (h_query h)) (r_matrix (h_query h))) (row_mx_of _ (r_row (h_query h)))
        (mx_of d (r_cols (h_query h)) (r_matrix (h_key h))) (row_mx_of _ (r_row (h_key h)))
        (mx_of d (r_cols (h_value h)) (r_matrix (h_value h))) (row_mx_of _ (r_row (h_value h)))
        (mx_of d (r_cols (h_value h)) (h_out h))^T.

Lemma is_head e h : head_of_expr n d lps e = Some h -> is_mx (meaning ps e X) (attend1 (head_mx h) Y).
Proof.
case: e => //= -[] // q [] // [] // k v [] // [] // o.
case Eq: (row_of_expr n d lps q) => [rq|] //; case Ek: (row_of_expr n d lps k) => [rk|] //;
  case Ev: (row_of_expr n d lps v) => [rv|] //.
case: ifP => // /andP[/eqP qk so] [<-]; rewrite /attend1 /=.
have iq := is_row Eq; have ik := is_row Ek; rewrite -qk in ik; have iv := is_row Ev.
rewrite -(mulmxA (affine _ _ Y)); apply: (is_product (a := LProduct q (LProduct (LTranspose k) v)) (b := LTranspose
  (LParam o))).
  apply: (is_product (a := q) (b := LProduct (LTranspose k) v)) => //.
  by apply: (is_product (a := LTranspose k) (b := v)) => //; apply: is_transpose.
by apply: is_transpose; apply: is_mx_of.
Qed.

Definition sum_mx (s : sum_ref) : 'M[R]_(n, d) :=
  (if s_input s then Y else 0) + (\sum_(h <- s_heads s) attend1 (head_mx h) Y + const_mx 1 *m \sum_(j <- s_rows s)
    mx_of 1 d j).

Lemma is_term e s : term_of_expr n d lps e = Some s -> is_mx (meaning ps e X) (sum_mx s).
Proof.
have head_case : omap (fun h => SumRef false [:: h] [::]) (head_of_expr n d lps e) = Some s ->
  is_mx (meaning ps e X) (sum_mx s).
  case E: (head_of_expr n d lps e) => [h|] //= [<-]; rewrite /sum_mx /= big_seq1 big_nil mulmx0 addr0 add0r.
  exact: is_head.
case: e head_case => [|i|a b|a b|a b|a|a k|a c|a m k|a m k src|a b] //= head_case.
  by case=> <-; rewrite /sum_mx /= !big_nil mulmx0 !addr0.
case: a head_case => // j head_case; case: ifP => // /and3P[sj /eqP mE /eqP kE] [<-].
by rewrite /sum_mx /= big_nil big_seq1 !add0r kE; apply: is_repeat.
Qed.

Lemma is_sum e s : sum_of_expr n d lps e = Some s -> is_mx (meaning ps e X) (sum_mx s).
Proof.
elim: e s => [|i|a _ b _|a _ b _|a IH b _|a _|a _ k|a _ c|a _ m k|a _ m k src|a _ b _] s; try exact: is_term.
rewrite [sum_of_expr _ _ _ _]/=; case Ea: (sum_of_expr n d lps a) => [sa|] //;
  case Eb: (term_of_expr n d lps b) => [t|] //.
case: ifP => // io [<-]; have -> : sum_mx (SumRef (s_input sa || s_input t) (s_heads sa ++ s_heads t) (s_rows sa ++
  s_rows t)) = sum_mx sa + sum_mx t.
  rewrite /sum_mx /= !big_cat /= mulmxDr [RHS]addrACA; congr (_ + _); last by rewrite addrACA.
  by move: io; case: (s_input sa); case: (s_input t); rewrite ?addr0 ?add0r.
by apply: is_add; [apply: IH|apply: is_term].
Qed.

Variable j : nat.
Definition layer_mx (r : layer_ref) : layer R d :=
  match r with
  | SumLayer s => Attend (s_input s) (map head_mx (s_heads s)) (\sum_(j <- s_rows s) mx_of 1 d j)
  | RowLayer r => Linear (mx_of d d (r_matrix r)) (row_mx_of d (r_row r))
  | LastLayer r => Linear (\matrix_(a, b) m_at (nth (no_mat R) ps (r_matrix r)) a j)
                          (\row_b if r_row r is Some j' then m_at (nth (no_mat R) ps j') 0 j else 0)
  end.

Lemma is_layer e r : layer_of_expr n d lps e = Some r -> is_mx (meaning ps e X) (layer_step Y (layer_mx r)).
Proof.
rewrite /layer_of_expr; case E: (row_of_expr n d lps e) => [r'|].
  by case: eqP => // rd [<-]; have := is_row E; rewrite rd.
case Es: (sum_of_expr n d lps e) => [s|] //= [<-]; have := is_sum Es.
by rewrite /sum_mx /= /affine mulmx1 big_map.
Qed.

Lemma is_last e r (i : 'I_n) p : row_of_expr n d lps e = Some r -> (j < r_cols r)%N ->
  m_at (meaning ps e X) i j = layer_step Y (layer_mx (LastLayer r)) i p.
Proof.
move=> E jr; have [_ _ H] := is_row E; rewrite -[j in LHS]/(val (Ordinal jr)) H /= /affine !mxE big_ord1 [const_mx _
  _ _]mxE.
rewrite big_ord1 [const_mx _ _ _]mxE !mul1r; congr (_ + _); first by apply: eq_bigr => a _; rewrite !mxE.
by rewrite mxE; case: (r_row r) => [j'|] /=; rewrite mxE.
Qed.

Lemma plain_heads hs : all plain_head hs -> all (@unbiased_head R d) (map head_mx hs).
Proof.
rewrite all_map; apply: sub_all => h /and3P[]; rewrite /plain_row /= /unbiased_head /=.
case: (r_row (h_query h)) => //; case: (r_row (h_key h)) => //; case: (r_row (h_value h)) => // _ _ _.
by rewrite !eqxx.
Qed.

Lemma plain_unbiased r : plain_layer r -> unbiased (layer_mx r).
Proof.
case: r => [s|r|r] /=; last 2 first.
- by rewrite /plain_row; case: (r_row r).
- by rewrite /plain_row; case: (r_row r) => // _; apply/eqP/rowP => b; rewrite !mxE.
by case/andP=> /plain_heads -> /nilP ->; rewrite big_nil eqxx.
Qed.
End Meaning.

Section Networks.
Variables (R : comRingType) (j : nat).

Fixpoint layer_mxs d (pss : seq (seq (mat R))) (rs : seq layer_ref) : seq (layer R d) :=
  match pss, rs with ps :: pss, r :: rs => layer_mx d ps j r :: layer_mxs d pss rs | _, _ => [::] end.

Lemma is_layers n d ls pss rs X (Y : 'M[R]_(n, d)) (i : 'I_n) (p : 'I_d) : sized pss ls -> layers_of n d ls = Some rs ->
  is_mx X Y -> (j < last_cols d rs)%N -> last_at j rs = p ->
  m_at (network pss (map l_expr ls) X) i j = layers (layer_mxs d pss rs) Y i p.
Proof.
elim: ls pss rs X Y => [|l ls IH] [|ps pss] rs X Y //=; first by move=> _ [<-] [_ _ H] _ pE;
  rewrite -[j]/(last_at j [::]) pE H.
case=> sz szs; case E: (layer_of_expr _ _ _ _) => [r|].
  case Es: (layers_of _ _ _) => [rs'|] //= [<-] XY; have XY' := is_layer sz XY j E.
  have rl : if r is LastLayer _ then False else True.
    by move: E; rewrite /layer_of_expr; case: (row_of_expr _ _ _ _) => [r'|];
      [case: ifP => // _ [<-]|case: (sum_of_expr _ _ _ _) => // s [<-]].
  case: rs' Es => [|r' rs'] Es; last exact: (IH pss _ _ _ szs Es XY').
  by move=> jl pE; apply: (IH pss _ _ _ szs Es XY'); move: jl pE; rewrite /last_cols /last_at /=; case: (r) rl.
case: ls szs IH => // szs _; case Er: (row_of_expr _ _ _ _) => [r|] //= [<-] XY jr _.
by case: pss szs => //= _; exact: (is_last sz XY i p Er jr).
Qed.

Lemma size_layers n d ls (pss : seq (seq (mat R))) rs : sized pss ls -> layers_of n d ls = Some rs ->
  size pss = size rs.
Proof.
elim: ls pss rs => [|l ls IH] [|ps pss] rs //=; first by move=> _ [<-].
case=> _ szs; case: (layer_of_expr _ _ _ _) => [r|].
  by case Es: (layers_of _ _ _) => [rs'|] //= [<-] /=; rewrite (IH pss rs').
by case: ls szs IH => // szs _; case: (row_of_expr _ _ _ _) => //= r [<-]; case: pss szs.
Qed.

Lemma depth_layer_mxs d pss rs : size pss = size rs -> depth (layer_mxs d pss rs) = sum_layers rs.
Proof. by elim: rs pss => [|r rs IH] [|ps pss] //= [/IH]; rewrite /depth /= => ->; case: r. Qed.

Lemma plain_layer_mxs d pss rs : all plain_layer rs -> all (@unbiased R d) (layer_mxs d pss rs).
Proof. by elim: rs pss => [|r rs IH] [|ps pss] //= /andP[/plain_unbiased -> /IH ->]. Qed.

Lemma sized_split m (pss : seq (seq (mat R))) ls : sized pss ls ->
  [/\ sized (take m pss) (take m ls), sized (drop m pss) (drop m ls) &
      forall X, network pss (map l_expr ls) X =
        network (drop m pss) (map l_expr (drop m ls)) (network (take m pss) (map l_expr (take m ls)) X)].
Proof.
elim: m pss ls => [|m IH] [|ps pss] [|l ls] //=.
by case=> sz /IH[s1 s2 E]; split=> // X; rewrite /network /= -!/(network _ _ _) E.
Qed.

Lemma sum_layer_mx d ps s : widths (map (@head_mx R d ps) (s_heads s)) = ref_widths (s_heads s).
Proof. by rewrite /widths -map_comp. Qed.
End Networks.

Section Bound.
Variables (F : fieldType) (n d : nat) (ls : seq llayer) (pss : seq (seq (mat F))) (S : pred 'I_n) (i : 'I_n) (j : nat).
Hypothesis sz : sized pss ls.
Local Notation entry := (fun z : 'M[F]_(n, d) => m_at (network pss (map l_expr ls) (of_matrix z)) i j).

(* the bounds of a first layer and others behind it, for tokens T(z) *)
Section Tokens.
Variables (A : pred 'I_n) (k : nat) (s : sum_ref) (ps : seq (mat F)) (ls' : seq (layer F k)) (p : 'I_k).
Hypothesis Ai : A i.
Local Notation state Y := (layers (layer_mx k ps j (SumLayer s) :: ls') Y i p).
Local Notation C := (gram_degree (depth ls').+1).
Local Notation D := (gram_degree (depth ls')).
Local Notation ws := (ref_widths (s_heads s)).

Lemma plain_value_sep_le e (T : 'M[F]_(n, d) -> 'M[F]_(n, e)) (M : 'M_(e, k)) :
  mixing A T -> all (@unbiased F k) (layer_mx k ps j (SumLayer s) :: ls') ->
  sep_le (fun x y => state (T (mix A x y) *m M))
    [N.min (layers_headsN (s_input s) e ws #|A| #|predC A| C D) (layers_coverN (s_input s) false e e ws C D)].
Proof.
move=> mT ub.
have [t [tT]] := layers_coverN_val (s_input s) false e e (map (@head_mx F k ps) (s_heads s)) (depth ls').+1.
rewrite minN2 sum_layer_mx => E; apply: sep_le_min; last by rewrite [X in sep_le _ X]E; apply: plain_cover_sep_le.
have := @tokens_heads_value_sep_le F n d e k A T M (s_input s) (map (@head_mx F k ps) (s_heads s)) _ ls' i p mT ub Ai.
by rewrite sum_layer_mx.
Qed.

Lemma ones_value_sep_le w (U : 'M[F]_(n, d) -> 'M[F]_(n, w)) (M : 'M_(1 + w, k)) : mixing A U ->
  sep_le (fun x y => state (with_ones (U (mix A x y)) *m M)) [layers_coverN (s_input s) true w.+1 w.+1 ws C D].
Proof.
move=> mU.
have [t [tT]] := layers_coverN_val (s_input s) true w.+1 w.+1 (map (@head_mx F k ps) (s_heads s)) (depth ls').+1.
by rewrite sum_layer_mx => ->; apply: ones_cover_sep_le.
Qed.

Lemma late_value_sep_le e (T : 'M[F]_(n, d) -> 'M[F]_(n, e)) (M : 'M_(e, k)) : mixing A T ->
  all plain_head (s_heads s) -> sep_le (fun x y => state (T (mix A x y) *m M)) [late_valueN e s C D].
Proof.
move=> mT ph.
have [t [tT]] := layers_coverN_val (s_input s) true e.+1 e (map (@head_mx F k ps) (s_heads s)) (depth ls').+1.
by rewrite /late_valueN sum_layer_mx => ->; apply: late_cover_sep_le => //; apply: plain_heads.
Qed.

Lemma value_from_sep_le (before after : bool) w (U : 'M[F]_(n, d) ->
  'M[F]_(n, w)) (M : 'M_(before + w, k)) : mixing A U ->
  (if after then before || all plain_head (s_heads s) else all (@unbiased F k) (layer_mx k ps j (SumLayer s) :: ls')) ->
  sep_le (fun x y => state (tokens_of before U (mix A x y) *m M)) [value_from before after w k s #|A| #|predC A| C D].
Proof.
move=> mU; have mN := tokens_mix before mU; pose T z := tokens_of before U z *m M.
have mT : mixing A T.
  move=> x y; rewrite /T mN; apply/matrixP => a c; rewrite !mxE; case: ifP => Sa;
    by apply: eq_bigr => t _; rewrite mxE Sa.
have idE r : sep_le (fun x y => state (T (mix A x y) *m 1%:M)) r ->
    sep_le (fun x y => state (tokens_of before U (mix A x y) *m M)) r.
  by apply: eq_sep_le => x y; rewrite mulmx1.
rewrite /value_from; case: after => [|ub].
  case: before M mN T mT idE => M mN T mT idE /= ph; last exact: late_value_sep_le.
  case: ifP => [ph'|_]; last exact: ones_value_sep_le.
  by rewrite minN2; apply: sep_le_min; [exact: ones_value_sep_le|apply: idE; exact: late_value_sep_le].
by case: before M mN T mT idE => M mN T mT idE; [apply: idE|]; apply: plain_value_sep_le.
Qed.
End Tokens.

Theorem heads_value_of_sep_le before after b :
  heads_value_of before after ls n d j #|[pred k | S k == S i]| #|[pred k | S k != S i]| = Some b ->
  sep_le (fun x y => entry (mix S x y)) [b].
Proof.
rewrite /heads_value_of; set m := leading_linear _ _ _ _.
case E: (layers_form before n d d 0 (take m ls)) => [[[w k] [|c]]|] //.
case Er: (layers_of n k (drop m ls)) => [[|[s|r|r] rs]|] //.
case: ifP => // /and4P[jk pk _ plain] [<-]; have [s1 s2 nE] := sized_split m sz.
pose bound own other := [value_from before after w k s own other (gram_degree (sum_layers rs).+1) (gram_degree
  (sum_layers rs))].
apply: (@two_sides F n d entry S i bound) => A Ai; rewrite /bound {bound}.
have mU : mixing A (fun z : 'M[F]_(n, d) => z) by [].
have H0 : stands A (tokens_of before (fun z : 'M[F]_(n, d) => z)) (RowForm d 0) (@of_matrix F n d).
  by exists (fun z => z) => [z|]; [exact: is_of_matrix|exact: tokens_row].
have [U mU' [f hf [P dP Ef]]] := layers_formP s1 mU E H0; have [M PM] := deg_le0_const dP.
have fE z : f z = tokens_of before U z *m M by rewrite -{1}(mix_same A z) Ef PM eval_const mix_same.
have jl : (j < last_cols k (SumLayer s :: rs))%N by case: (rs) jk.
have pl : last_at j (SumLayer s :: rs) = Ordinal pk by case: (rs) pk.
have isl X (Y : 'M_(n, k)) : is_mx X Y -> m_at (network (drop m pss) (map l_expr (drop m ls)) X) i j =
    layers (layer_mxs j k (drop m pss) (SumLayer s :: rs)) Y i (Ordinal pk).
  by move=> XY; apply: (is_layers i s2 Er XY jl pl).
have sE := size_layers s2 Er; move: nE isl sE; case: (drop m pss) => [|ps pss'] //= nE isl [sE].
apply: (@eq_sep_le _ _ _ (fun x y => layers (layer_mx k ps j (SumLayer s) :: layer_mxs j k pss' rs)
  (tokens_of before U (mix A x y) *m M) i (Ordinal pk))) => [x y|]; first by rewrite nE (isl _ _ (hf _)) fE.
rewrite -(depth_layer_mxs j k sE); apply: value_from_sep_le => //; move: plain; case: (after) => // /andP[p1 p2].
by apply/andP; split; [exact: (@plain_unbiased F k ps j (SumLayer s) p1)|exact: plain_layer_mxs].
Qed.

Lemma min_option_sep_le X Y (f : X -> Y -> F) a b v : (forall v, a = Some v -> sep_le f [v]) ->
  (forall v, b = Some v -> sep_le f [v]) -> min_option a b = Some v -> sep_le f [v].
Proof.
case: a b => [a|] [b|] //= Ha Hb [<-]; [|exact: Ha|exact: Hb].
by rewrite minN2; apply: sep_le_min; [exact: Ha|exact: Hb].
Qed.

Theorem heads_value_sep_le b :
  heads_value ls n d j #|[pred k | S k == S i]| #|[pred k | S k != S i]| = Some b ->
  sep_le (fun x y => entry (mix S x y)) [b].
Proof.
rewrite /heads_value; case E0: (heads_value_of false false _ _ _ _ _ _) => [b0|].
  by case=> <-; apply: heads_value_of_sep_le E0.
apply: min_option_sep_le => v; first exact: heads_value_of_sep_le.
by apply: min_option_sep_le => v'; apply: heads_value_of_sep_le.
Qed.
End Bound.

(* for all weights of a network *)
Corollary network_heads_sep_le (F : fieldType) n d ls (S : pred 'I_n) (i : 'I_n) j (theta : 'I_(nweights ls) ->
  F) b :
  heads_value ls n d j #|[pred k | S k == S i]| #|[pred k | S k != S i]| = Some b ->
  sep_le (@layers_output n d ls S i j F theta) [b].
Proof. by move=> E; apply: (heads_value_sep_le (sized_layer_mats _ _ ls 0) E). Qed.

(* the least of this and of 3.14 (a), (b) *)
Definition attention_layers_best (ls : seq llayer) (n d j own other : nat) : option N :=
  min_option (attention_layers_value ls n d j own other) (heads_value ls n d j own other).

Theorem layers_best_sep_le (F : numFieldType) n d ls (S : pred 'I_n) (i : 'I_n) j (theta : 'I_(nweights ls) -> F) b :
  attention_layers_best ls n d j #|[pred k | S k == S i]| #|[pred k | S k != S i]| = Some b ->
  sep_le (@layers_output n d ls S i j F theta) [b].
Proof.
by apply: min_option_sep_le => v; [apply: layers_attention_sep_le|apply: network_heads_sep_le].
Qed.
