//! Matrices of integers or rationals that somebody else wrote down: reading them, and their rank.
//!
//! | file | what it holds |
//! |---|---|
//! | `read` | one file a format: Matrix Market, SMS, CSV, NPY, each read exactly |
//! | `eliminate` | the minor modulo a prime, and solutions with it; sparse rows first, dense on what is left |
//! | `cover` | rows and columns that hold every entry, which bound the rank |
//! | `rank` | the rank over Q or modulo a prime, with what it rests on |
//! | `kernel` | a basis of the kernel, which proves the rank too |
//! | `certificate` | its certificate |
//! | `side_file` | the matrix as a file that its certificate names |
//! | `write` | a matrix in the formats that are read |
//!
//! A [`Matrix`] holds its non-zero entries by rows, whether there are many or few.

mod builder;
mod certificate;
mod cover;
mod eliminate;
mod kernel;
mod number;
mod rank;
pub mod read;
mod side_file;
mod write;

pub use builder::Builder;
pub use certificate::MatrixCertificate;
pub use cover::Cover;
pub use kernel::Kernel;
pub use number::Number;
pub use rank::{MatrixRank, Over, Part, RankError, Request, Upper};
pub use side_file::SideFile;
pub use write::WriteError;

use crate::arith::Prime;
use crate::tensor::TooLarge;
use rug::{Integer, Rational};
use std::borrow::Cow;

/// A matrix has at most so many rows, and so many columns.
pub const MAX_SIDE: u64 = 1 << 24;

/// A matrix of rationals: its non-zero entries, row by row, columns increasing.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    cols: usize,
    /// Row i is `starts[i]..starts[i + 1]` of the other two.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Values,
}

/// All values of a matrix, in order.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    Words(Vec<i64>),
    Rationals(Vec<Rational>),
}

/// Why a list of entries makes no matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Too many rows or columns.
    #[error("{rows} x {cols}: allowed are at most {MAX_SIDE} rows and columns")]
    Side {
        /// Rows asked for.
        rows: u64,
        /// Columns asked for.
        cols: u64,
    },
    /// It does not fit the limit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// An entry that stands twice; places from 1.
    #[error("row {row}, column {col} has two entries: allowed is one")]
    Twice {
        /// Its row.
        row: u64,
        /// Its column.
        col: u64,
    },
}

/// A prime that divides a denominator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "row {row}, column {col}: {value} has no residue modulo {prime}: allowed are denominators that the prime does not divide"
)]
pub struct NoResidue {
    /// Row, from 1.
    pub row: u64,
    /// Column, from 1.
    pub col: u64,
    /// The entry.
    pub value: Rational,
    /// The prime.
    pub prime: Prime,
}

impl Matrix {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Number of entries that are not zero.
    pub fn entries(&self) -> usize {
        self.columns.len()
    }

    /// The columns of the entries of row i, increasing.
    pub fn columns(&self, row: usize) -> &[u32] {
        &self.columns[self.starts[row]..self.starts[row + 1]]
    }

    /// The entries, places from 0: `(row, column, value)`, row by row, fractions in lowest terms.
    pub fn triples(&self) -> impl Iterator<Item = (usize, u32, Number)> {
        (0..self.rows()).flat_map(move |i| {
            (self.starts[i]..self.starts[i + 1])
                .map(move |at| (i, self.columns[at], self.number(at)))
        })
    }

    fn number(&self, at: usize) -> Number {
        match &self.values {
            Values::Words(list) => Number::Word(list[at]),
            Values::Rationals(list) => Number::from(list[at].clone()),
        }
    }

    /// The matrix of integers whose rows are the rows of this one times the least number that makes them
    /// integral: it has the same rank over Q.
    pub fn cleared(&self) -> Cow<'_, Self> {
        let Values::Rationals(list) = &self.values else { return Cow::Borrowed(self) };
        if list.iter().all(|x| *x.denom() == 1) {
            return Cow::Borrowed(self);
        }
        let mut list = list.clone();
        for ends in self.starts.windows(2) {
            let row = &mut list[ends[0]..ends[1]];
            let scale = row.iter().fold(Integer::from(1), |lcm, x| lcm.lcm(x.denom()));
            row.iter_mut().for_each(|x| *x *= &scale);
        }
        Cow::Owned(Self { values: Values::Rationals(list), ..self.clone() })
    }

    /// The values modulo a prime, in order.
    ///
    /// # Errors
    /// A denominator that the prime divides.
    pub fn residues(&self, prime: Prime) -> Result<Vec<u64>, NoResidue> {
        match &self.values {
            Values::Words(list) => Ok(list.iter().map(|x| prime.reduce(*x)).collect()),
            Values::Rationals(list) => {
                let residue = |(at, x): (usize, &Rational)| {
                    let of = |n: &Integer| n.mod_u64(prime.get());
                    let denominator = of(x.denom());
                    if denominator == 0 {
                        return Err(self.no_residue(at, x, prime));
                    }
                    let inverse = prime.pow_mod(denominator, prime.get() - 2);
                    Ok(prime.mul_mod(of(x.numer()), inverse))
                };
                list.iter().enumerate().map(residue).collect()
            }
        }
    }

    fn no_residue(&self, at: usize, value: &Rational, prime: Prime) -> NoResidue {
        let row = self.starts.partition_point(|start| *start <= at) as u64;
        let col = u64::from(self.columns[at]) + 1;
        NoResidue { row, col, value: value.clone(), prime }
    }

    /// The matrix of residues, without those that are zero.
    ///
    /// # Errors
    /// A denominator that the prime divides.
    pub fn reduced(&self, prime: Prime) -> Result<Cow<'_, Self>, NoResidue> {
        let below = |x: &i64| u64::try_from(*x).is_ok_and(|x| x < prime.get());
        if matches!(&self.values, Values::Words(list) if list.iter().all(below)) {
            return Ok(Cow::Borrowed(self));
        }
        let residues = self.residues(prime)?;
        let mut reduced = Self {
            cols: self.cols,
            starts: vec![0],
            columns: Vec::new(),
            values: Values::Words(Vec::new()),
        };
        let mut words = Vec::with_capacity(residues.len());
        for ends in self.starts.windows(2) {
            for at in (ends[0]..ends[1]).filter(|at| residues[*at] != 0) {
                reduced.columns.push(self.columns[at]);
                words.push(residues[at].cast_signed()); // below 2^63
            }
            reduced.starts.push(words.len());
        }
        reduced.values = Values::Words(words);
        Ok(Cow::Owned(reduced))
    }

    /// The matrix of some rows and columns, both increasing.
    pub(crate) fn select(&self, rows: &[u32], cols: &[u32]) -> Self {
        let mut place = vec![None; self.cols];
        cols.iter().enumerate().for_each(|(at, j)| place[*j as usize] = Some(at as u32));
        let mut kept = Vec::new();
        let (mut starts, mut columns) = (vec![0], Vec::new());
        for row in rows {
            for at in self.starts[*row as usize]..self.starts[*row as usize + 1] {
                if let Some(col) = place[self.columns[at] as usize] {
                    columns.push(col);
                    kept.push(at);
                }
            }
            starts.push(kept.len());
        }
        let values = match &self.values {
            Values::Words(list) => Values::Words(kept.iter().map(|at| list[*at]).collect()),
            Values::Rationals(list) => {
                Values::Rationals(kept.iter().map(|at| list[*at].clone()).collect())
            }
        };
        Self { cols: cols.len(), starts, columns, values }
    }

    /// Row i, of these residues, times a vector of residues.
    pub(crate) fn row_times(
        &self,
        i: usize,
        residues: &[u64],
        vector: &[u64],
        prime: Prime,
    ) -> u64 {
        let range = self.starts[i]..self.starts[i + 1];
        let p = u128::from(prime.get());
        let terms = self.columns[range.clone()].iter().zip(&residues[range]);
        let mut sum = 0u128;
        for (j, x) in terms {
            // A product is below 2^126, and so is what is left of the sum.
            sum += u128::from(*x) * u128::from(vector[*j as usize]);
            if sum >> 126 != 0 {
                sum %= p;
            }
        }
        (sum % p) as u64
    }

    /// Bits of the sum of the squares of a row of integers.
    pub(crate) fn square_bits(&self, row: usize) -> u64 {
        let range = self.starts[row]..self.starts[row + 1];
        let sum: Integer = match &self.values {
            Values::Words(list) => list[range].iter().map(|x| Integer::from(*x).square()).sum(),
            Values::Rationals(list) => {
                list[range].iter().map(|x| Integer::from(x.numer().square_ref())).sum()
            }
        };
        u64::from(sum.significant_bits())
    }

    /// Bits of numerator and denominator together, the most of any entry.
    pub(crate) fn largest_bits(&self) -> u32 {
        match &self.values {
            Values::Words(list) => {
                list.iter().map(|x| u64::BITS - x.unsigned_abs().leading_zeros()).max().unwrap_or(0)
            }
            Values::Rationals(list) => {
                let bits = |x: &Rational| {
                    x.numer().significant_bits().saturating_add(x.denom().significant_bits() - 1)
                };
                list.iter().map(bits).max().unwrap_or(0)
            }
        }
    }

    /// The entries of a matrix of integers, zeros too, by rows. `None` if one is no integer.
    pub(crate) fn integers(&self) -> Option<nalgebra::DMatrix<Integer>> {
        let mut dense = nalgebra::DMatrix::from_element(self.rows(), self.cols, Integer::new());
        for (i, j, value) in self.triples() {
            dense[(i, j as usize)] = value.into_integer()?;
        }
        Some(dense)
    }
}

/// The residue of an integer below a word.
trait ModWord {
    fn mod_u64(&self, modulus: u64) -> u64;
}

impl ModWord for Integer {
    fn mod_u64(&self, modulus: u64) -> u64 {
        Integer::from(self.modulo_ref(&Integer::from(modulus))).to_u64().unwrap_or(0)
    }
}
