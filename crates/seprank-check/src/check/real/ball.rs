//! Balls: intervals of real numbers given by a middle and a radius, both multiples of `2^-bits`.

use super::constants::Constants;
use super::planes::Planes;
use crate::certificate::RealFunction;
use crate::check::matrix::{Matrix, by_dots};
use crate::check::ring::Ring;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::sync::OnceLock;

/// Nothing is said of a number above 2 to this power.
const MAX_MAGNITUDE: u64 = 1 << 16;

/// The real numbers from `(middle - radius) 2^-bits` to `(middle + radius) 2^-bits`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) struct Ball {
    pub(super) middle: BigInt,
    /// Not negative.
    pub(super) radius: BigInt,
}

/// A number of which nothing is known is `None`, and so is what is made of it.
pub(in crate::check) type Number = Option<Ball>;

impl Ball {
    /// Whether it certainly is not 0.
    pub(in crate::check) fn is_not_zero(&self) -> bool {
        self.middle.abs() > self.radius
    }

    /// Whether number i of a row is larger than all others together, in size.
    pub(in crate::check) fn exceeds_the_others(row: &[&Self], i: usize) -> bool {
        let largest = |x: &&&Self| x.middle.abs() + &x.radius;
        let all: BigInt = row.iter().map(|x| largest(&x)).sum();
        let own = row[i];
        // Its least size, against the largest sum of the others.
        own.middle.abs() - &own.radius > all - largest(&&own)
    }
}

/// Balls of so many bits after the point. Every operation on members of balls has its result in the ball that the
/// operation on the balls gives.
pub(in crate::check) struct Balls {
    pub(super) bits: u64,
    pub(super) constants: Constants,
}

impl Balls {
    pub(in crate::check) fn new(bits: u64) -> Self {
        Self { bits, constants: Constants::default() }
    }

    pub(super) fn ball(&self, middle: BigInt, radius: BigInt) -> Number {
        let small = |n: &BigInt| n.bits() <= self.bits + MAX_MAGNITUDE;
        (small(&middle) && small(&radius)).then_some(Ball { middle, radius })
    }

    /// The integer n.
    pub(in crate::check) fn integer(&self, n: i64) -> Ball {
        Ball { middle: BigInt::from(n) << self.bits, radius: BigInt::zero() }
    }

    /// The number `n / 2^bits`, and as far as `units` of these around it.
    pub(super) fn point(&self, n: BigInt, units: u32) -> Number {
        self.ball(n, units.into())
    }

    /// `n 2^-bits`, rounded up to an integer, for n that is not negative.
    fn rounded_up(&self, n: BigInt) -> BigInt {
        (n >> self.bits) + 1
    }

    /// What is known in units squared.
    pub(super) fn rounded(&self, middle: BigInt, error: BigInt) -> Number {
        self.ball(middle >> self.bits, self.rounded_up(error) + 1)
    }

    pub(super) fn plus(&self, a: &Ball, b: &Ball) -> Number {
        self.ball(&a.middle + &b.middle, &a.radius + &b.radius)
    }

    pub(super) fn negated(a: &Ball) -> Ball {
        Ball { middle: -&a.middle, radius: a.radius.clone() }
    }

    pub(super) fn minus(&self, a: &Ball, b: &Ball) -> Number {
        self.plus(a, &Self::negated(b))
    }

    /// `|xy - mn| <= |m| s + |n| r + r s` for `|x - m| <= r`, `|y - n| <= s`, and one unit for rounding mn.
    pub(super) fn times(&self, a: &Ball, b: &Ball) -> Number {
        let middle = (&a.middle * &b.middle) >> self.bits;
        self.ball(middle, self.rounded_up(error_of_product(a, b)) + 1)
    }

    /// `|x/y - m/n| <= (r + |m/n| s) / (|n| - s)`, and one unit for rounding m/n.
    pub(super) fn over(&self, a: &Ball, b: &Ball) -> Number {
        if !b.is_not_zero() {
            return None;
        }
        let quotient = (&a.middle << self.bits) / &b.middle;
        let least = b.middle.abs() - &b.radius;
        // |m/n| in units is at most |quotient| + 1.
        let error = (&a.radius << self.bits) + (quotient.abs() + 1) * &b.radius;
        let radius = error / least + 2;
        self.ball(quotient, radius)
    }

    /// A double near the middle.
    pub(in crate::check) fn near(&self, a: &Ball) -> f64 {
        // Doubles have the range for the first 64 bits after the point, and 53 of them.
        let cut = self.bits.saturating_sub(512);
        let scale = i32::try_from(self.bits - cut).map_or(0.0, |bits| 2f64.powi(-bits));
        (&a.middle >> cut).to_f64().map_or(f64::NAN, |x| x * scale)
    }

    /// `a / b`, of which nothing is known if that is so of `a`.
    pub(in crate::check) fn ratio(&self, a: &Number, b: &Ball) -> Number {
        self.over(a.as_ref()?, b)
    }

    /// `a - c b`.
    pub(in crate::check) fn subtract_multiple(&self, a: &Number, c: &Number, b: &Number) -> Number {
        self.minus(a.as_ref()?, &self.times(c.as_ref()?, b.as_ref()?)?)
    }

    /// `a / n` for a positive integer n.
    pub(super) fn over_integer(&self, a: &Ball, n: u64) -> Number {
        let n = BigInt::from(n);
        self.ball(&a.middle / &n, &a.radius / &n + 2)
    }

    /// In a ring of `extra` more bits.
    pub(super) fn finer(&self, a: &Ball, extra: u64) -> Ball {
        Ball { middle: &a.middle << extra, radius: &a.radius << extra }
    }

    /// From a ring of `extra` more bits.
    pub(super) fn coarser(&self, a: &Ball, extra: u64) -> Number {
        self.ball(&a.middle >> extra, (&a.radius >> extra) + 2)
    }

    /// The ball with all numbers of at most so many units further out.
    pub(in crate::check) fn wider(&self, a: Ball, units: &BigInt) -> Number {
        self.ball(a.middle, a.radius + units)
    }
}

/// In units squared.
fn error_of_product(a: &Ball, b: &Ball) -> BigInt {
    match (a.radius.is_zero(), b.radius.is_zero()) {
        (true, true) => BigInt::zero(),
        (true, false) => a.middle.abs() * &b.radius,
        (false, true) => b.middle.abs() * &a.radius,
        (false, false) => a.middle.abs() * &b.radius + (b.middle.abs() + &b.radius) * &a.radius,
    }
}

impl Ring for Balls {
    type Element = Number;

    fn zero(&self) -> Number {
        Some(self.integer(0))
    }
    fn one(&self) -> Number {
        Some(self.integer(1))
    }
    fn add(&self, a: &Number, b: &Number) -> Number {
        self.plus(a.as_ref()?, b.as_ref()?)
    }
    fn multiply(&self, a: &Number, b: &Number) -> Number {
        self.times(a.as_ref()?, b.as_ref()?)
    }
    /// The ball around a rational, which has an inverse.
    fn embed(&self, q: &BigRational) -> Option<Number> {
        let scaled = q.numer() << self.bits;
        let middle = &scaled / q.denom();
        let exact = &middle * q.denom() == scaled;
        Some(self.ball(middle, BigInt::from(u32::from(!exact))))
    }

    /// The products are added before they are rounded.
    fn dot(&self, a: &[Number], b: &[Number]) -> Number {
        let (mut middle, mut error) = (BigInt::zero(), BigInt::zero());
        for (x, y) in a.iter().zip(b) {
            let (x, y) = (x.as_ref()?, y.as_ref()?);
            middle += &x.middle * &y.middle;
            error += error_of_product(x, y);
        }
        self.rounded(middle, error)
    }

    fn product(
        &self,
        a: &Matrix<Number>,
        b: &Matrix<Number>,
        columns: &OnceLock<Option<Planes>>,
    ) -> Matrix<Number> {
        let columns = columns.get_or_init(|| Planes::of_columns(b));
        match (Planes::of_rows(a), columns) {
            (Some(rows), Some(columns)) => self.product_of_planes(&rows, columns, [a.rows, b.cols]),
            _ => by_dots(self, a, b),
        }
    }

    fn real(
        &self,
        function: RealFunction,
        row: &[Number],
        factors: Option<&[Number]>,
    ) -> Vec<Number> {
        match function {
            RealFunction::Softmax(_) => {
                self.softmax(row, factors).unwrap_or_else(|| vec![None; row.len()])
            }
            _ => row.iter().map(|x| self.function(function, x.as_ref()?)).collect(),
        }
    }
}
