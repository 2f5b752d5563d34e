//! The cross-check of one problem: numerical ranks at rising precision against the exact rank.

use super::pivoted_qr::diagonal_of_r;
use super::scaling::{Scale, unit_lines};
use super::{FloatError, Sample, Spectrum, singular_values, tolerance};
use crate::arith::{BigFloat, Rational};
use crate::bounds::{self, Side};
use crate::network::Problem;
use nalgebra::DMatrix;
use twofloat::TwoFloat;

/// Precisions above double that are tried, in bits.
pub const PRECISIONS: [u32; 4] = [DOUBLE_DOUBLE, 212, 424, 848];

/// What a sum and a product of double-doubles keep: their relative errors are at most `2^-104` (Joldes, Muller and
/// Popescu 2017, algorithms 6 and 12).
const DOUBLE_DOUBLE: u32 = 104;

/// The least exponent of an entry that double-doubles are trusted with: far above what a double can hold, so that
/// the low halves of what it was summed from did not vanish.
const LEAST_EXPONENT: i64 = -600;

/// The singular values in double precision and the rank they show.
///
/// Cost: n^2 forward passes and O(n^3) for the singular values.
///
/// # Errors
/// If a value of the network overflows a double, or the singular values are not found.
pub fn double_spectrum(sample: &Sample) -> Result<Spectrum, FloatError> {
    let matrix: DMatrix<f64> = sample.scaled_grid(Rational::to_f64)?;
    Spectrum::new(singular_values(&matrix)?, matrix.nrows(), f64::MANTISSA_DIGITS)
}

/// The diagonal of R at `precision` bits and the rank it shows.
///
/// Cost: n^2 forward passes over MPFR floats, or where these are enough over double-doubles, a tenth of that, and
/// O(n^2 rank) operations.
///
/// # Errors
/// If a value of the network overflows MPFR.
pub fn high_spectrum(sample: &Sample, precision: u32) -> Result<Spectrum, FloatError> {
    let matrix = match double_doubles(sample, precision) {
        Some(matrix) => matrix,
        None => sample.scaled_grid(|q| BigFloat::new(q, precision))?,
    };
    let n = matrix.nrows();
    Spectrum::new(diagonal_of_r(&matrix, tolerance(n, precision)), n, precision)
}

/// The scaled grid by double-doubles; `None` where more is asked of them than they have.
fn double_doubles(sample: &Sample, precision: u32) -> Option<DMatrix<BigFloat>> {
    if precision > DOUBLE_DOUBLE {
        return None;
    }
    // The numbers of a sample are doubles.
    let embed = |q: &Rational| TwoFloat::from(q.to_f64());
    let grid = sample.grid(embed);
    let held = |x: &TwoFloat| x.is_finite() && x.exponent().is_none_or(|e| e >= LEAST_EXPONENT);
    if !grid.iter().all(held) {
        return None;
    }
    let scaled = unit_lines(grid, embed).ok()?;
    Some(scaled.map(|x| BigFloat::of_doubles(x.hi(), x.lo(), precision)))
}

/// What the float pipeline shows for a known exact rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The exact rank.
    pub exact: usize,
    /// In double precision; `None` where the network's values overflow a double, or the singular values
    /// are not found.
    pub double: Option<Spectrum>,
    /// The first spectrum that shows the exact rank, or the one of the highest precision.
    pub last: Spectrum,
}

/// Raises the precision from 53 bits until the numerical rank is `exact`, or the last of
/// [`PRECISIONS`] was tried.
///
/// # Errors
/// If a value of the network overflows MPFR.
pub fn agreement(sample: &Sample, exact: usize) -> Result<Agreement, FloatError> {
    let double = double_spectrum(sample).ok();
    let mut last = double.clone();
    for precision in PRECISIONS {
        match last {
            Some(last) if last.rank == exact => return Ok(Agreement { exact, double, last }),
            _ => last = Some(high_spectrum(sample, precision)?),
        }
    }
    let last = last.expect("a precision was tried");
    Ok(Agreement { exact, double, last })
}

/// The largest rank that [`is_small`] admits. The time goes into the forward passes over MPFR
/// floats: a second for rank 200, most of a minute for 825.
pub const LARGEST_SMALL_RANK: u32 = 250;

/// Whether higher precision takes seconds at most: a proved upper bound on the rank is at most
/// [`LARGEST_SMALL_RANK`].
pub fn is_small(problem: &Problem) -> bool {
    let bound = bounds::best(problem, Side::Upper).and_then(|best| best.value);
    bound.is_some_and(|value| value <= LARGEST_SMALL_RANK)
}

/// A grid for rank r has r plus this many points a side: some rows and columns beyond the rank,
/// which must come out as dropped.
pub const SPARE_POINTS: usize = 8;

impl Agreement {
    /// The precision at which the numerical rank is the exact one.
    pub fn precision(&self) -> Option<u32> {
        (self.last.rank == self.exact).then_some(self.last.precision)
    }

    /// Why no precision agrees; `None` where one does.
    pub fn reason(&self) -> Option<String> {
        let Self { exact, last, .. } = self;
        let bits = last.precision;
        if self.precision().is_some() {
            None
        } else if last.value(0) == 0.0 {
            Some(format!("{bits} bits: the grid is zero, the exact rank is {exact}"))
        } else if last.relative(exact.saturating_sub(1)) <= last.tolerance {
            Some(format!("{bits} bits: value {exact} is below the tolerance"))
        } else {
            Some(format!("{bits} bits: the widest gap comes after value {}", last.rank))
        }
    }
}
