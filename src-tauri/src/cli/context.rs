//! `context`: what assistants know about the person.

use engine::operations::{AddItem, EditItem, ListItems, RemoveItem, ShowItem, ShowProfile};
use engine::types::{Item, ItemChange, ItemId, ItemKind, ItemQuery, ItemState, NewItem, Profile};
use serde_json::Value;

use super::arguments::{ContextArguments, ContextCommand, Kind, State};
use super::error::CliError;
use super::output::{Output, short, table};
use crate::place::Place;

pub(super) async fn run(
    place: &Place,
    arguments: ContextArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    match arguments.command.unwrap_or(ContextCommand::Show) {
        ContextCommand::Show => output.show(&place.call(ShowProfile {}).await?, profile_for_people),
        ContextCommand::List { kind, state, limit } => {
            let query = ItemQuery { kind: kind.map(Into::into), state: state.map(Into::into), limit };
            output.show(&place.call(ListItems { query }).await?, |items| items_for_people(items))
        }
        ContextCommand::Add { kind, text, value } => {
            let item = NewItem { kind: kind.into(), name: text, value: value.map(Value::String) };
            let added = place.call(AddItem { item }).await?;
            output.show(&added, |added| {
                let word = if added.existed { "was there already" } else { "added" };
                format!("{}: {} {} ({})", word, added.item.kind, added.item.name, added.item.id)
            })
        }
        ContextCommand::Edit { id, text, value, state, target, no_target, note } => {
            let change = ItemChange {
                name: text,
                value: value.map(Value::String),
                state: state.map(Into::into),
                target,
                clear_target: no_target,
                note,
            };
            let item = place.call(EditItem { id: parse_id(&id)?, change }).await?;
            output.show(&item, |item| {
                format!("changed: {} {} is {} now ({})", item.kind, item.name, item.state, item.id)
            })
        }
        ContextCommand::Entry { id } => {
            output.show(&place.call(ShowItem { id: parse_id(&id)? }).await?, item_for_people)
        }
        ContextCommand::Remove { id } => {
            place.call(RemoveItem { id: parse_id(&id)? }).await?;
            output.show(&serde_json::json!({ "removed": id }), |_| {
                "removed; analysis does not bring it back".to_owned()
            })
        }
    }
}

fn parse_id(text: &str) -> Result<ItemId, CliError> {
    text.parse().map_err(|error| CliError::usage(format!("{error}; `context list` shows the ids")))
}

fn profile_for_people(profile: &Profile) -> String {
    let mut lines = Vec::new();
    for (title, names) in [
        ("Interests", &profile.interests),
        ("Skills", &profile.skills),
        ("Projects", &profile.current_projects),
        ("Goals", &profile.goals),
    ] {
        if !names.is_empty() {
            lines.push(format!("{title}:"));
            lines.extend(names.iter().map(|name| format!("  {}", short(name, 100))));
        }
    }
    for goal in &profile.goal_details {
        let target = goal.target.map_or_else(String::new, |target| format!(" by {target}"));
        let progress = goal.progress.as_deref().map_or_else(String::new, |note| format!(": {note}"));
        lines.push(format!("  ({}{target}{progress})", short(&goal.name, 60)));
    }
    if !profile.preferences.is_empty() {
        lines.push("Preferences:".to_owned());
        lines.extend(profile.preferences.iter().map(|(about, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("  {about}: {}", short(&value, 100))
        }));
        lines.extend(profile.preference_details.iter().map(|past| {
            let (was, day) = (text_of(&past.was), past.until.to_local_text());
            format!("  ({}: was {} until {day})", short(&past.name, 60), short(&was, 60))
        }));
    }
    let found = &profile.suggestions;
    let waiting =
        [&found.interests, &found.skills, &found.current_projects, &found.goals, &found.preferences]
            .iter()
            .map(|suggestions| suggestions.len())
            .sum::<usize>();
    if lines.is_empty() {
        lines.push("Assistants know nothing about you yet.".to_owned());
    }
    if waiting > 0 {
        lines.push(String::new());
        lines.push(format!(
            "Found in your conversations, not confirmed: {waiting}. See `context list --state suggested`; \
             `context edit ID --state active` confirms one, `--state dismissed` refuses it for good."
        ));
    }
    if profile.more {
        lines.push("There is more: `context list` shows all.".to_owned());
    }
    lines.join("\n")
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn item_for_people(item: &Item) -> String {
    let mut lines = vec![format!("{} {} ({})", item.kind, item.name, item.state)];
    lines.extend(item.value.as_ref().map(|value| format!("  is {}", text_of(value))));
    lines.extend(item.target.map(|target| format!("  by {target}")));
    lines.extend(item.earlier.iter().map(|earlier| {
        let (since, until) = (earlier.since.to_local_text(), earlier.until.to_local_text());
        format!("  was {} from {since} until {until}", text_of(&earlier.value))
    }));
    lines.extend(item.notes.iter().map(|note| format!("  {}  {}", note.at.to_local_text(), note.text)));
    lines.join("\n")
}

fn items_for_people(items: &[Item]) -> String {
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let text = match &item.value {
                Some(value) => {
                    format!(
                        "{}: {}",
                        item.name,
                        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                    )
                }
                None => item.name.clone(),
            };
            vec![
                item.id.to_string(),
                item.kind.to_string(),
                item.state.to_string(),
                item.support.to_string(),
                short(&text, 70),
            ]
        })
        .collect();
    table(&["id", "kind", "state", "seen in", "entry"], &rows, "Nothing is stored here yet.")
}

impl From<Kind> for ItemKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Interest => Self::Interest,
            Kind::Skill => Self::Skill,
            Kind::Project => Self::Project,
            Kind::Preference => Self::Preference,
            Kind::Goal => Self::Goal,
        }
    }
}

impl From<State> for ItemState {
    fn from(state: State) -> Self {
        match state {
            State::Suggested => Self::Suggested,
            State::Active => Self::Active,
            State::Paused => Self::Paused,
            State::Archived => Self::Archived,
            State::Dismissed => Self::Dismissed,
        }
    }
}
