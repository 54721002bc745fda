//! Bringing in what other programs or an earlier export kept. A bad record skips itself and is told.
//!
//! Every format is read as a stream and hands its records to one [`sink::Sink`], which stores them in batches,
//! knows what is here already, and in a dry run takes everything back. An import that was stopped, by its owner
//! or by a crash, is simply done again: what came in is known by source, conversation and id.

mod chatgpt;
mod claude;
mod claude_account;
pub(crate) mod claude_code;
mod cleaning;
mod content;
mod derived_id;
mod detect;
mod elements;
mod exchange;
mod insights;
mod lines;
mod mcp_data;
mod memory_graph;
mod open_memory;
mod own;
mod records;
mod sink;
mod source;
mod transcripts;
mod turns;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use self::sink::Sink;
use crate::client_rule::{Retention, check_retention};
use crate::handle::Inner;
use crate::input::InputError;
use crate::progress::{Cancel, Meter, Progress};
use crate::{Action, Author, Error, Subject};

/// How many bad records a report tells one by one.
const ERRORS_TOLD: usize = 100;
/// Why a record was left out that the owner has forgotten here.
pub(crate) const FORGOTTEN: &str = "it was forgotten here, so it does not come back";
/// How many records share one commit ...
const BATCH: usize = 1000;
/// ... unless their texts are longer together: a batch has to fit into memory, and another one beside it.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// What kind of file or folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ImportFormat {
    /// Our own JSON export.
    Json,
    /// `ChatGPT`'s account export: `conversations.json`, its zip, or its folder.
    Chatgpt,
    /// Claude's account export, with its memories and projects: its zip, its folder, or a file of it.
    Claude,
    /// Claude Code's transcripts: one file, or a folder of them (`~/.claude/projects`).
    ClaudeCode,
    /// The file of the reference memory server: entities, relations and observations, one a line.
    MemoryGraph,
    /// `OpenMemory`'s backup, a zip.
    OpenMemory,
    /// The Python original's folder: `user_context.json` and `insights.jsonl`.
    McpData,
    /// One turn a line, as JSON.
    Turns,
}

impl ImportFormat {
    /// What a person would call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Json => "an export of Ambient Insights",
            Self::Chatgpt => "a ChatGPT export",
            Self::Claude => "a Claude export",
            Self::ClaudeCode => "Claude Code's transcripts",
            Self::MemoryGraph => "the file of a memory server",
            Self::OpenMemory => "an OpenMemory backup",
            Self::McpData => "the original's folder mcp_data",
            Self::Turns => "turns, one a line",
        }
    }

    /// Its name on a command line, and the source that its records carry (but for turns that name their client).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Chatgpt => "chatgpt",
            Self::Claude => "claude",
            Self::ClaudeCode => claude_code::CLAUDE_CODE,
            Self::MemoryGraph => "memory-graph",
            Self::OpenMemory => "openmemory",
            Self::McpData => "mcp-data",
            Self::Turns => "turns",
        }
    }
}

/// What to import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportRequest {
    /// What kind of file or folder it is; none: whatever it looks like.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<_>"))]
    pub format: Option<ImportFormat>,
    /// The file or folder.
    pub input: PathBuf,
    /// Whether nothing is to be stored: the report says what would be.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<_>"))]
    pub dry_run: bool,
}

/// What importing came to; after a dry run, what it would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportReport {
    /// What kind of file or folder it was.
    pub format: Option<ImportFormat>,
    /// Nothing was stored.
    pub dry_run: bool,
    /// It was stopped before the end. What is counted here is stored; the same import goes on where it stopped.
    pub cancelled: bool,
    /// Turns, items and insights that are in the store now and were not before.
    pub imported: u64,
    /// How many of them are turns.
    pub turns: u64,
    /// In how many conversations these turns are.
    pub conversations: u64,
    /// How many are interests, skills, projects, preferences or goals.
    pub items: u64,
    /// How many are insights.
    pub insights: u64,
    /// Records that could not be read or break a rule; see `errors`.
    pub skipped: u64,
    /// Records that were in the store before.
    pub duplicates: u64,
    /// How many of the turns of other programs are older than what is kept: they are soon removed again.
    #[serde(default)]
    pub expiring: u64,
    /// The first hundred bad records.
    pub errors: Vec<LineError>,
    /// What was passed over as a whole, in words: it is no memory, or of a kind that nobody knows here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<_>"))]
    pub left_out: Vec<String>,
}

/// A bad record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LineError {
    /// Its line, from 1; none where the file has no lines to speak of.
    pub line: Option<u64>,
    /// Which file it is in, where there are several, and its place in a JSON document: `conversations.json[7]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub at: Option<String>,
    /// What is wrong with it.
    pub why: String,
}

/// Imports. Blocks; for a thread outside the async runtime.
pub(crate) fn read(
    inner: &Inner,
    request: &ImportRequest,
    keep: Option<Retention>,
    cancel: &Cancel,
    progress: &dyn Fn(Progress),
) -> Result<ImportReport, Error> {
    check_retention(keep)?;
    let path = &request.input;
    let format = detect::format_of(path, request.format)?;
    if keep.is_some() && format == ImportFormat::Json {
        return Err(InputError::RetentionOfExport.into());
    }
    let mut sink = Sink::new(inner, Meter::new(None, cancel, progress), request.dry_run, keep);
    sink.report.format = Some(format);
    let read = match format {
        ImportFormat::Json => own::read(&mut sink, path),
        ImportFormat::Chatgpt => chatgpt::read(&mut sink, path),
        ImportFormat::Claude => claude::read(&mut sink, path),
        ImportFormat::ClaudeCode => transcripts::read(&mut sink, path),
        ImportFormat::MemoryGraph => memory_graph::read(&mut sink, path),
        ImportFormat::OpenMemory => open_memory::read(&mut sink, path),
        ImportFormat::McpData => mcp_data::read(&mut sink, path),
        ImportFormat::Turns => turns::read(&mut sink, path),
    };
    // What is stored already is to be analysed, however the rest went.
    let (stored, report) = sink.finish();
    if !request.dry_run {
        let newest: i64 = inner.database.read_blocking(|connection| {
            Ok::<_, Error>(
                connection.query_row("SELECT ifnull(max(seq), 0) FROM turn", [], |row| row.get(0))?,
            )
        })?;
        inner.worker.logged(newest);
        let by = Author::Import { source: format.name().to_owned() };
        inner.changes.tell(Subject::Turn, None, Action::Added, &by);
    }
    match read.and(stored) {
        Ok(()) => Ok(report),
        Err(Error::Cancelled) => Ok(ImportReport { cancelled: true, ..report }),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[path = "import/sink_tests.rs"]
mod sink_tests;
#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
