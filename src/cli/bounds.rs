//! `seprank bounds`.

use super::problem::Subject;
use super::{Failure, Format, print_json};
use crate::bounds::{Ends, Evaluation, LogInterval, MAX_DIGITS, applicable, evaluate};
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// Every bound that applies to a problem
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank bounds attention --depth 3 --width 4 --tokens 8
  seprank bounds --model vit-b-16 --format json
  seprank bounds --network my-network.toml")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    side: &'static str,
    value: Option<String>,
    /// Decimal strings where an end overflows a double; null if the value is zero.
    log10: Option<Ends>,
    /// Only where log10 overflows a double.
    #[serde(skip_serializing_if = "Option::is_none")]
    log10_log10: Option<[f64; 2]>,
}

impl From<Evaluation> for Row {
    fn from(e: Evaluation) -> Self {
        let log = e.log.as_ref();
        let log10 = log.map(LogInterval::log10_ends);
        let log10_log10 = match log10 {
            Some(Ends::Decimal(_)) => log.and_then(LogInterval::log10_log10),
            _ => None,
        };
        let value = e.value.map(|v| v.to_string());
        Self { id: e.bound.id(), side: e.bound.side().name(), value, log10, log10_log10 }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let problem = args.network.problem()?;
    let evaluations = applicable(&problem).into_iter().map(|b| evaluate(b, &problem, MAX_DIGITS));
    let rows: Vec<Row> = evaluations.map(Row::from).collect();
    match args.format {
        Format::Json => print_json(&rows)?,
        Format::Text => {
            let mut out = super::prose::out();
            for row in rows {
                let value = match (row.value, row.log10, row.log10_log10) {
                    (Some(value), ..) if value.len() <= 40 => value,
                    (_, _, Some([lo, hi])) => format!("10^10^[{lo}, {hi}]"),
                    (_, Some(ends), _) => format!("10^{ends}"),
                    (value, ..) => value.unwrap_or_else(|| "0".into()),
                };
                writeln!(out, "{:<20} {:<6} {value}", row.id, row.side)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
