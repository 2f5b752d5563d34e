//! Weight files: any bytes give weights of the right sizes or an error, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seprank::network::{NetworkFile, Replacements};
use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

/// A row, a column, a matrix, heads and a fused matrix, from tensors of short names.
static FILE: LazyLock<NetworkFile> = LazyLock::new(|| {
    let text = r#"
        tokens = 3
        width = 2
        layer = [{ type = "attention", heads = 2 }, { type = "scaling" }, { type = "token-mixing", hidden = 1, bias = true }]
        [weights]
        "0.head*.query" = { tensor = "a", transpose = true }
        "0.head*.key" = { tensor = "a" }
        "0.head*.value" = { tensor = "q", split = "qkv" }
        "0.head*.out" = { tensor = "a" }
        "{i}.values" = { tensor = "b" }
        "2.w1" = { tensor = "c" }
        "2.w2" = { tensor = "c", transpose = true }
        "2.b1" = { tensor = "b", columns = [1, 2] }
        "2.b2" = { tensor = "c" }
    "#;
    NetworkFile::parse(text, Path::new(""), &Replacements::default()).expect("a sound file")
});

fuzz_target!(|bytes: &[u8]| {
    let _ = FILE.weights.read(&FILE.problem, Cursor::new(bytes), || panic!("every weight has a key"));
});
