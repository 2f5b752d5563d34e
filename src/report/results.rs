//! What a run found: `results.json`.

use crate::claims::{Digests, Examined, Verdict, file_name};
use crate::files::sha256;
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
    /// Of the document, with this field empty: it shows accidents, not forgery.
    #[serde(default)]
    sha256: String,
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
    /// The certificates that it rests on, by the names of their files without extension: none of a cross-check.
    pub certificates: BTreeMap<String, Cited>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// A certificate that a case rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cited {
    /// Of its bytes.
    pub sha256: String,
    /// Its claim, as the checker prints it; none of bytes that are no certificate, and before they are checked.
    pub claim: Option<String>,
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
        let cited = |(name, sha256): (&String, &String)| {
            (name.clone(), Cited { sha256: sha256.clone(), claim: None })
        };
        let case = |row: &Examined| CaseResult {
            case: row.case.clone(),
            claimed: row.outcome.claimed.clone(),
            found: row.outcome.found.clone(),
            verdict: row.outcome.verdict.clone(),
            certificates: row.certificates.iter().map(cited).collect(),
            seconds: Some(row.seconds),
        };
        let cases = rows.iter().filter(|row| row.claim == id).map(case).collect();
        Self { id: id.into(), statement: statement.into(), command, cases }
    }

    /// How many of its cases are valid, and how many there are: of those with certificates, and of those without.
    pub fn tally(&self) -> [(usize, usize); 2] {
        let count = |certified: bool| {
            let cases = || self.cases.iter().filter(move |case| case.is_certified() == certified);
            (cases().filter(|case| case.verdict == Verdict::Valid).count(), cases().count())
        };
        [count(true), count(false)]
    }
}

impl CaseResult {
    /// Whether there are certificates, so that the case can be checked again.
    pub fn is_certified(&self) -> bool {
        !self.certificates.is_empty()
    }
}

impl Results {
    /// Those of one run; `run` is what differs from run to run, if it is known.
    pub fn new(command: String, seed: u64, claims: Vec<ClaimResult>, run: Option<Run>) -> Self {
        let version = env!("CARGO_PKG_VERSION").into();
        Self { version, command, seed, claims, run, sha256: String::new() }
    }

    /// The document with its digest, and a line end.
    pub fn to_json(&self) -> String {
        let text = |results: &Self| {
            // All keys are strings, and writing to memory cannot fail.
            serde_json::to_string_pretty(results).unwrap_or_default() + "\n"
        };
        let mut results = Self { sha256: String::new(), ..self.clone() };
        results.sha256 = sha256(text(&results).as_bytes());
        text(&results)
    }

    /// The results in a document.
    ///
    /// # Errors
    /// It has another form, another digest than its own, or what no run writes; in words.
    pub(super) fn from_json(text: &str) -> Result<Self, String> {
        let results: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let emptied = text.replacen(&results.sha256, "", 1);
        if sha256(emptied.as_bytes()) != results.sha256 {
            return Err(
                "it was changed after the run: sha256 is not its own; run certify again".into()
            );
        }
        results.validate().map(|()| results)
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
    fn validate(&self) -> Result<(), String> {
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
        for (name, cited) in self.cases().flat_map(|(_, case)| &case.certificates) {
            let Cited { sha256, .. } = cited;
            if all.insert(name.clone(), sha256.clone()).is_some_and(|other| other != *sha256) {
                return Err(io::Error::other(format!(
                    "certificate {name}: two cases name different ones"
                )));
            }
        }
        Ok(all)
    }
}
