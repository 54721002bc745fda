//! Grants: what the owner gave to a client.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{optional_timestamp, scopes, timestamp};
use crate::duration::AccessDuration;
use crate::id::GrantId;
use crate::scope::ScopeSet;
use crate::secret::{Remembered, TokenHash};

/// A grant as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredGrant {
    pub(crate) id: GrantId,
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) redirect_host: String,
    pub(crate) resource: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) arrival: String,
    pub(crate) duration: AccessDuration,
    pub(crate) created_at: Timestamp,
    pub(crate) absolute_expires_at: Timestamp,
    pub(crate) idle_expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    /// What of the client was consented to, as a hash.
    pub(crate) consent_hash: Option<[u8; 32]>,
    /// The browser that took its code, where consent may be remembered for it.
    pub(crate) remembered_by: Option<TokenHash<Remembered>>,
}

/// Adds a grant.
pub(crate) fn insert(connection: &Connection, grant: &StoredGrant) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO grants (id, client_id, client_name, redirect_host, resource, scopes, arrival,
                 duration, created_at, absolute_expires_at, idle_expires_at, consent_hash, remembered_by)
             VALUES (:id, :client_id, :client_name, :redirect_host, :resource, :scopes, :arrival, :duration,
                 :created_at, :absolute_expires_at, :idle_expires_at, :consent_hash, :remembered_by)",
        )?
        .execute(named_params! {
            ":id": grant.id,
            ":client_id": grant.client_id,
            ":client_name": grant.client_name,
            ":redirect_host": grant.redirect_host,
            ":resource": grant.resource,
            ":scopes": grant.scopes.to_string(),
            ":arrival": grant.arrival,
            ":duration": grant.duration,
            ":created_at": grant.created_at.as_micros(),
            ":absolute_expires_at": grant.absolute_expires_at.as_micros(),
            ":idle_expires_at": grant.idle_expires_at.as_micros(),
            ":consent_hash": grant.consent_hash,
            ":remembered_by": grant.remembered_by,
        })?;
    Ok(())
}

/// The grant of that id, if it was not revoked.
pub(crate) fn find_live(connection: &Connection, id: GrantId) -> rusqlite::Result<Option<StoredGrant>> {
    connection
        .prepare_cached("SELECT * FROM grants WHERE id = ?1 AND revoked_at IS NULL")?
        .query_row([id], grant)
        .optional()
}

/// Every grant that is neither revoked nor expired, oldest first.
pub(crate) fn list_live(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<StoredGrant>> {
    connection
        .prepare_cached(
            "SELECT * FROM grants WHERE revoked_at IS NULL AND absolute_expires_at > ?1 AND idle_expires_at > ?1
             ORDER BY created_at, id",
        )?
        .query_map([now.as_micros()], grant)?
        .collect()
}

/// Every grant of a client that is neither revoked nor expired.
pub(crate) fn live_of_client(
    connection: &Connection,
    client_id: &str,
    now: Timestamp,
) -> rusqlite::Result<Vec<StoredGrant>> {
    connection
        .prepare_cached(
            "SELECT * FROM grants WHERE client_id = ?1 AND revoked_at IS NULL
                 AND absolute_expires_at > ?2 AND idle_expires_at > ?2 ORDER BY created_at, id",
        )?
        .query_map(params![client_id, now.as_micros()], grant)?
        .collect()
}

/// Every grant of a client that was not revoked.
pub(crate) fn of_client(connection: &Connection, client_id: &str) -> rusqlite::Result<Vec<StoredGrant>> {
    connection
        .prepare_cached(
            "SELECT * FROM grants WHERE client_id = ?1 AND revoked_at IS NULL ORDER BY created_at, id",
        )?
        .query_map([client_id], grant)?
        .collect()
}

/// Every grant of this duration that was not revoked.
pub(crate) fn of_duration(
    connection: &Connection,
    duration: AccessDuration,
) -> rusqlite::Result<Vec<StoredGrant>> {
    connection
        .prepare_cached(
            "SELECT * FROM grants WHERE duration = ?1 AND revoked_at IS NULL ORDER BY created_at, id",
        )?
        .query_map([duration], grant)?
        .collect()
}

/// Every client that has a live grant, an open request or an unused code.
pub(crate) fn clients_with_anything(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT client_id FROM grants WHERE revoked_at IS NULL
             UNION SELECT client_id FROM authorization_requests WHERE status IN ('pending', 'approved')
             UNION SELECT client_id FROM codes WHERE used_at IS NULL",
        )?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Revokes a grant and removes its tokens. Whether it was live before.
pub(crate) fn revoke(connection: &Connection, id: GrantId, now: Timestamp) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached("UPDATE grants SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
        .execute(params![id, now.as_micros()])?;
    connection.prepare_cached("DELETE FROM access_tokens WHERE grant_id = ?1")?.execute([id])?;
    connection.prepare_cached("DELETE FROM refresh_tokens WHERE grant_id = ?1")?.execute([id])?;
    Ok(changed == 1)
}

/// Moves the idle expiry on.
pub(crate) fn extend(
    connection: &Connection,
    id: GrantId,
    idle_expires_at: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE grants SET idle_expires_at = ?2 WHERE id = ?1")?
        .execute(params![id, idle_expires_at.as_micros()])?;
    Ok(())
}

/// Notes that a grant was used.
pub(crate) fn touch(connection: &Connection, id: GrantId, at: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE grants SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE id = ?1")?
        .execute(params![id, at.as_micros()])?;
    Ok(())
}

/// Removes grants that were revoked or that expired before `before`; their tokens go with them.
pub(crate) fn clear(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM grants WHERE coalesce(revoked_at, min(absolute_expires_at, idle_expires_at)) < ?1",
        )?
        .execute([before.as_micros()])
}

fn grant(row: &Row<'_>) -> rusqlite::Result<StoredGrant> {
    Ok(StoredGrant {
        id: row.get("id")?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        redirect_host: row.get("redirect_host")?,
        resource: row.get("resource")?,
        scopes: scopes(row, "scopes")?,
        arrival: row.get("arrival")?,
        duration: row.get("duration")?,
        created_at: timestamp(row, "created_at")?,
        absolute_expires_at: timestamp(row, "absolute_expires_at")?,
        idle_expires_at: timestamp(row, "idle_expires_at")?,
        last_used_at: optional_timestamp(row, "last_used_at")?,
        consent_hash: row.get("consent_hash")?,
        remembered_by: row.get("remembered_by")?,
    })
}
