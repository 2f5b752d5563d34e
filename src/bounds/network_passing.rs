//! Theorem 4.11: the functions of one side that pass to the other, counted.

use super::passing::passing;
use super::{Bound, Inapplicable, LogInterval, Side};
use crate::network::Problem;
use rug::Integer;

struct PassingBound;

impl Bound for PassingBound {
    fn id(&self) -> &'static str {
        "network-passing"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.11"
    }
    fn formula(&self) -> &'static str {
        "$m + e$, $m$ the number of functions of one side by which functions of the other are multiplied, written down \
         entry by entry, $e <= 2$ that of the parts of $f$ that depend on one side alone"
    }
    fn hypotheses(&self) -> &'static str {
        "network, described layer by layer, of at most 2^16 steps, and at most 64 functions, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        match passing(problem) {
            Some(_) => Ok(()),
            None => Err(Inapplicable::new(
                "is for networks given by their layers that are small and by which few functions pass",
            )),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        passing(problem).map(Integer::from)
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        LogInterval::of(&passing(problem)?.into())
    }
}

inventory::submit!(&PassingBound as &dyn Bound);
