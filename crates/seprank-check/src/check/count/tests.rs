//! Counts against sums that are obviously right.

use super::partitions::{MAX_PARTITIONS, Sum, count_partitions, descend, weaker, weyl_dimension};
use super::*;

/// More work than any of these tests.
fn work() -> Work {
    Work::of(u64::MAX)
}

#[test]
fn tables_and_binomials_agree_with_pascal() {
    let mut row = vec![1u64];
    for n in 0..30u64 {
        for (k, c) in row.iter().enumerate() {
            assert_eq!(choose(&work(), &big(n), &big(k as u64)), Some(big(*c)));
        }
        row = [vec![1], row.windows(2).map(|w| w[0] + w[1]).collect(), vec![1]].concat();
    }
    for n in 0..6 {
        for (k, entry) in monomial_table(&work(), &big(n), 9).unwrap().iter().enumerate() {
            assert_eq!(Some(entry), monomials(&work(), &big(n), &big(k as u64)).as_ref());
        }
    }
    assert_eq!(choose(&work(), &big(1 << 60), &big(1 << 59)), None);
}

#[test]
fn partitions_are_counted_up_to_the_limit() {
    for n in 0..20u64 {
        for parts in 0..=n + 2 {
            let mut listed = 0;
            descend(n, n, parts, &mut Vec::new(), &mut |mu| {
                assert_eq!(mu.iter().sum::<u64>(), n);
                assert!(mu.len() as u64 <= parts && mu.is_sorted_by(|a, b| a >= b));
                listed += 1;
            });
            assert_eq!(count_partitions(n, parts), Some(listed), "{n} {parts}");
        }
    }
    // OEIS A000041 passes the limit of 200,000 from 49 to 50; fewer parts are fewer partitions.
    assert_eq!(count_partitions(49, 49), Some(173_525));
    assert_eq!(count_partitions(50, 50), None);
    assert_eq!(count_partitions(50, 2), Some(26));
    // n into at most two parts: the smaller is 0, 1, .., floor(n/2).
    assert_eq!(count_partitions(399_999, 2), Some(MAX_PARTITIONS));
    assert_eq!(count_partitions(400_000, 2), None);
}

/// What a sum costs is taken before it is made, and after one too costly there is no other.
#[test]
fn sums_end_with_the_work() {
    let one = |_: &[u64]| big(1);
    let left = |work: &Work| {
        (0..64).rev().map(|b| 1 << b).filter(|c| work.take(*c).is_some()).sum::<u64>()
    };
    let over = |work: &Work, degrees: &[u64]| {
        let mut sum = Sum { work, parts: 3, width: 3, ended: false };
        degrees.iter().map(|n| sum.over(*n, 3, one)).collect::<Vec<_>>()
    };
    let all = Work::of(1 << 40);
    assert_eq!(over(&all, &[4]), [Some(big(4))]);
    let cost = (1 << 40) - left(&all);
    let again = |more| over(&Work::of(cost + more), &[4, 4, 0]);
    assert_eq!(again(0), [Some(big(4)), None, None]);
    assert_eq!(over(&Work::of(cost - 1), &[4, 0]), [None, None]);
    assert!(over(&Work::of(10 * cost), &[4, 4, 0]).iter().all(Option::is_some));
}

/// `C(n,k)` and powers of at most about a million bits.
#[test]
fn numbers_of_too_many_bits_are_refused() {
    assert_eq!(power(&work(), 3, 4), Some(big(81)));
    assert_eq!(power(&work(), 2, 1 << 20).map(|p| p.bits()), Some((1 << 20) + 1));
    assert_eq!(power(&work(), 2, (1 << 20) + 1), None);
    assert_eq!(half_degree(&work(), 3), Some(big(13)));
    assert_eq!(symmetric(5), big(15));
    assert!(choose(&work(), &big(1 << 30), &big(1 << 15)).is_some());
    assert_eq!(choose(&work(), &big(1 << 30), &big(1 << 20)), None);
    assert_eq!(choose(&work(), &big(1 << 40), &big(1 << 19)), None);
    assert!(choose(&work(), &big(1 << 30), &big(40_000)).is_some_and(|c| c.bits() > 600_000));
    assert_eq!(choose(&work(), &big(1 << 40), &big((1 << 40) - 1)), Some(big(1 << 40)));
    // A number of 700,000 bits, a table of 8,000 of them.
    let n = BigUint::one() << 100;
    assert!(monomials(&work(), &n, &big(8000)).is_some());
    assert_eq!(monomial_table(&work(), &n, 8000), None);
    assert!(monomial_table(&work(), &big(2), 4 * MAX_TERMS - 1).is_some());
    assert!(monomial_table(&work(), &big(2), 4 * MAX_TERMS).is_none());
}

/// h is the rank of the polynomials on Z = V V^T: here by counting, for d = r = 2, by hand.
#[test]
fn dimensions_of_small_cases() {
    // Rank <= 2: what the entries or the factors alone leave, whichever is less.
    for d in [3, 4, 10] {
        for (b, bound) in weaker(&work(), d, 2, 9).unwrap().iter().enumerate() {
            let count = |n: u64, k: usize| monomials(&work(), &big(n), &big(k as u64)).unwrap();
            assert_eq!(*bound, count(d * (d + 1) / 2, b).min(count(2 * d, 2 * b)), "{d} {b}");
        }
    }
    // Tokens as many as the width, or more, leave out no product.
    for (d, r) in [(1, 2), (2, 2), (2, 3), (3, 3), (3, 5)] {
        let (h1, h) =
            (covariant(&work(), d, r, 8).unwrap(), determinantal(&work(), d, r, 8).unwrap());
        assert!(h1.iter().zip(&h).all(|(h1, h)| h1.value == &h.value * d), "{d} {r}");
    }
    // Symmetric 3 x 3 matrices of rank <= 2: all polynomials but the multiples of det.
    let list = determinantal(&work(), 3, 2, 8).unwrap();
    assert_eq!(list.len(), 9);
    for (b, h) in list.iter().enumerate() {
        let all = monomials(&work(), &big(6), &big(b as u64)).unwrap();
        let multiples = match b {
            0..3 => big(0),
            _ => monomials(&work(), &big(6), &big(b as u64 - 3)).unwrap(),
        };
        assert_eq!(h.value, all - multiples, "{b}");
    }
    // Rank <= 1, d = 2: degree 2b forms in 2 variables.
    let ones: Vec<_> =
        determinantal(&work(), 2, 1, 3).unwrap().into_iter().map(|h| h.value).collect();
    assert_eq!(ones, [1, 3, 5, 7].map(big));
    // x_{i,k} p(G), one degree: for r = 2 < d = 3 the one relation is of degree 3.
    let spans: Vec<_> = covariant(&work(), 3, 2, 1).unwrap().into_iter().map(|h| h.value).collect();
    assert_eq!(spans, [3, 18].map(big));
    assert_eq!(weyl_dimension(&[2, 1], 3), big(8));
}
