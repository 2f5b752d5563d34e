//! `seprank profile`.

use super::budget::Budget;
use super::picture::{try_picture, write_picture};
use super::problem::Subject;
use super::weight_file::{Origin, WeightFile};
use super::{Failure, json, new_table, print_json, progress};
use crate::Limit;
use crate::arith::Prime;
use crate::network::{WeightStyle, sizes};
use crate::plot::{Chart, Series};
use crate::prove::{self, RankError, RankRequest, Status, Weights, generator};
use crate::tensor::{effective_state_sizes, has_effective_states};
use clap::ValueEnum;
use itertools::Itertools;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The rank at every contiguous cut, and over all balanced partitions
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank profile attention --depth 2 --width 2 --tokens 6
  seprank profile --model gmlp --picture cuts.svg
  seprank profile --network my-network.toml --weights model.safetensors --partitions cuts --time 10m
  seprank profile --network my-network.toml --format csv > ranks.csv

Random weights, the same for every partition: each rank is a lower bound on the
generic one there, and exact (marked =) where a theorem is met; with --weights
it is of these. A cut after t tokens has A = the first t. Of a network that is
linear in its input also the effective state sizes: the ranks of the map from
the tokens before a cut to the states behind it, exactly at these weights.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    /// Which partitions
    #[arg(long, global = true, value_enum, default_value_t = Partitions::All)]
    partitions: Partitions,
    #[command(flatten)]
    weights: WeightFile,
    #[command(flatten)]
    budget: Budget,
    /// Also draw the ranks at the cuts, as SVG or PNG
    #[arg(long, alias = "svg", global = true, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = ProfileFormat::Text)]
    format: ProfileFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Partitions {
    /// Contiguous cuts only
    Cuts,
    /// Also all balanced partitions, up to exchanging the sides
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProfileFormat {
    /// For reading
    Text,
    /// One JSON document; primes, values of bounds and integers of 2^53 or more are strings
    Json,
    /// A row a partition
    Csv,
}

/// Balanced partitions are at most so many.
const MAX_PARTITIONS: u64 = 10_000;

#[derive(Clone, Serialize)]
struct Row {
    /// "cut" or "balanced".
    kind: &'static str,
    /// Positions of side A, separated by spaces.
    left: String,
    size: usize,
    rank: usize,
    /// "exact" or "lower".
    status: &'static str,
    /// The prime of the minor.
    #[serde(serialize_with = "json::string")]
    prime: Prime,
}

#[derive(Serialize)]
struct Report {
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    /// Without the partition.
    network: String,
    weights: Origin,
    rows: Vec<Row>,
    /// Of the balanced partitions: how many have each rank.
    distribution: Vec<[usize; 2]>,
    /// Of a network that is linear in its input: after each cut how many linear functions of the tokens before it
    /// matter for the states behind it, exactly at these weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_state: Option<Vec<usize>>,
    /// The limit that ended it before all partitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
    /// How many rows were asked for.
    partitions: u64,
}

/// The rows of as many partitions as there was time for.
struct Profile {
    rows: Vec<Row>,
    effective_state: Option<Vec<usize>>,
    planned: u64,
    limit: Option<Limit>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    try_picture("--picture", args.picture.as_deref())?;
    let profile = profile(args).map_err(|e| args.network.explain(e))?;
    let Profile { rows, effective_state, planned, limit } = profile;
    let file = args.network.network()?;
    let network = format!("{} N={}", sizes(&file.problem), file.problem.tokens());
    let weights = args.weights.origin(&file)?;
    if let Some(path) = &args.picture {
        write_picture("--picture", path, &chart(&network, &rows).svg()?)?;
    }
    match args.format {
        ProfileFormat::Json => {
            let distribution = distribution(&rows);
            let ended_by = limit.map(Limit::name);
            print_json(&Report {
                seed: args.weights.seed,
                network,
                weights,
                rows,
                distribution,
                effective_state,
                ended_by,
                partitions: planned,
            })?;
        }
        ProfileFormat::Csv => {
            let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
            rows.iter().try_for_each(|row| writer.serialize(row))?;
            writer.flush()?;
        }
        ProfileFormat::Text => {
            let about = format!("{network}; weights: {}", weights.text(args.weights.seed));
            print_text(&rows, &about)?;
            if let Some(sizes) = effective_state {
                let (sizes, mut out) = (sizes.iter().join(" "), super::prose::out());
                writeln!(out, "effective state size after each cut, at these weights: {sizes}")?;
            }
            if let Some(limit) = limit {
                let (done, mut out) = (rows.len(), super::prose::out());
                writeln!(out, "ended by {limit}: {done} of {planned} partitions")?;
            }
        }
    }
    Ok(ExitCode::from(if limit.is_some() { 2 } else { 0 }))
}

/// [`effective_state_sizes`] at the weights of the profile.
fn effective_state(request: &RankRequest) -> Option<Vec<usize>> {
    let problem = &request.problem;
    match &request.weights {
        Weights::Given(network) => effective_state_sizes(problem, network),
        _ if !has_effective_states(problem) => None,
        _ => {
            let network = WeightStyle::Random.draw(problem, &mut generator(request.seed));
            effective_state_sizes(problem, &network)
        }
    }
}

/// The rank at each of the partitions that are asked for.
fn profile(args: &Args) -> Result<Profile, Failure> {
    if args.network.gives_left() {
        return Err("--left: a profile goes through the sides by itself; see --partitions".into());
    }
    let file = args.network.network()?;
    let problem = &file.problem;
    let n = problem.tokens();
    let balanced = match (args.partitions, count_balanced(n)) {
        (Partitions::Cuts, _) => 0,
        (Partitions::All, Some(count)) => count,
        (Partitions::All, None) => {
            return Err(format!(
                "--partitions all: more than {MAX_PARTITIONS} balanced partitions of {n} tokens; allowed is cuts"
            )
            .into());
        }
    };
    // Each row lists the positions of its side.
    let (digits, n_wide) = (n.to_string().len() as u64 + 1, n as u64);
    let positions = (n_wide * n_wide + balanced * n_wide) / 2;
    let bytes = positions * digits + (n_wide + balanced) * size_of::<Row>() as u64;
    args.budget.memory().check("the list of partitions", Some(bytes), &["tokens"])?;
    let cuts = (1..n).map(|t| ("cut", (0..t).collect()));
    let all: Box<dyn Iterator<Item = (&'static str, Vec<usize>)>> = match args.partitions {
        Partitions::Cuts => Box::new(cuts),
        Partitions::All => Box::new(cuts.chain(balanced_sides(n).map(|left| ("balanced", left)))),
    };
    let request = RankRequest {
        weights: args.weights.weights(&file)?,
        seed: args.weights.seed,
        memory: args.budget.memory(),
        stop: args.budget.stop()?,
        ..RankRequest::new(problem.clone())
    };
    let planned = n_wide - 1 + balanced;
    let bar = progress::bar(planned, "partitions");
    let mut rows = Vec::new();
    let (mut limit, mut whole) = (None, true);
    for (kind, left) in all {
        let (row, ended) = row(&request, kind, &left)?;
        rows.push(row);
        bar.inc(1);
        (limit, whole) = (request.stop.due(), ended.is_none());
        if limit.is_some() {
            break;
        }
    }
    bar.finish_and_clear();
    let effective_state = effective_state(&request);
    let limit = limit.filter(|_| !whole || (rows.len() as u64) < planned);
    Ok(Profile { rows, effective_state, planned, limit })
}

/// How many partitions [`balanced_sides`] lists; `None` above [`MAX_PARTITIONS`].
fn count_balanced(n: usize) -> Option<u64> {
    // C(n, k) grows up to k = n/2, half of which are listed where n is even.
    let parity = 2 - n as u64 % 2;
    let most = parity * MAX_PARTITIONS;
    let n = n as u64;
    let count = (1..=n / 2).try_fold(1, |c, k| Some(c * (n - k + 1) / k).filter(|c| *c <= most))?;
    Some(count / parity)
}

/// The partitions whose sides differ by at most one token: A has the first token where the sides
/// are equal, and is the smaller one where they are not.
fn balanced_sides(n: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..n).combinations(n / 2).take_while(move |left| n % 2 == 1 || left[0] == 0)
}

/// A row, and what ended the search for a larger rank, if anything did.
fn row(
    request: &RankRequest,
    kind: &'static str,
    left: &[usize],
) -> Result<(Row, Option<Limit>), RankError> {
    let problem = request.problem.with_partition(left)?;
    let request = RankRequest { problem, ..request.clone() };
    let answer = prove::rank(&request, &|_, _| ())?;
    let row = Row {
        kind,
        left: left.iter().join(" "),
        size: left.len(),
        rank: answer.rank,
        status: answer.status.name(),
        prime: answer.prime,
    };
    Ok((row, answer.limit))
}

/// The ranks of the balanced partitions, increasing, each with its count.
fn distribution(rows: &[Row]) -> Vec<[usize; 2]> {
    let ranks = rows.iter().filter(|r| r.kind == "balanced").map(|r| r.rank).sorted();
    ranks.dedup_with_count().map(|(count, rank)| [rank, count]).collect()
}

fn chart(network: &str, rows: &[Row]) -> Chart {
    let cuts = || rows.iter().filter(|r| r.kind == "cut");
    let points = |of: &dyn Fn(&&Row) -> bool| {
        cuts().filter(of).map(|r| (r.size as f64, r.rank as f64)).collect()
    };
    Chart {
        title: format!("Rank at each cut, {network}"),
        x: "tokens in A".into(),
        y: "rank".into(),
        logarithmic: false,
        whole: true,
        joined: true,
        series: vec![Series {
            label: "rank".into(),
            points: points(&|_| true),
            at_least: points(&|r| r.status == Status::Lower.name()),
        }],
    }
}

fn print_text(rows: &[Row], about: &str) -> Result<(), Failure> {
    let mut out = super::prose::out();
    let mut table = new_table(["|A|", "rank"]);
    for row in rows.iter().filter(|r| r.kind == "cut") {
        let relation = if row.status == "exact" { "=" } else { ">=" };
        table.add_row([row.size.to_string(), format!("{relation} {}", row.rank)]);
    }
    writeln!(out, "contiguous cuts of {about}\n{table}")?;
    let counts = distribution(rows);
    let (Some([least, _]), Some([most, _])) = (counts.first(), counts.last()) else {
        return Ok(());
    };
    let total: usize = counts.iter().map(|[_, count]| count).sum();
    writeln!(out, "{total} balanced partitions: least {least}, largest {most}")?;
    let mut table = new_table(["rank", "partitions"]);
    for [rank, count] in counts {
        table.add_row([rank.to_string(), count.to_string()]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}
