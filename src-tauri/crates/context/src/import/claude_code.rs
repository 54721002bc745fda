//! Claude Code's transcripts (`~/.claude/projects/*/*.jsonl`): from lines to turns.
//!
//! There is no published description; what is used here was seen alike in several readers of the format (the
//! notes of ticpu/claude-conversation-search-mcp and DRMacIver/claude-reliability, November 2026). A line is
//! one entry. What the person typed is an entry `user` with a text; tool results, reminders, summaries and the
//! echo of local commands come as `user` too and are told apart by their flags and tags. A reply of the
//! assistant is spread over several entries, one a block.

use std::borrow::Cow;
use std::io::{self, BufRead};

use clock::Timestamp;
use serde::Deserialize;

use super::content::Content;
use super::derived_id::hash_id;
use crate::NewTurn;

/// The source that turns of Claude Code carry, from a hook as from an import: so one is known to the other.
pub const CLAUDE_CODE: &str = "claude-code";

/// Tags that the program puts around what no person typed. An entry that begins with one is none of a person's.
const PROGRAM_TAGS: [&str; 9] = [
    "<local-command-stdout>",
    "<local-command-stderr>",
    "<local-command-caveat>",
    "<bash-input>",
    "<bash-stdout>",
    "<bash-stderr>",
    "<task-notification>",
    "<user-memory-input>",
    "<teammate-message",
];
/// Tags whose content the program adds to what a person typed.
const ADDED_TAGS: [&str; 4] = ["system-reminder", "ide_opened_file", "ide_selection", "ide_diagnostics"];
/// What stands for the person's interruption.
const INTERRUPTED: &str = "[Request interrupted by user";

/// A turn at the end of a transcript, which may still grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastTurn {
    /// The turn as far as it is written.
    pub turn: NewTurn,
    /// The assistant had ended its answer, as far as the transcript tells. Older versions do not tell.
    pub is_finished: bool,
}

/// What a transcript holds from some place on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranscriptPart {
    /// Turns that another message of the person follows: they do not change any more.
    pub turns: Vec<NewTurn>,
    /// The turn behind them.
    pub last: Option<LastTurn>,
    /// Where to go on the next time, in bytes from the start of the file: the last turn is read again, because
    /// it may have grown.
    pub next_offset: u64,
    /// How many lines could not be read.
    pub bad_lines: u64,
}

/// Reads a transcript from `reader`, which stands `offset` bytes behind the file's start (0, or an earlier
/// `next_offset`). `session` names the conversation of entries that do not name it themselves; the file's name
/// without its ending is right. A last line that is not whole yet is left for the next time.
///
/// # Errors
/// Those of reading. A line that is no entry is counted, never an error.
pub fn read_transcript(mut reader: impl BufRead, offset: u64, session: &str) -> io::Result<TranscriptPart> {
    let mut transcript = Transcript::new(session);
    let mut part = TranscriptPart::default();
    let (mut at, mut open_at) = (offset, offset);
    let mut line = Vec::new();
    loop {
        line.clear();
        let bytes = reader.read_until(b'\n', &mut line)? as u64;
        if bytes == 0 {
            break;
        }
        let is_whole = line.last() == Some(&b'\n');
        let text = str::from_utf8(&line).map(str::trim);
        match text.map_err(|_| ()).and_then(|text| transcript.line(text).map_err(drop)) {
            Ok(step) => {
                part.turns.extend(step.finished);
                if step.began {
                    open_at = at;
                }
            }
            Err(()) if !is_whole => break,
            Err(()) => part.bad_lines += 1,
        }
        at += bytes;
    }
    part.next_offset = if transcript.open.is_some() { open_at } else { at };
    part.last = transcript.last();
    Ok(part)
}

/// What one line came to.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// The turn that ended before this line.
    pub(crate) finished: Option<NewTurn>,
    /// A turn begins with this line.
    pub(crate) began: bool,
}

/// Takes one line after the other and gives the turns.
#[derive(Debug)]
pub(crate) struct Transcript {
    session: String,
    open: Option<Open>,
}

/// A turn whose answer is still coming.
#[derive(Debug)]
struct Open {
    turn: NewTurn,
    /// A command of the program itself (`/clear`): of interest only if the assistant answered.
    is_command: bool,
    is_finished: bool,
}

impl Open {
    fn ended(self) -> Option<NewTurn> {
        (!self.is_command || !self.turn.assistant_response.is_empty()).then_some(self.turn)
    }
}

/// An entry as far as it matters here. Everything else of it is passed over without being kept.
#[expect(clippy::struct_excessive_bools, reason = "they are the format's own flags, each on its own")]
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, rename = "type", default)]
    kind: Option<Cow<'a, str>>,
    subtype: Option<Cow<'a, str>>,
    uuid: Option<String>,
    session_id: Option<String>,
    timestamp: Option<Cow<'a, str>>,
    #[serde(default)]
    is_sidechain: bool,
    #[serde(default)]
    is_meta: bool,
    #[serde(default)]
    is_compact_summary: bool,
    #[serde(default)]
    is_visible_in_transcript_only: bool,
    #[serde(default)]
    is_api_error_message: bool,
    message: Option<Message<'a>>,
    attachment: Option<Attachment>,
    origin: Option<Origin>,
}

#[derive(Debug, Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    content: Content,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
}

/// What the person typed while the assistant was at work comes as an attachment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    #[serde(rename = "type")]
    kind: Option<String>,
    command_mode: Option<String>,
    #[serde(default)]
    prompt: Content,
    origin: Option<Origin>,
}

/// Who wrote an entry `user`, where a newer version tells.
#[derive(Debug, Deserialize)]
struct Origin {
    kind: Option<String>,
}

fn is_person(origin: Option<&Origin>) -> bool {
    origin.and_then(|origin| origin.kind.as_deref()).is_none_or(|kind| kind == "human")
}

impl Transcript {
    pub(crate) fn new(session: &str) -> Self {
        Self { session: session.to_owned(), open: None }
    }

    /// Takes the next line; the error tells what is wrong with it, and the line counts for nothing.
    pub(crate) fn line(&mut self, line: &str) -> Result<Step, serde_json::Error> {
        if line.is_empty() {
            return Ok(Step::default());
        }
        let mut entry: Entry<'_> = serde_json::from_str(line)?;
        if entry.is_sidechain || entry.is_visible_in_transcript_only || entry.is_compact_summary {
            return Ok(Step::default());
        }
        match entry.kind.as_deref() {
            Some("user") if !entry.is_meta && is_person(entry.origin.as_ref()) => {
                let content = entry.message.take().map(|message| message.content).unwrap_or_default();
                Ok(self.person(&entry, line, &content))
            }
            Some("attachment") => match entry.attachment.take() {
                Some(attachment)
                    if attachment.kind.as_deref() == Some("queued_command")
                        && attachment.command_mode.as_deref().is_none_or(|mode| mode == "prompt")
                        && is_person(attachment.origin.as_ref()) =>
                {
                    Ok(self.person(&entry, line, &attachment.prompt))
                }
                _ => Ok(Step::default()),
            },
            Some("assistant") => {
                self.assistant(&entry);
                Ok(Step::default())
            }
            // Written when the assistant has ended its answer (2.1 and later).
            Some("system") if entry.subtype.as_deref() == Some("turn_duration") => {
                if let Some(open) = &mut self.open {
                    open.is_finished = true;
                }
                Ok(Step::default())
            }
            _ => Ok(Step::default()),
        }
    }

    /// The turn at the end, as far as it came.
    pub(crate) fn last(self) -> Option<LastTurn> {
        let open = self.open?;
        let is_finished = open.is_finished;
        open.ended().map(|turn| LastTurn { turn, is_finished })
    }

    fn person(&mut self, entry: &Entry<'_>, line: &str, content: &Content) -> Step {
        if content.has_tool_result {
            return Step::default();
        }
        let text = typed(content);
        if text.starts_with(INTERRUPTED) {
            if let Some(open) = &mut self.open {
                open.is_finished = true;
            }
            return Step::default();
        }
        if text.is_empty() || PROGRAM_TAGS.iter().any(|tag| text.starts_with(tag)) {
            return Step::default();
        }
        let command = command(&text);
        let open = Open {
            is_command: command.is_some(),
            turn: NewTurn {
                user_message: command.unwrap_or(text),
                conversation: Some(entry.session_id.clone().unwrap_or_else(|| self.session.clone())),
                occurred_at: entry.timestamp.as_deref().and_then(|time| time.parse::<Timestamp>().ok()),
                // An entry without an id is known by what it is.
                external_id: Some(entry.uuid.clone().unwrap_or_else(|| hash_id(&[line]))),
                ..NewTurn::default()
            },
            is_finished: false,
        };
        let finished = self.open.replace(open).and_then(Open::ended);
        Step { finished, began: true }
    }

    fn assistant(&mut self, entry: &Entry<'_>) {
        let (Some(open), Some(message)) = (&mut self.open, &entry.message) else { return };
        // What the program says in the assistant's place ("No response requested.", errors of the network).
        if entry.is_api_error_message || entry.is_meta || message.model.as_deref() == Some("<synthetic>") {
            return;
        }
        let said = message.content.text.trim();
        if !said.is_empty() {
            let answer = &mut open.turn.assistant_response;
            if !answer.is_empty() {
                answer.push_str("\n\n");
            }
            answer.push_str(said);
        }
        open.is_finished = message.stop_reason.as_deref() == Some("end_turn");
    }
}

/// What the person typed, without what the program added.
fn typed(content: &Content) -> String {
    let mut text = content.text.clone();
    for tag in ADDED_TAGS {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        while let Some(start) = text.find(&open) {
            let Some(length) = text[start..].find(&close) else { break };
            text.replace_range(start..start + length + close.len(), "");
        }
    }
    let text = text.trim();
    if text.is_empty() && content.has_image { "[image]".to_owned() } else { text.to_owned() }
}

/// A slash command as the person typed it, from the tags that the program wraps it in.
fn command(text: &str) -> Option<String> {
    if !text.starts_with("<command-name>") && !text.starts_with("<command-message>") {
        return None;
    }
    let between = |tag: &str| {
        let start = text.find(&format!("<{tag}>"))? + tag.len() + 2;
        let length = text[start..].find(&format!("</{tag}>"))?;
        Some(text[start..start + length].trim())
    };
    let name = between("command-name").or_else(|| between("command-message")).unwrap_or_default();
    let slash = if name.starts_with('/') { "" } else { "/" };
    Some(format!("{slash}{name} {}", between("command-args").unwrap_or_default()).trim_end().to_owned())
}

#[cfg(test)]
#[path = "claude_code_tests.rs"]
mod tests;
