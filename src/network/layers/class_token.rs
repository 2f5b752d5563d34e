//! The class token (ViT, Dosovitskiy et al. 2021, arXiv 2010.11929).

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- [c; Y]`: a free row before the others, so that token i of the input is row i + 1. Degree 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassToken;

/// Keys in a network file: none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {}

impl LayerRule for ClassToken {
    type Keys = Keys;

    fn build(_keys: Keys, site: &Site) -> Result<Self, FileError> {
        site.charge("the class token", &[site.tokens + 1, site.tokens + 1])?;
        Ok(Self)
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let one = |yes| Rational::from(i64::from(yes));
        let token = parameters.weight("token", 1, width);
        let below = DMatrix::from_fn(tokens + 1, tokens, |i, j| one(i == j + 1));
        let first = DMatrix::from_fn(tokens + 1, 1, |i, _| one(i == 0));
        let [below, first] =
            [("below", below), ("first", first)].map(|(name, m)| parameters.fixed(name, m));
        below.times(Input).plus(first.times(token))
    }
}
