//! What assistants know about the person: interests, skills, projects, preferences, goals.

use context::{Added, Author, Item, ItemChange, ItemId, ItemQuery, NewItem, Profile};
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

/// Adds an item by the owner's hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
pub struct RemoveItem {
    /// The item.
    pub id: ItemId,
}

impl Operation for RemoveItem {
    const NAME: &'static str = "context.remove";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.context().remove_item(self.id, Author::Owner).await?;
        Ok(())
    }
}
