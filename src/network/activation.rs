//! Activations: polynomials, and the functions of real numbers that they stand for.

use super::expression::Expression;
use super::parameters::Parameters;
use super::{FileError, Number};
use crate::arith::{Rational, RealFunction};
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Unexpected, Visitor};
use std::fmt;

/// Activations have at most this degree.
pub const MAX_ACTIVATION_DEGREE: u64 = 64;

/// A function applied to every entry of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `z^k`, k >= 1.
    Power(u64),
    /// `sum_k c_k z^k`; not a power, the last coefficient is not zero, degree >= 1.
    Polynomial(Vec<Rational>),
    /// A function of real numbers, one of [`RealFunction::ACTIVATIONS`]: the network is no polynomial.
    Real(RealFunction),
}

/// The key `activation` of a layer.
pub(super) enum ActivationKey {
    /// The coefficients of a polynomial, the constant first.
    Coefficients(Vec<Number>),
    /// A function of real numbers.
    Function(RealFunction),
}

impl<'de> Deserialize<'de> for ActivationKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = ActivationKey;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names = RealFunction::ACTIVATIONS.iter().map(|(name, _)| *name);
        write!(f, "a list of coefficients, or one of {}", names.collect::<Vec<_>>().join(", "))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ActivationKey, E> {
        let found = RealFunction::ACTIVATIONS.iter().find(|(name, _)| *name == text);
        let unknown = || E::invalid_value(Unexpected::Str(text), &self);
        found.map(|(_, function)| ActivationKey::Function(*function)).ok_or_else(unknown)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ActivationKey, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(ActivationKey::Coefficients)
    }
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

    /// The activation of the keys `degree` (a power) or `activation` (coefficients, or the name of a function) of a
    /// network file, or the power `default` if neither is there.
    pub(super) fn of_keys(
        degree: Option<u64>,
        activation: Option<ActivationKey>,
        default: u64,
    ) -> Result<Self, FileError> {
        match (degree, activation) {
            (Some(_), Some(_)) => Err(FileError::whole("give degree or activation, not both")),
            (None, Some(ActivationKey::Function(function))) => Ok(Self::Real(function)),
            (None, Some(ActivationKey::Coefficients(list))) => {
                Self::new(list.into_iter().map(|Number(c)| c).collect())
                    .map_err(|e| FileError::of("activation", e))
            }
            (degree, None) => match degree.unwrap_or(default) {
                degree @ 1..=MAX_ACTIVATION_DEGREE => Ok(Self::Power(degree)),
                other => {
                    let allowed = format!("allowed are 1..={MAX_ACTIVATION_DEGREE}");
                    Err(FileError::new("degree", other, allowed))
                }
            },
        }
    }

    /// The degree, if it is a polynomial.
    pub fn degree(&self) -> Option<u64> {
        match self {
            Self::Power(degree) => Some(*degree),
            Self::Polynomial(coefficients) => Some(coefficients.len() as u64 - 1),
            Self::Real(_) => None,
        }
    }

    /// The activation as a function; unless it is a power, its coefficients are named as a parameter.
    pub(super) fn function(
        &self,
        parameters: &mut Parameters,
    ) -> impl Fn(Expression) -> Expression + use<> {
        enum Of {
            Power(u64),
            Polynomial { coefficients: usize, degree: u64 },
            Real(RealFunction),
        }
        let function = match self {
            Self::Power(degree) => Of::Power(*degree),
            Self::Polynomial(c) => {
                let column = DMatrix::from_column_slice(c.len(), 1, c);
                let coefficients = parameters.fixed_number("activation", column);
                Of::Polynomial { coefficients, degree: c.len() as u64 - 1 }
            }
            Self::Real(function) => Of::Real(*function),
        };
        move |of| match function {
            Of::Power(1) => of,
            Of::Power(degree) => Expression::Power(of.into(), degree),
            Of::Polynomial { coefficients, degree } => {
                Expression::Polynomial { of: of.into(), coefficients, degree }
            }
            Of::Real(function) => of.real(function),
        }
    }
}
