//! The channel-mixing half of an MLP-Mixer layer (Tolstikhin et al. 2021).

use super::{LayerRule, Parameter};
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Activation, Number, Site};
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

/// Keys in a network file, also of spatial gating.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    pub(super) hidden: Option<usize>,
    pub(super) degree: Option<u64>,
    pub(super) activation: Option<Vec<Number>>,
    #[serde(default)]
    pub(super) bias: bool,
}

impl LayerRule for ChannelMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden.unwrap_or(site.width))?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            bias: keys.bias,
        })
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
        list.extend(self.activation.parameter());
        list
    }

    fn expression(&self, tokens: usize, width: usize) -> Expression {
        let biased = |map: Expression, bias: usize, cols: usize| match self.bias {
            true => map.plus(P(bias).transposed().repeated(tokens, cols)),
            false => map,
        };
        let coefficients = if self.bias { 4 } else { 2 };
        let hidden = biased(Input.times(P(0)), 2, self.hidden);
        biased(self.activation.apply(hidden, coefficients).times(P(1)), 3, width)
    }
}
