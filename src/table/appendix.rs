//! The files of the appendix: every table in every format, a document that takes them all in, and a
//! manifest. All but the manifest's time depend on the seed alone.

use super::{Format, Table, render, words};
use crate::files::sha256;
use itertools::Itertools;
use serde_json::{Value, json};

/// A file: name and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Name, without directory.
    pub name: String,
    /// Content.
    pub text: String,
}

/// One table in the given formats, as `ID.EXT`.
pub fn files(table: &dyn Table, seed: u64, formats: &[Format]) -> Vec<File> {
    let data = table.build(seed);
    let file = |&format: &Format| File {
        name: format!("{}.{}", table.id(), format.extension()),
        text: render(table, &data, format),
    };
    formats.iter().map(file).collect()
}

/// What all tables have in common, before the first.
const CONVENTIONS: &str = "Notation: $L$ layers, width $d$, $H$ heads of width $d_a = d/H$, token-mixing \
    hidden width $S$, $N$ tokens in two sides $A$ and $B$, degrees $k_t$ and $k_c$ of token and channel \
    mixing, $K = k_t k_c$, $D = K^L$; $mc(n,k)$ is the number of monomials of degree $k$ in $n$ variables, \
    $binom(n,k)$ the binomial coefficient. Networks are polynomial. The theorems, with $h$, $h_1$, $g$, \
    $n$, $q$ and $R$, are those of docs/theory.md. Integers of at most 20 digits are exact. $10^x$ stands \
    for a longer or a larger one: its logarithm is rounded to three decimals where both ends of the \
    certified interval agree to them, and else both ends are given, rounded outwards. A dash: nothing to say.";

/// `appendix.tex`: takes in the LaTeX of every table, compiles with a plain TeX Live.
pub fn appendix(tables: &[&dyn Table], seed: u64) -> File {
    let inputs = tables.iter().map(|t| {
        let (title, id) = (words::latex(t.title()), t.id());
        format!("\\needspace{{0.4\\textheight}}\n\\section{{{title}}}\n\\input{{{id}}}\n")
    });
    let (version, conventions) = (env!("CARGO_PKG_VERSION"), words::latex(CONVENTIONS));
    let text = format!(
        "\\documentclass[10pt]{{article}}\n\
         \\usepackage[T1]{{fontenc}}\n\\usepackage{{lmodern,microtype}}\n\
         \\usepackage[a4paper,landscape,margin=22mm]{{geometry}}\n\
         \\usepackage{{amsmath,array,booktabs,longtable,needspace}}\n\
         \\title{{Separation ranks: tables}}\n\
         \\author{{seprank {version}, seed {seed}}}\n\\date{{}}\n\
         \\begin{{document}}\n\\maketitle\n\\noindent {conventions}\n\n{}\\end{{document}}\n",
        inputs.format("")
    );
    File { name: "appendix.tex".into(), text }
}

/// `manifest.json`: version, seed, time in seconds since 1970, and the SHA-256 of every file.
pub fn manifest(files: &[File], seed: u64, time: u64) -> File {
    let entry = |file: &File| (file.name.clone(), Value::String(sha256(file.text.as_bytes())));
    let files: serde_json::Map<_, _> = files.iter().map(entry).collect();
    let version = env!("CARGO_PKG_VERSION");
    // A reader that keeps numbers in doubles would round it.
    let seed = if seed < 1 << 53 { json!(seed) } else { json!(seed.to_string()) };
    let document = json!({ "version": version, "seed": seed, "time": time, "sha256": files });
    File { name: "manifest.json".into(), text: format!("{document:#}\n") }
}
