//! The export for spreadsheets: `turns.csv`, `items.csv` and `insights.csv` in a folder, as RFC 4180 has it, in
//! UTF-8 with the mark at the start without which Excel takes it for something else.
//!
//! A spreadsheet runs a cell that begins like a formula, and a turn's text may come from anywhere (OWASP, "CSV
//! injection"). So a text that begins with `=`, `+`, `-`, `@`, a tab or a line break gets an apostrophe before
//! it, which spreadsheets take for "this is text"; everything else of it stays as it was.

use std::io::Write;
use std::path::Path;

use rusqlite::Connection;

use super::ExportReport;
use super::atomic::{Out, in_folder};
use super::chosen::Chosen;
use crate::author::Author;
use crate::progress::Meter;
use crate::{Error, item, turn};

pub(super) fn write(
    connection: &Connection,
    chosen: &Chosen,
    folder: &Path,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    if chosen.parts.conversations {
        in_folder(folder, "turns.csv", |out| turns(connection, chosen, out, &mut report, meter))?;
    }
    if chosen.parts.context {
        in_folder(folder, "items.csv", |out| items(connection, chosen, out, &mut report, meter))?;
    }
    if chosen.parts.insights {
        in_folder(folder, "insights.csv", |out| insights(connection, chosen, out, &mut report, meter))?;
    }
    Ok(report)
}

fn turns<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    head(
        out,
        &[
            "id",
            "conversation_id",
            "occurred_at",
            "logged_at",
            "source_kind",
            "source",
            "external_id",
            "user_message",
            "assistant_response",
        ],
    )?;
    let mut statement = connection.prepare(&chosen.turns_sql())?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let turn = turn::from_row(row)?;
        let (kind, source) = whose(&turn.author);
        line(
            out,
            &[
                &turn.id.to_string(),
                &turn.conversation_id.to_string(),
                &turn.occurred_at.to_string(),
                &turn.logged_at.to_string(),
                kind,
                &safe(source),
                &safe(turn.external_id.as_deref().unwrap_or_default()),
                &safe(&turn.user_message),
                &safe(&turn.assistant_response),
            ],
        )?;
        report.turns += 1;
        meter.add(1)?;
    }
    let sql = format!("SELECT count(*) FROM conversation c WHERE {}", chosen.conversations());
    report.conversations = connection.query_row(&sql, [], |row| crate::stored::count(row, 0))?;
    meter.add(report.conversations)
}

fn items<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    head(
        out,
        &[
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
        ],
    )?;
    let mut statement = connection.prepare(&chosen.items_sql())?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let item = item::from_row(row)?.item;
        let (kind, source) = whose(&item.author);
        let value = item.value.as_ref();
        let value = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        line(
            out,
            &[
                &item.id.to_string(),
                item.kind.as_str(),
                &safe(&item.name),
                &safe(&value.unwrap_or_default()),
                item.state.as_str(),
                kind,
                &safe(source),
                if item.edited_by_owner { "true" } else { "false" },
                &item.created_at.to_string(),
                &item.updated_at.to_string(),
                &item.last_seen_at.to_string(),
                &item.support.to_string(),
            ],
        )?;
        report.items += 1;
        meter.add(1)?;
    }
    Ok(())
}

fn insights<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    out: &mut Out<'_, W>,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    head(
        out,
        &[
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
        ],
    )?;
    let mut statement = connection.prepare(&chosen.insights_sql())?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let insight = chosen.insight(connection, row)?.insight;
        let (kind, source) = whose(&insight.author);
        line(
            out,
            &[
                &insight.id.to_string(),
                &insight.timestamp.to_string(),
                &safe(&insight.insight_type),
                &safe(&insight.content),
                &safe(&insight.context),
                &insight.confidence.to_string(),
                insight.state.as_str(),
                kind,
                &safe(source),
                &insight.created_at.to_string(),
            ],
        )?;
        report.insights += 1;
        meter.add(1)?;
    }
    Ok(())
}

fn whose(author: &Author) -> (&'static str, &str) {
    match author {
        Author::Owner => ("owner", ""),
        Author::Analysis => ("analysis", ""),
        Author::Client { client_id, .. } => ("client", client_id),
        Author::Import { source } => ("import", source),
    }
}

fn head<W: Write>(out: &mut Out<'_, W>, names: &[&str]) -> Result<(), Error> {
    out.text("\u{feff}")?;
    line(out, names)
}

fn line<W: Write>(out: &mut Out<'_, W>, cells: &[&str]) -> Result<(), Error> {
    let mut line = String::new();
    for cell in cells {
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
