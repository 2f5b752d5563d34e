(* unverified elimination inside Coq produces L, U; the verified checker checks them *)
From Coq Require Import ZArith Uint63.
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import RankCert RankCert63.
Open Scope uint63_scope.
Section E.
Variable p : PrimInt63.int.
Fixpoint powm (fuel : nat) (a e acc : i63) : i63 :=
  match fuel with
  | O => acc
  | S f => if PrimInt63.eqb e 0 then acc else
      powm f ((a * a) mod p) (e >> 1) (if PrimInt63.eqb (e land 1) 0 then acc else (acc * a) mod p)
  end.
Definition inv a := powm 63 a (p - 2) 1.
Fixpoint axpy (c : i63) (r s : list i63) : list i63 :=
  match r, s with
  | cons a r, cons b s => cons ((a + c * b) mod p) (axpy c r s)
  | _, _ => nil
  end.
Fixpoint lu (n : nat) (rows : list (list i63)) : list (list i63) * list (list i63) :=
  match n, rows with
  | S n, cons (cons a t) rest =>
      let i := inv a in
      let ls := List.map (fun s => match s with cons h _ => (h * i) mod p | _ => 0 end) rest in
      let rest' := List.map (fun ls => match ls with
         | (l, cons _ tl) => if PrimInt63.eqb l 0 then tl else axpy (p - l) tl t | (_, nil) => nil end) (List.combine ls rest) in
      let (Us, Ls) := lu n rest' in (cons (cons a t) Us, cons (cons 1 ls) Ls)
  | _, _ => (nil, nil)
  end.
Fixpoint zc (xs : list i63) (rs : list (list i63)) : list (list i63) :=
  match xs, rs with cons x xs, cons r rs => cons (cons x r) (zc xs rs) | _, _ => nil end.
Fixpoint tr (xs : list (list i63)) : list (list i63) :=
  match xs with
  | cons (cons a x) xs => cons (cons a nil) (zc x (tr xs))
  | _ => nil
  end.
Definition oneshot n (M : list (list i63)) :=
  let (Us, Ls) := lu n M in cert63 p n (tr Ls) (tr Us) M.
Fixpoint rrow (n : nat) (s : i63) : list i63 * i63 :=
  match n with O => (nil, s) | S n => let s' := (s * 69069 + 12345) land 4294967295 in
    let '(r, s'') := rrow n s' in (cons ((s' >> 9) mod p) r, s'') end.
Fixpoint rmat (m n : nat) (s : i63) : list (list i63) :=
  match m with O => nil | S m => let '(r, s') := rrow n s in cons r (rmat m n s') end.
End E.
Lemma oneshot_rank p n M : oneshot p n M ->
  \rank (map_mx (fun z : ssrint.int => z%:~R%R : rat) (mxZ n n (m2 M))) = n.
Proof. by rewrite /oneshot; case: (lu p n M) => Us Ls; apply: cert63_rank. Qed.
Definition P := 1048573.
Definition T (n : nat) := oneshot P n (rmat P n n 17).
