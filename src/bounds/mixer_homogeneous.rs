//! Theorem 4.1: a homogeneous polynomial of a sum of n_A + n_B variables.

use super::enclosure::{Growth, least_sum};
use super::numbers::{covered_monomials, log10_multiset_estimate};
use super::{Bound, Inapplicable, LogInterval, Side, affordable, mixer};
use crate::network::{MixerShape, Problem};
use rug::Integer;

struct HomogeneousBound;

/// The variables (n_A, n_B) of either side that the first layer can see: `d min(S, |side|)`.
pub(super) fn visible_variables(shape: &MixerShape, problem: &Problem) -> (usize, usize) {
    let count = |side: &[usize]| shape.width * shape.token_hidden.min(side.len());
    (count(problem.partition().left()), count(problem.partition().right()))
}

impl Bound for HomogeneousBound {
    fn id(&self) -> &'static str {
        "mixer-homogeneous"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.1"
    }
    fn formula(&self) -> &'static str {
        "$sum_{a=0}^{D} min( mc(n_A, a), mc(n_B, D-a) )$, $D = (k_t k_c)^L$, $n_A = d min(S,|A|)$, $n_B = d min(S,|B|)$"
    }
    fn hypotheses(&self) -> &'static str {
        "Mixer, activations $z^k$, no bias, no residual, any fixed permutation, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = mixer(problem)?;
        let there = match (shape.bias, shape.residual) {
            (true, _) => "biases are there",
            (_, true) => "residual connections are there",
            _ => return Ok(()),
        };
        Err(Inapplicable::new(format!("needs a homogeneous network: {there}")))
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        covered(visible_variables(mixer(problem).ok()?, problem), &problem.big_degree())
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        covered_log(visible_variables(mixer(problem).ok()?, problem), &problem.big_degree())
    }
}

/// [`covered_monomials`] where it can be written.
pub(super) fn covered((n_a, n_b): (usize, usize), degree: &Integer) -> Option<Integer> {
    let digits = log10_multiset_estimate(n_a.max(n_b) as f64, degree.to_f64());
    if !affordable(&Integer::from(4), digits) {
        return None;
    }
    Some(covered_monomials(n_a as u64, n_b as u64, degree.to_u64()?))
}

/// An interval around [`covered_monomials`].
pub(super) fn covered_log((n_a, n_b): (usize, usize), degree: &Integer) -> Option<LogInterval> {
    let growth = |n: usize| Growth::every(Integer::from(n));
    least_sum(&growth(n_a), &growth(n_b), degree)
}

/// From 1 to [`covered_monomials`]: around a bound that does not exceed it.
pub(super) fn up_to_covered(variables: (usize, usize), degree: &Integer) -> Option<LogInterval> {
    Some(LogInterval::between(&LogInterval::one(), &covered_log(variables, degree)?))
}

inventory::submit!(&HomogeneousBound as &dyn Bound);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Architecture;

    #[test]
    fn what_is_not_homogeneous_is_refused() {
        let plain = Problem::mixer(1, 2, 2, 4).unwrap();
        let Architecture::Mixer(shape) = plain.architecture() else { unreachable!() };
        let why = |bias, residual| {
            let shape = Architecture::Mixer(MixerShape { bias, residual, ..shape.clone() });
            let problem = Problem::new(shape, plain.partition().clone(), plain.output()).unwrap();
            HomogeneousBound.applies(&problem).err()
        };
        assert_eq!(why(false, false), None);
        assert!(why(true, false).unwrap().hypothesis.contains("biases"));
        assert!(why(false, true).unwrap().hypothesis.contains("residual"));
    }
}
