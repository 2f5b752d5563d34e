//! docs/check.py, the second checker, against this one: it never accepts what this one does not.

#[path = "../../../tests/common/cases.rs"]
mod cases;
#[path = "../../../tests/common/mod.rs"]
mod common;

use common::{accepted, claim_mut, data};
use seprank_check::certificate::{
    Architecture, Block, Blocks, Certificate, Claim, Expression, Gather, Grid, Layer, Layers,
    Lower, Output, Parameter, PolynomialIn, Power, Problem, RankClaim, Relation, Repeat, Scope,
    Text, Value, Weights, from_bytes, to_bytes,
};
use seprank_check::check::{Kind, Verdict, check_file};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

#[allow(clippy::print_stderr)] // the log of the tests says what was skipped
fn python(files: &[PathBuf]) -> Option<process::Output> {
    let script = data("accept").join("../../../docs/check.py");
    let output = Command::new("python3").arg(script).args(files).output();
    if output.is_err() {
        eprintln!("skipped: docs/check.py, as python3 is missing");
    }
    output.ok()
}

/// What is wrong with the half that check.py does not look at.
fn above_only(kind: Kind) -> bool {
    use Kind::{
        Bound, Hypothesis, Limit, MissingProducts, PointShape, Separation, SeparationSize, Theorem,
    };
    [Bound, Hypothesis, Limit, MissingProducts, PointShape, Separation, SeparationSize, Theorem]
        .contains(&kind)
}

/// Compares the two on every file, and returns how many check.py found to be Valid, Incomplete with
/// a lower bound that holds, Incomplete, Invalid.
fn compare(files: &[PathBuf]) -> Option<[usize; 4]> {
    let output = python(files)?;
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text.lines().count(), files.len(), "{text}\n{errors}");
    let mut counts = [0; 4];
    for (file, line) in files.iter().zip(text.lines()) {
        let said = line.strip_prefix(&format!("{}: ", file.display())).expect(line);
        let own = check_file(file);
        let kind = own.finding().map(|f| f.kind);
        let place = own.finding().map_or("", |f| &f.place);
        let context = format!("{line}\n{own}\n{}", fs::read_to_string(file).unwrap_or_default());
        if said.starts_with("Valid") {
            counts[0] += 1;
            // By challenge, or not: in the same words.
            assert!(own.is_valid() && said.starts_with(&format!("{own}: ")), "{context}");
        } else if said.contains("rank at least") {
            counts[1] += 1;
            let above = kind.is_none_or(|kind| above_only(kind) && !place.contains("lower"));
            assert!(above, "{context}");
            let challenged =
                said.contains(", by challenge (a false claim passes one try in 2^128);");
            assert!(
                kind.is_some() || challenged == (own == Verdict::ValidByChallenge),
                "{context}"
            );
        } else if said.starts_with("Incomplete: ") {
            counts[2] += 1;
            assert_ne!(kind, Some(Kind::Minor), "{context}");
        } else {
            counts[3] += 1;
            assert!(said.starts_with("Invalid: "), "{context}");
            assert_ne!(own, Verdict::Valid, "{context}");
        }
    }
    Some(counts)
}

fn list(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(data(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn what_the_format_forbids_is_refused() {
    for folder in ["accept", "reject", "sizes"] {
        compare(&list(folder));
    }
    let Some(output) = python(&list("reject")) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    // All that the reader refuses, and all that the checker does below the theorems.
    for line in text.lines().filter(|line| line.contains("read-")) {
        let missing = line.contains("read-missing-field");
        assert!(line.contains(if missing { ": Incomplete: " } else { ": Invalid: " }), "{line}");
    }
    for kind in [
        "problem",
        "value",
        "scope",
        "superfluous",
        "weight-shape",
        "point-shape",
        "prime",
        "residue",
        "denominator",
        "minor-size",
        "minor",
    ] {
        assert!(text.contains(&format!("check-{kind}.json: Invalid: ")), "{kind}: {text}");
    }
    for kind in ["evidence", "weights", "rows"] {
        assert!(text.contains(&format!("check-missing-{kind}.json: Incomplete: ")), "{text}");
    }
}

#[test]
fn without_a_file_it_says_how_it_is_used() {
    let Some(output) = python(&[]) else { return };
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("docs/check.py FILE") && text.contains("Limits:"), "{text}");
    let nowhere = python(&["nowhere.json".into()]).unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(nowhere.stdout.starts_with(b"nowhere.json: Incomplete: "));
}

/// Blocks: of attention whose largest minor has solutions, of a Mixer, of diagonal weights, and of attention
/// with one token on a side, where all minors have solutions. The last was written by a producer in Python.
const BLOCKS: [&str; 4] =
    ["blocks-attention", "blocks-mixer", "blocks-diagonal", "blocks-one-token"];

/// Certificates with a lower bound that is computed, one of them by layers, one on a matrix.
fn bases() -> Vec<String> {
    let mut names = vec!["mixer", "grid", "coefficients", "separation", "layers", "cover"];
    names.extend(&BLOCKS[1..]); // the first takes seconds
    let read = |name: &str| data("accept").join(name).with_extension("json");
    names.iter().map(|name| fs::read_to_string(read(name)).unwrap()).collect()
}

/// A network by its layers that has every expression.
fn layered() -> RankClaim {
    use Expression::{Hadamard, Input, Parameter as P, Product, Sum, Then, Transpose};
    let pair = |a, b| Box::new((a, b));
    let number = |n: i64| Text(num_rational::BigRational::from_integer(n.into()));
    let row = Product(pair(P(0), Input));
    let square = Expression::Power(Box::new(Power { of: Input, exponent: 2 }));
    let repeat = Expression::Repeat(Box::new(Repeat { of: row, rows: 2, cols: 2 }));
    let of = Then(pair(Transpose(Box::new(Input)), Sum(vec![Input])));
    let polynomial = Expression::Polynomial(Box::new(PolynomialIn { of, coefficients: 1 }));
    let gather = Gather { of: Input, rows: 2, cols: 2, source: vec![3, 1, 0, 2] };
    let scores = Product(pair(Input, Transpose(Box::new(Input))));
    let expression = Sum(vec![
        Hadamard(pair(square, repeat)),
        Product(pair(scores, Input)),
        polynomial,
        Expression::Gather(Box::new(gather)),
    ]);
    let coefficients = [1, -2, 3].map(|n| vec![number(n)]).to_vec();
    let parameters = vec![
        Parameter { rows: 1, cols: 2, value: None },
        Parameter { rows: 3, cols: 1, value: Some(coefficients) },
    ];
    let layers = vec![Layer { parameters, expression }];
    let points = |list: [[u64; 2]; 2]| list.map(|p| p.map(Text).to_vec()).to_vec();
    let (left, right) = (points([[1, 2], [3, 5]]), points([[7, 4], [2, 9]]));
    RankClaim {
        problem: Problem {
            architecture: Architecture::Layers(Layers { width: 2, layers }),
            tokens: 2,
            left: vec![0],
            output: Output { token: 0, channel: 1 },
        },
        scope: Scope::Generic,
        relation: Relation::AtLeast,
        value: Value::Exact(Text(2.into())),
        weights: Some(Weights::Layers(vec![vec![vec![vec![number(2), number(-3)]]]])),
        lower: Some(Lower::Grid(Grid { prime: Text(101), left, right })),
        upper: None,
    }
}

/// `SEPRANK_BLESS=1` writes tests/data/accept/layers.json again.
#[test]
fn a_layered_certificate_is_on_file() {
    let bytes = to_bytes(&Certificate::new(Claim::Rank(Box::new(layered()))));
    let path = data("accept").join("layers.json");
    if std::env::var_os("SEPRANK_BLESS").is_some() {
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(check_file(&path), Verdict::Valid);
}

fn write(directory: &Path, texts: impl IntoIterator<Item = String>) -> Vec<PathBuf> {
    let path = |(i, text)| {
        let path = directory.join(format!("{i}.json"));
        fs::write(&path, text).unwrap();
        path
    };
    texts.into_iter().enumerate().map(path).collect()
}

/// The same content with a field more in every object, or otherwise laid out.
#[test]
fn other_fields_and_other_layouts_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut texts = Vec::new();
    for text in bases() {
        texts.push(text.replace('\n', "\r\n"));
        texts.push(text.trim_end().into());
        texts.push(format!("{text}\n"));
        texts.push(format!("\u{feff}{text}"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        texts.push(serde_json::to_string(&value).unwrap() + "\n");
        texts.push(serde_json::to_string_pretty(&value).unwrap() + "\n");
        for (at, _) in text.match_indices('}') {
            for extra in ["\"permutation\":[0,5,7,2,1,6,4,3]", "\"upper\":null", "\"a\":0"] {
                texts.push(format!("{},\n{extra}{}", text[..at].trim_end(), &text[at - 1..]));
            }
        }
    }
    let count = texts.len();
    let files = write(directory.path(), texts);
    if let Some(counts) = compare(&files) {
        assert_eq!(counts, [0, 0, 0, count]);
    }
}

/// What may stand in place of a word of the text, one a line.
const PIECES: &str = r#"0
1
3
-1
64
65
true
null
"1"
"1/2"
"-0"
[]
{}
"fixed"
"generic"
"at-least"
"equal"
"at-most"
16777217
18446744073709551616
1e2
"input"

,
"2147483647"
"101""#;

/// The ends of every word between the punctuation.
fn words(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let ends = |b: &u8| b",:[]{}\n".contains(b);
    let starts = (0..bytes.len()).filter(|&i| !ends(&bytes[i]) && (i == 0 || ends(&bytes[i - 1])));
    starts.map(|i| (i, i + bytes[i..].iter().take_while(|b| !ends(b)).count())).collect()
}

/// The text with one word or line changed.
fn changed(text: &str, below: &mut impl FnMut(usize) -> usize) -> String {
    let words = words(text);
    let (start, end) = words[below(words.len())];
    let (before, word, after) = (&text[..start], &text[start..end], &text[end..]);
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (line, other) = (below(lines.len()), below(lines.len()));
    match below(12) {
        0 => drop(lines.remove(line)),
        1 => lines.insert(line, lines[line]),
        2 => lines.swap(line, other),
        3 => return format!("{before}{after}"),
        // A number by another of its kind.
        6.. if word.trim_matches('"').parse::<i64>().is_ok() => {
            let quote = if word.starts_with('"') { "\"" } else { "" };
            return format!("{before}{quote}{}{quote}{after}", below(6));
        }
        _ => {
            let pieces: Vec<&str> = PIECES.split('\n').collect();
            return format!("{before}{}{after}", pieces[below(pieces.len())]);
        }
    }
    lines.concat()
}

/// Random changes to the text.
#[test]
fn nothing_is_accepted_that_this_checker_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let mut seed = 7u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % n
    };
    let (bases, cases) = (bases(), cases::cases(400).cases as usize);
    let texts: Vec<String> =
        (0..cases).map(|i| changed(&bases[i % bases.len()], &mut below)).collect();
    let files = write(directory.path(), texts);
    let read = files.iter().filter(|file| from_bytes(&fs::read(file).unwrap()).is_ok()).count();
    assert!(read > cases / 8, "{read} of {cases} are still certificates");
    if let Some(counts) = compare(&files) {
        assert!(counts[3] > cases / 4 && counts[0] + counts[1] > 0, "{counts:?}");
    }
}

#[test]
fn blocks_are_checked_by_elimination_and_by_challenge() {
    let files = BLOCKS.map(|name| data("accept").join(name).with_extension("json"));
    let Some(counts) = compare(&files) else { return };
    assert_eq!(counts, [1, 3, 0, 0]);
    let text = String::from_utf8(python(&files).unwrap().stdout).unwrap();
    let challenged: Vec<bool> = text.lines().map(|line| line.contains("by challenge")).collect();
    assert_eq!(challenged, [true, false, false, true], "{text}");
}

fn blocks_mut(claim: &mut RankClaim) -> &mut Blocks {
    match &mut claim.lower {
        Some(Lower::Blocks(blocks)) => blocks,
        _ => panic!("blocks"),
    }
}

/// The minor of the largest order.
fn largest(claim: &mut RankClaim) -> &mut Block {
    blocks_mut(claim).blocks.iter_mut().max_by_key(|block| block.rows.0.len()).unwrap()
}

/// Lets the claim be what the orders of the minors add up to.
fn adjust(claim: &mut RankClaim) {
    let sum: usize = blocks_mut(claim).blocks.iter().map(|block| block.rows.0.len()).sum();
    claim.value = Value::Exact(Text(sum.into()));
}

/// What makes the evidence false, of a claim whose minors have solutions.
const FALSE: [fn(&mut RankClaim); 16] = [
    |claim| largest(claim).solutions.as_mut().unwrap()[0].0[0] ^= 1,
    |claim| largest(claim).solutions.as_mut().unwrap()[5].0[0] ^= 1,
    |claim| largest(claim).solutions.as_mut().unwrap()[1].0[0] += 8_388_593,
    |claim| largest(claim).solutions.as_mut().unwrap().swap(0, 1),
    |claim| drop(largest(claim).solutions.as_mut().unwrap().pop()),
    |claim| largest(claim).solutions = Some(Vec::new()),
    |claim| largest(claim).rows.0.swap(0, 1),
    |claim| largest(claim).cols.0.swap(0, 1),
    |claim| largest(claim).degree += 100,
    |claim| blocks_mut(claim).prime = Text((1 << 31) - 1),
    |claim| claim.value = Value::Exact(Text(1.into())),
    // Of these the minors are eliminated.
    |claim| {
        largest(claim).rows.0[1] = u32::MAX;
        largest(claim).solutions = None;
    },
    |claim| {
        largest(claim).rows.0[1] = largest(claim).rows.0[0];
        largest(claim).solutions = None;
    },
    |claim| {
        let twice = largest(claim).clone();
        blocks_mut(claim).blocks.push(twice);
        adjust(claim);
    },
    // A minor of the same degree and class.
    |claim| {
        let mut second = largest(claim).clone();
        for lines in [&mut second.rows, &mut second.cols] {
            lines.0.truncate(1);
        }
        second.solutions = None;
        blocks_mut(claim).blocks.push(second);
        adjust(claim);
    },
    // No symmetry.
    |claim| blocks_mut(claim).signs[0] = 1,
];

#[test]
fn false_blocks_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let texts = FALSE.iter().map(|change| {
        let mut certificate = accepted("blocks-one-token");
        change(claim_mut(&mut certificate));
        String::from_utf8(to_bytes(&certificate)).unwrap()
    });
    let text = fs::read_to_string(data("accept").join("blocks-one-token.json")).unwrap();
    assert!(text.contains("A==\""), "a string whose padding counts");
    // Four bits that are left over; no padding; too much.
    let edited = ["B==", "A", "A==="].map(|new| text.replacen("A==", new, 1));
    let files = write(directory.path(), texts.chain(edited));
    if let Some(counts) = compare(&files) {
        assert_eq!(counts, [0, 0, 0, files.len()]);
    }
}
