//! Evidence: which words of which turn a derived thing stands on. The tables `item_evidence`,
//! `item_support` and `insight_evidence`.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::id::TurnId;
use crate::state::Side;

/// How many pieces of evidence come with a thing in a listing; an export has all of them.
pub const EVIDENCE_SHOWN: u32 = 5;

/// The words of a turn that something stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Evidence {
    /// The turn.
    pub turn_id: TurnId,
    /// Which of its texts.
    pub side: Side,
    /// The first character, counted in Unicode scalar values from the text's start.
    pub start: u32,
    /// Behind the last character, counted the same way.
    pub end: u32,
}

impl Evidence {
    pub(crate) fn span(&self) -> Span {
        Span { side: self.side, start: self.start, end: self.end }
    }
}

/// The newest evidence of an item.
pub(crate) const OF_ITEM: &str = "SELECT t.id, e.side, e.range_start, e.range_end \
     FROM item_evidence e CROSS JOIN turn t ON t.seq = e.turn WHERE e.item = ?1 \
     ORDER BY e.occurred_at DESC, e.turn DESC LIMIT ?2";

/// The newest evidence of an insight.
pub(crate) const OF_INSIGHT: &str = "SELECT t.id, e.side, e.range_start, e.range_end \
     FROM insight_evidence e CROSS JOIN turn t ON t.seq = e.turn WHERE e.insight = ?1 \
     ORDER BY e.occurred_at DESC, e.turn DESC LIMIT ?2";

/// Reads at most `limit` pieces by `sql` ([`OF_ITEM`] or [`OF_INSIGHT`]); a negative limit: all.
pub(crate) fn read(
    connection: &Connection,
    sql: &str,
    thing: i64,
    limit: i64,
) -> Result<Vec<Evidence>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((thing, limit), |row| {
        Ok(Evidence { turn_id: row.get(0)?, side: row.get(1)?, start: row.get(2)?, end: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where a turn stands, as far as evidence needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TurnPlace {
    pub(crate) seq: i64,
    pub(crate) conversation: i64,
    pub(crate) occurred_at: i64,
    pub(crate) logged_at: i64,
}

/// Where a turn stands; none: it is not here.
pub(crate) fn place(connection: &Connection, turn: TurnId) -> Result<Option<TurnPlace>, Error> {
    Ok(connection
        .prepare_cached("SELECT seq, conversation, occurred_at, logged_at FROM turn WHERE id = ?1")?
        .query_row([turn], |row| {
            Ok(TurnPlace {
                seq: row.get(0)?,
                conversation: row.get(1)?,
                occurred_at: row.get(2)?,
                logged_at: row.get(3)?,
            })
        })
        .optional()?)
}

/// The characters that speak for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which of the turn's texts.
    pub side: Side,
    /// The first character, counted in Unicode scalar values.
    pub start: u32,
    /// Behind the last one.
    pub end: u32,
}

/// Adds evidence for an item and counts its conversations. False: the turn spoke for it already.
pub(crate) fn add_to_item(
    connection: &Connection,
    item: i64,
    turn: TurnPlace,
    span: Span,
) -> Result<bool, Error> {
    let added = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO item_evidence (item, turn, side, range_start, range_end, occurred_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((item, turn.seq, span.side, span.start, span.end, turn.occurred_at))?;
    if added == 0 {
        return Ok(false);
    }
    let turns: i64 = connection
        .prepare_cached(
            "INSERT INTO item_support (item, conversation, turns) VALUES (?1, ?2, 1) \
             ON CONFLICT DO UPDATE SET turns = turns + 1 RETURNING turns",
        )?
        .query_row((item, turn.conversation), |row| row.get(0))?;
    connection
        .prepare_cached(
            "UPDATE item SET support = support + ?2, last_seen_at = max(last_seen_at, ?3) WHERE seq = ?1",
        )?
        .execute((item, i64::from(turns == 1), turn.occurred_at))?;
    Ok(true)
}

/// Adds evidence for an insight. False: the turn spoke for it already.
pub(crate) fn add_to_insight(
    connection: &Connection,
    insight: i64,
    turn: TurnPlace,
    span: Span,
) -> Result<bool, Error> {
    let added = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO insight_evidence (insight, turn, side, range_start, range_end, occurred_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((insight, turn.seq, span.side, span.start, span.end, turn.occurred_at))?;
    Ok(added > 0)
}

/// Takes a turn's evidence away; gives the items and insights that it spoke for.
pub(crate) fn remove_of_turn(
    connection: &Connection,
    turn: TurnPlace,
) -> Result<(Vec<i64>, Vec<i64>), Error> {
    let items: Vec<i64> = connection
        .prepare_cached("SELECT item FROM item_evidence WHERE turn = ?1")?
        .query_map([turn.seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for item in &items {
        let turns: i64 = connection
            .prepare_cached(
                "UPDATE item_support SET turns = turns - 1 WHERE item = ?1 AND conversation = ?2 RETURNING turns",
            )?
            .query_row((item, turn.conversation), |row| row.get(0))?;
        if turns == 0 {
            connection
                .prepare_cached("DELETE FROM item_support WHERE item = ?1 AND conversation = ?2")?
                .execute((item, turn.conversation))?;
            connection
                .prepare_cached("UPDATE item SET support = support - 1 WHERE seq = ?1")?
                .execute([item])?;
        }
    }
    connection.prepare_cached("DELETE FROM item_evidence WHERE turn = ?1")?.execute([turn.seq])?;
    let insights: Vec<i64> = connection
        .prepare_cached("SELECT insight FROM insight_evidence WHERE turn = ?1")?
        .query_map([turn.seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    connection.prepare_cached("DELETE FROM insight_evidence WHERE turn = ?1")?.execute([turn.seq])?;
    Ok((items, insights))
}
