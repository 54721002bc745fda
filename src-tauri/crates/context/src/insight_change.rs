//! What the owner and clients do with insights: accept, set aside, dismiss, remove.

use rusqlite::Connection;
use serde_json::json;

use crate::analysis::removal::Removed;
use crate::handle::Context;
use crate::history::{self, NewEvent};
use crate::insight::{Insight, by_id, with_evidence};
use crate::item_change::Hand;
use crate::state::{Action, InsightState, Subject};
use crate::{Author, Error, InsightId};

/// Puts an insight into another state. What the owner decided stays, whatever is found later; a dismissed one is
/// not shown, and not found again.
pub(crate) fn set_state(
    connection: &Connection,
    id: InsightId,
    state: InsightState,
    hand: Hand<'_>,
) -> Result<Insight, Error> {
    let mut stored = by_id(connection, id)?;
    let is_owner = *hand.author == Author::Owner;
    if stored.insight.edited_by_owner && !is_owner && stored.insight.state != state {
        return Err(Error::OwnersDecision { what: Subject::Insight, id: id.as_uuid() });
    }
    if stored.insight.state != state || (is_owner && !stored.insight.edited_by_owner) {
        connection
            .prepare_cached(
                "UPDATE insight SET state = ?2, edited_by_owner = max(edited_by_owner, ?3) WHERE seq = ?1",
            )?
            .execute((stored.seq, state, is_owner))?;
        if stored.insight.state != state {
            let detail = json!({ "from": stored.insight.state, "to": state });
            let (subject, kind, action) = (id.as_uuid(), Subject::Insight, Action::StateChanged);
            let (detail, author, at) = (Some(detail), hand.author, hand.at);
            history::record(connection, &NewEvent { subject, kind, action, detail, author, at })?;
        }
        stored.insight.state = state;
        stored.insight.edited_by_owner |= is_owner;
    }
    with_evidence(connection, stored)
}

/// Removes an insight for good; only a keyed mark stays, so that it is not found again.
pub(crate) fn remove(connection: &Connection, id: InsightId, hand: Hand<'_>) -> Result<(), Error> {
    let stored = by_id(connection, id)?;
    history::forget(connection, stored.dedup_key)?;
    connection.prepare_cached("DELETE FROM insight WHERE seq = ?1")?.execute([stored.seq])?;
    history::record_removal(connection, id.as_uuid(), Subject::Insight, hand.author, hand.at)
}

impl Context {
    /// Puts an insight into another state: the owner accepts a suggestion, sets it aside, or dismisses it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::OwnersDecision`] where a client would change what the owner decided.
    pub async fn set_insight_state(
        &self,
        id: InsightId,
        state: InsightState,
        author: Author,
    ) -> Result<Insight, Error> {
        let by = author.clone();
        let insight =
            self.write(author, move |connection, hand| set_state(connection, id, state, hand)).await?;
        self.tell(Subject::Insight, id.as_uuid(), Action::StateChanged, &by);
        Ok(insight)
    }

    /// Refuses an insight: it is not shown any more, and not found again.
    ///
    /// # Errors
    /// As [`Context::set_insight_state`].
    pub async fn dismiss_insight(&self, id: InsightId, author: Author) -> Result<Insight, Error> {
        self.set_insight_state(id, InsightState::Dismissed, author).await
    }

    /// Removes an insight; it is not found again.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_insight(&self, id: InsightId, author: Author) -> Result<Removed, Error> {
        let by = author.clone();
        self.write(author, move |connection, hand| remove(connection, id, hand)).await?;
        self.tell(Subject::Insight, id.as_uuid(), Action::Removed, &by);
        Ok(Removed { insights: 1, ..Removed::default() })
    }
}
