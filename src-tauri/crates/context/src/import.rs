//! Bringing in what other programs or an earlier export kept. A bad record skips itself and is told.

mod lines;
mod mcp_data;
mod own;
mod records;
mod turns;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::handle::Inner;
use crate::progress::{Meter, Progress};
use crate::{Action, Author, Error, Subject};

/// How many bad records a report tells one by one.
const ERRORS_TOLD: usize = 100;
/// Why a record was left out that the owner has forgotten here.
pub(crate) const FORGOTTEN: &str = "it was forgotten here, so it does not come back";
/// How many records share one commit.
const BATCH: usize = 500;

/// What kind of file or folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ImportFormat {
    /// The Python original's folder: `user_context.json` and `insights.jsonl`.
    McpData,
    /// One turn a line, as JSON.
    Turns,
    /// Our own JSON export.
    Json,
}

/// What to import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportRequest {
    /// What kind of file or folder it is.
    pub format: ImportFormat,
    /// The file or folder.
    pub input: PathBuf,
}

/// What importing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportReport {
    /// Turns, items and insights that are in the store now and were not before.
    pub imported: u64,
    /// Records that could not be read or break a rule; see `errors`.
    pub skipped: u64,
    /// Records that were in the store before.
    pub duplicates: u64,
    /// The first hundred bad records.
    pub errors: Vec<LineError>,
}

/// A bad record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LineError {
    /// Its line, from 1; none where the file has no lines to speak of.
    pub line: Option<u64>,
    /// What is wrong with it.
    pub why: String,
}

impl ImportReport {
    fn skip(&mut self, line: Option<u64>, why: impl Into<String>) {
        self.skipped += 1;
        if self.errors.len() < ERRORS_TOLD {
            self.errors.push(LineError { line, why: why.into() });
        }
    }

    fn count(&mut self, added: bool) {
        if added {
            self.imported += 1;
        } else {
            self.duplicates += 1;
        }
    }
}

/// Imports. Blocks; for a thread outside the async runtime.
pub(crate) fn read(
    inner: &Inner,
    request: &ImportRequest,
    progress: &dyn Fn(Progress),
) -> Result<ImportReport, Error> {
    let mut meter = Meter::new(None, progress);
    let (report, source) = match request.format {
        ImportFormat::McpData => (mcp_data::read(inner, &request.input, &mut meter)?, "mcp_data"),
        ImportFormat::Turns => (turns::read(inner, &request.input, &mut meter)?, "turns"),
        ImportFormat::Json => (own::read(inner, &request.input, &mut meter)?, "json"),
    };
    let newest: i64 = inner.database.read_blocking(|connection| {
        Ok::<_, Error>(connection.query_row("SELECT ifnull(max(seq), 0) FROM turn", [], |row| row.get(0))?)
    })?;
    inner.worker.logged(newest);
    let by = Author::Import { source: source.to_owned() };
    inner.changes.tell(Subject::Turn, None, Action::Added, &by);
    meter.finish();
    Ok(report)
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
