//! Spatial gating (gMLP, Liu et al. 2021).

use super::channel_mixing::Keys;
use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};

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

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden.unwrap_or(site.width))?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            bias: keys.bias,
        })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let [u1, u2] = ["u1", "u2"].map(|name| parameters.weight(name, width, self.hidden));
        let w = parameters.weight("w", tokens, tokens);
        let v = parameters.weight("v", self.hidden, width);
        let bias = self.bias.then(|| parameters.weight("b", tokens, 1));
        let sigma = self.activation.function(parameters);
        let mut gate = w.times(sigma(Input.times(u2)));
        if let Some(b) = bias {
            gate = gate.plus(b.repeated(tokens, self.hidden));
        }
        sigma(Input.times(u1)).hadamard(gate).times(v)
    }
}
