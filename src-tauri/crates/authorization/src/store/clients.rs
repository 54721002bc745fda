//! Clients that were registered. Those that come with the program are not here.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value};

use super::{optional_timestamp, timestamp, unreadable};
use crate::client::{Client, Registration};

/// Adds a client.
pub(crate) fn insert(
    connection: &Connection,
    client: &Client,
    metadata: &Map<String, Value>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let redirect_uris = Value::from(client.redirect_uris.clone()).to_string();
    let metadata = Value::Object(metadata.clone()).to_string();
    connection
        .prepare_cached(
            "INSERT INTO clients (id, registration, name, redirect_uris, metadata, registered_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            client.id,
            client.registration.as_str(),
            client.name,
            redirect_uris,
            metadata,
            now.as_micros()
        ])?;
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

/// A registered client and its times, for a listing.
pub(crate) struct Listed {
    pub(crate) client: Client,
    pub(crate) registered_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// All registered clients, oldest first.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<Listed>> {
    connection
        .prepare_cached("SELECT * FROM clients ORDER BY registered_at, id")?
        .query_map([], |row| {
            Ok(Listed {
                client: client(row)?,
                registered_at: timestamp(row, "registered_at")?,
                last_used_at: optional_timestamp(row, "last_used_at")?,
            })
        })?
        .collect()
}

/// A client is spare when no live grant and no open request hangs on it.
const SPARE: &str = "registration = 'dynamic'
    AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.client_id = clients.id AND revoked_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM authorization_requests AS request
                    WHERE request.client_id = clients.id AND request.status IN ('pending', 'approved'))
    AND NOT EXISTS (SELECT 1 FROM codes WHERE codes.client_id = clients.id AND used_at IS NULL)";

/// How many spare clients there are.
pub(crate) fn count_spare(connection: &Connection) -> rusqlite::Result<u32> {
    connection
        .prepare_cached(&format!("SELECT count(*) FROM clients WHERE {SPARE}"))?
        .query_row([], |row| row.get(0))
}

/// Removes the oldest spare client that was registered before `before`. Whether there was one.
pub(crate) fn evict_oldest_spare(connection: &Connection, before: Timestamp) -> rusqlite::Result<bool> {
    let removed = connection
        .prepare_cached(&format!(
            "DELETE FROM clients WHERE id =
                 (SELECT id FROM clients WHERE registered_at < ?1 AND {SPARE} ORDER BY registered_at LIMIT 1)"
        ))?
        .execute([before.as_micros()])?;
    Ok(removed > 0)
}

/// Removes every spare client that was registered, and last used, before `before`.
pub(crate) fn clear_spare(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(&format!(
            "DELETE FROM clients WHERE registered_at < ?1 AND coalesce(last_used_at, 0) < ?1 AND {SPARE}"
        ))?
        .execute([before.as_micros()])
}

fn client(row: &Row<'_>) -> rusqlite::Result<Client> {
    let registration: String = row.get("registration")?;
    let redirect_uris: String = row.get("redirect_uris")?;
    Ok(Client {
        id: row.get("id")?,
        name: row.get("name")?,
        registration: Registration::from_stored(&registration),
        redirect_uris: serde_json::from_str(&redirect_uris).map_err(|_| unreadable("redirect_uris"))?,
    })
}
