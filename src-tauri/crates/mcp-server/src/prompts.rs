//! Prompts: questions that a person picks by hand in their client. Each reads the memory and gives a message that
//! is ready to be answered, with the ids of what it rests on.

pub(crate) mod material;
mod writing;

use context::Context;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::Value;

use crate::arguments::{InputError, nearest};
use crate::scope::{CONTEXT_READ, CONVERSATIONS_READ, INSIGHTS_READ};
use crate::tools::ToolError;

/// The most characters that an argument may have.
const LONGEST_ARGUMENT: usize = 500;

/// One of the prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    BriefMe,
    WeeklyReview,
    PlanNextSteps,
    Reflect,
}

/// One argument of a prompt; all are optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    description: &'static str,
    /// What completions offer for it.
    pub(crate) offers: Offer,
}

/// What can be offered for an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Names of projects, goals and interests.
    Topics,
    /// Names of goals and projects.
    Aims,
    /// Names of the clients that logged lately.
    Clients,
    /// Nothing: a number.
    Nothing,
}

impl Name {
    pub(crate) const ALL: [Self; 4] = [Self::BriefMe, Self::WeeklyReview, Self::PlanNextSteps, Self::Reflect];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BriefMe => "brief_me",
            Self::WeeklyReview => "weekly_review",
            Self::PlanNextSteps => "plan_next_steps",
            Self::Reflect => "reflect",
        }
    }

    /// Its kind, as it stands in the audit trail.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::BriefMe => "prompt:brief_me",
            Self::WeeklyReview => "prompt:weekly_review",
            Self::PlanNextSteps => "prompt:plan_next_steps",
            Self::Reflect => "prompt:reflect",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::BriefMe => "Brief me",
            Self::WeeklyReview => "Weekly review",
            Self::PlanNextSteps => "Plan next steps",
            Self::Reflect => "Reflect on what was said",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::BriefMe => "Where I stand: projects, goals and what came up lately",
            Self::WeeklyReview => "What the last days brought, what moved and what got stuck",
            Self::PlanNextSteps => "The next steps towards my goals, from what is known",
            Self::Reflect => "Find insights in the latest conversations and save them with their evidence",
        }
    }

    /// What the caller must have been granted: all that the prompt reads.
    pub(crate) const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::BriefMe | Self::WeeklyReview | Self::PlanNextSteps => {
                &[CONTEXT_READ, CONVERSATIONS_READ, INSIGHTS_READ]
            }
            Self::Reflect => &[CONVERSATIONS_READ, INSIGHTS_READ],
        }
    }

    pub(crate) const fn arguments(self) -> &'static [Argument] {
        match self {
            Self::BriefMe => &[Argument {
                name: "focus",
                description: "A project, goal or subject to keep to",
                offers: Offer::Topics,
            }],
            Self::WeeklyReview => &[
                Argument {
                    name: "days",
                    description: "How many days back (1 to 90, else 7)",
                    offers: Offer::Nothing,
                },
                Argument {
                    name: "client",
                    description: "Only what this client logged",
                    offers: Offer::Clients,
                },
            ],
            Self::PlanNextSteps => &[Argument {
                name: "goal",
                description: "The goal or project to plan for",
                offers: Offer::Aims,
            }],
            Self::Reflect => &[Argument {
                name: "turns",
                description: "How many of the latest turns (1 to 30, else 10)",
                offers: Offer::Nothing,
            }],
        }
    }

    fn definition(self) -> Prompt {
        let arguments = self.arguments().iter().map(|argument| {
            PromptArgument::new(argument.name).with_description(argument.description).with_required(false)
        });
        let mut prompt =
            Prompt::new(self.as_str(), Some(self.description()), Some(arguments.collect::<Vec<_>>()));
        prompt.title = Some(self.title().to_owned());
        prompt
    }
}

/// The prompts that the caller may use.
pub(crate) fn list(may: impl Fn(&[&'static str]) -> bool) -> Vec<Prompt> {
    Name::ALL.into_iter().filter(|name| may(name.scopes())).map(Name::definition).collect()
}

/// The prompt's message.
///
/// # Errors
/// Arguments that do not fit, in words for who gave them; and those of the store.
pub(crate) async fn get(
    context: &Context,
    name: Name,
    given: JsonObject,
) -> Result<GetPromptResult, ToolError> {
    let given = Given::check(name, given)?;
    let text = match name {
        Name::BriefMe => writing::brief(context, given.text("focus")).await?,
        Name::WeeklyReview => {
            writing::review(context, given.number("days", 1..=90)?.unwrap_or(7), given.text("client")).await?
        }
        Name::PlanNextSteps => writing::plan(context, given.text("goal")).await?,
        Name::Reflect => writing::reflect(context, given.number("turns", 1..=30)?.unwrap_or(10)).await?,
    };
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(name.description()))
}

/// The arguments of one request; empty ones count as not given.
struct Given(JsonObject);

impl Given {
    fn check(prompt: Name, given: JsonObject) -> Result<Self, InputError> {
        for (name, value) in &given {
            let known = prompt.arguments().iter().map(|argument| argument.name);
            if !known.clone().any(|known| known == name) {
                let known = nearest(name, known.clone()).or(known.clone().next()).unwrap_or_default();
                let prompt = prompt.as_str();
                return Err(InputError::new(format!(
                    "{prompt} has no such argument; did you mean `{known}`?"
                )));
            }
            let Value::String(text) = value else {
                return Err(InputError::new(format!("`{name}` must be a string.")));
            };
            if text.chars().count() > LONGEST_ARGUMENT {
                return Err(InputError::new(format!(
                    "`{name}` has more than {LONGEST_ARGUMENT} characters: name it in a few words."
                )));
            }
        }
        Ok(Self(given))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, InputError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().ok().filter(|number| range.contains(number)).map(Some).ok_or_else(|| {
            InputError::new(format!("`{name}` must be a number from {} to {}.", range.start(), range.end()))
        })
    }
}
