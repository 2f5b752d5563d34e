//! The integers that bounds are made of, exactly.
//!
//! Notation of docs/theory.md: `mc(n,k)` is the number of monomials of degree k in n variables.

use super::LogInterval;
use rug::Integer;
use rug::ops::Pow;
use std::cell::RefCell;

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
    let least = Integer::from(&n - k).min(k.into()).to_u32();
    n.binomial(least.expect("callers estimate the size first"))
}

/// `3^exponent`. The last long one is kept: all bounds on one deep network ask for powers near to it.
pub fn ternary_power(exponent: usize) -> Integer {
    const LONG: usize = 10_000;
    /// Powers of which a factor of 32 bits is left.
    const NEAR: usize = 20;
    thread_local! {
        static LAST: RefCell<(usize, Integer)> = const { RefCell::new((0, Integer::new())) };
    }
    let power = || Integer::from(3).pow(u32::try_from(exponent).expect("depths are at most 2^24"));
    if exponent < LONG {
        return power();
    }
    LAST.with_borrow_mut(|(last, known)| {
        if last.abs_diff(exponent) > NEAR {
            (*last, *known) = (exponent, power());
        }
        let factor = 3u32.pow(last.abs_diff(exponent) as u32);
        match *last <= exponent {
            true => Integer::from(&*known * factor),
            false => Integer::from(known.div_exact_u_ref(factor)),
        }
    })
}

/// `C_L = (3^L - 1)/2`, the number of Gram factors of attention of depth L.
pub fn attention_half_degree(depth: usize) -> Integer {
    ternary_power(depth) / 2u32 // an odd number
}

/// An upper estimate of log10 of `mc(n,k)`, at most a quarter too large for long numbers; used to decide
/// what to compute, never to report.
pub fn log10_multiset_estimate(n: f64, k: f64) -> f64 {
    // C(N,K) <= (e N / K)^K with K the smaller of the two, N rounded up.
    let (total, small) = ((n + k).max(1.0), k.min(n - 1.0).max(1.0));
    small * (std::f64::consts::E * total / small).log10()
}

/// Default limit on the boxes of all partitions summed over: about a tenth of a second.
const MAX_WORK: u64 = 4_000_000;

/// `h(d,r;b)`: the dimension of the degree-b polynomials on symmetric d x d matrices of rank at
/// most r. `None` where neither a closed form holds nor the partitions are few enough to sum.
///
/// `sum over partitions mu of b with at most min(d,r) parts of dim S_{2mu}(F^d)`; closed forms
/// `mc(d(d+1)/2, b)` for r >= d and for b <= r (then no partition is left out), and `mc(d, 2b)` for
/// r = 1 (De Concini and Procesi 1976).
///
/// ```
/// use seprank::bounds::numbers::determinantal_dimension;
/// assert_eq!(determinantal_dimension(5, 2, 3).unwrap(), 630);
/// ```
pub fn determinantal_dimension(d: usize, r: usize, b: u64) -> Option<Integer> {
    determinantal_dimension_within(d, r, b, MAX_WORK)
}

/// As [`determinantal_dimension`], where all partitions together have at most `work` boxes.
pub(super) fn determinantal_dimension_within(
    d: usize,
    r: usize,
    b: u64,
    work: u64,
) -> Option<Integer> {
    match r.min(d) {
        0 => Some(Integer::from(u32::from(b == 0))),
        r if r == d || b <= r as u64 => Some(multiset(&symmetric_entries(d), b)),
        1 => Some(multiset(&Integer::from(d), 2 * b)),
        r => sum_over_partitions(b, r, work, |mu| {
            let doubled: Vec<u64> = mu.iter().map(|part| 2 * part).collect();
            schur_dimension(&doubled, d)
        }),
    }
}

/// `d(d+1)/2`, the entries of a symmetric d x d matrix.
pub fn symmetric_entries(d: usize) -> Integer {
    Integer::from(d) * Integer::from(d + 1) / 2
}

/// `v(d,r) = r d - r(r-1)/2`, r capped at d: the dimension of the symmetric d x d matrices of rank at
/// most r, and algebraically independent entries of them, so that `h(d,r;b) >= mc(v,b)` (Lemma 3.6).
pub fn determinantal_variables(d: usize, r: usize) -> Integer {
    let r = r.min(d);
    Integer::from(r) * Integer::from(d) - Integer::from(r) * Integer::from(r.saturating_sub(1)) / 2
}

/// `sum_{kappa<=k} h(m,tau;kappa)`, the rank of the pairing in Theorems 3.8 and 3.9; `None` where the
/// partitions have more than `work` boxes together.
pub fn pairing_rank(m: usize, tau: usize, k: u64, work: u64) -> Option<Integer> {
    if tau >= m || k <= tau as u64 {
        return Some(multiset(&(symmetric_entries(m) + 1u32), k));
    }
    if tau == 1 {
        return Some(sum_of_even_multisets(m, k));
    }
    (0..=k).map(|kappa| determinantal_dimension_within(m, tau, kappa, work / (k + 1))).sum()
}

/// `sum_{kappa<=k} mc(m, 2 kappa)`, each term from the one before. Cost: four products or quotients of a term and a
/// small number for each.
fn sum_of_even_multisets(m: usize, k: u64) -> Integer {
    let (mut term, mut sum) = (Integer::from(1), Integer::from(1));
    for degree in 0..2 * k {
        // mc(m, b+1) = mc(m, b) (m+b) / (b+1).
        term *= Integer::from(m) + degree;
        term.div_exact_mut(&Integer::from(degree + 1));
        if degree % 2 == 1 {
            sum += &term;
        }
    }
    sum
}

/// `sum_{a=0}^{D} min( mc(n_A, a), mc(n_B, D-a) )` for n_A, n_B >= 1, which is also
/// `min over 0 <= t <= D+1 of mc(n_A+1, t-1) + mc(n_B+1, D-t)`.
///
/// The first term grows with a and the second falls. Up to the a where they cross the first is the
/// minimum, from there on the second; either part sums to one coefficient, and any other place t to
/// change over gives more. Cost: 2 log2(D) enclosures, and a coefficient
/// where two of them overlap.
pub fn covered_monomials(n_a: u64, n_b: u64, degree: u64) -> Integer {
    let crossed = |a: u64| {
        let (n_a, n_b) = (Integer::from(n_a), Integer::from(n_b));
        let certain = LogInterval::multiset(&n_a, &a.into())
            .zip(LogInterval::multiset(&n_b, &(degree - a).into()))
            .and_then(|(left, right)| {
                if left.less_than(&right) {
                    Some(false)
                } else {
                    right.at_most(&left).then_some(true)
                }
            });
        certain.unwrap_or_else(|| multiset(&n_a, a) >= multiset(&n_b, degree - a))
    };
    let (mut low, mut high) = (0, degree); // mc(n_A, D) is at least mc(n_B, 0)
    while low < high {
        let a = low + (high - low) / 2;
        if crossed(a) {
            high = a;
        } else {
            low = a + 1;
        }
    }
    let up_to =
        |n: u64, k: Option<u64>| k.map(|k| multiset(&Integer::from(n + 1), k)).unwrap_or_default();
    up_to(n_a, low.checked_sub(1)) + up_to(n_b, degree.checked_sub(low))
}

/// An upper bound for `h(d,r;b)` that is always cheap: `min(mc(d(d+1)/2, b), mc(d r, 2b))`.
pub fn determinantal_dimension_bound(d: usize, r: usize, b: u64) -> Integer {
    let symmetric = multiset(&symmetric_entries(d), b);
    let factors = multiset(&(Integer::from(d) * Integer::from(r.min(d))), 2 * b);
    symmetric.min(factors)
}

/// An upper bound for `h1(d,r;c)` that is always cheap: d times that for `h`.
pub(super) fn covariant_dimension_bound(d: usize, r: usize, c: u64) -> Integer {
    determinantal_dimension_bound(d, r, c) * Integer::from(d)
}

/// `h1(d,r;c)`: the dimension of the span of the products `x_{i,k} p(G)`, p of degree c in the Gram
/// matrix G of r tokens, x_i one of them. `None` where the partitions are too many.
///
/// `d h(d,r;c) - sum over mu |- c with exactly r parts of dim S_{(2mu,1)}(F^d)` for r < d,
/// `d h(d,d;c)` for r >= d; `mc(d, 2c+1)` for r = 1.
pub fn covariant_dimension(d: usize, r: usize, c: u64) -> Option<Integer> {
    covariant_dimension_within(d, r, c, MAX_WORK)
}

/// As [`covariant_dimension`], where all partitions together have at most `work` boxes.
pub(super) fn covariant_dimension_within(d: usize, r: usize, c: u64, work: u64) -> Option<Integer> {
    if r == 1 {
        return Some(multiset(&Integer::from(d), 2 * c + 1));
    }
    let all = determinantal_dimension_within(d, r, c, work)? * Integer::from(d);
    // Fewer boxes than r leave no partition with r parts.
    if r >= d || c < r as u64 {
        return Some(all);
    }
    let missing = sum_over_partitions(c, r, work, |mu| {
        if mu.len() < r {
            return Integer::new();
        }
        let shape: Vec<u64> = mu.iter().map(|part| 2 * part).chain([1]).collect();
        schur_dimension(&shape, d)
    })?;
    Some(all - missing)
}

/// `dim S_lambda(F^d)` for a partition lambda by Stanley's hook content formula
/// `prod over boxes (i,j) of (d + j - i) / hook(i,j)`; zero if lambda has more than d parts.
/// Cost: two multiplications by small numbers for each box.
pub fn schur_dimension(lambda: &[u64], d: usize) -> Integer {
    let parts = lambda.iter().filter(|part| **part > 0).count();
    if parts > d {
        return Integer::new();
    }
    let (mut numerator, mut denominator) = (Integer::from(1), Integer::from(1));
    for (i, &length) in lambda[..parts].iter().enumerate() {
        for j in 0..length {
            let leg = lambda[i + 1..parts].iter().take_while(|below| **below > j).count() as u64;
            numerator *= (d - i) as u64 + j;
            denominator *= length - j + leg;
        }
    }
    numerator.div_exact(&denominator)
}

/// The number of partitions of `n` with at most `parts` parts if it is at most `limit`.
fn count_partitions(n: u64, parts: usize, limit: u64) -> Option<u64> {
    // With two parts there are floor(n/2) + 1 already.
    if n / 2 > limit && parts > 1 {
        return None;
    }
    // Partitions into at most k parts = partitions into parts of size at most k.
    let n = usize::try_from(n).ok()?;
    let mut ways = vec![0u64; n + 1];
    ways[0] = 1;
    for size in 1..=parts.min(n) {
        for total in size..=n {
            ways[total] = (ways[total] + ways[total - size]).min(limit + 1);
        }
        if ways[n] > limit {
            return None;
        }
    }
    Some(ways[n])
}

fn sum_over_partitions(
    n: u64,
    parts: usize,
    work: u64,
    term: impl Fn(&[u64]) -> Integer,
) -> Option<Integer> {
    count_partitions(n, parts, work / (2 * n).max(1))?;
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
mod tests;
