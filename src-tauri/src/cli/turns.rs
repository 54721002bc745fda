//! `turns`: what was logged.

use engine::operations::{ListConversations, ListTurns, RemoveConversation, RemoveTurn, ShowTurn};
use engine::types::{Author, Conversation, Cursor, Page, Turn, TurnQuery};

use super::arguments::{TurnsArguments, TurnsCommand};
use super::error::CliError;
use super::output::{Output, confirm, short, table};
use crate::place::Place;

pub(super) async fn run(
    place: &Place,
    arguments: TurnsArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    let usual = TurnsCommand::List { conversation: None, client: None, before: None, limit: 20 };
    match arguments.command.unwrap_or(usual) {
        TurnsCommand::List { conversation, client, before, limit } => {
            let conversation = conversation.map(|id| parse(&id)).transpose()?;
            let before = before.map(|place| parse::<Cursor>(&place)).transpose()?;
            let query = TurnQuery { conversation, client, before, limit, ..TurnQuery::default() };
            let page = place.call(ListTurns { query }).await?;
            if output.is_json() {
                return output.json_document(&page.entries);
            }
            output.text(&turns_for_people(&page))
        }
        TurnsCommand::Show { id } => {
            output.show(&place.call(ShowTurn { id: parse(&id)? }).await?, turn_for_people)
        }
        TurnsCommand::Remove { id } => {
            place.call(RemoveTurn { id: parse(&id)? }).await?;
            output.show(&serde_json::json!({ "removed": id }), |_| {
                "removed, with what was derived from it alone".to_owned()
            })
        }
        TurnsCommand::Conversations { limit } => {
            let page = place.call(ListConversations { before: None, limit }).await?;
            if output.is_json() {
                return output.json_document(&page.entries);
            }
            output.text(&conversations_for_people(&page))
        }
        TurnsCommand::RemoveConversation { id, yes } => {
            let conversation = parse(&id)?;
            if !confirm("Remove this conversation with all its turns?", yes)? {
                return output.note("Nothing was removed.");
            }
            place.call(RemoveConversation { id: conversation }).await?;
            output.show(&serde_json::json!({ "removed": id }), |_| {
                "removed, with what was derived from it alone".to_owned()
            })
        }
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, CliError> {
    text.parse().map_err(|error| CliError::usage(format!("{error}")))
}

/// Who logged it, in a word.
fn who(author: &Author) -> String {
    match author {
        Author::Owner => "you".to_owned(),
        Author::Client { client_name, .. } => client_name.clone(),
        Author::Analysis => "analysis".to_owned(),
        Author::Import { source } => format!("import ({source})"),
    }
}

fn turns_for_people(page: &Page<Turn>) -> String {
    let rows: Vec<Vec<String>> = page
        .entries
        .iter()
        .map(|turn| {
            vec![
                turn.id.to_string(),
                turn.occurred_at.to_local_text(),
                short(&who(&turn.author), 20),
                short(&turn.user_message, 60),
            ]
        })
        .collect();
    let text = table(&["id", "when", "client", "you said"], &rows, "No turns are stored.");
    match page.next {
        Some(next) => format!("{text}\nOlder ones: turns list --before {next}"),
        None => text,
    }
}

fn turn_for_people(turn: &Turn) -> String {
    format!(
        "{} · {} · conversation {}\n\nYou:\n{}\n\n{}:\n{}",
        turn.occurred_at.to_local_text(),
        who(&turn.author),
        turn.conversation_id,
        turn.user_message,
        who(&turn.author),
        turn.assistant_response
    )
}

fn conversations_for_people(page: &Page<Conversation>) -> String {
    let rows: Vec<Vec<String>> = page
        .entries
        .iter()
        .map(|conversation| {
            vec![
                conversation.id.to_string(),
                conversation.last_at.to_local_text(),
                short(&who(&conversation.author), 20),
                conversation.turn_count.to_string(),
                short(&conversation.opening, 60),
            ]
        })
        .collect();
    table(&["id", "last turn", "client", "turns", "you began with"], &rows, "No conversations are stored.")
}
