//! Bounds against exact ranks on tiny networks: evaluating never panics, no lower bound is above an
//! upper one, an enclosure admits its value, and no weights have a rank above an upper bound.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::bounds::{Side, applicable};
use seprank::network::{
    Architecture, AttentionShape, MixerShape, Output, Partition, Problem, WeightStyle,
};
use seprank::prove::{RankRequest, Weights, rank};

#[derive(Arbitrary, Debug)]
struct Input {
    mixer: bool,
    bias: bool,
    residual: bool,
    degrees: [u8; 2],
    sizes: [u8; 5],
    left: u8,
    output: [u8; 2],
    style: u8,
    seed: u64,
}

/// The problem that the bytes describe, if its parts fit together.
fn problem(input: &Input) -> Option<Problem> {
    let [depth, width, tokens, inner, hidden] = input.sizes.map(|s| usize::from(s % 4));
    let architecture = if input.mixer {
        Architecture::Mixer(MixerShape {
            token_degree: u64::from(input.degrees[0] % 4),
            channel_degree: u64::from(input.degrees[1] % 3),
            channel_hidden: hidden,
            bias: input.bias,
            residual: input.residual,
            ..MixerShape::quadratic(depth, width, inner)
        })
    } else {
        Architecture::Attention(AttentionShape { depth, width, heads: inner })
    };
    let left: Vec<usize> = (0..8).filter(|t| input.left >> t & 1 == 1).collect();
    let partition = Partition::new(tokens + 1, &left).ok()?;
    let [token, channel] = input.output.map(|o| usize::from(o % 4));
    Problem::new(architecture, partition, Output { token, channel }).ok()
}

fuzz_target!(|input: Input| {
    let Some(problem) = problem(&input) else { return };
    let bounds = applicable(&problem);
    let values: Vec<_> = bounds.iter().filter_map(|b| Some((b, b.value(&problem)?))).collect();
    for (bound, value) in &values {
        match bound.enclosure(&problem) {
            Some(log) => assert!(log.admits(value), "{} of {problem:?}", bound.id()),
            None => assert_eq!(*value, 0, "{} of {problem:?}", bound.id()),
        }
    }
    let side = |side| values.iter().filter(move |(b, _)| b.side() == side).map(|(_, v)| v);
    let (lower, upper) = (side(Side::Lower).max(), side(Side::Upper).min());
    if let (Some(lower), Some(upper)) = (lower, upper) {
        assert!(lower <= upper, "{problem:?}");
    }
    // A rank of hundreds is too slow for a fuzz target.
    if upper.is_none_or(|u| *u > 100) {
        return;
    }
    let style = WeightStyle::ALL[usize::from(input.style) % WeightStyle::ALL.len()];
    let mut request = RankRequest::new(problem.clone());
    request.seed = input.seed;
    request.weights =
        Weights::Given(style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(input.seed)));
    if let Ok(answer) = rank(&request, &|_, _| ()) {
        assert!(upper.is_none_or(|u| *u >= answer.rank), "{problem:?}: {}", answer.rank);
    }
});
