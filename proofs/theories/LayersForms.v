(* Linear forms of the entries of X, and how many of them images of X need: the counting of theorem 4.5 of theory.md.
   dim_le G r          == r elements span the set G of elements of a module
   lin G g             == g is a combination of elements of G
   at_input g X        == the linear form whose coefficients are the entries of g, at X
   pol F k f           == f is a polynomial of degree at most k in the functions of the set F
   linear_in G f       == f is a linear form of the set G
   do_op mps o s t F   == what the step o makes of entries F of size s, mps being the parameters; it has the size t
   entries_of s F      == the set of the entries of F within the size s
   kind_ok s k F       == the forms F, of size s, are as the kind k says: in a sandwich F i j is the product of a column
                          P i and a row Q j, and rows of the columns span them, cols of the rows; else so many span F
   Proved: steps do to kinds as LayersImages.v has it (kind_from_left, kind_from_right, kind_mixed, kind_repeat,
   kind_transposed); on a side of a tokens LayersImages.forms k a d forms span (kind_forms), over any commutative ring;
   a polynomial in such forms is one in functions of one side each (pol_two_sided). *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import Attention TwoSidedPoly Layers LayersImages.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.
Local Notation size2 := (nat * nat)%type.

(* sets of at most so many dimensions *)
Section Dimension.
Variables (R : comRingType) (T : lmodType R).
Implicit Types (G H : T -> Prop) (g : T).

Definition within (I : finType) (K : I -> T) g := exists L : I -> R, g = \sum_i L i *: K i.
Definition dim_le G (r : nat) := exists (I : finType) (K : I -> T), #|I| = r /\ forall g, G g -> within K g.

(* combinations *)
Inductive lin G : T -> Prop :=
  | lin_in g : G g -> lin G g
  | lin0 : lin G 0
  | linZD c g h : lin G g -> lin G h -> lin G (c *: g + h).

Lemma lin_sum G (I : finType) (P : pred I) (c : I -> R) (F : I -> T) :
  (forall i, P i -> lin G (F i)) -> lin G (\sum_(i | P i) c i *: F i).
Proof.
move=> H; elim/big_rec: _ => [|i h Pi Gh]; first exact: lin0.
by apply: linZD => //; apply: H.
Qed.

Lemma linS G H g : (forall h, G h -> lin H h) -> lin G g -> lin H g.
Proof. by move=> GH; elim=> [h /GH|/=|c a b _ Ha _ Hb] //; [apply: lin0 | apply: linZD]. Qed.

Lemma within_lin (I : finType) (K : I -> T) G g : (forall h, G h -> within K h) -> lin G g -> within K g.
Proof.
move=> GK; elim=> [h /GK //||c a b _ [L ->] _ [L' ->]].
  by exists (fun _ => 0); rewrite big1 // => i _; rewrite scale0r.
exists (fun i => c * L i + L' i); rewrite scaler_sumr -big_split; apply: eq_bigr => i _.
by rewrite scalerDl scalerA.
Qed.

Lemma dim_leS G H r : (forall g, G g -> lin H g) -> dim_le H r -> dim_le G r.
Proof. by move=> GH [I [K [cI HK]]]; exists I, K; split=> // g /GH; apply: within_lin. Qed.

Lemma dim_leW G r s : (r <= s)%N -> dim_le G r -> dim_le G s.
Proof.
move=> rs [I [K [cI HK]]]; exists [finType of I + 'I_(s - r)].
exists (fun i => if i is inl i then K i else 0); rewrite card_sum card_ord cI subnKC //; split=> // g /HK[L ->].
exists (fun i => if i is inl i then L i else 0); rewrite big_sumType /= [X in _ + X]big1 ?addr0 // => i _.
by rewrite scale0r.
Qed.

Lemma dim_le_fin G r (I : finType) (K : I -> T) : (#|I| <= r)%N -> (forall g, G g -> exists i, g = K i) -> dim_le G r.
Proof.
move=> Ir GK; apply: dim_leW Ir _; exists I, K; split=> // g /GK[i ->].
exists (fun j => (j == i)%:R); rewrite (bigD1 i) //= eqxx scale1r big1 ?addr0 // => j /negPf ->.
by rewrite scale0r.
Qed.

Lemma dim_leU G H r s : dim_le G r -> dim_le H s -> dim_le (fun g => G g \/ H g) (r + s).
Proof.
move=> [I [K [cI GK]]] [J [K' [cJ HK]]]; exists [finType of I + J].
exists (fun i => match i with inl i => K i | inr j => K' j end); rewrite card_sum cI cJ; split=> // g.
case=> [/GK[L ->]|/HK[L ->]].
  exists (fun i => if i is inl i then L i else 0); rewrite big_sumType /= [X in _ + X]big1 ?addr0 // => i _.
  by rewrite scale0r.
exists (fun i => if i is inr i then L i else 0); rewrite big_sumType /= [X in X + _]big1 ?add0r // => i _.
by rewrite scale0r.
Qed.

Lemma dim_le0 : dim_le (fun _ => False) 0.
Proof. by exists [finType of 'I_0], (fun _ => 0); rewrite card_ord. Qed.
End Dimension.

Lemma dim_le_mulmx (R : comRingType) n d (P : 'cV[R]_n -> Prop) (Q : 'rV[R]_d -> Prop) r c :
  dim_le P r -> dim_le Q c -> dim_le (fun g : 'M[R]_(n, d) => exists p q, [/\ P p, Q q & g = p *m q]) (r * c).
Proof.
move=> [I [K [cI PK]]] [J [K' [cJ QK]]]; exists [finType of I * J], (fun ij => K ij.1 *m K' ij.2).
rewrite card_prod cI cJ; split=> // g [p [q [/PK[L ->] /QK[L' ->] ->]]]; exists (fun ij => L ij.1 * L' ij.2).
rewrite mulmx_suml -(pair_bigA _ (fun i j => (L i * L' j) *: (K i *m K' j))); apply: eq_bigr => i _.
by rewrite mulmx_sumr; apply: eq_bigr => j _; rewrite -scalemxAl -scalemxAr scalerA.
Qed.

(* a linear map leaves no more *)
Lemma dim_le_map (R : comRingType) (T T' : lmodType R) (f : {linear T -> T'}) (G : T -> Prop) r :
  dim_le G r -> dim_le (fun g => exists2 h, G h & g = f h) r.
Proof.
move=> [I [K [cI GK]]]; exists I, (fun i => f (K i)); split=> // g [h /GK[L ->] ->]; exists L.
by rewrite linear_sum; apply: eq_bigr => i _; rewrite linearZZ.
Qed.

(* polynomials in the functions of a set *)
Section Polynomials.
Variables (R : comRingType) (W : Type).
Implicit Types (F : (W -> R) -> Prop) (f : W -> R).

Inductive pol F : nat -> (W -> R) -> Prop :=
  | pol_const k c : pol F k (fun _ => c)
  | pol_in1 k f : (0 < k)%N -> F f -> pol F k f
  | polD k f f' : pol F k f -> pol F k f' -> pol F k (fun X => f X + f' X)
  | polM k l m f f' : pol F k f -> pol F l f' -> (k + l <= m)%N -> pol F m (fun X => f X * f' X)
  | pol_eq k f f' : pol F k f -> (forall X, f X = f' X) -> pol F k f'.

Lemma polW F k l f : pol F k f -> (k <= l)%N -> pol F l f.
Proof.
move=> Ff; elim: Ff l => {f k} [k c|k f k0 H|k f f' _ H _ H'|k l m f f' Ff _ Ff' _ le|k f f' _ H E] l' kl.
- exact: pol_const.
- by apply: pol_in1 H; apply: leq_trans kl.
- by apply: polD; [apply: H | apply: H'].
- by apply: polM Ff Ff' _; apply: leq_trans kl.
- by apply: pol_eq E; apply: H.
Qed.

Lemma polS F F' k f : (forall f, F f -> F' f) -> pol F k f -> pol F' k f.
Proof.
move=> FF; elim=> {f k} [k c|k f k0 /FF Ff|k f f' _ Ff _ Ff'|k l m f f' _ Ff _ Ff' le|k f f' _ Ff E].
- exact: pol_const.
- exact: pol_in1.
- exact: polD.
- exact: polM le.
- exact: pol_eq E.
Qed.

Lemma polZ F k c f : pol F k f -> pol F k (fun X => c * f X).
Proof. by move=> Ff; apply: (polM (pol_const F 0 c) Ff). Qed.
Lemma pol_sum F k m (f : nat -> W -> R) : (forall l, (l < m)%N -> pol F k (f l)) ->
  pol F k (fun X => \sum_(l < m) f l X).
Proof.
elim: m => [|m IH] H; first by apply: pol_eq (pol_const F k 0) _ => X; rewrite big_ord0.
by apply: pol_eq (polD (IH (fun l lm => H l (ltnW lm))) (H m (ltnSn m))) _ => X; rewrite big_ord_recr.
Qed.
Lemma polX F k f m : pol F k f -> pol F (k * m) (fun X => f X ^+ m).
Proof.
move=> Ff; elim: m => [|m IH]; first by rewrite muln0; apply: pol_eq (pol_const F 0 1) _ => X; rewrite expr0.
by apply: pol_eq (polM Ff IH _) _ => [|X]; rewrite ?mulnS ?exprS.
Qed.
End Polynomials.

(* the linear forms of the entries of X, and the part of a form on a side *)
Section Forms.
Variables (R : comRingType) (n d : nat).
Implicit Types (G : 'M[R]_(n, d) -> Prop) (g : 'M[R]_(n, d)) (X x y : 'M[R]_(n, d)) (S : pred 'I_n).

Definition at_input g X : R := \sum_a \sum_b g a b * X a b.
Lemma at_inputD g h X : at_input (g + h) X = at_input g X + at_input h X.
Proof.
rewrite /at_input -big_split; apply: eq_bigr => a _; rewrite -big_split; apply: eq_bigr => b _.
by rewrite mxE mulrDl.
Qed.
Lemma at_inputZ c g X : at_input (c *: g) X = c * at_input g X.
Proof.
rewrite /at_input mulr_sumr; apply: eq_bigr => a _; rewrite mulr_sumr; apply: eq_bigr => b _.
by rewrite mxE mulrA.
Qed.
Lemma at_input0 X : at_input 0 X = 0.
Proof. by rewrite -(scale0r 0) at_inputZ mul0r. Qed.
Lemma at_input_sum (I : Type) (r : seq I) (P : pred I) (F : I -> 'M_(n, d)) X :
  at_input (\sum_(i <- r | P i) F i) X = \sum_(i <- r | P i) at_input (F i) X.
Proof. exact: (big_morph (fun g => at_input g X) (fun g h => at_inputD g h X) (at_input0 X)). Qed.
Lemma at_input_mix S g x y : at_input g (mix S x y) = at_input (mask S g) x + at_input (mask (predC S) g) y.
Proof.
rewrite /at_input -big_split; apply: eq_bigr => a _; rewrite -big_split; apply: eq_bigr => b _ /=.
by rewrite !mxE /=; case: (S a); rewrite /= mul0r ?addr0 ?add0r.
Qed.

Lemma mask_is_linear S : linear (@mask R n d S).
Proof. by move=> c g h; apply/matrixP=> a b; rewrite !mxE; case: (S a); rewrite ?mulr0 ?addr0. Qed.
Definition mask_linear S := Linear (mask_is_linear S).

Lemma dim_le_side S (G : 'M[R]_(n, d) -> Prop) : dim_le (fun g => exists2 h, G h & g = mask S h) (#|S| * d).
Proof.
pose K (i : {a | S a} * 'I_d) : 'M[R]_(n, d) := delta_mx (val i.1) i.2.
exists [finType of {a | S a} * 'I_d], K; rewrite card_prod card_ord card_sig; split=> // g [h _ ->].
exists (fun i => h (val i.1) i.2); apply/matrixP=> a b; rewrite mxE summxE.
case: ifP => Sa; last first.
  rewrite big1 // => -[[a' Sa'] b'] _; rewrite !mxE /= (_ : (a == a') = false) ?mulr0 //.
  by apply: contraFF Sa => /eqP ->.
rewrite (bigD1 (exist _ a Sa, b)) //= !mxE !eqxx mulr1 big1 ?addr0 // => -[[a' Sa'] b'] ne.
rewrite !mxE /=; case: andP => [[/eqP aE /eqP bE]|]; rewrite ?mulr0 //; case/negP: ne.
by subst a' b'; apply/eqP; congr (_, _); apply: val_inj.
Qed.

Definition linear_in (G : 'M[R]_(n, d) -> Prop) (f : 'M[R]_(n, d) -> R) := exists2 g, G g & f = at_input g.

Lemma pol_lin G g : lin G g -> pol (linear_in G) 1 (at_input g).
Proof.
elim=> [h Gh||c a b _ Ha _ Hb]; first by apply: pol_in1 => //; exists h.
  by apply: pol_eq (pol_const _ _ 0) _ => X; rewrite at_input0.
by apply: pol_eq (polD (polZ c Ha) Hb) _ => X; rewrite at_inputD at_inputZ.
Qed.

Lemma pol_two_sided S G D f nA nB : pol (linear_in G) D f ->
  dim_le (fun g => exists2 h, G h & g = mask S h) nA -> dim_le (fun g => exists2 h, G h & g = mask (predC S) h) nB ->
  exists (I J : finType) (u : I -> 'M[R]_(n, d) -> R) (v : J -> 'M[R]_(n, d) -> R),
    [/\ #|I| = nA, #|J| = nB & poly_in u v false D (fun x y => f (mix S x y))].
Proof.
move=> Gf [I [K [cI GK]]] [J [K' [cJ GK']]]; exists I, J, (fun i x => at_input (K i) x), (fun j y => at_input (K' j) y).
split=> //; set u := fun i : I => _; set v := fun j : J => _.
elim: Gf => {D f} [k c|k _ k0 [g Gg ->]|k f f' _ H _ H'|k l m f f' _ H _ H' le|k f f' _ H E].
- exact: poly_in_const.
- have [|L EL] := GK (mask S g); first by exists g.
  have [|L' EL'] := GK' (mask (predC S) g); first by exists g.
  have P1 : poly_in u v false 1 (fun x y => \sum_i L i * u i x + \sum_j L' j * v j y).
    apply: poly_inD; apply: poly_in_sum => i; apply: poly_inZ; [exact: poly_inL | exact: poly_inR].
  apply: poly_inW k0 _; apply: eq_poly_in P1 => x y; rewrite at_input_mix EL EL' !at_input_sum.
  by congr (_ + _); apply: eq_bigr => i _; rewrite at_inputZ.
- exact: poly_inD.
- exact: poly_inW le (poly_inM H H').
- by apply: eq_poly_in H => x y; rewrite E.
Qed.
End Forms.

(* what the steps do to the entries *)
Definition in_size (s : size2) i j := (i < s.1)%N && (j < s.2)%N.
Definition entries_of T (s : size2) (F : nat -> nat -> T) g := exists i j, in_size s i j /\ g = F i j.
Definition op_ok (o : op) (s t : size2) : bool :=
  match o with
  | OLeft _ => s.2 == t.2
  | ORight _ => s.1 == t.1
  | OEntrywise _ => s == t
  | OTranspose => t == (s.2, s.1)
  | ORepeat => ((s.1 == 1) || (s.1 == t.1)) && ((s.2 == 1) || (s.2 == t.2))
  | OGather source => (size source == t.1 * t.2) && all (fun e => e < s.1 * s.2) source
  end%N.

Section Steps.
Variables (R : comRingType) (mps : seq (mat R)).

Definition do_op (T : lmodType R) (o : op) (s t : size2) (F : nat -> nat -> T) (i j : nat) : T :=
  let C e := m_at (meaning mps e (no_mat R)) in
  match o with
  | OLeft e => \sum_(l < s.1) C e i l *: F l j
  | ORight e => \sum_(l < s.2) C e l j *: F i l
  | OEntrywise e => C e i j *: F i j
  | OTranspose => F j i
  | ORepeat => F (if s.1 == 1 then 0 else i)%N (if s.2 == 1 then 0 else j)%N
  | OGather source => let e := nth 0%N source (i * t.2 + j)%N in F (e %/ s.2)%N (e %% s.2)%N
  end.

Lemma gather_in (source : seq nat) (s t : size2) i j : op_ok (OGather source) s t -> in_size t i j ->
  let e := nth 0%N source (i * t.2 + j) in in_size s (e %/ s.2) (e %% s.2).
Proof.
case/andP=> /eqP sz /all_nthP ok /andP[it jt]; have := ok 0%N (i * t.2 + j)%N.
rewrite sz (leq_trans (n := i.+1 * t.2)) ?leq_mul2r ?it ?orbT //; last by rewrite mulSn addnC ltn_add2r.
move/(_ isT); set e := nth _ _ _ => es; have s0 : (0 < s.2)%N by move: es; case: s.2 => //; rewrite muln0.
by rewrite /in_size ltn_divLR // es ltn_mod.
Qed.
Lemma repeat_in (s t : size2) i j : op_ok ORepeat s t -> in_size t i j ->
  in_size s (if s.1 == 1 then 0 else i)%N (if s.2 == 1 then 0 else j)%N.
Proof.
case/andP=> /orP a /orP b /andP[it jt]; apply/andP; split.
  by case: a => /eqP e; [rewrite e | rewrite e; case: eqP => [->|]].
by case: b => /eqP e; [rewrite e | rewrite e; case: eqP => [->|]].
Qed.

(* an entry of what a step makes is a combination of entries of the size *)
Lemma do_opE o s t i j : op_ok o s t -> in_size t i j -> exists2 ts : seq (R * (nat * nat)),
  all (fun x => in_size s x.2.1 x.2.2) ts &
  forall (T : lmodType R) (F : nat -> nat -> T), do_op o s t F i j = \sum_(x <- ts) x.1 *: F x.2.1 x.2.2.
Proof.
have one k l (c : R) : in_size s k l -> exists2 ts : seq (R * (nat * nat)),
    all (fun x => in_size s x.2.1 x.2.2) ts &
    forall (T : lmodType R) (F : nat -> nat -> T), c *: F k l = \sum_(x <- ts) x.1 *: F x.2.1 x.2.2.
  by exists [:: (c, (k, l))] => [|T F]; rewrite /= ?andbT ?big_seq1.
case: o => [e|e|e|||source] ok /[dup] ij /andP[it jt].
- exists [seq (m_at (meaning mps e (no_mat R)) i l, (l, j)) | l <- iota 0 s.1].
    by apply/allP => _ /mapP[l + ->]; rewrite mem_iota /in_size /= => ->; rewrite (eqP ok).
  by move=> T F; rewrite big_map /= -[in RHS](subn0 s.1) big_mkord.
- exists [seq (m_at (meaning mps e (no_mat R)) l j, (i, l)) | l <- iota 0 s.2].
    by apply/allP => _ /mapP[l + ->]; rewrite mem_iota /in_size /= (eqP ok) it => ->.
  by move=> T F; rewrite big_map /= -[in RHS](subn0 s.2) big_mkord.
- by apply: one; rewrite (eqP ok).
- have [|ts H E] := one j i 1; first by move: ij; rewrite (eqP ok) /in_size /= andbC.
  by exists ts => // T F; rewrite -E scale1r.
- have [ts H E] := one _ _ 1 (repeat_in ok ij).
  by exists ts => // T F; rewrite -E scale1r.
- have [ts H E] := one _ _ 1 (gather_in ok ij).
  by exists ts => // T F; rewrite -E scale1r.
Qed.

Section Linear.
Variables (o : op) (s t : size2) (i j : nat).
Hypotheses (ok : op_ok o s t) (ij : in_size t i j).

Lemma do_op_lin (T : lmodType R) (F : nat -> nat -> T) : lin (entries_of s F) (do_op o s t F i j).
Proof.
have [ts /allP H ->] := do_opE ok ij; rewrite big_seq; elim/big_rec: _ => [|x g /H xs Gg]; first exact: lin0.
by apply: linZD => //; apply: lin_in; exists x.2.1, x.2.2.
Qed.

Lemma do_opZD (T : lmodType R) c (F F' F'' : nat -> nat -> T) :
  (forall k l, in_size s k l -> F'' k l = c *: F k l + F' k l) ->
  do_op o s t F'' i j = c *: do_op o s t F i j + do_op o s t F' i j.
Proof.
move=> E; have [ts /allP H H'] := do_opE ok ij; rewrite !H' scaler_sumr -big_split big_seq [RHS]big_seq /=.
by apply: eq_bigr => x /H xs; rewrite E // scalerDr !scalerA mulrC.
Qed.

Lemma do_op0 (T : lmodType R) (F : nat -> nat -> T) : (forall k l, in_size s k l -> F k l = 0) -> do_op o s t F i j = 0.
Proof.
move=> E; have [ts /allP H ->] := do_opE ok ij; rewrite big_seq big1 // => x /H xs.
by rewrite E // scaler0.
Qed.

Lemma do_op_affine n d (W c : nat -> nat -> R) (F : nat -> nat -> 'M[R]_(n, d)) X :
  (forall k l, in_size s k l -> W k l = c k l + at_input (F k l) X) ->
  do_op o s t (W : nat -> nat -> R^o) i j = do_op o s t (c : nat -> nat -> R^o) i j + at_input (do_op o s t F i j) X.
Proof.
move=> E; have [ts /allP H H'] := do_opE ok ij; rewrite !H' at_input_sum -big_split big_seq [RHS]big_seq /=.
by apply: eq_bigr => x /H xs; rewrite E // at_inputZ -scalerDr.
Qed.
End Linear.
End Steps.

(* kinds *)
Section Kinds.
Variables (R : comRingType) (n d : nat).
Implicit Types (F : nat -> nat -> 'M[R]_(n, d)) (k : kind) (s t : size2).
Notation "[ k ]" := (N.to_nat k).

Definition upto T m (P : nat -> T) g := exists2 p, (p < m)%N & g = P p.
Definition kind_ok s k F : Prop :=
  match k with
  | Sandwich r c t => exists (P : nat -> 'cV[R]_n) (Q : nat -> 'rV[R]_d),
      [/\ dim_le (upto (if t then s.2 else s.1) P) [r], dim_le (upto (if t then s.1 else s.2) Q) [c] &
          forall i j, in_size s i j -> F i j = if t then P j *m Q i else P i *m Q j]
  | Entries c => dim_le (entries_of s F) [c]
  end.

Lemma dim_le_upto (T : lmodType R) m (P : nat -> T) : dim_le (upto m P) m.
Proof.
apply: (dim_le_fin (I := [finType of 'I_m]) (K := fun i => P i)); first by rewrite card_ord.
by move=> g [p lt ->]; exists (Ordinal lt).
Qed.

Lemma dim_le_entries (T : lmodType R) s (F : nat -> nat -> T) : dim_le (entries_of s F) (s.1 * s.2).
Proof.
apply: (dim_le_fin (I := [finType of 'I_s.1 * 'I_s.2]) (K := fun x => F x.1 x.2)); first by rewrite card_prod !card_ord.
by move=> g [i [j [/andP[it jt] ->]]]; exists (Ordinal it, Ordinal jt).
Qed.

Lemma dim_le_min (T : lmodType R) (G : T -> Prop) r c : dim_le G [r] -> dim_le G c -> dim_le G [N.min r (N.of_nat c)].
Proof. by move=> Gr Gc; rewrite (_ : [_] = minn [r] c); [rewrite /minn; case: ifP | lia]. Qed.

Lemma kind_transposed s k F : kind_ok s k F -> kind_ok (s.2, s.1) (transposed k) (fun i j => F j i).
Proof.
case: k => [r c t|c] /=; last first.
  by apply: dim_leS => g [i [j [ij ->]]]; apply: lin_in; exists j, i; rewrite /in_size andbC.
case=> P [Q [dP dQ E]]; exists P, Q; split=> [||i j ij]; try by case: t dP dQ {E}.
by rewrite E; [case: t {dP dQ E} | rewrite /in_size andbC].
Qed.

Lemma kind_from_left s t k F (C : nat -> nat -> R) : s.2 = t.2 -> kind_ok s k F ->
  kind_ok t (from_left t k) (fun i j => \sum_(l < s.1) C i l *: F l j).
Proof.
have less (T : lmodType R) m m' (P : nat -> T) r : dim_le (upto m P) [r] ->
    dim_le (upto m' (fun i => \sum_(l < m) C i l *: P l)) [N.min r (N.of_nat m')].
  move=> dP; apply: dim_le_min; last exact: dim_le_upto.
  apply: dim_leS dP => g [p _ ->]; apply: (lin_sum (I := [finType of 'I_m])) => l _; apply: lin_in; by exists l.
move=> st; case: k => [r c [] | c] /=.
- case=> P [Q [dP dQ E]]; exists P, (fun i => \sum_(l < s.1) C i l *: Q l); rewrite -st.
  split=> // [|i j /andP[it jt]]; first exact: less.
  by rewrite mulmx_sumr; apply: eq_bigr => l _; rewrite E ?scalemxAr // /in_size ltn_ord st.
- case=> P [Q [dP dQ E]]; exists (fun i => \sum_(l < s.1) C i l *: P l), Q; rewrite -st.
  split=> // [|i j /andP[it jt]]; first exact: less.
  by rewrite mulmx_suml; apply: eq_bigr => l _; rewrite E ?scalemxAl // /in_size ltn_ord st.
move=> dF; rewrite (_ : entries t = N.of_nat (t.1 * t.2)); last by rewrite /entries; lia.
apply: dim_le_min; last exact: dim_le_entries.
apply: dim_leS dF => g [i [j [/andP[it jt] ->]]]; apply: (lin_sum (I := [finType of 'I_s.1])) => l _.
by apply: lin_in; exists l, j; rewrite /in_size ltn_ord st.
Qed.

Lemma kind_from_right s t k F (C : nat -> nat -> R) : s.1 = t.1 -> kind_ok s k F ->
  kind_ok t (from_right t k) (fun i j => \sum_(l < s.2) C l j *: F i l).
Proof.
move=> st /kind_transposed dF.
have := kind_transposed (@kind_from_left (s.2, s.1) (t.2, t.1) _ _ (fun i l => C l i) st dF).
by rewrite -surjective_pairing.
Qed.

Lemma kind_mixed s t k F F' : (forall i j, in_size t i j -> lin (entries_of s F) (F' i j)) -> kind_ok s k F ->
  kind_ok t (mixed t k) F'.
Proof.
move=> FF dF; rewrite /= (_ : entries t = N.of_nat (t.1 * t.2)); last by rewrite /entries; lia.
apply: dim_le_min; last exact: dim_le_entries.
have {FF} : forall g, entries_of t F' g -> lin (entries_of s F) g by move=> g [i [j [ij ->]]]; apply: FF.
move/dim_leS; apply; case: k dF => [r c tr|c] //= [P [Q [dP dQ E]]].
rewrite N2Nat.inj_mul; apply: dim_leS (dim_le_mulmx dP dQ) => g [i [j [/[dup] ij /andP[it jt] ->]]].
apply: lin_in; rewrite E //; case: tr {dP dQ E}; first by exists (P j), (Q i); split=> //; [exists j | exists i].
by exists (P i), (Q j); split=> //; [exists i | exists j].
Qed.

Lemma kind_repeat (mps : seq (mat R)) s t k F : op_ok ORepeat s t -> kind_ok s k F ->
  kind_ok t k (do_op mps ORepeat s t F).
Proof.
move=> ok; have in1 i : (i < t.1 -> (if s.1 == 1 then 0 else i) < s.1)%N.
  by case/andP: ok => /orP[] /eqP e _ it; [rewrite e | rewrite e; case: eqP => [->|]].
have in2 j : (j < t.2 -> (if s.2 == 1 then 0 else j) < s.2)%N.
  by case/andP: ok => _ /orP[] /eqP e jt; [rewrite e | rewrite e; case: eqP => [->|]].
case: k => [r c tr|c] /=; last first.
  apply: dim_leS => g [i [j [ij ->]]]; apply: lin_in; have := repeat_in ok ij.
  by exists (if s.1 == 1 then 0 else i)%N, (if s.2 == 1 then 0 else j)%N.
case=> P [Q [dP dQ E]]; exists (fun i => P (if (if tr then s.2 else s.1) == 1 then 0 else i)%N).
exists (fun j => Q (if (if tr then s.1 else s.2) == 1 then 0 else j)%N); split.
- apply: dim_leS dP => g [p pt ->]; apply: lin_in; case: tr pt {dQ E} => [/in2|/in1] lt; eexists; eauto.
- apply: dim_leS dQ => g [p pt ->]; apply: lin_in; case: tr pt {dP E} => [/in1|/in2] lt; eexists; eauto.
by move=> i j ij; rewrite /= (E _ _ (repeat_in ok ij)); case: (tr).
Qed.

Lemma dim_le_mask (G : 'M[R]_(n, d) -> Prop) (S : pred 'I_n) r : dim_le G r ->
  dim_le (fun g => exists2 h, G h & g = mask S h) (minn r (#|S| * d)).
Proof.
move=> dG; rewrite /minn; case: ifP => _; last exact: dim_le_side.
exact: (dim_le_map (mask_linear R d S)).
Qed.

Lemma dim_le_row (G : 'rV[R]_d -> Prop) : dim_le G d.
Proof.
exists [finType of 'I_d], (fun i => delta_mx 0 i); split=> [|g _]; [exact: card_ord | exists (g 0)].
exact: row_sum_delta.
Qed.

Lemma kind_forms s k F (S : pred 'I_n) : kind_ok s k F ->
  dim_le (fun g => exists2 h, entries_of s F h & g = mask S h) [forms k (N.of_nat #|S|) (N.of_nat d)].
Proof.
case: k => [r c tr|c] /= => [[P [Q [dP dQ E]]]|dF]; last first.
  by rewrite -Nat2N.inj_mul; rewrite (_ : [_] = minn [c] (#|S| * d)); [apply: dim_le_mask | lia].
pose S1 : pred 'I_n := S.
have dP' : dim_le (fun g => exists2 h, upto (if tr then s.2 else s.1) P h & g = mask S1 h) [N.min r (N.of_nat #|S|)].
  apply: dim_le_min; first exact: (dim_le_map (mask_linear R 1 S)).
  by rewrite -[X in dim_le _ X]muln1; apply: dim_le_side.
have dQ' := dim_le_min dQ (dim_le_row _).
rewrite N2Nat.inj_mul; apply: dim_leS (dim_le_mulmx dP' dQ') => _ [_ [i [j [/[dup] ij /andP[it jt] ->]]] ->].
have maskM p q : mask S (P p *m Q q) = mask S1 (P p) *m Q q.
  apply/matrixP=> a b; rewrite !mxE; under [RHS]eq_bigr do rewrite mxE.
  by rewrite /S1; case: (S a) => //; rewrite big1 // => l _; rewrite mul0r.
apply: lin_in; rewrite E //; case: tr {dP dQ E dP' dQ'}; rewrite maskM.
  by exists (mask S1 (P j)), (Q i); split=> //; [exists (P j) => //; exists j | exists i].
by exists (mask S1 (P i)), (Q j); split=> //; [exists (P i) => //; exists i | exists j].
Qed.
End Kinds.
