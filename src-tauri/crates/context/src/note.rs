//! Notes: facts that somebody asked outright to be remembered, kept as insights that no analysis takes back.

use clock::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::Error;
use crate::handle::Context;
use crate::history::{self, NewEvent, StoreKey};
use crate::id::InsightId;
use crate::input::{InputError, MAX_NOTE_CHARS};
use crate::insight::{self, Insight};
use crate::item_change::Hand;
use crate::redaction;
use crate::state::{Action, InsightState, Subject};
use crate::{Author, input};

/// The type that a note has among insights.
pub const NOTE: &str = "note";

/// What became of a note.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    /// The note as it stands now.
    pub note: Insight,
    /// The same text stood there before, in whatever state.
    pub existed: bool,
}

/// Checks a note's text and gives it without blanks around it.
fn check(text: &str) -> Result<String, InputError> {
    let text = text.trim();
    let chars = text.chars().count();
    if chars > MAX_NOTE_CHARS {
        return Err(InputError::NoteTooLong { chars });
    }
    if input::normalise(text).is_empty() {
        return Err(InputError::EmptyNote);
    }
    Ok(text.to_owned())
}

impl Context {
    /// Remembers a fact in somebody's own words. The same text again changes nothing; what the owner had
    /// dismissed stays dismissed. `occurred_at`: when it came to be so, if not now.
    ///
    /// # Errors
    /// [`Error::Input`] for an empty or overlong text; [`Error::Paused`] for a client.
    pub async fn add_note(
        &self,
        text: &str,
        occurred_at: Option<Timestamp>,
        author: Author,
    ) -> Result<Noted, Error> {
        let cleaned = self.inner.redaction().clean(text);
        if redaction::is_private_whole(&cleaned) {
            return Err(InputError::Private.into());
        }
        let text = check(&cleaned)?;
        let (new_id, by) = (self.inner.new_id(), author.clone());
        let noted = self
            .remember(author, move |connection, hand| add(connection, text, occurred_at, hand, new_id))
            .await?;
        if !noted.existed {
            self.tell(Subject::Insight, noted.note.id.as_uuid(), Action::Added, &by);
        }
        Ok(noted)
    }
}

fn add(
    connection: &Connection,
    text: String,
    occurred_at: Option<Timestamp>,
    hand: Hand<'_>,
    new_id: Uuid,
) -> Result<Noted, Error> {
    let dedup_key = StoreKey::read(connection)?.hash(NOTE, &[&input::normalise(&text)]);
    if let Some(stored) = insight::by_key(connection, dedup_key)? {
        return Ok(Noted { note: stored.insight, existed: true });
    }
    history::unforget(connection, dedup_key)?;
    let note = Insight {
        id: InsightId::from(new_id),
        timestamp: occurred_at.unwrap_or(hand.at),
        insight_type: NOTE.to_owned(),
        content: text,
        context: String::new(),
        confidence: 1.0,
        state: InsightState::Active,
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
    insight::insert(connection, &note, dedup_key)?;
    let event = NewEvent {
        subject: new_id,
        kind: Subject::Insight,
        action: Action::Added,
        detail: None,
        author: hand.author,
        at: hand.at,
    };
    history::record(connection, &event)?;
    Ok(Noted { note, existed: false })
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
