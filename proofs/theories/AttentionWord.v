(* The word bound: Theorem 3.2 of theory.md, over any commutative ring.
   For all weights of at most H heads in each of L layers, W and V of rank at most da,
     sep <= (H * (da + 1))^C_L,  that is (d + H)^C_L when H * da = d.
   Equal to theory.md (which also lets G_A and G_B be chosen letter by letter: here the same
   sum over words is done factor by factor: the factor W G of a product, W of rank at most da,
   costs 1 where G falls on the side of the row vector to its left, and da where it does not).

   word_bound H da L  == (H * (da + 1))^C_L
   contracts Z b      == u Z has separation rank at most b for each row vector u that
                         depends on one side only
   cost P c           == P multiplies that b by c, for all Z
   word_cost da P c   == cost P c, cost P^T c, and for each W of rank at most da
                         cost (W P^T (G_A + G_B)) (c * (da + 1)) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition word_bound H da L := ((H * da.+1) ^ gram_degree L)%N.

Section Cost.
Variables (R : comRingType) (d : nat) (X Y : Type).
Implicit Types (Z : X -> Y -> 'cV[R]_d) (P : X -> Y -> 'M[R]_d).

Definition contracts Z b :=
  (forall u : X -> 'rV[R]_d, sep_le (fun x y => (u x *m Z x y) 0 0) b) /\
  (forall v : Y -> 'rV[R]_d, sep_le (fun x y => (v y *m Z x y) 0 0) b).

Definition cost P c := forall Z b, contracts Z b -> contracts (fun x y => P x y *m Z x y) (c * b).

Lemma contracts_const (z : 'cV[R]_d) : contracts (fun _ _ => z) 1.
Proof.
by split=> w; [have := @sep_leL R X Y (fun x => (w x *m z) 0 0)|have := @sep_leR R X Y (fun x => (w x *m z) 0 0)].
Qed.

Lemma eq_cost P P' c : (forall x y, P x y = P' x y) -> cost P c -> cost P' c.
Proof.
by move=> E H Z b /H[HX HY]; split=> [u|v]; [move: (HX u)|move: (HY v)]; apply: eq_sep_le => x y; rewrite E.
Qed.

Lemma cost_le P c c' : (c <= c')%N -> cost P c -> cost P c'.
Proof.
by move=> le H Z b /H[HX HY]; split=> w; [move: (HX w)|move: (HY w)]; apply: sep_leW; rewrite leq_mul2r le orbT.
Qed.

Lemma cost_const (M : 'M[R]_d) : cost (fun _ _ => M) 1.
Proof.
move=> Z b [HX HY]; rewrite mul1n; split=> w.
  by apply: eq_sep_le (HX (fun x => w x *m M)) => x y; rewrite mulmxA.
by apply: eq_sep_le (HY (fun x => w x *m M)) => x y; rewrite mulmxA.
Qed.

Lemma cost_mul P P' c c' : cost P c -> cost P' c' -> cost (fun x y => P x y *m P' x y) (c * c').
Proof.
move=> H H' Z b /H'/H; rewrite -mulnA => -[HX HY]; split=> w.
  by apply: eq_sep_le (HX w) => x y; rewrite !mulmxA.
by apply: eq_sep_le (HY w) => x y; rewrite !mulmxA.
Qed.

Lemma cost_add P P' c c' : cost P c -> cost P' c' -> cost (fun x y => P x y + P' x y) (c + c').
Proof.
move=> H H' Z b HZ; rewrite mulnDl; have [HX HY] := H _ _ HZ; have [HX' HY'] := H' _ _ HZ.
split=> w.
  by apply: eq_sep_le (sep_leD (HX w) (HX' w)) => x y; rewrite [in RHS]mulmxDl [in RHS]mulmxDr [in RHS]mxE.
by apply: eq_sep_le (sep_leD (HY w) (HY' w)) => x y; rewrite [in RHS]mulmxDl [in RHS]mulmxDr [in RHS]mxE.
Qed.

Lemma cost_0 : cost (fun _ _ => 0) 0.
Proof.
move=> Z b _; rewrite mul0n; split=> w; apply: eq_sep_le (@sep_le0 R X Y) => x y;
  by rewrite mul0mx mulmx0 mxE.
Qed.

Section LowRank.
Variables (da : nat) (GA : X -> 'M[R]_d) (GB : Y -> 'M[R]_d).
Hypotheses (GAT : forall x, (GA x)^T = GA x) (GBT : forall y, (GB y)^T = GB y).
Let G x y := GA x + GB y.

Lemma lowrank_sum (w : 'rV[R]_d) (U : 'M_(d, da)) V (M : 'M_d) (z : 'cV_d) :
  (w *m (U *m V) *m M *m z) 0 0 = \sum_j (w *m U) 0 j * (row j (V *m M) *m z) 0 0.
Proof.
rewrite !mulmxA -(mulmxA (w *m U)) -(mulmxA (w *m U)) mxE.
by apply: eq_bigr => j _; rewrite -row_mul; congr (_ * _); rewrite [RHS]mxE.
Qed.

(* a switch of sides costs da, the rank of the matrix it crosses *)
Lemma cost_lowrank W : lowrank da W -> cost (fun x y => W *m G x y) da.+1.
Proof.
case=> U [V EW] Z b [HX HY]; rewrite mulSn; split=> w.
  have HB j : sep_le (fun x y => (w x *m U) 0 j * (row j (V *m GB y) *m Z x y) 0 0) b.
    exact: sep_leML (HY (fun y => row j (V *m GB y))).
  apply: eq_sep_le (sep_leD (HX (fun x => w x *m W *m GA x)) (sep_le_sum_const HB)) => x y.
  by rewrite -lowrank_sum -EW !mulmxA /G mulmxDr mulmxDl [in RHS]mxE.
have HA j : sep_le (fun x y => (w y *m U) 0 j * (row j (V *m GA x) *m Z x y) 0 0) b.
  exact: sep_leMR (HX (fun x => row j (V *m GA x))).
apply: eq_sep_le (sep_leD (HY (fun y => w y *m W *m GB y)) (sep_le_sum_const HA)) => x y.
by rewrite -lowrank_sum -EW !mulmxA /G mulmxDr mulmxDl [in RHS]mxE addrC.
Qed.

Definition word_cost P c :=
  [/\ cost P c, cost (fun x y => (P x y)^T) c &
      forall W, lowrank da W -> cost (fun x y => W *m (P x y)^T *m G x y) (c * da.+1)].

Lemma word_cost_1 : word_cost (fun _ _ => 1%:M) 1.
Proof.
split; try exact: cost_const; move=> W lW; rewrite mul1n.
by apply: eq_cost (cost_lowrank lW) => x y; rewrite trmx1 mulmx1.
Qed.

Lemma word_cost_step H (h c : nat) P : (size H <= h)%N ->
  (forall wv, wv \in H -> lowrank da wv.1 /\ lowrank da wv.2) ->
  word_cost P c -> word_cost (fun x y => stepP (G x y) (P x y) H) (h * da.+1 * c ^ 3).
Proof.
move=> sH low [P1 P2 P3].
have Gt x y : (G x y)^T = G x y by rewrite /G linearD /= GAT GBT.
suff [S1 S2 S3] : word_cost (fun x y => stepP (G x y) (P x y) H) (size H * (da.+1 * c ^ 3)).
  have le : (size H * (da.+1 * c ^ 3) <= h * da.+1 * c ^ 3)%N by rewrite mulnA leq_mul2r leq_mul ?orbT.
  split; [exact: cost_le S1|exact: cost_le S2|move=> W lW].
  by apply: cost_le (S3 W lW); rewrite leq_mul2r le orbT.
elim: H {sH} low => [|[W V] H IH] low.
  split=> [||M _]; apply: eq_cost cost_0 => x y; rewrite /stepP big_nil ?trmx0 ?mulmx0 ?mul0mx //.
have [lW lV] := low _ (mem_head _ _).
have [|S1 S2 S3] := IH; first by move=> wv wvH; apply: low; rewrite inE wvH orbT.
have E x y : stepP (G x y) (P x y) ((W, V) :: H) =
  P x y *m (W *m (P x y)^T *m G x y) *m P x y *m V + stepP (G x y) (P x y) H.
  by rewrite /stepP big_cons !mulmxA.
have Et x y : (stepP (G x y) (P x y) ((W, V) :: H))^T =
  (V^T *m (P x y)^T *m G x y) *m P x y *m W^T *m (P x y)^T + (stepP (G x y) (P x y) H)^T.
  by rewrite E linearD /= !trmx_mul trmxK Gt !mulmxA.
have c3 : (c * (c * da.+1) * c * 1 = da.+1 * c ^ 3)%N by rewrite !expnS expn0 !muln1; lia.
rewrite /= mulSn; split.
- apply: eq_cost (fun x y => esym (E x y)) _; apply: cost_add S1; rewrite -c3.
  by apply: cost_mul (cost_const V); apply: cost_mul => //; apply: cost_mul => //; apply: P3.
- apply: eq_cost (fun x y => esym (Et x y)) _; apply: cost_add S2.
  have -> : (da.+1 * c ^ 3 = c * da.+1 * c * 1 * c)%N by rewrite -c3; lia.
  apply: cost_mul => //; apply: cost_mul (cost_const _); apply: cost_mul => //.
  exact: P3 (lowrank_tr lV).
move=> M lM; rewrite mulnDl; have Em x y : M *m (stepP (G x y) (P x y) ((W, V) :: H))^T *m G x y =
  M *m (V^T *m (P x y)^T *m G x y) *m P x y *m (W^T *m (P x y)^T *m G x y)
  + M *m (stepP (G x y) (P x y) H)^T *m G x y.
  by rewrite Et mulmxDr mulmxDl !mulmxA.
apply: eq_cost (fun x y => esym (Em x y)) _; apply: cost_add (S3 M lM).
have -> : (da.+1 * c ^ 3 * da.+1 = 1 * (c * da.+1) * c * (c * da.+1))%N by rewrite -c3; lia.
apply: cost_mul (P3 _ (lowrank_tr lW)); apply: cost_mul => //.
exact: cost_mul (cost_const M) (P3 _ (lowrank_tr lV)).
Qed.

Lemma word_cost_net h Ws : (forall H, H \in Ws -> (size H <= h)%N) -> lowrank_net da Ws ->
  word_cost (fun x y => netP Ws (G x y)) (word_bound h da (size Ws)).
Proof.
move=> sz low; rewrite /netP.
suff IH k P : word_cost P (word_bound h da k) ->
    word_cost (fun x y => foldl (stepP (G x y)) (P x y) Ws) (word_bound h da (size Ws + k)).
  by rewrite -[size Ws]addn0; apply: IH; apply: word_cost_1.
elim: Ws k P sz low => //= H Ws IH k P sz low HP.
rewrite addSnnS; apply: (IH _ (fun x y => stepP (G x y) (P x y) H)).
- by move=> K KW; apply: sz; rewrite inE KW orbT.
- by move=> K wv KW; apply: low; rewrite inE KW orbT.
have -> : word_bound h da k.+1 = (h * da.+1 * word_bound h da k ^ 3)%N.
  by rewrite /word_bound gram_degreeS expnS -expnM mulnC [(gram_degree k * 3)%N]mulnC mulnC.
by apply: word_cost_step HP; [apply: sz|move=> wv; apply: low]; rewrite mem_head.
Qed.
End LowRank.
End Cost.

(* Theorem 3.2 *)
Theorem word_sep_le (R : comRingType) n d da h (S : pred 'I_n) (Ws : seq (seq (head R d))) i p :
  (forall H, H \in Ws -> (size H <= h)%N) -> lowrank_net da Ws ->
  sep_le (fun x y => net Ws (mix S x y) i p) (word_bound h da (size Ws)).
Proof.
move=> sz low.
have [NP _ _] := word_cost_net (gram_tr S) (gram_tr (predC S)) sz low.
have := NP _ _ (contracts_const _ _ (delta_mx p 0)); rewrite muln1 => -[NX NY].
case Si: (S i).
  apply: eq_sep_le (NX (fun x => row i x)) => x y; rewrite net_mixE Si mulmxA -colE !mxE.
  by apply: eq_bigr => k _; rewrite !mxE.
apply: eq_sep_le (NY (fun y => row i y)) => x y; rewrite net_mixE Si.
by rewrite -colE !mxE; apply: eq_bigr => k _; rewrite !mxE.
Qed.

(* the same in theory.md's terms: H heads with H * da = d, over a field *)
Corollary attention_word_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  (h * da)%N = d ->
  (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  sep_le (fun x y => net Ws (mix S x y) i p) ((d + h) ^ gram_degree (size Ws)).
Proof.
move=> hd sz low; have -> : (d + h = h * da.+1)%N by rewrite -hd mulnS addnC.
apply: word_sep_le => // H wv HW wvH.
by split; apply/lowrankP; case: (low H wv HW wvH).
Qed.
