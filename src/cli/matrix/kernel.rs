//! `seprank matrix kernel`.

use super::{
    Format, Input, Written, over_name, print_json, print_size, print_written, read, try_output,
};
use crate::cli::{Failure, progress};
use crate::matrix::{Kernel, Matrix};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A basis of no more entries than this, zeros too, is printed.
const SHOWN: usize = 10_000;

#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank matrix kernel incidence.mtx
  seprank matrix kernel table.csv --modulo 65537 --format json
  seprank matrix kernel incidence.mtx --out kernel.sms --certificate rank.json

The vectors x with A x = 0, of a file in a format of `matrix rank`. Over
Q each is integral, without a common factor, and A x = 0 is computed in
integers; modulo a prime each is 1 in a column where all others are 0. There are
as many as columns beyond the rank. That the rank is no less a minor shows, and
the certificate of the rank: with A N = 0 it proves that N is a basis.

--out writes them as the columns of a matrix, as Matrix Market (.mtx, .mm), SMS
(.sms), CSV (.csv) or NPY (.npy, entries of 64 bits). A basis is printed if it
has at most 10,000 entries, zeros too. One that does not fit in --memory is
refused before it is computed, if by its number of entries, or while its numbers
grow.")]
pub(super) struct KernelArgs {
    #[command(flatten)]
    input: Input,
    /// Write the vectors there, as the columns of a matrix
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'a> {
    file: String,
    rows: usize,
    cols: usize,
    over: String,
    rank: usize,
    dimension: usize,
    /// Vectors of as many numbers as the matrix has columns, unless they are many.
    basis: Option<Vec<Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    #[serde(flatten)]
    written: Option<&'a Written>,
}

pub(super) fn run(args: &KernelArgs) -> Result<ExitCode, Failure> {
    let KernelArgs { input, out } = args;
    let request = input.request()?;
    try_output("--out", out.as_deref())?;
    let format = out.as_deref().map(format).transpose()?;
    let matrix = input.matrix()?;
    let computing = progress::busy("computing the kernel");
    let kernel = Kernel::new(&matrix, request).map_err(|e| input.named(&e))?;
    drop(computing);
    let certificate = input.write_certificate(&matrix, &kernel.rank)?;
    if let (Some(path), Some(format)) = (out, format) {
        let because = |e: &dyn std::fmt::Display| format!("--out {}: {e}", path.display());
        let bytes = kernel.basis.written(format, request.limit).map_err(|e| because(&e))?;
        crate::files::replace(path, &bytes).map_err(|e| because(&e))?;
    }
    let out = out.as_ref().map(|path| path.display().to_string());
    match input.format {
        Format::Text => print_text(&matrix, &kernel, out, certificate.as_ref())?,
        Format::Json => print_json(&Document {
            file: input.file.display().to_string(),
            rows: matrix.rows(),
            cols: matrix.cols(),
            over: over_name(kernel.rank.over),
            rank: kernel.rank.rank,
            dimension: kernel.basis.cols(),
            basis: shown(&kernel.basis),
            out,
            written: certificate.as_ref(),
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The format that the ending of a file to be written asks for.
fn format(path: &Path) -> Result<read::Format, Failure> {
    let format = read::Format::of(path);
    let allowed = "the ending is none of .mtx, .mm, .sms, .csv, .npy";
    Ok(format.ok_or_else(|| format!("--out {}: {allowed}", path.display()))?)
}

/// The vectors, if they are few.
fn shown(basis: &Matrix) -> Option<Vec<Vec<String>>> {
    let (rows, cols) = (basis.rows(), basis.cols());
    if rows.saturating_mul(cols) > SHOWN {
        return None;
    }
    let mut vectors = vec![vec!["0".to_string(); rows]; cols];
    basis.triples().for_each(|(i, q, x)| vectors[q as usize][i] = x.to_string());
    Some(vectors)
}

fn print_text(
    matrix: &Matrix,
    kernel: &Kernel,
    path: Option<String>,
    written: Option<&Written>,
) -> Result<(), Failure> {
    let (dimension, rank) = (kernel.basis.cols(), &kernel.rank);
    let mut out = io::stdout().lock();
    writeln!(out, "kernel of dimension {dimension} {}  (exact)", rank.over)?;
    print_size(&mut out, matrix)?;
    writeln!(out, "rank {}: a minor of that order, not zero modulo {}", rank.rank, rank.prime())?;
    match (shown(&kernel.basis), &path) {
        (Some(vectors), _) => {
            for vector in vectors {
                writeln!(out, "{}", vector.join(" "))?;
            }
        }
        (None, None) => writeln!(out, "basis: not printed, as it is large: give --out")?,
        (None, Some(_)) => {}
    }
    if let Some(path) = path {
        writeln!(out, "basis: {path}, the columns of a matrix {} x {dimension}", matrix.cols())?;
    }
    print_written(&mut out, written)
}
