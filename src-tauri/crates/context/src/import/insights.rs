//! An insight that another program kept: checked, and stored once.

use clock::Timestamp;
use rusqlite::Connection;

use crate::forgetting::marks;
use crate::history::{self, NewEvent, StoreKey};
use crate::input::check_name;
use crate::insight::{self, Insight};
use crate::redaction::Redaction;
use crate::state::{Action, InsightState, Subject};
use crate::{Author, Error, InsightId};

/// The most characters of an insight's content or context.
const MAX_INSIGHT_CHARS: usize = 20_000;

/// By what an insight is known to be here already.
#[derive(Debug)]
pub(super) enum Identity {
    /// The id where it comes from.
    Id(String),
    /// Its texts and its time.
    WordsAndTime,
    /// Its texts: where it comes from nobody kept a time.
    Words,
}

#[derive(Debug)]
pub(super) struct NewInsight {
    pub(super) source: &'static str,
    pub(super) identity: Identity,
    pub(super) insight_type: String,
    pub(super) content: String,
    pub(super) context: String,
    pub(super) confidence: f64,
    /// None: when it came in.
    pub(super) timestamp: Option<Timestamp>,
    /// What others concluded of the person is suggested; what the person or their program kept is active.
    pub(super) state: InsightState,
}

impl NewInsight {
    /// Its type in the form that is shown and its texts without what must not be stored; or what is wrong with it.
    pub(super) fn check(mut self, redaction: Redaction) -> Result<Self, String> {
        if !(0.0..=1.0).contains(&self.confidence) {
            return Err(format!("the confidence {} is not between 0 and 1", self.confidence));
        }
        if self.content.trim().is_empty() {
            return Err("the content is empty".to_owned());
        }
        if [&self.content, &self.context].iter().any(|text| text.chars().count() > MAX_INSIGHT_CHARS) {
            return Err(format!("content or context is longer than {MAX_INSIGHT_CHARS} characters"));
        }
        redaction.clean_in_place(&mut self.content);
        redaction.clean_in_place(&mut self.context);
        self.insight_type =
            check_name("insight_type", &self.insight_type).map_err(|error| error.to_string())?;
        Ok(self)
    }
}

/// Stores it; false: it is here already, or was removed by hand.
pub(super) fn store(connection: &Connection, new: NewInsight, now: Timestamp) -> Result<bool, Error> {
    let key = StoreKey::read(connection)?;
    let mut insight = Insight {
        id: InsightId::from(uuid::Uuid::nil()),
        timestamp: new.timestamp.unwrap_or(now),
        insight_type: new.insight_type,
        content: new.content,
        context: new.context,
        confidence: new.confidence,
        state: new.state,
        author: Author::Import { source: new.source.to_owned() },
        created_at: now,
        analysis_version: None,
        over_time: false,
        edited_by_owner: false,
        due: None,
        detail: None,
        evidence: Vec::new(),
        cursor: None,
    };
    let dedup_key = match &new.identity {
        Identity::Id(id) => key.hash("imported insight by id", &[new.source, id]),
        Identity::WordsAndTime => imported_key(key, &insight),
        Identity::Words => {
            let words = [new.source, &insight.insight_type, &insight.content, &insight.context];
            key.hash("imported insight by words", &words)
        }
    };
    let is_forgotten = history::is_forgotten(connection, dedup_key)?
        || history::is_forgotten(connection, marks::of_insight(key, dedup_key))?;
    if is_forgotten || insight::by_key(connection, dedup_key)?.is_some() {
        return Ok(false);
    }
    let id = uuid::Builder::from_custom_bytes(dedup_key).into_uuid();
    insight.id = InsightId::from(id);
    insight::insert(connection, &insight, dedup_key)?;
    let (kind, action, author) = (Subject::Insight, Action::Added, &insight.author);
    history::record(connection, &NewEvent { subject: id, kind, action, detail: None, author, at: now })?;
    Ok(true)
}

/// The key that makes two imported records one insight.
pub(super) fn imported_key(key: StoreKey, insight: &Insight) -> [u8; 16] {
    let at = insight.timestamp.to_string();
    key.hash("imported insight", &[&insight.insight_type, &insight.content, &insight.context, &at])
}
