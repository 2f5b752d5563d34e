//! Polynomial multi-head attention (Levine et al. 2020: softmax removed).

use super::{LayerRule, Parameter};
use crate::arith::Ring;
use nalgebra::DMatrix;

/// `Y <- sum_h (Y W_h Y^T) Y V_h` with `W_h = Q_h K_h^T` and `V_h = O_h U_h^T`, the four factors
/// being `width x head_width`: ranks of at most `head_width` are built in. Degree 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Number of heads H.
    pub heads: usize,
    /// Columns d_a of each factor.
    pub head_width: usize,
}

impl LayerRule for Attention {
    fn degree(&self) -> Option<u64> {
        Some(3)
    }

    fn weight_degree(&self, before: u64) -> Option<u64> {
        before.checked_mul(3)?.checked_add(4)
    }

    fn parameters(&self, _tokens: usize, width: usize) -> Vec<Parameter> {
        (0..self.heads)
            .flat_map(|h| {
                ["query", "key", "output", "value"]
                    .map(|name| Parameter::new(format!("head{h}.{name}"), width, self.head_width))
            })
            .collect()
    }

    /// Bracketed as `Y Q (K^T Y^T Y O) U^T`: O(N d d_a) ring operations a head instead of O(N^2 d).
    fn forward<T: Ring>(&self, parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T> {
        let mut sum = DMatrix::zeros(y.nrows(), y.ncols());
        for head in parameters.chunks_exact(4) {
            let [query, key, output, value] = head else { unreachable!("chunks of four") };
            let mixed = (y * key).transpose() * (y * output);
            sum += (y * query) * mixed * value.transpose();
        }
        sum
    }
}
