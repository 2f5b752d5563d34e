//! Residual connections.

use super::{Layer, LayerRule, Parameter};
use crate::arith::Ring;
use nalgebra::DMatrix;

/// `Y <- Y + inner(Y)`, the inner layers applied one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residual {
    /// The layers inside.
    pub inner: Vec<Layer>,
}

impl LayerRule for Residual {
    fn degree(&self) -> Option<u64> {
        let inner = self.inner.iter().try_fold(1, |d: u64, l| d.checked_mul(l.degree()?));
        inner.map(|d| d.max(1))
    }

    fn weight_degree(&self, before: u64) -> Option<u64> {
        self.inner.iter().try_fold(before, |b, layer| layer.weight_degree(b))
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        let mut list = Vec::new();
        for (i, layer) in self.inner.iter().enumerate() {
            list.extend(
                layer
                    .parameters(tokens, width)
                    .into_iter()
                    .map(|p| Parameter { name: format!("inner{i}.{}", p.name), ..p }),
            );
        }
        list
    }

    fn forward<T: Ring>(&self, mut parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T> {
        let mut state = y.clone();
        for layer in &self.inner {
            let count = layer.parameters(y.nrows(), y.ncols()).len();
            let (own, rest) = parameters.split_at(count);
            state = layer.forward(own, &state);
            parameters = rest;
        }
        state + y
    }
}
