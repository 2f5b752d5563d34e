//! Network files that are refused, and what is said of them.

use seprank::network::{NetworkFile, Replacements};
use std::path::Path;

fn parse(text: &str) -> Result<NetworkFile, String> {
    let file = NetworkFile::parse(text, Path::new("tests/data"), &Replacements::default());
    file.map_err(|e| e.to_string())
}

/// (content after `tokens = 4`, `width = 2`; parts of the one line of the message)
const REFUSED: &[(&str, &[&str])] = &[
    (
        "[[layer]]\ntype = \"atention\"",
        &["layer 0", "atention", "allowed are attention", "did you mean attention?"],
    ),
    (
        "[[layer]]\ntype = \"attention\"\nheds = 2",
        &["layer 0 (attention)", "`heds`", "did you mean `heads`?"],
    ),
    ("[[layer]]\nheads = 2", &["layer 0", "type is missing"]),
    ("layers = 3", &["unknown field `layers`", "did you mean `layer`?"]),
    ("", &["at least one [[layer]]"]),
    ("[[layer]]\ntype = \"attention\"\nheads = 3", &["heads = 3", "must divide the 2 channels"]),
    ("[[layer]]\ntype = \"attention\"\nheads = 0", &["heads = 0", "allowed are 1..="]),
    (
        "[[layer]]\ntype = \"pooling\"\n[[layer]]\ntype = \"permutation\"\norder = [0, 1, 2, 3]",
        &["order", "4 numbers", "2 are needed"],
    ),
    (
        "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"pooling\" }]",
        &["layer 0 (residual)", "adds 1 x 2", "4 tokens x 2 channels"],
    ),
    (
        "[[layer]]\ntype = \"linear-head\"\noutputs = 5\n[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"linear-head\", outputs = 4 }]",
        &["layer 1 (residual)", "adds 4 x 4", "layer 0 (linear-head) leaves 4 tokens x 5 channels"],
    ),
    (
        "[[layer]]\ntype = \"parallel\"\nbranches = [[], [{ type = \"pooling\" }]]",
        &["layer 0 (parallel)", "branch 1"],
    ),
    ("[[layer]]\ntype = \"parallel\"\nbranches = []", &["branches", "at least one"]),
    (
        "[[layer]]\ntype = \"permutation\"\norder = [0, 0, 1]",
        &["order", "each of 0..=2 must stand there once"],
    ),
    ("[[layer]]\ntype = \"permutation\"", &["order, seed, file and swap"]),
    (
        "[[layer]]\ntype = \"permutation\"\nfile = \"absent\"",
        &["file = \"absent\"", "cannot be read"],
    ),
    ("[[layer]]\ntype = \"shift\"\ngrid = [3, 2]", &["grid = [3, 2]", "4 tokens"]),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 2\ndegree = 65", &["degree = 65", "1..=64"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [1]",
        &["activation", "besides the constant"],
    ),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, nan]",
        &["activation", "`nan`", "integer, a decimal fraction"],
    ),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, \"1/0\"]", &["1/0"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, 1]\ndegree = 2",
        &["not both"],
    ),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 0", &["hidden = 0"]),
    ("[[layer]]\ntype = \"token-mixing\"", &["missing field `hidden`"]),
    ("[[layer]]\ntype = \"dropout\"\nrate = 1", &["rate = 1", "below 1"]),
    (
        "[[layer]]\ntype = \"position-embedding\"\nvalues = [[1, 2]]",
        &["values", "1 rows", "4 are needed"],
    ),
    (
        "[[layer]]\ntype = \"linear-token-mixing\"\nmatrix = [[1], [2], [3], [4]]",
        &["matrix", "row 0", "4 are needed"],
    ),
    ("[[layer]]\ntype = \"fourier-mixing\"\ndecimals = 99", &["decimals = 99", "1..=15"]),
    (
        "[[layer]]\ntype = \"repeat\"\ntimes = 5000\nlayers = [{ type = \"scaling\" }]",
        &["at most 4096 layers"],
    ),
    ("left = [7]\n[[layer]]\ntype = \"attention\"", &["left = 7"]),
    (
        "output = [0, 2]\n[[layer]]\ntype = \"attention\"",
        &["output = 0,2", "0..=1 for the channel"],
    ),
    ("output = [1, 0]\n[[layer]]\ntype = \"pooling\"", &["output = 1,0", "0..=0 for the token"]),
    ("[[layer]", &["line 3"]),
    ("width = 3", &["line 3", "duplicate key"]),
    // What is no finite number, or too long to work with, in every way of writing it.
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1, inf]]", &["(scaling): values", "`inf`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1, -inf]]", &["values", "`-inf`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[+nan, 1]]", &["values", "`+nan`"]),
    (
        "[[layer]]\ntype = \"scaling\"\nvalues = [[1e999999999, 1]]",
        &["values", "`1e999999999`", "at most 400 digits"],
    ),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[-2.5E-999999999, 1]]", &["`-2.5E-999999999`"]),
    (
        "[[layer]]\ntype = \"dropout\"\nrate = 1e-99999999999999999999999999999",
        &["rate", "at most 400 digits"],
    ),
    ("[[layer]]\ntype = \"dropout\"\nrate = 1979-05-27", &["rate", "date or time `1979-05-27`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[true, 1]]", &["values", "boolean `true`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1__0, 1]]", &["line 5"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[01, 1]]", &["line 5"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1., 1]]", &["line 5"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[0xg, 1]]", &["line 5"]),
    // A fraction, a string or too many digits where a size is asked for; a number for a name.
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 2.0", &["hidden", "`2.0`", "a whole number"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = \"2\"",
        &["hidden", "string \"2\"", "a whole number"],
    ),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = -2", &["hidden", "-2", "a whole number"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 340282366920938463463374607431768211456000",
        &["hidden", "`340282366920938463463374607431768211456000`", "a whole number"],
    ),
    ("[[layer]]\ntype = \"permutation\"\nseed = 1.5", &["seed", "`1.5`", "a whole number"]),
    ("[[layer]]\ntype = \"permutation\"\nof = 1", &["of", "1"]),
    ("[[layer]]\ntype = \"permutation\"\nfile = 1.5", &["file", "`1.5`", "string"]),
    ("[[layer]]\ntype = 3.5", &["layer 0: type", "`3.5`", "string"]),
    ("[[layer]]\ntype = \"residual\"\nlayers = [3]", &["(residual): layers", "a table"]),
    ("output = [0, 0, 1]\n[[layer]]\ntype = \"attention\"", &["output", "invalid length 3"]),
    (
        "[[layer]]\ntype = \"attention\"\n[weights]\nx = { tensor = 0.5 }",
        &["weights: x: tensor", "`0.5`", "string"],
    ),
];

#[test]
fn what_is_refused_is_named() {
    for (content, parts) in REFUSED {
        let message = match parse(&format!("tokens = 4\nwidth = 2\n{content}\n")) {
            Ok(_) => panic!("accepted: {content}"),
            Err(message) => message,
        };
        assert!(!message.contains('\n'), "{message}");
        for part in *parts {
            assert!(message.contains(part), "{content}\n{message}\nlacks {part}");
        }
    }
    // 5 x 3 has an irrational transform.
    let text = "tokens = 5\nwidth = 3\n[[layer]]\ntype = \"fourier-mixing\"";
    assert!(parse(text).unwrap_err().contains("give decimals"));
    let deep = (0..6).fold("{ type = \"scaling\" }".to_owned(), |inner, _| {
        format!("{{ type = \"residual\", layers = [{inner}] }}")
    });
    let text = format!("tokens = 4\nwidth = 2\nlayer = [{deep}]");
    assert!(parse(&text).unwrap_err().contains("at most 4 deep"));
}
