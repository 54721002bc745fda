//! `get_recent_insights`: what analysis found last, newest first.

use context::{Context, Cursor, Evidence, Insight, InsightDetail, InsightId, InsightQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Tool, ToolError};
use crate::arguments::InputError;
use crate::budget::{LEAST_TOKENS, MOST_TOKENS, USUAL_TOKENS};
use crate::cursor::{LONGEST_CURSOR, Listing};
use crate::scope::{self, Needs};
use crate::{Caller, fitting};

pub(crate) struct GetRecentInsights;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(default = "five")]
    #[schemars(range(min = 1, max = 50))]
    limit: u32,
    /// Such as `learning_moment` or `problem_solving`.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 64))]
    insight_type: Option<String>,
    #[serde(default)]
    #[schemars(with = "u32", range(min = LEAST_TOKENS, max = MOST_TOKENS))]
    max_tokens: Option<u32>,
    #[serde(default)]
    #[schemars(with = "String", length(max = LONGEST_CURSOR))]
    cursor: Option<String>,
}

const fn five() -> u32 {
    5
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Answer {
    insights: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    next_cursor: Option<String>,
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
    // The schema names what a model asks for by name; the rest it reads.
    #[schemars(skip)]
    confidence: f64,
    #[schemars(skip)]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    detail: Option<InsightDetail>,
    #[schemars(with = "Vec<Place>")]
    evidence: Vec<Evidence>,
}

#[derive(JsonSchema)]
#[schemars(inline)]
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
        learned or solved, each with the turns it rests on. Call it when earlier work may matter.";
    const NEEDS: Needs = Needs::All(&[scope::INSIGHTS_READ]);
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "limit": 5, "insight_type": "learning_moment", "max_tokens": USUAL_TOKENS })
    }

    async fn call(context: &Context, _: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { limit, insight_type, max_tokens, cursor } = arguments;
        read(context, limit, insight_type, max_tokens.unwrap_or(USUAL_TOKENS), cursor).await
    }
}

/// The newest insights behind `cursor`, with texts shortened to `budget` tokens in all.
pub(crate) async fn read(
    context: &Context,
    limit: u32,
    insight_type: Option<String>,
    budget: u32,
    cursor: Option<String>,
) -> Result<Answer, ToolError> {
    let listing = Listing::of(GetRecentInsights::NAME, &insight_type);
    let before = match cursor {
        Some(cursor) => {
            let place = listing.place(&cursor)?;
            Some(place.parse::<Cursor>().map_err(|error| InputError::new(error.to_string()))?)
        }
        None => None,
    };
    // One more than is shown tells whether there is more.
    let query = InsightQuery { limit: limit + 1, insight_type, before, ..InsightQuery::default() };
    let mut insights = context.recent_insights(query).await?;
    let more = insights.len() > limit as usize;
    insights.truncate(limit as usize);
    let last = insights.last().and_then(|insight| insight.cursor);
    let mut insights: Vec<Found> = insights.into_iter().map(Found::from).collect();
    let whole = fitting::cost(&insights);
    let texts = || insights.iter().flat_map(|found| [&found.content, &found.context]);
    let bones = whole.saturating_sub(texts().map(fitting::cost).sum());
    let texts = insights.iter_mut().flat_map(|found| [&mut found.content, &mut found.context]);
    fitting::fit_texts(texts, bones, budget);
    let next_cursor = last.filter(|_| more).map(|last| listing.cursor(&last.to_string()));
    Ok(Answer { insights, next_cursor })
}
