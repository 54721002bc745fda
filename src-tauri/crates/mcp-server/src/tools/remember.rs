//! `remember`: keeps one thing because somebody asked for it outright.

use context::{Context, InsightState, ItemChange, ItemKind, NewItem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stated::{self, Stated};
use super::{Effect, Tool, ToolError, time};
use crate::scope::{self, Needs};
use crate::{Caller, arguments::InputError};

pub(super) struct Remember;

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Interest,
    Skill,
    Project,
    Preference,
    Goal,
    Note,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    kind: Kind,
    /// A name; of a note the whole fact, of a preference its subject.
    #[schemars(length(min = 1, max = 4000))]
    text: String,
    /// A preference's.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 2000))]
    value: Option<String>,
    /// A note's.
    #[serde(default)]
    #[schemars(with = "String", extend("format" = "date-time"))]
    occurred_at: Option<String>,
    /// A goal's.
    #[serde(default)]
    #[schemars(with = "String", extend("format" = "date"))]
    target_date: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    added: bool,
    id: String,
    message: String,
}

impl Tool for Remember {
    const NAME: &'static str = "remember";
    const TITLE: &'static str = "Remember this";
    const DESCRIPTION: &'static str = "Keep one thing about the user. Call it when the user asks you to \
        remember something; a note is any other fact.";
    const NEEDS: Needs = Needs::All(&[scope::CONTEXT_WRITE]);
    const EFFECT: Effect = Effect::AddsOnce;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({
            "kind": "preference",
            "text": "code comments",
            "value": "few, and only why",
            "occurred_at": "2026-11-21T09:30:00Z",
        })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { kind, text, value, occurred_at, target_date } = arguments;
        if target_date.is_some() && !matches!(kind, Kind::Goal) {
            return Err(InputError::new(
                "`target_date` belongs to a goal: leave it out, or put it into `text`.",
            )
            .into());
        }
        let target = time::read_day("target_date", target_date)?;
        let kind = match kind {
            Kind::Note => return note(context, caller, &text, value, occurred_at).await,
            Kind::Interest => ItemKind::Interest,
            Kind::Skill => ItemKind::Skill,
            Kind::Project => ItemKind::Project,
            Kind::Preference => ItemKind::Preference,
            Kind::Goal => ItemKind::Goal,
        };
        if occurred_at.is_some() {
            return Err(InputError::new(format!(
                "`occurred_at` belongs to a note, not to a {kind}: leave it out, or remember it as a note."
            ))
            .into());
        }
        let item = NewItem { kind, name: text, value: value.map(Value::String) };
        let Stated { added, id, message, .. } = stated::add_item(context, caller, item).await?;
        if target.is_some() {
            let goal = id.parse().map_err(|_| InputError::new("the goal's id could not be read"))?;
            let change = ItemChange { target, ..ItemChange::default() };
            context.restate_item(goal, change, caller.author()).await?;
        }
        Ok(Answer { added, id, message })
    }
}

async fn note(
    context: &Context,
    caller: &Caller,
    text: &str,
    value: Option<String>,
    occurred_at: Option<String>,
) -> Result<Answer, ToolError> {
    if value.is_some() {
        return Err(InputError::new(
            "`value` belongs to a preference: put the whole fact of a note into `text`.",
        )
        .into());
    }
    let occurred_at = time::read("occurred_at", occurred_at)?;
    let noted = context.add_note(text, occurred_at, caller.author()).await?;
    let message = match (noted.existed, noted.note.state) {
        (false, _) => "Noted.",
        (true, InsightState::Active | InsightState::Suggested) => "That is noted already.",
        (true, InsightState::Paused | InsightState::Archived) => {
            "That is known; the user has set it aside, and it stays so."
        }
        (true, InsightState::Dismissed) => {
            "The user has dismissed this note, so it was not added. Do not try again."
        }
    };
    Ok(Answer { added: !noted.existed, id: noted.note.id.to_string(), message: message.to_owned() })
}
