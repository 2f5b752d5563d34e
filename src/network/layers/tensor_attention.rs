//! Attention of order 3 (2-simplicial attention, Clift et al. 2019, arXiv 1909.00668; Alman and Song 2023, arXiv 2310.04064),
//! softmax removed.

use super::attention::{head_width, one};
use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use serde::Deserialize;

/// `Y_i <- sum_h sum_{j,k} <q_i, k_j, l_k> (o_j * p_k) U_h^T`: token i sees pairs of tokens. `<., ., .>` is the sum of the entrywise
/// product, `*` the entrywise product, and q, k, l, o, p are rows of Y times factors `d x head_width` of the head. That is
/// `sum_h Y Q_h ((K_h^T G O_h) * (L_h^T G P_h)) U_h^T` with `G = Y^T Y`. Degree 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorAttention {
    /// Number of heads.
    pub heads: usize,
    /// Columns of each factor.
    pub head_width: usize,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Keys {
    #[serde(default = "one")]
    heads: usize,
    head_width: Option<usize>,
}

impl LayerRule for TensorAttention {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let head_width = head_width(keys.heads, keys.head_width, site)?;
        Ok(Self { heads: keys.heads, head_width })
    }

    fn define(&self, (_, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let head = |p: &mut Parameters| {
            let names = ["query", "key", "key2", "value", "value2", "out"];
            let [query, key, key2, value, value2, out] =
                names.map(|name| p.weight(name, width, self.head_width));
            let of = |factor| Input.times(factor);
            let seen = |key: Expression, value| of(key).transposed().times(of(value));
            let pairs = seen(key, value).hadamard(seen(key2, value2));
            of(query).times(pairs).times(out.transposed())
        };
        parameters.sum_of("head", self.heads, head)
    }
}
