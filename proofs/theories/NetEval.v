(* Networks with literal weights, and their evaluation modulo p on lists of native integers.
   Matrices are lists of rows; entries that a list lacks are 0.
   lit F m n M               == the m x n matrix over the ring F with entries the integers of M : seq (seq Z)
   lit_net F d Ws            == the attention weights (W, V), layer by layer, head by head, listed in Ws
   mixer_of T, mixer_lit     == a Mixer layer (no shuffle) with weights of the type T, with integers
   lit_mixer F n d ls        == the Mixer layers listed in ls : seq mixer_lit
   lit_poly F cs             == the polynomial with coefficients cs, the constant first
   side_of n S               == the set of tokens i with nth false S i: the A side
   merge S x y               == the input whose tokens are, in order, those of x on the A side and those of y on the other
   mxL psi m n M             == the matrix over R of a list M of rows of native integers, each read by psi : int -> R
   eval_net, eval_mixer      == the networks on such lists, modulo p
   psi p a                   == the native integer a in 'Z_p
   Proved: lit commutes with ring morphisms, and the evaluators compute the networks of Attention.v and Mixer.v
   in any ring where p = 0 (eval_netE, eval_mixerE), 'Z_p among them (psi_fma, psi_mod, psi_red), p at most 2^31. *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import SepRank Attention Mixer RankCert RankCert63.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Delimit Scope Z_scope with cZ.
Local Open Scope ring_scope.

Notation rows T := (seq (seq T)).

(* literal weights *)
Record mixer_of (T : Type) := MixerLit {
  l_thid : nat; l_chid : nat; l_W1 : rows T; l_b1 : rows T; l_W2 : rows T; l_b2 : rows T;
  l_W3 : rows T; l_b3 : rows T; l_W4 : rows T; l_b4 : rows T; l_res_t : bool; l_res_c : bool }.
Notation mixer_lit := (mixer_of Z).

Section Literal.
Variables (F : comRingType).
Definition lit m n (M : rows Z) : 'M[F]_(m, n) := map_mx intr (mxZ m n M).
Definition lit_net d (Ws : seq (seq (rows Z * rows Z))) : seq (seq (head F d)) :=
  [seq [seq (lit d d wv.1, lit d d wv.2) | wv <- H] | H <- Ws].
Definition lit_layer n d (l : mixer_lit) : layer F n d := @Layer F n d (l_thid l) (l_chid l)
  (lit _ _ (l_W1 l)) (lit _ _ (l_b1 l)) (lit _ _ (l_W2 l)) (lit _ _ (l_b2 l))
  (lit _ _ (l_W3 l)) (lit _ _ (l_b3 l)) (lit _ _ (l_W4 l)) (lit _ _ (l_b4 l))
  (l_res_t l) (l_res_c l) [linear of idfun].
Definition lit_mixer n d := map (lit_layer n d).
Definition lit_poly (cs : seq Z) : {poly F} := Poly [seq (int_of_Z c)%:~R | c <- cs].
End Literal.

Section Morphism.
Variables (F K : comRingType) (f : {rmorphism F -> K}) (n d : nat).

Lemma map_lit m k M : map_mx f (lit F m k M) = lit K m k M.
Proof. by apply/matrixP=> i j; rewrite !mxE rmorph_int. Qed.

Lemma map_lit_net Ws (X : 'M[F]_(n, d)) : map_mx f (net (lit_net F d Ws) X) = net (lit_net K d Ws) (map_mx f X).
Proof.
rewrite /net; elim: Ws X => //= H Ws IH X; rewrite IH; congr foldl.
rewrite /att !big_map raddf_sum; apply: eq_bigr => wv _.
by rewrite /att1 /= !map_mxM map_trmx !map_lit.
Qed.

Lemma map_act cs k l (X : 'M[F]_(k, l)) : map_mx f (act (lit_poly F cs) X) = act (lit_poly K cs) (map_mx f X).
Proof.
apply/matrixP=> i j; rewrite !mxE -horner_map; congr (_.[_]).
by apply/polyP=> m; rewrite coef_map !coef_Poly /=; elim: cs m => [|c cs IH] [|m] //=; rewrite ?rmorph0 // rmorph_int.
Qed.

Lemma map_lit_mixer s t ls (X : 'M[F]_(n, d)) :
  map_mx f (mixer (lit_poly F s) (lit_poly F t) (lit_mixer F n d ls) X) =
  mixer (lit_poly K s) (lit_poly K t) (lit_mixer K n d ls) (map_mx f X).
Proof.
rewrite /mixer; elim: ls X => //= l ls IH X; rewrite IH; congr foldl.
have mres b (Y : 'M[F]_(n, d)) : map_mx f (residual b Y) = residual b (map_mx f Y) by case: b; rewrite /= ?map_mx0.
rewrite /mixer_layer /channel_mixing /token_mixing /=.
by rewrite !(map_mxD, mres, map_mxM, map_act, map_lit).
Qed.
End Morphism.

(* the two sides of an input *)
Definition side_of n (S : seq bool) : pred 'I_n := fun i => nth false S i.
Fixpoint merge T (S : seq bool) (x y : seq (seq T)) : seq (seq T) :=
  if S is b :: S' then if b then seq.head [::] x :: merge S' (behead x) y else seq.head [::] y :: merge S' x (behead y)
  else [::].

Lemma nth_merge T (S : seq bool) (x y x' y' : rows T) i :
  nth [::] (merge S x y) i = if nth false S i then nth [::] (merge S x y') i else nth [::] (merge S x' y) i.
Proof.
elim: S x y x' y' i => [|b S' IH] x y x' y' [|i] //=; rewrite ?if_same //; first by case: b.
by case: b => /=; apply: IH.
Qed.

Lemma map_merge T U (f : seq T -> seq U) S x y : f [::] = [::] ->
  map f (merge S x y) = merge S (map f x) (map f y).
Proof.
move=> f0; elim: S x y => //= b S' IH x y.
by case: b => /=; rewrite IH; [case: x => [|? ?] | case: y => [|? ?]]; rewrite /= ?f0.
Qed.

Lemma lit_merge (F : comRingType) n d S x y :
  lit F n d (merge S x y) = mix (side_of S) (lit F n d (merge S x [::])) (lit F n d (merge S [::] y)).
Proof.
by apply/matrixP=> i j; rewrite !mxE (nth_merge S x y [::] [::]) /side_of; case: ifP.
Qed.

Section Eval.
Variable p : i63.
Implicit Types (r s : seq i63) (A B M : rows i63).

(* acc + a b modulo p, whatever the arguments, but not reduced *)
Definition below (a : i63) : i63 := if PrimInt63.ltb a p then a else PrimInt63.mod a p.
Definition fma (acc a b : i63) : i63 := PrimInt63.add (lazy63 p acc) (PrimInt63.mul (below a) (below b)).
Fixpoint dotL (k : nat) r s acc : i63 :=
  match k, r, s with k.+1, a :: r, b :: s => dotL k r s (fma acc a b) | _, _, _ => PrimInt63.mod acc p end.
Definition mulABt k A B : rows i63 := [seq [seq dotL k a b 0%uint63 | b <- B] | a <- A].
Definition trL n M : rows i63 := mkseq (fun j => [seq nth 0%uint63 r j | r <- M]) n.
Fixpoint addr r s : seq i63 :=
  match r, s with a :: r, b :: s => PrimInt63.mod (fma a 1%uint63 b) p :: addr r s | [::], _ => s | _, [::] => r end.
Fixpoint addL A B : rows i63 :=
  match A, B with a :: A, b :: B => addr a b :: addL A B | [::], _ => B | _, [::] => A end.
Definition mapL m n (f : i63 -> i63) M : rows i63 :=
  mkseq (fun i => mkseq (fun j => f (nth 0%uint63 (nth [::] M i) j)) n) m.
Definition hornerL (cs : seq i63) (z : i63) : i63 := foldr (fun c acc => PrimInt63.mod (fma c acc z) p) 0%uint63 cs.

Definition red (z : Z) : i63 := Uint63.of_Z (Z.modulo z (toZ p)).
Definition redL (M : rows Z) : rows i63 := map (map red) M.

(* attention: both weights transposed and reduced *)
Definition red_net d (Ws : seq (seq (rows Z * rows Z))) : seq (seq (rows i63 * rows i63)) :=
  [seq [seq (trL d (redL wv.1), trL d (redL wv.2)) | wv <- H] | H <- Ws].
Definition eval_att1 n d X (wv : rows i63 * rows i63) : rows i63 :=
  mulABt d (mulABt n (mulABt d (mulABt d X wv.1) X) (trL d X)) wv.2.
Definition eval_att n d X H : rows i63 := foldr (fun wv => addL (eval_att1 n d X wv)) [::] H.
Definition eval_net n d Ws X : rows i63 := foldl (eval_att n d) X Ws.

(* Mixer: W3 and W4 transposed, all reduced *)
Record mixer_red := MixerRed {
  r_thid : nat; r_chid : nat; r_W1 : rows i63; r_b1 : rows i63; r_W2 : rows i63; r_b2 : rows i63;
  r_W3 : rows i63; r_b3 : rows i63; r_W4 : rows i63; r_b4 : rows i63; r_res_t : bool; r_res_c : bool }.
Definition red_layer d (l : mixer_lit) := MixerRed (l_thid l) (l_chid l)
  (redL (l_W1 l)) (redL (l_b1 l)) (redL (l_W2 l)) (redL (l_b2 l))
  (trL (l_chid l) (redL (l_W3 l))) (redL (l_b3 l)) (trL d (redL (l_W4 l))) (redL (l_b4 l)) (l_res_t l) (l_res_c l).
Definition eval_layer n d s t Y (l : mixer_red) : rows i63 :=
  let Z := mapL (r_thid l) d (hornerL s) (addL (mulABt n (r_W1 l) (trL d Y)) (r_b1 l)) in
  let U := addL (if r_res_t l then Y else [::]) (addL (mulABt (r_thid l) (r_W2 l) (trL d Z)) (r_b2 l)) in
  let Z' := mapL n (r_chid l) (hornerL t) (addL (mulABt d U (r_W3 l)) (r_b3 l)) in
  addL (if r_res_c l then U else [::]) (addL (mulABt (r_chid l) Z' (r_W4 l)) (r_b4 l)).
Definition eval_mixer n d s t ls Y : rows i63 := foldl (eval_layer n d s t) Y ls.
End Eval.

(* psi : reading a native integer modulo p, in any ring where p = 0 *)
Section Correct.
Variables (p : i63) (R : comRingType) (psi : i63 -> R).
Hypotheses (psi0 : psi 0%uint63 = 0) (psi1 : psi 1%uint63 = 1).
Hypothesis psi_fma : forall acc a b, psi (fma p acc a b) = psi acc + psi a * psi b.
Hypothesis psi_mod : forall a, psi (PrimInt63.mod a p) = psi a.
Hypothesis psi_red : forall z, psi (red p z) = (int_of_Z z)%:~R.

Definition mxL m n (M : rows i63) : 'M[R]_(m, n) := \matrix_(i, j) psi (nth 0%uint63 (nth [::] M i) j).

Lemma mxL_red m n M : mxL m n (redL p M) = lit _ m n M.
Proof.
apply/matrixP=> i j; rewrite !mxE /redL.
have [iM|iM] := ltnP i (size M); last first.
  rewrite [nth [::] (map _ _) i]nth_default ?size_map //.
  by rewrite [nth [::] M i]nth_default // !nth_nil psi0.
rewrite (nth_map [::]) //; set r := nth [::] M i.
have [jr|jr] := ltnP j (size r); last by rewrite !nth_default ?size_map // psi0.
by rewrite (nth_map 0) // psi_red.
Qed.

Lemma dotLE k r s acc : psi (dotL p k r s acc) =
  psi acc + \sum_(i < k) psi (nth 0%uint63 r i) * psi (nth 0%uint63 s i).
Proof.
elim: k r s acc => [|k IH] r s acc; first by rewrite /= psi_mod big_ord0 addr0.
case: r => [|a r]; first by rewrite /= psi_mod big1 ?addr0 // => i _; rewrite nth_nil psi0 mul0r.
case: s => [|b s]; first by rewrite /= psi_mod big1 ?addr0 // => i _; rewrite nth_nil psi0 mulr0.
by rewrite /= IH psi_fma big_ord_recl addrA.
Qed.

Lemma mxL_mulABt m k n A B : mxL m n (mulABt p k A B) = mxL m k A *m (mxL n k B)^T.
Proof.
apply/matrixP=> i j; rewrite !mxE /mulABt.
under eq_bigr do rewrite !mxE.
have [iA|iA] := ltnP i (size A); last first.
  rewrite [X in nth _ X j]nth_default ?size_map // nth_nil psi0 big1 // => l _.
  by rewrite [nth [::] A i]nth_default // nth_nil psi0 mul0r.
rewrite (nth_map [::]) //.
have [jB|jB] := ltnP j (size B); last first.
  rewrite nth_default ?size_map // psi0 big1 // => l _.
  by rewrite [nth [::] B j]nth_default // nth_nil psi0 mulr0.
by rewrite (nth_map [::]) // dotLE psi0 add0r.
Qed.

Lemma mxL_tr m n M : mxL n m (trL n M) = (mxL m n M)^T.
Proof.
apply/matrixP=> i j; rewrite !mxE /trL (nth_mkseq _ _ (ltn_ord i)).
have [jM|jM] := ltnP j (size M); first by rewrite (nth_map [::]).
by rewrite nth_default ?size_map // [nth [::] M j]nth_default // nth_nil.
Qed.

Lemma mxL_mapL m n f M : mxL m n (mapL m n f M) = \matrix_(i, j) psi (f (nth 0%uint63 (nth [::] M i) j)).
Proof.
by apply/matrixP=> i j; rewrite !mxE /mapL (nth_mkseq _ _ (ltn_ord i)) (nth_mkseq _ _ (ltn_ord j)).
Qed.

Lemma mxL_add m n A B : mxL m n (addL p A B) = mxL m n A + mxL m n B.
Proof.
apply/matrixP=> i j; rewrite !mxE.
have addrE r s k : psi (nth 0%uint63 (addr p r s) k) = psi (nth 0%uint63 r k) + psi (nth 0%uint63 s k).
  elim: r s k => [|a r IH] [|b s] [|k] /=; rewrite ?nth_nil ?psi0 ?add0r ?addr0 ?IH ?psi_mod ?psi_fma ?psi1 ?mul1r //.
elim: A B (i : nat) => [|a A IH] [|b B] [|k] /=; by rewrite ?IH ?addrE ?nth_nil ?psi0 ?add0r ?addr0.
Qed.

Lemma mxL0 m n : mxL m n [::] = 0.
Proof. by apply/matrixP=> i j; rewrite !mxE !nth_nil. Qed.

Theorem eval_netE n d Ws X :
  mxL n d (eval_net p n d (red_net p d Ws) X) = net (lit_net R d Ws) (mxL n d X).
Proof.
rewrite /net /eval_net; elim: Ws X => //= H Ws IH X; rewrite IH; congr foldl.
elim: H => [|wv H IHH]; first by rewrite mxL0 /att big_nil.
rewrite /= mxL_add IHH /att big_cons; congr (_ + _).
by rewrite /eval_att1 /att1 !mxL_mulABt !mxL_tr !mxL_red !trmxK.
Qed.

Lemma hornerLE cs z : psi (hornerL p [seq red p c | c <- cs] z) = (lit_poly R cs).[psi z].
Proof.
rewrite /lit_poly horner_Poly; elim: cs => //= c cs IH.
by rewrite psi_mod psi_fma IH psi_red addrC.
Qed.

Theorem eval_mixerE n d s t ls X :
  mxL n d (eval_mixer p n d (map (red p) s) (map (red p) t) (map (red_layer p d) ls) X) =
  mixer (lit_poly _ s) (lit_poly _ t) (lit_mixer R n d ls) (mxL n d X).
Proof.
rewrite /mixer /eval_mixer; elim: ls X => //= l ls IH X; rewrite IH; congr foldl.
have mact m k cs M : mxL m k (mapL m k (hornerL p (map (red p) cs)) M) = act (lit_poly _ cs) (mxL m k M).
  by rewrite mxL_mapL; apply/matrixP=> i j; rewrite !mxE hornerLE.
have mres b M : mxL n d (if b then M else [::]) = residual b (mxL n d M) by case: b; rewrite ?mxL0.
rewrite /eval_layer /mixer_layer /channel_mixing /token_mixing /=.
by rewrite !(mxL_add, mres, mxL_mulABt, mact, mxL_tr, mxL_red) !trmxK.
Qed.
End Correct.

Section Zp.
Variable p : i63.
Hypothesis p1 : (1 < toZ p <= 2147483648)%cZ.
Definition psi (a : i63) : 'Z_(Z.to_nat (toZ p)) := phi (toZ p) (toZ a).

Let p1' : (1 < toZ p)%cZ. Proof. by case: p1. Qed.

Lemma psi_mod a : psi (PrimInt63.mod a p) = psi a.
Proof. by rewrite /psi Uint63.mod_spec phi_mod. Qed.

Lemma belowP a : (toZ (below p a) < toZ p)%cZ /\ psi (below p a) = psi a.
Proof.
rewrite /below; case E: (PrimInt63.ltb _ _); first by split=> //; apply/Uint63.ltb_spec.
by rewrite psi_mod Uint63.mod_spec; split=> //; apply: (proj2 (Z.mod_pos_bound _ _ _)); lia.
Qed.

Lemma psi_fma acc a b : psi (fma p acc a b) = psi acc + psi a * psi b.
Proof.
have [[la <-] [lb <-]] := conj (belowP a) (belowP b).
rewrite /psi /fma step63P // phiD phiM; congr (_ + _).
by rewrite -[LHS]phi_mod // (proj2 (lazy63P p1 acc)) phi_mod.
Qed.

Lemma psi_red z : psi (red p z) = (int_of_Z z)%:~R.
Proof.
rewrite /psi /red Uint63.of_Z_spec Z.mod_small ?phi_mod //.
have := Z.mod_pos_bound z (toZ p); change Uint63.wB with 9223372036854775808%cZ; lia.
Qed.
End Zp.
