//! Lower bounds for networks with functions of real numbers: a minor of a grid, enclosed in intervals.
//!
//! For any function f a grid matrix has a rank of at most `sep(f)` (docs/theory.md, 1.3 and 1.10). Its entries at points
//! and weights that are exact are enclosed, and the matrix of intervals is eliminated ([`certain_pivots`]): as many
//! pivots as certainly are not 0 are a lower bound. There is no upper half: of such networks the rank is infinite in
//! general, and no grid shows more rows than it has.

use super::certificate::weights;
use super::layers::rational;
use super::real_grid::{Setting, Square, no_value};
use super::{RankError, RealInputs, problem_in_certificate, real_choice};
use crate::arith::{Interval, Rational};
use crate::float::{PROOF_PRECISIONS, Pivot, certain_pivots};
use crate::network::{Network, RealProblem, describe};
use crate::stop::NEVER;
use crate::tensor::MemoryLimit;
use crate::{Limit, Stop};
use nalgebra::DMatrix;
use seprank_check::certificate::{
    self as file, Certificate, Claim, Enclosure, Lower, RankClaim, Relation, Text, Value,
};
use seprank_check::check::{self, Kind, Verdict};
use std::borrow::Cow;
use std::fmt;

/// What a lower bound is asked for.
#[derive(Clone, Debug)]
pub struct RealRequest {
    /// Layers, partition and output entry.
    pub problem: RealProblem,
    /// The weights; `None` for random ones ([`RealProblem::random_weights`]).
    pub weights: Option<Network<Rational>>,
    /// Points on a side of the grid: no bound is above this.
    pub points: usize,
    /// Where its points are taken from.
    pub inputs: RealInputs,
    /// Seed of the random weights and points.
    pub seed: u64,
    /// Limit on memory.
    pub memory: MemoryLimit,
    /// When to end.
    pub stop: Stop,
}

/// A lower bound of the separation rank at given weights, with its minor.
#[derive(Clone, Debug)]
pub struct RealRank {
    /// Layers, partition and output entry.
    pub problem: RealProblem,
    /// The weights.
    pub network: Network<Rational>,
    /// The rank is at least this.
    pub rank: usize,
    /// Points on a side of the largest leading square of the grid that was eliminated.
    pub points: usize,
    /// Bits of the intervals that showed it; of the checker's, after the point, where it alone did.
    pub precision: u32,
    /// What ended the computation before all points were used or all precisions tried.
    pub limit: Option<Limit>,
    /// The points of the minor, in the order of elimination.
    minor: Sides,
    /// Bits after the point with which a checker may tell the pivots from 0.
    bits: u64,
    /// What the checker has accepted, where it alone has proved the bound.
    proved: Option<Certificate>,
}

/// The largest lower bound that a grid shows, at the first precision at which all its points count, or at the best.
///
/// The grid grows by halves of its size from 16 points on, and is eliminated at
/// every size: what is stopped has shown what the last size shows. Cost: for each precision points^2 forward passes over
/// intervals, on all cores, and O(points^3). Where these are more than some 10^8 multiplications the minor is chosen at
/// values in doubles, and the checker proves it: points^2 passes in doubles and rank^2 of the checker's, for sizes that
/// double from 16 points on. `progress` is told of every pass, of so many.
///
/// # Errors
/// No points; a grid or weights over the memory limit; a value that at no precision is known to be finite.
pub fn real_rank(
    request: &RealRequest,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RealRank, RankError> {
    let RealRequest { problem, points, stop, .. } = request;
    let setting = Setting::new(request)?;
    if real_choice::is_wanted(request) {
        return real_choice::real_rank(request, setting, progress);
    }
    let Setting { network, sides } = setting;
    let mut best = RealRank::none(problem, network);
    let (mut unknown, mut planned) = (None, 0);
    for precision in PROOF_PRECISIONS {
        planned += (points * points) as u64;
        let count = |passes| progress(passes, planned);
        let embed = |q: &Rational| Interval::enclosing(q, precision);
        let mut square = Square::new((problem, &best.network), &sides, embed);
        for size in sizes(*points) {
            match square.grow(size, (stop, &count)) {
                Ok(Some(grid)) => {
                    unknown = None;
                    best.points = best.points.max(size);
                    let pivots = certain_pivots(grid.clone(), size, stop);
                    best.take(&pivots, &sides, precision);
                }
                Ok(None) => {}
                Err(at) => {
                    unknown = Some(at);
                    break;
                }
            }
            best.limit = stop.due().filter(|_| best.rank < *points);
            if best.limit.is_some() {
                return Ok(best);
            }
        }
        if best.rank == *points {
            break;
        }
    }
    match unknown {
        Some(at) if best.rank == 0 => Err(no_value(at)),
        _ => Ok(best),
    }
}

/// Sizes of leading squares, each half as large again as the one before, the last of all points.
fn sizes(points: usize) -> impl Iterator<Item = usize> {
    let grown = |size: &usize| Some(size + size / 2);
    let smaller = std::iter::successors(Some(FIRST_SIZE), grown).take_while(move |n| *n < points);
    smaller.chain([points])
}

/// Points of the first square.
pub(super) const FIRST_SIZE: usize = 16;

/// Points on either side.
pub(super) type Sides = [Vec<DMatrix<Rational>>; 2];

/// The points of these rows and columns.
fn lines(minor: impl Iterator<Item = (usize, usize)>, [left, right]: &Sides) -> Sides {
    minor.map(|(row, col)| (left[row].clone(), right[col].clone())).unzip().into()
}

/// A minor that is not proved.
pub(super) struct Chosen<'a> {
    /// Rows and columns of the grid.
    pub(super) minor: &'a [(usize, usize)],
    pub(super) sides: &'a Sides,
    /// Points on a side of the grid.
    pub(super) points: usize,
}

impl RealRank {
    /// How it is found, for programs.
    pub const METHOD: &str = "enclosure";
    /// What it is the rank of.
    pub const SCOPE: &str = "the network with these weights, all inputs";

    /// Nothing yet.
    pub(super) fn none(problem: &RealProblem, network: Network<Rational>) -> Self {
        Self {
            problem: problem.clone(),
            network,
            rank: 0,
            points: 0,
            precision: PROOF_PRECISIONS[0],
            limit: None,
            minor: [Vec::new(), Vec::new()],
            bits: 1,
            proved: None,
        }
    }

    /// Takes a larger minor, if the checker accepts it.
    pub(super) fn prove(
        &mut self,
        Chosen { minor, sides, points }: Chosen<'_>,
        bits: u64,
        stop: &Stop,
    ) -> Result<(), Uncertified> {
        let minor = lines(minor.iter().copied(), sides);
        let (certificate, bits) = self.accepted(&minor, bits, stop)?;
        (self.rank, self.points, self.minor, self.bits) = (minor[0].len(), points, minor, bits);
        self.precision = u32::try_from(bits).unwrap_or(u32::MAX); // at most 2^14
        self.proved = Some(certificate);
        Ok(())
    }

    /// These pivots, if they are more.
    fn take(&mut self, pivots: &[Pivot], sides: &Sides, precision: u32) {
        if pivots.len() <= self.rank {
            return;
        }
        self.rank = pivots.len();
        self.precision = precision;
        self.minor = lines(pivots.iter().map(|p| (p.row, p.col)), sides);
        // A checker's error is one of units, not of digits: as many bits more as the least pivot is small.
        let small = pivots.iter().filter_map(|p| p.size.get_exp()).min().unwrap_or(0);
        self.bits = u64::from(precision) + u64::from(small.min(0).unsigned_abs()) + SPARE_BITS;
    }

    /// What the bound rests on, in words.
    pub fn reason(&self) -> String {
        let Self { rank, points, precision, .. } = self;
        let rows = if *rank == 1 { "row" } else { "rows" };
        let minor = format!("a minor of {rank} {rows} of the values at {points} x {points} points");
        match self.proved {
            None => format!("{minor}, enclosed in intervals of {precision} bits: no pivot is 0"),
            Some(_) => format!(
                "{minor}, chosen in doubles and enclosed by the checker to {precision} bits after the point: it is not 0"
            ),
        }
    }

    /// The certificate of the bound: weights, points and order of elimination, and how exactly to compute. It has been
    /// checked: with bits that double until the checker needs no more, as its errors are bounded in another way.
    ///
    /// Cost: nothing more where the checker has proved the bound; else that of checking it, rank^2 evaluations in the
    /// checker's arithmetic, for every number of bits tried; the last takes about as long as `seprank check`.
    /// `check::progress` says how far it is.
    ///
    /// # Errors
    /// If the checker accepts it with no number of bits that it allows.
    pub fn certificate(&self) -> Result<Cow<'_, Certificate>, Uncertified> {
        match &self.proved {
            Some(certificate) => Ok(Cow::Borrowed(certificate)),
            None => Ok(Cow::Owned(self.accepted(&self.minor, self.bits, &NEVER)?.0)),
        }
    }

    /// The certificate with the first number of bits, from `bits` on, at which the checker accepts it.
    fn accepted(
        &self,
        minor: &Sides,
        bits: u64,
        stop: &Stop,
    ) -> Result<(Certificate, u64), Uncertified> {
        let ended = || stop.is_due();
        let options = check::Options { eliminate: false, stop: Some(&ended) };
        let mut bits = bits.min(check::MAX_ENCLOSURE_BITS);
        loop {
            let certificate = self.with_bits(minor, bits);
            match check::check_by(&certificate, options) {
                Verdict::Incomplete(finding)
                    if finding.kind == Kind::Enclosure && bits < check::MAX_ENCLOSURE_BITS =>
                {
                    bits = (2 * bits).min(check::MAX_ENCLOSURE_BITS);
                }
                verdict if verdict.is_valid() => return Ok((certificate, bits)),
                verdict => return Err(Uncertified { bits, verdict }),
            }
        }
    }

    fn with_bits(&self, [left, right]: &Sides, bits: u64) -> Certificate {
        let side = |points: &[DMatrix<Rational>]| {
            // The file is by rows.
            points.iter().map(|m| m.transpose().iter().map(rational).collect()).collect()
        };
        Certificate::new(Claim::Rank(Box::new(RankClaim {
            problem: problem_in_certificate(self.problem.shape()),
            scope: file::Scope::Fixed,
            relation: Relation::AtLeast,
            value: Value::Exact(Text(left.len().into())),
            weights: Some(weights(self.problem.shape(), &self.network)),
            lower: Some(Lower::Enclosure(Enclosure { bits, left: side(left), right: side(right) })),
            upper: None,
        })))
    }
}

/// Why a bound has no certificate.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no certificate: at {bits} bits the checker says {verdict}")]
pub struct Uncertified {
    /// Bits after the point, the most that were tried.
    pub bits: u64,
    /// What the checker said.
    pub verdict: Verdict,
}

/// For what a checker loses in the network and in the elimination.
const SPARE_BITS: u64 = 64;

/// The bound, what it is of and what it rests on; no line end at the end.
impl fmt::Display for RealRank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = describe(self.problem.shape());
        writeln!(f, "separation rank >= {}  (lower, by {})", self.rank, Self::METHOD)?;
        writeln!(f, "  of: {}\n  network: {network}", Self::SCOPE)?;
        write!(f, "  by: {}", self.reason())?;
        match self.limit {
            Some(limit) => write!(f, "\n  ended by {limit}: a longer run may show more"),
            None => Ok(()),
        }
    }
}
