//! `OpenMemory`'s backup: a zip with `memories.jsonl.gz`, one memory a line, and `memories.json`, its whole
//! database. The lines have all that matters (`mem0ai/mem0`, `openmemory/api/app/routers/backup.py`); the document
//! is read where they are missing.

use std::io::BufRead;
use std::path::Path;

use clock::Timestamp;
use serde::Deserialize;

use super::ImportFormat;
use super::elements::{Broken, Elements};
use super::insights::{Identity, NewInsight};
use super::lines::{Lines, reason};
use super::sink::{Place, Sink};
use super::source;
use crate::Error;
use crate::state::InsightState;

const SOURCE: &str = ImportFormat::OpenMemory.name();
const LINES: &str = "memories.jsonl.gz";
const DOCUMENT: &str = "memories.json";
/// How sure a memory is that a language model took out of a conversation.
const CONFIDENCE: f64 = 0.8;

#[derive(Debug, Deserialize)]
struct Memory {
    id: Option<String>,
    content: Option<String>,
    state: Option<String>,
    created_at: Option<String>,
    app: Option<String>,
    #[serde(default)]
    categories: Vec<String>,
}

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    let is_alone = path.is_file() && !source::is_zip(path)?;
    if is_alone {
        return source::read(sink, path, SOURCE, &|_| true, &mut |sink, _, reader| {
            let starts = |bytes: &[u8]| reader_starts(bytes);
            match starts(reader.fill_buf().map_err(|error| Error::file(path, &error))?) {
                Start::Gzip => lines(sink, path, &mut source::gunzip(reader)),
                Start::Document => document(sink, path, reader),
                Start::Line => lines(sink, path, reader),
            }
        });
    }
    let has_lines = source::names(path)?.iter().any(|name| name == LINES);
    let wanted = if has_lines { LINES } else { DOCUMENT };
    source::read(sink, path, SOURCE, &|name| name == wanted, &mut |sink, _, reader| {
        if has_lines { lines(sink, path, &mut source::gunzip(reader)) } else { document(sink, path, reader) }
    })
}

enum Start {
    Gzip,
    Document,
    Line,
}

fn reader_starts(bytes: &[u8]) -> Start {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if bytes.starts_with(&[0x1F, 0x8B]) {
        Start::Gzip
    } else if serde_json::from_slice::<Memory>(first).is_ok_and(|memory| memory.content.is_some()) {
        Start::Line
    } else {
        Start::Document
    }
}

fn lines(sink: &mut Sink<'_, '_>, path: &Path, reader: &mut dyn BufRead) -> Result<(), Error> {
    let mut lines = Lines::of(reader, path);
    while let Some((number, line)) = lines.next()? {
        take(sink, Place::line(number), line)?;
    }
    Ok(())
}

fn document(sink: &mut Sink<'_, '_>, path: &Path, reader: &mut dyn BufRead) -> Result<(), Error> {
    let wrong = |detail: &str| Error::WrongFormat {
        path: path.to_owned(),
        format: SOURCE,
        detail: format!("{detail}; name the zip that OpenMemory made"),
    };
    let broken = |broken| match broken {
        Broken::Io(error) => Error::file(path, &error),
        Broken::NoArray => wrong("it has no list of memories"),
        Broken::Cut(why) => wrong(why),
    };
    let mut elements = Elements::of(reader, "memories").map_err(broken)?;
    let mut index = 0_u64;
    loop {
        let place = Place::at(format!("{DOCUMENT}.memories[{index}]"));
        match elements.next() {
            Ok(Some(element)) => take(sink, place, element)?,
            Ok(None) => return Ok(()),
            Err(Broken::Cut(why)) => {
                sink.skip(place, why);
                return Ok(());
            }
            Err(error) => return Err(broken(error)),
        }
        index += 1;
    }
}

fn take(sink: &mut Sink<'_, '_>, place: Place, json: Result<String, &'static str>) -> Result<(), Error> {
    let json = json.map_err(str::to_owned);
    let memory: Memory =
        match json.and_then(|json| serde_json::from_str(&json).map_err(|error| reason(&error))) {
            Ok(memory) => memory,
            Err(why) => {
                sink.skip(place, why);
                return Ok(());
            }
        };
    // What was deleted there is not brought back here.
    if memory.state.as_deref() == Some("deleted") {
        return Ok(());
    }
    let mut context = memory.categories.join(", ");
    if let Some(app) = memory.app.filter(|app| !app.is_empty()) {
        context = if context.is_empty() { app } else { format!("{app}: {context}") };
    }
    sink.insight(
        place,
        NewInsight {
            source: SOURCE,
            identity: memory.id.map_or(Identity::Words, Identity::Id),
            insight_type: "memory".to_owned(),
            content: memory.content.unwrap_or_default(),
            context,
            confidence: CONFIDENCE,
            timestamp: memory.created_at.and_then(|time| time.parse::<Timestamp>().ok()),
            state: InsightState::Active,
        },
    )
}

#[cfg(test)]
#[path = "open_memory_tests.rs"]
mod tests;
