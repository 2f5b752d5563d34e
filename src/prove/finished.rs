//! What an earlier run of the same computation has finished: classes of Hankel blocks in a directory.
//!
//! `of.json` says what they are of; a directory of anything else is refused. Each class has a file with
//! its minor and its own digest, which is written when the class is done and read only if it is whole and
//! its minor lies in that class. That the minor is not zero is not computed again: who wants nothing to
//! rest on an earlier run takes an empty directory, or checks the certificate.

use super::blocks::ClassPart;
use super::certificate::problem as in_certificate;
use super::request::{RankError, RankRequest};
use crate::arith::{Prime, Rational};
use crate::files::{OutputDirectory, sha256};
use crate::network::{InvalidProblem, Network};
use crate::sealed::Sealed;
use crate::tensor::hankel::{Class, ClassRank};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::{fs, io};

/// Classes of lower order are done again sooner than a file is written.
const LEAST_ORDER: usize = 200;

/// What classes are of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    version: String,
    problem: serde_json::Value,
    /// SHA-256 of all weights, in decimal.
    weights: String,
    prime: u64,
    seed: u64,
}

#[derive(Serialize, Deserialize)]
struct Record {
    /// SHA-256 of what it is of.
    of: String,
    #[serde(flatten)]
    part: ClassPart,
    /// Of this record, with this field empty.
    sha256: String,
}

impl Sealed for Record {
    fn digest(&mut self) -> &mut String {
        &mut self.sha256
    }
}

/// A directory of finished classes.
pub(super) struct FinishedClasses {
    directory: OutputDirectory,
    of: String,
}

impl FinishedClasses {
    /// # Errors
    /// [`RankError::Invalid`] if the directory holds classes of something else,
    /// [`RankError::Directory`] if it cannot be read or written, or another run has it open.
    pub(super) fn open(
        path: &Path,
        request: &RankRequest,
        network: &Network<Rational>,
        prime: Prime,
    ) -> Result<Self, RankError> {
        let directory = OutputDirectory::open(path).map_err(RankError::directory)?;
        let mut entries = String::new();
        for matrix in network.parameters().iter().flatten() {
            entries.extend(matrix.iter().map(|q| format!("{q} ")));
            entries.push('\n');
        }
        let of = Of {
            version: env!("CARGO_PKG_VERSION").into(),
            problem: serde_json::to_value(in_certificate(&request.problem))
                .map_err(|e| RankError::directory(e.into()))?,
            weights: sha256(entries.as_bytes()),
            prime: prime.get(),
            seed: request.seed,
        };
        let bytes = written(&of)?;
        match fs::read(directory.file(OF)) {
            Ok(present) => {
                if let Some(field) = different(&of, serde_json::from_slice(&present).ok()) {
                    let allowed = format!(
                        "holds classes of another computation ({field} in {OF}): give its options, or \
                         another directory"
                    );
                    return Err(InvalidProblem::new("resume", path.display(), allowed).into());
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                directory.replace(OF, &bytes).map_err(RankError::directory)?;
            }
            Err(e) => {
                let file = directory.file(OF);
                let named = io::Error::new(e.kind(), format!("{}: {e}", file.display()));
                return Err(RankError::directory(named));
            }
        }
        Ok(Self { directory, of: sha256(&bytes) })
    }

    /// Whether the class is said to be finished.
    pub(super) fn has(&self, degree: usize, label: u32) -> bool {
        self.directory.file(&file_of(degree, label)).exists()
    }

    /// The rank of the class, if it is finished.
    pub(super) fn read(&self, degree: usize, class: &Class) -> Option<ClassRank> {
        let file = self.directory.file(&file_of(degree, class.label));
        let Record { of, part, .. } = Record::read_whole(&file)?;
        let same = (&of, part.degree, part.class) == (&self.of, degree, class.label);
        let [rows, cols] = [&class.rows, &class.cols]
            .map(|all| move |line: usize| all.binary_search(&line).is_ok());
        same.then(|| part.into_rank([&rows, &cols])).flatten()
    }

    /// Writes down the rank of the class, if it is whole and was long to find.
    ///
    /// # Errors
    /// [`RankError::Directory`].
    pub(super) fn write(
        &self,
        degree: usize,
        class: &Class,
        found: &ClassRank,
    ) -> Result<(), RankError> {
        if !found.whole || class.rows.len().min(class.cols.len()) < LEAST_ORDER {
            return Ok(());
        }
        let record = Record {
            of: self.of.clone(),
            part: ClassPart::new(degree, class.label, found),
            sha256: String::new(),
        };
        let bytes = record.sealed().and_then(|record| record.to_bytes());
        let replace =
            |bytes: Vec<u8>| self.directory.replace(&file_of(degree, class.label), &bytes);
        bytes.and_then(replace).map_err(RankError::directory)
    }
}

const OF: &str = "of.json";

fn file_of(degree: usize, label: u32) -> String {
    format!("degree-{degree}-class-{label}.json")
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, RankError> {
    serde_json::to_vec(value).map_err(|e| RankError::directory(e.into()))
}

/// The first field in which the two differ.
fn different(of: &Of, present: Option<Of>) -> Option<&'static str> {
    let Some(present) = present else { return Some("no record") };
    let same = [
        ("another version", of.version == present.version),
        ("another problem", of.problem == present.problem),
        ("other weights", of.weights == present.weights),
        ("another prime", of.prime == present.prime),
        ("another seed", of.seed == present.seed),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}
