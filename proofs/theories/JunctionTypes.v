(* The words of attention and the types of their places: the first part of Theorem 3.12 of theory.md, over any
   commutative ring, for any number of layers and heads. Phi_L(G) is a sum of words c0 G c1 G .. c(C-1) G v, C = C_L,
   and which constants can stand at a place is known by its type. With G = G0 + t u^T u a word's coefficient at t^c
   is a sum over the choices of c of its letters G to be u^T u, and where two of these are side by side, with the
   constant k between them, it has the factor u k u^T.
   Relation to theory.md: its types 1, .., L and v are 0, .., L-1 and L here; its 1, J_L is places L.

   places L         == the types of the places of a word
   ends Ws k        == the products of V's of the first k layers, one head of each
   consts Ws k      == the constants at places of type k, up to transposition: v W v'^T, v and v' in ends Ws k, W of
                       layer k
   chain f G cs     == c0 G c1 G .. G, the constants mapped by f
   joined b ls cs v == the product of the u c u^T at places with two chosen letters, and of u v if the last letter is
                       chosen; b: the letter before the first is chosen, ls: which of the letters are
   expn e t b ls ks == how many places of type t among the ks have two chosen letters; e is the type of the end
   Proved: words (the sum of words), coef_chain (their coefficients). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Fixpoint places (L : nat) : seq nat := if L is k.+1 then places k ++ k :: rev (places k) ++ places k else [::].

Lemma size_places L : size (places L) = gram_degree L.
Proof.
elim: L => // L IH; rewrite /= !(size_cat, size_rev) /= !(size_cat, size_rev) IH gram_degreeS; lia.
Qed.

Lemma places_lt L : all (fun k => k < L)%N (places L).
Proof.
elim: L => // L IH; have IH' : all (fun k => k < L.+1)%N (places L) by apply: sub_all IH => k /ltnW.
by rewrite /= all_cat /= all_cat all_rev IH' ltnSn.
Qed.

Section Words.
Variables (R R' : comRingType) (f : {rmorphism R -> R'}) (d : nat) (Ws : seq (seq (head R d))).
Implicit Types (cs : seq 'M[R]_d) (G : 'M[R']_d).

Fixpoint ends k : seq 'M[R]_d :=
  if k is j.+1 then [seq v *m wv.2 | v <- ends j, wv <- nth [::] Ws j] else [:: 1%:M].
Definition consts k : seq 'M[R]_d :=
  [seq vv.1 *m wv.1 *m vv.2^T | vv <- [seq (v, v') | v <- ends k, v' <- ends k], wv <- nth [::] Ws k].

Lemma size_ends h k : (k <= size Ws)%N -> all (fun H => size H == h) Ws -> size (ends k) = (h ^ k)%N.
Proof.
move=> + sH; elim: k => // k IH kW; rewrite size_allpairs (IH (ltnW kW)) expnSr.
by rewrite (eqP (allP sH _ (mem_nth [::] kW))).
Qed.

Lemma size_consts h k : (k < size Ws)%N -> all (fun H => size H == h) Ws -> size (consts k) = (h ^ (2 * k).+1)%N.
Proof.
move=> kW sH; rewrite !size_allpairs (size_ends (ltnW kW) sH) (eqP (allP sH _ (mem_nth [::] kW))).
by rewrite expnSr mul2n -addnn expnD.
Qed.

Definition chain G cs : 'M[R']_d := foldr (fun c Z => map_mx f c *m G *m Z) 1%:M cs.

Lemma chain_cat G cs cs' : chain G (cs ++ cs') = chain G cs *m chain G cs'.
Proof. by elim: cs => [|c cs IH] /=; [rewrite mul1mx|rewrite IH !mulmxA]. Qed.

Lemma chain_tr G cs : G^T = G -> (chain G cs)^T *m G = G *m chain G (rev (map trmx cs)).
Proof.
move=> GT; elim: cs => [|c cs IH] /=; first by rewrite trmx1 mul1mx mulmx1.
by rewrite !trmx_mul GT map_trmx rev_cons -cats1 chain_cat /= mulmx1 !mulmxA -IH.
Qed.

Definition of_type k c := (c \in consts k) || (c^T \in consts k).
Definition word_of k (w : seq 'M[R]_d * 'M[R]_d) := all2 (fun c t => of_type t c) w.1 (places k) && (w.2 \in ends k).
Definition word_val G (w : seq 'M[R]_d * 'M[R]_d) := chain G w.1 *m map_mx f w.2.
Definition word_sum k G (M : 'M[R']_d) := exists2 ws, all (word_of k) ws & M = \sum_(w <- ws) word_val G w.

Lemma word_sum_sum k G (I : eqType) (s : seq I) (F : I -> 'M[R']_d) :
  (forall i, i \in s -> word_sum k G (F i)) -> word_sum k G (\sum_(i <- s) F i).
Proof.
elim: s => [|i s IH] H; first by exists [::]; rewrite ?big_nil.
have [|ws aw E] := H i; first by rewrite mem_head.
have [|ws' aw' E'] := IH; first by move=> j js; apply: H; rewrite inE js orbT.
by exists (ws ++ ws'); rewrite ?all_cat ?aw // big_cons big_cat E E'.
Qed.

Lemma all2_cat (S T : Type) (r : S -> T -> bool) s1 s2 t1 t2 :
  all2 r s1 t1 -> all2 r s2 t2 -> all2 r (s1 ++ s2) (t1 ++ t2).
Proof. by elim: s1 t1 => [|x s1 IH] [|y t1] //= /andP[-> H]; apply: IH. Qed.

Lemma of_type_tr cs ts : all2 (fun c t => of_type t c) cs ts ->
  all2 (fun c t => of_type t c) (rev (map trmx cs)) (rev ts).
Proof.
elim: cs ts => [|c cs IH] [|t ts] //= /andP[ct /IH H]; rewrite !rev_cons -!cats1.
by apply: all2_cat => //=; rewrite andbT /of_type trmxK orbC.
Qed.

(* the sum of words: theory.md's expansion over all heads *)
Lemma words k G : G^T = G -> (k <= size Ws)%N -> word_sum k G (netP (map_net f (take k Ws)) G).
Proof.
move=> GT; elim: k => [|k IH] kW.
  exists [:: ([::], 1%:M)]; first by rewrite /= /word_of /= mem_head.
  by rewrite take0 big_seq1 /word_val /= map_mx1 mul1mx.
have [ws /allP aw E] := IH (ltnW kW).
rewrite (take_nth [::] kW) /map_net map_rcons /netP foldl_rcons -/(map_net f) -[foldl _ _ _]/(netP _ _) E /stepP big_map.
apply: word_sum_sum => -[W V] wvH /=; rewrite !mulmx_suml; apply: word_sum_sum => w1 w1s.
rewrite [X in _ *m X *m _ *m _ *m _]linear_sum mulmx_sumr !mulmx_suml; apply: word_sum_sum => w2 w2s.
rewrite mulmx_sumr mulmx_suml; apply: word_sum_sum => w3 w3s.
have [/andP[t1 e1] /andP[t2 e2] /andP[t3 e3]] := And3 (aw _ w1s) (aw _ w2s) (aw _ w3s).
exists [:: (w1.1 ++ (w1.2 *m W *m w2.2^T) :: rev (map trmx w2.1) ++ w3.1, w3.2 *m V)].
  rewrite /= andbT /word_of /=; apply/andP; split; last exact: (allpairs_f (fun v wv => v *m wv.2) e3 wvH).
  apply: all2_cat => //=; rewrite all2_cat ?of_type_tr // andbT /of_type /consts.
  by rewrite (allpairs_f (fun vv wv => vv.1 *m wv.1 *m vv.2^T) (allpairs_f pair e1 e2) wvH).
rewrite big_seq1 /word_val chain_cat /= chain_cat !map_mxM -map_trmx /= trmx_mul !mulmxA.
by do 3 congr (_ *m _); rewrite -!mulmxA; do 4 congr (_ *m _); apply: chain_tr.
Qed.
End Words.

(* the letters of a word *)
Fixpoint expn (e t : nat) (b : bool) (ls : seq bool) (ks : seq nat) : nat :=
  match ls, ks with
  | l :: ls', k :: ks' => ([&& b, l & k == t] + expn e t l ls' ks')%N
  | _, _ => b && (e == t)
  end.

Section Letters.
Variables (F S : comRingType) (phi : {rmorphism F -> S}) (d : nat) (u : 'rV[S]_d) (G0 : 'M[S]_d).
Notation "M ^P" := (map_mx polyC M) (at level 2, format "M ^P").
Let f : {rmorphism F -> {poly S}} := [rmorphism of polyC \o phi].
Definition gram_line : 'M[{poly S}]_d := G0^P + 'X *: (u^T *m u)^P.
Definition junction c : S := (u *m map_mx phi c *m u^T) 0 0.
Definition junction_end (v : 'cV[F]_d) : S := (u *m map_mx phi v) 0 0.
Fixpoint joined (b : bool) (ls : seq bool) (cs : seq 'M[F]_d) v : S :=
  match ls, cs with
  | l :: ls', c :: cs' => (if b && l then junction c else 1) * joined l ls' cs' v
  | _, _ => if b then junction_end v else 1
  end.

Variable K : S -> Prop.
Hypotheses (K0 : K 0) (KD : forall a b, K a -> K b -> K (a + b)) (KM : forall a b, K b -> K (a * b)).

Lemma coef_chain (v : 'cV[F]_d) cs (b : bool) (r : 'rV[S]_d) c m : (b -> r = u) ->
  (forall ls, size ls = size cs -> count id ls = c -> K (m * joined b ls cs v)) ->
  K (m * ((r^P *m (chain f gram_line cs *m map_mx f v)) 0 0)`_c).
Proof.
have fE k l (M : 'M[F]_(k, l)) : map_mx f M = (map_mx phi M)^P by rewrite -map_mx_comp.
elim: cs b r c m => [|c0 cs IH] b r c m br H.
  rewrite mul1mx fE -map_mxM mxE coefC; case: eqP => [c0|_]; last first.
    by rewrite mulr0.
  have := H [::] erefl (esym c0); rewrite /=; case: b br {H} => [->|_] // Km.
  by rewrite mulrC; apply: KM; rewrite -[m]mulr1.
set z := chain f gram_line cs *m map_mx f v.
have -> : (r^P *m (chain f gram_line (c0 :: cs) *m map_mx f v)) 0 0 =
    ((r *m map_mx phi c0 *m G0)^P *m z) 0 0 + 'X * (((r *m map_mx phi c0 *m u^T) 0 0)%:P * (u^P *m z) 0 0).
  rewrite /= -!(mulmxA _ (chain _ _ _)) -/z fE -mulmxA /gram_line mulmxDl !mulmxDr mxE; congr (_ + _).
    by rewrite !map_mxM !mulmxA.
  rewrite -scalemxAl -!scalemxAr mxE; congr (_ * _); clearbody z; rewrite map_mxM !mulmxA -(mulmxA _ u^P z) -!map_mxM.
  by rewrite [X in X *m (_ *m z)]mx11_scalar mul_scalar_mx mxE [X in X * _]mxE.
rewrite coefD mulrDr coefXM; apply: KD.
  apply: (IH false) => // ls sl cl; have := H (false :: ls); rewrite /= andbF mul1r add0n sl => H'.
  exact: H'.
case: c H => [|c] H /=.
  by rewrite mulr0.
rewrite coefCM; case: b br H => [->|_] // H; rewrite mulrA.
  apply: (IH true) => // ls sl cl; have := H (true :: ls); rewrite /= -/(junction c0) mulrA; apply; first by rewrite sl.
  by rewrite cl.
rewrite mulrAC mulrC; apply: KM; apply: (IH true) => // ls sl cl; have := H (true :: ls).
by rewrite /= mul1r; apply; rewrite ?sl ?cl.
Qed.
End Letters.
