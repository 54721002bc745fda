//! Turns: the table `turn`, logging and listing.

use std::time::Duration;

use clock::Timestamp;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::author::{Author, keys_of_client};
use crate::conversation;
use crate::forgetting::marks::{self, Marked};
use crate::id::{ConversationId, TurnId};
use crate::input::{InputError, check_key, check_turn, text_hash};
use crate::page::{Cursor, Page, page_limit};
use crate::recent::RecentTurns;
use crate::redaction::{self, Redaction};
use crate::stored::{TimeColumn, time};
use crate::{Error, state::Subject};

/// The same texts again from the same client within this time are a retry, not a second turn.
pub const RETRY_TIME: Duration = Duration::from_secs(10);

/// A turn to be remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewTurn {
    /// What the person said.
    pub user_message: String,
    /// What the assistant answered.
    pub assistant_response: String,
    /// The client's own key for the conversation; without one, turns within half an hour belong together.
    pub conversation: Option<String>,
    /// When it happened; without it: now.
    pub occurred_at: Option<Timestamp>,
    /// The turn's id where it comes from; a second turn with it in the same conversation is a duplicate.
    pub external_id: Option<String>,
    /// The same for every attempt of one request, so that a retry is known.
    pub request_key: Option<String>,
}

/// What became of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum LogOutcome {
    /// It is on the disk.
    Stored {
        /// Its id.
        turn_id: TurnId,
        /// The conversation it belongs to.
        conversation_id: ConversationId,
    },
    /// It had been stored before.
    Duplicate {
        /// The first one's id.
        turn_id: TurnId,
    },
    /// The owner has paused remembering: it was not stored.
    Paused,
    /// The person marked all of it as private: it was not stored.
    Private,
    /// The owner set this client to incognito: it was not stored.
    Incognito,
    /// The owner lets this client only read: it was not stored.
    ReadOnly,
    /// The owner has forgotten this very turn: it does not come back.
    Forgotten,
}

/// A turn as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// Who logged it.
    pub author: Author,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was stored.
    pub logged_at: Timestamp,
    /// Its id where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub external_id: Option<String>,
    /// The key that its retries share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub request_key: Option<String>,
    /// What the person said.
    pub user_message: String,
    /// What the assistant answered.
    pub assistant_response: String,
}

/// In which order turns are listed, by the time they happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TurnOrder {
    /// The newest first: what happened lately.
    #[default]
    NewestFirst,
    /// The oldest first: to read a conversation.
    OldestFirst,
}

/// Which turns to list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TurnQuery {
    /// Only those of this conversation. Stronger than `client`.
    pub conversation: Option<ConversationId>,
    /// Only those that this client logged (its id), or that came from this import (its source).
    pub client: Option<String>,
    /// Which of them come first.
    pub order: TurnOrder,
    /// Only those behind this place in that order.
    pub before: Option<Cursor>,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

impl Default for TurnQuery {
    fn default() -> Self {
        Self { conversation: None, client: None, order: TurnOrder::NewestFirst, before: None, limit: 20 }
    }
}

/// A turn that was checked and has all it needs: nothing is left to do on the writer's thread but to store it.
#[derive(Clone, Debug)]
pub(crate) struct ReadyTurn {
    pub(crate) turn: NewTurn,
    pub(crate) text_hash: i64,
    pub(crate) occurred_at: Timestamp,
    pub(crate) logged_at: Timestamp,
    pub(crate) turn_id: Uuid,
    /// The id of the conversation, should it begin here.
    pub(crate) conversation_id: Uuid,
}

impl ReadyTurn {
    /// Checks a turn and takes out of it what must not be stored; [`InputError::Private`]: nothing is left.
    pub(crate) fn check(
        mut turn: NewTurn,
        now: Timestamp,
        redaction: Redaction,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Result<Self, InputError> {
        check_turn(&turn.user_message, &turn.assistant_response)?;
        redaction.clean_in_place(&mut turn.user_message);
        redaction.clean_in_place(&mut turn.assistant_response);
        if redaction::answers_private(&turn.user_message, &turn.assistant_response) {
            return Err(InputError::Private);
        }
        turn.conversation = check_key("conversation", turn.conversation)?;
        turn.external_id = check_key("external_id", turn.external_id)?;
        turn.request_key = check_key("request_key", turn.request_key)?;
        Ok(Self {
            text_hash: text_hash(&turn.user_message, &turn.assistant_response),
            occurred_at: turn.occurred_at.unwrap_or(now),
            logged_at: now,
            turn_id: new_id(),
            conversation_id: new_id(),
            turn,
        })
    }
}

/// How a turn is known to be there already.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Duplicates<'a> {
    /// A client's retry: by request key, external id, or the same texts within seconds.
    Retry(&'a Mutex<RecentTurns>),
    /// An import: by source, conversation and id alone, so that a second genuine "ok" is kept.
    Import,
}

/// What storing came to: the outcome, and the new row's number.
pub(crate) type Stored = (LogOutcome, Option<i64>);

/// Stores a turn unless it is there already. A handful of indexed statements, whatever the store's size.
pub(crate) fn store(
    connection: &Connection,
    ready: &ReadyTurn,
    author: &Author,
    duplicates: Duplicates<'_>,
) -> Result<Stored, Error> {
    let author_key = author.key(connection)?;
    let turn = &ready.turn;
    if let Some(turn_id) = known_by_key(connection, turn, author_key)? {
        return Ok((LogOutcome::Duplicate { turn_id }, None));
    }
    let told = match duplicates {
        Duplicates::Retry(_) => marks::Told::Now,
        Duplicates::Import => marks::Told::FromFile,
    };
    if marks::is_forgotten(connection, &Marked::of_new(ready, author), told)? {
        return Ok((LogOutcome::Forgotten, None));
    }
    let conversation = conversation::find_or_create(
        connection,
        author_key,
        turn.conversation.as_deref(),
        ready.occurred_at,
        ready.conversation_id,
    )?;
    let key = (conversation.seq, ready.text_hash);
    if let Duplicates::Retry(recent) = duplicates
        && let Some(candidate) = recent.lock().find(key)
        && let Some(turn_id) = known_by_text(connection, ready, conversation.seq, candidate)?
    {
        return Ok((LogOutcome::Duplicate { turn_id }, None));
    }
    let turn_id = TurnId::from(ready.turn_id);
    connection
        .prepare_cached(
            "INSERT INTO turn (id, conversation, author, occurred_at, logged_at, text_hash, external_id, \
             request_key, user_message, assistant_response) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute((
            turn_id,
            conversation.seq,
            author_key,
            ready.occurred_at.column(),
            ready.logged_at.column(),
            ready.text_hash,
            &turn.external_id,
            &turn.request_key,
            &turn.user_message,
            &turn.assistant_response,
        ))?;
    let seq = connection.last_insert_rowid();
    conversation::add_turn(connection, conversation.seq, ready.occurred_at)?;
    if let Duplicates::Retry(recent) = duplicates {
        recent.lock().add(ready.logged_at, key, turn_id);
    }
    Ok((LogOutcome::Stored { turn_id, conversation_id: conversation.id }, Some(seq)))
}

fn known_by_key(connection: &Connection, turn: &NewTurn, author: i64) -> Result<Option<TurnId>, Error> {
    if let Some(key) = &turn.request_key {
        let known = connection
            .prepare_cached("SELECT id FROM turn WHERE author = ?1 AND request_key = ?2")?
            .query_row((author, key), |row| row.get(0))
            .optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }
    let Some(external_id) = &turn.external_id else { return Ok(None) };
    // IS: a turn that names no conversation is looked for among those that named none.
    Ok(connection
        .prepare_cached(
            "SELECT t.id FROM turn t JOIN conversation c ON c.seq = t.conversation \
             WHERE t.author = ?1 AND t.external_id = ?2 AND c.external_key IS ?3 LIMIT 1",
        )?
        .query_row((author, external_id, &turn.conversation), |row| row.get(0))
        .optional()?)
}

/// Whether `candidate` is this turn: in the table, in this conversation, with the same texts, seconds ago.
///
/// A conversation has one author, so "in this conversation" means "from this client". The clock may have been
/// set back meanwhile, so the time counts in both directions.
fn known_by_text(
    connection: &Connection,
    ready: &ReadyTurn,
    conversation: i64,
    candidate: TurnId,
) -> Result<Option<TurnId>, Error> {
    // Two different ids from the same place are two turns, however alike their texts are.
    Ok(connection
        .prepare_cached(
            "SELECT id FROM turn WHERE id = ?1 AND conversation = ?2 AND logged_at BETWEEN ?3 AND ?4 \
             AND user_message = ?5 AND assistant_response = ?6 \
             AND (external_id IS NULL OR ?7 IS NULL OR external_id = ?7)",
        )?
        .query_row(
            (
                candidate,
                conversation,
                ready.logged_at.minus(RETRY_TIME).column(),
                ready.logged_at.plus(RETRY_TIME).column(),
                &ready.turn.user_message,
                &ready.turn.assistant_response,
                &ready.turn.external_id,
            ),
            |row| row.get(0),
        )
        .optional()?)
}

const COLUMNS: &str = "t.id, c.id, t.occurred_at, t.logged_at, t.external_id, t.request_key, t.user_message, \
     t.assistant_response, t.seq, a.kind, a.id, a.name";

/// CROSS JOIN keeps SQLite's planner to this order: the turns by their index, then each one's two names.
const FROM: &str = "FROM turn t CROSS JOIN conversation c ON c.seq = t.conversation CROSS JOIN author a \
     ON a.key = t.author";

/// The first turns in that order that pass `filter`: `t.conversation = ?4`, `t.author = ?4`, or all.
pub(crate) fn list_sql(filter: &str, order: TurnOrder) -> String {
    let (behind, way) = match order {
        TurnOrder::NewestFirst => ("<", "DESC"),
        TurnOrder::OldestFirst => (">", "ASC"),
    };
    format!(
        "SELECT {COLUMNS} {FROM} WHERE {filter} AND (t.occurred_at, t.seq) {behind} (?1, ?2) \
         ORDER BY t.occurred_at {way}, t.seq {way} LIMIT ?3"
    )
}

/// All turns in the order they were stored: for export.
pub(crate) fn all_sql() -> String {
    format!("SELECT {COLUMNS} {FROM} ORDER BY t.seq")
}

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Turn> {
    Ok(Turn {
        id: row.get(0)?,
        conversation_id: row.get(1)?,
        occurred_at: time(row, 2)?,
        logged_at: time(row, 3)?,
        external_id: row.get(4)?,
        request_key: row.get(5)?,
        user_message: row.get(6)?,
        assistant_response: row.get(7)?,
        author: Author::from_row(row, 9)?,
    })
}

pub(crate) fn get(connection: &Connection, id: TurnId) -> Result<Turn, Error> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} {FROM} WHERE t.id = ?1"))?
        .query_row([id], from_row)
        .optional()?
        .ok_or(Error::NotFound { what: Subject::Turn, id: id.as_uuid() })
}

/// The turn in this row; none: it is not there any more.
pub(crate) fn by_seq(connection: &Connection, seq: i64) -> Result<Option<Turn>, Error> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} {FROM} WHERE t.seq = ?1"))?
        .query_row([seq], from_row)
        .optional()?)
}

pub(crate) fn list(connection: &Connection, query: &TurnQuery) -> Result<Page<Turn>, Error> {
    let limit = page_limit(query.limit);
    let order = query.order;
    let before = query.before.unwrap_or(match order {
        TurnOrder::NewestFirst => Cursor::START,
        TurnOrder::OldestFirst => Cursor::OLDEST,
    });
    let sql = |filter| list_sql(filter, order);
    let mut rows = Vec::new();
    if let Some(conversation) = query.conversation {
        let seq: Option<i64> = connection
            .prepare_cached("SELECT seq FROM conversation WHERE id = ?1")?
            .query_row([conversation], |row| row.get(0))
            .optional()?;
        let seq = seq.ok_or(Error::NotFound { what: Subject::Conversation, id: conversation.as_uuid() })?;
        read(connection, &sql("t.conversation = ?4"), before, limit, Some(seq), &mut rows)?;
    } else if let Some(client) = &query.client {
        for author in keys_of_client(connection, client)? {
            read(connection, &sql("t.author = ?4"), before, limit, Some(author), &mut rows)?;
        }
        rows.sort_by_key(|(cursor, _)| *cursor);
        if order == TurnOrder::NewestFirst {
            rows.reverse();
        }
    } else {
        read(connection, &sql("?4 IS NULL"), before, limit, None, &mut rows)?;
    }
    Ok(Page::cut(rows, limit))
}

fn read(
    connection: &Connection,
    sql: &str,
    before: Cursor,
    limit: u32,
    filter: Option<i64>,
    rows: &mut Vec<(Cursor, Turn)>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map((before.at.column(), before.seq, limit + 1, filter), |row| {
        let turn = from_row(row)?;
        Ok((Cursor { at: turn.occurred_at, seq: row.get(8)? }, turn))
    })?;
    for row in found {
        rows.push(row?);
    }
    Ok(())
}
