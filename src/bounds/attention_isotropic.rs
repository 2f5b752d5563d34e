//! Theorem 3.5: the full exponent `C_L`, from two tokens on a quadric cone.

use super::numbers::{attention_half_degree, log10_multiset_estimate, multiset};
use super::{Bound, Inapplicable, LogInterval, Side, affordable, attention};
use crate::network::Problem;
use rug::Integer;

struct IsotropicBound;

impl Bound for IsotropicBound {
    fn id(&self) -> &'static str {
        "attention-isotropic"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "3.5"
    }
    fn formula(&self) -> &'static str {
        "$mc(d_a, C) - mc(d_a, C-2)$, $C = (3^L - 1)/2$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L >= 1$, $N >= 2$, any partition, any $H$ dividing $d$, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        attention(problem).map(|_| ())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let (free, c) = parts(problem)?;
        if !affordable(&Integer::from(2), log10_multiset_estimate(free.to_f64(), c.to_f64())) {
            return None;
        }
        let c = c.to_u64()?;
        Some(multiset(&free, c) + multiset(&free, c - 1))
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let (free, c) = parts(problem)?;
        let first = LogInterval::multiset(&free, &c);
        let second = LogInterval::multiset(&free, &(c - 1u32));
        first.into_iter().chain(second).reduce(|a, b| a.plus(&b))
    }
}

/// d_a - 1 and C. From `mc(n,k) = mc(n,k-1) + mc(n-1,k)` follows
/// `mc(n,C) - mc(n,C-2) = mc(n-1,C) + mc(n-1,C-1)`, where nothing cancels.
fn parts(problem: &Problem) -> Option<(Integer, Integer)> {
    let shape = attention(problem).ok()?;
    let head_width = Integer::from(shape.width / shape.heads);
    Some((head_width - 1u32, attention_half_degree(shape.depth)))
}

inventory::submit!(&IsotropicBound as &dyn Bound);
