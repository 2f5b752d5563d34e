//! The command line: parse, call the library, map the verdict to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    seprank::cli::run(std::env::args_os())
}
