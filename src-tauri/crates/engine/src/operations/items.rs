//! What assistants know about the person: interests, skills, projects, preferences, goals.

use context::{Added, Author, Item, ItemChange, ItemId, ItemQuery, NewItem, Profile, UndoId};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Shows what an assistant is told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ShowProfile {}

impl Operation for ShowProfile {
    const NAME: &'static str = "context.show";
    type Output = Profile;

    async fn run(self, engine: &Engine) -> Result<Profile, Failure> {
        Ok(engine.context().profile().await?)
    }
}

/// Lists the single items.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListItems {
    /// Which, and how many.
    pub query: ItemQuery,
}

impl Operation for ListItems {
    const NAME: &'static str = "context.list";
    type Output = Vec<Item>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.context().items(self.query).await?)
    }
}

/// Shows one item with its notes and what it was before.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ShowItem {
    /// The item.
    pub id: ItemId,
}

impl Operation for ShowItem {
    const NAME: &'static str = "context.entry";
    type Output = Item;

    async fn run(self, engine: &Engine) -> Result<Item, Failure> {
        Ok(engine.context().item(self.id).await?)
    }
}

/// Adds an item by the owner's hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AddItem {
    /// The item.
    pub item: NewItem,
}

impl Operation for AddItem {
    const NAME: &'static str = "context.add";
    type Output = Added;

    async fn run(self, engine: &Engine) -> Result<Added, Failure> {
        Ok(engine.context().add_item(self.item, Author::Owner).await?)
    }
}

/// Changes an item by the owner's hand; analysis never changes it back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EditItem {
    /// The item.
    pub id: ItemId,
    /// What is to be different.
    pub change: ItemChange,
}

impl Operation for EditItem {
    const NAME: &'static str = "context.edit";
    type Output = Item;

    async fn run(self, engine: &Engine) -> Result<Item, Failure> {
        Ok(engine.context().update_item(self.id, self.change, Author::Owner).await?)
    }
}

/// Removes an item by the owner's hand; analysis never brings it back.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemoveItem {
    /// The item.
    pub id: ItemId,
}

/// A removal that can be taken back for ten minutes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Removal {
    /// What [`UndoRemoval`] wants.
    pub undo: UndoId,
}

impl Operation for RemoveItem {
    const NAME: &'static str = "context.remove";
    type Output = Removal;

    async fn run(self, engine: &Engine) -> Result<Removal, Failure> {
        let removal = engine.context().remove_item(self.id, Author::Owner).await?;
        Ok(Removal { undo: removal.undo })
    }
}

/// Puts a removed item back as it was.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UndoRemoval {
    /// What the removal answered.
    pub undo: UndoId,
}

impl Operation for UndoRemoval {
    const NAME: &'static str = "context.undo_removal";
    type Output = Item;

    async fn run(self, engine: &Engine) -> Result<Item, Failure> {
        Ok(engine.context().undo_removal(self.undo, Author::Owner).await?)
    }
}
