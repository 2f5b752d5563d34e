//! Bounds on the separation rank: one file per theorem, one registry.
//!
//! A bound is an object: an id, its side, its hypotheses as a predicate on the problem, its exact
//! value and the place of its proof. Everything that certifies, tabulates, tests or fuzzes bounds
//! runs over [`all`], so a new bound is one new file with an `inventory::submit!` at its end.

pub mod numbers;

mod attention_graded;
mod attention_heads;
mod attention_isotropic;
mod attention_power;
mod attention_word;
mod mixer_degree;
mod mixer_homogeneous;

use crate::network::{Architecture, AttentionShape, MixerShape, Problem};
use rug::{Float, Integer};

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

/// A theorem that bounds the separation rank of every problem that meets its hypotheses.
pub trait Bound: Sync {
    /// A stable identifier, for example `"attention-word"`.
    fn id(&self) -> &'static str;

    /// Which way the bound goes.
    fn side(&self) -> Side;

    /// The number of the theorem in docs/theory.md, where its proof stands.
    fn theorem(&self) -> &'static str;

    /// The formula, in plain mathematics.
    fn formula(&self) -> &'static str;

    /// The hypotheses, in words.
    fn hypotheses(&self) -> &'static str;

    /// Whether the problem meets the hypotheses; if not, which one fails.
    fn applies(&self, problem: &Problem) -> Result<(), String>;

    /// The exact value, or `None` if it is too large or too costly to write out
    /// (more than [`MAX_DIGITS`] digits or [`MAX_TERMS`] terms).
    ///
    /// Only for problems to which the bound [applies](Bound::applies); otherwise meaningless.
    fn value(&self, problem: &Problem) -> Option<Integer>;
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

/// The best exact bound of a side with its value: the largest lower or the smallest upper one.
pub fn best_exact(problem: &Problem, side: Side) -> Option<(&'static dyn Bound, Integer)> {
    let values = applicable(problem)
        .into_iter()
        .filter(|b| b.side() == side)
        .filter_map(|b| Some((b, b.value(problem)?)));
    match side {
        Side::Lower => values.max_by(|a, b| a.1.cmp(&b.1)),
        Side::Upper => values.min_by(|a, b| a.1.cmp(&b.1)),
    }
}

/// An interval that contains log10 of a positive integer, from directed rounding.
pub fn log10_enclosure(value: &Integer) -> Option<(f64, f64)> {
    use rug::float::Round;
    if *value <= 0 {
        return None;
    }
    let end = |round| {
        let (mut x, _) = Float::with_val_round(96, value, round);
        x.log10_round(round);
        x.to_f64_round(round)
    };
    Some((end(Round::Down), end(Round::Up)))
}

/// Whether a sum of `terms` numbers of at most `digits` digits is worth writing out.
fn affordable(terms: &Integer, digits: f64) -> bool {
    *terms <= MAX_TERMS && digits <= MAX_DIGITS && terms.to_f64() * digits <= 2e8
}

fn attention(problem: &Problem) -> Result<&AttentionShape, String> {
    match problem.architecture() {
        Architecture::Attention(shape) => Ok(shape),
        _ => Err("holds for attention only".into()),
    }
}

fn mixer(problem: &Problem) -> Result<&MixerShape, String> {
    match problem.architecture() {
        Architecture::Mixer(shape) => Ok(shape),
        _ => Err("holds for the Mixer only".into()),
    }
}
