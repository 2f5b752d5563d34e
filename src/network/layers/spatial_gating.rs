//! Spatial gating (gMLP, Liu et al. 2021).

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::mask::{self, MaskKeys, mask};
use crate::network::{Activation, FileError, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- (sigma(Y U1) * (W sigma(Y U2) + b)) V`, the inner product entrywise, with `U1, U2: d x e`,
/// `W: N x N`, `V: e x d` and one number per token in b: gMLP's block, whose expansion has the 2e
/// channels of `[U1, U2]`. With several heads the e channels are shared out among them, and each has its own W and b. The degree is
/// twice that of sigma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpatialGating {
    /// Channels e of either half.
    pub hidden: usize,
    /// The activation sigma.
    pub activation: Activation,
    /// Whether b is there.
    pub bias: bool,
    /// Number of heads, a divisor of e.
    pub heads: usize,
    /// A given factor of every entry of W, as in causal language models.
    pub mask: Option<DMatrix<Rational>>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    hidden: Option<usize>,
    degree: Option<u64>,
    activation: Option<ActivationKey>,
    #[serde(default)]
    bias: bool,
    #[serde(default = "super::attention::one")]
    heads: usize,
    #[serde(default)]
    causal: bool,
    mask: Option<MaskKeys>,
}

impl LayerRule for SpatialGating {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let hidden = site.size("hidden", keys.hidden.unwrap_or(site.width))?;
        if keys.heads == 0 || !hidden.is_multiple_of(keys.heads) {
            let allowed = format!("must divide the {hidden} hidden channels");
            return Err(FileError::new("heads", keys.heads, allowed));
        }
        // Every head has parameters with names.
        site.charge("the heads", &[keys.heads, 16])?;
        let mask = mask(keys.causal, keys.mask, site)?;
        if mask.is_some() {
            site.charge("the masks", &[keys.heads, site.tokens, site.tokens])?;
        }
        Ok(Self {
            hidden,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            bias: keys.bias,
            heads: keys.heads,
            mask,
        })
    }

    fn unmet(&self, tokens: usize, _width: usize) -> Option<String> {
        mask::unmet(&self.mask, tokens)
    }

    fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        if self.heads == 1 {
            return self.head(state, parameters);
        }
        parameters.sum_of("head", self.heads, |p| self.head(state, p))
    }
}

impl SpatialGating {
    fn head(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let hidden = self.hidden / self.heads;
        let [u1, u2] = ["u1", "u2"].map(|name| parameters.weight(name, width, hidden));
        let mut w = parameters.weight("w", tokens, tokens);
        let v = parameters.weight("v", hidden, width);
        let bias = self.bias.then(|| parameters.weight("b", tokens, 1));
        let sigma = self.activation.function(parameters);
        if let Some(mask) = &self.mask {
            w = w.hadamard(parameters.fixed("mask", mask.clone()));
        }
        let mut gate = w.times(sigma(Input.times(u2)));
        if let Some(b) = bias {
            gate = gate.plus(b.repeated(tokens, hidden));
        }
        sigma(Input.times(u1)).hadamard(gate).times(v)
    }
}
