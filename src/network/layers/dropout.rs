//! Dropout with a mask that was drawn once (Srivastava et al. 2014, JMLR 15).

use super::{LayerRule, Parameter};
use crate::arith::{Field, Rational};
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Number, Site};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;

/// `Y <- Y * mask` entrywise: an entry is dropped with probability q, a kept one multiplied by
/// 1/(1-q), as in training. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropout {
    /// The factors, `N x d`.
    pub mask: DMatrix<Rational>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    rate: Number,
    #[serde(default)]
    seed: u64,
}

impl LayerRule for Dropout {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        let Number(rate) = keys.rate;
        let chance = rate.to_f64();
        if !(0.0..1.0).contains(&chance) || rate == Rational::from(1) {
            return Err(format!("rate = {rate}: at least 0 and below 1 is allowed"));
        }
        site.charge("the mask", &[site.tokens, site.width])?;
        let kept = Rational::from(1) - rate;
        let kept = kept.inverse().expect("the rate is below 1");
        let mut rng = ChaCha20Rng::seed_from_u64(keys.seed);
        let mut entry = || match rng.random_bool(chance) {
            true => Rational::from(0),
            false => kept.clone(),
        };
        let entries: Vec<Rational> = (0..site.tokens * site.width).map(|_| entry()).collect();
        Ok(Self { mask: DMatrix::from_row_slice(site.tokens, site.width, &entries) })
    }

    fn accepts(&self, tokens: usize, width: usize) -> Result<(), String> {
        match self.mask.shape() == (tokens, width) {
            true => Ok(()),
            false => {
                Err(format!("masks a state of {} x {}", self.mask.nrows(), self.mask.ncols()))
            }
        }
    }

    fn parameters(&self, _tokens: usize, _width: usize) -> Vec<Parameter> {
        vec![Parameter::fixed("mask", self.mask.clone())]
    }

    fn expression(&self, _tokens: usize, _width: usize) -> Expression {
        Input.hadamard(P(0))
    }
}
