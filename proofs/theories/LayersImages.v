(* What a network by its layers sees of its input: the counting of theorem 4.5 of theory.md, as docs/format.md has it in
   section 7. Here is what is run; LayersDegree.v proves that it counts enough.
   kind                == a bound on the linear forms in a linear image of X: of M X P or of its transpose, where M has
                          rank at most rows and P at most cols; or of any image, so many
   forms k a d         == so many of them are left on a side of a tokens of width d
   image               == a linear image of X: the number of one in the state that enters the layer, the steps that
                          make it from that one, the last first, and its kind
   generating l        == the images of the list l, without those that are made from others in it
   degree_of ps e input == the degree of e (Layers.ldegree, in binary), input being that of the layer's input
   images ps e s d l   == the images that the value of e is a function of, l being those of its input, of size s and
                          degree d; None stands for all of X
   visible ls s ks     == the kinds of the images that count: those of the first layer of degree above 1 or of the last,
                          if the state of size s that enters ls is a combination of images of the kinds ks
   all_seen ls n d     == the same for X itself, n tokens of width d
   count_forms ks a d  == n_A, where the kinds ks count and A has a tokens
   total_degree ls     == the product of the degrees of the layers *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect.
From Seprank Require Import Layers.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope N_scope with bN.

Local Notation size2 := (nat * nat)%type.

Inductive kind := Sandwich (rows cols : N) (transposed : bool) | Entries (count : N).

Definition forms (k : kind) (a d : N) : N :=
  match k with
  | Sandwich r c _ => N.min r a * N.min c d
  | Entries count => N.min count (a * d)
  end%bN.
Definition transposed (k : kind) : kind := if k is Sandwich r c t then Sandwich r c (~~ t) else k.
Definition entries (s : size2) : N := (N.of_nat s.1 * N.of_nat s.2)%bN.
Definition from_left (s : size2) (k : kind) : kind :=
  match k with
  | Sandwich r c false => Sandwich (N.min r (N.of_nat s.1)) c false
  | Sandwich r c true => Sandwich r (N.min c (N.of_nat s.1)) true
  | Entries count => Entries (N.min count (entries s))
  end.
Definition from_right (s : size2) (k : kind) : kind := transposed (from_left (s.2, s.1) (transposed k)).
Definition mixed (s : size2) (k : kind) : kind :=
  Entries (N.min (match k with Sandwich r c _ => r * c | Entries count => count end) (entries s))%bN.

(* expressions that are the same *)
Fixpoint same (a b : lexpr) : bool :=
  match a, b with
  | LInput, LInput => true
  | LParam i, LParam j => i == j
  | LProduct a1 a2, LProduct b1 b2 | LHadamard a1 a2, LHadamard b1 b2 | LAdd a1 a2, LAdd b1 b2
  | LThen a1 a2, LThen b1 b2 => same a1 b1 && same a2 b2
  | LTranspose a, LTranspose b => same a b
  | LPower a k, LPower b l | LPolynomial a k, LPolynomial b l => (k == l) && same a b
  | LRepeat a m k, LRepeat b m' k' => [&& m == m', k == k' & same a b]
  | LGather a m k l, LGather b m' k' l' => [&& m == m', k == k', l == l' & same a b]
  | _, _ => false
  end.

(* a step, with the size of what it makes *)
Inductive op :=
  | OLeft (e : lexpr) | ORight (e : lexpr) | OEntrywise (e : lexpr)      (* multiplied by a constant *)
  | OTranspose | ORepeat | OGather (source : seq nat).
Definition step := (op * size2)%type.
Record image := Image { from : nat; steps : seq step; kind_of : kind }.

Definition same_op (a b : op) : bool :=
  match a, b with
  | OLeft a, OLeft b | ORight a, ORight b | OEntrywise a, OEntrywise b => same a b
  | OTranspose, OTranspose | ORepeat, ORepeat => true
  | OGather l, OGather l' => l == l'
  | _, _ => false
  end.
Definition same_step (a b : step) : bool := (a.2 == b.2) && same_op a.1 b.1.
Fixpoint same_steps (r t : seq step) : bool :=
  match r, t with
  | [::], [::] => true
  | a :: r, b :: t => same_step a b && same_steps r t
  | _, _ => false
  end.
Definition same_kind (a b : kind) : bool :=
  match a, b with
  | Sandwich r c t, Sandwich r' c' t' => [&& (r =? r')%bN, (c =? c')%bN & t == t']
  | Entries c, Entries c' => (c =? c')%bN
  | _, _ => false
  end.
Definition same_image (a b : image) : bool :=
  [&& from a == from b, same_kind (kind_of a) (kind_of b) & same_steps (steps a) (steps b)].

(* a is made from b by one step or more *)
Definition made_from (a b : image) : bool :=
  (from a == from b) && (size (steps b) < size (steps a)) &&
  same_steps (drop (size (steps a) - size (steps b)) (steps a)) (steps b).
Definition generating (l : seq image) : seq image := [seq a <- l | ~~ has (made_from a) l].

Definition each (o : op) (s : size2) (f : kind -> kind) : option (seq image) -> option (seq image) :=
  omap (map (fun i => Image (from i) ((o, s) :: steps i) (f (kind_of i)))).
Definition both (l m : option (seq image)) : option (seq image) :=
  if (l, m) is (Some l, Some m) then
    let r := foldl (fun r i => if has (same_image i) r then r else rcons r i) l m in
    if size r <= 16 then Some r else None
  else None.

Section Follow.
Variable ps : seq lparam.

Definition coefficients (c : nat) : nat := (l_rows (nth (LParameter 0 0 None) ps c)).-1.
Fixpoint degree_of (e : lexpr) (input : N) : N :=
  match e with
  | LInput => input
  | LParam _ => 0
  | LProduct a b | LHadamard a b => degree_of a input + degree_of b input
  | LAdd a b => N.max (degree_of a input) (degree_of b input)
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => degree_of a input
  | LPower a k => degree_of a input * N.of_nat k
  | LPolynomial a c => degree_of a input * N.of_nat (coefficients c)
  | LThen a b => degree_of b (degree_of a input)
  end%bN.

Fixpoint images (e : lexpr) (s : size2) (d : N) (l : option (seq image)) : option (seq image) :=
  let size_of a := odflt (0, 0) (fits ps a s) in
  let moved a o t f := if (degree_of a d <=? 1)%bN then each o t f (images a s d l) else images a s d l in
  match e with
  | LInput => l
  | LParam _ => Some [::]
  | LProduct a b =>
      let: (A, B) := (images a s d l, images b s d l) in let t := ((size_of a).1, (size_of b).2) in
      if (degree_of a d =? 0)%bN && (degree_of b d =? 1)%bN then each (OLeft a) t (from_left t) B
      else if (degree_of a d =? 1)%bN && (degree_of b d =? 0)%bN then each (ORight b) t (from_right t) A
      else both A B
  | LHadamard a b =>
      let: (A, B) := (images a s d l, images b s d l) in let t := size_of a in
      if (degree_of a d =? 0)%bN && (degree_of b d =? 1)%bN then each (OEntrywise a) t (mixed t) B
      else if (degree_of a d =? 1)%bN && (degree_of b d =? 0)%bN then each (OEntrywise b) t (mixed t) A
      else both A B
  | LAdd a b => both (images a s d l) (images b s d l)
  | LTranspose a => let t := size_of a in moved a OTranspose (t.2, t.1) transposed
  | LPower a _ | LPolynomial a _ => images a s d l
  | LRepeat a m k => moved a ORepeat (m, k) id
  | LGather a m k source => moved a (OGather source) (m, k) (mixed (m, k))
  | LThen a b => images b (size_of a) (degree_of a d) (images a s d l)
  end.
End Follow.

Fixpoint visible (ls : seq llayer) (s : size2) (ks : seq kind) : option (seq kind) :=
  if ls is l :: ls' then
    let: (ps, e) := (l_params l, l_expr l) in
    let first := mkseq (fun i => Image i [::] (nth (Entries 0) ks i)) (size ks) in
    if images ps e s 1 (Some first) is Some r then
      if (1 <? degree_of ps e 1)%bN || nilp ls' then Some (map kind_of (generating r))
      else visible ls' (odflt (0, 0) (fits ps e s)) (map kind_of r)
    else None
  else Some ks.
Definition count_forms (ks : option (seq kind)) (a d : N) : N :=
  if ks is Some ks then N.min (foldr (fun k s => forms k a d + s) 0 ks)%bN (a * d) else (a * d)%bN.
Definition all_seen (ls : seq llayer) (n d : nat) : option (seq kind) :=
  visible ls (n, d) [:: Sandwich (N.of_nat n) (N.of_nat d) false].

Definition total_degree (ls : seq llayer) : N := foldr (fun l D => degree_of (l_params l) (l_expr l) 1 * D)%bN 1%bN ls.
