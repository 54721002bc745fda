//! The keys that sign access tokens.

use clock::Timestamp;
use rusqlite::{Connection, params};

use super::timestamp;
use crate::rules::signing_keys::KeyTimes;

/// A key as it is stored.
#[derive(Clone)]
pub(crate) struct StoredKey {
    pub(crate) times: KeyTimes,
    pub(crate) private_key: Vec<u8>,
}

/// Adds a key.
pub(crate) fn insert(connection: &Connection, key: &StoredKey, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO signing_keys (id, private_key, created_at, signs_from) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![key.times.id, key.private_key, now.as_micros(), key.times.signs_from.as_micros()])?;
    Ok(())
}

/// Every key, in the order in which they begin to sign.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<StoredKey>> {
    connection
        .prepare_cached(
            "SELECT id, private_key, signs_from FROM signing_keys ORDER BY signs_from, created_at, id",
        )?
        .query_map([], |row| {
            Ok(StoredKey {
                times: KeyTimes { id: row.get("id")?, signs_from: timestamp(row, "signs_from")? },
                private_key: row.get("private_key")?,
            })
        })?
        .collect()
}

/// Removes a key.
pub(crate) fn delete(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM signing_keys WHERE id = ?1")?.execute([id])?;
    Ok(())
}
