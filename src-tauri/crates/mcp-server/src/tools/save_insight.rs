//! `save_insight`: keeps what the assistant concluded, as a suggestion to the owner.

use context::{Context, InsightId, NewInsight};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::Caller;
use crate::scope::{self, Needs};

pub(super) struct SaveInsight;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// One sentence.
    #[schemars(length(max = 500))]
    text: String,
    /// Such as `pattern`.
    #[schemars(length(max = 64))]
    r#type: String,
    evidence_turn_ids: Vec<String>,
}

// `merged`: it was known, and the evidence of both was joined. (No doc comment: it would stand in the schema.)
#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    #[schemars(with = "String")]
    id: InsightId,
    state: &'static str,
    merged: bool,
}

impl Tool for SaveInsight {
    const NAME: &'static str = "save_insight";
    const TITLE: &'static str = "Save an insight";
    const DESCRIPTION: &'static str =
        "Suggest one insight about the user, with the ids of the turns that show it.";
    const NEEDS: Needs = Needs::All(&[scope::INSIGHTS_WRITE]);
    const EFFECT: Effect = Effect::AddsOnce;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({
            "text": "Plans trips around train connections",
            "type": "pattern",
            "evidence_turn_ids": ["01a1fdfa-4600-753c-b6d7-6cec99e07585"],
        })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { text, r#type: insight_type, evidence_turn_ids: evidence } = arguments;
        let saved =
            context.save_insight(NewInsight { text, insight_type, evidence }, caller.author()).await?;
        Ok(Answer { id: saved.insight.id, state: saved.insight.state.as_str(), merged: saved.merged })
    }
}
