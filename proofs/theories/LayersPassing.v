(* Upper bounds of networks by their layers, from how entries depend on the two sides: theory.md 3.15 (c) and 4.11, for
   all weights at once.
   one_side_value ls n d S i j == the bound of 3.15 (c): 0 if the output is 0 by zeros that the network states, 1 if it
                                depends on one side only
   passing_value ls n d S i j == the bound of 4.11, the lesser for the two sides, within the limits of docs/format.md
   passing_steps ls (n, d)   == the steps that these limits count
   word                      == a function of one side, as it is written down: an entry of the input, a weight,
     a number, a
                                product, a sum. Every word has a number; products and sums are sorted by it
   book, intern w b          == all words with their numbers; w with the number fresh b, or the word alike that is there
   entry                     == what 4.11 writes for an entry: u, as the terms of a sum; whether there is a c;
     the functions g
   plus, settle, product     == the rules of 4.11; a sum is one word, and without a constant u beside a c,
     once it is settled
   passed ls n d S i j       == the number of functions, S being the near side
   wval theta read w         == the value of w
   form f u c C              == f (x, y) = u x + h y + sum of g x h_g y, h = 0 unless c, all g in C
   covered theta read gs g   == g is 0 or proportional to one of gs
   Proved: one_side_sep_le, passing_sep_le. Words with one number are one word (ok_inj),
     so that the maps by which they are
   found need no proof: what is found is compared (alike). *)
From Coq Require Import ZArith NArith FMapPositive.
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import SepRank Attention RankCert NetEval Layers LayersRun LayersAbstract.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* 3.15 (c): whether an entry is 0, depends on A, depends on B *)
Notation flags := (bool * bool * bool)%type.
Definition flag_ops : mops unit flags := MOps
  (false, true, true) (true, false, false) (fun a b => ((Z.eqb (num a) Z0, false, false), b))
  (fun s t => (s.1.1 && t.1.1, s.1.2 || t.1.2, s.2 || t.2)) (fun t b => (t, b))
  (fun s t b => (if s.1.1 || t.1.1 then (true, false, false) else (false, s.1.2 || t.1.2, s.2 || t.2), b)).
Definition one_side_value ls n d (S : seq bool) i j : option N :=
  let: (z, a, b) := mentry flag_ops (fun _ u => ((false, false, false), u)) ls n d
    (fun t _ u => ((false, nth false S t, ~~ nth false S t), u)) i j tt in
  if z then Some 0%num else if a && b then None else Some 1%num.

Section OneSide.
Variables (R : comRingType) (X : Type).
Definition flagged (_ : unit) (t : flags) (f : X * X -> R) :=
  [/\ t.1.1 -> forall q, f q = 0, ~~ t.1.2 -> forall x x' y, f (x, y) = f (x', y) & ~~ t.2 -> forall x y y', f (x,
    y) = f (x, y')].

Lemma flagged_step t f : flagged tt t f -> step flagged (fun _ => True) (fun _ _ => True) (t, tt) tt f.
Proof. by []. Qed.
End OneSide.

Theorem one_side_sep_le (R : fieldType) n d ls (S : seq bool) i j b (theta : 'I_(nweights ls) -> R) :
  layers_fit ls n d i j -> one_side_value ls n d S i j = Some b ->
  sep_le (@layers_output n d ls (side_of S) i j R theta) (N.to_nat b).
Proof.
move=> fit; rewrite /one_side_value.
have [] := @mentryP _ _ flag_ops R ('M[R]_(n, d) * 'M[R]_(n, d)) (@flagged R _) (fun _ => True) (fun _ _ =>
  True) _ _ _ _ _ _ _ _ _
  (fun _ u => ((false, false, false), u)) (in_field R) (at_nat theta) _ _ ls n d (fun xy => mix (side_of S) xy.1 xy.2)
  (fun t _ u => ((false, nth false S t, ~~ nth false S t), u)) i j tt I fit _ => //.
- by move=> ? t f g fg [h1 h2 h3]; split=> [/h1 h q|/h2 h x x' y|/h3 h x y y']; rewrite -!fg.
- move=> ? t t' f f' _ [h1 h2 h3] [k1 k2 k3]; split=> /=.
  + by move=> /andP[/h1 e /k1 e'] q; rewrite e e' addr0.
  + by rewrite negb_or => /andP[/h2 e /k2 e'] x x' y; rewrite (e x x') (e' x x').
  + by rewrite negb_or => /andP[/h3 e /k3 e'] x y y'; rewrite (e x y y') (e' x y y').
- move=> ? t t' f f' _ [h1 h2 h3] [k1 k2 k3]; split=> //=; case: ifP => [z|_]; split=> //=.
  + by move=> _ q; case/orP: z => [/h1->|/k1->]; rewrite ?mul0r ?mulr0.
  + by move=> _ x x' y; case/orP: z => [/h1 e|/k1 e]; rewrite !e ?mul0r ?mulr0.
  + by move=> _ x y y'; case/orP: z => [/h1 e|/k1 e]; rewrite !e ?mul0r ?mulr0.
  + by rewrite negb_or => /andP[/h2 e /k2 e'] x x' y; rewrite (e x x') (e' x x').
  + by rewrite negb_or => /andP[/h3 e /k3 e'] x y y'; rewrite (e x y y') (e' x y y').
- by move=> ? a _; split=> //; split=> //= /Z.eqb_spec z; rewrite /in_field z mul0r.
- move=> t c ? _; split=> //; split=> //= St x y z; case: insubP => [a _ aE|] //; case: insub => [e|] //;
    by move: St; rewrite !mxE /side_of aE; case: ifP.
case: (mentry _ _ _ _ _ _ _ _ _) => [[z a] c] _ _ [/= h1 h2 h3]; case: z h1 => h1.
  by case=> <-; apply: eq_sep_le (sep_le0 R _ _) => x y; rewrite /layers_output /layers_entry (h1 isT (x, y)).
case: a h2 => h2; last first.
  by case=> <-; apply: eq_sep_le (sep_leR _ (fun y => layers_output (side_of S) i j theta 0 y)) => x y;
    apply: (h2 isT 0 x y).
case: c h3 => //= h3 [<-].
by apply: eq_sep_le (sep_leL _ (fun x => layers_output (side_of S) i j theta x 0)) => x y; apply: (h3 isT x 0 y).
Qed.

(* 4.11: functions of the near side, written down; each has one number *)
Inductive word :=
  | WInput (id : N) (i j : nat)
  | WWeight (id v : N)
  | WNumber (id : N) (a : fraction)
  | WTimes (id : N) (varies : bool) (ws : seq word)   (* sorted by number, no products; 1 has no factors *)
  | WPlus (id : N) (varies : bool) (ws : seq word).   (* two or more, sorted by number, no sums *)
Definition wid w : N :=
  match w with WInput id _ _ | WWeight id _ | WNumber id _ | WTimes id _ _ | WPlus id _ _ => id end.
Definition varies w : bool :=
  match w with WInput _ _ _ => true | WWeight _ _ | WNumber _ _ => false | WTimes _ v _ | WPlus _ v _ => v end.
Definition children w : seq word := match w with WTimes _ _ ws | WPlus _ _ ws => ws | _ => [::] end.
(* written alike *)
Definition alike (w w' : word) : bool :=
  match w, w' with
  | WInput _ i j, WInput _ i' j' => (i == i') && (j == j')
  | WWeight _ v, WWeight _ v' => (v =? v')%num
  | WNumber _ a, WNumber _ a' => Z.eqb (num a) (num a') && Pos.eqb (den a) (den a')
  | WTimes _ _ ws, WTimes _ _ ws' | WPlus _ _ ws, WPlus _ _ ws' => map wid ws == map wid ws'
  | _, _ => false
  end.
Definition key (w : word) : seq positive :=
  match w with
  | WInput _ i j => [:: 1; Pos.of_succ_nat i; Pos.of_succ_nat j]
  | WWeight _ v => [:: 2; N.succ_pos v]
  | WNumber _ a => match num a with Z0 => [:: 3] | Zpos z => [:: 3; 1; z; den a] | Zneg z => [:: 3; 2; z; den a] end
  | WTimes _ _ ws => 4 :: map (fun w => N.succ_pos (wid w)) ws
  | WPlus _ _ ws => 5 :: map (fun w => N.succ_pos (wid w)) ws
  end%positive.

(* all words by number, and their numbers by how they are written *)
Inductive trie := Trie (here : option N) (next : PositiveMap.t trie).
Fixpoint trie_find (k : seq positive) (t : trie) : option N :=
  let: Trie here next := t in
  if k is a :: k then if PositiveMap.find a next is Some t then trie_find k t else None else here.
Fixpoint trie_add (k : seq positive) (v : N) (t : trie) : trie :=
  let: Trie here next := t in
  if k is a :: k then
    Trie here (PositiveMap.add a (trie_add k v
      (if PositiveMap.find a next is Some t then t else Trie None (PositiveMap.empty trie))) next)
  else Trie (Some v) next.
Record book := Book { table : PositiveMap.t word; index : trie; fresh : N }.
Definition no_words := Book (PositiveMap.empty word) (Trie None (PositiveMap.empty trie)) 0.
Definition word_at (b : book) (id : N) : option word := PositiveMap.find (N.succ_pos id) (table b).
(* w has the number fresh b, or is there already *)
Definition intern (w : word) (b : book) : word * book :=
  let k := key w in
  let added := (w, Book (PositiveMap.add (N.succ_pos (fresh b)) w (table b)) (trie_add k (fresh b) (index b)) (N.succ
    (fresh b))) in
  if trie_find k (index b) is Some id then
    if word_at b id is Some w' then if alike w w' then (w', b) else added else added
  else added.

Definition most_functions := 64%N.
Definition most_factors := 64%N.
Definition by_id (w w' : word) : bool := (wid w <=? wid w')%num.
Definition factors (w : word) : seq word := if w is WTimes _ _ ws then ws else [:: w].
Definition times (ws : seq word) (b : book) : option word * book :=
  if ws is [:: w] then (Some w, b) else
  if (most_factors < size ws)%N then (None, b) else
  let: (w, b) := intern (WTimes (fresh b) (has varies ws) ws) b in (Some w, b).
(* without constant factors *)
Definition function (ws : seq word) (b : book) : option word * book :=
  if (size ws != 1%N) && (most_factors < size ws)%N then (None, b) else times (filter varies ws) b.
Fixpoint insert (w : word) (s : seq word) : seq word :=
  if s is v :: s' then
    if (wid w =? wid v)%num then s else if (wid w <? wid v)%num then w :: s else v :: insert w s'
  else [:: w].
Definition union (s s' : seq word) : seq word := foldr insert s' s.
(* the functions of many products, and acc *)
Fixpoint collect (jobs : seq (seq word)) (acc : seq word) (b : book) : option (seq word) * book :=
  if jobs is ws :: jobs then
    let: (w, b) := function ws b in
    if w is Some w then
      let acc := insert w acc in
      if (most_functions < size acc)%N then (None, b) else collect jobs acc b
    else (None, b)
  else (Some acc, b).

(* near: the terms of u, one word where a sum is ended; far: whether there is a c that varies; mixed: the functions g *)
Record entry := Entry { near : seq word; far : bool; mixed : seq word }.
Definition terms (ws : seq word) : seq word := if ws is [:: WPlus _ _ l] then l else ws.
Definition plus (e e' : option entry) : option entry :=
  if (e, e') is (Some e, Some e') then
    Some (Entry (path.merge by_id (terms (near e)) (terms (near e'))) (far e || far e') (union (mixed e) (mixed e')))
  else None.
(* a constant u belongs to c *)
Definition settle (e : option entry) (b : book) : option entry * book :=
  if e is Some (Entry u c gs) then
    if (most_functions < size gs)%N then (None, b) else
    if c && ~~ has varies u then (Some (Entry [::] c gs), b) else
    if (size u <= 1)%N then (e, b) else
    let: (w, b) := intern (WPlus (fresh b) (has varies u) u) b in (Some (Entry [:: w] c gs), b)
  else (None, b).
(* the functions u, u g' of a u that varies, and what a constant u, or c, leaves as it is *)
Definition u_jobs (u : option word) (c' : bool) (gs' : seq word) : seq (seq word) :=
  if u is Some u then
    if varies u then (if c' then [:: factors u] else [::]) ++ [seq path.merge by_id (factors u) (factors g) | g <- gs']
    else [::]
  else [::].
Definition is_const (u : option word) : bool := if u is Some u then ~~ varies u else false.
Definition kept (u : option word) (c : bool) (gs' : seq word) : seq word := if c || is_const u then gs' else [::].
Definition product (e e' : option entry) (b : book) : option entry * book :=
  match e, e' with
  | Some (Entry us c gs), Some (Entry us' c' gs') =>
      if (1 < size us)%N || (1 < size us')%N then (None, b) else
      let: (u, u') := (ohead us, ohead us') in
      let: (uu, b) := if (u, u') is (Some u, Some u') then
          let: (w, b) := times (path.merge by_id (factors u) (factors u')) b in (omap (cons^~ [::]) w, b)
        else (Some [::], b) in
      let jobs := u_jobs u c' gs' ++ u_jobs u' c gs ++
        flatten [seq [seq path.merge by_id (factors g) (factors g') | g' <- gs'] | g <- gs] in
      let: (all, b) := collect jobs (union (kept u c gs') (kept u' c' gs)) b in
      if (uu, all) is (Some uu, Some all) then
        settle (Some (Entry uu [|| c && c', is_const u && c' | is_const u' && c] all)) b
      else (None, b)
  | _, _ => (None, b)
  end.
Definition written (w : word) (b : book) : option entry * book :=
  let: (w, b) := intern w b in (Some (Entry [:: w] false [::]), b).
Definition pass_int (a : fraction) (b : book) : option entry * book :=
  if Z.eqb (num a) Z0 then (Some (Entry [::] false [::]), b)
  else written (if Z.eqb (num a) (Zpos xH) && Pos.eqb (den a) xH then WTimes (fresh b) false [::] else WNumber (fresh b) a) b.
Definition pass_ops : mops book (option entry) := MOps None (Some (Entry [::] false [::])) pass_int plus settle product.
Definition passed ls n d (S : seq bool) i j : option N :=
  let r := mentry pass_ops (fun v b => written (WWeight (fresh b) v) b) ls n d
    (fun t c b => if nth false S t then written (WInput (fresh b) t c) b else (Some (Entry [::] true [::]),
      b)) i j no_words in
  if r is Some (Entry u c gs) then
    Some (N.of_nat (size gs) + (if c then 1 else 0) + (if u is [::] then 0 else 1))%num else None.

Fixpoint every (T : Type) (Q : T -> Prop) (s : seq T) : Prop := if s is x :: s then Q x /\ every Q s else True.
Lemma every_imp T (Q Q' : T -> Prop) s : (forall x, Q x -> Q' x) -> every Q s -> every Q' s.
Proof. by move=> h; elim: s => //= x s IH [/h ? /IH]. Qed.
Lemma every_cat T (Q : T -> Prop) s s' : every Q s -> every Q s' -> every Q (s ++ s').
Proof. by elim: s => //= x s IH [? /IH h] /h. Qed.
Lemma every_map T U (g : U -> T) (Q : T -> Prop) s : every (fun x => Q (g x)) s -> every Q (map g s).
Proof. by elim: s => //= x s IH [? /IH]. Qed.
Lemma every_in T (Q : T -> Prop) s x : every Q s -> List.In x s -> Q x.
Proof. by elim: s => //= y s IH [Qy /IH h] [<-|/h]. Qed.
Lemma every_merge T (r : rel T) (Q : T -> Prop) s s' : every Q s -> every Q s' -> every Q (path.merge r s s').
Proof.
elim: s s' => [|x s IH] //=; elim=> [|y s' IH'] //= [Qx Qs] [Qy Qs'].
by case: ifP => _ /=; split=> //; [apply: IH | apply: IH'].
Qed.
Lemma every_filter T (p : pred T) (Q : T -> Prop) s : every Q s -> every Q (filter p s).
Proof. by elim: s => //= x s IH [Qx /IH h]; case: (p x). Qed.
Lemma every_cat_inv T (Q : T -> Prop) s s' : every Q (s ++ s') -> every Q s /\ every Q s'.
Proof. by elim: s => //= x s IH [? /IH[]]. Qed.
Lemma every_map_inv T U (g : U -> T) (Q : T -> Prop) s : every Q (map g s) -> every (fun x => Q (g x)) s.
Proof. by elim: s => //= x s IH [? /IH]. Qed.
Lemma every_flatten T (Q : T -> Prop) ss : every Q (flatten ss) -> every (every Q) ss.
Proof. by elim: ss => //= s ss IH /every_cat_inv[? /IH]. Qed.

(* separated forms: u + c + sum of g h *)
Section Forms.
Variables (R : comRingType) (X Y : Type).
Implicit Types (f : X * Y -> R) (u : X -> R) (C : (X -> R) -> Prop).
(* C: what functions of X may stand before functions of Y *)
Definition form f u (c : bool) C := exists h (s : seq ((X -> R) * (Y -> R))),
  [/\ ~~ c -> forall y, h y = 0, every (fun p => C p.1) s &
      forall x y, f (x, y) = u x + h y + \sum_(p <- s) p.1 x * p.2 y].

Lemma form_ext f f' u u' c C : (forall q, f q = f' q) -> (forall x, u x = u' x) -> form f u c C -> form f' u' c C.
Proof. by move=> fE uE [h [s [h1 h2 h3]]]; exists h, s; split=> // x y; rewrite -fE -uE. Qed.

Lemma form_add f f' u u' (c c' c'' : bool) C C' C'' : form f u c C -> form f' u' c' C' ->
  (c || c' -> c'') -> (forall g, C g -> C'' g) -> (forall g, C' g -> C'' g) ->
  form (fun q => f q + f' q) (fun x => u x + u' x) c'' C''.
Proof.
move=> [h [s [h1 h2 h3]]] [h' [s' [h1' h2' h3']]] cc CC CC'; exists (fun y => h y + h' y), (s ++ s'); split.
- case: c'' cc => // cc _ y; move: h1 h1' cc; case: c => [_ _ /(_ isT)|h1] //; case: c' => [_ /(_ isT)|h1' _] //.
  by rewrite h1 // h1' // addr0.
- by apply: every_cat; [apply: every_imp h2 => p; apply: CC | apply: every_imp h2' => p; apply: CC'].
- move=> x y; rewrite h3 h3' big_cat /=; move: (\sum_(p <- s) _) (\sum_(p <- s') _) (u x) (u' x) (h y) (h' y) =>
  a a' b b' d d'.
  ring.
Qed.

Lemma form_u u C : form (fun q => u q.1) u false C.
Proof. by exists (fun _ => 0), [::]; split=> // x y; rewrite big_nil !addr0. Qed.

Lemma form_s f c C s : every (fun p : (X -> R) * (Y -> R) => C p.1) s ->
  (forall x y, f (x, y) = \sum_(p <- s) p.1 x * p.2 y) -> form f (fun _ => 0) c C.
Proof. by move=> h1 h2; exists (fun _ => 0), s; split=> // x y; rewrite h2 !add0r. Qed.

Lemma form_mul f f' u u' (c c' c'' : bool) C C' C'' (x0 : X) : form f u c C -> form f' u' c' C' ->
  (c && c' -> c'') ->
  (c' -> C'' u \/ c'' /\ forall x, u x = u x0) -> (c -> C'' u' \/ c'' /\ forall x, u' x = u' x0) ->
  (forall g, C' g -> C'' (fun x => u x * g x)) -> (forall g, C g -> C'' (fun x => u' x * g x)) ->
  (c -> forall g, C' g -> C'' g) -> (c' -> forall g, C g -> C'' g) ->
  (forall g g', C g -> C' g' -> C'' (fun x => g x * g' x)) ->
  form (fun q => f q * f' q) (fun x => u x * u' x) c'' C''.
Proof.
move=> [h [s [h1 h2 h3]]] [h' [s' [h1' h2' h3']]] cc uc uc' us us' cs cs' ss.
have S0 (a : X -> R) (b : Y -> R) : form (fun q => a q.1 * b q.2) (fun _ => 0) c'' (eq a).
  by apply: (@form_s _ _ _ [:: (a, b)]) => [|x y]; rewrite ?big_seq1.
have UC (a : X -> R) (k : bool) (b : Y -> R) : (~~ k -> forall y, b y = 0) ->
    (k -> C'' a \/ c'' /\ forall x, a x = a x0) -> form (fun q => a q.1 * b q.2) (fun _ => 0) c'' C''.
  case: k => [_ /(_ isT) [Ca|[-> aE]]|/(_ isT) b0 _].
  - by apply: (@form_s _ _ _ [:: (a, b)]) => [|x y]; rewrite ?big_seq1.
  - by exists (fun y => a x0 * b y), [::]; split=> // x y; rewrite big_nil add0r addr0 aE.
  - by apply: (@form_s _ _ _ [::]) => [|x y] //; rewrite big_nil b0 mulr0.
have US (a : X -> R) D (t : seq ((X -> R) * (Y -> R))) : every (fun p => D p.1) t -> (forall g, D g -> C'' (fun x =>
  a x * g x)) ->
    form (fun q => a q.1 * \sum_(p <- t) p.1 q.1 * p.2 q.2) (fun _ => 0) c'' C''.
  move=> Dt DC; apply: (@form_s _ _ _ [seq ((fun x => a x * p.1 x), p.2) | p <- t]) => [|x y].
    by apply: every_map; apply: every_imp Dt => p /DC.
  by rewrite big_map mulr_sumr; apply: eq_bigr => p _; rewrite mulrA.
have CS (b : Y -> R) (k : bool) D (t : seq ((X -> R) * (Y -> R))) : (~~ k -> forall y, b y = 0) -> every (fun p =>
  D p.1) t ->
    (k -> forall g, D g -> C'' g) -> form (fun q => b q.2 * \sum_(p <- t) p.1 q.1 * p.2 q.2) (fun _ => 0) c'' C''.
  case: k => [_ Dt /(_ isT) DC|/(_ isT) b0 _ _].
    apply: (@form_s _ _ _ [seq (p.1, (fun y => b y * p.2 y)) | p <- t]) => [|x y].
      by apply: every_map; apply: every_imp Dt => p /DC.
    by rewrite big_map mulr_sumr; apply: eq_bigr => p _; rewrite mulrCA.
  by apply: (@form_s _ _ _ [::]) => [|x y] //; rewrite big_nil b0 mul0r.
have SS : form (fun q => (\sum_(p <- s) p.1 q.1 * p.2 q.2) * \sum_(p <- s') p.1 q.1 * p.2 q.2) (fun _ => 0) c'' C''.
  apply: (@form_s _ _ _ (flatten [seq [seq ((fun x => p.1 x * q.1 x), (fun y => p.2 y * q.2 y)) | q <- s'] |
    p <- s])) => [|x y].
    elim: s h2 {h3 S0 UC US CS us' cs'} => //= p s IH [Cp /IH{}IH]; apply: every_cat IH.
    by apply: every_map; apply: every_imp h2' => q Cq; apply: ss.
  rewrite big_flatten big_map mulr_suml; apply: eq_bigr => p _.
  by rewrite big_map mulr_sumr; apply: eq_bigr => q _; rewrite /= mulrACA.
have CC : form (fun q => h q.2 * h' q.2) (fun _ => 0) c'' C''.
  exists (fun y => h y * h' y), [::]; split=> // [|x y]; last by rewrite big_nil add0r addr0.
  by move=> nc y; have := contra cc nc; rewrite negb_and => /orP[/h1 z|/h1' z]; rewrite z ?mul0r ?mulr0.
have add a a' v v' : form a v c'' C'' -> form a' v' c'' C'' -> form (fun q => a q + a' q) (fun x => v x + v' x) c'' C''.
  by move=> A A'; apply: form_add A A' _ _ _ => //; rewrite orbb.
have UU : form (fun q : X * Y => u q.1 * u' q.1) (fun x => u x * u' x) c'' C''.
  by exists (fun _ => 0), [::]; split=> // x y; rewrite big_nil !addr0.
apply: form_ext (add _ _ _ _ UU (add _ _ _ _ CC (add _ _ _ _ (UC u c' h' h1' uc) (add _ _ _ _ (UC u' c h h1 uc')
  (add _ _ _ _ (US u C' s' h2' us) (add _ _ _ _ (US u' C s h2 us') (add _ _ _ _ (CS h c C' s' h1 h2' cs)
  (add _ _ _ _ (CS h' c' C s h1' h2 cs') SS)))))))) => [[x y]|x] /=; last by rewrite !addr0.
rewrite h3 h3'; move: (\sum_(p <- s) _) (\sum_(p <- s') _) (u x) (u' x) (h y) (h' y) => a a' b b' d d'.
ring.
Qed.
End Forms.

(* a word is in the book; books grow *)
Definition ok b w := word_at b (wid w) = Some w.
Definition grows b b' := forall id w, word_at b id = Some w -> word_at b' id = Some w.

Lemma grows_ok b b' s : grows b b' -> every (ok b) s -> every (ok b') s.
Proof. by move=> g; apply: every_imp => w; apply: g. Qed.
Lemma grows_trans b b' b'' : grows b b' -> grows b' b'' -> grows b b''.
Proof. by move=> h h' id w /h /h'. Qed.

Lemma word_at_add i w t k f j :
  word_at (Book (PositiveMap.add (N.succ_pos i) w t) k f) j = if (i =? j)%num then Some w else PositiveMap.find
    (N.succ_pos j) t.
Proof.
rewrite /word_at /=; case: N.eqb_spec => [->|ne]; first exact: PositiveMap.gss.
apply: PositiveMap.gso => E; apply: ne; apply: N.succ_inj.
by rewrite -!N.succ_pos_spec E.
Qed.

Lemma ok_inj b s s' : every (ok b) s -> every (ok b) s' -> map wid s = map wid s' -> s = s'.
Proof.
elim: s s' => [|w s IH] [|w' s'] //= [h /IH{}IH] [h' /IH{}IH] [E /IH->]; congr (_ :: _).
by move: h h'; rewrite /ok E => -> [].
Qed.

Section Words.
Variables (R : fieldType) (theta : nat -> R) (X : Type) (read : X -> nat -> nat -> R) (x0 : X).

Fixpoint wval (w : word) (x : X) : R :=
  match w with
  | WInput _ i j => read x i j
  | WWeight _ v => theta (N.to_nat v)
  | WNumber _ a => in_field R a
  | WTimes _ _ ws => foldr (fun w t => wval w x * t) 1 ws
  | WPlus _ _ ws => foldr (fun w t => wval w x + t) 0 ws
  end.
Definition prodw ws x := foldr (fun w t => wval w x * t) 1 ws.
Definition sumw ws x := foldr (fun w t => wval w x + t) 0 ws.
Definition sound w := ~~ varies w -> forall x, wval w x = wval w x0.
Definition wf b := (forall id w, word_at b id = Some w -> [/\ wid w = id, every (ok b) (children w) & sound w]) /\
  forall id, (fresh b <= id)%num -> word_at b id = None.

Lemma ok_sound b s : wf b -> every (ok b) s -> every sound s.
Proof. by move=> [h _]; apply: every_imp => w /h[]. Qed.

Lemma no_words_wf : wf no_words.
Proof. by split=> // id w; rewrite /word_at /= PositiveMap.gempty. Qed.

Lemma alikeP b w w' : every (ok b) (children w) -> every (ok b) (children w') -> alike w w' -> wval w =1 wval w'.
Proof.
case: w => [? i j|? v|? z|? ? ws|? ? ws]; case: w' => [? i' j'|? v'|? z'|? ? ws'|? ? ws'] //= h h'.
- by case/andP=> /eqP-> /eqP->.
- by move/N.eqb_spec->.
- by case/andP=> /Z.eqb_spec nE /Pos.eqb_spec dE x; rewrite /in_field nE dE.
- by move/eqP/(ok_inj h h')->.
- by move/eqP/(ok_inj h h')->.
Qed.

Lemma internP w b : wf b -> wid w = fresh b -> every (ok b) (children w) -> sound w ->
  let r := intern w b in [/\ wf r.2, grows b r.2, ok r.2 r.1 & wval r.1 =1 wval w].
Proof.
move=> [w1 w2] E okw sw; rewrite /intern; set added := (w, _).
have Ha : [/\ wf added.2, grows b added.2, ok added.2 added.1 & wval added.1 =1 wval w].
  have g : grows b added.2.
    move=> id v at_id; rewrite word_at_add; case: N.eqb_spec => // e.
    by move: at_id; rewrite -e w2 //; apply: N.le_refl.
  split=> //; last by rewrite /ok word_at_add E N.eqb_refl.
  split=> [id v|id le]; rewrite word_at_add.
    case: N.eqb_spec => [<- [<-]|_ /w1[h1 h2 h3]]; first by split=> //; apply: grows_ok okw.
    by split=> //; apply: grows_ok h2.
  by move: le; rewrite /= => le; case: N.eqb_spec => [|_]; [lia | apply: w2; lia].
case: (trie_find _ _) => // id; case at_id: (word_at b id) => [v|] //; case: ifP => // al.
have [h1 h2 h3] := w1 _ _ at_id; split=> //=; first by rewrite /ok h1.
by move=> x; rewrite (alikeP okw h2 al).
Qed.

Lemma prodw_merge r s s' x : prodw (path.merge r s s') x = prodw s x * prodw s' x.
Proof.
elim: s s' => [|w s IH] s' /=; first by rewrite mul1r; case: s'.
elim: s' => [|w' s' IH'] /=; first by rewrite mulr1.
by case: ifP => _ /=; [rewrite IH mulrA | rewrite IH' mulrCA].
Qed.
Lemma sumw_merge r s s' x : sumw (path.merge r s s') x = sumw s x + sumw s' x.
Proof.
elim: s s' => [|w s IH] s' /=; first by rewrite add0r; case: s'.
elim: s' => [|w' s' IH'] /=; first by rewrite addr0.
by case: ifP => _ /=; [rewrite IH addrA | rewrite IH' addrCA].
Qed.
Lemma prodw_factors w x : prodw (factors w) x = wval w x.
Proof. by case: w => //= *; rewrite mulr1. Qed.
Lemma sumw_terms ws x : sumw (terms ws) x = sumw ws x.
Proof. by case: ws => // w [|]; case: w => //= *; rewrite addr0. Qed.

Lemma ok_factors b w : wf b -> ok b w -> every (ok b) (factors w).
Proof. by move=> [h _] okw; have [_ + _] := h _ _ okw; case: w okw. Qed.
Lemma ok_terms b ws : wf b -> every (ok b) ws -> every (ok b) (terms ws).
Proof. by case: ws => // w [|v s] wb; [case: wb => h _ [okw _]; have [_ + _] := h _ _ okw; case: w okw | case: w]. Qed.

Lemma prodw_const ws x : every sound ws -> ~~ has varies ws -> prodw ws x = prodw ws x0.
Proof. by elim: ws => //= w ws IH [sw /IH{}IH]; rewrite negb_or => /andP[/sw-> /IH->]. Qed.
Lemma sumw_const ws x : every sound ws -> ~~ has varies ws -> sumw ws x = sumw ws x0.
Proof. by elim: ws => //= w ws IH [sw /IH{}IH]; rewrite negb_or => /andP[/sw-> /IH->]. Qed.

Lemma timesP ws b : wf b -> every (ok b) ws -> let r := times ws b in
  [/\ wf r.2, grows b r.2 & if r.1 is Some w then ok r.2 w /\ forall x, wval w x = prodw ws x else True].
Proof.
move=> wb okw; rewrite /times; set many := if (_ < _)%N then _ else _.
suff [h1 h2 h3] : [/\ wf many.2, grows b many.2 &
    if many.1 is Some w then ok many.2 w /\ forall x, wval w x = prodw ws x else True].
  by clearbody many; case: ws okw h3 => [|w [|]] //= [okw _]; split=> //; split=> // x; rewrite mulr1.
rewrite /many; case: ifP => _; first by split.
have := @internP (WTimes (fresh b) (has varies ws) ws) b wb erefl okw.
case: (intern _ b) => [w b'] /= [|h1 h2 h3 h4]; last by split.
by move=> nv x /=; apply: prodw_const nv; apply: ok_sound okw.
Qed.

Lemma functionP ws b : wf b -> every (ok b) ws -> let r := function ws b in
  [/\ wf r.2, grows b r.2 & if r.1 is Some w then ok r.2 w /\ exists k, forall x, prodw ws x = k * wval w x else True].
Proof.
move=> wb okw; rewrite /function; case: ifP => _; first by split.
have [h1 h2 h3] := timesP wb (every_filter varies okw); split=> //.
case: (times _ _).1 h3 => // w [h3 h4]; split=> //.
exists (prodw (filter (predC varies) ws) x0) => x; rewrite h4 -(@prodw_const _ x).
- by elim: (ws) => [|v s IH] /=; rewrite ?mulr1 // IH; case: (varies v) => /=; [rewrite mulrCA | rewrite mulrA].
- by apply: every_filter; apply: ok_sound okw.
- by elim: (ws) => //= v s IH; case E: (varies v) => //=; rewrite E.
Qed.
End Words.

Lemma insertP b w s : ok b w -> every (ok b) s ->
  [/\ every (ok b) (insert w s), List.In w (insert w s) & forall v, List.In v s -> List.In v (insert w s)].
Proof.
move=> okw; elim: s => [|v s IH] /=; first by split=> //; left.
case=> okv oks; have [h1 h2 h3] := IH oks; case: N.eqb_spec => [E|_].
  by split=> //; left; move: okv; rewrite /ok -E okw => -[].
case: ifP => _; split=> //=; [by left | by move=> u; right | by right | by move=> u [->|/h3]; [left | right]].
Qed.

Lemma unionP b s s' : every (ok b) s -> every (ok b) s' ->
  [/\ every (ok b) (union s s'), forall v, List.In v s -> List.In v (union s s') & forall v, List.In v s' ->
    List.In v (union s s')].
Proof.
elim: s => [_|w s IH [okw /IH{}IH]] /= oks'; first by split=> // v [].
have [h1 h2 h3] := IH oks'; have [k1 k2 k3] := insertP okw h1; rewrite /union /=.
by split=> //; [move=> v [<-|/h2/k3] | move=> v /h3/k3].
Qed.

Section Entries.
Variables (R : fieldType) (theta : nat -> R) (X Y : Type) (read : X -> nat -> nat -> R) (x0 : X).
Local Notation val := (wval theta read).
Local Notation prod_of := (prodw theta read).
Local Notation sum_of := (sumw theta read).
Local Notation good := (wf theta read x0).

(* 0, or proportional to one of gs *)
Definition covered (gs : seq word) (g : X -> R) : Prop :=
  (forall x, g x = 0) \/ exists w k, List.In w gs /\ forall x, g x = k * val w x.

Lemma covered_sub gs gs' g : (forall w, List.In w gs -> List.In w gs') -> covered gs g -> covered gs' g.
Proof. by move=> sub [z|[w [k [iw E]]]]; [left | right; exists w, k; split=> //; apply: sub]. Qed.
Lemma covered_scale gs g g' k : (forall x, g' x = k * g x) -> covered gs g -> covered gs g'.
Proof.
move=> E [z|[w [l [iw E']]]]; first by left=> x; rewrite E z mulr0.
by right; exists w, (k * l); split=> // x; rewrite E E' mulrA.
Qed.
Lemma covered_in gs w : List.In w gs -> covered gs (val w).
Proof. by move=> iw; right; exists w, 1; split=> // x; rewrite mul1r. Qed.

Lemma collectP jobs acc b : good b -> every (every (ok b)) jobs -> every (ok b) acc -> let r := collect jobs acc b in
  [/\ good r.2, grows b r.2 & if r.1 is Some gs then
    [/\ every (ok r.2) gs, forall w, List.In w acc -> List.In w gs & every (fun ws =>
      covered gs (prod_of ws)) jobs] else True].
Proof.
elim: jobs acc b => [|ws jobs IH] acc b wb /=; first by split.
case=> okw okj oka; have := functionP wb okw; case: (function ws b) => [[w|] b1] /= [w1 g1]; last by split.
case=> ok1 [k E]; have [k1 k2 k3] := insertP ok1 (grows_ok g1 oka).
case: ifP => _; first by split.
have := IH (insert w acc) b1 w1 (every_imp (fun s => @grows_ok _ _ s g1) okj) k1.
case: (collect _ _ _) => [[gs|] b2] /= [w2 g2]; last by split=> //; apply: grows_trans g1 g2.
case=> h1 h2 h3; split=> //; first exact: grows_trans g1 g2.
split=> //=; first by move=> v /k3/h2.
split=> //.
by apply: covered_scale (E) (covered_in (h2 _ k2)).
Qed.

Definition stands b (e : option entry) (f : X * Y -> R) : Prop :=
  if e is Some e then
    [/\ every (ok b) (near e), every (ok b) (mixed e) & form f (sum_of (near e)) (far e) (covered (mixed e))]
  else True.
Local Notation steps := (step stands good grows).

Lemma stands_grows b b' e f : grows b b' -> stands b e f -> stands b' e f.
Proof. by case: e => [e|] //= g [h1 h2 h3]; split=> //; apply: grows_ok g _. Qed.
Lemma stands_ext b e f f' : (forall q, f q = f' q) -> stands b e f -> stands b e f'.
Proof. by case: e => [e|] //= E [h1 h2 h3]; split=> //; apply: form_ext h3. Qed.

Lemma plusP b e e' f f' : good b -> stands b e f -> stands b e' f' -> stands b (plus e e') (fun q => f q + f' q).
Proof.
case: e e' => [[us c gs]|] [[us' c' gs']|] //= wb [h1 h2 h3] [k1 k2 k3].
have [u1 u2 u3] := unionP h2 k2; split=> //; first by apply: every_merge; apply: (ok_terms wb).
apply: form_ext (form_add (c'' := c || c') h3 k3 _ _ _) => // [x|g|g].
- by rewrite sumw_merge !sumw_terms.
- exact: covered_sub.
- exact: covered_sub.
Qed.

Lemma settleP b e f : good b -> stands b e f -> steps (settle e b) b f.
Proof.
move=> wb; case: e => [[us c gs]|]; last by split.
move=> [/= h1 h2 h3]; rewrite /settle; case: ifP => _; first by split.
case: ifP => [/andP[cT nv]|_].
  split=> //; split=> //; have [h [s [k1 k2 k3]]] := h3; exists (fun y => sum_of us x0 + h y), s; split=> //.
    by rewrite /= cT.
  by move=> x y; rewrite k3 /= add0r (sumw_const _ (ok_sound wb h1) nv).
case: ifP => _; first by split.
have := @internP _ theta X read x0 (WPlus (fresh b) (has varies us) us) b wb erefl h1.
case: (intern _ b) => [w b'] /= [|w1 g1 o1 E]; first by move=> nv x; apply: sumw_const nv; apply: ok_sound h1.
split=> //; split=> //=; first exact: grows_ok h2.
by apply: form_ext h3 => // x; rewrite /= addr0 E.
Qed.

(* the products of u with other parts *)
Lemma u_jobsP b (us : seq word) (c' c'' : bool) gs' all : good b -> every (ok b) us -> every (ok b) gs' ->
  (size us <= 1)%N ->
  every (fun ws => covered all (prod_of ws)) (u_jobs (ohead us) c' gs') ->
  (is_const (ohead us) -> c' -> c'') -> (is_const (ohead us) -> forall w, List.In w gs' -> List.In w all) ->
  (c' -> covered all (sum_of us) \/ c'' /\ forall x, sum_of us x = sum_of us x0) /\
  (forall g, covered gs' g -> covered all (fun x => sum_of us x * g x)).
Proof.
move=> wb; case: us => [|u [|]] //= oku okg _.
  by move=> _ _ _; split=> [_|g _]; [left; left | left=> x; exact: mul0r].
case: ifP => [vu /every_cat_inv[j1 /every_map_inv j2] _ _|nv _ /(_ isT) cc /(_ isT) gg].
  split=> [cT|g [z|[w [k [iw E]]]]]; last first.
  - apply: covered_scale (every_in j2 iw) => x; rewrite prodw_merge !prodw_factors E addr0.
    by rewrite mulrCA.
  - by left=> x; rewrite z mulr0.
  left; rewrite cT /= in j1; case: j1 => j1 _; apply: (@covered_scale _ (prod_of (factors u)) _ 1) j1 => x.
  by rewrite mul1r prodw_factors; apply: addr0.
have [su _] : every (sound theta read x0) [:: u] := ok_sound (s := [:: u]) wb oku.
split=> [/cc c1|g cg]; first by right; split=> // x; rewrite su ?nv.
apply: (@covered_scale _ g _ (val u x0 + 0)) (covered_sub gg cg) => x; congr ((_ + _) * _).
by apply: su; rewrite nv.
Qed.

Lemma u_jobs_ok b us c' gs' : good b -> every (ok b) us -> every (ok b) gs' ->
  every (every (ok b)) (u_jobs (ohead us) c' gs').
Proof.
move=> wb; case: us => [|u us] //= [oku _] okg; case: ifP => // _; have okf := ok_factors wb oku.
apply: every_cat; first by case: c'.
by apply: every_map; apply: every_imp okg => g okg'; apply: every_merge => //; apply: (ok_factors wb okg').
Qed.

Lemma productP b e e' f f' : good b -> stands b e f -> stands b e' f' ->
  steps (product e e' b) b (fun q => f q * f' q).
Proof.
move=> wb; case: e e' => [[us c gs]|] [[us' c' gs']|]; try by move=> *; split.
move=> [/= h1 h2 h3] [/= k1 k2 k3]; case: ifP => [_|]; first by split.
move/negbT; rewrite negb_or -!leqNgt => /andP[s1 s2].
set uu := (X in let: (_, _) := X in _).
have [w1 g1 u1] : [/\ good uu.2, grows b uu.2 & if uu.1 is Some ws then
    every (ok uu.2) ws /\ forall x, sum_of ws x = sum_of us x * sum_of us' x else True].
  rewrite /uu; case: us s1 h1 {h3 uu} => [|u [|]] //= _ h1; first by split=> //; split=> // x; rewrite mul0r.
  case: us' s2 k1 {k3} => [|u' [|]] //= _ k1; first by split=> //; split=> // x; rewrite mulr0.
  have okm : every (ok b) (path.merge by_id (factors u) (factors u')).
    by apply: every_merge; apply: (ok_factors wb); [case: h1 | case: k1].
  have := timesP wb okm; case: (times _ _) => [[w|] b1] /= [w1 g1]; last by split.
  by case=> o1 E; split=> //; split=> // x; rewrite E prodw_merge !prodw_factors !addr0.
case: uu w1 g1 u1 => [ou b1] /= w1 g1 u1; set jobs := _ ++ _.
have [h1' h2' k1' k2'] : [/\ every (ok b1) us, every (ok b1) gs, every (ok b1) us' & every (ok b1) gs'].
  by split; apply: grows_ok g1 _.
have okk u (d : bool) l : every (ok b1) l -> every (ok b1) (kept u d l) by rewrite /kept; case: ifP.
have okj : every (every (ok b1)) jobs.
  apply: every_cat; first by apply: (u_jobs_ok _ w1).
  apply: every_cat; first by apply: (u_jobs_ok _ w1).
  elim: (gs) h2' => //= g l IH [okg /IH{}IH]; apply: every_cat IH; apply: every_map.
  by apply: every_imp k2' => g' okg'; apply: every_merge; apply: (ok_factors w1).
have [o1 o2 o3] := unionP (okk (ohead us) c _ k2') (okk (ohead us') c' _ h2').
have := collectP w1 okj o1; case: (collect _ _ _) => [oa b2] /= [w2 g2].
have g12 := grows_trans g1 g2; case: oa => [all|] /=; last by case: ou u1 => *; split.
case: ou u1 => [ws|] /=; last by move=> *; split.
case=> okws Ews [l1 l2 /every_cat_inv[j1 /every_cat_inv[j2 /every_flatten/every_map_inv j3]]].
set c'' := [|| _, _ | _].
have [||p1 p2] := u_jobsP (c'' := c'') w1 h1' k2' s1 j1.
- by move=> iu cT; rewrite /c'' iu cT !orbT.
- by move=> iu w iw; apply: l2; apply: o2; rewrite /kept iu orbT.
have [||q1 q2] := u_jobsP (c'' := c'') w1 k1' h2' s2 j2.
- by move=> iu cT; rewrite /c'' iu cT !orbT.
- by move=> iu w iw; apply: l2; apply: o3; rewrite /kept iu orbT.
have st : stands b2 (Some (Entry ws c'' all)) (fun q => f q * f' q).
  split=> //=; first exact: grows_ok okws.
  apply: form_ext (form_mul (x0 := x0) (c'' := c'') h3 k3 _ p1 q1 p2 q2 _ _ _) => // [|cT g|cT g|g g'].
  - by rewrite /c'' => ->.
  - by apply: covered_sub => w iw; apply: l2; apply: o2; rewrite /kept cT.
  - by apply: covered_sub => w iw; apply: l2; apply: o3; rewrite /kept cT.
  case=> [z _|[w [k [iw E]]]]; first by left=> x; rewrite z mul0r.
  case=> [z|[w' [k' [iw' E']]]]; first by left=> x; rewrite z mulr0.
  have /every_map_inv j := every_in j3 iw.
  apply: covered_scale (every_in j iw') => x; rewrite prodw_merge !prodw_factors E E'.
  by rewrite mulrACA.
have [r1 r2 r3] := settleP w2 st; split=> //; exact: grows_trans g12 r2.
Qed.

Lemma writtenP w b : good b -> wid w = fresh b -> children w = [::] -> sound theta read x0 w ->
  steps (written w b) b (fun q => val w q.1).
Proof.
move=> wb wE cE sw; rewrite /written; have := internP wb wE _ sw; rewrite cE.
case: (intern w b) => [v b'] /= [//|w1 g1 o1 E]; split=> //; split=> //.
by apply: form_ext (@form_u R X Y (val w) _) => // x; rewrite /= addr0 E.
Qed.
End Entries.

(* the number of functions that pass, S being the near side *)
Lemma form_sep_le (R : fieldType) (theta : nat -> R) (X Y : Type) (read : X -> nat -> nat -> R) (f : X * Y ->
  R) us (c : bool) gs :
  form f (sumw theta read us) c (covered theta read gs) ->
  sep_le (fun x y => f (x, y)) (size gs + c + (if us is [::] then 0 else 1)).
Proof.
move=> [h [s [hc cov fE]]].
have G : sep_le (fun x y => \sum_(p <- s) p.1 x * p.2 y) (size gs).
  suff [H HE] : exists H : 'I_(size gs) -> Y -> R, forall x y,
      \sum_(p <- s) p.1 x * p.2 y = \sum_(k < size gs) wval theta read (nth (WNumber 0 none) gs k) x * H k y.
    by exists (fun k : 'I_(size gs) => wval theta read (nth (WNumber 0 none) gs k)), H.
  elim: s cov {fE} => [_|p s IH /= [Cp /IH[H HE]]].
    by exists (fun _ _ => 0) => x y; rewrite big_nil big1 // => k _; rewrite mulr0.
  case: Cp => [z|[w [k [iw E]]]]; first by exists H => x y; rewrite big_cons z mul0r add0r HE.
  have [l lt lE] : exists2 l, (l < size gs)%N & nth (WNumber 0 none) gs l = w.
    elim: (gs) iw => //= v gs' IHg [->|/IHg[l lt lE]]; first by exists 0%N.
    by exists l.+1.
  exists (fun m y => (if m == Ordinal lt then k * p.2 y else 0) + H m y) => x y.
  rewrite big_cons HE; under [RHS]eq_bigr do rewrite mulrDr.
  rewrite big_split /=; congr (_ + _); rewrite (bigD1 (Ordinal lt)) //= eqxx lE big1 => [|m /negPf->].
    by rewrite addr0 E mulrCA mulrA.
  by rewrite mulr0.
have U : sep_le (fun x (_ : Y) => sumw theta read us x) (if us is [::] then 0 else 1).
  by case: us {fE} => [|u us]; [exact: sep_le0 | exact: sep_leL].
have C : sep_le (fun (_ : X) y => h y) c.
  by case: c hc => [_|/(_ isT) h0]; [exact: sep_leR | apply: eq_sep_le (sep_le0 R _ _) => x y; rewrite h0].
apply: eq_sep_le (sep_leD (sep_leD G C) U) => x y; rewrite fE.
by move: (\sum_(p <- s) _) (h y) (sumw _ _ _ _) => a a' a''; ring.
Qed.

Lemma passed_sep_le (R : fieldType) n d ls (S : seq bool) i j b (theta : 'I_(nweights ls) -> R) :
  layers_fit ls n d i j -> passed ls n d S i j = Some b ->
  sep_le (@layers_output n d ls (side_of S) i j R theta) (N.to_nat b).
Proof.
move=> fit; rewrite /passed; set th := at_nat theta; pose read (x : 'M[R]_(n, d)) := m_at (of_matrix x).
pose x0 : 'M[R]_(n, d) := 0; have ext := @stands_ext R th 'M[R]_(n, d) 'M[R]_(n, d) read.
have z0 C : form (fun _ : 'M[R]_(n, d) * 'M[R]_(n, d) => 0) (sumw th read [::]) false C.
  by exists (fun _ => 0), [::]; split=> // x y; rewrite big_nil !addr0.
have wr w b1 (f : 'M[R]_(n, d) * 'M[R]_(n, d) -> R) : wf th read x0 b1 -> wid w = fresh b1 -> children w = [::] ->
  sound th read x0 w ->
    (forall q, wval th read w q.1 = f q) -> step (@stands R th _ _ read) (wf th read x0) grows (written w b1) b1 f.
  by move=> w1 wE cE sw fE; apply: (step_ext ext fE (writtenP _ w1 wE cE sw)).
have [] := @mentryP _ _ pass_ops R ('M[R]_(n, d) * 'M[R]_(n, d)) (@stands R th _ _ read) (wf th read x0) grows _ _ _ _
  _ _ _ _ _
  (fun v b => written (WWeight (fresh b) v) b) (in_field R) th _ _ ls n d (fun xy => mix (side_of S) xy.1 xy.2)
  (fun t c b => if nth false S t then written (WInput (fresh b) t c) b else (Some (Entry [::] true [::]),
    b)) i j no_words
  (no_words_wf _ _ _) fit _.
- by move=> b' id w.
- exact: grows_trans.
- by move=> b1 b2 t f; apply: stands_grows.
- by move=> b1 t f g; apply: stands_ext.
- by [].
- by move=> b1; split.
- by move=> b1 t t' f f'; apply: plusP.
- by move=> b1 t f; apply: settleP.
- by move=> b1 t t' f f'; apply: productP.
- move=> b1 a w1; rewrite /= /pass_int; case: Z.eqb_spec => [z|_].
    by rewrite /in_field z mul0r; split=> //; apply: ext (_ : stands th read b1 _ _).
  case: ifP => [/andP[/Z.eqb_spec n1 /Pos.eqb_spec d1]|_]; last exact: wr.
  by apply: wr => //= _; rewrite /in_field n1 d1 divr1.
- by move=> b1 v w1; apply: wr.
- move=> t c b1 w1; case: ifP => St.
    apply: wr => // -[x y] /=; rewrite /read /=; case: insubP => [a _ aE|] //; case: insub => [e|] //.
    by rewrite !mxE /side_of aE St.
  split=> //; split=> //; exists (fun y => read y t c), [::]; split=> // x y.
  rewrite big_nil add0r addr0 /read /=; case: insubP => [a _ aE|] //; case: insub => [e|] //.
  by rewrite !mxE /side_of aE St.
move=> b1 w1; case: (mentry _ _ _ _ _ _ _ _ _) => [[us c gs]|] //= [_ _ fm] [<-].
have := form_sep_le fm; rewrite (_ : (_ + _ + _)%N = N.to_nat (N.of_nat (size gs) + (if c then 1 else 0) + (if us is
  [::] then 0 else 1))%num) //.
by case: c {fm}; case: us => [|? ?]; lia.
Qed.

(* the steps that are counted in docs/format.md; most_steps at most are done *)
Section Steps.
Variable ps : seq lparam.
Fixpoint expr_steps (e : lexpr) (s : nat * nat) : N :=
  let own := cells (size_of ps e s) in
  match e with
  | LInput | LParam _ => own
  | LProduct a b => expr_steps a s + expr_steps b s + own * N.of_nat (size_of ps a s).2
  | LHadamard a b => expr_steps a s + expr_steps b s + own
  | LAdd a b => expr_steps a s + expr_steps b s + own * (if is_sum a then 1 else 2)
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => expr_steps a s + own
  | LPower a k => expr_steps a s + own * N.of_nat k
  | LPolynomial a c => expr_steps a s + own * (if ohead (drop c ps) is Some p then N.pred (N.of_nat (l_rows p)) else 0)
  | LThen a b => expr_steps a s + expr_steps b (size_of ps a s)
  end%num.
End Steps.
Fixpoint passing_steps (ls : seq llayer) (s : nat * nat) : N :=
  if ls is l :: ls then
    (expr_steps (l_params l) (l_expr l) s + passing_steps ls (size_of (l_params l) (l_expr l) s))%num
  else 0%num.
Definition most_steps : N := 65536.

Definition passing_value ls n d (S : seq bool) i j : option N :=
  if (most_steps <? passing_steps ls (n, d))%num then None else
  match passed ls n d S i j, passed ls n d (mkseq (fun t => ~~ nth false S t) n) i j with
  | Some a, Some b => Some (N.min a b)
  | Some a, None | None, Some a => Some a
  | None, None => None
  end.

Theorem passing_sep_le (R : fieldType) n d ls (S : seq bool) i j b (theta : 'I_(nweights ls) -> R) :
  layers_fit ls n d i j -> passing_value ls n d S i j = Some b ->
  sep_le (@layers_output n d ls (side_of S) i j R theta) (N.to_nat b).
Proof.
move=> fit; rewrite /passing_value; case: ifP => // _; set S' := mkseq _ n.
have A b' := @passed_sep_le R n d ls S i j b' theta fit.
have B b' : passed ls n d S' i j = Some b' -> sep_le (@layers_output n d ls (side_of S) i j R theta) (N.to_nat b').
  move=> E; have := sep_le_sym (passed_sep_le theta fit E); apply: eq_sep_le => x y.
  rewrite /layers_output; congr layers_entry; apply/matrixP=> t k; by rewrite !mxE /side_of nth_mkseq //;
    case: (nth false S t).
case: (passed ls n d S i j) A => [a|] A; case: (passed ls n d S' i j) B => [a'|] B // [<-]; [|exact: A|exact: B].
by case: (N.min_spec a a') => [[_ ->]|[_ ->]]; [apply: A | apply: B].
Qed.
