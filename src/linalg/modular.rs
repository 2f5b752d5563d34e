//! Rank modulo a prime, with the rows and columns of a non-zero minor.

use crate::arith::{Fp, Prime};
use nalgebra::DMatrix;

/// Rank of a matrix over F_p, and the minor that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echelon {
    /// The rank.
    pub rank: usize,
    /// Original indices of `rank` independent rows.
    pub pivot_rows: Vec<usize>,
    /// Original indices of `rank` columns; the minor on these rows and columns is not zero.
    pub pivot_cols: Vec<usize>,
}

/// Rank over F_p by Gaussian elimination with row pivoting. Cost: O(m n rank) operations in F_p.
pub fn rank_mod_p(matrix: &DMatrix<Fp>, prime: Prime) -> Echelon {
    let (rows, cols) = matrix.shape();
    let mut a: Vec<u64> = Vec::with_capacity(rows * cols);
    for i in 0..rows {
        a.extend((0..cols).map(|j| matrix[(i, j)].residue(prime)));
    }
    let mut order: Vec<usize> = (0..rows).collect();
    let mut pivot_cols = Vec::new();
    for col in 0..cols {
        let rank = pivot_cols.len();
        let Some(found) = (rank..rows).find(|&i| a[i * cols + col] != 0) else { continue };
        if found != rank {
            order.swap(found, rank);
            for j in 0..cols {
                a.swap(found * cols + j, rank * cols + j);
            }
        }
        let inverse = prime.pow_mod(a[rank * cols + col], prime.get() - 2);
        let (head, tail) = a.split_at_mut((rank + 1) * cols);
        let pivot = &head[rank * cols..];
        for row in tail.chunks_exact_mut(cols) {
            if row[col] == 0 {
                continue;
            }
            let factor = prime.get() - prime.mul_mod(row[col], inverse);
            for (x, p) in row[col..].iter_mut().zip(&pivot[col..]) {
                let sum = *x + prime.mul_mod(factor, *p); // below 2^64, as p < 2^63
                *x = if sum >= prime.get() { sum - prime.get() } else { sum };
            }
        }
        pivot_cols.push(col);
    }
    order.truncate(pivot_cols.len());
    Echelon { rank: pivot_cols.len(), pivot_rows: order, pivot_cols }
}

/// Rank of the row-major matrix `data` of residues modulo a prime below 2^26; `data` is destroyed.
pub fn rank_dense(data: &mut [f64], rows: usize, cols: usize, prime: Prime) -> Echelon {
    let m = DMatrix::from_fn(rows, cols, |i, j| Fp::from_residue(data[i * cols + j] as u64, prime));
    rank_mod_p(&m, prime)
}
