(* The checker that is extracted to OCaml (proofs/extraction): a verdict on a certificate, and the theorem that what is
   Valid holds.
   verdict             == Valid, Invalid of what is wrong, Incomplete of what is missing
   check c             == the verdict on the certificate c
   lower_verdict c     == that on the evidence of the rank claim c from below: its grid is evaluated, and eliminated,
                          modulo a prime below 2^31 - that of the certificate, or two of our own if it is larger
   upper_verdict c     == that on its evidence from above: the bound is evaluated
   Proved: check_lower_correct, check_exact_correct, check_correct. That a prime is one, that residues are below it and
   that weights have their sizes is asked as docs/format.md asks it; nothing in the proofs rests on the first two. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWord AttentionWeights GenericWeights.
From Seprank Require Import TwoSidedPoly Mixer MixerHomogeneous MixerDegree BoundFormulas GradedChains.
From Seprank Require Import RankCert RankCert63 NetEval Certificate CertificateGeneric CertificateExact MixerWeights CertificateClaim.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

Inductive finding := BadProblem | Superfluous | MissingEvidence | MissingWeights | WeightShape | PointShape | NotPrime
  | BadResidue | MinorSize | MissingRows | SingularMinor | BadHypothesis | WeakBound | GapSides | GapOrder | Limit.
Inductive verdict := Valid | Invalid (f : finding) | Incomplete (f : finding).
Notation "'ask' b 'or' v ; w" := (if b then w else v) (at level 200, b at level 100, v at level 100, w at level 200).
Notation "'after' v ; w" := (match v with Valid => w | v' => v' end) (at level 200, v at level 100, w at level 200).

(* the points of one side, token by token *)
Definition cut (d : nat) (z : seq Z) : rows Z := reshape (nseq (size z %/ d)%N d) z.
Definition shape T m n (M : rows T) := (size M == m) && all (fun r => size r == n) M.

(* modulo p, with the permutation *)
Definition rearrangeL (source : option (seq (seq (nat * nat)))) (X : rows i63) : rows i63 :=
  if source is Some es then [seq [seq nth 0%uint63 (nth [::] X e.1) e.2 | e <- r] | r <- es] else X.
Definition option_accepts (p : i63) n d S xs ys i j r source s t ls :=
  let s' := map (red p) s in let t' := map (red p) t in let ls' := map (red_layer p d) ls in
  accepts p S xs ys i j r (fun X => eval_mixer p n d s' t' ls' (rearrangeL source X)).

Section RankClaim.
Variable c : rank_claim.
Let p := of_problem c.
Let n := tokens p.
Let d := width p.

Definition weights_fit : bool :=
  match arch p, of_weights c with
  | ArchAttention L d H, Some (AttentionWeights fs) =>
      let ok := @shape Z d (d %/ H)%N in
      (size fs == L) && all (fun Hs => size Hs == H) fs &&
      all (all (fun f => [&& ok f.1.1, ok f.1.2, ok f.2.1 & ok f.2.2])) fs
  | ArchMixer L d St kt C kc bias res perm, Some (MixerLayers ws) =>
      let offset m (b : seq Z) := size b == (if bias then m else 0)%N in
      (size ws == L) && all (fun w => [&& shape St n (w_1 w), shape n St (w_2 w), shape d C (w_3 w), shape C d (w_4 w),
        offset St (w_b1 w), offset n (w_b2 w), offset C (w_b3 w) & offset d (w_b4 w)]) ws
  | _, _ => false
  end.

Definition form_verdict : verdict :=
  let: (low, up) := (at_least (of_relation c), at_most (of_relation c)) in
  ask (if low then isSome (of_lower c) else true) or Incomplete MissingEvidence;
  ask (if up then isSome (of_upper c) else true) or Incomplete MissingEvidence;
  ask (if low then true else ~~ isSome (of_lower c)) or Invalid Superfluous;
  ask (if up then true else ~~ isSome (of_upper c)) or Invalid Superfluous;
  if isSome (of_lower c) || (if of_scope c is Fixed then true else false) then
    ask isSome (of_weights c) or Incomplete MissingWeights;
    ask weights_fit or Invalid WeightShape;
    Valid
  else ask ~~ isSome (of_weights c) or Invalid Superfluous; Valid.

Definition accepts_modulo (xs ys : seq (seq Z)) (m : i63) : bool :=
  let cs := map (cut d) in let r := size xs in
  match arch p, of_weights c with
  | ArchAttention L d H, Some (AttentionWeights fs) =>
      attention_accepts m n d (sides p) (cs xs) (cs ys) (out_token p) (out_channel p) r (factor_weights (d %/ H)%N fs)
  | ArchMixer L d St kt C kc bias res perm, Some (MixerLayers ws) =>
      option_accepts m n d (sides p) (cs xs) (cs ys) (out_token p) (out_channel p) r (source_of n d perm)
        (power_lit kt) (power_lit kc) (option_lits St C n d bias res ws)
  | _, _ => false
  end.

(* the file's prime, or two below 2^27: there a sum has many terms before it must be reduced *)
Definition moduli (prime : Z) : seq i63 :=
  if (prime <=? 2147483648)%cZ then [:: Uint63.of_Z prime] else [:: 134217689%uint63; 134217649%uint63].

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

Definition cost (r : nat) : N :=
  let: (r, n) := (N.of_nat r, N.of_nat n) in
  (r * r * match arch p with
  | ArchAttention L d H => let: (L, d, H) := (N.of_nat L, N.of_nat d, N.of_nat H) in
      L * H * (3 * n * d * d + 2 * n * n * d)
  | ArchMixer L d St kt C kc _ _ _ => let: (L, d, St, C) := (N.of_nat L, N.of_nat d, N.of_nat St, N.of_nat C) in
      L * (2 * n * St * d + 2 * n * d * C + St * d * N.of_nat kt + n * C * N.of_nat kc)
  end + r * r * r)%bN.

Definition lower_verdict : verdict :=
  if of_lower c is Some (Grid prime xs ys) then
    let v := of_value c in
    ask is_prime prime or Invalid NotPrime;
    ask (v <=? N.of_nat (size xs))%bN && (v <=? N.of_nat (size ys))%bN or Incomplete MissingRows;
    ask (v =? N.of_nat (size xs))%bN && (v =? N.of_nat (size ys))%bN or Invalid MinorSize;
    let points b := all (fun z => size z == (side_size b (sides p) * d)%N) in
    ask points true xs && points false ys or Invalid PointShape;
    let residues := all (all (fun a => (0 <=? a)%cZ && (a <? prime)%cZ)) in
    ask residues xs && residues ys or Invalid BadResidue;
    ask (cost (size xs) <=? 137438953472)%bN or Incomplete Limit;
    ask has (accepts_modulo xs ys) (moduli prime) or Invalid SingularMinor;
    Valid
  else Incomplete MissingEvidence.

(* the numbers of tokens on the output's side and on the other *)
Definition own_other : nat * nat :=
  let: (a, b) := (side_size true (sides p), side_size false (sides p)) in
  if out_token p \in left_side p then (a, b) else (b, a).

(* the value of the upper bound, within limits of its cost *)
Definition bound_value (u : upper_evidence) : verdict + N :=
  let: (a, b) := (N.of_nat (side_size true (sides p)), N.of_nat (side_size false (sides p))) in
  match arch p, u with
  | ArchAttention L d H, AttentionWord =>
      ask (L <= 6)%N or inl (Incomplete Limit); inr (word_boundN (N.of_nat L) (N.of_nat d) (N.of_nat H))
  | ArchAttention L d H, AttentionGraded =>
      ask (L <= 4)%N or inl (Incomplete Limit);
      let: (own, other) := own_other in inr (graded_bestN L d H (d %/ H)%N own other)
  | ArchMixer L d St kt C kc bias res _, MixerHomogeneous =>
      ask ~~ bias && ~~ res or inl (Invalid BadHypothesis);
      ask (L <= 16)%N && (N.of_nat (kt * kc) ^ N.of_nat L <=? 256)%bN or inl (Incomplete Limit);
      inr (mixer_homogeneousN (N.of_nat L) (N.of_nat d) (N.of_nat St) a b (N.of_nat (kt * kc)))
  | ArchMixer L d St kt C kc bias res _, MixerDegree =>
      ask (L <= 16)%N && (N.of_nat (kt * kc) ^ N.of_nat L <=? 256)%bN or inl (Incomplete Limit);
      inr (mixer_degreeN (N.of_nat L) (N.of_nat d) (N.of_nat St) a b (N.of_nat (kt * kc)) res)
  | _, _ => inl (Invalid BadHypothesis)
  end.

(* not where simple bounds stand in 3.3: a claim that does not follow from these may still do from the theorem *)
Definition exact (u : upper_evidence) : bool :=
  match arch p, u with
  | ArchAttention L d _, AttentionGraded => let: (own, other) := own_other in graded_best_sharp L d own other
  | _, _ => true
  end.

Definition upper_verdict : verdict :=
  if of_upper c is Some u then
    match bound_value u with
    | inl v => if v is Valid then Incomplete Limit else v
    | inr b => ask (b <=? of_value c)%bN or if exact u then Invalid WeakBound else Incomplete WeakBound; Valid
    end
  else Incomplete MissingEvidence.

Definition rank_verdict : verdict :=
  ask well_formed p or Invalid BadProblem;
  after form_verdict;
  after (if at_least (of_relation c) then lower_verdict else Valid);
  if at_most (of_relation c) then upper_verdict else Valid.
End RankClaim.

Definition check (c : certificate) : verdict :=
  match c with
  | Rank c => rank_verdict c
  | Gap refuted across l u =>
      let generic c := if of_scope c is Generic then true else false in
      ask generic l && generic u && at_least (of_relation l) && ~~ at_most (of_relation l) &&
        at_most (of_relation u) && ~~ at_least (of_relation u) or Invalid GapSides;
      ask comparable refuted across l u or Invalid GapSides;
      after (rank_verdict l);
      after (rank_verdict u);
      ask (of_value u <? of_value l)%bN or Invalid GapOrder;
      Valid
  end.

(* from below *)
Lemma weights_of_lit (R : comRingType) L H d da (fs : factors_lit) : size fs == L -> all (fun Hs => size Hs == H) fs ->
  weights_of (fun v : 'I_(nfactors L H d da) => (lit_factors fs v)%:~R : R) = lit_net R d (factor_weights da fs).
Proof.
move=> /eqP sL /allP sH; rewrite /lit_net /factor_weights -map_comp.
apply: (@eq_from_nth _ [::]) => [|l]; rewrite size_map size_enum_ord ?size_map // => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)) (nth_map [::]) ?sL //=.
have sh : size (nth [::] fs l) = H by apply/eqP/sH/mem_nth; rewrite sL.
apply: (@eq_from_nth _ (0, 0)) => [|h]; rewrite size_map size_enum_ord ?size_map // => hH.
rewrite (nth_map (Ordinal hH)) ?size_enum_ord // (nth_ord_enum _ (Ordinal hH)) -map_comp.
rewrite (nth_map ((([::], [::]), ([::], [::])) : (rows Z * rows Z) * (rows Z * rows Z))) ?sh //= !lit_mulABt.
have fE k : factor (fun v : 'I_(nfactors L H d da) => (lit_factors fs v)%:~R : R) (Ordinal lL) (Ordinal hH) k =
    let f := nth (([::], [::]), ([::], [::])) (nth [::] fs l) h in
    let side := if k.1 then f.1 else f.2 in lit R d da (if k.2 then side.1 else side.2).
  by apply/matrixP=> a b; rewrite [LHS]mxE /lit_factors enum_rankK /= !mxE.
by rewrite !fE.
Qed.

Definition in_range n d (es : option (seq nat)) : bool :=
  if es is Some es then (size es == n * d)%N && all (fun e => e < n * d)%N es else true.

Lemma mxL_rearrange (R : comRingType) (psi : i63 -> R) n d es X : psi 0%uint63 = 0 ->
  in_range n d es ->
  mxL psi n d (rearrangeL (source_of n d es) X) = rearrange (source_of n d es) (mxL psi n d X).
Proof.
move=> psi0; case: es => //= es /andP[/eqP sz /(all_nthP 0%N) lt]; apply/matrixP=> a b; rewrite !mxE.
have d0 : (0 < d)%N by case: (d) b => // -[].
rewrite (nth_map [::]) ?size_mkseq // !nth_mkseq // (nth_map (0, 0)%N) ?size_mkseq // nth_mkseq //=.
have := lt (a * d + b)%N; rewrite sz.
have ab : (a * d + b < n * d)%N by rewrite (leq_trans (n := a.+1 * d)) ?leq_mul2r ?ltn_ord ?orbT // mulSn addnC ltn_add2r.
move/(_ ab); move: (nth 0%N es _) => e en; rewrite /entry_at /=.
have e1 : (e %/ d < n)%N by rewrite ltn_divLR.
have e2 : (e %% d < d)%N by rewrite ltn_pmod.
by rewrite (insubT (fun i => i < n)%N e1) (insubT (fun i => i < d)%N e2) !mxE.
Qed.

Lemma option_sep_lower (F : numFieldType) (m : i63) n d (A : seq bool) xs ys (i : 'I_n) (j : 'I_d) r L S C bias res es s t ws :
  option_accepts m n d A xs ys i j r (source_of n d es) s t (option_lits S C n d bias res ws) ->
  in_range n d es -> size ws = L ->
  sep_ge (mixer_output bias res (source_of n d es) s t (side_of A) i j
    (fun v : 'I_#|option_weight L S C n d| => (lit_option ws v)%:~R : F)) r.
Proof.
move=> acc ok sz k; set ls := option_lits S C n d bias res ws in acc.
have D := @accepts_grid m n d A xs ys i j r F _
  (fun R X => mixer (lit_poly R s) (lit_poly R t) (lit_mixer R n d ls) (rearrange (source_of n d es) X)) _ _ acc.
rewrite /mixer_output /option_net option_layers_lit //; apply: grid_sep_le (D _ _) k.
  by move=> R K g X; rewrite map_lit_mixer map_rearrange.
by move=> R psi p0 p1 pM pm pr X; rewrite eval_mixerE // mxL_rearrange.
Qed.

(* else a proof that fails is long in failing *)
Local Opaque attention_accepts option_accepts.

Section Correct.
Variable c : rank_claim.
Let p := of_problem c.

Definition low_ok xs ys m := weights_fit c && accepts_modulo c xs ys m && (of_value c =? N.of_nat (size xs))%bN.

Lemma accepted_lower xs ys m : well_formed p -> low_ok xs ys m -> lower_holds c.
Proof.
rewrite /well_formed /low_ok /weights_fit /accepts_modulo /lower_holds /half_holds -/p => wf.
case/andP=> /andP[fit acc] /N.eqb_spec vE F; rewrite {}vE Nat2N.id.
case: (arch p) wf fit acc => [L d H|L d S kt C kc bias res perm] wf; case: (of_weights c) => [[fs|ws]|] //.
  case/andP=> /andP[sL sH] _ acc i j iE jE; rewrite -iE -jE in acc.
  case: (of_scope c) => /=; first exact: attention_generic_lower acc sL sH.
  by rewrite /sep_ge weights_of_lit //; apply: attention_sep_rank_lower acc.
case/andP=> /eqP sL _ acc i j iE jE; rewrite -iE -jE in acc.
have ok : in_range (tokens p) d perm.
  case: (perm) wf => // es /and5P[_ _ _ _ /andP[_ /andP[_ /and5P[_ _ _ _ /and3P[sz al _]]]]].
  by rewrite /in_range sz.
have low := option_sep_lower (F := F) acc ok sL.
by case: (of_scope c) => //=; apply: option_generic low; apply: Num.Theory.char_num.
Qed.

(* from above *)
Lemma size_sides : size (sides p) == tokens p. Proof. by rewrite size_mkseq. Qed.
Lemma size_A : #|side_of (sides p) : pred 'I_(tokens p)| = side_size true (sides p).
Proof. by rewrite -(card_side _ size_sides); apply: eq_card => k; rewrite !inE eqb_id. Qed.
Lemma size_B : #|predC (side_of (sides p) : pred 'I_(tokens p))| = side_size false (sides p).
Proof. by rewrite -(card_side _ size_sides); apply: eq_card => k; rewrite !inE; case: (side_of _ k). Qed.

Lemma attention_bound u b L d H (F : numFieldType) (i : 'I_(tokens p)) (j : 'I_d) (w : 'I_(nfactors L H d (d %/ H)) -> F) :
  arch p = ArchAttention L d H -> well_formed p -> i = out_token p :> nat -> bound_value c u = inr b ->
  sep_le (fun x y => net (weights_of w) (mix (side_of (sides p)) x y) i j) (N.to_nat b).
Proof.
move=> aE; rewrite /well_formed /bound_value -/p aE /= /depth aE => /and5P[_ _ _ _ /and4P[_ L0 H0 Hd]] iE.
case: u => //; case: ifP => // _.
  case=> <-; rewrite word_boundN_val !Nat2N.id.
  have sW : size (weights_of w) = L by rewrite size_map size_enum_ord.
  have -> : ((3 ^ L - 1) %/ 2 = gram_degree (size (weights_of w)))%N by rewrite sW subn1.
  apply: (@attention_word_sep_le F (tokens p) d (d %/ H)%N H).
  - by rewrite mulnC divnK.
  - by move=> Hs /mapP[l _ ->]; rewrite size_map size_enum_ord.
  - by move=> Hs wv /mapP[l _ ->] /mapP[h _ ->]; rewrite !mulmx_max_rank.
have sW : size (weights_of w) = L by rewrite size_map size_enum_ord.
have Ai : side_of (sides p) i = (out_token p \in left_side p).
  by rewrite /side_of iE nth_mkseq -?iE ?ltn_ord // iE.
have sE b' : #|[pred k : 'I_(tokens p) | side_of (sides p) k == b']| = side_size b' (sides p) by apply: card_side size_sides.
have nE : #|[pred k : 'I_(tokens p) | side_of (sides p) k != side_of (sides p) i]| = side_size (~~ side_of (sides p) i) (sides p).
  by rewrite -sE; apply: eq_card => k; rewrite !inE; case: (side_of _ k); case: (side_of _ i).
move=> bE; have -> : b = graded_bestN (size (weights_of w)) d H (d %/ H)
    #|[pred k : 'I_(tokens p) | side_of (sides p) k == side_of (sides p) i]|
    #|[pred k : 'I_(tokens p) | side_of (sides p) k != side_of (sides p) i]|.
  by move: bE; rewrite nE sE sW Ai /own_other -/p; case: (_ \in _) => -[<-].
apply: graded_best_sep_le; first by rewrite sW.
- by move=> Hs /mapP[l _ ->]; rewrite size_map size_enum_ord.
- by move=> Hs wv /mapP[l _ ->] /mapP[h _ ->]; rewrite !mulmx_max_rank.
Qed.

Lemma mixer_bound u b L d S kt C kc bias res perm (R : comRingType) (i : 'I_(tokens p)) (j : 'I_d)
    (theta : 'I_#|option_weight L S C (tokens p) d| -> R) :
  arch p = ArchMixer L d S kt C kc bias res perm -> well_formed p -> bound_value c u = inr b ->
  sep_le (mixer_output bias res (source_of (tokens p) d perm) (power_lit kt) (power_lit kc) (side_of (sides p)) i j theta)
    (N.to_nat b).
Proof.
move=> aE; rewrite /well_formed /bound_value -/p aE /= /depth aE.
case/and5P=> _ _ _ _ /and5P[_ L0 _ _ /and3P[/andP[kt0 _] /andP[kc0 _] _]].
have [l [ls [E sz th rt pl]]] := option_netE bias res (source_of (tokens p) d perm) (power_lit kt) (power_lit kc) theta L0.
have same f r : (forall x y, f x y = mixer 'X^kt 'X^kc (l :: ls) (mix (side_of (sides p)) x y) i j) -> sep_le f r ->
    sep_le (mixer_output bias res (source_of (tokens p) d perm) (power_lit kt) (power_lit kc) (side_of (sides p)) i j theta) r.
  by move=> fE; apply: eq_sep_le => x y; rewrite fE /mixer_output E !lit_poly_power.
case: u => //.
  case: ifP => // /andP[nb nr]; case: ifP => // _ [<-]; apply: (same _ _ (fun _ _ => erefl)).
  rewrite mixer_homogeneousN_val !Nat2N.id -size_A -size_B -th -sz.
  exact: mixer_homogeneous_sep_le (pl nb nr).
case: ifP => // _ [<-]; apply: (same _ _ (fun _ _ => erefl)).
rewrite mixer_degreeN_val !Nat2N.id -size_A -size_B -th -sz -rt.
by apply: mixer_degree_sep_le; rewrite ?size_polyXn.
Qed.

Lemma has_ex T (P : pred T) s : has P s -> exists x, P x.
Proof. by elim: s => //= x s IH /orP[Px|/IH //]; exists x. Qed.

Lemma lower_verdictP : lower_verdict c = Valid -> exists xs ys m,
  accepts_modulo c xs ys m && (of_value c =? N.of_nat (size xs))%bN.
Proof.
rewrite /lower_verdict; case: (of_lower c) => // -[q xs ys]; do 2 case: ifP => // _.
case: ifP => // /andP[v _]; do 3 case: ifP => // _; case: ifP => // /has_ex[m acc] _.
by exists xs, ys, m; rewrite acc v.
Qed.

Lemma upper_verdictP : upper_verdict c = Valid -> exists u b, bound_value c u = inr b /\ (b <=? of_value c)%bN.
Proof.
rewrite /upper_verdict; case: (of_upper c) => // u; case E: (bound_value c u) => [v|b]; first by case: v {E}.
case: ifP => [le _|_]; first by exists u, b.
by case: (exact c u).
Qed.

Lemma form_verdictP : form_verdict c = Valid ->
  (at_least (of_relation c) -> weights_fit c) /\ (of_scope c = Fixed -> weights_fit c).
Proof.
rewrite /form_verdict; case: (of_relation c); case: (of_scope c); case: (of_lower c); case: (of_upper c) => //=;
  by case: (of_weights c); case: (weights_fit c).
Qed.

(* an accepted grid proves the lower half of the claim *)
Theorem check_lower_correct : well_formed p -> form_verdict c = Valid -> at_least (of_relation c) ->
  lower_verdict c = Valid -> lower_holds c.
Proof.
move=> wf /form_verdictP[fit _] /fit{}fit /lower_verdictP[xs [ys [m /andP[acc v]]]].
by apply: (@accepted_lower xs ys m wf); rewrite /low_ok fit acc.
Qed.

(* an evaluated bound proves the upper half *)
Theorem check_upper_correct : well_formed p -> form_verdict c = Valid -> upper_verdict c = Valid -> upper_holds c.
Proof.
move=> wf /form_verdictP[_ fit] /upper_verdictP[u [b [bE le]]] F.
have {}le : (N.to_nat b <= N.to_nat (of_value c))%N by move/N.leb_spec0: le; lia.
rewrite /half_holds -/p; move: fit; rewrite /weights_fit -/p.
case aE: (arch p) => [L d H|L d S kt C kc bias res perm] fit i j iE jE.
  have up w := sep_leW le (attention_bound j w aE wf iE bE).
  case sc: (of_scope c) => /=; first by move=> w; apply: up.
  by move: (fit sc); case: (of_weights c) => [[fs|ws]|] // _; apply: up.
have up theta := sep_leW le (mixer_bound i j theta aE wf bE).
case sc: (of_scope c) => /=; first by move=> theta; apply: up.
by move: (fit sc); case: (of_weights c) => [[fs|ws]|] // _; apply: up.
Qed.

Theorem rank_correct : rank_verdict c = Valid -> rank_holds c.
Proof.
rewrite /rank_verdict /rank_holds -/p; case wf: (well_formed p) => //; case fm: (form_verdict c) => // H; split=> // rel.
  by move: H; rewrite rel; case low: (lower_verdict c) => // _; apply: check_lower_correct.
by move: H; rewrite rel; case: (if _ then _ else _) => // up; apply: check_upper_correct.
Qed.
End Correct.

(* accepted from both sides: the rank is that number *)
Theorem check_exact_correct (c : rank_claim) : check (Rank c) = Valid -> of_relation c = Equal ->
  lower_holds c /\ upper_holds c.
Proof. by move/rank_correct=> -[_ low up] E; rewrite E in low up; split; [apply: low | apply: up]. Qed.

Theorem check_correct (c : certificate) : check c = Valid -> holds c.
Proof.
case: c => [c|refuted across l u]; first exact: rank_correct.
rewrite /check; case: ifP => // /andP[/andP[/andP[/andP[_ low] _] up] _]; case: ifP => // cmp.
case El: (rank_verdict l) => //; case Eu: (rank_verdict u) => //; case: ifP => // lt _.
by split; [| exact: rank_correct | exact: rank_correct | | apply/N.ltb_spec0].
Qed.
