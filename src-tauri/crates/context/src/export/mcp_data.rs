//! The export for who goes back to the Python original: `user_context.json` and `insights.jsonl`, in its own
//! words. It knows neither states nor sources, so only what is active goes along; its times have no zone and mean
//! this computer's.

use std::path::Path;

use clock::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::ExportReport;
use super::atomic::in_folder;
use super::chosen::Chosen;
use crate::progress::Meter;
use crate::state::{InsightState, ItemKind, ItemState};
use crate::{Error, item};

pub(super) fn write(
    connection: &Connection,
    chosen: &Chosen,
    folder: &Path,
    meter: &mut Meter<'_>,
) -> Result<ExportReport, Error> {
    let zone = &TimeZone::system();
    let mut report = ExportReport::default();
    if chosen.parts.context {
        let context = user_context(connection, chosen, zone, &mut report, meter)?;
        in_folder(folder, "user_context.json", |out| out.json(&context))?;
    }
    if chosen.parts.insights {
        in_folder(folder, "insights.jsonl", |out| {
            let mut statement = connection.prepare(&chosen.insights_sql())?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let insight = chosen.insight(connection, row)?.insight;
                if insight.state != InsightState::Active {
                    continue;
                }
                out.json(&json!({
                    "timestamp": local(insight.timestamp, zone),
                    "insight_type": insight.insight_type,
                    "content": insight.content,
                    "context": insight.context,
                    "confidence": insight.confidence,
                }))?;
                out.text("\n")?;
                report.insights += 1;
                meter.add(1)?;
            }
            Ok(())
        })?;
    }
    Ok(report)
}

fn user_context(
    connection: &Connection,
    chosen: &Chosen,
    zone: &TimeZone,
    report: &mut ExportReport,
    meter: &mut Meter<'_>,
) -> Result<Value, Error> {
    let mut lists: [Vec<String>; 4] = Default::default();
    let mut preferences = Map::new();
    let mut newest = None;
    let mut statement = connection.prepare(&chosen.items_sql())?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let item = item::from_row(row)?.item;
        if item.state != ItemState::Active {
            continue;
        }
        newest = newest.max(Some(item.updated_at));
        match item.kind {
            ItemKind::Interest => lists[0].push(item.name),
            ItemKind::Skill => lists[1].push(item.name),
            ItemKind::Project => lists[2].push(item.name),
            ItemKind::Goal => lists[3].push(item.name),
            ItemKind::Preference => {
                preferences.insert(item.name, item.value.unwrap_or(Value::Null));
            }
        }
        report.items += 1;
        meter.add(1)?;
    }
    let [interests, skills, current_projects, goals] = lists;
    Ok(json!({
        "interests": interests,
        "skills": skills,
        "current_projects": current_projects,
        "goals": goals,
        "preferences": preferences,
        "last_updated": newest.map(|at| local(at, zone)),
    }))
}

/// A time as the original writes it: `2025-06-01T12:00:00.123456`.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let Ok(time) = jiff::Timestamp::from_microsecond(at.as_micros()) else { return at.to_string() };
    time.to_zoned(zone.clone()).datetime().to_string()
}
