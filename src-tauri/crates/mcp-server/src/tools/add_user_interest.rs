//! `add_user_interest`: adds one interest to the profile on the user's word.

use context::{Context, ItemKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stated::{self, Stated};
use super::{Effect, Tool, ToolError};
use crate::Caller;
use crate::scope::{self, Needs};

pub(super) struct AddUserInterest;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    #[schemars(length(min = 1, max = 200))]
    interest: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    added: bool,
    interest: String,
    message: String,
}

impl Tool for AddUserInterest {
    const NAME: &'static str = "add_user_interest";
    const TITLE: &'static str = "Remember an interest";
    const DESCRIPTION: &'static str = "Add one interest to the user's profile. Call it when a subject clearly \
        interests the user; one short noun phrase a call.";
    const NEEDS: Needs = Needs::All(&[scope::CONTEXT_WRITE]);
    const EFFECT: Effect = Effect::AddsOnce;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "interest": "Rust async runtimes" })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Stated { added, name, message, .. } =
            stated::add(context, caller, ItemKind::Interest, arguments.interest).await?;
        Ok(Answer { added, interest: name, message })
    }
}
