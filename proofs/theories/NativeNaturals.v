(* Natural numbers as lists of native digits to the base 2^30, the lowest first, and products and sums of binomials of
   thousands of digits compared with them. No division: a fraction is compared by its numerator and its denominator.
     digits x                 == the entries of x are digits
     numZ x                   == the number that x is
     scale c x r              == c x + r, for c and r below the base
     add_digits x y r         == x + y + r
     atmost x y               == x <= y
     digits_of v              == v
     fall n k x               == n (n - 1) .. (n - k + 1) x
     short n k                == k, or n - k if it is less, which has the same binomial
     product_at_least v bs    == v is at most the product of the 'C(n, k), (n, k) in bs
     sum_at_most v b1 b2      == 'C(n1, k1) + 'C(n2, k2) is at most v
     bins bs                  == the product of the 'C(n, k)
   Proved: product_at_leastP and sum_at_mostP: both are decided exactly for n below 2^30, and false above. The time is
   the sum of the short k, times the number of digits of the products n (n - 1) .. (n - k + 1). *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
From Seprank Require Import RankCert63.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

Fixpoint scale (c : i63) (x : seq i63) (r : i63) : seq i63 :=
  if x is a :: x then
    let s := PrimInt63.add (PrimInt63.mul a c) r in let q := PrimInt63.lsr s 30%uint63 in
    PrimInt63.sub s (PrimInt63.mul q 1073741824%uint63) :: scale c x q
  else if PrimInt63.eqb r 0%uint63 then [::] else [:: r].
Fixpoint add_digits (x y : seq i63) (r : i63) : seq i63 :=
  match x, y with
  | a :: x, b :: y =>
      let s := PrimInt63.add (PrimInt63.add a b) r in
      if PrimInt63.ltb s 1073741824%uint63 then s :: add_digits x y 0%uint63
      else PrimInt63.sub s 1073741824%uint63 :: add_digits x y 1%uint63
  | [::], z | z, [::] => scale 1%uint63 z r
  end.
(* is x + 1 - ok at most y *)
Fixpoint atmost_from (ok : bool) (x y : seq i63) : bool :=
  match x, y with
  | a :: x, b :: y => atmost_from (if PrimInt63.eqb a b then ok else PrimInt63.ltb a b) x y
  | [::], _ => ok || has (fun b => ~~ PrimInt63.eqb b 0%uint63) y
  | _, [::] => ok && all (fun a => PrimInt63.eqb a 0%uint63) x
  end.
Definition atmost := atmost_from true.

Fixpoint digits_of_pos (p : positive) : seq i63 :=
  match p with
  | xH => [:: 1%uint63]
  | xO p => scale 2%uint63 (digits_of_pos p) 0%uint63
  | xI p => scale 2%uint63 (digits_of_pos p) 1%uint63
  end.
Definition digits_of (v : N) : seq i63 := if v is Npos p then digits_of_pos p else [::].

Fixpoint fall63 (n : i63) (k : nat) (x : seq i63) : seq i63 :=
  if k is k.+1 then
    if PrimInt63.eqb n 0%uint63 then [::] else fall63 (PrimInt63.sub n 1%uint63) k (scale n x 0%uint63)
  else x.
Definition fall (n k : N) := fall63 (Uint63.of_Z (Z.of_N n)) (N.to_nat k).
Definition in_base (n : N) := (n <? 1073741824)%bN.
Definition short (n k : N) : N := if (k <=? n)%bN then N.min k (n - k) else k.
Definition shorten (b : N * N) : N * N := (b.1, short b.1 b.2).

Definition falls (bs : seq (N * N)) x := foldl (fun x b => fall b.1 b.2 x) x bs.
Definition facts (bs : seq (N * N)) x := foldl (fun x b => fall b.2 b.2 x) x bs.
Definition allowed := all (fun b : N * N => in_base b.1 && in_base b.2).

Definition product_at_least (v : N) (bs : seq (N * N)) : bool :=
  let bs := map shorten bs in allowed bs && atmost (facts bs (digits_of v)) (falls bs [:: 1%uint63]).
Definition sum_at_most (v : N) (b1 b2 : N * N) : bool :=
  let: (b1, b2) := (shorten b1, shorten b2) in
  allowed [:: b1; b2] &&
  let over b c := facts [:: c] (falls [:: b] [:: 1%uint63]) in
  atmost (add_digits (over b1 b2) (over b2 b1) 0%uint63) (facts [:: b1; b2] (digits_of v)).

Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Notation base := 1073741824%cZ.

Definition digits := all (fun a => PrimInt63.ltb a 1073741824%uint63).
Fixpoint numZ (x : seq i63) : Z := if x is a :: x then (toZ a + base * numZ x)%cZ else 0%cZ.

Local Lemma base63 : toZ 1073741824%uint63 = base. Proof. by []. Qed.
Local Lemma wB63 : Uint63.wB = 9223372036854775808%cZ. Proof. by []. Qed.
Local Lemma zero63 : toZ 0%uint63 = 0%cZ. Proof. by []. Qed.
Local Lemma one63 : toZ 1%uint63 = 1%cZ. Proof. by []. Qed.

Lemma digitP a : reflect (toZ a < base)%cZ (PrimInt63.ltb a 1073741824%uint63).
Proof. by apply: (iffP idP) => [/Uint63.ltb_spec|lt] //; apply/Uint63.ltb_spec. Qed.
Lemma eq63P a b : reflect (toZ a = toZ b) (PrimInt63.eqb a b).
Proof. by apply: (iffP idP) => [/Uint63.eqb_spec->|/Uint63.to_Z_inj->] //; apply/Uint63.eqb_spec. Qed.

Lemma numZ_ge0 x : (0 <= numZ x)%cZ.
Proof. by elim: x => //= a x IH; have := Uint63.to_Z_bounded a; lia. Qed.

Lemma scaleP c x r : (toZ c < base)%cZ -> (toZ r < base)%cZ -> digits x ->
  digits (scale c x r) /\ numZ (scale c x r) = (toZ c * numZ x + toZ r)%cZ.
Proof.
move=> cB; have [c0 _] := Uint63.to_Z_bounded c; elim: x r => [|a x IH] r rB; have [r0 _] := Uint63.to_Z_bounded r.
  move=> _ /=; case: eq63P; rewrite zero63 => rE; first by rewrite /= rE; split=> //; lia.
  by rewrite /= (introT (digitP r) rB); split=> //; lia.
case/andP=> /digitP aB dx; have [a0 _] := Uint63.to_Z_bounded a; rewrite [scale _ _ _]/= /=; cbv zeta.
set s := PrimInt63.add _ r; set q := PrimInt63.lsr s _.
have ac : (0 <= toZ a * toZ c <= 1073741823 * 1073741823)%cZ by nia.
have sE : toZ s = (toZ a * toZ c + toZ r)%cZ.
  by rewrite Uint63.add_spec Uint63.mul_spec wB63 (Z.mod_small (toZ a * toZ c)) ?Z.mod_small //; lia.
have qE : toZ q = (toZ s / base)%cZ by rewrite Uint63.lsr_spec.
have [lo hi] : (base * toZ q <= toZ s < base * toZ q + base)%cZ.
  by rewrite qE; have := Z.div_mod (toZ s) base; have := Z.mod_pos_bound (toZ s) base; lia.
have q0 : (0 <= toZ q < base)%cZ by lia.
have [dq vq] := IH q (proj2 q0) dx.
have lE : toZ (PrimInt63.sub s (PrimInt63.mul q 1073741824%uint63)) = (toZ s - toZ q * base)%cZ.
  by rewrite Uint63.sub_spec Uint63.mul_spec base63 wB63 (Z.mod_small (toZ q * _)) ?Z.mod_small //; lia.
by rewrite dq andbT; split; [apply/digitP | ]; rewrite lE ?vq; lia.
Qed.

Lemma add_digitsP x y r : (toZ r < 2)%cZ -> digits x -> digits y ->
  digits (add_digits x y r) /\ numZ (add_digits x y r) = (numZ x + numZ y + toZ r)%cZ.
Proof.
have tail z r' : (toZ r' < 2)%cZ -> digits z ->
    digits (scale 1%uint63 z r') /\ numZ (scale 1%uint63 z r') = (numZ z + toZ r')%cZ.
  move=> r2 dz; have rB : (toZ r' < base)%cZ by lia.
  by have [d ->] := @scaleP 1%uint63 z r' erefl rB dz; rewrite one63 Z.mul_1_l.
elim: x y r => [|a x IH] [|b y] r r2; try by move=> dx dy; have [] := tail _ r r2 (dx : digits [::]).
- move=> _ dy; have [d E] := tail (b :: y) r r2 dy.
  by rewrite -[add_digits _ _ _]/(scale 1%uint63 (b :: y) r) E; split=> //=; lia.
- move=> dx _; have [d E] := tail (a :: x) r r2 dx.
  by rewrite -[add_digits _ _ _]/(scale 1%uint63 (a :: x) r) E; split=> //=; lia.
case/andP=> /digitP aB dx /andP[/digitP bB dy].
have [[a0 _] [b0 _] [r0 _]] := And3 (Uint63.to_Z_bounded a) (Uint63.to_Z_bounded b) (Uint63.to_Z_bounded r).
rewrite /=; set s := PrimInt63.add _ r.
have sE : toZ s = (toZ a + toZ b + toZ r)%cZ.
  by rewrite !Uint63.add_spec wB63 (Z.mod_small (toZ a + toZ b)) ?Z.mod_small //; lia.
case: digitP => sB.
  by have [d E] := IH y 0%uint63 erefl dx dy; rewrite /= d E (introT (digitP s) sB) sE zero63; split=> //; lia.
have [d E] := IH y 1%uint63 erefl dx dy; rewrite /= d E one63 andbT.
have tE : toZ (PrimInt63.sub s 1073741824%uint63) = (toZ s - base)%cZ.
  by rewrite Uint63.sub_spec base63 wB63 Z.mod_small; lia.
by split; [apply/digitP | ]; rewrite tE; lia.
Qed.

Lemma numZ_eq0 x : reflect (numZ x = 0)%cZ (all (fun a => PrimInt63.eqb a 0%uint63) x).
Proof.
elim: x => [|a x IH] /=; first by constructor.
have [a0 _] := Uint63.to_Z_bounded a; have x0 := @numZ_ge0 x.
by case: eq63P => aE; case: IH => xE; constructor; rewrite zero63 in aE; lia.
Qed.

Lemma atmost_fromP ok x y : digits x -> digits y -> atmost_from ok x y = (numZ x + Z.b2z (~~ ok) <=? numZ y)%cZ.
Proof.
elim: x y ok => [|a x IH] [|b y] ok.
- by case: ok.
- move=> _ _; rewrite -[LHS]/(ok || has (predC (fun a => PrimInt63.eqb a 0%uint63)) (b :: y)).
  rewrite has_predC; have := @numZ_ge0 (b :: y); case: numZ_eq0; move: (numZ _) => w E w0;
    by case: ok; case: Z.leb_spec0 => //= le; lia.
- move=> _ _; rewrite -[LHS]/(ok && all (fun a => PrimInt63.eqb a 0%uint63) (a :: x)).
  have := @numZ_ge0 (a :: x); case: numZ_eq0; move: (numZ (_ :: _)) => w E w0;
    by case: ok; case: Z.leb_spec0 => //= le; lia.
case/andP=> /digitP aB dx /andP[/digitP bB dy]; rewrite [LHS]/= IH //=.
have [[a0 _] [b0 _]] := conj (Uint63.to_Z_bounded a) (Uint63.to_Z_bounded b).
case: eq63P => [E|ne]; first by apply/Z.leb_spec0/Z.leb_spec0; case: ok => /=; lia.
have -> : PrimInt63.ltb a b = (toZ a <? toZ b)%cZ by apply/idP/Z.ltb_spec0 => /Uint63.ltb_spec.
by case: Z.ltb_spec0 => lt; apply/Z.leb_spec0/Z.leb_spec0; case: ok => /=; lia.
Qed.

Lemma digits_ofP v : digits (digits_of v) /\ numZ (digits_of v) = Z.of_N v.
Proof.
case: v => //= p; elim: p => [p [d E]|p [d E]|] //=.
- by have [d' ->] := @scaleP 2%uint63 (digits_of_pos p) 1%uint63 erefl erefl d; rewrite E.
- by have [d' ->] := @scaleP 2%uint63 (digits_of_pos p) 0%uint63 erefl erefl d; rewrite E.
Qed.

Lemma fall63P m n k x : toZ n = Z.of_nat m -> (toZ n < base)%cZ -> digits x ->
  digits (fall63 n k x) /\ numZ (fall63 n k x) = (Z.of_nat (m ^_ k) * numZ x)%cZ.
Proof.
elim: k m n x => [|k IH] m n x nE nB dx; first by rewrite /= Z.mul_1_l.
rewrite /=; case: eq63P; rewrite zero63 nE; case: m nE => [|m] nE //; try by lia.
move=> _; have [d E] := @scaleP n x 0%uint63 nB erefl dx.
have sE : toZ (PrimInt63.sub n 1%uint63) = Z.of_nat m by rewrite Uint63.sub_spec one63 wB63 Z.mod_small; lia.
have [|d' ->] := IH m _ _ sE _ d; first by lia.
by split=> //; rewrite E nE zero63 ffactnS /= Nat2Z.inj_mul; lia.
Qed.

Local Notation "[ n ]" := (N.to_nat n).
Lemma fallP n k x : in_base n -> digits x ->
  digits (fall n k x) /\ numZ (fall n k x) = (Z.of_nat ([n] ^_ [k]) * numZ x)%cZ.
Proof.
move=> /N.ltb_spec0 nB dx; have nE : toZ (Uint63.of_Z (Z.of_N n)) = Z.of_nat [n].
  by rewrite Uint63.of_Z_spec wB63 Z.mod_small; lia.
by apply: fall63P; rewrite // nE; lia.
Qed.

Lemma short_bin n k : 'C([n], [short n k]) = 'C([n], [k]).
Proof.
rewrite /short; case: N.leb_spec0 => // kn.
have [le|lt] := N.le_gt_cases k (n - k); first by rewrite N.min_l.
by rewrite N.min_r ?N2Nat.inj_sub ?bin_sub; lia.
Qed.

Definition bins (bs : seq (N * N)) : nat := foldr (fun b r => 'C([b.1], [b.2]) * r) 1 bs.
Lemma bins_shorten bs : bins (map shorten bs) = bins bs.
Proof. by elim: bs => //= b bs ->; rewrite short_bin. Qed.

Lemma leb_scaled c x y : (0 < c)%cZ -> (c * x <=? c * y)%cZ = (x <=? y)%cZ.
Proof. by move=> c0; apply/Z.leb_spec0/Z.leb_spec0; rewrite -Z.mul_le_mono_pos_l. Qed.
Lemma leb_nat x y : (Z.of_nat x <=? Z.of_nat y)%cZ = (x <= y).
Proof. by apply/Z.leb_spec0/idP; lia. Qed.
Lemma fact_gt0Z k : (0 < Z.of_nat k`!)%cZ.
Proof. by have := fact_gt0 k; lia. Qed.
Lemma bin_ffactZ n k : Z.of_nat (n ^_ k) = (Z.of_nat 'C(n, k) * Z.of_nat k`!)%cZ.
Proof. by rewrite -bin_ffact Nat2Z.inj_mul. Qed.
Lemma numZ1 : numZ [:: 1%uint63] = 1%cZ. Proof. by []. Qed.

Lemma fallsP bs x y : allowed bs -> digits x -> digits y -> [/\ digits (falls bs x), digits (facts bs y) &
  exists2 c, (0 < c)%cZ &
    numZ (facts bs y) = (c * numZ y)%cZ /\ numZ (falls bs x) = (c * (Z.of_nat (bins bs) * numZ x))%cZ].
Proof.
elim: bs x y => [|b bs IH] x y.
  by move=> _ dx dy; split=> //; exists 1%cZ => //=; rewrite !Z.mul_1_l.
case/andP=> /andP[b1 b2] al dx dy; have [d1 E1] := @fallP _ b.2 x b1 dx; have [d2 E2] := @fallP _ b.2 y b2 dy.
have [d3 d4 [c c0 [E3 E4]]] := IH _ _ al d1 d2; split=> //.
exists (c * Z.of_nat [b.2]`!)%cZ; first exact: Z.mul_pos_pos c0 (fact_gt0Z _).
rewrite [falls _ _]/= [facts _ _]/= E3 E4 E1 E2 ffactnn bin_ffactZ.
rewrite (_ : bins (b :: bs) = 'C([b.1], [b.2]) * bins bs) // Nat2Z.inj_mul; clear.
by split; ring.
Qed.

Theorem product_at_leastP v bs : product_at_least v bs = allowed (map shorten bs) && ([v] <= bins bs).
Proof.
rewrite /product_at_least -(bins_shorten bs); case al: (allowed _) => //=; have [dv vE] := digits_ofP v.
have [d1 d2 [c c0 [E1 E2]]] := @fallsP _ [:: 1%uint63] _ al erefl dv.
by rewrite /atmost atmost_fromP // E1 E2 vE numZ1 Z.add_0_r leb_scaled // Z.mul_1_r -N_nat_Z leb_nat.
Qed.

Theorem sum_at_mostP v b1 b2 : sum_at_most v b1 b2 = allowed [:: shorten b1; shorten b2] &&
  ('C([b1.1], [b1.2]) + 'C([b2.1], [b2.2]) <= [v]).
Proof.
rewrite /sum_at_most; case al: (allowed _) => //=; case/and3P: (al) => /andP[n1 k1] /andP[n2 k2] _.
rewrite -(short_bin b1.1) -(short_bin b2.1); have [dv vE] := digits_ofP v.
set m1 := short b1.1 _; set m2 := short b2.1 _.
have [d11 E11] := @fallP b1.1 m1 [:: 1%uint63] n1 erefl; have [d12 E12] := @fallP m2 m2 _ k2 d11.
have [d21 E21] := @fallP b2.1 m2 [:: 1%uint63] n2 erefl; have [d22 E22] := @fallP m1 m1 _ k1 d21.
have [d31 E31] := @fallP m1 m1 _ k1 dv; have [d32 E32] := @fallP m2 m2 _ k2 d31.
have [_ E4] := @add_digitsP _ _ 0%uint63 erefl d12 d22; have [d4 _] := @add_digitsP _ _ 0%uint63 erefl d12 d22.
rewrite /atmost atmost_fromP // E4 E32 E12 E22 E31 E11 E21 vE numZ1 zero63 !Z.add_0_r !Z.mul_1_r !ffactnn !bin_ffactZ.
have fg := Z.mul_pos_pos _ _ (fact_gt0Z [m1]) (fact_gt0Z [m2]).
rewrite -leb_nat -[RHS](leb_scaled _ _ fg) Nat2Z.inj_add N_nat_Z; clear.
by congr (_ <=? _)%cZ; ring.
Qed.
