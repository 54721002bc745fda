//! `forget`: takes away for good what this client itself stored, in two steps.
//!
//! A text that a model reads may ask it to forget things. So it can choose only what came from this very client,
//! by an id or by exact words, sees first what would go, and needs the handle of that preview for the second
//! step. Everything else is the owner's.

use context::{Context, Forget as What, ForgetCounts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::scope::{self, Needs};
use crate::{Caller, arguments::InputError};

pub(super) struct Forget;

// No doc comments: every client pays for each byte of the list, and the description says what belongs where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    #[serde(default)]
    #[schemars(with = "String", length(max = 64))]
    id: Option<String>,
    #[serde(default)]
    #[schemars(with = "String", length(max = 500))]
    phrase: Option<String>,
    #[serde(default)]
    #[schemars(with = "String", length(max = 64))]
    handle: Option<String>,
    #[serde(default)]
    confirm: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    forgotten: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    handle: Option<String>,
    #[schemars(with = "Counts")]
    counts: ForgetCounts,
    examples: Vec<String>,
}

#[derive(JsonSchema)]
struct Counts {}

impl Tool for Forget {
    const NAME: &'static str = "forget";
    const TITLE: &'static str = "Forget";
    const DESCRIPTION: &'static str = "Only when the user asks: remove for good what you stored. Pass an id or exact \
        phrase and show the user the preview; if they agree, pass its handle and confirm: true.";
    const NEEDS: Needs =
        Needs::All(&[scope::CONVERSATIONS_WRITE, scope::CONTEXT_WRITE, scope::INSIGHTS_WRITE]);
    const EFFECT: Effect = Effect::Removes;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "phrase": "Project Zebra" })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let what = match arguments {
            Arguments { id: None, phrase: None, handle: Some(handle), confirm: true } => {
                let gone = context.forget(&handle, caller.author()).await?;
                return Ok(Answer {
                    forgotten: true,
                    handle: None,
                    counts: gone.counts,
                    examples: Vec::new(),
                });
            }
            Arguments { id: Some(id), phrase: None, handle: None, .. } => {
                let id = id.trim().parse().map_err(|_| {
                    InputError::new("`id` is none. Ids look like 019a9d0c-5c00-7000-8000-0123456789ab.")
                })?;
                What::Thing { id }
            }
            Arguments { id: None, phrase: Some(phrase), handle: None, .. } => What::Phrase { phrase },
            _ => {
                return Err(InputError::new(
                    "pass one of `id` and `phrase` for a preview, or the preview's `handle` with `confirm`: true. \
                     Nothing was forgotten. Example: {\"phrase\":\"Project Zebra\"}",
                )
                .into());
            }
        };
        let preview = context.preview_forgetting(what, caller.author()).await?;
        let examples = preview.examples.into_iter().map(|example| example.text).collect();
        Ok(Answer { forgotten: false, handle: preview.handle, counts: preview.counts, examples })
    }
}
