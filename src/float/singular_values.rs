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
/// use nalgebra::DMatrix;
/// use seprank::float::singular_values;
/// let values = singular_values(&DMatrix::from_row_slice(2, 2, &[0.0, 3e200, 1e200, 0.0]))?;
/// assert!((values[0] / 3e200 - 1.0).abs() < 1e-12 && (values[1] / 1e200 - 1.0).abs() < 1e-12);
/// assert!(singular_values(&DMatrix::from_row_slice(1, 2, &[1.0, f64::NAN])).is_err());
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
    let scaled = within(matrix.map(|x| times_power(x, -largest)), 1000 + 100 * rows.min(cols))?;
    let values: Vec<f64> = scaled.iter().map(|s| times_power(*s, largest)).collect();
    super::error::checked(&values)?;
    Ok(values)
}

/// In at most that many iterations.
fn within(matrix: DMatrix<f64>, limit: usize) -> Result<Vec<f64>, FloatError> {
    let (rows, cols) = matrix.shape();
    let found = SVD::try_new(matrix, false, false, 5.0 * f64::EPSILON, limit);
    let found = found.ok_or(FloatError::NoConvergence { rows, cols, limit })?;
    Ok(found.singular_values.iter().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries 1/(i+j+1) take more than one step.
    #[test]
    fn the_iteration_has_an_end() {
        let matrix = DMatrix::from_fn(6, 6, |i, j| 1.0 / (i + j + 1) as f64);
        let error = within(matrix.clone(), 1).unwrap_err();
        assert_eq!(error, FloatError::NoConvergence { rows: 6, cols: 6, limit: 1 });
        assert_eq!(within(matrix, 1600).unwrap().len(), 6);
    }
}
