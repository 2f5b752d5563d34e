(* theory.md Theorem 3.5: for H heads of width da, d = H da, depth L >= 1 and *)
(* any partition of the positions with both parts non-empty, some weights of  *)
(* rank at most da give separation rank at least                              *)
(*   mc(da-1,C) + mc(da-1,C-1) = mc(da,C) - mc(da,C-2),  C = C_L = (3^L-1)/2  *)
(* at every output entry (i,p) (the last term is 0 if C < 2), and almost all  *)
(* weights do. Equal to theory.md; the rank of the kernel t^C on the cone is  *)
(* found otherwise: theory.md has irreducibility under the orthogonal group,  *)
(* here W = diag(1,-1,..,-1) and the second token is reflected, so that on    *)
(* rational points t^C = <u,u'>^C is a sum of squares, and its null space is  *)
(* that of the monomials on the cone.                                         *)
(*                                                                            *)
(*   cone C da    == mc(da-1,C) + mc(da-1,C-1)                                *)
(*   sq z         == |z|^2                                                    *)
(*   hd z, last b == the coordinates |z|^2 + 1, 2 z and +-(|z|^2 - 1) of a    *)
(*                   point of the cone u_0^2 = u_1^2 + .., b = (sign, z), z   *)
(*                   integer                                                  *)
(*   cone_dot     == the inner product of two points                          *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank RankModP Witness GridRank PowerRank Attention AttentionWeights GenericWeights.
From Seprank Require Import AttentionIsotropic AttentionPower.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition cone C da := (mc da.-1 C + mc da.-1 C.-1)%N.

Lemma mc_pascal n k : (mc n.+1 k.+1 = mc n.+1 k + mc n k.+1)%N.
Proof. by rewrite !mcS /mc addnS /= binS addnC. Qed.

Lemma coneE C da : (0 < C)%N -> (0 < da)%N -> cone C da = (mc da C - (if C < 2 then 0 else mc da (C - 2)))%N.
Proof.
case: C da => [//|[|C]] [//|n] _ _; first by rewrite /cone /= subn0 mc_pascal !mc0 addnC.
by rewrite /cone /= subn2 /= !mc_pascal; lia.
Qed.

(* grids of integers: the field does not matter *)
Lemma int_grid (F : fieldType) X Y (f : X -> Y -> int) s : [char F] =i pred0 ->
  grid_le (fun a b => (f a b)%:~R : F) s -> grid_le (fun a b => (f a b)%:~R : rat) s.
Proof.
move=> charF fs m n xs ys; apply: leq_trans (fs m n xs ys).
pose M : 'M[int]_(m, n) := \matrix_(i, j) f (xs i) (ys j).
have E (K : fieldType) : grid (fun a b => (f a b)%:~R : K) xs ys = redmx M K.
  by apply/matrixP=> i j; rewrite !mxE.
rewrite !E; have [u [v]] := mxrank_minor (redmx M rat_fieldType); set r := \rank _ in u v *.
rewrite -map_mxsub det_intr intr_eq0 => nz.
have U: mxsub u v (redmx M F) \in unitmx by rewrite unitmxE unitfE -map_mxsub det_intr char0_intr_eq0.
by rewrite -(mxrank_unit U) mxrank_mxsub.
Qed.

(* independence, and a sum of products *)
Lemma multinomial2 (R : comRingType) (I : finType) k (x y : I -> R) :
  (\sum_i x i * y i) ^+ k = \sum_(e : mon I k) (mult (val e))%:R * (x ^^ (val e) * y ^^ (val e)).
Proof.
rewrite multinomial; apply: eq_bigr => e _; rewrite /mono -big_split; congr (_ * _).
by apply: eq_bigr => i _; rewrite exprMn.
Qed.

Lemma mon_indep_nat (F : fieldType) (charF : [char F] =i pred0) (I : finType) k (c : mon I k -> F) :
  (forall x : I -> nat, \sum_e c e * (fun i => (x i)%:R) ^^ (val e) = 0) -> forall e, c e = 0.
Proof.
move=> H e; pose c' (b : expo I k) := oapp c 0 (insub b).
suff: c' (val e) = 0 by rewrite /c' valK.
pose v : 'rV[F]_#|expo I k| := \row_s c' (enum_val s).
have : v *m (Wm F I k)^T = 0.
  apply/rowP=> s; rewrite !mxE; under eq_bigr do rewrite !mxE.
  rewrite (sum_enum (fun a => c' a * (pts F s) ^^ a)) big_mon => [|b /negPf nb]; last by rewrite /c' insubF ?mul0r.
  by rewrite -[RHS](H (fun i => (enum_val s : expo I k) i)); apply: eq_bigr => a _; rewrite /c' valK.
move/(congr1 (mulmxr (invmx (Wm F I k)^T))); rewrite /= mulmxK ?unitmx_tr ?Wm_unit // mul0mx.
by move/rowP/(_ (enum_rank (val e))); rewrite !mxE enum_rankK.
Qed.
Lemma monoM (R : comRingType) (I : finType) k (t : R) x (e : mon I k) : (fun i => t * x i) ^^ (val e) = t ^+ k * x ^^ (val e).
Proof. by rewrite /mono; under eq_bigr do rewrite exprMn; rewrite big_split /= prodrXr (eqP (valP e)). Qed.

Lemma horner_sum_mono (R : comRingType) (I : finType) k (c : mon I k -> R) (r : I -> {poly R}) t :
  (\sum_e (c e)%:P * r ^^ (val e)).[t] = \sum_e c e * (fun i => (r i).[t]) ^^ (val e).
Proof.
rewrite horner_sum; apply: eq_bigr => e _; rewrite hornerM hornerC horner_prod; congr (_ * _).
by apply: eq_bigr => i _; rewrite horner_exp.
Qed.

Lemma ratio_inj q a b : ((a.+2 ^ 2 * q + 1) * (2 * b.+2) = (b.+2 ^ 2 * q + 1) * (2 * a.+2))%N -> a = b.
Proof.
move=> E; pose p := (q * a.+2 * b.+2)%N.
have : (p * a.+2 + b.+2 = p * b.+2 + a.+2)%N by rewrite /p; move: E; rewrite !expnS !expn0; nia.
have : p = 0%N \/ (4 <= p)%N by rewrite /p; case: (q) => [|q']; [left; lia | right; nia].
case=> [->|p4]; first by lia.
by case: (ltngtP a b) => // ab; nia.
Qed.

(* a sum of products to the power C that vanishes has vanishing coordinates; over any ordered field: the rationals
   are slow *)
Section PowerCoordinates.
Variables (F : realFieldType) (X : Type) (J : finType) (C : nat) (h : X -> J -> F) (l : X -> F).
Let f k (e : mon J (C - k)) x := l x ^+ k * (h x) ^^ (val e).
Let kernel_power x y : (\sum_j h x j * h y j + l x * l y) ^+ C =
  \sum_(k < C.+1) \sum_(e : mon J (C - k)) (mult (val e) * 'C(C, k))%:R * f e x * f e y.
Proof.
rewrite exprDn; apply: eq_bigr => k _; rewrite multinomial2 mulr_suml -sumrMnl; apply: eq_bigr => e _.
rewrite exprMn natrM -mulr_natl /f; move: ('C(C, k)%:R) (mult _)%:R (_ ^^ _) (_ ^^ _) (l x ^+ k) (l y ^+ k).
by move=> u v a b z t; ring.
Qed.

Lemma power_coordinates n (ys : 'I_n -> X) (c : 'I_n -> F) :
  (forall x, \sum_i c i * (\sum_j h x j * h (ys i) j + l x * l (ys i)) ^+ C = 0) ->
  forall (k : 'I_C.+1) (e : mon J (C - k)), \sum_i c i * (l (ys i) ^+ k * (h (ys i)) ^^ (val e)) = 0.
Proof.
move=> H; pose w k (e : mon J (C - k)) := \sum_i c i * f e (ys i).
have S0 : \sum_(k < C.+1) \sum_(e : mon J (C - k)) (mult (val e) * 'C(C, k))%:R * w k e ^+ 2 = 0.
  transitivity (\sum_i c i * \sum_j c j * (\sum_p h (ys i) p * h (ys j) p + l (ys i) * l (ys j)) ^+ C); last first.
    by rewrite big1 // => i _; rewrite H mulr0.
  under [RHS]eq_bigr do under eq_bigr do rewrite kernel_power mulr_sumr.
  under [RHS]eq_bigr do rewrite exchange_big mulr_sumr.
  rewrite [RHS]exchange_big; apply: eq_bigr => k _.
  under [RHS]eq_bigr do under eq_bigr do rewrite mulr_sumr.
  under [RHS]eq_bigr do rewrite exchange_big mulr_sumr.
  rewrite [RHS]exchange_big; apply: eq_bigr => e _.
  rewrite expr2 {1}/w mulr_suml mulr_sumr; apply: eq_bigr => i _.
  rewrite /w !mulr_sumr; apply: eq_bigr => j _.
  by move: (mult _ * _)%:R (f _ _) (f _ _) (c i) (c j) => v x y z t; ring.
move=> k e; rewrite -/(w k e); have kC : (k <= C)%N by rewrite -ltnS.
have P k' : 0 <= \sum_(e' : mon J (C - k')) (mult (val e') * 'C(C, k'))%:R * w k' e' ^+ 2.
  by apply: sumr_ge0 => e' _; apply: mulr_ge0 (ler0n _ _) (sqr_ge0 _).
move/eqP: S0; rewrite psumr_eq0 => [|k' _]; last exact: P.
move/allP/(_ k (mem_index_enum _)); rewrite /= psumr_eq0 => [|e' _]; last exact: mulr_ge0 (ler0n _ _) (sqr_ge0 _).
move/allP/(_ e (mem_index_enum _)); rewrite /= mulf_eq0 expf_eq0 /= => /orP[|/eqP //].
by rewrite gt_eqF // ltr0n muln_gt0 mult_gt0 (valP e) bin_gt0.
Qed.
End PowerCoordinates.

Section Cone.
Variables (m C : nat).
Local Notation J := (option [finType of 'I_m]).
Definition sq (z : 'rV[int]_m) : int := dot z z.
Definition hd (z : 'rV[int]_m) (j : J) : int := if j is Some i then 2 * z 0 i else sq z + 1.
Definition last (b : bool * 'rV[int]_m) : int := (-1) ^+ b.1 * (sq b.2 - 1).
Definition cone_dot (a b : bool * 'rV[int]_m) : int := last a * last b + \sum_j hd a.2 j * hd b.2 j.

Let hq (b : bool * 'rV[int]_m) j : rat := (hd b.2 j)%:~R.
Let lq b : rat := (last b)%:~R.

(* the monomials of degree C at most linear in the last coordinate *)
Definition reduced (t : mon [finType of J] C + mon [finType of J] C.-1) (b : bool * 'rV[int]_m) : rat :=
  match t with inl e => (hq b) ^^ (val e) | inr e => lq b * (hq b) ^^ (val e) end.

Lemma cone_null : (0 < C)%N -> null_le (fun a b => (cone_dot a b ^+ C)%:~R : rat) reduced.
Proof.
move=> C0 n ys c H.
have w0 : forall (k : 'I_C.+1) (e : mon [finType of J] (C - k)),
    \sum_j c j * (lq (ys j) ^+ k * (hq (ys j)) ^^ (val e)) = 0.
  apply: (@power_coordinates rat_realFieldType _ _ C hq lq) => x.
  rewrite -[RHS](H x); apply: eq_bigr => j _; congr (_ * _).
  rewrite rmorphX rmorphD rmorphM rmorph_sum /= addrC; congr ((_ + _) ^+ _).
  by apply: eq_bigr => i _; rewrite rmorphM.
case=> e /=.
  have e0 := w0 ord0; rewrite /= subn0 in e0.
  by rewrite -[RHS](e0 e); apply: eq_bigr => j _; rewrite expr0 mul1r.
have C1 : (1 < C.+1)%N by [].
have e1 := w0 (Ordinal C1); rewrite /= subn1 in e1.
by rewrite -[RHS](e1 e); apply: eq_bigr => j _; rewrite expr1.
Qed.

Lemma hd_indep k (c : mon [finType of J] k -> rat) :
  (forall z, sq z != 1 -> \sum_e c e * (fun j => (hd z j)%:~R) ^^ (val e) = 0) -> forall e, c e = 0.
Proof.
move=> H; apply: (mon_indep_nat (char_num _)) => x; pose q := (\sum_i x (Some i) * x (Some i))%N.
pose pt (s : rat) (j : J) : rat := if j is Some i then (x (Some i))%:R else s.
pose R : {poly rat} := \sum_e (c e)%:P * (fun j => if j is Some i then (x (Some i))%:R%:P else 'X) ^^ (val e).
have RE s : R.[s] = \sum_e c e * (pt s) ^^ (val e).
  rewrite /R horner_sum_mono; apply: eq_bigr => e _; congr (_ * _); apply: eq_bigr => -[i|] _.
    by rewrite hornerC.
  by rewrite hornerX.
pose e n : rat := (n.+2 ^ 2 * q + 1)%:R / (2 * n.+2)%:R.
suff R0 : R = 0.
  rewrite -[RHS](horner0 (x None)%:R) -R0 RE; apply: eq_bigr => f _; congr (_ * _).
  by apply: eq_bigr => -[i|].
apply: (@poly_zeros _ R e) => [a b /eqP|n].
  by rewrite /e eqr_div ?pnatr_eq0 // -!natrM eqr_nat => /eqP/ratio_inj.
pose z : 'rV[int]_m := \row_i (n.+2 * x (Some i))%N%:Z.
have zq : sq z = (n.+2 ^ 2 * q)%N%:Z.
  rewrite /sq /dot /q big_distrr /= -[RHS]natz natr_sum; apply: eq_bigr => i _.
  by rewrite !mxE -PoszM natz mulnACA mulnn.
have hz : forall j, (hd z j)%:~R = (2 * n.+2)%:R * pt (e n) j :> rat.
  case=> [i|] /=; first by rewrite mxE -PoszM -pmulrn mulnA natrM.
  by rewrite zq /e mulrC divfK ?pnatr_eq0 // -[1]/(Posz 1) -PoszD -pmulrn.
have : (2 * n.+2)%:R ^+ k * R.[e n] = 0 :> rat.
  rewrite RE mulr_sumr -[RHS](H z); last by rewrite zq -[1]/(Posz 1) eqz_nat; apply/eqP; case: (q) => [|q']; nia.
  apply: eq_bigr => f _; rewrite mulrCA -monoM; congr (_ * _); apply: eq_bigr => j _; by rewrite hz.
by move/eqP; rewrite mulf_eq0 expf_eq0 pnatr_eq0 andbF => /eqP.
Qed.

Lemma reduced_indep (c : mon [finType of J] C + mon [finType of J] C.-1 -> rat) :
  (forall b, \sum_t c t * reduced t b = 0) -> forall t, c t = 0.
Proof.
move=> H; pose P z := \sum_e c (inl e) * (fun j => (hd z j)%:~R) ^^ (val e) : rat.
pose Q z := \sum_e c (inr e) * (fun j => (hd z j)%:~R) ^^ (val e) : rat.
have E s z : P z + (last (s, z))%:~R * Q z = 0.
  rewrite -[RHS](H (s, z)) big_sumType /=; congr (_ + _); rewrite mulr_sumr; apply: eq_bigr => e _.
  by rewrite mulrCA.
have PQ z : P z = 0 /\ (sq z != 1 -> Q z = 0).
  have := E true z; have := E false z; rewrite /last /= expr0 expr1 !mul1r mulN1r rmorphN mulNr.
  set w := (sq z - 1)%:~R => h1 h2.
  have P0 : P z = 0.
    have : P z *+ 2 = 0 by rewrite -[RHS](addr0 0) -{1}h1 -h2 addrACA subrr addr0.
    by move/eqP; rewrite mulrn_eq0 => /eqP.
  split=> // z1; move: h1; rewrite P0 add0r => /eqP; rewrite mulf_eq0 intr_eq0 subr_eq0 (negPf z1) => /eqP; exact.
case=> e; last by apply: (hd_indep (c := c \o inr)) => z /(PQ z).2.
by apply: (hd_indep (c := c \o inl)) => z _; apply: (PQ z).1.
Qed.

Theorem cone_kernel_lower s : (0 < C)%N -> grid_le (fun a b => (cone_dot a b ^+ C)%:~R : rat) s -> (cone C m.+2 <= s)%N.
Proof.
move=> C0 /(null_grid (cone_null C0))/(indep_grid reduced_indep).
by rewrite card_sum !card_mon card_option card_ord.
Qed.
End Cone.

(* the points as rows, and the reflection *)
Section Rows.
Variable m : nat.
Definition crow (b : bool * 'rV[int]_m) : 'rV[int]_(1 + m.+1) :=
  row_mx (hd b.2 None)%:M (row_mx (last b)%:M (2 *: b.2) : 'rV_(1 + m)).
Definition reflection (R : ringType) : 'M[R]_(1 + m.+1) := block_mx 1%:M 0 0 (- 1%:M).

Lemma map_reflection (R R' : ringType) (f : {rmorphism R -> R'}) : map_mx f (reflection R) = reflection R'.
Proof. by rewrite map_block_mx map_mxN !map_mx1 !map_mx0. Qed.
Lemma reflectionK (R : ringType) : reflection R *m reflection R = 1%:M.
Proof. by rewrite mulmx_block !mulmx0 !mul0mx mulNmx mulmxN opprK !mulmx1 !addr0 add0r -scalar_mx_block. Qed.
Lemma tr_reflection (R : comRingType) : (reflection R)^T = reflection R.
Proof. by rewrite tr_block_mx linearN /= !trmx0 !trmx1. Qed.

Lemma dot_mx (R : comRingType) k (x y : 'rV[R]_k) : x *m y^T = (dot x y)%:M.
Proof. by rewrite [LHS]mx11_scalar mxE; congr (_%:M); apply: eq_bigr => i _; rewrite mxE. Qed.

Lemma row_mx00 (R : ringType) k (x : 'M[R]_1) (y : 'M[R]_(1, k)) : (row_mx x y : 'M_(1, 1 + k)) 0 0 = x 0 0.
Proof. by rewrite (_ : (0 : 'I_(1 + k)) = lshift k (0 : 'I_1)) ?row_mxEl //; apply: val_inj. Qed.

Lemma cone_dotE (a b : bool * 'rV[int]_m) : cone_dot a b = hd a.2 None * hd b.2 None + (last a * last b + dot (2 *: a.2) (2 *: b.2)).
Proof.
rewrite /cone_dot (bigD1 None) //= addrCA; congr (_ + (_ + _)).
rewrite (reindex_omap Some id) => [|[t|]//]; apply: eq_big => i; first by rewrite eqxx.
by rewrite !mxE.
Qed.

Lemma dot_row_mx (R : comRingType) k l (x x' : 'rV[R]_k) (y y' : 'rV[R]_l) :
  dot (row_mx x y) (row_mx x' y') = dot x x' + dot y y'.
Proof. by rewrite /dot big_split_ord; congr (_ + _); apply: eq_bigr => i _; rewrite ?row_mxEl ?row_mxEr. Qed.
Lemma dot_scalar_mx (R : comRingType) (x y : R) : dot x%:M y%:M = x * y.
Proof. by rewrite /dot big_ord1 !mxE. Qed.

Lemma cone_dotC (a b : bool * 'rV[int]_m) : cone_dot a b = cone_dot b a.
Proof. by rewrite !cone_dotE [dot _ _]dotC mulrC [last a * _]mulrC. Qed.

Lemma crow_dot a b : dot (crow a) (crow b) = cone_dot a b.
Proof. by rewrite cone_dotE /crow dot_row_mx (@dot_row_mx _ 1 m) !dot_scalar_mx. Qed.

Lemma crow_mul a b : crow a *m (crow b)^T = (cone_dot a b)%:M.
Proof. by rewrite dot_mx crow_dot. Qed.

Lemma crow_reflection b : crow b *m reflection _ = row_mx (hd b.2 None)%:M (- row_mx (last b)%:M (2 *: b.2) : 'rV_(1 + m)).
Proof. by rewrite mul_row_block !mulmx0 addr0 add0r mulmxN !mulmx1. Qed.

Lemma crow_cone b : crow b *m reflection _ *m (crow b)^T = 0.
Proof.
rewrite crow_reflection dot_mx dot_row_mx -scaleN1r dotZl (@dot_row_mx _ 1 m) !dot_scalar_mx dotZl dotC dotZl -/(sq b.2).
have -> : last b * last b = (sq b.2 - 1) * (sq b.2 - 1) by rewrite /last mulrACA -expr2 sqrr_sign mul1r.
by rewrite (_ : _ + _ = 0) ?raddf0 //=; ring.
Qed.
End Rows.

Section Theorem35.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d H da L : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (H0 : (0 < H)%N) (L0 : (0 < L)%N) (dE : d = (H * da)%N).

Theorem cone_lower (p : 'I_d) : S i != S j ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) (cone (gdeg L) da).
Proof.
move=> Sij; have C0 : (0 < gdeg L)%N by rewrite gdeg_gt0.
case: da dE => [|[|m]] dE'; first by case: p; rewrite dE' muln0.
  have [Ws sW lW] := power_lower charF H0 L0 dE' p Sij; exists Ws => // s /lW; apply: leq_trans.
  rewrite big_ord_recl mc0 /cone; apply: leq_trans (leq_addr _ _).
  by case: (gdeg L) C0 => // -[|C] _; rewrite ?mc0S ?mc0.
move: Sij => /any_side; apply => S1 Si Sj; have ij : i != j by apply: contraNneq Sj => <-.
have ed : (1 + m.+1 <= d)%N by rewrite dE' leq_pmull.
pose M := reflection m F; pose Ws := nseq L (solo H (isoW d M, isoV F d (1 + m.+1))).
have sW : has_shape L H m.+2 Ws.
  by apply: shape_nseq; [apply: size_solo | apply: low_rank_solo; apply: low_rank_mono (low_rank_iso _ _)].
apply: (any_output (p0 := widen_ord ed 0)); exists Ws => // s fs.
pose u b : 'rV[F]_(1 + m.+1) := map_mx intr (crow b); pose v b := u b *m M.
have uu a b : u a *m (u b)^T = (cone_dot a b)%:~R%:M by rewrite /u map_trmx -map_mxM crow_mul map_scalar_mx.
have uMu b : u b *m M *m (u b)^T = 0.
  by rewrite /M /u -(map_reflection m [rmorphism of intmul (1 : F)]) map_trmx -!map_mxM crow_cone map_mx0.
have iso a b : iso_pair M (cone_dot a b)%:~R (u a) (v b).
  split; rewrite /v ?trmx_mul ?tr_reflection ?mulmxA -?(mulmxA _ M M) ?reflectionK ?mulmx1 ?uMu ?uu //.
  by rewrite cone_dotC.
have [u0 v0] : (forall b, u b 0 0 = (hd b.2 None)%:~R) /\ (forall b, v b 0 0 = (hd b.2 None)%:~R).
  have u0 b : u b 0 0 = (hd b.2 None)%:~R by rewrite mxE /crow row_mx00 mxE.
  split=> // b; rewrite -u0 /v /M /reflection /u /crow map_row_mx mul_row_block !mulmx0 addr0 mulmx1.
  by rewrite !row_mx00.
apply: (@cone_kernel_lower m (gdeg L) s C0); pose X (a : bool * 'rV[int]_m) := (hd a.2 None)%:~R : rat.
pose xs a := tok i (u a *m (pid_mx (1 + m.+1))^T) : 'M[F]_(n, d).
pose ys b := tok j (v b *m (pid_mx (1 + m.+1))^T) : 'M[F]_(n, d).
have E a b : net Ws (mix S1 (xs a) (ys b)) i (widen_ord ed 0) =
    ((if odd L then hd b.2 None else hd a.2 None) * cone_dot a b ^+ gdeg L)%:~R.
  by rewrite mix_tok // (net_iso_out H ed ij L 0 (iso a b)) rmorphM rmorphX /=; case: odd; rewrite ?u0 ?v0.
have := int_grid charF (eq_grid E (grid_comp xs ys (sep_grid fs))).
have X0 (b : bool * 'rV[int]_m) : (hd b.2 None)%:~R != 0 :> rat.
  by rewrite intr_eq0 /= gt_eqF // ltr_spaddr // sumr_ge0 // => k _; rewrite -expr2 sqr_ge0.
have core (g : bool * 'rV[int]_m -> _ -> int) : (forall a b, g a b = hd a.2 None * cone_dot a b ^+ gdeg L) ->
    grid_le (fun a b => (g a b)%:~R : rat) s ->
    grid_le (fun a b : bool * 'rV[int]_m => (cone_dot a b ^+ gdeg L)%:~R : rat) s.
  move=> gE; apply: null_grid => N bs c Hc a; apply/eqP; rewrite -(mulrI_eq0 _ (mulfI (X0 a))) mulr_sumr.
  by apply/eqP; rewrite -[RHS](Hc a); apply: eq_bigr => k _; rewrite gE rmorphM mulrCA.
case: odd => fs'; last exact: core fs'.
apply: core (grid_sym fs') => a b /=; congr (_ * _ ^+ _); exact: cone_dotC.
Qed.

Corollary cone_lower_generic (p : 'I_d) : S i != S j ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (cone (gdeg L) da).
Proof. by move=> ij; apply/generic_lower/cone_lower. Qed.
End Theorem35.
