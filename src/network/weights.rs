//! Random weights.

use super::layers::LayerRule;
use super::{Network, Problem};
use crate::arith::Rational;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// Random weights are drawn uniformly from `-RANDOM_WEIGHT_RANGE..=RANDOM_WEIGHT_RANGE`.
pub const RANDOM_WEIGHT_RANGE: i64 = 999_999;

/// Weights for `problem`, each an independent uniform integer, in the order of the layers, their
/// parameters and the entries by rows.
pub fn random_weights(problem: &Problem, rng: &mut ChaCha20Rng) -> Network<Rational> {
    let (tokens, width) = (problem.tokens(), problem.width());
    let layers = problem.layers();
    let mut draw = |rows, cols| {
        let entries: Vec<Rational> = (0..rows * cols)
            .map(|_| rng.random_range(-RANDOM_WEIGHT_RANGE..=RANDOM_WEIGHT_RANGE).into())
            .collect();
        DMatrix::from_row_slice(rows, cols, &entries)
    };
    let parameters = layers
        .iter()
        .map(|l| l.parameters(tokens, width).iter().map(|p| draw(p.rows, p.cols)).collect())
        .collect();
    Network::new(tokens, width, layers, parameters).expect("sizes are the layers' own")
}
