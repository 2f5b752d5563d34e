//! What is answered: a rank with the evidence that it rests on.

use super::witness::WitnessKind;
use crate::arith::{Fp, Prime, Rational};
use crate::bounds::{LogInterval, Side};
use crate::network::{InputFamily, Network, Problem};
use crate::poly::Monomial;
use crate::stop::Limit;
use crate::tensor::hankel::BlockRank;
use crate::tensor::{CoefficientMatrix, GridPoints, MemoryLimit};
use rug::Integer;

/// What a rank is the rank of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The generic separation rank: the maximum over all weights, taken by almost all.
    Generic,
    /// The network with its weights, on all inputs.
    Weights,
    /// The network with its weights, on the inputs of the proof that they are from.
    ProofInputs,
}

/// Whether the rank is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The rank is known exactly: the minor is met from above.
    Exact,
    /// The rank is at least this.
    Lower,
}

/// What the upper half of the answer rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// An upper bound of the registry has the same value.
    Theorem(&'static str),
    /// The formula for the inputs of the proof of the named weights.
    ProofFamily(WitnessKind),
    /// The coefficient matrix with these weights has this rank over Q, and so a factorisation.
    Factorisation,
    /// Nothing certified. The chance that the rank modulo the prime is larger, over random points and,
    /// for the generic rank, random weights, is at most this (Schwartz-Zippel); or no useful bound on
    /// it is known. Of several draws with this rank it is the product, as they are independent.
    Chance(Option<f64>),
}

/// Which matrix a rank is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Route {
    /// The coefficient matrix.
    Coefficients,
    /// A matrix of values on a grid.
    Grid,
    /// Hankel blocks of a function of the sum of the two sides.
    Hankel,
}

impl Route {
    /// The name, as of the values of `method`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coefficients => "coefficients",
            Self::Grid => "grid",
            Self::Hankel => "hankel",
        }
    }
}

/// A minor of one block of the coefficient matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoefficientMinor {
    /// (degree in A, degree in B) of the block, if the polynomial is homogeneous.
    pub bidegree: Option<(u64, u64)>,
    /// Its rows: monomials in the variables of side A.
    pub rows: Vec<Monomial>,
    /// Its columns, as many: monomials in the variables of side B, numbered after those of A.
    pub cols: Vec<Monomial>,
}

/// The lower witness: minors that are not zero modulo the answer's prime.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Values of the network on a grid.
    Grid {
        /// The points of the minor, as many on either side as its rank.
        points: GridPoints<Fp>,
        /// Number of points on a side that were tried.
        tried: usize,
    },
    /// The coefficient matrix, whose blocks' ranks add up.
    Coefficients {
        /// A minor of each block.
        blocks: Vec<CoefficientMinor>,
        /// The matrix over Q, whose rank this is, where the weights are fixed and no theorem is met.
        over_q: Option<CoefficientMatrix<Rational>>,
    },
    /// Hankel blocks, whose ranks add up.
    Hankel {
        /// The blocks by degree in the other side's variables, each with its minors.
        blocks: Vec<BlockRank>,
        /// The changes of sign that split them ([`SumFunction::signs`](crate::tensor::hankel::SumFunction::signs)).
        signs: Vec<u32>,
    },
}

impl Evidence {
    /// The rank that the minors show.
    pub fn rank(&self) -> usize {
        match self {
            Self::Grid { points, .. } => points.left.len(),
            Self::Coefficients { blocks, .. } => blocks.iter().map(|b| b.rows.len()).sum(),
            Self::Hankel { blocks, .. } => blocks.iter().map(|b| b.rank).sum(),
        }
    }

    /// The route that found it.
    pub fn route(&self) -> Route {
        match self {
            Self::Grid { .. } => Route::Grid,
            Self::Coefficients { .. } => Route::Coefficients,
            Self::Hankel { .. } => Route::Hankel,
        }
    }
}

/// What a route has found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) evidence: Evidence,
    /// The prime of its minors.
    pub(super) prime: Prime,
    /// What ended the route before there was all that it looks for.
    pub(super) limit: Option<Limit>,
}

/// A bound that holds, with its exact value where it can be written, and with its size anyhow.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundValue {
    /// Id in the registry.
    pub id: &'static str,
    /// Side.
    pub side: Side,
    /// Value.
    pub value: Option<Integer>,
    /// Around its logarithm; `None` of zero.
    pub log: Option<LogInterval>,
}

/// A rank with everything that it rests on: `answer.certificate()` only writes it down.
#[derive(Clone, Debug)]
pub struct RankAnswer {
    /// The problem.
    pub problem: Problem,
    /// What the rank is the rank of.
    pub scope: Scope,
    /// The rank of the evidence. A lower bound of the registry may be above it:
    /// [`by_theorem`](Self::by_theorem).
    pub rank: usize,
    /// What ended the search for a larger one, if anything did.
    pub limit: Option<Limit>,
    /// Whether the rank is exact.
    pub status: Status,
    /// What the upper half rests on.
    pub basis: Basis,
    /// The weights used.
    pub network: Network<Rational>,
    /// The inputs; `None` for all.
    pub family: Option<InputFamily>,
    /// The prime of the lower witness: no entry of the weights vanishes modulo it, or loses its
    /// denominator.
    pub prime: Prime,
    /// The lower witness.
    pub evidence: Evidence,
    /// The bounds that hold for the scope: of fixed weights and of restricted inputs only upper ones.
    pub bounds: Vec<BoundValue>,
    /// Seed of everything random, in that of the draws which gave the rank first.
    pub seed: u64,
    /// Number of draws that gave this rank, over which the chance is that of all.
    pub draws: u64,
    /// Limit on memory.
    pub memory: MemoryLimit,
}
