//! Average pooling.

use super::{LayerRule, Parameter};
use crate::arith::Rational;
use crate::network::Site;
use crate::network::expression::Expression::{self, Input, Parameter as P};
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

    fn build(_keys: Keys, site: &Site) -> Result<Self, String> {
        site.charge("the average", &[site.tokens])?;
        Ok(Self)
    }

    fn parameters(&self, tokens: usize, _width: usize) -> Vec<Parameter> {
        let share = Rational::from((1, tokens as i64));
        vec![Parameter::fixed("average", DMatrix::from_element(1, tokens, share))]
    }

    fn expression(&self, _tokens: usize, _width: usize) -> Expression {
        P(0).times(Input)
    }
}
