//! `seprank eval`.

use super::problem::Subject;
use super::weight_file::WeightFile;
use super::{Failure, Format, print_json, progress};
use crate::arith::{Rational, Ring};
use crate::matrix::read::Array;
use crate::network::{Network, Problem};
use itertools::Itertools;
use nalgebra::DMatrix;
use serde::Serialize;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The values of a network at inputs from a file, to compare with another program's
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank eval --network my-network.toml --weights model.safetensors --inputs x.npy
  seprank eval --model gmlp --inputs x.npy --exact

The inputs are an array N x d, or B x N x d for B of them, of integers or
floating-point numbers. Printed is the last state of each, a token a row. With
docs/examples this is how a network file is compared with the model that it
describes, whose softmax and normalisation it leaves out.")]
pub(super) struct Args {
    #[command(flatten)]
    network: Subject,
    #[command(flatten)]
    weights: WeightFile,
    /// The inputs, as NumPy saves them
    #[arg(long, global = true, value_name = "FILE.npy")]
    inputs: Option<PathBuf>,
    /// Exact fractions [default: double precision]
    #[arg(long, global = true)]
    exact: bool,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// No file of inputs has more bytes.
const MOST_BYTES: u64 = 1 << 26;

/// Of higher degree fractions are too long to be of use.
const MOST_DEGREE: u64 = 1000;

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let file = args.network.network()?;
    let problem = &file.problem;
    let path = args.inputs.as_deref().ok_or("--inputs: a file is needed, as x.npy")?;
    let inputs = inputs(problem, path).map_err(|e| format!("--inputs {}: {e}", path.display()))?;
    let degree = problem.degree()?;
    if args.exact && degree > MOST_DEGREE {
        let allowed = format!("allowed are networks of degree up to {MOST_DEGREE}");
        return Err(format!("--exact: the degree is {degree}; {allowed}").into());
    }
    let _busy = progress::busy("evaluating");
    let network = args.weights.network(&file)?;
    if args.exact {
        return print(&states(&network, &inputs), args.format, &Rational::to_string);
    }
    let inputs: Vec<DMatrix<f64>> = inputs.iter().map(|x| x.map(|q| q.to_f64())).collect();
    print(&states(&network.map(Rational::to_f64), &inputs), args.format, &|x: &f64| *x)
}

/// The inputs in a file, each N x d.
fn inputs(problem: &Problem, path: &Path) -> Result<Vec<DMatrix<Rational>>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("allowed are files of up to {MOST_BYTES} bytes").into());
    }
    let (tokens, width) = (problem.tokens(), problem.width());
    let Array { shape, values } = Array::parse(&bytes)?;
    if !matches!(shape[..], [n, d] | [_, n, d] if (n, d) == (tokens, width)) {
        let shape = shape.iter().join(" x ");
        return Err(format!(
            "the array is {shape}: allowed are {tokens} x {width}, and B x {tokens} x {width}"
        )
        .into());
    }
    let values: Vec<Rational> = values.into_iter().map(Rational::from).collect();
    let one = |part: &[Rational]| DMatrix::from_row_slice(tokens, width, part);
    Ok(values.chunks(tokens * width).map(one).collect())
}

/// The last states.
fn states<T: Ring>(network: &Network<T>, inputs: &[DMatrix<T>]) -> Vec<DMatrix<T>> {
    inputs.iter().map(|x| network.forward(x)).collect()
}

fn print<T: Ring, U: Serialize + Display>(
    states: &[DMatrix<T>],
    format: Format,
    entry: &dyn Fn(&T) -> U,
) -> Result<ExitCode, Failure> {
    let rows = |state: &DMatrix<T>| -> Vec<Vec<U>> {
        state.row_iter().map(|row| row.iter().map(entry).collect()).collect()
    };
    match format {
        Format::Json => print_json(&states.iter().map(rows).collect::<Vec<_>>())?,
        Format::Text => {
            let mut out = io::stdout().lock();
            for (index, state) in states.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                for row in rows(state) {
                    writeln!(out, "{}", row.iter().join(" "))?;
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
