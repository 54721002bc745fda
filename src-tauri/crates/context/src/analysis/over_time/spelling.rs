//! The names in conclusions as they were spelled last, and the words that evidence means.

use rusqlite::{Connection, OptionalExtension};

use super::{Conclusion, Piece};
use crate::{Error, InsightDetail};

/// The mark before and behind the number of a topic in a conclusion's words, until it is spelled out. No text that
/// people write has it.
pub(super) const NAME_MARK: char = '\u{F8FF}';

/// A topic's name, to be spelled out later.
pub(super) fn name_of(topic: i64) -> String {
    format!("{NAME_MARK}{topic}{NAME_MARK}")
}

/// Spells the names of topics as they were said last.
pub(super) fn spell(connection: &Connection, conclusions: &mut [Conclusion]) -> Result<(), Error> {
    for conclusion in conclusions {
        conclusion.subject = normal_names(connection, &conclusion.subject)?;
        conclusion.content = spelled(connection, &conclusion.content)?;
        if let Some(InsightDetail::Week { topics, .. }) = &mut conclusion.detail {
            for (topic, _) in topics {
                *topic = spelled(connection, topic)?;
            }
        }
        for piece in &mut conclusion.evidence {
            if piece.end == 0 {
                place(connection, piece)?;
            }
        }
    }
    Ok(())
}

fn spelled(connection: &Connection, text: &str) -> Result<String, Error> {
    with_names(text, |topic| spelled_name(connection, topic))
}

/// A topic's name as it was said last.
pub(super) fn spelled_name(connection: &Connection, topic: i64) -> Result<String, Error> {
    let said: Option<String> = connection
        .prepare_cached(
            "SELECT substr(t.user_message, m.range_start + 1, m.range_end - m.range_start) \
             FROM mention m CROSS JOIN turn t ON t.seq = m.turn WHERE m.topic = ?1 \
             ORDER BY m.at DESC, m.turn DESC LIMIT 1",
        )?
        .query_row([topic], |row| row.get(0))
        .optional()?;
    Ok(crate::analysis::prose::one_line(&said.unwrap_or_default(), 80))
}

fn normal_names(connection: &Connection, text: &str) -> Result<String, Error> {
    with_names(text, |topic| {
        Ok(connection
            .prepare_cached("SELECT kind || ' ' || normal_name FROM topic WHERE seq = ?1")?
            .query_row([topic], |row| row.get(0))?)
    })
}

fn with_names(text: &str, mut name: impl FnMut(i64) -> Result<String, Error>) -> Result<String, Error> {
    let mut parts = text.split(NAME_MARK);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    while let Some(topic) = parts.next() {
        match topic.parse() {
            Ok(topic) => whole.push_str(&name(topic)?),
            Err(_) => whole.push_str(topic),
        }
        whole.push_str(parts.next().unwrap_or_default());
    }
    Ok(whole)
}

/// Fills in which words a piece of evidence means: those of the mention, or the beginning of what was said.
fn place(connection: &Connection, piece: &mut Piece) -> Result<(), Error> {
    let mention: Option<(u32, u32)> = if piece.start == 0 {
        None
    } else {
        connection
            .prepare_cached(
                "SELECT range_start, range_end FROM mention WHERE topic = ?1 AND at = ?2 AND turn = ?3",
            )?
            .query_row((piece.start, piece.at, piece.turn), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
    };
    (piece.start, piece.end) = match mention {
        Some(place) => place,
        None => (0, beginning(connection, piece.turn)?),
    };
    Ok(())
}

/// How many characters the beginning of what was said has.
fn beginning(connection: &Connection, turn: i64) -> Result<u32, Error> {
    Ok(connection
        .prepare_cached("SELECT length(substr(user_message, 1, 160)) FROM turn WHERE seq = ?1")?
        .query_row([turn], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}
