//! `seprank matrix`.

mod kernel;

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

/// The rank and the kernel of a matrix from a file
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// The rank over Q or modulo a prime
    Rank(RankArgs),
    /// A basis of the kernel over Q or modulo a prime
    Kernel(kernel::KernelArgs),
}

/// Which matrix, over which field, and how to print: what all subcommands share.
#[derive(clap::Args, Clone, Debug)]
struct Input {
    /// The matrix; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The format of the file [default: by the ending of its name]
    #[arg(long, value_enum, value_name = "FORMAT")]
    input_format: Option<InputFormat>,
    /// Modulo this prime, below 2^63 [default: over Q]
    #[arg(long, value_name = "P")]
    modulo: Option<u64>,
    /// Over Q: draws the prime modulo which the minor is found
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Write a certificate of the rank there, to be checked by `seprank check`; a large matrix goes to FILE.npy or FILE.sms beside it
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    memory: Memory,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
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
    #[command(flatten)]
    input: Input,
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
    match &args.command {
        Command::Rank(args) => rank(&args.input),
        Command::Kernel(args) => kernel::run(args),
    }
}

fn rank(input: &Input) -> Result<ExitCode, Failure> {
    let request = input.request()?;
    let matrix = input.matrix()?;
    let ranking = progress::busy("computing the rank");
    let answer = MatrixRank::new(&matrix, request).map_err(|e| input.named(&e))?;
    drop(ranking);
    let certificate = input.write_certificate(&matrix, &answer)?;
    match input.format {
        Format::Text => print_text(&matrix, &answer, certificate.as_ref())?,
        Format::Json => print_json(&document(&input.file, &matrix, &answer, certificate.as_ref()))?,
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

impl Input {
    /// What is asked for, once it is known that a certificate can be written.
    fn request(&self) -> Result<Request, Failure> {
        try_output("--certificate", self.certificate.as_deref())?;
        let over = match self.modulo {
            None => Over::Rationals,
            Some(p) => Over::Modulo(Prime::new(p).map_err(|e| format!("--modulo {p}: {e}"))?),
        };
        Ok(Request { over, seed: self.seed, limit: self.memory.limit })
    }

    /// What is wrong with the matrix.
    fn named(&self, error: &dyn std::fmt::Display) -> String {
        format!("{}: {error}", self.file.display())
    }

    fn write_certificate(
        &self,
        matrix: &Matrix,
        answer: &MatrixRank,
    ) -> Result<Option<Written>, Failure> {
        let path = self.certificate.as_deref();
        let _busy = path.map(|_| progress::busy("writing the certificate"));
        path.map(|path| write_certificate(path, matrix, answer, self.memory.limit)).transpose()
    }

    fn matrix(&self) -> Result<Matrix, Failure> {
        let limit = self.memory.limit;
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
        let _busy = progress::busy("reading the matrix");
        let read = || -> Result<Matrix, ReadError> {
            if stdin {
                read::read(io::stdin().lock(), format, limit)
            } else {
                read::read(crate::files::open(&self.file)?, format, limit)
            }
        };
        Ok(read().map_err(|e| self.named(&e))?)
    }
}

fn over_name(over: Over) -> String {
    match over {
        Over::Rationals => "Q".into(),
        Over::Modulo(prime) => prime.to_string(),
    }
}

/// A short name for the reason of the upper half.
fn upper_name(upper: &Upper) -> &'static str {
    match upper {
        Upper::Cover(_) => "cover",
        Upper::Elimination => "elimination",
        Upper::Rational(_) => "proof-over-q",
        Upper::Kernel => "kernel",
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
        over: over_name(answer.over),
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
        Upper::Kernel => "a kernel over Q".into(),
        Upper::Open => "not shown: a proof over Q would take too much work or memory".into(),
    };
    let mut out = super::prose::out();
    writeln!(out, "rank {sign} {rank} {over}  ({word})")?;
    print_size(&mut out, matrix)?;
    writeln!(out, "lower half: a minor of that order, not zero modulo {}", answer.prime())?;
    writeln!(out, "upper half: {above}")?;
    print_written(&mut out, written)
}

fn print_size(out: &mut impl Write, matrix: &Matrix) -> io::Result<()> {
    let (rows, cols, entries) = (matrix.rows(), matrix.cols(), matrix.entries());
    writeln!(out, "matrix: {rows} x {cols}, {entries} entries not zero")
}

/// Where the certificate is, if one was written.
fn print_written(out: &mut impl Write, written: Option<&Written>) -> Result<(), Failure> {
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
