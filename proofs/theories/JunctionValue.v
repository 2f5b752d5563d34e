(* Theorem 3.12 of theory.md with its value, for any field of characteristic 0, all weights, any number of heads, any
   partition, and up to three layers; with more layers the value is that of 3.3.
   Relation to theory.md: delta(c) is mc d k less a number of monomials there, and the coefficient of a Hilbert series
   there: it is the largest of these over the same sets of types but those with d + 1 constants and no ends. The third
   term is that of 3.3. Compared with theory.md's for L = 2, d <= 6 and L = 3, d <= 4 the values are equal for one
   head, and where each side has one token or at least d, wherever the dimensions of 3.3 are exact.

   table e cs ks            == most e b ks at all vectors up to cs, for b false and true, in trees
   gammaN H L t             == the number of constants of type t, H^(2t+1), and H^L of the ends t = L
   chosen L H d             == the sets of types with at most d constants to which no other type can be added
   chosen_plane L H d       == those with d + 1 constants, with the ends; only of one head: with more heads all these
                               numbers are multiples of H, as d is
   deltas L H d own         == delta_A(c) if own, else delta_B(c), for c = 0, .., C_L: the largest for these sets
   junctions_value L d H da a b == the bound for a tokens on the side of the output and b on the other
   junctions_sharp L H d a b    == no simple bound stands in the value where it is not exact, and the third term of 3.12
                               is no sharper than that of 3.3
   Proved: junctions_sep_le, and attention_junctions_sep_le in the weights of a certificate. *)
From Coq Require Import NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From SsrMultinomials Require Import mpoly.
From Seprank Require Import SepRank MonomialCount CoefMatrix SpanCover Attention GradedGram GramCoordinates AttentionGraded.
From Seprank Require Import GradedDimension Straightening AttentionGradedFull ChainCount BoundFormulas GradedFormula GradedChains.
From Seprank Require Import AttentionWeights GenericWeights JunctionTypes JunctionIdeal JunctionBound JunctionCount.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Local Open Scope nat_scope.
Delimit Scope N_scope with bN.

(* the most letters for all vectors at once, place by place *)
Inductive tree := Leaf of nat | Node of seq tree.
Fixpoint build (cs : seq nat) (f : seq nat -> nat) : tree :=
  if cs is c :: cs' then Node [seq build cs' (fun v => f (a :: v)) | a <- iota 0 c.+1] else Leaf (f [::]).
Fixpoint look (t : tree) (v : seq nat) : nat :=
  match v, t with a :: v', Node ts => look (nth (Leaf 0) ts a) v' | _, Leaf x => x | _, _ => 0 end.
Definition up (x : nat) := if x is y.+1 then y.+2 else 0.
Fixpoint table (e : nat) (cs ks : seq nat) : tree * tree :=
  if ks is k :: ks' then let: (t0, t1) := table e cs ks' in
    (build cs (fun a => maxn (look t0 a) (up (look t1 a))),
     build cs (fun a => maxn (look t0 a) (up (if nth 0 a k is x.+1 then look t1 (set_nth 0 a k x) else 0))))
  else (build cs (fun=> 1), build cs (fun a => if nth 0 a e == 0 then 0 else 1)).

Definition within (cs v : seq nat) := size v = size cs /\ forall t, nth 0 v t <= nth 0 cs t.

Lemma look_build cs f v : within cs v -> look (build cs f) v = f v.
Proof.
elim: cs f v => [|c cs IH] f [|a v] [] // [sz] H; have ac : a <= c := H 0.
transitivity (look (nth (Leaf 0) [seq build cs (fun v => f (a' :: v)) | a' <- iota 0 c.+1] a) v); first by [].
rewrite (nth_map 0) ?size_iota // nth_iota // add0n; apply: (IH (fun v => f (a :: v))).
by split=> // t; apply: (H t.+1).
Qed.

Lemma within_pred cs v k x : within cs v -> k < size cs -> nth 0 v k = x.+1 -> within cs (set_nth 0 v k x).
Proof.
case=> sz H kc vk; split=> [|t]; first by rewrite size_set_nth sz; apply/maxn_idPr.
by rewrite nth_set_nth /=; case: eqP => [->|_] //; apply: leq_trans (H k); rewrite vk.
Qed.

Lemma tableP e cs b ks v : all (fun k => k < size cs) ks -> within cs v ->
  look (if b then (table e cs ks).2 else (table e cs ks).1) v = most e b ks v.
Proof.
elim: ks b v => [|k ks IH] b v /=; first by case: b => _ vc; rewrite look_build.
case/andP=> kc ksc vc; have I1 := IH true _ ksc; have I0 := IH false _ ksc.
case: (table e cs ks) I0 I1 => t0 t1 /= I0 I1; case: b; rewrite look_build // I0 //; last by rewrite I1.
case vk: (nth 0 v k) => [|x] //; rewrite I1 //; exact: within_pred vk.
Qed.

Definition gammaN (H : N) (L t : nat) : N := if t == L then (H ^ N.of_nat L)%bN else (H ^ N.of_nat (2 * t).+1)%bN.
Definition totalN (s : seq N) : N := foldr N.add 0%bN s.
Fixpoint mc_prodN (gs : seq N) (v : seq nat) : N :=
  match gs, v with x :: gs', a :: v' => (mcN x (N.of_nat a) * mc_prodN gs' v')%bN | _, _ => 1%bN end.
Definition reduced_countN (r2 r : N) (k : nat) : N :=
  let kN := N.of_nat k in sumN (kN + 1)%bN (fun j => binN r2 j * mcN r (kN - j))%bN.
Definition pairsN (es : seq (nat * (nat * nat) * N)) (reds : seq N) (c k : nat) : N :=
  foldr (fun e s => if (e.1.2.1 <= c < e.1.2.2) && (e.1.1 <= k) then (e.2 * nth 0 reds (k - e.1.1) + s)%bN else s) 0%bN es.

Section Deltas.
Variables (L : nat) (H d : N).
Definition entries (own plane : bool) (cs : seq nat) (tr : tree) (T : seq nat) (K : nat) : seq (nat * (nat * nat) * N) :=
  let gs := map (gammaN H L) T in
  let ws := map (type_weight L) T in
  let letters v := look tr (bounds cs T v) in
  [seq (dot ws v, (if plane && (0 < nth 0 v (index L T)) then letters (fewer L T v) else 0, letters v), mc_prodN gs v)
    | v <- vectors ws K].
Definition deltas_of (own plane : bool) (cs : seq nat) (tr : tree) (T : seq nat) : seq N :=
  let C := size (places L) in
  let K := (2 * C).+1 in
  let r2 := totalN [seq gammaN H L t | t <- T & t != L] in
  let r := ((if plane then d + 1 else d) - totalN (map (gammaN H L) T))%bN in
  let reds := [seq reduced_countN r2 r k | k <- iota 0 K.+1] in
  let es := entries own plane cs tr T K in
  [seq (mcN d (N.of_nat (2 * c + own)) - pairsN es reds c (2 * c + own))%bN | c <- iota 0 C.+1].

Fixpoint subsets (s : seq nat) : seq (seq nat) :=
  if s is x :: s' then let r := subsets s' in r ++ map (cons x) r else [:: [::]].
Definition fits (T : seq nat) : bool :=
  let g := totalN (map (gammaN H L) T) in
  (g <=? d)%bN && all (fun t => (t \in T) || (d <? g + gammaN H L t)%bN) (iota 0 L.+1).
Definition chosen : seq (seq nat) := filter fits (subsets (iota 0 L.+1)).
Definition fits_plane (T : seq nat) : bool := [&& (H =? 1)%bN, L \in T & (totalN (map (gammaN H L) T) =? d + 1)%bN].
Definition chosen_plane : seq (seq nat) := filter fits_plane (subsets (iota 0 L.+1)).
Definition deltas (own : bool) : seq N :=
  let cs := caps L in
  let t := table L cs (places L) in
  let tr := if own then t.2 else t.1 in
  let all_deltas := map (deltas_of own false cs tr) chosen ++ map (deltas_of own true cs tr) chosen_plane in
  [seq foldr (fun ds m => N.max (nth 0%bN ds c) m) 0%bN all_deltas | c <- iota 0 (size (places L)).+1].
End Deltas.

Definition junctions_value (L d H da a b : nat) : N :=
  if (L <= 3) && (0 < b) then
    let C := gram_degreeN (N.of_nat L) in
    let dB := deltas L (N.of_nat H) (N.of_nat d) false in
    let dA := deltas L (N.of_nat H) (N.of_nat d) true in
    sumN (C + 1)%bN (fun e => let eB := N.to_nat e in let eA := (N.to_nat C - eB)%N in
      N.min (N.min (gram_best d b eB - nth 0 dB eB) (token_best d a eA - nth 0 dA eA))
            (heads_countN (N.of_nat d) (N.of_nat H) (N.of_nat da) (N.of_nat L) e))%bN
  else graded_bestN L d H da a b.
Definition junctions_sharp (L H d a b : nat) : bool :=
  [&& L <= 3, graded_best_sharp L d a b & (H == 1) || (d <= a) && (d <= b)].

(* the values are those of the counts *)
Section Values.
Notation "[ n ]" := (N.to_nat n).
Variables (L h d : nat).
Local Notation H := (N.of_nat h).

Lemma gammaN_val t : [gammaN H L t] = type_count h L t.
Proof. by rewrite /gammaN /type_count; case: eqP => _; rewrite expN_val !Nat2N.id. Qed.

Lemma totalN_val (s : seq nat) : [totalN (map (gammaN H L) s)] = \sum_(t <- s) type_count h L t.
Proof. by elim: s => [|t s IH]; rewrite ?big_nil // big_cons /= -IH -gammaN_val addN_val. Qed.

Lemma mc_prodN_val T v : [mc_prodN (map (gammaN H L) T) v] = mc_prod (map (type_count h L) T) v.
Proof.
elim: T v => [|t T IH] [|a v] //; rewrite !map_cons /=.
by rewrite mulN_val IH mcN_val gammaN_val Nat2N.id.
Qed.

Lemma reduced_countN_val r2 r k : [reduced_countN r2 r k] = reduced_count [r2] [r] k.
Proof.
rewrite /reduced_countN /reduced_count (eq_sumN _ (F := fun j => 'C([r2], j) * mc [r] (k - j))) => [|j].
  by rewrite succN_val Nat2N.id.
by rewrite mulN_val binN_val mcN_val subN_val Nat2N.id.
Qed.

Lemma pairsN_cons e es reds c k : pairsN (e :: es) reds c k =
  if (e.1.2.1 <= c < e.1.2.2) && (e.1.1 <= k) then (e.2 * nth 0 reds (k - e.1.1) + pairsN es reds c k)%bN else pairsN es reds c k.
Proof. by []. Qed.

Definition low_of own (plane : bool) T v := if plane then most_fewer L own T v else 0.
Lemma pairsN_val own plane T K n c k tr r2 r : k <= K -> [r2] = squares h L T -> [r] = n - variables h L T ->
  (forall v, look tr (bounds (caps L) T v) = most_of L own T v) ->
  [pairsN (entries L H own plane (caps L) tr T K) [seq reduced_countN r2 r k | k <- iota 0 K.+1] c k] =
  \sum_(v <- vectors (map (type_weight L) T) K)
    pairs_term h n L T (fun v => low_of own plane T v <= c < most_of L own T v) k v.
Proof.
rewrite /entries; move=> kK e2 e1 lookE; elim: (vectors _ K) => [|v vs IH]; rewrite ?big_nil // big_cons map_cons pairsN_cons; cbn [fst snd].
have -> : (if plane && (0 < nth 0 v (index L T)) then look tr (bounds (caps L) T (fewer L T v)) else 0) = low_of own plane T v.
  by rewrite /low_of /most_fewer lookE; case: (plane).
rewrite /pairs_term lookE; case: ifP => [/andP[_ dk]|_] //; rewrite addN_val mulN_val mc_prodN_val IH; congr (_ * _ + _).
by rewrite (nth_map 0) ?size_iota ?nth_iota ?add0n ?reduced_countN_val ?e2 ?e1 //; lia.
Qed.
End Values.

Lemma within_bounds L T v : within (caps L) (bounds (caps L) T v).
Proof.
split=> [|t]; first by rewrite size_map size_iota.
have [tL|Lt] := ltnP t (size (caps L)); last first.
  by rewrite [X in X <= _]nth_default // size_map size_iota.
by rewrite (nth_map 0) ?size_iota // nth_iota // add0n; case: ifP => // _; apply: geq_minr.
Qed.

Lemma subsets_subseq (s T : seq nat) : T \in subsets s -> subseq T s.
Proof.
elim: s T => [|x s IH] T /=; first by rewrite mem_seq1 => /eqP ->.
rewrite mem_cat => /orP[/IH sT|/mapP[T' /IH sT ->]]; last by rewrite /= eqxx.
exact: subseq_trans sT (subseq_cons s x).
Qed.

Section Missed.
Variables (F : fieldType) (d h : nat) (Ws : seq (seq (head F d))) (p : 'I_d).
Hypotheses (infF : infinite_field F) (sW : all (fun H => size H == h) Ws).
Local Notation L := (size Ws).
Local Notation H := (N.of_nat h).
Variables (own : bool) (c : nat).
Hypothesis cC : c <= size (places L).
Local Notation tr := (if own then (table L (caps L) (places L)).2 else (table L (caps L) (places L)).1).

Lemma delta_missed plane T : T \in subsets (iota 0 L.+1) ->
  (if plane then fits_plane L H (N.of_nat d) T else fits L H (N.of_nat d) T) ->
  missed Ws p own c (N.to_nat (nth 0%bN (deltas_of L H (N.of_nat d) own plane (caps L) tr T) c)).
Proof.
move/subsets_subseq=> sT fT; have uT : uniq T by apply: subseq_uniq sT (iota_uniq _ _).
have TL : all (fun t => t <= L) T by apply/allP => t /(mem_subseq sT); rewrite mem_iota.
have gE := size_vars p TL sW; have gN : N.to_nat (totalN (map (gammaN H L) T)) = size (vars Ws p T) by rewrite totalN_val gE.
right; exists T => //; rewrite /deltas_of (nth_map 0) ?size_iota // nth_iota // add0n.
have kK : token_deg own c <= (2 * size (places L)).+1 by rewrite /token_deg; case: (own); lia.
rewrite subN_val mcN_val !Nat2N.id; apply: leq_sub => //.
rewrite (@pairsN_val L h own plane T _ (if plane then d.+1 else d)) => [|//|||].
- case: plane fT => [/and3P[/N.eqb_spec h1 LT /N.eqb_spec gd]|/andP[/N.leb_spec0 gd _]].
    by apply: (junctions_rank_plane uT TL sW kK infF) => //; lia.
  by apply: (junctions_rank uT TL sW kK infF); lia.
- by rewrite totalN_val /squares big_filter.
- by rewrite subN_val gN -gE; case: (plane); lia.
move=> v; have := @tableP L (caps L) own (places L) (bounds (caps L) T v) _ (within_bounds L T v).
apply; rewrite size_map size_iota; apply: sub_all (places_lt L) => k; exact: ltnW.
Qed.

Lemma max_missed (dss : seq (seq N)) : (forall ds, ds \in dss -> missed Ws p own c (N.to_nat (nth 0%bN ds c))) ->
  missed Ws p own c (N.to_nat (foldr (fun ds m => N.max (nth 0%bN ds c) m) 0%bN dss)).
Proof.
elim: dss => [|ds dss IH] all_missed; first by left.
have md := all_missed ds (mem_head _ _).
have mds := IH (fun ds' ds'P => all_missed ds' (mem_behead (s := ds :: dss) ds'P)).
by rewrite /=; case: (N.max_dec (nth 0%bN ds c) (foldr (fun ds m => N.max (nth 0%bN ds c) m) 0%bN dss)) => ->.
Qed.
End Missed.

Lemma deltas_missed (F : fieldType) d h (Ws : seq (seq (head F d))) p own c :
  infinite_field F -> all (fun H => size H == h) Ws ->
  missed Ws p own c (N.to_nat (nth 0%bN (deltas (size Ws) (N.of_nat h) (N.of_nat d) own) c)).
Proof.
move=> infF sW; have [cC|Cc] := leqP c (size (places (size Ws))); last first.
  by left; rewrite nth_default // size_map size_iota.
rewrite /deltas (nth_map 0) ?size_iota // nth_iota // add0n; apply: max_missed => ds.
by rewrite mem_cat => /orP[] /mapP[T]; rewrite mem_filter => /andP[fT sT] ->; apply: delta_missed.
Qed.

(* Theorem 3.12 *)
Theorem junctions_sep_le (F : fieldType) n d da h (S : pred 'I_n) (Ws : seq (seq (head F d))) i p :
  infinite_field F -> 0 < size Ws -> all (fun H => size H == h) Ws ->
  (forall H wv, H \in Ws -> wv \in H -> (\rank wv.1 <= da) /\ (\rank wv.2 <= da)) ->
  sep_le (fun x y => net Ws (mix S x y) i p)
    (N.to_nat (junctions_value (size Ws) d h da #|[pred j | S j == S i]| #|[pred j | S j != S i]|)).
Proof.
move=> infF L0 sW low; have sz H : H \in Ws -> size H <= h by move/(allP sW)/eqP ->.
apply: (@two_sides _ _ _ (fun X => net Ws X i p) S i (fun rA rB => N.to_nat (junctions_value (size Ws) d h da rA rB))) => T Ti.
rewrite /junctions_value; case: ifP => [/andP[_ B0]|_]; last first.
  have := graded_best_sep_le T i p L0 sz low.
  have -> : #|[pred j | T j == T i]| = #|T| by apply: eq_card => j; rewrite !unfold_in /= Ti; case: (T j).
  by have -> : #|[pred j | T j != T i]| = #|predC T| by apply: eq_card => j; rewrite !unfold_in /= Ti; case: (T j).
set C := gram_degreeN _; have CE : N.to_nat C = gram_degree (size Ws) by rewrite /C gram_degreeN_eq Nat2N.id.
set dB := deltas _ _ _ false; set dA := deltas _ _ _ true.
rewrite (eq_sumN _ (F := fun e => minn (minn (N.to_nat (gram_best d #|predC T| e) - N.to_nat (nth 0%bN dB e))
    (N.to_nat (token_best d #|T| (gram_degree (size Ws) - e)) - N.to_nat (nth 0%bN dA (gram_degree (size Ws) - e))))
    (heads_count d h da (size Ws) e))) => [|e]; last first.
  by rewrite 2!minN2 !subN_val heads_countN_val !Nat2N.id CE.
rewrite succN_val CE.
apply: (@junction_heads_sep_le F n d da h Ws p T i (fun c => N.to_nat (token_best d #|T| c))
  (fun b => N.to_nat (gram_best d #|predC T| b)) (fun c => N.to_nat (nth 0%bN dA c)) (fun b => N.to_nat (nth 0%bN dB b))) => //.
- by move=> H wv HW wvH; split; apply/lowrankP; case: (low H wv HW wvH).
- move=> P e; rewrite /gram_best; case: ifP => _; last by rewrite gram_countN_val !Nat2N.id; apply: gram_count_spanned.
  have le : gram_chains d #|predC T| e <= size (fill #|predC T| (fun=> 0) (pairs d) [::] e 0).
    exact: (@count_chains d (fun=> 0) #|predC T| e 0).
  by rewrite Nat2N.id; apply: (spannedW le); apply: gram_chains_spanned.
- move=> P c; rewrite /token_best; case: ifP => _; last by rewrite token_countN_val !Nat2N.id; apply: token_count_spanned.
  have le : token_chains d #|T| c <= size (fill #|T| (fun q => (q.1 == 0) + (q.2 == 0)) (pairs d.+1) [::] c.+1 1).
    exact: (@count_chains d.+1 (fun k => k == 0) #|T| c.+1 1).
  by rewrite Nat2N.id; apply: (spannedW le); apply: token_chains_spanned.
- by move=> b; apply: deltas_missed.
- by move=> c; apply: deltas_missed.
Qed.

(* for all weights of H heads of width d / H, as a certificate has them *)
Corollary attention_junctions_sep_le (F : numFieldType) n L H d (S : pred 'I_n) (w : 'I_(nfactors L H d (d %/ H)) -> F) i j :
  0 < L -> sep_le (fun x y => net (weights_of w) (mix S x y) i j)
    (N.to_nat (junctions_value L d H (d %/ H) #|[pred k | S k == S i]| #|[pred k | S k != S i]|)).
Proof.
move=> L0; have sW : size (weights_of w) = L by rewrite size_map size_enum_ord.
have := @junctions_sep_le F n d (d %/ H) H S (weights_of w) i j; rewrite sW; apply=> //.
- exact: char0_infinite (Num.Theory.char_num F).
- by apply/allP => Hs /mapP[l _ ->]; rewrite size_map size_enum_ord.
- by move=> Hs wv /mapP[l _ ->] /mapP[k _ ->]; rewrite !mulmx_max_rank.
Qed.
