//! `seprank rank` of a network with softmax, normalisation or GELU: a lower bound at given weights.

use super::{InputsArg, MethodArg, Options, WeightsArg, exit_code, write_certificate};
use crate::cli::check::followed;
use crate::cli::rank_report::RealReport;
use crate::cli::weight_file::{Origin, load_real};
use crate::cli::{Failure, Format, print_json, progress, prose};
use crate::network::RealNetworkFile;
use crate::prove::{RealInputs, RealRank, RealRequest, Weights, real_rank};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Points on a side, unless they are given.
const POINTS: u64 = 16;

/// Answers for a network that is no polynomial.
pub(super) fn answer(file: RealNetworkFile, options: &Options) -> Result<ExitCode, Failure> {
    refuse(options)?;
    let weights = match &options.weights {
        WeightsArg::File(path) => Some(load_real(&file, path, options.seed)?),
        WeightsArg::Kind(_) => None,
    };
    let origin = match &options.weights {
        WeightsArg::File(path) => Origin::of_file(path, file.weights.is_mixed())?,
        WeightsArg::Kind(_) => Origin::Made { kind: "random, of the size of trained ones" },
    };
    let points = options.points.unwrap_or(POINTS);
    let request = RealRequest {
        problem: file.problem,
        weights,
        points: usize::try_from(points).map_err(|_| format!("--points {points}: too many"))?,
        inputs: RealInputs::Uniform,
        seed: options.seed,
        memory: options.budget.memory(),
        stop: options.budget.stop()?,
    };
    let bar = progress::bar(0, progress::STEPS);
    let count = |passes, planned| {
        bar.set_length(planned);
        bar.inc(passes);
    };
    let answer = followed(&bar, Some("of the proof"), || real_rank(&request, &count));
    bar.finish_and_clear();
    let answer = answer?;
    match options.format {
        Format::Json => print_json(&RealReport::new(&answer, origin, options.seed))?,
        Format::Text => {
            let mut out = prose::out();
            writeln!(out, "{answer}")?;
            let version = env!("CARGO_PKG_VERSION");
            writeln!(out, "  weights: {}; seprank {version}", origin.text(options.seed))?;
        }
    }
    // Checking takes its time, and may fail: the answer is there before.
    if let Some(path) = &options.certificate {
        certify(&answer, path)?;
    }
    Ok(exit_code(answer.limit.is_some()))
}

/// Writes the certificate, when the checker accepts it.
fn certify(answer: &RealRank, path: &Path) -> Result<(), Failure> {
    let bar = progress::bar(0, progress::STEPS);
    bar.set_message("checking the certificate");
    let certificate = followed(&bar, None, || answer.certificate());
    bar.finish_and_clear();
    let certificate = certificate.map_err(|e| format!("--certificate {}: {e}", path.display()))?;
    write_certificate(&certificate, path)
}

/// What is about polynomials only.
fn refuse(options: &Options) -> Result<(), Failure> {
    let weights = match &options.weights {
        WeightsArg::Kind(Weights::Random) | WeightsArg::File(_) => false,
        WeightsArg::Kind(_) => true,
    };
    let given = [
        ("--weights", weights),
        ("--inputs", !matches!(options.inputs, InputsArg::All)),
        ("--method", options.method != MethodArg::Auto),
        ("--draws", options.draws != 1),
        ("--coq", options.coq.is_some()),
        ("--resume", options.resume.is_some()),
        ("--dry-run", options.dry_run),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => {
            let allowed = match *option {
                "--weights" => "allowed are random or a FILE.safetensors",
                _ => "leave it out",
            };
            Err(format!(
                "{option}: the network is no polynomial, and this is about polynomials; {allowed}"
            )
            .into())
        }
    }
}
