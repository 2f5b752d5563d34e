(* The free numbers of theory.md 5.4 and 5.4' for blocks of given sizes, of the largest bound. Nothing rests on it:
   BlocksLower.blocks_at_least asks for the hypotheses, and evaluates the bound. *)

(* markers, payload, groups of the payload and of the markers, blocks that read; of 5.4' markers of two kinds, clean
   payload, and the groups for either kind *)
type t = One of int * int * int * int * int | Two of int * int * int * int * int * int * int

let log_factorial s =
  if s < 1. then 0. else
  s *. log s -. s +. 0.5 *. log (2. *. Float.pi *. s) +. (1. -. 1. /. (30. *. s *. s)) /. (12. *. s)

(* of 'C(v + e, v), by Stirling's formula, without differences of large numbers *)
let log_binomial v e =
  let (s, rest) = (Float.min v e, Float.max v e) in
  s *. log (s +. rest) -. s +. (rest +. 0.5) *. Float.log1p (s /. rest) -. s /. (12. *. rest *. (rest +. s))
  -. log_factorial s

let groups n width = (n + width - 1) / width
let range a b = Seq.unfold (fun i -> if i > b then None else Some (i, i + 1)) a

(* [tokens] are those of the smaller side *)
let best ~depth ~heads ~width ~head_width ~hidden ~power ~tokens =
  let exponent blocks = float power *. (3. *. float power) ** float blocks in
  let one b rho =
    let cm = groups b head_width in
    let m = min (width - 1 - b) (rho * heads / cm * head_width) in
    let room = if power = 2 then 2 * b + 2 else (power + 1) * (power + 1) * b in
    if m < b || room > hidden || (rho > 1 && cm * cm > heads) then None
    else Some (log_binomial (float (b * m)) (exponent (depth - rho - 1)), One (b, m, groups m head_width, cm, rho)) in
  let two b1 b2 =
    let (cm1, cm2) = (groups b1 head_width, groups b2 head_width) in
    let p = min (width - 1 - b1 - b2) (min (heads / cm1 * head_width) (((heads - 1) / cm2 * head_width) + b1)) in
    let m = p - b1 in
    if m < b2 || 2 * max b1 b2 + 4 > hidden then None
    else
      let e = exponent (depth - 3) in
      Some (log_binomial (float (b1 * p)) (4. *. e) +. log_binomial (float (b2 * m)) e,
            Two (b1, b2, m, groups p head_width, cm1, groups m head_width, cm2)) in
  let better best found = match (best, found) with
    | Some (y, _), Some (x, _) when y >= x -> best
    | _, None -> best
    | _ -> found in
  let search best outer inner plan =
    Seq.fold_left (fun best a -> Seq.fold_left (fun best b -> better best (plan a b)) best (inner a)) best outer in
  if power < 2 || heads < 1 || head_width < 1 then None else
  let markers = range 1 (min tokens (width / 2)) in
  let found = search None (range 1 (min 64 (depth - 1))) (fun _ -> markers) (fun rho b -> one b rho) in
  let found =
    if power <> 2 || depth < 3 then found
    else search found (range 1 (tokens - 1)) (fun b1 -> range 1 (tokens - b1)) two in
  Option.map snd found
