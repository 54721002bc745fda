//! The export for spreadsheets: `turns.csv`, `items.csv` and `insights.csv` in a folder, as RFC 4180 has it, in
//! UTF-8 with the mark at the start without which Excel takes it for something else.
//!
//! A spreadsheet runs a cell that begins like a formula, and a turn's text may come from anywhere (OWASP, "CSV
//! injection"). So a text that begins with `=`, `+`, `-`, `@`, a tab or a line break gets an apostrophe before
//! it, which spreadsheets take for "this is text"; everything else of it stays as it was.

use std::io::Write;
use std::path::Path;

use rusqlite::{Connection, Row};

use super::ExportReport;
use super::atomic::{Out, in_folder};
use super::chosen::Chosen;
use crate::author::Author;
use crate::progress::Meter;
use crate::stored::count;
use crate::{Error, item, turn};

pub(super) fn write(
    connection: &Connection,
    chosen: &Chosen,
    folder: &Path,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    if chosen.parts.conversations {
        report.turns = in_folder(folder, "turns.csv", |out| turns(connection, chosen, out, meter))?;
        let sql = format!("SELECT count(*) FROM conversation c WHERE {}", chosen.conversations());
        report.conversations = connection.query_row(&sql, [], |row| count(row, 0))?;
        meter.add(report.conversations)?;
    }
    if chosen.parts.context {
        report.items = in_folder(folder, "items.csv", |out| items(connection, chosen, out, meter))?;
    }
    if chosen.parts.insights {
        report.insights = in_folder(folder, "insights.csv", |out| insights(connection, chosen, out, meter))?;
    }
    Ok(report)
}

/// A table of everything that `sql` gives, a line a row; with how many there are.
fn table<W: Write>(
    connection: &Connection,
    sql: &str,
    names: &[&str],
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
    mut cells: impl FnMut(&Row<'_>) -> Result<Vec<String>, Error>,
) -> Result<u64, Error> {
    out.text("\u{feff}")?;
    line(out, names)?;
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut written = 0;
    while let Some(row) = rows.next()? {
        line(out, &cells(row)?)?;
        written += 1;
        meter.add(1)?;
    }
    Ok(written)
}

fn turns<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<u64, Error> {
    let names = &[
        "id",
        "conversation_id",
        "occurred_at",
        "logged_at",
        "source_kind",
        "source",
        "external_id",
        "user_message",
        "assistant_response",
    ];
    table(connection, &chosen.turns_sql(), names, out, meter, |row| {
        let turn = turn::from_row(row)?;
        let (kind, source) = whose(&turn.author);
        Ok(vec![
            turn.id.to_string(),
            turn.conversation_id.to_string(),
            turn.occurred_at.to_string(),
            turn.logged_at.to_string(),
            kind.to_owned(),
            safe(source),
            safe(turn.external_id.as_deref().unwrap_or_default()),
            safe(&turn.user_message),
            safe(&turn.assistant_response),
        ])
    })
}

fn items<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<u64, Error> {
    let names = &[
        "id",
        "kind",
        "name",
        "value",
        "state",
        "source_kind",
        "source",
        "edited_by_owner",
        "created_at",
        "updated_at",
        "last_seen_at",
        "support",
    ];
    table(connection, &chosen.items_sql(), names, out, meter, |row| {
        let item = item::from_row(row)?.item;
        let (kind, source) = whose(&item.author);
        let value = item.value.as_ref();
        let value = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        Ok(vec![
            item.id.to_string(),
            item.kind.as_str().to_owned(),
            safe(&item.name),
            safe(&value.unwrap_or_default()),
            item.state.as_str().to_owned(),
            kind.to_owned(),
            safe(source),
            item.edited_by_owner.to_string(),
            item.created_at.to_string(),
            item.updated_at.to_string(),
            item.last_seen_at.to_string(),
            item.support.to_string(),
        ])
    })
}

fn insights<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<u64, Error> {
    let names = &[
        "id",
        "timestamp",
        "insight_type",
        "content",
        "context",
        "confidence",
        "state",
        "source_kind",
        "source",
        "created_at",
    ];
    table(connection, &chosen.insights_sql(), names, out, meter, |row| {
        let insight = chosen.insight(connection, row)?.insight;
        let (kind, source) = whose(&insight.author);
        Ok(vec![
            insight.id.to_string(),
            insight.timestamp.to_string(),
            safe(&insight.insight_type),
            safe(&insight.content),
            safe(&insight.context),
            insight.confidence.to_string(),
            insight.state.as_str().to_owned(),
            kind.to_owned(),
            safe(source),
            insight.created_at.to_string(),
        ])
    })
}

fn whose(author: &Author) -> (&'static str, &str) {
    match author {
        Author::Owner => ("owner", ""),
        Author::Analysis => ("analysis", ""),
        Author::Client { client_id, .. } => ("client", client_id),
        Author::Import { source } => ("import", source),
    }
}

fn line<W: Write>(out: &mut Out<'_, W>, cells: &[impl AsRef<str>]) -> Result<(), Error> {
    let mut line = String::new();
    for cell in cells.iter().map(AsRef::as_ref) {
        if !line.is_empty() {
            line.push(',');
        }
        if cell.is_empty() && line.is_empty() {
            line.push_str("\"\"");
        } else if cell.contains(['"', ',', '\n', '\r']) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
    line.push_str("\r\n");
    out.text(&line)
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        return format!("'{text}");
    }
    text.to_owned()
}
