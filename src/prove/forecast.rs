//! What a rank will cost, before it is computed.
//!
//! Each step is counted in a unit of its own (multiply-adds of an elimination, entries of a table,
//! forward passes, products of terms), and each unit is timed now, on a small problem of the same
//! kind: see `rates`. The count supposes that every Hankel block has full rank; one that has not is
//! eliminated again with up to all of its longer side.

use super::rank::{Inputs, Method, RankRequest, SMALL_GRID, SMALL_TENSOR};
use super::rates::{self, Elimination};
use crate::bounds::{Side, best};
use crate::network::{Architecture, InputFamily, Problem};
use crate::tensor::hankel::Sizes;
use crate::tensor::{CoefficientForecast, MemoryLimit, count_monomials};

/// A forecast: blocks, bytes, operations and seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The route: `"hankel"`, `"coefficients"` or `"grid"`.
    pub route: &'static str,
    /// Rows and columns of each matrix that is eliminated, at most.
    pub blocks: Vec<(u64, u64)>,
    /// Largest memory in use, in bytes; `None` past 64 bits.
    pub bytes: Option<u64>,
    /// Multiply-adds modulo a prime in the eliminations, or products of terms in a tensor.
    pub operations: f64,
    /// Seconds, from the rates of small computations timed now.
    pub seconds: f64,
    /// Whether the bytes are within the limit.
    pub fits: bool,
}

/// The forecast for `request`. Where no bound says how large the rank is, a grid is forecast at the
/// best lower bound. Cost: below a tenth of a second on two idle cores.
pub fn forecast(request: &RankRequest) -> Forecast {
    let problem = &request.problem;
    let all = request.inputs == Inputs::All;
    let tensor = CoefficientForecast::new(problem, &InputFamily::all(problem));
    let small = all && tensor.is_some_and(|f| f.terms <= SMALL_TENSOR);
    let upper = best(problem, Side::Upper).and_then(|e| e.value?.to_u64());
    let sizes = Sizes::new(problem).filter(|_| all);
    let plan = match (request.method, sizes) {
        (Method::Coefficients, _) => coefficients(problem, tensor),
        (Method::Auto, _) if small => coefficients(problem, tensor),
        (Method::Hankel, Some(sizes)) => hankel(problem, sizes),
        (Method::Auto, Some(sizes)) if upper.is_none_or(|u| u > SMALL_GRID) => {
            hankel(problem, sizes)
        }
        _ => grid(problem, upper),
    };
    let MemoryLimit(limit) = request.memory;
    let fits = plan.bytes.is_some_and(|b| b <= limit);
    Forecast { fits, ..plan }
}

/// Multiply-adds of the elimination of an n x n matrix of full rank.
fn cube(n: f64) -> f64 {
    n.powi(3) / 3.0
}

fn hankel(problem: &Problem, sizes: Sizes) -> Forecast {
    let blocks: Vec<(u64, u64)> = (0..=sizes.degree).map(|b| sizes.block(b)).collect();
    let short: Vec<f64> = blocks.iter().map(|(rows, cols)| *rows.min(cols) as f64).collect();
    let largest = short.iter().copied().fold(0.0, f64::max);
    let elimination = Elimination::modulo_word();
    let eliminations: f64 = short.iter().map(|n| elimination.seconds(*n)).sum();
    Forecast {
        route: "hankel",
        bytes: sizes.bytes.checked_add((8.0 * largest * largest) as u64),
        operations: short.iter().copied().map(cube).sum(),
        seconds: eliminations + function_units(problem, sizes) * rates::function(problem),
        blocks,
        fits: false,
    }
}

/// The work of finding the function of the sum. Attention: entries of d x d products for every
/// monomial of every degree, for each choice of heads. Mixer: products of terms, in the squares
/// (or other powers) of all entries of the state.
pub(super) fn function_units(problem: &Problem, sizes: Sizes) -> f64 {
    let monomials = |degree, homogeneous| {
        count_monomials(sizes.variables, degree, homogeneous).map_or(f64::INFINITY, |n| n as f64)
    };
    match problem.architecture() {
        Architecture::Mixer(shape) => {
            let growth = shape.token_degree * shape.channel_degree;
            let degrees = (0..shape.depth as u32).map(|l| growth.saturating_pow(l));
            let squares: f64 = degrees.map(|degree| monomials(degree, true).powi(2)).sum();
            squares * sizes.variables as f64
        }
        Architecture::Layers(_) => 0.0,
        Architecture::Attention(shape) => {
            let words = (shape.heads as f64).powi(shape.depth as i32);
            (shape.width as f64).powi(2) * monomials(sizes.degree, false) * words
        }
    }
}

/// Counted are the products of terms in the last layer, for every entry of its state: of degree D/k
/// by D - D/k, where a layer multiplies degrees by k.
fn coefficients(problem: &Problem, tensor: Option<CoefficientForecast>) -> Forecast {
    let (tokens, width) = (problem.tokens() as u64, problem.width() as u64);
    let products = tensor.map_or(f64::INFINITY, |f| {
        let growth = match problem.architecture() {
            Architecture::Mixer(shape) => shape.token_degree * shape.channel_degree,
            Architecture::Attention(_) => 3,
            Architecture::Layers(shape) => shape.last_degree(problem.tokens()).unwrap_or(1),
        };
        let factor = f.degree / growth.max(1);
        let terms = |degree| {
            count_monomials(tokens * width, degree, true).map_or(f64::INFINITY, |n| n as f64)
        };
        (tokens * width * width) as f64 * terms(factor) * terms(f.degree - factor)
    });
    Forecast {
        route: "coefficients",
        blocks: Vec::new(),
        bytes: tensor.map(|f| f.bytes),
        operations: products,
        seconds: products * rates::term_product(),
        fits: false,
    }
}

/// The last grid has one point more than the rank, taken to be the best upper bound; those before
/// it, each half as large, are counted down to the best lower bound.
fn grid(problem: &Problem, upper: Option<u64>) -> Forecast {
    let lower = best(problem, Side::Lower).and_then(|e| e.value?.to_u64());
    let size = upper.or(lower).map(|r| r.saturating_add(1));
    let first = lower.map_or(SMALL_GRID, |r| r.saturating_add(1).max(SMALL_GRID));
    let doublings = std::iter::successors(Some(first), |n| n.checked_mul(2));
    let last = size.unwrap_or(u64::MAX);
    let sizes: Vec<f64> =
        doublings.take_while(|n| *n < last).chain([last]).map(|n| n as f64).collect();
    let elimination = Elimination::modulo_large();
    let pass = rates::forward_unit() * forward_units(problem);
    Forecast {
        route: "grid",
        blocks: size.map(|s| (s, s)).into_iter().collect(),
        bytes: size.and_then(|s| s.checked_mul(s)?.checked_mul(24)),
        operations: sizes.iter().copied().map(cube).sum(),
        seconds: sizes.iter().map(|n| n * n * pass + elimination.seconds(*n)).sum(),
        fits: false,
    }
}

/// Multiply-adds of one forward pass.
pub(super) fn forward_units(problem: &Problem) -> f64 {
    let (n, d) = (problem.tokens() as f64, problem.width() as f64);
    let layer = match problem.architecture() {
        Architecture::Mixer(s) => {
            2.0 * n * d * (s.token_hidden as f64) + 2.0 * n * d * (s.channel_hidden as f64)
        }
        Architecture::Attention(_) => 6.0 * n * d * d,
        Architecture::Layers(_) => {
            // Each weight meets each token, or each channel, about once.
            let weights = problem.architecture().parameter_count(problem.tokens());
            return weights.map_or(f64::INFINITY, |w| w as f64) * n.max(d);
        }
    };
    layer * problem.architecture().depth() as f64
}
