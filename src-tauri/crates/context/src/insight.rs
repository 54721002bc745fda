//! Insights: the table `insight`.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Error;
use crate::author::Author;
use crate::evidence::{self, EVIDENCE_SHOWN, Evidence};
use crate::history::{self, NewEvent};
use crate::id::InsightId;
use crate::item_change::Hand;
use crate::page::{Cursor, page_limit};
use crate::state::{Action, InsightState, Subject};
use crate::stored::{TimeColumn, time};

/// Something that was noticed in what was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Insight {
    /// Its id.
    pub id: InsightId,
    /// When it was last seen.
    pub timestamp: Timestamp,
    /// What kind of insight, for example `learning_moment`.
    pub insight_type: String,
    /// What was noticed.
    pub content: String,
    /// The beginning of the text it was noticed in.
    pub context: String,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// Where it stands.
    pub state: InsightState,
    /// Who found or brought it.
    pub author: Author,
    /// When it came into the store.
    pub created_at: Timestamp,
    /// The version of the rules that found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub analysis_version: Option<u32>,
    /// What it stands on: the newest few.
    pub evidence: Vec<Evidence>,
    /// Where a listing that ends here goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub cursor: Option<Cursor>,
}

/// Which insights to list; newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InsightQuery {
    /// Only of this type.
    pub insight_type: Option<String>,
    /// Only in this state.
    pub state: InsightState,
    /// Only those behind this place.
    pub before: Option<Cursor>,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

impl Default for InsightQuery {
    fn default() -> Self {
        Self { insight_type: None, state: InsightState::Active, before: None, limit: 5 }
    }
}

/// An insight with the number of its row and its key.
#[derive(Clone, Debug)]
pub(crate) struct StoredInsight {
    pub(crate) seq: i64,
    pub(crate) dedup_key: [u8; 16],
    pub(crate) insight: Insight,
}

macro_rules! select {
    () => {
        "SELECT i.seq, i.dedup_key, i.id, i.occurred_at, i.insight_type, i.content, i.context, i.confidence, \
         i.state, i.created_at, i.analysis_version, a.kind, a.id, a.name \
         FROM insight i CROSS JOIN author a ON a.key = i.author"
    };
}

/// The newest insights in a state.
pub(crate) const RECENT: &str = concat!(
    select!(),
    " WHERE i.state = ?1 AND (i.occurred_at, i.seq) < (?2, ?3) ORDER BY i.occurred_at DESC, i.seq DESC LIMIT ?4"
);
/// The newest insights of a type in a state.
pub(crate) const RECENT_OF_TYPE: &str = concat!(
    select!(),
    " WHERE i.insight_type = ?5 AND i.state = ?1 AND (i.occurred_at, i.seq) < (?2, ?3) \
     ORDER BY i.occurred_at DESC, i.seq DESC LIMIT ?4"
);
/// All insights by id: for export.
pub(crate) const ALL: &str = concat!(select!(), " ORDER BY i.id");
const BY_ID: &str = concat!(select!(), " WHERE i.id = ?1");
const BY_SEQ: &str = concat!(select!(), " WHERE i.seq = ?1");
const BY_KEY: &str = concat!(select!(), " WHERE i.dedup_key = ?1");

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredInsight> {
    Ok(StoredInsight {
        seq: row.get(0)?,
        dedup_key: row.get(1)?,
        insight: Insight {
            id: row.get(2)?,
            timestamp: time(row, 3)?,
            insight_type: row.get(4)?,
            content: row.get(5)?,
            context: row.get(6)?,
            confidence: row.get(7)?,
            state: row.get(8)?,
            created_at: time(row, 9)?,
            analysis_version: row.get(10)?,
            author: Author::from_row(row, 11)?,
            evidence: Vec::new(),
            cursor: None,
        },
    })
}

pub(crate) fn recent(connection: &Connection, query: &InsightQuery) -> Result<Vec<Insight>, Error> {
    let limit = page_limit(query.limit);
    let before = query.before.unwrap_or(Cursor::START);
    let at = before.at.column();
    let stored: Vec<StoredInsight> = match &query.insight_type {
        Some(kind) => connection
            .prepare_cached(RECENT_OF_TYPE)?
            .query_map((query.state, at, before.seq, limit, kind), from_row)?
            .collect::<Result<_, _>>()?,
        None => connection
            .prepare_cached(RECENT)?
            .query_map((query.state, at, before.seq, limit), from_row)?
            .collect::<Result<_, _>>()?,
    };
    stored
        .into_iter()
        .map(|StoredInsight { seq, mut insight, .. }| {
            insight.evidence = evidence::read(connection, evidence::OF_INSIGHT, seq, EVIDENCE_SHOWN.into())?;
            insight.cursor = Some(Cursor { at: insight.timestamp, seq });
            Ok(insight)
        })
        .collect()
}

pub(crate) fn by_id(connection: &Connection, id: InsightId) -> Result<StoredInsight, Error> {
    connection
        .prepare_cached(BY_ID)?
        .query_row([id], from_row)
        .optional()?
        .ok_or(Error::NotFound { what: Subject::Insight, id: id.as_uuid() })
}

pub(crate) fn by_seq(connection: &Connection, seq: i64) -> Result<StoredInsight, Error> {
    Ok(connection.prepare_cached(BY_SEQ)?.query_row([seq], from_row)?)
}

pub(crate) fn by_key(connection: &Connection, dedup_key: [u8; 16]) -> Result<Option<StoredInsight>, Error> {
    Ok(connection.prepare_cached(BY_KEY)?.query_row([dedup_key], from_row).optional()?)
}

/// Writes a new row (evidence aside) and gives its number.
pub(crate) fn insert(connection: &Connection, insight: &Insight, dedup_key: [u8; 16]) -> Result<i64, Error> {
    let author = insight.author.key(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO insight (id, insight_type, content, context, confidence, state, author, occurred_at, \
             created_at, analysis_version, dedup_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            insight.id,
            &insight.insight_type,
            &insight.content,
            &insight.context,
            insight.confidence,
            insight.state,
            author,
            insight.timestamp.column(),
            insight.created_at.column(),
            insight.analysis_version,
            dedup_key,
        ))?;
    Ok(connection.last_insert_rowid())
}

/// Refuses an insight: it is not shown, and analysis does not find it again.
pub(crate) fn dismiss(connection: &Connection, id: InsightId, hand: Hand<'_>) -> Result<Insight, Error> {
    let mut stored = by_id(connection, id)?;
    if stored.insight.state != InsightState::Dismissed {
        connection
            .prepare_cached("UPDATE insight SET state = ?2 WHERE seq = ?1")?
            .execute((stored.seq, InsightState::Dismissed))?;
        let detail = json!({ "from": stored.insight.state, "to": InsightState::Dismissed });
        history::record(
            connection,
            &NewEvent {
                subject: id.as_uuid(),
                kind: Subject::Insight,
                action: Action::StateChanged,
                detail: Some(detail),
                author: hand.author,
                at: hand.at,
            },
        )?;
        stored.insight.state = InsightState::Dismissed;
    }
    stored.insight.evidence =
        evidence::read(connection, evidence::OF_INSIGHT, stored.seq, EVIDENCE_SHOWN.into())?;
    Ok(stored.insight)
}

/// Removes an insight for good; only a keyed mark stays, so that it is not found again.
pub(crate) fn remove(connection: &Connection, id: InsightId, hand: Hand<'_>) -> Result<(), Error> {
    let stored = by_id(connection, id)?;
    history::forget(connection, stored.dedup_key)?;
    connection.prepare_cached("DELETE FROM insight WHERE seq = ?1")?.execute([stored.seq])?;
    history::record_removal(connection, id.as_uuid(), Subject::Insight, hand.author, hand.at)
}
