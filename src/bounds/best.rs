//! Evaluating bounds at any size and finding the best one of a side.

use super::{Bound, LogInterval, Side, applicable};
use crate::network::Problem;
use rug::Integer;

/// A bound on one problem: its value where it can be written, its logarithm always.
#[derive(Clone)]
pub struct Evaluation {
    /// The bound.
    pub bound: &'static dyn Bound,
    /// The exact value, or `None` if it is too large.
    pub value: Option<Integer>,
    /// Around the logarithm of the value; `None` if the value is zero.
    pub log: Option<LogInterval>,
}

/// Evaluates one bound that applies: the exact value if it can have at most `digits` decimal digits, and
/// the logarithm of that, or else the enclosure.
pub fn evaluate(bound: &'static dyn Bound, problem: &Problem, digits: f64) -> Evaluation {
    let log = bound.enclosure(problem);
    let writable = log.as_ref().is_none_or(|x| x.log10().is_some_and(|[_, hi]| hi <= digits));
    match writable.then(|| bound.value(problem)).flatten() {
        Some(value) => Evaluation { bound, log: LogInterval::of(&value), value: Some(value) },
        None => Evaluation { bound, log, value: None },
    }
}

/// Digits up to which [`best`] compares exact values: more cost time and decide nothing.
const BEST_DIGITS: f64 = 1000.0;

/// The best bound of a side: the largest lower end of a lower bound, or the smallest upper end of an
/// upper one; the first by id among equals. `None` if none applies or all are zero.
pub fn best(problem: &Problem, side: Side) -> Option<Evaluation> {
    let better = |new: &LogInterval, old: &LogInterval| match side {
        Side::Lower => old.starts_below(new),
        Side::Upper => new.ends_below(old),
    };
    let evaluated = applicable(problem).into_iter().filter(|b| b.side() == side);
    let evaluated = evaluated.map(|b| evaluate(b, problem, BEST_DIGITS));
    evaluated.filter(|e| e.log.is_some()).reduce(|old, new| match (&new.log, &old.log) {
        (Some(n), Some(o)) if better(n, o) => new,
        _ => old,
    })
}
