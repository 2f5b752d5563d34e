//! The program, run with arguments.

use std::process::{Command, Output};

pub(crate) fn seprank(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seprank")).args(arguments).output().unwrap()
}
