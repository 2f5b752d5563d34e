//! The token-mixing half of an MLP-Mixer layer (Tolstikhin et al. 2021).

use super::{LayerRule, Parameter, add_to_columns};
use crate::arith::Ring;
use nalgebra::DMatrix;

/// `Y <- W2 sigma(W1 Y + b1) + b2` with `W1: S x N`, `W2: N x S`, `sigma(z) = z^degree`; the biases
/// (present if `bias`) are one number per row, the same in every channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenMixing {
    /// Hidden width S.
    pub hidden: usize,
    /// Degree k_t of the activation.
    pub degree: u64,
    /// Whether b1 and b2 are there.
    pub bias: bool,
}

impl LayerRule for TokenMixing {
    fn degree(&self) -> Option<u64> {
        Some(self.degree)
    }

    fn weight_degree(&self, before: u64) -> Option<u64> {
        (before.checked_add(1)?).checked_mul(self.degree)?.checked_add(1)
    }

    fn parameters(&self, tokens: usize, _width: usize) -> Vec<Parameter> {
        let mut list = vec![
            Parameter::new("w1", self.hidden, tokens),
            Parameter::new("w2", tokens, self.hidden),
        ];
        if self.bias {
            list.push(Parameter::new("b1", self.hidden, 1));
            list.push(Parameter::new("b2", tokens, 1));
        }
        list
    }

    fn forward<T: Ring>(&self, parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T> {
        let mut hidden = &parameters[0] * y;
        if self.bias {
            add_to_columns(&mut hidden, &parameters[2]);
        }
        let mut out = &parameters[1] * hidden.map(|z| z.power(self.degree));
        if self.bias {
            add_to_columns(&mut out, &parameters[3]);
        }
        out
    }
}
