//! What can go wrong with a client's configuration, each with its remedy.

use std::io;
use std::path::PathBuf;

/// A failure of setting a client up. What the person had is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// No such client.
    #[error("{name:?} is no client that can be set up; known: {known}", known = known_clients())]
    UnknownClient {
        /// What was given.
        name: String,
    },

    /// A file cannot be read.
    #[error("cannot read {path}: {source}; make it readable for your own user and try again", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A file cannot be written.
    #[error(
        "cannot write {path}: {source}; make room on the disk and the file writable for your own user (or, if \
         another program manages it, make the change there) and try again",
        path = .path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A link to a file that is not there.
    #[error("{path} is a link to a file that does not exist; mend or remove the link and try again", path = .path.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },

    /// The person's file is no JSON.
    #[error("{path} is not valid JSON, so it was not touched: {reason}; mend it and try again", path = .path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },

    /// The person's file is JSON of another shape than the client reads.
    #[error(
        "in {path}, {member} is not an object, so nothing was touched; mend it and try again",
        path = .path.display()
    )]
    NotAnObject {
        /// The file.
        path: PathBuf,
        /// What should be an object.
        member: String,
    },

    /// A member that should be a list holds something else.
    #[error(
        "in {path}, {member} is not a list, so nothing was touched; mend it and try again",
        path = .path.display()
    )]
    NotAList {
        /// The file.
        path: PathBuf,
        /// What should be a list.
        member: String,
    },

    /// The change cannot be made without touching something else.
    #[error(
        "{path} names one member twice, so it cannot be changed safely and was not touched; remove the double \
         and try again",
        path = .path.display()
    )]
    Ambiguous {
        /// The file.
        path: PathBuf,
    },

    /// A file is another one than the plan was made for.
    #[error("{path} was changed by another program meanwhile, so it was not touched; try again", path = .path.display())]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
    },

    /// The record of what was added cannot be understood.
    #[error(
        "the record of earlier changes in {path} is damaged ({reason}); delete it and try again (undoing then \
         takes back only what looks exactly like ours)",
        path = .path.display()
    )]
    DamagedRecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// A path cannot be written in JSON.
    #[error(
        "{path} is not valid Unicode and cannot stand in a configuration file; move it to a folder with a plain \
         name (`--data-dir`)",
        path = .path.display()
    )]
    PathNotUnicode {
        /// The path.
        path: PathBuf,
    },
}

fn known_clients() -> String {
    super::Client::ALL.map(super::Client::id).join(", ")
}
