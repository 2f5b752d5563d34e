//! The entries of a table.

use crate::bounds::{Evaluation, Half, LogInterval};
use rug::Integer;

/// One entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, with mathematics between dollars ([`super::words`]).
    Text(String),
    /// An integer, exactly.
    Integer(Integer),
    /// A positive number too long to write, by an interval that contains its log10.
    Log10([f64; 2]),
    /// A number, by an interval that contains it.
    Real([f64; 2]),
    /// A measured number, of which two digits matter.
    Measured(f64),
    /// Nothing to say.
    Missing,
}

impl Cell {
    /// Integers of at most this many digits are written out.
    const LONGEST: usize = 20;

    /// An integer, or its logarithm if it is long.
    pub fn number(value: Option<Integer>) -> Self {
        match value {
            None => Self::Missing,
            Some(v) if v.to_string().len() <= Self::LONGEST => Self::Integer(v),
            Some(v) => Self::logarithm(LogInterval::of(&v)),
        }
    }

    /// A bound's value, or its logarithm if it is long or cannot be written.
    pub fn evaluation(e: &Evaluation) -> Self {
        match &e.value {
            Some(value) => Self::number(Some(value.clone())),
            None => Self::logarithm(e.log.clone()),
        }
    }

    /// The value of one side of a gap and its id.
    pub fn half(half: Option<&Half>) -> [Self; 2] {
        let Some(half) = half else { return [Self::Missing, Self::Missing] };
        let value = match &half.value {
            Some(value) => Self::number(Some(value.clone())),
            None => Self::logarithm(half.log.clone()),
        };
        [value, half.id().into()]
    }

    /// The logarithm alone, also of a number that could be written.
    pub fn logarithm(log: Option<LogInterval>) -> Self {
        log.and_then(|l| l.log10()).map_or(Self::Missing, Self::Log10)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Self {
        Self::Integer(n.into())
    }
}

impl From<usize> for Cell {
    fn from(n: usize) -> Self {
        Self::Integer(n.into())
    }
}
