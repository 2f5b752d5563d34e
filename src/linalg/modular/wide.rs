//! Rank and pivots modulo a prime below `2^63`, in 64-bit integers.
//!
//! # Definition
//!
//! As for the floating-point path: the rank `r` of an `m x n` row-major matrix
//! over `Z/p` and a non-zero minor of order `r`. Here the pivot rows are the row
//! rank profile (the lexicographically first independent rows), in increasing
//! order; the pivot columns are listed in increasing order too.
//!
//! # Method
//!
//! Rows are visited in order; each is reduced by the pivot rows found so far,
//! its first non-zero entry becomes a pivot and the row is scaled to a unit
//! pivot. Pivot rows are applied in groups of [`GROUP`]: the multipliers of a
//! row come from a small triangular solve at the pivot columns, then each entry
//! takes all products of the group in 128 bits and one reduction (delayed
//! reduction, Dumas, Giorgi, Pernet, ACM TOMS 35(3), 2008, section 2).
//!
//! A sum starts below `S p^2`, takes `S` products, and is brought back below
//! `S p^2` by one conditional subtraction; `2 S p^2 <= 2^128` for `S = 8` and
//! `p < 2^62`, and for `S = 2` and `p < 2^63`. Sums of the whole group fit without
//! that for `2^61 - 1`, which is reduced by folding; other moduli are divided by
//! with a precomputed reciprocal (N. Möller, T. Granlund, *Improved division by
//! invariant integers*, IEEE Trans. Computers 60(2), 2011).

use super::echelon::Echelon;
use crate::stop::{NEVER, Stop};
use rayon::prelude::*;

/// The Mersenne prime `2^61 - 1`.
pub(super) const MERSENNE_61: u64 = (1 << 61) - 1;

/// Pivot rows applied together.
const GROUP: usize = 16;

/// Reduction of 128-bit sums.
pub(crate) trait Reduce: Copy + Send + Sync {
    fn modulus(self) -> u64;
    fn reduce(self, x: u128) -> u64;
    /// Makes room for the next products of a sum.
    fn relax(self, x: u128) -> u128;

    #[inline(always)]
    fn mul(self, x: u64, y: u64) -> u64 {
        self.reduce(u128::from(x) * u128::from(y))
    }

    #[inline(always)]
    fn negate(self, x: u64) -> u64 {
        if x == 0 { 0 } else { self.modulus() - x }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Mersenne;

impl Reduce for Mersenne {
    #[inline(always)]
    fn modulus(self) -> u64 {
        MERSENNE_61
    }
    #[inline(always)]
    fn reduce(self, x: u128) -> u64 {
        let m = MERSENNE_61;
        let s = (x as u64 & m) + ((x >> 61) as u64 & m) + (x >> 122) as u64;
        let s = (s & m) + (s >> 61);
        if s >= m { s - m } else { s }
    }
    #[inline(always)]
    fn relax(self, x: u128) -> u128 {
        x
    }
}

/// Whether `S = 8` products may be summed, not only two: `16 p^2 <= 2^128`.
pub(super) fn eight_fit(p: u64) -> bool {
    p < 1 << 62
}

/// Division by an invariant modulus, shifted to have its top bit set.
#[derive(Clone, Copy)]
pub(crate) struct Invariant {
    p: u64,
    shifted: u64,
    reciprocal: u64,
    shift: u32,
    /// `S p^2`.
    cap: u128,
}

impl Invariant {
    pub(super) fn new(p: u64) -> Self {
        let shift = p.leading_zeros();
        let shifted = p << shift;
        let reciprocal = (u128::MAX / u128::from(shifted)) as u64;
        let products = if eight_fit(p) { 8 } else { 2 };
        Self { p, shifted, reciprocal, shift, cap: products * u128::from(p) * u128::from(p) }
    }

    /// Remainder of `high 2^64 + low` by the shifted modulus, `high < shifted`.
    #[inline(always)]
    fn step(self, high: u64, low: u64) -> u64 {
        let q = u128::from(self.reciprocal) * u128::from(high)
            + ((u128::from(high) << 64) | u128::from(low));
        let guess = ((q >> 64) as u64).wrapping_add(1);
        let mut r = low.wrapping_sub(guess.wrapping_mul(self.shifted));
        if r > q as u64 {
            r = r.wrapping_add(self.shifted);
        }
        if r >= self.shifted {
            r -= self.shifted;
        }
        r
    }
}

impl Reduce for Invariant {
    #[inline(always)]
    fn modulus(self) -> u64 {
        self.p
    }
    #[inline(always)]
    fn reduce(self, x: u128) -> u64 {
        // `shift` is between 1 and 62, as 2 <= p < 2^63.
        let low = (x << self.shift) as u64;
        let mid = ((x << self.shift) >> 64) as u64;
        let high = (x >> (128 - self.shift)) as u64;
        self.step(self.step(high, mid), low) >> self.shift
    }
    #[inline(always)]
    fn relax(self, x: u128) -> u128 {
        // The difference wraps to a huge value if `x` is below the cap.
        x.min(x.wrapping_sub(self.cap))
    }
}

/// Inverse of `x` modulo the prime `p < 2^63`; zero for zero.
fn invert(x: u64, p: u64) -> u64 {
    let (mut r0, mut r1) = (i128::from(p), i128::from(x));
    let (mut t0, mut t1) = (0i128, 1i128);
    while r1 != 0 {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (t0, t1) = (t1, t0 - q * t1);
    }
    if r0 == 1 { t0.rem_euclid(i128::from(p)) as u64 } else { 0 }
}

/// `x + sum f u` over a whole group, relaxed after every `S` products.
#[inline(always)]
fn dot<R: Reduce, const S: usize>(r: R, x: u64, f: &[u64; GROUP], u: &[u64; GROUP]) -> u128 {
    let mut sum = u128::from(x);
    for g in 0..GROUP {
        sum += u128::from(f[g]) * u128::from(u[g]);
        if g % S == S - 1 {
            sum = r.relax(sum);
        }
    }
    sum
}

/// Up to [`GROUP`] pivot rows, interleaved: entry `c` of row `g` is
/// `entries[c][g]`.
struct Group {
    columns: Vec<usize>,
    entries: Vec<[u64; GROUP]>,
}

impl Group {
    fn push(&mut self, row: &[u64], column: usize) {
        let g = self.columns.len();
        for (to, &x) in self.entries.iter_mut().zip(row) {
            to[g] = x;
        }
        self.columns.push(column);
    }

    fn is_full(&self) -> bool {
        self.columns.len() == GROUP
    }

    fn clear(&mut self) {
        self.columns.clear();
        self.entries.fill([0; GROUP]);
    }

    /// Reduces `row` by the pivot rows of the group.
    #[inline]
    fn apply<R: Reduce, const S: usize>(&self, r: R, row: &mut [u64]) {
        let mut f = [0u64; GROUP];
        for (g, &c) in self.columns.iter().enumerate() {
            // Multipliers from the g-th on are still zero.
            let sum = dot::<R, S>(r, row[c], &f, &self.entries[c]);
            f[g] = r.negate(r.reduce(sum));
        }
        if f == [0; GROUP] {
            return;
        }
        let start = self.columns.iter().copied().min().unwrap_or(row.len());
        for (x, u) in row[start..].iter_mut().zip(&self.entries[start..]) {
            *x = r.reduce(dot::<R, S>(r, *x, &f, u));
        }
    }
}

/// Entries, of whole rows, that one thread takes of the `length` entries below a group; nothing if the
/// group is better applied by one thread.
fn part(length: usize, cols: usize) -> Option<usize> {
    (length > 1 << 14).then(|| 4096usize.next_multiple_of(cols))
}

/// Eliminates with pivots in the first `limit` columns, until `limit` are found or `stop` is due: whenever it ends,
/// the minor of the pivots is not zero.
fn eliminate<R: Reduce, const S: usize>(
    r: R,
    data: &mut [u64],
    cols: usize,
    limit: usize,
    stop: &Stop,
) -> Echelon {
    let mut group = Group { columns: Vec::with_capacity(GROUP), entries: vec![[0; GROUP]; cols] };
    let mut result = Echelon::default();
    let mut rest = data;
    let mut index = 0;
    while let Some((row, below)) = rest.split_at_mut_checked(cols) {
        group.apply::<R, S>(r, row);
        if let Some(c) = row[..limit].iter().position(|&x| x != 0) {
            let s = invert(row[c], r.modulus());
            row[c..].iter_mut().for_each(|x| *x = r.mul(*x, s));
            group.push(row, c);
            result.pivot_rows.push(index);
            result.pivot_cols.push(c);
            result.rank += 1;
            if group.is_full() || result.rank == limit {
                if let Some(part) = part(below.len(), cols) {
                    below.par_chunks_mut(part).for_each(|rows| {
                        rows.chunks_exact_mut(cols).for_each(|row| group.apply::<R, S>(r, row));
                    });
                } else {
                    below.chunks_exact_mut(cols).for_each(|row| group.apply::<R, S>(r, row));
                }
                group.clear();
            }
            if result.rank == limit || (group.columns.is_empty() && stop.is_due()) {
                break;
            }
        }
        rest = below;
        index += 1;
    }
    result.pivot_cols.sort_unstable();
    result
}

/// Rank, pivot rows and pivot columns modulo the prime `p < 2^63`.
///
/// `data` holds `rows x cols` entries in row-major order (any 64-bit values,
/// taken modulo `p`); it is overwritten. Once `stop` is due it ends with the pivots that it has.
///
/// # Panics
///
/// If `data.len() != rows * cols`, or `p` is not in `2..2^63`.
pub(crate) fn echelon_u64(
    data: &mut [u64],
    rows: usize,
    cols: usize,
    p: u64,
    stop: &Stop,
) -> Echelon {
    assert!((2..1 << 63).contains(&p), "the modulus must be a prime below 2^63");
    assert_eq!(Some(data.len()), rows.checked_mul(cols), "the slice must hold rows x cols entries");
    if data.is_empty() {
        return Echelon::default();
    }
    if p == MERSENNE_61 {
        data.iter_mut().for_each(|x| *x = Mersenne.reduce(u128::from(*x)));
        return eliminate::<_, GROUP>(Mersenne, data, cols, cols, stop);
    }
    let r = Invariant::new(p);
    data.iter_mut().for_each(|x| *x = r.reduce(u128::from(*x)));
    if eight_fit(p) {
        eliminate::<_, 8>(r, data, cols, cols, stop)
    } else {
        eliminate::<_, 2>(r, data, cols, cols, stop)
    }
}

/// Residues modulo a fixed `p < 2^63`.
#[derive(Clone, Copy)]
pub(super) struct Residues(Invariant);

impl Residues {
    pub(super) fn new(p: u64) -> Self {
        Self(Invariant::new(p))
    }

    /// The residue of `x` in `0..p`.
    pub(super) fn reduce(self, x: u128) -> u64 {
        self.0.reduce(x)
    }

    /// The residue of a signed number in `0..p`.
    pub(super) fn signed(self, x: i128) -> u64 {
        let y = self.0.reduce(x.unsigned_abs());
        if x.is_negative() { self.0.negate(y) } else { y }
    }
}

/// Inverse modulo the prime `p < 2^62` of a row-major matrix of order `n`;
/// nothing if it is singular modulo `p`.
///
/// The elimination of the first `n` columns of `[[B, I], [I, 0]]` leaves
/// `-B^-1` in the lower right block.
pub(super) fn inverse(b: &[i64], n: usize, p: u64) -> Option<Vec<u64>> {
    let field = Residues::new(p);
    let mut data = vec![0u64; 4 * n * n];
    for (i, row) in data.chunks_exact_mut(2 * n).enumerate() {
        if i < n {
            for (x, &y) in row.iter_mut().zip(&b[i * n..(i + 1) * n]) {
                *x = field.signed(i128::from(y));
            }
            row[n + i] = 1;
        } else {
            row[i - n] = 1;
        }
    }
    let e = eliminate::<_, 8>(field.0, &mut data, 2 * n, n, &NEVER);
    if e.pivot_rows.last().is_some_and(|&i| i >= n) {
        return None;
    }
    let lower = data[2 * n * n..].chunks_exact(2 * n);
    Some(lower.flat_map(|row| row[n..].iter().map(|&x| field.0.negate(x))).collect())
}

/// The solutions of `M x = b` modulo the prime `p < 2^63`, for M of order `n` and k right-hand sides, the
/// last k of the `n + k` columns of `data`: row-major, n x k. Nothing if M is singular. Cost: `n^2 (n / 3 + k)`.
///
/// # Panics
///
/// If `data.len() != n * (n + k)`, or `p` is not in `2..2^63`.
pub(crate) fn solve_u64(mut data: Vec<u64>, n: usize, k: usize, p: u64) -> Option<Vec<u64>> {
    assert!((2..1 << 63).contains(&p), "the modulus must be a prime below 2^63");
    assert_eq!(Some(data.len()), n.checked_mul(n + k), "the slice must hold n rows");
    let r = Invariant::new(p);
    data.iter_mut().for_each(|x| *x = r.reduce(u128::from(*x)));
    let cols = n + k;
    let echelon = match p {
        MERSENNE_61 => eliminate::<_, GROUP>(Mersenne, &mut data, cols, n, &NEVER),
        _ if eight_fit(p) => eliminate::<_, 8>(r, &mut data, cols, n, &NEVER),
        _ => eliminate::<_, 2>(r, &mut data, cols, n, &NEVER),
    };
    if echelon.rank < n {
        return None;
    }
    let mut x = vec![0; n * k];
    // Row i is zero in the pivot columns of the rows above it.
    for row in data.chunks_exact(cols.max(1)).rev() {
        let pivot = row[..n].iter().position(|x| *x != 0)?;
        for q in 0..k {
            let products = (pivot + 1..n).filter(|j| row[*j] != 0);
            let minus = products.fold(0, |sum, j| {
                r.reduce(u128::from(sum) + u128::from(row[j]) * u128::from(x[j * k + q]))
            });
            x[pivot * k + q] = r.reduce(u128::from(row[n + q]) + u128::from(r.negate(minus)));
        }
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::{GROUP, Group, eight_fit, part};

    #[test]
    fn eight_products_fit_below_two_to_the_62() {
        assert!(eight_fit((1 << 62) - 1) && !eight_fit(1 << 62));
        let sum = |p: u64| u128::from(p).checked_mul(u128::from(p)).and_then(|x| x.checked_mul(16));
        assert!(sum((1 << 62) - 1).is_some() && sum(1 << 62).is_none());
    }

    #[test]
    fn a_group_is_full_with_sixteen_rows() {
        let mut group = Group { columns: Vec::new(), entries: vec![[0; GROUP]; 1] };
        for _ in 0..GROUP {
            assert!(!group.is_full());
            group.push(&[1], 0);
        }
        assert!(group.is_full());
    }

    /// Rows of seven entries: 586 of them, 4102 entries, are the first 4096.
    #[test]
    fn parts_are_whole_rows() {
        assert_eq!(part(1 << 14, 7), None);
        assert_eq!(part((1 << 14) + 1, 7), Some(4102));
        assert_eq!(part(1 << 20, 5000), Some(5000));
    }
}
