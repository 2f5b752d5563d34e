(* theory.md Lemma 3.6 where the exponent is at most the rank: on the inputs of Theorems 3.8 and 3.9 the kernel
   (1 + <Z,S>)^K has rank at least
     mc(m (m + 1) / 2 + 1, k),  k <= K,  k <= tau,  tau <= min(r, s),
   in characteristic 0. This is the sum of h(m,tau;kappa) over kappa <= k, as no polynomial of degree k vanishes on the
   symmetric matrices of rank at most tau. With it 3.8 and 3.9 have a second value.
     deg_le k f    == f is a function of degree at most k: its differences of order k + 1 are 0
     square (l, y) == l y^T y; if f is 0 at all sums of at most k of these, it is at all sums (deg_sums)
     pad a         == the monomial a of degree k with a power of the constant, of degree K
   Proved: pairing_low, and with it heads_low_generic; for 3.9 see BlocksPaired.v. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
From Seprank Require Import PairingRank SummingStage AttentionHeads.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Degree.
Variables (F : fieldType) (V : lmodType F).
Implicit Types (f g phi : V -> F).

Fixpoint deg_le k f : Prop :=
  if k is k.+1 then forall h, deg_le k (fun z => f (z + h) - f z) else forall z z', f z = f z'.

Lemma eq_deg k f g : f =1 g -> deg_le k f -> deg_le k g.
Proof.
elim: k f g => [|k IH] f g fg /= H; first by move=> z z'; rewrite -!fg; apply: H.
by move=> h; apply: IH (H h) => z; rewrite !fg.
Qed.

Lemma deg_shift k f h : deg_le k f -> deg_le k (fun z => f (z + h)).
Proof.
elim: k f => [|k IH] f /= H; first by move=> z z'; apply: H.
by move=> h'; apply: eq_deg (IH _ (H h')) => z; rewrite addrAC.
Qed.

Lemma degD k f g : deg_le k f -> deg_le k g -> deg_le k (fun z => f z + g z).
Proof.
elim: k f g => [|k IH] f g /= H H'; first by move=> z z'; rewrite (H z z') (H' z z').
by move=> h; apply: eq_deg (IH _ _ (H h) (H' h)) => z; rewrite opprD addrACA.
Qed.

Lemma degZ k c f : deg_le k f -> deg_le k (fun z => c * f z).
Proof.
elim: k f => [|k IH] f /= H; first by move=> z z'; rewrite (H z z').
by move=> h; apply: eq_deg (IH _ (H h)) => z; rewrite mulrBr.
Qed.

Lemma deg0 k c : deg_le k (fun=> c).
Proof. by elim: k c => [|k IH] c //= h; apply: eq_deg (IH 0) => z; rewrite subrr. Qed.

Lemma deg_mul k phi lam f : (forall z h, phi (z + h) = phi z + lam h) -> deg_le k f ->
  deg_le k.+1 (fun z => phi z * f z).
Proof.
move=> lin; elim: k f => [|k IH] f H h.
  by move=> z z'; rewrite !lin (H (z + h) z) (H (z' + h) z) (H z' z) !mulrDl ![phi _ * _ + _]addrC !addrK.
have := degD (IH _ (H h)) (degZ (lam h) (deg_shift h H)); apply: eq_deg => z.
by rewrite lin mulrBr mulrDl addrAC.
Qed.

Lemma degX k j phi lam f : (forall z h, phi (z + h) = phi z + lam h) -> deg_le k f ->
  deg_le (j + k) (fun z => phi z ^+ j * f z).
Proof.
move=> lin H; elim: j => [|j IH]; first by apply: eq_deg H => z; rewrite mul1r.
by apply: eq_deg (deg_mul lin IH) => z; rewrite exprS mulrA.
Qed.

Lemma deg_sum I (s : seq I) k (f : I -> V -> F) : (forall i, deg_le k (f i)) -> deg_le k (fun z => \sum_(i <- s) f i z).
Proof.
move=> H; elim: s => [|i s IH]; first by apply: eq_deg (deg0 k 0) => z; rewrite big_nil.
by apply: eq_deg (degD (H i) IH) => z; rewrite big_cons.
Qed.

(* if f is 0 at the sums of at most k of the g t, it is at all sums *)
Lemma deg_sums T (g : T -> V) k f : deg_le k f -> (forall s, (size s <= k)%N -> f (\sum_(t <- s) g t) = 0) ->
  forall s, f (\sum_(t <- s) g t) = 0.
Proof.
elim: k f => [|k IH] f /= H H0; first by move=> s; rewrite (H _ (\sum_(t <- [::]) g t)) H0.
elim=> [|t s IHs]; first exact: H0.
have Hs s' : (size s' <= k)%N -> f (\sum_(t' <- s') g t' + g t) - f (\sum_(t' <- s') g t') = 0.
  move=> sk; rewrite (H0 s') ?(leqW sk) // subr0.
  by rewrite addrC; have := H0 (t :: s'); rewrite big_cons; apply.
by have := IH _ (H (g t)) Hs s; rewrite IHs subr0 big_cons addrC.
Qed.
End Degree.

Section LowDegree.
Variables (F : fieldType) (charF : [char F] =i pred0) (m : nat).
Definition square (t : F * 'rV[F]_m) : 'M[F]_m := \matrix_(i, j) (t.1 * (t.2 0 i * t.2 0 j)).

Lemma sum_quad tau s : (size s <= tau)%N -> exists (l : 'rV_tau) Y, quad l Y = \sum_(t <- s) square t.
Proof.
move=> st; pose t0 : F * 'rV[F]_m := (0, 0).
exists (\row_k (nth t0 s k).1), (\matrix_(k, j) (nth t0 s k).2 0 j); apply/matrixP=> i j.
rewrite mxE summxE (big_nth t0) big_mkord (big_ord_widen tau (fun k => square (nth t0 s k) i j)) // [RHS]big_mkcond.
by apply: eq_bigr => k _; rewrite !mxE; case: ltnP => // sk; rewrite nth_default //= mul0r.
Qed.

Lemma symmetric_squares (Z : 'M[F]_m) : Z^T = Z -> exists s, Z = \sum_(t <- s) square t.
Proof.
move=> ZT; pose e i : 'rV[F]_m := delta_mx 0 i; pose h : F := 2%:R^-1.
exists (flatten [seq [:: (h, e i + row i Z); (- h, e i); (- h, row i Z)] | i <- enum 'I_m]).
rewrite big_flatten /= big_map; apply/matrixP=> a b; rewrite summxE big_enum /=.
have hh (x : F) : h * (x + x) = x.
  by rewrite -mulr2n -mulr_natl mulKf // ((charf0P F).1 charF).
have E i : (\sum_(t <- [:: (h, e i + row i Z); (- h, e i); (- h, row i Z)]) square t) a b =
    h * ((a == i)%:R * Z i b + (b == i)%:R * Z i a).
  rewrite !big_cons big_nil !mxE /=; move: (h) (a == i)%:R (b == i)%:R (Z i a) (Z i b) => c x y z w; ring.
rewrite (eq_bigr _ (fun i _ => E i)) -mulr_sumr big_split /=.
rewrite (bigD1 a) //= eqxx mul1r big1 => [|i /negPf ia]; last by rewrite eq_sym ia mul0r.
rewrite (bigD1 b) //= eqxx mul1r big1 => [|i /negPf ib]; last by rewrite eq_sym ib mul0r.
by rewrite !addr0 -[in Z b a]ZT mxE hh.
Qed.

Lemma quad_low k tau (p : 'M[F]_m -> F) : deg_le k p -> (k <= tau)%N ->
  (forall (l : 'rV_tau) Y, p (quad l Y) = 0) -> forall Z, Z^T = Z -> p Z = 0.
Proof.
move=> dp kt H Z /symmetric_squares[s ->]; apply: (deg_sums dp) => s' sk.
by have [l [Y <-]] := sum_quad (leq_trans sk kt).
Qed.
End LowDegree.

(* monomials of degree k in the entries (i, j), i <= j, and the constant 1 *)
Section Monomials.
Variables (m k K : nat) (kK : (k <= K)%N).
Local Notation var := (free m m true).
Local Notation map_rat := (map_mx (fun z : int => z%:~R : rat)).

(* a monomial of degree K with the same value, by the constant *)
Definition pad (a : mon var k) : expo (vars m) K := [ffun x => inord (extend a x + (x == None) * (K - k))].
Lemma padE a x : pad a x = (extend a x + (x == None) * (K - k))%N :> nat.
Proof. by rewrite ffunE inordK //; have := ltn_ord (extend a x); case: (x == None); lia. Qed.

Lemma pad_deg a : (\sum_x pad a x == K)%N.
Proof.
rewrite (eq_bigr _ (fun x _ => padE a x)) big_split /= (eqP (extend_deg a)) (bigD1 None) //= big1 => [|x /negPf->//].
by rewrite mul1n addn0 subnKC.
Qed.

Lemma pad_val (R : comRingType) (f : vars m -> R) a : f None = 1 ->
  f ^^ (pad a) = (fun x : var => f (val x)) ^^ (val a).
Proof.
move=> f1; rewrite -extendE; apply: eq_bigr => x _; rewrite padE exprD.
by case: eqP => [->|_]; rewrite ?f1 ?expr1n ?mulr1.
Qed.
Variables (tau : nat) (kt : (k <= tau)%N).

Lemma deg_monomial (a : mon var k) : deg_le k (fun Z : 'M[rat]_m => (fun x : var => feature true Z (val x)) ^^ (val a)).
Proof.
have gen s : deg_le (\sum_(x <- s) val a x) (fun Z : 'M[rat]_m => \prod_(x <- s) feature true Z (val x) ^+ (val a) x).
  elim: s => [|x s IH]; first by apply: eq_deg (deg0 _ _ 1) => Z; rewrite big_nil.
  rewrite big_cons; have lin Z h : feature true (Z + h) (val x) = feature true Z (val x) +
      (if val x is Some ij then h ij.1 ij.2 else 0) :> rat by case: (val x) => [ij|] /=; rewrite ?mxE ?addr0.
  by apply: eq_deg (degX ((val a) x) lin IH) => Z; rewrite big_cons.
by have := gen (index_enum _); rewrite (eqP (valP a)).
Qed.

Lemma gram_indep_low (c : mon var k -> rat) :
  (forall b : 'M[int]_(tau, m), \sum_a c a * (fun x : var => feature true (gram (map_rat b)) (val x)) ^^ (val a) = 0) ->
  forall a, c a = 0.
Proof.
move=> H; apply: (free_indep (char_num _)) => Z.
pose p (Z : 'M[rat]_m) := \sum_a c a * (fun x : var => feature true Z (val x)) ^^ (val a).
have dp : deg_le k p by apply: deg_sum => a; apply/degZ/deg_monomial.
have lp : linepoly p.
  apply: lpS => a; apply: lpM; first exact: lpC.
  by apply: lpP => x; apply: lpX; case: (val x) => [[i j]|]; [exact: lp_mx | exact: lpC].
pose Z' : 'M[rat]_m := \matrix_(i, j) if (i <= j)%N then Z i j else Z j i.
have -> : \sum_a c a * (fun x : var => feature true Z (val x)) ^^ (val a) = p Z'.
  apply: eq_bigr => a _; congr (_ * _); apply: eq_bigr => x _; congr (_ ^+ _).
  by have := valP x; rewrite /=; case: (val x) => [[i j]|] //= /andP[_ ij]; rewrite mxE ij.
apply: (quad_low (char_num _) dp kt); last first.
  apply/matrixP=> i j; rewrite !mxE; case: (ltngtP i j) => // /val_inj->.
  by [].
apply: (quad_signs (char_num _) lp (l0 := const_mx 1)) => [q|b]; first by rewrite mxE oner_neq0.
have [D [D0 [b0 ->]]] := rat_scale b; have [q qE] := lp 0 (gram (map_rat b0)).
have q0 : q = 0.
  apply: (@poly_zeros _ q (fun n => n%:R ^+ 2)) => [x y|n].
    by rewrite -!natrX => /(natF_inj (char_num _))/eqP; rewrite eqn_sqr => /eqP.
  by rewrite -qE add0r -[RHS](H ((n : int) *: b0)) /= map_mxZ gramZ.
by rewrite -gram_quad gramZ; have := qE (D%:~R^-1 ^+ 2); rewrite add0r q0 horner0.
Qed.
End Monomials.

Theorem kernel_low (F : fieldType) (charF : [char F] =i pred0) m tau k K s : (k <= tau)%N -> (k <= K)%N ->
  grid_le (fun b b' : 'M[F]_(tau, m) => kernel true K (gram b) (gram b')) s -> (mc (vfree m m).+1 k <= s)%N.
Proof.
move=> kt kK fs.
have mE (R : fieldType) (b b' : 'M[int]_(tau, m)) :
    kernel true K (gram (map_mx (intr : int -> R) b)) (gram (map_mx (intr : int -> R) b')) =
    (kernel true K (gram b) (gram b') : int)%:~R :> R.
  by symmetry; apply: (kernel_map [rmorphism of intmul (1 : R)]).
have {}fs : grid_le (fun b b' : 'M[int]_(tau, m) => (kernel true K (gram b) (gram b') : int)%:~R : F) s.
  by apply: eq_grid (grid_comp (map_mx intr) (map_mx intr) fs) => b b'; rewrite mE.
have {}fs := eq_grid (fun b b' => esym (mE [fieldType of rat] b b')) (grid_rat charF fs).
pose ext (a : mon (free m m true) k) : mon (vars m) K := exist _ (pad K a) (pad_deg kK a).
have {}fs := grid_comp ext id (null_grid (@null_positive m tau true K) fs).
rewrite -addn1 -(card_free true (leqnn m)) -card_mon.
have {}fs := eq_grid (fun a b => pad_val kK a (erefl : feature true _ None = 1)) fs.
by apply: indep_grid fs => c; apply: gram_indep_low.
Qed.

Theorem pairing_low (F : fieldType) (charF : [char F] =i pred0) m rho sigma k K t s r : (sigma <= rho)%N ->
  (t <= rho + sigma)%N -> (t <= s)%N -> (k <= t)%N -> (k <= K)%N ->
  grid_le (fun (a : 'M[F]_(rho, m) * 'M[F]_(sigma, m)) (b : 'M[F]_(s, m)) =>
             (true%:R + pairZ a.1 a.2 (gram b)) ^+ K) r ->
  (mc (vfree m m).+1 k <= r)%N.
Proof.
move=> sr tr ts kt kK /(null_grid (null_pairs charF sr tr)) fs; apply: (kernel_low charF kt kK (s := r)).
by apply: eq_grid (grid_comp id (mulmx (pid_mx t : 'M_(s, t))) fs) => y b; rewrite gram_pid.
Qed.

(* 3.8 *)
Section Heads.
Variables (F : fieldType) (charF : [char F] =i pred0) (N H da L c nh q r k : nat) (S : pred 'I_N) (i : 'I_N).
Local Notation d := (H * da)%N.
Local Notation m := (d - r - q)%N.
Local Notation nA := #|[pred k | S k == S i]|.
Local Notation nB := #|[pred k | S k != S i]|.
Hypotheses (nH : (nh <= H)%N) (n0 : (0 < nh)%N) (q0 : (0 < q)%N) (c0 : (0 < c)%N) (cL : (c < L)%N).
Hypotheses (rn : (uphalf r <= nh * q)%N) (qn : (q <= nh ^ c.-1)%N).
Hypotheses (qda : (2 * q <= da)%N) (rqA : (r + q <= minn da nA)%N).
Hypotheses (kr : (k <= minn r nB)%N) (kK : (k <= 3 ^ (L - 1 - c))%N).

Theorem heads_low_lower (p : 'I_d) : exists2 Ws : seq (seq (head F d)), has_shape L H da Ws &
  sep_ge (fun x y => net Ws (mix S x y) i p) (mc (vfree m m).+1 k).
Proof.
move: kr; rewrite leq_min => /andP[kr1 kB].
apply: (heads_core charF nH n0 q0 c0 cL rn qn qda rqA) => s e ->.
by apply: (pairing_low charF (half_le r)) kB (leqnn k) kK; rewrite halves.
Qed.

Corollary heads_low_generic (p : 'I_d) : exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
  sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (mc (vfree m m).+1 k).
Proof. exact/generic_lower/heads_low_lower. Qed.
End Heads.
