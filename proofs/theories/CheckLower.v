(* Evidence from below, as the checker takes it: grids, minors of coefficients and of Hankel blocks, theorems.
   weights_fit c       == the weights of the rank claim c have their sizes
   denominators_ok c q == the modulus q divides no denominator of a weight
   lower_verdict c     == the verdict on its evidence from below: a grid is evaluated, coefficients are expanded, and either
                          eliminated, modulo a prime below 2^31 - that of the certificate, or two of our own if it is
                          larger; Hankel blocks modulo that of the certificate; the value of a theorem is computed
   Proved: check_lower_correct. That a prime is one and that residues are below it is asked as docs/format.md asks it; the
   proofs rest on neither. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWeights GenericWeights TwoSidedPoly Mixer BoundFormulas.
From Seprank Require Import RankCert RankCert63 NetEval Certificate CertificateGeneric CertificateExact MixerWeights RingOps.
From Seprank Require Import ListMatrices CoefficientMinor HankelBlocks Layers LayersRun LayersImages LayersEvidence.
From Seprank Require Import LowerAttention LowerMixer BlocksLower.
From Seprank Require Import CertificateClaim RationalWeights Verdicts.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

(* the points of one side, token by token *)
Definition cut T (d : nat) (z : seq T) : rows T := reshape (nseq (size z %/ d)%N d) z.

(* as many rows and columns as are claimed, each with the entries of its side *)
Definition minor_verdict T (v : N) (S : seq bool) (d : nat) (xs ys : seq (seq T)) : verdict :=
  ask (v <=? N.of_nat (size xs))%bN && (v <=? N.of_nat (size ys))%bN or Incomplete MissingRows;
  ask (v =? N.of_nat (size xs))%bN && (v =? N.of_nat (size ys))%bN or Invalid MinorSize;
  let items b := all (fun z => size z == (side_size b S * d)%N) in
  ask items true xs && items false ys or Invalid PointShape;
  Valid.

Section RankClaim.
Variable c : rank_claim.
Let p := of_problem c.
Let n := tokens p.
Let d := width p.

Definition weights_fit : bool :=
  match arch p, of_weights c with
  | ArchAttention L d H, Some (AttentionWeights fs) =>
      let ok := @shape_fits fraction d (d %/ H)%N in
      (size fs == L) && all (fun Hs => size Hs == H) fs &&
      all (all (fun f => [&& ok f.1.1, ok f.1.2, ok f.2.1 & ok f.2.2])) fs
  | ArchMixer L d St kt C kc bias res perm, Some (MixerLayers ws) =>
      let offset m (b : seq fraction) := size b == (if bias then m else 0)%N in
      (size ws == L) && all (fun w => [&& shape_fits St n (w_1 w), shape_fits n St (w_2 w), shape_fits d C (w_3 w), shape_fits C d (w_4 w),
        offset St (w_b1 w), offset n (w_b2 w), offset C (w_b3 w) & offset d (w_b4 w)]) ws
  | ArchLayers _ ls, Some (LayerWeights ws) => weights_shape ls ws
  | _, _ => false
  end.

(* the modulus q divides no denominator *)
Definition denominators_ok (q : Z) : bool :=
  match arch p, of_weights c with
  | ArchAttention _ _ _, Some (AttentionWeights fs) => factors_all (fraction_ok q) fs
  | ArchMixer _ _ _ _ _ _ _ _ _, Some (MixerLayers ws) => mixers_all (fraction_ok q) ws
  | ArchLayers _ ls, Some (LayerWeights ws) => fractions_ok q ls ws
  | _, _ => true
  end.

Definition accepts_modulo (xs ys : seq (seq Z)) (m : i63) : bool :=
  let cs := map (cut d) in let r := size xs in
  denominators_ok (toZ m) &&
  match arch p, of_weights c with
  | ArchAttention L d H, Some (AttentionWeights fs) =>
      attention_accepts m n d (sides p) (cs xs) (cs ys) (out_token p) (out_channel p) r (factor_residues m (d %/ H)%N fs)
  | ArchMixer L d St kt C kc bias res perm, Some (MixerLayers ws) =>
      option_accepts m n d (sides p) (cs xs) (cs ys) (out_token p) (out_channel p) r (source_of n d perm)
        (power_lit kt) (power_lit kc) (mixer_residues m n d St C bias res ws)
  | ArchLayers d ls, Some (LayerWeights ws) =>
      layers_grid_accepts m ls ws n d (sides p) (out_token p) (out_channel p) r (cs xs) (cs ys)
  | _, _ => false
  end.
Definition coefficients_modulo (ms ks : seq (seq nat)) (m : i63) : bool :=
  let cs := map (cut d) in let r := size ms in
  denominators_ok (toZ m) &&
  match arch p, of_weights c with
  | ArchAttention L d H, Some (AttentionWeights fs) =>
      attention_coefficients m n d (sides p) (cs ms) (cs ks) r (out_token p) (out_channel p) (factor_residues m (d %/ H)%N fs)
  | ArchMixer L d St kt C kc bias res perm, Some (MixerLayers ws) =>
      option_coefficients m n d (sides p) (cs ms) (cs ks) r (out_token p) (out_channel p) (source_of n d perm)
        (power_lit kt) (power_lit kc) (mixer_residues m n d St C bias res ws)
  | ArchLayers d ls, Some (LayerWeights ws) =>
      layers_minor_accepts m ls ws n d (sides p) (out_token p) (out_channel p) r (cs ms) (cs ks)
  | _, _ => false
  end.

Definition blocks_modulo (signs : seq N) (blocks : seq block) (m : i63) : bool :=
  let r := N.to_nat (of_value c) in
  denominators_ok (toZ m) &&
  match arch p, of_weights c with
  | ArchAttention L d H, Some (AttentionWeights fs) =>
      blocks_accept_attention m n d (sides p) (out_token p) (out_channel p) signs blocks r (factor_residues m (d %/ H)%N fs)
  | ArchMixer L d St kt C kc bias res None, Some (MixerLayers ws) => blocks_accept_mixer m n d (sides p) (out_token p)
      (out_channel p) signs blocks r (power_lit kt) (power_lit kc) (mixer_residues m n d St C bias res ws) ((kt * kc) ^ L)%N
  | _, _ => false
  end.

(* the file's prime, or two below 2^27: there a sum has many terms before it must be reduced *)
Definition moduli (prime : Z) : seq i63 :=
  if (prime <=? 2147483648)%cZ then [:: Uint63.of_Z prime] else [:: 134217689%uint63; 134217649%uint63].

(* what is singular modulo two primes of our own, or has denominators that they divide, need not be so modulo the file's *)
Definition singular (prime : Z) : verdict :=
  if (prime <=? 2147483648)%cZ then Invalid SingularMinor else Incomplete SingularMinor.

(* Miller and Rabin with the first twelve primes, which decides below 3 * 10^24 *)
Fixpoint pow_mod (fuel : nat) (a e m acc : Z) : Z :=
  if fuel is fuel.+1 then
    if (e =? 0)%cZ then acc else
    pow_mod fuel (a * a mod m)%cZ (e / 2)%cZ m (if Z.odd e then (acc * a mod m)%cZ else acc)
  else acc.
Fixpoint squares (fuel : nat) (x m : Z) : bool :=
  if fuel is fuel.+1 then (x =? m - 1)%cZ || squares fuel (x * x mod m)%cZ m else false.
Fixpoint halve (fuel : nat) (e : Z) : Z * nat :=
  if fuel is fuel.+1 then if Z.odd e then (e, 0%N) else let: (o, k) := halve fuel (e / 2)%cZ in (o, k.+1) else (e, 0%N).
Definition is_prime (m : Z) : bool :=
  let bases := [:: 2; 3; 5; 7; 11; 13; 17; 19; 23; 29; 31; 37]%cZ in
  (1 <? m)%cZ && (m <? 9223372036854775808)%cZ && (has (Z.eqb m) bases || (all (fun a => ~~ (m mod a =? 0)%cZ) bases &&
    let: (o, k) := halve 64 (m - 1)%cZ in
    all (fun a => let x := pow_mod 64 a o m 1%cZ in (x =? 1)%cZ || squares k x m) bases)).

(* of an evaluation of the network, and of its expansion *)
Definition evaluation_cost : N :=
  let n := N.of_nat n in
  match arch p with
  | ArchAttention L d H => let: (L, d, H) := (N.of_nat L, N.of_nat d, N.of_nat H) in
      L * H * (3 * n * d * d + 2 * n * n * d)
  | ArchMixer L d St kt C kc _ _ _ => let: (L, d, St, C) := (N.of_nat L, N.of_nat d, N.of_nat St, N.of_nat C) in
      L * (2 * n * St * d + 2 * n * d * C + St * d * N.of_nat kt + n * C * N.of_nat kc)
  | ArchLayers d ls => run_cost ls (tokens p, d)
  end%bN.
Definition grid_cost (r : nat) : N := let r := N.of_nat r in (r * r * evaluation_cost + r * r * r)%bN.
Definition coefficients_cost (r : nat) : N :=
  match arch p with
  | ArchAttention L d H => attention_expansion_cost r L H n d
  | ArchMixer L d St kt C kc _ _ _ => mixer_expansion_cost r L kt kc St C n d
  | ArchLayers d ls => let: (v, D) := (N.of_nat n * N.of_nat d, N.min (total_degree ls) top_degree)%bN in
      evaluation_cost * monomialsN v D * monomialsN v D + read_cost (N.of_nat r) v D
  end%bN.

Definition items_verdict T (xs ys : seq (seq T)) : verdict := minor_verdict (of_value c) (sides p) d xs ys.
Definition denominators_verdict (prime : Z) : verdict := ask denominators_ok prime or Invalid BadDenominator; Valid.

(* what docs/format.md asks of a problem whose evidence is by blocks *)
Definition blocks_verdict : verdict :=
  match arch p with
  | ArchAttention L d H =>
      let one_or_all b := let a := side_size b (sides p) in (a == 1)%N || (d <= a)%N in
      ask one_or_all true && one_or_all false or Invalid BadHypothesis; Valid
  | ArchMixer _ _ _ _ _ _ bias res perm => ask ~~ bias && ~~ res && ~~ isSome perm or Invalid BadHypothesis; Valid
  | ArchLayers _ _ => Invalid BadHypothesis
  end.
(* products of polynomials - of attention of those of degree C with those of a third of it - and the minors *)
Definition blocks_cost (blocks : seq block) : option N :=
  let minors (v : N) := foldr (fun b acc => let r := N.of_nat (size (block_rows b)) in r * r * v + r * r * r + acc)%bN 0%bN blocks in
  match arch p with
  | ArchAttention L d H => if (L <= 6)%N then
      let v := (N.of_nat d * (N.of_nat d + 1) / 2)%bN in
      let C := gram_degreeN (N.of_nat L) in
      Some (3 * N.of_nat d * N.of_nat H * monomialsN v C * monomialsN v (C / 3) + minors v)%bN else None
  | ArchMixer L d St kt C kc _ _ _ =>
      let (v, D) := (N.of_nat St * N.of_nat d, N.of_nat (kt * kc) ^ N.of_nat L)%bN in
      if (L <= 12)%N && (D <=? 1024)%bN then Some (N.of_nat L * monomialsN v D * monomialsN v D + minors v)%bN else None
  | ArchLayers _ _ => None
  end.

Definition most_work : N := 137438953472.
Definition most_expansion : N := 4294967296.

(* the numbers of tokens on the output's side and on the other *)
Definition own_other : nat * nat :=
  let: (a, b) := (side_size true (sides p), side_size false (sides p)) in
  if out_token p \in left_side p then (a, b) else (b, a).

Definition theorem_value (t : lower_theorem) : verdict + N :=
  let hypothesis := if lower_sharp t then Invalid BadHypothesis else Incomplete WeakBound in
  match arch p with
  | ArchAttention L d H =>
      ask attention_lower_fits t L or inl (Incomplete Limit);
      let: (own, other) := own_other in
      if attention_lower_value t L d H own other is Some b then inr b else inl hypothesis
  | ArchMixer L d St kt C kc bias res None =>
      if mixer_lower_value t L d St kt kc (side_size true (sides p)) (side_size false (sides p)) is Some b then inr b
      else inl (Invalid BadHypothesis)
  | _ => inl (Invalid BadHypothesis)
  end.

Definition by_theorem : bool := if of_lower c is Some (LowerTheorem _ | TransformerBlocks _) then true else false.
Definition lower_verdict : verdict :=
  match of_lower c with
  | None => Incomplete MissingEvidence
  | Some (Grid prime xs ys) =>
    ask is_prime prime or Invalid NotPrime;
    after items_verdict xs ys;
    let residues := all (all (fun a => (0 <=? a)%cZ && (a <? prime)%cZ)) in
    ask residues xs && residues ys or Invalid BadResidue;
    after denominators_verdict prime;
    ask (grid_cost (size xs) <=? most_work)%bN or Incomplete Limit;
    ask has (accepts_modulo xs ys) (moduli prime) or singular prime;
    Valid
  | Some (Coefficients prime ms ks) =>
    ask is_prime prime or Invalid NotPrime;
    after items_verdict ms ks;
    after denominators_verdict prime;
    ask (coefficients_cost (size ms) <=? most_expansion)%bN or Incomplete Limit;
    ask has (coefficients_modulo ms ks) (moduli prime) or singular prime;
    Valid
  | Some (Blocks prime signs blocks) =>
    ask is_prime prime && (prime <? 2147483648)%cZ or Invalid NotPrime;
    after blocks_verdict;
    let orders f := foldr (fun b => N.add (N.of_nat (size (f b)))) 0%bN blocks in
    let v := of_value c in
    ask (v <=? orders block_rows)%bN && (v <=? orders block_cols)%bN or Incomplete MissingRows;
    ask (v =? orders block_rows)%bN && (v =? orders block_cols)%bN or Invalid MinorSize;
    after denominators_verdict prime;
    ask (if blocks_cost blocks is Some cost then cost <=? most_expansion else false)%bN or Incomplete Limit;
    ask blocks_modulo signs blocks (Uint63.of_Z prime) or Invalid SingularMinor;
    Valid
  | Some (LowerTheorem t) =>
    ask generic (of_scope c) or Invalid BadScope;
    match theorem_value t with
    | inl v => if v is Valid then Incomplete Limit else v
    | inr b => ask (of_value c <=? b)%bN or if lower_sharp t then Invalid WeakBound else Incomplete WeakBound; Valid
    end
  | Some (TransformerBlocks choice) =>
    ask generic (of_scope c) or Invalid BadScope;
    if arch p is ArchLayers d ls then
      ask isSome (blocks_of d ls) or Incomplete Unread;
      ask (out_token p < n)%N && (out_channel p < d)%N or Invalid BadProblem;
      let: (a, b) := (side_size true (sides p), side_size false (sides p)) in
      ask (if choice is Some x then blocks_at_least x d ls a b (of_value c) else false) or Incomplete WeakBound;
      Valid
    else Invalid BadHypothesis
  end.
End RankClaim.

(* else a proof that fails is long in failing *)
Local Opaque attention_accepts option_accepts layers_grid_accepts attention_coefficients option_coefficients layers_minor_accepts
  blocks_accept_attention blocks_accept_mixer.

Section Correct.
Variable c : rank_claim.
Let p := of_problem c.

Lemma size_sides : size (sides p) == tokens p. Proof. by rewrite size_mkseq. Qed.
Lemma size_A : #|side_of (sides p) : pred 'I_(tokens p)| = side_size true (sides p).
Proof. by rewrite -(card_side _ size_sides); apply: eq_card => k; rewrite !inE eqb_id. Qed.
Lemma size_B : #|predC (side_of (sides p) : pred 'I_(tokens p))| = side_size false (sides p).
Proof. by rewrite -(card_side _ size_sides); apply: eq_card => k; rewrite !inE; case: (side_of _ k). Qed.
Lemma both_sides : well_formed p -> (0 < side_size true (sides p))%N /\ (0 < side_size false (sides p))%N.
Proof.
case/andP=> /and3P[/andP[s0 sn] _ /allP lt] _; rewrite -size_A -size_B.
have inA (i : 'I_(tokens p)) : side_of (sides p) i = (val i \in left_side p) by rewrite /side_of nth_mkseq.
split.
  move: s0 lt; case: (left_side p) inA => // e es inA _ lt; have en := lt e (mem_head _ _).
  by apply/card_gt0P; exists (Ordinal en); rewrite -topredE /= inA inE eqxx.
have : (#|side_of (sides p) : pred 'I_(tokens p)| <= size (left_side p))%N.
  rewrite cardE -(size_map val); apply: uniq_leq_size; first by rewrite map_inj_uniq ?enum_uniq //; exact: val_inj.
  move=> e /mapP[i]; rewrite mem_enum => iA ->; rewrite -inA; exact: iA.
by move=> le; rewrite -(ltn_add2l #|side_of (sides p) : pred 'I_(tokens p)|) addn0 cardC card_ord; apply: leq_ltn_trans le sn.
Qed.
Lemma own_otherP (i : 'I_(tokens p)) : i = out_token p :> nat -> own_other c =
  (#|[pred k : 'I_(tokens p) | side_of (sides p) k == side_of (sides p) i]|,
   #|[pred k : 'I_(tokens p) | side_of (sides p) k != side_of (sides p) i]|).
Proof.
move=> iE; have Ai : side_of (sides p) i = (out_token p \in left_side p).
  by rewrite /side_of iE nth_mkseq -?iE ?ltn_ord // iE.
have sE b' : #|[pred k : 'I_(tokens p) | side_of (sides p) k == b']| = side_size b' (sides p) by apply: card_side size_sides.
have nE : #|[pred k : 'I_(tokens p) | side_of (sides p) k != side_of (sides p) i]| = side_size (~~ side_of (sides p) i) (sides p).
  by rewrite -sE; apply: eq_card => k; rewrite !inE; case: (side_of _ k); case: (side_of _ i).
by rewrite nE sE Ai /own_other -/p; case: (_ \in _).
Qed.

(* at the literal weights *)
Definition minor_ok xs ys ms ks signs blocks m := weights_fit c &&
  [|| accepts_modulo c xs ys m && (of_value c =? N.of_nat (size xs))%bN,
      coefficients_modulo c ms ks m && (of_value c =? N.of_nat (size ms))%bN | blocks_modulo c signs blocks m].

Lemma accepted_lower xs ys ms ks signs blocks m : well_formed p -> minor_ok xs ys ms ks signs blocks m -> lower_holds c.
Proof.
rewrite /well_formed /minor_ok /weights_fit /accepts_modulo /coefficients_modulo /blocks_modulo /denominators_ok.
rewrite /lower_holds /half_holds -/p => wf; case/andP=> fit acc F; pose cuts T := map (@cut T (width p)).
case: (arch p) wf fit acc => [L d H|L d S kt C kc bias res perm|d ls] wf; case: (of_weights c) => [[fs|ws|ws]|] //.
- case/andP=> /andP[sL sH] _ acc i j iE jE; rewrite -iE -jE in acc.
  have low : sep_ge (fun x y : 'M[F]_(tokens p, d) => net (weights_of (in_field F \o @factor_at _ none L H d (d %/ H) fs))
      (mix (side_of (sides p)) x y) i j) (N.to_nat (of_value c)).
    have low r ok := @attention_fractions_lower m (tokens p) d L H (d %/ H) fs (sides p) i j r F sL sH ok
      (cuts _ xs) (cuts _ ys) (cuts _ ms) (cuts _ ks) signs blocks.
    case/or3P: acc => [/andP[/andP[ok acc] /N.eqb_spec->]|/andP[/andP[ok acc] /N.eqb_spec->]|/andP[ok acc]];
      by rewrite ?Nat2N.id; apply: low => //; rewrite acc ?orbT.
  case: (of_scope c) => //=; exact: attention_at_generic low.
- case/andP=> /eqP sL _ acc i j iE jE; rewrite -iE -jE in acc.
  have es_ok : in_range (tokens p) d perm.
    by case: (perm) wf => // es /and3P[_ _ /and5P[_ _ _ _ /and4P[_ sz al _]]]; rewrite /in_range sz.
  have low : sep_ge (mixer_output bias res (source_of (tokens p) d perm) (power_lit kt) (power_lit kc)
      (side_of (sides p)) i j (in_field F \o @weight_at L S C (tokens p) d _ none ws)) (N.to_nat (of_value c)).
    have low r ok := @option_fractions_lower m (tokens p) d L S C bias res perm (power_lit kt) (power_lit kc) ws (sides p)
      i j r F es_ok sL ok (cuts _ xs) (cuts _ ys) (cuts _ ms) (cuts _ ks) signs blocks ((kt * kc) ^ L)%N.
    case/or3P: acc => [/andP[/andP[ok acc] /N.eqb_spec->]|/andP[/andP[ok acc] /N.eqb_spec->]|/andP[ok acc]];
      rewrite ?Nat2N.id; apply: low => //; rewrite ?acc ?orbT //.
    by case: (perm) acc => //= ->; rewrite !orbT.
  by case: (of_scope c) => //=; apply: option_generic low; apply: Num.Theory.char_num.
move=> _ acc; have fit : layers_fit ls (tokens p) d (out_token p) (out_channel p) by case/and3P: wf.
have low : sep_ge (@layers_output (tokens p) d ls (side_of (sides p)) (out_token p) (out_channel p) F (in_field F \o lit_theta ls ws))
    (N.to_nat (of_value c)).
  case/or3P: acc => [/andP[/andP[ok acc] /N.eqb_spec->]|/andP[/andP[ok acc] /N.eqb_spec->]|/andP[ok //]]; rewrite Nat2N.id.
    exact: (layers_grid_lower (F := F) fit ok acc).
  exact: (layers_minor_lower (F := F) fit ok acc).
case: (of_scope c) => //=; apply: layers_generic low; exact: Num.Theory.char_num.
Qed.

Lemma theorem_lower t b : well_formed p -> of_scope c = Generic -> theorem_value c t = inr b -> (of_value c <=? b)%bN -> lower_holds c.
Proof.
move=> wf sc tE /N.leb_spec0 le F; have {}le : (N.to_nat (of_value c) <= N.to_nat b)%N by lia.
have down k X (f : ('I_k -> F) -> X -> X -> F) : (exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 -> sep_ge (f theta) (N.to_nat b)) ->
    exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 -> sep_ge (f theta) (N.to_nat (of_value c)).
  by case=> P P0 h; exists P => // theta /h low s /low; apply: leq_trans.
have [A0 B0] := both_sides wf; move: wf tE; rewrite /half_holds /theorem_value /well_formed /depth -/p.
case aE: (arch p) => [L d H|L d S kt C kc bias res perm|d ls] //.
  case/and3P=> _ L0 /and3P[_ H0 Hd]; case: ifP => // _.
  case oE: (own_other c) => [own other]; case vE: (attention_lower_value _ _ _ _ _ _) => [v|] // [vb] i j iE jE; subst v.
  have [ownE otherE] : own = #|[pred k : 'I_(tokens p) | side_of (sides p) k == side_of (sides p) i]| /\
    other = #|[pred k : 'I_(tokens p) | side_of (sides p) k != side_of (sides p) i]|.
    by move: oE; rewrite (own_otherP iE) => -[<- <-].
  rewrite sc; apply: down; apply: (@attention_lower_value_generic F t L d H own other b (tokens p) (side_of (sides p)) i j vE) => //.
  by move: oE; rewrite /own_other; case: ifP => _ [_ <-].
case/and3P=> _ L0 /and5P[_ S0 C0 _ /andP[/andP[kc0 _] _]].
case: perm {aE} => //; case vE: (mixer_lower_value _ _ _ _ _ _ _ _) => [v|] // [vb] i j iE jE; subst v.
rewrite sc; apply: down; apply: (@mixer_lower_value_generic F t L d S C kt kc b (tokens p) bias res (side_of (sides p)) i j); rewrite ?size_A ?size_B //.
Qed.

Lemma blocks_lower x d ls : of_scope c = Generic -> arch p = ArchLayers d ls -> (out_token p < tokens p)%N -> (out_channel p < d)%N ->
  blocks_at_least x d ls (side_size true (sides p)) (side_size false (sides p)) (of_value c) -> lower_holds c.
Proof.
move=> sc aE im jm acc F; rewrite /half_holds -/p aE sc /=.
exact: (@blocks_at_leastP x d ls _ _ _ acc F (tokens p) (side_of (sides p)) (Ordinal im) (Ordinal jm) size_A size_B).
Qed.

Lemma has_ex T (P : pred T) s : has P s -> exists x, P x.
Proof. by elim: s => //= x s IH /orP[Px|/IH //]; exists x. Qed.

Lemma items_verdictP T (xs ys : seq (seq T)) : items_verdict c xs ys = Valid -> (of_value c =? N.of_nat (size xs))%bN.
Proof. by rewrite /items_verdict /minor_verdict; case: ifP => // _; case: ifP => // /andP[]. Qed.

(* accepted evidence proves the lower half of the claim *)
Theorem check_lower_correct : well_formed p -> (~~ by_theorem c -> weights_fit c) -> lower_verdict c = Valid -> lower_holds c.
Proof.
move=> wf fit; rewrite /lower_verdict; move: fit; rewrite /by_theorem.
case: (of_lower c) => [[q xs ys|q ms ks|q signs blocks|t|x]|] // fit.
- case: ifP => // _; case iv: (items_verdict _ _ _) => //; do 1 case: ifP => // _; case dv: (denominators_verdict _ _) => //.
  case: ifP => // _; case: ifP => [/has_ex[m acc] _|_]; last by rewrite /singular; case: ifP.
  by apply: (@accepted_lower xs ys [::] [::] [::] [::] m wf); rewrite /minor_ok fit // acc (items_verdictP iv).
- case: ifP => // _; case iv: (items_verdict _ _ _) => //; case dv: (denominators_verdict _ _) => //.
  case: ifP => // _; case: ifP => [/has_ex[m acc] _|_]; last by rewrite /singular; case: ifP.
  by apply: (@accepted_lower [::] [::] ms ks [::] [::] m wf); rewrite /minor_ok fit // acc (items_verdictP iv) orbT.
- case: ifP => // _; case bv: (blocks_verdict _) => //; do 2 case: ifP => // _; case dv: (denominators_verdict _ _) => //; case: ifP => // _; case: ifP => // acc _.
  by apply: (@accepted_lower [::] [::] [::] [::] signs blocks (Uint63.of_Z q) wf); rewrite /minor_ok fit // acc !orbT.
- case sc: (of_scope c) => //=; case tE: (theorem_value c t) => [v|b]; first by case: v {tE}.
  by case: ifP => // [le _|_]; [apply: theorem_lower tE le | case: (lower_sharp t)].
case sc: (of_scope c) => //; case aE: (arch (of_problem c)) => [|? ? ? ? ? ? ? ? ?|d ls] //; case: ifP => // _.
by case: ifP => // /andP[im jm]; case: x => [x|] //; case: ifP => // acc _; apply: blocks_lower aE im jm acc.
Qed.
End Correct.
