//! Tests of the certified rank against fraction-free elimination.
use super::fraction_free::echelon_fraction_free;
use super::lifting::Route;
use super::limbs::Limbs;
use super::rational::{certifying_primes, first_minor, minor_bound, rank_by};
use super::tests::Rng;
use super::{Certificate, Echelon, rank_rational};
use crate::arith::Prime;
use crate::cases::cases;
use proptest::prelude::*;
use rug::Integer;
use rug::ops::Pow;

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
    check_routes(a, m, n, &[Route::Cheaper, Route::Primes, Route::Lifting]);
}

fn check_routes(a: &[Integer], m: usize, n: usize, routes: &[Route]) {
    let exact = echelon_fraction_free(a, m, n);
    for &route in routes {
        let found = rank_by(a, m, n, route);
        let e = &found.echelon;
        assert_eq!(e.rank, exact.rank, "{m} x {n} by {route:?}");
        let minor: Vec<Integer> = e
            .pivot_rows
            .iter()
            .flat_map(|&i| e.pivot_cols.iter().map(move |&j| a[i * n + j].clone()))
            .collect();
        assert_eq!(echelon_fraction_free(&minor, e.rank, e.rank).rank, e.rank);
        // Lifting fails only on entries that are too long.
        if route == Route::Lifting && a.iter().all(|x| x.significant_bits() < 62) {
            use Certificate::{Full, Lifting, Zero};
            assert!(matches!(found.certificate, Full | Zero | Lifting(..)), "{m} x {n}");
        }
        match found.certificate {
            Certificate::Full => assert_eq!(e.rank, m.min(n)),
            Certificate::Zero => assert_eq!(e.rank, 0),
            Certificate::FractionFree => {
                assert!(route != Route::Primes && (route != Route::Cheaper || e.rank <= 4));
            }
            // A bound of zero needs no prime.
            Certificate::Primes(s) => {
                assert!(route != Route::Cheaper || e.rank > 4 || s == 0, "{m} x {n}");
                let bound = minor_bound(a, m, n, e);
                let product = |bits: usize| Integer::from(1) << (2 * bits) as u32;
                assert!(product(24 * s) > bound, "{m} x {n}");
                assert!(s == 0 || product(23 * (s - 1)) <= bound, "{m} x {n}");
            }
            Certificate::Lifting(p, k) => {
                let bound = minor_bound(a, m, n, e);
                let power = |k: usize| Integer::from(p).pow(2 * k as u32);
                assert!(power(k) > bound && (k == 0 || power(k - 1) <= bound), "{m} x {n}");
            }
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

    /// The square of every bordered minor is at most the bound; the best bound of a diagonal matrix is
    /// its largest minor's.
    #[test]
    fn no_bordered_minor_exceeds_its_bound(
        m in 1usize..6, n in 1usize..6, r in 0usize..6, bits in 1u32..20, seed: u64,
    ) {
        let a = sample(&mut Rng(seed), m, n, r, bits);
        let e = echelon_fraction_free(&a, m, n);
        // Minors that are not maximal are bounded too.
        for order in 0..=e.rank {
            let e = Echelon {
                rank: order,
                pivot_rows: e.pivot_rows[..order].to_vec(),
                pivot_cols: e.pivot_cols[..order].to_vec(),
            };
            let bound = minor_bound(&a, m, n, &e);
            let outside = |len: usize, kept: &[usize]| {
                (0..len).filter(|i| !kept.contains(i)).collect::<Vec<_>>()
            };
            for i in outside(m, &e.pivot_rows) {
                for j in outside(n, &e.pivot_cols) {
                    let rows = [&e.pivot_rows[..], &[i]].concat();
                    let cols = [&e.pivot_cols[..], &[j]].concat();
                    let minor = nalgebra::DMatrix::from_fn(order + 1, order + 1, |s, t| {
                        crate::arith::Rational::from(a[rows[s] * n + cols[t]].clone())
                    });
                    prop_assert!(determinant(minor).square() <= bound);
                }
            }
        }
    }

    #[test]
    fn the_bound_of_a_diagonal_matrix_is_attained(entries in prop::collection::vec(1i64..1000, 1..7)) {
        let n = entries.len();
        let mut a = vec![Integer::new(); n * n];
        for (i, &x) in entries.iter().enumerate() {
            a[i * n + i] = x.into();
        }
        let kept: Vec<usize> = (0..n - 1).collect();
        let e = Echelon { rank: n - 1, pivot_rows: kept.clone(), pivot_cols: kept };
        let product: Integer = entries.iter().map(|x| Integer::from(*x)).product();
        prop_assert_eq!(minor_bound(&a, n, n, &e), product.square());
    }

    #[test]
    fn limbs_reduce_as_integers_do(bits in 0u32..300, len in 1usize..80, which in 0usize..3, seed: u64) {
        let p = [4_194_319u32, 8_388_593, 67_108_859][which];
        let a = sample(&mut Rng(seed), 1, len, 1, bits / 2);
        let limbs = Limbs::new(&a);
        let mut residues = vec![1.0; limbs.padded()];
        limbs.residues(p, &mut residues);
        let class = |x: f64| (x as i64).rem_euclid(i64::from(p)) as u32;
        for (x, &y) in a.iter().zip(&residues) {
            prop_assert_eq!(x.mod_u(p), class(y));
        }
        let longest = a.iter().map(Integer::significant_bits).max().unwrap_or(0);
        prop_assert_eq!(limbs.count(), longest.div_ceil(21) as usize);
        prop_assert!(residues[len..].iter().all(|x| *x == 0.0));
        prop_assert_eq!(limbs.is_zero(), a.iter().all(Integer::is_zero));
    }

    #[test]
    fn certified_rank_of_word_entries(
        m in 1usize..40, n in 1usize..40, r in 0usize..40, bits in 1u32..27, seed: u64,
    ) {
        let a = sample(&mut Rng(seed), m, n, r, bits);
        check(&a, m, n);
    }
}

/// By Gaussian elimination over Q.
fn determinant(mut a: nalgebra::DMatrix<crate::arith::Rational>) -> Integer {
    use crate::arith::{Field, Rational};
    use num_traits::{One, Zero};
    let mut product = Rational::one();
    for k in 0..a.nrows() {
        let Some(found) = (k..a.nrows()).find(|&i| !a[(i, k)].is_zero()) else {
            return Integer::new();
        };
        if found != k {
            a.swap_rows(found, k);
            product = -product;
        }
        let pivot = a[(k, k)].clone();
        let inverse = pivot.inverse().expect("not zero");
        product *= pivot;
        for i in k + 1..a.nrows() {
            let factor = a[(i, k)].clone() * inverse.clone();
            for j in k..a.ncols() {
                let change = factor.clone() * a[(k, j)].clone();
                a[(i, j)] -= change;
            }
        }
    }
    product.numer().clone()
}

#[test]
fn certifying_primes_are_the_primes_below_two_to_the_24() {
    let all = (1u64 << 23..1 << 24).rev().filter(|n| Prime::new(*n).is_ok());
    assert!(certifying_primes().map(u64::from).take(2000).eq(all.take(2000)));
}

/// The echelon forms modulo the two primes are told apart by their row.
#[test]
fn the_first_minor_is_the_larger_of_two() {
    let best = |full: usize, ranks: [usize; 2]| {
        let mut calls = 0;
        let found = first_minor(full, |p| {
            assert_eq!(p, super::echelon::DEFAULT_PRIMES[calls]);
            calls += 1;
            Echelon { rank: ranks[calls - 1], pivot_rows: vec![calls], pivot_cols: vec![] }
        });
        (found.pivot_rows[0], calls)
    };
    assert_eq!(best(3, [3, 3]), (1, 1));
    assert_eq!(best(3, [2, 3]), (2, 2));
    assert_eq!(best(3, [2, 1]), (1, 2));
    assert_eq!(best(3, [2, 2]), (1, 2));
}

/// Nothing is left modulo the primes of the first attempt.
#[test]
fn every_entry_divisible_by_the_first_primes() {
    let product = super::echelon::DEFAULT_PRIMES.iter().fold(Integer::from(1), |p, q| p * q);
    for (m, n) in [(1, 1), (2, 3), (3, 3)] {
        let a: Vec<Integer> =
            (0..m * n).map(|k| Integer::from(&product * (k as u32 % 4))).collect();
        check(&a, m, n);
    }
}

/// Large enough for every thread, with several columns outside the minor.
#[test]
fn lifting_in_parallel() {
    let a = sample(&mut Rng(3), 90, 80, 60, 20);
    check_routes(&a, 90, 80, &[Route::Lifting, Route::Primes]);
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
