(* The support bound: Theorems 4.6 and 4.6' of theory.md, of a Mixer and of any network. First of a Mixer.
   No residual connection around the token mixing of the first layer, whose activation has degree at most
   k = kt; L >= 1 layers, M = kc (kt kc)^(L-1), D = k M. N_A(a) is the lesser of mc n_A a and the number of
   monomials of degree a in n = d S_1 variables whose exponents have \sum_i ceil(alpha_i / k) <= M, N_B likewise.
   For all weights, all partitions, all outputs,
     sep <= min over t <= D + 1 of \sum_(b < t) N_B(b) + \sum_(a <= D - t) N_A(a)
   for any polynomial activations, biases, and residual connections elsewhere, and
     sep <= \sum_(b <= D) min (N_B(b), N_A(D - b))
   for activations z ^ kt and z ^ kc without biases or residual connections.
   Relation to theory.md: equal (there t counts the other side), over any commutative ring, and with a bias for each
   entry, hidden widths that differ from layer to layer and a linear map of the entries before each layer.
   Any network (support_sep_le): a polynomial of degree at most M in n numbers s_i(u_i + v_i), the s_i polynomials of
   degree at most k, the u_i combinations of n_A functions of one side and the v_i of n_B of the other: the first bound,
   for all weights. That a list of layers is such a polynomial: LayersSupport.v.

   support_count n k M a == the number of those monomials
   support_dim nA n k M a == N_A(a)
   support_bound, support_homogeneous_bound nA nB n k M == the two bounds
   side_bound u k M N    == N a functions span the products of a of the u_i that are counted so
   first_form l A        == the entries of W1 X of the layer l, X the tokens in A and 0 elsewhere
   pinned u v e gam f    == f is a polynomial in the u_i and v_i with at most gam i (exactly, if e) factors
                            u_i and v_i together in each term, for each i *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention TwoSidedPoly Mixer DegreeCover.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition ceil_div a k := ((a + k.-1) %/ k)%N.
Definition support_count n k M a :=
  #|[pred v : 'X_{1..n < a.+1} | (mdeg v == a) && (\sum_i ceil_div (v i) k <= M)%N]|.
Definition support_dim nA n k M a := minn (mc nA a) (support_count n k M a).
Definition support_homogeneous_bound nA nB n k M :=
  level_bound (support_dim nA n k M) (support_dim nB n k M) (k * M).
Definition support_bound nA nB n k M :=
  stairs_bound (support_dim nA n k M) (support_dim nB n k M) (k * M).

Lemma ceil_div_le a g k : (a <= k * g)%N -> (ceil_div a k <= g)%N.
Proof.
case: k => [|k]; first by rewrite /ceil_div divn0.
by move=> le; rewrite /ceil_div /= -ltnS ltn_divLR //; lia.
Qed.

(* polynomials in u_i and v_i with a degree for each i: in each term the number of factors u_i and v_i
   together is gam i (at most gam i, if not e) *)
Section Pinned.
Variables (R : comRingType) (I : finType) (X Y : Type) (u : I -> X -> R) (v : I -> Y -> R) (e : bool).
Implicit Types (f : X -> Y -> R) (gam : I -> nat).
Definition pinned gam f := exists2 ts : seq (term R I I),
  forall t, t \in map (fun t : term R I I => (t.1.2, t.2)) ts ->
    forall i, fits e (count_mem i t.1 + count_mem i t.2)%N (gam i) &
  forall x y, f x y = \sum_(t <- ts) term_val u v t x y.

Lemma eq_pinned gam gam' f f' : gam =1 gam' -> (forall x y, f x y = f' x y) -> pinned gam f -> pinned gam' f'.
Proof. by move=> G E [ts H Hf]; exists ts => [t tin i|x y]; [rewrite -G; apply: H|rewrite -E]. Qed.

Lemma pinnedD gam f g : pinned gam f -> pinned gam g -> pinned gam (fun x y => f x y + g x y).
Proof.
case=> ts H Hf [ts' H' Hg]; exists (ts ++ ts') => [t|x y]; last by rewrite big_cat Hf Hg.
by rewrite map_cat mem_cat => /orP[/H|/H'].
Qed.

Lemma pinned0 gam : pinned gam (fun _ _ => 0).
Proof. by exists [::] => // x y; rewrite big_nil. Qed.

Lemma pinned_sum gam (A : Type) (s : seq A) (F : A -> X -> Y -> R) :
  (forall a, pinned gam (F a)) -> pinned gam (fun x y => \sum_(a <- s) F a x y).
Proof.
move=> H; elim: s => [|a s IH]; first by apply: eq_pinned (pinned0 gam) => // x y; rewrite big_nil.
by apply: eq_pinned (pinnedD (H a) IH) => // x y; rewrite big_cons.
Qed.

Lemma pinned_const gam c : (e -> gam =1 fun=> 0%N) -> pinned gam (fun _ _ => c).
Proof.
move=> g0; exists [:: (c, [::], [::])] => [t|x y]; last by rewrite big_seq1 /term_val !big_nil !mulr1.
by rewrite inE => /eqP -> i /=; move: g0; rewrite /fits; case: e => // ->.
Qed.

Lemma pinnedM gam gam' f g : pinned gam f -> pinned gam' g -> pinned (fun i => gam i + gam' i)%N (fun x y => f x y * g x y).
Proof.
case=> ts H Hf [ts' H' Hg].
exists [seq (t.1.1 * t'.1.1, t.1.2 ++ t'.1.2, t.2 ++ t'.2) | t <- ts, t' <- ts'].
  move=> _ /mapP[_ /allpairsP[[t t'] /= [tin t'in ->]] ->] i /=; rewrite !count_cat addnACA.
  have := H _ (map_f _ tin) i; have := H' _ (map_f _ t'in) i; rewrite /= /fits.
  by case: e {H H'} => [/eqP -> /eqP -> // |h' h]; rewrite leq_add.
move=> x y; rewrite big_allpairs_dep Hf Hg big_distrlr /=.
apply: eq_bigr => t _; apply: eq_bigr => t' _; rewrite /term_val /= !big_cat /=.
by rewrite mulrACA; congr (_ * _); rewrite mulrACA.
Qed.

Lemma pinnedZ gam c f : pinned gam f -> pinned gam (fun x y => c * f x y).
Proof.
case=> ts H Hf; exists [seq (c * t.1.1, t.1.2, t.2) | t <- ts] => [t|x y].
  by rewrite -map_comp => tin; apply: H; move: tin; congr (_ \in _); apply: eq_map.
by rewrite big_map Hf mulr_sumr; apply: eq_bigr => t _; rewrite /term_val !mulrA.
Qed.

Lemma pinnedX gam f n : pinned gam f -> pinned (fun i => n * gam i)%N (fun x y => f x y ^+ n).
Proof.
move=> H; elim: n => [|n IH].
  by apply: eq_pinned (pinned_const (gam := fun=> 0%N) 1 (fun _ _ => erefl)) => // x y; rewrite expr0.
by apply: eq_pinned (pinnedM H IH) => [i|x y]; rewrite ?mulSn ?exprS.
Qed.

Lemma pinned_le gam gam' f : e = false -> (forall i, (gam i <= gam' i)%N) -> pinned gam f -> pinned gam' f.
Proof.
by move=> e0 le [ts H Hf]; exists ts => // t tin i; have := H t tin i; rewrite /fits e0 => /leq_trans; apply.
Qed.

Lemma pinned_prod (s : seq I) k (y : I -> X -> Y -> R) : (forall i, pinned (fun j => k * (i == j))%N (y i)) ->
  pinned (fun j => k * count_mem j s)%N (fun x z => \prod_(i <- s) y i x z).
Proof.
move=> H; elim: s => [|i s IH].
  apply: eq_pinned (pinned_const (gam := fun=> 0%N) 1 (fun _ _ => erefl)) => [j|x z]; first by rewrite muln0.
  by rewrite big_nil.
by apply: eq_pinned (pinnedM (H i) IH) => [j|x z]; rewrite ?big_cons //= mulnDr.
Qed.

(* an activation of u_i + v_i + a constant *)
Lemma pinned_act i (s : {poly R}) k b : fits_act e s k -> (e -> b = 0) ->
  pinned (fun j => k * (i == j))%N (fun x y => s.[u i x + v i y + b]).
Proof.
move=> hs b0; have P0 : pinned (fun j => (i == j) : nat) (fun x y => u i x + v i y + b).
  apply: pinnedD; last first.
    by case: (boolP e) => he; [rewrite b0 //; apply: pinned0|apply: pinned_const => he'; rewrite he' in he].
  apply: pinnedD.
    exists [:: (1, [:: i], [::])] => [t|x y]; last by rewrite big_seq1 /term_val big_nil big_seq1 mulr1 mul1r.
    by rewrite inE => /eqP -> j /=; rewrite !addn0 /fits eqxx leqnn; case: e.
  exists [:: (1, [::], [:: i])] => [t|x y]; last by rewrite big_seq1 /term_val big_nil big_seq1 !mul1r.
  by rewrite inE => /eqP -> j /=; rewrite !addn0 add0n /fits eqxx leqnn; case: e.
move: hs; rewrite /fits_act; case: (boolP e) => [_ ->|/negbTE e0 [sz _]].
  by apply: eq_pinned (pinnedX k P0) => // x y; rewrite hornerXn.
have E (l : 'I_k.+1) : pinned (fun j => k * (i == j))%N (fun x y => s`_l * (u i x + v i y + b) ^+ l).
  by apply: pinnedZ; apply: pinned_le (pinnedX l P0) => // j; rewrite leq_mul2r -ltnS ltn_ord orbT.
by apply: eq_pinned (pinned_sum (index_enum _) E) => // x y; rewrite (@horner_coef_wide _ k.+1).
Qed.
End Pinned.

Lemma prod_count (R : comRingType) (I : finType) (s : seq I) (F : I -> R) :
  \prod_(i <- s) F i = \prod_i F i ^+ count_mem i s.
Proof.
elim: s => [|j s IH]; first by rewrite big_nil big1.
rewrite big_cons IH /=; under [RHS]eq_bigr do rewrite exprD.
rewrite big_split /= [X in _ = X * _](bigD1 j) //= eqxx [X in _ = _ * X * _]big1 ?mulr1 => [|i nij].
  by rewrite expr1.
by rewrite eq_sym (negPf nij).
Qed.

Lemma sum_count (I : finType) (s : seq I) : (\sum_i count_mem i s)%N = size s.
Proof.
elim: s => [|j s IH] /=; first by rewrite big1.
rewrite big_split /= IH (bigD1 j) //= eqxx big1 // => i nij.
by rewrite eq_sym (negPf nij).
Qed.

(* N a functions span all products of a of the u_i whose exponents have \sum_i ceil(alpha_i / k) <= M *)
Definition side_bound (R : comRingType) (I : finType) (X : Type) (u : I -> X -> R) k M (N : nat -> nat) :=
  forall (Z : finType) (s : Z -> seq I), (forall z, \sum_i ceil_div (count_mem i (s z)) k <= M)%N ->
  forall a, spanned [pred z | size (s z) == a] (fun z x => \prod_(i <- s z) u i x) (N a).

(* products of the forms u_i, which are combinations of fewer forms w_l *)
Section Side.
Variables (R : comRingType) (I K Z : finType) (X : Type) (u : I -> X -> R) (w : K -> X -> R) (c : I -> K -> R).
Variables (s : Z -> seq I) (k M : nat).
Hypothesis uE : forall i x, u i x = \sum_l c i l * w l x.
Hypothesis supp : forall z, (\sum_i ceil_div (count_mem i (s z)) k <= M)%N.

Lemma side_spanned a :
  spanned [pred z | size (s z) == a] (fun z x => \prod_(i <- s z) u i x) (support_dim #|K| #|I| k M a).
Proof.
apply: spanned_min.
  pose q z : {mpoly R[#|K|]} := \prod_(i <- s z) \sum_l c i (enum_val l) *: 'X_l.
  have hq z : [pred z | size (s z) == a] z -> q z \is (a).-homog.
    move=> /eqP <-; rewrite /q; elim: (s z) => [|i t IH] /=; first by rewrite big_nil dhomog1.
    rewrite big_cons -add1n; apply: dhomogM => //; apply: rpred_sum => l _; apply: dhomogZ.
    by rewrite dhomogX /= mdeg1.
  apply: (eq_spanned _ (spanned_homog (fun x l => w (enum_val l) x) hq)) => z x _.
  rewrite rmorph_prod; apply: eq_bigr => i _; rewrite uE raddf_sum /= (reindex (@enum_val K xpredT)) /=.
    by apply: eq_bigr => l _; rewrite mevalZ mevalXU.
  exact/onW_bij/enum_val_bij.
pose mnm z : 'X_{1..#|I|} := [multinom count_mem (enum_val i) (s z) | i < #|I|].
have mdegm z : mdeg (mnm z) = size (s z).
  rewrite mdegE -sum_count (reindex (@enum_val I xpredT)) /=; last exact/onW_bij/enum_val_bij.
  by apply: eq_bigr => i _; rewrite mnmE.
have ceilm z : (\sum_i ceil_div (mnm z i) k <= M)%N.
  apply: leq_trans (supp z); rewrite [X in (_ <= X)%N](reindex (@enum_val I xpredT)) /=; last exact/onW_bij/enum_val_bij.
  by apply: leq_sum => i _; rewrite mnmE.
apply: (spanned_trans (a := fun z (v : 'X_{1..#|I| < a.+1}) => (mnm z == v)%:R)
  (h := fun (v : 'X_{1..#|I| < a.+1}) x => \prod_i u (enum_val i) x ^+ v i) _ (spanned_self _ _)) => z x /eqP za.
have lt : (mdeg (mnm z) < a.+1)%N by rewrite mdegm za.
rewrite (bigD1 (BMultinom lt)) /=; last by rewrite mdegm za eqxx ceilm.
rewrite eqxx mul1r [X in _ = _ + X]big1 ?addr0 => [|v /andP[_ nv]]; last first.
  by rewrite (_ : (mnm z == v) = false) ?mul0r //; apply: contraNF nv => /eqP E; apply/eqP/val_inj.
rewrite prod_count (reindex (@enum_val I xpredT)) /=; last exact/onW_bij/enum_val_bij.
by apply: eq_bigr => i _; rewrite mnmE.
Qed.
End Side.

Lemma support_side_bound (R : comRingType) (I K : finType) (X : Type) (u : I -> X -> R) (w : K -> X -> R) c k M :
  (forall i x, u i x = \sum_l c i l * w l x) -> side_bound u k M (support_dim #|K| #|I| k M).
Proof. by move=> uE Z s supp a; apply: side_spanned uE supp a. Qed.

(* a polynomial of degree M in activations of degree k of sums u_i + v_i + b_i *)
Section Activated.
Variables (R : comRingType) (I : finType) (X Y : Type) (e : bool) (s : I -> {poly R}) (k M : nat).
Variables (u : I -> X -> R) (v : I -> Y -> R) (b : I -> R) (NA NB : nat -> nat).
Hypotheses (sideA : side_bound u k M NA) (sideB : side_bound v k M NB).
Hypotheses (hs : forall i, fits_act e (s i) k) (b0 : e -> forall i, b i = 0).
Let y i (xy : X * Y) := (s i).[u i xy.1 + v i xy.2 + b i].

Definition supported (t : term R I I) := exists2 gam : I -> nat, fits e (\sum_i gam i) M &
  forall i, fits e (count_mem i t.1.2 + count_mem i t.2)%N (k * gam i).

Lemma supported_terms (J : finType) (w : J -> unit -> R) f : #|J| = 0%N -> poly_in y w e M f ->
  exists2 ts : seq (term R I I), forall t, List.In t ts -> supported t &
    forall x z, f (x, z) tt = \sum_(t <- ts) term_val u v t x z.
Proof.
move=> J0 [ts H Hf]; have noJ (l : seq J) : l = [::].
  by case: l => // j l; have := fintype0 j J0.
suff [ts' H' Hf'] : exists2 ts' : seq (term R I I), forall t, List.In t ts' -> supported t &
    forall x z, \sum_(t <- ts) term_val y w t (x, z) tt = \sum_(t <- ts') term_val u v t x z.
  by exists ts' => // x z; rewrite Hf.
elim: ts H {Hf} => [_|t ts IH /= /andP[ht hts]]; first by exists [::] => // x z; rewrite !big_nil.
have [ts' H' Hf'] := IH hts.
have P i : pinned u v e (fun j => k * (i == j))%N (fun x z => y i (x, z)).
  exact: pinned_act (hs i) (fun he => b0 he i).
have [ts1 H1 Hf1] := pinnedZ t.1.1 (pinned_prod t.1.2 P).
exists (ts1 ++ ts') => [t'|x z]; last first.
  by rewrite big_cons big_cat -Hf1 Hf' /term_val (noJ t.2) big_nil mulr1.
case/List.in_app_iff => [tin|/H' //]; exists (fun j => count_mem j t.1.2).
  by move: ht; rewrite sum_count (noJ t.2) addn0.
apply: (H1 (t'.1.2, t'.2)); elim: ts1 tin {H1 Hf1} => //= t1 ts1 IH1 [->|/IH1]; rewrite inE ?eqxx // => ->.
by rewrite orbT.
Qed.

Lemma fits_le m n : fits e m n -> (m <= n)%N.
Proof. by rewrite /fits; case: e => // /eqP ->. Qed.

Lemma supported_deg t : supported t -> fits e (size t.1.2 + size t.2)%N (k * M).
Proof.
case=> gam gM H; rewrite -!sum_count -big_split /=; move: gM H; rewrite /fits; case: e => /= [/eqP <- H|gM H].
  by rewrite big_distrr /=; apply/eqP/eq_bigr => i _; apply/eqP.
apply: (@leq_trans (k * \sum_i gam i)); last by rewrite leq_mul2l gM orbT.
by rewrite big_distrr /=; apply: leq_sum => i _.
Qed.

Lemma supported_ceil t : supported t ->
  (\sum_i ceil_div (count_mem i t.1.2) k <= M)%N /\ (\sum_i ceil_div (count_mem i t.2) k <= M)%N.
Proof.
case=> gam /fits_le gM H; split; apply: leq_trans gM; apply: leq_sum => i _; apply: ceil_div_le;
  apply: leq_trans (fits_le (H i)); [exact: leq_addr|exact: leq_addl].
Qed.

Lemma In_nth (A : Type) (x : A) r j : (j < size r)%N -> List.In (nth x r j) r.
Proof. by elim: r j => // a r IH [|j] /= jr; [left|right; apply: IH]. Qed.

Lemma activated_sep_le (J : finType) (w : J -> unit -> R) f : #|J| = 0%N -> poly_in y w e M f ->
  sep_le (fun x z => f (x, z) tt) (if e then level_bound NA NB (k * M) else stairs_bound NA NB (k * M)).
Proof.
move=> J0 /(supported_terms J0)[ts H Hf].
pose T j : term R I I := nth (0, [::], [::]) ts j.
have sT (j : 'I_(size ts)) : supported (T j).
  by apply: H; apply: In_nth.
pose c (i j : 'I_(size ts)) : R := if i == j then (T i).1.1 else 0.
have E x z : \sum_i \sum_j c i j * (\prod_(l <- (T i).1.2) u l x) * (\prod_(l <- (T j).2) v l z) = f (x, z) tt.
  rewrite Hf (big_nth (0, [::], [::])) big_mkord; apply: eq_bigr => i _.
  rewrite (bigD1 i) //= [X in _ + X]big1 ?addr0 /c ?eqxx // => j nij.
  by rewrite eq_sym (negPf nij) !mul0r.
apply: eq_sep_le E _; have cE i j : c i j != 0 -> i = j.
  by rewrite /c; case: (i =P j) => // _; rewrite eqxx.
have sA := sideA (s := fun j : 'I_(size ts) => (T j).1.2) (fun j => proj1 (supported_ceil (sT j))).
have sB := sideB (s := fun j : 'I_(size ts) => (T j).2) (fun j => proj2 (supported_ceil (sT j))).
case: (boolP e) => he.
  apply: (level_sep_le (fun a _ => sA a) (fun a _ => sB a)) => i j /cE <- /=.
  by have := supported_deg (sT i); rewrite /fits he => /eqP.
apply: (stairs_bound_sep_le (fun a _ => sA a) (fun a _ => sB a)) => i j /cE <- /=.
exact: fits_le (supported_deg (sT i)).
Qed.
End Activated.

(* Theorem 4.6' *)
Lemma poly_in_prod (R : comRingType) (I J T : finType) (X Y : Type) (u : I -> X -> R) (v : J -> Y -> R) e
    (r : seq T) (k : T -> nat) (F : T -> X -> Y -> R) : (forall i, poly_in u v e (k i) (F i)) ->
  poly_in u v e (\sum_(i <- r) k i) (fun x y => \prod_(i <- r) F i x y).
Proof.
move=> H; elim: r => [|i r IH].
  by rewrite big_nil; apply: eq_poly_in (poly_in_one u v e) => x y; rewrite big_nil.
by rewrite big_cons; apply: eq_poly_in (poly_inM (H i) IH) => x y; rewrite big_cons.
Qed.

Theorem support_sep_le (R : comRingType) (KA KB : finType) (X Y : Type) n k M
    (P : {mpoly R[n]}) (s : 'I_n -> {poly R}) (u : 'I_n -> X -> R) (v : 'I_n -> Y -> R) (wA : KA -> X -> R) (cA : 'I_n -> KA -> R)
    (wB : KB -> Y -> R) (cB : 'I_n -> KB -> R) :
  (msize P <= M.+1)%N -> (forall i, (size (s i) <= k.+1)%N) -> (0 < k)%N ->
  (forall i x, u i x = \sum_l cA i l * wA l x) -> (forall i y, v i y = \sum_l cB i l * wB l y) ->
  sep_le (fun x y => P.@[fun i => (s i).[u i x + v i y]]) (support_bound #|KA| #|KB| n k M).
Proof.
move=> PM hs k0 uE vE; pose w (j : 'I_0) (_ : unit) : R := 0.
pose y i (xy : X * Y) := (s i).[u i xy.1 + v i xy.2 + 0].
have H : poly_in y w false M (fun xy _ => P.@[y^~ xy]).
  have T m : poly_in y w false M (fun xy _ => P@_m * \prod_i y i xy ^+ m i).
    have [mM|Mm] := leqP (mdeg m) M; last first.
      apply: eq_poly_in (poly_in0 y w false M) => xy _; rewrite memN_msupp_eq0 ?mul0r //.
      by apply: contraL Mm => /msize_mdeg_lt lt; rewrite -leqNgt -ltnS; apply: leq_trans lt PM.
    apply: poly_inZ; apply: poly_inW mM _; rewrite mdegE.
    by apply: poly_in_prod => i; have := poly_inX (m i) (poly_inL y w false i); rewrite muln1.
  by apply: eq_poly_in (poly_in_sum (msupp P) T) => xy _; rewrite mevalE.
have := activated_sep_le (e := false) (b := fun=> 0) (support_side_bound uE) (support_side_bound vE)
  (fun i => conj (hs i) k0) _ _ H.
rewrite !card_ord => /(_ (fun=> fun=> erefl) erefl) H1; apply: (eq_sep_le _ H1) => x z.
by apply: meval_eq => i; rewrite /y addr0.
Qed.

Section Mixer.
Variables (R : comRingType) (n d kt kc : nat) (s t : {poly R}) (e : bool) (l : layer R n d) (ls : seq (layer R n d)).
Hypotheses (hs : fits_act e s kt) (ht : fits_act e t kc) (hl : all (fits_layer e) (l :: ls)) (rl : ~~ res_t l).
Variable S : pred 'I_n.

Let phi := [linear of mulmx (W1 l) \o shuffle l].
Let I := [finType of 'I_(thid l) * 'I_d].
Definition first_form (A : pred 'I_n) (a : I) x := phi (mask A x) a.1 a.2.

Lemma mixer_tables_sep_le i p (M := (kc * (kt * kc) ^ size ls)%N) NA NB :
  side_bound (first_form S) kt M NA -> side_bound (first_form (predC S)) kt M NB ->
  sep_le (fun x y => mixer s t (l :: ls) (mix S x y) i p)
    (if e then level_bound NA NB (kt * M) else stairs_bound NA NB (kt * M)).
Proof.
move=> sideA sideB; have /andP[hl1 hls] := hl; have [[f1 f2 _ _] _] := fits_plain hl1.
pose y (a : I) (xy : 'M[R]_(n, d) * 'M[R]_(n, d)) :=
  s.[first_form S a xy.1 + first_form (predC S) a xy.2 + b1 l a.1 a.2].
pose w (j : [finType of 'I_0]) (_ : unit) : R := 0.
have mixE x z : mix S x z = mask S x + mask (predC S) z.
  by apply/matrixP=> a c; rewrite !mxE /=; case: (S a); rewrite /= ?addr0 ?add0r.
have H1 : entries_in y w e 1 (fun xy _ => act s (W1 l *m shuffle l (mix S xy.1 xy.2) + b1 l)).
  move=> a c; apply: eq_poly_in (poly_inL y w e (a, c)) => -[x z] _; rewrite /y /first_form /= [RHS]mxE [in RHS]mxE.
  by congr (s.[_ + _]); rewrite mixE linearD mulmxDr [RHS]mxE.
have H2 : entries_in y w e 1 (fun xy _ => token_mixing s l (shuffle l (mix S xy.1 xy.2))).
  apply: eq_entries_in (entries_inD (entries_in_mull (W2 l) H1) (entries_in_const y w 1 f2)) => xy _.
  by rewrite /token_mixing (negPf rl) /residual add0r.
have H3 := entries_in_mixer hs ht hls (entries_in_channel ht hl1 H2).
rewrite muln1 mulnC in H3.
have J0 : #|[finType of 'I_0]| = 0%N by rewrite card_ord.
have b10 : e -> forall a : I, b1 l a.1 a.2 = 0 by move=> he a; rewrite f1 // mxE.
exact: (activated_sep_le sideA sideB (b := fun a => b1 l a.1 a.2) (fun=> hs) b10 J0 (H3 i p)).
Qed.

Lemma first_form_side_bound (A : pred 'I_n) M :
  side_bound (first_form A) kt M (support_dim (d * minn (thid l) #|A|) (d * thid l) kt M).
Proof.
have [K [w [c [cardK HK]]]] := side_rank_min (side_rank_out phi A) (side_rank_in phi A).
have := @support_side_bound R I K _ (first_form A) w (fun a => c a.1 a.2) kt M (fun a x => HK x a.1 a.2).
by rewrite cardK minnMr card_prod !card_ord [(thid l * d)%N]mulnC.
Qed.

Lemma mixer_activated_sep_le i p (M := (kc * (kt * kc) ^ size ls)%N) (nA := (d * minn (thid l) #|S|)%N)
    (nB := (d * minn (thid l) #|predC S|)%N) :
  sep_le (fun x y => mixer s t (l :: ls) (mix S x y) i p)
    (if e then support_homogeneous_bound nA nB (d * thid l) kt M else support_bound nA nB (d * thid l) kt M).
Proof. by apply: mixer_tables_sep_le; apply: first_form_side_bound. Qed.
End Mixer.
Arguments first_form {R n d} l A.

(* Theorem 4.6 *)
Theorem mixer_support_homogeneous_sep_le (R : comRingType) n d kt kc (l : layer R n d) ls (S : pred 'I_n) i p :
  all (@plain R n d) (l :: ls) ->
  sep_le (fun x y => mixer 'X^kt 'X^kc (l :: ls) (mix S x y) i p)
    (support_homogeneous_bound (d * minn (thid l) #|S|) (d * minn (thid l) #|predC S|) (d * thid l)
       kt (kc * (kt * kc) ^ size ls)).
Proof.
move=> pl; have /andP[/and5P[_ _ _ _ /andP[rt _]] _] := pl.
exact: (@mixer_activated_sep_le R n d kt kc 'X^kt 'X^kc true l ls erefl erefl pl rt S i p).
Qed.

Theorem mixer_support_sep_le (R : comRingType) n d kt kc (s t : {poly R}) (l : layer R n d) ls (S : pred 'I_n) i p :
  (size s <= kt.+1)%N -> (size t <= kc.+1)%N -> (0 < kt)%N -> (0 < kc)%N -> ~~ res_t l ->
  sep_le (fun x y => mixer s t (l :: ls) (mix S x y) i p)
    (support_bound (d * minn (thid l) #|S|) (d * minn (thid l) #|predC S|) (d * thid l)
       kt (kc * (kt * kc) ^ size ls)).
Proof.
move=> hs ht kt0 kc0 rl; have fl : all (fits_layer false) (l :: ls) by apply: all_predT.
exact: (@mixer_activated_sep_le R n d kt kc s t false l ls (conj hs kt0) (conj ht kc0) fl rl S i p).
Qed.
