//! Matrices for tests, as text, and plain eliminations of them.
#![allow(dead_code)] // no test file uses all of it

use seprank::matrix::Matrix;
use seprank::matrix::read::{self, Format, ReadError};

pub(crate) fn parse(bytes: &[u8], format: Format) -> Result<Matrix, ReadError> {
    read::parse(bytes, format, Default::default())
}

/// CSV of what `entry` says.
pub(crate) fn by_entries(
    rows: usize,
    cols: usize,
    entry: impl Fn(usize, usize) -> String,
) -> String {
    let row = |i| (0..cols).map(|j| entry(i, j)).collect::<Vec<_>>().join(",");
    (0..rows).map(row).collect::<Vec<_>>().join("\n")
}

/// CSV of numbers below `most`, from a linear congruence.
pub(crate) fn csv(rows: usize, cols: usize, most: u64) -> String {
    let state = std::cell::Cell::new(1u64);
    by_entries(rows, cols, |_, _| {
        state.set(state.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        (state.get() >> 33).wrapping_rem(most).to_string()
    })
}

/// SMS with about `each` entries a row: anywhere, near the diagonal, or in rows that repeat.
pub(crate) fn sparse(rows: usize, cols: usize, each: u64, shape: u8, seed: u64) -> String {
    let mut state = seed;
    let mut next = move |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut places = std::collections::BTreeMap::new();
    for i in 0..rows {
        for _ in 0..each {
            let j = match shape {
                0 => next(cols),
                1 => (i + next(9)) % cols,
                _ => (i % 40 * 5 + next(3)) % cols,
            };
            let value = if shape == 2 { (i % 40) as i64 + 1 } else { next(9) as i64 - 4 };
            places.insert((i, j), value);
        }
    }
    let lines: Vec<String> =
        places.iter().map(|((i, j), x)| format!("{} {} {x}\n", i + 1, j + 1)).collect();
    format!("{rows} {cols} M\n{}0 0 0\n", lines.concat())
}

/// All entries modulo p, by rows.
pub(crate) fn dense(matrix: &Matrix, p: u64) -> Vec<Vec<u64>> {
    let mut dense = vec![vec![0; matrix.cols()]; matrix.rows()];
    for (i, j, value) in matrix.triples() {
        let value = value.into_rational();
        let of = |n: &rug::Integer| rug::Integer::from(n.modulo_ref(&p.into()));
        let inverse = of(value.denom()).invert(&p.into()).expect("a denominator with an inverse");
        let residue = (of(value.numer()) * inverse) % p;
        dense[i][j as usize] = residue.to_u64().expect("a residue");
    }
    dense
}

/// The rank modulo p, as in a school book.
pub(crate) fn naive_rank(matrix: &[Vec<u64>], p: u64) -> usize {
    let mut rows = matrix.to_vec();
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(p)) as u64;
    let cols = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for col in 0..cols {
        let Some(found) = (rank..rows.len()).find(|i| rows[*i][col] != 0) else { continue };
        rows.swap(rank, found);
        let mut inverse = 1;
        let (mut base, mut exponent) = (rows[rank][col], p - 2);
        while exponent > 0 {
            if exponent & 1 == 1 {
                inverse = times(inverse, base);
            }
            base = times(base, base);
            exponent >>= 1;
        }
        let (top, below) = rows.split_at_mut(rank + 1);
        for row in below.iter_mut().filter(|row| row[col] != 0) {
            let factor = p - times(row[col], inverse);
            for (x, y) in row.iter_mut().zip(&top[rank]).skip(col).filter(|(_, y)| **y != 0) {
                *x = ((u128::from(*x) + u128::from(times(factor, *y))) % u128::from(p)) as u64;
            }
        }
        rank += 1;
    }
    rank
}
