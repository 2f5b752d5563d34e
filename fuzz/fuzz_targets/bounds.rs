//! Bounds up to the largest sizes: none panics or runs on, no lower one is certainly above an upper
//! one, and none that still applies falls when the network grows deeper.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seprank::bounds::{Bound, LogInterval, Side, applicable};
use seprank::network::MAX_SIZE;
use seprank_fuzz::Shape;

fuzz_target!(|shape: Shape| {
    // Deeper networks and longer sides take a second.
    let Some(problem) = shape.problem(100, MAX_SIZE as u32, 8) else { return };
    let bounds: Vec<(&dyn Bound, LogInterval)> = applicable(&problem)
        .into_iter()
        .filter_map(|bound| Some((bound, bound.enclosure(&problem)?)))
        .collect();
    for (lower, below) in bounds.iter().filter(|(b, _)| b.side() == Side::Lower) {
        for (upper, above) in bounds.iter().filter(|(b, _)| b.side() == Side::Upper) {
            assert!(!above.less_than(below), "{} {}: {problem:?}", lower.id(), upper.id());
        }
    }
    let deeper =
        problem.with_depth(problem.architecture().depth() + 1).expect("far from the limit");
    // Some are about few layers only.
    for (bound, log) in bounds.iter().filter(|(bound, _)| bound.applies(&deeper).is_ok()) {
        if let Some(more) = bound.enclosure(&deeper) {
            assert!(!more.less_than(log), "{}: {problem:?}", bound.id());
        }
    }
});
