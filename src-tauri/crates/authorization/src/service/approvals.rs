//! The owner's decision on an authorization request: approve it, deny it.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Authorization, LookUp};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::duration::AccessDuration;
use crate::event::AuthorizationEvent;
use crate::id::RequestId;
use crate::rules::approval::{self, CodeFacts, Facts, MAX_WRONG_CODES, Refusal, Status, Verdict};
use crate::rules::redirect_uri;
use crate::scope::ScopeSet;
use crate::store::requests::StoredRequest;
use crate::store::{self};

/// How long a muted client stays quiet.
const MUTED_FOR: Duration = Duration::from_hours(24);

/// What the owner wants to hear of a client whose request is denied.
#[derive(Clone, Copy, Debug)]
enum Silence {
    /// As before.
    No,
    /// Nothing until then, but to find it in the list.
    Until(Timestamp),
    /// Nothing at all.
    Forever,
}

/// The owner's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The code that the waiting page shows, for a request that needs it.
    pub code: Option<String>,
    /// The scopes that are given; `None`: those that were asked for.
    pub scopes: Option<ScopeSet>,
    /// How long access lasts.
    pub duration: AccessDuration,
    /// That `admin` is meant: in the window, or by `--yes-admin`.
    pub admin_confirmed: bool,
    /// Who says yes.
    pub by: Decider,
}

impl Approval {
    /// A plain yes to what was asked for, until the owner ends it.
    #[must_use]
    pub fn by(by: Decider) -> Self {
        Self { code: None, scopes: None, duration: AccessDuration::UntilRevoked, admin_confirmed: false, by }
    }
}

/// What was approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The request.
    pub id: RequestId,
    /// The client.
    pub client_id: String,
    /// Its name for people.
    pub client_name: String,
    /// What it was given.
    pub scopes: ScopeSet,
}

/// Why a decision was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// There is no such request.
    #[error("there is no authorization request {0}; `approvals list` shows those that are waiting")]
    NotFound(RequestId),
    /// It was decided before.
    #[error("this request was decided before; let the client ask again if that was wrong")]
    AlreadyDecided,
    /// Its time has passed.
    #[error("this request has expired; let the client ask again")]
    Expired,
    /// The typed code is missing.
    #[error("this request came through the tunnel: type the code that its page shows (--code)")]
    CodeRequired,
    /// The typed code is wrong.
    #[error("this is not the code that the page shows; {tries_left} more tries")]
    WrongCode {
        /// How many tries are left.
        tries_left: u8,
    },
    /// The typed code was wrong for the last time.
    #[error("this was the third wrong code, so the request is denied; let the client ask again")]
    TooManyWrongCodes,
    /// More scopes than were asked for.
    #[error("the client did not ask for {0}; only what it asked for can be given")]
    ScopesNotAsked(ScopeSet),
    /// No scope at all.
    #[error("no scope is left to give; name at least one, or deny the request")]
    NoScopes,
    /// `admin` without its own confirmation.
    #[error(
        "admin lets the client change this program's settings; confirm it (--yes-admin) or leave it out (--scopes)"
    )]
    AdminNotConfirmed,
    /// The client was looked up, and is not what it says.
    #[error("this client can not be let in, and its request was denied: {reason}")]
    ClientRefused {
        /// What is wrong with it.
        reason: String,
    },
    /// The client could not be looked up yet.
    #[error("this client can not be looked up right now; try again in a minute")]
    NotLookedUp,
    /// A terminal where the desktop decides.
    #[error("requests are decided in the app's window while the desktop runs")]
    DesktopDecides,
    /// The database.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Authorization {
    /// Approves a request. The code comes into being when the browser that started asks for it.
    ///
    /// # Errors
    /// See [`ApprovalError`]. A wrong code is counted; after the third the request is denied. A client that was
    /// not looked up is looked up first, and its request denied if it is not what it says. Nothing else changes
    /// anything.
    pub async fn approve(&self, id: RequestId, approval: Approval) -> Result<Approved, ApprovalError> {
        if approval.by == Decider::Terminal && !self.inner.settings.self_approval {
            return Err(ApprovalError::DesktopDecides);
        }
        // What nobody looked at before is looked up now: the owner has acted.
        match self.look_up(id).await? {
            LookUp::Refused { reason } => return Err(ApprovalError::ClientRefused { reason }),
            LookUp::Later => return Err(ApprovalError::NotLookedUp),
            LookUp::Ready | LookUp::Over => {}
        }
        let now = self.inner.clock.now();
        let by = approval.by;
        let result =
            self.inner.database.write(move |connection| approve(connection, id, &approval, now)).await?;
        match &result {
            Ok(_) => self.inner.announce(AuthorizationEvent::RequestDecided { id, approved: true, by }),
            Err(ApprovalError::TooManyWrongCodes) => self
                .inner
                .announce(AuthorizationEvent::RequestDecided { id, approved: false, by: Decider::Rule }),
            Err(_) => {}
        }
        result
    }

    /// Denies a request. With `block`, every request of this client to this redirect host is: those that wait,
    /// those that were approved and whose code was not delivered, and those to come, which nobody is asked about.
    /// Grants that live stay.
    ///
    /// # Errors
    /// A request that is not there, or was decided before; the database.
    pub async fn deny(&self, id: RequestId, block: bool, by: Decider) -> Result<(), ApprovalError> {
        let now = self.inner.clock.now();
        let silence = if block { Silence::Forever } else { Silence::No };
        self.send_away(id, silence, by, now).await
    }

    /// Denies a request, and keeps further requests of this client to this redirect host quiet for a day: they
    /// wait in the list, raise no window and cause no notice.
    ///
    /// # Errors
    /// As [`Authorization::deny`].
    pub async fn deny_and_mute(&self, id: RequestId, by: Decider) -> Result<(), ApprovalError> {
        let now = self.inner.clock.now();
        self.send_away(id, Silence::Until(now.plus(MUTED_FOR)), by, now).await
    }

    async fn send_away(
        &self,
        id: RequestId,
        silence: Silence,
        by: Decider,
        now: Timestamp,
    ) -> Result<(), ApprovalError> {
        let result =
            self.inner.database.write(move |connection| deny(connection, id, silence, by, now)).await?;
        for id in result.iter().flatten().copied() {
            self.inner.announce(AuthorizationEvent::RequestDecided { id, approved: false, by });
        }
        result.map(|_| ())
    }
}

fn approve(
    connection: &Connection,
    id: RequestId,
    approval: &Approval,
    now: Timestamp,
) -> Result<Result<Approved, ApprovalError>, Error> {
    let Some(request) = store::requests::find(connection, id)? else {
        return Ok(Err(ApprovalError::NotFound(id)));
    };
    if !request.looked_up && request.status == Status::Pending {
        return Ok(Err(ApprovalError::NotLookedUp));
    }
    let browsers = store::requests::browsers(connection, id)?;
    // One code a browser, in the order of the browsers; a browser without one could never be chosen.
    let showing: Vec<_> =
        browsers.iter().filter_map(|(browser, shown)| shown.map(|shown| (*browser, shown))).collect();
    let facts = Facts {
        status: request.status,
        expires_at: request.expires_at,
        asked: request.scopes,
        code: request.code_required.then(|| CodeFacts {
            wrong_so_far: request.wrong_codes,
            shown: showing.iter().map(|(_, shown)| *shown).collect(),
        }),
    };
    let verdict = approval::judge(
        &facts,
        now,
        approval.scopes,
        approval.admin_confirmed,
        approval.code.as_deref(),
        id.as_bytes(),
    );
    match verdict {
        Verdict::Approve { scopes, browser } => {
            let browser = browser.and_then(|index| showing.get(index)).map(|(browser, _)| browser);
            store::requests::approve(connection, id, scopes, approval.duration, browser, now)?;
            let entry = AuditEntry {
                scopes: Some(scopes),
                outcome: Some(approval.duration.as_str().to_owned()),
                ..decision(&request, AuditKind::Approved, approval.by, now)
            };
            store::audit::append(connection, &entry)?;
            Ok(Ok(Approved { id, client_id: request.client_id, client_name: request.client_name, scopes }))
        }
        Verdict::WrongCode { tries_left } => {
            store::requests::count_wrong_code(connection, id)?;
            if tries_left > 0 {
                return Ok(Err(ApprovalError::WrongCode { tries_left }));
            }
            store::requests::advance(connection, id, Status::Pending, Status::Denied, now)?;
            let entry = AuditEntry {
                outcome: Some(format!("{MAX_WRONG_CODES} wrong codes")),
                ..decision(&request, AuditKind::Denied, approval.by, now)
            };
            store::audit::append(connection, &entry)?;
            Ok(Err(ApprovalError::TooManyWrongCodes))
        }
        Verdict::Refuse(refusal) => Ok(Err(match refusal {
            Refusal::AlreadyDecided => ApprovalError::AlreadyDecided,
            Refusal::Expired => ApprovalError::Expired,
            Refusal::CodeMissing => ApprovalError::CodeRequired,
            Refusal::ScopesNotAsked(scopes) => ApprovalError::ScopesNotAsked(scopes),
            Refusal::NoScopes => ApprovalError::NoScopes,
            Refusal::AdminNotConfirmed => ApprovalError::AdminNotConfirmed,
        })),
    }
}

/// Gives the requests that are denied by it.
fn deny(
    connection: &Connection,
    id: RequestId,
    silence: Silence,
    by: Decider,
    now: Timestamp,
) -> Result<Result<Vec<RequestId>, ApprovalError>, Error> {
    let Some(request) = store::requests::find(connection, id)? else {
        return Ok(Err(ApprovalError::NotFound(id)));
    };
    let silenced = match silence {
        Silence::No => false,
        // Both are worth taking even when the request has just expired.
        Silence::Forever => return Ok(Ok(super::blocks::block(connection, &request, by, now)?)),
        Silence::Until(until) => {
            let host = redirect_uri::host(&request.redirect_uri);
            store::mutes::add(connection, &request.client_id, &host, until, now)?;
            let entry = AuditEntry { outcome: Some(host), ..decision(&request, AuditKind::Muted, by, now) };
            store::audit::append(connection, &entry)?;
            true
        }
    };
    let refused = |why| Ok(if silenced { Ok(Vec::new()) } else { Err(why) });
    if request.status == Status::Pending && now >= request.expires_at {
        return refused(ApprovalError::Expired);
    }
    if !store::requests::advance(connection, id, Status::Pending, Status::Denied, now)? {
        return refused(ApprovalError::AlreadyDecided);
    }
    store::audit::append(connection, &decision(&request, AuditKind::Denied, by, now))?;
    Ok(Ok(vec![id]))
}

pub(super) fn decision(request: &StoredRequest, kind: AuditKind, by: Decider, now: Timestamp) -> AuditEntry {
    AuditEntry {
        request_id: Some(request.id),
        arrival: Some(request.arrival.clone()),
        by: Some(by),
        ..AuditEntry::new(now, kind).client(&request.client_id, &request.client_name)
    }
}
