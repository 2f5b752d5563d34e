//! `seprank table`.

use super::{Failure, progress};
use crate::table::{self, Format, Table, render};
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The tables of the appendix
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank table small-ranks
  seprank table --all --out tables

The same seed gives the same bytes.")]
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
enum FormatArg {
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
    if let Some(dir) = &args.out {
        std::fs::create_dir_all(dir).map_err(|e| format!("--out {}: {e}", dir.display()))?;
    }
    let bar = progress::bar(chosen.len() as u64, "tables");
    for table in chosen {
        let data = table.build(args.seed);
        match &args.out {
            None => {
                let format = args.format.map_or(Format::Markdown, Format::from);
                std::io::stdout().lock().write_all(render(table, &data, format).as_bytes())?;
            }
            Some(dir) => {
                let formats = args.format.map_or(Format::ALL.to_vec(), |f| vec![f.into()]);
                for format in formats {
                    let path = dir.join(table.id()).with_extension(format.extension());
                    std::fs::write(&path, render(table, &data, format))
                        .map_err(|e| format!("--out {}: {e}", path.display()))?;
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(ExitCode::SUCCESS)
}
