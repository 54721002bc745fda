//! The turns of the last seconds, in memory: where to look for a retry.
//!
//! An index over the hash of every text would find a retry too, but it would put each new turn on a random page
//! of an ever-growing tree, for a question that only concerns the last seconds. This is a hint and no more: what
//! it names is looked up in the table before it is believed, so a turn whose commit failed is never taken for
//! one that is there.

use std::collections::{HashMap, VecDeque};

use clock::Timestamp;
use rusqlite::Connection;

use crate::Error;
use crate::id::TurnId;
use crate::stored::time;
use crate::turn::RETRY_TIME;

/// More turns than this in [`RETRY_TIME`] come from no person's assistants; the oldest are forgotten then.
const CAPACITY: usize = 65_536;

/// The conversation's number and the hash of both texts.
pub(crate) type Key = (i64, i64);

#[derive(Debug, Default)]
pub(crate) struct RecentTurns {
    newest: HashMap<Key, TurnId>,
    order: VecDeque<(Timestamp, Key, TurnId)>,
}

impl RecentTurns {
    /// The turns that were logged shortly before `now`, newest first in the table: a retry may come after a
    /// restart.
    pub(crate) fn load(connection: &Connection, now: Timestamp) -> Result<Self, Error> {
        let mut statement = connection.prepare(
            "SELECT logged_at, conversation, text_hash, id FROM turn ORDER BY seq DESC LIMIT 4096",
        )?;
        let rows = statement
            .query_map([], |row| Ok((time(row, 0)?, (row.get(1)?, row.get(2)?), row.get(3)?)))?
            .collect::<Result<Vec<(Timestamp, Key, TurnId)>, _>>()?;
        let mut recent = Self::default();
        for (logged_at, key, id) in rows.into_iter().rev() {
            if now.since(logged_at) <= RETRY_TIME {
                recent.add(logged_at, key, id);
            }
        }
        Ok(recent)
    }

    /// The newest turn with these texts in this conversation, if it may be recent enough.
    pub(crate) fn find(&self, key: Key) -> Option<TurnId> {
        self.newest.get(&key).copied()
    }

    /// Notes a turn and forgets those that are too old by now.
    pub(crate) fn add(&mut self, logged_at: Timestamp, key: Key, id: TurnId) {
        while let Some(&(oldest, old_key, old_id)) = self.order.front()
            && (logged_at.since(oldest) > RETRY_TIME || self.order.len() >= CAPACITY)
        {
            self.order.pop_front();
            if self.newest.get(&old_key) == Some(&old_id) {
                self.newest.remove(&old_key);
            }
        }
        self.newest.insert(key, id);
        self.order.push_back((logged_at, key, id));
    }
}

#[cfg(test)]
#[path = "recent_tests.rs"]
mod tests;
