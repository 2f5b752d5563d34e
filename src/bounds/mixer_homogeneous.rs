//! Theorem 4.1: a homogeneous polynomial of a sum of n_A + n_B variables.

use super::numbers::{log10_multiset_estimate, multiset};
use super::{Bound, Side, affordable, mixer};
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
        "sum_{a=0}^{D} min( mc(n_A, a), mc(n_B, D-a) ), D = (k_t k_c)^L, n_A = d min(S,|A|)"
    }
    fn hypotheses(&self) -> &'static str {
        "Mixer, activations z^k, no bias, no residual, any fixed permutation, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), String> {
        let shape = mixer(problem)?;
        match (shape.bias, shape.residual) {
            (true, _) => Err("needs a homogeneous network: biases are there".into()),
            (_, true) => Err("needs a homogeneous network: residual connections are there".into()),
            _ => Ok(()),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let (n_a, n_b) = visible_variables(mixer(problem).ok()?, problem);
        let degree = problem.degree().ok()?;
        let digits = log10_multiset_estimate(n_a.min(n_b) as f64, degree as f64);
        if !affordable(&(Integer::from(degree) + 1), digits) {
            return None;
        }
        let (n_a, n_b) = (Integer::from(n_a), Integer::from(n_b));
        Some((0..=degree).map(|a| multiset(&n_a, a).min(multiset(&n_b, degree - a))).sum())
    }
}

inventory::submit!(&HomogeneousBound as &dyn Bound);
