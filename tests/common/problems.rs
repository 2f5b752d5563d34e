//! Small problems for property tests, and their tensors over Q.
#![allow(dead_code)] // no test file uses all of it

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::arith::Rational;
use seprank::network::layers::Permutation;
use seprank::network::{
    Architecture, AttentionShape, InputFamily, MixerShape, Network, Output, Partition, Problem,
    WeightStyle,
};
use seprank::tensor::{CoefficientForecast, CoefficientTensor, MemoryLimit};

/// Attention or Mixer of at most two layers, up to 4 tokens and 3 channels, any partition and output.
pub(crate) fn small_problem() -> impl Strategy<Value = Problem> {
    let attention = (1usize..=2, 1usize..=3, any::<bool>()).prop_map(|(depth, width, split)| {
        let heads = if split { width } else { 1 };
        Architecture::Attention(AttentionShape { depth, width, heads })
    });
    let mixer = (
        (1usize..=2, 1usize..=2, 1usize..=3, 1usize..=2),
        (1u64..=2, 1u64..=2, any::<bool>(), any::<bool>()),
    )
        .prop_map(
            |((depth, width, token_hidden, channel_hidden), (kt, kc, bias, residual))| {
                Architecture::Mixer(MixerShape {
                    channel_hidden,
                    token_degree: kt,
                    channel_degree: kc,
                    bias,
                    residual,
                    ..MixerShape::quadratic(depth, width, token_hidden)
                })
            },
        );
    (prop_oneof![attention, mixer], 2usize..=4, any::<u64>()).prop_map(|(mut a, tokens, seed)| {
        use rand::seq::SliceRandom;
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        if let Architecture::Mixer(shape) = &mut a
            && rng.random_bool(0.3)
        {
            let mut order: Vec<usize> = (0..tokens * shape.width).collect();
            order.shuffle(&mut rng);
            shape.permutation = Permutation::new(order);
        }
        let mut positions: Vec<usize> = (0..tokens).collect();
        positions.shuffle(&mut rng);
        positions.truncate(rng.random_range(1..tokens));
        let partition = Partition::new(tokens, &positions).unwrap();
        let output =
            Output { token: rng.random_range(0..tokens), channel: rng.random_range(0..a.width()) };
        Problem::new(a, partition, output).unwrap()
    })
}

/// Any kind of weights.
pub(crate) fn style() -> impl Strategy<Value = WeightStyle> {
    prop::sample::select(WeightStyle::ALL.to_vec())
}

/// Coefficient tensors of more terms than this are not built here.
pub(crate) fn small_enough(problem: &Problem) -> bool {
    let forecast = CoefficientForecast::new(problem, &InputFamily::all(problem));
    forecast.is_some_and(|f| f.terms <= 3000)
}

/// The coefficient tensor on all inputs.
pub(crate) fn tensor(
    problem: &Problem,
    network: &Network<Rational>,
) -> CoefficientTensor<Rational> {
    let (family, limit) = (InputFamily::all(problem), MemoryLimit::default());
    CoefficientTensor::new(problem, network, &family, Rational::clone, limit).unwrap()
}

/// Attention or Mixer, too large for a tensor but not for its bounds.
pub(crate) fn shape() -> impl Strategy<Value = Architecture> {
    let attention = (1usize..=4, 1usize..=4, 1usize..=5).prop_map(|(depth, heads, head_width)| {
        Architecture::Attention(AttentionShape { depth, width: heads * head_width, heads })
    });
    let mixer = (1usize..=4, 1usize..=6, 1usize..=6, (1u64..=3, 1u64..=2), any::<[bool; 2]>())
        .prop_map(
            |(depth, width, token_hidden, (token_degree, channel_degree), [bias, residual])| {
                let shape = MixerShape::quadratic(depth, width, token_hidden);
                Architecture::Mixer(MixerShape {
                    token_degree,
                    channel_degree,
                    bias,
                    residual,
                    ..shape
                })
            },
        );
    prop_oneof![attention, mixer]
}

/// The problem with A = `left` and the last channel of an output token.
pub(crate) fn with_sides(
    architecture: Architecture,
    left: &[usize],
    tokens: usize,
    token: usize,
) -> Problem {
    let partition = Partition::new(tokens, left).unwrap();
    let channel = architecture.width() - 1;
    Problem::new(architecture, partition, Output { token, channel }).unwrap()
}
