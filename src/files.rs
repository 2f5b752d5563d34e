//! Files that appear whole or not at all, and directories that one run at a time writes into.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

pub use seprank_check::files::{can_replace, is_temporary, replace, sha256, sha256_of};

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

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
