//! `fetch`: one found thing whole, in the shape that ChatGPT's connectors ask for.

use context::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::search::{scope_of, usual};
use super::{Effect, Tool, ToolError};
use crate::Caller;
use crate::arguments::InputError;
use crate::budget::shorten;
use crate::scope::{self, Needs};

pub(super) struct Fetch;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// A result's `id` or `url`
    #[schemars(length(min = 1, max = 200))]
    id: String,
    #[serde(default = "usual")]
    #[schemars(range(min = 200, max = 20_000))]
    max_tokens: u32,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    id: String,
    title: String,
    text: String,
    url: String,
    #[schemars(with = "Anything")]
    metadata: Value,
}

// An object whose members the first answer shows: a schema of them all would cost more than they.
#[derive(JsonSchema)]
#[schemars(inline)]
pub(super) struct Anything {}

impl Tool for Fetch {
    const NAME: &'static str = "fetch";
    const TITLE: &'static str = "Fetch one memory";
    const DESCRIPTION: &'static str = "One search result with its whole text.";
    const NEEDS: Needs = Needs::AnyOf(scope::READING);
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "id": "019a9d0c-5c00-7000-8000-0123456789ab" })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { id, max_tokens } = arguments;
        let unknown = || {
            InputError::new("fetch was not run: there is nothing with this `id`; pass one that search gave.")
        };
        // An address ends with the id.
        let bare = id.trim().rsplit('/').next().unwrap_or_default();
        let id: Uuid = bare.parse().map_err(|_| unknown())?;
        let hit = match context.found(id).await {
            Err(context::Error::NotFound { .. }) => return Err(unknown().into()),
            other => other?,
        };
        // What the caller may not read is not there for it.
        if !caller.may(&[scope_of(hit.kind)]) {
            return Err(unknown().into());
        }
        let room = usize::try_from(max_tokens).unwrap_or(usize::MAX);
        let mut metadata = json!({ "kind": hit.kind, "occurred_at": hit.occurred_at.to_string() });
        if let Some(external_id) = hit.external_id {
            metadata["external_id"] = json!(external_id);
        }
        if let Some(conversation) = hit.conversation_id {
            metadata["conversation_id"] = json!(conversation);
        }
        if let Some(state) = hit.state {
            metadata["state"] = json!(state);
        }
        Ok(Answer {
            id: hit.id.to_string(),
            title: hit.title,
            text: shorten(&hit.text, room).into_owned(),
            url: hit.url,
            metadata,
        })
    }
}
