//! What can go wrong with what is remembered, and what to do about it.

use std::path::{Path, PathBuf};

use clock::Timestamp;
use uuid::Uuid;

use crate::input::InputError;
use crate::state::Subject;

/// Why something could not be remembered, read, exported or imported. Every message names a remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was handed in breaks a rule; nothing was stored.
    #[error(transparent)]
    Input(#[from] InputError),
    /// There is no such thing (any more).
    #[error("there is no {what} {id}; it may have been removed: list them again to see what there is")]
    NotFound {
        /// What kind of thing.
        what: Subject,
        /// The id that was asked for.
        id: Uuid,
    },
    /// Another item of the same kind has this name.
    #[error("another {kind} is already called {name:?}; remove one of the two, or choose another name")]
    NameTaken {
        /// The kind of both.
        kind: crate::state::ItemKind,
        /// The name that is wanted.
        name: String,
    },
    /// The owner dismissed it; nobody else brings it back.
    #[error("the owner decided about {what} {id}, and only the owner can take that back; leave it as it is")]
    OwnersDecision {
        /// What kind of thing.
        what: Subject,
        /// The thing.
        id: Uuid,
    },
    /// The owner set its state by hand; a client's word does not change that.
    #[error("the owner set item {id} to {state} by hand, and only the owner changes that; leave it as it is")]
    OwnersState {
        /// The item.
        id: Uuid,
        /// Where the owner put it.
        state: crate::state::ItemState,
    },
    /// The owner dismissed or removed this insight; it does not come back by an assistant.
    #[error("the owner dismissed this insight, and only the owner can take that back; leave it out")]
    InsightRefused,
    /// Evidence names turns that are not here.
    #[error("there is no turn {}; pass only ids that get_reflection_task or another tool gave you", unknown.join(", "))]
    UnknownEvidence {
        /// The ids, as they were given; the first few.
        unknown: Vec<String>,
    },
    /// The owner paused remembering; a client's writes are refused.
    #[error("remembering is paused by the owner until {}; nothing was stored", pause_end(*.until))]
    Paused {
        /// When the pause ends by itself; none: when the owner resumes.
        until: Option<Timestamp>,
    },
    /// The owner set this client to incognito.
    #[error(
        "the user has set this assistant to incognito: their memory is neither read nor written here; go on \
         without it, and do not try again in this conversation"
    )]
    Incognito,
    /// The owner lets this client only read.
    #[error(
        "the user lets this assistant only read their memory; nothing was stored or changed, and trying again is \
         no use"
    )]
    ReadOnly,
    /// A handle that previewed nothing, or too long ago, or was used.
    #[error(
        "this preview is not there any more: it was used, is older than ten minutes or is not yours; nothing was \
         forgotten, ask for a new preview"
    )]
    PreviewGone,
    /// Everything was to be forgotten, and it is not what it was when that was previewed.
    #[error(
        "something was stored or removed since the preview, so nothing was forgotten; look again and confirm that"
    )]
    ChangedSince,
    /// A client asked to forget what it did not bring.
    #[error(
        "only what this assistant itself stored can be forgotten from here; the owner can forget the rest"
    )]
    NotYours,
    /// What was to be forgotten is, but bytes of it may be left in the files.
    #[error(
        "it is forgotten, but the files could not be written anew ({detail}), so bytes of it may be left in them; \
         the next start tries again"
    )]
    BytesLeft {
        /// What kept the files from being written.
        detail: String,
    },
    /// A removal that was too long ago, or was taken back already.
    #[error("this can not be undone any more; add it anew")]
    UndoGone,
    /// The export's target is there.
    #[error("{} is already there; choose another name, or allow overwriting (--overwrite)", .path.display())]
    AlreadyThere {
        /// The target.
        path: PathBuf,
    },
    /// The folder that would be replaced was not written by an export.
    #[error(
        "{} was not written by an export, so it is not replaced; choose a name that does not exist yet",
        .path.display()
    )]
    NotAnExport {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder can not be read or written.
    #[error("{} can not be used ({detail}); {remedy}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's own words.
        detail: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Something else than a file stands where the export should go.
    #[error("{} is not a file, so it is not replaced; name a file", .path.display())]
    NotAFile {
        /// The target.
        path: PathBuf,
    },
    /// A file is not what the chosen format says.
    #[error("{} is not in the format {format} ({detail})", .path.display())]
    WrongFormat {
        /// The file or folder.
        path: PathBuf,
        /// The format that was chosen.
        format: &'static str,
        /// What is wrong, and what to do.
        detail: String,
    },
    /// Nobody knows what a file is.
    #[error(
        "{} is nothing that can be imported ({detail}); known are: our own JSON export, the exports of ChatGPT \
         and Claude, Claude Code's transcripts, a memory server's file, an OpenMemory backup, the original's \
         folder mcp_data, and turns as one JSON object a line",
        .path.display()
    )]
    UnknownFormat {
        /// The file or folder.
        path: PathBuf,
        /// What was seen of it.
        detail: String,
    },
    /// The owner stopped an export: nothing of it is left.
    #[error("the export was stopped; nothing was written")]
    Cancelled,
    /// What another room adds to an export could not be had.
    #[error("{name} could not be written into the export ({detail}); try again, or leave it out")]
    Appendix {
        /// The member's name.
        name: &'static str,
        /// What went wrong.
        detail: String,
    },
    /// The search index is being made.
    #[error("the search index is still being made; ask again in a moment")]
    IndexNotReady,
    /// The database.
    #[error(transparent)]
    Database(#[from] database::Error),
}

fn pause_end(until: Option<Timestamp>) -> String {
    until.map_or_else(|| "they resume it".to_owned(), |until| until.to_string())
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Error {
    /// Whether the caller can mend it by handing in something else (and not: the disk, the program).
    #[must_use]
    pub fn is_callers(&self) -> bool {
        match self {
            Self::Database(_)
            | Self::File { .. }
            | Self::Appendix { .. }
            | Self::BytesLeft { .. }
            | Self::IndexNotReady => false,
            Self::Input(_)
            | Self::NotFound { .. }
            | Self::NameTaken { .. }
            | Self::OwnersDecision { .. }
            | Self::OwnersState { .. }
            | Self::InsightRefused
            | Self::UnknownEvidence { .. }
            | Self::Paused { .. }
            | Self::Incognito
            | Self::ReadOnly
            | Self::PreviewGone
            | Self::ChangedSince
            | Self::NotYours
            | Self::UndoGone
            | Self::AlreadyThere { .. }
            | Self::NotAnExport { .. }
            | Self::NotAFile { .. }
            | Self::UnknownFormat { .. }
            | Self::Cancelled
            | Self::WrongFormat { .. } => true,
        }
    }

    /// Whether there was no room on the disk; nothing was changed then.
    #[must_use]
    pub const fn is_full_disk(&self) -> bool {
        matches!(self, Self::Database(database::Error::Full))
    }

    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as E;
        let kind = error.kind();
        let remedy = match kind {
            E::StorageFull | E::QuotaExceeded => "free some space and try again",
            E::IsADirectory => "it is a folder: name a file",
            E::NotADirectory => "a file stands where a folder should be: name another path",
            E::ReadOnlyFilesystem => "name a place that can be written",
            _ => "check that it is there and that your user may use it",
        };
        // Errors of temporary files bring their path along, which nobody knows.
        let detail = match error.raw_os_error() {
            None if kind == E::NotFound => "no such file or folder".to_owned(),
            None if !matches!(kind, E::Other | E::InvalidData | E::InvalidInput) => kind.to_string(),
            _ => error.to_string(),
        };
        Self::File { path: path.to_owned(), detail, remedy }
    }
}
