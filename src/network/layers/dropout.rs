//! Dropout with a mask that was drawn once (Srivastava et al. 2014, JMLR 15).

use super::{LayerRule, Parameters};
use crate::arith::{Field, Rational};
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Number, Site};
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

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let Number(rate) = keys.rate;
        let chance = rate.to_f64();
        if !(0.0..1.0).contains(&chance) || rate == Rational::from(1) {
            return Err(FileError::new("rate", rate, "at least 0 and below 1 is allowed"));
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

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let (rows, cols) = self.mask.shape();
        ((rows, cols) != (tokens, width)).then(|| format!("masks a state of {rows} x {cols}"))
    }

    fn define(&self, _state: (usize, usize), parameters: &mut Parameters) -> Expression {
        Input.hadamard(parameters.fixed("mask", self.mask.clone()))
    }
}
