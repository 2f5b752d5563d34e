//! The two ends of an interval as documents write them.

use super::LogInterval;
use crate::arith::Interval;
use rug::float::Round;
use rug::ops::Pow;
use rug::{Float, Integer, Rational};
use serde::Serialize;
use std::fmt;

/// Significant digits of an end that a double cannot hold.
const DIGITS: usize = 18;

/// Ends of larger exponents have more than 99,340 digits before the point.
const MAX_EXPONENT: i32 = 330_000;

impl LogInterval {
    /// Around log10 in units of `10^-places`, rounded outwards; `None` if an end has more than 99,340 digits
    /// before the point.
    pub(crate) fn log10_units(&self, places: u32) -> Option<[Integer; 2]> {
        let log = self.in_base(10);
        let scaled = |end: &Float| -> Option<Rational> {
            let short = end.get_exp().is_none_or(|exponent| exponent <= MAX_EXPONENT);
            Some(short.then(|| end.to_rational())?? * Integer::from(10).pow(places))
        };
        let ends = [scaled(&log.lo)?.floor(), scaled(&log.hi)?.ceil()];
        Some(ends.map(|end| end.into_numer_denom().0))
    }
}

/// The ends of an interval of real numbers, rounded outwards: doubles, or where one overflows decimal
/// numbers like `1.25e400`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Ends {
    /// Lower and upper end.
    Double([f64; 2]),
    /// Lower and upper end in decimal.
    Decimal([String; 2]),
}

impl Ends {
    pub(super) fn of(interval: &Interval) -> Self {
        match interval.to_f64() {
            Some(ends) => Self::Double(ends),
            None => Self::Decimal([
                interval.lo.to_string_radix_round(10, Some(DIGITS), Round::Down),
                interval.hi.to_string_radix_round(10, Some(DIGITS), Round::Up),
            ]),
        }
    }

    /// Both ends as text.
    pub fn texts(&self) -> [String; 2] {
        match self {
            Self::Double(ends) => ends.map(|end| end.to_string()),
            Self::Decimal(ends) => ends.clone(),
        }
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let [lo, hi] = self.texts();
        write!(f, "[{lo}, {hi}]")
    }
}
