(* Rings to compute in: what an evaluator needs of its numbers, and what it means that they stand for elements of a ring.
   ops T               == zero, addition, multiplication and the integers of T
   denotes O psi       == psi : T -> R takes these to those of the ring R
   mod_ops p           == native integers modulo p, at most 2^31
   Proved: mod_ops p denotes 'Z_p by NetEval.psi (mod_opsP). *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import RankCert RankCert63 NetEval.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Record ops (T : Type) := Ops { op0 : T; op_add : T -> T -> T; op_mul : T -> T -> T; op_int : Z -> T }.

Record denotes (T : Type) (O : ops T) (R : comRingType) (psi : T -> R) : Prop := Denotes {
  denotes0 : psi (op0 O) = 0;
  denotesD : forall a b, psi (op_add O a b) = psi a + psi b;
  denotesM : forall a b, psi (op_mul O a b) = psi a * psi b;
  denotesZ : forall z, psi (op_int O z) = (int_of_Z z)%:~R }.

Definition mod_ops (p : i63) : ops i63 := Ops 0%uint63
  (fun a b => PrimInt63.mod (fma p a b 1%uint63) p) (fun a b => PrimInt63.mod (fma p 0%uint63 a b) p) (red p).

Delimit Scope Z_scope with cZ.

Section Modulo.
Variable p : i63.
Hypothesis pp : (1 < toZ p <= 2147483648)%cZ.

Lemma mod_opsP : denotes (mod_ops p) (psi p).
Proof.
have e0 : psi p 0%uint63 = 0 by exact: erefl.
have e1 : psi p 1%uint63 = 1 by exact: erefl.
split=> [|a b|a b|z]; rewrite /mod_ops; cbv beta iota delta [op0 op_add op_mul op_int].
- exact: e0.
- by rewrite (psi_mod pp) (psi_fma pp) e1 mulr1.
- by rewrite (psi_mod pp) (psi_fma pp) e0 add0r.
- exact: psi_red pp z.
Qed.
End Modulo.
