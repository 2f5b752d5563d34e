//! `seprank compare`.

mod document;

use super::budget::Budget;
use super::picture::{try_picture, write_picture};
use super::{Failure, new_table, print_json, progress};
use crate::bounds::LogInterval;
use crate::compare::{Comparison, Row, chosen};
use crate::files::OutputDirectory;
use crate::network::presets::FamilySize;
use crate::plot::{Ranked, Ranking};
use crate::prove::Status;
use crate::table::{self, FamiliesAtOneSize, Table, comparison_rows, plain, render};
use clap::ValueEnum;
use comfy_table::ColumnConstraint;
use document::Document;
use itertools::Itertools;
use seprank_check::certificate::to_bytes;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Every family of networks at one size: degree, weights, rank and bound
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank compare --tokens 4 --width 2 --depth 1
  seprank compare --tokens 6 --width 2 --depth 2 --families attention,mixer,gmlp,s4d
  seprank compare --tokens 6 --width 2 --depth 2 --format csv --out ranks.svg --time 5m
  seprank compare --tokens 6 --width 2 --depth 2 --points 128 --certificates ranks

The families are those of `seprank networks`, the layers of each L times over,
at one partition. A rank is exact (=) or a proved lower bound (>=). With cuts:
the least and the largest rank found over the contiguous cuts, where each takes
at most about a second. The last column says how the rank stands to that of
attention: proved where ranks and bounds decide, found where both ranks at
random weights were computed to the end, else open, as --points can leave it.
The sizes are equal, the numbers of weights are not. With --time each family has
its share of what is left.")]
pub(super) struct Args {
    /// Number of tokens N
    #[arg(long, value_name = "N")]
    tokens: usize,
    /// Channels d
    #[arg(long, value_name = "D")]
    width: usize,
    /// How often the layers of each family stand one after the other
    #[arg(long, value_name = "L")]
    depth: usize,
    /// Names, comma separated [default: all]
    #[arg(long, value_name = "A,B,..", value_delimiter = ',')]
    families: Option<Vec<String>>,
    /// Positions of side A, from 0, comma separated [default: the first half]
    #[arg(long, value_name = "I,J,..", value_delimiter = ',')]
    left: Option<Vec<usize>>,
    /// Other partitions
    #[arg(long, value_enum, default_value_t = Others::Cuts)]
    partitions: Others,
    /// Seed of the random weights and points
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Of ranks that take longer than about a second: largest number of points on a side of a grid, for a lower bound
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u64).range(1..))]
    points: Option<u64>,
    #[command(flatten)]
    budget: Budget,
    /// Also write a certificate of each rank there, NAME.json, for `seprank check`
    #[arg(long, value_name = "DIR")]
    certificates: Option<PathBuf>,
    /// Also draw the ranks and bounds, as SVG or PNG
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    Text,
    Latex,
    Markdown,
    Csv,
    /// One JSON document, with the request; integers of 2^53 or more are strings
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Others {
    /// None but the given one
    One,
    /// Also the contiguous cuts
    Cuts,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    try_picture("--out", args.out.as_deref())?;
    let size = FamilySize { tokens: args.tokens, width: args.width };
    let comparison = Comparison {
        cuts: args.partitions == Others::Cuts,
        seed: args.seed,
        memory: args.budget.memory(),
        points: args.points,
        ..Comparison::new(size, args.depth, args.left.as_deref())?
    };
    let chosen = chosen(args.families.as_deref())?;
    let directory = args.certificates.as_deref().map(OutputDirectory::open).transpose();
    let directory = directory.map_err(|e| format!("--certificates {e}"))?;
    let stop = args.budget.stop()?;
    let bar = progress::bar(chosen.len() as u64, "families");
    let (rows, attention) = comparison.rows(&chosen, &stop, &|| bar.inc(1));
    bar.finish_and_clear();
    for (name, rank) in rows.iter().filter_map(|row| Some((row.family.name, row.rank()?))) {
        let Some(directory) = &directory else { break };
        let bytes = to_bytes(&rank.certificate()?);
        let written = directory.replace(&format!("{name}.json"), &bytes);
        written.map_err(|e| format!("--certificates {e}"))?;
    }
    if let Some(path) = &args.out {
        write_picture("--out", path, &ranking(&comparison, &rows).svg()?)?;
    }
    let table = FamiliesAtOneSize { rows: comparison_rows(&comparison, &rows, &attention) };
    let format = match args.format {
        Format::Latex => Some(table::Format::Latex),
        Format::Markdown => Some(table::Format::Markdown),
        Format::Csv => Some(table::Format::Csv),
        Format::Text | Format::Json => None,
    };
    match format {
        Some(format) => {
            let text = render(&table, &table.build(args.seed), format);
            std::io::stdout().lock().write_all(text.as_bytes())?;
        }
        None if args.format == Format::Json => {
            print_json(&Document::of(&comparison, &rows, &attention))?;
        }
        None => print_text(&comparison, &rows, &table)?,
    }
    let ended = |row: &Row| row.rank().is_some_and(|rank| rank.limit().is_some());
    Ok(ExitCode::from(if stop.is_due() || rows.iter().any(ended) { 2 } else { 0 }))
}

/// What stands over the table and the picture.
fn heading(comparison: &Comparison) -> String {
    let FamilySize { tokens, width } = comparison.size;
    // Neighbours as a range, so that a long side stays short.
    let runs = comparison.left.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, _, .., last] => format!("{first}-{last}"),
        few => few.iter().join(","),
    });
    let left = runs.format(",").to_string();
    format!("N = {tokens}, d = {width}, L = {}, A = {{{left}}}", comparison.depth)
}

fn print_text(
    comparison: &Comparison,
    rows: &[Row],
    found: &FamiliesAtOneSize,
) -> Result<(), Failure> {
    let mut out = super::prose::out();
    let mut table =
        new_table(["family", "degree", "weights", "rank", "at most", "cuts", "to attention"]);
    for (row, cells) in rows.iter().zip(&found.rows).filter(|(row, _)| row.missing().is_none()) {
        let text = |column: usize| plain(&cells[column]);
        let relation = row.rank().map_or("", |rank| rank.status().relation());
        let rank = format!("{relation} {}", text(5).trim_start_matches(">= "));
        let cuts = text(7).replace(" to ", "-");
        table.add_row([text(0), text(3), text(4), rank, text(6), cuts, text(8)]);
    }
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    writeln!(out, "families at {}; seed {}\n{table}", heading(comparison), comparison.seed)?;
    for (row, why) in rows.iter().filter_map(|row| Some((row, row.missing()?))) {
        writeln!(out, "no rank of {}: {why}", row.family.name)?;
    }
    Ok(())
}

/// The ranks that are found and can be drawn.
fn ranking(comparison: &Comparison, rows: &[Row]) -> Ranking {
    let line = |row: &Row| {
        let (entry, rank) = (row.entry.as_ref().ok()?, row.rank()?);
        let positive = |x: f64| (x > 0.0 && x.is_finite()).then_some(x);
        let value = positive(rank.value()?.to_f64())?;
        let upper = entry.upper.as_ref().and_then(|e| e.log.as_ref().and_then(LogInterval::log10));
        let range = entry
            .cuts
            .map(|ends| ends.map(|n| n as f64))
            .and_then(|[least, most]| Some((positive(least)?, positive(most)?)));
        Some(Ranked {
            name: row.family.name.into(),
            value,
            at_least: rank.status() == Status::Lower,
            range,
            at_most: upper.and_then(|[_, high]| positive(10f64.powf(high))),
        })
    };
    Ranking {
        title: format!("Separation ranks of families, {}", heading(comparison)),
        x: "rank".into(),
        range: "least to largest at a cut".into(),
        lines: rows.iter().filter_map(line).collect(),
    }
}
