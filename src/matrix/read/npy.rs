//! NPY: arrays of NumPy; [`crate::npy`] reads the header.

use super::ReadError;
use crate::matrix::{Builder, MAX_SIDE, Matrix, Number};
use crate::npy::{self, Header};
use crate::tensor::MemoryLimit;
use rug::Rational;

fn wrong(value: impl std::fmt::Display, allowed: impl std::fmt::Display) -> ReadError {
    ReadError::new(None, None, value, allowed)
}

impl From<npy::HeaderError> for ReadError {
    fn from(npy::HeaderError { value, allowed }: npy::HeaderError) -> Self {
        wrong(value, allowed)
    }
}

pub(super) fn parse(bytes: &[u8], limit: MemoryLimit) -> Result<Matrix, ReadError> {
    let (Header { descr, by_columns, shape }, data) = npy::split(bytes)?;
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
        let (Header { descr, by_columns, shape }, data) = npy::split(bytes)?;
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
