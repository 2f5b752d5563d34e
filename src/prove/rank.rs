//! The separation rank of one problem: by grid or by coefficients, with what it rests on.

use crate::arith::{Fp, Prime, Rational};
use crate::bounds::{self, Side};
use crate::linalg::{Echelon, rank_mod_p};
use crate::network::witness::{Witness, WitnessKind};
use crate::network::{
    InputFamily, InvalidProblem, Network, Problem, RANDOM_WEIGHT_RANGE, random_weights,
};
use crate::tensor::{
    CoefficientForecast, CoefficientTensor, GridPoints, MemoryLimit, TooLarge, grid, random_points,
};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rug::Integer;

/// Which weights.
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// Random integers: the answer is about the generic separation rank.
    Random,
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
    /// The cheaper of the other two.
    Auto,
    /// The coefficient matrix.
    Coefficients,
    /// A grid matrix.
    Grid,
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
}

impl RankRequest {
    /// Random weights, all inputs, automatic method, seed 0, default memory limit.
    pub fn new(problem: Problem) -> Self {
        let (weights, inputs, method) = (Weights::Random, Inputs::All, Method::Auto);
        Self { problem, weights, inputs, method, seed: 0, memory: MemoryLimit::default() }
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
    /// A grid at these points.
    Grid(GridPoints<Fp>),
    /// The blocks of the coefficient matrix; pivot indices count through them in order.
    Coefficients,
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
    /// The minor that is not zero modulo the prime.
    pub minor: Echelon,
    /// Where the minor is from.
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
        Weights::Random => (random_weights(problem, &mut rng), None),
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
                "needs --weights power, isotropic, heads or blocks, whose proofs name the inputs",
            )
            .into());
        }
    };
    let bounds: Vec<BoundValue> = bounds::applicable(problem)
        .into_iter()
        .map(|b| BoundValue { id: b.id(), side: b.side(), value: b.value(problem) })
        .collect();
    let plan =
        Plan { request, network: &network, family: &family, witness: &witness, bounds: &bounds };
    let prime = Prime::MERSENNE_61;
    let (minor, route) = match plan.method()? {
        Method::Coefficients => (plan.by_coefficients(prime)?, Route::Coefficients),
        _ => {
            let (minor, points) = plan.by_grid(prime, &mut rng, progress)?;
            (minor, Route::Grid(points))
        }
    };
    let (status, basis) = plan.judge(&minor, prime);
    Ok(RankAnswer { rank: minor.rank, status, basis, prime, minor, route, bounds, network })
}

struct Plan<'a> {
    request: &'a RankRequest,
    network: &'a Network<Rational>,
    family: &'a InputFamily,
    witness: &'a Option<Witness>,
    bounds: &'a [BoundValue],
}

impl Plan<'_> {
    /// The tensor is worth it where it is small: it also knows the weights' exact degree structure.
    fn method(&self) -> Result<Method, RankError> {
        if self.request.method != Method::Auto {
            return Ok(self.request.method);
        }
        let union = self.family.left.branches.len() > 1;
        let forecast = CoefficientForecast::new(&self.request.problem, self.family);
        Ok(match forecast {
            Some(f) if !union && f.terms <= 500 => Method::Coefficients,
            _ => Method::Grid,
        })
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

    /// Square grids of growing size, until the rank stays below the size or meets the upper bound.
    fn by_grid(
        &self,
        prime: Prime,
        rng: &mut ChaCha20Rng,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(Echelon, GridPoints<Fp>), RankError> {
        let network =
            self.network.map(|c| Fp::from_ratio(c, prime).unwrap_or_else(|| Fp::new(0, prime)));
        let upper = self.upper().and_then(|(_, value)| value.to_u64());
        let expected = self.expected();
        let check = |size: Option<u64>| {
            let bytes = size.and_then(|s| s.checked_mul(s)?.checked_mul(24));
            let what = match size {
                Some(size) => format!("a {size} x {size} grid matrix"),
                None => "the grid matrix".into(),
            };
            self.request.memory.check(what, bytes, "--depth, --width or --tokens")
        };
        // One more row than expected shows that the rank stops there.
        let mut size = match (expected.to_u64(), upper) {
            (Some(expected), upper) => {
                upper.unwrap_or(u64::MAX).min(expected.saturating_add(1).max(48))
            }
            (None, _) => {
                return check(None).map(|_| unreachable!("no size fits")).map_err(Into::into);
            }
        };
        loop {
            check(Some(size))?;
            let count = size as usize;
            let points = random_points(self.family, (count, count), prime, rng);
            let matrix: DMatrix<Fp> =
                grid(&self.request.problem, &network, &points, &|rows| progress(rows, size));
            let minor = rank_mod_p(&matrix, prime);
            let full = minor.rank == count;
            if !full || upper.is_some_and(|u| size >= u) {
                return Ok((minor, points));
            }
            size = upper.unwrap_or(u64::MAX).min(2 * size);
        }
    }

    fn judge(&self, minor: &Echelon, prime: Prime) -> (Status, Basis) {
        let rank = Integer::from(minor.rank);
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
        (Status::Lower, Basis::Chance(self.chance(minor.rank, prime)))
    }

    /// A larger minor, were it not the zero polynomial, has degree at most (r+1) times that of f:
    /// in the weights, drawn from 2 RANGE + 1 integers, and in the inputs, drawn from F_p.
    fn chance(&self, rank: usize, prime: Prime) -> Option<f64> {
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
