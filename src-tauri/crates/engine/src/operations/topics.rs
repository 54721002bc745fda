//! What the person speaks of.

use context::{Author, Cursor, Evidence, Page, TopicKey, TopicOverview, TopicQuery};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Counts what was spoken of in the last weeks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListTopics {
    /// What to list, and in which order.
    pub query: TopicQuery,
}

impl Operation for ListTopics {
    const NAME: &'static str = "topics.list";
    type Output = TopicOverview;

    async fn run(self, engine: &Engine) -> Result<TopicOverview, Failure> {
        Ok(engine.context().topics(self.query).await?)
    }
}

/// Lists where a topic was spoken of, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListTopicTurns {
    /// The topic.
    pub key: TopicKey,
    /// Only behind this place.
    #[serde(default)]
    pub before: Option<Cursor>,
    /// How many at most (1 to 1000).
    pub limit: u32,
}

impl Operation for ListTopicTurns {
    const NAME: &'static str = "topics.turns";
    type Output = Page<Evidence>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.context().topic_turns(self.key, self.before, self.limit).await?)
    }
}

/// Leaves a topic out of every list and conclusion, or takes it up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DismissTopic {
    /// The topic.
    pub key: TopicKey,
    /// Whether it is to be left out.
    pub dismissed: bool,
}

impl Operation for DismissTopic {
    const NAME: &'static str = "topics.dismiss";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        Ok(engine.context().dismiss_topic(self.key, self.dismissed, Author::Owner).await?)
    }
}
