//! Finding what is remembered.

use context::{SearchAnswer, SearchQuery};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Answers a question over turns, insights and what is known of the person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Search {
    /// The question.
    pub query: SearchQuery,
}

impl Operation for Search {
    const NAME: &'static str = "search.ask";
    type Output = SearchAnswer;

    async fn run(self, engine: &Engine) -> Result<SearchAnswer, Failure> {
        Ok(engine.context().search(self.query).await?)
    }
}
