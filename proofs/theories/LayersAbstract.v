(* Networks by their layers (Layers.v) followed entry by entry with something else than numbers, and with a state that
   grows: what theory.md 3.15 (c) and 4.11 do.
   mops B T                  == operations on such entries, of type T; the state has type B
     m_top                      an entry of which nothing is known
     m_zero, m_int a            0, the fraction a
     m_add, m_norm              a sum of two terms; m_norm ends a sum
     m_mul                      a product
   mrun O ts e M b           == the value of e at M, the parameters being ts; the terms of a sum of sums are one sum
   mentry O letter ls n d start i j b == entry (i, j) of the last state, start being the entries of the input,
     letter the
                                weights, which are numbered as in LayersRun.v
   step P wf le r b f        == the result r of an operation from b stands for f : Y -> R, a number for every y : Y
   Proved: if P b t f, "t stands for f", passes to results of these operations, all entries stand for what is meant
   (mrunP, mentryP), where sizes fit. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import RankCert NetEval Layers LayersRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Record mops (B T : Type) := MOps {
  m_top : T; m_zero : T; m_int : fraction -> B -> T * B;
  m_add : T -> T -> T; m_norm : T -> B -> T * B; m_mul : T -> T -> B -> T * B }.

Section Runner.
Variables (B T : Type) (O : mops B T).

Definition cell (M : rows T) i j : T := nth (m_top O) (nth [::] M i) j.
Fixpoint seqM U (jobs : seq (B -> U * B)) b : seq U * B :=
  if jobs is f :: jobs then let: (t, b) := f b in let: (ts, b) := seqM jobs b in (t :: ts, b) else ([::], b).
Definition gridM m k (f : nat -> nat -> B -> T * B) b : tab T * B :=
  let: (M, b) := seqM (mkseq (fun i => seqM (mkseq (f i) k)) m) b in (Tab m k M, b).

Fixpoint dotM (k : nat) (r s : seq T) acc b : T * B :=
  if k is k.+1 then
    match r, s with
    | x :: r, y :: s => let: (t, b) := m_mul O x y b in dotM k r s (m_add O acc t) b
    | _, _ => (m_top O, b)
    end
  else m_norm O acc b.
(* x^(k + 1) *)
Fixpoint powM (k : nat) x b : T * B := if k is k.+1 then let: (y, b) := powM k x b in m_mul O y x b else (x, b).
(* acc and the sum of cs times p, p z, p z^2 .. *)
Fixpoint polyM (cs : seq T) z p acc b : T * B :=
  if cs is c :: cs then
    let: (t, b) := m_mul O c p b in let acc := m_add O acc t in
    if cs is [::] then m_norm O acc b else let: (p, b) := m_mul O p z b in polyM cs z p acc b
  else m_norm O acc b.

Definition is_sum (e : lexpr) : bool := if e is LAdd _ _ then true else false.
Definition normM (e : lexpr) (r : tab T * B) : tab T * B :=
  if is_sum e then let: (M, b) := r in gridM (t_rows M) (t_cols M) (fun i j => m_norm O (cell (t_body M) i j)) b else r.

Fixpoint mrun (ts : seq (tab T)) (e : lexpr) (M : tab T) (b : B) : tab T * B :=
  let sub a M b := normM a (mrun ts a M b) in
  match e with
  | LInput => (M, b)
  | LParam i => (nth (no_tab T) ts i, b)
  | LProduct x y => let: (A, b) := sub x M b in let: (C, b) := sub y M b in
      let Ct := mkseq (fun j => [seq nth (m_top O) r j | r <- t_body C]) (t_cols C) in
      gridM (t_rows A) (t_cols C) (fun i j => dotM (t_cols A) (nth [::] (t_body A) i) (nth [::] Ct j) (m_zero O)) b
  | LHadamard x y => let: (A, b) := sub x M b in let: (C, b) := sub y M b in
      gridM (t_rows A) (t_cols A) (fun i j => m_mul O (cell (t_body A) i j) (cell (t_body C) i j)) b
  | LAdd x y => let: (A, b) := mrun ts x M b in let: (C, b) := sub y M b in
      gridM (t_rows A) (t_cols A) (fun i j b => (m_add O (cell (t_body A) i j) (cell (t_body C) i j), b)) b
  | LTranspose x => let: (A, b) := sub x M b in
      gridM (t_cols A) (t_rows A) (fun i j b => (cell (t_body A) j i, b)) b
  | LPower x k => let: (A, b) := sub x M b in
      gridM (t_rows A) (t_cols A) (fun i j => powM k.-1 (cell (t_body A) i j)) b
  | LPolynomial x c => let: (A, b) := sub x M b in let C := nth (no_tab T) ts c in
      let cs := mkseq (fun k => cell (t_body C) k 0) (t_rows C) in
      gridM (t_rows A) (t_cols A) (fun i j =>
        let z := cell (t_body A) i j in polyM (behead cs) z z (seq.head (m_top O) cs)) b
  | LRepeat x m k => let: (A, b) := sub x M b in
      gridM m k (fun i j b =>
        (cell (t_body A) (if t_rows A == 1 then 0 else i) (if t_cols A == 1 then 0 else j), b))%N b
  | LGather x m k source => let: (A, b) := sub x M b in let l := listed (t_rows A) (t_cols A) (cell (t_body A)) in
      let es := reshape (nseq m k) source in
      gridM m k (fun i j b => (nth (m_top O) l (nth 0%N (nth [::] es i) j), b)) b
  | LThen x y => let: (A, b) := sub x M b in sub y A b
  end.

(* weights are letters, numbered as in LayersRun.v *)
Variable letter : N -> B -> T * B.
Local Notation big := N.of_nat.
Definition freeN (p : lparam) : N := if l_value p is Some _ then 0%num else (big (l_rows p) * big (l_cols p))%num.
Fixpoint mparams (ps : seq lparam) (k : N) b : seq (tab T) * B :=
  if ps is p :: ps then
    let: (M, b) := gridM (l_rows p) (l_cols p) (fun i j =>
      if l_value p is Some V then m_int O (entry_of V i j) else letter (k + (big i * big (l_cols p) + big
        j))%num) b in
    let: (ts, b) := mparams ps (k + freeN p)%num b in (M :: ts, b)
  else ([::], b).
Fixpoint mlayers (ls : seq llayer) (k : N) (M : tab T) b : tab T * B :=
  if ls is l :: ls then
    let: (ts, b) := mparams (l_params l) k b in
    let: (M, b) := normM (l_expr l) (mrun ts (l_expr l) M b) in
    mlayers ls (foldr (fun p => N.add (freeN p)) k (l_params l)) M b
  else (M, b).
(* entry (i, j) of the last state, start being the entries of the input *)
Definition mentry ls n d (start : nat -> nat -> B -> T * B) i j b : T :=
  let: (X, b) := gridM n d start b in let: (Y, b) := mlayers ls 0 X b in cell (t_body Y) i j.
End Runner.

Section Correct.
Variables (B T : Type) (O : mops B T) (R : comRingType) (Y : Type).
Variables (P : B -> T -> (Y -> R) -> Prop) (wf : B -> Prop) (le : B -> B -> Prop).
Definition step (r : T * B) b f := [/\ wf r.2, le b r.2 & P r.2 r.1 f].
Hypotheses (le_refl : forall b, le b b) (le_trans : forall b b' b'', le b b' -> le b' b'' -> le b b'').
Hypothesis P_le : forall b b' t f, le b b' -> P b t f -> P b' t f.
Hypothesis P_ext : forall b t f g, (forall y, f y = g y) -> P b t f -> P b t g.
Hypotheses (P_top : forall b f, P b (m_top O) f) (P_zero : forall b, P b (m_zero O) (fun _ => 0)).
Hypothesis P_add : forall b t t' f f', wf b -> P b t f -> P b t' f' -> P b (m_add O t t') (fun y => f y + f' y).
Hypothesis P_norm : forall b t f, wf b -> P b t f -> step (m_norm O t b) b f.
Hypothesis P_mul : forall b t t' f f', wf b -> P b t f -> P b t' f' -> step (m_mul O t t' b) b (fun y => f y * f' y).

Lemma step_ext r b f g : (forall y, f y = g y) -> step r b f -> step r b g.
Proof. by move=> fg [h1 h2 h3]; split=> //; apply: P_ext fg h3. Qed.

Lemma seqMP U (x0 : U) (f : nat -> B -> U * B) (Q : nat -> B -> U -> Prop) n b :
  (forall i b b' t, le b b' -> Q i b t -> Q i b' t) ->
  (forall i b', (i < n)%N -> le b b' -> wf b' -> [/\ wf (f i b').2, le b' (f i b').2 & Q i (f i b').2 (f i b').1]) ->
  wf b -> let r := seqM (mkseq f n) b in [/\ wf r.2, le b r.2 & forall i, (i < n)%N -> Q i r.2 (nth x0 r.1 i)].
Proof.
move=> mono; elim: n f Q b mono => [|n IH] f Q b mono H w; first by split.
have -> : mkseq f n.+1 = f 0%N :: mkseq (fun i => f i.+1) n by rewrite /mkseq /= -(addn0 1%N) iotaDl -map_comp.
move=> /=; have := H 0%N b isT (le_refl b) w; case: (f 0%N b) => [t b1] /= [w1 l1 q1].
have := IH (fun i => f i.+1) (fun i => Q i.+1) b1 (fun i => mono i.+1) _ w1.
case: (seqM _ b1) => [ts b2] /= [|w2 l2 q2]; first by move=> i b' lt l' w'; apply: H => //; apply: le_trans l1 l'.
split=> //; first exact: le_trans l1 l2.
by case=> [|i] lt; [apply: mono l2 q1 | apply: q2].
Qed.

Lemma gridMP m k (f : nat -> nat -> B -> T * B) (F : nat -> nat -> Y -> R) b :
  (forall i j b', (i < m)%N -> (j < k)%N -> le b b' -> wf b' -> step (f i j b') b' (F i j)) -> wf b ->
  let r := gridM m k f b in [/\ wf r.2, le b r.2, t_rows r.1 = m, t_cols r.1 = k &
    forall i j, (i < m)%N -> (j < k)%N -> P r.2 (cell O (t_body r.1) i j) (F i j)].
Proof.
move=> H w; rewrite /gridM; pose Q i b row := forall j, (j < k)%N -> P b (nth (m_top O) row j) (F i j).
have := @seqMP _ [::] (fun i => seqM (mkseq (f i) k)) Q m b _ _ w; case: (seqM _ b) =>
  [M b'] [|i b1 im l1 w1|w' l' q] /=.
- by move=> i b1 b2 row l q j jk; apply: P_le l (q j jk).
- apply: (@seqMP _ (m_top O) (f i) (fun j b t => P b t (F i j))) => // [j b2 b3 t l2|j b2 jk l2 w2]; first exact: P_le.
  by apply: H => //; apply: le_trans l1 l2.
by split=> // i j im jk; apply: q.
Qed.

Lemma dotMP k r s acc b (f g : nat -> Y -> R) a : wf b -> P b acc a ->
  (forall l, (l < k)%N -> P b (nth (m_top O) r l) (f l)) -> (forall l, (l < k)%N -> P b (nth (m_top O) s l) (g l)) ->
  step (dotM O k r s acc b) b (fun y => a y + \sum_(l < k) f l y * g l y).
Proof.
elim: k r s acc b f g a => [|k IH] r s acc b f g a w Pa Pr Ps /=.
  by apply: step_ext (P_norm w Pa) => y; rewrite big_ord0 addr0.
case: r s Pr Ps => [|x r] [|y s] Pr Ps; try by split.
have [w1 l1] := P_mul w (Pr 0%N isT) (Ps 0%N isT); case: (m_mul _ _ _ _) w1 l1 => [t b1] /= w1 l1 Pt.
have [|||w2 l2 P2] := IH r s (m_add O acc t) b1 (fun l => f l.+1) (fun l => g l.+1) (fun y =>
  a y + f 0%N y * g 0%N y) w1 _ _ _.
- by apply: P_add => //; apply: P_le l1 Pa.
- by move=> l lk; apply: P_le l1 (Pr l.+1 lk).
- by move=> l lk; apply: P_le l1 (Ps l.+1 lk).
by split=> //; [apply: le_trans l1 l2 | apply: P_ext P2 => z; rewrite big_ord_recl addrA].
Qed.

Lemma powMP k x b f : wf b -> P b x f -> step (powM O k x b) b (fun y => f y ^+ k.+1).
Proof.
move=> w Px; elim: k => [|k] /=; first by split=> //; apply: P_ext Px => y; rewrite expr1.
case: (powM _ _ _ _) => [t b1] [/= w1 l1 P1]; have [w2 l2 P2] := P_mul w1 P1 (P_le l1 Px).
by split=> //; [apply: le_trans l1 l2 | apply: P_ext P2 => y; rewrite -exprSr].
Qed.

Lemma polyMP cs z p acc b (c : nat -> Y -> R) f q a : wf b -> P b acc a -> P b z f -> P b p q ->
  (forall l, (l < size cs)%N -> P b (nth (m_top O) cs l) (c l)) ->
  step (polyM O cs z p acc b) b (fun y => a y + \sum_(l < size cs) c l y * (q y * f y ^+ l)).
Proof.
elim: cs p acc b c q a => [|c0 cs IH] p acc b c q a w Pa Pz Pp Pc /=.
  by apply: step_ext (P_norm w Pa) => y; rewrite big_ord0 addr0.
have [w1 l1] := P_mul w (Pc 0%N isT) Pp; case: (m_mul _ _ _ _) w1 l1 => [t b1] /= w1 l1 Pt.
have Pa1 := P_add w1 (P_le l1 Pa) Pt.
case: cs IH Pc => [|c1 cs] IH Pc.
  have [w2 l2 P2] := P_norm w1 Pa1; split=> //; [exact: le_trans l1 l2 | apply: P_ext P2 => y].
  by rewrite big_ord1 expr0 mulr1.
have [w2 l2] := P_mul w1 (P_le l1 Pp) (P_le l1 Pz); case: (m_mul _ _ _ _) w2 l2 => [p' b2] /= w2 l2 Pp'.
have l12 := le_trans l1 l2.
have [|w3 l3 P3] := IH p' _ b2 (fun l => c l.+1) _ _ w2 (P_le l2 Pa1) (P_le l12 Pz) Pp'.
  by move=> l lk; apply: P_le l12 (Pc l.+1 lk).
split; [exact: w3 | exact: le_trans l12 l3 | apply: P_ext P3 => y].
rewrite [in RHS]big_ord_recl expr0 mulr1 addrA; congr (_ + _).
by rewrite [size (_ :: _)]/=; apply: eq_bigr => l _; rewrite lift0 exprS -!mulrA.
Qed.

Definition holdsM b (A : Y -> mat R) (M : tab T) :=
  (forall y, m_rows (A y) = t_rows M /\ m_cols (A y) = t_cols M) /\
  forall i j, (i < t_rows M)%N -> (j < t_cols M)%N -> P b (cell O (t_body M) i j) (fun y => m_at (A y) i j).
Definition hold_paramsM b (ps : seq lparam) (As : Y -> seq (mat R)) (ts : seq (tab T)) :=
  forall i p, ohead (drop i ps) = Some p -> let M := nth (no_tab T) ts i in
  [/\ t_rows M = l_rows p, t_cols M = l_cols p & holdsM b (fun y => nth (no_mat R) (As y) i) M].
Definition runs (r : tab T * B) b A s := [/\ wf r.2, le b r.2, holdsM r.2 A r.1 & (t_rows r.1, t_cols r.1) = s].

Lemma holdsM_le b b' A M : le b b' -> holdsM b A M -> holdsM b' A M.
Proof. by move=> l [sz h]; split=> // i j im jk; apply: P_le l (h i j im jk). Qed.
Lemma hold_paramsM_le b b' ps As ts : le b b' -> hold_paramsM b ps As ts -> hold_paramsM b' ps As ts.
Proof. by move=> l h i p E; have [h1 h2 h3] := h i p E; split=> //; apply: holdsM_le l h3. Qed.

Lemma normMP e r b A s : runs r b A s -> runs (normM O e r) b A s.
Proof.
rewrite /normM; case: is_sum => //; case: r => [M b1] [/= w l [sz h] E].
have := @gridMP (t_rows M) (t_cols M) (fun i j => m_norm O (cell O (t_body M) i j)) (fun i j y =>
  m_at (A y) i j) b1 _ w.
case: (gridM _ _ _ _) => [M' b2] /= [i j b' im jk l' w'|w2 l2 r2 c2 h2]; first by apply: P_norm => //;
  apply: P_le l' (h i j im jk).
by split=> //=; [apply: le_trans l l2 | split=> [y|i j]; rewrite ?r2 ?c2 //; apply: h2 | rewrite r2 c2].
Qed.

(* a grid of entries made from entries that stand for something at b0 *)
Lemma runs_grid m k f b0 b A : le b0 b -> wf b ->
  (forall y, m_rows (A y) = m /\ m_cols (A y) = k) ->
  (forall i j b', (i < m)%N -> (j < k)%N -> le b b' -> wf b' -> step (f i j b') b' (fun y => m_at (A y) i j)) ->
  runs (gridM m k f b) b0 A (m, k).
Proof.
move=> l w sz H; have [w1 l1 r1 c1 h1] := @gridMP m k f (fun i j y => m_at (A y) i j) b H w.
by split; [| apply: le_trans l l1 | split=> [y|i j]; rewrite ?r1 ?c1 //; apply: h1 | rewrite r1 c1].
Qed.

Theorem mrunP ps As ts e A M s b : wf b -> hold_paramsM b ps As ts -> holdsM b A M ->
  fits ps e (t_rows M, t_cols M) = Some s -> runs (mrun O ts e M b) b (fun y => meaning (As y) e (A y)) s.
Proof.
elim: e A M s b => [|i|x IHx x' IHx'|x IHx x' IHx'|x IHx x' IHx'|x IHx|x IHx k|x IHx c|x IHx m k|x IHx m k src|x IHx
  x' IHx'] A M s b w H AM /=.
- by case=> <-.
- by case E: (ohead _) => [p|] // [<-]; have [rp cp h] := H _ _ E; split=> //=; rewrite rp cp.
- case Ea: (fits ps x _) => [ra|] //; case Eb: (fits ps x' _) => [rb|] //; case: eqP => // E [<-].
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] ta].
  have := normMP x' (IHx' _ _ _ _ w1 (hold_paramsM_le l1 H) (holdsM_le l1 AM) Eb).
  case: (normM _ _ _) => [MC b2] [/= w2 l2 [sc hc] tc]; rewrite -ta -tc /= in E *.
  apply: runs_grid (le_trans l1 l2) w2 _ _ => [y|i j b' im jk l' w']; first by rewrite /= (sa y).1 (sc y).2.
  apply: step_ext (dotMP (k := t_cols MA) w' (P_zero b') (f := fun l y => m_at (meaning (As y) x (A y)) i l)
    (g := fun l y => m_at (meaning (As y) x' (A y)) l j) _ _) => [y|l lk|l lk].
  + by rewrite /= add0r (sa y).2.
  + by apply: P_le (ha i l im lk); apply: le_trans l2 l'.
  + apply: P_le l' _; have := hc l j; rewrite -E => /(_ lk jk); rewrite /cell nth_mkseq //.
    have [lM|lM] := ltnP l (size (t_body MC)); first by rewrite (nth_map [::]).
    by move=> _; rewrite nth_default ?size_map.
- case Ea: (fits ps x _) => [ra|] //; case Eb: (fits ps x' _) => [rb|] //; case: eqP => // E [<-]; subst rb.
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] ta].
  have := normMP x' (IHx' _ _ _ _ w1 (hold_paramsM_le l1 H) (holdsM_le l1 AM) Eb).
  case: (normM _ _ _) => [MC b2] [/= w2 l2 [sc hc] tc]; rewrite -ta in tc *; case: tc => e1 e2.
  apply: runs_grid (le_trans l1 l2) w2 _ _ => [y|i j b' im jk l' w']; first exact: sa.
  by apply: P_mul => //; [apply: P_le (ha i j im jk); apply: le_trans l2 l' | apply: P_le l' (hc i j _ _);
    rewrite ?e1 ?e2].
- case Ea: (fits ps x _) => [ra|] //; case Eb: (fits ps x' _) => [rb|] //; case: eqP => // E [<-]; subst rb.
  have := IHx _ _ _ _ w H AM Ea; case: (mrun _ _ _ _ _) => [MA b1] [/= w1 l1 [sa ha] ta].
  have := normMP x' (IHx' _ _ _ _ w1 (hold_paramsM_le l1 H) (holdsM_le l1 AM) Eb).
  case: (normM _ _ _) => [MC b2] [/= w2 l2 [sc hc] tc]; rewrite -ta in tc *; case: tc => e1 e2.
  apply: runs_grid (le_trans l1 l2) w2 _ _ => [y|i j b' im jk l' w']; first exact: sa.
  split=> //.
  by apply: P_add => //; [apply: P_le (ha i j im jk); apply: le_trans l2 l' | apply: P_le l' (hc i j _ _);
    rewrite ?e1 ?e2].
- case Ea: (fits ps x _) => [ra|] //= [<-].
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] <-].
  apply: (runs_grid l1 w1) => [y|i j b' im jk l' w']; first by rewrite /= (sa y).1 (sa y).2.
  by split=> //; apply: P_le l' (ha j i jk im).
- case: ifP => // /andP[k0 _] Ea.
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] <-].
  apply: (runs_grid l1 w1) => [y|i j b' im jk l' w']; first exact: sa.
  by apply: step_ext (powMP k.-1 w' (P_le l' (ha i j im jk))) => y; rewrite prednK.
- case Ec: (ohead _) => [p|] //; case: ifP => // /andP[/andP[/eqP c1 /andP[r1 _]] _] Ea.
  have [rp cp [sc hc]] := H _ _ Ec.
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] <-].
  apply: (runs_grid l1 w1) => [y|i j b' im jk l' w']; first exact: sa.
  have Pz := P_le l' (ha i j im jk); have l1' := le_trans l1 l'.
  have Pc l : (l < t_rows (nth (no_tab T) ts c))%N ->
      P b' (cell O (t_body (nth (no_tab T) ts c)) l 0) (fun y => m_at (nth (no_mat R) (As y) c) l 0).
    by move=> lr; apply: P_le l1' (hc l 0%N lr _); rewrite cp c1.
  have r0 : (0 < t_rows (nth (no_tab T) ts c))%N by rewrite rp ltnW.
  move: sc {hc} r0 Pc; rewrite /mkseq; case: (t_rows _) => // q sc _ Pc /=.
  apply: step_ext (polyMP (c := fun l y => m_at (nth (no_mat R) (As y) c) l.+1 0) w' (Pc 0%N isT) Pz Pz _) => [y|l].
    rewrite (sc y).1 big_ord_recl expr0 mulr1 size_map size_iota; congr (_ + _).
    by apply: eq_bigr => l _; rewrite exprS.
  by rewrite size_map size_iota => lq; rewrite (nth_map 0%N) ?size_iota // nth_iota //; apply: Pc.
- case Ea: (fits ps x _) => [ra|] //=; case: ifP => // E [<-].
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] ta].
  apply: (runs_grid l1 w1) => // i j b' im jk l' w'; split=> //=.
  apply: P_ext (P_le l' (ha _ _ _ _)) => [y||].
  + by rewrite (sa y).1 (sa y).2.
  + by case: eqP => [->|ne] //; move: E; rewrite -ta => /orP[]/eqP[e1 e2]; rewrite ?e1 // in ne *.
  + by case: eqP => [->|ne] //; move: E; rewrite -ta => /orP[]/eqP[e1 e2]; rewrite ?e2 // in ne *.
- case Ea: (fits ps x _) => [ra|] //=; case: ifP => // /andP[/eqP sz /all_nthP lt] [<-].
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 [sa ha] ta].
  apply: (runs_grid l1 w1) => // i j b' im jk l' w'; split=> //=.
  have ij : (i * k + j < m * k)%N by nia.
  rewrite nth_reshape nth_nseq im nth_take // nth_drop take_nseq ?(ltnW im) // sumn_nseq [(k * i)%N]mulnC.
  have := lt 0%N (i * k + j)%N; rewrite sz -ta => /(_ ij) /=; move: (nth 0%N src _) => e en.
  have c0 : (0 < t_cols MA)%N by case: (t_cols _) en => //; rewrite muln0.
  rewrite {1}(divn_eq e (t_cols MA)) nth_listed ?ltn_mod // ?ltn_divLR //.
  by apply: P_ext (P_le l' (ha _ _ _ _)) => [y||]; rewrite ?(sa y).2 ?ltn_mod // ltn_divLR.
- case Ea: (fits ps x _) => [ra|] //= Eb.
  have := normMP x (IHx _ _ _ _ w H AM Ea); case: (normM _ _ _) => [MA b1] [/= w1 l1 ha ta]; rewrite -ta in Eb.
  have [w2 l2 h2 t2] := normMP x' (IHx' _ _ _ _ w1 (hold_paramsM_le l1 H) ha Eb).
  by split=> //; apply: le_trans l1 l2.
Qed.

Variables (letter : N -> B -> T * B) (q : fraction -> R) (theta : nat -> R).
Hypothesis P_int : forall b z, wf b -> step (m_int O z b) b (fun _ => q z).
Hypothesis P_letter : forall b v, wf b -> step (letter v b) b (fun _ => theta (N.to_nat v)).

Lemma freeNE p : N.to_nat (freeN p) = free p.
Proof. by rewrite /freeN /free; case: (l_value p) => // ; lia. Qed.

Lemma mparamsP ps k b : wf b -> let r := mparams O letter ps k b in
  [/\ wf r.2, le b r.2 & hold_paramsM r.2 ps (fun _ => param_mats q theta ps (N.to_nat k)) r.1].
Proof.
elim: ps k b => [|p ps IH] k b w /=; first by split=> // i p'; case: i.
set f := fun i j : nat => _.
have := @gridMP (l_rows p) (l_cols p) f (fun i j _ => if l_value p is Some M then q (entry_of M i j) else theta (N.to_nat k + (i * l_cols p + j))%N) b _ w.
case: (gridM _ _ _ _) => [M b1] [i j b' im jk l' w'|/= w1 l1 r1 c1 h1].
  rewrite /f; case: (l_value p) => [V|]; first exact: P_int.
  by apply: step_ext (P_letter _ w') => y; congr theta; lia.
have := IH (k + freeN p)%num b1 w1; case: (mparams _ _ _ _ _) => [ts b2] /= [w2 l2 h2].
split=> //; first exact: le_trans l1 l2.
have kE : (N.to_nat k + free p)%N = N.to_nat (k + freeN p) by rewrite -freeNE; lia.
case=> [|i] p' /=; last by rewrite kE; apply: h2.
case=> <-; split=> //; split=> //= i j im jk; apply: P_le l2 (h1 i j _ _); by rewrite -?r1 -?c1.
Qed.

Lemma mlayersP ls k A M s b : wf b -> holdsM b A M -> layers_size ls (t_rows M, t_cols M) = Some s ->
  runs (mlayers O letter ls k M b) b (fun y => network (layer_mats q theta ls (N.to_nat k)) (map l_expr ls) (A y)) s.
Proof.
rewrite /network; elim: ls k A M b => [|l ls IH] k A M b w AM /=; first by case=> <-.
case F: (fits _ _ _) => [t|] //= Fs.
have := mparamsP (l_params l) k w; case: (mparams _ _ _ _ _) => [ts b1] /= [w1 l1 h1].
have := normMP (l_expr l) (mrunP w1 h1 (holdsM_le l1 AM) F); case: (normM _ _ _) => [M2 b2] [/= w2 l2 h2 t2].
rewrite -t2 in Fs; have [w3 l3 h3 t3] := IH (foldr (fun p => N.add (freeN p)) k (l_params l)) _ _ _ w2 h2 Fs.
have kE : N.to_nat (foldr (fun p => N.add (freeN p)) k (l_params l)) = (N.to_nat k + layer_free l)%N.
  rewrite /layer_free; elim: (l_params l) => [|p ps' IHp] /=; first by rewrite addn0.
  by rewrite -freeNE; lia.
by rewrite kE in h3; split=> //; apply: le_trans l1 (le_trans l2 l3).
Qed.

Theorem mentryP ls n d (X : Y -> 'M[R]_(n, d)) start i j b : wf b -> layers_fit ls n d i j ->
  (forall i j b', wf b' -> step (start i j b') b' (fun y => m_at (of_matrix (X y)) i j)) ->
  exists2 b', wf b' & P b' (mentry O letter ls n d start i j b)
    (fun y => m_at (network (layer_mats q theta ls 0) (map l_expr ls) (of_matrix (X y))) i j).
Proof.
rewrite /layers_fit; case F: (layers_size _ _) => [s|] // w /andP[i1 j2] st.
have [] := @runs_grid n d start b b (fun y => of_matrix (X y)) (le_refl b) w (fun y => conj erefl erefl).
  by move=> a c b' _ _ _; apply: st.
rewrite /mentry; case: (gridM _ _ _ _) => [M b1] /= w1 l1 h1 t1; rewrite -t1 in F.
have [] := mlayersP 0%num w1 h1 F; case: (mlayers _ _ _ _ _ _) => [Y' b2] /= w2 l2 [_ h2] t2; exists b2 => //.
by apply: h2; rewrite -t2 in i1 j2.
Qed.
End Correct.
