(* Functions of real numbers, without real numbers: theory.md 1.10. A network with exponentials, square roots and error
   functions is read over every ordered field that has such functions, in the sense that they obey the laws of the record
   `elementary`. The real numbers do, with the functions of these names; an Archimedean field has at most one such record but
   for the roots of negative numbers (RealUnique.v). No axiom is asked of anything.
     alternating t s          == s is between the partial sums of t 0 - t 1 + t 2 - ..: those of an even number of terms are
                                 at most s, those of an odd number at least
     elementary F             == exp, root, erf and pi on F
     real_function            == the functions of one number that a file can name (docs/format.md, section 3)
     real_value E f x         == their values
     softmax E m x j          == m_j exp x_j / sum_k m_k exp x_k *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Inductive real_function := Gelu | GeluTanh | Relu | Silu | Sigmoid | Tanh | ReciprocalRoot.

Section Laws.
Variable F : realFieldType.

Definition partial (t : nat -> F) (n : nat) : F := \sum_(k < n) (-1) ^+ k * t k.
Definition alternating (t : nat -> F) (s : F) := forall n, partial t n.*2 <= s <= partial t n.*2.+1.

(* exp (-x) *)
Definition exp_term (x : F) (k : nat) : F := x ^+ k / k`!%:R.
(* arctan (1/q) *)
Definition arctan_term (q : nat) (k : nat) : F := (q%:R ^+ k.*2.+1 * k.*2.+1%:R)^-1.
(* sqrt pi / 2 * erf x, the integral of exp (-t^2) from 0 to x *)
Definition gauss_term (x : F) (k : nat) : F := x ^+ k.*2.+1 / (k`! * k.*2.+1)%:R.

Record elementary := Elementary {
  r_exp : F -> F;
  r_root : F -> F;
  r_erf : F -> F;
  r_pi : F;
  expD : forall x y, r_exp (x + y) = r_exp x * r_exp y;
  exp_series : forall x, 0 <= x -> alternating (exp_term x) (r_exp (- x));
  root_ge0 : forall x, 0 <= x -> 0 <= r_root x;
  sqr_root : forall x, 0 <= x -> r_root x ^+ 2 = x;
  pi_machin : exists a b, [/\ alternating (arctan_term 5) a, alternating (arctan_term 239) b & r_pi = 16%:R * a - 4%:R * b];
  erfN : forall x, r_erf (- x) = - r_erf x;
  erf_series : forall x, 0 <= x -> alternating (gauss_term x) (r_root r_pi / 2%:R * r_erf x);
  erf_slope : forall x y, x <= y -> 0 <= r_root r_pi / 2%:R * (r_erf y - r_erf x) <= y - x;
  erf_tail : forall x, 0 <= x -> 1 - r_exp (- x ^+ 2) <= r_erf x <= 1 }.

Section Values.
Variable E : elementary.
Definition sigmoid (x : F) : F := (1 + r_exp E (- x))^-1.
Definition hyperbolic (x : F) : F := 2%:R * sigmoid (2%:R * x) - 1.
Definition real_value (f : real_function) (x : F) : F :=
  match f with
  | Gelu => x * (1 + r_erf E (x / r_root E 2%:R)) / 2%:R
  | GeluTanh =>   (* 0.044715 *)
      x * (1 + hyperbolic (r_root E (2%:R / r_pi E) * (x + (44%:R * 10%:R ^+ 3 + 715%:R) / 10%:R ^+ 6 * x ^+ 3))) / 2%:R
  | Relu => Num.max x 0
  | Silu => x * sigmoid x
  | Sigmoid => sigmoid x
  | Tanh => hyperbolic x
  | ReciprocalRoot => (r_root E x)^-1
  end.
Definition softmax (k : nat) (m x : 'I_k -> F) (j : 'I_k) : F := m j * r_exp E (x j) / \sum_l m l * r_exp E (x l).
End Values.
End Laws.
