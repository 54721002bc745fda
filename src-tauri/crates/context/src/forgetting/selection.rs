//! What is to go: exactly which turns, items and insights, found without changing anything.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;
use uuid::Uuid;

use super::phrase::Phrase;
use super::{Example, Forget, ForgetCounts};
use crate::author::keys_of_client;
use crate::conversation::opening;
use crate::state::Subject;
use crate::stored::time;
use crate::{Author, Error};

/// How many examples of each kind a preview shows.
const EXAMPLES: usize = 5;

/// Exactly what is to go.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// By the number of the row, which is never given twice.
    pub(super) turns: BTreeMap<i64, Uuid>,
    pub(super) items: BTreeSet<Uuid>,
    pub(super) insights: BTreeSet<Uuid>,
    /// Things that stay, though their history tells of what goes.
    pub(super) histories: BTreeSet<Uuid>,
    /// All of the store, as it was then.
    pub(super) everything: Option<Extent>,
}

/// How far a store goes: whether anything came in or went since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    newest_turn: i64,
    turns: i64,
    items: i64,
    insights: i64,
}

impl Extent {
    pub(super) fn of(connection: &Connection) -> Result<Self, Error> {
        Ok(connection.query_row(
            "SELECT ifnull((SELECT max(seq) FROM turn), 0), (SELECT count(*) FROM turn), \
             (SELECT count(*) FROM item), (SELECT count(*) FROM insight)",
            [],
            |row| {
                Ok(Self {
                    newest_turn: row.get(0)?,
                    turns: row.get(1)?,
                    items: row.get(2)?,
                    insights: row.get(3)?,
                })
            },
        )?)
    }
}

/// What a preview shows of a selection.
pub(super) struct Chosen {
    pub(super) selection: Selection,
    pub(super) counts: ForgetCounts,
    pub(super) examples: Vec<Example>,
}

/// Whose things may be chosen: a client's own, or all.
struct Reach(Option<HashSet<i64>>);

impl Reach {
    fn of(connection: &Connection, by: &Author) -> Result<Self, Error> {
        let Author::Client { client_id, .. } = by else { return Ok(Self(None)) };
        let mut statement = connection.prepare("SELECT key FROM author WHERE kind = 'client' AND id = ?1")?;
        let keys = statement.query_map([client_id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Self(Some(keys)))
    }

    fn covers(&self, author: i64) -> bool {
        self.0.as_ref().is_none_or(|keys| keys.contains(&author))
    }
}

pub(super) fn choose(connection: &Connection, what: &Forget, by: &Author) -> Result<Chosen, Error> {
    let reach = Reach::of(connection, by)?;
    let mut selection = Selection::default();
    let mut phrase = None;
    match what {
        Forget::Turn { id } => turn(connection, id.as_uuid(), &reach, &mut selection)?
            .ok_or(Error::NotFound { what: Subject::Turn, id: id.as_uuid() })?,
        Forget::Conversation { id } => conversation(connection, id.as_uuid(), &reach, &mut selection)?
            .ok_or(Error::NotFound { what: Subject::Conversation, id: id.as_uuid() })?,
        Forget::Thing { id } => thing(connection, *id, &reach, &mut selection)?,
        Forget::Client { .. } | Forget::Everything if reach.0.is_some() => return Err(Error::NotYours),
        Forget::Client { client } => of_client(connection, client, &mut selection)?,
        Forget::Phrase { phrase: words } => {
            let words = Phrase::new(words)?;
            with_phrase(connection, &words, &reach, &mut selection)?;
            phrase = Some(words);
        }
        Forget::Everything => everything(connection, &mut selection)?,
    }
    add_derived(connection, &mut selection)?;
    let counts = ForgetCounts {
        turns: selection.turns.len() as u64,
        conversations: emptied(connection, &selection)?,
        items: selection.items.len() as u64,
        insights: selection.insights.len() as u64,
    };
    let examples = examples(connection, &selection, phrase.as_ref())?;
    Ok(Chosen { selection, counts, examples })
}

/// The row with this id, if there is one and it may be chosen. `owners_own`: whether the owner has made it theirs.
fn row(
    connection: &Connection,
    table: &str,
    owners_own: &str,
    id: Uuid,
    reach: &Reach,
) -> Result<Option<i64>, Error> {
    let found: Option<(i64, i64, bool)> = connection
        .prepare_cached(&format!("SELECT seq, author, {owners_own} FROM {table} WHERE id = ?1"))?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((seq, author, is_owners)) = found else { return Ok(None) };
    if !reach.covers(author) || (is_owners && reach.0.is_some()) {
        return Err(Error::NotYours);
    }
    Ok(Some(seq))
}

fn turn(
    connection: &Connection,
    id: Uuid,
    reach: &Reach,
    selection: &mut Selection,
) -> Result<Option<()>, Error> {
    let Some(seq) = row(connection, "turn", "0", id, reach)? else { return Ok(None) };
    selection.turns.insert(seq, id);
    Ok(Some(()))
}

fn conversation(
    connection: &Connection,
    id: Uuid,
    reach: &Reach,
    selection: &mut Selection,
) -> Result<Option<()>, Error> {
    let Some(seq) = row(connection, "conversation", "0", id, reach)? else { return Ok(None) };
    add_turns(connection, "SELECT seq, id FROM turn WHERE conversation = ?1", seq, selection)?;
    Ok(Some(()))
}

/// Whatever has this id.
fn thing(connection: &Connection, id: Uuid, reach: &Reach, selection: &mut Selection) -> Result<(), Error> {
    if turn(connection, id, reach, selection)?.is_some()
        || conversation(connection, id, reach, selection)?.is_some()
    {
        return Ok(());
    }
    if row(connection, "item", "edited_by_owner", id, reach)?.is_some() {
        selection.items.insert(id);
        return Ok(());
    }
    row(connection, "insight", "edited_by_owner", id, reach)?
        .ok_or(Error::NotFound { what: Subject::Turn, id })?;
    selection.insights.insert(id);
    Ok(())
}

/// What this client logged and said, except what the owner has made their own.
fn of_client(connection: &Connection, client: &str, selection: &mut Selection) -> Result<(), Error> {
    for author in keys_of_client(connection, client)? {
        add_turns(connection, "SELECT seq, id FROM turn WHERE author = ?1", author, selection)?;
        let items = "SELECT id FROM item WHERE author = ?1 AND edited_by_owner = 0";
        selection.items.extend(ids(connection, items, author)?);
        selection.insights.extend(ids(connection, "SELECT id FROM insight WHERE author = ?1", author)?);
        let told = "SELECT DISTINCT subject FROM history WHERE author = ?1 AND detail IS NOT NULL";
        selection.histories.extend(ids(connection, told, author)?);
    }
    Ok(())
}

fn with_phrase(
    connection: &Connection,
    phrase: &Phrase,
    reach: &Reach,
    selection: &mut Selection,
) -> Result<(), Error> {
    let mut keyed = HashSet::new();
    let mut statement =
        connection.prepare("SELECT seq, external_key FROM conversation WHERE external_key IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if phrase.is_in(row.get_ref(1)?.as_str().unwrap_or_default()) {
            keyed.insert(row.get::<_, i64>(0)?);
        }
    }
    let mut statement = connection.prepare(
        "SELECT seq, id, author, conversation, user_message, assistant_response, external_id, request_key FROM turn",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let holds = |column| Ok::<_, Error>(phrase.is_in(row.get_ref(column)?.as_str().unwrap_or_default()));
        if reach.covers(row.get(2)?)
            && (keyed.contains(&row.get(3)?) || holds(4)? || holds(5)? || holds(6)? || holds(7)?)
        {
            selection.turns.insert(row.get(0)?, Uuid::from_bytes(row.get(1)?));
        }
    }
    for table in ["item", "insight"] {
        let said = hanging_on(connection, table, phrase)?;
        let sql = format!("SELECT seq, id, author, edited_by_owner FROM {table}");
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let is_owners = row.get::<_, bool>(3)? && reach.0.is_some();
            if said.contains(&row.get(0)?) && reach.covers(row.get(2)?) && !is_owners {
                let chosen = if table == "item" { &mut selection.items } else { &mut selection.insights };
                chosen.insert(Uuid::from_bytes(row.get(1)?));
            }
        }
    }
    let mut statement =
        connection.prepare("SELECT subject, author, detail FROM history WHERE detail IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if reach.covers(row.get(1)?) && is_in_json(phrase, row.get_ref(2)?.as_str().unwrap_or_default()) {
            selection.histories.insert(Uuid::from_bytes(row.get(0)?));
        }
    }
    Ok(())
}

/// The rows of `parent` that hold the phrase in any text of theirs, or of the rows that hang on them: notes, names
/// they had before, values. Asked of the schema, so that no table that comes later is left out.
fn hanging_on(connection: &Connection, parent: &str, phrase: &Phrase) -> Result<HashSet<i64>, Error> {
    let mut places = vec![(parent.to_owned(), "seq".to_owned())];
    let mut statement = connection.prepare(
        "SELECT t.name, k.\"from\" FROM pragma_table_list t, pragma_foreign_key_list(t.name) k \
         WHERE t.schema = 'main' AND t.type = 'table' AND k.\"table\" = ?1",
    )?;
    for place in statement.query_map([parent], |row| Ok((row.get(0)?, row.get(1)?)))? {
        places.push(place?);
    }
    let mut found = HashSet::new();
    for (table, key) in places {
        // Words of the program itself are nobody's: "goal" is in the row of every goal.
        let mut columns = connection.prepare(
            "SELECT name FROM pragma_table_info(?1) WHERE type = 'TEXT' \
             AND name NOT IN ('kind', 'state', 'side', 'insight_type', 'language')",
        )?;
        let columns: Vec<String> =
            columns.query_map([&table], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for column in columns {
            let sql =
                format!("SELECT \"{key}\", \"{column}\" FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if is_in_json(phrase, row.get_ref(1)?.as_str().unwrap_or_default()) {
                    found.insert(row.get(0)?);
                }
            }
        }
    }
    Ok(found)
}

/// Whether any text of a JSON value holds the phrase; JSON writes some characters in its own way.
fn is_in_json(phrase: &Phrase, json: &str) -> bool {
    fn any(phrase: &Phrase, value: &Value) -> bool {
        match value {
            Value::String(text) => phrase.is_in(text),
            Value::Array(values) => values.iter().any(|value| any(phrase, value)),
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| phrase.is_in(name) || any(phrase, value))
            }
            Value::Number(number) => phrase.is_in(&number.to_string()),
            Value::Null | Value::Bool(_) => false,
        }
    }
    !json.is_empty()
        && serde_json::from_str(json).map_or_else(|_| phrase.is_in(json), |value| any(phrase, &value))
}

fn everything(connection: &Connection, selection: &mut Selection) -> Result<(), Error> {
    add_turns(connection, "SELECT seq, id FROM turn WHERE ?1", 1, selection)?;
    selection.items.extend(ids(connection, "SELECT id FROM item WHERE ?1", 1)?);
    selection.insights.extend(ids(connection, "SELECT id FROM insight WHERE ?1", 1)?);
    selection.everything = Some(Extent::of(connection)?);
    Ok(())
}

fn add_turns(
    connection: &Connection,
    sql: &str,
    parameter: i64,
    selection: &mut Selection,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([parameter], |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?))))?;
    for row in rows {
        let (seq, id) = row?;
        selection.turns.insert(seq, id);
    }
    Ok(())
}

fn ids(connection: &Connection, sql: &str, parameter: i64) -> Result<Vec<Uuid>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([parameter], |row| Ok(Uuid::from_bytes(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds what only the chosen turns speak for: what analysis found in them and nowhere else.
fn add_derived(connection: &Connection, selection: &mut Selection) -> Result<(), Error> {
    for (evidence, things, own) in [
        (
            "SELECT item FROM item_evidence WHERE turn = ?1",
            "SELECT id, (SELECT count(*) FROM item_evidence WHERE item = seq) FROM item WHERE seq = ?1 AND \
             author IN (SELECT key FROM author WHERE kind = 'analysis') AND edited_by_owner = 0",
            &mut selection.items,
        ),
        (
            "SELECT insight FROM insight_evidence WHERE turn = ?1",
            "SELECT id, (SELECT count(*) FROM insight_evidence WHERE insight = seq) FROM insight WHERE seq = ?1 \
             AND author IN (SELECT key FROM author WHERE kind = 'analysis')",
            &mut selection.insights,
        ),
    ] {
        let mut spoken_for: BTreeMap<i64, i64> = BTreeMap::new();
        let mut statement = connection.prepare(evidence)?;
        for turn in selection.turns.keys() {
            for thing in statement.query_map([turn], |row| row.get::<_, i64>(0))? {
                *spoken_for.entry(thing?).or_default() += 1;
            }
        }
        let mut statement = connection.prepare(things)?;
        for (thing, chosen) in spoken_for {
            let found: Option<([u8; 16], i64)> =
                statement.query_row([thing], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            if let Some((id, _)) = found.filter(|(_, all)| *all == chosen) {
                own.insert(Uuid::from_bytes(id));
            }
        }
    }
    Ok(())
}

/// How many conversations will have no turn left.
fn emptied(connection: &Connection, selection: &Selection) -> Result<u64, Error> {
    let mut chosen: BTreeMap<i64, i64> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT conversation FROM turn WHERE seq = ?1")?;
    for turn in selection.turns.keys() {
        let conversation = statement.query_row([turn], |row| row.get(0))?;
        *chosen.entry(conversation).or_default() += 1;
    }
    let mut statement = connection.prepare("SELECT turn_count FROM conversation WHERE seq = ?1")?;
    let mut emptied = 0;
    for (conversation, count) in chosen {
        let all: i64 = statement.query_row([conversation], |row| row.get(0))?;
        emptied += u64::from(all <= count);
    }
    Ok(emptied)
}

/// The newest few of each kind, so that a person sees what it is about.
fn examples(
    connection: &Connection,
    selection: &Selection,
    phrase: Option<&Phrase>,
) -> Result<Vec<Example>, Error> {
    let mut examples = Vec::new();
    let mut statement = connection
        .prepare("SELECT user_message, assistant_response, occurred_at FROM turn WHERE seq = ?1")?;
    for (seq, id) in selection.turns.iter().rev().take(EXAMPLES) {
        let example = statement.query_row([seq], |row| {
            let (said, answered): (String, String) = (row.get(0)?, row.get(1)?);
            let text = phrase
                .and_then(|phrase| phrase.excerpt(&said).or_else(|| phrase.excerpt(&answered)))
                .unwrap_or_else(|| opening(if said.trim().is_empty() { &answered } else { &said }, false));
            Ok(Example { kind: Subject::Turn, id: *id, text, at: time(row, 2)? })
        })?;
        examples.push(example);
    }
    let mut named = |kind, sql: &str, ids: &BTreeSet<Uuid>| -> Result<(), Error> {
        let mut statement = connection.prepare(sql)?;
        for id in ids.iter().take(EXAMPLES) {
            let example = statement.query_row([id.as_bytes()], |row| {
                let text: String = row.get(0)?;
                Ok(Example {
                    kind,
                    id: *id,
                    text: opening(&text, false),
                    at: Timestamp::from_micros(row.get(1)?),
                })
            })?;
            examples.push(example);
        }
        Ok(())
    };
    named(Subject::Item, "SELECT name, last_seen_at FROM item WHERE id = ?1", &selection.items)?;
    named(Subject::Insight, "SELECT content, occurred_at FROM insight WHERE id = ?1", &selection.insights)?;
    Ok(examples)
}
