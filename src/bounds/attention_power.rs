//! Theorem 3.4: `sum_{k=0}^{e} mc(d-1, 2k)` with `e = (3^{L-1} - 1)/2`.

use super::enclosure::parity_sum;
use super::numbers::{attention_half_degree, log10_multiset_estimate, multiset};
use super::{Bound, Inapplicable, LogInterval, Side, affordable, attention};
use crate::network::Problem;
use rug::Integer;

struct PowerBound;

impl Bound for PowerBound {
    fn id(&self) -> &'static str {
        "attention-power"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "3.4"
    }
    fn formula(&self) -> &'static str {
        "$sum_{k=0}^{e} mc(d-1, 2k)$, $e = (3^{L-1} - 1)/2$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L >= 1$, $N >= 2$, any partition, any $H$ dividing $d$, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        attention(problem).map(|_| ())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = attention(problem).ok()?;
        let top = attention_half_degree(shape.depth - 1);
        let variables = Integer::from(shape.width - 1);
        let digits = log10_multiset_estimate(variables.to_f64(), 2.0 * top.to_f64());
        if !affordable(&Integer::from(&top + 1), digits) {
            return None;
        }
        Some((0..=top.to_u64()?).map(|k| multiset(&variables, 2 * k)).sum())
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let shape = attention(problem).ok()?;
        let largest = attention_half_degree(shape.depth - 1) * 2u32;
        parity_sum(&Integer::from(shape.width - 1), &largest)
    }
}

inventory::submit!(&PowerBound as &dyn Bound);
