//! `seprank map`.

use super::{Failure, progress};
use crate::bounds::comparable;
use crate::claims::fingerprint;
use crate::files::OutputDirectory;
use crate::network::{InvalidProblem, NetworkFile, Problem, Replacements};
use crate::plot::regime_map;
use crate::sweep::{Regime, Row, Size};
use itertools::iproduct;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

/// Where the gap is certified, open or refuted, over a sweep of sizes
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank map --out map
  seprank map --network my-mlp.toml --depth 1..=12 --across --out map
  seprank map --depth 1..=12 --width 2,4,8,16 --layer-degree 1..=4 --out map

A list of numbers and ranges A..=B, comma separated. Sizes whose heads do not
divide the width are left out. The folder gets map.csv and map.svg; run again
with the same folder, sizes already there are kept.")]
pub(super) struct Args {
    #[command(flatten)]
    sweep: Sweep,
    /// A network file in place of the Mixer: its tokens, partition and output token are taken for attention
    /// too, token-hidden and layer-degree are left out
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token_hidden", "layer_degree", "tokens"])]
    network: Option<PathBuf>,
    /// Compare the network of the file also with attention of other widths and depths than its own
    #[arg(long, requires = "network")]
    across: bool,
    /// Folder for map.csv and map.svg
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The sizes of a sweep.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Sweep {
    /// Depths L
    #[arg(long, value_delimiter = ',', value_parser = parse_span, default_value = "1..=8")]
    depth: Vec<Span>,
    /// Widths d
    #[arg(long, value_delimiter = ',', value_parser = parse_span, default_value = "2,4,16,64,256,1024")]
    width: Vec<Span>,
    /// Hidden token widths S of the Mixer
    #[arg(long, value_delimiter = ',', value_parser = parse_span, default_value = "4")]
    token_hidden: Vec<Span>,
    /// Heads H
    #[arg(long, value_delimiter = ',', value_parser = parse_span, default_value = "1")]
    heads: Vec<Span>,
    /// Tokens N
    #[arg(long, value_delimiter = ',', value_parser = parse_span, default_value = "8")]
    tokens: Vec<Span>,
    /// Degrees per layer K of the Mixer
    #[arg(long, value_delimiter = ',', value_parser = parse_span, default_value = "1..=4")]
    layer_degree: Vec<Span>,
}

/// Numbers from the first to the last.
type Span = (usize, usize);

fn parse_span(text: &str) -> Result<Span, String> {
    let number = |t: &str| {
        t.trim().parse::<usize>().map_err(|_| "a whole number or A..=B is expected".to_owned())
    };
    match text.split_once("..=") {
        None => number(text).map(|n| (n, n)),
        Some((first, last)) => match (number(first)?, number(last)?) {
            (first, last) if first <= last => Ok((first, last)),
            _ => Err("the range is empty; expected A..=B with A <= B".into()),
        },
    }
}

/// Sweeps of more sizes than this are refused.
const MAX_SIZES: usize = 1_000_000;

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let other = args.other()?;
    let problem = other.as_ref().map(|(_, problem)| problem);
    let sizes = args.sweep.sizes(other.as_ref().map(|(id, p)| (*id, p.tokens())))?;
    sizes.iter().try_for_each(|size| args.admits(size, problem))?;
    let named = |e: io::Error| format!("--out {e}");
    let dir = OutputDirectory::open(&args.out).map_err(named)?;
    let path = dir.file("map.csv");
    let mut known = read(&path)?;
    let missing: Vec<Size> = sizes.iter().filter(|s| !known.contains_key(*s)).copied().collect();
    // Rows are appended as they are found, so that an interrupted sweep goes on where it stopped.
    dir.replace("map.csv", &rows_to_bytes(known.values())?).map_err(named)?;
    let because = |e: &dyn Display| Failed(format!("--out {}: {e}", path.display()));
    let file = OpenOptions::new().append(true).open(&path).map_err(|e| because(&e))?;
    let headers = known.is_empty();
    let writer = Mutex::new(csv::WriterBuilder::new().has_headers(headers).from_writer(file));
    let bar = progress::bar(missing.len() as u64, "sizes");
    let rows: Result<Vec<Row>, Failed> = missing
        .par_iter()
        .map(|size| {
            let row = size.evaluate(problem).map_err(|e| Failed(e.to_string()))?;
            let mut writer = writer.lock().map_err(|e| because(&e))?;
            writer.serialize(&row).map_err(|e| because(&e))?;
            writer.flush().map_err(|e| because(&e))?;
            bar.inc(1);
            Ok(row)
        })
        .collect();
    bar.finish_and_clear();
    known.extend(rows?.into_iter().map(|row| (row.size(), row)));
    dir.replace("map.csv", &rows_to_bytes(known.values())?).map_err(named)?;
    let asked: Vec<Row> = sizes.iter().filter_map(|s| known.get(s).cloned()).collect();
    dir.replace("map.svg", regime_map(&asked)?.as_bytes()).map_err(named)?;
    let kept = match sizes.len() - missing.len() {
        0 => String::new(),
        kept => format!(", {kept} of them kept from an earlier run"),
    };
    writeln!(io::stdout(), "{} sizes in {}{kept}", asked.len(), path.display())?;
    Ok(ExitCode::SUCCESS)
}

/// A failure that may cross threads.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(String);

/// The rows of an earlier run. A last line without its end is dropped: it may have been cut off.
fn read(path: &Path) -> Result<BTreeMap<Size, Row>, Failure> {
    let mut bytes = match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        read => read.map_err(|e| format!("--out {}: {e}", path.display()))?,
    };
    bytes.truncate(bytes.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1));
    let rows: Result<Vec<Row>, _> = csv::Reader::from_reader(&*bytes).deserialize().collect();
    let rows = rows.map_err(|e| format!("--out: {} is not a map: {e}", path.display()))?;
    // Rows of an earlier version may not say what decided; they are found again.
    let whole = |row: &Row| row.regime == Regime::Open || !row.above.is_empty();
    Ok(rows.into_iter().filter(whole).map(|row| (row.size(), row)).collect())
}

pub(super) fn rows_to_bytes<'a>(
    mut rows: impl Iterator<Item = &'a Row>,
) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.try_for_each(|row| writer.serialize(row))?;
    Ok(writer.into_inner().map_err(|e| e.into_error())?)
}

impl Args {
    /// The network in place of the Mixer, with the fingerprint of its file.
    fn other(&self) -> Result<Option<(u64, Problem)>, Failure> {
        let Some(path) = &self.network else { return Ok(None) };
        let problem = NetworkFile::read(path, &Replacements::default())?.problem;
        Ok(Some((fingerprint(&problem), problem)))
    }

    /// Whether the two sides at this size may be compared.
    fn admits(&self, size: &Size, other: Option<&Problem>) -> Result<(), InvalidProblem> {
        let (attention, mixer) = size.problems(other)?;
        match comparable(&attention, &mixer)?.into_iter().next() {
            Some(difference) if !self.across => {
                let mut invalid = InvalidProblem::from(difference);
                invalid.allowed += "; or give --across";
                Err(invalid)
            }
            _ => Ok(()),
        }
    }
}

impl Sweep {
    /// The sizes of the sweep; with a network in place of the Mixer, at its number of tokens.
    pub(super) fn sizes(&self, other: Option<(u64, usize)>) -> Result<Vec<Size>, InvalidProblem> {
        let none = vec![(0, 0)];
        let own_tokens = vec![other.map_or((0, 0), |(_, n)| (n, n))];
        let (hidden, degrees, tokens) = match other {
            Some(_) => (&none, &none, &own_tokens),
            None => (&self.token_hidden, &self.layer_degree, &self.tokens),
        };
        let lists = [&self.depth, &self.width, hidden, &self.heads, tokens, degrees];
        let count = |spans: &Vec<Span>| {
            spans.iter().map(|(a, b)| (b - a).saturating_add(1)).fold(0, usize::saturating_add)
        };
        let total = lists.iter().map(|l| count(l)).fold(1, usize::saturating_mul);
        if total > MAX_SIZES {
            return Err(InvalidProblem::new(
                "depth",
                format_args!("and the others ({total} sizes)"),
                format_args!("at most {MAX_SIZES}"),
            ));
        }
        let all = |spans: &Vec<Span>| spans.iter().flat_map(|&(a, b)| a..=b).collect::<Vec<_>>();
        let [depths, widths, hidden, heads, tokens, degrees] = lists.map(all);
        let sizes = iproduct!(degrees, tokens, heads, hidden, widths, depths).map(
            |(layer_degree, tokens, heads, token_hidden, width, depth)| Size {
                layer_degree: layer_degree as u64,
                tokens,
                heads,
                token_hidden,
                width,
                depth,
                network: other.map(|(id, _)| id),
            },
        );
        let sizes: Vec<Size> =
            sizes.filter(|s| s.heads == 0 || s.width.is_multiple_of(s.heads)).collect();
        match sizes.is_empty() {
            true => Err(InvalidProblem::new("heads", "", "no heads divide a width")),
            false => Ok(sizes),
        }
    }
}
