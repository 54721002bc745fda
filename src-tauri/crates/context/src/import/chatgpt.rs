//! `ChatGPT`'s account export: conversations whose messages are a tree, because an edited or regenerated message
//! begins a branch. What counts is the branch that was open last: from `current_node` up to the root.
//!
//! The form is not published; it is read as several converters found it (mitkury/chatgpt-export-parser, 2025;
//! the parts `conversations-000.json` since 2026).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use clock::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ImportFormat;
use super::claude::conversations;
use super::content::text_of;
use super::exchange::{Message, Role, turns};
use super::lines::reason;
use super::sink::Sink;
use crate::Error;

/// Kinds of content that are no part of what was said: thoughts, instructions, what tools gave.
const INTERNAL: [&str; 8] = [
    "thoughts",
    "reasoning_recap",
    "user_editable_context",
    "model_editable_context",
    "execution_output",
    "tether_quote",
    "tether_browsing_display",
    "system_error",
];

#[derive(Deserialize)]
struct Conversation<'a> {
    id: Option<String>,
    #[serde(rename = "conversation_id")]
    shown_id: Option<String>,
    #[serde(borrow)]
    mapping: HashMap<Cow<'a, str>, &'a RawValue>,
    current_node: Option<String>,
}

#[derive(Default, Deserialize)]
struct Node<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    parent: Option<String>,
    #[serde(default)]
    children: Vec<String>,
}

#[derive(Deserialize)]
struct NodeMessage<'a> {
    id: Option<String>,
    author: Author,
    create_time: Option<f64>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    recipient: Option<String>,
    channel: Option<String>,
}

#[derive(Deserialize)]
struct Author {
    role: String,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(rename = "content_type")]
    kind: Option<String>,
    #[serde(borrow, default)]
    parts: Vec<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    content_type: Option<String>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    is_visually_hidden_from_conversation: Option<bool>,
}

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    conversations(sink, path, ImportFormat::Chatgpt, &|json, bad| {
        let conversation: Conversation<'_> = serde_json::from_str(json).map_err(|error| reason(&error))?;
        let mut messages = Vec::new();
        for (id, raw) in branch(&conversation) {
            match message(raw) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => {}
                Err(why) => bad(format!("mapping[{id:?}].message"), why),
            }
        }
        let id = conversation.shown_id.as_ref().or(conversation.id.as_ref());
        Ok(turns(id.map(String::as_str), messages))
    })
}

/// The messages of the open branch, the first first.
fn branch<'a>(conversation: &'a Conversation<'a>) -> Vec<(&'a str, &'a RawValue)> {
    let nodes: HashMap<&str, Node<'_>> = conversation
        .mapping
        .iter()
        .map(|(id, raw)| (&**id, serde_json::from_str(raw.get()).unwrap_or_default()))
        .collect();
    let current = conversation.current_node.as_deref().filter(|current| nodes.contains_key(current));
    let mut next = current.or_else(|| newest_leaf(&nodes));
    let mut branch = Vec::new();
    // A file that was tampered with may lead round in circles.
    let mut visited = HashSet::new();
    while let Some((id, node)) = next.and_then(|id| nodes.get_key_value(id)) {
        if !visited.insert(*id) {
            break;
        }
        branch.extend(node.message.map(|message| (*id, message)));
        next = node.parent.as_deref();
    }
    branch.reverse();
    branch
}

/// Where the open branch ends if nothing says so: at the last message of all.
fn newest_leaf<'n>(nodes: &HashMap<&'n str, Node<'_>>) -> Option<&'n str> {
    let time = |node: &Node<'_>| {
        let message: Option<NodeMessage<'_>> =
            node.message.and_then(|message| serde_json::from_str(message.get()).ok());
        message.and_then(|message| message.create_time).unwrap_or(0.0)
    };
    let leaves = nodes.iter().filter(|(_, node)| node.children.is_empty());
    leaves
        .map(|(id, node)| (time(node), *id))
        .max_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(other.1)))
        .map(|(_, id)| id)
}

fn message(raw: &RawValue) -> Result<Option<Message>, String> {
    if raw.get() == "null" {
        return Ok(None);
    }
    let message: NodeMessage<'_> = serde_json::from_str(raw.get()).map_err(|error| reason(&error))?;
    let role = match message.author.role.as_str() {
        "user" => Role::Person,
        // What goes to a tool is not said to the person.
        "assistant" if message.recipient.as_deref().is_none_or(|to| to == "all") => Role::Assistant,
        _ => return Ok(None),
    };
    let metadata: Metadata =
        message.metadata.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    if metadata.is_visually_hidden_from_conversation == Some(true)
        || message.channel.as_deref() == Some("analysis")
    {
        return Ok(None);
    }
    let Some(content) = message.content.filter(|content| content.get() != "null") else { return Ok(None) };
    let content: Content<'_> = serde_json::from_str(content.get()).map_err(|error| reason(&error))?;
    if content.kind.as_deref().is_some_and(|kind| INTERNAL.contains(&kind)) {
        return Ok(None);
    }
    let text = text(&content);
    Ok(Some(Message { role, id: message.id, parent: None, text, at: message.create_time.and_then(seconds) }))
}

fn text(content: &Content<'_>) -> String {
    let mut texts = Vec::new();
    let mut has_image = false;
    for part in &content.parts {
        if let Some(text) = text_of(part) {
            texts.push(text);
        } else if let Ok(part) = serde_json::from_str::<Part<'_>>(part.get()) {
            // What was spoken comes with its transcript.
            texts.extend(part.text.and_then(text_of));
            has_image |= part.content_type.as_deref() == Some("image_asset_pointer");
        }
    }
    texts.extend(content.text.and_then(text_of));
    texts.retain(|text| !text.trim().is_empty());
    if texts.is_empty() && has_image { "[image]".to_owned() } else { texts.join("\n\n") }
}

/// A time in seconds since 1970 with a fraction; none for one that no calendar has.
fn seconds(seconds: f64) -> Option<Timestamp> {
    let micros = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked: a year of four digits")]
    (0.0..253_402_300_800e6).contains(&micros).then(|| Timestamp::from_micros(micros as i64))
}

#[cfg(test)]
#[path = "chatgpt_tests.rs"]
mod tests;
