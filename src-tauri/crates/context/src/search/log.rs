//! What the index has to look at: the table `search_log`, the triggers that write it, and the turns behind the
//! last one that was indexed.
//!
//! Triggers, so that no code that changes a turn, an item or an insight can forget to tell. A new turn needs none:
//! its number says that it is new, and logging it costs nothing more.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::FoundKind;
use super::document::{Kind, NewDocument, terms};
use super::index::{Progress, Step};
use crate::Error;

/// How many things are read at once ...
const BATCH: usize = 1024;
/// ... and how many bytes of text.
const BATCH_BYTES: usize = 1 << 20;

/// Each trigger's name and what it says.
const TRIGGERS: &[(&str, &str)] = &[
    (
        "search_turn_gone",
        "AFTER DELETE ON turn BEGIN INSERT INTO search_log (kind, seq) VALUES ('turn', OLD.seq); END",
    ),
    (
        "search_turn_changed",
        "AFTER UPDATE OF user_message, assistant_response, occurred_at, conversation, author ON turn \
         BEGIN INSERT INTO search_log (kind, seq) VALUES ('turn', NEW.seq); END",
    ),
    (
        "search_item_new",
        "AFTER INSERT ON item BEGIN INSERT INTO search_log (kind, seq) VALUES ('item', NEW.seq); END",
    ),
    (
        "search_item_gone",
        "AFTER DELETE ON item BEGIN INSERT INTO search_log (kind, seq) VALUES ('item', OLD.seq); END",
    ),
    (
        "search_item_changed",
        // `last_seen_at` and `support` move with every turn that mentions it, and no word of it changes.
        "AFTER UPDATE OF kind, name, value, author ON item \
         WHEN OLD.kind IS NOT NEW.kind OR OLD.name IS NOT NEW.name OR OLD.value IS NOT NEW.value \
         OR OLD.author IS NOT NEW.author \
         BEGIN INSERT INTO search_log (kind, seq) VALUES ('item', NEW.seq); END",
    ),
    (
        "search_insight_new",
        "AFTER INSERT ON insight BEGIN INSERT INTO search_log (kind, seq) VALUES ('insight', NEW.seq); END",
    ),
    (
        "search_insight_gone",
        "AFTER DELETE ON insight BEGIN INSERT INTO search_log (kind, seq) VALUES ('insight', OLD.seq); END",
    ),
    (
        "search_insight_changed",
        "AFTER UPDATE OF insight_type, content, context, author, occurred_at ON insight \
         WHEN OLD.insight_type IS NOT NEW.insight_type OR OLD.content IS NOT NEW.content \
         OR OLD.context IS NOT NEW.context OR OLD.author IS NOT NEW.author \
         OR OLD.occurred_at IS NOT NEW.occurred_at \
         BEGIN INSERT INTO search_log (kind, seq) VALUES ('insight', NEW.seq); END",
    ),
];

/// Makes the triggers that are missing. Where one was, changes went unseen: all items and insights are looked at
/// again.
pub(crate) fn watch(connection: &Connection) -> Result<(), Error> {
    let mut missing = false;
    for (name, body) in TRIGGERS {
        let there = connection
            .prepare_cached("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ?1")?
            .exists([name])?;
        if !there {
            connection.execute_batch(&format!("CREATE TRIGGER {name} {body}"))?;
            missing = true;
        }
    }
    if missing { note_all(connection) } else { Ok(()) }
}

/// Has all items and insights looked at again.
pub(super) fn note_all(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch(
        "INSERT INTO search_log (kind, seq) SELECT 'item', seq FROM item; \
         INSERT INTO search_log (kind, seq) SELECT 'insight', seq FROM insight",
    )?;
    Ok(())
}

/// Where the store stands: an index that has come as far has everything.
pub(super) fn latest(connection: &Connection) -> Result<Progress, Error> {
    Ok(connection
        .prepare_cached(
            "SELECT ifnull((SELECT max(seq) FROM turn), 0), ifnull((SELECT max(number) FROM search_log), 0)",
        )?
        .query_row([], |row| {
            Ok(Progress { turn_seq: row.get(0)?, turn_id: None, log_number: row.get(1)? })
        })?)
}

/// Whether an index that has come so far can be one of this store as it is now: not so after an older copy was put
/// back in its place.
pub(super) fn is_behind(connection: &Connection, progress: &Progress) -> Result<bool, Error> {
    if given(connection, "turn")? < progress.turn_seq
        || given(connection, "search_log")? < progress.log_number
    {
        return Ok(false);
    }
    let there: Option<[u8; 16]> = connection
        .prepare_cached("SELECT id FROM turn WHERE seq = ?1")?
        .query_row([progress.turn_seq], |row| row.get(0))
        .optional()?;
    Ok(there.is_none() || progress.turn_id.is_none() || there == progress.turn_id)
}

/// The highest number that a table ever gave.
fn given(connection: &Connection, table: &str) -> Result<i64, Error> {
    let seq = connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
        .query_row([table], |row| row.get(0))
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// Forgets what is indexed for good.
pub(super) fn trim(connection: &Connection, through: i64) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM search_log WHERE number <= ?1")?.execute([through])?;
    Ok(())
}

/// A thing's texts, before their words are counted.
struct Raw {
    kind: Kind,
    seq: i64,
    sort: FoundKind,
    conversation: Option<i64>,
    author: i64,
    occurred_at: i64,
    texts: [String; 2],
}

impl Raw {
    fn into_document(self) -> NewDocument {
        let Self { kind, seq, sort, conversation, author, occurred_at, texts } = self;
        let at = Timestamp::from_micros(occurred_at);
        let (terms, length) = terms(&[&texts[0], &texts[1]], at, kind == Kind::Turn);
        NewDocument { kind, seq, sort, conversation, author, occurred_at, terms, length }
    }
}

/// The next step of an index that has come so far; none: there is nothing to do. The words are counted by
/// [`Gathered::into_step`], outside the transaction that reads.
pub(super) struct Gathered {
    raw: Vec<Raw>,
    stale: Vec<(Kind, i64)>,
    progress: Progress,
}

impl Gathered {
    pub(super) fn into_step(self) -> Step {
        let documents = self.raw.into_iter().map(Raw::into_document).collect();
        Step { stale: self.stale, documents, progress: self.progress }
    }
}

pub(super) fn gather(connection: &Connection, from: &Progress) -> Result<Option<Gathered>, Error> {
    let mut gathered = Gathered { raw: Vec::new(), stale: Vec::new(), progress: from.clone() };
    let mut statement = connection.prepare_cached(
        "SELECT number, kind, seq FROM search_log WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let limit = i64::try_from(BATCH).unwrap_or(1024);
    let mut rows = statement.query((from.log_number, limit))?;
    let mut seen = std::collections::HashSet::new();
    while let Some(row) = rows.next()? {
        gathered.progress.log_number = row.get(0)?;
        let kind = match row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? {
            "turn" => Kind::Turn,
            "item" => Kind::Item,
            _ => Kind::Insight,
        };
        let seq: i64 = row.get(2)?;
        if !seen.insert((kind, seq)) {
            continue;
        }
        gathered.stale.push((kind, seq));
        // A turn that was not indexed yet comes with the new ones.
        if kind != Kind::Turn || seq <= from.turn_seq {
            gathered.raw.extend(read(connection, kind, seq)?);
        }
    }
    drop(rows);
    drop(statement);
    if gathered.stale.is_empty() {
        read_new_turns(connection, from.turn_seq, limit, &mut gathered)?;
    }
    Ok((gathered.progress != *from).then_some(gathered))
}

fn read(connection: &Connection, kind: Kind, seq: i64) -> Result<Option<Raw>, Error> {
    let sql = match kind {
        Kind::Turn => {
            "SELECT seq, conversation, author, occurred_at, user_message, assistant_response, 'turn' FROM turn \
             WHERE seq = ?1"
        }
        Kind::Item => {
            "SELECT seq, NULL, author, updated_at, name, ifnull(value, ''), kind FROM item WHERE seq = ?1"
        }
        Kind::Insight => {
            "SELECT seq, NULL, author, occurred_at, content, context, 'insight' FROM insight WHERE seq = ?1"
        }
    };
    Ok(connection.prepare_cached(sql)?.query_row([seq], |row| raw(kind, row)).optional()?)
}

fn raw(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        kind,
        seq: row.get(0)?,
        sort: row.get(6)?,
        conversation: row.get(1)?,
        author: row.get(2)?,
        occurred_at: row.get(3)?,
        texts: [row.get(4)?, row.get(5)?],
    })
}

fn read_new_turns(
    connection: &Connection,
    after: i64,
    limit: i64,
    gathered: &mut Gathered,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, conversation, author, occurred_at, user_message, assistant_response, 'turn', id FROM turn \
         WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = statement.query((after, limit))?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let turn = raw(Kind::Turn, row)?;
        bytes += turn.texts.iter().map(String::len).sum::<usize>();
        gathered.progress.turn_seq = turn.seq;
        gathered.progress.turn_id = row.get(7)?;
        gathered.raw.push(turn);
        if bytes > BATCH_BYTES {
            return Ok(());
        }
    }
    // What was given and is not there was removed before it was indexed: nobody is to wait for it.
    let newest = given(connection, "turn")?;
    if gathered.raw.len() < BATCH && newest > gathered.progress.turn_seq {
        gathered.progress.turn_seq = newest;
        gathered.progress.turn_id = None;
    }
    Ok(())
}
