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
        let mut room = m.depth;
        for (j, &x) in u[..k].iter().enumerate() {
            if room == 0 {
                sum = m.reduce(sum);
                room = m.depth;
            }
            room -= 1;
            sum -= l[j * stride + k] * x;
        }
        u[k] = m.reduce(sum);
    }
}

/// Eliminates columns `c0..c1` of `rows` (`c1 - c0 <= WIDTH`).
///
/// Returns the rank `r`. The pivot rows are moved to the front, the pivot
/// columns are appended to `pivots`, and the multipliers (unit lower
/// trapezoidal, `m x r`) are left in columns `c0..c0 + r`.
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
    let stride = length + 8;
    PANEL.with_borrow_mut(|buffer| {
        if buffer.len() < w * stride {
            buffer.resize(w * stride, 0.0);
        }
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
            if rank > 0 {
                pivot_part(cx, l, stride, t, &mut u[..rank]);
                let start = rank / COLUMN_BLOCK * COLUMN_BLOCK;
                let u = &u[..rank];
                column_update(cx.isa, &cx.modulus, &mut t[start..], &l[start..], stride, u);
            }
            let Some(found) = t[rank..m].iter().position(|&x| x != 0.0) else {
                continue;
            };
            if found > 0 {
                rows.swap(rank, rank + found);
                for column in panel.chunks_exact_mut(stride) {
                    column.swap(rank, rank + found);
                }
            }
            let inverse = cx.modulus.invert(panel[j * stride + rank]);
            let at = j * stride;
            column_scale(cx.isa, &cx.modulus, &mut panel[at + rank..at + length], inverse);
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
