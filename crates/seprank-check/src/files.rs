//! Files that appear whole or not at all, and what they are recognised by.

use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
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
    let directory = directory_of(&target);
    let (temporary, mut file) = temporary_in(directory)?;
    let write = || {
        if let Some(existing) = existing {
            file.set_permissions(existing.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, &target)
    };
    let replaced = write();
    if replaced.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    replaced?;
    // Not every system opens directories.
    File::open(directory).map_or(Ok(()), |directory| directory.sync_all())
}

/// Whether [`replace`] could write to `path` now, to be asked before the work whose result it is to hold. Nothing is
/// left there.
///
/// # Errors
/// Those that [`replace`] would have.
pub fn can_replace(path: &Path) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if let Ok(existing) = fs::metadata(&target) {
        if existing.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        if !existing.is_file() {
            // To open a pipe may wait for its reader.
            return Ok(());
        }
        OpenOptions::new().write(true).open(&target)?;
    }
    let (temporary, _) = temporary_in(directory_of(&target))?;
    fs::remove_file(&temporary)
}

fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A new file that no other thread or process writes to. A process of another machine may have the same number and
/// write to the same disk, so that a name that is taken is left alone.
fn temporary_in(directory: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let (process, count) = (process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let name = format!("{TEMPORARY_PREFIX}{process}-{count}{TEMPORARY_SUFFIX}");
        let path = directory.join(name);
        match File::create_new(&path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
            file => return file.map(|file| (path, file)),
        }
    }
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The same of the file at `path`, read in parts.
///
/// # Errors
/// Those of reading.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut hash = Sha256::new();
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(part);
        let read = part.len();
        reader.consume(read);
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `name` is of a file that [`replace`] writes before it renames it.
pub fn is_temporary(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.strip_prefix(TEMPORARY_PREFIX).is_some_and(|rest| rest.ends_with(TEMPORARY_SUFFIX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a process of another machine with the same number writes to is left alone.
    #[test]
    fn a_name_that_is_taken_is_not_written_to() {
        let directory = tempfile::tempdir().unwrap();
        let taken = |count| {
            let name = format!("{TEMPORARY_PREFIX}{}-{count}{TEMPORARY_SUFFIX}", process::id());
            directory.path().join(name)
        };
        // Other tests of this process may count too.
        for count in 0..100 {
            fs::write(taken(count), "another's").unwrap();
        }
        replace(&directory.path().join("file"), b"ours").unwrap();
        assert_eq!(fs::read(directory.path().join("file")).unwrap(), b"ours");
        for count in 0..100 {
            assert_eq!(fs::read(taken(count)).unwrap(), b"another's");
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 101);
    }
}
