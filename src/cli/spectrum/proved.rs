//! `seprank spectrum --proved`: the singular values of one grid, enclosed.

use super::{Format, write};
use crate::Stop;
use crate::cli::problem::FileArgs;
use crate::cli::weight_file::{Origin, load_real};
use crate::cli::{Failure, new_table, print_json, progress, prose};
use crate::network::{RealNetworkFile, describe_real};
use crate::plot::{Band, BandChart, side_by_side};
use crate::prove::{
    RealInputs, RealRequest, RealSpectrum, SHOWN_EPSILONS, SpectrumError, real_spectrum,
};
use crate::tensor::MemoryLimit;
use serde::Serialize;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// What is asked for with `--proved`.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ProofArgs {
    #[command(flatten)]
    file: FileArgs,
    /// With --proved: weights in a file, found by the [weights] of the network file [default: random ones]
    #[arg(long, value_name = "FILE.safetensors", requires = "proved")]
    weights: Option<PathBuf>,
    /// With --network: the points: uniform in [-2, 2), gaussian (standard normal), or the NAME of a tensor in the weight file,
    /// whose rows are the tokens, as a model's embeddings
    #[arg(long, value_name = "uniform|gaussian|NAME", requires_all = ["proved", "network"], default_value = "uniform")]
    inputs: String,
}

impl ProofArgs {
    /// Whether an option is given that is about one network.
    pub(super) fn is_given(&self) -> bool {
        self.file.is_given() || self.weights.is_some()
    }

    fn inputs(&self) -> Result<RealInputs, Failure> {
        let name = &self.inputs;
        let tensor = |path: &PathBuf| RealInputs::Rows { path: path.clone(), tensor: name.clone() };
        let found = RealInputs::named(name).or_else(|| self.weights.as_ref().map(tensor));
        let allowed = "allowed are uniform, gaussian, or with --weights the name of a tensor";
        found.ok_or_else(|| format!("--inputs {name}: {allowed}").into())
    }
}

/// Points on a side, unless they are given.
const POINTS: u16 = 16;

const NOTE: &str = "\
Proved for this network at these weights and these points, by interval
arithmetic: each singular value of the grid matrix lies between the two numbers.
rank within: the least rank of a matrix that is within this share of the grid's
root mean square. Its lower end is also a lower bound for every function that is
as near to the network's on the points: it takes at least so many products.";

#[derive(Serialize)]
struct Report {
    note: String,
    network: String,
    weights: Origin,
    #[serde(serialize_with = "crate::cli::json::integer")]
    seed: u64,
    version: &'static str,
    points: usize,
    inputs: String,
    precision: u32,
    singular_values: Vec<[f64; 2]>,
    root_mean_square: [f64; 2],
    rank_within: Vec<Within>,
}

#[derive(Serialize)]
struct Within {
    epsilon: f64,
    at_least: usize,
    at_most: usize,
}

pub(super) fn run(args: &super::Args) -> Result<ExitCode, Failure> {
    let proof = &args.proof;
    let Some(file) = proof.file.read_real() else {
        return Err("--tokens, --left, --output, --weights: are about one network of a file; give --network".into());
    };
    let file: RealNetworkFile = file?;
    let inputs = proof.inputs()?;
    let weights = match &proof.weights {
        Some(path) => Some(load_real(&file, path, args.seed)?),
        None => None,
    };
    let origin = match &proof.weights {
        Some(path) => Origin::of_file(path, file.weights.is_mixed())?,
        None => Origin::Made { kind: "random, of the size of trained ones" },
    };
    args.make_folder()?;
    let request = RealRequest {
        problem: file.problem,
        weights,
        points: args.points.unwrap_or(POINTS).into(),
        inputs: inputs.clone(),
        seed: args.seed,
        memory: MemoryLimit::default(),
        stop: Stop::new(None),
    };
    let bar = progress::bar(0, progress::STEPS);
    let count = |values, planned| match planned {
        0 => progress::turn_busy(&bar, "decomposition"),
        _ => {
            bar.set_length(planned);
            bar.inc(values);
        }
    };
    let found = real_spectrum(&request, &count);
    bar.finish_and_clear();
    let found = found.map_err(|e| match e {
        SpectrumError::Request(e) => proof.file.explain(e.into()),
        other => other.into(),
    })?;
    let within = SHOWN_EPSILONS.map(|epsilon| {
        let [at_least, at_most] = found.rank_within(epsilon);
        Within { epsilon, at_least, at_most }
    });
    let report = Report {
        note: NOTE.replace('\n', " "),
        network: describe_real(&request.problem),
        weights: origin,
        seed: args.seed,
        version: env!("CARGO_PKG_VERSION"),
        points: found.points,
        inputs: inputs.to_string(),
        precision: found.precision,
        singular_values: found.values.clone(),
        root_mean_square: found.root_mean_square,
        rank_within: within.into(),
    };
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Csv => stdout().lock().write_all(&csv_bytes(&found)?)?,
        Format::Text => print_text(&report)?,
    }
    if let Some(dir) = &args.out {
        write(dir, "proved-spectrum.csv", &csv_bytes(&found)?)?;
        // Where f may be 0 on the grid there is no largest value to draw the others by.
        if found.values.first().is_some_and(|[low, _]| *low > 0.0) {
            let label = format!("{0} x {0} points", found.points);
            let chart = decay("Singular values, enclosed".into(), [(label, &found)]);
            write(dir, "proved-spectrum.svg", side_by_side(&[chart])?.as_bytes())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn csv_bytes(found: &RealSpectrum) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["number", "at_least", "at_most"])?;
    for (number, [low, high]) in found.values.iter().enumerate() {
        writer.write_record([(number + 1).to_string(), low.to_string(), high.to_string()])?;
    }
    Ok(writer.into_inner()?)
}

/// log10 of the enclosed singular values relative to the largest.
pub(super) fn decay<'a>(
    title: String,
    named: impl IntoIterator<Item = (String, &'a RealSpectrum)>,
) -> BandChart {
    let band = |(label, found): (String, &RealSpectrum)| {
        let [least, largest] = found.values.first().copied().unwrap_or_default();
        let point = |(k, [low, high]): (usize, &[f64; 2])| {
            let ends = [(low / largest).log10(), (high / least).log10()];
            ((k + 1) as f64, ends[0], ends[1], ends[1])
        };
        let points = found.values.iter().enumerate().map(point);
        Band { label, points: points.filter(|p| p.3.is_finite()).collect() }
    };
    let bands: Vec<_> = named.into_iter().map(band).collect();
    let ends = bands.iter().flat_map(|b| &b.points).flat_map(|p| [p.1, p.3]);
    // Where 0 is not excluded a band goes down to the end of the axis.
    let least = ends.filter(|y| y.is_finite()).fold(0.0, f64::min);
    BandChart {
        title,
        x: "k".into(),
        y: "log10 of s_k / s_1, enclosed".into(),
        ticks: Vec::new(),
        range: (least.floor() - 1.0, 0.0),
        bands,
    }
}

fn number_text(x: f64) -> String {
    if x == 0.0 { "0".into() } else { format!("{x:e}") }
}

fn print_text(report: &Report) -> Result<(), Failure> {
    let mut out = prose::out();
    let Report { points, precision, inputs, .. } = report;
    writeln!(out, "{NOTE}")?;
    writeln!(out, "network: {}", report.network)?;
    writeln!(out, "weights: {}; seprank {}", report.weights.text(report.seed), report.version)?;
    writeln!(
        out,
        "grid: {points} x {points} points, {inputs}, enclosed in intervals of {precision} bits"
    )?;
    let mut table = new_table(["number", "at least", "at most"]);
    for (number, [low, high]) in report.singular_values.iter().enumerate() {
        table.add_row([(number + 1).to_string(), number_text(*low), number_text(*high)]);
    }
    writeln!(out, "{table}")?;
    let mut table = new_table(["epsilon", "rank within: at least", "at most"]);
    for Within { epsilon, at_least, at_most } in &report.rank_within {
        table.add_row([format!("{epsilon:e}"), at_least.to_string(), at_most.to_string()]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}
