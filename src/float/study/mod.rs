//! Measured spectra of real networks at initialisation: numbers to look at, which prove nothing.
//!
//! One measurement draws a network and n points of standard Gaussian tokens on either side of the
//! halves (A, B), fills the n x n grid matrix `[f(a_s, b_t)]` of f = Y\[0, 0\] and scales its rows and
//! columns to unit norm, as the pipeline for polynomial networks does. It is taken twice:
//!
//! - *plain*: the matrix whose rank is at most the separation rank (docs/theory.md, 1.3);
//! - *interaction*: the same after row and column means are taken out (before scaling). That removes
//!   what is a function of A plus a function of B, at most 2 of the separation rank. A residual
//!   connection hands the output token's own input on, so in the plain matrix that part is almost
//!   everything. Means need values without heavy tails: deep polynomial networks have such tails,
//!   a few points dominate the means, and their interaction comes out too small. Theirs is the plain
//!   number.

mod estimate;
mod models;
mod sweep;

pub use estimate::Estimate;
pub use models::{MODELS, Model, Sizes, followed};
pub use sweep::{Plan, Question};

use super::real::RealNetwork;
use super::scaling::{times_power, unit_lines};
use super::{FloatError, Scale, effective_rank, epsilon_rank, singular_values};
use crate::arith::Rational;
use crate::network::{InvalidProblem, Partition};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use serde::Serialize;

/// The epsilon of the reported epsilon-rank.
pub const EPSILON: f64 = 0.1;

/// What one network shows on one grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Singular values of the plain matrix, decreasing.
    pub plain: Vec<f64>,
    /// Singular values of the interaction, decreasing.
    pub interaction: Vec<f64>,
}

/// A network at initialisation, and points of standard Gaussian tokens on either side of the halves.
pub struct Drawn {
    /// The network.
    pub network: RealNetwork,
    /// The halves.
    pub partition: Partition,
    /// The points of A and of B.
    pub sides: [Vec<DMatrix<f64>>; 2],
}

impl Drawn {
    /// Draws a network of the model and `points` points a side from `seed`.
    ///
    /// The generator is `ChaCha20` with the number `stream` of a stream, so that two models of one seed
    /// are independent.
    ///
    /// # Errors
    /// If there are fewer than two tokens.
    pub fn new(
        model: &Model,
        sizes: Sizes,
        points: usize,
        seed: u64,
        stream: u64,
    ) -> Result<Self, InvalidProblem> {
        let partition = Partition::halves(sizes.tokens)?;
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        let network = RealNetwork::random(model.architecture(sizes), &mut rng);
        let mut point = |rows: usize| {
            let entries: Vec<f64> =
                (0..rows * sizes.width).map(|_| rng.sample(StandardNormal)).collect();
            DMatrix::from_row_slice(rows, sizes.width, &entries)
        };
        let sides = [partition.left(), partition.right()]
            .map(|side| (0..points).map(|_| point(side.len())).collect());
        Ok(Self { network, partition, sides })
    }
}

/// Observes the grid of what [`Drawn::new`] draws. Cost: points^2 forward passes and O(points^3).
///
/// # Errors
/// If there are fewer than two tokens, or a value of the network is not finite, or the singular values are not found.
pub fn observe(
    model: &Model,
    sizes: Sizes,
    points: usize,
    seed: u64,
    stream: u64,
) -> Result<Observation, FloatError> {
    let Drawn { network, partition, sides: [left, right] } =
        Drawn::new(model, sizes, points, seed, stream)?;
    let values = DMatrix::from_fn(points, points, |s, t| {
        let (state, exponent) = network.forward_scaled(&partition.assemble(&left[s], &right[t]));
        (state[(0, 0)], exponent)
    });
    Ok(Observation {
        plain: spectrum(of_similar_size(&values))?,
        interaction: spectrum(without_means(relative(&values)))?,
    })
}

/// A number `m 2^e`.
type Scaled = (f64, i64);

/// Its exponent; `None` for 0.
fn exponent((m, e): &Scaled) -> Option<i64> {
    Some(m.exponent()?.saturating_add(*e))
}

/// The matrix divided by the power of two of its largest entry.
fn relative(values: &DMatrix<Scaled>) -> DMatrix<f64> {
    let largest = values.iter().filter_map(exponent).max().unwrap_or(0);
    values.map(|(m, e)| times_power(m, e.saturating_sub(largest)))
}

/// The matrix with rows and then columns divided by the powers of two of their largest entries.
fn of_similar_size(values: &DMatrix<Scaled>) -> DMatrix<f64> {
    let mut powers = values.map(|(_, e)| e);
    let divide = |powers: &mut DMatrix<i64>, lines: Vec<Vec<(usize, usize)>>| {
        for line in lines {
            let size = |at: &(usize, usize)| exponent(&(values[*at].0, powers[*at]));
            let largest = line.iter().filter_map(size).max().unwrap_or(0);
            line.iter().for_each(|at| powers[*at] = powers[*at].saturating_sub(largest));
        }
    };
    let (rows, cols) = values.shape();
    divide(&mut powers, (0..rows).map(|i| (0..cols).map(|j| (i, j)).collect()).collect());
    divide(&mut powers, (0..cols).map(|j| (0..rows).map(|i| (i, j)).collect()).collect());
    values.zip_map(&powers, |(m, _), e| times_power(m, e))
}

/// Takes out the mean of every row and then of every column.
pub fn without_means(mut matrix: DMatrix<f64>) -> DMatrix<f64> {
    for mut row in matrix.row_iter_mut() {
        let mean = row.mean();
        row.add_scalar_mut(-mean);
    }
    for mut column in matrix.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    matrix
}

/// Singular values, decreasing, after rows and then columns are scaled to unit norm (zero ones stay).
fn spectrum(matrix: DMatrix<f64>) -> Result<Vec<f64>, FloatError> {
    singular_values(&unit_lines(matrix, Rational::to_f64)?)
}

/// Averages over the seeds at one model and size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// `"attention"` or `"mixer"`.
    pub family: &'static str,
    /// What is different from the published one.
    pub variant: &'static str,
    /// Layers L.
    pub depth: usize,
    /// Channels d.
    pub width: usize,
    /// Tokens N.
    pub tokens: usize,
    /// Effective rank of the plain matrix.
    pub effective_rank: Estimate,
    /// Effective rank of the interaction.
    pub interaction_rank: Estimate,
    /// Epsilon-rank of the interaction, epsilon = [`EPSILON`].
    pub epsilon_rank: Estimate,
    /// log10 of the singular values of the plain matrix relative to the largest; left out of reports.
    #[serde(skip)]
    pub plain_decay: Vec<Estimate>,
    /// The same of the interaction.
    #[serde(skip)]
    pub interaction_decay: Vec<Estimate>,
}

impl Measurement {
    /// The sizes.
    pub fn sizes(&self) -> Sizes {
        Sizes { depth: self.depth, width: self.width, tokens: self.tokens }
    }
}

/// Averages over `seeds` draws from `seed` on, on all cores. `progress` is called after each draw.
///
/// # Errors
/// As [`observe`].
pub fn measure(
    model: &Model,
    sizes: Sizes,
    points: usize,
    (seed, seeds): (u64, u64),
    progress: &(dyn Fn() + Sync),
) -> Result<Measurement, FloatError> {
    let observed: Result<Vec<Observation>, _> = (0..seeds)
        .into_par_iter()
        .map(|k| {
            let observation = observe(model, sizes, points, seed, model.stream(k));
            progress();
            observation
        })
        .collect();
    let observed = observed?;
    let average = |f: &dyn Fn(&Observation) -> Result<f64, FloatError>| {
        let samples = observed.iter().map(f).collect::<Result<Vec<_>, _>>()?;
        Ok::<_, FloatError>(Estimate::of(&samples))
    };
    // Below the rounding of the largest a singular value is noise; so are those of a zero matrix.
    let relative = |s: &[f64], k: usize| (s[k] / s[0]).max(f64::EPSILON).log10();
    let decay = |values: fn(&Observation) -> &[f64]| {
        (0..points).map(|k| average(&|o| Ok(relative(values(o), k)))).collect::<Result<_, _>>()
    };
    Ok(Measurement {
        family: model.family,
        variant: model.variant,
        depth: sizes.depth,
        width: sizes.width,
        tokens: sizes.tokens,
        effective_rank: average(&|o| effective_rank(&o.plain))?,
        interaction_rank: average(&|o| effective_rank(&o.interaction))?,
        epsilon_rank: average(&|o| Ok(epsilon_rank(&o.interaction, EPSILON)? as f64))?,
        plain_decay: decay(|o| &o.plain)?,
        interaction_decay: decay(|o| &o.interaction)?,
    })
}
