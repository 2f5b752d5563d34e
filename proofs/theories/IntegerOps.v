(* Integers to compute in, of any size.
     integers T               == the operations; z_div and z_root are guesses of floor (a / b) and of the integer below the
                                 root, of which nothing is asked: who uses them checks what they give
     z_word k a               == floor (a / 2^(30 k)): without its last k words
     counts O val             == val : T -> Z reads them as Coq's integers *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope Z_scope with cZ.

Record integers (T : Type) := Integers {
  z_of : Z -> T;
  z_add : T -> T -> T;
  z_sub : T -> T -> T;
  z_mul : T -> T -> T;
  z_le : T -> T -> bool;
  z_word : nat -> T -> T;
  z_div : T -> T -> T;
  z_root : T -> T }.

Record counts (T : Type) (O : integers T) (val : T -> Z) : Prop := Counts {
  val_of : forall z, val (z_of O z) = z;
  val_add : forall a b, val (z_add O a b) = (val a + val b)%cZ;
  val_sub : forall a b, val (z_sub O a b) = (val a - val b)%cZ;
  val_mul : forall a b, val (z_mul O a b) = (val a * val b)%cZ;
  val_le : forall a b, z_le O a b = (val a <=? val b)%cZ;
  val_word : forall k a, val (z_word O k a) = (val a / 2 ^ (30 * Z.of_nat k))%cZ }.
