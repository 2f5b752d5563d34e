(* Evidence from above, as the checker takes it: theorems, whose bounds are evaluated.
   bound_value c u     == the value of the bound u for the problem of c, within limits of its cost
   upper_verdict c     == the verdict on the evidence of c from above
   Proved: check_upper_correct. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention AttentionWord AttentionWeights GenericWeights.
From Seprank Require Import TwoSidedPoly Mixer MixerHomogeneous MixerDegree BoundFormulas GradedChains.
From Seprank Require Import RankCert NetEval Certificate CertificateGeneric CertificateExact MixerWeights MixerUpperValues.
From Seprank Require JunctionValue LayersHeads LayersSupport LayersPassing MixerDegreeLarge.
From Seprank Require Import Layers LayersRun LayersImages LayersForms LayersFollow LayersDegree CertificateClaim Verdicts CheckLower.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

Section RankClaim.
Variable c : rank_claim.
Let p := of_problem c.
Let n := tokens p.

(* the value of the upper bound, within limits of its cost *)
Definition bound_value (u : upper_evidence) : verdict + N :=
  let: (a, b) := (N.of_nat (side_size true (sides p)), N.of_nat (side_size false (sides p))) in
  match arch p, u with
  | ArchAttention L d H, AttentionWord =>
      ask (L <= 6)%N or inl (Incomplete Limit); inr (word_boundN (N.of_nat L) (N.of_nat d) (N.of_nat H))
  | ArchAttention L d H, AttentionGraded =>
      ask (L <= 4)%N or inl (Incomplete Limit);
      let: (own, other) := own_other c in inr (graded_bestN L d H (d %/ H)%N own other)
  | ArchAttention L d H, AttentionJunctions =>
      ask (L <= 4)%N or inl (Incomplete Limit);
      let: (own, other) := own_other c in inr (JunctionValue.junctions_value L d H (d %/ H)%N own other)
  | ArchMixer L d St kt C kc bias res perm, MixerUpper u =>
      ask mixer_upper_applies u St kt bias res (isSome perm) (side_size true (sides p)) (side_size false (sides p)) or
        inl (Invalid BadHypothesis);
      if mixer_upper_value u L d St kt C kc bias res (isSome perm) (side_size true (sides p)) (side_size false (sides p)) is Some b
      then inr b else inl (Incomplete Limit)
  | ArchLayers d ls, NetworkDegree =>
      if degree_value ls n d (side_size true (sides p)) (side_size false (sides p)) is Some b then inr b else inl (Incomplete Limit)
  | ArchLayers d ls, NetworkSupport =>
      if LayersSupport.support_value ls n d (side_size true (sides p)) (side_size false (sides p)) is Some b then inr b
      else inl (Incomplete Limit)
  | ArchLayers d ls, NetworkPassing =>
      if LayersPassing.passing_value ls n d (sides p) (out_token p) (out_channel p) is Some b then inr b
      else inl (Incomplete Limit)
  | ArchLayers d ls, NetworkOneSide =>
      ask (run_cost ls (n, d) <=? LayersPassing.most_steps)%bN or inl (Incomplete Limit);
      if LayersPassing.one_side_value ls n d (sides p) (out_token p) (out_channel p) is Some b then inr b
      else inl (Invalid BadHypothesis)
  | ArchLayers d ls, AttentionLayers =>
      ask (out_token p < n)%N or inl (Incomplete Unread);
      let: (own, other) := own_other c in
      if LayersHeads.attention_layers_best ls n d (out_channel p) own other is Some b then inr b else inl (Incomplete Unread)
  | _, _ => inl (Invalid BadHypothesis)
  end.

(* not where simple bounds stand in 3.3, and of 3.14 and 3.16 not: a claim that does not follow from these may still do
   from the theorem *)
Definition exact (u : upper_evidence) : bool :=
  match arch p, u with
  | ArchAttention L d _, AttentionGraded => let: (own, other) := own_other c in graded_best_sharp L d own other
  | ArchAttention L d H, AttentionJunctions => let: (own, other) := own_other c in JunctionValue.junctions_sharp L H d own other
  | _, AttentionLayers => false
  | _, _ => true
  end.

(* 4.1 and 4.2, whose numbers may have thousands of digits, are compared without being written *)
Definition mixer_verdict (homogeneous : bool) : verdict :=
  if arch p is ArchMixer L d St kt C kc bias res _ then
    let: (a, b) := (N.of_nat (side_size true (sides p)), N.of_nat (side_size false (sides p))) in
    ask if homogeneous then ~~ bias && ~~ res else true or Invalid BadHypothesis;
    ask (L <= 16)%N && (N.of_nat (kt * kc) ^ N.of_nat L <=? 16384)%bN or Incomplete Limit;
    ask (if homogeneous
         then MixerDegreeLarge.mixer_homogeneous_at_most (of_value c) (N.of_nat L) (N.of_nat d) (N.of_nat St) a b (N.of_nat (kt * kc))
         else MixerDegreeLarge.mixer_degree_at_most (of_value c) (N.of_nat L) (N.of_nat d) (N.of_nat St) a b (N.of_nat (kt * kc)) res)
      or Invalid WeakBound;
    Valid
  else Invalid BadHypothesis.

Definition upper_verdict : verdict :=
  match of_upper c with
  | None => Incomplete MissingEvidence
  | Some MixerHomogeneous => mixer_verdict true
  | Some MixerDegree => mixer_verdict false
  | Some u =>
    match bound_value u with
    | inl v => if v is Valid then Incomplete Limit else v
    | inr b => ask (b <=? of_value c)%bN or if exact u then Invalid WeakBound else Incomplete WeakBound; Valid
    end
  end.
End RankClaim.

Section Correct.
Variable c : rank_claim.
Let p := of_problem c.

Lemma attention_bound u b L d H (F : numFieldType) (i : 'I_(tokens p)) (j : 'I_d) (w : 'I_(nfactors L H d (d %/ H)) -> F) :
  arch p = ArchAttention L d H -> well_formed p -> i = out_token p :> nat -> bound_value c u = inr b ->
  sep_le (fun x y => net (weights_of w) (mix (side_of (sides p)) x y) i j) (N.to_nat b).
Proof.
move=> aE; rewrite /well_formed /bound_value -/p aE /= /depth aE => /and3P[_ L0 /and3P[_ H0 Hd]] iE.
have sW : size (weights_of w) = L by rewrite size_map size_enum_ord.
case: u => //; case: ifP => // _.
- case=> <-; rewrite word_boundN_val !Nat2N.id.
  have -> : ((3 ^ L - 1) %/ 2 = gram_degree (size (weights_of w)))%N by rewrite sW subn1.
  apply: (@attention_word_sep_le F (tokens p) d (d %/ H)%N H).
  + by rewrite mulnC divnK.
  + by move=> Hs /mapP[l _ ->]; rewrite size_map size_enum_ord.
  + by move=> Hs wv /mapP[l _ ->] /mapP[h _ ->]; rewrite !mulmx_max_rank.
- rewrite (own_otherP iE) => -[<-]; rewrite -{2}sW; apply: graded_best_sep_le; first by rewrite sW.
  + by move=> Hs /mapP[l _ ->]; rewrite size_map size_enum_ord.
  + by move=> Hs wv /mapP[l _ ->] /mapP[h _ ->]; rewrite !mulmx_max_rank.
by rewrite (own_otherP iE) => -[<-]; apply: JunctionValue.attention_junctions_sep_le.
Qed.

(* the Mixer in the form of Mixer.v *)
Section Mixers.
Variables (L d S kt C kc : nat) (bias res : bool) (perm : option (seq nat)) (R : numFieldType) (i : 'I_(tokens p)) (j : 'I_d).
Variable theta : 'I_#|option_weight L S C (tokens p) d| -> R.
Hypotheses (aE : arch p = ArchMixer L d S kt C kc bias res perm) (wf : well_formed p).
Local Notation output :=
  (mixer_output bias res (source_of (tokens p) d perm) (power_lit kt) (power_lit kc) (side_of (sides p)) i j theta).

Lemma mixer_bound u b : bound_value c u = inr b -> sep_le output (N.to_nat b).
Proof.
move: wf; rewrite /well_formed /bound_value -/p aE /= /depth aE.
case/and3P=> _ L0 /and5P[_ St0 _ /andP[kt0 _] /andP[/andP[kc0 _] _]].
case: u => // v; case: ifP => // _; case vE: (mixer_upper_value _ _ _ _ _ _ _ _ _ _ _) => [v'|] // [<-].
apply: (@mixer_upper_sep_le R v L S C (tokens p) d kt kc bias res (isSome perm)) => //; first by case: (perm).
by rewrite size_A size_B.
Qed.

Lemma mixer_decided homogeneous : mixer_verdict c homogeneous = Valid -> sep_le output (N.to_nat (of_value c)).
Proof.
move: wf; rewrite /well_formed /mixer_verdict -/p aE /= /depth aE.
case/and3P=> _ L0 /and5P[_ St0 _ /andP[kt0 _] /andP[/andP[kc0 _] _]].
have [l [ls [E sz th rt pl]]] := option_netE bias res (source_of (tokens p) d perm) (power_lit kt) (power_lit kc) theta L0.
have same r : sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix (side_of (sides p)) x y) i j) r -> sep_le output r.
  by apply: eq_sep_le => x y; rewrite /mixer_output E !lit_poly_power.
case: homogeneous => /=.
  case: ifP => // /andP[nb nr]; case: ifP => // _; case: ifP => // le _; apply: same.
  have := MixerDegreeLarge.mixer_homogeneous_at_mostP le; rewrite !Nat2N.id -size_A -size_B -th -sz => le'.
  by apply: (sep_leW le'); exact: mixer_homogeneous_sep_le (pl nb nr).
case: ifP => // _; case: ifP => // le _; apply: same.
have := MixerDegreeLarge.mixer_degree_at_mostP le; rewrite !Nat2N.id -size_A -size_B -th -sz -rt => le'.
by apply: (sep_leW le'); apply: mixer_degree_sep_le; rewrite ?size_polyXn.
Qed.
End Mixers.

Lemma sized_mats (R : comRingType) q (theta : nat -> R) ls k : sized_layers ls (layer_mats q theta ls k).
Proof.
rewrite /sized_layers; elim: ls k => //= l ls IH k; rewrite IH; congr cons.
by elim: (l_params l) k => //= x xs IHx k; rewrite IHx.
Qed.

Lemma layers_bound u b d ls (F : numFieldType) (theta : 'I_(nweights ls) -> F) :
  arch p = ArchLayers d ls -> well_formed p -> bound_value c u = inr b ->
  sep_le (@layers_output (tokens p) d ls (side_of (sides p)) (out_token p) (out_channel p) F theta) (N.to_nat b).
Proof.
move=> aE; rewrite /well_formed /bound_value -/p aE => /and3P[_ _ fit].
case: u => //.
- case: ifP => // lt; rewrite (@own_otherP c (Ordinal lt)) //; cbv beta iota.
  case vE: (LayersHeads.attention_layers_best _ _ _ _ _ _) => [v|] // [<-].
  exact: (@LayersHeads.layers_best_sep_le F (tokens p) d ls (side_of (sides p)) (Ordinal lt)) vE.
- case vE: (degree_value _ _ _ _ _) => [v|] // [<-].
  move: (fit); rewrite /layers_fit; case sE: (layers_size _ _) => [[m k]|] // /andP[im jk].
  by apply: (@network_degree_sep_le F (tokens p) d (side_of (sides p)) ls (layer_mats (in_field F) (at_nat theta) ls 0) v (m, k));
    rewrite ?size_A ?size_B //; apply: sized_mats.
- case vE: (LayersSupport.support_value _ _ _ _ _) => [v|] // [<-].
  move: (fit); rewrite /layers_fit; case sE: (layers_size _ _) => [[m k]|] // /andP[im jk].
  by apply: (@LayersSupport.network_support_sep_le F (tokens p) d (side_of (sides p)) ls (layer_mats (in_field F) (at_nat theta) ls 0) v (m, k));
    rewrite ?size_A ?size_B //; apply: sized_mats.
- case vE: (LayersPassing.passing_value _ _ _ _ _ _) => [v|] // [<-].
  exact: LayersPassing.passing_sep_le fit vE.
case: ifP => // _; case vE: (LayersPassing.one_side_value _ _ _ _ _ _) => [v|] // [<-].
exact: LayersPassing.one_side_sep_le fit vE.
Qed.

Lemma upper_verdictP : upper_verdict c = Valid -> (exists h, mixer_verdict c h = Valid) \/
  exists u b, bound_value c u = inr b /\ (b <=? of_value c)%bN.
Proof.
rewrite /upper_verdict; case: (of_upper c) => // u.
have value : match bound_value c u with
    | inl v => if v is Valid then Incomplete Limit else v
    | inr b => if (b <=? of_value c)%bN then Valid else if exact c u then Invalid WeakBound else Incomplete WeakBound
    end = Valid -> exists u b, bound_value c u = inr b /\ (b <=? of_value c)%bN.
  case E: (bound_value c u) => [v|b]; first by case: v {E}.
  by case: ifP => [le _|_]; [exists u, b | case: (exact c u)].
case: u value => [||||||u||||] value H; try (by right; apply: value H); left; by [exists true | exists false].
Qed.

(* an evaluated bound proves the upper half *)
Theorem check_upper_correct : well_formed p -> (of_scope c = Fixed -> weights_fit c) -> upper_verdict c = Valid -> upper_holds c.
Proof.
move=> wf fit /upper_verdictP H F; rewrite /half_holds -/p; move: fit; rewrite /weights_fit -/p.
have value k X (f : ('I_k -> F) -> X -> X -> F) : (forall u b theta, bound_value c u = inr b -> sep_le (f theta) (N.to_nat b)) ->
    (forall h theta, mixer_verdict c h = Valid -> sep_le (f theta) (N.to_nat (of_value c))) -> forall theta, sep_le (f theta) (N.to_nat (of_value c)).
  move=> bound decided theta; case: H => [[h /decided//]|[u [b [bE /N.leb_spec0 le]]]].
  by apply: sep_leW (bound u b theta bE); lia.
case aE: (arch p) => [L d H'|L d S kt C kc bias res perm|d ls] fit.
- move=> i j iE jE; have up := value _ _ _ (fun u b w => attention_bound j w aE wf iE) _.
  case sc: (of_scope c) => /=; first by move=> w; apply: up => h w'; rewrite /mixer_verdict -/p aE.
  by move: (fit sc); case: (of_weights c) => [[fs|ws|ws]|] // _; apply: up => h w'; rewrite /mixer_verdict -/p aE.
- move=> i j iE jE; have up := value _ _ _ (fun u b theta => @mixer_bound _ _ _ _ _ _ _ _ _ F i j theta aE wf u b)
    (fun h theta => @mixer_decided _ _ _ _ _ _ _ _ _ F i j theta aE wf h).
  case sc: (of_scope c) => /=; first by move=> theta; apply: up.
  by move: (fit sc); case: (of_weights c) => [[fs|ws|ws]|] // _; apply: up.
have up := value _ _ _ (fun u b theta => layers_bound theta aE wf) _.
case sc: (of_scope c) => /=; first by move=> theta; apply: up => h w'; rewrite /mixer_verdict -/p aE.
by move: (fit sc); case: (of_weights c) => [[fs|ws|ws]|] // _; apply: up => h w'; rewrite /mixer_verdict -/p aE.
Qed.
End Correct.
