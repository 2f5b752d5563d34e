//! The float pipeline agrees with the exact ranks.

use super::{Case, Claim, Outcome, Profile, Verdict, describe, small_problems};
use crate::float;
use crate::network::InputFamily;
use crate::prove::{RankRequest, generator, rank};

struct FloatAgreement;

impl Claim for FloatAgreement {
    fn id(&self) -> &'static str {
        "float-agrees"
    }
    fn statement(&self) -> &'static str {
        "The numerical rank of a random grid, in double precision or where that is too little at 104, \
         212, 424 or 848 bits, is the exact rank. A cross-check of the code, not a proof."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        small_problems(profile)
            .into_iter()
            .filter(|p| profile == Profile::Full || float::is_small(p))
            .map(|problem| {
                Case::new(describe(&problem), move |seed| {
                    let mut request = RankRequest::new(problem.clone());
                    request.seed = seed;
                    let answer = match rank(&request, &|_, _| ()) {
                        Ok(answer) => answer,
                        Err(e) => return Outcome::missing(e),
                    };
                    let exact = answer.rank;
                    let sample = float::Sample::draw(
                        &problem,
                        &answer.network,
                        &InputFamily::all(&problem),
                        exact + float::SPARE_POINTS,
                        &mut generator(seed),
                    );
                    let agreement = match float::agreement(&sample, exact) {
                        Ok(agreement) => agreement,
                        Err(e) => return Outcome::missing(e),
                    };
                    let last = &agreement.last;
                    let verdict = agreement.reason().map_or(Verdict::Valid, Verdict::Invalid);
                    let found = format!(
                        "{} at {} bits, s_r|s_r+1 {:.0e}|{:.0e}",
                        last.rank,
                        last.precision,
                        last.value(exact.saturating_sub(1)),
                        last.value(exact)
                    );
                    Outcome::new(verdict, format!("= {exact}"), found)
                })
            })
            .collect()
    }
}

inventory::submit!(&FloatAgreement as &dyn Claim);
