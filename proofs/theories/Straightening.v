(* Chain-free monomials span: the upper bounds for the dimensions h and h1 of Theorem 3.3 of
   theory.md, without representation theory.
   Let G = A^T A, A with r rows. Every monomial in the entries of G is a combination of those, of the
   same degree and with the same indices, in which no r+1 factors G(a_i, b_i), a_i <= b_i, have both
   a_0 < .. < a_r and b_0 < .. < b_r: an (r+1)-minor of G is 0, and its diagonal is the term in which
   \sum_i a_i b_i is largest (rearrangement inequality), so each such product can be replaced.

   mon g u           == \prod_t g t ^+ u t
   lin phi u         == \sum_t phi t * u t
   chain r u         == r+1 factors of u form such a chain
   content k u       == the sum over the indices of u's factors of their weights k
   standard r k b z u == u has degree b, content z and no chain *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import fingroup perm zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GramCoordinates.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Rearrangement.
Local Open Scope nat_scope.
Variables (t : nat) (a b : 'I_t -> nat).
Hypotheses (a_lt : forall i j : 'I_t, i < j -> a i < a j) (b_lt : forall i j : 'I_t, i < j -> b i < b j).
Let V (s : 'S_t) := \sum_i a i * b (s i).

Lemma perm_increasing (s : 'S_t) : (forall i j : 'I_t, i < j -> s i < s j) -> s = 1%g.
Proof.
move=> inc; have E : [seq val (s i) | i <- enum 'I_t] = [seq val i | i <- enum 'I_t].
  have s1 : sorted ltn [seq val i | i <- enum 'I_t] by rewrite val_enum_ord iota_ltn_sorted.
  apply: (irr_sorted_eq ltn_trans ltnn _ s1).
    rewrite (map_comp val s) sorted_map; rewrite sorted_map in s1.
    by rewrite sorted_map; apply: (sub_sorted _ s1) => i j; apply: inc.
  move=> k; apply/mapP/mapP => -[i _ ->]; first by exists (s i); rewrite ?mem_enum.
  by exists (s^-1%g i); rewrite ?mem_enum // permKV.
apply/permP => i; rewrite perm1; apply/val_inj.
by have := @eq_in_map _ _ (fun i => val (s i)) val (enum 'I_t) => -[_ /(_ E)]; apply; rewrite mem_enum.
Qed.

Lemma inversion_swap (s : 'S_t) (i j : 'I_t) : i < j -> s j < s i -> V s < V (tperm i j * s)%g.
Proof.
move=> ij sji; have nij : j != i by apply: contraTneq ij => ->; rewrite ltnn.
rewrite /V (bigD1 i) //= [X in _ < X](bigD1 i) //= (bigD1 j) //= [X in _ < _ + X](bigD1 j) //=.
rewrite !permM tpermL tpermR !addnA.
rewrite [X in _ < _ + X](eq_bigr (fun k => a k * b (s k))) => [|k /andP[ki kj]]; last first.
  by rewrite permM tpermD // eq_sym.
rewrite ltn_add2r; have := a_lt ij; have := b_lt sji; set p := a i; set q := a j; set u := b _; set v := b _.
by move=> h1 h2; nia.
Qed.

Lemma rearrangement (s : 'S_t) : s != 1%g -> V s < V 1%g.
Proof.
have maxP (p : 'S_t) : (forall q, V q <= V p) -> p = 1%g.
  move=> pmax; apply: perm_increasing => i j ij; rewrite ltnNge; apply/negP => le.
  have lt : p j < p i by rewrite ltn_neqAle le andbT; apply: contraTneq ij => /val_inj/perm_inj ->; rewrite ltnn.
  by have := inversion_swap ij lt; rewrite ltnNge pmax.
case: (@arg_maxnP _ s xpredT V isT) => p _ pmax ns.
have {}pmax q : V q <= V p by apply: pmax.
have p1 := maxP p pmax; rewrite p1 in pmax.
rewrite ltn_neqAle pmax andbT; apply: contra ns => /eqP E; apply/eqP/maxP => q.
by rewrite E.
Qed.
End Rearrangement.

Lemma det_thin (R : comRingType) r (B : 'M[R]_(r.+1, r)) (C : 'M[R]_(r, r.+1)) : \det (B *m C) = 0.
Proof.
pose B' := \matrix_(i < r.+1, j < r.+1) oapp (B i) 0 (insub (j : nat)).
pose C' := \matrix_(i < r.+1, j < r.+1) oapp (C^~ j) 0 (insub (i : nat)).
have -> : B *m C = B' *m C'.
  apply/matrixP => i j; rewrite !mxE big_ord_recr /= !mxE insubF ?ltnn //= mul0r addr0.
  by apply: eq_bigr => k _; rewrite !mxE /= !(valK k).
rewrite det_mulmx (expand_det_col _ ord_max) big1 ?mul0r // => i _.
by rewrite mxE /= insubF ?ltnn //= mul0r.
Qed.

Section Monomials.
Variables (e : nat).
Local Notation m := #|upper e|.
Implicit Types (u v : 'X_{1..m}) (t : 'I_m).

Definition lin (phi : 'I_m -> nat) u := (\sum_t phi t * u t)%N.
Definition row_of t := (enum_val t).1.
Definition col_of t := (enum_val t).2.

Lemma linD phi u v : lin phi (u + v)%MM = (lin phi u + lin phi v)%N.
Proof. by rewrite /lin -big_split; apply: eq_bigr => t _; rewrite mnmDE mulnDr. Qed.

Lemma linU phi t : lin phi U_(t)%MM = phi t.
Proof.
rewrite /lin (bigD1 t) //= mnm1E eqxx muln1 big1 ?addn0 // => s ns.
by rewrite mnm1E eq_sym (negPf ns) muln0.
Qed.

Lemma lin_sum phi I (r : seq I) (F : I -> 'X_{1..m}) :
  lin phi (\sum_(i <- r) F i)%MM = (\sum_(i <- r) lin phi (F i))%N.
Proof.
elim/big_rec2: _ => [|i y1 y2 _ <-]; last by rewrite linD.
by rewrite /lin big1 // => t _; rewrite mnm0E muln0.
Qed.

Lemma sym_index_row_col (phi : 'I_e -> 'I_e -> nat) k l : (forall k l, phi k l = phi l k) ->
  phi (row_of (sym_index k l)) (col_of (sym_index k l)) = phi k l.
Proof.
move=> sym; rewrite /row_of /col_of enum_rankK_in ?sorted_pairP // /sorted_pair.
by case: ifP => _ //=; rewrite sym.
Qed.

Lemma sym_index_val t : sym_index (row_of t) (col_of t) = t.
Proof.
have le : (row_of t <= col_of t)%N := enum_valP t.
apply: enum_val_inj; rewrite enum_rankK_in ?sorted_pairP // /sorted_pair le.
by rewrite /row_of /col_of -surjective_pairing.
Qed.

Section Standard.
Variables (r : nat) (kappa : 'I_e -> nat).
Definition content := lin (fun t => kappa (row_of t) + kappa (col_of t))%N.
Definition chain u := [exists f : {ffun 'I_r.+1 -> 'I_m}, [forall i, (0 < u (f i))%N] &&
  [forall i : 'I_r.+1, forall j : 'I_r.+1, (i < j)%N ==> ((row_of (f i) < row_of (f j)) && (col_of (f i) < col_of (f j)))%N]].
Definition standard b z u := [&& mdeg u == b, content u == z & ~~ chain u].

Variables (R : comRingType) (X : Type) (A : X -> 'M[R]_(r, e)).
Let G x := (A x)^T *m A x.
Definition mon (g : 'I_m -> R) u := \prod_t g t ^+ u t.

Lemma monD g u v : mon g (u + v)%MM = mon g u * mon g v.
Proof. by rewrite /mon -big_split; apply: eq_bigr => t _; rewrite mnmDE exprD. Qed.

Lemma monU g t : mon g U_(t)%MM = g t.
Proof.
rewrite /mon (bigD1 t) //= mnm1E eqxx expr1 big1 ?mulr1 // => s ns.
by rewrite mnm1E eq_sym (negPf ns) expr0.
Qed.

Lemma mon_sum g I (s : seq I) (F : I -> 'X_{1..m}) :
  mon g (\sum_(i <- s) F i)%MM = \prod_(i <- s) mon g (F i).
Proof.
elim/big_rec2: _ => [|i y1 y2 _ <-]; last by rewrite monD.
by rewrite /mon big1 // => t _; rewrite mnm0E expr0.
Qed.

Lemma gram_minor0 x (a b : 'I_r.+1 -> 'I_e) : \det (\matrix_(i, j) G x (a i) (b j)) = 0.
Proof.
rewrite -(det_thin (colsub a (A x))^T (colsub b (A x))); congr (\det _); apply/matrixP => i j.
by rewrite !mxE; apply: eq_bigr => k _; rewrite !mxE.
Qed.

Let G_tr x : (G x)^T = G x. Proof. by rewrite /G trmx_mul trmxK. Qed.

Lemma sym_coord_index x k l : sym_coord (G x) (sym_index k l) = G x k l.
Proof.
rewrite /sym_coord enum_rankK_in ?sorted_pairP // /sorted_pair; case: ifP => //= _.
by rewrite -[in LHS]G_tr mxE.
Qed.

(* every monomial is a combination of standard ones *)
Theorem straighten b z u : mdeg u = b -> content u = z ->
  exists al : 'X_{1..m < b.+1} -> R, forall x,
    mon (sym_coord (G x)) u = \sum_(v : 'X_{1..m < b.+1} | standard b z v) al v * mon (sym_coord (G x)) v.
Proof.
pose Omega := lin (fun t => row_of t * col_of t)%N.
have [N] := ubnP (Omega u); elim: N u => // N IH u; rewrite ltnS => uN du cu.
case: (boolP (chain u)) => [/existsP[f /andP[/forallP f0 /forallP fc]]|nc]; last first.
  have lt : (mdeg u < b.+1)%N by rewrite du.
  pose v0 : 'X_{1..m < b.+1} := BMultinom lt.
  exists (fun v => (v == v0)%:R) => x.
  rewrite (bigD1 v0) /=; last by rewrite /standard /= du cu !eqxx.
  rewrite eqxx mul1r big1 ?addr0 // => v /andP[_ nv].
  by move: nv; rewrite -val_eqE /= => /negPf ->; rewrite mul0r.
have finc (i j : 'I_r.+1) : (i < j)%N -> (row_of (f i) < row_of (f j))%N /\ (col_of (f i) < col_of (f j))%N.
  by move=> ij; have /forallP/(_ j) := fc i; rewrite ij => /andP[].
have fI : injective f.
  move=> i j E; apply/val_inj; have [ij|ij|//] := ltngtP i j.
    by have [] := finc _ _ ij; rewrite E ltnn.
  by have [] := finc _ _ ij; rewrite E ltnn.
pose D (s : 'S_r.+1) : 'X_{1..m} := (\sum_i U_(sym_index (row_of (f i)) (col_of (f (s i)))))%MM.
have D1 : D 1%g = (\sum_i U_(f i))%MM.
  by apply: eq_bigr => i _; rewrite perm1 sym_index_val.
have le : (D 1%g <= u)%MM.
  apply/mnm_lepP => t; rewrite D1 mnm_sumE; case: (pickP (fun i => f i == t)) => [i /eqP <-|nof].
    rewrite (bigD1 i) //= mnm1E eqxx big1 ?addn0 ?f0 // => j nj.
    by rewrite mnm1E (inj_eq fI) (negPf nj).
  by rewrite big1 // => j _; rewrite mnm1E nof.
pose w := (u - D 1%g)%MM.
have uE : u = (w + D 1%g)%MM by rewrite /w submK.
have linDs (phi : 'I_e -> 'I_e -> nat) s : (forall k l, phi k l = phi l k) ->
    lin (fun t => phi (row_of t) (col_of t)) (D s) = (\sum_i phi (row_of (f i)) (col_of (f (s i))))%N.
  by move=> sym; rewrite lin_sum; apply: eq_bigr => i _; rewrite linU sym_index_row_col.
have wD s : [/\ mdeg (w + D s)%MM = b, content (w + D s)%MM = z & (s != 1%g -> Omega (w + D s)%MM < N)%N].
  split.
  - rewrite mdegD -du uE mdegD; congr (_ + _)%N; rewrite !mdeg_sum; apply: eq_bigr => i _.
    by rewrite !mdeg1.
  - rewrite -cu uE /content !linD; congr (_ + _)%N.
    rewrite !(linDs (fun k l => kappa k + kappa l)%N); try by move=> k l; rewrite addnC.
    rewrite !big_split /=; congr (_ + _)%N; rewrite [LHS](reindex_inj (@perm_inj _ s^-1%g)).
    by apply: eq_bigr => i _; rewrite permKV perm1.
  move=> ns; apply: leq_trans uN; rewrite uE /Omega !linD ltn_add2l.
  rewrite !(linDs (fun k l => k * l)%N); try by move=> k l; rewrite mulnC.
  apply: (@rearrangement _ (fun i => row_of (f i)) (fun i => col_of (f i))) => // i j ij; by have [] := finc _ _ ij.
have [al alE] : exists al : 'S_r.+1 -> 'X_{1..m < b.+1} -> R, forall s, s != 1%g -> forall x,
    mon (sym_coord (G x)) (w + D s)%MM = \sum_(v : 'X_{1..m < b.+1} | standard b z v) al s v * mon (sym_coord (G x)) v.
  have step s : exists al : 'X_{1..m < b.+1} -> R, s != 1%g -> forall x,
      mon (sym_coord (G x)) (w + D s)%MM = \sum_(v : 'X_{1..m < b.+1} | standard b z v) al v * mon (sym_coord (G x)) v.
    case: (boolP (s == 1%g)) => [_|ns]; first by exists (fun=> 0).
    by have [d1 d2 /(_ ns) d3] := wD s; have [al alE] := IH _ d3 d1 d2; exists al.
  by have [al alE] := @fin_all_exists [finType of 'S_r.+1] _ _ step; exists al.
exists (fun v : 'X_{1..m < b.+1} => - \sum_(s : 'S_r.+1 | s != 1%g) (-1) ^+ s * al s v) => x.
have monDs s : mon (sym_coord (G x)) (w + D s)%MM =
    mon (sym_coord (G x)) w * \prod_i (\matrix_(i, j) G x (row_of (f i)) (col_of (f j))) i (s i).
  by rewrite monD mon_sum; congr (_ * _); apply: eq_bigr => i _; rewrite monU mxE sym_coord_index.
have := gram_minor0 x (fun i => row_of (f i)) (fun j => col_of (f j)).
move/(congr1 (fun y => mon (sym_coord (G x)) w * y)); rewrite mulr0 /determinant (bigD1 1%g) //=.
rewrite odd_perm1 expr0 mul1r mulrDr -monDs -uE => /eqP; rewrite addr_eq0 => /eqP ->.
under [RHS]eq_bigr do rewrite mulNr mulr_suml.
rewrite sumrN; congr (- _); rewrite [RHS]exchange_big mulr_sumr; apply: eq_bigr => s ns /=.
rewrite mulrCA -monDs alE // mulr_sumr; apply: eq_bigr => v _; by rewrite mulrA.
Qed.
End Standard.
End Monomials.
