//! Interests, skills, projects, preferences and goals: the table `item`, and how it is read.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::author::Author;
use crate::calendar::Day;
use crate::evidence::{self, EVIDENCE_SHOWN, Evidence};
use crate::id::ItemId;
use crate::item_past::{self, EarlierValue, ItemNote};
use crate::page::page_limit;
use crate::state::{ItemKind, ItemState, Subject};
use crate::stored::{TimeColumn, time};

/// Something about the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// Its name; a preference's key.
    pub name: String,
    /// A preference's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub value: Option<Value>,
    /// Where it stands.
    pub state: ItemState,
    /// Where it comes from: who said it, or analysis.
    pub author: Author,
    /// The owner changed it by hand: analysis leaves it as it is.
    pub edited_by_owner: bool,
    /// When it came into the store.
    pub created_at: Timestamp,
    /// When its name, value or state last changed.
    pub updated_at: Timestamp,
    /// When somebody last said it outright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub stated_at: Option<Timestamp>,
    /// When it was last said outright or found in a turn.
    pub last_seen_at: Timestamp,
    /// In how many conversations it was found.
    pub support: u32,
    /// The day by which a goal is to be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub target: Option<Day>,
    /// What was noted about it, the last first: the newest few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<ItemNote>>", optional))]
    pub notes: Vec<ItemNote>,
    /// The values that a preference had before, the last first: the newest few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<EarlierValue>>", optional))]
    pub earlier: Vec<EarlierValue>,
    /// What it stands on: the newest few.
    pub evidence: Vec<Evidence>,
}

/// Something about the person, said outright.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewItem {
    /// What it is.
    pub kind: ItemKind,
    /// Its name; a preference's key.
    pub name: String,
    /// A preference's value; none for the other kinds.
    #[serde(default)]
    pub value: Option<Value>,
}

/// What to change of an item; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ItemChange {
    /// The new name.
    pub name: Option<String>,
    /// A preference's new value.
    pub value: Option<Value>,
    /// The new state.
    pub state: Option<ItemState>,
    /// The day by which a goal is to be reached.
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub target: Option<Day>,
    /// The goal has no day any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>", optional))]
    pub clear_target: bool,
    /// A note to add, for example a step towards a goal: one line.
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub note: Option<String>,
}

/// What adding came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Added {
    /// The item as it stands now.
    pub item: Item,
    /// It was there before, under this name or another spelling of it.
    pub existed: bool,
}

/// Which items to list; the last seen first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ItemQuery {
    /// Only of this kind.
    pub kind: Option<ItemKind>,
    /// Only in this state; without it: all but dismissed ones.
    pub state: Option<ItemState>,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

impl Default for ItemQuery {
    fn default() -> Self {
        Self { kind: None, state: None, limit: 200 }
    }
}

/// An item with the number of its row.
#[derive(Clone, Debug)]
pub(crate) struct StoredItem {
    pub(crate) seq: i64,
    pub(crate) item: Item,
}

impl StoredItem {
    /// Whether analysis alone answers for it, and so may change it or take it back.
    pub(crate) fn is_analysis_own(&self) -> bool {
        self.item.author == Author::Analysis && !self.item.edited_by_owner
    }
}

/// How an item is read; `from_row` knows the order.
macro_rules! select {
    () => {
        "SELECT i.seq, i.id, i.kind, i.name, i.value, i.state, i.edited_by_owner, i.created_at, i.updated_at, \
         i.stated_at, i.last_seen_at, i.support, i.target_day, a.kind, a.id, a.name \
         FROM item i CROSS JOIN author a ON a.key = i.author"
    };
}

/// The items of one kind and state, the last seen first.
pub(crate) const BY_STATE: &str = concat!(
    select!(),
    " WHERE i.kind = ?1 AND i.state = ?2 ORDER BY i.last_seen_at DESC, i.seq DESC LIMIT ?3"
);
/// All items by id: for export.
pub(crate) const ALL: &str = concat!(select!(), " ORDER BY i.id");
const BY_ID: &str = concat!(select!(), " WHERE i.id = ?1");
const BY_SEQ: &str = concat!(select!(), " WHERE i.seq = ?1");
const BY_NAME: &str = concat!(select!(), " WHERE i.kind = ?1 AND i.normal_name = ?2");

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    let value: Option<String> = row.get(4)?;
    Ok(StoredItem {
        seq: row.get(0)?,
        item: Item {
            id: row.get(1)?,
            kind: row.get(2)?,
            name: row.get(3)?,
            value: value.and_then(|value| serde_json::from_str(&value).ok()),
            state: row.get(5)?,
            edited_by_owner: row.get(6)?,
            created_at: time(row, 7)?,
            updated_at: time(row, 8)?,
            stated_at: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_micros),
            last_seen_at: time(row, 10)?,
            support: row.get(11)?,
            target: row.get(12)?,
            author: Author::from_row(row, 13)?,
            notes: Vec::new(),
            earlier: Vec::new(),
            evidence: Vec::new(),
        },
    })
}

/// The item with this id, without its evidence.
pub(crate) fn by_id(connection: &Connection, id: ItemId) -> Result<StoredItem, Error> {
    connection
        .prepare_cached(BY_ID)?
        .query_row([id], from_row)
        .optional()?
        .ok_or(Error::NotFound { what: Subject::Item, id: id.as_uuid() })
}

/// Whether there is an item with this id.
pub(crate) fn exists(connection: &Connection, id: ItemId) -> Result<bool, Error> {
    Ok(connection.prepare_cached("SELECT 1 FROM item WHERE id = ?1")?.exists([id])?)
}

/// The item in this row, without its evidence.
pub(crate) fn by_seq(connection: &Connection, seq: i64) -> Result<StoredItem, Error> {
    Ok(connection.prepare_cached(BY_SEQ)?.query_row([seq], from_row)?)
}

/// The item that goes by this name, or went by it before it was renamed.
pub(crate) fn by_name(
    connection: &Connection,
    kind: ItemKind,
    normal_name: &str,
) -> Result<Option<StoredItem>, Error> {
    let named = connection.prepare_cached(BY_NAME)?.query_row((kind, normal_name), from_row).optional()?;
    if named.is_some() {
        return Ok(named);
    }
    let renamed: Option<i64> = connection
        .prepare_cached("SELECT item FROM item_alias WHERE kind = ?1 AND normal_name = ?2")?
        .query_row((kind, normal_name), |row| row.get(0))
        .optional()?;
    renamed.map(|seq| by_seq(connection, seq)).transpose()
}

/// The item with its newest evidence, notes and earlier values.
pub(crate) fn with_evidence(connection: &Connection, mut stored: StoredItem) -> Result<Item, Error> {
    stored.item.notes = item_past::notes(connection, stored.seq, item_past::PAST_SHOWN)?;
    stored.item.earlier = item_past::earlier(connection, &stored)?;
    stored.item.evidence = evidence::read(connection, evidence::OF_ITEM, stored.seq, EVIDENCE_SHOWN.into())?;
    Ok(stored.item)
}

/// The last seen items of one kind and state, without evidence.
pub(crate) fn of_state(
    connection: &Connection,
    kind: ItemKind,
    state: ItemState,
    limit: u32,
) -> Result<Vec<StoredItem>, Error> {
    let mut statement = connection.prepare_cached(BY_STATE)?;
    let rows = statement.query_map((kind, state, limit), from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lists by one short walk along the index for each kind and state, so that no filter reads the whole table.
pub(crate) fn list(connection: &Connection, query: &ItemQuery) -> Result<Vec<Item>, Error> {
    let limit = page_limit(query.limit);
    let mut found = Vec::new();
    for kind in ItemKind::ALL.iter().filter(|kind| query.kind.is_none_or(|wanted| wanted == **kind)) {
        for state in ItemState::ALL {
            let wanted = match query.state {
                Some(wanted) => wanted == *state,
                None => *state != ItemState::Dismissed,
            };
            if wanted {
                found.extend(of_state(connection, *kind, *state, limit)?);
            }
        }
    }
    found.sort_by_key(|stored| std::cmp::Reverse((stored.item.last_seen_at, stored.seq)));
    found.truncate(limit as usize);
    found.into_iter().map(|stored| with_evidence(connection, stored)).collect()
}

/// Writes a new row for `item` (its evidence aside) and gives its number.
pub(crate) fn insert(connection: &Connection, item: &Item, normal_name: &str) -> Result<i64, Error> {
    let author = item.author.key(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO item (id, kind, name, normal_name, value, state, author, edited_by_owner, created_at, \
             updated_at, stated_at, last_seen_at, support, target_day) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute((
            item.id,
            item.kind,
            &item.name,
            normal_name,
            item.value.as_ref().map(Value::to_string),
            item.state,
            author,
            item.edited_by_owner,
            item.created_at.column(),
            item.updated_at.column(),
            item.stated_at.map(TimeColumn::column),
            item.last_seen_at.column(),
            item.support,
            item.target,
        ))?;
    Ok(connection.last_insert_rowid())
}

/// Writes what may change of an item back to its row. Support and evidence have their own ways.
pub(crate) fn update(connection: &Connection, stored: &StoredItem, normal_name: &str) -> Result<(), Error> {
    let item = &stored.item;
    let author = item.author.key(connection)?;
    connection
        .prepare_cached(
            "UPDATE item SET name = ?2, normal_name = ?3, value = ?4, state = ?5, author = ?6, \
             edited_by_owner = ?7, created_at = ?8, updated_at = ?9, stated_at = ?10, last_seen_at = ?11, \
             target_day = ?12 WHERE seq = ?1",
        )?
        .execute((
            stored.seq,
            &item.name,
            normal_name,
            item.value.as_ref().map(Value::to_string),
            item.state,
            author,
            item.edited_by_owner,
            item.created_at.column(),
            item.updated_at.column(),
            item.stated_at.map(TimeColumn::column),
            item.last_seen_at.column(),
            item.target,
        ))?;
    Ok(())
}
