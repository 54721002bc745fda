//! What the person speaks of, as the owner looks at it: how often, where it was said, and what they do not want to
//! see there.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::analysis::MentionKind;
use crate::analysis::over_time::topics;
use crate::evidence::Evidence;
use crate::handle::Context;
use crate::history::{self, StoreKey};
use crate::page::{Cursor, Page, page_limit};
use crate::state::Side;
use crate::stored::time;
use crate::{Author, Error};

/// The weeks that are counted, the newest turn's included.
pub const TOPIC_WEEKS: usize = 14;
/// The most topics that one answer lists.
pub const MAX_TOPICS: u32 = 500;

/// By what something spoken of is known again, however it is spelled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TopicKey {
    /// What it is.
    pub kind: MentionKind,
    /// The same for all spellings. Not for showing.
    pub normal_name: String,
}

/// Something that the person speaks of, counted over [`TOPIC_WEEKS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Topic {
    /// By what it is known again.
    pub key: TopicKey,
    /// Its name as it was said last.
    pub name: String,
    /// In how many turns it came up.
    pub turns: u32,
    /// In how many conversations.
    pub conversations: u32,
    /// On how many days (in UTC).
    pub days: u32,
    /// When it was last spoken of.
    pub last: Timestamp,
    /// The turns of each week, the oldest first.
    pub weeks: Vec<u32>,
    /// How it rises or fades, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub trend: Option<TopicTrend>,
}

/// More often than before, or less often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Direction {
    /// More often.
    Rising,
    /// Less often.
    Fading,
}

/// How a topic rises or fades: the counts that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TopicTrend {
    /// Which of the two.
    pub direction: Direction,
    /// In how many turns of the last days.
    pub recent: u32,
    /// How many turns there were in those days.
    pub recent_turns: u32,
    /// How many days those are.
    pub recent_days: u32,
    /// In how many turns of the days before them.
    pub before: u32,
    /// How many turns there were in those.
    pub before_turns: u32,
    /// How many days those are.
    pub before_days: u32,
}

/// In which order topics are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TopicOrder {
    /// What came up in the most conversations first.
    #[default]
    Most,
    /// What was spoken of last first.
    Newest,
    /// What rises, the most surprising first; nothing else.
    Rising,
    /// What fades, the most surprising first; nothing else.
    Fading,
}

/// Which topics to list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TopicQuery {
    /// Only of this kind.
    pub kind: Option<MentionKind>,
    /// Only those with these words in their names, however often they came up. Without it: those that came up in
    /// two conversations or more.
    pub text: Option<String>,
    /// In which order.
    pub order: TopicOrder,
    /// Those that the owner does not want to see, in place of the others.
    pub dismissed: bool,
    /// How many at most (1 to [`MAX_TOPICS`]).
    pub limit: u32,
}

impl Default for TopicQuery {
    fn default() -> Self {
        Self { kind: None, text: None, order: TopicOrder::Most, dismissed: false, limit: 50 }
    }
}

/// What was spoken of in the last weeks, as of the newest turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TopicOverview {
    /// The beginning of the first week; none: nothing was said yet.
    pub since: Option<Timestamp>,
    /// The newest turn.
    pub as_of: Option<Timestamp>,
    /// How many turns there were in each week, whatever they were about; the oldest first.
    pub turns_by_week: Vec<u32>,
    /// There are more that fit.
    pub more: bool,
    /// So much was said in these weeks that only the newest part is counted.
    pub is_partial: bool,
    /// What fits.
    pub topics: Vec<Topic>,
}

/// Where a topic was spoken of, the newest first.
pub(crate) const TURNS: &str = "SELECT m.at, m.turn, t.id, m.range_start, m.range_end \
     FROM mention m CROSS JOIN turn t ON t.seq = m.turn WHERE m.topic = ?1 AND (m.at, m.turn) < (?2, ?3) \
     ORDER BY m.at DESC, m.turn DESC LIMIT ?4";

fn turns(
    connection: &Connection,
    key: &TopicKey,
    before: Option<Cursor>,
    limit: u32,
) -> Result<Page<Evidence>, Error> {
    let topic: Option<i64> = connection
        .prepare_cached("SELECT seq FROM topic WHERE kind = ?1 AND normal_name = ?2")?
        .query_row((key.kind, &key.normal_name), |row| row.get(0))
        .optional()?;
    let Some(topic) = topic else { return Ok(Page { entries: Vec::new(), next: None }) };
    let (limit, before) = (page_limit(limit), before.unwrap_or(Cursor::START));
    let mut statement = connection.prepare_cached(TURNS)?;
    let rows = statement.query_map((topic, before.at.as_micros(), before.seq, limit + 1), |row| {
        let cursor = Cursor { at: time(row, 0)?, seq: row.get(1)? };
        let evidence =
            Evidence { turn_id: row.get(2)?, side: Side::User, start: row.get(3)?, end: row.get(4)? };
        Ok((cursor, evidence))
    })?;
    Ok(Page::cut(rows.collect::<Result<_, _>>()?, limit))
}

impl Context {
    /// What was spoken of in the last weeks, counted. Reads at most the look back of the conclusions over time.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn topics(&self, query: TopicQuery) -> Result<TopicOverview, Error> {
        self.inner.database.read(move |connection| topics::overview(connection, &query)).await
    }

    /// Where something was spoken of, the newest first, back to the first turn that is stored. Nothing where nobody
    /// speaks of it any more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn topic_turns(
        &self,
        key: TopicKey,
        before: Option<Cursor>,
        limit: u32,
    ) -> Result<Page<Evidence>, Error> {
        self.inner.database.read(move |connection| turns(connection, &key, before, limit)).await
    }

    /// Leaves a topic out of what is listed and of what is concluded over time, or takes it up again. It holds
    /// however often it is spoken of later; what is kept for it is a keyed mark, never the name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn dismiss_topic(&self, key: TopicKey, dismissed: bool, author: Author) -> Result<(), Error> {
        self.write(author, move |connection, _| {
            let mark = topics::mark(StoreKey::read(connection)?, key.kind, &key.normal_name);
            if dismissed {
                history::forget(connection, mark)?;
            } else {
                history::unforget(connection, mark)?;
            }
            // What follows from many turns is concluded anew, without it or with it.
            connection.execute("UPDATE store SET grounds = grounds + 1", [])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
#[path = "topic_tests.rs"]
mod tests;
