//! Authorization codes, by their hashes. Used ones stay for a day, so that a replay is recognised.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, named_params, params};

use super::{scopes, timestamp};
use crate::duration::AccessDuration;
use crate::id::{GrantId, RequestId};
use crate::rules::exchange::StoredCode;
use crate::rules::pkce::CodeChallenge;
use crate::secret::{Browser, Code, TokenHash};

/// Adds the code of an approved request, for one browser.
pub(crate) fn insert(
    connection: &Connection,
    hash: &TokenHash<Code>,
    request: RequestId,
    browser: &TokenHash<Browser>,
    code: &StoredCode,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO codes (hash, request_id, browser_hash, client_id, client_name, redirect_uri,
                 code_challenge, scopes, resource, arrival, duration, expires_at, consent_hash, remembered_by)
             VALUES (:hash, :request, :browser, :client_id, :client_name, :redirect_uri, :challenge, :scopes,
                 :resource, :arrival, :duration, :expires_at, :consent_hash, :remembered_by)",
        )?
        .execute(named_params! {
            ":hash": hash,
            ":request": request,
            ":browser": browser,
            ":client_id": code.client_id,
            ":client_name": code.client_name,
            ":redirect_uri": code.redirect_uri,
            ":challenge": code.challenge.as_str(),
            ":scopes": code.scopes.to_string(),
            ":resource": code.resource,
            ":arrival": code.arrival,
            ":duration": code.duration,
            ":expires_at": code.expires_at.as_micros(),
            ":consent_hash": code.consent_hash,
            ":remembered_by": code.remembered_by,
        })?;
    Ok(())
}

/// The code of that hash.
pub(crate) fn find(connection: &Connection, hash: &TokenHash<Code>) -> rusqlite::Result<Option<StoredCode>> {
    connection
        .prepare_cached("SELECT * FROM codes WHERE hash = ?1")?
        .query_row([hash], |row| {
            Ok(StoredCode {
                client_id: row.get("client_id")?,
                client_name: row.get("client_name")?,
                redirect_uri: row.get("redirect_uri")?,
                challenge: CodeChallenge::from_store(row.get("code_challenge")?),
                scopes: scopes(row, "scopes")?,
                resource: row.get("resource")?,
                arrival: row.get("arrival")?,
                duration: row.get("duration")?,
                expires_at: timestamp(row, "expires_at")?,
                used: row.get::<_, Option<i64>>("used_at")?.is_some(),
                grant: row.get("grant_id")?,
                consent_hash: row.get("consent_hash")?,
                remembered_by: row.get("remembered_by")?,
            })
        })
        .optional()
}

/// Whether a code of this request was delivered to this browser and is neither used nor expired.
pub(crate) fn is_good_for(
    connection: &Connection,
    request: RequestId,
    browser: &TokenHash<Browser>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM codes WHERE request_id = ?1 AND browser_hash = ?2
                 AND used_at IS NULL AND expires_at > ?3)",
        )?
        .query_row(params![request, browser, now.as_micros()], |row| row.get(0))
}

/// Uses a code for a grant. `false`: it was used before; the statement itself is what makes it single use.
pub(crate) fn consume(
    connection: &Connection,
    hash: &TokenHash<Code>,
    grant: GrantId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached("UPDATE codes SET used_at = ?2, grant_id = ?3 WHERE hash = ?1 AND used_at IS NULL")?
        .execute(params![hash, now.as_micros(), grant])?;
    Ok(changed == 1)
}

/// Ends every unused code of a client.
pub(crate) fn void_of_client(connection: &Connection, client_id: &str) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM codes WHERE client_id = ?1 AND used_at IS NULL")?
        .execute([client_id])
}

/// Ends every unused code of this duration.
pub(crate) fn void_of_duration(connection: &Connection, duration: AccessDuration) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM codes WHERE duration = ?1 AND used_at IS NULL")?
        .execute([duration])
}

/// Removes codes that expired before `before`.
pub(crate) fn clear(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection.prepare_cached("DELETE FROM codes WHERE expires_at < ?1")?.execute([before.as_micros()])
}
