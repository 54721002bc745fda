//! `get_user_context`: the profile, bounded by its own limits and by the caller's budget.

use std::borrow::Cow;

use context::Context;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::budget::{LEAST_TOKENS, MOST_TOKENS, USUAL_TOKENS};
use crate::scope::{self, Needs};
use crate::{Caller, fitting};

pub(super) struct GetUserContext;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    #[serde(default)]
    #[schemars(with = "u32", range(min = LEAST_TOKENS, max = MOST_TOKENS))]
    max_tokens: Option<u32>,
}

/// The profile under the keys that the original used.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Answer(Value);

impl JsonSchema for Answer {
    fn schema_name() -> Cow<'static, str> {
        "UserContext".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Written by hand: the room that owns the profile knows nothing of JSON Schema. A test holds real
        // profiles against it.
        let list = json!({ "type": "array" });
        json_schema!({
            "type": "object",
            "properties": {
                "interests": list,
                "skills": list,
                "current_projects": list,
                "goals": list,
                "preferences": { "type": "object" },
                "suggestions": { "type": "object", "description": "Unconfirmed." },
                "more": { "type": "boolean", "description": "Raise max_tokens." },
            },
        })
    }
}

impl Tool for GetUserContext {
    const NAME: &'static str = "get_user_context";
    const TITLE: &'static str = "Who the user is";
    const DESCRIPTION: &'static str = "What is known about the user: interests, skills, current projects, \
        goals and preferences. Call it when a conversation begins or an answer depends on who is asking.";
    const NEEDS: Needs = Needs::All(&[scope::CONTEXT_READ]);
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "max_tokens": USUAL_TOKENS })
    }

    async fn call(context: &Context, _: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let profile = context.profile().await?;
        let mut profile = serde_json::to_value(profile).map_err(ToolError::Answer)?;
        fitting::fit_profile(&mut profile, arguments.max_tokens.unwrap_or(USUAL_TOKENS));
        Ok(Answer(profile))
    }
}
