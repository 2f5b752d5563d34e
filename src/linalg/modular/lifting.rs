//! Vanishing of a Schur complement by p-adic lifting.
//!
//! # Definition
//!
//! Rows and columns are ordered so that `B = A[R, C]` (`r x r`) comes first; `F`
//! is `A[:, C]` (`m x r`) and `T_0 = A[:, C']` (`m x c`). For a prime `p` that does
//! not divide `det B`, with `T_k` split in its first `r` rows `T_k'` and the rest,
//!
//! ```text
//! D_k = B^-1 T_k' mod p,    T_{k+1} = (T_k - F D_k) / p.
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
//! `2^126` in `i128`; `T_k` stays below `2 r 2^62`.

use super::echelon::Echelon;
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

/// Which certificate to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The one expected to be cheaper.
    Cheaper,
    /// Many primes.
    #[cfg(test)]
    Primes,
    /// Lifting.
    #[cfg(test)]
    Lifting,
}

/// Whether lifting is expected to beat elimination modulo many primes.
pub(super) fn preferred(m: usize, n: usize, r: usize, limbs: usize, route: Route) -> bool {
    let outside = (m - r).min(n - r);
    match route {
        Route::Cheaper => limbs <= 3 && (65..=LARGEST).contains(&r) && outside <= r / 32 + 1,
        #[cfg(test)]
        Route::Primes => false,
        #[cfg(test)]
        Route::Lifting => (1..=LARGEST).contains(&r),
    }
}

/// Whether a step with so many products is shared out over the threads.
fn is_shared(products: [usize; 2]) -> bool {
    products.iter().product::<usize>() > 1 << 16
}

/// `A` with the minor in front, cut in `F` (`m x r`) and `T` (`m x c`), both
/// row-major.
struct Split {
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
    Some(Split { r, c, f, t })
}

/// Lifts until `p^s` exceeds the square root of `bound`, for a minor that is [`preferred`].
pub(super) fn vanishes(a: &[Integer], m: usize, n: usize, e: &Echelon, bound: &Integer) -> Outcome {
    assert!((1..=LARGEST).contains(&e.rank), "an order whose sums of products fit");
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
    let shared = is_shared([s.f.len(), c]);
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
            field.reduce(sum) as i64
        };
        if shared {
            digits.par_iter_mut().enumerate().for_each(|(at, d)| *d = digit(at));
        } else {
            digits.iter_mut().enumerate().for_each(|(at, d)| *d = digit(at));
        }
        let advance = |(t, f): (&mut [i128], &[i64])| {
            t.iter_mut().zip(digits.chunks_exact(r)).all(|(x, d)| {
                let sum: i128 = f.iter().zip(d).map(|(&f, &d)| i128::from(f) * i128::from(d)).sum();
                let y = *x - sum;
                *x = y / signed;
                *x * signed == y
            })
        };
        let exact = if shared {
            s.t.par_chunks_exact_mut(c).zip(s.f.par_chunks_exact(r)).all(advance)
        } else {
            s.t.chunks_exact_mut(c).zip(s.f.chunks_exact(r)).all(advance)
        };
        if !exact {
            return Outcome::Unknown;
        }
        power *= p;
        steps += 1;
    }
    Outcome::Zero(p, steps)
}

#[cfg(test)]
mod tests {
    use super::{Integer, LARGEST, PRIMES, Route, is_shared, preferred, split};
    use crate::arith::Prime;
    use crate::linalg::Echelon;

    #[test]
    fn lifting_is_preferred_for_large_minors_that_leave_little_out() {
        let cheaper = |m, n, r, limbs| preferred(m, n, r, limbs, Route::Cheaper);
        assert!(cheaper(66, 66, 65, 1) && !cheaper(65, 65, 64, 1));
        assert!(cheaper(66, 66, 65, 3) && !cheaper(66, 66, 65, 4));
        // 65 / 32 + 1 = 3 outside, of the rows or of the columns.
        assert!(cheaper(68, 68, 65, 1) && !cheaper(69, 69, 65, 1));
        assert!(cheaper(68, 900, 65, 1) && cheaper(900, 68, 65, 1));
        assert!(cheaper(900, 66, 65, 1) && cheaper(66, 900, 65, 1));
        assert!(cheaper(LARGEST + 1, LARGEST + 1, LARGEST, 1));
        assert!(!cheaper(LARGEST + 2, LARGEST + 2, LARGEST + 1, 1));
    }

    #[test]
    fn primes_are_primes_below_52_bits() {
        assert!(PRIMES.iter().all(|p| Prime::new(*p).is_ok() && *p < 1 << 52));
    }

    #[test]
    fn long_steps_are_shared() {
        assert!(is_shared([(1 << 16) + 1, 1]) && is_shared([257, 256]) && !is_shared([256, 256]));
    }

    /// The minor is entry (1, 1). The side with fewer lines outside it becomes the columns.
    #[test]
    fn the_minor_comes_first_and_the_longer_side_down() {
        let e = Echelon { rank: 1, pivot_rows: vec![1], pivot_cols: vec![1] };
        let cut = |m: usize, n: usize| {
            let a: Vec<Integer> = (1..=m * n).map(Integer::from).collect();
            let s = split(&a, m, n, &e).expect("short entries");
            (s.r, s.c, s.f, s.t)
        };
        // [1 2; 3 4; 5 6], [1 2 3; 4 5 6] transposed, [1 2; 3 4].
        assert_eq!(cut(3, 2), (1, 1, vec![4, 2, 6], vec![3, 1, 5]));
        assert_eq!(cut(2, 3), (1, 1, vec![5, 4, 6], vec![2, 1, 3]));
        assert_eq!(cut(2, 2), (1, 1, vec![4, 2], vec![3, 1]));
    }

    #[test]
    fn entries_of_62_bits_at_most() {
        let e = Echelon { rank: 1, pivot_rows: vec![0], pivot_cols: vec![0] };
        let fits = |x: i64| split(&[1.into(), x.into()], 2, 1, &e).is_some();
        assert!(fits((1 << 62) - 1) && fits(1 - (1 << 62)));
        assert!(!fits(1 << 62) && !fits(-1 << 62) && !fits(i64::MIN));
    }
}
