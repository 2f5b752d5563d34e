(* Integers of any size on native digits: an instance of the record of IntegerOps.v, without an invariant.
     signed               == Plus x or Minus x, for a list x of native integers, the lowest first
     natural x            == the number to the base 2^30 whose digits are the lowest 30 bits of the entries of x. The
                             other bits are cut off where an entry is read, so the laws hold for every list, also with
                             zeros at its end; and Minus of 0 is 0
     value                == signed to Z: natural x for Plus x, - natural x for Minus x
     native               == the operations on signed
   In the module NativeDigits, on the numbers that the lists are:
     low a, high s        == the lowest 30 bits, and the others
     push a x             == a :: x, but [::] for [:: 0]
     carry x r            == x + r
     sum x y r            == x + y + r
     borrow x r           == x - r, for r <= 1 and r <= x
     difference x y r     == x - y - r, for r <= 1 and y + r <= x
     upto ok x y          == x + 1 - ok is at most y
     zero x               == x is 0
     column x r h s       == 2^30 h + s + the sum of x_i r_i, as its lowest digit and the rest; entries of r are digits
     columns x r c        == c + the sum over j of 2^(30 j) (the sum over i of x_(i + j) r_i)
     product n x y r c    == x y + c + columns (behead x) r 0: multiplication by columns. r holds the digits of y that
                             are done, the last first, and n is how many more it may hold: after 2^20 of them a new
                             product is begun, so that no column is too large for two native integers
     times x y            == x y
     shorten k x up       == x / 2^(30 k) rounded up; up if something was dropped before
     read p b s           == s + b p
     divide x y           == the quotient, and whether nothing remains. By one digit: the usual division. By more: only
                             the places are computed that the quotient needs, as columns of the digits found so far and
                             those of the divisor; the product of both is compared with x if these leave it open
     rootrem m n x        == the root of x, of 2 n digits, the highest at least 2^28, and what is left over; m >= n
                             (Zimmermann's Karatsuba square root)
   Proved: nativeP, the laws of IntegerOps.v. They ask nothing of z_div and z_root, and nothing is proved of these here.
   They are meant to be Z.div, for all signs and quotients of less than 2^20 digits, and Z.sqrt, and were compared with
   them on random numbers.
   The time is linear in the number of digits, for products, quotients and roots quadratic. *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
From Seprank Require Import RankCert63 NativeNaturals IntegerOps.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope Z_scope with cZ.

Inductive signed := Plus of seq i63 | Minus of seq i63.

Module NativeDigits.
Section Naturals.
Local Open Scope uint63_scope.
Definition low (a : i63) : i63 := a land 1073741823.
Definition high (s : i63) : i63 := s >> 30.
Definition push (a : i63) (x : seq i63) : seq i63 := if x is [::] then if a =? 0 then [::] else [:: a] else a :: x.

Fixpoint carry (x : seq i63) (r : i63) : seq i63 :=
  if r =? 0 then x else if x is a :: x then let s := low a + r in low s :: carry x (high s) else [:: r].
Fixpoint sum (x y : seq i63) (r : i63) : seq i63 :=
  match x, y with
  | a :: x, b :: y => let s := low a + low b + r in low s :: sum x y (high s)
  | [::], z | z, [::] => carry z r
  end.
Fixpoint borrow (x : seq i63) (r : i63) : seq i63 :=
  if r =? 0 then x else if x is a :: x then
    let s := low a + 1073741824 - r in push (low s) (borrow x (1 - high s))
  else [::].
Fixpoint difference (x y : seq i63) (r : i63) : seq i63 :=
  match x, y with
  | a :: x, b :: y =>
      let s := low a + 1073741824 - low b - r in push (low s) (difference x y (1 - high s))
  | x, [::] => borrow x r
  | [::], _ => [::]
  end.
Fixpoint upto (ok : bool) (x y : seq i63) : bool :=
  match x, y with
  | a :: x, b :: y => let (a, b) := (low a, low b) in upto (if a =? b then ok else a <? b) x y
  | [::], _ => ok || has (fun b => ~~ (low b =? 0)) y
  | _, [::] => ok && all (fun a => low a =? 0) x
  end.

(* four products of digits at a time, which are below 2^62 *)
Fixpoint column (x r : seq i63) (h s : i63) : i63 * i63 :=
  match x, r with
  | a :: x, b :: r => let s := s + low a * b in
    match x, r with
    | a :: x, b :: r => let s := s + low a * b in
      match x, r with
      | a :: x, b :: r => let s := s + low a * b in
        match x, r with
        | a :: x, b :: r => let s := s + low a * b in column x r (h + high s) (low s)
        | _, _ => (low s, h + high s)
        end
      | _, _ => (low s, h + high s)
      end
    | _, _ => (low s, h + high s)
    end
  | _, _ => (low s, h + high s)
  end.
Fixpoint columns (x r : seq i63) (c : i63) : seq i63 :=
  if x is _ :: y then let (d, c) := column x r 0 c in push d (columns y r c)
  else push (low c) (push (high c) [::]).
Notation room := 1048576.
Fixpoint product (n : i63) (x y r : seq i63) (c : i63) : seq i63 :=
  if y is b :: y then
    let r := low b :: r in let (d, c) := column x r 0 c in
    push d (if n =? 0 then sum (columns (behead x) r c) (product room x y [::] 0) 0 else product (n - 1) x y r c)
  else columns (behead x) r c.
Definition times x y := product room x y [::] 0.

Fixpoint shorten (k : nat) (x : seq i63) (up : bool) : seq i63 :=
  match k, x with
  | S k, a :: x => shorten k x (up || ~~ (low a =? 0))
  | _, _ => if up then carry x 1 else x
  end.

Fixpoint read (p : positive) (b s : i63) : seq i63 :=
  match p with
  | xH => [:: s + b]
  | xO p => if b =? 536870912 then s :: read p 1 0 else read p (PrimInt63.lsl b 1) s
  | xI p => let s := s + b in if b =? 536870912 then s :: read p 1 0 else read p (PrimInt63.lsl b 1) s
  end.

(* guesses *)
Fixpoint trim (x : seq i63) : seq i63 := if x is a :: x then push (low a) (trim x) else [::].
Definition zero := all (fun a => low a =? 0).

(* x / d, the digits of x from the highest *)
Fixpoint short (d : i63) (x : seq i63) (r : i63) (q : seq i63) : seq i63 * i63 :=
  if x is a :: x then
    let s := (PrimInt63.lsl r 30) + a in let t := s / d in short d x (s - t * d) (push t q)
  else (q, r).

(* The digits of a quotient from the highest, found from the two highest digits v1, v0 of the divisor, the first at
   least 2^29, and its others, y, from the highest: h is the remainder down to the place of v0, as far as the digits q
   found so far make it up; the lower places are not in it yet, and change it by less than margin. No digit is too
   large, but one may be too small by 1, so that the next may be a bit more than the base. *)
Notation margin := 1125899906842624.
Section Steps.
Variables (v1 v0 : i63) (y : seq i63).
Fixpoint steps (x : seq i63) (h : i63) (q : seq i63) : seq i63 * i63 :=
  if x is a :: x then
    let (dl, dh) := column y q 0 0 in let l := a + 1073741824 - dl in
    let h := h - dh - 1 + high l in let l := low l in
    let t := h / v1 in let r := PrimInt63.lsl (h - t * v1) 30 + l in let b := PrimInt63.lsl v1 30 in
    let (t, r) := if t * v0 <=? r then (t, r) else (t - 1, r + b) in
    let (t, r) := if t * v0 <=? r then (t, r) else (t - 1, r + b) in
    let (t, r) := if t * v0 <=? r then (t, r) else (t - 1, r + b) in
    let r := r - t * v0 in
    if (margin <=? r) || (t =? 0) then steps x r (t :: q) else steps x (r + b + v0) (t - 1 :: q)
  else (q, h).
End Steps.
Fixpoint settle (q : seq i63) (c : i63) : seq i63 :=
  if q is a :: q then let s := a + c in push (low s) (settle q (high s)) else push c [::].
Definition finish (x y : seq i63) (q : seq i63) : seq i63 * bool :=
  let r := difference x (times q y) 0 in
  if upto true y r then (carry q 1, zero (difference r y 0)) else (q, zero r).
Definition divide (x y : seq i63) : seq i63 * bool :=
  match rev y with
  | [::] => ([::], true)
  | [:: b] => let (q, r) := short b (rev x) 0 [::] in (q, r =? 0)
  | b :: _ =>
      let (m, n) := (size x, size y) in
      if (m < n)%N then ([::], zero x) else
      let f := 1073741824 / (b + 1) in
      (* what is below does not count *)
      let x1 := scale f (drop (n - 3) x) 0 in let x1 := if (n < 3)%N then x1 else behead x1 in
      let y1 := scale f (drop (n - (m - n + 4)) y) 0 in
      match rev y1, rev x1 with
      | v1 :: v0 :: y2, a :: z =>
          if (if a <? v1 then a :: z else [:: 0, a & z]) is [:: a, b & z] then
            let (q, h) := steps v1 v0 y2 z (PrimInt63.lsl a 30 + b) [::] in let q := settle q 0 in
            if (margin <=? h) && (h + 1024 <? PrimInt63.lsl v1 30 + v0) then (q, false) else finish x y q
          else finish x y [::]
      | _, _ => finish x y [::]
      end
  end.
Definition quotient (opposite : bool) (x y : seq i63) : signed :=
  let y := trim y in if zero y then Plus [::] else
  let (q, exact) := divide (trim x) y in
  if opposite then Minus (if exact then q else carry q 1) else Plus q.

Fixpoint root_word (fuel : nat) (v s : i63) : i63 :=
  if fuel is S fuel then let t := (s + v / s) >> 1 in if t <? s then root_word fuel v t else s else s.
Fixpoint rootrem (fuel n : nat) (x : seq i63) : seq i63 * seq i63 :=
  match fuel, x with
  | _, [:: a; b] => let v := (PrimInt63.lsl b 30) + a in let s := root_word 40 v 1073741824 in
      let r := v - s * s in ([:: s], push (low r) (push (high r) [::]))
  | S fuel, _ =>
      let k := half n in let (x0, x1) := (take k x, drop k x) in
      let (s, r) := rootrem fuel (uphalf n) (drop k x1) in
      let x1 := trim (take k x1 ++ r) in let d := sum s s 0 in let q := (divide x1 d).1 in
      let r := x0 ++ difference x1 (times q d) 0 in
      let s := sum q (ncons k 0 s) 0 in let qq := times q q in
      if upto true qq r then (s, difference r qq 0) else
      let t := borrow s 1 in (t, difference (sum r (sum s t 0) 0) qq 0)
  | _, _ => ([::], [::])
  end.
(* powers of 4 that bring a to 2^28 or above, and the root of their product *)
Fixpoint lift (fuel : nat) (a f : i63) : i63 :=
  if fuel is S fuel then if a <? 268435456 then lift fuel (PrimInt63.lsl a 2) (PrimInt63.lsl f 1) else f else f.
Definition root (x : seq i63) : seq i63 :=
  let x := trim x in
  if rev x is a :: _ then
    let f := lift 15 a 1 in let x := scale (f * f) x 0 in let n := size x in
    let (x, f) := if odd n then (0 :: x, PrimInt63.lsl f 15) else (x, f) in
    (short f (rev (rootrem n (uphalf n) x).1) 0 [::]).1
  else [::].
End Naturals.

Fixpoint natural (x : seq i63) : Z := if x is a :: x then (toZ (low a) + 1073741824 * natural x)%cZ else 0%cZ.

Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.sub : simpl never.
Local Arguments Z.opp : simpl never.
Local Arguments low : simpl never.
Local Arguments high : simpl never.
Local Arguments push : simpl never.
Local Notation base := 1073741824%cZ.
Local Notation wB63 := (erefl : Uint63.wB = 9223372036854775808%cZ).

Local Lemma lowE a : toZ (low a) = Z.modulo (toZ a) base.
Proof. by rewrite Uint63.land_spec' -[toZ 1073741823]/(Z.ones 30) Z.land_ones. Qed.
Local Lemma splitP s : [/\ toZ s = (toZ (low s) + base * toZ (high s))%cZ, (0 <= toZ (low s) < base)%cZ &
  (0 <= toZ (high s) < 8589934592)%cZ].
Proof.
have := Uint63.to_Z_bounded s; rewrite lowE Uint63.lsr_spec -[(2 ^ toZ 30%uint63)%cZ]/base wB63 => s0.
have := Z.div_mod (toZ s) base; have := Z.mod_pos_bound (toZ s) base; move: (Z.modulo _ _) (Z.div _ _) => r q.
by split; lia.
Qed.
Local Lemma lowP a : (0 <= toZ (low a) < base)%cZ. Proof. by have [] := splitP a. Qed.
Local Lemma low_low a : toZ (low (low a)) = toZ (low a).
Proof. by rewrite lowE Z.mod_small //; apply: lowP. Qed.
Local Lemma low_id a : (toZ a < base)%cZ -> toZ (low a) = toZ a.
Proof. by move=> aB; rewrite lowE Z.mod_small //; have := Uint63.to_Z_bounded a; lia. Qed.

Local Lemma addE a b : (toZ a + toZ b < 9223372036854775808)%cZ -> toZ (PrimInt63.add a b) = (toZ a + toZ b)%cZ.
Proof.
have := Uint63.to_Z_bounded a; have := Uint63.to_Z_bounded b; rewrite Uint63.add_spec wB63 => b0 a0 le.
by rewrite Z.mod_small; lia.
Qed.
Local Lemma subE a b : (toZ b <= toZ a)%cZ -> toZ (PrimInt63.sub a b) = (toZ a - toZ b)%cZ.
Proof.
have := Uint63.to_Z_bounded a; have := Uint63.to_Z_bounded b; rewrite Uint63.sub_spec wB63 => b0 a0 le.
by rewrite Z.mod_small; lia.
Qed.

Local Lemma add_base a : toZ (PrimInt63.add (low a) 1073741824%uint63) = (toZ (low a) + base)%cZ.
Proof. by have aB := lowP a; rewrite addE; rewrite -[toZ 1073741824%uint63]/base; lia. Qed.
Local Lemma flipE h : (toZ h <= 1)%cZ -> toZ (PrimInt63.sub 1%uint63 h) = (1 - toZ h)%cZ.
Proof. by move=> h1; rewrite subE. Qed.

Lemma natural_ge0 x : (0 <= natural x)%cZ.
Proof. by elim: x => //= a x IH; have := lowP a; lia. Qed.
Lemma natural_push a x : natural (push a x) = (toZ (low a) + base * natural x)%cZ.
Proof. by case: x => //; rewrite /push; case: eq63P => //= aE; rewrite low_id aE. Qed.

Lemma carryP x r : (toZ r < base)%cZ -> natural (carry x r) = (natural x + toZ r)%cZ.
Proof.
elim: x r => [|a x IH] r rB; rewrite [carry _ _]/=; case: eq63P => [-> | _]; rewrite ?Z.add_0_r //=.
  by rewrite low_id //; lia.
have [r0 _] := Uint63.to_Z_bounded r; have aB := lowP a; set s := PrimInt63.add _ r; have [sE lB hB] := splitP s.
by rewrite addE in sE; last lia; rewrite low_low IH; lia.
Qed.

Lemma sumP x y r : (toZ r <= 1)%cZ -> natural (sum x y r) = (natural x + natural y + toZ r)%cZ.
Proof.
elim: x y r => [|a x IH] [|b y] r r1.
- by rewrite -[sum _ _ _]/(carry [::] r) carryP; rewrite /=; lia.
- by rewrite -[sum _ _ _]/(carry (b :: y) r) carryP; rewrite /=; lia.
- by rewrite -[sum _ _ _]/(carry (a :: x) r) carryP; rewrite /=; lia.
have [[r0 _] aB bB] := And3 (Uint63.to_Z_bounded r) (lowP a) (lowP b).
rewrite /=; set s := PrimInt63.add _ r; have [sE lB hB] := splitP s.
have s1 : toZ (PrimInt63.add (low a) (low b)) = (toZ (low a) + toZ (low b))%cZ by rewrite addE; lia.
by rewrite addE ?s1 in sE; last lia; rewrite low_low IH; lia.
Qed.

Lemma borrowP x r : (toZ r <= 1)%cZ -> (toZ r <= natural x)%cZ -> natural (borrow x r) = (natural x - toZ r)%cZ.
Proof.
elim: x r => [|a x IH] r r1; rewrite [borrow _ _]/=; case: eq63P => [-> | r0]; rewrite ?Z.sub_0_r //=.
  by move: r0; rewrite -[toZ 0%uint63]/0%cZ; have := Uint63.to_Z_bounded r; lia.
have [rb aB] := conj (Uint63.to_Z_bounded r) (lowP a) => le; set s := PrimInt63.sub _ r; have [sE lB hB] := splitP s.
have s1 := add_base a.
rewrite subE ?s1 in sE; last lia; rewrite natural_push low_low.
by rewrite IH flipE; lia.
Qed.

Lemma differenceP x y r : (toZ r <= 1)%cZ -> (natural y + toZ r <= natural x)%cZ ->
  natural (difference x y r) = (natural x - natural y - toZ r)%cZ.
Proof.
elim: x y r => [|a x IH] [|b y] r r1.
- by move=> le; rewrite -[difference _ _ _]/(borrow [::] r) borrowP //=; lia.
- rewrite [difference _ _ _]/= [natural [::]]/=; have := @natural_ge0 (b :: y); have := Uint63.to_Z_bounded r.
  by move: (natural _); lia.
- by move=> le; rewrite -[difference _ _ _]/(borrow (a :: x) r) borrowP; rewrite //= in le *; lia.
have [[r0 _] aB bB] := And3 (Uint63.to_Z_bounded r) (lowP a) (lowP b).
rewrite /= => le; set s := PrimInt63.sub _ r; have [sE lB hB] := splitP s.
have s1 := add_base a.
have s2 : toZ (PrimInt63.sub (PrimInt63.add (low a) 1073741824%uint63) (low b)) = (toZ (low a) + base - toZ (low b))%cZ.
  by rewrite subE s1; lia.
rewrite subE ?s2 in sE; last lia; rewrite natural_push low_low.
by rewrite IH flipE; lia.
Qed.

Lemma zeroP x : zero x = (natural x =? 0)%cZ.
Proof.
elim: x => //= a x ->; have aB := lowP a; have x0 := @natural_ge0 x.
by case: eq63P; rewrite -[toZ 0%uint63]/0%cZ => aE; do 2!case: Z.eqb_spec => //=; lia.
Qed.

Lemma uptoP ok x y : upto ok x y = (natural x + Z.b2z (~~ ok) <=? natural y)%cZ.
Proof.
elim: x y ok => [|a x IH] [|b y] ok.
- by case: ok.
- rewrite -[LHS]/(ok || has (predC (fun a => PrimInt63.eqb (low a) 0%uint63)) (b :: y)) has_predC -/(zero _) zeroP.
  have := @natural_ge0 (b :: y); rewrite [natural [::]]/=; move: (natural _) => w w0.
  by case: ok; case: Z.eqb_spec => E; case: Z.leb_spec0 => //= le; lia.
- rewrite -[LHS]/(ok && zero (a :: x)) zeroP.
  have := @natural_ge0 (a :: x); rewrite [natural [::]]/=; move: (natural _) => w w0.
  by case: ok; case: Z.eqb_spec => E; case: Z.leb_spec0 => //= le; lia.
rewrite [LHS]/= IH /=; have [aB bB] := conj (lowP a) (lowP b).
case: eq63P => [E|ne]; first by apply/Z.leb_spec0/Z.leb_spec0; case: ok => /=; lia.
have -> : PrimInt63.ltb (low a) (low b) = (toZ (low a) <? toZ (low b))%cZ by apply/idP/Z.ltb_spec0 => /Uint63.ltb_spec.
by case: Z.ltb_spec0 => lt; apply/Z.leb_spec0/Z.leb_spec0; case: ok => /=; lia.
Qed.

(* products *)
Local Fixpoint dots (x r : seq i63) : Z :=
  match x, r with a :: x, b :: r => (toZ (low a) * toZ b + dots x r)%cZ | _, _ => 0%cZ end.
Local Fixpoint wide (x r : seq i63) : Z := if x is _ :: y then (dots x r + base * wide y r)%cZ else 0%cZ.

Local Lemma mulP a b : (toZ b < base)%cZ -> (0 <= toZ (low a) * toZ b <= 1152921502459363329)%cZ.
Proof. by have [aB bB] := conj (lowP a) (Uint63.to_Z_bounded b); nia. Qed.
Local Lemma stepE s a b : (toZ b < base)%cZ -> (toZ s <= 8070450532247928832)%cZ ->
  toZ (PrimInt63.add s (PrimInt63.mul (low a) b)) = (toZ s + toZ (low a) * toZ b)%cZ.
Proof.
move=> bB sB; have ab := @mulP a b bB; have mE : toZ (PrimInt63.mul (low a) b) = (toZ (low a) * toZ b)%cZ.
  by rewrite Uint63.mul_spec wB63 Z.mod_small; lia.
by rewrite addE mE; lia.
Qed.
Local Lemma dotsP x r : digits r -> (0 <= dots x r <= Z.of_nat (size r) * 1152921502459363329)%cZ.
Proof.
elim: x r => [|a x IH] [|b r] //=; try lia; case/andP=> /digitP bB dr.
by have := @mulP a b bB; have := IH r dr; lia.
Qed.

Local Lemma endP h s v : (base * toZ h + toZ s = v)%cZ -> (v < 4951760157141521099596496896)%cZ ->
  (toZ (low s) < base)%cZ /\ (toZ (low s) + base * toZ (PrimInt63.add h (high s)) = v)%cZ.
Proof. by have [sE lB hB] := splitP s => vE vB; have h0 := Uint63.to_Z_bounded h; split; rewrite ?addE; lia. Qed.

Local Lemma columnP x r h s v : digits r -> (base * toZ h + toZ s + dots x r = v)%cZ ->
  (toZ s <= 2305843009213693952)%cZ -> (v < 4951760157141521099596496896)%cZ ->
  (toZ (column x r h s).1 < base)%cZ /\ (toZ (column x r h s).1 + base * toZ (column x r h s).2 = v)%cZ.
Proof.
have [n] := ubnP (size x); elim: n x r h s => // n IH [|a1 x] [|b1 r] h s.
1-3: by move=> _ _ vE _; apply: endP; rewrite -vE /= Z.add_0_r.
rewrite [column _ _ _ _]/=; set s1 := PrimInt63.add s _ => xn /andP[/digitP B1 dr] vE sB; have m1 := @mulP a1 b1 B1.
have E1 : toZ s1 = (toZ s + toZ (low a1) * toZ b1)%cZ by apply: stepE; lia.
case: x xn vE => [|a2 x] xn vE; first by apply: endP; rewrite -vE E1 /=; lia.
case: r dr vE => [|b2 r] dr vE; first by apply: endP; rewrite -vE E1 /=; lia.
have /andP[/digitP B2 dr2] := dr; have m2 := @mulP a2 b2 B2; set s2 := PrimInt63.add s1 _.
have E2 : toZ s2 = (toZ s1 + toZ (low a2) * toZ b2)%cZ by apply: stepE; lia.
case: x xn vE => [|a3 x] xn vE; first by apply: endP; rewrite -vE E2 E1 /=; lia.
case: r {dr} dr2 vE => [|b3 r] dr vE; first by apply: endP; rewrite -vE E2 E1 /=; lia.
have /andP[/digitP B3 dr3] := dr; have m3 := @mulP a3 b3 B3; set s3 := PrimInt63.add s2 _.
have E3 : toZ s3 = (toZ s2 + toZ (low a3) * toZ b3)%cZ by apply: stepE; lia.
case: x xn vE => [|a4 x] xn vE; first by apply: endP; rewrite -vE E3 E2 E1 /=; lia.
case: r {dr} dr3 vE => [|b4 r] dr vE; first by apply: endP; rewrite -vE E3 E2 E1 /=; lia.
have /andP[/digitP B4 dr4] := dr; have m4 := @mulP a4 b4 B4; set s4 := PrimInt63.add s3 _.
have E4 : toZ s4 = (toZ s3 + toZ (low a4) * toZ b4)%cZ by apply: stepE; lia.
have [sE lB hB] := splitP s4; have h0 := Uint63.to_Z_bounded h => vB; rewrite [dots _ _]/= in vE.
have [d0 _] := @dotsP x r dr4; apply: IH; rewrite ?addE //; try lia.
by move: xn; rewrite /= !ltnS => xn; lia.
Qed.

Local Arguments column : simpl never.
Local Lemma column_carry x r c : digits r -> (Z.of_nat (size r) <= 2097152)%cZ ->
  (toZ c <= base * Z.of_nat (size r))%cZ -> let: (d, e) := column x r 0%uint63 c in
  [/\ (toZ d < base)%cZ, (toZ d + base * toZ e = toZ c + dots x r)%cZ & (toZ e <= base * Z.of_nat (size r))%cZ].
Proof.
move=> dr rB cB; have d0 := @dotsP x r dr.
have := @columnP x r 0%uint63 c _ dr erefl; case: (column _ _ _ _) => d e /=.
rewrite -[toZ 0%uint63]/0%cZ => -[||dB E]; [lia | lia |].
by have := Uint63.to_Z_bounded d; split=> //; lia.
Qed.

Local Lemma columnsP x r c : digits r -> (Z.of_nat (size r) <= 2097152)%cZ ->
  (toZ c <= base * Z.of_nat (size r))%cZ -> natural (columns x r c) = (toZ c + wide x r)%cZ.
Proof.
move=> dr rB; elim: x c => [|a x IH] c cB.
  have [cE lB hB] := splitP c; have [eE eB fB] := splitP (high c).
  by rewrite [columns _ _ _]/= !natural_push !low_low /=; lia.
rewrite [columns _ _ _]/=; have := @column_carry (a :: x) r c dr rB cB.
case: (column _ _ _ _) => d e [dB E eB]; rewrite natural_push low_id // IH //.
by rewrite -[wide (a :: x) r]/(dots (a :: x) r + base * wide x r)%cZ; lia.
Qed.

Local Lemma wide0 x : wide x [::] = 0%cZ. Proof. by elim: x => //= a x ->. Qed.
Local Lemma wide_behead x r : wide x r = (dots x r + base * wide (behead x) r)%cZ. Proof. by case: x. Qed.
Local Lemma wide_cons x b r : wide x (b :: r) = (toZ b * natural x + wide (behead x) r)%cZ.
Proof. by elim: x => [|a x IH]; rewrite ?Z.mul_0_r //= IH (wide_behead x r); lia. Qed.

Lemma productP n x y r c : digits r -> (toZ n + Z.of_nat (size r) < 2097152)%cZ ->
  (toZ c <= base * Z.of_nat (size r))%cZ ->
  natural (product n x y r c) = (natural x * natural y + toZ c + wide (behead x) r)%cZ.
Proof.
elim: y n r c => [|b y IH] n r c dr nB cB; have n0 := Uint63.to_Z_bounded n.
  by rewrite [product _ _ _ _ _]/= columnsP //=; lia.
have db : digits (low b :: r) by apply/andP; split=> //; apply/digitP; case: (lowP b).
rewrite [product _ _ _ _ _]/=; have := @column_carry x (low b :: r) c db; rewrite [size _]/=.
case: (column _ _ _ _) => d e [||dB E eB]; [lia | lia |].
rewrite natural_push low_id //; have W := wide_cons x (low b) r; rewrite wide_behead in W.
case: eq63P; rewrite -[toZ 0%uint63]/0%cZ => nE.
  rewrite sumP // columnsP //=; [ | lia]; rewrite IH //= wide0.
  rewrite -[toZ 0%uint63]/0%cZ; lia.
rewrite IH //=; rewrite ?subE -?[toZ 1%uint63]/1%cZ; lia.
Qed.

Lemma timesP x y : natural (times x y) = (natural x * natural y)%cZ.
Proof. by rewrite /times productP // wide0 !Z.add_0_r. Qed.

(* division by powers of the base *)
Local Lemma powS k : (2 ^ (30 * Z.of_nat k.+1) = base * 2 ^ (30 * Z.of_nat k))%cZ.
Proof. by rewrite Nat2Z.inj_succ Z.mul_succ_r Z.add_comm Z.pow_add_r; lia. Qed.
Local Lemma pow0 k : (0 < 2 ^ (30 * Z.of_nat k))%cZ. Proof. by apply: Z.pow_pos_nonneg; lia. Qed.
Local Lemma div_step v w a : (v = a + base * w)%cZ -> (0 <= a < base)%cZ -> forall k,
  Z.div v (2 ^ (30 * Z.of_nat k.+1)) = Z.div w (2 ^ (30 * Z.of_nat k)).
Proof.
move=> -> aB k; rewrite powS -Z.div_div //; last exact: pow0.
by rewrite (Z.mul_comm base w) Z.div_add // (Z.div_small a) // Z.add_0_l.
Qed.

Lemma dropP k x : natural (drop k x) = Z.div (natural x) (2 ^ (30 * Z.of_nat k)).
Proof.
elim: k x => [|k IH] [|a x]; rewrite ?drop0 ?Z.mul_0_r ?Z.div_1_r ?Z.div_0_l //; first exact/Z.neq_sym/Z.lt_neq/pow0.
by rewrite /= IH (@div_step _ (natural x) (toZ (low a)) erefl (lowP a)).
Qed.

Lemma shortenP k x up :
  Z.opp (natural (shorten k x up)) = Z.div (- natural x - Z.b2z up) (2 ^ (30 * Z.of_nat k)).
Proof.
have ends u z : Z.opp (natural (if u then carry z 1%uint63 else z)) = (- natural z - Z.b2z u)%cZ.
  by case: u => /=; rewrite ?carryP -?[toZ 1%uint63]/1%cZ //; lia.
elim: k x up => [|k IH] [|a x] up; rewrite ?Z.mul_0_r ?Z.div_1_r; try exact: ends.
  rewrite -[shorten _ _ _]/(if up then carry [::] 1%uint63 else [::]) ends.
  have := pow0 k.+1; move: (Z.pow _ _) => v v0; case: up => /=; last by rewrite Z.div_0_l; lia.
  by apply: (Z.div_unique_pos _ _ _ (v - 1)); lia.
have aB := lowP a; set t := up || ~~ PrimInt63.eqb (low a) 0%uint63.
rewrite -[shorten _ _ _]/(shorten k x t) IH.
rewrite (@div_step (- natural (a :: x) - Z.b2z up) (- natural x - Z.b2z t)
  (base * Z.b2z t - toZ (low a) - Z.b2z up)) //; rewrite /t /=; first by lia.
by case: eq63P; rewrite -[toZ 0%uint63]/0%cZ; case: (up) => /=; lia.
Qed.

(* Coq's integers *)
Lemma readP p b s i : toZ b = (2 ^ Z.of_nat i)%cZ -> (i < 30)%N -> (toZ s < toZ b)%cZ ->
  natural (read p b s) = (toZ s + toZ b * Z.pos p)%cZ.
Proof.
have top c j : toZ c = (2 ^ Z.of_nat j)%cZ -> (j < 30)%N -> ~ toZ c = 536870912%cZ ->
    toZ (PrimInt63.lsl c 1%uint63) = (2 ^ Z.of_nat j.+1)%cZ /\ (j.+1 < 30)%N.
  move=> cE j30 ne; have j29 : (j < 29)%N.
    by rewrite ltn_neqAle -ltnS j30 andbT; apply/eqP => jE; apply: ne; rewrite cE jE.
  have le : (2 ^ Z.of_nat j <= 2 ^ 28)%cZ by apply: Z.pow_le_mono_r; lia.
  rewrite -[(2 ^ 28)%cZ]/268435456%cZ in le; have := Uint63.to_Z_bounded c.
  rewrite Uint63.lsl_spec cE wB63 -[(2 ^ toZ 1%uint63)%cZ]/2%cZ Nat2Z.inj_succ Z.pow_succ_r; last lia.
  by move=> c0; rewrite Z.mod_small; lia.
elim: p b s i => [p IH|p IH|] b s i bE i30 sB; rewrite [read _ _ _]/=.
all: have le : (toZ b <= 536870912)%cZ
  by rewrite bE -[536870912%cZ]/(2 ^ 29)%cZ; apply: Z.pow_le_mono_r; lia.
all: have [b0 s0] := conj (Uint63.to_Z_bounded b) (Uint63.to_Z_bounded s).
- have sE : toZ (PrimInt63.add s b) = (toZ s + toZ b)%cZ by rewrite addE; lia.
  case: eq63P => [E | /top-/(_ _ bE i30)[E i31]].
    rewrite -[toZ 536870912%uint63]/536870912%cZ in E.
    by rewrite /= low_id ?sE ?(IH _ _ 0%N) //; [|lia]; rewrite -[toZ 1%uint63]/1%cZ -[toZ 0%uint63]/0%cZ; lia.
  rewrite (IH _ _ i.+1) // E Nat2Z.inj_succ Z.pow_succ_r -?bE ?sE; lia.
- case: eq63P => [E | /top-/(_ _ bE i30)[E i31]].
    rewrite -[toZ 536870912%uint63]/536870912%cZ in E.
    by rewrite /= low_id ?(IH _ _ 0%N) //; [|lia]; rewrite -[toZ 1%uint63]/1%cZ -[toZ 0%uint63]/0%cZ; lia.
  rewrite (IH _ _ i.+1) // E Nat2Z.inj_succ Z.pow_succ_r -?bE; lia.
have sE : toZ (PrimInt63.add s b) = (toZ s + toZ b)%cZ by rewrite addE; lia.
by rewrite /= low_id sE; lia.
Qed.

End NativeDigits.
Import NativeDigits.

Definition minus x y :=
  if upto true y x then Plus (difference x y 0%uint63) else Minus (difference y x 0%uint63).
Definition add_signed a b :=
  match a, b with
  | Plus x, Plus y => Plus (sum x y 0%uint63)
  | Minus x, Minus y => Minus (sum x y 0%uint63)
  | Plus x, Minus y | Minus y, Plus x => minus x y
  end.
Definition sub_signed a b :=
  match a, b with
  | Plus x, Minus y => Plus (sum x y 0%uint63)
  | Minus x, Plus y => Minus (sum x y 0%uint63)
  | Plus x, Plus y | Minus y, Minus x => minus x y
  end.
Definition mul_signed a b :=
  match a, b with
  | Plus x, Plus y | Minus x, Minus y => Plus (times x y)
  | Plus x, Minus y | Minus x, Plus y => Minus (times x y)
  end.
Definition le_signed a b :=
  match a, b with
  | Plus x, Plus y | Minus y, Minus x => upto true x y
  | Minus _, Plus _ => true
  | Plus x, Minus y => zero x && zero y
  end.
Definition word_signed k a :=
  match a with Plus x => Plus (drop k x) | Minus x => Minus (shorten k x false) end.
Definition div_signed a b :=
  match a, b with
  | Plus x, Plus y | Minus x, Minus y => quotient false x y
  | Plus x, Minus y | Minus x, Plus y => quotient true x y
  end.
Definition root_signed a := if a is Plus x then Plus (root x) else Plus [::].
Definition signed_of z :=
  match z with
  | Z0 => Plus [::]
  | Zpos p => Plus (read p 1%uint63 0%uint63)
  | Zneg p => Minus (read p 1%uint63 0%uint63)
  end.
Definition native : integers signed :=
  Integers signed_of add_signed sub_signed mul_signed le_signed word_signed div_signed root_signed.

Definition value a := match a with Plus x => natural x | Minus x => Z.opp (natural x) end.

Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.sub : simpl never.
Local Arguments Z.opp : simpl never.
Local Lemma minusP x y : value (minus x y) = (natural x - natural y)%cZ.
Proof.
rewrite /minus uptoP /=; case: Z.leb_spec => le /=; rewrite differenceP -?[toZ 0%uint63]/0%cZ //; lia.
Qed.

Theorem nativeP : counts native value.
Proof.
split.
- by case=> //= p; rewrite (@readP p 1%uint63 0%uint63 0%N) //= Z.mul_1_l.
- by case=> x [] y; rewrite [z_add _ _ _]/= ?minusP /= ?sumP // -?[toZ 0%uint63]/0%cZ; lia.
- by case=> x [] y; rewrite [z_sub _ _ _]/= ?minusP /= ?sumP // -?[toZ 0%uint63]/0%cZ; lia.
- by case=> x [] y; rewrite [z_mul _ _ _]/= /= timesP; lia.
- case=> x [] y; rewrite [z_le _ _ _]/= ?uptoP ?zeroP /=.
  + by rewrite Z.add_0_r.
  + have := @natural_ge0 x; have := @natural_ge0 y; move: (natural x) (natural y) => v w v0 w0.
    by case: Z.eqb_spec => E; case: Z.eqb_spec => F; case: Z.leb_spec => //=; lia.
  + have := @natural_ge0 x; have := @natural_ge0 y; move: (natural x) (natural y) => v w v0 w0.
    by case: Z.leb_spec => //=; lia.
  by rewrite Z.add_0_r; do 2!case: Z.leb_spec => //=; lia.
by move=> k [] x; rewrite /= ?dropP ?shortenP ?Z.sub_0_r.
Qed.
