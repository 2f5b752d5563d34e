//! Network files: parsing never panics or hangs; what is accepted has a degree, a bound and weights,
//! and where it is small its rank at those weights is not above the bound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::bounds::{Side, best};
use seprank::network::{NetworkFile, Replacements, WeightStyle};
use seprank::prove::{RankRequest, Weights, rank};
use std::path::Path;

fuzz_target!(|text: &str| {
    // Files that the text may name lie in a folder that does not exist.
    let folder = Path::new("/nonexistent");
    let Ok(file) = NetworkFile::parse(text, folder, &Replacements::default()) else { return };
    let problem = file.problem;
    let (n_a, n_b) = problem.visible_variables();
    assert!(n_a <= problem.partition().left().len() * problem.width());
    assert!(n_b <= problem.partition().right().len() * problem.width());
    let upper = best(&problem, Side::Upper).and_then(|e| e.value);
    let small = problem.tokens() * problem.width() <= 16
        && problem.architecture().parameter_count(problem.tokens()).is_some_and(|n| n <= 400)
        && problem.degree().is_ok_and(|degree| degree <= 100);
    let Some(upper) = upper.filter(|u| small && *u <= 40) else { return };
    let weights = WeightStyle::Repeated.draw(&problem, &mut ChaCha20Rng::seed_from_u64(1));
    let request = RankRequest { weights: Weights::Given(weights), ..RankRequest::new(problem) };
    if let Ok(answer) = rank(&request, &|_, _| ()) {
        assert!(upper >= answer.rank, "{} > {upper}", answer.rank);
    }
});
