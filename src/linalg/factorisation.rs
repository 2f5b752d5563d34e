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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each condition fails alone: the shape, the indices, the product.
    #[test]
    fn a_factorisation_that_is_wrong_in_one_point_is_refused() {
        let m = DMatrix::from_row_slice(3, 2, &[1, 2, 2, 4, 3, 6].map(Integer::from));
        let good = RowFactorisation::new(&m, &crate::linalg::rank_bareiss(&m));
        assert!(good.verifies(&m));
        let mut bad = good.clone();
        bad.coefficients[(2, 0)] += 1;
        assert!(!bad.verifies(&m));
        assert!(!RowFactorisation { pivot_rows: vec![3], ..good.clone() }.verifies(&m));
        assert!(!RowFactorisation { pivot_rows: vec![0, 1], ..good.clone() }.verifies(&m));
        assert!(!good.verifies(&m.rows(0, 2).into_owned()));
    }
}
