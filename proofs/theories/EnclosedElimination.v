(* Whether a matrix of enclosures has only non-singular matrices in it, decided by computation: theory.md 1.10 (b), (c),
   and by (a) a lower bound on separation rank. M is a list of rows of values that stand for sets (Enclosures.v). An
   entry that it lacks is not known.
     matrix_in O holds M A         == the entries of the matrix A are in those of M
     some_in O holds r             == every entry of the list r has some number in it
     square M                      == the rows of M are as long as M is high
     eliminates O M                == Gaussian elimination in the order of rows and columns has no pivot that may be 0
     dominates O exceeds R M       == in every row of R M the diagonal entry exceeds the others together, in size
     exceeds_by O within_one a s   == a exceeds the entries of s together, by n_nonzero: no number of a + [-1,1] s is 0
     approximate_inverse O point M == a guess at R, after Gauss and Jordan; each pivot is the first of its column that
                                      is not 0
     nonsingular O within_one point M == M is accepted by itself, or with R = approximate_inverse O point M
   Proved: if one of these accepts M, no matrix in M has the determinant 0 (eliminatesP, dominatesP, nonsingularP), and
   a function with a grid in M has at least its size as separation rank (nonsingular_sep_ge). Strictly dominant matrices
   over an ordered field are non-singular (dominant_det: Levy, Desplanques). Asked: of R, some_in for its rows; of
   `exceeds`, what exceeds_byP proves of exceeds_by.
   What `numbers` lacks is an argument: `within_one`, a value with all numbers of size at most 1 in it, in place of a
   comparison; and `point`, a narrow value near another, of which it is asked only to have some number in it. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import SepRank GridRank Layers LayersRun RealFunctions Enclosures.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.TTheory.
Local Open Scope ring_scope.
Local Notation number n := (Fraction n xH).

Section Algorithms.
Variables (T : Type) (O : numbers T).
Implicit Types (M R : seq (seq T)) (r s : seq T).
Local Notation unknown := (n_unknown O).

Definition square M : bool := all (fun r => size r == size M) M.

(* s - c r *)
Fixpoint subtract_multiple (c : T) r s : seq T :=
  if (r, s) is (a :: r, b :: s) then n_sub O b (n_mul O c a) :: subtract_multiple c r s else [::].
Fixpoint add_multiple (c : T) r s : seq T :=
  if (r, s) is (a :: r, b :: s) then n_add O b (n_mul O c a) :: add_multiple c r s else [::].

Definition reduce_by (a : T) r s : seq T := if s is b :: s then subtract_multiple (n_div O b a) r s else [::].
Fixpoint pivots (steps : nat) M : bool :=
  match steps, M with
  | 0, _ => true
  | n.+1, (a :: r) :: M => n_nonzero O a && pivots n (map (reduce_by a r) M)
  | _, _ => false
  end.
Definition eliminates M : bool := square M && pivots (size M) M.

(* a linear combination of the rows of M, added to acc *)
Fixpoint combine r M acc : seq T :=
  if (r, M) is (c :: r, s :: M) then combine r M (add_multiple c s acc) else acc.
Definition product_row r M : seq T := combine r M (nseq (size M) (n_of O (number Z0))).

Section Dominates.
Variable exceeds : T -> seq T -> bool.
Definition dominant_at (i : nat) r : bool := exceeds (nth unknown r i) (take i r ++ drop i.+1 r).
Definition dominates R M : bool := square M &&
  all (fun i => let r := product_row (nth [::] R i) M in (size r == size M) && dominant_at i r) (iota 0 (size M)).
End Dominates.

Variables (within_one : T) (point : T -> T).
Definition exceeds_by (a : T) r : bool := n_nonzero O (foldl (fun c b => n_add O c (n_mul O within_one b)) a r).

(* the rows that have been pivots, then the others; columns before the present one are gone *)
Fixpoint invert (steps : nat) (above below : seq (seq T)) : seq (seq T) :=
  if steps is n.+1 then
    let first := find (fun r => if r is a :: _ then n_nonzero O a else false) below in
    let k := (if first < size below then first else 0)%N in
    if drop k below is (a :: r) :: rest then
      let lead := [seq point (n_div O b a) | b <- r] in
      let clear s := if s is c :: s then map point (subtract_multiple c lead s) else [::] in
      invert n (rcons (map clear above) lead) (map clear (take k below ++ rest))
    else [::]
  else above.
Definition identity_row (n i : nat) : seq T :=
  [seq n_of O (number (if (i == j)%N then Zpos xH else Z0)) | j <- iota 0 n].
Definition approximate_inverse M : seq (seq T) := let n := size M in
  map (map point) (invert n [::] [seq nth [::] M i ++ identity_row n i | i <- iota 0 n]).

Definition nonsingular M : bool := if eliminates M then true else dominates exceeds_by (approximate_inverse M) M.
End Algorithms.

(* Levy and Desplanques *)
Theorem dominant_det (F : realFieldType) r (A : 'M[F]_r) :
  (forall i, \sum_(j | j != i) `|A i j| < `|A i i|) -> \det A != 0.
Proof.
move=> dom; apply/negP; rewrite -det_tr => /det0P[v v0 vA].
have [i0 vi0] : exists i0, v 0 i0 != 0 by apply/rV0Pn.
pose i := [arg max_(i > i0) `|v 0 i|]%O.
have vi j : `|v 0 j| <= `|v 0 i| by rewrite /i; case: arg_maxP => // k _; apply.
have pos : 0 < `|v 0 i| by apply: lt_le_trans (vi i0); rewrite normr_gt0.
have : A i i * v 0 i + \sum_(j | j != i) A i j * v 0 j = 0.
  have := congr1 (fun B : 'rV_r => B 0 i) vA; rewrite !mxE (bigD1 i) //= mxE [v 0 i * _]mulrC => H.
  by rewrite -[RHS]H; congr (_ + _); apply: eq_bigr => j _; rewrite mxE mulrC.
move/eqP; rewrite addr_eq0 => /eqP/(congr1 Num.norm); rewrite normrN normrM => E.
have := dom i; rewrite -(ltr_pmul2r pos) E ltNge; case/negP.
rewrite mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => j _.
by rewrite normrM ler_wpmul2l.
Qed.

Lemma sum_others (V : zmodType) r i (f : 'I_r -> V) : \sum_(j | j != i) f j = \sum_(j < r.-1) f (lift i j).
Proof. by apply: (@addrI _ (f i)); transitivity (\sum_j f j); [rewrite [RHS](bigD1 i) | rewrite (bigD1_ord i)]. Qed.

Section Sound.
Variables (F : realFieldType) (E : elementary F) (T : Type) (O : numbers T) (holds : T -> F -> Prop).
Hypothesis enc : encloses E O holds.
Local Notation unknown := (n_unknown O).
Local Notation at_ M i j := (nth unknown (nth [::] M i) j).

Definition row_in k (r : seq T) (x : 'I_k -> F) := forall j : 'I_k, holds (nth unknown r j) (x j).
Definition matrix_in m k (M : seq (seq T)) (A : 'M[F]_(m, k)) :=
  forall (i : 'I_m) (j : 'I_k), holds (at_ M i j) (A i j).

Let any k x : holds (nth unknown [::] k) x.
Proof. by rewrite nth_nil; apply: (in_unknown enc). Qed.

Lemma subtract_multipleP c r s z k x y : holds c z -> holds (nth unknown r k) x -> holds (nth unknown s k) y ->
  holds (nth unknown (subtract_multiple O c r s) k) (y - z * x).
Proof.
move=> cz; elim: r s k => [|a r IH] [|b s] [|k] //= ax bY; try exact: (in_unknown enc); last exact: IH.
exact: (in_sub enc bY (in_mul enc cz ax)).
Qed.

Lemma add_multipleP c r s z k x y : holds c z -> holds (nth unknown r k) x -> holds (nth unknown s k) y ->
  holds (nth unknown (add_multiple O c r s) k) (y + z * x).
Proof.
move=> cz; elim: r s k => [|a r IH] [|b s] [|k] //= ax bY; try exact: (in_unknown enc); last exact: IH.
exact: (in_add enc bY (in_mul enc cz ax)).
Qed.

(* one step of an elimination *)
Lemma det_schur r (A : 'M[F]_(1 + r)) : A 0 0 != 0 ->
  \det A = A 0 0 * \det (\matrix_(i, j) (A (lift 0 i) (lift 0 j) - A (lift 0 i) 0 / A 0 0 * A 0 (lift 0 j)) : 'M_r).
Proof.
set c := A 0 0 => c0; pose S := drsubmx A - c^-1 *: (dlsubmx A *m ursubmx A).
have -> : \matrix_(i, j) (A (lift 0 i) (lift 0 j) - A (lift 0 i) 0 / c * A 0 (lift 0 j)) = S.
  apply/matrixP=> i j; rewrite !mxE big_ord1 !mxE !lshift0 !rshift1.
  by rewrite [_ / c]mulrC -mulrA.
have cE : ulsubmx A = c%:M by rewrite [LHS]mx11_scalar !mxE lshift0.
pose B : 'M[F]_(1 + r) := block_mx 1%:M 0 (- c^-1 *: dlsubmx A) 1%:M.
have : \det (B *m A) = \det A by rewrite det_mulmx det_lblock !det1 !mul1r.
rewrite -{1}[A]submxK mulmx_block !mul1mx !mul0mx !addr0 cE.
rewrite (_ : _ + dlsubmx A = 0); last by rewrite mul_mx_scalar scalerA mulrN mulfV // scaleN1r addNr.
by rewrite (_ : _ + drsubmx A = S) ?det_ublock ?det_scalar1 // scaleNr mulNmx -scalemxAl addrC.
Qed.

Lemma pivotsP r M (A : 'M[F]_r) : pivots O r M -> matrix_in M A -> \det A != 0.
Proof.
elim: r M A => [|r IH] [|[|a s] M] A //=; try by rewrite det_mx00 oner_neq0.
case/andP=> a0 piv MA; have A00 : A 0 0 != 0 by exact: (not_zero enc a0 (MA 0 0)).
rewrite (@det_schur r A) // mulf_neq0 //; apply: IH piv _ => i j; rewrite mxE.
have [iM|iM] := ltnP i (size M); last by rewrite [nth _ (map _ _) i]nth_default ?size_map.
have := (MA (lift 0 i) 0, MA 0 (lift 0 j), MA (lift 0 i) (lift 0 j)); rewrite !lift0 (nth_map [::]) //=.
case: (nth _ M i) => [|b t] [[/= b0 sj] tj]; first exact: any.
by apply: subtract_multipleP => //; apply: (in_div enc b0 (MA 0 0)).
Qed.

Theorem eliminatesP r M (A : 'M[F]_r) : eliminates O M -> size M = r -> matrix_in M A -> \det A != 0.
Proof. by case/andP=> _ + szM; rewrite szM; apply: pivotsP. Qed.

Definition some_in (r : seq T) := forall k, exists x, holds (nth unknown r k) x.

Lemma map_some (S : Type) (g : S -> T) (Q : seq (seq S)) : (forall a, exists x, holds (g a) x) ->
  forall i, some_in (nth [::] (map (map g) Q) i).
Proof.
move=> some; have unknown_some k : exists x, holds (nth unknown [::] k) x by exists 0; apply: any.
elim: Q => [|q Q IH] [|i] //=; elim: q => [|a q IHq] [|k] //=; exact: unknown_some 0%N.
Qed.

Lemma combineP m k r M acc (A : 'M[F]_(m, k)) (y : 'rV_k) : some_in r -> size M = m -> matrix_in M A ->
  row_in acc (y 0) -> exists v : 'rV_m, row_in (combine O r M acc) ((y + v *m A) 0).
Proof.
elim: m r M acc A y => [|m IH] [|c r] [|s M] acc A y //= some szM MA acc_y;
  try by exists 0 => j; rewrite mul0mx addr0.
have [z cz] := some 0%N; case: szM => szM.
have MA' : matrix_in M (dsubmx (A : 'M_(1 + m, k))) by move=> i j; rewrite mxE; apply: (MA (rshift 1 i)).
have [|v v_in] := IH r M (add_multiple O c s acc) _ (y + z *: usubmx (A : 'M_(1 + m, k))) (fun l => some l.+1) szM MA'.
  by move=> j; rewrite !mxE; exact: (add_multipleP cz (MA (@lshift 1 m 0) j) (acc_y j)).
have vA : row_mx z%:M v *m (A : 'M_(1 + m, k)) = z *: usubmx (A : 'M_(1 + m, k)) + v *m dsubmx (A : 'M_(1 + m, k)).
  by rewrite -mul_scalar_mx -mul_row_col vsubmxK.
by exists (row_mx z%:M v : 'rV_(1 + m)); have := v_in; rewrite -addrA -vA.
Qed.

Section Dominates.
Variable exceeds : T -> seq T -> bool.
Hypothesis exceedsP : forall k a (s : seq T) x (y : 'I_k -> F), exceeds a s -> holds a x -> size s = k -> row_in s y ->
  \sum_j `|y j| < `|x|.

Theorem dominatesP r R M (A : 'M[F]_r) : dominates O exceeds R M -> (forall i, some_in (nth [::] R i)) ->
  size M = r -> matrix_in M A -> \det A != 0.
Proof.
case/andP=> _ /allP dom some szM MA.
have row i : exists v : 'rV_r, row_in (product_row O (nth [::] R i) M) ((v *m A) 0).
  have [|v] := combineP (acc := nseq (size M) (n_of O (number Z0))) (y := 0) (some i) szM MA.
    move=> j; rewrite nth_nseq szM ltn_ord mxE.
    by have := in_of enc (number Z0); rewrite /in_field mul0r.
  by rewrite add0r; exists v.
have [v v_in] := fin_all_exists (fun i : 'I_r => row i).
suff : \det ((\matrix_i v i) *m A) != 0 by rewrite det_mulmx mulf_eq0 negb_or => /andP[].
have rowE i j : ((\matrix_i v i) *m A) i j = (v i *m A) 0 j by rewrite -[in RHS](rowK v i) -row_mul [RHS]mxE.
apply: dominant_det => i; rewrite rowE; under eq_bigr do rewrite rowE.
have := dom i; rewrite mem_iota szM ltn_ord => /(_ isT); set t := product_row _ _ _.
have t_in : row_in t ((v i *m A) 0) := v_in i.
case/andP=> /eqP szt /exceedsP/(_ (t_in i)) bound.
rewrite sum_others; apply: bound => [|j].
  by rewrite size_cat size_take size_drop szt ltn_ord; have := ltn_ord i; lia.
have := t_in (lift i j); rewrite nth_cat size_take szt ltn_ord /= /bump.
case: ltnP => ij in_t; first by rewrite nth_take.
by rewrite nth_drop (_ : i.+1 + (j - i) = 1 + j)%N //; lia.
Qed.
End Dominates.

Variables (within_one : T) (point : T -> T).
Hypothesis in_within_one : forall x, `|x| <= 1 -> holds within_one x.
Hypothesis in_point : forall a, exists x, holds (point a) x.

Lemma exceeds_byP k a s x (y : 'I_k -> F) : exceeds_by O within_one a s -> holds a x -> size s = k -> row_in s y ->
  \sum_j `|y j| < `|x|.
Proof.
move=> ne ax szs sy; rewrite ltNge; apply/negP => le.
have S_ge0 : 0 <= \sum_j `|y j| by apply: sumr_ge0.
pose u j := - (x / \sum_j `|y j|) * Num.sg (y j).
have u1 j : `|u j| <= 1.
  rewrite normrM normrN normrM normfV normr_sg [`|\sum_j _|]ger0_norm //.
  apply: mulr_ile1; rewrite ?divr_ge0 ?ler0n ?lern1 ?leq_b1 //.
  have [->|S0] := eqVneq (\sum_j `|y j|) 0; first by rewrite invr0 mulr0 ler01.
  by rewrite ler_pdivr_mulr ?mul1r // lt_def S0.
have : holds (foldl (fun c b => n_add O c (n_mul O within_one b)) a s) (x + \sum_j u j * y j).
  elim: k s a x y u u1 ax szs sy {ne le S_ge0} => [|k IH] [|b s] //= a x y u u1 ax; first by rewrite big_ord0 addr0.
  case=> szs sy; rewrite big_ord_recl addrA.
  apply: (IH s _ _ (fun j => y (lift 0 j)) (fun j => u (lift 0 j))) => // [|j].
    exact: (in_add enc ax (in_mul enc (in_within_one (u1 0)) (sy 0))).
  exact: sy (lift 0 j).
move/(not_zero enc ne)/eqP; apply.
under eq_bigr do rewrite -mulrA -normrEsg; rewrite -mulr_sumr mulNr.
have [S0|S0] := eqVneq (\sum_j `|y j|) 0; last by rewrite divfK // subrr.
by rewrite S0 mulr0 subr0; apply/eqP; rewrite -normr_le0 -S0.
Qed.

Theorem nonsingularP r M (A : 'M[F]_r) : nonsingular O within_one point M -> size M = r -> matrix_in M A -> \det A != 0.
Proof.
rewrite /nonsingular; case: ifP => [el _|_ dom]; first exact: eliminatesP.
exact: (dominatesP exceeds_byP dom (map_some _ in_point)).
Qed.

Section Grid.
Variables (X Y : Type) (f : X -> Y -> F) (r : nat) (xs : 'I_r -> X) (ys : 'I_r -> Y) (M : seq (seq T)).
Hypotheses (szM : size M = r) (M_grid : forall i j : 'I_r, holds (at_ M i j) (f (xs i) (ys j))).

Let grid_in : matrix_in M (grid f xs ys). Proof. by move=> i j; rewrite mxE. Qed.
Let det_sep_ge : \det (grid f xs ys) != 0 -> sep_ge f r.
Proof. by move=> D s /sep_le_rank-/(_ _ _ xs ys); rewrite mxrank_unit // unitmxE unitfE. Qed.

Corollary nonsingular_sep_ge : nonsingular O within_one point M -> sep_ge f r.
Proof. by move=> ns; apply/det_sep_ge/(nonsingularP ns szM grid_in). Qed.
End Grid.
End Sound.
