//! Fixed permutations of the entries of the state.

use super::{LayerRule, Parameter};
use crate::arith::Ring;
use nalgebra::DMatrix;

/// `out[e] = in[source[e]]`, entries numbered `e = token * width + channel`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permutation {
    source: Vec<usize>,
}

impl Permutation {
    /// Accepts `source` if it is a permutation of `0..source.len()`; `None` if not.
    pub fn new(source: Vec<usize>) -> Option<Self> {
        let mut seen = vec![false; source.len()];
        for &e in &source {
            if std::mem::replace(seen.get_mut(e)?, true) {
                return None;
            }
        }
        Some(Self { source })
    }

    /// The permutation of entries that moves whole tokens.
    pub fn of_tokens(tokens: &Permutation, width: usize) -> Self {
        let source = tokens.source.iter().flat_map(|t| (0..width).map(move |k| t * width + k));
        Self { source: source.collect() }
    }

    /// The list `source`.
    pub fn source(&self) -> &[usize] {
        &self.source
    }
}

impl LayerRule for Permutation {
    fn degree(&self) -> Option<u64> {
        Some(1)
    }

    fn weight_degree(&self, before: u64) -> Option<u64> {
        Some(before)
    }

    fn parameters(&self, _tokens: usize, _width: usize) -> Vec<Parameter> {
        Vec::new()
    }

    fn forward<T: Ring>(&self, _parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T> {
        let width = y.ncols();
        DMatrix::from_fn(y.nrows(), width, |token, channel| {
            let e = self.source[token * width + channel];
            y[(e / width, e % width)].clone()
        })
    }
}
