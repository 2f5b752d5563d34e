(* theory.md Theorem 3.17 (a) and (c), for every partition with both parts    *)
(* non-empty and every output entry (i,p), in characteristic 0:               *)
(*   one_layer_lower     L = 1, d = H da: some weights have sep >= d + 1      *)
(*   one_entry_lower     d = H da = 1, every L: sep >= 1 + C_L                *)
(* and almost all weights have. From above (a) is                             *)
(* GapOneLayer.attention_one_layer_sep_le, (c) the case d = 1 of 3.3. Its     *)
(* (b), two layers and one head: AttentionOneHead.v.                          *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ring.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank GridRank PowerRank Attention AttentionWeights GenericWeights.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Kernels.
Variables (F : fieldType) (charF : [char F] =i pred0).

(* one layer: <x,x> x_p + <x,b> b_p *)
Lemma one_layer_kernel d (p : 'I_d) s :
  grid_le (fun x b : 'rV[F]_d => dot x x * x 0 p + dot x b * b 0 p) s -> (d.+1 <= s)%N.
Proof.
pose g (k : option 'I_d) (b : 'rV[F]_d) := if k is Some k then b 0 k * b 0 p else 1.
have nat0 k : (k.+1%:R == 0 :> F) = false by rewrite ((charf0P F).1 charF).
have null : null_le (fun x b : 'rV[F]_d => dot x x * x 0 p + dot x b * b 0 p) g.
  move=> n bs c H; pose c0 := \sum_j c j; pose c1 k := \sum_j c j * (bs j 0 k * bs j 0 p).
  have E t k : t ^+ 3 * (k == p)%:R * c0 + t * c1 k = 0.
    rewrite -[RHS](H (t *: delta_mx 0 k)) /c0 /c1 !mulr_sumr -big_split; apply: eq_bigr => j _.
    rewrite !dotZl ![dot (delta_mx _ _) _](bigD1 k) //= !mxE !eqxx /= !big1 => [|l lk|l lk]; last 2 first.
    - by rewrite !mxE eqxx (negPf lk) mul0r.
    - by rewrite !mxE eqxx (negPf lk) mul0r.
    by rewrite [p == k]eq_sym; case: eqP => _ /=; ring.
  have c00 : c0 = 0.
    have := E 1 p; have := E 2%:R p; rewrite eqxx expr1n !mul1r !mulr1 => h2 h1.
    have : 6%:R * c0 = (2%:R ^+ 3 * c0 + 2%:R * c1 p) - 2%:R * (c0 + c1 p) by ring.
    by rewrite h1 h2 mulr0 subr0 => /eqP; rewrite mulf_eq0 nat0 => /eqP.
  case=> [k|] /=; first by have := E 1 k; rewrite c00 mulr0 add0r mul1r.
  by rewrite -[RHS]c00; apply: eq_bigr => j _; rewrite mulr1.
move/(null_grid null)/indep_grid; rewrite card_option card_ord; apply => c H.
have Hb (b : 'rV[F]_d) : c None + \sum_k c (Some k) * (b 0 k * b 0 p) = 0.
  rewrite -[RHS](H b) (bigD1 None) //= mulr1; congr (_ + _).
  by rewrite (reindex_omap Some id) => [|[k|]//]; apply: eq_bigl => k; rewrite eqxx.
have cN : c None = 0.
  by have := Hb 0; rewrite big1 ?addr0 // => k _; rewrite !mxE !mulr0.
case=> [k|//]; have Hk (b : 'rV[F]_d) : \sum_k c (Some k) * (b 0 k * b 0 p) = 0 by have := Hb b; rewrite cN add0r.
pose v t l u : 'rV[F]_d := t *: delta_mx 0 l + u *: delta_mx 0 p.
have vE t l u m : v t l u 0 m = t * (m == l)%:R + u * (m == p)%:R by rewrite !mxE eqxx.
have pick l : \sum_m (m == l)%:R * c (Some m) = c (Some l).
  by rewrite (bigD1 l) //= eqxx mul1r big1 ?addr0 // => m /negPf->; rewrite mul0r.
have S t l u : \sum_m c (Some m) * (v t l u 0 m * v t l u 0 p) = (t * c (Some l) + u * c (Some p)) * v t l u 0 p.
  rewrite -(pick l) -(pick p) !mulr_sumr -big_split mulr_suml; apply: eq_bigr => m _ /=; rewrite vE.
  by move: (v _ _ _ _ _) (m == l)%:R (m == p)%:R => x y z; ring.
have cp : c (Some p) = 0.
  by have := Hk (v 0 p 1); rewrite S vE eqxx !mul0r !add0r !mul1r mulr1.
have := Hk (v 1 k 1); rewrite S cp mulr0 addr0 mul1r vE eqxx !mul1r => /eqP; rewrite mulf_eq0.
by case: (p == k); rewrite -natrD nat0 orbF => /eqP.
Qed.

(* tokens of one entry: a (a^2 + b^2)^C *)
Lemma one_entry_kernel C s : grid_le (fun a b : F => a * (a ^+ 2 + b ^+ 2) ^+ C) s -> (C.+1 <= s)%N.
Proof.
pose g (k : 'I_C.+1) (b : F) := b ^+ (2 * k).
have null : null_le (fun a b : F => a * (a ^+ 2 + b ^+ 2) ^+ C) g.
  move=> n bs c H; pose M (k : 'I_C.+1) := \sum_j c j * bs j ^+ (2 * k).
  pose Q : {poly F} := \sum_(k < C.+1) ('C(C, k)%:R * M k) *: 'X^(2 * (C - k)).
  have QE a : a * Q.[a] = 0.
    rewrite -[RHS](H a) horner_sum mulr_sumr; under [RHS]eq_bigr do rewrite mulrCA exprDn !mulr_sumr.
    rewrite [RHS]exchange_big; apply: eq_bigr => k _ /=.
    rewrite hornerZ hornerXn /M mulr_sumr mulr_suml mulr_sumr; apply: eq_bigr => j _.
    rewrite !exprM; move: ((a ^+ 2) ^+ (C - k)) ((bs j ^+ 2) ^+ k) => u v; rewrite -[u * v *+ _]mulr_natr.
    by move: 'C(C, k)%:R => w; ring.
  have Q0 : Q = 0.
    apply: (@poly_zeros F Q (fun n => n.+1%:R)) => [x y /(natF_inj charF)[]//|x].
    by have /eqP := QE x.+1%:R; rewrite mulf_eq0 ((charf0P F).1 charF) => /eqP.
  move=> k; have := congr1 (fun q : {poly F} => q`_(2 * (C - k))) Q0; rewrite coef0 coef_sum (bigD1 k) //=.
  rewrite coefZ coefXn eqxx mulr1 big1 ?addr0 => [/eqP|l lk].
    by rewrite mulf_eq0 ((charf0P F).1 charF) -leqn0 leqNgt bin_gt0 -ltnS ltn_ord => /eqP.
  rewrite coefZ coefXn eqn_pmul2l // (_ : (C - k == C - l)%N = false) ?mulr0 //.
  apply: contraNF lk => /eqP E; apply/eqP/val_inj; have := ltn_ord l; have := ltn_ord k; move: E => /=; lia.
move/(null_grid null)/indep_grid; rewrite card_ord; apply => c H.
apply: (lowest_parts charF (w := 2) (u := fun _ => 1)) => // [k|t]; first by rewrite hornerC oner_neq0.
by rewrite -[RHS](H t); apply: eq_bigr => k _; rewrite hornerC mulr1.
Qed.
End Kernels.

Section Theorem317.
Variables (F : fieldType) (charF : [char F] =i pred0) (n d H da : nat) (S : pred 'I_n) (i j : 'I_n).
Hypothesis dE : d = (H * da)%N.

Theorem one_layer_lower (p : 'I_d) : S i != S j ->
  exists2 Ws : seq (seq (head F d)), has_shape 1%N H da Ws & sep_ge (fun x y => net Ws (mix S x y) i p) d.+1.
Proof.
move=> /any_side; apply => S1 Si Sj; have ij : i != j by apply: contraNneq Sj => <-.
have da0 : (0 < da)%N by move: p; rewrite dE; case: da => [|//]; rewrite muln0 => -[].
exists [:: blocks H da (unitM F p)] => [|s fs].
  by apply: shape_cons; [exact: size_blocks | apply: low_rank_blocks => //; rewrite /unitM mxrank_delta | ].
apply: (one_layer_kernel charF (p := p)); pose xs k (a : 'rV[F]_d) : 'M[F]_(n, d) := tok k a.
apply: eq_grid (grid_comp (xs i) (xs j) (sep_grid fs)) => x b; rewrite /xs mix_tok // /net /= att_blocks //.
set X : 'M[F]_(n, d) := _ + _; have Xk k l : X k l = (k == i)%:R * x 0 l + (k == j)%:R * b 0 l by rewrite mxE !tokE.
have -> : (X *m (X^T *m X) *m unitM F p) i p = (X *m X^T *m X) i p.
  rewrite mulmxA mxE (bigD1 p) //= [unitM F p p p]mxE !eqxx mulr1 big1 ?addr0 // => k kp.
  by rewrite [unitM F p k p]mxE (negPf kp) mulr0.
have XX k : (X *m X^T) i k = (k == i)%:R * dot x x + (k == j)%:R * dot x b.
  rewrite mxE !mulr_sumr -big_split; apply: eq_bigr => l _; rewrite [X^T _ _]mxE !Xk eqxx (negPf ij) /=; ring.
rewrite mxE (bigD1 i) //= (bigD1 j) 1?eq_sym //= big1 => [|k /andP[/negPf ki /negPf kj]]; last by rewrite XX ki kj !mul0r addr0 mul0r.
by rewrite !XX !Xk !eqxx [j == i]eq_sym (negPf ij) /= !mul1r !mul0r !addr0 !add0r.
Qed.

Corollary one_layer_lower_generic (p : 'I_d) : S i != S j ->
  exists2 P : {mpoly F[nfactors 1%N H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) d.+1.
Proof. by move=> ij; apply/generic_lower/one_layer_lower. Qed.

Theorem one_entry_lower L (p : 'I_d) : d = 1%N -> S i != S j ->
  exists2 Ws : seq (seq (head F d)), has_shape L H da Ws & sep_ge (fun x y => net Ws (mix S x y) i p) (gdeg L).+1.
Proof.
move=> d1 /any_side; apply => S1 Si Sj; have ij : i != j by apply: contraNneq Sj => <-.
have [H1 da1] : H = 1%N /\ da = 1%N by move: d1; rewrite dE => /eqP; rewrite muln_eq1 => /andP[/eqP-> /eqP->].
exists (nseq L (solo H (unitM F p, unitM F p))) => [|s fs].
  by apply: shape_nseq; [rewrite size_solo ?H1 | apply/low_rank_solo/low_rank_unitM; rewrite da1].
apply: (one_entry_kernel charF); pose xs k (a : F) : 'M[F]_(n, d) := tok k (a *: delta_mx 0 p).
apply: eq_grid (grid_comp (xs i) (xs j) (sep_grid fs)) => a b; rewrite /xs mix_tok //.
have -> : tok i (a *: delta_mx 0 p) + tok j (b *: delta_mx 0 p) = (a *: delta_mx i 0 + b *: delta_mx j 0 : 'cV[F]_n) *m delta_mx 0 p.
  by rewrite /tok -!scalemxAr mulmxDl -!scalemxAl.
set y : 'cV[F]_n := _ + _; have yk k : y k 0 = a * (k == i)%:R + b * (k == j)%:R by rewrite !mxE eqxx !andbT.
rewrite net_cube mxE [X in _ * X]mxE big_ord1 !mxE !eqxx (negPf ij) /= mulr1 mulr0 addr0 mulr1 mulrC; congr (_ * _ ^+ _).
rewrite (bigD1 i) //= (bigD1 j) 1?eq_sym //= big1 => [|k /andP[/negPf ki /negPf kj]]; last by rewrite !mxE ki kj !mulr0 addr0 mul0r.
by rewrite !mxE !eqxx [j == i]eq_sym (negPf ij) /=; ring.
Qed.

Corollary one_entry_lower_generic L (p : 'I_d) : d = 1%N -> S i != S j ->
  exists2 P : {mpoly F[nfactors L H d da]}, P != 0 & forall w, P.@[w] != 0 ->
    sep_ge (fun x y => net (weights_of w) (mix S x y) i p) (gdeg L).+1.
Proof. by move=> d1 ij; apply/generic_lower/one_entry_lower. Qed.
End Theorem317.
