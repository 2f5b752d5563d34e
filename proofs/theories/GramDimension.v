(* The dimension h(d,r;b) of Theorem 3.3 of theory.md, as GradedDimension.v defines it (gram_dim), lies between two
   counts, in characteristic 0: the tableaux of GramIndependent.v and the chain-free monomials of Straightening.v,
     even_tableaux d r b <= gram_dim F d r b <= gram_chains d r b.
   Both are computable (TableauFormula.v, GradedChains.v). Where they agree h is known (gram_dim_known). That they
   always do, by a correspondence like that of Robinson, Schensted and Knuth, is not proved. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix GridRank GramCoordinates GradedDimension.
From Seprank Require Import Straightening AttentionGradedFull GradedChains GramIndependent TableauFormula.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* a polynomial that vanishes at all points of natural numbers is 0 *)
Lemma mpoly_zeros (F : fieldType) (charF : [char F] =i pred0) n (p : {mpoly F[n]}) :
  (forall v : 'I_n -> nat, p.@[fun i => (v i)%:R] = 0) -> p = 0.
Proof.
move=> H; pose D := msize p; pose z (i : 'I_D) : F := (i : nat)%:R.
have zI : injective z by move=> i j /(natF_inj charF)/val_inj.
have := @rank_eval F D z zI 0 n p (leqnn _); rewrite (_ : grid _ _ _ = 0) => [|]; last first.
  apply/matrixP=> i j; rewrite mxE mxE.
  rewrite -[RHS](H (join (fun k => val ((enum_val i : {ffun 'I_0 -> 'I_D}) k))
    (fun k => val ((enum_val j : {ffun 'I_n -> 'I_D}) k)))).
  by apply: meval_eq => k; rewrite /join; case: split.
rewrite mxrank0 => /esym/eqP; rewrite mxrank_eq0 => /eqP C0.
apply/mpolyP=> u; rewrite mcoeff0; case: (ltnP (mdeg u) D) => [lt|le]; last first.
  by apply: memN_msupp_eq0; apply: contraL le => /msize_mdeg_lt; rewrite ltnNge.
have [a [b ->]] := @mnm2_onto 0 n D u lt.
by have /matrixP/(_ (enum_rank a) (enum_rank b)) := C0; rewrite !mxE !enum_rankK.
Qed.

(* the chain-free monomials span, as polynomials *)
Section Chains.
Variables (F : fieldType) (charF : [char F] =i pred0) (d r b : nat).
Local Notation N := #|entry d r|.
Local Notation m := #|upper d|.
Local Notation std := [pred v : 'X_{1..m < b.+1} | standard r (fun=> 0%N) b 0%N v].

Lemma gram_monom_eval (u : 'X_{1..m}) (x : 'I_N -> F) : let A := \matrix_(t, k) x (entry_at t k) in
  (gram_monom F r u).@[x] = mon (sym_coord (A^T *m A)) u.
Proof.
move=> A; rewrite rmorph_prod; apply: eq_bigr => t _; rewrite rmorphX; congr (_ ^+ _).
rewrite raddf_sum /sym_coord mxE; apply: eq_bigr => j _ /=.
by rewrite mevalM !mevalXU !mxE.
Qed.

Theorem gram_dim_chains : (gram_dim F d r b <= gram_chains d r b)%N.
Proof.
have ex (u : 'X_{1..m < b.+1}) : exists al : 'X_{1..m < b.+1} -> F, mdeg u = b ->
    gram_monom F r u = \sum_(v : 'X_{1..m < b.+1} | std v) al v *: gram_monom F r v.
  have [ub|] := eqVneq (mdeg u) b; last by move/eqP => nu; exists (fun=> 0).
  have c0 : content (fun=> 0%N) u = 0%N by rewrite /content /lin big1.
  have [al alE] := @straighten d r (fun=> 0%N) F 'M[F]_(r, d) id b 0 u ub c0.
  exists al => _; apply/eqP; rewrite -subr_eq0; apply/eqP/(mpoly_zeros charF) => v.
  apply/eqP; rewrite mevalB subr_eq0 gram_monom_eval alE raddf_sum; apply/eqP.
  by apply: eq_bigr => w _ /=; rewrite mevalZ gram_monom_eval.
have [al alE] := fin_all_exists ex.
pose C : 'M[F]_(#|{: 'X_{1..m < b.+1}}|, #|std|) := \matrix_(i, j)
  (if mdeg (enum_val i : 'X_{1..m < b.+1}) == b then al (enum_val i) (enum_val j) else 0).
pose S : 'M[F]_(#|std|, #|{: 'X_{1..N < (2 * b).+1}}|) := \matrix_(j, w)
  (gram_monom F r (enum_val j : 'X_{1..m < b.+1}))@_(enum_val w : 'X_{1..N < (2 * b).+1}).
rewrite /gram_dim (_ : gram_mx F d r b = C *m S) ?mulmx_max_rank //; apply/matrixP => i w; rewrite !mxE /=.
case: eqP => [ib|/eqP/negPf nib]; last by rewrite big1 // => j _; rewrite !mxE nib mul0r.
rewrite (alE _ ib) raddf_sum /= big_enum_val /=; apply: eq_bigr => j _.
by rewrite !mxE ib eqxx mcoeffZ.
Qed.
End Chains.

Corollary gram_dim_known (F : fieldType) (charF : [char F] =i pred0) d r b :
  let h := N.to_nat (tableau_countN d r b) in
  (size (fill r (fun=> 0%N) (pairs d) [::] b 0%N) <= h)%N -> gram_dim F d r b = h.
Proof.
move=> h le; apply/eqP; rewrite eqn_leq; apply/andP; split.
  apply: leq_trans (gram_dim_chains charF d r b) (leq_trans _ le).
  exact: (@count_chains d (fun=> 0%N) r b 0%N).
by rewrite /h tableau_countN_val even_tableaux_dim.
Qed.

Example gram_dim_4_2 (F : fieldType) : [char F] =i pred0 ->
  [seq gram_dim F 4 2 b | b <- iota 0 4] = [:: 1; 10; 55; 210]%N.
Proof. by move=> charF; rewrite /= !(gram_dim_known charF) //; vm_compute. Qed.
