(* Lower bounds of theory.md as evidence: the value of a theorem at given sizes, and that almost all weights of
   attention have at least this separation rank (attention_lower_value_generic).
     lower_theorem            == the lower bounds about attention and Mixers, by their ids in docs/format.md
     attention_lower_value t L d H own other == the value of theorem t for L layers, d channels, H heads of width d / H,
                                 own tokens on the side of the output and other on the other; None if t says nothing
     attention_lower_fits t L == it is cheap to compute, for widths and numbers of tokens up to some thousands
     lower_sharp t            == the value is that of docs/format.md: a claim above it does not follow from the theorem
     best ok value s          == the largest value of the choices in s that are ok
     pairing                  == a choice for 3.8 or 3.9: heads used, vectors in two batches, carriers, summing layers
     number                   == which of three numbers is taken for it
     few_partitions p K       == how many partitions the numbers 0 .. K have into at most p parts
   The formulas: 3.4 as it stands; 3.5 as mc(da - 1, C) + mc(da - 1, C - 1); 3.17; 3.18' with the least J for every M; 3.8
   and 3.9 with their sums of h (PairingGram.v) as far as these are affordable, with their simple bound mc(v + 1, K), and
   with mc(m (m + 1) / 2 + 1, min(K, r, other)) (PairingLowDegree.v). *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank MonomialCount Attention GenericWeights BoundFormulas PairingRank.
From Seprank Require Import AttentionPower AttentionCone AttentionFewLayers AttentionOneHead AttentionTwoLayersAll
  AttentionHeads.
From Seprank Require Import PairingLowDegree GramIndependent TableauFormula PairingGram BlocksPaired.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.

Inductive lower_theorem := AttentionPower | AttentionIsotropic | AttentionFewLayers | AttentionTwoLayers
  | AttentionHeads | AttentionBlocks | MixerOneLayer | MixerChannels.

Section Best.
Variables (T : Type) (ok : T -> bool) (value : T -> N).
Definition better (o : option N) (x : T) : option N :=
  if ok x then Some (if o is Some v then N.max v (value x) else value x) else o.
Definition best (s : seq T) : option N := foldl better None s.

Lemma bestP s v : best s = Some v -> exists2 x, ok x & v = value x.
Proof.
suff H o : foldl better o s = Some v -> o = Some v \/ exists2 x, ok x & v = value x by case/H.
elim: s o => [|x s IH] o /=; first by left.
move/IH=> [|]; last by right.
rewrite /better; case: ifP => okx; last by left.
case: o => [u|] [<-]; last by right; exists x.
by case: (N.max_spec u (value x)) => -[_ ->]; [right; exists x | left].
Qed.
End Best.

Section Formulas.
Local Open Scope bN.

(* the sum of the mc m (k + 2), mc m (k + 4), .., each from the one before *)
Fixpoint even_sum (m : N) (steps : nat) (k term acc : N) : N :=
  if steps is S s then
    let term := term * (m + k) * (m + k + 1) / ((k + 1) * (k + 2)) in even_sum m s (k + 2) term (acc + term)
  else acc.
Definition power_sumN (L d : N) := even_sum (d - 1) (N.to_nat (gram_degreeN (L - 1))) 0 1 1.

(* 3.18': M pairs of J coordinates, one of them among the first T = min (J, H) *)
Definition pairsN (H J : N) := let T := N.min J H in J * T - binN T 2.
Definition two_allowedN (H d da M J : N) := [&& M <=? pairsN H J, M + J <=? da, J <? d - M & 2 <? d - J].
Definition two_layersN (d M J : N) :=
  let e := d - M in let c := binN M 2 in (M * d - c) * mcN e 2 - e * c + (mcN (M * (d - J) - c) 2 - 1).
(* 3.17 (b), with n the entries of a symmetric matrix *)
Definition one_headN (d : N) := let n := binN (d + 1) 2 in 1 + n + binN (n + 1) 2 + d * n + d.
(* from M and J on, the least J that has room for M pairs *)
Fixpoint two_choices (fuel : nat) (H da M J : N) : seq (N * N) :=
  if fuel is S fuel then
    if da <? M + J then [::] else
    if pairsN H J <? M then two_choices fuel H da M (J + 1) else (M, J) :: two_choices fuel H da (M + 1) J
  else [::].

(* 3.8: r vectors, with n heads, q carriers and c summing layers, as few as they need *)
Fixpoint stagesN (fuel : nat) (n reach q c : N) : N :=
  if fuel is S fuel then if q <=? reach then c else stagesN fuel n (reach * n) q (c + 1) else c.
Fixpoint vectors (fuel : nat) (r : N) : seq N := if fuel is S fuel then r :: vectors fuel (r + 1) else [::].
Definition ceilN (r n : N) := (r + n - 1) / n.
Record pairing := Pairing { heads_n : N; first_r : N; second_r : N; carriers_q : N; stages_c : N }.
Definition pairing_of (n t1 t2 q : N) := Pairing n t1 t2 q (stagesN 12 n 1 q 1).
Definition payload_variables (m b r : N) := let tau := N.min r (N.min b m) in tau * m - binN tau 2.
Definition low_degree (b r K : N) := N.min (N.min r b) K.
Inductive number := BySum | ByVariables | ByDegree.
Definition rank_of (m b r : N) := N.min r (N.min b m).
Definition pairingN (by_ : number) (m b r K : N) :=
  match by_ with
  | BySum => tableau_sumN (N.to_nat m) (N.to_nat (rank_of m b r)) (N.to_nat K)
  | ByVariables => mcN (payload_variables m b r + 1) K
  | ByDegree => mcN (m * m - binN m 2 + 1) (low_degree b r K)
  end.

Definition heads_ok (L d H da a : N) (x : pairing) :=
  let: Pairing n r r2 q c := x in [&& r2 =? 0, n <=? H, r + q <? d & heads_allowedN L da a n r q c].
Definition heads_payload (d : N) (x : pairing) := d - first_r x - carriers_q x.
Definition heads_choices (H : N) (most : nat) : seq pairing :=
  [seq let p := (r + 1) / 2 in let n := N.min H p in pairing_of n r 0 (ceilN p n) | r <- vectors most 1].

(* 3.9: t1 + t2 vectors *)
Definition blocks_ok (L d H da a : N) (x : pairing) :=
  let: Pairing n t1 t2 q c := x in
  [&& 2 <=? H, t1 + t2 + q <? d, 1 <=? c, c + 2 <=? L, n <=? H, 1 <=? t1, t2 <=? t1, (t1 + t2 + 1) / 2 <=? n * q,
      q <=? n ^ (c - 1), 2 * q <=? da, t1 + q <=? da & t1 + t2 + q <=? N.min d a].
Definition blocks_payload (d H : N) (x : pairing) :=
  N.min (d - (first_r x + second_r x) - carriers_q x) ((H - 1) * first_r x).
Definition blocks_choices (H da : N) (most : nat) : seq pairing :=
  [seq let q := ceilN ((r + 1) / 2) H in let t1 := N.min r (da - q) in pairing_of H t1 (r - t1) q | r <- vectors most 1].

(* p (0) + .. + p (K), p (k) the partitions into at most so many parts *)
Fixpoint partitions_row (part : nat) (row done : seq N) (k : nat) : seq N :=
  if row is x :: row then
    let y := if (k < part)%N then x else x + nth 0 done part.-1 in y :: partitions_row part row (y :: done) k.+1
  else [::].
Fixpoint few_rows (parts : nat) (row : seq N) : seq N :=
  if parts is p.+1 then partitions_row parts (few_rows p row) [::] 0 else row.
Definition few_partitions (parts K : nat) : N := foldr N.add 0 (few_rows parts (1 :: nseq K 0)).
Definition most_units : N := 100000.

(* of the choices with one c, the best for either bound; c <= 12 is more than they need *)
Section Pairings.
Variables (ok : pairing -> bool) (payload : pairing -> N) (d b : N) (top : N -> N).
Let vectors_of x := first_r x + second_r x.
Definition many_variables x := payload_variables (payload x) b (vectors_of x).
Definition high_degree x := low_degree b (vectors_of x) (3 ^ top (stages_c x)) * (d + 1) + payload x.
Definition greatest (key : pairing -> N) (s : seq pairing) (c : N) : seq pairing :=
  foldl (fun o x => if (stages_c x =? c) && ok x
                    then if o is y :: _ then if key y <? key x then [:: x] else o else [:: x]
                    else o) [::] s.
(* the choices whose sums are not too long, one after the other, but for those of less payload, rank and degree than the
   last *)
Definition sum_units x :=
  let m := payload x in let t := rank_of m b (vectors_of x) in
  let K := if top (stages_c x) <=? 5 then 3 ^ top (stages_c x) else most_units in
  (* there is one partition of each number at least *)
  if m * t * (K + 1) <=? most_units then m * t * few_partitions (N.to_nat t) (N.to_nat K) else most_units + 1.
Definition summed (s : seq pairing) : seq pairing :=
  (foldl (fun o x =>
    let: (kept, free) := o in
    let below y := [&& payload x <=? payload y, vectors_of x <=? vectors_of y & stages_c y <=? stages_c x] in
    if ok x && ~~ has below (take 1 kept) then
      let u := sum_units x in if u <=? free then (x :: kept, free - u) else o
    else o) ([::], most_units) s).1.
Definition best_pairing (s : seq pairing) : option N :=
  best (fun sx => ok sx.2)
    (fun sx => let x := sx.2 in pairingN sx.1 (payload x) b (vectors_of x) (3 ^ top (stages_c x)))
    ([seq (BySum, x) | x <- summed s] ++
     flatten [seq [seq (ByVariables, x) | x <- greatest many_variables s c] ++ [seq (ByDegree, x) | x <- greatest high_degree s c]
             | c <- vectors 12 1]).
End Pairings.

Definition attention_lower_value (t : lower_theorem) (layers width heads own other : nat) : option N :=
  let head_width := (width %/ heads)%N in
  let L := N.of_nat layers in let d := N.of_nat width in let H := N.of_nat heads in let da := N.of_nat head_width in
  let a := N.of_nat own in let b := N.of_nat other in
  match t with
  | AttentionPower => Some (power_sumN L d)
  | AttentionIsotropic => Some (isotropic_coneN L da)
  | AttentionFewLayers =>
      if (width == 1)%N then Some (gram_degreeN L + 1) else
      if (layers == 1)%N then Some (d + 1) else
      if [&& layers == 2, heads == 1, 1 < own & 1 < other]%N then Some (one_headN d) else None
  | AttentionTwoLayers =>
      if [&& layers == 2, 2 < own, 1 < other, 3 < width & 1 < head_width]%N then
        best (fun x => two_allowedN H d da x.1 x.2) (fun x => two_layersN d x.1 x.2) (two_choices (2 * head_width) H da 1 1)
      else None
  | AttentionHeads =>
      best_pairing (heads_ok L d H da a) (heads_payload d) d b (fun c => L - 1 - c)
        (heads_choices H (minn head_width own))
  | AttentionBlocks =>
      best_pairing (blocks_ok L d H da a) (blocks_payload d H) d b (fun c => L - 2 - c)
        (blocks_choices H da (minn (2 * head_width) own))
  | _ => None
  end.
Definition attention_lower_fits (t : lower_theorem) (layers : nat) : bool :=
  match t with
  | AttentionFewLayers | AttentionTwoLayers => true
  | AttentionHeads | AttentionBlocks => (layers <= 8)%N
  | _ => (layers <= 7)%N
  end.
Definition lower_sharp (t : lower_theorem) : bool :=
  match t with AttentionHeads | AttentionBlocks => false | _ => true end.
End Formulas.

Section Values.
Notation "[ n ]" := (N.to_nat n).
Local Open Scope nat_scope.
Implicit Types (m k d L H J M a b : N).
Let vals := (addN_val, mulN_val, subN_val, minN2, mcN_val, binN_val, expN_val, Nat2N.id).

Lemma even_sumE m s k term acc : [term] = mc [m] [k] ->
  [even_sum m s k term acc] = [acc] + \sum_(i < s) mc [m] ([k] + 2 * i.+1).
Proof.
elim: s k term acc => [|s IH] k term acc tE; first by rewrite big_ord0 addn0.
rewrite [even_sum _ _ _ _ _]/=; set t' := (_ / _)%bN.
have t'E : [t'] = mc [m] ([k] + 2).
  have h1 := mc_rec [m] [k]; have h2 := mc_rec [m] [k].+1; rewrite -tE in h1; rewrite addn2.
  suff E : (term * (m + k) * (m + k + 1) = N.of_nat (mc [m] [k].+2) * ((k + 1) * (k + 2)))%num.
    by rewrite /t' E N.div_mul ?Nat2N.id //; lia.
  apply: N2Nat.inj; rewrite !(mulN_val, addN_val, Nat2N.id) -[N.to_nat 1]/1 -[N.to_nat 2]/2 addn2 !addn1 -addnS.
  by rewrite [[term] * _]mulnC -h1 -mulnA [mc [m] [k].+1 * _]mulnC -h2 mulnA mulnC.
rewrite IH ?addN_val // big_ord_recl -addnA t'E; congr (_ + (mc _ _ + _)).
by apply: eq_bigr => i _; rewrite lift0 -[N.to_nat 2]/2; congr mc; lia.
Qed.

Lemma power_sumN_val L d : [power_sumN L d] = \sum_(k < (gram_degree [L].-1).+1) mc [d].-1 (2 * k).
Proof.
rewrite /power_sumN even_sumE ?mc0 // big_ord_recl mc0 gram_degreeN_val !vals -[N.to_nat 1]/1 !subn1.
by congr (_ + _); apply: eq_bigr => k _; rewrite lift0 add0n.
Qed.
End Values.

Lemma leN k m : reflect (N.to_nat k <= N.to_nat m)%N (k <=? m)%num.
Proof. by apply: (iffP (N.leb_spec0 k m)); lia. Qed.

Section Generic.
Notation "[ n ]" := (N.to_nat n).
Local Open Scope nat_scope.
Let n1 : [1] = 1. Proof. by []. Qed.
Let n2 : [2] = 2. Proof. by []. Qed.
Let n3 : [3] = 3. Proof. by []. Qed.
Let vals := (addN_val, mulN_val, subN_val, minN2, mcN_val, binN_val, expN_val, halfN_val, Nat2N.id, n1, n2, n3).
Variables (F : numFieldType) (L H da own other n : nat) (S : pred 'I_n) (i : 'I_n).
Local Notation d := (H * da).
Hypotheses (L0 : 0 < L) (H0 : 0 < H) (o0 : 0 < other).
Hypotheses (ownE : #|[pred k | S k == S i]| = own) (otherE : #|[pred k | S k != S i]| = other).
Let charF : [char F]%R =i pred0 := Num.Theory.char_num F.

Definition lower_at d (p : 'I_d) r : Prop := exists2 P : {mpoly F[nfactors L H d da]}, P != 0%R &
  forall w, P.@[w]%R != 0%R -> sep_ge (fun x y => net (weights_of w) (mix S x y) i p) r.

Lemma two_layers_at (p : 'I_d) M J : L = 2 -> 2 < own -> 1 < other ->
  two_allowedN (N.of_nat H) (N.of_nat d) (N.of_nat da) M J -> lower_at p [two_layersN (N.of_nat d) M J].
Proof.
move=> L2 o2 o1 /and4P[/leN MT /leN MJ /N.ltb_spec0 Jd /N.ltb_spec0 dJ]; rewrite !vals in MT MJ.
have {}Jd : [J] < d - [M] by have := subN_val (N.of_nat d) M; rewrite Nat2N.id; lia.
have {}dJ : 2 < d - [J] by have := subN_val (N.of_nat d) J; rewrite Nat2N.id; lia.
rewrite /two_layersN !vals /lower_at L2.
by apply: all_pairs_lower_generic MJ MT Jd dJ _ _ _; rewrite ?geq_minl ?geq_minr ?ownE ?otherE ?Num.Theory.char_num.
Qed.

Lemma one_head_at (p : 'I_d) : L = 2 -> H = 1 -> 1 < own -> 1 < other -> lower_at p [one_headN (N.of_nat d)].
Proof.
move=> L2 H1 o2 o1; rewrite /one_headN !vals !addn1 /lower_at L2.
have mc2 m : mc m 2 = 'C(m.+1, 2) by rewrite /mc addn2.
have cast d' (q : 'I_d') : d' = da -> exists2 P : {mpoly F[nfactors 2 1 d' da]}, P != 0%R & forall w, P.@[w]%R != 0%R ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i q) (1 + 'C(d'.+1, 2) + 'C('C(d'.+1, 2).+1, 2) + d' * 'C(d'.+1, 2) + d').
  by move=> dE; move: q; rewrite dE => q; rewrite -!mc2; apply: one_head_lower_generic; rewrite ?ownE ?otherE.
by move: p; rewrite H1 => p; apply: cast; rewrite mul1n.
Qed.

Lemma heads_at (p : 'I_d) (x : pairing) :
  heads_ok (N.of_nat L) (N.of_nat d) (N.of_nat H) (N.of_nat da) (N.of_nat own) x ->
  forall s, lower_at p [pairingN s (heads_payload (N.of_nat d) x) (N.of_nat other) (first_r x + second_r x)
                          (3 ^ (N.of_nat L - 1 - stages_c x))].
Proof.
case: x => nh r s q c /= /and4P[/N.eqb_spec-> nH _].
case/and5P=> /leN c0 /leN cL /leN r0 /leN rn /and3P[/leN qn /leN qda /leN rq]; move/leN in nH.
rewrite !vals in c0 cL r0 rn qn qda rq nH.
rewrite -ownE in rq; rewrite subn1 in qn; rewrite addn1 divn2 in rn; rewrite addn1 in cL.
have [n0 q0] : 0 < [nh] /\ 0 < [q].
  by apply/andP; rewrite -muln_gt0; apply: leq_trans rn; case: [r] r0.
rewrite /heads_payload /= N.add_0_r.
case; rewrite /pairingN /rank_of /payload_variables /low_degree ?tableau_sumN_val !vals ?addn1 -otherE.
- exact: (heads_gram_generic charF nH n0 q0 c0 cL rn qn qda rq).
- exact: (heads_lower_generic charF nH n0 q0 c0 cL rn qn qda rq).
by apply: (heads_low_generic charF nH n0 q0 c0 cL rn qn qda rq); rewrite ?geq_minl ?geq_minr.
Qed.

Lemma blocks_at (p : 'I_d) (x : pairing) :
  blocks_ok (N.of_nat L) (N.of_nat d) (N.of_nat H) (N.of_nat da) (N.of_nat own) x ->
  forall s, lower_at p [pairingN s (blocks_payload (N.of_nat d) (N.of_nat H) x) (N.of_nat other)
                          (first_r x + second_r x) (3 ^ (N.of_nat L - 2 - stages_c x))].
Proof.
case: x => nh r s q c; rewrite /blocks_ok => /and5P[_ _ /leN c0 /leN cL /and5P[/leN nH /leN r0 /leN sr /leN rn]].
case/and4P=> /leN qn /leN qda /leN rda /leN rq.
rewrite !vals ?subn1 in c0 cL r0 sr rn qn qda rda rq nH.
rewrite -ownE leq_min in rq; case/andP: rq => rd ra; rewrite addn2 in cL; rewrite addn1 divn2 in rn.
have [n0 q0] : 0 < [nh] /\ 0 < [q].
  by apply/andP; rewrite -muln_gt0; apply: leq_trans rn; case: [r] r0.
rewrite /blocks_payload /=.
case; rewrite /pairingN /rank_of /payload_variables /low_degree ?tableau_sumN_val !vals ?addn1 -otherE subn1.
- exact: (blocks_paired_generic charF nH n0 q0 c0 cL sr r0 rd (leqnn _) rn qn qda rda ra).
- exact: (blocks_paired_simple_generic charF nH n0 q0 c0 cL sr r0 rd (leqnn _) rn qn qda rda ra).
by apply: (blocks_paired_low_generic charF nH n0 q0 c0 cL sr r0 rd (leqnn _) rn qn qda rda ra); rewrite ?geq_minl ?geq_minr.
Qed.

Lemma attention_lower_value_at (p : 'I_d) t v : attention_lower_value t L d H own other = Some v -> lower_at p [v].
Proof.
have [j ij] : exists j, S i != S j.
  by have /card_gt0P[j] : 0 < #|[pred k | S k != S i]|; [rewrite otherE | exists j; rewrite eq_sym].
rewrite /attention_lower_value mulKn //; case: t => //.
- by case=> <-; rewrite power_sumN_val !vals; apply: power_lower_generic ij.
- by case=> <-; rewrite isotropic_coneN_val !vals !subn1; apply: cone_lower_generic ij.
- case: eqP => [d1|_].
    by case=> <-; rewrite addN_val gram_degreeN_val !vals subn1 addn1; apply: one_entry_lower_generic ij.
  case: eqP => [L1|_]; first by case=> <-; rewrite !vals addn1 /lower_at L1; apply: one_layer_lower_generic ij.
  by case: ifP => // /and4P[/eqP L2 /eqP H1 o2 o1] [<-]; apply: one_head_at.
- case: ifP => // /and5P[/eqP L2 o2 o1 _ _] /bestP[[M J] ok ->]; exact: two_layers_at.
- by case/bestP=> -[simple x] ok ->; apply: heads_at.
by case/bestP=> -[simple x] ok ->; apply: blocks_at.
Qed.
End Generic.

(* the theorems as evidence from below *)
Theorem attention_lower_value_generic (F : numFieldType) t L d H own other v n (S : pred 'I_n) (i : 'I_n) (p : 'I_d) :
  attention_lower_value t L d H own other = Some v -> (0 < L)%N -> (0 < H)%N -> (H %| d)%N -> (0 < other)%N ->
  #|[pred k | S k == S i]| = own -> #|[pred k | S k != S i]| = other ->
  exists2 P : {mpoly F[nfactors L H d (d %/ H)]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (N.to_nat v).
Proof.
move=> vE L0 H0 Hd o0 ownE otherE; have dE : d = (H * (d %/ H))%N by rewrite mulnC divnK.
move: (d %/ H)%N dE p vE => da -> p vE; exact: attention_lower_value_at vE.
Qed.
