//! Triangular solve with a unit lower-triangular matrix on the left.
//!
//! `B := L^-1 B` for `L` of order `r` and `B` of shape `r x n`, both given row
//! by row. The recursion splits `L` in halves, `B_2 := B_2 - L_21 B_1` being a
//! product; at order [`BASE`] the triangle is inverted (its inverse has `r^2`
//! entries, small enough to stay in cache) and applied as a product, so that
//! every operation on `B` runs in the tile kernel (Dumas, Giorgi, Pernet 2008,
//! section 4).

use super::update::{Context, Halves, Line, Row, Span, multiply_left, update_serial};

/// Order below which the triangle is inverted.
const BASE: usize = 32;

/// Minus the inverse of the unit lower triangle of `rows` at column `a`.
fn negated_inverse<T: Line>(cx: &Context, rows: &[T], a: usize) -> [f64; BASE * BASE] {
    let n = rows.len();
    let m = &cx.modulus;
    let mut out = [0.0; BASE * BASE];
    for (i, line) in rows.iter().enumerate() {
        let l = line.left(a);
        let (done, rest) = out.split_at_mut(i * n);
        let row = &mut rest[..n];
        for start in (0..i).step_by(m.depth) {
            for (k, &x) in l[..i].iter().enumerate().skip(start).take(m.depth) {
                for (v, &y) in row[..=k].iter_mut().zip(&done[k * n..=k * n + k]) {
                    *v -= x * y;
                }
            }
            row[..i].iter_mut().for_each(|v| *v = m.reduce(*v));
        }
        row[i] = -1.0;
    }
    out
}

/// `B := L^-1 B` on one thread; `L` starts at column `span.a` of its rows.
pub(crate) fn solve_serial<T: Line>(cx: &Context, rows: &mut [T], span: Span) {
    let r = rows.len();
    if r <= BASE {
        let inverse = negated_inverse(cx, rows, span.a);
        multiply_left(cx, &inverse[..r * r], rows, span);
        return;
    }
    let half = (r / 2).next_multiple_of(BASE);
    let (first, second) = rows.split_at_mut(half);
    solve_serial(cx, first, span);
    update_serial(cx, second, first, span);
    let span = Span { a: span.a + half, ..span };
    solve_serial(cx, second, span);
}

/// `B := L^-1 B` with the columns of `B` shared out over the threads.
pub(crate) fn solve(cx: &Context, rows: &mut [Row<'_>], span: Span) {
    let r = rows.len();
    if r == 0 || span.n == 0 {
        return;
    }
    let Some(width) = cx.part(span.n, cx.isa.nr(), [r, r, span.n]) else {
        solve_serial(cx, rows, span);
        return;
    };
    let parts = span.n.div_ceil(width);
    let mut split: Vec<Vec<Halves<'_>>> = (0..parts).map(|_| Vec::with_capacity(r)).collect();
    for row in rows {
        let (a, c) = row.data.split_at_mut(span.c);
        let a = &a[span.a..];
        for (part, c) in split.iter_mut().zip(c[..span.n].chunks_mut(width)) {
            part.push(Halves { a, c });
        }
    }
    rayon::scope(|scope| {
        for mut part in split {
            scope.spawn(move |_| {
                let n = part[0].c.len();
                solve_serial(cx, &mut part, Span { a: 0, c: 0, n });
            });
        }
    });
}
