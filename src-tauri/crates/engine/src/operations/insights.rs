//! What was found in the conversations.

use context::{Author, Insight, InsightId, InsightQuery, InsightState, Statistics};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Lists insights, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListInsights {
    /// Which, and how many.
    pub query: InsightQuery,
}

impl Operation for ListInsights {
    const NAME: &'static str = "insights.list";
    type Output = Vec<Insight>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.context().recent_insights(self.query).await?)
    }
}

/// Dismisses an insight: it is neither shown nor found again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DismissInsight {
    /// The insight.
    pub id: InsightId,
}

impl Operation for DismissInsight {
    const NAME: &'static str = "insights.dismiss";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.context().dismiss_insight(self.id, Author::Owner).await?;
        Ok(())
    }
}

/// Puts an insight into another state by the owner's hand: accepts a suggestion, sets it aside, or refuses it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SetInsightState {
    /// The insight.
    pub id: InsightId,
    /// Where it is to stand.
    pub state: InsightState,
}

impl Operation for SetInsightState {
    const NAME: &'static str = "insights.set_state";
    type Output = Insight;

    async fn run(self, engine: &Engine) -> Result<Insight, Failure> {
        Ok(engine.context().set_insight_state(self.id, self.state, Author::Owner).await?)
    }
}

/// Finds all that analysis finds anew, from the turns, the owner's edits and what clients said.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Rebuild {}

impl Operation for Rebuild {
    const NAME: &'static str = "insights.rebuild";
    type Output = Statistics;

    async fn run(self, engine: &Engine) -> Result<Statistics, Failure> {
        Ok(engine.context().rebuild().await?)
    }
}

/// Removes an insight.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemoveInsight {
    /// The insight.
    pub id: InsightId,
}

impl Operation for RemoveInsight {
    const NAME: &'static str = "insights.remove";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.context().remove_insight(self.id, Author::Owner).await?;
        Ok(())
    }
}
