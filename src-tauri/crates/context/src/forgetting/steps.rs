//! Taking away what was chosen, step by step, so that a crash loses nothing of the intention.
//!
//! The ids of what is to go are committed first (`to_forget`), with word that something is being forgotten; each
//! step then takes some of them away in one commit. When none is left, the files are written anew, and only then
//! is the word taken back: whatever interrupts this, the next start goes on with it before anybody reads.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clock::{Clock, Timestamp};
use database::Database;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::marks::{self, Marked};
use super::selection::{Extent, Selection};
use crate::analysis::Analyzer;
use crate::analysis::removal;
use crate::history::{self, StoreKey};
use crate::id::{ConversationId, TurnId};
use crate::input::normalise;
use crate::item_change::{self, Hand, forgotten_mark};
use crate::state::{InsightState, ItemState};
use crate::{Author, Error, insight, item, turn};

/// How many things go in one commit at most.
const STEP: i64 = 64;
/// No further thing is begun when a commit has taken this long, so that a turn to be logged never waits long.
const STEP_TIME: Duration = Duration::from_millis(4);
/// How many ids are noted in one commit.
const NOTED: usize = 2000;

/// When a step is to end.
#[derive(Debug)]
pub(crate) struct Until {
    clock: Arc<dyn Clock>,
    end: Duration,
}

impl Until {
    /// A step that begins now.
    pub(crate) fn soon(clock: &Arc<dyn Clock>) -> Self {
        Self { clock: Arc::clone(clock), end: clock.monotonic() + STEP_TIME }
    }

    /// Whether it has lasted long enough.
    pub(crate) fn is_over(&self) -> bool {
        self.clock.monotonic() >= self.end
    }
}

/// What a selection comes to: kinds and ids, in pieces that are noted one after the other.
pub(super) fn pieces(selection: &Selection) -> Vec<Vec<(&'static str, Uuid)>> {
    let histories = selection.histories.iter().map(|id| ("history", *id));
    let insights = selection.insights.iter().map(|id| ("insight", *id));
    let items = selection.items.iter().map(|id| ("item", *id));
    let turns = selection.turns.values().map(|id| ("turn", *id));
    let all: Vec<_> = histories.chain(insights).chain(items).chain(turns).collect();
    all.chunks(NOTED).map(<[_]>::to_vec).collect()
}

/// Notes what is to go. Until [`begin`] nothing is decided: what an interrupted forgetting noted is dropped.
pub(super) fn note(
    connection: &Connection,
    things: &[(&'static str, Uuid)],
    is_first: bool,
) -> Result<(), Error> {
    if is_first {
        connection.execute("DELETE FROM to_forget", [])?;
    }
    let mut insert =
        connection.prepare_cached("INSERT OR IGNORE INTO to_forget (kind, id) VALUES (?1, ?2)")?;
    for (kind, id) in things {
        insert.execute((kind, id.as_bytes()))?;
    }
    Ok(())
}

/// Commits to forgetting what was noted.
pub(super) fn begin(connection: &Connection) -> Result<(), Error> {
    connection.execute("UPDATE store SET is_forgetting = 1", [])?;
    Ok(())
}

/// Empties the store, if it is as it was when that was chosen.
pub(super) fn begin_with_everything(
    connection: &Connection,
    extent: Extent,
    new_key: [u8; 32],
) -> Result<(), Error> {
    if Extent::of(connection)? != extent {
        return Err(Error::ChangedSince);
    }
    wipe(connection, new_key)?;
    begin(connection)
}

/// Takes the next few things away. False: there were none.
pub(super) fn step(
    connection: &Connection,
    analyzer: &dyn Analyzer,
    at: Timestamp,
    until: Option<&Until>,
) -> Result<bool, Error> {
    // In the order of the words: a thing that goes before its turns need not be put right with each of them.
    let mut statement =
        connection.prepare_cached("SELECT kind, id FROM to_forget ORDER BY kind, id LIMIT ?1")?;
    let next = statement
        .query_map([STEP], |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?))))?
        .collect::<Result<Vec<(String, Uuid)>, _>>()?;
    let key = StoreKey::read(connection)?;
    for (kind, id) in &next {
        match kind.as_str() {
            "history" => {
                connection
                    .prepare_cached("UPDATE history SET detail = NULL WHERE subject = ?1")?
                    .execute([id.as_bytes()])?;
            }
            "insight" => forget_insight(connection, key, *id)?,
            "item" => forget_item(connection, key, *id)?,
            _ => forget_turn(connection, key, *id, analyzer, at)?,
        }
        connection
            .prepare_cached("DELETE FROM to_forget WHERE kind = ?1 AND id = ?2")?
            .execute((kind, id.as_bytes()))?;
        if until.is_some_and(Until::is_over) {
            break;
        }
    }
    Ok(!next.is_empty())
}

fn forget_turn(
    connection: &Connection,
    key: StoreKey,
    id: Uuid,
    analyzer: &dyn Analyzer,
    at: Timestamp,
) -> Result<(), Error> {
    let turn = match turn::get(connection, TurnId::from(id)) {
        // Somebody removed it meanwhile.
        Err(Error::NotFound { .. }) => return Ok(()),
        turn => turn?,
    };
    let conversation = turn.conversation_id;
    marks::mark_turn(connection, key, &Marked::of_stored(&turn, external_key(connection, conversation)?))?;
    take_out(connection, turn.id, conversation, Hand { author: &Author::Owner, at }, analyzer)?;
    if !exists(connection, conversation)? {
        history::forget(connection, marks::of_thing(key, conversation.as_uuid()))?;
    }
    Ok(())
}

/// Removes a turn and every word of it, the note of its removal too.
pub(crate) fn take_out(
    connection: &Connection,
    id: TurnId,
    conversation: ConversationId,
    hand: Hand<'_>,
    analyzer: &dyn Analyzer,
) -> Result<(), Error> {
    removal::remove_turn(connection, id, hand, analyzer)?;
    history::erase(connection, id.as_uuid())?;
    if !exists(connection, conversation)? {
        history::erase(connection, conversation.as_uuid())?;
    }
    Ok(())
}

fn external_key(connection: &Connection, conversation: ConversationId) -> Result<Option<String>, Error> {
    Ok(connection
        .prepare_cached("SELECT external_key FROM conversation WHERE id = ?1")?
        .query_row([conversation], |row| row.get(0))?)
}

fn exists(connection: &Connection, conversation: ConversationId) -> Result<bool, Error> {
    Ok(connection.prepare_cached("SELECT 1 FROM conversation WHERE id = ?1")?.exists([conversation])?)
}

fn forget_item(connection: &Connection, key: StoreKey, id: Uuid) -> Result<(), Error> {
    let stored = match item::by_id(connection, id.into()) {
        Err(Error::NotFound { .. }) => return Ok(()),
        stored => stored?,
    };
    let kind = stored.item.kind;
    let names = item_change::aliases(connection, stored.seq)?;
    for name in names.iter().chain([&normalise(&stored.item.name)]) {
        history::forget(connection, marks::of_item(key, kind, name))?;
        // What was refused stays refused.
        if stored.item.state == ItemState::Dismissed {
            history::forget(connection, forgotten_mark(key, kind, name))?;
        }
    }
    history::forget(connection, marks::of_thing(key, id))?;
    connection.prepare_cached("DELETE FROM item WHERE seq = ?1")?.execute([stored.seq])?;
    history::erase(connection, id)
}

fn forget_insight(connection: &Connection, key: StoreKey, id: Uuid) -> Result<(), Error> {
    let seq: Option<i64> = connection
        .prepare_cached("SELECT seq FROM insight WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(seq) = seq else { return Ok(()) };
    let stored = insight::by_seq(connection, seq)?;
    history::forget(connection, marks::of_insight(key, stored.dedup_key))?;
    history::forget(connection, marks::of_thing(key, id))?;
    let is_imported = matches!(stored.insight.author, Author::Import { .. });
    if is_imported || stored.insight.state == InsightState::Dismissed {
        history::forget(connection, stored.dedup_key)?;
    }
    connection.prepare_cached("DELETE FROM insight WHERE seq = ?1")?.execute([seq])?;
    history::erase(connection, id)
}

/// Empties every table but the owner's settings. Not even marks stay, and no key that could have made them: it
/// is a new store, which takes in any file.
fn wipe(connection: &Connection, new_key: [u8; 32]) -> Result<(), Error> {
    // From the log the search index, a file beside this one, learns what goes.
    const KEPT: [&str; 3] = ["store", "client_rule", "search_log"];
    connection.execute("PRAGMA defer_foreign_keys = ON", [])?;
    let mut statement =
        connection.prepare("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")?;
    let tables: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (name, kind) in tables {
        // A shadow table is its virtual table's to empty.
        if matches!(kind.as_str(), "table" | "virtual")
            && !name.starts_with("sqlite_")
            && !KEPT.contains(&&*name)
        {
            connection.execute(&format!("DELETE FROM \"{name}\""), [])?;
        }
    }
    connection.execute("UPDATE store SET key = ?1", [new_key])?;
    Ok(())
}

/// Names of clients and sources that nothing refers to any more.
pub(super) fn drop_authors(connection: &Connection) -> Result<(), Error> {
    let keys: Vec<i64> = connection
        .prepare("SELECT key FROM author")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for key in keys {
        // One that is referred to stays: the statement alone is taken back.
        match connection.prepare_cached("DELETE FROM author WHERE key = ?1")?.execute([key]) {
            Err(error) if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn end(connection: &Connection) -> Result<(), Error> {
    connection.execute("UPDATE store SET is_forgetting = 0", [])?;
    Ok(())
}

pub(super) fn is_under_way(connection: &Connection) -> Result<bool, Error> {
    Ok(connection.query_row("SELECT is_forgetting FROM store", [], |row| row.get(0))?)
}

/// The copies from before migrations hold what was forgotten too.
pub(super) fn remove_backups(database: &Database) -> Result<Vec<PathBuf>, Error> {
    Ok(database.remove_backups()?)
}
