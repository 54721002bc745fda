//! Insights: the table `insight`.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::author::Author;
use crate::calendar::Day;
use crate::evidence::{self, EVIDENCE_SHOWN, Evidence};
use crate::id::InsightId;
use crate::insight_detail::InsightDetail;
use crate::page::{Cursor, page_limit};
use crate::state::{InsightState, Subject};
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
    /// It follows from many turns together: it is concluded anew whenever they change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>", optional))]
    pub over_time: bool,
    /// The owner decided about it: analysis leaves its state as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>", optional))]
    pub edited_by_owner: bool,
    /// The day that a commitment names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub due: Option<Day>,
    /// The figures behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub detail: Option<InsightDetail>,
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
    /// Only in this state; without it: what is suggested or active.
    pub state: Option<InsightState>,
    /// Only those behind this place.
    pub before: Option<Cursor>,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

impl Default for InsightQuery {
    fn default() -> Self {
        Self { insight_type: None, state: None, before: None, limit: 5 }
    }
}

/// An insight with the number of its row and its key.
#[derive(Clone, Debug)]
pub(crate) struct StoredInsight {
    pub(crate) seq: i64,
    pub(crate) dedup_key: [u8; 16],
    pub(crate) insight: Insight,
}

impl StoredInsight {
    /// Whether analysis alone answers for it, and so may change it or take it back.
    pub(crate) fn is_analysis_own(&self) -> bool {
        self.insight.author == Author::Analysis && !self.insight.edited_by_owner
    }
}

macro_rules! select {
    () => {
        "SELECT i.seq, i.dedup_key, i.id, i.occurred_at, i.insight_type, i.content, i.context, i.confidence, \
         i.state, i.created_at, i.analysis_version, i.over_time, i.edited_by_owner, i.due_day, i.detail, \
         a.kind, a.id, a.name \
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
            over_time: row.get(11)?,
            edited_by_owner: row.get(12)?,
            due: row.get(13)?,
            detail: row.get(14)?,
            author: Author::from_row(row, 15)?,
            evidence: Vec::new(),
            cursor: None,
        },
    })
}

/// The states of what is worth showing unasked.
const LIVE: [InsightState; 2] = [InsightState::Suggested, InsightState::Active];

/// Lists by one short walk along the index for each state, so that no filter reads the whole table.
pub(crate) fn recent(connection: &Connection, query: &InsightQuery) -> Result<Vec<Insight>, Error> {
    let limit = page_limit(query.limit);
    let before = query.before.unwrap_or(Cursor::START);
    let at = before.at.column();
    let states: &[InsightState] = query.state.as_ref().map_or(&LIVE, std::slice::from_ref);
    let mut stored: Vec<StoredInsight> = Vec::new();
    for state in states {
        let of_state = match &query.insight_type {
            Some(kind) => connection
                .prepare_cached(RECENT_OF_TYPE)?
                .query_map((state, at, before.seq, limit, kind), from_row)?
                .collect::<Result<Vec<_>, _>>()?,
            None => connection
                .prepare_cached(RECENT)?
                .query_map((state, at, before.seq, limit), from_row)?
                .collect::<Result<Vec<_>, _>>()?,
        };
        stored.extend(of_state);
    }
    stored.sort_by_key(|stored| std::cmp::Reverse((stored.insight.timestamp, stored.seq)));
    stored.truncate(limit as usize);
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
             created_at, analysis_version, dedup_key, over_time, edited_by_owner, due_day, detail) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
            insight.over_time,
            insight.edited_by_owner,
            insight.due,
            &insight.detail,
        ))?;
    Ok(connection.last_insert_rowid())
}

/// The insight with its newest evidence.
pub(crate) fn with_evidence(connection: &Connection, mut stored: StoredInsight) -> Result<Insight, Error> {
    stored.insight.evidence =
        evidence::read(connection, evidence::OF_INSIGHT, stored.seq, EVIDENCE_SHOWN.into())?;
    Ok(stored.insight)
}
