(* Trees and narrow channel parts: Theorem 4.7 of theory.md with its (b), over any field.
   As in MixerTrees.v, and the channel part of the first layer has hidden width C: with W of size d x C its first map
     and
   xi_c = \sum_p W_pc x_p^k, a tree with g leaves 1 has its functions of A in the ideal (xi_1, .., xi_C)^g, and g >=
     a - (k-1) M
   for those of degree a. So N_A(a) is also at most
     narrow_count d C k a g = #{v : |v| = a, \sum_(q < C) floor(v_q / k) >= g},  g = a - (k-1) M.
   Relation to theory.md: equal; the proof needs no generic W. The xi_c are combinations of some forms
   eta_t = x_(p_t)^k + \sum_q B_qt x_q^k, the p_t pivots of W and q no pivots; x_(p_t)^k = eta_t - .. leaves products of
   the eta and the x with exponents of pivots below k, and these are counted by their monomials x_(p_t)^(k j) ..
     (normal_spanned).

   power_form i         == eta_t for i = inl t, x_q for i = inr q
   powers s, others s   == the numbers of eta and of x in the list s; weight s is the degree of its product
   condC k b r m s      == what the lists of a tree with degree b and m leaves satisfy
   normal s             == no pivot occurs k times
   expansionC           == MixerTrees.expansion with combinations of such lists besides
   narrow_dim d C k ks a == N_A(a) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention TwoSidedPoly Mixer DegreeCover.
From Seprank Require Import MixerSupport MixerSpan MixerTrees PowerRank GridRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Lemma pivots (F : fieldType) d C (W : 'M[F]_(d, C)) : exists r (p : 'I_r -> 'I_d) (B : 'M[F]_(d, r)) (E : 'M[F]_(r, C)),
  [/\ (r <= C)%N, injective p, W = B *m E & forall t s, B (p t) s = (t == s)%:R].
Proof.
pose f := maxrankfun W; pose V := rowsub f W.
have WV : (W <= V)%MS by rewrite eq_maxrowsub.
exists (\rank W), f, (W *m pinvmx V), V; rewrite mulmxKpV //; split=> //; first exact: rank_leq_col.
  exact: maxrankfun_inj.
have E : rowsub f (W *m pinvmx V) = 1%:M.
  by apply: (row_free_inj (maxrowsub_free W)); rewrite mul1mx -mul_rowsub_mx mulmxKpV.
by move=> t s; have /matrixP/(_ t s) := E; rewrite !mxE.
Qed.

Section Ideal.
Variables (F : fieldType) (d k rho : nat) (X : Type) (xi : 'I_d -> X -> F) (p : 'I_rho -> 'I_d) (B : 'M[F]_(d, rho)).
Hypotheses (k0 : (0 < k)%N) (pI : injective p) (Bp : forall t s, B (p t) s = (t == s)%:R).
Local Notation K := [finType of 'I_rho + 'I_d].
Definition power_form (i : K) x : F := match i with inl t => \sum_q B q t * xi q x ^+ k | inr q => xi q x end.
Local Notation u := power_form.

(* factors that are k-th powers, and others *)
Definition powers (s : seq K) := count (fun i => if i is inl _ then true else false) s.
Definition others (s : seq K) := count (fun i => if i is inl _ then false else true) s.
Definition weight (s : seq K) := (k * powers s + others s)%N.
Definition condC (b : nat) (r : 'I_d -> nat) (m : nat) (s : seq K) :=
  (weight s + b == k * m)%N && (others s + k.-1 * powers s <= k.-1 * m)%N.

Lemma weight_cat s s' : weight (s ++ s') = (weight s + weight s')%N.
Proof. by rewrite /weight /powers /others !count_cat mulnDr addnACA. Qed.

Lemma condC0 : condC 0 (fun=> 0%N) 0 [::].
Proof. by rewrite /condC /weight /= !muln0. Qed.

Lemma condCM b r m b' r' m' s s' : condC b r m s -> condC b' r' m' s' ->
  condC (b + b') (fun q => r q + r' q)%N (m + m') (s ++ s').
Proof.
case/andP=> /eqP e1 h1 /andP[/eqP e2 h2]; apply/andP; split.
  by rewrite weight_cat addnACA e1 e2 mulnDr.
by rewrite /others /powers !count_cat !mulnDr addnACA leq_add.
Qed.

Lemma condC_ext b r r' m : r =1 r' -> condC b r m =1 condC b r' m.
Proof. by []. Qed.

(* no pivot to the k-th power *)
Definition normal (s : seq K) := [forall t, count_mem (inr (p t)) s < k]%N.

Lemma power_form_pivot t x : u (inl t) x = xi (p t) x ^+ k + \sum_(q | q \notin codom p) B q t * xi q x ^+ k.
Proof.
rewrite /= (bigID (fun q => q \in codom p)) /=; congr (_ + _).
rewrite (bigD1 (p t)) ?codom_f //= Bp eqxx mul1r big1 ?addr0 // => q /andP[/codomP[s ->] nq].
have ns : s != t by apply: contra nq => /eqP ->.
by rewrite Bp (negPf ns) mul0r.
Qed.

Lemma split_count (i : K) s j : (j <= count_mem i s)%N -> exists s', perm_eq s (nseq j i ++ s').
Proof.
move=> le; exists (nseq (count_mem i s - j) i ++ filter (predC1 i) s).
rewrite catA -nseqD subnKC // perm_sym.
have {1}-> : nseq (count_mem i s) i = filter (pred1 i) s.
  by apply/esym; rewrite -size_filter; apply/all_pred1P; apply: filter_all.
exact: permEl (perm_filterC _ _).
Qed.

Lemma normal_combo s : combo u (fun s' => [&& normal s', weight s' == weight s & powers s <= powers s']%N)
  (fun x => \prod_(i <- s) u i x).
Proof.
have [N] := ubnP (\sum_t count_mem (inr (p t)) s %/ k)%N; elim: N s => // N IH s lt.
case: (boolP (normal s)) => [ns|/forallPn[t]].
  by apply: combo_list; rewrite ns eqxx leqnn.
rewrite -leqNgt => le; have [s0 ps] := split_count le.
have cnt i : count_mem i s = ((i == inr (p t)) * k + count_mem i s0)%N.
  by have /permP -> := ps; rewrite count_cat count_nseq /= eq_sym.
have wE : weight s = (k + weight s0)%N.
  have -> : weight s = weight (nseq k (inr (p t)) ++ s0).
    by rewrite /weight /powers /others; have /permP E := ps; rewrite !E.
  by rewrite weight_cat /weight /powers /others !count_nseq /= muln0 mul1n.
have pE : powers s = powers s0.
  by rewrite /powers; have /permP -> := ps; rewrite count_cat count_nseq.
have drop (s1 : seq K) : (forall t', count_mem (inr (p t')) s1 = count_mem (inr (p t')) s0) ->
    (\sum_t' count_mem (inr (p t')) s1 %/ k < N)%N.
  move=> E; rewrite -ltnS; apply: leq_trans lt; rewrite ltnS (bigD1 t) //= [X in (_ < X)%N](bigD1 t) //=.
  rewrite E cnt eqxx mul1n divnDl // divnn k0 add1n addSn ltnS leq_add2l; apply: leq_sum => t' nt.
  by rewrite E cnt; apply: leq_div2r; apply: leq_addl.
have sub s1 : weight s1 = weight s -> (powers s <= powers s1)%N -> forall s',
    [&& normal s', weight s' == weight s1 & powers s1 <= powers s']%N ->
    [&& normal s', weight s' == weight s & powers s <= powers s']%N.
  by move=> w1 p1 s' /and3P[-> /eqP -> /(leq_trans p1) ->]; rewrite w1 eqxx.
have cW (Q Q' : pred (seq K)) f : (forall s', Q s' -> Q' s') -> combo u Q f -> combo u Q' f.
  by move=> QQ [ts H Hf]; exists ts => //; apply: sub_all H => e; apply: QQ.
have main : combo u (fun s' => [&& normal s', weight s' == weight s & powers s <= powers s']%N)
    (fun x => \prod_(i <- inl t :: s0) u i x).
  apply: cW (sub (inl t :: s0) _ _) (IH _ _).
  - by rewrite wE /weight /powers /others /= add1n add0n mulnS addnA.
  - by rewrite pE /powers /= leq_addl.
  - by apply: drop.
have rest q : combo u (fun s' => [&& normal s', weight s' == weight s & powers s <= powers s']%N)
    (fun x => \prod_(i <- (if q \notin codom p then nseq k (inr q) ++ s0 else inl t :: s0)) u i x).
  case: ifP => // nq; apply: cW (sub (nseq k (inr q) ++ s0) _ _) (IH _ _).
  - by rewrite wE weight_cat /weight /powers /others !count_nseq /= muln0 mul1n.
  - by rewrite pE /powers count_cat count_nseq /= leq_addl.
  - apply: drop => t'; rewrite count_cat count_nseq /=; case: eqP => // -[E].
    by rewrite E codom_f in nq.
apply: eq_combo (comboD main (comboZ (-1) (combo_sum (enum [pred q | q \notin codom p])
  (fun q => comboZ (B q t) (rest q))))) => // x.
rewrite (perm_big _ ps) big_cat big_nseq /= -Monoid.iteropE big_cons power_form_pivot mulrDl -addrA.
rewrite big_enum [X in _ + X](_ : _ = 0) ?addr0 //.
rewrite mulN1r mulr_suml; apply/eqP; rewrite subr_eq0; apply/eqP; apply: eq_big => [q|q]; first by rewrite inE.
by move=> nq; rewrite nq big_cat big_nseq /= -Monoid.iteropE mulrA.
Qed.

(* normal lists are monomials *)
Definition pivot_count a g := #|[pred v : 'X_{1..d < a.+1} | (mdeg v == a) && (g <= \sum_t v (p t) %/ k)%N]|.

Lemma powersE s : powers s = (\sum_t count_mem (inl t) s)%N.
Proof.
rewrite /powers; elim: s => [|i s IH] /=; first by rewrite big1.
rewrite big_split /= -IH; congr (_ + _)%N; case: i => [t|q]; last by rewrite big1.
by rewrite (bigD1 t) //= eqxx big1 // => t' /negPf nt; rewrite eq_sym; move: nt; rewrite -[inl t' == _]/(t' == t) => ->.
Qed.

Lemma othersE s : others s = (\sum_q count_mem (inr q) s)%N.
Proof.
rewrite /others; elim: s => [|i s IH] /=; first by rewrite big1.
rewrite big_split /= -IH; congr (_ + _)%N; case: i => [t|q]; first by rewrite big1.
by rewrite (bigD1 q) //= eqxx big1 // => t' /negPf nt; rewrite eq_sym; move: nt; rewrite -[inr t' == _]/(t' == q) => ->.
Qed.

Lemma normal_spanned a g (Z : finType) (s : Z -> seq K) :
  (forall z, [&& normal (s z), weight (s z) == a & g <= powers (s z)]%N) ->
  spanned xpredT (fun z x => \prod_(i <- s z) u i x) (pivot_count a g).
Proof.
move=> H; pose mnm z : 'X_{1..d} :=
  [multinom (count_mem (inr q) (s z) + k * \sum_(t | p t == q) count_mem (inl t) (s z))%N | q < d].
have mp z t : mnm z (p t) = (count_mem (inr (p t)) (s z) + k * count_mem (inl t) (s z))%N.
  rewrite mnmE (big_pred1 t) // => t'; exact: inj_eq.
have lt z t : (count_mem (inr (p t)) (s z) < k)%N by have /and3P[/forallP/(_ t)] := H z.
have md z t : (mnm z (p t) %/ k = count_mem (inl t) (s z))%N.
  by rewrite mp addnC mulnC divnMDl // divn_small ?addn0.
have mm z t : (mnm z (p t) %% k = count_mem (inr (p t)) (s z))%N.
  by rewrite mp addnC mulnC modnMDl modn_small.
have mdegm z : mdeg (mnm z) = a.
  have /and3P[_ /eqP <- _] := H z; rewrite mdegE /weight powersE othersE addnC.
  under eq_bigr do rewrite mnmE; rewrite big_split /=; congr (_ + _)%N.
  rewrite -big_distrr /=; congr (_ * _)%N; rewrite [RHS](partition_big p xpredT) //=.
pose h (v : 'X_{1..d < a.+1}) x := \prod_t u (inl t) x ^+ (v (p t) %/ k)%N *
  \prod_q xi q x ^+ (if q \in codom p then v q %% k else v q)%N.
apply: (spanned_trans (a := fun z (v : 'X_{1..d < a.+1}) => (mnm z == v)%:R) (h := h) _ (spanned_self _ _)) => z x _.
have ltz : (mdeg (mnm z) < a.+1)%N by rewrite mdegm.
rewrite (bigD1 (BMultinom ltz)) /=; last first.
  rewrite mdegm eqxx /=; have /and3P[_ _ le] := H z; apply: leq_trans le _; rewrite powersE.
  by apply: leq_sum => t _; rewrite md.
rewrite eqxx mul1r [X in _ = _ + X]big1 ?addr0 => [|v /andP[_ nv]]; last first.
  by rewrite (_ : (mnm z == v) = false) ?mul0r //; apply: contraNF nv => /eqP e; apply/eqP/val_inj.
rewrite prod_count big_sumType /h /=; congr (_ * _); first by apply: eq_bigr => t _; rewrite md.
apply: eq_bigr => q _; congr (_ ^+ _); case: ifP => [/codomP[t ->]|nq]; first by rewrite mm.
rewrite mnmE big_pred0 ?muln0 ?addn0 // => t; apply/eqP => E.
by rewrite -E codom_f in nq.
Qed.
End Ideal.

Definition narrow_count d C k a g :=
  #|[pred v : 'X_{1..d < a.+1} | (mdeg v == a) && (g <= \sum_(q < d | q < C) v q %/ k)%N]|.

Lemma pivot_count_le d rho C k (p : 'I_rho -> 'I_d) a g : injective p -> (rho <= C)%N ->
  (pivot_count k p a g <= narrow_count d C k a g)%N.
Proof.
move=> pI rC; have rd : (rho <= d)%N by have := leq_card p pI; rewrite !card_ord.
pose s := map p (enum 'I_rho) ++ [seq q <- enum 'I_d | q \notin codom p].
have us : uniq s.
  rewrite cat_uniq map_inj_uniq ?enum_uniq // filter_uniq ?enum_uniq // andbT; apply/hasPn => q.
  by rewrite mem_filter => /andP[nq _]; apply: contra nq => /mapP[t _ ->]; apply: codom_f.
have ms q : q \in s.
  rewrite mem_cat mem_filter mem_enum andbT; by case: (boolP (q \in codom p)); rewrite ?orbT.
have ss : size s = d.
  have ps : perm_eq s (enum 'I_d) by apply: uniq_perm; rewrite ?enum_uniq // => q; rewrite ms mem_enum.
  by rewrite (perm_size ps) size_enum_ord.
case: d p pI rd @s us ms ss => [|d] p pI rd s us ms ss.
  rewrite /pivot_count /narrow_count; apply/subset_leq_card/subsetP => v; rewrite !inE => /andP[-> /leq_trans-> //].
  by move: rd; rewrite leqn0 => /eqP r0; rewrite big1 // => t; have := ltn_ord t; rewrite [X in (_ < X)%N]r0.
pose sg (i : 'I_d.+1) : 'I_d.+1 := nth ord0 s i.
have sgI : injective sg.
  by move=> i j /eqP; rewrite nth_uniq ?ss // => /eqP/val_inj.
have [sg' sgK sgK'] := injF_bij sgI.
have sum_sg (f : 'I_d.+1 -> nat) : (\sum_i f (sg i) = \sum_i f i)%N by rewrite [RHS](reindex sg) //; exists sg' => i _.
have lt (v : 'X_{1..d.+1 < a.+1}) : (mdeg [multinom v (sg i) | i < d.+1] < a.+1)%N.
  rewrite mdegE; under eq_bigr do rewrite mnmE.
  by rewrite sum_sg -mdegE; apply: valP v.
pose f v := BMultinom (lt v).
have fI : injective f.
  by move=> v w /(congr1 val)/mnmP e; apply/val_inj/mnmP => i; have := e (sg' i); rewrite !mnmE sgK'.
rewrite /pivot_count -(card_imset _ fI); apply/subset_leq_card/subsetP => _ /imsetP[v + ->]; rewrite !inE /=.
case/andP=> /eqP va gv; apply/andP; split.
  by rewrite mdegE; under eq_bigr do rewrite mnmE; rewrite sum_sg -mdegE va.
apply: leq_trans gv _.
under [X in (_ <= X)%N]eq_bigr do rewrite mnmE.
have pE (t : 'I_rho) : p t = sg (widen_ord rd t).
  rewrite /sg /= nth_cat size_map size_enum_ord ltn_ord (nth_map t) ?size_enum_ord //; congr p.
  by apply/val_inj; rewrite /= nth_enum_ord.
under eq_bigr do rewrite pE.
rewrite -(big_ord_narrow (F := fun i => (v (sg i) %/ k)%N) rd) big_mkcond [X in (_ <= X)%N]big_mkcond.
by apply: leq_sum => i _; case: ifP => // ir; rewrite ifT // (leq_trans ir).
Qed.

(* combinations of combinations *)
Lemma combo_trans (R : comRingType) (I : finType) (X : Type) (u : I -> X -> R) (Q Q' : pred (seq I)) f :
  (forall s, Q s -> combo u Q' (fun x => \prod_(i <- s) u i x)) -> combo u Q f -> combo u Q' f.
Proof.
move=> H [ts Hts Hf]; apply: (@eq_combo _ _ _ _ Q' Q' (fun x => \sum_(t <- ts) t.1 * \prod_(i <- t.2) u i x)) => //.
elim: ts Hts {Hf} => [_|t ts IH /= /andP[Qt /IH h]].
  by apply: eq_combo (combo0 u Q') => // x; rewrite big_nil.
by apply: eq_combo (comboD (comboZ t.1 (H _ Qt)) h) => // x; rewrite big_cons.
Qed.

Section Expansion.
Variables (F : fieldType) (d k rho : nat) (I : finType) (X Y : Type) (xi : 'I_d -> X -> F) (v : I -> Y -> F).
Variables (pv : 'I_rho -> 'I_d) (B : 'M[F]_(d, rho)).
Hypotheses (k0 : (0 < k)%N) (pI : injective pv) (Bp : forall t s, B (pv t) s = (t == s)%:R).
Local Notation u := (power_form k xi B).

Definition expansionC ks p q (Z : X -> Y -> 'M[F]_(p, q)) :=
  exists (T : tree d k ks -> 'I_p -> Y -> F) (U : tree d k ks -> 'I_q -> X -> F),
  [/\ forall t i, combo v (condB k (tree_deg t) (tree_res t) (leaves ks)) (T t i),
      forall t j, combo xi (condA k (tree_deg t) (tree_res t) (leaves ks)) (U t j),
      forall t j, combo u (condC k (tree_deg t) (tree_res t) (leaves ks)) (U t j) &
      forall x y i j, Z x y i j = \sum_t T t i y * U t j x].

Lemma eq_expansionC ks p q (Z Z' : X -> Y -> 'M[F]_(p, q)) : (forall x y, Z x y = Z' x y) ->
  expansionC ks Z -> expansionC ks Z'.
Proof. by move=> E [T [U [HT HU HC H]]]; exists T, U; split=> // x y i j; rewrite -E. Qed.

Lemma expansionC_mull ks p q r (A : 'M[F]_(p, q)) (Z : X -> Y -> 'M[F]_(q, r)) :
  expansionC ks Z -> expansionC ks (fun x y => A *m Z x y).
Proof.
case=> T [U [HT HU HC H]]; exists (fun t i y => \sum_j A i j * T t j y), U; split=> // [t i|x y i j].
  by apply: combo_sum => l; apply: comboZ.
rewrite mxE; under [RHS]eq_bigr do rewrite mulr_suml.
rewrite exchange_big; apply: eq_bigr => l _; rewrite H mulr_sumr; apply: eq_bigr => t _.
by rewrite mulrA.
Qed.

Lemma expansionC_mulr ks p q r (A : 'M[F]_(q, r)) (Z : X -> Y -> 'M[F]_(p, q)) :
  expansionC ks Z -> expansionC ks (fun x y => Z x y *m A).
Proof.
case=> T [U [HT HU HC H]]; exists T, (fun t i x => \sum_j A j i * U t j x); split=> // [t i|t i|x y i j].
- by apply: combo_sum => l; apply: comboZ.
- by apply: combo_sum => l; apply: comboZ.
rewrite mxE; under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => l _; rewrite H mulr_suml; apply: eq_bigr => t _.
by rewrite mulrAC mulrA.
Qed.

Lemma expansionC_act c ks p q (Z : X -> Y -> 'M[F]_(p, q)) :
  expansionC ks Z -> expansionC (c :: ks) (fun x y => act 'X^c (Z x y)).
Proof.
case=> T [U [HT HU HC H]].
exists (fun (a : mon (tree d k ks) c) i y => (mult (val a))%:R * \prod_t T t i y ^+ val a t),
  (fun (a : mon (tree d k ks) c) j x => \prod_t U t j x ^+ val a t).
have E (a : mon (tree d k ks) c) : (\sum_t val a t * leaves ks = leaves (c :: ks))%N.
  by rewrite -big_distrl /= (eqP (valP a)) /leaves big_cons.
split=> [a i|a j|a j|x y i j].
- apply: comboZ; rewrite -(E a).
  exact: (combo_prod (condB0 d k I) (@condBM d k I) (fun _ _ _ _ _ => frefl _) (index_enum _)
    (b := fun t => val a t * tree_deg t) (m := fun t => val a t * leaves ks) (r := fun t q => val a t * tree_res t q)
    (fun t => combo_exp (condB0 d k I) (@condBM d k I) (fun _ _ _ _ _ => frefl _) _ (HT t i)))%N.
- rewrite -(E a).
  exact: (combo_prod (condA0 d k) (@condAM d k) (@condA_ext d k) (index_enum _)
    (b := fun t => val a t * tree_deg t) (m := fun t => val a t * leaves ks) (r := fun t q => val a t * tree_res t q)
    (fun t => combo_exp (condA0 d k) (@condAM d k) (@condA_ext d k) _ (HU t j)))%N.
- rewrite -(E a).
  exact: (combo_prod (@condC0 d k rho) (@condCM d k rho) (@condC_ext d k rho) (index_enum _)
    (b := fun t => val a t * tree_deg t) (m := fun t => val a t * leaves ks) (r := fun t q => val a t * tree_res t q)
    (fun t => combo_exp (@condC0 d k rho) (@condCM d k rho) (@condC_ext d k rho) _ (HC t j)))%N.
rewrite mxE hornerXn H multinomial; apply: eq_bigr => a _; rewrite -mulrA; congr (_ * _).
by rewrite /mono -big_split; apply: eq_bigr => t _; rewrite exprMn.
Qed.

Variables (kt kc : nat).
Lemma expansionC_mixer n ls L (Z : X -> Y -> 'M[F]_(n, d)) : all (@plain F n d) ls ->
  (forall l, List.In l ls -> forall Z, shuffle l Z = Z) -> expansionC (tree_acts kt kc L) Z ->
  expansionC (tree_acts kt kc (size ls + L)) (fun x y => mixer 'X^kt 'X^kc ls (Z x y)).
Proof.
elim: ls L Z => [//|l ls IH] L Z /andP[pl pls] sh H; rewrite [size _]/= addSnnS.
apply: (IH L.+1 (fun x y => mixer_layer 'X^kt 'X^kc (Z x y) l)) => // [m ml|]; first by apply: sh; right.
apply: eq_expansionC (expansionC_mulr (W4 l) (expansionC_act kc (expansionC_mulr (W3 l) (expansionC_mull (W2 l)
  (expansionC_act kt (expansionC_mull (W1 l) H)))))) => x y.
by rewrite plain_layer // sh //; left.
Qed.

(* the functions of one degree *)
Lemma narrow_spanned ks C (U : tree d k ks -> X -> F) a : (rho <= C)%N ->
  (forall t, combo u (condC k (tree_deg t) (tree_res t) (leaves ks)) (U t)) ->
  spanned [pred t | (k * leaves ks - tree_deg t)%N == a] U (narrow_count d C k a (a - k.-1 * leaves ks)).
Proof.
move=> rC H; apply: (spannedW (pivot_count_le _ _ _ pI rC)); set g := (a - _)%N.
apply: (combo_spanned (u := u) (Q := fun s => [&& normal k pv s, weight k s == a & g <= powers s]%N)) =>
  [t /eqP ta|Z s Hs].
  apply: (combo_trans _ (H t)) => s /andP[/eqP ws os].
  have wa : weight k s = a by rewrite -ta -ws addnK.
  have gs : (g <= powers s)%N.
    rewrite leq_subLR addnC; apply: leq_trans (leq_add (leqnn _) os); rewrite -wa /weight.
    by rewrite -{1}(prednK k0) mulSn addnAC -addnA leq_add2l addnC.
  apply: (combo_trans _ (normal_combo xi k0 Bp s)) => s' /and3P[ns /eqP w' p']; apply: combo_list.
  by rewrite ns w' wa eqxx (leq_trans gs).
exact: normal_spanned Hs.
Qed.
End Expansion.

Section Leaves.
Variables (F : fieldType) (n d k S C rho : nat) (X Y : Type) (xi : 'I_d -> X -> F) (v : 'I_S * 'I_d -> Y -> F).
Variables (lam : 'I_S -> F) (W : 'M[F]_(n, S)) (Z : X -> Y -> 'M[F]_(S, d)).
Hypothesis ZE : forall x y s p, Z x y s p = lam s * xi p x + v (s, p) y.
Variables (B : 'M[F]_(d, rho)) (E : 'M[F]_(rho, C)).

Lemma expansionC_leaves : expansionC k xi v B [::] (fun x y => (W *m act 'X^k (Z x y)) *m (B *m E)).
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
exists T, (fun t c x => \sum_q (B *m E) q c * U t q x); rewrite l1.
split=> [[o|[q j]] i|[o|[q j]] p|[o|[q j]] p|x y i c].
- have /andP[h1 h2] := condB0 d k [finType of 'I_S * 'I_d].
  by apply: combo_const; rewrite /condB h1 (leq_trans h2).
- apply: combo_sum => s; apply: comboZ; apply: combo_power.
  by rewrite /condB size_nseq eqxx ceil_nseq.
- apply: combo_sum => q; apply: comboZ; apply: combo_power; rewrite /condA size_nseq addn0 muln1 eqxx ceil_nseq //
  andbT.
  by apply/forallP => q'; rewrite count_nseq addn0 dvdn_mull.
- apply: combo_sum => q'; apply: comboZ; rewrite /U; case: (q =P q') => [<-|_]; last exact: combo0.
  apply: combo_power; rewrite /condA /= size_nseq subnK // muln1 eqxx ceil_nseq ?leq_subr // andbT.
  by apply/forallP => q''; rewrite count_nseq /= -mulnDr subnK // dvdn_mull.
- apply: (@eq_combo _ _ _ _ (condC k 0 (fun=> 0%N) 1) _ (fun x => \sum_s E s p * \prod_(i <- [:: inl s]) power_form k
  xi B i x)) => [//|x|].
    under [RHS]eq_bigr do rewrite mxE mulr_suml.
    rewrite exchange_big; apply: eq_bigr => s _; rewrite big_seq1 /= mulr_sumr; apply: eq_bigr => q _.
    by rewrite mulrCA mulrA.
  apply: combo_sum => s; apply: comboZ; apply: combo_list.
  by rewrite /condC /weight /powers /others /= !addn0 !muln1 eqxx add0n leqnn.
- apply: combo_sum => q'; apply: comboZ; rewrite /U; case: (q =P q') => [<-|_]; last exact: combo0.
  apply: (@eq_combo _ _ _ _ (condC k (tree_deg (inr (q, j) : tree d k [::])) (fun=> 0%N) 1) _
    (fun x => power_form k xi B (inr q) x ^+ (k - j.+1))) => //.
  apply: combo_power; rewrite /condC /weight /powers /others !count_nseq /=
    !mul0n !muln0 add0n addn0 mul1n !muln1 subnK // eqxx.
  by have := ltn_ord j; lia.
have ZW p : (W *m act 'X^k (Z x y)) i p = \sum_t T t i y * U t p x.
  transitivity ((\sum_s W i s * lam s ^+ k) * xi p x ^+ k +
      \sum_(j < k) (\sum_s (W i s * (lam s ^+ (k - j.+1) *+ 'C(k, j.+1))) * v (s, p) y ^+ j.+1) * xi p x ^+ (k - j.+1)).
    rewrite mulr_suml; under [X in _ = _ + X]eq_bigr do rewrite mulr_suml.
    rewrite exchange_big -big_split mxE /=; apply: eq_bigr => s _.
    rewrite mxE hornerXn ZE exprDn big_ord_recl subn0 bin0 mulr1n mulr1 exprMn mulrDr mulrA; congr (_ + _).
    rewrite mulr_sumr; apply: eq_bigr => j _; rewrite !lift0 exprMn -!mulrA; congr (_ * _).
    by rewrite mulrnAl; congr (_ *+ _); congr (_ * _); rewrite mulrC.
  rewrite big_sumType big_ord1; congr (_ + _).
  transitivity (\sum_q \sum_j T (inr (q, j)) i y * U (inr (q, j)) p x); last by rewrite pair_bigA; apply: eq_bigr =>
    -[].
  rewrite [RHS](bigD1 p) //= [X in _ = _ + X]big1 ?addr0 => [|q nq]; first by apply: eq_bigr => j _; rewrite eqxx.
  by rewrite big1 // => j _; rewrite (negPf nq) mulr0.
rewrite mxE; under eq_bigr do rewrite ZW mulr_suml.
rewrite exchange_big; apply: eq_bigr => t _; rewrite mulr_sumr; apply: eq_bigr => q _.
by rewrite mulrAC mulrA.
Qed.
End Leaves.

(* the lesser of 4.7 and its (b) *)
Definition narrow_dim d C k ks a := minn (tree_dim d k ks a) (narrow_count d C k a (a - k.-1 * leaves ks)).

Section Mixer.
Variables (F : fieldType) (n d kt kc : nat) (l : layer F n d) (ls : seq (layer F n d)) (S : pred 'I_n).
Hypotheses (pl : all (@plain F n d) (l :: ls)) (sh : forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Hypotheses (k0 : (0 < kt)%N) (one : #|S| = 1%N \/ thid l = 1%N).
Local Notation ks := (tree_acts kt kc (size ls)).

Lemma narrow_expansion : exists (xi : 'I_d -> 'M[F]_(n, d) -> F)
    (T : tree d kt ks -> 'I_n -> 'M[F]_(n, d) -> F) (U : tree d kt ks -> 'I_d -> 'M[F]_(n, d) -> F),
  [/\ forall p c x, xi p (c *: x) = c * xi p x,
      forall t i, combo (first_form l (predC S)) (condB kt (tree_deg t) (tree_res t) (leaves ks)) (T t i),
      forall t j, combo xi (condA kt (tree_deg t) (tree_res t) (leaves ks)) (U t j),
      forall j a, spanned [pred t | (kt * leaves ks - tree_deg t)%N == a] (U^~ j) (narrow_dim d (chid l) kt ks a) &
      forall x y i j, mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i j = \sum_t T t i y * U t j x].
Proof.
have [lam [xi [xiZ H]]] := one_token_forms one; have /andP[pl1 pls] := pl.
have [rho [pv [B [E [rC pI WE Bp]]]]] := pivots (W3 l).
have sh1 Z : shuffle l Z = Z by apply: sh; left.
have ZE x y s q : (W1 l *m mix S x y) s q = lam s * xi q x + first_form l (predC S) (s, q) y.
  rewrite -H /first_form /= sh1 (_ : mix S x y = mask S x + mask (predC S) y) ?mulmxDr 1?mxE //.
  by apply/matrixP=> a c; rewrite !mxE /=; case: (S a); rewrite /= ?addr0 ?add0r.
have E0 := expansionC_leaves kt (W2 l) ZE B E.
have E1 : expansionC kt xi (first_form l (predC S)) B (tree_acts kt kc 0)
    (fun x y => mixer_layer 'X^kt 'X^kc (mix S x y) l).
  apply: eq_expansionC (expansionC_mulr (W4 l) (expansionC_act kc E0)) => x y.
  by rewrite plain_layer // -WE.
have := expansionC_mixer pls (fun m ml => sh (or_intror ml)) E1; rewrite addn0 => -[T [U [HT HU HC HE]]].
exists xi, T, U; split=> // j a; apply: spanned_min; first by apply: (trees_spanned k0) => t; apply: HU.
exact: (narrow_spanned k0 pI Bp a rC (fun t => HC t j)).
Qed.

(* Theorem 4.7 with (b), the other side by 4.8 *)
Theorem narrow_trees_span_sep_le i p (M := (kc * (kt * kc) ^ size ls)%N) :
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (narrow_dim d (chid l) kt ks) (span_dim d #|predC S| (thid l) kt M) (kt * M)).
Proof.
have [xi [T [U [_ HT _ HN E]]]] := narrow_expansion.
have sB : side_bound (first_form l (predC S)) kt (leaves ks) (span_dim d #|predC S| (thid l) kt (leaves ks)).
  by apply: first_form_span; apply: sh; left.
apply: (eq_sep_le (fun x y => esym (E x y i p))); rewrite -[M]leaves_acts.
apply: (graded_sep_le (deg := @tree_deg d kt ks) (g := fun t => U t p) (h := fun t => T t i)) => [t|a _|b].
- exact: tree_deg_le.
- exact: HN.
- exact: (trees_side_spanned b (fun t => HT t i) sB).
Qed.
End Mixer.

Section BothMixer.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d kt kc : nat) (l : layer F n d) (ls : seq (layer F n d)).
Variable S : pred 'I_n.
Hypotheses (pl : all (@plain F n d) (l :: ls)) (sh : forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Hypotheses (k0 : (0 < kt)%N) (one : #|S| = 1%N /\ #|predC S| = 1%N \/ thid l = 1%N).
Local Notation M := (kc * (kt * kc) ^ size ls)%N.
Local Notation ks := (tree_acts kt kc (size ls)).

(* both sides by trees *)
Theorem narrow_trees_both_sep_le i p :
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (narrow_dim d (chid l) kt ks)
       (fun b => minn (span_dim d #|predC S| (thid l) kt M b) (narrow_dim d (chid l) kt ks b)) (kt * M)).
Proof.
have oneA : #|S| = 1%N \/ thid l = 1%N by case: one => [[]|]; [left|right].
have oneB : #|predC S| = 1%N \/ thid l = 1%N by case: one => [[]|]; [left|right].
have [xi [T [U [_ HT HU HN E]]]] := narrow_expansion kc pl sh k0 oneA.
have [xi' [T' [U' [xiZ HT' HU' HN' E']]]] := narrow_expansion kc pl sh k0 oneB.
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
- by rewrite -leaves_acts; apply: HN.
- have sB : side_bound (first_form l (predC S)) kt (leaves ks) (span_dim d #|predC S| (thid l) kt M).
    by rewrite leaves_acts; apply: first_form_span; apply: sh; left.
  exact: (trees_side_spanned b (fun t => HT t i) sB).
- exact: HN'.
Qed.
End BothMixer.
