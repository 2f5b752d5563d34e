//! Lower bounds: a witness reaches them.

use super::{
    Case, Claim, Outcome, Profile, Verdict, certified_bound, describe, generic_rank, small_problems,
};
use crate::bounds::{Side, applicable};

struct LowerBounds;

impl Claim for LowerBounds {
    fn id(&self) -> &'static str {
        "lower-bounds-reached"
    }
    fn statement(&self) -> &'static str {
        "Every lower bound is reached: weights and a grid whose minor of that size is not zero. \
         One witness proves the bound for almost all weights."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        let mut cases = Vec::new();
        for problem in small_problems(profile) {
            let lowers: Vec<_> =
                applicable(&problem).into_iter().filter(|b| b.side() == Side::Lower).collect();
            if lowers.is_empty() {
                continue;
            }
            cases.push(Case::new(describe(&problem), move |seed| {
                let (certificate, answer) = match generic_rank(&problem, seed) {
                    Ok(found) => found,
                    Err(e) => return Outcome::missing(e),
                };
                let values = lowers.iter().filter_map(|b| Some((*b, b.value(&problem)?)));
                let Some((bound, value)) = values.max_by(|a, b| a.1.cmp(&b.1)) else {
                    return Outcome::missing("no lower bound has an exact value");
                };
                let id = bound.id();
                let verdict = if value <= answer.rank {
                    Verdict::Valid
                } else {
                    // Random weights reach the generic rank except by rare chance.
                    Verdict::Invalid(format!("{id} not reached by random weights"))
                };
                Outcome::new(verdict, format!(">= {value} ({id})"), answer.rank.to_string())
                    .with([certificate])
                    .with(certified_bound(&problem, bound))
            }));
        }
        cases
    }
}

inventory::submit!(&LowerBounds as &dyn Claim);
