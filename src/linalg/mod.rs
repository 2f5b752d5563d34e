//! Exact linear algebra: ranks mod p with the minor that proves them, and ranks over Q.
//!
//! Rank mod p is only ever a lower bound over Q. A rank over Q is either eliminated fraction-free
//! ([`rank_bareiss`]) or found mod p and confirmed over Z ([`rank_rational`]). [`RowFactorisation`]
//! writes the upper half down so that others can check it.

mod factorisation;
mod modular;

pub use factorisation::RowFactorisation;
pub use modular::{Certificate, Echelon, LeftKernel, RationalRank};
pub(crate) use modular::{Entries, Lanes, MersenneLanes, Operand, Product, WideLanes, WordLanes};

use crate::arith::{Fp, Prime};
use crate::stop::{NEVER, Stop};
use nalgebra::DMatrix;
use rug::Integer;

/// Rank over F_p and a minor that is not zero. Cost: O(m n r) word operations; below 2^26 the blocked
/// elimination of [`rank_dense`].
///
/// ```
/// use nalgebra::DMatrix;
/// use seprank::arith::{Fp, Prime};
/// let p = Prime::new(7).unwrap();
/// let m = DMatrix::from_row_slice(2, 2, &[1, 2, 3, 13]).map(|n| Fp::new(n, p));
/// assert_eq!(seprank::linalg::rank_mod_p(&m, p).rank, 1); // 13 = 6 = 2 * 3 modulo 7
/// ```
pub fn rank_mod_p(matrix: &DMatrix<Fp>, prime: Prime) -> Echelon {
    rank_mod_p_until(matrix, prime, &NEVER)
}

/// [`rank_mod_p`] until `stop` is due: then it ends with the minor that it has, which may not be the largest.
pub fn rank_mod_p_until(matrix: &DMatrix<Fp>, prime: Prime, stop: &Stop) -> Echelon {
    let (rows, cols) = matrix.shape();
    // The transpose, read by columns, is the matrix by rows.
    let residues = matrix.transpose().map(|x| x.residue(prime));
    rank_by_rows_until(residues.as_slice(), rows, cols, prime, stop)
}

/// [`rank_mod_p_until`] of a row-major matrix of residues.
///
/// # Panics
/// If there are other than `rows * cols` of them.
pub fn rank_by_rows_until(
    residues: &[u64],
    rows: usize,
    cols: usize,
    prime: Prime,
    stop: &Stop,
) -> Echelon {
    match word_modulus(prime) {
        Some(p) => {
            let mut data: Vec<f64> = residues.iter().map(|x| *x as f64).collect();
            modular::echelon_in_place(&mut data, rows, cols, p, stop)
        }
        None => rank_of_residues(&mut residues.to_vec(), rows, cols, prime, stop),
    }
}

/// Rank of the row-major `rows x cols` matrix of integers in `data`, modulo a prime below 2^26, on all
/// cores; `data` is overwritten.
///
/// # Panics
/// If `data` has another length, or the prime is 2^26 or more.
pub fn rank_dense(data: &mut [f64], rows: usize, cols: usize, prime: Prime) -> Echelon {
    modular::echelon_in_place(data, rows, cols, word(prime), &NEVER)
}

/// As [`rank_dense`], with the combinations of rows that vanish modulo the prime. Once `stop` is due it ends,
/// within seconds, with the minor that it has, which may not be the largest, and no combinations. `done` is told the
/// multiply-adds of the elimination, from any thread.
/// Cost: for each of the `rows - rank` combinations `rank^2 / 2` multiply-adds more.
///
/// # Panics
/// As [`rank_dense`].
pub fn rank_and_kernel(
    data: &mut [f64],
    rows: usize,
    cols: usize,
    prime: Prime,
    stop: &Stop,
    done: &(dyn Fn(u64) + Sync),
) -> (Echelon, LeftKernel) {
    modular::echelon_and_kernel(data, rows, cols, word(prime), stop, done)
}

/// Rank and minor, modulo any prime, of the row-major `rows x cols` matrix of residues in `data`, which is
/// overwritten; once `stop` is due, the minor that it has. Cost: O(m n r) operations on words.
///
/// # Panics
/// If `data` has another length.
pub fn rank_of_residues(
    data: &mut [u64],
    rows: usize,
    cols: usize,
    prime: Prime,
    stop: &Stop,
) -> Echelon {
    modular::echelon_u64(data, rows, cols, prime.get(), stop)
}

/// The solutions of `M x = b` modulo any prime, for M of order `n` and k right-hand sides: `data` has n rows
/// of `n + k`, the solutions are n rows of k. `None` if M is singular. Cost: `n^2 (n / 3 + k)`.
///
/// # Panics
/// If `data` has another length.
pub fn solve_mod_p(data: Vec<u64>, n: usize, k: usize, prime: Prime) -> Option<Vec<u64>> {
    modular::solve_u64(data, n, k, prime.get())
}

/// The values of `kernel` on further columns, given as the rows of `data`, as long as the matrix has rows:
/// row-major with a column for each vector of the kernel, in residues around 0. `data` is overwritten.
///
/// # Panics
/// If the length of `data` is no multiple of the number of rows, or the prime is 2^26 or more.
pub fn kernel_values(data: &mut [f64], kernel: &mut LeftKernel, prime: Prime) -> Vec<f64> {
    let n = kernel.free.len();
    let rows = kernel.columns.len().checked_div(n).unwrap_or(0);
    assert!(rows == 0 || data.len().is_multiple_of(rows), "rows as long as the kernel's vectors");
    modular::product_in_place(data, &mut kernel.columns, rows, n, word(prime))
}

/// The solutions x of `M x = y`, or of `M^T x = y` if `transposed`, for every y in `sides`, M being the
/// minor of `found` with its rows and columns in their order: `data` is what [`rank_dense`] or
/// [`rank_and_kernel`] left of the matrix with `cols` columns. Residues, as those of `sides` are.
///
/// Cost: `rank^2` multiply-adds for each y.
///
/// # Panics
/// If a side has another length than the rank, or the prime is 2^26 or more.
pub fn solve_minor(
    data: &[f64],
    cols: usize,
    found: &Echelon,
    transposed: bool,
    sides: &[Vec<u32>],
    prime: Prime,
) -> Vec<Vec<u32>> {
    modular::solve_minor(data, cols, found, transposed, sides, word(prime))
}

fn word(prime: Prime) -> u32 {
    u32::try_from(prime.get()).expect("a prime below 2^26")
}

/// The prime, if it is below 2^26.
pub(crate) fn word_modulus(prime: Prime) -> Option<u32> {
    u32::try_from(prime.get()).ok().filter(|p| *p < modular::MODULUS_LIMIT)
}

/// Rank over Q with its argument. See [`RationalRank`]; cost O(r (b + log r)) bits of modulus for
/// entries of b bits, one modular elimination for each 24 bits.
pub fn rank_rational(matrix: &DMatrix<Integer>) -> RationalRank {
    let (rows, cols) = matrix.shape();
    modular::rank_rational(&by_rows(matrix), rows, cols)
}

/// Rank over Q by fraction-free elimination (Bareiss 1968).
///
/// ```
/// use seprank::linalg::rank_bareiss;
/// let m = nalgebra::DMatrix::from_row_slice(2, 2, &[1, 2, 2, 4].map(rug::Integer::from));
/// assert_eq!(rank_bareiss(&m).rank, 1);
/// ```
pub fn rank_bareiss(matrix: &DMatrix<Integer>) -> Echelon {
    let (rows, cols) = matrix.shape();
    modular::echelon_fraction_free(&by_rows(matrix), rows, cols)
}

fn by_rows(matrix: &DMatrix<Integer>) -> Vec<Integer> {
    (0..matrix.nrows()).flat_map(|i| matrix.row(i).iter().cloned().collect::<Vec<_>>()).collect()
}
