(* The graded Gram bound with its dimensions themselves: Theorem 3.3 of theory.md, where h and h1 are
   the dimensions that theory.md defines them to be, each as the rank of a matrix of coefficients,
     sep <= \sum_(b <= C_L) min( h(d,|B|;b), h1(d,|A|;C_L-b), g(b) ).
   Relation to theory.md: equal, but for its formulas for h and h1 as sums of dimensions of Schur
   functors, which are not proved here (their simple bounds are in AttentionGraded.v).

   gram_monom F r u == the monomial u in the n = d(d+1)/2 entries of the Gram matrix of r tokens, a
                       polynomial in the entries of the tokens
   gram_dim F d r b == h(d,r;b), the dimension of the span of those of degree b
   token_dim F d r c == h1(d,r;c), the dimension of the span of the x_(j,k) p(G), p of degree c, for
                       one token j of r; written as the maximum over j (all are equal by symmetry) *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Dimensions.
Variables (F : fieldType) (d r : nat).
Local Notation m := #|upper d|.
Local Notation N := #|entry d r|.

Definition gram_monom (u : 'X_{1..m}) : {mpoly F[N]} :=
  \prod_t gram_poly F r (enum_val t).1 (enum_val t).2 ^+ u t.

Lemma gram_monom_homog u : gram_monom u \is (2 * mdeg u).-homog.
Proof. by rewrite mdegE; apply: homog_prod => t; apply: gram_poly_homog. Qed.

Definition gram_mx b : 'M[F]_(#|{: 'X_{1..m < b.+1}}|, #|{: 'X_{1..N < (2 * b).+1}}|) :=
  \matrix_(i, v) let u : 'X_{1..m < b.+1} := enum_val i in
    if mdeg u == b then (gram_monom u)@_(enum_val v : 'X_{1..N < (2 * b).+1}) else 0.
Definition gram_dim b := \rank (gram_mx b).

Definition token_mx (j : 'I_r) c : 'M[F]_(#|{: 'I_d * 'X_{1..m < c.+1}}|, #|{: 'X_{1..N < (2 * c).+2}}|) :=
  \matrix_(i, v) let ku : 'I_d * 'X_{1..m < c.+1} := enum_val i in
    if mdeg ku.2 == c then (entry_poly F j ku.1 * gram_monom ku.2)@_(enum_val v : 'X_{1..N < (2 * c).+2}) else 0.
Definition token_dim c := \max_j \rank (token_mx j c).
End Dimensions.

Definition graded_dim_bound (F : fieldType) d H da rA rB L :=
  (\sum_(b < (gram_degree L).+1) minn (minn (gram_dim F d rB b) (token_dim F d rA (gram_degree L - b)))
                                      (heads_count d H da L b))%N.

Section Spanned.
Variables (F : fieldType) (n d C : nat) (S : pred 'I_n) (P : 'M[F]_#|upper d|).
Local Notation m := #|upper d|.
Local Notation exp := (expo m C.+1).

(* a monomial in the new coordinates, as a polynomial in the entries of G *)
Definition old_poly (c : exp) : {mpoly F[m]} := \prod_s (\sum_t P t s *: 'X_t) ^+ c s.

Lemma old_poly_homog c : old_poly c \is (edeg c).-homog.
Proof.
rewrite -[edeg c]mul1n; apply: (homog_prod (fun s => c s : nat)) => s.
by apply: rpred_sum => t _; apply: dhomogZ; rewrite dhomogX /= mdeg1.
Qed.

Lemma old_polyE c (x : 'M[F]_(n, d)) : monom (gcoord P S x) c = (old_poly c).@[sym_coord (gram S x)].
Proof.
rewrite rmorph_prod; apply: eq_bigr => s _; rewrite rmorphX; congr (_ ^+ _).
rewrite /gcoord /new_coord raddf_sum; apply: eq_bigr => t _ /=.
by rewrite mevalZ mevalXU mulrC.
Qed.

Lemma gram_monomE (u : 'X_{1..m}) (x : 'M[F]_(n, d)) :
  mmap1 (sym_coord (gram S x)) u = (gram_monom F #|S| u).@[entries x].
Proof. by rewrite rmorph_prod; apply: eq_bigr => t _; rewrite rmorphX /= -gram_polyE. Qed.

Lemma gram_dim_spanned e :
  spanned [pred c : exp | edeg c == e] (bfun (gcoord P S)) (gram_dim F d #|S| e).
Proof.
apply: (@spanned_trans _ _ _ [finType of 'X_{1..m < e.+1}] _ [pred u : 'X_{1..m < e.+1} | mdeg u == e] _
  (fun u (x : 'M[F]_(n, d)) => (gram_monom F #|S| u).@[entries x]) (fun c u => (old_poly c)@_u)).
  move=> c x /eqP ce; rewrite /bfun old_polyE.
  have hc : old_poly c \is e.-homog by rewrite -ce old_poly_homog.
  by rewrite (homog_eval _ hc); apply: eq_bigr => u _; rewrite gram_monomE.
apply: (spanned_rank (u := fun u => enum_rank u)) => u ue; split.
  by apply: homog_msize; have := gram_monom_homog F #|S| u; rewrite (eqP ue).
by move=> v; rewrite mxE /= !enum_rankK (eqP ue) eqxx.
Qed.

Lemma token_dim_spanned i c : S i ->
  spanned [pred ka : 'I_d * exp | edeg ka.2 == c] (afun (@token F n d i) (gcoord P S)) (token_dim F d #|S| c).
Proof.
move=> Si; pose j : 'I_#|S| := enum_rank_in Si i.
apply: spannedW (leq_bigmax j) _.
apply: (@spanned_trans _ _ _ [finType of 'I_d * 'X_{1..m < c.+1}] _
  [pred ku : 'I_d * 'X_{1..m < c.+1} | mdeg ku.2 == c] _
  (fun ku (x : 'M[F]_(n, d)) => (entry_poly F j ku.1 * gram_monom F #|S| ku.2).@[entries x])
  (fun ka ku => (ka.1 == ku.1)%:R * (old_poly ka.2)@_(ku.2))).
  case=> k al x /= /eqP ce; rewrite /afun /= old_polyE.
  have hc : old_poly al \is c.-homog by rewrite -ce old_poly_homog.
  rewrite (homog_eval _ hc) mulr_sumr.
  rewrite -(pair_big_dep xpredT (fun _ (u : 'X_{1..m < c.+1}) => mdeg u == c) (fun l (u : 'X_{1..m < c.+1}) =>
    (k == l)%:R * (old_poly al)@_u * (entry_poly F j l * gram_monom F #|S| u).@[entries x])) /=.
  rewrite (bigD1 k) //= [X in _ + X]big1 ?addr0 => [|l nl].
    apply: eq_bigr => u _; rewrite eqxx mul1r mevalM entry_polyE enum_rankK_in // -gram_monomE /token.
    by rewrite mulrCA.
  by apply: big1 => u _; rewrite eq_sym (negPf nl) !mul0r.
apply: (spanned_rank (u := fun ku => enum_rank ku)) => ku kue; split.
  apply: homog_msize; have := dhomogM (entry_poly_homog F j ku.1) (gram_monom_homog F #|S| ku.2).
  by rewrite (eqP kue) add1n.
by move=> v; rewrite mxE /= !enum_rankK (eqP kue) eqxx.
Qed.
End Spanned.

(* Theorem 3.3, with h and h1 as they are defined *)
Theorem graded_dim_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  (0 < size Ws)%N ->
  (forall H, H \in Ws -> (size H <= h)%N) ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da)%N /\ (\rank wv.2 <= da)%N) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (graded_dim_bound F d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]| (size Ws)).
Proof.
move=> L0 sz low.
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => graded_dim_bound F d h da rA rB (size Ws))) => T Ti.
apply: graded_heads_sep_le => //; first by move=> H wv HW wvH; split; apply/lowrankP; case: (low H wv HW wvH).
- by move=> P e; apply: gram_dim_spanned.
- by move=> P c; apply: token_dim_spanned.
Qed.
