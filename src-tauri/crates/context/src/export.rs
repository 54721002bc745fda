//! Taking everything out: JSON that comes back in as it was, Markdown for reading. Whole or not at all.

pub(crate) mod json;
mod markdown;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Error;

/// In which form to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// One file with everything, for keeping and for importing again.
    Json,
    /// A folder of notes, for reading.
    Markdown,
}

/// What to export, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// The form.
    pub format: ExportFormat,
    /// The file, or for Markdown the folder.
    pub output: PathBuf,
    /// Whether an earlier export of that name may be replaced.
    #[serde(default)]
    pub overwrite: bool,
}

/// What was exported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportReport {
    /// The file or folder.
    pub output: PathBuf,
    /// How many conversations it holds.
    pub conversations: u64,
    /// How many turns.
    pub turns: u64,
    /// How many interests and so on.
    pub items: u64,
    /// How many insights.
    pub insights: u64,
}

pub(crate) fn write(connection: &Connection, request: &ExportRequest) -> Result<ExportReport, Error> {
    if !request.overwrite && request.output.symlink_metadata().is_ok() {
        return Err(Error::AlreadyThere { path: request.output.clone() });
    }
    let report = match request.format {
        ExportFormat::Json => json::write(connection, request)?,
        ExportFormat::Markdown => markdown::write(connection, request)?,
    };
    Ok(ExportReport { output: request.output.clone(), ..report })
}

/// The folder in which `path` lies: what is unfinished is written there, so that renaming it is one step.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Brings a renamed entry of `folder` to the disk.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| Error::file(folder, &error))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
