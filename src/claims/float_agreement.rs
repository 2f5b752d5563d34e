//! The float pipeline agrees with the exact ranks.

use super::{Case, Claim, Outcome, Profile, Verdict, describe, small_problems};
use crate::float;
use crate::network::InputFamily;
use crate::prove::{RankRequest, generator, rank};

struct FloatAgreement;

/// Double precision is tried up to this degree; beyond it the singular values of a polynomial grid
/// fall below rounding long before the rank is reached.
const LARGEST_DEGREE: u64 = 9;

impl Claim for FloatAgreement {
    fn id(&self) -> &'static str {
        "float-agrees"
    }
    fn statement(&self) -> &'static str {
        "The number of singular values before the widest gap, in double precision, is the exact rank. A \
         cross-check of the code, not a proof."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        small_problems(profile)
            .into_iter()
            .filter(|p| p.degree().is_ok_and(|d| d <= LARGEST_DEGREE))
            .map(|problem| {
                Case::new(describe(&problem), move |seed| {
                    let mut request = RankRequest::new(problem.clone());
                    request.seed = seed;
                    let answer = match rank(&request, &|_, _| ()) {
                        Ok(answer) => answer,
                        Err(e) => return Outcome::missing(e.to_string()),
                    };
                    let exact = answer.rank;
                    let points = 2 * exact + 8;
                    let spectrum = float::spectrum(
                        &problem,
                        &answer.network,
                        &InputFamily::all(&problem),
                        points,
                        &mut generator(seed),
                    );
                    let at = |k: usize| spectrum.singular_values.get(k).copied().unwrap_or(0.0);
                    let gap = format!("{:.0e}|{:.0e}", at(exact.saturating_sub(1)), at(exact));
                    let verdict = if spectrum.rank == exact {
                        Verdict::Valid
                    } else {
                        Verdict::Invalid(format!(
                            "double precision shows rank {} (singular values {gap} around the exact rank)",
                            spectrum.rank
                        ))
                    };
                    Outcome {
                        verdict,
                        claimed: format!("= {exact}"),
                        found: format!("{}, s_r|s_r+1 {gap}", spectrum.rank),
                    }
                })
            })
            .collect()
    }
}

inventory::submit!(&FloatAgreement as &dyn Claim);
