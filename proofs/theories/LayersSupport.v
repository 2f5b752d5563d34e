(* The support bound of any network by its layers: Theorem 4.6' of theory.md, its hypotheses as docs/format.md has them
   in the last paragraph of the theorems in section 7.
   The first layer of degree above 1 depends on X by one power or polynomial of degree k >= 3 of a value of degree 1
   with E entries, and by nothing else; D the product of the layers' degrees, M = D / k; n_A, n_B as in LayersDegree.v.
   For all parameters of the sizes in the file, over any commutative ring, all partitions, all entries of the last
   state,
     sep <= min over t <= D + 1 of \sum_(b < t) N_B(b) + \sum_(a <= D - t) N_A(a),
   N_S(a) the lesser of mc n_S a and the number of monomials of degree a in E variables with \sum_i ceil(alpha_i/k)
   <= M.
   Relation to theory.md: equal (there t counts the other side); the bound is 1 if D = 0.

   through             == how a value depends on X: it is affine, by one activation, or in another way
   through_of ps e s d t == how the value of e does, t being that of its input, of size s and degree d
   support_value ls n d a b == the bound for sides of a and b of the n tokens of width d; None if sizes do not fit,
                          if there are no layers, if no such layer is first, or beyond a limit of its cost
   act_ok s D G E k V  == the entries of V are polynomials of degree D / k in E numbers sg_e(z_e + c_e), where the z_e
                          are combinations of forms of the set G and the sg_e polynomials of degree at most k *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank SpanCover Attention TwoSidedPoly DegreeCover MixerSupport.
From Seprank Require Import Layers LayersImages LayersForms LayersFollow LayersDegree LayersMonomials.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope N_scope with bN.
Local Notation size2 := (nat * nat)%type.

(* how a value depends on X *)
Inductive through := Affine | Activation (entries : N) (k : nat) | Other.
Section Through.
Variable ps : seq lparam.
Local Open Scope bN.
Definition joined (a b : through) (da db d : N) : through :=
  if db =? 0 then a else if da =? 0 then b else if d <=? 1 then Affine else Other.
Definition raised (s : size2) (d : N) (k : nat) (a : through) : through :=
  if (d =? 1) && (1 <? N.of_nat k) then Activation (entries s) k else a.
Fixpoint through_of (e : lexpr) (s : size2) (d : N) (t : through) : through :=
  let size_of a := odflt (0%N, 0%N) (fits ps a s) in let go a := through_of a s d t in let deg a := degree_of ps a d in
  match e with
  | LInput => t
  | LParam _ => Affine
  | LProduct a b | LHadamard a b => joined (go a) (go b) (deg a) (deg b) (deg a + deg b)
  | LAdd a b => joined (go a) (go b) (deg a) (deg b) (N.max (deg a) (deg b))
  | LTranspose a | LRepeat a _ _ | LGather a _ _ _ => go a
  | LPower a k => raised (size_of a) (deg a) k (go a)
  | LPolynomial a c => raised (size_of a) (deg a) (coefficients ps c) (go a)
  | LThen a b => if 1 <? deg a then go a else through_of b (size_of a) (deg a) (go a)
  end.
End Through.
Fixpoint first_activation (ls : seq llayer) (s : size2) : through :=
  if ls is l :: ls then
    let: (ps, e) := (l_params l, l_expr l) in
    if (1 <? degree_of ps e 1)%bN then through_of ps e s 1 Affine else first_activation ls (odflt (0, 0) (fits ps e s))
  else Affine.

Definition support_value (ls : seq llayer) (n d a b : nat) : option N :=
  let D := total_degree ls in
  if ~~ nilp ls && isSome (layers_size ls (n, d)) && (D <=? 1024)%bN then
    if first_activation ls (n, d) is Activation E k then
      let M := N.to_nat (D / N.of_nat k) in
      if (2 < k) && (E * N.of_nat M.+1 * N.of_nat k.+2 * D <=? 4194304)%bN then
        let table := allowed (N.to_nat E) k M in let ks := all_seen ls n d in
        let side a := support_table (count_forms ks (N.of_nat a) (N.of_nat d)) table in
        Some (if (D =? 0)%bN then 1%bN else least_stairs (side a) (side b))
      else None
    else None
  else None.

Local Open Scope ring_scope.
Section Activations.
Variables (R : comRingType) (n d : nat) (ps : seq lparam) (mps : seq (mat R)).
Hypothesis sized : [seq (m_rows M, m_cols M) | M <- mps] = [seq (l_rows p, l_cols p) | p <- ps].
Variables (s0 : size2) (base : nat -> nat -> nat -> 'M[R]_(n, d)).
Notation form := 'M[R]_(n, d).
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : form -> mat R) (i j : nat) (l : option (seq image)).
Local Notation value_ok := (value_ok mps s0 base).
Local Notation forms_of := (forms_of mps s0 base).

(* polynomials of degree m in E activations of affine functions with linear forms from G *)
Definition acts (E : nat) (z : nat -> form) (c : nat -> R) (sg : nat -> {poly R}) (f : form -> R) :=
  exists2 e, (e < E)%N & f = (fun X => (sg e).[at_input (z e) X + c e]).
Record act_ok s D (G : form -> Prop) E k V : Prop := ActOk {
  a_k : (1 < k)%N;
  a_pol : exists (z : nat -> form) (c : nat -> R) (sg : nat -> {poly R}) m,
    [/\ forall e, (e < E)%N -> lin G (z e), forall e, (size (sg e) <= k.+1)%N,
    [D] = (k * m)%N & pol_in s (acts E z c sg) m V] }.
Definition follows s D l th V := if th is Activation E k then (0 < D)%bN -> act_ok s D (forms_of l) [E] k V else True.

Lemma act_high s D G E k V : act_ok s D G E k V -> (0 < D)%bN -> (1 < D)%bN.
Proof.
case=> k1 [z [c [sg [[|m] [_ _ DE _]]]]] D0; first by rewrite muln0 in DE; lia.
by have : (2 * 1 <= k * m.+1)%N; [apply: leq_mul | rewrite -DE; lia].
Qed.

Lemma act_made s t D D' (G G' : form -> Prop) E k V V' q : act_ok s D G E k V -> (forall g, G g -> G' g) ->
  [D'] = ([D] * q)%N -> (forall F m, pol_in s F m V -> pol_in t F (m * q) V') -> act_ok t D' G' E k V'.
Proof.
move=> [k1 [z [c [sg [m [Gz ss DE pV]]]]]] GG DE' VV; split=> //; exists z, c, sg, (m * q)%N; split=> //.
- by move=> e /Gz; apply: linS => g /GG; apply: lin_in.
- by rewrite DE' DE mulnA.
exact: VV.
Qed.

Lemma const_pol s D l V (F : (form -> R) -> Prop) : value_ok s D l V -> D = 0%bN -> pol_in s F 0 V.
Proof.
move=> vV D0; rewrite D0 in vV; have [c cE] := value_const vV; move=> i j ij.
by apply: pol_eq (pol_const F 0 (c i j)) _ => X; rewrite cE.
Qed.

(* where one of two values is constant *)
Lemma joined_follows r r' t dA dB D A B l ta tb VA VB V :
  value_ok r dA A VA -> value_ok r' dB B VB -> follows r dA A ta VA -> follows r' dB B tb VB ->
  (dB = 0%bN -> D = dA) -> (dA = 0%bN -> D = dB) ->
  ((1 < dA)%bN \/ (1 < dB)%bN -> l = both A B) ->
  (dB = 0%bN -> forall F m, pol_in r F m VA -> pol_in r' F 0 VB -> pol_in t F m V) ->
  (dA = 0%bN -> forall F m, pol_in r F 0 VA -> pol_in r' F m VB -> pol_in t F m V) ->
  follows t D l (joined ta tb dA dB D) V.
Proof.
move=> vA vB fA fB DA DB lE pA pB; rewrite /joined; case: N.eqb_spec => [b0|b0].
  case: ta fA => // E k fA; rewrite /follows (DA b0) => a0; have aA := fA a0.
  rewrite lE; last by left; exact: act_high aA a0.
  apply: (act_made aA (q := 1)) => [g Hg||F m HA]; [by apply: forms_both; left | by rewrite muln1 |].
  by rewrite muln1; apply: pA => //; exact: const_pol vB b0.
case: N.eqb_spec => [a0|a0]; last by case: ifP.
case: tb fB => // E k fB; rewrite /follows (DB a0) => b0'; have aB := fB b0'.
rewrite lE; last by right; exact: act_high aB b0'.
apply: (act_made aB (q := 1)) => [g Hg||F m HB]; [by apply: forms_both; right | by rewrite muln1 |].
by rewrite muln1; apply: pB => //; exact: const_pol vA a0.
Qed.

Lemma degree_mult e D : (1 < D)%bN -> degree_of ps e D = 0%bN \/ (1 < degree_of ps e D)%bN.
Proof.
move=> D1; rewrite degree_of_scale; have [->|q0] := N.eq_dec (degree_of ps e 1) 0; first by left.
by right; nia.
Qed.

Lemma images_kept e s D l g : (1 < D)%bN -> (0 < degree_of ps e D)%bN -> forms_of l g -> forms_of (images ps e s D l) g.
Proof.
elim: e s D l => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k source|a Ha b Hb]
  s D l /= D1 D0 Hg //.
- have ma := degree_mult a D1; have mb := degree_mult b D1.
  rewrite (_ : (degree_of ps b D =? 1)%bN = false); last by case: N.eqb_spec; lia.
  rewrite (_ : (degree_of ps a D =? 1)%bN = false) ?andbF /=; last by case: N.eqb_spec; lia.
  by apply: forms_both; case: ma => ma; [right; apply: Hb => //; lia | left; apply: Ha => //; lia].
- have ma := degree_mult a D1; have mb := degree_mult b D1.
  rewrite (_ : (degree_of ps b D =? 1)%bN = false); last by case: N.eqb_spec; lia.
  rewrite (_ : (degree_of ps a D =? 1)%bN = false) ?andbF /=; last by case: N.eqb_spec; lia.
  by apply: forms_both; case: ma => ma; [right; apply: Hb => //; lia | left; apply: Ha => //; lia].
- have ma := degree_mult a D1; have mb := degree_mult b D1.
  by apply: forms_both; case: ma => ma; [right; apply: Hb => //; lia | left; apply: Ha => //; lia].
- by rewrite (_ : (degree_of ps a D <=? 1)%bN = false); [apply: Ha | case: N.leb_spec; have := degree_mult a D1; lia].
- by apply: Ha => //; nia.
- by apply: Ha => //; nia.
- by rewrite (_ : (degree_of ps a D <=? 1)%bN = false); [apply: Ha | case: N.leb_spec; have := degree_mult a D1; lia].
- by rewrite (_ : (degree_of ps a D <=? 1)%bN = false); [apply: Ha | case: N.leb_spec; have := degree_mult a D1; lia].
have [a0|a1] := degree_mult a D1; first by rewrite a0 degree_of0 in D0.
by apply: Hb => //; apply: Ha => //; lia.
Qed.
End Activations.

Section Activated.
Variables (R : comRingType) (n d : nat) (ps : seq lparam) (mps : seq (mat R)).
Hypothesis sized : [seq (m_rows M, m_cols M) | M <- mps] = [seq (l_rows p, l_cols p) | p <- ps].
Variables (s0 : size2) (base : nat -> nat -> nat -> 'M[R]_(n, d)).
Notation form := 'M[R]_(n, d).
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : form -> mat R) (i j : nat) (l : option (seq image)).
Local Notation value_ok := (value_ok mps s0 base).
Local Notation forms_of := (forms_of mps s0 base).
Local Notation follows := (follows mps s0 base).

Lemma activation_made r D A k (p : {poly R}) VA V : value_ok r D A VA -> D = 1%bN -> (1 < k)%N -> (size p <= k.+1)%N ->
  (forall X i j, in_size r i j -> m_at (V X) i j = p.[m_at (VA X) i j]) ->
  act_ok r (D * N.of_nat k) (forms_of A) [entries r] k V.
Proof.
move=> vA D1 k1 pk E; split=> //; have D1' : (D <= 1)%bN by rewrite D1.
have [c [T [CT cE]]] := v_affine vA D1'.
have eE : [entries r] = (r.1 * r.2)%N by rewrite N2Nat.inj_mul !Nat2N.id.
exists (fun e => T (e %/ r.2) (e %% r.2))%N, (fun e => c (e %/ r.2) (e %% r.2))%N, (fun _ => p), 1%N; split=> //.
- move=> e; rewrite eE => eir; apply: (value_lin vA D1' CT).
  by have r0 : (0 < r.2)%N by [move: eir; case: r.2 => //; rewrite muln0]; rewrite /in_size ltn_divLR // eir ltn_mod.
- by rewrite D1; lia.
move=> i j /[dup] ij /andP[ir jr]; have r0 : (0 < r.2)%N by apply: leq_ltn_trans jr.
have eir : (i * r.2 + j < [entries r])%N.
  by rewrite eE; apply: (leq_trans (n := i.+1 * r.2)); [rewrite mulSn addnC ltn_add2r | rewrite leq_mul2r ir orbT].
apply: (pol_eq (pol_in1 (ltn0Sn 0) (ex_intro2 _ _ (i * r.2 + j)%N eir erefl))) => X.
by rewrite E // cE // divnMDl // modnMDl modn_small // divn_small // addn0 addrC.
Qed.

Lemma moved_follows r t D A th VA V o f : follows r D A th VA ->
  (forall F m, pol_in r F m VA -> pol_in t F m V) ->
  follows t D (if (D <=? 1)%bN then each o t f A else A) th V.
Proof.
move=> fA pV; case: th fA => // E k fA D0; have aA := fA D0.
rewrite (_ : (D <=? 1)%bN = false); last by case: N.leb_spec; have := act_high aA D0; lia.
by apply: (act_made aA (q := 1)) => [//||F m HA]; rewrite muln1 //; apply: pV.
Qed.

Lemma raised_follows r D A th VA V k (p : {poly R}) : value_ok r D A VA -> follows r D A th VA -> (0 < k)%N ->
  (size p <= k.+1)%N -> (forall X i j, in_size r i j -> m_at (V X) i j = p.[m_at (VA X) i j]) ->
  (forall F m, pol_in r F m VA -> pol_in r F (m * k) V) ->
  follows r (D * N.of_nat k) A (raised r D k th) V.
Proof.
move=> vA fA k0 pk E pV; rewrite /raised; case: N.eqb_spec => [D1|D1] /=.
  case: N.ltb_spec => k1; first by move=> _; apply: activation_made E => //; lia.
  case: th fA => // E' k' fA _; have D0 : (0 < D)%bN by lia.
  by have := act_high (fA D0) D0; lia.
case: th fA => // E' k' fA D0; have D0' : (0 < D)%bN by lia.
by apply: (act_made (fA D0') (q := k)) => //; rewrite N2Nat.inj_mul Nat2N.id.
Qed.

Lemma through_ok e s t D l th V : fits ps e s = Some t -> value_ok s D l V -> follows s D l th V ->
  follows t (degree_of ps e D) (images ps e s D l) (through_of ps e s D th) (fun X => meaning mps e (V X)).
Proof.
elim: e s t D l th V => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k source|a Ha b Hb]
  s t D l th V
  fE vV fV; have sV := v_size vV.
- by case: fE => <-.
- by [].
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [tE].
  have [vA vB] := (images_ok sized Ea vV, images_ok sized Eb vV); rewrite /= tE.
  apply: (joined_follows vA vB (Ha _ _ _ _ _ _ Ea vV fV) (Hb _ _ _ _ _ _ Eb vV fV)) =>
    [->|->|hi|_ F m pA pB|_ F m pA pB].
  + exact: N.add_0_r.
  + exact: N.add_0_l.
  + by do ![case: N.eqb_spec => //=]; lia.
  + by rewrite -tE -[m]addn0; apply: (pol_product rr (meaning_size sized Ea sV) pA pB).
  + by rewrite -tE -[m]add0n; apply: (pol_product rr (meaning_size sized Ea sV) pA pB).
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [tE].
  subst r' r; have [vA vB] := (images_ok sized Ea vV, images_ok sized Eb vV); rewrite /=.
  apply: (joined_follows vA vB (Ha _ _ _ _ _ _ Ea vV fV) (Hb _ _ _ _ _ _ Eb vV fV)) =>
    [->|->|hi|_ F m pA pB|_ F m pA pB].
  + exact: N.add_0_r.
  + exact: N.add_0_l.
  + by do ![case: N.eqb_spec => //=]; lia.
  + by rewrite -[m]addn0; apply: (pol_hadamard pA pB).
  + by rewrite -[m]add0n; apply: (pol_hadamard pA pB).
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //; case Eb: (fits ps b s) => [r'|] //; case: ifP => // /eqP rr [tE].
  subst r' r; have [vA vB] := (images_ok sized Ea vV, images_ok sized Eb vV); rewrite /=.
  apply: (joined_follows vA vB (Ha _ _ _ _ _ _ Ea vV fV) (Hb _ _ _ _ _ _ Eb vV fV)) =>
    [->|->|//|_ F m pA pB|_ F m pA pB].
  + exact: N.max_0_r.
  + exact: N.max_0_l.
  + by rewrite -(maxn0 m); apply: (pol_add pA pB).
  + by rewrite -(max0n m); apply: (pol_add pA pB).
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] // [tE]; rewrite /= tE.
  apply: (moved_follows _ _ (Ha _ _ _ _ _ _ Ea vV fV)) => F m.
  by apply: (pol_op (mps := mps) (a := a) (V := V) (o := OTranspose)); rewrite //= tE.
- move: (fE) => /=; case: ifP => // k0 Ea; rewrite /= Ea.
  apply: (raised_follows (p := 'X^k) (images_ok sized Ea vV) (Ha _ _ _ _ _ _ Ea vV fV)) => //; first by lia.
  + by rewrite size_polyXn.
  + by move=> X i j _; rewrite hornerXn.
  by move=> F m; apply: pol_power.
- move: (fE) => /=; case pE: (ohead _) => [p|] //; case: ifP => // /andP[/andP[_ p1] _] Ea;
    rewrite /= Ea (coefficientsE pE).
  have [rE _] := param_size sized pE.
  pose q := \poly_(l < l_rows p) m_at (nth (no_mat R) mps c) l 0.
  apply: (raised_follows (p := q) (images_ok sized Ea vV) (Ha _ _ _ _ _ _ Ea vV fV)) => //; first by lia.
  + by rewrite prednK ?size_poly //; lia.
  + by move=> X i j _ /=; rewrite horner_poly rE.
  by move=> F m; apply: (pol_polynomial sized pE).
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //=; case: ifP => // rE [tE]; rewrite tE.
  have ok : op_ok ORepeat r t by rewrite -tE; case/orP: rE => /eqP -> /=; rewrite eqxx ?orbT.
  apply: (moved_follows _ _ (Ha _ _ _ _ _ _ Ea vV fV)) => F m'.
  apply: (pol_op (mps := mps) (a := a) (V := V) ok) => // X i j _ /=.
  by case: (meaning_size sized Ea sV X) => -> ->.
- move: (fE) => /=; case Ea: (fits ps a s) => [r|] //=; case: ifP => // rE [tE]; rewrite tE.
  have ok : op_ok (OGather source) r t by rewrite -tE.
  apply: (moved_follows _ _ (Ha _ _ _ _ _ _ Ea vV fV)) => F m'.
  apply: (pol_op (mps := mps) (a := a) (V := V) ok) => // X i j _ /=.
  by rewrite -tE /=; case: (meaning_size sized Ea sV X) => _ ->.
move: (fE) => /=; case Ea: (fits ps a s) => [r|] //= Eb.
have fA := Ha _ _ _ _ _ _ Ea vV fV; have vA := images_ok sized Ea vV.
case: N.ltb_spec => a1; last exact: Hb Eb vA fA.
case: (through_of ps a s D th) fA => // E k fA D0.
have [|k1 [z [c [sg [m [Gz ss DE pV]]]]]] := fA; first by lia.
split=> //; exists z, c, sg, [degree_of ps b (N.of_nat m)]; split=> //.
- by move=> e /Gz; apply: linS => g Hg; apply: lin_in; apply: images_kept.
- by rewrite !(degree_of_scale _ _ (N.of_nat m)) (degree_of_scale ps b) !N2Nat.inj_mul DE Nat2N.id mulnCA.
apply: (meaning_pol sized Eb (meaning_size sized Ea sV)); by rewrite Nat2N.id.
Qed.
End Activated.

Section Layers.
Variables (R : comRingType) (n d : nat).
Notation form := 'M[R]_(n, d).
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : form -> mat R) (ls : seq llayer) (pss : seq (seq (mat R))).

Lemma value_all mps mps' s0 s0' base base' s D l V : value_ok mps s0 base s D l V -> D = 1%bN ->
  @value_ok R n d mps' s0' base' s D None V.
Proof.
move=> vV D1; have [|c [T [_ E]]] := v_affine vV; first by rewrite D1.
split=> //; [exact: v_size vV | by rewrite D1 | by exists c, T; split=> //; apply: comb_in | by rewrite D1].
Qed.

Lemma network_act ls pss s t D (G : form -> Prop) E k V : sized_layers ls pss -> layers_size ls s = Some t ->
  sizes s V -> act_ok s D G E k V -> act_ok t (D * total_degree ls) G E k (fun X => network pss (map l_expr ls) (V X)).
Proof.
move=> sz tE sV [k1 [z [c [sg [m [Gz ss DE pV]]]]]]; split=> //.
exists z, c, sg, [N.of_nat m * total_degree ls]%bN; split=> //; first by rewrite !N2Nat.inj_mul DE Nat2N.id mulnA.
by apply: (network_pol sz tE sV); rewrite Nat2N.id.
Qed.

Lemma act_all ls pss s t V E k mps s0 base : value_ok mps s0 base s 1 None V -> sized_layers ls pss ->
  layers_size ls s = Some t -> (0 < total_degree ls)%bN -> first_activation ls s = Activation E k ->
  act_ok t (total_degree ls) (fun _ => True) [E] k (fun X => network pss (map l_expr ls) (V X)).
Proof.
elim: ls pss s V mps s0 base => [|l ls IH] [|mps pss] s V mps' s0 base // vV sz; rewrite [layers_size _ _]/=.
case fE: (fits _ _ _) => [r|] // tE; case: sz => sz1 sz2; rewrite [total_degree _]/= [first_activation _ _]/= fE.
have {}vV := value_all mps s0 base vV erefl.
pose W := fun X : form => meaning mps (l_expr l) (V X); have vW : value_ok mps s0 base r _ _ W := images_ok sz1 fE vV.
move: vW; set D := degree_of _ _ _ => vW D0; case: N.ltb_spec => D1 thE.
  have := through_ok (th := Affine) sz1 fE vV I; rewrite thE => /(_ _)[|k1 aP]; first by rewrite -/D; lia.
  by apply: (network_act sz2 tE (v_size vW)); split=> //; have [z [c [sg [m [_ ss DE pV]]]]] := aP;
    exists z, c, sg, m; split=> // e _; apply: lin_in.
have D1' : D = 1%bN by lia.
rewrite D1' N.mul_1_l in D0 *; apply: (IH pss r W mps s0 base _ sz2 tE D0 thE).
by rewrite -D1'; apply: value_all vW _.
Qed.

Lemma first_activation_ok ls pss s t ks base V E k : sized_layers ls pss -> layers_size ls s = Some t ->
  state_ok s ks base V -> (0 < total_degree ls)%bN -> first_activation ls s = Activation E k ->
  exists2 G : form -> Prop,
    act_ok t (total_degree ls) G [E] k (fun X => network pss (map l_expr ls) (V X)) &
    forall S : pred 'I_n, dim_le (fun g => exists2 h, G h & g = mask S h)
      [count_forms (visible ls s ks) (N.of_nat #|S|) (N.of_nat d)].
Proof.
elim: ls pss s ks base V => [|l ls IH] [|mps pss] s ks base V // sz; rewrite [layers_size _ _]/=.
case fE: (fits _ _ _) => [r|] // tE sV; case: sz => sz1 sz2.
pose W := fun X : form => meaning mps (l_expr l) (V X); have vV := state_value mps sV.
have vW : value_ok mps s base r _ _ W := images_ok sz1 fE vV.
rewrite [total_degree _]/= [first_activation _ _]/= [visible _ _ _]/= fE.
move: vW; set D := degree_of _ _ _; set ims := images _ _ _ _ _ => vW D0.
case: N.ltb_spec => D1 thE /=.
  have := through_ok (th := Affine) sz1 fE vV I; rewrite thE => /(_ _)[|k1 aP]; first by rewrite -/D; lia.
  exists (forms_of mps s base ims) => [|S]; first exact: (network_act sz2 tE (v_size vW)).
  case: ims vW {aP} => [r'|] vW; last by rewrite /= -Nat2N.inj_mul Nat2N.id; apply: dim_le_side.
  by apply: dim_le_visible => i ir; have [] := v_image vW ir.
have D1' : D = 1%bN by lia.
have ls0 : nilp ls = false by case: (ls) thE.
rewrite D1' N.mul_1_l ls0 in D0 *; rewrite D1' in vW.
case El: ims vW => [r'|] vW; last first.
  exists (fun _ => True) => [|S]; first exact: (act_all vW sz2 tE D0 thE).
  by rewrite /= -Nat2N.inj_mul Nat2N.id; apply: dim_le_side.
have [G aG dG] := IH pss r _ _ W sz2 tE (next_state vW) D0 thE.
by exists G.
Qed.
End Layers.

Lemma pol0 (R : comRingType) W (F : (W -> R) -> Prop) k f : pol F k f -> k = 0%N -> exists c, forall X, f X = c.
Proof.
elim=> {k f} [k c|k f k0 _|k f f' _ IH _ IH'|k l m f f' _ IH _ IH' le|k f f' _ IH E] km.
- by exists c.
- by rewrite km in k0.
- by have [[c E] [c' E']] := (IH km, IH' km); exists (c + c') => X; rewrite E E'.
- have [|c E] := IH; first by lia.
  have [|c' E'] := IH'; first by lia.
  by exists (c * c') => X; rewrite E E'.
by have [c E'] := IH km; exists c => X; rewrite -E E'.
Qed.

Section Bound.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n).
Notation form := 'M[R]_(n, d).
Notation "[ k ]" := (N.to_nat k).

Lemma acts_poly E (z : nat -> form) c sg m f : pol (acts E z c sg) m f ->
  poly_in (fun (e : 'I_E) (xy : form * form) =>
    (sg e).[at_input (mask S (z e)) xy.1 + at_input (mask (predC S) (z e)) xy.2 + c e])
    (fun (_ : 'I_0) (_ : unit) => 0) false m (fun xy _ => f (mix S xy.1 xy.2)).
Proof.
set y := fun e xy => _; set w := fun _ _ => _;
  elim=> {f m} [k a|k f k0 [e eE ->]|k f f' _ H _ H'|k l m f f' _ H _ H' le|k f f' _ H E'].
- exact: poly_in_const.
- apply: poly_inW k0 _; apply: eq_poly_in (poly_inL y w false (Ordinal eE)) => xy _.
  by rewrite /y /= at_input_mix.
- exact: poly_inD.
- exact: poly_inW le (poly_inM H H').
by apply: eq_poly_in H => xy y'; rewrite E'.
Qed.

Lemma side_forms (T : pred 'I_n) (G : form -> Prop) E k M (z : nat -> form) q :
  (forall e, (e < E)%N -> lin G (z e)) -> dim_le (fun g => exists2 h, G h & g = mask T h) q ->
  side_bound (fun (e : 'I_E) x => at_input (mask T (z e)) x) k M (support_dim q E k M).
Proof.
move=> Gz [I [K [cI GK]]].
have Hw (e : 'I_E) : exists L : I -> R, mask T (z e) = \sum_l L l *: K l.
  exact: within_lin GK (lin_map (mask_linear R d T) (Gz e (ltn_ord e))).
have [c cE] := fin_all_exists Hw.
rewrite -cI -[X in support_dim _ X](card_ord E);
  apply: (support_side_bound (w := fun l x => at_input (K l) x) (c := c)) => e x.
by rewrite cE at_input_sum; apply: eq_bigr => l _; rewrite at_inputZ.
Qed.

(* Theorem 4.6' *)
Theorem network_support_sep_le (ls : seq llayer) (pss : seq (seq (mat R))) b t i j :
  support_value ls n d #|S| #|predC S| = Some b -> sized_layers ls pss ->
  layers_size ls (n, d) = Some t -> (i < t.1)%N -> (j < t.2)%N ->
  sep_le (fun x y : form => m_at (network pss (map l_expr ls) (of_matrix (mix S x y))) i j) [b].
Proof.
rewrite /support_value => + sz tE it jt; case: ifP => // _.
case aE: (first_activation ls (n, d)) => [|E k|] //; case: ifP => // _ [<-].
case: N.eqb_spec => D0.
  have pX : pol_in (n, d) (linear_in (fun _ => True)) [1] (@of_matrix R n d).
    exact: value_pol (value_all [::] (n, d) (fun _ _ _ => 0) (state_value [::] (input_ok R n d)) erefl).
  have := network_pol sz tE (s_size (input_ok R n d)) pX;
    rewrite D0 => /(_ i j (introT andP (conj it jt)))/pol0[//|c E'].
  by apply: eq_sep_le (sep_leC _ _ c) => x y; rewrite E'.
have {}D0 : (0 < total_degree ls)%bN by lia.
have [G [k1 [z [c [sg [m [Gz ss DE pV]]]]]] dG] := first_activation_ok sz tE (input_ok R n d) D0 aE.
have k0 : (0 < k)%N by apply: ltnW.
have ME : [total_degree ls / N.of_nat k]%bN = m.
  rewrite (_ : total_degree ls = N.of_nat m * N.of_nat k)%bN; last by apply: N2Nat.inj; rewrite DE; nia.
  by rewrite N.div_mul ?Nat2N.id //; lia.
rewrite ME; have P := acts_poly (pV i j (introT andP (conj it jt))).
have b0 : false -> forall e : 'I_[E], c e = 0 by [].
have side T := side_forms (k := k) (M := m) Gz (dG T).
have := activated_sep_le (e := false) (side S) (side (predC S)) (fun e : 'I_[E] => conj (ss e) k0) b0 (card_ord 0) P.
move=> H; apply: sep_leW H.
have [f fA leA] := support_table_is (count_forms (all_seen ls n d) (N.of_nat #|S|) (N.of_nat d)) [E] k0 (erefl (k *
  m)%N).
have [g gB leB] := support_table_is (count_forms (all_seen ls n d) (N.of_nat #|predC S|) (N.of_nat d)) [E] k0 (erefl (k
  * m)%N).
exact: least_stairsP fA gB leA leB.
Qed.
End Bound.
