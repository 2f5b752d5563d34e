//! The minor of a matrix modulo a prime, and solutions with it.
//!
//! Where few entries are not zero, sparse rows are eliminated first (`sparse`); what is left is eliminated as a
//! dense matrix (`linalg`). Both keep what it takes to solve with the minor: together they are its factors.

mod sparse;

use super::Matrix;
use crate::arith::Prime;
use crate::linalg::{Echelon, rank_dense, rank_of_residues, solve_minor, solve_mod_p};
use crate::stop::NEVER;
use crate::tensor::{MemoryLimit, TooLarge};
use sparse::{Done, multiply};

/// A matrix with fewer entries is eliminated as a dense one.
const SMALL: u64 = 1 << 16;

/// Of a sparse matrix at most one entry in so many is not zero.
const SPARSE: u64 = 10;

/// Primes below are those of the floating-point kernels.
const WORD_LIMIT: u64 = 1 << 26;

/// An eliminated matrix.
#[derive(Clone, Debug)]
pub(super) struct Eliminated {
    prime: Prime,
    size: (usize, usize),
    done: Done,
    core: Core,
    /// Rows of the minor, increasing.
    pub(super) rows: Vec<u32>,
    /// Columns of the minor, increasing.
    pub(super) cols: Vec<u32>,
}

/// The part that was eliminated as a dense matrix.
#[derive(Clone, Debug)]
struct Core {
    /// Its rows of the minor, in the order of the elimination.
    rows: Vec<u32>,
    /// Its columns of the minor.
    cols: Vec<u32>,
    factors: CoreFactors,
}

#[derive(Clone, Debug)]
enum CoreFactors {
    /// What the elimination left, by rows of so many columns, and what it found.
    Word(Vec<f64>, usize, Echelon),
    /// The minor itself, by rows: it is eliminated again with the right-hand sides.
    Wide(Vec<u64>),
}

/// The x with `matrix x = b`, for a square matrix that is not singular modulo the prime. Nothing if it is.
///
/// # Errors
/// What is held would pass the limit.
pub(super) fn solve(
    matrix: &Matrix,
    values: &[u64],
    b: &[u64],
    prime: Prime,
    limit: MemoryLimit,
) -> Result<Option<Vec<u64>>, TooLarge> {
    let n = matrix.rows();
    if is_sparse(matrix) || prime.get() < WORD_LIMIT {
        let eliminated = Eliminated::new(matrix, values, prime, limit)?;
        let whole = eliminated.rank() == n;
        return Ok(whole.then(|| eliminated.solve(&[b.to_vec()]).pop()).flatten());
    }
    limit.check("the dense matrix", Some(8 * n as u64 * (n as u64 + 1)), &["memory"])?;
    let mut data = vec![0; n * (n + 1)];
    for (i, line) in data.chunks_exact_mut(n + 1).enumerate() {
        let range = matrix.starts[i]..matrix.starts[i + 1];
        matrix.columns(i).iter().zip(&values[range]).for_each(|(j, x)| line[*j as usize] = *x);
        line[n] = b[i];
    }
    Ok(solve_mod_p(data, n, 1, prime))
}

/// Whether few of the entries are not zero.
pub(super) fn is_sparse(matrix: &Matrix) -> bool {
    let size = matrix.rows() as u64 * matrix.cols() as u64; // below 2^48
    size > SMALL && matrix.entries() as u64 * SPARSE <= size
}

impl Eliminated {
    /// Eliminates the matrix of these residues, one for each entry. Cost: at most O(m n r).
    ///
    /// # Errors
    /// What is held would pass the limit.
    pub(super) fn new(
        matrix: &Matrix,
        values: &[u64],
        prime: Prime,
        limit: MemoryLimit,
    ) -> Result<Self, TooLarge> {
        let (done, core) = if is_sparse(matrix) {
            let (done, rest) = sparse::eliminate(matrix, values, prime, limit)?;
            // The columns that are left, numbered.
            let mut number = vec![usize::MAX; matrix.cols()];
            rest.iter().flat_map(|(_, row)| row).for_each(|(j, _)| number[*j as usize] = 0);
            let cols: Vec<u32> =
                (0..matrix.cols() as u32).filter(|j| number[*j as usize] == 0).collect();
            cols.iter().enumerate().for_each(|(at, j)| number[*j as usize] = at);
            let rows = rest.iter().map(|(row, _)| *row).collect();
            let row = |i: usize| rest[i].1.iter().map(|(j, x)| (number[*j as usize], *x));
            (done, Core::new(rows, cols, row, prime, limit)?)
        } else {
            let [rows, cols] = [matrix.rows(), matrix.cols()].map(|n| (0..n as u32).collect());
            let row = |i: usize| {
                let values = &values[matrix.starts[i]..matrix.starts[i + 1]];
                matrix.columns(i).iter().zip(values).map(|(j, x)| (*j as usize, *x))
            };
            (Done::default(), Core::new(rows, cols, row, prime, limit)?)
        };
        let sorted = |mut list: Vec<u32>| {
            list.sort_unstable();
            list
        };
        let rows = done.pivots.iter().map(|p| p.row).chain(core.rows.iter().copied());
        let cols = done.pivots.iter().map(|p| p.col).chain(core.cols.iter().copied());
        let (rows, cols) = (sorted(rows.collect()), sorted(cols.collect()));
        Ok(Self { prime, size: (matrix.rows(), matrix.cols()), done, core, rows, cols })
    }

    /// The rank modulo the prime.
    pub(super) fn rank(&self) -> usize {
        self.rows.len()
    }

    /// The prime.
    pub(super) fn prime(&self) -> Prime {
        self.prime
    }

    /// Multiplications of the elimination, of its dense part at least, and of solving with so many right-hand sides.
    pub(super) fn work(&self, sides: usize) -> f64 {
        let core = self.core.rows.len() as f64;
        let sparse: usize = self.done.pivots.iter().map(|pivot| pivot.entries.len() + 1).sum();
        let each = core * core + (sparse + self.done.steps.len()) as f64;
        core.powi(3) / 3.0 + sides as f64 * each
    }

    /// Residues that are held for each right-hand side while it is solved.
    pub(super) fn vector_length(&self) -> u64 {
        (self.size.0 + self.size.1 + 4 * self.rank()) as u64
    }

    /// The x with `minor x = b` for each b, in the orders of `rows` and `cols`. Cost: the entries of the
    /// factors for each; where the prime has more than 26 bits the dense part is eliminated again.
    pub(super) fn solve(&self, right_hand_sides: &[Vec<u64>]) -> Vec<Vec<u64>> {
        let p = self.prime.get();
        let add = |x: u64, y: u64| if x + y >= p { x + y - p } else { x + y }; // p < 2^63
        let forward = |b: &Vec<u64>| {
            let mut by_row = vec![0; self.size.0];
            self.rows.iter().zip(b).for_each(|(row, b)| by_row[*row as usize] = b % p);
            for step in &self.done.steps {
                let term = multiply(self.prime, step.factor, by_row[step.pivot as usize]);
                by_row[step.row as usize] = add(by_row[step.row as usize], term);
            }
            by_row
        };
        let by_row: Vec<Vec<u64>> = right_hand_sides.iter().map(forward).collect();
        let core = self.core.solve(&by_row, self.prime);
        let backward = |(by_row, core): (&Vec<u64>, &Vec<u64>)| {
            let mut by_col = vec![0; self.size.1];
            self.core.cols.iter().zip(core).for_each(|(col, x)| by_col[*col as usize] = *x);
            for pivot in self.done.pivots.iter().rev() {
                let terms = pivot.entries.iter();
                let sum = terms
                    .fold(0, |sum, (j, x)| add(sum, multiply(self.prime, *x, by_col[*j as usize])));
                let left = add(by_row[pivot.row as usize], p - sum);
                by_col[pivot.col as usize] = multiply(self.prime, left, pivot.inverse);
            }
            self.cols.iter().map(|col| by_col[*col as usize]).collect()
        };
        by_row.iter().zip(&core).map(backward).collect()
    }
}

impl Core {
    /// Eliminates the matrix of these rows and columns, `row` giving the entries of one by the numbers in `cols`.
    fn new<I: Iterator<Item = (usize, u64)>>(
        rows: Vec<u32>,
        cols: Vec<u32>,
        row: impl Fn(usize) -> I,
        prime: Prime,
        limit: MemoryLimit,
    ) -> Result<Self, TooLarge> {
        let (m, n) = (rows.len(), cols.len());
        let wide = prime.get() >= WORD_LIMIT;
        // A wide minor is kept, and copied when it is solved with.
        let each = if wide { 24 } else { 8 };
        let needed = (m as u64 * n as u64).checked_mul(each);
        limit.check("the dense matrix", needed, &["memory"])?;
        let (echelon, factors) = if wide {
            let filled = || {
                let mut data = vec![0; m * n];
                for (i, line) in data.chunks_exact_mut(n.max(1)).enumerate() {
                    row(i).for_each(|(j, x)| line[j] = x);
                }
                data
            };
            let echelon = rank_of_residues(&mut filled(), m, n, prime, &NEVER);
            let data = filled();
            let Echelon { pivot_rows, pivot_cols, .. } = &echelon;
            let mut minor = Vec::with_capacity(echelon.rank * echelon.rank);
            for row in pivot_rows.iter().map(|i| &data[i * n..][..n]) {
                minor.extend(pivot_cols.iter().map(|j| row[*j]));
            }
            (echelon, CoreFactors::Wide(minor))
        } else {
            let mut data = vec![0.0; m * n];
            for (i, line) in data.chunks_exact_mut(n.max(1)).enumerate() {
                row(i).for_each(|(j, x)| line[j] = x as f64);
            }
            let echelon = rank_dense(&mut data, m, n, prime);
            (echelon.clone(), CoreFactors::Word(data, n, echelon))
        };
        let rows = echelon.pivot_rows.iter().map(|i| rows[*i]).collect();
        let cols = echelon.pivot_cols.iter().map(|j| cols[*j]).collect();
        Ok(Self { rows, cols, factors })
    }

    /// Solutions in the order of `cols` for right-hand sides that are given for every row of the matrix.
    fn solve(&self, by_row: &[Vec<u64>], prime: Prime) -> Vec<Vec<u64>> {
        let n = self.rows.len();
        match &self.factors {
            CoreFactors::Word(data, cols, echelon) => {
                // The prime is below 2^26.
                let pick =
                    |b: &Vec<u64>| self.rows.iter().map(|row| b[*row as usize] as u32).collect();
                let sides: Vec<Vec<u32>> = by_row.iter().map(pick).collect();
                let solutions = solve_minor(data, *cols, echelon, false, &sides, prime);
                solutions.into_iter().map(|x| x.into_iter().map(u64::from).collect()).collect()
            }
            CoreFactors::Wide(minor) => {
                let k = by_row.len();
                let mut data = Vec::with_capacity(n * (n + k));
                for (row, line) in self.rows.iter().zip(minor.chunks_exact(n.max(1))) {
                    data.extend_from_slice(line);
                    data.extend(by_row.iter().map(|b| b[*row as usize]));
                }
                // It is not singular: its pivots were found.
                let x = solve_mod_p(data, n, k, prime).unwrap_or_else(|| vec![0; n * k]);
                (0..k).map(|q| x.iter().skip(q).step_by(k.max(1)).copied().collect()).collect()
            }
        }
    }
}
