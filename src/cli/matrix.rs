//! `seprank matrix`.

use super::memory::Memory;
use super::{Failure, Format, json, print_json, progress, try_output};
use crate::arith::Prime;
use crate::linalg::Certificate as Proof;
use crate::matrix::read::{self, ReadError};
use crate::matrix::{Matrix, MatrixCertificate, MatrixRank, Over, Part, Request, Upper};
use crate::tensor::MemoryLimit;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The rank of a matrix from a file
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// The rank over Q or modulo a prime
    Rank(RankArgs),
}

#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank matrix rank incidence.mtx
  seprank matrix rank table.csv --modulo 65537 --format json
  seprank matrix rank incidence.mtx --certificate rank.json && seprank check rank.json
  seprank matrix rank large.npy --certificate rank.json && seprank check rank.json --matrix rank.json.npy
  gunzip -c matrix.sms.gz | seprank matrix rank - --input-format sms

Read are Matrix Market (.mtx, .mm), SMS (.sms), CSV (.csv) and NPY (.npy), of
integers of any size or, in the three text formats, fractions n/d; a value with
a fraction that is not zero, as 2.5, is refused and not rounded. A coordinate
list may have one entry a place.

The rank is exact where both halves are proved: a minor that is not zero modulo
a prime, and modulo a prime the elimination, over Q as many rows and columns as
hold every entry, or a proof over Q. Of a matrix over Q too large for that, only
the lower half is. A certificate of a small matrix is checked by elimination,
one of a large matrix by challenge: a false claim passes one try in 2^128.")]
struct RankArgs {
    /// The matrix; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The format of the file [default: by the ending of its name]
    #[arg(long, value_enum, value_name = "FORMAT")]
    input_format: Option<InputFormat>,
    /// The rank modulo this prime, below 2^63 [default: over Q]
    #[arg(long, value_name = "P")]
    modulo: Option<u64>,
    /// Over Q: draws the prime modulo which the minor is found
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Write a certificate there, to be checked by `seprank check`; a large matrix goes to FILE.npy or FILE.sms beside it
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    memory: Memory,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InputFormat {
    Market,
    Sms,
    Csv,
    Npy,
}

impl From<InputFormat> for read::Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Market => Self::Market,
            InputFormat::Sms => Self::Sms,
            InputFormat::Csv => Self::Csv,
            InputFormat::Npy => Self::Npy,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    file: String,
    rows: usize,
    cols: usize,
    entries: usize,
    over: String,
    relation: &'static str,
    rank: usize,
    /// Modulo which the minor is not zero.
    #[serde(serialize_with = "json::string")]
    prime: Prime,
    upper: &'static str,
    #[serde(flatten)]
    written: Option<&'a Written>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let Command::Rank(args) = &args.command;
    try_output("--certificate", args.certificate.as_deref())?;
    let over = match args.modulo {
        None => Over::Rationals,
        Some(p) => Over::Modulo(Prime::new(p).map_err(|e| format!("--modulo {p}: {e}"))?),
    };
    let limit = args.memory.limit;
    let reading = progress::busy("reading the matrix");
    let matrix = args.matrix(limit)?;
    drop(reading);
    let request = Request { over, seed: args.seed, limit };
    let named = |e: &dyn std::fmt::Display| format!("{}: {e}", args.file.display());
    let ranking = progress::busy("computing the rank");
    let answer = MatrixRank::new(&matrix, request).map_err(|e| named(&e))?;
    drop(ranking);
    let certificate = match &args.certificate {
        Some(path) => {
            let _busy = progress::busy("writing the certificate");
            Some(write_certificate(path, &matrix, &answer, limit)?)
        }
        None => None,
    };
    match args.format {
        Format::Text => print_text(&matrix, &answer, certificate.as_ref())?,
        Format::Json => print_json(&document(&args.file, &matrix, &answer, certificate.as_ref()))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The files that were written.
#[derive(Serialize)]
struct Written {
    certificate: String,
    /// With the matrix, if it does not stand in the certificate.
    matrix: Option<String>,
}

fn write_certificate(
    path: &Path,
    matrix: &Matrix,
    answer: &MatrixRank,
    limit: MemoryLimit,
) -> Result<Written, Failure> {
    let because = |e: &dyn std::fmt::Display| format!("--certificate {}: {e}", path.display());
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| because(&"a file name in UTF-8 is needed"))?;
    let made = answer.certificate(matrix, name, MatrixCertificate::ELIMINATED, limit);
    let made = made.map_err(|e| because(&e))?;
    let shown = |path: &Path| path.display().to_string();
    let mut written = Written { certificate: shown(path), matrix: None };
    // The certificate comes last: it names the other by its digest.
    if let Some(file) = &made.side_file {
        let beside = path.with_file_name(&file.name);
        crate::files::replace(&beside, &file.bytes).map_err(|e| because(&e))?;
        written.matrix = Some(shown(&beside));
    }
    made.certificate.write(path).map_err(|e| because(&e))?;
    Ok(written)
}

impl RankArgs {
    fn matrix(&self, limit: MemoryLimit) -> Result<Matrix, Failure> {
        let stdin = self.file == Path::new("-");
        let format = match self.input_format {
            Some(format) => format.into(),
            None => read::Format::of(&self.file).ok_or_else(|| {
                let names = read::Format::ALL.map(read::Format::name).join(", ");
                let endings = ".mtx, .mm, .sms, .csv, .npy";
                let file = self.file.display();
                format!(
                    "{file}: the ending is none of {endings}: give --input-format, one of {names}"
                )
            })?,
        };
        let read = || -> Result<Matrix, ReadError> {
            if stdin {
                read::read(io::stdin().lock(), format, limit)
            } else {
                read::read(crate::files::open(&self.file)?, format, limit)
            }
        };
        Ok(read().map_err(|e| format!("{}: {e}", self.file.display()))?)
    }
}

/// A short name for the reason of the upper half.
fn upper_name(upper: &Upper) -> &'static str {
    match upper {
        Upper::Cover(_) => "cover",
        Upper::Elimination => "elimination",
        Upper::Rational(_) => "proof-over-q",
        Upper::Open => "open",
    }
}

fn document<'a>(
    file: &Path,
    matrix: &Matrix,
    answer: &MatrixRank,
    written: Option<&'a Written>,
) -> Document<'a> {
    Document {
        file: file.display().to_string(),
        rows: matrix.rows(),
        cols: matrix.cols(),
        entries: matrix.entries(),
        over: match answer.over {
            Over::Rationals => "Q".into(),
            Over::Modulo(prime) => prime.to_string(),
        },
        relation: if answer.part() == Part::Exact { "equal" } else { "at-least" },
        rank: answer.rank,
        prime: answer.prime(),
        upper: upper_name(&answer.upper),
        written,
    }
}

fn print_text(
    matrix: &Matrix,
    answer: &MatrixRank,
    written: Option<&Written>,
) -> Result<(), Failure> {
    let MatrixRank { over, rank, upper, .. } = answer;
    let (sign, word) = match answer.part() {
        Part::Exact => ("=", "exact"),
        Part::Lower => (">=", "proved lower bound"),
    };
    let above = match upper {
        Upper::Cover(cover) => {
            let (rows, cols) = (cover.rows.len(), cover.cols.len());
            format!("{rows} rows and {cols} columns hold every entry")
        }
        Upper::Elimination => "the elimination leaves nothing".into(),
        Upper::Rational(Proof::Primes(count)) => {
            format!("no more modulo {count} primes, whose product passes every larger minor")
        }
        Upper::Rational(Proof::Lifting(p, k)) => {
            format!("every larger minor is divisible by {p}^{k}, which passes it")
        }
        Upper::Rational(Proof::FractionFree) => "fraction-free elimination".into(),
        Upper::Rational(Proof::Full) => "the number of rows or columns".into(),
        Upper::Rational(Proof::Zero) => "all entries are zero".into(),
        Upper::Open => "not shown: a proof over Q would take too much work or memory".into(),
    };
    let mut out = super::prose::out();
    writeln!(out, "rank {sign} {rank} {over}  ({word})")?;
    writeln!(
        out,
        "matrix: {} x {}, {} entries not zero",
        matrix.rows(),
        matrix.cols(),
        matrix.entries()
    )?;
    writeln!(out, "lower half: a minor of that order, not zero modulo {}", answer.prime())?;
    writeln!(out, "upper half: {above}")?;
    match written {
        Some(Written { certificate, matrix: Some(matrix) }) => {
            writeln!(
                out,
                "certificate: {certificate}, with the matrix in {matrix}: to be checked by `seprank check {certificate} --matrix {matrix}`"
            )?;
        }
        Some(Written { certificate, matrix: None }) => {
            writeln!(
                out,
                "certificate: {certificate}: to be checked by `seprank check {certificate}`"
            )?;
        }
        None => {}
    }
    Ok(())
}
