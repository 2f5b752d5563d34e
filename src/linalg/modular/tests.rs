//! Property tests against a naive elimination.
use super::echelon::echelon_with;
use super::field::Modulus;
use super::kernel::Isa;
use super::update::Context;
use super::wide::{MERSENNE_61, Residues, inverse};
use super::{Echelon, echelon_in_place, echelon_u64};
use crate::cases::cases;
use crate::stop::{NEVER, Stop};
use proptest::prelude::*;

/// Rank by textbook elimination on `u128` products.
pub(crate) fn naive_rank(mut a: Vec<u64>, m: usize, n: usize, p: u64) -> usize {
    let mul = |x: u64, y: u64| {
        if p < 1 << 32 { x * y % p } else { (u128::from(x) * u128::from(y) % u128::from(p)) as u64 }
    };
    let inv = |x: u64| {
        let (mut b, mut e, mut r) = (x, p - 2, 1u64);
        while e > 0 {
            if e & 1 == 1 {
                r = mul(r, b);
            }
            b = mul(b, b);
            e >>= 1;
        }
        if p == 2 { x } else { r }
    };
    let mut rank = 0;
    for j in 0..n {
        let Some(i) = (rank..m).find(|&i| a[i * n + j] != 0) else {
            continue;
        };
        for c in 0..n {
            a.swap(i * n + c, rank * n + c);
        }
        let s = inv(a[rank * n + j]);
        for i in rank + 1..m {
            let f = mul(a[i * n + j], s);
            if f != 0 {
                for c in j..n {
                    let d = mul(f, a[rank * n + c]);
                    let x = a[i * n + c] + (p - d);
                    a[i * n + c] = if x >= p { x - p } else { x };
                }
            }
        }
        rank += 1;
    }
    rank
}

pub(crate) fn check(a: &[u64], m: usize, n: usize, p: u64, e: &Echelon) {
    let rank = naive_rank(a.to_vec(), m, n, p);
    assert_eq!(e.rank, rank, "rank of {m} x {n} mod {p}");
    assert_eq!(e.pivot_rows.len(), rank);
    assert_eq!(e.pivot_cols.len(), rank);
    assert!(e.pivot_cols.is_sorted_by(|x, y| x < y));
    let minor: Vec<u64> = e
        .pivot_rows
        .iter()
        .flat_map(|&i| e.pivot_cols.iter().map(move |&j| a[i * n + j]))
        .collect();
    assert_eq!(naive_rank(minor, rank, rank, p), rank, "minor mod {p}");
}

pub(crate) struct Rng(pub u64);
impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// A matrix of one of several structures.
pub(crate) fn sample(kind: u8, m: usize, n: usize, r: usize, p: u64, seed: u64) -> Vec<u64> {
    let mut g = Rng(seed);
    let mut a = vec![0u64; m * n];
    if m == 0 || n == 0 {
        return a;
    }
    let r = r.min(m).min(n);
    let planted = |g: &mut Rng, m: usize, n: usize, r: usize| {
        let x: Vec<u64> = (0..m * r).map(|_| g.next() % p).collect();
        let y: Vec<u64> = (0..r * n).map(|_| g.next() % p).collect();
        let mut a = vec![0u64; m * n];
        for i in 0..m {
            for j in 0..n {
                let s: u128 = (0..r)
                    .map(|k| u128::from(x[i * r + k]) * u128::from(y[k * n + j]) % u128::from(p))
                    .sum();
                a[i * n + j] = (s % u128::from(p)) as u64;
            }
        }
        a
    };
    match kind {
        0 => a.iter_mut().for_each(|x| *x = g.next() % p),
        1 => a = planted(&mut g, m, n, r),
        2 => {
            // Repeated rows, then zero rows and columns.
            let base = planted(&mut g, r + 1, n, r + 1);
            let zero: Vec<bool> = (0..n).map(|_| g.below(3) == 0).collect();
            for i in 0..m {
                let from = g.below(r + 3);
                if from <= r {
                    for j in 0..n {
                        if !zero[j] {
                            a[i * n + j] = base[from * n + j];
                        }
                    }
                }
            }
        }
        3 => {
            // Low-rank blocks: pivots jump.
            let (h, w) = (g.below(40) + 1, g.below(40) + 1);
            for i in (0..m).step_by(h) {
                for j in (0..n).step_by(w) {
                    let (h, w) = (h.min(m - i), w.min(n - j));
                    let k = g.below(3);
                    let b = planted(&mut g, h, w, k.min(h).min(w));
                    for x in 0..h {
                        for y in 0..w {
                            a[(i + x) * n + j + y] = b[x * w + y];
                        }
                    }
                }
            }
        }
        4 => {
            // A sparse anti-triangular pattern.
            for i in 0..m {
                let j = (n - 1) - (i * n / m);
                a[i * n + j] = 1 + g.next() % (p - 1);
                let j = g.below(n);
                a[i * n + j] = g.next() % p;
            }
        }
        _ => a.iter_mut().for_each(|x| *x = p - 1 - g.next() % p.min(2)),
    }
    a
}

pub(crate) const SMALL_PRIMES: [u32; 12] =
    [2, 3, 5, 7, 31, 251, 65_521, 4_194_301, 8_388_593, 16_777_213, 33_554_393, 67_108_859];

fn as_f64(a: &[u64], p: u32, seed: u64) -> Vec<f64> {
    let mut g = Rng(seed);
    a.iter()
        .map(|&x| match g.below(3) {
            0 => x as f64 - f64::from(p),
            _ => x as f64,
        })
        .collect()
}

/// Checks one result, and that all instruction sets agree on it.
fn check_all_sets(a: &[u64], m: usize, n: usize, p: u32) {
    let with = |cx: Context| echelon_with(&cx, &mut as_f64(a, p, 1), m, n);
    let run = |isa| with(Context::new(p, isa, rayon::current_num_threads()));
    let sets = Isa::all();
    let first = run(sets[0]);
    check(a, m, n, u64::from(p), &first);
    for &isa in &sets[1..] {
        assert_eq!(run(isa), first, "{isa:?}, {m} x {n} mod {p}");
    }
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let single = single.expect("a pool of one thread");
    let isa = sets[sets.len() - 1];
    assert_eq!(single.install(|| run(isa)), first, "one thread");
    let shared = Context { shared: 1.0, ..Context::new(p, isa, 3) };
    assert_eq!(with(shared), first, "every product shared out");
}

proptest! {
    #![proptest_config(cases(400))]
    #[test]
    fn float_path_agrees_with_naive(
        kind in 0u8..6, m in 0usize..110, n in 0usize..110, r in 0usize..110,
        which in 0usize..SMALL_PRIMES.len(), seed: u64,
    ) {
        let p = SMALL_PRIMES[which];
        let a = sample(kind, m, n, r, u64::from(p), seed);
        check_all_sets(&a, m, n, p);
    }
}

#[test]
fn deep_products() {
    for (p, m, n, r) in [
        (8_388_593u32, 700, 650, 600),
        (67_108_859, 640, 700, 610),
        (8_388_593, 620, 620, 620),
        (2, 600, 640, 590),
        (3, 300, 900, 290),
        (4_194_301, 900, 300, 280),
    ] {
        for kind in [0, 1, 3, 5] {
            let a = sample(kind, m, n, r, u64::from(p), u64::from(p) + 1);
            check_all_sets(&a, m, n, p);
        }
    }
}

/// Products in more than one block of rows and slab of columns, shared over the threads.
#[test]
fn blocked_products() {
    for (p, m, n, r) in [(8_388_593u32, 330, 700, 300), (67_108_859, 420, 330, 300)] {
        let a = sample(1, m, n, r, u64::from(p), 11);
        let e = echelon_in_place(&mut as_f64(&a, p, 1), m, n, p, &NEVER);
        assert_eq!(
            (e.rank, e.pivot_rows.len(), e.pivot_cols.len()),
            (r, r, r),
            "{m} x {n} mod {p}"
        );
        let a = &a;
        let minor =
            e.pivot_rows.iter().flat_map(|&i| e.pivot_cols.iter().map(move |&j| a[i * n + j]));
        let mut minor: Vec<u64> = minor.collect();
        assert_eq!(echelon_u64(&mut minor, r, r, u64::from(p), &NEVER).rank, r);
    }
}

/// Columns that depend on others in both halves of a left half, so that its multipliers move.
#[test]
fn columns_that_drop_out() {
    for kind in [2, 3] {
        let p = 67_108_859;
        let a = sample(kind, 90, 200, 70, u64::from(p), 2);
        check_all_sets(&a, 90, 200, p);
    }
}

#[test]
fn empty_shapes() {
    for (m, n) in [(0, 0), (0, 5), (5, 0)] {
        assert_eq!(echelon_in_place(&mut [], m, n, 7, &NEVER), Echelon::default());
    }
}

/// Primes of the 64-bit path; the last two are the largest below `2^62` and `2^63`.
const WIDE_PRIMES: [u64; 9] =
    [2, 3, 5, 7, 4_294_967_291, MERSENNE_61, (1 << 61) - 31, (1 << 62) - 57, (1 << 63) - 25];

proptest! {
    #![proptest_config(cases(400))]
    #[test]
    fn wide_path_agrees_with_naive(
        kind in 0u8..6, m in 0usize..60, n in 0usize..60, r in 0usize..60,
        which in 0usize..WIDE_PRIMES.len(), seed: u64,
    ) {
        let p = WIDE_PRIMES[which];
        let a = sample(kind, m, n, r, p, seed);
        let mut d = a.clone();
        if seed & 1 == 1 {
            d.iter_mut().for_each(|x| *x += p);
        }
        check(&a, m, n, p, &echelon_u64(&mut d, m, n, p, &NEVER));
    }
}

/// For `p = 2^32 + 15` the remainder is once more above the modulus, which is rare.
#[test]
fn a_reduction_that_subtracts_twice() {
    let (p, x) = ((1u64 << 32) + 15, 0x0cdf_f7de_ffff_ffff_ffff_ffff_ffff_ffff_u128);
    let field = Residues::new(p);
    for x in (0..2000).map(|k| x - k * ((1 << 90) + 1)) {
        assert_eq!(u128::from(field.reduce(x)), x % u128::from(p));
    }
}

#[test]
fn wide_path_in_parallel() {
    for p in [MERSENNE_61, (1 << 63) - 25] {
        let a = sample(1, 210, 190, 150, p, 3);
        check(&a, 210, 190, p, &echelon_u64(&mut a.clone(), 210, 190, p, &NEVER));
    }
}

#[test]
fn a_stop_leaves_a_minor_on_the_wide_path() {
    let due = Stop::new(Some(std::time::Duration::ZERO));
    for p in WIDE_PRIMES.into_iter().filter(|p| *p > 1 << 20) {
        let n = 40;
        let a = sample(1, n, n, n, p, 3);
        let found = echelon_u64(&mut a.clone(), n, n, p, &due);
        let r = found.rank;
        assert!(0 < r && r < n, "{r} pivots modulo {p}");
        let entry = |e: usize| a[found.pivot_rows[e / r] * n + found.pivot_cols[e % r]];
        let mut minor: Vec<u64> = (0..r * r).map(entry).collect();
        assert_eq!(echelon_u64(&mut minor, r, r, p, &NEVER).rank, r);
    }
}

proptest! {
    #![proptest_config(cases(400))]
    #[test]
    fn balanced_residues_are_residues(which in 0usize..SMALL_PRIMES.len(), x in -(1i64 << 51)..1 << 51, y: i64) {
        let p = SMALL_PRIMES[which];
        let m = Modulus::new(p);
        let class = |x: f64| (x as i64).rem_euclid(i64::from(p));
        let bound = f64::from((p - 1) / 2 + 2);
        let reduced = m.reduce(m.reduce(x as f64));
        prop_assert_eq!(class(reduced), x.rem_euclid(i64::from(p)));
        prop_assert!(reduced.abs() <= bound);
        let y = m.reduce((y % (1 << 40)) as f64);
        prop_assert_eq!(class(m.mul(reduced, y)), class(reduced) * class(y) % i64::from(p));
        let inverse = m.invert(reduced);
        let one = if reduced == 0.0 { 0 } else { 1 };
        prop_assert_eq!(class(inverse) * class(reduced) % i64::from(p), one);
        // So many products and what else is added stay below 2^53.
        let square = u128::from((p - 1) / 2 + 2).pow(2);
        let rest = u128::from((p - 1) / 2 + 2) * 2 + 2 * u128::from(p);
        let room = |products: u128| products * square + rest <= 1 << 53;
        prop_assert!(room(m.depth as u128) && m.depth >= 1);
        prop_assert!(m.depth == 4096 || !room(m.depth as u128 + 1));
    }

    #[test]
    fn residues_of_long_numbers(which in 0usize..WIDE_PRIMES.len(), x: u128, y: i128) {
        let p = WIDE_PRIMES[which];
        let field = Residues::new(p);
        prop_assert_eq!(u128::from(field.reduce(x)), x % u128::from(p));
        prop_assert_eq!(i128::from(field.signed(y)), y.rem_euclid(i128::from(p)));
    }

    #[test]
    fn the_inverse_of_a_matrix(n in 1usize..24, r in 0usize..30, which in 0usize..5, seed: u64) {
        let p = [3u64, 5, 65_537, MERSENNE_61, (1 << 52) - 47][which];
        let a = sample(1, n, n, r, p, seed);
        let entries: Vec<i64> = a.iter().map(|&x| x as i64 - if x % 2 == 0 { p as i64 } else { 0 }).collect();
        let found = inverse(&entries, n, p);
        prop_assert_eq!(found.is_some(), naive_rank(a.clone(), n, n, p) == n);
        let Some(found) = found else { return Ok(()) };
        for i in 0..n {
            for j in 0..n {
                let product = |k: usize| u128::from(a[i * n + k]) * u128::from(found[k * n + j]) % u128::from(p);
                prop_assert_eq!((0..n).map(product).sum::<u128>() % u128::from(p), u128::from(i == j));
            }
        }
    }
}
