//! Files of matrices, read exactly: nothing passes through a floating-point number.
//!
//! | format | ending | what is read |
//! |---|---|---|
//! | Matrix Market | `.mtx`, `.mm` | coordinate and array; integer, pattern, and real where every value is written as an integer (`3`, `3.0`); general, symmetric, skew-symmetric. As an extension a value may be a fraction `n/d` |
//! | SMS | `.sms` | `rows cols letter`, then `row col value` from 1, then `0 0 0` |
//! | CSV | `.csv` | a row a line, all of one length; integers or fractions, no header |
//! | NPY | `.npy` | two dimensions, integers of 1 to 8 bytes, either byte order, by rows or by columns; versions 1 to 3 |
//!
//! An entry of a coordinate list may stand once: some programs add entries of one place, others keep the
//! last, so a file with two of them does not say which matrix it is.

mod delimited;
mod market;
mod npy;
mod sms;

pub use npy::Array;

use super::{Matrix, Number, ShapeError, number};
use crate::tensor::MemoryLimit;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

/// How a matrix is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Matrix Market.
    Market,
    /// The sparse format of the Sparse Integer Matrices Collection.
    Sms,
    /// Values between commas.
    Csv,
    /// An array of NumPy.
    Npy,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Market, Self::Sms, Self::Csv, Self::Npy];

    /// Its name, for people and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Sms => "sms",
            Self::Csv => "csv",
            Self::Npy => "npy",
        }
    }

    /// The format that files with this ending have.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "mtx" | "mm" => Some(Self::Market),
            "sms" => Some(Self::Sms),
            "csv" => Some(Self::Csv),
            "npy" => Some(Self::Npy),
            _ => None,
        }
    }
}

/// What is wrong in a file, and where; places from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The line, if the format has lines.
    pub line: Option<u64>,
    /// The character of the line, or of CSV the field.
    pub column: Option<u64>,
    /// What stands there.
    pub value: String,
    /// What may stand there.
    pub allowed: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            _ => {}
        }
        write!(f, "{}: {}", self.value, self.allowed)
    }
}

/// Why a file is not read as a matrix.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something in it.
    #[error("{0}")]
    Wrong(Wrong),
    /// The matrix that it would be.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl ReadError {
    /// A value that is not allowed, shown by its beginning.
    fn new(
        line: Option<u64>,
        column: Option<u64>,
        value: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        const SHOWN: usize = 60;
        let value = value.to_string();
        let mut shown: String =
            value.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if value.chars().nth(SHOWN).is_some() {
            shown.push_str("..");
        }
        Self::Wrong(Wrong { line, column, value: shown, allowed: allowed.to_string() })
    }
}

/// Reads a matrix. The whole file is held, and counts as the matrix does towards the limit.
///
/// # Errors
/// Those of reading; what the format does not allow, with its place; what passes the limit, before it is held.
pub fn read(input: impl Read, format: Format, limit: MemoryLimit) -> Result<Matrix, ReadError> {
    let mut bytes = Vec::new();
    input.take(limit.0.saturating_add(1)).read_to_end(&mut bytes)?;
    limit.check("the file", Some(bytes.len() as u64), &["memory"]).map_err(ShapeError::from)?;
    parse(&bytes, format, MemoryLimit(limit.0 - bytes.len() as u64))
}

/// [`read`], of bytes, which do not count towards the limit.
///
/// # Errors
/// As that.
///
/// ```
/// use seprank::matrix::read::{Format, parse};
/// let matrix = parse(b"1,2\n2,4\n", Format::Csv, Default::default())?;
/// assert_eq!((matrix.rows(), matrix.entries()), (2, 4));
/// # Ok::<(), seprank::matrix::read::ReadError>(())
/// ```
pub fn parse(bytes: &[u8], format: Format, limit: MemoryLimit) -> Result<Matrix, ReadError> {
    match format {
        Format::Market => market::parse(bytes, limit),
        Format::Sms => sms::parse(bytes, limit),
        Format::Csv => delimited::parse(bytes, limit),
        Format::Npy => npy::parse(bytes, limit),
    }
}

/// A word of a line, with its place.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a [u8],
    line: u64,
    column: u64,
}

impl Word<'_> {
    fn wrong(&self, allowed: impl fmt::Display) -> ReadError {
        let text = String::from_utf8_lossy(self.text);
        ReadError::new(Some(self.line), Some(self.column), text, allowed)
    }

    /// A count, at most `most`.
    fn count(&self, what: &str, most: u64) -> Result<u64, ReadError> {
        self.natural(most).ok_or_else(|| self.wrong(format_args!("{what}: allowed are 0..={most}")))
    }

    /// A position from 1 in `1..=most`, as one from 0.
    fn position(&self, what: &str, most: usize) -> Result<usize, ReadError> {
        let position = self.natural(most as u64).and_then(|n| n.checked_sub(1));
        position
            .map(|n| n as usize)
            .ok_or_else(|| self.wrong(format_args!("{what}: allowed are 1..={most}")))
    }

    fn natural(&self, most: u64) -> Option<u64> {
        number::short(self.text)
            .and_then(|n| u64::try_from(n).ok())
            .filter(|n| *n <= most && self.text[0] != b'-')
    }

    fn number(&self) -> Result<Number, ReadError> {
        Number::parse(self.text).ok_or_else(|| self.wrong(number::ALLOWED))
    }
}

/// The lines of a text that are not empty and no comments, in words.
struct Lines<'a> {
    rest: &'a [u8],
    line: u64,
    comment: Option<u8>,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8], comment: Option<u8>) -> Self {
        Self { rest: bytes, line: 0, comment }
    }

    /// The next line, if it is a short integer and nothing else: what the lines of an array are.
    fn integer(&mut self) -> Option<Number> {
        let end = self.rest.iter().take(20).position(|byte| *byte == b'\n')?;
        let word = number::short(&self.rest[..end])?;
        self.rest = &self.rest[end + 1..];
        self.line += 1;
        Some(Number::Word(word))
    }

    /// The words of the next line that has any: `N` of them.
    fn words<const N: usize>(&mut self, what: &str) -> Result<Option<[Word<'a>; N]>, ReadError> {
        while let Some(first) = self.rest.first() {
            self.line += 1;
            let comment = self.comment == Some(*first);
            let mut found = [Word { text: &[], line: self.line, column: 1 }; N];
            let (mut count, mut at) = (0, 0);
            while let Some(byte) = self.rest.get(at).filter(|byte| **byte != b'\n') {
                if byte.is_ascii_whitespace() {
                    at += 1;
                    continue;
                }
                let word = &self.rest[at..];
                let end = word.iter().position(u8::is_ascii_whitespace).unwrap_or(word.len());
                if let Some(found) = found.get_mut(count) {
                    (found.text, found.column) = (&word[..end], at as u64 + 1);
                }
                count += 1;
                at += end;
            }
            let line = &self.rest[..at];
            self.rest = self.rest.get(at + 1..).unwrap_or_default();
            if comment || count == 0 {
                continue;
            }
            if count != N {
                return Err(ReadError::new(
                    Some(self.line),
                    None,
                    String::from_utf8_lossy(line).trim(),
                    format_args!("allowed is {what}"),
                ));
            }
            return Ok(Some(found));
        }
        Ok(None)
    }

    /// The same, where there must be one.
    fn expect<const N: usize>(&mut self, what: &str) -> Result<[Word<'a>; N], ReadError> {
        let line = self.line + 1;
        self.words(what)?.ok_or_else(|| {
            ReadError::new(
                Some(line),
                None,
                "the end of the file",
                format_args!("allowed is {what}"),
            )
        })
    }

    /// Nothing but comments and empty lines is left.
    fn end(&mut self) -> Result<(), ReadError> {
        match self.words::<1>("the end of the file")? {
            None => Ok(()),
            Some([word]) => Err(word.wrong("allowed is the end of the file")),
        }
    }
}
