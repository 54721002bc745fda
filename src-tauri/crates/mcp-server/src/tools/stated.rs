//! What the tools share that add something the user said of themselves.

use context::{Context, ItemKind, ItemState, NewItem};

use super::ToolError;
use crate::Caller;

/// What became of a statement.
pub(super) struct Stated {
    pub(super) added: bool,
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
    let item = NewItem { kind, name, value: None };
    let added = context.add_item(item, caller.author()).await?;
    let name = added.item.name;
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
    Ok(Stated { added: !added.existed, name, message })
}
