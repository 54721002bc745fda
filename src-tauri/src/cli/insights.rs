//! `insights`: what was found in the conversations.

use engine::operations::{DismissInsight, ListInsights, RemoveInsight};
use engine::types::{Insight, InsightId, InsightQuery};

use super::arguments::{InsightsArguments, InsightsCommand};
use super::error::CliError;
use super::output::{Output, short, table};
use crate::place::Place;

pub(super) async fn run(
    place: &Place,
    arguments: InsightsArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    let usual = InsightsCommand::List { limit: 20, insight_type: None };
    match arguments.command.unwrap_or(usual) {
        InsightsCommand::List { limit, insight_type } => {
            let query = InsightQuery { insight_type, limit, ..InsightQuery::default() };
            output.show(&place.call(ListInsights { query }).await?, |insights| for_people(insights))
        }
        InsightsCommand::Dismiss { id } => {
            place.call(DismissInsight { id: parse(&id)? }).await?;
            output.show(&serde_json::json!({ "dismissed": id }), |_| "dismissed for good".to_owned())
        }
        InsightsCommand::Remove { id } => {
            place.call(RemoveInsight { id: parse(&id)? }).await?;
            output.show(&serde_json::json!({ "removed": id }), |_| "removed".to_owned())
        }
    }
}

fn parse(text: &str) -> Result<InsightId, CliError> {
    text.parse().map_err(|error| CliError::usage(format!("{error}")))
}

fn for_people(insights: &[Insight]) -> String {
    let rows: Vec<Vec<String>> = insights
        .iter()
        .map(|insight| {
            vec![
                insight.id.to_string(),
                insight.timestamp.to_local_text(),
                insight.insight_type.clone(),
                short(&insight.content, 80),
            ]
        })
        .collect();
    table(&["id", "when", "type", "insight"], &rows, "Nothing was found yet.")
}
