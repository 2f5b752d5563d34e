//! Files that appear whole or not at all, directories that one run at a time writes into, and files that are read.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

pub use seprank_check::files::{can_replace, is_temporary, replace, sha256, sha256_of};

/// So many bytes in the unit that a reader would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let power = self.0.ilog2() / 10;
        let n = self.0 as f64 / 1024f64.powi(power as i32);
        let digits = usize::from(n < 10.0 && n.fract() > 0.0);
        write!(f, "{n:.digits$} {}", units[power as usize - 1])
    }
}

/// Opens a file to read it. A device, which may have no end, is refused; a pipe is not.
///
/// # Errors
/// Those of the file system, and that it is a directory or a device.
pub fn open(path: &Path) -> io::Result<File> {
    let found = fs::metadata(path)?;
    let what = match found.file_type() {
        kind if kind.is_file() || is_pipe(kind) => return File::open(path),
        kind if kind.is_dir() => "a directory",
        _ => "a device",
    };
    Err(io::Error::other(format!("it is {what}; a file is needed")))
}

#[cfg(unix)]
fn is_pipe(kind: fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: fs::FileType) -> bool {
    false
}

/// The text in a file of at most so many bytes, without a byte-order mark.
///
/// # Errors
/// Those of [`open`], and that the file is longer, or no text.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    // What is too long is not read, but for a pipe, whose length shows then.
    if file.metadata()?.len() <= most {
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= most {
            let text = String::from_utf8(bytes);
            let mut text = text.map_err(|_| io::Error::other("it is no text in UTF-8"))?;
            if text.starts_with('\u{feff}') {
                text.remove(0);
            }
            return Ok(text);
        }
    }
    Err(io::Error::other(format!("it is too long; at most {} are allowed", Bytes(most))))
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
        if lock.as_ref().is_some_and(held_by_another) {
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

/// Whether the lock cannot be had. A process that this one has just started may hold it until it becomes another
/// program, so that it is asked for more than once.
fn held_by_another(lock: &File) -> bool {
    const TRIES: u32 = 20;
    let refused = |_| {
        let refused = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        if refused {
            thread::sleep(Duration::from_millis(25));
        }
        refused
    };
    (0..TRIES).all(refused)
}

/// The error with the path before it.
pub(crate) fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_a_unit() {
        for (bytes, text) in [
            (1023, "1023 bytes"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (160 << 20, "160 MiB"),
            (4 << 30, "4 GiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
