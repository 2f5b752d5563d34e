//! What a rank costs, counted: multiply-adds of an elimination, entries of a table, products of terms. One
//! count for routes, forecasts, progress and campaigns.

use crate::network::layers::{Layer, placed};
use crate::network::{Architecture, Problem};
use crate::tensor::hankel::Sizes;
use crate::tensor::{CoefficientForecast, PACK_BYTES, count_monomials};

/// Multiply-adds of the elimination of an n x n matrix of full rank.
pub(super) fn elimination(n: u64) -> f64 {
    (n as f64).powi(3) / 3.0
}

/// The work of finding the function of the sum. Attention: entries of d x d products for every
/// monomial of every degree, for each choice of heads. Mixer: products of terms, in the squares
/// (or other powers) of all entries of the state.
pub(super) fn function(problem: &Problem, sizes: Sizes) -> f64 {
    let monomials = |degree, homogeneous| {
        count_monomials(sizes.variables, degree, homogeneous).map_or(f64::INFINITY, |n| n as f64)
    };
    match problem.architecture() {
        Architecture::Mixer(shape) => {
            let growth = shape.token_degree * shape.channel_degree;
            let degrees = (0..shape.depth as u32).map(|l| growth.saturating_pow(l));
            let squares: f64 = degrees.map(|degree| monomials(degree, true).powi(2)).sum();
            squares * sizes.variables as f64
        }
        Architecture::Layers(_) => 0.0,
        Architecture::Attention(shape) => {
            let words = (shape.heads as f64).powi(shape.depth as i32);
            (shape.width as f64).powi(2) * monomials(sizes.degree, false) * words
        }
    }
}

/// Products of terms in the last layer, for every entry of its state: of degree D/k by D - D/k, where a
/// layer multiplies degrees by k.
pub(super) fn term_products(problem: &Problem, tensor: CoefficientForecast) -> f64 {
    let (tokens, width) = (problem.tokens() as u64, problem.width() as u64);
    let growth = match problem.architecture() {
        Architecture::Mixer(shape) => shape.token_degree.saturating_mul(shape.channel_degree),
        Architecture::Attention(_) => 3,
        Architecture::Layers(shape) => shape.last_degree(problem.tokens()).unwrap_or(1),
    };
    let factor = tensor.degree / growth.max(1);
    let terms =
        |degree| count_monomials(tokens * width, degree, true).map_or(f64::INFINITY, |n| n as f64);
    (tokens * width * width) as f64 * terms(factor) * terms(tensor.degree - factor)
}

/// Bytes of the states and of all that is between them where a pack of points of one side meets one of the other:
/// twice those of a pack of pairs.
pub(super) fn state_bytes(problem: &Problem) -> u64 {
    // Where all layers are alike one will do.
    let layers = problem.with_depth(1).unwrap_or_else(|_| problem.clone()).layers();
    let input = (problem.tokens(), problem.width());
    let held = |(layer, (n, d)): (&Layer, (usize, usize))| {
        let parameters = layer.parameters(n, d);
        let size = |i: usize| (parameters[i].rows, parameters[i].cols);
        layer.expression(n, d).held((n, d), &size).saturating_add(n.saturating_mul(d))
    };
    let largest = placed(&layers, input).into_iter().map(held).max().unwrap_or(0);
    // Besides the input of the network that of the layer.
    let entries = input.0.saturating_mul(input.1).saturating_add(largest) as u64;
    entries.saturating_mul(2 * PACK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, for one layer of Y Q (K^T Y^T Y O) U^T at N = 3, d = 2: most is held at K^T Y^T Y O, which are 4 entries,
    /// with its two factors and Y Q, each 6; then the sum, the state and the input.
    #[test]
    fn what_a_layer_holds_is_counted() {
        let bytes = |depth, tokens| state_bytes(&Problem::attention(depth, 2, 1, tokens).unwrap());
        assert_eq!(bytes(1, 3), (6 + 6 + 6 + 4 + 6 + 6 + 6) * 2 * PACK_BYTES);
        assert_eq!(bytes(1, 3), bytes(9, 3));
        assert_eq!(bytes(1, 300), (6 * 600 + 4) * 2 * PACK_BYTES);
    }
}
