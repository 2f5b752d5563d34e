(* Networks by their layers (docs/format.md, section 3): what a file says, and the matrices that it means.
   fraction            == num / den
   lexpr               == an expression in the state of the network and the parameters of its layer; sums have two terms
   lparam, llayer      == a parameter with its size, and its value if it has one; a layer
   mat R               == a matrix: its size and its entries, which count only within it
   fits ps e s         == the size of the value of e where the input has the size s, if sizes fit everywhere
   meaning ps e X      == the value of e at the input X, with parameters ps
   network ps ls X     == the last state, ps being the values of the parameters layer by layer
   ldegree e           == the degree of e
   layers_size ls s    == the size of the last state where the input has the size s, if sizes fit everywhere
   is_mx A M           == the matrix A is M, with its size *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import RankCert NetEval.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Record fraction := Fraction { num : Z; den : positive }.

Inductive lexpr :=
  | LInput
  | LParam (i : nat)
  | LProduct (a b : lexpr)
  | LHadamard (a b : lexpr)
  | LAdd (a b : lexpr)
  | LTranspose (a : lexpr)
  | LPower (a : lexpr) (exponent : nat)
  | LPolynomial (a : lexpr) (coefficients : nat)       (* a parameter of one column, the constant first *)
  | LRepeat (a : lexpr) (m k : nat)
  | LGather (a : lexpr) (m k : nat) (source : seq nat)  (* entries are numbered by rows *)
  | LThen (a b : lexpr).

Record lparam := LParameter { l_rows : nat; l_cols : nat; l_value : option (rows fraction) }.
Record llayer := LLayer { l_params : seq lparam; l_expr : lexpr }.

Local Notation size2 := (nat * nat)%type.
Section Sizes.
Variable ps : seq lparam.

Fixpoint fits (e : lexpr) (s : size2) : option size2 :=
  let both a b f := if (fits a s, fits b s) is (Some r, Some t) then f r t else None in
  match e with
  | LInput => Some s
  | LParam i => if ohead (drop i ps) is Some p then Some (l_rows p, l_cols p) else None
  | LProduct a b => both a b (fun r t => if r.2 == t.1 then Some (r.1, t.2) else None)
  | LHadamard a b | LAdd a b => both a b (fun r t => if r == t then Some r else None)
  | LTranspose a => omap (fun r => (r.2, r.1)) (fits a s)
  | LPower a k => if (0 < k <= 64)%N then fits a s else None
  | LPolynomial a c => if ohead (drop c ps) is Some p then
      if (l_cols p == 1)%N && (1 < l_rows p <= 65)%N && isSome (l_value p) then fits a s else None else None
  | LRepeat a m k => obind (fun r => if (r == (1, k))%N || (r == (m, 1))%N then Some (m, k) else None) (fits a s)
  | LGather a m k source => obind (fun r =>
      if (size source == m * k)%N && all (fun e => e < r.1 * r.2)%N source then Some (m, k) else None) (fits a s)
  | LThen a b => obind (fits b) (fits a s)
  end.

(* a polynomial counts by its number of coefficients *)
Fixpoint ldegree (e : lexpr) (input : nat) : nat :=
  match e with
  | LInput => input
  | LParam _ => 0
  | LProduct a b | LHadamard a b => ldegree a input + ldegree b input
  | LAdd a b => maxn (ldegree a input) (ldegree b input)
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => ldegree a input
  | LPower a k => ldegree a input * k
  | LPolynomial a c => ldegree a input * (l_rows (nth (LParameter 0 0 None) ps c)).-1
  | LThen a b => ldegree b (ldegree a input)
  end%N.
End Sizes.

Fixpoint layers_size (ls : seq llayer) (s : nat * nat) : option (nat * nat) :=
  if ls is l :: ls then obind (layers_size ls) (fits (l_params l) (l_expr l) s) else Some s.


Section Meaning.
Variable R : comRingType.
Record mat := Mat { m_rows : nat; m_cols : nat; m_at : nat -> nat -> R }.
Definition no_mat := Mat 0 0 (fun _ _ => 0).

Fixpoint meaning (ps : seq mat) (e : lexpr) (X : mat) : mat :=
  match e with
  | LInput => X
  | LParam i => nth no_mat ps i
  | LProduct a b => let: (A, B) := (meaning ps a X, meaning ps b X) in
      Mat (m_rows A) (m_cols B) (fun i j => \sum_(l < m_cols A) m_at A i l * m_at B l j)
  | LHadamard a b => let: (A, B) := (meaning ps a X, meaning ps b X) in
      Mat (m_rows A) (m_cols A) (fun i j => m_at A i j * m_at B i j)
  | LAdd a b => let: (A, B) := (meaning ps a X, meaning ps b X) in
      Mat (m_rows A) (m_cols A) (fun i j => m_at A i j + m_at B i j)
  | LTranspose a => let A := meaning ps a X in Mat (m_cols A) (m_rows A) (fun i j => m_at A j i)
  | LPower a k => let A := meaning ps a X in Mat (m_rows A) (m_cols A) (fun i j => m_at A i j ^+ k)
  | LPolynomial a c => let: (A, C) := (meaning ps a X, nth no_mat ps c) in
      Mat (m_rows A) (m_cols A) (fun i j => \sum_(k < m_rows C) m_at C k 0 * m_at A i j ^+ k)
  | LRepeat a m k => let A := meaning ps a X in
      Mat m k (fun i j => m_at A (if m_rows A == 1 then 0 else i)%N (if m_cols A == 1 then 0 else j)%N)
  | LGather a m k source => let A := meaning ps a X in
      Mat m k (fun i j => let e := nth 0 source (i * k + j) in m_at A (e %/ m_cols A) (e %% m_cols A))%N
  | LThen a b => meaning ps b (meaning ps a X)
  end.

Definition network (ps : seq (seq mat)) (es : seq lexpr) (X : mat) : mat :=
  foldl (fun Y pe => meaning pe.1 pe.2 Y) X (zip ps es).
Definition of_matrix m k (M : 'M[R]_(m, k)) : mat :=
  Mat m k (fun i j => if (insub i, insub j) is (Some i, Some j) then M i j else 0).
End Meaning.

(* as matrices of Mathematical Components *)
Section Matrices.
Variable R : comRingType.

Definition is_mx m k (A : mat R) (M : 'M[R]_(m, k)) :=
  [/\ m_rows A = m, m_cols A = k & forall i j, m_at A (val i) (val j) = M i j].

Lemma is_of_matrix m k (M : 'M[R]_(m, k)) : is_mx (of_matrix M) M.
Proof. by split=> // i j /=; rewrite !valK. Qed.

Variables (ps : seq (mat R)) (X : mat R).

Lemma is_product m k l a b (A : 'M_(m, k)) (B : 'M_(k, l)) : is_mx (meaning ps a X) A -> is_mx (meaning ps b X) B ->
  is_mx (meaning ps (LProduct a b) X) (A *m B).
Proof.
move=> [ra ca ea] [rb cb eb]; split=> //= i j; rewrite mxE ca.
by apply: eq_bigr => l' _; rewrite -ea -eb.
Qed.

Lemma is_add m k a b (A B : 'M_(m, k)) : is_mx (meaning ps a X) A -> is_mx (meaning ps b X) B ->
  is_mx (meaning ps (LAdd a b) X) (A + B).
Proof. by move=> [ra ca ea] [rb cb eb]; split=> //= i j; rewrite mxE -ea -eb. Qed.

Lemma is_transpose m k a (A : 'M_(m, k)) : is_mx (meaning ps a X) A -> is_mx (meaning ps (LTranspose a) X) A^T.
Proof. by move=> [ra ca ea]; split=> //= i j; rewrite mxE ea. Qed.
End Matrices.
