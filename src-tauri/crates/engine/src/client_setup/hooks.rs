//! Hooks in Claude Code's own settings, and whether the owner had them set up.
//!
//! An entry of `hooks.EVENT` is a list of matchers, each with a list of commands (Claude Code 2.1). The person may
//! have entries of their own there: ours is added to theirs.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::json_file::JsonFile;
use super::record::{Entry, Record};
use super::{Client, Setting, SetupEnvironment, SetupError, claude_code};

/// Ends each of our commands; by it they are known again.
const COMMAND: &str = "hook claude-code";
/// Asks for the brief.
const BRIEF: &str = "--brief";
/// How long Claude Code waits for a hook, in seconds. Ours ends by itself within two.
const TIMEOUT: u32 = 5;

/// What happens in a session that our hooks are called for.
const EVENTS: [&str; 3] = ["SessionStart", "Stop", "SessionEnd"];
/// The setting by which a person switches all hooks off in Claude Code itself.
const ALL_OFF: &str = "disableAllHooks";

/// The hooks that the person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookWish {
    /// How this program is called in a shell, with its options.
    pub program: String,
    /// Begin each session with a brief of what is known.
    pub brief: bool,
}

/// What the owner allowed hooks to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum HookConsent {
    /// Nothing: no hooks were set up here.
    Off,
    /// Keep the turns of sessions.
    Log,
    /// Keep the turns, and give each session a brief.
    LogAndBrief,
}

/// How Claude Code's hooks stand on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HookState {
    /// What the owner allowed.
    pub consent: HookConsent,
    /// Whether Claude Code's settings hold just that: the hooks of this very program, or none.
    pub is_written: bool,
    /// Claude Code's own settings switch every hook off.
    pub is_disabled: bool,
    /// Where they stand.
    pub file: PathBuf,
}

/// Looks how the hooks stand. `program` is how this program is called in a shell. Reads only.
///
/// # Errors
/// A file that cannot be read or is no JSON.
pub fn hook_state(environment: &SetupEnvironment, program: &str) -> Result<HookState, SetupError> {
    let consent = hook_consent(&environment.data_dir);
    let file = claude_code::settings_file(environment);
    let settings = JsonFile::read(&file)?;
    let is_written = match consent {
        HookConsent::Off => !EVENTS
            .iter()
            .any(|event| settings.get(&pointer(event)).is_some_and(|list| without_ours(list).is_some())),
        HookConsent::Log | HookConsent::LogAndBrief => {
            let wish = HookWish { program: program.to_owned(), brief: consent == HookConsent::LogAndBrief };
            let environment = SetupEnvironment { hooks: Some(wish), ..environment.clone() };
            self::settings(&environment, &file)?
                .iter()
                .all(|wished| settings.get(&wished.pointer) == Some(&wished.value))
        }
    };
    let is_disabled = settings.get(&[ALL_OFF.to_owned()]) == Some(&Value::Bool(true));
    Ok(HookState { consent, is_written, is_disabled, file })
}

/// Of what was recorded, what concerns the hooks, and with it entries of ours that nothing was recorded of; and the
/// rest.
pub(super) fn parted(environment: &SetupEnvironment, record: Record) -> Result<(Record, Record), SetupError> {
    let file = claude_code::settings_file(environment);
    let settings = JsonFile::read(&file)?;
    let (mut hooks, rest) = record.parted(|entry| entry.pointer.first().is_some_and(|name| name == "hooks"));
    for event in EVENTS {
        let pointer = pointer(event);
        let is_ours = settings.get(&pointer).is_some_and(|list| without_ours(list).is_some());
        if is_ours && hooks.entry(&file, &pointer).is_none() {
            hooks.note(Entry {
                file: file.clone(),
                pointer,
                added: Value::Null,
                previous: None,
                made_parents: 0,
                made_file: false,
            });
        }
    }
    Ok((hooks, rest))
}

fn pointer(event: &str) -> Vec<String> {
    vec!["hooks".to_owned(), event.to_owned()]
}

/// What the owner allowed Claude Code's hooks: what `setup` recorded. A project's own settings can call the program
/// too, but they can not allow it anything.
#[must_use]
pub fn hook_consent(data_dir: &Path) -> HookConsent {
    let Ok(record) = Record::load_from(Client::ClaudeCode, data_dir) else { return HookConsent::Off };
    let ours =
        record.entries().iter().filter(|entry| entry.pointer.first().is_some_and(|name| name == "hooks"));
    let mut commands =
        ours.flat_map(|entry| commands(&entry.added)).filter(|command| is_ours(command)).peekable();
    if commands.peek().is_none() {
        return HookConsent::Off;
    }
    if commands.any(|command| command.contains(BRIEF)) { HookConsent::LogAndBrief } else { HookConsent::Log }
}

/// The settings for the hooks that are wished for.
pub(super) fn settings(environment: &SetupEnvironment, file: &Path) -> Result<Vec<Setting>, SetupError> {
    let Some(wish) = &environment.hooks else { return Ok(Vec::new()) };
    let settings = JsonFile::read(file)?;
    let log = format!("{} {COMMAND}", wish.program);
    let start = if wish.brief { format!("{log} {BRIEF}") } else { log.clone() };
    let brief = "each session begins with a short brief of what is known about you";
    let [at_start, at_stop, at_end] = EVENTS;
    let events = [
        (at_start, &start, if wish.brief { brief } else { "it is known where a session begins" }),
        (at_stop, &log, "each finished turn is kept"),
        (at_end, &log, "a session's last turn is kept"),
    ];
    events
        .into_iter()
        .map(|(event, command, purpose)| {
            let pointer = pointer(event);
            let mut list = match settings.get(&pointer) {
                None => Vec::new(),
                Some(Value::Array(entries)) => entries.clone(),
                Some(_) => {
                    let member = format!("{:?}", pointer.join("."));
                    return Err(SetupError::NotAList { path: file.to_owned(), member });
                }
            };
            let ours = json!({ "hooks": [{ "type": "command", "command": command, "timeout": TIMEOUT }] });
            // In its place, if it is there: the person may have put entries of their own behind it.
            let place = list.iter().position(is_our_entry).unwrap_or(list.len());
            list.retain(|entry| !is_our_entry(entry));
            list.insert(place, ours);
            let value = Value::Array(list);
            Ok(Setting { file: file.to_owned(), pointer, value, purpose: purpose.to_owned() })
        })
        .collect()
}

/// A list without our entries, where it was changed since they were added.
pub(super) fn without_ours(list: &Value) -> Option<Vec<Value>> {
    let entries = list.as_array()?;
    let theirs: Vec<Value> = entries.iter().filter(|entry| !is_our_entry(entry)).cloned().collect();
    (theirs.len() < entries.len()).then_some(theirs)
}

/// Whether an entry holds nothing but our command.
fn is_our_entry(entry: &Value) -> bool {
    let Some(hooks) = entry["hooks"].as_array() else { return false };
    !hooks.is_empty() && hooks.iter().all(|hook| hook["command"].as_str().is_some_and(is_ours))
}

fn is_ours(command: &str) -> bool {
    let command = command.trim_end().trim_end_matches(BRIEF).trim_end();
    command.ends_with(COMMAND) && command.contains("ambient-insights")
}

fn commands(list: &Value) -> impl Iterator<Item = &str> {
    let entries = list.as_array().into_iter().flatten();
    let hooks = entries.flat_map(|entry| entry["hooks"].as_array().into_iter().flatten());
    hooks.filter_map(|hook| hook["command"].as_str())
}

#[cfg(test)]
#[path = "hooks_tests.rs"]
mod tests;
