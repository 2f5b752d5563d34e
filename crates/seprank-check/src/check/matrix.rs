//! Dense matrices and schoolbook elimination.

use super::progress::advance;
use super::ring::{Residues, Ring};
use std::sync::OnceLock;

/// The size of a matrix that is held, or the index of one of its entries: below the limits of
/// [`super::problem::Problem::affordable`].
pub(super) fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The order of a minor that is eliminated is at most this.
pub(super) const MAX_ELIMINATED: u64 = 8192;

/// A matrix, stored by rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matrix<E> {
    pub(super) rows: usize,
    pub(super) cols: usize,
    entries: Vec<E>,
}

impl<E: Clone> Matrix<E> {
    /// `entries` has rows * cols elements, by rows.
    pub(super) fn new(rows: usize, cols: usize, entries: Vec<E>) -> Self {
        debug_assert_eq!(entries.len(), rows * cols);
        Self { rows, cols, entries }
    }

    pub(super) fn from_fn(rows: usize, cols: usize, f: impl Fn(usize, usize) -> E) -> Self {
        let mut entries = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            entries.extend((0..cols).map(|j| f(i, j)));
        }
        Self::new(rows, cols, entries)
    }

    pub(super) fn get(&self, row: usize, col: usize) -> &E {
        &self.entries[row * self.cols + col]
    }

    /// The entries, by rows.
    pub(super) fn entries(&self) -> &[E] {
        &self.entries
    }

    pub(super) fn row(&self, row: usize) -> &[E] {
        &self.entries[row * self.cols..(row + 1) * self.cols]
    }

    pub(super) fn transpose(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self.get(j, i).clone())
    }

    pub(super) fn map<F: Clone>(&self, f: impl Fn(&E) -> F) -> Matrix<F> {
        Matrix::new(self.rows, self.cols, self.entries.iter().map(f).collect())
    }
}

/// A B. Cost: one multiplication for each row of A, column of B and index between.
pub(super) fn multiply<R: Ring>(
    ring: &R,
    a: &Matrix<R::Element>,
    b: &Matrix<R::Element>,
) -> Matrix<R::Element> {
    ring.product(a, b, &OnceLock::new())
}

/// A B by its definition.
pub(super) fn by_dots<R: Ring + ?Sized>(
    ring: &R,
    a: &Matrix<R::Element>,
    b: &Matrix<R::Element>,
) -> Matrix<R::Element> {
    debug_assert_eq!(a.cols, b.rows);
    let columns = b.transpose();
    Matrix::from_fn(a.rows, b.cols, |i, j| ring.dot(a.row(i), columns.row(j)))
}

/// A + B.
pub(super) fn add<R: Ring>(
    ring: &R,
    a: &Matrix<R::Element>,
    b: &Matrix<R::Element>,
) -> Matrix<R::Element> {
    debug_assert_eq!((a.rows, a.cols), (b.rows, b.cols));
    let sums = a.entries.iter().zip(&b.entries).map(|(x, y)| ring.add(x, y));
    Matrix::new(a.rows, a.cols, sums.collect())
}

/// Steps of [`rank`] for a matrix of that size.
pub(super) fn elimination(rows: usize, cols: usize) -> u64 {
    (0..cols).map(|col| at_column(rows, cols, col)).fold(0, u64::saturating_add)
}

/// Those for one of its columns.
fn at_column(rows: usize, cols: usize, col: usize) -> u64 {
    rows.saturating_sub(col) as u64 * (cols - col) as u64
}

/// The rank modulo p, by Gaussian elimination.
pub(super) fn rank(ring: &Residues, mut a: Matrix<u64>) -> usize {
    let cols = a.cols;
    let mut rank = 0;
    for col in 0..cols {
        advance(at_column(a.rows, cols, col));
        let Some(pivot) = (rank..a.rows).find(|&i| *a.get(i, col) != 0) else { continue };
        for j in col..cols {
            a.entries.swap(pivot * cols + j, rank * cols + j);
        }
        let inverse = ring.invert(*a.get(rank, col));
        let (done, rest) = a.entries.split_at_mut((rank + 1) * cols);
        let lead = &done[rank * cols + col..];
        for row in rest.chunks_exact_mut(cols) {
            let factor = ring.multiply(&row[col], &inverse);
            for (x, y) in row[col..].iter_mut().zip(lead) {
                *x = ring.subtract_multiple(*x, factor, *y);
            }
        }
        rank += 1;
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest size of a non-zero minor, by expanding determinants.
    fn rank_by_minors(p: u64, a: &Matrix<u64>) -> usize {
        fn determinant(p: u64, rows: &[Vec<u64>]) -> u64 {
            let Some(first) = rows.first() else { return 1 % p };
            first.iter().enumerate().fold(0, |sum, (j, x)| {
                let minor: Vec<Vec<u64>> =
                    rows[1..].iter().map(|r| [&r[..j], &r[j + 1..]].concat()).collect();
                let term = x * determinant(p, &minor) % p;
                (sum + if j % 2 == 0 { term } else { p - term }) % p
            })
        }
        let subsets =
            |n: usize| (0..1usize << n).map(move |s| (0..n).filter(move |i| s >> i & 1 == 1));
        let mut best = 0;
        for rows in subsets(a.rows) {
            let rows: Vec<usize> = rows.collect();
            for cols in subsets(a.cols).filter(|c| c.clone().count() == rows.len()) {
                let cols: Vec<usize> = cols.collect();
                let minor: Vec<Vec<u64>> =
                    rows.iter().map(|&i| cols.iter().map(|&j| *a.get(i, j)).collect()).collect();
                if determinant(p, &minor) != 0 {
                    best = best.max(rows.len());
                }
            }
        }
        best
    }

    #[test]
    fn rank_is_the_largest_minor() {
        let mut seed = 1u64;
        for (rows, cols) in [(0, 0), (0, 3), (1, 1), (2, 3), (3, 3), (4, 3), (4, 4)] {
            for _ in 0..60 {
                let a = Matrix::from_fn(rows, cols, |_, _| ()).map(|()| 0u64);
                let entries = (0..a.entries.len()).map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 33) % 3
                });
                let a = Matrix::new(rows, cols, entries.collect());
                assert_eq!(rank(&Residues::new(3), a.clone()), rank_by_minors(3, &a), "{a:?}");
            }
        }
    }
}
