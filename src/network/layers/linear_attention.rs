//! Linear attention (Katharopoulos et al. 2020, arXiv 2006.16236), without its normalisation.

use super::attention::{head_width, one};
use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::mask::{self, MaskKeys, mask};
use crate::network::{Activation, FileError, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- sum_h phi(Y Q_h) (phi(Y K_h)^T Y O_h) U_h^T`, the feature map phi entrywise, the four factors being
/// `width x head_width`; with a mask `sum_h (M * phi(Y Q_h) phi(Y K_h)^T) Y O_h U_h^T`, `*` entrywise. The degree is 1 + 2 x that of
/// phi. With `phi(z) = z` it is attention as it stands here, the products in another order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearAttention {
    /// Number of heads H.
    pub heads: usize,
    /// Columns of each factor.
    pub head_width: usize,
    /// The feature map phi.
    pub activation: Activation,
    /// A given factor of every pair of tokens, `N x N`.
    pub mask: Option<DMatrix<Rational>>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Keys {
    #[serde(default = "one")]
    heads: usize,
    head_width: Option<usize>,
    degree: Option<u64>,
    activation: Option<ActivationKey>,
    #[serde(default)]
    causal: bool,
    mask: Option<MaskKeys>,
}

impl LayerRule for LinearAttention {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self {
            heads: keys.heads,
            head_width: head_width(keys.heads, keys.head_width, site)?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            mask: mask(keys.causal, keys.mask, site)?,
        })
    }

    fn unmet(&self, tokens: usize, _width: usize) -> Option<String> {
        mask::unmet(&self.mask, tokens)
    }

    fn define(&self, (_, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let phi = self.activation.function(parameters);
        let mask = self.mask.clone().map(|mask| parameters.fixed("mask", mask));
        let head = |p: &mut Parameters| {
            let names = ["query", "key", "value", "out"];
            let [query, key, value, out] = names.map(|name| p.weight(name, width, self.head_width));
            let (query, key) = (phi(Input.times(query)), phi(Input.times(key)).transposed());
            let (value, out) = (Input.times(value), out.transposed());
            match &mask {
                None => query.times(key.times(value)).times(out),
                Some(mask) => query.times(key).hadamard(mask.clone()).times(value).times(out),
            }
        };
        parameters.sum_of("head", self.heads, head)
    }
}
