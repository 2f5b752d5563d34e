//! Proved singular values of a grid of a network with functions of real numbers.

use super::real_grid::{Setting, Square, no_value};
use super::{RankError, RealRequest};
use crate::arith::Interval;
use crate::float::{FloatError, PROOF_PRECISIONS, ProvedSpectrum};
use crate::network::RealProblem;
use crate::{Limit, Stop};

/// Shares of the root mean square for which ranks are shown.
pub const SHOWN_EPSILONS: [f64; 4] = [1e-1, 1e-2, 1e-4, 1e-8];

/// What is proved of the singular values of one grid at given weights.
#[derive(Clone, Debug)]
pub struct RealSpectrum {
    /// Enclosures, decreasing, as doubles rounded outwards.
    pub values: Vec<[f64; 2]>,
    /// Of the entries, rounded outwards.
    pub root_mean_square: [f64; 2],
    /// Points on a side.
    pub points: usize,
    /// Bits of the intervals of the grid.
    pub precision: u32,
    spectrum: ProvedSpectrum,
}

/// Why there is no spectrum.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpectrumError {
    /// As of [`real_rank`](super::real_rank).
    #[error(transparent)]
    Request(#[from] RankError),
    /// The decomposition was not found.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// It was stopped before the grid was there.
    #[error("ended by {0} before the grid was filled")]
    Stopped(Limit),
}

/// Encloses the singular values of the grid that [`real_rank`](super::real_rank) would use.
///
/// Cost: points^2 forward passes over intervals, of which `progress` is told, of so many; and O(points^3)
/// for the decomposition, before which it is told of 0 of 0.
///
/// # Errors
/// As of [`real_rank`](super::real_rank); if it is stopped, or the decomposition is not found.
pub fn real_spectrum(
    request: &RealRequest,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RealSpectrum, SpectrumError> {
    let setting = Setting::new(request)?;
    enclosed(&request.problem, &setting, &request.stop, progress)
}

/// The singular values of the grid of these points.
pub(super) fn enclosed(
    problem: &RealProblem,
    Setting { network, sides }: &Setting,
    stop: &Stop,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RealSpectrum, SpectrumError> {
    let points = sides[0].len();
    let (mut unknown, mut planned) = ((0, 0), 0);
    for precision in PROOF_PRECISIONS {
        planned += (points * points) as u64;
        let count = |values| progress(values, planned);
        let mut square =
            Square::new((problem, network), sides, |q| Interval::enclosing(q, precision));
        let grid = match square.grow(points, (stop, &count)) {
            Ok(grid) => grid,
            Err(at) => {
                unknown = at;
                continue;
            }
        };
        let ended = || SpectrumError::Stopped(stop.due().unwrap_or(Limit::Interrupt));
        let grid = grid.ok_or_else(ended)?;
        progress(0, 0);
        let spectrum = ProvedSpectrum::of(grid)?;
        return Ok(RealSpectrum {
            values: spectrum.ends(),
            root_mean_square: spectrum.root_mean_square(points * points),
            points,
            precision,
            spectrum,
        });
    }
    Err(no_value(unknown).into())
}

impl RealSpectrum {
    /// The least rank of a matrix within a root mean square of `epsilon` times that of the grid: at least the first number,
    /// at most the second. The first is also a lower bound of the separation rank of every function within
    /// `epsilon` times the root mean square of f on the points of the grid (docs/theory.md, 1.11).
    pub fn rank_within(&self, epsilon: f64) -> [usize; 2] {
        self.spectrum.rank_within(epsilon)
    }
}
