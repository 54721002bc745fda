//! The export for reading: a folder of Markdown notes that link to one another.
//!
//! A turn's text stands in a block quote, every line of it marked: whatever it contains, it can not end the
//! quote, and so not pass for a part of the note. Images and HTML in it are disarmed, because opening a note
//! must not load anything from elsewhere.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::Connection;

use super::{ExportParts, ExportReport, ExportRequest, folder_of, sync_folder};
use crate::Error;
use crate::author::Author;
use crate::conversation::{self, Conversation};
use crate::evidence;
use crate::insight;
use crate::item;
use crate::progress::Meter;
use crate::state::{InsightState, ItemKind, ItemState};
use crate::turn;

/// By this file a folder is known as an export, which another one may replace.
const MARK: &str = ".ambient-insights-export";

pub(super) fn write(
    connection: &Connection,
    request: &ExportRequest,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let target = &request.output;
    let replaces = target.symlink_metadata().is_ok();
    if replaces && !target.join(MARK).is_file() {
        return Err(Error::NotAnExport { path: target.clone() });
    }
    let folder = folder_of(target);
    let prepare = |prefix| {
        tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(folder)
            .map_err(|error| Error::file(folder, &error))
    };
    let unfinished = prepare(".ambient-insights-export-")?;
    let report = notes(connection, unfinished.path(), request.parts, meter)?;
    // What is replaced goes into a folder that is deleted when everything is done, or put back.
    let old = prepare(".ambient-insights-replaced-")?;
    let put_away = old.path().join("old");
    if replaces {
        std::fs::rename(target, &put_away).map_err(|error| Error::file(target, &error))?;
    }
    if let Err(error) = std::fs::rename(unfinished.path(), target) {
        if replaces && std::fs::rename(&put_away, target).is_err() {
            // Rather leave the old export under a strange name than delete it.
            let _ = old.keep();
        }
        return Err(Error::file(target, &error));
    }
    let _ = unfinished.keep();
    sync_folder(folder)?;
    Ok(report)
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    let path = folder.join(name);
    let write = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| Error::file(&path, &error))
}

fn notes(
    connection: &Connection,
    folder: &Path,
    parts: ExportParts,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    put(folder, MARK, "version 1\n")?;
    let mut index = String::from("# Ambient Insights\n");
    if parts.context || parts.insights {
        index.push('\n');
    }
    if parts.context {
        put(folder, "profile.md", &profile(connection, &mut report, meter)?)?;
        index.push_str("- [What is known](profile.md)\n");
    }
    if parts.insights {
        put(folder, "insights.md", &insights(connection, parts, &mut report, meter)?)?;
        index.push_str("- [Insights](insights.md)\n");
    }
    if parts.conversations {
        conversations(connection, folder, &mut index, &mut report, meter)?;
    }
    put(folder, "index.md", &index)?;
    Ok(report)
}

fn conversations(
    connection: &Connection,
    folder: &Path,
    index: &mut String,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let folder = folder.join("conversations");
    std::fs::create_dir(&folder).map_err(|error| Error::file(&folder, &error))?;
    index.push_str("\n## Conversations\n\n");
    let mut statement = connection.prepare(&format!("{} ORDER BY c.seq DESC", conversation::SELECT))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let conversation = conversation::from_row(row)?;
        let name = file_name(&conversation);
        put(&folder, &name, &note(connection, &conversation, row.get(5)?, report, meter)?)?;
        let _ = writeln!(
            index,
            "- [{}](conversations/{name}), {}, turns: {}",
            conversation.started_at.to_local_text(),
            inline(who(&conversation.author)),
            conversation.turn_count
        );
        report.conversations += 1;
        meter.add(1);
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
    conversation: &Conversation,
    seq: i64,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<String, Error> {
    let mut text = format!(
        "# Conversation of {}\n\n[Index](../index.md), with {}\n",
        conversation.started_at.to_local_text(),
        inline(who(&conversation.author))
    );
    let mut statement = connection.prepare_cached(&turn::of_conversation_sql())?;
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
        meter.add(1);
    }
    Ok(text)
}

fn profile(
    connection: &Connection,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<String, Error> {
    let mut text = String::from("# What is known\n\n[Index](index.md)\n");
    for kind in ItemKind::ALL {
        let mut lines = String::new();
        for state in ItemState::ALL {
            for stored in item::of_state(connection, *kind, *state, u32::MAX)? {
                let value = stored.item.value.as_ref().map_or(String::new(), |value| {
                    format!(": {}", inline(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                });
                let _ = writeln!(
                    lines,
                    "- {}{value} ({state}, from {}, last seen {})",
                    inline(&stored.item.name),
                    inline(who(&stored.item.author)),
                    stored.item.last_seen_at.to_local_text()
                );
                report.items += 1;
                meter.add(1);
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

fn insights(
    connection: &Connection,
    parts: ExportParts,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<String, Error> {
    let mut text = String::from("# Insights\n\n[Index](index.md)\n");
    let sql =
        insight::ALL.replace("ORDER BY i.id", "WHERE i.state = ?1 ORDER BY i.occurred_at DESC, i.seq DESC");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([InsightState::Active])?;
    while let Some(row) = rows.next()? {
        let stored = insight::from_row(row)?;
        let insight = &stored.insight;
        let _ = write!(
            text,
            "\n## {}: {}\n\n{}",
            inline(&insight.insight_type),
            insight.timestamp.to_local_text(),
            quote(&insight.content)
        );
        // Links lead to the conversations' notes; where those are left out there is nothing to lead to.
        let evidence = if parts.conversations {
            evidence::read(connection, evidence::OF_INSIGHT, stored.seq, -1)?
        } else {
            Vec::new()
        };
        for evidence in evidence {
            let turn = turn::get(connection, evidence.turn_id)?;
            let conversation = conversation::get(connection, turn.conversation_id)?;
            let _ = write!(
                text,
                "\n[Said on {}](conversations/{}#{})\n",
                turn.occurred_at.to_local_text(),
                file_name(&conversation),
                turn.id
            );
        }
        report.insights += 1;
        meter.add(1);
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
