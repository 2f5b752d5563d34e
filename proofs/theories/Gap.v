(* The gap between attention and Mixers: Theorem 5.1 of theory.md in explicit form.
   C_L = gdeg L = (3 ^ L - 1) / 2; A and its complement are the two sides of the partition.
   gap f G                    == some r is at least the separation rank of every function in G, and less than that of f
   mixers kt kc L S A         == the outputs, as functions of the two sides, of the Mixers of Theorem 4.1: L plain layers,
                                 activations z ^ kt and z ^ kc, first hidden token width at most S, any fixed linear maps
                                 of the entries before each layer (permutations of the inputs among them)
   mixers_degree kt kc L N A  == those of Theorem 4.2: L layers, any polynomial activations of degrees at most kt, kc >= 1,
                                 biases, residual connections, such maps, n_A <= N and n_B <= N
   Proved, over any field of characteristic 0, for heads of width da, d = H * da, and almost all attention weights (those
   outside the zero set of one non-zero polynomial in the factors of W_h and V_h):
   gap_homogeneous, gap_degree: the gap holds as soon as one inequality between natural numbers does.
   homogeneous_bound_leq, degree_bound_leq: the Mixer bounds are at most a constant times N ^ (D / 2);
   exp_leq_mc (MonomialCount.v): the attention bound mc q C is at least q ^ C / C!.
   gap_wide, gap_wide_degree: with kt = 2, kc = 1, L layers on both sides and S <= d ^ c (N <= d ^ (1 + c)), there is a gap for
   all large d as soon as (1 + c) 2 ^ (L - 1) < C_L, that is (1 + c) 2 ^ L < 3 ^ L - 1; how large is explicit.
   gap_4: the instance L = 4, one head, S <= d ^ 3, all large d, that is d > 5 * 10 ^ 64; gap_4_64: L = 4, d = 64, 16 tokens, any S.
   theory.md states 5.1 by the limit of a ratio of logarithms; here are the inequalities behind it. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWeights GenericWeights AttentionIsotropic.
From Seprank Require Import MonomialCount TwoSidedPoly Mixer MixerHomogeneous MixerDegree BoundFormulas.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.

Section Numbers.
Local Notation half D := (D %/ 2).

Lemma homogeneous_bound_mc nA nB N D : 0 < N -> nA <= N -> nB <= N ->
  homogeneous_bound nA nB D <= D.+1 * mc N (half D).
Proof.
move=> N0 hA hB; rewrite /homogeneous_bound -[X in _ <= X * _]card_ord -sum_nat_const; apply: leq_sum => a _.
case: (leqP a (half D)) => h; first by apply: leq_trans (geq_minl _ _) _; apply: leq_mc.
by apply: leq_trans (geq_minr _ _) _; apply: leq_mc => //; have := ltn_ord a; lia.
Qed.

Lemma homogeneous_bound_leq nA nB N D : 0 < N -> nA <= N -> nB <= N ->
  homogeneous_bound nA nB D <= D.+1 * N ^ half D.
Proof.
move=> N0 hA hB; apply: leq_trans (homogeneous_bound_mc D N0 hA hB) _.
by rewrite leq_mul2l mc_leq_exp orbT.
Qed.

Lemma degree_bound_mc nA nB N D : 0 < D -> ~~ odd D -> nA <= N -> nB <= N ->
  degree_bound nA nB D <= 2 * mc N.+1 (half D).
Proof.
move=> D0 eD hA hB; have lt : half D < D.+1 by lia.
have up n k : n <= N -> k <= half D -> 'C(n + k, n) <= mc N.+1 (half D).
  move=> nN kD; rewrite -[X in 'C(_, X)](addnK k) bin_sub ?leq_addl // -mcS; exact: leq_mc.
apply: leq_trans (degree_bound_min nA nB lt) _.
rewrite /degree_cover mul2n -addnn addnS /=; apply: leq_add; first exact: up.
by rewrite -addnBA; [apply: up; lia | lia].
Qed.

Lemma degree_bound_leq nA nB N D : 0 < N -> 0 < D -> ~~ odd D -> nA <= N -> nB <= N ->
  degree_bound nA nB D <= 2 * 2 ^ half D * N ^ half D.
Proof.
move=> N0 D0 eD hA hB; apply: leq_trans (degree_bound_mc D0 eD hA hB) _.
rewrite -mulnA leq_mul2l -expnMn; apply: leq_trans (mc_leq_exp _ _) _.
by case: (half D) => // k; rewrite leq_exp2r //; lia.
Qed.

Lemma gap_number u c e C h d q : (1 + c) * e < C -> d <= h * q -> u * C`! * h ^ ((1 + c) * e) < q ->
  u * (d ^ (1 + c)) ^ e < mc q C.
Proof.
move=> eC dq uq; have q0 : 0 < q by apply: leq_ltn_trans uq.
rewrite -(ltn_pmul2l (fact_gt0 C)); apply: leq_trans (exp_leq_mc q C).
apply: (@leq_trans (q ^ ((1 + c) * e).+1)); last by rewrite leq_pexp2l.
rewrite mulnA [C`! * u]mulnC -expnM; apply: (@leq_ltn_trans (u * C`! * (h * q) ^ ((1 + c) * e))).
  by rewrite leq_mul2l; apply/orP; right; case: (_ * e) => // k; rewrite leq_exp2r.
by rewrite expnMn mulnA expnS ltn_mul2r expn_gt0 q0.
Qed.
End Numbers.

Section Gap.
Variables (F : fieldType) (X Y : Type).
Implicit Types (f g : X -> Y -> F) (G : (X -> Y -> F) -> Prop).

Definition gap f G := exists r, (forall g, G g -> sep_le g r) /\ (forall s, sep_le f s -> r < s).

Lemma gap_of low up f G : up < low -> sep_ge f low -> (forall g, G g -> sep_le g up) -> gap f G.
Proof. by move=> lt lf uG; exists up; split=> // s /lf; apply: leq_trans. Qed.

Lemma gap_neq f G g : gap f G -> G g -> ~ (forall x y, f x y = g x y).
Proof. by case=> r [uG lf] /uG ug E; have := lf r (eq_sep_le (fun x y => esym (E x y)) ug); rewrite ltnn. Qed.
End Gap.

Section Classes.
Variables (F : fieldType) (n d kt kc L : nat) (A : pred 'I_n).
Local Notation inputs := 'M[F]_(n, d).
Local Open Scope ring_scope.

Definition mixers S (g : inputs -> inputs -> F) := exists l ls q c,
  [/\ all (@plain F n d) (l :: ls), (size ls).+1 = L, (thid l <= S)%N &
      forall x y, g x y = mixer 'X^kt 'X^kc (l :: ls) (mix A x y) q c].

Definition mixers_degree N (g : inputs -> inputs -> F) := exists (s t : {poly F}) l ls q c,
  [/\ (size s <= kt.+1)%N /\ (size t <= kc.+1)%N, (size ls).+1 = L, (n_side l A <= N)%N /\ (n_side l (predC A) <= N)%N &
      forall x y, g x y = mixer s t (l :: ls) (mix A x y) q c].

Lemma mixers_sep_le S g : mixers S g ->
  sep_le g (homogeneous_bound (d * minn S #|A|) (d * minn S #|predC A|) ((kt * kc) ^ L)).
Proof.
case=> l [ls [q [c [pl <- lS E]]]]; apply: eq_sep_le (fun x y => esym (E x y)) _.
apply: sep_leW (mixer_homogeneous_sep_le kt kc A q c pl).
by apply: leq_homogeneous_bound; rewrite leq_mul2l leq_min !geq_min leqnn lS !orbT.
Qed.

Lemma mixers_degree_sep_le N g u : (0 < kt)%N -> (0 < kc)%N -> mixers_degree N g ->
  (forall nA nB, (nA <= N)%N -> (nB <= N)%N -> degree_bound nA nB ((kt * kc) ^ L) <= u)%N -> sep_le g u.
Proof.
move=> kt0 kc0 [s [t [l [ls [q [c [[hs ht] <- [hA hB] E]]]]]]] H; apply: eq_sep_le (fun x y => esym (E x y)) _.
by apply: sep_leW (mixer_degree_sep_le l ls A q c hs ht kt0 kc0); apply: H.
Qed.
End Classes.

Section Theorems.
Variables (F : fieldType) (charF : [char F]%R =i pred0) (n d H da L : nat) (A : pred 'I_n) (i j : 'I_n) (p : 'I_d).
Hypotheses (H0 : 0 < H) (L0 : 0 < L) (dE : d = H * da) (ij : A i != A j).
Local Notation C_L := (gdeg L).
Local Notation almost_all_attention G := (exists2 P : {mpoly F[nfactors L H d da]}, P != 0%R &
  forall w, P.@[w]%R != 0%R -> gap (fun x y => net (weights_of w) (mix A x y) i p) G).

Lemma gap_attention (G : ('M[F]_(n, d) -> 'M[F]_(n, d) -> F) -> Prop) up : up < mc da./2 C_L -> (forall g, G g -> sep_le g up) -> almost_all_attention G.
Proof.
move=> lt uG; have [P P0 low] := isotropic_lower_generic charF H0 L0 dE p ij.
by exists P => // w Pw; apply: gap_of lt (low w Pw) uG.
Qed.

Theorem gap_homogeneous kt kc Lm S :
  homogeneous_bound (d * minn S #|A|) (d * minn S #|predC A|) ((kt * kc) ^ Lm) < mc da./2 C_L ->
  almost_all_attention (mixers kt kc Lm A S).
Proof. by move/gap_attention; apply => g; apply: mixers_sep_le. Qed.

Theorem gap_degree kt kc Lm N u : 0 < kt -> 0 < kc ->
  (forall nA nB, nA <= N -> nB <= N -> degree_bound nA nB ((kt * kc) ^ Lm) <= u) -> u < mc da./2 C_L ->
  almost_all_attention (mixers_degree kt kc Lm A N).
Proof. by move=> kt0 kc0 Hu /gap_attention; apply => g Hg; apply: mixers_degree_sep_le Hg Hu. Qed.

Let half_2L : 2 ^ L %/ 2 = 2 ^ L.-1. Proof. by rewrite -[in LHS](prednK L0) expnS mulKn. Qed.
Let d_leq : 0 < da./2 -> d <= 3 * H * da./2.
Proof. by rewrite dE => h; rewrite -[X in H * X]odd_double_half; nia. Qed.

Theorem gap_wide c S : (1 + c) * 2 ^ L.-1 < C_L -> S <= d ^ c ->
  (2 ^ L).+1 * C_L`! * (3 * H) ^ ((1 + c) * 2 ^ L.-1) < da./2 ->
  almost_all_attention (mixers 2 1 L A S).
Proof.
move=> cL Sd big; apply: gap_homogeneous; rewrite muln1.
have q0 : 0 < da./2 by apply: leq_ltn_trans big.
have d0 : 0 < d by rewrite dE muln_gt0 H0; move: q0; case: (da).
apply: leq_ltn_trans (gap_number cL (d_leq q0) big); rewrite -half_2L.
have N k : d * minn S k <= d ^ (1 + c).
  by rewrite expnS leq_mul2l (leq_trans (geq_minl _ _) Sd) orbT.
by apply: homogeneous_bound_leq; rewrite ?expn_gt0 ?d0.
Qed.

Theorem gap_wide_degree c N : (1 + c) * 2 ^ L.-1 < C_L -> N <= d ^ (1 + c) ->
  2 * 2 ^ 2 ^ L.-1 * C_L`! * (3 * H) ^ ((1 + c) * 2 ^ L.-1) < da./2 ->
  almost_all_attention (mixers_degree 2 1 L A N).
Proof.
move=> cL Nd big; have q0 : 0 < da./2 by apply: leq_ltn_trans big.
have d0 : 0 < d by rewrite dE muln_gt0 H0; move: q0; case: (da).
apply: gap_degree (gap_number cL (d_leq q0) big) => // nA nB hA hB; rewrite muln1 -half_2L.
apply: degree_bound_leq; rewrite ?expn_gt0 ?d0 ?(leq_trans hA) ?(leq_trans hB) //.
by rewrite -(prednK L0) expnS oddM.
Qed.
End Theorems.

(* four layers on both sides, one head, first hidden token width up to the cube of the channels; the hypothesis asks for more
   than 5 * 10 ^ 64 channels *)
Corollary gap_4 (F : fieldType) n d (A : pred 'I_n) (i j : 'I_n) (p : 'I_d) :
  [char F]%R =i pred0 -> A i != A j -> 17 * 40`! * 3 ^ 32 < d./2 ->
  exists2 P : {mpoly F[nfactors 4 1 d d]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (mixers 2 1 4 A (d ^ 3)).
Proof. by move=> charF ij big; apply: (@gap_wide F charF n d 1 d 4 A i j p _ _ _ ij 3); rewrite ?mul1n. Qed.

(* one size that can be computed: four layers, 16 tokens split evenly, 64 channels, one head, any hidden width *)
Corollary gap_4_64 (F : fieldType) (A : pred 'I_16) (i j : 'I_16) (p : 'I_64) S :
  [char F]%R =i pred0 -> #|A| = 8 -> A i != A j ->
  exists2 P : {mpoly F[nfactors 4 1 64 64]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    gap (fun x y => net (weights_of w) (mix A x y) i p) (mixers 2 1 4 A S).
Proof.
move=> charF cA ij; apply: (@gap_homogeneous F charF 16 64 1 64 4 A i j p isT isT erefl ij).
rewrite -[mc _ _]/(mc (N.to_nat 32) (N.to_nat 40)) -mcN_val.
have cB : #|predC A| = 8 by apply/eqP; rewrite -(eqn_add2l #|A|) cardC card_ord cA.
have /N.ltb_spec0 lt : (homogeneous_boundN 512 512 16 <? mcN 32 40)%num by vm_compute.
apply: (@leq_ltn_trans (N.to_nat (homogeneous_boundN 512 512 16))); last by move: lt; move: (mcN _ _) (homogeneous_boundN _ _ _); lia.
by rewrite homogeneous_boundN_val cA cB; apply: leq_homogeneous_bound; rewrite (leq_mul (leqnn 64) (geq_minr _ 8)).
Qed.
