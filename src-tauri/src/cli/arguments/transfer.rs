//! The grammar of `export` and `import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use engine::types::{ExportFormat, ExportParts, ImportFormat, Retention, Timestamp};

use super::audit::moment;
use super::clients::retention;

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// In which form
    #[arg(long, default_value = "json")]
    pub(in crate::cli) format: ExportKind,
    /// The file or folder to write
    #[arg(long, short, value_name = "PATH", required_unless_present = "schema")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Replace what is there
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,
    /// Only these kinds, with commas between: turns, context, insights
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub(in crate::cli) kinds: Vec<PartKind>,
    /// Only from then on: 2026-11-21 (its beginning in UTC) or 2026-11-21T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(in crate::cli) since: Option<Timestamp>,
    /// Only before then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(in crate::cli) until: Option<Timestamp>,
    /// Only what this client or import brought, and what was found in its turns
    #[arg(long, value_name = "CLIENT_ID")]
    pub(in crate::cli) client: Option<String>,
    /// With the audit trail: who did what (json alone)
    #[arg(long)]
    pub(in crate::cli) with_audit: bool,
    /// Print the JSON schema of the export in JSON, and do nothing else
    #[arg(long, conflicts_with_all = ["output", "overwrite", "kinds", "since", "until", "client", "with_audit"])]
    pub(in crate::cli) schema: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum ExportKind {
    /// One file with everything, for keeping and for importing again
    Json,
    /// A folder of notes with links between them, for Obsidian and the like
    Markdown,
    /// A folder of tables, for spreadsheets
    Csv,
    /// One page with pictures, to look at and to print
    Html,
    /// The original's folder: `user_context.json` and `insights.jsonl`
    McpData,
}

impl From<ExportKind> for ExportFormat {
    fn from(kind: ExportKind) -> Self {
        match kind {
            ExportKind::Json => Self::Json,
            ExportKind::Markdown => Self::Markdown,
            ExportKind::Csv => Self::Csv,
            ExportKind::Html => Self::Html,
            ExportKind::McpData => Self::McpData,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PartKind {
    /// Conversations with their turns
    Turns,
    /// Interests, skills, projects, preferences and goals
    Context,
    /// Insights
    Insights,
}

/// What of all; nothing named means everything.
pub(in crate::cli) fn parts(kinds: &[PartKind]) -> ExportParts {
    if kinds.is_empty() {
        return ExportParts::ALL;
    }
    ExportParts {
        conversations: kinds.contains(&PartKind::Turns),
        context: kinds.contains(&PartKind::Context),
        insights: kinds.contains(&PartKind::Insights),
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The file, zip or folder to read
    #[arg(value_name = "PATH")]
    pub(in crate::cli) input: PathBuf,
    /// What it is; else whatever it looks like
    #[arg(long)]
    pub(in crate::cli) format: Option<ImportKind>,
    /// Only say what would come in
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// How long conversations from there are kept, those of earlier imports too: a number of days, `forever`, or
    /// `default`
    #[arg(long, value_name = "TIME", value_parser = retention)]
    pub(in crate::cli) keep: Option<Retention>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum ImportKind {
    /// Our own export in JSON
    Json,
    /// ChatGPT's account export: `conversations.json`, its zip, or its folder
    Chatgpt,
    /// Claude's account export, with its memories and projects: its zip, its folder, or a file of it
    Claude,
    /// Claude Code's transcripts: a file, or a folder such as `~/.claude/projects`
    ClaudeCode,
    /// The file of the reference memory server: entities and relations, one a line
    MemoryGraph,
    /// `OpenMemory`'s backup, a zip
    Openmemory,
    /// The original's folder `mcp_data`
    McpData,
    /// One JSON object a line, each a turn
    Turns,
}

impl From<ImportKind> for ImportFormat {
    fn from(kind: ImportKind) -> Self {
        match kind {
            ImportKind::Json => Self::Json,
            ImportKind::Chatgpt => Self::Chatgpt,
            ImportKind::Claude => Self::Claude,
            ImportKind::ClaudeCode => Self::ClaudeCode,
            ImportKind::MemoryGraph => Self::MemoryGraph,
            ImportKind::Openmemory => Self::OpenMemory,
            ImportKind::McpData => Self::McpData,
            ImportKind::Turns => Self::Turns,
        }
    }
}
