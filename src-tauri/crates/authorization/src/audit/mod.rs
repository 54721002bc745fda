//! The audit trail: what was asked, decided, given, used and taken away; never a secret, never content.
//!
//! Three ways in, by what is at stake. A change of a grant is written in the transaction that makes it. A
//! tool call is handed over at once and is on disk at most 100 ms later: a crash can lose the lines of that
//! window, never the call's own work. A rejection is counted, a kind and minute, and written every few
//! seconds, so that a stranger can fill neither the disk nor the trail.

pub(crate) mod recorder;
pub(crate) mod rejections;

pub use rejections::RejectionKind;

use std::time::Duration;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::arrival::Arrival;
use crate::id::{GrantId, RequestId};
use crate::scope::{Scope, ScopeSet};

/// What a line of the audit trail tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AuditKind {
    /// A client registered itself.
    Registered,
    /// A client asked for access.
    Asked,
    /// The browser of a request that came through the tunnel was proved to be on this computer.
    Proved,
    /// The owner approved.
    Approved,
    /// The request was denied, or its time passed.
    Denied,
    /// The client's requests to this host are denied from now on.
    Blocked,
    /// The client's requests to this host are quiet for a while.
    Muted,
    /// Such a block was lifted.
    Unblocked,
    /// A code was exchanged: a grant and its first tokens.
    Issued,
    /// A grant's tokens were renewed.
    Refreshed,
    /// A used code or refresh token was presented again by its client; the grant was revoked.
    Replayed,
    /// A grant, or one access token, was revoked.
    Revoked,
    /// A client called a tool.
    ToolCalled,
    /// The owner registered a client beforehand.
    ClientAdded,
    /// A registration was changed, by its client or by the owner.
    ClientChanged,
    /// A client got a new secret.
    SecretRotated,
    /// A client is known no more, and what it was given has ended.
    ClientRemoved,
    /// Requests were turned away: how many of one kind in one minute.
    Rejected,
    /// Lines of tool calls that could not be kept, because they came faster than they could be written.
    Dropped,
}

impl AuditKind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Registered,
        Self::Asked,
        Self::Proved,
        Self::Approved,
        Self::Denied,
        Self::Blocked,
        Self::Muted,
        Self::Unblocked,
        Self::Issued,
        Self::Refreshed,
        Self::Replayed,
        Self::Revoked,
        Self::ToolCalled,
        Self::ClientAdded,
        Self::ClientChanged,
        Self::SecretRotated,
        Self::ClientRemoved,
        Self::Rejected,
        Self::Dropped,
    ];

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind's name, as in `audit --json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Asked => "asked",
            Self::Proved => "proved",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Blocked => "blocked",
            Self::Muted => "muted",
            Self::Unblocked => "unblocked",
            Self::Issued => "issued",
            Self::Refreshed => "refreshed",
            Self::Replayed => "replayed",
            Self::Revoked => "revoked",
            Self::ToolCalled => "tool_called",
            Self::ClientAdded => "client_added",
            Self::ClientChanged => "client_changed",
            Self::SecretRotated => "secret_rotated",
            Self::ClientRemoved => "client_removed",
            Self::Rejected => "rejected",
            Self::Dropped => "dropped",
        }
    }
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Decider {
    /// The owner, in the desktop's window.
    Desktop,
    /// The owner, at a terminal.
    Terminal,
    /// The owner, by a means that is neither (panic, settings).
    Owner,
    /// The client itself.
    Client,
    /// A rule of this server: time passed, wrong codes, a replay.
    Rule,
}

impl Decider {
    /// The decider's name, as in `audit --json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Terminal => "terminal",
            Self::Owner => "owner",
            Self::Client => "client",
            Self::Rule => "rule",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        [Self::Desktop, Self::Terminal, Self::Owner, Self::Client, Self::Rule]
            .into_iter()
            .find(|decider| decider.as_str() == text)
    }
}

/// How a tool call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolOutcome {
    /// It answered.
    Answered,
    /// The caller's input was wrong.
    InputError,
    /// It failed.
    Failed,
    /// The token's scopes did not allow it.
    Refused,
}

impl ToolOutcome {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::InputError => "input_error",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

/// One tool call, for the audit trail: the tool's name, never what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCallRecord {
    /// The client that called.
    pub client_id: String,
    /// Its name for people.
    pub client_name: String,
    /// The grant it called under.
    pub grant_id: Option<GrantId>,
    /// The tool's name.
    pub tool: String,
    /// The scope that the tool needs.
    pub scope: Option<Scope>,
    /// How it ended.
    pub outcome: ToolOutcome,
    /// How long it took, where that was measured.
    pub took: Option<Duration>,
    /// Where the call came from, where that is known.
    pub arrival: Option<Arrival>,
}

/// Who sent a request, as far as the door can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) arrival: String,
    pub(crate) remote_address: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// One line of the audit trail. Fields that say nothing are left out on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditEntry {
    /// Its place in the trail; lines of rejections have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub seq: Option<i64>,
    /// When it happened; for rejections the start of the minute.
    pub at: Timestamp,
    /// What it tells.
    pub kind: AuditKind,
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub client_id: Option<String>,
    /// The client's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub client_name: Option<String>,
    /// The grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub grant_id: Option<GrantId>,
    /// The authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub request_id: Option<RequestId>,
    /// Where it came from: `local` or `tunnel:PROVIDER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub arrival: Option<String>,
    /// The peer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub remote_address: Option<String>,
    /// What the peer called itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub user_agent: Option<String>,
    /// The scopes it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub scopes: Option<ScopeSet>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub by: Option<Decider>,
    /// The tool that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub tool: Option<String>,
    /// How it ended, or why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub outcome: Option<String>,
    /// How long it took, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub took_micros: Option<i64>,
    /// How many there were.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub count: Option<i64>,
}

impl AuditEntry {
    pub(crate) fn new(at: Timestamp, kind: AuditKind) -> Self {
        Self {
            seq: None,
            at,
            kind,
            client_id: None,
            client_name: None,
            grant_id: None,
            request_id: None,
            arrival: None,
            remote_address: None,
            user_agent: None,
            scopes: None,
            by: None,
            tool: None,
            outcome: None,
            took_micros: None,
            count: None,
        }
    }

    /// Who can cause such a line; each class has its own cap. A request that ran out of time is no decision:
    /// whoever can ask can cause it.
    pub(crate) fn class(&self) -> &'static str {
        match (self.kind, self.by) {
            (AuditKind::Registered | AuditKind::Asked | AuditKind::Rejected, _)
            | (AuditKind::Denied, Some(Decider::Rule))
            | (AuditKind::ClientChanged | AuditKind::ClientRemoved, Some(Decider::Client)) => "stranger",
            (AuditKind::ToolCalled | AuditKind::Dropped, _) => "call",
            (
                AuditKind::Proved
                | AuditKind::Approved
                | AuditKind::Denied
                | AuditKind::Blocked
                | AuditKind::Muted
                | AuditKind::Unblocked
                | AuditKind::Issued
                | AuditKind::Refreshed
                | AuditKind::Replayed
                | AuditKind::Revoked
                | AuditKind::ClientAdded
                | AuditKind::ClientChanged
                | AuditKind::SecretRotated
                | AuditKind::ClientRemoved,
                _,
            ) => "grant",
        }
    }

    /// The same line, with who sent the request that caused it.
    pub(crate) fn sent_by(self, sender: &Sender) -> Self {
        Self {
            arrival: Some(sender.arrival.clone()),
            remote_address: sender.remote_address.clone(),
            user_agent: sender.user_agent.clone(),
            ..self
        }
    }

    pub(crate) fn client(self, id: &str, name: &str) -> Self {
        Self { client_id: Some(id.to_owned()), client_name: Some(name.to_owned()), ..self }
    }
}

/// Which lines of the audit trail to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditQuery {
    /// Only lines from then on.
    pub since: Option<Timestamp>,
    /// Only lines before then.
    pub until: Option<Timestamp>,
    /// Only this client's.
    pub client_id: Option<String>,
    /// Only these kinds; empty: all.
    pub kinds: Vec<AuditKind>,
    /// Only lines with a smaller number: the place where the page before ended. Counts of rejections have no
    /// number and are left out.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional = nullable))]
    pub before: Option<i64>,
    /// At most so many, the newest first.
    pub limit: usize,
}

impl Default for AuditQuery {
    fn default() -> Self {
        Self { since: None, until: None, client_id: None, kinds: Vec::new(), before: None, limit: 100 }
    }
}
