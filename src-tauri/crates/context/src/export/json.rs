//! The export for keeping: one JSON object, one record a line, written row by row. A part that was not chosen
//! has no section at all.
//!
//! The same store gives the same bytes, so two exports can be compared. Derived things stand in the order of
//! their ids, the others in the order they were stored.

use std::io::{BufWriter, Write};
use std::path::Path;

use clock::Timestamp;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::{Appendix, ExportParts, ExportReport, ExportRequest, folder_of, sync_folder};
use crate::author::Author;
use crate::conversation::{self, Conversation};
use crate::evidence::{self, OF_INSIGHT, OF_ITEM};
use crate::history::{self, StoreKey};
use crate::insight::{self, Insight};
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
#[derive(Debug, Serialize, Deserialize)]
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

pub(super) fn write(
    connection: &Connection,
    request: &ExportRequest,
    appendix: Option<&Appendix>,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    // What is written is renamed into place: a link stays a link, and nothing but a file is ever replaced (a
    // rename onto /dev/stdout would take that name from everybody).
    let path = &match request.output.symlink_metadata() {
        Ok(_) => request.output.canonicalize().map_err(|error| Error::file(&request.output, &error))?,
        Err(_) => request.output.clone(),
    };
    if path.metadata().is_ok_and(|target| !target.is_file()) {
        return Err(Error::NotAFile { path: request.output.clone() });
    }
    let folder = folder_of(path);
    // Made for its owner alone (0600), and gone by itself if anything fails from here on.
    let file = tempfile::Builder::new()
        .prefix(".ambient-insights-export-")
        .tempfile_in(folder)
        .map_err(|error| Error::file(folder, &error))?;
    let mut out = Out { writer: BufWriter::new(file), path };
    let report = sections(connection, request.parts, &mut out, meter)?;
    if let Some(Appendix { name, json }) = appendix {
        out.text(&format!(",\n\"{name}\":"))?;
        out.bytes(json)?;
    }
    out.text("}\n")?;
    let file = out.writer.into_inner().map_err(|error| Error::file(path, error.error()))?;
    file.as_file().sync_all().map_err(|error| Error::file(path, &error))?;
    let kept = if request.overwrite { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map_err(|failed| match failed.error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::AlreadyThere { path: path.clone() },
        _ => Error::file(path, &failed.error),
    })?;
    sync_folder(folder)?;
    Ok(report)
}

struct Out<'a, W: Write> {
    writer: BufWriter<W>,
    path: &'a Path,
}

impl<W: Write> Out<'_, W> {
    fn text(&mut self, text: &str) -> Result<(), Error> {
        self.bytes(text.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes).map_err(|error| Error::file(self.path, &error))
    }

    fn value(&mut self, value: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.writer, value).map_err(|error| Error::file(self.path, &error.into()))
    }

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
            self.value(&record)?;
            count += 1;
        }
        self.text("]")?;
        Ok(count)
    }
}

fn sections<W: Write>(
    connection: &Connection,
    parts: ExportParts,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    out.text(&format!("{{\"format\":\"{FORMAT}\",\n\"version\":{VERSION}"))?;
    // What was removed by hand stays removed where this file is imported. Conversations alone say nothing of it.
    let has_marks = parts.context || parts.insights;
    if has_marks {
        out.text(",\n\"store_key\":")?;
        out.value(&Hex(StoreKey::read(connection)?.0.to_vec()))?;
    }
    // A part of the findings is no reason not to analyse the turns where they are imported.
    if parts == ExportParts::ALL {
        out.text(",\n\"analysis\":")?;
        out.value(&analysis_record(connection)?)?;
    }
    if parts.conversations {
        let conversations = format!("{} ORDER BY c.seq", conversation::SELECT);
        report.conversations = out.section(connection, "conversations", &conversations, |row| {
            meter.add(1);
            Ok(Some(ConversationRecord::from(conversation::from_row(row)?)))
        })?;
        report.turns = out.section(connection, "turns", &turn::all_sql(), |row| {
            meter.add(1);
            Ok(Some(turn::from_row(row)?))
        })?;
    }
    if parts.context {
        report.items = out.section(connection, "items", item::ALL, |row| {
            meter.add(1);
            let mut stored = item::from_row(row)?;
            stored.item.evidence = evidence::read(connection, OF_ITEM, stored.seq, -1)?;
            stored.item.notes = item_past::notes(connection, stored.seq, -1)?;
            stored.item.earlier = item_past::changed_values(connection, stored.seq, -1)?;
            Ok(Some(ItemRecord { aliases: aliases(connection, stored.seq)?, item: stored.item }))
        })?;
    }
    if parts.insights {
        report.insights = out.section(connection, "insights", insight::ALL, |row| {
            meter.add(1);
            let mut stored = insight::from_row(row)?;
            stored.insight.evidence = evidence::read(connection, OF_INSIGHT, stored.seq, -1)?;
            Ok(Some(InsightRecord { key: Hex(stored.dedup_key.to_vec()), insight: stored.insight }))
        })?;
    }
    out.section(connection, "history", history::ALL, |row| {
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
