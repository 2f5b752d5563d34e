//! Linear token mixing (ResMLP, Touvron et al. 2021: the cross-patch sublayer).

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- M Y + b` with `M: N x N`, free or given, and one number per token in b. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearTokenMixing {
    /// The matrix M, if it belongs to the definition.
    pub matrix: Option<DMatrix<Rational>>,
    /// Whether b is there.
    pub bias: bool,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    matrix: Option<Vec<Vec<Number>>>,
    #[serde(default)]
    bias: bool,
}

impl LayerRule for LinearTokenMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let size = (site.tokens, site.tokens);
        Ok(Self { matrix: site.matrix("matrix", keys.matrix, size)?, bias: keys.bias })
    }

    fn unmet(&self, tokens: usize, _width: usize) -> Option<String> {
        let matrix = self.matrix.as_ref().filter(|m| m.nrows() != tokens)?;
        Some(format!("mixes {} tokens", matrix.nrows()))
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let linear = parameters.given("matrix", (tokens, tokens), &self.matrix).times(Input);
        match self.bias {
            true => linear.plus(parameters.weight("bias", tokens, 1).repeated(tokens, width)),
            false => linear,
        }
    }
}
