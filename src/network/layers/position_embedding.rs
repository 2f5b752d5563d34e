//! Position embeddings: offsets that depend on the token.

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- Y + E` with `E: N x d`, free or given. Degree 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionEmbedding {
    /// The matrix E, if it belongs to the definition.
    pub values: Option<DMatrix<Rational>>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    values: Option<Vec<Vec<Number>>>,
}

impl LayerRule for PositionEmbedding {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self { values: site.matrix("values", keys.values, (site.tokens, site.width))? })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let values = self.values.as_ref().filter(|m| m.shape() != (tokens, width))?;
        Some(format!("adds offsets of {} x {}", values.nrows(), values.ncols()))
    }

    fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        Input.plus(parameters.given("values", state, &self.values))
    }
}
