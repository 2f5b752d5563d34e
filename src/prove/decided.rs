//! Generic ranks that theorems decide: a lower and an upper bound of the registry have one value.

use super::answer::{BoundValue, Scope};
use super::certificate::problem as in_certificate;
use crate::bounds::{Side, applicable, evaluate};
use crate::network::Problem;
use rug::Integer;
use seprank_check::certificate::{
    self as file, Certificate, Claim, Lower, RankClaim, Relation, Text, Upper, Value,
};
use std::fmt;

/// A generic rank without a computation.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The problem.
    pub problem: Problem,
    /// The rank.
    pub rank: Integer,
    /// The id of the lower bound that has this value.
    pub lower: &'static str,
    /// The id of the upper bound that has it.
    pub upper: &'static str,
    /// All bounds that apply, with their values up to 40 digits.
    pub bounds: Vec<BoundValue>,
}

/// Values of more digits are not compared.
const DIGITS: f64 = 40.0;

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
pub fn decided(problem: &Problem) -> Option<Decided> {
    let of = |side| -> Vec<BoundValue> {
        let own = applicable(problem).into_iter().filter(|bound| bound.side() == side);
        let value = |bound| evaluate(bound, problem, DIGITS).value;
        own.map(|bound| BoundValue { id: bound.id(), side, value: value(bound) }).collect()
    };
    let mut bounds = of(Side::Lower);
    // Where no lower bound is written out, no upper one is evaluated.
    bounds.iter().find(|b| b.value.is_some())?;
    bounds.extend(of(Side::Upper));
    bounds.sort_by_key(|b| b.id);
    let of = |side| bounds.iter().filter(move |b| b.side == side && b.value.is_some());
    let lower = of(Side::Lower).max_by(|a, b| a.value.cmp(&b.value))?;
    let upper = of(Side::Upper).min_by(|a, b| a.value.cmp(&b.value))?;
    let rank = lower.value.clone().filter(|value| upper.value.as_ref() == Some(value))?;
    let (lower, upper) = (lower.id, upper.id);
    Some(Decided { problem: problem.clone(), rank, lower, upper, bounds })
}

impl Decided {
    /// What the rank rests on, in words.
    pub fn reason(&self) -> String {
        format!(
            "the lower bound {}, met by the upper bound {}; nothing was computed",
            self.lower, self.upper
        )
    }

    /// What the rank is of.
    pub fn scope(&self) -> Scope {
        Scope::Generic
    }

    /// The certificate: equal, both halves by theorems, no weights.
    pub fn certificate(&self) -> Certificate {
        let digits = self.rank.to_string();
        Certificate::new(Claim::Rank(Box::new(RankClaim {
            problem: in_certificate(&self.problem),
            scope: file::Scope::Generic,
            relation: Relation::Equal,
            value: Value::Exact(Text(digits.parse().expect("decimal digits"))),
            weights: None,
            lower: Some(Lower::Theorem(self.lower.into())),
            upper: Some(Upper::Theorem(self.upper.into())),
        })))
    }
}

/// As of an answer that was computed.
impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "separation rank = {}  (exact, by theorem)", self.rank)?;
        writeln!(f, "  of: {}", self.scope())?;
        write!(f, "  by: {}", self.reason())?;
        self.bounds.iter().try_for_each(|bound| write!(f, "\n  {bound}"))
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
        for (depth, width, heads, tokens) in [
            (1, 1, 1, 2),
            (1, 6, 3, 2),
            (2, 3, 1, 4),
            (2, 16, 1, 5),
            (2, 16_384, 1, 196),
            (6, 1, 1, 3),
            (12, 1, 1, 2),
            (80, 1, 1, 7),
        ] {
            let problem = Problem::attention(depth, width, heads, tokens).unwrap();
            let decided = decided(&problem).unwrap();
            let mut certificate = decided.certificate();
            assert_eq!(check(&certificate), Verdict::Valid, "{problem:?}");
            if width < 10 && depth < 12 {
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
