//! Functions of real numbers, by series whose rest is bounded.
//!
//! Of a ball they are computed at its middle; the radius of the result is that of the argument times a bound on
//! the slope, and the error at the middle.

use super::ball::{Ball, Balls, Number};
use crate::certificate::RealFunction;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

impl Balls {
    /// A function of one number.
    pub(super) fn function(&self, function: RealFunction, x: &Ball) -> Number {
        match function {
            RealFunction::Relu => self.larger(x, &self.integer(0)),
            RealFunction::Sigmoid => self.sigmoid(x),
            RealFunction::Tanh => self.tanh(x),
            RealFunction::Silu => self.times(x, &self.sigmoid(x)?),
            RealFunction::Gelu => {
                self.half_of_one_plus(x, &self.erf(&self.times(x, &self.half_root()?)?)?)
            }
            RealFunction::GeluTanh => {
                let root = self.root_of_two_over_pi()?;
                let cube = self.times(&self.times(x, x)?, x)?;
                let small = self.over(&self.integer(44_715), &self.integer(1_000_000))?;
                let inner = self.plus(x, &self.times(&small, &cube)?)?;
                self.half_of_one_plus(x, &self.tanh(&self.times(&root, &inner)?)?)
            }
            RealFunction::ReciprocalRoot => self.over(&self.integer(1), &self.root(x)?),
            // Of a row.
            RealFunction::Softmax(_) => None,
        }
    }

    /// `x (1 + y) / 2`.
    fn half_of_one_plus(&self, x: &Ball, y: &Ball) -> Number {
        self.over_integer(&self.times(x, &self.plus(&self.integer(1), y)?)?, 2)
    }

    /// The larger of two numbers: each is within its radius of the larger middle, or of what is above it.
    fn larger(&self, x: &Ball, y: &Ball) -> Number {
        let low = (&x.middle - &x.radius).max(&y.middle - &y.radius);
        let high = (&x.middle + &x.radius).max(&y.middle + &y.radius);
        self.between(&low, &high)
    }

    /// A ball with all from `low` to `high` in it.
    fn between(&self, low: &BigInt, high: &BigInt) -> Number {
        let middle: BigInt = (low + high) >> 1u32;
        let radius = high - &middle;
        self.ball(middle, radius)
    }

    /// `m_j exp(x_j) / sum_k m_k exp(x_k)`, after the largest x_k has been taken from all: the same quotient. With e_j
    /// the terms, `e_j / (e_j + rest)` grows with e_j and falls with the rest, so its ends are those at their ends.
    pub(super) fn softmax(
        &self,
        row: &[Number],
        factors: Option<&[Number]>,
    ) -> Option<Vec<Number>> {
        let row: Vec<&Ball> = row.iter().map(Option::as_ref).collect::<Option<_>>()?;
        let one = Some(self.integer(1));
        let factor = |j: usize| factors.map_or(one.as_ref(), |factors| factors[j].as_ref());
        let is_zero = |m: &Ball| m.middle.is_zero() && m.radius.is_zero();
        let seen = (0..row.len()).filter(|j| factor(*j).is_some_and(|m| !is_zero(m)));
        let shift = seen.map(|j| &row[j].middle + &row[j].radius).max()?;
        let mut terms = Vec::with_capacity(row.len());
        for (j, x) in row.iter().enumerate() {
            let factor = factor(j)?;
            let down = Ball { middle: &x.middle - &shift, radius: x.radius.clone() };
            terms.push(match is_zero(factor) {
                true => (BigInt::zero(), BigInt::zero()),
                false => ends(&self.times(factor, &self.exp_of_negative(&down)?)?),
            });
        }
        let sum = |end: fn(&(BigInt, BigInt)) -> &BigInt| terms.iter().map(end).sum::<BigInt>();
        let (low, high) = (sum(|t| &t.0), sum(|t| &t.1));
        let share = |(least, most): &(BigInt, BigInt)| {
            // Positive: a quotient of two sums that are not negative, the second not 0.
            let (below, above) = (least + (&high - most), most + (&low - least));
            let at = |x: &BigInt, all: &BigInt| {
                let quotient = (x << self.bits) / all;
                quotient.min(BigInt::one() << self.bits)
            };
            let lowest = if below.is_zero() { BigInt::zero() } else { at(least, &below) };
            let highest = match above.is_positive() {
                true => at(most, &above) + 1,
                false => BigInt::one() << self.bits,
            };
            self.between(&lowest, &highest)
        };
        Some(terms.iter().map(share).collect())
    }

    /// `exp(x)` for a ball whose middle is at most 0, or whose largest number is: the slope is at most 1 below 0.
    pub(super) fn exp_of_negative(&self, x: &Ball) -> Number {
        if x.middle.is_positive() {
            return None;
        }
        let y = -&x.middle;
        // Above 0 the slope is exp(r) at most; it is at most 2 for r <= 1/2.
        let slope = if x.radius > -&x.middle { 2 } else { 1 };
        if slope == 2 && (&x.radius << 1u32) > self.integer(1).middle {
            return None;
        }
        self.wider(self.exp_of_minus(&y)?, &(&x.radius * slope))
    }

    /// `exp(-y)` at one number y >= 0, in units.
    ///
    /// With z = y / 2^k <= 1/2 the series of exp(-z) alternates with falling terms, so its rest is below the first term
    /// left out; and then k squares.
    fn exp_of_minus(&self, y: &BigInt) -> Number {
        let one = self.integer(1);
        // exp(-y) < 2^-y, below a unit.
        if *y >= &one.middle * self.bits {
            return self.point(BigInt::zero(), 1);
        }
        let halvings = (y.bits() + 1).saturating_sub(self.bits);
        let z = Ball { middle: y >> halvings, radius: BigInt::from(u32::from(halvings > 0)) };
        let (mut sum, mut term) = (one.clone(), one);
        for n in 1.. {
            term = self.over_integer(&Self::negated(&self.times(&term, &z)?), n)?;
            sum = self.plus(&sum, &term)?;
            if is_small(&term) {
                break;
            }
        }
        // The rest is below the last term taken.
        let rest = term.middle.abs() + &term.radius;
        let mut result = self.wider(sum, &rest)?;
        for _ in 0..halvings {
            result = self.times(&result, &result)?;
        }
        Some(result)
    }

    /// `1 / (1 + exp(-x))`, of slope at most 1.
    fn sigmoid(&self, x: &Ball) -> Number {
        let one = self.integer(1);
        let of_size = self.over(&one, &self.plus(&one, &self.exp_of_minus(&x.middle.abs())?)?)?;
        let at = match x.middle.is_negative() {
            true => self.minus(&one, &of_size)?,
            false => of_size,
        };
        self.wider(at, &x.radius)
    }

    /// `2 / (1 + exp(-2x)) - 1`.
    fn tanh(&self, x: &Ball) -> Number {
        let twice = |x: &Ball| self.plus(x, x);
        self.minus(&twice(&self.sigmoid(&twice(x)?)?)?, &self.integer(1))
    }

    /// The square root of a ball of positive numbers: `|sqrt x - sqrt m| <= r / sqrt m`.
    pub(super) fn root(&self, x: &Ball) -> Number {
        if !x.is_not_zero() || x.middle.is_negative() {
            return None;
        }
        // In units, and below the root by less than one.
        let root = (&x.middle << self.bits).sqrt();
        let slope = if x.radius.is_zero() {
            BigInt::zero()
        } else {
            (&x.radius << self.bits) / root.clone().max(BigInt::one()) + 1
        };
        self.ball(root, slope + 1)
    }

    /// `16 arctan(1/5) - 4 arctan(1/239)` (Machin).
    pub(super) fn pi(&self) -> Number {
        let times = |n: i64, x: Ball| self.times(&self.integer(n), &x);
        let (first, second) = (self.arctan_of_one_over(5)?, self.arctan_of_one_over(239)?);
        self.minus(&times(16, first)?, &times(4, second)?)
    }

    /// `sum_n (-1)^n / ((2n+1) k^(2n+1))`; the terms alternate and fall, so the rest is below the last one taken.
    fn arctan_of_one_over(&self, k: u64) -> Number {
        let mut power = self.over_integer(&self.integer(1), k)?;
        let mut sum = power.clone();
        for n in 1u64.. {
            power = Self::negated(&self.over_integer(&power, k * k)?);
            let term = self.over_integer(&power, 2 * n + 1)?;
            sum = self.plus(&sum, &term)?;
            if is_small(&term) {
                return self.wider(sum, &(term.middle.abs() + term.radius));
            }
        }
        None
    }
}

/// Whether what is known of it is that it is about 0.
pub(super) fn is_small(x: &Ball) -> bool {
    x.middle.abs() <= BigInt::from(4)
}

/// The least and the largest number, of those that are not negative.
fn ends(x: &Ball) -> (BigInt, BigInt) {
    let low = (&x.middle - &x.radius).max(BigInt::zero());
    (low, &x.middle + &x.radius)
}
