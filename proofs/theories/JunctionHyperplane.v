(* Ideals of forms, one form more than variables: the case Gamma = d + 1 of Theorem 3.12 of theory.md. Forms in n
   variables are those in n + 1 with the last variable 0. For forms q in n + 1 variables that are near special ones
   let K_k be their ideal in degree k: the last variable times K_(k-1) is in K_k, and becomes 0, so that in n
   variables its dimension is at most dim K_k - dim K_(k-1). Both are known exactly, by JunctionIdeal.v from above
   and as independent products from below.

   subst h          == the substitution of the linear forms h for the variables
   lower_pairs k    == the pairs of degree k - 1 in n + 1 variables
   rest_pairs k j   == the pairs of degree k that are not one of degree k - 1 times the linear form j
   Proved: plane_rank, and plane_rank_rest, if one of the forms is linear. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover RankModP FormMatrix JunctionIdeal.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* substitution of linear forms *)
Section Substitute.
Variables (F : fieldType) (a b : nat) (h : 'I_a -> {mpoly F[b]}).
Hypothesis h1 : forall i, h i \is 1.-homog.
Definition subst : {rmorphism {mpoly F[a]} -> {mpoly F[b]}} := [rmorphism of mmap [rmorphism of @mpolyC b F] h].

Lemma substZ c p : subst (c *: p) = c *: subst p.
Proof. by rewrite -!mul_mpolyC rmorphM /= mmapC. Qed.

Lemma substX v : subst 'X_[v] = \prod_i h i ^+ v i.
Proof. by rewrite /= mmapX. Qed.

Lemma subst_homog k p : p \is k.-homog -> subst p \is k.-homog.
Proof.
move=> hp; rewrite (homog_sum hp) rmorph_sum; apply: rpred_sum => j _; rewrite substZ substX; apply: dhomogZ.
by have := homog_prod (mon_of j) h1; rewrite mul1n -mdegE mdeg_mon_of.
Qed.

Definition subst_mx k : 'M[F]_(#|monoms a k|, #|monoms b k|) := \matrix_i form_row k (subst 'X_[mon_of i]).
Lemma form_row_subst k p : p \is k.-homog -> form_row k (subst p) = form_row k p *m subst_mx k.
Proof.
move=> hp; rewrite {1}(homog_sum hp) rmorph_sum linear_sum mulmx_sum_row; apply: eq_bigr => j _.
by rewrite rowK substZ linearZ mxE.
Qed.
End Substitute.

Lemma monomials_rank (F : fieldType) n k (I : finType) (P : pred I) (v : I -> 'X_{1..n}) :
  (forall i, P i -> mdeg (v i) = k) -> {in P &, injective v} ->
  (#|P| <= \rank (family_mx k P (fun i => 'X_[v i] : {mpoly F[n]})))%N.
Proof.
move=> vk vI; pose B : 'M[F]_(#|P|, #|monoms n k|) := \matrix_i form_row k 'X_[v (enum_val i)].
have BF : (B <= family_mx k P (fun i => 'X_[v i] : {mpoly F[n]}))%MS.
  by apply/row_subP => i; rewrite rowK; apply: (@family_sub n k I P F (fun i => 'X_[v i]) (enum_val i)); exact: (enum_valP i).
apply: leq_trans (mxrankS BF); rewrite -{1}(mxrank1 F #|P|).
have -> : 1%:M = B *m B^T; last exact: mxrankM_maxl.
apply/matrixP => i j; rewrite !mxE; have [l lE] := mon_ofP (vk _ (enum_valP i)).
rewrite (bigD1 l) //= !mxE !mcoeffX lE eqxx mul1r big1 ?addr0 => [|l' nl].
  by rewrite (inj_in_eq vI) ?enum_valP // (inj_eq enum_val_inj) eq_sym.
by rewrite !mxE !mcoeffX -lE (inj_eq (@mon_of_inj _ _)) eq_sym (negPf nl) mul0r.
Qed.

(* one form more than variables *)
Section Plane.
Variables (F : fieldType) (n g m : nat) (wt : nat -> nat).
Hypotheses (gn : (g <= n.+1)%N) (wt0 : forall j, (0 < wt j)%N).
Local Notation exps n := ('X_{1..g < m.+1} * 'X_{1..n < m.+1})%type.
Local Notation X0 := ('X_ord_max : {mpoly F[n.+1]}).

Definition to_plane (i : 'I_n.+1) : {mpoly F[n]} := if unlift ord_max i is Some j then 'X_j else 0.
Definition to_space (j : 'I_n) : {mpoly F[n.+1]} := 'X_(lift ord_max j).
Lemma to_space_homog j : to_space j \is 1.-homog.
Proof. by rewrite dhomogX /= mdeg1. Qed.
Local Notation rho := (subst to_plane).
Local Notation lft := (subst to_space).

Lemma rho_lift p : rho (lft p) = p.
Proof.
rewrite {1}(mpolyE p) [lft _]rmorph_sum rmorph_sum [RHS](mpolyE p); apply: eq_bigr => v _.
rewrite !substZ substX rmorph_prod [in RHS]mpolyXE_id; congr (_ *: _); apply: eq_bigr => j _.
rewrite rmorphX; congr (_ ^+ _); rewrite /to_space substX (bigD1 (lift ord_max j)) //= mnm1E eqxx expr1 big1 ?mulr1.
  by rewrite /to_plane liftK.
by move=> i ni; rewrite mnm1E eq_sym (negPf ni).
Qed.

Definition special_exponent (x : exps n.+1) : 'X_{1..n.+1} := (\sum_(j < g) U_(widen_ord gn j) *+ (wt j * x.1 j) + x.2)%MM.
Lemma special_exponentE x : product_of (@special n.+1 g wt gn F) x = 'X_[special_exponent x].
Proof.
rewrite /product_of /special_exponent mpolyXD -mprodXnE; congr (_ * _); apply: eq_bigr => j _.
by rewrite /special exprM.
Qed.

Lemma special_exponent_at x (j : 'I_g) : special_exponent x (widen_ord gn j) = (wt j * x.1 j + x.2 (widen_ord gn j))%N.
Proof.
rewrite mnmDE mnm_sumE (bigD1 j) //= mulmnE mnm1E eqxx muln1 big1 ?addn0 // => i ni.
rewrite mulmnE mnm1E; case: eqP => [E|_]; last by rewrite muln0.
case/eqP: ni; apply/val_inj; exact: (congr1 val E).
Qed.

Lemma special_exponent_free x (i : 'I_n.+1) : (g <= i)%N -> special_exponent x i = x.2 i.
Proof.
move=> gi; rewrite mnmDE mnm_sumE big1 // => j _; rewrite mulmnE mnm1E; case: eqP => [E|_]; last by rewrite muln0.
by move: gi; rewrite -E /= leqNgt ltn_ord.
Qed.

Lemma special_exponent_inj : {in [pred x : exps n.+1 | reduced (n := n.+1) wt x] &, injective special_exponent}.
Proof.
move=> [e s] [e' s'] /forallP r /forallP r' /mnmP E.
have both (j : 'I_g) : e j = e' j /\ s (widen_ord gn j) = s' (widen_ord gn j).
  have := E (widen_ord gn j); rewrite !special_exponent_at /= => Ej.
  have := r (widen_ord gn j); have := r' (widen_ord gn j); rewrite /= ltn_ord /= => lt' lt.
  have := congr1 (fun x => (x %/ wt j)%N) Ej; have := congr1 (fun x => (x %% wt j)%N) Ej.
  by rewrite ![(wt j * _)%N]mulnC !modnMDl !divnMDl ?wt0 // !modn_small // !divn_small // !addn0.
congr (_, _); apply/val_inj/mnmP => i; first by case: (both i).
case: (ltnP i g) => ig; last by have := E i; rewrite !special_exponent_free.
have -> : i = widen_ord gn (Ordinal ig) by apply/val_inj.
by case: (both (Ordinal ig)).
Qed.

Variable up : pred 'X_{1..g}.
Hypothesis upD : forall e e', up e -> up (e + e')%MM.
Definition lower_pairs k := [pred x : exps n.+1 | [&& up x.1, reduced (n := n.+1) wt x & ((wdeg wt x.1 + mdeg x.2).+1 == k)%N]].

Theorem plane_rank k (q : 'I_g -> {mpoly F[n]}) : infinite_field F -> (k <= m)%N -> (forall j, q j \is (wt j).-homog) ->
  (\rank (ideal_mx m wt up k q) + #|lower_pairs k| <= #|reduced_pairs n.+1 m wt up k|)%N.
Proof.
move=> infF km hq; pose q' j := lft (q j); pose r' := @special n.+1 g wt gn F; pose r j := rho (r' j).
have hq' j : q' j \is (wt j).-homog by apply: subst_homog (hq j); apply: to_space_homog.
have [p p0 pE] := @near_family n g m F 1 k (ideal_pairs n m wt up k) q r 0.
have [p' p'1 p'E] := @near_family n.+1 g m F X0 k (lower_pairs k) q' r' 1.
have [|y [full /and3P[/pE le /p'E le' _]]] := @good_point n.+1 g m wt gn wt0 F q' [:: p; p'] infF.
  rewrite /= andbT; apply/andP; split; [apply: contraNneq p0|apply: contraNneq p'1] => ->; by rewrite horner0.
pose Q := line q' r' y; pose K := family_mx k (reduced_pairs n.+1 m wt up k) (product_of (m := m) Q).
have hQ j : Q j \is (wt j).-homog by apply: line_homog => // {}j; apply: special_homog.
have KE := ideal_reduced gn wt0 upD km hQ full; rewrite -/K in KE.
have {}le : (\rank (ideal_mx m wt up k q) <= \rank (ideal_mx m wt up k (line q r y)))%N.
  by move: le; rewrite !(eq_family_mx _ _ (fun i => mul1r _)) (eq_family_mx _ _ (eq_product (line0 q r))).
have rhoQ j : rho (Q j) = line q r y j by rewrite /Q /line rmorphD !substZ /q' rho_lift.
have sub1 : (ideal_mx m wt up k (line q r y) <= K *m subst_mx to_plane k)%MS.
  apply: family_le => -[e s] /= /andP[ue /eqP dx].
  have sP : (mdeg (\sum_(j < n) U_(lift ord_max j) *+ s j)%MM < m.+1)%N.
    by rewrite mdeg_sum (eq_bigr (fun j => s j)) -?mdegE ?bmdeg // => j _; rewrite mdegMn mdeg1 mul1n.
  have ds : mdeg (\sum_(j < n) U_(lift (@ord_max n) j) *+ s j)%MM = mdeg s.
    by rewrite mdeg_sum (eq_bigr (fun j => s j)) -?mdegE // => j _; rewrite mdegMn mdeg1 mul1n.
  have -> : product_of (line q r y) (e, s) = rho (product_of Q (e, BMultinom sP)).
    rewrite /product_of rmorphM /= -/(rho _); congr (_ * _).
      by rewrite /powers rmorph_prod; apply: eq_bigr => j _; rewrite rmorphX rhoQ.
    rewrite -mprodXnE rmorph_prod [LHS]mpolyXE_id; apply: eq_bigr => j _; rewrite rmorphX; congr (_ ^+ _).
    by have := rho_lift 'X_j; rewrite substX (bigD1 j) //= mnm1E eqxx expr1 big1 ?mulr1 // => i ni; rewrite mnm1E eq_sym (negPf ni).
  have hP : product_of Q (e, BMultinom sP) \is k.-homog by have := product_homog (e, BMultinom sP) hQ; rewrite /= ds dx.
  rewrite form_row_subst //; apply: submxMr; apply: submx_trans KE.
  by apply: (@family_sub n.+1 k _ (ideal_pairs n.+1 m wt up k) F (product_of Q) (e, BMultinom sP)); rewrite /= ue /of_degree /= ds dx.
pose M1 := family_mx k (lower_pairs k) (fun x => X0 * product_of Q x).
have hM x : lower_pairs k x -> X0 * product_of Q x \is k.-homog.
  case/and3P=> _ _ /eqP dx; have -> : k = (1 + (wdeg wt x.1 + mdeg x.2))%N by rewrite add1n dx.
  apply: dhomogM; first by rewrite dhomogX /= mdeg1.
  exact: product_homog.
have M1K : (M1 <= K)%MS.
  apply: family_le => -[e s] lx; case/and3P: (lx) => ue _ /eqP dx; apply: submx_trans KE.
  have sP : (mdeg (U_(ord_max) + s)%MM < m.+1)%N by rewrite mdegD mdeg1; move: dx => /=; lia.
  have -> : X0 * product_of Q (e, s) = product_of Q (e, BMultinom sP) by rewrite /product_of /= mpolyXD mulrCA.
  apply: (@family_sub n.+1 k _ (ideal_pairs n.+1 m wt up k) F (product_of Q) (e, BMultinom sP)).
  by rewrite /= ue /of_degree /= mdegD mdeg1 addnCA add1n; apply/eqP.
have M1R : M1 *m subst_mx to_plane k = 0.
  apply/row_matrixP => i; rewrite row_mul family_row row0; case: ifP => [lx|_]; last by rewrite mul0mx.
  rewrite -form_row_subst ?hM // rmorphM substX (bigD1 ord_max) //= mnm1E eqxx expr1 /to_plane unlift_none !mul0r.
  exact: linear0.
have rM1 : (#|lower_pairs k| <= \rank M1)%N.
  have E x : X0 * product_of (line q' r' 1) x = 'X_[(U_(ord_max) + special_exponent x)%MM].
    by rewrite mpolyXD -special_exponentE (eq_product (line1 q' r')).
  apply: leq_trans le'; rewrite (eq_family_mx _ _ E).
  apply: monomials_rank => [x /and3P[_ rx /eqP <-]|x x' /and3P[_ rx _] /and3P[_ rx' _] Ex].
    have hx := product_homog x (@special_homog n.+1 g wt gn F).
    rewrite special_exponentE dhomogX /= in hx; rewrite mdegD mdeg1 add1n; congr _.+1; exact/eqP.
  by apply: special_exponent_inj => //; apply/mnmP => i; move/mnmP/(_ i): Ex; rewrite !mnmDE => /addnI.
have rK := mxrank_mul_ker K (subst_mx to_plane k).
have rI : (\rank M1 <= \rank (K :&: kermx (subst_mx to_plane k)))%N.
  by apply: mxrankS; rewrite sub_capmx M1K; apply/sub_kermxP.
have rB := mxrankS sub1; have rP := family_rank k (reduced_pairs n.+1 m wt up k) (product_of (m := m) Q); rewrite -/K in rP.
apply: leq_trans rP; rewrite -rK; apply: leq_add; first exact: leq_trans le rB.
exact: leq_trans rM1 rI.
Qed.

(* with a linear form j among them: the pairs that are not one of degree k - 1 times it *)
Definition rest_pairs k (j : 'I_g) := [pred x : exps n.+1 |
  [&& up x.1 && ((x.1 j == 0%N) || ~~ up (x.1 - U_(j))%MM), reduced (n := n.+1) wt x & of_degree wt k x]].

Theorem plane_rank_rest k (j : 'I_g) (q : 'I_g -> {mpoly F[n]}) : infinite_field F -> (k <= m)%N ->
  (forall j, q j \is (wt j).-homog) -> wt j = 1%N -> (\rank (ideal_mx m wt up k q) <= #|rest_pairs k j|)%N.
Proof.
move=> infF km hq wj; have := plane_rank infF km hq.
have lt (e : 'X_{1..g < m.+1}) : (mdeg (e - U_(j))%MM < m.+1)%N.
  by apply: leq_ltn_trans (bmdeg e); rewrite !mdegE; apply: leq_sum => i _; rewrite mnmBE leq_subr.
pose f (x : exps n.+1) : exps n.+1 := (BMultinom (lt x.1), x.2).
rewrite -(cardID (rest_pairs k j) (reduced_pairs n.+1 m wt up k)) => le.
have H1 : (#|[predI reduced_pairs n.+1 m wt up k & rest_pairs k j]| <= #|rest_pairs k j|)%N.
  by apply: subset_leq_card; apply/subsetP => x /andP[].
have H2 : (#|[predD reduced_pairs n.+1 m wt up k & rest_pairs k j]| <= #|lower_pairs k|)%N.
  have out x : x \in [predD reduced_pairs n.+1 m wt up k & rest_pairs k j] ->
      [/\ (0 < x.1 j)%N, up (x.1 - U_(j))%MM, reduced (n := n.+1) wt x & of_degree wt k x].
    case/andP=> nr /and3P[ux rx dx]; have : ~~ rest_pairs k j x := nr.
    by rewrite /= ux rx dx !andbT /= negb_or negbK -lt0n => /andP[xj uj]; split.
  rewrite -(card_in_imset (f := f)) => [|x y /out[xj _ _ _] /out[yj _ _ _] E']; last first.
    have /mnmP E : (x.1 - U_(j) = y.1 - U_(j))%MM := congr1 (fun z : exps n.+1 => val z.1) E'.
    have Es : x.2 = y.2 := congr1 snd E'.
    rewrite [x]surjective_pairing [y]surjective_pairing Es; congr (_, _); apply/val_inj/mnmP => i; have := E i.
    by rewrite /= !mnmBE mnm1E; case: eqP => [<-|_]; lia.
  apply: subset_leq_card; apply/subsetP => _ /imsetP[x /out[xj ux rx /eqP dx] ->]; apply/and3P; split => //.
  rewrite /= -dx /=; have le1 : (U_(j) <= x.1)%MM by apply/mnm_lepP => i; rewrite mnm1E; case: eqP => [<-|].
  have U1 : wdeg wt U_(j)%MM = 1%N.
    rewrite /wdeg (bigD1 j) //= mnm1E eqxx mul1n wj big1 // => i ni.
    by rewrite mnm1E eq_sym (negPf ni).
  have wE : wdeg wt x.1 = (wdeg wt (x.1 - U_(j))%MM).+1 by rewrite -{1}(submK le1) wdegD U1 addn1.
  by rewrite wE addSn.
by apply: leq_trans H1; rewrite -(leq_add2r #|lower_pairs k|); apply: leq_trans le _; rewrite leq_add2l.
Qed.
End Plane.
