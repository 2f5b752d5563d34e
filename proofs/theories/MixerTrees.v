(* Trees of activations: Theorem 4.7 of theory.md.
   A Mixer with activations z ^ k and z ^ kc, k = kt > 0, no biases, no residual connections, the input not permuted
   before any layer; one token on the side A, or hidden token width 1 in the first layer; L >= 1 layers and
   M = kc (k kc)^(L-1).
   A leaf is the mark 1 or a pair of a channel p and 1 <= j <= k; under each later activation, of degree c, come the
   multisets of c of the trees before. The degree of a tree is the sum of its j, its residue in channel q that of its j
   there, modulo k. With c(b, r) the number of trees of degree b and residues r,
     N_A(a) = \sum_r min (#{alpha : |alpha| = a, alpha_q = - r_q mod k, \sum_q ceil(alpha_q / k) <= M}, c(k M - a, r)).
   For all weights, all such partitions, all outputs
     sep <= \sum_(b <= k M) min (N_B(b), N_A(k M - b))
   where N_B is the table of the other side by 4.1 and 4.6 (over any commutative ring), by 4.8 (over any field), or, if
   each side has one token or S = 1, the lesser of that by 4.8 and that by trees (in characteristic 0).
   Relation to theory.md: equal, without its (b) and (c).
   Trees of both sides: with the tokens of B times c the sum over the trees of either side is a polynomial in c, so
   their parts of degree b in B are one function.

   combo u Q f          == f is a combination of products of the u_i over lists that satisfy Q
   leaf, tree d k ks    == the leaves, and the trees under activations of degrees ks, the last one first
   tree_deg, tree_res   == their degree, and the sum of the j in a channel
   leaves ks            == their number of leaves
   condA, condB k b r m == what the lists of a tree with degree b, sums r and m leaves satisfy on the two sides
   expansion k xi v ks Z == Z is a sum over trees of products of such combinations, of a row and a column
   tree_acts kt kc L    == the activations behind the first one, of L + 1 layers
   tree_count, expo_count, tree_dim == c(b, r), the number of the alpha, N_A(a) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention TwoSidedPoly Mixer DegreeCover.
From Seprank Require Import MixerSupport MixerSpan PowerRank GridRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* combinations of products of the u_i, over lists that satisfy Q *)
Section Combo.
Variables (R : comRingType) (I : finType) (X : Type) (u : I -> X -> R).
Implicit Types (Q : pred (seq I)) (f g : X -> R).

Definition combo Q f := exists2 ts : seq (R * seq I), all (fun t => Q t.2) ts &
  forall x, f x = \sum_(t <- ts) t.1 * \prod_(i <- t.2) u i x.

Lemma eq_combo Q Q' f f' : Q =1 Q' -> f =1 f' -> combo Q f -> combo Q' f'.
Proof. by move=> EQ E [ts H Hf]; exists ts => [|x]; [apply: sub_all H => t; rewrite EQ|rewrite -E]. Qed.

Lemma combo0 Q : combo Q (fun=> 0).
Proof. by exists [::] => // x; rewrite big_nil. Qed.

Lemma comboD Q f g : combo Q f -> combo Q g -> combo Q (fun x => f x + g x).
Proof. by case=> ts H Hf [ts' H' Hg]; exists (ts ++ ts') => [|x]; rewrite ?all_cat ?H // big_cat Hf Hg. Qed.

Lemma comboZ Q c f : combo Q f -> combo Q (fun x => c * f x).
Proof.
case=> ts H Hf; exists [seq (c * t.1, t.2) | t <- ts] => [|x]; first by rewrite all_map.
by rewrite big_map Hf mulr_sumr; apply: eq_bigr => t _; rewrite mulrA.
Qed.

Lemma combo_sum Q (T : Type) (r : seq T) (f : T -> X -> R) :
  (forall t, combo Q (f t)) -> combo Q (fun x => \sum_(t <- r) f t x).
Proof.
move=> H; elim: r => [|t r IH]; first by apply: eq_combo (combo0 Q) => // x; rewrite big_nil.
by apply: eq_combo (comboD (H t) IH) => // x; rewrite big_cons.
Qed.

Lemma combo_list (Q : pred (seq I)) s : Q s -> combo Q (fun x => \prod_(i <- s) u i x).
Proof. by move=> Qs; exists [:: (1, s)] => [|x]; rewrite /= ?Qs // big_seq1 mul1r. Qed.

Lemma comboM Q Q' Q'' f g : (forall s s', Q s -> Q' s' -> Q'' (s ++ s')) ->
  combo Q f -> combo Q' g -> combo Q'' (fun x => f x * g x).
Proof.
move=> QM [ts H Hf] [ts' H' Hg]; exists [seq (t.1 * t'.1, t.2 ++ t'.2) | t <- ts, t' <- ts'] => [|x].
  by apply/allP=> _ /allpairsP[[t t'] /= [/(allP H) Qt /(allP H') Qt' ->]]; apply: QM.
rewrite big_allpairs_dep Hf Hg big_distrlr /=; apply: eq_bigr => t _; apply: eq_bigr => t' _.
by rewrite big_cat /= mulrACA.
Qed.

(* a family of combinations lies in the span of the products *)
Lemma combo_spanned (T : finType) (P : pred T) (g : T -> X -> R) Q N : (forall t, P t -> combo Q (g t)) ->
  (forall (Z : finType) (s : Z -> seq I), (forall z, Q (s z)) ->
    spanned xpredT (fun z x => \prod_(i <- s z) u i x) N) ->
  spanned P g N.
Proof.
move=> H sp.
have H' t : exists ts : seq (R * seq I), P t -> all (fun t => Q t.2) ts /\
    forall x, g t x = \sum_(t <- ts) t.1 * \prod_(i <- t.2) u i x.
  by case: (boolP (P t)) => Pt; [have [ts H1 H2] := H t Pt; exists ts|exists [::]].
have {H'}[ts Hts] := fin_all_exists H'.
pose lists := flatten [seq [seq e.2 | e <- ts t] | t <- enum P].
have Qz (z : seq_sub lists) : Q (ssval z).
  have /flattenP[_ /mapP[t tP ->] /mapP[e et ->]] := ssvalP z.
  by rewrite mem_enum in tP; have [/allP/(_ e et)] := Hts t tP.
apply: (spanned_trans (Q := xpredT) (h := fun (z : seq_sub lists) x => \prod_(i <- ssval z) u i x)
  (a := fun t z => \sum_(e <- ts t | e.2 == ssval z) e.1) _ (sp _ _ Qz)) => t x Pt.
have [_ ->] := Hts t Pt; under [RHS]eq_bigr do rewrite mulr_suml big_mkcond.
rewrite exchange_big big_seq [RHS]big_seq; apply: eq_bigr => e et.
have el : e.2 \in lists.
  by apply/flattenP; exists [seq e.2 | e <- ts t]; apply: map_f; rewrite // mem_enum.
rewrite (bigD1 (SeqSub el)) //= eqxx [X in _ = _ + X]big1 ?addr0 // => z nz.
by apply: ifN; apply: contra nz => /eqP E; apply/eqP/val_inj.
Qed.
End Combo.

(* conditions that depend on numbers which add in products: a degree b, residues r of the channels, leaves m *)
Section Weighted.
Variables (R : comRingType) (I J : finType) (X : Type) (u : I -> X -> R) (C : nat -> (J -> nat) -> nat -> pred (seq I)).
Hypothesis C0 : C 0 (fun=> 0%N) 0 [::].
Hypothesis CM : forall b r m b' r' m' s s', C b r m s -> C b' r' m' s' ->
  C (b + b') (fun q => r q + r' q)%N (m + m') (s ++ s').
Hypothesis Cext : forall b r r' m, r =1 r' -> C b r m =1 C b r' m.

Lemma combo_exp b r m f n : combo u (C b r m) f -> combo u (C (n * b) (fun q => n * r q)%N (n * m)) (fun x => f x ^+ n).
Proof.
move=> H; elim: n => [|n IH].
  apply: eq_combo (combo_list (Q := C 0 (fun=> 0%N) 0) u C0) => [s|x]; first exact: Cext.
  by rewrite big_nil expr0.
by apply: eq_combo (comboM (@CM _ _ _ _ _ _) H IH) => [s|x]; [apply: Cext|rewrite exprS].
Qed.

Lemma combo_prod (T : Type) (l : seq T) (b m : T -> nat) (r : T -> J -> nat) (f : T -> X -> R) :
  (forall t, combo u (C (b t) (r t) (m t)) (f t)) ->
  combo u (C (\sum_(t <- l) b t) (fun q => \sum_(t <- l) r t q)%N (\sum_(t <- l) m t)) (fun x => \prod_(t <- l) f t x).
Proof.
move=> H; elim: l => [|t l IH].
  apply: eq_combo (combo_list (Q := C 0 (fun=> 0%N) 0) u C0) => [s|x]; last by rewrite !big_nil.
  by rewrite !big_nil; apply: Cext => q; rewrite big_nil.
apply: eq_combo (comboM (@CM _ _ _ _ _ _) (H t) IH) => [s|x]; last by rewrite !big_cons.
by rewrite !big_cons; apply: Cext => q; rewrite big_cons.
Qed.
End Weighted.

(* leaves and trees *)
Definition leaf d k := [finType of 'I_1 + 'I_d * 'I_k].
Fixpoint tree d k (ks : seq nat) : finType := if ks is c :: ks' then [finType of mon (tree d k ks') c] else leaf d k.
Fixpoint tree_deg d k ks : tree d k ks -> nat :=
  match ks with
  | [::] => fun t => match t with inl _ => 0 | inr pj => pj.2.+1 end
  | c :: ks' => fun t => \sum_s val t s * @tree_deg d k ks' s
  end%N.
Fixpoint tree_res d k ks : tree d k ks -> 'I_d -> nat :=
  match ks with
  | [::] => fun t q => match t with inl _ => 0 | inr pj => (pj.1 == q) * pj.2.+1 end
  | c :: ks' => fun t q => \sum_s val t s * @tree_res d k ks' s q
  end%N.
(* one level, as simplification would unfold tree too *)
Lemma tree_degS d k c ks (t : mon (tree d k ks) c) : @tree_deg d k (c :: ks) t = (\sum_s val t s * tree_deg s)%N.
Proof. by []. Qed.
Lemma tree_resS d k c ks (t : mon (tree d k ks) c) q : @tree_res d k (c :: ks) t q = (\sum_s val t s * tree_res s q)%N.
Proof. by []. Qed.
Definition leaves (ks : seq nat) := (\prod_(c <- ks) c)%N.

Lemma sum_mon_le (T : finType) c (t : mon T c) (f : T -> nat) b :
  (forall s, f s <= b)%N -> (\sum_s val t s * f s <= c * b)%N.
Proof.
by move=> fb; rewrite -[c in (_ <= c * _)%N](eqP (valP t)) big_distrl; apply: leq_sum => s _; rewrite leq_mul2l fb orbT.
Qed.

Lemma tree_deg_le d k ks (t : tree d k ks) : (tree_deg t <= k * leaves ks)%N.
Proof.
elim: ks t => [|c ks IH] t; first by rewrite /leaves big_nil muln1; case: t => [//|[p j]] /=.
by rewrite tree_degS /leaves big_cons mulnCA; apply: (sum_mon_le t IH).
Qed.

(* the conditions on lists of indices *)
Section Conditions.
Variables (d k : nat) (I : finType).
Definition condA (b : nat) (r : 'I_d -> nat) (m : nat) (s : seq 'I_d) :=
  [&& size s + b == k * m, [forall q, k %| count_mem q s + r q] & \sum_q ceil_div (count_mem q s) k <= m]%N.
Definition condB (b : nat) (r : 'I_d -> nat) (m : nat) (s : seq I) :=
  (size s == b) && (\sum_i ceil_div (count_mem i s) k <= m)%N.

Lemma ceil_divD a b : (ceil_div (a + b) k <= ceil_div a k + ceil_div b k)%N.
Proof.
case: k => [|l]; first by rewrite /ceil_div !divn0.
rewrite /ceil_div /= -ltnS ltn_divLR // mulSn mulnDl.
have := divn_eq (a + l) l.+1; have := divn_eq (b + l) l.+1.
have := @ltn_pmod (a + l) l.+1 isT; have := @ltn_pmod (b + l) l.+1 isT; lia.
Qed.

Lemma ceil_cat (K : finType) (s s' : seq K) : (\sum_i ceil_div (count_mem i (s ++ s')) k <=
  \sum_i ceil_div (count_mem i s) k + \sum_i ceil_div (count_mem i s') k)%N.
Proof. by rewrite -big_split; apply: leq_sum => i _; rewrite count_cat ceil_divD. Qed.

Lemma condB0 : condB 0 (fun=> 0%N) 0 [::].
Proof.
rewrite /condB eqxx big1 // => i _.
by apply/eqP; rewrite -leqn0; apply: ceil_div_le; rewrite muln0.
Qed.

Lemma condBM b r m b' r' m' s s' : condB b r m s -> condB b' r' m' s' ->
  condB (b + b') (fun q => r q + r' q)%N (m + m') (s ++ s').
Proof.
case/andP=> /eqP <- h /andP[/eqP <- h']; rewrite /condB size_cat eqxx.
exact: leq_trans (ceil_cat s s') (leq_add h h').
Qed.

Lemma condA0 : condA 0 (fun=> 0%N) 0 [::].
Proof.
apply/and3P; split; first by rewrite muln0.
  by apply/forallP => q; rewrite dvdn0.
rewrite big1 // => i _; by apply/eqP; rewrite -leqn0; apply: ceil_div_le; rewrite muln0.
Qed.

Lemma condAM b r m b' r' m' s s' : condA b r m s -> condA b' r' m' s' ->
  condA (b + b') (fun q => r q + r' q)%N (m + m') (s ++ s').
Proof.
case/and3P=> /eqP e /forallP h1 h2 /and3P[/eqP e' /forallP h1' h2']; apply/and3P; split.
- by rewrite size_cat addnACA e e' mulnDr.
- by apply/forallP => q; rewrite count_cat addnACA dvdn_add.
- exact: leq_trans (ceil_cat s s') (leq_add h2 h2').
Qed.

Lemma condA_ext b r r' m : r =1 r' -> condA b r m =1 condA b r' m.
Proof. by move=> E s; rewrite /condA; congr [&& _, _ & _]; apply: eq_forallb => q; rewrite E. Qed.
End Conditions.

Lemma ceil_nseq (K : finType) k a (i0 : K) : (a <= k)%N -> (\sum_i ceil_div (count_mem i (nseq a i0)) k <= 1)%N.
Proof.
move=> ak; rewrite (bigD1 i0) //= big1 ?addn0 => [|i ni]; last first.
  by rewrite count_nseq /= eq_sym (negPf ni) mul0n; apply/eqP; rewrite -leqn0; apply: ceil_div_le; rewrite muln0.
by apply: ceil_div_le; rewrite count_nseq /= eqxx mul1n muln1.
Qed.

(* a matrix whose entries are sums over the trees *)
Section Expansion.
Variables (R : comRingType) (d k : nat) (I : finType) (X Y : Type) (xi : 'I_d -> X -> R) (v : I -> Y -> R).

Definition expansion ks p q (Z : X -> Y -> 'M[R]_(p, q)) :=
  exists (T : tree d k ks -> 'I_p -> Y -> R) (U : tree d k ks -> 'I_q -> X -> R),
  [/\ forall t i, combo v (condB k (tree_deg t) (tree_res t) (leaves ks)) (T t i),
      forall t j, combo xi (condA k (tree_deg t) (tree_res t) (leaves ks)) (U t j) &
      forall x y i j, Z x y i j = \sum_t T t i y * U t j x].

Lemma eq_expansion ks p q (Z Z' : X -> Y -> 'M[R]_(p, q)) : (forall x y, Z x y = Z' x y) ->
  expansion ks Z -> expansion ks Z'.
Proof. by move=> E [T [U [HT HU H]]]; exists T, U; split=> // x y i j; rewrite -E. Qed.

Lemma expansion_mull ks p q r (A : 'M[R]_(p, q)) (Z : X -> Y -> 'M[R]_(q, r)) :
  expansion ks Z -> expansion ks (fun x y => A *m Z x y).
Proof.
case=> T [U [HT HU H]]; exists (fun t i y => \sum_j A i j * T t j y), U; split=> // [t i|x y i j].
  by apply: combo_sum => l; apply: comboZ.
rewrite mxE; under [RHS]eq_bigr do rewrite mulr_suml.
rewrite exchange_big; apply: eq_bigr => l _; rewrite H mulr_sumr; apply: eq_bigr => t _.
by rewrite mulrA.
Qed.

Lemma expansion_mulr ks p q r (A : 'M[R]_(q, r)) (Z : X -> Y -> 'M[R]_(p, q)) :
  expansion ks Z -> expansion ks (fun x y => Z x y *m A).
Proof.
case=> T [U [HT HU H]]; exists T, (fun t i x => \sum_j A j i * U t j x); split=> // [t i|x y i j].
  by apply: combo_sum => l; apply: comboZ.
rewrite mxE; under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => l _; rewrite H mulr_suml; apply: eq_bigr => t _.
by rewrite mulrAC mulrA.
Qed.

Lemma expansion_act c ks p q (Z : X -> Y -> 'M[R]_(p, q)) :
  expansion ks Z -> expansion (c :: ks) (fun x y => act 'X^c (Z x y)).
Proof.
case=> T [U [HT HU H]].
exists (fun (a : mon (tree d k ks) c) i y => (mult (val a))%:R * \prod_t T t i y ^+ val a t),
  (fun (a : mon (tree d k ks) c) j x => \prod_t U t j x ^+ val a t).
have E (a : mon (tree d k ks) c) : (\sum_t val a t * leaves ks = leaves (c :: ks))%N.
  by rewrite -big_distrl /= (eqP (valP a)) /leaves big_cons.
have HB (a : mon (tree d k ks) c) i : combo v
    (condB k (\sum_t val a t * tree_deg t) (fun q => \sum_t val a t * tree_res t q) (leaves (c :: ks)))%N
    (fun y => (mult (val a))%:R * \prod_t T t i y ^+ val a t).
  apply: comboZ; rewrite -(E a); apply: (combo_prod (condB0 d k I) (@condBM d k I) (fun _ _ _ _ _ => frefl _)) => t.
  exact: (combo_exp (condB0 d k I) (@condBM d k I) (fun _ _ _ _ _ => frefl _) _ (HT t i)).
have HA (a : mon (tree d k ks) c) j : combo xi
    (condA k (\sum_t val a t * tree_deg t) (fun q => \sum_t val a t * tree_res t q) (leaves (c :: ks)))%N
    (fun x => \prod_t U t j x ^+ val a t).
  rewrite -(E a); apply: (combo_prod (condA0 d k) (@condAM d k) (@condA_ext d k)) => t.
  exact: (combo_exp (condA0 d k) (@condAM d k) (@condA_ext d k) _ (HU t j)).
split=> [||x y i j]; [exact: HB|exact: HA|].
rewrite mxE hornerXn H multinomial; apply: eq_bigr => a _; rewrite -mulrA; congr (_ * _).
by rewrite /mono -big_split; apply: eq_bigr => t _; rewrite exprMn.
Qed.
End Expansion.

Lemma combo_const (R : comRingType) (I : finType) (X : Type) (u : I -> X -> R) (Q : pred (seq I)) c :
  Q [::] -> combo u Q (fun=> c).
Proof. by move=> Q0; exists [:: (c, [::])] => [|x]; rewrite /= ?Q0 // big_seq1 big_nil mulr1. Qed.

Lemma combo_power (R : comRingType) (I : finType) (X : Type) (u : I -> X -> R) (Q : pred (seq I)) a i :
  Q (nseq a i) -> combo u Q (fun x => u i x ^+ a).
Proof.
move=> Qi; exists [:: (1, nseq a i)] => [|x]; first by rewrite /= Qi.
by rewrite big_seq1 mul1r big_nseq -Monoid.iteropE.
Qed.

(* the first token mixing *)
Section Leaves.
Variables (R : comRingType) (n d k S : nat) (X Y : Type) (xi : 'I_d -> X -> R) (v : 'I_S * 'I_d -> Y -> R).
Variables (lam : 'I_S -> R) (W : 'M[R]_(n, S)) (Z : X -> Y -> 'M[R]_(S, d)).
Hypothesis ZE : forall x y s p, Z x y s p = lam s * xi p x + v (s, p) y.

Lemma expansion_leaves : expansion k xi v [::] (fun x y => W *m act 'X^k (Z x y)).
Proof.
pose T (t : leaf d k) i y := match t with
  | inl _ => \sum_s W i s * lam s ^+ k
  | inr (q, j) => \sum_s (W i s * (lam s ^+ (k - j.+1) *+ 'C(k, j.+1))) * v (s, q) y ^+ j.+1
  end.
pose U (t : leaf d k) p x := match t with
  | inl _ => xi p x ^+ k
  | inr (q, j) => if q == p then xi p x ^+ (k - j.+1) else 0
  end.
have l1 : leaves [::] = 1%N by rewrite /leaves big_nil.
exists T, U; rewrite l1; split=> [[o|[q j]] i|[o|[q j]] p|x y i p].
- have /andP[h1 h2] := condB0 d k [finType of 'I_S * 'I_d].
  by apply: combo_const; rewrite /condB h1 (leq_trans h2).
- apply: combo_sum => s; apply: comboZ; apply: combo_power.
  by rewrite /condB size_nseq eqxx ceil_nseq.
- apply: combo_power; rewrite /condA size_nseq addn0 muln1 eqxx ceil_nseq // andbT; apply/forallP => q.
  by rewrite count_nseq addn0 dvdn_mull.
- rewrite /U; case: (q =P p) => [->|_]; last exact: combo0.
  apply: combo_power; rewrite /condA /= size_nseq subnK // muln1 eqxx ceil_nseq ?leq_subr // andbT.
  by apply/forallP => q'; rewrite count_nseq /= -mulnDr subnK // dvdn_mull.
transitivity ((\sum_s W i s * lam s ^+ k) * xi p x ^+ k +
    \sum_(j < k) (\sum_s (W i s * (lam s ^+ (k - j.+1) *+ 'C(k, j.+1))) * v (s, p) y ^+ j.+1) * xi p x ^+ (k - j.+1)).
  rewrite mulr_suml; under [X in _ = _ + X]eq_bigr do rewrite mulr_suml.
  rewrite exchange_big -big_split mxE /=; apply: eq_bigr => s _.
  rewrite mxE hornerXn ZE exprDn big_ord_recl subn0 bin0 mulr1n mulr1 exprMn mulrDr mulrA; congr (_ + _).
  rewrite mulr_sumr; apply: eq_bigr => j _; rewrite !lift0 exprMn -!mulrA; congr (_ * _).
  by rewrite mulrnAl; congr (_ *+ _); congr (_ * _); rewrite mulrC.
rewrite big_sumType big_ord1; congr (_ + _).
transitivity (\sum_q \sum_j T (inr (q, j)) i y * U (inr (q, j)) p x); last by rewrite pair_bigA; apply: eq_bigr => -[].
rewrite [RHS](bigD1 p) //= [X in _ = _ + X]big1 ?addr0 => [|q nq]; first by apply: eq_bigr => j _; rewrite eqxx.
by rewrite big1 // => j _; rewrite (negPf nq) mulr0.
Qed.
End Leaves.

Definition tree_acts (kt kc : nat) L := iter L (fun ks => [:: kc, kt & ks]) [:: kc].

Lemma leaves_acts kt kc L : leaves (tree_acts kt kc L) = (kc * (kt * kc) ^ L)%N.
Proof.
elim: L => [|L IH]; first by rewrite /leaves big_seq1 muln1.
by rewrite /= /leaves 2!big_cons -/(leaves _) IH expnS -!mulnA.
Qed.

Section Layers.
Variables (R : comRingType) (n d k : nat) (I : finType) (X Y : Type) (xi : 'I_d -> X -> R) (v : I -> Y -> R).
Variables (kt kc : nat).

Lemma plain_layer (l : layer R n d) (Z : 'M[R]_(n, d)) : plain l -> shuffle l Z = Z ->
  mixer_layer 'X^kt 'X^kc Z l = act 'X^kc ((W2 l *m act 'X^kt (W1 l *m Z)) *m W3 l) *m W4 l.
Proof.
case/and5P=> /eqP h1 /eqP h2 /eqP h3 /eqP h4 /andP[/negPf rt /negPf rc] sh.
by rewrite /mixer_layer /channel_mixing /token_mixing rt rc /residual h1 h2 h3 h4 sh !addr0 !add0r.
Qed.

Lemma expansion_mixer ls L (Z : X -> Y -> 'M[R]_(n, d)) : all (@plain R n d) ls ->
  (forall l, List.In l ls -> forall Z, shuffle l Z = Z) -> expansion k xi v (tree_acts kt kc L) Z ->
  expansion k xi v (tree_acts kt kc (size ls + L)) (fun x y => mixer 'X^kt 'X^kc ls (Z x y)).
Proof.
elim: ls L Z => [//|l ls IH] L Z /andP[pl pls] sh H; rewrite [size _]/= addSnnS.
apply: (IH L.+1 (fun x y => mixer_layer 'X^kt 'X^kc (Z x y) l)) => // [m ml|]; first by apply: sh; right.
apply: eq_expansion (expansion_mulr (W4 l) (expansion_act kc (expansion_mulr (W3 l) (expansion_mull (W2 l)
  (expansion_act kt (expansion_mull (W1 l) H)))))) => x y.
by rewrite plain_layer // sh //; left.
Qed.
End Layers.

(* the numbers *)
Definition tree_count d k ks (b : nat) (r : {ffun 'I_d -> 'I_k}) :=
  #|[pred t : tree d k ks | (tree_deg t == b) && [forall q, tree_res t q %% k == r q]]|%N.
Definition expo_count d k M a (r : {ffun 'I_d -> 'I_k}) :=
  #|[pred v : 'X_{1..d < a.+1} | [&& mdeg v == a, [forall q, k %| v q + r q] & \sum_q ceil_div (v q) k <= M]]|%N.
Definition tree_dim d k ks a :=
  (\sum_(r : {ffun 'I_d -> 'I_k}) minn (expo_count (leaves ks) a r) (tree_count ks (k * leaves ks - a) r))%N.

Lemma spanned_classes (R : comRingType) (X : Type) (I K : finType) (P : pred I) (g : I -> X -> R) (cls : I -> K) N :
  (forall r, spanned [pred i | P i && (cls i == r)] g (N r)) -> spanned P g (\sum_r N r).
Proof.
move=> H; suff S (rs : seq K) : spanned [pred i | P i && (cls i \in rs)] g (\sum_(r <- rs) N r).
  by apply: sub_spanned (S (index_enum K)) => i Pi; rewrite /= Pi mem_index_enum.
elim: rs => [|r rs IH]; first by rewrite big_nil; apply: sub_spanned (spanned0 g) => i; rewrite /= andbF.
rewrite big_cons; apply: sub_spanned (spannedU (H r) IH) => i.
by rewrite /= inE andb_orr.
Qed.

Lemma graded_sep_le (R : comRingType) (X Y : Type) (T : finType) (deg : T -> nat)
    (g : T -> X -> R) (h : T -> Y -> R) D NA NB :
  (forall t, (deg t <= D)%N) -> (forall a, (a <= D)%N -> spanned [pred t | (D - deg t)%N == a] g (NA a)) ->
  (forall b, spanned [pred t | deg t == b] h (NB b)) ->
  sep_le (fun x y => \sum_t h t y * g t x) (level_bound NA NB D).
Proof.
move=> degD sA sB; pose c (t t' : T) : R := (t == t')%:R.
have E x y : \sum_t \sum_t' c t t' * g t x * h t' y = \sum_t h t y * g t x.
  apply: eq_bigr => t _; rewrite (bigD1 t) //= /c eqxx mul1r [X in _ + X]big1 => [|t' nt].
    by rewrite addr0 mulrC.
  by rewrite eq_sym (negPf nt) !mul0r.
apply: eq_sep_le E _; apply: (level_sep_le sA (fun b _ => sB b)) => t t'.
by rewrite /c; case: (t =P t') => [-> _|_]; rewrite ?eqxx // subnK.
Qed.

Section Bound.
Variables (R : comRingType) (d k : nat) (I : finType) (X Y : Type) (xi : 'I_d -> X -> R) (v : I -> Y -> R).
Variables (ks : seq nat).
Hypothesis k0 : (0 < k)%N.
Local Notation M := (leaves ks).

(* the functions of the A side with given degree and residues are monomials of those *)
Lemma exponents_spanned a (r : {ffun 'I_d -> 'I_k}) (Z : finType) (s : Z -> seq 'I_d) :
  (forall z, [&& size (s z) == a, [forall q, k %| count_mem q (s z) + r q] &
     \sum_q ceil_div (count_mem q (s z)) k <= M])%N ->
  spanned xpredT (fun z x => \prod_(i <- s z) xi i x) (expo_count M a r).
Proof.
move=> H; pose mnm z : 'X_{1..d} := [multinom count_mem i (s z) | i < d].
have mdegm z : mdeg (mnm z) = a.
  have /and3P[/eqP <- _ _] := H z; rewrite mdegE -sum_count.
  by apply: eq_bigr => i _; rewrite mnmE.
apply: (spanned_trans (a := fun z (w : 'X_{1..d < a.+1}) => (mnm z == w)%:R)
  (h := fun (w : 'X_{1..d < a.+1}) x => \prod_i xi i x ^+ w i) _ (spanned_self _ _)) => z x _.
have lt : (mdeg (mnm z) < a.+1)%N by rewrite mdegm.
have /and3P[_ /forallP h1 h2] := H z.
rewrite (bigD1 (BMultinom lt)) /=; last first.
  rewrite mdegm eqxx /=; apply/andP; split; first by apply/forallP => q; rewrite mnmE.
  by under eq_bigr do rewrite mnmE.
rewrite eqxx mul1r [X in _ = _ + X]big1 ?addr0 => [|w /andP[_ nw]]; last first.
  by rewrite (_ : (mnm z == w) = false) ?mul0r //; apply: contraNF nw => /eqP E; apply/eqP/val_inj.
by rewrite prod_count; apply: eq_bigr => i _; rewrite mnmE.
Qed.

Definition residues (t : tree d k ks) : {ffun 'I_d -> 'I_k} := [ffun q => Ordinal (ltn_pmod (tree_res t q) k0)].

Lemma trees_spanned (U : tree d k ks -> X -> R) a :
  (forall t, combo xi (condA k (tree_deg t) (tree_res t) M) (U t)) ->
  spanned [pred t | (k * M - tree_deg t)%N == a] U (tree_dim d k ks a).
Proof.
move=> HU; apply: (spanned_classes (cls := residues)) => r; apply: spanned_min.
  apply: (combo_spanned (u := xi) (Q := [pred s : seq 'I_d | [&& size s == a, [forall q, k %| count_mem q s + r q] &
    \sum_q ceil_div (count_mem q s) k <= M]])%N) => [t /andP[/eqP ta /eqP tr]|Y' s]; last exact: exponents_spanned.
  have [ts Hts ?] := HU t; exists ts => //; apply: sub_all Hts => e /and3P[/eqP h1 /forallP h2 h3].
  apply/and3P; split=> //; first by rewrite -ta -h1 addnK.
  by apply/forallP => l; have := h2 l; rewrite -tr ffunE /= /dvdn modnDmr.
apply: spannedW (spanned_self _ _); apply: subset_leq_card; apply/subsetP => t.
rewrite !inE => /andP[/eqP ta /eqP tr]; apply/andP; split; first by rewrite -ta subKn // tree_deg_le.
by apply/forallP => l; rewrite -tr ffunE.
Qed.

Lemma trees_side_spanned (T : tree d k ks -> Y -> R) NB b :
  (forall t, combo v (condB k (tree_deg t) (tree_res t) M) (T t)) -> side_bound v k M NB ->
  spanned [pred t | tree_deg t == b] T (NB b).
Proof.
move=> HT sB; apply: (combo_spanned (u := v)
    (Q := [pred s : seq I | (size s == b) && (\sum_l ceil_div (count_mem l s) k <= M)%N])) => [t /eqP tb|Y' s H].
  by have [ts Hts ?] := HT t; exists ts => //; rewrite -tb.
have H2 z : (\sum_l ceil_div (count_mem l (s z)) k <= M)%N by have /andP[] := H z.
by apply: sub_spanned (sB _ s H2 b) => z _; have /andP[] := H z.
Qed.

Lemma trees_sep_le p q (Z : X -> Y -> 'M[R]_(p, q)) i j NB :
  expansion k xi v ks Z -> side_bound v k M NB ->
  sep_le (fun x y => Z x y i j) (level_bound (tree_dim d k ks) NB (k * M)).
Proof.
move=> [T [U [HT HU E]]] sB.
have sep (T' := tree d k ks) := @graded_sep_le R X Y T' (@tree_deg d k ks) (fun t => U t j) (fun t => T t i) (k * M).
apply: (eq_sep_le (fun x y => esym (E x y i j))).
apply: sep => [t|a aD|b]; first exact: tree_deg_le.
  by apply: trees_spanned => t; apply: HU.
by apply: trees_side_spanned sB => t; apply: HT.
Qed.
End Bound.

Section Mixer.
Variables (R : comRingType) (n d kt kc : nat) (l : layer R n d) (ls : seq (layer R n d)) (S : pred 'I_n).
Hypotheses (pl : all (@plain R n d) (l :: ls)) (sh : forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Hypotheses (k0 : (0 < kt)%N) (one : #|S| = 1%N \/ thid l = 1%N).
Local Notation M := (kc * (kt * kc) ^ size ls)%N.

Lemma maskZ (A : pred 'I_n) c (x : 'M[R]_(n, d)) : mask A (c *: x) = c *: mask A x.
Proof. by apply/matrixP => a b; rewrite !mxE; case: ifP; rewrite ?mulr0. Qed.

Lemma first_formZ A a c x : first_form l A a (c *: x) = c * first_form l A a x.
Proof. by rewrite /first_form maskZ linearZ mxE. Qed.

Lemma one_token_forms : exists (lam : 'I_(thid l) -> R) (xi : 'I_d -> 'M[R]_(n, d) -> R),
  (forall p c x, xi p (c *: x) = c * xi p x) /\ forall x s p, (W1 l *m mask S x) s p = lam s * xi p x.
Proof.
case: one => [/mem_card1[i0 S0]|h1].
  exists (fun s => W1 l s i0), (fun p x => x i0 p); split=> [p c x|x s p]; first by rewrite mxE.
  rewrite mxE (bigD1 i0) //= mxE (_ : S i0 = true) ?big1 ?addr0 // => [m nm|]; last first.
    by have := S0 i0; rewrite !inE eqxx.
  by rewrite mxE (_ : S m = false) ?mulr0 //; have := S0 m; rewrite !inE (negPf nm).
exists (fun=> 1), (fun p x => \sum_s (W1 l *m mask S x) s p); split=> [p c x|x s p].
  by rewrite mulr_sumr; apply: eq_bigr => s _; rewrite maskZ -scalemxAr mxE.
rewrite mul1r (bigD1 s) //= big1 ?addr0 // => s'; case/negP; apply/eqP/val_inj.
have z (a : 'I_(thid l)) : a = 0%N :> nat by have := leq_trans (ltn_ord a) (eq_leq h1); case: (nat_of_ord a).
by rewrite /= !z.
Qed.

Lemma mixer_expansion : exists2 xi : 'I_d -> 'M[R]_(n, d) -> R, (forall p c x, xi p (c *: x) = c * xi p x) &
  expansion kt xi (first_form l (predC S)) (tree_acts kt kc (size ls))
    (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y)).
Proof.
have [lam [xi [xiZ H]]] := one_token_forms; have /andP[pl1 pls] := pl.
exists xi => //; have sh1 Z : shuffle l Z = Z by apply: sh; left.
have ZE x y s q : (W1 l *m mix S x y) s q = lam s * xi q x + first_form l (predC S) (s, q) y.
  rewrite -H /first_form /= sh1 (_ : mix S x y = mask S x + mask (predC S) y) ?mulmxDr 1?mxE //.
  by apply/matrixP=> a c; rewrite !mxE /=; case: (S a); rewrite /= ?addr0 ?add0r.
have E0 := expansion_leaves kt (W2 l) ZE.
have E1 : expansion kt xi (first_form l (predC S)) (tree_acts kt kc 0)
    (fun x y => mixer_layer 'X^kt 'X^kc (mix S x y) l).
  apply: eq_expansion (expansion_mulr (W4 l) (expansion_act kc (expansion_mulr (W3 l) E0))) => x y.
  by rewrite plain_layer.
by have := expansion_mixer pls (fun m ml => sh (or_intror ml)) E1; rewrite addn0.
Qed.

Theorem mixer_trees_tables_sep_le i p NB : side_bound (first_form l (predC S)) kt M NB ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (tree_dim d kt (tree_acts kt kc (size ls))) NB (kt * M)).
Proof.
move=> sB; have [xi _ E] := mixer_expansion.
by have := @trees_sep_le _ d kt _ _ _ xi _ _ k0 _ _ _ i p NB E; rewrite leaves_acts; apply.
Qed.
End Mixer.

(* Theorem 4.7, the other side by 4.1 and 4.6 *)
Theorem mixer_trees_sep_le (R : comRingType) n d kt kc (l : layer R n d) ls (S : pred 'I_n) i p
    (M := (kc * (kt * kc) ^ size ls)%N) :
  all (@plain R n d) (l :: ls) -> (forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z) -> (0 < kt)%N ->
  #|S| = 1%N \/ thid l = 1%N ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (tree_dim d kt (tree_acts kt kc (size ls)))
       (support_dim (d * minn (thid l) #|predC S|) (d * thid l) kt M) (kt * M)).
Proof. by move=> pl sh k0 one; apply: mixer_trees_tables_sep_le => //; apply: first_form_side_bound. Qed.

(* the other side by 4.8 *)
Theorem mixer_trees_span_sep_le (F : fieldType) n d kt kc (l : layer F n d) ls (S : pred 'I_n) i p
    (M := (kc * (kt * kc) ^ size ls)%N) :
  all (@plain F n d) (l :: ls) -> (forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z) -> (0 < kt)%N ->
  #|S| = 1%N \/ thid l = 1%N ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (tree_dim d kt (tree_acts kt kc (size ls))) (span_dim d #|predC S| (thid l) kt M) (kt * M)).
Proof.
move=> pl sh k0 one; apply: mixer_trees_tables_sep_le => //; apply: first_form_span.
by apply: sh; left.
Qed.

(* trees of both sides *)
Lemma combo_scale (R : comRingType) (I : finType) (Y : Type) (u : I -> Y -> R) (sc : R -> Y -> Y)
    (Q : pred (seq I)) f b :
  (forall i c y, u i (sc c y) = c * u i y) -> (forall s, Q s -> size s = b) -> combo u Q f ->
  forall c y, f (sc c y) = c ^+ b * f y.
Proof.
move=> us Qb [ts /allP H Hf] c y; rewrite !Hf mulr_sumr big_seq [RHS]big_seq; apply: eq_bigr => t /H/Qb <-.
rewrite mulrCA; congr (_ * _); elim: (t.2) => [|i s IH]; first by rewrite !big_nil mulr1.
by rewrite !big_cons us IH exprS; rewrite -!mulrA; congr (_ * _); rewrite mulrCA.
Qed.

Section Parts.
Variables (F : fieldType) (charF : [char F] =i pred0) (X Y : Type) (T T' : finType).
Variables (deg : T -> nat) (deg' : T' -> nat).
Variables (g : T -> X -> F) (h : T -> Y -> F) (g' : T' -> X -> F) (h' : T' -> Y -> F) (sc : F -> Y -> Y).
Hypothesis hs : forall t c y, h t (sc c y) = c ^+ deg t * h t y.
Hypothesis hs' : forall t c y, h' t (sc c y) = c ^+ deg' t * h' t y.
Hypothesis E : forall x y, \sum_t h t y * g t x = \sum_t h' t y * g' t x.

Lemma equal_parts b x y : \sum_(t | deg t == b) h t y * g t x = \sum_(t | deg' t == b) h' t y * g' t x.
Proof.
pose p : {poly F} := \sum_t (h t y * g t x) *: 'X^(deg t).
pose p' : {poly F} := \sum_t (h' t y * g' t x) *: 'X^(deg' t).
have ev c : (p - p').[c] = 0.
  rewrite hornerD hornerN !horner_sum; apply/eqP; rewrite subr_eq0; apply/eqP.
  transitivity (\sum_t h t (sc c y) * g t x).
    by apply: eq_bigr => t _; rewrite hornerZ hornerXn hs [_ ^+ _ * _]mulrC mulrAC.
  by rewrite E; apply: eq_bigr => t _; rewrite hornerZ hornerXn hs' [_ ^+ _ * _]mulrC mulrAC.
have pp : p - p' = 0.
  apply: (@roots_geq_poly_eq0 F _ [seq i%:R | i <- iota 0 (size (p - p'))]); last by rewrite size_map size_iota.
    by apply/allP => c _; rewrite rootE ev.
  by rewrite map_inj_uniq ?iota_uniq // => i j /(natF_inj charF).
have := congr1 (fun q : {poly F} => q`_b) pp; rewrite coefB coef0 !coef_sum => /eqP; rewrite subr_eq0 => /eqP e.
transitivity (\sum_t ((h t y * g t x) *: 'X^(deg t))`_b).
  by rewrite big_mkcond; apply: eq_bigr => t _; rewrite coefZ coefXn eq_sym; case: eqP; rewrite ?mulr1 ?mulr0.
rewrite e big_mkcond [RHS]big_mkcond; apply: eq_bigr => t _.
by rewrite coefZ coefXn eq_sym; case: eqP; rewrite ?mulr1 ?mulr0.
Qed.

Lemma both_sep_le D NA NB NB' : (forall t, (deg t <= D)%N) ->
  (forall a, spanned [pred t | (D - deg t)%N == a] g (NA a)) ->
  (forall b, spanned [pred t | deg t == b] h (NB b)) -> (forall b, spanned [pred t | deg' t == b] h' (NB' b)) ->
  sep_le (fun x y => \sum_t h t y * g t x) (level_bound NA (fun b => minn (NB b) (NB' b)) D).
Proof.
move=> degD sA sB sB'.
have part (b : 'I_D.+1) :
    sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (minn (minn (NB b) (NB' b)) (NA (D - b)%N)).
  have bD : (b <= D)%N by rewrite -ltnS.
  have PA : sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (NA (D - b)%N).
    have sA' : spanned [pred t | deg t == b] g (NA (D - b)%N).
      by apply: sub_spanned (sA (D - b)%N) => t /eqP /= ->.
    by apply: eq_sep_le (spanned_sep h sA') => x y; apply: eq_bigr => t _; rewrite mulrC.
  have PB : sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (NB b).
    exact: sep_le_sym (spanned_sep g (sB b)).
  have PB' : sep_le (fun x y => \sum_(t | deg t == b) h t y * g t x) (NB' b).
    by apply: eq_sep_le (sep_le_sym (spanned_sep g' (sB' b))) => x y; rewrite equal_parts.
  by rewrite /minn; case: ifP => _; [case: ifP|].
apply: eq_sep_le (sep_le_sum part) => x y.
rewrite [RHS](partition_big (fun t => inord (deg t) : 'I_D.+1) xpredT) //=; apply: eq_bigr => b _.
by apply: eq_bigl => t; rewrite -val_eqE /= inordK // ltnS.
Qed.
End Parts.

(* Theorem 4.7, both sides by trees *)
Section BothMixer.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d kt kc : nat) (l : layer F n d) (ls : seq (layer F n d)).
Variable S : pred 'I_n.
Hypotheses (pl : all (@plain F n d) (l :: ls)) (sh : forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Hypotheses (k0 : (0 < kt)%N) (one : #|S| = 1%N /\ #|predC S| = 1%N \/ thid l = 1%N).
Local Notation M := (kc * (kt * kc) ^ size ls)%N.
Local Notation ks := (tree_acts kt kc (size ls)).

Lemma mixer_trees_both i p NB : side_bound (first_form l (predC S)) kt M NB ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (tree_dim d kt ks) (fun b => minn (NB b) (tree_dim d kt ks b)) (kt * M)).
Proof.
move=> sB.
have oneA : #|S| = 1%N \/ thid l = 1%N by case: one => [[]|]; [left|right].
have oneB : #|predC S| = 1%N \/ thid l = 1%N by case: one => [[]|]; [left|right].
have [xi _ [T [U [HT HU E]]]] := mixer_expansion kt kc pl sh oneA.
have [xi' xiZ [T' [U' [HT' HU' E']]]] := mixer_expansion kt kc pl sh oneB.
have mixC x y : mix (predC S) y x = mix S x y by apply/matrixP=> a c; rewrite !mxE /=; case: (S a).
have EE x y : \sum_t T t i y * U t p x = \sum_t U' t p y * T' t i x.
  by rewrite -E -mixC E'; apply: eq_bigr => t _; rewrite mulrC.
have sT t c y : T t i (c *: y) = c ^+ tree_deg t * T t i y.
  apply: (combo_scale (sc := fun c y => c *: y) _ _ (HT t i)) => [a c' y'|s /andP[/eqP //]].
  exact: first_formZ.
have sU t c y : U' t p (c *: y) = c ^+ (kt * leaves ks - tree_deg t) * U' t p y.
  apply: (combo_scale (sc := fun c y => c *: y) _ _ (HU' t p)) => [a c' y'|s /and3P[/eqP <- _ _]]; first exact: xiZ.
  by rewrite addnK.
apply: (eq_sep_le (fun x y => esym (E x y i p))).
apply: (both_sep_le charF (sc := fun c y => c *: y) sT sU EE) => [t|a|b|b].
- by rewrite -leaves_acts tree_deg_le.
- by rewrite -leaves_acts; apply: (trees_spanned k0) => t; apply: HU.
- by apply: trees_side_spanned (_ : side_bound _ kt _ NB) => [t|]; [apply: HT|rewrite leaves_acts].
- by apply: (trees_spanned k0) => t; apply: HU'.
Qed.

Theorem mixer_trees_both_sep_le i p :
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (tree_dim d kt ks)
       (fun b => minn (span_dim d #|predC S| (thid l) kt M b) (tree_dim d kt ks b)) (kt * M)).
Proof.
by apply: mixer_trees_both; apply: first_form_span; apply: sh; left.
Qed.
End BothMixer.
