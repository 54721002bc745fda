//! What can go wrong with a trust store, each with its remedy.

use std::io;
use std::path::PathBuf;

use super::Action;

/// A failure of a trust store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The CA's own file cannot be read.
    #[error(transparent)]
    Certificate(#[from] crate::Error),

    /// Only an administrator may change this store.
    #[error("only an administrator may change the {store}; run: {command}")]
    NeedsAdministrator {
        /// The store's label.
        store: String,
        /// What to type in a terminal.
        command: String,
    },

    /// The tool that changes this store is not installed.
    #[error("{tool} is not installed; install {packages} and try again")]
    ToolMissing {
        /// The program.
        tool: String,
        /// The packages that hold it, by system.
        packages: String,
    },

    /// A tool ended with an error.
    #[error("`{command}` failed: {detail}")]
    ToolFailed {
        /// What was run.
        command: String,
        /// What it said.
        detail: String,
    },

    /// The store is locked by a password of the person's.
    #[error(
        "the {store} is locked by a primary password, so nothing was changed; in the browser's settings open \
         Certificates, import {certificate} under Authorities and trust it for websites",
        certificate = .certificate.display()
    )]
    Locked {
        /// The store's label.
        store: String,
        /// The CA's file.
        certificate: PathBuf,
    },

    /// A file of the store cannot be read.
    #[error("cannot read {path}: {source}; make it readable and try again", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A file of the store cannot be written.
    #[error("cannot write {path}: {source}; make it writable and try again", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A file of ours in the store holds something else.
    #[error(
        "{path} is not our CA, so it was left alone; look at it, move it away and try again",
        path = .path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },

    /// A program's settings, which are its store, can not be changed.
    #[error("{store}: {source}")]
    Settings {
        /// The store's label.
        store: String,
        /// Why, with what to do.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// All steps went well and the store still thinks as before.
    #[error(
        "the {store} was changed but {}",
        match .action {
            Action::Trust => "does not believe the CA yet; start the programs that use it again and look once more",
            Action::Untrust => "still believes the CA: it was added in another way too, and has to be removed there",
        }
    )]
    NoEffect {
        /// The store's label.
        store: String,
        /// What was to be done.
        action: Action,
    },
}
