//! What the float pipeline refuses.

use crate::network::InvalidProblem;

/// Why there is no spectrum.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FloatError {
    /// A number that overflowed, is not a number, or is negative where that cannot be.
    #[error("{field} {value}: {allowed}")]
    Value {
        /// Which number.
        field: String,
        /// What it is.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// The iteration for the singular values did not end.
    #[error("singular values of a {rows} x {cols} matrix: not found in {limit} iterations")]
    NoConvergence {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
        /// Iterations that were allowed.
        limit: usize,
    },
    /// The sizes make no problem.
    #[error(transparent)]
    Invalid(#[from] InvalidProblem),
}

impl FloatError {
    pub(super) fn value(field: impl Into<String>, value: f64, allowed: &'static str) -> Self {
        Self::Value { field: field.into(), value: value.to_string(), allowed }
    }

    pub(super) fn entry(row: usize, column: usize, value: f64) -> Self {
        Self::value(format!("grid entry ({row}, {column})"), value, "must be a finite number")
    }
}

/// Singular values as they must be given: finite and not negative.
pub(super) fn checked(singular_values: &[f64]) -> Result<(), FloatError> {
    let wrong = |s: &f64| !(s.is_finite() && *s >= 0.0);
    match singular_values.iter().position(wrong) {
        None => Ok(()),
        Some(k) => Err(FloatError::value(
            format!("singular value {k}"),
            singular_values[k],
            "must be a finite number that is not negative",
        )),
    }
}
