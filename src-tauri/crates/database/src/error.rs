//! What can go wrong with a database file, and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a database could not be opened, read or written. Every message names a remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file's schema comes from a later version of the program.
    #[error(
        "{path} was written by a newer version of Ambient Insights (schema {found}, this program knows up to \
         {known}); install the newer version, or start with another --data-dir"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema number in the file.
        found: u32,
        /// The highest one this program knows.
        known: u32,
    },
    /// A SQLite file, but not this one.
    #[error(
        "{path} is not Ambient Insights' {expected} database; move it away or start with another --data-dir"
    )]
    ForeignFile {
        /// The file.
        path: PathBuf,
        /// The database that should be there.
        expected: &'static str,
    },
    /// The file's content is damaged.
    #[error(
        "the database{} is damaged ({detail}); stop the program, keep a copy of the file, and put back a backup \
         (files ending in .backup beside it)", at(.path.as_deref())
    )]
    Corrupt {
        /// The file, where it is known.
        path: Option<PathBuf>,
        /// SQLite's own words.
        detail: String,
    },
    /// The operating system refuses access.
    #[error(
        "no permission to use the database{}; give your user the right to read and write it and its folder",
        at(.path.as_deref())
    )]
    Permission {
        /// The file, where it is known.
        path: Option<PathBuf>,
    },
    /// Another program holds the file.
    #[error(
        "another program holds the database for writing; close it (an open SQLite browser?) and try again"
    )]
    Busy,
    /// No space left.
    #[error("the disk is full, so nothing was changed; free some space and try again")]
    Full,
    /// The disk failed, or the folder is gone.
    #[error("the database{} can not be read or written ({detail}); check the disk and that the folder is there",
        at(.path.as_deref()))]
    Io {
        /// The file, where it is known.
        path: Option<PathBuf>,
        /// SQLite's or the system's own words.
        detail: String,
    },
    /// The closure that was handed in panicked; its work was taken back.
    #[error("a database job failed unexpectedly and was taken back; please report this as a bug")]
    JobPanicked,
    /// The database was closed because the program is stopping.
    #[error("the database is closed because the program is stopping; try again once it runs")]
    Closed,
    /// Anything else: a mistake in a statement, a broken constraint.
    #[error("the database refused a statement ({message}); please report this as a bug")]
    Sqlite {
        /// SQLite's extended result code; 0 where the fault is not SQLite's.
        code: i32,
        /// SQLite's own words.
        message: String,
    },
}

fn at(path: Option<&Path>) -> String {
    path.map(|path| format!(" {}", path.display())).unwrap_or_default()
}

impl Error {
    /// Whether a unique or primary-key constraint refused the row.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Sqlite {
                code: rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
                ..
            }
        )
    }

    /// The same error with the file it happened to.
    pub(crate) fn at(self, file: &Path) -> Self {
        let path = Some(file.to_owned());
        match self {
            Self::Corrupt { path: None, detail } => Self::Corrupt { path, detail },
            Self::Permission { path: None } => Self::Permission { path },
            Self::Io { path: None, detail } => Self::Io { path, detail },
            other => other,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return Self::Sqlite { code: 0, message: error.to_string() };
        };
        let code = failure.extended_code;
        let detail = error.to_string();
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt { path: None, detail },
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::Permission { path: None },
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => Self::Io { path: None, detail },
            _ => Self::Sqlite { code, message: detail },
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::Permission { path: None }
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io { path: None, detail: error.to_string() },
        }
    }
}
