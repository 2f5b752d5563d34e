(* Mixer of depth 2, width 2, 4 tokens split evenly, hidden token width 2, squares: the separation rank is at least 20. *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank Attention Mixer NetEval Certificate MixerGeneric CertificateExact.
From Coq Require Import ZArith Uint63.

Definition modulus := 1048573%uint63.
Definition side_A := [:: true; true; false; false].
Definition output_token : 'I_4 := @Ordinal 4 0 isT.
Definition output_channel : 'I_2 := @Ordinal 2 0 isT.
Definition points_A : seq (rows Z) := [::
  [:: [:: (-2); 2]; [:: (-2); (-2)]];
  [:: [:: 2; 3]; [:: (-3); 0]];
  [:: [:: 0; 3]; [:: 1; 3]];
  [:: [:: (-1); 1]; [:: (-1); 2]];
  [:: [:: 0; (-1)]; [:: (-3); (-2)]];
  [:: [:: 2; (-1)]; [:: (-3); (-3)]];
  [:: [:: (-3); 3]; [:: (-1); 2]];
  [:: [:: 1; (-1)]; [:: 0; 0]];
  [:: [:: (-1); 0]; [:: (-3); (-3)]];
  [:: [:: (-1); 1]; [:: 0; (-3)]];
  [:: [:: (-1); (-2)]; [:: 3; 1]];
  [:: [:: 3; 1]; [:: 3; 2]];
  [:: [:: 0; 2]; [:: (-1); (-1)]];
  [:: [:: (-2); 1]; [:: (-2); (-1)]];
  [:: [:: (-2); (-2)]; [:: (-1); (-3)]];
  [:: [:: 3; (-1)]; [:: (-3); 3]];
  [:: [:: 0; (-3)]; [:: 2; 1]];
  [:: [:: 2; (-1)]; [:: (-2); 0]];
  [:: [:: (-1); (-3)]; [:: (-1); (-2)]];
  [:: [:: (-1); 3]; [:: 3; 1]]]%Z.
Definition points_B : seq (rows Z) := [::
  [:: [:: (-1); (-2)]; [:: (-1); (-3)]];
  [:: [:: 1; 1]; [:: 1; 3]];
  [:: [:: 1; (-3)]; [:: (-2); (-2)]];
  [:: [:: (-3); 3]; [:: (-2); 0]];
  [:: [:: (-3); (-1)]; [:: 1; 3]];
  [:: [:: (-3); 2]; [:: (-3); (-3)]];
  [:: [:: 2; (-3)]; [:: (-1); 3]];
  [:: [:: 3; (-1)]; [:: 0; 0]];
  [:: [:: 3; 3]; [:: (-2); (-3)]];
  [:: [:: 1; 3]; [:: 3; (-1)]];
  [:: [:: (-3); 1]; [:: 2; (-2)]];
  [:: [:: (-2); 3]; [:: (-2); (-2)]];
  [:: [:: 3; 3]; [:: (-1); (-1)]];
  [:: [:: (-3); 2]; [:: 1; 3]];
  [:: [:: 1; (-1)]; [:: (-2); (-2)]];
  [:: [:: (-2); 1]; [:: 2; (-3)]];
  [:: [:: 3; (-1)]; [:: 3; 1]];
  [:: [:: 3; 2]; [:: 1; 3]];
  [:: [:: 2; 2]; [:: (-2); (-2)]];
  [:: [:: (-1); 0]; [:: 1; (-2)]]]%Z.
Definition entries : seq ((rows Z * rows Z) * (rows Z * rows Z)) := [::
  (([:: [:: 3; 3; (-2); 3]; [:: (-2); (-1); (-3); 1]], [:: [:: 1; 3]; [:: 0; (-3)]; [:: 1; 1]; [:: (-2); 1]]),
   ([:: [:: (-3); (-1)]; [:: (-1); (-1)]], [:: [:: 1; 1]; [:: (-3); 0]]));
  (([:: [:: (-1); (-3); 3; (-3)]; [:: 3; (-1); (-3); 1]], [:: [:: 2; (-3)]; [:: (-3); 0]; [:: (-3); 3]; [:: 3; (-3)]]),
   ([:: [:: (-2); (-2)]; [:: 3; 1]], [:: [:: 0; (-2)]; [:: (-3); 0]]))]%Z.
Definition weights := plain_lits 2 2 entries.
Definition token_activation := power_lit 2.
Definition channel_activation := power_lit 1.

Lemma accepted : mixer_accepts modulus 4 2 side_A points_A points_B output_token output_channel 20
  token_activation channel_activation weights.
Proof. vm_cast_no_check (erefl true). Qed.

(* these weights *)
Theorem sep_rank_lower s :
  sep_le (fun x y : 'M[rat]_(4, 2) =>
    mixer (lit_poly [comRingType of rat] token_activation) (lit_poly [comRingType of rat] channel_activation)
      (lit_mixer [comRingType of rat] 4 2 weights) (mix (side_of side_A) x y) output_token output_channel) s -> 20 <= s.
Proof. exact: (mixer_sep_rank_lower accepted). Qed.

(* all weights, and almost all weights: the upper bound of Theorem 4.1 is met *)
Lemma met : mixer_meets 2 2 4 2 2 1 side_A 20.
Proof. by vm_compute. Qed.

Theorem generic_rank (output := fun (K : comRingType) theta (x y : 'M[K]_(4, 2)) =>
    mixer (lit_poly K token_activation) (lit_poly K channel_activation) (mixer_layers (theta : 'I_#|mixer_weight 2 2 2 4 2| -> K))
      (mix (side_of side_A) x y) output_token output_channel) :
  (forall (K : comRingType) theta, sep_le (output K theta) 20) /\
  exists2 P : {mpoly ssrint.int[#|mixer_weight 2 2 2 4 2|]}, P != 0%R &
    forall K : fieldType, [char K]%R =i pred0 -> map_mpoly [rmorphism of intmul (1%R : K)] P != 0%R /\
    forall theta, ((map_mpoly [rmorphism of intmul (1%R : K)] P).@[theta])%R != 0%R ->
    forall s, sep_le (output K theta) s -> 20 <= s.
Proof. exact: (mixer_rank_exact accepted met erefl). Qed.
