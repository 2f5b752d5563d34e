//! The dimension of the set of functions that a network can be: the generic rank of its Jacobian (docs/theory.md, 1.10).

mod answer;
mod jacobian;
mod upper;

pub use answer::{DimensionAnswer, DimensionMinor, Outputs, WeightEntry};
pub use upper::UpperBound;

use super::modulus::{LARGE, LEAST_CHANCE, faithful};
use super::request::{RankError, generator};
use super::units;
use crate::arith::{Fp, Prime};
use crate::linalg::Echelon;
use crate::network::{Network, Problem, WeightStyle};
use crate::prove::Status;
use crate::stop::{Limit, Stop};
use crate::tensor::{MemoryLimit, random_inputs, weight_bytes};
use jacobian::Jacobian;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;
use std::time::Instant;

/// Of which network, and which of its outputs.
#[derive(Clone, Debug)]
pub struct DimensionRequest {
    /// The network; its partition does not matter.
    pub problem: Problem,
    /// The outputs that make the function.
    pub outputs: Outputs,
    /// Seed of the random weights and points.
    pub seed: u64,
    /// Limit on memory.
    pub memory: MemoryLimit,
    /// When to end with what is found.
    pub stop: Stop,
}

impl DimensionRequest {
    /// The whole last state, seed 0, default memory limit, no end of time.
    pub fn new(problem: Problem) -> Self {
        let (memory, stop) = (MemoryLimit::default(), Stop::new(None));
        Self { problem, outputs: Outputs::State, seed: 0, memory, stop }
    }
}

/// What a dimension will cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DimensionForecast {
    /// Free weights: rows of the Jacobian.
    pub weights: u64,
    /// Points at first, each with a column for every output; there may be more where their columns are dependent.
    pub points: u64,
    /// Columns of the Jacobian, with those points.
    pub columns: u64,
    /// Largest memory in use, in bytes.
    pub bytes: u64,
    /// Seconds, from one derivative timed now and the rate of eliminations.
    pub seconds: f64,
}

/// Where it would not fit, what to reduce.
const REDUCE: &[&str] = &["depth", "width", "tokens"];

/// Sizes of a Jacobian, seen to fit the limit on memory.
struct Plan {
    weights: usize,
    outputs: Vec<(usize, usize)>,
    points: usize,
    upper: Vec<UpperBound>,
    /// Bytes besides the Jacobian's.
    fixed: u64,
}

impl Plan {
    fn new(request: &DimensionRequest) -> Result<Self, RankError> {
        let problem = &request.problem;
        problem.degree()?;
        let check = |bytes| request.memory.check("the Jacobian", bytes, REDUCE);
        let parameters = problem.architecture().parameter_count(problem.tokens());
        check(weight_bytes(problem, 1))?;
        let weights = problem.free_weights();
        let outputs = request.outputs.entries(problem);
        let upper = upper::bounds(problem, weights as u64, &outputs);
        let least = upper.iter().map(|b| b.value).min().unwrap_or(0);
        // One point more than would do if its columns were independent.
        let points = (least as usize).div_ceil(outputs.len()).saturating_add(1);
        let threads = rayon::current_num_threads() as u64;
        // A copy of the weights as dual numbers, and the states of a pass, for each thread.
        let copies = parameters.and_then(|p| {
            p.checked_add(units::held(problem))?.checked_mul(32)?.checked_mul(threads)
        });
        let fixed = copies.zip(weight_bytes(problem, 1)).and_then(|(c, w)| c.checked_add(w));
        let plan = Self { weights, outputs, points, upper, fixed: fixed.unwrap_or(u64::MAX) };
        check(plan.bytes(points))?;
        Ok(plan)
    }

    /// With so many points: the Jacobian, and the copy of it that is eliminated.
    fn bytes(&self, points: usize) -> Option<u64> {
        let columns = (self.outputs.len() as u64).checked_mul(points as u64)?;
        columns.checked_mul(self.weights as u64)?.checked_mul(16)?.checked_add(self.fixed)
    }

    fn least(&self) -> u64 {
        self.upper.iter().map(|b| b.value).min().unwrap_or(0)
    }
}

/// Random weights modulo the largest prime modulo which the given ones keep their meaning.
fn draw(problem: &Problem, rng: &mut ChaCha20Rng) -> Result<(Network<Fp>, Prime), RankError> {
    let given = WeightStyle::Zero.draw(problem, rng);
    let prime = faithful(&given, LARGE)?;
    let mut network = given.modulo(prime).map_err(|e| RankError::no_prime(1, e))?;
    for weight in jacobian::free_weights(problem) {
        let value = Fp::from_residue(rng.random_range(0..prime.get()), prime);
        *network.entry_mut(weight.layer, weight.parameter, weight.at) = value;
    }
    Ok((network, prime))
}

/// The forecast for `request`. Cost: that of one derivative and of drawing the weights, besides a tenth of a second.
///
/// # Errors
/// Those of [`dimension`].
pub fn dimension_forecast(request: &DimensionRequest) -> Result<DimensionForecast, RankError> {
    let plan = Plan::new(request)?;
    let columns = (plan.points * plan.outputs.len()) as u64;
    let mut rng = generator(request.seed);
    let (network, prime) = draw(&request.problem, &mut rng)?;
    let x = point(&request.problem, prime, &mut rng);
    let start = Instant::now();
    jacobian::first_slopes(&network, &x);
    let pass = start.elapsed().as_secs_f64();
    let passes = (plan.weights * plan.points) as f64 / rayon::current_num_threads() as f64;
    let order = (plan.weights as u64).min(columns);
    let elimination = super::Rates::default().large().seconds(order);
    Ok(DimensionForecast {
        weights: plan.weights as u64,
        points: plan.points as u64,
        columns,
        bytes: plan.bytes(plan.points).unwrap_or(u64::MAX),
        seconds: passes * pass + elimination,
    })
}

fn point(problem: &Problem, prime: Prime, rng: &mut ChaCha20Rng) -> nalgebra::DMatrix<Fp> {
    let sides = random_inputs(problem, (1, 1), prime, rng);
    problem.partition().assemble(&sides.left[0], &sides.right[0])
}

/// The dimension of the closure of the set of functions that the network is for all its weights: the rank of the
/// Jacobian of the chosen outputs, at random points, in the weights, at random weights modulo a prime. `progress` is
/// called with (derivatives found, derivatives planned).
///
/// Points are added until one of them adds nothing to the rank, or it meets an upper bound; once the request's `stop`
/// is due it ends with what the points so far show.
///
/// Cost: a forward pass of dual numbers for each weight and point, and an elimination of that order: see
/// [`dimension_forecast`].
///
/// # Errors
/// A degree past 64 bits; [`RankError::TooLarge`] if the Jacobian is over the memory limit;
/// [`RankError::NoPrime`] if given values are multiples of a hundred primes.
pub fn dimension(
    request: &DimensionRequest,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<DimensionAnswer, RankError> {
    let plan = Plan::new(request)?;
    let mut rng = generator(request.seed);
    let (network, prime) = draw(&request.problem, &mut rng)?;
    let mut jacobian = Jacobian::new(&request.problem, &network, &plan.outputs, prime);
    let mut wanted = plan.points;
    let (found, limit) = loop {
        let planned = (wanted * plan.weights) as u64;
        while jacobian.points() < wanted && !request.stop.is_due() {
            let x = point(&request.problem, prime, &mut rng);
            jacobian.add(x, &request.stop, &|done| progress(done, planned));
        }
        let found = jacobian.rank(&request.stop);
        // An elimination that was stopped tells nothing of the last point.
        let whole = !request.stop.is_due();
        let settled =
            found.rank as u64 >= plan.least() || (whole && jacobian.last_adds_nothing(&found));
        let more = wanted.saturating_add((wanted / 2).max(1));
        let fits = plan.bytes(more).is_some_and(|bytes| bytes <= request.memory.0);
        match (settled, request.stop.due()) {
            (true, _) => break (found, None),
            (_, Some(limit)) => break (found, Some(limit)),
            _ if !fits => break (found, Some(Limit::Memory)),
            _ => wanted = more,
        }
    };
    Ok(judged(request, &plan, &jacobian, found, prime, limit))
}

/// The one verdict: exact where an upper bound is met.
fn judged(
    request: &DimensionRequest,
    plan: &Plan,
    jacobian: &Jacobian,
    found: Echelon,
    prime: Prime,
    limit: Option<Limit>,
) -> DimensionAnswer {
    let (dimension, least) = (found.rank as u64, plan.least());
    let status = if dimension == least { Status::Exact } else { Status::Lower };
    let chance = match (status, limit) {
        (Status::Lower, None) => chance(&request.problem, jacobian.points(), least, prime),
        _ => None,
    };
    DimensionAnswer {
        problem: request.problem.clone(),
        outputs: request.outputs,
        dimension,
        status,
        chance,
        weights: plan.weights as u64,
        upper: plan.upper.clone(),
        points: jacobian.points(),
        prime,
        minor: jacobian.minor(&found),
        seed: request.seed,
        limit,
    }
}

/// The chance of 1.12 that the rank modulo the prime is larger: a point that adds nothing although the rank over all
/// points is larger, or weights at which that rank is below the generic one, which is at most `least`.
fn chance(problem: &Problem, points: usize, least: u64, prime: Prime) -> Option<f64> {
    let of_points = points as f64 * problem.degree().ok()? as f64;
    let of_weights = least as f64 * problem.weight_degree()? as f64;
    let chance = (of_points + of_weights) / prime.get() as f64;
    (chance < 1.0).then_some(chance.max(LEAST_CHANCE))
}
