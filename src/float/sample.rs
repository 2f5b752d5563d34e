//! A network with the points of a grid, in numbers that every precision of 53 bits or more holds
//! exactly: the same real function is read at every precision.

use super::scaling::{power_of_two, unit_lines};
use super::{FloatError, Scale};
use crate::arith::{BigFloat, Rational, Ring};
use crate::network::{InputFamily, Network, Problem, SideFamily};
use crate::tensor::{GridPoints, grid};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// A problem, its weights and n points on either side.
#[derive(Clone, Debug)]
pub struct Sample {
    problem: Problem,
    network: Network<Rational>,
    points: GridPoints<Rational>,
}

impl Sample {
    /// Draws n points on either side of `family`, its parameters uniform in \[-1, 1).
    ///
    /// The weights are divided by the least power of two that brings them into \[-1, 1\]: integers of
    /// at most 53 bits stay exact in every precision. That multiplies a homogeneous network by a
    /// constant; with biases or residual connections the weights are other ones, as generic as before.
    pub fn draw(
        problem: &Problem,
        network: &Network<Rational>,
        family: &InputFamily,
        n: usize,
        rng: &mut ChaCha20Rng,
    ) -> Self {
        let scale = power_of_two(-bits(network));
        let mut side = |side: &SideFamily| -> Vec<DMatrix<Rational>> {
            (0..n)
                .map(|branch| {
                    let values: Vec<Rational> =
                        (0..side.parameters).map(|_| float(rng.random_range(-1.0..1.0))).collect();
                    side.evaluate(branch, &values, Rational::clone)
                })
                .collect()
        };
        let points = GridPoints { left: side(&family.left), right: side(&family.right) };
        let network = network.map(|w| w.clone() * scale.clone());
        Self { problem: problem.clone(), network, points }
    }

    /// The n x n matrix `[f(a_s, b_t)]` over T; `embed` reads a rational in T.
    ///
    /// Cost: n^2 forward passes, on all cores.
    pub fn grid<T: Ring>(&self, embed: impl Fn(&Rational) -> T) -> DMatrix<T> {
        let side = |points: &[DMatrix<Rational>]| -> Vec<DMatrix<T>> {
            points
                .iter()
                .map(|x| DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| embed(&x[(i, j)])))
                .collect()
        };
        let points = GridPoints { left: side(&self.points.left), right: side(&self.points.right) };
        grid(&self.problem, &self.network.map(&embed), &points, &|_| ())
    }

    /// [`Sample::grid`] with its rows and then its columns multiplied by numbers that bring their
    /// Euclidean norms close to 1 (zero ones stay). The factors are positive dyadic numbers, exact
    /// in T, so that no rank changes.
    ///
    /// # Errors
    /// If an entry is not finite: the network's values overflow in T.
    pub fn scaled_grid<T: Scale>(
        &self,
        embed: impl Fn(&Rational) -> T,
    ) -> Result<DMatrix<T>, FloatError> {
        unit_lines(self.grid(&embed), embed)
    }
}

/// The least k >= 0 with no weight above `2^k`.
fn bits(network: &Network<Rational>) -> i64 {
    let size = |w: &Rational| if w.numer() < &0 { -w.clone() } else { w.clone() };
    let weights = network.parameters().iter().flatten().flat_map(|m| m.iter());
    let largest = weights.map(size).max().unwrap_or_default();
    let power = BigFloat::new(&largest, BigFloat::LEAST_PRECISION).exponent().unwrap_or(0);
    // The largest may be that power of two below which it is not.
    let least = if power_of_two(power - 1) >= largest { power - 1 } else { power };
    least.max(0)
}

/// A finite number, exactly.
fn float(value: f64) -> Rational {
    Rational::from_f64(value).expect("the numbers drawn and the scales are finite")
}
