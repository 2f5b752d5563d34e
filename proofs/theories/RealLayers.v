(* Networks by their layers with functions of real numbers (docs/format.md, section 3), at weights that are rational
   numbers: what they mean over an ordered field with the functions of RealFunctions.v, and their evaluation in
   enclosures of numbers: theory.md 1.10.
     rexpr, rlayer           == expressions of Layers.v with functions of numbers and row softmax, whose factors are a
                                parameter of the layer with a value, or 1; a layer
     r_fits ps e s           == the size of the value of e where the input has the size s, if sizes fit everywhere and
                                factors are not negative, one in each row being positive
     r_layers_fit ls n d i j == it is so in all layers, and (i, j) is an entry of the last state
     r_weights_shape ls ws   == the weights ws : seq (seq (rows fraction)) have the sizes of the parameters
     r_meaning E ps e X      == the value of e at the input X, with parameters ps
     real_params F ls ws     == the parameters, layer by layer, as LayersRun.v has them; entries that ws lacks are 0
     real_output E ls S i j ws x y == entry (i, j) of the last state as a function of the two sides
     fill z k s              == the first k members of s, and z for those that s lacks
     real_eval O ts e M      == the value of e in numbers with the operations O, matrices being lists of rows
     real_tabs O ls ws       == the parameters, layer by layer, as such
     real_run O ls ts n d i j X == entry (i, j) of the last state at X, ts being the parameters
     frac_mx n d F M         == the n x d matrix over F of a list of rows of fractions
     real_point_A n d S F xs k, real_point_B == point k of either side; a point lists the rows of its tokens in order
     real_grid O ls ws n d S i j xs ys == the entries at all points xs of one side and ys of the other
     real_cost ls (n, d)     == the operations of an evaluation
   Where Layers.v has a node, its size and meaning are those of Layers.v, the input being its first argument and
   parameter 0 the second. So networks without functions of numbers are those of LayersRun.v (real_output_polynomial).
   Proved: what is computed in enclosures encloses what is meant, an entry (real_runP) and a grid (real_gridP). Nothing
   is said of how narrow they are. A value that a function does not have, as 1 / sqrt 0, is what F makes of it. *)
From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify ssrZ.
From Seprank Require Import SepRank Attention RankCert NetEval Layers LayersRun RealFunctions Enclosures.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Delimit Scope Z_scope with cZ.
Delimit Scope N_scope with bN.
Local Open Scope ring_scope.
Local Notation size2 := (nat * nat)%type.

Inductive rexpr :=
  | RInput
  | RParam (i : nat)
  | RProduct (a b : rexpr)
  | RHadamard (a b : rexpr)
  | RAdd (a b : rexpr)
  | RTranspose (a : rexpr)
  | RPower (a : rexpr) (exponent : nat)
  | RPolynomial (a : rexpr) (coefficients : nat)
  | RRepeat (a : rexpr) (m k : nat)
  | RGather (a : rexpr) (m k : nat) (source : seq nat)
  | RReal (f : real_function) (a : rexpr)              (* of every entry *)
  | RSoftmax (factors : option nat) (a : rexpr)        (* of every row; factors are a parameter with a value, or 1 *)
  | RThen (a b : rexpr).

Record rlayer := RLayer { r_params : seq lparam; r_expr : rexpr }.
(* parameters are those of Layers.v *)
Definition bare (l : rlayer) : llayer := LLayer (r_params l) LInput.
Definition r_weights_shape (ls : seq rlayer) (ws : seq (seq (rows fraction))) : bool := weights_shape (map bare ls) ws.

(* nodes of two arguments in Layers.v *)
Definition product_of := LProduct LInput (LParam 0).
Definition hadamard_of := LHadamard LInput (LParam 0).
Definition sum_of := LAdd LInput (LParam 0).
Definition sized (s : size2) : lparam := LParameter s.1 s.2 None.

(* sizes *)
Definition row_factors_ok (r : seq fraction) : bool :=
  all (fun q => 0 <=? num q)%cZ r && has (fun q => 0 <? num q)%cZ r.
Definition factors_ok (p : lparam) : bool :=
  if l_value p is Some M then shape_fits (l_rows p) (l_cols p) M && all row_factors_ok M else false.

Section Sizes.
Variable ps : seq lparam.
Definition softmax_fits (factors : option nat) (s : size2) : bool :=
  if factors is Some c then
    if ohead (drop c ps) is Some p then (s == (l_rows p, l_cols p)) && factors_ok p else false
  else true.

Fixpoint r_fits (e : rexpr) (s : size2) : option size2 :=
  let one a o := obind (fits ps o) (r_fits a s) in
  let two a b o := if (r_fits a s, r_fits b s) is (Some r, Some t) then fits [:: sized t] o r else None in
  match e with
  | RInput => Some s
  | RParam i => fits ps (LParam i) s
  | RProduct a b => two a b product_of
  | RHadamard a b => two a b hadamard_of
  | RAdd a b => two a b sum_of
  | RTranspose a => one a (LTranspose LInput)
  | RPower a k => one a (LPower LInput k)
  | RPolynomial a c => one a (LPolynomial LInput c)
  | RRepeat a m k => one a (LRepeat LInput m k)
  | RGather a m k source => one a (LGather LInput m k source)
  | RReal _ a => r_fits a s
  | RSoftmax c a => obind (fun r => if softmax_fits c r then Some r else None) (r_fits a s)
  | RThen a b => obind (r_fits b) (r_fits a s)
  end.
End Sizes.

Fixpoint r_layers_size (ls : seq rlayer) (s : size2) : option size2 :=
  if ls is l :: ls then obind (r_layers_size ls) (r_fits (r_params l) (r_expr l) s) else Some s.
Definition r_layers_fit ls n d i j : bool :=
  if r_layers_size ls (n, d) is Some s then (i < s.1)%N && (j < s.2)%N else false.

Section Meaning.
Variables (F : realFieldType) (E : elementary F).

(* of k numbers *)
Definition softmax_at k (m x : nat -> F) (j : nat) : F :=
  if insub j is Some j then softmax E (fun l : 'I_k => m l) (fun l : 'I_k => x l) j else 0.

Fixpoint r_meaning (ps : seq (mat F)) (e : rexpr) (X : mat F) : mat F :=
  let one a o := meaning ps o (r_meaning ps a X) in
  let two a b o := meaning [:: r_meaning ps b X] o (r_meaning ps a X) in
  match e with
  | RInput => X
  | RParam i => meaning ps (LParam i) X
  | RProduct a b => two a b product_of
  | RHadamard a b => two a b hadamard_of
  | RAdd a b => two a b sum_of
  | RTranspose a => one a (LTranspose LInput)
  | RPower a k => one a (LPower LInput k)
  | RPolynomial a c => one a (LPolynomial LInput c)
  | RRepeat a m k => one a (LRepeat LInput m k)
  | RGather a m k source => one a (LGather LInput m k source)
  | RReal f a => let A := r_meaning ps a X in Mat (m_rows A) (m_cols A) (fun i j => real_value E f (m_at A i j))
  | RSoftmax c a => let A := r_meaning ps a X in
      let m i := if c is Some c then m_at (nth (no_mat F) ps c) i else fun=> 1 in
      Mat (m_rows A) (m_cols A) (fun i => softmax_at (m_cols A) (m i) (m_at A i))
  | RThen a b => r_meaning ps b (r_meaning ps a X)
  end.

Definition r_network (pss : seq (seq (mat F))) (es : seq rexpr) (X : mat F) : mat F :=
  foldl (fun Y pe => r_meaning pe.1 pe.2 Y) X (zip pss es).
Definition real_params (ls : seq rlayer) (ws : seq (seq (rows fraction))) : seq (seq (mat F)) :=
  layer_mats (in_field F) (at_nat (in_field F \o lit_theta (map bare ls) ws)) (map bare ls) 0.
Definition real_output n d (ls : seq rlayer) (S : pred 'I_n) i j ws (x y : 'M[F]_(n, d)) : F :=
  m_at (r_network (real_params ls ws) (map r_expr ls) (of_matrix (mix S x y))) i j.
End Meaning.

(* expressions of Layers.v *)
Fixpoint polynomial (e : lexpr) : rexpr :=
  match e with
  | LInput => RInput
  | LParam i => RParam i
  | LProduct a b => RProduct (polynomial a) (polynomial b)
  | LHadamard a b => RHadamard (polynomial a) (polynomial b)
  | LAdd a b => RAdd (polynomial a) (polynomial b)
  | LTranspose a => RTranspose (polynomial a)
  | LPower a k => RPower (polynomial a) k
  | LPolynomial a c => RPolynomial (polynomial a) c
  | LRepeat a m k => RRepeat (polynomial a) m k
  | LGather a m k source => RGather (polynomial a) m k source
  | LThen a b => RThen (polynomial a) (polynomial b)
  end.

(* and back *)
Fixpoint polynomial_of (e : rexpr) : option lexpr :=
  let one f a := omap f (polynomial_of a) in
  let two f a b := if (polynomial_of a, polynomial_of b) is (Some a, Some b) then Some (f a b) else None in
  match e with
  | RInput => Some LInput
  | RParam i => Some (LParam i)
  | RProduct a b => two LProduct a b
  | RHadamard a b => two LHadamard a b
  | RAdd a b => two LAdd a b
  | RTranspose a => one LTranspose a
  | RPower a k => one (LPower^~ k) a
  | RPolynomial a c => one (LPolynomial^~ c) a
  | RRepeat a m k => one (fun a => LRepeat a m k) a
  | RGather a m k source => one (fun a => LGather a m k source) a
  | RReal _ _ | RSoftmax _ _ => None
  | RThen a b => two LThen a b
  end.
Lemma polynomial_ofP e e' : polynomial_of e = Some e' -> polynomial e' = e.
Proof.
elim: e e' => [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k l|f a _|f a _|a IHa b IHb] e' //=.
1,2: by case=> <-.
all: case A: (polynomial_of a) => [a'|] //; try case B: (polynomial_of b) => [b'|] //.
all: by case=> <- /=; rewrite (IHa _ A) ?(IHb _ B).
Qed.

Lemma r_fits_polynomial ps e s : r_fits ps (polynomial e) s = fits ps e s.
Proof.
elim: e s => [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k l|a IHa b IHb] s //=;
  rewrite ?IHa ?IHb; case: (fits ps a s) => [r|] //=; rewrite ?if_same ?IHb //; try by case: (fits ps b s) => [[]|].
by case: (ohead _) => [p|] //; rewrite if_same.
Qed.

Lemma r_meaning_polynomial (F : realFieldType) (E : elementary F) ps e X :
  r_meaning E ps (polynomial e) X = meaning ps e X.
Proof.
by elim: e X => [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k l|a IHa b IHb] X //=;
  rewrite ?IHa ?IHb.
Qed.

Definition polynomial_layer (l : llayer) : rlayer := RLayer (l_params l) (polynomial (l_expr l)).

Theorem real_output_polynomial (F : realFieldType) (E : elementary F) n d ls (S : pred 'I_n) i j ws
    (x y : 'M[F]_(n, d)) :
  real_output E (map polynomial_layer ls) S i j ws x y = layers_output S i j (in_field F \o lit_theta ls ws) x y.
Proof.
have net t k X : r_network E (layer_mats (in_field F) t (map bare (map polynomial_layer ls)) k)
    (map r_expr (map polynomial_layer ls)) X = network (layer_mats (in_field F) t ls k) (map l_expr ls) X.
  by rewrite /r_network /network; elim: ls k X => //= l ls IH k X; rewrite IH r_meaning_polynomial.
have flat : layer_flat (map bare (map polynomial_layer ls)) ws = layer_flat ls ws.
  by elim: ls ws {net} => //= l ls IH ws; rewrite IH.
have lit ls' v : at_nat (in_field F \o lit_theta ls' ws) v = in_field F (nth none (layer_flat ls' ws) v).
  rewrite /at_nat; case: insubP => [u _ <- //|]; rewrite -(size_layer_flat ls' ws) -leqNgt => le.
  by rewrite nth_default // /in_field mul0r.
rewrite /real_output /real_params net /layers_output /layers_entry /layers_net.
set t := at_nat _; set t' := at_nat _; have tt' v : idfun (t v) = t' v by rewrite /t /t' !lit flat.
have X : map_mx idfun (mix S x y) = mix S x y by apply/matrixP=> a b; rewrite mxE.
have q a : predT a -> [rmorphism of idfun] (in_field F a) = in_field F a by [].
by have [_ _ /(_ i j)] := sim_network (isT : predT none) q tt' 0 (layers_constantsT ls)
  (sim_of_matrix (X : map_mx [rmorphism of idfun] _ = _)).
Qed.

(* evaluation on lists *)
Definition one_fraction := Fraction 1 xH.

Section Lists.
Variables (T U V : Type).
Fixpoint fill (z : T) (k : nat) (s : seq T) : seq T :=
  if k is k.+1 then seq.head z s :: fill z k (behead s) else [::].
Fixpoint zip_with (f : T -> U -> V) r s : seq V :=
  match r, s with a :: r, b :: s => f a b :: zip_with f r s | _, _ => [::] end.
Lemma size_fill z k s : size (fill z k s) = k.
Proof. by elim: k s => //= k IH s; rewrite IH. Qed.
Lemma nth_fill z k s i : nth z (fill z k s) i = if (i < k)%N then nth z s i else z.
Proof. by elim: k s i => [|k IH] [|a s] [|i] //=; rewrite IH ?nth_nil ?if_same. Qed.
Lemma size_zip_with f r s : size r = size s -> size (zip_with f r s) = size r.
Proof. by elim: r s => [|a r IH] [|b s] //= [/IH ->]. Qed.
Lemma nth_zip_with f r s i z x y : size r = size s -> (i < size r)%N ->
  nth z (zip_with f r s) i = f (nth x r i) (nth y s i).
Proof. by elim: r s i => [|a r IH] [|b s] [|i] //= [rs] lt; apply: IH. Qed.
End Lists.

Definition transposed T (k : nat) (M : rows T) : rows T := foldr (zip_with cons) (nseq k [::]) M.

Section Run.
Variables (T : Type) (O : numbers T).
Local Notation unknown := (n_unknown O).

Fixpoint dot_from (acc : T) (r s : seq T) : T :=
  match r, s with a :: r, b :: s => dot_from (n_add O acc (n_mul O a b)) r s | _, _ => acc end.
Definition dot (r s : seq T) : T :=
  match r, s with a :: r, b :: s => dot_from (n_mul O a b) r s | _, _ => n_of O none end.
Definition power (k : nat) : T -> T :=
  if k is 0 then fun=> n_of O one_fraction else Pos.iter_op (n_mul O) (Pos.of_nat k).
Fixpoint value_at (cs : seq T) (a : T) : T :=
  match cs with
  | [::] => n_of O none
  | [:: c] => c
  | c :: cs => n_add O c (n_mul O a (value_at cs a))
  end.

Definition fill_rows m k (M : rows T) : rows T := map (fill unknown k) (fill [::] m M).
Definition fill_tab (M : tab T) : tab T := Tab (t_rows M) (t_cols M) (fill_rows (t_rows M) (t_cols M) (t_body M)).

Definition product_tab (A B : tab T) : tab T :=
  let columns := transposed (t_cols B) (t_body B) in
  Tab (t_rows A) (t_cols B) [seq [seq dot r s | s <- columns] | r <- t_body A].
Definition zip_tab (f : T -> T -> T) (A B : tab T) : tab T :=
  Tab (t_rows A) (t_cols A) (zip_with (zip_with f) (t_body A) (t_body B)).
Definition map_tab (g : T -> T) (A : tab T) : tab T := Tab (t_rows A) (t_cols A) (map (map g) (t_body A)).
Definition transpose_tab (A : tab T) : tab T := Tab (t_cols A) (t_rows A) (transposed (t_cols A) (t_body A)).
Definition repeat_tab (m k : nat) (A : tab T) : tab T :=
  let rs := if t_cols A == 1%N then [seq nseq k (seq.head unknown r) | r <- t_body A] else t_body A in
  Tab m k (if t_rows A == 1%N then nseq m (seq.head [::] rs) else rs).
(* an entry is found by counting to it *)
Definition gather_tab (m k : nat) (source : seq nat) (A : tab T) : tab T :=
  let l := flatten (t_body A) in Tab m k (reshape (nseq m k) [seq nth unknown l e | e <- source]).
Definition softmax_tab (factors : rows T) (A : tab T) : tab T :=
  let k := t_cols A in Tab (t_rows A) k (zip_with (fun ms xs => fill unknown k (n_softmax O ms xs)) factors (t_body A)).

Fixpoint real_eval (ts : seq (tab T)) (e : rexpr) (M : tab T) : tab T :=
  match e with
  | RInput => M
  | RParam i => nth (no_tab T) ts i
  | RProduct a b => product_tab (real_eval ts a M) (real_eval ts b M)
  | RHadamard a b => zip_tab (n_mul O) (real_eval ts a M) (real_eval ts b M)
  | RAdd a b => zip_tab (n_add O) (real_eval ts a M) (real_eval ts b M)
  | RTranspose a => transpose_tab (real_eval ts a M)
  | RPower a k => map_tab (power k) (real_eval ts a M)
  | RPolynomial a c =>
      let cs := map (seq.head unknown) (t_body (nth (no_tab T) ts c)) in map_tab (value_at cs) (real_eval ts a M)
  | RRepeat a m k => repeat_tab m k (real_eval ts a M)
  | RGather a m k source => gather_tab m k source (real_eval ts a M)
  | RReal f a => map_tab (n_real O f) (real_eval ts a M)
  | RSoftmax c a => let A := real_eval ts a M in
      softmax_tab (if c is Some c then t_body (nth (no_tab T) ts c)
                   else nseq (t_rows A) (nseq (t_cols A) (n_of O one_fraction))) A
  | RThen a b => real_eval ts b (real_eval ts a M)
  end.

Definition real_net (tss : seq (seq (tab T))) (es : seq rexpr) (M : tab T) : tab T :=
  foldl (fun Y te => real_eval te.1 te.2 Y) M (zip tss es).
Definition real_tabs (ls : seq rlayer) (ws : seq (seq (rows fraction))) : seq (seq (tab T)) :=
  map (map fill_tab) (layers_tabs (n_of O) (map bare ls) ws).
Definition real_run ls ts n d i j (X : rows T) : T :=
  nth unknown (nth [::] (t_body (real_net ts (map r_expr ls) (fill_tab (Tab n d X)))) i) j.

Definition real_grid ls ws n d (S : seq bool) i j (xs ys : seq (rows fraction)) : rows T :=
  let ts := real_tabs ls ws in let read := map (map (map (n_of O))) in let ys' := read ys in
  [seq [seq real_run ls ts n d i j (merge S x y) | y <- ys'] | x <- read xs].
End Run.

Section Points.
Variables (n d : nat) (S : seq bool) (F : fieldType).
Definition frac_mx (M : rows fraction) : 'M[F]_(n, d) := \matrix_(i, j) in_field F (entry_of M i j).
Definition real_point_A (xs : seq (rows fraction)) k : 'M[F]_(n, d) := frac_mx (merge S (nth [::] xs k) [::]).
Definition real_point_B (ys : seq (rows fraction)) k : 'M[F]_(n, d) := frac_mx (merge S [::] (nth [::] ys k)).

Lemma frac_merge x y : frac_mx (merge S x y) = mix (side_of S) (frac_mx (merge S x [::])) (frac_mx (merge S [::] y)).
Proof. by apply/matrixP=> i j; rewrite !mxE /entry_of (nth_merge S x y [::] [::]) /side_of; case: ifP. Qed.
End Points.

Section Correct.
Variables (F : realFieldType) (E : elementary F) (T : Type) (O : numbers T) (holds : T -> F -> Prop).
Hypothesis enc : encloses E O holds.
Local Notation unknown := (n_unknown O).

Let in_zero : holds (n_of O none) 0.
Proof. by have := in_of enc none; rewrite /in_field /= mul0r. Qed.
Let in_one : holds (n_of O one_fraction) 1.
Proof. by have := in_of enc one_fraction; rewrite /in_field /= divr1. Qed.

(* of size k, and each within *)
Definition row_in k (x : nat -> F) (r : seq T) := size r = k /\ forall j, (j < k)%N -> holds (nth unknown r j) (x j).
Definition rows_in m k (x : nat -> nat -> F) (M : rows T) :=
  size M = m /\ forall i, (i < m)%N -> row_in k (x i) (nth [::] M i).
Definition tab_in (A : mat F) (M : tab T) :=
  [/\ t_rows M = m_rows A, t_cols M = m_cols A & rows_in (m_rows A) (m_cols A) (m_at A) (t_body M)].

Lemma row_in_cons k x a r : row_in k.+1 x (a :: r) -> holds a (x 0%N) /\ row_in k (fun j => x j.+1) r.
Proof. by case=> -[sr] h; split; [apply: (h 0%N) | split=> // j jk; apply: (h j.+1)]. Qed.
Lemma rows_in_cons m k x r M : rows_in m.+1 k x (r :: M) -> row_in k (x 0%N) r /\ rows_in m k (fun i => x i.+1) M.
Proof. by case=> -[sM] h; split; [apply: (h 0%N) | split=> // j jk; apply: (h j.+1)]. Qed.
Lemma row_in_map g h k x r : (forall a z, holds a z -> holds (g a) (h z)) -> row_in k x r ->
  row_in k (fun j => h (x j)) (map g r).
Proof. by move=> gh [sr hr]; split=> [|j jk]; rewrite ?size_map // (nth_map unknown) ?sr //; apply/gh/hr. Qed.
Lemma row_in_zip f h k x y r s : (forall a b z t, holds a z -> holds b t -> holds (f a b) (h z t)) ->
  row_in k x r -> row_in k y s -> row_in k (fun j => h (x j) (y j)) (zip_with f r s).
Proof.
move=> fh [sr hr] [ss hs]; split=> [|j jk]; first by rewrite size_zip_with ?ss.
by rewrite (nth_zip_with _ _ unknown unknown) ?sr ?ss //; apply: fh; [apply: hr | apply: hs].
Qed.

(* arithmetic *)
Lemma in_dot k x y r s : row_in k x r -> row_in k y s -> holds (dot O r s) (\sum_(l < k) x l * y l).
Proof.
have from : forall k x y r s acc z, holds acc z -> row_in k x r -> row_in k y s ->
    holds (dot_from O acc r s) (z + \sum_(l < k) x l * y l).
  elim=> [|m IH] x' y' r' s' acc z hz; first by case=> /size0nil -> _ _; rewrite big_ord0 addr0.
  case: r' => [[]|a r'] // /row_in_cons[ha hr]; case: s' => [[]|b s'] // /row_in_cons[hb hs].
  by rewrite big_ord_recl addrA; apply: IH hr hs; apply: (in_add enc) => //; apply: (in_mul enc).
case: k => [|k]; first by case=> /size0nil -> _ _; rewrite big_ord0.
case: r => [[]|a r] // /row_in_cons[ha hr]; case: s => [[]|b s] // /row_in_cons[hb hs].
by rewrite big_ord_recl; apply: from hr hs; apply: (in_mul enc).
Qed.

Lemma in_power k a x : holds a x -> holds (power O k a) (x ^+ k).
Proof.
have iter p : forall b y, holds b y -> holds (Pos.iter_op (n_mul O) p b) (y ^+ Pos.to_nat p).
  elim: p => [p IH|p IH|] b y hb /=; last by rewrite Pos2Nat.inj_1 expr1.
    rewrite Pos2Nat.inj_xI exprS -[(2 * _)%coq_nat]/(2 * _)%N exprM; apply: (in_mul enc) => //; apply: IH.
    by rewrite expr2; apply: (in_mul enc).
  rewrite Pos2Nat.inj_xO -[(2 * _)%coq_nat]/(2 * _)%N exprM; apply: IH.
  by rewrite expr2; apply: (in_mul enc).
by case: k => [|k] h; [rewrite expr0 | have := iter (Pos.of_nat k.+1) _ _ h; rewrite Nat2Pos.id].
Qed.

Lemma in_value_at k c cs a x : row_in k c cs -> holds a x -> holds (value_at O cs a) (\sum_(l < k) c l * x ^+ l).
Proof.
move=> hc ha; elim: k c cs hc => [|k IH] c cs; first by case=> /size0nil -> _; rewrite big_ord0.
case: cs => [[]|c0 cs] // /row_in_cons[h0 hc]; rewrite big_ord_recl expr0 mulr1.
have -> : \sum_(l < k) c (bump 0 l) * x ^+ bump 0 l = x * \sum_(l < k) c l.+1 * x ^+ l.
  by rewrite mulr_sumr; apply: eq_bigr => l _; rewrite /bump /= exprS mulrCA.
case: cs hc (IH _ _ hc) => [[<- _] _|c1 cs hc h]; first by rewrite big_ord0 mulr0 addr0.
by apply: (in_add enc) => //; apply: (in_mul enc).
Qed.

(* matrices *)
Lemma rows_in_transposed m k x M : rows_in m k x M -> rows_in k m (fun i j => x j i) (transposed k M).
Proof.
elim: m x M => [|m IH] x M; first by case=> /size0nil -> _; split=> [|i ik]; rewrite ?size_nseq //= nth_nseq ik; split.
case: M => [[]|r M] // /rows_in_cons[[sr hr] /IH[sM hM]]; rewrite /= -/(transposed k M).
split=> [|i ik]; first by rewrite size_zip_with sr ?sM.
rewrite (nth_zip_with _ _ unknown [::]) ?sr ?sM //; have [si hi] := hM _ ik.
by split=> [|[|j] jm] /=; rewrite ?si //; [apply: hr | apply: hi].
Qed.

Lemma in_product A B M N : m_cols A = m_rows B -> tab_in A M -> tab_in B N ->
  tab_in (meaning [:: B] product_of A) (product_tab O M N).
Proof.
move=> AB [rA cA [sA hA]] [rB cB /rows_in_transposed]; rewrite -{2}cB => -[sN hN].
split=> //; split=> [|i im]; rewrite /= ?size_map //.
rewrite (nth_map [::]) ?sA //; split=> [|j jk]; rewrite ?size_map ?sN // (nth_map [::]) ?sN //.
by apply: (in_dot (x := m_at A i) (y := fun l => m_at B l j)); [apply: hA | rewrite AB; apply: hN].
Qed.

Lemma in_zip_tab f h A B M N : (forall a b z t, holds a z -> holds b t -> holds (f a b) (h z t)) ->
  m_rows A = m_rows B -> m_cols A = m_cols B -> tab_in A M -> tab_in B N ->
  tab_in (Mat (m_rows A) (m_cols A) (fun i j => h (m_at A i j) (m_at B i j))) (zip_tab f M N).
Proof.
move=> fh rAB cAB [rA cA [sA hA]] [rB cB [sB hB]].
split=> //; split=> [|i im]; rewrite /= ?size_zip_with ?sA ?sB //.
rewrite (nth_zip_with _ _ [::] [::]) ?sA ?sB //; apply: row_in_zip fh (hA _ im) _.
by rewrite cAB; apply: hB; rewrite -rAB.
Qed.

Lemma in_map_tab g h A M : (forall a z, holds a z -> holds (g a) (h z)) -> tab_in A M ->
  tab_in (Mat (m_rows A) (m_cols A) (fun i j => h (m_at A i j))) (map_tab g M).
Proof.
move=> gh [rA cA [sA hA]]; split=> //; split=> [|i im]; rewrite /= ?size_map //.
by rewrite (nth_map [::]) ?sA //; apply: row_in_map gh (hA _ im).
Qed.

Lemma in_transpose A M : tab_in A M -> tab_in (meaning [::] (LTranspose LInput) A) (transpose_tab M).
Proof. by move=> [rA cA hA]; split=> //=; rewrite cA; apply: rows_in_transposed hA. Qed.

Lemma in_repeat (m k : nat) A M : tab_in A M ->
  ((m_rows A, m_cols A) == (1, k))%N || ((m_rows A, m_cols A) == (m, 1))%N ->
  tab_in (meaning [::] (LRepeat LInput m k) A) (repeat_tab O m k M).
Proof.
move=> [rA cA [sA hA]] mk; rewrite /repeat_tab rA cA; set rs := if m_cols A == 1%N then _ else _.
have [srs hrs] : rows_in (m_rows A) k (fun i j => m_at A i (if m_cols A == 1 then 0 else j)%N) rs.
  rewrite /rs; case: eqP => c1; last first.
    have <- : m_cols A = k by case/orP: mk => /eqP[].
    by split.
  split=> [|i im]; rewrite ?size_map // (nth_map [::]) ?sA //; have [si hi] := hA _ im.
  by split=> [|j jk]; rewrite ?size_nseq // nth_nseq jk -nth0; apply: hi; rewrite c1.
split=> //=; case: eqP => r1; last first.
  have <- : m_rows A = m by case/orP: mk => /eqP[].
  by split.
by split=> [|i im]; rewrite ?size_nseq // nth_nseq im -nth0; apply: hrs; rewrite r1.
Qed.

Lemma in_flatten m k x M i j : rows_in m k x M -> (i < m)%N -> (j < k)%N ->
  holds (nth unknown (flatten M) (i * k + j)) (x i j).
Proof.
elim: i m x M => [|i IH] [|m] x M // h im jk; case: M h => [[]|r M] // /rows_in_cons[[sr hr] hM]; rewrite nth_cat sr.
  by rewrite mul0n add0n jk; apply: hr.
by rewrite mulSn -addnA ltnNge leq_addr addKn; apply: (IH m _ _ hM).
Qed.

Lemma in_gather m k source A M : size source = (m * k)%N ->
  all (fun e => e < m_rows A * m_cols A)%N source -> tab_in A M ->
  tab_in (meaning [::] (LGather LInput m k source) A) (gather_tab O m k source M).
Proof.
move=> sz /all_nthP lt [rA cA hA]; split=> //=; split=> [|i im]; first by rewrite size_reshape size_nseq.
rewrite nth_reshape nth_nseq im take_nseq ?(ltnW im) // sumn_nseq [(k * i)%N]mulnC.
split=> [|j jk]; first by rewrite size_takel // size_drop size_map sz; nia.
have ij : (i * k + j < m * k)%N by nia.
rewrite nth_take // nth_drop (nth_map 0%N) ?sz //; have := lt 0%N (i * k + j)%N; rewrite sz => /(_ ij).
move: (nth 0%N _ _) => e en; have c0 : (0 < m_cols A)%N by case: (m_cols A) en => //; rewrite muln0.
by rewrite {1}(divn_eq e (m_cols A)); apply: in_flatten hA _ _; rewrite ?ltn_mod // ltn_divLR.
Qed.

Lemma in_softmax_tab (m : nat -> nat -> F) ms A M : rows_in (m_rows A) (m_cols A) m ms ->
  (forall i, (i < m_rows A)%N -> (0 < m_cols A)%N ->
    (forall j, (j < m_cols A)%N -> 0 <= m i j) /\ exists2 j, (j < m_cols A)%N & 0 < m i j) ->
  tab_in A M ->
  tab_in (Mat (m_rows A) (m_cols A) (fun i => softmax_at E (m_cols A) (m i) (m_at A i))) (softmax_tab O ms M).
Proof.
move=> [sm hm] pos [rA cA [sA hA]]; split=> //=; split=> [|i im]; first by rewrite size_zip_with sm ?sA.
rewrite (nth_zip_with _ _ [::] [::]) ?sm ?sA // cA; split=> [|j jk]; first by rewrite size_fill.
have [m0 [l lk ml]] := pos i im (leq_ltn_trans (leq0n j) jk); have [sr hr] := hm _ im; have [ss hs] := hA _ im.
rewrite nth_fill jk /softmax_at insubT /=.
apply: (in_softmax enc (m := fun l : 'I_(m_cols A) => m i l) (x := fun l : 'I_(m_cols A) => m_at A i l)
  sr ss _ _ _ _ (Ordinal jk)).
- by move=> j'; apply: hr.
- by move=> j'; apply: hs.
- by move=> j'; apply: m0.
- by exists (Ordinal lk).
Qed.

(* the parameters of a layer: their matrices and tables *)
Definition params_in (ps : seq lparam) (As : seq (mat F)) (ts : seq (tab T)) := forall i p,
  ohead (drop i ps) = Some p ->
  let A := nth (no_mat F) As i in
  [/\ m_rows A = l_rows p, m_cols A = l_cols p, tab_in A (nth (no_tab T) ts i) &
      if l_value p is Some M then forall a b, m_at A a b = in_field F (entry_of M a b) else True].

Lemma factors_pos p M i : factors_ok p -> l_value p = Some M -> (i < l_rows p)%N ->
  (forall j, (j < l_cols p)%N -> 0 <= in_field F (entry_of M i j)) /\
  exists2 j, (j < l_cols p)%N & 0 < in_field F (entry_of M i j).
Proof.
rewrite /factors_ok => ok V; move: ok; rewrite V => /andP[/andP[/eqP sM /all_nthP cM] /all_nthP ok] im.
have {}im : (i < size M)%N by rewrite sM.
have /eqP ci := cM [::] i im; have /andP[/all_nthP ge /(has_nthP none)[j jk gt]] := ok [::] i im; rewrite ci in jk ge.
have pos q : 0 < (int_of_Z (Zpos (den q)))%:~R :> F by rewrite ltr0z; lia.
split=> [l lk|]; last by exists j => //; rewrite divr_gt0 ?pos // ltr0z /entry_of; lia.
by apply: divr_ge0; [rewrite ler0z; have := ge none l lk; rewrite /entry_of; lia | apply/Order.POrderTheory.ltW/pos].
Qed.

Lemma in_factors ps As ts c A M : params_in ps As ts -> softmax_fits ps c (m_rows A, m_cols A) -> tab_in A M ->
  let m i := if c is Some c then m_at (nth (no_mat F) As c) i else fun=> 1 in
  rows_in (m_rows A) (m_cols A) m (if c is Some c then t_body (nth (no_tab T) ts c)
                                   else nseq (t_rows M) (nseq (t_cols M) (n_of O one_fraction))) /\
  (forall i, (i < m_rows A)%N -> (0 < m_cols A)%N ->
    (forall j, (j < m_cols A)%N -> 0 <= m i j) /\ exists2 j, (j < m_cols A)%N & 0 < m i j).
Proof.
case: c => [c|] H fit [rA cA _] /=; last first.
  split=> [|i _ c0]; last by split=> [j _|]; [exact: ler01 | exists 0%N => //; exact: ltr01].
  rewrite rA cA; split=> [|i im]; rewrite ?size_nseq // nth_nseq im.
  by split=> [|j jk]; rewrite ?size_nseq // nth_nseq jk.
move: fit => /=; case P: (ohead _) => [p|] // /andP[/eqP[-> ->] ok].
have [r c' [_ _]] := H _ _ P; rewrite r c' => h V; split=> // i im _.
case W: (l_value p) V ok => [M'|] V ok; last by rewrite /factors_ok W in ok.
have [ge [j jk gt]] := factors_pos ok W im.
by split=> [l lk|]; [rewrite V; apply: ge | exists j; rewrite ?V].
Qed.

Theorem real_evalP ps As ts : params_in ps As ts -> forall e A M s, tab_in A M ->
  r_fits ps e (m_rows A, m_cols A) = Some s ->
  tab_in (r_meaning E As e A) (real_eval O ts e M) /\ (m_rows (r_meaning E As e A), m_cols (r_meaning E As e A)) = s.
Proof.
move=> H; elim=> [|i|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa k|a IHa c|a IHa m k|a IHa m k src|f a IHa|c a IHa|
  a IHa b IHb] A M s AM /=.
- by case=> <-.
- by case P: (ohead _) => [p|] // [<-]; have [rp cp h _] := H _ _ P; rewrite rp cp; split.
- case Fa: (r_fits ps a _) => [ra|] //; case Fb: (r_fits ps b _) => [rb|] //=; case: eqP => // ab [<-].
  have [ha sa] := IHa _ _ _ AM Fa; have [hb sb] := IHb _ _ _ AM Fb; move: ab; rewrite -sa -sb /= => ab.
  by split=> //; apply: in_product.
- case Fa: (r_fits ps a _) => [ra|] //; case Fb: (r_fits ps b _) => [[rb cb]|] //=; case: eqP => // ab [<-].
  have [ha sa] := IHa _ _ _ AM Fa; have [hb sb] := IHb _ _ _ AM Fb; rewrite -sa; move: ab; rewrite -sa -sb => -[e1 e2].
  by split=> //; apply: in_zip_tab => //; apply: in_mul enc.
- case Fa: (r_fits ps a _) => [ra|] //; case Fb: (r_fits ps b _) => [[rb cb]|] //=; case: eqP => // ab [<-].
  have [ha sa] := IHa _ _ _ AM Fa; have [hb sb] := IHb _ _ _ AM Fb; rewrite -sa; move: ab; rewrite -sa -sb => -[e1 e2].
  by split=> //; apply: in_zip_tab => //; apply: in_add enc.
- case Fa: (r_fits ps a _) => [ra|] //= [<-]; have [ha <-] := IHa _ _ _ AM Fa.
  by split=> //; apply: in_transpose.
- case Fa: (r_fits ps a _) => [ra|] //=; case: ifP => // _ [<-]; have [ha <-] := IHa _ _ _ AM Fa.
  by split=> //; apply: (@in_map_tab (power O k) (fun z => z ^+ k)) => // *; apply: in_power.
- case Fa: (r_fits ps a _) => [ra|] //=; case P: (ohead _) => [p|] //; case: ifP => // /andP[/andP[/eqP c1 _] _] [<-].
  have [ha <-] := IHa _ _ _ AM Fa; have [rp cp [_ _ [sC hC]] _] := H _ _ P; split=> //.
  set C := nth (no_mat F) As c in sC hC *.
  apply: (@in_map_tab _ (fun z => \sum_(l < m_rows C) m_at C l 0 * z ^+ l)) => // d z.
  apply: (@in_value_at _ (fun l => m_at C l 0)); split=> [|l lt]; rewrite ?size_map // (nth_map [::]) ?sC // -nth0.
  by apply: (proj2 (hC _ lt)); rewrite cp c1.
- case Fa: (r_fits ps a _) => [ra|] //=; case: ifP => // mk [<-]; have [ha sa] := IHa _ _ _ AM Fa.
  by split=> //; apply: in_repeat; rewrite ?sa.
- case Fa: (r_fits ps a _) => [ra|] //=; case: ifP => // /andP[/eqP sz lt] [<-]; have [ha sa] := IHa _ _ _ AM Fa.
  by split=> //; apply: in_gather => //; move: lt; rewrite -sa.
- move=> Fa; have [ha <-] := IHa _ _ _ AM Fa; split=> //; apply: (in_map_tab (h := real_value E f)) => // *.
  exact: (in_real enc).
- case Fa: (r_fits ps a _) => [ra|] //=; case: ifP => // fit [<-]; have [ha sa] := IHa _ _ _ AM Fa.
  rewrite -sa in fit *; have [hm pos] := in_factors H fit ha.
  by split=> //; apply: (in_softmax_tab hm pos ha).
- case Fa: (r_fits ps a _) => [ra|] //= Fb; have [ha sa] := IHa _ _ _ AM Fa; apply: (IHb _ _ _ ha); by rewrite sa.
Qed.

(* tables *)
Lemma in_fill A m k (M : rows T) : m_rows A = m -> m_cols A = k ->
  (forall i j, (i < m)%N -> (j < k)%N -> holds (nth unknown (nth [::] M i) j) (m_at A i j)) ->
  tab_in A (fill_tab O (Tab m k M)).
Proof.
move=> rA cA h; split=> //=; rewrite rA cA; split=> [|i im]; first by rewrite size_map size_fill.
rewrite (nth_map [::]) ?size_fill // nth_fill im; split=> [|j jk]; rewrite ?size_fill // nth_fill jk.
exact: h.
Qed.

Lemma in_read M i j : holds (nth unknown (nth [::] (map (map (n_of O)) M) i) j) (in_field F (entry_of M i j)).
Proof.
have [iM|iM] := ltnP i (size M); last first.
  by rewrite [nth [::] _ i]nth_default ?size_map // nth_nil; apply: in_unknown enc _.
rewrite (nth_map [::]) //; have [jM|jM] := ltnP j (size (nth [::] M i)); last first.
  by rewrite nth_default ?size_map //; apply: in_unknown enc _.
by rewrite (nth_map none) //; apply: in_of enc _.
Qed.

Lemma param_tabs_in theta ps ws k : (forall v, (v < size (param_flat ps ws))%N ->
    theta (k + v)%N = in_field F (nth none (param_flat ps ws) v)) ->
  params_in ps (param_mats (in_field F) theta ps k) (map (fill_tab O) (param_tabs (n_of O) ps ws)).
Proof.
elim: ps ws k => [|p ps IH] ws k h i p'; first by case: i.
move: h; rewrite /= /free; case V: (l_value p) => [M|] h.
  case: i => [|i] /=; last by apply: IH => v lt; rewrite addn0 h.
  by case=> <-; rewrite V; split=> //; apply: in_fill => // a b _ _ /=; apply: in_read.
case: i => [|i] /=; last first.
  apply: IH => v lt; rewrite -addnA h ?size_cat ?size_listed ?ltn_add2l //.
  by rewrite nth_cat size_listed ltnNge leq_addr addKn.
case=> <-; rewrite V; split=> //; apply: in_fill => // a b am bk /=.
have ab : (a * l_cols p + b < l_rows p * l_cols p)%N by nia.
rewrite h ?size_cat ?size_listed ?nth_cat ?size_listed ?ab ?nth_listed // ?ltn_addr //; apply: in_read.
Qed.

Lemma real_netP theta ls ws k A M s : (forall v, (v < size (layer_flat (map bare ls) ws))%N ->
    theta (k + v)%N = in_field F (nth none (layer_flat (map bare ls) ws) v)) ->
  tab_in A M -> r_layers_size ls (m_rows A, m_cols A) = Some s ->
  let Y := r_network E (layer_mats (in_field F) theta (map bare ls) k) (map r_expr ls) A in
  tab_in Y (real_net O (real_tabs O ls ws) (map r_expr ls) M) /\ (m_rows Y, m_cols Y) = s.
Proof.
rewrite /r_network /real_net /real_tabs; elim: ls ws k A M => [|l ls IH] ws k A M h AM /=; first by case=> <-.
case L: (r_fits _ _ _) => [t|] //= Ls.
have H : params_in (r_params l) (param_mats (in_field F) theta (r_params l) k)
    (map (fill_tab O) (param_tabs (n_of O) (r_params l) (seq.head [::] ws))).
  by apply: param_tabs_in => v lt; rewrite h /= ?size_cat ?ltn_addr // nth_cat lt.
have [hl st] := real_evalP H AM L; apply: IH hl _; last by rewrite st.
move=> v lt; rewrite -addnA h /layer_free -(size_param_flat _ (seq.head [::] ws)) /= ?size_cat ?ltn_add2l //.
by rewrite nth_cat ltnNge leq_addr addKn.
Qed.

(* the theorem for a whole network, whose input is enclosed by X *)
Theorem real_runP n d ls (S : pred 'I_n) i j ws (x y : 'M[F]_(n, d)) (X : rows T) : r_layers_fit ls n d i j ->
  (forall (a : 'I_n) (b : 'I_d), holds (nth unknown (nth [::] X a) b) (mix S x y a b)) ->
  holds (real_run O ls (real_tabs O ls ws) n d i j X) (real_output E ls S i j ws x y).
Proof.
rewrite /r_layers_fit; case L: (r_layers_size _ _) => [s|] // /andP[i1 j2] hX.
have AM : tab_in (of_matrix (mix S x y)) (fill_tab O (Tab n d X)).
  apply: in_fill => // a b an bd /=; rewrite (insubT (fun i => i < n)%N an) (insubT (fun i => i < d)%N bd).
  exact: (hX (Ordinal an) (Ordinal bd)).
have [|[_ _ [_ h]] sz] := @real_netP (at_nat (in_field F \o lit_theta (map bare ls) ws)) ls ws 0 _ _ _ _ AM L.
  by move=> v; rewrite size_layer_flat => lt; rewrite /at_nat (insubT (fun i => i < nweights (map bare ls))%N lt).
by case: s sz {L} i1 j2 => a b [<- <-] i1 j2; apply: (proj2 (h _ i1)).
Qed.

(* for points that are rows of fractions; those that are lacking have no entries *)
Theorem real_gridP n d ls (S : seq bool) i j ws xs ys r s (a : 'I_r) (b : 'I_s) : r_layers_fit ls n d i j ->
  holds (nth unknown (nth [::] (real_grid O ls ws n d S i j xs ys) a) b)
    (grid (real_output E ls (side_of S) i j ws)
      (fun k : 'I_r => real_point_A n d S F xs k) (fun k : 'I_s => real_point_B n d S F ys k) a b).
Proof.
move=> fit; rewrite mxE /real_grid.
have [ar|ar] := ltnP a (size xs); last first.
  by rewrite [nth [::] _ a]nth_default ?size_map // nth_nil; apply: in_unknown enc _.
rewrite (nth_map [::]) ?size_map //; have [bs|bs] := ltnP b (size ys); last first.
  by rewrite nth_default ?size_map //; apply: in_unknown enc _.
rewrite (nth_map [::]) ?size_map // !(nth_map [::] [::]) // -map_merge //.
by apply: real_runP => // a' b'; rewrite -frac_merge mxE; apply: in_read.
Qed.
End Correct.

(* what an evaluation costs: operations on numbers, of which a function takes function_cost, and a 64th of the steps to
   the entries that are gathered *)
Local Notation big := N.of_nat.
Definition function_cost : N := 500.
Section Cost.
Variable ps : seq lparam.
Definition r_size_of (e : rexpr) (s : size2) : size2 := odflt (0, 0)%N (r_fits ps e s).
Fixpoint r_expr_cost (e : rexpr) (s : size2) : N :=
  let one a o := (r_expr_cost a s + expr_cost ps o (r_size_of a s))%bN in
  let two a b o := (r_expr_cost a s + r_expr_cost b s + expr_cost [:: sized (r_size_of b s)] o (r_size_of a s))%bN in
  match e with
  | RInput | RParam _ => 0
  | RProduct a b => two a b product_of
  | RHadamard a b => two a b hadamard_of
  | RAdd a b => two a b sum_of
  | RTranspose a => one a (LTranspose LInput)
  | RPower a k => one a (LPower LInput k)
  | RPolynomial a c => one a (LPolynomial LInput c)
  | RRepeat a m k => one a (LRepeat LInput m k)
  | RGather a m k source => one a (LGather LInput m k source) + big m * big k * cells (r_size_of a s) / 64
  | RReal _ a | RSoftmax _ a => r_expr_cost a s + function_cost * cells (r_size_of a s)
  | RThen a b => r_expr_cost a s + r_expr_cost b (r_size_of a s)
  end%bN.
End Cost.
Fixpoint real_cost (ls : seq rlayer) (s : size2) : N :=
  if ls is l :: ls then
    (r_expr_cost (r_params l) (r_expr l) s + real_cost ls (r_size_of (r_params l) (r_expr l) s))%bN
  else 0%bN.
