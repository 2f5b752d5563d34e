//! Generic ranks by theorems alone: the best lower bound of the registry, exact where an upper one has its value.

use super::answer::{BoundValue, RankAnswer, Scope, Status};
use super::certificate::{problem as in_certificate, theorem_value};
use super::forecast::is_short;
use super::request::{Method, RankError, RankRequest, TooManyDigits};
use super::words::{Digits, list_bounds};
use crate::bounds::{Bound, Evaluation, Side, applicable, evaluate};
use crate::network::{Problem, describe};
use seprank_check::certificate::{
    self as file, Certificate, Claim, Lower, RankClaim, Relation, Upper,
};
use std::cmp::Ordering;
use std::fmt;

/// What the registry proves about a generic rank, without a computation.
#[derive(Clone, Debug)]
pub struct ByTheorem {
    /// The problem.
    pub problem: Problem,
    /// The best lower bound.
    pub lower: BoundValue,
    /// The id of an upper bound of the same value: then that is the rank.
    pub upper: Option<&'static str>,
    /// All bounds that apply, with their values up to some number of digits.
    pub bounds: Vec<BoundValue>,
}

/// Values of more digits do not decide.
const DIGITS: f64 = 40.0;

/// Values of more digits are not written out where nothing decides.
const WRITTEN: f64 = 1000.0;

/// The generic rank of `problem` if the best lower bound is the best upper one, both of at most 40 digits.
/// Cost: of the bounds, whatever the size; no weights are drawn.
///
/// ```
/// use seprank::network::Problem;
/// use seprank::prove;
/// let problem = Problem::attention(2, 768, 1, 196)?;
/// assert_eq!(prove::decided(&problem).unwrap().lower.value.unwrap(), 43_827_094_849u64);
/// assert!(prove::decided(&Problem::attention(3, 768, 1, 196)?).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decided(problem: &Problem) -> Option<ByTheorem> {
    let mut bounds = values(problem, Side::Lower, DIGITS);
    // Where no lower bound is written out, no upper one is evaluated.
    bounds.iter().find(|b| b.value.is_some())?;
    bounds.extend(values(problem, Side::Upper, DIGITS));
    bounds.sort_by_key(|b| b.id);
    ByTheorem::of(problem, bounds).filter(|found| found.upper.is_some())
}

/// What the registry proves about the generic rank of `problem`, at any size; `None` if no lower bound applies.
/// Values of up to 1000 digits are written out.
///
/// ```
/// use seprank::network::Problem;
/// use seprank::prove;
/// let problem = Problem::attention(3, 768, 1, 196)?;
/// let found = prove::proved(&problem).unwrap();
/// assert!(found.upper.is_none() && found.lower.value.unwrap() > 43_827_094_849u64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn proved(problem: &Problem) -> Option<ByTheorem> {
    let mut bounds: Vec<_> = [Side::Lower, Side::Upper]
        .iter()
        .flat_map(|side| values(problem, *side, WRITTEN))
        .collect();
    bounds.sort_by_key(|b| b.id);
    ByTheorem::of(problem, bounds)
}

/// Up to this rank weights are drawn, and a minor found, even if theorems decide it, where that is short.
const COMPUTED: u32 = 1000;

/// The answer to `request` by two theorems, where it is taken before a computed one: of a generic rank above 1000,
/// or that would take longer than about a second to compute, if neither a method nor points are asked for.
/// Cost: that of [`decided`].
pub fn decided_first(request: &RankRequest) -> Option<ByTheorem> {
    let free = request.is_generic() && request.method == Method::Auto && request.points.is_none();
    let found = free.then(|| decided(&request.problem))??;
    let large = found.lower.value.as_ref().is_some_and(|rank| *rank > COMPUTED);
    (large || !is_short(request)).then_some(found)
}

/// What does not fit may still be bounded from below: the answer to `request` in the place of that error, as by
/// [`proved`].
pub fn proved_instead(request: &RankRequest, error: &RankError) -> Option<ByTheorem> {
    let beyond = matches!(error, RankError::TooLarge(_));
    (beyond && request.is_generic()).then(|| proved(&request.problem)).flatten()
}

fn values(problem: &Problem, side: Side, digits: f64) -> Vec<BoundValue> {
    let own = applicable(problem).into_iter().filter(|bound| bound.side() == side);
    let value = |bound: &'static dyn Bound| {
        let Evaluation { value, log, .. } = evaluate(bound, problem, digits);
        BoundValue { id: bound.id(), side, value, log }
    };
    own.map(value).collect()
}

impl RankAnswer {
    /// The best lower bound of the registry that holds here, if it is above the rank of the evidence.
    pub fn by_theorem(&self) -> Option<ByTheorem> {
        let above = |lower: &BoundValue| lower.value.as_ref().is_none_or(|v| *v > self.rank);
        ByTheorem::of(&self.problem, self.bounds.clone())
            .filter(|found| self.scope == Scope::Generic && above(&found.lower))
    }
}

impl ByTheorem {
    /// The best of `bounds`; none that is zero counts.
    fn of(problem: &Problem, bounds: Vec<BoundValue>) -> Option<Self> {
        let of = |side| bounds.iter().filter(move |b| b.side == side && b.log.is_some());
        let order = |a: &&BoundValue, b: &&BoundValue| match (&a.value, &b.value, &a.log, &b.log) {
            (Some(a), Some(b), ..) => a.cmp(b),
            (.., Some(a), Some(b)) => a.compare_low(b),
            _ => Ordering::Equal,
        };
        // Of equal ones the first by id.
        let lower = of(Side::Lower).rev().max_by(order)?.clone();
        let meets = |upper: &&BoundValue| upper.value.is_some() && upper.value == lower.value;
        let upper = of(Side::Upper).find(meets).map(|upper| upper.id);
        Some(Self { problem: problem.clone(), lower, upper, bounds })
    }

    /// Whether it is the rank.
    pub fn status(&self) -> Status {
        if self.upper.is_some() { Status::Exact } else { Status::Lower }
    }

    /// What it rests on, in words.
    pub fn reason(&self) -> String {
        match self.upper {
            Some(upper) => {
                format!("the lower bound {}, met by the upper bound {upper}", self.lower.id)
            }
            None => format!("the lower bound {}", self.lower.id),
        }
    }

    /// What the rank is of.
    pub fn scope(&self) -> Scope {
        Scope::Generic
    }

    /// The certificate: equal or at least, by theorems, without weights; of a value that is too long to write,
    /// its logarithm.
    ///
    /// # Errors
    /// [`TooManyDigits`] if the logarithm is too long as well.
    pub fn certificate(&self) -> Result<Certificate, TooManyDigits> {
        let value = theorem_value(&self.lower)?;
        Ok(Certificate::new(Claim::Rank(Box::new(RankClaim {
            problem: in_certificate(&self.problem),
            scope: file::Scope::Generic,
            relation: if self.upper.is_some() { Relation::Equal } else { Relation::AtLeast },
            value,
            weights: None,
            lower: Some(Lower::Theorem(self.lower.id.into())),
            upper: self.upper.map(|id| Upper::Theorem(id.into())),
        }))))
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
            Digits(&self.lower, f.alternate()),
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
    use rug::Integer;
    use seprank_check::certificate::{Text, Value};
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
            let mut certificate = decided.certificate().unwrap();
            let exact = decided.lower.value.clone().unwrap();
            assert_eq!(check(&certificate), Verdict::Valid, "{problem:?}");
            if width < 10 && depth < 12 {
                let computed = rank(&RankRequest::new(problem), &|_, _| ()).unwrap().rank;
                assert_eq!(exact, computed);
            }
            for more in [-1, 1] {
                let Claim::Rank(claim) = &mut certificate.claim else { unreachable!() };
                let value = Integer::from(&exact + more).to_string();
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
