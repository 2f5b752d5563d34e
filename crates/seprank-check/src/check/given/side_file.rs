//! The file of a large matrix: SMS or NPY, each in one form (docs/format.md, 2).
//!
//! SMS: `rows cols M`, then a line `row col value` for each entry that is not zero, places from 1, row by row and
//! columns increasing, then `0 0 0`; one space between, a line end after each. NPY: all entries, by rows, as
//! signed integers of 1, 2, 4 or 8 bytes, the lowest first.

use super::rows::{Builder, Entries};
use super::{Over, finding};
use crate::certificate::{GivenMatrix, MAX_DIGITS, Rational};
use crate::check::verdict::{Finding, Kind};
use num_rational::BigRational;
use std::fmt::Display;

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
    if bytes.starts_with(NPY) {
        return npy(matrix, bytes, over, most);
    }
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

/// What a file in NPY begins with: its name, version 1.0, and a header of 118 bytes.
const NPY: &[u8] = b"\x93NUMPY\x01\x00\x76\x00";

/// All entries, those that are zero too.
fn npy(matrix: &GivenMatrix, bytes: &[u8], over: &Over, most: usize) -> Result<Entries, Finding> {
    let wrong = |expected: &dyn Display, got: &dyn Display| {
        finding(Kind::Matrix, "matrix.entries", expected, got)
    };
    let (rows, cols) = (matrix.rows, matrix.cols);
    let count = rows * cols; // at most 2^48
    let head = |order: char, width: usize| {
        let dictionary = format!(
            "{{'descr': '{order}i{width}', 'fortran_order': False, 'shape': ({rows}, {cols}), }}"
        );
        [NPY, format!("{dictionary:<117}\n").as_bytes()].concat()
    };
    let types = [('|', 1), ('<', 2), ('<', 4), ('<', 8)];
    let found = types.into_iter().find_map(|(order, width)| {
        bytes.strip_prefix(&head(order, width)[..]).map(|data| (width, data))
    });
    let Some((width, data)) = found else {
        let expected = format_args!("the header of an array {rows} x {cols} of signed integers");
        return Err(wrong(&expected, &"another"));
    };
    if data.len() as u64 != count * width as u64 {
        let expected = format_args!("{count} entries of {width} bytes in its file");
        return Err(wrong(&expected, &format_args!("{} bytes", data.len())));
    }
    let entries = data.chunks_exact(width).filter(|entry| entry.iter().any(|b| *b != 0)).count();
    if entries > most {
        let expected = format_args!("at most {most} entries");
        return Err(finding(Kind::Limit, "matrix.entries", expected, entries));
    }
    let mut builder = Builder::new(matrix, over);
    for (at, bytes) in (0..count).zip(data.chunks_exact(width)) {
        // The highest byte has the sign.
        let high = i64::from(bytes[width - 1].cast_signed());
        let value = bytes[..width - 1].iter().rev().fold(high, |n, b| n << 8 | i64::from(*b));
        if value != 0 {
            let (row, col) = (at / cols, at % cols);
            let value = BigRational::from_integer(value.into());
            builder.push(row, col, value).map_err(|(expected, got)| wrong(&expected, &got))?;
        }
    }
    Ok(builder.finish())
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
