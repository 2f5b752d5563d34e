(* Generic weights of attention: theory.md Proposition 1.5 for the network of *)
(* Attention.v. The free weights are the factors of W_h = Q_h K_h^T and       *)
(* V_h = O_h U_h^T, d x da each, so ranks are at most da. If some weights of  *)
(* that shape give separation rank at least r over an infinite field, or some *)
(* grid minor of size r is not 0 modulo a prime, there is a non-zero          *)
(* polynomial in the factors' entries such that all weights where it does not *)
(* vanish have separation rank at least r.                                    *)
(*                                                                            *)
(*   nfactors L H d da == the number of factor entries, 4 L H d da            *)
(*   weights_of w      == the weights with factor entries w                   *)
(*   inputs z          == the n x d input with entries z                      *)
(*   attention_family  == the output entry (i, p), a natural family (in the   *)
(*                        sense of Witness.v) in w and the entries of x and y *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix Witness GridRank Attention AttentionWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Factors.
Variables (L H d da : nat).
Definition factors := [finType of 'I_L * 'I_H * (bool * bool) * ('I_d * 'I_da)].
Definition nfactors := #|factors|.

Definition factor (R : comRingType) (w : 'I_nfactors -> R) l h c : 'M[R]_(d, da) :=
  \matrix_(i, j) w (enum_rank (l, h, c, (i, j))).
Definition weights_of (R : comRingType) (w : 'I_nfactors -> R) : seq (seq (head R d)) :=
  [seq [seq (factor w l h (true, true) *m (factor w l h (true, false))^T,
             factor w l h (false, true) *m (factor w l h (false, false))^T)
       | h <- enum 'I_H] | l <- enum 'I_L].

Lemma nfactorsE : nfactors = (4 * L * H * (d * da))%N.
Proof. by rewrite /nfactors !card_prod !card_ord card_bool; lia. Qed.

Lemma weights_of_map (R R' : comRingType) (f : {rmorphism R -> R'}) w :
  map_net f (weights_of w) = weights_of (f \o w).
Proof.
have fE l h c : map_mx f (factor w l h c) = factor (f \o w) l h c by apply/matrixP=> i j; rewrite !mxE.
rewrite /map_net /weights_of -map_comp; apply: eq_map => l /=; rewrite -map_comp; apply: eq_map => h /=.
by rewrite /map_head /= !map_mxM -!map_trmx !fE.
Qed.

Lemma eq_weights_of (R : comRingType) (w w' : 'I_nfactors -> R) : w =1 w' -> weights_of w = weights_of w'.
Proof.
move=> ww; have fE l h c : factor w l h c = factor w' l h c by apply/matrixP=> i j; rewrite !mxE ww.
by apply: eq_map => l; apply: eq_map => h; rewrite /= !fE.
Qed.

(* every choice of weights of the right shape has factors *)
Variable F : fieldType.
Definition left_factor (W : 'M[F]_d) : 'M[F]_(d, da) := col_ebase W *m pid_mx (\rank W).
Definition right_factor (W : 'M[F]_d) : 'M[F]_(d, da) := (pid_mx (\rank W) *m row_ebase W)^T.

Lemma factorK W : (\rank W <= da)%N -> left_factor W *m (right_factor W)^T = W.
Proof. by move=> rW; rewrite trmxK /left_factor !mulmxA -(mulmxA (col_ebase W)) pid_mx_id // mulmx_ebase. Qed.

Lemma weights_of_onto (Ws : seq (seq (head F d))) : has_shape L H da Ws -> exists w, weights_of w = Ws.
Proof.
case/and3P=> /eqP sL /allP sH /allP lr.
pose W l h b := let wv := nth (0, 0) (nth [::] Ws l) h in if b then wv.1 else wv.2 : 'M[F]_d.
exists (fun v => let: (l, h, c, (i, j)) := enum_val v : factors in
  if c.2 then left_factor (W l h c.1) i j else right_factor (W l h c.1) i j).
set w := fun v => _.
have fE l h b : factor w l h (b, true) *m (factor w l h (b, false))^T = W l h b.
  have lW : (l < size Ws)%N by rewrite sL.
  have hW : (h < size (nth [::] Ws l))%N by rewrite (eqP (sH _ (mem_nth _ lW))).
  have /allP/(_ _ (mem_nth (0, 0) hW))/andP[r1 r2] := lr _ (mem_nth [::] lW).
  rewrite -[RHS]factorK; last by rewrite /W; case: (b).
  by congr (_ *m _^T); apply/matrixP=> i j; rewrite mxE /w enum_rankK.
apply: (@eq_from_nth _ [::]) => [|l]; rewrite size_map size_enum_ord // => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)).
have sh : size (nth [::] Ws l) = H by apply/eqP/sH/mem_nth; rewrite sL.
apply: (@eq_from_nth _ (0, 0)) => [|h]; rewrite size_map size_enum_ord // => hH.
by rewrite (nth_map (Ordinal hH)) ?size_enum_ord // (nth_ord_enum _ (Ordinal hH)) !fE -surjective_pairing.
Qed.
End Factors.

Section Family.
Variables (n d L H da : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d).
Local Notation k := (nfactors L H d da).

Definition inputs (R : comRingType) (z : 'I_(n * d) -> R) : 'M[R]_(n, d) := \matrix_(i, j) z (mxvec_index i j).

Lemma inputsK (R : comRingType) (X : 'M[R]_(n, d)) : inputs (mxvec X 0) = X.
Proof. by apply/matrixP => a b; rewrite mxE mxvecE. Qed.

Definition attention_family : family k (n * d) (n * d) := fun R w x y =>
  net (weights_of w) (mix S (inputs x) (inputs y)) i p.

Lemma attention_family_natural : natural attention_family.
Proof.
split=> [R R' phi w x y|R w w' x x' y y' Ew Ex Ey]; rewrite /attention_family.
  have := net_map phi (weights_of w) (mix S (inputs x) (inputs y)).
  move/matrixP/(_ i p); rewrite mxE => ->; rewrite weights_of_map; congr (net _ _ i p).
  by apply/matrixP => a b; rewrite !mxE; case: (S a).
rewrite (eq_weights_of Ew); congr (net _ _ i p); apply/matrixP => a b.
by rewrite !mxE Ex Ey.
Qed.

Lemma attention_family_sep (R : comRingType) (w : 'I_k -> R) s :
  sep_le (fun x y => attention_family w x y) s <->
  sep_le (fun x y : 'M[R]_(n, d) => net (weights_of w) (mix S x y) i p) s.
Proof.
split=> [h|h]; last exact: (sep_le_comp (@inputs R) (@inputs R) h).
have := sep_le_comp (fun X : 'M[R]_(n, d) => mxvec X 0) (fun X : 'M[R]_(n, d) => mxvec X 0) h.
by apply: eq_sep_le => x y; rewrite /attention_family !inputsK.
Qed.
End Family.

Theorem generic_lower (F : fieldType) (charF : [char F] =i pred0) (n d L H da r : nat)
    (S : pred 'I_n) (i : 'I_n) (p : 'I_d) :
  (exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) r) ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 &
    forall w, P.@[w] != 0 -> sep_ge (fun x y => net (weights_of w) (mix S x y) i p) r.
Proof.
case=> Ws /weights_of_onto[w0 <-] low.
have [s /attention_family_sep/low //|P P0 HP] := @witness_theta _ _ _ (@attention_family n d L H da S i p) r
  (@attention_family_natural _ _ _ _ _ _ _ _) F w0 (char0_infinite charF).
by exists P => // w Pw s /attention_family_sep; apply: HP.
Qed.

Theorem generic_lower_modp (q n d L H da r : nat) (S : pred 'I_n) (i : 'I_n) (p : 'I_d)
    (xs ys : 'I_r -> 'M['F_q]_(n, d)) (w0 : 'I_(nfactors L H d da) -> 'F_q) :
  \det (grid (fun x y => net (weights_of w0) (mix S x y) i p) xs ys) != 0 ->
  exists2 P : {mpoly int[nfactors L H d da]}, P != 0 & forall K : fieldType, [char K] =i pred0 ->
    map_mpoly [rmorphism of intmul (1 : K)] P != 0 /\
    forall w, (map_mpoly [rmorphism of intmul (1 : K)] P).@[w] != 0 ->
    sep_ge (fun x y : 'M[K]_(n, d) => net (weights_of w) (mix S x y) i p) r.
Proof.
move=> D; have [|P P0 HP] := @witness_modp _ _ _ (@attention_family n d L H da S i p) r
    (@attention_family_natural _ _ _ _ _ _ _ _) q (fun a => mxvec (xs a) 0) (fun b => mxvec (ys b) 0) w0.
  by move: D; congr (\det _ != 0); apply/matrixP => a b; rewrite !mxE /attention_family !inputsK.
exists P => // K ch; have [nz HK] := HP K ch; split=> // w Pw s /attention_family_sep; exact: HK.
Qed.
