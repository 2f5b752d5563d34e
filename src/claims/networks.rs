//! Networks given by files: every preset family, and those that users bring.

use super::{Case, Claim, Outcome, Profile, Verdict, generic_rank, upper_bounds};
use crate::bounds::{Side, best};
use crate::network::presets::families;
use crate::network::{Problem, Replacements};

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
}

impl Claim for NetworkClaim {
    fn id(&self) -> &'static str {
        "network"
    }
    fn statement(&self) -> &'static str {
        "The rank at random weights has a certificate (a lower bound on the generic rank, exact where \
         it meets the bound), and no weights tried exceed the upper bound."
    }
    fn cases(&self, _profile: Profile) -> Vec<Case> {
        network_cases(&self.name, &self.problem)
    }
}

/// The cases about one network: its rank at random weights, and every kind of weights against its
/// bounds.
fn network_cases(name: &str, problem: &Problem) -> Vec<Case> {
    let own = problem.clone();
    let rank = Case::new(format!("{name}, rank"), move |seed| match generic_rank(&own, seed) {
        Ok((certificate, answer)) => {
            let upper = best(&own, Side::Upper).and_then(|e| e.value);
            let claimed = upper.map_or("no bound".into(), |u| format!("<= {u}"));
            let found = format!(">= {}", answer.rank);
            Outcome::new(Verdict::Valid, claimed, found).with([certificate])
        }
        Err(e) => Outcome::missing(e),
    });
    vec![rank, upper_bounds::case(format!("{name}, bounds"), problem.clone())]
}

inventory::submit!(&Networks as &dyn Claim);
