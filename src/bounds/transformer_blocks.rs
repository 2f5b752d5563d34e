//! Theorems 5.4 and 5.4': blocks of attention and a position-wise polynomial, with residual connections, as they are
//! published but for softmax, normalisation and the activation.

use super::block_form::BlockForm;
use super::{BlockPlan, Bound, Inapplicable, LogInterval, Side};
use crate::network::Problem;
use rug::Integer;

struct TransformerBound;

impl Bound for TransformerBound {
    fn id(&self) -> &'static str {
        "transformer-blocks"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "5.4"
    }
    fn formula(&self) -> &'static str {
        "$mc(b p + 1, K)$, $K = k (3k)^{L-r-1}$, p payload coordinates and b markers read in r blocks, or that of 5.4' if \
         larger, the best choice"
    }
    fn hypotheses(&self) -> &'static str {
        "transformer, blocks of attention and a position-wise polynomial of degree $k >= 2$, a residual connection around each, with or \
         without biases, $b <= min(|A|,|B|)$, $b <= p <= d-b-1$, heads and hidden width enough for them, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        if BlockForm::of(problem).is_none_or(|f| !f.residual || f.degree < 2) {
            return Err(Inapplicable::new(
                "needs blocks of attention and a channel mixing of one degree of 2 or more, a residual connection around each",
            ));
        }
        match BlockPlan::exists(problem) {
            true => Ok(()),
            false => Err(Inapplicable::new(
                "needs two blocks, a width of 3 and hidden width for a marker",
            )),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        BlockPlan::best(problem)?.value()
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        BlockPlan::best(problem)?.log()
    }
}

inventory::submit!(&TransformerBound as &dyn Bound);

#[cfg(test)]
mod tests;
