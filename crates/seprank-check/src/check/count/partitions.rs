//! Dimensions of spaces of polynomials in Gram matrices, as sums over partitions.

use super::work;
use super::{Estimate, Work, big, monomial_table, product, symmetric};
use num_bigint::BigUint;
use num_traits::Zero;

/// A sum over more partitions than this is replaced by its bound.
pub(super) const MAX_PARTITIONS: u64 = 200_000;

/// `h(d,r;b)` for b = 0..=last: polynomials of degree b on symmetric d x d matrices of rank <= r.
/// Where the partitions are too many, `min(mc(d(d+1)/2, b), mc(d r, 2b))`.
pub(in crate::check) fn determinantal(
    work: &Work,
    d: u64,
    r: u64,
    last: u64,
) -> Option<Vec<Estimate>> {
    let r = r.min(d);
    let sharp = |value: BigUint| Estimate { value, sharp: true };
    if r == d {
        return Some(monomial_table(work, &symmetric(d), last)?.into_iter().map(sharp).collect());
    }
    if r == 1 {
        let doubled = monomial_table(work, &d.into(), last.checked_mul(2)?)?;
        return Some(doubled.into_iter().step_by(2).map(sharp).collect());
    }
    let bounds = weaker(work, d, r, last)?;
    let mut sum = Sum { work, parts: r, width: d, ended: false };
    let list = bounds.into_iter().zip(0..).map(|(bound, degree)| {
        let own = sum.over(degree, bound.bits(), |mu| {
            let shape: Vec<u64> = mu.iter().map(|part| 2 * part).collect();
            weyl_dimension(&shape, d)
        });
        own.map_or_else(|| Estimate { value: bound, sharp: false }, sharp)
    });
    Some(list.collect())
}

/// `min(mc(d(d+1)/2, b), mc(d r, 2b))` for b = 0..=last, never below `h(d,r;b)`.
pub(super) fn weaker(work: &Work, d: u64, r: u64, last: u64) -> Option<Vec<BigUint>> {
    let factors = monomial_table(work, &(big(d) * r), last.checked_mul(2)?)?;
    let symmetric = monomial_table(work, &symmetric(d), last)?;
    let both = symmetric.into_iter().zip(factors.into_iter().step_by(2));
    Some(both.map(|(a, b)| a.min(b)).collect())
}

/// `h1(d,r;c)` for c = 0..=last: the span of the `x_{i,k} p(G)`, p of degree c in the Gram matrix G
/// of r tokens.
pub(in crate::check) fn covariant(work: &Work, d: u64, r: u64, last: u64) -> Option<Vec<Estimate>> {
    if r == 1 {
        let all = monomial_table(work, &d.into(), last.checked_mul(2)?.checked_add(1)?)?;
        let odd = all.into_iter().skip(1).step_by(2);
        return Some(odd.map(|value| Estimate { value, sharp: true }).collect());
    }
    let mut list = determinantal(work, d, r, last)?;
    let mut sum = Sum { work, parts: r, width: d, ended: false };
    for (h, c) in list.iter_mut().zip(0..) {
        h.value *= d;
        if r < d && h.sharp {
            let missing = sum.over(c, h.value.bits(), |mu| {
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

/// `dim S_lambda(F^d) = prod_{i<j} (lambda_i - lambda_j + j - i)/(j - i)`.
pub(super) fn weyl_dimension(lambda: &[u64], d: u64) -> BigUint {
    let part = |i: u64| lambda.get(i as usize).copied().unwrap_or(0);
    let rows = (lambda.len() as u64).min(d);
    let pairs = (0..rows).flat_map(|i| (i + 1..d).map(move |j| (i, j)));
    // Equal parts contribute 1.
    let pairs: Vec<_> = pairs.filter(|&(i, j)| part(i) != part(j)).collect();
    let count = pairs.len() as u64;
    let pair = |k: u64| pairs[k as usize];
    let numerator =
        product(&|k| big(part(pair(k).0) - part(pair(k).1) + pair(k).1 - pair(k).0), 0, count);
    numerator / product(&|k| big(pair(k).1 - pair(k).0), 0, count)
}

/// Sums over the partitions of one degree after another, until one is too costly: the next ones
/// are more so.
pub(super) struct Sum<'a> {
    pub(super) work: &'a Work,
    /// The most parts of a partition.
    pub(super) parts: u64,
    /// d.
    pub(super) width: u64,
    pub(super) ended: bool,
}

impl Sum<'_> {
    /// The sum of `term`, a dimension of at most so many bits, over the partitions of n.
    pub(super) fn over(
        &mut self,
        n: u64,
        bits: u64,
        mut term: impl FnMut(&[u64]) -> BigUint,
    ) -> Option<BigUint> {
        if self.ended || self.pay(n, bits).is_none() {
            self.ended = true;
            return None;
        }
        let mut sum = BigUint::zero();
        descend(n, n, self.parts, &mut Vec::new(), &mut |mu| sum += term(mu));
        Some(sum)
    }

    /// Each partition costs about d factors a part, none above 2n + d.
    fn pay(&self, n: u64, bits: u64) -> Option<()> {
        let Self { work, parts, width, .. } = self;
        work.take(n.saturating_mul(*parts.min(&n)))?;
        let count = count_partitions(n, *parts)?;
        let factors = width.saturating_mul(n.min(*parts) + 1);
        let longest = u64::from(u64::BITS - (2 * n + width).leading_zeros());
        let one = work::quotient(factors.saturating_mul(longest), bits).saturating_add(8 * factors);
        work.take(count.saturating_mul(one))
    }
}

/// How many there are, if at most [`MAX_PARTITIONS`]: p(n, k) = p(n, k-1) + p(n-k, k).
pub(super) fn count_partitions(n: u64, parts: u64) -> Option<u64> {
    let n = usize::try_from(n).ok()?;
    let mut counts = vec![0u64; n.checked_add(1)?];
    counts[0] = 1;
    for k in (1..=n).take_while(|k| *k as u64 <= parts) {
        for total in k..counts.len() {
            counts[total] = (counts[total] + counts[total - k]).min(MAX_PARTITIONS + 1);
        }
        if counts[n] > MAX_PARTITIONS {
            return None;
        }
    }
    Some(counts[n])
}

/// Visits the partitions of n into at most `parts` parts, none larger than `largest`.
pub(super) fn descend(
    n: u64,
    largest: u64,
    parts: u64,
    chosen: &mut Vec<u64>,
    visit: &mut dyn FnMut(&[u64]),
) {
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
