(* Weights of blocks with residual connections (PositionWise.v), from which the lower bounds 5.4 and 5.4' of theory.md are
   built.
     sparse P a b        == the sum of the matrix units (a i, b i) over the i in P; its rank is at most #|P|
     hidden              == a hidden channel: what it reads of a token, and what it adds to it
     res_block Y l       == a block with residual connections, the biases 0
     block_of C Hs us    == the block with heads Hs and hidden channels us, at most C of them
     hidden_val tau us u == what us add to a token with entries u
     flag_units fl       == hidden channels that add tau z - tau 0 to the entry z in place fl
     square_units        == hidden channels that add 4 c \sum_m u_(mk m) u_(r m) in place phi, tau = c z ^ 2 + ..
     product_units       == hidden channels that do so, with another constant, where u_fl = 1, for every tau of degree
                            at least 2 (product_unitsP) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights Mixer PositionWise.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Sparse.
Variables (F : fieldType) (n d : nat).

Definition sparse (I : finType) (P : pred I) (a b : I -> 'I_d) : 'M[F]_d := \sum_(i | P i) delta_mx (a i) (b i).

Lemma rank_sparse (I : finType) (P : pred I) a b : (\rank (sparse P a b) <= #|P|)%N.
Proof.
rewrite -sum1_card /sparse; elim/big_rec2: _ => [|i r W _ rW]; first by rewrite mxrank0.
by apply: leq_trans (mxrank_add _ _) _; rewrite mxrank_delta leq_add2l.
Qed.

Lemma mul_sparse m (M : 'M[F]_(m, d)) (I : finType) (P : pred I) a b t x :
  (M *m sparse P a b) t x = \sum_(i | P i) (x == b i)%:R * M t (a i).
Proof.
rewrite mulmx_sumr summxE; apply: eq_bigr => i _; rewrite mxE (bigD1 (a i)) //= big1 => [|y /negPf ya].
  by rewrite !mxE eqxx addr0 mulrC.
by rewrite !mxE ya mulr0.
Qed.

Lemma att1_sparse (I J : finType) (P : pred I) a a' (Q : pred J) c c' (Y : 'M[F]_(n, d)) t x :
  att1 (sparse P a a', sparse Q c c') Y t x =
  \sum_(j | Q j) (x == c' j)%:R * \sum_(i | P i) Y t (a i) * (Y^T *m Y) (a' i) (c j).
Proof.
rewrite /att1 /= mul_sparse; apply: eq_bigr => j _; congr (_ * _).
rewrite -(mulmxA _ Y^T) mxE; under eq_bigr do rewrite mul_sparse mulr_suml.
rewrite exchange_big; apply: eq_bigr => i _; rewrite (bigD1 (a' i)) //= eqxx mul1r big1 ?addr0 // => y /negPf->.
by rewrite !mul0r.
Qed.

Lemma att1_delta a a' c c' (Y : 'M[F]_(n, d)) t x :
  att1 (delta_mx a a', delta_mx c c') Y t x = (x == c')%:R * (Y t a * (Y^T *m Y) a' c).
Proof.
have E u v : delta_mx u v = sparse (fun _ : unit => true) (fun=> u) (fun=> v) by rewrite /sparse big_const card_unit /= addr0.
by rewrite !E att1_sparse !(big_pred1 tt).
Qed.

(* a group of at most k of m numbers *)
Lemma card_group m k x : (0 < k)%N -> (#|[pred i : 'I_m | i %/ k == x]%N| <= k)%N.
Proof.
move=> k0; rewrite -[X in (_ <= X)%N]card_ord -(card_in_image (f := fun i : 'I_m => Ordinal (ltn_pmod i k0))).
  exact: max_card.
move=> i j; rewrite !inE => /eqP ix /eqP jx [E]; apply: val_inj.
by rewrite /= (divn_eq i k) ix E -jx -divn_eq.
Qed.
End Sparse.

Section Hidden.
Variables (F : fieldType) (d : nat) (tau : {poly F}).
Definition hidden := ('cV[F]_d * 'rV[F]_d)%type.
Implicit Types (us : seq hidden) (u : 'rV[F]_d).

Definition block_of C Hs us : plain_block F d C :=
  Plain Hs (\matrix_(a, c) (nth (0, 0) us c).1 a 0) (\matrix_(c, a) (nth (0, 0) us c).2 0 a).
Definition hidden_val us u x := \sum_(g <- us) tau.[(u *m g.1) 0 0] * g.2 0 x.

(* a block with residual connections, its biases 0 *)
Definition res_block n C (Y : 'M[F]_(n, d)) (l : plain_block F d C) :=
  let U := Y + att (p_heads l) Y in U + act tau (U *m p_W3 l) *m p_W4 l.

Lemma pw_net_res n C os (ls : seq (plain_block F d C)) (X : 'M[F]_(n, d)) :
  size os = size ls -> all (fun o => att_res o && pw_res o) os ->
  pw_net tau os (map (@unbiased F d C) ls) X = foldl (@res_block n C) X ls.
Proof.
rewrite /pw_net; elim: os ls X => [|o os IH] [|l ls] X //= [so] /andP[/andP[ao po] res]; rewrite -IH //; congr foldl.
by rewrite /pw_block /position_wise biased_att_unbiased ao po /= !each_token0 !addr0.
Qed.

Lemma block_ofE n C Hs us (Y : 'M[F]_(n, d)) t x : (size us <= C)%N ->
  let U := Y + att Hs Y in res_block Y (block_of C Hs us) t x = U t x + hidden_val us (row t U) x.
Proof.
move=> uC U; rewrite /res_block /= -/U mxE; congr (_ + _).
rewrite mxE /hidden_val (big_nth (0, 0)) big_mkord (big_ord_widen _ (fun c => tau.[(row t U *m (nth (0, 0) us c).1) 0 0] * (nth (0, 0) us c).2 0 x) uC) [RHS]big_mkcond; apply: eq_bigr => c _ /=.
rewrite !mxE; case: ifP => [_|/negbT]; last by rewrite -leqNgt => cu; rewrite nth_default //= mxE mulr0.
by congr (tau.[_] * _); apply: eq_bigr => a _; rewrite !mxE.
Qed.

Lemma hidden_val0 u x : hidden_val [::] u x = 0.
Proof. by rewrite /hidden_val big_nil. Qed.

Lemma hidden_val_cat us us' u x : hidden_val (us ++ us') u x = hidden_val us u x + hidden_val us' u x.
Proof. by rewrite /hidden_val big_cat. Qed.

Lemma entry_delta u fl : (u *m delta_mx fl 0 : 'M_1) 0 0 = u 0 fl.
Proof. by rewrite -colE mxE. Qed.

Definition flag_units fl : seq hidden := [:: (delta_mx fl 0, delta_mx 0 fl); (0, - delta_mx 0 fl)].

Lemma flag_unitsE fl u x : hidden_val (flag_units fl) u x = (x == fl)%:R * (tau.[u 0 fl] - tau.[0]).
Proof.
by rewrite /hidden_val !big_cons big_nil /= entry_delta mulmx0 !mxE eqxx /=; move: (x == fl)%:R => e; ring.
Qed.

(* products of entries *)
Variables (b : nat) (fl phi : 'I_d) (mk r : 'I_b -> 'I_d).
Definition reads s x y m : 'cV[F]_d := s *: delta_mx fl 0 + x *: delta_mx (mk m) 0 + y *: delta_mx (r m) 0.

Lemma readsE u s x y m : (u *m reads s x y m) 0 0 = s * u 0 fl + x * u 0 (mk m) + y * u 0 (r m).
Proof. by rewrite /reads !mulmxDr -!scalemxAr -!colE !mxE. Qed.

Definition square_units : seq hidden :=
  flatten [seq [:: (reads 0 1 1 m, delta_mx 0 phi); (reads 0 1 (-1) m, - delta_mx 0 phi)] | m <- enum 'I_b] ++
  [:: (\sum_m delta_mx (r m) 0, - delta_mx 0 phi); (- (\sum_m delta_mx (r m) 0), delta_mx 0 phi)].

Lemma size_square_units : size square_units = (2 * b + 2)%N.
Proof. by rewrite size_cat size_flatten /shape -map_comp sumnE big_map big_enum (eq_bigr (fun=> 2%N)) // sum_nat_const card_ord mulnC. Qed.

Lemma square_unitsE u x : size tau = 3%N ->
  hidden_val square_units u x = (x == phi)%:R * (4%:R * tau`_2 * \sum_(m < b) u 0 (mk m) * u 0 (r m)).
Proof.
move=> st; have tauE z : tau.[z] = tau`_0 + tau`_1 * z + tau`_2 * z ^+ 2.
  by rewrite horner_coef st !big_ord_recr big_ord0 /= expr0 expr1 mulr1 add0r.
rewrite hidden_val_cat /hidden_val big_flatten big_map big_enum /= !big_cons big_nil /= addr0.
pose l := \sum_(m < b) u 0 (r m); have sE : (u *m (\sum_m delta_mx (r m) 0 : 'cV_d)) 0 0 = l.
  by rewrite mulmx_sumr summxE; apply: eq_bigr => m _; rewrite -colE mxE.
have nE : (u *m - (\sum_m delta_mx (r m) 0 : 'cV_d)) 0 0 = - l by rewrite mulmxN mxE sE.
rewrite sE nE {sE nE} !mxE eqxx /=; set e : F := (x == phi)%:R.
under eq_bigr do rewrite !big_cons big_nil addr0 !readsE !mxE eqxx /= -/e.
transitivity (\sum_(m < b) e * (4%:R * tau`_2 * (u 0 (mk m) * u 0 (r m)) + 2%:R * tau`_1 * u 0 (r m)) +
   e * (- (2%:R * tau`_1 * l))).
  congr (_ + _); first by apply: eq_bigr => m _; rewrite !tauE; ring.
  rewrite !tauE; move: tau`_0 tau`_1 tau`_2 l => a0 a1 a2 l; ring.
by rewrite -mulr_sumr -mulrDr big_split -!mulr_sumr -addrA subrr addr0.
Qed.

Variable k : nat.
Hypotheses (charF : [char F] =i pred0) (st : size tau = k.+1) (k1 : (1 < k)%N).

(* the coefficient of z from values at 0, .., k *)
Let lam (i : 'I_k.+1) : F := invmx (V1 F k) (inord 1) i.

Lemma lam_coef (p : {poly F}) : (size p <= k.+1)%N -> \sum_i lam i * p.[i%:R] = p`_1.
Proof.
move=> sp; have : invmx (V1 F k) *m V1 F k = 1%:M by rewrite mulVmx // V1_unit.
move/matrixP => /(_ (inord 1)) E.
under eq_bigr do rewrite (horner_coef_wide _ sp) mulr_sumr.
rewrite exchange_big /=; transitivity (\sum_(j < k.+1) p`_j * ((inord 1 : 'I_k.+1) == j)%:R).
  apply: eq_bigr => j _; have := E j; rewrite !mxE => <-; rewrite mulr_sumr; apply: eq_bigr => i _.
  by rewrite /lam !mxE mulrCA.
have i1 : (inord 1 : 'I_k.+1) = 1%N :> nat by rewrite inordK // ltnS ltnW.
rewrite (bigD1 (inord 1)) //= eqxx mulr1 i1; rewrite big1 ?addr0 // => j /negPf; rewrite eq_sym => ->.
by rewrite mulr0.
Qed.

Lemma second_nonroot : {s : F | tau^`()^`().[s] != 0}.
Proof.
have nz : tau^`()^`() != 0.
  have tk : tau`_k != 0 by rewrite -[k]/(k.+1.-1) -st -/(lead_coef tau) lead_coef_eq0 -size_poly_eq0 st.
  move: tk; case: (k) k1 => [|[|j]] // _ tk.
  apply: contraNneq tk => /polyP/(_ j)/eqP; rewrite coef0 !coef_deriv -mulrnA -mulr_natr mulf_eq0.
  by rewrite ((charf0P F).1 charF) orbF.
have [s|] := pickP (fun i : 'I_(size tau^`()^`()) => tau^`()^`().[i%:R] != 0); first by exists s%:R.
move=> all0; case/eqP: nz; apply: (@roots_geq_poly_eq0 F _ [seq (nat_of_ord i)%:R | i <- enum 'I_(size tau^`()^`())]).
- by apply/allP => _ /mapP[i _ ->]; rewrite rootE; have := all0 i; case: eqP.
- by rewrite map_inj_uniq ?enum_uniq // => i j /(natF_inj charF)/val_inj.
- by rewrite size_map size_enum_ord.
Qed.

Let s := sval second_nonroot.
Definition product_units : seq hidden :=
  [seq (reads s (nat_of_ord t.1.1)%:R (nat_of_ord t.1.2)%:R t.2, (lam t.1.1 * lam t.1.2) *: delta_mx 0 phi)
     | t <- enum [finType of 'I_k.+1 * 'I_k.+1 * 'I_b]].

Lemma size_product_units : size product_units = (k.+1 ^ 2 * b)%N.
Proof. by rewrite size_map -cardE !card_prod !card_ord expnS expn1. Qed.

Lemma product_unitsE u x :
  hidden_val product_units u x = (x == phi)%:R * hidden_val product_units u phi.
Proof.
rewrite /hidden_val !big_map mulr_sumr; apply: eq_bigr => t _.
by rewrite !mxE !eqxx /= mulr1; move: tau.[_] (lam _ * lam _) (x == phi)%:R => v l e; ring.
Qed.

Lemma coef1_shift (p : {poly F}) a c : (size p <= k.+1)%N -> \sum_i lam i * p.[a + i%:R * c] = p^`().[a] * c.
Proof.
move=> sp; pose q := p \Po (a%:P + c *: 'X).
have sq : (size q <= k.+1)%N.
  have := size_comp_poly_leq p (a%:P + c *: 'X); move=> h; apply: leq_trans h _; rewrite ltnS.
  have s2 : (size (a%:P + c *: 'X)%R <= 2)%N.
    apply: leq_trans (size_add _ _) _; rewrite geq_max (leq_trans (size_polyC_leq1 _)) //=.
    by apply: leq_trans (size_scale_leq _ _) _; rewrite size_polyX.
  by case: (size p) sp (size _) s2 => [|m] /= sp' [|[|[|]]] //= _; rewrite ?muln0 ?muln1.
have -> : p^`().[a] * c = q`_1.
  have := coef_deriv q 0; rewrite mulr1n => <-; rewrite -horner_coef0 /q deriv_comp hornerM horner_comp.
  by rewrite !derivE !hornerE.
rewrite -(lam_coef sq); apply: eq_bigr => i _; rewrite /q horner_comp; congr (_ * p.[_]).
by rewrite !hornerE mulrC.
Qed.

Lemma product_unitsP : exists2 g : F, g != 0 & forall u, u 0 fl = 1 ->
  hidden_val product_units u phi = g * \sum_(m < b) u 0 (mk m) * u 0 (r m).
Proof.
exists tau^`()^`().[s] => [|u ufl]; first exact: (svalP second_nonroot).
rewrite /hidden_val big_map big_enum /= mulr_sumr.
rewrite -(pair_bigA _ (fun ij m => tau.[(u *m reads s (nat_of_ord ij.1)%:R (nat_of_ord ij.2)%:R m) 0 0] *
   ((lam ij.1 * lam ij.2) *: delta_mx 0 phi : 'rV[F]_d) 0 phi)) /= exchange_big; apply: eq_bigr => m _ /=.
rewrite -(pair_bigA _ (fun i j => tau.[(u *m reads s (nat_of_ord i)%:R (nat_of_ord j)%:R m) 0 0] *
   ((lam i * lam j) *: delta_mx 0 phi : 'rV[F]_d) 0 phi)) /= exchange_big /=.
have sd : (size tau^`() <= k.+1)%N.
  by apply: leq_trans (size_poly _ _) _; rewrite st leqnSn.
transitivity (\sum_j lam j * (tau^`().[s + j%:R * u 0 (r m)] * u 0 (mk m))).
  apply: eq_bigr => j _; rewrite -coef1_shift ?st // mulr_sumr; apply: eq_bigr => i _.
  by rewrite readsE ufl !mxE !eqxx /= !mulr1 addrAC; move: tau.[_] (lam _) (lam _) => v l l'; ring.
under eq_bigr do rewrite mulrA; rewrite -mulr_suml coef1_shift //.
by move: _.[s] (u 0 _) (u 0 _) => v a c; ring.
Qed.
End Hidden.
