//! Files that appear whole or not at all, and directories that one run at a time writes into.

use itertools::Itertools;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

const TEMPORARY_PREFIX: &str = ".seprank-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Writes `bytes` to `path` by way of a temporary name beside it: written, synced to the disk,
/// renamed, and the directory synced, so that no reader and no crash sees half a file. What is not
/// a regular file, for example a pipe, is written to directly.
///
/// # Errors
/// Those of the file system, for an existing file also that it must not be written. That file stays
/// as it was, and the temporary file is removed on the way out.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // The file that a link points to is replaced, not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let existing = fs::metadata(&target).ok();
    if let Some(existing) = &existing {
        let mut file = OpenOptions::new().write(true).open(&target)?;
        if !existing.is_file() {
            return file.write_all(bytes);
        }
    }
    let directory = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // Two threads may write the same file at once.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let (process, count) = (process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let name = format!("{TEMPORARY_PREFIX}{process}-{count}{TEMPORARY_SUFFIX}");
    let temporary = directory.join(name);
    let replaced = File::create(&temporary).and_then(|mut file| {
        if let Some(existing) = existing {
            file.set_permissions(existing.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, &target)
    });
    if replaced.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    replaced?;
    // Not every system opens directories.
    File::open(directory).map_or(Ok(()), |directory| directory.sync_all())
}

/// A directory that this run writes into. Another run is refused as long as this lives.
#[derive(Debug)]
pub struct OutputDirectory {
    path: PathBuf,
    /// Holds the lock, where directories can be locked.
    _lock: Option<File>,
}

impl OutputDirectory {
    /// Creates the directory if it is missing, and removes the temporary files that a killed run
    /// left there.
    ///
    /// # Errors
    /// Those of the file system, and that another run has the directory open.
    pub fn open(path: &Path) -> io::Result<Self> {
        let named = |e: io::Error| naming(path, &e);
        fs::create_dir_all(path).map_err(named)?;
        let lock = File::open(path).ok();
        if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
            return Err(named(io::Error::other("another run is writing there")));
        }
        for entry in fs::read_dir(path).map_err(named)? {
            let entry = entry.map_err(named)?;
            if is_temporary(&entry.file_name()) {
                fs::remove_file(entry.path()).map_err(|e| naming(&entry.path(), &e))?;
            }
        }
        Ok(Self { path: path.to_path_buf(), _lock: lock })
    }

    /// The path of a file in the directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// As [`replace`], with the path in the error.
    ///
    /// # Errors
    /// Those of [`replace`].
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.file(name);
        replace(&path, bytes).map_err(|e| naming(&path, &e))
    }
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).join("")
}

fn is_temporary(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.strip_prefix(TEMPORARY_PREFIX).is_some_and(|rest| rest.ends_with(TEMPORARY_SUFFIX))
    })
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
