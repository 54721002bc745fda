//! Search: one ranked question over turns, insights and what is known of the person.
//!
//! The index is a file of its own, made from the store in the background and never the truth (`index.rs`,
//! `indexer.rs`); whoever searches waits until it holds the last turn that was logged. How a text becomes words
//! stands in `words.rs`, how hits are ranked in `scores.rs` and `rank.rs`, and what a hit shows in `hit.rs` and
//! `snippet.rs`.

mod dates;
mod document;
mod facts;
mod filter;
mod hit;
mod index;
mod indexer;
mod lists;
mod log;
mod postings;
mod query;
mod rank;
mod run;
mod scores;
mod snippet;
mod stop_words;
mod words;

use std::path::Path;

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;
use crate::author::Author;
use crate::id::{ConversationId, TurnId};
use crate::state::Side;

pub(crate) use indexer::Indexer;
pub(crate) use log::watch;

/// Takes the index of the store at `path` away with all its words; it is made anew at the next opening. Not while
/// an [`Indexer`] runs.
pub(crate) fn remove_index(path: &Path) -> Result<(), Error> {
    index::remove(&index::folder(path))
}

/// The most hits that one page of a search has.
pub const MAX_HITS: u32 = 100;
/// How many turns before and behind a hit can be asked for.
pub const MAX_NEIGHBOURS: u32 = 5;
/// The most characters of a question that are looked at.
pub const MAX_QUERY_CHARS: usize = 10_000;

crate::state::words! {
    /// What can be found.
    FoundKind {
        /// What somebody said and what the assistant answered.
        Turn = "turn",
        /// Something that was noticed.
        Insight = "insight",
        /// Something the person cares about.
        Interest = "interest",
        /// Something the person can do.
        Skill = "skill",
        /// Something the person works on.
        Project = "project",
        /// How the person likes things.
        Preference = "preference",
        /// Something the person wants to reach.
        Goal = "goal",
    }
}

impl FoundKind {
    /// Its number in the index.
    pub(crate) const fn number(self) -> i64 {
        self as i64 + 1
    }
}

/// In which order hits come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SearchOrder {
    /// The best first.
    #[default]
    BestFirst,
    /// The newest first, of those that have the most of the words.
    NewestFirst,
}

/// A question. Any text is one: quotes prefer a phrase, nothing else in it has a meaning of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SearchQuery {
    /// What is looked for. Without a word in it, everything is found, the newest first.
    pub text: String,
    /// Only these kinds; none: all.
    pub kinds: Vec<FoundKind>,
    /// Only what this client (its id) or this import (its source) brought.
    pub client: Option<String>,
    /// Only turns of this conversation.
    pub conversation: Option<ConversationId>,
    /// Only what happened at that time or later: a date, a moment (RFC 3339), or words such as "last week",
    /// "3 days ago", "seit März".
    pub since: Option<String>,
    /// Only what happened at that time or earlier, in the same ways; of a day or a month: until its end.
    pub until: Option<String>,
    /// Which hits come first.
    pub order: SearchOrder,
    /// Also what was dismissed or archived.
    pub all_states: bool,
    /// How many turns before and behind a found turn come with it (0 to 5).
    pub neighbours: u32,
    /// Behind this place of an earlier page.
    pub after: Option<u32>,
    /// How many at most (1 to 100).
    pub limit: u32,
}

impl Default for SearchQuery {
    fn default() -> Self {
        Self {
            text: String::new(),
            kinds: Vec::new(),
            client: None,
            conversation: None,
            since: None,
            until: None,
            order: SearchOrder::BestFirst,
            all_states: false,
            neighbours: 0,
            after: None,
            limit: 10,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SearchAnswer {
    /// The hits, in the order that was asked for.
    pub results: Vec<Hit>,
    /// Where the next page begins (`SearchQuery::after`); none: this is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub next: Option<u32>,
    /// The index is still being made, so something may be missing: ask again in a moment.
    #[serde(default)]
    pub incomplete: bool,
}

/// One found thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Hit {
    /// The id of the turn, insight or item.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub id: Uuid,
    /// A turn's id where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub external_id: Option<String>,
    /// What it is.
    pub kind: FoundKind,
    /// One line that says what it is about.
    pub title: String,
    /// The address of its resource, such as `ambient://turns/{id}`.
    pub url: String,
    /// Its whole text.
    pub text: String,
    /// The part of its text where the words are.
    pub snippet: Snippet,
    /// A turn's conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub conversation_id: Option<ConversationId>,
    /// Who brought it.
    pub author: Author,
    /// When it happened; of an item: when it last changed.
    pub occurred_at: Timestamp,
    /// Where an insight or item stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub state: Option<String>,
    /// How well it fits; to be compared within one answer only.
    pub score: f64,
    /// Why it was found.
    pub why: Why,
    /// The turns around it, in the order they happened, if that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub neighbours: Vec<Neighbour>,
}

/// Part of a text, with the words that were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Snippet {
    /// The part.
    pub text: String,
    /// Which of a turn's texts it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub side: Option<Side>,
    /// Where the words are in `text`.
    pub marks: Vec<Mark>,
}

/// A stretch of characters, counted in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Mark {
    /// The first character.
    pub start: u32,
    /// Behind the last one.
    pub end: u32,
}

/// Why something was found.
#[expect(clippy::struct_excessive_bools, reason = "each is a reason of its own, and any of them may hold")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Why {
    /// The words of the question that stand in it, as they were asked.
    pub words: Vec<String>,
    /// The words that stand in the turns around it.
    pub nearby: Vec<String>,
    /// Its conversation is about more of the question.
    pub conversation: bool,
    /// Somebody who is named in the question says it.
    pub speaker: bool,
    /// It happened at a date that is named in the question.
    pub date: bool,
    /// A phrase in quotes stands in it as it was written.
    pub phrase: bool,
}

/// A turn beside a found one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Neighbour {
    /// Its id.
    pub id: TurnId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What the person said.
    pub user_message: String,
    /// What the assistant answered.
    pub assistant_response: String,
}
