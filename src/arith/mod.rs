//! Scalar types: the rings over which one network definition is read.
//!
//! | type | ring | used for |
//! |---|---|---|
//! | [`Fp`] | the prime field Z/pZ, p a validated [`Prime`] below 2^63 | lower bounds, grids |
//! | [`Rational`] | Q, on GMP | exact values, upper bounds at fixed weights |
//! | [`num_rational::BigRational`] | Q, pure Rust | the independent checker |
//! | `f64` | floating point | the cross-check only, never a verdict |
//! | [`twofloat::TwoFloat`] | double-doubles | the same, where 53 bits are too few and their range is enough |
//! | [`BigFloat`] | MPFR floats of a chosen precision | the same at any precision and range |
//! | [`Interval`] | MPFR intervals, rounded outwards | proved lower bounds at given real weights; logarithms of bounds |
//! | [`Dual<T>`] | T\[e\] with e^2 = 0, T any of these | derivatives in the weights |
//! | [`Polynomial<T>`](crate::poly::Polynomial) | T\[x_0, x_1, ..\] | coefficient tensors |
//!
//! All of them implement [`Ring`], which is what `nalgebra::DMatrix<T>` needs to add and multiply,
//! plus the embedding of small integers. One suite of axioms (`tests/laws.rs`) is fed every one
//! but the intervals, for which the axioms are inclusions.

mod big_float;
mod dual;
mod fp;
mod interval;
mod prime;
mod rational;
mod real;

pub use big_float::BigFloat;
pub use dual::Dual;
pub use fp::Fp;
pub use interval::Interval;
pub use prime::{Prime, PrimeError};
pub use rational::Rational;
pub use real::{Real, RealFunction};

use nalgebra::{ClosedAddAssign, ClosedMulAssign, ClosedSubAssign, Scalar};
use num_traits::{One, Zero};

/// A commutative ring with unit whose elements can fill a `DMatrix`.
///
/// `f64`, double-doubles and [`BigFloat`] implement it with their rounding, [`Interval`] by enclosures; every
/// other implementation is exact.
pub trait Ring:
    Scalar
    + Zero
    + One
    + ClosedAddAssign
    + ClosedSubAssign
    + ClosedMulAssign
    + std::ops::Neg<Output = Self>
    + Send
    + Sync
{
    /// The image of the integer `n` under the unique ring homomorphism from Z.
    fn from_i64(n: i64) -> Self;

    /// `self` to the power `exponent`, by squaring; `x^0 = 1`.
    fn power(&self, exponent: u64) -> Self {
        num_traits::pow(self.clone(), exponent as usize)
    }

    /// The values of a function of real numbers at the entries of a row ([`RealFunction`] has the meaning of
    /// `factors`); `None` if the elements are no real numbers that can be rounded.
    fn of_reals(
        _function: RealFunction,
        _row: &[Self],
        _factors: Option<&[Self]>,
    ) -> Option<Vec<Self>> {
        None
    }

    /// The sum of the products of pairs, from the first to the last; 0 of none. That is all that the entries of a
    /// product of matrices take: a ring where a number has memory of its own does it in place.
    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        let products = pairs.map(|(x, y)| x.clone() * y.clone());
        products.reduce(|sum, product| sum + product).unwrap_or_else(Self::zero)
    }
}

/// A [`Ring`] in which every non-zero element has an inverse.
pub trait Field: Ring {
    /// The multiplicative inverse, or `None` for zero.
    fn inverse(&self) -> Option<Self>;
}

impl Ring for f64 {
    fn from_i64(n: i64) -> Self {
        n as f64
    }

    fn of_reals(
        function: RealFunction,
        row: &[Self],
        factors: Option<&[Self]>,
    ) -> Option<Vec<Self>> {
        Some(function.of_row(row, factors))
    }
}

impl Ring for twofloat::TwoFloat {
    fn from_i64(n: i64) -> Self {
        n.into()
    }
}

impl Ring for num_rational::BigRational {
    fn from_i64(n: i64) -> Self {
        Self::from_integer(n.into())
    }
}

impl Field for num_rational::BigRational {
    fn inverse(&self) -> Option<Self> {
        (!self.is_zero()).then(|| self.recip())
    }
}
