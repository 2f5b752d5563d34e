//! Gated linear attention (Yang et al. 2024, arXiv 2312.06635), its gates polynomial.

use super::attention::{head_width, one};
use super::over_tokens::{charge_recurrence, columns_repeated, columns_tiled, recurrence};
use super::{LayerRule, Parameters};
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};
use serde::Deserialize;

/// In every head a matrix of `head_width x head_width` numbers goes from token to token,
/// `S_t = diag(a_t) S_{t-1} + k_t^T o_t`, and token t gets `q_t S_t U^T`, with the rows `q = Y Q`, `k = Y K`, `o = Y O` and
/// `a = sigma(Y A)`: the gates, in the place of a sigmoid. The degree is 3 + (N-1) x that of sigma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatedLinearAttention {
    /// Number of heads H.
    pub heads: usize,
    /// Columns of each factor.
    pub head_width: usize,
    /// What makes the gates.
    pub activation: Activation,
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
}

impl LayerRule for GatedLinearAttention {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let head_width = head_width(keys.heads, keys.head_width, site)?;
        charge_recurrence(site, keys.heads)?;
        site.charge("the states", &[2, head_width, head_width, head_width])?;
        Ok(Self {
            heads: keys.heads,
            head_width,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
        })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let own = self.head_width;
        let sigma = self.activation.function(parameters);
        // Entry (a, b) of a state is number a * head_width + b of a row.
        let by_row = parameters.fixed("by-row", columns_repeated(own, own));
        let by_column = parameters.fixed("by-column", columns_tiled(own, own));
        let head = |p: &mut Parameters| {
            let names = ["query", "key", "value", "gate", "out"];
            let [query, key, value, gate, out] = names.map(|name| p.weight(name, width, own));
            let rows = |factor: Expression| Input.times(factor).times(by_row.clone());
            let gate = sigma(Input.times(gate)).times(by_row.clone());
            let input = rows(key).hadamard(Input.times(value).times(by_column.clone()));
            let states = recurrence(&gate, &input, tokens, p);
            let read = rows(query).hadamard(states).times(by_column.clone().transposed());
            read.times(out.transposed())
        };
        parameters.sum_of("head", self.heads, head)
    }
}
