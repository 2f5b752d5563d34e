(* proofs/checker FILE..: a verdict for each certificate; the exit code is that of the worst: 0, 2 or 1. *)

let most_bytes = 96 * 1024 * 1024

let kind : Proved.finding -> string = function
  | BadProblem -> "problem" | Superfluous -> "superfluous" | MissingEvidence -> "missing-evidence"
  | MissingWeights -> "missing-weights" | WeightShape -> "weight-shape" | PointShape -> "point-shape" | NotPrime -> "prime"
  | BadResidue -> "residue" | MinorSize -> "minor-size" | MissingRows -> "missing-rows" | SingularMinor -> "minor"
  | BadHypothesis -> "hypothesis" | BadScope -> "scope" | Unread -> "unread" | WideEnclosure -> "enclosure" | BadDenominator -> "denominator" | WeakBound -> "bound" | GapSides -> "gap-sides" | GapOrder -> "gap-order" | Limit -> "limit"

let contents file =
  if Sys.is_directory file then raise (Sys_error (file ^ ": a directory"));
  let input = open_in_bin file in
  Fun.protect ~finally:(fun () -> close_in input) (fun () ->
    if in_channel_length input > most_bytes then Json.invalid "format" "more than %d bytes" most_bytes;
    really_input_string input (in_channel_length input))

(* exit code and text *)
let verdict file =
  match let (claim, what) = Read.certificate (contents file) in (Proved.check claim, what) with
  | (Proved.Valid, what) -> (0, "Valid: " ^ what)
  | (Proved.Invalid finding, _) -> (1, Printf.sprintf "Invalid (%s)" (kind finding))
  | (Proved.Incomplete finding, _) -> (2, Printf.sprintf "Incomplete (%s)" (kind finding))
  | exception Json.Invalid text -> (1, Printf.sprintf "Invalid (%s)" text)
  | exception Json.Incomplete text -> (2, Printf.sprintf "Incomplete (%s)" text)
  | exception (Sys_error text) -> (2, Printf.sprintf "Incomplete (unreadable: %s)" text)
  | exception End_of_file -> (2, "Incomplete (unreadable: not a file)")
  | exception (Stack_overflow | Out_of_memory) -> (2, "Incomplete (limit: the stack)")

let () =
  match List.tl (Array.to_list Sys.argv) with
  | ([] | [ ("-h" | "--help") ]) as asked ->
    print_endline "usage: checker FILE..\n\nSays of each certificate that it is Valid, with its claim, Invalid or Incomplete. Accepting is proved in Coq:\n\
                   Checker.check_correct. Exit code: the worst of 0, 2 and 1."; exit (if asked = [] then 2 else 0)
  | files ->
    let codes = List.map (fun file -> let (code, text) = verdict file in Printf.printf "%s: %s\n%!" file text; code) files in
    let count code = List.length (List.filter (( = ) code) codes) in
    if List.length files > 1 then
      Printf.printf "%d files: %d valid, %d incomplete, %d invalid\n" (List.length files) (count 0) (count 2) (count 1);
    exit (if List.mem 1 codes then 1 else if List.mem 2 codes then 2 else 0)
