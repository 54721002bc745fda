//! Our own JSON export runs through redaction like everything else that comes in: it may be older than a rule, come
//! from a program with redaction off, or have been edited.

use std::collections::HashMap;

use crate::TurnId;
use crate::evidence::Evidence;
use crate::export::json::{InsightRecord, ItemRecord};
use crate::history::Event;
use crate::input::InputError;
use crate::redaction::{self, Redaction};
use crate::state::Side;
use crate::turn::Turn;

/// Takes out what must not be stored, and remembers which turns were changed by that.
pub(super) struct Cleaning {
    redaction: Redaction,
    /// Turns that are not what they were, with the new lengths of both texts: evidence that names characters of
    /// them means all of the text from now on.
    changed: HashMap<TurnId, (u32, u32)>,
}

impl Cleaning {
    pub(super) fn new(redaction: Redaction) -> Self {
        Self { redaction, changed: HashMap::new() }
    }

    /// # Errors
    /// A turn of which nothing may be stored.
    pub(super) fn turn(&mut self, turn: &mut Turn) -> Result<(), InputError> {
        let changed =
            [&mut turn.user_message, &mut turn.assistant_response].map(|text| self.redaction.replace(text));
        if redaction::answers_private(&turn.user_message, &turn.assistant_response) {
            return Err(InputError::Private);
        }
        if changed.contains(&true) {
            let chars = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            self.changed.insert(turn.id, (chars(&turn.user_message), chars(&turn.assistant_response)));
        }
        Ok(())
    }

    pub(super) fn item(&self, record: &mut ItemRecord) {
        let item = &mut record.item;
        self.redaction.clean_in_place(&mut item.name);
        for value in item.value.iter_mut().chain(item.earlier.iter_mut().map(|earlier| &mut earlier.value)) {
            self.redaction.clean_value(&item.name, value);
        }
        item.notes.iter_mut().for_each(|note| self.redaction.clean_in_place(&mut note.text));
        record.aliases.iter_mut().for_each(|alias| self.redaction.clean_in_place(alias));
        self.evidence(&mut item.evidence);
    }

    pub(super) fn insight(&self, record: &mut InsightRecord) {
        let insight = &mut record.insight;
        self.redaction.clean_in_place(&mut insight.content);
        self.redaction.clean_in_place(&mut insight.context);
        self.evidence(&mut insight.evidence);
    }

    pub(super) fn event(&self, event: &mut Event) {
        if let Some(detail) = &mut event.detail {
            self.redaction.clean_value("", detail);
        }
    }

    fn evidence(&self, evidence: &mut Vec<Evidence>) {
        evidence.retain_mut(|piece| {
            let Some((user, assistant)) = self.changed.get(&piece.turn_id) else { return true };
            let end = match piece.side {
                Side::User => *user,
                Side::Assistant => *assistant,
            };
            (piece.start, piece.end) = (0, end);
            end > 0
        });
    }
}

#[cfg(test)]
#[path = "cleaning_tests.rs"]
mod tests;
