//! Product pooling (convolutional arithmetic circuits, Cohen and Shashua 2017, arXiv 1605.06743).

use super::over_tokens::entrywise;
use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, MAX_ACTIVATION_DEGREE, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y_t <- prod_j Y_j W`, entrywise over the tokens j of window number t, with `W: d x c`: a 1 x 1 convolution, and the products over
/// windows of so many tokens one after the other. N / window tokens are left. The degree is the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductPooling {
    /// Tokens of a window.
    pub window: usize,
    /// Channels c that are left.
    pub channels: usize,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    window: Option<usize>,
    channels: Option<usize>,
}

impl LayerRule for ProductPooling {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let window = keys.window.unwrap_or(2);
        if !(1..=MAX_ACTIVATION_DEGREE as usize).contains(&window) {
            let allowed = format!("allowed are 1..={MAX_ACTIVATION_DEGREE}");
            return Err(FileError::new("window", window, allowed));
        }
        site.charge("the windows", &[site.tokens, site.tokens])?;
        let channels = site.size("channels", keys.channels.unwrap_or(site.width))?;
        Ok(Self { window, channels })
    }

    fn unmet(&self, tokens: usize, _width: usize) -> Option<String> {
        let Self { window, .. } = self;
        (!tokens.is_multiple_of(*window)).then(|| format!("takes windows of {window} tokens"))
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let convolved = Input.times(parameters.weight("weight", width, self.channels));
        let factor = |place: usize| {
            let one = |t, j| Rational::from(i64::from(j == t * self.window + place));
            let chosen = DMatrix::from_fn(tokens / self.window, tokens, one);
            parameters.fixed(&format!("place{place}"), chosen).times(convolved.clone())
        };
        entrywise((0..self.window).map(factor).collect())
    }
}
