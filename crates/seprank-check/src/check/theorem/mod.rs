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

const fn upper(number: &'static str, id: &'static str, value: Value) -> Theorem {
    Theorem { id, number, side: Side::Upper, value }
}

const fn lower(number: &'static str, id: &'static str, value: Value) -> Theorem {
    Theorem { id, number, side: Side::Lower, value }
}

/// The theorems by id.
pub(super) const THEOREMS: &[Theorem] = &[
    upper("3.2", "attention-word", attention::word),
    upper("3.3", "attention-graded", attention::graded),
    upper("3.12", "attention-junctions", junctions::junctions),
    upper("3.14", "attention-layers", gram::layers),
    lower("3.18'", "attention-two-layers", two_layers::two_layers),
    lower("3.17", "attention-few-layers", few_layers::few_layers),
    lower("3.4", "attention-power", attention::power_sum),
    lower("3.5", "attention-isotropic", attention::isotropic),
    lower("3.8", "attention-heads", summing::heads),
    lower("3.9", "attention-blocks", summing::blocks),
    lower("5.3", "attention-position-wise", blocks::position_wise),
    lower("5.4", "transformer-blocks", transformer::transformer),
    upper("4.1", "mixer-homogeneous", degree::homogeneous),
    upper("4.2", "mixer-degree", degree::mixer_degree),
    upper("4.6", "mixer-support", support::support),
    lower("4.9", "mixer-one-layer", mixer_lower::one_layer),
    lower("4.10", "mixer-channels", mixer_lower::channels),
    upper("4.8", "mixer-span", span::span),
    upper("4.7", "mixer-trees", trees::trees),
    upper("4.5", "network-degree", degree::network_degree),
    upper("3.15", "network-one-side", one_side::one_side),
    upper("4.11", "network-passing", passing::passing),
    upper("4.6'", "network-support", activation::network_support),
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
