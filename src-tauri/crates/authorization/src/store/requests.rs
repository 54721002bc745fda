//! Authorization requests, and the browsers that may take their answers.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{optional_timestamp, scopes, timestamp, unreadable};
use crate::client::document::ClientIdUrl;
use crate::duration::AccessDuration;
use crate::id::RequestId;
use crate::rules::approval::Status;
use crate::scope::ScopeSet;
use crate::secret::{Browser, ConfirmationHash, TokenHash};

/// An authorization request as it is stored.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a column of its own")]
pub(crate) struct StoredRequest {
    pub(crate) id: RequestId,
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) verified: bool,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) code_challenge: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) resource: String,
    pub(crate) issuer: String,
    pub(crate) arrival: String,
    pub(crate) remote_address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) navigation: bool,
    pub(crate) requested_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) code_required: bool,
    /// Whether the browser was proved to be on this computer.
    pub(crate) proved: bool,
    pub(crate) wrong_codes: u8,
    pub(crate) status: Status,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) granted_scopes: ScopeSet,
    pub(crate) duration: AccessDuration,
    pub(crate) chosen_browser: Option<TokenHash<Browser>>,
    /// Whether the client is known to have this redirect URI. Until then nothing is sent there.
    pub(crate) looked_up: bool,
    /// What looking the client up found against it, for the waiting page.
    pub(crate) refused_because: Option<String>,
    /// What of the client is consented to; nothing as long as it was not looked up.
    pub(crate) consent_hash: Option<[u8; 32]>,
}

/// Adds a request.
pub(crate) fn insert(
    connection: &Connection,
    request: &StoredRequest,
    fingerprint: &[u8; 32],
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO authorization_requests (id, fingerprint, client_id, client_name, verified, redirect_uri,
                 state, code_challenge, scopes, resource, issuer, arrival, remote_address, user_agent,
                 navigation, requested_at, expires_at, code_required, status, looked_up, consent_hash)
             VALUES (:id, :fingerprint, :client_id, :client_name, :verified, :redirect_uri, :state,
                 :code_challenge, :scopes, :resource, :issuer, :arrival, :remote_address, :user_agent,
                 :navigation, :requested_at, :expires_at, :code_required, :status, :looked_up, :consent_hash)",
        )?
        .execute(named_params! {
            ":id": request.id,
            ":fingerprint": fingerprint,
            ":client_id": request.client_id,
            ":client_name": request.client_name,
            ":verified": request.verified,
            ":redirect_uri": request.redirect_uri,
            ":state": request.state,
            ":code_challenge": request.code_challenge,
            ":scopes": request.scopes.to_string(),
            ":resource": request.resource,
            ":issuer": request.issuer,
            ":arrival": request.arrival,
            ":remote_address": request.remote_address,
            ":user_agent": request.user_agent,
            ":navigation": request.navigation,
            ":requested_at": request.requested_at.as_micros(),
            ":expires_at": request.expires_at.as_micros(),
            ":code_required": request.code_required,
            ":status": request.status.as_str(),
            ":looked_up": request.looked_up,
            ":consent_hash": request.consent_hash,
        })?;
    Ok(())
}

/// The request of that id.
pub(crate) fn find(connection: &Connection, id: RequestId) -> rusqlite::Result<Option<StoredRequest>> {
    connection
        .prepare_cached("SELECT * FROM authorization_requests WHERE id = ?1")?
        .query_row([id], request)
        .optional()
}

/// The open request with these very parameters, if it is there.
pub(crate) fn find_twin(
    connection: &Connection,
    fingerprint: &[u8; 32],
    now: Timestamp,
) -> rusqlite::Result<Option<StoredRequest>> {
    connection
        .prepare_cached(
            "SELECT * FROM authorization_requests
             WHERE fingerprint = ?1 AND status = 'pending' AND expires_at > ?2
             ORDER BY requested_at DESC LIMIT 1",
        )?
        .query_row(params![fingerprint, now.as_micros()], request)
        .optional()
}

/// Every open request, oldest first.
pub(crate) fn list_pending(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<StoredRequest>> {
    connection
        .prepare_cached(
            "SELECT * FROM authorization_requests WHERE status = 'pending' AND expires_at > ?1
             ORDER BY requested_at, id",
        )?
        .query_map([now.as_micros()], request)?
        .collect()
}

/// Every request that is still called pending although its time has passed.
pub(crate) fn list_overdue(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<StoredRequest>> {
    connection
        .prepare_cached(
            "SELECT * FROM authorization_requests WHERE status = 'pending' AND expires_at <= ?1
             ORDER BY requested_at, id",
        )?
        .query_map([now.as_micros()], request)?
        .collect()
}

/// How many requests of this arrival are open, of everybody and of this client: those that a browser was led
/// to, or those that a page made in the background.
pub(crate) fn count_pending(
    connection: &Connection,
    arrival: &str,
    navigation: bool,
    client_id: &str,
    now: Timestamp,
) -> rusqlite::Result<(u32, u32)> {
    connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(client_id = ?1), 0) FROM authorization_requests
             WHERE status = 'pending' AND expires_at > ?2 AND arrival = ?3 AND navigation = ?4",
        )?
        .query_row(params![client_id, now.as_micros(), arrival, navigation], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
}

/// The oldest open request that nobody has looked at and that may make room for a newer one, of those that
/// [`count_pending`] counts: of this client, or of anybody's whose client was not looked up.
pub(crate) fn oldest_unopened(
    connection: &Connection,
    arrival: &str,
    navigation: bool,
    client_id: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<Option<StoredRequest>> {
    connection
        .prepare_cached(
            "SELECT * FROM authorization_requests
             WHERE status = 'pending' AND expires_at > ?2 AND arrival = ?3 AND navigation = ?4
                 AND opened = 0 AND proved = 0 AND wrong_codes = 0
                 AND CASE WHEN ?1 IS NULL THEN looked_up = 0 ELSE client_id = ?1 END
             ORDER BY requested_at, id LIMIT 1",
        )?
        .query_row(params![client_id, now.as_micros(), arrival, navigation], request)
        .optional()
}

/// Notes that the owner has it open.
pub(crate) fn open(connection: &Connection, id: RequestId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE authorization_requests SET opened = 1 WHERE id = ?1 AND opened = 0")?
        .execute([id])?;
    Ok(())
}

/// Notes that the client of an open request was looked up and is good. Whether the request was open.
pub(crate) fn looked_up(
    connection: &Connection,
    id: RequestId,
    client_name: &str,
    consent_hash: &[u8; 32],
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE authorization_requests SET looked_up = 1, client_name = ?2, consent_hash = ?3
             WHERE id = ?1 AND status = 'pending'",
        )?
        .execute(params![id, client_name, consent_hash])?;
    Ok(changed == 1)
}

/// Denies an open request whose client was looked up and is not good. Whether it was open.
pub(crate) fn refuse(
    connection: &Connection,
    id: RequestId,
    because: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE authorization_requests SET status = 'denied', decided_at = ?3, refused_because = ?2
             WHERE id = ?1 AND status = 'pending' AND looked_up = 0",
        )?
        .execute(params![id, because, now.as_micros()])?;
    Ok(changed == 1)
}

/// Approves an open request. Whether it was open. A browser that was chosen before, by proof, stays the
/// chosen one.
pub(crate) fn approve(
    connection: &Connection,
    id: RequestId,
    granted: ScopeSet,
    duration: AccessDuration,
    browser: Option<&TokenHash<Browser>>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE authorization_requests
             SET status = 'approved', decided_at = ?2, granted_scopes = ?3, duration = ?4,
                 chosen_browser = coalesce(chosen_browser, ?5)
             WHERE id = ?1 AND status = 'pending' AND looked_up = 1",
        )?
        .execute(params![id, now.as_micros(), granted.to_string(), duration, browser])?;
    Ok(changed == 1)
}

/// Notes that this browser of an open request is on this computer: no code has to be typed any more, and only
/// this browser gets the answer; and it may wait as long as one that began here. Whether that was still to be
/// noted.
pub(crate) fn prove(
    connection: &Connection,
    id: RequestId,
    browser: &TokenHash<Browser>,
    lifetime: Duration,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE authorization_requests SET proved = 1, code_required = 0, chosen_browser = ?2,
                 expires_at = max(expires_at, requested_at + ?4)
             WHERE id = ?1 AND status = 'pending' AND expires_at > ?3 AND code_required = 1 AND proved = 0",
        )?
        .execute(params![id, browser, now.as_micros(), micros(lifetime)])?;
    Ok(changed == 1)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Moves a request from one status to another. Whether it stood there.
pub(crate) fn advance(
    connection: &Connection,
    id: RequestId,
    from: Status,
    to: Status,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE authorization_requests SET status = ?3, decided_at = coalesce(decided_at, ?4)
             WHERE id = ?1 AND status = ?2",
        )?
        .execute(params![id, from.as_str(), to.as_str(), now.as_micros()])?;
    Ok(changed == 1)
}

/// Counts a wrong code.
pub(crate) fn count_wrong_code(connection: &Connection, id: RequestId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE authorization_requests SET wrong_codes = wrong_codes + 1 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Every request of a client that is open, or approved and not picked up; oldest first.
pub(crate) fn list_undelivered(
    connection: &Connection,
    client_id: &str,
) -> rusqlite::Result<Vec<StoredRequest>> {
    connection
        .prepare_cached(
            "SELECT * FROM authorization_requests
             WHERE client_id = ?1 AND status IN ('pending', 'approved') ORDER BY requested_at, id",
        )?
        .query_map([client_id], request)?
        .collect()
}

/// Denies every open or approved request of a client.
pub(crate) fn void_of_client(
    connection: &Connection,
    client_id: &str,
    now: Timestamp,
) -> rusqlite::Result<Vec<StoredRequest>> {
    connection
        .prepare_cached(
            "UPDATE authorization_requests SET status = 'denied', decided_at = ?2
             WHERE client_id = ?1 AND status IN ('pending', 'approved') RETURNING *",
        )?
        .query_map(params![client_id, now.as_micros()], request)?
        .collect()
}

/// Denies every approved request of this duration whose code was not taken yet.
pub(crate) fn void_of_duration(
    connection: &Connection,
    duration: AccessDuration,
    now: Timestamp,
) -> rusqlite::Result<Vec<StoredRequest>> {
    connection
        .prepare_cached(
            "UPDATE authorization_requests SET status = 'denied', decided_at = ?2
             WHERE duration = ?1 AND status = 'approved' RETURNING *",
        )?
        .query_map(params![duration, now.as_micros()], request)?
        .collect()
}

/// Lets a browser take the request's answer.
pub(crate) fn add_browser(
    connection: &Connection,
    id: RequestId,
    browser: &TokenHash<Browser>,
    confirmation: Option<&ConfirmationHash>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO request_browsers (request_id, browser_hash, confirmation_hash)
             VALUES (?1, ?2, ?3)",
        )?
        .execute(params![id, browser, confirmation])?;
    Ok(())
}

/// The browsers of a request, each with the hash of the code its page shows.
pub(crate) fn browsers(
    connection: &Connection,
    id: RequestId,
) -> rusqlite::Result<Vec<(TokenHash<Browser>, Option<ConfirmationHash>)>> {
    connection
        .prepare_cached(
            "SELECT browser_hash, confirmation_hash FROM request_browsers WHERE request_id = ?1
             ORDER BY browser_hash",
        )?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Removes requests that ended before `before`.
pub(crate) fn clear(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM authorization_requests WHERE expires_at < ?1 AND status <> 'pending'")?
        .execute([before.as_micros()])
}

impl StoredRequest {
    /// Where the answer goes; nowhere as long as nobody knows that this is the client's own address.
    pub(crate) fn answer_to(&self) -> Option<&str> {
        self.looked_up.then_some(self.redirect_uri.as_str())
    }

    /// The host that vouches for the client by having its metadata document, if that is how it is known.
    pub(crate) fn vouching_host(&self) -> Option<String> {
        if !self.looked_up || self.verified {
            return None;
        }
        ClientIdUrl::parse(&self.client_id).ok().map(|url| url.host().to_owned())
    }

    /// Until when an approval may be picked up by its browser.
    pub(crate) fn pickup_until(&self, lifetime: Duration) -> Timestamp {
        self.decided_at.unwrap_or(self.requested_at).plus(lifetime)
    }
}

fn request(row: &Row<'_>) -> rusqlite::Result<StoredRequest> {
    let status: String = row.get("status")?;
    let granted: Option<String> = row.get("granted_scopes")?;
    Ok(StoredRequest {
        id: row.get("id")?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        verified: row.get("verified")?,
        redirect_uri: row.get("redirect_uri")?,
        state: row.get("state")?,
        code_challenge: row.get("code_challenge")?,
        scopes: scopes(row, "scopes")?,
        resource: row.get("resource")?,
        issuer: row.get("issuer")?,
        arrival: row.get("arrival")?,
        remote_address: row.get("remote_address")?,
        user_agent: row.get("user_agent")?,
        navigation: row.get("navigation")?,
        requested_at: timestamp(row, "requested_at")?,
        expires_at: timestamp(row, "expires_at")?,
        code_required: row.get("code_required")?,
        proved: row.get("proved")?,
        wrong_codes: row.get("wrong_codes")?,
        status: Status::from_stored(&status).ok_or_else(|| unreadable("status"))?,
        decided_at: optional_timestamp(row, "decided_at")?,
        granted_scopes: granted.map_or(ScopeSet::EMPTY, |text| ScopeSet::narrowed_from(&text)),
        duration: row.get("duration")?,
        chosen_browser: row.get("chosen_browser")?,
        looked_up: row.get("looked_up")?,
        refused_because: row.get("refused_because")?,
        consent_hash: row.get("consent_hash")?,
    })
}
