//! The Python original's folder `mcp_data`: `user_context.json` and `insights.jsonl`.
//!
//! Its times have no zone; they are this computer's local time, because that is where they were written.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use clock::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::FORGOTTEN;
use super::insights::{Identity, NewInsight};
use super::lines::{Lines, reason};
use super::sink::{Place, Sink};
use crate::forgetting::marks;
use crate::history::{self, StoreKey};
use crate::input::normalise;
use crate::item_change::{self, Hand};
use crate::state::{InsightState, ItemKind};
use crate::{Author, Error, NewItem};

/// The source that the records carry. Not the format's name on the command line: stores have it in them.
const SOURCE: &str = "mcp_data";

#[derive(Debug, Deserialize)]
struct UserContext {
    #[serde(default)]
    interests: Vec<Value>,
    #[serde(default)]
    skills: Vec<Value>,
    #[serde(default)]
    current_projects: Vec<Value>,
    #[serde(default)]
    goals: Vec<Value>,
    #[serde(default)]
    preferences: Map<String, Value>,
    last_updated: Option<String>,
}

#[derive(Debug, Deserialize)]
struct InsightLine {
    timestamp: String,
    insight_type: String,
    content: String,
    #[serde(default)]
    context: Option<Value>,
    confidence: Option<f64>,
}

pub(super) fn read(sink: &mut Sink<'_, '_>, folder: &Path) -> Result<(), Error> {
    let user_context = folder.join("user_context.json");
    let insights = folder.join("insights.jsonl");
    let (has_context, has_insights) = (user_context.is_file(), insights.is_file());
    if !has_context && !has_insights {
        return Err(Error::WrongFormat {
            path: folder.to_owned(),
            format: "mcp-data",
            detail: "neither user_context.json nor insights.jsonl is in it; name the folder that holds them"
                .to_owned(),
        });
    }
    let zone = TimeZone::system();
    if has_context {
        read_context(sink, &user_context, &zone)?;
    }
    if has_insights {
        read_insights(sink, &insights, &zone)?;
    }
    Ok(())
}

/// A time of the original: mostly without a zone, and then in `zone`.
pub(super) fn local_time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let civil: DateTime = text.parse().ok()?;
    let time = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(Timestamp::from_micros(time.as_microsecond()))
}

fn read_context(sink: &mut Sink<'_, '_>, path: &Path, zone: &TimeZone) -> Result<(), Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::file(path, &error))?;
    let here = || Place::at("user_context.json");
    let context: UserContext = match serde_json::from_slice(&bytes) {
        Ok(context) => context,
        Err(error) => {
            let line = u64::try_from(error.line()).ok();
            sink.skip(Place { line, ..here() }, reason(&error));
            return Ok(());
        }
    };
    let at = context.last_updated.and_then(|text| local_time(&text, zone)).unwrap_or(sink.inner.clock.now());
    let mut items = Vec::new();
    for (kind, values) in [
        (ItemKind::Interest, context.interests),
        (ItemKind::Skill, context.skills),
        (ItemKind::Project, context.current_projects),
        (ItemKind::Goal, context.goals),
    ] {
        for value in values {
            match name_of(&value) {
                Some(name) => items.push(NewItem { kind, name, value: None }),
                None => sink.skip(here(), format!("a {kind} has no name")),
            }
        }
    }
    for (name, value) in context.preferences.into_iter().filter(|(_, value)| !value.is_null()) {
        items.push(NewItem { kind: ItemKind::Preference, name, value: Some(value) });
    }
    sink.meter.add(items.len() as u64)?;
    let mut ready = Vec::new();
    for item in items {
        match item_change::check_new(item, sink.inner.redaction()) {
            Ok(item) => ready.push((item, sink.inner.new_id())),
            Err(error) => sink.skip(here(), error.to_string()),
        }
    }
    // One job of its own: all have the one time that the file tells.
    let author = Author::Import { source: SOURCE.to_owned() };
    let added = sink.write(move |connection| {
        let hand = Hand { author: &author, at };
        let key = StoreKey::read(connection)?;
        let mut added = Vec::new();
        for (item, id) in ready {
            let forgotten = marks::of_item(key, item.kind, &normalise(&item.name));
            added.push(if history::is_forgotten(connection, forgotten)? {
                None
            } else {
                Some(item_change::add(connection, item, hand, id)?)
            });
        }
        Ok::<_, Error>(added)
    })?;
    for added in added {
        match added {
            Some(added) if !added.existed => {
                sink.report.imported += 1;
                sink.report.items += 1;
            }
            Some(_) => sink.report.duplicates += 1,
            None => sink.skip(here(), FORGOTTEN),
        }
    }
    Ok(())
}

/// The name of an entry: a text, or an object that has one under one of the usual keys.
fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(fields) => ["name", "title", "goal", "project", "interest", "skill", "description"]
            .iter()
            .find_map(|key| fields.get(*key)?.as_str())
            .map(str::to_owned),
        _ => None,
    }
}

fn read_insights(sink: &mut Sink<'_, '_>, path: &Path, zone: &TimeZone) -> Result<(), Error> {
    let file = File::open(path).map_err(|error| Error::file(path, &error))?;
    let mut lines = Lines::of(BufReader::new(file), path);
    while let Some((number, line)) = lines.next()? {
        let place = Place { at: Some("insights.jsonl".to_owned()), line: Some(number) };
        match line.map_err(str::to_owned).and_then(|line| insight_of(&line, zone)) {
            Ok(insight) => sink.insight(place, insight)?,
            Err(why) => sink.skip(place, why),
        }
    }
    Ok(())
}

fn insight_of(line: &str, zone: &TimeZone) -> Result<NewInsight, String> {
    let line: InsightLine = serde_json::from_str(line).map_err(|error| reason(&error))?;
    let timestamp = local_time(&line.timestamp, zone)
        .ok_or_else(|| format!("{:?} is not a time", line.timestamp.chars().take(40).collect::<String>()))?;
    let context = match line.context {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    Ok(NewInsight {
        source: SOURCE,
        identity: Identity::WordsAndTime,
        insight_type: line.insight_type,
        content: line.content,
        context,
        confidence: line.confidence.unwrap_or(0.5),
        timestamp: Some(timestamp),
        state: InsightState::Active,
    })
}
