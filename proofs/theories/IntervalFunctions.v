(* The functions of RealFunctions.v on the intervals of Intervals.v: "The checker's enclosures" of Proposition 1.10 of
   theory.md, but for erf and pi, which are parameters.
     precision_of O w         == what the functions need of the unit 2^(-30 w), to be computed once: the scales of w, of
                                 w + 1 and of 1; the y from which on exp (-y) is not computed; how small the argument of
                                 the series is made, and how many terms it may have
     exp_sum s f z n t a b    == the rest of the series of exp (-z), of f terms at most, from the term t of number n on,
                                 after the sum a; b: t is added. A lower end and a width. A term is up to 4 units above
                                 what it is taken for
     squares s m a e          == m squares of a number from a to a + e, again a lower end and a width
     halvings f y top m       == m + k for the least k <= f with y <= 2^k top
     exp_at p y               == exp (-y) for y >= 0: the series at y / 2^m, one word finer, and m squares
     i_exp p a                == exp of a, for an upper end <= 0; at the lower end exp (x - d) >= (1 - d) exp x
     i_sigmoid, i_tanh, i_silu, i_reciprocal_root p a      == these functions
     i_gelu_tanh p g c a      == GeluTanh, for g = 2 sqrt (2 / pi), c = 0.044715: x (1 + tanh u) / 2 = x sigmoid (2 u)
     i_gelu p erf g a         == Gelu, for g = 1 / sqrt 2 and enclosures erf
     softmax_share p A B e    == one of the quotients of a softmax, which grows with its term, e, and falls with the
                                 others; A and B are the sums of all lower and upper ends
     i_softmax p ms xs        == the row softmax, of exp (x - t) with t the largest upper end of those x whose factor is
                                 not certainly 0; all unknown if one of these or a factor is
     interval_numbers O w erf pi   == all of it, with enclosures erf and pi
   Proved: each holds the values (the lemmas .._inside), so that interval_numbers encloses what it should
   (interval_numbersP), for any integers to compute in. How narrow the results are is not stated; for one number they
   are a few units wide. The exponential of what may be positive and the root of what may be negative are unknown. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ ring.
From Seprank Require Import Layers LayersRun RealFunctions Enclosures IntegerOps Intervals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Delimit Scope Z_scope with cZ.
Local Open Scope ring_scope.
Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.sub : simpl never.
Local Arguments Z.pow : simpl never.

(* the exponential function, from its laws *)
Section Exponential.
Variables (F : realFieldType) (E : elementary F).
Local Notation exp := (r_exp E).
Implicit Types x y d : F.

Lemma partialS (t : nat -> F) n : partial t n.+1 = partial t n + (-1) ^+ n * t n.
Proof. by rewrite /partial big_ord_recr. Qed.

Lemma exp_near x n : 0 <= x -> `|exp (- x) - partial (exp_term x) n| <= exp_term x n.
Proof.
move=> x0; have := odd_double_half n; move: (odd n) n./2 => o m <- {n}.
have t0 n : 0 <= exp_term x n by rewrite divr_ge0 ?exprn_ge0 ?ler0n.
have /andP[L H] := exp_series E x0 m; case: o; rewrite /= ?add1n ?add0n.
  rewrite distrC ger0_norm ?subr_ge0 //; have /andP[L2 _] := exp_series E x0 m.+1.
  by rewrite doubleS partialS -signr_odd /= odd_double mulN1r in L2; rewrite ler_subl_addr -ler_subl_addl.
rewrite ger0_norm ?subr_ge0 //.
by rewrite partialS -signr_odd odd_double mul1r in H; rewrite ler_subl_addl.
Qed.

Lemma exp_le1 x : 0 <= x -> exp (- x) <= 1.
Proof.
move=> x0; have /andP[_] := exp_series E x0 0%N.
by rewrite partialS /partial big_ord0 add0r expr0 mul1r /exp_term /= expr0 fact0 divr1.
Qed.
Lemma exp_ge x : 0 <= x -> 1 - x <= exp (- x).
Proof.
move=> x0; have /andP[] := exp_series E x0 1%N; rewrite !partialS /partial big_ord0 add0r !expr0 expr1 mul1r.
by rewrite /exp_term /= expr0 expr1 fact0 factS fact0 mul1n !divr1 mulN1r.
Qed.
Lemma exp0 : exp 0 = 1.
Proof. by apply/eqP; rewrite eq_le -{1}oppr0 exp_le1 //= -[in X in _ <= X]oppr0 -{1}[1]subr0 exp_ge. Qed.
Lemma expNK x : exp x * exp (- x) = 1. Proof. by rewrite -expD subrr exp0. Qed.
Lemma exp_gt0 x : 0 < exp x.
Proof.
rewrite lt_def; apply/andP; split; first by apply/eqP=> e; move/eqP: (expNK x); rewrite e mul0r eq_sym oner_eq0.
have -> : x = x / 2%:R + x / 2%:R by field.
by rewrite expD -expr2 sqr_ge0.
Qed.
Lemma exp_neq0 x : exp x != 0. Proof. exact: lt0r_neq0 (exp_gt0 x). Qed.
Lemma exp_ge0 x : 0 <= exp x. Proof. exact: ltW (exp_gt0 x). Qed.
Lemma expV x : exp (- x) = (exp x)^-1. Proof. by rewrite -[LHS](mulKf (exp_neq0 x)) expNK mulr1. Qed.
Lemma exp_mono x y : x <= y -> exp x <= exp y.
Proof.
move=> xy; have -> : x = y - (y - x) by ring.
by rewrite expD ler_pimulr ?exp_ge0 // exp_le1 // subr_ge0.
Qed.
Lemma exp_below x d : 0 <= d -> exp x * (1 - d) <= exp (x - d).
Proof. by move=> d0; rewrite expD ler_wpmul2l ?exp_ge0 ?exp_ge. Qed.
Lemma exp_pow2 x m : exp x = exp (x / 2%:R ^+ m) ^+ (2 ^ m).
Proof.
elim: m x => [|m IH] x; first by rewrite expr0 divr1 expr1.
rewrite [in LHS](_ : x = x / 2%:R + x / 2%:R); last by field.
rewrite expD -expr2 {1}(IH (x / 2%:R)) -exprM mulnC -expnS; congr (exp _ ^+ _).
by rewrite exprS invfM mulrA.
Qed.
(* exp (-1) <= 1/2 *)
Lemma exp_far n x : n%:R <= x -> exp (- x) <= 2%:R ^- n.
Proof.
move=> nx; apply: le_trans (_ : exp (- n%:R) <= _); first by rewrite exp_mono // ler_opp2.
elim: n {x nx} => [|n IH]; first by rewrite oppr0 exp0 expr0 invr1.
rewrite -addn1 natrD opprD expD exprD invfM ler_pmul ?exp_ge0 //.
have /andP[_] := exp_series E (@ler01 F) 1%N; rewrite !partialS /partial big_ord0 /exp_term !expr1n expr1.
move/le_trans; apply; rewrite le_eqVlt; apply/orP; left; apply/eqP.
by rewrite !factS fact0; field.
Qed.

Lemma sigmoidN x : sigmoid E (- x) = 1 - sigmoid E x.
Proof.
rewrite /sigmoid opprK expV; field; rewrite exp_neq0 /=; apply: lt0r_neq0.
by rewrite addr_gt0 ?exp_gt0 ?ltr01.
Qed.
End Exponential.

Record precision (T : Type) := Precision {
  p_at : scale T; p_fine : scale T; p_word : scale T; p_far : T; p_share : T; p_terms : nat }.

Section Definitions.
Variables (T : Type) (O : integers T).
Local Notation "a + b" := (z_add O a b). Local Notation "a - b" := (z_sub O a b).
Local Notation "a * b" := (z_mul O a b). Local Notation "a <= b" := (z_le O a b).
Implicit Types (s : scale T) (p : precision T) (a x : interval T).

(* from p_far = 30 w on exp (-y) is below a unit; the series is taken at y / 2^m <= 1 / p_share *)
Definition precision_of (w : nat) : precision T :=
  let b := Z.of_nat (30 * w) in
  Precision (scale_of O w) (scale_of O (w + 1)) (scale_of O 1) (z_of O (b * 2 ^ b)%cZ)
    (z_of O (2 ^ Z.min 10 (2 + Z.of_nat w))%cZ) (40 + 20 * w).

Definition exp_stop s (n t sum : T) : option (T * T) :=
  let e := n + s_one s in let e := e + e in let e := e + e + t in Some (sum - e, e + e).
Fixpoint exp_sum s (fuel : nat) (z n t sum : T) (plus : bool) : option (T * T) :=
  if fuel is fuel.+1 then
    if t <= s_zero s then exp_stop s n t sum
    else
      let n := n + s_one s in
      let u := floor_shift O s (t * z) in
      let q := z_div O u n in
      let qn := q * n in
      if qn <= u then
        if u <= qn + n then exp_sum s fuel z n q (if plus then sum + t else sum - t) (~~ plus) else None
      else None
  else exp_stop s n t sum.
Fixpoint squares s (m : nat) (a e : T) : option (T * T) :=
  if m is m.+1 then
    if s_zero s <= a then
      if a <= s_unit s then
        if e * e <= s_unit s then let f := e + s_one s in squares s m (floor_shift O s (a * a)) (f + f) else None
      else None
    else None
  else Some (a, e).
(* the least m with y <= top 2^m, at most fuel *)
Fixpoint halvings (fuel : nat) (y top : T) (m : nat) : nat :=
  if fuel is fuel.+1 then if y <= top then m else halvings fuel y (top + top) m.+1 else m.
Definition exp_at p (y : T) : interval T :=
  let: (s, f) := (p_at p, p_fine p) in
  if p_far p <= y then Some (s_zero s, s_one s)
  else
    let m := halvings 30 (y * p_share p) (s_unit s) 0 in
    let z := y * z_of O (2 ^ Z.of_nat (30 - m))%cZ in
    if z + z <= s_unit f then
      if exp_sum f (p_terms p) z (s_zero s) (s_unit f) (s_zero s) true is Some (a, e) then
        if squares f m a e is Some (a, e) then
          Some (z_max O (floor_shift O (p_word p) a) (s_zero s), z_min O (ceil_shift O (p_word p) (a + e)) (s_unit s))
        else None
      else None
    else None.
Definition i_exp p x : interval T :=
  let s := p_at p in
  if x is Some (l, h) then
    if h <= s_zero s then
      if exp_at p (s_zero s - h) is Some (a, b) then
        let d := h - l in
        if d <= s_zero s then Some (a, b)
        else if d + d <= s_unit s then Some (floor_shift O s (a * (s_unit s - d)), b)
        else if exp_at p (s_zero s - l) is Some (a, _) then Some (a, b) else None
      else None
    else None
  else None.

Definition sigmoid_ge0 p x : interval T :=
  let one := Some (s_unit (p_at p), s_unit (p_at p)) in
  i_div O (p_at p) one (i_add O one (i_exp p (i_opp O (p_at p) x))).
Definition sigmoid_le0 p x : interval T :=
  i_sub O (Some (s_unit (p_at p), s_unit (p_at p))) (sigmoid_ge0 p (i_opp O (p_at p) x)).
Definition i_sigmoid p x : interval T :=
  if i_ge0 O (p_at p) x then sigmoid_ge0 p x
  else if i_le0 O (p_at p) x then sigmoid_le0 p x
  else if x is Some (l, h) then
    i_join O (sigmoid_le0 p (Some (l, s_zero (p_at p)))) (sigmoid_ge0 p (Some (s_zero (p_at p), h)))
  else None.
Definition i_tanh p x : interval T :=
  i_sub O (i_times O 2 (i_sigmoid p (i_times O 2 x))) (Some (s_unit (p_at p), s_unit (p_at p))).
Definition i_silu p x : interval T := i_mul O (p_at p) x (i_sigmoid p x).
Definition i_reciprocal_root p x : interval T :=
  let f := p_fine p in
  i_coarser O (p_word p) (i_div O f (Some (s_unit f, s_unit f)) (i_root O f (i_finer O (p_word p) x))).

Definition gelu_tanh_factor p (pi : interval T) : interval T :=
  i_times O 2 (i_root O (p_at p) (i_div O (p_at p) (i_point O (p_at p) 2) pi)).
Definition gelu_tanh_cube p : interval T := i_of O (p_at p) (Fraction 44715 1000000).
Definition i_gelu_tanh p (factor cube x : interval T) : interval T :=
  let mul := i_mul O (p_at p) in
  mul x (i_sigmoid p (mul factor (i_add O x (mul cube (mul x (mul x x)))))).
Definition half_root p : interval T :=
  i_div O (p_at p) (i_point O (p_at p) 1) (i_root O (p_at p) (i_point O (p_at p) 2)).
Definition i_gelu p (erf : interval T -> interval T) (half x : interval T) : interval T :=
  i_over O (p_at p) 2
    (i_mul O (p_at p) x (i_add O (Some (s_unit (p_at p), s_unit (p_at p))) (erf (i_mul O (p_at p) x half)))).

Definition is_zero p (m : interval T) : bool :=
  if m is Some (l, h) then if s_zero (p_at p) <= l then h <= s_zero (p_at p) else false else false.
Fixpoint top (xs : seq (interval T)) : option T :=
  match xs with
  | [::] => None
  | [:: x] => if x is Some (_, h) then Some h else None
  | x :: xs => if x is Some (_, h) then if top xs is Some t then Some (z_max O h t) else None else None
  end.
Definition softmax_term p (t : T) (mx : interval T * interval T) : interval T :=
  if is_zero p mx.1 then Some (s_zero (p_at p), s_zero (p_at p))
  else i_mul O (p_at p) (i_max0 O (p_at p) mx.1) (i_exp p (i_sub O mx.2 (Some (t, t)))).
Fixpoint known (xs : seq (interval T)) : option (seq (T * T)) :=
  match xs with
  | [::] => Some [::]
  | Some e :: xs => if known xs is Some es then Some (e :: es) else None
  | None :: _ => None
  end.
Definition softmax_share p (low high : T) (e : T * T) : interval T :=
  let: (s, (l, h)) := (p_at p, e) in
  let below := l + (high - h) in
  let above := h + (low - l) in
  pair (if below <= s_zero s then Some (s_zero s) else floor_quotient O s (l * s_unit s) below)
       (if above <= s_zero s then Some (s_unit s)
        else if ceil_quotient O s (h * s_unit s) above is Some q then Some (z_min O q (s_unit s)) else None).
Definition i_softmax p (ms xs : seq (interval T)) : seq (interval T) :=
  let pairs := zip ms xs in
  if top (map snd (filter (fun mx => ~~ is_zero p mx.1) pairs)) is Some t then
    if known (map (softmax_term p t) pairs) is Some es then
      let low := foldr (fun e => z_add O e.1) (s_zero (p_at p)) es in
      let high := foldr (fun e => z_add O e.2) (s_zero (p_at p)) es in
      map (softmax_share p low high) es
    else nseq (size xs) None
  else nseq (size xs) None.

Definition interval_numbers (w : nat) (erf : interval T -> interval T) (pi : interval T) : numbers (interval T) :=
  let p := precision_of w in
  let s := p_at p in
  let factor := gelu_tanh_factor p pi in
  let cube := gelu_tanh_cube p in
  let half := half_root p in
  Numbers None (i_of O s) (i_add O) (i_sub O) (i_mul O s) (i_div O s) (i_nonzero O s)
    (fun f => match f with
      | Gelu => i_gelu p erf half
      | GeluTanh => i_gelu_tanh p factor cube
      | Relu => i_max0 O s
      | Silu => i_silu p
      | Sigmoid => i_sigmoid p
      | Tanh => i_tanh p
      | ReciprocalRoot => i_reciprocal_root p
      end)
    (i_softmax p).
End Definitions.

(* the series and the squares *)
Section Series.
Variables (T : Type) (O : integers T) (val : T -> Z) (F : realFieldType) (E : elementary F) (w : nat).
Hypothesis OP : counts O val.
Local Notation exp := (r_exp E).
Local Notation "# n" := (numeral F (val n)) (at level 2, format "# n").
Local Notation U := (2%:R ^+ (30 * w) : F).
Local Notation s := (scale_of O w).
Implicit Types (a e n t u z : T) (x y : F).
Local Notation hash := (hash F w OP).

Lemma exp_stopP n t sum a e x k : 0 <= x -> #n = k%:R -> exp_term x k * U <= #t + 4%:R ->
  `|#sum - partial (exp_term x) k * U| <= 4%:R * k%:R ->
  exp_stop O s n t sum = Some (a, e) -> #a <= in_units w (exp (- x)) <= #a + #e.
Proof.
move=> x0 nE tP sP [<- <-]; rewrite !hash nE.
set d := _ + #t; rewrite addrA subrK -ler_distl distrC.
apply: le_trans (ler_dist_add (partial (exp_term x) k * U) _ _) _.
have -> : d = 4%:R * k%:R + (#t + 4%:R) by rewrite /d; ring.
apply: ler_add; first by [].
rewrite distrC -mulrBl normrM (ger0_norm (U_ge0 F w)).
by apply: le_trans tP; rewrite ler_wpmul2r ?U_ge0 ?exp_near.
Qed.

Lemma natrS (k : nat) : k.+1%:R = k%:R + 1 :> F. Proof. exact: mulrSr. Qed.
Lemma exp_termS x k : exp_term x k.+1 = exp_term x k * x / k.+1%:R.
Proof. by rewrite /exp_term exprSr factS natrM invfM; move: _%:R^-1 k`!%:R^-1 => p q; ring. Qed.

Lemma next_term z t u q n x k : 0 <= x -> x * 2%:R <= 1 -> in_units w x = #z -> #n = k.+1%:R ->
  #t <= exp_term x k * U <= #t + 4%:R -> #u * U <= #t * #z -> #t * #z <= #u * U + U ->
  #q * #n <= #u -> #u <= #q * #n + #n ->
  #q <= exp_term x k.+1 * U <= #q + 4%:R.
Proof.
move=> x0 x1 xz nE /andP[tl th] ul uh ql qh; have n0 : 0 < #n by rewrite nE ltr0n.
have zE : #t * #z = #t * x * U by rewrite -xz /in_units mulrA.
rewrite {}zE -?mulrDl in ul uh.
have E1 : exp_term x k.+1 * U = exp_term x k * U * x / #n by rewrite exp_termS nE mulrAC (mulrAC _ x).
rewrite E1 ler_pdivl_mulr // ler_pdivr_mulr //; apply/andP; split.
  apply: le_trans ql _; apply: le_trans (_ : #t * x <= _); first by rewrite -(ler_pmul2r (U_gt0 F w)).
  by rewrite ler_wpmul2r.
apply: le_trans (ler_wpmul2r x0 th) _; rewrite mulrDl.
have uh1 : #t * x <= #u + 1 by rewrite -(ler_pmul2r (U_gt0 F w)) mulrDl mul1r.
have x2 : 4%:R * x <= 2%:R by rewrite (_ : 4%:R * x = x * 2%:R * 2%:R) ?ler_pimull ?ler0n //; ring.
apply: le_trans (ler_add uh1 x2) _; apply: le_trans (ler_add (ler_add qh (lexx _)) (lexx _)) _.
have n1 : 1 <= #n by rewrite nE ler1n.
rewrite -subr_ge0 (_ : _ - _ = 3%:R * (#n - 1)); last by ring.
by rewrite mulr_ge0 ?ler0n ?subr_ge0.
Qed.

Lemma exp_sumP fuel z n t sum plus a e x k : 0 <= x -> x * 2%:R <= 1 -> in_units w x = #z -> #n = k%:R ->
  plus = ~~ odd k -> #t <= exp_term x k * U <= #t + 4%:R -> `|#sum - partial (exp_term x) k * U| <= 4%:R * k%:R ->
  exp_sum O s fuel z n t sum plus = Some (a, e) -> #a <= in_units w (exp (- x)) <= #a + #e.
Proof.
move=> x0 x1 xz; elim: fuel n t sum plus k => [|fuel IH] n t sum plus k nE pE tP sP; cbn [exp_sum].
  by apply: exp_stopP nE _ sP => //; case/andP: tP.
case: ifP => _; first by apply: exp_stopP nE _ sP => //; case/andP: tP.
rewrite !hash; case: ifP => // ql; case: ifP => // qh.
have n1 : #(z_add O n (s_one s)) = k.+1%:R by rewrite !hash nE natrS.
apply: IH (n1) _ _ _; first by rewrite pE oddS.
  apply: (next_term (u := floor_shift O s (z_mul O t z)) x0 x1 xz n1 tP); rewrite ?n1 ?(natrS k) -?nE //.
    by rewrite -(hashM F OP); apply: floor_shiftP.
  by rewrite -(hashM F OP); apply: floor_shift_lt.
have tS : `|#t - exp_term x k * U| <= 4%:R by case/andP: tP => *; rewrite distrC ger0_norm ?subr_ge0 // ler_subl_addl.
rewrite partialS mulrDl (natrS k) mulrDr mulr1 pE -signr_odd.
case: odd; rewrite /= !hash ?expr0 ?expr1 ?mulN1r ?mul1r.
  rewrite [X in `|X|](_ : _ = #sum - partial (exp_term x) k * U - (#t - exp_term x k * U)); last by ring.
  by apply: le_trans (ler_norm_sub _ _) _; apply: ler_add.
rewrite [X in `|X|](_ : _ = #sum - partial (exp_term x) k * U + (#t - exp_term x k * U)); last by ring.
by apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
Qed.

Lemma squaresP m a e b f x : 0 <= x -> squares O s m a e = Some (b, f) -> #a <= in_units w x <= #a + #e ->
  #b <= in_units w (x ^+ (2 ^ m)) <= #b + #f.
Proof.
elim: m a e x => [|m IH] a e x x0 /=; first by case=> <- <-.
rewrite !hash; case: ifP => // a0; case: ifP => // a1; case: ifP => // e1 sq /andP[ax xe].
rewrite expnS exprM; apply: IH sq _; first exact: sqr_ge0.
have e0 : 0 <= #e by rewrite -(ler_addl #a); apply: le_trans xe.
have xU : in_units w x ^+ 2 = in_units w (x ^+ 2) * U by rewrite /in_units; ring.
have X0 : 0 <= in_units w x by rewrite in_units_ge0.
apply/andP; split; rewrite -(ler_pmul2r (U_gt0 F w)) -xU.
  by apply: le_trans (floor_shiftP _ _ OP _) _; rewrite hashM // -expr2 ler_pexpn2r.
apply: le_trans (_ : (#a + #e) ^+ 2 <= _); first by rewrite ler_pexpn2r // ?qualifE ?addr_ge0.
have := floor_shift_lt F w OP (z_mul O a a); rewrite !hash => aa.
rewrite (_ : (#a + #e) ^+ 2 = #a * #a + 2%:R * #e * #a + #e * #e); last by ring.
have ea : 2%:R * #e * #a <= 2%:R * #e * U by rewrite ler_wpmul2l // mulr_ge0 ?ler0n.
apply: le_trans (ler_add (ler_add aa ea) e1) _; rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.
End Series.

Section Functions.
Variables (T : Type) (O : integers T) (val : T -> Z) (F : realFieldType) (E : elementary F) (w : nat).
Hypothesis OP : counts O val.
Local Notation exp := (r_exp E).
Local Notation "# n" := (numeral F (val n)) (at level 2, format "# n").
Local Notation U := (2%:R ^+ (30 * w) : F).
Local Notation s := (scale_of O w).
Local Notation p := (precision_of O w).
Local Notation holds := (inside val w).
Local Notation one := (Some (s_unit s, s_unit s)).
Implicit Types (a b : interval T) (x y : F).
Local Notation hash := (hash F w OP).

Lemma one_inside v : inside val v (Some (s_unit (scale_of O v), s_unit (scale_of O v))) (1 : F).
Proof. by rewrite /= (hashU F v OP) /in_units mul1r lexx. Qed.
Lemma two_inside : holds (i_point O s 2) (2%:R : F). Proof. exact: (point_inside F w OP 2). Qed.
Lemma double_inside a x : holds a x -> holds (i_times O 2 a) (2%:R * x). Proof. exact: (times_inside OP 2). Qed.

(* a root is known only where the law says what it is *)
Lemma root_law_inside v (a : interval T) x : inside val v a x -> inside val v (i_root O (scale_of O v) a) (r_root E x).
Proof.
move=> ax; case: (leP 0 x) => [x0|x0]; first by apply: (root_inside OP ax); [exact: root_ge0 | exact: sqr_root].
case: a ax => [[l h]|] //= /andP[lx _]; rewrite (hash_le F OP) (hash0 F v OP); case: ifP => // l0.
by have := le_trans l0 lx; rewrite in_units_ge0 leNgt x0.
Qed.

(* exp *)
Lemma halvings_le fuel (y t : T) m : (halvings O fuel y t m <= fuel + m)%N.
Proof.
by elim: fuel t m => [|fuel IH] t m //=; case: ifP => _; [rewrite leq_addl | rewrite (leq_trans (IH _ _)) // addSnnS].
Qed.

Lemma exp_at_inside (y : T) x : 0 <= x -> in_units w x = #y -> holds (exp_at O p y) (exp (- x)).
Proof.
move=> x0 xy; rewrite /exp_at -[p_at p]/s -[p_fine p]/(scale_of O (w + 1)) -[p_word p]/(scale_of O 1).
case: ifP => [far|_].
  rewrite /inside !hash in_units_ge0 exp_ge0 /=.
  rewrite !hash !(hash_of F OP) numeralM numeral_pow2 numeral_nat -xy in far.
  have := exp_far E (_ : (30 * w)%:R <= x); rewrite -(ler_pmul2r (U_gt0 F w)) => /(_ far) le.
  by rewrite -(@mulVf _ U) ?U_neq0 // ler_wpmul2r ?U_ge0.
set m := halvings _ _ _ _ _; have m30 : (m <= 30)%N by rewrite (leq_trans (halvings_le _ _ _ _)).
clearbody m; set z := z_mul O y _; rewrite (hash_le F OP) (hashD F OP) (hashU F (w + 1) OP); case: ifP => // z1.
have zE : in_units (w + 1) (x / 2%:R ^+ m) = #z.
  rewrite (hashM F OP) (hash_of F OP) numeral_pow2 -xy (in_units_finer _ 1) /in_units muln1.
  have -> : 2%:R ^+ 30 = 2%:R ^+ (30 - m) * 2%:R ^+ m :> F by rewrite -exprD subnK.
  have: 2%:R ^+ m != 0 :> F by rewrite expf_neq0 ?pnatr_eq0.
  by move: (2%:R ^+ m) (2%:R ^+ (30 - m)) U => a b u a0; field.
have z0 : 0 <= x / 2%:R ^+ m by rewrite divr_ge0 ?exprn_ge0 ?ler0n.
have z2 : x / 2%:R ^+ m * 2%:R <= 1 by rewrite -(ler_pmul2r (U_gt0 F (w + 1))) mul1r mulr_natr mulrDl -zE in z1 *.
case e1: exp_sum => [[a e]|] //; case e2: squares => [[b f]|] //.
set u := s_unit (scale_of O (w + 1)) in e1.
have t0 : #u <= exp_term (x / 2%:R ^+ m) 0 * 2%:R ^+ (30 * (w + 1)) <= #u + 4%:R.
  by rewrite (hashU F _ OP) /exp_term expr0 fact0 divr1 mul1r lexx ler_addl ler0n.
have := @exp_sumP _ _ _ _ E (w + 1) OP (p_terms p) z (s_zero s) u (s_zero s) true a e _ 0 z0 z2 zE _ _ t0 _ e1.
rewrite !hash /partial big_ord0 mul0r subrr normr0 mulr0 => /(_ erefl erefl (lexx _)).
move/(squaresP OP (exp_ge0 E _) e2); rewrite -mulNr -exp_pow2 -(hashD F OP) => /(coarser_inside (a := Some (_, _)) OP).
case/andP=> lo hi; rewrite /inside !(hash_max, hash_min) // hashU // hash0 // le_maxl le_minr lo hi.
rewrite in_units_ge0 exp_ge0 /=.
by rewrite -[X in _ <= X]mul1r ler_pmul2r ?U_gt0 ?exp_le1.
Qed.

Lemma exp_inside a x : holds a x -> holds (i_exp O p a) (exp x).
Proof.
case: a => [[l h]|] // /andP[lx xh]; rewrite /i_exp -[p_at p]/s !hash; case: ifP => // h0.
have at_end (n : T) : #n <= 0 -> holds (exp_at O p (z_sub O (s_zero s) n)) (exp (#n / U)).
  move=> n0; rewrite -[#n / U]opprK; apply: exp_at_inside; last by rewrite !hash sub0r -mulNr /in_units divfK ?U_neq0.
  by rewrite oppr_ge0 pmulr_lle0 ?invr_gt0 ?U_gt0.
have [Lx xH] : #l / U <= x /\ x <= #h / U by rewrite ler_pdivr_mulr ?ler_pdivl_mulr ?U_gt0.
have l0 : #l <= 0 by apply: le_trans h0; apply: le_trans xh.
move: (at_end h h0); case: exp_at => [[a b]|] //= /andP[ah hb].
have xb : in_units w (exp x) <= #b by apply: le_trans hb; rewrite in_units_le exp_mono.
case: ifP => [d0|_].
  rewrite /inside xb andbT; apply: le_trans ah _; rewrite in_units_le exp_mono //; apply: le_trans Lx.
  by rewrite ler_pmul2r ?invr_gt0 ?U_gt0 // -subr_le0.
case: ifP => [d1|_]; last by move: (at_end l l0); case: exp_at => [[c ?]|] //= /andP[? _]; rewrite /inside xb andbT;
  apply: le_trans (_ : in_units w (exp (#l / U)) <= _) => //; rewrite in_units_le exp_mono.
rewrite /inside xb andbT -(ler_pmul2r (U_gt0 F w)); apply: le_trans (floor_shiftP _ _ OP _) _; rewrite !hash.
set d := #h - #l; have d0 : 0 <= d by rewrite subr_ge0; apply: le_trans lx xh.
have dU : 0 <= U - d by rewrite subr_ge0; apply: le_trans d1; rewrite ler_addl.
apply: le_trans (ler_wpmul2r dU ah) _.
have -> : U - d = (1 - d / U) * U by rewrite mulrBl mul1r divfK ?U_neq0.
rewrite mulrA ler_pmul2r ?U_gt0 // /in_units mulrAC ler_pmul2r ?U_gt0 //.
apply: le_trans (exp_below _ _ _) _; first by rewrite divr_ge0 ?U_ge0.
by apply: exp_mono; rewrite -mulrBl /d subKr.
Qed.

(* sigmoid and what is made of it *)
Lemma sigmoid_ge0_inside a x : holds a x -> holds (sigmoid_ge0 O p a) (sigmoid E x).
Proof.
move=> ax; rewrite /sigmoid -[_^-1]mul1r; apply: (div_inside OP); first exact: one_inside.
by apply: (add_inside OP); [exact: one_inside | apply: exp_inside; apply: opp_inside].
Qed.
Lemma sigmoid_le0_inside a x : holds a x -> holds (sigmoid_le0 O p a) (sigmoid E x).
Proof.
move=> ax; rewrite -[x]opprK sigmoidN; apply: (sub_inside OP); first exact: one_inside.
by apply: sigmoid_ge0_inside; apply: opp_inside.
Qed.
Lemma sigmoid_inside a x : holds a x -> holds (i_sigmoid O p a) (sigmoid E x).
Proof.
move=> ax; rewrite /i_sigmoid; case: ifP => _; first exact: sigmoid_ge0_inside.
case: ifP => _; first exact: sigmoid_le0_inside.
case: a ax => [[l h]|] // /andP[lx xh]; apply: (join_inside OP).
case: (leP x 0) => [x0|/ltW x0]; [left; apply: sigmoid_le0_inside | right; apply: sigmoid_ge0_inside].
  by rewrite /inside hash0 // lx in_units_le0.
by rewrite /inside hash0 // xh in_units_ge0 x0.
Qed.
Lemma tanh_inside a x : holds a x -> holds (i_tanh O p a) (hyperbolic E x).
Proof.
move=> ax; apply: (sub_inside OP); last exact: one_inside.
by apply: double_inside; apply: sigmoid_inside; apply: double_inside.
Qed.
Lemma silu_inside a x : holds a x -> holds (i_silu O p a) (x * sigmoid E x).
Proof. by move=> ax; apply: (mul_inside OP) => //; apply: sigmoid_inside. Qed.

(* roots *)
Lemma reciprocal_root_inside a x : holds a x -> holds (i_reciprocal_root O p a) (r_root E x)^-1.
Proof.
move=> ax; apply: (coarser_inside OP); rewrite -[_^-1]mul1r; apply: (div_inside OP); first exact: one_inside.
exact: root_law_inside (finer_inside 1 OP ax).
Qed.

Section Gelu.
Variables (erf : interval T -> interval T) (pi : interval T).
Hypothesis pi_inside : holds pi (r_pi E).
Hypothesis erf_inside : forall a x, holds a x -> holds (erf a) (r_erf E x).

Lemma gelu_tanh_inside a x : holds a x ->
  holds (i_gelu_tanh O p (gelu_tanh_factor O p pi) (gelu_tanh_cube O p) a) (real_value E GeluTanh x).
Proof.
move=> ax; set c := in_field F (Fraction 44715 1000000).
have cE : (44%:R * 10%:R ^+ 3 + 715%:R) / 10%:R ^+ 6 = c.
  have [n10 n44 n715] := And3 (numeral_nat F 10) (numeral_nat F 44) (numeral_nat F 715).
  rewrite -n10 -n44 -n715 !exprS expr0 !mulr1 -!numeralM -numeralD.
  by rewrite /c /in_field; congr (_ / _); apply: (congr1 (numeral F)).
have -> : real_value E GeluTanh x =
  x * sigmoid E (2%:R * r_root E (2%:R / r_pi E) * (x + c * (x * (x * x)))).
  rewrite /= /hyperbolic cE (_ : 2%:R * (r_root E _ * _) = 2%:R * r_root E (2%:R / r_pi E) * (x + c * (x * (x * x)))).
    by move: (sigmoid E _) => y; field.
  by move: (r_root E _) {cE} c => r k; ring.
apply: (mul_inside OP) => //; apply: sigmoid_inside; apply: (mul_inside OP).
  by apply: double_inside; apply: root_law_inside; apply: (div_inside OP) => //; apply: two_inside.
apply: (add_inside OP) => //; apply: (mul_inside OP); first exact: of_inside.
by do ![apply: (mul_inside OP) => //].
Qed.

Lemma gelu_inside a x : holds a x -> holds (i_gelu O p erf (half_root O p) a) (real_value E Gelu x).
Proof.
move=> ax; apply: (over_inside OP 2); apply: (mul_inside OP) => //; apply: (add_inside OP); first exact: one_inside.
apply: erf_inside; apply: (mul_inside OP) => //; rewrite -[_^-1]mul1r; apply: (div_inside OP); first exact: i1_inside.
by apply: root_law_inside; apply: two_inside.
Qed.

Lemma real_inside f a x : holds a x -> holds (n_real (interval_numbers O w erf pi) f a) (real_value E f x).
Proof.
move=> ax; case: f; [exact: gelu_inside | exact: gelu_tanh_inside | exact: (max0_inside OP) | exact: silu_inside |
  exact: sigmoid_inside | exact: tanh_inside | exact: reciprocal_root_inside].
Qed.
End Gelu.

(* softmax *)
Lemma softmax_shift k (m x : 'I_k -> F) (t : F) j : softmax E m x j = softmax E m (fun l => x l - t) j.
Proof.
have S l : m l * exp (x l) = exp t * (m l * exp (x l - t)) by rewrite mulrCA -expD addrC subrK.
rewrite /softmax S (eq_bigr _ (fun l _ => S l)) -mulr_sumr invfM mulrACA mulfV ?mul1r //.
exact: exp_neq0.
Qed.

Lemma is_zeroP a x : is_zero O p a -> holds a x -> x = 0.
Proof.
case: a => [[l h]|] //; rewrite /is_zero -[p_at p]/s !hash; case: ifP => // l0 h0 /andP[lx xh]; apply/eqP.
by rewrite eq_le -(in_units_le0 w) -(in_units_ge0 w) (le_trans xh h0) (le_trans l0 lx).
Qed.
Lemma softmax_term_inside (t : T) a b m x : 0 <= m -> holds a m -> holds b x ->
  holds (softmax_term O p t (a, b)) (m * exp (x - #t / U)).
Proof.
move=> m0 am bx; rewrite /softmax_term; case: ifP => [z|_].
  by rewrite (is_zeroP z am) mul0r /inside -[p_at p]/s hash0 // /in_units mul0r lexx.
have tt : holds (Some (t, t)) (#t / U) by rewrite /= /in_units divfK ?U_neq0 // lexx.
apply: (mul_inside OP); last by apply: exp_inside; apply: (sub_inside OP).
by have := max0_inside OP am; rewrite maxElt ltNge m0.
Qed.

Lemma knownP (xs : seq (interval T)) es : known xs = Some es -> xs = map Some es.
Proof. by elim: xs es => [|[e|] xs IH] es //=; [case=> <- | case: known IH => // fs IH [<-]; rewrite (IH fs)]. Qed.

Lemma sum_ends (f : T * T -> T) (es : seq (T * T)) e0 :
  #(foldr (fun e => z_add O (f e)) (s_zero s) es) = \sum_(j < size es) #(f (nth e0 es j)).
Proof.
elim: es => [|e es IH]; first by rewrite big_ord0 hash0.
by rewrite big_ord_recl /= -[z_of O 0]/(s_zero s) (hashD F OP) IH.
Qed.

Lemma le_of_sum (a b c d e f : F) : a <= b -> c <= d -> f - e = (b - a) + (d - c) -> e <= f.
Proof. by move=> ab cd efE; rewrite -subr_ge0 efE addr_ge0 ?subr_ge0. Qed.
Lemma share_inside (low high l h : T) (e r : F) : 0 <= e -> 0 <= r -> 0 < e + r ->
  #l <= in_units w e <= #h ->
  #low - #l <= in_units w r <= #high - #h -> holds (softmax_share O p low high (l, h)) (e / (e + r)).
Proof.
move=> e0 r0 er /andP[le eh] /andP[lr rh]; rewrite /softmax_share -[p_at p]/s.
have [X0 R0] : 0 <= in_units w e /\ 0 <= in_units w r by rewrite !in_units_ge0.
have er0 : in_units w e + in_units w r > 0 by rewrite -mulrDl in_units_gt0.
have -> : e / (e + r) = in_units w e / (in_units w e + in_units w r).
  by rewrite -mulrDl invfM mulrACA mulfV ?mulr1 ?U_neq0.
move: (in_units w e) (in_units w r) X0 R0 er0 le eh lr rh => X R X0 R0 XR le eh lr rh.
apply: inside_pair => q; rewrite /in_units mulrAC ?ler_pdivl_mulr ?ler_pdivr_mulr //.
  rewrite !hash; case: ifP => [_ [<-]|/negbT]; first by rewrite hash0 // mul0r mulr_ge0 ?U_ge0.
  rewrite -ltNge => b0 /(floor_quotientP F OP); rewrite !hash => Q.
  case: (leP #q 0) => [q0|/ltW q0].
    by apply: le_trans (_ : 0 <= _); rewrite ?mulr_ge0 ?U_ge0 ?mulr_le0_ge0 ?(ltW XR).
  have qU : #q <= U.
    rewrite -(ler_pmul2r b0); apply: le_trans Q _; rewrite mulrC ler_wpmul2l ?U_ge0 // ler_addl.
    exact: le_trans rh.
  apply: le_trans (_ : #q * X + #q * (#high - #h) <= _); first by rewrite mulrDr ler_add // ler_wpmul2l.
  have: #l * (U - #q) <= X * (U - #q) by rewrite ler_wpmul2r ?subr_ge0.
  by move/(le_of_sum Q); apply; ring.
rewrite !hash; case: ifP => [_ [<-]|/negbT].
  by rewrite hashU // mulrC ler_wpmul2l ?U_ge0 // ler_addl.
rewrite -ltNge => b0; case c: ceil_quotient => [n|] // [<-].
move/(ceil_quotientP F OP): c; rewrite !hash hash_min // hashU // => Q.
case: (leP #n U) => [nU|/ltW nU]; last by rewrite mulrC ler_wpmul2l ?U_ge0 // ler_addl.
have n0 : 0 <= #n by rewrite -(pmulr_lge0 _ b0); apply: le_trans Q; rewrite mulr_ge0 ?U_ge0 ?(le_trans X0 eh).
apply: le_trans (_ : #n * X + #n * (#low - #l) <= _); last by rewrite [_ * (X + R)]mulrDr ler_add // ler_wpmul2l.
have: X * (U - #n) <= #h * (U - #n) by rewrite ler_wpmul2r ?subr_ge0.
by move/(le_of_sum Q); apply; ring.
Qed.

Lemma softmax_inside k (ms xs : seq (interval T)) (m x : 'I_k -> F) : size ms = k -> size xs = k ->
  (forall j : 'I_k, holds (nth None ms j) (m j)) -> (forall j : 'I_k, holds (nth None xs j) (x j)) ->
  (forall j, 0 <= m j) -> (exists j, 0 < m j) ->
  forall j : 'I_k, holds (nth None (i_softmax O p ms xs) j) (softmax E m x j).
Proof.
move=> ms_k xs_k mh xh m0 [i mi] j; rewrite /i_softmax -[p_at p]/s.
have none n : holds (nth None (nseq n None) j) (softmax E m x j) by rewrite nth_nseq; case: ifP.
case: top => [t|] //; case ek: known => [es|] //.
have es_k : size es = k.
  by rewrite -(size_map Some) -(knownP ek) size_map size_zip ms_k xs_k minnn.
pose e (l : 'I_k) := m l * exp (x l - #t / U).
have e0 l : 0 <= e l by rewrite mulr_ge0 ?exp_ge0.
pose z := (t, t).
have eh (l : 'I_k) : #((nth z es l).1) <= in_units w (e l) <= #((nth z es l).2).
  have := softmax_term_inside t (m0 l) (mh l) (xh l).
  rewrite -(nth_zip _ _ _ (etrans ms_k (esym xs_k))) -(nth_map _ None) ?size_zip ?ms_k ?xs_k ?minnn //.
  by rewrite (knownP ek) (nth_map z) ?es_k //; case: nth.
rewrite (nth_map z) ?es_k // (softmax_shift m x (#t / U)) /softmax (bigD1 j) //=.
have sE f := sum_ends f es z; rewrite es_k in sE.
have r0 : 0 <= \sum_(l < k | l != j) e l by apply: sumr_ge0.
case lh: (nth z es j) (eh j) => [l h] ej.
apply: (share_inside (e0 j) r0 _ ej).
  have: 0 < \sum_l e l by rewrite (bigD1 i) //= ltr_paddr ?sumr_ge0 // mulr_gt0 ?exp_gt0.
  by rewrite (bigD1 j).
have split (f : T * T -> T) :
    #(foldr (fun e => z_add O (f e)) (s_zero s) es) - #(f (l, h)) = \sum_(l < k | l != j) #(f (nth z es l)).
  by rewrite sE (bigD1 j) //= lh addrC addKr.
rewrite (split fst) (split snd) /in_units mulr_suml.
by apply/andP; split; apply: ler_sum => l' _; case/andP: (eh l').
Qed.

(* all of it *)
Theorem interval_numbersP (erf : interval T -> interval T) (pi : interval T) : holds pi (r_pi E) ->
  (forall a x, holds a x -> holds (erf a) (r_erf E x)) -> encloses E (interval_numbers O w erf pi) (inside val w).
Proof.
move=> pih erfh; split=> //.
- by move=> q; apply: of_inside.
- by move=> a b x y; apply: add_inside.
- by move=> a b x y; apply: sub_inside.
- by move=> a b x y; apply: mul_inside.
- by move=> a b x y; apply: div_inside.
- by move=> a x; apply: i_nonzeroP.
- by move=> f a x; apply: real_inside.
- by move=> k ms xs m x; apply: softmax_inside.
Qed.
End Functions.
