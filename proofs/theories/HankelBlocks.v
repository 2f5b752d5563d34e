(* Evidence by minors of Hankel blocks, checked: Proposition 1.6 of theory.md for attention with one token or at least d
   on either side, and for a Mixer whose first W1 has rank S on the tokens of either (docs/format.md, Blocks).
   Everything is modulo p <= 2^31, not necessarily a prime. A line is a list of members: (k, a) for rows, b for columns,
   the exponents being lists. The entries are those of HankelRank.v. Each minor has a label: its degree b and a class of
   signs. If all terms of the Phi_k that are not 0 modulo p have one label, with that of y_k, and members the label of
   their minor, then the minors are those of a direct sum (line_cell_off). Each determinant is a unit modulo p, so that
   of all minors together is not 0 modulo p, and in no field of numbers.
   lu_unit p n M           == M is factored modulo p, and the product of the diagonals is prime to p
   label, plus             == a degree and a class; their sum
   terms_ok signs is0 tot acc v q == acc and the label of any term of q that is not 0 make tot
   bin_table O C           == the 'C(x + y, x) for x, y <= C
   line_cell tab row col   == the entry of the array of lines
   minors_accept           == minors, given by their lines, are accepted, and their orders add up to r
   all_exps n m            == all exponents of degree m in n variables
   numbered_exps n m a     == those of number a (docs/format.md); nothing in the proofs rests on the numbers
   full_rows, full_cols, token_rows, token_cols == the lines of given numbers, with one member or of one token
   pairs d                 == the entries (i, j), j <= i, of a symmetric matrix, by number
   attention_form Ws p k   == Phi_k of 3.1 for the output p and weights Ws, in these entries
   form_ops                == its evaluation, of the last layer one column
   mixer_form t0 s t l ls i j q == the output (i, j) of a Mixer with the layers l :: ls, in the entries of Z = W1 X, its
                              weights read by q
   full_rank p S W1 ts     == S columns of W1 at the positions ts have a determinant that is a unit modulo p
   blocks_accept_attention, blocks_accept_mixer == the evidence is accepted
   Proved: then the separation rank of the network with these weights is at least r over every field of numbers
   (attention_blocks_rank, mixer_blocks_rank), also if they are from a ring that maps to the integers modulo p and into
   the field (attention_blocks_rank_of, mixer_blocks_rank_of). The only axioms are those of native integers. *)
From Coq Require Import ZArith NArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank CoefMatrix Attention Mixer RankCert RankCert63 NetEval CertificateExact.
From Seprank Require Import AttentionWeights GenericWeights CertificateGeneric MixerWeights.
From Seprank Require Import RingOps ListMatrices SparsePolynomials HankelRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.
Local Open Scope ring_scope.

(* minors that are units modulo p *)
Definition lu_unit (p : i63) n (M : rows i63) : bool :=
  let: (Ls, Us, ks) := lu p n (numbered M) in
  let U := rows63 Us in
  [&& size ks == n, all (fun k => k < n)%N ks, cert63 p n Ls U [seq nth [::] M k | k <- ks] &
      (Z.gcd (diagm63 p 0 U (diagm63 p 0 Ls 1)) (toZ p) =? 1)%cZ].

Section Unit.
Variable p : i63.
Hypothesis p1 : (1 < toZ p)%cZ.
Local Notation q := (Z.to_nat (toZ p)).

Lemma phi_unit z : (Z.gcd z (toZ p) =? 1)%cZ -> phi (toZ p) z \is a GRing.unit.
Proof.
move/Z.eqb_spec=> g; have [a [b E]] := Z.gcd_bezout z (toZ p) 1 g.
have {}E : (z * a = 1 - b * toZ p)%cZ by lia.
apply/unitrPr; exists (phi (toZ p) a); rewrite -phiM E -phi_mod // Zminus_mod Z_mod_mult Z.sub_0_r Zmod_mod.
by rewrite Z.mod_small ?(phi_nat (toZ p) 1%N) //; lia.
Qed.

Lemma det_factors n L U M : certZ (toZ p) n L U M ->
  \det (map_mx (fun z : int => z%:~R : 'Z_q) (mxZ n n M)) = phi (toZ p) (diagm (toZ p) 0 U (diagm (toZ p) 0 L 1)).
Proof.
case/and5P=> _ /eqP sL /eqP sU C /and3P[tL tU D].
have aL : all (fun l => (size l <= n)%N) L by apply/(all_nthP [::]) => i iL; rewrite (triP tL) // -sL.
pose A := \matrix_(i < n, j < n) phi (toZ p) (nth 0 (nth [::] L i) j).
pose B := \matrix_(i < n, j < n) phi (toZ p) (nth 0 (nth [::] U i) j).
have -> : map_mx (fun z : int => z%:~R : 'Z_q) (mxZ n n M) = A *m B^T.
  apply/matrixP=> i j; rewrite !mxE -/(phi _ _) (checkLUP p1 (n := n) C) ?sL ?sU //.
  by apply: eq_bigr => k _; rewrite !mxE.
rewrite det_mulmx det_tr (tri_det _ tL sL) (tri_det _ tU sU).
by rewrite !(diagmE p1) sL sU (_ : phi (toZ p) 1 = 1) ?mul1r.
Qed.

Lemma lu_unitP n M : lu_unit p n M ->
  \det (\matrix_(i < n, j < n) phi (toZ p) (toZ (nth 0%uint63 (nth [::] M i) j))) \is a GRing.unit.
Proof.
rewrite /lu_unit; case: (lu p n (numbered M)) => [[Ls Us] ks] /and4P[/eqP sk kn C G].
have kP (i : 'I_n) : (nth 0%N ks i < n)%N by apply: (allP kn); rewrite mem_nth ?sk.
have := det_factors (cert63P C); set A := \matrix_(i, j) _.
have -> : map_mx (fun z : int => z%:~R : 'Z_q) (mxZ n n (m2 [seq nth [::] M k | k <- ks]))
    = rowsub (fun i => Ordinal (kP i)) 1%:M *m A.
  rewrite mul_rowsub_mx mul1mx; apply/matrixP=> i j; rewrite !mxE /= -/(phi _ _); congr (phi _ _).
  rewrite /m2 -map_comp (nth_map 0%N) ?sk //=; set r := nth [::] M _.
  have [jr|jr] := ltnP j (size r); first by rewrite (nth_map 0%uint63).
  by rewrite !nth_default ?size_map.
case/and5P: C => _ _ _ _ /and5P[_ _ _ tL /andP[tU _]]; rewrite -!diagm63E // => E.
by have := phi_unit G; rewrite -E det_mulmx unitrM => /andP[].
Qed.
End Unit.

(* minors of a direct sum *)
Lemma det_blocks (R : comUnitRingType) (A B : eqType) (a0 : A) (b0 : B) (T : A -> B -> R) (bs : seq (seq A * seq B)) :
  (forall i j, (i < j < size bs)%N ->
     forall x y, x \in (nth ([::], [::]) bs i).1 -> y \in (nth ([::], [::]) bs j).2 -> T x y = 0) ->
  (forall i, (i < size bs)%N -> let b := nth ([::], [::]) bs i in size b.1 = size b.2 /\
     \det (\matrix_(k < size b.1, l < size b.1) T (nth a0 b.1 k) (nth b0 b.2 l)) \is a GRing.unit) ->
  let n := sumn [seq size b.1 | b <- bs] in
  \det (\matrix_(k < n, l < n) T (nth a0 (flatten (map fst bs)) k) (nth b0 (flatten (map snd bs)) l)) \is a GRing.unit.
Proof.
elim: bs => [|b bs IH] off diag /=; first by rewrite det_mx00 unitr1.
have [sb ub] := diag 0%N isT; rewrite /= in sb ub.
set n := sumn _; set M := \matrix_(k, l) _.
have size2 : size (flatten (map snd bs)) = n.
  rewrite size_flatten /shape -map_comp; congr sumn; apply: (@eq_from_nth _ 0%N); rewrite !size_map // => i ib.
  by rewrite !(nth_map ([::], [::])) //=; have [<-] := diag i.+1 ib.
have u0 : ursubmx (M : 'M_(size b.1 + n)) = 0.
  apply/matrixP=> k l; rewrite !mxE /= !nth_cat ltn_ord -sb ltnNge leq_addr /= addKn.
  have : nth b0 (flatten (map snd bs)) l \in flatten (map snd bs) by rewrite mem_nth // size2.
  case/flattenP=> _ /(nthP [::])[j jb <-] yj; rewrite size_map in jb.
  by apply: (off 0%N j.+1); rewrite //= ?mem_nth // (nth_map ([::], [::])) in yj *.
rewrite -[M]submxK u0 det_lblock unitrM; apply/andP; split.
  rewrite (_ : ulsubmx _ = \matrix_(k, l) T (nth a0 b.1 k) (nth b0 b.2 l)) //.
  by apply/matrixP=> k l; rewrite !mxE /= !nth_cat -sb !ltn_ord.
rewrite (_ : drsubmx _ = \matrix_(k < n, l < n) T (nth a0 (flatten (map fst bs)) k) (nth b0 (flatten (map snd bs)) l)).
  apply: IH => [i j ij|i ib]; last exact: (diag i.+1).
  by apply: (off i.+1 j.+1).
by apply/matrixP=> k l; rewrite !mxE /= !nth_cat -sb ![(size b.1 + _ < _)%N]ltnNge !leq_addr /= !addKn.
Qed.

(* degrees and classes of signs *)
Definition label := (nat * N)%type.
Definition plus (l l' : label) : label := ((l.1 + l'.1)%N, N.lxor l.2 l'.2).

Lemma plusA : associative plus.
Proof. by case=> a b [c d] [e f]; rewrite /plus /= addnA N.lxor_assoc. Qed.
Lemma plusC : commutative plus.
Proof. by case=> a b [c d]; rewrite /plus /= addnC N.lxor_comm. Qed.
Lemma plus0l : left_id (0%N, 0%num) plus.
Proof. by case. Qed.
Lemma plusI l : injective (plus l).
Proof.
case: l => a b [c d] [e f] [/addnI -> E]; congr (_, _).
by rewrite -(N.lxor_0_l d) -(N.lxor_nilpotent b) N.lxor_assoc E -N.lxor_assoc N.lxor_nilpotent N.lxor_0_l.
Qed.

Fixpoint add_exps (a b : seq nat) : seq nat :=
  match a, b with x :: a, y :: b => (x + y)%N :: add_exps a b | [::], _ => b | _, [::] => a end.

Lemma nth_add_exps a b i : nth 0%N (add_exps a b) i = (nth 0 a i + nth 0 b i)%N.
Proof. by elim: a b i => [|x a IH] [|y b] [|i] //=; rewrite ?nth_nil ?addn0. Qed.

Lemma size_add_exps a b : size a = size b -> size (add_exps a b) = size a.
Proof. by elim: a b => [|x a IH] [|y b] //= [/IH ->]. Qed.

Section Labels.
Variable signs : seq N.   (* of the variables *)
Definition lab v : label := (1%N, nth 0%num signs v).
Fixpoint label_of v (es : seq nat) : label :=
  if es is e :: es then iter e (plus (lab v)) (label_of v.+1 es) else (0%N, 0%num).

Lemma iter_plus e l l' : iter e (plus l) l' = plus (iter e (plus l) (0%N, 0%num)) l'.
Proof. by elim: e => [|e IH] /=; [rewrite plus0l | rewrite IH plusA]. Qed.

Lemma label_add v a b : label_of v (add_exps a b) = plus (label_of v a) (label_of v b).
Proof.
elim: a b v => [|x a IH] b v; first by rewrite plus0l.
case: b => [|y b]; first by rewrite plusC plus0l.
rewrite /= IH (iter_plus (x + y)) (iter_plus x _ (label_of _ a)) (iter_plus y _ (label_of _ b)).
rewrite iterD (iter_plus x _ (iter y _ _)).
move: (iter x _ _) (iter y _ _) (label_of _ a) (label_of _ b) => X Y A B.
by rewrite -!plusA (plusA Y) (plusC Y A) -plusA.
Qed.

Variable T : Type.
Variables (O : ops T) (is0 : T -> bool).
(* the labels of all terms that are not 0 *)
Fixpoint terms_ok (tot acc : label) v (q : spoly T) : bool :=
  match q with
  | Zero => true
  | Const c => is0 c || (acc == tot)
  | Step a q => terms_ok tot acc v.+1 a && terms_ok tot (plus acc (lab v)) v q
  end.

Lemma terms_okP tot acc v q es : is0 (op0 O) -> terms_ok tot acc v q -> ~~ is0 (coefficient O q es) ->
  plus acc (label_of v es) = tot.
Proof.
move=> z0; elim: q acc v es => [|c|a IHa q IHq] acc v es /=; first by rewrite z0.
  case: ifP => [es0|]; last by rewrite z0.
  move=> + /negPf c0; rewrite c0 => /eqP <-; have -> : label_of v es = (0%N, 0%num); last by rewrite plusC plus0l.
  by elim: es v es0 => //= -[|e] //= es IH v /IH ->.
case/andP=> ta tq; case: es => [|[|e] es]; [exact: (IHa _ v.+1 [::] ta) | exact: (IHa _ v.+1 es ta) |].
by move/(IHq _ _ _ tq) => <-; rewrite -plusA.
Qed.
End Labels.

(* a table of 'C(x + y, x) *)
Section Binomials.
Variables (T : Type) (O : ops T).
Fixpoint run (acc : T) (r : seq T) : seq T := if r is a :: r then let s := op_add O acc a in s :: run s r else [::].
Fixpoint pascal (m : nat) (r : seq T) : rows T := if m is m.+1 then r :: pascal m (run (op0 O) r) else [::].
Fixpoint bins (tab : rows T) (a b : seq nat) : T :=
  match a, b with
  | x :: a, y :: b => let r := bins tab a b in if (x == 0%N) || (y == 0%N) then r else op_mul O (entry O tab x y) r
  | _, _ => op_int O 1
  end.

Variables (R : comRingType) (psi : T -> R).
Hypothesis O_psi : denotes O psi.

Lemma size_run acc r : size (run acc r) = size r.
Proof. by elim: r acc => //= a r IH acc; rewrite IH. Qed.

Lemma nth_run acc r y : (y < size r)%N -> psi (nth (op0 O) (run acc r) y) =
  psi acc + \sum_(j < y.+1) psi (nth (op0 O) r j).
Proof.
elim: r acc y => //= a r IH acc [|y] yr /=; first by rewrite big_ord_recl big_ord0 addr0 (denotesD O_psi).
by rewrite IH // (denotesD O_psi) [in RHS]big_ord_recl -addrA.
Qed.

Lemma pascalE C m w r : size r = C.+1 -> (forall y, (y <= C)%N -> psi (nth (op0 O) r y) = 'C(w + y, w)%:R) ->
  forall x y, (x < m)%N -> (y <= C)%N -> psi (entry O (pascal m r) x y) = 'C(w + x + y, w + x)%:R.
Proof.
elim: m w r => // m IH w r sr rE [|x] y xm yC; first by rewrite addn0 -rE.
rewrite addnS -addSn; apply: (IH w.+1 (run (op0 O) r)) => //; first by rewrite size_run.
move=> z zC; rewrite nth_run ?sr // (denotes0 O_psi) add0r.
under eq_bigr => j _ do rewrite (rE _ (leq_trans (ltn_ord j : j <= z)%N zC)).
rewrite -natr_sum; congr (_%:R); elim: z zC => [|z IHz] zC; first by rewrite big_ord_recl big_ord0 !addn0 !binn.
by rewrite big_ord_recr /= IHz ?(ltnW zC) // !(addnS, addSn) [RHS]binS.
Qed.

Definition bin_table C := pascal C.+1 (nseq C.+1 (op_int O 1)).

Lemma bin_tableE C x y : (x <= C)%N -> (y <= C)%N -> psi (entry O (bin_table C) x y) = 'C(x + y, x)%:R.
Proof.
move=> xC yC; rewrite (@pascalE C C.+1 0 (nseq C.+1 (op_int O 1))) ?size_nseq // => z zC.
by rewrite nth_nseq ltnS zC (denotesZ O_psi) bin0.
Qed.

Lemma binsE C n (a b : seq nat) : size a = n -> size b = n -> all (fun e => e <= C)%N a -> all (fun e => e <= C)%N b ->
  psi (bins (bin_table C) a b) = (\prod_(i < n) 'C(nth 0%N a i + nth 0%N b i, nth 0%N a i))%:R.
Proof.
elim: n a b => [|n IH] [|x a] [|y b] //=; first by rewrite big_ord0 (denotesZ O_psi).
case=> sa [sb] /andP[xC aC] /andP[yC bC]; rewrite big_ord_recl natrM -(IH a b) //=.
case: eqP => [->|_] /=; first by rewrite bin0 mul1r.
case: eqP => [->|_] /=; first by rewrite addn0 binn mul1r.
by rewrite (denotesM O_psi) bin_tableE.
Qed.
End Binomials.

Lemma sum_exact (R : zmodType) (I : finType) (T : eqType) (enc : I -> T) (L : seq T) (P : pred I) (f : T -> R) :
  injective enc -> uniq L -> (forall x, x \in L -> exists i, enc i = x) -> (forall i, (enc i \in L) = P i) ->
  \sum_(x <- L) f x = \sum_(i | P i) f (enc i).
Proof.
move=> encI uL img LP; have [L0 E] : exists L0, L = map enc L0.
  elim: L img {uL LP} => [|x L IH] img; first by exists [::].
  have [i ix] := img x (mem_head _ _); have [|L0 ->] := IH; first by move=> y yL; apply: img; rewrite inE yL orbT.
  by exists (i :: L0); rewrite /= ix.
rewrite E big_map big_uniq /=; last by rewrite -(map_inj_uniq encI) -E.
by apply: eq_bigl => i; rewrite -LP E mem_map.
Qed.

(* a row is a sum of members (k, a), a column one of members b *)
Notation member := (nat * seq nat)%type.
Record minor := Minor { m_label : label; m_rows : seq (seq member); m_cols : seq (seq (seq nat)) }.

Section Minors.
Variables (p : i63) (K n C : nat) (polys : seq (spoly i63)) (signs of_component : seq N) (tot : label).
Local Notation O := (mod_ops p).
Local Notation class k := (0%N, nth 0%num of_component k).

Definition cell tab (x : member) (b : seq nat) : i63 :=
  op_mul O (bins O tab x.2 b) (coefficient O (nth Zero polys x.1) (add_exps x.2 b)).
Definition line_cell tab (row : seq member) (col : seq (seq nat)) : i63 :=
  foldr (fun x acc => foldr (fun b acc => op_add O (cell tab x b) acc) acc col) (op0 O) row.

Definition small_exps (es : seq nat) := (size es == n) && all (fun e => e <= C)%N es.
Definition row_ok l (x : member) :=
  [&& (x.1 < K)%N, small_exps x.2 & plus (plus (class x.1) (label_of signs 0 x.2)) l == tot].
Definition col_ok l (b : seq nat) := small_exps b && (label_of signs 0 b == l).
Definition minor_ok m := [&& size (m_rows m) == size (m_cols m), all (all (row_ok (m_label m))) (m_rows m) &
  all (all (col_ok (m_label m))) (m_cols m)].
Definition minors_accept (ms : seq minor) (r : nat) : bool :=
  let tab := bin_table O C in
  [&& all (fun k => terms_ok signs (fun c => PrimInt63.eqb c 0) tot (class k) 0 (nth Zero polys k)) (iota 0 K),
      all minor_ok ms, uniq (map m_label ms), sumn [seq size (m_rows m) | m <- ms] == r &
      all (fun m => lu_unit p (size (m_rows m)) [seq [seq line_cell tab x b | b <- m_cols m] | x <- m_rows m]) ms].

Section Meaning.
Hypothesis pp : (1 < toZ p <= 2147483648)%cZ.
Local Notation R := 'Z_(Z.to_nat (toZ p)).
Local Notation psi := (psi p).
Local Notation O_psi := (mod_opsP pp).
Variables (B : nat) (Phi : 'I_K -> {mpoly R[n]}).
Hypothesis CB : (C <= B)%N.
Hypothesis polysE : forall k : 'I_K,
  value (@mpolyC _ _ \o psi) (of_vars [comRingType of R] (@id 'I_n)) 0 (nth Zero polys k) = Phi k.
Local Notation exps := (expo n B.+1).

Definition exp_list (a : exps) : seq nat := [seq (a i : nat) | i <- enum 'I_n].
Definition member_of (ka : 'I_K * exps) : member := (ka.1 : nat, exp_list ka.2).

Lemma nth_exp_list a (i : 'I_n) : nth 0%N (exp_list a) i = a i.
Proof. by rewrite (nth_map i) ?size_enum_ord // nth_ord_enum. Qed.
Lemma size_exp_list a : size (exp_list a) = n. Proof. by rewrite size_map size_enum_ord. Qed.
Lemma exp_list_inj : injective exp_list.
Proof. by move=> a b E; apply/ffunP => i; apply/ord_inj; rewrite -!nth_exp_list E. Qed.
Lemma member_of_inj : injective member_of.
Proof. by case=> k a [k' a'] [/ord_inj -> /exp_list_inj ->]. Qed.

Lemma small_exp_list es : small_exps es -> exists a, exp_list a = es.
Proof.
case/andP=> /eqP sz /allP le; exists [ffun i : 'I_n => inord (nth 0%N es i)].
apply: (@eq_from_nth _ 0%N) => [|i]; rewrite size_exp_list // => lt.
rewrite (nth_exp_list _ (Ordinal lt)) ffunE inordK // ltnS; apply: leq_trans CB.
by apply: le; rewrite mem_nth // sz.
Qed.

Lemma coefficient_psi (k : 'I_K) a b :
  psi (coefficient O (nth Zero polys k) (add_exps (exp_list a) (exp_list b))) = (Phi k)@_(mnm_add a b).
Proof.
rewrite -polysE; symmetry; apply: (coefficientE O_psi (@inj_id _)); first by rewrite size_add_exps ?size_exp_list.
split=> [i _|t _]; last by exists t.
by rewrite mnmE subn0 nth_add_exps !nth_exp_list.
Qed.

Lemma cellE ka b : all (fun e => e <= C)%N (exp_list ka.2) -> all (fun e => e <= C)%N (exp_list b) ->
  psi (cell (bin_table O C) (member_of ka) (exp_list b)) = hankel1 (Phi ka.1) ka.2 b.
Proof.
move=> sa sb; rewrite /cell (denotesM O_psi) (binsE O_psi (size_exp_list _) (size_exp_list _) sa sb) coefficient_psi.
rewrite /hankel1 -[RHS]mulr_natl /mnm_bin; congr (_%:R * _).
by apply: eq_bigr => i _; rewrite !nth_exp_list.
Qed.

Lemma line_cellE tab row col : psi (line_cell tab row col) = \sum_(x <- row) \sum_(b <- col) psi (cell tab x b).
Proof.
rewrite /line_cell; elim: row => [|x row IH]; first by rewrite big_nil (denotes0 O_psi).
rewrite big_cons /= -IH; move: (foldr _ _ row) => acc {IH}; elim: col => [|b col IHc]; first by rewrite big_nil add0r.
by rewrite big_cons /= (denotesD O_psi) IHc addrA.
Qed.

Variables (LA LB : finType) (lam : 'I_K * exps -> LA) (mu : exps -> LB).
(* the members of a row are those of one line *)
Definition is_row (row : seq member) rho := uniq row /\ forall ka, (member_of ka \in row) = (lam ka == rho).
Definition is_col (col : seq (seq nat)) kappa := uniq col /\ forall b, (exp_list b \in col) = (mu b == kappa).

Lemma line_cell_hankel l l' row col rho kappa : all (row_ok l) row -> all (col_ok l') col ->
  is_row row rho -> is_col col kappa -> psi (line_cell (bin_table O C) row col) = hankel_lines lam mu Phi rho kappa.
Proof.
move=> /allP okr /allP okc [ur rE] [uc cE]; rewrite line_cellE /hankel_lines.
rewrite (sum_exact _ member_of_inj ur _ rE) => [|x /okr /and3P[kK /small_exp_list[a aE] _]]; last first.
  by exists (Ordinal kK, a); rewrite /member_of /= aE; case: (x).
apply: eq_bigr => ka Eka; rewrite (sum_exact _ exp_list_inj uc _ cE) => [|b /okc /andP[/small_exp_list[a aE] _]];
  last by exists a.
apply: eq_bigr => b Eb; apply: cellE.
  by have := rE ka; rewrite Eka => /okr/and3P[_ /andP[]].
by have := cE b; rewrite Eb => /okc/andP[/andP[]].
Qed.

(* rows and columns of minors with distinct labels *)
Lemma line_cell_off l l' row col : l != l' -> all (row_ok l) row -> all (col_ok l') col ->
  all (fun k => terms_ok signs (fun c => PrimInt63.eqb c 0) tot (class k) 0 (nth Zero polys k)) (iota 0 K) ->
  psi (line_cell (bin_table O C) row col) = 0.
Proof.
move=> ll' /allP okr /allP okc /allP terms; rewrite line_cellE big_seq big1 // => x /okr/and3P[kK _ /eqP xl].
rewrite big_seq big1 // => b /okc/andP[_ /eqP bl]; rewrite /cell (denotesM O_psi).
have /terms ok : x.1 \in iota 0 K by rewrite mem_iota.
set c := coefficient _ _ _; case E : (PrimInt63.eqb c 0).
  by move/Uint63.eqb_spec: E => ->; rewrite (denotes0 O_psi) mulr0.
have nz : ~~ PrimInt63.eqb c 0 by rewrite E.
have := @terms_okP signs _ O (fun c => PrimInt63.eqb c 0) _ _ _ _ (add_exps x.2 b) isT ok nz.
by rewrite label_add bl plusA -xl => /plusI ll; rewrite ll eqxx in ll'.
Qed.

Theorem minors_det ms r : minors_accept ms r ->
  (forall b, b \in map (fun m => (m_rows m, m_cols m)) ms ->
    (forall l row, row \in b.1 -> all (row_ok l) row -> exists rho, is_row row rho) /\
    (forall l col, col \in b.2 -> all (col_ok l) col -> exists kappa, is_col col kappa)) ->
  exists (rho : 'I_r -> LA) (kappa : 'I_r -> LB), \det (\matrix_(i, j) hankel_lines lam mu Phi (rho i) (kappa j)) != 0.
Proof.
pose m0 := Minor (0%N, 0%num) [::] [::].
case/and5P=> terms /(all_nthP m0) oks ul /eqP <- /(all_nthP m0) lus lines.
pose bs := [seq (m_rows m, m_cols m) | m <- ms].
have sE : [seq size (m_rows m) | m <- ms] = [seq size b.1 | b <- bs] by rewrite -map_comp.
have nthb i : (i < size ms)%N -> nth ([::], [::]) bs i = (m_rows (nth m0 ms i), m_cols (nth m0 ms i)).
  by move=> ims; rewrite (nth_map m0).
have sbs : size bs = size ms by rewrite size_map.
have s2 : sumn [seq size b.1 | b <- bs] = sumn [seq size b.2 | b <- bs].
  congr sumn; apply: (@eq_from_nth _ 0%N); rewrite !size_map // => i im.
  by rewrite !(nth_map ([::], [::])) ?size_map // nthb //=; case/and3P: (oks i im) => /eqP.
rewrite sE; set r0 := sumn _ in s2 *; pose tab := bin_table O C.
have := @det_blocks [comUnitRingType of R] [eqType of seq member] [eqType of seq (seq nat)] [::] [::]
  (fun row col => psi (line_cell tab row col)) bs.
rewrite -/r0 /= sbs => U.
have row_in (i : 'I_r0) : nth [::] (flatten (map fst bs)) i \in flatten (map fst bs).
  by rewrite mem_nth // size_flatten /shape -map_comp.
have col_in (i : 'I_r0) : nth [::] (flatten (map snd bs)) i \in flatten (map snd bs).
  by rewrite mem_nth // size_flatten /shape -map_comp -[X in (_ < X)%N]s2.
have okr row : row \in flatten (map fst bs) -> exists l, all (row_ok l) row.
  case/flattenP=> _ /mapP[_ /(nthP ([::], [::]))[i im <-] ->] rb; rewrite sbs in im; exists (m_label (nth m0 ms i)).
  by case/and3P: (oks i im) => _ /allP H _; apply: H; rewrite nthb in rb.
have okc col : col \in flatten (map snd bs) -> exists l, all (col_ok l) col.
  case/flattenP=> _ /mapP[_ /(nthP ([::], [::]))[i im <-] ->] cb; rewrite sbs in im; exists (m_label (nth m0 ms i)).
  by case/and3P: (oks i im) => _ _ /allP H; apply: H; rewrite nthb in cb.
have rowP (i : 'I_r0) : exists rho, is_row (nth [::] (flatten (map fst bs)) i) rho.
  have [l okl] := okr _ (row_in i); have /flattenP[s /mapP[b bb E] rb] := row_in i; rewrite E in rb.
  by have [/(_ l _ rb okl)] := lines b bb.
have colP (i : 'I_r0) : exists kappa, is_col (nth [::] (flatten (map snd bs)) i) kappa.
  have [l okl] := okc _ (col_in i); have /flattenP[s /mapP[b bb E] cb] := col_in i; rewrite E in cb.
  by have [_ /(_ l _ cb okl)] := lines b bb.
have [[rho rhoE] [kappa kappaE]] := (fin_all_exists rowP, fin_all_exists colP).
exists rho, kappa; rewrite (_ : \matrix_(i, j) _ = \matrix_(k < r0, l < r0) psi (line_cell tab
    (nth [::] (flatten (map fst bs)) k) (nth [::] (flatten (map snd bs)) l))); last first.
  apply/matrixP=> i j; rewrite !mxE; symmetry; have [l okl] := okr _ (row_in i); have [l' okl'] := okc _ (col_in j).
  exact: line_cell_hankel okl okl' (rhoE i) (kappaE j).
apply/negP => /eqP D; suff: (0 : R) \is a GRing.unit by rewrite unitr0.
rewrite -D; apply: U => [i j /andP[ij jm] x y|i im].
  have im := ltn_trans ij jm; rewrite !nthb // => xi yj; have /and3P[_ /allP ri _] := oks i im;
    have /and3P[_ _ /allP cj] := oks j jm.
  apply: line_cell_off (ri x xi) (cj y yj) terms.
  have := ltn_eqF ij; rewrite -(nth_uniq (0%N, 0%num) _ _ ul) ?size_map // !(nth_map m0) // => /negbT.
  by [].
rewrite nthb //=; have /and3P[/eqP sz _ _] := oks i im; split=> //.
have := lu_unitP (proj1 pp) (lus i im); rewrite (_ : \matrix_(k, l) _ = \matrix_(k < size (m_rows (nth m0 ms i)), l < _)
  psi (line_cell tab (nth [::] (m_rows (nth m0 ms i)) k) (nth [::] (m_cols (nth m0 ms i)) l))) //.
apply/matrixP=> k l; rewrite !mxE (nth_map [::]) // (nth_map [::]) // -sz //.
Qed.
End Meaning.
End Minors.

(* all exponents of degree m in n variables *)
Fixpoint all_exps (n m : nat) : seq (seq nat) :=
  if n is n'.+1 then flatten [seq [seq e :: es | es <- all_exps n' (m - e)] | e <- iota 0 m.+1]
  else if m == 0%N then [:: [::]] else [::].

Lemma mem_all_exps n m es : (es \in all_exps n m) = (size es == n) && (sumn es == m).
Proof.
elim: n m es => [|n IH] m es; first by rewrite /=; case: m; case: es.
apply/flattenP/andP => [[_ /mapP[e em ->] /mapP[es']]|].
  rewrite IH mem_iota ltnS in em * => /andP[/eqP sz /eqP sm] ->; rewrite /= sz sm eqxx; split=> //; apply/eqP; lia.
case: es => [|e es] []; first by [].
rewrite [size _]/= [sumn _]/= eqSS => sz /eqP sm; exists [seq e :: es | es <- all_exps n (m - e)].
  by apply/mapP; exists e => //; rewrite mem_iota; lia.
by apply/mapP; exists es => //; rewrite IH sz /=; apply/eqP; lia.
Qed.

Lemma uniq_all_exps n m : uniq (all_exps n m).
Proof.
elim: n m => [|n IH] m; first by rewrite /=; case: m.
rewrite -[all_exps n.+1 m]/(flatten [seq [seq e :: es | es <- all_exps n (m - e)] | e <- iota 0 m.+1]).
elim: (iota 0 m.+1) (iota_uniq 0 m.+1) => //= e s IHs /andP[es us].
rewrite cat_uniq map_inj_uniq ?IH ?IHs // => [|x y [] //]; rewrite andbT /=.
apply/hasPn => x /flattenP[_ /mapP[e' e's ->] /mapP[y _ ->]]; apply/mapP => -[z _ [E _]].
by rewrite -E e's in es.
Qed.

(* the monomial of degree j in n variables with the number a, as the variables in it from the last one on *)
Fixpoint last_variable (fuel v : nat) (j c a : N) : nat * N :=   (* c = 'C(v + j - 1, j) <= a *)
  if fuel is fuel.+1 then
    let c' := if v is 0 then 1%bN else (c * (N.of_nat v + j) / N.of_nat v)%bN in
    if (c' <=? a)%bN then last_variable fuel v.+1 j c' a else (v, c)
  else (v, c).
Fixpoint unrank (n j : nat) (a : N) : seq nat :=
  if j is j'.+1 then let: (v, c) := last_variable n 0 (N.of_nat j) 0 a in v :: unrank n j' (a - c)%bN
  else if (a =? 0)%bN then [::] else [:: n].
(* its exponents; none of degree j if there is no such monomial *)
Definition numbered_exps (n j : nat) (a : N) : seq nat :=
  let vs := unrank n j a in if all (fun v => v < n)%N vs then mkseq (fun v => count (eqn v) vs) n else [::].

(* rows and columns by number *)
Section Numbered.
Variables (K n C : nat).
Definition full_rows (b : nat) (ns : seq N) : seq (seq (nat * seq nat)) :=
  [seq [:: (N.to_nat (a mod N.of_nat K)%bN, numbered_exps n (C - b) (a / N.of_nat K)%bN)] | a <- ns].
Definition full_cols (b : nat) (ns : seq N) : seq (seq (seq nat)) := [seq [:: numbered_exps n b a] | a <- ns].

(* of one token: all members of a monomial in its entries, variable t being the product of the entries at prs t *)
Variables (d : nat) (prs : seq (nat * nat)).
Fixpoint token_degree (prs : seq (nat * nat)) (es : seq nat) (j : nat) : nat :=
  match prs, es with
  | kl :: prs, e :: es => ((if e is 0 then 0 else e * ((kl.1 == j) + (kl.2 == j))) + token_degree prs es j)%N
  | _, _ => 0%N
  end.
Definition token_exps es : seq nat := mkseq (token_degree prs es) d.
Definition token_exps1 (x : nat * seq nat) : seq nat := mkseq (fun j => (x.1 == j) + token_degree prs x.2 j)%N d.
Definition with_exps T (table : seq (seq nat * T)) (rho : seq nat) : seq T := [seq e.2 | e <- table & e.1 == rho].
Definition token_rows (b : nat) (ns : seq N) : seq (seq (nat * seq nat)) :=
  let m := (2 * (C - b)).+1 in
  let table := [seq (token_exps1 x, x) | x <- [seq (k, es) | k <- iota 0 K, es <- all_exps n (C - b)]] in
  [seq let rho := numbered_exps d m a in
    if (size rho == d) && (sumn rho == m) then with_exps table rho else [:: (K, [::])] | a <- ns].
Definition token_cols (b : nat) (ns : seq N) : seq (seq (seq nat)) :=
  let m := (2 * b)%N in
  let table := [seq (token_exps es, es) | es <- all_exps n b] in
  [seq let rho := numbered_exps d m a in
    if (size rho == d) && (sumn rho == m) then with_exps table rho else [:: [:: C.+1]] | a <- ns].
End Numbered.

(* (1, 0), (1, 1), .. : the entries of a symmetric matrix by number *)
Fixpoint pairs (d : nat) : seq (nat * nat) := if d is d'.+1 then pairs d' ++ [seq (d', j) | j <- iota 0 d] else [::].
Definition pair_number d i j := index (maxn i j, minn i j) (pairs d).

Lemma pairsS d : pairs d.+1 = pairs d ++ [seq (d, j) | j <- iota 0 d.+1]. Proof. by []. Qed.

Lemma mem_pairs d i j : ((i, j) \in pairs d) = (j <= i < d)%N.
Proof.
elim: d => [|d IH]; first by rewrite ltn0 andbF.
rewrite pairsS mem_cat IH; apply/orP/andP => [[/andP[-> id]|/mapP[k]]|[ji]]; first by split=> //; apply: ltnW.
  by rewrite mem_iota => kd [-> ->]; split=> //; lia.
rewrite ltnS leq_eqVlt => /orP[/eqP E|id]; last by left; rewrite ji.
by right; apply/mapP; exists j; rewrite ?mem_iota ?E //; lia.
Qed.

Lemma uniq_pairs d : uniq (pairs d).
Proof.
elim: d => // d IH; rewrite pairsS cat_uniq IH map_inj_uniq ?iota_uniq ?andbT => [|x y []//].
by apply/hasPn => _ /mapP[j _ ->]; have := mem_pairs d d j; rewrite ltnn andbF => /negbT.
Qed.

Lemma with_expsE (T : Type) (f : T -> seq nat) (s : seq T) rho :
  with_exps [seq (f x, x) | x <- s] rho = [seq x <- s | f x == rho].
Proof. by rewrite /with_exps; elim: s => //= x s IH; case: ifP => _; rewrite /= IH. Qed.

(* members and lines *)
Section Lines.
Variables (K n C B : nat).
Hypothesis CB : (C <= B)%N.
Local Notation exps := (expo n B.+1).

Lemma full_row ns b l (signs of_component : seq N) tot row : row \in full_rows K n C b ns ->
  all (row_ok K n C signs of_component tot l) row -> exists rho, is_row (id : 'I_K * exps -> _) row rho.
Proof.
case/mapP=> a _ ->; rewrite all_seq1 => /and3P[/= kK /(small_exp_list CB)[es esE] _].
exists (Ordinal kK, es); split=> // ka; rewrite -esE mem_seq1.
by rewrite -[(_, _)]/(member_of (Ordinal kK, es)) (inj_eq (@member_of_inj _ _ _)).
Qed.

Lemma full_col ns b l (signs : seq N) col : col \in full_cols n b ns ->
  all (col_ok n C signs l) col -> exists kappa, is_col (id : exps -> _) col kappa.
Proof.
case/mapP=> a _ ->; rewrite all_seq1 => /andP[/(small_exp_list CB)[es esE] _].
by exists es; split=> // b'; rewrite -esE mem_seq1 (inj_eq (@exp_list_inj _ _)).
Qed.

Variables (d : nat) (prs : seq (nat * nat)) (pr : 'I_n -> 'I_d * 'I_d).
Hypothesis prE : forall t : 'I_n, nth (0, 0)%N prs t = ((pr t).1 : nat, (pr t).2 : nat).
Hypotheses (sz : size prs = n) (n0 : (0 < n)%N).

Lemma token_degreeE (a : exps) (j : 'I_d) : token_degree prs (exp_list a) j = token_exp pr a j.
Proof.
have H ps es : size ps = size es -> token_degree ps es j =
    (\sum_(t < size ps) nth 0 es t * (((nth (0, 0) ps t).1 == j) + ((nth (0, 0) ps t).2 == j)))%N.
  elim: ps es => [|kl ps IH] [|e es] //= => [|[/IH ->]]; first by rewrite big_ord0.
  by rewrite big_ord_recl /=; case: e.
rewrite H ?size_exp_list // sz; apply: eq_bigr => t _; rewrite nth_exp_list prE /=.
by rewrite -!val_eqE.
Qed.

Lemma sum_token_degree (a : exps) : (\sum_(j < d) token_exp pr a j = 2 * sumn (exp_list a))%N.
Proof.
rewrite /token_exp exchange_big /= sumnE big_map big_enum big_distrr; apply: eq_bigr => t _ /=.
rewrite -big_distrr big_split /=.
have one (q : 'I_d) : (\sum_(j < d) (q == j) = 1)%N.
  by rewrite (bigD1 q) //= eqxx big1 // => j nj; rewrite eq_sym (negPf nj).
by rewrite !one mulnC.
Qed.

Lemma token_expsE (a : exps) : token_exps d prs (exp_list a) = [seq (token_col pr a j : nat) | j <- enum 'I_d].
Proof.
rewrite /token_exps; apply: (@eq_from_nth _ 0%N) => [|i]; rewrite size_mkseq;
  [by rewrite size_map size_enum_ord | move=> id].
rewrite nth_mkseq // (nth_map (Ordinal id)) ?size_enum_ord // (nth_ord_enum _ (Ordinal id)) token_colE.
by rewrite -token_degreeE.
Qed.

Lemma token_exps1E (k : 'I_d) (a : exps) :
  token_exps1 d prs (k : nat, exp_list a) = [seq (token_row pr (k, a) j : nat) | j <- enum 'I_d].
Proof.
rewrite /token_exps1; apply: (@eq_from_nth _ 0%N) => [|i]; rewrite size_mkseq;
  [by rewrite size_map size_enum_ord | move=> id].
rewrite nth_mkseq // (nth_map (Ordinal id)) ?size_enum_ord // (nth_ord_enum _ (Ordinal id)) token_rowE.
by rewrite -token_degreeE /= -val_eqE.
Qed.

(* a list of exponents of one token as one of token_row *)
Lemma token_line rho m : size rho = d -> sumn rho = m -> (m <= 2 * C + 1)%N ->
  exists r : expo d (token_bound n B.+1), [seq (r j : nat) | j <- enum 'I_d] = rho.
Proof.
move=> sr sm mC; exists [ffun j : 'I_d => inord (nth 0%N rho j)].
apply: (@eq_from_nth _ 0%N) => [|i]; rewrite size_map size_enum_ord // => id.
rewrite (nth_map (Ordinal id)) ?size_enum_ord // (nth_ord_enum _ (Ordinal id)) ffunE inordK // /token_bound.
have : (nth 0%N rho i <= sumn rho)%N.
  rewrite sumnE (big_nth 0%N) big_mkord sr (bigD1 (Ordinal id)) //=; apply: leq_addr.
have := leq_pmull B.+1 n0; rewrite sm -mulnA /=; lia.
Qed.

Lemma token_list_inj : injective (fun r : expo d (token_bound n B.+1) => [seq (r j : nat) | j <- enum 'I_d]).
Proof. exact: (@exp_list_inj d). Qed.

Lemma token_col_line ns b l (signs : seq N) col : (b <= C)%N -> col \in token_cols n C d prs b ns ->
  all (col_ok n C signs l) col -> exists kappa, is_col (token_col pr : exps -> _) col kappa.
Proof.
move=> bC /mapP[a _ ->]; cbv zeta; case: ifP => [/andP[/eqP sr /eqP sm] _|_]; last first.
  by rewrite all_seq1 /col_ok /small_exps /= ltnn !andbF.
set rho := numbered_exps _ _ _ in sr sm *; have [|r rE] := token_line sr sm; first by lia.
exists r; rewrite with_expsE; split=> [|a']; first by rewrite filter_uniq ?uniq_all_exps.
rewrite mem_filter token_expsE -rE (inj_eq token_list_inj) mem_all_exps size_exp_list eqxx.
case: eqP => //= E; apply/eqP; have := sum_token_degree a'.
under eq_bigr do rewrite -token_colE E.
have -> : (\sum_(j < d) r j = sumn rho)%N by rewrite -rE sumnE big_map big_enum.
by rewrite sm; lia.
Qed.

Lemma token_row_line ns b l (signs of_component : seq N) tot row : (b <= C)%N -> row \in token_rows d n C d prs b ns ->
  all (row_ok d n C signs of_component tot l) row ->
  exists rho, is_row (token_row pr : 'I_d * exps -> _) row rho.
Proof.
move=> bC /mapP[a _ ->]; cbv zeta; case: ifP => [/andP[/eqP sr /eqP sm] _|_]; last by rewrite all_seq1 /row_ok /= ltnn.
set rho := numbered_exps _ _ _ in sr sm *; have [|r rE] := token_line sr sm; first by lia.
exists r; rewrite with_expsE; split=> [|[k a']].
  rewrite filter_uniq // allpairs_uniq ?iota_uniq ?uniq_all_exps // => -[x y] [x' y'] _ _ //.
rewrite mem_filter token_exps1E -rE (inj_eq token_list_inj).
case: eqP => //= E; apply/allpairsP; exists (k : nat, exp_list a').
rewrite mem_iota ltn_ord mem_all_exps size_exp_list eqxx; split=> //=; apply/eqP.
have := sum_token_degree a'.
have : (\sum_(j < d) token_row pr (k, a') j = sumn rho)%N by rewrite E -rE sumnE big_map big_enum.
under eq_bigr do rewrite token_rowE /=.
rewrite big_split /= (bigD1 k) //= eqxx big1 => [|j nj]; last by rewrite eq_sym (negPf nj).
by rewrite sm; lia.
Qed.
End Lines.

(* from numbers modulo p to numbers of a field, both of them images of the ring R0 *)
Section Transfer.
Variables (K n : nat) (R0 : comRingType) (Phi : 'I_K -> {mpoly R0[n]}).
Variables (B : nat) (LA LB : finType) (lam : 'I_K * expo n B -> LA) (mu : expo n B -> LB).

Lemma hankel_lines_map (R : comRingType) (g : {rmorphism R0 -> R}) rho kappa :
  hankel_lines lam mu (fun k => map_mpoly g (Phi k)) rho kappa = g (hankel_lines lam mu Phi rho kappa).
Proof.
rewrite /hankel_lines rmorph_sum; apply: eq_bigr => ka _; rewrite rmorph_sum; apply: eq_bigr => b _ /=.
by rewrite /hankel1 mcoeff_map_mpoly /= rmorphMn.
Qed.

Lemma det_hankel_lines (R R' : comRingType) (g : {rmorphism R0 -> R}) (g' : {rmorphism R0 -> R'}) r
    (rho : 'I_r -> LA) (kappa : 'I_r -> LB) : injective g' ->
  \det (\matrix_(i, j) hankel_lines lam mu (fun k => map_mpoly g (Phi k)) (rho i) (kappa j)) != 0 ->
  \det (\matrix_(i, j) hankel_lines lam mu (fun k => map_mpoly g' (Phi k)) (rho i) (kappa j)) != 0.
Proof.
move=> inj; have E (R1 : comRingType) (h : {rmorphism R0 -> R1}) :
    \det (\matrix_(i, j) hankel_lines lam mu (fun k => map_mpoly h (Phi k)) (rho i) (kappa j)) =
    h (\det (\matrix_(i, j) hankel_lines lam mu Phi (rho i) (kappa j))).
  by rewrite -det_map_mx; congr (\det _); apply/matrixP=> i j; rewrite !mxE hankel_lines_map.
rewrite !E; set D := \det _; apply: contraNneq => D0; rewrite (_ : D = 0) ?rmorph0 //.
by apply: inj; rewrite D0 rmorph0.
Qed.

Definition exponent_bound (C : nat) : nat := maxn C (\max_(k < K) msize (Phi k)).

Lemma msize_Phi (F : comRingType) (g : {rmorphism R0 -> F}) C k :
  (msize (map_mpoly g (Phi k)) <= (exponent_bound C).+1)%N.
Proof.
apply: (@leq_trans (msize (Phi k))).
  rewrite [X in (X <= _)%N]msizeE; apply/bigmax_leqP_seq => m mq _; apply: msize_mdeg_lt; move: mq.
  by rewrite !mcoeff_msupp mcoeff_map_mpoly; apply: contra_neq => ->; rewrite /= rmorph0.
apply: leqW; apply: leq_trans (leq_maxr _ _); exact: (@leq_bigmax _ (fun k => msize (Phi k))).
Qed.
End Transfer.

(* the form of 3.1 in the entries of a symmetric matrix *)
Section Form.
Variable d : nat.
Local Notation n := (size (pairs d)).

Lemma pair_number_lt (i j : 'I_d) : (pair_number d i j < n)%N.
Proof. by rewrite index_mem mem_pairs; have := ltn_ord i; have := ltn_ord j; lia. Qed.
Definition var_of (i j : 'I_d) : 'I_n := Ordinal (pair_number_lt i j).

Lemma pair_lt (t : 'I_n) : ((nth (0, 0) (pairs d) t).2 <= (nth (0, 0) (pairs d) t).1 < d)%N.
Proof. by have := mem_nth (0, 0)%N (ltn_ord t); case: (nth _ _ _) => a b; rewrite mem_pairs. Qed.
Lemma pair_lt2 (t : 'I_n) : ((nth (0, 0) (pairs d) t).2 < d)%N.
Proof. by case/andP: (pair_lt t) => le; apply: leq_ltn_trans. Qed.
Definition pair_of (t : 'I_n) : 'I_d * 'I_d := (Ordinal (proj2 (andP (pair_lt t))), Ordinal (pair_lt2 t)).

Lemma pair_of_nth (t : 'I_n) : nth (0, 0)%N (pairs d) t = ((pair_of t).1 : nat, (pair_of t).2 : nat).
Proof. by rewrite /=; case: (nth _ _ _). Qed.
Lemma pair_of_le t : ((pair_of t).2 <= (pair_of t).1)%N. Proof. by case/andP: (pair_lt t). Qed.
Lemma pair_of_inj : injective pair_of.
Proof.
move=> t t' E; apply/ord_inj/eqP; rewrite -(nth_uniq (0, 0)%N _ _ (uniq_pairs d)) // !pair_of_nth E //.
Qed.
Lemma pair_of_var i j : pair_of (var_of i j) = if (j <= i)%N then (i, j) else (j, i).
Proof.
have H : nth (0, 0)%N (pairs d) (var_of i j) = (maxn i j, minn i j).
  by rewrite nth_index // mem_pairs; have := ltn_ord i; have := ltn_ord j; lia.
move: (pair_of_nth (var_of i j)); rewrite H; case: (pair_of _) => a b [].
by case: leqP => ij E1 E2; congr (_, _); apply/ord_inj; move: E1 E2 => /=; lia.
Qed.

Definition gram_vars (R : comRingType) : 'M[{mpoly R[n]}]_d := \matrix_(i, j) 'X_(var_of i j).
Definition attention_form (R : comRingType) (Ws : seq (seq (head R d))) (p k : 'I_d) : {mpoly R[n]} :=
  netP (map_net [rmorphism of @mpolyC n R] Ws) (gram_vars R) k p.

Lemma map_lit_weights (R R' : comRingType) (g : {rmorphism R -> R'}) ws : map_net g (lit_net R d ws) = lit_net R' d ws.
Proof.
rewrite /map_net /lit_net -map_comp; apply: eq_map => H /=; rewrite -map_comp; apply: eq_map => wv /=.
by rewrite /map_head /= !map_lit.
Qed.

Lemma map_net_square (R R1 R2 R' : comRingType) (f : {rmorphism R -> R1}) (g : {rmorphism R1 -> R'})
    (f' : {rmorphism R -> R2}) (g' : {rmorphism R2 -> R'}) (Ws : seq (seq (head R d))) :
  (forall a, g (f a) = g' (f' a)) ->
  map_net g (map_net f Ws) = map_net g' (map_net f' Ws).
Proof.
move=> E; rewrite /map_net -!map_comp; apply: eq_map => H /=; rewrite -!map_comp; apply: eq_map => wv /=.
by rewrite /map_head /=; congr (_, _); apply/matrixP=> a b; rewrite !mxE E.
Qed.

Lemma attention_form_map (R R' : comRingType) (g : {rmorphism R -> R'}) Ws p k :
  map_mpoly g (attention_form Ws p k) = attention_form (map_net g Ws) p k.
Proof.
have := netP_map [rmorphism of map_mpoly g] (map_net [rmorphism of @mpolyC n R] Ws) (gram_vars R).
move/matrixP/(_ k p); rewrite mxE => ->; congr (netP _ _ k p).
  by apply: map_net_square => a; apply: map_mpolyC; rewrite ?rmorph0.
by apply/matrixP=> i j; rewrite !mxE /= map_mpolyX.
Qed.

Lemma attention_form_eval (R : comRingType) Ws (p k : 'I_d) (w : 'I_n -> R) (G : 'M[R]_d) :
  (forall i j, G i j = w (var_of i j)) -> (attention_form Ws p k).@[w] = netP Ws G k p.
Proof.
move=> Gw; have := netP_map [rmorphism of meval w] (map_net [rmorphism of @mpolyC n R] Ws) (gram_vars R).
move/matrixP/(_ k p); rewrite mxE => ->; congr (netP _ _ k p).
  rewrite (map_net_square (f' := [rmorphism of idfun]) (g' := [rmorphism of idfun])) => [|a]; last exact: mevalC.
  have E M : map_mx (idfun : R -> R) M = M :> 'M_d by apply/matrixP=> a b; rewrite mxE.
  rewrite /map_net -map_comp map_id_in // => H _ /=; rewrite -map_comp map_id_in // => -[W V] _.
  by rewrite /map_head /= !E.
by apply/matrixP=> i j; rewrite !mxE /= mevalXU Gw.
Qed.
End Form.

(* its evaluation, of the last layer one column *)
Section FormOps.
Variables (T : Type) (O : ops T) (d : nat) (G : rows T).
(* P W P^T G P V, of m rows of V^T *)
Definition head_ops m (P : rows T) (W : rows Z) (V : rows T) : rows T :=
  let S := mul_ops O d (mul_ops O d P (tr_ops O d (lits O W))) P in
  mul_ops O d S (tr_ops O m (mul_ops O d G (tr_ops O m (mul_ops O d P V)))).
Definition layer_ops m (cut : rows T -> rows T) (P : rows T) (H : seq (rows Z * rows Z)) : rows T :=
  foldr (fun wv => add_ops O (head_ops m P wv.1 (cut (tr_ops O d (lits O wv.2))))) [::] H.
Fixpoint form_ops (P : rows T) (ws : seq (seq (rows Z * rows Z))) (p : nat) : seq T :=
  match ws with
  | [::] => mkseq (fun k => entry O P k p) d
  | [:: H] => let M := layer_ops 1 (fun V => [:: nth [::] V p]) P H in mkseq (fun k => entry O M k 0) d
  | H :: ws => form_ops (layer_ops d id P H) ws p
  end.

Variables (R : comRingType) (psi : T -> R).
Hypothesis O_psi : denotes O psi.
Local Notation mx := (mx_ops O psi).

Lemma mx_head m P W V : mx d m (head_ops m P W V) =
  mx d d P *m lit R d d W *m (mx d d P)^T *m mx d d G *m mx d d P *m (mx m d V)^T.
Proof.
by rewrite /head_ops !(mx_mul O_psi) !mx_tr (mx_mul O_psi) mx_tr (mx_mul O_psi) (mx_lits O_psi) !trmxK !mulmxA.
Qed.

Lemma mx_layer P H : mx d d (layer_ops d id P H) =
  stepP (mx d d G) (mx d d P) [seq (lit R d d wv.1, lit R d d wv.2) | wv <- H].
Proof.
rewrite /stepP big_map; elim: H => [|wv H IH]; first by rewrite (mx_nil O_psi) big_nil.
by rewrite big_cons -IH /= (mx_add O_psi) mx_head mx_tr (mx_lits O_psi) trmxK.
Qed.

Lemma mx_last P H (p : 'I_d) : mx d 1 (layer_ops 1 (fun V => [:: nth [::] V p]) P H) =
  col p (stepP (mx d d G) (mx d d P) [seq (lit R d d wv.1, lit R d d wv.2) | wv <- H]).
Proof.
rewrite /stepP big_map; elim: H => [|wv H IH]; first by rewrite (mx_nil O_psi) big_nil col0.
have colD (A C : 'M[R]_d) : col p (A + C) = col p A + col p C by apply/matrixP=> a b; rewrite !mxE.
rewrite big_cons colD -IH /= (mx_add O_psi) mx_head; congr (_ + _); rewrite [RHS]colE -[RHS]mulmxA; congr (_ *m _).
rewrite -[RHS]colE; apply/matrixP=> a b; rewrite !mxE ord1 -(entry_lits O_psi) -(entry_tr O _ _ (ltn_ord p)) //.
Qed.

Lemma form_opsE P ws (p k : 'I_d) :
  psi (nth (op0 O) (form_ops P ws p) k) = foldl (stepP (mx d d G)) (mx d d P) (lit_net R d ws) k p.
Proof.
elim: ws P => [|H ws IH] P; first by rewrite nth_mkseq // mxE.
case: ws IH => [_|H' ws IH]; last by rewrite -[form_ops _ _ _]/(form_ops (layer_ops d id P H) (H' :: ws) p) IH mx_layer.
rewrite /= nth_mkseq //; have /matrixP/(_ k 0) := mx_last P H p.
by rewrite !mxE.
Qed.
End FormOps.

(* the evidence of a file *)
Record block := Block { block_degree : nat; block_rows : seq N; block_cols : seq N }.

Section Evidence.
Variables (p : i63) (C : nat) (signs of_component : seq N) (polys : seq (spoly i63)).
(* of a term that is not 0 *)
Fixpoint some_label (acc : label) v (q : spoly i63) : option label :=
  match q with
  | Zero => None
  | Const c => if PrimInt63.eqb c 0 then None else Some acc
  | Step a q => if some_label acc v.+1 a is Some l then Some l else some_label (plus acc (lab signs v)) v q
  end.
Definition function_class : N :=
  foldr (fun kq c => if some_label (0%N, nth 0%num of_component kq.1) 0 kq.2 is Some l then l.2 else c) 0%num
    (zip (iota 0 (size polys)) polys).
Definition cols_class (cols : seq (seq (seq nat))) : N :=
  if cols is (b :: _) :: _ then (label_of signs 0 b).2 else 0%num.
Definition minors_of (rowsf : nat -> seq N -> seq (seq (nat * seq nat))) (colsf : nat -> seq N -> seq (seq (seq nat)))
    (blocks : seq block) : seq minor :=
  [seq let b := block_degree B in let cols := colsf b (block_cols B) in
    Minor (b, cols_class cols) (rowsf b (block_rows B)) cols | B <- blocks].
Definition blocks_accept K n rowsf colsf blocks r : bool :=
  all (fun B => block_degree B <= C)%N blocks &&
  minors_accept p K n C polys signs of_component (C, function_class) (minors_of rowsf colsf blocks) r.
End Evidence.

Section Blocks.
Variables (p : i63) (K n C : nat) (signs of_component : seq N) (polys : seq (spoly i63)).
Variables (rowsf : nat -> seq N -> seq (seq (nat * seq nat))) (colsf : nat -> seq N -> seq (seq (seq nat))).
Hypothesis pp : (1 < toZ p <= 2147483648)%cZ.
Local Notation Zp := [comRingType of 'Z_(Z.to_nat (toZ p))].
Variables (R0 : comRingType) (F : numFieldType) (gp : {rmorphism R0 -> Zp}) (gF : {rmorphism R0 -> F}).
Hypothesis gF_inj : injective gF.
Variable Phi : 'I_K -> {mpoly R0[n]}.
Hypothesis polysE : forall k : 'I_K,
  value (@mpolyC _ _ \o psi p) (of_vars Zp (@id 'I_n)) 0 (nth Zero polys k) = map_mpoly gp (Phi k).
Local Notation B := (exponent_bound Phi C).

(* what the lines of either side must be *)
Definition side_rows (LA : finType) (lam : 'I_K * expo n B.+1 -> LA) :=
  forall b ns l tot row, (b <= C)%N -> row \in rowsf b ns ->
  all (row_ok K n C signs of_component tot l) row -> exists rho, is_row lam row rho.
Definition side_cols (LB : finType) (mu : expo n B.+1 -> LB) := forall b ns l col, (b <= C)%N -> col \in colsf b ns ->
  all (col_ok n C signs l) col -> exists kappa, is_col mu col kappa.

Variables (X Y : Type) (yk : X -> 'I_K -> F) (u : X -> 'I_n -> F) (v : Y -> 'I_n -> F).
Definition own_side := exists (LA : finType) (lam : 'I_K * expo n B.+1 -> LA) (phi : LA -> X -> F),
  [/\ forall ka x, yk x ka.1 * monom (u x) ka.2 = phi (lam ka) x, independent phi & side_rows lam].
Definition other_side := exists (LB : finType) (mu : expo n B.+1 -> LB) (psi : LB -> Y -> F),
  [/\ forall b y, monom (v y) b = psi (mu b) y, independent psi & side_cols mu].

Theorem blocks_rank blocks r : blocks_accept p C signs of_component polys K n rowsf colsf blocks r ->
  own_side -> other_side -> sep_ge (fun x y => \sum_k yk x k * (map_mpoly gF (Phi k)).@[fun t => u x t + v y t]) r.
Proof.
case/andP=> /all_nthP bC acc [LA [lam [phi [rowE ind rowsP]]]] [LB [mu [psi' [colE ind' colsP]]]].
have CB : (C <= B)%N by apply: leq_maxl.
have [|rho [kappa D]] := minors_det pp CB polysE (lam := lam) (mu := mu) acc.
  move=> b; rewrite /minors_of -map_comp; case/(nthP ([::], [::]))=> i; rewrite size_map => ib <-.
  rewrite (nth_map (Block 0 [::] [::])) //=; have le := bC (Block 0 [::] [::]) i ib.
  by split=> l line; [apply: rowsP | apply: colsP].
apply: (hankel_rank (fun k => msize_Phi Phi gF C k) rowE colE ind ind').
exact: (det_hankel_lines gF_inj D).
Qed.
End Blocks.

(* attention *)
Section Attention.
Variables (p : i63) (m d : nat) (sides : seq bool) (i j : nat).
Notation n := (size (pairs d)).
Definition sides_sizes : nat * nat :=   (* of the output's side, and of the other *)
  let own := nth false sides i in (count (pred1 own) sides, count (pred1 (~~ own)) sides).
Definition one_token (c : nat) : bool := (c == 1%N) && (1 < d)%N.
Definition attention_rows C b ns :=
  if one_token sides_sizes.1 then token_rows d n C d (pairs d) b ns else full_rows d n C b ns.
Definition attention_cols C b ns :=
  if one_token sides_sizes.2 then token_cols n C d (pairs d) b ns else full_cols n b ns.
Definition attention_polys (ws : seq (seq (rows Z * rows Z))) : seq (spoly i63) :=
  let PO := poly_ops (mod_ops p) in
  form_ops PO d (mkseq (fun a => mkseq (fun b => variable (mod_ops p) (pair_number d a b)) d) d)
    (mkseq (fun a => mkseq (fun b => op_int PO (if a == b then 1 else 0)%cZ) d) d) ws j.
Definition blocks_accept_attention (signs : seq N) (blocks : seq block) (r : nat)
    (ws : seq (seq (rows Z * rows Z))) : bool :=
  let C := gram_degree (size ws) in
  let (a, b) := sides_sizes in
  let degree := if one_token a || one_token b then (2 * C).+1 else C in
  [&& (1 <? toZ p)%cZ, (toZ p <=? 2147483648)%cZ, (Z.of_nat degree <? toZ p)%cZ, size sides == m, size signs == d,
      one_token a || (d <= a)%N, one_token b || (d <= b)%N &
      blocks_accept p C [seq N.lxor (nth 0%num signs kl.1) (nth 0%num signs kl.2) | kl <- pairs d] signs
        (attention_polys ws) d n (attention_rows C) (attention_cols C) blocks r].
End Attention.

Section AttentionCorrect.
Variables (p : i63) (m d : nat) (i : 'I_m) (j : 'I_d) (C : nat) (R0 : comRingType) (Ws : seq (seq (head R0 d))).
Local Notation n := (size (pairs d)).
Local Notation Phi := (attention_form Ws j).
Local Notation B := (exponent_bound Phi C).

Section Polys.
Hypothesis pp : (1 < toZ p <= 2147483648)%cZ.
Local Notation Zp := [comRingType of 'Z_(Z.to_nat (toZ p))].
Lemma attention_polysE (gp : {rmorphism R0 -> Zp}) ws (k : 'I_d) : map_net gp Ws = lit_net Zp d ws ->
  value (@mpolyC _ _ \o psi p) (of_vars Zp (@id 'I_n)) 0 (nth Zero (attention_polys p d j ws) k) = map_mpoly gp (Phi k).
Proof.
rewrite attention_form_map /attention_form => ->; rewrite map_lit_weights.
have O_psi := denotes_comp [rmorphism of @mpolyC n Zp] (mod_opsP pp).
have P_val := poly_opsP (of_vars Zp (@id 'I_n)) O_psi.
pose G := mkseq (fun a => mkseq (fun b => variable (mod_ops p) (pair_number d a b)) d) d.
pose P := mkseq (fun a => mkseq (fun b => op_int (poly_ops (mod_ops p)) (if a == b then 1 else 0)%cZ) d) d.
have GE : mx_ops (poly_ops (mod_ops p)) (value (@mpolyC _ _ \o psi p) (of_vars Zp (@id 'I_n)) 0) d d G = gram_vars d Zp.
  apply/matrixP=> a b; rewrite mxE [RHS]mxE /entry /G !nth_mkseq //.
  rewrite (value_variable (of_vars Zp (@id 'I_n)) O_psi) /of_vars.
  by case: insubP => [t _ tE|]; [congr ('X_ _); apply/ord_inj | rewrite pair_number_lt].
have PE : mx_ops (poly_ops (mod_ops p)) (value (@mpolyC _ _ \o psi p) (of_vars Zp (@id 'I_n)) 0) d d P = 1%:M.
  apply/matrixP=> a b; rewrite mxE [RHS]mxE /entry /P !nth_mkseq //.
  by rewrite (denotesZ P_val) -val_eqE; case: eqP.
apply: (etrans (@form_opsE _ (poly_ops (mod_ops p)) d G _ _ P_val P ws j k)).
by rewrite GE PE.
Qed.
End Polys.

Variables (F : numFieldType) (gF : {rmorphism R0 -> F}) (T : pred 'I_m).
Lemma attention_other (one : bool) (signs : seq N) : (if one then #|predC T| = 1%N else (d <= #|predC T|)%N) ->
  other_side C signs (fun b ns => if one then token_cols n C d (pairs d) b ns else full_cols n b ns) Phi
    (gram_entry (predC T) (@pair_of d) : 'M[F]_(m, d) -> _).
Proof.
have CB : (C <= B)%N by apply: leq_maxl.
have charF := Num.Theory.char_num F; case: one => card.
  have [i' i'P] := mem_card1 card; have Ti' : predC T i' by have := i'P i'; rewrite !inE eqxx.
  exists [finType of expo d (token_bound n B.+1)], (token_col (@pair_of d)), (fun r x => monom (x i') r); split.
  - move=> a x; rewrite monom_token_col /=.
    by apply: eq_bigr => t _; rewrite /gram_entry (gram_one _ _ _ card Ti').
  - apply: independent_free => // z; exists (\matrix_(_, k) z k) => t; by rewrite mxE.
  move=> b ns l col bC; apply: token_col_line => //; first exact: pair_of_nth.
  have := ltn_ord (var_of j j); lia.
exists [finType of expo n B.+1], id, (fun a x => monom (gram_entry (predC T) (@pair_of d) x) a); split=> //.
  by apply: independent_gram => //; [exact: pair_of_inj | exact: pair_of_le].
by move=> b ns l col bC; apply: full_col.
Qed.

Hypothesis Ti : T i.

Lemma attention_own (one : bool) (signs of_component : seq N) : (if one then #|T| = 1%N else (d <= #|T|)%N) ->
  own_side C signs of_component
    (fun b ns => if one then token_rows d n C d (pairs d) b ns else full_rows d n C b ns) Phi
    (fun (x : 'M[F]_(m, d)) k => x i k) (gram_entry T (@pair_of d)).
Proof.
have CB : (C <= B)%N by apply: leq_maxl.
have charF := Num.Theory.char_num F; case: one => card.
  exists [finType of expo d (token_bound n B.+1)], (token_row (@pair_of d)), (fun r x => monom (x i) r); split.
  - move=> [k a] x; rewrite monom_token_row /=; congr (_ * _).
    by apply: eq_bigr => t _; rewrite /gram_entry (gram_one _ _ _ card Ti).
  - apply: independent_free => // z; exists (\matrix_(_, k) z k) => t; by rewrite mxE.
  move=> b ns l tot row bC; apply: token_row_line => //; first exact: pair_of_nth.
  have := ltn_ord (var_of j j); lia.
exists [finType of 'I_d * expo n B.+1], id,
  (fun ka (x : 'M[F]_(m, d)) => x i ka.1 * monom (gram_entry T (@pair_of d) x) ka.2); split=> //.
  by apply: independent_gram1 => //; [exact: pair_of_inj | exact: pair_of_le].
by move=> b ns l tot row bC; apply: full_row.
Qed.

Lemma attention_sum (x y : 'M[F]_(m, d)) : net (map_net gF Ws) (mix T x y) i j =
  \sum_k x i k *
    (map_mpoly gF (Phi k)).@[fun t => gram_entry T (@pair_of d) x t + gram_entry (predC T) (@pair_of d) y t].
Proof.
rewrite net_mixE; apply: eq_bigr => k _; rewrite Ti; congr (_ * _); symmetry.
rewrite attention_form_map; apply: attention_form_eval => a b.
rewrite mxE /gram_entry pair_of_var; case: ifP => //= _.
by rewrite -[gram T x in LHS]gram_tr -[gram (predC T) y in LHS]gram_tr !mxE.
Qed.
End AttentionCorrect.

(* the side of the output may be taken for the first *)
Lemma sep_ge_own (F : fieldType) m d (sides : seq bool) (i : 'I_m) (f : 'M[F]_(m, d) -> F) r :
  sep_ge (fun x y => f (mix [pred k : 'I_m | side_of sides k == side_of sides i] x y)) r ->
  sep_ge (fun x y => f (mix (side_of sides) x y)) r.
Proof.
move=> H s fs; apply: H; case: (boolP (side_of sides i)) => o.
  by apply: eq_sep_le fs => x y; congr f; apply/matrixP=> k l; rewrite !mxE /= eqb_id.
apply: eq_sep_le (sep_le_sym fs) => x y /=; congr f; apply/matrixP=> k l; rewrite !mxE /= eqbF_neg.
by case: (side_of _ k).
Qed.

(* the weights ws are those of R0 modulo p *)
Theorem attention_blocks_rank_of (p : i63) (m d : nat) (sides : seq bool) (i : 'I_m) (j : 'I_d) (signs : seq N)
    (blocks : seq block) (r : nat) (ws : seq (seq (rows Z * rows Z))) (R0 : comRingType) (F : numFieldType)
    (gp : {rmorphism R0 -> 'Z_(Z.to_nat (toZ p))}) (gF : {rmorphism R0 -> F}) (Ws : seq (seq (head R0 d))) :
  injective gF -> map_net gp Ws = lit_net _ d ws -> blocks_accept_attention p m d sides i j signs blocks r ws ->
  sep_ge (fun x y : 'M[F]_(m, d) => net (map_net gF Ws) (mix (side_of sides) x y) i j) r.
Proof.
move=> inj WsE; rewrite /blocks_accept_attention; case sE : (sides_sizes sides i) => [a b].
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 _ sz /and4P[_ ca cb acc].
have pp : (1 < toZ p <= 2147483648)%cZ by [].
pose own := side_of sides i; pose T := [pred k : 'I_m | side_of sides k == own].
have TT : T i by rewrite /T /= eqxx.
have [cT cT'] : #|T| = a /\ #|predC T| = b.
  move: sE => [<- <-]; split; first exact: card_side.
  rewrite -[RHS]/(side_size (~~ own) sides) -(card_side (~~ own) sz); apply: eq_card => k.
  by rewrite !inE /=; case: (side_of _ k) (own) => -[].
have cb' : if one_token d b then #|predC T| = 1%N else (d <= #|predC T|)%N.
  by move: cb; rewrite cT'; case E : (one_token d b) => //= _; case/andP: E => /eqP.
have ca' : if one_token d a then #|T| = 1%N else (d <= #|T|)%N.
  by move: ca; rewrite cT; case E : (one_token d a) => //= _; case/andP: E => /eqP.
apply: (sep_ge_own (i := i) (f := fun X => net (map_net gF Ws) X i j)).
move=> s /(eq_sep_le (attention_sum j Ws gF TT)); apply: (blocks_rank pp (gp := gp) inj _ acc).
- by move=> k; apply: attention_polysE.
- by rewrite /attention_rows sE; apply: attention_own ca'.
by rewrite /attention_cols sE; apply: attention_other cb'.
Qed.

Theorem attention_blocks_rank (p : i63) (m d : nat) (sides : seq bool) (i : 'I_m) (j : 'I_d) (signs : seq N)
    (blocks : seq block) (r : nat) (ws : seq (seq (rows Z * rows Z))) (F : numFieldType) :
  blocks_accept_attention p m d sides i j signs blocks r ws ->
  sep_ge (fun x y : 'M[F]_(m, d) => net (lit_net F d ws) (mix (side_of sides) x y) i j) r.
Proof.
rewrite -(map_lit_weights d [rmorphism of intmul 1]); apply: attention_blocks_rank_of; first exact: intr_inj.
exact: (map_lit_weights d [rmorphism of intmul 1]).
Qed.

(* Mixers: the network after Z = W1 X, which stands in the first tokens of its input, with the identity as W1 *)
Definition identity_rows (S m : nat) : rows Z := mkseq (fun a => mkseq (fun b => if a == b then 1 else 0)%cZ m) S.
Definition with_identity (m : nat) (l : mixer_lit) : mixer_lit := MixerLit (l_thid l) (l_chid l)
  (identity_rows (l_thid l) m) (l_b1 l) (l_W2 l) (l_b2 l) (l_W3 l) (l_b3 l) (l_W4 l) (l_b4 l) (l_res_t l) (l_res_c l).

(* W1 the identity *)
Definition some_identity (R : comRingType) S m : 'M[R]_(S, m) := \matrix_(a, b) (a == b :> nat)%:R.
Definition after_first (R : comRingType) m d (l : layer R m d) : layer R m d :=
  @Layer R m d (thid l) (chid l) (some_identity R _ _) (b1 l) (W2 l) (b2 l) (W3 l) (b3 l) (W4 l) (b4 l)
    (res_t l) (res_c l) [linear of idfun].

Lemma lit_with_identity (R : comRingType) m d (l : mixer_lit) :
  lit_layer R m d (with_identity m l) = after_first (lit_layer R m d l).
Proof.
by congr Layer; apply/matrixP=> a b; rewrite !mxE /identity_rows nth_mkseq // nth_mkseq //; case: eqP.
Qed.

(* weights of the type T, which are read in a ring *)
Section MixerForm.
Variables (T : Type) (t0 : T) (m d : nat) (s t : seq Z) (l : mixer_of T) (ls : seq (mixer_of T)) (i : 'I_m) (j : 'I_d).
Local Notation S := (l_thid l).
Local Notation n := (S * d)%N.

Lemma entry_lt (a : 'I_S) (b : 'I_d) : (a * d + b < n)%N.
Proof. have := ltn_ord a; have := ltn_ord b; nia. Qed.
Definition entry_of (a : 'I_S) (b : 'I_d) : 'I_n := Ordinal (entry_lt a b).

Definition top_rows (R : comRingType) (M : 'M[R]_(S, d)) : 'M[R]_(m, d) :=
  \matrix_(a, b) if insub (a : nat) is Some a' then M a' b else 0.
Definition mixer_vars (R : comRingType) : 'M[{mpoly R[n]}]_(S, d) := \matrix_(a, b) 'X_(entry_of a b).
Definition mixer_after (R : comRingType) (q : T -> R) (M : 'M[R]_(S, d)) : 'M[R]_(m, d) :=
  mixer (lit_poly R s) (lit_poly R t) (after_first (read_layer t0 q m d l) :: read_mixer t0 q m d ls) (top_rows M).
Definition mixer_form (R : comRingType) (q : T -> R) (k : 'I_1) : {mpoly R[n]} :=
  mixer_after (@mpolyC n R \o q) (mixer_vars R) i j.

Lemma map_mixer_after (R R' : comRingType) (g : {rmorphism R -> R'}) q q' M : (forall a, g (q a) = q' a) ->
  map_mx g (mixer_after q M) = mixer_after q' (map_mx g M).
Proof.
move=> E; have mr m' k (A : rows T) : map_mx g (read_mx t0 q m' k A) = read_mx t0 q' m' k A.
  by apply/matrixP=> a b; rewrite !mxE.
have mres b (Y : 'M[R]_(m, d)) : map_mx g (residual b Y) = residual b (map_mx g Y) by case: b; rewrite /= ?map_mx0.
have mI : map_mx g (some_identity R S m) = some_identity R' S m by apply/matrixP=> a b; rewrite !mxE rmorph_nat.
rewrite /mixer_after /mixer /=.
have -> : top_rows (map_mx g M) = map_mx g (top_rows M).
  by apply/matrixP=> a b; rewrite !mxE; case: insub => [a'|]; rewrite ?mxE ?rmorph0.
have -> : mixer_layer (lit_poly R' s) (lit_poly R' t) (map_mx g (top_rows M)) (after_first (read_layer t0 q' m d l)) =
    map_mx g (mixer_layer (lit_poly R s) (lit_poly R t) (top_rows M) (after_first (read_layer t0 q m d l))).
  by rewrite /mixer_layer /channel_mixing /token_mixing /= !(map_mxD, mres, map_mxM, map_act, mr, mI).
elim: (ls) (mixer_layer _ _ _ _) => //= l' ls' IH X; rewrite IH; congr foldl.
by rewrite /mixer_layer /channel_mixing /token_mixing /= !(map_mxD, mres, map_mxM, map_act, mr).
Qed.

Lemma mixer_form_map (R R' : comRingType) (g : {rmorphism R -> R'}) q k :
  map_mpoly g (mixer_form q k) = mixer_form (g \o q) k.
Proof.
have gE a : map_mpoly g ((@mpolyC n R \o q) a) = (@mpolyC n R' \o (g \o q)) a by apply: map_mpolyC; rewrite ?rmorph0.
have /matrixP/(_ i j) := map_mixer_after (g := [rmorphism of map_mpoly g]) (mixer_vars R) gE; rewrite mxE => ->.
by congr (mixer_after _ _ i j); apply/matrixP=> a b; rewrite !mxE /= map_mpolyX.
Qed.

Lemma mixer_form_eval (R : comRingType) (q : T -> R) (M : 'M[R]_(S, d)) (w : 'I_n -> R) k :
  (forall a b, M a b = w (entry_of a b)) -> (mixer_form q k).@[w] = mixer_after q M i j.
Proof.
move=> Mw; have gE a : meval w ((@mpolyC n R \o q) a) = q a by apply: mevalC.
have /matrixP/(_ i j) := map_mixer_after (g := [rmorphism of meval w]) (mixer_vars R) gE; rewrite mxE => ->.
by congr (mixer_after _ _ i j); apply/matrixP=> a b; rewrite !mxE /= mevalXU Mw.
Qed.

Hypotheses (Sm : (S <= m)%N) (res : ~~ l_res_t l).

Lemma mixer_after_first (R : comRingType) (q : T -> R) (X : 'M[R]_(m, d)) :
  mixer (lit_poly R s) (lit_poly R t) (read_mixer t0 q m d (l :: ls)) X i j =
  mixer_after q (read_mx t0 q S m (l_W1 l) *m X) i j.
Proof.
set W := read_mx t0 q S m (l_W1 l).
suff E : W *m X = some_identity R S m *m top_rows (W *m X).
  by rewrite /mixer_after /mixer /= /mixer_layer /token_mixing /= -E (negPf res).
apply/matrixP=> a b; rewrite [RHS]mxE (bigD1 (widen_ord Sm a)) //= big1 ?addr0.
  rewrite !mxE eqxx mul1r; case: insubP => [a' _ aE|]; last by rewrite /= ltn_ord.
  by have -> : a' = a by [apply/ord_inj]; rewrite ?mxE.
move=> c nc; rewrite !mxE; case: eqP => [E|_]; last by rewrite mul0r.
by case/eqP: nc; apply/ord_inj; rewrite /= -E.
Qed.
End MixerForm.

(* S columns of W1 at the tokens ts whose minor is a unit modulo p *)
Definition full_rank (p : i63) (S : nat) (W1 : rows Z) (ts : seq nat) : bool :=
  let cs := [seq [seq red p (nth 0%cZ (nth [::] W1 s) k) | s <- iota 0 S] | k <- ts] in
  let: (_, _, ks) := lu p S (numbered cs) in
  [&& size ks == S, all (fun k => k < size ts)%N ks & lu_unit p S [seq nth [::] cs k | k <- ks]].

Lemma full_rankP (p : i63) (S m : nat) (W1 : rows Z) (ts : seq nat) : (1 < toZ p <= 2147483648)%cZ ->
  all (fun k => k < m)%N ts -> full_rank p S W1 ts ->
  exists f : 'I_S -> 'I_m, (forall k, (f k : nat) \in ts) /\
    \det (\matrix_(k, s) ((mxZ S m W1 s (f k))%:~R : 'Z_(Z.to_nat (toZ p)))) \is a GRing.unit.
Proof.
move=> pp tm; rewrite /full_rank; set cs := [seq _ | k <- ts]; case: (lu _ _ _) => [[_ _] ks] /and3P[/eqP sk kt U].
have kP (k : 'I_S) : (nth 0%N ks k < size ts)%N by apply: (allP kt); rewrite mem_nth ?sk.
have fP (k : 'I_S) : (nth 0%N ts (nth 0%N ks k) < m)%N by apply: (allP tm); rewrite mem_nth.
exists (fun k => Ordinal (fP k)); split=> [k|]; first exact: mem_nth.
have := lu_unitP (proj1 pp) U; congr (\det _ \is a GRing.unit).
apply/matrixP=> k s; rewrite !mxE (nth_map 0%N) ?sk // /cs (nth_map 0%N) // (nth_map 0%N) ?size_iota //.
by rewrite nth_iota // add0n; apply: psi_red.
Qed.

Section Points.
Variables (F : fieldType) (S m d : nat) (W : 'M[F]_(S, m)) (T : pred 'I_m) (f : 'I_S -> 'I_m).
Hypotheses (fT : forall k, T (f k)) (D : \det (\matrix_(k, s) W s (f k)) != 0).

Lemma points_of (Z : 'M[F]_(S, d)) : exists x : 'M[F]_(m, d), W *m mask T x = Z.
Proof.
pose P : 'M[F]_(m, S) := \matrix_(a, k) (a == f k)%:R; pose A := W *m P.
have AE : A^T = \matrix_(k, s) W s (f k).
  apply/matrixP=> k s; rewrite !mxE (bigD1 (f k)) //= !mxE eqxx mulr1 big1 ?addr0 // => a na.
  by rewrite !mxE (negPf na) mulr0.
have uA : A \in unitmx by rewrite -unitmx_tr AE unitmxE unitfE.
exists (P *m (invmx A *m Z)); rewrite (_ : mask T _ = P *m (invmx A *m Z)); first by rewrite mulmxA mulKVmx.
apply/matrixP=> a b; rewrite mxE; case: ifP => // Ta; rewrite mxE big1 // => k _; rewrite mxE.
by case: eqP => [E|]; rewrite ?mul0r //; rewrite E fT in Ta.
Qed.
End Points.

Section Mixer.
Variables (p : i63) (m d : nat) (sides : seq bool) (i j : nat).
Definition mixer_polys (s t : seq Z) (l : mixer_lit) (ls : seq mixer_lit) : seq (spoly i63) :=
  let PO := poly_ops (mod_ops p) in
  [:: entry PO (eval_mixer_ops PO m d s t (with_identity m l :: ls)
    (mkseq (fun a => mkseq (fun b => variable (mod_ops p) (a * d + b)) d) (l_thid l))) i j].
Definition side_tokens (b : bool) : seq nat := [seq k <- iota 0 m | nth false sides k == b].
Definition blocks_accept_mixer (signs : seq N) (blocks : seq block) (r : nat) (s t : seq Z) (ls : seq mixer_lit)
    (C : nat) : bool :=
  if ls is l :: ls' then
    let S := l_thid l in let own := nth false sides i in
    [&& (1 <? toZ p)%cZ, (toZ p <=? 2147483648)%cZ, (Z.of_nat C <? toZ p)%cZ, (S <= m)%N, ~~ l_res_t l &
    [&& size signs == d, full_rank p S (l_W1 l) (side_tokens own), full_rank p S (l_W1 l) (side_tokens (~~ own)) &
      blocks_accept p C (flatten (nseq S signs)) [:: 0%num] (mixer_polys s t l ls') 1 (S * d)
        (full_rows 1 (S * d) C) (full_cols (S * d)) blocks r]]
  else false.
End Mixer.

Section MixerCorrect.
Variables (p : i63) (m d : nat) (s t : seq Z) (T : Type) (t0 : T) (l : mixer_of T) (ls : seq (mixer_of T)).
Variables (i : 'I_m) (j : 'I_d).
Local Notation S := (l_thid l).
Local Notation n := (S * d)%N.
Local Notation R := [comRingType of 'Z_(Z.to_nat (toZ p))].
Variables (residue : T -> Z) (q : T -> R).
Hypotheses (res0 : residue t0 = 0) (qE : forall a, q a = (int_of_Z (residue a))%:~R).

Lemma mixer_polysE (pp : (1 < toZ p <= 2147483648)%cZ) (k : 'I_1) :
  value (@mpolyC _ _ \o psi p) (of_vars R (@id 'I_n)) 0
    (nth Zero (mixer_polys p m d i j s t (map_mixer residue l) (map (map_mixer residue) ls)) k) =
  mixer_form t0 s t l ls i j q k.
Proof.
have O_psi := denotes_comp [rmorphism of @mpolyC n R] (mod_opsP pp).
have P_val := poly_opsP (of_vars R (@id 'I_n)) O_psi.
pose Y := mkseq (fun a => mkseq (fun b => variable (mod_ops p) (a * d + b)) d) S.
have YE : mx_ops (poly_ops (mod_ops p)) (value (@mpolyC _ _ \o psi p) (of_vars R (@id 'I_n)) 0) m d Y =
  top_rows m (mixer_vars d l R) :> 'M_(m, d).
  apply/matrixP=> a b; rewrite mxE [RHS]mxE /entry /Y; case: insubP => [a' _ aE|].
    rewrite [RHS]mxE -aE (nth_mkseq _ _ (ltn_ord a')) (nth_mkseq _ _ (ltn_ord b));
      apply: (etrans (value_variable (of_vars R (@id 'I_n)) O_psi _)); rewrite /of_vars.
    by case: insubP => [e _ eE|]; [congr ('X_ _); apply/ord_inj | rewrite entry_lt].
  by rewrite -leqNgt => Sa; rewrite [nth [::] _ a]nth_default ?size_mkseq // nth_nil.
rewrite [k]ord1 /mixer_form /mixer_after -YE.
have lift (l' : mixer_of T) : read_layer t0 (@mpolyC n R \o q) m d l' =
    lit_layer [comRingType of {mpoly R[n]}] m d (map_mixer residue l').
  by congr Layer; apply/matrixP=> a b; rewrite !mxE (nth_map_entry res0) /= qE rmorph_int.
rewrite lift -lit_with_identity.
rewrite (_ : read_mixer _ _ _ _ _ = lit_mixer _ m d (map (map_mixer residue) ls)); last first.
  by rewrite /lit_mixer -map_comp; apply: eq_map => l'; apply: lift.
by rewrite -[_ :: lit_mixer _ _ _ _]/(lit_mixer _ m d (_ :: _)) -(eval_mixer_opsE P_val) mxE.
Qed.
End MixerCorrect.

(* with the weights that q reads in R0, whose residues modulo p are those of the evidence *)
Theorem mixer_blocks_rank_of (p : i63) (m d : nat) (sides : seq bool) (i : 'I_m) (j : 'I_d) (signs : seq N)
    (blocks : seq block) (r : nat) (s t : seq Z) (T : Type) (t0 : T) (ls : seq (mixer_of T)) (C : nat)
    (residue : T -> Z) (R0 : comRingType) (F : numFieldType) (q : T -> R0)
    (gp : {rmorphism R0 -> 'Z_(Z.to_nat (toZ p))}) (gF : {rmorphism R0 -> F}) :
  injective gF -> residue t0 = 0 -> (forall a, gp (q a) = (int_of_Z (residue a))%:~R) ->
  blocks_accept_mixer p m d sides i j signs blocks r s t (map (map_mixer residue) ls) C ->
  sep_ge (fun x y : 'M[F]_(m, d) =>
    mixer (lit_poly F s) (lit_poly F t) (read_mixer t0 (gF \o q) m d ls) (mix (side_of sides) x y) i j) r.
Proof.
move=> inj res0 qE; case: ls => // l ls; rewrite [map _ _]/= /blocks_accept_mixer.
case/and5P=> /Z.ltb_spec0 p1 /Z.leb_spec0 p2 _ Sm /andP[res /and4P[_ fr fr' acc]].
have pp : (1 < toZ p <= 2147483648)%cZ by [].
apply: (sep_ge_own (i := i)
  (f := fun X => mixer (lit_poly F s) (lit_poly F t) (read_mixer t0 (gF \o q) m d (l :: ls)) X i j)).
set T' := [pred k | _]; have charF := Num.Theory.char_num F.
have tm b : all (fun k => k < m)%N (side_tokens m sides b) by apply/allP => k; rewrite mem_filter mem_iota => /andP[].
pose W := read_mx t0 (gF \o q) (l_thid l) m (l_W1 l); pose n := (l_thid l * d)%N.
have tP (e : 'I_n) : (e %/ d < l_thid l)%N /\ (e %% d < d)%N.
  have d0 : (0 < d)%N by apply: leq_ltn_trans (ltn_ord j).
  by rewrite ltn_divLR // ltn_mod.
pose at_ (M : 'M[F]_(l_thid l, d)) (e : 'I_n) := M (Ordinal (tP e).1) (Ordinal (tP e).2).
have at_entry M a b : at_ M (entry_of a b) = M a b.
  rewrite /at_; congr (M _ _); apply/ord_inj; rewrite /= ?divnMDl ?divn_small ?addn0 ?modnMDl ?modn_small //.
  exact: leq_ltn_trans (ltn_ord b).
have points (T1 : pred 'I_m) b : (forall k : 'I_m, T1 k = (side_of sides k == b)) ->
  full_rank p (l_thid l) (map (map residue) (l_W1 l)) (side_tokens m sides b) ->
    forall z : 'I_n -> F, exists x : 'M[F]_(m, d), forall e, at_ (W *m mask T1 x) e = z e.
  move=> T1E frb z; have [f [fT U]] := full_rankP pp (tm b) frb.
  have D : \det (\matrix_(k, s) W s (f k)) != 0.
    pose D0 := \det (\matrix_(k, s) read_mx t0 q (l_thid l) m (l_W1 l) s (f k)).
    have DE (K : comRingType) (g : {rmorphism R0 -> K}) :
        \det (\matrix_(k, s) read_mx t0 (g \o q) (l_thid l) m (l_W1 l) s (f k)) = g D0.
      by rewrite -det_map_mx; congr (\det _); apply/matrixP=> k s'; rewrite !mxE.
    have {}U : gp D0 \is a GRing.unit.
      move: U; congr (_ \is a GRing.unit); rewrite -(DE _ gp); congr (\det _).
      by apply/matrixP=> k s'; rewrite !mxE (nth_map_entry res0) /= qE.
    rewrite DE; apply: contraTneq U => gD0; have -> : D0 = 0 by apply: inj; rewrite gD0 rmorph0.
    by rewrite rmorph0 unitr0.
  have [k|x xE] := @points_of F _ m d W T1 f _ D (\matrix_(a, b) z (entry_of a b)).
    by rewrite T1E; have := fT k; rewrite mem_filter => /andP[].
  exists x => e; rewrite xE /at_ mxE; congr z; apply/ord_inj; rewrite /= -divn_eq //.
move=> k fs; have {fs} : sep_le (fun x y : 'M[F]_(m, d) => \sum_(e < 1) 1 *
    (map_mpoly gF (mixer_form t0 s t l ls i j q e)).@[
      fun e => at_ (W *m mask T' x) e + at_ (W *m mask (predC T') y) e]) k.
  apply: eq_sep_le fs => x y; rewrite big_ord1 mul1r mixer_after_first //; symmetry.
  rewrite mixer_form_map; apply: mixer_form_eval => a b.
  rewrite -[LHS]at_entry /at_; rewrite (_ : mix T' x y = mask T' x + mask (predC T') y) ?mulmxDr ?[LHS]mxE //.
  by apply/matrixP=> c e; rewrite !mxE /=; case: ifP => _; rewrite ?addr0 ?add0r.
have CB : (C <= exponent_bound (mixer_form t0 s t l ls i j q) C)%N by apply: leq_maxl.
apply: (blocks_rank (yk := fun _ _ => 1) pp (gp := gp) inj (Phi := mixer_form t0 s t l ls i j q) _ acc).
    by move=> k1; rewrite mixer_form_map; apply: mixer_polysE.
  exists [finType of 'I_1 * expo n (exponent_bound (mixer_form t0 s t l ls i j q) C).+1], id,
    (fun ka x => 1 * monom (at_ (W *m mask T' x)) ka.2); split=> //.
    move=> c H [k0 a]; rewrite [k0]ord1; move: a.
    apply: (independent_free charF (c := fun a => c (0, a)) (points T' _ (fun _ => erefl) fr)) => x.
    transitivity (\sum_(k < 1) \sum_a c (k, a) * (1 * monom (at_ (W *m mask T' x)) a)).
      by rewrite big_ord1; apply: eq_bigr => a' _; rewrite mul1r.
    rewrite (pair_bigA _ (fun k a => c (k, a) * (1 * monom (at_ (W *m mask T' x)) a))) /= -[RHS](H x).
    by apply: eq_bigr => -[k1 a1].
  by move=> b ns lb tot row bC; apply: full_row.
exists [finType of expo n (exponent_bound (mixer_form t0 s t l ls i j q) C).+1], id,
  (fun a x => monom (at_ (W *m mask (predC T') x)) a); split=> //.
  apply: (independent_free charF (points (predC T') _ _ fr')) => k'.
  by have E (x y : bool) : ~~ (x == y) = (x == ~~ y) by [case: x y => -[]]; apply: E.
by move=> b ns lb col bC; apply: full_col.
Qed.

Theorem mixer_blocks_rank (p : i63) (m d : nat) (sides : seq bool) (i : 'I_m) (j : 'I_d) (signs : seq N)
    (blocks : seq block) (r : nat) (s t : seq Z) (ls : seq mixer_lit) (C : nat) (F : numFieldType) :
  blocks_accept_mixer p m d sides i j signs blocks r s t ls C ->
  sep_ge (fun x y : 'M[F]_(m, d) =>
    mixer (lit_poly F s) (lit_poly F t) (lit_mixer F m d ls) (mix (side_of sides) x y) i j) r.
Proof.
have idE (M : rows Z) : map (map id) M = M by rewrite (eq_map (@map_id Z)) map_id.
have mapE (l : mixer_lit) : map_mixer id l = l by case: l => *; rewrite /map_mixer /= !idE.
rewrite lit_mixerE -{1}[ls]map_id -(eq_map mapE).
apply: (mixer_blocks_rank_of (q := int_of_Z) (gp := [rmorphism of intmul 1]) (gF := [rmorphism of intmul 1])) => //.
exact: intr_inj.
Qed.

(* in the forms of CertificateGeneric.v and MixerWeights.v *)
Section Claims.
Variables (p : i63) (m d L : nat) (sides : seq bool) (i : 'I_m) (j : 'I_d).
Variables (signs : seq N) (blocks : seq block) (r : nat).
Variable F : numFieldType.

End Claims.
