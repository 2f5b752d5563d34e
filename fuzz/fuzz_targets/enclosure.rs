//! The enclosure of every bound contains its exact value, and no lower value is above an upper one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rug::Integer;
use seprank::bounds::{Side, applicable};
use seprank_fuzz::Shape;

fuzz_target!(|shape: Shape| {
    let Some(problem) = shape.problem(4, 8, 8) else { return };
    let (mut lower, mut upper) = (Integer::new(), None::<Integer>);
    for bound in applicable(&problem) {
        let Some(value) = bound.value(&problem) else { continue };
        match bound.enclosure(&problem) {
            Some(log) => assert!(log.admits(&value), "{}: {problem:?}", bound.id()),
            None => assert_eq!(value, 0, "{}: {problem:?}", bound.id()),
        }
        match bound.side() {
            Side::Lower => lower = lower.max(value),
            Side::Upper => upper = Some(upper.map_or(value.clone(), |least| least.min(value))),
        }
    }
    assert!(upper.is_none_or(|upper| lower <= upper), "{problem:?}");
});
