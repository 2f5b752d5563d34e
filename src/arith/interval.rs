//! Closed intervals of real numbers with ends in MPFR: every operation rounds outwards, so the
//! result contains every value that the operation takes on the arguments.
//!
//! Intervals are read as a [`Ring`] so that a network's one definition can be evaluated over them:
//! what comes out contains the exact value. The laws of a ring hold as inclusions only; `x - x` is
//! not 0 but contains it. A result has the larger precision of its operands. The constants of
//! [`Ring`] are points of 64 bits, so working precisions are 64 bits or more.

use super::{Rational, RealFunction, Ring};
use num_traits::{One, Zero};
use rug::float::{Constant, Round};
use rug::ops::AssignRound;
use rug::{Float, Integer};
use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// `[lo, hi]`, a non-empty set of reals.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub(crate) lo: Float,
    pub(crate) hi: Float,
}

/// The value rounded in the given direction.
fn rounded<T>(precision: u32, value: T, round: Round) -> Float
where
    Float: AssignRound<T, Round = Round, Ordering = Ordering>,
{
    Float::with_val_round(precision, value, round).0
}

impl Interval {
    /// Bits of the ends of intervals made from integers and constants, for the logarithms of bounds.
    /// Sums there cancel at most the size of a logarithm of a logarithm, a few dozen bits, so far
    /// more than 100 correct bits remain.
    pub(crate) const PRECISION: u32 = 256;

    /// The smallest interval with ends of `precision` bits that contains `value`.
    pub fn enclosing(value: &Rational, precision: u32) -> Self {
        let end = |round| rounded(precision, value.as_rug(), round);
        Self { lo: end(Round::Down), hi: end(Round::Up) }
    }

    /// The smallest interval around both, whose ends are numbers.
    pub fn hull(&self, other: &Self) -> Self {
        Self { lo: self.lo.clone().min(&other.lo), hi: self.hi.clone().max(&other.hi) }
    }

    /// Whether `value` is in the interval.
    pub fn contains(&self, value: &Rational) -> bool {
        self.lo <= *value.as_rug() && self.hi >= *value.as_rug()
    }

    /// The least absolute value in the interval; positive if and only if 0 is outside. Of ends that are not numbers it
    /// is 0.
    pub fn mignitude(&self) -> Float {
        let zero = Float::new(self.precision());
        if self.lo.is_nan() || self.hi.is_nan() {
            return zero;
        }
        zero.max(&self.lo).max(&-self.hi.clone())
    }

    /// A number in the interval, near its middle and rounded to a double.
    pub fn midpoint(&self) -> f64 {
        self.lo.to_f64() / 2.0 + self.hi.to_f64() / 2.0
    }

    /// Both ends as doubles, rounded outwards.
    pub fn ends(&self) -> [f64; 2] {
        // A zero without a sign.
        let end = |x: &Float, round| x.to_f64_round(round) + 0.0;
        [end(&self.lo, Round::Down), end(&self.hi, Round::Up)]
    }

    fn precision(&self) -> u32 {
        self.lo.prec()
    }

    /// The integer `n`, a point where it fits the precision.
    pub(crate) fn integer(n: &Integer) -> Self {
        Self {
            lo: rounded(Self::PRECISION, n, Round::Down),
            hi: rounded(Self::PRECISION, n, Round::Up),
        }
    }

    /// The smallest one around both, as of an integer.
    pub(crate) fn around(lo: &Float, hi: &Float) -> Self {
        Self {
            lo: rounded(Self::PRECISION, lo, Round::Down),
            hi: rounded(Self::PRECISION, hi, Round::Up),
        }
    }

    /// `numerator / denominator`, the denominator not zero.
    pub(crate) fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::integer(&numerator.into()).divided_by(&Self::integer(&denominator.into()))
    }

    pub(crate) fn pi() -> Self {
        Self {
            lo: rounded(Self::PRECISION, Constant::Pi, Round::Down),
            hi: rounded(Self::PRECISION, Constant::Pi, Round::Up),
        }
    }

    /// A value, in the precision of this one: its two roundings.
    pub(super) fn like<T: Copy>(&self, value: T) -> Self
    where
        Float: AssignRound<T, Round = Round, Ordering = Ordering>,
    {
        let end = |round| rounded(self.precision(), value, round);
        Self { lo: end(Round::Down), hi: end(Round::Up) }
    }

    /// The number at an end.
    pub(super) fn point(end: &Float) -> Self {
        Self { lo: end.clone(), hi: end.clone() }
    }

    /// Where there is no value, or none that is bounded.
    pub(super) fn not_a_number(&self) -> Self {
        Self::point(&Float::with_val(self.precision(), rug::float::Special::Nan))
    }

    /// The image under an increasing function, given by its two directed roundings.
    pub(super) fn increasing(&self, f: impl Fn(&mut Float, Round) -> Ordering) -> Self {
        let (mut lo, mut hi) = (self.lo.clone(), self.hi.clone());
        f(&mut lo, Round::Down);
        f(&mut hi, Round::Up);
        Self { lo, hi }
    }

    /// Natural logarithm of a positive interval.
    pub(crate) fn ln(&self) -> Self {
        self.increasing(Float::ln_round)
    }

    /// `ln(1 + x)` for x > -1.
    pub(crate) fn ln_1p(&self) -> Self {
        self.increasing(Float::ln_1p_round)
    }

    /// The quotient by an interval that does not contain zero.
    pub(crate) fn divided_by(&self, other: &Self) -> Self {
        let precision = self.precision().max(other.precision());
        // The ends of x / y for y > 0; for y < 0 it is (-x) / (-y).
        if other.hi.is_sign_negative() {
            return (-self.clone()).divided_by(&-other.clone());
        }
        let low = if self.lo >= 0 { &other.hi } else { &other.lo };
        let high = if self.hi >= 0 { &other.lo } else { &other.hi };
        Self {
            lo: rounded(precision, &self.lo / low, Round::Down),
            hi: rounded(precision, &self.hi / high, Round::Up),
        }
    }

    /// `x / 2^bits`, exactly.
    pub(crate) fn halved(&self, bits: u32) -> Self {
        Self {
            lo: Float::with_val(self.precision(), &self.lo >> bits),
            hi: Float::with_val(self.precision(), &self.hi >> bits),
        }
    }

    /// The smallest interval with 0 and this one in it.
    pub(crate) fn with_zero(mut self) -> Self {
        let zero = Float::new(self.precision());
        self.lo.min_mut(&zero);
        self.hi.max_mut(&zero);
        self
    }
}

impl Add for &Interval {
    type Output = Interval;
    fn add(self, other: Self) -> Interval {
        let precision = self.precision().max(other.precision());
        Interval {
            lo: rounded(precision, &self.lo + &other.lo, Round::Down),
            hi: rounded(precision, &self.hi + &other.hi, Round::Up),
        }
    }
}

impl Sub for &Interval {
    type Output = Interval;
    fn sub(self, other: Self) -> Interval {
        let precision = self.precision().max(other.precision());
        Interval {
            lo: rounded(precision, &self.lo - &other.hi, Round::Down),
            hi: rounded(precision, &self.hi - &other.lo, Round::Up),
        }
    }
}

impl Mul for &Interval {
    type Output = Interval;
    /// By the signs of the ends (Moore, Kearfott and Cloud 2009, section 2.3.2): two products, or
    /// four where both intervals have 0 inside.
    fn mul(self, other: Self) -> Interval {
        let precision = self.precision().max(other.precision());
        let down = |x: &Float, y: &Float| rounded(precision, x * y, Round::Down);
        let up = |x: &Float, y: &Float| rounded(precision, x * y, Round::Up);
        let (a, b, c, d) = (&self.lo, &self.hi, &other.lo, &other.hi);
        let sign = |low: &Float, high: &Float| match () {
            () if *low >= 0 => Ordering::Greater,
            () if *high <= 0 => Ordering::Less,
            () => Ordering::Equal,
        };
        use Ordering::{Equal, Greater, Less};
        let (lo, hi) = match (sign(a, b), sign(c, d)) {
            (Greater, Greater) => (down(a, c), up(b, d)),
            (Greater, Equal) => (down(b, c), up(b, d)),
            (Greater, Less) => (down(b, c), up(a, d)),
            (Equal, Greater) => (down(a, d), up(b, d)),
            // The least of two would pass over an end that is not a number.
            (Equal, Equal) if [a, b, c, d].iter().any(|end| end.is_nan()) => {
                return self.not_a_number();
            }
            (Equal, Equal) => (down(a, d).min(&down(b, c)), up(a, c).max(&up(b, d))),
            (Equal, Less) => (down(b, c), up(a, c)),
            (Less, Greater) => (down(a, d), up(b, c)),
            (Less, Equal) => (down(a, d), up(a, c)),
            (Less, Less) => (down(b, d), up(a, c)),
        };
        Interval { lo, hi }
    }
}

macro_rules! by_value {
    ($($trait:ident $method:ident $assign_trait:ident $assign:ident),*) => {$(
        impl $trait for Interval {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                (&self).$method(&other)
            }
        }
        impl $assign_trait for Interval {
            fn $assign(&mut self, other: Self) {
                *self = (&*self).$method(&other);
            }
        }
    )*};
}
by_value!(Add add AddAssign add_assign, Sub sub SubAssign sub_assign, Mul mul MulAssign mul_assign);

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo }
    }
}

impl Zero for Interval {
    fn zero() -> Self {
        Self::from_i64(0)
    }
    /// Whether it is the point 0.
    fn is_zero(&self) -> bool {
        self.lo.is_zero() && self.hi.is_zero()
    }
}

impl One for Interval {
    fn one() -> Self {
        Self::from_i64(1)
    }
}

impl Ring for Interval {
    fn from_i64(n: i64) -> Self {
        let end = Float::with_val(i64::BITS, n);
        Self { lo: end.clone(), hi: end }
    }

    fn of_reals(
        function: RealFunction,
        row: &[Self],
        factors: Option<&[Self]>,
    ) -> Option<Vec<Self>> {
        Some(function.of_row(row, factors))
    }

    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        let products = pairs.map(|(x, y)| x * y);
        products.reduce(|sum, product| &sum + &product).unwrap_or_else(Self::zero)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Field;
    use proptest::prelude::*;

    proptest! {
        /// Every pattern of signs, at a precision that rounds: the ends, the middle and a third of
        /// the way of both arguments stay inside the result.
        #[test]
        fn intervals_contain_what_the_operation_takes(a in -99i64..99, w in 0i64..99, c in -99i64..99, v in 0i64..99) {
            let wide = |low: i64, width: i64| {
                let end = |n: i64| Interval::enclosing(&Rational::from((n, 7)), 8);
                Interval { lo: end(low).lo, hi: end(low + width).hi }
            };
            let inside = |low: i64, width: i64| {
                [0, 1, 2, 3, 6].map(|k| Rational::from((6 * low + k * width, 42)))
            };
            let (x, y) = (wide(a, w), wide(c, v));
            let (sum, difference, product) = (&x + &y, &x - &y, &x * &y);
            let quotient = (y.mignitude() > 0).then(|| x.divided_by(&y));
            for p in inside(a, w) {
                for q in inside(c, v) {
                    prop_assert!(sum.contains(&(p.clone() + q.clone())));
                    prop_assert!(difference.contains(&(p.clone() - q.clone())));
                    prop_assert!(product.contains(&(p.clone() * q.clone())));
                    if let (Some(quotient), Some(inverse)) = (&quotient, q.inverse()) {
                        prop_assert!(quotient.contains(&(p.clone() * inverse)));
                    }
                    let size = q.as_rug().clone().abs();
                    prop_assert!(y.mignitude() <= size);
                }
            }
        }
    }

    proptest! {
        /// Rational operations against exact rational arithmetic.
        #[test]
        fn operations_contain_the_exact_result(a in -99i64..99, b in 1i64..99, c in -99i64..99, d in 1i64..99) {
            let (x, y) = (Interval::ratio(a, b), Interval::ratio(c, d));
            let (p, q) = (Rational::from((a, b)), Rational::from((c, d)));
            prop_assert!((&x + &y).contains(&(p.clone() + q.clone())));
            prop_assert!((&x - &y).contains(&(p.clone() - q.clone())));
            prop_assert!((&x * &y).contains(&(p.clone() * q.clone())));
            prop_assert!(x.halved(3).contains(&(p.clone() * Rational::from((1, 8)))));
            if let Some(inverse) = q.inverse() {
                prop_assert!(x.divided_by(&y).contains(&(p.clone() * inverse)));
            }
            prop_assert!(x.clone().with_zero().contains(&Rational::zero()) && x.with_zero().contains(&p));
        }
    }

    #[test]
    fn ends_are_inside_and_what_is_beyond_is_not() {
        let of = |low: i64, high: i64| Interval {
            lo: Float::with_val(64, low),
            hi: Float::with_val(64, high),
        };
        for (low, high) in [(-3, -1), (-3, 0), (-2, 2), (0, 0), (0, 2), (1, 3)] {
            let interval = of(low, high);
            for n in -5..5 {
                assert_eq!(interval.contains(&n.into()), (low..=high).contains(&n));
            }
            let least = (low..=high).map(i64::abs).min().unwrap();
            assert_eq!(interval.mignitude(), least);
            assert_eq!(interval.is_zero(), (low, high) == (0, 0));
            assert_eq!(interval.with_zero(), of(low.min(0), high.max(0)));
        }
    }

    #[test]
    fn logarithms_are_strict_enclosures() {
        // ln 2 and ln(1 + 1/3) are irrational: the ends differ, by one unit in the last place.
        for x in [Interval::ratio(2, 1).ln(), Interval::ratio(1, 3).ln_1p()] {
            assert!(x.lo < x.hi && Float::with_val(64, &x.hi - &x.lo) < 1e-70);
        }
    }
}
