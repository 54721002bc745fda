//! `get_reflection_task`: hands the assistant turns to think about.

use context::{Context, ReflectionQuery, ReflectionTask};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::scope::{self, Needs};
use crate::{Caller, arguments::InputError};

pub(super) struct GetReflectionTask;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// Go back to then.
    #[serde(default)]
    #[schemars(with = "String", extend("format" = "date-time"))]
    since: Option<String>,
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 50))]
    limit: u32,
}

const fn ten() -> u32 {
    10
}

// The turns as they come from the store. (No doc comments here: they would stand in the schema.)
#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    request: String,
    #[schemars(with = "Vec<Value>")]
    turns: Vec<context::ReflectionTurn>,
    more: bool,
}

impl Tool for GetReflectionTask {
    const NAME: &'static str = "get_reflection_task";
    const TITLE: &'static str = "Reflect on earlier turns";
    const DESCRIPTION: &'static str = "Turns that you have not reflected on yet. Call it when the user asks for \
        a review; answer with save_insight.";
    const NEEDS: Needs = Needs::All(&[scope::CONVERSATIONS_READ, scope::INSIGHTS_READ]);
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "since": "2026-11-01T00:00:00Z", "limit": 10 })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let since = arguments
            .since
            .as_deref()
            .map(|text| text.parse().map_err(|error| InputError::new(format!("`since`: {error}"))))
            .transpose()?;
        let query = ReflectionQuery { since, limit: arguments.limit, ..ReflectionQuery::default() };
        let ReflectionTask { request, turns, more } = context.reflection_task(query, caller.author()).await?;
        Ok(Answer { request, turns, more })
    }
}
