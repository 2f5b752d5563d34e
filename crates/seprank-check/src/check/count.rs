//! The integers in the theorems' formulas, evaluated again. `None` wherever a number or a sum would
//! be too large for the checker.

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

/// No number in a formula has more bits than about this.
const MAX_BITS: f64 = 1_048_576.0;
/// No table has more bits in all than about this, 2^31.
const MAX_TABLE_BITS: u64 = 2_147_483_648;
/// No sum or table has more terms.
pub(super) const MAX_TERMS: u64 = 20_000;
/// A sum over more partitions than this is replaced by its bound.
const MAX_PARTITIONS: u64 = 200_000;
/// The sums for all degrees of one formula multiply no more factors; the rest are replaced as well.
const MAX_FACTORS: u64 = 1 << 25;

/// `base^exponent`.
pub(super) fn power(base: u64, exponent: u64) -> Option<BigUint> {
    let bits = (base as f64).log2() * exponent as f64;
    (bits <= MAX_BITS).then(|| BigUint::from(base).pow(exponent as u32))
}

/// `C_L = (3^L - 1)/2`.
pub(super) fn half_degree(depth: usize) -> Option<BigUint> {
    Some(power(3, depth as u64)? / 2u32) // an odd number
}

/// `C(n, k)`.
pub(super) fn choose(n: &BigUint, k: &BigUint) -> Option<BigUint> {
    if k > n {
        return Some(BigUint::zero());
    }
    let k = k.min(&(n - k)).to_u64()?;
    // C(n,k) <= (e n / k)^k, and log2 n <= bits.
    let bits = k as f64 * (1.5 + n.bits() as f64 - (k.max(1) as f64).log2());
    (bits <= MAX_BITS).then(|| {
        let numerator = product(&|i| n - i, 0, k);
        numerator / product(&|i| BigUint::from(i + 1), 0, k)
    })
}

/// `f(from) .. f(to - 1)` multiplied in halves, which keeps the factors of like size.
fn product(f: &dyn Fn(u64) -> BigUint, from: u64, to: u64) -> BigUint {
    match to - from {
        0 => BigUint::one(),
        1 => f(from),
        count => product(f, from, from + count / 2) * product(f, from + count / 2, to),
    }
}

/// `mc(n, k) = C(n + k - 1, k)`: monomials of degree k in n variables.
pub(super) fn monomials(n: &BigUint, k: &BigUint) -> Option<BigUint> {
    if k.is_zero() { Some(BigUint::one()) } else { choose(&(n + k - 1u32), k) }
}

/// `mc(n, 0), .., mc(n, last)`.
pub(super) fn monomial_table(n: &BigUint, last: u64) -> Option<Vec<BigUint>> {
    if last >= 4 * MAX_TERMS {
        return None;
    }
    let largest = monomials(n, &last.into())?;
    (largest.bits().saturating_mul(last) <= MAX_TABLE_BITS).then_some(())?;
    let mut table = vec![BigUint::one()];
    for k in 0..last {
        let next = &table[k as usize] * (n + k) / (k + 1);
        table.push(next);
    }
    Some(table)
}

/// A value, and whether it is the formula's own or a weaker bound that stands in for it.
pub(super) struct Estimate {
    pub(super) value: BigUint,
    pub(super) sharp: bool,
}

/// Why a theorem gives nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// This hypothesis fails.
    Hypothesis(&'static str),
    /// The formula is too costly here.
    TooCostly,
}

/// `None` of the counting functions means too costly.
pub(super) trait OrTooCostly<T> {
    fn or_too_costly(self) -> Result<T, Failure>;
}

impl<T> OrTooCostly<T> for Option<T> {
    fn or_too_costly(self) -> Result<T, Failure> {
        self.ok_or(Failure::TooCostly)
    }
}

pub(super) fn sharp(value: Option<BigUint>) -> Result<Estimate, Failure> {
    Ok(Estimate { value: value.or_too_costly()?, sharp: true })
}

pub(super) fn big(n: usize) -> BigUint {
    n.into()
}

/// `h(d,r;b)` for b = 0..=last: polynomials of degree b on symmetric d x d matrices of rank <= r.
/// Where the partitions are too many, `min(mc(d(d+1)/2, b), mc(d r, 2b))`.
pub(super) fn determinantal(d: u64, r: u64, last: u64) -> Option<Vec<Estimate>> {
    let r = r.min(d);
    let sharp = |value: BigUint| Estimate { value, sharp: true };
    if r == d {
        return Some(monomial_table(&symmetric(d), last)?.into_iter().map(sharp).collect());
    }
    if r == 1 {
        let doubled = monomial_table(&d.into(), 2 * last)?.into_iter().step_by(2);
        return Some(doubled.map(sharp).collect());
    }
    let mut budget = MAX_FACTORS;
    let list = weaker(d, r, last)?.into_iter().zip(0..).map(|(bound, degree)| {
        let sum = over_partitions(degree, r, d, &mut budget, |mu| {
            let shape: Vec<u64> = mu.iter().map(|part| 2 * part).collect();
            weyl_dimension(&shape, d)
        });
        sum.map_or_else(|| Estimate { value: bound, sharp: false }, sharp)
    });
    Some(list.collect())
}

/// `min(mc(d(d+1)/2, b), mc(d r, 2b))` for b = 0..=last, never below `h(d,r;b)`.
fn weaker(d: u64, r: u64, last: u64) -> Option<Vec<BigUint>> {
    let factors = monomial_table(&(BigUint::from(d) * r), 2 * last)?.into_iter().step_by(2);
    let symmetric = monomial_table(&symmetric(d), last)?;
    Some(symmetric.into_iter().zip(factors).map(|(a, b)| a.min(b)).collect())
}

/// `h1(d,r;c)` for c = 0..=last: the span of the `x_{i,k} p(G)`, p of degree c in the Gram matrix G
/// of r tokens.
pub(super) fn covariant(d: u64, r: u64, last: u64) -> Option<Vec<Estimate>> {
    if r == 1 {
        let odd = monomial_table(&d.into(), 2 * last + 1)?.into_iter().skip(1).step_by(2);
        return Some(odd.map(|value| Estimate { value, sharp: true }).collect());
    }
    let mut list = determinantal(d, r, last)?;
    let mut budget = MAX_FACTORS;
    for (h, c) in list.iter_mut().zip(0..) {
        h.value *= d;
        if r < d && h.sharp {
            let missing = over_partitions(c, r, d, &mut budget, |mu| {
                if (mu.len() as u64) < r {
                    return BigUint::zero();
                }
                let shape: Vec<u64> = mu.iter().map(|part| 2 * part).chain([1]).collect();
                weyl_dimension(&shape, d)
            });
            match missing {
                Some(missing) => h.value -= missing,
                None => h.sharp = false,
            }
        }
    }
    Some(list)
}

/// `d(d+1)/2`.
pub(super) fn symmetric(d: u64) -> BigUint {
    BigUint::from(d) * (d + 1) / 2u32
}

/// `dim S_lambda(F^d) = prod_{i<j} (lambda_i - lambda_j + j - i)/(j - i)`.
fn weyl_dimension(lambda: &[u64], d: u64) -> BigUint {
    let part = |i: u64| lambda.get(i as usize).copied().unwrap_or(0);
    let rows = (lambda.len() as u64).min(d);
    let pairs = || (0..rows).flat_map(|i| (i..d).map(move |j| (i, j)));
    let pairs = || pairs().filter(|&(i, j)| part(i) != part(j)); // equal parts contribute 1
    let numerator: BigUint =
        pairs().map(|(i, j)| BigUint::from(part(i) - part(j) + j - i)).product();
    let denominator: BigUint = pairs().map(|(i, j)| BigUint::from(j - i)).product();
    numerator / denominator
}

/// The sum of `term` over the partitions of n into at most `parts` parts, if they are few enough.
/// Each costs about d factors a part, taken from `budget`.
fn over_partitions(
    n: u64,
    parts: u64,
    d: u64,
    budget: &mut u64,
    mut term: impl FnMut(&[u64]) -> BigUint,
) -> Option<BigUint> {
    let cost = count_partitions(n, parts)?.saturating_mul(d.saturating_mul(parts.min(n)));
    *budget = budget.checked_sub(cost)?;
    let mut sum = BigUint::zero();
    let mut stack = Vec::new();
    descend(n, n, parts, &mut stack, &mut |mu| sum += term(mu));
    Some(sum)
}

/// How many there are, if at most [`MAX_PARTITIONS`]: p(n, k) = p(n, k-1) + p(n-k, k).
fn count_partitions(n: u64, parts: u64) -> Option<u64> {
    let mut counts = vec![0u64; n as usize + 1];
    counts[0] = 1;
    for k in 1..=parts.min(n) as usize {
        for total in k..counts.len() {
            counts[total] = (counts[total] + counts[total - k]).min(MAX_PARTITIONS + 1);
        }
        if counts[n as usize] > MAX_PARTITIONS {
            return None;
        }
    }
    Some(counts[n as usize])
}

/// Visits the partitions of n into at most `parts` parts, none larger than `largest`.
fn descend(n: u64, largest: u64, parts: u64, chosen: &mut Vec<u64>, visit: &mut dyn FnMut(&[u64])) {
    if n == 0 {
        visit(chosen);
    } else if parts > 0 {
        for part in n.div_ceil(parts)..=largest.min(n) {
            chosen.push(part);
            descend(n - part, part, parts - 1, chosen, visit);
            chosen.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(n: u64) -> BigUint {
        n.into()
    }

    #[test]
    fn tables_and_binomials_agree_with_pascal() {
        let mut row = vec![1u64];
        for n in 0..30u64 {
            for (k, c) in row.iter().enumerate() {
                assert_eq!(choose(&big(n), &big(k as u64)), Some(big(*c)));
            }
            row = [vec![1], row.windows(2).map(|w| w[0] + w[1]).collect(), vec![1]].concat();
        }
        for n in 0..6 {
            for (k, entry) in monomial_table(&big(n), 9).unwrap().iter().enumerate() {
                assert_eq!(Some(entry), monomials(&big(n), &big(k as u64)).as_ref());
            }
        }
        assert_eq!(choose(&big(1 << 60), &big(1 << 59)), None);
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
        // A sum of as many factors as are left is made, and no other after it.
        let one = |_: &[u64]| big(1);
        let mut budget = 5 * 3 * 3; // five partitions of 4 into at most 3 parts is one too many
        assert_eq!(over_partitions(4, 3, 3, &mut budget, one), Some(big(4)));
        assert_eq!(budget, 5 * 3 * 3 - 4 * 3 * 3);
        assert_eq!(over_partitions(4, 3, 3, &mut budget, one), None);
    }

    /// `C(n,k)` and powers of at most about a million bits.
    #[test]
    fn numbers_of_too_many_bits_are_refused() {
        assert_eq!(power(3, 4), Some(big(81)));
        assert_eq!(power(2, 1 << 20).map(|p| p.bits()), Some((1 << 20) + 1));
        assert_eq!(power(2, (1 << 20) + 1), None);
        assert_eq!(half_degree(3), Some(big(13)));
        assert_eq!(symmetric(5), big(15));
        assert!(choose(&big(1 << 30), &big(1 << 15)).is_some());
        assert_eq!(choose(&big(1 << 30), &big(1 << 20)), None);
        assert_eq!(choose(&big(1 << 40), &big(1 << 19)), None);
        assert!(choose(&big(1 << 30), &big(40_000)).is_some_and(|c| c.bits() > 600_000));
        assert_eq!(choose(&big(1 << 40), &big((1 << 40) - 1)), Some(big(1 << 40)));
        // A number of 700,000 bits, a table of 8,000 of them.
        let n = BigUint::one() << 100;
        assert!(monomials(&n, &big(8000)).is_some());
        assert_eq!(monomial_table(&n, 8000), None);
        assert!(monomial_table(&big(2), 4 * MAX_TERMS - 1).is_some());
        assert!(monomial_table(&big(2), 4 * MAX_TERMS).is_none());
    }

    /// h is the rank of the polynomials on Z = V V^T: here by counting, for d = r = 2, by hand.
    #[test]
    fn dimensions_of_small_cases() {
        // Rank <= 2: what the entries or the factors alone leave, whichever is less.
        for d in [3, 4, 10] {
            for (b, bound) in weaker(d, 2, 9).unwrap().iter().enumerate() {
                let count = |n: u64, k: usize| monomials(&big(n), &big(k as u64)).unwrap();
                assert_eq!(*bound, count(d * (d + 1) / 2, b).min(count(2 * d, 2 * b)), "{d} {b}");
            }
        }
        // Tokens as many as the width, or more, leave out no product.
        for (d, r) in [(1, 2), (2, 2), (2, 3), (3, 3), (3, 5)] {
            let (h1, h) = (covariant(d, r, 8).unwrap(), determinantal(d, r, 8).unwrap());
            assert!(h1.iter().zip(&h).all(|(h1, h)| h1.value == &h.value * d), "{d} {r}");
        }
        // Symmetric 3 x 3 matrices of rank <= 2: all polynomials but the multiples of det.
        let list = determinantal(3, 2, 8).unwrap();
        assert_eq!(list.len(), 9);
        for (b, h) in list.iter().enumerate() {
            let all = monomials(&big(6), &big(b as u64)).unwrap();
            let multiples = match b {
                0..3 => big(0),
                _ => monomials(&big(6), &big(b as u64 - 3)).unwrap(),
            };
            assert_eq!(h.value, all - multiples, "{b}");
        }
        // Rank <= 1, d = 2: degree 2b forms in 2 variables.
        let ones: Vec<_> = determinantal(2, 1, 3).unwrap().into_iter().map(|h| h.value).collect();
        assert_eq!(ones, [1, 3, 5, 7].map(big));
        // x_{i,k} p(G), one degree: for r = 2 < d = 3 the one relation is of degree 3.
        let spans: Vec<_> = covariant(3, 2, 1).unwrap().into_iter().map(|h| h.value).collect();
        assert_eq!(spans, [3, 18].map(big));
        assert_eq!(weyl_dimension(&[2, 1], 3), big(8));
    }
}
