//! The integers that bounds are made of, exactly.
//!
//! Notation of docs/theory.md: `mc(n,k)` is the number of monomials of degree k in n variables.

use rug::Integer;
use rug::ops::Pow;
use std::sync::Mutex;

/// `mc(n,k) = C(n+k-1, k)`, with `mc(0,0) = 1` and `mc(0,k) = 0` for k > 0.
/// Cost: that of one GMP binomial.
///
/// ```
/// use seprank::bounds::numbers::multiset;
/// assert_eq!(multiset(&3.into(), 2), 6); // xx, xy, xz, yy, yz, zz
/// ```
pub fn multiset(n: &Integer, k: u64) -> Integer {
    if k == 0 {
        return Integer::from(1);
    }
    if *n <= 0 {
        return Integer::new();
    }
    choose(&Integer::from(n + k) - Integer::from(1), k)
}

/// The binomial coefficient C(n,k) for n >= 0; zero if k > n.
///
/// # Panics
/// If min(k, n-k) does not fit 32 bits: such a number has more than 10^9 digits, and callers ask
/// [`log10_multiset_estimate`] first.
pub fn choose(n: Integer, k: u64) -> Integer {
    if n < k {
        return Integer::new();
    }
    let other = Integer::from(&n - k);
    let k = u32::try_from(if other < k { other.to_u64().unwrap_or(k) } else { k });
    n.binomial(k.expect("callers estimate the size first"))
}

/// `3^exponent`.
pub fn ternary_power(exponent: usize) -> Integer {
    Integer::from(3).pow(u32::try_from(exponent).expect("depths are at most 2^24"))
}

/// `C_L = (3^L - 1)/2`, the number of Gram factors of attention of depth L.
pub fn attention_half_degree(depth: usize) -> Integer {
    (ternary_power(depth) - 1u32) / 2u32
}

/// An upper estimate of log10 of `mc(n,k)`, good to 1 %; used to decide what to compute, never to
/// report.
pub fn log10_multiset_estimate(n: f64, k: f64) -> f64 {
    if n < 1.0 || k < 1.0 {
        return 1.0;
    }
    // C(N,K) <= (e N / K)^K with K the smaller of the two.
    let (total, small) = (n + k - 1.0, k.min(n - 1.0).max(1.0));
    small * (std::f64::consts::E * total / small).log10()
}

/// More partitions than this are not summed over.
const MAX_PARTITIONS: u64 = 200_000;

/// `h(d,r;b)`: the dimension of the degree-b polynomials on symmetric d x d matrices of rank at
/// most r. `None` where neither a closed form holds nor the partitions are few enough to sum.
///
/// `sum over partitions mu of b with at most min(d,r) parts of dim S_{2mu}(F^d)`; closed forms
/// `mc(d(d+1)/2, b)` for r >= d and `mc(d, 2b)` for r = 1 (De Concini and Procesi 1976).
///
/// ```
/// use seprank::bounds::numbers::determinantal_dimension;
/// assert_eq!(determinantal_dimension(5, 2, 3).unwrap(), 630);
/// ```
pub fn determinantal_dimension(d: usize, r: usize, b: u64) -> Option<Integer> {
    let full = Integer::from(d) * Integer::from(d + 1) / 2;
    match r.min(d) {
        0 => Some(Integer::from(u32::from(b == 0))),
        r if r == d => Some(multiset(&full, b)),
        1 => Some(multiset(&Integer::from(d), 2 * b)),
        r => sum_over_partitions(b, r, |mu| {
            let doubled: Vec<u64> = mu.iter().map(|part| 2 * part).collect();
            schur_dimension(&doubled, d)
        }),
    }
}

/// An upper bound for `h(d,r;b)` that is always cheap: `min(mc(d(d+1)/2, b), mc(d r, 2b))`.
pub fn determinantal_dimension_bound(d: usize, r: usize, b: u64) -> Integer {
    let symmetric = multiset(&(Integer::from(d) * Integer::from(d + 1) / 2), b);
    let factors = multiset(&(Integer::from(d) * Integer::from(r.min(d))), 2 * b);
    symmetric.min(factors)
}

/// `h1(d,r;c)`: the dimension of the span of the products `x_{i,k} p(G)`, p of degree c in the Gram
/// matrix G of r tokens, x_i one of them. `None` where the partitions are too many.
///
/// `d h(d,r;c) - sum over mu |- c with exactly r parts of dim S_{(2mu,1)}(F^d)` for r < d,
/// `d h(d,d;c)` for r >= d; `mc(d, 2c+1)` for r = 1.
pub fn covariant_dimension(d: usize, r: usize, c: u64) -> Option<Integer> {
    if r == 1 {
        return Some(multiset(&Integer::from(d), 2 * c + 1));
    }
    let all = determinantal_dimension(d, r, c)? * Integer::from(d);
    if r >= d {
        return Some(all);
    }
    let missing = sum_over_partitions(c, r, |mu| {
        if mu.len() < r {
            return Integer::new();
        }
        let shape: Vec<u64> = mu.iter().map(|part| 2 * part).chain([1]).collect();
        schur_dimension(&shape, d)
    })?;
    Some(all - missing)
}

/// `dim S_lambda(F^d)` by the Weyl dimension formula
/// `prod_{i<j} (lambda_i - lambda_j + j - i)/(j - i)`; zero if lambda has more than d parts.
/// Cost: O(d * parts) multiplications.
pub fn schur_dimension(lambda: &[u64], d: usize) -> Integer {
    if lambda.iter().filter(|part| **part > 0).count() > d {
        return Integer::new();
    }
    let part = |i: usize| lambda.get(i).copied().unwrap_or(0);
    let (mut numerator, mut denominator) = (Integer::from(1), Integer::from(1));
    for i in 0..lambda.len().min(d) {
        for j in i + 1..d {
            let gap = (j - i) as u64;
            numerator *= part(i) - part(j) + gap;
            denominator *= gap;
        }
    }
    numerator.div_exact(&denominator)
}

/// The number of partitions of `n` with at most `parts` parts, capped at `MAX_PARTITIONS + 1`.
fn count_partitions(n: u64, parts: usize) -> u64 {
    static CACHE: Mutex<Vec<(u64, usize, u64)>> = Mutex::new(Vec::new());
    if n > 4 * MAX_PARTITIONS {
        return MAX_PARTITIONS + 1;
    }
    let known = |cache: &Vec<(u64, usize, u64)>| {
        cache.iter().find(|e| e.0 == n && e.1 == parts).map(|e| e.2)
    };
    if let Ok(cache) = CACHE.lock()
        && let Some(count) = known(&cache)
    {
        return count;
    }
    // Partitions into at most k parts = partitions into parts of size at most k.
    let n_index = n as usize;
    let mut ways = vec![0u64; n_index + 1];
    ways[0] = 1;
    for size in 1..=parts.min(n_index) {
        for total in size..=n_index {
            ways[total] = (ways[total] + ways[total - size]).min(MAX_PARTITIONS + 1);
        }
        if ways[n_index] > MAX_PARTITIONS {
            break;
        }
    }
    let count = ways[n_index];
    if let Ok(mut cache) = CACHE.lock() {
        if cache.len() > 4096 {
            cache.clear();
        }
        cache.push((n, parts, count));
    }
    count
}

fn sum_over_partitions(n: u64, parts: usize, term: impl Fn(&[u64]) -> Integer) -> Option<Integer> {
    if count_partitions(n, parts) > MAX_PARTITIONS {
        return None;
    }
    let mut sum = Integer::new();
    let mut prefix = Vec::new();
    visit_partitions(n, n, parts, &mut prefix, &mut |mu| sum += term(mu));
    Some(sum)
}

/// Calls `visit` with every partition of `n` into at most `parts` parts of size at most `largest`.
fn visit_partitions(
    n: u64,
    largest: u64,
    parts: usize,
    prefix: &mut Vec<u64>,
    visit: &mut impl FnMut(&[u64]),
) {
    if n == 0 {
        return visit(prefix);
    }
    if parts == 0 {
        return;
    }
    // The first part must leave room for the rest: first * parts >= n.
    for first in (n.div_ceil(parts as u64)..=n.min(largest)).rev() {
        prefix.push(first);
        visit_partitions(n - first, first, parts - 1, prefix, visit);
        prefix.pop();
    }
}

#[cfg(test)]
mod tests {
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
            }
        }
    }

    #[test]
    fn closed_forms_agree_with_summation() {
        let summed = |d: usize, r: usize, b: u64| {
            sum_over_partitions(b, r, |mu| {
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
                    assert!(covariant_dimension(d, r, b).unwrap() <= h * Integer::from(d));
                }
            }
        }
    }

    #[test]
    fn partition_counts() {
        for (n, all) in [1u64, 1, 2, 3, 5, 7, 11, 15, 22, 30, 42].into_iter().enumerate() {
            let mut seen = 0;
            visit_partitions(n as u64, n as u64, n, &mut Vec::new(), &mut |_| seen += 1);
            assert_eq!((seen, count_partitions(n as u64, n)), (all, all)); // OEIS A000041
        }
    }
}
