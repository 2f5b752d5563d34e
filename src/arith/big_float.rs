//! MPFR floats as a ring that nalgebra accepts: the forward pass at a chosen precision.

use super::{Rational, RealFunction, Ring};
use num_traits::{One, Zero};
use rug::{Assign, Float};
use std::cell::RefCell;
use std::fmt;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point number with a precision of its own, rounded to nearest, on MPFR.
///
/// A result has the larger precision of its operands. `Zero::zero()`, `One::one()` and
/// [`Ring::from_i64`] have no argument that could name a precision, so they are exact *literals* of
/// 64 bits; they take on the precision of what they are combined with as long as that has 64 bits or
/// more, and [`BigFloat::new`] makes no others.
#[derive(Clone, PartialEq, PartialOrd)]
pub struct BigFloat(Float);

impl BigFloat {
    /// Bits of a literal, and the least precision.
    pub const LEAST_PRECISION: u32 = i64::BITS;

    /// `value` rounded to `precision` bits, or to [`BigFloat::LEAST_PRECISION`] if that is more.
    pub fn new(value: &Rational, precision: u32) -> Self {
        Self(Float::with_val(precision.max(Self::LEAST_PRECISION), value.as_rug()))
    }

    /// `high + low` rounded likewise.
    pub(crate) fn of_doubles(high: f64, low: f64, precision: u32) -> Self {
        Self(Float::with_val(precision.max(Self::LEAST_PRECISION), high) + low)
    }

    /// A value, in the precision of this one.
    pub(super) fn like<T>(&self, value: T) -> Self
    where
        Float: Assign<T>,
    {
        let mut number = Float::new(self.0.prec());
        number.assign(value);
        Self(number)
    }

    /// The value of a function.
    pub(super) fn map(&self, f: impl Fn(Float) -> Float) -> Self {
        Self(f(self.0.clone()))
    }

    pub(super) fn of_rug(number: Float) -> Self {
        Self(number)
    }

    /// What has no value.
    pub(super) fn not_a_number(precision: u32) -> Self {
        Self(Float::with_val(precision, rug::float::Special::Nan))
    }

    /// The number as MPFR holds it.
    pub fn as_rug(&self) -> &Float {
        &self.0
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64()
    }
}

macro_rules! binary {
    ($trait:ident $method:ident $assign_trait:ident $assign:ident $from_trait:ident $from:ident) => {
        impl $trait for BigFloat {
            type Output = Self;
            fn $method(mut self, other: Self) -> Self {
                self.$assign(other);
                self
            }
        }
        impl $assign_trait for BigFloat {
            fn $assign(&mut self, mut other: Self) {
                // In place, in the operand of larger precision.
                if self.0.prec() >= other.0.prec() {
                    self.0.$assign(&other.0);
                } else {
                    rug::ops::$from_trait::$from(&mut other.0, &self.0);
                    *self = other;
                }
            }
        }
    };
}
binary!(Add add AddAssign add_assign AddFrom add_from);
binary!(Sub sub SubAssign sub_assign SubFrom sub_from);
binary!(Mul mul MulAssign mul_assign MulFrom mul_from);

impl Neg for BigFloat {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Zero for BigFloat {
    fn zero() -> Self {
        Self::from_i64(0)
    }
    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl One for BigFloat {
    fn one() -> Self {
        Self::from_i64(1)
    }
}

impl Ring for BigFloat {
    fn from_i64(n: i64) -> Self {
        Self(Float::with_val(Self::LEAST_PRECISION, n))
    }

    fn of_reals(
        function: RealFunction,
        row: &[Self],
        factors: Option<&[Self]>,
    ) -> Option<Vec<Self>> {
        Some(function.of_row(row, factors))
    }

    /// Rounded as one by one, but without memory for each product: one place holds them all.
    fn dot<'a>(mut pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        thread_local! {
            static PRODUCT: RefCell<Float> = RefCell::new(Float::new(BigFloat::LEAST_PRECISION));
        }
        let precision = |x: &Self, y: &Self| x.0.prec().max(y.0.prec());
        let Some((x, y)) = pairs.next() else { return Self::zero() };
        let sum = Self(Float::with_val(precision(x, y), &x.0 * &y.0));
        PRODUCT.with_borrow_mut(|product| {
            pairs.fold(sum, |mut sum, (x, y)| {
                let precision = precision(x, y);
                if product.prec() != precision {
                    *product = Float::new(precision);
                }
                product.assign(&x.0 * &y.0);
                if sum.0.prec() < precision {
                    sum.0.set_prec(precision);
                }
                sum.0 += &*product;
                sum
            })
        })
    }
}

impl fmt::Debug for BigFloat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
