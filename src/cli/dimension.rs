//! `seprank dimension`.

use super::budget::Budget;
use super::duration::about;
use super::problem::Subject;
use super::{Failure, Format, json, print_json, progress};
use crate::files::Bytes;
use crate::network::describe;
use crate::prove::{
    DimensionAnswer, DimensionForecast, DimensionRequest, Outputs, UpperBound, dimension,
    dimension_forecast, problem_in_certificate,
};
use clap::ValueEnum;
use seprank_check::certificate;
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// The dimension of the set of functions that a network can be
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank dimension attention --depth 2 --width 3 --tokens 3
  seprank dimension --model mixer --format json
  seprank dimension --network my-network.toml --of entry --output 0,0
  seprank dimension --network my-network.toml --dry-run

The rank of the Jacobian of the outputs, at random points, in the weights, at
random weights modulo a prime: a proved lower bound on the dimension of the set
of functions, which is exact where it meets an upper bound. Else the chance that
it is larger is stated (docs/theory.md, 1.12). The partition does not matter.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    /// The outputs that make the function
    #[arg(long, global = true, value_name = "OUTPUTS", value_enum, default_value_t = Of::State)]
    of: Of,
    /// Seed of the random weights and points
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    budget: Budget,
    /// Print the predicted sizes, bytes and seconds, and compute nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// All entries of the last state
    State,
    /// Those of the token of the output entry
    Token,
    /// The output entry alone
    Entry,
}

impl From<Of> for Outputs {
    fn from(of: Of) -> Self {
        match of {
            Of::State => Self::State,
            Of::Token => Self::Token,
            Of::Entry => Self::Entry,
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(serialize_with = "json::integer")]
    dimension: u64,
    status: &'static str,
    basis: String,
    network: String,
    problem: certificate::Problem,
    /// "state", "token" or "entry".
    of: &'static str,
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    version: &'static str,
    bounds: Vec<BoundRow>,
    #[serde(serialize_with = "json::string")]
    prime: crate::arith::Prime,
    points: usize,
    /// At most this; null where it is not known, or the dimension is exact.
    chance: Option<f64>,
    minor: Minor<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
}

#[derive(Serialize)]
struct BoundRow {
    name: &'static str,
    #[serde(serialize_with = "json::string")]
    value: u64,
}

/// Rows and columns of the minor, as many.
#[derive(Serialize)]
struct Minor<'a> {
    weights: Vec<Weight<'a>>,
    /// Number of the random point, row and column of the last state.
    columns: Vec<[usize; 3]>,
}

#[derive(Serialize)]
struct Weight<'a> {
    layer: usize,
    parameter: &'a str,
    row: usize,
    col: usize,
}

#[derive(Serialize)]
struct Prediction {
    #[serde(serialize_with = "json::integer")]
    weights: u64,
    #[serde(serialize_with = "json::integer")]
    points: u64,
    #[serde(serialize_with = "json::integer")]
    columns: u64,
    #[serde(serialize_with = "json::integer")]
    bytes: u64,
    seconds: f64,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    answer(args).map_err(|e| args.network.explain(e))
}

fn answer(args: &Args) -> Result<ExitCode, Failure> {
    let request = DimensionRequest {
        problem: args.network.problem()?,
        outputs: args.of.into(),
        seed: args.seed,
        memory: args.budget.memory(),
        stop: args.budget.stop()?,
    };
    if args.dry_run {
        return predict(&request, args.format);
    }
    let bar = progress::bar(0, progress::STEPS);
    let found = dimension(&request, &|steps, planned| {
        bar.set_length(planned);
        bar.inc(steps);
    });
    bar.finish_and_clear();
    let found = found?;
    match args.format {
        Format::Json => print_json(&report(&found))?,
        Format::Text => {
            let mut out = super::prose::out();
            writeln!(out, "{found}")?;
            let version = env!("CARGO_PKG_VERSION");
            writeln!(
                out,
                "  weights: random, seed {}, and {} random points; seprank {version}",
                found.seed, found.points
            )?;
        }
    }
    Ok(ExitCode::from(if found.limit.is_some() { 2 } else { 0 }))
}

fn report(found: &DimensionAnswer) -> Report<'_> {
    let bound = |b: &UpperBound| BoundRow { name: b.name, value: b.value };
    let weights = found.minor.weights.iter().map(|w| Weight {
        layer: w.layer,
        parameter: &w.name,
        row: w.at.0,
        col: w.at.1,
    });
    let columns = found.minor.columns.iter();
    Report {
        dimension: found.dimension,
        status: found.status.name(),
        basis: found.reason(),
        network: describe(&found.problem),
        problem: problem_in_certificate(&found.problem),
        of: found.outputs.name(),
        seed: found.seed,
        version: env!("CARGO_PKG_VERSION"),
        bounds: found.upper.iter().map(bound).collect(),
        prime: found.prime,
        points: found.points,
        chance: found.chance,
        minor: Minor {
            weights: weights.collect(),
            columns: columns.map(|(point, (row, col))| [*point, *row, *col]).collect(),
        },
        ended_by: found.limit.map(crate::Limit::name),
    }
}

fn predict(request: &DimensionRequest, format: Format) -> Result<ExitCode, Failure> {
    let DimensionForecast { weights, points, columns, bytes, seconds } =
        dimension_forecast(request)?;
    match format {
        Format::Json => print_json(&Prediction { weights, points, columns, bytes, seconds })?,
        Format::Text => {
            let mut out = super::prose::out();
            writeln!(
                out,
                "Jacobian {weights} x {columns}, {points} points at first: {}",
                about(seconds)
            )?;
            writeln!(out, "memory: {} of {}", Bytes(bytes), Bytes(request.memory.0))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
