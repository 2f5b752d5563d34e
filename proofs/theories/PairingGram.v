(* theory.md Lemma 3.6 and Theorems 3.8 and 3.9 with the sums over kappa <= K of h(m,tau;kappa), in characteristic 0:
   on the inputs of 3.8 and 3.9 the kernel (1 + <Z,S>)^K has rank at least
     tableau_sum m tau K = \sum_(kappa <= K) even_tableaux m tau kappa,  tau <= min(r, s).
   The number of tableaux is that of theory.md's formula for h; tableau_sum is computed in TableauFormula.v. As in
   PairingRank.v it is enough to look at sums of squares over the rationals, where the null space of the kernel kills
   all polynomials of degree at most K in the entries. The products of minors of GramIndependent.v are as many
   independent ones.
     exponent K u, with_constant K u == the monomial u in the entries (i, j), i <= j, times a power of the constant
     tableau m tau K  == the tableaux counted by tableau_sum;  monomial_of t == the monomial of its entries
   Proved: kernel_gram, pairing_gram (3.6), and heads_gram_generic (3.8), with the conditions of heads_lower; 3.9 is in
   BlocksPaired.v. Of 3.6 only the lower bound is proved. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix SpanCover GridRank PowerRank Attention AttentionWeights GenericWeights.
From Seprank Require Import GramCoordinates Straightening GramIndependent GramDimension.
From Seprank Require Import PairingRank SummingStage AttentionHeads.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* the monomials in the entries (i, j), i <= j, with a power of the constant, of degree K *)
Section Monomials.
Variables (m K : nat).
Local Notation var := 'I_#|upper m|.
Implicit Type u : 'X_{1..#|upper m|}.

Definition exponent u (x : vars m) : nat :=
  if x is Some (i, j) then if (i <= j)%N then u (sym_index i j) else 0%N else (K - mdeg u)%N.
Definition with_constant u : PowerRank.expo (vars m) K := [ffun x => inord (exponent u x)].

Lemma with_constantE u x : (mdeg u <= K)%N -> with_constant u x = exponent u x :> nat.
Proof.
move=> uK; rewrite ffunE inordK // ltnS; case: x => [[i j]|]; last exact: leq_subr.
by rewrite /exponent; case: ifP => // _; apply: leq_trans uK; rewrite mdegE (bigD1 (sym_index i j)) ?leq_addr.
Qed.

Lemma sum_upper (R : Type) (idx : R) (op : Monoid.com_law idx) (f : 'I_m * 'I_m -> R) :
  \big[op/idx]_(ij : 'I_m * 'I_m | (ij.1 <= ij.2)%N) f ij = \big[op/idx]_(t < #|upper m|) f (enum_val t).
Proof. exact: (@big_enum_val _ _ op _ (upper m) f). Qed.

Lemma with_constant_deg u : (mdeg u <= K)%N -> (\sum_x with_constant u x == K)%N.
Proof.
move=> uK; rewrite (eq_bigr _ (fun x _ => with_constantE x uK)) (bigD1 None) //= (reindex_omap Some id) /= => [|[]//].
rewrite (eq_bigl xpredT) => [|x]; last by rewrite eqxx.
rewrite (eq_bigr (fun ij : 'I_m * 'I_m => if (ij.1 <= ij.2)%N then u (sym_index ij.1 ij.2) else 0%N)) => [|[]//].
rewrite -big_mkcond /= sum_upper (eq_bigr (fun t => u t)) => [|t _]; last by rewrite (sym_index_val t).
by rewrite -mdegE subnK.
Qed.

Lemma with_constant_val (R : comRingType) (f : vars m -> R) u : (mdeg u <= K)%N -> f None = 1 ->
  f ^^ (with_constant u) = mmap1 (fun t : var => f (Some (enum_val t))) u.
Proof.
move=> uK f1; rewrite /mono (eq_bigr _ (fun x _ => congr1 (GRing.exp (f x)) (with_constantE x uK))).
rewrite (bigD1 None) //= f1 expr1n mul1r (reindex_omap Some id) /= => [|[]//].
rewrite (eq_bigl xpredT) => [|x]; last by rewrite eqxx.
rewrite (bigID (fun ij : 'I_m * 'I_m => (ij.1 <= ij.2)%N)) /= [X in _ * X]big1 ?mulr1;
  last by move=> [i j] /= /negPf ->; exact: expr0.
rewrite (eq_bigr (fun ij => f (Some ij) ^+ u (sym_index ij.1 ij.2))) => [|[i j] /= ->//].
by rewrite sum_upper; apply: eq_bigr => t _; rewrite (sym_index_val t).
Qed.
End Monomials.

(* Lemma 3.6, for a kernel of sums of squares *)
Section Kernel.
Variables (m tau K : nat).
Local Notation N := #|entry m tau|.
Local Notation map_rat := (map_mx (fun z : int => z%:~R : rat)).
Definition tableau := [finType of {k : 'I_K.+1 &
  {v : 'X_{1..N < (2 * k).+1} | (mdeg v == 2 * k)%N && even_tableau v}}].

Lemma card_tableau : #|tableau| = tableau_sum m tau K.
Proof. by rewrite card_tagged sumnE big_map big_enum; apply: eq_bigr => k _; rewrite card_sig. Qed.

Definition monomial_of (t : tableau) : 'X_{1..N} := val (val (tagged t)).
Lemma monomial_inj : injective monomial_of.
Proof.
move=> [k [v vP]] [l [w wP]]; rewrite /monomial_of /= => E.
have kl : k = l.
  have [/andP[/eqP vk _] /andP[/eqP wl _]] := (vP, wP).
  by apply/val_inj/eqP; rewrite -(eqn_pmul2l (ltn0Sn 1)); apply/eqP/(etrans (esym vk))/(etrans _ wl); rewrite E.
subst l; congr (Tagged _ _); apply/val_inj/val_inj; exact: E.
Qed.

Lemma gram_eval (q : {mpoly rat[#|upper m|]}) (b : 'M[int]_(tau, m)) :
  q.@[sym_coord (gram (map_rat b))] =
  (gram_sub tau q).@[fun e => (b (enum_val e : entry m tau).1 (enum_val e : entry m tau).2)%:~R].
Proof.
rewrite /gram_sub comp_mpoly_meval; apply: meval_eq => t; rewrite tnth_mktuple raddf_sum /sym_coord mxE.
by apply: eq_bigr => j _ /=; rewrite mevalM !mevalXU !enum_rankK !mxE.
Qed.

Lemma gram_tableaux s :
  grid_le (fun b b' : 'M[int]_(tau, m) => kernel true K (gram (map_rat b)) (gram (map_rat b'))) s ->
  (tableau_sum m tau K <= s)%N.
Proof.
move=> fs; have ex (t : tableau) : exists q : {mpoly rat[#|upper m|]},
    (exists2 k, (k <= K)%N & q \is k.-homog) /\ leads (monomial_of t) (gram_sub tau q).
  case: t => k [v vP]; have /andP[/eqP vk tv] := vP.
  by have [q hq lq] := tableau_leads [comRingType of rat] tv vk; exists q; split=> //; exists k; rewrite // -ltnS.
have [q qP] := fin_all_exists ex.
have null : null_le (fun (a : PowerRank.mon (vars m) K) (b : 'M[int]_(tau, m)) =>
    feature true (gram (map_rat b)) ^^ (val a)) (fun t b => (q t).@[sym_coord (gram (map_rat b))]).
  move=> n bs c H t; have [[k kK hq] _] := qP t.
  under eq_bigr do rewrite (homog_eval _ hq) mulr_sumr.
  rewrite exchange_big big1 // => u /eqP uk; have uK : (mdeg u <= K)%N by rewrite uk.
  pose a : PowerRank.mon (vars m) K := exist _ (with_constant K u) (with_constant_deg uK).
  transitivity ((q t)@_u * \sum_j c j * feature true (gram (map_rat (bs j))) ^^ (val a)); last by rewrite H mulr0.
  by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA with_constant_val.
have {}fs := null_grid null (null_grid (@null_positive m tau true K) fs).
rewrite -card_tableau; apply: indep_grid fs => c H.
apply: (leads_independent monomial_inj (fun t => (qP t).2)).
apply: (mpoly_zeros (char_num _)) => v; pose b : 'M[int]_(tau, m) := \matrix_(t, k) (v (entry_at t k) : int).
rewrite -[RHS](H b) raddf_sum; apply: eq_bigr => t _ /=; rewrite mevalZ gram_eval; congr (_ * _).
by apply: meval_eq => e; rewrite mxE /entry_at -surjective_pairing enum_valK.
Qed.
End Kernel.

Theorem kernel_gram (F : fieldType) (charF : [char F] =i pred0) m tau K s :
  grid_le (fun b b' : 'M[F]_(tau, m) => kernel true K (gram b) (gram b')) s -> (tableau_sum m tau K <= s)%N.
Proof.
move=> fs; apply: gram_tableaux.
have mE (R : fieldType) (b b' : 'M[int]_(tau, m)) :
    kernel true K (gram (map_mx (intr : int -> R) b)) (gram (map_mx (intr : int -> R) b')) =
    (kernel true K (gram b) (gram b') : int)%:~R :> R.
  by symmetry; apply: (kernel_map [rmorphism of intmul (1 : R)]).
have {}fs : grid_le (fun b b' : 'M[int]_(tau, m) => (kernel true K (gram b) (gram b') : int)%:~R : F) s.
  by apply: eq_grid (grid_comp (map_mx intr) (map_mx intr) fs) => b b'; rewrite mE.
exact: (eq_grid (fun b b' => esym (mE [fieldType of rat] b b')) (grid_rat charF fs)).
Qed.

(* Lemma 3.6, on the Z of Theorem 3.8 *)
Theorem pairing_gram (F : fieldType) (charF : [char F] =i pred0) m rho sigma K t s r : (sigma <= rho)%N ->
  (t <= rho + sigma)%N -> (t <= s)%N ->
  grid_le (fun (a : 'M[F]_(rho, m) * 'M[F]_(sigma, m)) (b : 'M[F]_(s, m)) =>
             (true%:R + pairZ a.1 a.2 (gram b)) ^+ K) r ->
  (tableau_sum m t K <= r)%N.
Proof.
move=> sr tr ts /(null_grid (null_pairs charF sr tr)) fs; apply: (kernel_gram charF (s := r)).
by apply: eq_grid (grid_comp id (mulmx (pid_mx t : 'M_(s, t))) fs) => y b; rewrite gram_pid.
Qed.

(* Theorem 3.8 *)
Section Heads.
Variables (F : fieldType) (charF : [char F] =i pred0) (N H da L c nh q r : nat) (S : pred 'I_N) (i : 'I_N).
Local Notation d := (H * da)%N.
Local Notation m := (d - r - q)%N.
Local Notation nA := #|[pred k | S k == S i]|.
Local Notation nB := #|[pred k | S k != S i]|.
Local Notation tau := (minn r (minn nB m)).
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N) (c0 : (0 < c)%N) (cL : (c < L)%N).
Hypotheses (rn : (uphalf r <= nh * q)%N) (qn : (q <= nh ^ c.-1)%N).
Hypotheses (qda : (2 * q <= da)%N) (rqA : (r + q <= minn da nA)%N).

Theorem heads_gram_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) (tableau_sum m tau (3 ^ (L - 1 - c))).
Proof.
apply: (heads_core charF nH n0 q0 c0 cL rn qn qda rqA) => s e ->.
by apply: (pairing_gram charF (half_le r)); [rewrite halves geq_minl | apply: leq_trans (geq_minr _ _) (geq_minl _ _)].
Qed.

Corollary heads_gram_generic (p : 'I_d) : exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
  sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (tableau_sum m tau (3 ^ (L - 1 - c))).
Proof. exact/generic_lower/heads_gram_lower. Qed.
End Heads.
