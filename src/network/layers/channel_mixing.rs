//! The channel-mixing half of an MLP-Mixer layer (Tolstikhin et al. 2021).

use super::{LayerRule, Parameters};
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};
use serde::Deserialize;

/// `Y <- tau(Y W3 + b3) W4 + b4` with `W3: d x C`, `W4: C x d`; the biases (present if `bias`) are
/// one number per channel, the same for every token. The degree is that of tau.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelMixing {
    /// Hidden width C.
    pub hidden: usize,
    /// The activation tau; of degree 1 it makes the layer linear.
    pub activation: Activation,
    /// Whether b3 and b4 are there.
    pub bias: bool,
}

/// Keys in a network file, also of gated perceptrons.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    hidden: Option<usize>,
    degree: Option<u64>,
    activation: Option<ActivationKey>,
    #[serde(default)]
    bias: bool,
}

impl LayerRule for ChannelMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden.unwrap_or(site.width))?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            bias: keys.bias,
        })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let w3 = parameters.weight("w3", width, self.hidden);
        let w4 = parameters.weight("w4", self.hidden, width);
        let (mut hidden, mut bias) = (Input.times(w3), None);
        if self.bias {
            let b3 = parameters.weight("b3", self.hidden, 1).transposed();
            hidden = hidden.plus(b3.repeated(tokens, self.hidden));
            let b4 = parameters.weight("b4", width, 1).transposed();
            bias = Some(b4.repeated(tokens, width));
        }
        let output = self.activation.function(parameters)(hidden).times(w4);
        bias.into_iter().fold(output, Expression::plus)
    }
}
