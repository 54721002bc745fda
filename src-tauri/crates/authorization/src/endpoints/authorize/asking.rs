//! The transaction behind `/oauth/authorize`: a new entry, the same one again, or none.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;

use crate::Error;
use crate::arrival::Arrival;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::duration::AccessDuration;
use crate::endpoints::context::Context;
use crate::id::RequestId;
use crate::rules::approval::Status;
use crate::rules::authorize::{self, ValidRequest};
use crate::rules::redirect_uri;
use crate::rules::remember::{self, Given};
use crate::scope::ScopeSet;
use crate::secret::{Browser, ConfirmationCode, ConfirmationHash, Remembered, Token, TokenHash};
use crate::store;
use crate::store::requests::StoredRequest;

/// How many requests of one arrival may wait at once: of all clients, and of one. What pages ask for in the
/// background is counted apart, so that no website can fill the places of real requests.
const MAX_PENDING: u32 = 32;
const MAX_PENDING_OF_CLIENT: u32 = 5;
/// How long after a request the same one from another browser still counts as asked twice. Browsers that
/// load ahead ask twice at nearly the same moment, before the first answer's cookie is there.
const TWIN_WINDOW: Duration = Duration::from_secs(10);
/// How many browsers may take one request's answer.
const MAX_BROWSERS: usize = 4;

/// What the transaction came to.
pub(super) enum Outcome {
    /// A new entry, and the one that made room for it.
    Asked {
        id: RequestId,
        replaced: Option<RequestId>,
    },
    /// A new entry that an earlier yes covers: it is approved.
    Remembered {
        id: RequestId,
        replaced: Option<RequestId>,
    },
    /// The same browser asked the same again.
    Known(RequestId),
    /// Another contact of what is most likely the same browser; it may take the answer as well.
    Joined(RequestId),
    Blocked,
    TooMany,
}

/// Who asks, as the entry has it.
pub(super) struct Applicant {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) verified: bool,
    /// What is consented to; nothing as long as the client was not looked up.
    pub(super) consent_hash: Option<[u8; 32]>,
    /// Whether more stands behind it than its own word, be it for its name or only for its host.
    pub(super) vouched_for: bool,
}

/// Everything the transaction needs.
pub(super) struct Asking {
    pub(super) client: Applicant,
    pub(super) request: ValidRequest,
    pub(super) context: Context,
    /// The secrets of requests that the browser has shown, by their hashes.
    pub(super) shown: Vec<TokenHash<Browser>>,
    /// The secret that a new entry would get.
    pub(super) fresh: TokenHash<Browser>,
    pub(super) id: RequestId,
    pub(super) confirmation: Option<ConfirmationHash>,
    /// For a twin the code must follow from the twin's id, which is only known in the transaction.
    pub(super) secret: Token<Browser>,
    pub(super) expires_at: Timestamp,
    /// What an earlier yes would be known by.
    pub(super) remembers: bool,
    pub(super) prompt: bool,
    pub(super) known_by: Option<TokenHash<Remembered>>,
    pub(super) now: Timestamp,
}

pub(super) fn store_request(connection: &Connection, asking: &Asking) -> Result<Outcome, Error> {
    let Asking { client, request, context, now, .. } = asking;
    let host = redirect_uri::host(&request.redirect_uri);
    if store::blocks::contains(connection, &client.id, &host)? {
        return Ok(Outcome::Blocked);
    }
    let arrival = context.arrival.to_string();
    let fingerprint = authorize::fingerprint(&client.id, request, &arrival);
    if let Some(twin) = store::requests::find_twin(connection, &fingerprint, *now)? {
        let browsers = store::requests::browsers(connection, twin.id)?;
        if browsers.iter().any(|(browser, _)| asking.shown.contains(browser)) {
            return Ok(Outcome::Known(twin.id));
        }
        // One entry, so that the owner is not asked twice. That another browser may take the answer is safe:
        // through the tunnel the typed code chooses the browser that shows it, and the answers on this
        // computer can be read by nobody outside it.
        if now.since(twin.requested_at) < TWIN_WINDOW
            && twin.user_agent == context.user_agent
            && browsers.len() < MAX_BROWSERS
            // A proved request has its browser; another one would only be told that it gets nothing.
            && !twin.proved
        {
            let confirmation = twin.code_required.then(|| {
                ConfirmationCode::derived_from(&asking.secret, twin.id.as_bytes()).hash(twin.id.as_bytes())
            });
            store::requests::add_browser(connection, twin.id, &asking.fresh, confirmation.as_ref())?;
            return Ok(Outcome::Joined(twin.id));
        }
    }
    let Ok(replaced) = make_room(connection, asking, &arrival)? else { return Ok(Outcome::TooMany) };
    let stored = entry(asking, &arrival);
    store::requests::insert(connection, &stored, &fingerprint)?;
    store::requests::add_browser(connection, asking.id, &asking.fresh, asking.confirmation.as_ref())?;
    let line = AuditEntry {
        remote_address: stored.remote_address.clone(),
        user_agent: stored.user_agent.clone(),
        scopes: Some(request.scopes),
        ..told(&stored, AuditKind::Asked, Decider::Client, *now)
    };
    store::audit::append(connection, &line)?;
    if !is_remembered(connection, asking, &host)? {
        return Ok(Outcome::Asked { id: asking.id, replaced });
    }
    store::requests::approve(
        connection,
        asking.id,
        request.scopes,
        AccessDuration::UntilRevoked,
        Some(&asking.fresh),
        *now,
    )?;
    let line = AuditEntry {
        scopes: Some(request.scopes),
        outcome: Some("remembered".to_owned()),
        ..told(&stored, AuditKind::Approved, Decider::Rule, *now)
    };
    store::audit::append(connection, &line)?;
    Ok(Outcome::Remembered { id: asking.id, replaced })
}

/// Makes sure that one more may wait. Everybody shares the ids of public clients, so a stranger who asks under one
/// must not keep the owner out who asks under it too: the newest takes the place of the oldest that nobody has
/// looked at. An id that is only a URL anybody can invent, so entries of such ids give way to each other as well.
/// `Err`: all places are taken.
fn make_room(
    connection: &Connection,
    asking: &Asking,
    arrival: &str,
) -> Result<Result<Option<RequestId>, ()>, Error> {
    let Asking { client, context, now, .. } = asking;
    let (all, of_client) =
        store::requests::count_pending(connection, arrival, context.navigation, &client.id, *now)?;
    let whose = if of_client >= MAX_PENDING_OF_CLIENT {
        Some(client.id.as_str())
    } else if all >= MAX_PENDING {
        None
    } else {
        return Ok(Ok(None));
    };
    let oldest = store::requests::oldest_unopened(connection, arrival, context.navigation, whose, *now)?;
    let Some(oldest) = oldest else { return Ok(Err(())) };
    store::requests::advance(connection, oldest.id, Status::Pending, Status::Denied, *now)?;
    let line = AuditEntry {
        outcome: Some("a newer request took its place".to_owned()),
        ..told(&oldest, AuditKind::Denied, Decider::Rule, *now)
    };
    store::audit::append(connection, &line)?;
    Ok(Ok(Some(oldest.id)))
}

fn is_remembered(connection: &Connection, asking: &Asking, host: &str) -> Result<bool, Error> {
    let Asking { client, request, context, now, .. } = asking;
    let Some(consent_hash) = client.consent_hash.filter(|_| asking.remembers) else { return Ok(false) };
    let asked = remember::Asked {
        enabled: asking.remembers,
        vouched_for: client.vouched_for,
        redirect_uri: request.redirect_uri.clone(),
        resource: request.resource.clone(),
        scopes: request.scopes,
        consent_hash,
        local: context.arrival == Arrival::Local,
        document: context.document,
        prompt: asking.prompt,
        muted: store::mutes::contains(connection, &client.id, host, *now)?,
        shown: asking.known_by,
    };
    let given: Vec<Given> = store::grants::live_of_client(connection, &client.id, *now)?
        .into_iter()
        .map(|grant| Given {
            redirect_host: grant.redirect_host,
            resource: grant.resource,
            scopes: grant.scopes,
            duration: grant.duration,
            consent_hash: grant.consent_hash,
            browser: grant.remembered_by,
        })
        .collect();
    Ok(remember::covers(&asked, &given))
}

fn entry(asking: &Asking, arrival: &str) -> StoredRequest {
    let Asking { client, request, context, now, .. } = asking;
    StoredRequest {
        id: asking.id,
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        verified: client.verified,
        redirect_uri: request.redirect_uri.clone(),
        state: request.state.clone(),
        code_challenge: request.challenge.as_str().to_owned(),
        scopes: request.scopes,
        resource: request.resource.clone(),
        issuer: context.origin.as_str().to_owned(),
        arrival: arrival.to_owned(),
        remote_address: context.peer.map(|address| address.to_string()),
        user_agent: context.user_agent.clone(),
        navigation: context.navigation,
        requested_at: *now,
        expires_at: asking.expires_at,
        code_required: asking.confirmation.is_some(),
        proved: false,
        wrong_codes: 0,
        status: Status::Pending,
        decided_at: None,
        granted_scopes: ScopeSet::EMPTY,
        // Until the owner chooses another.
        duration: AccessDuration::UntilRevoked,
        chosen_browser: None,
        looked_up: client.consent_hash.is_some(),
        refused_because: None,
        consent_hash: client.consent_hash,
    }
}

fn told(request: &StoredRequest, kind: AuditKind, by: Decider, now: Timestamp) -> AuditEntry {
    AuditEntry {
        request_id: Some(request.id),
        arrival: Some(request.arrival.clone()),
        by: Some(by),
        ..AuditEntry::new(now, kind).client(&request.client_id, &request.client_name)
    }
}
