//! Fraction-free elimination (Bareiss 1968).

use nalgebra::DMatrix;
use rug::Integer;

/// Rank over Q of an integer matrix, eliminated without fractions: after k steps every entry is a
/// minor of size k+1, so divisions are exact and sizes stay within Hadamard's bound.
/// Cost: O(m n rank) multiplications of such minors.
///
/// ```
/// use seprank::linalg::rank_bareiss;
/// let m = nalgebra::DMatrix::from_row_slice(2, 2, &[1, 2, 2, 4].map(rug::Integer::from));
/// assert_eq!(rank_bareiss(m), 1);
/// ```
pub fn rank_bareiss(mut a: DMatrix<Integer>) -> usize {
    let (rows, cols) = a.shape();
    let mut previous = Integer::from(1);
    let mut rank = 0;
    for col in 0..cols {
        let Some(found) = (rank..rows).find(|&i| !a[(i, col)].is_zero()) else { continue };
        a.swap_rows(found, rank);
        let pivot = a[(rank, col)].clone();
        for i in rank + 1..rows {
            let lead = std::mem::take(&mut a[(i, col)]);
            for j in col + 1..cols {
                let mut minor = Integer::from(&a[(i, j)] * &pivot);
                minor -= &lead * &a[(rank, j)];
                minor.div_exact_mut(&previous);
                a[(i, j)] = minor;
            }
        }
        previous = pivot;
        rank += 1;
    }
    rank
}
