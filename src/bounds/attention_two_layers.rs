//! Theorems 3.18 and 3.18': two layers, where the part of degree 2 in the Gram matrix of B is followed.

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
        "3.18"
    }
    fn formula(&self) -> &'static str {
        "$( M d - M(M-1)/2 ) ( d'(d'+1)/2 - 1 )$, $d' = d - 2M - 1$, or that of 3.18' if larger, the best M"
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
        // M = J = 1 in 3.18'; 3.18 asks for more.
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

/// The largest value of either theorem; 0 where neither says anything. Cost: d_a steps.
///
/// In 3.18' a smaller J leaves more: the least one with room for M pairs is taken.
fn best(shape: &AttentionShape) -> Integer {
    let (d, heads) = (shape.width as u128, shape.heads as u128);
    let head_width = d / heads;
    // All numbers are below 2^24, their products of four below 2^96.
    let one = (1..=(head_width - 1) / 2).map(|m| isotropic_pairs(d, m)).max();
    let mut coordinates = 1;
    let two = (1..head_width).map_while(|m| {
        while pairs(coordinates, heads) < m {
            coordinates += 1;
        }
        (m + coordinates <= head_width).then(|| shared_pairs(d, m, coordinates))
    });
    Integer::from(one.into_iter().chain(two).max().unwrap_or_default())
}

/// 3.18 with M = m.
pub(crate) fn isotropic_pairs(d: u128, m: u128) -> u128 {
    match d.checked_sub(2 * m + 1) {
        Some(rest) if rest >= 2 => (m * d - m * (m - 1) / 2) * (rest * (rest + 1) / 2 - 1),
        _ => 0,
    }
}

/// Unordered pairs of J coordinates, one of them among the first T = min(J, H): J T - C(T,2).
fn pairs(coordinates: u128, heads: u128) -> u128 {
    let t = coordinates.min(heads);
    coordinates * t - t * (t - 1) / 2
}

/// 3.18' with M = m, J = j.
fn shared_pairs(d: u128, m: u128, j: u128) -> u128 {
    let (e, rest) = (d - m, d - j);
    if e <= j || rest < 3 {
        return 0;
    }
    let chosen = m * (m - 1) / 2;
    let (u, inner) = (m * d - chosen, m * rest - chosen);
    let first = u * (e * (e + 1) / 2) - e * chosen;
    first + (inner * (inner + 1) / 2).saturating_sub(2 * m * rest)
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

    /// B/16 and L/16, by hand: M = 31 in 3.18, J = 10, T = 9 and M = 54 in 3.18'.
    #[test]
    fn published_shapes() {
        assert_eq!(isotropic_pairs(768, 31), 5_809_232_352);
        assert_eq!(isotropic_pairs(1024, 31), 14_458_404_960);
        for (width, heads, value) in [(768, 12, 10_999_746_108u64), (1024, 16, 26_787_220_668)] {
            let problem = problem(width, heads, 98, 98);
            let best = TwoLayersBound.value(&problem).unwrap();
            assert!(best >= value, "{best}");
            assert!(TwoLayersBound.enclosure(&problem).unwrap().admits(&best));
            let upper = crate::bounds::find("attention-graded").unwrap();
            assert!(best < upper.value(&problem).unwrap());
        }
    }

    /// Every J and T, not only the least that have room.
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
                if 2 * m < a {
                    most = most.max(isotropic_pairs(width, m));
                }
            }
            let shape = AttentionShape { depth: 2, width: d, heads };
            assert_eq!(best(&shape), most, "{d} {heads}");
        }
    }
}
