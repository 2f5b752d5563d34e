//! Records in files, as JSON with a digest of their own.

use crate::files::{naming, sha256, sha256_of};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::{env, fs, io};

/// A record with a digest of itself. It counts only byte for byte as this program writes it.
pub(crate) trait Sealed: Serialize + Sized {
    /// SHA-256 of the record with this field empty.
    fn digest(&mut self) -> &mut String;

    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// With its digest.
    fn sealed(mut self) -> io::Result<Self> {
        self.digest().clear();
        *self.digest() = sha256(&self.to_bytes()?);
        Ok(self)
    }

    /// What is in the file; `None` if there is none, and the inner error says what is wrong with its bytes.
    fn read(path: &Path) -> io::Result<Option<Result<Self, &'static str>>>
    where
        Self: DeserializeOwned,
    {
        let bytes = match fs::read(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|e| naming(path, &e))?,
        };
        let Ok(mut record) = serde_json::from_slice::<Self>(&bytes) else {
            return Ok(Some(Err("it is cut off, or no such record")));
        };
        let digest = std::mem::take(record.digest());
        let right = sha256(&record.to_bytes()?) == digest;
        *record.digest() = digest;
        let whole = right && record.to_bytes()? == bytes;
        Ok(Some(if whole { Ok(record) } else { Err("its digest is another: it was changed") }))
    }

    /// The record, if the file has one that counts.
    fn read_whole(path: &Path) -> Option<Self>
    where
        Self: DeserializeOwned,
    {
        Self::read(path).ok()??.ok()
    }
}

/// SHA-256 of this program.
pub(crate) fn sha256_of_program() -> io::Result<String> {
    sha256_of(&env::current_exe()?)
}
