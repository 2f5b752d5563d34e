//! Against lists, other formulas and ranks found by evaluation.

use super::*;

#[test]
fn multiset_counts_monomials() {
    for n in 0..6u64 {
        for k in 0..7u64 {
            // Monomials of degree k in n variables, listed.
            fn list(n: u64, k: u64) -> u64 {
                match (n, k) {
                    (_, 0) => 1,
                    (0, _) => 0,
                    _ => (0..=k).map(|e| list(n - 1, k - e)).sum(),
                }
            }
            assert_eq!(multiset(&n.into(), k), list(n, k), "{n} {k}");
        }
    }
}

#[test]
fn weyl_dimensions_of_symmetric_and_exterior_powers() {
    for d in 1..6usize {
        for k in 0..6u64 {
            assert_eq!(schur_dimension(&[k], d), multiset(&d.into(), k));
            let exterior = Integer::from(Integer::binomial_u(d as u32, k as u32));
            assert_eq!(schur_dimension(&vec![1; k as usize], d), exterior);
            assert_eq!(schur_dimension(&[vec![k], vec![0; d]].concat(), d), multiset(&d.into(), k));
        }
    }
}

#[test]
fn closed_forms_agree_with_summation() {
    let summed = |d: usize, r: usize, b: u64| {
        sum_over_partitions(b, r, MAX_WORK, |mu| {
            schur_dimension(&mu.iter().map(|p| 2 * p).collect::<Vec<_>>(), d)
        })
    };
    for d in 1..6 {
        for b in 0..8 {
            assert_eq!(determinantal_dimension(d, d, b), summed(d, d, b), "{d} {b}");
            assert_eq!(determinantal_dimension(d, 1, b), summed(d, 1, b), "{d} {b}");
            for r in 1..=d + 1 {
                let h = determinantal_dimension(d, r, b).unwrap();
                assert!(h <= determinantal_dimension_bound(d, r, b), "{d} {r} {b}");
                let h1 = covariant_dimension(d, r, b).unwrap();
                assert!(h1 <= h * Integer::from(d));
                let bound = covariant_dimension_bound(d, r, b);
                assert!(if r >= d { h1 == bound } else { h1 <= bound }, "{d} {r} {b}");
            }
        }
    }
}

#[test]
fn hook_contents_give_the_weyl_dimension() {
    // prod_{i<j} (lambda_i - lambda_j + j - i)/(j - i), for all partitions of 7.
    for d in 1..6usize {
        visit_partitions(7, 7, d, &mut Vec::new(), &mut |mu| {
            let part = |i: usize| mu.get(i).copied().unwrap_or(0);
            let (mut numerator, mut denominator) = (Integer::from(1), Integer::from(1));
            for (i, j) in (0..d).flat_map(|i| (i + 1..d).map(move |j| (i, j))) {
                numerator *= part(i) - part(j) + (j - i) as u64;
                denominator *= (j - i) as u64;
            }
            assert_eq!(schur_dimension(mu, d), numerator / denominator, "{mu:?} {d}");
        });
    }
}

#[test]
fn covered_monomials_is_both_the_sum_and_the_minimum() {
    for (n_a, n_b, degree) in itertools::iproduct!(1..5u64, 1..5u64, 0..9u64) {
        let count = |n: u64, k: u64| multiset(&Integer::from(n), k);
        let sum: Integer = (0..=degree).map(|a| count(n_a, a).min(count(n_b, degree - a))).sum();
        let below = |n: u64, k: u64| (0..k).map(|a| count(n, a)).sum::<Integer>();
        let least = (0..=degree + 1).map(|t| below(n_a, t) + below(n_b, degree + 1 - t)).min();
        let found = covered_monomials(n_a, n_b, degree);
        assert_eq!((&found, Some(&found)), (&sum, least.as_ref()), "{n_a} {n_b} {degree}");
    }
}

/// Upper estimates, at most a quarter and three digits too large.
#[test]
fn estimates_are_upper_ones() {
    for (n, k) in itertools::iproduct!(0..60u64, 0..60u64).chain([(2, 9999), (9999, 2)]) {
        let exact = multiset(&n.into(), k);
        let estimate = log10_multiset_estimate(n as f64, k as f64);
        if exact > 0 {
            let log = exact.to_f64().log10();
            assert!((log..=1.25 * log + 3.0).contains(&estimate), "{n} {k} {log} {estimate}");
        }
    }
}

#[test]
fn binomials_are_symmetric_at_any_size() {
    let n = u64::MAX / 4;
    assert_eq!(choose(n.into(), n - 1), n);
    assert_eq!(choose(n.into(), n), 1);
    assert_eq!(choose(n.into(), n + 1), 0);
    assert_eq!(multiset(&2.into(), n), Integer::from(n + 1));
    assert_eq!(multiset(&Integer::from(-3), 2), 0);
}

/// h and h1 by a closed form, by a sum, or not at all, as the work allows.
#[test]
fn sums_of_too_many_partitions_are_refused() {
    for (n, parts, limit) in itertools::iproduct!(0..24u64, 0..9usize, 1..60u64) {
        let mut seen = 0;
        visit_partitions(n, n, parts, &mut Vec::new(), &mut |_| seen += 1);
        let count = (seen <= limit).then_some(seen);
        assert_eq!(count_partitions(n, parts, limit), count, "{n} {parts} {limit}");
        // Each has n boxes, and is taken for twice as many.
        let summed = sum_over_partitions(n, parts, limit * (2 * n).max(1), |_| 1.into());
        assert_eq!(summed, count.map(Integer::from), "{n} {parts} {limit}");
    }
    assert_eq!(count_partitions(u64::MAX, 2, 60), None);
    for (d, r, b) in itertools::iproduct!(1..6usize, 0..7usize, 0..7u64) {
        let h = determinantal_dimension(d, r, b).unwrap();
        let within = determinantal_dimension_within(d, r, b, 0);
        assert!(within.is_none_or(|closed| closed == h), "{d} {r} {b}");
        let closed = r <= 1 || r >= d || b <= r as u64;
        assert!(!closed || determinantal_dimension_within(d, r, b, 0).is_some());
        // Lemma 3.6.
        assert!(h >= multiset(&determinantal_variables(d, r), b), "{d} {r} {b}");
        let sum = (0..=b).map(|k| determinantal_dimension(d, r, k).unwrap()).sum::<Integer>();
        assert_eq!(pairing_rank(d, r, b, MAX_WORK), Some(sum), "{d} {r} {b}");
    }
}

/// The span of the products of one token's entries and polynomials in the Gram matrix, counted.
#[test]
fn covariants_are_counted_by_evaluation() {
    use crate::arith::{Fp, Prime, Ring};
    let p = Prime::MERSENNE_61;
    for (d, r, c) in [(1, 1, 2), (2, 1, 2), (2, 2, 2), (3, 1, 1), (3, 2, 2), (3, 2, 3), (2, 3, 2)] {
        // More random tokens than functions; row t has all x_{0,k} times all monomials in G.
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            Fp::from_residue(state >> 20, p)
        };
        let pairs: Vec<(usize, usize)> =
            (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let mut exponents = Vec::new();
        monomials(pairs.len(), c, &mut vec![], &mut exponents);
        let points = d * exponents.len() + 2;
        let rows: Vec<Vec<Fp>> = (0..points)
            .map(|_| {
                let x: Vec<Vec<Fp>> = (0..r).map(|_| (0..d).map(|_| next()).collect()).collect();
                let gram: Vec<Fp> = pairs
                    .iter()
                    .map(|&(i, j)| x.iter().map(|t| t[i] * t[j]).fold(Fp::new(0, p), |a, b| a + b))
                    .collect();
                let monomial = |e: &Vec<u64>| {
                    e.iter().zip(&gram).fold(Fp::new(1, p), |m, (e, g)| m * g.power(*e))
                };
                (0..d)
                    .flat_map(|k| {
                        exponents.iter().map(|e| x[0][k] * monomial(e)).collect::<Vec<_>>()
                    })
                    .collect()
            })
            .collect();
        let matrix = nalgebra::DMatrix::from_fn(points, rows[0].len(), |i, j| rows[i][j]);
        let rank = crate::linalg::rank_mod_p(&matrix, p).rank;
        assert_eq!(covariant_dimension(d, r, c), Some(rank.into()), "{d} {r} {c}");
    }
}

/// All exponent vectors of a degree.
fn monomials(n: usize, degree: u64, prefix: &mut Vec<u64>, list: &mut Vec<Vec<u64>>) {
    if prefix.len() + 1 == n {
        list.push([&prefix[..], &[degree]].concat());
        return;
    }
    for e in 0..=degree {
        prefix.push(e);
        monomials(n, degree - e, prefix, list);
        prefix.pop();
    }
}

#[test]
fn partition_counts() {
    for (n, all) in [1u64, 1, 2, 3, 5, 7, 11, 15, 22, 30, 42].into_iter().enumerate() {
        let mut seen = 0;
        visit_partitions(n as u64, n as u64, n, &mut Vec::new(), &mut |_| seen += 1);
        assert_eq!((seen, count_partitions(n as u64, n, 50)), (all, Some(all))); // OEIS A000041
    }
}

/// Whatever was asked for before.
#[test]
fn long_powers_of_three_do_not_depend_on_the_last_one() {
    for exponent in [12_000, 12_001, 11_981, 11_980, 12_000, 9_999, 30_000, 12_020, 12_000] {
        let exact = rug::Integer::from(rug::Integer::u_pow_u(3, exponent));
        assert_eq!(super::ternary_power(exponent as usize), exact, "{exponent}");
    }
}
