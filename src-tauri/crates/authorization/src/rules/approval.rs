//! The life of an authorization request: pending, decided, its answer delivered.
//!
//! `pending → approved → code_delivered`, `pending → denied → denial_delivered`. A request whose time has
//! passed counts as denied. Nothing leads back, and nothing leads from denied to approved.

use clock::Timestamp;

use crate::scope::{Scope, ScopeSet};
use crate::secret::{ConfirmationCode, ConfirmationHash};

/// How often the code may be typed wrong. The last wrong one denies the request.
pub(crate) const MAX_WRONG_CODES: u8 = 3;

/// Where a request stands, as it is stored. Time is judged on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Approved,
    Denied,
    CodeDelivered,
    DenialDelivered,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::CodeDelivered => "code_delivered",
            Self::DenialDelivered => "denial_delivered",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Denied, Self::CodeDelivered, Self::DenialDelivered]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// What an approval is judged by.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) status: Status,
    pub(crate) expires_at: Timestamp,
    pub(crate) asked: ScopeSet,
    /// `None`: no code has to be typed.
    pub(crate) code: Option<CodeFacts>,
}

/// What a typed code is judged by.
#[derive(Clone, Debug)]
pub(crate) struct CodeFacts {
    pub(crate) wrong_so_far: u8,
    /// One for each browser that shows a page of this request.
    pub(crate) shown: Vec<ConfirmationHash>,
}

/// What an approval comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Approved, for the browser that showed the code of this index, or for any browser of the request.
    Approve { scopes: ScopeSet, browser: Option<usize> },
    /// The wrong code; this many tries are left. None left: the request is to be denied.
    WrongCode { tries_left: u8 },
    /// Nothing changes.
    Refuse(Refusal),
}

/// Why an approval changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    AlreadyDecided,
    Expired,
    CodeMissing,
    ScopesNotAsked(ScopeSet),
    NoScopes,
    AdminNotConfirmed,
}

/// Judges an approval. The code comes last, so that a slip in the scopes costs no try.
pub(crate) fn judge(
    facts: &Facts,
    now: Timestamp,
    scopes: Option<ScopeSet>,
    admin_confirmed: bool,
    code: Option<&str>,
    context: &[u8],
) -> Verdict {
    if facts.status != Status::Pending {
        return Verdict::Refuse(Refusal::AlreadyDecided);
    }
    if now >= facts.expires_at {
        return Verdict::Refuse(Refusal::Expired);
    }
    let scopes = scopes.unwrap_or(facts.asked);
    let beyond = scopes.difference(facts.asked);
    if !beyond.is_empty() {
        return Verdict::Refuse(Refusal::ScopesNotAsked(beyond));
    }
    if scopes.is_empty() {
        return Verdict::Refuse(Refusal::NoScopes);
    }
    if scopes.contains(Scope::Admin) && !admin_confirmed {
        return Verdict::Refuse(Refusal::AdminNotConfirmed);
    }
    let Some(known) = &facts.code else { return Verdict::Approve { scopes, browser: None } };
    let Some(typed) = code.filter(|typed| !typed.trim().is_empty()) else {
        return Verdict::Refuse(Refusal::CodeMissing);
    };
    let typed = ConfirmationCode::typed(typed).map(|typed| typed.hash(context));
    match typed.and_then(|typed| known.shown.iter().position(|shown| *shown == typed)) {
        Some(index) => Verdict::Approve { scopes, browser: Some(index) },
        None => Verdict::WrongCode {
            tries_left: MAX_WRONG_CODES.saturating_sub(known.wrong_so_far.saturating_add(1)),
        },
    }
}

/// What the browser that started a request gets when it asks for its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The page that says what to do.
    Wait,
    /// A redirect with the code.
    SendCode,
    /// A redirect with `access_denied`.
    SendDenial,
    /// A page: approved, and the answer is on its way or used.
    DoneApproved,
    /// A page: not approved, and the client knows.
    DoneDenied,
}

/// Judges what the browser gets. `pickup_until`: until when an approval may be picked up; `code_is_good`:
/// whether a code was delivered to this very browser that is neither used nor expired. It then gets the same
/// redirect again: its first answer may have been lost.
pub(crate) fn next(
    status: Status,
    now: Timestamp,
    expires_at: Timestamp,
    pickup_until: Timestamp,
    code_is_good: bool,
) -> Next {
    match status {
        Status::Pending if now < expires_at => Next::Wait,
        Status::Approved if now < pickup_until => Next::SendCode,
        Status::Pending | Status::Denied | Status::Approved => Next::SendDenial,
        Status::CodeDelivered if code_is_good => Next::SendCode,
        Status::CodeDelivered => Next::DoneApproved,
        Status::DenialDelivered => Next::DoneDenied,
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
