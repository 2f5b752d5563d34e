(* The bound by degree of any network by its layers: Theorem 4.5 of theory.md with the counting of n_A and n_B.
   A network by its layers whose sizes fit together; D the product of the degrees of its layers; n_A and n_B the forms
   that its first layers see on either side, counted as docs/format.md has it in section 7 (LayersImages.v).
   For all parameters of the sizes in the file, over any commutative ring, all partitions, all entries of the last
   state,
     sep <= min over t <= D + 1 of 'C(n_A + t - 1, n_A) + 'C(n_B + D - t, n_B), and sep <= 1 if n_A = 0 or n_B = 0.
   Relation to theory.md: equal. Of the parameters' values in a file nothing is used.

   least_cover nA nB D == the minimum
   degree_value ls n d a b == the bound for sides of a and b of the n tokens of width d; None if sizes do not fit,
                          if there are no layers, or if D > 1024
   sized_layers ls pss == the parameters pss have the sizes in the layers ls
   state_ok s ks base V == the state V, of size s, is affine in X: constants and a combination of the images base, which
                          are of the kinds ks *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Seprank Require Import SepRank MonomialCount Attention TwoSidedPoly Layers LayersImages LayersForms LayersFollow.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Delimit Scope N_scope with bN.
Local Notation size2 := (nat * nat)%type.

(* C(n + k, k), .., C(n + k + m - 1, k + m - 1), the first being c *)
Fixpoint binomials (n k c : N) (m : nat) : seq N :=
  if m is m.+1 then c :: binomials n (k + 1) (c * (n + k + 1) / (k + 1)) m else [::].
(* the monomials of degree below 0, .., D + 1 in n variables *)
Definition below (n : N) (D : nat) : seq N := 0%bN :: binomials n 0 1 D.+1.
Definition least_cover (nA nB : N) (D : nat) : N :=
  let sums := [seq (x.1 + x.2)%bN | x <- zip (below nA D) (rev (below nB D))] in foldr N.min (nth 0%bN sums 0) sums.

Definition degree_value (ls : seq llayer) (n d a b : nat) : option N :=
  let D := total_degree ls in
  if ~~ nilp ls && isSome (layers_size ls (n, d)) && (D <=? 1024)%bN then
    let ks := all_seen ls n d in
    let: (nA, nB) := (count_forms ks (N.of_nat a) (N.of_nat d), count_forms ks (N.of_nat b) (N.of_nat d)) in
    Some (if (nA =? 0)%bN || (nB =? 0)%bN then 1%bN else least_cover nA nB (N.to_nat D))
  else None.

Lemma In_filter T (p : pred T) l x : List.In x [seq y <- l | p y] <-> List.In x l /\ p x.
Proof.
elim: l => [|y l IH] /=; first by split=> // -[].
case py: (p y) => /=; rewrite IH; split.
- by case=> [<-|[xl px]]; auto.
- by case=> -[yx|xl] px; auto.
- by case; auto.
by case=> -[yx|xl] px; [rewrite yx px in py | auto].
Qed.

Lemma In_mkseq T (f : nat -> T) m x : List.In x (mkseq f m) -> exists2 k, (k < m)%N & x = f k.
Proof.
rewrite /mkseq => /List.in_map_iff[k [<- H]]; exists k => //.
suff : k \in iota 0 m by rewrite mem_iota.
by elim: (iota 0 m) H => //= y s IH [->|/IH]; rewrite inE ?eqxx // => ->; rewrite orbT.
Qed.

Lemma mkseq_In T (f : nat -> T) m k : (k < m)%N -> List.In (f k) (mkseq f m).
Proof.
move=> km; apply/List.in_map_iff; exists k; split=> //.
have : k \in iota 0 m by rewrite mem_iota.
by elim: (iota 0 m) => //= y s IH; rewrite inE => /orP[/eqP ->|/IH]; auto.
Qed.

Lemma In_nthP T (x0 : T) l x : List.In x l -> exists2 k, (k < size l)%N & nth x0 l k = x.
Proof. by elim: l => //= y l IH [->|/IH[k kl E]]; [exists 0%N | exists k.+1]. Qed.
Lemma nth_In T (x0 : T) l k : (k < size l)%N -> List.In (nth x0 l k) l.
Proof. by elim: l k => // y l IH [|k] /= kl; [left | right; apply: IH]. Qed.

Lemma lin_map (R : comRingType) (T T' : lmodType R) (f : {linear T -> T'}) (G : T -> Prop) g :
  lin G g -> lin (fun g => exists2 h, G h & g = f h) (f g).
Proof.
elim=> [h Gh||c a b _ Ha _ Hb]; first by apply: lin_in; exists h.
  by rewrite linear0; apply: lin0.
by rewrite linearP; apply: linZD.
Qed.

Section Generating.
Variables (R : comRingType) (n d : nat) (mps : seq (mat R)) (s0 : size2) (base : nat -> nat -> nat -> 'M[R]_(n, d)).
Notation "[ k ]" := (N.to_nat k).
Local Notation image_ok := (image_ok mps s0 base).
Local Notation forms_of := (forms_of mps s0 base).
Local Notation tensor := (tensor mps s0 base).

Lemma tensor_lin k r r' i j : steps_ok s0 (r ++ r') -> in_size (isize s0 (r ++ r')) i j ->
  lin (entries_of (isize s0 r') (tensor k r')) (tensor k (r ++ r') i j).
Proof.
elim: r i j => [|[o t] r IH] i j /=; first by move=> _ ij; apply: lin_in; exists i, j.
case/andP=> ok so ij; apply: linS (do_op_lin mps ok ij _) => h [i' [j' [ij' ->]]].
exact: IH.
Qed.

Lemma forms_generating l : (forall i, List.In i l -> image_ok i) ->
  forall g, forms_of (Some l) g -> lin (forms_of (Some (generating l))) g.
Proof.
move=> ok g [i]; have [m] := ubnP (size (steps i)); elim: m i g => // m IH i g lt il Hg.
case E: (has (made_from i) l); last first.
  by apply: lin_in; exists i => //; apply/In_filter; rewrite E.
have [b bl /andP[/andP[/eqP fb lb] /same_stepsP rb]] := In_has E.
apply: (linS (G := entries_of (isize s0 (steps b)) (tensor (from b) (steps b)))).
  by move=> h Hh; apply: (IH b) => //; apply: leq_trans lb _.
have [so _] := ok i il; case: Hg => i' [j' [ij ->]]; rewrite -fb.
move: so ij; rewrite -{1 2 3}(cat_take_drop (size (steps i) - size (steps b)) (steps i)) rb.
exact: tensor_lin.
Qed.

Lemma dim_le_images (S : pred 'I_n) l : (forall i, List.In i l -> image_ok i) ->
  dim_le (fun g => exists2 h, forms_of (Some l) h & g = mask S h)
    [foldr (fun k s => forms k (N.of_nat #|S|) (N.of_nat d) + s) 0 (map kind_of l)]%bN.
Proof.
elim: l => [|i l IH] ok /=.
  by apply: dim_leS (dim_le0 _) => g [h []].
have H := dim_leU (kind_forms S (proj2 (ok i (or_introl erefl)))) (IH (fun j jl => ok j (or_intror jl))).
rewrite N2Nat.inj_add; apply: dim_leS H => g [h [j [<-|jl] Hh] ->]; apply: lin_in; first by left; exists h.
by right; exists h => //; exists j.
Qed.

Lemma dim_le_visible (S : pred 'I_n) l : (forall i, List.In i l -> image_ok i) ->
  dim_le (fun g => exists2 h, forms_of (Some l) h & g = mask S h)
    [count_forms (Some (map kind_of (generating l))) (N.of_nat #|S|) (N.of_nat d)].
Proof.
move=> ok; rewrite /= -Nat2N.inj_mul; apply: dim_le_min; last exact: dim_le_side.
have okg i : List.In i (generating l) -> image_ok i by case/In_filter => /ok.
apply: dim_leS (dim_le_images S okg) => g [h Hh ->].
exact: (lin_map (mask_linear R d S) (forms_generating ok Hh)).
Qed.
End Generating.

(* layer by layer *)
Section Layers.
Variables (R : comRingType) (n d : nat).
Notation form := 'M[R]_(n, d).
Notation "[ k ]" := (N.to_nat k).
Implicit Types (s t r : size2) (V : form -> mat R) (ls : seq llayer) (pss : seq (seq (mat R))).

Definition sized_layers ls pss :=
  [seq [seq (m_rows M, m_cols M) | M <- mps] | mps <- pss] =
  [seq [seq (l_rows p, l_cols p) | p <- l_params l] | l <- ls].


Lemma degree_of_scale ps e D : degree_of ps e D = (degree_of ps e 1 * D)%bN.
Proof.
elim: e D => [|i|a Ha b Hb|a Ha b Hb|a Ha b Hb|a Ha|a Ha k|a Ha c|a Ha m k|a Ha m k l|a Ha b Hb] D /=; try exact: Ha.
- by case: D.
- by [].
- by rewrite Ha Hb N.mul_add_distr_r.
- by rewrite Ha Hb N.mul_add_distr_r.
- by rewrite Ha Hb N.mul_max_distr_r.
- by rewrite Ha; lia.
- by rewrite Ha; lia.
by rewrite Hb Ha (Hb (degree_of ps a 1)) N.mul_assoc.
Qed.

Lemma network_pol W (F : (W -> R) -> Prop) ls pss s t D (V : W -> mat R) : sized_layers ls pss ->
  layers_size ls s = Some t -> sizes s V -> pol_in s F [D] V ->
  pol_in t F [D * total_degree ls] (fun X => network pss (map l_expr ls) (V X)).
Proof.
elim: ls pss s D V => [|l ls IH] [|mps pss] s D V //= sz.
  by case=> <- _; rewrite /network /= N.mul_1_r.
rewrite /=; case E: (fits _ _ _) => [r|] //= tE sV pV.
case: sz => sz1 sz2; rewrite N.mul_assoc [(D * _)%bN]N.mul_comm -degree_of_scale.
apply: (IH pss r _ (fun X => meaning mps (l_expr l) (V X)) sz2 tE (meaning_size sz1 E sV)).
exact: (meaning_pol sz1 E sV pV).
Qed.

Record state_ok s (ks : seq kind) (base : nat -> nat -> nat -> form) V : Prop := StateOk {
  s_size : sizes s V;
  s_kind : forall k, (k < size ks)%N -> kind_ok s (nth (Entries 0) ks k) (base k);
  s_affine : exists c T, comb s (fun T => exists2 k, (k < size ks)%N & T = base k) T /\
    forall X i j, in_size s i j -> m_at (V X) i j = c i j + at_input (T i j) X }.

Lemma state_value mps s ks base V : state_ok s ks base V ->
  value_ok mps s base s 1 (Some (mkseq (fun i => Image i [::] (nth (Entries 0) ks i)) (size ks))) V.
Proof.
case=> sV kV [c [T [CT E]]]; split=> // [i H|_].
  have [k lt ->] := In_mkseq (f := fun i => Image i [::] (nth (Entries 0) ks i)) H.
  by split=> //; split=> //=; apply: kV.
exists c, T; split=> //; apply: combS CT => U [k lt ->].
by exists (Image k [::] (nth (Entries 0) ks k)) => //; apply: (mkseq_In (fun i => Image i [::] (nth (Entries 0) ks i))).
Qed.

(* the images of an affine layer enter the next *)
Lemma next_state mps s base r l V (i0 := Image 0 [::] (Entries 0)) : value_ok mps s base r 1 (Some l) V ->
  state_ok r (map kind_of l) (fun k => tensor mps s base (from (nth i0 l k)) (steps (nth i0 l k))) V.
Proof.
move=> vV; have im k : (k < size l)%N -> image_ok mps s base (nth i0 l k) /\ isize s (steps (nth i0 l k)) = r.
  by move=> lt; have [ok si] := v_image vV (nth_In i0 lt); split=> //; apply: si.
have [//|c [T [CT cE]]] := v_affine vV; split; first exact: v_size vV.
  by move=> k; rewrite size_map => lt; rewrite (nth_map i0) //; have [[_ ok] <-] := im k lt.
exists c, T; split=> //; apply: combS CT => U [i /(In_nthP i0)[k lt <-] ->].
by exists k; rewrite ?size_map.
Qed.

Lemma visible_ok ls pss s t ks base V : ls <> [::] -> sized_layers ls pss -> layers_size ls s = Some t ->
  state_ok s ks base V -> exists2 G : form -> Prop,
    pol_in t (linear_in G) [total_degree ls] (fun X => network pss (map l_expr ls) (V X)) &
    forall S : pred 'I_n, dim_le (fun g => exists2 h, G h & g = mask S h)
      [count_forms (visible ls s ks) (N.of_nat #|S|) (N.of_nat d)].
Proof.
elim: ls pss s ks base V => [|l ls IH] [|mps pss] s ks base V // _ sz; rewrite [layers_size _ _]/=.
case E: (fits _ _ _) => [r|] // tE sV; case: sz => sz1 sz2.
pose W := fun X : form => meaning mps (l_expr l) (V X); have vW := images_ok sz1 E (state_value mps sV).
rewrite -/W in vW.
set D := degree_of _ _ _ in vW; set ims := images _ _ _ _ _ in vW.
have pW := network_pol sz2 tE (v_size vW) (value_pol vW).
rewrite [total_degree _]/= -/D [visible _ _ _]/= E -/D -/ims.
have [D0|D0] := N.eq_dec D 0.
  exists (fun _ => False) => [|S]; last by apply: dim_leW (leq0n _) _; apply: dim_leS (dim_le0 _) => g [h []].
  have I0 := v_const vW D0; rewrite I0 in pW.
  by apply: pol_inS pW => f [g []].
case El: ims vW pW => [r'|] vW pW; last first.
  exists (fun _ => True) => [|S]; first exact: pW.
  by rewrite [count_forms _ _ _]/= -Nat2N.inj_mul Nat2N.id; apply: dim_le_side.
have okr i : List.In i r' -> image_ok mps s base i by move=> ir; have [] := v_image vW ir.
case: ifP => [_|/negbT]; first by exists (forms_of mps s base (Some r')) => [//|S]; apply: dim_le_visible.
rewrite negb_or => /andP[/N.ltb_spec0 D1 ls0].
have D1' : D = 1%bN by lia.
have ne : ls <> [::] by case: (ls) ls0.
rewrite D1' N.mul_1_l; rewrite D1' in vW; have [G HG HS] := IH pss r _ _ W ne sz2 tE (next_state vW).
by exists G.
Qed.
End Layers.

Section Cover.
Notation "[ k ]" := (N.to_nat k).
Local Open Scope nat_scope.

Lemma size_binomials n k c m : size (binomials n k c m) = m.
Proof. by elim: m k c => //= m IH k c; rewrite IH. Qed.

Lemma nth_binomials n k c m i : [c] = 'C([n] + [k], [k]) -> i < m ->
  [nth 0%bN (binomials n k c m) i] = 'C([n] + [k] + i, [k] + i).
Proof.
elim: m k c i => //= m IH k c [|i] cE im /=; first by rewrite !addn0.
have k1 : [(k + 1)%bN] = [k].+1 by lia.
rewrite IH ?k1 ?addnS ?addSn // {IH}.
have E := mul_bin_diag ([n] + [k].+1) [k]; rewrite addnS /= -cE in E.
rewrite (_ : (c * (n + k + 1))%bN = (N.of_nat 'C([n] + [k].+1, [k].+1) * (k + 1))%bN); last by rewrite addnS; nia.
rewrite N.div_mul ?Nat2N.id ?addnS //; lia.
Qed.

Lemma nth_below n D t : (0 < n)%bN -> t < D.+2 -> [nth 0%bN (below n D) t] = 'C(([n] + t).-1, [n]).
Proof.
move=> n0; case: t => [|t] tD; first by rewrite addn0 bin_small //; lia.
rewrite (_ : nth 0%bN (below n D) t.+1 = nth 0%bN (binomials n 0 1 D.+1) t) // nth_binomials;
  [|by rewrite addn0 bin0|by []].
by rewrite addn0 add0n addnS /= -[in RHS]bin_sub ?leq_addr // addKn.
Qed.

Lemma foldr_min_in z (s : seq N) : foldr N.min z s \in z :: s.
Proof.
elim: s => [|y s IH] /=; first exact: mem_head.
case: (N.min_spec y (foldr N.min z s)) => [[_ ->]|[_ ->]]; first by rewrite !inE eqxx orbT.
by move: IH; rewrite !inE => /orP[->|->]; rewrite ?orbT.
Qed.

Lemma least_coverP nA nB D : (0 < nA)%bN -> (0 < nB)%bN ->
  exists2 t, t <= D.+1 & [least_cover nA nB D] = degree_cover [nA] [nB] D t.
Proof.
move=> a0 b0; rewrite /least_cover; set sums := map _ _.
have sz : size sums = D.+2 by rewrite size_map size_zip size_rev /= !size_binomials minnn.
have : foldr N.min (nth 0%bN sums 0) sums \in sums.
  have := foldr_min_in (nth 0%bN sums 0) sums; rewrite inE => /orP[/eqP -> | //].
  by rewrite mem_nth // sz.
move/(nthP 0%bN) => [t]; rewrite sz => tD <-; exists t; first by lia.
have sB n : size (below n D) = D.+2 by rewrite /= size_binomials.
rewrite (nth_map (0, 0)%bN); last by rewrite size_zip size_rev !sB minnn.
rewrite nth_zip ?size_rev ?sB //= N2Nat.inj_add nth_rev ?sB // !nth_below ?sB //; last by lia.
by rewrite /degree_cover; congr (_ + 'C(_, _)); lia.
Qed.
End Cover.

Section Value.
Variables (R : comRingType) (n d : nat) (S : pred 'I_n).
Notation "[ k ]" := (N.to_nat k).

(* X itself *)
Lemma input_ok : state_ok (n, d) [:: Sandwich (N.of_nat n) (N.of_nat d) false]
  (fun _ i j => if (insub i, insub j) is (Some i, Some j) then delta_mx i j else 0 : 'M[R]_(n, d)) (@of_matrix R n d).
Proof.
split=> // [[|//] _|].
  exists (fun i => if insub i is Some i then delta_mx i 0 else 0).
  exists (fun j => if insub j is Some j then delta_mx 0 j else 0).
  rewrite !Nat2N.id; split; [exact: dim_le_upto | exact: dim_le_upto |] => i j _.
  by case: insub => [i'|]; case: insub => [j'|]; rewrite ?mulmx0 ?mul0mx ?mul_delta_mx.
exists (fun _ _ => 0); eexists; split; first by apply: comb_in; exists 0%N.
move=> X i j /andP[/= ilt jlt]; rewrite add0r !insubT /at_input /=.
rewrite (bigD1 (Sub i ilt)) //= (bigD1 (Sub j jlt)) //= !mxE !eqxx mul1r !big1 ?addr0 // => [a ne|b ne].
  by apply: big1 => b _; rewrite !mxE (negPf ne) mul0r.
by rewrite !mxE (negPf ne) andbF mul0r.
Qed.

Lemma no_forms_sep_le (I J : finType) X Y (u : I -> X -> R) (v : J -> Y -> R) D f :
  #|I| = 0%N -> poly_in u v false D f -> sep_le f 1.
Proof.
move=> I0 [ts _ E]; have nI (s : seq I) : s = [::] by case: s => // i; have := fintype0 i I0.
apply: (eq_sep_le _ (sep_leR X (fun y => \sum_(t <- ts) t.1.1 * \prod_(j <- t.2) v j y))) => x y.
by rewrite E; apply: eq_bigr => t _; rewrite /term_val (nI t.1.2) big_nil mulr1.
Qed.

(* Theorem 4.5 *)
Theorem network_degree_sep_le (ls : seq llayer) (pss : seq (seq (mat R))) b t i j :
  degree_value ls n d #|S| #|predC S| = Some b -> sized_layers ls pss ->
  layers_size ls (n, d) = Some t -> (i < t.1)%N -> (j < t.2)%N ->
  sep_le (fun x y : 'M[R]_(n, d) => m_at (network pss (map l_expr ls) (of_matrix (mix S x y))) i j) [b].
Proof.
rewrite /degree_value => + sz tE it jt; case: ifP => // /andP[/andP[ls0 _] _].
have ne : ls <> [::] by case: (ls) ls0.
have [G pG dG] := visible_ok ne sz tE input_ok.
have [|I [J [u [v [cI cJ P]]]]] := @pol_two_sided R n d S G [total_degree ls] _ _ _ (pG i j _) (dG S) (dG (predC S)).
  exact/andP.
rewrite -/(all_seen ls n d) in cI cJ *; set nA := count_forms _ _ _ in cI *; set nB := count_forms _ _ _ in cJ *.
case: (N.eqb_spec nA 0) => [a0|a0] /=.
  by case=> <-; apply: no_forms_sep_le P; rewrite cI a0.
case: (N.eqb_spec nB 0) => [b0|b0] /= [<-].
  by apply/sep_le_sym; apply: (no_forms_sep_le _ (poly_in_sym P)); rewrite cJ b0.
have [||s sD ->] := @least_coverP nA nB [total_degree ls]; try lia.
by rewrite -cI -cJ; apply: (degree_cover_sep_le sD P).
Qed.
End Value.
