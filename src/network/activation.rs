//! Polynomial activations.

use super::expression::Expression;
use super::parameters::Parameters;
use super::{FileError, Number};
use crate::arith::Rational;
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// Activations have at most this degree.
pub const MAX_ACTIVATION_DEGREE: u64 = 64;

/// A polynomial applied to every entry of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `z^k`, k >= 1.
    Power(u64),
    /// `sum_k c_k z^k`; not a power, the last coefficient is not zero, degree >= 1.
    Polynomial(Vec<Rational>),
}

/// Coefficients that are no [`Activation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActivationError {
    /// All coefficients besides the constant one are zero, or there are none.
    #[error("a coefficient that is not zero is needed besides the constant one")]
    Constant,
    /// The degree is too large.
    #[error("degree {0}: allowed are 1..={MAX_ACTIVATION_DEGREE}")]
    Degree(u64),
}

impl Activation {
    /// The activation with these coefficients, the constant first.
    ///
    /// # Errors
    /// If it is constant or its degree is above [`MAX_ACTIVATION_DEGREE`].
    pub fn new(mut coefficients: Vec<Rational>) -> Result<Self, ActivationError> {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        let degree = (coefficients.len() as u64).saturating_sub(1);
        if degree == 0 {
            return Err(ActivationError::Constant);
        }
        if degree > MAX_ACTIVATION_DEGREE {
            return Err(ActivationError::Degree(degree));
        }
        let (last, rest) = coefficients.split_last().expect("at least two");
        Ok(match last.is_one() && rest.iter().all(Zero::is_zero) {
            true => Self::Power(degree),
            false => Self::Polynomial(coefficients),
        })
    }

    /// The activation of the keys `degree` (a power) or `activation` (coefficients) of a network
    /// file, or the power `default` if neither is there.
    pub(super) fn of_keys(
        degree: Option<u64>,
        coefficients: Option<Vec<Number>>,
        default: u64,
    ) -> Result<Self, FileError> {
        match (degree, coefficients) {
            (Some(_), Some(_)) => Err(FileError::whole("give degree or activation, not both")),
            (None, Some(list)) => Self::new(list.into_iter().map(|Number(c)| c).collect())
                .map_err(|e| FileError::of("activation", e)),
            (degree, None) => match degree.unwrap_or(default) {
                degree @ 1..=MAX_ACTIVATION_DEGREE => Ok(Self::Power(degree)),
                other => {
                    let allowed = format!("allowed are 1..={MAX_ACTIVATION_DEGREE}");
                    Err(FileError::new("degree", other, allowed))
                }
            },
        }
    }

    /// The degree.
    pub fn degree(&self) -> u64 {
        match self {
            Self::Power(degree) => *degree,
            Self::Polynomial(coefficients) => coefficients.len() as u64 - 1,
        }
    }

    /// The activation as a function; unless it is a power, its coefficients are named as a parameter.
    pub(super) fn function(
        &self,
        parameters: &mut Parameters,
    ) -> impl Fn(Expression) -> Expression + use<> {
        let coefficients = match self {
            Self::Power(_) => None,
            Self::Polynomial(c) => {
                let column = DMatrix::from_column_slice(c.len(), 1, c);
                Some(parameters.fixed_number("activation", column))
            }
        };
        let degree = self.degree();
        move |of| match coefficients {
            None if degree == 1 => of,
            None => Expression::Power(of.into(), degree),
            Some(coefficients) => Expression::Polynomial { of: of.into(), coefficients, degree },
        }
    }
}
