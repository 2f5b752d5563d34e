//! What a run found: `results.json`.

use crate::claims::{Digests, Examined, Verdict, file_name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;

/// What a run of `certify` found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// Version of the program.
    pub version: String,
    /// The command that gives the same.
    pub command: String,
    /// Seed of everything random.
    pub seed: u64,
    /// The claims, in the order in which they were examined.
    pub claims: Vec<ClaimResult>,
    /// What differs from run to run, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}

/// A claim and its cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimResult {
    /// Its identifier.
    pub id: String,
    /// In words, with its scope.
    pub statement: String,
    /// The command that examines this claim alone.
    pub command: String,
    /// What each case showed.
    pub cases: Vec<CaseResult>,
}

/// What one case showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// Its name.
    pub case: String,
    /// What the claim says of it.
    pub claimed: String,
    /// What was found.
    pub found: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The certificates that it rests on: none of a cross-check.
    pub certificates: Digests,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// What differs from run to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The program with its libraries.
    pub program: String,
    /// From the start to the last verdict.
    pub seconds: f64,
    /// The largest size of the process, where the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// How many cases an earlier run had finished.
    pub resumed: usize,
}

impl ClaimResult {
    /// The claim `id` with those of `rows` that are about it.
    pub fn new(id: &str, statement: &str, command: String, rows: &[Examined]) -> Self {
        let case = |row: &Examined| CaseResult {
            case: row.case.clone(),
            claimed: row.outcome.claimed.clone(),
            found: row.outcome.found.clone(),
            verdict: row.outcome.verdict.clone(),
            certificates: row.certificates.clone(),
            seconds: Some(row.seconds),
        };
        let cases = rows.iter().filter(|row| row.claim == id).map(case).collect();
        Self { id: id.into(), statement: statement.into(), command, cases }
    }

    /// How many of its cases are valid.
    pub fn valid(&self) -> usize {
        self.cases.iter().filter(|case| case.verdict == Verdict::Valid).count()
    }
}

impl Results {
    /// The document, with a line end.
    pub fn to_json(&self) -> String {
        // All keys are strings, and writing to memory cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Without times and memory.
    #[must_use]
    pub fn timeless(mut self) -> Self {
        self.run = None;
        for case in self.claims.iter_mut().flat_map(|claim| &mut claim.cases) {
            case.seconds = None;
        }
        self
    }

    /// All cases, each with its claim.
    pub fn cases(&self) -> impl Iterator<Item = (&ClaimResult, &CaseResult)> {
        self.claims.iter().flat_map(|claim| claim.cases.iter().map(move |case| (claim, case)))
    }

    /// The verdict on all cases; of what is not valid it names the case.
    pub fn verdict(&self) -> Verdict {
        let named = |(claim, case): (&ClaimResult, &CaseResult)| {
            let place = |why: &String| format!("{}, {}: {why}", claim.id, case.case);
            match &case.verdict {
                Verdict::Valid => Verdict::Valid,
                Verdict::Invalid(why) => Verdict::Invalid(place(why)),
                Verdict::Incomplete(why) => Verdict::Incomplete(place(why)),
            }
        };
        self.cases().map(named).fold(Verdict::Valid, Verdict::and)
    }

    /// What a file must fulfil besides its form: names that are a file's and stand for one claim each.
    pub(super) fn validate(&self) -> Result<(), String> {
        let mut seen = std::collections::BTreeSet::new();
        for claim in &self.claims {
            if !seen.insert(&claim.id) {
                return Err(format!("claims: {:?} stands twice", claim.id));
            }
        }
        let names = self.cases().flat_map(|(_, case)| case.certificates.keys());
        match names.into_iter().find(|name| name.is_empty() || file_name(name) != **name) {
            Some(name) => {
                Err(format!("certificates: {name:?}: letters, digits and dashes are allowed"))
            }
            None => Ok(()),
        }
    }

    /// The certificates of all cases with their SHA-256.
    pub(super) fn certificates(&self) -> io::Result<Digests> {
        let mut all = BTreeMap::new();
        for (name, digest) in self.cases().flat_map(|(_, case)| &case.certificates) {
            if all.insert(name.clone(), digest.clone()).is_some_and(|other| other != *digest) {
                return Err(io::Error::other(format!(
                    "certificate {name}: two cases name different ones"
                )));
            }
        }
        Ok(all)
    }
}
