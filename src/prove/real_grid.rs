//! Grids of networks with functions of real numbers, one leading square after another.

use super::real_rank::Sides;
use super::{RankError, RealRequest, generator, real_choice, units};
use crate::Stop;
use crate::arith::Rational;
use crate::float::Scale;
use crate::network::{InvalidProblem, Network, RealProblem};
use nalgebra::DMatrix;
use rayon::prelude::*;

/// The weights and the points of both sides, exactly.
pub(super) struct Setting {
    pub(super) network: Network<Rational>,
    pub(super) sides: Sides,
}

impl Setting {
    /// Draws what is not given.
    pub(super) fn new(request: &RealRequest) -> Result<Self, RankError> {
        let RealRequest { problem, points, inputs, .. } = request;
        affordable(request)?;
        let mut rng = generator(request.seed);
        let network = request.weights.clone().unwrap_or_else(|| problem.random_weights(&mut rng));
        let partition = problem.partition();
        let tokens = [partition.left().len(), partition.right().len()];
        let sides = inputs.draw(*points, tokens, problem.shape().width(), &mut rng)?;
        Ok(Self { network, sides })
    }
}

/// Refuses what would not fit: weights, points, values.
fn affordable(request: &RealRequest) -> Result<(), RankError> {
    let (shape, memory) = (request.problem.shape(), request.memory);
    let points = request.points as u64;
    if points == 0 {
        return Err(InvalidProblem::new("points", 0, "allowed are numbers from 1").into());
    }
    let weights = shape.architecture().parameter_count(shape.tokens());
    // As rationals, in the certificate and in the checker, or as intervals too.
    let each = if real_choice::is_wanted(request) { NUMBER_BYTES } else { 3 * NUMBER_BYTES };
    let bytes = weights.and_then(|n| n.checked_mul(each));
    memory.check("the weights", bytes, &["depth", "width", "tokens"])?;
    let entries = (shape.tokens() as u64).checked_mul(shape.width() as u64);
    let inputs = entries.and_then(|n| n.checked_mul(points)?.checked_mul(2 * NUMBER_BYTES));
    let grid = points.checked_mul(points).and_then(|n| n.checked_mul(3 * NUMBER_BYTES));
    let bytes = inputs.zip(grid).and_then(|(a, b)| a.checked_add(b));
    memory.check("the grid", bytes, &["points", "tokens"])?;
    let threads = rayon::current_num_threads() as u64;
    let bytes = units::held(shape).checked_mul(threads).and_then(|n| n.checked_mul(NUMBER_BYTES));
    memory.check("a forward pass", bytes, &["width", "tokens"])?;
    Ok(())
}

/// Of an interval at the highest precision, about.
const NUMBER_BYTES: u64 = 512;

/// The values of f at pairs of points, in one kind of numbers: the leading square of a grid.
pub(super) struct Square<'a, T> {
    problem: &'a RealProblem,
    network: Network<T>,
    sides: [Vec<DMatrix<T>>; 2],
    /// So far.
    pub(super) values: DMatrix<T>,
}

impl<'a, T: Scale> Square<'a, T> {
    /// The empty one.
    pub(super) fn new(
        (problem, network): (&'a RealProblem, &Network<Rational>),
        sides: &Sides,
        embed: impl Fn(&Rational) -> T,
    ) -> Self {
        let of = |m: &DMatrix<Rational>| m.map(|q| embed(&q));
        let sides = [&sides[0], &sides[1]].map(|points| points.iter().map(of).collect());
        Self { problem, network: network.map(&embed), sides, values: DMatrix::zeros(0, 0) }
    }

    /// Makes it one of so many points a side, where only what is new is evaluated; as it was if it is stopped before
    /// the end. `progress` is told of every value.
    ///
    /// # Errors
    /// The place of a value that is not known to be finite.
    pub(super) fn grow(
        &mut self,
        size: usize,
        (stop, progress): (&Stop, &(dyn Fn(u64) + Sync)),
    ) -> Result<Option<&DMatrix<T>>, (usize, usize)> {
        let before = self.values.nrows();
        let cells = (0..size).flat_map(|i| (0..size).map(move |j| (i, j)));
        let new: Vec<_> = cells.filter(|(i, j)| *i.max(j) >= before).collect();
        let output = self.problem.shape().output();
        let value = |(i, j): &(usize, usize)| {
            if stop.is_due() {
                return None;
            }
            let x = self.problem.partition().assemble(&self.sides[0][*i], &self.sides[1][*j]);
            let state = self.network.forward(&x);
            progress(1);
            Some(state[(output.token, output.channel)].clone())
        };
        let Some(found) = new.par_iter().map(value).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        if let Some((at, _)) = new.iter().zip(&found).find(|(_, value)| !value.is_finite()) {
            return Err(*at);
        }
        self.values.resize_mut(size, size, T::zero());
        for (at, value) in new.into_iter().zip(found) {
            self.values[at] = value;
        }
        Ok(Some(&self.values))
    }
}

/// That the value at this place of the grid has no bounds.
pub(super) fn no_value((row, col): (usize, usize)) -> RankError {
    let why = format!(
        "the value at point {row} of A and {col} of B is not known to be finite: a normalisation may divide by 0, or an \
         exponential be too large"
    );
    InvalidProblem::new("network", "(its values)", why).into()
}
