//! `get_recent_insights`: what analysis found last, newest first.

use context::{Context, Evidence, Insight, InsightDetail, InsightId, InsightQuery};
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
    insights: Vec<Found>,
}

// What a model needs of an insight. Who found it and by which version of the rules is the owner's to know: it
// would name other clients. (No doc comments here: they would stand in the schema.)
#[derive(Serialize, JsonSchema)]
struct Found {
    #[schemars(with = "String")]
    id: InsightId,
    timestamp: String,
    insight_type: String,
    content: String,
    context: String,
    confidence: f64,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value", default)]
    detail: Option<InsightDetail>,
    #[schemars(with = "Vec<Place>")]
    evidence: Vec<Evidence>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema of `context::Evidence`; a test holds real ones against it")]
struct Place {
    turn_id: String,
}

impl From<Insight> for Found {
    fn from(insight: Insight) -> Self {
        Self {
            id: insight.id,
            timestamp: insight.timestamp.to_string(),
            insight_type: insight.insight_type,
            content: insight.content,
            context: insight.context,
            confidence: insight.confidence,
            state: insight.state.as_str(),
            // The counts of 168 hours tell a model nothing that the words do not.
            detail: insight.detail.filter(|detail| !matches!(detail, InsightDetail::Rhythm { .. })),
            evidence: insight.evidence,
        }
    }
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
        let Arguments { limit, insight_type } = arguments;
        let query = InsightQuery { limit, insight_type, ..InsightQuery::default() };
        let insights = context.recent_insights(query).await?;
        Ok(Answer { insights: insights.into_iter().map(Found::from).collect() })
    }
}
