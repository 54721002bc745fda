//! Putting a removed item back: what is needed for it, and how long it is kept.
//!
//! It is kept in memory alone and for minutes: who removes something wants it gone.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::analysis::Analyzer;
use crate::analysis::removal::{self, Removed};
use crate::evidence;
use crate::handle::Context;
use crate::history::{self, Event};
use crate::id::{ItemId, UndoId};
use crate::input::normalise;
use crate::item::{self, Item};
use crate::item_change::{self, Hand};
use crate::item_past::{self, Said};
use crate::state::{Action, Subject};
use crate::{Author, Error};

/// How long a removal can be taken back.
pub const UNDO_TIME: Duration = Duration::from_mins(10);
/// How many removals can be taken back; the oldest are given up first.
pub const UNDOS_KEPT: usize = 100;

/// What removing an item came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRemoval {
    /// What went.
    pub removed: Removed,
    /// With it the removal can be taken back for ten minutes.
    pub undo: UndoId,
}

/// All that went with an item.
pub(crate) struct RemovedItem {
    /// With all its evidence.
    pub(crate) item: Item,
    /// What turns said of it.
    pub(crate) said: Vec<Said>,
    pub(crate) aliases: Vec<String>,
    pub(crate) history: Vec<Event>,
    /// The marks that its removal set, as far as they were not set before.
    pub(crate) marks: Vec<[u8; 16]>,
}

/// The removals that can be taken back, oldest first.
#[derive(Default)]
pub(crate) struct Undos(VecDeque<(Timestamp, UndoId, Arc<RemovedItem>)>);

/// Without what was removed: that must not get into a log.
impl fmt::Debug for Undos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undos").field("kept", &self.0.len()).finish()
    }
}

impl Undos {
    fn keep(&mut self, now: Timestamp, undo: UndoId, removed: RemovedItem) {
        while self.0.len() >= UNDOS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back((now, undo, Arc::new(removed)));
    }

    fn find(&self, undo: UndoId) -> Option<Arc<RemovedItem>> {
        self.0.iter().find(|(_, id, _)| *id == undo).map(|(_, _, removed)| Arc::clone(removed))
    }

    /// Gives up all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn give_up(&mut self, undo: UndoId) {
        self.0.retain(|(_, id, _)| *id != undo);
    }

    /// Gives up what is too old at `now`. (Not only from the front: the clock may have been set back.)
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.0.retain(|(removed_at, _, _)| now.since(*removed_at) < UNDO_TIME);
    }
}

/// Puts an item back as it was, on the turns that are still there.
fn put_back(
    connection: &Connection,
    removed: &RemovedItem,
    hand: Hand<'_>,
    analyzer: &dyn Analyzer,
) -> Result<Item, Error> {
    let mut item = removed.item.clone();
    let (id, kind, normal_name) = (item.id, item.kind, normalise(&item.name));
    if item::exists(connection, id)? {
        // Put back already, or brought back by an import.
        return Err(Error::UndoGone);
    }
    item_change::make_room(connection, kind, &item.name, &normal_name, None)?;
    for mark in &removed.marks {
        history::unforget(connection, *mark)?;
    }
    let pieces = std::mem::take(&mut item.evidence);
    let (notes, earlier) = (std::mem::take(&mut item.notes), std::mem::take(&mut item.earlier));
    item.support = 0;
    let seq = item::insert(connection, &item, &normal_name)?;
    for alias in &removed.aliases {
        item_change::add_alias_if_free(connection, kind, alias, seq)?;
    }
    for note in &notes {
        item_past::add_note(connection, seq, note)?;
    }
    for value in &earlier {
        item_past::add_earlier(connection, seq, value)?;
    }
    let mut is_less = false;
    for piece in pieces {
        match evidence::place(connection, piece.turn_id)? {
            Some(turn) => {
                evidence::add_to_item(connection, seq, turn, piece.span())?;
            }
            None => is_less = true,
        }
    }
    for said in &removed.said {
        if connection.prepare_cached("SELECT 1 FROM turn WHERE seq = ?1")?.exists([said.turn])? {
            item_past::add_said(connection, seq, said)?;
        }
    }
    // What analysis found in turns that are gone meanwhile alone is gone with them.
    if is_less && removal::settle_item(connection, seq, analyzer)? {
        return Err(Error::UndoGone);
    }
    for event in &removed.history {
        history::restore(connection, event)?;
    }
    item_change::note(connection, id, Action::Added, None, hand)?;
    item::with_evidence(connection, item::by_seq(connection, seq)?)
}

impl Context {
    /// Removes an item. Analysis does not find it again; an outright statement brings it back, and for ten
    /// minutes [`Context::undo_removal`] does.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::OwnersDecision`] where a client would remove the owner's dismissal;
    /// [`Error::Paused`] for a client.
    pub async fn remove_item(&self, id: ItemId, author: Author) -> Result<ItemRemoval, Error> {
        let by = author.clone();
        let removed =
            self.remember(author, move |connection, hand| item_change::remove(connection, id, hand)).await?;
        let undo = UndoId::from(self.inner.new_id());
        self.inner.undos.lock().keep(self.inner.clock.now(), undo, removed);
        self.tell(Subject::Item, id.as_uuid(), Action::Removed, &by);
        Ok(ItemRemoval { removed: Removed { items: 1, ..Removed::default() }, undo })
    }

    /// Puts a removed item back as it was.
    ///
    /// # Errors
    /// [`Error::UndoGone`] where it is too late, or nothing speaks for the item any more;
    /// [`Error::NameTaken`]; [`Error::Paused`] for a client.
    pub async fn undo_removal(&self, undo: UndoId, author: Author) -> Result<Item, Error> {
        let inner = &self.inner;
        let removed = {
            let mut undos = inner.undos.lock();
            undos.expire(inner.clock.now());
            undos.find(undo).ok_or(Error::UndoGone)?
        };
        let by = author.clone();
        let analyzer = Arc::clone(&inner.analyzer);
        let item = self
            .remember(author, move |connection, hand| put_back(connection, &removed, hand, &*analyzer))
            .await?;
        inner.undos.lock().give_up(undo);
        self.tell(Subject::Item, item.id.as_uuid(), Action::Added, &by);
        Ok(item)
    }
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
