//! Changes that a client asks for: an item found by its name, and what the owner decided left alone.

use rusqlite::Connection;

use crate::handle::Context;
use crate::history;
use crate::id::ItemId;
use crate::input::normalise;
use crate::item::{self, Item, ItemChange};
use crate::item_change::{self, Hand};
use crate::redaction::Redaction;
use crate::state::{Action, ItemKind, ItemState, Subject};
use crate::{Author, Error};

impl Context {
    /// The item that goes by this name in any spelling, or went by it before it was renamed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn item_named(&self, kind: ItemKind, name: &str) -> Result<Option<Item>, Error> {
        let name = normalise(name);
        self.inner
            .database
            .read(move |connection| {
                let stored = item::by_name(connection, kind, &name)?;
                stored.map(|stored| item::with_evidence(connection, stored)).transpose()
            })
            .await
    }

    /// [`Context::update_item`] on a client's word. A state that the owner set by hand stays, whatever it is.
    ///
    /// # Errors
    /// As [`Context::update_item`]; [`Error::OwnersState`] for another state than the owner's.
    pub async fn restate_item(&self, id: ItemId, change: ItemChange, author: Author) -> Result<Item, Error> {
        let redaction = self.inner.redaction();
        let mut change = change;
        item_change::check_change(&mut change, redaction)?;
        let action = if change.value.is_some() { Action::ValueChanged } else { Action::StateChanged };
        let by = author.clone();
        let item = self
            .remember(author, move |connection, hand| restate(connection, id, change, hand, redaction))
            .await?;
        self.tell(Subject::Item, id.as_uuid(), action, &by);
        Ok(item)
    }
}

fn restate(
    connection: &Connection,
    id: ItemId,
    change: ItemChange,
    hand: Hand<'_>,
    redaction: Redaction,
) -> Result<Item, Error> {
    let current = item::by_id(connection, id)?.item;
    if change.state.is_some_and(|wanted| wanted != current.state)
        && current.state != ItemState::Dismissed
        && set_by_owner(connection, id)?
    {
        return Err(Error::OwnersState { id: id.as_uuid(), state: current.state });
    }
    item_change::change(connection, id, change, hand, redaction)
}

/// Whether the last one who changed the item's state was the owner. That they added it, or gave it another name,
/// says nothing about its state.
fn set_by_owner(connection: &Connection, id: ItemId) -> Result<bool, Error> {
    let history = history::of(connection, id.as_uuid())?;
    let last = history.into_iter().rev().find(|event| event.action == Action::StateChanged);
    Ok(last.is_some_and(|event| event.author == Author::Owner))
}

#[cfg(test)]
#[path = "restate_tests.rs"]
mod tests;
