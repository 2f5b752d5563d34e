(* Intervals whose ends are whole numbers of units of 2^(-30 w), and the elements of an ordered field that they hold:
   the arithmetic of Proposition 1.10 (b), (c) of theory.md. The ends are integers to compute in (IntegerOps.v).
     interval T               == the lower and the upper end, in units; None: nothing is known
     inside val w a x         == x is in the interval a
     scale_of O w             == w, and the constants 0, 1, 2^(30 w) and 2^(30 w) - 1, to be computed once for all
     floor_shift s a, ceil_shift s a   == a / 2^(30 w), rounded down and up
     floor_quotient, ceil_quotient s a b   == a / b for b > 0, rounded down and up; None if the guess is no such number
     floor_root, ceil_root s a         == the root of a >= 0, rounded down and up
     i_point s n              == the integer n
     i_of s q                 == the fraction q
     i_add, i_sub, i_opp, i_mul s, i_div s, i_root s, i_max0 s   == the operations and max (x, 0)
     i_times O n a, i_over s n a           == n a, a / n, for an integer n and for a positive one
     i_join O a b             == holds what a or b hold
     i_finer O k a, i_coarser O k a        == a with the unit 2^(-30 (w + k)) for 2^(-30 w), and back; k is scale_of O k
     i_nonzero s a, i_ge0 s a, i_le0 s a, i_gt0 s a   == all that a holds is so
   Proved: each result holds what the name says if the arguments hold the arguments (the lemmas .._inside), and tests
   are true only where they may be (i_nonzeroP ..). Nothing is asked of guesses of quotients and roots. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ ring.
From Seprank Require Import Layers LayersRun IntegerOps.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Delimit Scope Z_scope with cZ.
Local Open Scope ring_scope.
Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.sub : simpl never.
Local Arguments Z.pow : simpl never.

Definition interval (T : Type) := option (T * T).

Record scale (T : Type) := Scale { s_words : nat; s_zero : T; s_one : T; s_unit : T; s_rest : T }.

Section Operations.
Variables (T : Type) (O : integers T).
Local Notation "a + b" := (z_add O a b). Local Notation "a - b" := (z_sub O a b).
Local Notation "a * b" := (z_mul O a b). Local Notation "a <= b" := (z_le O a b).
Implicit Types (s : scale T) (a b : interval T).

Definition scale_of (w : nat) : scale T :=
  let u := (2 ^ (30 * Z.of_nat w))%cZ in Scale w (z_of O 0) (z_of O 1) (z_of O u) (z_of O (u - 1)%cZ).

Definition z_min (m n : T) : T := if m <= n then m else n.
Definition z_max (m n : T) : T := if m <= n then n else m.
Definition floor_shift s (n : T) : T := z_word O (s_words s) n.
Definition ceil_shift s (n : T) : T := z_word O (s_words s) (n + s_rest s).
Definition floor_quotient s (n d : T) : option T := let q := z_div O n d in if q * d <= n then Some q else None.
Definition ceil_quotient s (n d : T) : option T :=
  let q := z_div O n d in let p := q * d in
  if n <= p then Some q else if n <= p + d then Some (q + s_one s) else None.
Definition floor_root s (n : T) : option T := let r := z_root O n in if r * r <= n then Some r else None.
Definition ceil_root s (n : T) : option T :=
  let r := z_root O n in
  if s_zero s <= r then
    if n <= r * r then Some r else let r := r + s_one s in if n <= r * r then Some r else None
  else None.

Definition pair (l h : option T) : interval T := if (l, h) is (Some l, Some h) then Some (l, h) else None.

Definition i_ge0 s a : bool := if a is Some (l, _) then s_zero s <= l else false.
Definition i_le0 s a : bool := if a is Some (_, h) then h <= s_zero s else false.
Definition i_gt0 s a : bool := if a is Some (l, _) then ~~ (l <= s_zero s) else false.
Definition i_lt0 s a : bool := if a is Some (_, h) then ~~ (s_zero s <= h) else false.
Definition i_nonzero s a : bool := i_gt0 s a || i_lt0 s a.

Definition i_point s (n : Z) : interval T := let p := z_of O n * s_unit s in Some (p, p).
Definition i_of s (q : fraction) : interval T :=
  let n := z_of O (num q) * s_unit s in
  if (den q =? 1)%positive then Some (n, n)
  else let d := z_of O (Zpos (den q)) in pair (floor_quotient s n d) (ceil_quotient s n d).

Definition i_add a b : interval T :=
  if (a, b) is (Some (l1, h1), Some (l2, h2)) then Some (l1 + l2, h1 + h2) else None.
Definition i_sub a b : interval T :=
  if (a, b) is (Some (l1, h1), Some (l2, h2)) then Some (l1 - h2, h1 - l2) else None.
Definition i_opp s a : interval T := if a is Some (l, h) then Some (s_zero s - h, s_zero s - l) else None.

(* the ends of the product of [l1, h1] and [l2, h2], before the shift *)
Definition product_ends (zero l1 h1 l2 h2 : T) : T * T :=
  if zero <= l1 then
    if zero <= l2 then (l1 * l2, h1 * h2) else if h2 <= zero then (h1 * l2, l1 * h2) else (h1 * l2, h1 * h2)
  else if h1 <= zero then
    if zero <= l2 then (l1 * h2, h1 * l2) else if h2 <= zero then (h1 * h2, l1 * l2) else (l1 * h2, l1 * l2)
  else
    if zero <= l2 then (l1 * h2, h1 * h2) else if h2 <= zero then (h1 * l2, l1 * l2)
    else (z_min (l1 * h2) (h1 * l2), z_max (l1 * l2) (h1 * h2)).
Definition i_mul s a b : interval T :=
  if (a, b) is (Some (l1, h1), Some (l2, h2)) then
    let: (l, h) := product_ends (s_zero s) l1 h1 l2 h2 in Some (floor_shift s l, ceil_shift s h)
  else None.

(* [l1, h1] / [l2, h2] for l2 > 0 *)
Definition quotient s (l1 h1 l2 h2 : T) : interval T :=
  pair (floor_quotient s (l1 * s_unit s) (if s_zero s <= l1 then h2 else l2))
       (ceil_quotient s (h1 * s_unit s) (if s_zero s <= h1 then l2 else h2)).
Definition i_div s a b : interval T :=
  if (a, b) is (Some (l1, h1), Some (l2, h2)) then
    if ~~ (l2 <= s_zero s) then quotient s l1 h1 l2 h2
    else if ~~ (s_zero s <= h2) then
      quotient s (s_zero s - h1) (s_zero s - l1) (s_zero s - h2) (s_zero s - l2)
    else None
  else None.

Definition i_times (n : Z) a : interval T :=
  if a is Some (l, h) then
    let m := z_of O n in if (0 <=? n)%cZ then Some (l * m, h * m) else Some (h * m, l * m)
  else None.
Definition i_over s (n : positive) a : interval T :=
  if a is Some (l, h) then let d := z_of O (Zpos n) in pair (floor_quotient s l d) (ceil_quotient s h d) else None.
Definition i_max0 s a : interval T := if a is Some (l, h) then Some (z_max l (s_zero s), z_max h (s_zero s)) else None.
Definition i_join a b : interval T :=
  if (a, b) is (Some (l1, h1), Some (l2, h2)) then Some (z_min l1 l2, z_max h1 h2) else None.
Definition i_root s a : interval T :=
  if a is Some (l, h) then
    if s_zero s <= l then pair (floor_root s (l * s_unit s)) (ceil_root s (h * s_unit s)) else None
  else None.

Definition i_finer (k : scale T) a : interval T := if a is Some (l, h) then Some (l * s_unit k, h * s_unit k) else None.
Definition i_coarser (k : scale T) a : interval T :=
  if a is Some (l, h) then Some (floor_shift k l, ceil_shift k h) else None.
End Operations.

(* integers in the field *)
Section Numerals.
Variable F : realFieldType.
Definition numeral (z : Z) : F := (int_of_Z z)%:~R.
Lemma numeral0 : numeral 0 = 0. Proof. by []. Qed.
Lemma numeral1 : numeral 1 = 1. Proof. by []. Qed.
Lemma numeralD a b : numeral (a + b)%cZ = numeral a + numeral b.
Proof. by rewrite /numeral -rmorphD; congr _%:~R; lia. Qed.
Lemma numeralB a b : numeral (a - b)%cZ = numeral a - numeral b.
Proof. by rewrite /numeral -rmorphB; congr _%:~R; lia. Qed.
Lemma numeralM a b : numeral (a * b)%cZ = numeral a * numeral b.
Proof. by rewrite /numeral -rmorphM; congr _%:~R; lia. Qed.
Lemma numeral_le a b : (numeral a <= numeral b) = (a <=? b)%cZ.
Proof. by rewrite /numeral ler_int; lia. Qed.
Lemma numeral_lt a b : (numeral a < numeral b) = (a <? b)%cZ.
Proof. by rewrite /numeral ltr_int; lia. Qed.
Lemma numeral_nat n : numeral (Z.of_nat n) = n%:R.
Proof. by rewrite /numeral (_ : int_of_Z (Z.of_nat n) = n) //; lia. Qed.
Lemma numeral_pow2 n : numeral (2 ^ Z.of_nat n) = 2%:R ^+ n.
Proof.
elim: n => [|n IH] //; rewrite (_ : Z.of_nat n.+1 = (1 + Z.of_nat n)%cZ); last by lia.
by rewrite Z.pow_add_r; [rewrite numeralM IH exprS | lia..].
Qed.
End Numerals.

Section Inside.
Variables (T : Type) (O : integers T) (val : T -> Z) (F : realFieldType) (w : nat).
Hypothesis OP : counts O val.

Definition in_units (x : F) : F := x * 2%:R ^+ (30 * w).
Definition inside (a : interval T) (x : F) : Prop :=
  if a is Some (l, h) then numeral F (val l) <= in_units x <= numeral F (val h) else True.

Local Notation "# n" := (numeral F (val n)) (at level 2, format "# n").
Local Notation U := (2%:R ^+ (30 * w) : F).
Local Notation s := (scale_of O w).
Implicit Types (a b : interval T) (l h n d : T) (x y : F).

Lemma hashD l h : #(z_add O l h) = #l + #h. Proof. by rewrite (val_add OP) numeralD. Qed.
Lemma hashB l h : #(z_sub O l h) = #l - #h. Proof. by rewrite (val_sub OP) numeralB. Qed.
Lemma hashM l h : #(z_mul O l h) = #l * #h. Proof. by rewrite (val_mul OP) numeralM. Qed.
Lemma hash_le l h : z_le O l h = (#l <= #h). Proof. by rewrite (val_le OP) numeral_le. Qed.
Lemma hash_of z : #(z_of O z) = numeral F z. Proof. by rewrite (val_of OP). Qed.
Lemma hash0 : #(s_zero s) = 0. Proof. by rewrite hash_of. Qed.
Lemma hash1 : #(s_one s) = 1. Proof. by rewrite hash_of. Qed.
Lemma hashU : #(s_unit s) = U.
Proof. by rewrite hash_of -numeral_pow2 Nat2Z.inj_mul. Qed.
Definition hash := (hashD, hashB, hashM, hash_le, hash0, hash1, hashU).

Lemma U_gt0 : 0 < U. Proof. by rewrite exprn_gt0 // ltr0n. Qed.
Lemma U_ge0 : 0 <= U. Proof. exact: ltW U_gt0. Qed.
Lemma U_neq0 : U != 0. Proof. exact: lt0r_neq0 U_gt0. Qed.

Lemma hash_min m n : #(z_min O m n) = Num.min #m #n.
Proof. by rewrite /z_min hash_le; case: leP. Qed.
Lemma hash_max m n : #(z_max O m n) = Num.max #m #n.
Proof. by rewrite /z_max hash_le; case: leP. Qed.

Lemma floor_shiftP n : #(floor_shift O s n) * U <= #n.
Proof.
rewrite -hashU -hashM numeral_le (val_mul OP) (val_word OP) (val_of OP); apply/Z.leb_spec0.
by rewrite Z.mul_comm; apply: Z.mul_div_le; apply: Z.pow_pos_nonneg; lia.
Qed.
Lemma ceil_shiftP n : #n <= #(ceil_shift O s n) * U.
Proof.
rewrite -hashU -hashM numeral_le (val_mul OP) (val_word OP) (val_add OP) !(val_of OP); apply/Z.leb_spec0 => /=.
set u := (2 ^ _)%cZ; have u0 : (0 < u)%cZ by apply: Z.pow_pos_nonneg; lia.
by have := Z.mul_succ_div_gt (val n + (u - 1)) u u0; nia.
Qed.
(* the floor is less than one unit below *)
Lemma floor_shift_lt n : #n <= #(floor_shift O s n) * U + U.
Proof.
rewrite -hashU -hashM -!hashD numeral_le (val_add OP) (val_mul OP) (val_word OP) !(val_of OP); apply/Z.leb_spec0 => /=.
set u := (2 ^ _)%cZ; have u0 : (0 < u)%cZ by apply: Z.pow_pos_nonneg; lia.
by have := Z.mul_succ_div_gt (val n) u u0; nia.
Qed.

Lemma floor_quotientP n d q : floor_quotient O s n d = Some q -> #q * #d <= #n.
Proof. by rewrite /floor_quotient hash_le hashM; case: ifP => // le [<-]. Qed.
Lemma ceil_quotientP n d q : ceil_quotient O s n d = Some q -> #n <= #q * #d.
Proof.
rewrite /ceil_quotient !hash; case: ifP => [le [<-] //|_]; case: ifP => // le [<-].
by rewrite !hash mulrDl mul1r.
Qed.
Lemma floor_rootP n r : floor_root O s n = Some r -> #r ^+ 2 <= #n.
Proof. by rewrite /floor_root !hash; case: ifP => // le [<-]; rewrite expr2. Qed.
Lemma ceil_rootP n r : ceil_root O s n = Some r -> 0 <= #r /\ #n <= #r ^+ 2.
Proof.
rewrite /ceil_root !hash; case: ifP => // r0; case: ifP => [le [<-]|_]; first by rewrite expr2.
by case: ifP => // le [<-]; rewrite hashD hash1 expr2 addr_ge0 ?ler01.
Qed.

Lemma insideE l h x : inside (Some (l, h)) x = (#l <= in_units x <= #h) :> Prop. Proof. by []. Qed.
Lemma inside_pair (l h : option T) x : (forall n, l = Some n -> #n <= in_units x) ->
  (forall n, h = Some n -> in_units x <= #n) -> inside (pair l h) x.
Proof. by case: l h => [l|] [h|] // L H; apply/andP; split; [exact: L | exact: H]. Qed.

(* tests *)
Lemma in_units_ge0 x : (0 <= in_units x) = (0 <= x). Proof. by rewrite pmulr_lge0 ?U_gt0. Qed.
Lemma in_units_le0 x : (in_units x <= 0) = (x <= 0). Proof. by rewrite pmulr_lle0 ?U_gt0. Qed.
Lemma in_units_gt0 x : (0 < in_units x) = (0 < x). Proof. by rewrite pmulr_lgt0 ?U_gt0. Qed.
Lemma in_units_lt0 x : (in_units x < 0) = (x < 0). Proof. by rewrite pmulr_llt0 ?U_gt0. Qed.
Lemma in_units_le x y : (in_units x <= in_units y) = (x <= y). Proof. by rewrite ler_pmul2r ?U_gt0. Qed.

Lemma i_gt0P a x : i_gt0 O s a -> inside a x -> 0 < x.
Proof. by case: a => [[l h]|] //=; rewrite !hash -ltNge -in_units_gt0 => l0 /andP[lx _]; apply: lt_le_trans l0 lx. Qed.
Lemma i_lt0P a x : i_lt0 O s a -> inside a x -> x < 0.
Proof. by case: a => [[l h]|] //=; rewrite !hash -ltNge -in_units_lt0 => h0 /andP[_ xh]; apply: le_lt_trans xh h0. Qed.
Lemma i_nonzeroP a x : i_nonzero O s a -> inside a x -> x != 0.
Proof. by case/orP=> [/i_gt0P H /H /lt0r_neq0|/i_lt0P H /H /ltr0_neq0]. Qed.

(* numbers *)
Lemma point_inside (n : Z) : inside (i_point O s n) (numeral F n).
Proof. by rewrite /= hashM hashU hash_of lexx. Qed.
Lemma i1_inside : inside (i_point O s 1) 1. Proof. exact: point_inside 1%cZ. Qed.
Lemma point_nat_inside (n : nat) : inside (i_point O s (Z.of_nat n)) n%:R.
Proof. by rewrite -numeral_nat; apply: point_inside. Qed.
Lemma of_inside (q : fraction) : inside (i_of O s q) (in_field F q).
Proof.
rewrite /i_of /in_field; case: Pos.eqb_spec => [->|_]; first by rewrite divr1; apply: point_inside.
have d0 : 0 < numeral F (Zpos (den q)) by rewrite -numeral0 numeral_lt.
rewrite -/(numeral F (num q)) -/(numeral F (Zpos (den q))) /in_units.
apply: inside_pair => n; rewrite /in_units mulrAC.
  by move/floor_quotientP; rewrite !hash !hash_of ler_pdivl_mulr.
by move/ceil_quotientP; rewrite !hash !hash_of ler_pdivr_mulr.
Qed.

Lemma add_inside a b x y : inside a x -> inside b y -> inside (i_add O a b) (x + y).
Proof.
case: a b => [[l1 h1]|] [[l2 h2]|] //= /andP[? ?] /andP[? ?].
by rewrite /in_units mulrDl !hash !ler_add.
Qed.
Lemma sub_inside a b x y : inside a x -> inside b y -> inside (i_sub O a b) (x - y).
Proof.
case: a b => [[l1 h1]|] [[l2 h2]|] //= /andP[? ?] /andP[? ?].
by rewrite /in_units mulrBl !hash !ler_sub.
Qed.
Lemma opp_inside a x : inside a x -> inside (i_opp O s a) (- x).
Proof. by case: a => [[l h]|] //= /andP[? ?]; rewrite /in_units mulNr !hash !sub0r !ler_opp2 andbC; apply/andP. Qed.
Lemma join_inside a b x : inside a x \/ inside b x -> inside (i_join O a b) x.
Proof.
case: a b => [[l1 h1]|] [[l2 h2]|] //=; rewrite hash_min hash_max le_minl le_maxr.
by case=> /andP[-> ->]; rewrite ?orbT.
Qed.
Lemma max0_inside a x : inside a x -> inside (i_max0 O s a) (Num.max x 0).
Proof.
case: a => [[l h]|] //= /andP[lx xh]; rewrite !hash_max hash0.
have -> : in_units (Num.max x 0) = Num.max (in_units x) 0 by rewrite /in_units maxr_pmull ?U_ge0 // mul0r.
by rewrite !le_maxl !le_maxr lx xh lexx !orbT.
Qed.

(* products *)
Lemma bilinear_le (l1 h1 l2 h2 X Y c : F) : l1 <= X <= h1 -> l2 <= Y <= h2 ->
  [/\ c <= l1 * l2, c <= l1 * h2, c <= h1 * l2 & c <= h1 * h2] -> c <= X * Y.
Proof.
move=> /andP[lX Xh] /andP[lY Yh] [ll lh hl hh].
have end_ y : c <= l1 * y -> c <= h1 * y -> c <= X * y.
  move=> L H; case: (leP 0 y) => [y0|/ltW y0]; first by apply: le_trans L _; rewrite ler_wpmul2r.
  by apply: le_trans H _; rewrite ler_wnmul2r.
case: (leP 0 X) => [X0|/ltW X0]; first by apply: le_trans (end_ _ ll hl) _; rewrite ler_wpmul2l.
by apply: le_trans (end_ _ lh hh) _; rewrite ler_wnmul2l.
Qed.
Lemma bilinear_ge (l1 h1 l2 h2 X Y c : F) : l1 <= X <= h1 -> l2 <= Y <= h2 ->
  [/\ l1 * l2 <= c, l1 * h2 <= c, h1 * l2 <= c & h1 * h2 <= c] -> X * Y <= c.
Proof.
move=> /andP[lX Xh] b [ll lh hl hh]; rewrite -[X]opprK mulNr -[c]opprK ler_opp2.
by apply: (@bilinear_le (- h1) (- l1) l2 h2) => //; rewrite ?ler_opp2 ?Xh // !mulNr !ler_opp2.
Qed.

Lemma product_endsP l1 h1 l2 h2 X Y : #l1 <= X <= #h1 -> #l2 <= Y <= #h2 ->
  let: (l, h) := product_ends O (s_zero s) l1 h1 l2 h2 in #l <= X * Y <= #h.
Proof.
move=> bX bY; have L := bilinear_le bX bY; have H := bilinear_ge bX bY.
have v1 : (val l1 <= val h1)%cZ by apply/Z.leb_spec0; rewrite -(numeral_le F); case/andP: bX; apply: le_trans.
have v2 : (val l2 <= val h2)%cZ by apply/Z.leb_spec0; rewrite -(numeral_le F); case/andP: bY; apply: le_trans.
suff: let: (l, h) := product_ends O (s_zero s) l1 h1 l2 h2 in
  (val l <= val l1 * val l2 /\ val l <= val l1 * val h2 /\ val l <= val h1 * val l2 /\ val l <= val h1 * val h2 /\
   val l1 * val l2 <= val h /\ val l1 * val h2 <= val h /\ val h1 * val l2 <= val h /\ val h1 * val h2 <= val h)%cZ.
  case: product_ends => l h; do 7![case=> /Z.leb_spec0 ?]; move/Z.leb_spec0 => ?.
  by apply/andP; split; [apply: L | apply: H]; split; rewrite -!numeralM numeral_le.
have edge (z l h : Z) : (l <= h)%cZ -> (0 <= z -> z * l <= z * h)%cZ /\ (z <= 0 -> z * h <= z * l)%cZ.
  by move=> lh; split=> z0; [apply: Z.mul_le_mono_nonneg_l | apply: Z.mul_le_mono_nonpos_l].
have := (edge (val l1) _ _ v2, edge (val h1) _ _ v2, edge (val l2) _ _ v1, edge (val h2) _ _ v1).
rewrite /product_ends /z_min /z_max !(val_le OP) !(val_mul OP) /= (val_of OP).
rewrite !(Z.mul_comm (val l2)) !(Z.mul_comm (val h2)).
case=> [[[e1 e2] e3] e4]; clear L H edge bX bY.
by do ![case: Z.leb_spec0 => ?]; rewrite !(val_mul OP); lia.
Qed.

Lemma mul_inside a b x y : inside a x -> inside b y -> inside (i_mul O s a b) (x * y).
Proof.
case: a b => [[l1 h1]|] [[l2 h2]|] //= bX bY; move: (product_endsP bX bY); rewrite /i_mul.
case: product_ends => l h /andP[L H].
have E : in_units x * in_units y = in_units (x * y) * U by rewrite /in_units; ring.
rewrite E in L H; apply/andP; split; rewrite -(ler_pmul2r U_gt0).
  by apply: le_trans L; apply: floor_shiftP.
by apply: le_trans H _; apply: ceil_shiftP.
Qed.

(* quotients *)
Lemma quotient_inside l1 h1 l2 h2 x y : 0 < #l2 -> #l1 <= in_units x <= #h1 -> #l2 <= in_units y <= #h2 ->
  inside (quotient O s l1 h1 l2 h2) (x / y).
Proof.
move=> l20 /andP[lx xh] /andP[ly yh]; have Y0 := lt_le_trans l20 ly; have h20 := lt_le_trans Y0 yh.
have E : in_units (x / y) = in_units x * U / in_units y.
  by rewrite /in_units; field; rewrite U_neq0 lt0r_neq0 // -in_units_gt0.
apply: inside_pair => q; rewrite E.
  rewrite ler_pdivl_mulr // => /floor_quotientP Q.
  rewrite (le_trans _ (ler_wpmul2r U_ge0 lx)) //; apply: le_trans _ (_ : #l1 * U <= _); last by [].
  move: Q; rewrite !hash; case: ifP => [l0 Q|/negbT]; last rewrite -ltNge => l0 Q.
    case: (leP 0 #q) => [q0|/ltW q0]; first by apply: le_trans Q; rewrite ler_wpmul2l.
    by apply: le_trans (_ : 0 <= _); [rewrite mulr_le0_ge0 // ltW | rewrite mulr_ge0 // U_ge0].
  case: (leP 0 #q) => [q0|/ltW q0]; last by apply: le_trans Q; rewrite ler_wnmul2l.
  have /(le_lt_trans Q) : #l1 * U < 0 by rewrite pmulr_llt0 // U_gt0.
  by rewrite ltNge mulr_ge0 // ltW.
rewrite ler_pdivr_mulr // => /ceil_quotientP Q; apply: le_trans (ler_wpmul2r U_ge0 xh) _.
move: Q; rewrite !hash; case: ifP => [h0 Q|/negbT]; last rewrite -ltNge => h0 Q.
  have q0 : 0 <= #q by rewrite -(pmulr_lge0 _ l20); apply: le_trans Q; rewrite mulr_ge0 // U_ge0.
  by apply: le_trans Q _; rewrite ler_wpmul2l.
case: (leP 0 #q) => [q0|/ltW q0]; last by apply: le_trans Q _; rewrite ler_wnmul2l.
by apply: le_trans (_ : 0 <= _); [rewrite ltW // pmulr_llt0 // U_gt0 | rewrite mulr_ge0 // ltW].
Qed.
Lemma div_inside a b x y : inside a x -> inside b y -> inside (i_div O s a b) (x / y).
Proof.
case: a b => [[l1 h1]|] [[l2 h2]|] //= bX bY; rewrite /i_div !hash -!ltNge.
case: ifP => [l0|_]; first exact: quotient_inside.
case: ifP => // h0; rewrite -[x / y]mulrNN -invrN.
have opp l h z : #l <= in_units z <= #h -> #(z_sub O (s_zero s) h) <= in_units (- z) <= #(z_sub O (s_zero s) l).
  by move=> /andP[? ?]; rewrite /in_units mulNr !hash !sub0r !ler_opp2 andbC; apply/andP.
by apply: quotient_inside; rewrite ?opp // !hash sub0r oppr_gt0.
Qed.

Lemma times_inside (n : Z) a x : inside a x -> inside (i_times O n a) (numeral F n * x).
Proof.
case: a => [[l h]|] //= /andP[lx xh].
have E : in_units (numeral F n * x) = in_units x * numeral F n by rewrite /in_units; ring.
case: Z.leb_spec0 => [n0|/Z.nle_gt n0]; rewrite /inside /= E !hash !hash_of.
  by rewrite !ler_wpmul2r // -numeral0 numeral_le; lia.
by rewrite !ler_wnmul2r // -numeral0 numeral_le; lia.
Qed.
Lemma over_inside (n : positive) a x : inside a x -> inside (i_over O s n a) (x / numeral F (Zpos n)).
Proof.
have n0 : 0 < numeral F (Zpos n) by rewrite -numeral0 numeral_lt.
case: a => [[l h]|] //= /andP[lx xh]; apply: inside_pair => q; rewrite /in_units mulrAC.
  by move/floor_quotientP; rewrite hash_of ler_pdivl_mulr // => /le_trans; apply.
by move/ceil_quotientP; rewrite hash_of ler_pdivr_mulr //; apply: le_trans.
Qed.

(* roots *)
Lemma root_inside a x r : inside a x -> 0 <= r -> r ^+ 2 = x -> inside (i_root O s a) r.
Proof.
case: a => [[l h]|] //= /andP[lx xh] r0 E; case: ifP => // _.
have E2 : in_units r ^+ 2 = in_units x * U by rewrite /in_units -E; ring.
have R0 : 0 <= in_units r by rewrite in_units_ge0.
apply: inside_pair => n.
  move/floor_rootP; rewrite !hash => Q; case: (leP 0 #n) => [n0|/ltW n0]; last exact: le_trans n0 R0.
  by rewrite -(@ler_pexpn2r _ 2) // ?qualifE // E2; apply: le_trans Q _; rewrite ler_wpmul2r ?U_ge0.
case/ceil_rootP=> n0; rewrite !hash => Q; rewrite -(@ler_pexpn2r _ 2) // ?qualifE // E2.
by apply: le_trans Q; rewrite ler_wpmul2r ?U_ge0.
Qed.
End Inside.

(* change of units *)
Section Units.
Variables (T : Type) (O : integers T) (val : T -> Z) (F : realFieldType) (w k : nat).
Hypothesis OP : counts O val.
Implicit Types (a : interval T) (x : F).

Lemma in_units_finer x : in_units (w + k) x = in_units w x * 2%:R ^+ (30 * k).
Proof. by rewrite /in_units mulnDr exprD mulrA. Qed.
Lemma finer_inside a x : inside val w a x -> inside val (w + k) (i_finer O (scale_of O k) a) x.
Proof.
case: a => [[l h]|] //=; rewrite in_units_finer !(hashM F OP) !(hashU F k OP) => /andP[lx xh].
by rewrite !ler_wpmul2r // U_ge0.
Qed.
Lemma coarser_inside a x : inside val (w + k) a x -> inside val w (i_coarser O (scale_of O k) a) x.
Proof.
case: a => [[l h]|] //=; rewrite in_units_finer => /andP[lx xh]; apply/andP; split; rewrite -(ler_pmul2r (U_gt0 F k)).
  by apply: le_trans lx; apply: floor_shiftP.
by apply: le_trans xh _; apply: ceil_shiftP.
Qed.
End Units.
