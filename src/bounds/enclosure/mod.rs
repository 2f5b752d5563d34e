//! Enclosures: certified logarithms of numbers too large to write.
//!
//! A [`LogInterval`] is a pair of MPFR numbers with the natural logarithm of a positive number between
//! them. Directed rounding makes every operation an inclusion; the analytic inputs are Stirling's
//! enveloping series (`binomial`) and the closed sums of `sums`, each with its proof. The exact value is
//! never needed, so the cost does not depend on how many digits the number has; of an argument of more than a
//! thousand bits the leading ones are read once (`count`).

mod binomial;
mod count;
mod ends;
mod sums;

pub use ends::Ends;
pub(super) use sums::{Growth, least_sum, parity_sum};

use crate::arith::Interval;
use rug::float::Round;
use rug::ops::AddAssignRound;
use rug::{Float, Integer};
use std::cmp::Ordering;

/// An interval that contains the logarithm of a positive number.
#[derive(Clone, Debug, PartialEq)]
pub struct LogInterval {
    ln: Interval,
}

impl LogInterval {
    fn from_ln(ln: Interval) -> Self {
        Self { ln }
    }

    /// The number 1.
    pub fn one() -> Self {
        Self::from_ln(Interval::ratio(0, 1))
    }

    /// The positive integer `n`; `None` if it is not positive.
    pub fn of(n: &Integer) -> Option<Self> {
        (*n > 0).then(|| Self::from_ln(Interval::integer(n).ln()))
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        Self::from_ln(&self.ln + &other.ln)
    }

    /// The quotient.
    pub fn over(&self, other: &Self) -> Self {
        Self::from_ln(&self.ln - &other.ln)
    }

    /// The power with a non-negative integer exponent.
    pub fn power(&self, exponent: &Integer) -> Self {
        Self::from_ln(&self.ln * &Interval::integer(exponent))
    }

    /// The sum: `ln(e^x + e^y) = max + ln(1 + e^(min - max))` increases in x and y, so its ends are those
    /// of the ends.
    pub fn plus(&self, other: &Self) -> Self {
        let end = |x: &Float, y: &Float, round| {
            let (small, large) = (x.clone().min(y), x.clone().max(y));
            let (mut sum, _) = Float::with_val_round(Interval::PRECISION, small - &large, round);
            sum.exp_round(round);
            sum.ln_1p_round(round);
            sum.add_assign_round(large, round);
            sum
        };
        Self::from_ln(Interval {
            lo: end(&self.ln.lo, &other.ln.lo, Round::Down),
            hi: end(&self.ln.hi, &other.ln.hi, Round::Up),
        })
    }

    /// The smaller of the two numbers.
    pub fn min(&self, other: &Self) -> Self {
        Self::from_ln(Interval {
            lo: self.ln.lo.clone().min(&other.ln.lo),
            hi: self.ln.hi.clone().min(&other.ln.hi),
        })
    }

    /// The larger of the two numbers.
    pub fn max(&self, other: &Self) -> Self {
        Self::from_ln(Interval {
            lo: self.ln.lo.clone().max(&other.ln.lo),
            hi: self.ln.hi.clone().max(&other.ln.hi),
        })
    }

    /// From the lower end of one interval to the upper end of another: for a number known to be at
    /// least the one and at most the other.
    pub fn between(low: &Self, high: &Self) -> Self {
        Self::from_ln(Interval { lo: low.ln.lo.clone(), hi: high.ln.hi.clone() })
    }

    /// Whether this number is certainly at most the other.
    pub fn at_most(&self, other: &Self) -> bool {
        self.ln.hi <= other.ln.lo
    }

    /// Whether this number is certainly less than the other.
    pub fn less_than(&self, other: &Self) -> bool {
        self.ln.hi < other.ln.lo
    }

    /// The order of the lower ends.
    pub(crate) fn compare_low(&self, other: &Self) -> Ordering {
        self.ln.lo.total_cmp(&other.ln.lo)
    }

    /// The order of the upper ends.
    pub(super) fn compare_high(&self, other: &Self) -> Ordering {
        self.ln.hi.total_cmp(&other.ln.hi)
    }

    /// Whether the number may be `n`: the enclosures of the two logarithms meet.
    pub fn admits(&self, n: &Integer) -> bool {
        Self::of(n).is_some_and(|n| !self.less_than(&n) && !n.less_than(self))
    }

    /// The width of the natural logarithm, relative to the logarithm where that is above 1; an estimate.
    pub fn relative_width(&self) -> f64 {
        let width = Float::with_val(Interval::PRECISION, &self.ln.hi - &self.ln.lo);
        let size = self.ln.hi.clone().max(&Float::with_val(Interval::PRECISION, 1));
        (width / size).to_f64()
    }

    /// `[lo, hi]` around log10; `None` if an end overflows a double (then see
    /// [`LogInterval::log10_log10`]).
    pub fn log10(&self) -> Option<[f64; 2]> {
        self.in_base(10).to_f64()
    }

    /// Around log10, at any size.
    pub fn log10_ends(&self) -> Ends {
        Ends::of(&self.in_base(10))
    }

    /// `[lo, hi]` around log2; `None` if an end overflows a double.
    pub fn log2(&self) -> Option<[f64; 2]> {
        self.in_base(2).to_f64()
    }

    /// `[lo, hi]` around log10 of log10, for numbers whose logarithm overflows a double; `None` if the
    /// number may be 1.
    pub fn log10_log10(&self) -> Option<[f64; 2]> {
        Self::from_ln(self.in_base(10).ln()).in_base(10).to_f64() // the logarithm of 0 is infinite
    }

    /// `[lo, hi]` around the ratio of the two logarithms; `None` where the other may be 1, or on overflow.
    pub fn log_ratio(&self, other: &Self) -> Option<[f64; 2]> {
        let divisor = (!other.ln.lo.is_sign_negative()).then_some(&other.ln)?;
        self.ln.divided_by(divisor).to_f64() // a quotient by 0 is infinite
    }

    /// Around the ratio of the two logarithms, at any size; `None` where the other may be 1.
    pub fn log_ratio_ends(&self, other: &Self) -> Option<Ends> {
        (other.ln.lo > 0).then(|| Ends::of(&self.ln.divided_by(&other.ln)))
    }

    fn in_base(&self, base: u32) -> Interval {
        self.ln.divided_by(&Interval::integer(&base.into()).ln())
    }
}

impl Interval {
    /// The ends as doubles, rounded outwards; `None` on overflow.
    fn to_f64(&self) -> Option<[f64; 2]> {
        let ends = [self.lo.to_f64_round(Round::Down), self.hi.to_f64_round(Round::Up)];
        ends.iter().all(|x| x.is_finite()).then_some(ends)
    }
}

#[cfg(test)]
mod tests;
