//! Producers and checker agree where they should, and only there.

use crate::cases::cases;
use crate::common::{self, claim_mut};
use crate::problems::{small_enough, small_problem, style};
use num_bigint::BigInt;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::bounds::{self, Side};
use seprank::certificate::{
    self, Certificate, Coefficients, Lower, Relation, Text, Value, to_bytes,
};
use seprank::check::{Kind, Verdict, check};
use seprank::network::{Architecture, MixerShape, Output, Partition, Problem, TransformerShape};
use seprank::prove::witness::WitnessKind;
use seprank::prove::{Method, RankRequest, Weights, certify_bound, gap, rank};

fn attention((depth, width, heads): (usize, usize, usize), tokens: usize) -> Problem {
    Problem::attention(depth, width, heads, tokens).unwrap()
}

fn mixer(depth: usize, width: usize, token_hidden: usize, tokens: usize) -> Problem {
    Problem::mixer(depth, width, token_hidden, tokens).unwrap()
}

/// Fresh certificates of every shape that the producers write.
fn fresh() -> Vec<Certificate> {
    let of = |problem: Problem, weights: Weights, method| {
        let request = RankRequest { weights, method, ..RankRequest::new(problem) };
        rank(&request, &|_, _| {}).unwrap().certificate().unwrap()
    };
    let isotropic = Weights::Named(WitnessKind::Isotropic);
    vec![
        of(attention((1, 2, 1), 2), Weights::Random, Method::Coefficients),
        of(attention((1, 2, 2), 3), Weights::Random, Method::Grid),
        of(attention((1, 3, 1), 2), isotropic.clone(), Method::Coefficients),
        of(attention((1, 2, 1), 3), isotropic, Method::Grid),
        of(mixer(1, 1, 2, 3), Weights::Random, Method::Grid),
        of(mixer(1, 2, 1, 2), Weights::Random, Method::Coefficients),
        gap(&attention((2, 2, 2), 4), &mixer(2, 2, 1, 4)).unwrap().certificate().unwrap(),
        gap(&attention((1, 2, 1), 4), &mixer(1, 2, 2, 4)).unwrap().certificate().unwrap(),
        gap(&attention((4, 4, 1), 4), &mixer(4, 4, 1, 4)).unwrap().certificate().unwrap(),
    ]
}

#[test]
fn what_producers_write_is_valid_and_reproducible() {
    for (first, second) in fresh().iter().zip(&fresh()) {
        assert_eq!(check(first), Verdict::Valid);
        let bytes = to_bytes(first);
        assert_eq!(bytes, to_bytes(second));
        assert_eq!(certificate::from_bytes(&bytes).as_ref(), Ok(first));
    }
}

#[test]
fn deleting_any_one_line_is_noticed() {
    for certificate in fresh() {
        let text = String::from_utf8(to_bytes(&certificate)).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for gone in 0..lines.len() {
            let rest = [&lines[..gone], &lines[gone + 1..]].concat().concat();
            let verdict = match certificate::from_bytes(rest.as_bytes()) {
                Ok(certificate) => check(&certificate),
                Err(_) => continue,
            };
            assert_ne!(verdict, Verdict::Valid, "without line {}: {}", gone + 1, lines[gone]);
        }
    }
}

/// Problems on which the formulas take all their branches.
fn problems() -> Vec<Problem> {
    let mut list = Vec::new();
    for (depth, width, heads) in [
        (1, 1, 1),
        (1, 2, 1),
        (1, 4, 2),
        (2, 1, 1),
        (2, 3, 1),
        (2, 4, 2),
        (2, 4, 4),
        (2, 6, 3),
        (3, 2, 1),
        (3, 3, 1),
        (3, 4, 2),
        (3, 6, 2),
        (3, 8, 2),
        (4, 2, 2),
    ] {
        for (tokens, left, output) in
            [(2, 1, 0), (4, 2, 3), (9, 2, 0), (9, 7, 8), (20, 10, 0), (20, 18, 2)]
        {
            let Architecture::Attention(shape) =
                attention((depth, width, heads), 2).architecture().clone()
            else {
                unreachable!()
            };
            let sides = Partition::new(tokens, &(0..left).collect::<Vec<_>>()).unwrap();
            let output = Output { token: output, channel: width - 1 };
            list.push(Problem::new(Architecture::Attention(shape), sides, output).unwrap());
        }
    }
    for (depth, width, hidden) in [(1, 1, 1), (2, 2, 3), (3, 4, 1), (4, 3, 2), (4, 8, 4)] {
        for (tokens, left, degree, residual) in
            [(2, 1, 2, false), (7, 2, 3, true), (7, 5, 1, false), (12, 6, 2, true)]
        {
            let base = mixer(depth, width, hidden, 2);
            let Architecture::Mixer(shape) = base.architecture().clone() else { unreachable!() };
            let shape = MixerShape { token_degree: degree, residual, bias: residual, ..shape };
            let sides = Partition::new(tokens, &(0..left).collect::<Vec<_>>()).unwrap();
            list.push(Problem::new(Architecture::Mixer(shape), sides, Default::default()).unwrap());
        }
    }
    for (depth, width, heads, degree) in
        [(1, 4, 2, 2), (2, 3, 3, 2), (2, 6, 3, 3), (3, 6, 6, 2), (3, 12, 4, 2), (4, 8, 4, 2)]
    {
        for (tokens, left, residual) in [(2, 1, true), (6, 2, true), (9, 5, true), (4, 2, false)] {
            let shape = TransformerShape {
                mlp_degree: Some(degree),
                residual,
                ..TransformerShape::plain(depth, width, heads)
            };
            let sides = Partition::new(tokens, &(0..left).collect::<Vec<_>>()).unwrap();
            let output = Output { token: tokens - 1, channel: width - 1 };
            list.push(Problem::new(shape.architecture().unwrap(), sides, output).unwrap());
        }
    }
    // 4.9 and 4.10.
    for (depth, width, hidden, tokens) in [(1, 3, 2, 7), (1, 5, 1, 3), (2, 6, 2, 4), (3, 9, 1, 4)] {
        list.push(mixer(depth, width, hidden, tokens));
    }
    list
}

/// The checker's formulas and the registry's agree: a bound's own value is accepted, and the next
/// stronger one is not, except where the checker's own value is the better one.
#[test]
fn every_bound_of_the_registry_is_checked_to_the_last_digit() {
    let (mut tried, mut tight) = (0, 0);
    for problem in problems() {
        for bound in bounds::applicable(&problem) {
            let Some(mut certificate) = certify_bound(&problem, bound) else { continue };
            let context = format!("{} {problem:?}", bound.id());
            assert_eq!(check(&certificate), Verdict::Valid, "{context}");
            tried += 1;
            let claim = claim_mut(&mut certificate);
            let Value::Exact(Text(value)) = &claim.value else {
                unreachable!("producers are exact")
            };
            let step = if bound.side() == Side::Lower { 1 } else { -1 };
            claim.value = Value::Exact(Text(value + BigInt::from(step)));
            let verdict = check(&certificate);
            tight += usize::from(verdict != Verdict::Valid);
            if bound.id() != "mixer-degree" {
                assert_ne!(verdict, Verdict::Valid, "{context}");
            }
        }
    }
    assert!(tried > 200 && tight > 180, "{tried} {tight}");
}

proptest! {
    #![proptest_config(cases(48))]

    /// Of any network and by either route; the same evidence for another value is refused.
    #[test]
    fn certificates_of_random_networks_are_valid(
        problem in small_problem(), style in style(), grid in any::<bool>(), seed: u64
    ) {
        prop_assume!(small_enough(&problem));
        let weights = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
        let method = if grid { Method::Grid } else { Method::Coefficients };
        let request = RankRequest {
            weights: Weights::Given(weights),
            method,
            seed,
            ..RankRequest::new(problem)
        };
        let answer = rank(&request, &|_, _| {}).unwrap();
        let mut certificate = answer.certificate().unwrap();
        prop_assert_eq!(check(&certificate), Verdict::Valid);
        let claim = claim_mut(&mut certificate);
        claim.value = Value::Exact(Text((answer.rank + 1).into()));
        prop_assert_ne!(check(&certificate), Verdict::Valid);
    }
}

/// A polynomial of too many terms for the checker is no evidence, whatever its coefficients.
#[test]
fn an_expansion_past_the_limits_is_incomplete() {
    let problem = attention((2, 4, 1), 4);
    let request = RankRequest { method: Method::Grid, ..RankRequest::new(problem) };
    let mut certificate = rank(&request, &|_, _| {}).unwrap().certificate().unwrap();
    let claim = claim_mut(&mut certificate);
    let Some(Lower::Grid(grid)) = &claim.lower else { panic!("a grid") };
    claim.lower = Some(Lower::Coefficients(Coefficients {
        prime: grid.prime.clone(),
        left: vec![vec![0; 8]],
        right: vec![vec![0; 8]],
    }));
    claim.value = Value::Exact(Text(1.into()));
    claim.relation = Relation::AtLeast;
    claim.upper = None;
    assert_eq!(check(&certificate).finding().map(|f| f.kind), Some(Kind::Limit));
}

/// Rewrites tests/data/accept/gap.json and the other gaps there: `SEPRANK_BLESS=1`.
#[test]
fn gaps_are_written() {
    for (name, gap) in ["gap", "refuted-gap", "computed-gap"].iter().zip(fresh().into_iter().rev())
    {
        if std::env::var_os("SEPRANK_BLESS").is_some() {
            gap.write(common::data("accept").join(name).with_extension("json")).unwrap();
        }
        assert_eq!(common::accepted(name), gap);
    }
}
