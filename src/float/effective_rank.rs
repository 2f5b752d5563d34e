//! How many singular values matter: numbers that a common factor does not change.

use super::FloatError;
use super::error::checked;

/// The effective rank: the exponential of the entropy of the singular values squared and divided by
/// their sum; 0 for a zero matrix, 1 for rank one, n for n equal values.
///
/// Roy and Vetterli 2007 define it with the values themselves in the place of their squares; with
/// squares it is the exponential of the entropy of the energy, and small values count for less.
///
/// # Errors
/// If a value is not finite or is negative.
///
/// ```
/// # use seprank::float::effective_rank;
/// assert!((effective_rank(&[1e200; 4])? - 4.0).abs() < 1e-12);
/// # Ok::<(), seprank::float::FloatError>(())
/// ```
pub fn effective_rank(singular_values: &[f64]) -> Result<f64, FloatError> {
    checked(singular_values)?;
    let largest = largest(singular_values);
    if largest == 0.0 {
        return Ok(0.0);
    }
    let energies = || singular_values.iter().map(|s| (s / largest).powi(2));
    let energy: f64 = energies().sum();
    let shares = energies().map(|e| e / energy).filter(|p| *p > 0.0);
    Ok(shares.map(|p| -p * p.ln()).sum::<f64>().exp())
}

/// The epsilon-rank: the number of singular values above `epsilon` times the largest.
///
/// # Errors
/// If a value is not finite or is negative.
pub fn epsilon_rank(singular_values: &[f64], epsilon: f64) -> Result<usize, FloatError> {
    checked(singular_values)?;
    let largest = largest(singular_values);
    // Of zeros the quotients are not numbers, and none is above epsilon.
    Ok(singular_values.iter().filter(|s| **s / largest > epsilon).count())
}

fn largest(singular_values: &[f64]) -> f64 {
    singular_values.iter().copied().fold(0.0, f64::max)
}
