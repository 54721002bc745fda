//! One turn a line: `{"id"?, "conversation"?, "user_message", "assistant_response"?, "occurred_at"?, "client"?}`.

use std::path::Path;

use clock::Timestamp;
use serde::Deserialize;

use super::lines::{Lines, reason};
use super::{BATCH, FORGOTTEN, ImportReport};
use crate::handle::Inner;
use crate::progress::Meter;
use crate::turn::{self, Duplicates, ReadyTurn};
use crate::{Author, Error, LogOutcome, NewTurn};

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

/// A turn that is ready, with where it comes from.
type Ready = (ReadyTurn, Author);

pub(super) fn read(inner: &Inner, path: &Path, meter: &mut Meter<'_>) -> Result<ImportReport, Error> {
    let mut lines = Lines::open(path)?;
    let mut report = ImportReport::default();
    let mut batch: Vec<Ready> = Vec::new();
    while let Some((number, line)) = lines.next()? {
        meter.add(1);
        match line.map_err(str::to_owned).and_then(|line| ready(inner, &line)) {
            Ok(turn) => batch.push(turn),
            Err(why) => report.skip(Some(number), why),
        }
        if batch.len() >= BATCH {
            store(inner, std::mem::take(&mut batch), &mut report)?;
        }
    }
    store(inner, batch, &mut report)?;
    Ok(report)
}

fn ready(inner: &Inner, line: &str) -> Result<Ready, String> {
    let record: Record = serde_json::from_str(line).map_err(|error| reason(&error))?;
    let source = record.client.filter(|client| !client.trim().is_empty());
    let author = Author::Import { source: source.unwrap_or_else(|| "turns".to_owned()) };
    let turn = NewTurn {
        user_message: record.user_message,
        assistant_response: record.assistant_response.unwrap_or_default(),
        conversation: record.conversation,
        occurred_at: record.occurred_at,
        external_id: record.id,
        request_key: None,
    };
    let ready = ReadyTurn::check(turn, inner.clock.now(), inner.redaction(), || inner.new_id())
        .map_err(|error| error.to_string())?;
    Ok((ready, author))
}

fn store(inner: &Inner, batch: Vec<Ready>, report: &mut ImportReport) -> Result<(), Error> {
    let outcomes = inner.database.write_blocking(move |connection| {
        batch
            .iter()
            .map(|(ready, author)| turn::store(connection, ready, author, Duplicates::Import))
            .collect::<Result<Vec<_>, Error>>()
    })?;
    for (outcome, _) in outcomes {
        if outcome == LogOutcome::Forgotten {
            report.skip(None, FORGOTTEN);
        } else {
            report.count(matches!(outcome, LogOutcome::Stored { .. }));
        }
    }
    Ok(())
}
