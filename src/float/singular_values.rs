//! Singular values in double precision, with an end to the work.

use super::FloatError;
use super::scaling::{Scale, times_power};
use nalgebra::{DMatrix, SVD};

/// The singular values of a matrix, decreasing.
///
/// The matrix is divided by a power of two before, so its size does not matter. Cost: O(m n min(m,n)) and
/// at most `1000 + 100 min(m,n)` steps of the iteration, of which about two for each value are usual.
///
/// # Errors
/// If an entry is not finite, or a value overflows; if the iteration does not end.
///
/// ```
/// use nalgebra::dmatrix;
/// use seprank::float::singular_values;
/// assert_eq!(singular_values(&dmatrix![0.0, 3e200; 1e200, 0.0])?, [3e200, 1e200]);
/// assert!(singular_values(&dmatrix![1.0, f64::NAN]).is_err());
/// # Ok::<(), seprank::float::FloatError>(())
/// ```
pub fn singular_values(matrix: &DMatrix<f64>) -> Result<Vec<f64>, FloatError> {
    let (rows, cols) = matrix.shape();
    for (i, j) in itertools::iproduct!(0..rows, 0..cols) {
        if !matrix[(i, j)].is_finite() {
            return Err(FloatError::entry(i, j, matrix[(i, j)]));
        }
    }
    let Some(largest) = matrix.iter().filter_map(Scale::exponent).max() else {
        return Ok(vec![0.0; rows.min(cols)]);
    };
    let scaled = matrix.map(|x| times_power(x, -largest));
    let limit = 1000 + 100 * rows.min(cols);
    let found = SVD::try_new(scaled, false, false, 5.0 * f64::EPSILON, limit);
    let Some(found) = found else {
        return Err(FloatError::NoConvergence { rows, cols, limit });
    };
    let values: Vec<f64> = found.singular_values.iter().map(|s| times_power(*s, largest)).collect();
    super::error::checked(&values)?;
    Ok(values)
}
