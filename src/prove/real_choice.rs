//! Large networks: the minor is chosen at values in doubles, and proved by the checker alone.
//!
//! Intervals at some hundred bits take about 400 times as long as doubles, and are evaluated for every pair of points; the
//! checker multiplies matrices of balls in machine words, and only of the minor.

use super::RankError;
use super::real_grid::{Setting, Square, no_value};
use super::real_rank::{Chosen, FIRST_SIZE, RealRank, RealRequest};
use crate::arith::Rational;
use nalgebra::DMatrix;

/// Multiplications of a grid from which on the minor is chosen in doubles: with intervals about a minute of one core.
const LONG: u64 = 1 << 27;

/// Bits after the point with which the checker is asked first. Two blocks of a transformer of width 384 lose some 60;
/// up to 100 its matrices are of two digits.
const BITS: u64 = 96;

/// A pivot below the largest one times this is taken for 0: what rounding in doubles leaves of it.
const SMALL: f64 = 1e-9;

/// Whether the grid is such a large one.
pub(super) fn is_wanted(request: &RealRequest) -> bool {
    let shape = request.problem.shape();
    let weights = shape.architecture().parameter_count(shape.tokens());
    let each = weights.and_then(|n| n.checked_mul(shape.tokens() as u64));
    let passes = (request.points as u64).checked_mul(request.points as u64);
    each.zip(passes).and_then(|(a, b)| a.checked_mul(b)).is_none_or(|work| work > LONG)
}

/// The largest minor that was chosen and that the checker accepts, of leading squares of the grid that double in size.
/// What the checker does not accept is tried with a quarter less. `progress` is told of every value in doubles;
/// `check::progress` says how far the checker is.
///
/// # Errors
/// A value that is not finite.
pub(super) fn real_rank(
    request: &RealRequest,
    Setting { network, sides }: Setting,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RealRank, RankError> {
    let RealRequest { problem, points, stop, .. } = request;
    let mut best = RealRank::none(problem, network);
    let mut square = Square::new((problem, &best.network), &sides, Rational::to_f64);
    // All together cost a third more than the last.
    let doubled = std::iter::successors(Some(FIRST_SIZE), |size| Some(2 * size));
    for size in doubled.take_while(|size| size < points).chain([*points]) {
        let count = |values| progress(values, (points * points) as u64);
        let Some(values) = square.grow(size, (stop, &count)).map_err(no_value)? else { break };
        let mut minor = pivots(values.clone());
        while minor.len() > best.rank {
            let chosen = Chosen { minor: &minor, sides: &sides, points: size };
            if best.prove(chosen, BITS, stop).is_ok() || stop.is_due() {
                break;
            }
            minor.truncate(minor.len() * 3 / 4);
        }
        if stop.is_due() {
            break;
        }
    }
    best.limit = stop.due().filter(|_| best.rank < *points);
    Ok(best)
}

/// Rows and columns of Gaussian elimination with complete pivoting, as long as the pivot is not small.
fn pivots(mut a: DMatrix<f64>) -> Vec<(usize, usize)> {
    let (mut found, mut largest) = (Vec::new(), 0.0);
    for _ in 0..a.nrows().min(a.ncols()) {
        let (row, col) = a.iamax_full();
        let pivot = a[(row, col)];
        largest = f64::max(largest, pivot.abs());
        if pivot.abs() <= SMALL * largest {
            break;
        }
        found.push((row, col));
        let (lead, factors) = (a.row(row).into_owned(), a.column(col) / pivot);
        a -= factors * lead;
        // What is left there is rounding.
        a.row_mut(row).fill(0.0);
        a.column_mut(col).fill(0.0);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pivots_are_as_many_as_the_rank() {
        let left = DMatrix::from_fn(7, 3, |i, j| ((i * i + 3 * j * i + 1) % 11) as f64);
        let right = DMatrix::from_fn(3, 5, |i, j| ((i * i + j * j + i * j + 1) % 7) as f64);
        let minor = pivots(&left * &right);
        assert_eq!(minor.len(), 3);
        let at = |i: usize, j: usize| (&left * &right)[(minor[i].0, minor[j].1)];
        assert!(DMatrix::from_fn(3, 3, at).determinant().abs() > 1.0);
        assert!(pivots(DMatrix::zeros(3, 3)).is_empty());
    }
}
