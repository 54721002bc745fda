//! The export for keeping: one JSON object, one record a line, written row by row. A part that was not chosen
//! has no section at all.
//!
//! The same store gives the same bytes, so two exports can be compared. Derived things stand in the order of
//! their ids, the others in the order they were stored.

use std::io::Write;

use clock::Timestamp;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::atomic::Out;
use super::chosen::{Chosen, narrowed};
use super::{Appendix, ExportParts, ExportReport};
use crate::author::Author;
use crate::conversation::{self, Conversation};
use crate::evidence::OF_ITEM;
use crate::history::{self, StoreKey};
use crate::insight::Insight;
use crate::item::{self, Item};
use crate::item_change::aliases;
use crate::item_past;
use crate::progress::Meter;
use crate::state::Subject;
use crate::turn;
use crate::{ConversationId, Error};

/// What stands in `format`.
pub(crate) const FORMAT: &str = "ambient-insights";
/// What stands in `version`. Grows when a reader of the last version could not read the file any more.
pub(crate) const VERSION: u32 = 1;

/// How far analysis had come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct AnalysisRecord {
    /// The version of its rules.
    pub(crate) version: u32,
    /// It had seen every turn: what it says of them stands in the file.
    pub(crate) complete: bool,
}

fn analysis_record(connection: &Connection) -> Result<AnalysisRecord, Error> {
    Ok(connection.query_row(
        "SELECT analysis_version, analysed_seq >= ifnull((SELECT max(seq) FROM turn), 0) FROM store",
        [],
        |row| Ok(AnalysisRecord { version: row.get(0)?, complete: row.get(1)? }),
    )?)
}

/// A conversation without what follows from its turns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConversationRecord {
    pub(crate) id: ConversationId,
    pub(crate) author: Author,
    pub(crate) external_key: Option<String>,
    pub(crate) started_at: Timestamp,
    pub(crate) last_at: Timestamp,
    pub(crate) turn_count: u64,
}

impl From<Conversation> for ConversationRecord {
    fn from(conversation: Conversation) -> Self {
        let Conversation { id, author, external_key, started_at, last_at, turn_count, opening: _ } =
            conversation;
        Self { id, author, external_key, started_at, last_at, turn_count }
    }
}

/// An item with what a listing leaves out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ItemRecord {
    #[serde(flatten)]
    pub(crate) item: Item,
    /// Names it had before, in their normal form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) aliases: Vec<String>,
}

/// An insight with the key that keeps it from being stored twice.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InsightRecord {
    #[serde(flatten)]
    pub(crate) insight: Insight,
    pub(crate) key: Hex,
}

/// Bytes as lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl From<Hex> for String {
    fn from(Hex(bytes): Hex) -> Self {
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
            .collect()
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits: Option<Vec<u8>> =
            text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let digits =
            digits.filter(|digits| digits.len() % 2 == 0).ok_or("not an even number of hex digits")?;
        Ok(Self(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()))
    }
}

pub(super) fn write<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    appendix: Option<Appendix>,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let report = sections(connection, chosen, out, meter)?;
    if let Some(Appendix { name, mut json }) = appendix {
        out.text(&format!(",\n\"{name}\":"))?;
        while let Some(piece) = json.blocking_recv() {
            out.bytes(&piece.map_err(|detail| Error::Appendix { name, detail })?)?;
            meter.add(0)?;
        }
    }
    out.text("}\n")?;
    Ok(report)
}

impl<W: Write> Out<'_, W> {
    /// An array with one record a line, but for rows that give none; gives their number.
    fn section<T: Serialize>(
        &mut self,
        connection: &Connection,
        name: &str,
        sql: &str,
        mut record: impl FnMut(&Row<'_>) -> Result<Option<T>, Error>,
    ) -> Result<u64, Error> {
        self.text(&format!(",\n\"{name}\":["))?;
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let Some(record) = record(row)? else { continue };
            self.text(if count == 0 { "\n" } else { ",\n" })?;
            self.json(&record)?;
            count += 1;
        }
        self.text("]")?;
        Ok(count)
    }
}

fn sections<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    let parts = chosen.parts;
    out.text(&format!("{{\"format\":\"{FORMAT}\",\n\"version\":{VERSION}"))?;
    // What was removed by hand stays removed where this file is imported. Conversations alone say nothing of it.
    let has_marks = parts.context || parts.insights;
    if has_marks {
        out.text(",\n\"store_key\":")?;
        out.json(&Hex(StoreKey::read(connection)?.0.to_vec()))?;
    }
    // A part of the findings is no reason not to analyse the turns where they are imported.
    if parts == ExportParts::ALL && chosen.is_all {
        out.text(",\n\"analysis\":")?;
        out.json(&analysis_record(connection)?)?;
    }
    if parts.conversations {
        let conversations =
            format!("{} WHERE {} ORDER BY c.seq", conversation::SELECT, chosen.conversations());
        report.conversations = out.section(connection, "conversations", &conversations, |row| {
            meter.add(1)?;
            Ok(Some(ConversationRecord::from(conversation::from_row(row)?)))
        })?;
        report.turns = out.section(connection, "turns", &chosen.turns_sql(), |row| {
            meter.add(1)?;
            Ok(Some(turn::from_row(row)?))
        })?;
    }
    if parts.context {
        report.items = out.section(connection, "items", &chosen.items_sql(), |row| {
            meter.add(1)?;
            let mut stored = item::from_row(row)?;
            stored.item.evidence = chosen.evidence(connection, OF_ITEM, stored.seq)?;
            stored.item.notes = item_past::notes(connection, stored.seq, -1)?;
            stored.item.earlier = item_past::changed_values(connection, stored.seq, -1)?;
            Ok(Some(ItemRecord { aliases: aliases(connection, stored.seq)?, item: stored.item }))
        })?;
    }
    if parts.insights {
        report.insights = out.section(connection, "insights", &chosen.insights_sql(), |row| {
            meter.add(1)?;
            let stored = chosen.insight(connection, row)?;
            Ok(Some(InsightRecord { key: Hex(stored.dedup_key.to_vec()), insight: stored.insight }))
        })?;
    }
    let events = narrowed(history::ALL, &chosen.history());
    out.section(connection, "history", &events, |row| {
        // The kind alone is read first: most of the rest may be left out.
        let kind: Subject = row.get(2)?;
        if parts.has(kind) { Ok(Some(history::from_row(row)?)) } else { Ok(None) }
    })?;
    if has_marks {
        out.section(connection, "forgotten", "SELECT mark FROM forgotten ORDER BY mark", |row| {
            Ok(Some(Hex(row.get(0)?)))
        })?;
    }
    Ok(report)
}
