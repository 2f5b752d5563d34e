(* theory.md Theorem 3.8, with the simple bound mc(v + 1, K): depth L >= c+1, *)
(* c >= 1, n <= H heads used, r >= 1 markers, q carriers, m = d - r - q,      *)
(*   ceil(r/2) <= n q,  q <= n^(c-1),  2q <= da,  r + q <= min(da, |A|),      *)
(*   tau = min(r, |B|, m),  v = tau m - tau (tau-1)/2,  K = 3^(L-1-c),        *)
(* A the side of the output token i. theory.md has q = ceil(ceil(r/2)/n), the *)
(* least q allowed here, and m >= 1, not needed. The same with any lower bound *)
(* of the rank of (1 + <Z,S>)^K for the number is heads_core; with the sum of  *)
(* h(m,tau;kappa) it is in PairingGram.v.                                      *)
(*                                                                            *)
(*   rho, sigma  == ceil(r/2), floor(r/2): the pairs are (x, rho + x), x <    *)
(*                  sigma, and (rho - 1, rho - 1) if r is odd                 *)
(*   sel f       == the 0/1 matrix whose column j indicates token f j         *)
(*   cg, te, ub  == the tokens g_i; (e_k,a_k); (0,b_j), as rows               *)
(*   headsW c l  == the weights: (block h, P) in layer 1, P the projection on *)
(*                  the markers; c + 1 layers that sum; l that cube           *)
(*   const_part a == the function c(A) of the proof                           *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
From Seprank Require Import PairingRank SummingStage.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* (c(t) + t^2 z_j)^K: the parts of different degree in z separate *)
Lemma binomial_parts (F : fieldType) (charF : [char F] =i pred0) K N (c z : 'I_N -> F) (q : {poly F}) :
  q.[0] != 0 -> (forall t, t != 0 -> \sum_j c j * (q.[t] + t ^+ 2 * z j) ^+ K = 0) ->
  \sum_j c j * (1 + z j) ^+ K = 0.
Proof.
move=> q0 H0; have H t : \sum_j c j * (q.[t] + t ^+ 2 * z j) ^+ K = 0.
  pose p := \sum_j c j *: (q + z j *: 'X^2) ^+ K.
  have pE x : p.[x] = \sum_j c j * (q.[x] + x ^+ 2 * z j) ^+ K.
    rewrite horner_sum; apply: eq_bigr => j _.
    by rewrite hornerZ horner_exp hornerD hornerZ hornerXn [z j * _]mulrC.
  rewrite -pE (_ : p = 0) ?horner0 //; apply: (@poly_zeros F p (fun n => n.+1%:R)) => [x y /(natF_inj charF)[]//|n].
  by rewrite pE H0 // -[0]/(0%:R) (inj_eq (natF_inj charF)).
pose P (k : 'I_K.+1) := 'C(K, k)%:R * \sum_j c j * z j ^+ k.
have P0 : forall k, P k = 0.
  apply: (lowest_parts (w := 2) (u := fun k => q ^+ (K - k)) charF) => // [k|t]; first by rewrite horner_exp expf_neq0.
  rewrite -[RHS](H t); under [RHS]eq_bigr do rewrite exprDn mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => k _; rewrite /P mulr_sumr mulr_suml; apply: eq_bigr => j _.
  rewrite horner_exp exprMn exprM -[X in _ = c j * X]mulr_natl.
  by move: ('C(K, k))%:R (z j ^+ k) (q.[t] ^+ _) (t ^+ 2 ^+ k) => x1 x2 x3 x4; ring.
under eq_bigr do rewrite exprDn mulr_sumr.
rewrite exchange_big big1 // => k _; rewrite -[RHS](P0 k) /P mulr_sumr; apply: eq_bigr => j _.
by rewrite expr1n mul1r -[X in c j * X]mulr_natl mulrCA.
Qed.

Lemma pairZ_scale (F : fieldType) m rho sigma x (a1 : 'M[F]_(rho, m)) (a2 : 'M_(sigma, m)) S :
  pairZ (x *: a1) (x *: a2) S = x ^+ 2 * pairZ a1 a2 S.
Proof.
rewrite /pairZ mulr_sumr; apply: eq_bigr => y _.
have -> : mate (x *: a1) (x *: a2) y = x *: mate a1 a2 y.
  by rewrite /mate; case: insub => [y'|]; rewrite linearZ.
rewrite /form [row y (x *: _)]linearZ; set w := mate _ _ _; have -> : (x *: w)^T = x *: w^T by rewrite linearZ.
by rewrite -!scalemxAl -scalemxAr scalerA [LHS]mxE expr2.
Qed.

Section Selection.
Variables (F : fieldType) (N : nat).
Definition sel k (f : 'I_k -> 'I_N) : 'M[F]_(N, k) := \matrix_(t, j) (t == f j)%:R.

Lemma sel_sel k k' (f : 'I_k -> 'I_N) (g : 'I_k' -> 'I_N) i j : ((sel f)^T *m sel g) i j = (f i == g j)%:R.
Proof.
rewrite mxE (bigD1 (f i)) //= big1 => [|t /negPf ti]; rewrite !mxE ?eqxx ?mul1r ?addr0 //.
by rewrite ti mul0r.
Qed.

Lemma sel_unit k (f : 'I_k -> 'I_N) : injective f -> (sel f)^T *m sel f = 1%:M.
Proof. by move=> fI; apply/matrixP=> i j; rewrite sel_sel mxE (inj_eq fI). Qed.

Lemma sel_orth k k' (f : 'I_k -> 'I_N) (g : 'I_k' -> 'I_N) : (forall i j, f i != g j) -> (sel f)^T *m sel g = 0.
Proof. by move=> fg; apply/matrixP=> i j; rewrite sel_sel mxE (negPf (fg i j)). Qed.

Lemma sel_out k d (f : 'I_k -> 'I_N) (M : 'M[F]_(k, d)) t j : (forall i, t != f i) -> (sel f *m M) t j = 0.
Proof. by move=> tf; rewrite mxE big1 // => i _; rewrite mxE (negPf (tf i)) mul0r. Qed.
End Selection.

Section Inputs.
Variables (F : fieldType) (charF : [char F] =i pred0) (N q rho sigma m s H da nh : nat).
Hypotheses (sr : (sigma <= rho)%N) (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N).
Local Notation r := (rho + sigma)%N.
Local Notation d := (q + (r + m))%N.
Hypotheses (dE : d = (H * da)%N) (qda : (2 * q <= da)%N) (rda : (r + q <= da)%N) (rn : (rho <= nh * q)%N).
Variables (fg : 'I_q -> 'I_N) (fe : 'I_r -> 'I_N) (fb : 'I_s -> 'I_N).
Hypotheses (gI : injective fg) (eI : injective fe) (bI : injective fb).
Hypotheses (ge : forall i k, fg i != fe k) (gb : forall i j, fg i != fb j) (eb : forall k j, fe k != fb j).

Let C := sel F fg. Let T := sel F fe. Let U := sel F fb.
Definition cg : 'M[F]_(q, d) := row_mx 1%:M 0.
Definition te (a : 'M[F]_(r, m)) : 'M[F]_(r, d) := row_mx 0 (row_mx 1%:M a).
Definition ub (b : 'M[F]_(s, m)) : 'M[F]_(s, d) := row_mx 0 (row_mx 0 b).
Definition inA a := C *m cg + T *m te a.
Definition inB b := U *m ub b.

Definition markers : 'M[F]_d := cg^T *m cg + (te 0)^T *m te 0.

Lemma cgcg : cg *m cg^T = 1%:M.
Proof. by rewrite /cg tr_row_mx mul_row_col trmx1 trmx0 mulmx1 mulmx0 addr0. Qed.
Lemma tecg a : te a *m cg^T = 0.
Proof. by rewrite /cg tr_row_mx mul_row_col trmx0 mulmx0 mul0mx addr0. Qed.
Lemma ubcg b : ub b *m cg^T = 0.
Proof. by rewrite /cg tr_row_mx mul_row_col trmx0 mulmx0 mul0mx addr0. Qed.
Lemma tete a a' : te a *m (te a')^T = 1%:M + a *m a'^T.
Proof. by rewrite /te !tr_row_mx !mul_row_col mul0mx add0r trmx1 mulmx1. Qed.
Lemma ubte b a : ub b *m (te a)^T = b *m a^T.
Proof. by rewrite /te !tr_row_mx !mul_row_col !mul0mx !add0r. Qed.

Lemma rank_markers : (\rank markers <= da)%N.
Proof.
rewrite (leq_trans (mxrank_add _ _)) // (leq_trans _ rda) // addnC leq_add ?mulmx_max_rank //.
Qed.

Definition resp (a : 'M[F]_(r, m)) (b : 'M[F]_(s, m)) := T *m (1%:M + a *m a^T) + U *m (b *m a^T).
Lemma cgte a : cg *m (te a)^T = 0.
Proof. by rewrite -[LHS]trmxK trmx_mul trmxK tecg trmx0. Qed.

Let CC : C^T *m C = 1%:M. Proof. exact: sel_unit. Qed.
Let TT : T^T *m T = 1%:M. Proof. exact: sel_unit. Qed.
Let UU : U^T *m U = 1%:M. Proof. exact: sel_unit. Qed.
Let CT : C^T *m T = 0. Proof. exact: sel_orth. Qed.
Let CU : C^T *m U = 0. Proof. exact: sel_orth. Qed.
Let TU : T^T *m U = 0. Proof. exact: sel_orth. Qed.
Let TC : T^T *m C = 0. Proof. by rewrite -[LHS]trmxK trmx_mul trmxK CT trmx0. Qed.
Let UC : U^T *m C = 0. Proof. by rewrite -[LHS]trmxK trmx_mul trmxK CU trmx0. Qed.
Let UT : U^T *m T = 0. Proof. by rewrite -[LHS]trmxK trmx_mul trmxK TU trmx0. Qed.

Lemma first_layer a b : att (blocks H da markers) (inA a + inB b) = C *m cg + resp a b *m te 0.
Proof.
rewrite att_blocks //; set X := inA a + inB b.
have XE : X = C *m cg + T *m te a + U *m ub b by [].
have Xg : X *m cg^T = C.
  by rewrite XE !mulmxDl -!mulmxA cgcg tecg ubcg mulmx1 !mulmx0 !addr0.
have Xe a' : X *m (te a')^T = T *m (1%:M + a *m a'^T) + U *m (b *m a'^T).
  by rewrite XE !mulmxDl -!mulmxA cgte mulmx0 add0r tete ubte.
have cgM : cg *m markers = cg by rewrite /markers mulmxDr !mulmxA cgcg cgte mul1mx mul0mx addr0.
have teM : te a *m markers = te 0 by rewrite /markers mulmxDr !mulmxA tecg tete trmx0 mulmx0 addr0 mul1mx mul0mx add0r.
have ubM : ub b *m markers = 0 by rewrite /markers mulmxDr !mulmxA ubcg ubte trmx0 mulmx0 !mul0mx addr0.
have XC : X^T *m C = cg^T.
  by apply: trmx_inj; rewrite trmx_mul !trmxK XE !mulmxDr !mulmxA CC CT CU mul1mx !mul0mx !addr0.
have XT : X^T *m T = (te a)^T.
  by apply: trmx_inj; rewrite trmx_mul !trmxK XE !mulmxDr !mulmxA TC TT TU mul1mx !mul0mx add0r addr0.
have -> : X *m (X^T *m X) *m markers = X *m (cg^T *m cg + (te a)^T *m te 0).
  rewrite -!mulmxA; congr (X *m _); rewrite {2}XE !mulmxDl -!mulmxA cgM teM ubM mulmx0 addr0 mulmxDr.
  by rewrite !mulmxA XC XT.
by rewrite mulmxDr !mulmxA Xg Xe.
Qed.

(* the pairs of markers, and the matrices that select them in head h *)
Definition pl (x : 'I_rho) : 'I_r := lshift sigma x.
Definition pr (x : 'I_rho) : 'I_r := if insub (val x) is Some x' then rshift rho (x' : 'I_sigma) else lshift sigma x.
Definition pairno (h : 'I_nh) (i : 'I_q) : option 'I_rho := insub (h * q + i)%N.
Definition pick (f : 'I_rho -> 'I_r) h : 'M[F]_(r, q) :=
  \matrix_(k, i) if pairno h i is Some x then (k == f x)%:R else 0.

Lemma sum_pick (M : 'M[F]_r) : \sum_h \tr ((pick pl h)^T *m M *m pick pr h) = \sum_x M (pl x) (pr x).
Proof.
transitivity (\sum_h \sum_i (if pairno h i is Some x then M (pl x) (pr x) else 0)).
  apply: eq_bigr => h _; apply: eq_bigr => i _; rewrite mxE.
  case E: (pairno h i) => [x|]; last by rewrite big1 // => l _; rewrite [X in _ * X]mxE E mulr0.
  rewrite (bigD1 (pr x)) //= big1 => [|l /negPf lx]; last by rewrite [X in _ * X]mxE E lx mulr0.
  rewrite [X in _ * X]mxE E eqxx mulr1 addr0 mxE (bigD1 (pl x)) //= big1 => [|k /negPf kx].
    by rewrite !mxE E eqxx mul1r addr0.
  by rewrite !mxE E kx mul0r.
rewrite pair_bigA /= (bigID (fun hi => isSome (pairno hi.1 hi.2))) /= [X in _ + X]big1 ?addr0 => [|[h i]]; last first.
  by case: pairno.
have lt1 (x : 'I_rho) : (x %/ q < nh)%N by rewrite ltn_divLR // (leq_trans (ltn_ord x)).
pose u (x : 'I_rho) := (Ordinal (lt1 x), Ordinal (ltn_pmod x q0)).
have uK x : pairno (u x).1 (u x).2 = Some x by rewrite /pairno /= -divn_eq valK.
rewrite (reindex_omap u (fun hi => pairno hi.1 hi.2)) => [|[h i]]; last first.
  rewrite /pairno /=; case: insubP => //= x _ xE _; congr Some; congr pair; apply: val_inj => /=.
    by rewrite xE divnMDl // divn_small ?addn0.
  by rewrite xE modnMDl modn_small.
by apply: eq_big => [x|x _]; rewrite uK ?eqxx.
Qed.

Definition gamma : 'M[F]_(d, q) := cg^T.
Definition phi : 'M[F]_(d, q) := col_mx 0 (pid_mx q).
Definition selA h := (te 0)^T *m pick pl h.
Definition selB h := (te 0)^T *m pick pr h.
Let i0 := Ordinal q0.
Hypothesis qrm : (q <= r + m)%N.
Definition out : 'I_d := rshift q (widen_ord qrm i0).
Definition stageW c l := summing H i0 cg^T gamma phi selA selB out c l.
Definition headsW c l := blocks H da markers :: stageW c l.

Definition const_part (a : 'M[F]_(r, m)) := 1 + \sum_x ((1%:M + a *m a^T) *m (1%:M + a *m a^T)) (pl x) (pr x).

Lemma shape_headsW c l : has_shape (c + l).+2 H da (headsW c l).
Proof.
have da0 : (0 < da)%N by lia.
apply: shape_cons; [exact: size_blocks | exact: low_rank_blocks rank_markers | exact: shape_summing].
Qed.

(* the summing stage on markers with values R *)
Lemma net_stage c l (R : 'M[F]_(N, r)) : (q <= nh ^ c)%N -> C^T *m R = 0 ->
  net (stageW c l) (C *m cg + R *m te 0) (fg i0) out = (1 + \sum_x (R^T *m R) (pl x) (pr x)) ^+ (3 ^ l).
Proof.
move=> qc CR; set Y := _ + _.
have YA f h : Y *m ((te 0)^T *m pick f h) = R *m pick f h.
  by rewrite /Y mulmxDl !mulmxA -!(mulmxA _ _ (te 0)^T) cgte tete trmx0 !mulmx0 mul0mx add0r addr0 mulmx1.
have GG : gamma^T *m gamma = 1%:M by rewrite trmxK cgcg.
have PP : phi^T *m phi = 1%:M.
  by rewrite /phi tr_col_mx mul_row_col trmx0 mul0mx add0r tr_pid_mx pid_mx_id // pid_mx_1.
have GP : gamma^T *m phi = 0 by rewrite trmxK /cg /phi mul_row_col mulmx0 mul0mx addr0.
have P0 : col i0 phi = delta_mx out 0.
  apply/colP=> k; rewrite mxE [RHS]mxE andbT /phi -[k]splitK; case: (split k) => k' /=.
    by rewrite col_mxEu mxE eq_lrshift.
  by rewrite col_mxEd mxE (inj_eq (@rshift_inj _ _)) -val_eqE /=; case: (_ =P _) => // ->; rewrite q0.
have Co : col i0 C = delta_mx (fg i0) 0 by apply/colP=> k; rewrite !mxE andbT.
have YG : Y *m cg^T = C by rewrite /Y mulmxDl -!mulmxA cgcg tecg mulmx0 addr0 mulmx1.
have AC h : (Y *m selA h)^T *m C = 0.
  by apply: trmx_inj; rewrite /selA YA trmx_mul trmxK trmx0 mulmxA CR mul0mx.
have CB h : C^T *m (Y *m selB h) = 0 by rewrite /selB YA mulmxA CR mul0mx.
have i00 : i0 = 0%N :> nat by [].
rewrite (net_summing H n0 i00 CC GG PP GP P0 l qc Co YG AC CB); congr (_ ^+ _).
rewrite -sum_pick; congr (_ + _); apply: eq_bigr => h _.
by rewrite /selA /selB !YA trmx_mul !mulmxA.
Qed.

Lemma sum_pairZ (a : 'M[F]_(r, m)) S :
  \sum_x (a *m S *m a^T) (pl x) (pr x) = pairZ (usubmx a) (dsubmx a) S.
Proof.
apply: eq_bigr => x _; have -> k k' : (a *m S *m a^T) k k' = form S (row k a) (row k' a).
  by rewrite /form -row_mul !mxE; apply: eq_bigr => j _; rewrite !mxE.
rewrite row_usubmx; congr (form _ _ _); rewrite /mate /pr.
by case: insub => [x'|]; rewrite ?row_dsubmx ?row_usubmx.
Qed.

Lemma net_headsW c l a b : (q <= nh ^ c)%N ->
  net (headsW c l) (inA a + inB b) (fg i0) out =
  (const_part a + pairZ (usubmx a) (dsubmx a) (gram b)) ^+ (3 ^ l).
Proof.
move=> qc; rewrite /net /= first_layer -/(net _ _) net_stage //; last first.
  by rewrite /resp mulmxDr !mulmxA CT CU !mul0mx addr0.
congr (_ ^+ _); set W := 1%:M + a *m a^T; have WT : W^T = W by rewrite /W linearD /= trmx1 trmx_mul trmxK.
have RR : (resp a b)^T *m resp a b = W *m W + a *m gram b *m a^T.
  have RT : (resp a b)^T *m T = W.
    by apply: trmx_inj; rewrite trmx_mul trmxK WT /resp [T^T *m _]mulmxDr !mulmxA TT TU mul1mx !mul0mx addr0.
  have RU : (resp a b)^T *m U = a *m b^T.
    by apply: trmx_inj; rewrite !trmx_mul !trmxK /resp [U^T *m _]mulmxDr !mulmxA UT UU mul1mx !mul0mx add0r.
  transitivity ((resp a b)^T *m (T *m W + U *m (b *m a^T))) => //.
  by rewrite [LHS]mulmxDr !mulmxA RT RU.
rewrite /const_part -addrA -sum_pairZ -big_split; congr (_ + _); apply: eq_bigr => x _ /=.
by rewrite RR mxE.
Qed.

(* the rank of the restricted network *)
Lemma const_part_line : linepoly const_part.
Proof.
have lW i j : linepoly (fun a : 'M[F]_(r, m) => (1%:M + a *m a^T) i j).
  apply: (eq_linepoly (f := fun a : 'M_(r, m) => (1%:M : 'M_r) i j + \sum_k a i k * a j k)) => [a|].
    by rewrite !mxE; congr (_ + _); apply: eq_bigr => k _; rewrite mxE.
  by apply: lpD; [apply: lpC | apply: lpS => k; apply: lpM; apply: lp_mx].
apply: lpD; first exact: lpC.
apply: lpS => x; apply: (eq_linepoly (f := fun a : 'M_(r, m) => \sum_k (1%:M + a *m a^T) (pl x) k * (1%:M + a *m a^T) k (pr x))) => [a|].
  by rewrite mxE.
by apply: lpS => k; apply: lpM.
Qed.

Lemma const_part0 : const_part 0 != 0.
Proof.
rewrite /const_part trmx0 mulmx0 addr0 mulmx1; under eq_bigr do rewrite mxE.
by rewrite -natr_sum -[1]/(1%:R) -natrD ((charf0P F).1 charF).
Qed.

(* with 1 in the place of c(A) *)
Lemma const_part_grid K e :
  grid_le (fun a (b : 'M[F]_(s, m)) => (const_part a + pairZ (usubmx a) (dsubmx a) (gram b)) ^+ K) e ->
  grid_le (fun (a : 'M[F]_(rho, m) * 'M[F]_(sigma, m)) (b : 'M[F]_(s, m)) =>
             (true%:R + pairZ a.1 a.2 (gram b)) ^+ K) e.
Proof.
apply: null_grid => n bs c Hc [a1 a2] /=; set a := col_mx a1 a2.
have [p pE] := const_part_line 0 a.
apply: (binomial_parts charF (q := p)) => [|x _]; first by rewrite -pE scale0r addr0 const_part0.
rewrite -[RHS](Hc (x *: a)); apply: eq_bigr => j _; rewrite -pE add0r; congr (_ * (_ + _) ^+ _).
have -> : usubmx (x *: a) = x *: a1 by rewrite linearZ /= col_mxKu.
have -> : dsubmx (x *: a) = x *: a2 by rewrite linearZ /= col_mxKd.
by rewrite pairZ_scale.
Qed.
End Inputs.

(* the inputs as tokens, the output token first on its side *)
Section Tokens.
Variables (F : fieldType) (N q rho sigma m : nat) (q0 : (0 < q)%N) (S : pred 'I_N) (i : 'I_N).
Local Notation r := (rho + sigma)%N.
Local Notation d := (q + (r + m))%N.
Hypotheses (Si : S i) (rA : (r + q <= #|S|)%N).

Let sA := i :: rem i (enum S).
Let uA : uniq sA.
Proof. by rewrite /= mem_rem_uniq ?enum_uniq // inE eqxx /= rem_uniq // enum_uniq. Qed.
Let zA : size sA = #|S|.
Proof. by rewrite /= size_rem ?mem_enum // -cardE prednK //; apply/card_gt0P; exists i. Qed.
Let f k := nth i sA k.
Let fI k k' : (k < #|S|)%N -> (k' < #|S|)%N -> (f k == f k') = (k == k').
Proof. by move=> k1 k2; rewrite nth_uniq ?zA. Qed.
Let fS k : (k < #|S|)%N -> S (f k).
Proof.
rewrite -zA => /(mem_nth i); rewrite inE -/(f k) => /orP[/eqP->//|/mem_rem].
by rewrite mem_enum.
Qed.

Lemma tokens_grid (Ws : seq (seq (head F d))) p X Y (u : X -> 'M[F]_(r, m)) (v : Y -> 'M[F]_(#|predC S|, m)) ker e :
  (forall (fg : 'I_q -> 'I_N) (fe : 'I_r -> 'I_N) (fb : 'I_#|predC S| -> 'I_N) a b,
     injective fg -> injective fe -> injective fb ->
     (forall i k, fg i != fe k) -> (forall i j, fg i != fb j) -> (forall k j, fe k != fb j) ->
     net Ws (inA fg fe (u a) + inB q rho sigma fb (v b)) (fg (Ordinal q0)) p = ker a b) ->
  sep_le (fun x y => net Ws (mix S x y) i p) e -> grid_le ker e.
Proof.
move=> netE fs; pose fg (k : 'I_q) := f k; pose fe (k : 'I_r) := f (q + k).
pose fb (j : 'I_#|predC S|) := enum_val j.
have kg (k : 'I_q) : (k < #|S|)%N by apply: leq_trans (ltn_ord k) (leq_trans (leq_addl _ _) rA).
have ke (k : 'I_r) : (q + k < #|S|)%N by apply: leq_trans rA; rewrite addnC ltn_add2r.
have gS k : S (fg k) := fS (kg k).
have eS k : S (fe k) := fS (ke k).
have bS j : ~~ S (fb j) by have := enum_valP j; rewrite inE.
pose xs a : 'M[F]_(N, d) := inA fg fe (u a); pose ys b : 'M[F]_(N, d) := inB q rho sigma fb (v b).
have := grid_comp xs ys (sep_grid fs); apply: eq_grid => a b; rewrite /xs /ys {xs ys}.
have -> : mix S (inA fg fe (u a)) (inB q rho sigma fb (v b)) = inA fg fe (u a) + inB q rho sigma fb (v b).
  apply/matrixP=> t j; rewrite mxE [in RHS]mxE; case: ifP => St.
    by rewrite /inB /= [X in _ = _ + X]sel_out ?addr0 // => k; apply: contraTneq St => ->; apply: bS.
  rewrite (_ : inA _ _ _ _ _ = 0) ?add0r // /inA /= mxE !sel_out ?addr0 // => k.
    by apply: contraFneq St => ->; apply: eS.
  by apply: contraFneq St => ->; apply: gS.
have E0 : fg (Ordinal q0) = i by [].
rewrite -{1}E0 netE //.
- by move=> k k' /eqP; rewrite fI // => /eqP; apply: val_inj.
- by move=> k k' /eqP; rewrite fI // eqn_add2l => /eqP; apply: val_inj.
- exact: enum_val_inj.
- by move=> k k'; rewrite fI //; have := ltn_ord k; lia.
- by move=> k j; apply: contraTneq (bS j) => <-; rewrite negbK gS.
- by move=> k j; apply: contraTneq (bS j) => <-; rewrite negbK eS.
Qed.
End Tokens.

Lemma halves r : (uphalf r + r./2 = r)%N. Proof. by rewrite uphalf_half -addnA addnn odd_double_half. Qed.
Lemma half_le r : (r./2 <= uphalf r)%N. Proof. by rewrite uphalf_half leq_addl. Qed.

Section Theorem38.
Variables (F : fieldType) (charF : [char F] =i pred0) (N H da L c nh q r : nat) (S : pred 'I_N) (i : 'I_N).
Local Notation d := (H * da)%N.
Local Notation m := (d - r - q)%N.
Local Notation nA := #|[pred k | S k == S i]|.
Local Notation nB := #|[pred k | S k != S i]|.
Local Notation tau := (minn r (minn nB m)).
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N) (c0 : (0 < c)%N) (cL : (c < L)%N).
Hypotheses (rn : (uphalf r <= nh * q)%N) (qn : (q <= nh ^ c.-1)%N).
Hypotheses (qda : (2 * q <= da)%N) (rqA : (r + q <= minn da nA)%N).

(* the number is any lower bound of the rank of (1 + <Z,S>)^K *)
Lemma heads_core (p : 'I_d) k :
  (forall s e, s = nB ->
     grid_le (fun (a : 'M[F]_(uphalf r, m) * 'M[F]_(r./2, m)) (b : 'M[F]_(s, m)) =>
                (true%:R + pairZ a.1 a.2 (gram b)) ^+ (3 ^ (L - 1 - c))) e -> (k <= e)%N) ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws & sep_ge (fun x y => net Ws (mix S x y) i p) k.
Proof.
move=> rank_k; move: rqA; rewrite leq_min => /andP[rda rA]; apply: own_side; pose S1 k := S k == S i.
have [rE sr] := (halves r, half_le r); have H0 : (da <= d)%N by rewrite leq_pmull //; apply: leq_trans nH.
have core d' (p' : 'I_d') : d' = d -> d' = (q + ((uphalf r + r./2) + m))%N ->
    exists2 Ws : seq (seq (head F d')), has_shape L H da Ws & sep_ge (fun x y => net Ws (mix S1 x y) i p') k.
  move=> dE dm; move: p' dE rank_k; rewrite {d'}dm; move: m => m' p' dE rank_k.
  have LE : L = (c.-1 + (L - 1 - c)).+2 by lia.
  have qrm : (q <= (uphalf r + r./2) + m')%N.
    by rewrite rE; case: H dE nH n0 => [|H'] dE' *; [lia | rewrite mulSn rE in dE'; lia].
  rewrite [X in has_shape X]LE; apply: (any_output (p0 := out q0 qrm)).
  exists (headsW F H da nh q0 qrm c.-1 (L - 1 - c)); first by apply: shape_headsW => //; rewrite rE.
  move=> e fs; apply: (rank_k #|predC S1| e); first exact: eq_card.
  apply: (const_part_grid charF).
  apply: (@tokens_grid _ _ _ _ _ _ _ _ _ (eqxx (S i) : S1 i) _ _ _ _ _ id id) fs; rewrite ?rE //.
  by move=> fg fe fb a b *; apply: net_headsW.
by apply: core; rewrite // rE; lia.
Qed.

Theorem heads_lower (p : 'I_d) :
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ (L - 1 - c))).
Proof.
rewrite -[_.+1]addn1; apply: heads_core => s e ->; apply: (pairing_lower charF (half_le r) (e := true)).
- by rewrite halves geq_minl.
- exact: leq_trans (geq_minr _ _) (geq_minl _ _).
exact: leq_trans (geq_minr _ _) (geq_minr _ _).
Qed.

Corollary heads_lower_generic (p : 'I_d) :
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (mc (vfree m tau).+1 (3 ^ (L - 1 - c))).
Proof. exact/generic_lower/heads_lower. Qed.
End Theorem38.
