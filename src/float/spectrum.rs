//! The numerical rank: one rule for every precision.
//!
//! *The rule.* Among the values above `tolerance * largest` the rank is the place of the widest
//! relative gap between a value and the next, where values below `epsilon * largest` count as that.
//! The tolerance is n epsilon for an n x n matrix, `epsilon = 2^(1-p)` at p bits, as LAPACK's users
//! and NumPy's `matrix_rank` take it. The gap matters because cancellation lifts the noise of some
//! rows above plain rounding.

use super::FloatError;
use super::error::checked;

/// Values that reveal the rank of a scaled grid matrix, decreasing, and the rank they show.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Singular values at 53 bits; above that the diagonal of the triangular factor of a pivoted QR
    /// decomposition, up to the first below the tolerance. Largest first.
    pub values: Vec<f64>,
    /// Bits of the arithmetic.
    pub precision: u32,
    /// Relative tolerance of the rank.
    pub tolerance: f64,
    /// Number of values before the widest gap.
    pub rank: usize,
}

impl Spectrum {
    /// Applies the rule to the values of an n x n matrix at `precision` bits (at most 1000, so that
    /// its epsilon is a normal `f64`). A common factor of the values does not change the rank.
    ///
    /// # Errors
    /// If a value is not finite or is negative.
    pub fn new(mut values: Vec<f64>, n: usize, precision: u32) -> Result<Self, FloatError> {
        checked(&values)?;
        values.sort_by(|a, b| b.total_cmp(a));
        let tolerance = tolerance(n, precision);
        let mut spectrum = Self { values, precision, tolerance, rank: 0 };
        let relative = (0..spectrum.values.len()).map(|k| spectrum.relative(k));
        let kept = relative.take_while(|v| *v > tolerance).count();
        // Of equal gaps the one further down.
        let widest = (1..=kept).max_by(|a, b| spectrum.gap(*a).total_cmp(&spectrum.gap(*b)));
        spectrum.rank = widest.unwrap_or(0);
        Ok(spectrum)
    }

    /// The k-th value from 0, or 0 past the end.
    pub fn value(&self, k: usize) -> f64 {
        self.values.get(k).copied().unwrap_or(0.0)
    }

    /// The k-th value relative to the largest; 0 for a zero matrix.
    pub fn relative(&self, k: usize) -> f64 {
        if self.value(0) > 0.0 { self.value(k) / self.value(0) } else { 0.0 }
    }

    /// How many times the k-th value, from 1, is larger than the next, which counts as at least
    /// `epsilon * largest`.
    pub fn gap(&self, k: usize) -> f64 {
        self.relative(k - 1) / self.relative(k).max(epsilon(self.precision))
    }
}

/// The relative tolerance for an n x n matrix at `precision` bits: n times the unit of rounding.
pub fn tolerance(n: usize, precision: u32) -> f64 {
    n as f64 * epsilon(precision)
}

fn epsilon(precision: u32) -> f64 {
    f64::exp2(1.0 - f64::from(precision))
}
