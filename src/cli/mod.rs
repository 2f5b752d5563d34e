//! The command line, one file per subcommand.
//!
//! Exit codes: 0 done or Valid, 1 Invalid, 2 Incomplete or a request that makes no sense.
//! Results go to standard output, progress and errors to standard error.

mod bounds;
mod certify;
mod check;
mod gap;
mod map;
mod plot;
mod problem;
mod progress;
mod rank;
mod spectrum;
mod table;
mod tensor;

use clap::{Parser, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::process::ExitCode;

/// Exact, certified separation ranks of polynomial attention and MLP-Mixer networks.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
#[command(after_help = "Exit codes: 0 done or Valid, 1 Invalid, 2 Incomplete or bad input.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The separation rank of one network
    Rank(rank::Args),
    /// The coefficient tensor and the shape of its matricization
    Tensor(tensor::Args),
    /// Every bound that applies to a problem
    Bounds(bounds::Args),
    /// Whether attention's separation rank is proved to be above a Mixer's
    Gap(gap::Args),
    /// Where the gap is certified, open or refuted, over a sweep of sizes
    Map(map::Args),
    /// Pictures of ranks and bounds, as SVG
    Plot(plot::Args),
    /// Measured singular values of real networks, which prove nothing
    Spectrum(spectrum::Args),
    /// Certify every claim on small cases
    Certify(certify::Args),
    /// The tables of the appendix
    Table(table::Args),
    /// Check certificates, with other arithmetic than made them
    Check(check::Args),
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    Text,
    /// One JSON document
    Json,
}

/// Everything a subcommand can fail with; shown on one line.
type Failure = Box<dyn std::error::Error>;

/// Parses the arguments of the process, runs the subcommand and returns its exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Rank(args) => rank::run(&args),
        Command::Tensor(args) => tensor::run(&args),
        Command::Bounds(args) => bounds::run(&args),
        Command::Gap(args) => gap::run(&args),
        Command::Map(args) => map::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Spectrum(args) => spectrum::run(&args),
        Command::Certify(args) => certify::run(&args),
        Command::Table(args) => table::run(&args),
        Command::Check(args) => check::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The reader of our output has gone away, as `head` does: not an error.
fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = match error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(e)) => Some(e),
        _ => error.downcast_ref::<io::Error>(),
    };
    io.is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints one JSON document and a line end.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
