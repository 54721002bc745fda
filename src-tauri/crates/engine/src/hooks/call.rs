//! One call of a hook, read from what the assistant gives its hooks on standard input.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What happened in the assistant's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookEvent {
    /// It began, or went on after a break.
    SessionStart,
    /// The assistant has finished an answer.
    Stop,
    /// It is over.
    SessionEnd,
}

/// One call of a hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookCall {
    /// What happened.
    pub event: HookEvent,
    /// The session's id: the conversation that its turns belong to.
    pub session: String,
    /// The session's transcript.
    pub transcript: PathBuf,
    /// How long the transcript was when the hook was called, in bytes.
    pub size: u64,
    /// The hook was set up to give the session a brief.
    #[serde(default)]
    pub brief: bool,
    /// The assistant's last words, where the hook was told: the transcript may not have them yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_answer: Option<String>,
}

/// Why a call can not be used.
#[derive(Debug, thiserror::Error)]
pub enum HookCallError {
    /// It is not what Claude Code gives its hooks.
    #[error(
        "standard input does not hold what Claude Code gives its hooks ({0}); let Claude Code run this command"
    )]
    NotACall(#[from] serde_json::Error),
    /// The path is none of a transcript.
    #[error("the hook names no transcript that can be read; it must be an absolute path to a .jsonl file")]
    NoTranscript,
}

/// As Claude Code writes it (2.1.329; the same fields were seen in logs of 2025).
#[derive(Deserialize)]
struct Given {
    hook_event_name: String,
    session_id: String,
    transcript_path: PathBuf,
    #[serde(default)]
    last_assistant_message: Option<String>,
}

impl HookCall {
    /// Reads what Claude Code gives its hooks; none for an event that is none of ours.
    ///
    /// # Errors
    /// [`HookCallError`].
    pub fn of_claude_code(input: &str, brief: bool) -> Result<Option<Self>, HookCallError> {
        let given: Given = serde_json::from_str(input)?;
        let event = match given.hook_event_name.as_str() {
            "SessionStart" => HookEvent::SessionStart,
            "Stop" => HookEvent::Stop,
            "SessionEnd" => HookEvent::SessionEnd,
            _ => return Ok(None),
        };
        let transcript = given.transcript_path;
        if !transcript.is_absolute() || transcript.extension().is_none_or(|ending| ending != "jsonl") {
            return Err(HookCallError::NoTranscript);
        }
        // A session that has only just begun has no file yet.
        let size = std::fs::metadata(&transcript).map_or(0, |file| file.len());
        let last_answer = given.last_assistant_message.filter(|text| !text.trim().is_empty());
        Ok(Some(Self { event, session: given.session_id, transcript, size, brief, last_answer }))
    }
}
