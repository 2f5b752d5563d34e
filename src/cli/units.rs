//! `seprank units`.

mod joined;

use super::map::Sweep;
use super::memory::Memory;
use super::problem::Subject;
use super::rank::parse_named;
use super::{Failure, certify, progress};
use crate::claims::Profile;
use crate::prove::{RankRequest, Weights};
use crate::units::{
    Campaign, ClaimsUnits, Done, MapUnits, RankUnits, Request, SharpnessUnits, State, StudyUnits,
};
use clap::{Subcommand, ValueEnum};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Campaigns in independent units, for any engine that runs jobs
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank units claims --out campaign
  seprank units sharpness --instances 200 --out campaign
  seprank units map --depth 1..=12 --width 2,4,8 --out campaign
  seprank units rank attention --depth 3 --width 5 --tokens 10 --weights blocks2 --memory 20 --out campaign
  seprank units study --out campaign
  seprank units list campaign
  seprank units run claims-0123456789abcdef --out campaign
  seprank units join campaign

Each of the first five makes the directory and prints its units as `units list` does: one
a line, with its id, forecast seconds and bytes, whether it is finished, and what it is
about, with tabs between. Units may run anywhere, at the same time and in any order; one
that is finished is not run again, and one that is killed leaves nothing. `units join`
puts the parts together into DIR/joined, with the bytes of the command that does all
at once. Exit code of `units join`: that of the result if all parts are there, 1 if one is
wrong, 2 if one is missing. docs/campaigns.md has the rest.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// List the cases of claims: `certify`
    Claims(Claims),
    /// List instances of Conjecture 3.13: `certify --profile sharpness`
    Sharpness(Sharpness),
    /// List the sizes of a sweep: `map`
    Map(Map),
    /// List the classes of the Hankel blocks of one rank: `rank`
    Rank(Box<Rank>),
    /// List the rows of the study of real networks: `spectrum`
    Study(Study),
    /// List the units of a directory again
    List(List),
    /// Run units of a directory
    Run(Run),
    /// Put the parts of a directory together
    Join(Join),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Size {
    /// As of the command that does all at once
    Quick,
    /// Larger
    Full,
}

#[derive(clap::Args, Clone, Debug)]
struct Claims {
    /// How much to run
    #[arg(long, value_enum, default_value_t = Size::Quick)]
    profile: Size,
    /// Only this claim; may be given more than once
    #[arg(long, value_name = "NAME", value_parser = certify::claim_names())]
    claim: Vec<String>,
    /// Seed of the random weights and points
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Directory of the campaign
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct Sharpness {
    /// How many, the cheapest of each depth first
    #[arg(long, value_name = "N", default_value_t = 100)]
    instances: usize,
    #[command(flatten)]
    memory: Memory,
    /// Seed of the random weights and points
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Directory of the campaign
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct Map {
    #[command(flatten)]
    sweep: Sweep,
    /// Directory of the campaign
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct Rank {
    #[command(flatten)]
    network: Subject,
    /// Weights with a name, as of `rank`
    #[arg(long, global = true, value_name = "WEIGHTS", value_parser = parse_named, default_value = "random")]
    weights: Weights,
    /// Seed of the random weights
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    memory: Memory,
    /// Directory of the campaign
    #[arg(long, global = true, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(clap::Args, Clone, Debug)]
struct Study {
    /// How much to measure
    #[arg(long, value_enum, default_value_t = Size::Quick)]
    profile: Size,
    /// Points of the grid on either side [default: 48, or 96 for full]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    points: Option<u16>,
    /// Independent draws of weights and points for each number [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    draws: Option<u16>,
    /// Seed of everything random
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Directory of the campaign
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct List {
    /// Directory of the campaign
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct Run {
    /// Ids of the units
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Directory of the campaign
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct Join {
    /// Directory of the campaign
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Claims(a) => {
            let profile = match a.profile {
                Size::Quick => Profile::Quick,
                Size::Full => Profile::Full,
            };
            create(&a.out, Request::Claims(ClaimsUnits::new(profile, &a.claim, a.seed)?))
        }
        Command::Sharpness(a) => {
            let units = SharpnessUnits::new(a.instances, a.memory.limit, a.seed)?;
            create(&a.out, Request::Sharpness(units))
        }
        Command::Map(a) => create(&a.out, Request::Map(MapUnits::new(a.sweep.sizes(None)?))),
        Command::Rank(a) => {
            let out = a.out.as_deref().ok_or("--out DIR is needed")?;
            rank(a, out).map_err(|e| a.network.explain(e))
        }
        Command::Study(a) => {
            let full = matches!(a.profile, Size::Full);
            let (points, draws) = (a.points.map(usize::from), a.draws.map(u64::from));
            create(&a.out, Request::Study(StudyUnits::new(full, points, draws, a.seed)))
        }
        Command::List(a) => list(&Campaign::open(&a.directory)?),
        Command::Run(a) => run_units(&Campaign::open(&a.out)?, &a.ids),
        Command::Join(a) => joined::join(&Campaign::open(&a.directory)?),
    }
}

fn rank(args: &Rank, out: &Path) -> Result<ExitCode, Failure> {
    let request = RankRequest {
        weights: args.weights.clone(),
        seed: args.seed,
        memory: args.memory.limit,
        ..RankRequest::new(args.network.problem()?)
    };
    create(out, Request::Rank(RankUnits::new(&request)?))
}

fn create(out: &Path, request: Request) -> Result<ExitCode, Failure> {
    let busy = progress::busy("forecast");
    let campaign = Campaign::create(out, request);
    drop(busy);
    list(&campaign?)
}

/// One unit a line.
fn list(campaign: &Campaign) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    for unit in campaign.units() {
        let state = match campaign.state(unit)? {
            State::Missing => "missing",
            State::Finished => "finished",
            State::Wrong(_) => "wrong",
        };
        let (seconds, bytes) = (unit.cost.seconds(), unit.cost.bytes);
        writeln!(out, "{}\t{seconds:.3}\t{bytes}\t{state}\t{}", unit.id, unit.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn run_units(campaign: &Campaign, ids: &[String]) -> Result<ExitCode, Failure> {
    let mut out = super::prose::out();
    for id in ids {
        let bar = progress::bar(0, progress::STEPS);
        let count = |steps, planned| {
            bar.set_length(planned);
            bar.inc(steps);
        };
        let done = campaign.run(id, &count);
        bar.finish_and_clear();
        match done? {
            Done::Now => writeln!(out, "{id}: finished")?,
            Done::Before => writeln!(out, "{id}: was finished before")?,
            Done::Instead(why) => {
                writeln!(out, "{id}: finished, in the place of a wrong part: {why}")?
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
