//! `update_user_context`: moves on what the profile knows already: a goal reached, a project set aside, a
//! preference changed.

use context::{Context, Item, ItemChange, ItemId, ItemKind, ItemQuery, ItemState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError, time};
use crate::{
    Caller,
    arguments::{InputError, nearest},
    scope::{self, Needs},
};

pub(super) struct UpdateUserContext;

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Interest,
    Skill,
    Project,
    Preference,
    Goal,
}

// Dismissing is the owner's own, and suggesting is analysis's.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum State {
    Active,
    Paused,
    Archived,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    #[serde(default)]
    #[schemars(with = "String", length(max = 40))]
    id: Option<String>,
    #[serde(default)]
    #[schemars(with = "Kind")]
    kind: Option<Kind>,
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 500))]
    name: Option<String>,
    #[serde(default)]
    #[schemars(with = "State")]
    state: Option<State>,
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 2000))]
    value: Option<String>,
    /// A step taken.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 2000))]
    note: Option<String>,
    /// A goal's.
    #[serde(default)]
    #[schemars(with = "String", extend("format" = "date"))]
    target_date: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    id: String,
    state: &'static str,
    message: String,
}

impl Tool for UpdateUserContext {
    const NAME: &'static str = "update_user_context";
    const TITLE: &'static str = "Update the profile";
    const DESCRIPTION: &'static str = "Change the state of an entry of the profile (by id, or kind and name; \
        archived: done or over), a preference's value, or note a step. Call it when the user says that it changed.";
    const NEEDS: Needs = Needs::All(&[scope::CONTEXT_WRITE]);
    const EFFECT: Effect = Effect::Changes;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "kind": "goal", "name": "Learn to sail", "state": "archived" })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { id, kind, name, state, value, note, target_date } = arguments;
        let target = time::read_day("target_date", target_date)?;
        let found = find(context, id, kind, name).await?;
        let state = state.map(|state| match state {
            State::Active => ItemState::Active,
            State::Paused => ItemState::Paused,
            State::Archived => ItemState::Archived,
        });
        if state.is_none() && value.is_none() && note.is_none() && target.is_none() {
            return Err(InputError::new(
                "Nothing is to be changed: pass `state` (active, paused or archived), a `note`, a preference's `value`, \
                 or a goal's `target_date`.",
            )
            .into());
        }
        let value = value.map(Value::String);
        let change = ItemChange { state, value, note, target, ..ItemChange::default() };
        let item = context.restate_item(found.id, change, caller.author()).await?;
        let message = match &item.value {
            Some(value) => format!("The {} \"{}\" is {value} now ({}).", item.kind, item.name, item.state),
            None => format!("The {} \"{}\" is {} now.", item.kind, item.name, item.state),
        };
        Ok(Answer { id: item.id.to_string(), state: item.state.as_str(), message })
    }
}

/// The one item that is meant; never one that is only alike.
async fn find(
    context: &Context,
    id: Option<String>,
    kind: Option<Kind>,
    name: Option<String>,
) -> Result<Item, ToolError> {
    if let Some(id) = id {
        let id: ItemId = id.parse().map_err(|error| InputError::new(format!("`id`: {error}")))?;
        return Ok(context.item(id).await?);
    }
    let (Some(kind), Some(name)) = (kind, name) else {
        return Err(InputError::new(
            "Say what is to be changed: `kind` and `name` as get_user_context gives them, or `id`. Example: \
             {\"kind\":\"goal\",\"name\":\"Learn to sail\",\"state\":\"archived\"}",
        )
        .into());
    };
    let kind = match kind {
        Kind::Interest => ItemKind::Interest,
        Kind::Skill => ItemKind::Skill,
        Kind::Project => ItemKind::Project,
        Kind::Preference => ItemKind::Preference,
        Kind::Goal => ItemKind::Goal,
    };
    match context.item_named(kind, &name).await? {
        Some(item) => Ok(item),
        None => Err(unknown(context, kind, &name).await?.into()),
    }
}

async fn unknown(context: &Context, kind: ItemKind, name: &str) -> Result<InputError, ToolError> {
    let items = context.items(ItemQuery { kind: Some(kind), ..ItemQuery::default() }).await?;
    let alike = nearest(name, items.iter().map(|item| item.name.as_str()));
    Ok(InputError::new(match alike {
        Some(alike) => {
            format!("There is no {kind} of this name; did you mean \"{alike}\"? Nothing was changed.")
        }
        None => format!(
            "There is no {kind} of this name; get_user_context names what there is, and remember adds a new one."
        ),
    }))
}
