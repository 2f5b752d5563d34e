//! Sparse matrices by rows.

use super::Over;
use crate::certificate::GivenMatrix;
use crate::check::matrix::Matrix;
use crate::check::ring::{Residues, Ring};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

/// The entries that are not zero, row by row, columns increasing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rows<T> {
    cols: usize,
    /// Row i is `starts[i]..starts[i + 1]` of the other two.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<T>,
}

/// A matrix over the field of a claim.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entries {
    /// Modulo a prime.
    Residues(Rows<u64>),
    /// Over Q, each row times what makes it integral.
    Integers(Rows<BigInt>),
}

impl<T> Rows<T> {
    pub(super) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn cols(&self) -> usize {
        self.cols
    }

    /// The number of entries that are not zero.
    pub(super) fn count(&self) -> usize {
        self.columns.len()
    }

    /// Columns and values of a row.
    pub(super) fn row(&self, i: usize) -> impl Iterator<Item = (usize, &T)> {
        let range = self.starts[i]..self.starts[i + 1];
        let columns = self.columns[range.clone()].iter().map(|j| *j as usize);
        columns.zip(&self.values[range])
    }

    pub(super) fn map<U>(&self, f: impl Fn(&T) -> U) -> Rows<U> {
        Rows {
            cols: self.cols,
            starts: self.starts.clone(),
            columns: self.columns.clone(),
            values: self.values.iter().map(f).collect(),
        }
    }
}

impl Rows<u64> {
    /// Row i times a vector, given at all columns.
    pub(super) fn times(&self, ring: &Residues, i: usize, vector: &[u64]) -> u64 {
        let range = self.starts[i]..self.starts[i + 1];
        let there: Vec<u64> =
            self.columns[range.clone()].iter().map(|j| vector[*j as usize]).collect();
        ring.dot(&self.values[range], &there)
    }

    /// All entries, or those in some rows and columns.
    pub(super) fn dense(&self, chosen: Option<(&[u32], &[u32])>) -> Matrix<u64> {
        let all = |n: usize| (0..n as u32).collect::<Vec<_>>();
        let (rows, cols) = chosen.map_or_else(
            || (all(self.rows()), all(self.cols)),
            |(rows, cols)| (rows.to_vec(), cols.to_vec()),
        );
        let mut place = vec![None; self.cols];
        cols.iter().enumerate().for_each(|(at, j)| place[*j as usize] = Some(at));
        let mut entries = vec![0; rows.len() * cols.len()];
        for (at, i) in rows.iter().enumerate() {
            for (j, a) in self.row(*i as usize) {
                if let Some(j) = place[j] {
                    entries[at * cols.len() + j] = *a;
                }
            }
        }
        Matrix::new(rows.len(), cols.len(), entries)
    }
}

/// Takes the entries of a matrix in their order.
pub(super) struct Builder {
    modulus: Option<u64>,
    size: (u64, u64),
    starts: Vec<usize>,
    columns: Vec<u32>,
    residues: Vec<u64>,
    integers: Vec<BigInt>,
    /// The entries of the last row, before it is made integral.
    row: Vec<BigRational>,
}

impl Builder {
    pub(super) fn new(matrix: &GivenMatrix, over: &Over) -> Self {
        let modulus = match over {
            Over::Modulo(p) => Some(*p),
            Over::Rationals => None,
        };
        Self {
            modulus,
            size: (matrix.rows, matrix.cols),
            starts: vec![0],
            columns: Vec::new(),
            residues: Vec::new(),
            integers: Vec::new(),
            row: Vec::new(),
        }
    }

    /// Adds an entry, or says what was expected and what was found.
    pub(super) fn push(
        &mut self,
        row: u64,
        col: u64,
        value: BigRational,
    ) -> Result<(), (String, String)> {
        let got = |value: &BigRational| format!("[{row},{col},{value}]");
        let (rows, cols) = self.size;
        // Rows are closed as the next one begins.
        let last = self.starts.len() as u64 - 1;
        let (begun, column) =
            (self.columns.len() > self.starts[last as usize], self.columns.last());
        let after =
            row > last || (row == last && !(begun && column.is_some_and(|c| u64::from(*c) >= col)));
        if !after || row >= rows || col >= cols {
            let expected = format!("places below {rows}, {cols}, row by row, columns increasing");
            return Err((expected, got(&value)));
        }
        match self.modulus {
            _ if value.is_zero() => return Err(("entries that are not zero".into(), got(&value))),
            Some(p) => {
                let residue = value.is_integer().then(|| value.numer().to_u64()).flatten();
                let residue = residue.filter(|n| *n < p);
                self.close(row);
                self.residues
                    .push(residue.ok_or_else(|| (format!("residues below {p}"), got(&value)))?);
            }
            None => {
                self.close(row);
                self.row.push(value);
            }
        }
        self.columns.push(col as u32); // below the columns, at most 2^24
        Ok(())
    }

    /// Ends the rows before `row`.
    fn close(&mut self, row: u64) {
        while (self.starts.len() as u64) <= row {
            let scale = self.row.iter().fold(BigInt::one(), |lcm, q| num_lcm(&lcm, q.denom()));
            let integral = self.row.drain(..).map(|q| q.numer() * (&scale / q.denom()));
            self.integers.extend(integral);
            self.starts.push(self.columns.len());
        }
    }

    pub(super) fn finish(mut self) -> Entries {
        self.close(self.size.0);
        let Self { size, starts, columns, residues, integers, .. } = self;
        let cols = usize::try_from(size.1).unwrap_or(usize::MAX);
        match self.modulus {
            Some(_) => Entries::Residues(Rows { cols, starts, columns, values: residues }),
            None => Entries::Integers(Rows { cols, starts, columns, values: integers }),
        }
    }
}

/// The least common multiple of positive numbers.
fn num_lcm(a: &BigInt, b: &BigInt) -> BigInt {
    if b.is_one() {
        return a.clone();
    }
    // a / b in lowest terms is (a / gcd) / (b / gcd).
    let ratio = BigRational::new(a.clone(), b.clone());
    a * ratio.denom()
}
