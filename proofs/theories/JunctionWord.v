(* The words of three layers with one head each, in the first place where Theorem 3.12 of theory.md is
   below 3.3: a word x c0 G c1 G .. c12 G v with 7 of its 13 letters G put to u^T u, the others to A, has
   two letters u^T u beside each other at a place of type 1 or 2, or it ends with one. So modulo an ideal K
   that holds u c u^T for the constants c of the types 1 and 2, and u v, the sum of all words has degree at
   most 6 in t, if G = A + t u^T u.

   below K a p     == the coefficients of p of degree a and more are in K
   state K u a b z == below K a of all entries of z, and below K b of u z *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Word.
Variables (R : comRingType) (K : R -> Prop).
Hypotheses (K0 : K 0) (KD : forall a b, K a -> K b -> K (a + b)) (KM : forall a b, K b -> K (a * b)).
Implicit Types (p : {poly R}).
Definition below a p := forall k, (a <= k)%N -> K p`_k.

Lemma belowW a b p : (a <= b)%N -> below a p -> below b p.
Proof. by move=> ab H k /(leq_trans ab)/H. Qed.

Lemma belowD a p q : below a p -> below a q -> below a (p + q).
Proof. by move=> hp hq k ak; rewrite coefD; apply: KD; [apply: hp|apply: hq]. Qed.

Lemma below_sum a (I : finType) (f : I -> {poly R}) : (forall i, below a (f i)) -> below a (\sum_i f i).
Proof. by move=> H; elim/big_ind: _ => // [k _|p q]; [rewrite coef0|apply: belowD]. Qed.

Lemma below_mulC a c p : below a p -> below a (c%:P * p).
Proof. by move=> H k /H; rewrite coefCM; apply: KM. Qed.

Lemma below_inK a c p : K c -> below a (c%:P * p).
Proof. by move=> Kc k _; rewrite coefCM mulrC; apply: KM. Qed.

Lemma belowX a p : below a p -> below a.+1 ('X * p).
Proof. by move=> H [|k] //; rewrite ltnS coefXM => /H. Qed.

Variables (d : nat) (u : 'rV[R]_d) (A : 'M[R]_d).
Hypothesis AT : A^T = A.
Notation "M ^P" := (map_mx polyC M) (at level 2, format "M ^P").
Definition gram_t := A^P + 'X *: (u^T *m u)^P.
Definition state a b (z : 'cV[{poly R}]_d) := (forall i, below a (z i 0)) /\ below b ((u^P *m z) 0 0).

Lemma below_mulmx a k (M : 'M[R]_(k, d)) (z : 'cV[{poly R}]_d) i :
  (forall j, below a (z j 0)) -> below a ((M^P *m z) i 0).
Proof. by move=> H; rewrite mxE; apply: below_sum => j; rewrite mxE; apply: below_mulC. Qed.

Lemma gram_tE k (M : 'M[R]_(k, d)) (z : 'cV[{poly R}]_d) i :
  (M^P *m (gram_t *m z)) i 0 = ((M *m A)^P *m z) i 0 + ((M *m u^T) i 0)%:P * ('X * (u^P *m z) 0 0).
Proof.
rewrite mulmxDl mulmxDr mxE !map_mxM mulmxA; congr (_ + _).
rewrite -scalemxAl -scalemxAr -!mulmxA [X in u^T^P *m X]mx11_scalar mul_mx_scalar -scalemxAr scalerA -map_mxM 2!mxE.
by rewrite mulrC; congr (_ * _); rewrite mxE.
Qed.

Lemma state_any a b c z : state a b z -> state (maxn a b.+1) (maxn a b.+1) (c^P *m (gram_t *m z)).
Proof.
case=> za zb; have zX := belowX zb.
have H k (M : 'M[R]_(k, d)) i : below (maxn a b.+1) ((M^P *m (gram_t *m z)) i 0).
  rewrite gram_tE; apply: belowD; first by apply: below_mulmx => j; apply: belowW (za j); apply: leq_maxl.
  by apply: below_mulC; apply: belowW zX; apply: leq_maxr.
by split=> [i|]; [apply: H|rewrite mulmxA -map_mxM; apply: H].
Qed.

Lemma state_iso a b c z : K ((u *m c *m u^T) 0 0) -> state a b z -> state (maxn a b.+1) a (c^P *m (gram_t *m z)).
Proof.
move=> Kc sz; split; first by case: (state_any c sz).
rewrite mulmxA -map_mxM gram_tE; apply: belowD; first by case: sz => za _; apply: below_mulmx.
exact: below_inK.
Qed.

Lemma state_first v : K ((u *m v) 0 0) -> state 1 0 v^P.
Proof.
move=> Kv; split=> [i [|k] // _|k _]; first by rewrite mxE coefC.
by rewrite -map_mxM mxE coefC; case: eqP.
Qed.

Lemma K_tr c : K ((u *m c *m u^T) 0 0) -> K ((u *m c^T *m u^T) 0 0).
Proof.
by have -> : u *m c^T *m u^T = (u *m c *m u^T)^T; [rewrite !trmx_mul trmxK mulmxA|rewrite [X in _ -> K X]mxE].
Qed.

Variables (W1 V1 W2 V2 W3 V3 : 'M[R]_d) (p : 'I_d).
Hypotheses (K1 : K ((u *m W1 *m u^T) 0 0)) (K2 : K ((u *m (V1 *m W2 *m V1^T) *m u^T) 0 0)).
Hypothesis Kv : K ((u *m (V1 *m V2 *m V3 *m (delta_mx p 0 : 'cV_d))) 0 0).
Let Ws : seq (seq (head R d)) := [:: [:: (W1, V1)]; [:: (W2, V2)]; [:: (W3, V3)]].

Lemma below_net k : below 7 (netP (map_net [rmorphism of polyC] Ws) gram_t k p).
Proof.
have GT : gram_t^T = gram_t by rewrite linearD linearZ /= !map_trmx AT trmx_mul trmxK.
pose c2 := V1 *m W2 *m V1^T; pose c3 := V1 *m V2 *m W3 *m V2^T *m V1^T.
have K1' := K_tr K1; have K2' := K_tr K2.
have s0 := state_first Kv.
have s8 := state_iso K1' (state_iso K1 (state_iso K2' (state_iso K1' (state_iso K1 (state_iso K2
  (state_iso K1' (state_iso K1 s0))))))).
have s13 := state_iso K1 (state_iso K2 (state_iso K1' (state_iso K1 (state_any c3 s8)))).
have -> : netP (map_net [rmorphism of polyC] Ws) gram_t k p =
    (netP (map_net [rmorphism of polyC] Ws) gram_t *m (delta_mx p 0 : 'cV_d)) k 0.
  by rewrite -colE mxE.
case: s13 => + _ => /(_ k); congr (below _ (_ k 0)).
have PM m1 m2 m3 (M : 'M[R]_(m1, m2)) (N : 'M_(m2, m3)) : (M *m N)^P = M^P *m N^P by rewrite map_mxM.
have PE : (delta_mx p 0 : 'cV[R]_d)^P = delta_mx p 0 by rewrite map_delta_mx.
rewrite /netP /= /stepP !big_seq1 /map_head /= !mul1mx !trmx1 !mulmx1 !trmx_mul !trmxK GT /c3 !PM PE !map_trmx.
(* variables for the letters: mulmxA would look into them *)
move: gram_t (W1^T^P) (V1^T^P) (W2^T^P) (V2^T^P) (W1^P) (V1^P) (W2^P) (V2^P) (W3^P) (V3^P) (delta_mx p 0).
by clear=> *; rewrite -!mulmxA.
Qed.
End Word.
