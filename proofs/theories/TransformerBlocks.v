(* theory.md Theorem 5.4: L blocks of attention, H heads of width da, each followed by a position-wise part tau(Y W3) W4 of C
   hidden channels, with residual connections around both, with or without biases, any polynomial tau of degree k >= 2. With
     1 <= b <= min(|A|, |B|),  b <= m,  1 + b + m <= d,  2 b + 2 <= C if k = 2 and (k + 1) ^ 2 b <= C if not,
     m <= cp da,  b <= cm da,  cp cm <= rho H,  1 <= rho < L,  and b <= floor(H / cm) da if rho >= 2,
   some weights, with biases 0, and so almost all give separation rank at least mc (b m + 1) (k (3 k) ^ (L - rho - 1)) at every
   output entry. Equal to theory.md, which writes pi for m and takes the least cp and cm, and asks 2 b + 4 <= C if k = 2.
   b markers and m payload coordinates, the first b of which are the r_k; phi is the first marker.
     group p k          == the pair of a group of payload coordinates and of one of markers to which p and k belong
     read_heads H l     == the H heads that serve the pairs from l H on
     read_state l X     == the tokens after l blocks of them: r_k has grown by \sum_p x_p (X^T X)_(p, mk k), p in the pairs read
     flag_head a        == the head with W the unit at the flag, V the unit from a to the flag
     flag_poly n l      == the flag of the tokens of A after l more blocks, as a polynomial in s_A: 1 + X, made y + n y ^ 3 by the
                           attention of each block, and y + tau y - tau 0 by the position-wise parts
     stage_value h c e g w q T == s_A, for markers w and payloads q of the tokens of A, and payloads T of those of B;
                           markers h k and payload coordinates c p, of which e k takes the sums of marker h k
     blocks_value       == s_A, all markers and all payload coordinates *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights AttentionHeads Mixer.
From Seprank Require Import PositionWise PositionWiseWeights TransformerWeights PairKernel.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Lemma sum_at (F : fieldType) (s : seq nat) a (x : F) : uniq s -> \sum_(e <- s) (a == e)%:R * x = (a \in s)%:R * x.
Proof.
move=> us; case: (boolP (a \in s)) => [sa|na].
  rewrite (bigD1_seq a) //= eqxx big1 ?addr0 // => e; rewrite eq_sym => /negPf->; exact: mul0r.
rewrite mul0r big1_seq // => e /= se; case: eqP => [ae|_]; last exact: mul0r.
by rewrite ae se in na.
Qed.

(* reading: the coordinates r_k of a token grow by pairings of its payload with those of tokens that have the marker k *)
Section Reading.
Variables (F : fieldType) (N d b m da cm : nat) (mk : 'I_b -> 'I_d) (pl : 'I_m -> 'I_d) (r : 'I_b -> 'I_d).
Hypotheses (mr : forall k l, mk k != r l) (da0 : (0 < da)%N) (bcm : (b <= cm * da)%N).
Implicit Types (X Y : 'M[F]_(N, d)) (p : 'I_m) (k : 'I_b).

Definition group p k := (p %/ da * cm + k %/ da)%N.
Definition read_head e : head F d :=
  (sparse F [pred p : 'I_m | p %/ da == e %/ cm]%N pl pl, sparse F [pred k : 'I_b | k %/ da == e %% cm]%N mk r).
Definition read_heads H l := [seq read_head e | e <- iota (l * H) H].
Definition read_part (Q : 'I_m -> 'I_b -> bool) X t x :=
  \sum_k (x == r k)%:R * \sum_(p | Q p k) X t (pl p) * (X^T *m X) (pl p) (mk k).
Definition read_state l H X : 'M[F]_(N, d) := \matrix_(t, x) (X t x + read_part (fun p k => group p k < l * H)%N X t x).

Lemma group_lt k : (k %/ da < cm)%N.
Proof. by rewrite ltn_divLR // (leq_trans (ltn_ord k)). Qed.

Lemma groupE p k e : (group p k == e) = (k %/ da == e %% cm)%N && (p %/ da == e %/ cm)%N.
Proof.
have kc := group_lt k; have c0 : (0 < cm)%N by apply: leq_ltn_trans kc.
apply/eqP/andP => [<-|[/eqP k1 /eqP p1]]; last by rewrite /group k1 p1 -divn_eq.
by rewrite /group modnMDl (modn_small kc) divnMDl // (divn_small kc) addn0 !eqxx.
Qed.

Lemma low_rank_read H l : all (low_rank da) (read_heads H l).
Proof. by apply/allP=> _ /mapP[e _ ->]; rewrite /low_rank !(leq_trans (rank_sparse _ _ _ _)) // card_group. Qed.

Lemma att_read H l Y t x : att (read_heads H l) Y t x = read_part (fun p k => l * H <= group p k < l * H + H)%N Y t x.
Proof.
rewrite /att summxE big_map /read_part; set G := Y^T *m Y.
transitivity (\sum_(e <- iota (l * H) H) \sum_k \sum_p (group p k == e)%:R * ((x == r k)%:R * (Y t (pl p) * G (pl p) (mk k)))).
  apply: eq_bigr => e _; rewrite att1_sparse -/G big_mkcond; apply: eq_bigr => k _ /=.
  under [RHS]eq_bigr do rewrite groupE; case: ifP => _; last by rewrite big1 // => p _; rewrite mul0r.
  rewrite mulr_sumr big_mkcond; apply: eq_bigr => p _ /=.
  by case: ifP => _; rewrite ?mul1r ?mul0r.
rewrite exchange_big; apply: eq_bigr => k _; rewrite exchange_big mulr_sumr [RHS]big_mkcond; apply: eq_bigr => p _ /=.
by rewrite sum_at ?iota_uniq // mem_iota; case: ifP => _; rewrite ?mul1r ?mul0r.
Qed.

Lemma read_state_out l H X t x : (forall k, x != r k) -> read_state l H X t x = X t x.
Proof. by move=> xr; rewrite mxE /read_part big1 ?addr0 // => k _; rewrite (negPf (xr k)) mul0r. Qed.

Lemma read_state0 H X : read_state 0 H X = X.
Proof.
apply/matrixP=> t x; rewrite mxE /read_part big1 ?addr0 // => k _.
by rewrite big1 ?mulr0 // => p; rewrite mul0n ltn0.
Qed.

Lemma read_step l H X : (forall p, l != 0%N -> (H %/ cm * da <= p)%N -> forall k, pl p != r k) ->
  read_state l H X + att (read_heads H l) (read_state l H X) = read_state l.+1 H X.
Proof.
move=> far; apply/matrixP=> t x; rewrite mxE att_read [LHS]/= [RHS]mxE mxE -addrA; congr (_ + _).
rewrite /read_part -big_split; apply: eq_bigr => k _ /=; rewrite -mulrDr; congr (_ * _).
rewrite [RHS](bigID (fun p => group p k < l * H)%N) /=; congr (_ + _).
  apply: eq_bigl => p; rewrite mulSn; lia.
have E p : (l * H <= group p k)%N -> read_state l H X ^~ (pl p) =1 X ^~ (pl p).
  have [->|l0] := eqVneq l 0%N; first by rewrite read_state0.
  move=> lg s; apply: read_state_out => k'; apply: far => //.
  have kc := group_lt k; have c0 : (0 < cm)%N by apply: leq_ltn_trans kc.
  have : (H %/ cm <= p %/ da)%N.
    rewrite -ltnS ltn_divLR //; move: lg; rewrite /group mulSn; case: l l0 => // l' _; rewrite mulSn; lia.
  by move=> h; apply: leq_trans (leq_trunc_div p da); rewrite leq_mul2r h orbT.
apply: eq_big => [p|p /andP[lg _]]; first by rewrite mulSn; lia.
rewrite E //; congr (_ * _); rewrite !mxE; apply: eq_bigr => s _.
by rewrite [_^T _ _]mxE [X^T _ _]mxE E // read_state_out.
Qed.

Definition read_blocks C H l n : seq (plain_block F d C) := [seq block_of C (read_heads H j) [::] | j <- iota l n].

Lemma read_blocksE C tau H l n X : (forall p, (1 < l + n)%N -> (H %/ cm * da <= p)%N -> forall k, pl p != r k) ->
  foldl (@res_block F d tau N C) (read_state l H X) (read_blocks C H l n) = read_state (l + n) H X.
Proof.
elim: n l => [|n IH] l far /=; first by rewrite addn0.
have -> : res_block tau (read_state l H X) (block_of C (read_heads H l) [::]) = read_state l.+1 H X.
  apply/matrixP=> t x; rewrite block_ofE // hidden_val0 addr0 read_step // => p l0; apply: far; lia.
by rewrite IH ?addSnnS // => p; apply: far; lia.
Qed.
End Reading.

(* the flags: z t y in token t, z t = 0 or 1 *)
Section Flags.
Variables (F : fieldType) (tau : {poly F}).
Definition flag_step : {poly F} := tau + ('X - tau.[0]%:P).
Fixpoint flag_poly (n : nat) l : {poly F} :=
  if l is l'.+1 then let y := flag_poly n l' in flag_step \Po (y + n%:R *: y ^+ 3) else flag_step \Po (1 + 'X).

Lemma flag_stepE x : flag_step.[x] = x + (tau.[x] - tau.[0]).
Proof. by rewrite /flag_step hornerD hornerXsubC addrCA. Qed.

Lemma size_flag_poly (charF : [char F] =i pred0) k n l : (1 < k)%N -> size tau = k.+1 -> (0 < n)%N ->
  size (flag_poly n l) = (k * (3 * k) ^ l).+1.
Proof.
move=> k1 st n0; have sQ : size flag_step = k.+1.
  by rewrite /flag_step size_addl ?st // size_XsubC ltnS.
have comp (q : {poly F}) K : (0 < K)%N -> size q = K.+1 -> size (flag_step \Po q) = (k * K).+1.
  move=> K0 sq; have := size_comp_poly flag_step q; rewrite sQ sq /=.
  have kK : (0 < k * K)%N by rewrite muln_gt0 (ltnW k1).
  by case: (size _) => [|s] /= E; [rewrite -E in kK | rewrite E].
elim: l => [|l IH] /=.
  by rewrite (@comp _ 1%N) ?muln1 ?expn0 ?muln1 // addrC -[1]/(1%:P) size_XaddC.
have nF : n%:R != 0 :> F by rewrite ((charf0P F).1 charF) -lt0n.
have K0 : (0 < k * (3 * k) ^ l)%N by rewrite muln_gt0 expn_gt0 muln_gt0 !(ltnW k1).
have s3 : size (n%:R *: flag_poly n l ^+ 3) = (k * (3 * k) ^ l * 3).+1.
  have := size_exp (flag_poly n l) 3; rewrite IH size_scale //=.
  by case: (size _) => [|s] /= E; [lia | rewrite E].
rewrite (@comp _ (k * (3 * k) ^ l * 3)%N); [|lia|]; last by rewrite addrC size_addl s3 // IH; lia.
by rewrite expnS; congr _.+1; lia.
Qed.

Variables (N d C H : nat) (fl : 'I_d) (z : 'I_N -> F).
Hypotheses (C1 : (1 < C)%N) (zz : forall t, z t = 0 \/ z t = 1).
Definition flag_head a : head F d := (delta_mx fl fl, delta_mx a fl).
Definition flag_block a : plain_block F d C := block_of C (solo H (flag_head a)) (flag_units F fl).

Lemma flag_blockE a (Y : 'M[F]_(N, d)) y v t : (forall t, Y t fl = z t * y) -> \sum_t z t * y * Y t a = v ->
  res_block tau Y (flag_block a) t fl = z t * flag_step.[y + y * v].
Proof.
move=> Yfl Yv; have E s : (Y + att (solo H (flag_head a)) Y) s fl = z s * (y + y * v).
  rewrite mxE att_solo att1_delta eqxx mul1r Yfl mxE mulrDr mulrA; congr (_ + _ * _); rewrite -Yv.
  by apply: eq_bigr => q _; rewrite mxE Yfl.
rewrite block_ofE // flag_unitsE eqxx mul1r [row _ _ _ _]mxE E.
by rewrite flag_stepE; case: (zz t) => ->; rewrite ?mul0r ?mul1r ?subrr ?addr0.
Qed.

(* l more blocks *)
Lemma flag_chainE n s l j (Y : 'M[F]_(N, d)) t : \sum_t z t = n%:R -> (forall t, Y t fl = z t * (flag_poly n j).[s]) ->
  foldl (@res_block F d tau N C) Y (nseq l (flag_block fl)) t fl = z t * (flag_poly n (j + l)).[s].
Proof.
move=> zn; elim: l j Y => [|l IH] j Y HY /=; first by rewrite addn0.
rewrite (IH j.+1) ?addSnnS // => t'; set y := (flag_poly n j).[s] in HY.
rewrite (@flag_blockE fl Y y (n%:R * y ^+ 2)) // => [|].
  by rewrite /= horner_comp; congr (_ * _.[_]); rewrite hornerD hornerZ horner_exp -/y; ring.
rewrite -zn mulr_suml; apply: eq_bigr => q _; rewrite HY.
have -> : z q * y * (z q * y) = z q * z q * y ^+ 2 by ring.
by case: (zz q) => ->; rewrite ?mul0r ?mul1r.
Qed.

(* the first block of these, with s_A = \sum_t z t * Y t phi, and l more *)
Lemma flag_blocksE phi l (Y : 'M[F]_(N, d)) n t : (forall t, Y t fl = z t) -> \sum_t z t = n%:R ->
  foldl (@res_block F d tau N C) Y (flag_block phi :: nseq l (flag_block fl)) t fl =
  z t * (flag_poly n l).[\sum_t z t * Y t phi].
Proof.
move=> Yfl zn; apply: (flag_chainE _ (j := 0) _ zn) => t'.
rewrite (@flag_blockE phi Y 1 (\sum_t z t * Y t phi)) => [|q|]; last 2 first.
- by rewrite Yfl mulr1.
- by apply: eq_bigr => q _; rewrite mulr1.
by rewrite mul1r /= horner_comp; congr (_ * _.[_]); rewrite hornerD hornerC hornerX.
Qed.
End Flags.

(* what a stage adds up over A: markers h k, payload coordinates c p, of which e k takes the sums of marker h k *)
Section Stage.
Variables (F : fieldType) (b m J K : nat) (h : 'I_J.+1 -> 'I_b) (c : 'I_K -> 'I_m) (e : 'I_J.+1 -> 'I_m) (g : F).
Implicit Types (w : 'M[F]_b) (q T Z : 'M[F]_(b, m)).

Definition free_part Z := g * \sum_k (Z (h k) (e k) + \sum_p Z (h k) (c p) * Z (h k) (c p)).
Definition stage_value w q T := let Z := w^T *m q in
  \sum_i w i (h ord0) + free_part Z + g * \sum_k \sum_p Z (h k) (c p) * T (h k) (c p).

Lemma stage_sum w q T :
  \sum_i (w i (h ord0) + g * \sum_k w i (h k) *
    (q i (e k) + \sum_p q i (c p) * ((w^T *m q) (h k) (c p) + T (h k) (c p)))) = stage_value w q T.
Proof.
rewrite big_split -mulr_sumr /stage_value /free_part -addrA -mulrDr -big_split exchange_big.
congr (_ + _ * _); apply: eq_bigr => k _ /=; set Z := w^T *m q.
have ZE p : Z (h k) p = \sum_i w i (h k) * q i p by rewrite /Z mxE; apply: eq_bigr => i _; rewrite mxE.
under eq_bigr do rewrite mulrDr; rewrite big_split -addrA [in RHS]ZE; congr (_ + _) => /=.
rewrite -big_split /=; under eq_bigr do rewrite mulr_sumr; rewrite exchange_big; apply: eq_bigr => p _ /=.
by rewrite -mulrDr [X in X * _]ZE mulr_suml; apply: eq_bigr => i _; rewrite mulrA.
Qed.
End Stage.

(* the inputs, and the network on them *)
Section Inputs.
Variables (F : fieldType) (charF : [char F] =i pred0) (N d b m : nat).
Variables (fa fb : 'I_b.+1 -> 'I_N) (fl : 'I_d) (mk : 'I_b.+1 -> 'I_d) (pl : 'I_m -> 'I_d).
Hypotheses (aI : injective fa) (bI : injective fb) (ab : forall i j, fa i != fb j) (bm : (b < m)%N).
Hypotheses (mI : injective mk) (pI : injective pl) (flm : forall k, fl != mk k) (flp : forall p, fl != pl p).
Hypothesis mp : forall k p, mk k != pl p.
Implicit Types (w : 'M[F]_b.+1) (q T : 'M[F]_(b.+1, m)).
Let pr (k : 'I_b.+1) : 'I_m := widen_ord bm k.
Let r k := pl (pr k).

Definition rowsA w q : 'M[F]_(b.+1, d) := const_mx 1 *m delta_mx (0 : 'I_1) fl + w *m (sel F mk)^T + q *m (sel F pl)^T.
Definition rowsB T : 'M[F]_(b.+1, d) := (sel F mk)^T + T *m (sel F pl)^T.
Definition tokens w q T : 'M[F]_(N, d) := sel F fa *m rowsA w q + sel F fb *m rowsB T.

Lemma mul_sel k n (M : 'M[F]_(n, d)) (f : 'I_k -> 'I_d) i j : (M *m sel F f) i j = M i (f j).
Proof. by rewrite mxE (bigD1 (f j)) //= big1 ?addr0 => [|x /negPf xf]; rewrite mxE ?eqxx ?mulr1 ?xf ?mulr0. Qed.
Lemma mul_selT0 k n (M : 'M[F]_(n, k)) (f : 'I_k -> 'I_d) i x : (forall j, x != f j) -> (M *m (sel F f)^T) i x = 0.
Proof. by move=> xf; rewrite mxE big1 // => j _; rewrite !mxE (negPf (xf j)) mulr0. Qed.
Lemma mul_selT k n (M : 'M[F]_(n, k)) (f : 'I_k -> 'I_d) i j : injective f -> (M *m (sel F f)^T) i (f j) = M i j.
Proof.
move=> fI; rewrite mxE (bigD1 j) //= big1 ?addr0 => [|l /negPf lj]; rewrite !mxE (inj_eq fI) ?eqxx ?mulr1 //.
by rewrite eq_sym lj mulr0.
Qed.
Lemma flag_col i x : (const_mx 1 *m delta_mx (0 : 'I_1) fl : 'M[F]_(b.+1, d)) i x = (x == fl)%:R.
Proof. by rewrite mxE big_ord1 !mxE eqxx mul1r. Qed.

Lemma rowsAE w q i x : rowsA w q i x = (x == fl)%:R + (w *m (sel F mk)^T) i x + (q *m (sel F pl)^T) i x.
Proof. by rewrite mxE [X in X + _]mxE flag_col. Qed.
Lemma rowsA_fl w q i : rowsA w q i fl = 1.
Proof. by rewrite rowsAE eqxx !mul_selT0 ?addr0. Qed.
Lemma rowsA_mk w q i k : rowsA w q i (mk k) = w i k.
Proof. by rewrite rowsAE eq_sym (negPf (flm k)) mul_selT // mul_selT0 // add0r addr0. Qed.
Lemma rowsA_pl w q i p : rowsA w q i (pl p) = q i p.
Proof. by rewrite rowsAE eq_sym (negPf (flp p)) mul_selT // mul_selT0 ?add0r // => k; rewrite eq_sym mp. Qed.
Lemma rowsB_fl T j : rowsB T j fl = 0.
Proof. by rewrite mxE -[(sel F mk)^T]mul1mx !mul_selT0 ?addr0. Qed.
Lemma rowsB_mk T j k : rowsB T j (mk k) = (j == k)%:R.
Proof. by rewrite mxE -[(sel F mk)^T]mul1mx mul_selT // mul_selT0 // addr0 mxE. Qed.
Lemma rowsB_pl T j p : rowsB T j (pl p) = T j p.
Proof. by rewrite mxE -[(sel F mk)^T]mul1mx mul_selT // mul_selT0 ?add0r // => k; rewrite eq_sym mp. Qed.

Lemma tokensA w q T i x : tokens w q T (fa i) x = rowsA w q i x.
Proof.
rewrite mxE [X in _ + X]sel_out ?addr0 => [|j]; last exact: ab.
by rewrite mxE (bigD1 i) //= big1 ?addr0 => [|j /negPf ji]; rewrite mxE (inj_eq aI) ?eqxx ?mul1r // eq_sym ji mul0r.
Qed.

Lemma tokens_fl w q T t : tokens w q T t fl = \sum_i (t == fa i)%:R.
Proof.
rewrite mxE !mxE [X in _ + X]big1 ?addr0 => [|j _]; last by rewrite rowsB_fl mulr0.
by apply: eq_bigr => i _; rewrite rowsA_fl mulr1 mxE.
Qed.

Lemma tokens_gram w q T : (tokens w q T)^T *m tokens w q T = (rowsA w q)^T *m rowsA w q + (rowsB T)^T *m rowsB T.
Proof.
rewrite /tokens; move: (rowsA w q) (rowsB T) => A B.
have -> : (sel F fa *m A + sel F fb *m B)^T = A^T *m (sel F fa)^T + B^T *m (sel F fb)^T.
  by rewrite [LHS]linearD /= !trmx_mul.
rewrite mulmxDl !mulmxDr !mulmxA -!(mulmxA _ (sel _ _)^T (sel _ _)).
rewrite !sel_unit // !sel_orth // => [|j i]; last by rewrite eq_sym.
by rewrite !mulmx0 !mul0mx addr0 add0r !mulmx1.
Qed.

Lemma gram_pl_mk w q T p k : ((tokens w q T)^T *m tokens w q T) (pl p) (mk k) = (w^T *m q) k p + T k p.
Proof.
rewrite tokens_gram !mxE; congr (_ + _).
  by apply: eq_bigr => i _; rewrite [_^T _ _]mxE rowsA_pl rowsA_mk mulrC [w^T _ _]mxE.
rewrite (bigD1 k) //= big1 ?addr0 => [|j /negPf jk]; rewrite [_^T _ _]mxE rowsB_pl rowsB_mk ?eqxx ?mulr1 //.
by rewrite jk mulr0.
Qed.

(* which tokens are in A *)
Definition in_A t : F := \sum_i (t == fa i)%:R.
Lemma in_A_fa i : in_A (fa i) = 1.
Proof.
by rewrite /in_A (bigD1 i) //= eqxx big1 ?addr0 // => j /negPf ji; rewrite (inj_eq aI) eq_sym ji.
Qed.
Lemma in_A01 t : in_A t = 0 \/ in_A t = 1.
Proof.
have [i /eqP->|nt] := pickP (fun i => t == fa i); first by right; apply: in_A_fa.
by left; rewrite /in_A big1 // => i _; rewrite nt.
Qed.
Lemma sum_in_A (h : 'I_N -> F) : \sum_t in_A t * h t = \sum_i h (fa i).
Proof.
under eq_bigr do rewrite mulr_suml; rewrite exchange_big; apply: eq_bigr => i _.
by rewrite (bigD1 (fa i)) //= eqxx mul1r big1 ?addr0 // => t /negPf->; rewrite mul0r.
Qed.
Lemma card_in_A : \sum_t in_A t = b.+1%:R.
Proof. by under eq_bigr do rewrite -[in_A _]mulr1; rewrite sum_in_A sumr_const card_ord. Qed.

(* what a token of A reads *)
Lemma read_partA J K (h : 'I_J -> 'I_b.+1) (c : 'I_K -> 'I_m) (e : 'I_J -> 'I_m) (Q : 'I_K -> 'I_J -> bool) w q T i k :
  injective e -> (forall p k, Q p k) ->
  read_part (fun k => mk (h k)) (fun p => pl (c p)) (fun k => pl (e k)) Q (tokens w q T) (fa i) (pl (e k)) =
  \sum_p q i (c p) * ((w^T *m q) (h k) (c p) + T (h k) (c p)).
Proof.
move=> eI Qall; rewrite /read_part (bigD1 k) //= eqxx mul1r [X in _ + X]big1 ?addr0 => [|k' /negPf kk].
  by apply: eq_big => [p|p _]; rewrite ?Qall // tokensA rowsA_pl gram_pl_mk.
by rewrite (inj_eq pI) (inj_eq eI) eq_sym kk mul0r.
Qed.

(* the sum of the phi over A *)
Definition blocks_value := @stage_value F b.+1 m b m id id pr.

Variables (tau : {poly F}) (C H da cm rho l : nat) (g : F) (us : seq (hidden F d)).
Hypotheses (da0 : (0 < da)%N) (bcm : (b.+1 <= cm * da)%N) (C1 : (1 < C)%N) (uC : (size us <= C)%N).
Hypotheses (all_read : forall (p : 'I_m) (k : 'I_b.+1), (group da cm p k < rho.+1 * H)%N) (far : (0 < rho)%N -> (b < H %/ cm * da)%N).
Local Notation phi := (mk ord0).
Hypothesis us_other : forall u x, x != phi -> hidden_val tau us u x = 0.
Hypothesis us_phi : forall u : 'rV[F]_d, u 0 fl = 1 ->
  hidden_val tau us u phi = g * \sum_(k < b.+1) u 0 (mk k) * u 0 (r k).

Definition transformer_weights : seq (plain_block F d C) :=
  read_blocks F da cm mk pl r C H 0 rho ++
  block_of C (read_heads F da cm mk pl r H rho) us :: flag_block F C H fl phi :: nseq l (flag_block F C H fl fl).

Lemma transformer_value w q T : foldl (@res_block F d tau N C) (tokens w q T) transformer_weights (fa ord0) fl =
  (flag_poly tau b.+1 l).[blocks_value g w q T].
Proof.
set X := tokens w q T.
have mr k k' : mk k != r k' by apply: mp.
have fr (p : 'I_m) : (1 < rho.+1)%N -> (H %/ cm * da <= p)%N -> forall k, pl p != r k.
  move=> /far hb hp k; rewrite /r (inj_eq pI) -val_eqE /=; have := ltn_ord k; lia.
rewrite /transformer_weights foldl_cat /=.
have -> : foldl (@res_block F d tau N C) X (read_blocks F da cm mk pl r C H 0 rho) = read_state da cm mk pl r rho H X.
  have := @read_blocksE F N d b.+1 m da cm mk pl r mr da0 bcm C tau H 0 rho X.
  by rewrite read_state0 add0n; apply => p h; apply: fr; lia.
set Y0 := read_state da cm mk pl r rho H X; set Y := res_block tau Y0 _; set U := read_state da cm mk pl r rho.+1 H X.
have YE t x : Y t x = U t x + hidden_val tau us (row t U) x.
  by rewrite /Y block_ofE // /Y0 read_step // => p h; apply: fr; lia.
have Ufl t : U t fl = in_A t by rewrite /U read_state_out ?tokens_fl // => k; apply: flp.
have Yfl t : Y t fl = in_A t by rewrite YE us_other ?addr0 ?flm.
have := @flag_blocksE F tau N d C H fl in_A C1 in_A01 phi l Y b.+1 (fa ord0) Yfl card_in_A.
rewrite /= => ->; rewrite in_A_fa mul1r sum_in_A; congr (_.[_]); rewrite /blocks_value -stage_sum.
apply: eq_bigr => i _; rewrite YE us_phi; last by rewrite mxE Ufl in_A_fa.
have Ymk k : U (fa i) (mk k) = w i k by rewrite /U read_state_out // tokensA rowsA_mk.
rewrite Ymk; congr (_ + _ * _); apply: eq_bigr => k _; rewrite ![row _ _ _ _]mxE Ymk; congr (_ * _).
rewrite /U mxE tokensA rowsA_pl; congr (_ + _); apply: (read_partA id id (e := pr)) => //.
by move=> x y [E]; apply: val_inj.
Qed.

Lemma shape_transformer : (0 < H)%N -> has_shape (rho + l.+2)%N H da (map (@p_heads F d C) transformer_weights).
Proof.
move=> H0; have sz j : size (read_heads F da cm mk pl r H j) = H by rewrite size_map size_iota.
have flr x : low_rank da (flag_head F fl x) by rewrite /low_rank !mxrank_delta da0.
have lr j : all (low_rank da) (read_heads F da cm mk pl r H j) by exact: low_rank_read.
rewrite /transformer_weights map_cat /=; have := lr rho; have := sz rho.
move: (read_heads F da cm mk pl r H rho) => Hs sHs lHs; elim: rho 0%N => [|n IH] j /=; last first.
  by apply: shape_cons; [exact: sz | exact: lr | exact: IH].
apply: shape_cons => //; rewrite map_nseq.
apply: shape_cons; [exact: size_solo | exact: low_rank_solo | ].
by apply: shape_nseq; [exact: size_solo | exact: low_rank_solo].
Qed.
End Inputs.

(* the rank of the value *)
Section Rank.
Variables (F : fieldType) (charF : [char F] =i pred0) (b m : nat) (bm : (b < m)%N) (g : F) (P : {poly F}).
Hypothesis g0 : g != 0.

Lemma dot_vec (u v : 'rV[F]_(b.+1 * m)) : dot u v = \sum_k \sum_p vec_mx u k p * vec_mx v k p.
Proof.
rewrite /dot (reindex _ (curry_mxvec_bij _ _)) /= pair_bigA; apply: eq_bigr => -[k p] _ /=.
by rewrite !mxE.
Qed.

Lemma null_blocks_value : null_le
  (fun (wq : 'M[F]_b.+1 * 'M[F]_(b.+1, m)) (y : 'rV[F]_(b.+1 * m) * 'rV[F]_0) => P.[blocks_value bm g wq.1 wq.2 (vec_mx y.1)])
  (pair_kernel P%:P).
Proof.
move=> n ys c Hc [[u1 u2] [Z1 Z2]]; pose Z : 'M[F]_(b.+1, m) := vec_mx (g^-1 *: Z1).
have dotE (y : 'rV[F]_(b.+1 * m)) : (g * \sum_k \sum_p Z k p * (vec_mx y : 'M_(b.+1, m)) k p)%R = dot Z1 y.
  by rewrite -dot_vec dotZl mulrA divff // mul1r.
pose a := free_part id id (widen_ord bm) g Z; have key x : \sum_j c j * P.[x + a + dot Z1 (ys j).1] = 0.
  pose q := \sum_j c j *: (P \Po ('X + (a + dot Z1 (ys j).1)%:P)).
  have qE y : q.[y] = \sum_j c j * P.[y + a + dot Z1 (ys j).1].
    by rewrite horner_sum; apply: eq_bigr => j _; rewrite hornerZ horner_comp hornerD hornerX hornerC addrA.
  rewrite -qE (_ : q = 0) ?horner0 //.
  apply: (@poly_zeros F q (fun e => e.+1%:R)) => [e e' /(natF_inj charF)[]//|e]; rewrite qE; set y := e.+1%:R.
  have y0 : y != 0 by rewrite /y ((charf0P F).1 charF).
  pose D (z : F) : 'M[F]_b.+1 := diag_mx (\row_k if k == ord0 then z else 1).
  rewrite -[RHS](Hc (D y, D y^-1 *m Z)); apply: eq_bigr => j _; congr (_ * P.[_]).
  have DZ : (D y)^T *m (D y^-1 *m Z) = Z.
    rewrite tr_diag_mx mulmxA mulmx_diag -[RHS]mul1mx -diag_const_mx; congr (diag_mx _ *m _).
    by apply/rowP => k; rewrite !mxE; case: eqP => _; rewrite ?divff // mul1r.
  rewrite /blocks_value /stage_value /= DZ dotE -/a; congr (_ + _ + _).
  rewrite (bigD1 ord0) //= big1 ?addr0 => [|k /negPf k0]; rewrite !mxE ?eqxx ?mulr1n //.
  by rewrite k0.
rewrite -[RHS](key (u1 - a)); apply: eq_bigr => j _.
by rewrite /pair_kernel /= hornerC subrK.
Qed.

Lemma blocks_value_lower K s : P`_K != 0 ->
  grid_le (fun (wq : 'M[F]_b.+1 * 'M[F]_(b.+1, m)) T => P.[blocks_value bm g wq.1 wq.2 T]) s -> (mc (b.+1 * m).+1 K <= s)%N.
Proof.
move=> PK fs; have := @pair_kernel_lower F charF (b.+1 * m) 0 K 0 P%:P; rewrite coefC eqxx => /(_ PK s).
rewrite mc0 muln1; apply; apply: null_grid null_blocks_value _.
exact: (grid_comp id (fun y : 'rV[F]_(b.+1 * m) * 'rV[F]_0 => vec_mx y.1) fs).
Qed.
End Rank.

Lemma top_coef (R : ringType) (p : {poly R}) K : size p = K.+1 -> p`_K != 0.
Proof. by move=> sp; rewrite -[K]/(K.+1.-1) -sp -/(lead_coef p) lead_coef_eq0 -size_poly_eq0 sp. Qed.

(* the first of n + 1 elements of a set may be chosen *)
Lemma choose_from (T : finType) (P : pred T) x n : P x -> (n < #|P|)%N ->
  exists f : 'I_n.+1 -> T, [/\ injective f, forall i, P (f i) & f ord0 = x].
Proof.
move=> Px nP; pose s := x :: rem x (enum P).
have us : uniq s by rewrite /= mem_rem_uniq ?enum_uniq // inE eqxx /= rem_uniq // enum_uniq.
have zs : size s = #|P| by rewrite /= size_rem ?mem_enum // -cardE prednK //; apply/card_gt0P; exists x.
have lt (i : 'I_n.+1) : (i < size s)%N by rewrite zs (leq_trans (ltn_ord i)).
exists (fun i => nth x s i); split=> [i j /eqP|i|//].
  by rewrite nth_uniq ?lt // => /eqP/val_inj.
by have /(mem_nth x) := lt i; rewrite inE => /orP[/eqP->//|/mem_rem]; rewrite mem_enum.
Qed.

Section Theorem54.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d C H da L k b m cp cm rho : nat) (tau : {poly F}) (os : seq pw_options).
Variables (S : pred 'I_n) (i : 'I_n) (p : 'I_d).
Hypotheses (k1 : (1 < k)%N) (st : size tau = k.+1) (so : size os = L) (res : all (fun o => att_res o && pw_res o) os).
Hypotheses (b0 : (0 < b)%N) (bS : (b <= minn #|S| #|predC S|)%N) (bm : (b <= m)%N) (bmd : (1 + b + m <= d)%N).
Hypothesis bC : (if k == 2 then 2 * b + 2 <= C else k.+1 ^ 2 * b <= C)%N.
Hypotheses (mcp : (m <= cp * da)%N) (bcm : (b <= cm * da)%N) (pairs : (cp * cm <= rho * H)%N).
Hypotheses (rho0 : (0 < rho)%N) (rhoL : (rho < L)%N) (first : (1 < rho)%N -> (b <= H %/ cm * da)%N).
Local Notation bound := (mc (b * m).+1 (k * (3 * k) ^ (L - rho - 1))).

Theorem transformer_lower : exists2 ls : seq (plain_block F d C),
  has_shape L H da (map (@p_heads F d C) ls) &
  sep_ge (fun x y => pw_net tau os (map (@unbiased F _ C) ls) (mix S x y) i p) bound.
Proof.
case: b b0 bS bm bmd bC bcm first => // b' _ bS' bm' bmd' bC' bcm' first'.
case: rho rho0 rhoL pairs first' => // rho' _ rhoL' pairs' first'.
have C1 : (1 < C)%N.
  move: bC'; case: eqP => _; first by lia.
  by apply: leq_trans; apply: leq_trans (leq_pmulr _ _) => //; rewrite -[1%N]/(1 ^ 2)%N ltn_exp2r // ltnS ltnW.
have da0 : (0 < da)%N by case: da bcm' => //; rewrite muln0.
have H0 : (0 < H)%N.
  case: H pairs' => [|//]; rewrite muln0 leqn0 muln_eq0 => /orP[] /eqP E.
    by move: mcp; rewrite E mul0n; lia.
  by move: bcm'; rewrite E mul0n.
have [|nm [nmI _ nm0]] := @choose_from [finType of 'I_d] predT p (b'.+1 + m) isT.
  by rewrite cardT size_enum_ord; lia.
pose mk (k : 'I_b'.+1) := nm (lift ord0 (lshift m k)); pose pl (q : 'I_m) := nm (lift ord0 (rshift b'.+1 q)).
have mI : injective mk by move=> x y /nmI/lift_inj/lshift_inj.
have pI : injective pl by move=> x y /nmI/lift_inj/rshift_inj.
have flm x : p != mk x by rewrite -nm0 (inj_eq nmI) neq_lift.
have flp x : p != pl x by rewrite -nm0 (inj_eq nmI) neq_lift.
have mp x y : mk x != pl y by rewrite (inj_eq nmI) (inj_eq lift_inj) eq_lrshift.
have all_read (q : 'I_m) (x : 'I_b'.+1) : (group da cm q x < rho'.+1 * H)%N.
  have qc : (q %/ da < cp)%N by rewrite ltn_divLR // (leq_trans (ltn_ord q)).
  have xc : (x %/ da < cm)%N by rewrite ltn_divLR // (leq_trans (ltn_ord x)).
  apply: leq_trans pairs'; apply: (@leq_trans ((q %/ da).+1 * cm)); last by rewrite leq_mul2r qc orbT.
  by rewrite /group mulSn addnC ltn_add2r.
pose r (x : 'I_b'.+1) := pl (widen_ord bm' x).
have [g [us [g0 uC us_other us_phi]]] : exists g (us : seq (hidden F d)), [/\ g != 0, (size us <= C)%N,
    forall u x, x != mk ord0 -> hidden_val tau us u x = 0 &
    forall u : 'rV[F]_d, u 0 p = 1 -> hidden_val tau us u (mk ord0) = g * \sum_(x < b'.+1) u 0 (mk x) * u 0 (r x)].
  move: bC'; case: eqP => [k2|_] bC'.
    have st3 : size tau = 3%N by rewrite st k2.
    exists (4%:R * tau`_2), (square_units F p (mk ord0) mk r); split=> [|||u _].
    - by rewrite mulf_neq0 ?((charf0P F).1 charF) ?top_coef.
    - by rewrite size_square_units.
    - by move=> u x /negPf xm; rewrite square_unitsE // xm mul0r.
    by rewrite square_unitsE // eqxx mul1r.
  have [g g0 gE] := product_unitsP p (mk ord0) mk r charF st k1.
  exists g, (product_units p (mk ord0) mk r charF st k1); split=> // [|u x /negPf xm].
    by rewrite size_product_units.
  by rewrite product_unitsE xm mul0r.
pose ls := transformer_weights p mk pl bm' C H da cm rho' (L - rho'.+1 - 1) us : seq (plain_block F d C).
exists ls.
  have := @shape_transformer F d b' m p mk pl bm' C H da cm rho' (L - rho'.+1 - 1) us da0 H0.
  by rewrite (_ : (rho' + (L - rho'.+1 - 1).+2)%N = L) //; lia.
have sls : size os = size ls.
  by rewrite so /ls /transformer_weights size_cat /= size_nseq size_map size_iota; lia.
have one (T : pred 'I_n) s : T i -> (b' < #|T|)%N -> (b' < #|predC T|)%N ->
    sep_le (fun x y : 'M[F]_(n, d) => pw_net tau os (map (@unbiased F _ C) ls) (mix T x y) i p) s ->
    (mc (b'.+1 * m).+1 (k * (3 * k) ^ (L - rho'.+1 - 1)) <= s)%N.
  move=> Ti bA bB /sep_grid fs; have /card_gt0P[j Tj] : (0 < #|predC T|)%N by apply: leq_ltn_trans bB.
  have [fa [aI aT a0]] := choose_from Ti bA; have [fb [bI bT _]] := choose_from Tj bB.
  have ab x y : fa x != fb y by apply: contraTneq (aT x) => ->; apply: bT.
  have sP := @size_flag_poly F tau charF k b'.+1 (L - rho'.+1 - 1) k1 st isT.
  apply: (@blocks_value_lower F charF b' m bm' g (flag_poly tau b'.+1 (L - rho'.+1 - 1)) g0).
    exact: top_coef sP.
  apply: eq_grid (grid_comp (fun wq => sel F fa *m rowsA p mk pl wq.1 wq.2) (fun T' => sel F fb *m rowsB mk pl T') fs).
  move=> [w q] T' /=; rewrite pw_net_res // -a0.
  rewrite -(@transformer_value F n d b' m fa fb p mk pl aI bI ab bm' mI pI flm flp mp tau C H da cm rho' _ g us) //.
  suff -> : mix T (sel F fa *m rowsA p mk pl w q) (sel F fb *m rowsB mk pl T') = tokens fa fb p mk pl w q T' by [].
  apply/matrixP=> t x; rewrite mxE [RHS]mxE; case: ifP => Tt.
    by rewrite [X in _ + X]sel_out ?addr0 // => y; apply: contraTneq Tt => ->; apply: bT.
  by rewrite [X in X + _]sel_out ?add0r // => y; apply: contraFneq Tt => ->; apply: aT.
move: bS'; rewrite leq_min => /andP[bA bB] s fs; case Si: (S i); first exact: (one S).
apply: (one (predC S)) => //; first by rewrite /= Si.
  by rewrite (_ : #|_| = #|S|) //; apply: eq_card => x; rewrite !inE negbK.
by apply: eq_sep_le (sep_le_sym fs) => x y; rewrite Attention.mixC.
Qed.

Corollary transformer_lower_generic : exists2 P : {mpoly F[#|pw_index L H da d C|]}, P != 0 &
  forall w, P.@[w] != 0 -> sep_ge (fun x y => pw_net tau os (pw_layers w) (mix S x y) i p) bound.
Proof. exact: (pw_lower_generic charF transformer_lower). Qed.
End Theorem54.
