//! `search`: finds turns, insights and what is known of the user, in the shape that ChatGPT's connectors ask for
//! (`results` with `id`, `title`, `url`, `text`), for everybody.

use std::collections::BTreeSet;

use context::{Context, ConversationId, FoundKind, Hit, SearchOrder, SearchQuery, Why};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Effect, Tool, ToolError};
use crate::Caller;
use crate::arguments::InputError;
use crate::budget::{LEAST_TOKENS, MOST_TOKENS, USUAL_TOKENS, share, shorten, tokens};
use crate::cursor::Listing;
use crate::scope::{self, Needs};

pub(super) struct Search;

// The model knows what a query and a limit are: only what it could not guess is said, since clients pay for every
// word in every conversation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    #[schemars(length(max = 10_000))]
    query: String,
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 50))]
    limit: u32,
    /// turn, insight, interest, skill, project, preference, goal
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    kinds: Vec<String>,
    /// A date, or "last week"
    #[serde(default)]
    #[schemars(with = "String", length(max = 60))]
    since: Option<String>,
    #[serde(default)]
    #[schemars(with = "String", length(max = 60))]
    until: Option<String>,
    #[serde(default)]
    #[schemars(with = "bool")]
    newest: bool,
    #[serde(default)]
    #[schemars(with = "String", length(max = 400))]
    cursor: Option<String>,
    #[serde(default = "usual")]
    #[schemars(range(min = 200, max = 20_000))]
    max_tokens: u32,
}

const fn ten() -> u32 {
    10
}

pub(super) const fn usual() -> u32 {
    USUAL_TOKENS
}

const _: () = assert!(LEAST_TOKENS == 200 && MOST_TOKENS == 20_000, "the schemas name these numbers");

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    #[schemars(with = "Vec<super::fetch::Anything>")]
    results: Vec<Found>,
    // `default`: so that the schema does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    next_cursor: Option<String>,
    // Only where something is missing, so that nobody takes it for never said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    note: Option<&'static str>,
}

// Who brought a hit is the owner's to know: it would name other clients.
#[derive(Serialize)]
struct Found {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    kind: FoundKind,
    title: String,
    url: String,
    text: String,
    occurred_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    // Counted over all that is stored: to who may read a part alone, it would tell of the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    why: Value,
}

/// The scope that a hit of this kind needs.
pub(super) const fn scope_of(kind: FoundKind) -> &'static str {
    match kind {
        FoundKind::Turn => scope::CONVERSATIONS_READ,
        FoundKind::Insight => scope::INSIGHTS_READ,
        FoundKind::Interest
        | FoundKind::Skill
        | FoundKind::Project
        | FoundKind::Preference
        | FoundKind::Goal => scope::CONTEXT_READ,
    }
}

/// Said where the index does not hold everything yet.
const UNFINISHED: &str = "the search index is still being made, so something may be missing; ask again soon";
/// Said where a kind was asked for that the token does not open.
const SHUT: &str = "this connection may not read all of these kinds; the user can allow more";

/// The kinds that the caller asked for and may read.
fn kinds(caller: &Caller, asked: &[String]) -> Result<Vec<FoundKind>, InputError> {
    let asked = match asked {
        [] => FoundKind::ALL.to_vec(),
        words => words
            .iter()
            .map(|word| word.parse::<FoundKind>())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| InputError::new(format!("search was not run: `kinds`: {error}")))?,
    };
    Ok(asked.into_iter().filter(|kind| caller.may(&[scope_of(*kind)])).collect())
}

fn why(why: &Why) -> Value {
    let mut reasons = json!({ "words": why.words });
    if !why.nearby.is_empty() {
        reasons["nearby"] = json!(why.nearby);
    }
    let flags = [
        ("conversation", why.conversation),
        ("speaker", why.speaker),
        ("date", why.date),
        ("phrase", why.phrase),
    ];
    for (name, _) in flags.into_iter().filter(|(_, holds)| *holds) {
        reasons[name] = json!(true);
    }
    reasons
}

/// The hit's text in so many tokens: its beginning, unless the words stand further behind.
fn text(hit: &Hit, most: usize) -> String {
    let short = shorten(&hit.text, most);
    let kept = short.split(" … [").next().unwrap_or_default();
    let words = hit.snippet.text.trim_matches('…').trim();
    if short.len() < hit.text.len() && !hit.snippet.marks.is_empty() && !kept.contains(words) {
        return shorten(&hit.snippet.text, most).into_owned();
    }
    short.into_owned()
}

impl Tool for Search {
    const NAME: &'static str = "search";
    const TITLE: &'static str = "Search memory";
    const DESCRIPTION: &'static str = "Finds what was said in earlier conversations, insights, and what is \
        known about the user. Call it before asking the user something again.";
    const NEEDS: Needs = Needs::AnyOf(scope::READING);
    const EFFECT: Effect = Effect::Reads;

    type Arguments = Arguments;
    type Output = Answer;

    fn example() -> Value {
        json!({ "query": "sourdough starter", "limit": 10, "kinds": ["turn"], "since": "last week" })
    }

    async fn call(context: &Context, caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
        let Arguments { query: asked, limit, kinds: words, since, until, newest, cursor, max_tokens } =
            arguments;
        let listing = Listing::of(Self::NAME, &(&asked, &words, &since, &until, newest));
        let after = cursor.map(|cursor| listing.place(&cursor)).transpose()?;
        let query = SearchQuery {
            text: asked,
            kinds: kinds(caller, &words)?,
            since,
            until,
            order: if newest { SearchOrder::NewestFirst } else { SearchOrder::BestFirst },
            after: after.and_then(|place| place.parse().ok()),
            limit,
            ..SearchQuery::default()
        };
        // Without words every kind is meant that may be read: nothing was asked for that is missing.
        let shut = !words.is_empty() && query.kinds.len() < words.iter().collect::<BTreeSet<_>>().len();
        if query.kinds.is_empty() {
            return Ok(Answer { results: Vec::new(), next_cursor: None, note: shut.then_some(SHUT) });
        }
        let answer = context.search(query).await?;
        let wishes: Vec<usize> = answer.results.iter().map(|hit| tokens(&hit.text)).collect();
        let room = usize::try_from(max_tokens).unwrap_or(usize::MAX);
        let shares = share(room, &wishes);
        let all = FoundKind::ALL.iter().all(|kind| caller.may(&[scope_of(*kind)]));
        let results = answer.results.iter().zip(shares).map(|(hit, most)| Found {
            id: hit.id,
            external_id: hit.external_id.clone(),
            kind: hit.kind,
            title: hit.title.clone(),
            url: hit.url.clone(),
            text: text(hit, most),
            occurred_at: hit.occurred_at.to_string(),
            conversation_id: hit.conversation_id,
            state: hit.state.clone(),
            score: all.then_some((hit.score * 100.0).round() / 100.0),
            why: why(&hit.why),
        });
        Ok(Answer {
            results: results.collect(),
            next_cursor: answer.next.map(|place| listing.cursor(&place.to_string())),
            note: if answer.incomplete { Some(UNFINISHED) } else { shut.then_some(SHUT) },
        })
    }
}
