//! Where the socket of a data directory lies.

use std::fmt;
use std::path::{Path, PathBuf};

/// A Unix socket's path may have 104 bytes on macOS and 108 on Linux, its end included.
#[cfg(unix)]
const LONGEST_PATH: usize = 100;

/// The socket's path; on Windows the named pipe's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    path: PathBuf,
    #[cfg(unix)]
    in_data_dir: bool,
}

impl Address {
    /// The address for `data_dir`: in it, or in the runtime directory where that path would be too long.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        #[cfg(unix)]
        {
            let inside = data_dir.join("control.sock");
            if inside.as_os_str().len() <= LONGEST_PATH {
                return Self { path: inside, in_data_dir: true };
            }
            let name = format!("ambient-insights-{:016x}.sock", fingerprint(data_dir));
            Self { path: runtime_dir(data_dir).join(name), in_data_dir: false }
        }
        #[cfg(windows)]
        Self { path: PathBuf::from(format!(r"\\.\pipe\ambient-insights-{:016x}", fingerprint(data_dir))) }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it lies in the data directory itself: whose that is, is the owner's own choice.
    #[cfg(unix)]
    pub(crate) fn is_in_data_dir(&self) -> bool {
        self.in_data_dir
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

/// A folder for sockets that belongs to this person alone.
#[cfg(unix)]
fn runtime_dir(data_dir: &Path) -> PathBuf {
    use std::os::unix::fs::MetadataExt;
    if let Some(directory) = std::env::var_os("XDG_RUNTIME_DIR").filter(|directory| !directory.is_empty()) {
        return directory.into();
    }
    // The temporary folder is everybody's, so the socket lies in a folder of its own there; `transport` makes
    // it with 0700 and refuses one that belongs to somebody else.
    let owner = std::fs::metadata(data_dir).map(|metadata| metadata.uid()).unwrap_or_default();
    std::env::temp_dir().join(format!("ambient-insights-{owner}"))
}

/// FNV-1a of 64 bits: two data directories of one person get two sockets, in every build the same.
fn fingerprint(data_dir: &Path) -> u64 {
    data_dir
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
