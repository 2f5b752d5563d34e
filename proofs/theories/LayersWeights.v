(* Networks by their layers at literal weights that need not be integers: LayersRun.v and LayersCoefficients.v for
  weights
   of any kind Q, such as rational numbers, that are read into a ring R0 by num : Q -> R0. R0 has morphisms to 'Z_p and
   into the field (LocalRationals.v has such a ring).
   weights_vector q0 ls ws   == the weights ws : seq (seq (rows Q)) as a vector, q0 standing for entries that lack
   weights_tabs O conv ls ws == the parameters on lists, conv : Q -> T reading the weights
   weights_grid_accepts, weights_coefficients == the certificate is accepted, conv reading the weights modulo p
   merged mg theta           == theta where mg says so, a given value elsewhere
   Proved: run at these is the network at these weights (weights_runP); accepted grids and minors of coefficients prove
   lower bounds at them (weights_grid_lower, weights_coefficients_lower), from which LayersRun.layers_generic has those
   at almost all weights; or at almost all of some, the others being given (layers_generic_partial). *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix Witness GridRank Attention GenericWeights RankCert RankCert63 NetEval
  Certificate.
From Seprank Require Import RingOps ListMatrices SparsePolynomials CoefficientMinor Layers LayersRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.

Section Weights.
Variables (Q : Type) (q0 : Q).
Fixpoint param_vector (ps : seq lparam) (ws : seq (rows Q)) : seq Q :=
  if ps is p :: ps then
    if l_value p is Some _ then param_vector ps ws
    else listed (l_rows p) (l_cols p) (fun i => nth q0 (nth [::] (seq.head [::] ws) i)) ++ param_vector ps (behead ws)
  else [::].
Fixpoint layer_vector (ls : seq llayer) (ws : seq (seq (rows Q))) : seq Q :=
  if ls is l :: ls then param_vector (l_params l) (seq.head [::] ws) ++ layer_vector ls (behead ws) else [::].
Definition weights_vector ls ws (v : 'I_(nweights ls)) : Q := nth q0 (layer_vector ls ws) v.

Lemma size_param_vector ps ws : size (param_vector ps ws) = sumn (map free ps).
Proof. by elim: ps ws => //= p ps IH ws; rewrite /free; case: (l_value p) => [M|];
  rewrite ?size_cat ?size_listed IH. Qed.
Lemma size_layer_vector ls ws : size (layer_vector ls ws) = nweights ls.
Proof. by elim: ls ws => //= l ls IH ws; rewrite size_cat size_param_vector IH. Qed.

Section Tabs.
Variables (T : Type) (O : ops T) (conv : Q -> T).
Fixpoint weights_params (ps : seq lparam) (ws : seq (rows Q)) : seq (tab T) :=
  if ps is p :: ps then
    let tab_of M := Tab (l_rows p) (l_cols p) M in
    if l_value p is Some M then tab_of (lits O M) :: weights_params ps ws
    else tab_of (map (map conv) (seq.head [::] ws)) :: weights_params ps (behead ws)
  else [::].
Fixpoint weights_tabs (ls : seq llayer) (ws : seq (seq (rows Q))) : seq (seq (tab T)) :=
  if ls is l :: ls then weights_params (l_params l) (seq.head [::] ws) :: weights_tabs ls (behead ws) else [::].

Variables (R : comRingType) (psi : T -> R) (num : Q -> R).
Hypotheses (D : denotes O psi) (num0 : num q0 = 0) (convE : forall q, psi (conv q) = num q).

Lemma entry_conv M i j : psi (entry O (map (map conv) M) i j) = num (nth q0 (nth [::] M i) j).
Proof.
rewrite /entry; have [iM|iM] := ltnP i (size M); last first.
  rewrite [nth [::] (map _ _) i]nth_default ?size_map //.
  by rewrite [nth [::] M i]nth_default // !nth_nil (denotes0 D) num0.
rewrite (nth_map [::]) //; set r := nth [::] M i.
have [jr|jr] := ltnP j (size r); last by rewrite !nth_default ?size_map // (denotes0 D) num0.
by rewrite (nth_map q0).
Qed.

Lemma weights_paramsP theta ps ws k : (forall v, (v < size (param_vector ps ws))%N ->
    theta (k + v)%N = num (nth q0 (param_vector ps ws) v)) ->
  hold_params O psi ps (param_mats theta ps k) (weights_params ps ws).
Proof.
elim: ps ws k => [|p ps IH] ws k E i q; first by case: i.
move: E; rewrite /= /free; case V: (l_value p) => [M|] E.
  case: i => [|i] /=; last by apply: IH => v lt; rewrite addn0 E.
  by case=> <-; split=> //; split=> // i j _ _; rewrite /= (entry_lits D).
case: i => [|i] /=; last first.
  apply: IH => v lt; rewrite -addnA E ?size_cat ?size_listed ?ltn_add2l //.
  by rewrite nth_cat size_listed ltnNge leq_addr addKn.
case=> <-; split=> //; split=> // i j /= im jm; rewrite entry_conv.
have ij : (i * l_cols p + j < l_rows p * l_cols p)%N by nia.
by rewrite E ?size_cat ?size_listed ?nth_cat ?size_listed ?ij ?nth_listed // ltn_addr.
Qed.

Lemma weights_netP theta ls ws k A M s : (forall v, (v < size (layer_vector ls ws))%N ->
    theta (k + v)%N = num (nth q0 (layer_vector ls ws) v)) ->
  holds O psi A M -> layers_size ls (m_rows A, m_cols A) = Some s ->
  let Y := network (layer_mats theta ls k) (map l_expr ls) A in
  holds O psi Y (run_net O (weights_tabs ls ws) (map l_expr ls) M) /\ (m_rows Y, m_cols Y) = s.
Proof.
rewrite /network /run_net; elim: ls ws k A M => [|l ls IH] ws k A M E AM /=; first by case=> <-.
case F: (fits _ _ _) => [t|] //= Fs.
have H := @weights_paramsP theta (l_params l) (seq.head [::] ws) k.
have {H} : hold_params O psi (l_params l) (param_mats theta (l_params l) k) (weights_params (l_params l) (seq.head
  [::] ws)).
  by apply: H => v lt; rewrite E /= ?size_cat ?ltn_addr // nth_cat lt.
move=> H; have [h st] := runP D H AM F; apply: IH h _; last by rewrite st.
move=> v lt; rewrite -addnA E /layer_free -(size_param_vector _ (seq.head [::] ws)) /= ?size_cat ?ltn_add2l //.
by rewrite nth_cat ltnNge leq_addr addKn.
Qed.

Theorem weights_runP n d ls ws i j X : layers_fit ls n d i j ->
  psi (run_entry O ls (weights_tabs ls ws) n d i j X) =
  layers_entry i j (fun v : 'I_(nweights ls) => num (weights_vector ws v)) (mx_ops O psi n d X).
Proof.
rewrite /layers_fit; case F: (layers_size _ _) => [s|] // /andP[i1 j2].
have AM : holds O psi (of_matrix (mx_ops O psi n d X)) (Tab n d X).
  by split=> //= a b an bd; rewrite (insubT (fun i => i < n)%N an) (insubT (fun i => i < d)%N bd) mxE.
have [|[h1 h2 h] sz] := @weights_netP (at_nat (fun v : 'I_(nweights ls) =>
  num (weights_vector ws v))) ls ws 0 _ _ _ _ AM F.
  by move=> v; rewrite size_layer_vector => lt; rewrite /at_nat (insubT (fun i => i < nweights ls)%N lt).
by case: s sz {F} i1 j2 => a b [<- <-] i1 j2; apply: h.
Qed.
End Tabs.
End Weights.

(* evidence: the weights in a ring R0 *)
Section Evidence.
Variables (Q : Type) (q0 : Q) (p : i63) (ls : seq llayer) (ws : seq (seq (rows Q))) (n d : nat) (S : seq bool) (i j r
  : nat).
Variables (R0 : comRingType) (num : Q -> R0) (F : numFieldType).
Local Notation Zp := 'Z_(Z.to_nat (toZ p)).
Variables (gp : {rmorphism R0 -> Zp}) (gF : {rmorphism R0 -> F}).
Hypotheses (gF_inj : injective gF) (num0 : num q0 = 0).
Local Notation theta := (fun v : 'I_(nweights ls) => num (weights_vector q0 ws v)).

Section Coefficients.
Variables (left right : seq (rows nat)) (conv : Q -> spoly i63).
Hypothesis convE : denotes (minor_ops p) (read p n d S) -> forall q, read p n d S (conv q) = mpolyC _ (gp (num q)).
Definition weights_coefficients : bool :=
  let O := minor_ops p in coefficient_accepts p n d S left right r (run_entry O ls (weights_tabs O conv ls ws) n d i j).

Theorem weights_coefficients_lower : layers_fit ls n d i j -> weights_coefficients ->
  sep_ge (layers_output (side_of S) i j (gF \o theta) : 'M[F]_(n, d) -> _) r.
Proof.
move=> fit; apply: (@coefficients_lower p n d S left right r R0 F gp gF
  (fun R w X => layers_entry i j (w \o theta) X)) => //.
- by move=> R K w g X; apply: map_layers_entry.
- by move=> R w w' X E; apply: eq_layers_entry => v; apply: E.
move=> den; have := @weights_runP Q q0 _ _ conv _ _ (fun q =>
  mpolyC _ (gp (num q))) den _ (convE den) n d ls ws i j _ fit.
by move=> -> //; rewrite num0 !rmorph0.
Qed.
End Coefficients.

Section Grid.
Variables (xs ys : seq (rows Z)) (conv : Q -> i63).
Hypothesis convE : forall q, psi p (conv q) = gp (num q).
Definition weights_grid_accepts : bool :=
  let O := mod_ops p in let ts := weights_tabs O conv ls ws in let es := map l_expr ls in
  accepts p S xs ys i j r (fun X => t_body (run_net O ts es (Tab n d X))).

Let f (R : comRingType) (w : R0 -> R) (X : 'M[R]_(n, d)) : R := layers_entry i j (w \o theta) X.
Let f_map (R K : comRingType) (w : {rmorphism R0 -> R}) (g : {rmorphism R ->
  K}) X : g (f w X) = f (g \o w) (map_mx g X).
Proof. exact: map_layers_entry. Qed.

Lemma weights_grid_det : layers_fit ls n d i j -> weights_grid_accepts ->
  \det (grid (fun x y : 'M[F]_(n, d) => f gF (mix (side_of S) x y))
    (fun k : 'I_r => point_A n d S xs F k) (fun k : 'I_r => point_B n d S ys F k)) != 0.
Proof.
move=> fit; case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 /eqP sx /eqP sy /oneshot_det D.
have pp : (1 < toZ p <= 2147483648)%cZ by [].
pose G := \matrix_(a < r, b < r) f [rmorphism of idfun] (lit R0 n d (merge S (nth [::] xs a) (nth [::] ys b))).
have GE (K : comRingType) (g : {rmorphism R0 -> K}) : map_mx g G =
    \matrix_(a < r, b < r) f g (lit K n d (merge S (nth [::] xs a) (nth [::] ys b))).
  by apply/matrixP=> a b; rewrite !mxE (f_map [rmorphism of idfun] g) map_lit.
have -> : grid (fun x y : 'M[F]_(n, d) => f gF (mix (side_of S) x y)) (fun k : 'I_r => point_A n d S xs F k)
    (fun k : 'I_r => point_B n d S ys F k) = map_mx gF G.
  by rewrite GE; apply/matrixP=> a b; rewrite !mxE /point_A /point_B -lit_merge.
rewrite det_map_mx; apply: contraNneq D => D0.
have {}D0 : \det G = 0 by apply: gF_inj; rewrite D0 rmorph0.
rewrite (_ : map_mx _ _ = map_mx gp G); first by rewrite det_map_mx D0 rmorph0.
rewrite GE; apply/matrixP=> a b; rewrite [LHS]mxE [RHS]mxE mxE.
pose X := merge S (nth [::] xs a) (nth [::] ys b).
rewrite nth_eval_grid ?sx ?sy // -/X -/(phi _ _) -/(psi p _) (psi_mod pp).
have z0 : gp (num q0) = 0 by rewrite num0 rmorph0.
have := @weights_runP Q q0 _ _ conv _ _ (fun q => gp (num q)) (mod_opsP pp) z0 convE n d ls ws i j (redL p X) fit.
rewrite /run_entry /entry => ->; rewrite /f; congr layers_entry.
exact: (mxL_red (erefl : psi p 0%uint63 = 0) (psi_red pp)).
Qed.

Theorem weights_grid_lower : layers_fit ls n d i j -> weights_grid_accepts ->
  sep_ge (layers_output (side_of S) i j (gF \o theta) : 'M[F]_(n, d) -> _) r.
Proof. by move=> fit acc k; apply: grid_sep_le (weights_grid_det fit acc) k. Qed.
End Grid.
End Evidence.

(* almost all weights where some are given: they are the values of mg, the others are theta *)
Section Partial.
Variables (n d : nat) (ls : seq llayer) (S : pred 'I_n) (i j k : nat) (F : fieldType).
Variable mg : 'I_(nweights ls) -> 'I_k + F.
Definition merged (theta : 'I_k -> F) (v : 'I_(nweights ls)) : F := match mg v with inl u => theta u | inr c => c end.

Theorem layers_generic_partial (theta0 : 'I_k -> F) r : [char F] =i pred0 ->
  sep_ge (layers_output S i j (merged theta0) : 'M[F]_(n, d) -> _) r ->
  exists2 P : {mpoly F[k]}, P != 0 &
    forall theta, P.@[theta] != 0 -> sep_ge (layers_output S i j (merged theta) : 'M[F]_(n, d) -> _) r.
Proof.
move=> charF low; pose f := @layers_family n d ls S i j; have nat_f : natural f := layers_family_natural _ _ _ _ _.
have H theta m : sep_le (fun x y => f F theta x y) m <-> sep_le (layers_output S i j theta : 'M[F]_(n, d) -> _) m.
  split=> [h|h]; last exact: (sep_le_comp (@inputs n d F) (@inputs n d F) h).
  have := sep_le_comp (fun X : 'M[F]_(n, d) => mxvec X 0) (fun X : 'M[F]_(n, d) => mxvec X 0) h.
  by apply: eq_sep_le => x y; rewrite /f /layers_family !inputsK.
have [s sep|xs [ys D]] := @grid_lower _ _ _ (poly_of f (merged theta0)) (char0_infinite charF) r.
  by apply: low; apply/H; apply: eq_sep_le sep => x y; rewrite poly_ofE.
pose w v : {mpoly F[k]} := match mg v with inl u => 'X_u | inr c => c%:MP end.
pose P := \det (\matrix_(a, b) f _ w (@mpolyC k F \o xs a) (@mpolyC k F \o ys b)).
have PE theta : P.@[theta] = \det (\matrix_(a, b) f F (merged theta) (xs a) (ys b)).
  rewrite -[LHS]/([rmorphism of meval theta] _) -det_map_mx; congr (\det _); apply/matrixP=> a b; rewrite !mxE.
  rewrite (proj1 nat_f); apply: (proj2 nat_f) => v /=; rewrite ?mevalC //.
  by rewrite /w /merged; case: (mg v) => u; rewrite ?mevalXU ?mevalC.
exists P => [|theta]; last first.
  rewrite PE => nz m /H sep; have := sep_le_rank xs ys sep; rewrite mxrank_unit //.
  by rewrite unitmxE unitfE.
apply: contra_neq D => P0; have := PE theta0; rewrite P0 meval0 => /esym D0; rewrite -[RHS]D0.
by congr (\det _); apply/matrixP=> a b; rewrite !mxE poly_ofE.
Qed.
End Partial.
