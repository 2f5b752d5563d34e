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

/// Boxes of partitions that are summed over, to compare all plans and again for the best: a few
/// hundredths of a second.
const WORK: u64 = 1_000_000;

/// The plan with the largest rank. Where the exact ranks of all plans are cheap they are compared;
/// elsewhere closed forms and lower bounds of those with most variables for each K, and most payload.
pub(crate) fn best_plan(plans: Vec<PairingPlan>) -> Option<PairingPlan> {
    let work = WORK / (plans.len() as u64).max(1);
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
    let valued =
        finalists.into_iter().filter_map(|p| Some((closed(&p).or_else(|| simple(&p))?, p)));
    let best = valued.reduce(|a, b| if a.0.starts_below(&b.0) { b } else { a });
    best.map(|(_, plan)| plan)
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

/// An interval around [`value`], whether that can be written or not: the rank where it is summed or closed
/// (tau = 1, tau = m, K <= tau), elsewhere, since partitions are too many to sum, the larger of its two lower
/// bounds. The relative width is below 10^-12.
pub(super) fn enclosure(plan: &PairingPlan) -> Option<LogInterval> {
    closed(plan).or_else(|| LogInterval::of(&exact_rank(plan)?)).or_else(|| simple(plan))
}

fn closed(plan: &PairingPlan) -> Option<LogInterval> {
    let (m, tau, k) = (plan.payload, plan.tau(), &plan.exponent);
    if tau == m || *k <= tau {
        return LogInterval::multiset(&(symmetric_entries(m) + 1u32), k);
    }
    (tau == 1).then(|| parity_sum(&m.into(), &Integer::from(k * 2u32)))?
}

fn simple(plan: &PairingPlan) -> Option<LogInterval> {
    let dense = symmetric_entries(plan.payload) + 1u32;
    let dense = LogInterval::multiset(&dense, &plan.exponent.clone().min(plan.tau().into()))?;
    Some(LogInterval::multiset(&(plan.variables() + 1u32), &plan.exponent)?.max(&dense))
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
