//! `log_conversation_turn`: stores one exchange between the user and the assistant.

use context::{Context, LogOutcome, NewTurn, TurnId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError, time};
use crate::scope::{self, Needs};
use crate::{Caller, arguments::InputError};

pub(super) struct LogConversationTurn;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// What the user wrote, as it was.
    #[schemars(length(max = 1_000_000))]
    user_message: String,
    /// What you answered, as it was.
    #[schemars(length(max = 1_000_000))]
    assistant_response: String,
    /// The same key for every turn of a conversation.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 200))]
    conversation: Option<String>,
    /// If not now.
    #[serde(default)]
    #[schemars(with = "String", extend("format" = "date-time"))]
    occurred_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    turn_id: Option<TurnId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    reason: Option<&'static str>,
}

fn not_stored(reason: &'static str) -> Answer {
    Answer { stored: false, turn_id: None, reason: Some(reason) }
}

impl Tool for LogConversationTurn {
    const NAME: &'static str = "log_conversation_turn";
    const TITLE: &'static str = "Remember this exchange";
    const DESCRIPTION: &'static str = "Store one exchange of this conversation in the user's memory. Call it \
        once after each of your answers, above all when the user works on, decides, learns or plans \
        something. Leave out passwords, keys and other secrets.";
    const NEEDS: Needs = Needs::All(&[scope::CONVERSATIONS_WRITE]);
    const EFFECT: Effect = Effect::Adds;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({
            "user_message": "How do I borrow a value twice in Rust?",
            "assistant_response": "Take two shared references: ...",
            "conversation": "borrowing-questions",
            "occurred_at": "2026-11-21T09:30:00Z",
        })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { user_message, assistant_response, conversation, occurred_at } = arguments;
        if user_message.trim().is_empty() && assistant_response.trim().is_empty() {
            return Err(InputError::new(
                "`user_message` and `assistant_response` are both empty: there is nothing to remember. Pass \
                 the texts of the exchange.",
            )
            .into());
        }
        let occurred_at = time::read("occurred_at", occurred_at)?;
        let turn = NewTurn {
            user_message,
            assistant_response,
            conversation,
            occurred_at,
            external_id: None,
            request_key: None,
        };
        Ok(match context.log_turn(turn, caller.author()).await? {
            LogOutcome::Stored { turn_id, .. } => {
                Answer { stored: true, turn_id: Some(turn_id), reason: None }
            }
            LogOutcome::Duplicate { turn_id } => {
                Answer { stored: false, turn_id: Some(turn_id), reason: Some("duplicate") }
            }
            LogOutcome::Paused => not_stored("paused"),
            LogOutcome::Private => not_stored("private"),
            LogOutcome::Incognito => not_stored("incognito"),
            LogOutcome::ReadOnly => not_stored("read_only"),
            LogOutcome::Forgotten => not_stored("forgotten"),
        })
    }
}
