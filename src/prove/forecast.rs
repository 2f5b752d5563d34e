//! What a rank will cost, before it is computed: the plan that the run follows, with seconds.
//!
//! Each step is counted in a unit of its own (`units`), and each unit is timed now, on a small problem
//! of the same kind (`rates`). The count supposes that every class of a Hankel block has full rank.

use super::answer::Route;
use super::gap::MOST_OPERATIONS;
use super::modulus;
use super::plan::{Choice, Plan};
use super::rates::Rates;
use super::request::{RankError, RankRequest};
use super::setting::Setting;
use super::{Scope, terms, units};
use crate::network::Problem;
use crate::tensor::hankel::ClassSize;
use crate::tensor::{CoefficientForecast, GridWork};

/// A forecast: route, blocks, bytes, operations and seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The route that [`rank`](super::rank) takes.
    pub route: Route,
    /// Rows and columns of each matrix that is eliminated, at most; of grids the last one.
    pub blocks: Vec<(u64, u64)>,
    /// Of Hankel blocks: into how many classes each falls, and rows and columns of the largest.
    pub classes: Vec<(usize, u64, u64)>,
    /// Largest memory in use, in bytes.
    pub bytes: u64,
    /// Multiply-adds modulo a prime in the eliminations, and what makes their matrices.
    pub operations: f64,
    /// Seconds, from the rates of small computations timed now.
    pub seconds: f64,
    /// Seconds more for a certificate of the answer, most of which are its weights.
    pub certificate: f64,
    /// Whether a grid may grow as far as the rank may ask for; if not, the answer is a lower bound.
    pub fits: bool,
}

/// The forecast for `request`. Of a rank that is not known beforehand, grids are forecast up to the best
/// upper bound, or where there is none as far as memory goes; of several draws, as if each were needed.
/// Cost: below a tenth of a second on two idle cores, besides that of the bounds; of a Mixer also that
/// of drawing its weights.
///
/// # Errors
/// Those of [`rank`](super::rank).
pub fn forecast(request: &RankRequest) -> Result<Forecast, RankError> {
    forecast_at(request, &Rates::default())
}

/// Whether the rank is found in about a second: by a count of its operations and not by a clock, so that it depends
/// on no machine. Cost: that of the plan.
pub fn is_short(request: &RankRequest) -> bool {
    let short = |plan: Plan| plan.operations() <= MOST_OPERATIONS && plan.grids_suffice();
    Plan::of_forecast(request).is_ok_and(short)
}

/// Seconds of the coefficient tensor of `setting`.
pub(super) fn tensor(setting: &Setting, rates: &Rates) -> f64 {
    let RankRequest { problem, .. } = setting.request;
    let variables = match &setting.family {
        Some(family) => family.left.parameters + family.right.parameters,
        None => problem.tokens() * problem.width(),
    };
    let over_q = setting.scope != Scope::Generic;
    terms::of_tensor(problem, setting.family.as_ref()) * rates.term(variables, over_q)
}

/// Seconds of the eliminations of its blocks. Over Q, where it is not a theorem that ends them, there is one modulo a prime
/// for each 24 bits of the largest minors.
fn blocks(setting: &Setting, tensor: CoefficientForecast, rates: &Rates) -> f64 {
    let seconds = |block: [f64; 3]| {
        let once = rates.large().of_block(block);
        let primes = block[2] * setting.entry_bits() / 24.0;
        once + if setting.scope == Scope::Generic {
            0.0
        } else {
            rates.word().of_block(block) * primes
        }
    };
    units::blocks(setting, tensor).into_iter().map(seconds).sum()
}

/// The number of parameters.
fn parameters(problem: &Problem) -> f64 {
    let count = problem.architecture().parameter_count(problem.tokens());
    count.map_or(f64::INFINITY, |n| n as f64)
}

/// The forecast by rates that may be known already.
pub(crate) fn forecast_at(request: &RankRequest, rates: &Rates) -> Result<Forecast, RankError> {
    let plan = Plan::of_forecast(request)?;
    let problem = &request.problem;
    let operations = plan.operations();
    let mut forecast = Forecast {
        route: plan.choice.route(),
        blocks: Vec::new(),
        classes: Vec::new(),
        bytes: 0,
        operations,
        seconds: 0.0,
        certificate: parameters(problem) * rates.written(plan.setting.is_given()),
        fits: true,
    };
    match &plan.choice {
        Choice::Coefficients(tensor) => {
            forecast.bytes = tensor.bytes;
            forecast.seconds =
                self::tensor(&plan.setting, rates) + blocks(&plan.setting, *tensor, rates);
        }
        Choice::Hankel(h) => {
            forecast.blocks = h.blocks.clone();
            let largest = |list: &Vec<ClassSize>| {
                let class = list.iter().max_by_key(|class| class.order());
                class.map_or((0, 0, 0), |class| (list.len(), class.rows, class.cols))
            };
            forecast.classes = h.classes.iter().map(largest).collect();
            forecast.bytes = h.bytes;
            let eliminations: f64 = h.orders().map(|n| rates.class().seconds(n)).sum();
            let function = units::function(problem, h.sizes) * rates.function(problem);
            let sums = (0..=h.sizes.degree).map(|b| units::sums(h.sizes, b)).sum::<f64>();
            let sums = if sums > 0.0 { sums * rates.member() } else { 0.0 };
            forecast.seconds = eliminations + function + sums;
        }
        Choice::Grid(grids) => {
            let prime = modulus::first_of_grid(problem.degree()?, grids.first);
            let last = plan.grids().last().unwrap_or(grids.first);
            forecast.blocks = vec![(last, last)];
            forecast.bytes = grids.bytes(last).unwrap_or(u64::MAX);
            let elimination = if prime == modulus::WORD { rates.word() } else { rates.large() };
            let eliminations: f64 = plan.grids().map(|n| elimination.seconds(n)).sum();
            // A grid that grows keeps its entries.
            let values = GridWork::new(problem).seconds(&rates.grid(prime), last);
            let ready = parameters(problem) * rates.parameter(plan.setting.is_given());
            forecast.seconds = ready + values + eliminations;
            // The points of a minor are written too.
            let entries = last as f64 * (problem.tokens() * problem.width()) as f64;
            forecast.certificate += entries * rates.written(false);
            // A minor below what is proved anyhow is not written.
            if plan.setting.scope == Scope::Generic
                && plan.setting.reached().is_none_or(|rank| rank > last)
            {
                forecast.certificate = 0.0;
            }
            forecast.fits = plan.grids_suffice();
        }
    }
    forecast.seconds *= request.draws as f64;
    forecast.operations *= request.draws as f64;
    Ok(forecast)
}
