//! Taking out what is stored, all or parts of it: JSON that comes back in as it was, and forms for reading and
//! for other programs. Whole or not at all.

mod atomic;
mod chosen;
mod csv;
mod html;
pub(crate) mod json;
mod markdown;
mod mcp_data;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use self::chosen::Chosen;
pub use self::chosen::ExportFilter;
use crate::Error;
use crate::input::InputError;
use crate::progress::{Cancel, Meter, Progress};
use crate::state::Subject;

/// The JSON schema of the export for keeping, as it is published in the repository.
pub const EXPORT_SCHEMA: &str = include_str!("../schema/export-1.json");

/// In which form to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ExportFormat {
    /// One file with everything, for keeping and for importing again.
    Json,
    /// A folder of notes, for reading.
    Markdown,
    /// A folder of tables: turns, items, insights.
    Csv,
    /// One page with pictures, to look at and to print.
    Html,
    /// The Python original's folder: `user_context.json` and `insights.jsonl`.
    McpData,
}

impl ExportFormat {
    /// Whether it writes a folder; else one file.
    #[must_use]
    pub const fn is_folder(self) -> bool {
        match self {
            Self::Json | Self::Html => false,
            Self::Markdown | Self::Csv | Self::McpData => true,
        }
    }

    /// What its file's name ends with; a folder's with nothing.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => ".json",
            Self::Html => ".html",
            Self::Markdown | Self::Csv | Self::McpData => "",
        }
    }
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
    /// The file or folder.
    pub output: PathBuf,
    /// Whether an earlier export of that name may be replaced.
    #[serde(default)]
    pub overwrite: bool,
    /// What of it.
    #[serde(default)]
    pub parts: ExportParts,
    /// From when, and from whom.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<_>"))]
    pub filter: ExportFilter,
}

/// What another room adds to an export: a member of its own at the end of the file. An import passes over it.
#[derive(Debug)]
pub struct Appendix {
    /// The member's name, which none of the export's own has.
    pub name: &'static str,
    /// Its value as JSON, piece by piece, so that nobody has to hold all of it; an error stops the export.
    pub json: tokio::sync::mpsc::Receiver<Result<Vec<u8>, String>>,
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
    appendix: Option<Appendix>,
    cancel: &Cancel,
    progress: &dyn Fn(Progress),
) -> Result<ExportReport, Error> {
    let parts = request.parts;
    if !(parts.conversations || parts.context || parts.insights) {
        return Err(InputError::NothingToExport.into());
    }
    let target = &request.output;
    if !request.overwrite && target.symlink_metadata().is_ok() {
        return Err(Error::AlreadyThere { path: target.clone() });
    }
    let chosen = &Chosen::new(connection, parts, &request.filter)?;
    let meter = &mut Meter::new(Some(chosen.total(connection, request.format)?), cancel, progress);
    let report = match request.format {
        ExportFormat::Json => atomic::file(target, request.overwrite, |out| {
            json::write(connection, chosen, appendix, out, meter)
        }),
        ExportFormat::Html => atomic::file(target, request.overwrite, |out| {
            html::write(connection, chosen, &request.filter, out, meter)
        }),
        ExportFormat::Markdown => {
            atomic::folder(target, |folder| markdown::write(connection, chosen, folder, meter))
        }
        ExportFormat::Csv => atomic::folder(target, |folder| csv::write(connection, chosen, folder, meter)),
        ExportFormat::McpData => {
            atomic::folder(target, |folder| mcp_data::write(connection, chosen, folder, meter))
        }
    }?;
    meter.finish();
    Ok(ExportReport { output: target.clone(), ..report })
}

/// The folder in which `path` lies: what is unfinished is written there, so that renaming it is one step.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
#[path = "export/forms_tests.rs"]
mod forms_tests;
#[cfg(test)]
#[path = "export/schema_tests.rs"]
mod schema_tests;
#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
