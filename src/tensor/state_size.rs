//! Effective state sizes of networks that are linear in their input (docs/theory.md, section 4, "Linear token mixers";
//! Parnichkun et al. 2025).

use crate::arith::{Rational, Ring};
use crate::linalg::rank_rational;
use crate::network::{Network, Problem};
use nalgebra::DMatrix;
use rug::Integer;

/// Entries of the input, at most: the ranks are those of matrices of rationals of that order.
pub const LARGEST_LINEAR: usize = 128;

/// Whether [`effective_state_sizes`] is about networks of this form.
pub fn has_effective_states(problem: &Problem) -> bool {
    let (tokens, width) = (problem.tokens(), problem.architecture().width());
    let few = tokens.checked_mul(width).is_some_and(|entries| entries <= LARGEST_LINEAR);
    few && problem.degree().is_ok_and(|degree| degree <= 1) && problem.output_size().0 == tokens
}

/// Of a network of degree 1 with these weights, which maps N tokens to N: for t = 1..N-1 the least number of linear
/// functions of the tokens before t that, with the tokens from t on, determine the last state from t on. It is the
/// rank over Q of the block of the linear part from those tokens to those states. `None` of other networks, and of those
/// with more than [`LARGEST_LINEAR`] entries of the input.
///
/// Cost: a forward pass for each entry of the input, and N - 1 ranks.
pub fn effective_state_sizes(problem: &Problem, network: &Network<Rational>) -> Option<Vec<usize>> {
    if !has_effective_states(problem) {
        return None;
    }
    let (tokens, width) = (problem.tokens(), problem.architecture().width());
    let channels = problem.output_size().1;
    let zero = DMatrix::<Rational>::zeros(tokens, width);
    let constant = network.forward(&zero);
    // A row for each entry of the input, token by token.
    let rows = (0..tokens * width).map(|entry| {
        let mut x = zero.clone();
        x[(entry / width, entry % width)] = Rational::from_i64(1);
        (network.forward(&x) - &constant).transpose().as_slice().to_vec()
    });
    let values: Vec<Rational> = rows.flatten().collect();
    let common = values.iter().fold(Integer::from(1), |lcm, x| lcm.lcm(x.denom()));
    let whole = |x: &Rational| Integer::from(x.numer() * &common) / x.denom();
    let map =
        DMatrix::from_row_iterator(tokens * width, tokens * channels, values.iter().map(whole));
    let rank = |t: usize| {
        let passed = map.view((0, t * channels), (t * width, (tokens - t) * channels));
        rank_rational(&passed.into_owned()).echelon.rank
    };
    Some((1..tokens).map(rank).collect())
}
