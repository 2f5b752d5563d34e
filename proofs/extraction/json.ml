(* JSON in the one layout of docs/format.md, and nothing else. Trusted. *)

type t = Null | Bool of bool | Int of string | Str of string | List of t list | Object of (string * t) list

(* what is wrong with the file, or what is there that is not read *)
exception Invalid of string
exception Incomplete of string

let invalid kind = Printf.ksprintf (fun text -> raise (Invalid (kind ^ ": " ^ text)))
let deepest = 127

let parse text =
  let at = ref 0 in
  let wrong what = invalid "format" "byte %d: expected %s" !at what in
  let peek () = if !at < String.length text then text.[!at] else '\000' in
  let word w = String.iter (fun c -> if peek () = c then incr at else wrong w) w in
  let span ok = let start = !at in while ok (peek ()) do incr at done; String.sub text start (!at - start) in
  let quoted () =
    word "\"";
    let s = span (fun c -> c <> '"' && c <> '\\' && c >= ' ') in
    if peek () = '\\' then raise (Incomplete "format: strings with a backslash are not read");
    word "\""; s in
  let rec items stop item = if peek () = stop then [] else more stop item [ item () ]
  and more stop item found = if peek () = ',' then (incr at; blank (); more stop item (item () :: found)) else List.rev found
  (* line ends are looked at by the comparison with [print] *)
  and blank () = if peek () = '\n' then incr at
  and list first last item = word first; blank (); let found = items last.[0] item in blank (); word last; found in
  let rec value depth =
    if depth > deepest then wrong "less nesting";
    match peek () with
    | '"' -> Str (quoted ())
    | '[' -> List (list "[" "]" (fun () -> value (depth + 1)))
    | '{' -> Object (list "{" "}" (fun () -> let name = quoted () in word ":"; (name, value (depth + 1))))
    | 'n' -> word "null"; Null
    | 't' -> word "true"; Bool true
    | 'f' -> word "false"; Bool false
    | '-' | '0' .. '9' -> Int (span (function '-' | '+' | '.' | 'e' | 'E' | '0' .. '9' -> true | _ -> false))
    | _ -> wrong "a value" in
  let found = value 1 in
  blank ();
  if !at < String.length text then wrong "the end";
  found

let rec print out = function
  | Null -> Buffer.add_string out "null"
  | Bool b -> Buffer.add_string out (string_of_bool b)
  | Int digits -> Buffer.add_string out digits
  | Str s -> Printf.bprintf out "\"%s\"" s
  | List ((List _ | Object _) :: _ as items) -> lines out '[' ']' print items
  | List items -> Buffer.add_char out '['; separated out "," print items; Buffer.add_char out ']'
  | Object fields -> lines out '{' '}' (fun out (name, v) -> Printf.bprintf out "\"%s\":" name; print out v) fields
and lines : 'a. Buffer.t -> char -> char -> (Buffer.t -> 'a -> unit) -> 'a list -> unit = fun out first last item items ->
  Printf.bprintf out "%c\n" first; separated out ",\n" item items; Printf.bprintf out "\n%c" last
and separated : 'a. Buffer.t -> string -> (Buffer.t -> 'a -> unit) -> 'a list -> unit = fun out between item items ->
  List.iteri (fun i x -> if i > 0 then Buffer.add_string out between; item out x) items

(* the document, if [text] is it in the layout that all certificates have *)
let read text =
  let document = parse text in
  let out = Buffer.create (String.length text) in
  print out document; Buffer.add_char out '\n';
  if Buffer.contents out <> text then invalid "format" "the layout is not that of docs/format.md";
  document
