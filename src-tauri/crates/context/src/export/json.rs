//! The complete export: one JSON object, one record a line, written row by row.
//!
//! The same store gives the same bytes, so two exports can be compared. Derived things stand in the order of
//! their ids, the others in the order they were stored.

use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::{ExportReport, ExportRequest, folder_of, sync_folder};
use crate::Error;
use crate::conversation;
use crate::evidence::{self, OF_INSIGHT, OF_ITEM};
use crate::history::{self, StoreKey};
use crate::insight::{self, Insight};
use crate::item::{self, Item};
use crate::item_change::aliases;
use crate::turn;

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

pub(super) fn write(connection: &Connection, request: &ExportRequest) -> Result<ExportReport, Error> {
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
    let report = everything(connection, &mut out)?;
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
        self.writer.write_all(text.as_bytes()).map_err(|error| Error::file(self.path, &error))
    }

    fn value(&mut self, value: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.writer, value).map_err(|error| Error::file(self.path, &error.into()))
    }

    /// An array with one record a line; gives their number.
    fn section<T: Serialize>(
        &mut self,
        connection: &Connection,
        name: &str,
        sql: &str,
        mut record: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<u64, Error> {
        self.text(&format!(",\n\"{name}\":["))?;
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            self.text(if count == 0 { "\n" } else { ",\n" })?;
            self.value(&record(row)?)?;
            count += 1;
        }
        self.text("]")?;
        Ok(count)
    }
}

fn everything<W: Write>(connection: &Connection, out: &mut Out<'_, W>) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    out.text(&format!("{{\"format\":\"{FORMAT}\",\n\"version\":{VERSION},\n\"store_key\":"))?;
    // With it, what was removed by hand stays removed where this file is imported.
    out.value(&Hex(StoreKey::read(connection)?.0.to_vec()))?;
    out.text(",\n\"analysis\":")?;
    out.value(&analysis_record(connection)?)?;
    let conversations = format!("{} ORDER BY c.seq", conversation::SELECT);
    report.conversations =
        out.section(connection, "conversations", &conversations, |row| Ok(conversation::from_row(row)?))?;
    report.turns = out.section(connection, "turns", &turn::all_sql(), |row| Ok(turn::from_row(row)?))?;
    report.items = out.section(connection, "items", item::ALL, |row| {
        let mut stored = item::from_row(row)?;
        stored.item.evidence = evidence::read(connection, OF_ITEM, stored.seq, -1)?;
        Ok(ItemRecord { aliases: aliases(connection, stored.seq)?, item: stored.item })
    })?;
    report.insights = out.section(connection, "insights", insight::ALL, |row| {
        let mut stored = insight::from_row(row)?;
        stored.insight.evidence = evidence::read(connection, OF_INSIGHT, stored.seq, -1)?;
        Ok(InsightRecord { key: Hex(stored.dedup_key.to_vec()), insight: stored.insight })
    })?;
    out.section(connection, "history", history::ALL, |row| Ok(history::from_row(row)?))?;
    out.section(connection, "forgotten", "SELECT mark FROM forgotten ORDER BY mark", |row| {
        Ok(Hex(row.get(0)?))
    })?;
    out.text("}\n")?;
    Ok(report)
}
