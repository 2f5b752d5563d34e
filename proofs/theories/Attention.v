(* The attention network without softmax, and its Gram form: Lemma 3.1 of theory.md,
   for any number of heads in each layer, over any commutative ring. theory.md's
   low-rank heads are the hypothesis [lowrank_net] (over a field: \rank W, \rank V <= da).

   head R d           == a pair (W, V) : query-key and value-output matrices, d x d
   att H X            == one layer, the sum over the heads (W, V) of H of (X W X^T) X V
   net Ws X           == the network, Ws the list of its layers; X has a token in each row
   netP Ws G          == Phi_L(G), so that net Ws X = X Phi_L(X^T X)
   gram_degree L      == C_L = (3^L - 1)/2, the degree of Phi_L in G
   mix S x y          == the input whose tokens in S are x's and the others y's
   mask S x           == x with the tokens outside S replaced by 0
   gram S x           == (mask S x)^T (mask S x), the Gram matrix of the tokens in S
   map_net f Ws       == Ws with the ring morphism f applied to all entries
   lowrank da W       == W is a product of a d x da and a da x d matrix
   lowrank_net da Ws  == all W and V of all heads of all layers are so
   The separation rank of an output entry is that of fun x y => net Ws (mix S x y) i p. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition gram_degree L := ((3 ^ L).-1 %/ 2)%N.

Lemma gram_degreeS L : gram_degree L.+1 = (3 * gram_degree L).+1.
Proof.
have [q E] : exists q, (3 ^ L = q.*2.+1)%N.
  by exists (3 ^ L)./2; rewrite -[LHS]odd_double_half oddX orbT.
rewrite /gram_degree expnS E -muln2 succnK mulnK //.
have ->: (3 * (q * 2).+1).-1 = ((3 * q).+1 * 2)%N by lia.
by rewrite mulnK.
Qed.

Section Net.
Variables (R : comRingType) (n d : nat).
Definition head := ('M[R]_d * 'M[R]_d)%type.

Definition att1 (wv : head) (X : 'M[R]_(n, d)) := X *m wv.1 *m X^T *m X *m wv.2.
Definition att (H : seq head) (X : 'M[R]_(n, d)) := \sum_(wv <- H) att1 wv X.
Definition net (Ws : seq (seq head)) X := foldl (fun X H => att H X) X Ws.

Definition stepP (G : 'M[R]_d) (P : 'M[R]_d) (H : seq head) :=
  \sum_(wv <- H) (P *m wv.1 *m P^T *m G *m P *m wv.2).
Definition netP Ws G := foldl (stepP G) 1%:M Ws.

(* Lemma 3.1 *)
Theorem netE Ws X : net Ws X = X *m netP Ws (X^T *m X).
Proof.
rewrite /net /netP; set G := X^T *m X.
have ->: foldl (fun X H => att H X) X Ws = foldl (fun X H => att H X) (X *m 1%:M) Ws by rewrite mulmx1.
elim: Ws 1%:M => //= H Ws IH P; rewrite -IH; congr foldl.
rewrite /att /stepP mulmx_sumr; apply: eq_bigr => wv _.
by rewrite /att1 trmx_mul !mulmxA.
Qed.
End Net.

(* the network commutes with ring morphisms *)
Section Map.
Variables (R R' : comRingType) (f : {rmorphism R -> R'}) (n d : nat).
Definition map_head (wv : head R d) : head R' d := (map_mx f wv.1, map_mx f wv.2).
Definition map_net := map (map map_head).

Lemma net_map (Ws : seq (seq (head R d))) (X : 'M[R]_(n, d)) :
  map_mx f (net Ws X) = net (map_net Ws) (map_mx f X).
Proof.
rewrite /net; elim: Ws X => //= H Ws IH X; rewrite IH; congr foldl.
by rewrite /att big_map raddf_sum; apply: eq_bigr => wv _; rewrite /att1 /= !map_mxM map_trmx.
Qed.

Lemma netP_map (Ws : seq (seq (head R d))) (G : 'M[R]_d) :
  map_mx f (netP Ws G) = netP (map_net Ws) (map_mx f G).
Proof.
rewrite /netP -(map_mx1 f); elim: Ws 1%:M => //= H Ws IH P; rewrite IH; congr foldl.
by rewrite /stepP big_map raddf_sum; apply: eq_bigr => wv _; rewrite /= !map_mxM map_trmx.
Qed.
End Map.
Arguments map_head {R R'} f {d}.
Arguments map_net {R R'} f {d}.

Section Parts.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n).
Implicit Types (x y : 'M[R]_(n, d)).

Definition mix x y : 'M[R]_(n, d) := \matrix_(i, j) if S i then x i j else y i j.
Definition mask (S : pred 'I_n) x : 'M[R]_(n, d) := \matrix_(i, j) if S i then x i j else 0.
Definition gram (S : pred 'I_n) x : 'M[R]_d := (mask S x)^T *m mask S x.

Lemma gram_mix x y :
  (mix x y)^T *m mix x y = (mask S x)^T *m mask S x + (mask (predC S) y)^T *m mask (predC S) y.
Proof.
apply/matrixP=> i j; rewrite !mxE -big_split; apply: eq_bigr => k _ /=.
by rewrite !mxE /=; case: (S k); rewrite /= ?mulr0 ?addr0 ?add0r.
Qed.

Lemma gram_tr T x : (gram T x)^T = gram T x.
Proof. by rewrite /gram trmx_mul trmxK. Qed.

Lemma net_mixE Ws x y i p :
  net Ws (mix x y) i p = \sum_k (if S i then x i k else y i k) * netP Ws (gram S x + gram (predC S) y) k p.
Proof. by rewrite netE gram_mix mxE; apply: eq_bigr => k _; rewrite mxE. Qed.
End Parts.

(* The side of the output token does not matter: exchange the parts. *)
Lemma mixC (R : comRingType) n d (S : pred 'I_n) (x y : 'M[R]_(n, d)) : mix (predC S) y x = mix S x y.
Proof. by apply/matrixP=> i j; rewrite !mxE /=; case: (S i). Qed.

Section LowRank.
Variables (R : comRingType) (d da : nat).
Definition lowrank (W : 'M[R]_d) := exists (U : 'M[R]_(d, da)) (Z : 'M[R]_(da, d)), W = U *m Z.
Definition lowrank_net (Ws : seq (seq (head R d))) :=
  forall H wv, H \in Ws -> wv \in H -> lowrank wv.1 /\ lowrank wv.2.

Lemma lowrank_tr W : lowrank W -> lowrank W^T.
Proof. by case=> U [Z ->]; exists Z^T, U^T; rewrite trmx_mul. Qed.
End LowRank.

Lemma lowrankP (F : fieldType) d da (W : 'M[F]_d) : lowrank da W <-> (\rank W <= da)%N.
Proof.
split=> [[U [Z ->]]|le]; first exact: mulmx_max_rank.
exists (col_base W *m pid_mx (\rank W)), (pid_mx (\rank W) *m row_base W).
by rewrite -mulmxA (mulmxA (pid_mx _)) mul_pid_mx minnn (minn_idPr le) pid_mx_1 mul1mx mulmx_base.
Qed.
