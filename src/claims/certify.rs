//! Running the cases of all claims.

use super::{Outcome, Profile, Verdict, all};
use rayon::prelude::*;

/// One examined case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Id of the claim.
    pub claim: &'static str,
    /// Name of the case.
    pub case: String,
    /// What it showed.
    pub outcome: Outcome,
}

/// Number of cases of a profile.
pub fn count_cases(profile: Profile) -> usize {
    all().iter().map(|claim| claim.cases(profile).len()).sum()
}

/// Examines every case of every claim, on all cores, in a fixed order of results.
/// `done` is called after each case.
pub fn certify(profile: Profile, seed: u64, done: &(dyn Fn(&Examined) + Sync)) -> Vec<Examined> {
    let cases: Vec<_> = all()
        .into_iter()
        .flat_map(|claim| claim.cases(profile).into_iter().map(|case| (claim.id(), case)))
        .collect();
    cases
        .into_par_iter()
        .map(|(claim, case)| {
            let outcome = (case.examine)(seed);
            let examined = Examined { claim, case: case.name, outcome };
            done(&examined);
            examined
        })
        .collect()
}

/// The verdict on all of them: invalid if one is, else incomplete if one is, else valid.
pub fn overall(rows: &[Examined]) -> Verdict {
    let first = |name: &str| {
        rows.iter().find(|r| r.outcome.verdict.name() == name).map(|r| {
            let why = format!("{}, {}: {}", r.claim, r.case, r.outcome.verdict.reason());
            (r.outcome.verdict.clone(), why)
        })
    };
    match first("invalid").or_else(|| first("incomplete")) {
        Some((Verdict::Invalid(_), why)) => Verdict::Invalid(why),
        Some((_, why)) => Verdict::Incomplete(why),
        None => Verdict::Valid,
    }
}
