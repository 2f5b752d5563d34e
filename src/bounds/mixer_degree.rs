//! Theorem 4.2: any polynomial activation, biases and residual connections; only degrees count.

use super::mixer_homogeneous::{covered, covered_log, visible_variables};
use super::{Bound, Inapplicable, LogInterval, Side, mixer};
use crate::network::Problem;
use rug::Integer;

struct DegreeBound;

impl Bound for DegreeBound {
    fn id(&self) -> &'static str {
        "mixer-degree"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.2"
    }
    fn formula(&self) -> &'static str {
        "$min_{0<=t<=D+1} [ binom(n_A+t-1, n_A) + binom(n_B+D-t, n_B) ]$, $D = (k_t k_c)^L$, $n_A = d min(S,|A|)$, or $d|A|$ with a residual; $n_B$ likewise"
    }
    fn hypotheses(&self) -> &'static str {
        "Mixer, any polynomial activations of degrees $k_t, k_c >= 1$, biases, residuals, any fixed permutation, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        mixer(problem).map(|_| ())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        covered(variables(problem)?, &problem.big_degree())
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        covered_log(variables(problem)?, &problem.big_degree())
    }
}

/// (n_A, n_B). With them the minimum over t is [`covered_monomials`](super::numbers::covered_monomials).
pub(super) fn variables(problem: &Problem) -> Option<(usize, usize)> {
    let shape = mixer(problem).ok()?;
    if !shape.residual {
        return Some(visible_variables(shape, problem));
    }
    let count = |side: &[usize]| shape.width * side.len();
    Some((count(problem.partition().left()), count(problem.partition().right())))
}

inventory::submit!(&DegreeBound as &dyn Bound);
