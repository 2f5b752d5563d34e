//! Blocked matrix products over lists of rows.
//!
//! # Layout
//!
//! A matrix is a list of mutable row slices, so that exchanging two rows costs
//! nothing and disjoint blocks of rows or columns are disjoint borrows. In every
//! product `C := C - A B` of the elimination the rows of `A` and of `C` are the
//! same rows at different columns; [`Line`] names the two parts of a row.
//!
//! # Method
//!
//! `C` is `m x n`, `A` is `m x k`, `B` is `k x n`. Slabs of `B` of at most
//! `KC x NC` entries are packed into slivers of the tile width and stay in the
//! second-level cache, while `A` is read in place, some rows at a time (K. Goto,
//! R. van de Geijn, *Anatomy of high-performance matrix multiplication*, ACM
//! TOMS 34(3), 2008). The modular reduction is fused with the store of a tile.

use super::field::Modulus;
use super::kernel::{self, Isa, KC, MR_MAX, Pair};
use crate::stop::{NEVER, Stop};
use rayon::prelude::*;
use std::cell::RefCell;

/// Products of numbers from which an operation is shared out over the threads.
const SHARED: f64 = 5e5;

thread_local! {
    static PACK: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// Everything a product needs to know besides its operands.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The prime.
    pub modulus: Modulus,
    /// The instruction set.
    pub isa: Isa,
    /// Number of parts into which large products are split.
    pub threads: usize,
    /// Products of numbers from which an operation is large.
    pub shared: f64,
    /// Once it is due, products are left unfinished: who sets it looks at it after each.
    pub stop: &'a Stop,
    /// Told the products of numbers that were done.
    pub done: &'a (dyn Fn(u64) + Sync),
}

impl Context<'_> {
    /// Everything for the prime `p`.
    pub(super) fn new(p: u32, isa: Isa, threads: usize) -> Self {
        Self { modulus: Modulus::new(p), isa, threads, shared: SHARED, stop: &NEVER, done: &|_| () }
    }

    /// Balanced residues of integers of magnitude below 2^52.
    pub(super) fn reduce(&self, data: &mut [f64]) {
        let modulus = self.modulus;
        data.par_chunks_mut(1 << 16).for_each(|part| {
            // Twice: the first quotient of a huge entry may be off by more than
            // the balanced bound allows.
            for x in part {
                *x = modulus.reduce(modulus.reduce(*x));
            }
        });
    }

    /// The length of the parts, of whole tiles of length `tile`, in which an operation is shared out
    /// over the threads; nothing if it is not worth it.
    pub(super) fn part(&self, length: usize, tile: usize, work: [usize; 3]) -> Option<usize> {
        let work: f64 = work.iter().map(|&x| x as f64).product();
        (self.threads > 1 && work >= self.shared)
            .then(|| length.div_ceil(self.threads).next_multiple_of(tile))
    }
}

/// Columns taking part in a product: `A` starts at column `a`, `B` and `C` at
/// column `c` and are `n` wide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// First column of `A`.
    pub a: usize,
    /// First column of `B` and `C`.
    pub c: usize,
    /// Number of columns of `B` and `C`.
    pub n: usize,
}

/// A row that holds a row of `A` and a row of `C` (or `B`).
pub(crate) trait Line: Send + Sync {
    /// Columns `a..` of `A` and columns `c..c + n` of `C`.
    fn pair(&mut self, span: &Span) -> Pair<'_>;
    /// Columns of `A` from `a` on.
    fn left(&self, a: usize) -> &[f64];
    /// Columns `c..c + n` of `B`.
    fn right(&self, span: &Span) -> &[f64];
}

/// A full row of the matrix with its original index.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// Index in the input.
    pub index: usize,
    /// The entries.
    pub data: &'a mut [f64],
}

impl Line for Row<'_> {
    #[inline]
    fn pair(&mut self, span: &Span) -> Pair<'_> {
        let (a, c) = self.data.split_at_mut(span.c);
        (&a[span.a..], &mut c[..span.n])
    }
    #[inline]
    fn left(&self, a: usize) -> &[f64] {
        &self.data[a..]
    }
    #[inline]
    fn right(&self, span: &Span) -> &[f64] {
        &self.data[span.c..span.c + span.n]
    }
}

/// A row whose two parts were borrowed separately; columns of `C` count from
/// the start of its own part.
#[derive(Debug)]
pub(crate) struct Halves<'a> {
    /// The row of `A`, shared between the column parts of `C`.
    pub a: &'a [f64],
    /// The row of `C` or `B`.
    pub c: &'a mut [f64],
}

impl Line for Halves<'_> {
    #[inline]
    fn pair(&mut self, span: &Span) -> Pair<'_> {
        (&self.a[span.a..], &mut self.c[span.c..span.c + span.n])
    }
    #[inline]
    fn left(&self, a: usize) -> &[f64] {
        &self.a[a..]
    }
    #[inline]
    fn right(&self, span: &Span) -> &[f64] {
        &self.c[span.c..span.c + span.n]
    }
}

/// Packs rows `top`, columns of `span`, into slivers of the tile width.
fn pack<T: Line>(isa: Isa, top: &[T], span: &Span, buffer: &mut Vec<f64>) {
    let nr = isa.nr();
    let k = top.len();
    buffer.resize(buffer.len().max(isa.padded(span.n) * k), 0.0);
    for (r, line) in top.iter().enumerate() {
        let row = line.right(span);
        let mut chunks = row.chunks_exact(nr);
        let mut at = r * nr;
        for chunk in &mut chunks {
            buffer[at..at + nr].copy_from_slice(chunk);
            at += nr * k;
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let padded = isa.padded(rest.len());
            let at = at - r * nr + r * padded;
            buffer[at..at + rest.len()].copy_from_slice(rest);
            buffer[at + rest.len()..at + padded].fill(0.0);
        }
    }
}

/// Runs the tiles of up to `mr` rows against a packed slab.
#[inline]
fn sweep(cx: &Context, k: usize, rows: &mut [Pair<'_>], n: usize, packed: &[f64], load: bool) {
    let nr = cx.isa.nr();
    let count = rows.len();
    let mut j = 0;
    while j < n {
        let width = nr.min(n - j);
        let mut part: [Pair<'_>; MR_MAX] = Default::default();
        for (to, from) in part.iter_mut().zip(rows.iter_mut()) {
            *to = (from.0, &mut from.1[j..j + width]);
        }
        kernel::tile(cx.isa, &cx.modulus, k, width, &mut part[..count], &packed[j * k..], load);
        j += width;
    }
}

/// `C := C - A B` on one thread; the rows of `B` are `top`.
pub(crate) fn update_serial<T: Line>(cx: &Context, rows: &mut [T], top: &[T], span: Span) {
    let slab = cx.isa.slab();
    let mr = cx.isa.rows();
    PACK.with_borrow_mut(|buffer| {
        for j in (0..span.n).step_by(slab) {
            for (block, part) in top.chunks(KC).enumerate() {
                if cx.stop.is_due() {
                    return;
                }
                let here = Span { a: span.a + block * KC, c: span.c + j, n: slab.min(span.n - j) };
                pack(cx.isa, part, &here, buffer);
                for group in rows.chunks_mut(mr) {
                    let count = group.len();
                    let mut pairs: [Pair<'_>; MR_MAX] = Default::default();
                    for (to, line) in pairs.iter_mut().zip(group) {
                        *to = line.pair(&here);
                    }
                    let pairs = &mut pairs[..count];
                    sweep(cx, part.len(), pairs, here.n, buffer, true);
                }
                (cx.done)((rows.len() * part.len() * here.n) as u64);
            }
        }
    });
}

/// `C := - A C` on one thread for a square `A` of at most `KC` rows of `KC`
/// entries or fewer, stored apart.
pub(crate) fn multiply_left<T: Line>(cx: &Context, a: &[f64], rows: &mut [T], span: Span) {
    let k = rows.len();
    let slab = cx.isa.slab();
    let mr = cx.isa.rows();
    PACK.with_borrow_mut(|buffer| {
        for j in (0..span.n).step_by(slab) {
            let here = Span { a: 0, c: span.c + j, n: slab.min(span.n - j) };
            pack(cx.isa, rows, &here, buffer);
            for (group, left) in rows.chunks_mut(mr).zip(a.chunks(mr * k)) {
                let count = group.len();
                let mut pairs: [Pair<'_>; MR_MAX] = Default::default();
                for ((to, line), a) in pairs.iter_mut().zip(group).zip(left.chunks(k)) {
                    *to = (a, line.pair(&here).1);
                }
                sweep(cx, k, &mut pairs[..count], here.n, buffer, false);
            }
        }
    });
}

/// `C := C - A B`, split by rows over the threads when it is worth it.
pub(crate) fn update<T: Line>(cx: &Context, rows: &mut [T], top: &[T], span: Span) {
    let work = [rows.len(), top.len(), span.n];
    let Some(part) = cx.part(rows.len(), cx.isa.rows(), work) else {
        update_serial(cx, rows, top, span);
        return;
    };
    rayon::scope(|scope| {
        for rows in rows.chunks_mut(part) {
            scope.spawn(move |_| update_serial(cx, rows, top, span));
        }
    });
}
