//! Vanishing of a Schur complement by p-adic lifting.
//!
//! # Definition
//!
//! Rows and columns are ordered so that `B = A[R, C]` (`r x r`) comes first; `F`
//! is `A[:, C]` (`m x r`) and `T_0 = A[:, C']` (`m x c`). For a prime `p` that does
//! not divide `det B`, with `T_k` split in its first `r` rows `T_k'` and the rest,
//!
//! ```text
//! D_k = B^-1 T_k' mod p (balanced),    T_{k+1} = (T_k - F D_k) / p.
//! ```
//!
//! Suppose the division is exact for `k = 0, .., s - 1`. With
//! `X = sum D_k p^k` there are integer matrices with `A[R, C'] = B X + p^s E_1`
//! and `A[R', C'] = A[R', C] X + p^s E_2`, so that the Schur complement
//! `S = A[R', C'] - A[R', C] B^-1 A[R, C']` satisfies
//!
//! ```text
//! det(B) S = p^s (det(B) E_2 - A[R', C] adj(B) E_1),
//! ```
//!
//! an integer matrix divisible by `p^s`. Its entries are the bordered minors of
//! `B`, so they vanish once `p^s` exceeds their bound. Nothing is assumed of the
//! computed inverse: the argument rests on the exact divisions alone, and a
//! failed division only means that another certificate is needed. See J. D.
//! Dixon, *Exact solution of linear equations using p-adic expansions*, Numer.
//! Math. 40, 1982. If fewer rows than columns lie outside the minor, the
//! transpose is used.
//!
//! # Exactness
//!
//! `p < 2^52`, `|A| < 2^62` and `r <= 4000`, so sums of products stay below
//! `2^126` in `i128`; `T_k` stays below `r 2^62`.

use super::echelon::Echelon;
use super::rational::Route;
use super::wide::{Residues, inverse};
use rayon::prelude::*;
use rug::Integer;

/// Primes for lifting: the largest below `2^52`, and two more.
const PRIMES: [u64; 3] = [(1 << 52) - 47, (1 << 51) - 129, (1 << 50) - 27];
/// Largest order of the minor.
const LARGEST: usize = 4000;

/// Result of a lifting.
pub(super) enum Outcome {
    /// The Schur complement is divisible by this power of this prime, which
    /// exceeds the bound.
    Zero(u64, usize),
    /// A division failed, or the method does not apply.
    Unknown,
}

/// Whether lifting is expected to beat elimination modulo many primes.
pub(super) fn preferred(m: usize, n: usize, r: usize, limbs: usize, route: Route) -> bool {
    let outside = (m - r).min(n - r);
    match route {
        Route::Cheaper => limbs <= 3 && r > 64 && r <= LARGEST && outside <= r / 32 + 1,
        #[cfg(test)]
        Route::Primes => false,
        #[cfg(test)]
        Route::Lifting => r > 0,
    }
}

/// `A` with the minor in front, cut in `F` (`m x r`) and `T` (`m x c`), both
/// row-major.
struct Split {
    m: usize,
    r: usize,
    c: usize,
    f: Vec<i64>,
    t: Vec<i128>,
}

fn split(a: &[Integer], m: usize, n: usize, e: &Echelon) -> Option<Split> {
    let transpose = m < n;
    let (m, n, rows, cols) = if transpose {
        (n, m, &e.pivot_cols, &e.pivot_rows)
    } else {
        (m, n, &e.pivot_rows, &e.pivot_cols)
    };
    let order = |len: usize, first: &[usize]| {
        let mut rest = vec![true; len];
        first.iter().for_each(|&i| rest[i] = false);
        let rest = (0..len).filter(|&i| rest[i]);
        first.iter().copied().chain(rest).collect::<Vec<_>>()
    };
    let (row_order, col_order) = (order(m, rows), order(n, cols));
    let r = e.rank;
    let c = n - r;
    let (mut f, mut t) = (Vec::with_capacity(m * r), Vec::with_capacity(m * c));
    for &i in &row_order {
        for (k, &j) in col_order.iter().enumerate() {
            let x = if transpose { &a[j * m + i] } else { &a[i * n + j] };
            let x = x.to_i64().filter(|x| x.unsigned_abs() < 1 << 62)?;
            if k < r {
                f.push(x);
            } else {
                t.push(i128::from(x));
            }
        }
    }
    Some(Split { m, r, c, f, t })
}

/// Lifts until `p^s` exceeds the square root of `bound`.
pub(super) fn vanishes(a: &[Integer], m: usize, n: usize, e: &Echelon, bound: &Integer) -> Outcome {
    if e.rank > LARGEST || e.rank == 0 {
        return Outcome::Unknown;
    }
    let Some(mut s) = split(a, m, n, e) else {
        return Outcome::Unknown;
    };
    for p in PRIMES {
        let b: Vec<i64> = s.f[..s.r * s.r].to_vec();
        if let Some(inverse) = inverse(&b, s.r, p) {
            return lift(&mut s, &inverse, p, bound);
        }
    }
    Outcome::Unknown
}

fn lift(s: &mut Split, inverse: &[u64], p: u64, bound: &Integer) -> Outcome {
    let (r, c) = (s.r, s.c);
    let field = Residues::new(p);
    let signed = i128::from(p);
    let mut power = Integer::from(1);
    let mut steps = 0;
    // Digits and residues, column by column: entry (i, j) at j r + i.
    let mut residues = vec![0u64; r * c];
    let mut digits = vec![0i64; r * c];
    let parallel = s.m * r * c > 1 << 16;
    let part = if parallel { s.m.div_ceil(16) } else { s.m };
    while Integer::from(power.square_ref()) <= *bound {
        for (i, row) in s.t[..r * c].chunks_exact(c).enumerate() {
            for (j, &x) in row.iter().enumerate() {
                residues[j * r + i] = field.signed(x);
            }
        }
        let digit = |at: usize| {
            let (j, i) = (at / r, at % r);
            let x = &residues[j * r..(j + 1) * r];
            let y = &inverse[i * r..(i + 1) * r];
            let sum: u128 = x.iter().zip(y).map(|(&x, &y)| u128::from(x) * u128::from(y)).sum();
            let d = field.reduce(sum) as i64;
            if d > (p / 2) as i64 { d - p as i64 } else { d }
        };
        if parallel {
            let size = (r * c).div_ceil(16);
            digits.par_chunks_mut(size).enumerate().for_each(|(k, to)| {
                for (i, d) in to.iter_mut().enumerate() {
                    *d = digit(k * size + i);
                }
            });
        } else {
            digits.iter_mut().enumerate().for_each(|(i, d)| *d = digit(i));
        }
        let advance = |(t, f): (&mut [i128], &[i64])| {
            t.chunks_exact_mut(c).zip(f.chunks_exact(r)).all(|(t, f)| {
                t.iter_mut().zip(digits.chunks_exact(r)).all(|(x, d)| {
                    let sum: i128 =
                        f.iter().zip(d).map(|(&f, &d)| i128::from(f) * i128::from(d)).sum();
                    let y = *x - sum;
                    *x = y / signed;
                    *x * signed == y
                })
            })
        };
        let exact = if parallel {
            s.t.par_chunks_mut(part * c).zip(s.f.par_chunks(part * r)).all(advance)
        } else {
            advance((&mut s.t, &s.f))
        };
        if !exact {
            return Outcome::Unknown;
        }
        power *= p;
        steps += 1;
    }
    Outcome::Zero(p, steps)
}
