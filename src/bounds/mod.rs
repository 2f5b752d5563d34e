//! Bounds on the separation rank: one file per theorem, one registry.
//!
//! A bound is an object: an id, its side, its hypotheses as a predicate on the problem, its exact
//! value, its logarithm enclosed and the place of its proof. Everything that certifies, tabulates, tests or fuzzes bounds
//! runs over [`all`], so a new bound is one new file with an `inventory::submit!` at its end.

pub mod numbers;
pub(crate) mod pairing;
mod pairing_plan;
mod passing;

#[cfg(test)]
mod attack;
mod attention_blocks;
mod attention_few_layers;
mod attention_graded;
mod attention_heads;
mod attention_isotropic;
mod attention_junctions;
mod attention_layers;
mod attention_position_wise;
mod attention_power;
mod attention_two_layers;
mod attention_word;
mod best;
pub(crate) mod block_form;
mod block_plan;
mod comparable;
mod degree_covers;
mod enclosure;
mod every_depth;
mod gap;
mod gram_form;
mod half;
mod junctions;
mod mixer_channels;
mod mixer_degree;
mod mixer_homogeneous;
mod mixer_one_layer;
mod mixer_span;
mod mixer_support;
mod mixer_trees;
mod network_degree;
mod network_one_side;
mod network_passing;
mod network_support;
mod support;
mod transformer_blocks;
mod trees;

pub use attention_junctions::junction_terms;
pub use best::{Evaluation, best, evaluate};
pub use block_plan::BlockPlan;
#[cfg(feature = "cli")]
pub(crate) use comparable::depth;
pub use comparable::{Aspect, Incomparable, comparable, positions};
pub use enclosure::{Ends, LogInterval};
pub use every_depth::{EveryDepth, InductionStep, every_depth};
pub use gap::{Gap, Regime, SCOPE, gap, gap_across};
pub use half::Half;
pub use pairing_plan::PairingPlan;

use crate::network::{Architecture, AttentionShape, MixerShape, Problem};
use rug::Integer;
use std::borrow::Cow;

/// Which way a bound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The generic separation rank is at least the value.
    Lower,
    /// The separation rank is at most the value, for all weights.
    Upper,
}

impl Side {
    /// `"lower"` or `"upper"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
    }
}

/// Why a bound does not apply to a problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{hypothesis}")]
pub struct Inapplicable {
    /// The hypothesis that the problem does not meet, as part of a sentence.
    pub hypothesis: Cow<'static, str>,
}

impl Inapplicable {
    fn new(hypothesis: impl Into<Cow<'static, str>>) -> Self {
        Self { hypothesis: hypothesis.into() }
    }
}

/// A theorem that bounds the separation rank of every problem that meets its hypotheses.
pub trait Bound: Sync {
    /// A stable identifier, for example `"attention-word"`.
    fn id(&self) -> &'static str;

    /// Which way the bound goes.
    fn side(&self) -> Side;

    /// The number of the theorem in docs/theory.md, where its proof stands.
    fn theorem(&self) -> &'static str;

    /// The formula: words with mathematics between dollars ([`crate::table::words`]).
    fn formula(&self) -> &'static str;

    /// The hypotheses, likewise.
    fn hypotheses(&self) -> &'static str;

    /// Whether the problem meets the hypotheses.
    ///
    /// # Errors
    /// The hypothesis that fails.
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable>;

    /// The exact value, or `None` if it is too large or too costly to write out
    /// (more than [`MAX_DIGITS`] digits or [`MAX_TERMS`] terms).
    ///
    /// Only for problems to which the bound [applies](Bound::applies); otherwise meaningless.
    fn value(&self, problem: &Problem) -> Option<Integer>;

    /// An interval that contains the logarithm of the formula's value, at any size; `None` where the
    /// value is zero. Where a cheaper bound stands in for the [value](Bound::value), it is that one's.
    ///
    /// The relative width is at most 10^-6 unless the implementation says why not. Of an upper bound
    /// the upper end is a proved upper bound, of a lower bound the lower end a proved lower one.
    /// Cost: below 0.1 s up to depth 100 and width 20,000.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval>;
}

inventory::collect!(&'static dyn Bound);

/// Exact values have at most this many decimal digits.
pub const MAX_DIGITS: f64 = 1e6;

/// Exact values are sums of at most this many terms.
pub const MAX_TERMS: u64 = 20_000;

/// All bounds, ordered by id.
pub fn all() -> Vec<&'static dyn Bound> {
    let mut list: Vec<_> = inventory::iter::<&'static dyn Bound>.into_iter().copied().collect();
    list.sort_by_key(|b| b.id());
    list
}

/// The bounds that apply to `problem`, ordered by id.
pub fn applicable(problem: &Problem) -> Vec<&'static dyn Bound> {
    all().into_iter().filter(|b| b.applies(problem).is_ok()).collect()
}

/// The bound of that id.
pub fn find(id: &str) -> Option<&'static dyn Bound> {
    all().into_iter().find(|b| b.id() == id)
}

/// Whether a sum of `terms` numbers of at most `digits` digits is worth writing out.
fn affordable(terms: &Integer, digits: f64) -> bool {
    *terms <= MAX_TERMS && digits <= MAX_DIGITS && short(terms.to_f64(), digits)
}

/// Whether so many numbers of so many digits are made in about a second.
fn short(numbers: f64, digits: f64) -> bool {
    numbers * digits <= 2e8
}

fn attention(problem: &Problem) -> Result<&AttentionShape, Inapplicable> {
    match problem.architecture() {
        Architecture::Attention(shape) => Ok(shape),
        _ => Err(Inapplicable::new("holds for attention only")),
    }
}

fn mixer(problem: &Problem) -> Result<&MixerShape, Inapplicable> {
    match problem.architecture() {
        Architecture::Mixer(shape) => Ok(shape),
        _ => Err(Inapplicable::new("holds for the Mixer only")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_digits_and_their_product_are_limited() {
        let whether = |terms: u64, digits| affordable(&terms.into(), digits);
        assert!(whether(20_000, 1e4) && whether(200, 1e6) && whether(1, 1e6));
        assert!(!whether(20_001, 1.0) && !whether(1, 1e6 + 1.0));
        assert!(!whether(20_000, 1e4 + 1.0) && !whether(201, 1e6));
    }
}
