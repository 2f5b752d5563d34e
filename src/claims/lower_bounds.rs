//! Lower bounds: a witness reaches them.

use super::{Case, Claim, Outcome, Profile, Verdict, describe, small_attention};
use crate::bounds::{Side, applicable};
use crate::prove::{RankRequest, rank};

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
        for problem in small_attention(profile) {
            let lowers: Vec<_> =
                applicable(&problem).into_iter().filter(|b| b.side() == Side::Lower).collect();
            if lowers.is_empty() {
                continue;
            }
            cases.push(Case::new(describe(&problem), move |seed| {
                let mut request = RankRequest::new(problem.clone());
                request.seed = seed;
                let answer = match rank(&request, &|_, _| ()) {
                    Ok(answer) => answer,
                    Err(e) => return Outcome::missing(e.to_string()),
                };
                let values = lowers.iter().filter_map(|b| Some((b.id(), b.value(&problem)?)));
                let Some((id, value)) = values.max_by(|a, b| a.1.cmp(&b.1)) else {
                    return Outcome::missing("no lower bound has an exact value".into());
                };
                let verdict = if value <= answer.rank {
                    Verdict::Valid
                } else {
                    // Random weights reach the generic rank except by rare chance.
                    Verdict::Invalid(format!("{id} not reached by random weights"))
                };
                Outcome {
                    verdict,
                    claimed: format!(">= {value} ({id})"),
                    found: answer.rank.to_string(),
                }
            }));
        }
        cases
    }
}

inventory::submit!(&LowerBounds as &dyn Claim);
