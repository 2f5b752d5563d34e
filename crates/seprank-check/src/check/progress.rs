//! How far a check has come, for whoever looks from another thread; no verdict depends on it.
//!
//! There is one count for the process, so it says something while one certificate is checked at a time.

use std::sync::atomic::{AtomicU64, Ordering};

static DONE: AtomicU64 = AtomicU64::new(0);
static EXPECTED: AtomicU64 = AtomicU64::new(0);

/// Steps that the check which began last has done, and those that it takes in all; both 0 before it knows. A step is
/// about a multiplication of the evidence that is computed: reading, expanding and theorems are not counted.
///
/// ```
/// use seprank_check::check;
/// check::examine(include_bytes!("../../../../tests/data/accept/grid.json"));
/// let (done, all) = check::progress();
/// assert!(0 < done && done == all);
/// ```
pub fn progress() -> (u64, u64) {
    let expected = EXPECTED.load(Ordering::Relaxed);
    (DONE.load(Ordering::Relaxed).min(expected), expected)
}

/// A check begins.
pub(super) fn restart() {
    EXPECTED.store(0, Ordering::Relaxed);
    DONE.store(0, Ordering::Relaxed);
}

/// So many steps will be done.
pub(super) fn expect(steps: u64) {
    EXPECTED.fetch_add(steps, Ordering::Relaxed);
}

/// So many steps were done.
pub(super) fn advance(steps: u64) {
    DONE.fetch_add(steps, Ordering::Relaxed);
}
