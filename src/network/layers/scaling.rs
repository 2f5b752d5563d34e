//! Scaling (LayerScale, Touvron et al. 2021b, arXiv 2103.17239; the affine layers of ResMLP).

use super::{LayerRule, Parameter};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Number, Site};
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

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        let size = keys.over.size(site.tokens, site.width);
        Ok(Self { over: keys.over, values: site.matrix("values", keys.values, size)? })
    }

    fn accepts(&self, tokens: usize, width: usize) -> Result<(), String> {
        match &self.values {
            Some(m) if m.shape() != self.over.size(tokens, width) => {
                Err(format!("has {} x {} factors", m.nrows(), m.ncols()))
            }
            _ => Ok(()),
        }
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        vec![Parameter::given("values", self.over.size(tokens, width), &self.values)]
    }

    fn expression(&self, tokens: usize, width: usize) -> Expression {
        Input.hadamard(match self.over {
            Over::Entries => P(0),
            _ => P(0).repeated(tokens, width),
        })
    }
}
