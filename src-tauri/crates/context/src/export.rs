//! Taking out what is stored, all or parts of it: JSON that comes back in as it was, Markdown for reading. Whole or not at all.

pub(crate) mod json;
mod markdown;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::input::InputError;
use crate::progress::{Meter, Progress};
use crate::state::Subject;
use crate::{Error, stored};

/// In which form to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ExportFormat {
    /// One file with everything, for keeping and for importing again.
    Json,
    /// A folder of notes, for reading.
    Markdown,
}

/// What an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExportParts {
    /// The conversations with their turns.
    pub conversations: bool,
    /// Interests, skills, projects, preferences and goals.
    pub context: bool,
    /// The insights.
    pub insights: bool,
}

impl ExportParts {
    /// Everything.
    pub const ALL: Self = Self { conversations: true, context: true, insights: true };

    /// Whether what happened to a thing of this kind belongs to it.
    fn has(self, subject: Subject) -> bool {
        match subject {
            Subject::Conversation | Subject::Turn => self.conversations,
            Subject::Item => self.context,
            Subject::Insight => self.insights,
        }
    }
}

impl Default for ExportParts {
    fn default() -> Self {
        Self::ALL
    }
}

/// What to export, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExportRequest {
    /// The form.
    pub format: ExportFormat,
    /// The file, or for Markdown the folder.
    pub output: PathBuf,
    /// Whether an earlier export of that name may be replaced.
    #[serde(default)]
    pub overwrite: bool,
    /// What of it.
    #[serde(default)]
    pub parts: ExportParts,
}

/// What another room adds to an export: a member of its own at the end of the file. An import passes over it.
#[derive(Clone, Debug)]
pub struct Appendix {
    /// The member's name, which none of the export's own has.
    pub name: &'static str,
    /// Its value, as JSON.
    pub json: Vec<u8>,
}

/// What was exported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
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

pub(crate) fn write(
    connection: &Connection,
    request: &ExportRequest,
    appendix: Option<&Appendix>,
    progress: &dyn Fn(Progress),
) -> Result<ExportReport, Error> {
    let parts = request.parts;
    if !(parts.conversations || parts.context || parts.insights) {
        return Err(InputError::NothingToExport.into());
    }
    if !request.overwrite && request.output.symlink_metadata().is_ok() {
        return Err(Error::AlreadyThere { path: request.output.clone() });
    }
    let mut meter = Meter::new(Some(total(connection, request)?), progress);
    let report = match request.format {
        ExportFormat::Json => json::write(connection, request, appendix, &mut meter)?,
        ExportFormat::Markdown => markdown::write(connection, request, &mut meter)?,
    };
    meter.finish();
    Ok(ExportReport { output: request.output.clone(), ..report })
}

/// How many records will be counted.
fn total(connection: &Connection, request: &ExportRequest) -> Result<u64, Error> {
    let parts = request.parts;
    // A note for reading leaves out what the owner refused.
    let insights = match request.format {
        ExportFormat::Json => "SELECT count(*) FROM insight",
        ExportFormat::Markdown => "SELECT count(*) FROM insight WHERE state = 'active'",
    };
    let mut total = 0;
    for (chosen, sql) in [
        (parts.conversations, "SELECT count(*) FROM conversation"),
        (parts.conversations, "SELECT count(*) FROM turn"),
        (parts.context, "SELECT count(*) FROM item"),
        (parts.insights, insights),
    ] {
        if chosen {
            total += connection.query_row(sql, [], |row| stored::count(row, 0))?;
        }
    }
    Ok(total)
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
