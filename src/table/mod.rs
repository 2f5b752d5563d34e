//! Tables: one file each, one registry, four formats.
//!
//! A table is computed from the seed alone, so the same seed gives the same bytes.

mod bounds_by_depth;
mod float_against_exact;
mod invariance;
mod render;
mod small_ranks;
mod statements;

pub use render::{Format, render};

use crate::bounds::{Evaluation, LogInterval};
use rug::Integer;

/// One entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// An integer, exactly.
    Integer(Integer),
    /// A positive number too long to write, by an interval that contains its log10.
    Log10(f64, f64),
    /// Nothing to say.
    Missing,
}

impl Cell {
    /// Integers of at most this many digits are written out.
    const LONGEST: usize = 15;

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

    fn logarithm(log: Option<LogInterval>) -> Self {
        log.and_then(|l| l.log10()).map_or(Self::Missing, |[lo, hi]| Self::Log10(lo, hi))
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// A computed table.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Column headings.
    pub columns: Vec<&'static str>,
    /// Rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
}

/// A table of the paper's appendix.
pub trait Table: Sync {
    /// A stable identifier, also the file name.
    fn id(&self) -> &'static str;
    /// The caption: what is shown, and its scope.
    fn caption(&self) -> &'static str;
    /// Computes the rows.
    fn build(&self, seed: u64) -> Data;
}

inventory::collect!(&'static dyn Table);

/// All tables, ordered by id.
pub fn all() -> Vec<&'static dyn Table> {
    let mut list: Vec<_> = inventory::iter::<&'static dyn Table>.into_iter().copied().collect();
    list.sort_by_key(|t| t.id());
    list
}
