//! Networks given by files: every preset family, and those that users bring.

use super::{
    Case, Certified, Claim, Outcome, Profile, Verdict, file_name, generic_rank, upper_bounds,
};
use crate::arith::Rational;
use crate::bounds::{Side, best};
use crate::network::presets::families;
use crate::network::{Network, Problem, Replacements, describe};
use crate::prove::{RankRequest, Weights, rank};

struct Networks;

impl Claim for Networks {
    fn id(&self) -> &'static str {
        "families-below-their-bounds"
    }
    fn statement(&self) -> &'static str {
        "For a small network of every family of layers the rank at random weights has a certificate \
         (a lower bound on the generic rank), and no weights tried exceed the upper bound."
    }
    fn cases(&self, _profile: Profile) -> Vec<Case> {
        let cases = families().into_iter().flat_map(|family| {
            match family.network(&Replacements::default()) {
                Ok(file) => network_cases(family.name, &file.problem),
                // A preset that cannot be read is a case that fails.
                Err(e) => {
                    let why = e.to_string();
                    vec![Case::new(family.name.into(), move |_| Outcome::missing(&why))]
                }
            }
        });
        cases.collect()
    }
}

/// What is claimed of one network that a user brings.
pub struct NetworkClaim {
    /// Its name.
    pub name: String,
    /// The problem.
    pub problem: Problem,
    /// Weights with which its rank is taken too, behind words that tell them from all others.
    pub weights: Option<(String, Network<Rational>)>,
}

impl Claim for NetworkClaim {
    fn id(&self) -> &'static str {
        "network"
    }
    fn statement(&self) -> &'static str {
        match self.weights {
            None => {
                "The rank at random weights has a certificate (a lower bound on the generic rank, exact \
                 where it meets the bound), and no weights tried exceed the upper bound."
            }
            Some(_) => {
                "The rank at random weights has a certificate (a lower bound on the generic rank, exact \
                 where it meets the bound), and so has that with the weights given (of them: exact, or a \
                 lower bound, as marked); no weights tried exceed the upper bound."
            }
        }
    }
    fn cases(&self, _profile: Profile) -> Vec<Case> {
        let mut cases = network_cases(&self.name, &self.problem);
        cases.extend(self.weights.as_ref().map(|given| self.rank_with(given)));
        cases
    }
}

impl NetworkClaim {
    fn rank_with(&self, (words, network): &(String, Network<Rational>)) -> Case {
        let weights = Weights::Given(network.clone());
        let request = RankRequest { weights, ..RankRequest::new(self.problem.clone()) };
        let name = file_name(&format!("rank {words} {}", describe(&self.problem)));
        Case::new(format!("{}, rank with {words}", self.name), move |seed| {
            let answer = rank(&RankRequest { seed, ..request.clone() }, &|_, _| ());
            match answer.and_then(|answer| Ok((answer.certificate()?, answer))) {
                Ok((certificate, answer)) => {
                    let found = format!("{} {}", answer.status.relation(), answer.rank);
                    Outcome::new(Verdict::Valid, claimed(&request.problem), found)
                        .with([Certified { name: name.clone(), certificate }])
                }
                Err(e) => Outcome::missing(e),
            }
        })
    }
}

/// The upper bound in words.
fn claimed(problem: &Problem) -> String {
    let upper = best(problem, Side::Upper).and_then(|e| e.value);
    upper.map_or("no bound".into(), |u| format!("<= {u}"))
}

/// The cases about one network: its rank at random weights, and every kind of weights against its
/// bounds.
fn network_cases(name: &str, problem: &Problem) -> Vec<Case> {
    let own = problem.clone();
    let rank = Case::new(format!("{name}, rank"), move |seed| match generic_rank(&own, seed) {
        Ok((certificate, answer)) => {
            let found = format!(">= {}", answer.rank);
            Outcome::new(Verdict::Valid, claimed(&own), found).with([certificate])
        }
        Err(e) => Outcome::missing(e),
    });
    vec![rank, upper_bounds::case(format!("{name}, bounds"), problem.clone())]
}

inventory::submit!(&Networks as &dyn Claim);
