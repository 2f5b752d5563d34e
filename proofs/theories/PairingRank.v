(* theory.md Lemma 3.6, its simple bound: on the inputs that Theorem 3.8 uses,*)
(* the kernel (e + <Z,S>)^K, e = 0 or 1, has rank at least mc(v + e, K),      *)
(*   v = tau m - tau (tau - 1)/2,  tau = min(r, s, m),                        *)
(* in characteristic 0. For e = 0 this is <Z,S>^K >= mc(v,K); for e = 1 it is *)
(* the sum over kappa <= K of these, by sum_mc. The sharper h(m,tau;kappa) is *)
(* not here. The proof is theory.md's with the varieties replaced by null     *)
(* spaces: a polynomial that vanishes on the Z of one signature vanishes on   *)
(* those of all (quad_signs); sums of squares pair positively over the        *)
(* rationals (null_positive); and the entries (i,j), i < tau, i <= j are      *)
(* independent on the Z of rank at most tau (quad_free).                      *)
(*                                                                            *)
(*   vfree m tau    == tau m - 'C(tau, 2)                                     *)
(*   quad l Y       == Y^T diag(l) Y, a symmetric matrix of rank at most tau  *)
(*   pairing Z S    == \sum_i \sum_j Z i j * S i j                            *)
(*   kernel e K Z S == (e%:R + pairing Z S)^K                                 *)
(*   pairZ a1 a2 S  == \sum_q a_q S a'_q^T, a_q the rows of a1, a'_q those of *)
(*                     a2, or again of a1 when a2 has no more                 *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From Seprank Require Import SepRank RankModP GridRank PowerRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition vfree m tau := (tau * m - 'C(tau, 2))%N.

Lemma sum_mc v K : (\sum_(k < K.+1) mc v k = mc v.+1 K)%N.
Proof.
rewrite /mc addSn /=; elim: K => [|K IH]; first by rewrite big_ord_recl big_ord0 !bin0.
rewrite big_ord_recr /= IH; case: v {IH} => [|v]; last by rewrite !addSn /= addnS binS addnC.
by rewrite !add0n /= !binn bin_small.
Qed.

Section Kernel.
Variables (R : comRingType) (m : nat) (e : bool) (K : nat).

Definition quad t (l : 'rV[R]_t) (Y : 'M[R]_(t, m)) := \matrix_(i, j) \sum_k l 0 k * (Y k i * Y k j).
Definition gram t (Y : 'M[R]_(t, m)) := Y^T *m Y.
Definition pairing (Z S : 'M[R]_m) := \sum_i \sum_j Z i j * S i j.
Definition kernel (Z S : 'M[R]_m) := (e%:R + pairing Z S) ^+ K.

Lemma gram_quad t (Y : 'M_(t, m)) : gram Y = quad (const_mx 1) Y.
Proof. by apply/matrixP=> i j; rewrite !mxE; apply: eq_bigr => k _; rewrite !mxE mul1r. Qed.

Lemma gramZ t c (Y : 'M_(t, m)) : gram (c *: Y) = c ^+ 2 *: gram Y.
Proof. by rewrite /gram [X in X *m _]linearZ -scalemxAl -scalemxAr scalerA. Qed.

Lemma gram_pid t t' (Y : 'M_(t, m)) : (t <= t')%N -> gram ((pid_mx t : 'M_(t', t)) *m Y) = gram Y.
Proof. by move=> tt; rewrite /gram trmx_mul mulmxA -(mulmxA Y^T) tr_pid_mx pid_mx_id // pid_mx_1 mulmx1. Qed.

(* the entries of Z and the constant e, as variables *)
Definition vars := [finType of option ('I_m * 'I_m)].
Definition feature (Z : 'M[R]_m) (x : vars) : R := if x is Some ij then Z ij.1 ij.2 else e%:R.

Lemma kernelE Z S : kernel Z S =
  \sum_(a : mon vars K) (mult (val a))%:R * (feature Z ^^ (val a) * feature S ^^ (val a)).
Proof.
have -> : kernel Z S = (\sum_x feature Z x * feature S x) ^+ K.
  rewrite (bigD1 None) //= (reindex_omap Some id) /= => [|[]//].
  rewrite -natrM mulnb andbb /kernel /pairing pair_bigA /=; congr ((_ + _) ^+ K).
  by apply: eq_bigl => x; rewrite eqxx.
rewrite multinomial; apply: eq_bigr => a _; congr (_ * _).
by rewrite -big_split; apply: eq_bigr => x _; rewrite exprMn.
Qed.
End Kernel.

Lemma kernel_map (R R' : comRingType) (f : {rmorphism R -> R'}) m e K t (b b' : 'M[R]_(t, m)) :
  f (kernel e K (gram b) (gram b')) = kernel e K (gram (map_mx f b)) (gram (map_mx f b')).
Proof.
rewrite /kernel /pairing rmorphX rmorphD rmorph_nat rmorph_sum; congr ((_ + _) ^+ _).
apply: eq_bigr => i _; rewrite rmorph_sum; apply: eq_bigr => j _.
by rewrite rmorphM /gram !map_trmx -!map_mxM !mxE.
Qed.

Section Quad.
Variables (F : fieldType) (charF : [char F] =i pred0) (m : nat).
Implicit Types (p : 'M[F]_m -> F) (Z S : 'M[F]_m).

Lemma linepoly_shift p R : linepoly p -> linepoly (fun Z => p (Z + R)).
Proof. by move=> lp v w; have [q qE] := lp (v + R) w; exists q => t; rewrite -qE addrAC. Qed.

(* from one signature to all *)
Lemma quad_signs t p (l0 : 'rV[F]_t) : linepoly p -> (forall k, l0 0 k != 0) ->
  (forall Y : 'M_(t, m), p (quad l0 Y) = 0) -> forall l (Y : 'M_(t, m)), p (quad l Y) = 0.
Proof.
move=> lp l0n H l Y.
have step n : (n <= t)%N -> forall l : 'rV_t, (forall k : 'I_t, (n <= k)%N -> l 0 k = l0 0 k) ->
    forall Y : 'M_(t, m), p (quad l Y) = 0.
  elim: n => [_|n IH nt] {}l ll {}Y.
    by rewrite (_ : l = l0) //; apply/rowP=> k; apply: ll.
  pose k0 := Ordinal nt; pose D : 'M[F]_m := \matrix_(i, j) (Y k0 i * Y k0 j).
  pose l1 : 'rV[F]_t := \row_k if k == k0 then 0 else l 0 k.
  have quad1 x : quad (l1 + x *: delta_mx 0 k0) Y = quad l1 Y + x *: D.
    apply/matrixP=> i j; rewrite !mxE (bigD1 k0) // [in RHS](bigD1 k0) //= !mxE !eqxx mulr1 mul0r !add0r addrC.
    by congr (_ + _); apply: eq_bigr => k /negPf kk; rewrite !mxE kk mulr0 addr0.
  have [q qE] := lp (quad l1 Y) D.
  have q0 : q = 0.
    apply: (@poly_zeros F q (fun x => l0 0 k0 * x%:R ^+ 2)) => [x y|x].
      move/(mulfI (l0n k0)); rewrite -!natrX => /(natF_inj charF)/eqP.
      by rewrite eqn_sqr => /eqP.
    pose l2 : 'rV[F]_t := \row_k if k == k0 then l0 0 k0 else l 0 k.
    rewrite -qE -quad1 -(IH (ltnW nt) l2 _ (\matrix_(k, j) (if k == k0 then x%:R * Y k j else Y k j))); last first.
      move=> k nk; rewrite mxE; case: eqP => [->//|/eqP kk]; apply: ll.
      by rewrite ltn_neqAle nk andbT; apply: contra kk => /eqP nk'; apply/eqP/val_inj.
    congr p; apply/matrixP=> i j; rewrite !mxE; apply: eq_bigr => k _; rewrite !mxE eqxx /=.
    case: eqP => [->|_]; last by rewrite mulr0 addr0.
    by rewrite mulr1; move: (x%:R) => c; ring.
  have -> : l = l1 + l 0 k0 *: delta_mx 0 k0.
    by apply/rowP=> k; rewrite !mxE; case: eqP => [->|_]; rewrite ?mulr1 ?add0r ?mulr0 ?addr0.
  by rewrite quad1 qE q0 horner0.
by apply: (step t) => // k; rewrite leqNgt ltn_ord.
Qed.

(* the entries (i,j), i < t, i <= j are free *)
Lemma quad_free t p : (t <= m)%N -> linepoly p ->
  (forall Z Z', (forall i j : 'I_m, (i < t)%N -> (i <= j)%N -> Z i j = Z' i j) -> p Z = p Z') ->
  (forall (l : 'rV_t) (Y : 'M_(t, m)), p (quad l Y) = 0) -> forall Z, p Z = 0.
Proof.
move=> tm; suff step u n p' : (n + u = t)%N -> linepoly p' ->
    (forall Z Z', (forall i j : 'I_m, (i < t)%N -> (i <= j)%N -> Z i j = Z' i j) -> p' Z = p' Z') ->
    (forall (l : 'rV_t) (Y : 'M_(t, m)), (forall k : 'I_t, (k < n)%N -> l 0 k = 0) -> p' (quad l Y) = 0) ->
    forall Z, (forall i j : 'I_m, (i < n)%N -> (i <= j)%N -> Z i j = 0) -> p' Z = 0.
  by move=> lp pE H Z; apply: (step t 0%N p) => // l Y _; apply: H.
elim: u n p' => [|u IH] n p'.
  rewrite addn0 => -> lp pE H Z Z0; rewrite (pE Z (quad 0 (0 : 'M_(t, m)))) => [|i j it ij].
    by apply: H => k _; rewrite mxE.
  by rewrite Z0 // mxE big1 // => k _; rewrite mxE mul0r.
rewrite addnS => nut lp pE H Z Z0.
have nt : (n < t)%N by lia.
pose k0 := Ordinal nt; pose i0 := widen_ord tm k0.
have pivot Z1 : Z1 i0 i0 != 0 -> (forall i j : 'I_m, (i < n)%N -> (i <= j)%N -> Z1 i j = 0) -> p' Z1 = 0.
  move=> z0 Z10; set z := Z1 i0 i0.
  pose y : 'rV[F]_m := \row_j if (n <= j)%N then Z1 i0 j / z else 0.
  pose R : 'M[F]_m := \matrix_(i, j) (z * (y 0 i * y 0 j)).
  pose Z' : 'M[F]_m := \matrix_(i, j) if (i <= n)%N then 0 else (Z1 - R) i j.
  rewrite (pE Z1 (Z' + R)) => [|i j it ij].
    apply: (IH n.+1 (fun Z => p' (Z + R))) => //; first exact: linepoly_shift.
    - by move=> A B AB; apply: pE => i j it ij; rewrite !mxE AB.
    - move=> l Y l0; pose l' : 'rV[F]_t := \row_k if k == k0 then z else l 0 k.
      pose Y' : 'M[F]_(t, m) := \matrix_(k, j) if k == k0 then y 0 j else Y k j.
      have -> : quad l Y + R = quad l' Y'.
        apply/matrixP=> i j; rewrite !mxE (bigD1 k0) // [in RHS](bigD1 k0) //= !mxE eqxx l0 //= mul0r add0r addrC.
        by congr (_ + _); apply: eq_bigr => k /negPf kk; rewrite !mxE kk.
      by apply: H => k kn; rewrite mxE; case: eqP kn => [->|_ /leqW/l0//]; rewrite ltnn.
    - by move=> i j it ij; rewrite mxE -ltnS it.
  rewrite !mxE; case: ltngtP => [ni|ni|ni].
  - by rewrite (Z10 _ _ ni ij) mul0r mulr0 addr0.
  - by rewrite subrK.
  - have -> : i = i0 by apply: val_inj.
    by rewrite -ni ij divff // mul1r add0r mulrC divfK.
have [z0|/pivot] := eqVneq (Z i0 i0) 0; last exact.
apply: (linepoly0 charF (w := delta_mx i0 i0)) => // x x0; apply: pivot => [|i j ii ij].
  by rewrite !mxE z0 !eqxx mulr1 add0r.
rewrite !mxE Z0 // add0r (_ : (i == i0) = false) ?mulr0 //.
by apply/negP=> /eqP ie; move: ii; rewrite ie ltnn.
Qed.
End Quad.

(* the free variables: entries (i,j) with i < tau, i <= j, and the constant *)
Section Free.
Variables (m tau : nat) (e : bool) (K : nat).
Definition is_free (x : vars m) := if x is Some ij then (ij.1 < tau)%N && (ij.1 <= ij.2)%N else e.
Definition free := [finType of {x : vars m | is_free x}].

Lemma card_free : (tau <= m)%N -> #|free| = (vfree m tau + e)%N.
Proof.
move=> tm; have -> : #|free| = (\sum_x is_free x)%N.
  by rewrite card_sig -sum1_card big_mkcond; apply: eq_bigr => x _; rewrite inE; case: is_free.
rewrite (bigD1 None) //= (reindex_omap Some id) /= => [|[]//]; rewrite addnC; congr (_ + _)%N.
rewrite (eq_bigl xpredT) => [|x]; last by rewrite eqxx.
rewrite -(pair_bigA _ (fun i j : 'I_m => (i < tau) && (i <= j) : nat)%N) /=.
have row (i : 'I_m) : (\sum_(j < m) ((i < tau) && (i <= j)) = if i < tau then m - i else 0)%N.
  case: ltnP => _ /=; last by rewrite big1.
  rewrite (eq_bigr (fun j : 'I_m => if i <= j then 1 else 0)%N) => [|j _]; last by case: leq.
  by rewrite -big_mkcond -(big_geq_mkord i m xpredT (fun=> 1%N)) sum_nat_const_nat muln1.
rewrite (eq_bigr _ (fun i _ => row i)) -big_mkcond /= -(big_ord_widen m (fun i => m - i)%N tm) /vfree.
have : (\sum_(i < tau) (m - i) + \sum_(i < tau) i = tau * m)%N.
  rewrite -big_split -[in RHS](card_ord tau) -sum_nat_const; apply: eq_bigr => i _ /=.
  by rewrite subnK // ltnW // (leq_trans (ltn_ord i)).
by rewrite -(big_mkord xpredT id) triangular_sum; lia.
Qed.

Lemma free_indep (F : fieldType) (charF : [char F] =i pred0) (c : mon free K -> F) :
  (forall Z : 'M[F]_m, \sum_b c b * (fun x : free => feature e Z (val x)) ^^ (val b) = 0) -> forall b, c b = 0.
Proof.
move=> H; apply: (mon_indep charF) => z; pose p (z : free -> F) := \sum_b c b * z ^^ (val b).
have eq_p z1 z2 : z1 =1 z2 -> p z1 = p z2.
  by move=> zz; apply: eq_bigr => b _; congr (_ * _); apply: eq_bigr => x _; rewrite zz.
have p1 z1 : (forall x, val x = None -> z1 x = 1) -> p z1 = 0.
  move=> z11; rewrite -(H (\matrix_(i, j) oapp z1 0 (insub (Some (i, j))))); apply: eq_p => x.
  have := valP x; rewrite /=; case E: (val x) => [[i j]|] /= xf; first by rewrite mxE -E valK.
  by rewrite z11 // xf.
pose zy y (x : free) := if val x == None then y else z x.
have py y : y != 0 -> p (zy y) = 0.
  move=> y0; apply/eqP; rewrite -(mulrI_eq0 _ (mulfI (expf_neq0 K (invr_neq0 y0)))).
  rewrite -[X in _ == X](p1 (fun x => y^-1 * zy y x)) => [|x xN]; last by rewrite /zy xN mulVf.
  rewrite /p mulr_sumr; apply/eqP/eq_bigr => b _; rewrite mulrCA; congr (_ * _).
  rewrite [RHS](eq_bigr _ (fun x _ => exprMn _ _ _)) big_split /= prodrXr (eqP (valP b)).
  by [].
pose q : {poly F} := \sum_b c b *: \prod_x (if val x == None then 'X else (z x)%:P) ^+ (val b) x.
have qE y : q.[y] = p (zy y).
  rewrite horner_sum; apply: eq_bigr => b _; rewrite hornerZ horner_prod; congr (_ * _).
  by apply: eq_bigr => x _; rewrite horner_exp /zy; case: eqP; rewrite ?hornerX ?hornerC.
have q0 : q = 0.
  apply: (@poly_zeros F q (fun n => n.+1%:R)) => [x y /(natF_inj charF)[]//|n].
  by rewrite qE py // -[0]/(0%:R) (inj_eq (natF_inj charF)).
rewrite -/(p z) -(eq_p (zy (oapp z 0 (insub None)))) -?qE ?q0 ?horner0 // => x.
by rewrite /zy; case: eqP => // <-; rewrite valK.
Qed.

Definition extend (b : mon free K) : expo (vars m) K := [ffun x => oapp (val b) ord0 (insub x)].
Lemma extendE (R : comRingType) (f : vars m -> R) b : f ^^ (extend b) = (fun x : free => f (val x)) ^^ (val b).
Proof.
rewrite /mono (bigID is_free) /= [X in _ * X]big1 ?mulr1 => [|x /negPf xf]; last by rewrite ffunE insubF.
rewrite (reindex_omap (val : free -> _) insub) => [|x xf]; last by rewrite insubT.
by apply: eq_big => [x|x _]; rewrite ?(valP x) ?valK ?eqxx // ffunE valK.
Qed.

Lemma extend_deg b : (\sum_x extend b x == K)%N.
Proof.
rewrite (bigID is_free) /= [X in (_ + X)%N]big1 ?addn0 => [|x /negPf xf]; last by rewrite ffunE insubF.
rewrite (reindex_omap (val : free -> _) insub) => [|x xf]; last by rewrite insubT.
rewrite -[X in _ == X](eqP (valP b)); apply/eqP.
by apply: eq_big => [x|x _]; rewrite ?(valP x) ?valK ?eqxx // ffunE valK.
Qed.
End Free.

Lemma intF_eq0 (F : fieldType) (charF : [char F] =i pred0) (z : int) : (z%:~R == 0 :> F) = (z == 0).
Proof. by case: z => n; rewrite ?NegzE ?mulrNz ?oppr_eq0 -pmulrn ((charf0P F).1 charF). Qed.

(* an integer-valued function has grids over the rationals of no larger rank *)
Lemma grid_rat (F : fieldType) (charF : [char F] =i pred0) X Y (f : X -> Y -> int) s :
  grid_le (fun x y => (f x y)%:~R : F) s -> grid_le (fun x y => (f x y)%:~R : rat) s.
Proof.
move=> fs m n xs ys; pose A : 'M[int]_(m, n) := \matrix_(i, j) f (xs i) (ys j).
have gE (K : fieldType) : grid (fun x y => (f x y)%:~R : K) xs ys = redmx A K by apply/matrixP=> i j; rewrite !mxE.
have [a [b]] := mxrank_minor (grid (fun x y => (f x y)%:~R : rat) xs ys).
set r := \rank _ in a b *; rewrite gE -map_mxsub det_intr intr_eq0 => D.
have U : mxsub a b (redmx A F) \in unitmx.
  by rewrite unitmxE unitfE -map_mxsub det_intr intF_eq0.
by rewrite -(mxrank_unit U); apply: leq_trans (mxrank_mxsub _ _ _) _; rewrite -gE.
Qed.

Section Positive.
Variables (m tau : nat) (e : bool) (K : nat).
Local Notation map_rat := (map_mx (fun z : int => z%:~R : rat)).
Implicit Types b : 'M[int]_(tau, m).

(* sums of squares pair positively *)
Lemma null_positive :
  null_le (fun b b' => kernel e K (gram (map_rat b)) (gram (map_rat b')))
          (fun (a : mon (vars m) K) b => feature e (gram (map_rat b)) ^^ (val a)).
Proof.
move=> N bs c H a; pose phi (a : mon (vars m) K) b := feature e (gram (map_rat b)) ^^ (val a).
pose u a := \sum_j c j * phi a (bs j).
have S0 : \sum_a (mult (val a))%:R * u a ^+ 2 = 0.
  transitivity (\sum_i c i * \sum_j c j * kernel e K (gram (map_rat (bs i))) (gram (map_rat (bs j)))); last first.
    by rewrite big1 // => i _; rewrite H mulr0.
  under [RHS]eq_bigr do (under eq_bigr do rewrite kernelE mulr_sumr; rewrite exchange_big mulr_sumr).
  rewrite exchange_big; apply: eq_bigr => a' _; rewrite expr2 mulr_suml mulr_sumr; apply: eq_bigr => i _.
  rewrite /u !mulr_sumr; apply: eq_bigr => j _; rewrite /phi.
  by move: (mult _)%:R (_ ^^ _) (_ ^^ _) => M x y; ring.
have /eqP : (mult (val a))%:R * u a ^+ 2 = 0.
  by apply: (psumr_eq0P _ S0) => // b _; rewrite mulr_ge0 ?ler0n ?sqr_ge0.
by rewrite mulf_eq0 (negPf (mult_neq0 (char_num _) a)) expf_eq0 /= => /eqP.
Qed.

Lemma rat_scale (b : 'M[rat]_(tau, m)) : exists D : int, D != 0 /\ exists b0, b = D%:~R^-1 *: map_rat b0.
Proof.
pose d (x : 'I_tau * 'I_m) := denq (b x.1 x.2); exists (\prod_x d x).
have D0 : \prod_x d x != 0 by apply/prodf_neq0 => x _; apply: denq_neq0.
split=> //; exists (\matrix_(i, j) (numq (b i j) * \prod_(x | x != (i, j)) d x)).
apply/matrixP=> i j; rewrite !mxE intrM numqE.
have DE : \prod_x d x = denq (b i j) * \prod_(x | x != (i, j)) d x by rewrite (bigD1 (i, j)).
by rewrite -mulrA -intrM -DE mulrCA mulVf ?mulr1 // intr_eq0.
Qed.

Lemma gram_indep (c : mon (free m tau e) K -> rat) : (tau <= m)%N ->
  (forall b, \sum_a c a * (fun x : free m tau e => feature e (gram (map_rat b)) (val x)) ^^ (val a) = 0) ->
  forall a, c a = 0.
Proof.
move=> tm H; apply: (free_indep (char_num _)) => Z.
pose p (Z : 'M[rat]_m) := \sum_a c a * (fun x : free m tau e => feature e Z (val x)) ^^ (val a).
have lp : linepoly p.
  apply: lpS => a; apply: lpM; first exact: lpC.
  apply: lpP => x; apply: lpX; case: (val x) => [[i j]|]; [exact: lp_mx | exact: lpC].
rewrite -/(p Z); move: Z; apply: (quad_free (char_num _) tm lp) => [Z Z' ZZ|].
  apply: eq_bigr => a _; congr (_ * _); apply: eq_bigr => x _; congr (_ ^+ _).
  by have := valP x; rewrite /=; case: (val x) => [[i j]|] //= /andP[]; apply: ZZ.
apply: (quad_signs (char_num _) lp (l0 := const_mx 1)) => [k|b]; first by rewrite mxE oner_neq0.
have [D [D0 [b0 ->]]] := rat_scale b; have [q qE] := lp 0 (gram (map_rat b0)).
have q0 : q = 0.
  apply: (@poly_zeros _ q (fun n => n%:R ^+ 2)) => [x y|n].
    by rewrite -!natrX => /(natF_inj (char_num _))/eqP; rewrite eqn_sqr => /eqP.
  by rewrite -qE add0r -[RHS](H ((n : int) *: b0)) /= map_mxZ gramZ.
by rewrite -gram_quad gramZ; have := qE (D%:~R^-1 ^+ 2); rewrite add0r q0 horner0.
Qed.
End Positive.

Theorem kernel_lower (F : fieldType) (charF : [char F] =i pred0) m tau (e : bool) K s : (tau <= m)%N ->
  grid_le (fun b b' : 'M[F]_(tau, m) => kernel e K (gram b) (gram b')) s ->
  (mc (vfree m tau + e) K <= s)%N.
Proof.
move=> tm fs.
have mE (R : fieldType) (b b' : 'M[int]_(tau, m)) : kernel e K (gram (map_mx (intr : int -> R) b)) (gram (map_mx (intr : int -> R) b')) =
    (kernel e K (gram b) (gram b') : int)%:~R :> R.
  by symmetry; apply: (kernel_map [rmorphism of intmul (1 : R)]).
have {}fs : grid_le (fun b b' : 'M[int]_(tau, m) => (kernel e K (gram b) (gram b') : int)%:~R : F) s.
  by apply: eq_grid (grid_comp (map_mx intr) (map_mx intr) fs) => b b'; rewrite mE.
have {}fs := eq_grid (fun b b' => esym (mE [fieldType of rat] b b')) (grid_rat charF fs).
pose ext (a : mon (free m tau e) K) : mon (vars m) K := exist _ (extend a) (extend_deg a).
have {}fs := grid_comp ext id (null_grid (@null_positive m tau e K) fs).
rewrite -card_free // -card_mon; apply: indep_grid (eq_grid (fun a b => extendE _ a) fs) => c.
exact: gram_indep.
Qed.

(* the Z of Theorem 3.8 *)
Section Pairs.
Variables (F : fieldType) (charF : [char F] =i pred0) (m rho sigma : nat) (sr : (sigma <= rho)%N).
Implicit Types (u v : 'rV[F]_m) (S : 'M[F]_m).

Definition form S u v := (u *m S *m v^T) 0 0.
Definition mate (a1 : 'M[F]_(rho, m)) (a2 : 'M[F]_(sigma, m)) (q : 'I_rho) :=
  if insub (val q) is Some q' then row (q' : 'I_sigma) a2 else row q a1.
Definition pairZ a1 a2 S := \sum_q form S (row q a1) (mate a1 a2 q).

Lemma formE S u v : form S u v = \sum_i \sum_j u 0 i * S i j * v 0 j.
Proof.
rewrite /form mxE exchange_big; apply: eq_bigr => j _; rewrite !mxE mulr_suml.
by apply: eq_bigr => i _.
Qed.

Lemma pairing_quad t (l : 'rV[F]_t) (Y : 'M_(t, m)) S : pairing (quad l Y) S = \sum_k l 0 k * form S (row k Y) (row k Y).
Proof.
under [RHS]eq_bigr do rewrite formE mulr_sumr; rewrite exchange_big; apply: eq_bigr => i _ /=.
under [RHS]eq_bigr do rewrite mulr_sumr; rewrite exchange_big; apply: eq_bigr => j _ /=.
rewrite mxE mulr_suml; apply: eq_bigr => k _; rewrite !mxE -!mulrA; congr (_ * (_ * _)).
exact: mulrC.
Qed.

Lemma pairing_linepoly S : linepoly (fun Z : 'M[F]_m => pairing Z S).
Proof. by apply: lpS => i; apply: lpS => j; apply: lpM; [apply: lp_mx | apply: lpC]. Qed.

Lemma form_diff S u v : S^T = S -> form S (u + v) (u - v) = form S u u - form S v v.
Proof.
move=> ST; have vu : form S v u = form S u v.
  by rewrite /form -[v *m S *m u^T]trmxK [LHS]mxE !trmx_mul trmxK ST mulmxA.
have -> : form S (u + v) (u - v) = form S u u - form S u v + (form S v u - form S v v).
  by rewrite /form linearB /= !mulmxDl !mulmxBr !mxE.
by rewrite vu; ring.
Qed.

Lemma null_pairs (e : bool) K t s : (t <= rho + sigma)%N ->
  null_le (fun (a : 'M[F]_(rho, m) * 'M[F]_(sigma, m)) (b : 'M[F]_(s, m)) =>
             (e%:R + pairZ a.1 a.2 (gram b)) ^+ K)
          (fun (y : 'M[F]_(t, m)) b => kernel e K (gram y) (gram b)).
Proof.
move=> tr N bs c H y; pose p Z := \sum_j c j * kernel e K Z (gram (bs j)).
have lp : linepoly p.
  apply: lpS => j; apply: lpM; first exact: lpC.
  by apply: lpX; apply: lpD; [apply: lpC | apply: pairing_linepoly].
rewrite -/(p _) -(gram_pid y tr) gram_quad.
apply: (quad_signs charF lp (l0 := row_mx (const_mx 1) (const_mx (-1)))) => [k|Y].
  by rewrite mxE; case: splitP => k' _; rewrite mxE ?oppr_eq0 oner_neq0.
pose Y1 := usubmx Y; pose Y2 := dsubmx Y.
pose ext (q : 'I_rho) : 'rV[F]_m := if insub (val q) is Some q' then row (q' : 'I_sigma) Y2 else 0.
pose a1 := \matrix_(q < rho) (row q Y1 + ext q).
pose a2 := \matrix_(q < sigma) (row (widen_ord sr q) Y1 - row q Y2).
rewrite -[RHS](H (a1, a2)); apply: eq_bigr => j _; congr (_ * (_ + _) ^+ _); set S := gram _.
have ST : S^T = S by rewrite /S /gram trmx_mul trmxK.
have mE q : mate a1 a2 q = row q Y1 - ext q.
  rewrite /mate; case E: (insub (val q)) => [q'|]; rewrite rowK /ext E ?addr0 ?subr0 //.
  by congr (row _ _ - _); apply: val_inj; move: E; case: insubP => // ? _ <- [->].
have fE q : form S (row q a1) (mate a1 a2 q) = form S (row q Y1) (row q Y1) - form S (ext q) (ext q).
  by rewrite mE rowK form_diff.
rewrite pairing_quad big_split_ord /= /pairZ (eq_bigr _ (fun q _ => fE q)) sumrB; congr (_ + _).
  by apply: eq_bigr => q _; rewrite row_mxEl mxE mul1r -row_usubmx.
rewrite -sumrN (bigID (fun q : 'I_rho => (q < sigma)%N)) /= [X in _ = _ + X]big1 ?addr0 => [|q qs]; last first.
  by rewrite /ext insubF ?(negPf qs) // /form mul0mx mul0mx mxE oppr0.
rewrite (reindex_omap (widen_ord sr) (fun q => insub (val q))) /= => [|q qs]; last first.
  by rewrite insubT; congr Some; apply: val_inj.
have iq (q : 'I_sigma) : insub (val (widen_ord sr q)) = Some q := valK q.
apply: eq_big => [q|q _]; first by rewrite ltn_ord iq eqxx.
by rewrite row_mxEr mxE mulN1r /ext iq row_dsubmx.
Qed.

(* Lemma 3.6, simple bound *)
Theorem pairing_lower (e : bool) K t s r : (t <= rho + sigma)%N -> (t <= s)%N -> (t <= m)%N ->
  grid_le (fun (a : 'M[F]_(rho, m) * 'M[F]_(sigma, m)) (b : 'M[F]_(s, m)) =>
             (e%:R + pairZ a.1 a.2 (gram b)) ^+ K) r ->
  (mc (vfree m t + e) K <= r)%N.
Proof.
move=> tr ts tm /(null_grid (null_pairs tr)) fs; apply: (kernel_lower charF tm).
by apply: eq_grid (grid_comp id (mulmx (pid_mx t : 'M_(s, t))) fs) => y b; rewrite gram_pid.
Qed.
End Pairs.
