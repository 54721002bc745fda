//! Clients whose requests are denied without asking.

use clock::Timestamp;
use rusqlite::{Connection, params};

use super::timestamp;
use crate::service::BlockedClient;

/// Blocks a client's requests to a redirect host.
pub(crate) fn add(
    connection: &Connection,
    client_id: &str,
    redirect_host: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO blocks (client_id, redirect_host, blocked_at) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![client_id, redirect_host, now.as_micros()])?;
    Ok(())
}

/// Whether they are blocked.
pub(crate) fn contains(
    connection: &Connection,
    client_id: &str,
    redirect_host: &str,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM blocks WHERE client_id = ?1 AND redirect_host = ?2)")?
        .query_row(params![client_id, redirect_host], |row| row.get(0))
}

/// Every block, the newest first. The name is the one of the registration, else the last one that the audit
/// trail has: a client without any grant is forgotten after a month, its block is not.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<BlockedClient>> {
    connection
        .prepare_cached(
            "SELECT client_id, redirect_host, blocked_at, coalesce(
                 (SELECT name FROM clients WHERE clients.id = blocks.client_id),
                 (SELECT client_name FROM audit WHERE audit.client_id = blocks.client_id
                      AND client_name IS NOT NULL ORDER BY seq DESC LIMIT 1),
                 client_id) AS client_name
             FROM blocks ORDER BY blocked_at DESC, client_id, redirect_host",
        )?
        .query_map([], |row| {
            Ok(BlockedClient {
                client_id: row.get("client_id")?,
                client_name: row.get("client_name")?,
                redirect_host: row.get("redirect_host")?,
                blocked_at: timestamp(row, "blocked_at")?,
                muted_until: None,
            })
        })?
        .collect()
}

/// Lifts every block of a client. Gives how many there were.
pub(crate) fn remove(connection: &Connection, client_id: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached("DELETE FROM blocks WHERE client_id = ?1")?.execute([client_id])
}
