//! The program, run with the words of one line, and network files for it.
#![allow(dead_code)] // no test file uses all of it

use serde_json::Value;
use std::process::{Command, Output};

pub(crate) fn seprank(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seprank"))
        .args(arguments.split_whitespace())
        .output()
        .expect("the program starts")
}

/// The document of a command that succeeds.
pub(crate) fn json(arguments: &str) -> Value {
    let output = seprank(&format!("{arguments} --format json"));
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// A network file in a new folder.
pub(crate) fn network_file(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

pub(crate) const GATED: &str = "tokens = 4\nwidth = 2\n[[layer]]\ntype = \"spatial-gating\"\n";
