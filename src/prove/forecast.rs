//! What a rank will cost, before it is computed.

use super::rank::{Inputs, Method, RankRequest};
use crate::bounds::{Side, best};
use crate::network::InputFamily;
use crate::tensor::hankel::Sizes;
use crate::tensor::{CoefficientForecast, MemoryLimit};
use std::time::Instant;

/// A forecast: blocks, bytes, operations and seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The route: `"hankel"`, `"coefficients"` or `"grid"`.
    pub route: &'static str,
    /// Rows and columns of each matrix that is eliminated, at most.
    pub blocks: Vec<(u64, u64)>,
    /// Largest memory in use, in bytes; `None` past 64 bits.
    pub bytes: Option<u64>,
    /// Multiply-adds modulo a prime.
    pub operations: f64,
    /// Seconds, from the rate of a small elimination timed now.
    pub seconds: f64,
    /// Whether the bytes are within the limit.
    pub fits: bool,
}

/// The forecast for `request`. Where no bound says how large the rank is, a grid is forecast at the
/// best lower bound.
pub fn forecast(request: &RankRequest) -> Forecast {
    let problem = &request.problem;
    let hankel = Sizes::new(problem).filter(|_| {
        request.inputs == Inputs::All && matches!(request.method, Method::Auto | Method::Hankel)
    });
    let (route, blocks, bytes, operations) = if let Some(sizes) = hankel {
        let blocks: Vec<(u64, u64)> = (0..=sizes.degree).map(|b| sizes.block(b)).collect();
        let short = |(rows, cols): &(u64, u64)| *rows.min(cols) as f64;
        let largest = blocks.iter().map(short).fold(0.0, f64::max);
        let bytes = sizes.bytes.checked_add((8.0 * largest * largest) as u64);
        let operations = blocks.iter().map(|b| short(b).powi(3) / 3.0).sum();
        ("hankel", blocks, bytes, operations)
    } else if request.method == Method::Coefficients {
        let forecast = CoefficientForecast::new(problem, &InputFamily::all(problem));
        let terms = forecast.map_or(f64::INFINITY, |f| f.terms as f64);
        ("coefficients", Vec::new(), forecast.map(|f| f.bytes), terms * terms)
    } else {
        let rank = |side| best(problem, side).and_then(|e| e.value?.to_u64());
        let size = rank(Side::Upper).or(rank(Side::Lower)).map(|r| r.saturating_add(1));
        let bytes = size.and_then(|s| s.checked_mul(s)?.checked_mul(24));
        let (tokens, width) = (problem.tokens() as f64, problem.width() as f64);
        let forward = 6.0 * tokens * width * width * problem.architecture().depth() as f64;
        let n = size.map_or(f64::INFINITY, |s| s as f64);
        (
            "grid",
            size.map(|s| (s, s)).into_iter().collect(),
            bytes,
            n * n * forward + n.powi(3) / 3.0,
        )
    };
    let MemoryLimit(limit) = request.memory;
    let fits = bytes.is_some_and(|b| b <= limit);
    Forecast { route, blocks, bytes, operations, seconds: operations / rate(), fits }
}

/// Multiply-adds a second of the dense elimination on this machine, now: one of 512 x 512.
fn rate() -> f64 {
    const N: usize = 512;
    // A Hankel matrix of powers has full rank; any other would do.
    let p = crate::arith::Prime::WORD;
    let mut data: Vec<f64> =
        (0..N * N).map(|e| p.pow_mod(3, ((e / N) * (e % N)) as u64) as f64).collect();
    let start = Instant::now();
    let echelon = crate::linalg::rank_dense(&mut data, N, N, p);
    let seconds = start.elapsed().as_secs_f64().max(1e-6);
    (echelon.rank as f64).powi(3) / 3.0 / seconds
}
