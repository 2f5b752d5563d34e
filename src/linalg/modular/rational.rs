//! Certified rank of an integer matrix over the rationals.
//!
//! # Definition
//!
//! `A` is `m x n` over the integers, row-major. The result is its rank `r` over
//! the rationals, a non-zero minor of order `r`, and the reason why no larger
//! minor is non-zero. Nothing in the answer depends on chance.
//!
//! # Lower side
//!
//! If `A` has rank `r` modulo a prime `p`, with pivot rows `R` and columns `C`,
//! then `det A[R, C]` is not divisible by `p`, so it is not zero and
//! `rank A >= r`.
//!
//! # Upper side
//!
//! With `B = A[R, C]` invertible, `rank A = r` if and only if all bordered
//! minors `det A[R + i, C + j]` with `i` outside `R` and `j` outside `C` vanish:
//! divided by `det B` they are the entries of the Schur complement
//! `S = A[R', C'] - A[R', C] B^-1 A[R, C']`. By Hadamard's inequality along the
//! rows, each is at most
//!
//! ```text
//! H = prod_{k in R} |k| * max_{i not in R} |i|,
//! |k|^2 = sum_{c in C} A[k, c]^2 + max_{j not in C} A[k, j]^2,
//! ```
//!
//! and likewise along the columns; the smaller of the two is used, computed
//! exactly as a square. A bordered minor of magnitude at most `H` that is
//! divisible by some `M > H` is zero. Two ways of showing divisibility are used:
//!
//! * **Many primes.** For distinct primes `p_1, .., p_s` with product `M > H`,
//!   the rank of `A` modulo each is at most `r`; then `p_i` divides every minor
//!   of order `r + 1`, hence so does `M`. If some prime shows a larger rank, the
//!   lower side has improved, and the argument starts over with the new minor
//!   and other primes.
//! * **Lifting** (module `lifting`). For one prime, `p^k > H` is shown to divide
//!   all entries of `det(B) S` by exact p-adic lifting. It is much cheaper when
//!   few rows or columns lie outside the minor.
//!
//! If all primes between `2^23` and `2^24` do not suffice (their product has some
//! twelve million bits), or the minor is tiny, fraction-free elimination decides.
//!
//! Both need `O(r (b + log r))` bits of modulus for entries of `b` bits; many
//! primes cost one elimination per 24 bits, `O(m n r^(w-2))` each.

use super::echelon::{DEFAULT_PRIMES, Echelon, echelon_single};
use super::fraction_free::echelon_fraction_free;
use super::lifting::{self, Route};
use super::limbs::Limbs;
use rayon::prelude::*;
use rug::Integer;

/// Why the rank is not larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// The rank equals the number of rows or columns.
    Full,
    /// All entries are zero.
    Zero,
    /// Fraction-free elimination.
    FractionFree,
    /// The rank modulo this many primes, whose product exceeds the bound on the
    /// bordered minors, is not larger.
    Primes(usize),
    /// The Schur complement vanishes modulo this prime to this power, which
    /// exceeds the bound on the bordered minors.
    Lifting(u64, usize),
}

/// A proven rank over the rationals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RationalRank {
    /// The rank and a non-zero minor of that order.
    pub echelon: Echelon,
    /// The argument for the upper side.
    pub certificate: Certificate,
}

/// Primes from `2^24` down to `2^23`, by trial division.
pub(super) fn certifying_primes() -> impl Iterator<Item = u32> {
    let small: Vec<u32> = (3..4096u32)
        .step_by(2)
        .filter(|&n| (3..64).step_by(2).all(|d| d >= n || n % d != 0))
        .collect();
    (1u32 << 23..1 << 24)
        .rev()
        .filter(|n| n % 2 == 1)
        .filter(move |&n| small.iter().take_while(|&&d| d * d <= n).all(|&d| n % d != 0))
}

/// Square of the Hadamard bound on the bordered minors, along the vectors that
/// `entry(k, c)` lists: `count` of them with `length` coordinates.
fn bound_along<'a>(
    count: usize,
    length: usize,
    inside: &[bool],
    inside_coordinates: &[bool],
    entry: impl Fn(usize, usize) -> &'a Integer,
) -> Integer {
    let mut product = Integer::from(1);
    let mut outside = Integer::new();
    for (k, &pivot) in inside.iter().enumerate().take(count) {
        let mut sum = Integer::new();
        let mut border: Option<&Integer> = None;
        for (c, &kept) in inside_coordinates.iter().enumerate().take(length) {
            let x = entry(k, c);
            if kept {
                sum += x * x;
            } else if border.is_none_or(|y| x.cmp_abs(y).is_gt()) {
                border = Some(x);
            }
        }
        if let Some(x) = border {
            sum += x * x;
        }
        if pivot {
            product *= sum;
        } else {
            outside = outside.max(sum);
        }
    }
    product * outside
}

fn mask(len: usize, chosen: &[usize]) -> Vec<bool> {
    let mut mask = vec![false; len];
    for &i in chosen {
        mask[i] = true;
    }
    mask
}

/// Square of a bound on the bordered minors of the pivot minor.
pub(super) fn minor_bound(a: &[Integer], m: usize, n: usize, e: &Echelon) -> Integer {
    let rows = mask(m, &e.pivot_rows);
    let cols = mask(n, &e.pivot_cols);
    let by_rows = bound_along(m, n, &rows, &cols, |i, j| &a[i * n + j]);
    let by_cols = bound_along(n, m, &cols, &rows, |j, i| &a[i * n + j]);
    by_rows.min(by_cols)
}

/// Order of the minor up to which fraction-free elimination is used.
const SMALL: usize = 4;

/// The rank of an integer matrix over the rationals, with proof.
///
/// `entries` holds `rows x cols` integers in row-major order. The work is
/// shared over the current rayon pool.
///
/// # Panics
///
/// If `entries.len() != rows * cols`.
pub(crate) fn rank_rational(entries: &[Integer], rows: usize, cols: usize) -> RationalRank {
    rank_by(entries, rows, cols, Route::Cheaper)
}

/// The larger minor modulo two primes, as one that divides the minor by bad luck costs a restart; the
/// second is spared if the first shows full rank.
pub(super) fn first_minor(full: usize, mut modulo: impl FnMut(u32) -> Echelon) -> Echelon {
    let first = modulo(DEFAULT_PRIMES[0]);
    if first.rank == full {
        return first;
    }
    let second = modulo(DEFAULT_PRIMES[1]);
    if second.rank > first.rank { second } else { first }
}

pub(super) fn rank_by(a: &[Integer], m: usize, n: usize, route: Route) -> RationalRank {
    assert_eq!(Some(a.len()), m.checked_mul(n), "the slice must hold rows x cols entries");
    let proven = |echelon, certificate| RationalRank { echelon, certificate };
    let limbs = Limbs::new(a);
    if a.is_empty() {
        return proven(Echelon::default(), Certificate::Full);
    }
    if limbs.is_zero() {
        return proven(Echelon::default(), Certificate::Zero);
    }
    let at = |data: &mut Vec<f64>, p: u32| {
        data.resize(limbs.padded(), 0.0);
        limbs.residues(p, data);
        echelon_single(&mut data[..a.len()], m, n, p)
    };
    let full = m.min(n);
    let mut data = Vec::new();
    let mut best = first_minor(full, |p| at(&mut data, p));
    let mut primes = certifying_primes();
    loop {
        if best.rank == full {
            return proven(best, Certificate::Full);
        }
        let bound = minor_bound(a, m, n, &best);
        if lifting::preferred(m, n, best.rank, limbs.count(), route)
            && let lifting::Outcome::Zero(p, k) = lifting::vanishes(a, m, n, &best, &bound)
        {
            return proven(best, Certificate::Lifting(p, k));
        }
        let small = best.rank <= SMALL && matches!(route, Route::Cheaper);
        let mut batch = Vec::new();
        let mut product = Integer::from(1);
        while !small && Integer::from(product.square_ref()) <= bound {
            let Some(p) = primes.next() else { break };
            product *= p;
            batch.push(p);
        }
        if Integer::from(product.square_ref()) <= bound {
            let e = echelon_fraction_free(a, m, n);
            return proven(e, Certificate::FractionFree);
        }
        let rank = best.rank;
        let larger = batch
            .par_iter()
            .map_init(Vec::new, |data, &p| at(data, p))
            .find_first(|e| e.rank > rank);
        // Not all of the batch was examined if there is a larger one: then none of it counts.
        match larger {
            Some(e) => best = e,
            None => return proven(best, Certificate::Primes(batch.len())),
        }
    }
}
