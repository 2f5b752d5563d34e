(* Evidence from below by theory.md 5.4 and 5.4' for networks by their layers: which networks are whole blocks of
   attention and a position-wise power, and whether the lower bound of a choice of markers and payload reaches a number.
     same_layers ls ls'     == a test for equality, of layers whose parameters have no values, with the expressions of
                               blocks
     blocks_of d ls         == the numbers (L, H, da, C, k) of the blocks that ls is, at width d
     block_choice           == the free numbers of 5.4: markers b, payload m, groups cp of the payload and cm of the
                               markers, and rho blocks that read; of 5.4': markers b1 and b2, clean payload m, and
                               groups for either
     one_stage_ok, two_stages_ok == the hypotheses of 5.4 and of 5.4'
     one_stage, two_stages  == the binomials of which the bound is the product
     blocks_at_least c d ls own other v
                            == ls is such a network, and with the choice c the bound is at least v, for own and other
                               tokens on the two sides
   Proved: blocks_ofP, blocks_at_leastP. Binomials of more than most_factors factors are not evaluated, nor accepted. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank MonomialCount BoundFormulas RankCert NetEval.
From Seprank Require Import Layers LayersRun LayersBlocks NativeNaturals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Fixpoint same_expr (e f : lexpr) : bool :=
  match e, f with
  | LInput, LInput => true
  | LParam i, LParam j => i == j
  | LProduct a b, LProduct a' b' | LAdd a b, LAdd a' b' => same_expr a a' && same_expr b b'
  | LTranspose a, LTranspose b => same_expr a b
  | LPower a k, LPower b l => same_expr a b && (k == l)
  | _, _ => false
  end.
Definition same_param (p q : lparam) : bool :=
  if (l_value p, l_value q) is (None, None) then (l_rows p == l_rows q) && (l_cols p == l_cols q) else false.
Definition same_layer (l m : llayer) : bool :=
  all2 same_param (l_params l) (l_params m) && same_expr (l_expr l) (l_expr m).
Definition same_layers := all2 same_layer.

Definition blocks_of (d : nat) (ls : seq llayer) : option (nat * nat * nat * nat * nat) :=
  if ls is LLayer (q :: qs) _ :: LLayer (w :: _) (LAdd (LProduct (LPower _ k) _) _) :: _ then
    let: (L, H) := ((size ls)./2, (size qs).+1./2./2) in let: (da, C) := (l_cols q, l_cols w) in
    if (0 < H)%N && same_layers ls (blocks_net L H d da C k) then Some (L, H, da, C, k) else None
  else None.

Inductive block_choice := OneStage (b m cp cm rho : nat) | TwoStages (b1 b2 m cp1 cm1 cp2 cm2 : nat).

Definition most_factors : N := 16384.
(* pairs (n, k): 'C(n, k) *)
Definition stage (v K : N) : N * N := (v + K, K)%bN.

Section Choice.
Local Open Scope bN.
Variables L H d da C k own other : N.

Definition one_stage_ok (b m cp cm rho : N) : bool :=
  [&& 1 <? k, 0 <? b, b <=? N.min own other, b <=? m, 1 + b + m <=? d,
      (if k =? 2 then 2 * b + 2 <=? C else (k + 1) * (k + 1) * b <=? C),
      m <=? cp * da, b <=? cm * da, cp * cm <=? rho * H, 0 <? rho, rho <? L & (rho <=? 1) || (cm * cm <=? H)].
Definition one_stage (b m rho : N) : seq (N * N) := [:: stage (b * m) (k * (3 * k) ^ (L - rho - 1))].

Definition two_stages_ok (b1 b2 m cp1 cm1 cp2 cm2 : N) : bool :=
  [&& k =? 2, 2 <? L, 0 <? b1, 0 <? b2, b1 + b2 <=? N.min own other, b2 <=? m, 1 + (b1 + b2) + (b1 + m) <=? d,
      2 * N.max b1 b2 + 4 <=? C, b1 + m <=? cp1 * da, b1 <=? cm1 * da, cp1 * cm1 <=? H, m <=? cp2 * da, b2 <=? cm2 * da
    & cp2 * cm2 <? H].
Definition two_stages (b1 b2 m : N) : seq (N * N) :=
  let K := 2 * 6 ^ (L - 3) in [:: stage (b1 * (b1 + m)) (4 * K); stage (b2 * m) K].

Definition affordable (bs : seq (N * N)) : bool := all (fun b => short b.1 b.2 <=? most_factors) bs.
(* no powers of more than 16 factors are evaluated *)
Definition choice_at_least (c : block_choice) (v : N) : bool :=
  let n := N.of_nat in
  (L <=? 4096) &&
  match c with
  | OneStage b m cp cm rho => [&& one_stage_ok (n b) (n m) (n cp) (n cm) (n rho), L - n rho <=? 17 &
      let bs := one_stage (n b) (n m) (n rho) in affordable bs && product_at_least v bs]
  | TwoStages b1 b2 m cp1 cm1 cp2 cm2 => [&&
      two_stages_ok (n b1) (n b2) (n m) (n cp1) (n cm1) (n cp2) (n cm2), L <=? 19 &
      let bs := two_stages (n b1) (n b2) (n m) in affordable bs && product_at_least v bs]
  end.
End Choice.

Definition blocks_at_least (c : block_choice) (d : nat) (ls : seq llayer) (own other : nat) (v : N) : bool :=
  let n := N.of_nat in
  if blocks_of d ls is Some (L, H, da, C, k) then
    choice_at_least (n L) (n H) (n d) (n da) (n C) (n k) (n own) (n other) c v
  else false.

Lemma same_exprP e f : same_expr e f -> e = f.
Proof.
elim: e f => [|i|a IHa b IHb|a _ b _|a IHa b IHb|a IHa|a IHa k|a _ c|a _ m k|a _ m k s|a _ b _] [] //=.
- by move=> j /eqP->.
- by move=> a' b' /andP[/IHa-> /IHb->].
- by move=> a' b' /andP[/IHa-> /IHb->].
- by move=> a' /IHa->.
- by move=> a' l /andP[/IHa-> /eqP->].
Qed.

Lemma all2_eq T (r : T -> T -> bool) : (forall x y, r x y -> x = y) -> forall s t, all2 r s t -> s = t.
Proof. by move=> rP; elim=> [|x s IH] [|y t] //= /andP[/rP-> /IH->]. Qed.

Lemma same_layersP ls ls' : same_layers ls ls' -> ls = ls'.
Proof.
apply: all2_eq => -[ps e] [qs f] /andP[/= sp /same_exprP->]; congr LLayer; apply: all2_eq sp => -[m k x] [m' k' x'].
by rewrite /same_param /=; case: x => //; case: x' => // /andP[/eqP-> /eqP->].
Qed.

Lemma blocks_ofP d ls L H da C k : blocks_of d ls = Some (L, H, da, C, k) -> (0 < H)%N /\ ls = blocks_net L H d da C k.
Proof.
rewrite /blocks_of; case: ls => // -[[//|q qs] e] [//|[[//|w ws] f] ls]; case: f => // -[] // a b f; case: a => // a k'.
by case: ifP => // /andP[H0 /same_layersP E] [<- <- <- <- <-].
Qed.

Local Notation "[ n ]" := (N.to_nat n).
Lemma leN_val x y : (x <=? y)%bN = ([x] <= [y])%N. Proof. by apply/N.leb_spec0/idP; lia. Qed.
Lemma ltN_val x y : (x <? y)%bN = ([x] < [y])%N. Proof. by apply/N.ltb_spec0/idP; lia. Qed.
Lemma eqN_val x y : (x =? y)%bN = ([x] == [y]). Proof. by apply/N.eqb_spec/eqP; lia. Qed.
Lemma maxN_val x y : [N.max x y] = maxn [x] [y]. Proof. lia. Qed.
Lemma stage_val v K : 'C([(stage v K).1], [(stage v K).2]) = mc [v].+1 [K].
Proof. by rewrite mcS addN_val. Qed.
Lemma bins1 b : bins [:: b] = 'C([b.1], [b.2]).
Proof. exact: muln1. Qed.
Lemma bins2 b c : bins [:: b; c] = ('C([b.1], [b.2]) * 'C([c.1], [c.2]))%N.
Proof. by rewrite -(bins1 c). Qed.

Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (L H d da C k n : nat).
Variables (S : pred 'I_n) (i : 'I_n) (p : 'I_d) (v : N).
Hypothesis H0 : (0 < H)%N.
Local Notation ls k := (blocks_net L H d da C k).
Local Notation lower k r := (exists2 P : {mpoly F[nweights (ls k)]}, P != 0 & forall theta, P.@[theta] != 0 ->
  sep_ge (@layers_output n d (ls k) S i p F theta) r).
Local Notation "# n" := (N.of_nat n) (at level 1, format "# n").

Let consts := (erefl : [0%bN] = 0%N, erefl : [1%bN] = 1%N, erefl : [2%bN] = 2%N, erefl : [3%bN] = 3%N,
  erefl : [4%bN] = 4%N, erefl : [6%bN] = 6%N).
Let vals := (leN_val, ltN_val, eqN_val, maxN_val, addN_val, mulN_val, subN_val, expN_val, minN2, Nat2N.id, consts).

Lemma lowerW r : ([v] <= r)%N -> lower k r -> lower k [v].
Proof. by move=> le [P P0 low]; exists P => // theta /low{}low s /low; apply: leq_trans. Qed.

Lemma one_stageP b m cp cm rho : one_stage_ok #L #H #d #da #C #k ##|S| ##|predC S| #b #m #cp #cm #rho ->
  product_at_least v (one_stage #L #k #b #m #rho) -> lower k [v].
Proof.
rewrite product_at_leastP /one_stage_ok bins1 stage_val !vals.
case/and5P=> k1 b0 bS bm /and5P[bmd bC mcp bcm /and4P[pairs rho0 rhoL first]] /andP[_ le].
apply: lowerW le _; apply: (blocks_lower_generic charF i p H0 k1 b0 bS bm bmd _ mcp bcm pairs rho0 rhoL).
  by rewrite -mulnn -[k.+1]addn1.
move=> rho1; have cm2 : (cm * cm <= H)%N by move: first; rewrite leqNgt rho1.
have cm0 : (0 < cm)%N by rewrite lt0n; apply: contraTneq bcm => ->; rewrite mul0n -ltnNge.
by apply: leq_trans bcm _; rewrite leq_mul2r leq_divRL // cm2 orbT.
Qed.

Lemma two_stagesP b1 b2 m cp1 cm1 cp2 cm2 :
  two_stages_ok #L #H #d #da #C #k ##|S| ##|predC S| #b1 #b2 #m #cp1 #cm1 #cp2 #cm2 ->
  product_at_least v (two_stages #L #b1 #b2 #m) -> lower k [v].
Proof.
rewrite product_at_leastP /two_stages_ok bins2 !stage_val !vals.
case/and5P=> /eqP kE L3 b10 b20 /and5P[bS b2m bmd bC /and5P[mcp1 bcm1 pairs1 mcp2 /andP[bcm2 pairs2]]] /andP[_ le].
apply: lowerW le _; rewrite kE.
exact: (two_stage_blocks_lower_generic charF i p L3 b10 b20 bS b2m bmd bC mcp1 bcm1 pairs1 mcp2 bcm2 pairs2).
Qed.
End Lower.

Theorem blocks_at_leastP c d ls own other v : blocks_at_least c d ls own other v ->
  forall (F : numFieldType) n (S : pred 'I_n) (i : 'I_n) (p : 'I_d), #|S| = own -> #|predC S| = other ->
  exists2 P : {mpoly F[nweights ls]}, P != 0 & forall theta, P.@[theta] != 0 ->
    sep_ge (@layers_output n d ls S i p F theta) (N.to_nat v).
Proof.
rewrite /blocks_at_least; case E: (blocks_of d ls) => [[[[[L H] da] C] k]|] //; have [H0 ->] := blocks_ofP E.
move=> + F n S i p Sown Sother; rewrite -Sown -Sother /choice_at_least => /andP[_].
case: c => [b m cp cm rho|b1 b2 m cp1 cm1 cp2 cm2] /and3P[ok _ /andP[_ le]].
  exact: (one_stageP (@Num.Theory.char_num F) i p H0 ok le).
exact: (two_stagesP (@Num.Theory.char_num F) i p ok le).
Qed.
