//! Products and triangular solves against their definitions, on entries whose sums of products are as
//! large as they can be, and the choices between several threads and one.
use super::kernel::Isa;
use super::solve::solve;
use super::update::{Context, Row, Span, update};

/// The largest prime below `2^26`: it leaves room for the fewest products, seven.
const P: i64 = 67_108_859;

/// A balanced residue close to the largest, and odd.
fn large(k: usize) -> i64 {
    P / 2 - 2 * (k % 5) as i64
}

fn class(x: f64) -> i64 {
    (x as i64).rem_euclid(P)
}

/// Each instruction set, on one thread and with everything shared out.
fn contexts() -> Vec<Context<'static>> {
    let with = |isa, threads| Context { shared: 1.0, ..Context::new(P as u32, isa, threads) };
    Isa::all().into_iter().flat_map(|isa| [with(isa, 1), with(isa, 3)]).collect()
}

fn rows(data: &mut [Vec<f64>]) -> Vec<Row<'_>> {
    data.iter_mut().enumerate().map(|(index, data)| Row { index, data }).collect()
}

/// More rows of `B` than a block, more columns than a slab, more rows of `C` than a tile.
#[test]
fn product_by_its_definition() {
    let (m, k, n) = (9, 258, 293);
    let span = Span { a: 2, c: 261, n };
    let entry = |i: usize, j: usize| large(i + 3 * j) as f64;
    let data = |rows: usize, seed: usize| -> Vec<Vec<f64>> {
        (0..rows).map(|i| (0..span.c + n + 1).map(|j| entry(seed + i, j)).collect()).collect()
    };
    let (before, b) = (data(m, 0), data(k, 1));
    let expected = |i: usize, j: usize| {
        let row = &before[i];
        if !(span.c..span.c + n).contains(&j) {
            return row[j] as i64;
        }
        let products = row[span.a..].iter().zip(&b).map(|(a, b)| *a as i64 * b[j] as i64 % P);
        row[j] as i64 - products.sum::<i64>()
    };
    let expected: Vec<Vec<i64>> = (0..m)
        .map(|i| (0..span.c + n + 1).map(|j| expected(i, j).rem_euclid(P)).collect())
        .collect();
    for cx in contexts() {
        let mut c = before.clone();
        update(&cx, &mut rows(&mut c), &rows(&mut b.clone()), span);
        let found: Vec<Vec<i64>> =
            c.iter().map(|row| row.iter().map(|&x| class(x)).collect()).collect();
        assert!(found == expected, "{:?} {}", cx.isa, cx.threads);
    }
}

/// `L X = B` for the solution `X`, whose entries are large too; more rows than two triangles.
#[test]
fn solve_by_its_definition() {
    let (r, n) = (70, 301);
    let span = Span { a: 1, c: 75, n };
    let l = |i: usize, j: usize| large(i + j);
    let x = |i: usize, j: usize| large(2 * i + j);
    let data: Vec<Vec<f64>> = (0..r)
        .map(|i| {
            let product = |j| (0..i).fold(x(i, j), |sum, t| (sum + l(i, t) * x(t, j)) % P);
            let mut row = vec![1.0; span.c + n + 1];
            (0..r).for_each(|j| row[span.a + j] = l(i, j) as f64);
            (0..n).for_each(|j| {
                let b = product(j);
                row[span.c + j] = (if b > P / 2 { b - P } else { b }) as f64;
            });
            row
        })
        .collect();
    for cx in contexts() {
        let mut solved = data.clone();
        solve(&cx, &mut rows(&mut solved), span);
        for (i, (row, before)) in solved.iter().zip(&data).enumerate() {
            assert_eq!(row[..span.c], before[..span.c]);
            assert_eq!(row[span.c + n], 1.0);
            for j in 0..n {
                assert_eq!(class(row[span.c + j]), x(i, j), "{i}, {j}, {:?}", cx.isa);
            }
        }
    }
}

/// Three threads share out what is large; the parts are whole tiles.
#[test]
fn what_is_worth_several_threads() {
    let isa = Isa::detect();
    let cx = Context { shared: 1000.0, ..Context::new(7, isa, 3) };
    assert_eq!(cx.part(100, 8, [10, 10, 10]), Some(40));
    assert_eq!(cx.part(100, 8, [10, 111, 0]), None);
    assert_eq!(cx.part(100, 8, [9, 111, 1]), None);
    assert_eq!(cx.part(100, 8, [11, 100, 1]), Some(40));
    assert_eq!(Context { threads: 2, ..cx }.part(100, 8, [10, 10, 10]), Some(56));
    assert_eq!(Context { threads: 1, ..cx }.part(100, 8, [10, 10, 10]), None);
}
