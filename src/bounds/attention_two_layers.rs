//! Theorem 3.18': two layers, where the part of degree 2 in the Gram matrix of B is followed. It is above 3.18 wherever
//! that says something.

use super::{Bound, Inapplicable, LogInterval, Side, attention};
use crate::network::{AttentionShape, Problem};
use rug::Integer;

struct TwoLayersBound;

impl Bound for TwoLayersBound {
    fn id(&self) -> &'static str {
        "attention-two-layers"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "3.18'"
    }
    fn formula(&self) -> &'static str {
        "$u e(e+1)/2 - e M(M-1)/2 + u''(u''+1)/2 - 1$, $e = d - M$, $u = M d - M(M-1)/2$, $u'' = u - M J$, the best M and J"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L = 2$, $H d_a = d$, three tokens on the side of the output and two on the other, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = attention(problem)?;
        let (own, other) = problem.side_sizes();
        if shape.depth != 2 {
            return Err(Inapplicable::new("is for two layers"));
        }
        if own < 3 || other < 2 {
            return Err(Inapplicable::new(
                "needs three tokens on the side of the output and two on the other",
            ));
        }
        // M = J = 1.
        if shape.width < 4 || shape.width / shape.heads < 2 {
            return Err(Inapplicable::new(
                "needs a width of 4 or more and heads of width 2 or more",
            ));
        }
        Ok(())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        Some(best(attention(problem).ok()?))
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        LogInterval::of(&self.value(problem)?)
    }
}

inventory::submit!(&TwoLayersBound as &dyn Bound);

/// The largest value; 0 where the theorem says nothing. Cost: d_a steps.
///
/// A smaller J leaves more: the least one with room for M pairs is taken.
fn best(shape: &AttentionShape) -> Integer {
    let (d, heads) = (shape.width as u128, shape.heads as u128);
    let head_width = d / heads;
    // All numbers are below 2^24, their products of four below 2^96.
    let mut coordinates = 1;
    let values = (1..head_width).map_while(|m| {
        while pairs(coordinates, heads) < m {
            coordinates += 1;
        }
        (m + coordinates <= head_width).then(|| shared_pairs(d, m, coordinates))
    });
    Integer::from(values.max().unwrap_or_default())
}

/// Unordered pairs of J coordinates, one of them among the first T = min(J, H): J T - C(T,2).
fn pairs(coordinates: u128, heads: u128) -> u128 {
    let t = coordinates.min(heads);
    coordinates * t - t * (t - 1) / 2
}

/// With M = m, J = j.
fn shared_pairs(d: u128, m: u128, j: u128) -> u128 {
    let (e, rest) = (d - m, d - j);
    if e <= j || rest < 3 {
        return 0;
    }
    let chosen = m * (m - 1) / 2;
    let (u, inner) = (m * d - chosen, m * rest - chosen);
    u * (e * (e + 1) / 2) - e * chosen + inner * (inner + 1) / 2 - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Output, Partition};
    use crate::prove::{RankRequest, rank};

    fn problem(width: usize, heads: usize, own: usize, other: usize) -> Problem {
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
        let shape = AttentionShape { depth: 2, width, heads };
        Problem::new(Architecture::Attention(shape), partition, Output::default()).unwrap()
    }

    /// Random weights reach it, and so it is not above the generic rank.
    #[test]
    fn random_weights_reach_it() {
        for (width, heads) in [(4, 1), (4, 2), (5, 1), (6, 2)] {
            let problem = problem(width, heads, 3, 2);
            let found = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap().rank;
            let value = TwoLayersBound.value(&problem).unwrap();
            assert!(value > 0 && value <= found, "{width} {heads} {value} {found}");
        }
    }

    /// B/16 and L/16, by hand: J = 10, T = 9 and M = 54.
    #[test]
    fn published_shapes() {
        for (width, heads, value) in [(768, 12, 10_999_827_971u64), (1024, 16, 26_787_330_179)] {
            let problem = problem(width, heads, 98, 98);
            let best = TwoLayersBound.value(&problem).unwrap();
            assert_eq!(best, value);
            assert!(TwoLayersBound.enclosure(&problem).unwrap().admits(&best));
            let upper = crate::bounds::find("attention-graded").unwrap();
            assert!(best < upper.value(&problem).unwrap());
        }
    }

    /// Every J and T, not only the least that have room, and 3.18.
    #[test]
    fn no_other_choice_is_better() {
        for (d, heads) in itertools::iproduct!(1..40usize, 1..10usize) {
            if d % heads > 0 {
                continue;
            }
            let (width, h, a) = (d as u128, heads as u128, (d / heads) as u128);
            let mut most = 0;
            for (m, j) in itertools::iproduct!(1..=a, 1..=a) {
                let room = (1..=j.min(h)).any(|t| m <= j * t - t * (t - 1) / 2);
                if room && m + j <= a {
                    most = most.max(shared_pairs(width, m, j));
                }
            }
            // 3.18
            for m in (1..).take_while(|m| 2 * m < a && 2 * m + 3 <= width) {
                let rest = width - 2 * m - 1;
                let pairs = (m * width - m * (m - 1) / 2) * (rest * (rest + 1) / 2 - 1);
                assert!(pairs < most, "{d} {heads} {m}");
            }
            let shape = AttentionShape { depth: 2, width: d, heads };
            assert_eq!(best(&shape), most, "{d} {heads}");
        }
    }
}
