//! Scaling by powers of two, which is exact: no entry of any size that its type can hold is lost to the
//! squares in a norm.

use super::FloatError;
use crate::arith::{BigFloat, Interval, Rational, Ring};
use nalgebra::DMatrix;
use rug::{Float, Integer};
use twofloat::TwoFloat;

/// Numbers whose size is known by its exponent.
pub trait Scale: Ring {
    /// e with `2^(e-1) <= |x| < 2^e`, of an interval for its end further from 0; `None` for 0.
    fn exponent(&self) -> Option<i64>;

    /// In double precision.
    fn approximate(&self) -> f64;

    /// Whether it is a finite number.
    fn is_finite(&self) -> bool;
}

impl Scale for f64 {
    fn exponent(&self) -> Option<i64> {
        // MPFR gives subnormal numbers their own exponents.
        Float::with_val(f64::MANTISSA_DIGITS, *self).get_exp().map(i64::from)
    }
    fn approximate(&self) -> f64 {
        *self
    }
    fn is_finite(&self) -> bool {
        f64::is_finite(*self)
    }
}

impl Scale for TwoFloat {
    fn exponent(&self) -> Option<i64> {
        Scale::exponent(&self.hi())
    }
    fn approximate(&self) -> f64 {
        self.hi()
    }
    fn is_finite(&self) -> bool {
        self.is_valid() && self.hi().is_finite()
    }
}

impl Scale for BigFloat {
    fn exponent(&self) -> Option<i64> {
        self.as_rug().get_exp().map(i64::from)
    }
    fn approximate(&self) -> f64 {
        self.to_f64()
    }
    fn is_finite(&self) -> bool {
        self.as_rug().is_finite()
    }
}

impl Scale for Interval {
    fn exponent(&self) -> Option<i64> {
        self.lo.get_exp().max(self.hi.get_exp()).map(i64::from)
    }
    fn approximate(&self) -> f64 {
        self.midpoint()
    }
    fn is_finite(&self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }
}

/// `x 2^power`, rounded where it is below the normal numbers; infinite or 0 beyond the doubles.
pub(super) fn times_power(x: f64, power: i64) -> f64 {
    let factor = |e: i64| f64::from_bits(((e + 1023) as u64) << 52);
    let mut left = power.clamp(-2200, 2200);
    let mut scaled = x;
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        scaled *= factor(step);
        left -= step;
    }
    scaled
}

/// Rows and then columns multiplied by numbers that bring their Euclidean norms close to 1 (zero ones
/// stay): first by powers of two until the largest entry is at least 1/2 and below 1, then by one over the
/// norm as a double. `embed` reads a rational in T. A common factor `2^k` of all entries changes nothing in the
/// result.
///
/// # Errors
/// If an entry is not finite.
pub(super) fn unit_lines<T: Scale>(
    mut matrix: DMatrix<T>,
    embed: impl Fn(&Rational) -> T,
) -> Result<DMatrix<T>, FloatError> {
    let (rows, cols) = matrix.shape();
    for (i, j) in itertools::iproduct!(0..rows, 0..cols) {
        if !matrix[(i, j)].is_finite() {
            return Err(FloatError::entry(i, j, matrix[(i, j)].approximate()));
        }
    }
    for i in 0..rows {
        unit(&mut matrix.row_mut(i).iter_mut().collect::<Vec<_>>(), &embed);
    }
    for j in 0..cols {
        unit(&mut matrix.column_mut(j).iter_mut().collect::<Vec<_>>(), &embed);
    }
    Ok(matrix)
}

fn unit<T: Scale>(line: &mut [&mut T], embed: &impl Fn(&Rational) -> T) {
    let Some(largest) = line.iter().filter_map(|x| x.exponent()).max() else { return };
    // In two steps: half of the exponent of any double is that of a double.
    for power in [-largest / 2, -largest + largest / 2] {
        let factor = embed(&power_of_two(power));
        line.iter_mut().for_each(|x| **x *= factor.clone());
    }
    let norm = line.iter().map(|x| x.approximate().powi(2)).sum::<f64>().sqrt();
    let factor = embed(&Rational::from_f64(norm.recip()).expect("the norm is at least 1/2"));
    line.iter_mut().for_each(|x| **x *= factor.clone());
}

/// `2^power`.
pub(super) fn power_of_two(power: i64) -> Rational {
    let size = Integer::from(1) << u32::try_from(power.unsigned_abs()).unwrap_or(u32::MAX);
    let size = rug::Rational::from(size);
    Rational::from(if power < 0 { size.recip() } else { size })
}
