//! Access and refresh tokens, by their hashes.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{optional_timestamp, scopes, timestamp};
use crate::id::GrantId;
use crate::rules::refresh::{Rotation, StoredRefresh};
use crate::scope::ScopeSet;
use crate::secret::{Access, Refresh, TokenHash};

/// An access token as it is stored, with what it needs of its grant.
#[derive(Clone, Debug)]
pub(crate) struct StoredAccess {
    pub(crate) grant: GrantId,
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) resource: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) expires_at: Timestamp,
    /// Tokens from before this was kept have none.
    pub(crate) issued_at: Option<Timestamp>,
}

/// Adds an access token.
pub(crate) fn insert_access(
    connection: &Connection,
    hash: &TokenHash<Access>,
    grant: GrantId,
    scopes: ScopeSet,
    expires_at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO access_tokens (hash, grant_id, scopes, expires_at, issued_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![hash, grant, scopes.to_string(), expires_at.as_micros(), now.as_micros()])?;
    Ok(())
}

/// The access token of that hash, if its grant is live.
pub(crate) fn find_access(
    connection: &Connection,
    hash: &TokenHash<Access>,
) -> rusqlite::Result<Option<StoredAccess>> {
    connection
        .prepare_cached(
            "SELECT token.grant_id, token.scopes, token.expires_at, token.issued_at, granted.client_id,
                 granted.client_name, granted.resource
             FROM access_tokens AS token JOIN grants AS granted ON granted.id = token.grant_id
             WHERE token.hash = ?1 AND granted.revoked_at IS NULL",
        )?
        .query_row([hash], |row| {
            Ok(StoredAccess {
                grant: row.get("grant_id")?,
                client_id: row.get("client_id")?,
                client_name: row.get("client_name")?,
                resource: row.get("resource")?,
                scopes: scopes(row, "scopes")?,
                expires_at: timestamp(row, "expires_at")?,
                issued_at: optional_timestamp(row, "issued_at")?,
            })
        })
        .optional()
}

/// Removes one access token.
pub(crate) fn delete_access(connection: &Connection, hash: &TokenHash<Access>) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM access_tokens WHERE hash = ?1")?.execute([hash])?;
    Ok(())
}

/// Adds a refresh token. `predecessor`: the one it was given for.
pub(crate) fn insert_refresh(
    connection: &Connection,
    hash: &TokenHash<Refresh>,
    grant: GrantId,
    predecessor: Option<&TokenHash<Refresh>>,
    idle_expires_at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO refresh_tokens (hash, grant_id, predecessor, idle_expires_at, issued_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![hash, grant, predecessor, idle_expires_at.as_micros(), now.as_micros()])?;
    Ok(())
}

/// When a refresh token was issued, where that is known.
pub(crate) fn refresh_issued_at(
    connection: &Connection,
    hash: &TokenHash<Refresh>,
) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached("SELECT issued_at FROM refresh_tokens WHERE hash = ?1")?
        .query_row([hash], |row| optional_timestamp(row, "issued_at"))
        .optional()
        .map(Option::flatten)
}

/// The refresh token of that hash with its grant's id and name, if the grant is live.
pub(crate) fn find_refresh(
    connection: &Connection,
    hash: &TokenHash<Refresh>,
) -> rusqlite::Result<Option<(GrantId, String, StoredRefresh)>> {
    connection
        .prepare_cached(
            "SELECT token.grant_id, token.idle_expires_at, token.rotated_at, token.rotated_scopes,
                 token.sealed_answer, granted.client_id, granted.client_name, granted.resource, granted.scopes,
                 granted.absolute_expires_at
             FROM refresh_tokens AS token JOIN grants AS granted ON granted.id = token.grant_id
             WHERE token.hash = ?1 AND granted.revoked_at IS NULL",
        )?
        .query_row([hash], |row| {
            let rotation = match optional_timestamp(row, "rotated_at")? {
                None => None,
                Some(at) => {
                    Some(Rotation { at, scopes: scopes(row, "rotated_scopes")?, sealed: row.get("sealed_answer")? })
                }
            };
            let token = StoredRefresh {
                client_id: row.get("client_id")?,
                resource: row.get("resource")?,
                scopes: scopes(row, "scopes")?,
                idle_expires_at: timestamp(row, "idle_expires_at")?,
                absolute_expires_at: timestamp(row, "absolute_expires_at")?,
                rotation,
            };
            Ok((row.get("grant_id")?, row.get("client_name")?, token))
        })
        .optional()
}

/// Marks a refresh token as exchanged, with the sealed answer for a retry, and takes away the sealed answer
/// that gave this token: its successor is used now. `false`: it was exchanged before.
pub(crate) fn rotate(
    connection: &Connection,
    hash: &TokenHash<Refresh>,
    scopes: ScopeSet,
    sealed: &[u8],
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE refresh_tokens SET rotated_at = ?2, rotated_scopes = ?3, sealed_answer = ?4
             WHERE hash = ?1 AND rotated_at IS NULL",
        )?
        .execute(params![hash, now.as_micros(), scopes.to_string(), sealed])?;
    connection
        .prepare_cached(
            "UPDATE refresh_tokens SET sealed_answer = NULL
             WHERE hash = (SELECT predecessor FROM refresh_tokens WHERE hash = ?1)",
        )?
        .execute([hash])?;
    Ok(changed == 1)
}

/// Removes the sealed answers of rotations before `before`.
pub(crate) fn clear_sealed(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE refresh_tokens SET sealed_answer = NULL WHERE sealed_answer IS NOT NULL AND rotated_at < ?1",
        )?
        .execute([before.as_micros()])
}

/// Removes tokens that expired before `now`. A rotated refresh token stays until then, so that its replay is
/// recognised.
pub(crate) fn clear(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM access_tokens WHERE expires_at < ?1")?
        .execute([now.as_micros()])?;
    connection
        .prepare_cached("DELETE FROM refresh_tokens WHERE idle_expires_at < ?1")?
        .execute([now.as_micros()])?;
    Ok(())
}
