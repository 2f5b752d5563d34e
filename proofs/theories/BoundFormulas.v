(* The bounds of theory.md as computable formulas on binary naturals, to be compared by vm_compute with any other
   implementation on a grid of values. Each has a lemma: its value is the natural number of the theorem.
     id                    formula                               theory.md
     attention-word        word_boundN L d H                     3.2  (d + H) ^ C_L
     attention-graded      graded_gram_boundN L d                3.3  basic form, \sum_b min (mc n b) (d * mc n (C_L - b))
     attention-power       power_lowerN L d                      3.4  \sum_(k <= e) mc (d - 1) (2 k)
     attention-isotropic   isotropic_coneN L da                  3.5  mc (da - 1) C_L + mc (da - 1) (C_L - 1)
     attention-heads       heads_lowerN L d b r q c              3.8  simple form, mc (v + 1) (3 ^ (L - 1 - c))
                           heads_allowedN L da a n r q c         3.8  its conditions (n <= H heads are used)
     mixer-homogeneous     mixer_homogeneousN L d S a b K        4.1
     mixer-degree          mixer_degreeN L d S a b K res         4.2
   L layers, d channels, H heads, da = d / H, a = |A|, b = |B|, S hidden token width of the first layer, K = k_t * k_c,
   res: a residual connection around the token mixing of the first layer, r, q, c: the numbers of markers, carriers and summing layers in 3.8. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify.
From Seprank Require Import MonomialCount TwoSidedPoly.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Delimit Scope N_scope with bN.

Section Formulas.
Local Open Scope bN.
Fixpoint bin_rec (n : N) (k : nat) : N := if k is S k' then bin_rec n k' * (n - N.of_nat k') / N.of_nat k else 1.
Definition binN n k := bin_rec n (N.to_nat k).
Definition mcN n k := binN (n + k - 1) k.
Fixpoint sum_rec (f : N -> N) (m : nat) : N := if m is S m' then sum_rec f m' + f (N.of_nat m') else 0.
Definition sumN m f := sum_rec f (N.to_nat m).            (* f 0 + .. + f (m - 1) *)
Fixpoint min_rec (f : N -> N) (i x : N) (m : nat) : N := if m is S m' then N.min (f i) (min_rec f (i + 1) x m') else x.
Definition minN m f := min_rec f 0 (f 0) (S (N.to_nat m)).  (* the least of f 0, .., f m *)

Definition gram_degreeN L := (3 ^ L - 1) / 2.
Definition word_boundN L d H := (d + H) ^ gram_degreeN L.
Definition graded_gram_boundN L d :=
  let n := d * (d + 1) / 2 in let C := gram_degreeN L in
  sumN (C + 1) (fun b => N.min (mcN n b) (d * mcN n (C - b))).
Definition power_lowerN L d := sumN (gram_degreeN (L - 1) + 1) (fun k => mcN (d - 1) (2 * k)).
Definition isotropic_coneN L da :=
  let C := gram_degreeN L in mcN (da - 1) C + mcN (da - 1) (C - 1).
Definition heads_lowerN L d b r q c :=
  let m := d - r - q in let tau := N.min (N.min r b) m in mcN (tau * m - binN tau 2 + 1) (3 ^ (L - 1 - c)).
Definition heads_allowedN L da a n r q c :=
  [&& 1 <=? c, c + 1 <=? L, 1 <=? r, (r + 1) / 2 <=? n * q, q <=? n ^ (c - 1), 2 * q <=? da & r + q <=? N.min da a].
Definition homogeneous_boundN nA nB D := sumN (D + 1) (fun a => N.min (mcN nA a) (mcN nB (D - a))).
Definition mixer_homogeneousN L d S a b K := homogeneous_boundN (d * N.min S a) (d * N.min S b) (K ^ L).
Definition degree_boundN nA nB D := minN (D + 1) (fun t => binN (nA + t - 1) nA + binN (nB + D - t) nB).
Definition mixer_degreeN L d S a b K (res : bool) :=
  if res then degree_boundN (d * a) (d * b) (K ^ L) else degree_boundN (d * N.min S a) (d * N.min S b) (K ^ L).
End Formulas.

Section Values.
Notation "[ n ]" := (N.to_nat n).
Implicit Types (n k m L d H a b r q c D K : N).

Lemma binN_val n k : [binN n k] = 'C([n], [k]).
Proof.
rewrite /binN; elim: [k] => [|j IH]; first by rewrite bin0.
have E := mul_bin_left [n] j; rewrite -IH in E.
rewrite [bin_rec _ _]/= (_ : (bin_rec n j * (n - N.of_nat j))%bN = (N.of_nat 'C([n], j.+1) * N.of_nat j.+1)%bN); last by lia.
by rewrite N.div_mul; lia.
Qed.

Lemma mcN_val n k : [mcN n k] = mc [n] [k].
Proof. by rewrite /mcN binN_val /mc; congr 'C(_, _); lia. Qed.

Lemma sumN_val m f : [sumN m f] = \sum_(i < [m]) [f (N.of_nat i)].
Proof. by rewrite /sumN; elim: [m] => [|j IH]; rewrite ?big_ord0 // big_ord_recr /= -IH; lia. Qed.

Lemma eq_sumN m f F : (forall i, [f i] = F [i]) -> [sumN m f] = \sum_(i < [m]) F i.
Proof. by move=> E; rewrite sumN_val; apply: eq_bigr => i _; rewrite E Nat2N.id. Qed.

Lemma minN2 n k : [N.min n k] = minn [n] [k]. Proof. lia. Qed.
Lemma minN_val m f F : (forall i, [f i] = F [i]) -> [minN m f] = \big[minn/F 0]_(i < [m].+1) F i.
Proof.
move=> E; rewrite /minN.
suff H x j i : [min_rec f i x j] = \big[minn/[x]]_(t < j) F ([i] + t) by rewrite H E.
elim: j i => [|j IH] i; first by rewrite big_ord0.
rewrite big_ord_recl /= minN2 IH E addn0; congr minn; apply: eq_bigr => t _.
by congr F; rewrite /bump /=; lia.
Qed.

Lemma expN_val n k : [(n ^ k)%bN] = [n] ^ [k].
Proof.
elim/N.peano_ind: k => [|k IH] //; rewrite N.pow_succ_r' N2Nat.inj_succ.
by rewrite expnS -IH N2Nat.inj_mul.
Qed.

Lemma addN_val n k : [(n + k)%bN] = [n] + [k]. Proof. lia. Qed.
Lemma succN_val n : [(n + 1)%bN] = [n].+1. Proof. lia. Qed.
Lemma mulN_val n k : [(n * k)%bN] = [n] * [k]. Proof. exact: N2Nat.inj_mul. Qed.
Lemma subN_val n k : [(n - k)%bN] = [n] - [k]. Proof. lia. Qed.
Lemma halfN_val n : [(n / 2)%bN] = [n] %/ 2.
Proof.
have E := N.div_mod' n 2; have lt := N.mod_lt n 2; move: E lt; set q := (n / 2)%bN; set r := (n mod 2)%bN => E lt.
by rewrite (_ : [n] = [q] * 2 + [r]) ?divnMDl // ?divn_small; lia.
Qed.
Let vals := (addN_val, mulN_val, subN_val, halfN_val, expN_val, minN2, mcN_val, binN_val).

Lemma gram_degreeN_val L : [gram_degreeN L] = (3 ^ [L] - 1) %/ 2.
Proof. by rewrite /gram_degreeN !vals. Qed.

Let gvals := (gram_degreeN_val, vals).
Local Notation gram_degree L := ((3 ^ L - 1) %/ 2).

Lemma word_boundN_val L d H : [word_boundN L d H] = ([d] + [H]) ^ gram_degree [L].
Proof. by rewrite /word_boundN !gvals. Qed.

Lemma graded_gram_boundN_val L d : let n := [d] * ([d] + 1) %/ 2 in let C := gram_degree [L] in
  [graded_gram_boundN L d] = \sum_(b < C.+1) minn (mc n b) ([d] * mc n (C - b)).
Proof.
rewrite /= /graded_gram_boundN (eq_sumN _ (F := fun i => minn (mc ([d] * ([d] + 1) %/ 2) i)
  ([d] * mc ([d] * ([d] + 1) %/ 2) (gram_degree [L] - i)))) => [|i].
  by rewrite succN_val ?gvals.
by rewrite !gvals.
Qed.

Lemma power_lowerN_val L d : [power_lowerN L d] = \sum_(k < (gram_degree ([L] - 1)).+1) mc ([d] - 1) (2 * k).
Proof.
rewrite /power_lowerN (eq_sumN _ (F := fun i => mc ([d] - 1) (2 * i))) => [|i]; last by rewrite !gvals.
by rewrite succN_val ?gvals.
Qed.

Lemma isotropic_coneN_val L da : let C := gram_degree [L] in
  [isotropic_coneN L da] = mc ([da] - 1) C + mc ([da] - 1) (C - 1).
Proof. by rewrite /= /isotropic_coneN !gvals. Qed.

Lemma heads_lowerN_val L d b r q c : let m := [d] - [r] - [q] in let tau := minn (minn [r] [b]) m in
  [heads_lowerN L d b r q c] = mc (tau * m - 'C(tau, 2)).+1 (3 ^ ([L] - 1 - [c])).
Proof. by rewrite /heads_lowerN /= mcN_val succN_val !gvals. Qed.

Lemma homogeneous_boundN_val nA nB D : [homogeneous_boundN nA nB D] = homogeneous_bound [nA] [nB] [D].
Proof.
rewrite /homogeneous_boundN (eq_sumN _ (F := fun i => minn (mc [nA] i) (mc [nB] ([D] - i)))) => [|i].
  by rewrite succN_val ?gvals.
by rewrite !gvals.
Qed.

Lemma mixer_homogeneousN_val L d S a b K : [mixer_homogeneousN L d S a b K] =
  homogeneous_bound ([d] * minn [S] [a]) ([d] * minn [S] [b]) ([K] ^ [L]).
Proof. by rewrite /mixer_homogeneousN homogeneous_boundN_val !gvals. Qed.

Lemma degree_boundN_val nA nB D : [degree_boundN nA nB D] = degree_bound [nA] [nB] [D].
Proof.
rewrite /degree_boundN (minN_val _ (F := degree_cover [nA] [nB] [D])) => [|t]; first by rewrite succN_val ?gvals.
by rewrite !gvals /degree_cover subn1.
Qed.

Lemma mixer_degreeN_val L d S a b K res : [mixer_degreeN L d S a b K res] =
  degree_bound ([d] * (if res then [a] else minn [S] [a])) ([d] * (if res then [b] else minn [S] [b])) ([K] ^ [L]).
Proof. by rewrite /mixer_degreeN; case: res; rewrite degree_boundN_val !gvals. Qed.
End Values.
