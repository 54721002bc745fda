//! The file of the reference memory server (`@modelcontextprotocol/server-memory`): one entity or relation a line.
//!
//! What it knows is facts without a turn behind them and without a time. So each observation of an entity comes
//! in as an insight, and so does each relation; an entity whose type says outright that it is an interest, a
//! skill, a project or a goal is an item too.

use std::path::Path;

use serde::Deserialize;

use super::ImportFormat;
use super::insights::{Identity, NewInsight};
use super::lines::{Lines, reason};
use super::sink::{Place, Sink};
use super::source;
use crate::state::{InsightState, ItemKind};
use crate::{Error, NewItem};

const SOURCE: &str = ImportFormat::MemoryGraph.name();
/// How sure a fact is that somebody had an assistant write down.
const CONFIDENCE: f64 = 0.8;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    #[serde(rename_all = "camelCase")]
    Entity {
        name: String,
        #[serde(default)]
        entity_type: String,
        #[serde(default)]
        observations: Vec<String>,
    },
    #[serde(rename_all = "camelCase")]
    Relation { from: String, to: String, relation_type: String },
    #[serde(other)]
    Other,
}

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    let wants = |name: &str| source::has_lines(name) || name == "memory.json";
    source::read(sink, path, SOURCE, &wants, &mut |sink, _, reader| {
        let mut lines = Lines::of(reader, path);
        while let Some((number, line)) = lines.next()? {
            let line = line.map_err(str::to_owned);
            match line.and_then(|line| serde_json::from_str(&line).map_err(|error| reason(&error))) {
                Ok(line) => take(sink, number, line)?,
                Err(why) => sink.skip(Place::line(number), why),
            }
        }
        Ok(())
    })
}

fn take(sink: &mut Sink<'_, '_>, number: u64, line: Line) -> Result<(), Error> {
    let place = || Place::line(number);
    match line {
        Line::Entity { name, entity_type, observations } => {
            if let Some(kind) = kind_of(&entity_type) {
                sink.item(place(), NewItem { kind, name: name.clone(), value: None }, SOURCE)?;
            }
            for observation in observations {
                sink.insight(place(), fact("observation", format!("{name}: {observation}"), &entity_type))?;
            }
            Ok(())
        }
        Line::Relation { from, to, relation_type } => {
            sink.insight(place(), fact("relation", format!("{from} {relation_type} {to}"), ""))
        }
        Line::Other => Ok(()),
    }
}

fn fact(insight_type: &str, said: String, of: &str) -> NewInsight {
    NewInsight {
        source: SOURCE,
        identity: Identity::Words,
        insight_type: insight_type.to_owned(),
        content: said,
        context: of.to_owned(),
        confidence: CONFIDENCE,
        timestamp: None,
        state: InsightState::Active,
    }
}

/// The kind that an entity's type names outright. A preference is none: it would need a value.
fn kind_of(entity_type: &str) -> Option<ItemKind> {
    match entity_type.trim().to_lowercase().as_str() {
        "interest" | "hobby" => Some(ItemKind::Interest),
        "skill" => Some(ItemKind::Skill),
        "project" => Some(ItemKind::Project),
        "goal" => Some(ItemKind::Goal),
        _ => None,
    }
}
