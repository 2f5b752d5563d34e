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
let most_entries = 1 lsl 24
let most_digits = 8192
let most_layers = 4096

(* equal sizes are one value in memory; of a file they add up to no more than this, as they are compared in unary *)
let most_unary = 1 lsl 26
let unary = ref 0
let known = ref [| O |]
let nat n =
  unary := !unary + n;
  if !unary > most_unary then incomplete "limit" "sizes that add up to more than %d are not read" most_unary;
  if n >= Array.length !known then begin
    let longer = Array.make (max (n + 1) (2 * Array.length !known)) O in
    Array.iteri (fun i _ -> if i > 0 then longer.(i) <- S longer.(i - 1)) longer;
    known := longer
  end;
  !known.(n)

(* the number with these bits, after the ones that were there *)
let rec bits count word found =
  if count = 0 then found else
  let bit = (word lsr (count - 1)) land 1 = 1 in
  bits (count - 1) word (match found with
    | Z0 -> if bit then Zpos XH else Z0
    | Zpos p -> Zpos (if bit then XI p else XO p)
    | Zneg _ -> assert false)
let small n = bits 62 n Z0

(* digits without a sign: nine at a time into words of 30 bits, the lowest first *)
let natural digits =
  let length = String.length digits in
  let canonical = length > 0 && (length = 1 || digits.[0] <> '0') && String.for_all (fun c -> c >= '0' && c <= '9') digits in
  if not canonical then wrong "an integer without leading zeros";
  if length > most_digits then incomplete "limit" "numbers of more than %d digits are not read" most_digits;
  let words = Array.make ((length / 9) + 1) 0 in
  let rec go at step = if at < length then begin
    let carry = ref (int_of_string ("0u" ^ String.sub digits at step)) in
    Array.iteri (fun i word ->
      let sum = (word * 1_000_000_000) + !carry in
      words.(i) <- sum land 0x3fffffff;
      carry := sum lsr 30) words;
    go (at + step) 9
  end in
  (* the first step is the short one: what was there is 0 *)
  go 0 (if length mod 9 = 0 then 9 else length mod 9);
  Array.fold_right (bits 30) words Z0

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
let extent v = match size most_size v with 0 -> invalid "problem" "a size of 0" | n -> n
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
  | _ -> wrong "an object with one field"

let row = list integer

(* n/d in lowest terms, which only the format asks *)
let coprime n d =
  let (le, sub, mul, div) = (native.z_le, native.z_sub, native.z_mul, native.z_div) in
  let rec gcd a b = if le b (native.z_of Z0) then a else gcd b (sub a (mul (div a b) b)) in
  le (gcd (native.z_of n) (native.z_of d)) (native.z_of (Zpos XH))
let fraction = function
  | Str s as v ->
    (match String.index_opt s '/' with
     | None -> { num = integer v; den = XH }
     | Some at ->
       let num = integer (Str (String.sub s 0 at)) in
       (match natural (String.sub s (at + 1) (String.length s - at - 1)) with
        | Zpos d when d <> XH && coprime (Z.abs num) (Zpos d) -> { num; den = d }
        | _ -> wrong "a fraction in lowest terms"))
  | _ -> wrong "a number in a string"

let parameter v =
  match fields [ "rows"; "cols"; "value" ] v with
  | [ m; k; value ] ->
    { l_rows = nat (extent m); l_cols = nat (extent k); l_value = optional (list (list fraction)) value }
  | _ -> assert false

let real_functions = [ ("gelu", Gelu); ("gelu-tanh", GeluTanh); ("relu", Relu); ("silu", Silu); ("sigmoid", Sigmoid); ("tanh", Tanh);
  ("reciprocal-root", ReciprocalRoot) ]

(* a sum of several terms is one of two, from the left *)
let rec expression v =
  let of_size names item = match fields names item with
    | [ of_; a; b ] -> (expression of_, a, b)
    | _ -> assert false in
  let two = function List [ a; b ] -> (expression a, expression b) | _ -> wrong "two expressions" in
  if v = Str "input" then RInput else
  match choice v with
  | "parameter", i -> RParam (nat (size most_size i))
  | "product", v -> let (a, b) = two v in RProduct (a, b)
  | "hadamard", v -> let (a, b) = two v in RHadamard (a, b)
  | "then", v -> let (a, b) = two v in RThen (a, b)
  | "sum", List (first :: rest) -> List.fold_left (fun a b -> RAdd (a, expression b)) (expression first) rest
  | "sum", _ -> wrong "a sum of one term at least"
  | "transpose", v -> RTranspose (expression v)
  | "power", v ->
    (match fields [ "of"; "exponent" ] v with [ a; k ] -> RPower (expression a, nat (size most_size k)) | _ -> assert false)
  | "polynomial", v ->
    (match fields [ "of"; "coefficients" ] v with
     | [ a; c ] -> RPolynomial (expression a, nat (size most_size c))
     | _ -> assert false)
  | "repeat", v -> let (a, m, k) = of_size [ "of"; "rows"; "cols" ] v in RRepeat (a, nat (extent m), nat (extent k))
  | "gather", v ->
    (match fields [ "of"; "rows"; "cols"; "source" ] v with
     | [ a; m; k; source ] ->
       let (m, k, source) = (extent m, extent k, list (size most_entries) source) in
       if List.length source <> m * k then invalid "problem" "gather: a source of %d entries for %d x %d" (List.length source) m k;
       RGather (expression a, nat m, nat k, List.map nat source)
     | _ -> assert false)
  | "real", v ->
    (match fields [ "of"; "function" ] v with
     | [ a; Str name ] ->
       (match List.assoc_opt name real_functions with
        | Some f -> RReal (f, expression a)
        | None -> invalid "format" "function %s" name)
     | [ a; Object [ ("softmax", factors) ] ] -> RSoftmax (optional (fun c -> nat (size most_size c)) factors, expression a)
     | _ -> wrong "a function")
  | name, _ -> invalid "format" "expression %s" name

let layer v =
  match fields [ "parameters"; "expression" ] v with
  | [ parameters; e ] -> { r_params = list parameter parameters; r_expr = expression e }
  | _ -> assert false

(* a network without functions of real numbers is one of polynomials *)
type network = Polynomial of architecture | Functions of nat * rlayer list
let network width layers =
  let polynomial l = Option.map (fun e -> { l_params = l.r_params; l_expr = e }) (polynomial_of l.r_expr) in
  let found = List.filter_map polynomial layers in
  if List.length found = List.length layers then Polynomial (ArchLayers (width, found)) else Functions (width, layers)

let architecture = function
  | "attention", v ->
    (match fields [ "depth"; "width"; "heads" ] v |> List.map (size most_size) with
     | [ depth; width; heads ] ->
       (Polynomial (ArchAttention (nat depth, nat width, nat heads)), Printf.sprintf "attention L=%d d=%d H=%d" depth width heads)
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
       (Polynomial (ArchMixer (nat l, nat d, nat s, nat kt, nat c, nat kc, bias, residual, Option.map (List.map nat) permutation)),
        Printf.sprintf "mixer L=%d d=%d S=%d k_t=%d C=%d k_c=%d%s%s%s" l d s kt c kc (if bias then " with biases" else "")
          (if residual then " with residuals" else "") (if permutation <> None then " on the input permuted as in the file" else ""))
     | _ -> assert false)
  | "layers", v ->
    (match fields [ "width"; "layers" ] v with
     | [ width; layers ] ->
       let (width, layers) = (extent width, list layer layers) in
       if layers = [] || List.length layers > most_layers then invalid "problem" "%d layers" (List.length layers);
       (network (nat width) layers, Printf.sprintf "the network in the file, L=%d d=%d" (List.length layers) width)
     | _ -> assert false)
  | name, _ -> invalid "format" "architecture %s" name

(* long texts by their ends *)
let abbreviate text =
  let (shown, count) = (100, String.length text) in
  if count <= 3 * shown then text
  else Printf.sprintf "%s..(%d more)..%s" (String.sub text 0 shown) (count - (2 * shown)) (String.sub text (count - shown) shown)

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
       ((arch, nat tokens, List.map nat left, nat token, nat channel),
        Printf.sprintf "%s, N=%d, A={%s}, Y[%d,%d]" network tokens (abbreviate (String.concat "," (runs left))) token channel)
     | _ -> assert false)
  | _ -> assert false

let vector = list fraction
let matrix = list vector
let head v =
  match fields [ "query"; "key"; "output"; "value" ] v |> List.map matrix with
  | [ q; k; o; u ] -> ((q, k), (o, u))
  | _ -> assert false
let mixer_layer v =
  match fields [ "w1"; "w2"; "w3"; "w4"; "bias" ] v with
  | [ w1; w2; w3; w4; bias ] ->
    let biases = optional (fun v -> fields [ "b1"; "b2"; "b3"; "b4" ] v |> List.map vector) bias in
    let at k = match biases with Some b -> List.nth b k | None -> [] in
    { w_1 = matrix w1; w_2 = matrix w2; w_3 = matrix w3; w_4 = matrix w4; w_b1 = at 0; w_b2 = at 1; w_b3 = at 2; w_b4 = at 3 }
  | _ -> assert false
let weights v =
  match choice v with
  | "attention", v -> AttentionWeights (list (list head) v)
  | "mixer", v -> MixerLayers (list mixer_layer v)
  | "layers", v -> LayerWeights (list (list matrix) v)
  | name, _ -> invalid "format" "weights %s" name

(* the base64 of numbers of four bytes, the lowest first *)
let packed = function
  | Str text ->
    let code c = match String.index_opt "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" c with
      | Some code -> code | None -> wrong "base64" in
    let length = String.length text in
    if length mod 4 <> 0 then wrong "base64 in fours";
    let padding =
      if length = 0 || text.[length - 1] <> '=' then 0 else if text.[length - 2] = '=' then 2 else 1 in
    let bytes = Bytes.make (length / 4 * 3) '\000' in
    for k = 0 to (length / 4) - 1 do
      let at i = let place = (4 * k) + i in if place >= length - padding then 0 else code text.[place] in
      let word = (at 0 lsl 18) lor (at 1 lsl 12) lor (at 2 lsl 6) lor at 3 in
      List.iter (fun i -> Bytes.set bytes ((3 * k) + i) (Char.chr ((word lsr (16 - (8 * i))) land 255))) [ 0; 1; 2 ]
    done;
    let count = (length / 4 * 3) - padding in
    (* the bits that padding leaves over are 0 *)
    if count mod 4 <> 0 || Bytes.exists (( <> ) '\000') (Bytes.sub bytes count padding) then wrong "numbers of four bytes";
    List.init (count / 4) (fun i -> match small (Int32.to_int (Bytes.get_int32_le bytes (4 * i)) land 0xffffffff) with
      | Zpos n -> Npos n | _ -> N0)
  | _ -> wrong "a string of base64"

let block v =
  match fields [ "degree"; "rows"; "cols"; "solutions" ] v with
  | [ degree; rows; cols; solutions ] ->
    if solutions <> Null then unread "an answer to a challenge";
    { block_degree = nat (size most_size degree); block_rows = packed rows; block_cols = packed cols }
  | _ -> assert false
(* below 2^64 *)
let signs = function
  | Int digits when String.length digits <= 20 ->
    (match natural digits with
     | Z0 -> N0
     | Zpos n when String.length digits < 20 || digits <= "18446744073709551615" -> Npos n
     | _ -> wrong "a number below 2^64")
  | _ -> wrong "a number below 2^64"

let monomial = list (fun e -> nat (size most_size e))
let lower_theorems = [ ("attention-power", AttentionPower); ("attention-isotropic", AttentionIsotropic);
  ("attention-few-layers", AttentionFewLayers); ("attention-two-layers", AttentionTwoLayers); ("attention-heads", AttentionHeads);
  ("attention-blocks", AttentionBlocks); ("mixer-one-layer", MixerOneLayer); ("mixer-channels", MixerChannels) ]

(* the free numbers of 5.4 for this problem; Checker asks whether they will do *)
let rec int_of = function O -> 0 | S n -> 1 + int_of n
let choice_for problem =
  match problem.arch with
  | ArchLayers (d, ls) ->
    (match blocks_of d ls with
     | Some ((((depth, heads), head_width), hidden), power) ->
       let left = List.length problem.left_side in
       let tokens = min left (int_of problem.tokens - left) in
       Choice.best ~depth:(int_of depth) ~heads:(int_of heads) ~width:(int_of d) ~head_width:(int_of head_width)
         ~hidden:(int_of hidden) ~power:(int_of power) ~tokens
       |> Option.map (function
         | Choice.One (b, m, cp, cm, rho) -> OneStage (nat b, nat m, nat cp, nat cm, nat rho)
         | Choice.Two (b1, b2, m, cp1, cm1, cp2, cm2) ->
           TwoStages (nat b1, nat b2, nat m, nat cp1, nat cm1, nat cp2, nat cm2))
     | None -> None)
  | _ -> None

let lower problem v =
  match choice v with
  | "grid", v ->
    (match fields [ "prime"; "left"; "right" ] v with
     | [ prime; left; right ] -> Grid (integer prime, list row left, list row right)
     | _ -> assert false)
  | "coefficients", v ->
    (match fields [ "prime"; "left"; "right" ] v with
     | [ prime; left; right ] -> Coefficients (integer prime, list monomial left, list monomial right)
     | _ -> assert false)
  | "blocks", v ->
    (match fields [ "prime"; "signs"; "blocks" ] v with
     | [ prime; s; blocks ] -> Blocks (integer prime, list signs s, list block blocks)
     | _ -> assert false)
  | "theorem", Str "transformer-blocks" -> TransformerBlocks (choice_for problem)
  | "theorem", Str id ->
    (match List.assoc_opt id lower_theorems with
     | Some t -> LowerTheorem t
     | None -> unread ("the theorem " ^ id))
  | "enclosure", _ -> unread "an enclosure of polynomials"
  | name, _ -> invalid "format" "evidence %s" name

let upper_theorems = [ ("attention-word", AttentionWord); ("attention-graded", AttentionGraded);
  ("attention-junctions", AttentionJunctions); ("attention-layers", AttentionLayers); ("mixer-homogeneous", MixerHomogeneous);
  ("mixer-degree", MixerDegree); ("mixer-support", MixerUpper MixerSupport); ("mixer-span", MixerUpper MixerSpan);
  ("mixer-trees", MixerUpper MixerTrees); ("network-degree", NetworkDegree); ("network-support", NetworkSupport);
  ("network-passing", NetworkPassing); ("network-one-side", NetworkOneSide) ]
let upper v =
  match choice v with
  | "theorem", Str id ->
    (match List.assoc_opt id upper_theorems with
     | Some u -> u
     | None -> unread ("the theorem " ^ id))
  | "separation", _ -> unread "evidence from above by separation"
  | name, _ -> invalid "format" "evidence %s" name

let value v =
  match choice v with
  | "exact", Str digits when digits <> "" && digits.[0] = '-' -> invalid "value" "%s is negative" digits
  | "exact", Str digits -> ((match natural digits with Z0 -> N0 | Zpos p -> Npos p | Zneg _ -> assert false), digits)
  | "log10", _ -> unread "a value by its logarithm"
  | _ -> wrong "exact or log10"

let enclosure v =
  match choice v with
  | "enclosure", v ->
    (match fields [ "bits"; "left"; "right" ] v with
     | [ bits; left; right ] ->
       let bits = match small (size (1 lsl 14) bits) with Zpos b -> Npos b | _ -> N0 in
       (bits, list (list fraction) left, list (list fraction) right)
     | _ -> assert false)
  | _ -> invalid "polynomial" "other evidence than an enclosure for functions of real numbers"

let rank v =
  match fields [ "problem"; "scope"; "relation"; "value"; "weights"; "lower"; "upper" ] v with
  | [ p; scope; relation; v; w; low; up ] ->
    let ((network, tokens, left_side, out_token, out_channel), what) = problem p in
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
    let claim = match network with
      | Polynomial arch ->
        let of_problem = { arch; tokens; left_side; out_token; out_channel } in
        let of_lower = optional (lower of_problem) low in
        Rank { of_problem; of_scope; of_relation; of_value; of_weights; of_lower; of_upper = optional upper up }
      | Functions (real_width, real_layers) ->
        (match (of_scope, of_relation, of_weights, optional enclosure low, up) with
         | Fixed, AtLeast, Some (LayerWeights real_weights), Some (real_bits, left_values, right_values), Null ->
           Real { real_width; real_layers; real_tokens = tokens; real_left = left_side; real_out = (out_token, out_channel);
                  real_value = of_value; real_weights; real_bits; left_values; right_values }
         | _, AtLeast, _, None, _ -> incomplete "missing-evidence" "lower"
         | _, Equal, _, Some _, Null -> incomplete "missing-evidence" "upper"
         | Generic, AtLeast, _, _, Null -> invalid "scope" "an enclosure is about the weights in the file"
         | _, AtLeast, None, _, Null -> incomplete "missing-weights" "weights"
         | _, AtLeast, _, _, Null -> invalid "weight-shape" "weights of layers"
         | _ -> invalid "polynomial" "functions of real numbers have an enclosure, and at-least") in
    (claim, Printf.sprintf "separation rank of %s %s %s, %s" what sign (abbreviate digits) which)
  | _ -> assert false

let gap (refuted, across, note) v =
  match fields [ "lower"; "upper" ] v |> List.map rank with
  | [ (Rank low, what); (Rank up, than) ] -> (Gap (refuted, across, low, up), what ^ "; " ^ than ^ note)
  | _ -> unread "a gap of a network with functions of real numbers"

let certificate text =
  unary := 0;
  match fields [ "format"; "version"; "claim" ] (Json.read text) with
  | [ Str "seprank-certificate"; Int "1"; claim ] ->
    (match choice claim with
     | "rank", v -> rank v
     | "gap", v -> gap (false, false, "") v
     | "refuted-gap", v -> gap (true, false, "; the gap is refuted") v
     | "gap-across", v -> gap (false, true, "; a gap across sizes") v
     | "refuted-gap-across", v -> gap (true, true, "; refuted across sizes") v
     | "matrix", _ -> unread "a claim on a matrix"
     | name, _ -> invalid "format" "claim %s" name)
  | _ -> wrong "a seprank-certificate of version 1"
