//! The token-mixing half of an MLP-Mixer layer (Tolstikhin et al. 2021).

use super::{LayerRule, Parameters};
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};
use serde::Deserialize;

/// `Y <- W2 sigma(W1 Y + b1) + b2` with `W1: S x N`, `W2: N x S`; the biases (present if `bias`) are
/// one number per row, the same in every channel. The degree is that of sigma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenMixing {
    /// Hidden width S.
    pub hidden: usize,
    /// The activation sigma.
    pub activation: Activation,
    /// Whether b1 and b2 are there.
    pub bias: bool,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    hidden: usize,
    degree: Option<u64>,
    activation: Option<ActivationKey>,
    #[serde(default)]
    bias: bool,
}

impl LayerRule for TokenMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden)?,
            activation: Activation::of_keys(keys.degree, keys.activation, 2)?,
            bias: keys.bias,
        })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let w1 = parameters.weight("w1", self.hidden, tokens);
        let w2 = parameters.weight("w2", tokens, self.hidden);
        let (mut hidden, mut bias) = (w1.times(Input), None);
        if self.bias {
            let b1 = parameters.weight("b1", self.hidden, 1);
            hidden = hidden.plus(b1.repeated(self.hidden, width));
            bias = Some(parameters.weight("b2", tokens, 1).repeated(tokens, width));
        }
        let output = w2.times(self.activation.function(parameters)(hidden));
        bias.into_iter().fold(output, Expression::plus)
    }
}
