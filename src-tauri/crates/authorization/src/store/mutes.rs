//! Clients whose requests stay quiet for a while.

use clock::Timestamp;
use rusqlite::{Connection, params};

use super::timestamp;
use crate::service::BlockedClient;

/// Mutes a client's requests to a redirect host until then; never for a shorter time than before.
pub(crate) fn add(
    connection: &Connection,
    client_id: &str,
    redirect_host: &str,
    until: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO mutes (client_id, redirect_host, muted_at, muted_until) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET muted_at = excluded.muted_at,
                 muted_until = max(muted_until, excluded.muted_until)",
        )?
        .execute(params![client_id, redirect_host, now.as_micros(), until.as_micros()])?;
    Ok(())
}

/// Whether they are muted now.
pub(crate) fn contains(
    connection: &Connection,
    client_id: &str,
    redirect_host: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM mutes WHERE client_id = ?1 AND redirect_host = ?2 AND muted_until > ?3)",
        )?
        .query_row(params![client_id, redirect_host, now.as_micros()], |row| row.get(0))
}

/// Every mute that still holds, the newest first.
pub(crate) fn list(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<BlockedClient>> {
    connection
        .prepare_cached(
            "SELECT client_id, redirect_host, muted_at, muted_until, coalesce(
                 (SELECT name FROM clients WHERE clients.id = mutes.client_id),
                 (SELECT client_name FROM audit WHERE audit.client_id = mutes.client_id
                      AND client_name IS NOT NULL ORDER BY seq DESC LIMIT 1),
                 client_id) AS client_name
             FROM mutes WHERE muted_until > ?1 ORDER BY muted_at DESC, client_id, redirect_host",
        )?
        .query_map([now.as_micros()], |row| {
            Ok(BlockedClient {
                client_id: row.get("client_id")?,
                client_name: row.get("client_name")?,
                redirect_host: row.get("redirect_host")?,
                blocked_at: timestamp(row, "muted_at")?,
                muted_until: Some(timestamp(row, "muted_until")?),
            })
        })?
        .collect()
}

/// Lifts every mute of a client. Gives how many there were.
pub(crate) fn remove(connection: &Connection, client_id: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached("DELETE FROM mutes WHERE client_id = ?1")?.execute([client_id])
}

/// Removes mutes that are over.
pub(crate) fn clear(connection: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    connection.prepare_cached("DELETE FROM mutes WHERE muted_until <= ?1")?.execute([now.as_micros()])
}
