//! One turn a line: `{"id"?, "conversation"?, "user_message", "assistant_response"?, "occurred_at"?, "client"?}`.

use std::path::Path;

use clock::Timestamp;
use serde::Deserialize;

use super::ImportFormat;
use super::lines::{Lines, reason};
use super::sink::{Place, Sink};
use super::source;
use crate::{Error, NewTurn};

#[derive(Debug, Deserialize)]
struct Record {
    id: Option<String>,
    conversation: Option<String>,
    user_message: String,
    #[serde(default)]
    assistant_response: Option<String>,
    occurred_at: Option<Timestamp>,
    client: Option<String>,
}

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    source::read(sink, path, ImportFormat::Turns.name(), &source::has_lines, &mut |sink, _, reader| {
        let mut lines = Lines::of(reader, path);
        while let Some((number, line)) = lines.next()? {
            let place = Place::line(number);
            match line.map_err(str::to_owned).and_then(|line| turn_of(&line)) {
                Ok((turn, source)) => sink.turn(place, turn, &source)?,
                Err(why) => sink.skip(place, why),
            }
        }
        Ok(())
    })
}

fn turn_of(line: &str) -> Result<(NewTurn, String), String> {
    let record: Record = serde_json::from_str(line).map_err(|error| reason(&error))?;
    let source = record.client.filter(|client| !client.trim().is_empty());
    let turn = NewTurn {
        user_message: record.user_message,
        assistant_response: record.assistant_response.unwrap_or_default(),
        conversation: record.conversation,
        occurred_at: record.occurred_at,
        external_id: record.id,
        request_key: None,
    };
    Ok((turn, source.unwrap_or_else(|| ImportFormat::Turns.name().to_owned())))
}
