(* Bounds on separation rank by counting functions on either side: the tool of Theorem 3.3 of
   theory.md. A finite sum of products g_i(x) h_j(y) with coefficients c_ij has separation rank
   at most NA + NB if each pair (i, j) with c_ij <> 0 has i in a set PA whose g_i lie in a space
   of NA functions, or j in a set PB whose h_j lie in a space of NB functions.

   spanned P g N  == the g i with P i are linear combinations of some N functions *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* at most as many exponents of degree k in n variables as there are monomials *)
Lemma card_le_mc n k (T : finType) (P : pred T) (e : T -> 'I_n -> nat) :
  (forall t, P t -> (\sum_i e t i)%N = k) ->
  (forall t t', P t -> P t' -> e t =1 e t' -> t = t') -> (#|P| <= mc n k)%N.
Proof.
case: n e => [|m] e e_deg e_inj.
  have [E|[t Pt]] := set_0Vmem [set t | P t].
    by rewrite -cardsE E cards0.
  have -> : k = 0%N by rewrite -(e_deg t) ?big_ord0 //; rewrite inE in Pt.
  by rewrite mc0; apply/card_le1_eqP => t1 t2 P1 P2; apply: e_inj => // -[].
pose F t := [tuple inord (e t i) : 'I_k.+1 | i < m.+1].
have le t i : P t -> (e t i < k.+1)%N by move/e_deg => <-; rewrite ltnS (bigD1 i) ?leq_addr.
have FI : {in P &, injective F}.
  move=> t t' Pt Pt' E; apply: e_inj => // i.
  by have := congr1 (fun s => nat_of_ord (tnth s i)) E; rewrite !tnth_mktuple !inordK ?le.
rewrite mcS -(bin_sub (leq_addl m k)) addnK -card_ord_partitions -(card_in_imset FI).
apply: subset_leq_card; apply/subsetP => _ /imsetP[t Pt ->]; rewrite inE big_tuple; apply/eqP.
by rewrite -[RHS](e_deg _ Pt); apply: eq_bigr => i _; rewrite tnth_mktuple inordK ?le.
Qed.
Section Cover.
Variables (R : comRingType).

Definition spanned (X : Type) (I : finType) (P : pred I) (g : I -> X -> R) N :=
  exists2 J : finType, (#|J| <= N)%N & exists (m : I -> J -> R) (g' : J -> X -> R),
    forall i x, P i -> g i x = \sum_j m i j * g' j x.

Lemma spanned_self X I P g : @spanned X I P g #|P|.
Proof.
exists [finType of 'I_#|P|]; first by rewrite card_ord.
exists (fun i j => (i == enum_val j)%:R), (fun j => g (enum_val j)) => i x Pi.
rewrite (bigD1 (enum_rank_in Pi i)) //= enum_rankK_in // eqxx mul1r big1 ?addr0 // => j nj.
rewrite (_ : (i == enum_val j) = false) ?mul0r //; apply: contraNF nj => /eqP E.
by apply/eqP/enum_val_inj; rewrite enum_rankK_in.
Qed.

Lemma spannedW X I P g N N' : (N <= N')%N -> @spanned X I P g N -> spanned P g N'.
Proof. by move=> le [J JN H]; exists J => //; apply: leq_trans le. Qed.

Lemma spanned_min X I P g N N' : @spanned X I P g N -> spanned P g N' -> spanned P g (minn N N').
Proof. by rewrite /minn; case: ifP. Qed.

Lemma spanned0 X I g : @spanned X I pred0 g 0.
Proof. by have := spanned_self pred0 g; rewrite card0. Qed.

Lemma spanned_scale X (K I : finType) (P : pred I) (g : I -> X -> R) N (u : X -> K -> R) :
  spanned P g N -> spanned (fun ki => P ki.2) (fun ki x => u x ki.1 * g ki.2 x) (#|K| * N).
Proof.
case=> J JN [m [g' E]]; exists [finType of K * J]; first by rewrite card_prod leq_mul2l JN orbT.
exists (fun ki kj => (ki.1 == kj.1)%:R * m ki.2 kj.2), (fun kj x => u x kj.1 * g' kj.2 x) => -[k i] x /= Pi.
rewrite -(pair_bigA _ (fun k' j => (k == k')%:R * m i j * (u x k' * g' j x))) (bigD1 k) //= [X in _ + X]big1 ?addr0.
  by rewrite E // mulr_sumr; apply: eq_bigr => j _; rewrite eqxx mul1r mulrCA.
by move=> k' nk; apply: big1 => j _; rewrite eq_sym (negPf nk) !mul0r.
Qed.

Lemma spanned_sep X Y (I : finType) (P : pred I) (g : I -> X -> R) (h : I -> Y -> R) N :
  spanned P g N -> sep_le (fun x y => \sum_(i | P i) g i x * h i y) N.
Proof.
case=> J JN [m [g' E]]; apply: sep_leW JN _.
apply: (@sep_le_fin _ _ _ J _ g' (fun j y => \sum_(i | P i) m i j * h i y)) => x y.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_bigr => i Pi; rewrite E // mulr_suml.
by apply: eq_bigr => j _; rewrite mulrCA mulrA.
Qed.

Lemma cover_sep X Y (I J : finType) (PA : pred I) (PB : pred J) (c : I -> J -> R)
    (g : I -> X -> R) (h : J -> Y -> R) NA NB :
  (forall i j, c i j != 0 -> PA i || PB j) -> spanned PA g NA -> spanned PB h NB ->
  sep_le (fun x y => \sum_i \sum_j c i j * g i x * h j y) (NA + NB).
Proof.
move=> cov sA sB.
have SA := spanned_sep (fun i y => \sum_j c i j * h j y) sA.
have SB := spanned_sep (fun j x => \sum_(i | ~~ PA i) c i j * g i x) sB.
apply: eq_sep_le (sep_leD SA (sep_le_sym SB)) => x y; rewrite [RHS](bigID PA) /=; congr (_ + _).
  by apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA mulrA.
rewrite [RHS]exchange_big [RHS](bigID PB) /= [X in _ + X]big1 ?addr0 => [|j nB].
  by apply: eq_bigr => j _; rewrite mulrC mulr_suml.
apply: big1 => i nA; have [->|/cov] := eqVneq (c i j) 0; first by rewrite !mul0r.
by rewrite (negPf nA) (negPf nB).
Qed.

Lemma spanned_trans X (I L : finType) (P : pred I) (Q : pred L) (g : I -> X -> R) (h : L -> X -> R)
    (a : I -> L -> R) N :
  (forall i x, P i -> g i x = \sum_(l | Q l) a i l * h l x) -> spanned Q h N -> spanned P g N.
Proof.
move=> E [J JN [m [h' Eh]]]; exists J => //; exists (fun i j => \sum_(l | Q l) a i l * m l j), h' => i x Pi.
rewrite E //; under [RHS]eq_bigr do rewrite mulr_suml.
rewrite [RHS]exchange_big; apply: eq_bigr => l Ql; rewrite Eh // mulr_sumr.
by apply: eq_bigr => j _; rewrite mulrA.
Qed.

Lemma homog_prod n m k (G : 'I_n -> {mpoly R[m]}) (e : 'I_n -> nat) : (forall t, G t \is k.-homog) ->
  \prod_t G t ^+ e t \is (k * \sum_t e t).-homog.
Proof.
move=> hG; rewrite big_distrr /=; elim/big_rec2: _ => [|t y1 y2 _ H]; first exact: dhomog1.
by apply: dhomogM => //; apply: dhomogMn.
Qed.

Lemma homog_msize n k (q : {mpoly R[n]}) : q \is k.-homog -> (msize q <= k.+1)%N.
Proof. by move=> hq; rewrite msizeE; apply/bigmax_leqP_seq => m mq _; move/dhomogP/(_ m mq): hq => /= ->. Qed.

(* a homogeneous polynomial as a sum over the monomials of its degree *)
Lemma homog_eval n k (q : {mpoly R[n]}) (v : 'I_n -> R) : q \is k.-homog ->
  q.@[v] = \sum_(m : 'X_{1..n < k.+1} | mdeg m == k) q@_m * mmap1 v m.
Proof.
move=> hq; rewrite /meval (mmapE _ (homog_msize hq)) (bigID (fun m : 'X_{1..n < k.+1} => mdeg m == k)) /=.
rewrite [X in _ + X]big1 ?addr0 // => m nm; have -> : q@_m = 0; last by rewrite mul0r.
exact: (dhomog_nemf_coeff hq).
Qed.

(* values of homogeneous polynomials of degree k in n variables lie in a space of mc n k *)
Lemma spanned_homog X n k (I : finType) (P : pred I) (q : I -> {mpoly R[n]}) (v : X -> 'I_n -> R) :
  (forall i, P i -> q i \is k.-homog) -> spanned P (fun i x => (q i).@[v x]) (mc n k).
Proof.
move=> hq; pose Q := [pred m : 'X_{1..n < k.+1} | mdeg m == k].
have le : (#|Q| <= mc n k)%N.
  apply: (@card_le_mc _ _ _ _ (fun (m : 'X_{1..n < k.+1}) i => (m : 'X_{1..n}) i)).
    by move=> m /eqP E; rewrite -[RHS]E mdegE.
  by move=> m m' _ _ E; apply/val_inj/mnmP.
exists [finType of 'I_#|Q|]; first by rewrite card_ord.
exists (fun i (m : 'I_#|Q|) => (q i)@_(enum_val m)), (fun (m : 'I_#|Q|) x => mmap1 (v x) (enum_val m)) => i x Pi.
by rewrite (homog_eval _ (hq i Pi)) [LHS]big_enum_val.
Qed.
End Cover.

(* values of polynomials whose coefficients are rows of a matrix lie in a space of its rank *)
Lemma spanned_rank (F : fieldType) X n D (I : finType) (P : pred I) a
    (M : 'M[F]_(a, #|{: 'X_{1..n < D}}|)) (q : I -> {mpoly F[n]}) (u : I -> 'I_a) (v : X -> 'I_n -> F) :
  (forall i, P i -> (msize (q i) <= D)%N /\ forall m, M (u i) m = (q i)@_(enum_val m)) ->
  spanned P (fun i x => (q i).@[v x]) (\rank M).
Proof.
move=> H; exists [finType of 'I_(\rank M)]; first by rewrite card_ord.
exists (fun i j => col_base M (u i) j), (fun j x => \sum_m row_base M j m * mmap1 (v x) (enum_val m)) => i x Pi.
have [sz E] := H i Pi; rewrite /meval (mmapE _ sz) -[LHS]sum_enum_val /=.
under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_bigr => m _; rewrite -E -[in LHS](mulmx_base M) mxE mulr_suml.
by apply: eq_bigr => j _; rewrite mulrA.
Qed.
