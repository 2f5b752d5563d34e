//! The channel-mixing half of an MLP-Mixer layer (Tolstikhin et al. 2021).

use super::{LayerRule, Parameter, add_to_columns};
use crate::arith::Ring;
use nalgebra::DMatrix;

/// `Y <- tau(Y W3 + b3) W4 + b4` with `W3: d x C`, `W4: C x d`, `tau(z) = z^degree`; the biases
/// (present if `bias`) are one number per channel, the same for every token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelMixing {
    /// Hidden width C.
    pub hidden: usize,
    /// Degree k_c of the activation; 1 makes the layer linear.
    pub degree: u64,
    /// Whether b3 and b4 are there.
    pub bias: bool,
}

impl LayerRule for ChannelMixing {
    fn degree(&self) -> Option<u64> {
        Some(self.degree)
    }

    fn weight_degree(&self, before: u64) -> Option<u64> {
        (before.checked_add(1)?).checked_mul(self.degree)?.checked_add(1)
    }

    fn parameters(&self, _tokens: usize, width: usize) -> Vec<Parameter> {
        let mut list = vec![
            Parameter::new("w3", width, self.hidden),
            Parameter::new("w4", self.hidden, width),
        ];
        if self.bias {
            list.push(Parameter::new("b3", self.hidden, 1));
            list.push(Parameter::new("b4", width, 1));
        }
        list
    }

    fn forward<T: Ring>(&self, parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T> {
        // Transposed, so that channels are rows as the biases expect.
        let mut hidden = (y * &parameters[0]).transpose();
        if self.bias {
            add_to_columns(&mut hidden, &parameters[2]);
        }
        let mut out = parameters[1].transpose() * hidden.map(|z| z.power(self.degree));
        if self.bias {
            add_to_columns(&mut out, &parameters[3]);
        }
        out.transpose()
    }
}
