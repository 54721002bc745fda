//! Which records an export holds, as conditions for its queries: one place for every form.

use clock::Timestamp;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::{ExportFormat, ExportParts};
use crate::author::keys_of_client;
use crate::evidence::{self, Evidence, OF_INSIGHT};
use crate::insight::StoredInsight;
use crate::stored::{self, TimeColumn};
use crate::{Error, insight, item, turn};

/// Which of the records; what is none leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExportFilter {
    /// Only turns and insights from then on, and what was last seen then or later.
    pub since: Option<Timestamp>,
    /// Only turns and insights from before then, and what was known before.
    pub until: Option<Timestamp>,
    /// Only what this client (its id) or import (its source) brought, and what was found in its turns.
    pub client: Option<String>,
}

/// The conditions. They hold whole numbers alone, never a text that somebody else chose.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) parts: ExportParts,
    /// Nothing is left out.
    pub(super) is_all: bool,
    turns: String,
    items: String,
    insights: String,
}

impl Chosen {
    pub(super) fn new(
        connection: &Connection,
        parts: ExportParts,
        filter: &ExportFilter,
    ) -> Result<Self, Error> {
        let authors = match &filter.client {
            Some(client) => {
                let keys = keys_of_client(connection, client)?;
                Some(keys.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
            }
            None => None,
        };
        let all = |conditions: Vec<Option<String>>| {
            let conditions: Vec<String> = conditions.into_iter().flatten().collect();
            if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") }
        };
        let since = |column: &str| filter.since.map(|at| format!("{column} >= {}", at.column()));
        let until = |column: &str| filter.until.map(|at| format!("{column} < {}", at.column()));
        let turns = all(vec![
            since("t.occurred_at"),
            until("t.occurred_at"),
            authors.as_ref().map(|keys| format!("t.author IN ({keys})")),
        ]);
        let by_client = |table: &str, key: &str| {
            authors.as_ref().map(|keys| {
                format!(
                    "(i.author IN ({keys}) OR EXISTS (SELECT 1 FROM {table} e JOIN turn t ON t.seq = e.turn \
                     WHERE e.{key} = i.seq AND t.author IN ({keys})))"
                )
            })
        };
        Ok(Self {
            parts,
            is_all: *filter == ExportFilter::default(),
            items: all(vec![
                since("i.last_seen_at"),
                until("i.created_at"),
                by_client("item_evidence", "item"),
            ]),
            insights: all(vec![
                since("i.occurred_at"),
                until("i.occurred_at"),
                by_client("insight_evidence", "insight"),
            ]),
            turns,
        })
    }

    /// The condition for rows of `turn t`.
    pub(super) fn turns(&self) -> &str {
        &self.turns
    }

    /// The condition for rows of `insight i`.
    pub(super) fn insights(&self) -> &str {
        &self.insights
    }

    /// The condition for rows of `item i`.
    pub(super) fn items(&self) -> &str {
        &self.items
    }

    /// The condition for rows of `conversation c`: those that have a turn that is chosen.
    pub(super) fn conversations(&self) -> String {
        if self.turns == "1" {
            return "1".to_owned();
        }
        format!("EXISTS (SELECT 1 FROM turn t WHERE t.conversation = c.seq AND {})", self.turns)
    }

    /// The condition for rows of `history h`: of what is left out, not even that it happened is told.
    pub(super) fn history(&self) -> String {
        if self.is_all {
            return "1".to_owned();
        }
        format!(
            "CASE h.kind WHEN 'turn' THEN EXISTS (SELECT 1 FROM turn t WHERE t.id = h.subject AND {}) \
             WHEN 'conversation' THEN EXISTS (SELECT 1 FROM conversation c WHERE c.id = h.subject AND {}) \
             WHEN 'item' THEN EXISTS (SELECT 1 FROM item i WHERE i.id = h.subject AND {}) \
             ELSE EXISTS (SELECT 1 FROM insight i WHERE i.id = h.subject AND {}) END",
            self.turns,
            self.conversations(),
            self.items,
            self.insights
        )
    }

    pub(super) fn turns_sql(&self) -> String {
        narrowed(&turn::all_sql(), &self.turns)
    }

    pub(super) fn items_sql(&self) -> String {
        narrowed(item::ALL, &self.items)
    }

    pub(super) fn insights_sql(&self) -> String {
        narrowed(insight::ALL, &self.insights)
    }

    /// The evidence of a thing by `sql`, as far as its turns are chosen.
    pub(super) fn evidence(
        &self,
        connection: &Connection,
        sql: &str,
        thing: i64,
    ) -> Result<Vec<Evidence>, Error> {
        let order = sql.rfind(" ORDER BY ").unwrap_or(sql.len());
        let narrowed = format!("{} AND {}{}", &sql[..order], self.turns, &sql[order..]);
        evidence::read(connection, &narrowed, thing, -1)
    }

    /// The insight in a row, with its evidence. One that stands on other turns too loses the text beside it, which
    /// may be theirs.
    pub(super) fn insight(&self, connection: &Connection, row: &Row<'_>) -> Result<StoredInsight, Error> {
        let mut stored = insight::from_row(row)?;
        stored.insight.evidence = self.evidence(connection, OF_INSIGHT, stored.seq)?;
        if self.turns != "1" {
            let all = evidence::read(connection, OF_INSIGHT, stored.seq, -1)?.len();
            if stored.insight.evidence.len() < all {
                stored.insight.context.clear();
            }
        }
        Ok(stored)
    }

    /// How many records will be counted.
    pub(super) fn total(&self, connection: &Connection, format: ExportFormat) -> Result<u64, Error> {
        // What is for reading leaves out what the owner refused.
        let shown = match format {
            ExportFormat::Json | ExportFormat::Csv => "1",
            ExportFormat::Markdown | ExportFormat::Html | ExportFormat::McpData => "i.state = 'active'",
        };
        let mut total = 0;
        for (is_chosen, table, condition) in [
            (self.parts.conversations, "conversation c", self.conversations()),
            (self.parts.conversations, "turn t", self.turns.clone()),
            (self.parts.context, "item i", self.items.clone()),
            (self.parts.insights, "insight i", format!("{} AND {shown}", self.insights)),
        ] {
            if is_chosen {
                let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
                total += connection.query_row(&sql, [], |row| stored::count(row, 0))?;
            }
        }
        Ok(total)
    }
}

/// A query that ends with its order, with one more condition.
pub(super) fn narrowed(sql: &str, condition: &str) -> String {
    let order = sql.rfind(" ORDER BY ").unwrap_or(sql.len());
    format!("{} WHERE {condition}{}", &sql[..order], &sql[order..])
}
