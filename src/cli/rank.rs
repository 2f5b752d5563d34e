//! `seprank rank`.

use super::duration::duration;
use super::memory::Memory;
use super::problem::Subject;
use super::{Failure, Format, json, print_json, progress, try_output};
use crate::files::Bytes;
use crate::network::WeightStyle;
use crate::prove::witness::WitnessKind;
use crate::prove::{
    self, BoundValue, Decided, Evidence, GridWitness, Inputs, Method, RankAnswer, RankRequest,
    Status, Weights,
};
use clap::ValueEnum;
use rug::Integer;
use seprank_check::certificate::Certificate;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The separation rank of one network
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank rank attention --depth 2 --width 3 --tokens 4
  seprank rank attention --depth 3 --width 8 --heads 2 --tokens 5 --left 0,1,2 --weights heads --inputs theorem
  seprank rank mixer --depth 2 --width 2 --tokens 4 --token-hidden 2 --format json
  seprank rank attention --depth 2 --width 5 --heads 5 --tokens 4 --mlp-degree 2 --residual --weights transformer --inputs theorem
  seprank rank attention --depth 3 --width 4 --tokens 8 --dry-run
  seprank rank attention --depth 3 --width 4 --tokens 8 --weights blocks2 --resume finished
  seprank rank attention --depth 2 --width 3 --tokens 6 --certificate rank49.json
  seprank rank --network my-network.toml --weights model.safetensors

  seprank rank attention --depth 2 --width 768 --tokens 196

With random weights the answer is the generic separation rank: the maximum over all weights,
taken by almost all of them. It is exact where the rank found meets a proved upper bound, or where
a proved lower bound does; otherwise it is a proved lower bound, and the chance that the draw was
unlucky is stated.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    #[command(flatten)]
    options: Options,
}

#[derive(clap::Args, Clone, Debug)]
struct Options {
    /// Weights: random integers (random), random diagonal matrices (diagonal) or matrices of blocks of two
    /// channels (blocks2), both of which let the blocks of attention split by sign symmetry, the construction
    /// in a theorem's proof (power, isotropic, heads, blocks, two-layers; of blocks with a position-wise part
    /// position-wise, transformer, two-stages), or those in a FILE.safetensors, found by the [weights] of the
    /// network file
    #[arg(long, global = true, value_name = "WEIGHTS", value_parser = parse_weights, default_value = "random")]
    weights: WeightsArg,
    /// Inputs: all, or only those in the proof of the named weights
    #[arg(long, global = true, value_enum, default_value_t = InputsArg::All)]
    inputs: InputsArg,
    /// Seed of the random weights and points
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// How to find it; auto: by theorems where they decide a rank above 1000, or one that takes longer than about a
    /// second to compute, else by the cheapest computation
    #[arg(long, global = true, value_enum, default_value_t = MethodArg::Auto)]
    method: MethodArg,
    /// Largest number of points on a side of a grid: for a lower bound on a rank too large to find
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    points: Option<u64>,
    #[command(flatten)]
    memory: Memory,
    /// Go on where a run was stopped: of Hankel blocks, finished classes are written there and read back
    #[arg(long, global = true, value_name = "DIR", conflicts_with_all = ["dry_run", "coq"])]
    resume: Option<PathBuf>,
    /// Also write the witness as a Coq theorem (implies a witness by grid)
    #[arg(long, global = true, value_name = "FILE.v", conflicts_with = "dry_run")]
    coq: Option<std::path::PathBuf>,
    /// Print the predicted blocks, bytes and seconds, and compute nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// Write a certificate of the answer there, to be checked by `seprank check`
    #[arg(long, global = true, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Prediction {
    method: &'static str,
    blocks: Vec<[json::Integer; 2]>,
    /// Of Hankel blocks: the number of classes, and rows and columns of the largest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<[json::Integer; 3]>,
    #[serde(serialize_with = "json::integer")]
    bytes: u64,
    /// Counted, and the same each time.
    operations: f64,
    /// By the rates of this machine, which are timed each time.
    seconds: f64,
    fits: bool,
}

/// A kind of weights, or a file of them.
#[derive(Clone, Debug)]
enum WeightsArg {
    Kind(Weights),
    File(PathBuf),
}

fn parse_weights(text: &str) -> Result<WeightsArg, String> {
    if text.ends_with(".safetensors") {
        return Ok(WeightsArg::File(text.into()));
    }
    let mut known = vec![("random", Weights::Random)];
    let split = [WeightStyle::Diagonal, WeightStyle::Blocks2];
    known.extend(split.map(|style| (style.name(), Weights::Styled(style))));
    known.extend(WitnessKind::ALL.map(|kind| (kind.name(), Weights::Named(kind))));
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let found = known.into_iter().find(|(name, _)| *name == text);
    found
        .map(|(_, weights)| WeightsArg::Kind(weights))
        .ok_or_else(|| format!("allowed are {} or a FILE.safetensors", names.join(", ")))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InputsArg {
    All,
    Theorem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MethodArg {
    Auto,
    /// A lower and an upper bound with the same value; nothing is computed
    Theorem,
    Coefficients,
    Grid,
    Hankel,
}

/// Up to this rank weights are drawn, and a minor found, even if theorems decide it, where that is short.
const COMPUTED: u32 = 1000;

#[derive(Serialize)]
struct Report {
    #[serde(serialize_with = "json::count")]
    rank: Integer,
    status: &'static str,
    method: &'static str,
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    bounds: Vec<BoundRow>,
    basis: String,
    /// Of the Hankel route: the blocks whose ranks add up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<BlockRow>,
    /// None of a rank by theorem.
    #[serde(skip_serializing_if = "Option::is_none")]
    prime: Option<String>,
    scope: String,
    /// Of an output that depends on one side only.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize)]
struct BlockRow {
    degree_right: usize,
    rows: usize,
    cols: usize,
    classes: usize,
    rank: usize,
}

#[derive(Serialize)]
struct BoundRow {
    id: &'static str,
    side: &'static str,
    value: Option<String>,
}

impl From<&BoundValue> for BoundRow {
    fn from(b: &BoundValue) -> Self {
        Self { id: b.id, side: b.side.name(), value: b.value.as_ref().map(ToString::to_string) }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    if !options.dry_run {
        try_output("--certificate", options.certificate.as_deref())?;
        try_output("--coq", options.coq.as_deref())?;
    }
    answer(args).map_err(|e| args.network.explain(e))
}

fn answer(args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    let network = args.network.network()?;
    let weights = match &options.weights {
        WeightsArg::Kind(weights) => weights.clone(),
        WeightsArg::File(path) => Weights::Given(network.weights.load(&network.problem, path)?),
    };
    let request = RankRequest {
        problem: network.problem,
        weights,
        inputs: match options.inputs {
            InputsArg::All => Inputs::All,
            InputsArg::Theorem => Inputs::Theorem,
        },
        method: match options.method {
            MethodArg::Auto if options.coq.is_some() || options.points.is_some() => Method::Grid,
            MethodArg::Auto | MethodArg::Theorem => Method::Auto,
            MethodArg::Coefficients => Method::Coefficients,
            MethodArg::Grid => Method::Grid,
            MethodArg::Hankel => Method::Hankel,
        },
        seed: options.seed,
        memory: options.memory.limit,
        points: options.points,
    };
    let warning = request.problem.sight().and_then(|s| s.warning(request.problem.output()));
    if let Some(decided) = by_theorem(&request, options)? {
        return show_decided(&decided, options);
    }
    if options.dry_run {
        return predict(&request, options.format);
    }
    let bar = progress::bar(0, "steps");
    let count = |steps, planned| {
        if bar.length() != Some(planned) {
            bar.set_length(planned);
            bar.set_position(0);
        }
        bar.inc(steps);
    };
    let answer = match &options.resume {
        Some(directory) => prove::resumed_rank(&request, directory, &count),
        None => prove::rank(&request, &count),
    };
    bar.finish_and_clear();
    let answer = answer?;
    if let Some(path) = &options.coq {
        let witness = GridWitness::of_answer(&answer)
            .ok_or("--coq needs a witness by grid: use --method grid")?;
        let theorem =
            prove::coq_theorem(&witness).map_err(|e| format!("--coq {}: {e}", path.display()))?;
        crate::files::replace(path, theorem.as_bytes())
            .map_err(|e| format!("--coq {}: {e}", path.display()))?;
    }
    if let Some(path) = &options.certificate {
        write_certificate(&answer.certificate()?, path)?;
    }
    match options.format {
        Format::Json => print_json(&Report { warning, ..report(&answer) })?,
        Format::Text => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{answer}")?;
            warning.map_or(Ok(()), |warning| writeln!(out, "  warning: {warning}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer by theorem, where the method asks for it or leaves it open.
fn by_theorem(request: &RankRequest, options: &Options) -> Result<Option<Decided>, Failure> {
    let wanted = options.method == MethodArg::Theorem;
    let free = request.weights == Weights::Random
        && request.inputs == Inputs::All
        && request.points.is_none()
        && options.coq.is_none();
    if !(wanted || free && options.method == MethodArg::Auto) {
        return Ok(None);
    }
    if wanted && !free {
        return Err(
            "--method theorem: is about random weights and all inputs, without --points and --coq"
                .into(),
        );
    }
    match prove::decided(&request.problem) {
        None if wanted => {
            Err("--method theorem: no lower bound has the value of an upper one here; see `seprank bounds`".into())
        }
        found => Ok(found.filter(|d| wanted || d.rank > COMPUTED || !prove::is_short(request))),
    }
}

fn show_decided(decided: &Decided, options: &Options) -> Result<ExitCode, Failure> {
    if let Some(path) = options.certificate.as_ref().filter(|_| !options.dry_run) {
        write_certificate(&decided.certificate(), path)?;
    }
    let mut out = std::io::stdout().lock();
    match (options.dry_run, options.format) {
        (true, Format::Text) => writeln!(out, "by theorem: nothing is computed")?,
        (true, Format::Json) => print_json(&Prediction {
            method: "theorem",
            blocks: Vec::new(),
            classes: Vec::new(),
            bytes: 0,
            operations: 0.0,
            seconds: 0.0,
            fits: true,
        })?,
        (false, Format::Text) => writeln!(out, "{decided}")?,
        (false, Format::Json) => print_json(&Report {
            rank: decided.rank.clone(),
            status: Status::Exact.name(),
            method: "theorem",
            seed: options.seed,
            bounds: decided.bounds.iter().map(BoundRow::from).collect(),
            basis: decided.reason(),
            blocks: Vec::new(),
            prime: None,
            scope: decided.scope().to_string(),
            warning: None,
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_certificate(certificate: &Certificate, path: &Path) -> Result<(), Failure> {
    certificate.write(path).map_err(|e| format!("--certificate {}: {e}", path.display()).into())
}

fn predict(request: &RankRequest, format: Format) -> Result<ExitCode, Failure> {
    let f = prove::forecast(request)?;
    if format == Format::Json {
        print_json(&Prediction {
            method: f.route.name(),
            blocks: f.blocks.iter().map(|(rows, cols)| [*rows, *cols].map(json::Integer)).collect(),
            classes: f
                .classes
                .iter()
                .map(|(count, rows, cols)| [*count as u64, *rows, *cols].map(json::Integer))
                .collect(),
            bytes: f.bytes,
            operations: f.operations,
            seconds: f.seconds,
            fits: f.fits,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "by {}, forecast: {}", f.route.name(), duration(f.seconds))?;
    writeln!(out, "memory: {} of {}", Bytes(f.bytes), Bytes(request.memory.0))?;
    if !f.fits {
        writeln!(
            out,
            "a larger grid does not fit: the answer may be a lower bound; raise --memory"
        )?;
    }
    let classes = f.classes.into_iter().map(Some).chain(std::iter::repeat(None));
    for ((rows, cols), classes) in f.blocks.into_iter().zip(classes) {
        match classes {
            Some((count, most_rows, most_cols)) if count > 1 => {
                writeln!(
                    out,
                    "  {rows} x {cols} in {count} classes, {most_rows} x {most_cols} the largest"
                )?;
            }
            _ => writeln!(out, "  {rows} x {cols}")?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn report(answer: &RankAnswer) -> Report {
    let blocks = match &answer.evidence {
        Evidence::Hankel { blocks, .. } => blocks
            .iter()
            .map(|b| BlockRow {
                degree_right: b.degree,
                rows: b.rows,
                cols: b.cols,
                classes: b.classes,
                rank: b.rank,
            })
            .collect(),
        _ => Vec::new(),
    };
    Report {
        rank: answer.rank.into(),
        status: answer.status.name(),
        method: answer.evidence.route().name(),
        seed: answer.seed,
        bounds: answer.bounds.iter().map(BoundRow::from).collect(),
        basis: answer.reason(),
        blocks,
        prime: Some(answer.prime.to_string()),
        scope: answer.scope.to_string(),
        warning: None,
    }
}
