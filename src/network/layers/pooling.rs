//! Average pooling.

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- (1/N) sum_i Y_i`: one token is left. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pooling;

/// Keys in a network file: none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {}

impl LayerRule for Pooling {
    type Keys = Keys;

    fn build(_keys: Keys, site: &Site) -> Result<Self, FileError> {
        site.charge("the average", &[site.tokens])?;
        Ok(Self)
    }

    fn define(&self, (tokens, _): (usize, usize), parameters: &mut Parameters) -> Expression {
        let share = Rational::from((1, tokens as i64));
        parameters.fixed("average", DMatrix::from_element(1, tokens, share)).times(Input)
    }
}
