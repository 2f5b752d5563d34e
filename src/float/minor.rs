//! The rigorous route: a lower bound on the separation rank of one network with given real weights.
//!
//! A scaled grid matrix is enclosed in intervals and reduced by Gaussian elimination with complete
//! pivoting. Every pivot is an interval without 0, so the leading minors are certainly not 0: the
//! grid matrix, for the weights and points as given, has at least as many independent rows as there
//! were pivots, so by 1.3 `sep` is at least that. Where no entry excludes 0 the elimination ends, and
//! a higher precision may go on.

use super::{FloatError, Sample};
use crate::Stop;
use crate::arith::Interval;
use crate::stop::NEVER;
use nalgebra::DMatrix;
use rug::Float;

/// A number of pivots that exclude 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvedRank {
    /// The rank is at least this.
    pub rank: usize,
    /// Bits of the intervals.
    pub precision: u32,
}

/// Precisions that [`proved_rank`] tries, in bits.
pub const PROOF_PRECISIONS: [u32; 5] = [106, 212, 424, 848, 1696];

/// The largest lower bound found for the sample's network, at the first precision that reaches
/// `wanted`; else the best at any.
///
/// Cost: for each precision n^2 forward passes over intervals and O(n^2 rank) operations.
///
/// # Errors
/// If a value of the network overflows MPFR.
pub fn proved_rank(sample: &Sample, wanted: usize) -> Result<ProvedRank, FloatError> {
    let mut best = ProvedRank { rank: 0, precision: PROOF_PRECISIONS[0] };
    for precision in PROOF_PRECISIONS {
        let matrix = sample.scaled_grid(|q| Interval::enclosing(q, precision))?;
        let rank = certain_pivots(matrix, wanted, &NEVER).len();
        if rank > best.rank {
            best = ProvedRank { rank, precision };
        }
        if best.rank >= wanted {
            break;
        }
    }
    Ok(best)
}

/// A step of an elimination.
#[derive(Clone, Debug, PartialEq)]
pub struct Pivot {
    /// Its row in the matrix.
    pub row: usize,
    /// Its column.
    pub col: usize,
    /// The least size of the numbers in its interval, not 0.
    pub size: Float,
}

/// The steps, at most `enough`, of Gaussian elimination with complete pivoting whose pivot certainly is not 0: their number
/// is a lower bound on the rank of every matrix of real numbers in the intervals, and the minor of their rows and
/// columns is not 0. The entries must be [finite](super::Scale::is_finite). Once `stop` is due no further step begins.
pub fn certain_pivots(mut matrix: DMatrix<Interval>, enough: usize, stop: &Stop) -> Vec<Pivot> {
    let (rows, cols) = matrix.shape();
    let (mut row_of, mut col_of): (Vec<_>, Vec<_>) = ((0..rows).collect(), (0..cols).collect());
    let mut pivots = Vec::new();
    for step in 0..rows.min(cols).min(enough) {
        let (mut size, mut at) = (matrix[(step, step)].mignitude(), (step, step));
        for (j, i) in itertools::iproduct!(step..cols, step..rows) {
            let other = matrix[(i, j)].mignitude();
            if other > size {
                (size, at) = (other, (i, j));
            }
        }
        if size == 0 || stop.is_due() {
            break;
        }
        matrix.swap_rows(step, at.0);
        matrix.swap_columns(step, at.1);
        row_of.swap(step, at.0);
        col_of.swap(step, at.1);
        pivots.push(Pivot { row: row_of[step], col: col_of[step], size });
        for i in step + 1..rows {
            let factor = matrix[(i, step)].divided_by(&matrix[(step, step)]);
            for j in step + 1..cols {
                matrix[(i, j)] = &matrix[(i, j)] - &(&factor * &matrix[(step, j)]);
            }
        }
    }
    pivots
}
