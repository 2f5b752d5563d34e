//! The command line, one file per subcommand.
//!
//! Exit codes: 0 done or Valid, 1 Invalid, 2 Incomplete or a request that makes no sense.
//! Results go to standard output, progress and errors to standard error.

mod bounds;
mod budget;
mod certify;
mod check;
mod compare;
mod completions;
mod dimension;
mod duration;
mod eval;
mod gap;
mod gap_report;
mod json;
mod man;
mod map;
mod matrix;
mod memory;
mod networks;
mod picture;
mod plot;
mod problem;
mod profile;
mod progress;
mod prose;
mod rank;
mod rank_report;
mod report;
mod shape;
mod spectrum;
mod table;
mod tensor;
mod units;
mod weight_file;
mod weights;

use crate::network::InvalidProblem;
use crate::prove::RankError;
use crate::tensor::{TensorError, TooLarge};
use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use gmp_mpfr_sys::{gmp, mpfr};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::num::{IntErrorKind, ParseIntError};
use std::path::Path;
use std::process::ExitCode;

/// The file that an option names can be written, which is tried before any work.
fn try_output(option: &str, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    crate::files::can_replace(path).map_err(|e| format!("{option} {}: {e}", path.display()).into())
}

/// Exact, certified separation ranks of polynomial attention and MLP-Mixer networks.
#[derive(Parser)]
#[command(version, long_version = long_version(), about, propagate_version = true)]
#[command(after_help = "Exit codes: 0 done or Valid, 1 Invalid, 2 Incomplete or bad input.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// No progress on standard error
    #[arg(long, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The separation rank of one network
    Rank(rank::Args),
    /// The values of a network at inputs from a file
    Eval(eval::Args),
    /// The coefficient tensor and the shape of its matricization
    Tensor(tensor::Args),
    /// The rank of a matrix from a file
    Matrix(matrix::Args),
    /// Every bound that applies to a problem
    Bounds(bounds::Args),
    /// The rank at every contiguous cut, and over all balanced partitions
    Profile(profile::Args),
    /// Every family of networks at one size: degree, weights, rank and bound
    Compare(compare::Args),
    /// The dimension of the set of functions that a network can be
    Dimension(dimension::Args),
    /// The presets: shapes of published models, and small networks of every family
    Networks(networks::Args),
    /// The tensors in a weight file
    Weights(weights::Args),
    /// Whether attention's separation rank is proved to be above a Mixer's
    Gap(gap::Args),
    /// Where the gap is certified, open or refuted, over a sweep of sizes
    Map(map::Args),
    /// Pictures of ranks and bounds, as SVG or PNG
    Plot(plot::Args),
    /// Measured singular values of real networks, which prove nothing
    Spectrum(spectrum::Args),
    /// Certify every claim on small cases
    Certify(certify::Args),
    /// One HTML file with every claim, case and verdict of a run
    Report(report::Args),
    /// Campaigns in independent units, for any engine that runs jobs
    #[command(visible_alias = "unit")]
    Units(units::Args),
    /// The tables of the appendix
    Table(table::Args),
    /// Check certificates, with other arithmetic than made them
    Check(check::Args),
    /// Completions of the command line for a shell
    Completions(completions::Args),
    /// The manual pages
    Man(man::Args),
}

/// The version, with those of the libraries that the producers compute with.
fn long_version() -> String {
    format!(
        "{}\nGMP {}.{}.{} ({}), MPFR {}.{}.{}",
        env!("CARGO_PKG_VERSION"),
        gmp::VERSION,
        gmp::VERSION_MINOR,
        gmp::VERSION_PATCHLEVEL,
        env!("SEPRANK_GMP"),
        mpfr::VERSION_MAJOR,
        mpfr::VERSION_MINOR,
        mpfr::VERSION_PATCHLEVEL,
    )
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    Text,
    /// One JSON document; primes, the values in lists of bounds and integers of 2^53 or more are strings
    Json,
}

/// Everything a subcommand can fail with; shown on one line. Errors of files are worded with the
/// option or the path; a plain [`io::Error`] is one of standard output.
type Failure = Box<dyn std::error::Error>;

/// All commands and options, for what is made from them: completions, manual pages, docs/reference.md.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Parses the arguments, of which the first is the name of the program, runs the subcommand and returns its exit
/// code. Ends the process where an interrupt comes twice.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version come this way too.
        Err(message) => {
            let code = u8::try_from(message.exit_code()).unwrap_or(2);
            return exit(
                in_plain_words(message)
                    .print()
                    .map(|()| ExitCode::from(code))
                    .map_err(Failure::from),
            );
        }
    };
    progress::start(cli.quiet);
    exit(match cli.command {
        Command::Rank(args) => rank::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Tensor(args) => tensor::run(&args),
        Command::Matrix(args) => matrix::run(&args),
        Command::Bounds(args) => bounds::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Dimension(args) => dimension::run(&args),
        Command::Networks(args) => networks::run(&args),
        Command::Weights(args) => weights::run(&args),
        Command::Gap(args) => gap::run(&args),
        Command::Map(args) => map::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Spectrum(args) => spectrum::run(&args),
        Command::Certify(args) => certify::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Units(args) => units::run(&args),
        Command::Table(args) => table::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    })
}

/// What is wrong with a number, in words.
fn in_plain_words(message: clap::Error) -> clap::Error {
    let source = std::error::Error::source(&message);
    let Some(error) = source.and_then(|source| source.downcast_ref::<ParseIntError>()) else {
        return message;
    };
    let words = match error.kind() {
        IntErrorKind::PosOverflow => "the number is too large",
        IntErrorKind::NegOverflow => "the number is too small",
        _ => "a whole number is expected",
    };
    let of = |kind| message.get(kind).map(ToString::to_string).unwrap_or_default();
    let (value, option) = (of(ContextKind::InvalidValue), of(ContextKind::InvalidArg));
    let text = format!("invalid value '{value}' for '{option}': {words}\n");
    clap::Error::raw(ErrorKind::ValueValidation, text)
}

/// The exit code of a result; an error is shown on standard error.
fn exit(result: Result<ExitCode, Failure>) -> ExitCode {
    // What a subcommand left in the buffer belongs to its result.
    let flushed = result.and_then(|code| Ok(io::stdout().flush().map(|()| code)?));
    let error = match flushed {
        Ok(code) => return code,
        Err(error) => error,
    };
    let text = match output_error(error.as_ref()) {
        // The reader of our output has gone away, as `head` does: not an error.
        Some(e) if e.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Some(e) => format!("standard output: {e}"),
        None => in_options(error.as_ref()),
    };
    // Where standard error fails too, the exit code tells.
    let _ = writeln!(io::stderr(), "{}", prose::for_stderr(&format!("error: {text}")));
    ExitCode::from(2)
}

/// The text of an error; the fields of the library are options here.
fn in_options(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some(InvalidProblem { field, value, allowed }) = invalid(error) {
        return match (*field, &value[..]) {
            ("", _) => allowed.clone(),
            (field, "") => format!("{}: {allowed}", option(field)),
            (field, value) => format!("{} {value}: {allowed}", option(field)),
        };
    }
    match too_large(error) {
        Some(error) => error.text(|field| Some(option(field))),
        None => error.to_string(),
    }
}

/// The option for a field of the library.
fn option(field: &str) -> String {
    format!("--{}", field.replace('_', "-"))
}

/// The request that makes no sense, if it is that.
fn invalid<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a InvalidProblem> {
    match error.downcast_ref() {
        Some(RankError::Invalid(error)) => Some(error),
        _ => error.downcast_ref(),
    }
}

/// The computation that would not fit, if it is that.
fn too_large<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a TooLarge> {
    match (error.downcast_ref(), error.downcast_ref()) {
        (Some(RankError::TooLarge(error)), _) | (_, Some(TensorError::TooLarge(error))) => {
            Some(error)
        }
        _ => error.downcast_ref(),
    }
}

/// The error of standard output, if it is one.
fn output_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a io::Error> {
    match error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(e)) => Some(e),
        _ => error.downcast_ref(),
    }
}

/// Prints one JSON document and a line end.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// A table for a terminal, or plain columns of at most 80 characters.
fn new_table<const N: usize>(header: [&str; N]) -> Table {
    let terminal = io::stdout().is_terminal();
    let mut table = Table::new();
    let style = if terminal { presets::UTF8_HORIZONTAL_ONLY } else { presets::NOTHING };
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    if !terminal {
        table.set_width(80);
    }
    table.set_header(header);
    table
}
