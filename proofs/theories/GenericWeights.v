(* From one choice of weights to almost all: theory.md Proposition 1.5 for    *)
(* attention over a field of characteristic 0. The free weights are the       *)
(* factors of W_h = Q_h K_h^T and V_h = O_h U_h^T, d x da each, so ranks are   *)
(* at most da. If some weights of that shape give separation rank at least r, *)
(* there is a non-zero polynomial in the factors' entries such that all       *)
(* weights where it does not vanish do (generic_lower).                       *)
(*                                                                            *)
(*   nfactors L H d da == the number of factor entries, 4 L H d da            *)
(*   weights_of w      == the weights with factor entries w                   *)
(*   inputs z          == the n x d input with entries z                      *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank RankModP GridRank PowerRank Attention AttentionWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* a lower bound on the rank of a polynomial shows on a finite grid *)
Section PolynomialGrid.
Variables (F : fieldType) (charF : [char F] =i pred0) (N : nat).
Local Notation I := [finType of 'I_N].
Implicit Types x y : 'I_N -> F.

Lemma meval_expo (p : {mpoly F[N]}) : exists c : expo I (msize p) -> F,
  forall x, p.@[x] = \sum_a c a * x ^^ a.
Proof.
set k := msize p; pose mn (a : expo I k) := [multinom (a i : nat) | i < N].
exists (fun a => p@_(mn a)) => x; rewrite mevalE.
have mnI : injective mn.
  by move=> a b /mnmP ab; apply/ffunP=> i; apply: val_inj; have := ab i; rewrite !mnmE.
rewrite (bigID (fun a => mn a \in msupp p)) /= [X in _ + X]big1 ?addr0 => [|a]; last first.
  by move/memN_msupp_eq0->; rewrite mul0r.
have P : perm_eq (msupp p) [seq mn a | a <- index_enum [finType of expo I k] & mn a \in msupp p].
  apply: uniq_perm; rewrite ?msupp_uniq ?(map_inj_uniq mnI) ?filter_uniq ?index_enum_uniq // => m.
  apply/idP/mapP => [mp|[a]]; last by rewrite mem_filter => /andP[ap _] ->.
  pose a : expo I k := [ffun i => inord (m i)].
  have am : mn a = m.
    apply/mnmP=> i; rewrite mnmE ffunE inordK // ltnS; apply: leq_trans (ltnW (msize_mdeg_lt mp)).
    by rewrite mdegE (bigD1 i) //= leq_addr.
  by exists a; rewrite // mem_filter am mp mem_index_enum.
rewrite (perm_big _ P) big_map big_filter; apply: eq_bigr => a _; congr (_ * _).
by apply: eq_bigr => i _; rewrite mnmE.
Qed.

Section Interpolation.
Variable k : nat.
Local Notation T := (expo I k).

(* functions spanned by the monomials of T are determined by the grid *)
Definition lagrange (s : 'I_#|T|) x := \sum_(a : 'I_#|T|) invmx (Wm F I k) a s * x ^^ (enum_val a).

Lemma interpolation (g : ('I_N -> F) -> F) : (exists c : T -> F, forall x, g x = \sum_a c a * x ^^ a) ->
  forall x, g x = \sum_s lagrange s x * g (pts F s).
Proof.
case=> c gE x; pose v : 'rV_#|T| := \row_a c (enum_val a).
have gp s : g (pts F s) = (v *m (Wm F I k)^T) 0 s.
  by rewrite gE !mxE -[LHS]sum_enum; apply: eq_bigr => a _; rewrite !mxE.
rewrite gE -[LHS]sum_enum; under [RHS]eq_bigr do rewrite gp mulr_suml.
rewrite exchange_big /=; apply: eq_bigr => a _.
have va : v = v *m (Wm F I k)^T *m invmx (Wm F I k)^T by rewrite mulmxK // unitmx_tr Wm_unit.
have -> : c (enum_val a) = v 0 a by rewrite mxE.
rewrite {1}va mxE mulr_suml; apply: eq_bigr => s _.
by rewrite -trmx_inv [(invmx _)^T _ _]mxE -mulrA mulrC.
Qed.
End Interpolation.

Variables (S : pred 'I_N) (p : {mpoly F[N]}).
Definition fuse x y v := if S v then x v else y v.
Let f x y := p.@[fuse x y].
Local Notation T := (expo I (msize p)).

(* in each side alone f is spanned by monomials *)
Lemma fuse_spanL y : exists c : T -> F, forall x, f x y = \sum_a c a * x ^^ a.
Proof.
have [c cE] := meval_expo p.
pose r (a : T) : T := [ffun i => if S i then a i else ord0].
exists (fun b => \sum_(a | r a == b) c a * \prod_i (if S i then 1 else y i ^+ a i)) => x.
rewrite /f cE (partition_big r xpredT) //=; apply: eq_bigr => b _; rewrite mulr_suml.
apply: eq_bigr => a /eqP <-; rewrite -mulrA -big_split; congr (_ * _); apply: eq_bigr => i _ /=.
by rewrite /fuse /r ffunE; case: (S i); rewrite ?mul1r ?mulr1.
Qed.
Lemma fuse_spanR x : exists c : T -> F, forall y, f x y = \sum_a c a * y ^^ a.
Proof.
have [c cE] := meval_expo p.
pose r (a : T) : T := [ffun i => if S i then ord0 else a i].
exists (fun b => \sum_(a | r a == b) c a * \prod_i (if S i then x i ^+ a i else 1)) => y.
rewrite /f cE (partition_big r xpredT) //=; apply: eq_bigr => b _; rewrite mulr_suml.
apply: eq_bigr => a /eqP <-; rewrite -mulrA -big_split; congr (_ * _); apply: eq_bigr => i _ /=.
by rewrite /fuse /r ffunE; case: (S i); rewrite ?mul1r ?mulr1.
Qed.

Lemma fuse_sep_grid : sep_le f (\rank (grid f (pts F (I := I) (k := msize p)) (pts F (I := I) (k := msize p)))).
Proof.
set G := grid _ _ _; pose l := lagrange (k := msize p).
exists (fun q x => \sum_s l s x * col_base G s q), (fun q y => \sum_t row_base G q t * l t y) => x y.
rewrite (interpolation (fuse_spanL y)) -/l.
have E s : f (pts F s) y = \sum_q col_base G s q * (\sum_t row_base G q t * l t y).
  rewrite (interpolation (fuse_spanR _)) -/l; under [RHS]eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => t _; rewrite mulrC.
  have -> : f (pts F s) (pts F t) = G s t by rewrite mxE.
  by rewrite -[G in LHS]mulmx_base mxE mulr_suml; apply: eq_bigr => q _; rewrite mulrA.
under eq_bigr do rewrite E mulr_sumr.
by rewrite exchange_big; apply: eq_bigr => q _; rewrite mulr_suml; apply: eq_bigr => s _; rewrite mulrA.
Qed.

Lemma fuse_minor r : sep_ge f r -> exists xs ys : 'I_r -> 'I_N -> F, \det (grid f xs ys) != 0.
Proof.
move/(_ _ fuse_sep_grid); set G := grid _ _ _ => rG.
pose w := widen_ord rG; pose B := rowsub (maxrankfun G) G; pose E := rowsub w (1%:M : 'M[F]__).
have rA : \rank (rowsub w B) = r.
  rewrite -[B]mul1mx -mul_rowsub_mx mxrankMfree ?maxrowsub_free //; apply/eqP.
  rewrite eqn_leq rank_leq_row /= -{1}(mxrank1 F r); have <- : E *m E^T = 1%:M.
    apply/matrixP=> a b; rewrite !mxE (bigD1 (w a)) //= big1 => [|c /negPf ca]; rewrite !mxE ?eqxx ?mul1r ?addr0.
      by rewrite eq_sym; congr (_%:R); rewrite -!val_eqE.
    by rewrite eq_sym ca mul0r.
  exact: mxrankM_maxl.
have := mxrank_minor (rowsub w B); rewrite rA => -[a [b D]].
exists (fun q => pts F (maxrankfun G (w (a q)))), (fun q => pts F (b q)).
by move: D; congr (\det _ != 0); apply/matrixP=> q q'; rewrite !mxE.
Qed.
End PolynomialGrid.

(* the network as a polynomial in its inputs and in its factors *)
Section Map.
Variables (R R' : comRingType) (f : {rmorphism R -> R'}) (n d : nat).
Definition map_head (wv : head R d) : head R' d := (map_mx f wv.1, map_mx f wv.2).

Lemma net_map (Ws : seq (seq (head R d))) (X : 'M[R]_(n, d)) :
  map_mx f (net Ws X) = net (map (map map_head) Ws) (map_mx f X).
Proof.
rewrite /net; elim: Ws X => //= Hs Ws IH X; rewrite IH; congr foldl.
rewrite /att big_map raddf_sum; apply: eq_bigr => wv _.
by rewrite /att1 /= !map_mxM map_trmx.
Qed.
End Map.

Section Inputs.
Variables (R : comRingType) (n d : nat).
Definition entries := [finType of 'I_n * 'I_d].
Definition inputs (z : 'I_#|entries| -> R) : 'M[R]_(n, d) := \matrix_(i, j) z (enum_rank (i, j)).
Definition uninputs (X : 'M[R]_(n, d)) (v : 'I_#|entries|) : R := X (enum_val v).1 (enum_val v).2.

Lemma uninputsK : cancel uninputs inputs.
Proof. by move=> X; apply/matrixP=> i j; rewrite mxE /uninputs enum_rankK. Qed.
End Inputs.

Lemma net_minor (F : fieldType) (charF : [char F] =i pred0) n d (Ws : seq (seq (head F d))) (S : pred 'I_n) i p r :
  sep_ge (fun x y => net Ws (mix S x y) i p) r ->
  exists xs ys : 'I_r -> 'M[F]_(n, d), \det (grid (fun x y => net Ws (mix S x y) i p) xs ys) != 0.
Proof.
set f := fun x y => _; move=> fr.
pose X : 'M_(n, d) := inputs (fun v => 'X_v : {mpoly F[_]}).
pose q := net (map (map (map_head [rmorphism of @mpolyC _ F] (d := d))) Ws) X i p.
have qE z : q.@[z] = net Ws (inputs z) i p.
  have := net_map [rmorphism of meval z] (map (map (map_head [rmorphism of @mpolyC _ F] (d := d))) Ws) X.
  move/matrixP/(_ i p); rewrite mxE -/q => ->; congr (net _ _ i p).
    rewrite -map_comp -[RHS]map_id; apply: eq_map => Hs /=; rewrite -map_comp -[RHS]map_id.
    by apply: eq_map => -[W V]; rewrite /map_head /=; congr (_, _); apply/matrixP=> a b; rewrite !mxE /= mevalC.
  by apply/matrixP=> a b; rewrite !mxE /= mevalXU.
pose S' (v : 'I_#|entries n d|) := S (enum_val v).1.
have fuseE x y : q.@[fuse S' x y] = f (inputs x) (inputs y).
  rewrite qE; congr (net _ _ i p); apply/matrixP=> a b; rewrite !mxE /fuse /S' enum_rankK /=.
  by case: (S a).
have /(fuse_minor charF)[xs [ys D]] : sep_ge (fun x y => q.@[fuse S' x y]) r.
  move=> s qs; apply: fr; have := sep_le_comp (@uninputs F n d) (@uninputs F n d) qs.
  by apply: eq_sep_le => x y; rewrite fuseE !uninputsK.
exists (fun a => inputs (xs a)), (fun a => inputs (ys a)).
by move: D; congr (\det _ != 0); apply/matrixP=> a b; rewrite !mxE fuseE.
Qed.

Section Factors.
Variables (L H d da : nat).
Definition factors := [finType of 'I_L * 'I_H * (bool * bool) * ('I_d * 'I_da)].
Definition nfactors := #|factors|.

Definition factor (R : comRingType) (w : 'I_nfactors -> R) l h c : 'M[R]_(d, da) :=
  \matrix_(i, j) w (enum_rank (l, h, c, (i, j))).
Definition weights_of (R : comRingType) (w : 'I_nfactors -> R) : seq (seq (head R d)) :=
  [seq [seq (factor w l h (true, true) *m (factor w l h (true, false))^T,
             factor w l h (false, true) *m (factor w l h (false, false))^T)
       | h <- enum 'I_H] | l <- enum 'I_L].

Lemma nfactorsE : nfactors = (4 * L * H * (d * da))%N.
Proof. by rewrite /nfactors !card_prod !card_ord card_bool; lia. Qed.

Lemma weights_of_map (R R' : comRingType) (f : {rmorphism R -> R'}) w :
  map (map (map_head f (d := d))) (weights_of w) = weights_of (f \o w).
Proof.
have fE l h c : map_mx f (factor w l h c) = factor (f \o w) l h c by apply/matrixP=> i j; rewrite !mxE.
rewrite /weights_of -map_comp; apply: eq_map => l /=; rewrite -map_comp; apply: eq_map => h /=.
by rewrite /map_head /= !map_mxM -!map_trmx !fE.
Qed.

Lemma eq_weights_of (R : comRingType) (w w' : 'I_nfactors -> R) : w =1 w' -> weights_of w = weights_of w'.
Proof.
move=> ww; have fE l h c : factor w l h c = factor w' l h c by apply/matrixP=> i j; rewrite !mxE ww.
by apply: eq_map => l; apply: eq_map => h; rewrite /= !fE.
Qed.

(* every choice of weights of the right shape has factors *)
Variable F : fieldType.
Definition left_factor (W : 'M[F]_d) : 'M[F]_(d, da) := col_ebase W *m pid_mx (\rank W).
Definition right_factor (W : 'M[F]_d) : 'M[F]_(d, da) := (pid_mx (\rank W) *m row_ebase W)^T.

Lemma factorK W : (\rank W <= da)%N -> left_factor W *m (right_factor W)^T = W.
Proof. by move=> rW; rewrite trmxK /left_factor !mulmxA -(mulmxA (col_ebase W)) pid_mx_id // mulmx_ebase. Qed.

Lemma weights_of_onto (Ws : seq (seq (head F d))) : has_shape L H da Ws -> exists w, weights_of w = Ws.
Proof.
case/and3P=> /eqP sL /allP sH /allP lr.
pose W l h b := let wv := nth (0, 0) (nth [::] Ws l) h in if b then wv.1 else wv.2 : 'M[F]_d.
exists (fun v => let: (l, h, c, (i, j)) := enum_val v : factors in
  if c.2 then left_factor (W l h c.1) i j else right_factor (W l h c.1) i j).
set w := fun v => _.
have fE l h b : factor w l h (b, true) *m (factor w l h (b, false))^T = W l h b.
  have lW : (l < size Ws)%N by rewrite sL.
  have hW : (h < size (nth [::] Ws l))%N by rewrite (eqP (sH _ (mem_nth _ lW))).
  have /allP/(_ _ (mem_nth (0, 0) hW))/andP[r1 r2] := lr _ (mem_nth [::] lW).
  rewrite -[RHS]factorK; last by rewrite /W; case: (b).
  by congr (_ *m _^T); apply/matrixP=> i j; rewrite mxE /w enum_rankK.
apply: (@eq_from_nth _ [::]) => [|l]; rewrite size_map size_enum_ord // => lL.
rewrite (nth_map (Ordinal lL)) ?size_enum_ord // (nth_ord_enum _ (Ordinal lL)).
have sh : size (nth [::] Ws l) = H by apply/eqP/sH/mem_nth; rewrite sL.
apply: (@eq_from_nth _ (0, 0)) => [|h]; rewrite size_map size_enum_ord // => hH.
by rewrite (nth_map (Ordinal hH)) ?size_enum_ord // (nth_ord_enum _ (Ordinal hH)) !fE -surjective_pairing.
Qed.
End Factors.

Theorem generic_lower (F : fieldType) (charF : [char F] =i pred0) (n d L H da r : nat)
    (S : pred 'I_n) (i : 'I_n) (p : 'I_d) :
  (exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
    sep_ge (fun x y => net Ws (mix S x y) i p) r) ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 &
    forall w, P.@[w] != 0 -> sep_ge (fun x y => net (weights_of w) (mix S x y) i p) r.
Proof.
case=> Ws /weights_of_onto[w0 <-] /(net_minor charF)[xs [ys D]].
pose C (X : 'M[F]_(n, d)) := map_mx (@mpolyC (nfactors L H d da) F) X.
pose Q := \matrix_(a < r, b < r) net (weights_of (fun v => 'X_v)) (C (mix S (xs a) (ys b))) i p.
have evQ w : (\det Q).@[w] = \det (grid (fun x y => net (weights_of w) (mix S x y) i p) xs ys).
  rewrite -[LHS]/(meval w _) -(det_map_mx [rmorphism of meval w]); congr (\det _).
  apply/matrixP=> a b; rewrite !mxE /=.
  have := net_map [rmorphism of meval w] (weights_of (fun v => 'X_v)) (C (mix S (xs a) (ys b))).
  move/matrixP/(_ i p); rewrite mxE => ->; rewrite weights_of_map; congr (net _ _ i p).
    by apply: eq_weights_of => v /=; rewrite mevalXU.
  by apply/matrixP=> x y; rewrite !mxE /= mevalC.
exists (\det Q); first by apply: contraNneq D => Q0; rewrite -evQ Q0 meval0.
move=> w; rewrite evQ => Dw s fs.
have U : grid (fun x y => net (weights_of w) (mix S x y) i p) xs ys \in unitmx by rewrite unitmxE unitfE.
by rewrite -(mxrank_unit U); apply: sep_le_rank.
Qed.
