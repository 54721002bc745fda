//! `get_user_context`: the profile, whole and bounded.

use std::borrow::Cow;

use context::{Context, Profile};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::{Caller, scope};

pub(super) struct GetUserContext;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {}

/// The profile under the keys that the original used.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Answer(Profile);

impl JsonSchema for Answer {
    fn schema_name() -> Cow<'static, str> {
        "UserContext".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Written by hand: the room that owns the profile knows nothing of JSON Schema. A test holds real
        // profiles against it.
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        json_schema!({
            "type": "object",
            "properties": {
                "interests": texts,
                "skills": texts,
                "current_projects": texts,
                "goals": texts,
                "preferences": { "type": "object" },
                "last_updated": { "type": ["string", "null"] },
                "more": { "type": "boolean", "description": "There is more than is named here." },
                "suggestions": { "type": "object", "description": "Found by analysis, not confirmed by the user." },
            },
            "required": ["interests", "skills", "current_projects", "goals", "preferences", "last_updated"],
        })
    }
}

impl Tool for GetUserContext {
    const NAME: &'static str = "get_user_context";
    const TITLE: &'static str = "Who the user is";
    const DESCRIPTION: &'static str = "What is known about the user: interests, skills, current projects, \
        goals and preferences. Call it when a conversation begins, or when an answer depends on who is asking.";
    const SCOPES: &'static [&'static str] = &[scope::CONTEXT_READ];
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({})
    }

    async fn call(context: &Context, _: &Caller, _: Arguments) -> Result<Answer, ToolError> {
        Ok(Answer(context.profile().await?))
    }
}
