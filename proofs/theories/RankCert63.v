(* The checker of RankCert.v on native 63-bit integers, and elimination inside Coq to feed it.
   cert63 p n L U M     == the check certZ, for 1 < p <= 2^31, entries of L and U reduced modulo p
   lu p rows            == rows of L, rows of U and the order of the rows of M, by Gaussian elimination modulo p with
                           pivots; nothing is proved of it, the checker checks what it returns
   oneshot p n M        == the matrix M, reduced modulo p, its rows in some order, passes cert63 with the factors that
                           lu finds
   Proved: cert63 implies certZ (cert63P), so a matrix that passes is non-singular modulo p and over rat; so is one
   that passes oneshot (oneshot_det). *)
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
(* room for one more product of numbers below 2^31; to reduce is slow, so it is done when it must be *)
Definition lazy63 (acc : i63) : i63 :=
  if PrimInt63.ltb acc 4611686018427387904%uint63 then acc else PrimInt63.mod acc p.
Fixpoint dot63 (r s : seq i63) (acc : i63) : i63 :=
  match r, s with
  | a :: r, b :: s => dot63 r s (PrimInt63.add (lazy63 acc) (PrimInt63.mul a b))
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
Definition cert63 (n : nat) (L U M : seq (seq i63)) : bool :=
  [&& (1 <? toZ p)%cZ, (toZ p <=? 2147483648)%cZ, small L, small U & [&& size L == n, size U == n, checkLU63 L U M, tri63 0 L, tri63 0 U &
      ~~ (diagm63 0 U (diagm63 0 L 1) =? 0)%cZ]].
End Checker63.

Definition m2 := map (map toZ).

Lemma dotD r s a c : dot r s (a + c)%cZ = (dot r s a + c)%cZ.
Proof.
elim: r s a c => [|x r IH] [|y s] a c //=.
by rewrite -IH; congr dot; lia.
Qed.

Lemma dot_mod p r s a c : Z.modulo a p = Z.modulo c p -> Z.modulo (dot r s a) p = Z.modulo (dot r s c) p.
Proof. by move=> E; rewrite -[a]Z.add_0_l -[c]Z.add_0_l !dotD Zplus_mod E -Zplus_mod. Qed.

Section Sound.
Variables (p : i63).
Hypotheses (p1 : (1 < toZ p <= 2147483648)%cZ).
Notation sm := (all (fun a => PrimInt63.ltb a p)).

Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.

Lemma lazy63P acc : (0 <= toZ (lazy63 p acc) < 4611686018427387904)%cZ /\
  Z.modulo (toZ (lazy63 p acc)) (toZ p) = Z.modulo (toZ acc) (toZ p).
Proof.
have acc0 := Uint63.to_Z_bounded acc; rewrite /lazy63; case E: (PrimInt63.ltb _ _).
  by move/Uint63.ltb_spec: E; change (toZ 4611686018427387904%uint63) with 4611686018427387904%cZ; lia.
by rewrite Uint63.mod_spec Zmod_mod; have := Z.mod_pos_bound (toZ acc) (toZ p); lia.
Qed.

Lemma step63P acc a b : (toZ a < toZ p)%cZ -> (toZ b < toZ p)%cZ ->
  toZ (PrimInt63.add (lazy63 p acc) (PrimInt63.mul a b)) = (toZ (lazy63 p acc) + toZ a * toZ b)%cZ.
Proof.
move=> la lb; have [[c0 c1] _] := lazy63P acc.
have [a0 b0] := conj (Uint63.to_Z_bounded a) (Uint63.to_Z_bounded b).
have ab : (0 <= toZ a * toZ b <= 2147483647 * 2147483647)%cZ by nia.
rewrite Uint63.add_spec Uint63.mul_spec; change Uint63.wB with 9223372036854775808%cZ.
by rewrite (Z.mod_small (toZ a * toZ b)) ?Z.mod_small //; lia.
Qed.

Lemma dot63E r s acc : sm r -> sm s ->
  Z.modulo (toZ (dot63 p r s acc)) (toZ p) = Z.modulo (dot (map toZ r) (map toZ s) (toZ acc)) (toZ p).
Proof.
elim: r s acc => [|a r IH] [|b s] acc //= /andP[/Uint63.ltb_spec la sr] /andP[/Uint63.ltb_spec lb ss].
rewrite IH // step63P //; apply: dot_mod; have [_ E] := lazy63P acc.
by rewrite Zplus_mod E -Zplus_mod.
Qed.

Lemma checkrow63P l U m : sm l -> all sm U ->
  checkrow63 p l U m -> checkrow (toZ p) (map toZ l) (m2 U) (map toZ m).
Proof.
move=> sl; elim: U m => [|u U IH] [|a m] //= /andP[su sU] /andP[/Uint63.eqb_spec E H].
rewrite IH // andbT; apply/Z.eqb_spec.
have := congr1 toZ E; rewrite Uint63.mod_spec dot63E //.
change (toZ 0%uint63) with 0%cZ => <-.
have dN c : dot (map toZ l) (map toZ u) (Z.opp c) = (dot (map toZ l) (map toZ u) 0 - c)%cZ.
  by rewrite -Z.add_opp_r -dotD.
by rewrite dN Zminus_mod Zmod_mod Z.sub_diag.
Qed.

Lemma checkLU63P L U M : small p L -> small p U -> checkLU63 p L U M -> checkLU (toZ p) (m2 L) (m2 U) (m2 M).
Proof.
move=> + sU; elim: L M => [|l L IH] [|m M] //= /andP[sl sL] /andP[H1 H2].
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

Theorem cert63P p n L U M : cert63 p n L U M -> certZ (toZ p) n (m2 L) (m2 U) (m2 M).
Proof.
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 sL sU /and5P[/eqP zL /eqP zU C tL /andP[tU D]].
rewrite /certZ !size_map zL zU eqxx -!tri63E tL tU -!diagm63E // D (introT (Z.ltb_spec0 _ _) p1) /=.
by rewrite !andbT checkLU63P.
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
(* rows are (number, row of L in reverse, what is left of the row) *)
Definition row63 : Type := nat * seq i63 * seq i63.
Fixpoint pivot (rows : seq row63) : option (row63 * seq row63) :=
  if rows is x :: rows then
    if (if x.2 is a :: _ then PrimInt63.eqb a 0 else true) then
      if pivot rows is Some (y, others) then Some (y, x :: others) else None
    else Some (x, rows)
  else None.
Definition eliminate (i : i63) (t : seq i63) (x : row63) : row63 :=
  if x is (k, l, a :: s) then
    let c := (a * i) mod p in (k, c :: l, if PrimInt63.eqb c 0 then s else axpy63 (p - c) s t)
  else x.
Fixpoint lu (n : nat) (rows : seq row63) : seq (seq i63) * seq (seq i63) * seq nat :=
  match n, pivot rows with
  | S n, Some ((k, l, a :: t), others) =>
      let: (Ls, Us, ks) := lu n (map (eliminate (inv63 a) t) others) in (rev (1 :: l) :: Ls, (a :: t) :: Us, k :: ks)
  | _, _ => ([::], [::], [::])
  end.
(* rows of an upper triangular matrix to its columns *)
Fixpoint cons63 (xs : seq i63) (rs : seq (seq i63)) : seq (seq i63) :=
  match xs, rs with x :: xs, r :: rs => (x :: r) :: cons63 xs rs | _, _ => [::] end.
Fixpoint rows63 (cs : seq (seq i63)) : seq (seq i63) :=
  if cs is (a :: x) :: cs then [:: a] :: cons63 x (rows63 cs) else [::].
Definition numbered (M : seq (seq i63)) : seq row63 := [seq (kr.1, [::], kr.2) | kr <- zip (iota 0 (size M)) M].
Definition oneshot n (M : seq (seq i63)) :=
  let: (Ls, Us, ks) := lu n (numbered M) in
  (size ks == n) && all (fun k => k < n)%N ks && cert63 p n Ls (rows63 Us) [seq nth [::] M k | k <- ks].
End Elimination.

Local Open Scope ring_scope.
Theorem oneshot_det p n M : oneshot p n M ->
  \det (map_mx (fun z : int => z%:~R : 'Z_(Z.to_nat (toZ p))) (mxZ n n (m2 M))) != 0.
Proof.
rewrite /oneshot; case: (lu p n (numbered M)) => [[Ls Us] ks] /andP[/andP[/eqP sk kn] C].
have p1 : (1 < toZ p)%cZ by case/and5P: C => /Z.ltb_spec0.
have := certZ_det p1 (cert63P C); apply: contraNneq => D0.
have kP (i : 'I_n) : (nth 0%N ks i < n)%N by apply: (allP kn); rewrite mem_nth ?sk.
pose A := map_mx (fun z : int => z%:~R : 'Z_(Z.to_nat (toZ p))) (mxZ n n (m2 M)).
have -> : map_mx (fun z : int => z%:~R : 'Z_(Z.to_nat (toZ p))) (mxZ n n (m2 [seq nth [::] M k | k <- ks]))
    = rowsub (fun i => Ordinal (kP i)) 1%:M *m A.
  rewrite mul_rowsub_mx mul1mx; apply/matrixP=> i j; rewrite !mxE /=; congr (1 *~ int_of_Z (nth _ _ j)).
  have m2E k : nth [::] (m2 M) k = map toZ (nth [::] M k).
    have [kM|kM] := ltnP k (size M); first by rewrite (nth_map [::]).
    by rewrite nth_default ?size_map // [nth [::] M k]nth_default.
  by rewrite m2E /m2 -map_comp (nth_map 0%N) ?sk.
by rewrite det_mulmx D0 GRing.mulr0.
Qed.
