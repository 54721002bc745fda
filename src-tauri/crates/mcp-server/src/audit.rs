//! The port through which every tool call is reported, for the trail that the owner reads.

use std::time::Duration;

use crate::Caller;

/// Takes a note of each tool call. The engine implements it over the audit trail.
pub trait AuditSink: Send + Sync + 'static {
    /// A reading of a clock that never goes back: how long a call took is the difference of two.
    fn elapsed(&self) -> Duration;

    /// A call has ended. Returns at once: it stands on the answer's path.
    fn tool_called(&self, call: ToolCall<'_>);
}

/// One ended tool call: who, which tool, how it ended. Never what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolCall<'a> {
    /// Who called.
    pub caller: &'a Caller,
    /// The tool's name; always one of ours, never text from the request.
    pub tool: &'static str,
    /// The scopes that the tool needs; where one of several is enough, the one that let the caller in.
    pub scopes: &'static [&'static str],
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// How a tool call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The tool did its work and answered.
    Answered,
    /// The arguments were wrong; nothing was read or stored.
    InputError,
    /// The tool could not do its work, through no fault of the caller.
    Failed,
    /// The caller's scopes do not allow the tool, or the owner has paused remembering or keeps this client out;
    /// nothing was read or stored.
    Refused,
}

impl Outcome {
    /// The outcome's stable name, as it stands in the audit trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::InputError => "input_error",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}
