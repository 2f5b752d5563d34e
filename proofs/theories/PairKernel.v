(* The rank of a polynomial in two sums of an A-part and a pairing: the last step of theory.md 5.4 and 5.4'.
     pair_kernel P x y   == P(u1 + <Z1,T1>, u2 + <Z2,T2>), x = (u1, u2, Z1, Z2), y = (T1, T2), Z_i and T_i in F^(m_i)
   Proved: if P has the monomial s1 ^ K1 s2 ^ K2, its rank is at least mc (m1 + 1) K1 * mc (m2 + 1) K2 (pair_kernel_lower):
   its part of bidegree (e1, e2) in (T1, T2) has the factor d1^e1 d2^e2 P (u1, u2), which is not 0 everywhere. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From Seprank Require Import SepRank GridRank PowerRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Moments.
Variables (F : fieldType) (charF : [char F] =i pred0) (n : nat) (c : 'I_n -> F).

Lemma poly_fun0 (p : {poly F}) : (forall x, p.[x] = 0) -> p = 0.
Proof. by move=> p0; apply: (poly_zeros (natF_inj charF)) => m. Qed.

Lemma nderiv_neq0 (p : {poly F}) K e : (e <= K)%N -> p`_K != 0 -> p^`N(e) != 0.
Proof.
move=> eK; apply: contra_neq => /polyP/(_ (K - e)%N)/eqP; rewrite coef_nderivn coef0 subnKC // -mulr_natr mulf_eq0.
by rewrite ((charf0P F).1 charF) -leqn0 leqNgt bin_gt0 eK orbF => /eqP.
Qed.

(* Taylor: the moments of the derivatives *)
Lemma taylor_moments (p : 'I_n -> {poly F}) (u : F) (z : 'I_n -> F) :
  (forall t, \sum_j c j * (p j).[u + t * z j] = 0) -> forall e, \sum_j c j * ((p j)^`N(e).[u] * z j ^+ e) = 0.
Proof.
move=> H e; pose N := (\max_j size (p j)).+1.
have pN j : (size (p j) <= N)%N by apply: leqW; apply: leq_bigmax.
pose q := \poly_(e < N) \sum_j c j * ((p j)^`N(e).[u] * z j ^+ e).
have q0 : q = 0.
  apply: poly_fun0 => t; rewrite horner_poly -[RHS](H t).
  transitivity (\sum_(e < N) \sum_j c j * ((p j)^`N(e).[u] * z j ^+ e) * t ^+ e).
    by apply: eq_bigr => i _; rewrite mulr_suml.
  rewrite exchange_big; apply: eq_bigr => j _ /=.
  rewrite (nderiv_taylor_wide (mulrC u _) (pN j)) mulr_sumr; apply: eq_bigr => i _.
  by rewrite exprMn; move: _.[u] (t ^+ i) (z j ^+ i) => v w x; ring.
have := congr1 (fun q : {poly F} => q`_e) q0; rewrite coef_poly coef0; case: ltnP => // Ne _.
rewrite big1 // => j _; rewrite [(p j)^`N(e)](_ : _ = 0) ?horner0 ?mul0r ?mulr0 //.
apply/polyP => i; rewrite coef_nderivn coef0 nth_default ?mul0rn //.
by apply: leq_trans (pN j) (leq_trans Ne (leq_addr _ _)).
Qed.

Lemma pair_moments (P : {poly {poly F}}) K1 K2 (z1 z2 : 'I_n -> F) : P`_K2`_K1 != 0 ->
  (forall u1 u2 t1 t2, \sum_j c j * P.[(u2 + t2 * z2 j)%:P].[u1 + t1 * z1 j] = 0) ->
  forall e1 e2, (e1 <= K1)%N -> (e2 <= K2)%N -> \sum_j c j * (z1 j ^+ e1 * z2 j ^+ e2) = 0.
Proof.
move=> PK H e1 e2 le1 le2; pose r u1 : {poly F} := \poly_(e < size P) (P`_e)^`N(e1).[u1].
have rE u1 y : (r u1).[y] = (P.[y%:P])^`N(e1).[u1].
  rewrite [P.[_]]horner_coef linear_sum horner_sum horner_poly; apply: eq_bigr => e _ /=.
  by rewrite -polyC_exp [P`_e * _]mulrC mul_polyC linearZ hornerZ mulrC.
have Hr u1 u2 : (\sum_j c j * (z1 j ^+ e1 * z2 j ^+ e2)) * (r u1)^`N(e2).[u2] = 0.
  rewrite -[RHS](@taylor_moments (fun j => z1 j ^+ e1 *: r u1) u2 z2 _ e2) => [|t2].
    rewrite mulr_suml; apply: eq_bigr => j _; rewrite linearZ hornerZ /=; move: _.[u2] => v; ring.
  rewrite -[RHS](@taylor_moments (fun j => P.[(u2 + t2 * z2 j)%:P]) u1 z1 (fun t1 => H u1 u2 t1 t2) e1).
  by apply: eq_bigr => j _; rewrite hornerZ rE mulrC [RHS]mulrC; congr (_ * _); rewrite mulrC.
apply/eqP; apply: contraT => M0; case/eqP: (nderiv_neq0 le1 PK); apply: poly_fun0 => u1; apply/eqP.
have r0 : (r u1)^`N(e2) = 0.
  by apply: poly_fun0 => u2; apply/eqP; have /eqP := Hr u1 u2; rewrite mulf_eq0 (negPf M0).
apply: contraT => nz; have := @nderiv_neq0 (r u1) K2 e2 le2; rewrite r0 eqxx; apply.
by rewrite coef_poly; case: ltnP => // sP; move: PK; rewrite (nth_default _ sP) coef0 eqxx.
Qed.
End Moments.

Section Kernel.
Variables (F : fieldType) (charF : [char F] =i pred0) (m1 m2 K1 K2 : nat) (P : {poly {poly F}}).
Hypothesis PK : P`_K2`_K1 != 0.

Definition pair_kernel (x : (F * F) * ('rV[F]_m1 * 'rV[F]_m2)) (y : 'rV[F]_m1 * 'rV[F]_m2) : F :=
  P.[(x.1.2 + dot x.2.2 y.2)%:P].[x.1.1 + dot x.2.1 y.1].

Let T m K := {e : 'I_K.+1 & mon [finType of 'I_m] e}.
Let val_at m K (t : T m K) (b : 'rV[F]_m) := (b 0) ^^ (val (tagged t)).

Let card_T m K : #|{: T m K}| = mc m.+1 K.
Proof.
rewrite card_tagged sumnE big_map big_enum /= mcS -sum_mc.
by apply: eq_bigr => e _; rewrite card_mon card_ord.
Qed.

Let indep_T m K (c : T m K -> F) : (forall b, \sum_t c t * val_at t b = 0) -> forall t, c t = 0.
Proof.
move=> Hc [e t]; apply: (indep_mon_rV charF (c := fun t => c (existT _ e t))) => b {t}.
pose S (e : 'I_K.+1) := \sum_(t : mon [finType of 'I_m] e) c (existT _ e t) * (b 0) ^^ (val t).
apply: (lowest_parts (P := S) (u := fun _ => 1) (w := 1) charF) => // [j|x]; first by rewrite hornerC oner_neq0.
rewrite -[RHS](Hc (x *: b)) /S; under eq_bigr do rewrite mulr_suml.
rewrite sig_big_dep /=; apply: eq_bigr => -[j u] _ /=.
by rewrite /val_at monoZ hornerC mulr1 mul1n mulrAC -mulrA.
Qed.

Let indep_pair (T1 T2 : finType) (g1 : T1 -> 'rV[F]_m1 -> F) (g2 : T2 -> 'rV[F]_m2 -> F) :
  (forall c, (forall y, \sum_t c t * g1 t y = 0) -> forall t, c t = 0) ->
  (forall c, (forall y, \sum_t c t * g2 t y = 0) -> forall t, c t = 0) ->
  forall c, (forall y : 'rV[F]_m1 * 'rV[F]_m2, \sum_(t : T1 * T2) c t * (g1 t.1 y.1 * g2 t.2 y.2) = 0) -> forall t, c t = 0.
Proof.
move=> i1 i2 c Hc [t1 t2]; apply: (i2 (fun t2 => c (t1, t2))) => y2.
apply: (i1 (fun t1 => \sum_t c (t1, t) * g2 t y2)) => y1; rewrite -[RHS](Hc (y1, y2)).
transitivity (\sum_t \sum_t' c (t, t') * (g1 t y1 * g2 t' y2)).
  by apply: eq_bigr => t _; rewrite mulr_suml; apply: eq_bigr => t' _; rewrite -mulrA [g2 t' _ * _]mulrC.
by rewrite pair_bigA; apply: eq_bigr => -[].
Qed.

Theorem pair_kernel_lower s : grid_le pair_kernel s -> (mc m1.+1 K1 * mc m2.+1 K2 <= s)%N.
Proof.
have null : null_le pair_kernel (fun (t : T m1 K1 * T m2 K2) y => val_at t.1 y.1 * val_at t.2 y.2).
  move=> n ys c H [[e1 t1] [e2 t2]] /=.
  have M Z1 Z2 : \sum_j c j * (dot Z1 (ys j).1 ^+ e1 * dot Z2 (ys j).2 ^+ e2) = 0.
    apply: (pair_moments charF PK) => [u1 u2 x1 x2||]; try by rewrite -ltnS.
    rewrite -[RHS](H ((u1, u2), (x1 *: Z1, x2 *: Z2))); apply: eq_bigr => j _.
    by rewrite /pair_kernel /= !dotZl.
  have M1 Z2 : \sum_j c j * dot Z2 (ys j).2 ^+ e2 * ((ys j).1 0) ^^ (val t1) = 0.
    apply: (null_dotX charF (c := fun j => c j * dot Z2 (ys j).2 ^+ e2)) => Z1.
    by rewrite -[RHS](M Z1 Z2); apply: eq_bigr => j _; rewrite -mulrA [dot Z2 _ ^+ _ * _]mulrC.
  transitivity (\sum_j c j * ((ys j).1 0) ^^ (val t1) * ((ys j).2 0) ^^ (val t2)).
    by apply: eq_bigr => j _; rewrite mulrA.
  apply: (null_dotX charF (c := fun j => c j * ((ys j).1 0) ^^ (val t1)) (ys := fun j => (ys j).2)) => Z2.
  by rewrite -[RHS](M1 Z2); apply: eq_bigr => j _; rewrite mulrAC.
move/(null_grid null)/indep_grid; rewrite card_prod !card_T; apply.
by apply: (@indep_pair _ _ (@val_at m1 K1) (@val_at m2 K2)); apply: indep_T.
Qed.
End Kernel.
