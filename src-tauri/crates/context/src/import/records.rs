//! The records of our own JSON export, each added to the store unless it is there.

use rusqlite::{Connection, OptionalExtension};

use crate::analysis::derive::insight_key;
use crate::conversation;
use crate::evidence::{self, Evidence};
use crate::export::json::{ConversationRecord, InsightRecord, ItemRecord};
use crate::forgetting::marks::{self, Marked, Told};
use crate::history::{self, StoreKey};
use crate::import::FORGOTTEN;
use crate::import::insights::imported_key;
use crate::input::{check_key, check_name, check_turn, check_value, normalise, text_hash};
use crate::item_past::{self, ItemNote};
use crate::state::{InsightState, ItemState};
use crate::stored::TimeColumn;
use crate::turn::Turn;
use crate::{Author, ConversationId, Error, insight, item};

/// Whose word it is that comes without the turns it stands on.
const SOURCE: &str = "json";

/// What adding a record came to.
pub(super) enum Outcome {
    Added,
    Known,
    Bad(String),
}

/// Adds a conversation without its turns; gives both ids if it is here under another one.
pub(super) fn add_conversation(
    connection: &Connection,
    conversation: &ConversationRecord,
) -> Result<Option<(ConversationId, ConversationId)>, Error> {
    let author = conversation.author.key(connection)?;
    let key = &conversation.external_key;
    let here: Option<ConversationId> = connection
        .prepare_cached("SELECT id FROM conversation WHERE id = ?1 OR (author = ?2 AND external_key = ?3)")?
        .query_row((conversation.id, author, key), |row| row.get(0))
        .optional()?;
    if let Some(here) = here {
        return Ok((here != conversation.id).then_some((conversation.id, here)));
    }
    connection
        .prepare_cached(
            "INSERT INTO conversation (id, author, external_key, started_at, last_at, turn_count) \
             VALUES (?1, ?2, ?3, ?4, ?5, 0)",
        )?
        .execute((
            conversation.id,
            author,
            key,
            conversation.started_at.column(),
            conversation.last_at.column(),
        ))?;
    Ok(None)
}

pub(super) fn add_turn(connection: &Connection, turn: &Turn) -> Result<Outcome, Error> {
    let keys = check_key("external_id", turn.external_id.clone())
        .and_then(|_| check_key("request_key", turn.request_key.clone()));
    if let Err(error) = check_turn(&turn.user_message, &turn.assistant_response).and(keys) {
        return Ok(Outcome::Bad(format!("turn {}: {error}", turn.id)));
    }
    if marks::is_forgotten(
        connection,
        &Marked::of_stored(turn, external_key(connection, turn)?),
        Told::FromExport,
    )? {
        return Ok(Outcome::Bad(format!("turn {}: {FORGOTTEN}", turn.id)));
    }
    let author = turn.author.key(connection)?;
    let known = connection
        .prepare_cached(
            "SELECT 1 FROM turn WHERE id = ?1 UNION ALL \
             SELECT 1 FROM turn WHERE author = ?2 AND request_key = ?3 LIMIT 1",
        )?
        .exists((turn.id, author, &turn.request_key))?;
    if known {
        return Ok(Outcome::Known);
    }
    let conversation: Option<i64> = connection
        .prepare_cached("SELECT seq FROM conversation WHERE id = ?1")?
        .query_row([turn.conversation_id], |row| row.get(0))
        .optional()?;
    let Some(conversation) = conversation else {
        return Ok(Outcome::Bad(format!("turn {}: its conversation is not in the file", turn.id)));
    };
    let same_source = connection
        .prepare_cached("SELECT 1 FROM turn WHERE author = ?1 AND external_id = ?2 AND conversation = ?3")?
        .exists((author, &turn.external_id, conversation))?;
    if same_source {
        return Ok(Outcome::Known);
    }
    connection
        .prepare_cached(
            "INSERT INTO turn (id, conversation, author, occurred_at, logged_at, text_hash, external_id, \
             request_key, user_message, assistant_response) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute((
            turn.id,
            conversation,
            author,
            turn.occurred_at.column(),
            turn.logged_at.column(),
            text_hash(&turn.user_message, &turn.assistant_response),
            &turn.external_id,
            &turn.request_key,
            &turn.user_message,
            &turn.assistant_response,
        ))?;
    conversation::add_turn(connection, conversation, turn.occurred_at)?;
    Ok(Outcome::Added)
}

/// The client's own key for the conversation of a turn that is about to come in.
fn external_key(connection: &Connection, turn: &Turn) -> Result<Option<String>, Error> {
    let key = connection
        .prepare_cached("SELECT external_key FROM conversation WHERE id = ?1")?
        .query_row([turn.conversation_id], |row| row.get(0))
        .optional()?;
    Ok(key.flatten())
}

pub(super) fn add_item(connection: &Connection, record: ItemRecord) -> Result<Outcome, Error> {
    let mut item = record.item;
    let checked = check_name(item.kind.as_str(), &item.name)
        .and_then(|name| check_value(item.kind, item.value.as_ref()).map(|()| name));
    match checked {
        Ok(name) => item.name = name,
        Err(error) => return Ok(Outcome::Bad(format!("item {}: {error}", item.id))),
    }
    let normal_name = normalise(&item.name);
    let key = StoreKey::read(connection)?;
    if history::is_forgotten(connection, marks::of_item(key, item.kind, &normal_name))? {
        return Ok(Outcome::Bad(format!("item {}: {FORGOTTEN}", item.id)));
    }
    let is_own = item.author == Author::Analysis && !item.edited_by_owner;
    let same_id: bool = connection.prepare_cached("SELECT 1 FROM item WHERE id = ?1")?.exists([item.id])?;
    let evidence = std::mem::take(&mut item.evidence);
    let (notes, earlier) = (std::mem::take(&mut item.notes), std::mem::take(&mut item.earlier));
    // A suggestion stays a suggestion: the next turn may confirm it.
    if is_own && item.state != ItemState::Suggested && !has_turn(connection, &evidence)? {
        item.author = Author::Import { source: SOURCE.to_owned() };
    }
    let seq = match item::by_name(connection, item.kind, &normal_name)? {
        // What only analysis says here gives way to what the file knows of it.
        Some(known) if known.is_analysis_own() && !is_own && (known.item.id == item.id || !same_id) => {
            if known.item.id != item.id {
                history::erase(connection, known.item.id.as_uuid())?;
            }
            connection.execute("UPDATE item SET id = ?2 WHERE seq = ?1", (known.seq, item.id))?;
            let known_seq = known.seq;
            item.last_seen_at = item.last_seen_at.max(known.item.last_seen_at);
            item::update(connection, &item::StoredItem { seq: known_seq, item }, &normal_name)?;
            known_seq
        }
        Some(known) => return add_missing(connection, known.seq, &evidence, Outcome::Known),
        None if same_id => return Ok(Outcome::Known),
        None => {
            item.support = 0;
            item::insert(connection, &item, &normal_name)?
        }
    };
    for note in &notes {
        match item_past::check_note(&note.text) {
            Ok(text) => item_past::add_note(connection, seq, &ItemNote { text, ..note.clone() })?,
            Err(error) => tracing::debug!(%error, "a note of an imported item was left out"),
        }
    }
    for value in &earlier {
        item_past::add_earlier(connection, seq, value)?;
    }
    let kind = item::by_seq(connection, seq)?.item.kind;
    for alias in record.aliases {
        connection
            .prepare_cached("INSERT OR IGNORE INTO item_alias (kind, normal_name, item) VALUES (?1, ?2, ?3)")?
            .execute((kind, normalise(&alias), seq))?;
    }
    add_missing(connection, seq, &evidence, Outcome::Added)
}

/// Whether any of it is here. What analysis found in turns that did not come along is the file's word from now
/// on: analysis here has nothing to find it in again, and would drop it when it starts anew.
fn has_turn(connection: &Connection, evidence: &[Evidence]) -> Result<bool, Error> {
    for piece in evidence {
        if evidence::place(connection, piece.turn_id)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds what evidence the item does not have yet.
fn add_missing(
    connection: &Connection,
    item: i64,
    evidence: &[Evidence],
    outcome: Outcome,
) -> Result<Outcome, Error> {
    for piece in evidence {
        if let Some(turn) = evidence::place(connection, piece.turn_id)? {
            evidence::add_to_item(connection, item, turn, piece.span())?;
        }
    }
    Ok(outcome)
}

pub(super) fn add_insight(
    connection: &Connection,
    record: InsightRecord,
    file_key: Option<StoreKey>,
    key: StoreKey,
) -> Result<Outcome, Error> {
    let mut insight = record.insight;
    if !(0.0..=1.0).contains(&insight.confidence)
        || check_name("insight_type", &insight.insight_type).is_err()
    {
        return Ok(Outcome::Bad(format!("insight {}: its type or confidence is out of range", insight.id)));
    }
    if insight.over_time
        && insight.author == Author::Analysis
        && file_key.is_none()
        && !insight.edited_by_owner
    {
        // Its key says nothing here. It is concluded from the turns again.
        return Ok(Outcome::Known);
    }
    let dedup_key = match (file_key, <[u8; 16]>::try_from(record.key.0)) {
        (Some(_), Ok(dedup_key)) => dedup_key,
        _ if insight.author == Author::Analysis && !insight.over_time => {
            insight_key(key, &insight.insight_type, &insight.content)
        }
        _ => imported_key(key, &insight),
    };
    if history::is_forgotten(connection, marks::of_insight(key, dedup_key))? {
        return Ok(Outcome::Bad(format!("insight {}: {FORGOTTEN}", insight.id)));
    }
    if let Some(known) = insight::by_key(connection, dedup_key)? {
        // What the owner decided in the file holds here too, unless they decided otherwise here.
        let is_refused =
            insight.state == InsightState::Dismissed && known.insight.state != InsightState::Dismissed;
        if !known.insight.edited_by_owner && (insight.edited_by_owner || is_refused) {
            connection.execute(
                "UPDATE insight SET state = ?2, edited_by_owner = ?3 WHERE seq = ?1",
                (known.seq, insight.state, insight.edited_by_owner),
            )?;
        }
        return Ok(Outcome::Known);
    }
    if connection.prepare_cached("SELECT 1 FROM insight WHERE id = ?1")?.exists([insight.id])? {
        return Ok(Outcome::Known);
    }
    let is_foreign = insight.over_time && file_key.is_none();
    if insight.author == Author::Analysis && (is_foreign || !has_turn(connection, &insight.evidence)?) {
        insight.over_time = false;
        insight.author = Author::Import { source: SOURCE.to_owned() };
    }
    let seq = insight::insert(connection, &insight, dedup_key)?;
    for piece in &insight.evidence {
        if let Some(turn) = evidence::place(connection, piece.turn_id)? {
            evidence::add_to_insight(connection, seq, turn, piece.span())?;
        }
    }
    Ok(Outcome::Added)
}
