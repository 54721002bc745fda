//! Conversations: the table `conversation`, and the rule which turns belong to one.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use crate::author::Author;
use crate::id::ConversationId;
use crate::page::{Cursor, Page, page_limit};
use crate::stored::{TimeColumn, count, time};
use crate::{Error, state::Subject};

/// Turns of one client without a key belong together when no more than this lies between them.
pub const QUIET_TIME: Duration = Duration::from_mins(30);

/// The most characters that a conversation's opening has.
pub const OPENING_CHARS: usize = 160;

/// Turns that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Whose conversation it is: the client that logged it, or the import that brought it.
    pub author: Author,
    /// The client's own key for it.
    pub external_key: Option<String>,
    /// When its earliest turn happened.
    pub started_at: Timestamp,
    /// When its latest turn happened.
    pub last_at: Timestamp,
    /// How many turns it has.
    pub turn_count: u64,
    /// The beginning of what the person said first: one line of at most [`OPENING_CHARS`] characters.
    #[serde(default)]
    pub opening: String,
}

/// Whether a turn at `at` belongs to a conversation without a key that lasted from `started` to `last`.
#[must_use]
pub fn continues(started: Timestamp, last: Timestamp, at: Timestamp) -> bool {
    at >= started.minus(QUIET_TIME) && at <= last.plus(QUIET_TIME)
}

pub(crate) const SELECT: &str = "SELECT c.id, c.external_key, c.started_at, c.last_at, c.turn_count, c.seq, \
     a.kind, a.id, a.name FROM conversation c JOIN author a ON a.key = c.author";

/// [`SELECT`] with the beginning of the earliest turn: one step on an index for each row. Only so much of the
/// text leaves SQLite; more than is shown, because blanks will be put together.
macro_rules! select_with_opening {
    () => {
        "SELECT c.id, c.external_key, c.started_at, c.last_at, c.turn_count, c.seq, a.kind, a.id, a.name, \
         (SELECT substr(t.user_message, 1, 640) FROM turn t WHERE t.conversation = c.seq \
         ORDER BY t.occurred_at, t.seq LIMIT 1) \
         FROM conversation c CROSS JOIN author a ON a.key = c.author"
    };
}

/// How many characters `select_with_opening` reads.
const READ_CHARS: usize = 640;

/// [`SELECT`], and with it the opening.
pub(crate) const WITH_OPENING: &str = select_with_opening!();

pub(crate) const LIST: &str = concat!(
    select_with_opening!(),
    " WHERE (c.last_at, c.seq) < (?1, ?2) ORDER BY c.last_at DESC, c.seq DESC LIMIT ?3"
);

pub(crate) const BY_ID: &str = concat!(select_with_opening!(), " WHERE c.id = ?1");

/// The earliest-ending conversation that could still take the turn: those before it ended too long ago.
pub(crate) const OPEN: &str = "SELECT seq, id, started_at, last_at FROM conversation \
     WHERE author = ?1 AND external_key IS NULL AND last_at >= ?2 ORDER BY last_at LIMIT 1";

/// A row of [`SELECT`], without the opening.
pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: row.get(0)?,
        external_key: row.get(1)?,
        started_at: time(row, 2)?,
        last_at: time(row, 3)?,
        turn_count: count(row, 4)?,
        author: Author::from_row(row, 6)?,
        opening: String::new(),
    })
}

/// A row of [`WITH_OPENING`].
pub(crate) fn from_row_with_opening(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let said: Option<String> = row.get(9)?;
    let said = said.unwrap_or_default();
    let goes_on = said.chars().count() >= READ_CHARS;
    Ok(Conversation { opening: opening(&said, goes_on), ..from_row(row)? })
}

/// The beginning of a text as one short line. `goes_on`: the text goes on behind `beginning`.
pub(crate) fn opening(beginning: &str, goes_on: bool) -> String {
    let words = beginning.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = words.chars().filter(|c| !c.is_control()).collect();
    if !goes_on && line.chars().count() <= OPENING_CHARS {
        return line;
    }
    let mut cut = String::new();
    let mut room = OPENING_CHARS - 1;
    // By what a reader takes for one character, so that no flag or accented letter is torn apart.
    for grapheme in line.graphemes(true) {
        let Some(left) = room.checked_sub(grapheme.chars().count()) else { break };
        room = left;
        cut.push_str(grapheme);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

pub(crate) fn list(
    connection: &Connection,
    before: Option<Cursor>,
    limit: u32,
) -> Result<Page<Conversation>, Error> {
    let limit = page_limit(limit);
    let before = before.unwrap_or(Cursor::START);
    let mut statement = connection.prepare_cached(LIST)?;
    let rows = statement
        .query_map((before.at.column(), before.seq, limit + 1), |row| {
            let conversation = from_row_with_opening(row)?;
            Ok((Cursor { at: conversation.last_at, seq: row.get(5)? }, conversation))
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(rows, limit))
}

pub(crate) fn get(connection: &Connection, id: ConversationId) -> Result<Conversation, Error> {
    connection
        .prepare_cached(BY_ID)?
        .query_row([id], from_row_with_opening)
        .optional()?
        .ok_or(Error::NotFound { what: Subject::Conversation, id: id.as_uuid() })
}

/// A conversation's row, as far as logging needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) seq: i64,
    pub(crate) id: ConversationId,
}

/// The conversation that a turn at `at` belongs to; made, with the id `new_id`, if there is none.
pub(crate) fn find_or_create(
    connection: &Connection,
    author: i64,
    external_key: Option<&str>,
    at: Timestamp,
    new_id: Uuid,
) -> Result<Found, Error> {
    if let Some((seq, id)) = find(connection, author, external_key, at)? {
        return Ok(Found { seq, id });
    }
    let id = ConversationId::from(new_id);
    connection
        .prepare_cached(
            "INSERT INTO conversation (id, author, external_key, started_at, last_at, turn_count) \
             VALUES (?1, ?2, ?3, ?4, ?4, 0)",
        )?
        .execute((id, author, external_key, at.column()))?;
    Ok(Found { seq: connection.last_insert_rowid(), id })
}

fn find(
    connection: &Connection,
    author: i64,
    external_key: Option<&str>,
    at: Timestamp,
) -> Result<Option<(i64, ConversationId)>, Error> {
    if let Some(key) = external_key {
        return Ok(connection
            .prepare_cached("SELECT seq, id FROM conversation WHERE author = ?1 AND external_key = ?2")?
            .query_row((author, key), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?);
    }
    let candidate = connection
        .prepare_cached(OPEN)?
        .query_row((author, at.minus(QUIET_TIME).column()), |row| {
            Ok((row.get(0)?, row.get(1)?, time(row, 2)?, time(row, 3)?))
        })
        .optional()?;
    Ok(candidate.and_then(|(seq, id, started, last)| continues(started, last, at).then_some((seq, id))))
}

/// Notes one more turn at `at`.
pub(crate) fn add_turn(connection: &Connection, seq: i64, at: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE conversation SET turn_count = turn_count + 1, started_at = min(started_at, ?2), \
             last_at = max(last_at, ?2) WHERE seq = ?1",
        )?
        .execute((seq, at.column()))?;
    Ok(())
}

/// Puts count and times right after turns were removed; an empty conversation is removed too (true).
pub(crate) fn settle_after_removal(connection: &Connection, seq: i64, removed: u64) -> Result<bool, Error> {
    let times: (Option<i64>, Option<i64>) = connection
        .prepare_cached(
            "SELECT (SELECT min(occurred_at) FROM turn WHERE conversation = ?1), \
             (SELECT max(occurred_at) FROM turn WHERE conversation = ?1)",
        )?
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let (Some(started), Some(last)) = times {
        connection
            .prepare_cached(
                "UPDATE conversation SET turn_count = turn_count - ?2, started_at = ?3, last_at = ?4 \
                 WHERE seq = ?1",
            )?
            .execute((seq, i64::try_from(removed).unwrap_or(i64::MAX), started, last))?;
        return Ok(false);
    }
    connection.prepare_cached("DELETE FROM conversation WHERE seq = ?1")?.execute([seq])?;
    Ok(true)
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
