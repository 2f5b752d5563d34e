(* Networks by their layers (Layers.v): the family of one network in its weights, its evaluation on lists, and grids as
   evidence for it: Corollary 1.3 and Propositions 1.4, 1.5 of theory.md.
   nweights ls               == the number of weights, which are the entries of the parameters without a value
   layer_mats theta ls k     == the parameters, layer by layer, as matrices; weights are numbered layer by layer,
                                parameter by parameter, row by row, and the first has the number k
   layers_entry ls i j theta X        == entry (i, j) of the last state at the input X, for theta : 'I_(nweights ls) -> R
   layers_output ls S i j theta x y   == the same as a function of the two sides
   lit_theta ls ws           == the literal weights ws : seq (seq (rows Z)) as a vector: for each layer the list of its
                                parameters without a value, in order
   layers_fit ls n d i j     == sizes fit, and (i, j) is an entry of the last state
   weights_shape ls ws       == the literal weights have the sizes of the parameters
   tab T, holds psi A M      == a matrix on lists with its size; it has the size and, by psi, the entries of A
   run O ts e M, run_net     == the value of e, and the last state, in any numbers with the operations O
   layers_tabs O ls ws       == the parameters on lists, with literal weights
   run_cost ls s             == the multiplications and additions of an evaluation
   layers_grid_accepts p ..  == the certificate with grid xs, ys and literal weights ws is accepted modulo p
   Proved: entries commute with ring morphisms (map_layers_entry), so that lower bounds at some weights hold at almost
   all (layers_generic); run computes what is meant (runP, layers_runP); an accepted grid proves a lower bound
   (layers_grid_lower). Where grids, or monomials, come from any function that is natural in the ring: accepts_entry_grid. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix Witness GridRank Attention GenericWeights.
From Seprank Require Import RankCert RankCert63 NetEval Certificate RingOps ListMatrices Layers.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.
Local Open Scope ring_scope.

(* weights *)
Definition free (p : lparam) : nat := if l_value p is Some _ then 0 else l_rows p * l_cols p.
Definition layer_free (l : llayer) : nat := sumn (map free (l_params l)).
Definition nweights (ls : seq llayer) : nat := sumn (map layer_free ls).

Definition none := Fraction Z0 xH.   (* what a list lacks *)
Definition entry_of (M : rows fraction) i j := nth none (nth [::] M i) j.

(* all constants are ok *)
Definition constants_ok (ok : pred fraction) (p : lparam) := if l_value p is Some M then all (all ok) M else true.
Definition layers_constants ok (ls : seq llayer) := all (fun l => all (constants_ok ok) (l_params l)) ls.
Lemma layers_constantsT ls : layers_constants predT ls.
Proof.
rewrite /layers_constants; elim: ls => //= l ls ->; rewrite andbT; elim: (l_params l) => //= p ps ->; rewrite andbT /constants_ok.
by case: (l_value p) => // M; elim: M => //= r M ->; rewrite all_predT.
Qed.

Section Weights.
Variables (R : comRingType) (q : fraction -> R) (theta : nat -> R).
Fixpoint param_mats (ps : seq lparam) (k : nat) : seq (mat R) :=
  if ps is p :: ps then
    Mat (l_rows p) (l_cols p) (fun i j =>
      if l_value p is Some M then q (entry_of M i j) else theta (k + (i * l_cols p + j))%N)
    :: param_mats ps (k + free p)
  else [::].
Fixpoint layer_mats (ls : seq llayer) (k : nat) : seq (seq (mat R)) :=
  if ls is l :: ls then param_mats (l_params l) k :: layer_mats ls (k + layer_free l) else [::].
End Weights.

Definition at_nat (R : comRingType) k (theta : 'I_k -> R) (v : nat) : R := if insub v is Some v then theta v else 0.
Definition layers_net ls (R : comRingType) (q : fraction -> R) (theta : 'I_(nweights ls) -> R) (X : mat R) : mat R :=
  network (layer_mats q (at_nat theta) ls 0) (map l_expr ls) X.
Definition layers_entry n d ls i j (R : comRingType) (q : fraction -> R) (theta : 'I_(nweights ls) -> R) (X : 'M[R]_(n, d)) : R :=
  m_at (layers_net q theta (of_matrix X)) i j.
Definition in_field (F : fieldType) (a : fraction) : F := (int_of_Z (num a))%:~R / (int_of_Z (Zpos (den a)))%:~R.
Definition layers_output n d ls (S : pred 'I_n) i j (F : fieldType) (theta : 'I_(nweights ls) -> F) (x y : 'M[F]_(n, d)) : F :=
  layers_entry i j (in_field F) theta (mix S x y).

(* all is natural in the ring *)
Section Natural.
Variables (R K : comRingType) (g : {rmorphism R -> K}).
Definition sim (A : mat R) (B : mat K) :=
  [/\ m_rows A = m_rows B, m_cols A = m_cols B & forall i j, g (m_at A i j) = m_at B i j].

Lemma sim_meaning ps qs : (forall i, sim (nth (no_mat R) ps i) (nth (no_mat K) qs i)) ->
  forall e A B, sim A B -> sim (meaning ps e A) (meaning qs e B).
Proof.
move=> pq; elim=> [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k s|a IHa b IHb] A B AB //=.
- have [[ra ca ea] [rb cb eb]] := (IHa _ _ AB, IHb _ _ AB); split=> // i j /=.
  by rewrite rmorph_sum ca; apply: eq_bigr => l _; rewrite rmorphM ea eb.
- have [[ra ca ea] [rb cb eb]] := (IHa _ _ AB, IHb _ _ AB); split=> // i j /=.
  by rewrite rmorphM ea eb.
- have [[ra ca ea] [rb cb eb]] := (IHa _ _ AB, IHb _ _ AB); split=> // i j /=.
  by rewrite rmorphD ea eb.
- by have [ra ca ea] := IHa _ _ AB; split=> // i j /=.
- by have [ra ca ea] := IHa _ _ AB; split=> // i j /=; rewrite rmorphX ea.
- have [[ra ca ea] [rc cc ec]] := (IHa _ _ AB, pq c); split=> // i j /=.
  by rewrite rmorph_sum rc; apply: eq_bigr => l _; rewrite rmorphM rmorphX ea ec.
- by have [ra ca ea] := IHa _ _ AB; split=> // i j /=; rewrite ra ca.
- by have [ra ca ea] := IHa _ _ AB; split=> // i j /=; rewrite ca.
- exact: IHb (IHa _ _ AB).
Qed.

Variables (q : fraction -> R) (q' : fraction -> K) (theta : nat -> R) (eta : nat -> K).
Variable ok : pred fraction.
Hypotheses (ok0 : ok none) (qe : forall a, ok a -> g (q a) = q' a) (te : forall v, g (theta v) = eta v).

Lemma sim_params ps k i : all (constants_ok ok) ps ->
  sim (nth (no_mat R) (param_mats q theta ps k) i) (nth (no_mat K) (param_mats q' eta ps k) i).
Proof.
elim: ps k i => [|p ps IH] k i /=; first by rewrite !nth_nil; split=> // ? ? /=; rewrite rmorph0.
case/andP=> okp okps; case: i => [|i] /=; last exact: IH.
split=> // a b /=; move: okp; rewrite /constants_ok; case: (l_value p) => [M|_]; last exact: te.
move/all_nthP=> okM; apply: qe; rewrite /entry_of; have [aM|aM] := ltnP a (size M); last first.
  by rewrite [nth _ M a]nth_default // nth_nil.
have /all_nthP okr := okM [::] a aM; have [br|br] := ltnP b (size (nth [::] M a)); first exact: okr.
by rewrite nth_default.
Qed.

Lemma sim_network ls k A B : layers_constants ok ls -> sim A B ->
  sim (network (layer_mats q theta ls k) (map l_expr ls) A) (network (layer_mats q' eta ls k) (map l_expr ls) B).
Proof.
rewrite /network /layers_constants; elim: ls k A B => //= l ls IH k A B /andP[okl okls] AB.
by apply: IH okls _; apply: sim_meaning AB => i; apply: sim_params.
Qed.
End Natural.

Lemma sim_of_matrix (R K : comRingType) (g : {rmorphism R -> K}) n d (X : 'M[R]_(n, d)) (Y : 'M[K]_(n, d)) :
  map_mx g X = Y -> sim g (of_matrix X) (of_matrix Y).
Proof. by move<-; split=> // i j /=; case: insub => [a|]; [case: insub => [b|]|]; rewrite ?mxE ?rmorph0. Qed.

Section Family.
Variables (n d : nat) (ls : seq llayer) (S : pred 'I_n) (i j : nat).
Local Notation k := (nweights ls).

Lemma map_layers_entry_on (ok : pred fraction) (R K : comRingType) (g : {rmorphism R -> K}) q q' (theta : 'I_k -> R) (eta : 'I_k -> K) (X : 'M[R]_(n, d)) :
  ok none -> layers_constants ok ls -> (forall a, ok a -> g (q a) = q' a) -> (forall v, g (theta v) = eta v) ->
  g (layers_entry i j q theta X) = layers_entry i j q' eta (map_mx g X).
Proof.
move=> ok0 okls qe te; have te' v : g (at_nat theta v) = at_nat eta v by rewrite /at_nat; case: insub => *; rewrite ?rmorph0.
by have [_ _ E] := sim_network ok0 qe te' 0 okls (sim_of_matrix (erefl (map_mx g X))); apply: E.
Qed.

Lemma map_layers_entry (R K : comRingType) (g : {rmorphism R -> K}) q q' (theta : 'I_k -> R) (eta : 'I_k -> K) (X : 'M[R]_(n, d)) :
  (forall a, g (q a) = q' a) -> (forall v, g (theta v) = eta v) ->
  g (layers_entry i j q theta X) = layers_entry i j q' eta (map_mx g X).
Proof. by move=> qe te; apply: (@map_layers_entry_on predT) => //; apply: layers_constantsT. Qed.

Lemma eq_layers_entry (ok : pred fraction) (R : comRingType) (q q' : fraction -> R) (theta eta : 'I_k -> R) (X : 'M[R]_(n, d)) :
  ok none -> layers_constants ok ls -> (forall a, ok a -> q a = q' a) -> theta =1 eta ->
  layers_entry i j q theta X = layers_entry i j q' eta X.
Proof.
move=> ok0 okls qe te; have := @map_layers_entry_on ok R R [rmorphism of idfun] q q' theta eta X ok0 okls qe te.
by rewrite (_ : map_mx _ X = X) //; apply/matrixP=> a b; rewrite mxE.
Qed.

(* almost all weights, as some: the constants are numbers of the field, which the weights' polynomials have as coefficients *)
Section Generic.
Variables (F : fieldType) (r : nat).
Local Notation output theta := (@layers_output n d ls S i j F theta).

(* the entry as a polynomial in the inputs of both sides *)
Definition both : 'M[{mpoly F[n * d + n * d]}]_(n, d) :=
  \matrix_(a, b) if S a then 'X_(lshift _ (mxvec_index a b)) else 'X_(rshift _ (mxvec_index a b)).
Lemma both_eval x y : map_mx (meval (join x y)) both = mix S (inputs x) (inputs y).
Proof. by apply/matrixP=> a b; rewrite !mxE; case: ifP => _; rewrite mevalXU ?joinl ?joinr. Qed.

Lemma layers_generic (theta0 : 'I_k -> F) : [char F] =i pred0 -> sep_ge (output theta0) r ->
  exists2 P : {mpoly F[k]}, P != 0 & forall theta, P.@[theta] != 0 -> sep_ge (output theta) r.
Proof.
move=> charF low.
pose f (theta : 'I_k -> F) x y := output theta (inputs x) (inputs y).
have H (theta : 'I_k -> F) m : sep_le (f theta) m <-> sep_le (output theta) m.
  split=> [h|h]; last exact: (sep_le_comp (@inputs n d F) (@inputs n d F) h).
  have := sep_le_comp (fun X : 'M[F]_(n, d) => mxvec X 0) (fun X : 'M[F]_(n, d) => mxvec X 0) h.
  by apply: eq_sep_le => x y; rewrite /f !inputsK.
pose entry_poly : {mpoly F[n * d + n * d]} := layers_entry i j (@mpolyC _ _ \o in_field F) (@mpolyC _ _ \o theta0) both.
have entryE x y : entry_poly.@[join x y] = f theta0 x y.
  rewrite -[LHS]/([rmorphism of meval (join x y)] _) (map_layers_entry (q' := in_field F) (eta := theta0)) => [|a|v] /=; rewrite ?mevalC //.
  by rewrite both_eval.
have [s|xs [ys D]] := @grid_lower _ _ _ entry_poly (char0_infinite charF) r.
  by move=> sep; apply: low; apply/H; apply: eq_sep_le sep => x y; rewrite entryE.
pose point (R : comRingType) (g : F -> R) x y : 'M[R]_(n, d) := map_mx g (mix S (inputs x) (inputs y)).
pose P : {mpoly F[k]} := \det (\matrix_(a < r, b < r)
  layers_entry i j (@mpolyC _ _ \o in_field F) (fun v => 'X_v) (point _ (@mpolyC k F) (xs a) (ys b))).
have PE theta : P.@[theta] = \det (\matrix_(a, b) f theta (xs a) (ys b)).
  rewrite -[LHS]/([rmorphism of meval theta] _) -det_map_mx; congr (\det _); apply/matrixP=> a b; rewrite !mxE.
  rewrite (map_layers_entry (q' := in_field F) (eta := theta)) => [|c|v] /=; rewrite ?mevalC ?mevalXU //.
  by congr layers_entry; apply/matrixP=> u v; rewrite !mxE /= mevalC.
exists P; first by have : P.@[theta0] != 0; [rewrite PE; move: D; congr (\det _ != 0); apply/matrixP=> a b; rewrite !mxE entryE
  | apply: contra_neq => ->; rewrite meval0].
move=> theta; rewrite PE => nz s /H/(sep_le_rank xs ys).
by rewrite mxrank_unit // unitmxE unitfE.
Qed.
End Generic.
End Family.

(* sizes *)
Definition layers_fit ls n d i j : bool :=
  if layers_size ls (n, d) is Some s then (i < s.1)%N && (j < s.2)%N else false.

Definition shape_fits T m k (M : rows T) := (size M == m) && all (fun r => size r == k) M.
Fixpoint params_shape (ps : seq lparam) (ws : seq (rows fraction)) : bool :=
  if ps is p :: ps then
    if l_value p is Some M then shape_fits (l_rows p) (l_cols p) M && params_shape ps ws
    else if ws is M :: ws then shape_fits (l_rows p) (l_cols p) M && params_shape ps ws else false
  else if ws is [::] then true else false.
Fixpoint weights_shape (ls : seq llayer) (ws : seq (seq (rows fraction))) : bool :=
  match ls, ws with
  | [::], [::] => true
  | l :: ls, w :: ws => params_shape (l_params l) w && weights_shape ls ws
  | _, _ => false
  end.

(* literal weights *)
Definition listed T m k (f : nat -> nat -> T) : seq T := flatten (mkseq (fun i => mkseq (f i) k) m).   (* by rows *)
Fixpoint param_flat (ps : seq lparam) (ws : seq (rows fraction)) : seq fraction :=
  if ps is p :: ps then
    if l_value p is Some _ then param_flat ps ws
    else listed (l_rows p) (l_cols p) (entry_of (seq.head [::] ws)) ++ param_flat ps (behead ws)
  else [::].
Fixpoint layer_flat (ls : seq llayer) (ws : seq (seq (rows fraction))) : seq fraction :=
  if ls is l :: ls then param_flat (l_params l) (seq.head [::] ws) ++ layer_flat ls (behead ws) else [::].
Definition lit_theta (ls : seq llayer) (ws : seq (seq (rows fraction))) (v : 'I_(nweights ls)) : fraction :=
  nth none (layer_flat ls ws) v.
Arguments lit_theta : clear implicits.

(* evaluation on lists *)
Record tab (T : Type) := Tab { t_rows : nat; t_cols : nat; t_body : rows T }.

Section Run.
Variables (T : Type) (O : ops T).

Definition no_tab : tab T := Tab 0 0 [::].
Fixpoint run (ts : seq (tab T)) (e : lexpr) (M : tab T) : tab T :=
  match e with
  | LInput => M
  | LParam i => nth no_tab ts i
  | LProduct a b => let A := run ts a M in let B := run ts b M in
      Tab (t_rows A) (t_cols B) (mul_ops O (t_cols A) (t_body A) (tr_ops O (t_cols B) (t_body B)))
  | LHadamard a b => let A := run ts a M in let B := run ts b M in
      Tab (t_rows A) (t_cols A) (had_ops O (t_body A) (t_body B))
  | LAdd a b => let A := run ts a M in let B := run ts b M in
      Tab (t_rows A) (t_cols A) (add_ops O (t_body A) (t_body B))
  | LTranspose a => let A := run ts a M in Tab (t_cols A) (t_rows A) (tr_ops O (t_cols A) (t_body A))
  | LPower a k => let A := run ts a M in Tab (t_rows A) (t_cols A) (map_ops O (t_rows A) (t_cols A) (pow_ops O k) (t_body A))
  | LPolynomial a c => let A := run ts a M in let C := nth no_tab ts c in
      let cs := mkseq (fun k => entry O (t_body C) k 0) (t_rows C) in
      Tab (t_rows A) (t_cols A) (map_ops O (t_rows A) (t_cols A) (horner_ops O cs) (t_body A))
  | LRepeat a m k => let A := run ts a M in
      Tab m k (mkseq (fun i => mkseq (fun j =>
        entry O (t_body A) (if t_rows A == 1 then 0 else i) (if t_cols A == 1 then 0 else j)) k) m)%N
  | LGather a m k source => let A := run ts a M in let l := listed (t_rows A) (t_cols A) (entry O (t_body A)) in
      Tab m k (reshape (nseq m k) [seq nth (op0 O) l e | e <- source])
  | LThen a b => let A := run ts a M in run ts b A
  end.
Definition run_net (tss : seq (seq (tab T))) (es : seq lexpr) (M : tab T) : tab T :=
  foldl (fun Y te => run te.1 te.2 Y) M (zip tss es).

(* the parameters, with literal weights, read by rd; the entry (i, j) of the last state, ts being the parameters *)
Variable rd : fraction -> T.
Fixpoint param_tabs (ps : seq lparam) (ws : seq (rows fraction)) : seq (tab T) :=
  if ps is p :: ps then
    let tab_of M := Tab (l_rows p) (l_cols p) (map (map rd) M) in
    if l_value p is Some M then tab_of M :: param_tabs ps ws else tab_of (seq.head [::] ws) :: param_tabs ps (behead ws)
  else [::].
Fixpoint layers_tabs (ls : seq llayer) (ws : seq (seq (rows fraction))) : seq (seq (tab T)) :=
  if ls is l :: ls then param_tabs (l_params l) (seq.head [::] ws) :: layers_tabs ls (behead ws) else [::].
Definition run_entry ls ts n d i j (X : rows T) : T := entry O (t_body (run_net ts (map l_expr ls) (Tab n d X))) i j.
End Run.

Lemma size_listed T m k (f : nat -> nat -> T) : size (listed m k f) = (m * k)%N.
Proof.
rewrite /listed size_flatten /shape /mkseq -map_comp; rewrite -{2}(size_iota 0 m).
by elim: (iota 0 m) => //= a s ->; rewrite size_mkseq mulSn.
Qed.

Lemma nth_listed T (z : T) m k f i j : (i < m)%N -> (j < k)%N -> nth z (listed m k f) (i * k + j) = f i j.
Proof.
rewrite /listed => im jk; have im' : (i < size (mkseq (fun i => mkseq (f i) k) m))%N by rewrite size_mkseq.
have fE : f i j = nth z (nth [::] (mkseq (fun i => mkseq (f i) k) m) i) j by rewrite !nth_mkseq.
have : all (fun r => size r == k) (mkseq (fun i => mkseq (f i) k) m).
  by rewrite all_map; apply/allP=> l _ /=; rewrite size_mkseq.
rewrite fE; elim: (mkseq _ m) i im' {fE im} => //= r s IH [|i] im /andP[/eqP sr al].
  by rewrite mul0n add0n nth_cat sr jk.
by rewrite mulSn -addnA nth_cat sr ltnNge leq_addr addKn IH.
Qed.

Section Correct.
Variables (T : Type) (O : ops T) (R : comRingType) (psi : T -> R) (rd : fraction -> T) (q : fraction -> R).
Hypothesis D : denotes O psi.
Hypotheses (rdq : forall a, psi (rd a) = q a) (q0 : q none = 0).

Lemma entry_read M i j : psi (entry O (map (map rd) M) i j) = q (entry_of M i j).
Proof.
rewrite /entry /entry_of; have [iM|iM] := ltnP i (size M); last first.
  by rewrite [nth _ (map _ _) i]nth_default ?size_map // [nth _ M i]nth_default // !nth_nil (denotes0 D) q0.
rewrite (nth_map [::]) //; have [jM|jM] := ltnP j (size (nth [::] M i)); first by rewrite (nth_map none).
by rewrite [nth (op0 O) _ j]nth_default ?size_map // [nth none _ j]nth_default // (denotes0 D) q0.
Qed.

Definition holds (A : mat R) (M : tab T) := [/\ t_rows M = m_rows A, t_cols M = m_cols A &
  forall i j, (i < m_rows A)%N -> (j < m_cols A)%N -> psi (entry O (t_body M) i j) = m_at A i j].
(* the matrices and lists of the parameters ps *)
Definition hold_params (ps : seq lparam) (As : seq (mat R)) (ts : seq (tab T)) := forall i p, ohead (drop i ps) = Some p ->
  let A := nth (no_mat R) As i in [/\ m_rows A = l_rows p, m_cols A = l_cols p & holds A (nth (no_tab T) ts i)].

Theorem runP ps As ts : hold_params ps As ts -> forall e A M s, holds A M -> fits ps e (m_rows A, m_cols A) = Some s ->
  holds (meaning As e A) (run O ts e M) /\ (m_rows (meaning As e A), m_cols (meaning As e A)) = s.
Proof.
move=> H; elim=> [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k src|a IHa b IHb] A M s AM /=.
- by case=> <-.
- by case E: (ohead _) => [p|] // [<-]; have [rp cp h] := H _ _ E; rewrite rp cp; split.
- case Ea: (fits ps a _) => [ra|] //; case Eb: (fits ps b _) => [rb|] //; case: eqP => // E [<-].
  have [[ha1 ha2 ha] sa] := IHa _ _ _ AM Ea; have [[hb1 hb2 hb] sb] := IHb _ _ _ AM Eb; move: E; rewrite -sa; rewrite -sb /= => E.
  split=> //; split=> //= i j im jm; rewrite (entry_mul D) ha2; apply: eq_bigr => l _.
  by rewrite ha // hb2 entry_tr // hb // -E.
- case Ea: (fits ps a _) => [ra|] //; case Eb: (fits ps b _) => [rb|] //; case: eqP => // E [<-]; subst rb.
  have [[ha1 ha2 ha] sa] := IHa _ _ _ AM Ea; have [[hb1 hb2 hb] sb] := IHb _ _ _ AM Eb; move: (sb); rewrite -sa => -[e1 e2].
  by split=> //; split=> //= i j im jm; rewrite (entry_had D) ha // hb ?e1 ?e2.
- case Ea: (fits ps a _) => [ra|] //; case Eb: (fits ps b _) => [rb|] //; case: eqP => // E [<-]; subst rb.
  have [[ha1 ha2 ha] sa] := IHa _ _ _ AM Ea; have [[hb1 hb2 hb] sb] := IHb _ _ _ AM Eb; move: (sb); rewrite -sa => -[e1 e2].
  by split=> //; split=> //= i j im jm; rewrite (entry_add D) ha // hb ?e1 ?e2.
- case Ea: (fits ps a _) => [ra|] //= [<-]; have [[ha1 ha2 ha] <-] := IHa _ _ _ AM Ea; split=> //; split=> //= i j im jm.
  by rewrite entry_tr ?ha2 // ha.
- case: ifP => // _ Ea; have [[ha1 ha2 ha] <-] := IHa _ _ _ AM Ea; split=> //; split=> //= i j im jm.
  by rewrite entry_map ?ha1 ?ha2 // (pow_opsE D) ha.
- case Ec: (ohead _) => [p|] //; case: ifP => // /andP[/andP[/eqP c1 _] _] Ea.
  have [[ha1 ha2 ha] <-] := IHa _ _ _ AM Ea; have [rp cp [hc1 hc2 hc]] := H _ _ Ec.
  split=> //; split=> //= i j im jm; rewrite entry_map ?ha1 ?ha2 // (horner_opsE D) ha // size_mkseq hc1.
  by apply: eq_bigr => l _; rewrite nth_mkseq // hc // cp c1.
- case Ea: (fits ps a _) => [ra|] //=; case: ifP => // E [<-].
  have [[ha1 ha2 ha] sa] := IHa _ _ _ AM Ea; split=> //; split=> //= i j im jm.
  rewrite {1}/entry !nth_mkseq // -/(entry _ _ _ _) ha1 ha2 ha //.
    by case: eqP => [->|ne] //; move: E; rewrite -sa => /orP[]/eqP[e1 e2]; rewrite ?e1 // in ne *.
  by case: eqP => [->|ne] //; move: E; rewrite -sa => /orP[]/eqP[e1 e2]; rewrite ?e2 // in ne *.
- case Ea: (fits ps a _) => [ra|] //=; case: ifP => // /andP[/eqP sz /all_nthP lt] [<-].
  have [[ha1 ha2 ha] sa] := IHa _ _ _ AM Ea; split=> //; split=> //= i j im jm.
  have ij : (i * k + j < m * k)%N by nia.
  rewrite {1}/entry nth_reshape nth_nseq im nth_take // nth_drop take_nseq ?(ltnW im) // sumn_nseq [(k * i)%N]mulnC.
  rewrite (nth_map 0%N) ?sz // ha1 ha2; have := lt 0%N (i * k + j)%N; rewrite sz -sa => /(_ ij) /=.
  move: (nth 0%N _ _) => e en; have c0 : (0 < m_cols (meaning As a A))%N by case: (m_cols _) en => //; rewrite muln0.
  rewrite {1}(divn_eq e (m_cols (meaning As a A))) nth_listed ?ltn_mod // ?ltn_divLR // ha ?ltn_mod // ltn_divLR //.
- case Ea: (fits ps a _) => [ra|] //= Eb; have [ha sa] := IHa _ _ _ AM Ea; apply: (IHb _ _ _ ha); by rewrite sa.
Qed.

Lemma param_tabsP theta ps ws k : (forall v, (v < size (param_flat ps ws))%N ->
    theta (k + v)%N = q (nth none (param_flat ps ws) v)) ->
  hold_params ps (param_mats q theta ps k) (param_tabs rd ps ws).
Proof.
elim: ps ws k => [|p ps IH] ws k E i p'; first by case: i.
move: E; rewrite /= /free; case V: (l_value p) => [M|] E.
  case: i => [|i] /=; last by apply: IH => v lt; rewrite addn0 E.
  by case=> <-; split=> //; split=> // i j _ _; rewrite /= entry_read.
case: i => [|i] /=; last first.
  apply: IH => v lt; rewrite -addnA E ?size_cat ?size_listed ?ltn_add2l //.
  by rewrite nth_cat size_listed ltnNge leq_addr addKn.
case=> <-; split=> //; split=> // i j /= im jm; rewrite entry_read.
have ij : (i * l_cols p + j < l_rows p * l_cols p)%N by nia.
by rewrite E ?size_cat ?size_listed ?nth_cat ?size_listed ?ij ?nth_listed // ltn_addr.
Qed.

Lemma size_param_flat ps ws : size (param_flat ps ws) = sumn (map free ps).
Proof. by elim: ps ws => //= p ps IH ws; rewrite /free; case: (l_value p) => [M|]; rewrite ?size_cat ?size_listed IH. Qed.
Lemma size_layer_flat ls ws : size (layer_flat ls ws) = nweights ls.
Proof. by elim: ls ws => //= l ls IH ws; rewrite size_cat size_param_flat IH. Qed.

Lemma run_netP theta ls ws k A M s : (forall v, (v < size (layer_flat ls ws))%N ->
    theta (k + v)%N = q (nth none (layer_flat ls ws) v)) ->
  holds A M -> layers_size ls (m_rows A, m_cols A) = Some s ->
  let Y := network (layer_mats q theta ls k) (map l_expr ls) A in
  holds Y (run_net O (layers_tabs rd ls ws) (map l_expr ls) M) /\ (m_rows Y, m_cols Y) = s.
Proof.
rewrite /network /run_net; elim: ls ws k A M => [|l ls IH] ws k A M E AM /=; first by case=> <-.
case F: (fits _ _ _) => [t|] //= Fs.
have H : hold_params (l_params l) (param_mats q theta (l_params l) k) (param_tabs rd (l_params l) (seq.head [::] ws)).
  by apply: param_tabsP => v lt; rewrite E /= ?size_cat ?ltn_addr // nth_cat lt.
have [h st] := runP H AM F; apply: IH h _; last by rewrite st.
move=> v lt; rewrite -addnA E /layer_free -(size_param_flat _ (seq.head [::] ws)) /= ?size_cat ?ltn_add2l //.
by rewrite nth_cat ltnNge leq_addr addKn.
Qed.

(* the theorem for a whole network *)
Theorem layers_runP n d ls ws i j X : layers_fit ls n d i j ->
  psi (run_entry O ls (layers_tabs rd ls ws) n d i j X) =
  layers_entry i j q (q \o lit_theta ls ws) (mx_ops O psi n d X).
Proof.
rewrite /layers_fit; case F: (layers_size _ _) => [s|] // /andP[i1 j2].
have AM : holds (of_matrix (mx_ops O psi n d X)) (Tab n d X).
  by split=> //= a b an bd; rewrite (insubT (fun i => i < n)%N an) (insubT (fun i => i < d)%N bd) mxE.
have [|[h1 h2 h] sz] := @run_netP (at_nat (q \o lit_theta ls ws)) ls ws 0 _ _ _ _ AM F.
  by move=> v; rewrite size_layer_flat => lt; rewrite /at_nat (insubT (fun i => i < nweights ls)%N lt).
by case: s sz {F} i1 j2 => a b [<- <-] i1 j2; apply: h.
Qed.
End Correct.

(* what an evaluation costs *)
Local Notation big := N.of_nat.
Definition cells (s : nat * nat) : N := (big s.1 * big s.2)%bN.
Section Cost.
Variable ps : seq lparam.
Definition size_of (e : lexpr) (s : nat * nat) : nat * nat := odflt (0, 0)%N (fits ps e s).
Fixpoint expr_cost (e : lexpr) (s : nat * nat) : N :=
  let own := cells (size_of e s) in
  match e with
  | LInput | LParam _ => 0
  | LProduct a b => expr_cost a s + expr_cost b s + own * big (size_of a s).2
  | LHadamard a b | LAdd a b => expr_cost a s + expr_cost b s + own
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => expr_cost a s + own
  | LPower a k => expr_cost a s + own * big k
  | LPolynomial a c => expr_cost a s + own * big (if ohead (drop c ps) is Some p then l_rows p else 0%N)
  | LThen a b => expr_cost a s + expr_cost b (size_of a s)
  end%bN.
End Cost.
Fixpoint run_cost (ls : seq llayer) (s : nat * nat) : N :=
  if ls is l :: ls then (expr_cost (l_params l) (l_expr l) s + run_cost ls (size_of (l_params l) (l_expr l) s))%bN else 0%bN.
