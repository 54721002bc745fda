//! One program a data directory: a lock that the operating system drops even when the program is killed.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

const LOCK_FILE: &str = "ambient-insights.lock";
/// Beside the lock, since on Windows a locked file can not be read by anybody else.
const PID_FILE: &str = "ambient-insights.pid";

/// The right to use a data directory, held until it is dropped.
#[derive(Debug)]
pub struct DataDirectoryLock {
    _file: File,
    pid_file: PathBuf,
}

/// Why the data directory can not be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another instance holds it.
    #[error(
        "{} is in use by another Ambient Insights{}; talk to that one, stop it, or start with another --data-dir",
        .directory.display(), .pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    Held {
        /// The data directory.
        directory: PathBuf,
        /// The other instance's process id, where it could be read.
        pid: Option<u32>,
    },
    /// The directory can not be made or written.
    #[error("the data directory {} can not be used ({source}); {}", .directory.display(), remedy(.source))]
    Unusable {
        /// The data directory.
        directory: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl DataDirectoryLock {
    /// Makes `directory` (for its owner alone) if it is not there, and takes its lock.
    ///
    /// # Errors
    /// [`LockError::Held`] with the holder's process id; [`LockError::Unusable`].
    pub fn acquire(directory: &Path) -> Result<Self, LockError> {
        let unusable = |source| LockError::Unusable { directory: directory.to_owned(), source };
        make_for_owner_alone(directory).map_err(unusable)?;
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join(LOCK_FILE))
            .map_err(unusable)?;
        let pid_file = directory.join(PID_FILE);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { directory: directory.to_owned(), pid: read_pid(&pid_file) });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        std::fs::write(&pid_file, std::process::id().to_string()).map_err(unusable)?;
        Ok(Self { _file: file, pid_file })
    }
}

impl Drop for DataDirectoryLock {
    fn drop(&mut self) {
        // Only a hint for people: the lock itself ends with the file.
        let _ = std::fs::remove_file(&self.pid_file);
    }
}

fn remedy(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as E;
    match error.kind() {
        E::PermissionDenied | E::ReadOnlyFilesystem => {
            "give your user the right to write there, or name another folder with --data-dir"
        }
        E::AlreadyExists | E::NotADirectory => "a file is in the way: name a folder with --data-dir",
        E::StorageFull | E::QuotaExceeded => "nothing was changed: free some space and try again",
        _ => "check the disk, or name another folder with --data-dir",
    }
}

fn read_pid(pid_file: &Path) -> Option<u32> {
    std::fs::read_to_string(pid_file).ok()?.trim().parse().ok()
}

fn make_for_owner_alone(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
