//! Upper bounds on the dimension.

use crate::network::{Output, Problem};
use crate::tensor::count_monomials;

/// An upper bound, and what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpperBound {
    /// `"weights"` or `"coefficients"`.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
}

/// Which tokens an output sees is worked out for at most so many pairs of a token and an output.
const MOST_PAIRS: usize = 4096;

/// Those that are known, the number of weights first.
pub(super) fn bounds(
    problem: &Problem,
    weights: u64,
    outputs: &[(usize, usize)],
) -> Vec<UpperBound> {
    let mut list = vec![UpperBound { name: "weights", value: weights }];
    let coefficients = coefficients(problem, outputs);
    list.extend(coefficients.map(|value| UpperBound { name: "coefficients", value }));
    list
}

/// The number of monomials that the outputs can have, if 64 bits count it.
fn coefficients(problem: &Problem, outputs: &[(usize, usize)]) -> Option<u64> {
    let degree = problem.degree().ok()?;
    let homogeneous = problem.is_homogeneous();
    let few = problem.tokens().saturating_mul(outputs.len()) <= MOST_PAIRS;
    outputs.iter().try_fold(0u64, |sum, &(token, channel)| {
        let seen = match few {
            true => tokens_seen(problem, Output { token, channel }),
            false => problem.tokens(),
        };
        let variables = (seen as u64).checked_mul(problem.width() as u64)?;
        sum.checked_add(count_monomials(variables, degree, homogeneous)?)
    })
}

/// How many tokens of the input an entry of the last state may depend on.
fn tokens_seen(problem: &Problem, output: Output) -> usize {
    let sees = |token: &usize| {
        let alone = problem.with_partition(&[*token]).and_then(|p| p.with_output(output));
        let sight = alone.ok().and_then(|p| p.sight());
        sight.is_none_or(|sight| sight.left)
    };
    (0..problem.tokens()).filter(sees).count()
}
