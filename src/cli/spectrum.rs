//! `seprank spectrum`.

mod proved;
mod proved_study;

use super::json::Integer;
use super::new_table;
use super::{Failure, print_json, progress};
use crate::files::replace;
use crate::float::study::{EPSILON, Estimate, Measurement, Plan, Question, Sizes};
use crate::plot::{Band, BandChart, side_by_side};
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measured singular values of real networks: softmax attention and MLP-Mixers as published
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank spectrum
  seprank spectrum --points 16 --draws 4 --format csv
  seprank spectrum --profile full --out spectrum
  seprank spectrum --proved --out spectrum
  seprank spectrum --proved --network vit.toml --weights model.safetensors

Networks at random initialisation, in double precision, as published and with
parts left out one by one. Nothing of that is a proof. The folder gets
depth.svg, width.svg, tokens.svg, spectrum.svg and spectrum.csv. The same seed
gives the same numbers on the same machine.

With --proved every singular value is enclosed by interval arithmetic, and so
are the ranks that remain within an epsilon: of one network in a file, on one
grid; or without --network of the models that are measured, at smaller sizes and
one draw each. The folder gets proved-spectrum.csv; of one network
proved-spectrum.svg, unless the function may be 0 on the grid; of the models
proved-depth.svg, -width, -tokens, -attention and -mixer.svg.")]
pub(super) struct Args {
    /// Enclose singular values instead of measuring them: of the models that are measured, at smaller sizes, or of the
    /// network in a file
    #[arg(long, conflicts_with_all = ["profile", "draws"])]
    proved: bool,
    #[command(flatten)]
    proof: proved::ProofArgs,
    /// How much to measure
    #[arg(long, value_enum, default_value_t = ProfileArg::Quick)]
    profile: ProfileArg,
    /// Seed of everything random
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Points of the grid on either side [default: 48, or 96 for full; 16 for --proved]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    points: Option<u16>,
    /// Independent draws of weights and points for each number [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    draws: Option<u16>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Folder for pictures and numbers, besides printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileArg {
    /// About a minute on two cores
    Quick,
    /// Larger sizes and more points: about half an hour
    Full,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading
    Text,
    /// One JSON document
    Json,
    /// One line for each measurement
    Csv,
}

/// What is measured and what is not, in one place for every format.
const NOTE: &str = "\
Effective rank: exp of the entropy of the squared singular values of a random
grid matrix [f(a_s, b_t)] of f = Y[0,0], rows and columns scaled to norm 1.
Interaction: the same after row and column means are taken out, so without the
part that is a function of A plus a function of B; of deep polynomial networks,
whose values have heavy tails, it comes out too small. Networks at random
initialisation, standard Gaussian tokens, A the first half. A measurement in
double precision on finite grids, no proof and no statement about trained
networks.";

#[derive(Serialize)]
struct Report<'a> {
    note: String,
    seed: Integer,
    plan: &'a Plan,
    epsilon: f64,
    rows: Vec<ReportRow<'a>>,
}

#[derive(Serialize)]
struct ReportRow<'a> {
    question: Question,
    #[serde(flatten)]
    measurement: &'a Measurement,
}

pub(super) type Rows = Vec<(Question, Measurement)>;

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if args.proved {
        return match args.proof.is_given() {
            true => proved::run(args),
            false => proved_study::run(args),
        };
    }
    if args.proof.is_given() {
        let options = "--network, --tokens, --left, --output";
        return Err(format!("{options}: are about one network of a file; give --proved").into());
    }
    let mut plan = match args.profile {
        ProfileArg::Quick => Plan::quick(),
        ProfileArg::Full => Plan::full(),
    };
    plan.points = args.points.map_or(plan.points, usize::from);
    plan.draws = args.draws.map_or(plan.draws, u64::from);
    args.make_folder()?;
    let bar = progress::bar(plan.cases().len() as u64 * plan.draws, "draws");
    let rows = plan.run(args.seed, &|| bar.inc(1))?;
    bar.finish_and_clear();
    match args.format {
        Format::Json => print_json(&Report {
            note: NOTE.replace('\n', " "),
            seed: Integer(args.seed),
            plan: &plan,
            epsilon: EPSILON,
            rows: rows.iter().map(|(q, m)| ReportRow { question: *q, measurement: m }).collect(),
        })?,
        Format::Csv => std::io::stdout().lock().write_all(&csv_bytes(&rows)?)?,
        Format::Text => print_text(&rows, &plan, args.seed)?,
    }
    if let Some(dir) = &args.out {
        write_files(dir, &rows, &plan)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    /// Before the work, not after it.
    fn make_folder(&self) -> Result<(), Failure> {
        let Some(dir) = &self.out else { return Ok(()) };
        std::fs::create_dir_all(dir).map_err(|e| format!("--out {}: {e}", dir.display()).into())
    }
}

pub(super) fn csv_bytes(rows: &Rows) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let measures = ["effective_rank", "interaction_rank", "epsilon_rank"];
    let head = ["question", "family", "variant", "depth", "width", "tokens"].map(String::from);
    let columns = measures.iter().flat_map(|m| [m.to_string(), format!("{m}_half_width")]);
    writer.write_record(head.into_iter().chain(columns))?;
    for (question, m) in rows {
        let sizes = [m.depth, m.width, m.tokens].map(|n| n.to_string());
        let words = [question.name(), m.family, m.variant].map(String::from);
        let estimates = [m.effective_rank, m.interaction_rank, m.epsilon_rank]
            .map(|e| [e.mean.to_string(), e.half_width.map(|w| w.to_string()).unwrap_or_default()]);
        writer.write_record(words.into_iter().chain(sizes).chain(estimates.concat()))?;
    }
    Ok(writer.into_inner()?)
}

pub(super) fn print_text(rows: &Rows, plan: &Plan, seed: u64) -> Result<(), Failure> {
    let mut out = super::prose::out();
    let number = |e: &Estimate| match e.half_width {
        Some(half) => format!("{:.1} ± {half:.1}", e.mean),
        None => format!("{:.1}", e.mean),
    };
    for question in Question::ALL {
        writeln!(out, "{}", heading(question, plan.base))?;
        let mut table = new_table(["model", "L", "d", "N", "effective", "interaction", "eps-rank"]);
        for (_, m) in rows.iter().filter(|(q, _)| *q == question) {
            let sizes = [m.depth, m.width, m.tokens].map(|n| n.to_string());
            let estimates = [&m.effective_rank, &m.interaction_rank, &m.epsilon_rank].map(number);
            table.add_row([vec![name(m)], sizes.to_vec(), estimates.to_vec()].concat());
        }
        writeln!(out, "{table}\n")?;
    }
    writeln!(
        out,
        "{NOTE}\neps-rank: singular values of the interaction above {EPSILON} times the largest.\n\
         Mean over {} draws with its 95% interval (Student t), seed {seed},\n\
         {} points a side, which no rank can pass.",
        plan.draws, plan.points
    )?;
    Ok(())
}

pub(super) fn write_files(dir: &Path, rows: &Rows, plan: &Plan) -> Result<(), Failure> {
    for question in Question::SIZES {
        let charts = by_size(rows, plan, question);
        write(dir, &format!("{}.svg", question.name()), side_by_side(&charts)?.as_bytes())?;
    }
    write(dir, "spectrum.svg", side_by_side(&decay(rows, plan))?.as_bytes())?;
    write(dir, "spectrum.csv", &csv_bytes(rows)?)
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = dir.join(name);
    replace(&path, bytes).map_err(|e| format!("--out {}: {e}", path.display()).into())
}

/// A measured number with its name.
type Measure<'a, T> = (&'static str, &'a dyn Fn(&Measurement) -> T);

/// What stands above the rows of a question.
fn heading(question: Question, base: Sizes) -> String {
    let words = match question {
        Question::Parts => "Parts left out one by one".into(),
        other => format!("Against {}", other.name()),
    };
    format!("{words} (base: L={} d={} N={})", base.depth, base.width, base.tokens)
}

/// One number of every model against the size that the question varies: of each its sizes, its name, and the number
/// between the ends of its band, (low, middle, high).
fn against(
    plan: &Plan,
    question: Question,
    (title, y): (&str, &str),
    range: (f64, f64),
    numbers: impl Iterator<Item = (Sizes, String, [f64; 3])>,
) -> BandChart {
    let (values, letter) = match question {
        Question::Width => (&plan.widths, "width d"),
        Question::Tokens => (&plan.tokens, "tokens N"),
        Question::Depth | Question::Parts => (&plan.depths, "depth L"),
    };
    let mut bands: Vec<Band> = Vec::new();
    for (sizes, label, [low, middle, high]) in numbers {
        let place = values.iter().position(|v| *v == question.varied(sizes)).unwrap_or(0);
        let point = (place as f64, low, middle, high);
        match bands.iter_mut().find(|b| b.label == label) {
            Some(band) => band.points.push(point),
            None => bands.push(Band { label, points: vec![point] }),
        }
    }
    let ticks = values.iter().map(usize::to_string).collect();
    let (title, x, y) = (format!("{title} by {letter}"), letter.into(), y.into());
    BandChart { title, x, y, ticks, range, bands }
}

/// The effective ranks, plain and of the interaction, against one size.
fn by_size(rows: &Rows, plan: &Plan, question: Question) -> [BandChart; 2] {
    let measures: [Measure<Estimate>; 2] = [
        ("Effective rank of the grid", &|m| m.effective_rank),
        ("Effective rank of the interaction", &|m| m.interaction_rank),
    ];
    // So many singular values are there, and one is not zero.
    let range = (1.0, plan.points as f64);
    measures.map(|(title, measure)| {
        let asked = rows.iter().filter(|(q, _)| *q == question);
        let numbers = asked.map(|(_, m)| {
            let estimate = measure(m);
            let [low, high] = estimate.ends();
            (m.sizes(), name(m), [low, estimate.mean, high])
        });
        against(plan, question, (title, "effective rank, 95% band"), range, numbers)
    })
}

/// Singular values at the base sizes, plain and of the interaction.
fn decay(rows: &Rows, plan: &Plan) -> [BandChart; 2] {
    let at_base = |m: &Measurement| m.depth == plan.base.depth;
    let followed =
        || rows.iter().filter(|(q, m)| *q == Question::Depth && at_base(m)).map(|(_, m)| m);
    let measures: [Measure<Vec<Estimate>>; 2] = [
        ("Singular values of the grid", &|m| m.plain_decay.clone()),
        ("Singular values of the interaction", &|m| m.interaction_decay.clone()),
    ];
    let base = plan.base;
    measures.map(|(title, measure)| {
        let band = |m: &Measurement| {
            let point = |(k, e): (usize, &Estimate)| {
                let [low, high] = e.ends();
                ((k + 1) as f64, low, e.mean, high)
            };
            // The last of the interaction is 0 but for rounding: its columns sum to zero.
            let shown = plan.points.saturating_sub(1);
            let points = measure(m).iter().take(shown).enumerate().map(point).collect();
            Band { label: name(m), points }
        };
        BandChart {
            title: format!("{title}, L={} d={} N={}", base.depth, base.width, base.tokens),
            x: "k".into(),
            y: "log10 of s_k / s_1".into(),
            ticks: Vec::new(),
            range: (f64::NEG_INFINITY, 0.0),
            bands: followed().map(band).collect(),
        }
    })
}

fn name(m: &Measurement) -> String {
    format!("{}, {}", m.family, m.variant)
}
