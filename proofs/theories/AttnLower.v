(* attention lower bound: explicit weights reach 'C(m + g, g), g = (3^L - 1)/2 *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank RankModP PowerRank Attention.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition gdeg L := ((3 ^ L).-1 %/ 2)%N.
Lemma gdeg0 : gdeg 0 = 0%N. Proof. by []. Qed.
Lemma gdegS L : gdeg L.+1 = (3 * gdeg L).+1.
Proof.
have [q E] : exists q, (3 ^ L = q.*2.+1)%N.
  by exists (3 ^ L)./2; rewrite -[LHS]odd_double_half oddX orbT.
rewrite /gdeg expnS E -muln2 succnK mulnK //.
have ->: (3 * (q * 2).+1).-1 = ((3 * q).+1 * 2)%N by lia.
by rewrite mulnK.
Qed.

Section Powers.
Variables (R : comRingType) (d : nat) (J G : 'M[R]_d).
Hypotheses (JT : J^T = J) (GT : G^T = G).

(* all heads have W = J, V = 1 : the network computes powers of J G *)
Fixpoint pw k : 'M[R]_d := if k is k'.+1 then pw k' *m (J *m G) else 1%:M.

Lemma pwD a b : pw (a + b) = pw a *m pw b.
Proof. elim: b => [|b IH]; first by rewrite addn0 mulmx1. by rewrite addnS /= IH -mulmxA. Qed.

Lemma pw1 : pw 1 = J *m G. Proof. by rewrite /= mul1mx. Qed.

Lemma pw_tr k : J *m (pw k)^T = pw k *m J.
Proof.
elim: k => [|k IH]; first by rewrite trmx1 mulmx1 mul1mx.
have E : pw k.+1 = (J *m G) *m pw k by rewrite -pw1 -pwD.
by rewrite [in RHS]E /= !trmx_mul JT GT -[in RHS]mulmxA -IH !mulmxA.
Qed.

Lemma stepP_pw g : stepP G (pw g) [:: (J, 1%:M)] = pw (3 * g).+1.
Proof.
rewrite /stepP big_seq1 [LHS]/= mulmx1 -(mulmxA (pw g) J) pw_tr.
have -> : (3 * g).+1 = (g + g + 1 + g)%N by lia.
by rewrite !pwD pw1 !mulmxA.
Qed.

Lemma netP_pw L : netP (nseq L [:: (J, 1%:M)]) G = pw (gdeg L).
Proof.
suff H l k : foldl (stepP G) (pw (gdeg k)) (nseq l [:: (J, 1%:M)]) = pw (gdeg (l + k)).
  by have := H L 0%N; rewrite addn0.
elim: l k => //= l IH k; rewrite stepP_pw -gdegS IH; congr pw; congr gdeg; lia.
Qed.
End Powers.

Section TwoTokens.
Variables (R : comRingType) (d : nat) (J : 'M[R]_d) (u v : 'rV[R]_d) (t : R).
Hypotheses (JT : J^T = J).
Hypotheses (uu : u *m J *m u^T = 0) (vv : v *m J *m v^T = 0) (uv : u *m J *m v^T = t%:M).

Let G := u^T *m u + v^T *m v.

Lemma vu : v *m J *m u^T = t%:M.
Proof.
have E : (v *m J *m u^T)^T = t%:M by rewrite !trmx_mul trmxK JT mulmxA uv.
by rewrite -[LHS]trmxK E tr_scalar_mx.
Qed.

Lemma pw_uv k : u *m pw J G k = t ^+ k *: (if odd k then v else u).
Proof.
elim: k => [|k IH]; first by rewrite mulmx1 expr0 scale1r.
rewrite /= mulmxA IH -scalemxAl exprSr -scalerA; congr (_ *: _).
rewrite mulmxA /G mulmxDr; case: (odd k); rewrite /= !mulmxA ?uu ?vv ?uv ?vu ?mul0mx ?addr0 ?add0r mul_scalar_mx //.
Qed.
End TwoTokens.

Section Lower.
Variables (F : fieldType) (charF : [char F] =i pred0) (n m : nat).
Variables (S : pred 'I_n) (i j : 'I_n).
Hypotheses (Si : S i) (Sj : ~~ S j).
Local Notation q := (m.+1 + 1)%N.
Local Notation d := (q + q)%N.

Definition swap : 'M[F]_d := block_mx 0 1%:M 1%:M 0.
Definition wts L : seq (seq (head F d)) := nseq L [:: (swap, 1%:M)].

Definition u_ (e : F) (a : 'rV[F]_m.+1) : 'rV[F]_d := row_mx (row_mx a e%:M) 0.
Definition v_ (e : F) (b : 'rV[F]_m.+1) : 'rV[F]_d := row_mx 0 (row_mx b e%:M).
Definition tok (r : 'I_n) (w : 'rV[F]_d) : 'M[F]_(n, d) := delta_mx r 0 *m w.

Lemma swapT : swap^T = swap.
Proof. by rewrite /swap tr_block_mx !trmx0 !trmx1. Qed.

Lemma uu0 e a : u_ e a *m swap *m (u_ e a)^T = 0.
Proof. by rewrite /u_ /swap mul_row_block tr_row_mx mul_row_col !(mulmx0, mul0mx, mulmx1, trmx0, addr0, add0r). Qed.
Lemma vv0 e b : v_ e b *m swap *m (v_ e b)^T = 0.
Proof. by rewrite /v_ /swap mul_row_block tr_row_mx mul_row_col !(mulmx0, mul0mx, mulmx1, trmx0, addr0, add0r). Qed.
Lemma uv_dot e e' a b : e * e' = 0 -> u_ e a *m swap *m (v_ e' b)^T = (dot a b)%:M.
Proof.
move=> ee; rewrite /u_ /v_ /swap mul_row_block tr_row_mx mul_row_col.
rewrite !(mulmx0, mul0mx, mulmx1, trmx0, addr0, add0r) tr_row_mx mul_row_col.
rewrite tr_scalar_mx -scalar_mxM ee raddf0 addr0; apply/matrixP => x y.
by rewrite !mxE !ord1 eqxx mulr1n; apply: eq_bigr => k _; rewrite !mxE.
Qed.

Lemma gram_tok (u v : 'rV[F]_d) :
  (mix S (tok i u) (tok j v))^T *m mix S (tok i u) (tok j v) = u^T *m u + v^T *m v.
Proof.
rewrite gram_mix.
have -> : mask S (tok i u) = tok i u.
  apply/matrixP=> r c; rewrite !mxE big_ord1 !mxE; case: ifP => // Sr.
  by rewrite (_ : (r == i) = false) ?mul0r //; apply: contraFF Sr => /eqP ->.
have -> : mask (predC S) (tok j v) = tok j v.
  apply/matrixP=> r c; rewrite !mxE big_ord1 !mxE /=; case: ifP => // Sr.
  by rewrite (_ : (r == j) = false) ?mul0r //; apply: contraFF Sr => /eqP ->.
have E k (w : 'rV[F]_d) : (tok k w)^T *m tok k w = w^T *m w.
  rewrite /tok trmx_mul -mulmxA; congr (_ *m _); rewrite mulmxA trmx_delta mul_delta_mx.
  by rewrite -[RHS]mul1mx; congr (_ *m _); apply/matrixP=> a b; rewrite !mxE !ord1.
by rewrite !E.
Qed.

Lemma row_tok (u v : 'rV[F]_d) : row i (mix S (tok i u) (tok j v)) = u.
Proof. by apply/rowP=> c; rewrite !mxE Si big_ord1 !mxE eqxx mul1r. Qed.

Definition ea L : F := (~~ odd (gdeg L))%:R.
Definition eb L : F := (odd (gdeg L))%:R.
Definition outp L : 'I_d := if odd (gdeg L) then rshift q (rshift m.+1 ord0) else lshift q (rshift m.+1 ord0).
Definition inA L a := tok i (u_ (ea L) a).
Definition inB L b := tok j (v_ (eb L) b).

Lemma net_wts L a b : net (wts L) (mix S (inA L a) (inB L b)) i (outp L) = dot a b ^+ gdeg L.
Proof.
have ee : ea L * eb L = 0 by rewrite /ea /eb; case: odd; rewrite ?mulr0 ?mul0r.
set X := mix _ _ _.
have -> : net (wts L) X i (outp L) = (row i X *m netP (wts L) (X^T *m X)) 0 (outp L).
  by rewrite netE -row_mul !mxE.
rewrite /X row_tok gram_tok /wts netP_pw ?swapT //; last first.
  by rewrite linearD /= !trmx_mul !trmxK.
rewrite (pw_uv swapT (uu0 _ a) (vv0 _ b) (uv_dot a b ee)) mxE.
rewrite -[RHS]mulr1; congr (_ * _); rewrite /outp /ea /eb.
by case: (odd _); rewrite /u_ /v_ ?row_mxEl ?row_mxEr ?row_mxEr mxE eqxx.
Qed.

Theorem attn_lower L : exists (ws : seq (seq (head F d))) (p : 'I_d),
  [/\ size ws = L, all (fun H => size H == 1%N) ws &
      forall r, sep_le (fun x y => net ws (mix S x y) i p) r -> ('C(m + gdeg L, gdeg L) <= r)%N].
Proof.
exists (wts L), (outp L); split; first by rewrite size_nseq.
  by apply/allP=> H /nseqP[->].
move=> r H; apply: (@sep_le_dotX_lower F charF m (gdeg L) r).
by move: (sep_le_comp (inA L) (inB L) H); apply: eq_sep_le => a b; rewrite net_wts.
Qed.

End Lower.
Print Assumptions attn_lower.
