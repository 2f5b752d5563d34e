(* theory.md Theorem 3.4: for L >= 1, H heads of width da, d = H da, and any  *)
(* partition with both parts non-empty, some weights of rank at most da give  *)
(* separation rank at least                                                   *)
(*   \sum_(k <= e) mc(d-1, 2k),  e = C_{L-1} = (3^(L-1) - 1)/2,               *)
(* at every output entry (i,p). Equal to theory.md. The generic form: the     *)
(* bound holds off the zero set of one non-zero polynomial in the entries of  *)
(* the factors.                                                               *)
(*                                                                            *)
(*   powerW H da L == the weights: (block h, E) in layer 1, then (E,E) in one *)
(*                    head, E = e_0 e_0^T                                     *)
(*   alpha a       == 1 + <a,a>                                               *)
(*   power_kernel e a b == alpha ((alpha^2 + <a,b>^2))^e, the restricted      *)
(*                    network                                                 *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Kernel.
Variables (F : fieldType) (charF : [char F] =i pred0) (m e : nat).
Implicit Types a b : 'rV[F]_m.

Definition alpha a := 1 + dot a a.
Definition power_kernel a b := alpha a * (alpha a ^+ 2 + dot a b ^+ 2) ^+ e.

Lemma power_kernelE a b : power_kernel a b =
  \sum_(k < e.+1) ('C(e, k)%:R * alpha a ^+ (2 * (e - k)).+1) * dot a b ^+ (2 * k).
Proof.
rewrite /power_kernel exprDn mulr_sumr; apply: eq_bigr => k _.
by rewrite -!exprM exprS -mulr_natl; ring.
Qed.

(* the parts of different degree separate on the side of a *)
Lemma null_power_kernel :
  null_le power_kernel (fun (ka : 'I_e.+1 * 'rV[F]_m) b => dot ka.2 b ^+ (2 * ka.1)).
Proof.
move=> N bs c Hc [k a] /=.
pose al : {poly F} := 1%:P + (dot a a)%:P * 'X^2.
pose P (k : 'I_e.+1) := 'C(e, k)%:R * \sum_j c j * dot a (bs j) ^+ (2 * k).
suff /eqP : P k = 0.
  rewrite mulf_eq0 ((charf0P F).1 charF) -leqn0 leqNgt bin_gt0 -ltnS ltn_ord /=.
  by move/eqP.
apply: (lowest_parts (w := 2) (u := fun k => al ^+ (2 * (e - k)).+1) charF) => // [j|t].
  by rewrite horner_exp /al hornerD hornerM !hornerC hornerXn expr0n mulr0 addr0 expr1n oner_neq0.
rewrite -[RHS](Hc (t *: a)); under [RHS]eq_bigr do rewrite power_kernelE mulr_sumr.
rewrite exchange_big; apply: eq_bigr => j _; rewrite /P !(mulr_sumr, mulr_suml); apply: eq_bigr => l _.
have -> : (al ^+ (2 * (e - j)).+1).[t] = alpha (t *: a) ^+ (2 * (e - j)).+1.
  by rewrite horner_exp /al /alpha hornerD hornerM !hornerC hornerXn dotZl (dotC a (t *: a)) dotZl; congr (_ ^+ _); ring.
rewrite dotZl exprMn; move: (t ^+ _) (dot _ _ ^+ _) (alpha _ ^+ _) => x y z; ring.
Qed.

Theorem power_kernel_lower s :
  grid_le power_kernel s -> (\sum_(k < e.+1) mc m (2 * k) <= s)%N.
Proof.
move=> /(null_grid null_power_kernel) fs.
pose M (k : 'I_e.+1) := mon [finType of 'I_m] (2 * k); pose T := {k : 'I_e.+1 & M k}.
have /indep_grid : grid_le (fun (t : T) (b : 'rV[F]_m) => (b 0) ^^ (val (tagged t))) s.
  apply: null_grid fs => N bs c Hc [k t].
  by apply: (null_dotX charF (n := m) (k := 2 * k)) => a; apply: (Hc (k, a)).
suff card : #|{: T}| = (\sum_(k < e.+1) mc m (2 * k))%N.
  rewrite -card; apply => c Hc [k t].
  apply: (indep_mon_rV charF (c := fun t => c (existT M k t))) => b {t}.
  pose P k := \sum_(t : M k) c (existT M k t) * (b 0) ^^ (val t).
  apply: (lowest_parts (w := 2) (P := P) (u := fun _ => 1) charF) => // [j|x]; first by rewrite hornerC oner_neq0.
  rewrite -[RHS](Hc (x *: b)) /P; under eq_bigr do rewrite mulr_suml.
  rewrite sig_big_dep /=; apply: eq_bigr => -[j u] _ /=.
  by rewrite monoZ hornerC mulr1 mulrAC -mulrA.
rewrite card_tagged sumnE big_map big_enum /=.
by apply: eq_bigr => k _; rewrite card_mon card_ord.
Qed.
End Kernel.

Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (n m H da L : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (H0 : (0 < H)%N) (dE : m.+1 = (H * da)%N).
Local Notation d := (1 + m)%N.
Let p0 : 'I_d := ord0.

Definition powerW : seq (seq (head F d)) :=
  blocks H da (unitM F p0) :: nseq L (solo H (unitM F p0, unitM F p0)).

Let da0 : (0 < da)%N. Proof. by case: da dE => //; rewrite muln0. Qed.

Lemma shape_powerW : has_shape L.+1 H da powerW.
Proof.
apply: shape_cons; first exact: size_blocks.
  by apply: low_rank_blocks => //; rewrite /unitM mxrank_delta.
by apply: shape_nseq; [apply: size_solo | apply/low_rank_solo/low_rank_unitM].
Qed.

(* the first layer: coordinate p0 becomes alpha a in token i, <a,b> in token j *)
Lemma gram_powerW (a b : 'rV[F]_m) : i != j ->
  let X := tok i (row_mx 1%:M a) + tok j (row_mx 0 b) : 'M[F]_(n, d) in
  X *m (X^T *m X) *m unitM F p0 = (alpha a *: delta_mx i 0 + dot a b *: delta_mx j 0 : 'cV[F]_n) *m delta_mx 0 p0.
Proof.
move=> ij; have ji : (j == i) = false by rewrite eq_sym (negPf ij).
cbv zeta; set u := row_mx 1%:M a; set v := row_mx 0 b; set X := tok i u + _.
have dd k l : (delta_mx k 0 : 'cV[F]_n)^T *m delta_mx l 0 = (k == l)%:R%:M :> 'M_1.
  rewrite trmx_delta mul_delta_mx_cond; apply/matrixP=> x x'; rewrite !mxE !ord1 eqxx.
  by case: (k == l); rewrite !mxE ?eqxx.
have S1 k (x y : 'rV[F]_k) : x *m y^T = (dot x y)%:M.
  by rewrite [LHS]mx11_scalar mxE; congr (_%:M); apply: eq_bigr => l _; rewrite mxE.
have Xe : X *m delta_mx p0 0 = delta_mx i 0 :> 'cV_n.
  have -> : delta_mx p0 0 = col_mx 1%:M 0 :> 'cV[F]_d.
    by apply/colP=> k; rewrite !mxE; case: splitP => l kl; rewrite !mxE -val_eqE /= kl ?ord1.
  by rewrite /X /tok mulmxDl -!mulmxA !mul_row_col !(mul0mx, mulmx0, mulmx1, addr0).
have Xi : X^T *m delta_mx i 0 = u^T.
  rewrite /X /tok linearD /= !trmx_mul mulmxDl -!mulmxA !dd eqxx ji.
  by rewrite !mul_mx_scalar scale1r scale0r addr0.
have Xu : X *m u^T = alpha a *: delta_mx i 0 + dot a b *: delta_mx j 0.
  rewrite /X /tok mulmxDl -!mulmxA /u /v tr_row_mx !mul_row_col tr_scalar_mx !mulmx1 !S1 add0r.
  by rewrite -raddfD !mul_mx_scalar dotC.
by rewrite -[unitM F p0](mul_delta_mx (0 : 'I_1)) !mulmxA -(mulmxA _ X) Xe -(mulmxA X) Xi Xu.
Qed.

Lemma square_two_tokens (Y Z : F) (y : 'cV[F]_n) : i != j -> y = Y *: delta_mx i 0 + Z *: delta_mx j 0 ->
  (y^T *m y) 0 0 = Y ^+ 2 + Z ^+ 2.
Proof.
move=> ij ->; have ji : (j == i) = false by rewrite eq_sym (negPf ij).
rewrite mxE (bigD1 i) //= (bigD1 j) ?ji //= big1 => [|k /andP[/negPf ki /negPf kj]]; last first.
  by rewrite !mxE ki kj !mulr0 addr0 mul0r.
by rewrite !mxE !eqxx (negPf ij) ji !mulr1 !mulr0 !addr0 !add0r !expr2.
Qed.

Lemma net_powerW a b : i != j ->
  net powerW (tok i (row_mx 1%:M a) + tok j (row_mx 0 b)) i p0 = power_kernel (gdeg L) a b.
Proof.
move=> ij; rewrite /net /= att_blocks // -/(net _ _) gram_powerW // net_cube mxE (square_two_tokens ij erefl).
by rewrite mxE big_ord1 !mxE !eqxx (negPf ij) !mulr1 mulr0 addr0 mulrC.
Qed.
End Lower.

Section Theorem34.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d H da L : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (H0 : (0 < H)%N) (L0 : (0 < L)%N) (dE : d = (H * da)%N).

Theorem power_lower (p : 'I_d) : S i != S j ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) (\sum_(k < (gdeg L.-1).+1) mc d.-1 (2 * k)).
Proof.
move=> /any_side; apply => S1 Si Sj; have ij : i != j by apply: contraNneq Sj => <-.
case: d p L L0 dE => [[]//|m] p [//|L'] _ dE'.
apply: (any_output (p0 := ord0)); exists (powerW F m H da L'); first exact: shape_powerW.
move=> s fs; apply: (power_kernel_lower charF).
pose xs a : 'M[F]_(n, m.+1) := tok i (row_mx 1%:M a).
pose ys b : 'M[F]_(n, m.+1) := tok j (row_mx (0 : 'rV_1) b).
by apply: eq_grid (grid_comp xs ys (sep_grid fs)) => a b; rewrite mix_tok // net_powerW.
Qed.

Corollary power_lower_generic (p : 'I_d) : S i != S j ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (\sum_(k < (gdeg L.-1).+1) mc d.-1 (2 * k)).
Proof. by move=> ij; apply/generic_lower/power_lower. Qed.
End Theorem34.
