//! The numbers that bounds are made of: closed forms and shortcuts equal the sums that define them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rug::Integer;
use seprank::bounds::LogInterval;
use seprank::bounds::numbers::{
    covered_monomials, determinantal_dimension, determinantal_dimension_bound, multiset,
    pairing_rank, schur_dimension,
};

/// Partitions of `n` into at most `parts` parts of size at most `largest`.
fn partitions(n: u64, largest: u64, parts: usize) -> Vec<Vec<u64>> {
    match (n, parts) {
        (0, _) => vec![vec![]],
        (_, 0) => vec![],
        _ => (1..=n.min(largest))
            .flat_map(|first| {
                let rest = partitions(n - first, first, parts - 1);
                rest.into_iter().map(move |rest| [vec![first], rest].concat())
            })
            .collect(),
    }
}

/// The dimension of Theorem 3.3, from its definition as a sum.
fn dimension(d: usize, r: usize, b: u64) -> Integer {
    let doubled = |mu: Vec<u64>| mu.iter().map(|part| 2 * part).collect::<Vec<_>>();
    partitions(b, b, d.min(r)).into_iter().map(|mu| schur_dimension(&doubled(mu), d)).sum()
}

fuzz_target!(|input: ([u8; 3], [u16; 3], u64)| {
    let ([d, r, b], [n_a, n_b, degree], k) = input;
    let (d, r, b) = (usize::from(d % 8) + 1, usize::from(r % 9), u64::from(b % 13));
    let summed = dimension(d, r, b);
    assert_eq!(determinantal_dimension(d, r, b).as_ref(), Some(&summed), "{d} {r} {b}");
    assert!(r == 0 || summed <= determinantal_dimension_bound(d, r, b), "{d} {r} {b}");
    if r > 0 {
        let pairing: Integer = (0..=b).map(|kappa| dimension(d, r, kappa)).sum();
        assert_eq!(pairing_rank(d, r, b, u64::MAX), Some(pairing), "{d} {r} {b}");
    }

    let [n_a, n_b] = [n_a, n_b].map(|n| u64::from(n) + 1);
    let degree = u64::from(degree % 200);
    let count = |n: u64, k: u64| multiset(&Integer::from(n), k);
    let sum: Integer = (0..=degree).map(|a| count(n_a, a).min(count(n_b, degree - a))).sum();
    assert_eq!(covered_monomials(n_a, n_b, degree), sum, "{n_a} {n_b} {degree}");

    // mc(n,k) = mc(n-1,k) + mc(n,k-1), and the logarithm of a large one.
    let (n, small) = (Integer::from(k) + 1u32, k % 300 + 1);
    let value = multiset(&n, small);
    assert_eq!(value, multiset(&Integer::from(k), small) + multiset(&n, small - 1), "{k}");
    assert!(LogInterval::multiset(&n, &small.into()).is_some_and(|log| log.admits(&value)), "{k}");
});
