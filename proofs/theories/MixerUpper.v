(* prototype Mixer with power activation: upper bound, and the gap theorem *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank RankModP PowerRank Attention AttnLower.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Mixer.
Variables (R : comRingType) (n d k : nat).
(* token mixing T, channel mixing C, bias B *)
Definition mixer := ('M[R]_n * 'M[R]_d * 'M[R]_(n, d))%type.
Definition aff (l : mixer) (X : 'M[R]_(n, d)) : 'M[R]_(n, d) := l.1.1 *m X *m l.1.2 + l.2.
Definition mixlayer (l : mixer) X := map_mx (fun z : R => z ^+ k) (aff l X).
(* hidden layers ls, then an affine read-out o *)
Definition mixnet (ls : seq mixer) (o : mixer) X := aff o (foldl (fun X l => mixlayer l X) X ls).

(* rank of a pre-activation after l layers *)
Fixpoint preb (l : nat) : nat := if l is l'.+1 then (d * (n * 'C(preb l' + k - 1, k))).+1 else 2.

Variables (X Y : Type).
Definition entries_le (Z : X -> Y -> 'M[R]_(n, d)) r := forall i p, sep_le (fun x y => Z x y i p) r.

Lemma aff_le l Z r : entries_le Z r -> entries_le (fun x y => aff l (Z x y)) (d * (n * r)).+1.
Proof.
case: l => [[A C] B] H i p; rewrite -addn1.
have HC q : sep_le (fun x y => (\sum_t A i t * Z x y t q) * C q p) (n * r).
  have := sep_leZ (C q p) (sep_le_sum_const (fun t => sep_leZ (A i t) (H t q))).
  by apply: eq_sep_le => x y; rewrite mulrC.
apply: eq_sep_le (sep_leD (sep_le_sum_const HC) (@sep_leC R X Y (B i p))) => x y.
by rewrite /aff /= !mxE; congr (_ + _); apply: eq_bigr => q _; rewrite mxE.
Qed.

Lemma act_le (Z : X -> Y -> 'M[R]_(n, d)) r : entries_le Z r ->
  entries_le (fun x y => map_mx (fun z : R => z ^+ k) (Z x y)) 'C(r + k - 1, k).
Proof. by move=> H i p; apply: eq_sep_le (sep_leX k (H i p)) => x y; rewrite mxE. Qed.
End Mixer.

Section MixMain.
Variables (R : comRingType) (n d k : nat) (S : pred 'I_n).

Lemma aff_mix_le (l : mixer R n d) : entries_le (fun x y => aff l (mix S x y)) 2.
Proof.
case: l => [[A C] B] i p.
apply: eq_sep_le (sep_leD (sep_leL _ (fun x => (A *m mask S x *m C + B) i p))
                          (sep_leR _ (fun y => (A *m mask (predC S) y *m C) i p))) => x y.
have -> : mix S x y = mask S x + mask (predC S) y.
  by apply/matrixP=> a b; rewrite !mxE /=; case: (S a); rewrite /= ?addr0 ?add0r.
by rewrite /aff /= mulmxDr mulmxDl [in RHS]mxE [in RHS]mxE [X in X + _]mxE addrAC.
Qed.

Theorem mixnet_sep_le (ls : seq (mixer R n d)) o :
  entries_le (fun x y => mixnet k ls o (mix S x y)) (preb n d k (size ls)).
Proof.
rewrite /mixnet.
suff H (ls' : seq (mixer R n d)) (Z : 'M[R]_(n, d) -> 'M[R]_(n, d) -> 'M[R]_(n, d)) l :
  (forall a, entries_le (fun x y => aff a (Z x y)) (preb n d k l)) ->
  forall a, entries_le (fun x y => aff a (foldl (fun X l => mixlayer k l X) (Z x y) ls')) (preb n d k (l + size ls')).
  by apply: (H ls (mix S) 0%N) => a; apply: aff_mix_le.
elim: ls' Z l => [|b ls' IH] Z l HZ a /=; first by rewrite addn0; apply: HZ.
rewrite -addSnnS; apply: (IH (fun x y => mixlayer k b (Z x y))) => {}a.
by apply: aff_le; apply: act_le; apply: HZ.
Qed.
End MixMain.

Section Gap.
Variables (F : fieldType) (charF : [char F] =i pred0) (n m k L Lm : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (Si : S i) (Sj : ~~ S j).
Local Notation d := ((m.+1 + 1) + (m.+1 + 1))%N.

Theorem gap : (preb n d k Lm < 'C(m + gdeg L, gdeg L))%N ->
  exists (ws : seq (seq (head F d))) (p : 'I_d),
  [/\ size ws = L, all (fun H => size H == 1%N) ws &
      forall (ls : seq (mixer F n d)) o, size ls = Lm ->
        ~ (forall X, net ws X i p = mixnet k ls o X i p)].
Proof.
move=> lt; have [ws [p [sz one lower]]] := attn_lower charF m Si Sj L.
exists ws, p; split=> // ls o sls E.
have := mixnet_sep_le k S ls o i p; rewrite sls => U.
have /lower := eq_sep_le (fun x y => esym (E (mix S x y))) U.
by rewrite leqNgt lt.
Qed.
End Gap.
Print Assumptions gap.
