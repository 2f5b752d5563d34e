//! `seprank certify`.

use super::{Failure, Format, print_json, progress};
use crate::claims::{self, Examined, Profile, Verdict};
use crate::tensor::MemoryLimit;
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Certify every claim on small cases and print a verdict for each
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank certify
  seprank certify --profile full --format json
  seprank certify --out target/certs && seprank check target/certs
  seprank certify --profile sharpness --budget 10m --out target/sharpness

Exit code: 0 if every case is valid, 1 if one is invalid, 2 if one is incomplete.")]
pub(super) struct Args {
    /// How much to run: quick is under a minute on two cores; sharpness tries Conjecture 3.11 on
    /// every size that fits the budget
    #[arg(long, value_enum, default_value_t = ProfileArg::Quick)]
    profile: ProfileArg,
    /// Write the certificates into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Time for the sharpness campaign, for example 30s, 10m, 2h; with --out it resumes
    #[arg(long, value_name = "TIME", default_value = "1m")]
    budget: humantime::Duration,
    /// Seed of the random weights and points
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileArg {
    Quick,
    Full,
    Sharpness,
}

#[derive(Serialize)]
struct Report {
    verdict: &'static str,
    seed: u64,
    cases: Vec<Row>,
    seconds: f64,
    peak_memory_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Row {
    claim: &'static str,
    case: String,
    claimed: String,
    found: String,
    verdict: &'static str,
    reason: String,
}

impl From<&Examined> for Row {
    fn from(e: &Examined) -> Self {
        Self {
            claim: e.claim,
            case: e.case.clone(),
            claimed: e.outcome.claimed.clone(),
            found: e.outcome.found.clone(),
            verdict: e.outcome.verdict.name(),
            reason: e.outcome.verdict.reason().into(),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let start = Instant::now();
    if let Some(dir) = &args.out {
        std::fs::create_dir_all(dir).map_err(|e| format!("--out {}: {e}", dir.display()))?;
    }
    let profile = match args.profile {
        ProfileArg::Quick => Profile::Quick,
        ProfileArg::Full => Profile::Full,
        ProfileArg::Sharpness => return sharpness(args),
    };
    let bar = progress::bar(claims::count_cases(profile) as u64, "cases");
    let rows = claims::certify(profile, args.seed, args.out.as_deref(), &|_| bar.inc(1));
    bar.finish_and_clear();
    let rows = rows.map_err(|e| match &args.out {
        Some(dir) => format!("--out {}: {e}", dir.display()),
        None => e.to_string(),
    })?;
    let verdict = claims::overall(&rows);
    let seconds = start.elapsed().as_secs_f64();
    let peak_memory_bytes = peak_memory();
    match args.format {
        Format::Json => print_json(&Report {
            verdict: verdict.name(),
            seed: args.seed,
            cases: rows.iter().map(Row::from).collect(),
            seconds,
            peak_memory_bytes,
        })?,
        Format::Text => print_text(&rows, &verdict, args.seed, seconds, peak_memory_bytes)?,
    }
    Ok(ExitCode::from(verdict.exit_code()))
}

/// Conjecture 3.11 on every size that fits the budget.
fn sharpness(args: &Args) -> Result<ExitCode, Failure> {
    let bar = progress::bar(0, "instances");
    bar.set_length(claims::sharpness::instances(MemoryLimit::default()).len() as u64);
    let records = claims::sharpness::campaign(
        args.seed,
        args.budget.into(),
        MemoryLimit::default(),
        args.out.as_deref(),
        &mut |record, _| {
            bar.inc(1);
            bar.set_message(format!("L={} d={} H={}", record.depth, record.width, record.heads));
        },
    );
    bar.finish_and_clear();
    let records = records.map_err(|e| match &args.out {
        Some(dir) => format!("--out {}: {e}", dir.display()),
        None => e.to_string(),
    })?;
    let below = records.iter().find(|r| !r.is_sharp());
    let code = ExitCode::from(below.map_or(0, |r| r.verdict().exit_code()));
    if args.format == Format::Json {
        print_json(&records)?;
        return Ok(code);
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "Conjecture 3.11: rank = graded bound, N = 2d, halves. An instance that meets the bound"
    )?;
    writeln!(out, "is proved; one that stays below is a lower bound, drawn with several weights.")?;
    let mut table = new_table(["L", "d", "H", "bound", "rank", "", "certificate"]);
    for r in &records {
        let met = if r.is_sharp() { "met" } else { "below" };
        let checked = if r.checked { "checked" } else { "-" };
        table.add_row([
            &r.depth.to_string(),
            &r.width.to_string(),
            &r.heads.to_string(),
            &r.bound,
            &r.rank.to_string(),
            met,
            checked,
        ]);
    }
    writeln!(out, "{table}")?;
    let sharp = records.iter().filter(|r| r.is_sharp()).count();
    writeln!(out, "{sharp} of {} instances meet the bound, seed {}", records.len(), args.seed)?;
    if let Some(record) = below {
        writeln!(out, "first below: {}", record.verdict().reason())?;
    }
    Ok(code)
}

/// A table for a terminal, or plain columns of at most 80 characters.
pub(super) fn new_table<const N: usize>(header: [&str; N]) -> Table {
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

fn print_text(
    rows: &[Examined],
    verdict: &Verdict,
    seed: u64,
    seconds: f64,
    memory: Option<u64>,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for claim in claims::all() {
        let own: Vec<_> = rows.iter().filter(|r| r.claim == claim.id()).collect();
        let valid = own.iter().filter(|r| r.outcome.verdict == Verdict::Valid).count();
        writeln!(out, "{}: {valid} of {} valid", claim.id(), own.len())?;
        writeln!(out, "{}", claim.statement())?;
        let mut table = new_table(["case", "claimed", "found", "verdict"]);
        for row in own {
            let verdict = match row.outcome.verdict.reason() {
                "" => row.outcome.verdict.name().to_string(),
                why => format!("{}: {why}", row.outcome.verdict.name()),
            };
            table.add_row([&row.case, &row.outcome.claimed, &row.outcome.found, &verdict]);
        }
        writeln!(out, "{table}\n")?;
    }
    let memory = memory.map_or(String::new(), |b| format!(", peak memory {} MiB", b >> 20));
    writeln!(out, "{} cases, seed {seed}, {seconds:.1} s{memory}", rows.len())?;
    match verdict {
        Verdict::Valid => writeln!(out, "verdict: valid")?,
        other => writeln!(out, "verdict: {}: {}", other.name(), other.reason())?,
    }
    Ok(())
}

/// The largest resident size of this process so far, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}
