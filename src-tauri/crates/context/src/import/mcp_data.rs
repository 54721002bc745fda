//! The Python original's folder `mcp_data`: `user_context.json` and `insights.jsonl`.
//!
//! Its times have no zone; they are this computer's local time, because that is where they were written.

use std::path::Path;

use clock::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::lines::{Lines, reason};
use super::{BATCH, ImportReport};
use crate::handle::Inner;
use crate::history::{self, NewEvent, StoreKey};
use crate::input::check_name;
use crate::insight::{self, Insight};
use crate::item_change::{self, Hand};
use crate::progress::Meter;
use crate::state::{Action, InsightState, ItemKind, Subject};
use crate::{Author, Error, InsightId, NewItem};

const FORMAT: &str = "mcp_data";
/// The most characters of an insight's content or context.
const MAX_INSIGHT_CHARS: usize = 20_000;

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

pub(super) fn read(inner: &Inner, folder: &Path, meter: &mut Meter<'_>) -> Result<ImportReport, Error> {
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
    let author = Author::Import { source: FORMAT.to_owned() };
    let mut report = ImportReport::default();
    if has_context {
        read_context(inner, &user_context, &zone, &author, &mut report)?;
        meter.add(report.imported + report.duplicates + report.skipped);
    }
    if has_insights {
        read_insights(inner, &insights, &zone, &author, &mut report, meter)?;
    }
    Ok(report)
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

fn read_context(
    inner: &Inner,
    path: &Path,
    zone: &TimeZone,
    author: &Author,
    report: &mut ImportReport,
) -> Result<(), Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::file(path, &error))?;
    let context: UserContext = match serde_json::from_slice(&bytes) {
        Ok(context) => context,
        Err(error) => {
            let line = u64::try_from(error.line()).ok();
            report.skip(line, format!("user_context.json: {}", reason(&error)));
            return Ok(());
        }
    };
    let at = context.last_updated.and_then(|text| local_time(&text, zone)).unwrap_or(inner.clock.now());
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
                None => report.skip(None, format!("user_context.json: a {kind} has no name")),
            }
        }
    }
    for (name, value) in context.preferences.into_iter().filter(|(_, value)| !value.is_null()) {
        items.push(NewItem { kind: ItemKind::Preference, name, value: Some(value) });
    }
    let mut ready = Vec::new();
    for item in items {
        match item_change::check_new(item) {
            Ok(item) => ready.push((item, inner.new_id())),
            Err(error) => report.skip(None, format!("user_context.json: {error}")),
        }
    }
    let author = author.clone();
    let added = inner.database.write_blocking(move |connection| {
        let hand = Hand { author: &author, at };
        ready
            .into_iter()
            .map(|(item, id)| item_change::add(connection, item, hand, id))
            .collect::<Result<Vec<_>, Error>>()
    })?;
    for added in added {
        report.count(!added.existed);
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

fn read_insights(
    inner: &Inner,
    path: &Path,
    zone: &TimeZone,
    author: &Author,
    report: &mut ImportReport,
    meter: &mut Meter<'_>,
) -> Result<(), Error> {
    let mut lines = Lines::open(path)?;
    let mut batch = Vec::new();
    let now = inner.clock.now();
    while let Some((number, line)) = lines.next()? {
        meter.add(1);
        match line.map_err(str::to_owned).and_then(|line| insight_of(&line, zone, now, author)) {
            Ok(insight) => batch.push(insight),
            Err(why) => report.skip(Some(number), format!("insights.jsonl: {why}")),
        }
        if batch.len() >= BATCH {
            store(inner, std::mem::take(&mut batch), report)?;
        }
    }
    store(inner, batch, report)
}

/// The insight in a line; its id is made when its key is known.
fn insight_of(line: &str, zone: &TimeZone, now: Timestamp, author: &Author) -> Result<Insight, String> {
    let line: InsightLine = serde_json::from_str(line).map_err(|error| reason(&error))?;
    let timestamp = local_time(&line.timestamp, zone)
        .ok_or_else(|| format!("{:?} is not a time", line.timestamp.chars().take(40).collect::<String>()))?;
    let confidence = line.confidence.unwrap_or(0.5);
    if !(0.0..=1.0).contains(&confidence) {
        return Err(format!("the confidence {confidence} is not between 0 and 1"));
    }
    let context = match line.context {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    if line.content.trim().is_empty() {
        return Err("the content is empty".to_owned());
    }
    if line.content.chars().count() > MAX_INSIGHT_CHARS || context.chars().count() > MAX_INSIGHT_CHARS {
        return Err(format!("content or context is longer than {MAX_INSIGHT_CHARS} characters"));
    }
    Ok(Insight {
        id: InsightId::from(uuid::Uuid::nil()),
        timestamp,
        insight_type: check_name("insight_type", &line.insight_type).map_err(|error| error.to_string())?,
        content: line.content,
        context,
        confidence,
        state: InsightState::Active,
        author: author.clone(),
        created_at: now,
        analysis_version: None,
        over_time: false,
        edited_by_owner: false,
        due: None,
        detail: None,
        evidence: Vec::new(),
        cursor: None,
    })
}

/// The key that makes two imported records one insight.
pub(super) fn imported_key(key: StoreKey, insight: &Insight) -> [u8; 16] {
    let at = insight.timestamp.to_string();
    key.hash("imported insight", &[&insight.insight_type, &insight.content, &insight.context, &at])
}

fn store(inner: &Inner, batch: Vec<Insight>, report: &mut ImportReport) -> Result<(), Error> {
    let added = inner.database.write_blocking(move |connection| {
        let key = StoreKey::read(connection)?;
        let mut added = Vec::new();
        for mut insight in batch {
            let dedup_key = imported_key(key, &insight);
            let known = insight::by_key(connection, dedup_key)?.is_some();
            if known || history::is_forgotten(connection, dedup_key)? {
                added.push(false);
                continue;
            }
            let id = uuid::Builder::from_custom_bytes(dedup_key).into_uuid();
            insight.id = InsightId::from(id);
            insight::insert(connection, &insight, dedup_key)?;
            let (kind, action, at) = (Subject::Insight, Action::Added, insight.created_at);
            let author = &insight.author;
            history::record(connection, &NewEvent { subject: id, kind, action, detail: None, author, at })?;
            added.push(true);
        }
        Ok::<_, Error>(added)
    })?;
    for added in added {
        report.count(added);
    }
    Ok(())
}
