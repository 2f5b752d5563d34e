//! The constructions in the proofs: on their inputs the network has the rank of the formula.

use super::{Case, Claim, Outcome, Profile, Verdict, certified_rank, describe, sizes};
use crate::network::Problem;
use crate::prove::{Inputs, RankRequest, Weights, rank};

struct Witnesses;

impl Claim for Witnesses {
    fn id(&self) -> &'static str {
        "witness-ranks"
    }
    fn statement(&self) -> &'static str {
        "On the inputs of its proof each construction has exactly the rank of its formula \
         (Theorems 3.4, 3.5, 3.8)."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        sizes::witnesses(profile)
            .into_iter()
            .map(|(kind, depth, width, heads, own, other)| {
                let left: Vec<usize> = (0..own).collect();
                let problem = Problem::attention(depth, width, heads, own + other)
                    .and_then(|p| p.with_partition(&left))
                    .expect("the sizes above are valid");
                Case::new(format!("{}: {}", kind.name(), describe(&problem)), move |seed| {
                    let mut request = RankRequest::new(problem.clone());
                    request.weights = Weights::Named(kind);
                    request.inputs = Inputs::Theorem;
                    request.seed = seed;
                    let formula = match kind.build(&problem) {
                        Ok(witness) => witness.rank,
                        Err(e) => return Outcome::missing(e),
                    };
                    let evidence = rank(&request, &|_, _| ())
                        .and_then(|answer| Ok((certified_rank(&request, &answer)?, answer.rank)));
                    match evidence {
                        Ok((certificate, found)) => {
                            let verdict = if formula == found {
                                Verdict::Valid
                            } else {
                                Verdict::Invalid("the rank is not the formula's".into())
                            };
                            Outcome::new(verdict, format!("= {formula}"), found.to_string())
                                .with([certificate])
                        }
                        Err(e) => Outcome::missing(e),
                    }
                })
            })
            .collect()
    }
}

inventory::submit!(&Witnesses as &dyn Claim);
