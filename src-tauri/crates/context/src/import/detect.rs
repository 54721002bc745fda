//! What a file or folder is, by what is in it: names and endings lie.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use super::claude::is_conversations;
use super::claude_account::{is_account_file, part_of_text};
use super::{ImportFormat, source};
use crate::Error;
use crate::export::json::FORMAT;

/// How much of a file is looked at.
const HEAD: u64 = 256 * 1024;
/// How many lines of it.
const LINES: usize = 20;

/// What `path` is; what the caller says counts, unless it plainly is something else.
pub(super) fn format_of(path: &Path, told: Option<ImportFormat>) -> Result<ImportFormat, Error> {
    let looks = look(path)?;
    match (told, looks) {
        (Some(told), Look::Like(found)) if told != found => Err(Error::WrongFormat {
            path: path.to_owned(),
            format: told.name(),
            detail: format!(
                "it looks like {}; leave the format out, or name {}",
                found.title(),
                found.name()
            ),
        }),
        (Some(told), _) => Ok(told),
        (None, Look::Like(found)) => Ok(found),
        (None, Look::Unknown(detail)) => Err(Error::UnknownFormat { path: path.to_owned(), detail }),
    }
}

enum Look {
    Like(ImportFormat),
    Unknown(String),
}

fn unknown(detail: impl Into<String>) -> Look {
    Look::Unknown(detail.into())
}

fn look(path: &Path) -> Result<Look, Error> {
    if path.is_dir() {
        return folder(path);
    }
    let file = File::open(path).map_err(|error| Error::file(path, &error))?;
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).map_err(|error| Error::file(path, &error))?;
    if head.starts_with(source::ZIP) {
        return zip(path);
    }
    Ok(look_at(&head))
}

fn folder(path: &Path) -> Result<Look, Error> {
    if ["user_context.json", "insights.jsonl"].iter().any(|name| path.join(name).is_file()) {
        return Ok(Look::Like(ImportFormat::McpData));
    }
    let names = source::names(path)?;
    if names.iter().any(|name| is_conversations(name)) {
        return first_of(path, &is_conversations);
    }
    if let Some(account) = account(path, &names)? {
        return Ok(account);
    }
    if names.iter().any(|name| source::has_lines(name)) {
        return first_of(path, &source::has_lines);
    }
    Ok(unknown("the folder holds no conversations.json and no .jsonl file"))
}

fn zip(path: &Path) -> Result<Look, Error> {
    let names = source::names(path)?;
    let has = |name: &str| names.iter().any(|known| known == name);
    if names.iter().any(|name| is_conversations(name)) {
        return first_of(path, &is_conversations);
    }
    if let Some(account) = account(path, &names)? {
        return Ok(account);
    }
    if has("memories.jsonl.gz") || has("memories.json") {
        return Ok(Look::Like(ImportFormat::OpenMemory));
    }
    if names.iter().any(|name| source::has_lines(name)) {
        return first_of(path, &source::has_lines);
    }
    Ok(unknown("the zip holds no conversations.json, no memories.json and no .jsonl file"))
}

/// Claude's account without its conversations: its memories and projects are downloads of their own, too.
fn account(path: &Path, names: &[String]) -> Result<Option<Look>, Error> {
    if !names.iter().any(|name| is_account_file(name)) {
        return Ok(None);
    }
    let look = first_of(path, &is_account_file)?;
    Ok(matches!(look, Look::Like(ImportFormat::Claude)).then_some(look))
}

/// What the first file of a folder or zip is that says so.
fn first_of(path: &Path, wants: &dyn Fn(&str) -> bool) -> Result<Look, Error> {
    let mut found = unknown("none of its files is of a known form");
    source::peek(path, wants, HEAD, &mut |head| {
        let look = look_at(head);
        let is_known = matches!(look, Look::Like(_));
        if is_known {
            found = look;
        }
        !is_known
    })?;
    Ok(found)
}

fn look_at(head: &[u8]) -> Look {
    use ImportFormat as F;
    if head.starts_with(&[0x1F, 0x8B]) {
        return unknown("it is packed with gzip; unpack it first");
    }
    if head.starts_with(&[0xFF, 0xFE])
        || head.starts_with(&[0xFE, 0xFF])
        || head.iter().take(64).any(|b| *b == 0)
    {
        return unknown("it is no text in UTF-8");
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let place = |key: &str| text.find(key);
    let conversations = || match (place("\"chat_messages\""), place("\"mapping\"")) {
        (Some(claude), Some(chatgpt)) if claude < chatgpt => Some(F::Claude),
        (_, Some(_)) => Some(F::Chatgpt),
        (Some(_), None) => Some(F::Claude),
        (None, None) => None,
    };
    match text.chars().next() {
        None => unknown("it is empty"),
        Some('[') => match conversations() {
            Some(format) => Look::Like(format),
            None if part_of_text(text).is_some() => Look::Like(F::Claude),
            None => unknown("it is a list, but not of conversations"),
        },
        Some('{') => {
            let start: String = text.chars().filter(|c| !c.is_whitespace()).take(60).collect();
            if start.starts_with(&format!("{{\"format\":\"{FORMAT}\"")) {
                return Look::Like(F::Json);
            }
            let lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES);
            if let Some(format) = lines
                .filter_map(|line| serde_json::from_str(line.trim()).ok())
                .find_map(|line| of_line(&line))
            {
                return Look::Like(format);
            }
            if part_of_text(text).is_some() {
                return Look::Like(F::Claude);
            }
            if place("\"memories\"").is_some()
                && place("\"memory_categories\"").or(place("\"category_ids\"")).is_some()
            {
                return Look::Like(F::OpenMemory);
            }
            match (conversations(), place("\"insight_type\"")) {
                (Some(format), _) => Look::Like(format),
                (None, Some(_)) => unknown("it looks like the original's insights.jsonl: name its folder"),
                (None, None) => unknown("it is JSON of an unknown form"),
            }
        }
        Some(_) => unknown("it is no JSON"),
    }
}

/// What a file is whose lines are objects like this one.
fn of_line(line: &Map<String, Value>) -> Option<ImportFormat> {
    use ImportFormat as F;
    let kind = line.get("type").and_then(Value::as_str).unwrap_or_default();
    let has = |key: &str| line.contains_key(key);
    if has("user_message") {
        Some(F::Turns)
    } else if matches!(kind, "entity" | "relation") || kind == "_aim" {
        Some(F::MemoryGraph)
    } else if has("sessionId") || has("leafUuid") || kind == "file-history-snapshot" {
        Some(F::ClaudeCode)
    } else if has("content") && has("state") && (has("categories") || has("app")) {
        Some(F::OpenMemory)
    } else {
        None
    }
}

#[cfg(test)]
#[path = "detect_tests.rs"]
mod tests;
