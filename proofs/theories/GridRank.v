(* Lower bounds on separation rank by comparing null spaces.                  *)
(*                                                                            *)
(* theory.md 1.3 says that no grid matrix has rank above sep(f). The lower    *)
(* bounds of section 3 use it as follows: when every combination of columns   *)
(* that kills f kills g as well, grids of g have no larger rank than f        *)
(* (null_grid); and a finite family of independent functions has a grid of    *)
(* rank its size (indep_grid). Polynomials enter only through lines: a        *)
(* function that is a polynomial on every line vanishes at a point when it    *)
(* does at infinitely many points of one line through it.                     *)
(*                                                                            *)
(*   sep_ge f r   == sep(f) >= r                                              *)
(*   grid_le f s  == every finite grid matrix of f has rank at most s         *)
(*   null_le f g  == for all columns ys and coefficients c, if the            *)
(*                   combination of f(x,ys j) is 0 for all x, then so is the  *)
(*                   same combination of g(x',ys j), for all x'               *)
(*   linepoly f   == f is a polynomial along every line                       *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Grids.
Variable F : fieldType.
Implicit Types X Y : Type.

Definition sep_ge X Y (f : X -> Y -> F) r := forall s, sep_le f s -> (r <= s)%N.

Definition grid_le X Y (f : X -> Y -> F) s :=
  forall m n (xs : 'I_m -> X) (ys : 'I_n -> Y), (\rank (grid f xs ys) <= s)%N.

Lemma sep_grid X Y (f : X -> Y -> F) s : sep_le f s -> grid_le f s.
Proof. by move=> fs m n xs ys; apply: sep_le_rank. Qed.

Lemma grid_sym X Y (f : X -> Y -> F) s : grid_le f s -> grid_le (fun y x => f x y) s.
Proof.
move=> fs m n ys xs; rewrite -mxrank_tr; have := fs _ _ xs ys.
by congr (\rank _ <= s)%N; apply/matrixP=> i j; rewrite !mxE.
Qed.

Lemma eq_grid X Y (f g : X -> Y -> F) s : (forall x y, f x y = g x y) -> grid_le f s -> grid_le g s.
Proof. by move=> e fs m n xs ys; rewrite -(_ : grid f xs ys = grid g xs ys) //; apply/matrixP=> i j; rewrite !mxE e. Qed.

Lemma grid_comp X Y X' Y' (f : X -> Y -> F) (u : X' -> X) (v : Y' -> Y) s :
  grid_le f s -> grid_le (fun x y => f (u x) (v y)) s.
Proof. by move=> fs m n xs ys; apply: (fs m n (u \o xs) (v \o ys)). Qed.

Definition null_le X X' Y (f : X -> Y -> F) (g : X' -> Y -> F) :=
  forall n (ys : 'I_n -> Y) (c : 'I_n -> F),
    (forall x, \sum_j c j * f x (ys j) = 0) -> forall x', \sum_j c j * g x' (ys j) = 0.

Lemma null_grid X X' Y (f : X -> Y -> F) (g : X' -> Y -> F) s :
  null_le f g -> grid_le f s -> grid_le g s.
Proof.
move=> fg fs m n xs ys; set B := grid g xs ys; apply: contraT; rewrite -ltnNge => sB.
have step k : (k <= \rank B)%N ->
    ~ ~ exists m' (xs' : 'I_m' -> X), (k <= \rank (grid f xs' ys))%N.
  elim: k => [_|k IH kB no]; first by apply; exists 0%N, (fun i : 'I_0 => False_rect X (notF (valP i))).
  apply: IH => [|[m' [xs' kA]]]; first exact: ltnW.
  set A := grid f xs' ys in kA.
  have [AB|BA] := leqP (\rank B) (\rank A); first by apply: no; exists m', xs'; apply: leq_trans AB.
  have /matrix0Pn[i [j cB]] : kermx A^T *m B^T != 0.
    apply: contraTneq BA => /sub_kermxP/mxrankS; rewrite !mxrank_ker !mxrank_tr -leqNgt.
    by have := rank_leq_col B; have := rank_leq_col A; lia.
  pose c := row i (kermx A^T).
  have cA : A *m c^T = 0.
    by apply: trmx_inj; rewrite trmx_mul trmxK trmx0 -row_mul mulmx_ker row0.
  have cf x : \sum_j c 0 j * f x (ys j) = 0.
    apply/eqP/negPn/negP => nz; apply: no.
    exists (1 + m')%N, (fun k : 'I_(1 + m') => match split k with inl _ => x | inr k => xs' k end).
    set A' := grid _ _ _; have EA : A' = col_mx (\row_j f x (ys j)) A.
      by apply/matrixP=> a b; rewrite !mxE; case: split => ?; rewrite !mxE.
    apply: leq_ltn_trans kA _; rewrite EA; apply: rank_ltmx; rewrite /ltmx -addsmxE addsmxSr /=.
    move: nz; apply: contra => sub; move: sub; rewrite col_mx_sub => /andP[/submxP[D E] _]; apply/eqP.
    have := congr1 (fun M => (M *m c^T) 0 0) E; rewrite -mulmxA cA mulmx0 => E'.
    by apply: etrans (etrans E' _); rewrite mxE //; apply: eq_bigr => b _; rewrite !mxE mulrC.
  case/eqP: cB; rewrite mxE; rewrite -[RHS](fg _ ys (c 0) cf (xs j)).
  by apply: eq_bigr => b _; rewrite !mxE.
by case: (step _ sB) => -[m' [xs' sA]]; have := leq_trans sA (fs _ _ xs' ys); rewrite ltnn.
Qed.

Lemma indep_grid (T : finType) Y (g : T -> Y -> F) s :
  (forall c : T -> F, (forall y, \sum_t c t * g t y = 0) -> forall t, c t = 0) ->
  grid_le g s -> (#|T| <= s)%N.
Proof.
move=> ind /grid_sym gs.
have /(_ #|T| #|T| enum_val enum_val) : grid_le (fun t t' : T => (t == t')%:R) s.
  apply: null_grid gs => n ts c H t; rewrite -[RHS](ind (fun t => \sum_j c j * (t == ts j)%:R) _ t) // => y.
  rewrite -[RHS](H y); under eq_bigr do rewrite mulr_suml.
  rewrite exchange_big /=; apply: eq_bigr => j _; rewrite (bigD1 (ts j)) //= eqxx mulr1 big1 ?addr0 // => t' /negPf->.
  by rewrite mulr0 mul0r.
rewrite (_ : grid _ _ _ = 1%:M) ?mxrank1 //.
by apply/matrixP=> i j; rewrite !mxE (inj_eq enum_val_inj).
Qed.
End Grids.

Section Lines.
Variables (F : fieldType) (V : lmodType F).
Implicit Types f g : V -> F.

Definition linepoly f := forall v w, exists q : {poly F}, forall t, f (v + t *: w) = q.[t].

Lemma eq_linepoly f g : (forall v, f v = g v) -> linepoly f -> linepoly g.
Proof. by move=> fg Hf v w; have [q E] := Hf v w; exists q => t; rewrite -fg. Qed.

Lemma lpC c : linepoly (fun _ => c).
Proof. by move=> v w; exists c%:P => t; rewrite hornerC. Qed.

Lemma lpD f g : linepoly f -> linepoly g -> linepoly (fun v => f v + g v).
Proof. by move=> Hf Hg v w; have [[p E] [q E']] := (Hf v w, Hg v w); exists (p + q) => t; rewrite E E' hornerD. Qed.

Lemma lpM f g : linepoly f -> linepoly g -> linepoly (fun v => f v * g v).
Proof. by move=> Hf Hg v w; have [[p E] [q E']] := (Hf v w, Hg v w); exists (p * q) => t; rewrite E E' hornerM. Qed.

Lemma lpX f k : linepoly f -> linepoly (fun v => f v ^+ k).
Proof. by move=> Hf v w; have [p E] := Hf v w; exists (p ^+ k) => t; rewrite E horner_exp. Qed.

Lemma lpS I (r : seq I) (P : pred I) (f : I -> V -> F) :
  (forall i, linepoly (f i)) -> linepoly (fun v => \sum_(i <- r | P i) f i v).
Proof.
move=> Hf; elim: r => [|i r IH] v w; first by exists 0 => t; rewrite big_nil horner0.
have [[p E] [q E']] := (Hf i v w, IH v w).
by exists ((if P i then p else 0) + q) => t; rewrite big_cons E' E; case: (P i); rewrite hornerD ?horner0 ?add0r.
Qed.

Lemma lpP I (r : seq I) (P : pred I) (f : I -> V -> F) :
  (forall i, linepoly (f i)) -> linepoly (fun v => \prod_(i <- r | P i) f i v).
Proof.
move=> Hf; elim: r => [|i r IH] v w; first by exists 1 => t; rewrite big_nil hornerC.
have [[p E] [q E']] := (Hf i v w, IH v w).
by exists ((if P i then p else 1) * q) => t; rewrite big_cons E' E; case: (P i); rewrite hornerM ?hornerC ?mul1r.
Qed.
End Lines.

Lemma lp_mx (F : fieldType) m n i j : linepoly (fun A : 'M[F]_(m, n) => A i j).
Proof. by move=> v w; exists ((v i j)%:P + (w i j)%:P * 'X) => t; rewrite !mxE !hornerE mulrC. Qed.

Section Char0.
Variables (F : fieldType) (charF : [char F] =i pred0).

Lemma natF_inj : injective (fun n : nat => n%:R : F).
Proof.
have P := (charf0P F).1 charF.
suff H a b : (a <= b)%N -> a%:R = b%:R :> F -> a = b.
  by move=> a b E; case/orP: (leq_total a b) => /H; [|move=> G; symmetry]; auto.
move=> /subnKC <-; rewrite natrD -[LHS]addr0 => /addrI/esym/eqP.
by rewrite P => /eqP ->; rewrite addn0.
Qed.

Lemma poly_zeros (q : {poly F}) (e : nat -> F) : injective e -> (forall n, q.[e n] = 0) -> q = 0.
Proof.
move=> eI q0; apply: (@roots_geq_poly_eq0 F q (mkseq e (size q))); last by rewrite size_mkseq.
  by apply/allP => _ /mapP[i _ ->]; apply/rootP.
by rewrite map_inj_uniq ?iota_uniq.
Qed.

(* a polynomial along a line that vanishes off its origin vanishes there *)
Lemma linepoly0 (V : lmodType F) (f : V -> F) v w :
  linepoly f -> (forall t, t != 0 -> f (v + t *: w) = 0) -> f v = 0.
Proof.
move=> Hf f0; have [q E] := Hf v w.
have q0 : q = 0.
  apply: (@poly_zeros q (fun n => n.+1%:R)) => [a b /natF_inj[]//|n].
  by rewrite -E f0 // -[0]/(0%:R) (inj_eq natF_inj).
by have := E 0; rewrite scale0r addr0 q0 horner0.
Qed.

(* lowest parts: polynomials t^(w k) u_k(t), with u_k(0) not 0, are independent *)
Lemma lowest_parts w n (P : 'I_n -> F) (u : 'I_n -> {poly F}) : (0 < w)%N ->
  (forall k, (u k).[0] != 0) ->
  (forall t, \sum_k P k * (t ^+ (w * k) * (u k).[t]) = 0) -> forall k, P k = 0.
Proof.
move=> w0 u0 H; pose q := \sum_k P k *: ('X^(w * k) * u k).
have q0 : q = 0.
  apply: (poly_zeros natF_inj) => j; rewrite -[RHS](H j%:R) /q horner_sum; apply: eq_bigr => k _.
  by rewrite hornerZ hornerM hornerXn.
move=> k; have [N] := ubnP (val k); elim: N k => // N IH k; rewrite ltnS => kN.
have := congr1 (fun p : {poly F} => p`_(w * k)) q0; rewrite /q coef_sum coef0 (bigD1 k) //= big1 ?addr0 => [|j jk].
  by rewrite coefZ coefXnM ltnn subnn -horner_coef0 => /eqP; rewrite mulf_eq0 (negPf (u0 k)) orbF => /eqP.
rewrite coefZ coefXnM ltn_pmul2l //; case: ltnP => [|jk']; first by rewrite mulr0.
rewrite IH ?mul0r //; apply: leq_trans kN.
by rewrite ltn_neqAle jk' andbT; apply: contra jk => /eqP/val_inj->.
Qed.
End Char0.
