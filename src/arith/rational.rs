//! GMP rationals as a ring that nalgebra accepts.

use super::{Field, Ring};
use num_traits::{One, Zero};
use rug::Integer;
use std::fmt;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A rational number in lowest terms with positive denominator, on GMP.
///
/// A newtype over `rug::Rational`, which lacks the num-traits operations that matrices need.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rational(rug::Rational);

impl Rational {
    /// The numerator.
    pub fn numer(&self) -> &Integer {
        self.0.numer()
    }

    /// The denominator, positive.
    pub fn denom(&self) -> &Integer {
        self.0.denom()
    }

    /// The nearest `f64` (rounded towards zero).
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64()
    }

    /// The value of a finite `f64`, exactly; `None` for the others.
    pub fn from_f64(value: f64) -> Option<Self> {
        rug::Rational::from_f64(value).map(Self)
    }

    pub(crate) fn as_rug(&self) -> &rug::Rational {
        &self.0
    }

    /// Parses `"n"` or `"n/d"` in decimal, `d` not zero. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        rug::Rational::parse(text).ok().map(|r| Self(r.into()))
    }
}

impl<T> From<T> for Rational
where
    rug::Rational: From<T>,
{
    fn from(value: T) -> Self {
        Self(rug::Rational::from(value))
    }
}

macro_rules! binary {
    ($trait:ident $method:ident $assign_trait:ident $assign:ident $op:tt) => {
        impl $trait for Rational {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(self.0 $op other.0)
            }
        }
        impl $assign_trait for Rational {
            fn $assign(&mut self, other: Self) {
                self.0.$assign(other.0);
            }
        }
    };
}
binary!(Add add AddAssign add_assign +);
binary!(Sub sub SubAssign sub_assign -);
binary!(Mul mul MulAssign mul_assign *);

impl Neg for Rational {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Zero for Rational {
    fn zero() -> Self {
        Self::default()
    }
    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl One for Rational {
    fn one() -> Self {
        Self::from(1)
    }
}

impl Ring for Rational {
    fn from_i64(n: i64) -> Self {
        Self::from(n)
    }
}

impl Field for Rational {
    fn inverse(&self) -> Option<Self> {
        (!self.is_zero()).then(|| Self(self.0.clone().recip()))
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
