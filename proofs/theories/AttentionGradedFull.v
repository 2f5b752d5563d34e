(* The graded Gram bound in full: Theorem 3.3 of theory.md, for all numbers of tokens.
     sep <= \sum_(b <= C_L) min( h(d,|B|;b), h1(d,|A|;C_L-b), g(b) )
   with h and h1 as numbers of chain-free monomials (Straightening.v). Relation to theory.md: there h
   and h1 are sums of dimensions of Schur functors; the counts below have the same values wherever
   they were compared (all d <= 4, all r, degrees up to 3 or 4), but that identity is not proved here,
   nor needed: these counts are upper bounds for the dimensions in their own right.

   gram_chains d r b  == h(d,r;b) : monomials of degree b in the x_(k,l), k <= l < d, without r+1
                         factors of strictly increasing k and strictly increasing l
   token_chains d r c == h1(d,r;c) : the same in indices 0..d, of degree c+1, with 0 exactly once
   graded_full_bound d H da rA rB L == the bound of Theorem 3.3 with these *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition gram_chains d r b :=
  #|[pred v : 'X_{1..#|upper d| < b.+1} | standard r (fun=> 0%N) b 0%N v]|.
Definition token_chains d r c :=
  #|[pred v : 'X_{1..#|upper d.+1| < c.+2} | standard r (fun k => (k == 0%N :> nat) : nat) c.+1 1%N v]|.
Definition graded_full_bound d H da rA rB L :=
  (\sum_(b < (gram_degree L).+1) minn (minn (gram_chains d rB b) (token_chains d rA (gram_degree L - b)))
                                      (heads_count d H da L b))%N.

Section Spanned.
Variables (R : comRingType) (X : Type) (e r : nat) (kappa : 'I_e -> nat) (A : X -> 'M[R]_(r, e)).
Local Notation m := #|upper e|.

Lemma standard_spanned (I : finType) (P : pred I) (u : I -> 'X_{1..m}) b z :
  (forall i, P i -> mdeg (u i) = b /\ content kappa (u i) = z) ->
  spanned P (fun i x => mon (sym_coord ((A x)^T *m A x)) (u i))
    #|[pred v : 'X_{1..m < b.+1} | standard r kappa b z v]|.
Proof.
move=> H; have step i : exists al : 'X_{1..m < b.+1} -> R, P i -> forall x,
    mon (sym_coord ((A x)^T *m A x)) (u i)
    = \sum_(v : 'X_{1..m < b.+1} | standard r kappa b z v) al v * mon (sym_coord ((A x)^T *m A x)) v.
  case: (boolP (P i)) => [Pi|_]; last by exists (fun=> 0).
  by have [du cu] := H i Pi; have [al alE] := straighten A du cu; exists al.
have [al alE] := fin_all_exists step.
apply: (spanned_trans (a := al) (Q := [pred v : 'X_{1..m < b.+1} | standard r kappa b z v])
  (h := fun (v : 'X_{1..m < b.+1}) x => mon (sym_coord ((A x)^T *m A x)) v) _ (spanned_self _ _)).
by move=> i x Pi; apply: alE.
Qed.
End Spanned.

Section Attention.
Variables (F : fieldType) (n d C : nat) (S : pred 'I_n) (P : 'M[F]_#|upper d|).
Local Notation m := #|upper d|.
Local Notation exp := (expo m C.+1).
Definition tokens (x : 'M[F]_(n, d)) : 'M[F]_(#|S|, d) := \matrix_(j, k) x (enum_val j) k.

Lemma gram_tokens x : gram S x = (tokens x)^T *m tokens x.
Proof.
apply/matrixP => k l; rewrite gram_polyE raddf_sum mxE; apply: eq_bigr => j _ /=.
by rewrite mevalM !entry_polyE !mxE.
Qed.

Lemma gram_chains_spanned e :
  spanned [pred c : exp | edeg c == e] (bfun (gcoord P S)) (gram_chains d #|S| e).
Proof.
apply: (spanned_trans (a := fun c (u : 'X_{1..m < e.+1}) => (old_poly P c)@_u) (Q := [pred u : 'X_{1..m < e.+1} | mdeg u == e])
  (h := fun (u : 'X_{1..m < e.+1}) x => mon (sym_coord ((tokens x)^T *m tokens x)) u)).
  move=> c x /eqP ce; rewrite /bfun old_polyE.
  have hc : old_poly P c \is e.-homog by rewrite -ce old_poly_homog.
  by rewrite (homog_eval _ hc) gram_tokens.
apply: standard_spanned => u /eqP ue; split=> //.
by rewrite /content /lin big1 // => t _; rewrite mul0n.
Qed.

(* the output token as an index 0 of its own: G(0, k) = x_(i, k) *)
Section Token.
Variables (i : 'I_n) (Si : S i).
Let j0 : 'I_#|S| := enum_rank_in Si i.
Definition tokens1 (x : 'M[F]_(n, d)) : 'M[F]_(#|S|, 1 + d) := row_mx (delta_mx j0 0) (tokens x).
Let G1 x := (tokens1 x)^T *m tokens1 x.

Lemma gram_tokens1 x k l : G1 x (rshift 1 k) (rshift 1 l) = gram S x k l.
Proof. by rewrite gram_tokens !mxE; apply: eq_bigr => j _; rewrite ![_^T _ _]mxE !row_mxEr. Qed.

Lemma gram_token x k : G1 x (lshift d ord0) (rshift 1 k) = x i k.
Proof.
rewrite mxE (bigD1 j0) //= big1 ?addr0 => [|j nj]; rewrite ![_^T _ _]mxE row_mxEl row_mxEr !mxE ?eqxx.
  by rewrite mul1r enum_rankK_in.
by rewrite (negPf nj) mul0r.
Qed.

Definition token_mon (ku : 'I_d * 'X_{1..m}) : 'X_{1..#|upper (1 + d)|} :=
  (U_(sym_index (lshift d ord0) (rshift 1 ku.1))
   + \sum_t U_(sym_index (rshift 1 (row_of t)) (rshift 1 (col_of t))) *+ ku.2 t)%MM.

Lemma monMn e (g : 'I_#|upper e| -> F) v l : mon g (v *+ l)%MM = mon g v ^+ l.
Proof. by rewrite /mon -prodrXl; apply: eq_bigr => t _; rewrite mulmnE mulnC exprM. Qed.

Lemma linMn e (phi : 'I_#|upper e| -> nat) v l : lin phi (v *+ l)%MM = (lin phi v * l)%N.
Proof. by rewrite /lin big_distrl; apply: eq_bigr => t _ /=; rewrite mulmnE -mulnA; congr (_ * _)%N; rewrite mulnC. Qed.

Lemma token_monE x k u : mon (sym_coord (G1 x)) (token_mon (k, u)) = x i k * mon (sym_coord (gram S x)) u.
Proof.
rewrite /token_mon monD monU sym_coord_index gram_token mon_sum; congr (_ * _).
by apply: eq_bigr => t _; rewrite monMn monU sym_coord_index gram_tokens1.
Qed.

Lemma token_mon_content k u : mdeg (token_mon (k, u)) = (mdeg u).+1 /\
  content (fun k : 'I_(1 + d) => (k == 0%N :> nat) : nat) (token_mon (k, u)) = 1%N.
Proof.
split.
  rewrite /token_mon mdegD mdeg1 mdeg_sum add1n mdegE; congr _.+1; apply: eq_bigr => t _.
  by rewrite mdegMn mdeg1 mul1n.
rewrite /content /token_mon linD linU (@sym_index_row_col _ (fun k l => (k == 0%N :> nat) + (l == 0%N :> nat))%N) /=; last first.
  by move=> k' l'; rewrite addnC.
rewrite lin_sum big1 // => t _; rewrite linMn linU.
by rewrite (@sym_index_row_col _ (fun k l => (k == 0%N :> nat) + (l == 0%N :> nat))%N) // => k' l'; rewrite addnC.
Qed.

Lemma token_chains_spanned c :
  spanned [pred ka : 'I_d * exp | edeg ka.2 == c] (afun (@token F n d i) (gcoord P S)) (token_chains d #|S| c).
Proof.
apply: (@spanned_trans _ _ _ [finType of 'I_d * 'X_{1..m < c.+1}] _
  [pred ku : 'I_d * 'X_{1..m < c.+1} | mdeg ku.2 == c] _
  (fun ku (x : 'M[F]_(n, d)) => mon (sym_coord (G1 x)) (token_mon (ku.1, ku.2 : 'X_{1..m})))
  (fun ka ku => (ka.1 == ku.1)%:R * (old_poly P ka.2)@_(ku.2))).
  case=> k al x /= /eqP ce; rewrite /afun /= old_polyE.
  have hc : old_poly P al \is c.-homog by rewrite -ce old_poly_homog.
  rewrite (homog_eval _ hc) mulr_sumr.
  rewrite -(pair_big_dep xpredT (fun _ (u : 'X_{1..m < c.+1}) => mdeg u == c) (fun l (u : 'X_{1..m < c.+1}) =>
    (k == l)%:R * (old_poly P al)@_u * mon (sym_coord (G1 x)) (token_mon (l, u : 'X_{1..m})))) /=.
  rewrite (bigD1 k) //= [X in _ + X]big1 ?addr0 => [|l nl].
    by apply: eq_bigr => u _; rewrite eqxx mul1r token_monE mulrCA.
  by apply: big1 => u _; rewrite eq_sym (negPf nl) !mul0r.
apply: standard_spanned => -[k u] /= /eqP uc.
by have [-> ->] := token_mon_content k u; rewrite uc.
Qed.
End Token.
End Attention.

(* Theorem 3.3 *)
Theorem graded_full_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  (0 < size Ws)%N ->
  (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (graded_full_bound d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]| (size Ws)).
Proof.
move=> L0 sz low.
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => graded_full_bound d h da rA rB (size Ws))) => T Ti.
apply: graded_heads_sep_le => //; first by move=> H wv HW wvH; split; apply/lowrankP; case: (low H wv HW wvH).
- by move=> P e; apply: gram_chains_spanned.
- by move=> P c; apply: token_chains_spanned.
Qed.
