//! Sizes whose product has more than 32 bits: the same verdict on every target, which
//! `crates/seprank-check-wasm/test` runs on one of 32 bits.
//!
//! `SEPRANK_BLESS=1 cargo test --test sizes` writes the files of tests/data/sizes/ again.

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::data;
use seprank_check::certificate::{
    Architecture, Attention, Certificate, Claim, Expression, Gather, Layer, Layers, Lower, Mixer,
    Output, Parameter, Problem, RankClaim, Relation, Repeat, Scope, Text, Upper, Value, to_bytes,
};
use seprank_check::check::{Kind, examine};
use std::fs;

/// 2^16: its square is 0 modulo 2^32.
const WIDE: u64 = 1 << 16;

/// "The rank is at most 1", by a theorem.
fn at_most_one(architecture: Architecture, tokens: u64, theorem: &str) -> RankClaim {
    RankClaim {
        problem: Problem {
            architecture,
            tokens,
            left: vec![tokens - 1],
            output: Output { token: 0, channel: 0 },
        },
        scope: Scope::Generic,
        relation: Relation::AtMost,
        value: Value::Exact(Text(1.into())),
        weights: None,
        lower: None,
        upper: Some(Upper::Theorem(theorem.into())),
    }
}

fn layered(parameters: Vec<Parameter>, expression: Expression) -> RankClaim {
    let layers = vec![Layer { parameters, expression }];
    let architecture = Architecture::Layers(Layers { width: WIDE, layers });
    at_most_one(architecture, WIDE + 1, "network-degree")
}

fn product(a: Expression, b: Expression) -> Expression {
    Expression::Product(Box::new((a, b)))
}

/// f = (X X^T X)[0,0], with 2^16 times 2^16 entries of X on side B.
fn cubic() -> Expression {
    let transposed = Expression::Transpose(Box::new(Expression::Input));
    product(product(Expression::Input, transposed), Expression::Input)
}

fn mixer(permutation: Option<Vec<u64>>, residual: bool, theorem: &str) -> RankClaim {
    let mixer = Mixer {
        depth: 1,
        width: WIDE,
        token_hidden: WIDE,
        token_degree: 2,
        channel_hidden: WIDE,
        channel_degree: 1,
        bias: false,
        residual,
        permutation,
    };
    at_most_one(Architecture::Mixer(mixer), WIDE + 1, theorem)
}

/// Each with the kind of the finding that it has on every target.
fn examples() -> Vec<(&'static str, Kind, RankClaim)> {
    let gather = Gather { of: Expression::Input, rows: WIDE, cols: WIDE, source: vec![] };
    let repeat = |of, rows, cols| Expression::Repeat(Box::new(Repeat { of, rows, cols }));
    let vector = |rows, cols| Parameter { rows, cols, value: None };
    let corner =
        product(Expression::Parameter(0), product(Expression::Input, Expression::Parameter(1)));
    let large = repeat(corner.clone(), WIDE, 1);
    let squared = Expression::Hadamard(Box::new((large.clone(), large)));
    let attention = |width, heads, tokens, theorem| {
        let shape = Attention { depth: 2, width, heads };
        at_most_one(Architecture::Attention(shape), tokens, theorem)
    };
    vec![
        ("forms", Kind::Bound, layered(vec![], cubic())),
        ("gather", Kind::Problem, layered(vec![], Expression::Gather(Box::new(gather)))),
        ("repeat", Kind::Bound, layered(vec![vector(1, WIDE + 1), vector(WIDE, 1)], squared)),
        ("permutation", Kind::Problem, mixer(Some(vec![]), false, "mixer-homogeneous")),
        ("mixer", Kind::Bound, mixer(None, true, "mixer-degree")),
        ("mixer-homogeneous", Kind::Bound, mixer(None, false, "mixer-homogeneous")),
        ("heads", Kind::Bound, attention(WIDE, WIDE, WIDE + 1, "attention-graded")),
        ("width", Kind::Bound, attention(1 << 24, 1, 1 << 24, "attention-word")),
        ("weights", Kind::Limit, evaluated()),
    ]
}

/// A minor of size 0 with weights for 2^16 x 2^16: too large, and not 0 cells.
fn evaluated() -> RankClaim {
    let layers = vec![Layer { parameters: vec![], expression: cubic() }];
    let mut claim =
        at_most_one(Architecture::Layers(Layers { width: WIDE, layers }), WIDE, "network-degree");
    claim.relation = Relation::AtLeast;
    claim.value = Value::Exact(Text(0.into()));
    claim.upper = None;
    claim.weights = Some(seprank_check::certificate::Weights::Layers(vec![vec![]]));
    let (left, right) = (vec![], vec![]);
    let grid = seprank_check::certificate::Grid { prime: Text(101), left, right };
    claim.lower = Some(Lower::Grid(grid));
    claim
}

#[test]
fn products_of_sizes_do_not_wrap() {
    for (name, kind, claim) in examples() {
        let bytes = to_bytes(&Certificate::new(Claim::Rank(Box::new(claim))));
        let path = data("sizes").join(name).with_extension("json");
        if std::env::var_os("SEPRANK_BLESS").is_some() {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(&path).unwrap() == bytes, "{} is out of date", path.display());
        let verdict = examine(&bytes).verdict;
        assert_eq!(verdict.finding().map(|f| f.kind), Some(kind), "{name}: {verdict}");
    }
    assert_eq!(fs::read_dir(data("sizes")).unwrap().count(), examples().len());
}
