(* What a certificate says: the records that proofs/checker reads from a file (docs/format.md, in the repository), and
   the statement that each of them stands for. Nothing is checked here.
   problem             == a network, its number of tokens, the positions of A and the output entry
   rank_claim          == a claim on one separation rank, with its weights and its evidence
   real_claim          == a claim on a network with functions of real numbers, at its weights, from below
   certificate         == a rank claim, a gap between two, or a real claim
   well_formed p       == the sizes and positions of p make sense
   rank_holds c        == what the rank claim c says, over every field of numbers
   real_holds c        == what the real claim c says, over every ordered field with these functions (RealFunctions.v)
   holds c             == what the certificate c says
   factor_at t0 fs           == the factors fs of attention, as a vector; t0 is what a list lacks
   Of the format the following is not read, and has no meaning here: enclosures of attention and Mixers, claims on
   matrices, values known by their logarithm, separations, answers to challenges. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank Attention GenericWeights Mixer RankCert NetEval.
From Seprank Require Import CertificateGeneric CertificateExact MixerWeights Layers LayersRun.
From Seprank Require Import HankelBlocks LowerAttention BlocksLower MixerUpperValues RealFunctions RealLayers.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Inductive architecture :=
  | ArchAttention (depth width heads : nat)
  | ArchMixer (depth width token_hidden token_degree channel_hidden channel_degree : nat) (bias residual : bool)
              (permutation : option (seq nat))
  | ArchLayers (width : nat) (layers : seq llayer).
Record problem := Problem {
  arch : architecture;
  tokens : nat;
  left_side : seq nat;        (* the positions of A, from 0 *)
  out_token : nat; out_channel : nat }.
Inductive scope := Generic | Fixed.
Inductive relation := AtLeast | AtMost | Equal.
(* layer by layer; of attention head by head, ((query, key), (output, value)) *)
Inductive weights := AttentionWeights (fs : factors_of fraction) | MixerLayers (ws : seq (mixer_weights fraction))
  | LayerWeights (ws : seq (seq (rows fraction))).
(* a prime, and the points, or the exponents of monomials, of either side: positions in increasing order, channels within
   them; or a theorem *)
Inductive lower_evidence :=
  | Grid (prime : Z) (left_points right_points : seq (seq Z))
  | Coefficients (prime : Z) (left_monomials right_monomials : seq (seq nat))
  | Blocks (prime : Z) (signs : seq N) (blocks : seq block)
  | LowerTheorem (t : lower_theorem)
  | TransformerBlocks (choice : option block_choice).   (* the free numbers of 5.4, which a file does not have *)
Inductive upper_evidence := AttentionWord | AttentionGraded | AttentionJunctions | AttentionLayers | MixerHomogeneous
  | MixerDegree | MixerUpper (u : mixer_upper) | NetworkDegree | NetworkSupport | NetworkPassing | NetworkOneSide.
Record rank_claim := RankClaim {
  of_problem : problem; of_scope : scope; of_relation : relation; of_value : N;
  of_weights : option weights; of_lower : option lower_evidence; of_upper : option upper_evidence }.
(* layers with parameters and expressions, their weights, and the points of either side, with the precision to take *)
Record real_claim := RealClaim {
  real_width : nat; real_layers : seq rlayer; real_tokens : nat; real_left : seq nat; real_out : nat * nat;
  real_value : N; real_weights : seq (seq (rows fraction));
  real_bits : N; left_values : seq (seq fraction); right_values : seq (seq fraction) }.
Inductive certificate :=
  | Rank (c : rank_claim)
  | Gap (refuted across : bool) (lower upper : rank_claim)
  | Real (c : real_claim).

Definition generic s := if s is Generic then true else false.
Definition at_least r := if r is AtMost then false else true.
Definition at_most r := if r is AtLeast then false else true.

Definition width p := match arch p with ArchAttention _ d _ => d | ArchMixer _ d _ _ _ _ _ _ _ => d | ArchLayers d _ => d end.
Definition depth p := match arch p with ArchAttention L _ _ => L | ArchMixer L _ _ _ _ _ _ _ _ => L | ArchLayers _ ls => size ls end.
Definition sides_of n left : seq bool := mkseq (fun i => i \in (left : seq nat)) n.
Definition sides p : seq bool := sides_of (tokens p) (left_side p).

(* both sides have positions, and those of A are among n and increase *)
Definition sides_fit n (left : seq nat) := [&& (0 < size left < n)%N, sorted ltn left & all (fun i => i < n)%N left].
Definition well_formed p :=
  [&& sides_fit (tokens p) (left_side p), (0 < depth p)%N &
  let inside := (out_token p < tokens p)%N && (out_channel p < width p)%N in
  match arch p with
  | ArchAttention _ d H => [&& inside, (0 < H)%N & (H %| d)%N]
  | ArchLayers d ls => layers_fit ls (tokens p) d (out_token p) (out_channel p)
  | ArchMixer _ d St kt C kc _ _ perm => [&& inside, (0 < St)%N, (0 < C)%N, (0 < kt <= 64)%N, (0 < kc <= 64)%N &
      if perm is Some es then [&& size es == (tokens p * d)%N, all (fun e => e < tokens p * d)%N es & uniq es] else true]
  end].

(* entry e of the first state is entry es[e] of the input, entries numbered by rows *)
Definition source_of (n d : nat) (es : option (seq nat)) : option (seq (seq (nat * nat))) :=
  omap (fun es => mkseq (fun a => mkseq (fun b => let e := nth 0 es (a * d + b) in (e %/ d, e %% d)) d) n)%N es.

(* the weights of a file, as a vector *)
Definition factor_at T (t0 : T) (L H d da : nat) (fs : factors_of T) (v : 'I_(nfactors L H d da)) : T :=
  let: (l, h, c, (a, b)) := enum_val v : factors L H d da in
  let f := nth (([::], [::]), ([::], [::])) (nth [::] fs l) h in
  let side := if c.1 then f.1 else f.2 in nth t0 (nth [::] (if c.2 then side.1 else side.2) a) b.

Section Meaning.
Variables (F : numFieldType) (k : nat) (X : Type) (f : ('I_k -> F) -> X -> X -> F) (given : option ('I_k -> F)) (r : nat).
Definition says_lower s : Prop :=
  match s, given with
  | Generic, _ => exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 -> sep_ge (f theta) r
  | Fixed, Some theta => sep_ge (f theta) r
  | Fixed, None => False
  end.
Definition says_upper s : Prop :=
  match s, given with
  | Generic, _ => forall theta, sep_le (f theta) r
  | Fixed, Some theta => sep_le (f theta) r
  | Fixed, None => False
  end.
End Meaning.

(* (lower or upper half) of the claim c over F *)
Definition half_holds (c : rank_claim) (F : numFieldType)
    (says : forall k X (f : ('I_k -> F) -> X -> X -> F) (given : option ('I_k -> F)) (r : nat), scope -> Prop) : Prop :=
  let p := of_problem c in let n := tokens p in let r := N.to_nat (of_value c) in
  match arch p with
  | ArchAttention L d H => forall (i : 'I_n) (j : 'I_d), i = out_token p :> nat -> j = out_channel p :> nat ->
      let given := if of_weights c is Some (AttentionWeights fs) then Some (in_field F \o factor_at none fs) else None in
      says (nfactors L H d (d %/ H)%N) 'M[F]_(n, d)
        (fun w x y => net (weights_of w) (mix (side_of (sides p)) x y) i j) given r (of_scope c)
  | ArchMixer L d St kt C kc bias res perm => forall (i : 'I_n) (j : 'I_d), i = out_token p :> nat -> j = out_channel p :> nat ->
      let given := if of_weights c is Some (MixerLayers ws) then Some (in_field F \o weight_at none ws) else None in
      says #|option_weight L St C n d| 'M[F]_(n, d)
        (fun theta => mixer_output bias res (source_of n d perm) (power_lit kt) (power_lit kc) (side_of (sides p)) i j theta)
        given r (of_scope c)
  | ArchLayers d ls =>
      let given := if of_weights c is Some (LayerWeights ws) then Some (in_field F \o lit_theta ls ws) else None in
      says (nweights ls) 'M[F]_(n, d)
        (fun theta x y => layers_output (side_of (sides p)) (out_token p) (out_channel p) theta x y) given r (of_scope c)
  end.
Definition lower_holds c := forall F : numFieldType, half_holds c (@says_lower F).
Definition upper_holds c := forall F : numFieldType, half_holds c (@says_upper F).

Definition rank_holds c : Prop :=
  [/\ well_formed (of_problem c), at_least (of_relation c) -> lower_holds c & at_most (of_relation c) -> upper_holds c].

Definition real_well_formed c := [&& sides_fit (real_tokens c) (real_left c), (0 < size (real_layers c))%N &
  r_layers_fit (real_layers c) (real_tokens c) (real_width c) (real_out c).1 (real_out c).2].
Definition real_holds c : Prop := real_well_formed c /\ forall (F : realFieldType) (E : elementary F),
  let n := real_tokens c in
  sep_ge (fun x y : 'M[F]_(n, real_width c) => real_output E (real_layers c) (side_of (sides_of n (real_left c)) : pred 'I_n)
    (real_out c).1 (real_out c).2 (real_weights c) x y) (N.to_nat (real_value c)).

(* the two halves of a gap are about the same tokens and sides, and about what the kind of gap compares: attention, or
   blocks of it and a position-wise part, with a Mixer, or across sizes with any other network *)
Definition attention_sizes p : option (nat * nat) :=
  match arch p with
  | ArchAttention L d _ => Some (L, d)
  | ArchLayers d ls => if blocks_of d ls is Some (L, _, _, _, _) then Some (L, d) else None
  | ArchMixer _ _ _ _ _ _ _ _ _ => None
  end.
Definition comparable (refuted across : bool) (l u : rank_claim) : bool :=
  let (p, q) := (of_problem l, of_problem u) in let (a, o) := if refuted then (q, p) else (p, q) in
  [&& tokens p == tokens q, left_side p == left_side q, (out_token p \in left_side p) == (out_token q \in left_side q) &
      match attention_sizes a, arch o with
      | Some (L, d), ArchMixer L' d' _ _ _ _ _ _ _ => across || (L == L') && (d == d')
      | Some _, ArchLayers _ _ => across
      | _, _ => false
      end].

Definition holds (c : certificate) : Prop :=
  match c with
  | Rank c => rank_holds c
  | Gap refuted across l u => [/\ comparable refuted across l u, rank_holds l, rank_holds u,
      at_least (of_relation l) /\ at_most (of_relation u) & (of_value u < of_value l)%num]
  | Real c => real_holds c
  end.
