//! `seprank rank`.

use super::problem::Subject;
use super::{Failure, Format, json, print_json, progress};
use crate::arith::Prime;
use crate::network::WeightStyle;
use crate::prove::witness::WitnessKind;
use crate::prove::{
    self, BoundValue, Evidence, GridWitness, Inputs, Method, RankAnswer, RankRequest, Weights,
};
use crate::tensor::MemoryLimit;
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The separation rank of one network
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank rank attention --depth 2 --width 3 --tokens 4
  seprank rank attention --depth 3 --width 8 --heads 2 --tokens 5 --left 0,1,2 --weights heads --inputs theorem
  seprank rank mixer --depth 2 --width 2 --tokens 4 --token-hidden 2 --format json
  seprank rank attention --depth 2 --width 5 --heads 5 --tokens 4 --mlp-degree 2 --residual --weights transformer --inputs theorem
  seprank rank attention --depth 3 --width 4 --tokens 8 --dry-run
  seprank rank attention --depth 2 --width 3 --tokens 6 --certificate rank49.json
  seprank rank --network my-network.toml --weights model.safetensors

With random weights the answer is the generic separation rank: the maximum over all weights,
taken by almost all of them. It is exact where the rank found meets a proved upper bound;
otherwise it is a proved lower bound, and the chance that the draw was unlucky is stated.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    #[command(flatten)]
    options: Options,
}

#[derive(clap::Args, Clone, Debug)]
struct Options {
    /// Weights: random integers (random), random diagonal matrices, whose blocks split by sign symmetry
    /// (diagonal), the construction in a theorem's proof (power, isotropic, heads, blocks, two-layers; of
    /// blocks with a position-wise part position-wise, transformer, two-stages), or those in a FILE.safetensors, found by the [weights] of the network file
    #[arg(long, global = true, value_name = "WEIGHTS", value_parser = parse_weights, default_value = "random")]
    weights: WeightsArg,
    /// Inputs: all, or only those in the proof of the named weights
    #[arg(long, global = true, value_enum, default_value_t = InputsArg::All)]
    inputs: InputsArg,
    /// Seed of the random weights and points
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// How to compute
    #[arg(long, global = true, value_enum, default_value_t = MethodArg::Auto)]
    method: MethodArg,
    /// Largest number of points on a side of a grid: for a lower bound on a rank too large to find
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    points: Option<u64>,
    /// Largest matrix, in GiB
    #[arg(long, global = true, value_name = "GIB", default_value_t = 4)]
    memory: u16,
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
    #[serde(serialize_with = "json::integer")]
    bytes: u64,
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
    let mut known = vec![
        ("random", Weights::Random),
        (WeightStyle::Diagonal.name(), Weights::Styled(WeightStyle::Diagonal)),
    ];
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MethodArg {
    Auto,
    Coefficients,
    Grid,
    Hankel,
}

#[derive(Serialize)]
struct Report {
    rank: usize,
    status: &'static str,
    method: &'static str,
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    bounds: Vec<BoundRow>,
    basis: String,
    /// Of the Hankel route: the blocks whose ranks add up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<BlockRow>,
    #[serde(serialize_with = "json::string")]
    prime: Prime,
    scope: String,
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
            MethodArg::Auto => Method::Auto,
            MethodArg::Coefficients => Method::Coefficients,
            MethodArg::Grid => Method::Grid,
            MethodArg::Hankel => Method::Hankel,
        },
        seed: options.seed,
        memory: MemoryLimit(u64::from(options.memory) << 30),
        points: options.points,
    };
    if options.dry_run {
        return predict(&request, options.format);
    }
    let bar = progress::bar(0, "steps");
    let answer = prove::rank(&request, &|rows, planned| {
        if bar.length() != Some(planned) {
            bar.set_length(planned);
            bar.set_position(0);
        }
        bar.inc(rows);
    });
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
        answer
            .certificate()?
            .write(path)
            .map_err(|e| format!("--certificate {}: {e}", path.display()))?;
    }
    match options.format {
        Format::Json => print_json(&report(&answer))?,
        Format::Text => writeln!(std::io::stdout().lock(), "{answer}")?,
    }
    Ok(ExitCode::SUCCESS)
}

fn predict(request: &RankRequest, format: Format) -> Result<ExitCode, Failure> {
    let f = prove::forecast(request)?;
    if format == Format::Json {
        print_json(&Prediction {
            method: f.route.name(),
            blocks: f.blocks.iter().map(|(rows, cols)| [*rows, *cols].map(json::Integer)).collect(),
            bytes: f.bytes,
            seconds: f.seconds,
            fits: f.fits,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "by {}, about {:.1} s", f.route.name(), f.seconds)?;
    writeln!(out, "memory: {} MiB of {} MiB", f.bytes >> 20, request.memory.0 >> 20)?;
    if !f.fits {
        writeln!(
            out,
            "a larger grid does not fit: the answer may be a lower bound; raise --memory"
        )?;
    }
    for (rows, cols) in f.blocks {
        writeln!(out, "  {rows} x {cols}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn report(answer: &RankAnswer) -> Report {
    let blocks = match &answer.evidence {
        Evidence::Hankel { blocks } => blocks
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
        rank: answer.rank,
        status: answer.status.name(),
        method: answer.evidence.route().name(),
        seed: answer.seed,
        bounds: answer.bounds.iter().map(BoundRow::from).collect(),
        basis: answer.reason(),
        blocks,
        prime: answer.prime,
        scope: answer.scope.to_string(),
    }
}
