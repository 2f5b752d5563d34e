//! `seprank networks`.

use super::{Failure, Format, new_table, print_json};
use crate::files::read_text;
use crate::network::presets::{self, Family, FamilySize};
use crate::network::{
    ConfigOptions, ConfigStyle, MAX_CONFIG_BYTES, Problem, RealNetworkFile, Replacements,
    network_of_config, weight_keys,
};
use comfy_table::ColumnConstraint;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The presets: shapes of published models, and small networks of every family
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank networks
  seprank networks --show gmlp > my-network.toml
  seprank networks --keys my-network.toml
  seprank networks --from-config config.json --tokens 4 > my-network.toml
  seprank networks --from-config config.json --tokens 4 --real > as-published.toml
  seprank rank --model gmlp

A small network is a network file; docs/networks.md describes the format.")]
pub(super) struct Args {
    /// Print the network file of a small network
    #[arg(long, value_name = "NAME")]
    show: Option<String>,
    /// List the keys that the [weights] of a network file may have, with the sizes that are wanted
    #[arg(long, value_name = "FILE.toml", conflicts_with = "show")]
    keys: Option<PathBuf>,
    /// Print the network file, with its [weights], of the model that a config.json describes: of Hugging Face BERT,
    /// GPT-2, ALBERT, LLaMA and Mistral, of timm ViT, MLP-Mixer, ResMLP and gMLP
    #[arg(long, value_name = "config.json", conflicts_with_all = ["show", "keys"])]
    from_config: Option<PathBuf>,
    /// Whose configuration it is [default: by its fields]
    #[arg(long, value_enum, requires = "from_config")]
    style: Option<Style>,
    /// Number of tokens N [default: the model's own for images, 8 words]
    #[arg(long, value_name = "N", requires = "from_config")]
    tokens: Option<usize>,
    /// What is before the names of all tensors, as bert. [default: by the kind of model]
    #[arg(long, value_name = "TEXT", requires = "from_config")]
    prefix: Option<String>,
    /// Keep softmax, normalisation and the activation: a network of real numbers, of which lower bounds are proved
    #[arg(long, requires = "from_config")]
    real: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Style {
    /// timm
    Timm,
    /// Hugging Face
    Hf,
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
        out.write_all(find(name)?.text(FamilySize::SMALL).as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &args.from_config {
        out.write_all(of_config(args, path)?.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &args.keys {
        drop(out);
        return print_keys(path, args.format);
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

/// The network file of a configuration.
fn of_config(args: &Args, path: &Path) -> Result<String, Failure> {
    let wrong = |why: &dyn std::fmt::Display| format!("--from-config {}: {why}", path.display());
    let text = read_text(path, MAX_CONFIG_BYTES).map_err(|e| wrong(&e))?;
    let style = args.style.map(|style| match style {
        Style::Timm => ConfigStyle::Timm,
        Style::Hf => ConfigStyle::HuggingFace,
    });
    let (tokens, prefix, real) = (args.tokens, args.prefix.clone(), args.real);
    let options = ConfigOptions { style, tokens, prefix, real };
    Ok(network_of_config(&text, &options).map_err(|e| wrong(&e))?.text)
}

/// A key of `[weights]`.
#[derive(Serialize)]
struct Key {
    key: String,
    rows: usize,
    columns: usize,
    /// How many weights it stands for.
    count: usize,
}

fn print_keys(path: &Path, format: Format) -> Result<ExitCode, Failure> {
    let file = RealNetworkFile::read(path, &Replacements::default())
        .map_err(|e| format!("--keys {}: {}", e.value, e.allowed))?;
    let key = |(key, (rows, columns), count)| Key { key, rows, columns, count };
    let keys: Vec<Key> = weight_keys(file.problem.shape()).into_iter().map(key).collect();
    if format == Format::Json {
        print_json(&keys)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = new_table(["key", "size", "times"]);
    for Key { key, rows, columns, count } in &keys {
        table.add_row([key, &format!("{rows} x {columns}"), &count.to_string()]);
    }
    writeln!(std::io::stdout().lock(), "{table}")?;
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
