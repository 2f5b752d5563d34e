(* The checker of RankCert.v on native 63-bit integers, and elimination inside Coq to feed it.
   cert63 p n L U M     == the check certZ, for 1 < p <= 2^20, entries of L and U reduced modulo p
   lu p n M             == (rows of U, columns of L) by Gaussian elimination modulo p; nothing is proved of it,
                           the checker checks what it returns
   oneshot p n M        == the matrix M, reduced modulo p, passes cert63 with the factors that lu finds
   Proved: cert63 implies certZ (cert63P), so a matrix that passes is non-singular modulo p and over rat. *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import RankCert.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope Z_scope with cZ.
Notation i63 := PrimInt63.int.
Notation toZ := Uint63.to_Z.

Section Checker63.
Variable p : i63.
Fixpoint dot63 (r s : seq i63) (acc : i63) : i63 :=
  match r, s with
  | a :: r, b :: s => dot63 r s (PrimInt63.add acc (PrimInt63.mul a b))
  | _, _ => acc
  end.
Fixpoint checkrow63 (l : seq i63) (U : seq (seq i63)) (m : seq i63) : bool :=
  match U, m with
  | u :: U, a :: m => PrimInt63.eqb (PrimInt63.mod (dot63 l u 0%uint63) p) a && checkrow63 l U m
  | [::], [::] => true
  | _, _ => false
  end.
Fixpoint checkLU63 (L U M : seq (seq i63)) : bool :=
  match L, M with
  | l :: L, m :: M => checkrow63 l U m && checkLU63 L U M
  | [::], [::] => true
  | _, _ => false
  end.
Fixpoint tri63 (k : nat) (L : seq (seq i63)) : bool :=
  if L is l :: L then (size l == k.+1) && tri63 k.+1 L else true.
Fixpoint diagm63 (k : nat) (L : seq (seq i63)) (acc : Z) : Z :=
  if L is l :: L then diagm63 k.+1 L (Z.modulo (acc * toZ (nth 0%uint63 l k)) (toZ p)) else acc.
Definition small := all (all (fun a => PrimInt63.ltb a p)).
Definition cert63 n (L U M : seq (seq i63)) : bool :=
  [&& (1 <? toZ p)%cZ, (toZ p <=? 1048576)%cZ, (Z.of_nat n <=? 4194303)%cZ,
      small L, small U & [&& size L == n, size U == n, checkLU63 L U M, tri63 0 L, tri63 0 U &
      ~~ (diagm63 0 U (diagm63 0 L 1) =? 0)%cZ]].
End Checker63.

Definition m2 := map (map toZ).

Lemma dotD r s a c : dot r s (a + c)%cZ = (dot r s a + c)%cZ.
Proof.
elim: r s a c => [|x r IH] [|y s] a c //=.
by rewrite -IH; congr dot; lia.
Qed.

Section Sound.
Variables (p : i63) (n : nat).
Hypotheses (p1 : (1 < toZ p <= 1048576)%cZ) (nn : (Z.of_nat n <= 4194303)%cZ).
Notation sm := (all (fun a => PrimInt63.ltb a p)).

Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.of_nat : simpl never.
Lemma dot63E r s acc k : sm r -> sm s -> (size r <= k)%N ->
  (toZ acc + 1099511627776 * Z.of_nat k < 9223372036854775808)%cZ ->
  toZ (dot63 r s acc) = dot (map toZ r) (map toZ s) (toZ acc).
Proof.
elim: r s acc k => [|a r IH] [|b s] acc k //= /andP[/Uint63.ltb_spec la sr] /andP[/Uint63.ltb_spec lb ss] sz B.
case: k sz B => // k sz B.
have [a0 b0 c0] := And3 (Uint63.to_Z_bounded a) (Uint63.to_Z_bounded b) (Uint63.to_Z_bounded acc).
have ab : (0 <= toZ a * toZ b <= 1099511627776)%cZ by nia.
have E : toZ (PrimInt63.add acc (PrimInt63.mul a b)) = (toZ acc + toZ a * toZ b)%cZ.
  rewrite Uint63.add_spec Uint63.mul_spec.
  change Uint63.wB with 9223372036854775808%cZ.
  by rewrite (Z.mod_small (toZ a * toZ b)) ?Z.mod_small //; lia.
rewrite (IH _ _ k) ?E //; lia.
Qed.

Lemma checkrow63P l U m : sm l -> all sm U -> (size l <= n)%N ->
  checkrow63 p l U m -> checkrow (toZ p) (map toZ l) (m2 U) (map toZ m).
Proof.
move=> sl sU sz; elim: U m sU => [|u U IH] [|a m] //= /andP[su sU] /andP[/Uint63.eqb_spec E H].
rewrite IH // andbT; apply/Z.eqb_spec.
have := congr1 toZ E; rewrite Uint63.mod_spec (@dot63E l u _ n) //; last first.
  by change (toZ 0%uint63) with 0%cZ; lia.
change (toZ 0%uint63) with 0%cZ => <-.
have dN c : dot (map toZ l) (map toZ u) (Z.opp c) = (dot (map toZ l) (map toZ u) 0 - c)%cZ.
  by rewrite -Z.add_opp_r -dotD.
by rewrite dN Zminus_mod Zmod_mod Z.sub_diag.
Qed.

Lemma checkLU63P L U M : small p L -> small p U -> all (fun l => (size l <= n)%N) L ->
  checkLU63 p L U M -> checkLU (toZ p) (m2 L) (m2 U) (m2 M).
Proof.
move=> + sU; elim: L M => [|l L IH] [|m M] //= /andP[sl sL] /andP[zl zL] /andP[H1 H2].
by rewrite checkrow63P //= IH.
Qed.
End Sound.

Lemma tri63E k L : tri63 k L = tri k (m2 L).
Proof. by elim: L k => //= l L IH k; rewrite size_map IH. Qed.
Lemma diagm63E p k L acc : tri63 k L -> diagm63 p k L acc = diagm (toZ p) k (m2 L) acc.
Proof.
elim: L k acc => //= l L IH k acc /andP[/eqP sl tL]; rewrite IH //.
by rewrite (nth_map 0%uint63) ?sl.
Qed.

Lemma tri_size n k L : tri63 k L -> (k + size L = n)%N -> all (fun l : seq i63 => (size l <= n)%N) L.
Proof.
by elim: L k => //= l L IH k /andP[/eqP -> tL] E; rewrite (IH k.+1) //; lia.
Qed.

Theorem cert63P p n L U M : cert63 p n L U M -> certZ (toZ p) n (m2 L) (m2 U) (m2 M).
Proof.
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 /Z.leb_spec0 nn sL /and5P[sU /eqP zL /eqP zU C /and3P[tL tU D]].
rewrite /certZ !size_map zL zU eqxx -!tri63E tL tU -!diagm63E // D (introT (Z.ltb_spec0 _ _) p1) /=.
by rewrite !andbT (@checkLU63P p n) //; apply: (tri_size tL); rewrite zL.
Qed.

Corollary cert63_rank p n L U M : cert63 p n L U M ->
  \rank (map_mx (fun z : int => z%:~R%R : rat) (mxZ n n (m2 M))) = n.
Proof. by move/cert63P/certZ_rank. Qed.

Section Elimination.
Variable p : i63.
Local Open Scope uint63_scope.
Fixpoint pow63 (fuel : nat) (a e acc : i63) : i63 :=
  if fuel is S fuel then
    if PrimInt63.eqb e 0 then acc else
    pow63 fuel ((a * a) mod p) (e >> 1) (if PrimInt63.eqb (e land 1) 0 then acc else (acc * a) mod p)
  else acc.
Definition inv63 a := pow63 63 a (p - 2) 1.
Fixpoint axpy63 (c : i63) (r s : seq i63) : seq i63 :=
  match r, s with
  | a :: r, b :: s => ((a + c * b) mod p) :: axpy63 c r s
  | _, _ => [::]
  end.
Fixpoint lu (n : nat) (rows : seq (seq i63)) : seq (seq i63) * seq (seq i63) :=
  match n, rows with
  | S n, (a :: t) :: rest =>
      let i := inv63 a in
      let ls := [seq if s is h :: _ then (h * i) mod p else 0 | s <- rest] in
      let sub ls := match ls with
        | (l, _ :: tl) => if PrimInt63.eqb l 0 then tl else axpy63 (p - l) tl t
        | (_, [::]) => [::] end in
      let (Us, Ls) := lu n [seq sub ls | ls <- zip ls rest] in ((a :: t) :: Us, (1 :: ls) :: Ls)
  | _, _ => ([::], [::])
  end.
(* columns of a lower triangular matrix to its rows *)
Fixpoint cons63 (xs : seq i63) (rs : seq (seq i63)) : seq (seq i63) :=
  match xs, rs with x :: xs, r :: rs => (x :: r) :: cons63 xs rs | _, _ => [::] end.
Fixpoint rows63 (cs : seq (seq i63)) : seq (seq i63) :=
  if cs is (a :: x) :: cs then [:: a] :: cons63 x (rows63 cs) else [::].
Definition oneshot n (M : seq (seq i63)) := let (Us, Ls) := lu n M in cert63 p n (rows63 Ls) (rows63 Us) M.
End Elimination.

Theorem oneshotP p n M : oneshot p n M -> exists L U, certZ (toZ p) n L U (m2 M).
Proof.
by rewrite /oneshot; case: (lu p n M) => Us Ls /cert63P C; exists (m2 (rows63 Ls)), (m2 (rows63 Us)).
Qed.
