(* Coefficients as evidence from below (CoefficientMinor.v) for networks by their layers: theory.md 1.2, 1.4, 1.5.
   layers_coefficients p ls ws n d S left right i j r == the minor of the coefficients of the output (i, j), with literal
                                weights ws, at the products of r monomials left of A and r monomials right of B, is
                                non-singular modulo p
   layers_expansion_cost r ls n d == steps of the expansion, roughly and at most
   Proved: then the separation rank is at least r at these weights, and at almost all. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention RankCert RankCert63 NetEval.
From Seprank Require Import RingOps ListMatrices SparsePolynomials CoefficientMinor Layers LayersRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.

Section Coefficients.
Variables (p : i63) (ls : seq llayer) (ws : seq (seq (rows Z))) (n d : nat) (S : seq bool).
Variables (left right : seq (rows nat)) (i j r : nat).

Definition layers_coefficients : bool :=
  let O := minor_ops p in let ts := layers_tabs O ls ws in
  coefficient_accepts p n d S left right r (run_entry O ls ts n d i j).

Theorem layers_coefficients_lower (F : numFieldType) : layers_fit ls n d i j -> layers_coefficients ->
  sep_ge (layers_output (side_of S) i j (fun v => (lit_theta ls ws v)%:~R) : 'M[F]_(n, d) -> _) r.
Proof.
move=> fit; apply: (coefficients_lower_int (f := fun R X => layers_entry i j (fun v => (lit_theta ls ws v)%:~R) X)).
  by move=> R K g X; apply: layers_entry_int.
by move=> R psi den X; apply: layers_runP.
Qed.

Theorem layers_coefficients_generic (F : numFieldType) : layers_fit ls n d i j -> layers_coefficients ->
  exists2 P : {mpoly F[nweights ls]}, P != 0 & forall theta, P.@[theta] != 0 ->
    sep_ge (layers_output (side_of S) i j theta : 'M[F]_(n, d) -> _) r.
Proof.
move=> fit acc; have low := layers_coefficients_lower (F := F) fit acc.
by apply: layers_generic low; apply: Num.Theory.char_num.
Qed.
End Coefficients.

(* v variables, degrees from that of the input, D *)
Section Cost.
Local Open Scope bN.
Variables (ps : seq lparam) (v : N).
Let m D := monomialsN v D.
Let top D := N.min D top_degree.
Fixpoint degreeN (e : lexpr) (D : N) : N :=
  match e with
  | LInput => D
  | LParam _ => 0
  | LProduct a b | LHadamard a b => top (degreeN a D + degreeN b D)
  | LAdd a b => N.max (degreeN a D) (degreeN b D)
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => degreeN a D
  | LPower a k => top (degreeN a D * N.of_nat k)
  | LPolynomial a c => top (degreeN a D * (if ohead (drop c ps) is Some p then N.pred (N.of_nat (l_rows p)) else 0))
  | LThen a b => degreeN b (degreeN a D)
  end.
Fixpoint expr_expansion (e : lexpr) (s : nat * nat) (D : N) : N :=
  let own := cells (size_of ps e s) in
  match e with
  | LInput | LParam _ => 0
  | LProduct a b => expr_expansion a s D + expr_expansion b s D +
      own * N.of_nat (size_of ps a s).2 * (m (degreeN a D) * m (degreeN b D) + m (degreeN e D))
  | LHadamard a b => expr_expansion a s D + expr_expansion b s D + own * (m (degreeN a D) * m (degreeN b D))
  | LAdd a b => expr_expansion a s D + expr_expansion b s D + own * m (degreeN e D)
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => expr_expansion a s D + own
  | LPower a k => expr_expansion a s D + own * powers_cost k v (degreeN a D)
  | LPolynomial a c => expr_expansion a s D +
      own * powers_cost (if ohead (drop c ps) is Some p then l_rows p else 0%nat) v (degreeN a D)
  | LThen a b => expr_expansion a s D + expr_expansion b (size_of ps a s) (degreeN a D)
  end.
End Cost.
Fixpoint layers_expansion (ls : seq llayer) (v : N) (s : nat * nat) (D : N) : N * N :=
  if ls is l :: ls then
    let: (cost, D') := layers_expansion ls v (size_of (l_params l) (l_expr l) s) (degreeN (l_params l) (l_expr l) D) in
    (expr_expansion (l_params l) v (l_expr l) s D + cost, D')%bN
  else (0%bN, D).
Definition layers_expansion_cost (r : nat) (ls : seq llayer) (n d : nat) : N :=
  let v := (N.of_nat n * N.of_nat d)%bN in
  let: (cost, D) := layers_expansion ls v (n, d) 1%bN in (cost + read_cost (N.of_nat r) v D)%bN.
