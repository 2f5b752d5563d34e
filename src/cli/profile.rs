//! `seprank profile`.

use super::problem::Subject;
use super::{Failure, json, new_table, print_json, progress};
use crate::arith::Prime;
use crate::network::{Problem, sizes};
use crate::plot::{Chart, Series};
use crate::prove::{self, RankRequest, Status};
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
  seprank profile --model gmlp --svg cuts.svg
  seprank profile --network my-network.toml --format csv > ranks.csv

Random weights, the same for every partition: each rank is a lower bound on the generic one there,
and exact (marked =) where a theorem is met. A cut after t tokens has A = the first t.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    /// Which partitions
    #[arg(long, global = true, value_enum, default_value_t = Partitions::All)]
    partitions: Partitions,
    /// Seed of the random weights and points
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Also draw the ranks at the cuts
    #[arg(long, global = true, value_name = "FILE")]
    svg: Option<PathBuf>,
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
const MAX_PARTITIONS: usize = 10_000;

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
    rows: Vec<Row>,
    /// Of the balanced partitions: how many have each rank.
    distribution: Vec<[usize; 2]>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let problem = args.network.problem()?;
    let n = problem.tokens();
    let mut sides: Vec<(&'static str, Vec<usize>)> =
        (1..n).map(|t| ("cut", (0..t).collect())).collect();
    if args.partitions == Partitions::All {
        let balanced = balanced(n);
        if balanced.len() > MAX_PARTITIONS {
            return Err(format!(
                "--partitions all: more than {MAX_PARTITIONS} balanced partitions of {n} tokens; allowed is cuts"
            )
            .into());
        }
        sides.extend(balanced.into_iter().map(|left| ("balanced", left)));
    }
    let bar = progress::bar(sides.len() as u64, "partitions");
    let mut rows = Vec::new();
    for (kind, left) in sides {
        rows.push(row(&problem, kind, &left, args.seed)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let Some(path) = &args.svg {
        let svg = chart(&problem, &rows).svg()?;
        crate::files::replace(path, svg.as_bytes())
            .map_err(|e| format!("--svg {}: {e}", path.display()))?;
    }
    match args.format {
        ProfileFormat::Json => {
            let distribution = distribution(&rows);
            print_json(&Report { seed: args.seed, rows, distribution })?;
        }
        ProfileFormat::Csv => {
            let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
            rows.iter().try_for_each(|row| writer.serialize(row))?;
            writer.flush()?;
        }
        ProfileFormat::Text => print_text(&rows, args.seed)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The partitions whose sides differ by at most one token: A has the first token where the sides
/// are equal, and is the smaller one where they are not.
fn balanced(n: usize) -> Vec<Vec<usize>> {
    let half = n / 2;
    let sets = (0..n).combinations(half).take_while(move |left| n % 2 == 1 || left[0] == 0);
    sets.take(MAX_PARTITIONS + 1).collect()
}

fn row(problem: &Problem, kind: &'static str, left: &[usize], seed: u64) -> Result<Row, Failure> {
    let problem = problem.with_partition(left)?;
    let answer = prove::rank(&RankRequest { seed, ..RankRequest::new(problem) }, &|_, _| ())?;
    Ok(Row {
        kind,
        left: left.iter().join(" "),
        size: left.len(),
        rank: answer.rank,
        status: answer.status.name(),
        prime: answer.prime,
    })
}

/// The ranks of the balanced partitions, increasing, each with its count.
fn distribution(rows: &[Row]) -> Vec<[usize; 2]> {
    let ranks = rows.iter().filter(|r| r.kind == "balanced").map(|r| r.rank).sorted();
    ranks.dedup_with_count().map(|(count, rank)| [rank, count]).collect()
}

fn chart(problem: &Problem, rows: &[Row]) -> Chart {
    let cuts = || rows.iter().filter(|r| r.kind == "cut");
    let points = |of: &dyn Fn(&&Row) -> bool| {
        cuts().filter(of).map(|r| (r.size as f64, r.rank as f64)).collect()
    };
    Chart {
        title: format!("Rank at each cut, {}, N={}", sizes(problem), problem.tokens()),
        x: "tokens in A".into(),
        y: "rank".into(),
        logarithmic: false,
        whole: true,
        series: vec![Series {
            label: "rank".into(),
            points: points(&|_| true),
            at_least: points(&|r| r.status == Status::Lower.name()),
        }],
    }
}

fn print_text(rows: &[Row], seed: u64) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut table = new_table(["|A|", "rank"]);
    for row in rows.iter().filter(|r| r.kind == "cut") {
        let relation = if row.status == "exact" { "=" } else { ">=" };
        table.add_row([row.size.to_string(), format!("{relation} {}", row.rank)]);
    }
    writeln!(out, "contiguous cuts, seed {seed}\n{table}")?;
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
