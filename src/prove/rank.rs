//! The separation rank of one problem: by grid or by coefficients, with what it rests on.

use crate::arith::{Fp, Prime, Rational};
use crate::bounds::{self, Side};
use crate::linalg::{Echelon, rank_mod_p};
use crate::network::layers::Layer;
use crate::network::witness::{Witness, WitnessKind};
use crate::network::{
    InputFamily, InvalidProblem, Network, Problem, RANDOM_WEIGHT_RANGE, WeightStyle,
};
use crate::tensor::hankel::{self, BlockRank};
use crate::tensor::{
    CoefficientForecast, CoefficientTensor, GridPoints, MemoryLimit, TooLarge, grid, random_points,
};
use nalgebra::DMatrix;
use num_traits::Zero;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rug::Integer;

/// Which weights.
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// Random integers: the answer is about the generic separation rank.
    Random,
    /// Random integers of a special style.
    Styled(WeightStyle),
    /// A construction from a proof.
    Named(WitnessKind),
    /// A construction from a proof with chosen free parameters.
    Witness(Box<Witness>),
    /// These weights.
    Given(Network<Rational>),
}

/// Which inputs the rank is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// All of them.
    All,
    /// The family in the proof of the named weights.
    Theorem,
}

/// How to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The cheapest of the others that applies.
    Auto,
    /// The coefficient matrix.
    Coefficients,
    /// A grid matrix.
    Grid,
    /// Hankel blocks of a function of the sum of the two sides, where the problem is one.
    Hankel,
}

/// What to compute.
#[derive(Clone, Debug)]
pub struct RankRequest {
    /// The problem.
    pub problem: Problem,
    /// The weights.
    pub weights: Weights,
    /// The inputs.
    pub inputs: Inputs,
    /// The method.
    pub method: Method,
    /// Seed of the random weights and points.
    pub seed: u64,
    /// Limit on memory.
    pub memory: MemoryLimit,
    /// Largest number of points on a side of a grid: the rank found is at most this.
    pub points: Option<u64>,
}

impl RankRequest {
    /// Random weights, all inputs, automatic method, seed 0, default memory limit.
    pub fn new(problem: Problem) -> Self {
        let (weights, inputs, method) = (Weights::Random, Inputs::All, Method::Auto);
        let memory = MemoryLimit::default();
        Self { problem, weights, inputs, method, seed: 0, memory, points: None }
    }
}

/// What the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The rank is known exactly: a lower witness meets a theorem.
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
    /// Nothing certified. The chance that a random draw of weights and points loses rank is at most
    /// this (Schwartz-Zippel), or no useful bound is known.
    Chance(Option<f64>),
}

/// The matrix whose minor is the lower witness.
#[derive(Clone, Debug)]
pub enum Route {
    /// A grid.
    Grid {
        /// Its points.
        points: GridPoints<Fp>,
        /// A minor that is not zero modulo the prime.
        minor: Echelon,
    },
    /// The coefficient matrix.
    Coefficients {
        /// A minor; its indices count through the blocks in order.
        minor: Echelon,
    },
    /// Hankel blocks, whose ranks add up.
    Hankel {
        /// The blocks by degree in the other side's variables.
        blocks: Vec<BlockRank>,
    },
}

impl Route {
    /// The rank that the evidence shows.
    pub fn rank(&self) -> usize {
        match self {
            Self::Grid { minor, .. } | Self::Coefficients { minor } => minor.rank,
            Self::Hankel { blocks } => blocks.iter().map(|b| b.rank).sum(),
        }
    }
}

/// A bound that applies, with its exact value where it can be written.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundValue {
    /// Id in the registry.
    pub id: &'static str,
    /// Side.
    pub side: Side,
    /// Value.
    pub value: Option<Integer>,
}

/// A rank with its evidence.
#[derive(Clone, Debug)]
pub struct RankAnswer {
    /// The rank.
    pub rank: usize,
    /// Whether it is exact.
    pub status: Status,
    /// What the upper half rests on.
    pub basis: Basis,
    /// The weights used.
    pub network: Network<Rational>,
    /// The prime of the lower witness.
    pub prime: Prime,
    /// The lower witness.
    pub route: Route,
    /// The bounds that apply.
    pub bounds: Vec<BoundValue>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RankError {
    /// The request makes no sense.
    #[error(transparent)]
    Invalid(#[from] InvalidProblem),
    /// The computation would not fit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// The generator of everything random in a request.
pub(crate) fn generator(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Computes the rank that `request` asks for. `progress` is called with (rows done, rows planned).
///
/// # Errors
/// [`RankError::Invalid`] if named weights or inputs do not fit the problem,
/// [`RankError::TooLarge`] if the forecast is over the memory limit.
pub fn rank(
    request: &RankRequest,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RankAnswer, RankError> {
    let problem = &request.problem;
    problem.degree()?;
    let weight_count = problem.architecture().parameter_count(problem.tokens());
    request.memory.check(
        "the weights",
        weight_count.and_then(|n| n.checked_mul(64)),
        "--depth, --width or --tokens",
    )?;
    let mut rng = generator(request.seed);
    let (network, witness) = match &request.weights {
        Weights::Random => (WeightStyle::Random.draw(problem, &mut rng), None),
        Weights::Styled(style) => (style.draw(problem, &mut rng), None),
        Weights::Given(network) => (network.clone(), None),
        Weights::Named(kind) => {
            let witness = kind.build(problem)?;
            (witness.network.clone(), Some(witness))
        }
        Weights::Witness(witness) => (witness.network.clone(), Some(witness.as_ref().clone())),
    };
    let family = match (request.inputs, &witness) {
        (Inputs::All, _) => InputFamily::all(problem),
        (Inputs::Theorem, Some(witness)) => witness.family.clone(),
        (Inputs::Theorem, None) => {
            return Err(InvalidProblem::new(
                "inputs",
                "theorem",
                "needs the weights power, isotropic, heads or blocks, whose proofs name the inputs",
            )
            .into());
        }
    };
    for prime in [LARGE_PRIME, WORD_PRIME] {
        let entries = || network.parameters().iter().flatten().flat_map(|m| m.iter());
        if let Some(weight) = entries().find(|w| Fp::from_ratio(w, prime).is_none()) {
            let allowed =
                format!("denominators must not be divisible by the prime {}", prime.get());
            return Err(InvalidProblem::new("weights", weight, allowed).into());
        }
    }
    let bounds: Vec<BoundValue> = bounds::applicable(problem)
        .into_iter()
        .map(|b| BoundValue { id: b.id(), side: b.side(), value: b.value(problem) })
        .collect();
    let plan =
        Plan { request, network: &network, family: &family, witness: &witness, bounds: &bounds };
    let (route, prime) = plan.route(&mut rng, progress)?;
    let rank = route.rank();
    let (status, basis) = plan.judge(rank, prime);
    Ok(RankAnswer { rank, status, basis, prime, route, bounds, network })
}

/// The first grid has at least this many points on a side, if an upper bound does not say fewer do.
pub(super) const SMALL_GRID: u64 = 64;

/// A coefficient tensor of at most so many terms is tried before anything else.
pub(super) const SMALL_TENSOR: u64 = 500;

/// The modulus of grids and of coefficient matrices.
const LARGE_PRIME: Prime = Prime::MERSENNE_61;

/// The modulus of Hankel blocks: products of residues are exact in double precision.
const WORD_PRIME: Prime = Prime::WORD;

/// Whether every W and V of an attention network is diagonal.
fn has_sign_symmetry(network: &Network<Rational>) -> bool {
    let diagonal = |m: DMatrix<Rational>| {
        (0..m.nrows()).all(|i| (0..m.ncols()).all(|j| i == j || m[(i, j)].is_zero()))
    };
    network.layers().iter().all(|layer| matches!(layer, Layer::Attention(_)))
        && network
            .parameters()
            .iter()
            .flat_map(|layer| layer.chunks_exact(4))
            .all(|f| diagonal(&f[0] * f[1].transpose()) && diagonal(&f[2] * f[3].transpose()))
}

struct Plan<'a> {
    request: &'a RankRequest,
    network: &'a Network<Rational>,
    family: &'a InputFamily,
    witness: &'a Option<Witness>,
    bounds: &'a [BoundValue],
}

impl Plan<'_> {
    /// The route that the method names. Automatically: the tensor where it is small, Hankel blocks
    /// where they apply and a grid would not be small, else a grid.
    fn route(
        &self,
        rng: &mut ChaCha20Rng,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(Route, Prime), RankError> {
        let large = LARGE_PRIME;
        match self.request.method {
            Method::Coefficients => {
                return Ok((Route::Coefficients { minor: self.by_coefficients(large)? }, large));
            }
            Method::Hankel => {
                let blocks = self.by_hankel(rng, progress)?.ok_or_else(|| {
                    InvalidProblem::new(
                        "method",
                        "hankel",
                        "needs all inputs, and attention with both sides at least as large as the width, or a \
                         Mixer without biases, residuals or permutation with both sides at least S",
                    )
                })?;
                return Ok((Route::Hankel { blocks }, WORD_PRIME));
            }
            Method::Auto => {
                let union = self.family.left.branches.len() > 1;
                let forecast = CoefficientForecast::new(&self.request.problem, self.family);
                if !union && forecast.is_some_and(|f| f.terms <= SMALL_TENSOR) {
                    return Ok((
                        Route::Coefficients { minor: self.by_coefficients(large)? },
                        large,
                    ));
                }
                if self.upper().is_none_or(|(_, value)| *value > SMALL_GRID)
                    && let Some(blocks) = self.by_hankel(rng, progress)?
                {
                    return Ok((Route::Hankel { blocks }, WORD_PRIME));
                }
            }
            Method::Grid => {}
        }
        let (minor, points) = self.by_grid(large, rng, progress)?;
        Ok((Route::Grid { points, minor }, large))
    }

    /// The ranks of the Hankel blocks, or `None` if the problem is not a function of a sum.
    fn by_hankel(
        &self,
        rng: &mut ChaCha20Rng,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Option<Vec<BlockRank>>, RankError> {
        let (problem, memory) = (&self.request.problem, self.request.memory);
        let Some(sizes) =
            hankel::Sizes::new(problem).filter(|_| self.request.inputs == Inputs::All)
        else {
            return Ok(None);
        };
        memory.check("the table of coefficients", Some(sizes.bytes), "--depth or --width")?;
        let blocks: Vec<u64> = (0..=sizes.degree)
            .map(|b| {
                let (rows, cols) = sizes.block(b);
                rows.min(cols)
            })
            .collect();
        // By sign symmetry a block is a direct sum of up to 2^(d-1) classes, of nearly one size where
        // they matter; half as large again is room for the differences.
        let parts =
            if has_sign_symmetry(self.network) { 1u64 << (problem.width() - 1).min(31) } else { 1 };
        let largest = blocks.iter().copied().max().unwrap_or(0);
        let largest = if parts > 1 { 3 * largest / (2 * parts) + 1 } else { largest };
        let bytes = largest.checked_mul(largest).and_then(|n| n.checked_mul(8));
        memory.check(format!("a {largest} x {largest} block"), bytes, "--depth or --width")?;
        let function = hankel::gram_function(problem, self.network, WORD_PRIME)
            .or_else(|| hankel::reduced_function(problem, self.network, WORD_PRIME));
        let Some(function) = function else { return Ok(None) };
        // The cost of a block grows with the cube of its size; that is what progress counts.
        let cost = |size: u64| (size / 16).pow(3);
        let total = blocks.iter().map(|s| cost(*s)).sum();
        let ranks = blocks.iter().enumerate().map(|(b, size)| {
            let block = function.block_rank(b, memory.0, rng);
            progress(cost(*size), total);
            block
        });
        Ok(Some(ranks.collect()))
    }

    fn theorem_inputs(&self) -> bool {
        self.request.inputs == Inputs::Theorem
    }

    /// The least upper bound of the registry, with its id.
    fn upper(&self) -> Option<(&'static str, &Integer)> {
        let uppers = self.bounds.iter().filter(|b| b.side == Side::Upper);
        uppers.filter_map(|b| Some((b.id, b.value.as_ref()?))).min_by_key(|b| b.1)
    }

    /// The rank that is certain to be reached, to forecast by: of random weights the best lower
    /// bound, of a proof's inputs its formula.
    fn expected(&self) -> Integer {
        if self.request.weights == Weights::Random {
            let lowers = self.bounds.iter().filter(|b| b.side == Side::Lower);
            lowers.filter_map(|b| b.value.clone()).max().unwrap_or_default()
        } else {
            self.witness.as_ref().map(|w| w.rank.clone()).unwrap_or_default()
        }
    }

    fn by_coefficients(&self, prime: Prime) -> Result<Echelon, RankError> {
        let embed = |c: &Rational| Fp::from_ratio(c, prime).unwrap_or_else(|| Fp::new(0, prime));
        let request = self.request;
        let tensor = CoefficientTensor::new(
            &request.problem,
            self.network,
            self.family,
            embed,
            request.memory,
        )?;
        let matrix = tensor.matricize();
        let mut total = Echelon { rank: 0, pivot_rows: Vec::new(), pivot_cols: Vec::new() };
        let (mut row, mut col) = (0, 0);
        for block in &matrix.blocks {
            let bytes = (block.rows.len() as u64).checked_mul(block.cols.len() as u64 * 24);
            request.memory.check(
                "a block of the coefficient matrix",
                bytes,
                "--depth, --width or --tokens",
            )?;
            let echelon = rank_mod_p(&block.to_dense(), prime);
            total.rank += echelon.rank;
            total.pivot_rows.extend(echelon.pivot_rows.iter().map(|i| row + i));
            total.pivot_cols.extend(echelon.pivot_cols.iter().map(|j| col + j));
            row += block.rows.len();
            col += block.cols.len();
        }
        Ok(total)
    }

    /// Square grids of growing size, until the rank stays below the size. One point more than the
    /// best upper bound is always enough to see that bound hold, or fail.
    fn by_grid(
        &self,
        prime: Prime,
        rng: &mut ChaCha20Rng,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(Echelon, GridPoints<Fp>), RankError> {
        let network =
            self.network.map(|c| Fp::from_ratio(c, prime).unwrap_or_else(|| Fp::new(0, prime)));
        let most = self.upper().map_or(Some(u64::MAX), |(_, value)| value.to_u64());
        let most = most.map_or(u64::MAX, |upper| upper.saturating_add(1));
        let most = self.request.points.map_or(most, |points| most.min(points));
        let check = |size: Option<u64>| {
            let bytes = size.and_then(|s| s.checked_mul(s)?.checked_mul(24));
            let what = match size {
                Some(size) => format!("a {size} x {size} grid matrix"),
                None => "the grid matrix".into(),
            };
            self.request.memory.check(what, bytes, "--depth, --width or --tokens")
        };
        let expected = match self.request.points {
            Some(_) => Some(0),
            None => self.expected().to_u64(),
        };
        check(expected)?;
        let expected = expected.unwrap_or(u64::MAX);
        let mut size = most.min(expected.saturating_add(1).max(SMALL_GRID));
        loop {
            check(Some(size))?;
            let count = size as usize;
            let points = random_points(self.family, (count, count), prime, rng);
            let matrix: DMatrix<Fp> =
                grid(&self.request.problem, &network, &points, &|rows| progress(rows, size));
            let minor = rank_mod_p(&matrix, prime);
            if minor.rank < count || size >= most {
                return Ok((minor, points));
            }
            size = most.min(2 * size);
        }
    }

    fn judge(&self, rank: usize, prime: Prime) -> (Status, Basis) {
        if let Some((id, value)) = self.upper()
            && *value == rank
        {
            return (Status::Exact, Basis::Theorem(id));
        }
        if self.theorem_inputs()
            && let Some(witness) = self.witness
            && witness.rank == rank
        {
            return (Status::Exact, Basis::ProofFamily(witness.kind));
        }
        (Status::Lower, Basis::Chance(self.chance(rank, prime)))
    }

    /// A larger minor, were it not the zero polynomial, has degree at most (r+1) times that of f:
    /// in the weights, drawn from 2 RANGE + 1 integers, and in the inputs, drawn from F_p.
    fn chance(&self, rank: usize, prime: Prime) -> Option<f64> {
        // Of a grid that was not allowed to grow nothing is known beyond its size.
        if self.request.points.is_some_and(|points| points <= rank as u64) {
            return None;
        }
        let size = rank as f64 + 1.0;
        let input = size * self.request.problem.degree().ok()? as f64 / prime.get() as f64;
        let weights = match self.request.weights {
            Weights::Random => {
                let choices = (2 * RANDOM_WEIGHT_RANGE + 1) as f64;
                size * self.request.problem.weight_degree()? as f64 / choices
            }
            _ => 0.0,
        };
        Some(2.0 * (input + weights)).filter(|p| *p < 1.0 && !self.theorem_inputs())
    }
}
