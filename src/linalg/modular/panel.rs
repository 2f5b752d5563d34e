//! Elimination of a narrow panel of columns.
//!
//! The panel (`m x w`, `w <= ` [`WIDTH`]) is copied into a column-major buffer
//! and eliminated column by column, left-looking: the entries `u` of a column
//! in the pivot rows come from a small triangular solve, then
//! `t := t - sum_k l_k u_k` runs over the whole column with the sums kept in
//! registers and reduced once per `depth` products. The first non-zero entry at
//! or below the current rank is the pivot; a column without one is dropped, so
//! that the columns of `L` end up adjacent whatever the column rank profile.

use super::kernel::{COLUMN_BLOCK, column_scale, column_update};
use super::update::{Context, Row};
use std::cell::RefCell;

/// Columns of a panel.
pub(crate) const WIDTH: usize = 32;

thread_local! {
    static PANEL: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// Entries of a reduced column `t` in the pivot rows: the solution `u` of
/// `L_11 u = t_1`, with `L_11` unit lower triangular of order `u.len()`.
fn pivot_part(cx: &Context, l: &[f64], stride: usize, t: &[f64], u: &mut [f64]) {
    let m = &cx.modulus;
    for k in 0..u.len() {
        let mut sum = t[k];
        for start in (0..k).step_by(m.depth) {
            for (j, &x) in u[..k].iter().enumerate().skip(start).take(m.depth) {
                sum -= l[j * stride + k] * x;
            }
            sum = m.reduce(sum);
        }
        u[k] = sum;
    }
}

/// Distance of the columns of a panel of `m` rows; the room between them spreads them over the cache.
fn stride_of(m: usize) -> usize {
    m.next_multiple_of(COLUMN_BLOCK) + 8
}

/// Eliminates columns `c0..c1` of `rows` (`c1 - c0 <= WIDTH`).
///
/// Returns the rank `r`. The pivot rows are moved to the front, the pivot
/// columns are appended to `pivots`, and columns `c0..c0 + r` are left with the
/// multipliers (unit lower trapezoidal, `m x r`) below the diagonal and, from it on,
/// with the pivot columns of the echelon form.
pub(crate) fn eliminate(
    cx: &Context,
    rows: &mut [Row<'_>],
    c0: usize,
    c1: usize,
    pivots: &mut Vec<usize>,
) -> usize {
    let m = rows.len();
    let w = c1 - c0;
    let length = m.next_multiple_of(COLUMN_BLOCK);
    let stride = stride_of(m);
    PANEL.with_borrow_mut(|buffer| {
        buffer.resize(buffer.len().max(w * stride), 0.0);
        let panel = &mut buffer[..w * stride];
        for column in panel.chunks_exact_mut(stride) {
            column[m..].fill(0.0);
        }
        for (i, row) in rows.iter().enumerate() {
            for (column, &x) in panel.chunks_exact_mut(stride).zip(&row.data[c0..c1]) {
                column[i] = x;
            }
        }
        let mut rank = 0;
        let mut u = [0.0; WIDTH];
        for j in 0..w {
            if rank == m {
                break;
            }
            let (l, t) = panel.split_at_mut(j * stride);
            let t = &mut t[..length];
            pivot_part(cx, l, stride, t, &mut u[..rank]);
            column_update(cx.isa, &cx.modulus, t, l, stride, &u[..rank]);
            t[..rank].copy_from_slice(&u[..rank]);
            let Some(found) = t[rank..m].iter().position(|&x| x != 0.0) else {
                continue;
            };
            let found = rank + found;
            rows.swap(rank, found);
            for column in panel.chunks_exact_mut(stride) {
                column.swap(rank, found);
            }
            let at = j * stride;
            let pivot = panel[at + rank];
            let inverse = cx.modulus.invert(pivot);
            column_scale(cx.isa, &cx.modulus, &mut panel[at + rank..at + length], inverse);
            panel[at + rank] = pivot;
            if rank != j {
                panel.copy_within(at..at + length, rank * stride);
            }
            pivots.push(c0 + j);
            rank += 1;
        }
        for (i, row) in rows.iter_mut().enumerate() {
            let columns = panel.chunks_exact(stride);
            for (x, column) in row.data[c0..c0 + rank].iter_mut().zip(columns) {
                *x = column[i];
            }
        }
        rank
    })
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, pivot_part, stride_of};
    use crate::linalg::modular::kernel::Isa;
    use crate::linalg::modular::update::Context;

    #[test]
    fn columns_have_room_between_them() {
        assert_eq!([1, 32, 33].map(stride_of), [40, 40, 72]);
    }

    /// All products are close to the largest and of one sign, so that sums of a whole column of them
    /// would exceed `2^53`.
    #[test]
    fn a_solve_whose_sums_need_reductions() {
        let p = 67_108_859i64;
        let cx = Context::new(p as u32, Isa::detect(), 1);
        let (l, u) = (|j: usize, k: usize| p / 2 - (j + k) as i64, |k: usize| p / 2 - 2 * k as i64);
        let columns: Vec<f64> =
            (0..WIDTH * WIDTH).map(|at| l(at / WIDTH, at % WIDTH) as f64).collect();
        let t: Vec<f64> = (0..WIDTH)
            .map(|k| (0..k).fold(u(k), |sum, j| (sum + l(j, k) * u(j)) % p))
            .map(|t| if t > p / 2 { t - p } else { t } as f64)
            .collect();
        let mut found = [0.0; WIDTH];
        pivot_part(&cx, &columns, WIDTH, &t, &mut found);
        assert!((0..WIDTH).all(|k| (found[k] as i64).rem_euclid(p) == u(k)), "{found:?}");
    }
}
