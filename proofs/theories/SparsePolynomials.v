(* Polynomials in several variables over any ring to compute in (RingOps.v), and their coefficients.
   A polynomial in the variables v, v + 1, .. is 0, a constant, or a + x_v q: a in the variables v + 1, .. and q in
   v, v + 1, .. (Horner's form, variable by variable). No more of it is stored than the monomials up to its degrees in
   each branch; what is 0 costs nothing.
   spoly T             == such a polynomial, with coefficients of type T
   value psi x v p     == p, its variables x v, x (v + 1), .. and its coefficients read by psi
   poly_ops O          == the ring operations on polynomials, from those on coefficients
   variable O v        == the variable number v
   coefficient O p es  == the coefficient of the monomial with exponents es, those of the variables in order
   of_vars sigma       == variable v read as 'X_(sigma v), and as 0 if there is none of that number
   Proved: poly_opsP, if O denotes psi then poly_ops O denotes the value, in any ring and at any point, 'X_0, 'X_1, ..
   of {mpoly R[m]} among them; coefficientE, that of this polynomial is the one that is read off. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import RankCert NetEval RingOps.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Inductive spoly (T : Type) := Zero | Const (c : T) | Step (a q : spoly T).
Arguments Zero {T}.

Section Operations.
Variables (T : Type) (O : ops T).
Implicit Types (p q : spoly T).

Fixpoint add_const (c : T) q : spoly T :=
  match q with Zero => Const c | Const b => Const (op_add O c b) | Step b t => Step (add_const c b) t end.
Fixpoint add_poly p q : spoly T :=
  match p, q with
  | Zero, _ => q
  | _, Zero => p
  | Const c, _ => add_const c q
  | _, Const c => add_const c p
  | Step a s, Step b t => Step (add_poly a b) (add_poly s t)
  end.
Fixpoint scale (c : T) q : spoly T :=
  match q with Zero => Zero | Const b => Const (op_mul O c b) | Step b t => Step (scale c b) (scale c t) end.
(* g on the coefficients in the first variable *)
Fixpoint on_coefficients (g : spoly T -> spoly T) q : spoly T :=
  match q with Zero => Zero | Const _ => Step (g q) Zero | Step b t => Step (g b) (on_coefficients g t) end.
Definition shift q : spoly T := if q is Zero then Zero else Step Zero q.
Fixpoint mul_poly p q : spoly T :=
  match p, q with
  | Zero, _ => Zero
  | _, Zero => Zero
  | Const c, _ => scale c q
  | _, Const c => scale c p
  | Step a s, _ =>
      let t := shift (mul_poly s q) in if a is Zero then t else add_poly (on_coefficients (mul_poly a) q) t
  end.
Definition poly_ops : ops (spoly T) :=
  Ops Zero add_poly mul_poly (fun z => if Z.eqb z 0 then Zero else Const (op_int O z)).

Fixpoint variable (v : nat) : spoly T := if v is v.+1 then Step (variable v) Zero else Step Zero (Const (op_int O 1)).

Fixpoint coefficient p (es : seq nat) : T :=
  match p with
  | Zero => op0 O
  | Const c => if all (eqn 0) es then c else op0 O
  | Step a q => match es with
    | e.+1 :: es => coefficient q (e :: es)
    | 0%N :: es => coefficient a es
    | [::] => coefficient a [::]
    end
  end.
End Operations.

Section Value.
Variables (T : Type) (O : ops T) (R : comRingType) (psi : T -> R) (x : nat -> R).
Fixpoint value (v : nat) (p : spoly T) : R :=
  match p with Zero => 0 | Const c => psi c | Step a q => value v.+1 a + x v * value v q end.

Hypothesis O_psi : denotes O psi.
Let psiD := denotesD O_psi.
Let psiM := denotesM O_psi.

Lemma value_add_const v c q : value v (add_const O c q) = psi c + value v q.
Proof. by elim: q v => [|b|b IH t _] v /=; rewrite ?addr0 ?psiD // IH addrA. Qed.

Lemma value_add v p q : value v (add_poly O p q) = value v p + value v q.
Proof.
elim: p q v => [|c|a IHa s IHs] q v; first by rewrite add0r.
  by case: q => [|b|b t]; rewrite /= ?addr0 ?psiD // value_add_const addrA.
case: q => [|c|b t]; rewrite /= ?addr0 //; first by rewrite value_add_const -addrA addrC.
by rewrite IHa IHs mulrDr addrACA.
Qed.

Lemma value_scale v c q : value v (scale O c q) = psi c * value v q.
Proof. by elim: q v => [|b|b IHb t IHt] v /=; rewrite ?mulr0 ?psiM // IHb IHt mulrDr mulrCA. Qed.

Lemma value_on_coefficients v g q r : (forall q, value v.+1 (g q) = r * value v.+1 q) ->
  value v (on_coefficients g q) = r * value v q.
Proof. by move=> gE; elim: q => [|b|b _ t IH] /=; rewrite ?mulr0 ?addr0 ?gE // IH mulrDr mulrCA. Qed.

Lemma value_shift v q : value v (shift q) = x v * value v q.
Proof. by case: q => [|c|a q]; rewrite /= ?mulr0 // add0r. Qed.

Lemma value_mul v p q : value v (mul_poly O p q) = value v p * value v q.
Proof.
elim: p q v => [|c|a IHa s IHs] q v; first by rewrite mul0r.
  by case: q => [|b|b t]; rewrite /= ?mulr0 ?psiM // !value_scale mulrDr mulrCA.
case: q => [|c|b t]; [by rewrite mulr0 | by rewrite -[mul_poly _ _ _]/(scale O c (Step a s)) value_scale mulrC |].
have E : value v (add_poly O (on_coefficients (mul_poly O a) (Step b t)) (shift (mul_poly O s (Step b t)))) =
    value v (Step a s) * value v (Step b t).
  rewrite value_add value_shift IHs (@value_on_coefficients v _ _ (value v.+1 a)) //.
  by rewrite -[value v (Step a s)]/(_ + _) mulrDl mulrA.
case: a {IHa} E => // _; rewrite -[mul_poly _ _ _]/(shift (mul_poly O s (Step b t))) value_shift IHs.
by rewrite -[value v (Step Zero s)]/(0 + x v * _) add0r mulrA.
Qed.

Theorem poly_opsP : denotes (poly_ops O) (value 0).
Proof.
split=> [//|p q|p q|z]; [exact: value_add | exact: value_mul |].
by rewrite /=; case: Z.eqb_spec => [->|_] //; apply: (denotesZ O_psi).
Qed.

Lemma value_variable v : value 0 (variable O v) = x v.
Proof.
have H w : value w (variable O v) = x (w + v)%N.
  elim: v w => [|v IH] w /=; first by rewrite add0r (denotesZ O_psi) mulr1 addn0.
  by rewrite mulr0 addr0 IH addSnnS.
exact: H.
Qed.
End Value.

Lemma denotes_comp (T : Type) (O : ops T) (R K : comRingType) (psi : T -> R) (g : {rmorphism R -> K}) :
  denotes O psi -> denotes O (g \o psi).
Proof.
by case=> p0 pD pM pZ; split=> [|a b|a b|z] /=; rewrite ?p0 ?pD ?pM ?pZ ?rmorph0 ?rmorphD ?rmorphM ?rmorph_int.
Qed.

(* in the ring of polynomials *)
Section Monomials.
Variables (R : comRingType) (M : nat).
Implicit Types (q : {mpoly R[M]}) (u : 'X_{1..M}) (t : 'I_M).

Lemma split_mnm u t : u t != 0%N -> u = (U_(t) + (u - U_(t)))%MM.
Proof.
move=> ut; apply/mnmP=> i; rewrite mnmDE mnmBE mnm1E; case: eqP => [<-|_]; last by rewrite subn0.
by rewrite /= subnKC // lt0n.
Qed.

Lemma mcoeff_mulX u t q : ('X_t * q)@_u = if u t == 0%N then 0 else q@_(u - U_(t)).
Proof.
rewrite mulrC; case: (eqVneq (u t) 0%N) => [u0|un]; last by rewrite {1}(split_mnm un) mcoeffMX.
apply: memN_msupp_eq0; rewrite (perm_mem (msuppMX q U_(t))); apply/mapP=> -[w _ /mnmP/(_ t)].
by rewrite u0 mnmDE mnm1E eqxx.
Qed.

Variables (T : Type) (O : ops T) (psi : T -> R) (m : nat) (sigma : 'I_m -> 'I_M).
Hypotheses (O_psi : denotes O psi) (sigma_inj : injective sigma).
Definition of_vars (v : nat) : {mpoly R[M]} := if insub v is Some k then 'X_(sigma k) else 0.
Local Notation val := (value (@mpolyC _ _ \o psi) of_vars).

Lemma coefficient_absent p v u (k : 'I_m) : (k < v)%N -> u (sigma k) != 0%N -> (val v p)@_u = 0.
Proof.
elim: p v u => [|c|a IHa q IHq] v u kv uk /=; first exact: mcoeff0.
  by rewrite mcoeffC; case: eqP => [u0|_]; [rewrite u0 mnm0E eqxx in uk | rewrite mulr0].
rewrite mcoeffD IHa ?(leqW kv) // add0r /of_vars; case: insubP => [l _ lv|_]; last by rewrite mul0r mcoeff0.
rewrite mcoeff_mulX; case: eqP => // _; apply: IHq => //.
rewrite mnmBE mnm1E (inj_eq sigma_inj) -val_eqE /= lv.
by rewrite (gtn_eqF kv) subn0.
Qed.

(* u has the exponents es from variable v on, and no others *)
Definition exponents_at v (es : seq nat) u :=
  (forall k : 'I_m, (v <= k)%N -> u (sigma k) = nth 0%N es (k - v)) /\
  (forall t, u t != 0%N -> exists2 k : 'I_m, (v <= k)%N & sigma k = t).

Lemma coefficient_value p v es u : (size es <= m - v)%N -> exponents_at v es u ->
  (val v p)@_u = psi (coefficient O p es).
Proof.
elim: p v es u => [|c|a IHa q IHq] v es u sz [on off] /=; first by rewrite mcoeff0 (denotes0 O_psi).
  rewrite mcoeffC; suff -> : (u == 0%MM) = all (eqn 0) es by case: all; rewrite ?mulr1 ?mulr0 ?(denotes0 O_psi).
  apply/eqP/(all_nthP 0%N) => [u0 i ie|es0].
    have vi : (v + i < m)%N by have := leq_trans ie sz; lia.
    by have := on (Ordinal vi) (leq_addr _ _); rewrite u0 mnm0E /= addKn => <-.
  apply/mnmP=> t; rewrite mnm0E; apply/eqP/negPn/negP=> ut; have [k vk kt] := off t ut.
  move: ut; rewrite -kt on //; have [lt|ge] := ltnP (k - v) (size es); last by rewrite nth_default.
  by have /eqP <- := es0 _ lt.
rewrite mcoeffD /of_vars; case: insubP => [l lm lv|]; last first.
  rewrite -leqNgt => mv; have {}sz : es = [::] by apply: size0nil; lia.
  rewrite mul0r mcoeff0 addr0 {}sz in on *; apply: IHa => //.
  by split=> [k vk|t ut]; [|have [k]:= off t ut]; have := ltn_ord k; lia.
have on' := on l; rewrite lv leqnn subnn in on'; rewrite mcoeff_mulX (on' isT).
have high (u0 : u (sigma l) = 0%N) : exponents_at v.+1 (behead es) u.
  split=> [k vk|t ut]; first by rewrite on ?(ltnW vk) // nth_behead; congr nth; lia.
  have [k vk kt] := off t ut; exists k => //; rewrite ltn_neqAle vk andbT -lv.
  by apply: contraNneq ut => kl; rewrite -kt -(ord_inj kl) u0.
case: es sz on' high on => [|[|e] es] sz on' high on /=.
- by rewrite addr0; apply: IHa => //; apply: high; apply: on'.
- by rewrite addr0; apply: IHa; [move: sz => /=; lia | apply: high; apply: on'].
rewrite (@coefficient_absent a v.+1 u l) ?lv ?on' // add0r; apply: IHq => //.
split=> [k vk|t].
  rewrite mnmBE mnm1E on // (inj_eq sigma_inj) -val_eqE /= lv.
  case: (eqVneq v k) => [<-|vk']; first by rewrite subnn /= subSS subn0.
  have -> : (k - v = (k - v).-1.+1)%N by lia.
  by rewrite /= subn0.
rewrite mnmBE => ut; apply: off; move: ut; lia.
Qed.

Theorem coefficientE p es u : (size es <= m)%N -> exponents_at 0 es u -> (val 0 p)@_u = psi (coefficient O p es).
Proof. by move=> sz; apply: coefficient_value; rewrite subn0. Qed.
End Monomials.
