//! What each import brought, as the owner looks at it: how much, from when, and how long it is kept.

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::client_rule::Retention;
use crate::handle::Context;
use crate::stored;

/// What is here of one source's imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Imported {
    /// The source: a format's name such as `chatgpt`, or what a file of turns calls its client. Where it is to be
    /// forgotten or kept for a time of its own, it stands in a client's place.
    pub source: String,
    /// How many turns of it are here.
    pub turns: u64,
    /// When the earliest of them happened.
    pub first: Timestamp,
    /// When the latest of them happened.
    pub last: Timestamp,
    /// How long they are kept.
    pub retention: Retention,
}

/// The turns of one author, by an index that holds all that is asked.
pub(crate) const OF_AUTHOR: &str =
    "SELECT count(*), ifnull(min(occurred_at), 0), ifnull(max(occurred_at), 0) FROM turn WHERE author = ?1";

fn read(connection: &Connection) -> Result<Vec<(String, u64, Timestamp, Timestamp)>, Error> {
    let mut statement = connection.prepare_cached("SELECT key, id FROM author WHERE kind = 'import'")?;
    let authors = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut found = Vec::new();
    for author in authors {
        let (author, source): (i64, String) = author?;
        let (turns, first, last) = connection.prepare_cached(OF_AUTHOR)?.query_row([author], |row| {
            Ok((stored::count(row, 0)?, stored::time(row, 1)?, stored::time(row, 2)?))
        })?;
        if turns > 0 {
            found.push((source, turns, first, last));
        }
    }
    found.sort_by(|one, other| other.3.cmp(&one.3).then_with(|| one.0.cmp(&other.0)));
    Ok(found)
}

impl Context {
    /// What imports brought and is still here, the source with the latest turn first. Reads one index entry a turn.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn imported(&self) -> Result<Vec<Imported>, Error> {
        let found = self.inner.database.read(read).await?;
        Ok(found
            .into_iter()
            .map(|(source, turns, first, last)| {
                let retention = self.client_rule(&source, &source).retention;
                Imported { source, turns, first, last, retention }
            })
            .collect())
    }
}
