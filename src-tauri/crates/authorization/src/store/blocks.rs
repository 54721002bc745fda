//! Clients whose requests are denied without asking.

use clock::Timestamp;
use rusqlite::{Connection, params};

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

/// Lifts every block of a client. Gives how many there were.
pub(crate) fn remove(connection: &Connection, client_id: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached("DELETE FROM blocks WHERE client_id = ?1")?.execute([client_id])
}
