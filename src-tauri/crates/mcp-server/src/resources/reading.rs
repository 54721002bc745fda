//! Reading a resource: JSON for the profile and the insights, text for what was said.

use std::fmt::Write as _;

use context::{Context, ConversationId, Page, Turn, TurnOrder, TurnQuery, counted};
use rmcp::model::ResourceContents;
use serde::Serialize;

use super::{Address, JSON, MARKDOWN};
use crate::arguments::InputError;
use crate::budget::{MOST_TOKENS, USUAL_TOKENS, shorten, tokens};
use crate::cursor::Listing;
use crate::fitting;
use crate::tools::{ToolError, get_recent_insights};

/// How many insights the resource names: more than the tool's five, since it is read seldom and on purpose.
const INSIGHTS: u32 = 20;
/// What the insights and a page of a conversation may cost.
const PAGE_TOKENS: u32 = 2 * USUAL_TOKENS;
/// The most turns that one page of a conversation has.
const TURNS_A_PAGE: u32 = 50;

/// What the heading of a turn costs, with its time and its id.
const TURN_TOKENS: usize = 35;

/// The contents of a resource.
///
/// # Errors
/// [`context::Error::NotFound`] for what is not there, and a cursor that no page gave.
pub(crate) async fn read(context: &Context, address: &Address) -> Result<ResourceContents, ToolError> {
    let uri = address.to_string();
    match address {
        Address::Context => {
            let mut profile = serde_json::to_value(context.profile().await?).map_err(ToolError::Answer)?;
            fitting::fit_profile(&mut profile, PAGE_TOKENS);
            json(&profile, uri)
        }
        Address::RecentInsights => {
            json(&get_recent_insights::read(context, INSIGHTS, None, PAGE_TOKENS, None).await?, uri)
        }
        Address::Turn(id) => {
            let turn = context.turn(*id).await?;
            let text = write(&turn, MOST_TOKENS as usize);
            Ok(ResourceContents::text(text, uri).with_mime_type(MARKDOWN))
        }
        Address::Conversation { id, cursor } => {
            let text = conversation(context, *id, cursor.as_deref()).await?;
            Ok(ResourceContents::text(text, uri).with_mime_type(MARKDOWN))
        }
    }
}

fn json(value: &impl Serialize, uri: String) -> Result<ResourceContents, ToolError> {
    let text = serde_json::to_string(value).map_err(ToolError::Answer)?;
    Ok(ResourceContents::text(text, uri).with_mime_type(JSON))
}

/// One page of a conversation: as many turns as fit, and at its end where to read on.
async fn conversation(
    context: &Context,
    id: ConversationId,
    cursor: Option<&str>,
) -> Result<String, ToolError> {
    let about = context.conversation(id).await?;
    let listing = Listing::of("this conversation", &id);
    let before = match cursor {
        Some(cursor) => {
            let place = listing.place(cursor)?;
            Some(place.parse().map_err(|error: context::InputError| InputError::new(error.to_string()))?)
        }
        None => None,
    };
    let query = |limit| TurnQuery {
        conversation: Some(id),
        order: TurnOrder::OldestFirst,
        before,
        limit,
        ..TurnQuery::default()
    };
    let page = context.turns(query(TURNS_A_PAGE)).await?;
    let fitting = how_many_fit(&page, PAGE_TOKENS as usize);
    // A page that was cut tells by itself where its end is.
    let page = match u32::try_from(fitting) {
        Ok(fits) if fitting < page.entries.len() => context.turns(query(fits)).await?,
        _ => page,
    };
    let turns = counted(about.turn_count, "turn");
    let mut text = format!("# Conversation of {} ({turns})\n", about.started_at);
    for turn in &page.entries {
        let _ = write!(text, "\n{}", write(turn, PAGE_TOKENS as usize));
    }
    if let Some(next) = page.next {
        let rest = Address::Conversation { id, cursor: Some(listing.cursor(&next.to_string())) };
        let _ = write!(text, "\nMore turns: {rest}\n");
    }
    Ok(text)
}

/// How many of the page's turns fit into `budget` tokens; always at least one.
fn how_many_fit(page: &Page<Turn>, budget: usize) -> usize {
    let mut left = budget;
    let fits = page.entries.iter().take_while(|turn| {
        let cost = TURN_TOKENS + tokens(&turn.user_message) + tokens(&turn.assistant_response);
        let rest = left.checked_sub(cost);
        left = rest.unwrap_or(0);
        rest.is_some()
    });
    fits.count().max(1)
}

/// A turn as text; each side has half of the budget at least.
fn write(turn: &Turn, budget: usize) -> String {
    let wishes = [tokens(&turn.user_message), tokens(&turn.assistant_response)];
    let shares = crate::budget::share(budget, &wishes);
    format!(
        "## {} (turn {})\n\n**User:** {}\n\n**Assistant:** {}\n",
        turn.occurred_at,
        turn.id,
        shorten(&turn.user_message, shares[0]),
        shorten(&turn.assistant_response, shares[1]),
    )
}
