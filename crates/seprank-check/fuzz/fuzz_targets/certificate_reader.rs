//! The reader never panics, and what it accepts it would have written byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seprank_check::certificate::{from_bytes, to_bytes};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(certificate) = from_bytes(bytes) {
        assert_eq!(to_bytes(&certificate), bytes);
    }
});
