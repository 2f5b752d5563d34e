//! Running the cases of claims.

use super::finished::{Digests, Finished, Named, digests};
use super::{Case, Certified, Claim, Outcome, Profile, Verdict};
use crate::files::sha256;
use crate::{certificate, check};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
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
    let work = work(claim, &case.name);
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
    let result = CaseResult::of(case, seed, checked);
    if let Some(finished) = finished {
        result.keep(&work, finished)?;
    }
    let (outcome, certificates) = result.into_outcome();
    Ok(examined(outcome, certificates, false))
}

/// What a case has shown, with the bytes of its certificates, which the checker has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    verdict: Verdict,
    claimed: String,
    found: String,
    /// Names and texts.
    certificates: Vec<(String, String)>,
}

impl CaseResult {
    fn of(case: &Case, seed: u64, checked: &Checked) -> Self {
        let Outcome { mut verdict, claimed, found, certificates } = (case.examine)(seed);
        let text = |c: Certified| {
            let bytes = certificate::to_bytes(&c.certificate);
            (c.name, String::from_utf8(bytes).expect("JSON is text"))
        };
        let certificates: Vec<_> = certificates.into_iter().map(text).collect();
        for (name, text) in &certificates {
            let of_checker = checked.verdict(name, text.as_bytes());
            if verdict == Verdict::Valid {
                verdict = of_checker;
            }
        }
        Self { verdict, claimed, found, certificates }
    }

    fn named(&self) -> Vec<Named> {
        let named = |(name, text): &(String, String)| (name.clone(), text.clone().into_bytes());
        self.certificates.iter().map(named).collect()
    }

    /// Writes it down as finished; what no certificate shows is examined in each run.
    fn keep(&self, work: &str, finished: &Finished) -> io::Result<()> {
        let valid = self.verdict == Verdict::Valid && !self.certificates.is_empty();
        let result = valid.then_some((&self.claimed, &self.found));
        finished.write(work, result, &self.named())
    }

    fn into_outcome(self) -> (Outcome, Digests) {
        let certificates = digests(&self.named());
        (Outcome::new(self.verdict, self.claimed, self.found), certificates)
    }
}

/// Examines one case alone. Its certificates are checked.
pub fn examine_case(case: &Case, seed: u64) -> CaseResult {
    CaseResult::of(case, seed, &Checked::default())
}

/// The cases (claim, name, result) as [`certify`] with `out` gives and leaves them there, in their order; nothing is
/// examined or checked again.
///
/// # Errors
/// Those of the file system, with the path.
pub fn joined_cases(
    cases: impl IntoIterator<Item = (&'static str, String, CaseResult)>,
    seed: u64,
    out: &Path,
) -> io::Result<Vec<Examined>> {
    let finished = Finished::open(out, seed)?;
    let examined = |(claim, case, result): (&'static str, String, CaseResult)| {
        result.keep(&work(claim, &case), &finished)?;
        let (outcome, certificates) = result.into_outcome();
        Ok(Examined { claim, case, outcome, certificates, seconds: 0.0, resumed: true })
    };
    cases.into_iter().map(examined).collect()
}

/// The name of a case among all.
fn work(claim: &str, case: &str) -> String {
    format!("{claim} {case}")
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
