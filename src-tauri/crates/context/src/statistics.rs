//! How much is stored.

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{Error, stored};

/// Counts of what is stored. Counting reads one index of each table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Statistics {
    /// Turns.
    pub turns: u64,
    /// Conversations.
    pub conversations: u64,
    /// Items in any state.
    pub items: u64,
    /// Items that are part of the profile.
    pub active_items: u64,
    /// Items that wait for a word of the owner or a second conversation.
    pub suggested_items: u64,
    /// Insights that are shown.
    pub insights: u64,
    /// Turns that analysis has not seen yet.
    pub turns_to_analyse: u64,
    /// When the earliest turn happened.
    pub first_turn_at: Option<Timestamp>,
    /// When the latest turn happened.
    pub last_turn_at: Option<Timestamp>,
}

pub(crate) fn read(connection: &Connection) -> Result<Statistics, Error> {
    let count = |sql: &str| -> Result<u64, Error> {
        Ok(connection.prepare_cached(sql)?.query_row([], |row| stored::count(row, 0))?)
    };
    let moment = |sql: &str| -> Result<Option<Timestamp>, Error> {
        let at: Option<i64> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(at.map(Timestamp::from_micros))
    };
    Ok(Statistics {
        turns: count("SELECT count(*) FROM turn")?,
        conversations: count("SELECT count(*) FROM conversation")?,
        items: count("SELECT count(*) FROM item")?,
        active_items: count("SELECT count(*) FROM item WHERE state = 'active'")?,
        suggested_items: count("SELECT count(*) FROM item WHERE state = 'suggested'")?,
        insights: count("SELECT count(*) FROM insight WHERE state = 'active'")?,
        turns_to_analyse: count("SELECT count(*) FROM turn WHERE seq > (SELECT analysed_seq FROM store)")?,
        first_turn_at: moment("SELECT min(occurred_at) FROM turn")?,
        last_turn_at: moment("SELECT max(occurred_at) FROM turn")?,
    })
}
