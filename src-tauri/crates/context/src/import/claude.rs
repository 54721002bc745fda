//! Claude's account export: `conversations.json`, an array of conversations, each with its `chat_messages`; its
//! memories and projects are read in `claude_account.rs`.
//!
//! The form is not published; it is read as several converters found it (Sinity/polylogue and the discussion in
//! moorcheh-ai/memanto#1718, 2026). `content` has the texts block by block; `text`, which older exports have
//! alone, says of tools only that they can not be shown.

use std::io::BufRead;
use std::path::Path;

use clock::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ImportFormat;
use super::claude_account::{Account, Part, is_account_file, is_list, part_of};
use super::content::{Content, text_of};
use super::elements::{Broken, Elements};
use super::exchange::{Message, Role, turns};
use super::lines::reason;
use super::sink::{Place, Sink};
use super::source::{self, base_name};
use crate::{Error, NewTurn};

const SOURCE: &str = ImportFormat::Claude.name();

#[derive(Deserialize)]
struct Conversation<'a> {
    uuid: Option<String>,
    #[serde(borrow)]
    chat_messages: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct ChatMessage<'a> {
    uuid: Option<String>,
    sender: String,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(default)]
    content: Content,
    #[serde(borrow)]
    created_at: Option<&'a RawValue>,
    parent_message_uuid: Option<String>,
    #[serde(default)]
    attachments: Vec<Attached>,
    #[serde(default)]
    files: Vec<Attached>,
}

#[derive(Deserialize)]
struct Attached {
    file_name: Option<String>,
}

/// Whether a file of this name holds conversations, alone or as one of several parts: `conversations-003.json`.
pub(super) fn is_conversations(name: &str) -> bool {
    is_list(name, "conversations")
}

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    let mut account = Account::default();
    let is_whole = path.is_dir() || source::is_zip(path)?;
    if is_whole {
        // Whose account it is says nothing of what was talked about.
        let known = |name: &String| {
            !source::is_json(name) || is_conversations(name) || is_account_file(name) || name == "users.json"
        };
        for name in source::names(path)?.iter().filter(|name| !known(name)) {
            sink.leave_out(format!("{name} is not read"));
        }
    }
    let wants = |name: &str| is_conversations(name) || is_account_file(name);
    source::read(sink, path, SOURCE, &wants, &mut |sink, name, reader| {
        let head = reader.fill_buf().map_err(|error| Error::file(path, &error))?;
        match part_of(name, head) {
            // A single thing under its id that is neither: there are such folders, and the list has it too.
            Part::Conversations if name.is_some_and(|name| !is_conversations(base_name(name))) => {
                sink.leave_out(format!("{} is not read", name.unwrap_or_default()));
                Ok(())
            }
            Part::Conversations => list(sink, path, name, reader, ImportFormat::Claude, &turns_of),
            part => account.read(sink, part, name, reader),
        }
    })?;
    account.finish(sink)
}

fn turns_of(json: &str, bad: &mut Bad<'_>) -> Result<Vec<NewTurn>, String> {
    let conversation: Conversation<'_> = serde_json::from_str(json).map_err(|error| reason(&error))?;
    let mut messages = Vec::new();
    for (index, raw) in conversation.chat_messages.iter().enumerate() {
        match message(raw) {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => {}
            Err(why) => bad(format!("chat_messages[{index}]"), why),
        }
    }
    Ok(turns(conversation.uuid.as_deref(), messages))
}

fn message(raw: &RawValue) -> Result<Option<Message>, String> {
    let message: ChatMessage<'_> = serde_json::from_str(raw.get()).map_err(|error| reason(&error))?;
    let role = match message.sender.as_str() {
        "human" | "user" => Role::Person,
        "assistant" => Role::Assistant,
        _ => return Ok(None),
    };
    let mut text = message.content.text;
    if text.trim().is_empty() {
        text = message.text.and_then(text_of).unwrap_or_default();
    }
    if text.trim().is_empty() && role == Role::Person {
        let names = message.attachments.into_iter().chain(message.files).filter_map(|file| file.file_name);
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        if !names.is_empty() {
            text = format!("[{}]", names.join(", "));
        }
    }
    let at = message.created_at.and_then(text_of).and_then(|time| time.parse::<Timestamp>().ok());
    Ok(Some(Message { role, id: message.uuid, parent: message.parent_message_uuid, text, at }))
}

/// Tells of a part of a conversation that can not be read: where it is, and why.
type Bad<'a> = dyn FnMut(String, String) + 'a;

/// Makes turns of one conversation's JSON; or tells why it can not be read at all.
type TurnsOf<'a> = dyn Fn(&str, &mut Bad<'_>) -> Result<Vec<NewTurn>, String> + 'a;

/// Reads an account's conversations, element by element, with what makes turns of one.
pub(super) fn conversations(
    sink: &mut Sink<'_, '_>,
    path: &Path,
    format: ImportFormat,
    turns: &TurnsOf<'_>,
) -> Result<(), Error> {
    source::read(sink, path, format.name(), &is_conversations, &mut |sink, name, reader| {
        list(sink, path, name, reader, format, turns)
    })
}

/// Reads one list of conversations.
fn list(
    sink: &mut Sink<'_, '_>,
    path: &Path,
    name: Option<&str>,
    reader: &mut dyn BufRead,
    format: ImportFormat,
    turns: &TurnsOf<'_>,
) -> Result<(), Error> {
    let file = name.unwrap_or_default();
    let wrong = |detail: String| Error::WrongFormat { path: path.to_owned(), format: format.name(), detail };
    let broken = |broken| match broken {
        Broken::Io(error) => Error::file(path, &error),
        Broken::NoArray => {
            wrong("it is no list of conversations; name conversations.json or its zip".to_owned())
        }
        Broken::Cut(why) => wrong(why.to_owned()),
    };
    let mut elements = Elements::of(reader, "conversations").map_err(broken)?;
    let mut index = 0_u64;
    loop {
        let place = format!("{file}[{index}]");
        let element = match elements.next() {
            Ok(None) => return Ok(()),
            Ok(Some(element)) => element,
            // What was whole is kept; that the rest is missing must be seen.
            Err(Broken::Cut(why)) => {
                sink.skip(Place::at(place), why);
                return Ok(());
            }
            Err(error) => return Err(broken(error)),
        };
        let mut bad = Vec::new();
        let read =
            element.map_err(str::to_owned).and_then(|json| turns(&json, &mut |at, why| bad.push((at, why))));
        for (at, why) in bad {
            sink.skip(Place::at(format!("{place}.{at}")), why);
        }
        match read {
            Ok(turns) => {
                for turn in turns {
                    sink.turn(Place::at(place.clone()), turn, format.name())?;
                }
            }
            Err(why) => sink.skip(Place::at(place), why),
        }
        index += 1;
    }
}

#[cfg(test)]
#[path = "claude_tests.rs"]
mod tests;
