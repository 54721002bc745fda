//! Removing turns, and with them what stood on them alone.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::derive::state_by_support;
use super::{Analyzer, Findings, TurnText};
use crate::author::Author;
use crate::conversation;
use crate::evidence::{self, TurnPlace};
use crate::history;
use crate::id::{ConversationId, TurnId};
use crate::input::normalise;
use crate::item_change::Hand;
use crate::state::{InsightState, Subject};
use crate::{Error, insight, item};

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Turns.
    pub turns: u64,
    /// Conversations that are empty now.
    pub conversations: u64,
    /// Interests and so on.
    pub items: u64,
    /// Insights.
    pub insights: u64,
}

/// Where a turn stands.
fn place(connection: &Connection, id: TurnId) -> Result<TurnPlace, Error> {
    evidence::place(connection, id)?.ok_or(Error::NotFound { what: Subject::Turn, id: id.as_uuid() })
}

pub(crate) fn remove_turn(
    connection: &Connection,
    id: TurnId,
    hand: Hand<'_>,
    analyzer: &dyn Analyzer,
) -> Result<Removed, Error> {
    let place = place(connection, id)?;
    let conversation: Uuid = connection
        .prepare_cached("SELECT id FROM conversation WHERE seq = ?1")?
        .query_row([place.conversation], |row| Ok(Uuid::from_bytes(row.get(0)?)))?;
    let mut removed = Removed::default();
    take_out(connection, id, place, hand, analyzer, &mut removed)?;
    if conversation::settle_after_removal(connection, place.conversation, 1)? {
        removed.conversations = 1;
        history::record_removal(connection, conversation, Subject::Conversation, hand.author, hand.at)?;
    }
    Ok(removed)
}

pub(crate) fn remove_conversation(
    connection: &Connection,
    id: ConversationId,
    hand: Hand<'_>,
    analyzer: &dyn Analyzer,
) -> Result<Removed, Error> {
    let seq: i64 = connection
        .prepare_cached("SELECT seq FROM conversation WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or(Error::NotFound { what: Subject::Conversation, id: id.as_uuid() })?;
    let turns: Vec<TurnId> = connection
        .prepare_cached("SELECT id FROM turn WHERE conversation = ?1")?
        .query_map([seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut removed = Removed { conversations: 1, ..Removed::default() };
    for turn in turns {
        take_out(connection, turn, place(connection, turn)?, hand, analyzer, &mut removed)?;
    }
    conversation::settle_after_removal(connection, seq, removed.turns)?;
    history::record_removal(connection, id.as_uuid(), Subject::Conversation, hand.author, hand.at)?;
    Ok(removed)
}

fn take_out(
    connection: &Connection,
    id: TurnId,
    place: TurnPlace,
    hand: Hand<'_>,
    analyzer: &dyn Analyzer,
    removed: &mut Removed,
) -> Result<(), Error> {
    let (items, insights) = evidence::remove_of_turn(connection, place)?;
    connection.prepare_cached("DELETE FROM turn WHERE seq = ?1")?.execute([place.seq])?;
    history::record_removal(connection, id.as_uuid(), Subject::Turn, hand.author, hand.at)?;
    removed.turns += 1;
    for item in items {
        removed.items += u64::from(settle_item(connection, item, analyzer)?);
    }
    for insight in insights {
        removed.insights += u64::from(settle_insight(connection, insight, analyzer)?);
    }
    Ok(())
}

/// Puts an item right after evidence went; true: nothing else spoke for it, so it went too.
pub(crate) fn settle_item(connection: &Connection, seq: i64, analyzer: &dyn Analyzer) -> Result<bool, Error> {
    let mut stored = item::by_seq(connection, seq)?;
    let normal_name = normalise(&stored.item.name);
    let latest: Option<i64> = connection
        .prepare_cached("SELECT max(occurred_at) FROM item_evidence WHERE item = ?1")?
        .query_row([seq], |row| row.get(0))?;
    let latest = latest.map(Timestamp::from_micros);
    if !stored.is_analysis_own() {
        let stated = stored.item.stated_at.unwrap_or(stored.item.created_at);
        stored.item.last_seen_at = latest.map_or(stated, |latest| latest.max(stated));
        item::update(connection, &stored, &normal_name)?;
        return Ok(false);
    }
    let Some(latest) = latest else {
        connection.prepare_cached("DELETE FROM item WHERE seq = ?1")?.execute([seq])?;
        history::erase(connection, stored.item.id.as_uuid())?;
        return Ok(true);
    };
    // The name was spelled as in the first turn, and that may be the one that went.
    let first = first_turn(connection, "SELECT min(turn) FROM item_evidence WHERE item = ?1", seq)?;
    let (findings, logged_at) = analyse_again(connection, first, analyzer)?;
    let kind = stored.item.kind;
    let same = findings.items.into_iter().find(|f| f.kind == kind && normalise(&f.name) == normal_name);
    stored.item.name = same.map_or_else(|| normal_name.clone(), |finding| finding.name);
    stored.item.created_at = logged_at;
    stored.item.last_seen_at = latest;
    stored.item.state = state_by_support(stored.item.support);
    item::update(connection, &stored, &normal_name)?;
    Ok(false)
}

/// Puts an insight right after evidence went; true: nothing else spoke for it, so it went too.
fn settle_insight(connection: &Connection, seq: i64, analyzer: &dyn Analyzer) -> Result<bool, Error> {
    let stored = insight::by_seq(connection, seq)?;
    if stored.insight.author != Author::Analysis {
        return Ok(false);
    }
    let latest: Option<i64> = connection
        .prepare_cached("SELECT max(occurred_at) FROM insight_evidence WHERE insight = ?1")?
        .query_row([seq], |row| row.get(0))?;
    let Some(latest) = latest else {
        if stored.insight.state == InsightState::Dismissed {
            history::forget(connection, stored.dedup_key)?;
        }
        connection.prepare_cached("DELETE FROM insight WHERE seq = ?1")?.execute([seq])?;
        history::erase(connection, stored.insight.id.as_uuid())?;
        return Ok(true);
    };
    // Content and context were taken from the first turn, and that may be the one that went.
    let first = first_turn(connection, "SELECT min(turn) FROM insight_evidence WHERE insight = ?1", seq)?;
    let (findings, logged_at) = analyse_again(connection, first, analyzer)?;
    let normal = normalise(&stored.insight.content);
    let same = findings.insights.into_iter().find(|finding| {
        finding.insight_type == stored.insight.insight_type && normalise(&finding.content) == normal
    });
    let (words, excerpt) = same.map_or((normal, String::new()), |same| (same.content, same.context));
    connection
        .prepare_cached(
            "UPDATE insight SET content = ?2, context = ?3, created_at = ?4, occurred_at = ?5 WHERE seq = ?1",
        )?
        .execute((seq, words, excerpt, logged_at.as_micros(), latest))?;
    Ok(false)
}

fn first_turn(connection: &Connection, sql: &str, thing: i64) -> Result<i64, Error> {
    Ok(connection.prepare_cached(sql)?.query_row([thing], |row| row.get(0))?)
}

fn analyse_again(
    connection: &Connection,
    turn: i64,
    analyzer: &dyn Analyzer,
) -> Result<(Findings, Timestamp), Error> {
    let (user_message, assistant_response, logged_at, occurred_at): (String, String, i64, i64) = connection
        .prepare_cached(
            "SELECT user_message, assistant_response, logged_at, occurred_at FROM turn WHERE seq = ?1",
        )?
        .query_row([turn], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let text = TurnText {
        user_message: &user_message,
        assistant_response: &assistant_response,
        occurred_at: Timestamp::from_micros(occurred_at),
    };
    Ok((analyzer.analyze(text), Timestamp::from_micros(logged_at)))
}
