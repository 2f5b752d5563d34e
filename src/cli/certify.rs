//! `seprank certify`.

use super::json::Integer;
use super::report::Extras;
use super::weight_file::{Origin, load};
use super::{Failure, Format, new_table, print_json, progress};
use crate::claims::sharpness::Record;
use crate::claims::{self, Claim, Examined, NetworkClaim, Profile, Verdict};
use crate::network::{NetworkFile, Replacements};
use crate::report::{self, ClaimResult, Results};
use crate::tensor::MemoryLimit;
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Certify every claim on small cases and print a verdict for each
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank certify
  seprank certify --profile full --format json
  seprank certify --network my-network.toml --out target/mine
  seprank certify --network my-network.toml --weights model.safetensors
  seprank certify --out target/certs && seprank check target/certs
  seprank certify --report target/report --bundle target/report.zip
  seprank certify --profile sharpness --budget 10m --out target/sharpness

Run again with the same --out (or --report) and --seed, a run that was stopped goes on where
it was: cases that rest on certificates are not computed again, only those
certificates are checked again. Exit code: 0 if every case is valid, 1 if one is
invalid, 2 if one is incomplete.")]
pub(super) struct Args {
    /// How much to run: quick is under a minute on two cores; sharpness tries Conjecture 3.13 on
    /// every size that fits the budget
    #[arg(long, value_enum, default_value_t = ProfileArg::Quick)]
    profile: ProfileArg,
    /// Only this claim
    #[arg(long, value_name = "NAME", value_parser = claim_names())]
    claim: Option<String>,
    /// Only about the network in this file: its rank, and every kind of weights against its bounds
    #[arg(long, value_name = "FILE", conflicts_with_all = ["claim", "profile"])]
    network: Option<PathBuf>,
    /// Also its rank with the weights in this file, found by the [weights] of the network file
    #[arg(long, value_name = "FILE", requires = "network")]
    weights: Option<PathBuf>,
    /// Write the certificates into this directory, and there go on with an earlier run
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write a report into this directory: report.html, results.json, and the certificates as with --out
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    report: Option<PathBuf>,
    #[command(flatten)]
    extras: Extras,
    /// Time for the sharpness campaign, for example 30s, 10m, 2h
    /// [default: 1m]
    #[arg(long, value_name = "TIME")]
    budget: Option<humantime::Duration>,
    /// Seed of the random weights and points
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn claim_names() -> clap::builder::PossibleValuesParser {
    claims::all().iter().map(|c| c.id()).collect::<Vec<_>>().into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProfileArg {
    Quick,
    Full,
    Sharpness,
}

#[derive(Serialize)]
struct Report {
    verdict: &'static str,
    seed: Integer,
    /// How many of the cases an earlier run had finished.
    resumed: usize,
    cases: Vec<Row>,
    seconds: f64,
    peak_memory_bytes: Option<Integer>,
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
    let profile = match args.profile {
        ProfileArg::Quick => Profile::Quick,
        ProfileArg::Full => Profile::Full,
        ProfileArg::Sharpness if args.claim.is_some() => {
            return Err("--claim: not for --profile sharpness, which is about a conjecture".into());
        }
        ProfileArg::Sharpness if args.report.is_some() => {
            return Err("--report: not for --profile sharpness, which is about a conjecture".into());
        }
        ProfileArg::Sharpness => return sharpness(args),
    };
    if args.budget.is_some() {
        return Err("--budget: only --profile sharpness has one".into());
    }
    let brought = brought(args)?;
    let wanted = |c: &&dyn Claim| args.claim.as_deref().is_none_or(|id| id == c.id());
    let chosen: Vec<&dyn Claim> = match &brought {
        Some(claim) => vec![claim],
        None => claims::all().into_iter().map(|c| c as &dyn Claim).filter(wanted).collect(),
    };
    let target = args.report.as_ref().map(|path| args.extras.open("--report", path)).transpose()?;
    let inside = args.report.as_ref().map(|path| path.join(report::CERTIFICATES));
    let (option, out) =
        if inside.is_some() { ("--report", inside) } else { ("--out", args.out.clone()) };
    let bar = progress::bar(claims::count_cases(&chosen, profile) as u64, "cases");
    let rows = claims::certify(&chosen, profile, args.seed, out.as_deref(), &|_| bar.inc(1));
    bar.finish_and_clear();
    let rows = rows.map_err(|e| format!("{option} {e}"))?;
    let resumed = rows.iter().filter(|r| r.resumed).count();
    let mut verdict = claims::overall(&rows);
    let seconds = start.elapsed().as_secs_f64();
    let peak_memory_bytes = peak_memory();
    if let Some(target) = &target {
        let program = format!("seprank {}", super::long_version().replace('\n', ", "));
        let run = report::Run { program, seconds, peak_memory_bytes, resumed };
        let results = results(args, &chosen, &rows, run);
        verdict = verdict.and(target.write_results(results)?);
    }
    match args.format {
        Format::Json => print_json(&Report {
            verdict: verdict.name(),
            seed: Integer(args.seed),
            resumed,
            cases: rows.iter().map(Row::from).collect(),
            seconds,
            peak_memory_bytes: peak_memory_bytes.map(Integer),
        })?,
        Format::Text => {
            print_claims(&chosen, &rows)?;
            let mut out = super::prose::out();
            write!(out, "{} cases", rows.len())?;
            if resumed > 0 {
                write!(out, ", {resumed} of them finished by an earlier run")?;
            }
            write!(out, ", seed {}, {seconds:.1} s", args.seed)?;
            if let Some(bytes) = peak_memory_bytes {
                write!(out, ", peak memory {} MiB", bytes >> 20)?;
            }
            writeln!(out, "\nverdict: {}", verdict.sentence())?;
        }
    }
    Ok(ExitCode::from(verdict.exit_code()))
}

/// The claim on the network that is brought, if one is.
fn brought(args: &Args) -> Result<Option<NetworkClaim>, Failure> {
    let brought = args.network.as_ref().map(|path| {
        let file = NetworkFile::read(path, &Replacements::default())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let weights = args.weights.as_ref().map(|path| {
            let network = load(&file, path, args.seed)?;
            Ok::<_, Failure>((Origin::of_file(path, file.weights.is_mixed())?.short(), network))
        });
        Ok::<_, Failure>(NetworkClaim {
            name,
            weights: weights.transpose()?,
            problem: file.problem,
        })
    });
    brought.transpose()
}

/// What was found.
fn results(args: &Args, chosen: &[&dyn Claim], rows: &[Examined], run: report::Run) -> Results {
    let claims = chosen.iter().map(|claim| {
        let one = args.network.is_none().then(|| claim.id());
        ClaimResult::new(claim.id(), claim.statement(), command(args, one), rows)
    });
    Results::new(command(args, args.claim.as_deref()), args.seed, claims.collect(), Some(run))
}

/// The command that gives the same numbers, wherever it writes them.
fn command(args: &Args, claim: Option<&str>) -> String {
    let path = |path: &PathBuf| quoted(&path.to_string_lossy());
    let profile = (args.profile == ProfileArg::Full).then(|| "full".to_owned());
    let options = [
        ("--profile", profile),
        ("--claim", claim.map(Into::into)),
        ("--network", args.network.as_ref().map(path)),
        ("--weights", args.weights.as_ref().map(path)),
        ("--seed", Some(args.seed.to_string())),
    ];
    let given =
        options.iter().filter_map(|(name, value)| Some(format!(" {name} {}", value.as_ref()?)));
    format!("seprank certify{}", given.collect::<String>())
}

/// A word of a command for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./+,:=@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Conjecture 3.13 on every size that fits the budget.
fn sharpness(args: &Args) -> Result<ExitCode, Failure> {
    let bar = progress::counter("instances");
    let records = claims::sharpness::campaign(
        args.seed,
        args.budget.map_or(Duration::from_secs(60), Into::into),
        MemoryLimit::default(),
        args.out.as_deref(),
        &mut |record| {
            bar.inc(1);
            bar.set_message(record.sizes().to_string());
        },
    );
    bar.finish_and_clear();
    let records = records.map_err(|e| format!("--out {e}"))?;
    let code = code_of_records(&records);
    match args.format {
        Format::Json => print_json(&records)?,
        Format::Text => print_records(&records, args.seed)?,
    }
    Ok(code)
}

/// The table of the conjecture's instances.
pub(super) fn print_records(records: &[Record], seed: u64) -> Result<(), Failure> {
    let mut out = super::prose::out();
    writeln!(
        out,
        "Conjecture 3.13: rank = the bound of 3.12, for |A|, |B| up to d. An instance that meets"
    )?;
    writeln!(
        out,
        "it is proved; one that stays below is a lower bound, drawn with several weights;"
    )?;
    writeln!(out, "b is the first degree whose block stays below its term.")?;
    let mut table =
        new_table(["L", "d", "H", "|A|", "|B|", "bound", "rank", "", "b", "certificate"]);
    for r in records {
        let met = if r.is_sharp() { "met" } else { "below" };
        let checked = if r.checked { "checked" } else { "-" };
        table.add_row([
            &r.depth.to_string(),
            &r.width.to_string(),
            &r.heads.to_string(),
            &r.own.to_string(),
            &r.other.to_string(),
            &r.bound,
            &r.rank.to_string(),
            met,
            &r.first_below.map_or("-".into(), |b| b.to_string()),
            checked,
        ]);
    }
    writeln!(out, "{table}")?;
    let sharp = records.iter().filter(|r| r.is_sharp()).count();
    writeln!(out, "{sharp} of {} instances meet the bound, seed {seed}", records.len())?;
    if let Some(record) = below(records) {
        writeln!(out, "first below: {}", record.verdict().reason())?;
    }
    Ok(())
}

/// The first instance that does not meet the bound.
fn below(records: &[Record]) -> Option<&Record> {
    records.iter().find(|r| !r.is_sharp())
}

/// The exit code of the conjecture's instances.
pub(super) fn code_of_records(records: &[Record]) -> ExitCode {
    ExitCode::from(below(records).map_or(0, |r| r.verdict().exit_code()))
}

pub(super) fn print_claims(chosen: &[&dyn Claim], rows: &[Examined]) -> Result<(), Failure> {
    let mut out = super::prose::out();
    for claim in chosen {
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
    Ok(())
}

/// The largest resident size of this process so far, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}
