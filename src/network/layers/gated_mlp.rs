//! Gated perceptrons across the channels (GLU variants, Shazeer 2020, arXiv 2002.05202).

use super::channel_mixing::{ChannelMixing, Keys};
use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};

/// `Y <- (sigma(Y G + b1) * (Y W + b2)) V + b3`, `*` entrywise, with `G, W: d x e`, `V: e x d`; the biases are rows, present if
/// `bias`. With `sigma(z) = z` it is bilinear; SwiGLU and GEGLU have polynomials in the place of their activations. The degree is 1 +
/// that of sigma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatedMlp {
    /// Hidden width e.
    pub hidden: usize,
    /// The activation sigma.
    pub activation: Activation,
    /// Whether the biases are there.
    pub bias: bool,
}

impl LayerRule for GatedMlp {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let ChannelMixing { hidden, activation, bias } = ChannelMixing::build(keys, site)?;
        Ok(Self { hidden, activation, bias })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let [gate, up] = ["gate", "up"].map(|name| parameters.weight(name, width, self.hidden));
        let down = parameters.weight("down", self.hidden, width);
        let sigma = self.activation.function(parameters);
        let mut biased = |e: Expression, name, cols| match self.bias {
            true => e.plus(parameters.weight(name, 1, cols).repeated(tokens, cols)),
            false => e,
        };
        let gate = sigma(biased(Input.times(gate), "gate-bias", self.hidden));
        let up = biased(Input.times(up), "up-bias", self.hidden);
        biased(gate.hadamard(up).times(down), "down-bias", width)
    }
}
