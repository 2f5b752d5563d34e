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
    let list = applicable(problem).into_iter().filter(|b| b.side() == side);
    let evaluated = list.filter_map(|b| {
        let evaluation = evaluate(b, problem, BEST_DIGITS);
        evaluation.log.clone().map(|log| (log, evaluation))
    });
    let best = evaluated.min_by(|(a, _), (b, _)| match side {
        Side::Lower => b.compare_low(a),
        Side::Upper => a.compare_high(b),
    });
    best.map(|(_, evaluation)| evaluation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// None is better, and none of those that are as good comes before it.
    #[test]
    fn no_other_is_better() {
        let attention = [(1, 1, 1), (1, 3, 3), (2, 4, 2), (3, 12, 3), (6, 64, 4), (40, 64, 4)];
        let mixers = [(1, 2, 1), (4, 3, 2), (30, 64, 64)];
        let attention = attention.map(|(depth, d, heads)| Problem::attention(depth, d, heads, 12));
        let mixers = mixers.map(|(depth, d, hidden)| Problem::mixer(depth, d, hidden, 12));
        for problem in attention.into_iter().chain(mixers).map(Result::unwrap) {
            for side in [Side::Lower, Side::Upper] {
                let found = best(&problem, side);
                let log = found.as_ref().map(|found| found.log.as_ref().unwrap());
                for bound in applicable(&problem).into_iter().filter(|b| b.side() == side) {
                    let (log, id) = (log.unwrap(), found.as_ref().unwrap().bound.id());
                    let Some(other) = evaluate(bound, &problem, BEST_DIGITS).log else { continue };
                    let order = match side {
                        Side::Lower => other.compare_low(log),
                        Side::Upper => log.compare_high(&other),
                    };
                    assert!(order.is_le() && (order.is_lt() || id <= bound.id()), "{id}");
                }
            }
        }
    }
}
