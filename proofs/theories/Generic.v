(* the lower bound holds for generic weights: off the zero set of one non-zero polynomial *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank RankModP PowerRank Attention AttnLower.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Map.
Variables (R R' : comRingType) (f : {rmorphism R -> R'}) (n d : nat).
Definition map_head (wv : head R d) : head R' d := (map_mx f wv.1, map_mx f wv.2).

Lemma net_map (Ws : seq (seq (head R d))) (X : 'M[R]_(n, d)) :
  map_mx f (net Ws X) = net (map (map map_head) Ws) (map_mx f X).
Proof.
rewrite /net; elim: Ws X => //= H Ws IH X; rewrite IH; congr foldl.
rewrite /att big_map raddf_sum; apply: eq_bigr => wv _.
by rewrite /att1 /= !map_mxM map_trmx.
Qed.
End Map.

Section Coord.
Variables (L d : nat).
Definition idx := ('I_L * (bool * ('I_d * 'I_d)))%type.
Definition nw := #|{: idx}|.
Definition wts_of (R : comRingType) (w : 'I_nw -> R) : seq (seq (head R d)) :=
  [seq [:: (\matrix_(i, j) w (enum_rank (l, (true, (i, j))) ), \matrix_(i, j) w (enum_rank (l, (false, (i, j)))))]
  | l <- enum 'I_L].

Lemma wts_of_map (R R' : comRingType) (f : {rmorphism R -> R'}) w :
  map (map (map_head f (d := d))) (wts_of w) = wts_of (f \o w).
Proof.
rewrite /wts_of -map_comp; apply: eq_map => l /=; congr [:: (_, _)];
  by apply/matrixP=> i j; rewrite !mxE.
Qed.

Lemma wts_of_nseq (R : comRingType) (W V : 'M[R]_d) :
  wts_of (fun k => let: (_, (b, (i, j))) := enum_val k : idx in if b then W i j else V i j) = nseq L [:: (W, V)].
Proof.
rewrite /wts_of -[X in nseq X](size_enum_ord L); elim: (enum 'I_L) => //= l s ->; congr ([:: (_, _)] :: _);
  by apply/matrixP=> i j; rewrite !mxE enum_rankK.
Qed.
End Coord.

Section Generic.
Variables (F : fieldType) (charF : [char F] =i pred0) (n m L : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (Si : S i) (Sj : ~~ S j).
Local Notation d := ((m.+1 + 1) + (m.+1 + 1))%N.
Local Notation N := 'C(m + gdeg L, gdeg L).

Theorem attn_lower_generic : exists (p : 'I_d) (P : {mpoly F[nw L d]}), P != 0 /\
  forall w : 'I_(nw L d) -> F, P.@[w] != 0 ->
  forall r, sep_le (fun x y => net (wts_of w) (mix S x y) i p) r -> (N <= r)%N.
Proof.
have [xs [ys D]] := dotX_grid charF m (gdeg L).
pose p := outp m L; exists p.
pose A : 'rV[F]_m.+1 -> 'M[F]_(n, d) := inA i L; pose B : 'rV[F]_m.+1 -> 'M[F]_(n, d) := inB j L.
pose XX a b : 'M[F]_(n, d) := mix S (A (xs a)) (B (ys b)).
pose Q : 'M[{mpoly F[nw L d]}]_N :=
  \matrix_(a, b) net (wts_of (fun k => 'X_k)) (map_mx (@mpolyC _ F) (XX a b)) i p.
have evQ w : (\det Q).@[w] = \det (grid (fun x y => net (wts_of w) (mix S x y) i p) (A \o xs) (B \o ys)).
  rewrite -[LHS]/(meval w _) -(det_map_mx [rmorphism of meval w]); congr (\det _).
  apply/matrixP=> a b; rewrite !mxE /=.
  have := net_map [rmorphism of meval w] (wts_of (fun k => 'X_k : {mpoly F[nw L d]})) (map_mx (@mpolyC _ F) (XX a b)).
  move/matrixP/(_ i p); rewrite mxE => ->; rewrite wts_of_map.
  have -> : map_mx [rmorphism of meval w] (map_mx (@mpolyC _ F) (XX a b)) = XX a b.
    by apply/matrixP=> x y; rewrite !mxE /= mevalC.
  congr (net _ _ _ _); rewrite /wts_of; apply: eq_map => l; congr [:: (_, _)];
    by apply/matrixP=> x y; rewrite !mxE /= mevalXU.
exists (\det Q); split.
  pose w0 (k : 'I_(nw L d)) : F := let: (_, (b, (x, y))) := enum_val k : idx L d in
     if b then swap F m x y else (1%:M : 'M[F]_d) x y.
  have : (\det Q).@[w0] != 0.
    rewrite evQ; move: D; congr (\det _ != 0); apply/matrixP=> a b; rewrite !mxE /= wts_of_nseq.
    by rewrite (net_wts Si Sj).
  by apply: contra_neq => ->; rewrite meval0.
move=> w; rewrite evQ => Dw r H.
have U : grid (fun x y => net (wts_of w) (mix S x y) i p) (A \o xs) (B \o ys) \in unitmx.
  by rewrite unitmxE unitfE.
by rewrite -(mxrank_unit U); apply: sep_le_rank.
Qed.
End Generic.
Print Assumptions attn_lower_generic.
