//! The export to look at: one page that stands alone, with pictures drawn as SVG. It loads nothing and runs
//! nothing (its own policy forbids both), follows the reader's light or dark, and prints.

mod charts;
mod page;

use std::fmt::Write as _;
use std::io::Write;

use rusqlite::Connection;

use self::charts::{Activity, Rhythm, bars};
use self::page::{CLOSE, OPEN, escape};
use super::ExportReport;
use super::atomic::Out;
use super::chosen::{Chosen, ExportFilter, narrowed};
use crate::author::Author;
use crate::progress::Meter;
use crate::state::{InsightState, ItemKind, ItemState};
use crate::stored::{count, time};
use crate::{Error, conversation, insight, item};

/// How many insights and conversations the page lists: more nobody reads on one page. The numbers count all.
const LISTED: u64 = 300;

pub(super) fn write<W: Write>(
    connection: &Connection,
    chosen: &Chosen,
    filter: &ExportFilter,
    out: &mut Out<'_, W>,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    let mut body = String::new();
    if chosen.parts.conversations {
        activity(connection, chosen, &mut body, &mut report, meter)?;
        sources(connection, chosen, &mut body)?;
    }
    if chosen.parts.context {
        context(connection, chosen, &mut body, &mut report, meter)?;
    }
    if chosen.parts.insights {
        insights(connection, chosen, &mut body, &mut report, meter)?;
    }
    if chosen.parts.conversations {
        conversations(connection, chosen, &mut body, &mut report, meter)?;
    }
    out.text(OPEN)?;
    out.text("<header><h1>Ambient Insights</h1>")?;
    out.text(&period(filter))?;
    out.text(&numbers(chosen, &report))?;
    out.text("</header>\n<main>\n")?;
    out.text(&body)?;
    out.text(CLOSE)?;
    Ok(report)
}

fn period(filter: &ExportFilter) -> String {
    let mut words = Vec::new();
    words.extend(filter.since.map(|at| format!("from {}", at.to_local_text())));
    words.extend(filter.until.map(|at| format!("until {}", at.to_local_text())));
    words.extend(filter.client.as_ref().map(|client| format!("by {}", escape(client))));
    if words.is_empty() { String::new() } else { format!("<p class=\"soft\">Only {}</p>", words.join(", ")) }
}

fn numbers(chosen: &Chosen, report: &ExportReport) -> String {
    let mut cells = Vec::new();
    if chosen.parts.conversations {
        cells.push((report.turns, "turns"));
        cells.push((report.conversations, "conversations"));
    }
    if chosen.parts.context {
        cells.push((report.items, "entries of context"));
    }
    if chosen.parts.insights {
        cells.push((report.insights, "insights"));
    }
    let cells = cells.iter().map(|(number, what)| format!("<div><dt>{what}</dt><dd>{number}</dd></div>"));
    format!("<dl class=\"numbers\">{}</dl>", cells.collect::<String>())
}

/// When things were said: over the whole time, and over the hours of a week.
fn activity(
    connection: &Connection,
    chosen: &Chosen,
    body: &mut String,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let sql = format!("SELECT min(t.occurred_at), max(t.occurred_at) FROM turn t WHERE {}", chosen.turns());
    let ends: (Option<i64>, Option<i64>) =
        connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else { return Ok(()) };
    let zone = jiff::tz::TimeZone::system();
    let mut activity = Activity::between(first, last, &zone);
    let mut rhythm = Rhythm::default();
    let mut statement =
        connection.prepare(&format!("SELECT t.occurred_at FROM turn t WHERE {}", chosen.turns()))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(at) = jiff::Timestamp::from_microsecond(time(row, 0)?.as_micros()) else { continue };
        let at = at.to_zoned(zone.clone());
        activity.add(&at);
        rhythm.add(&at);
        report.turns += 1;
        meter.add(1)?;
    }
    body.push_str(&activity.section());
    body.push_str(&rhythm.section());
    Ok(())
}

/// Who brought the turns.
fn sources(connection: &Connection, chosen: &Chosen, body: &mut String) -> Result<(), Error> {
    let sql = format!(
        "SELECT a.kind, a.id, a.name, count(*) FROM turn t JOIN author a ON a.key = t.author WHERE {} \
         GROUP BY a.key ORDER BY 4 DESC, a.key LIMIT 12",
        chosen.turns()
    );
    let mut statement = connection.prepare(&sql)?;
    let sources = statement
        .query_map([], |row| Ok((who(&Author::from_row(row, 0)?), count(row, 3)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    if sources.len() > 1 {
        body.push_str(&bars("Where it comes from", "turns", &sources));
    }
    Ok(())
}

fn who(author: &Author) -> String {
    match author {
        Author::Owner => "you".to_owned(),
        Author::Analysis => "analysis".to_owned(),
        Author::Client { client_name, client_id } if client_name.is_empty() => client_id.clone(),
        Author::Client { client_name, .. } => client_name.clone(),
        Author::Import { source } => source.clone(),
    }
}

/// What is known, with how often it was found.
fn context(
    connection: &Connection,
    chosen: &Chosen,
    body: &mut String,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let mut topics = Vec::new();
    let mut lists = String::new();
    for kind in ItemKind::ALL {
        let sql = narrowed(item::ALL, &format!("i.kind = ?1 AND i.state = ?2 AND {}", chosen.items()));
        let sql = sql.replace(" ORDER BY i.id", " ORDER BY i.support DESC, i.last_seen_at DESC, i.id");
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query((kind, ItemState::Active))?;
        let mut list = String::new();
        while let Some(row) = rows.next()? {
            let item = item::from_row(row)?.item;
            let value = item.value.as_ref().map_or(String::new(), |value| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                format!(": {}", escape(&value))
            });
            let _ = writeln!(
                list,
                "<li><b>{}</b>{value}<span class=\"soft\"> {}</span></li>",
                escape(&item.name),
                item.last_seen_at.to_local_text().chars().take(10).collect::<String>()
            );
            if item.support > 0 && matches!(kind, ItemKind::Interest | ItemKind::Skill | ItemKind::Project) {
                topics.push((item.name, u64::from(item.support)));
            }
            report.items += 1;
            meter.add(1)?;
        }
        if !list.is_empty() {
            let _ = writeln!(lists, "<div><h3>{}</h3><ul>{list}</ul></div>", plural(*kind));
        }
    }
    topics.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    topics.truncate(15);
    if !topics.is_empty() {
        body.push_str(&bars("What you talk about", "conversations", &topics));
    }
    if !lists.is_empty() {
        let _ =
            writeln!(body, "<section><h2>What is known</h2><div class=\"columns\">{lists}</div></section>");
    }
    Ok(())
}

fn plural(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Interest => "Interests",
        ItemKind::Skill => "Skills",
        ItemKind::Project => "Projects",
        ItemKind::Preference => "Preferences",
        ItemKind::Goal => "Goals",
    }
}

fn insights(
    connection: &Connection,
    chosen: &Chosen,
    body: &mut String,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let sql = narrowed(insight::ALL, &format!("i.state = ?1 AND {}", chosen.insights()));
    let sql = sql.replace(" ORDER BY i.id", " ORDER BY i.occurred_at DESC, i.seq DESC");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([InsightState::Active])?;
    let mut list = String::new();
    while let Some(row) = rows.next()? {
        if report.insights < LISTED {
            let insight = insight::from_row(row)?.insight;
            let _ = writeln!(
                list,
                "<li><span class=\"tag\">{}</span> {}<span class=\"soft\"> {}</span></li>",
                escape(&insight.insight_type.replace('_', " ")),
                escape(&insight.content),
                insight.timestamp.to_local_text()
            );
        }
        report.insights += 1;
        meter.add(1)?;
    }
    section(body, "Insights", &list, report.insights);
    Ok(())
}

fn conversations(
    connection: &Connection,
    chosen: &Chosen,
    body: &mut String,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let sql = format!(
        "{} WHERE {} ORDER BY c.last_at DESC, c.seq DESC",
        conversation::WITH_OPENING,
        chosen.conversations()
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut list = String::new();
    while let Some(row) = rows.next()? {
        if report.conversations < LISTED {
            let conversation = conversation::from_row_with_opening(row)?;
            let _ = writeln!(
                list,
                "<li>{}<span class=\"soft\"> {}, {}, {}</span></li>",
                escape(&conversation.opening),
                conversation.last_at.to_local_text(),
                escape(&who(&conversation.author)),
                crate::counted(conversation.turn_count, "turn")
            );
        }
        report.conversations += 1;
        meter.add(1)?;
    }
    section(body, "Conversations", &list, report.conversations);
    Ok(())
}

fn section(body: &mut String, title: &str, list: &str, all: u64) {
    if list.is_empty() {
        return;
    }
    let more = if all > LISTED {
        format!("<p class=\"soft\">The newest {LISTED} of {all}.</p>")
    } else {
        String::new()
    };
    let _ = writeln!(body, "<section><h2>{title}</h2>{more}<ul class=\"long\">{list}</ul></section>");
}
