//! Dimensions of function spaces against those that are published.

mod instances;

pub use instances::{PublishedDimension, published_dimensions};

use super::{Case, Claim, Outcome, Profile, Verdict};
use crate::prove::{DimensionAnswer, DimensionRequest, RankError, Status, dimension};
use std::cmp::Ordering;

impl PublishedDimension {
    /// The dimension that is found, with random weights and points from the seed.
    ///
    /// # Errors
    /// Those of [`dimension`].
    pub fn found(&self, seed: u64) -> Result<DimensionAnswer, RankError> {
        let request = DimensionRequest {
            outputs: self.outputs,
            seed,
            ..DimensionRequest::new(self.problem.clone())
        };
        dimension(&request, &|_, _| ())
    }
}

struct Dimensions;

impl Claim for Dimensions {
    fn id(&self) -> &'static str {
        "dimensions"
    }
    fn statement(&self) -> &'static str {
        "For small networks whose space of functions has a published dimension the rank of the Jacobian in the weights, \
         modulo a prime, is that dimension: attention without heads on three tokens (Henry, Marchetti and Kohn 2024) and \
         polynomial perceptrons (Kileel, Trager and Bruna 2019; Finkel et al. 2024; the exceptions of Alexander and \
         Hirschowitz 1995). The rank proves the lower half; the upper half is the published theorem, or is proved where \
         the number of weights or coefficients is met."
    }
    fn cases(&self, _profile: Profile) -> Vec<Case> {
        let case = |instance: PublishedDimension| {
            let name = instance.name.replace('$', "");
            Case::new(name, move |seed| match instance.found(seed) {
                Ok(answer) => judge(&instance, &answer),
                Err(e) => Outcome::missing(e),
            })
        };
        published_dimensions().into_iter().map(case).collect()
    }
}

/// More than is published contradicts it; less may be the draw's fault.
fn judge(instance: &PublishedDimension, answer: &DimensionAnswer) -> Outcome {
    let found = format!("{} {}", answer.status.relation(), answer.dimension);
    let verdict = match (answer.dimension.cmp(&instance.dimension), answer.status) {
        (Ordering::Equal, _) => Verdict::Valid,
        (Ordering::Greater, _) => {
            Verdict::Invalid(format!("{}: the dimension is larger", instance.source))
        }
        (Ordering::Less, Status::Exact) => {
            Verdict::Invalid(format!("{}: the dimension is smaller", instance.source))
        }
        (Ordering::Less, Status::Lower) => Verdict::Incomplete(answer.reason()),
    };
    Outcome::new(verdict, format!("= {}", instance.dimension), found)
}

inventory::submit!(&Dimensions as &dyn Claim);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_is_published_contradicts_and_less_is_incomplete() {
        // Of these the first is found from below, the second exactly.
        for (index, less) in [(0, "incomplete"), (15, "invalid")] {
            let instance = published_dimensions().swap_remove(index);
            let answer = instance.found(1).unwrap();
            let verdict = |dimension| {
                judge(&PublishedDimension { dimension, ..instance.clone() }, &answer).verdict.name()
            };
            assert_eq!(verdict(instance.dimension), "valid");
            assert_eq!(verdict(instance.dimension - 1), "invalid");
            assert_eq!(verdict(instance.dimension + 1), less);
        }
    }
}
