//! What a turn does in the course of things, kept for the conclusions over time: the tables `turn_seen`, `topic`,
//! `mention` and `signal`.

use rusqlite::{Connection, OptionalExtension};

use super::{Findings, Mention, ResolutionKind, RuleId};
use crate::Error;
use crate::evidence::{Span, TurnPlace};

/// How far ahead of its logging a turn may claim to have happened (microseconds): clocks differ, but not by more
/// than a day, time zones included.
const CLOCK_SKEW: i64 = 24 * 60 * 60 * 1_000_000;

/// The kinds of signals; those of an insight go by its type.
pub(crate) const QUESTION: &str = "question";
pub(crate) const THANKS: &str = "thanks";
pub(crate) const WORKED: &str = "worked";
pub(crate) const STILL_BROKEN: &str = "still_broken";
pub(crate) const STEP: &str = "step";
pub(crate) const DONE: &str = "done";

/// The time that counts for what follows from many turns together.
pub(crate) fn time_of(turn: TurnPlace) -> i64 {
    if turn.occurred_at > turn.logged_at.saturating_add(CLOCK_SKEW) {
        turn.logged_at
    } else {
        turn.occurred_at
    }
}

/// Keeps what `findings` say of a turn. A turn that is kept already is left as it is.
pub(crate) fn keep(connection: &Connection, turn: TurnPlace, findings: &Findings) -> Result<(), Error> {
    let at = time_of(turn);
    let is_new = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO turn_seen (turn, at, conversation, language) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((turn.seq, at, turn.conversation, findings.language))?;
    if is_new == 0 {
        return Ok(());
    }
    for mention in &findings.mentions {
        keep_mention(connection, turn, at, mention)?;
    }
    let mut ordinal = 0;
    let mut keep = |kind: &str, words: &[String], said: &str, span: Span| -> Result<(), Error> {
        ordinal += 1;
        connection
            .prepare_cached(
                "INSERT INTO signal (turn, ordinal, kind, at, conversation, words, said, range_start, range_end) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                turn.seq,
                ordinal,
                kind,
                at,
                turn.conversation,
                words.join(" "),
                said,
                span.start,
                span.end,
            ))?;
        Ok(())
    };
    for question in &findings.questions {
        keep(QUESTION, &question.key_words, &question.text, question.span)?;
    }
    for resolution in &findings.resolutions {
        let kind = match resolution.kind {
            ResolutionKind::Thanks => THANKS,
            ResolutionKind::Worked => WORKED,
            ResolutionKind::StillBroken => STILL_BROKEN,
        };
        keep(kind, &resolution.key_words, "", resolution.span)?;
    }
    for progress in &findings.progress {
        keep(if progress.done { DONE } else { STEP }, &progress.key_words, &progress.text, progress.span)?;
    }
    for insight in &findings.insights {
        // What was learned is counted; what it is about is not looked for again.
        let said = if insight.rule == RuleId::LearningMoment { "" } else { insight.content.as_str() };
        keep(insight.insight_type, &insight.key_words, said, insight.span)?;
    }
    Ok(())
}

fn keep_mention(connection: &Connection, turn: TurnPlace, at: i64, mention: &Mention) -> Result<(), Error> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT seq FROM topic WHERE kind = ?1 AND normal_name = ?2")?
        .query_row((mention.kind, &mention.normal_name), |row| row.get(0))
        .optional()?;
    let topic = if let Some(topic) = known {
        topic
    } else {
        connection
            .prepare_cached("INSERT INTO topic (kind, normal_name) VALUES (?1, ?2)")?
            .execute((mention.kind, &mention.normal_name))?;
        connection.last_insert_rowid()
    };
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO mention (topic, at, turn, conversation, range_start, range_end) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((topic, at, turn.seq, turn.conversation, mention.span.start, mention.span.end))?;
    Ok(())
}

/// Forgets all of it, to be kept anew.
pub(crate) fn clear(connection: &Connection) -> Result<(), Error> {
    for table in ["mention", "topic", "signal", "turn_seen", "item_said"] {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    Ok(())
}
