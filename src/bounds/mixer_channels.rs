//! Theorem 4.10: a Mixer from below, by the products of one entry each of several channels.

use super::numbers::{choose, log10_multiset_estimate};
use super::{Bound, Inapplicable, LogInterval, MAX_DIGITS, Side, mixer};
use crate::network::Problem;
use rug::Integer;
use rug::ops::Pow;

struct ChannelsBound;

impl Bound for ChannelsBound {
    fn id(&self) -> &'static str {
        "mixer-channels"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "4.10"
    }
    fn formula(&self) -> &'static str {
        "$binom(d, M)$, $M = k_t^{L-1} k_c^L$"
    }
    fn hypotheses(&self) -> &'static str {
        "Mixer, $k_t >= 2$, $d >= M$, with or without biases and residual connections, the input not permuted, almost \
         all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = mixer(problem)?;
        if shape.token_degree < 2 || shape.permutation.is_some() {
            return Err(Inapplicable::new("needs k_t >= 2 and an input that is not permuted"));
        }
        match channels(problem) {
            Some(_) => Ok(()),
            None => Err(Inapplicable::new("needs a width of k_t^(L-1) k_c^L or more")),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let (chosen, rest) = (channels(problem)?, problem.width() as u64);
        let fewer = chosen.min(rest - chosen);
        let digits = log10_multiset_estimate((rest - fewer + 1) as f64, fewer as f64);
        (digits <= MAX_DIGITS).then(|| choose(problem.width().into(), fewer))
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let chosen = channels(problem)?;
        LogInterval::multiset(&(problem.width() as u64 - chosen + 1).into(), &chosen.into())
    }
}

inventory::submit!(&ChannelsBound as &dyn Bound);

/// M, if there are as many channels.
fn channels(problem: &Problem) -> Option<u64> {
    let shape = mixer(problem).ok()?;
    let depth = u32::try_from(shape.depth).ok()?;
    // Both bases are at most 64, but one of them at least 2: more layers than bits of d are too many.
    if depth > usize::BITS {
        return None;
    }
    let power = |base: u64, exponent| Integer::from(base).pow(exponent);
    let chosen = power(shape.token_degree, depth - 1) * power(shape.channel_degree, depth);
    chosen.to_u64().filter(|m| *m <= shape.width as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, MixerShape, Output, Partition};

    fn problem(shape: MixerShape) -> Problem {
        Problem::new(Architecture::Mixer(shape), Partition::halves(2).unwrap(), Output::default())
            .unwrap()
    }

    #[test]
    fn values_and_where_it_is_refused() {
        let shape = |depth, width, token_degree, channel_degree| MixerShape {
            token_degree,
            channel_degree,
            ..MixerShape::quadratic(depth, width, 1)
        };
        // (L, d, k_t, k_c) and C(d, M).
        for (depth, d, k_t, k_c, value) in
            [(1, 5, 2, 1, 5), (2, 5, 2, 1, 10), (1, 5, 2, 2, 10), (2, 5, 3, 1, 10)]
        {
            let problem = problem(shape(depth, d, k_t, k_c));
            assert!(ChannelsBound.applies(&problem).is_ok());
            assert_eq!(ChannelsBound.value(&problem), Some(value.into()));
            assert!(ChannelsBound.enclosure(&problem).unwrap().admits(&value.into()));
        }
        for refused in [shape(3, 3, 2, 1), shape(1, 5, 1, 2), shape(1 << 20, 5, 2, 1)] {
            assert!(ChannelsBound.applies(&problem(refused)).is_err());
        }
    }
}
