//! The token-mixing half of an MLP-Mixer layer (Tolstikhin et al. 2021).

use super::{LayerRule, Parameter};
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Activation, Number, Site};
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
    activation: Option<Vec<Number>>,
    #[serde(default)]
    bias: bool,
}

impl LayerRule for TokenMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden)?,
            activation: Activation::of_keys(keys.degree, keys.activation, 2)?,
            bias: keys.bias,
        })
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
        list.extend(self.activation.parameter());
        list
    }

    fn expression(&self, tokens: usize, width: usize) -> Expression {
        let biased = |map: Expression, bias: usize, rows: usize| match self.bias {
            true => map.plus(P(bias).repeated(rows, width)),
            false => map,
        };
        let coefficients = if self.bias { 4 } else { 2 };
        let hidden = biased(P(0).times(Input), 2, self.hidden);
        biased(P(1).times(self.activation.apply(hidden, coefficients)), 3, tokens)
    }
}
