//! The cases of claims.

use super::{Cost, Joined, Kind, Progress, UnitError};
use crate::claims::{Case, CaseResult, Claim, Profile, all, examine_case, joined_cases};
use crate::network::InvalidProblem;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Claims of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsUnits {
    /// Whether it is that of larger cases.
    full: bool,
    /// Ids in order.
    claims: Vec<String>,
    /// Of the random weights and points.
    pub seed: u64,
}

impl ClaimsUnits {
    /// The claims of these ids, or all if there are none.
    ///
    /// # Errors
    /// If there is no claim of an id.
    pub fn new(profile: Profile, ids: &[String], seed: u64) -> Result<Self, InvalidProblem> {
        let known: Vec<&str> = all().iter().map(|claim| claim.id()).collect();
        if let Some(other) = ids.iter().find(|id| !known.contains(&&***id)) {
            let allowed = format!("allowed are {}", known.join(", "));
            return Err(InvalidProblem::new("claim", other, allowed));
        }
        let wanted = |id: &&str| ids.is_empty() || ids.iter().any(|one| one == id);
        let claims = known.into_iter().filter(wanted).map(String::from).collect();
        Ok(Self { full: profile == Profile::Full, claims, seed })
    }

    /// How much is run.
    pub fn profile(&self) -> Profile {
        if self.full { Profile::Full } else { Profile::Quick }
    }

    fn chosen(&self) -> Vec<&'static dyn Claim> {
        all().into_iter().filter(|claim| self.claims.iter().any(|id| id == claim.id())).collect()
    }
}

impl Kind for ClaimsUnits {
    type Unit = (&'static str, Case);
    type Part = CaseResult;

    fn list(&self) -> Result<Vec<(String, Self::Unit)>, UnitError> {
        let cases = |claim: &'static dyn Claim| {
            let name =
                move |case: Case| (format!("{} {}", claim.id(), case.name), (claim.id(), case));
            claim.cases(self.profile()).into_iter().map(name).collect::<Vec<_>>()
        };
        Ok(self.chosen().into_iter().flat_map(cases).collect())
    }

    /// A case has no forecast of its own: one number for all, meant to be enough.
    fn costs(&self, units: &[(String, Self::Unit)]) -> Result<Vec<Cost>, UnitError> {
        let cost = match self.profile() {
            Profile::Quick => Cost::new(10.0, 1 << 29),
            Profile::Full => Cost::new(300.0, 4 << 30),
        };
        Ok(vec![cost; units.len()])
    }

    fn run(&self, (_, case): &Self::Unit, _: Progress) -> Result<CaseResult, UnitError> {
        Ok(examine_case(case, self.seed))
    }

    fn join(&self, parts: Vec<(Self::Unit, CaseResult)>, out: &Path) -> Result<Joined, UnitError> {
        let cases = parts.into_iter().map(|((claim, case), result)| (claim, case.name, result));
        Ok(Joined::Claims(self.chosen(), joined_cases(cases, self.seed, out)?))
    }
}
