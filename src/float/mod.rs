//! The floating-point pipeline: a second opinion on exact ranks, never a verdict.
//!
//! The same forward pass is read over `f64`, a grid matrix is filled at random points, its rows and
//! columns are scaled to unit norm, and the numerical rank is the number of singular values above
//! `tolerance * largest`.

use crate::arith::Rational;
use crate::network::{InputFamily, Network, Problem, SideFamily};
use crate::tensor::{GridPoints, grid};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// Singular values of a scaled grid matrix, decreasing, and the rank they show.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// The singular values, largest first.
    pub singular_values: Vec<f64>,
    /// Relative tolerance of the rank.
    pub tolerance: f64,
    /// Number of singular values above `tolerance` times the largest.
    pub rank: usize,
}

/// The relative tolerance for an n x n grid: the rounding of n terms with a factor 16 to spare.
pub fn default_tolerance(n: usize) -> f64 {
    16.0 * n as f64 * f64::EPSILON
}

/// The spectrum of an n x n grid of the network over `f64`; weights are divided by the largest
/// absolute weight (the rank does not change), parameters of the inputs are uniform in \[-1, 1).
///
/// Cost: n^2 forward passes and O(n^3) for the singular values.
pub fn spectrum(
    problem: &Problem,
    network: &Network<Rational>,
    family: &InputFamily,
    n: usize,
    rng: &mut ChaCha20Rng,
) -> Spectrum {
    let entries = || network.parameters().iter().flatten().flat_map(|m| m.iter());
    let largest = entries().map(|w| w.to_f64().abs()).fold(1.0, f64::max);
    let network = network.map(|w| w.to_f64() / largest);
    let mut side = |side: &SideFamily| -> Vec<DMatrix<f64>> {
        (0..n)
            .map(|branch| {
                let values: Vec<f64> =
                    (0..side.parameters).map(|_| rng.random_range(-1.0..1.0)).collect();
                side.evaluate(branch, &values, Rational::to_f64)
            })
            .collect()
    };
    let points = GridPoints { left: side(&family.left), right: side(&family.right) };
    let mut matrix = grid(problem, &network, &points, &|_| ());
    normalise(&mut matrix);
    let mut singular_values: Vec<f64> = matrix.singular_values().iter().copied().collect();
    singular_values.sort_by(|a, b| b.total_cmp(a));
    let tolerance = default_tolerance(n);
    let threshold = tolerance * singular_values.first().copied().unwrap_or(0.0);
    let rank = singular_values.iter().filter(|s| **s > threshold).count();
    Spectrum { singular_values, tolerance, rank }
}

/// Scales rows and then columns to unit Euclidean norm; zero ones stay.
fn normalise(matrix: &mut DMatrix<f64>) {
    for mut row in matrix.row_iter_mut() {
        let norm = row.norm();
        if norm > 0.0 {
            row /= norm;
        }
    }
    for mut column in matrix.column_iter_mut() {
        let norm = column.norm();
        if norm > 0.0 {
            column /= norm;
        }
    }
}
