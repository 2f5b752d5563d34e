//! Bounds against exact ranks on tiny networks: no weights have a rank above an upper bound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::bounds::{Side, applicable};
use seprank::network::WeightStyle;
use seprank::prove::{RankRequest, Weights, rank};
use seprank_fuzz::Shape;

fuzz_target!(|input: (Shape, u8, u8, u64)| {
    let (shape, left, style, seed) = input;
    let Some(problem) = shape.problem(3, 3, 3) else { return };
    let left: Vec<usize> = (0..problem.tokens()).filter(|t| left >> t & 1 == 1).collect();
    let Ok(problem) = problem.with_partition(&left) else { return };
    let uppers = applicable(&problem).into_iter().filter(|b| b.side() == Side::Upper);
    let least = uppers.filter_map(|b| b.value(&problem)).min();
    // A rank of hundreds is too slow for a fuzz target.
    if least.as_ref().is_none_or(|upper| *upper > 100) {
        return;
    }
    let style = WeightStyle::ALL[usize::from(style) % WeightStyle::ALL.len()];
    let mut request = RankRequest::new(problem.clone());
    request.seed = seed;
    request.weights = Weights::Given(style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed)));
    if let Ok(answer) = rank(&request, &|_, _| ()) {
        assert!(least.is_none_or(|upper| upper >= answer.rank), "{problem:?}: {}", answer.rank);
    }
});
