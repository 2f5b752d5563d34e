//! The combinations of rows that vanish, and products with them.
//!
//! An elimination leaves `A = L E` with `L` unit lower trapezoidal in the order of the pivots and `E` of
//! full rank (`echelon`). With `L_1` the rows of the pivots and `L_2` the other rows,
//! `Z = -L_2 L_1^-1` gives for each other row the one combination of the pivot rows by which it vanishes.
//! The triangular system is solved in halves from the right, so that nearly all of it are products.

use super::echelon::{Echelon, echelon_with};
use super::kernel::Isa;
use super::update::{Context, Halves, Span, update};
use crate::stop::{NEVER, Stop};
use rayon::prelude::*;

/// A basis of the left kernel of a matrix of which the rank is known: vector q is 1 at row `free[q]`
/// and 0 at the other free rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeftKernel {
    /// Indices of the rows that are no pivot rows, increasing.
    pub free: Vec<usize>,
    /// The basis as columns: entry q of row i at `i * free.len() + q`, balanced residues.
    pub columns: Vec<f64>,
}

/// [`echelon_in_place`](super::echelon::echelon_in_place), and the combinations of rows that vanish: none of
/// them once `stop` is due, when there may be more pivots as well. `done` is told the multiply-adds of the elimination,
/// from any thread.
///
/// # Panics
///
/// As that.
pub(crate) fn echelon_and_kernel(
    data: &mut [f64],
    rows: usize,
    cols: usize,
    p: u32,
    stop: &Stop,
    done: &(dyn Fn(u64) + Sync),
) -> (Echelon, LeftKernel) {
    let cx = Context { stop, done, ..Context::new(p, Isa::detect(), rayon::current_num_threads()) };
    let echelon = echelon_with(&cx, data, rows, cols);
    if stop.is_due() {
        return (echelon, LeftKernel::default());
    }
    let kernel = left_kernel(&Context { stop: &NEVER, done: &|_| (), ..cx }, data, cols, &echelon);
    (echelon, kernel)
}

/// Order below which the triangle is solved entry by entry.
const BASE: usize = 32;

/// The left kernel of the matrix that `data` held before it was eliminated with the result `echelon`.
fn left_kernel(cx: &Context, data: &mut [f64], cols: usize, echelon: &Echelon) -> LeftKernel {
    let (rows, rank) = (data.len() / cols.max(1), echelon.rank);
    let mut place: Vec<Option<usize>> = vec![None; rows];
    echelon.pivot_rows.iter().enumerate().for_each(|(k, &row)| place[row] = Some(k));
    let free: Vec<usize> = (0..rows).filter(|row| place[*row].is_none()).collect();
    if free.is_empty() {
        return LeftKernel::default();
    }
    let negated = |row: &usize| data[row * cols..][..rank].iter().map(|x| -x);
    let mut z: Vec<f64> = free.iter().flat_map(negated).collect();
    let mut triangle: Vec<&mut [f64]> = Vec::new();
    triangle.resize_with(rank, Default::default);
    for (row, k) in data.chunks_exact_mut(cols.max(1)).zip(&place) {
        if let Some(k) = *k {
            triangle[k] = &mut row[..rank];
        }
    }
    if rank > 0 {
        solve_right(cx, &mut triangle, &mut z, (0, rank));
    }
    let n = free.len();
    let mut columns = vec![0.0; rows * n];
    for (row, k) in columns.chunks_exact_mut(n).zip(&place) {
        if let Some(k) = *k {
            row.iter_mut().zip(z.iter().skip(k).step_by(rank)).for_each(|(x, z)| *x = *z);
        }
    }
    free.iter().enumerate().for_each(|(q, row)| columns[row * n + q] = 1.0);
    LeftKernel { free, columns }
}

/// `Z := Z L^-1` in columns `low..high`, for the unit lower triangle of the rows `low..high` of `l`; rows of
/// `z` are as long as `l` has rows.
fn solve_right(cx: &Context, l: &mut [&mut [f64]], z: &mut [f64], (low, high): (usize, usize)) {
    let rank = l.len();
    if high - low <= BASE {
        let m = &cx.modulus;
        let l = &*l;
        z.par_chunks_exact_mut(rank).for_each(|row| {
            for k in (low..high).rev() {
                let mut sum = row[k];
                for start in (k + 1..high).step_by(m.depth) {
                    let stop = high.min(start.saturating_add(m.depth));
                    for j in start..stop {
                        sum -= row[j] * l[j][k];
                    }
                    sum = m.reduce(sum);
                }
                row[k] = sum;
            }
        });
        return;
    }
    let middle = low + (high - low) / 2;
    solve_right(cx, l, z, (middle, high));
    let split = |row| {
        let (c, a) = <[f64]>::split_at_mut(row, middle);
        Halves { a: &a[..high - middle], c: &mut c[low..] }
    };
    let mut rows: Vec<Halves<'_>> = z.chunks_exact_mut(rank).map(split).collect();
    let top = l[middle..high].iter_mut().map(|row| Halves { a: &[], c: &mut row[low..middle] });
    let top: Vec<Halves<'_>> = top.collect();
    update(cx, &mut rows, &top, Span { a: 0, c: 0, n: middle - low });
    solve_right(cx, l, z, (low, middle));
}

/// `A B` modulo the prime `p < 2^26`: see [`product`].
pub(crate) fn product_in_place(
    a: &mut [f64],
    b: &mut [f64],
    k: usize,
    n: usize,
    p: u32,
) -> Vec<f64> {
    product(&Context::new(p, Isa::detect(), rayon::current_num_threads()), a, b, (k, n))
}

/// `A B` for `A` of `k` columns in `a` and `B` of `k` rows of length `n` in `b`, row-major: balanced
/// residues, as those of `b` are; entries of `a` as in `echelon_in_place`, and overwritten.
fn product(cx: &Context, a: &mut [f64], b: &mut [f64], (k, n): (usize, usize)) -> Vec<f64> {
    if k == 0 || n == 0 {
        return vec![0.0; a.len().checked_div(k).unwrap_or(0) * n];
    }
    cx.reduce(a);
    let mut out = vec![0.0; a.len() / k * n];
    let lines = a.chunks_exact(k).zip(out.chunks_exact_mut(n));
    let mut rows: Vec<Halves<'_>> = lines.map(|(a, c)| Halves { a, c }).collect();
    let top: Vec<Halves<'_>> = b.chunks_exact_mut(n).map(|c| Halves { a: &[], c }).collect();
    update(cx, &mut rows, &top, Span { a: 0, c: 0, n });
    out.par_iter_mut().for_each(|x| *x = -*x);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::modular::echelon::{echelon_in_place, echelon_with};
    use crate::linalg::modular::kernel::Isa;
    use crate::linalg::modular::minor::solve_minor;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha20Rng;
    use std::time::Instant;

    /// Entry by entry in integers.
    fn naive(p: i64, a: &[f64], b: &[f64], (k, n): (usize, usize)) -> Vec<i64> {
        let entry = |i: usize, j: usize| {
            let term = |t: usize| a[i * k + t] as i64 % p * (b[t * n + j] as i64) % p;
            (0..k).fold(0, |sum, t| (sum + term(t)) % p).rem_euclid(p)
        };
        (0..a.len() / k)
            .flat_map(|i| (0..n).map(move |j| (i, j)))
            .map(|(i, j)| entry(i, j))
            .collect()
    }

    fn residues(p: i64, list: &[f64]) -> Vec<i64> {
        list.iter().map(|x| (*x as i64).rem_euclid(p)).collect()
    }

    #[test]
    fn the_kernel_of_planted_ranks_on_every_instruction_set() {
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        for (p, isa) in itertools::iproduct!([2u32, 7, 8_388_593, 67_108_859], Isa::all()) {
            let cx = Context::new(p, isa, 2);
            let p = i64::from(p);
            for (rows, cols, rank) in [
                (1, 1, 0),
                (1, 1, 1),
                (5, 9, 3),
                (40, 41, 0),
                (90, 95, 70),
                (150, 100, 99),
                (200, 210, 200),
            ] {
                let mut factor = |m: usize, n: usize| -> Vec<f64> {
                    (0..m * n).map(|_| (rng.random_range(0..p) - p / 2) as f64).collect()
                };
                let (left, right) = (factor(rows, rank.max(1)), factor(rank.max(1), cols));
                let planted = naive(p, &left, &right, (rank.max(1), cols));
                let matrix: Vec<f64> =
                    planted.iter().map(|x| if rank == 0 { 0.0 } else { *x as f64 }).collect();
                let mut data = matrix.clone();
                let echelon = echelon_with(&cx, &mut data, rows, cols);
                let kernel = left_kernel(&cx, &mut data, cols, &echelon);
                assert_eq!(kernel.free.len(), rows - echelon.rank);
                assert!(p < 100 || echelon.rank == rank);
                let n = kernel.free.len();
                // The unit part.
                for (q, row) in kernel.free.iter().enumerate() {
                    assert!(
                        (0..n).all(|j| kernel.columns[row * n + j] == f64::from(u8::from(j == q)))
                    );
                }
                if n == 0 {
                    continue;
                }
                // The transpose of the matrix kills it.
                let mut transposed: Vec<f64> = (0..cols)
                    .flat_map(|j| (0..rows).map(move |i| (i, j)))
                    .map(|(i, j)| matrix[i * cols + j])
                    .collect();
                let mut columns = kernel.columns.clone();
                assert!(naive(p, &transposed, &columns, (rows, n)).iter().all(|x| *x == 0));
                assert!(
                    product(&cx, &mut transposed, &mut columns, (rows, n))
                        .iter()
                        .all(|x| *x == 0.0)
                );
            }
        }
    }

    /// Whenever it is stopped the pivots are those of a minor that is not zero, which is `L U`.
    #[test]
    fn a_stop_leaves_a_minor() {
        let (n, p) = (1500, 8_388_593u32);
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let matrix: Vec<f64> = (0..n * n).map(|_| f64::from(rng.random_range(0..p))).collect();
        let start = Instant::now();
        assert_eq!(echelon_and_kernel(&mut matrix.clone(), n, n, p, &NEVER, &|_| ()).0.rank, n);
        let (mut time, mut between) = (start.elapsed(), 0);
        for _ in 0..60 {
            let mut data = matrix.clone();
            let stop = Stop::new(Some(time));
            let (found, kernel) = echelon_and_kernel(&mut data, n, n, p, &stop, &|_| ());
            let rank = found.rank;
            let minor: Vec<f64> = (0..rank * rank)
                .map(|e| matrix[found.pivot_rows[e / rank] * n + found.pivot_cols[e % rank]])
                .collect();
            assert_eq!(echelon_in_place(&mut minor.clone(), rank, rank, p, &NEVER).rank, rank);
            let side: Vec<u32> = (0..rank).map(|_| rng.random_range(0..p)).collect();
            let x = &solve_minor(&data, n, &found, false, std::slice::from_ref(&side), p)[0];
            let product = |row: &[f64]| {
                let terms = row.iter().zip(x).map(|(m, x)| *m as u64 * u64::from(*x));
                terms.fold(0, |sum, term| (sum + term) % u64::from(p)) as u32
            };
            assert!(minor.chunks(rank.max(1)).map(product).eq(side));
            assert!(kernel.free.is_empty());
            between += usize::from(rank > 0 && rank < n);
            time = time.mul_f64(0.93);
            if between > 5 {
                return;
            }
        }
        panic!("stopped {between} times between the first pivot and the last");
    }

    #[test]
    fn products_are_those_of_integers() {
        let mut rng = ChaCha20Rng::seed_from_u64(10);
        for (p, isa) in itertools::iproduct!([3u32, 8_388_593, 67_108_859], Isa::all()) {
            let cx = Context::new(p, isa, 2);
            let p = i64::from(p);
            for (m, k, n) in
                [(0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (30, 300, 7), (70, 600, 40)]
            {
                // Residues from 0 on the left, balanced ones on the right.
                let mut a: Vec<f64> = (0..m * k).map(|_| rng.random_range(0..p) as f64).collect();
                let half = p / 2;
                let mut b: Vec<f64> =
                    (0..k * n).map(|_| rng.random_range(-half..=half) as f64).collect();
                let expected = if k == 0 { Vec::new() } else { naive(p, &a, &b, (k, n)) };
                let found = product(&cx, &mut a, &mut b, (k, n));
                assert_eq!(residues(p, &found), expected, "{p} {m} {k} {n}");
            }
        }
    }
}
