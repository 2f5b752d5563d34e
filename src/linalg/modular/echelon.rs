//! Rank and pivots of a dense matrix modulo a prime below `2^26`.
//!
//! # Definition
//!
//! For `A` of shape `m x n` (row-major: entry `(i, j)` at `i n + j`) over
//! `Z/p`, the result is a rank `r`, rows `i_0, .., i_{r-1}` and columns
//! `j_0 < .. < j_{r-1}` such that the minor `(A[i_a, j_b])` is non-zero and every
//! larger minor vanishes. The columns are the lexicographically first ones
//! (the column rank profile); the rows come in the order of elimination.
//!
//! # Method
//!
//! PLE decomposition by recursion on columns: the left half is eliminated, its
//! `r_1` pivot rows move to the front, the right half becomes
//! `U_12 = L_11^-1 A_12` and `A_22 - L_21 U_12`, and the lower right part is
//! eliminated in turn. The cost is `O(m n r^(w-2))` for products of exponent
//! `w`. Of the echelon form only the pivot columns `U` are kept: the first `r`
//! columns of the pivot rows, in their order, hold `L` below the diagonal and `U`
//! from it on, so that the minor is `L U`; the other rows hold their part of `L`. See C.-P. Jeannerod, C. Pernet,
//! A. Storjohann, *Rank-profile revealing Gaussian elimination and the CUP
//! matrix decomposition*, JSC 56, 2013, and Dumas, Giorgi, Pernet, ACM TOMS
//! 35(3), 2008.
//!
//! Once [`Stop`](crate::Stop) is due no more pivots are found: the minor of those that are is `L U` all the
//! same.
//!
//! # Memory
//!
//! The matrix itself, one row descriptor per row, and per thread a packed slab
//! and a panel of 32 columns.

use super::kernel::Isa;
use super::panel::{WIDTH, eliminate};
use super::solve::solve;
use super::update::{Context, Row, Span, update};
use crate::stop::Stop;

/// Rank and a non-zero minor of that order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Echelon {
    /// The rank.
    pub rank: usize,
    /// Original indices of the pivot rows, in the order of elimination.
    pub pivot_rows: Vec<usize>,
    /// Original indices of the pivot columns, increasing.
    pub pivot_cols: Vec<usize>,
}

/// Primes just below `2^23`: balanced products then allow more than 500 terms
/// between reductions.
pub(super) const DEFAULT_PRIMES: [u32; 8] =
    [8_388_593, 8_388_587, 8_388_581, 8_388_571, 8_388_547, 8_388_539, 8_388_473, 8_388_461];

/// Rank, pivot rows and pivot columns modulo the prime `p < 2^26`.
///
/// `data` holds `rows x cols` integral entries in row-major order, in any
/// representation of magnitude below `2^52`; it is overwritten.
/// The work is shared over the current rayon pool. Once `stop` is due it ends with the pivots that it has.
///
/// # Panics
///
/// If `data.len() != rows * cols`, or `p` is not in `2..2^26`.
pub(crate) fn echelon_in_place(
    data: &mut [f64],
    rows: usize,
    cols: usize,
    p: u32,
    stop: &Stop,
) -> Echelon {
    let cx = Context { stop, ..Context::new(p, Isa::detect(), rayon::current_num_threads()) };
    echelon_with(&cx, data, rows, cols)
}

pub(crate) fn echelon_with(cx: &Context, data: &mut [f64], rows: usize, cols: usize) -> Echelon {
    assert_eq!(Some(data.len()), rows.checked_mul(cols), "the slice must hold rows x cols entries");
    if data.is_empty() {
        return Echelon::default();
    }
    cx.reduce(data);
    run(cx, data, cols)
}

/// [`echelon_in_place`] on one thread, for entries that are balanced residues already.
pub(crate) fn echelon_single(data: &mut [f64], rows: usize, cols: usize, p: u32) -> Echelon {
    debug_assert_eq!(data.len(), rows * cols);
    run(&Context::new(p, Isa::detect(), 1), data, cols)
}

fn run(cx: &Context, data: &mut [f64], cols: usize) -> Echelon {
    let mut list: Vec<Row<'_>> = data
        .chunks_exact_mut(cols.max(1))
        .enumerate()
        .map(|(index, data)| Row { index, data })
        .collect();
    let mut pivot_cols = Vec::new();
    let rank = decompose(cx, &mut list, 0, cols, &mut pivot_cols);
    Echelon { rank, pivot_rows: list[..rank].iter().map(|row| row.index).collect(), pivot_cols }
}

/// PLE of columns `c0..c1`: returns the rank `r`, with the pivot rows in front
/// and `L`, in these with `U`, in columns `c0..c0 + r`.
fn decompose(
    cx: &Context,
    rows: &mut [Row<'_>],
    c0: usize,
    c1: usize,
    pivots: &mut Vec<usize>,
) -> usize {
    if rows.is_empty() || cx.stop.is_due() {
        return 0;
    }
    if c1 - c0 <= WIDTH {
        return eliminate(cx, rows, c0, c1, pivots);
    }
    let mid = c0 + ((c1 - c0) / 2).next_multiple_of(WIDTH);
    let first = decompose(cx, rows, c0, mid, pivots);
    let (top, bottom) = rows.split_at_mut(first);
    if bottom.is_empty() || cx.stop.is_due() {
        return first;
    }
    let span = Span { a: c0, c: mid, n: c1 - mid };
    solve(cx, top, span);
    update(cx, bottom, top, span);
    // What a stop has left unfinished is right of the pivots that are found.
    if cx.stop.is_due() {
        return first;
    }
    let second = decompose(cx, bottom, mid, c1, pivots);
    let end = c0 + first;
    let found = &pivots[pivots.len() - second..];
    if second > 0 && found[second - 1] >= end + second {
        for row in top {
            found.iter().enumerate().for_each(|(k, &col)| row.data[end + k] = row.data[col]);
        }
    }
    if end != mid {
        for row in bottom {
            row.data.copy_within(mid..mid + second, end);
        }
    }
    first + second
}
