//! Position embeddings: offsets that depend on the token.

use super::{LayerRule, Parameter};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Number, Site};
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

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        Ok(Self { values: site.matrix("values", keys.values, (site.tokens, site.width))? })
    }

    fn accepts(&self, tokens: usize, width: usize) -> Result<(), String> {
        match &self.values {
            Some(m) if m.shape() != (tokens, width) => {
                Err(format!("adds offsets of {} x {}", m.nrows(), m.ncols()))
            }
            _ => Ok(()),
        }
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        vec![Parameter::given("values", (tokens, width), &self.values)]
    }

    fn expression(&self, _tokens: usize, _width: usize) -> Expression {
        Input.plus(P(0))
    }
}
