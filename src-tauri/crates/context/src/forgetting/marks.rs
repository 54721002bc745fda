//! What stays of something forgotten, so that a file does not bring it back: keyed hashes, never a text.
//!
//! They know a turn by its id, by the id it has where it came from, by its request, and by its texts and time.
//! They do not know it once its words or its time were changed: that is another turn.

use clock::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::history::{self, StoreKey};
use crate::state::ItemKind;
use crate::turn::{ReadyTurn, Turn};
use crate::{Author, Error};

/// How a turn comes, and so by which marks it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A client tells it: known by its own id or request alone. Who says the same words again means it.
    Now,
    /// A file of another program brings it.
    FromFile,
    /// Our own export brings it, with the id it had here.
    FromExport,
}

/// What a turn is known by.
#[derive(Debug)]
pub(crate) struct Marked<'a> {
    id: Uuid,
    author: &'a Author,
    /// The client's own key for the conversation.
    conversation: Option<String>,
    external_id: Option<&'a str>,
    request_key: Option<&'a str>,
    occurred_at: Timestamp,
    texts: [&'a str; 2],
}

impl<'a> Marked<'a> {
    pub(crate) fn of_new(ready: &'a ReadyTurn, author: &'a Author) -> Self {
        let turn = &ready.turn;
        Self {
            id: ready.turn_id,
            author,
            conversation: turn.conversation.clone(),
            external_id: turn.external_id.as_deref(),
            request_key: turn.request_key.as_deref(),
            occurred_at: ready.occurred_at,
            texts: [&turn.user_message, &turn.assistant_response],
        }
    }

    pub(crate) fn of_stored(turn: &'a Turn, conversation: Option<String>) -> Self {
        Self {
            id: turn.id.as_uuid(),
            author: &turn.author,
            conversation,
            external_id: turn.external_id.as_deref(),
            request_key: turn.request_key.as_deref(),
            occurred_at: turn.occurred_at,
            texts: [&turn.user_message, &turn.assistant_response],
        }
    }

    fn by_source(&self, key: StoreKey) -> Option<[u8; 16]> {
        let conversation = self.conversation.as_deref().unwrap_or_default();
        let parts = |id| [self.author.kind(), self.author.id(), conversation, id];
        self.external_id.map(|id| key.hash("forgotten by source", &parts(id)))
    }

    fn by_request(&self, key: StoreKey) -> Option<[u8; 16]> {
        let parts = |request| [self.author.kind(), self.author.id(), request];
        self.request_key.map(|request| key.hash("forgotten by request", &parts(request)))
    }

    fn by_texts(&self, key: StoreKey) -> [u8; 16] {
        let at = self.occurred_at.as_micros().to_string();
        key.hash("forgotten by texts", &[&at, self.texts[0], self.texts[1]])
    }

    fn known_by(&self, key: StoreKey, told: Told) -> Vec<[u8; 16]> {
        let mut marks: Vec<_> = self.by_source(key).into_iter().chain(self.by_request(key)).collect();
        match told {
            Told::Now => {}
            Told::FromFile => marks.push(self.by_texts(key)),
            Told::FromExport => marks.extend([self.by_texts(key), of_thing(key, self.id)]),
        }
        marks
    }
}

/// Whether this turn was forgotten here.
pub(crate) fn is_forgotten(connection: &Connection, turn: &Marked<'_>, told: Told) -> Result<bool, Error> {
    let nothing_to_know = told == Told::Now && turn.external_id.is_none() && turn.request_key.is_none();
    if nothing_to_know || !connection.prepare_cached("SELECT 1 FROM forgotten LIMIT 1")?.exists([])? {
        return Ok(false);
    }
    for mark in turn.known_by(StoreKey::read(connection)?, told) {
        if history::is_forgotten(connection, mark)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Marks a turn that is about to go.
pub(crate) fn mark_turn(connection: &Connection, key: StoreKey, turn: &Marked<'_>) -> Result<(), Error> {
    for mark in turn.known_by(key, Told::FromExport) {
        history::forget(connection, mark)?;
    }
    Ok(())
}

/// The mark of anything with an id.
pub(crate) fn of_thing(key: StoreKey, id: Uuid) -> [u8; 16] {
    key.hash("forgotten thing", &[&id.to_string()])
}

/// The mark that keeps an item from coming back out of a file. Said anew, it is there again.
pub(crate) fn of_item(key: StoreKey, kind: ItemKind, normal_name: &str) -> [u8; 16] {
    key.hash("item forgotten for files", &[kind.as_str(), normal_name])
}

/// The mark that keeps an insight from coming back out of a file.
pub(crate) fn of_insight(key: StoreKey, dedup_key: [u8; 16]) -> [u8; 16] {
    key.hash("insight forgotten for files", &[&Uuid::from_bytes(dedup_key).to_string()])
}
