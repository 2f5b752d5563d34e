//! Theorem 3.5: the full exponent `C_L`, from two tokens on a quadric cone.

use super::numbers::{attention_half_degree, log10_multiset_estimate, multiset};
use super::{Bound, LogInterval, Side, affordable, attention};
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
        "$max( mc(d_a, C) - mc(d_a, C-2), mc(floor(d_a/2), C) )$, $C = (3^L - 1)/2$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L >= 1$, $N >= 2$, any partition, any $H$ dividing $d$, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), String> {
        attention(problem).map(|_| ())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = attention(problem).ok()?;
        let head_width = shape.width / shape.heads;
        let c = attention_half_degree(shape.depth);
        let digits = log10_multiset_estimate(head_width as f64, c.to_f64());
        if !affordable(&Integer::from(1), digits) {
            return None;
        }
        let c = c.to_u64()?;
        let count = |n: usize, k| multiset(&Integer::from(n), k);
        let lost = if c >= 2 { count(head_width, c - 2) } else { Integer::new() };
        Some((count(head_width, c) - lost).max(count(head_width / 2, c)))
    }
    /// The difference is `mc(n,C) (n-1)(n+2C-2) / ((n+C-1)(n+C-2))`, n = d_a, for C >= 1, by
    /// `mc(n,C-2)/mc(n,C) = C(C-1) / ((n+C-1)(n+C-2))`; nothing cancels.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let shape = attention(problem).ok()?;
        let n = Integer::from(shape.width / shape.heads);
        let c = attention_half_degree(shape.depth);
        let simple = LogInterval::multiset(&Integer::from(&n / 2u32), &c);
        if n == 1 {
            return (c == 1).then(LogInterval::one);
        }
        let total = Integer::from(&n + &c);
        let kept = Integer::from(&n - 1u32) * (Integer::from(&total + &c) - 2u32);
        let all = Integer::from(&total - 1u32) * (total - 2u32);
        let cone = LogInterval::multiset(&n, &c)?
            .times(&LogInterval::of(&kept)?)
            .over(&LogInterval::of(&all)?);
        Some(simple.map_or(cone.clone(), |simple| simple.max(&cone)))
    }
}

inventory::submit!(&IsotropicBound as &dyn Bound);
