//! Polynomial multi-head attention (Levine et al. 2020: softmax removed).

use super::{LayerRule, Parameter};
use crate::arith::Rational;
use crate::network::Site;
use crate::network::expression::Expression::{self, Gather, Input, Parameter as P};
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

    /// Parameter numbers of a head: query, key, output, value; then those of the rows added to the
    /// first three, then that of the weights on positions.
    fn numbers(&self, head: usize) -> ([usize; 4], [usize; 3], usize) {
        let biases = 3 * usize::from(self.bias);
        let each = 4 + biases + usize::from(self.relative);
        if !self.multi_query {
            let first = head * each;
            let b = first + 4;
            return ([first, first + 1, first + 2, first + 3], [b, b + 1, b + 2], b + biases);
        }
        // Shared first: key, output, their rows; then query, value, query's row of each head.
        let shared = 2 + 2 * usize::from(self.bias);
        let first = shared + head * (each - shared);
        let b = first + 2;
        ([first, 0, 1, first + 1], [b, 2, 3], b + usize::from(self.bias))
    }

    /// Parameter numbers of a head's query, key, output and value.
    pub(in crate::network) fn factors(&self, head: usize) -> [usize; 4] {
        self.numbers(head).0
    }

    /// The number of the parameter after those of the heads.
    fn after_heads(&self) -> usize {
        let (_, _, relative) = self.numbers(self.heads - 1);
        relative + usize::from(self.relative)
    }
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

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        let Keys { heads, head_width, causal, multi_query, relative, bias } = keys;
        site.size("heads", heads)?;
        // Every head has parameters with names.
        site.charge("the heads", &[heads, 16])?;
        let head_width = match head_width {
            Some(width) => site.size("head-width", width)?,
            None if site.width.is_multiple_of(heads) => site.width / heads,
            None => {
                return Err(format!(
                    "heads = {heads}: must divide the {} channels, or give head-width",
                    site.width
                ));
            }
        };
        if causal || relative {
            site.charge("the weights on pairs of tokens", &[heads, site.tokens, site.tokens])?;
        }
        Ok(Self { heads, head_width, causal, multi_query, relative, bias })
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        let factor = |prefix: &str, name| Parameter::new(format!("{prefix}{name}"), width, self.head_width);
        let row = |prefix: &str, name| Parameter::new(format!("{prefix}{name}-bias"), 1, self.head_width);
        let mut list = Vec::new();
        let own: &[&str] = match self.multi_query {
            false => &["query", "key", "output", "value"],
            true => {
                list.extend(["key", "output"].map(|n| factor("", n)));
                if self.bias {
                    list.extend(["key", "output"].map(|n| row("", n)));
                }
                &["query", "value"]
            }
        };
        for h in 0..self.heads {
            let prefix = format!("head{h}.");
            list.extend(own.iter().map(|n| factor(&prefix, n)));
            if self.bias {
                list.extend(own.iter().filter(|n| **n != "value").map(|n| row(&prefix, n)));
            }
            if self.relative {
                list.push(Parameter::new(format!("{prefix}relative"), 2 * tokens - 1, 1));
            }
        }
        if self.bias {
            list.push(Parameter::new("bias", 1, width));
        }
        if self.causal {
            let mask = DMatrix::from_fn(tokens, tokens, |i, j| Rational::from(i64::from(j <= i)));
            list.push(Parameter::fixed("mask", mask));
        }
        list
    }

    /// Without weights on pairs of tokens bracketed as `Y Q (K^T Y^T Y O) U^T`: O(N d d_a) ring
    /// operations a head instead of O(N^2 d).
    fn expression(&self, tokens: usize, width: usize) -> Expression {
        let head = |h: usize| {
            let (factors, rows, relative) = self.numbers(h);
            let map = |i: usize| {
                let linear = Input.times(P(factors[i]));
                match self.bias {
                    true => linear.plus(P(rows[i]).repeated(tokens, self.head_width)),
                    false => linear,
                }
            };
            let (query, key, output) = (map(0), map(1), map(2));
            let mixed = if self.causal || self.relative {
                let mut scores = query.times(key.transposed());
                if self.relative {
                    let offset = |e: usize| e / tokens + tokens - 1 - e % tokens;
                    let source = (0..tokens * tokens).map(offset).collect();
                    let of = P(relative).into();
                    scores = scores.hadamard(Gather { of, rows: tokens, cols: tokens, source });
                }
                if self.causal {
                    scores = scores.hadamard(P(self.after_heads() + usize::from(self.bias)));
                }
                scores.times(output)
            } else {
                query.times(key.transposed().times(output))
            };
            mixed.times(P(factors[3]).transposed())
        };
        let mut terms: Vec<_> = (0..self.heads).map(head).collect();
        if self.bias {
            terms.push(P(self.after_heads()).repeated(tokens, width));
        }
        Expression::Sum(terms)
    }
}
