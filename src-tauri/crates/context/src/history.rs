//! The history of each thing (table `history`) and the marks of what was forgotten (table `forgotten`).

use clock::Timestamp;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Error;
use crate::author::Author;
use crate::state::{Action, Subject};
use crate::stored::{TimeColumn, time};

/// One thing that happened to one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The id of what it happened to.
    pub subject: Uuid,
    /// Its place in the subject's history, from 1.
    pub ordinal: u32,
    /// What the subject is.
    pub kind: Subject,
    /// What happened.
    pub action: Action,
    /// From what to what, where the action does not say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// Who did it.
    pub author: Author,
    /// When.
    pub at: Timestamp,
}

/// An event that is about to be written.
#[derive(Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) subject: Uuid,
    pub(crate) kind: Subject,
    pub(crate) action: Action,
    pub(crate) detail: Option<Value>,
    pub(crate) author: &'a Author,
    pub(crate) at: Timestamp,
}

pub(crate) fn record(connection: &Connection, event: &NewEvent<'_>) -> Result<(), Error> {
    let author = event.author.key(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO history (subject, ordinal, kind, action, detail, author, at) VALUES (?1, \
             1 + ifnull((SELECT max(ordinal) FROM history WHERE subject = ?1), 0), ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            event.subject.as_bytes(),
            event.kind,
            event.action,
            event.detail.as_ref().map(Value::to_string),
            author,
            event.at.column(),
        ))?;
    Ok(())
}

/// Writes an event as it was noted elsewhere or before, at its own place unless that is taken.
pub(crate) fn restore(connection: &Connection, event: &Event) -> Result<(), Error> {
    let author = event.author.key(connection)?;
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO history (subject, ordinal, kind, action, detail, author, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            event.subject.as_bytes(),
            event.ordinal,
            event.kind,
            event.action,
            event.detail.as_ref().map(Value::to_string),
            author,
            event.at.column(),
        ))?;
    Ok(())
}

/// Notes that something was removed. What was noted of it before goes: it may hold the removed text.
pub(crate) fn record_removal(
    connection: &Connection,
    subject: Uuid,
    kind: Subject,
    author: &Author,
    at: Timestamp,
) -> Result<(), Error> {
    let author = author.key(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO history (subject, ordinal, kind, action, author, at) VALUES (?1, \
             1 + ifnull((SELECT max(ordinal) FROM history WHERE subject = ?1), 0), ?2, ?3, ?4, ?5)",
        )?
        .execute((subject.as_bytes(), kind, Action::Removed, author, at.column()))?;
    connection
        .prepare_cached(
            "DELETE FROM history WHERE subject = ?1 AND ordinal < (SELECT max(ordinal) FROM history \
             WHERE subject = ?1)",
        )?
        .execute([subject.as_bytes()])?;
    Ok(())
}

/// Drops all that was noted of something that analysis itself takes back.
pub(crate) fn erase(connection: &Connection, subject: Uuid) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM history WHERE subject = ?1")?.execute([subject.as_bytes()])?;
    Ok(())
}

pub(crate) const ALL: &str = "SELECT h.subject, h.ordinal, h.kind, h.action, h.detail, h.at, a.kind, a.id, a.name \
     FROM history h CROSS JOIN author a ON a.key = h.author ORDER BY h.subject, h.ordinal";

pub(crate) const OF_SUBJECT: &str = "SELECT h.subject, h.ordinal, h.kind, h.action, h.detail, h.at, a.kind, a.id, a.name \
     FROM history h CROSS JOIN author a ON a.key = h.author WHERE h.subject = ?1 ORDER BY h.ordinal";

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Event> {
    let detail: Option<String> = row.get(4)?;
    Ok(Event {
        subject: Uuid::from_bytes(row.get(0)?),
        ordinal: row.get(1)?,
        kind: row.get(2)?,
        action: row.get(3)?,
        detail: detail.and_then(|detail| serde_json::from_str(&detail).ok()),
        at: time(row, 5)?,
        author: Author::from_row(row, 6)?,
    })
}

pub(crate) fn of(connection: &Connection, subject: Uuid) -> Result<Vec<Event>, Error> {
    let mut statement = connection.prepare_cached(OF_SUBJECT)?;
    let rows = statement.query_map([subject.as_bytes()], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The store's own key: what is derived with it says nothing to somebody who has only a list of words.
#[derive(Clone, Copy)]
pub(crate) struct StoreKey(pub(crate) [u8; 32]);

impl StoreKey {
    pub(crate) fn read(connection: &Connection) -> Result<Self, Error> {
        let key = connection
            .prepare_cached("SELECT key FROM store WHERE only = 1")?
            .query_row([], |row| row.get(0))?;
        Ok(Self(key))
    }

    /// A keyed hash over parts that can not run into one another.
    pub(crate) fn hash(self, purpose: &str, parts: &[&str]) -> [u8; 16] {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        for part in std::iter::once(&purpose).chain(parts) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest = hasher.finalize();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        hash
    }

    /// The id of a derived thing: the same whenever it is derived again (UUID version 8, RFC 9562 §5.8).
    pub(crate) fn derived_id(self, purpose: &str, parts: &[&str]) -> Uuid {
        uuid::Builder::from_custom_bytes(self.hash(purpose, parts)).into_uuid()
    }
}

/// Sets a mark. False: it was set before.
pub(crate) fn forget(connection: &Connection, mark: [u8; 16]) -> Result<bool, Error> {
    let set =
        connection.prepare_cached("INSERT OR IGNORE INTO forgotten (mark) VALUES (?1)")?.execute([mark])?;
    Ok(set > 0)
}

pub(crate) fn unforget(connection: &Connection, mark: [u8; 16]) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM forgotten WHERE mark = ?1")?.execute([mark])?;
    Ok(())
}

pub(crate) fn is_forgotten(connection: &Connection, mark: [u8; 16]) -> Result<bool, Error> {
    Ok(connection.prepare_cached("SELECT 1 FROM forgotten WHERE mark = ?1")?.exists([mark])?)
}
