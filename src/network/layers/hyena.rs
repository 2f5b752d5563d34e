//! Gated long convolutions (Hyena, Poli et al. 2023, arXiv 2302.10866, definition 3.1).

use super::convolution::kernel;
use super::over_tokens::{moved, row_of};
use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use serde::Deserialize;

/// `z_1 = Y V`, `z_{n+1} = (Y P_n) * (w_n conv z_n)` for n = 1..=order, and `Y <- z_{order+1} U`; `*` is entrywise, conv the causal
/// depthwise convolution with a kernel w_n of `kernel` free rows (Hyena makes them by a small network). Degree order + 1. H3 (Fu
/// et al. 2023, arXiv 2212.14052) and the gated convolutions have order 2 and 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyena {
    /// How often it is gated.
    pub order: usize,
    /// Rows of each kernel.
    pub kernel: usize,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    order: Option<usize>,
    kernel: Option<usize>,
}

/// It is gated at most so often; certificates limit the depth of expressions.
const MAX_ORDER: usize = 8;

impl LayerRule for Hyena {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let order = keys.order.unwrap_or(2);
        if !(1..=MAX_ORDER).contains(&order) {
            return Err(FileError::new("order", order, format!("allowed are 1..={MAX_ORDER}")));
        }
        Ok(Self { order, kernel: kernel(keys.kernel, site)? })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let moves: Vec<Expression> = (0..self.kernel)
            .map(|k| parameters.fixed(&format!("move{k}"), moved(tokens, k as isize)))
            .collect();
        let mut z = Input.times(parameters.weight("value", width, width));
        for n in 0..self.order {
            let gate = Input.times(parameters.weight(&format!("gate{n}"), width, width));
            let rows = parameters.weight(&format!("kernel{n}"), self.kernel, width);
            // The convolution of its input, which is z: written once, however long the kernel.
            let term = |(k, by): (usize, &Expression)| {
                by.clone().times(Input).hadamard(row_of(&rows, k, width, tokens))
            };
            let convolution = Expression::Sum(moves.iter().enumerate().map(term).collect());
            z = gate.hadamard(z.then(convolution));
        }
        z.times(parameters.weight("out", width, width))
    }
}
