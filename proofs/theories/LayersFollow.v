(* The images that a value is a function of: what LayersImages.images says is so (theorem 4.5 of theory.md).
   pol_in s F D V      == the entries within the size s of V, a matrix for each X, are polynomials of degree at most D
                          in the functions of the set F
   tensor k r i j      == the linear form at the place (i, j) of what the steps r make of the image k of the state
   forms_of l          == all forms in the images l; all forms, if l is None
   comb s P T          == T is a combination of images in P, each taken as a whole
   value_ok s D l V    == V has the size s, its images l are as their kinds say, and its entries are polynomials of
                          degree at most D in their forms; if D <= 1, constants and a combination of the images
   Proved: an expression makes polynomials of degree D to such of its degree (meaning_pol), and of a value that is
   value_ok one that is so with its size, degree and images (images_ok). Parameters may have any values. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import Attention TwoSidedPoly Layers LayersImages LayersForms.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.
Local Notation size2 := (nat * nat)%type.

(* images that are found to be the same are *)
Lemma sameP a b : same a b -> a = b.
Proof.
elim: a b => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k l|a Ha b Hb] [] //=.
- by move=> j /eqP ->.
- by move=> a' b' /andP[/Ha -> /Hb ->].
- by move=> a' b' /andP[/Ha -> /Hb ->].
- by move=> a' b' /andP[/Ha -> /Hb ->].
- by move=> a' /Ha ->.
- by move=> a' k' /andP[/eqP -> /Ha ->].
- by move=> a' k' /andP[/eqP -> /Ha ->].
- by move=> a' m' k' /and3P[/eqP -> /eqP -> /Ha ->].
- by move=> a' m' k' l' /and4P[/eqP -> /eqP -> /eqP -> /Ha ->].
- by move=> a' b' /andP[/Ha -> /Hb ->].
Qed.
Lemma same_opP a b : same_op a b -> a = b.
Proof.
case: a b => [a|a|a|||l] [] //=; first by move=> b /sameP ->.
- by move=> b /sameP ->.
- by move=> b /sameP ->.
- by move=> b /eqP ->.
Qed.
Lemma same_stepP a b : same_step a b -> a = b.
Proof. by case: a b => [o s] [o' s'] /andP[/= /eqP -> /same_opP ->]. Qed.
Lemma same_stepsP r t : same_steps r t -> r = t.
Proof. by elim: r t => [|a r IH] [|b t] //= /andP[/same_stepP -> /IH ->]. Qed.
Lemma same_kindP a b : same_kind a b -> a = b.
Proof.
case: a b => [r c t|c] [] //=; first by move=> r' c' t' /and3P[/N.eqb_spec -> /N.eqb_spec -> /eqP ->].
by move=> c' /N.eqb_spec ->.
Qed.
Lemma same_imageP a b : same_image a b -> a = b.
Proof. by case: a b => [f r k] [f' r' k'] /and3P[/= /eqP -> /same_kindP -> /same_stepsP ->]. Qed.

Lemma In_has T (p : pred T) l : has p l -> exists2 x, List.In x l & p x.
Proof. by elim: l => //= x l IH /orP[px|/IH[y yl py]]; [exists x; [left|] | exists y; [right|]]. Qed.

Lemma In_both l m i : List.In i (odflt [::] (both l m)) -> List.In i (odflt [::] l) \/ List.In i (odflt [::] m).
Proof.
case: l m => [l|] [m|] //=; rewrite /both; case: ifP => //= _.
elim: m l => [|x m IH] l /=; first by left.
case/IH; last by auto.
by case: ifP => _ ; [left | rewrite -cats1 => /List.in_app_iff[|[->|[]]]; auto].
Qed.

Lemma both_In l m i : List.In i l \/ List.In i m ->
  List.In i (foldl (fun r i => if has (same_image i) r then r else rcons r i) l m).
Proof.
elim: m l => [|x m IH] l /=; first by case.
case=> [il|[xi|im]]; apply: IH; [left | left | by right].
  by case: ifP => // _; rewrite -cats1; apply/List.in_app_iff; left.
rewrite -{i}xi; case: ifP => [/In_has[y yl /same_imageP -> //]|_].
by rewrite -cats1; apply/List.in_app_iff; right; left.
Qed.

Section Entries.
Variables (R : comRingType) (W : Type) (ps : seq lparam) (mps : seq (mat R)).
Hypothesis sized : [seq (m_rows M, m_cols M) | M <- mps] = [seq (l_rows p, l_cols p) | p <- ps].
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : W -> mat R) (F : (W -> R) -> Prop) (i j : nat).

Definition sizes s V := forall X, m_rows (V X) = s.1 /\ m_cols (V X) = s.2.
Definition pol_in s F D V := forall i j, in_size s i j -> pol F D (fun X => m_at (V X) i j).

Lemma pol_inS s F (F' : (W -> R) -> Prop) D V : (forall f, F f -> F' f) -> pol_in s F D V -> pol_in s F' D V.
Proof. by move=> FF FV i j ij; apply: polS FF (FV i j ij). Qed.

Lemma param_size i p : ohead (drop i ps) = Some p ->
  m_rows (nth (no_mat R) mps i) = l_rows p /\ m_cols (nth (no_mat R) mps i) = l_cols p.
Proof.
move=> E; have ip : (i < size ps)%N by rewrite ltnNge; apply/negP => /drop_oversize sE; rewrite sE in E.
have im : (i < size mps)%N by rewrite -(size_map (fun M => (m_rows M, m_cols M))) sized size_map.
have := congr1 (fun z => nth (0, 0)%N z i) sized; rewrite (nth_map (no_mat R)) // (nth_map (LParameter 0 0 None)) //.
by move: E; rewrite (drop_nth (LParameter 0 0 None) ip) /= => -[->] [-> ->].
Qed.

Lemma param_nth i p : ohead (drop i ps) = Some p -> nth (LParameter 0 0 None) ps i = p.
Proof.
move=> E; have ip : (i < size ps)%N by rewrite ltnNge; apply/negP => /drop_oversize sE; rewrite sE in E.
by move: E; rewrite (drop_nth (LParameter 0 0 None) ip) /= => -[->].
Qed.

Definition moves o := match o with OTranspose | ORepeat | OGather _ => true | _ => false end.

(* what an expression does to polynomials *)
Section Polynomials.
Variables (F : (W -> R) -> Prop) (a b : lexpr) (V : W -> mat R).
Notation VA := (fun X => meaning mps a (V X)).
Notation VB := (fun X => meaning mps b (V X)).

Lemma pol_product r t D D' : r.2 = t.1 -> sizes r VA -> pol_in r F D VA -> pol_in t F D' VB ->
  pol_in (r.1, t.2) F (D + D') (fun X => meaning mps (LProduct a b) (V X)).
Proof.
move=> rt sA pA pB i j /andP[ir jt].
have P l : (l < r.2)%N -> pol F (D + D') (fun X => m_at (VA X) i l * m_at (VB X) l j).
  move=> lt; apply: polM (leqnn _); first by apply: pA; apply/andP.
  by apply: pB; rewrite /in_size -rt lt.
by apply: pol_eq (pol_sum P) _ => X /=; case: (sA X) => _ ->.
Qed.

Lemma pol_hadamard r D D' : pol_in r F D VA -> pol_in r F D' VB ->
  pol_in r F (D + D') (fun X => meaning mps (LHadamard a b) (V X)).
Proof. by move=> pA pB i j ij; apply: polM (pA i j ij) (pB i j ij) (leqnn _). Qed.

Lemma pol_add r D D' : pol_in r F D VA -> pol_in r F D' VB ->
  pol_in r F (maxn D D') (fun X => meaning mps (LAdd a b) (V X)).
Proof.
move=> pA pB i j ij; apply: polD; first exact: polW (pA i j ij) (leq_maxl _ _).
exact: polW (pB i j ij) (leq_maxr _ _).
Qed.

Lemma pol_param s i : pol_in s F 0 (fun X => meaning mps (LParam i) (V X)).
Proof. by move=> i' j' _; apply: pol_const. Qed.

Lemma pol_op o r t D V' : op_ok o r t -> moves o ->
  (forall X i j, in_size t i j -> m_at (V' X) i j = do_op mps o r t (m_at (VA X) : nat -> nat -> R^o) i j) ->
  pol_in r F D VA -> pol_in t F D V'.
Proof.
case: o => //= [|| source] ok _ E pA i j ij.
- have ji : in_size r j i by move/eqP: ok ij => ->; rewrite /in_size /= andbC.
  by apply: pol_eq (pA _ _ ji) _ => X; rewrite E.
- by apply: pol_eq (pA _ _ (repeat_in ok ij)) _ => X; rewrite E.
- by apply: pol_eq (pA _ _ (gather_in ok ij)) _ => X; rewrite E.
Qed.

Lemma pol_power r D k : pol_in r F D VA -> pol_in r F (D * k) (fun X => meaning mps (LPower a k) (V X)).
Proof. by move=> pA i j ij; apply: polX (pA i j ij). Qed.

Lemma pol_polynomial r D c p : ohead (drop c ps) = Some p -> pol_in r F D VA ->
  pol_in r F (D * (l_rows p).-1) (fun X => meaning mps (LPolynomial a c) (V X)).
Proof.
move=> pE pA i j ij; have [rE _] := param_size pE.
have P l : (l < l_rows p)%N ->
    pol F (D * (l_rows p).-1) (fun X => m_at (nth (no_mat R) mps c) l 0 * m_at (VA X) i j ^+ l).
  move=> lt; apply: polZ; apply: polW (polX l (pA i j ij)) _; rewrite leq_mul2l; apply/orP; right; lia.
by apply: pol_eq (pol_sum P) _ => X; rewrite /= rE.
Qed.
End Polynomials.

(* sizes *)
Lemma meaning_size e s t V : fits ps e s = Some t -> sizes s V -> sizes t (fun X => meaning mps e (V X)).
Proof.
elim: e s t V => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k l|a Ha b Hb] s t V /= fE sV X.
- by case: fE => <-.
- by move: fE; case E: (ohead _) => [p|] // [<-] /=; apply: param_size.
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // _ [<-] /=.
  by case: (Ha _ _ _ Ea sV X) => -> _; case: (Hb _ _ _ Eb sV X) => _ ->.
- by move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // _ [<-];
    apply: Ha Ea sV X.
- by move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // _ [<-];
    apply: Ha Ea sV X.
- by move: fE; case Ea: (fits ps a s) => [r|] // [<-] /=; case: (Ha _ _ _ Ea sV X).
- by move: fE; case: ifP => // _ Ea; apply: Ha Ea sV X.
- by move: fE; case: (ohead _) => // p; case: ifP => // _ Ea; apply: Ha Ea sV X.
- by move: fE; case: (fits ps a s) => //= r; case: ifP => // _ [<-].
- by move: fE; case: (fits ps a s) => //= r; case: ifP => // _ [<-].
- by move: fE; case Ea: (fits ps a s) => [r|] //= Eb; apply: (Hb _ _ (fun X => meaning mps a (V X)) Eb) => Y;
    apply: (Ha _ _ V Ea).
Qed.
End Entries.

Section Meaning.
Variables (R : comRingType) (W : Type) (ps : seq lparam) (mps : seq (mat R)).
Hypothesis sized : [seq (m_rows M, m_cols M) | M <- mps] = [seq (l_rows p, l_cols p) | p <- ps].
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : W -> mat R) (F : (W -> R) -> Prop) (i j : nat).

Lemma degree_ofE e D : [degree_of ps e D] = ldegree ps e [D].
Proof.
elim: e D => //= [a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha k|a Ha c|a Ha b Hb] D.
- by rewrite -Ha -Hb; lia.
- by rewrite -Ha -Hb; lia.
- by rewrite -Ha -Hb; lia.
- by rewrite N2Nat.inj_mul Nat2N.id Ha.
- by rewrite N2Nat.inj_mul Nat2N.id Ha.
- by rewrite Hb Ha.
Qed.

Lemma coefficientsE c p : ohead (drop c ps) = Some p -> coefficients ps c = (l_rows p).-1.
Proof. by rewrite /coefficients => /param_nth ->. Qed.

(* polynomials, in the forms of any set *)
Lemma meaning_pol e s t F D V : fits ps e s = Some t -> sizes s V -> pol_in s F [D] V ->
  pol_in t F [degree_of ps e D] (fun X => meaning mps e (V X)).
Proof.
elim: e s t D V => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k source|a Ha b Hb]
  s t D V /= fE sV pV.
- by case: fE => <-.
- exact: pol_param.
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [<-].
  rewrite N2Nat.inj_add; apply: (@pol_product R W mps F a b V r r') => //; [|exact: Ha Ea sV pV|exact: Hb Eb sV pV].
  exact: (meaning_size sized Ea sV).
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [<-].
  rewrite N2Nat.inj_add; apply: pol_hadamard; [exact: Ha Ea sV pV|rewrite rr; exact: Hb Eb sV pV].
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [<-].
  rewrite (_ : [N.max _ _] = maxn [degree_of ps a D] [degree_of ps b D]); last by lia.
  by apply: pol_add; [exact: Ha Ea sV pV|rewrite rr; exact: Hb Eb sV pV].
- move: fE; case Ea: (fits ps a s) => [r|] // [<-].
  by apply: (pol_op (mps := mps) (a := a) (V := V) (o := OTranspose) (r := r) _ _ _ (Ha _ _ _ _ Ea sV pV)) => //=.
- move: fE; case: ifP => // _ Ea; rewrite N2Nat.inj_mul Nat2N.id.
  by apply: pol_power; apply: Ha Ea sV pV.
- move: fE; case pE: (ohead _) => [p|] //; case: ifP => // _ Ea; rewrite N2Nat.inj_mul Nat2N.id (coefficientsE pE).
  by apply: (pol_polynomial sized pE); apply: Ha Ea sV pV.
- move: fE; case Ea: (fits ps a s) => [r|] //=; case: ifP => // rE [<-].
  apply: (pol_op (mps := mps) (a := a) (V := V) (o := ORepeat) (r := r) _ _ _ (Ha _ _ _ _ Ea sV pV)) => //=.
    by case/orP: rE => /eqP -> /=; rewrite eqxx ?orbT.
  by move=> X i j _; case: (meaning_size sized Ea sV X) => -> ->.
- move: fE; case Ea: (fits ps a s) => [r|] //=; case: ifP => // rE [<-].
  apply: (pol_op (mps := mps) (a := a) (V := V) (o := OGather source) (r := r) _ _ _ (Ha _ _ _ _ Ea sV pV)) => //=.
  by move=> X i j _; case: (meaning_size sized Ea sV X) => _ ->.
- move: fE; case Ea: (fits ps a s) => [r|] //= Eb; apply: (Hb _ _ _ (fun X => meaning mps a (V X)) Eb).
    exact: (meaning_size sized Ea sV).
  exact: Ha Ea sV pV.
Qed.

(* a value of degree 0 is constant *)
Definition same_mat (A B : mat R) :=
  [/\ m_rows A = m_rows B, m_cols A = m_cols B & forall i j, m_at A i j = m_at B i j].
Lemma meaning_const e s t D A B : fits ps e s = Some t -> degree_of ps e D = 0%bN -> (D = 0%bN -> same_mat A B) ->
  same_mat (meaning mps e A) (meaning mps e B).
Proof.
elim: e s t D A B => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k source|a Ha b Hb]
  s t D A B /= fE D0 AB.
- exact: AB.
- by split.
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] // _.
  have [|r1 c1 e1] := Ha _ _ D A B Ea _ AB; first by lia.
  have [|r2 c2 e2] := Hb _ _ D A B Eb _ AB; first by lia.
  by split=> //= i j; rewrite c1; apply: eq_bigr => l _; rewrite e1 e2.
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] // _.
  have [|r1 c1 e1] := Ha _ _ D A B Ea _ AB; first by lia.
  have [|r2 c2 e2] := Hb _ _ D A B Eb _ AB; first by lia.
  by split=> //= i j; rewrite e1 e2.
- move: fE; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] // _.
  have [|r1 c1 e1] := Ha _ _ D A B Ea _ AB; first by lia.
  have [|r2 c2 e2] := Hb _ _ D A B Eb _ AB; first by lia.
  by split=> //= i j; rewrite e1 e2.
- move: fE; case Ea: (fits ps a s) => [r|] // _.
  by have [r1 c1 e1] := Ha _ _ D A B Ea D0 AB; split=> //= i j; rewrite e1.
- move: fE; case: ifP => // k0 Ea.
  have [|r1 c1 e1] := Ha _ _ D A B Ea _ AB; first by lia.
  by split=> //= i j; rewrite e1.
- move: fE; case pE: (ohead _) => [p|] //; case: ifP => // /andP[/andP[_ p1] _] Ea; rewrite (coefficientsE pE) in D0.
  have p0 : (0 < (l_rows p).-1)%N by lia.
  have [|r1 c1 e1] := Ha _ _ D A B Ea _ AB; first by clear -D0 p0; move: p0 D0; case: (l_rows p).-1 => // q _; lia.
  by split=> //= i j; apply: eq_bigr => l _; rewrite e1.
- move: fE; case Ea: (fits ps a s) => [r|] //= _.
  by have [r1 c1 e1] := Ha _ _ D A B Ea D0 AB; split=> //= i j; rewrite r1 c1 e1.
- move: fE; case Ea: (fits ps a s) => [r|] //= _.
  by have [r1 c1 e1] := Ha _ _ D A B Ea D0 AB; split=> //= i j; rewrite c1 e1.
- move: fE; case Ea: (fits ps a s) => [r|] //= Eb; apply: (Hb _ _ (degree_of ps a D) _ _ Eb D0) => Da.
  exact: Ha Ea Da AB.
Qed.

Lemma degree_of0 e : degree_of ps e 0 = 0%bN.
Proof. by elim: e => //= [a -> b -> | a -> b -> | a -> b -> | a -> | a -> | a -> b ->]. Qed.

End Meaning.

Section Images.
Variables (R : comRingType) (n d : nat) (ps : seq lparam) (mps : seq (mat R)).
Hypothesis sized : [seq (m_rows M, m_cols M) | M <- mps] = [seq (l_rows p, l_cols p) | p <- ps].
Variables (s0 : size2) (base : nat -> nat -> nat -> 'M[R]_(n, d)).
Notation form := 'M[R]_(n, d).
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : form -> mat R) (G H : form -> Prop) (i j : nat) (l : option (seq image)).

(* images *)
Definition isize (r : seq step) := if r is st :: _ then st.2 else s0.
Fixpoint tensor (k : nat) (r : seq step) : nat -> nat -> form :=
  if r is (o, t) :: r then do_op mps o (isize r) t (tensor k r) else base k.
Fixpoint steps_ok (r : seq step) := if r is (o, t) :: r then op_ok o (isize r) t && steps_ok r else true.
Definition image_ok (i : image) :=
  steps_ok (steps i) /\ kind_ok (isize (steps i)) (kind_of i) (tensor (from i) (steps i)).
Definition tensor_of l (T : nat -> nat -> form) :=
  if l is Some l then exists2 i, List.In i l & T = tensor (from i) (steps i) else True.
Definition forms_of l (g : form) :=
  if l is Some l then exists2 i, List.In i l & entries_of (isize (steps i)) (tensor (from i) (steps i)) g else True.

Inductive comb s (P : (nat -> nat -> form) -> Prop) : (nat -> nat -> form) -> Prop :=
  | comb_in T : P T -> comb s P T
  | comb0 T : (forall i j, in_size s i j -> T i j = 0) -> comb s P T
  | combZD c T T' T'' : comb s P T -> comb s P T' ->
      (forall i j, in_size s i j -> T'' i j = c *: T i j + T' i j) -> comb s P T''.

Lemma combS s (P Q : (nat -> nat -> form) -> Prop) T : (forall T, P T -> Q T) -> comb s P T -> comb s Q T.
Proof.
move=> PQ; elim=> {T} [T /PQ QT|T T0|c T T' T'' _ H _ H' E]; first exact: comb_in.
  exact: comb0.
exact: combZD E.
Qed.

Record value_ok s (D : N) l V : Prop := ValueOk {
  v_size : sizes s V;
  v_image : forall i : image, List.In i (odflt [::] l) -> image_ok i /\ ((D <= 1)%bN -> isize (steps i) = s);
  v_const : D = 0%bN -> l = Some [::];
  v_affine : (D <= 1)%bN -> exists c T, comb s (tensor_of l) T /\
    forall X i j, in_size s i j -> m_at (V X) i j = c i j + at_input (T i j) X;
  v_high : (1 < D)%bN -> pol_in s (linear_in (forms_of l)) [D] V }.

Lemma value_const s l V : value_ok s 0 l V -> exists c, forall X i j, in_size s i j -> m_at (V X) i j = c i j.
Proof.
case=> _ _ /(_ erefl) -> aff _; case: (aff (N.le_0_l 1)) => c [T [CT E]]; exists c => X i j ij; rewrite E //.
suff -> : T i j = 0 by rewrite at_input0 addr0.
elim: CT {E} => {T} [T [] // |T /(_ i j ij) //|c' T T' T'' _ H _ H' E].
by rewrite E // H H' scaler0 addr0.
Qed.

Lemma value_lin s D l V T i j : value_ok s D l V -> (D <= 1)%bN -> comb s (tensor_of l) T -> in_size s i j ->
  lin (forms_of l) (T i j).
Proof.
move=> vV D1 + ij; elim=> {T} [T TT|T /(_ i j ij) ->|c' T T' T'' _ H _ H' E].
- apply: lin_in; move: TT (v_image vV); case: (l) => [l'|] //= [im imi ->] /(_ im imi)[_ /(_ D1) si].
  by exists im => //; exists i, j; rewrite si.
- exact: lin0.
by rewrite E //; apply: linZD.
Qed.

Lemma value_pol s D l V : value_ok s D l V -> pol_in s (linear_in (forms_of l)) [D] V.
Proof.
case: (N.ltb_spec 1 D) => D1 vV; first exact: v_high vV D1.
have [D0|D0] := N.eq_dec D 0.
  rewrite D0 in vV *; have [c E] := value_const vV.
  by move=> i j ij; apply: pol_eq (pol_const _ _ (c i j)) _ => X; rewrite E.
have [c [T [CT E]]] := v_affine vV D1; have DE : [D] = 1%N by lia.
move=> i j ij; rewrite DE; apply: pol_eq (polD (pol_const _ _ (c i j)) (pol_lin (value_lin vV D1 CT ij))) _ => X.
by rewrite E.
Qed.

(* one step, of a value of degree at most 1 *)
Lemma each_ok o s t D l f V V' : value_ok s D l V -> (D <= 1)%bN -> op_ok o s t -> sizes t V' ->
  (forall k (F : nat -> nat -> form), kind_ok s k F -> kind_ok t (f k) (do_op mps o s t F)) ->
  (forall X i j, in_size t i j -> m_at (V' X) i j = do_op mps o s t (m_at (V X) : nat -> nat -> R^o) i j) ->
  value_ok t D (each o t f l) V'.
Proof.
move=> vV D1 ok sV' kf E; split=> // [i|D0|_|]; last by lia.
- case: l vV => [l|] //= vV /List.in_map_iff[i' [<- il]].
  have [[so ko] /(_ D1) si] := v_image vV il; split=> //=; split; rewrite /= ?si ?ok //.
  by apply: kf; rewrite -si.
- by rewrite (v_const vV D0).
have [c [T [CT cE]]] := v_affine vV D1.
exists (do_op mps o s t (c : nat -> nat -> R^o)), (do_op mps o s t T); split; last first.
  by move=> X i j ij; rewrite E //; apply: (do_op_affine mps ok ij) => k m km; apply: cE.
elim: CT {cE} => {T} [T TT|T T0|c' T T' T'' _ H _ H' E'].
- apply: comb_in; move: TT (v_image vV); case: (l) => [l'|] //= [i il ->] /(_ i il)[_ /(_ D1) si].
  by exists (Image (from i) ((o, t) :: steps i) (f (kind_of i))); [apply/List.in_map_iff; exists i | rewrite /= si].
- by apply: comb0 => i j ij; apply: (do_op0 mps ok ij).
by apply: (combZD (c := c') H H') => i j ij; apply: (do_opZD mps ok ij).
Qed.

Lemma tensor_both l m T : tensor_of l T \/ tensor_of m T -> tensor_of (both l m) T.
Proof.
case: l m => [l|] [m|] //=; rewrite /both; case: ifP => //= _.
by case=> -[i il ->]; exists i => //; apply: both_In; [left|right].
Qed.
Lemma forms_both l m g : forms_of l g \/ forms_of m g -> forms_of (both l m) g.
Proof.
case: l m => [l|] [m|] //=; rewrite /both; case: ifP => //= _.
by case=> -[i il Hg]; exists i => //; apply: both_In; [left|right].
Qed.

Local Notation seen l := (linear_in (forms_of l)).
Section Binary.
Variables (r r' t : size2) (dA dB D : N) (A B : option (seq image)) (VA VB V : form -> mat R).
Hypotheses (vA : value_ok r dA A VA) (vB : value_ok r' dB B VB) (sV : sizes t V).

(* a product of which neither factor is constant, or both *)
Lemma both_ok : ((D <= 1)%bN -> [/\ dA = 0, dB = 0 & D = 0]%bN) ->
  (dA = 0%bN -> dB = 0%bN -> exists c, forall X i j, in_size t i j -> m_at (V X) i j = c i j) ->
  (pol_in r (seen (both A B)) [dA] VA -> pol_in r' (seen (both A B)) [dB] VB -> pol_in t (seen (both A B)) [D] V) ->
  value_ok t D (both A B) V.
Proof.
move=> D0 cV pV; split=> // [i|D1|D1|D1].
- case: (N.leb_spec D 1) => [/D0[a0 b0 _]|D1].
    by rewrite (v_const vA a0) (v_const vB b0).
  by case/In_both=> [/(v_image vA)|/(v_image vB)] [ok _]; split=> //; lia.
- case: D0 => [|a0 b0 _]; first by lia.
  by rewrite (v_const vA a0) (v_const vB b0).
- have [a0 b0 _] := D0 D1; have [c E] := cV a0 b0; exists c, (fun _ _ => 0); split=> [|X i j ij].
    exact: comb0.
  by rewrite at_input0 addr0 E.
by apply: pV; [apply: pol_inS (value_pol vA) | apply: pol_inS (value_pol vB)] => f [g Hg fE];
  exists g => //; apply: forms_both; auto.
Qed.

Lemma add_ok : r = t -> r' = t -> D = N.max dA dB ->
  (forall X i j, in_size t i j -> m_at (V X) i j = m_at (VA X) i j + m_at (VB X) i j) ->
  (pol_in r (seen (both A B)) [dA] VA -> pol_in r' (seen (both A B)) [dB] VB -> pol_in t (seen (both A B)) [D] V) ->
  value_ok t D (both A B) V.
Proof.
move=> rt r't DE E pV; split=> // [i|D0|D1|_].
- by case/In_both=> [/(v_image vA)|/(v_image vB)] [ok si]; split=> // D1; rewrite si ?rt ?r't //; lia.
- by rewrite (v_const vA) ?(v_const vB) //; lia.
- have [|c [T [CT cE]]] := v_affine vA; first by lia.
  have [|c' [T' [CT' cE']]] := v_affine vB; first by lia.
  exists (fun i j => c i j + c' i j), (fun i j => 1 *: T i j + T' i j); split=> [|X i j ij].
    rewrite rt in CT; rewrite r't in CT'; apply: (combZD (c := 1) (T := T) (T' := T')) => //.
      by apply: combS CT => U HU; apply: tensor_both; left.
    by apply: combS CT' => U HU; apply: tensor_both; right.
  by rewrite E // cE ?rt // cE' ?r't // scale1r at_inputD addrACA.
by apply: pV; [apply: pol_inS (value_pol vA) | apply: pol_inS (value_pol vB)] => f [g Hg fE];
  exists g => //; apply: forms_both; auto.
Qed.
End Binary.

Section Unary.
Variables (r t : size2) (D : N) (A : option (seq image)) (VA V : form -> mat R).
Hypotheses (vA : value_ok r D A VA).

Lemma moved_ok o f : op_ok o r t -> moves o -> sizes t V ->
  (forall k (F : nat -> nat -> form), kind_ok r k F -> kind_ok t (f k) (do_op mps o r t F)) ->
  (forall X i j, in_size t i j -> m_at (V X) i j = do_op mps o r t (m_at (VA X) : nat -> nat -> R^o) i j) ->
  (pol_in r (seen A) [D] VA -> pol_in t (seen A) [D] V) ->
  value_ok t D (if (D <=? 1)%bN then each o t f A else A) V.
Proof.
move=> ok mv sV kf E pV; case: N.leb_spec => D1; first exact: each_ok vA D1 ok sV kf E.
split=> // [i /(v_image vA)[iok _]|D0|D1'|_]; [by split=> //; lia | by lia | by lia |].
exact: pV (value_pol vA).
Qed.

Lemma activated_ok q (phi : R -> R) : (0 < q)%N -> sizes r V ->
  (forall X i j, in_size r i j -> m_at (V X) i j = phi (m_at (VA X) i j)) ->
  (q = 1%N -> exists c0 c1, forall z, phi z = c0 + c1 * z) ->
  (pol_in r (seen A) [D] VA -> pol_in r (seen A) [D * N.of_nat q] V) ->
  value_ok r (D * N.of_nat q) A V.
Proof.
move=> q0 sV E lin_phi pV; have le1 : (D * N.of_nat q <= 1 -> D = 0 \/ D = 1 /\ q = 1%N)%bN by nia.
split=> // [i /(v_image vA)[iok si]|D0|/le1[D0|[D1 q1]]|_].
- by split=> // /le1 le; apply: si; lia.
- by apply: (v_const vA); nia.
- have [c cE] := value_const (eq_ind D (fun D => value_ok r D A VA) vA 0%bN D0);
    exists (fun i j => phi (c i j)), (fun _ _ => 0).
  by split=> [|X i j ij]; [apply: comb0 | rewrite at_input0 addr0 E // cE].
- have [|c [T [CT cE]]] := v_affine vA; first by lia.
  have [c0 [c1 phiE]] := lin_phi q1; exists (fun i j => c0 + c1 * c i j), (fun i j => c1 *: T i j + 0).
  split=> [|X i j ij]; last by rewrite E // phiE cE // addr0 at_inputZ mulrDr addrA.
  by apply: (combZD (c := c1) (T := T) (T' := fun _ _ => 0)) => //; apply: comb0.
exact: pV (value_pol vA).
Qed.
End Unary.

Lemma images_ok e s t D l V : fits ps e s = Some t -> value_ok s D l V ->
  value_ok t (degree_of ps e D) (images ps e s D l) (fun X => meaning mps e (V X)).
Proof.
elim: e s t D l V => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k source|a Ha b Hb]
  s t D l V fE vV;
  have sV := meaning_size sized fE (v_size vV).
- by case: fE => <-.
- split=> // _.
  by exists (m_at (nth (no_mat R) mps i)), (fun _ _ => 0); split=> [|X i' j' ij];
    [apply: comb0 | rewrite at_input0 addr0].
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [tE].
  have vA := Ha _ _ _ _ _ Ea vV; have vB := Hb _ _ _ _ _ Eb vV; rewrite /= tE.
  have cA X : degree_of ps a D = 0%bN -> D <> 0%bN -> same_mat (meaning mps a (V X)) (meaning mps a (no_mat R)).
    by move=> a0 D0; apply: (meaning_const mps Ea a0).
  have cB X : degree_of ps b D = 0%bN -> D <> 0%bN -> same_mat (meaning mps b (V X)) (meaning mps b (no_mat R)).
    by move=> b0 D0; apply: (meaning_const mps Eb b0).
  have Dn e : degree_of ps e D = 1%bN -> D <> 0%bN by move=> e1 D0; rewrite D0 degree_of0 in e1.
  have mE X : m_cols (meaning mps a (V X)) = r.2 by case: (meaning_size sized Ea (v_size vV) X).
  case: ifP => [/andP[/N.eqb_spec a0 /N.eqb_spec b1]|n01].
    rewrite a0 N.add_0_l; apply: (each_ok vB) => //; first by rewrite b1.
    - by rewrite /= -tE.
    - by move=> k F; apply: kind_from_left; rewrite -tE.
    move=> X i j ij /=; rewrite mE rr; apply: eq_bigr => l' _; by case: (cA X a0 (Dn _ b1)) => _ _ ->.
  case: ifP => [/andP[/N.eqb_spec a1 /N.eqb_spec b0]|n10].
    rewrite b0 N.add_0_r; apply: (each_ok vA) => //; first by rewrite a1.
    - by rewrite /= -tE.
    - by move=> k F; apply: kind_from_right; rewrite -tE.
    move=> X i j ij /=; rewrite mE; apply: eq_bigr => l' _; case: (cB X b0 (Dn _ a1)) => _ _ ->; exact: mulrC.
  apply: (both_ok vA vB) => // [D1|a0 b0|pA pB].
  + have [-> ->] // : degree_of ps a D = 0%bN /\ degree_of ps b D = 0%bN.
    by move: n01 n10; do ![case: N.eqb_spec => //=]; lia.
  + rewrite a0 in vA; rewrite b0 in vB; have [c cE] := value_const vA; have [c' cE'] := value_const vB.
    exists (fun i j => \sum_(l' < r.2) c i l' * c' l' j) => X i j; rewrite -tE => /andP[ir jr] /=.
    by rewrite mE; apply: eq_bigr => l' _; rewrite cE ?cE' // /in_size ?ir -?rr ltn_ord.
  by rewrite -tE N2Nat.inj_add; apply: (pol_product rr (meaning_size sized Ea (v_size vV)) pA pB).
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [tE].
  subst r' r; have vA := Ha _ _ _ _ _ Ea vV; have vB := Hb _ _ _ _ _ Eb vV; rewrite /=.
  have cA X : degree_of ps a D = 0%bN -> D <> 0%bN -> same_mat (meaning mps a (V X)) (meaning mps a (no_mat R)).
    by move=> a0 D0; apply: (meaning_const mps Ea a0).
  have cB X : degree_of ps b D = 0%bN -> D <> 0%bN -> same_mat (meaning mps b (V X)) (meaning mps b (no_mat R)).
    by move=> b0 D0; apply: (meaning_const mps Eb b0).
  have Dn e : degree_of ps e D = 1%bN -> D <> 0%bN by move=> e1 D0; rewrite D0 degree_of0 in e1.
  case: ifP => [/andP[/N.eqb_spec a0 /N.eqb_spec b1]|n01].
    rewrite a0 N.add_0_l; apply: (each_ok vB) => //; first by rewrite b1.
    - exact: eqxx.
    - by move=> k F; apply: kind_mixed => i j ij; apply: (do_op_lin mps _ ij); apply: eqxx.
    by move=> X i j ij /=; case: (cA X a0 (Dn _ b1)) => _ _ ->.
  case: ifP => [/andP[/N.eqb_spec a1 /N.eqb_spec b0]|n10].
    rewrite b0 N.add_0_r; apply: (each_ok vA) => //; first by rewrite a1.
    - exact: eqxx.
    - by move=> k F; apply: kind_mixed => i j ij; apply: (do_op_lin mps _ ij); apply: eqxx.
    by move=> X i j ij /=; case: (cB X b0 (Dn _ a1)) => _ _ ->; exact: mulrC.
  apply: (both_ok vA vB) => // [D1|a0 b0|pA pB].
  + have [-> ->] // : degree_of ps a D = 0%bN /\ degree_of ps b D = 0%bN.
    by move: n01 n10; do ![case: N.eqb_spec => //=]; lia.
  + rewrite a0 in vA; rewrite b0 in vB; have [c cE] := value_const vA; have [c' cE'] := value_const vB.
    by exists (fun i j => c i j * c' i j) => X i j ij /=; rewrite cE ?cE'.
  by rewrite N2Nat.inj_add; apply: pol_hadamard.
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [tE].
  subst r' r; have vA := Ha _ _ _ _ _ Ea vV; have vB := Hb _ _ _ _ _ Eb vV.
  apply: (add_ok vA vB) => // pA pB; rewrite (_ : [_] = maxn [degree_of ps a D] [degree_of ps b D]) /=; last by lia.
  exact: pol_add.
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] // [tE]; have vA := Ha _ _ _ _ _ Ea vV; rewrite /= tE.
  have ok : op_ok OTranspose r t by rewrite /= tE.
  apply: (moved_ok vA) => //; first by move=> k F /kind_transposed; rewrite -tE.
  by apply: (pol_op (mps := mps) (a := a) (V := V) ok).
- move: (fE) => /=; case: ifP => // k0 Ea; have vA := Ha _ _ _ _ _ Ea vV.
  apply: (activated_ok (phi := fun z => z ^+ k) vA) => //; first by lia.
    by move=> ->; exists 0, 1 => z; rewrite add0r mul1r.
  by rewrite N2Nat.inj_mul Nat2N.id; apply: pol_power.
- move: (fE) => /=; case pE: (ohead _) => [p|] //; case: ifP => // /andP[/andP[_ p1] _] Ea;
    have vA := Ha _ _ _ _ _ Ea vV.
  rewrite (coefficientsE pE); have [rE _] := param_size sized pE.
  apply: (activated_ok (phi := fun z => \sum_(l < l_rows p) m_at (nth (no_mat R) mps c) l 0 * z ^+ l) vA) => //;
    first by lia.
  - by move=> X i j ij /=; rewrite rE.
  - move=> q1; have -> : l_rows p = 2%N by lia.
    exists (m_at (nth (no_mat R) mps c) 0 0), (m_at (nth (no_mat R) mps c) 1 0) => z.
    by rewrite !big_ord_recl big_ord0 addr0 expr0 mulr1.
  by rewrite N2Nat.inj_mul Nat2N.id; apply: (pol_polynomial sized pE).
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //=; case: ifP => // rE [tE]; have vA := Ha _ _ _ _ _ Ea vV;
    rewrite tE.
  have ok : op_ok ORepeat r t by rewrite -tE; case/orP: rE => /eqP -> /=; rewrite eqxx ?orbT.
  have E X i j : in_size t i j -> m_at (meaning mps (LRepeat a m k) (V X)) i j =
      do_op mps ORepeat r t (m_at (meaning mps a (V X)) : nat -> nat -> R^o) i j.
    by move=> _ /=; case: (meaning_size sized Ea (v_size vV) X) => -> ->.
  by apply: (moved_ok vA) => //; [move=> k' F; apply: kind_repeat | apply: (pol_op (mps := mps) (a := a) (V := V) ok)].
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //=; case: ifP => // rE [tE]; have vA := Ha _ _ _ _ _ Ea vV;
    rewrite tE.
  have ok : op_ok (OGather source) r t by rewrite -tE.
  have E X i j : in_size t i j -> m_at (meaning mps (LGather a m k source) (V X)) i j =
      do_op mps (OGather source) r t (m_at (meaning mps a (V X)) : nat -> nat -> R^o) i j.
    by move=> _ /=; rewrite -tE /=; case: (meaning_size sized Ea (v_size vV) X) => _ ->.
  apply: (moved_ok vA) => //; last by apply: (pol_op (mps := mps) (a := a) (V := V) ok).
  by move=> k' F; apply: kind_mixed => i j ij; apply: do_op_lin.
move: (fE) => /=; case Ea: (fits ps a s) => [r|] //= Eb.
exact: Hb Eb (Ha _ _ _ _ _ Ea vV).
Qed.
End Images.
