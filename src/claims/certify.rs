//! Running the cases of all claims.

use super::{Certified, Outcome, Profile, Verdict, all};
use crate::{certificate, check};
use rayon::prelude::*;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Mutex;

/// One examined case.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Id of the claim.
    pub claim: &'static str,
    /// Name of the case.
    pub case: String,
    /// What it showed; valid only if the checker accepted every certificate it rests on.
    pub outcome: Outcome,
}

/// Number of cases of a profile.
pub fn count_cases(profile: Profile) -> usize {
    all().iter().map(|claim| claim.cases(profile).len()).sum()
}

/// Examines every case of every claim, on all cores, in a fixed order of results. `done` is called
/// after each case.
///
/// Certificates are written to `out` if it is given, and in any case read back from their bytes and
/// checked; a case is valid only if the checker says so of each.
///
/// # Errors
/// Those of the file system.
pub fn certify(
    profile: Profile,
    seed: u64,
    out: Option<&Path>,
    done: &(dyn Fn(&Examined) + Sync),
) -> io::Result<Vec<Examined>> {
    let cases: Vec<_> = all()
        .into_iter()
        .flat_map(|claim| claim.cases(profile).into_iter().map(|case| (claim.id(), case)))
        .collect();
    let checked = Checked { out, verdicts: Mutex::default() };
    cases
        .into_par_iter()
        .map(|(claim, case)| {
            let mut outcome = (case.examine)(seed);
            for certified in std::mem::take(&mut outcome.certificates) {
                let verdict = checked.verdict(&certified)?;
                if outcome.verdict == Verdict::Valid {
                    outcome.verdict = verdict;
                }
            }
            let examined = Examined { claim, case: case.name, outcome };
            done(&examined);
            Ok(examined)
        })
        .collect()
}

/// Writes and checks each certificate once.
struct Checked<'a> {
    out: Option<&'a Path>,
    verdicts: Mutex<HashMap<String, Verdict>>,
}

impl Checked<'_> {
    fn verdict(&self, certified: &Certified) -> io::Result<Verdict> {
        let known = |verdicts: &HashMap<String, Verdict>| verdicts.get(&certified.name).cloned();
        if let Some(verdict) = self.verdicts.lock().ok().and_then(|v| known(&v)) {
            return Ok(verdict);
        }
        let bytes = certificate::to_bytes(&certified.certificate);
        if let Some(dir) = self.out {
            crate::files::replace(&dir.join(&certified.name).with_extension("json"), &bytes)?;
        }
        let why = |finding: &check::Finding| format!("{}: the checker: {finding}", certified.name);
        let verdict = match certificate::from_bytes(&bytes) {
            Err(error) => Verdict::Invalid(format!("{}: unreadable: {error}", certified.name)),
            Ok(read) => match check::check(&read) {
                check::Verdict::Valid => Verdict::Valid,
                check::Verdict::Invalid(finding) => Verdict::Invalid(why(&finding)),
                check::Verdict::Incomplete(finding) => Verdict::Incomplete(why(&finding)),
            },
        };
        if let Ok(mut verdicts) = self.verdicts.lock() {
            verdicts.insert(certified.name.clone(), verdict.clone());
        }
        Ok(verdict)
    }
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
