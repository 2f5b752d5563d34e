(* Evidence from below by coefficients: a minor of the coefficient matrix (theory.md 1.2), not 0 modulo p (1.4), at
   given weights and, by Witness.v, at almost all (1.5).
   A monomial of a side is its exponents, token by token, each token's in a list: as points are in Certificate.v.
   variables p n d           == the input whose entries are the variables, that of token k and channel l having the
                                number k d + l
   exponents n d S a b       == the exponents of all variables in the product of the monomials a of A and b of B
   coefficient_accepts p n d S left right r eval == the output eval is expanded modulo p, p at most 2^31, and its
                                coefficients at the products of r monomials of either side are a non-singular matrix
   attention_coefficients, option_coefficients == the same for attention, and for a Mixer with all options
   product_mnm n d S a b     == that product, as a monomial in the n d variables x of A and the n d variables y of B
   split_input n d S R       == the input over R[x, y], whose entries are the x on A and the y on B
   coefficient_minor S left right r P == the matrix of those coefficients of P : R[x, y]
   read p n d S              == a polynomial of the run in 'Z_p[x, y]
   attention_expansion_cost, mixer_expansion_cost == steps of the expansion, roughly and at most
   Proved: coefficients_lower, then the minor over any field of numbers is not 0 (coefficient_det) and the separation
   rank of the function is at least r. It is any function that commutes with morphisms of rings, its weights being read
   by one from a ring R0 that maps to 'Z_p and into the field; for integers as weights, coefficients_lower_int. Then
   attention and Mixers (attention_coefficients_lower, option_coefficients_lower), and almost all weights of attention
   (attention_coefficients_generic); those of Mixers follow by MixerWeights.option_generic. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank RankModP CoefMatrix GridRank Attention GenericWeights Mixer BoundFormulas.
From Seprank Require Import RankCert RankCert63 NetEval CertificateGeneric MixerWeights.
From Seprank Require Import RingOps ListMatrices SparsePolynomials.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.

Section Accept.
Variables (p : i63) (n d : nat) (S : seq bool) (left right : seq (rows nat)) (r : nat).
Definition minor_ops := poly_ops (mod_ops p).

Definition variables : rows (spoly i63) := mkseq (fun k => mkseq (fun l => variable (mod_ops p) (k * d + l)) d) n.
Definition exponents (a b : rows nat) : seq nat :=
  flatten (mkseq (fun k => mkseq (nth 0%N (nth [::] (merge S a b) k)) d) n).
Definition minor_of (P : spoly i63) : rows i63 :=
  [seq [seq coefficient (mod_ops p) P (exponents a b) | b <- right] | a <- left].
Definition coefficient_accepts (eval : rows (spoly i63) -> spoly i63) : bool :=
  [&& (1 <? toZ p)%cZ, (toZ p <=? 2147483648)%cZ, size left == r, size right == r &
      oneshot p r (minor_of (eval variables))].
End Accept.

(* entry k d + l of an n x d matrix *)
Section Places.
Variables n d : nat.
Lemma place_proof (k : 'I_n) (l : 'I_d) : (k * d + l < n * d)%N.
Proof. by rewrite (leq_trans (n := k.+1 * d)) ?leq_mul2r ?ltn_ord ?orbT // mulSn addnC ltn_add2r. Qed.
Definition place k l := Ordinal (place_proof k l).
Definition matrix_of (R : Type) (z : 'I_(n * d) -> R) : 'M[R]_(n, d) := \matrix_(k, l) z (place k l).

Lemma place_token k l : (place k l %/ d)%N = k.
Proof. by rewrite /= divnMDl ?divn_small ?addn0 // (leq_ltn_trans _ (ltn_ord l)). Qed.
Lemma place_channel k l : (place k l %% d)%N = l.
Proof. by rewrite /= modnMDl modn_small. Qed.
Lemma place_onto (v : 'I_(n * d)) : exists k l, v = place k l.
Proof.
have d0 : (0 < d)%N by case: (d) v => // -[v]; rewrite muln0.
have lk : (v %/ d < n)%N by rewrite ltn_divLR.
have ll : (v %% d < d)%N by rewrite ltn_pmod.
by exists (Ordinal lk), (Ordinal ll); apply: ord_inj; rewrite /= -divn_eq.
Qed.

Lemma nth_flatten_mkseq T (x : T) (F : nat -> nat -> T) (v : 'I_(n * d)) :
  nth x (flatten (mkseq (fun k => mkseq (F k) d) n)) v = F (v %/ d)%N (v %% d)%N.
Proof.
have [k [l ->]] := place_onto v; rewrite place_token place_channel /= /mkseq.
suff H a m (i : nat) : (i < m)%N ->
    nth x (flatten [seq [seq F k l | l <- iota 0 d] | k <- iota a m]) (i * d + l) = F (a + i)%N l.
  by rewrite H.
elim: m a i => // m IH a [_|i im] /=; rewrite nth_cat size_map size_iota.
  by rewrite mul0n add0n ltn_ord (nth_map 0%N) ?size_iota // nth_iota // addn0.
rewrite ltnNge mulSn -addnA leq_addr /= addKn IH //; congr F; lia.
Qed.
End Places.

Lemma merge_nil T (S : seq bool) k : nth [::] (@merge T S [::] [::]) k = [::].
Proof. by elim: S k => [|[] S IH] [|k] /=. Qed.

Section Sound.
Variables (p : i63) (n d : nat) (S : seq bool) (left right : seq (rows nat)) (r : nat).
Local Notation m := (n * d)%N.
Local Notation A := (side_of S).

Definition monomial (b : bool) (es : rows nat) (v : 'I_m) : nat :=
  nth 0%N (nth [::] (if b then merge S es [::] else merge S [::] es) (v %/ d)) (v %% d).
Definition product_mnm (a b : rows nat) : 'X_{1..m + m} :=
  [multinom join (monomial true a) (monomial false b) t | t < m + m].

(* a variable of the input, among those of both sides *)
Definition sigma (v : 'I_m) : 'I_(m + m) := if nth false S (v %/ d) then lshift m v else rshift m v.

Lemma sigma_inj : injective sigma.
Proof.
move=> v w; rewrite /sigma; case: ifP; case: ifP => _ _ E; move/(congr1 val): E => /= E; apply: ord_inj; try lia.
- by have := ltn_ord v; lia.
- by have := ltn_ord w; lia.
Qed.

Lemma exponents_of a b : exponents_at sigma 0 (exponents n d S a b) (product_mnm a b).
Proof.
split=> [v _|t]; rewrite mnmE.
  rewrite subn0 /exponents nth_flatten_mkseq (nth_merge S a b [::] [::]) /sigma.
  by case: ifP => vS; rewrite ?joinl ?joinr /monomial.
rewrite /join; case: splitP => v vt; rewrite /monomial => es0; exists v => //; apply: ord_inj; rewrite vt /sigma.
  case: ifP => // vS; move: es0; rewrite (nth_merge S _ _ [::] [::]) vS merge_nil nth_nil //.
case: ifP => // vS; move: es0; rewrite (nth_merge S _ _ [::] [::]) vS merge_nil nth_nil //.
Qed.

Lemma size_exponents a b : size (exponents n d S a b) = m.
Proof.
rewrite /exponents /mkseq; set F := fun k => nth 0%N (nth [::] (merge S a b) k).
suff H j k : size (flatten [seq [seq F k l | l <- iota 0 d] | k <- iota k j]) = (j * d)%N by apply: (H n 0%N).
by elim: j k => //= j IH k; rewrite size_cat size_map size_iota IH mulSn.
Qed.

(* f over R[x, y], where its coefficients are *)
Section Ring.
Variables (R : comRingType).
Definition split_input : 'M[{mpoly R[m + m]}]_(n, d) := matrix_of (fun v => 'X_(sigma v)).
Definition coefficient_minor (P : {mpoly R[m + m]}) : 'M[R]_r :=
  \matrix_(a, b) P@_(product_mnm (nth [::] left a) (nth [::] right b)).

Lemma of_vars_sigma (v : 'I_m) : of_vars R sigma v = 'X_(sigma v).
Proof. by rewrite /of_vars valK. Qed.
End Ring.

Lemma map_split_input (R K : comRingType) (g : {rmorphism R -> K}) :
  map_mx (map_mpoly g) (split_input R) = split_input K.
Proof. by apply/matrixP=> k l; rewrite !mxE map_mpolyX. Qed.

Lemma eval_split_input (R : comRingType) (x y : 'I_m -> R) :
  map_mx (meval (join x y)) (split_input R) = mix A (matrix_of x) (matrix_of y).
Proof.
apply/matrixP=> k l; rewrite !mxE mevalXU /sigma place_token /side_of.
by case: ifP; rewrite ?joinl ?joinr.
Qed.

(* Proposition 1.2: a minor bounds the separation rank from below *)
Lemma minor_lower (F : fieldType) (f : 'M[F]_(n, d) -> F) (P : {mpoly F[m + m]}) : infinite_field F ->
  (forall x y, P.@[join x y] = f (mix A (matrix_of x) (matrix_of y))) -> \det (coefficient_minor P) != 0 ->
  sep_ge (fun x y => f (mix A x y)) r.
Proof.
move=> infF fE D s sep.
have {}sep : sep_le (fun x y => P.@[join x y]) s.
  by apply: eq_sep_le (sep_le_comp (@matrix_of n d F) (@matrix_of n d F) sep) => x y; rewrite fE.
pose top b es := \max_(v < m) monomial b es v.
pose all_top := (\max_(a < r) (top true (nth [::] left a) + top false (nth [::] right a)))%N.
pose B := maxn all_top.+1 (msize P).
have lt (a : 'I_r) (v : 'I_m) :
    (monomial true (nth [::] left a) v < B)%N /\ (monomial false (nth [::] right a) v < B)%N.
  have le : (top true (nth [::] left a) + top false (nth [::] right a) <= all_top)%N by apply: leq_bigmax a.
  have [lx ly] : (monomial true (nth [::] left a) v <= top true (nth [::] left a))%N /\
    (monomial false (nth [::] right a) v <= top false (nth [::] right a))%N by split; apply: leq_bigmax v.
  by rewrite /B; lia.
move/(coef_matrix_rank infF s (leq_maxr all_top.+1 (msize P))): sep; apply: leq_trans.
pose al a : expo m B := [ffun v => Ordinal (proj1 (lt a v))].
pose be a : expo m B := [ffun v => Ordinal (proj2 (lt a v))].
have <- : \rank (coefficient_minor P) = r by rewrite mxrank_unit // unitmxE unitfE.
apply: leq_trans (mxrank_mxsub (fun a => enum_rank (al a)) (fun b => enum_rank (be b)) _).
rewrite leq_eqVlt; apply/orP; left; apply/eqP; congr (\rank _); apply/matrixP => a b.
rewrite !mxE !enum_rankK; congr (_ @_ _); apply/mnmP => t; rewrite !mnmE /join.
by case: splitP => c _; rewrite ffunE.
Qed.

(* what the run computes: the output over 'Z_p[x, y] *)
Local Notation q := (Z.to_nat (toZ p)).
Definition read : spoly i63 -> {mpoly 'Z_q[m + m]} := value (@mpolyC _ _ \o psi p) (of_vars _ sigma) 0.

Section Modulo.
Hypothesis pp : (1 < toZ p <= 2147483648)%cZ.

Lemma read_denotes : denotes (minor_ops p) read.
Proof. exact: poly_opsP (denotes_comp [rmorphism of @mpolyC (m + m) _] (mod_opsP pp)). Qed.

Lemma read_variables : mx_ops (minor_ops p) read n d (variables p n d) = split_input _.
Proof.
apply/matrixP=> k l; rewrite !mxE /entry /variables !nth_mkseq // /read.
rewrite (value_variable (O := mod_ops p)); last exact: denotes_comp [rmorphism of @mpolyC (m + m) _] (mod_opsP pp).
exact: (of_vars_sigma _ (place k l)).
Qed.

Lemma minor_of_read P : size left = r -> size right = r ->
  map_mx (fun z : int => z%:~R : 'Z_q) (mxZ r r (m2 (minor_of p n d S left right P))) = coefficient_minor (read P).
Proof.
move=> sl sr; apply/matrixP=> a b; rewrite [LHS]mxE [RHS]mxE [in LHS]mxE.
rewrite (nth_map [::]) ?size_map ?sl // (nth_map [::]) ?sl //.
rewrite (nth_map 0%uint63) ?size_map ?sr // (nth_map [::]) ?sr //.
pose es := exponents n d S (nth [::] left a) (nth [::] right b).
rewrite (@coefficientE _ _ _ _ _ _ _ (mod_opsP pp) sigma_inj _ es) //.
  by rewrite size_exponents.
exact: exponents_of.
Qed.
End Modulo.

Variables (R0 : comRingType) (F : numFieldType).
Variables (gp : {rmorphism R0 -> 'Z_q}) (gF : {rmorphism R0 -> F}).
Variable (f : forall R : comRingType, (R0 -> R) -> 'M[R]_(n, d) -> R).
Hypothesis gF_inj : injective gF.
Hypothesis f_map : forall (R K : comRingType) (w : {rmorphism R0 -> R}) (g : {rmorphism R -> K}) X,
  g (f w X) = f (g \o w) (map_mx g X).
Hypothesis f_ext : forall (R : comRingType) (w w' : R0 -> R) X, w =1 w' -> f w X = f w' X.
Variable eval : rows (spoly i63) -> spoly i63.
Hypothesis evalE : denotes (minor_ops p) read -> read (eval (variables p n d)) =
  f (@mpolyC (m + m) _ \o gp) (mx_ops (minor_ops p) read n d (variables p n d)).

Lemma coefficient_det : coefficient_accepts p n d S left right r eval ->
  \det (coefficient_minor (f (@mpolyC (m + m) _ \o gF) (split_input F))) != 0.
Proof.
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 /eqP sl /eqP sr /oneshot_det.
have pp : (1 < toZ p <= 2147483648)%cZ by [].
rewrite minor_of_read // evalE ?read_variables //; last exact: read_denotes.
have E (K : comRingType) (g : {rmorphism R0 -> K}) :
    \det (coefficient_minor (f (@mpolyC (m + m) _ \o g) (split_input K))) =
    g (\det (coefficient_minor (f (@mpolyC (m + m) R0) (split_input R0)))).
  rewrite -det_map_mx; congr (\det _); apply/matrixP=> a b; rewrite !mxE -mcoeff_map_mpoly; congr (_ @_ _).
  rewrite (f_map [rmorphism of @mpolyC (m + m) R0] [rmorphism of map_mpoly g]) map_split_input.
  by apply: f_ext => w /=; rewrite map_mpolyC ?rmorph0.
rewrite !E; set D := \det _; apply: contraNneq => D0; rewrite (_ : D = 0) ?rmorph0 //.
by apply: gF_inj; rewrite D0 rmorph0.
Qed.

Theorem coefficients_lower : coefficient_accepts p n d S left right r eval ->
  sep_ge (fun x y : 'M[F]_(n, d) => f gF (mix A x y)) r.
Proof.
move/coefficient_det; apply: minor_lower; first exact/char0_infinite/Num.Theory.char_num.
move=> x y; rewrite -[LHS]/([rmorphism of meval (join x y)] _) -eval_split_input.
rewrite (f_map [rmorphism of @mpolyC (m + m) F \o gF] [rmorphism of meval (join x y)]).
by apply: f_ext => w /=; rewrite mevalC.
Qed.
End Sound.

(* weights that are integers *)
Section Integers.
Variables (p : i63) (n d : nat) (S : seq bool) (left right : seq (rows nat)) (r : nat) (F : numFieldType).
Local Notation A := (side_of S).

Theorem coefficients_lower_int (f : forall R : comRingType, 'M[R]_(n, d) -> R) (eval : rows (spoly i63) -> spoly i63) :
  (forall (R K : comRingType) (g : {rmorphism R -> K}) X, g (f R X) = f K (map_mx g X)) ->
  (forall (R : comRingType) (psi : spoly i63 -> R), denotes (minor_ops p) psi ->
    forall X, psi (eval X) = f R (mx_ops (minor_ops p) psi n d X)) ->
  coefficient_accepts p n d S left right r eval -> sep_ge (fun x y : 'M[F]_(n, d) => f F (mix A x y)) r.
Proof.
move=> f_map evalE.
apply: (@coefficients_lower p n d S left right r _ F [rmorphism of intmul 1] [rmorphism of intmul 1]
  (fun R _ => f R)) => //.
- exact: intr_inj.
- by move=> den; exact: (evalE _ _ den).
Qed.

Variables (i : 'I_n) (j : 'I_d).
Definition attention_coefficients (k l : nat) Ws : bool :=
  let O := minor_ops p in coefficient_accepts p n d S left right r (fun X => entry O (eval_net_ops O n d Ws X) k l).

Theorem attention_coefficients_lower Ws : attention_coefficients i j Ws ->
  sep_ge (fun x y : 'M[F]_(n, d) => net (lit_net F d Ws) (mix A x y) i j) r.
Proof.
apply: (coefficients_lower_int (f := fun R X => net (lit_net R d Ws) X i j)) => [R K g X|R psi den X].
  by rewrite -map_lit_net mxE.
by rewrite -(eval_net_opsE den) mxE.
Qed.

Theorem attention_coefficients_generic L H da (fs : factors_lit) : attention_coefficients i j (factor_weights da fs) ->
  size fs == L -> all (fun Hs => size Hs == H) fs ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y : 'M[F]_(n, d) => net (weights_of w) (mix A x y) i j) r.
Proof.
move=> acc sL sH; apply: generic_lower; first exact: Num.Theory.char_num.
exists (lit_net F d (factor_weights da fs)); first exact: has_shape_lit.
exact: attention_coefficients_lower acc.
Qed.

(* Mixers with all options *)
Definition rearrange_ops (T : Type) (O : ops T) (source : option (seq (seq (nat * nat)))) (X : rows T) : rows T :=
  if source is Some es then
    mkseq (fun a => mkseq (fun b => let e := nth (0, 0)%N (nth [::] es a) b in
      if (e.1 < n)%N && (e.2 < d)%N then entry O X e.1 e.2 else op0 O) d) n
  else X.
Definition option_coefficients (k l : nat) source s t ls : bool :=
  let O := minor_ops p in
  coefficient_accepts p n d S left right r
    (fun X => entry O (eval_mixer_ops O n d s t ls (rearrange_ops O source X)) k l).

Lemma mx_rearrange (T : Type) (O : ops T) (R : comRingType) (psi : T -> R) source X : denotes O psi ->
  mx_ops O psi n d (rearrange_ops O source X) = rearrange source (mx_ops O psi n d X).
Proof.
move=> den; rewrite /rearrange; case: source => // es; apply/matrixP=> a b; rewrite !mxE /entry !nth_mkseq //.
rewrite /entry_at; case: (nth _ _ b) => e e'.
case: insubP => [k -> <-|/negPf->]; last by rewrite (denotes0 den).
by case: insubP => [l -> <-|/negPf->]; rewrite ?mxE // (denotes0 den).
Qed.

Theorem option_coefficients_lower L St C bias res source s t ws :
  option_coefficients i j source s t (option_lits St C n d bias res ws) -> size ws = L ->
  sep_ge (mixer_output bias res source s t A i j
    (fun v : 'I_#|option_weight L St C n d| => (lit_option ws v)%:~R : F)) r.
Proof.
move=> acc sz; rewrite /mixer_output /option_net option_layers_lit //.
set ls := option_lits _ _ _ _ _ _ _ in acc *.
apply: (coefficients_lower_int (f := fun R X =>
  mixer (lit_poly R s) (lit_poly R t) (lit_mixer R n d ls) (rearrange source X) i j)) acc => [R K g X|R psi den X].
  by rewrite -map_rearrange -map_lit_mixer mxE.
by rewrite -mx_rearrange // -(eval_mixer_opsE den) mxE.
Qed.
End Integers.

(* the work, before it is done: a step at least for each pair of monomials in a product *)
Section Cost.
Local Open Scope bN.
Definition top_degree : N := 1048576.
(* monomials of degree at most D in v variables; 2^64 stands for more than that. The outputs of attention are forms:
   these are as many as there are of degree at most D in one variable less *)
Definition monomialsN (v D : N) : N :=
  if (N.min v D <=? 40) && (D <? top_degree) then binN (v + D) (N.min v D) else 18446744073709551616.
Definition read_cost (r v D : N) : N := r * r * (v + D) + r * r * r.

Fixpoint attention_layers_cost (L : nat) (H n d D : N) : N * N :=
  if L is L.+1 then
    let m k := monomialsN (n * d - 1) (k * D) in
    let: (cost, D') := attention_layers_cost L H n d (N.min (3 * D) top_degree) in
    (H * n * d * (d * m 1 + n * m 1 * m 1 + n * m 2 * m 1 + d * m 3) + cost, D')
  else (0, D).
Definition attention_expansion_cost (r L H n d : nat) : N :=
  let: (n, d) := (N.of_nat n, N.of_nat d) in
  let: (cost, D) := attention_layers_cost L (N.of_nat H) n d 1 in cost + read_cost (N.of_nat r) (n * d) D.

(* z, z^2, .., z^k by products with z, of degree D in v variables *)
Fixpoint powers_cost (k : nat) (v D : N) : N :=
  if k is k.+1 then powers_cost k v D + monomialsN v (N.of_nat k * D) * monomialsN v D else 0.
Fixpoint mixer_layers_cost (L kt kc : nat) (St C n d D : N) : N * N :=
  if L is L.+1 then
    let v := n * d in let Dt := N.min (N.of_nat kt * D) top_degree in let Dc := N.min (N.of_nat kc * Dt) top_degree in
    let: (cost, D') := mixer_layers_cost L kt kc St C n d Dc in
    (St * d * (n * monomialsN v D + powers_cost kt v D + n * monomialsN v Dt) +
     n * C * (d * monomialsN v Dt + powers_cost kc v Dt + d * monomialsN v Dc) + cost, D')
  else (0, D).
Definition mixer_expansion_cost (r L kt kc St C n d : nat) : N :=
  let: (n, d) := (N.of_nat n, N.of_nat d) in
  let: (cost, D) := mixer_layers_cost L kt kc (N.of_nat St) (N.of_nat C) n d 1 in
  cost + read_cost (N.of_nat r) (n * d) D.
End Cost.
