//! Claims on one separation rank, and the evidence for either half.

mod blocks;
mod enclosure;
mod function;
mod lines;
mod minor;
mod polynomials;

use super::Options;
use super::count::{Failure, Work};
use super::halves::halves;
use super::logarithm;
use super::matrix::Matrix;
use super::network::Network;
use super::parallel;
use super::problem::Problem;
use super::progress::advance;
use super::ring::{Ring, Sizes};
use super::theorem::{Side, THEOREMS};
use super::verdict::{Finding, Kind};
use crate::certificate::{Lower, RankClaim, Relation, Scope, Upper, Value};
use num_bigint::BigUint;

/// Checks a claim; `place` is where it stands in the file.
pub(super) fn check(
    claim: &RankClaim,
    place: &str,
    work: &Work,
    options: Options<'_>,
) -> Result<Way, Finding> {
    let problem = Problem::new(&claim.problem, place)?;
    let check = Check { claim, place, problem: &problem, work, options };
    check.form()?;
    let way = claim.lower.as_ref().map_or(Ok(Way::Whole), |lower| check.lower(lower))?;
    if let Some(upper) = &claim.upper {
        check.upper(upper)?;
    }
    Ok(way)
}

/// What a claim was seen to follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// All of its evidence.
    Whole,
    /// Answers to challenges, for a minor at least.
    Challenge,
}

struct Check<'a> {
    claim: &'a RankClaim,
    place: &'a str,
    problem: &'a Problem<'a>,
    work: &'a Work,
    options: Options<'a>,
}

impl Check<'_> {
    fn at(&self, field: &str) -> String {
        format!("{}.{field}", self.place)
    }

    fn finding(
        &self,
        kind: Kind,
        field: &str,
        expected: impl std::fmt::Display,
        got: impl std::fmt::Display,
    ) -> Finding {
        Finding::new(kind, self.at(field), expected, got)
    }

    /// The evidence that the claim asks for is there, and no other.
    fn form(&self) -> Result<(), Finding> {
        let Self { claim, .. } = self;
        halves(self.place, claim.relation, claim.lower.is_some(), claim.upper.is_some())?;
        let enclosed = matches!(claim.lower, Some(Lower::Enclosure(_)));
        if self.problem.is_real() && (!enclosed || claim.upper.is_some()) {
            let expected = "an enclosure, and at-least: the network is no polynomial";
            return Err(self.finding(Kind::Polynomial, "lower", expected, "other evidence"));
        }
        if enclosed && claim.scope == Scope::Generic {
            let expected =
                "another minor, for generic: an enclosure is about the weights in the file";
            return Err(self.finding(Kind::Scope, "lower", expected, "an enclosure"));
        }
        let computed = [
            ("lower", claim.lower.as_ref().is_some_and(|l| !matches!(l, Lower::Theorem(_)))),
            ("upper", claim.upper.as_ref().is_some_and(|u| !matches!(u, Upper::Theorem(_)))),
        ];
        if let (Value::Log10(_), Some((half, _))) = (&claim.value, computed.iter().find(|c| c.1)) {
            let expected = format_args!("exact, for computed evidence in {half}");
            return Err(self.finding(Kind::Value, "value", expected, "log10"));
        }
        if matches!(claim.value, Value::Log10(_)) && claim.relation == Relation::Equal {
            return Err(self.finding(Kind::Value, "value", "exact, for equal", "log10"));
        }
        if claim.scope == Scope::Fixed && matches!(claim.lower, Some(Lower::Theorem(_))) {
            let expected = "a minor: theorems bound the generic rank from below";
            return Err(self.finding(Kind::Scope, "lower", expected, "a theorem"));
        }
        if claim.scope == Scope::Generic && computed[1].1 {
            let expected = "a theorem: a sum of products is about these weights only";
            return Err(self.finding(Kind::Scope, "upper", expected, "a separation"));
        }
        let wanted = claim.scope == Scope::Fixed || computed[0].1;
        match (wanted, &claim.weights) {
            (true, None) => Err(self.finding(Kind::MissingWeights, "weights", "weights", "null")),
            (false, Some(_)) => {
                let expected = "null: no evidence is about these weights";
                Err(self.finding(Kind::Superfluous, "weights", expected, "weights"))
            }
            // The claim is about them, so they must fit even if only a theorem is used.
            (true, Some(_)) => self.network(&Sizes, 1).map(drop),
            (false, None) => Ok(()),
        }
    }

    /// The network over a ring, if evaluating it so many times is within the limits.
    fn network<'a, R: Ring>(&'a self, ring: &'a R, times: u64) -> Result<Network<'a, R>, Finding> {
        let missing = || self.finding(Kind::MissingWeights, "weights", "weights", "null");
        let weights = self.claim.weights.as_ref().ok_or_else(missing)?;
        self.problem.affordable(times, self.place)?;
        Network::new(ring, self.problem, weights, self.place)
    }

    /// f at all pairs of points, each taking so many steps.
    fn grid_of<R: Ring + Sync>(
        &self,
        network: &Network<'_, R>,
        sides: [&[Vec<R::Element>]; 2],
        steps: u64,
    ) -> Result<Matrix<R::Element>, Finding>
    where
        R::Element: Send + Sync,
    {
        let stop = self.options.stop.unwrap_or(&|| false);
        let value = |a: &Vec<R::Element>, b: &Vec<R::Element>| {
            advance(steps);
            (!stop()).then(|| network.at(a, b))
        };
        let [left, right] = sides;
        let row = |s: usize| right.iter().map(|b| value(&left[s], b)).collect::<Option<Vec<_>>>();
        let rows = parallel::values(left.len(), row).into_iter().collect::<Option<Vec<_>>>();
        let rows = rows.ok_or_else(|| {
            self.finding(Kind::Limit, "lower", "as much time as it takes", "an end before")
        })?;
        Ok(Matrix::new(left.len(), right.len(), rows.concat()))
    }

    fn value(&self) -> Result<BigUint, Finding> {
        match &self.claim.value {
            Value::Exact(value) => value.0.to_biguint().ok_or_else(|| {
                self.finding(Kind::Value, "value", "a number that is not negative", value)
            }),
            Value::Log10(_) => Err(self.finding(Kind::Value, "value", "exact", "log10")),
        }
    }

    fn lower(&self, lower: &Lower) -> Result<Way, Finding> {
        match lower {
            Lower::Theorem(id) => self.theorem(id, Side::Lower, "lower")?,
            Lower::Grid(grid) => self.grid(grid)?,
            Lower::Enclosure(enclosure) => self.enclosure(enclosure)?,
            Lower::Coefficients(coefficients) => self.coefficients(coefficients)?,
            Lower::Blocks(blocks) => return self.blocks(blocks),
        }
        Ok(Way::Whole)
    }

    fn upper(&self, upper: &Upper) -> Result<(), Finding> {
        match upper {
            Upper::Theorem(id) => self.theorem(id, Side::Upper, "upper"),
            Upper::Separation(products) => self.separation(products),
        }
    }

    /// A lower bound's value is at least the value claimed, an upper bound's at most.
    fn theorem(&self, id: &str, side: Side, field: &str) -> Result<(), Finding> {
        let found = THEOREMS.iter().find(|t| t.id == id && t.side == side);
        let known = || {
            let ids = THEOREMS.iter().filter(|t| t.side == side).map(|t| t.id);
            format!("one of {}", ids.collect::<Vec<_>>().join(", "))
        };
        let theorem = found.ok_or_else(|| self.finding(Kind::Theorem, field, known(), id))?;
        let own = (theorem.value)(self.problem, self.work).map_err(|failure| match failure {
            Failure::Hypothesis(text) => self.finding(Kind::Hypothesis, field, text, "otherwise"),
            Failure::TooCostly => {
                let expected = format_args!("a value of {id} that can be evaluated");
                self.finding(Kind::Limit, field, expected, "too many digits or terms")
            }
        })?;
        let follows = match &self.claim.value {
            Value::Exact(_) => match side {
                Side::Lower => self.value()? <= own.value,
                Side::Upper => self.value()? >= own.value,
            },
            Value::Log10(log) => logarithm::contains(&log.low.0, &log.high.0, &own.value)
                .ok_or_else(|| {
                    let limit = format_args!("at most {} places", logarithm::MAX_PLACES);
                    self.finding(Kind::Limit, "value", limit, "more")
                })?,
        };
        if follows {
            return Ok(());
        }
        let relation = if side == Side::Lower { "at most" } else { "at least" };
        let expected = format!("{relation} {}, by {id}", own.value);
        // A formula that was only estimated proves nothing against the claim.
        let kind = if own.sharp { Kind::Bound } else { Kind::Limit };
        Err(self.finding(kind, "value", expected, &self.claim.value))
    }
}
