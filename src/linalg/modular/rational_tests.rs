//! Tests of the certified rank against fraction-free elimination.
use super::fraction_free::echelon_fraction_free;
use super::rational::{Route, rank_by};
use super::tests::Rng;
use super::{Certificate, rank_rational};
use crate::cases::cases;
use proptest::prelude::*;
use rug::Integer;

/// A product of random factors with entries of `bits` bits, some rows and
/// columns repeated or cleared.
fn sample(g: &mut Rng, m: usize, n: usize, r: usize, bits: u32) -> Vec<Integer> {
    let draw = |g: &mut Rng| {
        let mut x = Integer::new();
        for _ in 0..bits.div_ceil(32) {
            x = (x << 32) + (g.next() >> 32);
        }
        let x = x.keep_bits(bits);
        if g.next() & 1 == 0 { x } else { -x }
    };
    let x: Vec<Integer> = (0..m * r).map(|_| draw(g)).collect();
    let y: Vec<Integer> = (0..r * n).map(|_| draw(g)).collect();
    let rows: Vec<usize> = (0..m).map(|i| if g.below(5) == 0 { g.below(m) } else { i }).collect();
    let keep: Vec<bool> = (0..n).map(|_| g.below(6) != 0).collect();
    let mut a = Vec::with_capacity(m * n);
    for &i in &rows {
        for (j, &keep) in keep.iter().enumerate() {
            let mut sum = Integer::new();
            if keep {
                for k in 0..r {
                    sum += &x[i * r + k] * &y[k * n + j];
                }
            }
            a.push(sum);
        }
    }
    a
}

fn check(a: &[Integer], m: usize, n: usize) {
    let exact = echelon_fraction_free(a, m, n);
    for route in [Route::Cheaper, Route::Primes, Route::Lifting] {
        let found = rank_by(a, m, n, route);
        let e = &found.echelon;
        assert_eq!(e.rank, exact.rank, "{m} x {n} by {route:?}");
        let minor: Vec<Integer> = e
            .pivot_rows
            .iter()
            .flat_map(|&i| e.pivot_cols.iter().map(move |&j| a[i * n + j].clone()))
            .collect();
        assert_eq!(echelon_fraction_free(&minor, e.rank, e.rank).rank, e.rank);
        if found.certificate == Certificate::Full {
            assert_eq!(e.rank, m.min(n));
        }
    }
}

proptest! {
    #![proptest_config(cases(200))]
    #[test]
    fn certified_rank_agrees_with_fraction_free(
        m in 0usize..24, n in 0usize..24, r in 0usize..16, bits in 1u32..140, seed: u64,
    ) {
        let a = sample(&mut Rng(seed), m, n, r, bits);
        check(&a, m, n);
    }

    #[test]
    fn certified_rank_of_word_entries(
        m in 1usize..40, n in 1usize..40, r in 0usize..40, bits in 1u32..27, seed: u64,
    ) {
        let a = sample(&mut Rng(seed), m, n, r, bits);
        check(&a, m, n);
    }
}

/// The determinant is divisible by both primes of the first attempt and by
/// many of the certifying ones, but it is not zero.
#[test]
fn determinant_divisible_by_many_primes() {
    let mut big = Integer::from(1);
    for p in super::echelon::DEFAULT_PRIMES {
        big *= p;
    }
    for p in [16_777_213u32, 16_777_199, 16_777_183] {
        big *= p;
    }
    for n in [2usize, 7, 40] {
        let mut a = vec![Integer::new(); n * n];
        for i in 0..n {
            a[i * n + i] = Integer::from(1 + i);
            for j in 0..i {
                a[i * n + j] = Integer::from(i * j % 5);
            }
        }
        a[n * n - 1].clone_from(&big);
        check(&a, n, n);
    }
}

#[test]
fn full_and_empty() {
    assert_eq!(rank_rational(&[], 0, 3).certificate, Certificate::Full);
    let zero = vec![Integer::new(); 6];
    assert_eq!(rank_rational(&zero, 2, 3).certificate, Certificate::Zero);
}

#[test]
fn lifting_is_used_for_small_defects() {
    let mut g = Rng(5);
    let n = 100;
    let a: Vec<Integer> = {
        let mut a: Vec<Integer> = (0..n * n).map(|_| Integer::from(g.next() >> 4)).collect();
        for j in 0..n {
            a[(n - 1) * n + j] = Integer::from(&a[j] - &a[n + j]);
        }
        a
    };
    let found = rank_rational(&a, n, n);
    assert_eq!(found.echelon.rank, n - 1);
    assert!(matches!(found.certificate, Certificate::Lifting(..)));
    let found = rank_by(&a, n, n, Route::Primes);
    assert_eq!(found.echelon.rank, n - 1);
    assert!(matches!(found.certificate, Certificate::Primes(..)));
}

#[test]
fn long_entries() {
    let mut g = Rng(9);
    let a = sample(&mut g, 8, 9, 6, 3000);
    check(&a, 8, 9);
}
