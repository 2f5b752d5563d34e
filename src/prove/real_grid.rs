//! Grids of networks with functions of real numbers, enclosed.

use super::{RankError, RealRequest, generator};
use crate::Stop;
use crate::arith::{Interval, Rational};
use crate::network::layers::placed;
use crate::network::{InvalidProblem, Network, RealProblem};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

/// The weights and the points of both sides, exactly.
pub(super) struct Setting {
    pub(super) network: Network<Rational>,
    pub(super) sides: [Vec<DMatrix<Rational>>; 2],
}

impl Setting {
    /// Draws what is not given.
    pub(super) fn new(request: &RealRequest) -> Result<Self, RankError> {
        let RealRequest { problem, points, .. } = request;
        affordable(request)?;
        let mut rng = generator(request.seed);
        let network = request.weights.clone().unwrap_or_else(|| problem.random_weights(&mut rng));
        let (left, right) = (problem.partition().left().len(), problem.partition().right().len());
        let width = problem.shape().width();
        let sides = [left, right].map(|rows| draw(*points, (rows, width), &mut rng));
        Ok(Self { network, sides })
    }
}

/// Refuses what would not fit: weights in three places, points, intervals.
fn affordable(request: &RealRequest) -> Result<(), RankError> {
    let (shape, memory) = (request.problem.shape(), request.memory);
    let points = request.points as u64;
    if points == 0 {
        return Err(InvalidProblem::new("points", 0, "allowed are numbers from 1").into());
    }
    let weights = shape.architecture().parameter_count(shape.tokens());
    let bytes = weights.and_then(|n| n.checked_mul(3 * NUMBER_BYTES));
    memory.check("the weights", bytes, &["depth", "width", "tokens"])?;
    let entries = (shape.tokens() as u64).checked_mul(shape.width() as u64);
    let inputs = entries.and_then(|n| n.checked_mul(points)?.checked_mul(2 * NUMBER_BYTES));
    let grid = points.checked_mul(points).and_then(|n| n.checked_mul(3 * NUMBER_BYTES));
    let bytes = inputs.zip(grid).and_then(|(a, b)| a.checked_add(b));
    memory.check("the grid", bytes, &["points", "tokens"])?;
    let threads = rayon::current_num_threads() as u64;
    for (layer, (n, d)) in placed(&shape.layers(), (shape.tokens(), shape.width())) {
        let parameters = layer.parameters(n, d);
        let size = |i: usize| (parameters[i].rows, parameters[i].cols);
        let held = layer.expression(n, d).held((n, d), &size) as u64;
        let bytes = held.checked_mul(threads).and_then(|n| n.checked_mul(NUMBER_BYTES));
        memory.check("a forward pass", bytes, &["width", "tokens"])?;
    }
    Ok(())
}

/// Of an interval at the highest precision, about.
const NUMBER_BYTES: u64 = 512;

fn draw(
    count: usize,
    (rows, cols): (usize, usize),
    rng: &mut ChaCha20Rng,
) -> Vec<DMatrix<Rational>> {
    let mut entry = || Rational::from((rng.random_range(-1024..1024), 512));
    let mut point = || DMatrix::from_row_iterator(rows, cols, (0..rows * cols).map(|_| entry()));
    (0..count).map(|_| point()).collect()
}

/// The values of f at all pairs of points; `None` if it was stopped.
pub(super) fn enclosed(
    (problem, network): (&RealProblem, &Network<Rational>),
    [left, right]: &[Vec<DMatrix<Rational>>; 2],
    precision: u32,
    (stop, progress): (&Stop, &(dyn Fn(u64, u64) + Sync)),
) -> Option<DMatrix<Interval>> {
    let embed = |q: &Rational| Interval::enclosing(q, precision);
    let of = |m: &DMatrix<Rational>| m.map(|q| embed(&q));
    let network = network.map(embed);
    let [left, right]: [Vec<_>; 2] =
        [left, right].map(|points| points.iter().map(of).collect::<Vec<_>>());
    let output = problem.shape().output();
    let rows: Option<Vec<Vec<Interval>>> = left
        .par_iter()
        .map(|a| {
            let value = |b| {
                let x = problem.partition().assemble(a, b);
                let done = (!stop.is_due()).then(|| network.forward(&x));
                done.map(|state| state[(output.token, output.channel)].clone())
            };
            let row = right.iter().map(value).collect();
            progress(1, left.len() as u64);
            row
        })
        .collect();
    let rows = rows?;
    Some(DMatrix::from_fn(left.len(), right.len(), |i, j| rows[i][j].clone()))
}

/// That the value at this place of the grid has no bounds.
pub(super) fn no_value((row, col): (usize, usize)) -> RankError {
    let why = format!(
        "the value at point {row} of A and {col} of B is not known to be finite: a normalisation may divide by 0, or an \
         exponential be too large"
    );
    InvalidProblem::new("network", "(its values)", why).into()
}
