//! Convolutions over the tokens.

use super::over_tokens::{moved, row_of};
use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use serde::Deserialize;

/// `Y_t <- sum_k w_k * Y_{t - k s}`, `*` entrywise and w_k a row (depthwise), or `sum_k Y_{t - k s} W_k` with
/// `W_k: d x d`; tokens from outside are 0, k = 0..kernel and s is the dilation (WaveNet, van den Oord et al. 2016,
/// arXiv 1609.03499). Not causal, k - kernel/2 (rounded down) stands in the place of k. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Tokens that a token sees.
    pub kernel: usize,
    /// Places from one to the next.
    pub dilation: usize,
    /// They are the token and ones before it.
    pub causal: bool,
    /// Every channel has a kernel of its own, and sees no other.
    pub depthwise: bool,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    kernel: Option<usize>,
    #[serde(default = "super::attention::one")]
    dilation: usize,
    #[serde(default = "yes")]
    causal: bool,
    #[serde(default = "yes")]
    depthwise: bool,
}

fn yes() -> bool {
    true
}

/// The size of a kernel, at most the tokens, with the matrices that move tokens.
///
/// # Errors
/// If it is none.
pub(super) fn kernel(given: Option<usize>, site: &Site) -> Result<usize, FileError> {
    let kernel = given.unwrap_or(site.tokens);
    if !(1..=site.tokens).contains(&kernel) {
        return Err(FileError::new(
            "kernel",
            kernel,
            format!("allowed are 1..={} tokens", site.tokens),
        ));
    }
    site.charge("the kernel", &[kernel, site.tokens, site.tokens])?;
    Ok(kernel)
}

impl LayerRule for Convolution {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let Keys { dilation, causal, depthwise, .. } = keys;
        let kernel = kernel(keys.kernel, site)?;
        site.size("dilation", dilation)?;
        Ok(Self { kernel, dilation, causal, depthwise })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let rows = self.depthwise.then(|| parameters.weight("kernel", self.kernel, width));
        let first = if self.causal { 0 } else { self.kernel / 2 };
        let term = |k: usize| {
            // Both are sizes, far from the limits of isize.
            let by = (k as isize - first as isize) * self.dilation as isize;
            let moved = parameters.fixed(&format!("move{k}"), moved(tokens, by)).times(Input);
            match &rows {
                Some(rows) => moved.hadamard(row_of(rows, k, width, tokens)),
                None => moved.times(parameters.weight(&format!("kernel{k}"), width, width)),
            }
        };
        Expression::Sum((0..self.kernel).map(term).collect())
    }
}
