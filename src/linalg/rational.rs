//! Rank over Q: found modulo a prime, confirmed by a factorisation over Q.

use super::modular::{Echelon, rank_mod_p};
use crate::arith::{Fp, Prime};
use nalgebra::DMatrix;
use rug::{Integer, Rational};

/// A rank over Q with both halves of its proof.
#[derive(Clone, Debug, PartialEq)]
pub struct RationalRank {
    /// The rank over Q.
    pub rank: usize,
    /// Lower half: a minor that is not zero modulo `prime`.
    pub minor: Echelon,
    /// The prime of the minor.
    pub prime: Prime,
    /// Upper half: every row as a combination of the pivot rows.
    pub factorisation: RowFactorisation,
}

/// `M = C M[pivot_rows, :]` over Q, so rank M is at most the number of pivot rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFactorisation {
    /// The rows of M that span all of them.
    pub pivot_rows: Vec<usize>,
    /// The m x r matrix C.
    pub coefficients: DMatrix<Rational>,
}

impl RowFactorisation {
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

/// Rank over Q of an integer matrix.
///
/// The rank r modulo a 61-bit prime is at most the rank over Q. The other half writes every row as a
/// combination of the r pivot rows, solving on the pivot columns and checking all of them. If a
/// check fails the prime was unlucky: the next one is taken, with a larger rank.
pub fn rank_rational(matrix: &DMatrix<Integer>) -> RationalRank {
    let (rows, _) = matrix.shape();
    for prime in primes() {
        let p = Integer::from(prime.get());
        let reduced =
            matrix.map_with_location(|_, _, z: Integer| Fp::from_residue(z.rem_euc_u64(&p), prime));
        let minor = rank_mod_p(&reduced, prime);
        let coefficients = solve_rows(matrix, &minor, rows);
        let factorisation = RowFactorisation { pivot_rows: minor.pivot_rows.clone(), coefficients };
        if factorisation.verifies(matrix) {
            return RationalRank { rank: minor.rank, minor, prime, factorisation };
        }
    }
    unreachable!("only finitely many primes divide the minors of a matrix")
}

/// Primes downwards from 2^61 - 1.
fn primes() -> impl Iterator<Item = Prime> {
    (0..).filter_map(|k| Prime::new(Prime::MERSENNE_61.get() - 2 * k).ok())
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

trait RemEuc {
    fn rem_euc_u64(&self, p: &Integer) -> u64;
}

impl RemEuc for Integer {
    fn rem_euc_u64(&self, p: &Integer) -> u64 {
        use rug::ops::RemRounding;
        Integer::from(self.rem_euc(p)).to_u64().unwrap_or(0)
    }
}
