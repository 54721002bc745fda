//! `search`: finds turns, insights and what is known about the person.

use engine::operations;
use engine::types::{Author, FoundKind, Hit, SearchAnswer, SearchOrder, SearchQuery};

use super::arguments::{Found, Search};
use super::error::CliError;
use super::output::{Output, short};
use crate::place::Place;

pub(super) async fn run(place: &Place, arguments: Search, output: &mut Output) -> Result<(), CliError> {
    let conversation = arguments.conversation.map(|id| id.parse()).transpose();
    let query = SearchQuery {
        text: arguments.query.join(" "),
        kinds: arguments.kinds.into_iter().map(kind).collect(),
        client: arguments.client,
        conversation: conversation.map_err(|error| CliError::usage(format!("{error}")))?,
        since: arguments.since,
        until: arguments.until,
        order: if arguments.newest { SearchOrder::NewestFirst } else { SearchOrder::BestFirst },
        all_states: arguments.all,
        neighbours: arguments.neighbours,
        after: arguments.after,
        limit: arguments.limit,
    };
    output.show(&place.call(operations::Search { query }).await?, for_people)
}

fn kind(found: Found) -> FoundKind {
    match found {
        Found::Turn => FoundKind::Turn,
        Found::Insight => FoundKind::Insight,
        Found::Interest => FoundKind::Interest,
        Found::Skill => FoundKind::Skill,
        Found::Project => FoundKind::Project,
        Found::Preference => FoundKind::Preference,
        Found::Goal => FoundKind::Goal,
    }
}

fn for_people(answer: &SearchAnswer) -> String {
    let mut text = answer.results.iter().map(hit).collect::<Vec<_>>().join("\n\n");
    if answer.results.is_empty() {
        "Nothing was found.".clone_into(&mut text);
    }
    if answer.incomplete {
        text.push_str(
            "\n\nThe index is still being made, so something may be missing; ask again in a moment.",
        );
    }
    if let Some(next) = answer.next {
        text.extend(["\n\nMore: the same with --after ", &next.to_string()]);
    }
    text
}

fn hit(hit: &Hit) -> String {
    let who = match &hit.author {
        Author::Owner => "you".to_owned(),
        Author::Client { client_name, .. } => client_name.clone(),
        Author::Analysis => "analysis".to_owned(),
        Author::Import { source } => format!("import ({source})"),
    };
    let state = hit.state.as_ref().filter(|state| *state != "active");
    let state = state.map(|state| format!(" · {state}")).unwrap_or_default();
    let mut lines = vec![
        format!("{} · {} · {who}{state} · {}", hit.kind, hit.occurred_at.to_local_text(), hit.id),
        format!("  {}", short(&hit.snippet.text, 240)),
    ];
    let why = why(hit);
    if !why.is_empty() {
        lines.push(format!("  why: {}", why.join("; ")));
    }
    for turn in &hit.neighbours {
        lines.push(format!(
            "  beside it ({}): {}",
            turn.occurred_at.to_local_text(),
            short(&turn.user_message, 120)
        ));
    }
    lines.join("\n")
}

/// The reasons in plain words.
fn why(hit: &Hit) -> Vec<String> {
    let why = &hit.why;
    let mut reasons = Vec::new();
    if why.phrase {
        reasons.push("your phrase stands in it".to_owned());
    }
    if !why.words.is_empty() {
        reasons.push(format!("it has {}", why.words.join(", ")));
    }
    if !why.nearby.is_empty() {
        reasons.push(format!("near it: {}", why.nearby.join(", ")));
    }
    if why.conversation {
        reasons.push("its conversation is about it".to_owned());
    }
    if why.speaker {
        reasons.push("somebody you named says it".to_owned());
    }
    if why.date {
        reasons.push("it happened at the date you named".to_owned());
    }
    reasons
}
