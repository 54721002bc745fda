//! What is remembered: conversations and turns, what they say about the person, and the insights in them.
//!
//! This room knows what a turn, an item and an insight are, how one follows from another with its evidence,
//! who outranks whom (the owner, then clients, then analysis), and how all of it comes in and goes out as
//! files. It never knows of networks, tokens or windows. Start reading at [`Context`]; the tables stand in
//! `migrations/`, each with its own file of queries; what analysis concludes stands in `analysis/`.

mod analysis;
mod author;
mod calendar;
mod change;
mod client_rule;
mod conversation;
mod counted;
mod error;
mod evidence;
mod export;
mod forgetting;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod history;
mod id;
mod import;
mod imported;
mod input;
mod insight;
mod insight_change;
mod insight_detail;
mod item;
mod item_change;
mod item_past;
mod note;
mod page;
mod pause;
mod profile;
mod progress;
mod recent;
mod redaction;
mod reflection;
mod removing;
mod restate;
mod retention;
mod search;
mod state;
mod statistics;
mod stored;
mod topic;
mod transfer;
mod turn;
mod undo;

#[cfg(test)]
mod bounded_tests;
#[cfg(test)]
mod fixture;

pub use analysis::derive::state_by_support;
pub use analysis::removal::Removed;
pub use analysis::{
    Analyzer, CueAnalyzer, Findings, InsightFinding, ItemFinding, Language, Mention, MentionKind, Polarity,
    ProgressFinding, QuestionFinding, Resolution, ResolutionKind, RuleId, TurnText,
};
pub use author::Author;
pub use calendar::{Day, Days};
pub use change::Change;
pub use client_rule::{ClientRule, ClientRuleChange, LONGEST_RETENTION_DAYS, Retention};
pub use conversation::{Conversation, OPENING_CHARS, QUIET_TIME, continues};
pub use counted::counted;
pub use error::Error;
pub use evidence::{EVIDENCE_SHOWN, Evidence, Span};
pub use export::{
    Appendix, EXPORT_SCHEMA, ExportFilter, ExportFormat, ExportParts, ExportReport, ExportRequest,
};
pub use forgetting::{Example, Forget, ForgetCounts, ForgetPreview, Forgotten, PREVIEW_TIME};
pub use handle::Context;
pub use history::Event;
pub use id::{ConversationId, InsightId, InvalidId, ItemId, TurnId, UndoId};
pub use import::claude_code::{CLAUDE_CODE, LastTurn, TranscriptPart, read_transcript};
pub use import::{ImportFormat, ImportReport, ImportRequest, LineError};
pub use imported::Imported;
pub use input::{InputError, MAX_KEY_BYTES, MAX_NAME_CHARS, MAX_NOTE_CHARS, MAX_TEXT_BYTES, MAX_VALUE_CHARS};
pub use insight::{Insight, InsightQuery};
pub use insight_detail::{CommitmentStatus, InsightDetail};
pub use item::{Added, Item, ItemChange, ItemQuery, NewItem};
pub use item_change::state_after_statement;
pub use item_past::{EarlierValue, ItemNote};
pub use note::{NOTE, Noted};
pub use page::{Cursor, MAX_PAGE, Page};
pub use pause::{Pause, pause_at};
pub use profile::{
    KnownGoal, KnownPreference, PROFILE_ITEMS, PROFILE_SUGGESTIONS, Profile, Suggestion, Suggestions,
};
pub use progress::{Cancel, Progress};
pub use redaction::Redaction;
pub use reflection::{NewInsight, ReflectionQuery, ReflectionTask, ReflectionTurn, SavedInsight};
pub use retention::{Expired, RetentionSetting};
pub use search::{
    FoundKind, Hit, MAX_HITS, MAX_NEIGHBOURS, MAX_QUERY_CHARS, Mark, Neighbour, SearchAnswer, SearchOrder,
    SearchQuery, Snippet, Why,
};
pub use state::{Action, ClientMode, InsightState, ItemKind, ItemState, Side, Subject, UnknownWord};
pub use statistics::Statistics;
pub use topic::{
    Direction, MAX_TOPICS, TOPIC_WEEKS, Topic, TopicKey, TopicOrder, TopicOverview, TopicQuery, TopicTrend,
};
pub use turn::{LogOutcome, NewTurn, RETRY_TIME, Turn, TurnOrder, TurnQuery};
pub use undo::{ItemRemoval, UNDO_TIME, UNDOS_KEPT};
