//! The cross-check of one problem: numerical ranks at rising precision against the exact rank.

use super::pivoted_qr::diagonal_of_r;
use super::{Sample, Spectrum, tolerance};
use crate::arith::{BigFloat, Rational};
use crate::bounds::{self, Side};
use crate::network::Problem;
use nalgebra::DMatrix;

/// Precisions above double that are tried, in bits.
pub const PRECISIONS: [u32; 4] = [106, 212, 424, 848];

/// The singular values in double precision and the rank they show.
///
/// Cost: n^2 forward passes and O(n^3) for the singular values.
pub fn double_spectrum(sample: &Sample) -> Spectrum {
    let matrix: DMatrix<f64> = sample.scaled_grid(Rational::to_f64, |x| *x);
    let n = matrix.nrows();
    Spectrum::new(matrix.singular_values().iter().copied().collect(), n, f64::MANTISSA_DIGITS)
}

/// The diagonal of R at `precision` bits and the rank it shows.
///
/// Cost: n^2 forward passes over MPFR floats and O(n^2 rank) operations.
pub fn high_spectrum(sample: &Sample, precision: u32) -> Spectrum {
    let matrix = sample.scaled_grid(|q| BigFloat::new(q, precision), BigFloat::to_f64);
    let n = matrix.nrows();
    Spectrum::new(diagonal_of_r(&matrix, tolerance(n, precision)), n, precision)
}

/// What the float pipeline shows for a known exact rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The exact rank.
    pub exact: usize,
    /// In double precision.
    pub double: Spectrum,
    /// The first spectrum that shows the exact rank, or the one of the highest precision.
    pub last: Spectrum,
}

/// Raises the precision from 53 bits until the numerical rank is `exact`, or the last of
/// [`PRECISIONS`] was tried.
pub fn agreement(sample: &Sample, exact: usize) -> Agreement {
    let double = double_spectrum(sample);
    let mut last = double.clone();
    for precision in PRECISIONS {
        if last.rank == exact {
            break;
        }
        last = high_spectrum(sample, precision);
    }
    Agreement { exact, double, last }
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
