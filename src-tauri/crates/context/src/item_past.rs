//! What was said and noted of an item in the course of time: the tables `item_note`, `item_value` and `item_said`.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::analysis::{ItemFinding, Polarity};
use crate::author::Author;
use crate::calendar::Day;
use crate::evidence::TurnPlace;
use crate::item::StoredItem;
use crate::item_change::Hand;
use crate::state::{ItemKind, ItemState};
use crate::stored::{TimeColumn, time};
use crate::{Error, input};

/// How many notes and earlier values come with an item.
pub(crate) const PAST_SHOWN: i64 = 10;
/// How many of the things that turns said of an item are looked at for its earlier values.
const SAID_READ: i64 = 100;

/// A note on an item, for example a step towards a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ItemNote {
    /// When it was noted.
    pub at: Timestamp,
    /// Who noted it.
    pub author: Author,
    /// The note: one line.
    pub text: String,
}

/// A value that a preference had before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EarlierValue {
    /// The value.
    pub value: Value,
    /// Since when it was known.
    pub since: Timestamp,
    /// When another took its place.
    pub until: Timestamp,
}

pub(crate) const NOTES: &str = "SELECT n.at, n.note, a.kind, a.id, a.name FROM item_note n CROSS JOIN author a ON a.key = n.author \
     WHERE n.item = ?1 ORDER BY n.at DESC, n.ordinal DESC LIMIT ?2";

/// The newest notes on an item; a negative limit: all.
pub(crate) fn notes(connection: &Connection, item: i64, limit: i64) -> Result<Vec<ItemNote>, Error> {
    let mut statement = connection.prepare_cached(NOTES)?;
    let rows = statement.query_map((item, limit), |row| {
        Ok(ItemNote { at: time(row, 0)?, text: row.get(1)?, author: Author::from_row(row, 2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a note that has been checked.
pub(crate) fn add_note(connection: &Connection, item: i64, note: &ItemNote) -> Result<(), Error> {
    let author = note.author.key(connection)?;
    let same = connection
        .prepare_cached("SELECT 1 FROM item_note WHERE item = ?1 AND at = ?2 AND note = ?3")?
        .exists((item, note.at.column(), &note.text))?;
    if !same {
        connection
            .prepare_cached(
                "INSERT INTO item_note (item, at, ordinal, author, note) VALUES (?1, ?2, \
                 1 + ifnull((SELECT max(ordinal) FROM item_note WHERE item = ?1 AND at = ?2), 0), ?3, ?4)",
            )?
            .execute((item, note.at.column(), author, &note.text))?;
    }
    Ok(())
}

/// Checks a note and gives it in the form that is shown.
pub(crate) fn check_note(note: &str) -> Result<String, input::InputError> {
    input::check_name("note", note)
}

/// Keeps the value that a preference had until somebody changed it outright.
pub(crate) fn keep_value(connection: &Connection, stored: &StoredItem, hand: Hand<'_>) -> Result<(), Error> {
    let Some(value) = &stored.item.value else { return Ok(()) };
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(until) FROM item_value WHERE item = ?1")?
        .query_row([stored.seq], |row| row.get(0))?;
    let since = last.unwrap_or_else(|| stored.item.created_at.column());
    add_earlier(
        connection,
        stored.seq,
        &EarlierValue { value: value.clone(), since: Timestamp::from_micros(since), until: hand.at },
    )
}

pub(crate) fn add_earlier(connection: &Connection, item: i64, earlier: &EarlierValue) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO item_value (item, since, until, value) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((item, earlier.since.column(), earlier.until.column(), earlier.value.to_string()))?;
    Ok(())
}

pub(crate) const EARLIER: &str =
    "SELECT value, since, until FROM item_value WHERE item = ?1 ORDER BY until DESC, since DESC LIMIT ?2";

/// The values that somebody changed outright, the last first; a negative limit: all.
pub(crate) fn changed_values(
    connection: &Connection,
    item: i64,
    limit: i64,
) -> Result<Vec<EarlierValue>, Error> {
    let mut statement = connection.prepare_cached(EARLIER)?;
    let rows = statement.query_map((item, limit), |row| {
        let value: String = row.get(0)?;
        let value = serde_json::from_str(&value).unwrap_or(Value::Null);
        Ok(EarlierValue { value, since: time(row, 1)?, until: time(row, 2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a turn said of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) at: i64,
    pub(crate) turn: i64,
    pub(crate) value: Option<String>,
    pub(crate) target: Option<Day>,
    pub(crate) no_longer: bool,
    pub(crate) replaced: Option<String>,
}

impl Said {
    /// What `finding` says beyond its name; none: nothing.
    pub(crate) fn of(finding: &ItemFinding, turn: TurnPlace) -> Option<Self> {
        let no_longer = finding.polarity == Polarity::NoLonger;
        let value = (finding.kind == ItemKind::Preference && !no_longer)
            .then(|| finding.value.clone().unwrap_or_else(|| finding.polarity.as_str().to_owned()));
        let target = finding.target_date.filter(|_| finding.kind == ItemKind::Goal);
        let replaced = finding.replaced.clone();
        (no_longer || value.is_some() || target.is_some() || replaced.is_some()).then_some(Self {
            at: turn.occurred_at,
            turn: turn.seq,
            value,
            target,
            no_longer,
            replaced,
        })
    }
}

impl Said {
    /// That it is no longer so.
    pub(crate) fn end(turn: TurnPlace) -> Self {
        let (at, turn) = (turn.occurred_at, turn.seq);
        Self { at, turn, value: None, target: None, no_longer: true, replaced: None }
    }
}

pub(crate) fn add_said(connection: &Connection, item: i64, said: &Said) -> Result<bool, Error> {
    let added = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO item_said (item, at, turn, value, target_day, no_longer, replaced) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((item, said.at, said.turn, &said.value, said.target, said.no_longer, &said.replaced))?;
    Ok(added > 0)
}

pub(crate) const SAID: &str = "SELECT at, turn, value, target_day, no_longer, replaced FROM item_said WHERE item = ?1 \
     ORDER BY at DESC, turn DESC LIMIT ?2";

/// What turns said of an item, the last first.
pub(crate) fn said(connection: &Connection, item: i64) -> Result<Vec<Said>, Error> {
    let mut statement = connection.prepare_cached(SAID)?;
    let rows = statement.query_map((item, SAID_READ), |row| {
        Ok(Said {
            at: row.get(0)?,
            turn: row.get(1)?,
            value: row.get(2)?,
            target: row.get(3)?,
            no_longer: row.get(4)?,
            replaced: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The runs of one value each in what turns said, the last first, with when each began.
pub(crate) fn runs(said: &[Said]) -> Vec<(&str, i64)> {
    let mut runs: Vec<(&str, i64)> = Vec::new();
    for said in said {
        let Some(value) = said.value.as_deref() else { continue };
        match runs.last_mut() {
            // Going back in time, so the run began earlier than was known.
            Some((last, began)) if input::normalise(last) == input::normalise(value) => *began = said.at,
            _ => runs.push((value, said.at)),
        }
    }
    runs
}

/// The values that a preference had before, the last first: those that somebody changed, and, where only analysis
/// speaks for it, those that turns told of.
pub(crate) fn earlier(connection: &Connection, stored: &StoredItem) -> Result<Vec<EarlierValue>, Error> {
    if stored.item.kind != ItemKind::Preference {
        return Ok(Vec::new());
    }
    let mut earlier = changed_values(connection, stored.seq, PAST_SHOWN)?;
    if stored.is_analysis_own() {
        let said = said(connection, stored.seq)?;
        for pair in runs(&said).windows(2) {
            let [(_, until), (value, since)] = pair else { continue };
            earlier.push(EarlierValue {
                value: Value::String((*value).to_owned()),
                since: Timestamp::from_micros(*since),
                until: Timestamp::from_micros(*until),
            });
        }
        earlier.truncate(usize::try_from(PAST_SHOWN).unwrap_or(usize::MAX));
    }
    Ok(earlier)
}

/// What turns alone make of an item that nobody but analysis speaks for: its value, its day and its state.
pub(crate) fn settle(
    connection: &Connection,
    stored: &mut StoredItem,
    by_support: ItemState,
) -> Result<(), Error> {
    let said = said(connection, stored.seq)?;
    if stored.item.kind == ItemKind::Preference
        && let Some(value) = said.iter().find_map(|said| said.value.as_deref())
    {
        stored.item.value = Some(Value::String(value.to_owned()));
    }
    stored.item.target = said.iter().find_map(|said| said.target);
    let ended = said.iter().find(|said| said.no_longer).map(|said| (said.at, said.turn));
    stored.item.state = match ended {
        Some(ended) if last_meant(connection, stored.seq)?.is_none_or(|meant| meant <= ended) => {
            ItemState::Archived
        }
        _ => by_support,
    };
    Ok(())
}

/// When a turn last spoke for the item, and not of its end.
fn last_meant(connection: &Connection, item: i64) -> Result<Option<(i64, i64)>, Error> {
    Ok(connection
        .prepare_cached(
            "SELECT e.occurred_at, e.turn FROM item_evidence e WHERE e.item = ?1 AND NOT EXISTS \
             (SELECT 1 FROM item_said s WHERE s.item = e.item AND s.at = e.occurred_at AND s.turn = e.turn \
             AND s.no_longer) ORDER BY e.occurred_at DESC, e.turn DESC LIMIT 1",
        )?
        .query_row([item], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}
