//! `set_user_goal`: adds one goal to the profile on the user's word.

use context::{Context, ItemKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stated::{self, Stated};
use super::{Effect, Tool, ToolError};
use crate::Caller;
use crate::scope::{self, Needs};

pub(super) struct SetUserGoal;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    #[schemars(length(min = 1, max = 500))]
    goal: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    added: bool,
    goal: String,
    message: String,
}

impl Tool for SetUserGoal {
    const NAME: &'static str = "set_user_goal";
    const TITLE: &'static str = "Remember a goal";
    const DESCRIPTION: &'static str = "Add one goal to the user's profile. Call it when the user says what they \
        want to reach; one short sentence a call, in their own words.";
    const NEEDS: Needs = Needs::All(&[scope::CONTEXT_WRITE]);
    const EFFECT: Effect = Effect::AddsOnce;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "goal": "Speak Spanish well enough to work in it by June" })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Stated { added, name, message, .. } =
            stated::add(context, caller, ItemKind::Goal, arguments.goal).await?;
        Ok(Answer { added, goal: name, message })
    }
}
