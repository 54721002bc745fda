//! The rest of Claude's account export: `memories.json` (what Claude keeps in mind of a person, as text, in all and
//! for each project) and `projects.json`, or a file for each in the folders `memories` and `projects`.
//!
//! The form is not published; it is read as it was seen in exports of 2026 (the discussions in
//! Superkikim/nexus-ai-chat-importer#22 and ukogan/claude-migration-assistant#4). What Claude wrote of a person is no
//! more than a suggestion here. What a project's owner wrote as its instructions is, too: it was for that project.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read as _};

use clock::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::ImportFormat;
use super::content::text_of;
use super::insights::{Identity, NewInsight};
use super::lines::reason;
use super::sink::{Place, Sink};
use crate::state::{InsightState, ItemKind};
use crate::{Error, NewItem};

const SOURCE: &str = ImportFormat::Claude.name();
/// How sure it is what a language model wrote of somebody.
const CONFIDENCE: f64 = 0.8;
/// No such file is longer: it has to fit into memory. Documents of projects may be long; memories are not.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Memory<'a> {
    #[serde(borrow, rename = "conversations_memory")]
    in_all: Option<&'a RawValue>,
    #[serde(borrow, rename = "project_memories")]
    of_projects: Option<&'a RawValue>,
    /// Whose account it is: nobody else's is in the export.
    #[serde(rename = "account_uuid")]
    _account: Option<Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Project {
    uuid: Option<String>,
    name: Option<String>,
    description: Option<String>,
    prompt_template: Option<String>,
    created_at: Option<String>,
    #[serde(default, rename = "is_starter_project")]
    is_starter: bool,
    #[serde(default)]
    docs: Vec<serde::de::IgnoredAny>,
}

/// What a file of the account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Conversations,
    Memories,
    Projects,
}

/// What a file is: by its name and folder, or where it has none, by how it begins.
pub(super) fn part_of(name: Option<&str>, head: &[u8]) -> Part {
    let Some(name) = name else {
        return part_of_text(&String::from_utf8_lossy(head)).unwrap_or(Part::Conversations);
    };
    let mut folders = name.rsplit(['/', '\\']);
    let (file, folder) = (folders.next().unwrap_or_default(), folders.next().unwrap_or_default());
    if is_list(file, "memories") || folder == "memories" {
        Part::Memories
    } else if is_list(file, "projects") || folder == "projects" {
        Part::Projects
    } else {
        Part::Conversations
    }
}

/// What the beginning of a document plainly is, if it is memories or projects.
pub(super) fn part_of_text(text: &str) -> Option<Part> {
    let has = |key: &str| text.contains(key);
    if has("\"chat_messages\"") {
        None
    } else if has("\"conversations_memory\"") || has("\"project_memories\"") {
        Some(Part::Memories)
    } else if has("\"prompt_template\"") || (has("\"is_starter_project\"") && has("\"uuid\"")) {
        Some(Part::Projects)
    } else {
        None
    }
}

/// Whether a file of this name may hold memories or projects: `memories.json`, `projects-000.json`, or one of them
/// under its id.
pub(super) fn is_account_file(name: &str) -> bool {
    let id = name.strip_suffix(".json").unwrap_or_default();
    is_list(name, "memories") || is_list(name, "projects") || id.parse::<uuid::Uuid>().is_ok()
}

/// `kind.json` or one of its parts, `kind-003.json`.
pub(super) fn is_list(name: &str, kind: &str) -> bool {
    name.strip_prefix(kind).and_then(|rest| rest.strip_suffix(".json")).is_some_and(|part| {
        part.is_empty() || part.starts_with('-') && part[1..].bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What is read of an account beside its conversations, put together at the end: a project's memories know it by its
/// id alone.
#[derive(Default)]
pub(super) struct Account {
    names: HashMap<String, String>,
    of_projects: Vec<(Place, String, String)>,
}

impl Account {
    /// Reads one file; a broken one skips itself.
    pub(super) fn read(
        &mut self,
        sink: &mut Sink<'_, '_>,
        part: Part,
        name: Option<&str>,
        reader: &mut dyn BufRead,
    ) -> Result<(), Error> {
        let file = name.unwrap_or_default();
        let mut bytes = Vec::new();
        if let Err(error) = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes) {
            sink.skip(Place::at(file), format!("it cannot be read: {error}"));
            return Ok(());
        }
        if bytes.len() as u64 > MAX_BYTES {
            sink.skip(Place::at(file), "it is longer than 64 MiB");
            return Ok(());
        }
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let is_list = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        let entries: Result<Vec<&RawValue>, _> = if is_list {
            serde_json::from_slice(text)
        } else {
            serde_json::from_slice(text).map(|one| vec![one])
        };
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                sink.skip(Place::at(file), reason(&error));
                return Ok(());
            }
        };
        for (index, entry) in entries.into_iter().enumerate() {
            let place = Place::at(if is_list { format!("{file}[{index}]") } else { file.to_owned() });
            let read = match part {
                Part::Memories => self.memory(sink, &place, entry),
                Part::Projects | Part::Conversations => self.project(sink, &place, entry),
            };
            match read {
                Ok(stored) => stored?,
                Err(why) => sink.skip(place, why),
            }
        }
        Ok(())
    }

    fn memory(
        &mut self,
        sink: &mut Sink<'_, '_>,
        place: &Place,
        json: &RawValue,
    ) -> Result<Result<(), Error>, String> {
        let memory: Memory<'_> = serde_json::from_str(json.get()).map_err(|error| reason(&error))?;
        for (name, value) in &memory.rest {
            let is_empty = match value {
                Value::Null | Value::Bool(_) | Value::Number(_) => true,
                Value::String(text) => text.is_empty(),
                Value::Array(values) => values.is_empty(),
                Value::Object(fields) => fields.is_empty(),
            };
            // Dates and ids of the whole say nothing; what else is there may be a memory of a new kind.
            if !is_empty && !name.ends_with("_at") && !name.ends_with("uuid") {
                sink.leave_out(format!("{name:?} in {} is not understood", shown(place)));
            }
        }
        if let Some(projects) = memory.of_projects.filter(|raw| raw.get() != "null") {
            match serde_json::from_str::<BTreeMap<String, Value>>(projects.get()) {
                Ok(projects) => {
                    for (id, text) in projects {
                        match text {
                            Value::String(text) => self.of_projects.push((place.clone(), id, text)),
                            _ => sink.leave_out(format!(
                                "the memory of project {id} in {} is no text",
                                shown(place)
                            )),
                        }
                    }
                }
                Err(_) => {
                    sink.leave_out(format!("\"project_memories\" in {} is not understood", shown(place)));
                }
            }
        }
        let Some(raw) = memory.in_all.filter(|raw| raw.get() != "null") else {
            return Ok(Ok(()));
        };
        let Some(text) = text_of(raw) else {
            return Err("\"conversations_memory\" is no text".to_owned());
        };
        Ok(remembered(sink, place, &text, "Claude's memory"))
    }

    fn project(
        &mut self,
        sink: &mut Sink<'_, '_>,
        place: &Place,
        json: &RawValue,
    ) -> Result<Result<(), Error>, String> {
        let project: Project = serde_json::from_str(json.get()).map_err(|error| reason(&error))?;
        let Some(name) = project.name.filter(|name| !name.trim().is_empty()) else {
            return Err("a project without a name".to_owned());
        };
        // Everybody has the one that explains what projects are.
        if project.is_starter {
            return Ok(Ok(()));
        }
        if let Some(id) = project.uuid {
            self.names.insert(id, name.clone());
        }
        if !project.docs.is_empty() {
            let docs = crate::counted(project.docs.len() as u64, "document");
            sink.leave_out(format!("{docs} of the project {name:?}: documents are no memories"));
        }
        let at = project.created_at.and_then(|time| time.parse::<Timestamp>().ok());
        let take = || {
            sink.item(
                place.clone(),
                NewItem { kind: ItemKind::Project, name: name.clone(), value: None },
                SOURCE,
            )?;
            for (text, insight_type, of) in [
                (project.description, "memory", format!("description of the project {name}")),
                (project.prompt_template, "instruction", format!("instructions of the project {name}")),
            ] {
                if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                    sink.insight(
                        place.clone(),
                        NewInsight { timestamp: at, ..said(insight_type, text, of) },
                    )?;
                }
            }
            Ok(())
        };
        Ok(take())
    }

    /// Takes what waited for the projects' names.
    pub(super) fn finish(self, sink: &mut Sink<'_, '_>) -> Result<(), Error> {
        for (place, id, text) in self.of_projects {
            let of = match self.names.get(&id) {
                Some(name) => format!("Claude's memory of the project {name}"),
                None => "Claude's memory of a project".to_owned(),
            };
            remembered(sink, &place, &text, &of)?;
        }
        Ok(())
    }
}

fn shown(place: &Place) -> &str {
    place.at.as_deref().filter(|at| !at.is_empty()).unwrap_or("the file")
}

fn remembered(sink: &mut Sink<'_, '_>, place: &Place, text: &str, of: &str) -> Result<(), Error> {
    for (heading, piece) in pieces(text) {
        let context = if heading.is_empty() { of.to_owned() } else { format!("{of}: {heading}") };
        sink.insight(place.clone(), said("memory", piece, context))?;
    }
    Ok(())
}

fn said(insight_type: &str, words: String, of: String) -> NewInsight {
    NewInsight {
        source: SOURCE,
        identity: Identity::Words,
        insight_type: insight_type.to_owned(),
        content: words,
        context: of,
        confidence: CONFIDENCE,
        timestamp: None,
        state: InsightState::Suggested,
    }
}

/// A memory's paragraphs and points, each with the heading that it stands under.
fn pieces(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut heading, mut piece) = (String::new(), String::new());
    for line in text.lines().map(str::trim).chain([""]) {
        let title = heading_of(line);
        let point = ["- ", "* ", "• "].iter().find_map(|mark| line.strip_prefix(mark));
        if line.is_empty() || title.is_some() || point.is_some() {
            let whole = std::mem::take(&mut piece);
            if !whole.is_empty() {
                found.push((heading.clone(), whole));
            }
        }
        if let Some(title) = title {
            title.clone_into(&mut heading);
        } else {
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(point.unwrap_or(line));
        }
    }
    found
}

/// "# Work", "**Work context**".
fn heading_of(line: &str) -> Option<&str> {
    let bold =
        line.strip_prefix("**").and_then(|rest| rest.strip_suffix("**")).filter(|bold| !bold.contains("**"));
    let title = bold.or_else(|| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')))?;
    Some(title.trim().trim_end_matches(':')).filter(|title| !title.is_empty())
}

#[cfg(test)]
#[path = "claude_account_tests.rs"]
mod tests;
