//! `seprank weights`.

use super::{Failure, Format, new_table, print_json};
use crate::network::tensors;
use itertools::Itertools;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The tensors in a weight file: name, shape, type of the numbers
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank weights model.safetensors
  seprank weights model.npz --format json

Read are safetensors, an index *.safetensors.index.json of several, a directory
that holds one or the other, NPZ and NPY, and the initialisers of ONNX.
`seprank networks --keys FILE.toml` lists what a network file asks for.")]
pub(super) struct Args {
    /// The file or directory
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let list = tensors(&args.file).map_err(|e| format!("{}: {}", e.value, e.allowed))?;
    if args.format == Format::Json {
        print_json(&list)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = new_table(["tensor", "shape", "type"]);
    for tensor in &list {
        table.add_row([&tensor.name, &tensor.shape.iter().join(" x "), &tensor.kind]);
    }
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(comfy_table::ColumnConstraint::ContentWidth);
    }
    writeln!(std::io::stdout().lock(), "{table}")?;
    Ok(ExitCode::SUCCESS)
}
