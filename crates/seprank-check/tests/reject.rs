//! One minimal bad file for every kind of error of the reader and of the checker.
//!
//! The files of tests/data/reject/ are made from the valid ones of tests/data/accept/ by the edits
//! below: `SEPRANK_BLESS=1 cargo test --test reject` writes them again.

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::{accepted, claim_mut, data};
use seprank_check::certificate::{self, Certificate, Claim, ReadKind, Text, to_bytes};
use seprank_check::certificate::{
    Architecture, Log10, Lower, MAX_DIGITS, MAX_FILE_BYTES, RankClaim,
};
use seprank_check::certificate::{Relation, Scope, Upper, Value, Weights};
use seprank_check::check::{Kind, Verdict, check_file};
use std::fs;

/// Edits of the text of accept/theorem.json that the reader refuses.
const UNREADABLE: &[(ReadKind, &str, &str)] = &[
    (ReadKind::Syntax, "\"110\"\n", "\"110\",\n"),
    (ReadKind::Trailing, "}\n}\n}\n}\n", "}\n}\n}\n}\n{}"),
    (ReadKind::UnknownField, "\"weights\":null,", "\"wieghts\":null,"),
    (ReadKind::DuplicateField, "\"weights\":null,", "\"weights\":null,\n\"weights\":null,"),
    (ReadKind::MissingField, "\"weights\":null,\n", ""),
    (ReadKind::UnknownVariant, "\"at-most\"", "\"below\""),
    (ReadKind::WrongType, "\"depth\":2", "\"depth\":2.0"),
    (ReadKind::Version, "\"version\":1", "\"version\":2"),
    (ReadKind::Number, "\"110\"", "\"0110\""),
    (ReadKind::Layout, "\"version\":1", "\"version\": 1"),
];

/// Edits of the claim in a valid file that the checker refuses.
type Edit = fn(&mut RankClaim);
const UNPROVED: &[(Kind, &str, Edit)] = &[
    (Kind::Problem, "theorem", |c| c.problem.left = vec![1, 0]),
    (Kind::Value, "theorem", |c| c.value = exact(-1)),
    (Kind::Scope, "grid", |c| {
        c.scope = Scope::Fixed;
        c.lower = Some(Lower::Theorem("attention-power".into()));
    }),
    (Kind::Superfluous, "grid", |c| c.relation = Relation::AtLeast),
    (Kind::WeightShape, "grid", |c| {
        if let Some(Weights::Attention(layers)) = &mut c.weights {
            layers[0][0].key.pop();
        }
    }),
    (Kind::PointShape, "grid", |c| {
        grid(c).left[0].pop();
    }),
    (Kind::Prime, "grid", |c| grid(c).prime = Text((1 << 61) + 1)),
    (Kind::Residue, "grid", |c| grid(c).left[0][0] = Text((1 << 61) - 1)),
    (Kind::Denominator, "grid", |c| {
        if let Some(Weights::Attention(layers)) = &mut c.weights {
            layers[0][0].key[0][0] = Text("1/2305843009213693951".parse().unwrap());
        }
    }),
    (Kind::MinorSize, "grid", |c| c.value = exact(1)),
    (Kind::Minor, "grid", |c| grid(c).left[1] = grid(c).left[0].clone()),
    (Kind::SeparationSize, "separation", |c| {
        let more = products(c)[0].clone();
        products(c).push(more);
    }),
    (Kind::Separation, "separation", |c| products(c)[0].left[0].0 = Text("7/2".parse().unwrap())),
    (Kind::Theorem, "theorem", |c| c.upper = Some(Upper::Theorem("attention-power".into()))),
    (Kind::Hypothesis, "theorem", |c| c.upper = Some(Upper::Theorem("mixer-degree".into()))),
    (Kind::Bound, "theorem", |c| c.value = exact(109)),
    (Kind::GapSides, "gap", |c| c.problem.tokens += 1),
    (Kind::GapOrder, "gap", |c| c.value = exact(1)),
    (Kind::MissingEvidence, "grid", |c| c.upper = None),
    (Kind::MissingWeights, "grid", |c| c.weights = None),
    (Kind::MissingRows, "grid", |c| drop(grid(c).right.pop())),
    (Kind::MissingProducts, "separation", |c| drop(products(c).pop())),
    (Kind::Block, "blocks", |c| {
        let again = blocks(c)[0].clone();
        blocks(c).push(again);
        c.value = exact(50);
    }),
    (Kind::Challenge, "challenge", |c| {
        let Some(solutions) = &mut blocks(c)[1].solutions else { panic!("no solutions") };
        solutions[2].0[0] ^= 1;
    }),
    (Kind::Enclosure, "enclosure", |c| {
        let Some(Lower::Enclosure(enclosure)) = &mut c.lower else { panic!("no enclosure") };
        enclosure.bits = 8;
    }),
    (Kind::Polynomial, "enclosure", |c| c.lower = Some(Lower::Theorem("attention-power".into()))),
    (Kind::Limit, "theorem", |c| {
        if let Architecture::Attention(a) = &mut c.problem.architecture {
            a.depth = 1000;
        }
    }),
];

fn exact(n: i32) -> Value {
    Value::Exact(Text(n.into()))
}

fn grid(claim: &mut RankClaim) -> &mut certificate::Grid {
    match &mut claim.lower {
        Some(Lower::Grid(grid)) => grid,
        other => panic!("no grid: {other:?}"),
    }
}

fn blocks(claim: &mut RankClaim) -> &mut Vec<certificate::Block> {
    match &mut claim.lower {
        Some(Lower::Blocks(blocks)) => &mut blocks.blocks,
        other => panic!("no blocks: {other:?}"),
    }
}

fn products(claim: &mut RankClaim) -> &mut Vec<certificate::Product> {
    match &mut claim.upper {
        Some(Upper::Separation(products)) => products,
        other => panic!("no separation: {other:?}"),
    }
}

fn examples() -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8(to_bytes(&accepted("theorem"))).unwrap();
    let unreadable = UNREADABLE.iter().map(|(kind, from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{kind}: {from}");
        (format!("read-{kind}"), text.replace(from, to).into_bytes())
    });
    let unproved = UNPROVED.iter().map(|(kind, base, edit)| {
        let mut bad: Certificate = accepted(base);
        edit(claim_mut(&mut bad));
        (format!("check-{kind}"), to_bytes(&bad))
    });
    unreadable.chain(unproved).collect()
}

#[test]
fn the_files_are_the_edits() {
    for (name, bytes) in examples() {
        let path = data("reject").join(name).with_extension("json");
        if std::env::var_os("SEPRANK_BLESS").is_some() {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(&path).unwrap() == bytes, "{} is out of date", path.display());
    }
}

#[test]
fn the_valid_files_are_valid() {
    for name in [
        "theorem",
        "coefficients",
        "grid",
        "mixer",
        "separation",
        "gap",
        "refuted-gap",
        "computed-gap",
        "layers",
        "blocks",
        "enclosure",
    ] {
        let path = data("accept").join(name).with_extension("json");
        assert_eq!(check_file(&path), Verdict::Valid, "{name}");
    }
    let path = data("accept").join("challenge.json");
    assert_eq!(check_file(&path), Verdict::ValidByChallenge);
}

#[test]
fn the_reader_names_each_kind() {
    for (kind, ..) in UNREADABLE {
        let path = data("reject").join(format!("read-{kind}.json"));
        assert_eq!(certificate::read(&path).unwrap_err().kind, *kind);
        let verdict = check_file(&path);
        let incomplete = *kind == ReadKind::MissingField;
        assert_eq!(matches!(verdict, Verdict::Incomplete(_)), incomplete, "{verdict}");
    }
}

#[test]
fn the_checker_names_each_kind() {
    for (kind, ..) in UNPROVED {
        let verdict = check_file(&data("reject").join(format!("check-{kind}.json")));
        assert_eq!(verdict.finding().map(|f| f.kind), Some(*kind), "{verdict}");
        let incomplete = matches!(verdict, Verdict::Incomplete(_));
        assert_eq!(incomplete, kind.is_incomplete(), "{verdict}");
    }
}

/// What users read: each kind of finding with its place, one a line of tests/data/messages.txt.
#[test]
fn messages_are_those_on_file() {
    let messages = UNPROVED.iter().map(|(kind, ..)| {
        let path = data("reject").join(format!("check-{kind}.json"));
        format!("{}\n", check_file(&path).finding().unwrap())
    });
    let messages: String = messages.collect();
    let path = data("messages.txt");
    if std::env::var_os("SEPRANK_BLESS").is_some() {
        fs::write(&path, &messages).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), messages);
}

fn between(low: &str, high: &str) -> Value {
    Value::Log10(Log10 { low: Text(low.parse().unwrap()), high: Text(high.parse().unwrap()) })
}

fn upper_theorem(claim: &mut RankClaim) {
    claim.upper = Some(Upper::Theorem("attention-graded".into()));
}

/// An edit of the claim in a valid file: the kind of the finding and its place, or `None` if the
/// claim is still shown.
type Variation = (Option<(Kind, &'static str)>, &'static str, Edit);
const VARIATIONS: &[Variation] = &[
    (None, "theorem", |c| c.value = exact(111)),
    // log10(110) = 2.0413..
    (None, "theorem", |c| c.value = between("2.04", "2.05")),
    (Some((Kind::Bound, "value")), "theorem", |c| c.value = between("2.05", "2.06")),
    (Some((Kind::Value, "value")), "theorem", |c| {
        c.value = between("2.04", "2.05");
        c.relation = Relation::Equal;
        c.lower = Some(Lower::Theorem("attention-power".into()));
    }),
    // A claim on the weights of the file by a theorem alone.
    (None, "grid", |c| {
        c.scope = Scope::Fixed;
        c.relation = Relation::AtMost;
        c.lower = None;
        upper_theorem(c);
    }),
    (Some((Kind::MissingWeights, "weights")), "theorem", |c| c.scope = Scope::Fixed),
    (Some((Kind::WeightShape, "weights[0][0].key")), "grid", |c| {
        c.scope = Scope::Fixed;
        c.relation = Relation::AtMost;
        c.lower = None;
        upper_theorem(c);
        if let Some(Weights::Attention(layers)) = &mut c.weights {
            layers[0][0].key.pop();
        }
    }),
    (Some((Kind::Superfluous, "weights")), "grid", |c| {
        c.relation = Relation::AtMost;
        c.lower = None;
    }),
    (Some((Kind::Superfluous, "lower")), "grid", |c| c.relation = Relation::AtMost),
    (Some((Kind::MissingEvidence, "lower")), "grid", |c| c.lower = None),
    // 2^63 - 25 is the largest prime below 2^63, and 2^63 + 29 the next.
    (None, "grid", |c| grid(c).prime = Text((1 << 63) - 25)),
    (Some((Kind::Prime, "lower.grid.prime")), "grid", |c| grid(c).prime = Text((1 << 63) + 29)),
    (Some((Kind::MissingRows, "lower.grid.left")), "grid", |c| drop(grid(c).left.pop())),
    (Some((Kind::MinorSize, "lower.grid.right")), "grid", |c| {
        let more = grid(c).right[0].clone();
        grid(c).right.push(more);
    }),
    // The best bounds of either side are generic and go opposite ways.
    (Some((Kind::GapSides, "lower")), "gap", |c| c.scope = Scope::Fixed),
    (Some((Kind::GapSides, "lower")), "gap", |c| c.relation = Relation::Equal),
    (Some((Kind::GapSides, "upper.problem.left")), "gap", |c| c.problem.left = vec![0]),
    (Some((Kind::GapSides, "upper.problem.tokens")), "gap", |c| c.problem.tokens = 5),
    (Some((Kind::GapSides, "upper.problem.output.token")), "gap", |c| c.problem.output.token = 3),
    (Some((Kind::GapSides, "lower")), "refuted-gap", |c| c.scope = Scope::Fixed),
    (Some((Kind::GapOrder, "lower.value")), "refuted-gap", |c| c.value = exact(3)),
    (Some((Kind::GapSides, "upper.problem.left")), "refuted-gap", |c| c.problem.left = vec![0]),
    (Some((Kind::GapSides, "claim.gap")), "gap", |c| {
        c.problem = claim_mut(&mut accepted("mixer")).problem.clone();
    }),
    // What holds for the weights of the file is not said of all weights.
    (Some((Kind::Scope, "upper")), "separation", |c| c.scope = Scope::Generic),
    (Some((Kind::Value, "value")), "grid", |c| c.value = between("0.4", "0.5")),
    (Some((Kind::Problem, "problem.heads")), "theorem", |c| {
        attention(c).heads = attention(c).width + 1;
    }),
    (Some((Kind::Problem, "problem.left")), "theorem", |c| c.problem.left.clear()),
    (Some((Kind::Problem, "problem.left")), "theorem", |c| {
        c.problem.left = (0..c.problem.tokens).collect();
    }),
    (Some((Kind::Problem, "problem.permutation")), "mixer", |c| {
        mixer(c).permutation = Some(vec![0, 1, 1]);
    }),
    (Some((Kind::WeightShape, "weights[0].bias")), "mixer", |c| mixer(c).bias = false),
    (Some((Kind::WeightShape, "weights[0].bias")), "mixer", |c| {
        if let Some(Weights::Mixer(layers)) = &mut c.weights {
            layers[0].bias = None;
        }
    }),
];

fn attention(claim: &mut RankClaim) -> &mut certificate::Attention {
    match &mut claim.problem.architecture {
        Architecture::Attention(attention) => attention,
        _ => unreachable!("not attention"),
    }
}

fn mixer(claim: &mut RankClaim) -> &mut certificate::Mixer {
    match &mut claim.problem.architecture {
        Architecture::Mixer(mixer) => mixer,
        _ => unreachable!("not a Mixer"),
    }
}

#[test]
fn variations_are_told_apart() {
    for (i, (expected, base, edit)) in VARIATIONS.iter().enumerate() {
        let mut certificate = accepted(base);
        edit(claim_mut(&mut certificate));
        let verdict = seprank_check::check::check(&certificate);
        let found = verdict.finding().map(|f| (f.kind, f.place.rsplit("rank.").next().unwrap()));
        let found = found.map(|(kind, place)| (kind, place.rsplit("gap.").next().unwrap()));
        assert_eq!(found, *expected, "{i}, {base}: {verdict}");
    }
}

/// Kinds whose example would be too large to commit, or is no file.
#[test]
fn kinds_without_a_file() {
    let nowhere = data("reject").join("nowhere.json");
    assert_eq!(certificate::read(&nowhere).unwrap_err().kind, ReadKind::Io);
    assert_eq!(check_file(&nowhere).finding().unwrap().kind, Kind::Unreadable);
    let large = vec![b' '; MAX_FILE_BYTES as usize + 1];
    assert_eq!(certificate::from_bytes(&large).unwrap_err().kind, ReadKind::FileTooLarge);
    let text = String::from_utf8(to_bytes(&accepted("theorem"))).unwrap();
    let long = text.replace("\"110\"", &format!("\"{}\"", "1".repeat(MAX_DIGITS + 1)));
    let kind = certificate::from_bytes(long.as_bytes()).unwrap_err().kind;
    assert_eq!(kind, ReadKind::NumberTooLong);
}

#[test]
fn no_kind_is_without_an_example() {
    let elsewhere = [ReadKind::Io, ReadKind::FileTooLarge, ReadKind::NumberTooLong];
    for kind in ReadKind::ALL {
        let listed = UNREADABLE.iter().any(|u| u.0 == *kind);
        assert!(listed || elsewhere.contains(kind), "no example of reader kind {kind}");
    }
    // The checker passes on what the reader says.
    let mut elsewhere = vec![Kind::Format, Kind::MissingField, Kind::Unreadable];
    // tests/matrix.rs.
    elsewhere.extend([Kind::Matrix, Kind::Cover, Kind::Rank, Kind::MissingMatrix]);
    for kind in Kind::ALL {
        let listed = UNPROVED.iter().any(|u| u.0 == *kind);
        assert!(listed || elsewhere.contains(kind), "no example of checker kind {kind}");
    }
    let count = fs::read_dir(data("reject")).unwrap().count();
    assert_eq!(count, UNREADABLE.len() + UNPROVED.len(), "a file without an entry");
}

#[test]
fn the_other_half_of_a_gap_is_checked_too() {
    let mut bad = accepted("gap");
    if let Claim::Gap(gap) = &mut bad.claim {
        gap.upper.value = exact(1);
    }
    assert_eq!(seprank_check::check::check(&bad).finding().unwrap().kind, Kind::Bound);
}
