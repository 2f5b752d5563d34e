//! `seprank rank`.

mod real;

use super::budget::Budget;
use super::duration::duration;
use super::problem::Subject;
use super::rank_report::{About, Prediction, Report};
use super::weight_file::{Origin, load};
use super::{Failure, Format, in_options, print_json, progress, try_output};
use crate::files::Bytes;
use crate::prove::{
    self, ByTheorem, Checking, GridWitness, Inputs, Method, RankAnswer, RankError, RankRequest,
    Weights,
};
use clap::ValueEnum;
use seprank_check::certificate::{Certificate, MAX_FILE_BYTES};
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

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
  seprank rank --network my-network.toml --draws 3
  seprank rank --network softmax-and-gelu.toml --weights model.safetensors --points 24

  seprank rank attention --depth 2 --width 768 --tokens 196

With random weights the answer is the generic separation rank: the maximum over
all weights, taken by almost all of them. It is exact where the rank found meets
a proved upper bound, or where a proved lower bound does; otherwise it is a
proved lower bound, and the chance that the draw was unlucky is stated.

Of a network file with softmax, a norm or an activation by name, which is no
polynomial, the answer is a lower bound at the weights of a file or at random
ones, proved by interval arithmetic on a grid of --points points a side [16].")]
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
    /// position-wise, transformer, two-stages), or those in a FILE.safetensors (or .npz, .npy, .onnx, .json of
    /// an index, or a directory, as DIR/), found by the [weights] of the network file
    #[arg(long, global = true, value_name = "WEIGHTS", value_parser = parse_weights, default_value = "random")]
    weights: WeightsArg,
    /// Whether the network file leaves weights to chance beside those of a file.
    #[arg(skip)]
    others_random: bool,
    /// Inputs: all, or only those in the proof of the named weights
    #[arg(long, global = true, value_enum, default_value_t = InputsArg::All)]
    inputs: InputsArg,
    /// Seed of the random weights and points
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Independent draws of random weights and points, until a bound from above is met: the largest rank counts, and
    /// the chance of having missed a larger one is the product of theirs. The k-th draw has the seed S + k, from 0
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000),
        default_value_t = 1, conflicts_with = "resume")]
    draws: u64,
    /// How to find it; auto: by theorems where they decide a rank above 1000, or one that takes longer than about a
    /// second to compute, else by the cheapest computation
    #[arg(long, global = true, value_enum, default_value_t = MethodArg::Auto)]
    method: MethodArg,
    /// Largest number of points on a side of a grid: for a lower bound on a rank too large to find
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    points: Option<u64>,
    #[command(flatten)]
    budget: Budget,
    /// Go on where a run was stopped: of Hankel blocks, finished classes are written there and read back
    #[arg(long, global = true, value_name = "DIR", conflicts_with_all = ["dry_run", "coq"])]
    resume: Option<PathBuf>,
    /// Also write the witness as a Coq theorem (implies a witness by grid)
    #[arg(long, global = true, value_name = "FILE.v", conflicts_with = "dry_run")]
    coq: Option<std::path::PathBuf>,
    /// Print the predicted blocks, bytes and seconds, with --certificate also those of its file and its check, and
    /// compute nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// Write a certificate of the answer there, to be checked by `seprank check`
    #[arg(long, global = true, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Write out numbers of more than 60 digits, in JSON instead of their logarithms
    #[arg(long, global = true)]
    digits: bool,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A kind of weights, or a file of them.
#[derive(Clone, Debug)]
enum WeightsArg {
    Kind(Weights),
    File(PathBuf),
}

fn parse_weights(text: &str) -> Result<WeightsArg, String> {
    // No kind has a dot or a slash in its name.
    if text.contains(['.', '/', std::path::MAIN_SEPARATOR]) {
        return Ok(WeightsArg::File(text.into()));
    }
    parse_named(text).map(WeightsArg::Kind).map_err(|e| e + " or a FILE.safetensors")
}

/// Weights that have a name.
pub(super) fn parse_named(text: &str) -> Result<Weights, String> {
    let known = Weights::named();
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let found = known.into_iter().find(|(name, _)| *name == text);
    found.map(|(_, weights)| weights).ok_or_else(|| format!("allowed are {}", names.join(", ")))
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

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    if !options.dry_run {
        try_output("--certificate", options.certificate.as_deref())?;
        try_output("--coq", options.coq.as_deref())?;
    }
    answer(args).map_err(|e| args.network.explain(e))
}

fn answer(args: &Args) -> Result<ExitCode, Failure> {
    let start = Instant::now();
    if let Some(file) = args.network.real()? {
        return real::answer(file, &args.options);
    }
    let network = args.network.network()?;
    let options = &Options { others_random: network.weights.is_mixed(), ..args.options.clone() };
    let weights = match &options.weights {
        WeightsArg::Kind(weights) => weights.clone(),
        WeightsArg::File(path) => Weights::Given(load(&network, path, options.seed)?),
    };
    let reading = start.elapsed();
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
        draws: options.draws,
        memory: options.budget.memory(),
        points: options.points,
        stop: options.budget.stop()?,
        certificate: options.certificate.as_ref().map(|_| MAX_FILE_BYTES),
    };
    if let Some(found) = by_theorem(&request, options)? {
        return show_theorem(&found, &request, options, None);
    }
    if options.dry_run {
        return predict(&request, options, reading);
    }
    let bar = progress::bar(0, progress::STEPS);
    let count = |steps, planned| {
        bar.set_length(planned);
        bar.inc(steps);
    };
    let answer = match &options.resume {
        Some(directory) => prove::resumed_rank(&request, directory, &count),
        None => prove::rank(&request, &count),
    };
    bar.finish_and_clear();
    match answer {
        Ok(answer) => show(&answer, &request, options),
        Err(error @ RankError::LongCertificate { .. }) => {
            let path = options.certificate.as_deref().unwrap_or(Path::new(""));
            Err(format!("--certificate {}: {error}", path.display()).into())
        }
        Err(error) => match prove::proved_instead(&request, &error) {
            Some(found) => {
                let why = args.network.explain(error.into());
                show_theorem(&found, &request, options, Some(why))
            }
            None => Err(error.into()),
        },
    }
}

/// Done, or ended before.
pub(super) fn exit_code(ended: bool) -> ExitCode {
    ExitCode::from(if ended { 2 } else { 0 })
}

fn show(
    answer: &RankAnswer,
    request: &RankRequest,
    options: &Options,
) -> Result<ExitCode, Failure> {
    // Whatever becomes of the files, the answer is printed.
    let written = write_files(answer, options);
    match options.format {
        Format::Json => {
            print_json(&Report::of_answer(answer, about(request, answer.seed, options)?))?
        }
        Format::Text => print_text(answer, about(request, answer.seed, options)?)?,
    }
    written.map(|()| exit_code(answer.limit.is_some()))
}

fn write_files(answer: &RankAnswer, options: &Options) -> Result<(), Failure> {
    if let Some(path) = &options.coq {
        let witness = GridWitness::of_answer(answer)
            .ok_or("--coq needs a witness by grid: use --method grid")?;
        let theorem =
            prove::coq_theorem(&witness).map_err(|e| format!("--coq {}: {e}", path.display()))?;
        crate::files::replace(path, theorem.as_bytes())
            .map_err(|e| format!("--coq {}: {e}", path.display()))?;
    }
    if let Some(path) = &options.certificate {
        let _busy = progress::busy("writing the certificate");
        write_certificate(&answer.certificate()?, path)?;
    }
    Ok(())
}

/// The answer and what it is about, with long numbers written out if that is asked for.
pub(super) fn print_text(answer: &dyn Display, about: About) -> Result<(), Failure> {
    let mut out = super::prose::out();
    match about.digits {
        true => writeln!(out, "{answer:#}")?,
        false => writeln!(out, "{answer}")?,
    }
    writeln!(out, "  weights: {about}")?;
    if let Some(warning) = &about.warning {
        writeln!(out, "  warning: {warning}")?;
    }
    Ok(())
}

/// The answer by theorem, where the method asks for it or leaves it open.
fn by_theorem(request: &RankRequest, options: &Options) -> Result<Option<ByTheorem>, Failure> {
    if options.method != MethodArg::Theorem {
        return Ok(prove::decided_first(request));
    }
    if !request.is_generic() || request.points.is_some() || options.coq.is_some() {
        return Err(
            "--method theorem: is about random weights and all inputs, without --points and --coq"
                .into(),
        );
    }
    let none =
        "--method theorem: no lower bound has the value of an upper one here; see `seprank bounds`";
    prove::decided(&request.problem).map(Some).ok_or_else(|| none.into())
}

/// What is found by theorem, and why not by computation if that was wanted.
fn show_theorem(
    found: &ByTheorem,
    request: &RankRequest,
    options: &Options,
    why: Option<Failure>,
) -> Result<ExitCode, Failure> {
    if let Some(path) = options.certificate.as_ref().filter(|_| !options.dry_run) {
        write_certificate(&found.certificate()?, path)?;
    }
    let why = why.map(|error| in_options(error.as_ref()));
    let almost = Origin::Stated { kind: "almost all" };
    let about = About::new(&request.problem, almost, options.seed, options.digits);
    match (options.dry_run, options.format) {
        (true, Format::Text) => {
            writeln!(super::prose::out(), "by theorem: nothing is computed")?;
        }
        (true, Format::Json) => print_json(&Prediction::theorem())?,
        (false, Format::Text) => {
            print_text(found, about)?;
            if let Some(why) = &why {
                writeln!(super::prose::out(), "  not computed: {why}")?;
            }
        }
        (false, Format::Json) => {
            print_json(&Report::of_theorem(found, about, why.clone()))?;
        }
    }
    Ok(exit_code(why.is_some()))
}

fn write_certificate(certificate: &Certificate, path: &Path) -> Result<(), Failure> {
    certificate.write(path).map_err(|e| format!("--certificate {}: {e}", path.display()).into())
}

/// What an answer computed with that seed is about.
fn about(request: &RankRequest, seed: u64, options: &Options) -> Result<About, Failure> {
    let RankRequest { problem, weights, .. } = request;
    let text = match &options.weights {
        WeightsArg::File(path) => Origin::of_file(path, options.others_random)?,
        WeightsArg::Kind(_) if problem.weight_degree() == Some(0) => {
            Origin::Stated { kind: "all stated by the network" }
        }
        WeightsArg::Kind(_) => {
            let kind = Weights::named().into_iter().find(|(_, known)| known == weights);
            let kind = kind.map_or("given", |(name, _)| name);
            Origin::Made { kind }
        }
    };
    Ok(About::new(problem, text, seed, options.digits))
}

/// The forecast, with the time that reading the network took just now, and that of a certificate if one is asked for.
fn predict(
    request: &RankRequest,
    options: &Options,
    reading: Duration,
) -> Result<ExitCode, Failure> {
    let busy = progress::busy("forecast");
    let mut f = prove::forecast(request)?;
    f.seconds += reading.as_secs_f64();
    let mut checking = None;
    if options.certificate.is_some() {
        f.seconds += f.certificate;
        checking = prove::checking(request)?;
    }
    drop(busy);
    if options.format == Format::Json {
        print_json(&Prediction::of(&f, checking))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = super::prose::out();
    let most = if request.draws > 1 { " at most" } else { "" };
    writeln!(out, "by {}, forecast:{most} {}", f.route.name(), duration(f.seconds))?;
    writeln!(out, "memory: {} of {}", Bytes(f.bytes), Bytes(request.memory.0))?;
    if let Some(Checking { bytes, seconds }) = checking {
        let most = if bytes > MAX_FILE_BYTES { ", more than a checker reads" } else { "" };
        let file = Bytes(bytes);
        writeln!(out, "certificate: {file}{most}; to check: {}", duration(seconds))?;
    }
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
