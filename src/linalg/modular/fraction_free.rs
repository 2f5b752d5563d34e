//! Rank by fraction-free elimination over the integers.
//!
//! After `k` steps of E. H. Bareiss, *Sylvester's identity and multistep
//! integer-preserving Gaussian elimination*, Math. Comp. 22, 1968, the entries
//! are the bordered minors of the pivot minor of order `k`, so that every
//! division is exact and the rank is read off without any further argument. The
//! cost grows with `n^3` products of numbers of `n b` bits; it serves for
//! matrices with a very small minor and as an independent check.

use super::echelon::Echelon;
use rug::Integer;

/// Rank and pivots of a row-major `m x n` integer matrix.
pub(crate) fn echelon_fraction_free(a: &[Integer], m: usize, n: usize) -> Echelon {
    let mut result = Echelon::default();
    if a.is_empty() {
        return result;
    }
    let mut rows: Vec<(usize, Vec<Integer>)> =
        a.chunks_exact(n).map(<[Integer]>::to_vec).enumerate().collect();
    let mut last = Integer::from(1);
    for j in 0..n {
        let rank = result.rank;
        let found = (rank..m).find(|&i| !rows[i].1[j].is_zero());
        let Some(i) = found else { continue };
        rows.swap(rank, i);
        let (top, below) = rows.split_at_mut(rank + 1);
        let (index, pivot) = &top[rank];
        for (_, row) in below {
            let (head, tail) = row.split_at_mut(j + 1);
            let f = std::mem::take(&mut head[j]);
            for (x, y) in tail.iter_mut().zip(&pivot[head.len()..]) {
                *x *= &pivot[j];
                *x -= Integer::from(&f * y);
                x.div_exact_mut(&last);
            }
        }
        last.clone_from(&pivot[j]);
        result.pivot_rows.push(*index);
        result.pivot_cols.push(j);
        result.rank += 1;
    }
    result
}
