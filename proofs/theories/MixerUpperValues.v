(* The bounds 4.6, 4.8 and 4.7 of theory.md, evaluated: numbers for the checker, and the theorem that they bound the
   separation rank of the Mixers of MixerWeights.v, for all weights.
     id               value of mixer_upper_value                                     theory.md
     mixer-support    that of mixer_support_sep_le, mixer_support_homogeneous_sep_le 4.6
     mixer-span       that of mixer_span_sep_le, mixer_span_homogeneous_sep_le       4.8
     mixer-trees      that of quadratic_trees_span_sep_le, quadratic_trees_both_sep_le 4.7
   A table is a list of rows, numbers for each degree a. Tables multiply as polynomials in two variables y and z, the
   entry a of row m standing for y^m z^a; so a power of the table of one variable counts monomials in many.
   row_at p a, table_at P m a == entry a of a row, of row m of a table, as nat
   table_power m P n          == the first m rows of the n-th power of P
   support_tableN n v k M     == support_dim n v k M a for a = 0 .. k M            (support_tableN_val)
   span_tableN d r S k M      == span_dim d r S k M a for a = 0 .. k M             (span_tableN_val)
   narrow_tableN d C k M      == narrow_count d C k a (a - (k - 1) M) for a = 0 .. k M, C <= d   (narrow_tableN_val)
   level_boundN, stairs_boundN == level_bound, stairs_bound of two rows            (level_boundN_val, stairs_boundN_val)
   with_squares S d D T       == the table T, with the entry D - 2 not above square_dim d S      (with_squares_val)
   tree_class                 == degree of a tree, and its residue in every channel
   tree_counts k d ks         == the number of trees in each class that has some   (tree_countsP)
   tree_dimN d k M s a        == at least tree_dim, from these numbers             (tree_dimN_ge);
                                  equal, as a class is listed once
   mixer_upper_applies        == the hypotheses of docs/format.md, section 7
   mixer_upper_value          == None where these fail, or where the evaluation is too long (mixer_upper_affordable)
   mixer_upper_sep_le         == sep <= mixer_upper_value *)
From Coq Require Import PArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention PowerRank TwoSidedPoly Mixer
  DegreeCover.
From Seprank Require Import MixerSupport MixerSpan MixerTrees MixerTreesNarrow MixerTreesQuadratic FormMatrix
  BoundFormulas NetEval CertificateExact MixerWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope N_scope with bN.

(* tables *)
Section Tables.
Local Open Scope bN.
Fixpoint row_add (p q : seq N) : seq N :=
  match p, q with [::], _ => q | _, [::] => p | x :: p', y :: q' => x + y :: row_add p' q' end.
Fixpoint row_sub (p q : seq N) : seq N :=
  match p, q with [::], _ => [::] | _, [::] => p | x :: p', y :: q' => x - y :: row_sub p' q' end.
Fixpoint row_min (p q : seq N) : seq N :=
  match p, q with x :: p', y :: q' => N.min x y :: row_min p' q' | _, _ => [::] end.
Fixpoint row_mul (p q : seq N) : seq N := if p is x :: p' then row_add [seq x * y | y <- q] (0 :: row_mul p' q) else
  [::].
Fixpoint table_add (P Q : seq (seq N)) : seq (seq N) :=
  match P, Q with [::], _ => Q | _, [::] => P | p :: P', q :: Q' => row_add p q :: table_add P' Q' end.
Fixpoint table_mul (m : nat) (P Q : seq (seq N)) : seq (seq N) :=
  match m, P with
  | S m', p :: P' => table_add [seq row_mul p q | q <- take m Q] ([::] :: table_mul m' P' Q)
  | _, _ => [::]
  end.
Fixpoint table_power_pos (m : nat) (P : seq (seq N)) (n : positive) : seq (seq N) :=
  match n with
  | xH => P
  | xO n' => let Q := table_power_pos m P n' in table_mul m Q Q
  | xI n' => let Q := table_power_pos m P n' in table_mul m P (table_mul m Q Q)
  end.
Definition table_power (m : nat) (P : seq (seq N)) (n : N) : seq (seq N) :=
  if n is Npos q then table_power_pos m P q else [:: [:: 1]].
End Tables.

Local Notation "[ n ]" := (N.to_nat n).
Definition row_at (p : seq N) a := [nth 0%bN p a].
Definition table_at (P : seq (seq N)) m a := row_at (nth [::] P m) a.

Section Coefficients.
Local Open Scope ring_scope.

Section Pol.
Variables (R : comRingType) (T : Type) (v : T -> R).
Fixpoint list_poly (s : seq T) : {poly R} := if s is x :: s' then list_poly s' * 'X + (v x)%:P else 0.
Lemma coef_list_poly x0 s i : v x0 = 0 -> (list_poly s)`_i = v (nth x0 s i).
Proof.
move=> v0; elim: s i => [|x s IH] [|i] /=; rewrite ?coef0 ?nth_nil ?v0 //.
  by rewrite coefD coefMX coefC eqxx add0r.
by rewrite coefD coefMX coefC addr0.
Qed.
End Pol.

Definition int_of_N (x : N) : int := ([x])%:Z.
Local Notation row_poly := (list_poly int_of_N).
Local Notation table_poly := (list_poly row_poly).

Lemma row_addE p q : row_poly (row_add p q) = row_poly p + row_poly q.
Proof.
elim: p q => [|x p IH] [|y q] /=; rewrite ?add0r ?addr0 //; rewrite IH mulrDl addrACA -polyCD.
by congr (_ + _%:P); rewrite /int_of_N addN_val PoszD.
Qed.

Lemma row_mulE p q : row_poly (row_mul p q) = row_poly p * row_poly q.
Proof.
elim: p q => [|x p IH] q /=; first by rewrite mul0r.
rewrite row_addE /= IH (_ : int_of_N 0%bN = 0) // addr0 mulrDl addrC mulrAC; congr (_ + _).
elim: q => [|y q IHq] /=; first by rewrite mulr0.
by rewrite IHq mulrDr -polyCM mulrA; congr (_ + _%:P); rewrite /int_of_N mulN_val PoszM.
Qed.

Lemma table_addE P Q : table_poly (table_add P Q) = table_poly P + table_poly Q.
Proof.
elim: P Q => [|p P IH] [|q Q] /=; rewrite ?add0r ?addr0 //; rewrite IH mulrDl addrACA -polyCD.
by rewrite row_addE.
Qed.

(* equal up to degree M *)
Definition upto M (P Q : {poly {poly int}}) := forall m, (m <= M)%N -> P`_m = Q`_m.
Lemma uptoM M P P' Q Q' : upto M P P' -> upto M Q Q' -> upto M (P * Q) (P' * Q').
Proof.
move=> H K m mM; rewrite !coefM; apply: eq_bigr => i _; have := ltn_ord i; rewrite ltnS => im.
by rewrite H ?K // (leq_trans _ mM) ?leq_subr.
Qed.

Lemma table_mulE M P Q : upto M (table_poly (table_mul M.+1 P Q)) (table_poly P * table_poly Q).
Proof.
elim: P M => [|p P IH] M m mM /=; first by rewrite mul0r.
rewrite table_addE mulrDl [in RHS]addrC !coefD; congr (_ + _).
  rewrite coefCM !(coef_list_poly (x0 := [::])) //.
  have [mQ|Qm] := ltnP m (size Q).
    rewrite (nth_map [::]) ?size_take; first by rewrite row_mulE nth_take.
    by case: ifP.
  rewrite !nth_default ?size_map ?mulr0 ?size_take //; case: ifP => // h.
  exact: leq_trans (ltnW h) Qm.
rewrite /= polyC0 ?coefD coef0 addr0 -mulrA ['X * _]mulrC mulrA !coefMX; case: m mM => //= m mM.
by case: M mM => // M mM; rewrite IH.
Qed.

Lemma uptoR M P : upto M P P. Proof. by []. Qed.
Lemma table_powerE M P n : upto M (table_poly (table_power M.+1 P n)) (table_poly P ^+ [n]).
Proof.
case: n => [|n]; first by rewrite /table_power /= mul0r add0r expr0 mul0r add0r.
rewrite /table_power; elim: n => [n IH|n IH|] /=; last by rewrite Pos2Nat.inj_1 expr1.
  move=> m mM; rewrite (_ : Pos.to_nat n~1 = (Pos.to_nat n * 2).+1)%N; last lia.
  rewrite exprS table_mulE //; apply: uptoM mM; first exact: uptoR.
  by move=> j jM; rewrite table_mulE // exprM expr2; apply: uptoM jM.
move=> m mM; rewrite (_ : Pos.to_nat n~0 = Pos.to_nat n * 2)%N; last lia.
by rewrite table_mulE // exprM expr2; apply: uptoM mM.
Qed.

Lemma table_at_coef (x : {poly {poly int}}) (P : seq (seq N)) m a : x`_m = (table_poly P)`_m -> (table_at P m a)%:Z =
  x`_m`_a.
Proof. by move=> ->; rewrite (coef_list_poly (x0 := [::])) // (coef_list_poly (x0 := 0%bN)). Qed.

(* equal in low degrees of both *)
Definition equal_upto m a (P Q : {poly {poly int}}) := forall j b, (j <= m)%N -> (b <= a)%N -> P`_j`_b = Q`_j`_b.
Lemma equal_uptoM m a P1 P2 Q1 Q2 : equal_upto m a P1 P2 -> equal_upto m a Q1 Q2 -> equal_upto m a (P1 * Q1) (P2 * Q2).
Proof.
move=> h k j b jm ba; rewrite !coefM !coef_sum; apply: eq_bigr => i _; rewrite !coefM; apply: eq_bigr => l _.
have := ltn_ord i; have := ltn_ord l; rewrite !ltnS => lb ij.
by rewrite h ?k //; lia.
Qed.
Lemma equal_uptoX m a P1 P2 e : equal_upto m a P1 P2 -> equal_upto m a (P1 ^+ e) (P2 ^+ e).
Proof. by move=> h; elim: e => [|e IH]; rewrite ?expr0 // !exprS; apply: equal_uptoM. Qed.

(* coefficients of a power *)
Lemma table_power_coef M m P (c : nat -> nat -> nat) n a : (m <= M)%N ->
  (forall m' a', (m' <= m)%N -> (a' <= a)%N -> table_at P m' a' = c m' a') ->
  (\sum_(m' < m.+1) table_at (table_power M.+1 P n) m' a =
   \sum_(f : {ffun 'I_[n] -> 'I_m.+1 * 'I_a.+1} | (\sum_p (f p).1 <= m) && (\sum_p (f p).2 ==
     a)) \prod_p c (f p).1 (f p).2)%N.
Proof.
move=> mM H; apply/eqP; rewrite -eqz_nat; apply/eqP.
pose mono (i : 'I_m.+1 * 'I_a.+1) : {poly {poly int}} := ((c i.1 i.2)%:Z *: 'X^i.2)%:P * 'X^i.1.
pose Q : {poly {poly int}} := \sum_i mono i.
have nearP : equal_upto m a (table_poly P) Q.
  move=> j b jm ba; rewrite -(table_at_coef (P := P)) // H //.
  have j' : (j < m.+1)%N by []. have b' : (b < a.+1)%N by [].
  rewrite /Q !coef_sum (bigD1 (Ordinal j', Ordinal b')) //= /mono coefCM coefXn eqxx mulr1 coefZ coefXn eqxx mulr1.
  rewrite big1 ?addr0 // => -[i l] ne; rewrite coefCM coefXn; case: eqP => [ji|_]; last by rewrite mulr0 coef0.
  rewrite mulr1 coefZ coefXn; case: eqP => [bl|_]; last by rewrite mulr0.
  by case/eqP: ne; congr pair; apply/val_inj; rewrite /= ?ji ?bl.
transitivity (\sum_(j < m.+1) (Q ^+ [n])`_j`_a).
  rewrite (big_morph Posz PoszD (erefl _)); apply: eq_bigr => j _; have jm : (j <= m)%N by rewrite -ltnS.
  by rewrite (table_at_coef (x := table_poly P ^+ [n])); [apply: (equal_uptoX _ nearP);
    rewrite // -ltnS|rewrite table_powerE // (leq_trans jm)].
rewrite -[in LHS](card_ord [n]) -prodr_const /Q bigA_distr_bigA /=.
under eq_bigr do rewrite !coef_sum.
rewrite exchange_big (big_morph Posz PoszD (erefl _)) [RHS]big_mkcond /=; apply: eq_bigr => f _.
have -> : \prod_i mono (f i) = ((\prod_p c (f p).1 (f p).2)%N%:Z *: 'X^(\sum_p (f p).2))%:P * 'X^(\sum_p (f p).1).
  rewrite big_split -rmorph_prod /= scaler_prod !prodrXr; congr ((_ *: _)%:P * _).
  by rewrite (big_morph Posz PoszM (erefl _)).
rewrite [in LHS](eq_bigr (fun j : 'I_m.+1 => if (\sum_p (f p).1 == j)%N then
    (if (\sum_p (f p).2 == a)%N then (\prod_p c (f p).1 (f p).2)%N%:Z else 0) else 0)) => [|j _]; last first.
  rewrite coefCM coefXn eq_sym; case: eqP => _; last by rewrite mulr0 coef0.
  by rewrite mulr1 coefZ coefXn eq_sym; case: eqP => _; rewrite ?mulr1 ?mulr0.
case: leqP => [le|gt] /=; last first.
  by rewrite big1 // => j _; rewrite gtn_eqF // (leq_trans _ gt) // ltn_ord.
have lt : (\sum_p (f p).1 < m.+1)%N by [].
rewrite (bigD1 (Ordinal lt)) //= eqxx [X in _ + X]big1 ?addr0 // => j nj.
by rewrite ifN //; apply: contra nj => /eqP E; apply/eqP/val_inj.
Qed.
End Coefficients.

(* mc n a, mc n (a + 1), .. *)
Fixpoint monomials_from (n x : N) (a : N) (len : nat) : seq N :=
  if len is S l then x :: monomials_from n (x * (n + a) / (a + 1))%bN (a + 1)%bN l else [::].
Definition monomials n D := monomials_from n 1%bN 0%bN (S D).
Definition level_row (k m : nat) : seq N := if m is m'.+1 then nseq (k * m').+1 0%bN ++ nseq k 1%bN else [:: 1%bN].
Definition support_levels (n : N) k M := table_power M.+1 (mkseq (level_row k) M.+1) n.
Definition first_rows (M : nat) (T : seq (seq N)) := mkseq (nth [::] T) M.+1.
Definition support_table n k M := foldr row_add [::] (first_rows M (support_levels n k M)).
Fixpoint running_sums (acc : seq N) (T : seq (seq N)) : seq (seq N) :=
  if T is row :: T' then let s := row_add acc row in s :: running_sums s T' else [::].
Fixpoint differences (prev : seq N) (T : seq (seq N)) : seq (seq N) :=
  if T is row :: T' then row_sub row prev :: differences row T' else [::].
Definition support_tableN n forms k M := row_min (monomials n (k * M)) (support_table forms k M).
Definition span_levels r S k M :=
  let mcs := monomials r (k * M) in [seq row_min mcs row | row <- running_sums [::] (first_rows M (support_levels S k
    M))].
Definition span_tableN (d r S : N) k M :=
  row_min (monomials (d * N.min S r)%bN (k * M))
    (foldr row_add [::] (first_rows M (table_power M.+1 (differences [::] (span_levels r S k M)) d))).

Definition level_boundN (NA NB : seq N) D : N :=
  foldr N.add 0%bN (mkseq (fun b => N.min (nth 0%bN NB b) (nth 0%bN NA (D - b)%N)) D.+1).
Fixpoint partial_sums (acc : N) (s : seq N) : seq N :=
  acc :: if s is x :: s' then partial_sums (acc + x)%bN s' else [::].
Definition stairs_boundN (NA NB : seq N) D : N :=
  let a := partial_sums 0%bN (mkseq (nth 0%bN NA) D.+1) in
  let b := partial_sums 0%bN (mkseq (nth 0%bN NB) D.+1) in
  let covers := mkseq (fun t => (nth 0%bN b t + nth 0%bN a (D.+1 - t)%N)%bN) D.+2 in
  foldr N.min (nth 0%bN covers 0) covers.

Lemma row_at_add p q a : row_at (row_add p q) a = row_at p a + row_at q a.
Proof. by rewrite /row_at; elim: p q a => [|x p IH] [|y q] [|a] //=; rewrite ?nth_nil ?IH ?addn0 // addN_val. Qed.
Lemma row_at_sub p q a : row_at (row_sub p q) a = row_at p a - row_at q a.
Proof. by rewrite /row_at; elim: p q a => [|x p IH] [|y q] [|a] //=; rewrite ?nth_nil ?subn0 ?IH // subN_val. Qed.
Lemma row_at_min p q a : row_at (row_min p q) a = minn (row_at p a) (row_at q a).
Proof. by rewrite /row_at; elim: p q a => [|x p IH] [|y q] [|a] //=; rewrite ?nth_nil ?min0n ?minn0 ?IH // minN2. Qed.

Lemma row_at_colsum T M a : row_at (foldr row_add [::] (first_rows M T)) a = \sum_(m < M.+1) table_at T m a.
Proof.
rewrite /first_rows /mkseq -(big_mkord xpredT (fun m => table_at T m a)) /index_iota subn0.
elim: (iota _ _) => [|m s IH] /=; first by rewrite big_nil /row_at nth_nil.
by rewrite row_at_add big_cons IH.
Qed.

Lemma table_at_sums acc T m a : m < size T -> table_at (running_sums acc T) m a =
  row_at acc a + \sum_(m' < m.+1) table_at T m' a.
Proof.
elim: T acc m => // row T IH acc [_|m] /=; first by rewrite big_ord_recl big_ord0 addn0 -row_at_add.
by rewrite ltnS => /(IH (row_add acc row)) E; rewrite big_ord_recl addnA -row_at_add -E.
Qed.

Lemma size_running_sums acc T : size (running_sums acc T) = size T.
Proof. by elim: T acc => //= x T IH acc; rewrite IH. Qed.

Lemma table_at_differences prev T m a : m < size T ->
  table_at (differences prev T) m a = table_at T m a - (if m is m'.+1 then table_at T m' a else row_at prev a).
Proof.
elim: T prev m => // row T IH prev [_|m] /=; first by rewrite /table_at /= row_at_sub.
by rewrite ltnS => /(IH row); case: m.
Qed.

Lemma monomials_val n D a : a <= D -> row_at (monomials n D) a = mc [n] a.
Proof.
rewrite /monomials; rewrite -ltnS => aD.
suff H x b len : [x] = mc [n] [b] -> a < len -> row_at (monomials_from n x b len) a = mc [n] ([b] + a).
  by rewrite H // mc0.
move=> {aD}; elim: len a x b => // len IH [|a] x b xE /=; first by rewrite /row_at /= addn0.
rewrite ltnS => al; rewrite -[LHS]/(row_at _ a) IH //; first by congr (mc _ _); lia.
have := mc_rec [n] [b]; rewrite -xE => E.
rewrite (_ : x * (n + b) = N.of_nat (mc [n] [b].+1) * (b + 1))%bN; last by lia.
by rewrite N.div_mul; [rewrite Nat2N.id; congr (mc _ _); lia|lia].
Qed.

Lemma level_row_at k m a : 0 < k -> row_at (level_row k m) a = (ceil_div a k == m).
Proof.
case: k => // k _; rewrite /row_at /ceil_div -pred_Sn; case: m => [|m].
  case: a => [|a]; first by rewrite divn_small.
  by rewrite /= nth_nil eqn0Ngt divn_gt0 // addSn ltnS leq_addl.
have -> : level_row k.+1 m.+1 = nseq (k.+1 * m).+1 0%bN ++ nseq k.+1 1%bN by [].
rewrite nth_cat size_nseq !nth_nseq eqn_leq leq_divRL // -[X in X && _]ltnS ltn_divLR //.
by case: (ltnP a) => h1; [|case: (ltnP (a - _)) => h2]; lia.
Qed.

Lemma support_levels_val n k M m a : 0 < k -> m <= M ->
  \sum_(m' < m.+1) table_at (support_levels n k M) m' a = support_count [n] k m a.
Proof.
move=> k0 mM; rewrite (@table_power_coef M m _ (fun m a => ceil_div a k == m)) // => [|m' a' m'm _]; last first.
  by rewrite /table_at nth_mkseq ?level_row_at // ltnS (leq_trans m'm).
rewrite /support_count -sum1_card.
pose h (v : 'X_{1..[n] < a.+1}) : {ffun 'I_[n] -> 'I_m.+1 * 'I_a.+1} := [ffun p =>
  (inord (ceil_div (v p) k), inord (v p))].
have lt0 : mdeg (0%MM : 'X_{1..[n]}) < a.+1 by rewrite mdeg0.
pose h' (f : {ffun 'I_[n] -> 'I_m.+1 * 'I_a.+1}) : 'X_{1..[n] < a.+1} :=
  insubd (BMultinom lt0) [multinom ((f p).2 : nat) | p < [n]].
pose P (f : {ffun 'I_[n] -> 'I_m.+1 * 'I_a.+1}) :=
  [&& \sum_p (f p).1 <= m, \sum_p (f p).2 == a & [forall p, ceil_div (f p).2 k == (f p).1]].
transitivity (\sum_(f | P f) 1).
  rewrite big_mkcond [RHS]big_mkcond; apply: eq_bigr => f _; rewrite /P andbA; case: (_ && _) => //=.
  case: ifP => [/forallP al|/negbT/forallPn[p np]]; first by rewrite big1 // => p _; rewrite (eqP (al p)) eqxx.
  by rewrite (bigD1 p) //= (negPf np).
have h'E (f : {ffun 'I_[n] -> 'I_m.+1 * 'I_a.+1}) : \sum_p (f p).2 = a -> forall p, h' f p = (f p).2.
  move=> E p; rewrite /h' val_insubd mdegE; under eq_bigr do rewrite mnmE.
  by rewrite E ltnSn mnmE.
rewrite (reindex_onto h h') => [|f /and3P[_ /eqP E /forallP al]]; last first.
  apply/ffunP => p; rewrite ffunE h'E // (eqP (al p)) !inord_val; by case: (f p).
apply: eq_bigl => v; have va p : v p <= a.
  have := valP v; rewrite ltnS mdegE (bigD1 p) //=; apply: leq_trans; exact: leq_addr.
have f2 p : (h v p).2 = v p :> nat by rewrite ffunE /= inordK // ltnS.
have e2 : \sum_p (h v p).2 = mdeg v by rewrite mdegE; apply: eq_bigr => p _.
apply/andP/andP => [[/and3P[le /eqP da /forallP al] _]|[/eqP da le]].
  split; first by apply/eqP; rewrite -e2.
  apply: leq_trans le; apply: leq_sum => p _.
  by rewrite -(eqP (al p)) f2.
have f1 p : (h v p).1 = ceil_div (v p) k :> nat.
  by rewrite ffunE /= inordK // ltnS; apply: leq_trans le; rewrite (bigD1 p) //= leq_addr.
split; last by apply/eqP/val_inj/mnmP => p; rewrite h'E ?e2 // f2.
apply/and3P; split; first by under eq_bigr do rewrite f1.
  by rewrite e2 da.
by apply/forallP => p; rewrite f1 f2.
Qed.

Lemma support_tableN_val n forms k M a : 0 < k -> a <= k * M ->
  row_at (support_tableN n forms k M) a = support_dim [n] [forms] k M a.
Proof. by move=> k0 aD; rewrite row_at_min monomials_val // row_at_colsum support_levels_val. Qed.

Lemma span_levels_val r S k M m a : 0 < k -> m <= M -> a <= k * M ->
  table_at (span_levels r S k M) m a = support_dim [r] [S] k m a.
Proof.
move=> k0 mM aD; have sz : m < size (running_sums [::] (first_rows M (support_levels S k M))).
  by rewrite size_running_sums size_mkseq.
rewrite /table_at (nth_map [::]) // row_at_min monomials_val //; congr minn.
rewrite -[LHS]/(table_at _ m a) table_at_sums ?size_mkseq // {1}/row_at nth_nil add0n -(support_levels_val _ _ k0 mM).
apply: eq_bigr => j _; rewrite /table_at nth_mkseq //.
by rewrite (leq_trans (ltn_ord j)).
Qed.

Lemma span_tableN_val d r S k M a : 0 < k -> a <= k * M ->
  row_at (span_tableN d r S k M) a = span_dim [d] [r] [S] k M a.
Proof.
move=> k0 aD; rewrite row_at_min monomials_val // mulN_val minN2 row_at_colsum; congr minn.
rewrite (@table_power_coef M M _ (fun m a => span_step [r] [S] k m a)) // => m b mM ba.
have sz : size (span_levels r S k M) = M.+1.
  by rewrite size_map size_running_sums size_mkseq.
have bD := leq_trans ba aD; rewrite table_at_differences ?sz // span_levels_val //.
rewrite /span_step /step; congr (_ - _); case: m mM => [|m] mM; first by rewrite /row_at nth_nil.
by rewrite span_levels_val // ltnW.
Qed.

Lemma level_boundN_val NA NB D NA' NB' : (forall a, a <= D -> row_at NA a = NA' a) -> (forall a, a <= D ->
  row_at NB a = NB' a) ->
  [level_boundN NA NB D] = level_bound NA' NB' D.
Proof.
move=> HA HB; rewrite /level_boundN /level_bound.
transitivity (\sum_(b < D.+1) minn (row_at NB b) (row_at NA (D - b))).
  rewrite -(big_mkord xpredT (fun b => minn (row_at NB b) (row_at NA (D - b)))) /index_iota subn0 /mkseq.
  by elim: (iota _ _) => [|b s IH]; rewrite ?big_nil // big_cons /= addN_val IH minN2.
by apply: eq_bigr => b _; rewrite HA ?leq_subr // HB // -ltnS.
Qed.

Lemma partial_sums_val acc s t : t <= size s -> row_at (partial_sums acc s) t = [acc] + \sum_(b < t) row_at s b.
Proof.
elim: s acc t => [|x s IH] acc [|t] //=; rewrite ?big_ord0 ?addn0 //.
by rewrite ltnS big_ord_recl addnA -addN_val => /(IH (acc + x)%bN).
Qed.

Lemma stairs_boundN_val NA NB D NA' NB' : (forall a, a <= D -> row_at NA a = NA' a) -> (forall a, a <= D ->
  row_at NB a = NB' a) ->
  [stairs_boundN NA NB D] = stairs_bound NA' NB' D.
Proof.
move=> HA HB; rewrite /stairs_boundN /stairs_bound.
have P N' N'' t : (forall a, a <= D -> row_at N' a = N'' a) -> t <= D.+1 ->
    row_at (partial_sums 0%bN (mkseq (nth 0%bN N') D.+1)) t = \sum_(b < t) N'' b.
  move=> H tD; rewrite partial_sums_val ?size_mkseq // add0n; apply: eq_bigr => b _.
  have bD : b < D.+1 by rewrite (leq_trans (ltn_ord b)).
  by rewrite /row_at nth_mkseq // -[LHS]/(row_at N' b) H.
set f := fun t => _; have fE t : t <= D.+1 -> [f t] = stairs NA' NB' D t.
  by move=> tD; rewrite /f addN_val -[X in X + _]/(row_at _ t) -[X in _ + X]/(row_at _ _) (P _ NB') // (P _ NA') //
    leq_subr.
have -> : nth 0%bN (mkseq f D.+2) 0 = f 0 by [].
rewrite -(big_mkord xpredT (fun t => stairs NA' NB' D t)) -fE // /index_iota subn0 /mkseq.
have : all (fun t => t <= D.+1) (iota 0 D.+2) by apply/allP => t; rewrite mem_iota.
elim: (iota _ _) => [|t s IH] /=; first by rewrite big_nil.
by case/andP=> tD /IH E; rewrite big_cons minN2 E fE.
Qed.

(* monomials with many k-th powers of the first C variables *)
Definition narrow_levels (d C : N) k M : seq (seq N) :=
  table_mul M.+1 (table_power M.+1 (mkseq (fun m => nseq (k * m) 0%bN ++ nseq k 1%bN) M.+1) C) [:: monomials (d -
    C)%bN (k * M)].
Definition narrow_tableN (d C : N) k M : seq N :=
  let T := narrow_levels d C k M in
  mkseq (fun a => foldr N.add 0%bN [seq nth 0%bN (nth [::] T m) a | m <- iota 0 M.+1 & a - k.-1 * M <= m]) (k * M).+1.

Section Count.
Local Notation row_poly := (list_poly int_of_N).
Local Notation table_poly := (list_poly row_poly).
Local Open Scope ring_scope.

Lemma weighted_count d D m a (w : 'I_d -> nat -> nat) : (a <= D)%N ->
  (\prod_(q < d) \sum_(b < D.+1) (('X^b)%:P * 'X^(w q b)) : {poly {poly int}})`_m`_a =
  (#|[pred v : 'X_{1..d < a.+1} | (mdeg v == a) && (\sum_q w q (v q) == m)%N]|)%:Z.
Proof.
move=> aD; rewrite bigA_distr_bigA /= !coef_sum.
rewrite (eq_bigr (fun f : {ffun 'I_d -> 'I_D.+1} => ((\sum_q f q == a)%N && (\sum_q w q (f q) == m)%N)%:Z)) => [|f _];
  last first.
  rewrite big_split -rmorph_prod /= !prodrXr coefCM coefXn [m == _]eq_sym; case: (_ == m);
    last by rewrite mulr0 coef0 andbF.
  by rewrite mulr1 coefXn [a == _]eq_sym andbT; case: (_ == a).
rewrite -(big_morph Posz PoszD (erefl _)); congr Posz.
rewrite -sum1_card [RHS]big_mkcond /=.
pose h (v : 'X_{1..d < a.+1}) : {ffun 'I_d -> 'I_D.+1} := [ffun q => inord (v q)].
have lt0 : (mdeg (0%MM : 'X_{1..d}) < a.+1)%N by rewrite mdeg0.
pose h' (f : {ffun 'I_d -> 'I_D.+1}) : 'X_{1..d < a.+1} := insubd (BMultinom lt0) [multinom (f q : nat) | q < d].
transitivity (\sum_(f : {ffun 'I_d -> 'I_D.+1} | (\sum_q f q == a) && (\sum_q w q (f q) == m)) 1)%N.
  by rewrite [RHS]big_mkcond; apply: eq_bigr => f _; case: (_ && _).
rewrite -[RHS]big_mkcond /=.
have h'E (f : {ffun 'I_d -> 'I_D.+1}) : (\sum_q f q = a)%N -> forall q, h' f q = f q.
  move=> E q; rewrite /h' val_insubd mdegE; under eq_bigr do rewrite mnmE.
  by rewrite E ltnSn mnmE.
rewrite (reindex_onto h h') => [|f /andP[/eqP E _]]; last by apply/ffunP => q; rewrite ffunE h'E // inord_val.
apply: eq_bigl => v; rewrite inE.
have va q : (v q <= a)%N by have := valP v; rewrite ltnS mdegE (bigD1 q) //=; apply: leq_trans; exact: leq_addr.
have hv q : h v q = v q :> nat by rewrite ffunE inordK // ltnS (leq_trans (va q)).
have e : (\sum_q h v q = mdeg v)%N by rewrite mdegE; apply: eq_bigr => q _.
rewrite e (eq_bigr (fun q => w q (v q))) => [|q _]; last by rewrite hv.
case: (mdeg v =P a) => //= ea; case: (_ == m) => //=.
by apply/eqP/val_inj/mnmP => q; rewrite h'E ?e // hv.
Qed.

Lemma narrow_levels_val d C k M m a : (0 < k)%N -> ([C] <= [d])%N -> (m <= M)%N -> (a <= k * M)%N ->
  table_at (narrow_levels d C k M) m a =
  #|[pred v : 'X_{1..[d] < a.+1} | (mdeg v == a) && (\sum_(q < [d] | q < [C]) v q %/ k == m)%N]|.
Proof.
move=> k0 Cd mM aD; apply/eqP; rewrite -eqz_nat; apply/eqP.
pose w (q : 'I_[d]) b := (if q < [C] then b %/ k else 0)%N.
rewrite (eq_card (B := [pred v : 'X_{1..[d] < a.+1} | (mdeg v == a) && (\sum_q w q (v q) == m)%N])) => [|v]; last first.
  by rewrite !inE [in LHS]big_mkcond.
rewrite -(weighted_count m w (leqnn a)).
pose Q1 : {poly {poly int}} := \sum_(b < a.+1) (('X^b)%:P * 'X^(b %/ k)).
pose Q2 : {poly {poly int}} := \sum_(b < a.+1) (('X^b)%:P * 'X^0).
have -> : (\prod_(q < [d]) (\sum_(b < a.+1) ('X^b)%:P * 'X^(w q b) : {poly {poly int}})) =
  Q1 ^+ [C] * Q2 ^+ ([d] - [C]).
  rewrite (bigID (fun q : 'I_[d] => q < [C])%N) /=; congr (_ * _).
    rewrite (eq_bigr (fun=> Q1)) => [|q qC]; last by apply: eq_bigr => b _; rewrite /w qC.
    by rewrite (big_ord_narrow Cd) prodr_const card_ord.
  rewrite (eq_bigr (fun=> Q2)) => [|q /negPf qC]; last by apply: eq_bigr => b _; rewrite /w qC.
  rewrite prodr_const; congr (_ ^+ _); rewrite -[in RHS](card_ord [d]) -(cardC (fun q : 'I_[d] => q < [C])%N).
  rewrite (_ : #|(fun q : 'I_[d] => q < [C])%N : pred 'I_[d]| = [C]) ?addKn //.
  by rewrite -sum1_card big_mkcond -big_mkcond /= (big_ord_narrow Cd) sum1_card card_ord.
rewrite (table_at_coef (x := table_poly (table_power M.+1 (mkseq (fun m => nseq (k * m) 0%bN ++ nseq k 1%bN) M.+1) C) *
  table_poly [:: monomials (d - C)%bN (k * M)])) => [|]; last by rewrite table_mulE.
apply: (equal_uptoM (m := m) (a := a)) => //.
  move=> j b jm ba; rewrite table_powerE ?(leq_trans jm) //.
  apply: (equal_uptoX _ (_ : equal_upto m a _ Q1)) => // j' b' j'm b'a; clear j b jm ba; move: j' b' j'm b'a =>
    j b jm ba.
  rewrite -(table_at_coef (P := mkseq (fun m => nseq (k * m) 0%bN ++ nseq k 1%bN) M.+1)) // /table_at nth_mkseq ?ltnS
    ?(leq_trans jm) //.
  have b' : (b < a.+1)%N by [].
  rewrite /Q1 !coef_sum (bigD1 (Ordinal b')) //= coefCM coefXn big1 ?addr0 => [|i nb]; last first.
    rewrite coefCM coefXn; case: eqP => _; last by rewrite mulr0 coef0.
    rewrite mulr1 coefXn; case: eqP => // bi; case/eqP: nb; apply/val_inj; by rewrite /= bi.
  rewrite /row_at nth_cat size_nseq !nth_nseq; case: (j =P (b %/ k)%N) => [->|ne].
    rewrite mulr1 coefXn eqxx [(k * _)%N]mulnC ltnNge leq_trunc_div ifT //.
    by have := divn_eq b k; have := ltn_pmod b k0; lia.
  rewrite mulr0 coef0; case: (ltnP b (k * j)) => h1 //.
  case: (ltnP (b - k * j)%N k) => // h2; case: ne; apply/eqP; rewrite eqn_leq leq_divRL // [(j * k)%N]mulnC h1 /=
    -ltnS ltn_divLR // mulSn.
  by move: h1 h2; rewrite [(j * k)%N]mulnC; lia.
move=> j b jm ba; rewrite -(table_at_coef (P := [:: monomials (d - C)%bN (k * M)])) //.
have -> : Q2 ^+ ([d] - [C]) = \prod_(q < [d] - [C]) (\sum_(i < a.+1) ('X^i)%:P * 'X^0 : {poly {poly int}}).
  by rewrite prodr_const card_ord.
rewrite (weighted_count (D := a) j (fun _ _ => 0%N)) //; congr Posz.
case: j jm => [|j] jm.
  rewrite /table_at /= monomials_val ?(leq_trans ba) // subN_val -card_monoms; apply: eq_card => v.
  by rewrite !inE big1 // andbT.
rewrite /table_at /= nth_nil /row_at nth_nil; apply/esym/eq_card0 => v.
by rewrite !inE big1 // andbF.
Qed.
End Count.

Lemma narrow_tableN_val d C k M a : 0 < k -> [C] <= [d] -> a <= k * M ->
  row_at (narrow_tableN d C k M) a = narrow_count [d] [C] k a (a - k.-1 * M).
Proof.
move=> k0 Cd aD; rewrite /row_at nth_mkseq //; set g := a - _.
transitivity (\sum_(m < M.+1 | g <= m) table_at (narrow_levels d C k M) m a).
  rewrite -(big_mkord (fun m => g <= m) (fun m => table_at (narrow_levels d C k M) m a)) /index_iota subn0.
  elim: (iota _ _) => [|m s IH]; first by rewrite big_nil.
  by rewrite big_cons /=; case: ifP => _ //=; rewrite addN_val IH.
transitivity (\sum_(m < M.+1 | g <= m)
    #|[pred v : 'X_{1..[d] < a.+1} | (mdeg v == a) && (\sum_(q < [d] | q < [C]) v q %/ k == m)]|).
  by apply: eq_bigr => m _; have mM : m <= M := ltn_ord m; apply: narrow_levels_val k0 Cd mM aD.
have le (v : 'X_{1..[d] < a.+1}) : mdeg v = a -> \sum_(q < [d] | q < [C]) v q %/ k < M.+1.
  move=> va; rewrite ltnS; apply: (@leq_trans (a %/ k)); last by rewrite -(mulKn M k0) leq_div2r.
  rewrite leq_divRL // big_distrl /= -[X in _ <= X]va mdegE; apply: leq_trans (_ : \sum_(q < [d] | q < [C]) v q <= _).
    by apply: leq_sum => q _; apply: leq_trunc_div.
  by rewrite [X in _ <= X](bigID (fun q : 'I_[d] => q < [C])) leq_addr.
rewrite /narrow_count -sum1_card.
rewrite (partition_big (fun v : 'X_{1..[d] < a.+1} => inord (\sum_(q < [d] | q < [C]) v q %/ k) : 'I_M.+1)
  (fun m : 'I_M.+1 => g <= m)) /=; last first.
  by move=> v; rewrite inE => /andP[/eqP va gv]; rewrite inordK // le.
apply: eq_bigr => m gm; rewrite -sum1_card; apply: eq_bigl => v; rewrite !inE.
case: (mdeg v =P a) => //= va; have lt := le v va.
rewrite -val_eqE /= inordK //; case: eqP => [->|_]; rewrite ?gm ?andbF //.
Qed.

(* trees by degree and residues *)
Definition tree_class := (nat * seq nat)%type.
Definition counts := seq (tree_class * N).
Fixpoint add_mod k (r s : seq nat) : seq nat :=
  match r, s with x :: r', y :: s' => ((x + y) %% k)%N :: add_mod k r' s' | _, _ => [::] end.
Definition class_add k (x y : tree_class) : tree_class := (x.1 + y.1, add_mod k x.2 y.2).
Fixpoint lex_le (p q : seq nat) : bool :=
  match p, q with
  | x :: p', y :: q' => if x == y then lex_le p' q' else x <= y
  | [::], _ => true
  | _, [::] => false
  end.
Definition class_le (x y : tree_class * N) := lex_le (x.1.1 :: x.1.2) (y.1.1 :: y.1.2).
Fixpoint add_equal (s : counts) : counts :=
  if s is x :: s' then
    let r := add_equal s' in
    if r is y :: r' then if x.1 == y.1 then (x.1, x.2 + y.2)%bN :: r' else x :: r else [:: x]
  else [::].
Definition gather_equal (s : counts) : counts := add_equal (sort class_le s).
Fixpoint multisets (k d c : nat) (s : counts) : seq counts :=
  if s is x :: s' then
    let rest := multisets k d c s' in let mcs := monomials x.2 c in
    mkseq (fun j => gather_equal (flatten (mkseq (fun i =>
      let times := nth 0%bN mcs i in
      [seq (iter i (class_add k x.1) y.1, times * y.2)%bN | y <- nth [::] rest (j - i)]) j.+1))) c.+1
  else [:: [:: ((0, nseq d 0), 1%bN)]].
Definition leaf_class k d p j : tree_class := (j.+1, mkseq (fun q => if q == p then (j.+1 %% k)%N else 0) d).
Definition leaf_counts k d : counts :=
  gather_equal (((0, nseq d 0), 1%bN) :: flatten (mkseq (fun p => mkseq (fun j => (leaf_class k d p j, 1%bN)) k) d)).
Fixpoint tree_counts k d (ks : seq nat) : counts :=
  if ks is c :: ks' then
    let s := tree_counts k d ks' in if c == 1 then s else nth [::] (multisets k d c s) c
  else leaf_counts k d.
Definition exponentsN (d k M a : nat) (r : seq nat) : N :=
  let t := (a + sumn r)%N in let nz := count (fun x => 0 < x) r in
  if (k %| t) && (nz <= t %/ k <= M) then mcN (N.of_nat d) (N.of_nat (t %/ k - nz)) else 0%bN.
Definition tree_dimN d k M (s : counts) (a : nat) : N :=
  foldr N.add 0%bN [seq N.min (exponentsN d k M a x.1.2) x.2 | x <- s & x.1.1 == (k * M - a)%N].

(* sums over a table *)
Definition total_counts (s : counts) (phi : tree_class -> nat) := \sum_(x <- s) [x.2] * phi x.1.

Lemma total_add_equal s phi : total_counts (add_equal s) phi = total_counts s phi.
Proof.
rewrite /total_counts; elim: s => //= x s IH; rewrite big_cons -IH; case: (add_equal s) => [|y r];
  first by rewrite big_seq1 big_nil addn0.
by case: eqP => [E|_]; rewrite !big_cons // addN_val mulnDl addnA E.
Qed.

Lemma total_gather_equal s phi : total_counts (gather_equal s) phi = total_counts s phi.
Proof. by rewrite /gather_equal total_add_equal /total_counts; apply: perm_big; rewrite perm_sort. Qed.

Definition class_list (s : counts) : seq tree_class := flatten [seq nseq [x.2] x.1 | x <- s].
Lemma total_class_list s phi : total_counts s phi = \sum_(x <- class_list s) phi x.
Proof.
rewrite /total_counts /class_list big_flatten big_map; apply: eq_bigr => x _.
by rewrite big_nseq iter_addn_0 mulnC.
Qed.

(* the lists of n exponents of sum c *)
Fixpoint exponent_lists (c n : nat) : seq (seq nat) :=
  if n is n'.+1 then [seq j :: e | j <- iota 0 c.+1, e <- exponent_lists (c - j) n'] else if c == 0 then
    [:: [::]] else [::].

Lemma count_exponent_lists c n e : count_mem e (exponent_lists c n) = (size e == n) && (sumn e == c).
Proof.
elim: n c e => [|n IH] c e; first by case: e => [|x e]; case: c.
have -> : exponent_lists c n.+1 = flatten [seq [seq j :: e' | e' <- exponent_lists (c - j) n] | j <- iota 0 c.+1] by [].
rewrite count_flatten -map_comp sumnE big_map.
transitivity (\sum_(j <- iota 0 c.+1) if e is x :: e' then (x == j) && (size e' == n) && (sumn e' ==
  c - j) : nat else 0).
  apply: eq_bigr => j _ /=; rewrite count_map; case: e => [|x e]; first by apply: count_pred0.
  case: (x =P j) => [->|ne] /=; last by rewrite (@eq_count _ _ pred0) ?count_pred0 // => z /=; rewrite eqseq_cons;
    case: eqP => // E; case: ne.
  by rewrite -IH; apply: eq_count => z /=; rewrite eqseq_cons eqxx.
case: e => [|x e]; first by rewrite big1.
have -> : iota 0 c.+1 = index_iota 0 c.+1 by rewrite /index_iota subn0.
rewrite big_mkord [size _ == _]/= eqSS; case: (leqP x c) => xc.
  have lt : x < c.+1 by [].
  rewrite (bigD1 (Ordinal lt)) //= eqxx big1 ?addn0; last by move=> j /negPf nj; rewrite -val_eqE /= eq_sym in nj;
    rewrite nj.
  by congr (nat_of_bool (_ && _)); lia.
rewrite big1 => [|j _]; last by rewrite gtn_eqF // (leq_trans (ltn_ord j)).
by case: (_ == n) => //=; case: eqP => // E; lia.
Qed.

Section Sums.
Variables (k d : nat).
Definition class_sum (ws : seq tree_class) (e : seq nat) : tree_class :=
  foldr (fun x y => iter x.2 (class_add k x.1) y) (0, nseq d 0) (zip ws e).
Definition sum_over c ws (phi : tree_class -> nat) := \sum_(e <- exponent_lists c (size ws)) phi (class_sum ws e).

Lemma eq_sum_over c ws phi phi' : phi =1 phi' -> sum_over c ws phi = sum_over c ws phi'.
Proof. by move=> E; apply: eq_bigr. Qed.

Lemma sum_over_cons c w ws phi :
  sum_over c (w :: ws) phi = \sum_(j < c.+1) sum_over (c - j) ws (fun y => phi (iter j (class_add k w) y)).
Proof.
rewrite /sum_over; have -> : exponent_lists c (size (w :: ws)) = [seq j :: e | j <- iota 0 c.+1, e <- exponent_lists
  (c - j) (size ws)] by [].
rewrite big_allpairs_dep -(big_mkord xpredT
  (fun j => \sum_(e <- exponent_lists (c - j) (size ws)) phi (iter j (class_add k w) (class_sum ws e)))).
by rewrite /index_iota subn0.
Qed.

Lemma sum_triangle (F : nat -> nat -> nat) c :
  \sum_(j < c.+1) \sum_(i < (c - j).+1) F j i = \sum_(l < c.+1) \sum_(i < l.+1) F (l - i) i.
Proof.
elim: c => [|c IH]; first by rewrite !big_ord1.
rewrite [RHS]big_ord_recr /= -IH big_ord_recr /= subnn big_ord1.
rewrite (eq_bigr (fun j : 'I_c.+1 => \sum_(i < (c - j).+1) F j i + F j (c.+1 - j))) => [|j _]; last first.
  by rewrite subSn -1?ltnS // big_ord_recr.
rewrite big_split /= -addnA; congr addn.
rewrite [RHS](reindex_inj rev_ord_inj) /= [RHS]big_ord_recr /=; congr (_ + _); last by rewrite subnn !subn0.
by apply: eq_bigr => j _; rewrite !subSS subKn // ltnW.
Qed.

Lemma sum_over_block n x ws c phi : sum_over c (nseq n x ++ ws) phi =
  \sum_(i < c.+1) mc n i * sum_over (c - i) ws (fun y => phi (iter i (class_add k x) y)).
Proof.
elim: n c phi => [|n IH] c phi.
  by rewrite big_ord_recl mc0 mul1n subn0 big1 ?addn0 // => i _; rewrite mc0S.
have -> : nseq n.+1 x ++ ws = x :: (nseq n x ++ ws) by [].
rewrite sum_over_cons; under eq_bigr do rewrite IH.
rewrite (sum_triangle (fun j i => mc n i * sum_over (c - j - i) (ws) (fun y =>
  phi (iter j (class_add k x) (iter i (class_add k x) y))))).
apply: eq_bigr => l _; rewrite mcS -sum_mc big_distrl; apply: eq_bigr => i _ /=; congr muln.
have il : i <= l by rewrite -ltnS.
have -> : c - (l - i) - i = c - l by have := ltn_ord l; lia.
by apply: eq_sum_over => y; rewrite -iterD subnK.
Qed.

Lemma multisetsP c s j phi : j <= c -> total_counts (nth [::] (multisets k d c s) j) phi =
  sum_over j (class_list s) phi.
Proof.
elim: s j phi => [|x s IH] j phi jc.
  rewrite /sum_over /=; case: j jc => [|j] _; first by rewrite /total_counts !big_seq1; apply: mul1n.
  by rewrite [nth _ _ _]nth_nil /total_counts !big_nil.
have -> : multisets k d c (x :: s) = mkseq (fun j => gather_equal (flatten (mkseq (fun i =>
  [seq (iter i (class_add k x.1) y.1, nth 0%bN (monomials x.2 c) i * y.2)%bN
    | y <- nth [::] (multisets k d c s) (j - i)]) j.+1))) c.+1 by [].
rewrite nth_mkseq // total_gather_equal (_ : class_list (x :: s) = nseq [x.2] x.1 ++ class_list s) // sum_over_block.
rewrite /total_counts big_flatten big_map.
rewrite -(big_mkord xpredT (fun i => mc [x.2] i * sum_over (j - i) (class_list s) (fun y =>
  phi (iter i (class_add k x.1) y)))).
rewrite /index_iota subn0 !big_seq; apply: eq_bigr => i; rewrite mem_iota ltnS => ij.
rewrite -IH; last by apply: leq_trans jc; apply: leq_subr.
rewrite big_map /total_counts big_distrr /=; apply: eq_bigr => y _.
by rewrite mulN_val -[X in X * _ * _]/(row_at _ i) monomials_val ?mulnA // (leq_trans _ jc).
Qed.

(* over the exponents on a finite type *)
Lemma sum_mon (T : finType) (w : T -> tree_class) c phi (s : seq T) : perm_eq s (enum T) ->
  \sum_(m : mon T c) phi (class_sum [seq w t | t <- s] [seq (val m t : nat) | t <- s]) =
    sum_over c [seq w t | t <- s] phi.
Proof.
move=> ps; rewrite /sum_over size_map.
have us : uniq s by rewrite (perm_uniq ps) enum_uniq.
have ms t : t \in s by rewrite (perm_mem ps) mem_enum.
have deg (m : mon T c) : sumn [seq (val m t : nat) | t <- s] = c.
  by rewrite sumnE big_map (perm_big _ ps) big_enum /= (eqP (valP m)).
pose g (m : mon T c) := [seq (val m t : nat) | t <- s].
suff P : perm_eq [seq g m | m <- enum [finType of mon T c]] (exponent_lists c (size s)).
  by rewrite -(perm_big _ P) big_map big_enum.
apply/allP => e _ /=; apply/eqP; rewrite count_exponent_lists count_uniq_mem; last first.
  rewrite map_inj_uniq ?enum_uniq // => m m' E; apply/val_inj/ffunP => t; apply/val_inj.
  have := congr1 (fun e => nth 0 e (index t s)) E.
  by rewrite !(nth_map t) ?index_mem // nth_index.
congr nat_of_bool; apply/mapP/andP => [[m _ ->]|[/eqP sz /eqP sm]]; first by rewrite size_map deg !eqxx.
pose f : expo T c := [ffun t => inord (nth 0 e (index t s))].
have fE t : f t = nth 0 e (index t s) :> nat.
  rewrite ffunE inordK // ltnS -sm sumnE; case: (ltnP (index t s) (size e)) => h; last by rewrite nth_default.
  by rewrite (big_nth 0) big_mkord (bigD1 (Ordinal h)) //= leq_addr.
have me : [seq (f t : nat) | t <- s] = e.
  apply: (@eq_from_nth _ 0); rewrite size_map // => i lt; have t0 : T by case: (s) lt => // t.
  by rewrite (nth_map t0) // fE index_uniq.
have fc : \sum_t f t == c by apply/eqP; rewrite -[RHS]sm -[in RHS]me sumnE big_map (perm_big _ ps) big_enum.
by exists (exist _ f fc); rewrite ?mem_enum.
Qed.
End Sums.

Section Keys.
Variables (k d : nat).
Definition class_mod b (r : 'I_d -> nat) : tree_class := (b, [seq r q %% k | q <- enum 'I_d]).
Definition class_of_tree ks (t : tree d k ks) : tree_class := class_mod (tree_deg t) (tree_res t).

Lemma eq_class_mod b r r' : r =1 r' -> class_mod b r = class_mod b r'.
Proof. by move=> E; rewrite /class_mod; congr pair; apply: eq_map => q; rewrite E. Qed.

Lemma class_mod0 : (0, nseq d 0) = class_mod 0 (fun=> 0).
Proof. by rewrite /class_mod; congr pair; rewrite -[d in LHS]size_enum_ord; elim: (enum _) => //= x s ->;
  rewrite mod0n. Qed.

Lemma class_add_iter j b r b' r' :
  iter j (class_add k (class_mod b r)) (class_mod b' r') = class_mod (j * b + b') (fun q => j * r q + r' q).
Proof.
elim: j => [|j IH]; first exact: eq_class_mod.
rewrite iterS IH /class_add /class_mod /= mulSn addnA; congr pair.
by elim: (enum _) => //= q s ->; rewrite modnDm mulSn addnA.
Qed.

Lemma class_sum_mod (T : Type) (b : T -> nat) (r : T -> 'I_d -> nat) (m : T -> nat) s :
  class_sum k d [seq class_mod (b t) (r t) | t <- s] [seq m t | t <- s] =
  class_mod (\sum_(t <- s) m t * b t) (fun q => \sum_(t <- s) m t * r t q).
Proof.
rewrite /class_sum; elim: s => [|t s IH] /=; first by rewrite big_nil class_mod0; apply: eq_class_mod => q;
  rewrite big_nil.
by rewrite IH class_add_iter big_cons; apply: eq_class_mod => q; rewrite big_cons.
Qed.

Lemma leaf_countsP phi : \sum_(t : tree d k [::]) phi (class_of_tree t) = total_counts (leaf_counts k d) phi.
Proof.
rewrite /leaf_counts total_gather_equal big_sumType big_ord1 /total_counts big_cons mul1n; congr (_ + _);
  first by rewrite class_mod0.
rewrite big_flatten big_map -val_enum_ord big_map big_enum /=.
rewrite (eq_bigr (fun pj : 'I_d * 'I_k => phi (leaf_class k d pj.1 pj.2))) => [|[p j] _]; last first.
  congr (phi (_, _)); rewrite /mkseq -val_enum_ord -[RHS]map_comp; apply: eq_map => q /=.
  by rewrite eq_sym -val_eqE; case: eqP => _; rewrite ?mul1n // mod0n.
rewrite -(pair_bigA _ (fun (p : 'I_d) (j : 'I_k) => phi (leaf_class k d p j))); apply: eq_bigr => p _ /=.
rewrite big_map -val_enum_ord big_map big_enum; apply: eq_bigr => j _.
by rewrite mul1n.
Qed.

Lemma sum_over1 (T : Type) (b : T -> nat) (r : T -> 'I_d -> nat) (s : seq T) phi :
  sum_over k d 1 [seq class_mod (b t) (r t) | t <- s] phi = \sum_(x <- [seq class_mod (b t) (r t) | t <- s]) phi x.
Proof.
have z ws psi : sum_over k d 0 ws psi = psi (0, nseq d 0).
  elim: ws psi => [|w ws IH] psi; first by rewrite /sum_over big_seq1.
  by rewrite sum_over_cons big_ord1 IH.
elim: s => [|t s IH]; first by rewrite /sum_over !big_nil.
rewrite [map _ _]/= sum_over_cons big_ord_recl big_ord1 big_cons subn0 IH z addnC class_mod0.
rewrite [iter _ _ _](class_add_iter 1) mul1n addn0; congr (phi _ + _).
by apply: eq_class_mod => q; rewrite mul1n addn0.
Qed.

Lemma tree_countsP ks phi : \sum_(t : tree d k ks) phi (class_of_tree t) = total_counts (tree_counts k d ks) phi.
Proof.
elim: ks phi => [|c ks IH] phi; first exact: leaf_countsP.
pose w (t : tree d k ks) := class_of_tree t; set T := tree d k ks.
have : perm_eq (class_list (tree_counts k d ks)) [seq w t | t <- enum T].
  apply/permP => a; rewrite -!sum1_count big_mkcond [RHS]big_map [RHS]big_mkcond big_enum .
  by rewrite -(total_class_list _ (fun x => if a x then 1 else 0)) -IH.
case/(perm_iotaP (0, [::])) => Is pI eI; rewrite size_map in pI.
have [s ps es] : exists2 s : seq T, perm_eq s (enum T) & [seq w t | t <- s] = class_list (tree_counts k d ks).
  case: (enum T) pI eI => [|t0 e] pI eI.
    by exists [::] => //; rewrite eI; move/perm_nilP: pI => ->.
  exists [seq nth t0 (t0 :: e) i | i <- Is].
    by rewrite -[X in perm_eq _ X](mkseq_nth t0); apply: perm_map.
  rewrite eI -map_comp; apply/eq_in_map => i; rewrite (perm_mem pI) mem_iota => /andP[_ lt] /=.
  by rewrite -(nth_map t0 (0, [::])).
transitivity (sum_over k d c (class_list (tree_counts k d ks)) phi); last first.
  have [->|/negPf n1] := eqVneq c 1; last by rewrite /= n1 multisetsP.
  by rewrite /= total_class_list -es; apply: sum_over1.
rewrite -es -(sum_mon k d _ _ _ ps); apply: eq_bigr => m _; congr phi.
rewrite (class_sum_mod (@tree_deg d k ks) (@tree_res d k ks)) /class_of_tree.
have e (f : T -> nat) : \sum_t f t = \sum_(t <- s) f t by rewrite (perm_big _ ps) big_enum.
by rewrite tree_degS e; apply: eq_class_mod => q; rewrite tree_resS e.
Qed.

Hypothesis k0 : 0 < k.

Lemma exponentsN_ge M a (r : {ffun 'I_d -> 'I_k}) :
  expo_count M a r <= [exponentsN d k M a [seq (r q : nat) | q <- enum 'I_d]].
Proof.
have sumE (f : 'I_d -> nat) : sumn [seq f q | q <- enum 'I_d] = \sum_q f q by rewrite sumnE big_map big_enum.
have cE (v : 'X_{1..d < a.+1}) q : k %| v q + r q -> (v q + r q) %/ k = ceil_div (v q) k.
  case/dvdnP=> u e; rewrite e mulnK // /ceil_div.
  have := ltn_ord (r q) => lt; rewrite (_ : v q + k.-1 = u * k + (k.-1 - r q)); last by lia.
  by rewrite divnMDl // divn_small ?addn0 //; lia.
rewrite /expo_count /exponentsN sumE count_map.
set P := [pred v | _]; set nz := count _ _; set t := a + _.
have nzE : nz = \sum_q (0 < r q).
  by rewrite /nz -sum1_count big_mkcond big_enum /=.
have tE v : P v -> k %| t /\ t %/ k = \sum_q ceil_div (v q) k.
  case/and3P=> /eqP va /forallP dv _.
  have e : t = (\sum_q ceil_div (v q) k) * k.
    rewrite /t -[X in X + _]va mdegE -big_split big_distrl /=; apply: eq_bigr => q _.
    by rewrite -cE // divnK.
  by rewrite e dvdn_mull // mulnK.
have nzP v q : P v -> (0 < r q) <= ceil_div (v q) k.
  case/and3P=> _ /forallP dv _; rewrite -cE //; case: (posnP (r q)) => //= rq.
  by rewrite divn_gt0 // dvdn_leq // addn_gt0 rq orbT.
case: ifP => [/andP[kt /andP[nzt tM]]|/negbT no]; last first.
  rewrite leqn0; apply/eqP/eq_card0 => v; apply/negbTE; apply: contra no => Pv.
  have [-> ->] := tE v Pv; rewrite nzE /= leq_sum => [|q _]; last exact: nzP.
  by case/and3P: Pv.
rewrite mcN_val !Nat2N.id.
apply: (@card_le_mc _ _ _ _ (fun (v : 'X_{1..d < a.+1}) q => ceil_div (v q) k - (0 < r q))) => [v Pv|v v' Pv Pv' e].
  have [_ ->] := tE v Pv; rewrite nzE -sumnB // => q _; exact: nzP.
apply/val_inj/mnmP => q; move: (e q) => {}e.
have n1 := nzP _ q Pv; have n2 := nzP _ q Pv'.
have {}e : ceil_div (v q) k = ceil_div (v' q) k by rewrite -(subnK n1) -(subnK n2) e.
case/and3P: Pv => _ /forallP/(_ q) d1 _; case/and3P: Pv' => _ /forallP/(_ q) d2 _.
by move: e; rewrite -!cE // => e; have := divnK d1; rewrite e divnK // => /addIn.
Qed.

Lemma tree_dimN_ge ks a : tree_dim d k ks a <= [tree_dimN d k (leaves ks) (tree_counts k d ks) a].
Proof.
pose code (r : {ffun 'I_d -> 'I_k}) := [seq (r q : nat) | q <- enum 'I_d].
pose b := k * leaves ks - a; pose tab := tree_counts k d ks; pose E r := [exponentsN d k (leaves ks) a r].
have cnt r : tree_count ks b r = \sum_(x <- tab) (if x.1 == (b, code r) then [x.2] else 0).
  rewrite /tree_count -sum1_card big_mkcond /=.
  transitivity (total_counts tab (fun x => x == (b, code r))); last first.
    by apply: eq_bigr => x _; case: eqP => _; rewrite ?muln1 ?muln0.
  rewrite -tree_countsP; apply: eq_bigr => t _; rewrite inE /class_of_tree /class_mod xpair_eqE.
  case: (_ == b) => //=; congr nat_of_bool; apply/forallP/eqP => [al|/eq_in_map al q].
    by apply: eq_map => q; apply/eqP.
  by rewrite al ?mem_enum.
have codeI : injective code.
  move=> r r' /eq_in_map e; apply/ffunP => q; apply/val_inj; exact: e (mem_enum _ q).
apply: (@leq_trans (\sum_r \sum_(x <- tab) (if x.1 == (b, code r) then minn (E x.1.2) [x.2] else 0))).
  apply: leq_sum => r _; rewrite cnt; set u := (\sum_(x <- tab) _ in X in X <= _).
  apply: (@leq_trans (minn (E (code r)) u)).
    by rewrite leq_min geq_minr andbT (leq_trans (geq_minl _ _)) // exponentsN_ge.
  rewrite /u.
  elim: (tab) => [|x s IH]; first by rewrite !big_nil minn0.
  rewrite !big_cons; case: eqP => [->|_] /=; last by rewrite !add0n.
  by apply: leq_trans (leq_add (leqnn _) IH); lia.
rewrite exchange_big /tree_dimN -/tab -/b.
elim: (tab) => [|x s IH]; first by rewrite big_nil.
rewrite big_cons /=; case: ifP => xb /=.
  rewrite addN_val minN2; apply: leq_add IH; case: (pickP (fun r => x.1 == (b, code r))) => [r0 e0|no].
    rewrite (bigD1 r0) //= e0 big1 ?addn0 // => r nr; rewrite (eqP e0) xpair_eqE eqxx /=.
    by case: eqP => // /codeI e; rewrite e eqxx in nr.
  by rewrite big1 // => r _; rewrite no.
rewrite big1 // => r _; case: eqP => // e; by rewrite e eqxx in xb.
Qed.
End Keys.

(* the bounds *)
Definition with_squares (S d : N) (D : nat) (T : seq N) : seq N :=
  let squares := (mcN d 2 + mcN (d * (S - 1)) 2)%bN in
  mkseq (fun a => let x := nth 0%bN T a in if a.+2 == D then N.min x squares else x) D.+1.
Lemma with_squares_val S d D T a : a <= D -> row_at (with_squares S d D T) a =
  if a.+2 == D then minn (row_at T a) (square_dim [d] [S]) else row_at T a.
Proof.
move=> aD; have -> : square_dim [d] [S] = [mcN d 2 + mcN (d * (S - 1)) 2].
  by rewrite addN_val !mcN_val mulN_val subN_val subn1.
by rewrite /with_squares /row_at nth_mkseq //; case: ifP => // _; rewrite minN2.
Qed.

Inductive mixer_upper := MixerSupport | MixerSpan | MixerTrees.

Definition mixer_upper_applies (u : mixer_upper) (S kt : nat) (bias res permuted : bool) (a b : nat) : bool :=
  match u with
  | MixerSupport => ~~ res && (2 < kt)
  | MixerSpan => [&& ~~ res, ~~ permuted, 1 < kt & (a < S) || (b < S)]
  | MixerTrees => [&& ~~ bias, ~~ res, ~~ permuted & (S == 1) || (a == 1) || (b == 1)]
  end.

(* classes, leaves and steps of tree_counts, at most *)
Fixpoint tree_work (k d : N) (ks : seq nat) : N * N * N :=
  if ks is c :: ks' then
    let: (size, leaves, work) := tree_work k d ks' in
    let c := N.of_nat c in
    let more := N.min (mcN size c) ((k * (c * leaves) + 1) * k ^ d)%bN in
    (more, c * leaves, if (c =? 1)%num then work else work + size * more * c * c * (d + 1))%bN
  else (1 + d * k, 1, 0)%bN.
Definition mixer_units (L kt kc : nat) : N := (N.of_nat kc * N.of_nat (kt * kc) ^ N.of_nat L.-1)%bN.
(* multiplications in a table_power of a table, times the square of the bits of its numbers, at most *)
Definition table_work (n : N) (k : N) (M : N) : N := (k * k * (M + 1) ^ 4 * N.size n * (k * M * N.size n) ^ 2)%bN.
Definition mixer_upper_affordable (u : mixer_upper) (L d S kt kc : nat) : bool :=
  let M := mixer_units L kt kc in let k := N.of_nat kt in
  [&& L <= 16, (M <=? 256)%num, (table_work (N.of_nat d * N.of_nat S) k M <=? 4398046511104)%num &
    if u is MixerTrees then let: (_, _, work) := tree_work k (N.of_nat d) (tree_acts kt kc L.-1) in
      (work <=? 1073741824)%num
    else true].

Definition mixer_upper_value (u : mixer_upper) (L d S kt C kc : nat) (bias res permuted : bool) (a b : nat) : option N
  :=
  if mixer_upper_applies u S kt bias res permuted a b && mixer_upper_affordable u L d S kt kc then
    let M := N.to_nat (mixer_units L kt kc) in let D := (kt * M)%N in
    let bound := if bias then stairs_boundN else level_boundN in
    let (d', S') := (N.of_nat d, N.of_nat S) in
    let span r := span_tableN d' (N.of_nat r) S' kt M in
    match u with
    | MixerSupport =>
        let table r := support_tableN (d' * N.min S' (N.of_nat r))%bN (d' * S')%bN kt M in
          Some (bound (table a) (table b) D)
    | MixerSpan => Some (bound (span a) (span b) D)
    | MixerTrees =>
        let counts := tree_counts kt d (tree_acts kt kc L.-1) in
        let trees := mkseq (tree_dimN d kt M counts) D.+1 in
        let trees := if C < d then row_min trees (narrow_tableN d' (N.of_nat C) kt M) else trees in
        let trees := with_squares S' d' D trees in
        let (one_a, one_b) := ((S == 1) || (a == 1), (S == 1) || (b == 1)) in
        Some (level_boundN trees (if one_a then if one_b then row_min (span b) trees else span b else span a) D)
    end
  else None.

Section Network.
Variables (L S C n d : nat) (bias res : bool) (source : option (seq (seq (nat * nat)))) (s t : seq Z).
Variables (R : comRingType) (theta : 'I_#|option_weight L S C n d| -> R).
Local Open Scope ring_scope.

(* as MixerWeights.option_netE, and no layer but the first permutes *)
Lemma option_net_unpermuted : (0 < L)%N -> exists (l : layer R n d) ls,
  [/\ forall X, option_net bias res source s t theta X = mixer (lit_poly R s) (lit_poly R t) (l :: ls) X,
      size (l :: ls) = L, thid l = S, chid l = C & res_t l = res] /\
  (~~ bias -> ~~ res -> all (@plain R n d) (l :: ls)) /\
  (source = None -> forall m, List.In m (l :: ls) -> forall Z, shuffle m Z = Z).
Proof.
case: L theta => // m th _; rewrite /option_net /option_layers enum_ordSl.
pose l := shuffled source (option_layer bias res th ord0).
pose ls := [seq option_layer bias res th l | l <- [seq lift ord0 l | l <- enum 'I_m]].
exists l, ls; split; first by split=> //; rewrite /= 2!size_map size_enum_ord.
split=> [/negPf b0 /negPf r0|s0].
  have z q r : (\matrix_(a < q, b < r) 0 : 'M[R]_(q, r)) == 0 by apply/eqP/matrixP=> a b; rewrite !mxE.
  have pl l' : plain (option_layer bias res th l') by rewrite /plain /option_layer /= /offset b0 r0 !z.
  apply/andP; split; first exact: (pl ord0).
  suff pt : all (@plain R n d) ls by exact: pt.
  by rewrite all_map; apply/allP=> l' _; apply: pl.
move=> l' [<- Z|]; first by rewrite /= /rearrange s0.
by rewrite /ls; elim: [seq lift ord0 l | l <- _] => //= x xs IH [<-|/IH].
Qed.
End Network.

Lemma mixer_unitsE L kt kc : [mixer_units L kt kc] = kc * (kt * kc) ^ L.-1.
Proof. by rewrite mulN_val expN_val !Nat2N.id. Qed.

Lemma leq_level NA NB NA' NB' D : (forall a, a <= D -> NA a <= NA' a) -> (forall a, a <= D -> NB a <= NB' a) ->
  level_bound NA NB D <= level_bound NA' NB' D.
Proof.
move=> hA hB; apply: leq_sum => b _; have bD : b <= D by rewrite -ltnS.
by rewrite leq_min !geq_min hA ?hB ?leq_subr ?orbT.
Qed.

Section Bound.
Variables (R : numFieldType) (u : mixer_upper) (L S C n d kt kc : nat) (bias res permuted : bool).
Variables (source : option (seq (seq (nat * nat)))) (A : pred 'I_n) (i : 'I_n) (j : 'I_d).
Variable theta : 'I_#|option_weight L S C n d| -> R.
Hypotheses (L0 : 0 < L) (kt0 : 0 < kt) (kc0 : 0 < kc) (pm : ~~ permuted -> source = None).

Theorem mixer_upper_sep_le b : mixer_upper_value u L d S kt C kc bias res permuted #|A| #|predC A| = Some b ->
  sep_le (mixer_output bias res source (power_lit kt) (power_lit kc) A i j theta) [b].
Proof.
rewrite /mixer_upper_value; case: ifP => // /andP[ap _]; rewrite mixer_unitsE; set M := kc * _.
have [l [ls [[E sz th ch rt] [pl sh]]]] := option_net_unpermuted bias res source (power_lit kt) (power_lit kc) theta L0.
have same f r : (forall x y, f x y = mixer 'X^kt 'X^kc (l :: ls) (mix A x y) i j) -> sep_le f r ->
    sep_le (mixer_output bias res source (power_lit kt) (power_lit kc) A i j theta) r.
  by move=> fE; apply: eq_sep_le => x y; rewrite fE /mixer_output E !lit_poly_power.
have sz' : size ls = L.-1 by rewrite -sz.
have ME : kc * (kt * kc) ^ size ls = M by rewrite sz'.
case: u ap; rewrite /mixer_upper_applies.
- case/andP=> r0 _ [<-]; apply: (same _ _ (fun _ _ => erefl)).
  have vals (B : pred 'I_n) c : c <= kt * M -> row_at (support_tableN (N.of_nat d * N.min (N.of_nat S) (N.of_nat #|B|))
      (N.of_nat d * N.of_nat S) kt M) c = support_dim (d * minn S #|B|) (d * S) kt M c.
    by move=> cD; rewrite support_tableN_val // !mulN_val minN2 !Nat2N.id.
  case: ifP => b0.
    rewrite (stairs_boundN_val (vals A) (vals (predC A))) -th -ME.
    by apply: mixer_support_sep_le; rewrite ?size_polyXn ?rt.
  rewrite (level_boundN_val (vals A) (vals (predC A))) -th -ME.
  by apply: mixer_support_homogeneous_sep_le; apply: pl; rewrite ?b0.
- case/and4P=> r0 /pm s0 _ _ [<-]; apply: (same _ _ (fun _ _ => erefl)).
  have sh0 Y : shuffle l Y = Y by apply: sh => //; left.
  have vals (B : pred 'I_n) c : c <= kt * M -> row_at (span_tableN (N.of_nat d) (N.of_nat #|B|) (N.of_nat S) kt M) c =
      span_dim d #|B| S kt M c.
    by move=> cD; rewrite span_tableN_val // !Nat2N.id.
  case: ifP => b0.
    rewrite (stairs_boundN_val (vals A) (vals (predC A))) -th -ME.
    by apply: mixer_span_sep_le; rewrite ?size_polyXn ?rt.
  rewrite (level_boundN_val (vals A) (vals (predC A))) -th -ME.
  by apply: mixer_span_homogeneous_sep_le => //; apply: pl; rewrite ?b0.
case/and4P=> b0 r0 /pm s0 one; have {}sh := sh s0; have {}pl := pl b0 r0.
set tab := tree_counts _ _ _; set trees0 := (if C < d then _ else _); set trees := with_squares _ _ _ _ => -[<-]; apply: (same _ _ (fun _ _ => erefl)).
have LM : leaves (tree_acts kt kc (size ls)) = M by rewrite leaves_acts.
have tree c : c <= kt * M -> tree_dim d kt (tree_acts kt kc (size ls)) c <=
  row_at (mkseq (tree_dimN d kt M tab) (kt * M).+1) c.
  move=> cD; rewrite /row_at nth_mkseq // (leq_trans (tree_dimN_ge _ kt0 _ _)) // LM sz'; exact: leqnn.
have narrow c : c <= kt * M -> narrow_dim d (chid l) kt (tree_acts kt kc (size ls)) c <= row_at trees0 c.
  move=> cD; rewrite /trees0; case: ifP => Cd; last exact: leq_trans (geq_minl _ _) (tree c cD).
  rewrite row_at_min narrow_tableN_val ?Nat2N.id //; last exact: ltnW.
  by rewrite leq_min (leq_trans (geq_minl _ _) (tree c cD)) /narrow_dim ch LM geq_minr.
have tr c : c <= kt * M -> quadratic_dim d (thid l) (chid l) kt (tree_acts kt kc (size ls)) c <= row_at trees c.
  move=> cD; rewrite with_squares_val // !Nat2N.id /quadratic_dim th LM; case: eqP => _; last exact: narrow.
  by rewrite leq_min geq_minr (leq_trans (geq_minl _ _) (narrow c cD)).
have vals (B : pred 'I_n) c : c <= kt * M -> row_at (span_tableN (N.of_nat d) (N.of_nat #|B|) (N.of_nat S) kt M) c =
    span_dim d #|B| S kt M c.
  by move=> cD; rewrite span_tableN_val // !Nat2N.id.
have lev T NB : (forall c, c <= kt * M -> NB c <= row_at T c) ->
    level_bound (quadratic_dim d (thid l) (chid l) kt (tree_acts kt kc (size ls))) NB (kt * M) <= [level_boundN trees T (kt * M)].
  by move=> h; rewrite (level_boundN_val (NA' := row_at trees) (NB' := row_at T)) //; apply: leq_level.
have span (B : pred 'I_n) c : c <= kt * M -> span_dim d #|B| (thid l) kt M c <=
    row_at (span_tableN (N.of_nat d) (N.of_nat #|B|) (N.of_nat S) kt M) c by move=> cD; rewrite th vals.
have charR : [char R]%R =i pred0 by apply: Num.Theory.char_num.
case: ifP => oa; last first.
  have ob : #|predC A| = 1 \/ thid l = 1.
    by left; apply/eqP; move: one; rewrite oa.
  have up := @quadratic_trees_span_sep_le R charR n d kt kc l ls (predC A) pl sh kt0 i j ob.
  rewrite ME (_ : #|predC (predC A)| = #|A|) in up; last by apply: eq_card => k; rewrite !inE negbK.
  have := sep_leW (lev _ _ (span A)) up => /sep_le_sym; apply: eq_sep_le => x y; congr (mixer _ _ _ _ i j).
  by apply/matrixP=> p q; rewrite !mxE /=; case: (A p).
have {}oa : #|A| = 1 \/ thid l = 1 by case/orP: oa => /eqP e; [right; rewrite th|left].
case: ifP => ob.
  have both : #|A| = 1 /\ #|predC A| = 1 \/ thid l = 1.
    by case: oa => [a1|]; [case/orP: ob => /eqP e; [right; rewrite th|left]|right].
  apply: sep_leW (@quadratic_trees_both_sep_le R charR n d kt kc l ls A pl sh kt0 i j both); rewrite ME.
  apply: lev => c cD.
  rewrite row_at_min leq_min; apply/andP; split; first exact: leq_trans (geq_minl _ _) (span (predC A) c cD).
  exact: leq_trans (geq_minr _ _) (tr c cD).
by apply: sep_leW (@quadratic_trees_span_sep_le R charR n d kt kc l ls A pl sh kt0 i j oa); rewrite ME; apply: lev;
  apply: (span (predC A)).
Qed.
End Bound.
