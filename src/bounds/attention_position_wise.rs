//! Theorem 5.3: attention whose every layer is followed by a position-wise polynomial, kept as it is.

use super::block_form::BlockForm;
use super::numbers::{log10_multiset_estimate, multiset};
use super::{Bound, Inapplicable, LogInterval, Side, affordable};
use crate::network::Problem;
use rug::Integer;
use rug::ops::Pow;

struct PositionWiseBound;

impl Bound for PositionWiseBound {
    fn id(&self) -> &'static str {
        "attention-position-wise"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "5.3"
    }
    fn formula(&self) -> &'static str {
        "$sum_{i=0}^{m} mc(d-1, 2 k i)$, $m = k^{L-1} (3^{L-1} - 1)/2$, k the degree of the position-wise part"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, each layer followed by a position-wise polynomial of degree $k >= 2$, with or without residual \
         connections and biases, heads that have the width together, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        match blocks(problem) {
            Some(_) => Ok(()),
            None => Err(Inapplicable::new(
                "needs blocks of a layer of attention and a channel mixing, all of one degree of 2 or more",
            )),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let (step, last) = blocks(problem)?.exponents();
        let n = Integer::from(problem.width() - 1);
        let top = Integer::from(&step * &last);
        let digits = log10_multiset_estimate(n.to_f64().max(1.0), top.to_f64());
        if !affordable(&Integer::from(&last + 1), digits) {
            return None;
        }
        let (step, last) = (step.to_u64()?, last.to_u64()?);
        Some((0..=last).map(|i| multiset(&n, step * i)).sum())
    }
    /// Wide: from the last term to the sum of `mc(d-1, e)` over all e up to the last.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let (step, last) = blocks(problem)?.exponents();
        let top = step * last;
        if problem.width() == 1 {
            return Some(LogInterval::one());
        }
        let below = LogInterval::multiset(&Integer::from(problem.width() - 1), &top)?;
        let above = LogInterval::multiset(&Integer::from(problem.width()), &top)?;
        Some(LogInterval::between(&below, &above))
    }
}

inventory::submit!(&PositionWiseBound as &dyn Bound);

/// L blocks of attention and a position-wise polynomial of degree k.
struct Blocks {
    depth: u32,
    degree: u64,
}

impl Blocks {
    /// The exponents of t are 0, step, .., last * step, step = 2k, `last = k^(L-1) (3^(L-1) - 1)/2`.
    fn exponents(&self) -> (Integer, Integer) {
        let power = |base: u64| Integer::from(base).pow(self.depth - 1);
        (Integer::from(2 * self.degree), power(self.degree) * ((power(3) - 1u32) / 2u32))
    }
}

/// The blocks of a network given by its layers, if it has that form and the first layer reads a token completely.
fn blocks(problem: &Problem) -> Option<Blocks> {
    let form = BlockForm::of(problem).filter(|form| form.reads && form.degree >= 2)?;
    Some(Blocks { depth: u32::try_from(form.depth).ok()?, degree: form.degree })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::layers::{Attention, ChannelMixing, Layer, Residual};
    use crate::network::{Activation, Architecture, Output, Partition};
    use crate::prove::{RankRequest, rank};
    use std::collections::BTreeSet;

    fn problem(depth: usize, width: usize, degree: u64, residual: bool, bias: bool) -> Problem {
        let wrap = |layer: Layer| match residual {
            true => Residual { inner: vec![layer] }.into(),
            false => layer,
        };
        let activation = Activation::Power(degree);
        let block = [
            wrap(Attention { bias, ..Attention::plain(1, width) }.into()),
            wrap(ChannelMixing { hidden: 1, activation, bias }.into()),
        ];
        let layers = std::iter::repeat_n(block, depth).flatten().collect();
        let partition = Partition::new(2, &[0]).unwrap();
        Problem::new(Architecture::of_layers(width, layers), partition, Output::default()).unwrap()
    }

    /// The exponents of t in Y_L by the recursion; coefficients are positive, so none cancels.
    #[test]
    fn exponents_are_those_of_the_recursion() {
        let sums = |a: &BTreeSet<u64>, b: &BTreeSet<u64>| -> BTreeSet<u64> {
            a.iter().flat_map(|x| b.iter().map(move |y| x + y)).collect()
        };
        for (depth, degree) in [(1, 2), (2, 2), (3, 2), (4, 2), (2, 3), (3, 3), (2, 5)] {
            let power = |a: &BTreeSet<u64>| (1..degree).fold(a.clone(), |p, _| sums(&p, a));
            let (mut y, mut z) = (BTreeSet::from([0]), BTreeSet::from([degree]));
            for _ in 1..depth {
                let both = sums(&y, &y).union(&sums(&z, &z)).copied().collect();
                (y, z) = (power(&sums(&y, &both)), power(&sums(&z, &both)));
            }
            let (step, last) = Blocks { depth, degree }.exponents();
            let (step, last) = (step.to_u64().unwrap(), last.to_u64().unwrap());
            assert_eq!(y, (0..=last).map(|i| step * i).collect(), "{depth} {degree}");
        }
    }

    /// On a grid with some more points than the theorem gives random weights have that rank or more.
    #[test]
    fn random_weights_reach_it() {
        for (width, degree, value) in [(1, 2, 1), (2, 2, 3), (3, 2, 15), (2, 3, 4)] {
            for (residual, bias) in [(false, false), (true, false), (true, true)] {
                let problem = problem(2, width, degree, residual, bias);
                assert_eq!(PositionWiseBound.value(&problem), Some(value.into()));
                let log = PositionWiseBound.enclosure(&problem).unwrap();
                assert!(log.admits(&value.into()));
                let mut request = RankRequest::new(problem);
                request.points = Some(20);
                let found = rank(&request, &|_, _| ()).unwrap().rank;
                assert!(found >= value, "{found} {value}");
            }
        }
    }

    #[test]
    fn other_networks_are_refused() {
        assert!(PositionWiseBound.applies(&problem(2, 2, 1, true, false)).is_err());
        assert!(PositionWiseBound.applies(&Problem::attention(2, 2, 1, 2).unwrap()).is_err());
        let narrow = vec![
            Attention::plain(1, 1).into(),
            ChannelMixing { hidden: 1, activation: Activation::Power(2), bias: false }.into(),
        ];
        let partition = Partition::new(2, &[0]).unwrap();
        let narrow = Architecture::of_layers(2, narrow);
        let narrow = Problem::new(narrow, partition, Output::default()).unwrap();
        assert!(PositionWiseBound.applies(&narrow).is_err());
    }
}
