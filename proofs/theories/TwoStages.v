(* theory.md Theorem 5.4': L >= 3 blocks of attention, H heads of width da, each followed by a position-wise part
   tau(Y W3) W4 of C hidden channels, residual connections around both, with or without biases, tau of degree 2. With
     b1, b2 >= 1,  b1 + b2 <= min(|A|, |B|),  b2 <= m,  1 + (b1 + b2) + (b1 + m) <= d,  2 max(b1, b2) + 4 <= C,
     b1 + m <= cp1 da,  b1 <= cm1 da,  cp1 cm1 <= H,  m <= cp2 da,  b2 <= cm2 da,  cp2 cm2 <= H - 1,
   some weights, with biases 0, and so almost all give separation rank at least
     mc (b1 (b1 + m) + 1) (4 K) * mc (b2 m + 1) K,   K = 2 * 6 ^ (L - 3)
   at every output entry. Equal to theory.md, which writes pi for b1 + m and takes the least numbers of groups.
   The parts are those of TransformerBlocks.v. Block 1 reads the whole payload for the first b1 markers; block 2 reads
   the m clean coordinates for the other b2 and adds s1 to the flags; block 3 multiplies these flags y by 1 + y s2.
     h1, h2              == the markers of either kind
     e1, c2, e2          == the coordinates that take the sums of the first kind, the clean ones, and those that take
                            the sums of the second kind
     two_stage_poly R Q  == R(y + y ^ 2 X2 - 1), y = Q(X1): the output as a polynomial in the sums s1 and s2 *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights AttentionHeads Mixer.
From Seprank Require Import PositionWise PositionWiseWeights TransformerWeights PairKernel TransformerBlocks.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Lemma eq_read_part (F : fieldType) N d b m (mk : 'I_b -> 'I_d) (pl : 'I_m -> 'I_d) r Q Q' (X Y : 'M[F]_(N, d)) t x :
  (forall p k, Q p k = Q' p k) -> (forall t p, Y t (pl p) = X t (pl p)) -> (forall t k, Y t (mk k) = X t (mk k)) ->
  read_part mk pl r Q Y t x = read_part mk pl r Q' X t x.
Proof.
move=> QQ Yp Ym; apply: eq_bigr => k _; congr (_ * _); apply: eq_big => [p|p _]; first exact: QQ.
by rewrite Yp; congr (_ * _); rewrite !mxE; apply: eq_bigr => s _; rewrite [_^T _ _]mxE [X^T _ _]mxE Yp Ym.
Qed.

Section Places.
Variables (b1 b2 m : nat) (b2m : (b2 < m)%N).
Definition h1 (k : 'I_b1.+1) : 'I_(b1.+1 + b2.+1) := lshift b2.+1 k.
Definition h2 (k : 'I_b2.+1) : 'I_(b1.+1 + b2.+1) := rshift b1.+1 k.
Definition e1 (k : 'I_b1.+1) : 'I_(b1.+1 + m) := lshift m k.
Definition c2 (p : 'I_m) : 'I_(b1.+1 + m) := rshift b1.+1 p.
Definition e2 (k : 'I_b2.+1) : 'I_(b1.+1 + m) := c2 (widen_ord b2m k).

Lemma h12 k k' : h1 k != h2 k'. Proof. by rewrite eq_lrshift. Qed.
Lemma e1c2 k p : c2 p != e1 k. Proof. by rewrite eq_rlshift. Qed.
Lemma e1_inj : injective e1. Proof. exact: lshift_inj. Qed.
Lemma e2_inj : injective e2. Proof. by move=> x y /rshift_inj[E]; apply: val_inj. Qed.
End Places.
Arguments h1 {b1} b2 k.
Arguments h2 b1 {b2} k.
Arguments e1 {b1} m k.
Arguments c2 b1 {m} p.
Arguments e2 b1 {b2 m} b2m k.

(* the network on the inputs *)
Section Network.
Variables (F : fieldType) (N d b1 b2 m : nat) (b2m : (b2 < m)%N).
Local Notation b := (b1 + b2.+1)%N.
Variables (fa fb : 'I_b.+1 -> 'I_N) (fl : 'I_d) (mk : 'I_b.+1 -> 'I_d) (pl : 'I_(b1.+1 + m) -> 'I_d).
Hypotheses (aI : injective fa) (bI : injective fb) (ab : forall i j, fa i != fb j).
Hypotheses (mI : injective mk) (pI : injective pl) (flm : forall k, fl != mk k) (flp : forall p, fl != pl p).
Hypothesis mp : forall k p, mk k != pl p.
Variables (tau : {poly F}) (C H da cm1 cm2 l : nat).
Hypotheses (st : size tau = 3%N) (da0 : (0 < da)%N) (H0 : (0 < H)%N).
Hypotheses (b1C : (2 * b1.+1 + 2 <= C)%N) (b2C : (2 * b2.+1 + 4 <= C)%N).
Hypotheses (bcm1 : (b1.+1 <= cm1 * da)%N) (bcm2 : (b2.+1 <= cm2 * da)%N).
Hypothesis read1 : forall (p : 'I_(b1.+1 + m)) (k : 'I_b1.+1), (group da cm1 p k < H)%N.
Hypothesis read2 : forall (p : 'I_m) (k : 'I_b2.+1), (group da cm2 p k < H.-1)%N.
Implicit Types (w : 'M[F]_b.+1) (q T : 'M[F]_(b.+1, b1.+1 + m)).

Local Notation mk1 := (fun k => mk (h1 b2 k)).
Local Notation mk2 := (fun k => mk (h2 b1 k)).
Local Notation pl2 := (fun p => pl (c2 b1 p)).
Local Notation r1 := (fun k => pl (e1 m k)).
Local Notation r2 := (fun k => pl (e2 b1 b2m k)).
Local Notation phi1 := (mk (h1 b2 ord0)).
Local Notation phi2 := (mk (h2 b1 ord0)).
Local Notation g := (4%:R * tau`_2).
Local Notation value1 := (stage_value (h1 b2) id (e1 m) g).
Local Notation value2 := (stage_value (h2 b1) (c2 b1) (e2 b1 b2m) g).

Definition two_stage_heads := flag_head F fl phi1 :: read_heads F da cm2 mk2 pl2 r2 H.-1 0.
Definition two_stage_weights : seq (plain_block F d C) :=
  block_of C (read_heads F da cm1 mk1 pl r1 H 0) (square_units F fl phi1 mk1 r1) ::
  block_of C two_stage_heads (flag_units F fl ++ square_units F fl phi2 mk2 r2) ::
  flag_block F C H fl phi2 :: nseq l (flag_block F C H fl fl).

Lemma two_stages_value w q T : let y := (flag_step tau).[1 + value1 w q T] in
  foldl (@res_block F d tau N C) (tokens fa fb fl mk pl w q T) two_stage_weights (fa ord0) fl =
  (flag_poly tau b.+1 l).[y + y ^+ 2 * value2 w q T - 1].
Proof.
set s1 := value1 w q T; set s2 := value2 w q T => y; set X := tokens fa fb fl mk pl w q T.
have C1 : (1 < C)%N by lia.
have mr1 k k' : mk1 k != r1 k' by apply: mp.
have mr2 k k' : mk2 k != r2 k' by apply: mp.
pose Y1 := res_block tau X (block_of C (read_heads F da cm1 mk1 pl r1 H 0) (square_units F fl phi1 mk1 r1)).
pose Y2 := res_block tau Y1 (block_of C two_stage_heads (flag_units F fl ++ square_units F fl phi2 mk2 r2)).
rewrite -[foldl _ _ _]/(foldl (@res_block F d tau N C) (res_block tau Y2 (flag_block F C H fl phi2))
  (nseq l (flag_block F C H fl fl))).
(* block 1 *)
pose U1 := read_state da cm1 mk1 pl r1 1 H X.
have Y1E t x : Y1 t x = U1 t x + (x == phi1)%:R * (g * \sum_k U1 t (mk1 k) * U1 t (r1 k)).
  rewrite /Y1 block_ofE ?size_square_units // square_unitsE //.
  have -> : X + att (read_heads F da cm1 mk1 pl r1 H 0) X = U1.
    have := @read_step F N d b1.+1 (b1.+1 + m) da cm1 mk1 pl r1 mr1 da0 bcm1 0%N H X.
    by rewrite read_state0; apply.
  by congr (_ + _ * (_ * _)); apply: eq_bigr => k _; rewrite ![row _ _ _ _]mxE.
have U1out t x : (forall k, x != r1 k) -> U1 t x = X t x by apply: read_state_out.
have Y1out t x : x != phi1 -> (forall k, x != r1 k) -> Y1 t x = X t x.
  by move=> /negPf xp xr; rewrite Y1E xp mul0r addr0 U1out.
have Y1fl t : Y1 t fl = in_A F fa t by rewrite Y1out ?flm // ?tokens_fl // => k; apply: flp.
have Y1mk t k : Y1 t (mk2 k) = X t (mk2 k).
  by rewrite Y1out // (inj_eq mI) eq_sym h12.
have Y1pl t p : Y1 t (pl2 p) = X t (pl2 p).
  by rewrite Y1out // => [|k]; [rewrite eq_sym mp | rewrite (inj_eq pI) e1c2].
have Y1phi : \sum_i Y1 (fa i) phi1 = s1.
  rewrite /s1 -stage_sum; apply: eq_bigr => i _; rewrite Y1E eqxx mul1r.
  have U1mk k : U1 (fa i) (mk1 k) = w i (h1 b2 k) by rewrite U1out // /X tokensA // rowsA_mk.
  rewrite U1mk; congr (_ + _ * _); apply: eq_bigr => k _; rewrite U1mk; congr (_ * _).
  rewrite /U1 mxE {1}/X tokensA // rowsA_pl //; congr (_ + _).
  apply: (read_partA aI bI ab mI pI flm flp mp (h1 b2) id (e := e1 m)) => // [|p k']; first exact: e1_inj.
  by rewrite mul1n read1.
(* block 2 *)
pose U2 := Y1 + att two_stage_heads Y1.
have U2E t x : U2 t x = Y1 t x + ((x == fl)%:R * (in_A F fa t * s1) + read_part mk2 pl2 r2 (fun _ _ => true) X t x).
  rewrite /U2 mxE; congr (_ + _); rewrite /att big_cons mxE att1_delta -/(att _ _) att_read //; congr (_ * (_ * _) + _).
  - exact: Y1fl.
  - by rewrite mxE -Y1phi -(sum_in_A fa (fun t => Y1 t phi1)); apply: eq_bigr => s _; rewrite mxE Y1fl.
  by apply: eq_read_part => // p k; rewrite mul0n add0n read2.
have R2out t x : (forall k, x != r2 k) -> read_part mk2 pl2 r2 (fun _ _ => true) X t x = 0.
  by move=> xr; rewrite /read_part big1 // => k _; rewrite (negPf (xr k)) mul0r.
have U2fl t : U2 t fl = in_A F fa t * (1 + s1).
  by rewrite U2E R2out // addr0 eqxx mul1r Y1fl mulrDr mulr1.
have U2mk t k : U2 t (mk2 k) = X t (mk2 k).
  by rewrite U2E R2out // addr0 eq_sym (negPf (flm _)) mul0r addr0 Y1mk.
have Y2E t x : Y2 t x = U2 t x + ((x == fl)%:R * (tau.[U2 t fl] - tau.[0]) +
    (x == phi2)%:R * (g * \sum_k U2 t (mk2 k) * U2 t (r2 k))).
  rewrite /Y2 block_ofE; last by rewrite size_cat size_square_units /=; lia.
  rewrite hidden_val_cat flag_unitsE square_unitsE // -/U2; congr (_ + (_ * (tau.[_] - _) + _ * (_ * _))).
    by rewrite mxE.
  by apply: eq_bigr => k _; rewrite ![row _ _ _ _]mxE.
have Y2fl t : Y2 t fl = in_A F fa t * y.
  rewrite Y2E eqxx mul1r (negPf (flm _)) mul0r addr0 U2fl /y flag_stepE.
  by case: (in_A01 F aI t) => ->; rewrite ?mul0r ?mul1r ?subrr ?addr0.
have Y2phi : \sum_i Y2 (fa i) phi2 = s2.
  rewrite /s2 -stage_sum; apply: eq_bigr => i _; rewrite Y2E eqxx mul1r eq_sym (negPf (flm _)) mul0r add0r U2mk.
  rewrite {1}/X tokensA // rowsA_mk //; congr (_ + _ * _); apply: eq_bigr => k _.
  rewrite U2mk {1}/X tokensA // rowsA_mk //; congr (_ * _).
  rewrite U2E eq_sym (negPf (flp _)) mul0r add0r Y1pl {1}/X tokensA // rowsA_pl //; congr (_ + _).
  by apply: (read_partA aI bI ab mI pI flm flp mp (h2 b1) (c2 b1) (e := e2 b1 b2m)) => //; apply: e2_inj.
(* block 3 and later *)
rewrite (@flag_chainE F tau N d C H fl (in_A F fa) C1 (in_A01 F aI) b.+1 (y + y ^+ 2 * s2 - 1) l 0) ?card_in_A //.
  by rewrite in_A_fa // mul1r.
move=> t; rewrite (@flag_blockE F tau N d C H fl (in_A F fa) C1 (in_A01 F aI) phi2 Y2 y (y * s2)) //.
  rewrite /= horner_comp; congr (_ * _.[_]); rewrite hornerD hornerC hornerX; ring.
rewrite -Y2phi -(sum_in_A fa (fun t => Y2 t phi2)) mulr_sumr; apply: eq_bigr => t' _.
by rewrite mulrAC mulrC.
Qed.

Lemma shape_two_stages : has_shape l.+3 H da (map (@p_heads F d C) two_stage_weights).
Proof.
have flr x : low_rank da (flag_head F fl x) by rewrite /low_rank !mxrank_delta da0.
rewrite /two_stage_weights /= map_nseq.
apply: shape_cons; [by rewrite size_map size_iota | exact: low_rank_read |].
apply: shape_cons; [by rewrite /= size_map size_iota prednK | by rewrite /= flr low_rank_read |].
apply: shape_cons; [exact: size_solo | exact: low_rank_solo |].
by apply: shape_nseq; [exact: size_solo | exact: low_rank_solo].
Qed.
End Network.

(* the rank of the value *)
Section Rank.
Variables (F : fieldType) (charF : [char F] =i pred0) (b1 b2 m : nat) (b2m : (b2 < m)%N) (g : F).
Hypothesis g0 : g != 0.
Local Notation value1 := (stage_value (h1 b2) id (e1 m) g).
Local Notation value2 := (stage_value (h2 b1) (c2 b1) (e2 b1 b2m) g).
Local Notation M := 'M[F]_(b1.+1 + b2.+1, b1.+1 + m).

Definition two_parts (y : 'rV[F]_(b1.+1 * (b1.+1 + m)) * 'rV[F]_(b2.+1 * m)) : M :=
  col_mx (vec_mx y.1) (row_mx 0 (vec_mx y.2)).

(* a function of two numbers, polynomial in either, that is 0 at positive integers *)
Lemma zero_positive n (c : 'I_n -> F) (P : {poly {poly F}}) (v1 v2 : 'I_n -> F) :
  (forall e1 e2 : nat, \sum_j c j * P.[(e2.+1%:R + v2 j)%:P].[e1.+1%:R + v1 j] = 0) ->
  forall x1 x2, \sum_j c j * P.[(x2 + v2 j)%:P].[x1 + v1 j] = 0.
Proof.
have inj : injective (fun e : nat => e.+1%:R : F) by move=> e e' /(natF_inj charF)[].
move=> H0 x1 x2.
have H1 (f2 : nat) : \sum_j c j * P.[(f2.+1%:R + v2 j)%:P].[x1 + v1 j] = 0.
  pose q := \sum_j c j *: (P.[(f2.+1%:R + v2 j)%:P] \Po ('X + (v1 j)%:P)).
  have qE x : q.[x] = \sum_j c j * P.[(f2.+1%:R + v2 j)%:P].[x + v1 j].
    by rewrite horner_sum; apply: eq_bigr => j _; rewrite hornerZ horner_comp hornerD hornerX hornerC.
  by rewrite -qE (_ : q = 0) ?horner0 //; apply: (poly_zeros inj) => f1; rewrite qE.
pose q := \sum_j c j *: (map_poly (horner_eval (x1 + v1 j)) P \Po ('X + (v2 j)%:P)).
have qE x : q.[x] = \sum_j c j * P.[(x + v2 j)%:P].[x1 + v1 j].
  rewrite horner_sum; apply: eq_bigr => j _; rewrite hornerZ horner_comp hornerD hornerX hornerC.
  by rewrite -[in RHS]horner_evalE -horner_map /= horner_evalE hornerC.
by rewrite -qE (_ : q = 0) ?horner0 //; apply: (poly_zeros inj) => f2; rewrite qE.
Qed.

Lemma null_two_stages (P : {poly {poly F}}) : null_le
  (fun (wq : 'M[F]_(b1.+1 + b2.+1) * M) y =>
    P.[(value2 wq.1 wq.2 (two_parts y))%:P].[value1 wq.1 wq.2 (two_parts y)]) (pair_kernel P).
Proof.
move=> n ys c Hc [[u1 u2] [Z1 Z2]]; pose Z := two_parts (g^-1 *: Z1, g^-1 *: Z2).
have dot1 y : (g * \sum_k \sum_p Z (h1 b2 k) (id p) * two_parts y (h1 b2 k) (id p))%R = dot Z1 y.1.
  transitivity (g * dot (g^-1 *: Z1) y.1); last by rewrite dotZl mulrA divff // mul1r.
  by rewrite dot_vec; congr (_ * _); apply: eq_bigr => k _; apply: eq_bigr => p _; rewrite !col_mxEu.
have dot2 y : (g * \sum_k \sum_p Z (h2 b1 k) (c2 b1 p) * two_parts y (h2 b1 k) (c2 b1 p))%R = dot Z2 y.2.
  transitivity (g * dot (g^-1 *: Z2) y.2); last by rewrite dotZl mulrA divff // mul1r.
  by rewrite dot_vec; congr (_ * _); apply: eq_bigr => k _; apply: eq_bigr => p _; rewrite !col_mxEd !row_mxEr.
pose a1 := free_part (h1 b2) id (e1 m) g Z; pose a2 := free_part (h2 b1) (c2 b1) (e2 b1 b2m) g Z.
have := @zero_positive n c P (fun j => a1 + dot Z1 (ys j).1) (fun j => a2 + dot Z2 (ys j).2) _ (u1 - a1) (u2 - a2).
under eq_bigr do rewrite !addrA !subrK; apply=> f1 f2; set x1 := f1.+1%:R; set x2 := f2.+1%:R.
have [x10 x20] : x1 != 0 /\ x2 != 0 by rewrite !((charf0P F).1 charF).
pose v k : F := if k == h1 b2 ord0 then x1 else if k == h2 b1 ord0 then x2 else 1.
have v0 k : v k != 0 by rewrite /v; case: ifP => // _; case: ifP => // _; apply: oner_neq0.
pose D := diag_mx (\row_k v k); pose D' := diag_mx (\row_k (v k)^-1).
rewrite -[RHS](Hc (D, D' *m Z)); apply: eq_bigr => j _.
have DZ : D^T *m (D' *m Z) = Z.
  rewrite tr_diag_mx mulmxA mulmx_diag -[RHS]mul1mx -diag_const_mx; congr (diag_mx _ *m _).
  by apply/rowP => k; rewrite !mxE divff.
have sumD k : \sum_i D i k = v k.
  by rewrite (bigD1 k) //= big1 ?addr0 => [|i /negPf ik]; rewrite !mxE ?eqxx ?mulr1n // ik.
rewrite /stage_value /= DZ dot1 dot2 -/a1 -/a2 !sumD.
have -> : v (h1 b2 ord0) = x1 by rewrite /v eqxx.
have -> : v (h2 b1 ord0) = x2 by rewrite /v eq_sym (negPf (h12 _ _)) eqxx.
by rewrite -!addrA.
Qed.

(* the polynomial *)
Definition two_stage_poly (R Q : {poly F}) : {poly {poly F}} :=
  map_poly polyC R \Po (Q ^+ 2 *: 'X + (Q - 1)%:P).

Lemma two_stage_polyE R Q x1 x2 : (two_stage_poly R Q).[x2%:P].[x1] = R.[Q.[x1] + Q.[x1] ^+ 2 * x2 - 1].
Proof.
rewrite horner_comp -/(R \Po _) horner_comp; congr (_.[_]).
by rewrite !(hornerD, hornerN, hornerZ, hornerM, hornerX, hornerC) -expr2 addrCA addrA.
Qed.

Lemma two_stage_poly_top (R Q : {poly F}) K k : size R = K.+1 -> size Q = k.+1 ->
  (two_stage_poly R Q)`_K`_(k * (2 * K)) != 0.
Proof.
move=> sR sQ; have Q0 : Q != 0 by rewrite -size_poly_eq0 sQ.
have R0 : R != 0 by rewrite -size_poly_eq0 sR.
have Q20 : Q ^+ 2 != 0 by rewrite expf_neq0.
set q := Q ^+ 2 *: 'X + (Q - 1)%:P.
have sq : size q = 2%N.
  by rewrite /q size_addl ?size_scale ?size_polyX // (leq_ltn_trans (size_polyC_leq1 _)).
have lq : lead_coef q = Q ^+ 2.
  by rewrite /q lead_coefDl ?lead_coefZ ?lead_coefX ?mulr1 // size_scale ?size_polyX // ltnS size_polyC_leq1.
have sP : size (two_stage_poly R Q) = K.+1.
  have := size_comp_poly (map_poly polyC R) q; rewrite sq size_map_polyC sR muln1 /= => E.
  have : two_stage_poly R Q != 0.
    by rewrite /two_stage_poly comp_poly2_eq0 ?sq // map_polyC_eq0.
  by rewrite -size_poly_gt0; move: E; rewrite /two_stage_poly -/q; case: (size _) => // s /= ->.
have -> : (two_stage_poly R Q)`_K = R`_K *: Q ^+ (2 * K).
  rewrite (_ : _`_K = lead_coef (two_stage_poly R Q)); last by rewrite lead_coefE sP.
  rewrite lead_coef_comp ?sq //.
  rewrite lq size_map_polyC sR /= -exprM lead_coef_map_inj //; last exact: polyC_inj.
  by rewrite mul_polyC lead_coefE sR.
rewrite coefZ; apply: mulf_neq0; apply: top_coef => //.
have := size_exp Q (2 * K); have : Q ^+ (2 * K) != 0 by rewrite expf_neq0.
by rewrite sQ -size_poly_gt0; case: (size _) => // s _ /= ->.
Qed.
End Rank.

Section Theorem54'.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d C H da L b1 b2 m cp1 cm1 cp2 cm2 : nat).
Variables (tau : {poly F}) (os : seq pw_options) (S : pred 'I_n) (i : 'I_n) (p : 'I_d).
Hypotheses (st : size tau = 3%N) (so : size os = L) (res : all (fun o => att_res o && pw_res o) os) (L3 : (2 < L)%N).
Hypotheses (b10 : (0 < b1)%N) (b20 : (0 < b2)%N) (bS : (b1 + b2 <= minn #|S| #|predC S|)%N) (b2m : (b2 <= m)%N).
Hypotheses (bmd : (1 + (b1 + b2) + (b1 + m) <= d)%N) (bC : (2 * maxn b1 b2 + 4 <= C)%N).
Hypotheses (mcp1 : (b1 + m <= cp1 * da)%N) (bcm1 : (b1 <= cm1 * da)%N) (pairs1 : (cp1 * cm1 <= H)%N).
Hypotheses (mcp2 : (m <= cp2 * da)%N) (bcm2 : (b2 <= cm2 * da)%N) (pairs2 : (cp2 * cm2 < H)%N).
Local Notation K := (2 * 6 ^ (L - 3))%N.
Local Notation bound := (mc (b1 * (b1 + m)).+1 (4 * K) * mc (b2 * m).+1 K)%N.

Theorem two_stages_lower : exists2 ls : seq (plain_block F d C),
  has_shape L H da (map (@p_heads F d C) ls) &
  sep_ge (fun x y => pw_net tau os (map (@unbiased F _ C) ls) (mix S x y) i p) bound.
Proof.
case: b1 b10 bS bmd bC mcp1 bcm1 => // b1' _ bS' bmd' bC' mcp1' bcm1'.
case: b2 b20 bS' b2m bmd' bC' bcm2 => // b2' _ bS' b2m' bmd' bC' bcm2'.
have [b1C b2C] : (2 * b1'.+1 + 2 <= C)%N /\ (2 * b2'.+1 + 4 <= C)%N by split; lia.
have da0 : (0 < da)%N by case: da bcm2' => //; rewrite muln0.
have H0 : (0 < H)%N by apply: leq_ltn_trans pairs2.
have [|nm [nmI _ nm0]] := @choose_from [finType of 'I_d] predT p (b1'.+1 + b2'.+1 + (b1'.+1 + m)) isT.
  by rewrite cardT size_enum_ord; lia.
pose mk (k : 'I_(b1'.+1 + b2'.+1)) := nm (lift ord0 (lshift (b1'.+1 + m) k)).
pose pl (q : 'I_(b1'.+1 + m)) := nm (lift ord0 (rshift (b1'.+1 + b2'.+1) q)).
have mI : injective mk by move=> x y /nmI/lift_inj/lshift_inj.
have pI : injective pl by move=> x y /nmI/lift_inj/rshift_inj.
have flm x : p != mk x by rewrite -nm0 (inj_eq nmI) neq_lift.
have flp x : p != pl x by rewrite -nm0 (inj_eq nmI) neq_lift.
have mp x y : mk x != pl y by rewrite (inj_eq nmI) (inj_eq lift_inj) eq_lrshift.
have all_read m' b' cp cm h : (m' <= cp * da)%N -> (b' <= cm * da)%N -> (cp * cm <= h)%N ->
    forall (q : 'I_m') (x : 'I_b'), (group da cm q x < h)%N.
  move=> mcp bcm pairs q x; have qc : (q %/ da < cp)%N by rewrite ltn_divLR // (leq_trans (ltn_ord q)).
  have xc : (x %/ da < cm)%N by rewrite ltn_divLR // (leq_trans (ltn_ord x)).
  apply: leq_trans pairs; apply: (@leq_trans ((q %/ da).+1 * cm)); last by rewrite leq_mul2r qc orbT.
  by rewrite /group mulSn addnC ltn_add2r.
have read1 := all_read _ _ _ _ _ mcp1' bcm1' pairs1.
have read2 : forall (q : 'I_m) (x : 'I_b2'.+1), (group da cm2 q x < H.-1)%N by apply: (all_read _ _ cp2) => //; lia.
pose g := 4%:R * tau`_2; have g0 : g != 0 by rewrite mulf_neq0 ?((charf0P F).1 charF) ?top_coef.
pose l := (L - 3)%N; pose b := (b1' + b2'.+1)%N.
pose ls := two_stage_weights F b2m' p mk pl C H da cm1 cm2 l.
exists ls.
  by have := @shape_two_stages F d b1' b2' m b2m' p mk pl C H da cm1 cm2 l da0 H0; rewrite (_ : l.+3 = L) // /l; lia.
have sls : size os = size ls by rewrite so /ls /= size_nseq /l; lia.
have one (T : pred 'I_n) s : T i -> (b < #|T|)%N -> (b < #|predC T|)%N ->
    sep_le (fun x y : 'M[F]_(n, d) => pw_net tau os (map (@unbiased F _ C) ls) (mix T x y) i p) s ->
    (mc (b1'.+1 * (b1'.+1 + m)).+1 (4 * K) * mc (b2'.+1 * m).+1 K <= s)%N.
  move=> Ti bA bB /sep_grid fs; have /card_gt0P[j Tj] : (0 < #|predC T|)%N by apply: leq_ltn_trans bB.
  have [fa [aI aT a0]] := choose_from Ti bA; have [fb [bI bT _]] := choose_from Tj bB.
  have ab x y : fa x != fb y by apply: contraTneq (aT x) => ->; apply: bT.
  pose R := flag_poly tau b.+1 l; pose Q := flag_step tau \Po (1 + 'X).
  have sR : size R = K.+1 by rewrite /R (@size_flag_poly F tau charF 2).
  have sQ : size Q = 3%N by rewrite -[Q]/(flag_poly tau b.+1 0) (@size_flag_poly F tau charF 2).
  have top := two_stage_poly_top sR sQ; rewrite mulnA in top.
  apply: (pair_kernel_lower charF top).
  have N := @null_two_stages F charF b1' b2' m b2m' g g0 (two_stage_poly R Q).
  apply: null_grid N _.
  apply: eq_grid (grid_comp (fun wq => sel F fa *m rowsA p mk pl wq.1 wq.2)
    (fun y => sel F fb *m rowsB mk pl (two_parts y)) fs).
  move=> [w q] y; rewrite pw_net_res // -a0 two_stage_polyE [(w, q).1]/= [(w, q).2]/=.
  have -> z : Q.[z] = (flag_step tau).[1 + z] by rewrite horner_comp [(1 + 'X).[z]]hornerD hornerC hornerX.
  rewrite (_ : mix T _ _ = tokens fa fb p mk pl w q (two_parts y)); last first.
    apply/matrixP=> t x; rewrite mxE [RHS]mxE; case: ifP => Tt.
      by rewrite [X in _ + X]sel_out ?addr0 // => z; apply: contraTneq Tt => ->; apply: bT.
    by rewrite [X in X + _]sel_out ?add0r // => z; apply: contraFneq Tt => ->; apply: aT.
  exact: (@two_stages_value F n d b1' b2' m b2m' fa fb p mk pl aI bI ab mI pI flm flp mp tau C H da cm1 cm2 l).
move: bS'; rewrite leq_min => /andP[bA bB] s fs; case Si: (S i); first exact: (one S).
apply: (one (predC S)) => //; first by rewrite /= Si.
  by rewrite (_ : #|_| = #|S|) //; apply: eq_card => x; rewrite !inE negbK.
by apply: eq_sep_le (sep_le_sym fs) => x y; rewrite Attention.mixC.
Qed.

Corollary two_stages_lower_generic : exists2 P : {mpoly F[#|pw_index L H da d C|]}, P != 0 &
  forall w, P.@[w] != 0 -> sep_ge (fun x y => pw_net tau os (pw_layers w) (mix S x y) i p) bound.
Proof. exact: (pw_lower_generic charF two_stages_lower). Qed.
End Theorem54'.
