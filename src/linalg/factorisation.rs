//! Rank factorisations over Q: certificates of an upper bound on the rank.

use super::Echelon;
use nalgebra::DMatrix;
use rug::{Integer, Rational};

/// `M = C M[pivot_rows, :]` over Q, so rank M is at most the number of pivot rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFactorisation {
    /// The rows of M that span all of them.
    pub pivot_rows: Vec<usize>,
    /// The m x r matrix C.
    pub coefficients: DMatrix<Rational>,
}

impl RowFactorisation {
    /// Solves for C on the columns of the minor, by elimination over Q. It verifies if and only if the
    /// rank over Q is that of the minor. Cost: O(r^2 (r + m)) rational operations; for certificates,
    /// not for finding a rank.
    pub fn new(matrix: &DMatrix<Integer>, minor: &Echelon) -> Self {
        let coefficients = solve_rows(matrix, minor, matrix.nrows());
        Self { pivot_rows: minor.pivot_rows.clone(), coefficients }
    }

    /// Whether `M = C M[pivot_rows, :]` holds exactly. Cost: m n r rational operations.
    pub fn verifies(&self, matrix: &DMatrix<Integer>) -> bool {
        let (rows, cols) = matrix.shape();
        self.coefficients.shape() == (rows, self.pivot_rows.len())
            && self.pivot_rows.iter().all(|&i| i < rows)
            && (0..rows).all(|i| {
                (0..cols).all(|j| {
                    let mut sum = Rational::new();
                    for (k, &row) in self.pivot_rows.iter().enumerate() {
                        sum += Rational::from(&self.coefficients[(i, k)] * &matrix[(row, j)]);
                    }
                    sum == matrix[(i, j)]
                })
            })
    }
}

/// C with `C P = M[:, pivot_cols]`, P the minor: by elimination over Q.
fn solve_rows(matrix: &DMatrix<Integer>, minor: &Echelon, rows: usize) -> DMatrix<Rational> {
    let r = minor.rank;
    // Columns of the transposed system: P^T C^T = M[:, pivot_cols]^T, as an r x (r + rows) array.
    let mut a = DMatrix::from_fn(r, r + rows, |i, j| {
        let row = if j < r { minor.pivot_rows[j] } else { j - r };
        Rational::from(&matrix[(row, minor.pivot_cols[i])])
    });
    for k in 0..r {
        let Some(found) = (k..r).find(|&i| !a[(i, k)].is_zero()) else { continue };
        a.swap_rows(found, k);
        let inverse = a[(k, k)].clone().recip();
        for j in k..r + rows {
            a[(k, j)] *= &inverse;
        }
        for i in (0..r).filter(|&i| i != k) {
            let factor = std::mem::take(&mut a[(i, k)]);
            if factor.is_zero() {
                continue;
            }
            for j in k + 1..r + rows {
                let product = Rational::from(&factor * &a[(k, j)]);
                a[(i, j)] -= product;
            }
        }
    }
    DMatrix::from_fn(rows, r, |i, k| a[(k, r + i)].clone())
}
