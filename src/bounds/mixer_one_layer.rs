//! Theorem 4.9: one layer of a quadratic Mixer, exactly where 4.1 applies as well.

use super::{Bound, Inapplicable, LogInterval, Side, mixer};
use crate::network::Problem;
use rug::Integer;

struct OneLayerBound;

impl Bound for OneLayerBound {
    fn id(&self) -> &'static str {
        "mixer-one-layer"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "4.9"
    }
    fn formula(&self) -> &'static str {
        "$2 + d min(S,|A|,|B|)$"
    }
    fn hypotheses(&self) -> &'static str {
        "Mixer, $L = 1$, $k_t = 2$, $k_c = 1$, with or without biases and residual connections, the input not permuted, \
         almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = mixer(problem)?;
        if (shape.depth, shape.token_degree, shape.channel_degree) != (1, 2, 1) {
            return Err(Inapplicable::new("is for one layer with k_t = 2, k_c = 1"));
        }
        match shape.permutation {
            None => Ok(()),
            Some(_) => Err(Inapplicable::new("needs an input that is not permuted")),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let sides = problem.partition();
        let sides = sides.left().len().min(sides.right().len());
        let rank = mixer(problem).ok()?.token_hidden.min(sides);
        Some(Integer::from(problem.width()) * rank + 2u32)
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        LogInterval::of(&self.value(problem)?)
    }
}

inventory::submit!(&OneLayerBound as &dyn Bound);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::find;
    use crate::network::{Architecture, MixerShape, Output, Partition};
    use crate::prove::{RankRequest, rank};
    use itertools::iproduct;

    fn problem(shape: MixerShape, own: usize, other: usize) -> Problem {
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
        Problem::new(Architecture::Mixer(shape), partition, Output::default()).unwrap()
    }

    /// Random weights have this rank, and 4.1 the same value; with biases or residuals they have it or more.
    #[test]
    fn it_is_the_generic_rank() {
        let upper = find("mixer-homogeneous").unwrap();
        for (d, s, own, other) in iproduct!(1..=3, 1..=3, 1..=3, 1..=2) {
            for (hidden, bias, residual) in [(1, false, false), (3, false, false), (2, true, true)]
            {
                let shape = MixerShape {
                    channel_hidden: hidden,
                    bias,
                    residual,
                    ..MixerShape::quadratic(1, d, s)
                };
                let problem = problem(shape, own, other);
                let value = OneLayerBound.value(&problem).unwrap();
                let found = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap().rank;
                if bias {
                    assert!(found >= value, "{d} {s} {own} {other}: {found} {value}");
                } else {
                    assert_eq!(Some(value.clone()), upper.value(&problem));
                    assert_eq!(value, found, "{d} {s} {own} {other}");
                }
            }
        }
    }

    #[test]
    fn other_mixers_are_refused() {
        let base = MixerShape::quadratic(1, 2, 2);
        let permutation = crate::network::layers::Permutation::new((0..8).rev().collect());
        assert!(OneLayerBound.applies(&problem(base.clone(), 2, 2)).is_ok());
        for other in [
            MixerShape { depth: 2, ..base.clone() },
            MixerShape { token_degree: 3, ..base.clone() },
            MixerShape { channel_degree: 2, ..base.clone() },
            MixerShape { permutation, ..base },
        ] {
            assert!(OneLayerBound.applies(&problem(other, 2, 2)).is_err());
        }
    }
}
