//! `seprank-check`: certificates, judged by the checker alone.

#![forbid(unsafe_code)]

use clap::Parser;
use seprank_check::check::examine_file_with;
use seprank_check::cli::{Report, Selection};
use std::io::{self, Write};
use std::process::ExitCode;

/// Check certificates of separation ranks, with nothing of what made them
#[derive(Parser)]
#[command(version)]
#[command(after_help = "Examples:
  seprank-check target/certs
  seprank-check rank110.json --format json

A directory stands for the *.json files in it. Each file is opened once and is
Valid, with what it claims, Incomplete (something is missing) or Invalid
(something is wrong). The exit code is that of the worst: 0, 2 or 1.")]
struct Cli {
    #[command(flatten)]
    selection: Selection,
}

fn run(Cli { selection }: &Cli) -> io::Result<u8> {
    let files = selection.files()?;
    let matrix = selection.matrix()?;
    let mut report = Report::new(selection.format);
    let mut out = io::stdout().lock();
    for file in &files {
        report.add(
            &mut out,
            file,
            &examine_file_with(file, matrix.as_deref(), selection.options()),
        )?;
    }
    report.finish(&mut out)?;
    Ok(report.exit_code())
}

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => run(&cli),
        // Help and version come this way too.
        Err(message) => message.print().map(|()| u8::try_from(message.exit_code()).unwrap_or(2)),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        // The reader of our output has gone away, as `head` does: not an error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error fails too, the exit code tells.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}
