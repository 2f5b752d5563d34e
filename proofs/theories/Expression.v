(* Networks as matrix expressions in the input and in constants (weights among them): theory.md 3.15 (c) and 4.11.
     expr n d m k       expressions of size m x k in an input X of n tokens of width d: X, a constant, sums, products, entrywise
                        products (so powers and polynomials of the entries), transposes, repeated and gathered rows and columns
     eval X e           the value at X
     interp v c add mul e i j
                        the entries of e computed in another way: v i j for the entries of X, c for those of constants, add, mul
     zero_reads T e i j whether entry (i, j) is 0 by zeros of the constants (a mask), and whether it reads a token in T
     one_side_sep_le    3.15 (c): sep <= 1 if the entry reads no token of one side; 0 if it is 0 by zeros of constants
     passing S e i j    4.11: what entry (i, j) is made of: u, whether there is a c, and the functions g, as polynomials in the
                        entries of the tokens in S
     passed r           |G| + [u <> 0] + [c <> 0], a polynomial and its multiples counted once
     passing_sep_le     4.11: sep <= passed (passing S e i j), with either side for S
   The constants are fixed: the bound holds for all weights, with the zeros and the equal functions that these weights have. In
   theory.md functions are one that are written alike with weights as letters; they are then equal polynomials here, so this
   bound is never above. The rules of sums and products are those of 4.11. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Expressions.
Variables (R : comRingType) (n d : nat).

Inductive expr : nat -> nat -> Type :=
  | Input : expr n d
  | Const m k of 'M[R]_(m, k) : expr m k
  | Add m k of expr m k & expr m k : expr m k
  | Mul m k l of expr m k & expr k l : expr m l
  | Entrywise m k of expr m k & expr m k : expr m k
  | Transpose m k of expr m k : expr k m
  | Gather m k m' k' of ('I_m' -> 'I_m) & ('I_k' -> 'I_k) & expr m k : expr m' k'.

Fixpoint eval (X : 'M[R]_(n, d)) m k (e : expr m k) : 'M[R]_(m, k) :=
  match e in expr m k return 'M[R]_(m, k) with
  | Input => X
  | Const _ _ M => M
  | Add _ _ a b => eval X a + eval X b
  | Mul _ _ _ a b => eval X a *m eval X b
  | Entrywise _ _ a b => \matrix_(i, j) (eval X a i j * eval X b i j)
  | Transpose _ _ a => (eval X a)^T
  | Gather _ _ _ _ f g a => \matrix_(i, j) eval X a (f i) (g j)
  end.

Section Interp.
Variables (T : Type) (v : 'I_n -> 'I_d -> T) (c : R -> T) (add mul : T -> T -> T).

Fixpoint interp m k (e : expr m k) : 'I_m -> 'I_k -> T :=
  match e in expr m k return 'I_m -> 'I_k -> T with
  | Input => v
  | Const _ _ M => fun i j => c (M i j)
  | Add _ _ a b => fun i j => add (interp a i j) (interp b i j)
  | Mul _ _ _ a b => fun i j => foldr (fun l t => add (mul (interp a i l) (interp b l j)) t) (c 0) (index_enum _)
  | Entrywise _ _ a b => fun i j => mul (interp a i j) (interp b i j)
  | Transpose _ _ a => fun i j => interp a j i
  | Gather _ _ _ _ f g a => fun i j => interp a (f i) (g j)
  end.

(* what holds of the entries of X and of constants, and passes to sums and products, holds of all entries *)
Variables (Y : Type) (input : Y -> 'M[R]_(n, d)) (P : T -> (Y -> R) -> Prop).
Hypotheses (P_ext : forall t f g, (forall y, f y = g y) -> P t f -> P t g).
Hypotheses (P_v : forall i j, P (v i j) (fun y => input y i j)) (P_c : forall a, P (c a) (fun _ => a)).
Hypotheses (P_add : forall t t' f f', P t f -> P t' f' -> P (add t t') (fun y => f y + f' y)).
Hypotheses (P_mul : forall t t' f f', P t f -> P t' f' -> P (mul t t') (fun y => f y * f' y)).

Lemma interpP m k (e : expr m k) i j : P (interp e i j) (fun y => eval (input y) e i j).
Proof.
elim: e i j => [|m' k' M|m' k' a IHa b IHb|m' k' l a IHa b IHb|m' k' a IHa b IHb|m' k' a IHa|m' k' m2 k2 f g a IHa] i j //=.
- by apply: P_ext (P_add (IHa i j) (IHb i j)) => y; rewrite mxE.
- apply: (@P_ext _ (fun y => \sum_l eval (input y) a i l * eval (input y) b l j)) => [y|]; first by rewrite mxE.
  elim: (index_enum _) => [|x s IH] /=; first by apply: P_ext (P_c 0) => y; rewrite big_nil.
  by apply: P_ext (P_add (P_mul (IHa i x) (IHb x j)) IH) => y; rewrite big_cons.
- by apply: P_ext (P_mul (IHa i j) (IHb i j)) => y; rewrite mxE.
- by apply: P_ext (IHa j i) => y; rewrite mxE.
- by apply: P_ext (IHa (f i) (g j)) => y; rewrite mxE.
Qed.
End Interp.
End Expressions.
Arguments Input {R n d}.

(* 3.15 (c) *)
Section OneSide.
Variables (R : comRingType) (n d : nat).
Definition zero_reads (T : pred 'I_n) m k (e : expr R n d m k) : 'I_m -> 'I_k -> bool * bool :=
  interp (fun i _ => (false, T i)) (fun a => (a == 0, false))
         (fun s t => (s.1 && t.1, s.2 || t.2)) (fun s t => if s.1 || t.1 then (true, false) else (false, s.2 || t.2)) e.

Lemma zero_readsP (T : pred 'I_n) m k (e : expr R n d m k) i j (X Y : 'M[R]_(n, d)) :
  (forall t, ~~ T t -> row t X = row t Y) ->
  ((zero_reads T e i j).1 -> eval X e i j = 0) /\ (~~ (zero_reads T e i j).2 -> eval X e i j = eval Y e i j).
Proof.
move=> XY; pose P (t : bool * bool) (f : bool -> R) := (t.1 -> forall b, f b = 0) /\ (~~ t.2 -> f true = f false).
suff [] : P (zero_reads T e i j) (fun b => eval (if b then X else Y) e i j) by move=> h1 h2; split=> [/h1/(_ true)|/h2].
apply: (@interpP R n d _ _ _ _ _ bool (fun b => if b then X else Y)) => [t f g fg [h1 h2]|t l|a|t t' f f' [h1 h2] [h1' h2']|t t' f f' [h1 h2] [h1' h2']].
- by split=> [/h1 h b|/h2]; rewrite -!fg.
- by split=> // nT; move/rowP/(_ l): (XY t nT); rewrite !mxE.
- by split=> // /eqP->.
- split=> /= [/andP[/h1 e1 /h1' e2] b|]; first by rewrite e1 e2 addr0.
  by rewrite negb_or => /andP[/h2-> /h2'->].
- case t1: t.1 h1 => h1 /=; first by split=> [_ b|_]; rewrite !h1 // !mul0r.
  case t1': t'.1 h1' => h1' /=; first by split=> [_ b|_]; rewrite !h1' // !mulr0.
  by split=> //; rewrite negb_or => /andP[/h2-> /h2'->].
Qed.

Theorem one_side_sep_le (S T : pred 'I_n) m k (e : expr R n d m k) i j : T =i S \/ T =i predC S ->
  ((zero_reads T e i j).1 -> sep_le (fun x y => eval (mix S x y) e i j) 0) /\
  (~~ (zero_reads T e i j).2 -> sep_le (fun x y => eval (mix S x y) e i j) 1).
Proof.
move=> TS; split=> h.
  by apply: eq_sep_le (@sep_le0 R _ _) => x y; have [->] := zero_readsP (T := T) e i j (fun t _ => erefl (row t (mix S x y))).
case: TS => TS.
  apply: eq_sep_le (sep_leR _ (fun y => eval (mix S 0 y) e i j)) => x y.
  apply: (zero_readsP (T := T) e i j _).2 h => t nT; apply/rowP => l; rewrite !mxE.
  by move: nT; rewrite -[T t]/(t \in T) TS /in_mem /= => /negPf->.
apply: eq_sep_le (sep_leL _ (fun x => eval (mix S x 0) e i j)) => x y.
apply: (zero_readsP (T := T) e i j _).2 h => t nT; apply/rowP => l; rewrite !mxE.
by move: nT; rewrite -[T t]/(t \in T) TS /in_mem /= negbK => ->.
Qed.
End OneSide.

(* 4.11 *)
Section Passing.
Variables (F : fieldType) (n d : nat) (S : pred 'I_n).
Local Notation poly := {mpoly F[n * d]}.
Local Notation entry := (poly * bool * seq poly)%type.   (* u, whether there is a c, the functions g *)

Definition constant (u : poly) := u == (u@_0%MM)%:MP.
Definition only_u u : entry := (u, false, [::]).
Definition only_c b : entry := (0, b, [::]).
Definition only_g gs : entry := (0, false, gs).
Definition plus (e e' : entry) : entry := (e.1.1 + e'.1.1, e.1.2 || e'.1.2, e.2 ++ e'.2).
(* u c', and u g' h' *)
Definition u_times_c u (c : bool) := if ~~ c then only_u 0 else if constant u then only_c (u != 0) else only_g [:: u].
Definition u_times_g u gs := only_g (if constant u then if u == 0 then [::] else gs else map ( *%R u) gs).
Definition times (e e' : entry) : entry :=
  let: (u, c, gs) := e in let: (u', c', gs') := e' in
  foldr plus (only_u 0) [:: only_u (u * u'); only_c (c && c'); u_times_c u c'; u_times_c u' c; u_times_g u gs'; u_times_g u' gs;
    only_g (if c then gs' else [::]); only_g (if c' then gs else [::]); only_g [seq g * g' | g <- gs, g' <- gs']].

Definition passing m k (e : expr F n d m k) : 'I_m -> 'I_k -> entry :=
  interp (fun i j => if S i then only_u 'X_(mxvec_index i j) else only_c true) (fun a => only_u a%:MP) plus times e.

Definition monic (g : poly) := (mleadc g)^-1 *: g.
Definition passed (e : entry) := (size (undup (map monic [seq g <- e.2 | g != 0%R])) + (e.1.1 != 0%R) + e.1.2)%N.

Local Notation val u x := (u.@[fun t => mxvec x 0 t]).
Let Y := ('M[F]_(n, d) * 'M[F]_(n, d))%type.
Let made (e : entry) (f : Y -> F) := exists (c : 'M[F]_(n, d) -> F) (s : seq (poly * ('M[F]_(n, d) -> F))),
  [/\ ~~ e.1.2 -> forall y, c y = 0, map fst s = e.2 &
      forall xy, f xy = val e.1.1 xy.1 + c xy.2 + \sum_(p <- s) val p.1 xy.1 * p.2 xy.2].

Lemma is_ext e f g : (forall y, f y = g y) -> made e f -> made e g.
Proof. by move=> fg [c [s [h1 h2 h3]]]; exists c, s; split=> // y; rewrite -fg. Qed.

Lemma is_plus e e' f f' : made e f -> made e' f' -> made (plus e e') (fun y => f y + f' y).
Proof.
move=> [c [s [h1 h2 h3]]] [c' [s' [h1' h2' h3']]]; exists (fun y => c y + c' y), (s ++ s'); split.
- by rewrite negb_or => /andP[/h1 z /h1' z'] y; rewrite z z' addr0.
- by rewrite map_cat h2 h2'.
- move=> y; rewrite h3 h3' big_cat /= mevalD.
  move: (val e.1.1 _) (val e'.1.1 _) (c _) (c' _) (\sum_(p <- s) _) (\sum_(p <- s') _) => a a' b b' t t'; ring.
Qed.

Lemma is_u u : made (only_u u) (fun xy => val u xy.1).
Proof. by exists (fun _ => 0), [::]; split=> // y; rewrite big_nil !addr0. Qed.

Lemma is_c (b : bool) c : (~~ b -> forall y, c y = 0) -> made (only_c b) (fun xy => c xy.2).
Proof. by exists c, [::]; split=> // y; rewrite big_nil meval0 add0r addr0. Qed.

Lemma is_g (s : seq (poly * ('M[F]_(n, d) -> F))) : made (only_g (map fst s)) (fun xy => \sum_(p <- s) val p.1 xy.1 * p.2 xy.2).
Proof. by exists (fun _ => 0), s; split=> // y; rewrite meval0 !add0r. Qed.

Lemma constant_val u x y : constant u -> val u x = val u y.
Proof. by move/eqP->; rewrite !mevalC. Qed.

Lemma is_uc u b c : (~~ b -> forall y, c y = 0) -> made (u_times_c u b) (fun xy => val u xy.1 * c xy.2).
Proof.
move=> c0; rewrite /u_times_c; case: ifP => [/c0 z|_].
  by apply: is_ext (is_u 0) => xy; rewrite z mulr0 meval0.
case: ifP => [cu|_]; last first.
  by apply: is_ext (is_g [:: (u, c)]) => xy; rewrite big_seq1.
apply: is_ext (is_c (b := u != 0) (c := fun y => val u 0 * c y) _) => [xy|]; first by rewrite (constant_val xy.1 0 cu).
by rewrite negbK => /eqP-> y; rewrite meval0 mul0r.
Qed.

Lemma is_ug u (s : seq (poly * ('M[F]_(n, d) -> F))) :
  made (u_times_g u (map fst s)) (fun xy => val u xy.1 * \sum_(p <- s) val p.1 xy.1 * p.2 xy.2).
Proof.
rewrite /u_times_g; case: ifP => [cu|_].
  case: eqP => [->|_]; first by apply: is_ext (is_g [::]) => xy; rewrite big_nil meval0 mul0r.
  pose s' : seq (poly * ('M[F]_(n, d) -> F)) := [seq (p.1, fun y => val u 0 * p.2 y) | p <- s].
  have -> : map fst s = map fst s' by rewrite -map_comp.
  apply: is_ext (is_g s') => xy; rewrite big_map mulr_sumr; apply: eq_bigr => p _ /=.
  by rewrite (constant_val xy.1 0 cu) mulrCA.
pose s' : seq (poly * ('M[F]_(n, d) -> F)) := [seq (u * p.1, p.2) | p <- s].
have -> : [seq u * g | g <- map fst s] = map fst s' by rewrite -!map_comp.
by apply: is_ext (is_g s') => xy; rewrite big_map mulr_sumr; apply: eq_bigr => p _ /=; rewrite mevalM mulrA.
Qed.

Lemma is_gg (s s' : seq (poly * ('M[F]_(n, d) -> F))) : made (only_g [seq g * g' | g <- map fst s, g' <- map fst s'])
  (fun xy => (\sum_(p <- s) val p.1 xy.1 * p.2 xy.2) * \sum_(p <- s') val p.1 xy.1 * p.2 xy.2).
Proof.
pose t : seq (poly * ('M[F]_(n, d) -> F)) := [seq (p.1 * q.1, fun y => p.2 y * q.2 y) | p <- s, q <- s'].
have -> : [seq g * g' | g <- map fst s, g' <- map fst s'] = map fst t.
  by rewrite map_allpairs allpairs_mapl allpairs_mapr.
apply: is_ext (is_g t) => xy; rewrite big_allpairs_dep mulr_suml; apply: eq_bigr => p _.
by rewrite mulr_sumr; apply: eq_bigr => q _ /=; rewrite mevalM mulrACA.
Qed.

Lemma is_cg (b : bool) c (s : seq (poly * ('M[F]_(n, d) -> F))) : (~~ b -> forall y, c y = 0) ->
  made (only_g (if b then map fst s else [::])) (fun xy => c xy.2 * \sum_(p <- s) val p.1 xy.1 * p.2 xy.2).
Proof.
case: b => c0; last by apply: is_ext (is_g [::]) => xy; rewrite big_nil c0 ?mul0r.
pose s' : seq (poly * ('M[F]_(n, d) -> F)) := [seq (p.1, fun y => c y * p.2 y) | p <- s].
have -> : map fst s = map fst s' by rewrite -map_comp.
by apply: is_ext (is_g s') => xy; rewrite big_map mulr_sumr; apply: eq_bigr => p _ /=; rewrite mulrCA.
Qed.

Lemma is_times e e' f f' : made e f -> made e' f' -> made (times e e') (fun y => f y * f' y).
Proof.
case: e e' => [[u b] gs] [[u' b'] gs'] [c [s [/= h1 h2 h3]]] [c' [s' [/= h1' h2' h3']]]; subst gs gs'.
apply: is_ext (is_plus (is_u (u * u')) (is_plus (is_c (b := b && b') (c := fun y => c y * c' y) _)
  (is_plus (is_uc u h1') (is_plus (is_uc u' h1) (is_plus (is_ug u s') (is_plus (is_ug u' s)
  (is_plus (is_cg s' h1) (is_plus (is_cg s h1') (is_plus (is_gg s s') (is_u 0)))))))))) => [xy|].
  rewrite h3 h3' mevalM meval0 /=; move: (\sum_(p <- s) _) (\sum_(p <- s') _) (val u _) (val u' _) (c _) (c' _) => a a' v v' w w'.
  ring.
by rewrite negb_and => /orP[/h1 z|/h1' z] y; rewrite z ?mul0r ?mulr0.
Qed.

Lemma passingP m k (e : expr F n d m k) i j : made (passing e i j) (fun xy => eval (mix S xy.1 xy.2) e i j).
Proof.
apply: (@interpP F n d _ _ _ _ _ Y (fun xy => mix S xy.1 xy.2)) => [t f g|t l|a||]; [exact: is_ext| | | exact: is_plus | exact: is_times].
  case: ifP => St; last by apply: is_ext (is_c (b := true) (c := fun y => y t l) _) => // xy; rewrite mxE St.
  by apply: is_ext (is_u _) => xy; rewrite mevalXU mxvecE mxE St.
by apply: is_ext (is_u _) => xy; rewrite mevalC.
Qed.

(* proportional functions count once *)
Lemma sep_le_monic (s : seq (poly * ('M[F]_(n, d) -> F))) : sep_le (fun x y => \sum_(p <- s) val p.1 x * p.2 y)
  (size (undup (map monic [seq g <- map fst s | g != 0]))).
Proof.
set U := undup _; pose h (r : seq (poly * ('M[F]_(n, d) -> F))) q y :=
  \sum_(p <- r) if (p.1 != 0) && (monic p.1 == q) then mleadc p.1 * p.2 y else 0.
exists (fun a x => val (tnth (in_tuple U) a) x), (fun a y => h s (tnth (in_tuple U) a) y) => x y.
rewrite -(big_tnth _ _ U xpredT (fun q => val q x * h s q y)).
have uU : uniq U := undup_uniq _.
have : {subset map monic [seq g <- map fst s | g != 0] <= U} by move=> g; rewrite mem_undup.
clearbody U; elim: s => [|p r IH] sU; first by rewrite big_nil big1 // => q _; rewrite /h big_nil mulr0.
rewrite big_cons IH => [|g gr]; last by apply: sU => /=; case: ifP => //= _; rewrite inE gr orbT.
under [RHS]eq_bigr do rewrite /h big_cons mulrDr.
rewrite big_split; congr (_ + _); have [->|p0] := eqVneq p.1 0.
  by rewrite meval0 mul0r big1 // => q _; rewrite /= mulr0.
have pU : monic p.1 \in U by apply: sU; rewrite /= p0 inE eqxx.
rewrite (big_rem _ pU) /= eqxx big_seq big1 ?addr0 => [|q].
  by rewrite /monic mevalZ [RHS]mulrACA mulVf ?mul1r // mleadc_eq0.
by rewrite mem_rem_uniq // inE => /andP[nq _]; rewrite eq_sym (negPf nq) mulr0.
Qed.

Theorem passing_sep_le m k (e : expr F n d m k) i j : sep_le (fun x y => eval (mix S x y) e i j) (passed (passing e i j)).
Proof.
have [c [s [h1 h2 h3]]] := passingP e i j; rewrite /passed -h2 -addnA addnC.
have U : sep_le (fun x _ : 'M[F]_(n, d) => val (passing e i j).1.1 x) ((passing e i j).1.1 != 0%R).
  case: eqP => [->|_]; last exact: sep_leL.
  by apply: eq_sep_le (sep_le0 F _ _) => x y; rewrite meval0.
have C : sep_le (fun _ y : 'M[F]_(n, d) => c y) (passing e i j).1.2.
  case: (_.1.2) h1 => [_|/(_ isT) c0]; first exact: sep_leR.
  by apply: eq_sep_le (sep_le0 F _ _) => x y; rewrite c0.
by apply: eq_sep_le (sep_leD (sep_leD U C) (sep_le_monic s)) => x y; rewrite (h3 (x, y)).
Qed.
End Passing.

(* the functions of the other side *)
Corollary passing_sep_le_other (F : fieldType) n d (S : pred 'I_n) m k (e : expr F n d m k) i j :
  sep_le (fun x y => eval (mix S x y) e i j) (passed (passing (predC S) e i j)).
Proof. by apply: eq_sep_le (sep_le_sym (passing_sep_le (predC S) e i j)) => x y; rewrite mixC. Qed.
