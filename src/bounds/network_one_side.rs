//! Theorem 3.15(c): an output that no token of one side reaches is a function of the other side alone.

use super::{Bound, Inapplicable, LogInterval, Side};
use crate::network::Problem;
use rug::Integer;

struct OneSideBound;

impl Bound for OneSideBound {
    fn id(&self) -> &'static str {
        "network-one-side"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "3.15"
    }
    fn formula(&self) -> &'static str {
        "$1$, or $0$ where the network states zeros that make the output 0"
    }
    fn hypotheses(&self) -> &'static str {
        "network, described layer by layer, whose output depends on the tokens of one side only, as with a causal \
         mask, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        match problem.sight() {
            Some(sight) if sight.is_one_sided() => Ok(()),
            Some(_) => Err(Inapplicable::new("is for outputs that depend on one side only")),
            None => Err(Inapplicable::new("is for networks given by their layers")),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        problem.sight().map(|sight| Integer::from(!sight.zero))
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        problem.sight().filter(|sight| !sight.zero).map(|_| LogInterval::one())
    }
}

inventory::submit!(&OneSideBound as &dyn Bound);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::layers::{Attention, Layer, Scaling};
    use crate::network::{Architecture, Output, Partition};
    use crate::prove::{Basis, RankRequest, Status, rank};
    use nalgebra::DMatrix;
    use seprank_check::check::{Verdict, check};

    /// The rank of a causal network by output, on two tokens of each side: 1 exactly where B is not seen, and not
    /// where it is; 0 exactly where zeros are stated.
    #[test]
    fn the_rank_is_one_or_none() {
        let causal: Layer = Attention { causal: true, ..Attention::plain(1, 2) }.into();
        let values = Some(DMatrix::from_element(1, 2, crate::arith::Rational::from(0)));
        let nothing: Layer = Scaling { over: Default::default(), values }.into();
        for (layers, token, expected) in [
            (vec![causal.clone()], 1, Some(1)),
            (vec![causal.clone(), causal.clone()], 0, Some(1)),
            (vec![causal.clone()], 2, None),
            (vec![causal, nothing], 3, Some(0)),
        ] {
            let partition = Partition::new(4, &[0, 1]).unwrap();
            let output = Output { token, channel: 0 };
            let problem =
                Problem::new(Architecture::of_layers(2, layers), partition, output).unwrap();
            let answer = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap();
            match expected {
                Some(expected) => {
                    assert_eq!(OneSideBound.value(&problem), Some(expected.into()));
                    assert_eq!((answer.rank, answer.status), (expected, Status::Exact));
                    assert_eq!(answer.basis, Basis::Theorem("network-one-side"));
                    assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
                }
                None => {
                    assert!(OneSideBound.applies(&problem).is_err());
                    assert!(answer.rank > 1);
                }
            }
        }
    }
}
