(* The instance L = 3, one head of Theorem 3.12 of theory.md, which refutes its Conjecture 3.11: the block
   b = 7 has at most mc n 7 - delta functions of the side B, n = d(d+1)/2,
     delta = mc (d-1) 14 - 2 mc (d-1) 12 + mc (d-1) 10 = 4, 56, 421 for d = 4, 5, 6,
   and the other blocks are those of 3.3. For all weights, any d, any partition, over any field.
   Relation to theory.md: its other values delta_B and delta_A, which count for few tokens, are left out,
   and with less than d tokens on the side B the block b = 7 is the lesser of h(d,|B|;7) and
   mc n 7 - delta (theory.md: h - delta). With one head of width d the term g(b) of 3.3 is at least one of
   the two others.

   junction_bound d rA rB == the bound
   junction_gram_bound d  == its simple form for any numbers of tokens, \sum_(b < 14)
                             min (mc n b - [b = 7] delta, d mc n (13 - b))
   junctions_4            : at d = 4 it is 31456; 3.3 gives 31460 (graded_gram_bound_4) *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull DegreeCover GramForm AttentionLayers.
From Seprank Require Import FormMatrix JunctionWord JunctionPlane BoundFormulas GradedFormula.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Network.
Variables (F : fieldType) (n e : nat).
Local Notation d := e.+1.
Local Notation m := #|upper d|.
Local Notation S := {mpoly F[e]}.
Local Notation exp := (expo m 14).
Variables (W1 V1 W2 V2 W3 V3 : 'M[F]_d) (A : pred 'I_n) (i : 'I_n) (p : 'I_d).
Hypothesis Ai : A i.
Let Ws : seq (seq (head F d)) := [:: [:: (W1, V1)]; [:: (W2, V2)]; [:: (W3, V3)]].
Let B := sym_basis F (d := d).
Definition net_poly k : {mpoly F[m + m]} := netP (map_net [rmorphism of @mpolyC (m + m) F] Ws) (gram_var B) k p.
Let xA (x : 'M[F]_(n, d)) : 'I_m -> F := sym_coord (gram A x).
Let xB (y : 'M[F]_(n, d)) : 'I_m -> F := sym_coord (gram (predC A) y).

Lemma net_poly_graded k : graded pred0 13 13 (net_poly k).
Proof. exact: (@graded_net F m pred0 d B Ws). Qed.

Lemma net_polyE x y : net Ws (mix A x y) i p = \sum_k token i x k * (net_poly k).@[join (xA x) (xB y)].
Proof.
rewrite net_mixE Ai; apply: eq_bigr => k _.
by rewrite (sym_coordE (gram_tr A x)) (sym_coordE (gram_tr (predC A) y)) -netP_eval.
Qed.

Local Notation partb b := (part (R := F) 13 net_poly (token i) xA xB b).
Definition acoef (x : 'M[F]_(n, d)) (c : exp) := \sum_(ka : 'I_d * exp) (net_poly ka.1)@_(mnm2 ka.2 c) * afun (token i) xA ka x.

Lemma part7E x y : partb 7%N x y = \sum_(c in @Q7 e) acoef x c * bfun xB c y.
Proof.
rewrite /part exchange_big [RHS]big_mkcond; apply: eq_bigr => c _ /=.
rewrite -mulr_suml unfold_in /= /part_coef; case: ifP => _; first by [].
by rewrite big1 ?mul0r // => ka _; rewrite mul0r.
Qed.

(* put to one token of the plane that kills the vector v at the end of the words *)
Variables (N : 'M[F]_(e, d)) (N' : 'M[F]_(d, e)).
Hypotheses (NN : N *m N' = 1%:M) (Nv : N *m (V1 *m V2 *m V3 *m (delta_mx p 0 : 'cV_d)) = 0).
Local Notation u := (plane_token N).
Local Notation mxC := (map_mx (@mpolyC e F)).
Local Notation ideal := (in_ideal N W1 (V1 *m W2 *m V1^T)).

Lemma below_plane x k : below ideal 7
  (netP (map_net [rmorphism of polyC] (map_net [rmorphism of @mpolyC e F] Ws)) (gram_t u (mxC (gram A x))) k p).
Proof.
apply: below_net.
- exact: in_ideal0.
- exact: in_idealD.
- exact: in_idealM.
- by rewrite map_trmx gram_tr.
- by exists 1, 0; rewrite mulr0 addr0 mulr1.
- by exists 0, 1; rewrite mulr0 add0r mulr1 /quadric !map_mxM map_trmx.
have -> : u *m (mxC V1 *m mxC V2 *m mxC V3 *m (delta_mx p 0 : 'cV_d)) = 0; last by rewrite mxE; apply: in_ideal0.
rewrite -(map_delta_mx [rmorphism of @mpolyC e F]) -!map_mxM /plane_token -mulmxA -map_mxM Nv.
by rewrite map_mx0 mulmx0.
Qed.

Local Notation Rt := {poly S}.
Let phi : {rmorphism F -> Rt} := [rmorphism of polyC \o @mpolyC e F].
Let pt x : 'I_(m + m) -> Rt := join (fun t => phi (xA x t)) (fun t => 'X * (ucoord N t)%:P).
Let ev x : {rmorphism {mpoly F[m + m]} -> Rt} := [rmorphism of meval (pt x) \o map_mpoly phi].

Lemma ev_netP x : map_mx (ev x) (netP (map_net [rmorphism of @mpolyC (m + m) F] Ws) (gram_var B)) =
  netP (map_net [rmorphism of polyC] (map_net [rmorphism of @mpolyC e F] Ws)) (gram_t u (mxC (gram A x))).
Proof.
have evC (M : 'M[F]_d) : map_mx (ev x) (map_mx (@mpolyC (m + m) F) M) = map_mx polyC (mxC M).
  by apply/matrixP => k l; rewrite !mxE /= map_mpolyC mevalC.
rewrite netP_map; congr netP; first by rewrite /= /map_head /= !evC.
have T : (gram_t u (mxC (gram A x)))^T = gram_t u (mxC (gram A x)).
  by rewrite linearD linearZ /= !map_trmx gram_tr trmx_mul trmxK.
rewrite (sym_coordE T) raddf_sum; apply: eq_bigr => t _ /=.
apply/matrixP => k l; rewrite !mxE rmorphM rmorphD /= !map_mpolyX !mevalXU /pt joinl joinr map_mpolyC mevalC.
congr (_ * _); last by rewrite /= !rmorph_nat.
rewrite /sym_coord /gram_t [RHS]mxE; congr (_ + _); first by rewrite [RHS]mxE [in RHS]mxE.
rewrite [RHS]mxE; congr ('X * _); rewrite [RHS]mxE; congr (_%:P).
by rewrite [RHS]mxE big_ord1 [in RHS]mxE.
Qed.

Lemma acoef_ideal x : ideal (\sum_(c in @Q7 e) acoef x c *: monom (ucoord N) c).
Proof.
pose total := \sum_k phi (token i x k) *
  netP (map_net [rmorphism of polyC] (map_net [rmorphism of @mpolyC e F] Ws)) (gram_t u (mxC (gram A x))) k p.
have id7 : ideal total`_7.
  rewrite /total coef_sum; elim/big_ind: _ => [|a b|k _]; [exact: in_ideal0|exact: in_idealD|].
  by rewrite coefCM; apply: in_idealM; apply: below_plane.
suff E : total = \sum_(c : exp) phi (acoef x c) * ('X^(edeg c) * (monom (ucoord N) c)%:P).
  move: id7; rewrite E coef_sum; congr in_ideal; rewrite [RHS]big_mkcond; apply: eq_bigr => c _.
  have -> : phi (acoef x c) = ((acoef x c)%:MP)%:P by [].
  rewrite coefCM coefMC coefXn unfold_in /= eq_sym; case: ifP => _; last by rewrite mul0r mulr0.
  by rewrite mul1r mul_mpolyC.
have sz k : (msize (map_mpoly phi (net_poly k)) <= 14)%N.
  rewrite msizeE; apply/bigmax_leqP_seq => v; rewrite mcoeff_msupp mcoeff_map_mpoly => nz _.
  have [|-> //] := @net_poly_graded k v; rewrite mcoeff_msupp; apply: contraNneq nz => ->.
  by apply/eqP; exact: rmorph0.
have netE k : netP (map_net [rmorphism of polyC] (map_net [rmorphism of @mpolyC e F] Ws)) (gram_t u (mxC (gram A x))) k p =
    \sum_(al : exp) \sum_(c : exp) phi ((net_poly k)@_(mnm2 al c) * monom (xA x) al) * ('X^(edeg c) * (monom (ucoord N) c)%:P).
  rewrite -ev_netP mxE -[LHS]/((map_mpoly phi (net_poly k)).@[pt x]) (meval_join _ _ (sz k)); apply: eq_bigr => al _; apply: eq_bigr => c _.
  rewrite mcoeff_map_mpoly [phi (_ * _)]rmorphM; congr (_ * _ * _).
    by rewrite /monom rmorph_prod; apply: eq_bigr => t _; rewrite rmorphX.
  rewrite /monom /edeg -prodrXr rmorph_prod -big_split; apply: eq_bigr => t _ /=.
  by rewrite exprMn rmorphX.
transitivity (\sum_(ka : 'I_d * exp) \sum_(c : exp)
    phi ((net_poly ka.1)@_(mnm2 ka.2 c) * afun (token i) xA ka x) * ('X^(edeg c) * (monom (ucoord N) c)%:P)).
  rewrite -(pair_bigA _ (fun k al => \sum_(c : exp)
    phi ((net_poly k)@_(mnm2 al c) * afun (token i) xA (k, al) x) * ('X^(edeg c) * (monom (ucoord N) c)%:P))) /=.
  apply: eq_bigr => k _; rewrite netE mulr_sumr; apply: eq_bigr => al _; rewrite mulr_sumr; apply: eq_bigr => c _.
  rewrite mulrA; congr (_ * _); rewrite -[LHS]rmorphM; congr (phi _).
  by rewrite /afun /= mulrCA.
rewrite exchange_big; apply: eq_bigr => c _; rewrite -mulr_suml; congr (_ * _).
by rewrite -[LHS](rmorph_sum phi).
Qed.

Definition coef_row x : 'rV[F]_#|@Q7 e| := \row_j acoef x (enum_val j).

Lemma coef_row_sub x : (coef_row x <= admissible N W1 (V1 *m W2 *m V1^T))%MS.
Proof.
apply/sub_kermxP; rewrite mulmxA; apply/eqP; rewrite -submxE.
have -> : coef_row x *m restriction N = form_row 14 (\sum_(c in @Q7 e) acoef x c *: monom (ucoord N) c).
  rewrite linear_sum mulmx_sum_row /= [RHS]big_enum_val; apply: eq_bigr => j _.
  by rewrite rowK mxE linearZ.
exact: in_ideal_sub (acoef_ideal x).
Qed.

Lemma part7_sep_le : sep_le (fun x y => partb 7%N x y) (\rank (admissible N W1 (V1 *m W2 *m V1^T))).
Proof.
pose L := row_base (admissible N W1 (V1 *m W2 *m V1^T)).
exists (fun j x => (coef_row x *m pinvmx L) 0 j), (fun j y => \sum_c L j c * bfun xB (enum_val c) y) => x y.
rewrite part7E big_enum_val; under [RHS]eq_bigr do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => c _ /=.
have sub : (coef_row x <= L)%MS by rewrite eq_row_base; apply: coef_row_sub.
have -> : acoef x (enum_val c) = (coef_row x *m pinvmx L *m L) 0 c by rewrite mulmxKpV // mxE.
by rewrite mxE mulr_suml; apply: eq_bigr => j _; rewrite mulrA.
Qed.

End Network.

Definition junction_cover d (NA NB : nat -> nat) := (\sum_(b < 14)
  minn (minn (NB b) (NA (13 - b))) (if b == 7 :> nat then mc (sym_dim d) 7 - junction_delta d else NB b))%N.
Definition junction_bound d rA rB := junction_cover d (token_chains d rA) (gram_chains d rB).
Definition junction_gram_bound d := (\sum_(b < 14)
  minn (mc (sym_dim d) b - (if b == 7 :> nat then junction_delta d else 0)) (d * mc (sym_dim d) (13 - b)))%N.

(* Theorem 3.3 with the dimension of the block b = 7 less by delta, for any bounds on the dimensions *)
Lemma junction_dims_sep_le (F : fieldType) n e (W1 V1 W2 V2 W3 V3 : 'M[F]_e.+1) (A : pred 'I_n) i p NA NB : A i ->
  (forall b, spanned [pred c : expo #|upper e.+1| 14 | edeg c == b]
    (bfun (fun y : 'M[F]_(n, e.+1) => sym_coord (gram (predC A) y))) (NB b)) ->
  (forall a, spanned [pred ka : 'I_e.+1 * expo #|upper e.+1| 14 | edeg ka.2 == a]
    (afun (@token F n e.+1 i) (fun x => sym_coord (gram A x))) (NA a)) ->
  sep_le (fun x y => net [:: [:: (W1, V1)]; [:: (W2, V2)]; [:: (W3, V3)]] (mix A x y) i p) (junction_cover e.+1 NA NB).
Proof.
move=> Ai sB sA; have gq := @net_poly_graded F e W1 V1 W2 V2 W3 V3 p.
pose q := net_poly W1 V1 W2 V2 W3 V3 p.
pose f b := part 13 q (@token F n e.+1 i) (fun x => sym_coord (gram A x)) (fun y => sym_coord (gram (predC A) y)) b.
have H (b : 'I_14) : sep_le (f b) (minn (minn (NB b) (NA (13 - b)%N))
    (if b == 7%N :> nat then mc (sym_dim e.+1) 7 - junction_delta e.+1 else NB b)%N).
  have HB : sep_le (f b) (NB b) by apply: (part_sepB gq).
  have HA : sep_le (f b) (NA (13 - b)%N) by apply: (part_sepA gq).
  apply: sep_le_min; first exact: sep_le_min.
  case: eqP => // ->; have [e0|e0] := posnP e.
    apply: (part_sepB gq); apply: spannedW (spanned_self _ _).
    by apply: leq_trans (card_edeg _ _ _) _; rewrite card_upper /junction_delta e0.
  have [M [M' [MM Mv]]] := hyperplane (V1 *m V2 *m V3 *m (delta_mx p 0 : 'cV_e.+1)).
  apply: sep_leW (admissible_rank MM W1 (V1 *m W2 *m V1^T) e0) _.
  exact: part7_sep_le Mv.
apply: eq_sep_le (sep_le_sum H) => x y.
rewrite (net_polyE W1 V1 W2 V2 W3 V3 p Ai); symmetry.
exact: (sum_parts gq (@token F n e.+1 i) (fun x => sym_coord (gram A x)) (fun y => sym_coord (gram (predC A) y))).
Qed.

Lemma junction_cover_sep_le (F : fieldType) n d (S : pred 'I_n) (Ws : seq (seq (head F d))) i p (NA NB : nat -> nat -> nat) :
  size Ws = 3%N -> all (fun H => size H == 1%N) Ws ->
  (forall (A : pred 'I_n) b, spanned [pred c : expo #|upper d| 14 | edeg c == b]
    (bfun (fun y : 'M[F]_(n, d) => sym_coord (gram A y))) (NB #|A| b)) ->
  (forall (A : pred 'I_n) a, A i -> spanned [pred ka : 'I_d * expo #|upper d| 14 | edeg ka.2 == a]
    (afun (@token F n d i) (fun x => sym_coord (gram A x))) (NA #|A| a)) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (junction_cover d (NA #|[pred j | S j == S i]|) (NB #|[pred j | S j != S i]|)).
Proof.
case: Ws => [|H1 [|H2 [|H3 [|//]]]] // _ /and4P[].
case: H1 => [|[W1 V1] [|//]] // _; case: H2 => [|[W2 V2] [|//]] // _; case: H3 => [|[W3 V3] [|//]] // _ _.
case: d W1 V1 W2 V2 W3 V3 p => [|e] W1 V1 W2 V2 W3 V3 p; first by case: p.
move=> sB sA; set Ws := [:: _; _; _].
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => junction_cover e.+1 (NA rA) (NB rB))) => A Ai.
by apply: (@junction_dims_sep_le _ _ _ W1 V1 W2 V2 W3 V3 A i p _ _ Ai) => [b|a]; [apply: sB|apply: sA].
Qed.

(* the instance L = 3, one head of Theorem 3.12 *)
Theorem junctions_sep_le (F : fieldType) n d (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  size Ws = 3%N -> all (fun H => size H == 1%N) Ws ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (junction_bound d #|[pred j | S j == S i]| #|[pred j | S j != S i]|).
Proof.
move=> s3 s1; apply: (@junction_cover_sep_le F n d S Ws i p (token_chains d) (gram_chains d) s3 s1) => [A b|A a Ai].
  exact: (@gram_spanned F n _ _ 13 id A b).
exact: (@token_spanned F n _ _ 13 A id i a Ai).
Qed.

(* the same whatever the numbers of tokens *)
Corollary junctions_gram_sep_le (F : fieldType) n d (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  size Ws = 3%N -> all (fun H => size H == 1%N) Ws ->
  sep_le (fun x y => net Ws (mix S x y) i p) (junction_gram_bound d).
Proof.
move=> s3 s1; have sB (A : pred 'I_n) b : spanned [pred c : expo #|upper d| 14 | edeg c == b]
    (bfun (fun y : 'M[F]_(n, d) => sym_coord (gram A y))) (mc (sym_dim d) b).
  by apply: spannedW (spanned_self _ _); rewrite -card_upper; apply: card_edeg.
have sA (A : pred 'I_n) a : A i -> spanned [pred ka : 'I_d * expo #|upper d| 14 | edeg ka.2 == a]
    (afun (@token F n d i) (fun x => sym_coord (gram A x))) (d * mc (sym_dim d) a)%N.
  by move=> _; apply: spannedW (spanned_self _ _); rewrite -card_upper; apply: card_adeg.
apply: sep_leW (@junction_cover_sep_le F n d S Ws i p (fun _ c => (d * mc (sym_dim d) c)%N) (fun=> mc (sym_dim d)) s3 s1 sB sA).
rewrite /junction_cover /junction_gram_bound; apply: leq_sum => b _.
case: eqP => [->|_]; last by rewrite subn0 geq_minl.
by rewrite leq_min geq_minr /= (leq_trans (geq_minl _ _)) ?geq_minr.
Qed.

(* its value on binary naturals, as in BoundFormulas.v *)
Definition junction_deltaN d := (mcN (d - 1) 14 + mcN (d - 1) 10 - 2 * mcN (d - 1) 12)%bN.
Definition junction_gram_boundN d := sumN 14 (fun b =>
  N.min (mcN (sym_dimN d) b - (if N.eqb b 7 then junction_deltaN d else 0)) (d * mcN (sym_dimN d) (13 - b)))%bN.

Lemma junction_gram_boundN_val d : N.to_nat (junction_gram_boundN d) = junction_gram_bound (N.to_nat d).
Proof.
have dN : N.to_nat (junction_deltaN d) = junction_delta (N.to_nat d).
  by rewrite /junction_deltaN subN_val addN_val mulN_val !mcN_val subN_val /junction_delta subn1.
rewrite /junction_gram_boundN (eq_sumN _ (F := fun b => minn (mc (sym_dim (N.to_nat d)) b -
  (if b == 7 :> nat then junction_delta (N.to_nat d) else 0)) (N.to_nat d * mc (sym_dim (N.to_nat d)) (13 - b)))%N) // => b.
rewrite minN2 mulN_val !mcN_val !subN_val mcN_val sym_dimN_val; congr (minn (_ - _) _)%N.
case: N.eqb_spec => [->|nb]; first by rewrite dN.
by case: eqP => // b7; case: nb; apply: N2Nat.inj.
Qed.

(* d = 4: 31456 is less than the 31460 of Theorem 3.3, so Conjecture 3.11 of theory.md is false *)
Corollary junctions_4 (F : fieldType) n (S : pred 'I_n) (Ws : seq (seq (head F 4))) i p :
  size Ws = 3%N -> all (fun H => size H == 1%N) Ws ->
  sep_le (fun x y => net Ws (mix S x y) i p) (N.to_nat 31456).
Proof.
move=> s3 s1; have E : junction_gram_bound 4 = N.to_nat 31456.
  by rewrite -[4%N in LHS]/(N.to_nat 4) -junction_gram_boundN_val; congr N.to_nat; vm_compute.
by rewrite -E; apply: junctions_gram_sep_le.
Qed.

Lemma graded_gram_bound_4 : graded_gram_bound 4 3 = N.to_nat 31460.
Proof.
rewrite -[in RHS](_ : graded_gram_boundN 3 4 = 31460%bN); last by vm_compute.
have dim4 : sym_dim 4 = (4 * (4 + 1) %/ 2)%N by [].
by rewrite graded_gram_boundN_val /graded_gram_bound dim4.
Qed.
