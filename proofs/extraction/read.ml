(* From a file to the record that Checker.check judges, and to the words for what it says. Trusted: a claim misread here
   is another claim. *)

open Json
open Proved

let incomplete kind = Printf.ksprintf (fun text -> raise (Incomplete (kind ^ ": " ^ text)))
let unread what = incomplete "unread" "%s: this checker does not read that" what
let wrong expected = invalid "format" "expected %s" expected

(* sizes are unary numbers in the proofs *)
let most_tokens = 1024
let most_size = 4096
let most_digits = 4096

let rec nat n = if n = 0 then O else S (nat (n - 1))
let rec positive n = if n = 1 then XH else if n land 1 = 1 then XI (positive (n lsr 1)) else XO (positive (n lsr 1))
let small n = if n = 0 then Z0 else Zpos (positive n)

(* digits without a sign, eighteen at a time *)
let natural digits =
  let length = String.length digits in
  let canonical = length > 0 && (length = 1 || digits.[0] <> '0') && String.for_all (fun c -> c >= '0' && c <= '9') digits in
  if not canonical then wrong "an integer without leading zeros";
  if length > most_digits then incomplete "limit" "numbers of more than %d digits are not read" most_digits;
  let step = small 1_000_000_000_000_000_000 in
  let rec go z at = if at = length then z else
    go (Z.add (Z.mul z step) (small (int_of_string ("0u" ^ String.sub digits at 18)))) (at + 18) in
  let first = length mod 18 in
  go (if first = 0 then Z0 else small (int_of_string ("0u" ^ String.sub digits 0 first))) first

let integer = function
  | Str s when String.contains s '/' -> unread "a rational number"
  | Str s when s <> "" && s.[0] = '-' && s <> "-0" -> Z.opp (natural (String.sub s 1 (String.length s - 1)))
  | Str s -> natural s
  | _ -> wrong "a number in a string"
let size most = function
  | Int digits when digits.[0] <> '-' && not (String.exists (fun c -> c < '0' || c > '9') digits) ->
    ignore (natural digits);
    if String.length digits > 9 || int_of_string digits > most then incomplete "limit" "a size of %s is above %d" digits most;
    int_of_string digits
  | _ -> wrong "a size"
let flag = function Bool b -> b | _ -> wrong "true or false"
let list item = function List items -> List.map item items | _ -> wrong "a list"
let optional item = function Null -> None | v -> Some (item v)

(* the values of the fields of an object, which must be these in this order *)
let fields names = function
  | Object found ->
    let there = List.map fst found in
    let strange name = not (List.mem name names) || List.length (List.filter (( = ) name) there) > 1 in
    (match List.find_opt strange there with Some name -> invalid "format" "field %s" name | None -> ());
    (match List.find_opt (fun name -> not (List.mem name there)) names with
     | Some name -> incomplete "missing-field" "%s" name | None -> ());
    if there <> names then wrong "the fields in their order";
    List.map snd found
  | _ -> wrong "an object"
let choice = function
  | Object [ (name, v) ] -> (name, v)
  | Str name -> (name, Null)
  | _ -> wrong "an object with one field"

let architecture = function
  | "attention", v ->
    (match fields [ "depth"; "width"; "heads" ] v |> List.map (size most_size) with
     | [ depth; width; heads ] ->
       (ArchAttention (nat depth, nat width, nat heads), Printf.sprintf "attention L=%d d=%d H=%d" depth width heads)
     | _ -> assert false)
  | "mixer", v ->
    let names = [ "depth"; "width"; "token_hidden"; "token_degree"; "channel_hidden"; "channel_degree"; "bias"; "residual"; "permutation" ] in
    (match fields names v with
     | [ depth; width; hidden; degree; channel; power; bias; residual; permutation ] ->
       let size = size most_size in
       let permutation = optional (list size) permutation in
       let (l, d, s, kt, c, kc) = (size depth, size width, size hidden, size degree, size channel, size power) in
       let (bias, residual) = (flag bias, flag residual) in
       (match permutation with
        | Some es when List.length es > 1024 -> incomplete "limit" "a permutation of more than 1024 entries"
        | _ -> ());
       (ArchMixer (nat l, nat d, nat s, nat kt, nat c, nat kc, bias, residual, Option.map (List.map nat) permutation),
        Printf.sprintf "mixer L=%d d=%d S=%d k_t=%d C=%d k_c=%d%s%s%s" l d s kt c kc (if bias then " with biases" else "")
          (if residual then " with residuals" else "") (if permutation <> None then " on the input permuted as in the file" else ""))
     | _ -> assert false)
  | "layers", _ -> unread "a network by its layers"
  | name, _ -> invalid "format" "architecture %s" name

(* 0,2,5-9 *)
let rec runs = function
  | [] -> []
  | first :: rest ->
    let rec upto last = function next :: rest when next = last + 1 -> upto next rest | rest -> (last, rest) in
    let (last, rest) = upto first rest in
    (if last = first then string_of_int first
     else Printf.sprintf (if last = first + 1 then "%d,%d" else "%d-%d") first last) :: runs rest

let problem v =
  match fields [ "architecture"; "tokens"; "left"; "output" ] v with
  | [ arch; tokens; left; output ] ->
    let (arch, network) = architecture (choice arch) in
    let (tokens, left) = (size most_tokens tokens, list (size most_tokens) left) in
    (match fields [ "token"; "channel" ] output |> List.map (size most_size) with
     | [ token; channel ] ->
       ({ arch; tokens = nat tokens; left_side = List.map nat left; out_token = nat token; out_channel = nat channel },
        Printf.sprintf "%s, N=%d, A={%s}, Y[%d,%d]" network tokens (String.concat "," (runs left)) token channel)
     | _ -> assert false)
  | _ -> assert false

let row = list integer
let matrix = list row
let head v =
  match fields [ "query"; "key"; "output"; "value" ] v |> List.map matrix with
  | [ q; k; o; u ] -> ((q, k), (o, u))
  | _ -> assert false
let mixer_layer v =
  match fields [ "w1"; "w2"; "w3"; "w4"; "bias" ] v with
  | [ w1; w2; w3; w4; bias ] ->
    let biases = optional (fun v -> fields [ "b1"; "b2"; "b3"; "b4" ] v |> List.map row) bias in
    let at k = match biases with Some b -> List.nth b k | None -> [] in
    { w_1 = matrix w1; w_2 = matrix w2; w_3 = matrix w3; w_4 = matrix w4; w_b1 = at 0; w_b2 = at 1; w_b3 = at 2; w_b4 = at 3 }
  | _ -> assert false
let weights v =
  match choice v with
  | "attention", v -> AttentionWeights (list (list head) v)
  | "mixer", v -> MixerLayers (list mixer_layer v)
  | "layers", _ -> unread "weights of a network by its layers"
  | name, _ -> invalid "format" "weights %s" name

let lower v =
  match choice v with
  | "grid", v ->
    (match fields [ "prime"; "left"; "right" ] v with
     | [ prime; left; right ] -> Grid (integer prime, list row left, list row right)
     | _ -> assert false)
  | ("theorem" | "coefficients" | "blocks" | "enclosure") as name, _ -> unread ("evidence from below by " ^ name)
  | name, _ -> invalid "format" "evidence %s" name
let upper v =
  match choice v with
  | "theorem", Str "attention-word" -> AttentionWord
  | "theorem", Str "attention-graded" -> AttentionGraded
  | "theorem", Str "mixer-homogeneous" -> MixerHomogeneous
  | "theorem", Str "mixer-degree" -> MixerDegree
  | "theorem", Str id -> unread ("the theorem " ^ id)
  | "separation", _ -> unread "evidence from above by separation"
  | name, _ -> invalid "format" "evidence %s" name

let value v =
  match choice v with
  | "exact", Str digits when digits <> "" && digits.[0] = '-' -> invalid "value" "%s is negative" digits
  | "exact", Str digits -> ((match natural digits with Z0 -> N0 | Zpos p -> Npos p | Zneg _ -> assert false), digits)
  | "log10", _ -> unread "a value by its logarithm"
  | _ -> wrong "exact or log10"

let rank v =
  match fields [ "problem"; "scope"; "relation"; "value"; "weights"; "lower"; "upper" ] v with
  | [ p; scope; relation; v; w; low; up ] ->
    let (of_problem, what) = problem p in
    let (of_value, digits) = value v in
    let of_scope = match scope with Str "generic" -> Generic | Str "fixed" -> Fixed | _ -> wrong "a scope" in
    let (of_relation, sign) = match relation with
      | Str "at-least" -> (AtLeast, ">=") | Str "at-most" -> (AtMost, "<=") | Str "equal" -> (Equal, "=")
      | _ -> wrong "a relation" in
    let which = match (of_scope, of_relation) with
      | Fixed, _ -> "with the weights in the file"
      | Generic, AtMost -> "for all weights"
      | Generic, AtLeast -> "for almost all weights"
      | Generic, Equal -> "for almost all weights, and no more for any" in
    let of_weights = optional weights w in
    let of_lower = optional lower low in
    ({ of_problem; of_scope; of_relation; of_value; of_weights; of_lower; of_upper = optional upper up },
     Printf.sprintf "separation rank of %s %s %s, %s" what sign digits which)
  | _ -> assert false

let gap (refuted, across, note) v =
  match fields [ "lower"; "upper" ] v |> List.map rank with
  | [ (low, what); (up, than) ] -> (Gap (refuted, across, low, up), what ^ "; " ^ than ^ note)
  | _ -> assert false

let certificate text =
  match fields [ "format"; "version"; "claim" ] (Json.read text) with
  | [ Str "seprank-certificate"; Int "1"; claim ] ->
    (match choice claim with
     | "rank", v -> let (claim, what) = rank v in (Rank claim, what)
     | "gap", v -> gap (false, false, "") v
     | "refuted-gap", v -> gap (true, false, "; the gap is refuted") v
     | "gap-across", v -> gap (false, true, "; a gap across sizes") v
     | "refuted-gap-across", v -> gap (true, true, "; refuted across sizes") v
     | "matrix", _ -> unread "a claim on a matrix"
     | name, _ -> invalid "format" "claim %s" name)
  | _ -> wrong "a seprank-certificate of version 1"
