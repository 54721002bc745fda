//! The tables, one family a file: rows in and out, no rules. The rules judge what these functions read, in
//! the same transaction in which these functions write.

pub(crate) mod audit;
pub(crate) mod blocks;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod documents;
pub(crate) mod grants;
pub(crate) mod housekeeping;
pub(crate) mod mutes;
pub(crate) mod requests;
pub(crate) mod signing_keys;
pub(crate) mod tokens;

use clock::Timestamp;
use database::Schema;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::scope::ScopeSet;

/// `authorization.db`.
pub(crate) const SCHEMA: Schema = Schema {
    name: "authorization",
    // "AmAu"
    application_id: 0x416D_4175,
    migrations: &[
        include_str!("../../migrations/0001_clients_requests_grants_tokens_audit.sql"),
        include_str!("../../migrations/0002_durations_and_proofs.sql"),
        include_str!("../../migrations/0003_static_clients_and_registration_management.sql"),
        include_str!("../../migrations/0004_documents_mutes_remembered_consent.sql"),
        include_str!("../../migrations/0005_signing_keys.sql"),
        include_str!("../../migrations/0006_who_added_a_client.sql"),
    ],
};

fn timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_micros)
}

fn optional_timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column).map(|micros| micros.map(Timestamp::from_micros))
}

/// Scopes that a later version may have written and this one does not know are left out: less, never more.
fn scopes(row: &Row<'_>, column: &str) -> rusqlite::Result<ScopeSet> {
    row.get::<_, String>(column).map(|text| ScopeSet::narrowed_from(&text))
}

fn unreadable(column: &'static str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(0, column.to_owned(), Type::Text)
}

#[cfg(test)]
#[path = "migrations_tests.rs"]
mod tests;
