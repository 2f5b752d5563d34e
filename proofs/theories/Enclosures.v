(* What an evaluator of functions of real numbers needs of its numbers, each of which stands for a set of elements of an
   ordered field: RingOps.v with sets.
     numbers T            == rationals, arithmetic and the functions of RealFunctions.v on T
     n_unknown O          == nothing is known
     n_nonzero O a        == no element of a is 0
     n_softmax O ms xs    == the row softmax, of the factors ms and the row xs
     encloses E O holds   == holds a x, for "x is in a", is kept by all of them *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import Layers LayersRun RealFunctions.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record numbers (T : Type) := Numbers {
  n_unknown : T;
  n_of : fraction -> T;
  n_add : T -> T -> T;
  n_sub : T -> T -> T;
  n_mul : T -> T -> T;
  n_div : T -> T -> T;
  n_nonzero : T -> bool;
  n_real : real_function -> T -> T;
  n_softmax : seq T -> seq T -> seq T }.

Record encloses (F : realFieldType) (E : elementary F) (T : Type) (O : numbers T) (holds : T -> F -> Prop) : Prop := Encloses {
  in_unknown : forall x, holds (n_unknown O) x;
  in_of : forall q, holds (n_of O q) (in_field F q);
  in_add : forall a b x y, holds a x -> holds b y -> holds (n_add O a b) (x + y);
  in_sub : forall a b x y, holds a x -> holds b y -> holds (n_sub O a b) (x - y);
  in_mul : forall a b x y, holds a x -> holds b y -> holds (n_mul O a b) (x * y);
  in_div : forall a b x y, holds a x -> holds b y -> holds (n_div O a b) (x / y);
  not_zero : forall a x, n_nonzero O a -> holds a x -> x != 0;
  in_real : forall f a x, holds a x -> holds (n_real O f a) (real_value E f x);
  (* factors that are not negative, one of them positive *)
  in_softmax : forall k (ms xs : seq T) (m x : 'I_k -> F), size ms = k -> size xs = k ->
    (forall j : 'I_k, holds (nth (n_unknown O) ms j) (m j)) -> (forall j : 'I_k, holds (nth (n_unknown O) xs j) (x j)) ->
    (forall j, 0 <= m j) -> (exists j, 0 < m j) ->
    forall j : 'I_k, holds (nth (n_unknown O) (n_softmax O ms xs) j) (softmax E m x j) }.
