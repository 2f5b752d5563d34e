//! Theorem 3.9: twice as many vectors. `sum_{kappa<=K} h(m,tau;kappa)`, K = 3^{L-2-c}.

use super::{Bound, Inapplicable, LogInterval, PairingPlan, Side, attention, pairing};
use crate::network::Problem;
use rug::Integer;

struct BlocksBound;

/// The best choice of the theorem's free parameters for the problem.
pub(super) fn best(problem: &Problem) -> Option<PairingPlan> {
    pairing::best_plan(PairingPlan::all_blocks(problem))
}

impl Bound for BlocksBound {
    fn id(&self) -> &'static str {
        "attention-blocks"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "3.9"
    }
    fn formula(&self) -> &'static str {
        "$max_{t_1,t_2,c} sum_{kappa<=K} h(m,tau;kappa)$, $r = t_1+t_2$, $K = 3^{L-2-c}$, $m = min(d-r-q, (H-1)t_1)$, $tau = min(r,|B|,m)$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $H >= 2$, $L >= c+2$, $t_1 >= t_2 >= 0$, $1 <= r <= 2n^c$, $n <= H$, $q = ceil(r/(2n))$, $t_1+q <= d_a$, $r+q <= |A|$, $2q <= d_a$, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        attention(problem)?;
        match PairingPlan::all_blocks(problem).is_empty() {
            true => Err(Inapplicable::new(
                "needs H >= 2, L >= 3 and t1 >= 1 with t1+q <= d_a, r+q <= |A| and r+q < d",
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

inventory::submit!(&BlocksBound as &dyn Bound);
