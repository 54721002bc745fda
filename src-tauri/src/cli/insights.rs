//! `insights`: what was found in the conversations.

use engine::operations::{DismissInsight, ListInsights, Rebuild, RemoveInsight, SetInsightState};
use engine::types::{
    CommitmentStatus, Insight, InsightDetail, InsightId, InsightQuery, InsightState, counted,
};

use super::arguments::{InsightsArguments, InsightsCommand};
use super::error::CliError;
use super::output::{Output, short, table};
use super::progress::Shown;
use crate::place::Place;

pub(super) async fn run(
    place: &Place,
    arguments: InsightsArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    let usual = InsightsCommand::List { limit: 20, insight_type: None, state: None };
    let (id, state, words) = match arguments.command.unwrap_or(usual) {
        InsightsCommand::List { limit, insight_type, state } => {
            let query = InsightQuery { insight_type, state, limit, ..InsightQuery::default() };
            return output.show(&place.call(ListInsights { query }).await?, |insights| for_people(insights));
        }
        InsightsCommand::Dismiss { id } => {
            place.call(DismissInsight { id: parse(&id)? }).await?;
            return output.show(&serde_json::json!({ "dismissed": id }), |_| "dismissed for good".to_owned());
        }
        InsightsCommand::Remove { id } => {
            place.call(RemoveInsight { id: parse(&id)? }).await?;
            return output.show(&serde_json::json!({ "removed": id }), |_| "removed".to_owned());
        }
        InsightsCommand::Accept { id } => (id, InsightState::Active, "accepted"),
        InsightsCommand::Pause { id } => {
            (id, InsightState::Paused, "set aside; `insights accept` brings it back")
        }
        InsightsCommand::Archive { id } => (id, InsightState::Archived, "put away"),
    };
    let insight = place.call(SetInsightState { id: parse(&id)?, state }).await?;
    output.show(&insight, |_| words.to_owned())
}

/// `rebuild`: finds all that analysis finds anew.
pub(super) async fn rebuild(place: &Place, output: &mut Output) -> Result<(), CliError> {
    let stored = place.call_showing(Rebuild {}, Shown::Analysis).await?;
    output.show(&stored, |stored| {
        format!(
            "found anew from {}: {} and {} are stored",
            counted(stored.turns, "turn"),
            counted(stored.items, "entry"),
            counted(stored.insights, "insight")
        )
    })
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
                standing(insight),
                short(&insight.content, 80),
            ]
        })
        .collect();
    table(&["id", "when", "type", "state", "insight"], &rows, "Nothing was found yet.")
}

/// Its state, and of a commitment what became of it.
fn standing(insight: &Insight) -> String {
    let Some(InsightDetail::Commitment { due, status }) = &insight.detail else {
        return insight.state.to_string();
    };
    let status = match status {
        CommitmentStatus::Open => "open",
        CommitmentStatus::Overdue => "overdue",
        CommitmentStatus::Done => "done",
    };
    let due = due.map_or_else(String::new, |due| format!(", due {due}"));
    format!("{}, {status}{due}", insight.state)
}
