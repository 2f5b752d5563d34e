//! The theorems of docs/theory.md that a certificate may name, evaluated again: one file a family.

mod activation;
mod attention;
pub(super) mod blocks;
mod degree;
mod few_layers;
mod form;
mod gram;
mod images;
mod junctions;
mod mixer_lower;
mod one_side;
mod passing;
mod span;
mod summing;
mod support;
mod transformer;
mod trees;
mod two_layers;
mod words;

use super::count::{Estimate, Failure, Work};
use super::problem::{Architecture, Problem};

/// Which way a theorem bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

/// The value of a theorem for a problem; what it costs is taken from the work.
type Value = fn(&Problem, &Work) -> Result<Estimate, Failure>;

/// A theorem: its id in the registry, its side, and its value.
pub(super) struct Theorem {
    pub(super) id: &'static str,
    pub(super) side: Side,
    pub(super) value: Value,
}

/// The theorems by id.
pub(super) const THEOREMS: &[Theorem] = &[
    Theorem { id: "attention-word", side: Side::Upper, value: attention::word },
    Theorem { id: "attention-graded", side: Side::Upper, value: attention::graded },
    Theorem { id: "attention-junctions", side: Side::Upper, value: junctions::junctions },
    Theorem { id: "attention-layers", side: Side::Upper, value: gram::layers },
    Theorem { id: "attention-two-layers", side: Side::Lower, value: two_layers::two_layers },
    Theorem { id: "attention-few-layers", side: Side::Lower, value: few_layers::few_layers },
    Theorem { id: "attention-power", side: Side::Lower, value: attention::power_sum },
    Theorem { id: "attention-isotropic", side: Side::Lower, value: attention::isotropic },
    Theorem { id: "attention-heads", side: Side::Lower, value: summing::heads },
    Theorem { id: "attention-blocks", side: Side::Lower, value: summing::blocks },
    Theorem { id: "attention-position-wise", side: Side::Lower, value: blocks::position_wise },
    Theorem { id: "transformer-blocks", side: Side::Lower, value: transformer::transformer },
    Theorem { id: "mixer-homogeneous", side: Side::Upper, value: degree::homogeneous },
    Theorem { id: "mixer-degree", side: Side::Upper, value: degree::mixer_degree },
    Theorem { id: "mixer-support", side: Side::Upper, value: support::support },
    Theorem { id: "mixer-one-layer", side: Side::Lower, value: mixer_lower::one_layer },
    Theorem { id: "mixer-channels", side: Side::Lower, value: mixer_lower::channels },
    Theorem { id: "mixer-span", side: Side::Upper, value: span::span },
    Theorem { id: "mixer-trees", side: Side::Upper, value: trees::trees },
    Theorem { id: "network-degree", side: Side::Upper, value: degree::network_degree },
    Theorem { id: "network-one-side", side: Side::Upper, value: one_side::one_side },
    Theorem { id: "network-passing", side: Side::Upper, value: passing::passing },
    Theorem { id: "network-support", side: Side::Upper, value: activation::network_support },
];

/// Sizes of attention: depth, width, heads, head width. None is above 2^24, so that products of two
/// fit.
struct Sizes {
    depth: u64,
    width: u64,
    heads: u64,
    head_width: u64,
}

impl Sizes {
    fn of(problem: &Problem) -> Result<Self, Failure> {
        match problem.architecture {
            Architecture::Attention { heads, head_width } => {
                Ok(Self { depth: problem.depth, width: problem.width, heads, head_width })
            }
            _ => Err(Failure::Hypothesis("an attention network")),
        }
    }
}

/// A problem for the tests: the first tokens are A, the output is one of theirs.
#[cfg(test)]
fn attention_problem(sizes: &Sizes, (own, other): (u64, u64)) -> Problem<'static> {
    let &Sizes { depth, width, heads, head_width } = sizes;
    Problem {
        architecture: Architecture::Attention { heads, head_width },
        depth,
        width,
        tokens: own + other,
        left: (0..own).collect(),
        output: (0, 0),
    }
}
