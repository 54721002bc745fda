//! Client metadata documents that were fetched and were good: rows among the clients, with a time until which they
//! count as looked up. For a token they are good at any age.

use clock::Timestamp;
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::client::document::Document;

/// Keeps a document, in place of an older one of that client.
pub(crate) fn put(
    connection: &Connection,
    document: &Document,
    fresh_until: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let client = &document.client;
    let redirect_uris = Value::from(client.redirect_uris.clone()).to_string();
    let metadata = Value::Object(document.metadata.clone()).to_string();
    connection
        .prepare_cached(
            "INSERT INTO clients (id, registration, name, redirect_uris, metadata, registered_at, fresh_until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris,
                 metadata = excluded.metadata, fresh_until = excluded.fresh_until
             WHERE registration = 'metadata_document'",
        )?
        .execute(params![
            client.id,
            client.registration.as_str(),
            client.name,
            redirect_uris,
            metadata,
            now.as_micros(),
            fresh_until.as_micros()
        ])?;
    Ok(())
}

/// Whether the document of this client still counts as looked up.
pub(crate) fn is_fresh(connection: &Connection, client_id: &str, now: Timestamp) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM clients WHERE id = ?1 AND fresh_until > ?2)")?
        .query_row(params![client_id, now.as_micros()], |row| row.get(0))
}

/// Removes documents that went out of date before `before` and on which nothing hangs any more.
pub(crate) fn clear(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM clients WHERE registration = 'metadata_document' AND coalesce(fresh_until, 0) < ?1
                 AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.client_id = clients.id AND revoked_at IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM authorization_requests AS request
                     WHERE request.client_id = clients.id AND request.status IN ('pending', 'approved'))
                 AND NOT EXISTS (SELECT 1 FROM codes WHERE codes.client_id = clients.id AND used_at IS NULL)",
        )?
        .execute([before.as_micros()])
}

#[cfg(test)]
#[path = "documents_tests.rs"]
mod tests;
