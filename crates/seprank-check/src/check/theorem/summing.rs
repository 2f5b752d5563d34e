//! Attention whose first layers sum: docs/theory.md, 3.8 and 3.9, over all choices of their free
//! numbers.

use super::Sizes;
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, determinantal, monomials, power,
};
use crate::check::problem::Problem;
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// The least that the sum of one choice is charged, so that there are not too many.
const LEAST_WORK: u64 = 1 << 10;

/// A choice of the free numbers of 3.8 or 3.9: `sum_{kappa<=K} h(m,tau;kappa)`, K = 3^layers.
#[derive(Clone, Copy, Debug)]
struct Choice {
    /// m.
    payload: u64,
    tau: u64,
    layers: u64,
}

impl Choice {
    /// v(m,tau) = tau m - tau(tau-1)/2; tau is at most m.
    fn variables(self) -> u64 {
        self.tau * self.payload - self.tau * (self.tau - 1) / 2
    }

    /// Whether no term of the sum is above the other's: h grows with m, tau and the degree.
    fn at_most(self, other: Self) -> bool {
        self.payload <= other.payload && self.tau <= other.tau && self.layers <= other.layers
    }

    /// The sum, if every term is the formula's own and it is not too long.
    fn sum(self, work: &Work) -> Option<BigUint> {
        let last = u32::try_from(self.layers).ok().and_then(|n| 3u64.checked_pow(n));
        let last = last.filter(|k| *k <= MAX_TERMS)?;
        let terms = determinantal(work, self.payload, self.tau, last)?;
        terms.into_iter().map(|h| h.sharp.then_some(h.value)).sum()
    }
}

/// The largest value of any choice. `rho <= n^c` asks for as many heads as there are (more of
/// them never need more carriers); the fewest layers c that suffice leave the largest K.
fn best(
    choices: impl Iterator<Item = Choice> + Clone,
    hypotheses: &'static str,
    work: &Work,
) -> Result<Estimate, Failure> {
    // For one K the simple value grows with v.
    let mut leaders: BTreeMap<u64, u64> = BTreeMap::new();
    for choice in choices.clone() {
        let most = leaders.entry(choice.layers).or_default();
        *most = choice.variables().max(*most);
    }
    if leaders.is_empty() {
        return Err(Failure::Hypothesis(hypotheses));
    }
    // mc(v+1, K), which is at most the sum (Lemma 3.6).
    let simple =
        |(layers, v): (u64, u64)| monomials(work, &(v + 1).into(), &power(work, 3, layers)?);
    let mut value = leaders.into_iter().filter_map(simple).max();
    let (mut sharp, mut last): (bool, Option<Choice>) = (true, None);
    for choice in choices {
        if last.is_some_and(|last| choice.at_most(last)) {
            continue;
        }
        last = Some(choice);
        if work.take(LEAST_WORK).is_none() {
            sharp = false;
            break;
        }
        let sum = choice.sum(work);
        sharp &= sum.is_some();
        value = value.max(sum);
    }
    Ok(Estimate { value: value.or_too_costly()?, sharp })
}

/// Carriers q and summing layers c of Lemma 3.7 for r vectors and n heads.
fn summing(vectors: u64, heads: u64) -> Option<(u64, u64)> {
    let pairs = vectors.div_ceil(2);
    let mut reach = heads;
    let mut layers = 1;
    while reach < pairs {
        if heads == 1 {
            return None;
        }
        reach = reach.saturating_mul(heads);
        layers += 1;
    }
    Some((pairs.div_ceil(heads), layers))
}

/// 3.8, over all r.
pub(super) fn heads(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let (own, other) = problem.own_and_other();
    let room = s.head_width.min(own);
    let choices = (1..=room).filter_map(|r| {
        let (q, c) = summing(r, s.heads)?;
        // 2q <= d_a follows: 2q <= r+1 <= r+q.
        if s.depth < c + 1 || r + q > room || r + q >= s.width {
            return None;
        }
        let payload = s.width - r - q;
        Some(Choice { payload, tau: r.min(other).min(payload), layers: s.depth - 1 - c })
    });
    let hypotheses = "L >= c+1, 2q <= d_a, r+q <= min(d_a,|A|), r+q < d for some r >= 1";
    best(choices, hypotheses, work)
}

/// 3.9, over all r = t1 + t2: t1 as large as d_a - q allows.
pub(super) fn blocks(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let (own, other) = problem.own_and_other();
    let choices = (1..=(2 * s.head_width).min(own)).filter_map(|r| {
        let (q, c) = summing(r, s.heads)?;
        // 2q <= d_a follows: q <= ceil(r/2) <= t1, and t1 + q <= d_a.
        let fits = s.heads >= 2 && s.depth >= c + 2 && r + q <= own;
        let first = r.min(s.head_width.checked_sub(q)?);
        if !fits || 2 * first < r || r + q >= s.width {
            return None;
        }
        let payload = (s.width - r - q).min((s.heads - 1) * first);
        Some(Choice { payload, tau: r.min(other).min(payload), layers: s.depth - 2 - c })
    });
    let hypotheses =
        "H >= 2, L >= c+2, 2q <= d_a, t1+q <= d_a, r+q <= |A|, r+q < d for some r >= 1";
    best(choices, hypotheses, work)
}

#[cfg(test)]
#[path = "summing_tests.rs"]
mod tests;
