(* Enclosures of pi and of the error function, from their series: "The checker's enclosures" of Proposition 1.10 of
   theory.md, in the intervals of Intervals.v and over any integers to compute in.
     exp_upto z n             == the first n terms of the series of exp z
     nested z k h             == 1 - z (1/3 - z/2 (1/5 - z/3 (1/7 - .. z/k h))): times y, for z = y^2 and h = 0, it is
                                 the sum of the first k terms of the series of sqrt pi / 2 erf y (nestedE)
     arctan_sum O q n         == numerator and denominator of the first n terms of the series of arctan (1 / q)
     pi_enclosure O w         == pi in units of 2^(-30 w), by Machin's formula
     erf_constants_of O w     == what erf needs of this unit, to be computed once; 2 / root pi is one word finer
     small_of O i 0 t         == t, if it is from 0 to 2^i - 1
     enough_terms b M n       == the term n of the series of exp z is at most 2^(-b), for 0 <= z <= M / 1024: it is
                                 at most (3 z / n)^n, and 8 log2 (n / (3 z)) is taken, rounded down
     search f b M lo hi       == n / 2 between lo and hi, halved f times, for an n that is enough if 2 hi is
     gauss_nested O w z one minus n n A   == nested z n A in units of 2^(-30 w), from inside; one is 1, minus is -1;
                                 None if a guess of a quotient is wrong or a number on the way is above 1
     erf_point O c y          == erf at y >= 0: 1 for y^2 >= 21 w, when exp (-y^2) is at most a unit; else the series.
                                 An error in nested grows by z / k at step k, in all by at most 3^m for z = y^2 <= m:
                                 so many more bits are taken. A term takes a product and a quotient by a small number
     erf_end O c y            == erf at y of any sign
     erf_enclosure O c a      == erf on an interval: from its lower end, as the slope is at most 2 / root pi; from
                                 both ends if it is wider than 2^30 units
   Proved: pi_inside and erf_inside: these hold pi and the values of erf, whatever O guesses. That they are not None,
   and how narrow they are, is not stated: at the numbers tried they were one or two units wide. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ ring.
From Seprank Require Import RealFunctions IntegerOps Intervals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.
Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.sub : simpl never.
Local Arguments Z.pow : simpl never.

Section Sums.
Variable F : realFieldType.
Implicit Types x y z h : F.

Definition exp_upto (z : F) (n : nat) : F := \sum_(k < n) exp_term z k.

Lemma exp_term_ge0 z k : 0 <= z -> 0 <= exp_term z k.
Proof. by move=> z0; rewrite divr_ge0 ?ler0n // exprn_ge0. Qed.

Lemma exp_term_next z k : exp_term z k.+1 = exp_term z k * (z / k.+1%:R).
Proof. by rewrite /exp_term exprSr factS mulnC natrM invfM mulrACA. Qed.

Lemma exp_term_mono y z k : 0 <= y -> y <= z -> exp_term y k <= exp_term z k.
Proof.
move=> y0 yz; rewrite ler_pdivr_mulr ?ltr0n ?fact_gt0 // divfK ?pnatr_eq0 -?lt0n ?fact_gt0 //.
by rewrite ler_expn2r ?nnegrE // (le_trans y0).
Qed.

Lemma exp_upto1 n : exp_upto 1 n <= 3%:R.
Proof.
suff H k : exp_upto 1 k.+2 + k.+1`!%:R^-1 <= 3%:R.
  case: n => [|[|n]]; rewrite /exp_upto; first by rewrite big_ord0 ler0n.
    by rewrite big_ord1 /exp_term expr0 divr1 ler1n.
  by apply: le_trans (H n); rewrite ler_addl invr_ge0 ler0n.
elim: k => [|k IH].
  rewrite /exp_upto !big_ord_recl big_ord0 /exp_term /bump /= !expr1n fact0 (factS 0) fact0 muln1 !divr1 invr1 addr0.
  by have -> : 1 + 1 + 1 = 3%:R :> F by ring.
apply: le_trans IH; rewrite /exp_upto [in X in X <= _]big_ord_recr -addrA ler_add2l /exp_term expr1n mul1r.
have -> : k.+1`!%:R^-1 = k.+2%:R / k.+2`!%:R :> F.
  by rewrite [k.+2`!]factS natrM invfM mulrA divff ?mul1r // pnatr_eq0.
by rewrite -{1 2}[_^-1]mul1r -mulrDl ler_wpmul2r ?invr_ge0 ?ler0n // -[1 + 1]/(2%:R) ler_nat.
Qed.

Lemma exp_uptoD x y n : 0 <= x -> 0 <= y -> exp_upto (x + y) n <= exp_upto x n * exp_upto y n.
Proof.
move=> x0 y0; have -> : exp_upto (x + y) n = \sum_(k < n) \sum_(i < n | (i <= k)%N) exp_term x (k - i) * exp_term y i.
  apply: eq_bigr => k _; rewrite /exp_term exprDn mulr_suml.
  rewrite (big_ord_widen_cond n xpredT (fun i => x ^+ (k - i) * y ^+ i *+ 'C(k, i) / k`!%:R)) //=.
  apply: eq_big => [i|i]; rewrite ltnS // => ik.
  have f0 m : m`!%:R != 0 :> F by rewrite pnatr_eq0 -lt0n fact_gt0.
  rewrite -[k`!](bin_fact ik) -mulr_natr !natrM; have b0 : 'C(k, i)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0.
  by field; rewrite ?f0 ?b0.
rewrite (exchange_big_dep xpredT) //= [exp_upto y n]/exp_upto mulr_sumr; apply: ler_sum => i _.
rewrite -mulr_suml ler_wpmul2r ?exp_term_ge0 //.
rewrite -(big_mkord (fun k => (i <= k)%N) (fun k => exp_term x (k - i))) /exp_upto -(big_mkord xpredT (exp_term x)).
rewrite (big_cat_nat _ (n := i)) //= ?(ltnW (ltn_ord i)) // big_nat_cond big1 => [|k]; last first.
  by rewrite andbC ltnNge; case: leqP.
rewrite add0r big_nat_cond (eq_bigl (fun k => (i <= k < n)%N && true)) => [|k]; last by case: (leqP i k).
rewrite -big_nat_cond -{1}[nat_of_ord i]add0n big_addn.
rewrite [in X in _ <= X](big_cat_nat _ (n := (n - i)%N)) ?leq_subr //=.
rewrite (eq_bigr (exp_term x)) => [|k _]; last by rewrite addnK.
by rewrite ler_addl sumr_ge0 // => k _; rewrite exp_term_ge0.
Qed.

Lemma exp_upto_le z m n : 0 <= z -> z <= m%:R -> exp_upto z n <= 3%:R ^+ m.
Proof.
move=> z0 zm; apply: (@le_trans _ _ (exp_upto m%:R n)); first by apply: ler_sum => k _; rewrite exp_term_mono.
elim: m {z z0 zm} => [|m IH].
  case: n => [|n]; rewrite /exp_upto ?big_ord0 ?expr0 ?ler01 // big_ord_recl big1 => [|k _].
    by rewrite addr0 /exp_term divr1.
  by rewrite /exp_term expr0n mul0r.
rewrite -[m.+1]addn1 natrD; apply: le_trans (exp_uptoD _ _ _) _; rewrite ?ler0n ?ler01 // exprD expr1.
by apply: ler_pmul (exp_upto1 n) => //; apply: sumr_ge0 => k _; rewrite exp_term_ge0 ?ler0n ?ler01.
Qed.

(* n! >= (n / 3)^n *)
Lemma exp_term_small z n : 0 <= z -> exp_term z n <= (3%:R * z / n%:R) ^+ n.
Proof.
move=> z0; case: n => [|n]; first by rewrite /exp_term !expr0 divr1.
have n0 : n.+1%:R != 0 :> F by rewrite pnatr_eq0.
have -> : exp_term z n.+1 = (z / n.+1%:R) ^+ n.+1 * exp_term n.+1%:R n.+1.
  by rewrite /exp_term mulrA -exprMn divfK.
rewrite -mulrA [3%:R * _]mulrC [in X in _ <= X]exprMn ler_wpmul2l ?exprn_ge0 ?divr_ge0 ?ler0n //.
apply: le_trans (exp_upto_le n.+2 (ler0n F n.+1) (lexx _)); rewrite /exp_upto big_ord_recr ler_addr.
by apply: sumr_ge0 => k _; rewrite exp_term_ge0 ?ler0n.
Qed.

Fixpoint nested (z : F) (k : nat) (h : F) : F := if k is j.+1 then nested z j (j.*2.+1%:R^-1 - z * h / k%:R) else h.

Lemma gauss_termE y k : gauss_term y k = y * exp_term (y ^+ 2) k / k.*2.+1%:R.
Proof. by rewrite /gauss_term /exp_term natrM invfM exprS -mul2n exprM !mulrA. Qed.

Lemma nestedE y k h : y * nested (y ^+ 2) k h = partial (gauss_term y) k + (-1) ^+ k * (y * exp_term (y ^+ 2) k * h).
Proof.
elim: k h => [|k IH] h /=; first by rewrite /partial big_ord0 /exp_term expr0 divr1 expr0; ring.
rewrite IH /partial big_ord_recr /= -/(partial _ _) gauss_termE exp_term_next [(-1) ^+ k.+1]exprS.
move: (_^-1) (_^-1) (exp_term _ _) (partial _ _) ((-1) ^+ k) => u v t p c; ring.
Qed.

Lemma nested_between y s j : 0 <= y -> alternating (gauss_term y) s ->
  0 <= s - y * nested (y ^+ 2) j.*2 0 <= y * exp_term (y ^+ 2) j.*2.
Proof.
move=> y0 /(_ j); rewrite nestedE !mulr0 addr0 /partial big_ord_recr /= -!/(partial _ _) => /andP[L H].
have t0 := exp_term_ge0 j.*2 (sqr_ge0 y).
rewrite subr_ge0 L /= ler_subl_addl; apply: le_trans H _; rewrite ler_add2l gauss_termE -signr_odd odd_double mul1r.
by rewrite ler_pdivr_mulr ?ltr0n // ler_pemulr //; [exact: mulr_ge0 | rewrite ler1n].
Qed.
End Sums.

Section Tail.
Variables (F : realFieldType) (E : elementary F).
Implicit Types x : F.

Local Lemma exp_opp_le1 x : 0 <= x -> r_exp E (- x) <= 1.
Proof.
move=> /(exp_series E)/(_ 0%N)/andP[_]; rewrite /partial big_ord1 /exp_term !expr0 mul1r.
by rewrite divr1.
Qed.

Local Lemma exp_ge0 x : 0 <= r_exp E x.
Proof. by have -> : x = x / 2%:R + x / 2%:R; [field | rewrite expD -expr2 sqr_ge0]. Qed.

Local Lemma exp_half : r_exp E (- (7%:R / 10%:R)) <= 2%:R^-1.
Proof.
have x0 : 0 <= 7%:R / 10%:R :> F by rewrite divr_ge0 ?ler0n.
have /andP[_ H] := exp_series E x0 2%N; apply: le_trans H _; rewrite /partial !big_ord_recr big_ord0 /exp_term /= add0r.
rewrite (_ : 4`! = 24)%N // (_ : 3`! = 6)%N // (_ : 2`! = 2)%N // (_ : 1`! = 1)%N // fact0 !expr0 !expr1.
set lhs := (X in X <= _); have -> : lhs = 2%:R^-1 - 173%:R / (8%:R * 10%:R ^+ 4) by rewrite /lhs; field.
by rewrite ler_subl_addr ler_addl divr_ge0 ?mulr_ge0 ?exprn_ge0 ?ler0n.
Qed.

Lemma exp_small n x : 7%:R * n%:R <= 10%:R * x -> r_exp E (- x) <= 2%:R ^- n.
Proof.
move=> nx; have q0 : 0 <= 7%:R / 10%:R :> F by rewrite divr_ge0 ?ler0n.
have -> : - x = - (7%:R / 10%:R * n%:R) + - (x - 7%:R / 10%:R * n%:R) by ring.
rewrite expD -[2%:R ^- n]mulr1 ler_pmul ?exp_ge0 //; last first.
  apply: exp_opp_le1; rewrite subr_ge0 -(ler_pmul2l (_ : 0 < 10%:R :> F)) ?ltr0n //.
  by apply: le_trans nx; rewrite le_eqVlt; apply/orP; left; apply/eqP; field.
elim: n {nx} => [|n IH]; first by rewrite mulr0 expr0 invr1 exp_opp_le1.
have -> : - (7%:R / 10%:R * n.+1%:R) = - (7%:R / 10%:R) + - (7%:R / 10%:R * n%:R) :> F.
  by rewrite -[n.+1]addn1 natrD; ring.
by rewrite expD exprS invfM ler_pmul ?exp_ge0 // exp_half.
Qed.

Lemma erf_far n x : 0 <= x -> 7%:R * n%:R <= 10%:R * x ^+ 2 -> 1 - 2%:R ^- n <= r_erf E x <= 1.
Proof.
move=> x0 nx; have /andP[L ->] := erf_tail E x0; rewrite andbT; apply: le_trans L.
by rewrite ler_add2l ler_opp2 exp_small.
Qed.
End Tail.

Section Computing.
Variables (T : Type) (O : integers T).
Local Notation "a + b" := (z_add O a b). Local Notation "a - b" := (z_sub O a b).
Local Notation "a * b" := (z_mul O a b). Local Notation "a <= b" := (z_le O a b).
Local Notation power i := (z_of O (2 ^ (30 * Z.of_nat i))%cZ).

Fixpoint arctan_ratio (q : Z) (sq : T) (n : nat) (k : Z) (P Q : T) : T * T :=
  if n is m.+1 then
    let c := z_of O k in let Q := Q * sq in arctan_ratio q sq m (k - 2)%cZ (Q - c * P) (c * Q)
  else (P, z_of O q * Q).
Definition arctan_sum (q n : nat) : T * T :=
  let q := Z.of_nat q in arctan_ratio q (z_of O (q * q)%cZ) n (2 * Z.of_nat n - 1)%cZ (z_of O 0) (z_of O 1).
Definition arctan_enclosure (s : scale T) (q j : nat) : interval T :=
  let: (P, Q) := arctan_sum q j.*2 in let: (P', Q') := arctan_sum q j.*2.+1 in
  pair (floor_quotient O s (P * s_unit s) Q) (ceil_quotient O s (P' * s_unit s) Q').
Definition pi_fine (s : scale T) : interval T :=
  let w := (s_words s).+1 in
  i_sub O (i_times O 16 (arctan_enclosure s 5 (10 * w %/ 3))) (i_times O 4 (arctan_enclosure s 239 w)).
Definition pi_enclosure (w : nat) : interval T := i_coarser O (scale_of O 1) (pi_fine (scale_of O w.+1)).

Record erf_constants := ErfConstants {
  e_words : nat;
  e_fine : scale T;       (* that of e_words.+1 *)
  e_word : scale T;       (* that of one word *)
  e_big : T;              (* 2^(60 e_words) *)
  e_far : T;              (* 21 e_words e_big *)
  e_factor : interval T   (* 2 / root pi, in units of e_fine *) }.
Definition erf_constants_of (w : nat) : erf_constants :=
  let s := scale_of O w.+2 in let big := z_of O (2 ^ (60 * Z.of_nat w))%cZ in
  ErfConstants w (scale_of O w.+1) (scale_of O 1) big (z_of O (21 * Z.of_nat w)%cZ * big)
    (i_coarser O (scale_of O 1) (i_div O s (i_point O s 2) (i_root O s (pi_fine s)))).

(* the integer below 2^i that is t, if there is one *)
Fixpoint small_of (i : nat) (a : Z) (t : T) : Z :=
  if i is j.+1 then let b := (a + 2 ^ Z.of_nat j)%cZ in small_of j (if z_of O b <= t then b else a) t else a.

(* (3 M / (1024 n))^n <= 2^(- bits) *)
Definition enough_terms (bits M n : Z) : bool :=
  (8 * bits <=? n * (Z.log2 ((65536 * n / (3 * M)) ^ 8) - 48))%cZ.
Fixpoint search (fuel : nat) (bits M lo hi : Z) : Z :=
  if fuel is f.+1 then
    let mid := ((lo + hi) / 2)%cZ in
    if enough_terms bits M (2 * mid)%cZ then search f bits M lo mid else search f bits M mid hi
  else hi.

Fixpoint gauss_nested (w : nat) (z one minus : T) (n : nat) (k : Z) (A : T) : option T :=
  if n is m.+1 then
    let d := z_of O ((2 * k - 1) * k)%cZ in
    let N := one * z_of O k - z_of O (2 * k - 1)%cZ * z_word O w (z * A) in
    let q := z_div O N d in let p := q * d in
    if [&& N <= p + d, p <= N + d, q <= one & minus <= q] then gauss_nested w z one minus m (k - 1)%cZ q else None
  else Some A.

(* erf y, for y >= 0 units, in units of e_fine *)
Definition erf_point (c : erf_constants) (y : T) : interval T :=
  let w := e_words c in let sq := y * y in
  if e_far c <= sq then Some (s_unit (e_fine c) - s_unit (e_word c), s_unit (e_fine c))
  else
    let t := sq * z_of O 1024 in
    let M := (small_of (Z.to_nat (Z.log2 (21504 * Z.of_nat w) + 1)) 0 (z_word O (w + w) t) + 1)%cZ in
    let m := ((M + 1023) / 1024)%cZ in
    let bits := (30 * Z.of_nat w.+1)%cZ in
    let top := (3 * m + bits / 2 + 1)%cZ in
    let n := (Z.to_nat (search (Z.to_nat (Z.log2 top - 1)) bits M 0 top)).*2 in
    if [&& (0 <? M)%cZ, t <= z_of O M * e_big c & enough_terms bits M (Z.of_nat n)] then
      let g := Z.to_nat ((8 * ((m + 4) / 5) + Z.log2_up (3 * m)) / 30 + 1)%cZ in
      let v := (w.+1 + g)%N in let one := power v in
      let z := z_word O (w + w) (sq * one) in
      if gauss_nested v z one (z_of O 0 - one) n (Z.of_nat n) (z_of O 0) is Some A then
        let S := z_word O (w + g) (y * A) in
        i_mul O (e_fine c) (Some (S - z_of O 1, S + z_of O (m + 2)%cZ)) (e_factor c)
      else None
    else None.
Definition erf_end (c : erf_constants) (y : T) : interval T :=
  let zero := s_zero (e_fine c) in
  if zero <= y then erf_point c y else i_opp O (e_fine c) (erf_point c (zero - y)).

Definition erf_enclosure (c : erf_constants) (a : interval T) : interval T :=
  if a is Some (l, h) then
    let d := h - l in let u := s_unit (e_word c) in
    i_coarser O (e_word c)
      (if d <= u then i_add O (erf_end c l) (i_mul O (e_fine c) (Some (s_zero (e_fine c), d * u)) (e_factor c))
       else if (erf_end c l, erf_end c h) is (Some (b, _), Some (_, b')) then Some (b, b') else None)
  else None.
End Computing.

Section Enclosing.
Variables (T : Type) (O : integers T) (val : T -> Z) (F : realFieldType) (E : elementary F).
Hypothesis OP : counts O val.
Local Notation "# n" := (numeral F (val n)) (at level 2, format "# n").

Lemma arctan_ratioP q sq n k P Q : (0 < q)%N -> #sq = q%:R ^+ 2 -> k = (2 * Z.of_nat n - 1)%cZ -> 0 < #Q ->
  let: (P', Q') := arctan_ratio O (Z.of_nat q) sq n k P Q in
  0 < #Q' /\ #P' / #Q' = partial (arctan_term F q) n + (-1) ^+ n * (q%:R ^- n.*2.+1 * (#P / #Q)).
Proof.
move=> q0 sqE; have Q0 : 0 < q%:R :> F by rewrite ltr0n.
elim: n k P Q => [|n IH] k P Q kE Qp /=.
  rewrite (hashM F OP) (hash_of F OP) numeral_nat mulr_gt0 // /partial big_ord0; split=> //.
  by field; rewrite !lt0r_neq0.
have c1 : #(z_of O k) = n.*2.+1%:R by rewrite (hash_of F OP) -numeral_nat; congr numeral; lia.
have c0 : 0 < #(z_of O k) by rewrite c1 ltr0n.
set Q1 := z_mul O Q sq; have Q1p : 0 < #Q1 by rewrite (hashM F OP) sqE mulr_gt0 ?exprn_gt0.
have := IH (k - 2)%cZ (z_sub O Q1 (z_mul O (z_of O k) P)) (z_mul O (z_of O k) Q1).
case: arctan_ratio => P' Q' []; first by lia.
  by rewrite (hashM F OP) mulr_gt0.
move=> Q'p ->; split=> //; rewrite !(hashB F OP, hashM F OP) c1 sqE /partial big_ord_recr /= -addrA; congr (_ + _).
rewrite /arctan_term invfM [(-1) ^+ n.+1]exprS doubleS [q%:R ^+ n.*2.+3]exprS [q%:R ^+ n.*2.+2]exprS.
have qn : q%:R ^+ n.*2.+1 != 0 :> F by rewrite expf_neq0 ?lt0r_neq0.
have n0 : n.*2.+1%:R != 0 :> F by rewrite pnatr_eq0.
move: (q%:R ^+ n.*2.+1) (n.*2.+1%:R) ((-1) ^+ n) qn n0 => x c e x0 c00; field.
by rewrite x0 c00 !lt0r_neq0.
Qed.

Lemma arctan_sumP q n : (0 < q)%N ->
  let: (P, Q) := arctan_sum O q n in 0 < #Q /\ #P / #Q = partial (arctan_term F q) n.
Proof.
move=> q0; rewrite /arctan_sum; set sq := z_of O _; set k := (_ - _)%cZ; set P := z_of O 0; set Q := z_of O 1.
have Q0 : 0 < #Q by rewrite (hash_of F OP) ltr01.
have := @arctan_ratioP q sq n k P Q q0 _ erefl Q0; case: arctan_ratio => P' Q' []; last first.
  by move=> ? ->; rewrite !(hash_of F OP) /= mul0r !mulr0 addr0.
by rewrite (hash_of F OP) numeralM numeral_nat expr2.
Qed.

Lemma arctan_inside w q j x : (0 < q)%N -> alternating (arctan_term F q) x ->
  inside val w (arctan_enclosure O (scale_of O w) q j) x.
Proof.
move=> q0 /(_ j)/andP[L H]; rewrite /arctan_enclosure.
have := arctan_sumP j.*2 q0; case: arctan_sum => P Q [Q0 PQ]; rewrite -{}PQ ler_pdivr_mulr // in L.
have := arctan_sumP j.*2.+1 q0; case: arctan_sum => P' Q' [Q'0 PQ']; rewrite -{}PQ' ler_pdivl_mulr // in H.
have U0 := U_ge0 F w; apply: inside_pair => n.
  move/(floor_quotientP F OP); rewrite (hashM F OP) (hashU F w OP) => D; rewrite -(ler_pmul2r Q0).
  by apply: le_trans D _; rewrite /in_units mulrAC ler_wpmul2r.
move/(ceil_quotientP F OP); rewrite (hashM F OP) (hashU F w OP) => D; rewrite -(ler_pmul2r Q'0).
by apply: le_trans D; rewrite /in_units mulrAC ler_wpmul2r.
Qed.

Lemma pi_fine_inside w : inside val w (pi_fine O (scale_of O w)) (r_pi E).
Proof.
have [a [b [A B ->]]] := pi_machin E.
by apply: (sub_inside OP); [apply: (times_inside OP 16) | apply: (times_inside OP 4)]; apply: arctan_inside.
Qed.

Theorem pi_inside w : inside val w (pi_enclosure O w) (r_pi E).
Proof. by apply: (coarser_inside (k := 1) OP); rewrite addn1; apply: pi_fine_inside. Qed.

Lemma pi_gt0 : 0 < r_pi E.
Proof.
have [a [b [/(_ 1%N)/andP[A _] /(_ 0%N)/andP[_ B] ->]]] := pi_machin E.
rewrite /partial big_ord_recr big_ord1 /= /arctan_term in A; rewrite /partial big_ord1 /arctan_term in B.
rewrite subr_gt0; apply: le_lt_trans (ler_wpmul2l _ B) _; first by rewrite ler0n.
apply: lt_le_trans (ler_wpmul2l _ A); last by rewrite ler0n.
rewrite -[1.*2.+1]/3%N -[0.*2.+1]/1%N -subr_gt0; set d := (X in 0 < X).
have -> : d = (16%:R * 74%:R * 239%:R - 60%:R * 25%:R) / (15%:R * 25%:R * 239%:R) by rewrite /d; field.
by rewrite divr_gt0 // ?mulr_gt0 ?ltr0n // subr_gt0 ltr_pmul ?mulr_ge0 ?ler0n // -?natrM ltr_nat.
Qed.

Lemma root_pi_gt0 : 0 < r_root E (r_pi E).
Proof.
have p0 := ltW pi_gt0; rewrite lt_def root_ge0 // andbT; apply/eqP=> r0.
by have := sqr_root E p0; rewrite r0 expr0n /= => e; move: pi_gt0; rewrite -e ltxx.
Qed.

Lemma factor_inside w : inside val w.+1 (e_factor (erf_constants_of O w)) (2%:R / r_root E (r_pi E)).
Proof.
apply: (coarser_inside (k := 1) OP); rewrite addn1; apply: (div_inside OP); first exact: (point_nat_inside F _ OP 2).
have p0 := ltW pi_gt0.
by apply: (root_inside (x := r_pi E) OP); [apply: pi_fine_inside | apply: root_ge0 | apply: sqr_root].
Qed.

Lemma nested_step (U c o y h a b z q : F) : 0 < U -> 1 <= c -> 0 < o -> 0 <= y -> `|a| <= U ->
  `|z - y * U| <= 1 -> `|b * U - z * a| <= U -> `|q * (o * c) - (U * c - o * b)| <= o * c ->
  `|o^-1 - y * h / c - q / U| <= 3%:R / U + y / c * `|h - a / U|.
Proof.
move=> U0 c1 o0 y0 aU zy bU qN; have c0 := lt_le_trans ltr01 c1.
pose t1 := (q * (o * c) - (U * c - o * b)) / (o * c) / U; pose t2 := (b * U - z * a) / U / U / c.
pose t3 := (z - y * U) * a / U / U / c; pose t4 := y / c * (h - a / U).
have -> : o^-1 - y * h / c - q / U = - t1 + t2 + t3 - t4.
  by rewrite /t1 /t2 /t3 /t4; field; rewrite !lt0r_neq0.
have U1 := ltW U0; have iU : 0 <= U^-1 by rewrite invr_ge0.
have small t : `|t| <= U -> `|t / U / U / c| <= U^-1.
  move=> tU; rewrite !normrM !normfV (ger0_norm U1) (ger0_norm (ltW c0)) -[X in _ <= X]mulr1.
  rewrite ler_pmul ?mulr_ge0 ?invr_ge0 ?normr_ge0 // ?(ltW c0) // ?invf_le1 //.
  by rewrite -[X in _ <= X]mul1r ler_wpmul2r // ler_pdivr_mulr ?mul1r.
have T1 : `|t1| <= U^-1.
  rewrite !normrM !normfV (ger0_norm U1) -[X in _ <= X]mul1r ler_wpmul2r // (gtr0_norm (mulr_gt0 o0 c0)).
  by rewrite ler_pdivr_mulr ?mul1r // mulr_gt0.
have T2 : `|t2| <= U^-1 by apply: small.
have T3 : `|t3| <= U^-1 by apply: small; rewrite normrM -[X in _ <= X]mul1r ler_pmul.
have T4 : `|t4| = y / c * `|h - a / U| by rewrite normrM (ger0_norm (_ : 0 <= y / c)) // divr_ge0 // ltW.
apply: le_trans (ler_norm_sub _ _) _; rewrite T4 ler_add2r; apply: le_trans (ler_norm_add _ _) _.
have -> : 3%:R / U = U^-1 + U^-1 + U^-1 by ring.
by apply: ler_add T3; apply: le_trans (ler_norm_add _ _) _; rewrite normrN ler_add.
Qed.

Lemma gauss_nestedP v z one minus k K A B (y h : F) : K = Z.of_nat k ->
  #one = 2%:R ^+ (30 * v) -> #minus = - #one -> 0 <= y -> #z <= in_units v y <= #z + 1 -> `|#A| <= #one ->
  gauss_nested O v z one minus k K A = Some B ->
  `|nested y k h - #B / #one| <= 3%:R / #one * exp_upto y k + exp_term y k * `|h - #A / #one|.
Proof.
move=> KE oneE minusE y0 /andP[zy yz]; have one0 : 0 < #one by rewrite oneE U_gt0.
elim: k K KE A h => [|k IH] K KE A h A1 /=.
  by case=> <-; rewrite /exp_upto big_ord0 /exp_term expr0 divr1 mulr0 mul1r add0r.
have [K1 K2] : (K - 1)%cZ = Z.of_nat k /\ (2 * K - 1)%cZ = Z.of_nat k.*2.+1 by rewrite KE; clear; lia.
case: and4P => // -[]; set N := z_sub O _ _; set q := z_div O _ _; set d := z_of O _.
rewrite !(hash_le F OP) !(hashD F OP) minusE (hashM F OP) => Nq qN q1 q2.
have {}q1 : `|#q| <= #one by rewrite ler_norml q1 q2.
move/(IH _ K1 q (k.*2.+1%:R^-1 - y * h / k.+1%:R) q1) => le; apply: le_trans le _.
rewrite [exp_upto y k.+1]big_ord_recr /= -/(exp_upto y k) exp_term_next mulrDr -addrA ler_add2l.
rewrite -[_ * (y / _) * _]mulrA [_ / _ * exp_term y k]mulrC -mulrDr ler_wpmul2l ?exp_term_ge0 //.
set b := z_word O v (z_mul O z A) in N q d Nq qN q1 q2 *.
have [L R] : #b * #one <= #z * #A /\ #z * #A <= #b * #one + #one.
  have := floor_shiftP F v OP (z_mul O z A); have := floor_shift_lt F v OP (z_mul O z A).
  by rewrite !(hashM F OP) -oneE; split.
have cE : #(z_of O K) = k.+1%:R by rewrite (hash_of F OP) KE numeral_nat.
have oE : #(z_of O (2 * K - 1)%cZ) = k.*2.+1%:R by rewrite (hash_of F OP) K2 numeral_nat.
have dE : #d = k.*2.+1%:R * k.+1%:R.
  by rewrite /d (hash_of F OP) numeralM -oE -cE !(hash_of F OP).
have NE : #N = #one * k.+1%:R - k.*2.+1%:R * #b by rewrite /N (hashB F OP) !(hashM F OP) cE oE.
have c1 : 1 <= k.+1%:R :> F by rewrite ler1n.
have o0 : 0 < k.*2.+1%:R :> F by rewrite ltr0n.
rewrite {}NE {}dE in Nq qN; clear cE oE IH.
apply: (@nested_step _ _ _ _ _ #A #b #z) => //; rewrite ler_norml ler_subr_addl.
- by rewrite !ler_subl_addr oneE yz ler_paddl.
- by rewrite !ler_subl_addr R ler_paddl // ltW.
- by rewrite [_ - _ <= #q * _]ler_subl_addr Nq ler_subl_addl.
Qed.

Lemma numeral_pow a n : numeral F (a ^ Z.of_nat n)%cZ = numeral F a ^+ n.
Proof.
elim: n => [|n IH] //; rewrite (_ : Z.of_nat n.+1 = (1 + Z.of_nat n)%cZ); last by lia.
by rewrite Z.pow_add_r; [rewrite numeralM IH Z.pow_1_r exprS | lia..].
Qed.

Lemma enough_termsP b M n (z : F) : enough_terms (Z.of_nat b) M (Z.of_nat n) -> (0 < b)%N -> (0 < M)%cZ ->
  0 <= z -> 2%:R ^+ 10 * z <= numeral F M -> exp_term z n <= 2%:R ^- b.
Proof.
rewrite /enough_terms; set r := (_ / _)%cZ; move=> /Z.leb_spec0 le b0 M0 z0 zM.
have n0 : (0 < n)%N by case: (n) le => //; lia.
have r0 : (0 <= r)%cZ by apply: Z.div_pos; lia.
have lep : (48 < Z.log2 (r ^ 8))%cZ by nia.
have rp : (0 < r)%cZ by case: (Z.eqb_spec r 0) lep => [->|] //; lia.
have rM : (r * (3 * M) <= 65536 * Z.of_nat n)%cZ by rewrite Z.mul_comm; apply: Z.mul_div_le; lia.
have [pw _] := Z.log2_spec (r ^ 8) (Z.pow_pos_nonneg _ 8 rp ltac:(lia)).
pose l := Z.to_nat (Z.log2 (r ^ 8) - 48); have lE : Z.log2 (r ^ 8) = Z.of_nat (l + 48) by rewrite /l; lia.
have nl : (8 * b <= n * l)%N by rewrite lE in le; nia.
rewrite lE in pw; have {pw} : numeral F (2 ^ Z.of_nat (l + 48))%cZ <= numeral F (r ^ Z.of_nat 8)%cZ.
  by rewrite numeral_le; apply/Z.leb_spec0.
rewrite !numeral_pow -[numeral F 2]/(2%:R) => pw.
have {}rM : numeral F r * (3%:R * numeral F M) <= 2%:R ^+ 16 * n%:R.
  rewrite -[3%:R]/(numeral F 3) -[2%:R]/(numeral F 2) -(numeral_pow 2 16) -numeral_nat -!numeralM numeral_le.
  exact/Z.leb_spec0.
have {}rp : 0 < numeral F r by rewrite -(numeral0 F) numeral_lt; apply/Z.ltb_spec0.
clear lE; clearbody l; move: (numeral F r) (numeral F M) pw rM rp zM => {r0 lep le M0} {}r {}M pw rM rp zM.
have N0 : 0 < n%:R :> F by rewrite ltr0n.
have x0 : 0 <= 3%:R * z / n%:R by rewrite ?divr_ge0 ?mulr_ge0 ?ler0n.
have xr : 3%:R * z / n%:R <= 2%:R ^+ 6 / r.
  rewrite ler_pdivr_mulr // mulrAC ler_pdivl_mulr // -(ler_pmul2l (_ : 0 < 2%:R ^+ 10)) ?exprn_gt0 ?ltr0n //.
  rewrite [X in _ <= X]mulrA -exprD; apply: le_trans rM.
  have -> : 2%:R ^+ 10 * (3%:R * z * r) = r * (3%:R * (2%:R ^+ 10 * z)) by ring.
  by rewrite ler_wpmul2l ?(ltW rp) // ler_wpmul2l ?ler0n.
apply: le_trans (exp_term_small n z0) _; rewrite -(@ler_pexpn2r _ 8) ?nnegrE ?exprn_ge0 ?invr_ge0 ?exprn_ge0 ?ler0n //.
apply: (@le_trans _ _ (2%:R ^- (n * l))); last first.
  by rewrite -!exprVn -exprM ler_wiexpn2l ?invr_ge0 ?invf_le1 ?ler0n ?ltr0n ?ler1n // mulnC.
rewrite exprAC mulnC -exprVn exprM ler_expn2r ?nnegrE ?exprn_ge0 ?invr_ge0 ?ler0n //.
apply: (@le_trans _ _ ((2%:R ^+ 6 / r) ^+ 8)); first by rewrite ler_expn2r ?nnegrE // (le_trans x0).
rewrite expr_div_n -exprM ler_pdivr_mulr ?exprn_gt0 // exprVn ler_pdivl_mull ?exprn_gt0 ?ltr0n // -exprD.
exact: pw.
Qed.

Lemma round_upP M : (M <= 1024 * ((M + 1023) / 1024))%cZ.
Proof. by have := Z.mul_succ_div_gt (M + 1023) 1024 ltac:(lia); lia. Qed.

Lemma guardP m : (0 < m)%cZ -> let g := Z.to_nat ((8 * ((m + 4) / 5) + Z.log2_up (3 * m)) / 30 + 1)%cZ in
  (3 * m * 3 ^ m <= 2 ^ (30 * Z.of_nat g))%cZ.
Proof.
move=> m0; set q := ((m + 4) / 5)%cZ; have q0 : (0 <= q)%cZ by apply: Z.div_pos; lia.
have mq : (m <= 5 * q)%cZ by have := Z.mul_succ_div_gt (m + 4) 5 ltac:(lia); rewrite -/q; lia.
have [_ lg] := Z.log2_up_spec (3 * m)%cZ ltac:(lia); have l0 := Z.log2_up_nonneg (3 * m)%cZ.
set l := Z.log2_up _ in lg l0 *; move=> g.
have gE : (8 * q + l <= 30 * Z.of_nat g)%cZ.
  have d0 : (0 <= (8 * q + l) / 30)%cZ by apply: Z.div_pos; lia.
  by have := Z.mul_succ_div_gt (8 * q + l) 30 ltac:(lia); rewrite /g Z2Nat.id; lia.
apply: Z.le_trans (Z.pow_le_mono_r 2 _ _ _ gE); last by [].
rewrite Z.pow_add_r; [|lia..]; rewrite Z.mul_comm; apply: Z.mul_le_mono_nonneg => //; [exact: Z.pow_nonneg| |lia].
apply: Z.le_trans (Z.pow_le_mono_r 3 _ _ _ mq) _ => //.
by rewrite !Z.pow_mul_r //; apply: Z.pow_le_mono_l.
Qed.

Local Notation units w := (2%:R ^+ (30 * w)).

Lemma power_two i : numeral F (2 ^ (30 * Z.of_nat i))%cZ = units i.
Proof. by rewrite -(Nat2Z.inj_mul 30 i) numeral_pow2. Qed.

(* the partial sum that gauss_nested has, times y, is near the value of the series; V, G and m are the units of the
   result, those of the guard and a bound of y^2 *)
Lemma gauss_units (V G y a S m : F) j s : 0 < V -> 0 < G -> 0 <= y -> alternating (gauss_term y) s ->
  1 <= m -> y ^+ 2 <= m -> exp_term (y ^+ 2) j.*2 <= V^-1 -> 3%:R * m * exp_upto (y ^+ 2) j.*2 <= G ->
  `|nested (y ^+ 2) j.*2 0 - a / (V * G)| <= 3%:R / (V * G) * exp_upto (y ^+ 2) j.*2 ->
  S <= y * a / G <= S + 1 -> S - 1 <= s * V <= S + (m + 2%:R).
Proof.
move=> V0 G0 y0 ser m1 ym small sum near /andP[S1 S2].
have {}ym : y <= m.
  rewrite leNgt; apply/negP => my; move: ym; rewrite leNgt => /negP; apply.
  by rewrite expr2; apply: (lt_le_trans my); rewrite ler_pemull // (le_trans m1) // ltW.
have /andP[lo hi] := nested_between j y0 ser; set h := nested _ _ _ in near lo hi.
have d1 : `|y * h * V - y * a / G| <= 1.
  have -> : y * h * V - y * a / G = y * V * (h - a / (V * G)) by field; rewrite !lt0r_neq0.
  rewrite normrM (ger0_norm (mulr_ge0 y0 (ltW V0))); apply: le_trans (ler_wpmul2l _ near) _.
    by rewrite mulr_ge0 // ltW.
  have -> : y * V * (3%:R / (V * G) * exp_upto (y ^+ 2) j.*2) = 3%:R * y * exp_upto (y ^+ 2) j.*2 / G.
    by field; rewrite !lt0r_neq0.
  rewrite ler_pdivr_mulr // mul1r; apply: le_trans sum; rewrite ler_wpmul2r ?ler_wpmul2l ?ler0n //.
  by apply: sumr_ge0 => k _; rewrite exp_term_ge0 ?sqr_ge0.
have d2 : 0 <= s * V - y * h * V <= m.
  rewrite -mulrBl mulr_ge0 //= ?(ltW V0) // -ler_pdivl_mulr //; apply: le_trans hi _.
  by rewrite ler_pmul // exp_term_ge0 ?sqr_ge0.
move: d1 d2; rewrite ler_norml; move: (y * h * V) (y * a / G) (s * V) S1 S2 => p q r S1 S2 /andP[d1 d1'] /andP[d2 d2'].
apply/andP; split.
  have -> : r = (r - p) + (p - q) + q by ring.
  have -> : S - 1 = 0 + - 1 + S by ring.
  by rewrite !ler_add.
have -> : r = (r - p) + (p - q) + q by ring.
have -> : S + (m + 2%:R) = m + 1 + (S + 1) by ring.
by rewrite !ler_add.
Qed.

Lemma erf_point_inside w y : 0 <= #y -> inside val w.+1 (erf_point O (erf_constants_of O w) y) (r_erf E (#y / units w)).
Proof.
move=> y0; rewrite /erf_point -[e_words _]/w -[e_fine _]/(scale_of O w.+1) -[e_word _]/(scale_of O 1).
set V : F := units w.+1; have V0 : 0 < V by rewrite U_gt0.
set W : F := units w; have W0 : 0 < W by rewrite U_gt0.
have bigE : #(e_big (erf_constants_of O w)) = W ^+ 2.
  rewrite /= (hash_of F OP) -exprM -numeral_pow2; congr (numeral _ (2 ^ _)%cZ); lia.
have VW : V = units 1 * W by rewrite /V /W mulnS exprD.
set yr := #y / W; have yr0 : 0 <= yr by rewrite divr_ge0 // ltW.
have yE : #y = yr * W by rewrite divfK // lt0r_neq0.
case: ifP => [|_].
  rewrite (hash_le F OP) -[e_far _]/(z_mul O (z_of O (21 * Z.of_nat w)%cZ) (e_big (erf_constants_of O w))).
  rewrite !(hashM F OP) bigE (hash_of F OP) yE mulrACA => far.
  rewrite -!expr2 (ler_pmul2r (exprn_gt0 2 W0)) numeralM numeral_nat -[numeral F 21]/(21%:R) in far.
  have /andP[L H] : 1 - 2%:R ^- (30 * w) <= r_erf E yr <= 1.
    apply: erf_far => //; apply: le_trans (ler_wpmul2l _ far); last by rewrite ler0n.
    by rewrite natrM !mulrA ler_wpmul2r ?ler0n // -!natrM ler_nat.
  rewrite insideE (hashB F OP) !(hashU F _ OP) -/V /in_units -/V; apply/andP; split; last first.
    by rewrite -[X in _ <= X]mul1r ler_wpmul2r // ltW.
  apply: le_trans (ler_wpmul2r (ltW V0) L); rewrite mulrBl mul1r ler_add2l ler_opp2 VW -/W.
  by rewrite mulrCA mulVf ?mulr1 // lt0r_neq0.
set M := (small_of _ _ _ _ + 1)%cZ; set m := ((M + 1023) / 1024)%cZ; set n := Z.to_nat _.
set g := Z.to_nat (_ / 30 + 1); cbv zeta.
case: and3P => [[/Z.ltb_spec0 M0 tM enough]|_]; last by []; case gE : gauss_nested => [A|] //.
have mM : (M <= 1024 * m)%cZ  by exact: round_upP.
have m0 : (0 < m)%cZ by clear - M0 mM; lia.
have zM : 2%:R ^+ 10 * yr ^+ 2 <= numeral F M.
  rewrite -(ler_pmul2r (exprn_gt0 2 W0)); move: tM.
  rewrite (hash_le F OP) !(hashM F OP) bigE !(hash_of F OP) yE -[1024%cZ]/(2 ^ Z.of_nat 10)%cZ numeral_pow2.
  by apply: le_trans; rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
have zm : yr ^+ 2 <= numeral F m.
  rewrite -(ler_pmul2l (_ : 0 < 2%:R ^+ 10)) ?exprn_gt0 ?ltr0n //; apply: le_trans zM _.
  by rewrite -(numeral_pow2 F 10) -numeralM numeral_le; apply/Z.leb_spec0.
have z0 : 0 <= yr ^+ 2 by rewrite sqr_ge0.
have small : exp_term (yr ^+ 2) n.*2 <= V^-1.
  apply: (enough_termsP _ _ M0 z0 zM) => //; rewrite (_ : Z.of_nat (30 * w.+1) = (30 * Z.of_nat w.+1)%cZ) //.
  exact: Nat2Z.inj_mul.
have sumG : 3%:R * numeral F m * exp_upto (yr ^+ 2) n.*2 <= units g.
  have mE : m = Z.of_nat (Z.to_nat m) by rewrite Z2Nat.id //; apply: Z.lt_le_incl.
  apply: (@le_trans _ _ (3%:R * numeral F m * 3%:R ^+ Z.to_nat m)).
    by rewrite ler_wpmul2l ?mulr_ge0 ?ler0n // ?(le_trans z0) // exp_upto_le // -numeral_nat -mE.
  rewrite -power_two -[3%:R]/(numeral F 3) -numeral_pow -mE -!numeralM numeral_le; apply/Z.leb_spec0.
  exact: guardP.
have oneE : #(z_of O (2 ^ (30 * Z.of_nat (w.+1 + g)))%cZ) = V * units g.
  by rewrite (hash_of F OP) power_two mulnDr exprD.
have W2 : units (w + w) = W ^+ 2 :> F by rewrite mulnDr exprD -expr2.
have near : `|nested (yr ^+ 2) n.*2 0 - #A / (V * units g)| <= 3%:R / (V * units g) * exp_upto (yr ^+ 2) n.*2.
  have := gauss_nestedP 0 erefl _ _ z0 _ _ gE; rewrite !oneE !(hash_of F OP) mul0r subr0 normr0 mulr0 addr0.
  apply; rewrite ?normr0.
  - by rewrite mulnDr exprD.
  - by rewrite (hashB F OP) oneE (hash_of F OP) sub0r.
  - rewrite /in_units mulnDr exprD -/V; set q := z_mul O _ (z_of O _).
    have qE : #q = yr ^+ 2 * (V * units g) * W ^+ 2.
      by rewrite !(hashM F OP) oneE yE [yr * W * _]mulrACA -!expr2 mulrAC.
    have := floor_shiftP F (w + w) OP q; have := floor_shift_lt F (w + w) OP q; rewrite W2 qE => L H.
    rewrite -(ler_pmul2r (exprn_gt0 2 W0)) H -(ler_pmul2r (exprn_gt0 2 W0)) mulrDl mul1r; exact: L.
  - by rewrite mulr_ge0 // ltW // U_gt0.
have r0 := root_pi_gt0; set s := r_root E (r_pi E) / 2%:R * r_erf E yr.
have -> : r_erf E yr = s * (2%:R / r_root E (r_pi E)) by rewrite /s; field; rewrite lt0r_neq0.
apply: (mul_inside OP) (factor_inside w); rewrite insideE (hashB F OP) (hashD F OP) !(hash_of F OP) numeralD.
apply: (@gauss_units V (units g) yr #A _ _ n) => //.
- by rewrite U_gt0.
- exact: erf_series.
- by rewrite -(numeral1 F) numeral_le; apply/Z.leb_spec0; clear - m0; lia.
have wg : units (w + g) = W * units g :> F by rewrite mulnDr exprD.
have := floor_shiftP F (w + g) OP (z_mul O y A); have := floor_shift_lt F (w + g) OP (z_mul O y A).
rewrite (hashM F OP) wg yE => L H; have G0 : 0 < units g :> F by rewrite U_gt0.
rewrite ler_pdivl_mulr // ler_pdivr_mulr // -(ler_pmul2r W0) -[X in _ && X](ler_pmul2r W0); apply/andP; split.
  by rewrite -mulrA [units g * _]mulrC [yr * _ * _]mulrAC.
by rewrite -[_ * units g * W]mulrA [units g * _]mulrC mulrDl mul1r [yr * _ * _]mulrAC.
Qed.

Lemma erf_end_inside w y : inside val w.+1 (erf_end O (erf_constants_of O w) y) (r_erf E (#y / units w)).
Proof.
rewrite /erf_end -[e_fine _]/(scale_of O w.+1) (hash_le F OP) (hash0 F w.+1 OP).
case: ifP => [|/negbT]; first exact: erf_point_inside.
rewrite -ltNge => y0; have := @erf_point_inside w (z_sub O (s_zero (scale_of O w.+1)) y).
rewrite (hashB F OP) (hash0 F w.+1 OP) sub0r oppr_ge0 mulNr erfN => /(_ (ltW y0)) I.
by rewrite -[r_erf E _]opprK; apply: (opp_inside OP).
Qed.

Theorem erf_inside w a x : inside val w a x -> inside val w (erf_enclosure O (erf_constants_of O w) a) (r_erf E x).
Proof.
case: a => [[l h]|] // /andP[lx xh]; rewrite /erf_enclosure -[e_fine _]/(scale_of O w.+1) -[e_word _]/(scale_of O 1).
have W0 : 0 < units w :> F := U_gt0 F w; have p0 : 0 < r_root E (r_pi E) / 2%:R by rewrite divr_gt0 ?root_pi_gt0 ?ltr0n.
have l0 : #l / units w <= x by rewrite ler_pdivr_mulr.
have h0 : x <= #h / units w by rewrite ler_pdivl_mulr.
have /andP[lo lo'] := erf_slope E l0; have /andP[hi _] := erf_slope E h0.
apply: (coarser_inside (k := 1) OP); rewrite addn1; have Il := erf_end_inside w l; case: ifP => [_|_].
  have -> : r_erf E x = r_erf E (#l / units w) +
      r_root E (r_pi E) / 2%:R * (r_erf E x - r_erf E (#l / units w)) * (2%:R / r_root E (r_pi E)).
    by field; rewrite lt0r_neq0 ?root_pi_gt0.
  apply: (add_inside OP) => //; apply: (mul_inside OP) (factor_inside w).
  rewrite insideE (hash0 F w.+1 OP) !(hashM F OP) (hashB F OP) (hashU F 1 OP) in_units_ge0 lo /=.
  apply: le_trans (_ : in_units w.+1 (x - #l / units w) <= _); first by rewrite in_units_le.
  rewrite /in_units (_ : units w.+1 = units w * units 1); last by rewrite mulrC mulnS exprD.
  rewrite mulrA ler_wpmul2r ?U_ge0 // mulrBl divfK ?lt0r_neq0 //.
  by rewrite ler_add2r.
have Ih := erf_end_inside w h; rewrite pmulr_rge0 // subr_ge0 in lo; rewrite pmulr_rge0 // subr_ge0 in hi.
case: (erf_end _ _ l) (erf_end _ _ h) Il Ih => [[b b1]|] // [[b2 b']|] //; rewrite !insideE => /andP[L _] /andP[_ H].
by apply/andP; split; [apply: le_trans L _ | apply: le_trans H]; rewrite in_units_le.
Qed.
End Enclosing.
