//! Clients that were registered. Those that come with the program are not here.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value};

use super::{optional_timestamp, timestamp, unreadable};
use crate::audit::Decider;
use crate::client::pre_registered::{StaticClient, StaticSource};
use crate::client::secret::SecretHash;
use crate::client::{Authentication, Client, Registration, Secrets};
use crate::secret::{Management, TokenHash};

/// Adds a client that registered itself. `management`: what it manages its registration with.
pub(crate) fn insert(
    connection: &Connection,
    client: &Client,
    metadata: &Map<String, Value>,
    management: &TokenHash<Management>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO clients (id, registration, name, redirect_uris, metadata, registered_at,
                 registration_token_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            client.id,
            client.registration.as_str(),
            client.name,
            list_of(&client.redirect_uris),
            Value::Object(metadata.clone()).to_string(),
            now.as_micros(),
            management
        ])?;
    Ok(())
}

/// Adds a client that the owner registered, or puts it in place of what stands there under its id.
pub(crate) fn put_static(
    connection: &Connection,
    client: &StaticClient,
    source: StaticSource,
    by: Decider,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO clients (id, registration, name, redirect_uris, metadata, registered_at, source,
                 secret_hash, introspects, added_by)
             VALUES (?1, 'static', ?2, ?3, '{}', ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris,
                 source = excluded.source, added_by = excluded.added_by, secret_hash = excluded.secret_hash,
                 introspects = excluded.introspects, old_secret_hash = NULL, old_secret_until = NULL",
        )?
        .execute(params![
            client.id,
            client.name,
            list_of(&client.redirect_uris),
            now.as_micros(),
            source.as_str(),
            client.secret,
            client.secret.map(|_| list_of(&client.introspects)),
            by.as_str(),
        ])?;
    Ok(())
}

/// Puts a new secret in the place of a client's own, which becomes the old one until `overlap_until`.
pub(crate) fn rotate_secret(
    connection: &Connection,
    id: &str,
    secret: &SecretHash,
    overlap_until: Option<Timestamp>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE clients SET old_secret_hash = CASE WHEN ?3 IS NULL THEN NULL ELSE secret_hash END,
                 old_secret_until = ?3, secret_hash = ?2
             WHERE id = ?1",
        )?
        .execute(params![id, secret, overlap_until.map(Timestamp::as_micros)])?;
    Ok(())
}

/// Takes away old secrets whose time has passed.
pub(crate) fn clear_old_secrets(connection: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE clients SET old_secret_hash = NULL, old_secret_until = NULL WHERE old_secret_until <= ?1",
        )?
        .execute([now.as_micros()])
}

/// A registration as its client manages it (RFC 7592).
pub(crate) struct Managed {
    pub(crate) client: Client,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) registered_at: Timestamp,
}

/// The registration of that id, if this is its token.
pub(crate) fn find_managed(
    connection: &Connection,
    id: &str,
    management: &TokenHash<Management>,
) -> rusqlite::Result<Option<Managed>> {
    connection
        .prepare_cached("SELECT * FROM clients WHERE id = ?1 AND registration_token_hash IS NOT NULL")?
        .query_row([id], |row| {
            let known: TokenHash<Management> = row.get("registration_token_hash")?;
            if !known.matches(management) {
                return Ok(None);
            }
            let metadata: String = row.get("metadata")?;
            Ok(Some(Managed {
                client: client(row)?,
                metadata: serde_json::from_str(&metadata).map_err(|_| unreadable("metadata"))?,
                registered_at: timestamp(row, "registered_at")?,
            }))
        })
        .optional()
        .map(Option::flatten)
}

/// Changes a registration, and the token that manages it.
pub(crate) fn change_managed(
    connection: &Connection,
    client: &Client,
    metadata: &Map<String, Value>,
    management: &TokenHash<Management>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE clients SET name = ?2, redirect_uris = ?3, metadata = ?4, registration_token_hash = ?5
             WHERE id = ?1",
        )?
        .execute(params![
            client.id,
            client.name,
            list_of(&client.redirect_uris),
            Value::Object(metadata.clone()).to_string(),
            management
        ])?;
    Ok(())
}

/// Removes a client. What it was given is to be ended before.
pub(crate) fn remove(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM clients WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The client of that id.
pub(crate) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<Client>> {
    connection.prepare_cached("SELECT * FROM clients WHERE id = ?1")?.query_row([id], client).optional()
}

/// Notes that a client has proved itself by an exchange.
pub(crate) fn touch(connection: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE clients SET last_used_at = ?2 WHERE id = ?1")?
        .execute(params![id, now.as_micros()])?;
    Ok(())
}

/// A registered client with its times, for a listing.
pub(crate) struct Listed {
    pub(crate) client: Client,
    /// Where it is written down, if the owner registered it.
    pub(crate) source: Option<StaticSource>,
    /// By whose hand, if the owner registered it.
    pub(crate) added_by: Option<Decider>,
    pub(crate) registered_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// All registered clients, oldest first.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<Listed>> {
    connection
        .prepare_cached("SELECT * FROM clients ORDER BY registered_at, id")?
        .query_map([], listed)?
        .collect()
}

/// The registered client of that id, as in a listing.
pub(crate) fn find_listed(connection: &Connection, id: &str) -> rusqlite::Result<Option<Listed>> {
    connection.prepare_cached("SELECT * FROM clients WHERE id = ?1")?.query_row([id], listed).optional()
}

/// Whether nothing hangs on a client: no live grant, no open request, no code that could still be used.
pub(crate) fn is_idle(connection: &Connection, id: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM clients WHERE id = ?1 AND {IDLE})"))?
        .query_row([id], |row| row.get(0))
}

/// A client is idle when no live grant and no open request hangs on it.
const IDLE: &str =
    "NOT EXISTS (SELECT 1 FROM grants WHERE grants.client_id = clients.id AND revoked_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM authorization_requests AS request
                    WHERE request.client_id = clients.id AND request.status IN ('pending', 'approved'))
    AND NOT EXISTS (SELECT 1 FROM codes WHERE codes.client_id = clients.id AND used_at IS NULL)";

/// How many spare clients there are: those that registered themselves and are idle.
pub(crate) fn count_spare(connection: &Connection) -> rusqlite::Result<u32> {
    connection
        .prepare_cached(&format!("SELECT count(*) FROM clients WHERE registration = 'dynamic' AND {IDLE}"))?
        .query_row([], |row| row.get(0))
}

/// Removes the oldest spare client that was registered before `before`. Whether there was one.
pub(crate) fn evict_oldest_spare(connection: &Connection, before: Timestamp) -> rusqlite::Result<bool> {
    let removed = connection
        .prepare_cached(&format!(
            "DELETE FROM clients WHERE id =
                 (SELECT id FROM clients WHERE registration = 'dynamic' AND registered_at < ?1 AND {IDLE}
                  ORDER BY registered_at LIMIT 1)"
        ))?
        .execute([before.as_micros()])?;
    Ok(removed > 0)
}

/// Removes every spare client that was registered, and last used, before `before`.
pub(crate) fn clear_spare(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(&format!(
            "DELETE FROM clients WHERE registration = 'dynamic' AND registered_at < ?1
                 AND coalesce(last_used_at, 0) < ?1 AND {IDLE}"
        ))?
        .execute([before.as_micros()])
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    let source: Option<String> = row.get("source")?;
    let added_by: Option<String> = row.get("added_by")?;
    Ok(Listed {
        client: client(row)?,
        source: source.and_then(|source| StaticSource::from_stored(&source)),
        added_by: added_by.and_then(|decider| Decider::from_stored(&decider)),
        registered_at: timestamp(row, "registered_at")?,
        last_used_at: optional_timestamp(row, "last_used_at")?,
    })
}

fn client(row: &Row<'_>) -> rusqlite::Result<Client> {
    let registration: String = row.get("registration")?;
    let redirect_uris: String = row.get("redirect_uris")?;
    let secret: Option<SecretHash> = row.get("secret_hash")?;
    let authentication = match secret {
        None => Authentication::Public,
        Some(current) => {
            let previous: Option<SecretHash> = row.get("old_secret_hash")?;
            let introspects: Option<String> = row.get("introspects")?;
            Authentication::Secret(Secrets {
                current,
                previous: previous.zip(optional_timestamp(row, "old_secret_until")?),
                introspects: introspects
                    .map(|texts| serde_json::from_str(&texts).map_err(|_| unreadable("introspects")))
                    .transpose()?
                    .unwrap_or_default(),
            })
        }
    };
    Ok(Client {
        id: row.get("id")?,
        name: row.get("name")?,
        registration: Registration::from_stored(&registration),
        redirect_uris: serde_json::from_str(&redirect_uris).map_err(|_| unreadable("redirect_uris"))?,
        authentication,
    })
}

fn list_of(texts: &[String]) -> String {
    Value::from(texts.to_vec()).to_string()
}
