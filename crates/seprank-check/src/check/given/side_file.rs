//! The file of a large matrix: SMS in one form (docs/format.md, 2).
//!
//! `rows cols M`, then a line `row col value` for each entry that is not zero, places from 1, row by row and
//! columns increasing, then `0 0 0`; one space between, a line end after each.

use super::rows::{Builder, Entries};
use super::{Over, finding};
use crate::certificate::{GivenMatrix, MAX_DIGITS, Rational};
use crate::check::verdict::{Finding, Kind};
use num_rational::BigRational;

/// No file of a matrix is larger.
pub const MAX_MATRIX_BYTES: u64 = 1 << 30;

/// The matrix has at most so many entries; a rational takes more room than a residue.
const MAX_ENTRIES: usize = 1 << 26;
const MAX_RATIONALS: usize = 1 << 24;

pub(super) fn read(matrix: &GivenMatrix, bytes: &[u8], over: &Over) -> Result<Entries, Finding> {
    let most = match over {
        Over::Modulo(_) => MAX_ENTRIES,
        Over::Rationals => MAX_RATIONALS,
    };
    let wrong = |line: usize, expected: &str| {
        let field = "matrix.entries";
        finding(
            Kind::Matrix,
            field,
            format_args!("{expected} in line {line} of its file"),
            "otherwise",
        )
    };
    let mut lines = bytes.split_inclusive(|b| *b == b'\n').enumerate();
    let header = format!("{} {} M\n", matrix.rows, matrix.cols);
    if lines.next().is_none_or(|(_, line)| line != header.as_bytes()) {
        return Err(wrong(1, header.trim_end()));
    }
    let mut builder = Builder::new(matrix, over);
    for (number, line) in &mut lines {
        if line == b"0 0 0\n" {
            return match lines.next() {
                None => Ok(builder.finish()),
                Some((number, _)) => Err(wrong(number + 1, "the end")),
            };
        }
        if number > most {
            let expected = format_args!("at most {most} entries");
            return Err(finding(Kind::Limit, "matrix.entries", expected, "more"));
        }
        let (row, col, value) =
            entry(line).ok_or_else(|| wrong(number + 1, "row, column from 1 and value"))?;
        builder
            .push(row - 1, col - 1, value)
            .map_err(|(expected, _)| wrong(number + 1, &expected))?;
    }
    Err(wrong(1, "0 0 0 at the end, not"))
}

/// Row, column and value of a line, in the one form that each has.
fn entry(line: &[u8]) -> Option<(u64, u64, BigRational)> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let mut words = line.split(' ');
    let (row, col, value) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || value.len() > MAX_DIGITS {
        return None;
    }
    let value = match canonical(value).and_then(|n| i64::try_from(n).ok()) {
        Some(n) => BigRational::from_integer(n.into()),
        // The reader of certificates takes one form only.
        None => serde_json::from_value::<Rational>(value.into()).ok()?.0,
    };
    Some((canonical(row)?, canonical(col)?, value))
}

/// A positive number without leading zeros.
fn canonical(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    digits.then(|| text.parse().ok()).flatten()
}
