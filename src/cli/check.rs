//! `seprank check`: the checker's own command line, and what needs the rest of the toolkit.

use super::{Failure, progress};
use crate::network::{RealNetworkFile, Replacements};
use crate::prove::{self, GridWitness, coq_theorem};
use indicatif::ProgressBar;
use seprank_check::certificate::{Certificate, Problem};
use seprank_check::check::{self, Checked, Finding, Kind, Verdict, examine_file_with};
use seprank_check::cli::{Format, Report, Selection};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Check certificates, with other arithmetic than made them
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank check target/certs
  seprank check rank110.json --format json
  seprank check rank.json --network my-network.toml
  seprank check rank110.json --coq Rank110.v && coqc -R proofs/theories Seprank Rank110.v

A directory stands for the *.json files in it. Each file is opened once and is
Valid, with what it claims, Incomplete (something is missing) or Invalid
(something is wrong). The exit code is that of the worst: 0, 2 or 1.

--network compares the problem in the certificate, of a gap that of the network
which is compared with attention, with the network file as seprank reads it.
That reading is then trusted too; the checker has no part in it.")]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Also turn the one certificate given, if it is valid, into a Coq theorem
    #[arg(long, value_name = "FILE.v")]
    coq: Option<PathBuf>,
    /// Ask also that the certificates are about the network in this file, its partition and output
    #[arg(long, value_name = "FILE.toml")]
    network: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let files = args.selection.files().map_err(|e| e.to_string())?;
    if let Some(path) = &args.coq
        && files.len() != 1
    {
        let count = files.len();
        return Err(format!("--coq {}: takes one certificate, not {count}", path.display()).into());
    }
    super::try_output("--coq", args.coq.as_deref())?;
    let wanted = match &args.network {
        Some(path) => Some(RealNetworkFile::read(path, &Replacements::default())?.problem),
        None => None,
    };
    let wanted = wanted.as_ref().map(|p| prove::problem_in_certificate(p.shape()));
    let matrix = args.selection.matrix().map_err(|e| e.to_string())?;
    // Of one certificate its steps, of more of them how many.
    let (length, unit) =
        if files.len() == 1 { (0, progress::STEPS) } else { (files.len() as u64, "certificates") };
    let bar = progress::bar(length, unit);
    let mut out: Box<dyn Write> = match args.selection.format {
        Format::Text => Box::new(super::prose::out()),
        Format::Json => Box::new(std::io::stdout().lock()),
    };
    let mut report = Report::new(args.selection.format);
    let mut valid = None;
    let words = (files.len() > 1).then_some("of this one");
    for file in &files {
        let mut checked = followed(&bar, words, || {
            examine_file_with(file, matrix.as_deref(), args.selection.options())
        });
        if let Some(wanted) = &wanted {
            checked = about(wanted, checked);
        }
        bar.suspend(|| report.add(&mut out, file, &checked))?;
        if files.len() > 1 {
            bar.inc(1);
        }
        valid = checked.certificate.filter(|_| checked.verdict.is_valid());
    }
    bar.finish_and_clear();
    report.finish(&mut out)?;
    if let (Some(path), Some(certificate)) = (&args.coq, &valid) {
        write_coq(path, certificate)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

/// Between two looks at how far the check has come.
const LOOK: Duration = Duration::from_millis(200);

/// What `f` says, while the bar follows the check in it: in per cent of what the words say, or by its length.
pub(super) fn followed<T>(
    bar: &ProgressBar,
    words: Option<&'static str>,
    f: impl FnOnce() -> T,
) -> T {
    // Dropped when `f` is over, in whatever way.
    let (running, over) = mpsc::channel::<()>();
    let look = move || {
        while over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            let (done, all) = check::progress();
            match words {
                None => {
                    bar.set_length(all);
                    bar.set_position(done);
                }
                Some(of) if all > 0 => {
                    let part = 100 * u128::from(done) / u128::from(all);
                    bar.set_message(format!("{part} % {of}"));
                }
                Some(_) => {}
            }
        }
    };
    thread::scope(|scope| {
        // Where no thread can be had nothing follows.
        let _ = thread::Builder::new().spawn_scoped(scope, look);
        let _running = running;
        f()
    })
}

/// Writes a certificate that was found valid as a Coq theorem.
fn write_coq(path: &Path, certificate: &Certificate) -> Result<(), Failure> {
    let because = |e: &dyn std::fmt::Display| format!("--coq {}: {e}", path.display());
    let witness = GridWitness::of_certificate(certificate).map_err(|e| because(&e))?;
    let theorem = coq_theorem(&witness).map_err(|e| because(&e))?;
    crate::files::replace(path, theorem.as_bytes()).map_err(|e| because(&e))?;
    Ok(())
}

/// The same, but Invalid where a valid certificate is not about the network that is wanted.
fn about(wanted: &Problem, checked: Checked) -> Checked {
    let problem = checked.certificate.as_ref().and_then(|c| c.claim.problem());
    if !checked.verdict.is_valid() || problem == Some(wanted) {
        return checked;
    }
    let verdict = Verdict::Invalid(Finding {
        kind: Kind::Problem,
        place: "claim.problem".into(),
        expected: "the network of --network".into(),
        got: "another".into(),
    });
    Checked { verdict, ..checked }
}
