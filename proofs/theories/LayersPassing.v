(* Upper bounds of networks by their layers, from how entries depend on the two sides: theory.md 3.15 (c) and 4.11.
   one_side_value ls n d S i j == the bound of 3.15 (c): 0 if the output is 0 by zeros that the network states, 1 if it
                                depends on one side only
   passing_value ls n d S i j == the bound of 4.11, for the lesser of the two sides, within the limits of docs/format.md *)
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
  (false, true, true) (true, false, false) (fun z b => ((Z.eqb z Z0, false, false), b))
  (fun s t => (s.1.1 && t.1.1, s.1.2 || t.1.2, s.2 || t.2)) (fun t b => (t, b))
  (fun s t b => (if s.1.1 || t.1.1 then (true, false, false) else (false, s.1.2 || t.1.2, s.2 || t.2), b)).
Definition one_side_value ls n d (S : seq bool) i j : option N :=
  let: (z, a, b) := mentry flag_ops (fun _ u => ((false, false, false), u)) ls n d
    (fun t _ u => ((false, nth false S t, ~~ nth false S t), u)) i j tt in
  if z then Some 0%num else if a && b then None else Some 1%num.

Section OneSide.
Variables (R : comRingType) (X : Type).
Definition flagged (_ : unit) (t : flags) (f : X * X -> R) :=
  [/\ t.1.1 -> forall q, f q = 0, ~~ t.1.2 -> forall x x' y, f (x, y) = f (x', y) & ~~ t.2 -> forall x y y', f (x, y) = f (x, y')].

Lemma flagged_step t f : flagged tt t f -> step flagged (fun _ => True) (fun _ _ => True) (t, tt) tt f.
Proof. by []. Qed.
End OneSide.

Theorem one_side_sep_le (R : comRingType) n d ls (S : seq bool) i j b (theta : 'I_(nweights ls) -> R) :
  layers_fit ls n d i j -> one_side_value ls n d S i j = Some b ->
  sep_le (layers_output (side_of S) i j theta : 'M[R]_(n, d) -> _) (N.to_nat b).
Proof.
move=> fit; rewrite /one_side_value.
have [] := @mentryP _ _ flag_ops R ('M[R]_(n, d) * 'M[R]_(n, d)) (@flagged R _) (fun _ => True) (fun _ _ => True) _ _ _ _ _ _ _ _ _
  (fun _ u => ((false, false, false), u)) (at_nat theta) _ _ ls n d (fun xy => mix (side_of S) xy.1 xy.2)
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
- by move=> ? z _; split=> //; split=> //= /Z.eqb_spec->.
- move=> t c ? _; split=> //; split=> //= St x y z; case: insubP => [a _ aE|] //; case: insub => [e|] //;
    by move: St; rewrite !mxE /side_of aE; case: ifP.
case: (mentry _ _ _ _ _ _ _ _ _) => [[z a] c] _ _ [/= h1 h2 h3]; case: z h1 => h1.
  by case=> <-; apply: eq_sep_le (sep_le0 R _ _) => x y; rewrite /layers_output /layers_entry (h1 isT (x, y)).
case: a h2 => h2; last first.
  by case=> <-; apply: eq_sep_le (sep_leR _ (fun y => layers_output (side_of S) i j theta 0 y)) => x y; apply: (h2 isT 0 x y).
case: c h3 => //= h3 [<-].
by apply: eq_sep_le (sep_leL _ (fun x => layers_output (side_of S) i j theta x 0)) => x y; apply: (h3 isT x 0 y).
Qed.
