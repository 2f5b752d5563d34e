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

/// A theorem: its id in the registry, its number in docs/theory.md, its side, and its value.
pub(super) struct Theorem {
    pub(super) id: &'static str,
    number: &'static str,
    pub(super) side: Side,
    pub(super) value: Value,
}

/// The theorems by id.
pub(super) const THEOREMS: &[Theorem] = &[
    Theorem { id: "attention-word", number: "3.2", side: Side::Upper, value: attention::word },
    Theorem { id: "attention-graded", number: "3.3", side: Side::Upper, value: attention::graded },
    Theorem {
        id: "attention-junctions",
        number: "3.12",
        side: Side::Upper,
        value: junctions::junctions,
    },
    Theorem { id: "attention-layers", number: "3.14", side: Side::Upper, value: gram::layers },
    Theorem {
        id: "attention-two-layers",
        number: "3.18",
        side: Side::Lower,
        value: two_layers::two_layers,
    },
    Theorem {
        id: "attention-few-layers",
        number: "3.17",
        side: Side::Lower,
        value: few_layers::few_layers,
    },
    Theorem {
        id: "attention-power",
        number: "3.4",
        side: Side::Lower,
        value: attention::power_sum,
    },
    Theorem {
        id: "attention-isotropic",
        number: "3.5",
        side: Side::Lower,
        value: attention::isotropic,
    },
    Theorem { id: "attention-heads", number: "3.8", side: Side::Lower, value: summing::heads },
    Theorem { id: "attention-blocks", number: "3.9", side: Side::Lower, value: summing::blocks },
    Theorem {
        id: "attention-position-wise",
        number: "5.3",
        side: Side::Lower,
        value: blocks::position_wise,
    },
    Theorem {
        id: "transformer-blocks",
        number: "5.4",
        side: Side::Lower,
        value: transformer::transformer,
    },
    Theorem {
        id: "mixer-homogeneous",
        number: "4.1",
        side: Side::Upper,
        value: degree::homogeneous,
    },
    Theorem { id: "mixer-degree", number: "4.2", side: Side::Upper, value: degree::mixer_degree },
    Theorem { id: "mixer-support", number: "4.6", side: Side::Upper, value: support::support },
    Theorem {
        id: "mixer-one-layer",
        number: "4.9",
        side: Side::Lower,
        value: mixer_lower::one_layer,
    },
    Theorem {
        id: "mixer-channels",
        number: "4.10",
        side: Side::Lower,
        value: mixer_lower::channels,
    },
    Theorem { id: "mixer-span", number: "4.8", side: Side::Upper, value: span::span },
    Theorem { id: "mixer-trees", number: "4.7", side: Side::Upper, value: trees::trees },
    Theorem {
        id: "network-degree",
        number: "4.5",
        side: Side::Upper,
        value: degree::network_degree,
    },
    Theorem {
        id: "network-one-side",
        number: "3.15",
        side: Side::Upper,
        value: one_side::one_side,
    },
    Theorem { id: "network-passing", number: "4.11", side: Side::Upper, value: passing::passing },
    Theorem {
        id: "network-support",
        number: "4.6'",
        side: Side::Upper,
        value: activation::network_support,
    },
];

/// The number in docs/theory.md of the theorem of that id, if the checker knows it.
pub fn theorem_number(id: &str) -> Option<&'static str> {
    THEOREMS.iter().find(|t| t.id == id).map(|t| t.number)
}

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
