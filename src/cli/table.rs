//! `seprank table`.

use super::{Failure, progress};
use crate::files::OutputDirectory;
use crate::table::{self, Format, Table};
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

/// The tables of the appendix
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank table small-ranks
  seprank table --all --out tables

With --all and --out also appendix.tex, which takes in every table, and
manifest.json with version, seed, time and SHA-256 of every file. The same seed
gives the same bytes, but for that time, which is SOURCE_DATE_EPOCH where that
is set.")]
pub(super) struct Args {
    /// Which table
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all",
          value_parser = table_names())]
    name: Option<String>,
    /// All tables
    #[arg(long)]
    all: bool,
    /// Write files NAME.EXT into this directory instead of printing; every format unless one is named
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How to print [default: markdown]
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
    /// Seed of everything random
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatArg {
    Latex,
    Markdown,
    Csv,
    Json,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Latex => Self::Latex,
            FormatArg::Markdown => Self::Markdown,
            FormatArg::Csv => Self::Csv,
            FormatArg::Json => Self::Json,
        }
    }
}

fn table_names() -> clap::builder::PossibleValuesParser {
    table::all().iter().map(|t| t.id()).collect::<Vec<_>>().into()
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let chosen: Vec<&dyn Table> = table::all()
        .into_iter()
        .filter(|t| args.all || args.name.as_deref() == Some(t.id()))
        .collect();
    let formats = match (args.format, &args.out) {
        (Some(format), _) => vec![format.into()],
        (None, Some(_)) => Format::ALL.to_vec(),
        (None, None) => vec![Format::Markdown],
    };
    let time = seconds_since_1970()?;
    let dir = args.out.as_deref().map(OutputDirectory::open).transpose();
    let dir = dir.map_err(|e| format!("--out {e}"))?;
    let bar = progress::bar(chosen.len() as u64, "tables");
    let mut files = Vec::new();
    for table in &chosen {
        files.extend(table::files(*table, args.seed, &formats));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let Some(dir) = dir else {
        let mut out = std::io::stdout().lock();
        files.iter().try_for_each(|file| out.write_all(file.text.as_bytes()))?;
        return Ok(ExitCode::SUCCESS);
    };
    if args.all {
        if formats.contains(&Format::Latex) {
            files.push(table::appendix(&chosen, args.seed));
        }
        files.push(table::manifest(&files, args.seed, time));
    }
    for file in &files {
        dir.replace(&file.name, file.text.as_bytes()).map_err(|e| format!("--out {e}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The time for the manifest: `SOURCE_DATE_EPOCH` if set, or the clock.
fn seconds_since_1970() -> Result<u64, Failure> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => Ok(text.parse().map_err(|_| {
            format!("SOURCE_DATE_EPOCH {text:?}: must be a number of seconds since 1970")
        })?),
        Err(_) => Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs()),
    }
}
