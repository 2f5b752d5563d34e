//! How many singular values matter.

/// The effective rank: the exponential of the entropy of the singular values squared and divided by
/// their sum; 0 for a zero matrix, 1 for rank one, n for n equal values.
///
/// Roy and Vetterli 2007 define it with the values themselves in the place of their squares; with
/// squares it is the exponential of the entropy of the energy, and small values count for less.
pub fn effective_rank(singular_values: &[f64]) -> f64 {
    let energy: f64 = singular_values.iter().map(|s| s * s).sum();
    if energy == 0.0 {
        return 0.0;
    }
    let shares = singular_values.iter().map(|s| s * s / energy).filter(|p| *p > 0.0);
    shares.map(|p| -p * p.ln()).sum::<f64>().exp()
}

/// The epsilon-rank: the number of singular values above `epsilon` times the largest.
pub fn epsilon_rank(singular_values: &[f64], epsilon: f64) -> usize {
    let largest = singular_values.iter().copied().fold(0.0, f64::max);
    singular_values.iter().filter(|s| **s > epsilon * largest).count()
}
