(* Two steps of theory.md Proposition 1.6: the rank of a function written in  *)
(* independent functions of either side, and ranks that add over classes.     *)
(*   indep_rank    if f(x,y) = sum_ij M_ij phi_i(x) psi_j(y), the phi         *)
(*                 independent and the psi too, then sep f = rank M           *)
(*   rank_classes  if M_ij is 0 unless row i and column j have the same label *)
(*                 then rank M is the sum over the labels of the ranks of the *)
(*                 rows with that label                                       *)
(* In 1.6 the labels are the degrees, and in its classes by sign the vectors  *)
(* of F_2^m. For the array of 1.6 itself: HankelRank.v, HankelBlocks.v.        *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank GridRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Independent.
Variables (F : fieldType) (X Y : Type) (m n : nat) (phi : 'I_m -> X -> F) (psi : 'I_n -> Y -> F) (M : 'M[F]_(m, n)).
Hypothesis phi_indep : forall c : 'I_m -> F, (forall x, \sum_i c i * phi i x = 0) -> forall i, c i = 0.
Hypothesis psi_indep : forall c : 'I_n -> F, (forall y, \sum_j c j * psi j y = 0) -> forall j, c j = 0.
Let f x y := \sum_i \sum_j M i j * (phi i x * psi j y).

Theorem indep_rank s : sep_le f s <-> (\rank M <= s)%N.
Proof.
split=> [/sep_grid fs|le]; last first.
  apply: sep_leW le _; exists (fun k x => \sum_i col_base M i k * phi i x), (fun k y => \sum_j row_base M k j * psi j y) => x y.
  under [RHS]eq_bigr do rewrite mulr_suml.
  rewrite exchange_big; apply: eq_bigr => i _ /=; under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => j _ /=; rewrite -{1}(mulmx_base M) mxE mulr_suml; apply: eq_bigr => k _.
  by rewrite mulrACA.
have n1 : null_le f (fun i y => \sum_j M i j * psi j y).
  move=> N ys c H; apply: phi_indep => x; rewrite -[RHS](H x); under eq_bigr do rewrite mulr_suml.
  rewrite exchange_big; apply: eq_bigr => k _; rewrite /f mulr_sumr; apply: eq_bigr => i _.
  rewrite -mulrA mulr_suml !mulr_sumr; apply: eq_bigr => j _; by rewrite -[in LHS]mulrA [psi j _ * _]mulrC.
have n2 : null_le (fun y i => \sum_j M i j * psi j y) (fun j i => M i j).
  move=> N t c H; apply: psi_indep => y; rewrite -[RHS](H y); under eq_bigr do rewrite mulr_suml.
  rewrite exchange_big; apply: eq_bigr => k _; rewrite mulr_sumr; apply: eq_bigr => j _; by rewrite mulrA.
have /(_ n m id id) := null_grid n2 (grid_sym (null_grid n1 fs)).
by rewrite (_ : grid _ _ _ = M^T) ?mxrank_tr //; apply/matrixP => i j; rewrite !mxE.
Qed.
End Independent.

Section Classes.
Variables (F : fieldType) (T : finType) (m n : nat) (M : 'M[F]_(m, n)) (lr : 'I_m -> T) (lc : 'I_n -> T).
Hypothesis labels : forall i j, lr i != lc j -> M i j = 0.
Definition class l : 'M[F]_(m, n) := \matrix_(i, j) (if lr i == l then M i j else 0).

Theorem rank_classes : \rank M = (\sum_l \rank (class l))%N.
Proof.
pose D l : 'M[F]_n := diag_mx (\row_j (lc j == l)%:R).
have DE (l l' : T) : class l *m D l' = (l == l')%:R *: class l.
  apply/matrixP => i j; rewrite mul_mx_diag !mxE; case: (lr i =P l) => [il|_]; last by rewrite mulr0 mul0r.
  have [ij|/labels->] := eqVneq (lr i) (lc j); last by rewrite mulr0 mul0r.
  by rewrite -ij il mulrC.
have sumM : M = \sum_l class l.
  apply/matrixP => i j; rewrite summxE (bigD1 (lr i)) //= mxE eqxx big1 ?addr0 // => l; rewrite mxE eq_sym.
  by move/negPf->.
have sub l : (class l <= M)%MS.
  apply/submxP; exists (diag_mx (\row_i (lr i == l)%:R)); apply/matrixP => i j; rewrite mul_diag_mx !mxE.
  by case: eqP; rewrite ?mul1r ?mul0r.
have -> : \rank M = \rank (\sum_l <<class l>>)%MS.
  apply/eqP; rewrite eqn_leq; apply/andP; split; apply: mxrankS; last by apply/sumsmx_subP => l _; rewrite genmxE.
  by rewrite {1}sumM; apply: summx_sub_sums => l _; rewrite genmxE.
under eq_bigr do rewrite -mxrank_gen.
apply/eqP; rewrite -mxdirectE; apply/mxdirect_sumsP => l _; apply/eqP; rewrite -submx0; apply/rV_subP => v.
rewrite sub_capmx genmxE => /andP[/submxP[a va] /sub_sumsmxP[u vu]].
have v1 : v *m D l = v by rewrite va -mulmxA DE eqxx scale1r.
have v0 : v *m D l = 0.
  rewrite vu mulmx_suml big1 // => l' /negPf ll'.
  have /submxP[b ->] : (u l' *m <<class l'>> <= class l')%MS by rewrite mulmx_sub // genmxE.
  by rewrite -mulmxA DE ll' scale0r mulmx0.
by rewrite -v1 v0 sub0mx.
Qed.
End Classes.
