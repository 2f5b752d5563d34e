(* Attention by its layers, with heads of any width: Theorem 3.16 of theory.md.
   Attention layers of any number of heads of any width, residual connections around any of them,
     and position-wise linear
   layers behind the first, no biases; the tokens have r entries each,
     which a matrix embeds into the d of the layers. C = C_L,
   E = C_(L-1), q, u and w as theory.md's d_x, u and w (reads_of, seen_of,
     others_of of GramReads.v). For all weights, all
   partitions, all outputs, and every t_0 <= .. <= t_C <= E + 1,
     sep <= \sum_(b <= C) min( h(r,|B|;b), R_b(E - t_b) ) + min( h1', q h(r,|A|;C-b), q R_(C-b)(t_b - 1) ),
   h1' = h1(r,|A|;C-b), and for |A| = 1 also mc(r,2(C-b)+1) - mc(r-q,2(C-b)+1).
   Relation to theory.md: equal, with h and h1 the numbers of chain-free monomials of AttentionGradedFull.v as in
     3.3; the least
   over t is in NarrowHeadsFormula.v. For homogeneous networks theory.md allows each t_b to be chosen alone;
     the sum is the
   same in all cases compared, and that form is not stated here.

   steps_sep_le                     : a cover by two degrees on either side
   narrow_steps NA NB q u w C E t   == the sum for any numbers NA of functions of the output token and NB of the
     other side
   ideal_count e q c                == mc(e,2c+1) - mc(e-q,2c+1), ideal_spanned: forms in the ideal of q linear forms
   narrow_own NA NG e q rA c        == the least of the numbers for the output token, NG those of G_A alone
   heads_bound r q u w rA rB L t    == the bound
   steps_of L t                     == t does not fall and is at most E + 1
   attention_reads, attention_seen, attention_others d h da == q, u, w of the network of Attention.v,
     h heads of rank da *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates
  AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm ChainCount
  AttentionLayers.
From Seprank Require Import AttentionNarrow GramReads.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* covers by two degrees *)
Section Steps.
Variables (R : comRingType) (X Y : Type) (I J : finType) (dA wA : I -> nat) (dB wB : J -> nat).
Variables (c : I -> J -> R) (g : I -> X -> R) (h : J -> Y -> R) (C E : nat) (NA NB : nat -> nat -> nat).
Hypothesis supp : forall i j, c i j != 0 -> (dA i + dB j <= C)%N /\ (wA i + wB j <= E)%N.
Hypothesis sA : forall a s, (a <= C)%N -> spanned [pred i | (dA i == a) && (wA i < s)%N] g (NA a s).
Hypothesis sB : forall b s, (b <= C)%N -> spanned [pred j | (dB j == b) && (wB j < s)%N] h (NB b s).

Lemma spanned_steps X' (I' : finType) (deg w : I' -> nat) (g' : I' -> X' -> R) N (t : nat -> nat) :
  (forall a, (a <= C)%N -> spanned [pred i | (deg i == a) && (w i < t a)%N] g' (N a)) ->
  spanned [pred i | (deg i <= C)%N && (w i < t (deg i))%N] g' (\sum_(a < C.+1) N a).
Proof.
move=> H; pose deg' i := if (w i < t (deg i))%N then deg i else C.+1.
apply: (sub_spanned (Q := [pred i | (deg' i < C.+1)%N])) => [i /andP[iC iw]|]; first by rewrite /= /deg' iw ltnS.
apply: spanned_lt => a aC; apply: sub_spanned (H a _) => // i /=; rewrite /deg'.
by case: ifP => [iw /eqP <-|_ /eqP E']; [rewrite eqxx|move: aC; rewrite -E' ltnn].
Qed.

Theorem steps_sep_le (t : nat -> nat) :
  (forall b b', (b <= b')%N -> (b' <= C)%N -> (t b <= t b')%N) -> (forall b, (b <= C)%N -> (t b <= E.+1)%N) ->
  sep_le (fun x y => \sum_i \sum_j c i j * g i x * h j y) (\sum_(b < C.+1) (NB b (E.+1 - t b) + NA (C - b) (t b)))%N.
Proof.
move=> up tE.
have HA := @spanned_steps _ _ dA wA g (fun a => NA a (t (C - a)%N)) (fun a => t (C - a)%N) (fun a => @sA a _).
have HB := @spanned_steps _ _ dB wB h (fun b => NB b (E.+1 - t b)%N) (fun b => E.+1 - t b)%N (fun b => @sB b _).
have -> : (\sum_(b < C.+1) (NB b (E.+1 - t b) + NA (C - b) (t b)) =
           \sum_(a < C.+1) NA a (t (C - a)) + \sum_(b < C.+1) NB b (E.+1 - t b))%N.
  rewrite big_split addnC /=; congr (_ + _)%N; rewrite (reindex_inj rev_ord_inj); apply: eq_bigr => a _ /=.
  by rewrite subSS; congr (NA _ (t _)); have := ltn_ord a; lia.
apply: cover_sep HA HB => i j /supp[dC wE] /=.
have := up (dB j) (C - dA i)%N; have := tE (dB j).
by lia.
Qed.
End Steps.

Definition narrow_steps (NA NB : nat -> nat) dx u w C E (t : nat -> nat) :=
  (\sum_(b < C.+1) (minn (NB b) (tail_count w u b (E.+1 - t b)) + minn (NA (C - b)) (dx * tail_count w u (C - b) (t
    b))))%N.

Lemma leq_tail_count w w' u u' k s : (w <= w')%N -> (u <= u')%N -> (tail_count w u k s <= tail_count w' u' k s)%N.
Proof. by move=> ww uu; apply: leq_sum => j _; apply: leq_mul; apply: leq_mcl. Qed.

(* monomials in linear forms of G are combinations of those in its entries *)
Section Transfer.
Variables (R : comRingType) (m N D : nat) (C : 'M[R]_(m, N)).
Definition forms_poly (v : expo N D.+1) : {mpoly R[m]} := \prod_s (\sum_t C t s *: 'X_t) ^+ v s.

Lemma forms_poly_homog v : forms_poly v \is (edeg v).-homog.
Proof.
rewrite -[edeg v]mul1n; apply: (homog_prod (fun s => v s : nat)) => s.
by apply: rpred_sum => t _; apply: dhomogZ; rewrite dhomogX /= mdeg1.
Qed.

Lemma forms_polyE v (x : 'rV[R]_m) : monom (fun s => (x *m C) 0 s) v = (forms_poly v).@[fun t => x 0 t].
Proof.
rewrite rmorph_prod; apply: eq_bigr => s _; rewrite rmorphX; congr (_ ^+ _).
by rewrite raddf_sum mxE; apply: eq_bigr => t _ /=; rewrite mevalZ mevalXU mulrC.
Qed.

Definition bounded b (u : 'X_{1..m < b.+1}) : expo m D.+1 := [ffun t => inord (u t)].

Lemma bounded_val b (u : 'X_{1..m < b.+1}) t : (b <= D)%N -> bounded u t = u t :> nat.
Proof.
move=> bD; rewrite ffunE inordK // ltnS; apply: leq_trans bD.
by have := bmdeg u; rewrite ltnS mdegE (bigD1 t) //=; lia.
Qed.

Lemma edeg_bounded b (u : 'X_{1..m < b.+1}) : (b <= D)%N -> edeg (bounded u) = mdeg u.
Proof. by move=> bD; rewrite mdegE; apply: eq_bigr => t _; apply: bounded_val. Qed.

Lemma monom_forms b v (x : 'rV[R]_m) : (b <= D)%N -> edeg v = b ->
  monom (fun s => (x *m C) 0 s) v =
  \sum_(u : 'X_{1..m < b.+1} | mdeg u == b) (forms_poly v)@_u * monom (fun t => x 0 t) (bounded u).
Proof.
move=> bD vb; rewrite forms_polyE; have hv : forms_poly v \is b.-homog by rewrite -vb forms_poly_homog.
rewrite (homog_eval _ hv); apply: eq_bigr => u _; congr (_ * _); apply: eq_bigr => t _.
by rewrite bounded_val.
Qed.
End Transfer.

Lemma spanned_reindex (R : comRingType) X (I J : finType) (P : pred I) (Q : pred J) (phi : I -> J) (g : I -> X -> R)
    (h : J -> X -> R) N :
  (forall i, P i -> Q (phi i)) -> (forall i x, P i -> g i x = h (phi i) x) -> spanned Q h N -> spanned P g N.
Proof.
move=> PQ E [K KN [k [h' H]]]; exists K => //; exists (fun i => k (phi i)), h' => i x Pi.
by rewrite E // H // PQ.
Qed.

Section Spans.
Variables (F : fieldType) (n r e q D N : nat) (A : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)).
Variables (C : 'M[F]_(#|upper e|, N)) (Q : 'M[F]_(e, q)).
Local Notation m := #|upper e|.
Local Notation entries_of := (fun y => sym_coord (gram A (T y))).

Let svecE y : monom (coords C (gram A (T y))) =1 monom (fun s => (svec (gram A (T y)) *m C) 0 s) := fun v : expo N
  D.+1 => erefl.

Lemma coords_spanned b K : (b <= D)%N ->
  spanned [pred v : expo m D.+1 | edeg v == b] (bfun entries_of) K ->
  spanned [pred v : expo N D.+1 | edeg v == b] (bfun (fun y => coords C (gram A (T y)))) K.
Proof.
move=> bD H; apply: (@spanned_trans _ _ _ [finType of 'X_{1..m < b.+1}] _ [pred u : 'X_{1..m < b.+1} | mdeg u == b] _
  (fun u y => monom (entries_of y) (bounded D u)) (fun v u => (forms_poly C v)@_u)).
  move=> v y /eqP vb; rewrite /bfun svecE (monom_forms _ _ bD vb).
  by apply: eq_bigr => u _; congr (_ * _); apply: eq_bigr => t _; rewrite mxE.
by apply: spanned_reindex H => // u /eqP ub; rewrite /= edeg_bounded // ub.
Qed.

Lemma token_coords_spanned i c K : (c <= D)%N ->
  spanned [pred ku : 'I_e * expo m D.+1 | edeg ku.2 == c] (afun (token_in T i) entries_of) K ->
  spanned [pred ku : 'I_q * expo N D.+1 | edeg ku.2 == c]
    (afun (fun x k => (T x *m Q) i k) (fun x => coords C (gram A (T x)))) K.
Proof.
move=> cD H; apply: (@spanned_trans _ _ _ [finType of 'I_e * 'X_{1..m < c.+1}] _
  [pred ku : 'I_e * 'X_{1..m < c.+1} | mdeg ku.2 == c] _
  (fun ku x => T x i ku.1 * monom (entries_of x) (bounded D ku.2)) (fun ku lv => Q lv.1 ku.1 * (forms_poly C
    ku.2)@_(lv.2))).
  case=> k u x /= /eqP uc; rewrite /afun /= svecE (monom_forms _ _ cD uc).
  rewrite -(pair_big_dep xpredT (fun _ (v : 'X_{1..m < c.+1}) => mdeg v == c) (fun l (v : 'X_{1..m < c.+1}) =>
    Q l k * (forms_poly C u)@_v * (T x i l * monom (entries_of x) (bounded D v)))) /=.
  rewrite mxE mulr_suml; apply: eq_bigr => l _; rewrite mulr_sumr; apply: eq_bigr => v _.
  rewrite [X in X * _ = _]mulrC mulrACA; congr (_ * _ * (_ * _)); by apply: eq_bigr => t _; rewrite mxE.
by apply: (spanned_reindex (phi := fun lv => (lv.1, bounded D lv.2))) H => // -[l v] /eqP vb;
  rewrite /= edeg_bounded // vb.
Qed.
End Spans.

(* one token on the side of the output's: forms of degree 2c+1 in the ideal of those that are read *)
Definition ideal_count e q c := (mc e (2 * c).+1 - mc (e - q) (2 * c).+1)%N.

Lemma card_last_mc e q k : (mc (e - q) k <= #|[pred u : 'X_{1..e < k.+1} | (mdeg u == k) && [forall l : 'I_e,
  (l < q)%N ==> (u l == 0%N)]]|)%N.
Proof.
rewrite -card_sorted_mc; pose P := [pred t : k.-tuple 'I_(e - q) | sorted leq (map val t)].
pose f (t : k.-tuple 'I_(e - q)) : 'X_{1..e} := [multinom count (fun s : 'I_(e - q) => (q + s == l)%N) t | l < e].
have fdeg t : mdeg (f t) = k.
  rewrite mdegE -[RHS](size_tuple t) -sum1_size; under eq_bigr do rewrite mnmE -sum1_count big_mkcond.
  rewrite exchange_big; apply: eq_bigr => s _ /=; have lt : (q + s < e)%N by have := ltn_ord s; lia.
  rewrite (bigD1 (Ordinal lt)) //= eqxx big1 // => l nl; case: eqP => // E; case/eqP: nl.
  by apply/val_inj; rewrite /= E.
have lt t : (mdeg (f t) < k.+1)%N by rewrite fdeg.
have fI : {in P &, injective (fun t => BMultinom (lt t))}.
  move=> t t' st st' /(congr1 val) /= E; apply/val_inj/(inj_map val_inj).
  apply: (sorted_eq leq_trans anti_leq st st'); apply: perm_map; apply/allP => s _ /=.
  have lts : (q + s < e)%N by have := ltn_ord s; lia.
  have := congr1 (fun u : 'X_{1..e} => u (Ordinal lts)) E; rewrite !mnmE /=.
  have cE t0 : count (fun s0 : 'I_(e - q) => (q + s0 == q + s)%N) t0 = count_mem s t0.
    by apply: eq_count => s0; rewrite /= eqn_add2l.
  by rewrite !cE => ->.
rewrite -(card_in_imset fI); apply: subset_leq_card; apply/subsetP => _ /imsetP[t _ ->].
rewrite inE /= fdeg eqxx; apply/forallP => l; apply/implyP => lq; rewrite mnmE.
by rewrite -leqn0 leqNgt -has_count; apply/negP => /hasP[s _ /eqP E]; move: lq; rewrite -E; lia.
Qed.

Section Ideal.
Variables (F : fieldType) (n r e q D N : nat) (A : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)).
Variables (C : 'M[F]_(#|upper e|, N)) (Q : 'M[F]_(e, q)) (i : 'I_n).
Hypothesis A1 : forall j, A j = (j == i).

Lemma ideal_spanned c : spanned [pred ku : 'I_q * expo N D.+1 | edeg ku.2 == c]
  (afun (fun x k => (T x *m Q) i k) (fun x => coords C (gram A (T x)))) (ideal_count e q c).
Proof.
pose P := row_ebase Q^T; pose pt x l := (row i (T x) *m P^T) 0 l.
pose X l : {mpoly F[e]} := \sum_l' (invmx P)^T l' l *: 'X_l'.
have XE x l : (X l).@[pt x] = T x i l.
  have -> : T x i l = (row i (T x) *m P^T *m (invmx P)^T) 0 l.
    by rewrite -mulmxA -trmx_mul mulVmx ?row_ebase_unit // trmx1 mulmx1 mxE.
  rewrite mxE raddf_sum; apply: eq_bigr => l' _ /=.
  by rewrite mevalZ mevalXU mulrC.
have hX l : X l \is 1.-homog by apply: rpred_sum => l' _; apply: dhomogZ; rewrite dhomogX /= mdeg1.
pose M : 'M[F]_(e, q) := (col_ebase Q^T *m pid_mx (\rank Q^T))^T.
have M0 (l : 'I_e) k : M l k != 0 -> (l < q)%N.
  apply: contraTT; rewrite -leqNgt negbK => ql; apply/eqP; rewrite mxE mxE big1 // => l' _; rewrite mxE.
  case: eqP => [E|_]; last by rewrite mulr0.
  by have := ltn_ord l'; rewrite [X in (X < _)%N]E ltnNge ql.
pose Y k : {mpoly F[e]} := \sum_l M l k *: 'X_l.
have YE x k : (Y k).@[pt x] = (T x *m Q) i k.
  have -> : (T x *m Q) i k = (row i (T x) *m P^T *m M) 0 k.
    by rewrite /M -mulmxA -trmx_mul -[Q in LHS]trmxK mulmx_ebase -row_mul [RHS]mxE.
  rewrite mxE raddf_sum; apply: eq_bigr => l _ /=.
  by rewrite mevalZ mevalXU mulrC.
have hY k : Y k \is 1.-homog by apply: rpred_sum => l' _; apply: dhomogZ; rewrite dhomogX /= mdeg1.
have sY k u : u \in msupp (Y k) -> exists2 l : 'I_e, (l < q)%N & u = U_(l)%MM.
  rewrite mcoeff_msupp raddf_sum /= => nz.
  have [l] : exists l, (M l k *: 'X_l : {mpoly F[e]})@_u != 0.
    apply/existsP; rewrite -[[exists _, _]]negbK negb_exists; apply: contra nz => /forallP H.
    by rewrite big1 // => l _; apply/eqP; have := H l; rewrite negbK.
  rewrite mcoeffZ mcoeffX mulf_eq0 negb_or => /andP[/M0 lq]; case: (U_(l)%MM =P u) => [<- _|_]; last by rewrite eqxx.
  by exists l.
pose G t : {mpoly F[e]} := \sum_s C s t *: (X (enum_val s).1 * X (enum_val s).2).
have hG t : G t \is 2.-homog.
  by apply: rpred_sum => s _; apply: dhomogZ; apply: (@dhomogM _ _ _ 1 _ 1).
have GE x t : (G t).@[pt x] = coords C (gram A (T x)) t.
  rewrite /coords mxE raddf_sum; apply: eq_bigr => s _ /=; rewrite mevalZ mevalM !XE [LHS]mulrC; congr (_ * _).
  rewrite mxE /sym_coord mxE (bigD1 i) //= big1 ?addr0 => [|j ji].
    by rewrite !mxE A1 eqxx.
  by rewrite !mxE A1 (negPf ji) mul0r.
pose p (ku : 'I_q * expo N D.+1) := Y ku.1 * \prod_t G t ^+ ku.2 t.
have hp ku : edeg ku.2 = c -> p ku \is (2 * c).+1.-homog.
  by move=> <-; apply: (dhomogM (hY ku.1) (homog_prod (fun t => ku.2 t : nat) hG)).
pose out (u : 'X_{1..e < (2 * c).+2}) := [forall l : 'I_e, (l < q)%N ==> (u l == 0%N)].
have pout ku (u : 'X_{1..e < (2 * c).+2}) : out u -> (p ku)@_u = 0.
  move=> ou; apply/eqP; rewrite -[_ == 0]negbK -mcoeff_msupp;
    apply/negP => /msuppM_le/allpairsP[[u1 u2] /= [/sY[l lq ->] _ E]].
  by have /forallP/(_ l) := ou; rewrite lq E mnmDE mnm1E eqxx.
apply: (@spanned_trans F 'M[F]_(n, r) [finType of 'I_q * expo N D.+1] [finType of 'X_{1..e < (2 * c).+2}] [pred ku :
  'I_q * expo N D.+1 | edeg ku.2 == c] [pred u : 'X_{1..e < (2 * c).+2} | (mdeg u == (2 * c).+1) && ~~ out u] _
  (fun (u : 'X_{1..e < (2 * c).+2}) x => mmap1 (pt x) u) (fun ku (u : 'X_{1..e < (2 * c).+2}) => (p ku)@_u)).
  move=> ku x /eqP uc; have -> : afun (fun x k => (T x *m Q) i k) (fun x => coords C (gram A (T x))) ku x =
    (p ku).@[pt x].
    by rewrite /afun mevalM YE monom_eval; congr (_ * _); apply: eq_bigr => t _; rewrite GE.
  rewrite (homog_eval _ (hp ku uc)) [LHS](bigID out) /= big1 ?add0r // => u /andP[_ ou].
  by rewrite pout // mul0r.
apply: spannedW (spanned_self _ _); rewrite /ideal_count.
pose all_u := [pred u : 'X_{1..e < (2 * c).+2} | mdeg u == (2 * c).+1].
have le : (#|all_u| <= mc e (2 * c).+1)%N.
  apply: (@card_le_mc _ _ _ _ (fun (u : 'X_{1..e < (2 * c).+2}) l => (u : 'X_{1..e}) l)) => [u /eqP E|u u' _ _ E].
    by rewrite -[RHS]E mdegE.
  by apply/val_inj/mnmP.
apply: leq_trans (leq_sub le (card_last_mc e q (2 * c).+1)).
rewrite -(cardID out all_u); have <- : #|[predI all_u & out]| =
  #|[pred u : 'X_{1..e < (2 * c).+2} | (mdeg u == (2 * c).+1) && out u]|.
  by apply: eq_card => u; rewrite !inE.
by rewrite addKn; apply/eq_leq/eq_card => u; rewrite !inE andbC.
Qed.
End Ideal.

(* of NA functions x_(i,k) p(G_A), p of degree c, and NG functions p(G_A), those that x_i enters by q forms *)
Definition narrow_own (NA NG : nat -> nat) e q rA c :=
  let all := if (q < e)%N then minn (NA c) (q * NG c) else NA c in if rA == 1%N then minn all (ideal_count e q c)
    else all.

(* the bound for any numbers of functions of G and of the output token, of degree b *)
Section Bound.
Variables (F : fieldType) (n r e d : nat) (A : pred 'I_n) (T : 'M[F]_(n, r) -> 'M[F]_(n, e)).
Hypothesis mixT : forall x y, T (mix A x y) = mix A (T x) (T y).
Variables (E : 'M[F]_(e, d)) (res : bool) (hs : seq (bhead F d)) (v : 'rV[F]_d) (ls : seq (layer F d)) (i : 'I_n).
Hypotheses (ub : all (@unbiased F d) (Attend res hs v :: ls)) (Ai : A i).
Local Notation C := (gram_degree (depth ls).+1).
Local Notation exp := (expo #|upper e| C.+1).
Variables (NA NG NB : nat -> nat).
Hypothesis sB : forall b, (b <= C)%N -> spanned [pred v : exp | edeg v == b] (bfun (fun y => sym_coord (gram (predC
  A) (T y)))) (NB b).
Hypothesis sG : forall c, (c <= C)%N -> spanned [pred v : exp | edeg v == c] (bfun (fun x => sym_coord (gram A (T
  x)))) (NG c).
Hypothesis sA : forall c, (c <= C)%N ->
  spanned [pred ku : 'I_e * exp | edeg ku.2 == c] (afun (token_in T i) (fun x => sym_coord (gram A (T x)))) (NA c).
Local Notation q := (reads_of res false e hs).

Lemma narrow_steps_sep_le p (t : nat -> nat) :
  (forall b b', (b <= b')%N -> (b' <= C)%N -> (t b <= t b')%N) ->
  (forall b, (b <= C)%N -> (t b <= (gram_degree (depth ls)).+1)%N) ->
  sep_le (fun x y => layers (Attend res hs v :: ls) (T (mix A x y) *m E) i p)
    (narrow_steps (narrow_own NA NG e q #|A|) NB q (seen_of false e hs) (others_of res false e hs) C
       (gram_degree (depth ls)) t).
Proof.
move=> up tE.
have one (B : pred 'I_n) x : svec (gram B (T x)) = svec (gram B (T x)) *m 1%:M + 0 by rewrite mulmx1 addr0.
have [Q [N [w [K [a [cw cu deg H]]]]]] := @reads_pairs F n r e d A T false 0 1%:M 0 0 mixT (fun f => False_ind _
  (notF f))
  (one A) (one (predC A)) (fun f => False_ind _ (notF f)) E res hs v ls ub i p Ai.
apply: eq_sep_le (fun x y => esym (H x y)) _.
have tails k s : (#|[pred u : expo N C.+1 | (edeg u == k) && (ewdeg w u < s)%N]| <=
    tail_count (others_of res false e hs) (seen_of false e hs) k s)%N.
  by apply: leq_trans (card_tail w C k s) _; apply: leq_tail_count.
apply: (@steps_sep_le F _ _ [finType of 'I_q * expo N C.+1] [finType of expo N C.+1] (fun ku => edeg ku.2)
  (fun ku => ewdeg w ku.2) (@edeg N C.+1) (ewdeg w) a
  (fun ku x => (T x *m Q) i ku.1 * monom (coords K (gram A (T x))) ku.2) (fun v y => monom (coords K (gram (predC A)
    (T y))) v)
  C (gram_degree (depth ls))
  (fun c s => minn (narrow_own NA NG e q #|A| c) (q * tail_count (others_of res false e hs) (seen_of false e hs) c s))
  (fun b s => minn (NB b) (tail_count (others_of res false e hs) (seen_of false e hs) b s))) => //.
- by move=> ku v' /deg[h1 h2]; split=> //; apply: leq_trans h1 (leq_subr _ _).
- move=> c s cC; apply: spanned_min; last first.
    apply: spannedW (spanned_self _ _).
    have -> : #|[pred ku : 'I_q * expo N C.+1 | (edeg ku.2 == c) && (ewdeg w ku.2 < s)%N]|
        = (q * #|[pred u : expo N C.+1 | (edeg u == c) && (ewdeg w u < s)%N]|)%N.
      by rewrite -[X in (X * _)%N]card_ord -cardX; apply: eq_card => -[k u]; rewrite !inE.
    by rewrite leq_mul2l tails orbT.
  apply: (sub_spanned (Q := [pred ku | edeg ku.2 == c])) => [ku /andP[]//|].
  suff all : spanned [pred ku : 'I_q * expo N C.+1 | edeg ku.2 == c]
      (fun ku x => (T x *m Q) i ku.1 * monom (coords K (gram A (T x))) ku.2) (if (q < e)%N then minn (NA c) (q * NG
        c) else NA c).
    rewrite /narrow_own; case: ifP => // /eqP cA; apply: spanned_min => //.
    have /card_le1_eqP one_of := eq_leq cA; apply: (@ideal_spanned F n r e q C N A T K Q i _ c) => j.
    by apply/idP/eqP => [Aj|->//]; apply: one_of.
  have tok := token_coords_spanned K Q cC (sA cC); case: ifP => // _; apply: spanned_min => //.
  have sc := @spanned_scale F 'M[F]_(n, r) [finType of 'I_q] [finType of expo N C.+1]
    [pred u | edeg u == c] (bfun (fun x => coords K (gram A (T x)))) _ (fun x k => (T x *m Q) i k)
    (coords_spanned K cC (sG cC)).
  by move: sc; rewrite card_ord.
move=> b s bC; apply: spanned_min; last exact: spannedW (tails b s) (spanned_self _ _).
apply: (sub_spanned (Q := [pred v | edeg v == b])) => [v' /andP[]//|].
exact: (coords_spanned K bC (sB bC)).
Qed.
End Bound.

Definition heads_bound r q u w rA rB L (t : nat -> nat) :=
  narrow_steps (narrow_own (token_chains r rA) (gram_chains r rA) r q rA) (gram_chains r rB) q u w
    (gram_degree L) (gram_degree L.-1) t.

Definition steps_of L (t : nat -> nat) :=
  (forall b b', (b <= b')%N -> (b' <= gram_degree L)%N -> (t b <= t b')%N) /\
  (forall b, (b <= gram_degree L)%N -> (t b <= (gram_degree L.-1).+1)%N).

(* Theorem 3.16, of tokens z with r entries each, which a matrix E embeds into the d of the layers *)
Theorem layers_heads_sep_le (F : fieldType) n r d (S : pred 'I_n) (E : 'M[F]_(r, d)) res hs v (ls : seq (layer F d)) i p
    (l := Attend res hs v) (t : nat -> nat) :
  all (@unbiased F d) (l :: ls) -> steps_of (depth (l :: ls)) t ->
  sep_le (fun x y => layers (l :: ls) (mix S x y *m E) i p)
    (heads_bound r (reads_of res false r hs) (seen_of false r hs) (others_of res false r hs)
       #|[pred j | S j == S i]| #|[pred j | S j != S i]| (depth (l :: ls)) t).
Proof.
move=> ub [up tE]; apply: (@two_sides _ _ _ (fun z => layers (l :: ls) (z *m E) i p) S i (fun rA rB =>
  heads_bound r (reads_of res false r hs) (seen_of false r hs) (others_of res false r hs) rA rB (depth (l :: ls)) t))
    => A Ai.
apply: (@narrow_steps_sep_le F n r r d A id (fun _ _ => erefl) E res hs v ls i ub Ai (token_chains r #|A|)
  (gram_chains r #|A|) (gram_chains r #|predC A|)) => //.
- by move=> b _; apply: (@gram_spanned F n r r _ id (predC A)).
- by move=> c _; apply: (@gram_spanned F n r r _ id A).
- by move=> c _; apply: (@token_spanned F n r r _ A id).
Qed.

(* the network of Attention.v, with heads of rank da *)
Definition attention_reads d h da := minn d (h * da).
Definition attention_seen d h da := minn (sym_dim d) (h * seen_form d da da).
Definition attention_others d h da := minn (sym_dim d - attention_seen d h da) (sym_dim (attention_reads d h da)).

Lemma heads_of_rank (F : fieldType) d da h (H : seq (head F d)) : (size H <= h)%N ->
  (forall wv, wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  exists hs : seq (bhead F d), [/\ all (@unbiased_head F d) hs, [seq (hw H, vw H) | H <- hs] = nseq h (da, da) &
    forall n (X : 'M_(n, d)), \sum_(b <- hs) attend1 b X = att H X].
Proof.
elim: h H => [|h IH] [|wv H] //= sz low.
- by exists [::]; split=> // n X; rewrite /att !big_nil.
- have [|//|hs [uh wh E]] := IH [::]; first by [].
  exists (@BHead F d da da 0 0 0 0 0 0 0 :: hs); rewrite /= /unbiased_head /= !eqxx uh wh; split=> // n X.
  by rewrite big_cons E /attend1 /= mulmx0 add0r.
have [//|wv' wvH|hs [uh wh E]] := IH H; first by apply: low; rewrite inE wvH orbT.
have [/lowrankP[U [Z WE]] /lowrankP[U' [Z' VE]]] := low wv (mem_head _ _).
exists (BHead U 0 Z^T 0 U' 0 Z' :: hs); rewrite /= /unbiased_head /= !eqxx uh wh; split=> // n X.
rewrite big_cons E /att big_cons /attend1 /affine /att1 /= !mulmx0 !addr0 WE VE trmx_mul trmxK.
by rewrite !mulmxA.
Qed.

Lemma net_layers (F : fieldType) d da h (Ws : seq (seq (head F d))) : (0 < size Ws)%N ->
  (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  exists hs, exists ls : seq (layer F d), [/\ all (@unbiased F d) (Attend false hs 0 :: ls), (depth ls).+1 = size Ws,
    forall n (X : 'M_(n, d)), layers (Attend false hs 0 :: ls) X = net Ws X & [seq (hw H, vw H) | H <- hs] =
      nseq h (da, da)].
Proof.
case: Ws => // H Ws _ sz low; have [||hs [uh wh E]] := @heads_of_rank F d da h H.
- by apply: sz; rewrite mem_head.
- by move=> wv; apply: low; rewrite mem_head.
exists hs, [seq Attend false (map (@of_head F d) H) 0 | H <- Ws]; split=> //.
- rewrite /= uh eqxx /= all_map; apply/allP => H' _ /=; rewrite eqxx andbT all_map.
  by apply/allP => wv _ /=; rewrite /unbiased_head /= !eqxx.
- by rewrite /depth /= count_map -[RHS]/(size Ws).+1 -(count_predT Ws); congr (_.+1); apply: eq_count.
move=> n X; rewrite /net /= -/(net Ws (att H X)) -layers_net /layers /= -/(layers _ _); congr foldl.
by rewrite /affine mulmx1 mulmx0 addr0 add0r E.
Qed.

Lemma uniform_heads (F : fieldType) d da h (hs : seq (bhead F d)) : [seq (hw H, vw H) | H <- hs] = nseq h (da, da) ->
  [/\ reads_of false false d hs = attention_reads d h da, seen_of false d hs = attention_seen d h da &
      others_of false false d hs = attention_others d h da].
Proof.
move=> wE; have sum (f : nat * nat -> nat) : (\sum_(H <- hs) f (hw H, vw H) = h * f (da, da))%N.
  rewrite -(big_map (fun H => (hw H, vw H)) xpredT f) wE; elim: (h) => [|k IH]; first by rewrite big_nil.
  by rewrite big_cons IH mulSn.
have [rh fh] := (sum fst, sum (fun ko => seen_form d ko.1 ko.2)).
rewrite /others_of /reads_of /seen_of /others_in /reads_in /seen_in /lead_in /head_reads /head_forms /= in rh fh *.
by rewrite rh fh addn0 !subn0 minnA minnn.
Qed.

(* Theorem 3.16 for the network of Attention.v *)
Theorem attention_heads_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p
    (t : nat -> nat) :
  (0 < size Ws)%N -> (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  steps_of (size Ws) t ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (heads_bound d (attention_reads d h da) (attention_seen d h da) (attention_others d h da)
       #|[pred j | S j == S i]| #|[pred j | S j != S i]| (size Ws) t).
Proof.
move=> W0 sz low st; have [hs [ls [ub dE E /uniform_heads[<- <- <-]]]] := net_layers W0 sz low.
rewrite -dE in st *; have := layers_heads_sep_le S 1%:M i p ub st.
by apply: eq_sep_le => x y; rewrite mulmx1 E.
Qed.
