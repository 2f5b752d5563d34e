(* The numbers of chain-free monomials, h and h1 of Theorem 3.3 of theory.md (AttentionGradedFull.v),
   do not fall with the degree, which Theorem 3.14 uses: multiply by the entry (0, d-1), which is in no
   chain of two; and for h1 by the entry (1, k), if x_k is the entry of the token, which can take its
   place in no chain either. Only for no token at all (r = 0) does h fall, from 1 to 0. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* h and h1 do not fall with the degree *)
Section Monotone.
Variable e : nat.
Local Notation m := #|upper e|.
Implicit Types (u : 'X_{1..m}).

Lemma leq_card_shift (P P' : pred 'X_{1..m}) b (t : 'X_{1..m} -> 'I_m) :
  (forall u, P u -> P' (u + U_(t u))%MM) -> (forall u v, P u -> P v -> (u + U_(t u) = v + U_(t v))%MM -> t u = t v) ->
  (#|[pred v : 'X_{1..m < b.+1} | P v]| <= #|[pred v : 'X_{1..m < b.+2} | P' v]|)%N.
Proof.
move=> PP' inj; have lt (v : 'X_{1..m < b.+1}) : (mdeg (v + U_(t v)) < b.+2)%N.
  by rewrite mdegD mdeg1 addn1 ltnS bmdeg.
pose f v := BMultinom (lt v); have fI : {in [pred v : 'X_{1..m < b.+1} | P v] &, injective f}.
  move=> u v Pu Pv /(congr1 val) /= E; have tE := inj _ _ Pu Pv E.
  by apply/val_inj; move: E; rewrite tE => /(congr1 (fun w => w - U_(t v))%MM); rewrite !addmK.
rewrite -(card_in_imset fI); apply: subset_leq_card; apply/subsetP => _ /imsetP[v Pv ->].
by rewrite inE /=; apply: PP'.
Qed.

Lemma row_le_col (t : 'I_m) : (row_of t <= col_of t)%N.
Proof. exact: (enum_valP t). Qed.

Lemma row_col_index (k l : 'I_e) : (k <= l)%N -> row_of (sym_index k l) = k /\ col_of (sym_index k l) = l.
Proof. by move=> kl; rewrite /row_of /col_of enum_rankK_in ?sorted_pairP // /sorted_pair kl. Qed.

Lemma index_eq (s t : 'I_m) : row_of s = row_of t -> col_of s = col_of t -> s = t.
Proof. by move=> r c; rewrite -[s]sym_index_val -[t]sym_index_val r c. Qed.
End Monotone.

Lemma leq_gram_chains d r b : (0 < d)%N -> (0 < r)%N -> (gram_chains d r b <= gram_chains d r b.+1)%N.
Proof.
case: d r => // d [//|r] _ _; pose t0 := sym_index (ord0 : 'I_d.+1) ord_max.
have [r0 c0] : row_of t0 = ord0 /\ col_of t0 = ord_max by apply: row_col_index.
apply: (@leq_card_shift _ (standard r.+1 (fun=> 0%N) b 0%N) (standard r.+1 (fun=> 0%N) b.+1 0%N) _ (fun=> t0)) => // u.
case/and3P => /eqP du /eqP cu nc; apply/and3P; split; first by rewrite mdegD mdeg1 du addn1.
  by rewrite /content /lin big1 // => t _; rewrite mul0n.
apply: contra nc => /existsP[f /andP[/forallP f0 /forallP fc]]; apply/existsP; exists f.
have inc (i j : 'I_r.+2) : (i < j)%N -> (row_of (f i) < row_of (f j))%N && (col_of (f i) < col_of (f j))%N.
  by move=> ij; have /forallP/(_ j)/implyP := fc i; apply.
apply/andP; split; last exact/forallP.
apply/forallP => i; have := f0 i; rewrite mnmDE mnm1E; have [E|] := eqVneq t0 (f i); last by rewrite addn0.
have [j ij] : exists j : 'I_r.+2, j != i.
  by case: (eqVneq i ord0) => [->|i0]; [exists ord_max|exists ord0; rewrite eq_sym].
have [ji|ji|/val_inj ji] := ltngtP j i; last by rewrite ji eqxx in ij.
  by have := inc _ _ ji; rewrite -E r0 ltn0.
by have /andP[_] := inc _ _ ji; rewrite -E c0 => lt; have := leq_trans lt (leq_ord _); rewrite ltnn.
Qed.

Lemma gram_chains_gt0 d r : (0 < gram_chains d r 0)%N.
Proof.
have lt : (mdeg (0%MM : 'X_{1..#|upper d|}) < 1)%N by rewrite mdeg0.
apply/card_gt0P; exists (BMultinom lt); rewrite inE /standard /= mdeg0 eqxx /content /lin big1 ?eqxx //=.
by apply/negP => /existsP[f /andP[/forallP/(_ ord0) + _]]; rewrite mnm0E.
Qed.

Lemma gram_chains0 d b : (gram_chains d 0 b <= (b == 0%N))%N.
Proof.
case: b => [|b]; last first.
  rewrite leqn0; apply/eqP/eq_card0 => u; apply/negbTE; rewrite inE; apply/negP => /and3P[/eqP du _].
  have [t ut] : exists t, (0 < (u : 'X_{1..#|upper d|}) t)%N.
    apply/existsP; rewrite -[[exists _, _]]negbK negb_exists; apply/negP => /forallP u0.
    by move: du; rewrite mdegE big1 // => t _; apply/eqP; rewrite -leqn0 leqNgt.
  move/negP; apply; apply/existsP; exists [ffun=> t]; apply/andP; split; first by apply/forallP => i; rewrite ffunE.
  by apply/forallP => i; apply/forallP => j; rewrite !ord1.
apply/card_le1_eqP => u v; rewrite !inE => /and3P[/eqP du _ _] /and3P[/eqP dv _ _].
have z (w : 'X_{1..#|upper d|}) : mdeg w = 0%N -> w = 0%MM by move/eqP; rewrite mdeg_eq0 => /eqP.
by apply/val_inj; rewrite /= (z _ du) (z _ dv).
Qed.

(* the factor with the index 0 of a monomial that has one *)
Section Token.
Variable d : nat.
Local Notation e := d.+2.
Local Notation m := #|upper e|.
Implicit Types (u : 'X_{1..m}).
Let kappa (k : 'I_e) : nat := (k == 0%N :> nat).
Definition is_token (t : 'I_m) := row_of t == 0%N :> nat.
Definition token_col u : 'I_e := if [pick t | (0 < u t)%N && is_token t] is Some t then col_of t else ord_max.

Lemma token_colP u : content kappa u = 1%N -> exists t, [/\ (0 < u t)%N, row_of t = ord0, col_of t = token_col u,
  (0 < token_col u)%N & forall s, (0 < u s)%N -> is_token s -> s = t].
Proof.
rewrite /content /lin => cu.
have le s : ((kappa (row_of s) + kappa (col_of s)) * u s <= 1)%N by rewrite -cu (bigD1 s) ?leq_addr.
have ks s : is_token s -> (0 < kappa (row_of s) + kappa (col_of s))%N by rewrite /is_token /kappa => ->.
have uniq s t : (0 < u s)%N -> is_token s -> (0 < u t)%N -> is_token t -> s = t.
  move=> us zs ut zt; apply/eqP; rewrite -[_ == _]negbK; apply/negP => nst.
  move: cu; rewrite (bigD1 s) //= (bigD1 t) /=; last by rewrite eq_sym.
  by have := ks s zs; have := ks t zt; nia.
rewrite /token_col; case: pickP => [t /andP[ut zt]|no]; last first.
  exfalso; move: cu; rewrite big1 // => s _; have := no s; rewrite /is_token /=; case: (u s) => [|k] /=; first by rewrite muln0.
  rewrite /kappa => r0; rewrite r0; have := row_le_col s; rewrite leqNgt; case: eqP => // c0; rewrite c0.
  by rewrite lt0n r0.
exists t; split=> //; first by apply/val_inj/eqP.
  rewrite lt0n; apply/negP => c0; have := le t; rewrite /kappa c0 (eqP (zt : _ == _ :> nat)) /=.
  by move: ut; nia.
by move=> s us zs; apply: uniq.
Qed.

Definition token_shift u : 'I_m := sym_index (lift ord0 ord0) (token_col u).

Lemma leq_token_chains r c : (token_chains d.+1 r c <= token_chains d.+1 r c.+1)%N.
Proof.
rewrite /token_chains -/kappa.
have rc u : content kappa u = 1%N -> row_of (token_shift u) = lift ord0 ord0 /\ col_of (token_shift u) = token_col u.
  by case/token_colP => t [_ _ _ lt _]; apply: row_col_index.
apply: (@leq_card_shift _ (standard r kappa c.+1 1%N) (standard r kappa c.+2 1%N) _ token_shift); last first.
  move=> u v /and3P[_ /eqP cu _] /and3P[_ /eqP cv _] E; congr sym_index; rewrite /token_col.
  rewrite (@eq_pick _ _ (fun t => (0 < v t)%N && is_token t)) // => t.
  have := congr1 (fun w : 'X_{1..m} => w t) E; rewrite !mnmDE !mnm1E.
  have nt w : content kappa w = 1%N -> is_token t -> (token_shift w == t) = false.
    by move=> /rc[r1 _] zt; apply/eqP => Et; move: zt; rewrite /is_token -Et r1.
  case: (boolP (is_token t)) => zt; last by rewrite !andbF.
  by rewrite !nt // !addn0 => ->.
move=> u /and3P[/eqP du /eqP cu nc]; have [r1 c1] := rc u cu; have [t [ut rt ct t0 un]] := token_colP cu.
apply/and3P; split; first by rewrite mdegD mdeg1 du addn1.
  rewrite /content linD linU -/(content kappa u) cu r1 c1 /kappa /= (_ : (token_col u == 0%N :> nat) = false) //.
  by apply/negbTE; rewrite -lt0n.
apply: contra nc => /existsP[f /andP[/forallP f0 /forallP fc]].
have inc (i j : 'I_r.+1) : (i < j)%N -> (row_of (f i) < row_of (f j))%N && (col_of (f i) < col_of (f j))%N.
  by move=> ij; have /forallP/(_ j)/implyP := fc i; apply.
have first_in i : f i = token_shift u -> i = ord0.
  move=> E; apply/val_inj/eqP; rewrite -leqn0 leqNgt; apply/negP => i0.
  have /andP[lr lc] := inc ord0 i i0; rewrite E r1 ltnS leqn0 in lr; rewrite E c1 in lc.
  have := f0 ord0; rewrite mnmDE mnm1E (_ : (token_shift u == f ord0) = false) ?addn0 => [ud|].
    by have E0 := un _ ud lr; rewrite E0 ct ltnn in lc.
  by apply/eqP => E0; move: lr; rewrite -E0 r1.
have uf i : f i != token_shift u -> (0 < u (f i))%N.
  by move=> ni; have := f0 i; rewrite mnmDE mnm1E eq_sym (negPf ni) addn0.
have [E|ne] := eqVneq (f ord0) (token_shift u); last first.
  apply/existsP; exists f; apply/andP; split; last exact/forallP.
  apply/forallP => i; apply: uf; apply: contra ne => /eqP Ei.
  by rewrite -Ei (first_in _ Ei).
apply/existsP; exists [ffun i => if i == ord0 then t else f i]; apply/andP; split.
  by apply/forallP => i; rewrite ffunE; case: eqP => // ni; apply: uf; apply/eqP => /first_in.
apply/forallP => i; apply/forallP => j; apply/implyP => ij; rewrite !ffunE.
have jn : (j == ord0) = false by apply/negbTE; rewrite -val_eqE /= -lt0n; apply: leq_trans ij.
rewrite jn; case: eqP => [i0|_]; last exact: inc.
have /andP[lr lc] := inc i j ij; rewrite i0 E r1 c1 in lr lc.
by rewrite rt ct lc andbT; apply: leq_trans lr.
Qed.

Lemma token_chains_gt0 r c : (0 < r)%N -> (0 < token_chains d.+1 r c)%N.
Proof.
move=> r0; elim: c => [|c IH]; last exact: leq_trans (leq_token_chains r c).
have [rt ct] := @row_col_index e ord0 (lift ord0 ord0) isT.
pose t : 'I_m := sym_index ord0 (lift ord0 ord0).
have lt : (mdeg U_(t)%MM < 2)%N by rewrite mdeg1.
apply/card_gt0P; exists (BMultinom lt); rewrite inE /standard /= mdeg1 eqxx /content linU rt ct /=.
apply/negP => /existsP[f /andP[/forallP f0 /forallP fc]].
have ft i : f i = t by apply/eqP; have := f0 i; rewrite mnm1E eq_sym; case: eqP.
have /forallP/(_ ord_max)/implyP/(_ r0) := fc ord0.
by rewrite !ft ltnn.
Qed.
End Token.
