//! NPY: arrays of NumPy (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
//!
//! Six bytes, a version, the length of a header and the header, the text of a Python dictionary with the keys
//! `descr`, `fortran_order` and `shape`. The crates that read it bring a parser for all of Python's literals,
//! which recurses as deep as the file says; here exactly these three keys are read.

use super::ReadError;
use crate::matrix::{Builder, MAX_SIDE, Matrix, Number};
use crate::tensor::MemoryLimit;
use rug::Rational;

const MAGIC: &[u8] = b"\x93NUMPY";

/// No header is longer.
const MAX_HEADER: usize = 1 << 16;

fn wrong(value: impl std::fmt::Display, allowed: impl std::fmt::Display) -> ReadError {
    ReadError::new(None, None, value, allowed)
}

pub(super) fn parse(bytes: &[u8], limit: MemoryLimit) -> Result<Matrix, ReadError> {
    let (header, data) = split(bytes)?;
    let Header { descr, by_columns, shape } = Header::parse(header)?;
    let kind = Kind::parse(descr)?;
    let &[rows, cols] = &shape[..] else {
        return Err(wrong(format_args!("{} dimensions", shape.len()), "allowed are 2"));
    };
    if rows > MAX_SIDE || cols > MAX_SIDE {
        return Err(crate::matrix::ShapeError::Side { rows, cols }.into());
    }
    fits(&shape, kind.bytes, data)?;
    let mut builder = Builder::new(rows, cols, rows * cols, limit)?;
    let width = if by_columns { rows } else { cols } as usize;
    for (major, line) in data.chunks_exact((width * kind.bytes).max(1)).enumerate() {
        for (minor, bytes) in line.chunks_exact(kind.bytes).enumerate() {
            let (row, col) = if by_columns { (minor, major) } else { (major, minor) };
            builder.push(row, col, kind.number(bytes))?;
        }
    }
    Ok(builder.finish()?)
}

/// An array of numbers of any shape, exactly: in the order of its positions, the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The numbers of positions by dimension.
    pub shape: Vec<usize>,
    /// The entries.
    pub values: Vec<Rational>,
}

impl Array {
    /// Reads an array of integers, or of floating-point numbers of 2, 4 or 8 bytes, in the bytes of an NPY file.
    ///
    /// # Errors
    /// What the format does not allow; a number that is not finite; another length than the shape says.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        let (header, data) = split(bytes)?;
        let Header { descr, by_columns, shape } = Header::parse(header)?;
        let kind = match descr {
            "<f2" | "<f4" | "<f8" => None,
            integers => Some(Kind::parse(integers).map_err(|_| {
                let allowed = "the type: allowed are <f2, <f4, <f8, and integers as <i8";
                wrong(format_args!("'{descr}'"), allowed)
            })?),
        };
        let size = kind.map_or_else(|| usize::from(descr.as_bytes()[2] - b'0'), |kind| kind.bytes);
        fits(&shape, size, data)?;
        let number = |bytes: &[u8]| match kind {
            Some(kind) => Ok(kind.number(bytes).into_rational()),
            None => {
                let value = float(bytes);
                Rational::from_f64(value).ok_or_else(|| wrong(value, "allowed are finite numbers"))
            }
        };
        let read: Vec<Rational> = data.chunks_exact(size).map(number).collect::<Result<_, _>>()?;
        let shape: Vec<usize> = shape.into_iter().map(|n| n as usize).collect();
        let values = if by_columns { by_rows(&read, &shape) } else { read };
        Ok(Self { shape, values })
    }
}

/// A number of 2, 4 or 8 bytes, the lowest first.
fn float(bytes: &[u8]) -> f64 {
    match *bytes {
        [a, b] => half::f16::from_le_bytes([a, b]).to_f64(),
        [a, b, c, d] => f32::from_le_bytes([a, b, c, d]).into(),
        _ => bytes.try_into().map_or(f64::NAN, f64::from_le_bytes),
    }
}

/// The entries of an array that was stored with the first index running fastest.
fn by_rows(values: &[Rational], shape: &[usize]) -> Vec<Rational> {
    let entry = |mut at: usize| {
        let mut place = values.len();
        let mut index = 0;
        for size in shape.iter().rev() {
            place /= size;
            index += at % size * place;
            at /= size;
        }
        values[index].clone()
    };
    (0..values.len()).map(entry).collect()
}

/// So many numbers as the shape says, each of `size` bytes.
fn fits(shape: &[u64], size: usize, data: &[u8]) -> Result<(), ReadError> {
    let expected = shape.iter().try_fold(size as u64, |n, side| n.checked_mul(*side));
    if expected == Some(data.len() as u64) {
        return Ok(());
    }
    let sides = shape.iter().map(u64::to_string).collect::<Vec<_>>().join(" x ");
    let allowed = format_args!("allowed are {sides} of {size} bytes");
    Err(wrong(format_args!("{} bytes of data", data.len()), allowed))
}

/// The header's text, and what follows it.
fn split(bytes: &[u8]) -> Result<(&str, &[u8]), ReadError> {
    let short = || wrong("the end of the file", "allowed is a header of NPY");
    if !bytes.starts_with(MAGIC) {
        return Err(wrong("the first bytes", "allowed are those of an NPY file, \\x93NUMPY"));
    }
    let [version, _, rest @ ..] = &bytes[MAGIC.len()..] else { return Err(short()) };
    let (length, rest) = match version {
        1 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        other => return Err(wrong(format_args!("version {other}"), "allowed are versions 1 to 3")),
    };
    if length > MAX_HEADER {
        return Err(wrong(
            format_args!("a header of {length} bytes"),
            format_args!("allowed are {MAX_HEADER}"),
        ));
    }
    let (header, data) = rest.split_at_checked(length).ok_or_else(short)?;
    let text =
        std::str::from_utf8(header).map_err(|_| wrong("the header", "allowed is text in UTF-8"))?;
    Ok((text, data))
}

/// A type of integers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    signed: bool,
    bytes: usize,
    big_endian: bool,
}

impl Kind {
    fn parse(text: &str) -> Result<Self, ReadError> {
        let refused = || {
            let allowed = "the type: allowed are integers: i or u with 1, 2, 4 or 8 bytes, as <i8";
            wrong(format_args!("'{text}'"), allowed)
        };
        let (order, kind, bytes) = match text.as_bytes() {
            [order @ (b'<' | b'>' | b'|' | b'='), kind, bytes] => (*order, *kind, *bytes),
            _ => return Err(refused()),
        };
        let bytes = match bytes {
            b'1' | b'2' | b'4' | b'8' => usize::from(bytes - b'0'),
            _ => return Err(refused()),
        };
        // '|' is for types of one byte, '=' for the order of the machine, which no file states.
        if !matches!(kind, b'i' | b'u') || order == b'=' || (order == b'|' && bytes > 1) {
            return Err(refused());
        }
        Ok(Self { signed: kind == b'i', bytes, big_endian: order == b'>' })
    }

    /// The number in `self.bytes` bytes.
    fn number(self, bytes: &[u8]) -> Number {
        let shift = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let value = if self.big_endian {
            bytes.iter().fold(0, shift)
        } else {
            bytes.iter().rev().fold(0, shift)
        };
        let unused = 64 - 8 * self.bytes as u32;
        if self.signed {
            Number::Word((value << unused).cast_signed() >> unused)
        } else {
            i64::try_from(value).map_or_else(|_| Number::from(Rational::from(value)), Number::Word)
        }
    }
}

#[derive(Debug, PartialEq)]
struct Header<'a> {
    descr: &'a str,
    by_columns: bool,
    shape: Vec<u64>,
}

impl<'a> Header<'a> {
    /// A dictionary of three keys in any order, with spaces anywhere between.
    fn parse(text: &'a str) -> Result<Self, ReadError> {
        let allowed = "allowed is a dictionary with the keys descr, fortran_order and shape";
        let refused = || wrong(text.trim(), allowed);
        let mut rest = Scanner(text);
        let (mut descr, mut by_columns, mut shape) = (None, None, None);
        rest.take("{").ok_or_else(refused)?;
        while rest.take("}").is_none() {
            let key = rest.quoted().ok_or_else(refused)?;
            rest.take(":").ok_or_else(refused)?;
            let twice = match key {
                "descr" => descr.replace(rest.quoted().ok_or_else(refused)?).is_some(),
                "fortran_order" => {
                    by_columns.replace(rest.boolean().ok_or_else(refused)?).is_some()
                }
                "shape" => shape.replace(rest.shape().ok_or_else(refused)?).is_some(),
                _ => true,
            };
            if twice || (rest.take(",").is_none() && !rest.0.trim_start().starts_with('}')) {
                return Err(refused());
            }
        }
        match (descr, by_columns, shape, rest.0.trim().is_empty()) {
            (Some(descr), Some(by_columns), Some(shape), true) => {
                Ok(Self { descr, by_columns, shape })
            }
            _ => Err(refused()),
        }
    }
}

/// What is left of a header.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn take(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (inside, rest) = text[1..].split_once(quote)?;
        self.0 = rest;
        Some(inside)
    }

    fn boolean(&mut self) -> Option<bool> {
        let value = self.take("True").map(|()| true);
        value.or_else(|| self.take("False").map(|()| false))
    }

    fn shape(&mut self) -> Option<Vec<u64>> {
        self.take("(")?;
        let (inside, rest) = self.0.split_once(')')?;
        self.0 = rest;
        let inside = inside.trim();
        let inside = inside.strip_suffix(',').unwrap_or(inside);
        if inside.is_empty() {
            return Some(Vec::new());
        }
        inside.split(',').map(|n| n.trim().parse().ok()).collect()
    }
}
