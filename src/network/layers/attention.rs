//! Polynomial multi-head attention (Levine et al. 2020: softmax removed).

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Gather, Input};
use crate::network::{FileError, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- sum_h (Y W_h Y^T) Y V_h` with `W_h = Q_h K_h^T` and `V_h = O_h U_h^T`, the four factors
/// being `width x head_width`: ranks of at most `head_width` are built in. Degree 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Number of heads H.
    pub heads: usize,
    /// Columns d_a of each factor.
    pub head_width: usize,
    /// Token i sees the tokens up to i only.
    pub causal: bool,
    /// All heads share K and O (multi-query attention, Shazeer 2019, arXiv 1911.02150).
    pub multi_query: bool,
    /// The term of token j in the sum for token i has a weight that depends on i - j, in each head
    /// (relative positions, Shaw et al. 2018, arXiv 1803.02155, here as a factor).
    pub relative: bool,
    /// One row added to each of Y Q, Y K, Y O and to the output.
    pub bias: bool,
}

impl Attention {
    /// The attention of the theorems: no mask, no sharing, no weights on positions, no biases.
    pub fn plain(heads: usize, head_width: usize) -> Self {
        let (causal, multi_query, relative, bias) = (false, false, false, false);
        Self { heads, head_width, causal, multi_query, relative, bias }
    }

    /// Names the parameters of the heads: shared ones first, then those of each head, factors before
    /// the rows added to them.
    fn define_heads(
        &self,
        (tokens, width): (usize, usize),
        parameters: &mut Parameters,
    ) -> Vec<Parts> {
        let weight = |p: &mut Parameters, name, rows| {
            p.renamed_weight(name, former_name(name), (rows, self.head_width))
        };
        let factor = |p: &mut Parameters, name| weight(p, name, width);
        let row = |p: &mut Parameters, name| self.bias.then(|| weight(p, name, 1));
        let rows = |p: &mut Parameters, [key, value]: [Expression; 2]| {
            [(key, row(p, "key-bias")), (value, row(p, "value-bias"))]
        };
        let both = |p: &mut Parameters| ["key", "value"].map(|name| factor(p, name));
        let mut shared = None;
        if self.multi_query {
            let factors = both(parameters);
            shared = Some(rows(parameters, factors));
        }
        let head = |p: &mut Parameters| {
            let query = factor(p, "query");
            let own = if shared.is_some() { None } else { Some(both(p)) };
            let out = factor(p, "out");
            let query = (query, row(p, "query-bias"));
            let own = own.map(|factors| rows(p, factors));
            let [key, value] = own.or(shared.clone()).expect("shared or the head's own");
            let relative = self.relative.then(|| p.weight("relative", 2 * tokens - 1, 1));
            Parts { query, key, value, out, relative }
        };
        (0..self.heads).map(|h| parameters.within(&format!("head{h}."), head)).collect()
    }

    /// Parameter numbers of each head's Q, K, O and U.
    pub(in crate::network) fn factor_numbers(&self) -> Vec<[usize; 4]> {
        let number = |e: &Expression| match e {
            Expression::Parameter(i) => *i,
            _ => unreachable!("a factor is a parameter"),
        };
        let heads = self.define_heads((1, 1), &mut Parameters::default());
        let factors =
            |head: &Parts| [&head.query.0, &head.key.0, &head.value.0, &head.out].map(number);
        heads.iter().map(factors).collect()
    }
}

/// What a weight was called when O was `output` and U was `value`, before they were named as they are elsewhere.
fn former_name(name: &str) -> Option<&'static str> {
    match name {
        "value" => Some("output"),
        "value-bias" => Some("output-bias"),
        "out" => Some("value"),
        _ => None,
    }
}

/// A factor, and the row added to the state's product with it.
type Linear = (Expression, Option<Expression>);

/// The parameters of one head: Q, K, O and U.
struct Parts {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Expression,
    relative: Option<Expression>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Keys {
    heads: usize,
    head_width: Option<usize>,
    causal: bool,
    multi_query: bool,
    relative: bool,
    bias: bool,
}

impl Default for Keys {
    fn default() -> Self {
        let (causal, multi_query, relative, bias) = (false, false, false, false);
        Self { heads: 1, head_width: None, causal, multi_query, relative, bias }
    }
}

impl LayerRule for Attention {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let Keys { heads, head_width, causal, multi_query, relative, bias } = keys;
        site.size("heads", heads)?;
        // Every head has parameters with names.
        site.charge("the heads", &[heads, 16])?;
        let head_width = match head_width {
            Some(width) => site.size("head-width", width)?,
            None if site.width.is_multiple_of(heads) => site.width / heads,
            None => {
                let allowed =
                    format!("must divide the {} channels, or give head-width", site.width);
                return Err(FileError::new("heads", heads, allowed));
            }
        };
        if causal || relative {
            site.charge("the weights on pairs of tokens", &[heads, site.tokens, site.tokens])?;
        }
        Ok(Self { heads, head_width, causal, multi_query, relative, bias })
    }

    /// Without weights on pairs of tokens bracketed as `Y Q (K^T Y^T Y O) U^T`: O(N d d_a) ring
    /// operations a head instead of O(N^2 d).
    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let heads = self.define_heads((tokens, width), parameters);
        let bias = self.bias.then(|| parameters.weight("bias", 1, width));
        let sees = |i, j| Rational::from(i64::from(j <= i));
        let mask =
            self.causal.then(|| parameters.fixed("mask", DMatrix::from_fn(tokens, tokens, sees)));
        let linear = |(factor, row): Linear| {
            let rows = row.map(|row| row.repeated(tokens, self.head_width));
            rows.into_iter().fold(Input.times(factor), Expression::plus)
        };
        let head = |Parts { query, key, value, out, relative }: Parts| {
            let (query, key, value) = (linear(query), linear(key).transposed(), linear(value));
            if mask.is_none() && relative.is_none() {
                return query.times(key.times(value)).times(out.transposed());
            }
            let mut scores = query.times(key);
            if let Some(relative) = relative {
                let offset = |e: usize| e / tokens + tokens - 1 - e % tokens;
                let source = (0..tokens * tokens).map(offset).collect();
                let of = relative.into();
                scores = scores.hadamard(Gather { of, rows: tokens, cols: tokens, source });
            }
            let scores = mask.iter().cloned().fold(scores, Expression::hadamard);
            scores.times(value).times(out.transposed())
        };
        let heads = heads.into_iter().map(head);
        Expression::Sum(heads.chain(bias.map(|row| row.repeated(tokens, width))).collect())
    }
}
