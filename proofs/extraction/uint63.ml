(* Coq's native integers, 0 .. 2^63 - 1, as OCaml's, which are the same 63 bits read with a sign. The same as Coq's own
   kernel/uint63_63.ml, of what is used here; that one cannot be inlined. Trusted. *)

type t = int

let of_int (x : int) : t = x [@@inline always]
let add (x : t) (y : t) : t = x + y [@@inline always]
let sub (x : t) (y : t) : t = x - y [@@inline always]
let mul (x : t) (y : t) : t = x * y [@@inline always]
let l_and (x : t) (y : t) : t = x land y [@@inline always]
let l_or (x : t) (y : t) : t = x lor y [@@inline always]
let l_sl (x : t) (y : t) : t = if 0 <= y && y < 63 then x lsl y else 0
let l_sr (x : t) (y : t) : t = if 0 <= y && y < 63 then x lsr y else 0
let equal (x : t) (y : t) = x = y [@@inline always]
let lt (x : t) (y : t) = x lxor min_int < y lxor min_int [@@inline always]
let le (x : t) (y : t) = x lxor min_int <= y lxor min_int [@@inline always]

(* without a sign; x mod 0 is x, and x / 0 is 0 *)
let unsigned (x : t) = Int64.logand (Int64.of_int x) Int64.max_int
let rem_unsigned (x : t) (y : t) : t = if y = 0 then x else Int64.to_int (Int64.rem (unsigned x) (unsigned y))
let rem (x : t) (y : t) : t = if x >= 0 && y > 0 then x mod y else rem_unsigned x y [@@inline always]
let div_unsigned (x : t) (y : t) : t = if y = 0 then 0 else Int64.to_int (Int64.div (unsigned x) (unsigned y))
let div (x : t) (y : t) : t = if x >= 0 && y > 0 then x / y else div_unsigned x y [@@inline always]
