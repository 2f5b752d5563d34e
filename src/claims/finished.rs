//! Finished work in an output directory, so that a run that was stopped goes on where it was.
//!
//! The directory holds certificates, `NAME.json`, and below `finished/` a record for each piece of
//! work that is done, written after its certificates. A record counts only whole, for the program, the
//! seed and the work that it names, and only if every certificate that it names is still there byte for
//! byte and the checker accepts it again. Otherwise the work is done again, and its files replaced.
//!
//! The result itself is in the record as this program wrote it. It rests on the certificates as far
//! as they go; whoever wants nothing to rest on an earlier run takes an empty directory.

use super::file_name;
use crate::files::{OutputDirectory, sha256};
use crate::sealed::{Sealed, sha256_of_program};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<T> {
    /// SHA-256 of the program.
    program: String,
    seed: u64,
    work: String,
    result: T,
    certificates: Digests,
    /// Of this record, with this field empty.
    sha256: String,
}

impl<T: Serialize> Sealed for Record<T> {
    fn digest(&mut self) -> &mut String {
        &mut self.sha256
    }
}

/// Of certificates the SHA-256, by the names of their files without extension.
pub type Digests = BTreeMap<String, String>;

/// A certificate's name and bytes.
pub(super) type Named = (String, Vec<u8>);

pub(super) fn digests(certificates: &[Named]) -> Digests {
    certificates.iter().map(|(name, bytes)| (file_name(name), sha256(bytes))).collect()
}

/// An output directory with what is finished in it.
pub(super) struct Finished {
    certificates: OutputDirectory,
    records: OutputDirectory,
    program: String,
    seed: u64,
}

impl Finished {
    /// # Errors
    /// Those of the file system.
    pub(super) fn open(path: &Path, seed: u64) -> io::Result<Self> {
        let certificates = OutputDirectory::open(path)?;
        let records = OutputDirectory::open(&path.join("finished"))?;
        Ok(Self { certificates, records, program: sha256_of_program()?, seed })
    }

    /// The result of `work`, with what it rests on, if it is finished. `accepted` checks the bytes of a certificate.
    pub(super) fn result<T: Serialize + DeserializeOwned>(
        &self,
        work: &str,
        accepted: impl Fn(&str, &[u8]) -> bool,
    ) -> Option<(T, Digests)> {
        let record: Record<T> = Record::read_whole(&self.records.file(&file_of(work)))?;
        let same =
            (&record.program, record.seed, &*record.work) == (&self.program, self.seed, work);
        let holds = |(name, digest): (&String, &String)| {
            fs::read(self.certificates.file(&file_of(name)))
                .is_ok_and(|bytes| sha256(&bytes) == *digest && accepted(name, &bytes))
        };
        (same && record.certificates.iter().all(holds))
            .then_some((record.result, record.certificates))
    }

    /// Writes the certificates of `work` and then, given its result, its record.
    ///
    /// # Errors
    /// Those of the file system, with the path.
    pub(super) fn write<T: Serialize>(
        &self,
        work: &str,
        result: Option<T>,
        certificates: &[Named],
    ) -> io::Result<()> {
        for (name, bytes) in certificates {
            let name = file_of(name);
            if !fs::read(self.certificates.file(&name)).is_ok_and(|present| present == *bytes) {
                self.certificates.replace(&name, bytes)?;
            }
        }
        let Some(result) = result else { return Ok(()) };
        let record = Record {
            program: self.program.clone(),
            seed: self.seed,
            work: work.into(),
            result,
            certificates: digests(certificates),
            sha256: String::new(),
        };
        self.records.replace(&file_of(work), &record.sealed()?.to_bytes()?)
    }
}

fn file_of(name: &str) -> String {
    format!("{}.json", file_name(name))
}
