(* Dependent forms, channel by channel: Theorem 4.8 of theory.md.
   A Mixer as in 4.6 (MixerSupport.v), the input not permuted before its first layer, whose activation has degree at
   most k = kt; L >= 1 layers, M = kc (kt kc)^(L-1), S the hidden token width of that layer. For a side of r tokens let
     D(a, m) = min (mc r a, the number of exponents alpha of degree a in S variables with \sum_s ceil(alpha_s / k) <= m)
     N(a) = min (mc (d min (S, r)) a, \sum_(m, a') \prod_p (D(a'_p, m_p) - D(a'_p, m_p - 1))),  D(a, -1) = 0,
   where m_1 + ... + m_d <= M and a'_1 + ... + a'_d = a.
   For all weights, all partitions, all outputs, with these tables N_A, N_B of the two sides
     sep <= min over t <= k M + 1 of \sum_(b < t) N_B(b) + \sum_(a <= k M - t) N_A(a)
   for any polynomial activations, biases, and residual connections elsewhere, and
     sep <= \sum_(b <= k M) min (N_B(b), N_A(k M - b))
   for activations z ^ kt and z ^ kc without biases or residual connections.
   Relation to theory.md: equal, over any field, with the generality of MixerSupport.v in what follows the first layer.
   The proof takes the basis of F_0 <= F_1 <= ... of theory.md but no summation by parts: the m-th of these spaces is
   spanned by the first D(a, m) vectors of one list whatever its dimension, so the products are counted with D at once.

   level_span g lev m   == the span of the g_i with lev i <= m
   flag g lev m         == a list of vectors; for l <= m the first dim (level_span g lev l) span level_span g lev l
   below D m, step D m  == D (m - 1) and D m - D (m - 1), D (-1) = 0
   form_power W v       == \prod_s (\sum_i W_si X_i)^(v_s)
   span_count d r S k M a == the sum over m and a'
   span_dim d r S k M a == N(a) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention TwoSidedPoly Mixer DegreeCover.
From Seprank Require Import MixerSupport.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* a basis adapted to the spans of the g_i with lev i <= m, for all m at once *)
Section Flag.
Variables (F : fieldType) (V : vectType F) (I : finType) (g : I -> V) (lev : I -> nat).

Definition level_span m : {vspace V} := <<[seq g i | i <- enum [pred i | (lev i <= m)%N]]>>%VS.
Fixpoint flag m : seq V :=
  if m is m'.+1 then flag m' ++ vbasis (level_span m :\: level_span m')%VS else vbasis (level_span 0).

Lemma level_spanS m : (level_span m <= level_span m.+1)%VS.
Proof.
apply/span_subvP => v /mapP[i]; rewrite mem_enum => li ->; apply/memv_span/map_f.
by rewrite mem_enum inE; apply: leq_trans (leqnSn m).
Qed.

Lemma span_flag m : <<flag m>>%VS = level_span m.
Proof.
elim: m => [|m IH]; first exact: span_basis (vbasisP _).
rewrite span_cat IH (span_basis (vbasisP _)) addvC addv_diff.
exact/addv_idPl/level_spanS.
Qed.

Lemma size_flag m : size (flag m) = \dim (level_span m).
Proof.
elim: m => [|m IH]; first by rewrite size_tuple.
rewrite size_cat size_tuple IH -(dimv_cap_compl (level_span m.+1) (level_span m)).
by have /capv_idPr -> := level_spanS m.
Qed.

Lemma dim_level_span_mono m M : (m <= M)%N -> (\dim (level_span m) <= \dim (level_span M))%N.
Proof.
move/subnK <-; elim: (M - m)%N => // k IH; apply: leq_trans IH _.
exact/dimvS/level_spanS.
Qed.

Lemma flag_take m M : (m <= M)%N -> flag m = take (\dim (level_span m)) (flag M).
Proof.
elim: M => [|M IH]; first by rewrite leqn0 => /eqP ->; rewrite -size_flag take_size.
rewrite leq_eqVlt ltnS => /orP[/eqP ->|mM]; first by rewrite -size_flag take_size.
by rewrite [flag M.+1]/= takel_cat -?IH // size_flag dim_level_span_mono.
Qed.

Lemma span_nth (X : seq V) v : v \in <<X>>%VS -> exists c : nat -> F, v = \sum_(j < size X) c j *: X`_j.
Proof.
elim: X v => [|u X IH] v; first by rewrite span_nil memv0 => /eqP ->; exists (fun=> 0); rewrite big_ord0.
rewrite span_cons => /memv_addP[_ /vlineP[k ->] [w /IH[c ->] ->]].
by exists (fun j => if j is j'.+1 then c j' else k); rewrite big_ord_recl.
Qed.

Lemma flagP M i D : (lev i <= M)%N -> (\dim (level_span (lev i)) <= D)%N ->
  exists c : nat -> F, g i = \sum_(j < D) c j *: (flag M)`_j.
Proof.
move=> lM lD; set n := \dim _ in lD.
have : g i \in <<take n (flag M)>>%VS.
  by rewrite -flag_take // span_flag; apply/memv_span/map_f; rewrite mem_enum inE.
case/span_nth=> c E; have sz : size (take n (flag M)) = n by rewrite -flag_take ?size_flag.
rewrite sz in E; exists (fun j => if (j < n)%N then c j else 0).
rewrite E (big_ord_widen _ (fun j => c j *: (take n (flag M))`_j) lD).
rewrite big_mkcond; apply: eq_bigr => j _; case: ifP => jn; last by rewrite scale0r.
by rewrite nth_take.
Qed.

Lemma dim_level_span m : (\dim (level_span m) <= minn (Vector.dim V) #|[pred i | (lev i <= m)%N]|)%N.
Proof. by rewrite leq_min -dimvf dimvS ?subvf //= (leq_trans (dim_span _)) // size_map -cardE. Qed.
End Flag.

Lemma support_dim_mono n S k m M a : (m <= M)%N -> (support_dim n S k m a <= support_dim n S k M a)%N.
Proof.
move=> mM; rewrite leq_min geq_minl geq_min orbC subset_leq_card //.
by apply/subsetP => v; rewrite !inE => /andP[-> /leq_trans->].
Qed.

(* the new basis elements of each level *)
Definition below (D : nat -> nat) m := if m is m'.+1 then D m' else 0%N.
Definition step (D : nat -> nat) m := (D m - below D m)%N.

Lemma sum_steps (R : comRingType) (D : nat -> nat) (f : nat -> R) m : (forall m, D m <= D m.+1)%N ->
  \sum_(j < D m) f j = \sum_(l < m.+1) \sum_(j < step D l) f (below D l + j)%N.
Proof.
move=> mono; elim: m => [|m IH]; first by rewrite big_ord_recl big_ord0 addr0 /step subn0.
rewrite big_ord_recr /= -IH /step /= -[in LHS](subnKC (mono m)) big_split_ord /=; congr (_ + _).
Qed.

(* products of powers of forms in the r variables of one channel *)
Section Channel.
Variables (F : fieldType) (r S k M a : nat) (W : 'M[F]_(S, r)).

Let K := [pred m : 'X_{1..r < a.+1} | mdeg m == a].
Let monomial (j : 'I_#|K|) : 'X_{1..r < a.+1} := enum_val j.
Definition form_power (v : 'X_{1..S}) : {mpoly F[r]} := \prod_s (\sum_i W s i *: 'X_i) ^+ v s.
Definition form_coefs (v : 'X_{1..S < a.+1}) : 'rV[F]_#|K| := \row_j (form_power v)@_(monomial j).
Definition form_level (v : 'X_{1..S < a.+1}) := if mdeg v == a then (\sum_s ceil_div (v s) k)%N else M.+1.
Definition channel_basis j (x : 'I_r -> F) :=
  \sum_(m < #|K|) ((flag form_coefs form_level M)`_j : 'rV_#|K|) 0 m * mmap1 x (monomial m).

Lemma form_dim m : (m <= M)%N -> (\dim (level_span form_coefs form_level m) <= support_dim r S k m a)%N.
Proof.
move=> mM; apply: leq_trans (dim_level_span _ _ _) _; rewrite leq_min; apply/andP; split.
  apply: leq_trans (geq_minl _ _) _; rewrite [Vector.dim _]mul1n.
  apply: (@card_le_mc _ _ _ _ (fun (m : 'X_{1..r < a.+1}) i => (m : 'X_{1..r}) i)).
    by move=> v /eqP E; rewrite -[RHS]E mdegE.
  by move=> v v' _ _ E; apply/val_inj/mnmP.
apply: leq_trans (geq_minr _ _) _; apply: subset_leq_card; apply/subsetP => v; rewrite !inE /form_level.
by case: ifP => //= _; rewrite ltnNge mM.
Qed.

Lemma channel_span (v : 'X_{1..S}) m : mdeg v = a -> (\sum_s ceil_div (v s) k)%N = m -> (m <= M)%N ->
  exists c : nat -> F, forall x,
    \prod_s (\sum_i W s i * x i) ^+ v s = \sum_(j < support_dim r S k m a) c j * channel_basis j x.
Proof.
move=> va vm mM; have lt : (mdeg v < a.+1)%N by rewrite va.
pose vb := BMultinom lt; have lv : form_level vb = m by rewrite /form_level /= va eqxx.
have [||c E] := @flagP F _ _ form_coefs form_level M vb (support_dim r S k m a); rewrite ?lv //; first exact: form_dim.
exists c => x; have hq : form_power v \is (a).-homog.
  rewrite -va mdegE -[(\sum_i v i)%N]mul1n; apply: homog_prod => s; apply: rpred_sum => i _; apply: dhomogZ.
  by rewrite dhomogX /= mdeg1.
have -> : \prod_s (\sum_i W s i * x i) ^+ v s = (form_power v).@[x].
  rewrite rmorph_prod; apply: eq_bigr => s _; rewrite rmorphX raddf_sum /=; congr (_ ^+ _).
  by apply: eq_bigr => i _; rewrite mevalZ mevalXU.
rewrite (homog_eval x hq) big_enum_val /=.
transitivity (\sum_j form_coefs vb 0 j * mmap1 x (monomial j)); first by apply: eq_bigr => j _; rewrite mxE.
under eq_bigr => j _ do rewrite E summxE mulr_suml.
rewrite exchange_big; apply: eq_bigr => j _; rewrite /channel_basis mulr_sumr; apply: eq_bigr => l _.
by rewrite mxE mulrA.
Qed.
End Channel.

(* products over the channels *)
Definition span_step r S k m a := step (fun m => support_dim r S k m a) m.
Definition span_count d r S k M a :=
  (\sum_(f : {ffun 'I_d -> 'I_M.+1 * 'I_a.+1} | (\sum_p (f p).1 <= M) && (\sum_p (f p).2 == a))
     \prod_p span_step r S k (f p).1 (f p).2)%N.
Definition span_dim d r S k M a := minn (mc (d * minn S r) a) (span_count d r S k M a).

Section Channels.
Variables (F : fieldType) (d r S k M a : nat) (W : 'M[F]_(S, r)).

Let B := (\max_(b < a.+1) support_dim r S k M b)%N.
Definition label := ('I_M.+1 * 'I_a.+1 * 'I_B)%type.
Definition is_label (l : label) := (l.2 < span_step r S k l.1.1 l.1.2)%N.
Definition label_fun (l : label) (x : 'I_r -> F) :=
  channel_basis k M l.1.2 W (below (fun m => support_dim r S k m l.1.2) l.1.1 + l.2)%N x.
Definition choices := [pred g : {ffun 'I_d -> label} |
  [&& (\sum_p (g p).1.1 <= M)%N, (\sum_p (g p).1.2 == a)%N & [forall p, is_label (g p)]]].

Lemma span_step_lt m b : (m <= M)%N -> (b <= a)%N -> (span_step r S k m b <= B)%N.
Proof.
move=> mM; rewrite -ltnS => ba; apply: leq_trans (leq_subr _ _) _; apply: leq_trans (support_dim_mono _ _ _ _ mM) _.
exact: (leq_bigmax (Ordinal ba)).
Qed.

Lemma label_span (v : 'X_{1..S}) : (mdeg v <= a)%N -> (\sum_s ceil_div (v s) k <= M)%N ->
  exists c : label -> F,
    (forall l, c l != 0 -> [/\ (l.1.1 <= \sum_s ceil_div (v s) k)%N, l.1.2 = mdeg v :> nat & is_label l]) /\
    forall x, \prod_s (\sum_i W s i * x i) ^+ v s = \sum_l c l * label_fun l x.
Proof.
set m := (\sum_s _)%N => va mM; have [c E] := channel_span W erefl erefl mM.
pose D b m := support_dim r S k m b.
pose P (l : label) := [&& (l.1.1 <= m)%N, l.1.2 == mdeg v :> nat & is_label l].
exists (fun l => if P l then c (below (D l.1.2) l.1.1 + l.2)%N else 0); split=> [l|x].
  by case: ifP => [/and3P[? /eqP ? ?]|]; rewrite ?eqxx.
have va' : (mdeg v < a.+1)%N by []; have mM' : (m.+1 <= M.+1)%N by [].
pose f j := c j * channel_basis k M (mdeg v) W j x; pose b := Ordinal va'.
rewrite E -[LHS]/(\sum_(j < D (mdeg v) m) f j) sum_steps => [|m']; last exact: support_dim_mono.
pose G l := (if P l then c (below (D l.1.2) l.1.1 + l.2)%N else 0) * label_fun l x.
rewrite -(pair_bigA _ (fun mb j => G (mb, j))) -(pair_bigA _ (fun m' b => \sum_j G (m', b, j))) /=.
rewrite (big_ord_widen _ (fun l => \sum_(j < step (D (mdeg v)) l) f (below (D (mdeg v)) l + j)%N) mM') big_mkcond.
apply: eq_bigr => m' _; rewrite (bigD1 b) //= [X in _ + X]big1 ?addr0 => [|b' nb]; last first.
  apply: big1 => j _; rewrite /G /P /= (_ : (b' == mdeg v :> nat) = false) ?andbF ?mul0r //.
  by apply: contraNF nb => /eqP e; apply/eqP/val_inj.
have m'M : (m' <= M)%N by rewrite -ltnS.
case: ifP => m'm; last by rewrite big1 // => j _; rewrite /G /P /= -ltnS m'm mul0r.
rewrite (big_ord_widen _ (fun j => f (below (D (mdeg v)) m' + j)%N) (span_step_lt m'M va)) big_mkcond.
have {}m'm : (m' <= m)%N by rewrite -ltnS.
apply: eq_bigr => j _; rewrite /G /P /= eqxx m'm /is_label /=.
by rewrite -/(span_step r S k m' (mdeg v)); case: ifP => _; rewrite ?mul0r.
Qed.

Lemma card_choices : #|choices| = span_count d r S k M a.
Proof.
pose proj (g : {ffun 'I_d -> label}) : {ffun 'I_d -> 'I_M.+1 * 'I_a.+1} := [ffun p => (g p).1].
pose P (f : {ffun 'I_d -> 'I_M.+1 * 'I_a.+1}) := (\sum_p (f p).1 <= M)%N && (\sum_p (f p).2 == a)%N.
have projE g : P (proj g) = (\sum_p (g p).1.1 <= M)%N && (\sum_p (g p).1.2 == a)%N.
  by congr (_ && _); [congr (_ <= _)%N|congr (_ == _)]; apply: eq_bigr => p _; rewrite ffunE.
rewrite -sum1_card (partition_big proj P) => [|g] /=; last by rewrite inE projE => /and3P[-> ->].
apply: eq_bigr => f Pf.
have stepE p : span_step r S k (f p).1 (f p).2 = (\sum_(l : label | (l.1 == f p) && is_label l) 1)%N.
  rewrite -(pair_big_dep (fun mb => mb == f p) (fun mb j => is_label (mb, j)) (fun _ _ => 1%N)) big_pred1_eq.
  have lt : (span_step r S k (f p).1 (f p).2 <= B)%N by apply: span_step_lt; rewrite -ltnS ltn_ord.
  by rewrite -(big_ord_widen _ (fun=> 1%N) lt) sum1_card card_ord.
under [RHS]eq_bigr do rewrite stepE.
rewrite bigA_distr_big_dep /= [RHS](eq_bigr (fun=> 1%N)) => [|g _]; last by rewrite big1.
apply: eq_bigl => g; rewrite inE; apply/idP/familyP => [/andP[/and3P[_ _ /forallP gl] /eqP <-] p|H].
  by rewrite unfold_in ffunE eqxx gl.
have E : proj g = f by apply/ffunP => p; rewrite ffunE; have := H p; rewrite unfold_in => /andP[/eqP].
have := Pf; rewrite -E projE eqxx andbT => /andP[-> ->] /=.
by apply/forallP => p; have := H p; rewrite unfold_in => /andP[].
Qed.

Lemma channels_spanned (Z : finType) (s : Z -> seq ('I_S * 'I_d)) :
  (forall z, \sum_i ceil_div (count_mem i (s z)) k <= M)%N ->
  spanned [pred z | size (s z) == a] (fun z (x : 'I_r -> 'I_d -> F) => \prod_(i <- s z) \sum_j W i.1 j * x j i.2)
    (span_count d r S k M a).
Proof.
move=> supp; rewrite -card_choices; pose al z p : 'X_{1..S} := [multinom count_mem (i, p) (s z) | i < S].
have levE z : (\sum_p \sum_i ceil_div (al z p i) k = \sum_i ceil_div (count_mem i (s z)) k)%N.
  rewrite exchange_big pair_bigA /=; apply: eq_bigr => -[i p] _; by rewrite mnmE.
have degE z : (\sum_p mdeg (al z p) = size (s z))%N.
  rewrite -sum_count; under eq_bigr do rewrite mdegE.
  rewrite exchange_big pair_bigA /=; apply: eq_bigr => -[i p] _; by rewrite mnmE.
have Hzp z p : exists c : label -> F, size (s z) = a ->
    (forall l, c l != 0 ->
      [/\ (l.1.1 <= \sum_i ceil_div (al z p i) k)%N, l.1.2 = mdeg (al z p) :> nat & is_label l]) /\
    forall x, \prod_i (\sum_j W i j * x j) ^+ al z p i = \sum_l c l * label_fun l x.
  have [za|nza] := eqVneq (size (s z)) a; last by exists (fun=> 0) => za; rewrite za eqxx in nza.
  have [||c H] := @label_span (al z p); last by exists c.
    by rewrite -za -degE (bigD1 p) ?leq_addr.
  by apply: leq_trans (supp z); rewrite -levE (bigD1 p) ?leq_addr.
have [c H] := fin_all_exists (fun z => fin_all_exists (Hzp z)).
pose h (g : {ffun 'I_d -> label}) (x : 'I_r -> 'I_d -> F) := \prod_p label_fun (g p) (x^~ p).
pose prods z (g : {ffun 'I_d -> label}) := \prod_p c z p (g p).
apply: (spanned_trans (Q := choices) (h := h) (a := prods) _ (spanned_self _ _)) => z x /eqP za; rewrite /prods.
rewrite prod_count -(pair_bigA _ (fun i p => (\sum_j W i j * x j p) ^+ count_mem (i, p) (s z))) exchange_big /=.
transitivity (\prod_p \sum_l c z p l * label_fun l (x^~ p)).
  by apply: eq_bigr => p _; have [_ <-] := H z p za; apply: eq_bigr => i _; rewrite mnmE.
rewrite bigA_distr_bigA /= (bigID [pred g | choices g]) /= [X in _ + X]big1 ?addr0 => [|g ng].
  by apply: eq_bigr => g _; rewrite big_split.
rewrite big_split /=; have [->|/prodf_neq0 nz] := eqVneq (\prod_p c z p (g p)) 0; first by rewrite mul0r.
case/negP: ng; apply/and3P; split.
- apply: leq_trans (supp z); rewrite -levE; apply: leq_sum => p _.
  by have [Hc _] := H z p za; case: (Hc _ (nz p isT)).
- apply/eqP/(etrans _ za); rewrite -degE; apply: eq_bigr => p _.
  by have [Hc _] := H z p za; case: (Hc _ (nz p isT)).
- apply/forallP => p.
  by have [Hc _] := H z p za; case: (Hc _ (nz p isT)).
Qed.
End Channels.

(* the Mixer *)
Section Mixer.
Variables (F : fieldType) (n d kt kc : nat) (s t : {poly F}) (l : layer F n d) (ls : seq (layer F n d)).
Hypothesis shuffle_id : forall Y, shuffle l Y = Y.

Lemma first_form_span (A : pred 'I_n) M : side_bound (first_form l A) kt M (span_dim d #|A| (thid l) kt M).
Proof.
move=> Z z supp a; apply: spanned_min.
  exact: spannedW (geq_minl _ _) (@first_form_side_bound F n d kt l A M Z z supp a).
pose W : 'M[F]_(thid l, #|A|) := \matrix_(i, j) W1 l i (enum_val j).
pose tokens (x : 'M[F]_(n, d)) (j : 'I_#|A|) p := x (enum_val j) p.
have := spanned_comp tokens (channels_spanned a W supp).
apply: eq_spanned => j x _; apply: eq_bigr => i _.
rewrite /first_form /= shuffle_id mxE.
under eq_bigr do rewrite mxE.
transitivity (\sum_(m in A) W1 l i.1 m * x m i.2).
  by rewrite [RHS]big_mkcond; apply: eq_bigr => m _; rewrite unfold_in; case: (A m); rewrite ?mulr0.
by rewrite big_enum_val; apply: eq_bigr => m _; rewrite mxE.
Qed.

(* Theorem 4.8 *)
Theorem mixer_span_homogeneous_sep_le (S : pred 'I_n) i p (M := (kc * (kt * kc) ^ size ls)%N) :
  all (@plain F n d) (l :: ls) ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (level_bound (span_dim d #|S| (thid l) kt M) (span_dim d #|predC S| (thid l) kt M) (kt * M)).
Proof.
move=> pl; have /andP[/and5P[_ _ _ _ /andP[rt _]] _] := pl.
apply: (@mixer_tables_sep_le F n d kt kc 'X^kt 'X^kc true l ls erefl erefl pl rt S i p); exact: first_form_span.
Qed.

Theorem mixer_span_sep_le (S : pred 'I_n) i p (M := (kc * (kt * kc) ^ size ls)%N) :
  (size s <= kt.+1)%N -> (size t <= kc.+1)%N -> (0 < kt)%N -> (0 < kc)%N -> ~~ res_t l ->
  sep_le (fun x y => mixer s t (l :: ls) (mix S x y) i p)
    (stairs_bound (span_dim d #|S| (thid l) kt M) (span_dim d #|predC S| (thid l) kt M) (kt * M)).
Proof.
move=> hs ht kt0 kc0 rl; have fl : all (fits_layer false) (l :: ls) by apply: all_predT.
apply: (@mixer_tables_sep_le F n d kt kc s t false l ls (conj hs kt0) (conj ht kc0) fl rl S i p).
- exact: first_form_span.
- exact: first_form_span.
Qed.
End Mixer.
