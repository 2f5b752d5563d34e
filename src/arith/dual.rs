//! Dual numbers: a value with its derivative in one direction.

use super::Ring;
use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// `value + slope e` with `e^2 = 0`: what a polynomial does to a number and to a small change of it.
///
/// The polynomial f at `x + y e` is `f(x) + f'(x) y e`, so a network read over dual numbers has its derivative
/// as the slopes of its output.
///
/// ```
/// use seprank::arith::{Dual, Ring};
/// // z^3 at 2: value 8, derivative 12.
/// let z = Dual { value: 2.0, slope: 1.0 };
/// assert_eq!(z.power(3), Dual { value: 8.0, slope: 12.0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dual<T> {
    /// The value.
    pub value: T,
    /// The derivative.
    pub slope: T,
}

impl<T: Ring> Dual<T> {
    /// A number that does not change.
    pub fn constant(value: T) -> Self {
        Self { value, slope: T::zero() }
    }
}

impl<T: Ring> Add for Dual<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl<T: Ring> Sub for Dual<T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl<T: Ring> Neg for Dual<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl<T: Ring> Mul for Dual<T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let slope = self.value.clone() * other.slope + self.slope * other.value.clone();
        Self { value: self.value * other.value, slope }
    }
}

impl<T: Ring> AddAssign for Dual<T> {
    fn add_assign(&mut self, other: Self) {
        *self = self.clone() + other;
    }
}

impl<T: Ring> SubAssign for Dual<T> {
    fn sub_assign(&mut self, other: Self) {
        *self = self.clone() - other;
    }
}

impl<T: Ring> MulAssign for Dual<T> {
    fn mul_assign(&mut self, other: Self) {
        *self = self.clone() * other;
    }
}

impl<T: Ring> Zero for Dual<T> {
    fn zero() -> Self {
        Self::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.slope.is_zero()
    }
}

impl<T: Ring> One for Dual<T> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}

impl<T: Ring> Ring for Dual<T> {
    fn from_i64(n: i64) -> Self {
        Self::constant(T::from_i64(n))
    }
}
