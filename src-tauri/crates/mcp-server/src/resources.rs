//! Resources: what a client can read and watch by its address, and which addresses there are.

mod reading;

use std::fmt;

use context::{Context, Conversation, ConversationId, TurnId, counted};
use rmcp::model::{Resource, ResourceTemplate};

use crate::arguments::InputError;
use crate::cursor::Listing;
use crate::scope;

pub(crate) use reading::read;

/// The profile, as `get_user_context` gives it.
pub(crate) const CONTEXT: &str = "ambient://context";
/// The newest insights, as `get_recent_insights` gives them.
pub(crate) const RECENT_INSIGHTS: &str = "ambient://insights/recent";
/// The template of a conversation's address.
pub(crate) const CONVERSATION: &str = "ambient://conversations/{id}";
/// The template of a turn's address.
pub(crate) const TURN: &str = "ambient://turns/{id}";

/// How many conversations one page of `resources/list` names.
const CONVERSATIONS_A_PAGE: u32 = 20;
/// What resources hold where they are no JSON.
const MARKDOWN: &str = "text/markdown";
/// What the others hold.
const JSON: &str = "application/json";

/// One resource's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    Context,
    RecentInsights,
    Conversation {
        id: ConversationId,
        /// Which page of it; none: the first.
        cursor: Option<String>,
    },
    Turn(TurnId),
}

impl Address {
    /// Reads an address as it is written here, and no other spelling of it: two spellings would be two resources
    /// to a client's cache, and one of them could slip past a rule.
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        if uri == CONTEXT {
            return Some(Self::Context);
        }
        if uri == RECENT_INSIGHTS {
            return Some(Self::RecentInsights);
        }
        let address = if let Some(rest) = uri.strip_prefix("ambient://conversations/") {
            let (id, cursor) = match rest.split_once("?cursor=") {
                Some((id, cursor)) => (id, Some(cursor.to_owned())),
                None => (rest, None),
            };
            Self::Conversation { id: id.parse().ok()?, cursor }
        } else {
            Self::Turn(uri.strip_prefix("ambient://turns/")?.parse().ok()?)
        };
        (address.to_string() == uri).then_some(address)
    }

    /// What the caller must have been granted to read or watch it.
    pub(crate) fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Context => &[scope::CONTEXT_READ],
            Self::RecentInsights => &[scope::INSIGHTS_READ],
            Self::Conversation { .. } | Self::Turn(_) => &[scope::CONVERSATIONS_READ],
        }
    }

    /// Its kind, as it stands in the audit trail.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Context => "resource:context",
            Self::RecentInsights => "resource:insights",
            Self::Conversation { .. } => "resource:conversation",
            Self::Turn(_) => "resource:turn",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context => out.write_str(CONTEXT),
            Self::RecentInsights => out.write_str(RECENT_INSIGHTS),
            Self::Conversation { id, cursor: None } => write!(out, "ambient://conversations/{id}"),
            Self::Conversation { id, cursor: Some(cursor) } => {
                write!(out, "ambient://conversations/{id}?cursor={cursor}")
            }
            Self::Turn(id) => write!(out, "ambient://turns/{id}"),
        }
    }
}

/// Why a page of the list can not be given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error(transparent)]
    Cursor(#[from] InputError),
    #[error(transparent)]
    Store(#[from] context::Error),
}

/// A page of the resources that the caller may read: the two that are always there, then the conversations, the
/// last active first. With it, where the next page begins.
pub(crate) async fn list(
    context: &Context,
    may: impl Fn(&[&'static str]) -> bool,
    cursor: Option<String>,
) -> Result<(Vec<Resource>, Option<String>), ListError> {
    let listing = Listing::of("resources/list", &());
    let before = match &cursor {
        Some(cursor) => {
            let place = listing.place(cursor)?;
            Some(place.parse().map_err(|error: context::InputError| InputError::new(error.to_string()))?)
        }
        None => None,
    };
    let mut resources = Vec::new();
    if cursor.is_none() {
        resources.extend(
            always_there().into_iter().filter(|(address, _)| may(address.scopes())).map(|(_, it)| it),
        );
    }
    if !may(&[scope::CONVERSATIONS_READ]) {
        return Ok((resources, None));
    }
    let page = context.conversations(before, CONVERSATIONS_A_PAGE).await?;
    resources.extend(page.entries.iter().map(conversation));
    Ok((resources, page.next.map(|next| listing.cursor(&next.to_string()))))
}

fn always_there() -> [(Address, Resource); 2] {
    [
        (
            Address::Context,
            Resource::new(CONTEXT, "context")
                .with_title("Who the user is")
                .with_description("Interests, skills, projects, goals and preferences")
                .with_mime_type(JSON),
        ),
        (
            Address::RecentInsights,
            Resource::new(RECENT_INSIGHTS, "recent-insights")
                .with_title("Recent insights")
                .with_description("What was learned, solved and noted lately")
                .with_mime_type(JSON),
        ),
    ]
}

fn conversation(conversation: &Conversation) -> Resource {
    let address = Address::Conversation { id: conversation.id, cursor: None };
    let turns = counted(conversation.turn_count, "turn");
    Resource::new(address.to_string(), format!("conversation-{}", conversation.id))
        .with_title(&conversation.opening)
        .with_description(format!("{turns}, the last at {}", conversation.last_at))
        .with_mime_type(MARKDOWN)
}

/// The templates that the caller may use.
pub(crate) fn templates(may: impl Fn(&[&'static str]) -> bool) -> Vec<ResourceTemplate> {
    if !may(&[scope::CONVERSATIONS_READ]) {
        return Vec::new();
    }
    vec![
        ResourceTemplate::new(CONVERSATION, "conversation")
            .with_title("A conversation")
            .with_description("The turns of one conversation, oldest first, in pages")
            .with_mime_type(MARKDOWN),
        ResourceTemplate::new(TURN, "turn")
            .with_title("A turn")
            .with_description("What the user said and what the assistant answered")
            .with_mime_type(MARKDOWN),
    ]
}

#[cfg(test)]
#[path = "resources_tests.rs"]
mod tests;
