//! Upper bounds: no weights of any style exceed them.

use super::{Case, Claim, Outcome, Profile, Verdict, certified_bound, describe, small_problems};
use crate::bounds::{Bound, Side, applicable};
use crate::network::{Problem, WeightStyle};
use crate::prove::{RankRequest, Weights, generator, rank};
use rug::Integer;

struct UpperBounds;

impl Claim for UpperBounds {
    fn id(&self) -> &'static str {
        "upper-bounds-hold"
    }
    fn statement(&self) -> &'static str {
        "No weights tried exceed an upper bound: random, sparse, repeated, diagonal, all one, all \
         zero. (The bounds are theorems; this tries to refute them and the code that evaluates them.)"
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        small_problems(profile).into_iter().map(|p| case(describe(&p), p)).collect()
    }
}

/// Every kind of weights of one problem against its bounds.
pub(super) fn case(name: String, problem: Problem) -> Case {
    Case::new(name, move |seed| {
        let mut request = RankRequest::new(problem.clone());
        request.seed = seed;
        let uppers: Vec<(&'static dyn Bound, Integer)> = applicable(&problem)
            .into_iter()
            .filter(|b| b.side() == Side::Upper)
            .filter_map(|b| Some((b, b.value(&problem)?)))
            .collect();
        let mut largest = 0;
        for style in WeightStyle::ALL {
            let weights = style.draw(&problem, &mut generator(seed));
            request.weights = Weights::Given(weights);
            let answer = match rank(&request, &|_, _| ()) {
                Ok(answer) => answer,
                Err(e) => return Outcome::missing(e),
            };
            largest = largest.max(answer.rank);
            for (bound, value) in &uppers {
                if *value < answer.rank {
                    let why = format!("{} exceeded with {} weights", bound.id(), style.name());
                    let found = answer.rank.to_string();
                    return Outcome::new(Verdict::Invalid(why), format!("<= {value}"), found);
                }
            }
        }
        let Some((_, least)) = uppers.iter().min_by_key(|(_, value)| value) else {
            return Outcome::missing("no upper bound has an exact value");
        };
        let (claimed, found) = (format!("<= {least}"), format!("at most {largest}"));
        Outcome::new(Verdict::Valid, claimed, found)
            .with(uppers.iter().filter_map(|(bound, _)| certified_bound(&problem, *bound)))
    })
}

inventory::submit!(&UpperBounds as &dyn Claim);
