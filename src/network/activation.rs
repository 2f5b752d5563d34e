//! Polynomial activations.

use super::Number;
use super::expression::Expression;
use super::layers::Parameter;
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

impl Activation {
    /// The activation with these coefficients, the constant first.
    ///
    /// # Errors
    /// If it is constant or its degree is above [`MAX_ACTIVATION_DEGREE`].
    pub fn new(mut coefficients: Vec<Rational>) -> Result<Self, String> {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        let degree = (coefficients.len() as u64).saturating_sub(1);
        if degree == 0 {
            return Err(
                "activation: a coefficient that is not zero is needed besides the constant one"
                    .into(),
            );
        }
        if degree > MAX_ACTIVATION_DEGREE {
            return Err(format!(
                "activation of degree {degree}: allowed are 1..={MAX_ACTIVATION_DEGREE}"
            ));
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
    ) -> Result<Self, String> {
        match (degree, coefficients) {
            (Some(_), Some(_)) => Err("give degree or activation, not both".into()),
            (None, Some(list)) => Self::new(list.into_iter().map(|Number(c)| c).collect()),
            (degree, None) => match degree.unwrap_or(default) {
                degree @ 1..=MAX_ACTIVATION_DEGREE => Ok(Self::Power(degree)),
                other => Err(format!("degree = {other}: allowed are 1..={MAX_ACTIVATION_DEGREE}")),
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

    /// The coefficients as a parameter, unless it is a power.
    pub(super) fn parameter(&self) -> Option<Parameter> {
        match self {
            Self::Power(_) => None,
            Self::Polynomial(c) => {
                Some(Parameter::fixed("activation", DMatrix::from_column_slice(c.len(), 1, c)))
            }
        }
    }

    /// The activation of `of`, `coefficients` being the number of [its parameter](Self::parameter).
    pub(super) fn apply(&self, of: Expression, coefficients: usize) -> Expression {
        match self {
            Self::Power(1) => of,
            Self::Power(degree) => Expression::Power(of.into(), *degree),
            Self::Polynomial(c) => {
                Expression::Polynomial { of: of.into(), coefficients, degree: c.len() as u64 - 1 }
            }
        }
    }
}
