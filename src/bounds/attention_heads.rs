//! Theorem 3.8: many variables. `sum_{kappa<=K} h(m,tau;kappa)`, K = 3^{L-1-c}.

use super::numbers::{determinantal_dimension, log10_multiset_estimate, multiset};
use super::{Bound, Side, affordable, attention};
use crate::network::Problem;
use crate::network::witness::HeadsPlan;
use rug::Integer;

struct HeadsBound;

/// The admissible plans of Theorem 3.8 for a problem, over the free parameters r and c.
fn plans(problem: &Problem) -> Vec<HeadsPlan> {
    let Ok(shape) = attention(problem) else { return Vec::new() };
    let sizes = (shape.depth, shape.width, shape.heads);
    let vectors = 1..=(shape.width / shape.heads).min(problem.side_sizes().0);
    // q >= 1 and rho <= n^c: past log2(width) stages nothing changes but the exponent, for the worse.
    let stages = 1..shape.depth.min(2 + shape.width.ilog2() as usize);
    stages
        .flat_map(|c| vectors.clone().map(move |r| (r, c)))
        .filter_map(|(r, c)| HeadsPlan::new(sizes, problem.side_sizes(), r, c))
        .collect()
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
        "max over r, c of sum_{kappa<=K} h(m,tau;kappa), K = 3^(L-1-c), m = d-r-q, tau = min(r,|B|,m)"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, L >= c+1, r >= 1, ceil(r/2) <= n^c, r+q <= min(d_a,|A|), 2q <= d_a, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), String> {
        attention(problem)?;
        if plans(problem).is_empty() {
            return Err("needs L >= 2 and r >= 1 with r+q <= min(d_a, |A|) and r+q < d".into());
        }
        Ok(())
    }
    /// Where the partitions are too many for h, the simple bound `mc(v+1, K)` of Lemma 3.6 stands in.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = attention(problem).ok()?;
        let mut best = None;
        for plan in plans(problem) {
            let exponent = plan.exponent(shape.depth);
            let variables = plan.tau * plan.payload - plan.tau * (plan.tau - 1) / 2;
            let digits = log10_multiset_estimate(variables as f64 + 1.0, exponent.to_f64());
            if !affordable(&Integer::from(1), digits) {
                return None;
            }
            let k = exponent.to_u64()?;
            let simple = multiset(&Integer::from(variables + 1), k);
            let summed = affordable(&Integer::from(k + 1), digits)
                .then(|| {
                    (0..=k)
                        .map(|kappa| determinantal_dimension(plan.payload, plan.tau, kappa))
                        .sum::<Option<Integer>>()
                })
                .flatten();
            best = best.max(Some(summed.unwrap_or_default().max(simple)));
        }
        best
    }
}

inventory::submit!(&HeadsBound as &dyn Bound);
