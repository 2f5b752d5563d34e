//! `seprank check`.

use super::{Failure, Format, print_json, progress};
use crate::certificate::{self, Claim};
use crate::check::{Finding, Kind, Verdict, check_file};
use crate::network::{NetworkFile, Replacements};
use crate::prove::{self, GridWitness, coq_theorem};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check certificates, with other arithmetic than made them
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank check target/certs
  seprank check rank110.json --format json
  seprank check rank.json --network my-network.toml
  seprank check rank110.json --coq Rank110.v && coqc -R proofs/theories Seprank Rank110.v

A directory stands for the *.json files in it. Each file is Valid, Incomplete (something is
missing) or Invalid (something is wrong). The exit code is that of the worst: 0, 2 or 1.")]
pub(super) struct Args {
    /// Certificates, or directories of them
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Also turn the one certificate given, if it is valid, into a Coq theorem
    #[arg(long, value_name = "FILE.v")]
    coq: Option<PathBuf>,
    /// Ask also that the certificates are about the network in this file, its partition and output
    #[arg(long, value_name = "FILE.toml")]
    network: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    file: String,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    step: Kind,
    place: &'a str,
    expected: &'a str,
    got: &'a str,
}

impl<'a> From<&'a Finding> for Found<'a> {
    fn from(f: &'a Finding) -> Self {
        Found { step: f.kind, place: &f.place, expected: &f.expected, got: &f.got }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut files = Vec::new();
    for path in &args.paths {
        list(path, &mut files)?;
    }
    if let Some(path) = &args.coq
        && files.len() != 1
    {
        let count = files.len();
        return Err(format!("--coq {}: takes one certificate, not {count}", path.display()).into());
    }
    let wanted = match &args.network {
        Some(path) => Some(NetworkFile::read(path, &Replacements::default())?.problem),
        None => None,
    };
    let wanted = wanted.as_ref().map(prove::problem_in_certificate);
    let bar = progress::bar(files.len() as u64, "certificates");
    let mut out = std::io::stdout().lock();
    let mut verdicts = Vec::new();
    for file in &files {
        let mut verdict = check_file(file);
        if let (Some(wanted), Verdict::Valid) = (&wanted, &verdict) {
            verdict = about(wanted, file);
        }
        bar.suspend(|| -> std::io::Result<()> {
            if args.format == Format::Text {
                writeln!(out, "{}: {verdict}", file.display())?;
                out.flush()?;
            }
            Ok(())
        })?;
        bar.inc(1);
        verdicts.push(verdict);
    }
    bar.finish_and_clear();
    let count = |name| verdicts.iter().filter(|v| v.name() == name).count();
    match args.format {
        Format::Json => {
            let report = |(file, verdict): (&PathBuf, _)| Report {
                file: file.display().to_string(),
                verdict: Verdict::name(verdict),
                finding: verdict.finding().map(Into::into),
            };
            print_json(&files.iter().zip(&verdicts).map(report).collect::<Vec<_>>())?;
        }
        Format::Text if files.len() != 1 => writeln!(
            out,
            "{} files: {} valid, {} incomplete, {} invalid",
            files.len(),
            count("valid"),
            count("incomplete"),
            count("invalid")
        )?,
        Format::Text => {}
    }
    if let (Some(path), [file], [Verdict::Valid]) = (&args.coq, &files[..], &verdicts[..]) {
        let because = |e: &dyn std::fmt::Display| format!("--coq {}: {e}", path.display());
        let certificate = certificate::read(file).map_err(|e| because(&e))?;
        let witness = GridWitness::of_certificate(&certificate).map_err(|e| because(&e))?;
        let theorem = coq_theorem(&witness).map_err(|e| because(&e))?;
        crate::files::replace(path, theorem.as_bytes()).map_err(|e| because(&e))?;
    }
    // Of no certificate at all nothing was checked.
    let worst = [1, 2, 0].into_iter().find(|code| verdicts.iter().any(|v| v.exit_code() == *code));
    Ok(ExitCode::from(worst.unwrap_or(2)))
}

/// Whether a valid certificate is about the network that is wanted.
fn about(wanted: &certificate::Problem, file: &Path) -> Verdict {
    let problem = certificate::read(file).map(|c| match c.claim {
        Claim::Rank(claim) => claim.problem,
        Claim::Gap(claim) => claim.upper.problem,
    });
    match problem {
        Ok(problem) if problem == *wanted => Verdict::Valid,
        _ => Verdict::Invalid(Finding {
            kind: Kind::Problem,
            place: "claim.problem".into(),
            expected: "the network of --network".into(),
            got: "another".into(),
        }),
    }
}

/// Appends `path`, or the *.json files in it by name.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut inside = Vec::new();
    let named = |e: std::io::Error| format!("{}: {e}", path.display());
    for entry in std::fs::read_dir(path).map_err(named)? {
        let path = entry.map_err(named)?.path();
        if path.is_file() && path.extension().is_some_and(|e| e == "json") {
            inside.push(path);
        }
    }
    inside.sort();
    files.append(&mut inside);
    Ok(())
}
