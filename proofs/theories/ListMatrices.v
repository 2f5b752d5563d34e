(* Matrices as lists of rows over any ring to compute in (RingOps.v), and the forward passes of attention and the Mixer
   on them. Entries that a list lacks are 0.
   entry O M i j             == the entry of M at i, j
   mul_ops O k A B           == A times the transpose of B, both of k columns
   tr_ops O n M              == the transpose of M, a list of n columns
   add_ops O A B, had_ops    == the sum, the entrywise product
   map_ops O m k g M         == g on the entries of M, m x k
   pow_ops O e a             == the power a^e of a value
   horner_ops O cs a         == the polynomial with coefficients cs, the constant first, at a
   lits O M                  == a matrix of integers as one of values
   mx_ops O psi m k M        == the m x k matrix over R of M, its entries read by psi
   eval_net_ops O n d Ws X, eval_mixer_ops O n d s t ls X == the networks with the literal weights of NetEval.v
   Proved, where O denotes psi : T -> R: entries and matrices of these (entry_.., mx_..), and that the evaluators
   compute the networks over R (eval_net_opsE, eval_mixer_opsE). *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import Attention Mixer RankCert NetEval RingOps.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Lists.
Variables (T : Type) (O : ops T).
Implicit Types (r s : seq T) (A B M : rows T).

Definition entry M i j : T := nth (op0 O) (nth [::] M i) j.

Fixpoint dot_ops (k : nat) r s acc : T :=
  match k, r, s with k.+1, a :: r, b :: s => dot_ops k r s (op_add O acc (op_mul O a b)) | _, _, _ => acc end.
Definition mul_ops k A B : rows T := [seq [seq dot_ops k a b (op0 O) | b <- B] | a <- A].
Definition tr_ops n M : rows T := mkseq (fun j => [seq nth (op0 O) r j | r <- M]) n.

Fixpoint addr_ops r s : seq T :=
  match r, s with a :: r, b :: s => op_add O a b :: addr_ops r s | [::], _ => s | _, [::] => r end.
Fixpoint add_ops A B : rows T :=
  match A, B with a :: A, b :: B => addr_ops a b :: add_ops A B | [::], _ => B | _, [::] => A end.
Fixpoint hadr_ops r s : seq T :=
  match r, s with a :: r, b :: s => op_mul O a b :: hadr_ops r s | _, _ => [::] end.
Fixpoint had_ops A B : rows T :=
  match A, B with a :: A, b :: B => hadr_ops a b :: had_ops A B | _, _ => [::] end.

Definition map_ops m k (g : T -> T) M : rows T := mkseq (fun i => mkseq (fun j => g (entry M i j)) k) m.
Fixpoint pow_ops (e : nat) (a : T) : T :=
  match e with 0 => op_int O 1 | 1 => a | e.+1 => op_mul O a (pow_ops e a) end.
Definition horner_ops (cs : seq T) (a : T) : T := foldr (fun c acc => op_add O c (op_mul O acc a)) (op0 O) cs.
Definition lits (M : rows Z) : rows T := map (map (op_int O)) M.

(* weights on the right are transposed *)
Definition eval_att1_ops n d X (wv : rows Z * rows Z) : rows T :=
  mul_ops d (mul_ops n (mul_ops d (mul_ops d X (tr_ops d (lits wv.1))) X) (tr_ops d X)) (tr_ops d (lits wv.2)).
Definition eval_att_ops n d X H : rows T := foldr (fun wv => add_ops (eval_att1_ops n d X wv)) [::] H.
Definition eval_net_ops n d (Ws : seq (seq (rows Z * rows Z))) X : rows T := foldl (eval_att_ops n d) X Ws.

Definition eval_layer_ops n d (s t : seq T) Y (l : mixer_lit) : rows T :=
  let Z := map_ops (l_thid l) d (horner_ops s) (add_ops (mul_ops n (lits (l_W1 l)) (tr_ops d Y)) (lits (l_b1 l))) in
  let U := add_ops (if l_res_t l then Y else [::])
    (add_ops (mul_ops (l_thid l) (lits (l_W2 l)) (tr_ops d Z)) (lits (l_b2 l))) in
  let Z' := map_ops n (l_chid l) (horner_ops t)
    (add_ops (mul_ops d U (tr_ops (l_chid l) (lits (l_W3 l)))) (lits (l_b3 l))) in
  add_ops (if l_res_c l then U else [::]) (add_ops (mul_ops (l_chid l) Z' (tr_ops d (lits (l_W4 l)))) (lits (l_b4 l))).
Definition eval_mixer_ops n d (s t : seq Z) ls Y : rows T :=
  foldl (eval_layer_ops n d (map (op_int O) s) (map (op_int O) t)) Y ls.
End Lists.

Section Denotes.
Variables (T : Type) (O : ops T) (R : comRingType) (psi : T -> R).
Hypothesis O_psi : denotes O psi.
Local Notation psi0 := (denotes0 O_psi).
Local Notation psiD := (denotesD O_psi).
Local Notation psiM := (denotesM O_psi).
Local Notation psiZ := (denotesZ O_psi).
Local Notation at_ := (entry O).

Lemma dot_opsE k r s acc :
  psi (dot_ops O k r s acc) = psi acc + \sum_(i < k) psi (nth (op0 O) r i) * psi (nth (op0 O) s i).
Proof.
elim: k r s acc => [|k IH] r s acc; first by rewrite big_ord0 addr0.
case: r => [|a r]; first by rewrite big1 ?addr0 // => i _; rewrite nth_nil psi0 mul0r.
case: s => [|b s]; first by rewrite big1 ?addr0 // => i _; rewrite nth_nil psi0 mulr0.
by rewrite /= IH psiD psiM big_ord_recl addrA.
Qed.

Lemma entry_mul k A B i j : psi (at_ (mul_ops O k A B) i j) = \sum_(l < k) psi (at_ A i l) * psi (at_ B j l).
Proof.
rewrite /entry /mul_ops; have [iA|iA] := ltnP i (size A); last first.
  rewrite [X in nth _ X j]nth_default ?size_map // nth_nil psi0 big1 // => l _.
  by rewrite [nth [::] A i]nth_default // nth_nil psi0 mul0r.
rewrite (nth_map [::]) //; have [jB|jB] := ltnP j (size B); last first.
  rewrite nth_default ?size_map // psi0 big1 // => l _.
  by rewrite [nth [::] B j]nth_default // nth_nil psi0 mulr0.
by rewrite (nth_map [::]) // dot_opsE psi0 add0r.
Qed.

Lemma entry_tr n M i j : (i < n)%N -> at_ (tr_ops O n M) i j = at_ M j i.
Proof.
move=> lt; rewrite /entry /tr_ops nth_mkseq //.
have [jM|jM] := ltnP j (size M); first by rewrite (nth_map [::]).
by rewrite nth_default ?size_map // [nth [::] M j]nth_default // nth_nil.
Qed.

Lemma entry_add A B i j : psi (at_ (add_ops O A B) i j) = psi (at_ A i j) + psi (at_ B i j).
Proof.
have addrE r s k : psi (nth (op0 O) (addr_ops O r s) k) = psi (nth (op0 O) r k) + psi (nth (op0 O) s k).
  by elim: r s k => [|a r IH] [|b s] [|k] /=; rewrite ?nth_nil ?psi0 ?add0r ?addr0 ?IH ?psiD.
rewrite /entry; elim: A B i => [|a A IH] [|b B] [|k] /=; by rewrite ?IH ?addrE ?nth_nil ?psi0 ?add0r ?addr0.
Qed.

Lemma entry_had A B i j : psi (at_ (had_ops O A B) i j) = psi (at_ A i j) * psi (at_ B i j).
Proof.
have hadrE r s k : psi (nth (op0 O) (hadr_ops O r s) k) = psi (nth (op0 O) r k) * psi (nth (op0 O) s k).
  by elim: r s k => [|a r IH] [|b s] [|k] /=; rewrite ?nth_nil ?psi0 ?mul0r ?mulr0 ?IH ?psiM.
rewrite /entry; elim: A B i => [|a A IH] [|b B] [|k] /=; by rewrite ?IH ?hadrE ?nth_nil ?psi0 ?mul0r ?mulr0.
Qed.

Lemma entry_map m k g M i j : (i < m)%N -> (j < k)%N -> at_ (map_ops O m k g M) i j = g (at_ M i j).
Proof. by move=> im jk; rewrite /entry /map_ops !nth_mkseq. Qed.

Lemma pow_opsE e a : psi (pow_ops O e a) = psi a ^+ e.
Proof.
elim: e => [|[|e] IH]; [by rewrite /= psiZ | by rewrite expr1 |].
by rewrite exprS -IH -psiM.
Qed.

Lemma horner_opsE cs a : psi (horner_ops O cs a) = \sum_(i < size cs) psi (nth (op0 O) cs i) * psi a ^+ i.
Proof.
elim: cs => [|c cs IH]; first by rewrite big_ord0 psi0.
rewrite big_ord_recl expr0 mulr1 /= psiD psiM IH mulr_suml; congr (_ + _).
by apply: eq_bigr => i _; rewrite exprSr mulrA.
Qed.

Lemma entry_lits M i j : psi (at_ (lits O M) i j) = (int_of_Z (nth 0 (nth [::] M i) j))%:~R.
Proof.
rewrite /entry /lits; have [iM|iM] := ltnP i (size M); last first.
  rewrite [nth [::] (map _ _) i]nth_default ?size_map //.
  by rewrite [nth [::] M i]nth_default // !nth_nil psi0.
rewrite (nth_map [::]) //; set r := nth [::] M i.
have [jr|jr] := ltnP j (size r); last by rewrite !nth_default ?size_map // psi0.
by rewrite (nth_map 0) // psiZ.
Qed.

Definition mx_ops m k (M : rows T) : 'M[R]_(m, k) := \matrix_(i, j) psi (at_ M i j).

Lemma mx_mul m l k A B : mx_ops m k (mul_ops O l A B) = mx_ops m l A *m (mx_ops k l B)^T.
Proof. by apply/matrixP=> i j; rewrite !mxE entry_mul; apply: eq_bigr => h _; rewrite !mxE. Qed.

Lemma mx_tr m k M : mx_ops k m (tr_ops O k M) = (mx_ops m k M)^T.
Proof. by apply/matrixP=> i j; rewrite !mxE entry_tr. Qed.

Lemma mx_add m k A B : mx_ops m k (add_ops O A B) = mx_ops m k A + mx_ops m k B.
Proof. by apply/matrixP=> i j; rewrite !mxE entry_add. Qed.

Lemma mx_lits m k M : mx_ops m k (lits O M) = lit R m k M.
Proof. by apply/matrixP=> i j; rewrite !mxE entry_lits. Qed.

Lemma mx_nil m k : mx_ops m k [::] = 0.
Proof. by apply/matrixP=> i j; rewrite !mxE /entry !nth_nil psi0. Qed.

Theorem eval_net_opsE n d Ws X : mx_ops n d (eval_net_ops O n d Ws X) = net (lit_net R d Ws) (mx_ops n d X).
Proof.
rewrite /net /eval_net_ops; elim: Ws X => //= H Ws IH X; rewrite IH; congr foldl.
elim: H => [|wv H IHH]; first by rewrite mx_nil /att big_nil.
rewrite /= mx_add IHH /att big_cons; congr (_ + _).
by rewrite /eval_att1_ops /att1 !mx_mul !mx_tr !mx_lits !trmxK.
Qed.

Lemma horner_litE cs a : psi (horner_ops O (map (op_int O) cs) a) = (lit_poly R cs).[psi a].
Proof. by rewrite /lit_poly horner_Poly; elim: cs => [|c cs IH] /=; rewrite ?psi0 // psiD psiM IH psiZ addrC. Qed.

Theorem eval_mixer_opsE n d s t ls X : mx_ops n d (eval_mixer_ops O n d s t ls X) =
  mixer (lit_poly _ s) (lit_poly _ t) (lit_mixer R n d ls) (mx_ops n d X).
Proof.
rewrite /mixer /eval_mixer_ops; elim: ls X => //= l ls IH X; rewrite IH; congr foldl.
have mact m k cs M :
    mx_ops m k (map_ops O m k (horner_ops O (map (op_int O) cs)) M) = act (lit_poly _ cs) (mx_ops m k M).
  by apply/matrixP=> i j; rewrite !mxE entry_map // horner_litE.
have mres b M : mx_ops n d (if b then M else [::]) = residual b (mx_ops n d M) by case: b; rewrite ?mx_nil.
rewrite /eval_layer_ops /mixer_layer /channel_mixing /token_mixing /=.
by rewrite !(mx_add, mres, mx_mul, mact, mx_tr, mx_lits) !trmxK.
Qed.
End Denotes.
