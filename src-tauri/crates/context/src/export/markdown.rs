//! The export for reading: a folder of Markdown notes that link to one another.
//!
//! A turn's text stands in a block quote, every line of it marked: whatever it contains, it can not end the
//! quote, and so not pass for a part of the note. Images and HTML in it are disarmed, because opening a note
//! must not load anything from elsewhere.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::ExportReport;
use super::atomic::in_folder;
use super::chosen::{Chosen, narrowed};
use crate::Error;
use crate::author::Author;
use crate::conversation::{self, Conversation};
use crate::evidence;
use crate::insight;
use crate::item;
use crate::progress::Meter;
use crate::state::{InsightState, ItemKind, ItemState};
use crate::turn;

/// How many turns an entry of the profile leads to.
const SAID: i64 = 5;

pub(super) fn write(
    connection: &Connection,
    chosen: &Chosen,
    folder: &Path,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    let parts = chosen.parts;
    let mut index = String::from("# Ambient Insights\n");
    if parts.context || parts.insights {
        index.push('\n');
    }
    if parts.context {
        put(folder, "profile.md", &profile(connection, chosen, &mut report, meter)?)?;
        index.push_str("- [What is known](profile.md)\n");
    }
    if parts.insights {
        put(folder, "insights.md", &insights(connection, chosen, &mut report, meter)?)?;
        index.push_str("- [Insights](insights.md)\n");
    }
    if parts.conversations {
        conversations(connection, chosen, folder, &mut index, &mut report, meter)?;
    }
    put(folder, "index.md", &index)?;
    Ok(report)
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    in_folder(folder, name, |out| out.text(text))
}

fn conversations(
    connection: &Connection,
    chosen: &Chosen,
    folder: &Path,
    index: &mut String,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let folder = folder.join("conversations");
    std::fs::create_dir(&folder).map_err(|error| Error::file(&folder, &error))?;
    index.push_str("\n## Conversations\n\n");
    let sql = format!("{} WHERE {} ORDER BY c.seq DESC", conversation::SELECT, chosen.conversations());
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let conversation = conversation::from_row(row)?;
        let name = file_name(&conversation);
        put(&folder, &name, &note(connection, chosen, &conversation, row.get(5)?, report, meter)?)?;
        let _ = writeln!(
            index,
            "- [{}](conversations/{name}), {}, {}",
            conversation.started_at.to_local_text(),
            inline(who(&conversation.author)),
            crate::counted(conversation.turn_count, "turn")
        );
        report.conversations += 1;
        meter.add(1)?;
    }
    Ok(())
}

/// Made of a time and an id alone, so nothing that a client chose gets into a path.
fn file_name(conversation: &Conversation) -> String {
    let day = conversation.started_at.to_string();
    let day: String = day.chars().take(10).filter(|c| c.is_ascii_digit() || *c == '-').collect();
    format!("{day}-{}.md", conversation.id)
}

fn who(author: &Author) -> &str {
    match author {
        Author::Owner => "the owner",
        Author::Analysis => "analysis",
        Author::Client { client_name, client_id } if client_name.is_empty() => client_id,
        Author::Client { client_name, .. } => client_name,
        Author::Import { source } => source,
    }
}

fn note(
    connection: &Connection,
    chosen: &Chosen,
    conversation: &Conversation,
    seq: i64,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<String, Error> {
    // What Obsidian and the like list and search by. JSON's text is a text of YAML too.
    let mut text = format!(
        "---\ndate: {}\nsource: {}\nturns: {}\ntags:\n  - ambient-insights\n---\n\n# Conversation of {}\n\n\
         [Index](../index.md), with {}\n",
        conversation.started_at,
        serde_json::Value::from(who(&conversation.author)),
        conversation.turn_count,
        conversation.started_at.to_local_text(),
        inline(who(&conversation.author))
    );
    let sql = narrowed(&turn::all_sql(), &format!("t.conversation = ?1 AND {}", chosen.turns()))
        .replace(" ORDER BY t.seq", " ORDER BY t.occurred_at, t.seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([seq])?;
    while let Some(row) = rows.next()? {
        let turn = turn::from_row(row)?;
        let _ = write!(text, "\n<a id=\"{}\"></a>\n\n## {}\n", turn.id, turn.occurred_at.to_local_text());
        for (name, said) in [("You", &turn.user_message), ("Assistant", &turn.assistant_response)] {
            if !said.trim().is_empty() {
                let _ = write!(text, "\n**{name}**\n\n{}", quote(said));
            }
        }
        report.turns += 1;
        meter.add(1)?;
    }
    found_here(connection, chosen, seq, &mut text)?;
    Ok(text)
}

/// Links to what was found in a conversation: the way back from a note to what it taught.
fn found_here(connection: &Connection, chosen: &Chosen, seq: i64, text: &mut String) -> Result<(), Error> {
    let mut lines = String::new();
    for (is_chosen, sql, file) in [
        (
            chosen.parts.context,
            format!(
                "SELECT DISTINCT i.id, i.name FROM item_evidence e JOIN turn t ON t.seq = e.turn \
                 JOIN item i ON i.seq = e.item WHERE t.conversation = ?1 AND {} ORDER BY i.id",
                chosen.items()
            ),
            "profile.md",
        ),
        (
            chosen.parts.insights,
            format!(
                "SELECT DISTINCT i.id, i.insight_type FROM insight_evidence e JOIN turn t ON t.seq = e.turn \
                 JOIN insight i ON i.seq = e.insight WHERE t.conversation = ?1 AND i.state = 'active' AND {} \
                 ORDER BY i.id",
                chosen.insights()
            ),
            "insights.md",
        ),
    ] {
        if !is_chosen {
            continue;
        }
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([seq])?;
        while let Some(row) = rows.next()? {
            let (id, name): (crate::ItemId, String) = (row.get(0)?, row.get(1)?);
            let _ = writeln!(lines, "- [{}](../{file}#{id})", inline(&name));
        }
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n## Found here\n\n{lines}");
    }
    Ok(())
}

fn profile(
    connection: &Connection,
    chosen: &Chosen,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<String, Error> {
    let mut text = String::from("# What is known\n\n[Index](index.md)\n");
    for kind in ItemKind::ALL {
        let mut lines = String::new();
        for state in ItemState::ALL {
            let sql = narrowed(item::ALL, &format!("i.kind = ?1 AND i.state = ?2 AND {}", chosen.items()))
                .replace(" ORDER BY i.id", " ORDER BY i.last_seen_at DESC, i.seq DESC");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query((kind, state))?;
            while let Some(row) = rows.next()? {
                let stored = item::from_row(row)?;
                let value = stored.item.value.as_ref().map_or(String::new(), |value| {
                    format!(": {}", inline(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                });
                let _ = writeln!(
                    lines,
                    "- <a id=\"{}\"></a>{}{value} ({state}, from {}, last seen {}){}",
                    stored.item.id,
                    inline(&stored.item.name),
                    inline(who(&stored.item.author)),
                    stored.item.last_seen_at.to_local_text(),
                    said(connection, chosen, evidence::OF_ITEM, stored.seq, SAID, ", ")?
                );
                report.items += 1;
                meter.add(1)?;
            }
        }
        if !lines.is_empty() {
            let _ = write!(text, "\n## {}\n\n{lines}", heading(*kind));
        }
    }
    Ok(text)
}

fn heading(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Interest => "Interests",
        ItemKind::Skill => "Skills",
        ItemKind::Project => "Projects",
        ItemKind::Preference => "Preferences",
        ItemKind::Goal => "Goals",
    }
}

/// Links to the notes of the turns that something stands on, the newest first; where those notes are left out
/// there is nothing to lead to.
fn said(
    connection: &Connection,
    chosen: &Chosen,
    sql: &str,
    thing: i64,
    limit: i64,
    between: &str,
) -> Result<String, Error> {
    let mut links = String::new();
    if !chosen.parts.conversations {
        return Ok(links);
    }
    for evidence in evidence::read(connection, sql, thing, limit)? {
        let sql = narrowed(&turn::all_sql(), &format!("t.id = ?1 AND {}", chosen.turns()));
        let turn =
            connection.prepare_cached(&sql)?.query_row([evidence.turn_id], turn::from_row).optional()?;
        let Some(turn) = turn else { continue };
        let conversation = conversation::get(connection, turn.conversation_id)?;
        let _ = write!(
            links,
            "{between}[Said on {}](conversations/{}#{})",
            turn.occurred_at.to_local_text(),
            file_name(&conversation),
            turn.id
        );
    }
    Ok(links)
}

fn insights(
    connection: &Connection,
    chosen: &Chosen,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<String, Error> {
    let mut text = String::from("# Insights\n\n[Index](index.md)\n");
    let sql = narrowed(insight::ALL, &format!("i.state = ?1 AND {}", chosen.insights()))
        .replace(" ORDER BY i.id", " ORDER BY i.occurred_at DESC, i.seq DESC");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([InsightState::Active])?;
    while let Some(row) = rows.next()? {
        let stored = insight::from_row(row)?;
        let insight = &stored.insight;
        let _ = write!(
            text,
            "\n<a id=\"{}\"></a>\n\n## {}: {}\n\n{}",
            insight.id,
            inline(&insight.insight_type),
            insight.timestamp.to_local_text(),
            quote(&insight.content)
        );
        let links = said(connection, chosen, evidence::OF_INSIGHT, stored.seq, -1, "\n")?;
        text.push_str(&links);
        if !links.is_empty() {
            text.push('\n');
        }
        report.insights += 1;
        meter.add(1)?;
    }
    Ok(text)
}

/// A text as a block quote. Every kind of line end that Markdown knows begins a marked line.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::new();
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        let line = line.replace("![", "!\\[").replace('<', "\\<");
        let _ = writeln!(quoted, "> {line}");
    }
    quoted
}

/// A text in the middle of a line, without any mark-up of its own.
pub(super) fn inline(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        if c.is_control() {
            line.push(' ');
        } else {
            if matches!(
                c,
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '!' | '|' | '~' | '&'
            ) {
                line.push('\\');
            }
            line.push(c);
        }
    }
    line
}
