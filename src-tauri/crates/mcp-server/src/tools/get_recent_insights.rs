//! `get_recent_insights`: what analysis found last, newest first.

use context::{Context, Insight, InsightQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::{Caller, scope};

pub(super) struct GetRecentInsights;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// How many at most.
    #[serde(default = "five")]
    #[schemars(range(min = 1, max = 50))]
    limit: u32,
    /// Only insights of this type, such as `learning_moment` or `problem_solving`.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 64))]
    insight_type: Option<String>,
}

const fn five() -> u32 {
    5
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    #[schemars(with = "Vec<Found>")]
    insights: Vec<Insight>,
}

// The schema of an insight; the value itself is the store's own. A test holds real ones against it. (Not a doc
// comment: that would stand in the schema.)
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Found {
    id: String,
    timestamp: String,
    insight_type: String,
    content: String,
    confidence: f64,
    evidence: Vec<Evidence>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Evidence {
    turn_id: String,
}

impl Tool for GetRecentInsights {
    const NAME: &'static str = "get_recent_insights";
    const TITLE: &'static str = "Recent insights";
    const DESCRIPTION: &'static str = "The newest insights from earlier conversations, such as what the user \
        learned or which problem was solved, each with the turns it rests on. Call it when earlier work may \
        matter to the question at hand.";
    const SCOPES: &'static [&'static str] = &[scope::INSIGHTS_READ];
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "limit": 5, "insight_type": "learning_moment" })
    }

    async fn call(context: &Context, _: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let query = InsightQuery {
            limit: arguments.limit,
            insight_type: arguments.insight_type,
            ..InsightQuery::default()
        };
        Ok(Answer { insights: context.recent_insights(query).await? })
    }
}
