//! The gap between attention and the Mixer at one size (docs/theory.md, section 5).
//!
//! It is certified when a lower bound for attention, which holds for almost all weights, is larger than
//! an upper bound for the Mixer, which holds for all weights.

use super::{Evaluation, LogInterval, Side, best};
use crate::network::{Architecture, Problem};

/// The best lower bound of attention and the best upper bound of the Mixer.
#[derive(Clone)]
pub struct Gap {
    /// Attention's best lower bound.
    pub lower: Option<Evaluation>,
    /// The Mixer's best upper bound.
    pub upper: Option<Evaluation>,
    /// Degree per layer K = k_t k_c of the Mixer; `None` of other networks, whose layers differ.
    layer_degree: Option<u64>,
}

/// What every statement of a gap leaves out: words with mathematics between dollars
/// ([`crate::table::words`]).
pub const SCOPE: [&str; 4] = [
    "The degree per layer decides: with $K = k_t k_c >= 3$ the bounds give no asymptotic gap at fixed depth, \
     and exact small cases show Mixers above attention; a Mixer with few variables can still be below.",
    "For a width small against $3^L$ both ranks are polynomials in the degree and the number of variables \
     decides: at a fixed width the gap can fail as the depth grows.",
    "Polynomial networks only: a ReLU or GELU network has infinite separation rank on the reals, and softmax, \
     layer normalisation and the position-wise part are removed on both sides.",
    "If both sides keep the same position-wise polynomial of degree $k$, the degrees per layer are $3k$ and $k_t k$.",
];

/// Evaluates the gap between `attention` and `mixer`; each brings its own sizes and partition.
/// Cost: that of all bounds, below a second at any size.
pub fn gap(attention: &Problem, mixer: &Problem) -> Gap {
    Gap {
        lower: best(attention, Side::Lower).filter(|_| is_attention(attention)),
        upper: best(mixer, Side::Upper).filter(|_| !is_attention(mixer)),
        layer_degree: mixer.architecture().layer_degree(),
    }
}

fn is_attention(problem: &Problem) -> bool {
    matches!(problem.architecture(), Architecture::Attention(_))
}

impl Gap {
    fn logs(&self) -> Option<(&LogInterval, &LogInterval)> {
        Some((self.lower.as_ref()?.log.as_ref()?, self.upper.as_ref()?.log.as_ref()?))
    }

    /// Whether the lower bound is certainly larger: in exact integers where both are there, elsewhere by
    /// disjoint enclosures.
    pub fn certified(&self) -> bool {
        match (&self.lower, &self.upper) {
            (Some(Evaluation { value: Some(l), .. }), Some(Evaluation { value: Some(u), .. })) => {
                l > u
            }
            _ => self.logs().is_some_and(|(lower, upper)| upper.less_than(lower)),
        }
    }

    /// Whether both sides are exact integers.
    pub fn exact(&self) -> bool {
        [&self.lower, &self.upper].iter().all(|e| e.as_ref().is_some_and(|e| e.value.is_some()))
    }

    /// `[lo, hi]` around the ratio of the two logarithms; `None` where the upper bound may be 1.
    pub fn ratio(&self) -> Option<[f64; 2]> {
        self.logs().and_then(|(lower, upper)| lower.log_ratio(upper))
    }

    /// Why the gap is not certified; `None` where it is.
    pub fn reason(&self) -> Option<String> {
        if self.certified() {
            return None;
        }
        let (Some(lower), Some(upper)) = (&self.lower, &self.upper) else {
            return Some("a side has no bound that applies".into());
        };
        let compared = format!(
            "the best lower bound for attention, {}, is not above the best upper bound for the other, {}",
            lower.bound.id(),
            upper.bound.id()
        );
        let why = match self.layer_degree {
            Some(k) if k < 3 => {
                "the depth is too small, or the width is small against 3^L so that the number of variables decides"
                    .to_owned()
            }
            Some(k) => format!(
                "the Mixer has degree K = k_t k_c = {k} per layer, not below attention's 3, where no asymptotic gap holds"
            ),
            None => "the degrees of the other network's layers and the variables that it sees decide".into(),
        };
        Some(format!("{compared}; {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::{applicable, evaluate};
    use rug::Integer;
    use rug::ops::Pow;

    /// A gap of two numbers, whose bounds do not matter.
    fn of(lower: Option<Integer>, upper: Option<Integer>, layer_degree: Option<u64>) -> Gap {
        let problem = Problem::attention(1, 1, 1, 2).unwrap();
        let side = |value: Option<Integer>| {
            let any = evaluate(applicable(&problem)[0], &problem, 1.0);
            value.map(|v| Evaluation { log: LogInterval::of(&v), value: Some(v), ..any })
        };
        Gap { lower: side(lower), upper: side(upper), layer_degree }
    }

    #[test]
    fn integers_are_compared_to_the_last_digit() {
        let large = Integer::from(10).pow(200);
        let next = Integer::from(&large + 1u32);
        let gap = |l: &Integer, u: &Integer| of(Some(l.clone()), Some(u.clone()), Some(2));
        assert!(gap(&next, &large).certified() && gap(&next, &large).reason().is_none());
        assert!(!gap(&large, &large).certified() && !gap(&large, &next).certified());
        assert!(!of(None, Some(large.clone()), Some(2)).certified());
        assert!(gap(&next, &large).exact() && !of(Some(large), None, Some(2)).exact());
    }

    #[test]
    fn a_gap_that_is_not_there_has_its_reason() {
        let (nine, four): (Integer, Integer) = (9.into(), 4.into());
        let reason = |degree| of(Some(four.clone()), Some(nine.clone()), degree).reason().unwrap();
        for k in [1, 2] {
            assert!(reason(Some(k)).contains("the depth is too small"));
        }
        for k in [3, 4] {
            assert!(reason(Some(k)).contains(&format!("K = k_t k_c = {k} per layer")));
        }
        assert!(reason(None).contains("the degrees of the other network's layers"));
        assert!(of(Some(four.clone()), None, None).reason().unwrap().contains("no bound"));
        // log 9 / log 4 = log 3 / log 2.
        let [lo, hi] = of(Some(nine), Some(four.clone()), None).ratio().unwrap();
        let expected = 3f64.ln() / 2f64.ln();
        assert!(lo <= expected + 1e-12 && expected - 1e-12 <= hi && hi - lo < 1e-12);
        assert_eq!(of(Some(four), Some(1.into()), None).ratio(), None);
    }
}
