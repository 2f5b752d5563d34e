//! Choosing the free parameters of Theorems 3.8 and 3.9, and the value
//! `sum_{kappa<=K} h(m,tau;kappa)` at a choice: exactly, from below, and enclosed.
//!
//! Only m, tau and K matter. Where the sum is too long, `h(m,tau;kappa) >= mc(v,kappa)` and, for
//! kappa <= tau, `h(m,tau;kappa) = mc(m(m+1)/2, kappa)` give two lower bounds in closed form.

use super::affordable;
use super::enclosure::{LogInterval, parity_sum};
use super::numbers::{log10_multiset_estimate, multiset, pairing_rank, symmetric_entries};
use crate::network::witness::PairingPlan;
use itertools::Itertools;
use rug::Integer;

/// Boxes of partitions that are summed over: to compare all plans, and for the value of the best.
const SEARCH_WORK: u64 = 1_000_000;
const VALUE_WORK: u64 = 4_000_000;

/// The plan with the largest rank. Where the exact ranks of all plans are cheap they are compared;
/// elsewhere the lower ends of the enclosures of those with most variables for each K, and most payload.
pub(crate) fn best_plan(plans: Vec<PairingPlan>) -> Option<PairingPlan> {
    let work = SEARCH_WORK / (plans.len() as u64).max(1);
    let ranks: Option<Vec<Integer>> =
        plans.iter().map(|p| summed(p, work, plans.len() as u64)).collect();
    if let Some(ranks) = ranks {
        let best = plans.into_iter().zip(ranks).reduce(|a, b| if b.1 > a.1 { b } else { a });
        return best.map(|(plan, _)| plan);
    }
    // For one K, mc(v+1, K) grows with v, and mc(m(m+1)/2 + 1, min(K,tau)) decides where K is small.
    let mut finalists = Vec::new();
    for (k, group) in &plans.into_iter().chunk_by(|p| p.exponent.clone()) {
        let group: Vec<PairingPlan> = group.collect();
        let most = group.iter().max_by_key(|p| p.variables());
        let small = k.to_u64().filter(|k| *k < 1 << 16);
        let dense = small.and_then(|k| {
            let size = |p: &&PairingPlan| {
                let entries = symmetric_entries(p.payload).to_f64() + 1.0;
                log10_multiset_estimate(entries, k.min(p.tau() as u64) as f64)
            };
            group.iter().max_by(|a, b| size(a).total_cmp(&size(b)))
        });
        finalists.extend(most.into_iter().chain(dense).cloned());
    }
    let valued = finalists.into_iter().filter_map(|p| Some((enclosure(&p)?, p)));
    let best = valued.reduce(|a, b| if a.0.starts_below(&b.0) { b } else { a });
    best.map(|(_, plan)| plan)
}

/// The rank at a plan if it can be summed.
pub(crate) fn exact_rank(plan: &PairingPlan) -> Option<Integer> {
    summed(plan, VALUE_WORK, 1)
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

/// An interval around the rank at a plan. With tau = 1, tau = m or K <= tau the sum is closed and the
/// relative width is below 10^-12. Otherwise the interval reaches from the two lower bounds to
/// `min( sum_kappa mc(m tau, 2 kappa), mc(m(m+1)/2 + 1, K) )`, since partitions are then too many to
/// sum: wide, with a lower end that is all a lower bound needs.
pub(super) fn enclosure(plan: &PairingPlan) -> Option<LogInterval> {
    let (m, tau, k) = (plan.payload, plan.tau(), &plan.exponent);
    let full = symmetric_entries(m) + 1u32;
    let upper = LogInterval::multiset(&full, k)?;
    if tau == m || *k <= tau {
        return Some(upper);
    }
    let pairs = parity_sum(&(Integer::from(m) * Integer::from(tau)), &Integer::from(k * 2u32))?;
    if tau == 1 {
        return Some(pairs);
    }
    let lower = LogInterval::multiset(&(plan.variables() + 1u32), k)?
        .max(&LogInterval::multiset(&full, &Integer::from(tau))?);
    Some(LogInterval::between(&lower, &upper.min(&pairs)))
}

fn summed(plan: &PairingPlan, work: u64, plans: u64) -> Option<Integer> {
    let k = plan.exponent.to_u64()?;
    let digits = log10_multiset_estimate(symmetric_entries(plan.payload).to_f64() + 1.0, k as f64)
        .min(log10_multiset_estimate((plan.payload * plan.tau()) as f64, 2.0 * k as f64));
    let closed = plan.tau() == plan.payload || k <= plan.tau() as u64;
    let terms = if closed { Integer::from(1) } else { Integer::from(k + 1) };
    if !affordable(&(terms * plans), digits) {
        return None;
    }
    pairing_rank(plan.payload, plan.tau(), k, work)
}
