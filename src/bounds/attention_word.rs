//! Theorem 3.2, the word bound (Levine et al. 2020): `sep <= (d+H)^{C_L}`.

use super::numbers::attention_half_degree;
use super::{Bound, Inapplicable, LogInterval, Side, affordable, attention};
use crate::network::Problem;
use rug::Integer;
use rug::ops::Pow;

struct WordBound;

impl Bound for WordBound {
    fn id(&self) -> &'static str {
        "attention-word"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "3.2"
    }
    fn formula(&self) -> &'static str {
        "$(d + H)^C$, $C = (3^L - 1)/2$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $H d_a = d$, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        attention(problem).map(|_| ())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = attention(problem).ok()?;
        let exponent = attention_half_degree(shape.depth);
        let base = shape.width + shape.heads;
        if !affordable(&Integer::from(1), exponent.to_f64() * (base as f64).log10()) {
            return None;
        }
        Some(Integer::from(base).pow(exponent.to_u32()?))
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let shape = attention(problem).ok()?;
        let base = LogInterval::of(&Integer::from(shape.width + shape.heads))?;
        Some(base.power(&attention_half_degree(shape.depth)))
    }
}

inventory::submit!(&WordBound as &dyn Bound);
