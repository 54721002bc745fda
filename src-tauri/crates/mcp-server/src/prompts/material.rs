//! What prompts are made of: the memory's parts as short Markdown lists, each entry with the id of what it rests on.

use std::fmt::Write as _;
use std::time::Duration;

use context::{Author, Context, Conversation, Insight, InsightQuery, Turn, TurnQuery, counted};

use crate::budget::{share, shorten, tokens};
use crate::fitting::{self, name};
use crate::tools::ToolError;

/// What the profile may cost within a prompt.
const PROFILE_TOKENS: u32 = 600;
/// What one line of a list may cost.
const LINE_TOKENS: usize = 60;
/// What the texts of the turns to reflect on may cost in all.
const TURNS_TOKENS: usize = 6_000;

/// The profile as lists.
pub(super) async fn profile(context: &Context) -> Result<String, ToolError> {
    let mut profile = serde_json::to_value(context.profile().await?).map_err(ToolError::Answer)?;
    fitting::fit_profile(&mut profile, PROFILE_TOKENS);
    let mut text = String::new();
    for (key, heading) in [
        ("current_projects", "Projects"),
        ("goals", "Goals"),
        ("interests", "Interests"),
        ("skills", "Skills"),
    ] {
        let names: Vec<String> = profile[key].as_array().into_iter().flatten().map(name).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "- {heading}: {}", names.join("; "));
        }
    }
    let preferences = profile["preferences"].as_object().into_iter().flatten();
    let preferences: Vec<String> =
        preferences.map(|(key, value)| format!("{key}: {}", name(value))).collect();
    if !preferences.is_empty() {
        let _ = writeln!(text, "- Preferences: {}", preferences.join("; "));
    }
    Ok(or_nothing(text))
}

/// The newest insights, at most `limit`, not older than `within`.
pub(super) async fn insights(
    context: &Context,
    limit: u32,
    within: Option<Duration>,
) -> Result<String, ToolError> {
    let since = within.map(|within| context.now().minus(within));
    let insights = context.recent_insights(InsightQuery { limit, ..InsightQuery::default() }).await?;
    let insights = insights.iter().filter(|insight| since.is_none_or(|since| insight.timestamp >= since));
    Ok(or_nothing(insights.map(insight).collect()))
}

fn insight(insight: &Insight) -> String {
    let evidence: Vec<String> =
        insight.evidence.iter().map(|evidence| evidence.turn_id.to_string()).collect();
    let evidence = match evidence.as_slice() {
        [] => String::new(),
        ids => format!(" [turn {}]", ids.join(", ")),
    };
    let content = shorten(&insight.content, LINE_TOKENS);
    format!("- {} {}: {}{evidence}\n", insight.timestamp, insight.insight_type, one_line(&content))
}

/// The conversations that were active last, at most `limit`, not older than `within`, of one client or of all.
pub(super) async fn conversations(
    context: &Context,
    limit: u32,
    within: Option<Duration>,
    client: Option<&str>,
) -> Result<String, ToolError> {
    let since = within.map(|within| context.now().minus(within));
    let page = context.conversations(None, if client.is_some() { limit * 4 } else { limit }).await?;
    let found = page.entries.iter().filter(|conversation| {
        since.is_none_or(|since| conversation.last_at >= since)
            && client.is_none_or(|client| is_of(&conversation.author, client))
    });
    Ok(or_nothing(found.take(limit as usize).map(conversation).collect()))
}

fn conversation(conversation: &Conversation) -> String {
    format!(
        "- {} ({}) [ambient://conversations/{}]: {}\n",
        conversation.last_at,
        counted(conversation.turn_count, "turn"),
        conversation.id,
        one_line(&shorten(&conversation.opening, LINE_TOKENS))
    )
}

/// Whether an author is who a person calls by this name.
fn is_of(author: &Author, client: &str) -> bool {
    match author {
        Author::Client { client_id, client_name } => {
            client_id == client || client_name.eq_ignore_ascii_case(client)
        }
        Author::Import { source } => source == client,
        Author::Owner | Author::Analysis => false,
    }
}

/// The name by which a person calls an author; none for what is no client's.
pub(crate) fn called(author: &Author) -> Option<&str> {
    match author {
        Author::Client { client_name, .. } => Some(client_name),
        Author::Import { source } => Some(source),
        Author::Owner | Author::Analysis => None,
    }
}

/// The latest turns whole, as far as they fit, the oldest of them first.
pub(super) async fn turns(context: &Context, limit: u32) -> Result<String, ToolError> {
    let page = context.turns(TurnQuery { limit, ..TurnQuery::default() }).await?;
    let texts = page.entries.iter().flat_map(|turn| [&turn.user_message, &turn.assistant_response]);
    let wishes: Vec<usize> = texts.map(|text| tokens(text)).collect();
    let shares = share(TURNS_TOKENS, &wishes);
    let turns = page.entries.iter().zip(shares.chunks(2)).rev();
    Ok(or_nothing(turns.map(|(turn, shares)| whole_turn(turn, shares)).collect()))
}

fn whole_turn(turn: &Turn, shares: &[usize]) -> String {
    let share = |side: usize| shares.get(side).copied().unwrap_or(0);
    format!(
        "turn {} ({})\nUser: {}\nAssistant: {}\n\n",
        turn.id,
        turn.occurred_at,
        shorten(&turn.user_message, share(0)),
        shorten(&turn.assistant_response, share(1)),
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "(nothing yet)\n".to_owned() } else { text }
}
