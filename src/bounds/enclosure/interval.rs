//! Closed intervals of real numbers with ends in MPFR: every operation rounds outwards, so the
//! result contains every value that the operation takes on the arguments.

use rug::float::{Constant, Round};
use rug::ops::AssignRound;
use rug::{Float, Integer};
use std::cmp::Ordering;
use std::ops::{Add, Mul, Sub};

/// Bits of the ends. Sums here cancel at most the size of a logarithm of a logarithm, a few dozen
/// bits, so far more than 100 correct bits remain.
pub(super) const PRECISION: u32 = 256;

/// `[lo, hi]`, a non-empty set of reals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) lo: Float,
    pub(super) hi: Float,
}

/// The value rounded in the given direction.
fn rounded<T>(value: T, round: Round) -> Float
where
    Float: AssignRound<T, Round = Round, Ordering = Ordering>,
{
    Float::with_val_round(PRECISION, value, round).0
}

impl Interval {
    /// The integer `n`, a point where it fits the precision.
    pub(super) fn integer(n: &Integer) -> Self {
        Self { lo: rounded(n, Round::Down), hi: rounded(n, Round::Up) }
    }

    /// `numerator / denominator`, the denominator not zero.
    pub(super) fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::integer(&numerator.into()).divided_by(&Self::integer(&denominator.into()))
    }

    pub(super) fn pi() -> Self {
        Self { lo: rounded(Constant::Pi, Round::Down), hi: rounded(Constant::Pi, Round::Up) }
    }

    /// The image under an increasing function, given by its two directed roundings.
    fn increasing(&self, f: impl Fn(&mut Float, Round) -> Ordering) -> Self {
        let (mut lo, mut hi) = (self.lo.clone(), self.hi.clone());
        f(&mut lo, Round::Down);
        f(&mut hi, Round::Up);
        Self { lo, hi }
    }

    /// Natural logarithm of a positive interval.
    pub(super) fn ln(&self) -> Self {
        self.increasing(Float::ln_round)
    }

    /// `ln(1 + x)` for x > -1.
    pub(super) fn ln_1p(&self) -> Self {
        self.increasing(Float::ln_1p_round)
    }

    /// The quotient by an interval that does not contain zero.
    pub(super) fn divided_by(&self, other: &Self) -> Self {
        let ends = [
            (&self.lo, &other.lo),
            (&self.lo, &other.hi),
            (&self.hi, &other.lo),
            (&self.hi, &other.hi),
        ];
        Self::hull(ends.map(|(a, b)| {
            let end = |round| rounded(a / b, round);
            (end(Round::Down), end(Round::Up))
        }))
    }

    /// `x / 2^bits`, exactly.
    pub(super) fn halved(&self, bits: u32) -> Self {
        Self {
            lo: Float::with_val(PRECISION, &self.lo >> bits),
            hi: Float::with_val(PRECISION, &self.hi >> bits),
        }
    }

    /// The smallest interval with 0 and this one in it.
    pub(super) fn with_zero(mut self) -> Self {
        let zero = Float::new(PRECISION);
        if self.lo > zero {
            self.lo = zero;
        } else if self.hi < zero {
            self.hi = zero;
        }
        self
    }

    fn hull(ends: [(Float, Float); 4]) -> Self {
        let [(mut lo, mut hi), rest @ ..] = ends;
        for (low, high) in rest {
            lo.min_mut(&low);
            hi.max_mut(&high);
        }
        Self { lo, hi }
    }
}

impl Add for &Interval {
    type Output = Interval;
    fn add(self, other: Self) -> Interval {
        Interval {
            lo: rounded(&self.lo + &other.lo, Round::Down),
            hi: rounded(&self.hi + &other.hi, Round::Up),
        }
    }
}

impl Sub for &Interval {
    type Output = Interval;
    fn sub(self, other: Self) -> Interval {
        Interval {
            lo: rounded(&self.lo - &other.hi, Round::Down),
            hi: rounded(&self.hi - &other.lo, Round::Up),
        }
    }
}

impl Mul for &Interval {
    type Output = Interval;
    fn mul(self, other: Self) -> Interval {
        let ends = [
            (&self.lo, &other.lo),
            (&self.lo, &other.hi),
            (&self.hi, &other.lo),
            (&self.hi, &other.hi),
        ];
        Interval::hull(ends.map(|(a, b)| {
            let end = |round| rounded(a * b, round);
            (end(Round::Down), end(Round::Up))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rug::Rational;

    fn contains(x: &Interval, value: &Rational) -> bool {
        x.lo <= *value && *value <= x.hi
    }

    proptest! {
        /// Rational operations against exact rational arithmetic.
        #[test]
        fn operations_contain_the_exact_result(a in -99i64..99, b in 1i64..99, c in -99i64..99, d in 1i64..99) {
            let (x, y) = (Interval::ratio(a, b), Interval::ratio(c, d));
            let (p, q) = (Rational::from((a, b)), Rational::from((c, d)));
            prop_assert!(contains(&(&x + &y), &Rational::from(&p + &q)));
            prop_assert!(contains(&(&x - &y), &Rational::from(&p - &q)));
            prop_assert!(contains(&(&x * &y), &Rational::from(&p * &q)));
            prop_assert!(contains(&x.halved(3), &Rational::from(&p / 8)));
            if c != 0 {
                prop_assert!(contains(&x.divided_by(&y), &Rational::from(&p / &q)));
            }
            prop_assert!(contains(&x.clone().with_zero(), &Rational::new()) && contains(&x.with_zero(), &p));
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
