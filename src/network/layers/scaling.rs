//! Scaling (LayerScale, Touvron et al. 2021b, arXiv 2103.17239; the affine layers of ResMLP).

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// A factor for every channel, token or entry, free or given. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// What has a factor of its own.
    pub over: Over,
    /// The factors, if they belong to the definition: `1 x d`, `N x 1` or `N x d`.
    pub values: Option<DMatrix<Rational>>,
}

/// What has a factor of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Over {
    /// Every channel.
    #[default]
    Channels,
    /// Every token.
    Tokens,
    /// Every entry.
    Entries,
}

impl Over {
    fn size(self, tokens: usize, width: usize) -> (usize, usize) {
        match self {
            Self::Channels => (1, width),
            Self::Tokens => (tokens, 1),
            Self::Entries => (tokens, width),
        }
    }
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    #[serde(default)]
    over: Over,
    values: Option<Vec<Vec<Number>>>,
}

impl LayerRule for Scaling {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let size = keys.over.size(site.tokens, site.width);
        Ok(Self { over: keys.over, values: site.matrix("values", keys.values, size)? })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let size = self.over.size(tokens, width);
        let values = self.values.as_ref().filter(|m| m.shape() != size)?;
        Some(format!("has {} x {} factors", values.nrows(), values.ncols()))
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let size = self.over.size(tokens, width);
        let values = parameters.given("values", size, &self.values);
        Input.hadamard(match self.over {
            Over::Entries => values,
            _ => values.repeated(tokens, width),
        })
    }
}
