//! The floating-point pipeline: a second opinion on exact ranks, never a verdict.
//!
//! The same forward pass is read over `f64`, a grid matrix is filled at random points, its rows and
//! columns are scaled to unit norm, and the numerical rank is read off the singular values: the
//! number of them before the widest relative gap, among those above `tolerance * largest`. The gap
//! matters because cancellation lifts the noise of some rows above plain rounding.

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
    /// Number of singular values before the widest gap.
    pub rank: usize,
}

impl Spectrum {
    fn new(mut singular_values: Vec<f64>) -> Self {
        singular_values.sort_by(|a, b| b.total_cmp(a));
        let tolerance = default_tolerance(singular_values.len());
        let largest = singular_values.first().copied().unwrap_or(0.0);
        let floor = f64::EPSILON * largest;
        let kept = singular_values.iter().take_while(|s| **s > tolerance * largest).count();
        let gap = |k: usize| {
            let next = singular_values.get(k).copied().unwrap_or(0.0);
            singular_values[k - 1] / next.max(floor)
        };
        let rank = (1..=kept).max_by(|a, b| gap(*a).total_cmp(&gap(*b))).unwrap_or(0);
        Self { singular_values, tolerance, rank }
    }
}

/// The relative tolerance for an n x n matrix: n times the unit of rounding, as LAPACK's users and
/// NumPy's `matrix_rank` take it.
pub fn default_tolerance(n: usize) -> f64 {
    n as f64 * f64::EPSILON
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
    Spectrum::new(matrix.singular_values().iter().copied().collect())
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
