//! Generic ranks by theorems alone: the best lower bound of the registry, exact where an upper one has its value.

use super::answer::{BoundValue, RankAnswer, Scope, Status};
use super::certificate::problem as in_certificate;
use super::words::{Digits, list_bounds};
use crate::bounds::{Side, applicable, evaluate};
use crate::network::{Problem, describe};
use rug::Integer;
use seprank_check::certificate::{
    self as file, Certificate, Claim, Lower, RankClaim, Relation, Text, Upper, Value,
};
use std::fmt;

/// What the registry proves about a generic rank, without a computation.
#[derive(Clone, Debug)]
pub struct ByTheorem {
    /// The problem.
    pub problem: Problem,
    /// The rank, or what it is at least.
    pub rank: Integer,
    /// The id of the lower bound that has this value.
    pub lower: &'static str,
    /// The id of an upper bound that has it too: then it is the rank.
    pub upper: Option<&'static str>,
    /// All bounds that apply, with their values up to some number of digits.
    pub bounds: Vec<BoundValue>,
}

/// Values of more digits do not decide.
const DIGITS: f64 = 40.0;

/// Values of so many bits have no more digits than a certificate holds: a digit has more than three.
const MAX_BITS: usize = 3 * file::MAX_DIGITS;

/// The generic rank of `problem` if the best lower bound is the best upper one, both of at most 40 digits.
/// Cost: of the bounds, whatever the size; no weights are drawn.
///
/// ```
/// use seprank::network::Problem;
/// use seprank::prove;
/// let problem = Problem::attention(2, 768, 1, 196)?;
/// assert_eq!(prove::decided(&problem).unwrap().rank, 43_827_094_849u64);
/// assert!(prove::decided(&Problem::attention(3, 768, 1, 196)?).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decided(problem: &Problem) -> Option<ByTheorem> {
    decided_from(problem, 0)
}

/// The same of ranks from `least` on: where no lower bound reaches that, no upper one is evaluated.
pub fn decided_from(problem: &Problem, least: u32) -> Option<ByTheorem> {
    let mut bounds = values(problem, Side::Lower, DIGITS);
    bounds.iter().find(|b| b.value.as_ref().is_some_and(|value| *value >= least))?;
    bounds.extend(values(problem, Side::Upper, DIGITS));
    bounds.sort_by_key(|b| b.id);
    ByTheorem::of(problem, bounds).filter(|found| found.upper.is_some())
}

/// What the registry proves about the generic rank of `problem`, among values that a certificate holds;
/// `None` if no lower bound applies that is so small.
///
/// ```
/// use seprank::network::Problem;
/// use seprank::prove;
/// let found = prove::proved(&Problem::attention(3, 768, 1, 196)?).unwrap();
/// assert!(found.upper.is_none() && found.rank > prove::decided(&Problem::attention(2, 768, 1, 196)?).unwrap().rank);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn proved(problem: &Problem) -> Option<ByTheorem> {
    let sides = [Side::Lower, Side::Upper];
    let mut bounds: Vec<_> =
        sides.into_iter().flat_map(|side| values(problem, side, file::MAX_DIGITS as f64)).collect();
    bounds.sort_by_key(|b| b.id);
    ByTheorem::of(problem, bounds)
}

fn values(problem: &Problem, side: Side, digits: f64) -> Vec<BoundValue> {
    let own = applicable(problem).into_iter().filter(|bound| bound.side() == side);
    let value = |bound| evaluate(bound, problem, digits).value;
    own.map(|bound| BoundValue { id: bound.id(), side, value: value(bound) }).collect()
}

impl RankAnswer {
    /// The best lower bound of the registry that holds here, if it is above the rank of the evidence.
    pub fn by_theorem(&self) -> Option<ByTheorem> {
        ByTheorem::of(&self.problem, self.bounds.clone())
            .filter(|found| self.scope == Scope::Generic && found.rank > self.rank)
    }
}

impl ByTheorem {
    /// The best of `bounds`.
    fn of(problem: &Problem, bounds: Vec<BoundValue>) -> Option<Self> {
        let short = |value: &Integer| value.significant_digits::<bool>() <= MAX_BITS;
        let of = |side| {
            let own = bounds.iter().filter(move |b| b.side == side);
            own.filter(|b| b.value.as_ref().is_some_and(short))
        };
        // Of equal ones the first by id.
        let lower = of(Side::Lower).rev().max_by(|a, b| a.value.cmp(&b.value))?;
        let upper = of(Side::Upper).min_by(|a, b| a.value.cmp(&b.value));
        let upper = upper.filter(|upper| upper.value == lower.value).map(|upper| upper.id);
        let (rank, lower) = (lower.value.clone()?, lower.id);
        Some(Self { problem: problem.clone(), rank, lower, upper, bounds })
    }

    /// Whether it is the rank.
    pub fn status(&self) -> Status {
        if self.upper.is_some() { Status::Exact } else { Status::Lower }
    }

    /// What it rests on, in words.
    pub fn reason(&self) -> String {
        match self.upper {
            Some(upper) => {
                format!("the lower bound {}, met by the upper bound {upper}", self.lower)
            }
            None => format!("the lower bound {}", self.lower),
        }
    }

    /// What the rank is of.
    pub fn scope(&self) -> Scope {
        Scope::Generic
    }

    /// The certificate: equal or at least, by theorems, without weights.
    ///
    /// # Panics
    /// If the rank has more digits than a certificate holds, which none that is made here has.
    pub fn certificate(&self) -> Certificate {
        let digits = self.rank.to_string();
        Certificate::new(Claim::Rank(Box::new(RankClaim {
            problem: in_certificate(&self.problem),
            scope: file::Scope::Generic,
            relation: if self.upper.is_some() { Relation::Equal } else { Relation::AtLeast },
            value: Value::Exact(Text(digits.parse().expect("decimal digits"))),
            weights: None,
            lower: Some(Lower::Theorem(self.lower.into())),
            upper: self.upper.map(|id| Upper::Theorem(id.into())),
        })))
    }
}

/// As of an answer that was computed; long numbers are written out by `{:#}`.
impl fmt::Display for ByTheorem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status();
        writeln!(
            f,
            "separation rank {} {}  ({}, by theorem)",
            status.relation(),
            Digits(&self.rank, f.alternate()),
            status.name()
        )?;
        writeln!(f, "  of: {}\n  network: {}", self.scope(), describe(&self.problem))?;
        write!(f, "  by: {}; nothing was computed", self.reason())?;
        list_bounds(&self.bounds, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::{RankRequest, rank};
    use seprank_check::check::{Kind, Verdict, check};

    /// The checker follows both halves, and no other value passes; small ones are also computed.
    #[test]
    fn both_halves_are_theorems() {
        for (depth, width, heads, tokens) in
            [(1, 1, 1, 2), (1, 6, 3, 2), (2, 3, 1, 4), (2, 16, 1, 5), (2, 16_384, 1, 196)]
        {
            let problem = Problem::attention(depth, width, heads, tokens).unwrap();
            let decided = decided(&problem).unwrap();
            let mut certificate = decided.certificate();
            assert_eq!(check(&certificate), Verdict::Valid, "{problem:?}");
            if width < 10 {
                let computed = rank(&RankRequest::new(problem), &|_, _| ()).unwrap().rank;
                assert_eq!(decided.rank, computed);
            }
            for more in [-1, 1] {
                let Claim::Rank(claim) = &mut certificate.claim else { unreachable!() };
                let value = Integer::from(&decided.rank + more).to_string();
                claim.value = Value::Exact(Text(value.parse().unwrap()));
                let kind = check(&certificate).finding().map(|f| f.kind);
                // Where partitions are too many to sum the checker has estimates above the upper bound.
                let limit = width > 1000 && kind == Some(Kind::Limit);
                assert!(kind == Some(Kind::Bound) || limit, "{width} {kind:?}");
            }
        }
    }

    #[test]
    fn what_no_two_theorems_decide_is_left_open() {
        for problem in [Problem::attention(2, 4, 2, 8), Problem::mixer(2, 2, 2, 4)] {
            assert!(decided(&problem.unwrap()).is_none());
        }
    }
}
