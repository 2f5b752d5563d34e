//! Normalisation of every token: no polynomial, so the network has real values only.

use super::{LayerRule, Parameters};
use crate::arith::{Rational, RealFunction};
use crate::network::expression::Expression::{self, Input, Power};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use num_traits::Zero;
use serde::Deserialize;

/// `Y <- Z / sqrt(mean(Z^2) + epsilon) * gain + bias` for every row, the mean over its entries. Layer normalisation (Ba, Kiros
/// and Hinton 2016) has Z = Y - mean(Y), RMS normalisation (Zhang and Sennrich 2019) Z = Y and no bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Norm {
    /// Whether the mean is taken out.
    pub centred: bool,
    /// Added under the root; not negative. With 0 a constant row has no value.
    pub epsilon: Rational,
    /// Whether gain and bias, a number for each channel, are there.
    pub affine: bool,
}

/// Which normalisation.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Layer,
    Rms,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    #[serde(default)]
    norm: Kind,
    epsilon: Option<Number>,
    #[serde(default = "yes")]
    affine: bool,
}

fn yes() -> bool {
    true
}

impl LayerRule for Norm {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let epsilon = keys.epsilon.map_or_else(|| Rational::from((1, 100_000)), |Number(e)| e);
        if epsilon.numer() < &0 {
            return Err(FileError::new("epsilon", epsilon, "allowed are numbers from 0"));
        }
        site.charge("the weights of the mean", &[site.width])?;
        Ok(Self { centred: matches!(keys.norm, Kind::Layer), epsilon, affine: keys.affine })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let share = Rational::from((1, width as i64));
        let column = |share: Rational| DMatrix::from_element(width, 1, share);
        let mean = parameters.fixed("mean", column(share.clone()));
        let mut size = Power(Input.into(), 2).times(mean);
        if !self.epsilon.is_zero() {
            let epsilon = DMatrix::from_element(1, 1, self.epsilon.clone());
            size = size.plus(parameters.fixed("epsilon", epsilon).repeated(tokens, 1));
        }
        let scale = size.real(RealFunction::ReciprocalRoot).repeated(tokens, width);
        let mut result = Input.hadamard(scale);
        if self.centred {
            let minus_mean = Input.times(parameters.fixed("minus-mean", column(-share)));
            result = Input.plus(minus_mean.repeated(tokens, width)).then(result);
        }
        if self.affine {
            let gain = parameters.weight("gain", 1, width).repeated(tokens, width);
            result = result.hadamard(gain);
            if self.centred {
                result = result.plus(parameters.weight("bias", 1, width).repeated(tokens, width));
            }
        }
        result
    }
}
