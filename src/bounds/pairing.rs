//! Choosing the free parameters of Theorems 3.8 and 3.9, and the value
//! `sum_{kappa<=K} h(m,tau;kappa)` at a choice: exactly, from below, and enclosed.
//!
//! Only m, tau and K matter. Where the sum is too long, `h(m,tau;kappa) >= mc(v,kappa)` and, for
//! kappa <= tau, `h(m,tau;kappa) = mc(m(m+1)/2, kappa)` give two lower bounds in closed form.

use super::enclosure::{LogInterval, parity_sum};
use super::numbers::{log10_multiset_estimate, multiset, pairing_rank, symmetric_entries};
use super::{PairingPlan, affordable};
use itertools::Itertools;
use rug::Integer;

/// Boxes of partitions that are summed over, to compare all plans and again for the best: a few
/// hundredths of a second.
const WORK: u64 = 1_000_000;

/// The plan with the largest rank, or the largest lower bound for it where its sum is too long. Of the plans
/// with one K and a long sum only those are valued that may be the best: with most variables, on which
/// mc(v+1, K) grows; with the largest mc(m(m+1)/2 + 1, min(K, tau)); with one vector, whose rank is closed.
/// Another may be better still: then the bound is weaker than it could be.
pub(crate) fn best_plan(plans: Vec<PairingPlan>) -> Option<PairingPlan> {
    let count = plans.len() as u64;
    let mut valued = Vec::new();
    for (k, group) in &plans.into_iter().chunk_by(|p| p.exponent.clone()) {
        let (known, long): (Vec<_>, Vec<_>) = group
            .map(|p| (summed(&p, WORK / count, count), p))
            .partition(|(rank, _)| rank.is_some());
        valued
            .extend(known.into_iter().filter_map(|(rank, p)| Some((LogInterval::of(&rank?)?, p))));
        let long: Vec<PairingPlan> = long.into_iter().map(|(_, p)| p).collect();
        let size = |p: &&PairingPlan| {
            let least = Integer::from(p.tau()).min(k.clone());
            log10_multiset_estimate(symmetric_entries(p.payload).to_f64(), least.to_f64())
        };
        let most = long.iter().max_by_key(|p| p.variables());
        let dense = long.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
        let single = long.iter().find(|p| p.tau() == 1);
        let shortlist = most.into_iter().chain(dense).chain(single);
        valued.extend(shortlist.filter_map(|p| Some((enclosure(p)?, p.clone()))));
    }
    // The first of those with the largest lower end.
    valued.into_iter().rev().max_by(|a, b| a.0.compare_low(&b.0)).map(|(_, plan)| plan)
}

/// The rank at a plan if it can be summed.
pub(crate) fn exact_rank(plan: &PairingPlan) -> Option<Integer> {
    summed(plan, WORK, 1)
}

/// The rank at a plan, or a lower bound for it where the sum is too long; `None` if that is too large.
pub(super) fn value(plan: &PairingPlan) -> Option<Integer> {
    exact_rank(plan).or_else(|| {
        let (k, variables) = (plan.exponent.to_u64()?, plan.variables() + 1u32);
        let digits = log10_multiset_estimate(variables.to_f64(), k as f64);
        if !affordable(&Integer::from(1), digits) {
            return None;
        }
        let dense = multiset(&(symmetric_entries(plan.payload) + 1u32), k.min(plan.tau() as u64));
        Some(multiset(&variables, k).max(dense))
    })
}

/// An interval around [`value`], whether that can be written or not; of relative width below 10^-12.
pub(super) fn enclosure(plan: &PairingPlan) -> Option<LogInterval> {
    exact_rank(plan).map_or_else(|| large(plan), |rank| LogInterval::of(&rank))
}

/// The rank for tau = 1, in closed form; elsewhere the larger of the two lower bounds, which is the rank
/// for tau = m and for K <= tau.
fn large(plan: &PairingPlan) -> Option<LogInterval> {
    if plan.tau() == 1 {
        return parity_sum(&plan.payload.into(), &Integer::from(&plan.exponent * 2u32));
    }
    let dense = symmetric_entries(plan.payload) + 1u32;
    let dense = LogInterval::multiset(&dense, &plan.exponent.clone().min(plan.tau().into()))?;
    Some(LogInterval::multiset(&(plan.variables() + 1u32), &plan.exponent)?.max(&dense))
}

fn summed(plan: &PairingPlan, work: u64, plans: u64) -> Option<Integer> {
    let k = plan.exponent.to_u64()?;
    let digits = match plan.tau() {
        1 => log10_multiset_estimate(plan.payload as f64, 2.0 * k as f64),
        _ => log10_multiset_estimate(symmetric_entries(plan.payload).to_f64(), k as f64),
    };
    let closed = plan.tau() == plan.payload || k <= plan.tau() as u64;
    let terms = if closed { Integer::from(1) } else { Integer::from(k + 1) };
    if !affordable(&(terms * plans), digits) {
        return None;
    }
    pairing_rank(plan.payload, plan.tau(), k, work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::numbers::{determinantal_dimension, determinantal_variables};
    use crate::network::Problem;
    use rug::ops::Pow;

    fn plan(payload: usize, tau: usize, exponent: impl Into<Integer>) -> PairingPlan {
        PairingPlan {
            heads: 1,
            vectors: tau,
            first_batch: None,
            stages: 1,
            carriers: 1,
            payload,
            others: tau,
            exponent: exponent.into(),
        }
    }

    /// The larger of mc(v+1, K) and mc(m(m+1)/2 + 1, min(K, tau)).
    fn least(m: usize, tau: usize, k: u64) -> Integer {
        let dense = multiset(&(symmetric_entries(m) + Integer::from(1)), k.min(tau as u64));
        multiset(&(determinantal_variables(m, tau) + Integer::from(1)), k).max(dense)
    }

    #[test]
    fn values_are_the_sum_or_its_lower_bounds() {
        for (m, tau, k) in itertools::iproduct!(1..6usize, 1..6usize, 0..9u64) {
            let p = plan(m, tau, k);
            let sum = (0..=k).map(|k| determinantal_dimension(m, p.tau(), k).unwrap()).sum();
            assert_eq!(value(&p), Some(sum), "{m} {tau} {k}");
            assert!(enclosure(&p).unwrap().admits(&value(&p).unwrap()));
            assert!(least(m, p.tau(), k) <= value(&p).unwrap(), "{m} {tau} {k}");
        }
        // Too many partitions: few variables and a large K, or many and a small one.
        for (m, tau, k) in [(5, 4, 2187), (12, 6, 729), (60, 40, 81), (300, 80, 81), (9, 8, 19_683)]
        {
            let p = plan(m, tau, k);
            assert_eq!(exact_rank(&p), None);
            assert_eq!(value(&p), Some(least(m, tau, k)), "{m} {tau} {k}");
            let log = enclosure(&p).unwrap();
            assert!(log.admits(&least(m, tau, k)) && log.relative_width() < 1e-12);
        }
        // More than a million digits.
        let long = plan(3000, 2000, 3u64.pow(13));
        assert!(value(&long).is_none());
        assert!(enclosure(&long).unwrap().log10().unwrap()[0] > 1e6);
    }

    /// For tau = 1 the sum of the mc(m, 2 kappa) is closed at any size.
    #[test]
    fn one_vector_has_a_closed_form() {
        let far = Integer::from(3).pow(60);
        for m in [2, 5, 40] {
            let log = enclosure(&plan(m, 1, far.clone())).unwrap();
            let last = LogInterval::multiset(&m.into(), &Integer::from(&far * 2u32)).unwrap();
            let all = LogInterval::multiset(&(m + 1).into(), &Integer::from(&far * 2u32)).unwrap();
            // Every other term of an increasing sum, the last among them.
            let half = all.over(&LogInterval::of(&2.into()).unwrap());
            assert!(half.less_than(&log) && log.less_than(&half.plus(&last)), "{m}");
        }
    }

    /// A closed form is one number, another sum has K + 1, of which there are at most 20,000 in all plans.
    #[test]
    fn sums_are_as_long_as_is_written() {
        let written = |m, tau, k: u64, plans| summed(&plan(m, tau, k), u64::MAX, plans).is_some();
        assert!(written(2, 1, 19_999, 1) && !written(2, 1, 20_000, 1));
        assert!(written(2, 1, 9_999, 2) && !written(2, 1, 10_000, 2));
        assert!(written(2, 2, 100_000, 1) && written(100, 50, 49, 20_000));
        // mc(1000, 2k) has 1758 digits for k = 9999, and mc(500500, k) more than twenty thousand.
        assert!(written(1000, 1, 9_999, 1));
    }

    /// The shortlist for sums that are too long has the best of all plans.
    #[test]
    fn no_plan_is_better_than_the_best() {
        let mut long = 0;
        for (depth, width, heads, tokens) in [
            (6, 1024, 8, 512),
            (5, 300, 2, 300),
            (7, 64, 4, 40),
            (9, 90, 3, 200),
            (6, 1200, 4, 700),
        ] {
            let problem = Problem::attention(depth, width, heads, tokens).unwrap();
            for plans in [PairingPlan::all_heads(&problem), PairingPlan::all_blocks(&problem)] {
                let count = plans.len() as u64;
                let ranks = plans.iter().map(|p| summed(p, WORK / count, count));
                long += ranks.clone().filter(Option::is_none).count();
                let known = ranks.map(|rank| LogInterval::of(&rank?));
                let all = known.zip(&plans).filter_map(|(known, p)| known.or_else(|| large(p)));
                let most = all.max_by(|a, b| a.compare_low(b));
                let best = best_plan(plans.clone()).map(|p| enclosure(&p).unwrap());
                let order = best.zip(most).map(|(best, most)| best.compare_low(&most));
                assert!(order.is_none_or(|o| o.is_ge()), "{depth} {width} {heads} {tokens}");
                assert_eq!(order.is_none(), plans.is_empty());
            }
        }
        assert!(long > 100, "{long}");
    }

    /// Four vectors have a sum that a single plan has room for: its value decides, not its lower bound, which
    /// is below the rank of one vector.
    #[test]
    fn plans_are_compared_by_their_values() {
        let problem = Problem::attention(5, 300, 2, 300).unwrap();
        let plans = PairingPlan::all_heads(&problem);
        let best = enclosure(&best_plan(plans.clone()).unwrap()).unwrap();
        assert!(large(&plans[3]).unwrap().less_than(&large(&plans[0]).unwrap()));
        assert!(enclosure(&plans[0]).unwrap().less_than(&enclosure(&plans[3]).unwrap()));
        assert!(plans[..4].iter().all(|p| enclosure(p).unwrap().compare_low(&best).is_le()));
    }
}
