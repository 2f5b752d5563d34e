//! A matrix in the formats that are read, [`Format`].

use super::read::Format;
use super::{Matrix, Values};
use crate::tensor::{MemoryLimit, TooLarge};
use std::io::Write;

/// Why a matrix is not written in a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// It does not fit the limit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// NPY has no such entries.
    #[error("an entry is no integer of 64 bits, as NPY holds: allowed are the other formats")]
    Wide,
    /// There is nothing to read again.
    #[error("a matrix without rows or columns: allowed is one with entries")]
    Empty,
}

impl Matrix {
    /// The bytes of the file; [`read::parse`](super::read::parse) takes them back to the same matrix.
    ///
    /// # Errors
    /// [`WriteError`].
    ///
    /// ```
    /// use seprank::matrix::read::{Format, parse};
    /// let matrix = parse(b"1,0\n0,2/3\n", Format::Csv, Default::default())?;
    /// let bytes = matrix.written(Format::Market, Default::default())?;
    /// assert_eq!(parse(&bytes, Format::Market, Default::default())?, matrix);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn written(&self, format: Format, limit: MemoryLimit) -> Result<Vec<u8>, WriteError> {
        if self.rows() == 0 || self.cols == 0 {
            return Err(WriteError::Empty);
        }
        let cells = self.rows() as u64 * self.cols as u64; // at most 2^48
        // Two places of eight digits, a sign, a bar and three ends, at most.
        let lines = self.entries() as u64 * (22 + u64::from(self.largest_bits()) / 3);
        let needed = match format {
            Format::Market | Format::Sms => lines + 64,
            Format::Csv => lines + 2 * cells,
            Format::Npy => 8 * cells + 128,
        };
        limit.check("the file of the matrix", Some(needed), &["memory"])?;
        Ok(match (format, &self.values) {
            (Format::Market, _) => self.to_market(),
            (Format::Sms, _) => self.to_sms(),
            (Format::Csv, _) => self.to_csv(),
            (Format::Npy, Values::Words(list)) => self.to_npy(list),
            (Format::Npy, Values::Rationals(list)) => {
                let words: Option<Vec<i64>> =
                    list.iter().map(|x| x.numer().to_i64().filter(|_| *x.denom() == 1)).collect();
                self.to_npy(&words.ok_or(WriteError::Wide)?)
            }
        })
    }

    fn to_market(&self) -> Vec<u8> {
        let (rows, cols, entries) = (self.rows(), self.cols, self.entries());
        let mut bytes =
            format!("%%MatrixMarket matrix coordinate integer general\n{rows} {cols} {entries}\n")
                .into_bytes();
        for (i, j, value) in self.triples() {
            push(&mut bytes, format_args!("{} {} {value}\n", i + 1, j + 1));
        }
        bytes
    }

    fn to_csv(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for row in 0..self.rows() {
            let mut entries = (self.starts[row]..).zip(self.columns(row)).peekable();
            for col in 0..self.cols as u32 {
                let end = if col + 1 < self.cols as u32 { "," } else { "\n" };
                match entries.next_if(|(_, j)| **j == col) {
                    Some((at, _)) => push(&mut bytes, format_args!("{}{end}", self.number(at))),
                    None => push(&mut bytes, format_args!("0{end}")),
                }
            }
        }
        bytes
    }
}

fn push(bytes: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    bytes.write_fmt(text).expect("a list of bytes takes them");
}
