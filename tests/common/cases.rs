//! How many cases a property test tries. `SEPRANK_CASES` is read here and nowhere else; the unit
//! tests in src/ include this file too.

use proptest::test_runner::{Config, FileFailurePersistence};

/// The value of `SEPRANK_CASES` at which every test tries its default number of cases.
const STANDARD: u32 = 300;

/// The configuration of a test that tries `default` cases. `SEPRANK_CASES` multiplies that by its
/// value over 300; a test tries one case at least.
pub(crate) fn cases(default: u32) -> Config {
    let set = std::env::var("SEPRANK_CASES").ok().and_then(|c| c.parse().ok());
    let count = u64::from(default) * u64::from(set.unwrap_or(STANDARD)) / u64::from(STANDARD);
    let config = Config::with_cases(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    if module_path!().starts_with("seprank::") {
        return config; // proptest-regressions/, as in every library
    }
    // Beside the test, as no lib.rs stands above it; nowhere if persistence is switched off.
    let beside = |_| Box::new(FileFailurePersistence::WithSource("proptest-regressions")) as Box<_>;
    Config { failure_persistence: config.failure_persistence.clone().map(beside), ..config }
}
