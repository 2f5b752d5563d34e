//! Generic ranks that are known exactly, where a witness meets a theorem.

use super::{
    Case, Claim, Outcome, Profile, Verdict, describe, generic_rank, small_attention, small_mixers,
};
use crate::network::{Architecture, Problem};
use crate::prove::{Basis, Status};

struct GenericRank;

/// The problems for which the theorem is expected to be sharp: attention (Conjecture 3.13), the
/// homogeneous balanced Mixer (Remark 4.4).
fn sharp(problem: &Problem) -> bool {
    let (left, right) = (problem.partition().left().len(), problem.partition().right().len());
    match problem.architecture() {
        Architecture::Attention(_) => true,
        Architecture::Mixer(s) => {
            let visible = s.width * s.token_hidden.min(left);
            left == right
                && (s.token_degree, s.channel_degree) == (2, 1)
                && !s.bias
                && !s.residual
                && s.permutation.is_none()
                && visible >= 1
        }
        Architecture::Layers(_) => false,
    }
}

impl Claim for GenericRank {
    fn id(&self) -> &'static str {
        "generic-rank-exact"
    }
    fn statement(&self) -> &'static str {
        "The generic separation rank is known exactly: a witness at some weights meets an upper \
         bound for all weights. Each case is an instance of Conjecture 3.13 or Remark 4.4."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        [small_attention(profile), small_mixers(profile)]
            .concat()
            .into_iter()
            .filter(sharp)
            .map(|problem| {
                Case::new(describe(&problem), move |seed| {
                    let (certificate, answer) = match generic_rank(&problem, seed) {
                        Ok(found) => found,
                        Err(e) => return Outcome::missing(e),
                    };
                    let (verdict, claimed, found) = match (answer.status, answer.basis) {
                        (Status::Exact, Basis::Theorem(id)) => (
                            Verdict::Valid,
                            format!("= upper bound ({id})"),
                            answer.rank.to_string(),
                        ),
                        _ => (
                            Verdict::Incomplete("the witness stays below the theorem".into()),
                            "= upper bound".into(),
                            format!(">= {}", answer.rank),
                        ),
                    };
                    Outcome::new(verdict, claimed, found).with([certificate])
                })
            })
            .collect()
    }
}

inventory::submit!(&GenericRank as &dyn Claim);
