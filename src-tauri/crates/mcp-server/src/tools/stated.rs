//! What the tools share that add something the user said of themselves.

use context::{Context, ItemKind, ItemState, NewItem};

use super::ToolError;
use crate::Caller;

/// What became of a statement.
pub(super) struct Stated {
    pub(super) added: bool,
    pub(super) id: String,
    /// The name as it is kept.
    pub(super) name: String,
    /// For the model: what is so now, and whether to leave it at that.
    pub(super) message: String,
}

pub(super) async fn add(
    context: &Context,
    caller: &Caller,
    kind: ItemKind,
    name: String,
) -> Result<Stated, ToolError> {
    add_item(context, caller, NewItem { kind, name, value: None }).await
}

pub(super) async fn add_item(context: &Context, caller: &Caller, item: NewItem) -> Result<Stated, ToolError> {
    let kind = item.kind;
    let added = context.add_item(item, caller.author()).await?;
    let (id, name) = (added.item.id.to_string(), added.item.name);
    let message = match (added.existed, added.item.state) {
        (false, _) => format!("Added the {kind} \"{name}\"."),
        (true, ItemState::Active | ItemState::Suggested) => {
            format!("The {kind} \"{name}\" is known already.")
        }
        (true, ItemState::Paused | ItemState::Archived) => {
            format!("The {kind} \"{name}\" is known; the user has set it aside, and it stays so.")
        }
        (true, ItemState::Dismissed) => {
            format!("The user has dismissed the {kind} \"{name}\", so it was not added. Do not try again.")
        }
    };
    Ok(Stated { added: !added.existed, id, name, message })
}
