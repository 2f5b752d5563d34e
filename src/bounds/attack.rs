//! What the tests of several upper bounds share: small Mixers, and every kind of weights against a bound.

use super::Bound;
use crate::network::{Architecture, MixerShape, Output, Partition, Problem, WeightStyle};
use crate::prove::{RankRequest, Weights, generator, rank};
use rug::Integer;

/// A Mixer with so many tokens on the sides, the output on A.
pub(super) fn mixer_problem(shape: MixerShape, own: usize, other: usize) -> Problem {
    let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
    Problem::new(Architecture::Mixer(shape), partition, Output::default()).unwrap()
}

/// The Mixer of degrees (k_t, k_c).
pub(super) fn mixer_shape(
    depth: usize,
    degrees: (u64, u64),
    width: usize,
    hidden: usize,
) -> MixerShape {
    MixerShape {
        token_degree: degrees.0,
        channel_degree: degrees.1,
        ..MixerShape::quadratic(depth, width, hidden)
    }
}

/// The value of an upper bound, which its enclosure admits and no style of weights exceeds.
pub(super) fn withstood(bound: &dyn Bound, problem: &Problem) -> Integer {
    let value = bound.value(problem).unwrap();
    assert!(bound.enclosure(problem).unwrap().admits(&value), "{problem:?}");
    for style in WeightStyle::ALL {
        let mut request = RankRequest::new(problem.clone());
        request.weights = Weights::Given(style.draw(problem, &mut generator(5)));
        let found = rank(&request, &|_, _| ()).unwrap().rank;
        assert!(value >= found, "{value} {found} {problem:?}");
    }
    value
}
