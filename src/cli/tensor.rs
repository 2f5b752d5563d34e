//! `seprank tensor`.

use super::memory::Memory;
use super::problem::Subject;
use super::weight_file::{Origin, WeightFile};
use super::{Failure, json, print_json, progress};
use crate::arith::Rational;
use crate::network::InputFamily;
use crate::tensor::{CoefficientMatrix, CoefficientTensor, listed_tensor_bytes};
use clap::ValueEnum;
use serde::Serialize;
use std::process::ExitCode;

/// The coefficient tensor and the shape of its matricization
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank tensor attention --depth 1 --width 2 --tokens 2 --format csv
  seprank tensor --model gmlp --format json

Exponents are listed for the entries X[t,k], tokens of side A first, then side
B, by rows.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    #[command(flatten)]
    weights: WeightFile,
    #[command(flatten)]
    memory: Memory,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = TensorFormat::Json)]
    format: TensorFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TensorFormat {
    Json,
    Csv,
}

#[derive(Serialize)]
struct Document {
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    weights: Origin,
    variables: Vec<String>,
    left_variables: usize,
    matricization: Shape,
    terms: Vec<Term>,
}

#[derive(Serialize)]
struct Shape {
    rows: usize,
    cols: usize,
    blocks: Vec<BlockShape>,
}

#[derive(Serialize)]
struct BlockShape {
    degree_left: Option<u64>,
    degree_right: Option<u64>,
    rows: usize,
    cols: usize,
    nonzero: usize,
}

#[derive(Serialize)]
struct Term {
    exponents: Vec<u64>,
    coefficient: String,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    print_tensor(args).map_err(|e| args.network.explain(e))
}

fn print_tensor(args: &Args) -> Result<ExitCode, Failure> {
    let file = args.network.network()?;
    let problem = &file.problem;
    let limit = args.memory.limit;
    limit.check(
        "the coefficient tensor",
        listed_tensor_bytes(problem),
        &["depth", "width", "tokens"],
    )?;
    let busy = progress::busy("computing the tensor");
    let family = InputFamily::all(problem);
    let network = args.weights.network(&file)?;
    let tensor = CoefficientTensor::new(problem, &network, &family, Rational::clone, limit)?;
    drop(busy);
    let (left, right) = (problem.partition().left(), problem.partition().right());
    let variables: Vec<String> = left
        .iter()
        .chain(right)
        .flat_map(|t| (0..problem.width()).map(move |k| format!("X[{t},{k}]")))
        .collect();
    let terms = tensor.polynomial().terms().iter().map(|(monomial, c)| {
        let mut exponents = vec![0; variables.len()];
        monomial.exponents().for_each(|(i, e)| exponents[i] = e);
        Term { exponents, coefficient: c.to_string() }
    });
    match args.format {
        TensorFormat::Json => print_json(&Document {
            seed: args.weights.seed,
            weights: args.weights.origin(&file)?,
            left_variables: tensor.left_variables(),
            matricization: shape(&tensor.matricize()),
            terms: terms.collect(),
            variables,
        })?,
        TensorFormat::Csv => {
            let mut out = csv::Writer::from_writer(std::io::stdout().lock());
            out.write_record(variables.iter().map(String::as_str).chain(["coefficient"]))?;
            for term in terms {
                let row = term.exponents.iter().map(ToString::to_string).chain([term.coefficient]);
                out.write_record(row)?;
            }
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn shape(matrix: &CoefficientMatrix<Rational>) -> Shape {
    let (rows, cols) = matrix.shape();
    let blocks = matrix.blocks.iter().map(|b| BlockShape {
        degree_left: b.bidegree.map(|d| d.0),
        degree_right: b.bidegree.map(|d| d.1),
        rows: b.rows.len(),
        cols: b.cols.len(),
        nonzero: b.entries.len(),
    });
    Shape { rows, cols, blocks: blocks.collect() }
}
