//! Running the cases of claims.

use super::finished::{Digests, Finished, digests};
use super::{Case, Claim, Outcome, Profile, Verdict};
use crate::files::sha256;
use crate::{certificate, check};
use rayon::prelude::*;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

/// One examined case.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Id of the claim.
    pub claim: &'static str,
    /// Name of the case.
    pub case: String,
    /// What it showed; valid only if the checker accepted every certificate it rests on.
    pub outcome: Outcome,
    /// The files that it rests on.
    pub certificates: Digests,
    /// How long it took, on a core that others may have used too.
    pub seconds: f64,
    /// Whether an earlier run found the outcome, and only its certificates were checked again.
    pub resumed: bool,
}

/// Number of cases of a profile.
pub fn count_cases(claims: &[&dyn Claim], profile: Profile) -> usize {
    claims.iter().map(|claim| claim.cases(profile).len()).sum()
}

/// Examines every case of `claims`, on all cores, in a fixed order of results. `done` is called
/// after each case.
///
/// Certificates are written to `out` if it is given, and in any case read back from their bytes and
/// checked; a case is valid only if the checker says so of each. A case that rests on certificates
/// and is valid is recorded in `out`: another run there, of the same program with the same seed,
/// reads and checks its certificates and does not examine it again.
///
/// # Errors
/// Those of the file system, with the path.
pub fn certify(
    claims: &[&dyn Claim],
    profile: Profile,
    seed: u64,
    out: Option<&Path>,
    done: &(dyn Fn(&Examined) + Sync),
) -> io::Result<Vec<Examined>> {
    let cases: Vec<_> = claims
        .iter()
        .flat_map(|claim| claim.cases(profile).into_iter().map(|case| (claim.id(), case)))
        .collect();
    let finished = out.map(|path| Finished::open(path, seed)).transpose()?;
    let checked = Checked::default();
    cases
        .into_par_iter()
        .map(|(claim, case)| {
            let examined = examine(claim, &case, seed, finished.as_ref(), &checked)?;
            done(&examined);
            Ok(examined)
        })
        .collect()
}

fn examine(
    claim: &'static str,
    case: &Case,
    seed: u64,
    finished: Option<&Finished>,
    checked: &Checked,
) -> io::Result<Examined> {
    let start = Instant::now();
    let work = format!("{claim} {}", case.name);
    let examined = |outcome, certificates, resumed| {
        let (case, seconds) = (case.name.clone(), start.elapsed().as_secs_f64());
        Examined { claim, case, outcome, certificates, seconds, resumed }
    };
    let accepted = |name: &str, bytes: &[u8]| checked.verdict(name, bytes) == Verdict::Valid;
    if let Some(((claimed, found), certificates)) =
        finished.and_then(|f| f.result::<(String, String)>(&work, accepted))
    {
        let outcome = Outcome::new(Verdict::Valid, claimed, found);
        return Ok(examined(outcome, certificates, true));
    }
    let mut outcome = (case.examine)(seed);
    let certificates: Vec<_> = std::mem::take(&mut outcome.certificates)
        .into_iter()
        .map(|c| (c.name, certificate::to_bytes(&c.certificate)))
        .collect();
    for (name, bytes) in &certificates {
        let verdict = checked.verdict(name, bytes);
        if outcome.verdict == Verdict::Valid {
            outcome.verdict = verdict;
        }
    }
    if let Some(finished) = finished {
        // What no certificate shows is examined in each run.
        let valid = outcome.verdict == Verdict::Valid && !certificates.is_empty();
        let result = valid.then_some((&outcome.claimed, &outcome.found));
        finished.write(&work, result, &certificates)?;
    }
    Ok(examined(outcome, digests(&certificates), false))
}

/// The checker's verdicts, by the SHA-256 of the certificate, so that each is found once.
#[derive(Default)]
struct Checked(Mutex<HashMap<String, Verdict>>);

impl Checked {
    fn verdict(&self, name: &str, bytes: &[u8]) -> Verdict {
        let digest = sha256(bytes);
        if let Some(verdict) = self.0.lock().ok().and_then(|v| v.get(&digest).cloned()) {
            return verdict;
        }
        let why = |finding: &check::Finding| format!("{name}: the checker: {finding}");
        let verdict = match certificate::from_bytes(bytes) {
            Err(error) => Verdict::Invalid(format!("{name}: unreadable: {error}")),
            Ok(read) => match check::check(&read) {
                check::Verdict::Valid | check::Verdict::ValidByChallenge => Verdict::Valid,
                check::Verdict::Invalid(finding) => Verdict::Invalid(why(&finding)),
                check::Verdict::Incomplete(finding) => Verdict::Incomplete(why(&finding)),
            },
        };
        if let Ok(mut verdicts) = self.0.lock() {
            verdicts.insert(digest, verdict.clone());
        }
        verdict
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
