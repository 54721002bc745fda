//! Completions: what a person may mean who has begun to type a prompt's argument or a resource's id.

use context::{Context, ItemKind, ItemQuery, ItemState, TurnQuery};
use rmcp::model::{CompletionInfo, Reference};

use crate::prompts::{self, Offer};
use crate::resources::{CONVERSATION, TURN};
use crate::scope::CONVERSATIONS_READ;

/// How many of the newest are looked through.
const LOOKED_THROUGH: u32 = 200;

/// Why nothing can be offered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompletionError {
    #[error("there is no such {0} to complete; list them to see what there is")]
    Unknown(&'static str),
    #[error(transparent)]
    Store(#[from] context::Error),
}

/// What fits to `begun`. What the caller may not read is not offered: that looks as if nothing fitted.
pub(crate) async fn complete(
    context: &Context,
    may: impl Fn(&[&'static str]) -> bool,
    reference: &Reference,
    argument: &str,
    begun: &str,
) -> Result<CompletionInfo, CompletionError> {
    let values = match reference {
        Reference::Prompt(prompt) => {
            let name = prompts::Name::parse(&prompt.name).ok_or(CompletionError::Unknown("prompt"))?;
            let known = name.arguments().iter().find(|known| known.name == argument);
            let offers = known.ok_or(CompletionError::Unknown("argument"))?.offers;
            if may(name.scopes()) { offered(context, offers).await? } else { Vec::new() }
        }
        Reference::Resource(template) => {
            if argument != "id" {
                return Err(CompletionError::Unknown("argument"));
            }
            match template.uri.as_str() {
                CONVERSATION | TURN if !may(&[CONVERSATIONS_READ]) => Vec::new(),
                CONVERSATION => {
                    let page = context.conversations(None, LOOKED_THROUGH).await?;
                    page.entries.iter().map(|conversation| conversation.id.to_string()).collect()
                }
                TURN => {
                    let query = TurnQuery { limit: LOOKED_THROUGH, ..TurnQuery::default() };
                    context.turns(query).await?.entries.iter().map(|turn| turn.id.to_string()).collect()
                }
                _ => return Err(CompletionError::Unknown("resource template")),
            }
        }
        _ => return Err(CompletionError::Unknown("reference")),
    };
    Ok(info(values, begun))
}

async fn offered(context: &Context, offers: Offer) -> Result<Vec<String>, context::Error> {
    let kinds: &[ItemKind] = match offers {
        Offer::Nothing => &[],
        Offer::Topics => &[ItemKind::Project, ItemKind::Goal, ItemKind::Interest],
        Offer::Aims => &[ItemKind::Goal, ItemKind::Project],
        Offer::Clients => {
            let page = context.conversations(None, LOOKED_THROUGH).await?;
            let authors = page.entries.iter().map(|conversation| &conversation.author);
            return Ok(authors.filter_map(prompts::material::called).map(str::to_owned).collect());
        }
    };
    let mut names = Vec::new();
    for kind in kinds {
        let query = ItemQuery { kind: Some(*kind), state: Some(ItemState::Active), limit: LOOKED_THROUGH };
        names.extend(context.items(query).await?.into_iter().map(|item| item.name));
    }
    Ok(names)
}

/// Those that begin so, then those in which a later word does; each once, at most as many as the protocol allows.
fn info(values: Vec<String>, begun: &str) -> CompletionInfo {
    let begun = begun.trim().to_lowercase();
    let mut seen = std::collections::HashSet::new();
    let mut first = Vec::new();
    let mut later = Vec::new();
    for value in values {
        let lower = value.to_lowercase();
        let is_beginning = lower.starts_with(&begun);
        if (is_beginning || lower.split_whitespace().any(|word| word.starts_with(&begun)))
            && seen.insert(lower)
        {
            if is_beginning { first.push(value) } else { later.push(value) }
        }
    }
    first.extend(later);
    let total = first.len();
    first.truncate(CompletionInfo::MAX_VALUES);
    let has_more = total > first.len();
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    CompletionInfo::with_pagination(first, Some(total), has_more).unwrap_or_default()
}

#[cfg(test)]
#[path = "completions_tests.rs"]
mod tests;
