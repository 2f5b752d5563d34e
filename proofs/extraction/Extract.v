(* Checker.check in OCaml: proved.ml. Native integers become those of uint63.ml; booleans, lists, pairs and options
   become OCaml's; all else is extracted as it is defined. *)
From Coq Require Import Extraction ExtrOcamlBasic ExtrOCamlInt63.
From Seprank Require Import BlocksLower NativeIntegers RealLayers CertificateClaim Checker.
Extraction Language OCaml.
Set Warnings "-extraction-opaque-accessed,-extraction-reserved-identifier".
Extraction "proved.ml" check blocks_of polynomial_of native.
