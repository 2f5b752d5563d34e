(* (e): softmax-free attention network; upper bound on the separation rank *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Net.
Variables (R : comRingType) (n d : nat).
Definition head := ('M[R]_d * 'M[R]_d)%type.          (* (W, V) *)

(* one layer with a list of heads; X : one row per token *)
Definition att1 (wv : head) (X : 'M[R]_(n, d)) := X *m wv.1 *m X^T *m X *m wv.2.
Definition att (H : seq head) (X : 'M[R]_(n, d)) := \sum_(wv <- H) att1 wv X.
Definition net (Ws : seq (seq head)) X := foldl (fun X H => att H X) X Ws.

(* X-free form: net Ws X = X *m netP Ws (X^T *m X) *)
Definition stepP (G : 'M[R]_d) (P : 'M[R]_d) (H : seq head) :=
  \sum_(wv <- H) (P *m wv.1 *m P^T *m G *m P *m wv.2).
Definition netP Ws G := foldl (stepP G) 1%:M Ws.

Lemma netE Ws X : net Ws X = X *m netP Ws (X^T *m X).
Proof.
rewrite /net /netP; set G := X^T *m X.
have ->: foldl (fun X H => att H X) X Ws = foldl (fun X H => att H X) (X *m 1%:M) Ws by rewrite mulmx1.
elim: Ws 1%:M => //= H Ws IH P; rewrite -IH; congr foldl.
rewrite /att /stepP mulmx_sumr; apply: eq_bigr => wv _.
by rewrite /att1 trmx_mul !mulmxA.
Qed.
End Net.

Section Upper.
Variables (R : comRingType) (d : nat) (X Y : Type).

(* a column-vector valued Z contracts with one-sided row vectors to rank <= b *)
Definition Q (Z : X -> Y -> 'cV[R]_d) b :=
  (forall u : X -> 'rV[R]_d, sep_le (fun x y => (u x *m Z x y) 0 0) b) /\
  (forall v : Y -> 'rV[R]_d, sep_le (fun x y => (v y *m Z x y) 0 0) b).

Definition T1 (P : X -> Y -> 'M[R]_d) c :=
  forall Z b, Q Z b -> Q (fun x y => P x y *m Z x y) (c * b).
Definition T (P : X -> Y -> 'M[R]_d) c := T1 P c /\ T1 (fun x y => (P x y)^T) c.

Lemma eq_T1 P P' c : (forall x y, P x y = P' x y) -> T1 P c -> T1 P' c.
Proof.
by move=> E H Z b /H[HX HY]; split=> [u|v]; [move: (HX u)|move: (HY v)]; apply: eq_sep_le => x y; rewrite E.
Qed.

Lemma eq_T P P' c : (forall x y, P x y = P' x y) -> T P c -> T P' c.
Proof. by move=> E [H H']; split; [apply: eq_T1 H|apply: eq_T1 H'] => x y; rewrite E. Qed.

Lemma T_tr P c : T P c -> T (fun x y => (P x y)^T) c.
Proof. by case=> H H'; split=> //; apply: eq_T1 H => x y; rewrite trmxK. Qed.

Lemma Q_const (z : 'cV[R]_d) : Q (fun _ _ => z) 1.
Proof.
by split=> w; [have := @sep_leL R X Y (fun x => (w x *m z) 0 0)|have := @sep_leR R X Y (fun x => (w x *m z) 0 0)].
Qed.

Lemma T1_const (M : 'M[R]_d) : T1 (fun _ _ => M) 1.
Proof.
move=> Z b [HX HY]; rewrite mul1n; split=> w.
  by apply: eq_sep_le (HX (fun x => w x *m M)) => x y; rewrite mulmxA.
by apply: eq_sep_le (HY (fun x => w x *m M)) => x y; rewrite mulmxA.
Qed.
Lemma T_const (M : 'M[R]_d) : T (fun _ _ => M) 1.
Proof. by split; apply: T1_const. Qed.

Lemma T1_mul P P' c c' : T1 P c -> T1 P' c' -> T1 (fun x y => P x y *m P' x y) (c * c').
Proof.
move=> H H' Z b /H'/H; rewrite -mulnA => -[HX HY]; split=> w.
  by apply: eq_sep_le (HX w) => x y; rewrite !mulmxA.
by apply: eq_sep_le (HY w) => x y; rewrite !mulmxA.
Qed.
Lemma T_mul P P' c c' : T P c -> T P' c' -> T (fun x y => P x y *m P' x y) (c * c').
Proof.
move=> [H1 H2] [H1' H2']; split; first exact: T1_mul.
by rewrite mulnC; apply: eq_T1 (T1_mul H2' H2) => x y; rewrite trmx_mul.
Qed.

Lemma T1_add P P' c c' : T1 P c -> T1 P' c' -> T1 (fun x y => P x y + P' x y) (c + c').
Proof.
move=> H H' Z b HZ; rewrite mulnDl; have [HX HY] := H _ _ HZ; have [HX' HY'] := H' _ _ HZ.
split=> w.
  by apply: eq_sep_le (sep_leD (HX w) (HX' w)) => x y; rewrite [in RHS]mulmxDl [in RHS]mulmxDr [in RHS]mxE.
by apply: eq_sep_le (sep_leD (HY w) (HY' w)) => x y; rewrite [in RHS]mulmxDl [in RHS]mulmxDr [in RHS]mxE.
Qed.
Lemma T_add P P' c c' : T P c -> T P' c' -> T (fun x y => P x y + P' x y) (c + c').
Proof.
move=> [H1 H2] [H1' H2']; split; first exact: T1_add.
by apply: eq_T1 (T1_add H2 H2') => x y; rewrite linearD.
Qed.

Lemma T1_0 : T1 (fun _ _ => 0) 0.
Proof.
move=> Z b _; rewrite mul0n; split=> w; apply: eq_sep_le (@sep_le0 R X Y) => x y;
  by rewrite mul0mx mulmx0 mxE.
Qed.
Lemma T_0 : T (fun _ _ => 0) 0.
Proof. by split; [|apply: (eq_T1 (P := fun _ _ => 0)) => [x y|]; rewrite ?trmx0 //]; apply: T1_0. Qed.

(* one-sided matrices cost one interface of size d when met from the other side *)
Lemma T1_sum GA GB : T1 (fun x y => GA x + GB y) d.+1.
Proof.
move=> Z b [HX HY]; rewrite mulSn; split=> w.
  have HB (j : 'I_d) : sep_le (fun x y => w x 0 j * (row j (GB y) *m Z x y) 0 0) b.
    by apply: sep_leML (HY (fun y => row j (GB y))).
  apply: eq_sep_le (sep_leD (HX (fun x => w x *m GA x)) (sep_le_sum_const HB)) => x y.
  rewrite mulmxDl mulmxDr [in RHS]mxE mulmxA; congr (_ + _).
  by rewrite [RHS]mxE; apply: eq_bigr => j _; rewrite -row_mul mxE.
have HA (j : 'I_d) : sep_le (fun x y => w y 0 j * (row j (GA x) *m Z x y) 0 0) b.
  by apply: sep_leMR (HX (fun x => row j (GA x))).
apply: eq_sep_le (sep_leD (HY (fun y => w y *m GB y)) (sep_le_sum_const HA)) => x y.
rewrite mulmxDl mulmxDr [in RHS]mxE addrC mulmxA; congr (_ + _).
  by rewrite -mulmxA [RHS]mxE; apply: eq_bigr => j _; rewrite -row_mul mxE.
by rewrite mulmxA.
Qed.

Lemma T_sum GA GB : T (fun x y => GA x + GB y) d.+1.
Proof.
split; first exact: T1_sum.
by apply: eq_T1 (T1_sum (fun x => (GA x)^T) (fun y => (GB y)^T)) => x y; rewrite linearD.
Qed.

Lemma T_stepP P G H c : T P c -> T G d.+1 ->
  T (fun x y => stepP (G x y) (P x y) H) (size H * (d.+1 * c ^ 3)).
Proof.
move=> TP TG; elim: H => [|[W V] H IH].
  by apply: eq_T T_0 => x y; rewrite /stepP big_nil.
rewrite /= mulSn.
have TH : T (fun x y => P x y *m W *m (P x y)^T *m G x y *m P x y *m V) (d.+1 * c ^ 3).
  have := T_mul (T_mul (T_mul (T_mul (T_mul TP (T_const W)) (T_tr TP)) TG) TP) (T_const V).
  by congr T; rewrite !muln1 !expnS expn0 muln1 [RHS]mulnCA -!mulnA; congr (_ * _)%N; rewrite mulnCA.
by apply: eq_T (T_add TH IH) => x y; rewrite /stepP big_cons.
Qed.

Fixpoint bnd (hs : seq nat) c := if hs is h :: hs' then bnd hs' (h * (d.+1 * c ^ 3))%N else c.

Lemma T_netP Ws GA GB :
  T (fun x y => netP Ws (GA x + GB y)) (bnd [seq size H | H <- Ws] 1).
Proof.
suff IH c P : T P c -> T (fun x y => foldl (stepP (GA x + GB y)) (P x y) Ws) (bnd [seq size H | H <- Ws] c).
  exact: IH _ _ (T_const 1%:M).
elim: Ws c P => //= H Ws IH c P TP.
exact: (IH _ (fun x y => stepP (GA x + GB y) (P x y) H) (T_stepP H TP (T_sum GA GB))).
Qed.
End Upper.

Section Main.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n).
Implicit Types (x y : 'M[R]_(n, d)).

(* tokens of S come from x, the others from y *)
Definition mix x y : 'M[R]_(n, d) := \matrix_(i, j) if S i then x i j else y i j.
Definition mask (S : pred 'I_n) x : 'M[R]_(n, d) := \matrix_(i, j) if S i then x i j else 0.

Lemma gram_mix x y :
  (mix x y)^T *m mix x y = (mask S x)^T *m mask S x + (mask (predC S) y)^T *m mask (predC S) y.
Proof.
apply/matrixP=> i j; rewrite !mxE -big_split; apply: eq_bigr => k _ /=.
by rewrite !mxE /=; case: (S k); rewrite /= ?mulr0 ?addr0 ?add0r.
Qed.

Theorem net_sep_le Ws i p :
  sep_le (fun x y => net Ws (mix x y) i p) (bnd d [seq size H | H <- Ws] 1).
Proof.
set c := bnd _ _ _; pose e : 'cV[R]_d := delta_mx p 0.
have [T1P _] := T_netP Ws (fun x => (mask S x)^T *m mask S x)
                          (fun y => (mask (predC S) y)^T *m mask (predC S) y).
have := T1P _ _ (Q_const _ _ e); rewrite muln1 -/c => -[QX QY].
have E x y : net Ws (mix x y) i p = (row i (mix x y) *m (netP Ws ((mask S x)^T *m mask S x +
    (mask (predC S) y)^T *m mask (predC S) y) *m e)) 0 0.
  by rewrite netE gram_mix mulmxA -row_mul -colE !mxE.
case Si: (S i).
  apply: eq_sep_le (QX (fun x => row i x)) => x y; rewrite E; congr ((_ *m _) 0 0).
  by apply/rowP=> j; rewrite !mxE Si.
apply: eq_sep_le (QY (fun x => row i x)) => x y; rewrite E; congr ((_ *m _) 0 0).
by apply/rowP=> j; rewrite !mxE Si.
Qed.

(* closed form for h heads in every layer *)
Lemma bnd_closed h L : bnd d (nseq L h) 1 = ((h * d.+1) ^ ((3 ^ L).-1 %/ 2))%N.
Proof.
pose g L := ((3 ^ L).-1 %/ 2)%N.
have gS k : g k.+1 = (3 * g k).+1.
  have [q E] : exists q, (3 ^ k = q.*2.+1)%N.
    by exists (3 ^ k)./2; rewrite -[LHS]odd_double_half oddX orbT.
  rewrite /g expnS E -muln2 succnK mulnK //.
  have ->: (3 * (q * 2).+1).-1 = ((3 * q).+1 * 2)%N by lia.
  by rewrite mulnK.
suff G k : bnd d (nseq L h) ((h * d.+1) ^ g k) = ((h * d.+1) ^ g (L + k))%N.
  by have := G 0%N; rewrite addn0.
elim: L k => //= L IH k.
by rewrite addSnnS -IH; congr bnd; rewrite gS mulnA -expnM mulnC [RHS]expnSr [(g k * 3)%N]mulnC.
Qed.

Corollary net_sep_le_closed h (Ws : seq (seq (head R d))) i p : all (fun H => size H == h) Ws ->
  sep_le (fun x y => net Ws (mix x y) i p) ((h * d.+1) ^ ((3 ^ size Ws).-1 %/ 2)).
Proof.
move=> A; rewrite -bnd_closed; have <- : [seq size H | H <- Ws] = nseq (size Ws) h.
  by elim: Ws A => //= H Ws IH /andP[/eqP -> /IH ->].
exact: net_sep_le.
Qed.

(* one head per layer: the bound of the brief *)
Corollary net1_sep_le (ws : seq (head R d)) i p :
  sep_le (fun x y => net [seq [:: wv] | wv <- ws] (mix x y) i p) (d.+1 ^ ((3 ^ size ws).-1 %/ 2)).
Proof.
have := @net_sep_le_closed 1%N [seq [:: wv] | wv <- ws] i p; rewrite size_map mul1n; apply.
by rewrite all_map; apply/allP.
Qed.
End Main.
Print Assumptions net1_sep_le.
