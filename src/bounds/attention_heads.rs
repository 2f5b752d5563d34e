//! Theorem 3.8: many variables. `sum_{kappa<=K} h(m,tau;kappa)`, K = 3^{L-1-c}.

use super::{Bound, Inapplicable, LogInterval, PairingPlan, Side, attention, pairing};
use crate::network::Problem;
use rug::Integer;

struct HeadsBound;

fn best(problem: &Problem) -> Option<PairingPlan> {
    pairing::best_plan(PairingPlan::all_heads(problem))
}

impl Bound for HeadsBound {
    fn id(&self) -> &'static str {
        "attention-heads"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "3.8"
    }
    fn formula(&self) -> &'static str {
        "$max_{r,c} sum_{kappa<=K} h(m,tau;kappa)$, $K = 3^{L-1-c}$, $m = d-r-q$, $tau = min(r,|B|,m)$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L >= c+1$, $1 <= r <= 2n^c$, $n <= H$, $q = ceil(r/(2n))$, $r+q <= min(d_a,|A|)$, $2q <= d_a$, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        attention(problem)?;
        match PairingPlan::all_heads(problem).is_empty() {
            true => Err(Inapplicable::new(
                "needs L >= 2 and r >= 1 with r+q <= min(d_a, |A|) and r+q < d",
            )),
            false => Ok(()),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        pairing::value(&best(problem)?)
    }
    /// Of the simple form `mc(v+1, K)` where the sum is too long, as in the value.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        pairing::enclosure(&best(problem)?)
    }
}

inventory::submit!(&HeadsBound as &dyn Bound);
