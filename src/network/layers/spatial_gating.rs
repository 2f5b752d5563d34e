//! Spatial gating (gMLP, Liu et al. 2021).

use super::channel_mixing::Keys;
use super::{LayerRule, Parameter};
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Activation, Site};

/// `Y <- (sigma(Y U1) * (W sigma(Y U2) + b)) V`, the inner product entrywise, with `U1, U2: d x e`,
/// `W: N x N`, `V: e x d` and one number per token in b: gMLP's block, whose expansion has the 2e
/// channels of `[U1, U2]`. The degree is twice that of sigma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpatialGating {
    /// Channels e of either half.
    pub hidden: usize,
    /// The activation sigma.
    pub activation: Activation,
    /// Whether b is there.
    pub bias: bool,
}

impl LayerRule for SpatialGating {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden.unwrap_or(site.width))?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            bias: keys.bias,
        })
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        let mut list = vec![
            Parameter::new("u1", width, self.hidden),
            Parameter::new("u2", width, self.hidden),
            Parameter::new("w", tokens, tokens),
            Parameter::new("v", self.hidden, width),
        ];
        if self.bias {
            list.push(Parameter::new("b", tokens, 1));
        }
        list.extend(self.activation.parameter());
        list
    }

    fn expression(&self, tokens: usize, _width: usize) -> Expression {
        let coefficients = if self.bias { 5 } else { 4 };
        let half = |i: usize| self.activation.apply(Input.times(P(i)), coefficients);
        let mut gate = P(2).times(half(1));
        if self.bias {
            gate = gate.plus(P(4).repeated(tokens, self.hidden));
        }
        half(0).hadamard(gate).times(P(3))
    }
}
