//! The registry of bounds against the theory, and against the checker's own reading of it.

#[path = "common/cases.rs"]
mod cases;
mod common;
#[path = "common/problems.rs"]
mod problems;

use cases::cases;
use common::claim_mut;
use num_bigint::BigInt;
use problems::{shape, with_sides};
use proptest::prelude::*;
use seprank::bounds::{self, Bound, Side, all, applicable};
use seprank::certificate::{Certificate, Lower, Text, Upper, Value};
use seprank::check::{Kind, check};
use seprank::network::layers::{
    Attention, ChannelMixing, Layer, LinearHead, Residual, TokenMixing,
};
use seprank::network::{Activation, Architecture, AttentionShape, Problem};
use seprank::prove::certify_bound;

/// Each bound has its row in the table of theorems, and a theorem under that number.
#[test]
fn every_bound_stands_in_the_theory() {
    let theory = include_str!("../docs/theory.md");
    let list = all();
    assert!(list.is_sorted_by(|a, b| a.id() < b.id()) && list.len() >= 8);
    for bound in list {
        let (id, number) = (bound.id(), bound.theorem());
        let row = theory.lines().find(|l| l.starts_with(&format!("| {number} |")));
        let row = row.unwrap_or_else(|| panic!("{id}: no theorem {number}"));
        let file = format!("`src/bounds/{}.rs`", id.replace('-', "_"));
        for word in [format!("| {} |", bound.side().name()), format!("`{id}`"), file] {
            assert!(row.contains(&word), "{id}: {word} not in {row}");
        }
        assert!(theory.contains(&format!("**Theorem {number} (")), "{id}");
        assert_eq!(bounds::find(id).map(|b| b.id()), Some(id));
        // Words with mathematics between dollars; of one architecture; for the weights that the side
        // is about.
        let (formula, hypotheses) = (bound.formula(), bound.hypotheses());
        assert!(formula.starts_with('$') && formula.matches('$').count() % 2 == 0, "{id}");
        assert_eq!(hypotheses.matches('$').count() % 2, 0, "{id}");
        let (network, _) = id.split_once('-').unwrap();
        assert!(hypotheses.to_lowercase().starts_with(&format!("{network},")), "{id}");
        assert!(hypotheses.ends_with("all weights"), "{id}");
        let almost = hypotheses.ends_with("almost all weights");
        assert_eq!(almost, bound.side() == Side::Lower, "{id}");
    }
    assert!(bounds::find("no-such-bound").is_none());
}

/// A certificate that names `bound` and claims no more than is always true.
fn naming(problem: &Problem, bound: &dyn Bound) -> Certificate {
    let same_side = applicable(problem).into_iter().find(|b| b.side() == bound.side());
    let mut certificate = certify_bound(problem, same_side.expect("one of the side")).unwrap();
    let claim = claim_mut(&mut certificate);
    let id = bound.id().to_string();
    match bound.side() {
        Side::Lower => {
            claim.lower = Some(Lower::Theorem(id));
            claim.value = Value::Exact(Text(0.into()));
        }
        Side::Upper => {
            claim.upper = Some(Upper::Theorem(id));
            claim.value = Value::Exact(Text(BigInt::from(10).pow(400)));
        }
    }
    certificate
}

proptest! {
    #![proptest_config(cases(48))]

    /// The hypotheses: a bound applies where the checker does not refuse its theorem.
    #[test]
    fn bounds_apply_where_their_theorems_do(
        architecture in shape(), sides in (1usize..=9, 1usize..=9), own in any::<bool>()
    ) {
        let tokens = sides.0 + sides.1;
        let left: Vec<usize> = (0..sides.0).collect();
        let problem = with_sides(architecture, &left, tokens, if own { 0 } else { tokens - 1 });
        for bound in all() {
            if !applicable(&problem).iter().any(|b| b.side() == bound.side()) {
                prop_assert!(bound.applies(&problem).is_err());
                continue;
            }
            let verdict = check(&naming(&problem, bound));
            let refused = verdict.finding().map(|f| f.kind) == Some(Kind::Hypothesis);
            let applies = bound.applies(&problem);
            prop_assert_eq!(applies.is_err(), refused, "{}: {:?}, {}", bound.id(), &applies, verdict);
            prop_assert!(applies.err().is_none_or(|why| why.hypothesis.len() > 10));
        }
    }

    /// The values, to the last digit; but for 4.2, of which the checker takes fewer variables.
    #[test]
    fn values_are_those_of_the_checker(
        architecture in shape(), sides in (1usize..=9, 1usize..=9), own in any::<bool>()
    ) {
        let tokens = sides.0 + sides.1;
        let left: Vec<usize> = (0..sides.0).collect();
        let problem = with_sides(architecture, &left, tokens, if own { 0 } else { tokens - 1 });
        for bound in applicable(&problem) {
            let mut certificate = naming(&problem, bound);
            let value = match bound.value(&problem) {
                // 4.7 and 4.8 may take too long at large degrees.
                None if ["mixer-trees", "mixer-span"].contains(&bound.id()) => continue,
                value => value.unwrap().to_string().parse::<BigInt>().unwrap(),
            };
            let mut verdict_of = |value: BigInt| {
                claim_mut(&mut certificate).value = Value::Exact(Text(value));
                check(&certificate).finding().map(|f| f.kind)
            };
            prop_assert_eq!(verdict_of(value.clone()), None, "{} {}", bound.id(), value);
            let stronger = if bound.side() == Side::Lower { value.clone() + 1 } else { value.clone() - 1 };
            if bound.id() != "mixer-degree" {
                prop_assert_eq!(verdict_of(stronger), Some(Kind::Bound), "{} {}", bound.id(), value);
            }
        }
    }
}

/// Theorem 3.9 at r = 3, t1 = 1, which t1 >= t2 forbids, would give one more.
#[test]
fn the_second_batch_is_no_larger_than_the_first() {
    let shape = AttentionShape { depth: 4, width: 8, heads: 4 };
    let left: Vec<usize> = (0..10).collect();
    let problem = with_sides(Architecture::Attention(shape), &left, 20, 0);
    let blocks = bounds::find("attention-blocks").unwrap();
    let value = blocks.value(&problem).unwrap().to_i64().unwrap();
    let mut certificate = naming(&problem, blocks);
    for (more, kind) in [(0, None), (1, Some(Kind::Bound))] {
        claim_mut(&mut certificate).value = Value::Exact(Text((value + more).into()));
        assert_eq!(check(&certificate).finding().map(|f| f.kind), kind, "{value} + {more}");
    }
}

/// A value is written out up to a million digits, and enclosed beyond.
#[test]
fn values_too_long_to_write_are_enclosed() {
    let word = bounds::find("attention-word").unwrap();
    for width in [15, 16] {
        let problem = Problem::attention(13, width, 1, 2).unwrap();
        let value = word.value(&problem).expect("below a million digits");
        // C = 797,161 at depth 13.
        let digits = (797_161.0 * f64::from(width as u32 + 1).log10()).floor() + 1.0;
        assert_eq!(value.to_string().len(), digits as usize);
        assert!(word.enclosure(&problem).unwrap().admits(&value));
    }
    // 9842 terms of up to 14,000 digits, or of more than 24,000.
    let power = bounds::find("attention-power").unwrap();
    assert_eq!(power.value(&Problem::attention(10, 100_001, 1, 2).unwrap()), None);
    for depth in [13, 14, 40] {
        let problem = Problem::attention(depth, 40, 1, 2).unwrap();
        assert_eq!(word.value(&problem), None);
        let [lo, hi] = word.enclosure(&problem).unwrap().log10().unwrap();
        let expected = (3f64.powi(depth as i32) - 1.0) / 2.0 * 41f64.log10();
        assert!(lo <= expected * (1.0 + 1e-12) && expected * (1.0 - 1e-12) <= hi, "{depth}");
    }
}

/// Networks by their layers: the checker reads the same form off the expressions, and has the same values.
#[test]
fn layers_of_a_form_are_recognised_by_the_checker() {
    let head = |heads, head_width, bias| -> Layer {
        Attention { bias, ..Attention::plain(heads, head_width) }.into()
    };
    let residual = |layer: Layer| -> Layer { Residual { inner: vec![layer] }.into() };
    let mixing = |hidden, degree, bias| -> Layer {
        ChannelMixing { hidden, activation: Activation::Power(degree), bias }.into()
    };
    let tokens = |hidden, degree, bias| -> Layer {
        TokenMixing { hidden, activation: Activation::Power(degree), bias }.into()
    };
    let linear = |outputs, bias| -> Layer { LinearHead { outputs, bias }.into() };
    let causal: Layer = Attention { causal: true, ..Attention::plain(1, 2) }.into();
    let mut met = std::collections::BTreeMap::new();
    for bias in [false, true] {
        for layers in [
            vec![residual(head(2, 1, bias)), head(1, 2, false)],
            vec![head(1, 1, bias), head(1, 3, bias), residual(head(2, 2, false))],
            vec![linear(2, bias), head(1, 1, false), linear(4, true)],
            vec![linear(1, false), linear(3, bias), residual(head(3, 1, false))],
            vec![head(1, 3, bias), mixing(1, 2, false), head(1, 1, false), mixing(2, 2, bias)],
            vec![residual(head(3, 1, bias)), residual(mixing(2, 3, bias))],
            vec![head(1, 2, bias), mixing(1, 2, false)],
            vec![head(1, 3, bias), mixing(1, 2, false), head(1, 3, false), mixing(1, 3, false)],
            vec![head(1, 3, bias), mixing(1, 1, bias)],
            vec![residual(causal.clone()), head(1, 3, bias)],
            vec![causal.clone(), linear(3, bias), residual(causal.clone())],
            vec![head(1, 3, bias), residual(head(2, 3, bias))],
            vec![linear(2, bias), linear(3, false), head(1, 2, false), residual(head(1, 3, bias))],
            vec![residual(head(1, 2, bias)), head(2, 2, bias)],
            vec![residual(head(3, 1, bias))],
            vec![tokens(2, 3, bias), mixing(2, 2, bias)],
            vec![
                linear(2, bias),
                tokens(1, 4, true),
                residual(mixing(2, 2, bias)),
                linear(3, true),
            ],
            vec![mixing(2, 3, bias), tokens(3, 2, false), linear(4, bias)],
            vec![tokens(2, 2, bias), tokens(2, 3, bias)],
            vec![tokens(2, 3, bias), linear(3, false)],
            vec![residual(tokens(2, 3, bias))],
            vec![residual(linear(3, bias)), tokens(2, 3, bias), head(1, 3, false)],
        ] {
            for (left, token) in [(vec![0, 1, 2], 0), (vec![0], 0), (vec![0, 1], 2)] {
                let problem =
                    with_sides(Architecture::of_layers(3, layers.clone()), &left, 4, token);
                for id in [
                    "attention-few-layers",
                    "attention-layers",
                    "attention-position-wise",
                    "network-one-side",
                    "network-passing",
                    "network-support",
                ] {
                    let bound = bounds::find(id).unwrap();
                    if !applicable(&problem).iter().any(|b| b.side() == bound.side()) {
                        assert!(bound.applies(&problem).is_err());
                        continue;
                    }
                    let mut certificate = naming(&problem, bound);
                    let mut finding = |value: BigInt| {
                        claim_mut(&mut certificate).value = Value::Exact(Text(value));
                        check(&certificate).finding().map(|f| f.kind)
                    };
                    if bound.applies(&problem).is_err() {
                        assert_eq!(finding(1.into()), Some(Kind::Hypothesis), "{id} {layers:?}");
                        continue;
                    }
                    let value =
                        bound.value(&problem).unwrap().to_string().parse::<BigInt>().unwrap();
                    let more = if bound.side() == Side::Lower {
                        value.clone() + 1
                    } else {
                        value.clone() - 1
                    };
                    assert_eq!(finding(value), None, "{id} {layers:?}");
                    assert_eq!(finding(more), Some(Kind::Bound), "{id} {layers:?}");
                    *met.entry(id).or_insert(0) += 1;
                }
            }
        }
    }
    assert!(met["attention-layers"] >= 20 && met["attention-position-wise"] >= 8, "{met:?}");
    assert!(met["attention-few-layers"] >= 8 && met["network-one-side"] >= 2, "{met:?}");
    assert!(met["network-support"] >= 20 && met["network-passing"] >= 20, "{met:?}");
}
