//! `seprank networks`.

use super::{Failure, Format, new_table, print_json};
use crate::network::presets::{self, Family};
use crate::network::{Problem, Replacements};
use comfy_table::ColumnConstraint;
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// The presets: shapes of published models, and small networks of every family
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank networks
  seprank networks --show gmlp > my-network.toml
  seprank rank --model gmlp

A small network is a network file; docs/networks.md describes the format.")]
pub(super) struct Args {
    /// Print the network file of a small network
    #[arg(long, value_name = "NAME")]
    show: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    title: &'static str,
    /// Whether it is given by a network file.
    file: bool,
    tokens: usize,
    width: usize,
    layers: usize,
    /// Decimal; of published models it can have thousands of digits.
    degree: String,
}

impl Row {
    fn new(name: &'static str, title: &'static str, file: bool, problem: &Problem) -> Self {
        Self {
            name,
            title,
            file,
            tokens: problem.tokens(),
            width: problem.width(),
            layers: problem.architecture().depth(),
            degree: problem.big_degree().to_string(),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut out = super::prose::out();
    if let Some(name) = &args.show {
        out.write_all(find(name)?.text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = Vec::new();
    for preset in presets::all() {
        rows.push(Row::new(preset.name, preset.title, false, &preset.problem()?));
    }
    for family in presets::families() {
        let problem = family.network(&Replacements::default())?.problem;
        rows.push(Row::new(family.name, family.title, true, &problem));
    }
    if args.format == Format::Json {
        print_json(&rows)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = new_table(["name", "N", "d", "layers", "degree", "network"]);
    for row in &rows {
        let degree = match row.degree.len() {
            0..=8 => row.degree.clone(),
            digits => format!("10^{}", digits - 1),
        };
        table.add_row([
            row.name,
            &row.tokens.to_string(),
            &row.width.to_string(),
            &row.layers.to_string(),
            &degree,
            row.title,
        ]);
    }
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    writeln!(out, "{table}")?;
    Ok(ExitCode::SUCCESS)
}

/// The small network of that name.
fn find(name: &str) -> Result<Family, Failure> {
    // A published model has no file; an unknown name is answered with the known ones.
    presets::network("show", name, &Replacements::default())?;
    let found = presets::families().into_iter().find(|f| f.name == name);
    Ok(found
        .ok_or_else(|| format!("--show {name}: it is given by its sizes, not by a network file"))?)
}
