//! Linear systems with the minor that an elimination has found.
//!
//! Of the pivot rows the elimination leaves `L` below the diagonal and `U` from it on (`echelon`), so that the minor
//! M is `L U`. `M x = y` is solved by rows, each a dot product with what is known; `M^T x = y` by columns
//! of the transposes, which are the same rows, each a multiple that is taken off what is left. A row is
//! read once for all right-hand sides.

use super::echelon::Echelon;
use super::field::Modulus;
use rayon::prelude::*;

/// See [`solve_minor`](crate::linalg::solve_minor).
pub(crate) fn solve_minor(
    data: &[f64],
    cols: usize,
    found: &Echelon,
    transposed: bool,
    sides: &[Vec<u32>],
    p: u32,
) -> Vec<Vec<u32>> {
    let m = Modulus::new(p);
    let rank = found.rank;
    let rows: Vec<&[f64]> =
        found.pivot_rows.iter().map(|row| &data[row * cols..][..rank]).collect();
    let solve = if transposed { by_columns } else { by_rows };
    sides
        .par_iter()
        .map(|side| {
            assert_eq!(side.len(), rank, "a right-hand side as long as the rank");
            let mut x: Vec<f64> = side.iter().map(|y| m.reduce(f64::from(*y))).collect();
            solve(&m, &rows, &mut x);
            x.iter().map(|x| (*x as i64).rem_euclid(i64::from(p)) as u32).collect()
        })
        .collect()
}

/// `x := (L U)^-1 x`.
fn by_rows(m: &Modulus, rows: &[&[f64]], x: &mut [f64]) {
    for (i, row) in rows.iter().enumerate() {
        x[i] = m.reduce(x[i] - dot(m, &row[..i], &x[..i]));
    }
    for (i, row) in rows.iter().enumerate().rev() {
        let rest = m.reduce(x[i] - dot(m, &row[i + 1..], &x[i + 1..]));
        x[i] = m.mul(rest, m.invert(row[i]));
    }
}

/// `x := (U^T L^T)^-1 x`.
fn by_columns(m: &Modulus, rows: &[&[f64]], x: &mut [f64]) {
    for (i, row) in rows.iter().enumerate() {
        x[i] = m.mul(x[i], m.invert(row[i]));
        let (done, rest) = x.split_at_mut(i + 1);
        subtract(m, rest, done[i], &row[i + 1..]);
    }
    for (i, row) in rows.iter().enumerate().rev() {
        let (rest, done) = x.split_at_mut(i);
        subtract(m, rest, done[0], &row[..i]);
    }
}

/// `sum_j a_j b_j` of balanced residues, reduced. Eight sums run side by side.
fn dot(m: &Modulus, a: &[f64], b: &[f64]) -> f64 {
    let mut total = [0.0; 8];
    for (a, b) in a.chunks(8 * m.depth).zip(b.chunks(8 * m.depth)) {
        let (a, rest_a) = a.as_chunks::<8>();
        let (b, rest_b) = b.as_chunks::<8>();
        for (a, b) in a.iter().zip(b) {
            (0..8).for_each(|k| total[k] += a[k] * b[k]);
        }
        total.iter_mut().for_each(|t| *t = m.reduce(*t));
        rest_a.iter().zip(rest_b).for_each(|(a, b)| total[0] = m.reduce(total[0] + a * b));
    }
    total.iter().fold(0.0, |sum, t| m.reduce(sum + t))
}

/// `x := x - c row`.
fn subtract(m: &Modulus, x: &mut [f64], c: f64, row: &[f64]) {
    x.iter_mut().zip(row).for_each(|(x, r)| *x = m.reduce(*x - c * r));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::cases;
    use crate::linalg::modular::echelon_in_place;
    use crate::linalg::modular::tests::{Rng, SMALL_PRIMES, sample};
    use crate::stop::NEVER;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(cases(200))]
        /// Put back into the minor of the matrix as it was, in integers.
        #[test]
        fn solutions_solve(
            kind in 0u8..6, m in 1usize..150, n in 1usize..150, r in 0usize..110,
            which in 0usize..SMALL_PRIMES.len(), transposed: bool, seed: u64,
        ) {
            let p = SMALL_PRIMES[which];
            let a = sample(kind, m, n, r, u64::from(p), seed);
            let mut data: Vec<f64> = a.iter().map(|x| *x as f64).collect();
            let found = echelon_in_place(&mut data, m, n, p, &NEVER);
            let mut rng = Rng(seed);
            let mut side = || (0..found.rank).map(|_| (rng.next() % u64::from(p)) as u32).collect();
            let sides: Vec<Vec<u32>> = vec![side(), side(), vec![0; found.rank]];
            let solutions = solve_minor(&data, n, &found, transposed, &sides, p);
            let at = |i: usize, j: usize| {
                let (i, j) = if transposed { (j, i) } else { (i, j) };
                a[found.pivot_rows[i] * n + found.pivot_cols[j]]
            };
            for (x, y) in solutions.iter().zip(&sides) {
                for (i, y) in y.iter().enumerate() {
                    let terms = x.iter().enumerate().map(|(j, x)| u64::from(*x) * at(i, j));
                    let sum = terms.fold(0, |sum, t| (sum + t) % u64::from(p));
                    prop_assert_eq!(sum, u64::from(*y));
                }
            }
        }
    }
}
