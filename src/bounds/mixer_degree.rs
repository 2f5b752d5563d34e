//! Theorem 4.2: any polynomial activation, biases and residual connections; only degrees count.

use super::mixer_homogeneous::visible_variables;
use super::numbers::{log10_multiset_estimate, multiset};
use super::{Bound, Side, affordable, mixer};
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
        "min_{0<=t<=D+1} [ C(n_A+t-1, n_A) + C(n_B+D-t, n_B) ], D = (k_t k_c)^L, n_A = d min(S,|A|), or d|A| with a residual"
    }
    fn hypotheses(&self) -> &'static str {
        "Mixer, any polynomial activations of degrees k_t, k_c >= 1, biases, residuals, any fixed permutation, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), String> {
        mixer(problem).map(|_| ())
    }
    /// The first term grows with t and the second falls, so the minimum is next to their crossing.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = mixer(problem).ok()?;
        let (n_a, n_b) = if shape.residual {
            let count = |side: &[usize]| shape.width * side.len();
            (count(problem.partition().left()), count(problem.partition().right()))
        } else {
            visible_variables(shape, problem)
        };
        let degree = problem.degree().ok()?;
        let digits = log10_multiset_estimate(n_a.max(n_b) as f64 + 1.0, degree as f64);
        if !affordable(&Integer::from(64), digits) {
            return None;
        }
        // C(n+t-1, n) = mc(n+1, t-1): monomials of degree below t in n variables; none for t = 0.
        let below = |n: usize, t: u64| match t {
            0 => Integer::new(),
            _ => multiset(&Integer::from(n + 1), t - 1),
        };
        let terms = |t: u64| (below(n_a, t), below(n_b, degree + 1 - t));
        // Binary search for the least t with first term >= second term.
        let (mut low, mut high) = (0, degree + 1);
        while low < high {
            let t = low + (high - low) / 2;
            let (a, b) = terms(t);
            if a >= b { high = t } else { low = t + 1 }
        }
        let value = |t: u64| {
            let (a, b) = terms(t);
            a + b
        };
        Some(value(low).min(value(low.saturating_sub(1))))
    }
}

inventory::submit!(&DegreeBound as &dyn Bound);
