//! What is concluded from turns: a pure analyzer, the writing of its findings, and the worker between them.
//!
//! An [`Analyzer`] gets the two texts of a turn and gives findings, nothing else: no clock, no store, no
//! randomness. All the rest (who outranks whom, when a suggestion becomes active) is `derive.rs`. So the same
//! turns give the same memory, in whatever batches they come.

pub(crate) mod derive;
mod interests;
mod projects;
pub(crate) mod prose;
pub(crate) mod removal;
pub(crate) mod rules;
pub(crate) mod worker;

use std::fmt::Debug;

use crate::evidence::Span;
use crate::state::ItemKind;

pub use rules::CueAnalyzer;

/// The texts of one turn.
#[derive(Clone, Copy, Debug)]
pub struct TurnText<'a> {
    /// What the person said.
    pub user_message: &'a str,
    /// What the assistant answered.
    pub assistant_response: &'a str,
}

/// What one turn says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// About the person.
    pub items: Vec<ItemFinding>,
    /// Worth noticing.
    pub insights: Vec<InsightFinding>,
}

/// Something about the person, found in a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFinding {
    /// What it is.
    pub kind: ItemKind,
    /// Its name, as it stands in the text.
    pub name: String,
    /// The words it was found in.
    pub span: Span,
}

/// Something worth noticing, found in a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct InsightFinding {
    /// What kind of insight.
    pub insight_type: &'static str,
    /// What was noticed. Two findings of one type with the same content are one insight.
    pub content: String,
    /// The beginning of the text it was noticed in.
    pub context: String,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// The words it was found in.
    pub span: Span,
}

/// Finds what a turn says. The same text gives the same findings, always and everywhere.
pub trait Analyzer: Debug + Send + Sync + 'static {
    /// Grows whenever the findings for some text change: what was derived is then derived again.
    fn version(&self) -> u32;

    /// What `turn` says.
    fn analyze(&self, turn: TurnText<'_>) -> Findings;
}

#[cfg(test)]
#[path = "analysis_tests.rs"]
mod tests;
