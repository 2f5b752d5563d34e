//! QR decomposition with column pivoting over MPFR floats, as far as it reveals the rank.
//!
//! Businger and Golub 1965, by modified Gram-Schmidt: the longest remaining column is made a unit
//! vector and taken out of the others. Their lengths, the diagonal of R, do not increase. Singular
//! values would cost tens of times as much and show the same gap.

use crate::arith::BigFloat;
use nalgebra::DMatrix;
use rug::{Assign, Float};

/// The diagonal of R of an m x n matrix, decreasing but for rounding, up to the first entry that is not above
/// `tolerance` times the first.
///
/// Cost: at most 2 m n r multiply-adds for r such entries.
pub fn diagonal_of_r(matrix: &DMatrix<BigFloat>, tolerance: f64) -> Vec<f64> {
    let columns = matrix.column_iter();
    let columns: Vec<Vec<Float>> =
        columns.map(|c| c.iter().map(|x| x.as_rug().clone()).collect()).collect();
    let precision = columns.iter().flatten().map(Float::prec).max().unwrap_or(64);
    let mut work = Work(Float::new(precision));
    let mut columns: Vec<Column> =
        columns.into_iter().map(|entries| Column::new(entries, &mut work)).collect();
    let mut diagonal: Vec<f64> = Vec::new();
    let mut first: Option<Float> = None;
    for _ in 0..matrix.nrows().min(matrix.ncols()) {
        let longer = |a: usize, b: usize| if columns[b].square > columns[a].square { b } else { a };
        let Some(longest) = (0..columns.len()).reduce(longer) else { break };
        let mut unit = columns.swap_remove(longest).entries;
        let length = work.dot(&unit, &unit).sqrt();
        diagonal.push(length.to_f64());
        let first = first.get_or_insert_with(|| length.clone());
        if length <= Float::with_val(precision, &*first * tolerance) {
            break;
        }
        unit.iter_mut().for_each(|x| *x /= &length);
        columns.iter_mut().for_each(|column| column.take_out(&unit, &mut work));
    }
    diagonal
}

/// What is left of a column.
struct Column {
    entries: Vec<Float>,
    /// The square of its length: what was summed, less the squares of what was taken out since.
    square: Float,
    /// What was summed.
    summed: Float,
}

impl Column {
    fn new(entries: Vec<Float>, work: &mut Work) -> Self {
        let square = work.dot(&entries, &entries);
        Self { entries, summed: square.clone(), square }
    }

    /// Takes out its share of a unit vector.
    fn take_out(&mut self, unit: &[Float], work: &mut Work) {
        let share = work.dot(unit, &self.entries);
        let Work(product) = work;
        for (x, q) in self.entries.iter_mut().zip(unit) {
            product.assign(&share * q);
            *x -= &*product;
        }
        self.square -= share.square();
        // Half of the bits are lost to cancellation: the other half still tells columns apart.
        let precision = self.square.prec();
        if self.square <= Float::with_val(precision, &self.summed >> (precision / 2)) {
            self.square = work.dot(&self.entries, &self.entries);
            self.summed.assign(&self.square);
        }
    }
}

/// Room for a product. A product and a sum of one precision, each rounded, take a third of the time of a fused
/// one.
struct Work(Float);

impl Work {
    fn dot(&mut self, x: &[Float], y: &[Float]) -> Float {
        let Self(product) = self;
        let mut sum = Float::new(product.prec());
        for (x, y) in x.iter().zip(y) {
            product.assign(x * y);
            sum += &*product;
        }
        sum
    }
}
