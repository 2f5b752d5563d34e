//! Upper bounds: no weights of any style exceed them.

use super::{Case, Claim, Outcome, Profile, Verdict, describe, small_problems};
use crate::bounds::Side;
use crate::network::WeightStyle;
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
        small_problems(profile)
            .into_iter()
            .map(|problem| {
                Case::new(describe(&problem), move |seed| {
                    let mut request = RankRequest::new(problem.clone());
                    request.seed = seed;
                    let mut largest = 0;
                    let mut least_upper: Option<(&str, Integer)> = None;
                    for style in WeightStyle::ALL {
                        let weights = style.draw(&problem, &mut generator(seed));
                        request.weights = Weights::Given(weights);
                        let answer = match rank(&request, &|_, _| ()) {
                            Ok(answer) => answer,
                            Err(e) => return Outcome::missing(e.to_string()),
                        };
                        largest = largest.max(answer.rank);
                        for bound in answer.bounds.iter().filter(|b| b.side == Side::Upper) {
                            let Some(value) = &bound.value else { continue };
                            if *value < answer.rank {
                                return Outcome {
                                    verdict: Verdict::Invalid(format!(
                                        "{} exceeded with {} weights",
                                        bound.id,
                                        style.name()
                                    )),
                                    claimed: format!("<= {value}"),
                                    found: answer.rank.to_string(),
                                };
                            }
                            if least_upper.as_ref().is_none_or(|(_, v)| value < v) {
                                least_upper = Some((bound.id, value.clone()));
                            }
                        }
                    }
                    let Some((_, value)) = least_upper else {
                        return Outcome::missing("no upper bound applies".into());
                    };
                    Outcome {
                        verdict: Verdict::Valid,
                        claimed: format!("<= {value}"),
                        found: format!("at most {largest}"),
                    }
                })
            })
            .collect()
    }
}

inventory::submit!(&UpperBounds as &dyn Claim);
