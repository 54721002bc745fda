//! Conclusions over time: what follows from many turns together.
//!
//! All of it is one pure function of what is stored, as of the newest turn (never of the clock on the wall): so a
//! `rebuild` gives the same, in whatever order and batches the turns came. It is drawn whenever analysis has seen
//! every turn, from a bounded number of rows (`past.rs`), one kind a file; `store.rs` then writes the difference to
//! what is there. Little is said where little was said: each kind has its least support and its most insights.

mod changes;
mod commitments;
mod digest;
mod goals;
pub(crate) mod past;
mod problems;
mod questions;
mod recurring;
mod rhythm;
mod spelling;
mod store;
pub(crate) mod topics;
mod trends;
mod words;

use clock::Timestamp;
use rusqlite::Connection;

use crate::Error;
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

pub(crate) use store::write;

/// The most turns that one conclusion names as its evidence: the newest.
const EVIDENCE: usize = 10;

/// What was concluded. One subject of one type is one insight, however its words change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conclusion {
    insight_type: &'static str,
    /// What it is about, in a form that stays the same.
    subject: String,
    content: String,
    context: String,
    confidence: f64,
    state: InsightState,
    at: i64,
    detail: Option<InsightDetail>,
    evidence: Vec<Piece>,
}

/// Some words of what the person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Piece {
    at: i64,
    turn: i64,
    start: u32,
    end: u32,
}

/// All that was concluded, and from which state of the store.
#[derive(Debug)]
pub(crate) struct Conclusions {
    grounds: i64,
    all: Vec<Conclusion>,
    /// What became of commitments: the row of each, and its figures.
    commitments: Vec<(i64, InsightDetail)>,
}

/// Draws all conclusions; none: they are drawn already.
pub(crate) fn draw(connection: &Connection) -> Result<Option<Conclusions>, Error> {
    let (grounds, concluded): (i64, i64) =
        connection
            .query_row("SELECT grounds, concluded FROM store", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if grounds == concluded {
        return Ok(None);
    }
    let past = past::read(connection)?;
    let mut conclusions = Vec::new();
    let mut commitments = Vec::new();
    if let Some(past) = past {
        conclusions.extend(trends::find(&past));
        conclusions.extend(recurring::find(&past));
        conclusions.extend(problems::find(&past));
        conclusions.extend(questions::find(&past));
        conclusions.extend(goals::find(&past));
        conclusions.extend(changes::find(&past));
        conclusions.extend(rhythm::find(&past));
        conclusions.extend(digest::find(&past));
        commitments = commitments::find(&past);
        // Names as they were spelled last stand in the evidence: only what is told is looked up.
        spelling::spell(connection, &mut conclusions)?;
    }
    Ok(Some(Conclusions { grounds, all: conclusions, commitments }))
}

/// A day in a conclusion's words: "2026-03-03", the same in every language.
fn day_words(at: i64) -> String {
    crate::calendar::Day::of(Timestamp::from_micros(at)).to_string()
}

/// "1 turn", "5 turns".
fn counted(count: u32, noun: &str) -> String {
    crate::counted(count.into(), noun)
}

#[cfg(test)]
#[path = "over_time_life_tests.rs"]
mod life_tests;
#[cfg(test)]
#[path = "over_time_tests.rs"]
pub(crate) mod tests;
