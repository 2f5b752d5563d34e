//! `seprank bounds`.

use super::problem::NetworkArgs;
use super::{Failure, Format, print_json};
use crate::bounds::{applicable, log10_enclosure};
use crate::network::{Output, Partition, Problem, presets};
use serde::Serialize;
use std::process::ExitCode;

/// Every bound that applies to a problem
#[derive(clap::Args, Clone, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  seprank bounds attention --depth 3 --width 4 --tokens 8
  seprank bounds --model vit-b-16 --format json"
)]
pub(super) struct Args {
    #[command(subcommand)]
    network: Option<NetworkArgs>,
    /// A published model's shape, balanced partition
    #[arg(long, value_name = "NAME", required = true)]
    model: Option<String>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    side: &'static str,
    value: Option<String>,
    log10: Option<[f64; 2]>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let problem = match (&args.network, &args.model) {
        (Some(network), _) => network.problem()?,
        (None, Some(name)) => model(name)?,
        (None, None) => unreachable!("clap asks for one of the two"),
    };
    let rows: Vec<Row> = applicable(&problem)
        .into_iter()
        .map(|b| {
            let value = b.value(&problem);
            let log10 = value.as_ref().and_then(log10_enclosure).map(|(lo, hi)| [lo, hi]);
            let value = value.map(|v| v.to_string());
            Row { id: b.id(), side: b.side().name(), value, log10 }
        })
        .collect();
    match args.format {
        Format::Json => print_json(&rows)?,
        Format::Text => {
            for row in rows {
                println!("{:<20} {:<6} {}", row.id, row.side, row.value.as_deref().unwrap_or("-"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn model(name: &str) -> Result<Problem, Failure> {
    let preset = presets::find(name).ok_or_else(|| {
        let known: Vec<_> = presets::all().iter().map(|p| p.name).collect();
        format!("--model {name}: allowed are {}", known.join(", "))
    })?;
    let partition = Partition::halves(preset.tokens)?;
    Ok(Problem::new(preset.architecture(), partition, Output::default())?)
}
