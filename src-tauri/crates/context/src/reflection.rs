//! Reflection: an assistant is handed turns to think about, and what it concludes is kept with its evidence.
//!
//! The program itself has no language model. What an assistant concludes enters as a suggestion under the
//! assistant's name; the owner alone makes it more. The table `reflection` notes how far each assistant has come.

use clock::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;
use crate::analysis::derive::insight_key;
use crate::analysis::prose::one_line;
use crate::author::Author;
use crate::evidence::{self, Span, TurnPlace};
use crate::handle::Context;
use crate::history::{self, NewEvent, StoreKey};
use crate::id::{InsightId, TurnId};
use crate::input::{InputError, check_name};
use crate::insight::{self, Insight};
use crate::item_change::Hand;
use crate::redaction::{self, Redaction};
use crate::state::{Action, InsightState, Side, Subject};
use crate::stored::time;

/// The most turns that one task has.
const MOST_TURNS: u32 = 50;
/// The most turns that one insight names.
const MOST_EVIDENCE: usize = 20;
/// The least characters of a text that are handed out, however many turns share the budget.
const LEAST_CHARS: usize = 120;
/// How sure an assistant's conclusion is: nobody has looked at it yet.
const CONFIDENCE: f64 = 0.5;

/// Which turns to reflect on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReflectionQuery {
    /// Turns from this time on, also those that were handed out before; without it: those that were not yet
    /// handed to this assistant, or, the first time, the newest.
    pub since: Option<Timestamp>,
    /// How many turns at most (1 to 50).
    pub limit: u32,
    /// How many characters of their texts in all; longer texts are shortened.
    pub chars: u32,
}

impl Default for ReflectionQuery {
    fn default() -> Self {
        Self { since: None, limit: 10, chars: 12_000 }
    }
}

/// A small work order for an assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReflectionTask {
    /// What to do with the turns.
    pub request: String,
    /// The turns, the oldest first; none: there is nothing to reflect on.
    pub turns: Vec<ReflectionTurn>,
    /// There are more turns behind these.
    pub more: bool,
}

/// A turn to reflect on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReflectionTurn {
    /// Its id: the evidence of what is concluded from it.
    pub id: TurnId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What the person said; ends with "…" where it was shortened.
    pub user_message: String,
    /// What the assistant answered; ends with "…" where it was shortened.
    pub assistant_response: String,
}

/// What an assistant concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInsight {
    /// The insight: one line.
    pub text: String,
    /// What kind of insight, such as `pattern` or `learning_moment`.
    pub insight_type: String,
    /// The ids of the turns that it stands on, as they were given.
    pub evidence: Vec<String>,
}

/// What saving came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedInsight {
    /// The insight as it stands now.
    pub insight: Insight,
    /// It was there before; the evidence of both is joined.
    pub merged: bool,
}

/// What the assistant is asked for.
const REQUEST: &str = "Read these turns. If they show something lasting about the user that is worth remembering \
    (a pattern, a decision, a preference, a lesson), call save_insight for it: at most 3 insights, one short sentence \
    each, in the user's language, with the ids of the turns that show it. Quote nothing secret, guess nothing, and \
    save nothing if there is nothing.";

/// The turns that were logged after one.
pub(crate) const AFTER: &str = "SELECT seq, id, occurred_at, user_message, assistant_response FROM turn WHERE seq > ?1 \
     ORDER BY seq LIMIT ?2";
/// The turns that happened from some time on.
pub(crate) const SINCE: &str = "SELECT seq, id, occurred_at, user_message, assistant_response FROM turn \
     WHERE occurred_at >= ?1 ORDER BY occurred_at, seq LIMIT ?2";

fn task(connection: &Connection, query: ReflectionQuery, hand: Hand<'_>) -> Result<ReflectionTask, Error> {
    let limit = query.limit.clamp(1, MOST_TURNS);
    let author = hand.author.key(connection)?;
    let mut turns = if let Some(since) = query.since {
        read(connection, SINCE, since.as_micros(), limit + 1)?
    } else {
        let handed: Option<i64> = connection
            .prepare_cached("SELECT turn FROM reflection WHERE author = ?1")?
            .query_row([author], |row| row.get(0))
            .optional()?;
        let after = match handed {
            Some(handed) => handed,
            None => before_newest(connection, limit)?,
        };
        read(connection, AFTER, after, limit + 1)?
    };
    let more = turns.len() > limit as usize;
    turns.truncate(limit as usize);
    if let (None, Some((last, _))) = (query.since, turns.last()) {
        connection
            .prepare_cached(
                "INSERT INTO reflection (author, turn) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET turn = ?2",
            )?
            .execute((author, last))?;
    }
    let room = (query.chars as usize / (2 * turns.len()).max(1)).max(LEAST_CHARS);
    let turns = turns
        .into_iter()
        .map(|(_, turn)| ReflectionTurn {
            user_message: shortened(&turn.user_message, room),
            assistant_response: shortened(&turn.assistant_response, room),
            ..turn
        })
        .collect::<Vec<_>>();
    let request = if turns.is_empty() { "There is nothing new to reflect on." } else { REQUEST };
    Ok(ReflectionTask { request: request.to_owned(), turns, more })
}

/// The turn right before the newest `count`.
fn before_newest(connection: &Connection, count: u32) -> Result<i64, Error> {
    Ok(connection
        .prepare_cached("SELECT seq FROM turn ORDER BY seq DESC LIMIT 1 OFFSET ?1")?
        .query_row([count], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

fn read(
    connection: &Connection,
    sql: &str,
    from: i64,
    limit: u32,
) -> Result<Vec<(i64, ReflectionTurn)>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((from, limit), |row| {
        let turn = ReflectionTurn {
            id: row.get(1)?,
            occurred_at: time(row, 2)?,
            user_message: row.get(3)?,
            assistant_response: row.get(4)?,
        };
        Ok((row.get(0)?, turn))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// An insight that has been checked.
#[derive(Debug)]
struct ReadyInsight {
    text: String,
    insight_type: String,
    evidence: Vec<TurnId>,
}

fn check(new: NewInsight, redaction: Redaction) -> Result<ReadyInsight, Error> {
    let text = redaction.clean(&new.text);
    if redaction::is_private_whole(&text) {
        return Err(InputError::Private.into());
    }
    let text = check_name("insight", &text)?;
    let insight_type = check_name("type", &new.insight_type)?.to_lowercase().replace([' ', '-'], "_");
    if insight_type.chars().count() > 64 {
        return Err(InputError::NameTooLong { field: "type", chars: insight_type.chars().count() }.into());
    }
    if new.evidence.is_empty() || new.evidence.len() > MOST_EVIDENCE {
        return Err(InputError::EvidenceCount.into());
    }
    let (mut evidence, mut unknown) = (Vec::new(), Vec::new());
    for id in new.evidence {
        match id.parse() {
            Ok(id) if !evidence.contains(&id) => evidence.push(id),
            Ok(_) => {}
            Err(_) => unknown.push(one_line(&id, 60)),
        }
    }
    if unknown.is_empty() {
        Ok(ReadyInsight { text, insight_type, evidence })
    } else {
        Err(Error::UnknownEvidence { unknown })
    }
}

fn save(
    connection: &Connection,
    new: &ReadyInsight,
    hand: Hand<'_>,
    id: Uuid,
) -> Result<SavedInsight, Error> {
    let evidence = evidence_of(connection, &new.evidence)?;
    let key = insight_key(StoreKey::read(connection)?, &new.insight_type, &new.text);
    let latest = evidence.iter().map(|(turn, _)| turn.occurred_at).max().unwrap_or_default();
    let known = insight::by_key(connection, key)?;
    let merged = known.is_some();
    let is_refused = match &known {
        Some(known) => known.insight.state == InsightState::Dismissed,
        None => history::is_forgotten(connection, key)?,
    };
    if is_refused {
        return Err(Error::InsightRefused);
    }
    let note = |subject: Uuid, action| {
        let (kind, detail, author, at) = (Subject::Insight, None, hand.author, hand.at);
        history::record(connection, &NewEvent { subject, kind, action, detail, author, at })
    };
    let seq = if let Some(known) = known {
        if known.insight.author == Author::Analysis {
            // From now on somebody speaks for it: a rebuild does not take it back.
            let author = hand.author.key(connection)?;
            connection
                .prepare_cached("UPDATE insight SET author = ?2 WHERE seq = ?1")?
                .execute((known.seq, author))?;
            note(known.insight.id.as_uuid(), Action::Stated)?;
        }
        connection
            .prepare_cached("UPDATE insight SET occurred_at = max(occurred_at, ?2) WHERE seq = ?1")?
            .execute((known.seq, latest))?;
        known.seq
    } else {
        let insight = Insight {
            id: InsightId::from(id),
            timestamp: Timestamp::from_micros(latest),
            insight_type: new.insight_type.clone(),
            content: new.text.clone(),
            context: String::new(),
            confidence: CONFIDENCE,
            state: InsightState::Suggested,
            author: hand.author.clone(),
            created_at: hand.at,
            analysis_version: None,
            over_time: false,
            edited_by_owner: false,
            due: None,
            detail: None,
            evidence: Vec::new(),
            cursor: None,
        };
        note(id, Action::Added)?;
        insight::insert(connection, &insight, key)?
    };
    for (turn, span) in evidence {
        evidence::add_to_insight(connection, seq, turn, span)?;
    }
    let insight = insight::with_evidence(connection, insight::by_seq(connection, seq)?)?;
    Ok(SavedInsight { insight, merged })
}

/// Each turn with its words: what the person said, or the answer where they said nothing.
fn evidence_of(connection: &Connection, turns: &[TurnId]) -> Result<Vec<(TurnPlace, Span)>, Error> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for id in turns {
        let Some(place) = evidence::place(connection, *id)? else {
            unknown.push(id.to_string());
            continue;
        };
        let (said, answered): (String, String) = connection
            .prepare_cached("SELECT user_message, assistant_response FROM turn WHERE seq = ?1")?
            .query_row([place.seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (side, text) =
            if said.trim().is_empty() { (Side::Assistant, answered) } else { (Side::User, said) };
        let end = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        found.push((place, Span { side, start: 0, end }));
    }
    if unknown.is_empty() { Ok(found) } else { Err(Error::UnknownEvidence { unknown }) }
}

impl Context {
    /// Hands out turns that `author` has not yet reflected on, and what to do with them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reflection_task(
        &self,
        query: ReflectionQuery,
        author: Author,
    ) -> Result<ReflectionTask, Error> {
        self.write(author, move |connection, hand| task(connection, query, hand)).await
    }

    /// Keeps what an assistant concluded, as a suggestion. The same again joins the evidence of both.
    ///
    /// # Errors
    /// [`Error::Input`] for a text or type that is no short line, and for no evidence;
    /// [`Error::UnknownEvidence`] where a turn is not here; [`Error::InsightRefused`] where the owner dismissed or
    /// removed it; [`Error::Paused`] for a client.
    pub async fn save_insight(&self, new: NewInsight, author: Author) -> Result<SavedInsight, Error> {
        let new = check(new, self.inner.redaction())?;
        let id = self.inner.new_id();
        let by = author.clone();
        let saved = self.remember(author, move |connection, hand| save(connection, &new, hand, id)).await?;
        let action = if saved.merged { Action::Stated } else { Action::Added };
        self.tell(Subject::Insight, saved.insight.id.as_uuid(), action, &by);
        Ok(saved)
    }
}

#[cfg(test)]
#[path = "reflection_tests.rs"]
mod tests;
