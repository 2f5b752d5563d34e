//! The error function, by its Taylor series at the nearest multiple of 1/16.
//!
//! With `erf(c + t) = erf(c) + sum_n a_n t^(n+1) / (n+1)` the `a_n` are the coefficients of `2/sqrt(pi) exp(-(c+t)^2)`, so
//! `n a_n = -2c a_(n-1) - 2 a_(n-2)`, and by Cauchy on the circle of radius 1, where that function is at most
//! `2/sqrt(pi) e < 4` in size, each is at most 4. For `|t| <= 1/32` what comes after the power M, M >= 4, is then at most
//! `4 (32/31) / (M+1) 32^-(M+1) < 2^-5(M+1)`.

use super::ball::{Ball, Balls, Number};
use super::functions::is_small;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::sync::OnceLock;

/// The series at a multiple of 1/16.
pub(super) struct Centre {
    /// By increasing powers, in units.
    coefficients: Vec<BigInt>,
    /// Of each of them, at most.
    radius: BigInt,
}

/// By multiples, those that were asked for.
pub(super) type Centres = OnceLock<Vec<OnceLock<Option<Centre>>>>;

/// Bits of 16.
const SIXTEENTHS: u64 = 4;

impl Balls {
    /// The error function, of slope at most 2.
    pub(super) fn erf(&self, x: &Ball) -> Number {
        let y = x.middle.abs();
        let one = self.integer(1).middle;
        let at = if (&y * &y) >> self.bits >= &one * self.bits {
            // 1 - erf(y) <= exp(-y^2), below a unit.
            self.point(one, 1)?
        } else if self.bits > SIXTEENTHS {
            self.erf_near(&y)?
        } else {
            self.erf_of_size(&y)?
        };
        let signed = if x.middle.is_negative() { Self::negated(&at) } else { at };
        self.wider(signed, &(&x.radius * 2))
    }

    /// At one number y >= 0, in units, with y^2 below the number of bits.
    ///
    /// By Horner an error e of a partial sum becomes at most `e / 32 + 1 + radius`, so none is above twice `1 + radius`.
    fn erf_near(&self, y: &BigInt) -> Number {
        let step = self.bits - SIXTEENTHS;
        let number = ((y >> (step - 1)) + 1u32) >> 1u32;
        let t = y - (&number << step);
        let centre = self.centre(usize::try_from(number).ok()?)?;
        let horner = |sum: BigInt, c: &BigInt| ((sum * &t) >> self.bits) + c;
        let sum = centre.coefficients.iter().rev().fold(BigInt::zero(), horner);
        // One more for what is left out.
        self.ball(sum, (&centre.radius + 1u32) * 2u32 + 1u32)
    }

    /// The series at `number / 16`, computed once.
    fn centre(&self, number: usize) -> Option<&Centre> {
        let last = 16 * (self.bits.isqrt() + 1);
        let all = || (0..=last).map(|_| OnceLock::new()).collect();
        let centre = self.constants.centres.get_or_init(all).get(number)?;
        centre.get_or_init(|| self.new_centre(number as u64)).as_ref()
    }

    fn new_centre(&self, number: u64) -> Option<Centre> {
        // By the recursion an error grows to some exp(2c) times itself.
        let extra = 64 + number / 4;
        let finer = Self::new(self.bits + extra);
        let c = Ball {
            middle: BigInt::from(number) << (finer.bits - SIXTEENTHS),
            radius: BigInt::zero(),
        };
        let last = self.bits.div_ceil(5).max(4);
        let factor = finer.over(&finer.integer(2), &finer.root(&finer.pi()?)?)?;
        let square = finer.times(&c, &c)?;
        let (mut a, mut before) = (
            finer.times(&factor, &finer.exp_of_negative(&Self::negated(&square))?)?,
            finer.integer(0),
        );
        let mut series = vec![finer.erf_of_size(&c.middle)?];
        for n in 1..=last {
            series.push(finer.over_integer(&a, n)?);
            let half = Self::negated(&finer.plus(&finer.times(&c, &a)?, &before)?);
            let next = finer.over_integer(&finer.plus(&half, &half)?, n)?;
            before = std::mem::replace(&mut a, next);
        }
        let rounded = series.iter().map(|b| self.coarser(b, extra));
        let rounded: Vec<Ball> = rounded.collect::<Option<_>>()?;
        let radius = rounded.iter().map(|b| b.radius.clone()).max()?;
        Some(Centre { coefficients: rounded.into_iter().map(|b| b.middle).collect(), radius })
    }

    /// At one number y >= 0, in units, by a series of positive terms:
    /// `2/sqrt(pi) exp(-y^2) sum_n 2^n y^(2n+1) / (2n+1)!!`.
    fn erf_of_size(&self, y: &BigInt) -> Number {
        let y = Ball { middle: y.clone(), radius: BigInt::zero() };
        let square = self.times(&y, &y)?;
        // The sum is at most exp(y^2), and multiplies the error of exp(-y^2).
        let whole: u64 = (&square.middle >> self.bits).try_into().ok()?;
        let extra = 2 * whole + 16;
        let finer = Self::new(self.bits + extra);
        self.coarser(&finer.erf_by_series(&self.finer(&y, extra))?, extra)
    }

    /// A term is at most half of the one before it from `4 y^2 <= 2n + 3` on, so the rest is then at most the last term
    /// taken.
    fn erf_by_series(&self, y: &Ball) -> Number {
        let square = self.times(y, y)?;
        let (mut sum, mut term) = (y.clone(), y.clone());
        for n in 0u32.. {
            let next = self.times(&term, &self.plus(&square, &square)?)?;
            term = self.over_integer(&next, u64::from(n) * 2 + 3)?;
            sum = self.plus(&sum, &term)?;
            let four: BigInt = (&square.middle + &square.radius) << 2u32;
            if is_small(&term) && four <= self.integer(i64::from(n) * 2 + 5).middle {
                break;
            }
        }
        let sum = self.wider(sum, &(term.middle.abs() + &term.radius))?;
        let factor = self.over(&self.integer(2), &self.root(&self.pi()?)?)?;
        let negative = self.exp_of_negative(&Self::negated(&square))?;
        self.times(&self.times(&factor, &negative)?, &sum)
    }
}
