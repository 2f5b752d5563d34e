//! QR decomposition with column pivoting over MPFR floats, as far as it reveals the rank.
//!
//! Businger and Golub 1965, by modified Gram-Schmidt: the longest remaining column is made a unit
//! vector and taken out of the others. Their lengths, the diagonal of R, do not increase. Singular
//! values would cost tens of times as much and show the same gap.

use crate::arith::BigFloat;
use nalgebra::DMatrix;
use rug::Float;

/// The diagonal of R of an m x n matrix, decreasing, up to the first entry that is not above
/// `tolerance` times the first.
///
/// Cost: O(m n r) operations for r such entries.
pub fn diagonal_of_r(matrix: &DMatrix<BigFloat>, tolerance: f64) -> Vec<f64> {
    let mut columns: Vec<Vec<Float>> =
        matrix.column_iter().map(|c| c.iter().map(|x| x.as_rug().clone()).collect()).collect();
    let precision = columns.iter().flatten().map(Float::prec).max().unwrap_or(64);
    let mut diagonal: Vec<f64> = Vec::new();
    let mut first: Option<Float> = None;
    for _ in 0..matrix.nrows().min(matrix.ncols()) {
        let squares: Vec<Float> = columns.iter().map(|c| dot(c, c, precision)).collect();
        let longest = (0..squares.len()).reduce(|a, b| if squares[b] > squares[a] { b } else { a });
        let Some(longest) = longest else { break };
        let length = squares[longest].clone().sqrt();
        diagonal.push(length.to_f64());
        let first = first.get_or_insert_with(|| length.clone());
        if length <= Float::with_val(precision, &*first * tolerance) {
            break;
        }
        let mut unit = columns.swap_remove(longest);
        unit.iter_mut().for_each(|x| *x /= &length);
        for column in &mut columns {
            let share = dot(&unit, column, precision);
            column.iter_mut().zip(&unit).for_each(|(x, q)| *x -= &share * q);
        }
    }
    diagonal
}

fn dot(x: &[Float], y: &[Float], precision: u32) -> Float {
    let mut sum = Float::new(precision);
    x.iter().zip(y).for_each(|(x, y)| sum += x * y);
    sum
}
